# SPDX-License-Identifier: BSD-2-Clause
"""host/qemu/build.sh with a fake apt, source package and ninja: what it builds when, and each way to fail."""

import os
import subprocess

from harness import TOP, Scratch, Skip

SCRIPT = os.path.join(TOP, "host", "qemu", "build.sh")

# The source package's configure logs its arguments.
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
# When asked for its commands, it lists one file of each library.
NINJA = r"""#!/bin/sh
if [ "$3" = -t ]; then
    for library in libcommon libqemu-x86_64-softmmu libqemu-aarch64-softmmu; do
        echo "compiler -m64 -I$library.fa.p '-DNAME=\"$library\"' -MD -MQ x.o -o x.o -c ../source/x.c"
    done
    exit
fi
echo "ninja $*" >>"$SCRATCH/log"
[ -z "$BROKEN" ] || { echo "virtio_mmio_msi.c:1:1: error: no such thing"; exit 1; }
cd "$2" && shift 2
for program; do printf '#!/bin/sh\necho built "$@"\n' >"$program"; chmod +x "$program"; done
"""

COMPILER = r"""#!/bin/sh
echo "compiler $*" >>"$SCRATCH/log"
[ -z "$NO_HEADER" ] || exit 1
while [ "$1" != -o ]; do shift; done
touch "$2"
"""


def build(scratch: Scratch, *architectures: str, script: str = SCRIPT, update: str = "0", broken: str = "",
          **environment: str) -> tuple[int, str, str, str]:
    """Calls the script, or another that calls it, with a separate cache. Returns (code, stdout, stderr, log of the calls)."""
    if subprocess.run([os.path.join(TOP, "host", "need.sh"), "qemu-source"], env=dict(os.environ, TOUCHSTONE_NO_INSTALL="1"),
                      capture_output=True, check=False).returncode:
        raise Skip("what the build needs is not installed")
    os.makedirs(scratch / "bin", exist_ok=True)
    for name, text in (("apt-get", APT), ("ninja", NINJA), ("compiler", COMPILER)):
        os.chmod(scratch.file(f"bin/{name}", text), 0o755)
    scratch.file("own.sources", "Types: deb\nSigned-By: /usr/share/keyrings/own.gpg\n")
    scratch.file("log")
    done = subprocess.run([script, *architectures], env=dict(os.environ, PATH=f"{scratch / 'bin'}:{os.environ['PATH']}", SCRATCH=scratch.path,
                                                       XDG_CACHE_HOME=scratch / "cache", UPDATE=update, BROKEN=broken, **environment),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stdout, done.stderr, scratch.read("log")


def test_builds_once() -> None:
    with Scratch() as scratch:
        code, folder, said, log = build(scratch)
        assert code == 0 and "two to four minutes" in said and "--target-list=x86_64-softmmu,aarch64-softmmu,riscv64-softmmu " in log, (code, said, log)
        assert scratch.read("seen").startswith("deb-src [signed-by=/usr/share/keyrings/own.gpg] http://mirror.invalid/debian/ ")
        ran = subprocess.run([os.path.join(folder.strip(), "qemu-system-x86_64"), "-M", "none"], stdout=subprocess.PIPE, text=True, check=True)
        assert ran.stdout == "built -L /usr/share/qemu -L /usr/share/seabios -M none\n", ran
        assert build(scratch, update="100", broken="yes") == (0, folder, "", ""), "what is finished is only found"


def test_another_architecture() -> None:
    """A further architecture is built in the same folder as the first, without another configure."""
    with Scratch() as scratch:
        _, folder, _, log = build(scratch)
        assert "qemu-system-x86_64" in log and "qemu-system-aarch64" not in log, log
        code, again, said, log = build(scratch, "aarch64")
        assert (code, again, said) == (0, folder, "") and "apt-get" not in log and "configure" not in log, (code, again, said, log)
        assert "qemu-system-aarch64" in log and "qemu-system-x86_64" not in log, log
        assert os.access(os.path.join(folder.strip(), "qemu-system-aarch64"), os.X_OK)
        assert build(scratch, "aarch64", "x86_64", update="100", broken="yes") == (0, folder, "", "")


def test_the_header_that_all_begin_with() -> None:
    """osdep.h is compiled once for each library, with the options of the library's files. If that fails, the build goes
    on."""
    with Scratch() as scratch:
        code, folder, _, log = build(scratch, "x86_64", "aarch64")
        compiled = [line for line in log.splitlines() if line.startswith("compiler ")]
        libraries = ["libcommon", "libqemu-x86_64-softmmu", "libqemu-aarch64-softmmu"]
        for library, line in zip(libraries, compiled, strict=True):
            assert line.startswith(f'compiler -m64 -I{library}.fa.p -DNAME="{library}" -x c-header -o ') and f"/osdep.h.gch/{library} " in line, line
        os.rename(folder.strip(), os.path.join(os.path.dirname(folder.strip()), "0" * 16))
        assert "compiler " not in build(scratch, "x86_64")[3]
        assert code == 0
    with Scratch() as scratch:
        assert build(scratch, NO_HEADER="yes")[0] == 0


def test_a_change_of_the_device() -> None:
    """Another version of the device gets another folder, and nothing is fetched or configured again."""
    with Scratch() as scratch:
        build(scratch)
        [cache] = [os.path.join(scratch / "cache/touchstone", name) for name in os.listdir(scratch / "cache/touchstone")]
        [folder] = [name for name in os.listdir(cache) if len(name) == 16]
        os.rename(os.path.join(cache, folder), os.path.join(cache, "0" * 16))
        code, again, _, log = build(scratch, update="100")
        assert code == 0 and again.strip().endswith(folder) and "apt-get" not in log and "configure" not in log and "ninja" in log, log


def test_no_network() -> None:
    with Scratch() as scratch:
        code, out, said, _ = build(scratch, update="100")
        assert (code, out) == (75, "") and "cannot reach" in said and "mirror.invalid is not there" in said, said


def test_does_not_compile() -> None:
    with Scratch() as scratch:
        code, out, said, _ = build(scratch, broken="yes")
        assert (code, out) == (2, "") and "virtio_mmio_msi.c:1:1: error: no such thing" in said, said


def test_no_architecture() -> None:
    with Scratch() as scratch:
        code, _, said, log = build(scratch, "x86_64", "sparc")
        assert code == 2 and "sparc: not one of x86_64 aarch64 riscv64" in said and log == "", said


def test_a_run_without_it() -> None:
    """Without the build, run.sh says what is missing and boots nothing."""
    with Scratch() as scratch:
        code, _, said, _ = build(scratch, "--vmm", "qemu-msi", script=os.path.join(TOP, "run.sh"), update="100", TOUCHSTONE_IMAGE="/bin/true")
        assert code == 2 and "cannot reach the source packages" in said and "run.sh: this QEMU cannot be built, see above" in said, (code, said)
