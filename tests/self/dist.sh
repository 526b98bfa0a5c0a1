#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# dist.sh: a release has the same bytes when it is built again in another directory with another environment, and it
# runs where it is unpacked, without a compiler. Only x86_64, to save time.
set -u

top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$top/tests/self/result.sh"
folder=$(mktemp -d "${TMPDIR:-/tmp}/touchstone, dist XXXXXX")
trap 'rm -rf "$folder"' EXIT

cd "$top" || exit 1
# The first release uses what `make` has built here. It moves its archive away, because nobody should
# take it for a complete release.
make -s ARCHES=x86_64 dist DIST="touchstone-first" && mv build/touchstone-first.tar.gz "$folder/"
result $? "a release of what is built here"

# A copy of the files and not a clone, because changes may not be committed yet.
mkdir -p "$folder/another place/touchstone"
tar --exclude=./build --exclude=./.git -cf - . | tar -C "$folder/another place/touchstone" -xf -
# `make prove`, which takes long, sees to it that its result is the same each time.
cp build/fast/host/matrix.tsv "$folder/"
(
	cd "$folder/another place/touchstone" && umask 077 && find . -exec touch {} + &&
		LC_ALL=C TZ=Pacific/Auckland make -s -j"$(nproc)" ARCHES=x86_64 dist DIST="touchstone-first" MATRIX=../../matrix.tsv
)
result $? "a release from a clean build in another place"
second="$folder/another place/touchstone/build/touchstone-first.tar.gz"
cmp "$folder/touchstone-first.tar.gz" "$second"
result $? "both are the same bytes: $(sha256sum <"$second" | cut -c 1-16)..."

tar -C "$folder" -xzf "$folder/touchstone-first.tar.gz" && (cd "$folder/touchstone-first" && sha256sum -c --quiet SHA256SUMS)
result $? "it unpacks to what it says"
for kind in touchstone.elf touchstone.bzimage touchstone.flat BOOTX64.EFI; do
	[ -s "$folder/touchstone-first/build/x86_64/$kind" ]
	result $? "$kind is in it"
done
for file in docs/vmms.md build/docs/checks/index.md build/docs/checks/ring.md build/docs/matrix.md \
	expect/README.md host/touchstone/run.py tests/checks/requirements.csv; do
	[ -s "$folder/touchstone-first/$file" ]
	result $? "$file is in it"
done

# Stubs in place of the commands that a release must not need.
mkdir "$folder/bin"
for tool in gcc make; do
	printf '#!/bin/sh\nexit 99\n' >"$folder/bin/$tool"
	chmod +x "$folder/bin/$tool"
done
PATH="$folder/bin:$PATH" TOUCHSTONE_NO_INSTALL=1 "$folder/touchstone-first/run.sh" --config modern --only 'rng0.identity.*'
result $? "its runner boots its image, and builds nothing"

results
