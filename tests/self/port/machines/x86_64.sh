# SPDX-License-Identifier: BSD-2-Clause
# Sourced by run.sh. Word splitting of $rng and $tell is meant:
# shellcheck shell=sh disable=SC2086,SC2154

image=build/x86_64/port_test.elf
loader=build/x86_64/x86_loader.elf

rng='-global virtio-mmio.force-legacy=false -device virtio-rng-device'
tell='-device isa-debug-exit,iobase=0xf4,iosize=4'
bare=microvm,acpi=off,x-option-roms=off,pit=off,pic=off,rtc=off

# pvh NAME WANT OPTIONS...
pvh() {
	name=$1 want=$2
	shift 2
	boot "$name" 33 "$want" "$@" -kernel $image $tell
}

# linux64 NAME WANT CMDLINE OPTIONS...: by the Linux 64-bit boot protocol, which QEMU never uses for an ELF.
linux64() {
	name=$1 want=$2 cmdline=$3
	shift 3
	boot "linux64-$name" 33 "boot linux64.*$want" "$@" -kernel $loader -append "$cmdline" \
		-device loader,file=$image,addr=0x4000000,force-raw=on $rng $tell
}

# as_by VMM WANT CMDLINE OPTIONS...: the state in which another VMM enters the image, one that cannot run here.
# tests/self/boot/x86_loader.c makes that state, docs/vmms.md describes it.
as_by() {
	name=$1 want=$2 cmdline=$3
	shift 3
	boot "as-by-$name" 33 "$want" "$@" -kernel $loader -append "$cmdline" \
		-device loader,file=$image,addr=0x4000000,force-raw=on $rng $tell
}

pvh acpi 'gsi 47 level' -M microvm -m 128M $rng
pvh acpi-one-ioapic 'gsi 23 level' -M microvm,ioapic2=off -m 128M $rng
pvh cmdline 'gsi 12 edge' -M microvm,acpi=off -m 128M $rng
pvh bare-16M 'gsi 12 edge' -M $bare -m 16M $rng
pvh bare-8G 'gsi 12 edge' -M $bare -m 8G $rng
pvh smp-8G 'cpu 3: a lock keeps' -M microvm -m 8G -smp 4 $rng
pvh smp-2 'cpu 2: it did not come up' -M microvm -m 128M -smp 2 -cpu max -append absent $rng
pvh smp-q35 'cpu 1: a lock keeps' -M q35 -m 128M -smp 2
pvh patient 'cpu 1: and settles again' -M q35 -m 128M -smp 2 -append patient
pvh smp-16 'cpu 7: a lock keeps' -M microvm -m 128M -smp 16 $rng
pvh cpu-max 'gsi 47 level' -M microvm -m 8G -cpu max $rng
pvh no-execute-bit 'boot pvh' -M microvm -m 128M -cpu qemu64,nx=off
pvh no-hypervisor 'PIT' -M microvm -m 128M -cpu qemu64,hypervisor=off $rng
pvh bare-no-hypervisor 'assumed' -M $bare -m 128M -cpu qemu64,hypervisor=off $rng
pvh no-tsc 'no tsc' -M microvm -m 128M -cpu qemu64,tsc=off $rng
pvh no-apic 'no device with a line' -M microvm -m 128M -cpu qemu64,apic=off
pvh legacy-registers 'gsi 47 level' -M microvm -m 128M -device virtio-rng-device
pvh pc 'PIT' -M pc -m 128M
pvh q35 'PIT' -M q35 -m 4G
pvh q35-no-hypervisor 'PM timer' -M q35 -m 128M -cpu qemu64,hypervisor=off

linux64 acpi '' '' -M microvm -m 128M
linux64 cmdline '' 'some=words' -M $bare -m 128M
linux64 above-4-gib '' '' -M microvm -m 8G -smp 4
linux64 five-level '' 'five-level' -M microvm -m 8G -cpu max
boot linux64-smp 33 'cpu 1: a lock keeps' -M microvm -m 128M -smp 2 -kernel $loader \
	-device loader,file=$image,addr=0x4000000,force-raw=on $tell
linux64 x2apic '' 'x2apic' -M microvm -m 128M -cpu max
linux64 no-header '' 'no-header' -M $bare -m 128M
linux64 no-e820 '' 'no-e820' -M $bare -m 128M

# Without ACPI, QEMU announces its devices on the command line, as these VMMs do: with edges.
as_by firecracker-pvh 'boot pvh' pvh -M $bare -m 128M
as_by firecracker-pvh-acpi 'gsi 47 level' 'pvh rsdp-e0000' -M microvm -m 128M
as_by firecracker-linux64 'gsi 47 level' rsdp-e0000 -M microvm -m 128M
as_by firecracker-before-1.8 'gsi 12 edge' no-rsdp -M $bare -m 128M
as_by dragonball 'gsi 12 edge' no-rsdp -M microvm,acpi=off -m 4G
as_by libkrun 'gsi 12 edge' pvh -M microvm,acpi=off -m 4G -smp 2
image=build/x86_64/port_test.bzimage
as_by firecracker-bzimage 'boot linux64' rsdp-e0000 -M microvm -m 128M
as_by stratovirt-bzimage 'gsi 12 edge' no-rsdp -M $bare -m 128M
as_by openvmm-bzimage 'gsi 47 level' rsdp-e0000 -M microvm -m 8G -smp 2
as_by kvmtool-bzimage '^# [1-9] ranges of RAM' real -M $bare -m 128M
linux64 bzimage-five-level '' five-level -M microvm -m 8G -cpu max
pvh bzimage 'gsi 47 level' -M microvm -m 128M $rng
pvh bzimage-bare-16M 'gsi 12 edge' -M $bare -m 16M $rng
pvh bzimage-pc 'boot linux64' -M pc -m 128M
pvh bzimage-q35 'boot linux64' -M q35 -m 4G -smp 2
image=build/x86_64/port_test.flat
as_by stratovirt-flat 'gsi 12 edge' no-rsdp -M $bare -m 128M
linux64 flat-above-4-gib '' '' -M microvm -m 8G -smp 4

# A PC has no virtio-mmio device. These test the port's other contracts, after firmware that has used the machine.
ovmf=/usr/share/ovmf/OVMF.fd
image=build/x86_64/port_test.efi
if [ -e $ovmf ] && [ -e $image ]; then
	pvh efi 'boot efi' -M q35 -m 256M -bios $ovmf
	pvh efi-smp-8G 'can be mapped' -M q35 -m 8G -smp 4 -cpu max -bios $ovmf -append 'some words'
	boot efi-leave 0 'cmdline some words' -M q35 -m 256M -bios $ovmf -kernel $image -append 'some words'
else
	echo "skip efi: host/need.sh efi ovmf"
fi

image=build/x86_64/port_test.elf

no64='# fatal: this CPU has no 64-bit mode'
hang no-64-bit-mode "$no64" -M microvm -cpu qemu32 -kernel $image
hang bzimage-no-64-bit-mode "$no64" -M microvm -cpu qemu32 -kernel build/x86_64/port_test.bzimage

boot fatal 35 'fatal: page fault at rip=' -M microvm -kernel $image -append fatal $tell
boot leave-by-sleep-control 0 . -M microvm -kernel $image
boot leave-by-pm1 0 . -M q35 -kernel $image
boot leave-by-keyboard 0 . -M pc,acpi=off -kernel $image
boot leave-by-triple-fault 0 . -M $bare -kernel $image
