# SPDX-License-Identifier: BSD-2-Clause
"""Devices with legal oddities, in the real image under QEMU."""

from harness import IMAGE, Done, run


def odd(oddities: str, *options: str) -> Done:
    return run("--config", "reference", "--append", f"touchstone.oddity={oddities}", *options, image=IMAGE)


def test_oddities_show() -> None:
    """The image has them: a short virtqueue, an id, a device that takes its time."""
    done = odd("queue_size_2,vendor-id-0,answers-after-3ms", "-v", "--only", "refrng0.rng.*")
    done.expect(0, "# device refrng0: queues 0:2\n", " vendor 0x0 ", "PASSED: ").lacks("# warning: no reference")


def test_wrong_oddities() -> None:
    odd("polls,queue_size_8", "-v", "--only", "identity.*").expect(77, "touchstone.oddity names no oddity of the catalogue")
    odd("polls,queue_size_1,queue_size_2", "-v", "--only", "identity.*").expect(77, "two oddities that exclude each other")
    odd("net_mac_deferred", "-v", "--only", "identity.*").expect(77, "an oddity that a device of this Version does not have")
