# SPDX-License-Identifier: BSD-2-Clause
"""What the VMM files of QEMU's machines have in common: version, devices, the words that every machine gets.

What a VMM file gives: `CONFIGS`, the names of the configurations that one run consists of; `IMAGE`, what it boots, below
build/; `NEED`, the steps of host/need.sh that put its parts there (run.sh reads these two without Python, so each is one
line of this form); and a class `Vmm` with the public functions of `Qemu`. Its name on the command line is the file's name,
with `-` for `_`.
"""

import os
import re
import subprocess

_DISK_BYTES = 2 << 20
_SECTOR = 512
# The configuration in which the reference device inside the image is tested: the VMM's part are CPUs, interrupts and time.
REFERENCE = "reference"
_REFERENCE_WORDS = "touchstone.ref=only touchstone.ref-msi=all"
_REFERENCE_SMP = 2
_FORCE_LEGACY = {"modern": "false", "legacy": "true"}

EXIT_MEANING = {0: "the guest reset or powered off", 1: "QEMU refused its options or gave up"}


class Qemu:
    """How a machine of QEMU is run with the user's options. ValueError if they make no sense."""

    PROGRAM = "qemu-system-x86_64"
    EXPECT = "qemu"             # the file in expect/ is EXPECT-VERSION
    EXIT_MEANING = EXIT_MEANING
    DEVICES = ("blk", "net", "rng", "con")      # what it can have, in the order in which it has them

    def __init__(self, options):
        self._qemu = options.qemu or self.PROGRAM
        self._more = options.machine
        self.devices = device_list(options.devices, self.DEVICES)
        self.smp = options.smp
        self._selfproof = options.selfproof

    def ask_version(self):
        """Starts to find out the version; the function that it returns waits for the answer: the name of the file in
        expect/ that goes with this VMM. OSError if there is no such QEMU."""
        child = subprocess.Popen([self._qemu, "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, text=True, errors="replace")

        def answer():
            said = child.communicate()[0]
            match = re.search(r"version (\d+\.\d+)", said)
            return f"{self.EXPECT}-{match[1]}" if match else f"{self.EXPECT}-unknown"

        return answer

    def argv(self, config, image, cmdline, scratch):
        """The command line that boots `image`; `scratch` is an empty directory for the devices' files."""
        devices, smp = self.devices, self.smp
        if config == REFERENCE:
            devices, smp = [], max(smp, _REFERENCE_SMP)
            if not self._selfproof:
                cmdline = f"{cmdline} {_REFERENCE_WORDS}"
        if "net" in devices or config == REFERENCE:
            cmdline += " touchstone.peer"       # user networking answers ARP: silence is the device's
        cmdline = " ".join([cmdline, *self.guest_words()]).strip()
        words = [self._qemu, *self.machine(config), "-smp", str(smp), "-nodefaults", "-no-user-config",
                 "-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot"]
        if config in _FORCE_LEGACY:
            words += ["-global", f"virtio-mmio.force-legacy={_FORCE_LEGACY[config]}"]
        words += ["-kernel", image, "-append", cmdline]
        for number, device in enumerate(devices):
            words += self.plug(config, number, _DEVICE[device](f"{device}{number}", scratch))
        return words

    def guest_words(self):
        """More words for the guest's command line."""
        return []

    def plug(self, _config, _number, words):
        """The words for a device, and those for what it is plugged into."""
        return words

    def machine(self, config):
        """The words for machine, firmware, CPU and memory, and for the way out."""
        raise NotImplementedError

    def with_more(self, machine):
        """A value for -M, with what the user added to it."""
        return f"{machine},{self._more}" if self._more else machine

    def exit_meaning(self, code):
        """What an exit code that comes too early means."""
        return self.EXIT_MEANING.get(code, "")


def device_list(text, known):
    """The device names of --devices, of those that are `known`; each of them once, if it is None."""
    if text is None:
        return list(known)
    devices = [] if text == "none" else text.split(",")
    for device in devices:
        if device not in known:
            raise ValueError(f"--devices {text}: '{device}' is not one of {' '.join(known) or 'none'}")
    return devices


def make_disk(path):
    """Every sector is filled with its own number, 64 bits, little-endian."""
    with open(path, "wb") as disk:
        disk.write(b"".join(sector.to_bytes(8, "little") * (_SECTOR // 8) for sector in range(_DISK_BYTES // _SECTOR)))
    return path


def escape(path):
    """A path inside a QEMU option: a comma is doubled."""
    return path.replace(",", ",,")


def _blk(name, scratch):
    path = make_disk(os.path.join(scratch, f"{name}.raw"))
    # Nobody needs the scratch disk tomorrow, and a flush of the host's own disk can take seconds when others write.
    return ["-drive", f"if=none,format=raw,id={name},cache.no-flush=on,file={escape(path)}",
            "-device", f"virtio-blk-device,drive={name}"]


def _net(name, _scratch):
    return ["-netdev", f"user,id={name}", "-device", f"virtio-net-device,netdev={name}"]


def _rng(_name, _scratch):
    return ["-device", "virtio-rng-device"]


def _con(name, scratch):
    path = os.path.join(scratch, f"{name}.log")
    return ["-chardev", f"file,id={name},path={escape(path)}",
            "-device", f"virtio-serial-device,id=bus-{name}", "-device", f"virtconsole,bus=bus-{name}.0,chardev={name}"]


_DEVICE = {"blk": _blk, "net": _net, "rng": _rng, "con": _con}
