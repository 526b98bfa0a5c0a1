# SPDX-License-Identifier: BSD-2-Clause
"""host/qemu-backports.sh with a fake apt and dpkg: sources and key, the wrapper, and each way to fail."""

import os
import subprocess

from harness import TOP, Scratch

SCRIPT = os.path.join(TOP, "host", "qemu-backports.sh")

# Answers for one release with the machine's own codename; $UPDATE is the exit code of `apt-get update`.
APT = r"""#!/bin/sh
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
case "$*" in
indextargets*) echo "$codename http://mirror.invalid/debian/ main $SCRATCH/own.sources:1"
               echo "other http://mirror.invalid/other/ main $SCRATCH/other.list:1" ;;
update*) echo "W: mirror.invalid is not there"; cp "$(dirname "$APT_CONFIG")/sources.list" "$SCRATCH/seen"; exit "$UPDATE" ;;
*install*) [ -n "$NEWER" ] && for package in data arm x86 riscv; do
               echo "Inst qemu-system-$package [1:7.2] (1:10.0 Backports [amd64])"
           done
           exit 0 ;;
download*) echo "$*" >>"$SCRATCH/downloads"; touch qemu.deb ;;
esac
"""
DPKG = r"""#!/bin/sh
mkdir -p "$3/usr/bin"
for arch in x86_64 aarch64 riscv64; do
    printf '#!/bin/sh\necho "QEMU emulator version 10.0.2" "%s" "$@"\n' $arch >"$3/usr/bin/qemu-system-$arch"
    chmod +x "$3/usr/bin/qemu-system-$arch"
done
"""


def fetch(scratch: Scratch, *words: str, update: str = "0", newer: str = "yes", **environment: str) -> "subprocess.CompletedProcess[str]":
    """Calls the script with a separate cache."""
    os.makedirs(scratch / "bin", exist_ok=True)
    for name, text in (("apt-get", APT), ("dpkg", DPKG)):
        os.chmod(scratch.file(f"bin/{name}", text), 0o755)
    scratch.file("own.sources", "Types: deb\nSigned-By: /usr/share/keyrings/own.gpg\n")
    return subprocess.run([SCRIPT, *words], env=dict(os.environ, PATH=f"{scratch / 'bin'}:{os.environ['PATH']}", SCRATCH=scratch.path,
                                             XDG_CACHE_HOME=scratch / "cache", UPDATE=update, NEWER=newer, **environment),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)


def test_fetches_once() -> None:
    with Scratch() as scratch:
        done = fetch(scratch)
        wrapper = done.stdout.strip()
        assert done.returncode == 0 and os.path.dirname(wrapper).endswith("-backports"), done
        first, second = sorted(scratch.read("seen").splitlines())
        assert first.startswith("deb [signed-by=/usr/share/keyrings/own.gpg] http://mirror.invalid/debian/ "), first
        assert second.endswith("-backports main") and "other" not in first + second, second
        said = subprocess.run([wrapper, "-M", "none"], stdout=subprocess.PIPE, text=True, check=True).stdout
        assert "version 10.0.2" in said and said.endswith("-M none\n"), said
        again = fetch(scratch, update="100")
        assert again.returncode == 0 and again.stdout == done.stdout and again.stderr == "", again
        assert scratch.read("downloads").count("qemu-system-x86=1:10.0") == 1


def test_each_architecture_has_its_own() -> None:
    """Each architecture gets its own emulator, and not those of the others."""
    with Scratch() as scratch:
        for arch, package, others in (("aarch64", "arm", ("x86", "riscv")), ("riscv64", "riscv", ("x86", "arm"))):
            done = fetch(scratch, arch)
            assert done.returncode == 0 and done.stdout.strip().endswith(f"-{arch}/qemu-system-{arch}"), done
            said = subprocess.run([done.stdout.strip(), "-M", "none"], stdout=subprocess.PIPE, text=True, check=True).stdout
            assert f" {arch} -L " in said and said.endswith(" -M none\n"), said
            seen = scratch.read("downloads").splitlines()[-1]
            assert f"qemu-system-{package}=" in seen and "qemu-system-data=" in seen, seen
            assert not any(f"qemu-system-{other}=" in seen for other in others), seen
        assert fetch(scratch, "mips").returncode == 2


def test_no_network() -> None:
    with Scratch() as scratch:
        done = fetch(scratch, update="100")
        assert done.returncode == 75 and "cannot reach" in done.stderr and "mirror.invalid is not there" in done.stderr, done
        assert done.stdout == "" and not os.listdir(scratch / "cache/touchstone")


def test_nothing_newer() -> None:
    with Scratch() as scratch:
        done = fetch(scratch, newer="")
        assert done.returncode == 2 and "no QEMU newer" in done.stderr, done
