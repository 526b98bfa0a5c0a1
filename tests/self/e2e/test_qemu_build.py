# SPDX-License-Identifier: BSD-2-Clause
"""host/qemu/build.sh with an apt, a source package and a ninja of our own: what is built when, and each way to fail."""

import os
import subprocess

from harness import TOP, Scratch, Skip

SCRIPT = os.path.join(TOP, "host", "qemu", "build.sh")

# The source package's configure writes down what it was asked for.
APT = r"""#!/bin/sh
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
echo "apt-get $*" >>"$SCRATCH/log"
case "$*" in
indextargets*) echo "$codename http://mirror.invalid/debian/ main $SCRATCH/own.sources:1" ;;
update*) echo "W: mirror.invalid is not there"; cp "$(dirname "$APT_CONFIG")/sources.list" "$SCRATCH/seen"; exit "$UPDATE" ;;
source*) mkdir -p qemu-7.2/hw/virtio
         printf '#!/bin/sh\necho "configure $*" >>"%s/log"\n' "$SCRATCH" >qemu-7.2/configure
         chmod +x qemu-7.2/configure ;;
esac
"""
NINJA = r"""#!/bin/sh
echo "ninja $*" >>"$SCRATCH/log"
[ -z "$BROKEN" ] || { echo "virtio_mmio_msi.c:1:1: error: no such thing"; exit 1; }
cd "$2" && shift 2
for program; do printf '#!/bin/sh\necho built "$@"\n' >"$program"; chmod +x "$program"; done
"""


def build(scratch, *targets, script=SCRIPT, update="0", broken="", **environment):
    """Calls the script, or another that calls it, with a cache of its own; (code, stdout, stderr, what was called)."""
    if subprocess.run([os.path.join(TOP, "host", "need.sh"), "qemu-source"], env=dict(os.environ, TOUCHSTONE_NO_INSTALL="1"),
                      capture_output=True, check=False).returncode:
        raise Skip("what the build needs is not installed")
    os.makedirs(scratch / "bin", exist_ok=True)
    for name, text in (("apt-get", APT), ("ninja", NINJA)):
        os.chmod(scratch.file(f"bin/{name}", text), 0o755)
    scratch.file("own.sources", "Types: deb\nSigned-By: /usr/share/keyrings/own.gpg\n")
    scratch.file("log")
    done = subprocess.run([script, *targets], env=dict(os.environ, PATH=f"{scratch / 'bin'}:{os.environ['PATH']}", SCRATCH=scratch.path,
                                                       XDG_CACHE_HOME=scratch / "cache", UPDATE=update, BROKEN=broken, **environment),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stdout, done.stderr, scratch.read("log")


def test_builds_once():
    with Scratch() as scratch:
        code, folder, said, log = build(scratch)
        assert code == 0 and "two to four minutes" in said and "--target-list=x86_64-softmmu " in log, (code, said, log)
        assert scratch.read("seen").startswith("deb-src [signed-by=/usr/share/keyrings/own.gpg] http://mirror.invalid/debian/ ")
        ran = subprocess.run([os.path.join(folder.strip(), "qemu-system-x86_64"), "-M", "none"], stdout=subprocess.PIPE, text=True, check=True)
        assert ran.stdout == "built -L /usr/share/qemu -L /usr/share/seabios -M none\n", ran
        assert build(scratch, update="100", broken="yes") == (0, folder, "", ""), "what is finished is only found"


def test_another_target():
    with Scratch() as scratch:
        build(scratch)
        code, folder, _, log = build(scratch, "aarch64-softmmu")
        assert code == 0 and "apt-get" not in log and log.count("configure") == 1 and "--target-list=aarch64-softmmu " in log, log
        assert os.access(os.path.join(folder.strip(), "qemu-system-aarch64"), os.X_OK)
        assert build(scratch, "aarch64-softmmu", "x86_64-softmmu")[:2] == (0, folder)


def test_a_change_of_the_device():
    """Another version of the device is another folder; nothing is fetched and configured again."""
    with Scratch() as scratch:
        build(scratch)
        [cache] = [os.path.join(scratch / "cache/touchstone", name) for name in os.listdir(scratch / "cache/touchstone")]
        [folder] = [name for name in os.listdir(cache) if len(name) == 16]
        os.rename(os.path.join(cache, folder), os.path.join(cache, "0" * 16))
        code, again, _, log = build(scratch, update="100")
        assert code == 0 and again.strip().endswith(folder) and "apt-get" not in log and "configure" not in log and "ninja" in log, log


def test_no_network():
    with Scratch() as scratch:
        code, out, said, _ = build(scratch, update="100")
        assert (code, out) == (75, "") and "cannot reach" in said and "mirror.invalid is not there" in said, said


def test_does_not_compile():
    with Scratch() as scratch:
        code, out, said, _ = build(scratch, broken="yes")
        assert (code, out) == (2, "") and "virtio_mmio_msi.c:1:1: error: no such thing" in said, said


def test_no_target():
    with Scratch() as scratch:
        code, _, said, log = build(scratch, "x86_64")
        assert code == 2 and "x86_64: not a target" in said and log == "", said


def test_a_run_without_it():
    """run.sh says what is missing and boots nothing."""
    with Scratch() as scratch:
        code, _, said, _ = build(scratch, "--vmm", "qemu-msi", script=os.path.join(TOP, "run.sh"), update="100", TOUCHSTONE_IMAGE="/bin/true")
        assert code == 2 and "cannot reach the source packages" in said and "run.sh: this QEMU cannot be built, see above" in said, (code, said)
