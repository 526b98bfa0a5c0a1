#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Makes sure that a step has the programs it needs, and says what is missing and why.
#
#     host/need.sh STEP...        with a STEP of the table; `run` is build, judge and qemu, and `check` needs all
#
# Installs with apt-get (through sudo for a normal user), unless TOUCHSTONE_NO_INSTALL is set and not 0.
# Exit: 0 nothing is missing, 2 something is. When nothing is missing, no process is started.
set -u

# step, command or file (absolute, may be a pattern), Debian package, why
table='
build   gcc                                                     gcc                 compiles the image
build   make                                                    make                builds the image
build   ld                                                      binutils            links the image
build   /usr/bin/python3                                        python3             makes tables and packs the image
judge   /usr/bin/python3                                        python3             runs the runner
qemu    qemu-system-x86_64                                      qemu-system-x86     is the default VMM
build-arm64  aarch64-linux-gnu-gcc                           gcc-aarch64-linux-gnu  compiles the image for Arm
qemu-arm64   qemu-system-aarch64                             qemu-system-arm     is the VMM for Arm
build-riscv64  riscv64-linux-gnu-gcc                         gcc-riscv64-linux-gnu  compiles the image for RISC-V
qemu-riscv64   qemu-system-riscv64                           qemu-system-misc    is the VMM for RISC-V
qemu-riscv64   /usr/share/qemu/opensbi-riscv64-generic-fw_dynamic.bin  opensbi   is the firmware of its machine
qemu-source  dpkg-source                                        dpkg-dev            unpacks the source of QEMU
qemu-source  gcc                                                gcc                 compiles QEMU
qemu-source  meson                                              meson               configures QEMU
qemu-source  ninja                                              ninja-build         builds QEMU
qemu-source  pkg-config                                         pkg-config          finds libraries for QEMU
qemu-source  /usr/lib/*/pkgconfig/glib-2.0.pc                   libglib2.0-dev      is used by QEMU
qemu-source  /usr/lib/*/pkgconfig/pixman-1.pc                   libpixman-1-dev     is used by QEMU
qemu-source  /usr/lib/*/pkgconfig/slirp.pc                      libslirp-dev        is the network of a guest of QEMU
qemu-source  /usr/include/libfdt.h                              libfdt-dev          is used by QEMU
qemu-msi  /usr/share/qemu/qboot.rom                          qemu-system-data    is the firmware of microvm
qemu-msi-riscv64  /usr/share/qemu/opensbi-riscv64-generic-fw_dynamic.bin  opensbi   is the firmware of the virt machine for RISC-V
efi     /usr/include/efi/efi.h                                  gnu-efi             makes EFI applications
efi     mcopy                                                   mtools              makes the EFI disk
ovmf    /usr/share/ovmf/OVMF.fd                                 ovmf                is the EFI firmware of the q35 machine
aavmf   /usr/share/qemu-efi-aarch64/QEMU_EFI.fd                 qemu-efi-aarch64    is the EFI firmware of the virt machine for Arm
check   clang                                                   clang               compiles the second opinion
check   /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a  libclang-rt-14-dev  has the sanitizers and libFuzzer for clang
check   clang-format                                            clang-format        checks the layout of the code
check   mypy                                                    mypy                checks the types of Python
check   /usr/lib/python3/dist-packages/clang/cindex.py          python3-clang       reads the source of the model to make mutants
check   iasl                                                    acpica-tools        compiles the tests of the ACPI reader
check   acpiexec                                                acpica-tools        is what the ACPI reader is compared with
check   dtc                                                     device-tree-compiler compiles the tests of the device tree reader
check   /usr/include/libfdt.h                                   libfdt-dev          is what the device tree reader is compared with
'

# Sets `packages` and `reasons` for what the wanted steps lack.
look() {
    packages='' reasons=''
    while read -r step thing package why; do
        case " $wanted " in *" ${step:-none} "*) ;; *) continue ;; esac
        case $thing in
        /*)
            for file in $thing; do
                [ -e "$file" ] && continue 2
            done
            ;;
        *) command -v "$thing" >/dev/null && continue ;;
        esac
        packages="$packages $package"
        reasons="$reasons  $thing ($package), which $why
"
    done <<END
$table
END
}

wanted=
for step; do
    case $step in
    run) wanted="$wanted build judge qemu" ;;
    check) wanted="$wanted check efi ovmf aavmf" ;;
    *)
        case $table in
        *"
$step "*) wanted="$wanted $step" ;;
        *) echo "need.sh: $step: not a step of its table" >&2 && exit 2 ;;
        esac
        ;;
    esac
done

look
[ -z "$packages" ] && exit 0

sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
printf 'Missing:\n%s' "$reasons" >&2
if [ "${TOUCHSTONE_NO_INSTALL:-0}" != 0 ]; then
    printf 'TOUCHSTONE_NO_INSTALL is set. To get it:\n  %s\n' "${sudo:+sudo }apt-get install --no-install-recommends$packages" >&2
    exit 2
fi
if ! command -v apt-get >/dev/null || { [ -n "$sudo" ] && ! command -v sudo >/dev/null; }; then
    echo "Cannot install it here without apt-get and root or sudo. Install these packages, then try again:$packages" >&2
    exit 2
fi

install() {
    # shellcheck disable=SC2086 # the package names are words
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 \
        install -y -q --no-install-recommends $packages >&2
}
echo "Installing:$packages" >&2
install || { $sudo apt-get update -q >&2 && install; }

look
[ -z "$packages" ] && exit 0
printf 'Still missing after apt-get install:\n%s' "$reasons" >&2
exit 2
