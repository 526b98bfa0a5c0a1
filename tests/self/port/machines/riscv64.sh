# SPDX-License-Identifier: BSD-2-Clause
# Sourced by run.sh. Word splitting of $rng is meant:
# shellcheck shell=sh disable=SC2086,SC2154

image=build/riscv64/port_test.bin
elf=build/riscv64/port_test.debug

rng='-global virtio-mmio.force-legacy=false -device virtio-rng-device'

# virt NAME WANT MACHINE OPTIONS...: QEMU's virt.
virt() {
	name=$1 want=$2 machine=$3
	shift 3
	boot "$name" 0 "$want" -M "virt$machine" -m 128M "$@" -kernel $image
}

virt plic 'in supervisor mode' '' $rng
virt plic-rng 'entropy device at 0x10008000 gsi 8' '' $rng
virt aplic 'gsi 8' ,aia=aplic $rng
virt imsic 'messages by IMSIC' ,aia=aplic-imsic $rng
virt imsic-level 'gsi 8' ,aia=aplic-imsic $rng
# Two CPUs only: under OpenSBI 1.1, CPUs that rest spin, and four of them would take all of a small host.
virt smp 'cpu 1: a lock keeps' '' -smp 2 $rng
virt patient 'cpu 1: and settles again' '' -smp 2 -append patient
virt smp-imsic 'cpu 1: a lock keeps' ,aia=aplic-imsic -smp 2 $rng
virt bare 'in machine mode' '' -bios none $rng
virt bare-aplic 'gsi 8' ,aia=aplic -bios none $rng
virt bare-imsic 'messages by IMSIC' ,aia=aplic-imsic -bios none $rng
virt bare-aclint 'in machine mode' ,aclint=on -bios none $rng
virt bare-smp 'cpu 3: a lock keeps' '' -bios none -smp 4 $rng
virt bare-patient 'cpu 1: and settles again' '' -bios none -smp 3 -append patient
virt bare-smp-imsic 'cpu 3: a lock keeps' ,aia=aplic-imsic -bios none -smp 4 $rng
virt bare-patient-imsic 'cpu 1: and settles again' ,aia=aplic-imsic -bios none -smp 2 -append patient
virt bare-smp-10 'cpu 7: a lock keeps' '' -bios none -smp 10 $rng
virt legacy-registers 'gsi 8' '' -device virtio-rng-device
virt 32-MiB 'gsi 8' '' -m 32M $rng
virt above-4-gib 'RAM above 4 GiB holds' '' -m 4G $rng
virt cmdline 'some=words' '' -append some=words
boot fatal 1 'fatal: load page fault at pc=' -M virt -m 128M -kernel $image -append fatal
boot fatal-bare 1 'fatal: load access fault at pc=' -M virt -m 128M -bios none -kernel $image -append fatal

boot elf 0 'gsi 8' -M virt -m 128M $rng -kernel $elf

# A loader that puts the device tree where the image's memory is. lui a1, 0x803; slli a1, a1, 8; lui t0, 0x802; slli t0,
# t0, 8; jr t0
printf '\267\065\200\000\223\225\205\000\267\042\200\000\223\222\202\000\147\200\002\000' >"$output.loader"
"$qemu" -M virt,dumpdtb="$damaged" -m 128M >/dev/null 2>&1
boot tree-behind-the-file 0 'gsi 8' -M virt -m 128M $rng -bios "$output.loader" -device loader,file=$image,addr=0x80200000,force-raw=on \
	-device loader,file="$damaged",addr=0x80300000,force-raw=on
rm -f "$output.loader"

# QEMU's spike machine: HTIF is the console and ends the machine, and there is no interrupt controller and no time
# register.
boot spike 0 'in machine mode' -M spike -m 128M -bios none -kernel $image
boot spike-smp 0 'cpu 3: a lock keeps' -M spike -m 128M -bios none -smp 4 -kernel $image
boot spike-supervisor 0 'in supervisor mode' -M spike -m 128M -kernel $image
boot spike-fatal 1 'fatal: load access fault at pc=' -M spike -m 128M -bios none -kernel $image -append fatal

# Firmware without HSM, IPIs and legacy calls. It is also the console, because the tree names no other. sbi NAME STATUS
# WANT SED OPTIONS...: with QEMU's device tree, changed.
sbi() {
	name=$1 expected=$2 want=$3 sed=$4
	shift 4
	"$qemu" -M virt,dumpdtb="$damaged" -m 128M "$@" >/dev/null 2>&1
	dtc -q -I dtb -O dts "$damaged" | sed "$sed" | dtc -q -I dts -O dtb -o "$damaged"
	boot "$name" "$expected" "$want" -M virt -m 128M "$@" -bios build/riscv64/riscv_sbi.bin -kernel $image \
		-device loader,file="$damaged",addr=0x86000000,force-raw=on $rng
}
little='/serial@[0-9a-f]* {/,/};/d;/test@[0-9a-f]* {/,/};/d'
sbi sbi-dbcn 0 'in supervisor mode' "$little"
sbi sbi-without-hsm 0 'cpus: 1$' "$little" -smp 2
sbi sbi-fatal 1 'fatal: load page fault at pc=' "$little;s/chosen {/&bootargs = \"fatal\";/"
