#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# dist.sh ARCHIVE BUILD ARCH...: a release: the images of these architectures, the table of the checks, the runner, the
# expectations and the documentation, with the pages that `make docs` builds. It needs no compiler: ./run.sh in it boots
# the images as they are. Every clean build makes the same bytes: the archive depends on no date, no owner and no order
# of a folder.
set -eu

archive=$1 build=$2
shift 2
top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
name=$(basename "$archive" .tar.gz)
epoch=315532800 # 1980, where the dates of some unpackers begin
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$top"
find run.sh README.md LICENSE host docs expect tests/checks/requirements.csv drivers/spec/msi.h -type f ! -path '*/__pycache__/*' ! -name '*.pyc' \
    >"$folder/list"
while read -r file; do
    mkdir -p "$folder/$name/$(dirname "$file")"
    cp "$file" "$folder/$name/$file"
done <"$folder/list"
for arch; do
    mkdir -p "$folder/$name/build/$arch"
    for image in $(make -s ARCH="$arch" BUILD="$build" list-images); do
        cp "$image" "$folder/$name/build/$arch/"
    done
done
[ ! -e "$build/touchstone-efi.img" ] || cp "$build/touchstone-efi.img" "$folder/$name/build/"
cp -R "$build/docs" "$folder/$name/build/"
(cd "$folder/$name" && find build -type f | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)

tar -C "$folder" --format=ustar --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner --mode='u=rwX,go=rX' -cf "$folder/tar" "$name"
gzip -9n <"$folder/tar" >"$archive.new"
mv "$archive.new" "$archive"
