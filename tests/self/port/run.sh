#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# run.sh IMAGE: the port's own test on every x86_64 machine that QEMU can make. One line a machine, and the whole output
# where something is wrong.
set -u

image=$1
qemu=${QEMU:-qemu-system-x86_64}
failed=0
output=$(mktemp)
trap 'rm -f "$output"' EXIT

# run NAME STATUS WANT OPTIONS...: the output must be complete, without a failure, and have a line that matches WANT.
run() {
	name=$1 expected=$2 want=$3
	shift 3
	timeout 60 "$qemu" "$@" -nodefaults -no-user-config -display none -serial stdio -no-reboot -kernel "$image" \
		>"$output" 2>&1 </dev/null
	status=$?
	if [ $status -eq "$expected" ] && grep -q '^# end run=[0-9]* fail=0' "$output" && grep -q -- "$want" "$output"; then
		echo "ok $name: $(grep '^# clock' "$output")"
	else
		echo "not ok $name (status $status, wanted a line with '$want')"
		sed 's/^/    /' "$output"
		failed=1
	fi
}

# try NAME WANT OPTIONS...: as nearly always, with the way out that tells success.
try() {
	name=$1 want=$2
	shift 2
	run "$name" 33 "$want" "$@" -device isa-debug-exit,iobase=0xf4,iosize=4
}

rng='-global virtio-mmio.force-legacy=false -device virtio-rng-device'
bare=microvm,acpi=off,x-option-roms=off,pit=off,pic=off,rtc=off

try acpi 'gsi 47 level' -M microvm -m 128M $rng
try acpi-one-ioapic 'gsi 23 level' -M microvm,ioapic2=off -m 128M $rng
try cmdline 'gsi 12 edge' -M microvm,acpi=off -m 128M $rng
try bare-16M 'gsi 12 edge' -M $bare -m 16M $rng
try bare-8G 'gsi 12 edge' -M $bare -m 8G $rng
try smp-8G 'gsi 47 level' -M microvm -m 8G -smp 4 $rng
try smp-16 'gsi 47 level' -M microvm -m 128M -smp 16 $rng
try cpu-max 'gsi 47 level' -M microvm -m 8G -cpu max $rng
try five-level 'gsi 47 level' -M microvm -m 8G -cpu max,la57=on $rng
try no-execute-bit 'boot pvh' -M microvm -m 128M -cpu qemu64,nx=off
try no-hypervisor 'PIT' -M microvm -m 128M -cpu qemu64,hypervisor=off $rng
try bare-no-hypervisor 'assumed' -M $bare -m 128M -cpu qemu64,hypervisor=off $rng
try no-tsc 'no tsc' -M microvm -m 128M -cpu qemu64,tsc=off $rng
try no-apic 'no device with a line' -M microvm -m 128M -cpu qemu64,apic=off
try legacy-registers 'gsi 47 level' -M microvm -m 128M -device virtio-rng-device
try pc 'PIT' -M pc -m 128M
try q35 'PIT' -M q35 -m 4G
try q35-no-hypervisor 'PM timer' -M q35 -m 128M -cpu qemu64,hypervisor=off

run fatal 35 'fatal: page fault at rip=' -M microvm -append fatal -device isa-debug-exit,iobase=0xf4,iosize=4
run leave-by-sleep-control 0 . -M microvm
run leave-by-pm1 0 . -M q35
run leave-by-keyboard 0 . -M pc,acpi=off
run leave-by-triple-fault 0 . -M $bare

exit $failed
