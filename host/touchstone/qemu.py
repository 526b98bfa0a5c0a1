# SPDX-License-Identifier: BSD-2-Clause
"""The common part of QEMU's machines: the version, the devices, the words that every machine gets."""

from __future__ import annotations

import re
import subprocess
from abc import abstractmethod
from typing import Callable, Mapping, Optional, Sequence

from . import qmp
from .devices import DISK_BYTES, chosen, make_disk
from .options import Options
from .scratch import Scratch
from .vmm import REFERENCE, Vmm

_REFERENCE_WORDS = "touchstone.ref=only touchstone.ref-msi=all"
_REFERENCE_SMP = 2
DRIVE = "if=none,format=raw,cache.no-flush=on"
_BLK_QUEUES = 2
_SERIAL_BYTES = 20          # what GET_ID returns at most
_PORTS = ("virtconsole", "virtserialport", "virtserialport")        # of a console device
_GROWTH = 1 << 20           # bytes that are added to a disk when it changes
_FORCE_LEGACY = {"modern": "false", "legacy": "true"}

EXIT_MEANING = {0: "the guest reset or powered off", 1: "QEMU refused its options or gave up"}


def escape(path: str) -> str:
    """A path inside a QEMU option: a comma is doubled."""
    return path.replace(",", ",,")


def _blk(name: str, scratch: Scratch) -> list[str]:
    # The scratch disk need not survive the run, and a flush of the host's disk can take seconds when others write.
    # Without discard=unmap QEMU says that a discard succeeded and does nothing.
    return ["-drive", f"{DRIVE},id={name},discard=unmap,file={escape(make_disk(scratch, name))}",
            "-device", f"virtio-blk-device,drive={name},num-queues={_BLK_QUEUES},serial={name:.>{_SERIAL_BYTES}}"]


def _net(name: str, scratch: Scratch) -> list[str]:
    return ["-netdev", f"socket,id={name},fd={scratch.peer()}",
            "-device", f"virtio-net-device,netdev={name},host_mtu=1500,speed=10000,duplex=full"]


def _rng(_name: str, _scratch: Scratch) -> list[str]:
    return ["-device", "virtio-rng-device"]


def _con(name: str, scratch: Scratch) -> list[str]:
    words = ["-device", f"virtio-serial-device,id=bus-{name}"]
    for number, kind in enumerate(_PORTS):
        port = f"{name}-port{number}"
        words += ["-chardev", f"pipe,id={port},path={escape(scratch.loop(port))}",
                  "-device", f"{kind},bus=bus-{name}.0,chardev={port},name={port}"]
    return words


_Maker = Callable[[str, Scratch], list[str]]

# The devices that a machine can have, in their order.
DEVICE: Mapping[str, _Maker] = {"blk": _blk, "net": _net, "rng": _rng, "con": _con}

# How their configuration changes.
_CHANGE: Mapping[str, Callable[[str], qmp.Change]] = {"blk": lambda name: qmp.size(name, DISK_BYTES, _GROWTH), "net": qmp.link}


class Qemu(Vmm):
    """A machine of QEMU, with modern and with legacy virtio-mmio transports, which boot side by side."""

    CONFIGS: Sequence[str] = ("modern", "legacy", REFERENCE)
    PROGRAM = "qemu-system-x86_64"
    EXPECT = "qemu"             # the file in expect/ is EXPECT-VERSION
    EXIT_MEANING: Mapping[int, str] = EXIT_MEANING
    DEVICE: Mapping[str, _Maker] = DEVICE
    DEVICES: Sequence[str] = tuple(DEVICE)

    def __init__(self, options: Options) -> None:
        self._qemu = options.qemu or self.PROGRAM
        self._more = options.machine
        self.devices = chosen(options.devices, self.DEVICES)
        self.smp = options.smp
        self._selfproof = options.selfproof

    def ask_version(self) -> Callable[[], Optional[str]]:
        child = subprocess.Popen([self._qemu, "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, text=True, errors="replace")

        def answer() -> str:
            match = re.search(r"version (\d+\.\d+)", child.communicate()[0])
            return f"{self.EXPECT}-{match[1] if match else 'unknown'}"

        return answer

    def more_expectations(self) -> Sequence[str]:
        return ["kvm"] if "accel=kvm" in (self._more or "").split(",") else []

    def argv(self, config: str, image: str, cmdline: str, scratch: Scratch) -> list[str]:
        devices, smp = self.devices, self.smp
        if config == REFERENCE:
            devices, smp = [], max(smp, _REFERENCE_SMP)
            if not self._selfproof:
                cmdline = f"{cmdline} {_REFERENCE_WORDS}"
        # There is somebody at the other end, so silence is the device's fault.
        if "net" in devices or config == REFERENCE:
            cmdline += " touchstone.peer"
        if "con" in devices or config == REFERENCE:
            cmdline += " touchstone.loop"
        if {"blk", "ro", "big"} & set(devices) or config == REFERENCE:
            cmdline += " touchstone.disk"
        # Of two devices of a type nobody here knows which one the guest finds first.
        changes = {f"{device}0": _CHANGE[device](f"{device}{number}") for number, device in enumerate(devices)
                   if device in _CHANGE and devices.count(device) == 1}
        if changes:
            cmdline += f" touchstone.change={','.join(changes)}"
        cmdline = " ".join([cmdline, *self.guest_words()]).strip()
        words = [self._qemu, *self.machine(config), "-smp", str(smp), "-nodefaults", "-no-user-config",
                 "-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot"]
        if config in _FORCE_LEGACY:
            words += ["-global", f"virtio-mmio.force-legacy={_FORCE_LEGACY[config]}"]
        if changes:
            words += ["-chardev", f"socket,id=monitor,fd={scratch.monitor(changes)}", "-mon", "chardev=monitor,mode=control"]
        words += ["-kernel", image, "-append", cmdline]
        for number, device in enumerate(devices):
            words += self.plug(config, number, self.DEVICE[device](f"{device}{number}", scratch))
        return words

    def guest_words(self) -> list[str]:
        """More words for the guest's command line."""
        return []

    def plug(self, _config: str, _number: int, words: list[str]) -> list[str]:
        """The words for a device, and those for the transport that it is plugged into."""
        return words

    @abstractmethod
    def machine(self, config: str) -> list[str]:
        """The words for machine, firmware, CPU and memory, and for the device that ends the run."""

    def with_more(self, machine: str) -> str:
        """A value for -M, with the user's additions."""
        return f"{machine},{self._more}" if self._more else machine


