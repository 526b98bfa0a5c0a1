# SPDX-License-Identifier: BSD-2-Clause
# Sourced by run.sh. Word splitting of $rng is meant:
# shellcheck shell=sh disable=SC2059,SC2086,SC2154

image=build/aarch64/port_test.Image
elf=build/aarch64/port_test.debug
shim=build/aarch64/arm64_mmu.bin

rng='-global virtio-mmio.force-legacy=false -device virtio-rng-device'

# virt NAME WANT MACHINE OPTIONS...: QEMU's virt, by Linux's boot protocol.
virt() {
	name=$1 want=$2 machine=$3
	shift 3
	boot "$name" 0 "$want" -M "virt$machine" -cpu cortex-a57 -m 128M "$@" -kernel $image
}

virt gicv2 'messages by GICv2m frame' '' $rng
virt gicv2-edge 'gsi 79 edge' '' $rng
virt gicv3 'messages by ITS' ,gic-version=3 $rng
virt gicv3-no-its 'messages by none' ,gic-version=3,its=off $rng
virt smp-gicv2 'cpu 3: a lock keeps' '' -smp 4 $rng
virt patient-gicv2 'cpu 1: and settles again' '' -smp 2 -append patient
virt smp-gicv3 'cpu 3: a lock keeps' ,gic-version=3 -smp 4 $rng
virt patient-gicv3 'cpu 1: and settles again' ,gic-version=3 -smp 3 -append patient
virt smp-16 'cpu 7: a lock keeps' ,gic-version=3 -smp 16 $rng
virt smp-gicv3-no-its 'cpu 1: a lock keeps' ,gic-version=3,its=off -smp 2 $rng
virt el2-gicv2 'messages by GICv2m frame' ,virtualization=on $rng
virt el2-gicv3 'messages by ITS' ,virtualization=on,gic-version=3 $rng
virt el2-smp 'cpu 1: a lock keeps' ,virtualization=on -smp 2 $rng
virt el2-smp-gicv3 'cpu 1: a lock keeps' ,virtualization=on,gic-version=3 -smp 2 $rng
virt cpu-a53 'gsi 79 edge' '' -cpu cortex-a53 $rng
virt cpu-max 'gsi 79 edge' ,gic-version=3 -cpu max $rng
virt cpu-max-el2 'gsi 79 edge' ,virtualization=on,gic-version=3 -cpu max $rng
virt cpu-max-secure 'gsi 79 edge' ,secure=on,gic-version=3 -cpu max $rng
virt secure-gicv2 'gsi 79 edge' ,secure=on $rng
virt legacy-registers 'gsi 79 edge' '' -device virtio-rng-device
virt 16-MiB 'gsi 79 edge' '' -m 16M $rng
virt above-4-gib 'RAM above 4 GiB holds' '' -m 4G $rng
virt cmdline 'some=words' '' -append some=words
virt fatal 'fatal: data abort at pc=' '' -append fatal

# tree NAME WANT MACHINE NODE PROPERTY CELLS...: the machine's own device tree, with a property that has an impossible
# value.
tree() {
	name=$1 want=$2 machine=$3
	shift 3
	"$qemu" -M "virt$machine,dumpdtb=$damaged" -cpu cortex-a57 -m 128M -smp 2 -display none 2>/dev/null
	fdtput -t i "$damaged" "$@"
	virt "$name" "$want" "$machine" -smp 2 -dtb "$damaged" $rng
}

tree odd-redistributors 'cpu 1: a lock keeps' ,gic-version=3 /intc@8000000 redistributor-stride 0 1
tree odd-timer 'messages by GICv2m frame' '' /timer interrupts 1 13 4 1 14 4 2 100 4 1 10 4

# tree NAME STATUS WANT SED MACHINE OPTIONS...: with a changed device tree, and the MMU on. The shim passes the tree on,
# since QEMU itself would undo some changes.
at="-device loader,file=$image,addr=0x42001000,force-raw=on"
tree() {
	name=$1 expected=$2 want=$3 sed=$4 machine=$5
	shift 5
	"$qemu" -M "virt$machine,dumpdtb=$damaged" -cpu cortex-a57 -m 128M "$@" >/dev/null 2>&1
	dtc -q -I dtb -O dts "$damaged" | sed "$sed" | dtc -q -I dts -O dtb -o "$damaged"
	boot "$name" "$expected" "$want" -M "virt$machine" -cpu cortex-a57 -m 128M "$@" -kernel $shim $at \
		-device loader,file="$damaged",addr=0x43000000,force-raw=on $rng
}

# QEMU drives levels but announces edges. With a corrected tree, lines are levels.
level='/virtio_mmio@/,/};/s/\(interrupts = <0x00 0x[0-9a-f]* \)0x01>/\10x04>/'
tree level-gicv2 0 'gsi 79 level' "$level" ''
tree level-gicv3 0 'gsi 79 level' "$level" ,gic-version=3
tree level-smp 0 'cpu 1: a lock keeps' "$level" ,gic-version=3 -smp 2

# The physical timer, if there is no virtual one: the secure and the physical timer are the first two.
tree physical-timer 0 'an endless loop is ended' 's/\(interrupts = <0x01 0x0d [^>]* 0x01 0x0e 0x[0-9a-f]*\)[^>]*>/\1>/' ''

# Semihosting ends the machine if there is no PSCI. It has an exit status.
silent='s/method = "hvc"/method = "none"/'
tree semihosting 0 'cpus: 1$' "$silent" '' -semihosting -smp 2
tree semihosting-fatal 1 'fatal: data abort' "$silent;s/chosen {/&bootargs = \"fatal\";/" '' -semihosting

# QEMU loads a file without the header of an Image to another address, and enters it at its first byte.
cp $image "$damaged"
printf 'RAW' | dd of="$damaged" bs=1 seek=56 conv=notrunc 2>/dev/null
boot raw-file 0 'gsi 79 edge' -M virt -cpu cortex-a57 -m 128M $rng -kernel "$damaged"

# With an MMU that is on, and at an address that is aligned to 4 KiB only.
boot mmu-on 0 'messages by GICv2m frame' -M virt -cpu cortex-a57 -m 128M $rng -kernel $shim $at
boot mmu-on-el2 0 'messages by ITS' -M virt,virtualization=on,gic-version=3 -cpu cortex-a57 -m 128M -smp 2 $rng -kernel $shim $at

firmware=/usr/share/qemu-efi-aarch64/QEMU_EFI.fd
efi=build/aarch64/port_test.efi
if [ -e $firmware ] && [ -e $efi ]; then
	image=$efi
	virt efi 'boot efi' ,acpi=off -m 256M -bios $firmware $rng
	# By ACPI, which announces levels: both versions of the GIC, messages, and CPUs by their MPIDRs.
	virt acpi-gicv2 'gsi 79 level' '' -m 256M -bios $firmware -smp 2 $rng
	virt acpi-frame 'messages by GICv2m frame' '' -m 256M -bios $firmware
	virt acpi-smp 'cpu 3: a lock keeps' '' -m 256M -bios $firmware -smp 4
	virt acpi-its 'messages by ITS' ,gic-version=3 -m 256M -bios $firmware -smp 2 $rng
	virt acpi-its-smp 'cpu 3: a lock keeps' ,gic-version=3 -m 256M -bios $firmware -smp 4
	virt acpi-its-that-is-not 'messages by none' ,gic-version=3,its=off -m 256M -bios $firmware # the ITS is listed all the same
	virt acpi-el2 'cpu 1: a lock keeps' ,virtualization=on,gic-version=3 -m 256M -bios $firmware -smp 2
	virt efi-el2 'boot efi' ,acpi=off,virtualization=on,gic-version=3 -m 256M -bios $firmware -smp 2 $rng
	virt efi-4G 'RAM above 4 GiB holds' ,acpi=off,gic-version=3 -m 4G -bios $firmware
	virt efi-words 'cmdline some words' ,acpi=off -m 256M -bios $firmware -append 'some words'
	image=build/aarch64/port_test.Image
else
	echo "skip efi: host/need.sh efi aavmf"
fi

# Without a pointer to the device tree, which is at the start of RAM.
boot elf 0 'gsi 79 edge' -M virt -cpu cortex-a57 -m 128M $rng -kernel $elf
boot no-x0 0 'gsi 79 edge' -M virt -cpu cortex-a57 -m 128M $rng -device loader,file=$image,addr=0x40201000,force-raw=on \
	-device loader,addr=0x40201000,cpu-num=0

# With something else in x0: the address of other RAM, or of nothing. movz x0, ...; movz x1, ...; movk x1, ...; br x1
junk() { # NAME FIRST-INSTRUCTION [FILE-AT-0x43000000]
	printf "$2"'\001\004\250\322\001\000\202\362\040\000\037\326' >"$damaged"
	boot "$1" 0 'gsi 79 edge' -M virt -cpu cortex-a57 -m 128M $rng -device loader,file=$image,addr=0x40201000,force-raw=on \
		-device loader,file="$damaged",addr=0x41000000,force-raw=on -device loader,addr=0x41000000,cpu-num=0 \
		${3:+-device loader,file="$3",addr=0x43000000,force-raw=on}
}
junk junk-x0 '\000\040\250\322'
junk junk-x0-nowhere '\000\000\254\322'

# With the EFI application's struct handover in x0, whose device tree and RSDP point to nothing.
printf 'stoneefi\000\000\000\100\000\000\000\000\000\000\000\013' >"$output.handover"
junk rsdp-nowhere '\000\140\250\322' "$output.handover"
rm -f "$output.handover"

# as_by NAME WANT MACHINE IMAGE-AT TREE-AT DTS: the state and the device tree that another VMM leaves, one that cannot
# run here: EL1, MMU and caches off, x0 = device tree, edges, and the image where that VMM puts it. QEMU's own tree is
# overwritten. movz x0, TREE-AT; movz x1, IMAGE-AT; movk x1, ...; br x1
movz() { # REGISTER VALUE OPCODE: an instruction for 16 bits of a register
	word=$(($3 << 21 | $2 << 5 | $1))
	printf "\\\\$(printf %o $((word & 255)))\\\\$(printf %o $((word >> 8 & 255)))\\\\$(printf %o $((word >> 16 & 255)))\\\\$(printf %o $((word >> 24)))"
}
as_by() {
	name=as-by-$1 want=$2 machine=$3 at=$4 tree=$5 source=$6
	dtc -q -I dts -O dtb -o "$damaged" "tests/self/boot/$source.dts"
	cat "$damaged" >"$output.tree"
	printf "$(movz 0 $((tree >> 16)) 0x695)$(movz 1 $((at >> 16)) 0x695)$(movz 1 $((at & 0xffff)) 0x794)\\040\\000\\037\\326" >"$damaged"
	boot "$name" 0 "$want" -M "virt$machine" -cpu cortex-a57 -m 128M $rng -device loader,file=$image,addr=$at,force-raw=on \
		-device loader,file="$output.tree",addr=$tree,force-raw=on \
		-device loader,file="$damaged",addr=0x43000000,force-raw=on -device loader,addr=0x43000000,cpu-num=0
	rm -f "$output.tree"
}
as_by firecracker 'gsi 79 edge' ,gic-version=3 0x44200000 0x47e00000 firecracker
as_by libkrun 'gsi 79 edge' ,gic-version=3 0x44000000 0x47e00000 firecracker
as_by kvmtool 'gsi 79 edge' '' 0x44080000 0x47e00000 kvmtool
as_by stratovirt 'messages by ITS' ,gic-version=3 0x44200000 0x44000000 stratovirt

# EL3 is the place of firmware: the image prints one line and stops.
at_el3() {
	hang "$1" "# fatal: entered at EL3, where firmware belongs: a kernel starts at EL2 or EL1" -M "virt,secure=on$2" -cpu cortex-a57 -m 128M \
		-device loader,file=$image,addr=0x40201000,force-raw=on -device loader,addr=0x40201000,cpu-num=0
}
at_el3 el3 ''
at_el3 el3-el2-gicv3 ,virtualization=on,gic-version=3
