#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# efi_disk.sh DISK [APPLICATION...]: makes a FAT disk from which EFI firmware boots the application for its processor.
# The bytes are reproducible: all dates and the serial number are fixed.
set -eu

disk=$1
shift
[ $# -gt 0 ] || exec rm -f "$disk" # no application, no disk
epoch=315532800 # 1980, the first date that FAT has
export SOURCE_DATE_EPOCH=$epoch TZ=UTC MTOOLSRC=/dev/null MTOOLS_SKIP_CHECK=1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

mkdir -p "$folder/EFI/BOOT"
cp "$@" "$folder/EFI/BOOT/"
find "$folder/EFI" -exec touch -d "@$epoch" {} +
rm -f "$disk.new"
mformat -i "$disk.new" -C -T 8192 -h 16 -s 63 -N 0 -v TOUCHSTONE ::
mcopy -i "$disk.new" -s -m "$folder/EFI" ::
mv "$disk.new" "$disk"
