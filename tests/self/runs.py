# SPDX-License-Identifier: BSD-2-Clause
"""The runs of the host port that make the reference device show what it can do."""

# Each must pass everything.
HEALTHY = [f"touchstone.ref-version={version} touchstone.ref-schedule={schedule} touchstone.ref-line={line}"
           for version in (1, 2, 3) for schedule in ("prompt", "lazy", "mixed") for line in ("level", "edge")]
# The layouts of message signalled interrupts.
LAYOUTS = ("draft3", "f40", "f40-fixed", "f40-patch", "f40-fixed-patch", "dragonball", "f44")
HEALTHY += [f"touchstone.ref-msi={layout} touchstone.ref-schedule={schedule}" for layout in LAYOUTS for schedule in ("prompt", "lazy", "mixed")]

# Those that judge a mutant: the runs that notice most come first.
MUTANTS = ["touchstone.ref-version=2 touchstone.ref-schedule=mixed touchstone.skip=*wrap*",
           "touchstone.ref-version=1 touchstone.ref-schedule=prompt touchstone.ref-line=edge touchstone.skip=*wrap*",
           "touchstone.ref-msi=all touchstone.skip=*wrap*",
           "touchstone.ref-version=3 touchstone.ref-schedule=lazy touchstone.skip=*wrap*",
           "touchstone.ref-read-only touchstone.only=blk.*"]
MUTANTS += [f"touchstone.ref-msi={layout} touchstone.only=msi.*,race.*" for layout in LAYOUTS]
MUTANTS += [f"touchstone.ref-version={version} touchstone.ref-queue-size={size} touchstone.skip=*wrap*" for version in (1, 2) for size in (2, 16, 1024)]
MUTANTS += [f"touchstone.ref-version={version} touchstone.ref-schedule={schedule} touchstone.ref-line={line}"
            for version in (1, 2, 3) for schedule, line in (("prompt", "edge"), ("lazy", "level"), ("mixed", "level"))]
