#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# run.sh LOADER IMAGE: enters the port's test image by the Linux 64-bit protocol, which QEMU never does for an ELF.
set -u

loader=$1
image=$2
qemu=${QEMU:-qemu-system-x86_64}
failed=0
output=$(mktemp)
trap 'rm -f "$output"' EXIT

# try NAME STATUS WANT CMDLINE OPTIONS...: the exit status, and a line that matches WANT.
try() {
	name=$1 status=$2 want=$3 cmdline=$4
	shift 4
	timeout 60 "$qemu" "$@" -nodefaults -no-user-config -display none -serial stdio -no-reboot -kernel "$loader" \
		-append "$cmdline" -device "loader,file=$image,addr=0x4000000,force-raw=on" \
		-global virtio-mmio.force-legacy=false -device virtio-rng-device \
		-device isa-debug-exit,iobase=0xf4,iosize=4 >"$output" 2>&1 </dev/null
	got=$?
	if [ $got -eq "$status" ] && grep -q 'boot linux64' "$output" && grep -q -- "$want" "$output"; then
		echo "ok $name"
	else
		echo "not ok $name (status $got, wanted $status and a line with '$want')"
		sed 's/^/    /' "$output"
		failed=1
	fi
}

bare=microvm,acpi=off,x-option-roms=off,pit=off,pic=off,rtc=off

try acpi 33 'gsi 47 level' '' -M microvm -m 128M
try cmdline 33 'gsi 12 edge' 'some=words' -M $bare -m 128M
try above-4-gib 33 'RAM above 4 GiB holds' '' -M microvm -m 8G -smp 4
try five-level 33 'gsi 47 level' 'five-level' -M microvm -m 8G -cpu max
try x2apic 33 'apic is in' 'x2apic' -M microvm -m 128M -cpu max
try no-header 33 'cmdline $' 'no-header' -M $bare -m 128M
try no-e820 33 'cmdline no-e820' 'no-e820' -M $bare -m 128M

exit $failed
