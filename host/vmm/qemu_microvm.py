# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's microvm machine, with modern and with legacy virtio-mmio transports, which boot side by side.

What a VMM file gives: `CONFIGS`, the names of the configurations that one run consists of, and a class `Vmm` with the
functions below. Its name on the command line is the file's name, with `-` for `_`.
"""

import os
import re
import subprocess

CONFIGS = ("modern", "legacy")

_FORCE_LEGACY = {"modern": "false", "legacy": "true"}
_DISK_BYTES = 2 << 20
_SECTOR = 512


class Vmm:
    """How this VMM is run with the user's options. ValueError if they make no sense."""

    def __init__(self, options):
        self._qemu = options.qemu or "qemu-system-x86_64"
        self._machine = options.machine
        self._devices = _device_list(options.devices)
        self._smp = options.smp

    def ask_version(self):
        """Starts to find out the version; the function that it returns waits for the answer: the name of the file in
        expect/ that goes with this VMM. OSError if there is no such QEMU."""
        child = subprocess.Popen([self._qemu, "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, text=True, errors="replace")

        def answer():
            said = child.communicate()[0]
            match = re.search(r"version (\d+\.\d+)", said)
            return f"qemu-{match[1]}" if match else "qemu-unknown"

        return answer

    def argv(self, config, image, cmdline, scratch):
        """The command line that boots `image`; `scratch` is an empty directory for the devices' files."""
        if "net" in self._devices:
            cmdline = f"{cmdline} touchstone.peer".strip()      # user networking answers ARP: silence is the device's
        machine = "microvm,x-option-roms=off" + (f",{self._machine}" if self._machine else "")
        # qboot boots the image without an option ROM; with SeaBIOS, the default of some versions, it would need one.
        words = [self._qemu, "-M", machine, "-bios", "qboot.rom", "-cpu", "max", "-m", "128M", "-smp", str(self._smp),
                 "-nodefaults", "-no-user-config", "-display", "none", "-monitor", "none", "-serial", "stdio",
                 "-no-reboot", "-global", f"virtio-mmio.force-legacy={_FORCE_LEGACY[config]}",
                 "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
                 "-kernel", image, "-append", cmdline]
        for number, device in enumerate(self._devices):
            words += _DEVICE[device](f"{device}{number}", scratch)
        return words

    def exit_meaning(self, code):
        """What an exit code that comes too early means."""
        return {0: "the guest reset or powered off: a triple fault?",
                1: "QEMU refused its options or gave up",
                33: "the guest asked to exit"}.get(code, "")


def _device_list(text):
    """The device names of --devices; all kinds, once each, if it is None."""
    if text is None:
        return list(_DEVICE)
    devices = [] if text == "none" else text.split(",")
    for device in devices:
        if device not in _DEVICE:
            raise ValueError(f"--devices {text}: '{device}' is not one of {' '.join(_DEVICE)}")
    return devices


def _blk(name, scratch):
    path = os.path.join(scratch, f"{name}.raw")
    with open(path, "wb") as disk:
        # Every sector is filled with its own number, 64 bits, little-endian.
        disk.write(b"".join(sector.to_bytes(8, "little") * (_SECTOR // 8) for sector in range(_DISK_BYTES // _SECTOR)))
    return ["-drive", f"if=none,format=raw,id={name},file={_escape(path)}",
            "-device", f"virtio-blk-device,drive={name}"]


def _net(name, _scratch):
    return ["-netdev", f"user,id={name}", "-device", f"virtio-net-device,netdev={name}"]


def _rng(_name, _scratch):
    return ["-device", "virtio-rng-device"]


def _con(name, scratch):
    path = os.path.join(scratch, f"{name}.log")
    return ["-chardev", f"file,id={name},path={_escape(path)}",
            "-device", f"virtio-serial-device,id=bus-{name}", "-device", f"virtconsole,bus=bus-{name}.0,chardev={name}"]


def _escape(path):
    """A path inside a QEMU option: a comma is doubled."""
    return path.replace(",", ",,")


_DEVICE = {"blk": _blk, "net": _net, "rng": _rng, "con": _con}
