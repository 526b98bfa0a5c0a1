# SPDX-License-Identifier: BSD-2-Clause
"""Makes DSDTs, as trees that can be changed and as bytes. Section numbers are of the ACPI specification, release 6.5."""

import random
import struct

HEADER = 36
SIZE_MAX = 16000                        # the largest table for the reader's program
HID = b"LNRO0005"


def header(body):
    head = b"DSDT" + struct.pack("<I", HEADER + len(body)) + b"\2\0TESTERTOUCHSTN\1\0\0\0TEST\1\0\0\0"
    return head[:9] + bytes([-sum(head + body) & 0xff]) + head[10:] + body


# ---- bytes: section 20.2 ----

def package(inside, width=0):
    """PkgLength and its contents. `width` is 1 to 4 bytes, or more if that does not suffice."""
    for size in range(1, 5):
        length = len(inside) + size
        if size >= width and length < (1 << 6 if size == 1 else 1 << 8 * size - 4):
            head = bytes([length]) if size == 1 else bytes([size - 1 << 6 | length & 0xf]) + (length >> 4).to_bytes(size - 1, "little")
            return head + inside
    raise ValueError("too long")


def integer(value, width=None):
    if width is None:
        if value in (0, 1):
            return bytes([value])
        width = 1 if value < 1 << 8 else 2 if value < 1 << 16 else 4 if value < 1 << 32 else 8
    return bytes([{1: 0x0a, 2: 0x0b, 4: 0x0c, 8: 0x0e}[width]]) + value.to_bytes(width, "little")


def string(text):
    return b"\x0d" + text + b"\0"


def name(segments, prefix=b""):
    """A name such as 'A.B' or 'A'; short segments are padded."""
    parts = [part.encode().ljust(4, b"_") for part in segments.split(".") if part]
    lead = b"" if len(parts) == 1 else b"\0" if not parts else b"\x2e" if len(parts) == 2 else bytes([0x2f, len(parts)])
    return prefix + lead + b"".join(parts)


def buffer(data, size=None, width=0):
    return b"\x11" + package(integer(len(data) if size is None else size) + data, width)


def elements(*items, count=None):
    return b"\x12" + package(bytes([len(items) if count is None else count]) + b"".join(items))


def define(segments, value, prefix=b""):
    return b"\x08" + name(segments, prefix) + value


def method(segments, body, arguments=0, width=0):
    return b"\x14" + package(name(segments) + bytes([arguments]) + body, width)


class Block:
    """A Scope, a Device or the like: opcode, name (with anything between it and the terms), terms."""

    def __init__(self, opcode, head, terms, width=0):
        self.opcode, self.head, self.terms, self.width = opcode, head, terms, width

    def encode(self):
        return self.opcode + package(self.head + encode(self.terms), self.width)


SCOPE, DEVICE, IF, ELSE = b"\x10", b"\x5b\x82", b"\xa0", b"\xa1"


def encode(terms):
    return b"".join(term if isinstance(term, bytes) else term.encode() for term in terms)


def blocks(terms):
    """All blocks of a tree, the outer ones first."""
    for term in terms:
        if isinstance(term, Block):
            yield term
            yield from blocks(term.terms)


# ---- a table as a tree, as far as its blocks are Scopes and Devices ----

def package_end(data, at):
    follow = data[at] >> 6
    length = data[at] & (0xf if follow else 0x3f)
    for number in range(follow):
        length |= data[at + 1 + number] << 4 + 8 * number
    return at + 1 + follow, at + length


def name_end(data, at):
    while data[at:at + 1] in (b"\\", b"^"):
        at += 1
    return at + {0: 1, 0x2e: 9, 0x2f: 2 + 4 * data[at + 1]}.get(data[at], 4)


def value_end(data, at):
    opcode = data[at]
    if opcode in (0x11, 0x12, 0x13):
        return package_end(data, at + 1)[1]
    if opcode == 0x0d:
        return data.index(b"\0", at) + 1
    return at + {0x0a: 2, 0x0b: 3, 0x0c: 5, 0x0e: 9, 0: 1, 1: 1, 0xff: 1}[opcode] if opcode in (0x0a, 0x0b, 0x0c, 0x0e, 0, 1, 0xff) else name_end(data, at)


def term_end(data, at):
    opcode = data[at]
    if opcode == 0x08:
        return value_end(data, name_end(data, at + 1))
    if opcode == 0x06:
        return name_end(data, name_end(data, at + 1))
    if opcode == 0x15:
        return name_end(data, at + 1) + 2
    if opcode in (0x10, 0x14, 0xa0, 0xa1, 0xa2):
        return package_end(data, at + 1)[1]
    if opcode in (0x8a, 0x8b, 0x8c, 0x8d, 0x8f):
        return name_end(data, value_end(data, value_end(data, at + 1)))
    if opcode == 0x5b and data[at + 1] in (0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87):
        return package_end(data, at + 2)[1]
    if opcode == 0x5b and data[at + 1] == 0x80:
        return value_end(data, value_end(data, name_end(data, at + 2) + 1))
    if opcode == 0x5b and data[at + 1] == 0x01:
        return name_end(data, at + 2) + 1
    if opcode == 0x5b and data[at + 1] == 0x02:
        return name_end(data, at + 2)
    raise ValueError


def parse(data):
    """The terms of a block. A term of an unknown kind and all that follows it stay in one piece."""
    terms, at = [], 0
    while at < len(data):
        try:
            end = term_end(data, at)
        except (ValueError, IndexError):
            end = len(data)
        opcode = DEVICE if data.startswith(DEVICE, at) else SCOPE if data.startswith(SCOPE, at) else None
        if opcode and end <= len(data):
            inside, _ = package_end(data, at + len(opcode))
            head = name_end(data, inside)
            terms.append(Block(opcode, data[inside:head], parse(data[head:end])))
        else:
            terms.append(data[at:end])
        at = end
    return terms


# ---- resource templates: section 6.4 ----

END = b"\x79\0"


def space(opcode, width, kind, dice, base, size):
    tail = struct.pack("<Q", 0) if opcode == 0x8b else b""
    numbers = (0, base, base + size - 1, dice.choice((0, 0, 0, 0x1000)), size)
    data = bytes([kind, dice.choice((0x0c, 0x0d)), dice.choice((0, 1, 3))]) + (b"\1\0" if opcode == 0x8b else b"")
    data += b"".join(number.to_bytes(width, "little") for number in numbers) + tail
    return bytes([opcode]) + struct.pack("<H", len(data)) + data


def some_memory(dice):
    base, size = dice.randrange(1, 0xf0000) << 12, dice.choice((0x200, 0x1000, 0x200, 0x100))
    return dice.choice((
        lambda: struct.pack("<BHBII", 0x86, 9, 1, base, size),
        lambda: struct.pack("<BHBII", 0x86, 9, 1, base, size),
        lambda: struct.pack("<BHBIIII", 0x85, 17, 1, base, base, 0, size),
        lambda: space(0x87, 4, 0, dice, base, size),
        lambda: space(0x8a, 8, 0, dice, base + (dice.randrange(4) << 34), size),
        lambda: space(0x8b, 8, 0, dice, base, size),
        lambda: struct.pack("<BHBHHHH", 0x81, 9, 1, base >> 16, base >> 16, 1, size >> 8),
    ))()


def some_interrupt(dice):
    count = dice.choice((1, 1, 1, 2, 4))
    lines = struct.pack(f"<{count}I", *(dice.randrange(5, 1020) for _ in range(count)))
    source = dice.choice((b"", b"", b"", b"\0\\_SB.LNKA\0"))
    return dice.choice((
        lambda: b"\x89" + struct.pack("<HBB", 2 + len(lines) + len(source), dice.randrange(16), count) + lines + source,
        lambda: b"\x89" + struct.pack("<HBB", 2 + len(lines), dice.randrange(16), count) + lines,
        lambda: b"\x22" + struct.pack("<H", 1 << dice.randrange(16)),
        lambda: b"\x22" + struct.pack("<H", dice.randrange(1, 1 << 16)),
        lambda: b"\x23" + struct.pack("<HB", 1 << dice.randrange(16), dice.choice((0x01, 0x18, 0x08, 0x11, 0x00))),
    ))()


def some_other(dice):
    return dice.choice((
        lambda: struct.pack("<BBHHBB", 0x47, 1, 0x510, 0x510, 1, 12),
        lambda: struct.pack("<BHB", 0x4b, 0x60, 4),
        lambda: b"\x2a\x04\x00",
        lambda: b"\x72ab",
        lambda: b"\x84" + struct.pack("<H", 18) + bytes(range(18)),
        lambda: space(0x88, 2, 2, dice, 0, 0x100),
        lambda: space(0x8a, 8, 1, dice, 0x100, 0x100),
        lambda: space(0x87, 4, 1, dice, 0x100, 0x100),
        lambda: b"\x55" + struct.pack("<HHB", 3, 4, 2),
    ))()


def some_template(dice):
    parts = [some_memory(dice), some_interrupt(dice)]
    if dice.random() < 0.1:
        parts.pop(dice.randrange(2))
    if dice.random() < 0.1:
        parts.append(dice.choice((some_memory, some_interrupt))(dice))
    for _ in range(dice.choice((0, 0, 0, 1, 3))):
        parts.insert(dice.randrange(len(parts) + 1), some_other(dice))
    if dice.random() < 0.2:
        dice.shuffle(parts)
    return b"".join(parts) + END


# ---- what our reader understands, and says the same about as everybody ----

class Names:
    """Makes names that occur nowhere else in the table."""

    def __init__(self):
        self.count = 0

    def next(self, letter):
        self.count += 1
        return f"{letter}{self.count:03X}"


def some_integer(dice):
    return dice.choice((b"\0", b"\1", b"\xff", integer(dice.randrange(256), 1), integer(dice.randrange(1 << 16), 2),
                        integer(dice.randrange(1 << 32), 4), integer(dice.randrange(1 << 64), 8)))


def some_value(dice, depth=0):
    return dice.choice((
        lambda: some_integer(dice),
        lambda: string(bytes(dice.choice(b"abcXYZ019 _[") for _ in range(dice.choice((0, 3, 40))))),
        lambda: buffer(bytes(dice.randrange(256) for _ in range(dice.choice((0, 2, 20, 70)))), width=dice.choice((0, 0, 2, 3))),
        lambda: buffer(b"\x5b\x82", size=40),
        lambda: elements(*(some_value(dice, depth + 1) for _ in range(0 if depth > 2 else dice.randrange(4)))),
        lambda: elements(integer(7), count=dice.randrange(1, 5)),
    ))()


def some_body(dice):
    """The body of a method that is never called."""
    return dice.choice((
        b"", b"\xa4\0", b"\x70\x0a\x05\x60\xa4\x60",
        b"\xa0" + package(b"\x93\x68\x01\xa4\x0d" + HID + b"\0") + b"\xa1" + package(b"\xa4\0"),
        b"\xa2" + package(b"\x68\x76\x68") + b"\xa4" + buffer(b"\x5b\x82\x06ABCD"),
        b"\x08" + name("LOCL") + string(b"x") + b"\xa4\x68",
        DEVICE + package(name("INME") + define("_HID", string(HID))),
    ))


def some_filler(dice, names):
    own = names.next("F")

    def region():
        field = bytes([0x5b, 0x81]) + package(name(own) + b"\1" + name(names.next("B")) + b"\x08" + b"\0\x04" + name(names.next("B")) + b"\x0c")
        return b"\x5b\x80" + name(own) + bytes([dice.choice((0, 1))]) + integer(dice.randrange(1 << 20) << 4) + integer(16) + field

    def fields():
        return (define(own, buffer(bytes(32))) + bytes([dice.choice((0x8a, 0x8b, 0x8c, 0x8f))]) + name(own) + integer(dice.randrange(8)) +
                name(names.next("C")) + b"\x5b\x13" + name(own) + integer(3) + integer(5) + name(names.next("C")) +
                b"\x8d" + name(own) + integer(200) + name(names.next("C")))

    return dice.choice((
        lambda: define(own, some_value(dice)),
        lambda: define(own, some_value(dice)),
        lambda: define(own, some_value(dice)) + b"\x06" + name(own) + name(names.next("A")),
        lambda: b"\x5b\x01" + name(own) + bytes([dice.randrange(16)]),
        lambda: b"\x5b\x02" + name(own),
        region,
        fields,
        lambda: method(own, some_body(dice), dice.choice((1, 2, 9)), dice.choice((0, 0, 2, 3))),
        lambda: b"\x5b\x83" + package(name(own) + bytes(6) + define("_UID", b"\0")),
        lambda: b"\x5b\x84" + package(name(own) + bytes(3) + method("_STA", b"\xa4\x01")),
        lambda: b"\x5b\x85" + package(name(own) + method("_TMP", b"\xa4\x0b\x00\x0b")),
        lambda: b"\xa3",
        lambda: Block(DEVICE, name(own), [define("_HID", dice.choice((string(b"LNRO0006"), integer(0x0105d041, 4))))]),
        lambda: Block(DEVICE, name(own), [define("_ADR", some_integer(dice)), define(names.next("P"), string(HID[:7]))]),
    ))()


def some_device(dice, names, depth=0):
    """A device, mostly of virtio-mmio."""
    template = buffer(some_template(dice), size=None, width=dice.choice((0, 0, 0, 2, 3, 4)))
    if dice.random() < 0.1:
        data = some_template(dice)
        template = buffer(data, size=len(data) + dice.randrange(40))
    hid = string(HID)
    terms = [dice.choice((define("_HID", hid), define("_HID", hid), method("_HID", b"\xa4" + hid))),
             dice.choice((define("_CRS", template), define("_CRS", template), method("_CRS", b"\xa4" + template, dice.choice((0, 8)))))]
    if dice.random() < 0.1:
        terms[0] = define("_HID", integer(0x0105d041, 4)) + define("_CID", dice.choice((
            hid, elements(hid), elements(string(b"LNRO0007"), hid), elements(integer(0x0105d041, 4), hid))))
    if dice.random() < 0.7:
        terms.append(define("_UID", some_integer(dice)))
    if dice.random() < 0.3:
        value = dice.choice((0x0f, 0x0f, 0x0f, 0, 8, 0x0e, 0x0b, 1, 7, 0xfffffffe))
        terms.append(dice.choice((define("_STA", integer(value)), method("_STA", b"\xa4" + integer(value)))))
    for _ in range(dice.choice((0, 0, 1, 2))):
        terms.append(some_filler(dice, names))
    if depth < 4 and dice.random() < 0.2:
        terms.append(some_device(dice, names, depth + 1))
    if dice.random() < 0.6:
        dice.shuffle(terms)
    return Block(DEVICE, name(names.next("V")), terms, dice.choice((0, 0, 0, 2, 3, 4)))


def some_terms(dice, names):
    devices = [some_device(dice, names) for _ in range(dice.randrange(1, 9))]
    for _ in range(dice.randrange(8)):
        devices.insert(dice.randrange(len(devices) + 1), some_filler(dice, names))
    bus = Block(SCOPE, dice.choice((name("_SB"), name("_SB", b"\\"))), devices, dice.choice((0, 0, 4)))
    terms = [bus]
    if dice.random() < 0.5:     # a device whose name is a path
        other = some_device(dice, names)
        other.head = name("_SB." + names.next("V"), dice.choice((b"", b"\\")))
        terms.append(other)
    if dice.random() < 0.3:     # in a device, by a name from above
        inner = some_device(dice, names)
        bus.terms.append(Block(DEVICE, name(names.next("V")), [Block(DEVICE, name(names.next("V"), b"^"), inner.terms)]))
    if dice.random() < 0.3:
        terms.append(Block(SCOPE, b"\\\0", [some_device(dice, names)]))
    if dice.random() < 0.7:
        sleep = elements(integer(dice.randrange(8)), b"\0", b"\0", b"\0")
        terms.append(dice.choice((define("_S5", sleep), define("_S5", sleep, b"\\"), Block(SCOPE, b"\\\0", [define("_S5", sleep)]))))
    for _ in range(dice.randrange(4)):
        terms.append(some_filler(dice, names))
    dice.shuffle(terms)
    return terms


# ---- what has to be executed, or is found at an unusual place ----

def odd_term(dice, names):
    device = some_device(dice, names)
    own = names.next("O")
    size = b"\x72\x0a\x10\x0a\x10\0"    # Add(16, 16)
    return dice.choice((
        lambda: Block(IF, b"\1", [device]),
        lambda: Block(IF, b"\0", [device]),
        lambda: Block(IF, b"\x91\1\0", [device]).encode() + Block(ELSE, b"", [some_device(dice, names)]).encode(),
        lambda: b"\xa2" + package(b"\0" + device.encode()),
        lambda: b"\x70\x0a\x05" + b"\x60",                                                # Store(5, Local0)
        lambda: define(own, integer(5)) + b"\x75" + name(own),                          # Increment
        lambda: define(own, b"\x11" + package(size + bytes(8))),
        lambda: b"\x5b\x80" + name(own) + b"\0" + size + integer(16),
        lambda: define(own, b"\x13" + package(b"\x0a\x02\1\1")),
        lambda: define(own, string(b"x" * 1100)),
        lambda: Block(DEVICE, name(own), [define("_HID", string(HID))]).encode() +
                Block(SCOPE, name(own), [define("_CRS", buffer(some_template(dice)))]).encode(),
        lambda: Block(DEVICE, name(own), [define("_CRS", buffer(some_template(dice)))]).encode() + define("_HID", string(HID), name(own)[:0]),
        lambda: Block(DEVICE, name(own), [define("_CRS", buffer(some_template(dice)))]).encode() + define(own + "._HID", string(HID)),
        lambda: Block(DEVICE, name(own), [define("_CRS", buffer(some_template(dice))), define("_HID", string(HID))]).encode() +
                define(own + "._STA", integer(0)),
        lambda: Block(DEVICE, name(own), [define("_CRS", buffer(some_template(dice))),
                                          Block(DEVICE, name(names.next("V")), [define("_HID", string(HID), b"^")])]),
        lambda: Block(DEVICE, name(own), [define("_HID", string(HID)), define(names.next("T"), buffer(some_template(dice))),
                                          method("_CRS", b"\xa4" + name(f"T{names.count:03X}"))]),
        lambda: Block(DEVICE, name(own), [define("_CRS", buffer(some_template(dice))), method("_HID", b"\x70\x0d" + HID + b"\0\x60\xa4\x60")]),
        lambda: Block(DEVICE, name(own), [define("_CRS", buffer(some_template(dice))), define("_HID", string(HID)),
                                          method("_STA", b"\x70" + dice.choice((b"\0", b"\x0a\x0f")) + b"\x60\xa4\x60")]),
        lambda: Block(DEVICE, name(own), [define("_CRS", buffer(some_template(dice), size=dice.randrange(20))), define("_HID", string(HID))]),
        lambda: Block(DEVICE, name(own), [define("_CRS", buffer(some_template(dice)[:-2])), define("_HID", string(HID))]),
        lambda: Block(DEVICE, name(own), [define("_CRS", buffer(some_template(dice))), define("_HID", string(HID.lower()))]),
        lambda: Block(DEVICE, name(own), [define("_STA", integer(dice.choice((0, 2, 8, 9, 0xf)))), device]),
        lambda: Block(DEVICE, name(own), [device, method("_STA", b"\xa4" + integer(dice.choice((0, 8, 0xf))))]),
        lambda: Block(DEVICE, name(own), [define("_S5", elements(integer(3)))]),
        lambda: Block(SCOPE, name("_SB", b"\\"), [define("_S5", elements(integer(3)))]),
        lambda: nest(device, dice.randrange(10, 22), names),
        lambda: method(own, device.encode()),
    ))()


def nest(term, depth, names):
    for _ in range(depth):
        term = Block(DEVICE, name(names.next("D")), [term])
    return term


# ---- changes ----

def change_tree(dice, terms, names):
    """Makes a change that leaves the table valid. Returns True if it adds something that must be executed."""
    every = list(blocks(terms))
    devices = [block for block in every if block.opcode == DEVICE]
    places = [terms] + [block.terms for block in every]
    what = dice.randrange(12)
    if what == 0 and every:
        dice.choice(every).width = dice.randrange(5)
    elif what == 1:
        dice.choice(places).append(some_device(dice, names))
    elif what == 2:
        place = dice.choice(places)
        place.insert(dice.randrange(len(place) + 1), some_filler(dice, names))
    elif what == 3:
        dice.shuffle(dice.choice([place for place in places[1:] if any(isinstance(term, Block) for term in place)] or [[]]))
    elif what == 4 and devices:
        place = dice.choice(places)
        place[:] = [term for term in place if not (isinstance(term, Block) and dice.random() < 0.3)]
    elif what == 5 and devices:
        device = dice.choice(devices)
        device.terms[:] = [term for term in device.terms if not (isinstance(term, bytes) and term[1:5] == b"_CRS")]
        device.terms.append(define("_CRS", buffer(some_template(dice))))
    elif what == 6 and devices:
        device = dice.choice(devices)
        device.terms[:] = [term for term in device.terms if not (isinstance(term, bytes) and term[1:5] == b"_STA")]
        device.terms.append(define("_STA", integer(dice.randrange(16))))
    elif what == 7:
        place = dice.choice(places)
        if place:
            at = dice.randrange(len(place))
            if isinstance(place[at], Block) and place[at].opcode == DEVICE:
                place[at] = Block(DEVICE, name(names.next("D")), [place[at]])
    elif what == 8:
        place = dice.choice(places)
        if place:
            at = dice.randrange(len(place))
            if isinstance(place[at], Block):
                place[at] = Block(IF, dice.choice((b"\0", b"\1")), [place[at]])
        return True
    elif what == 9:
        dice.choice(places).append(odd_term(dice, names))
        return True
    elif what == 10 and devices:
        device = dice.choice(devices)
        device.terms.insert(dice.randrange(len(device.terms) + 1), some_filler(dice, names))
    elif what == 11 and devices:
        device = dice.choice(devices)
        dice.shuffle(device.terms)
        return True             # a term that comes before what it needs
    return False


def change_bytes(dice, body):
    """Makes a few changes of bytes, most of them near a virtio-mmio device."""
    body = bytearray(body)
    for _ in range(dice.choice((1, 1, 2, 3))):
        if not body:
            break
        near = [at for at in range(len(body)) if body.startswith(HID, at)] if dice.random() < 0.7 else []
        at = min(max(dice.choice(near) + dice.randrange(-24, 56), 0), len(body) - 1) if near else dice.randrange(len(body))
        what = dice.randrange(8)
        if what < 3:
            body[at] ^= 1 << dice.randrange(8)
        elif what == 3:
            body[at] = dice.randrange(256)
        elif what == 4:
            body[at] = dice.choice((0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xff, 0xc0, 0x5b, 0x82, 0x79, ord("_"), ord("^"), ord("\\")))
        elif what == 5:
            body[at] = (body[at] + dice.choice((-2, -1, 1, 2))) & 0xff
        elif what == 6:
            other, size = dice.randrange(len(body)), dice.randrange(1, 16)
            body[at:at + size] = body[other:other + size]
        elif dice.random() < 0.5:
            del body[at:at + dice.randrange(1, 4)]
        else:
            body[at:at] = bytes(dice.randrange(256) for _ in range(dice.randrange(1, 4)))
    return bytes(body)


def make(number, seed, originals):
    """Makes table `number`: (what it is, whether our reader must understand all of it, bytes)."""
    while True:
        dice = random.Random(f"{seed}/{number}")
        kind = ("made", "odd", "changed", "broken")[number % 4]
        names, plain = Names(), True
        source = dice.choice(sorted(originals)) if number % 4 >= 2 and dice.random() < 0.7 else None
        terms = parse(originals[source][HEADER:]) if source else some_terms(dice, names)
        if kind == "odd":
            for _ in range(dice.randrange(1, 3)):
                dice.choice([terms] + [block.terms for block in blocks(terms)]).append(odd_term(dice, names))
            plain = False
        if kind == "changed":
            for _ in range(dice.randrange(1, 6)):
                plain = not change_tree(dice, terms, names) and plain
            plain = plain and not source
        body = encode(terms)
        if kind == "broken":
            body, plain = change_bytes(dice, body), False
        if HEADER + len(body) <= SIZE_MAX:
            return f"{kind} {source or 'anew'}", plain, header(body)
        seed = f"{seed}'"
