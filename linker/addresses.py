# SPDX-License-Identifier: BSD-2-Clause
"""Takes the addresses out of an image that runs anywhere, into a list of their own, where they pack better.

Addresses count from the image's start. firmware/boot/movable/addresses.h says what the list is.
"""

import struct
import sys

REMEMBERED = 8
FAR = 255
WORD = 8


class Addresses:
    """The list, made in the order in which the unpacker takes from it; and what the unpacker sees meanwhile."""

    def __init__(self, image, strings):
        """`strings`: from here on there are no instructions."""
        self._image, self._strings = bytearray(image), strings
        self._last, self._list = [], []

    def add(self, address):
        if not 0 <= address < (1 << 32) - REMEMBERED:
            sys.exit(f"pack.py: {address:#x} cannot be an address")
        ends = [self._end(last) for last in self._last]
        self._list.append(ends.index(address) if address in ends else address + REMEMBERED)
        self._last = [address, *self._last][:REMEMBERED]

    def add_at(self, place, address):
        """The same, for an address that is data: from now on it is there."""
        self.add(address)
        struct.pack_into("<q", self._image, place, address)

    def packed(self):
        return struct.pack(f"<{len(self._list)}I", *self._list)

    def __len__(self):
        return len(self._list)

    def _end(self, start):
        if not self._strings <= start < len(self._image):
            return None
        end = self._image.find(b"\0", start)
        return len(self._image) if end < 0 else end + 1


class Data:
    """The addresses in an image's data: `full` has them, `bare` has not, `empty` has zeros; `places` says where they are."""

    def __init__(self, image, start, relocations):
        """`relocations`: (place, address), both as it was linked, at `start`."""
        image += bytes(-len(image) % WORD)
        self.addresses = [(place - start, address - start) for place, address in relocations]
        full, empty, bare, places, last = bytearray(image), bytearray(image), bytearray(), bytearray(), 0
        for place, address in self.addresses:
            if place % WORD:
                sys.exit(f"pack.py: the address at {place + start:#x} is not aligned")
            struct.pack_into("<q", full, place, address)
            struct.pack_into("<q", empty, place, 0)
            bare += image[last:place]
            words, last = (place - last) // WORD, place + WORD
            places += bytes([FAR]) * (words // FAR) + bytes([words % FAR])
        bare += image[last:]
        words = (len(image) - last) // WORD
        places += bytes([FAR]) * (-(-words // FAR))     # at least as many words as there are
        self.full, self.empty, self.bare, self.places = bytes(full), bytes(empty), bytes(bare), bytes(places)
