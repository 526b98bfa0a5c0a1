# SPDX-License-Identifier: BSD-2-Clause
"""End-to-end tests of run.sh and the runner: run.py [--quick] [PART OF A TEST'S NAME...]"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.pycache_prefix = os.path.join(TOP, "build", "pycache")
sys.path[:0] = [os.path.join(TOP, "host"), HERE]

import harness              # noqa: E402 (needs the path)
import test_accidents       # noqa: E402
import test_backports       # noqa: E402
import test_coverage        # noqa: E402
import test_efi             # noqa: E402
import test_expectations    # noqa: E402
import test_from_reading    # noqa: E402
import test_input           # noqa: E402
import test_isolate         # noqa: E402
import test_lint            # noqa: E402
import test_need            # noqa: E402
import test_options         # noqa: E402
import test_qemu            # noqa: E402
import test_qemu_build      # noqa: E402
import test_races           # noqa: E402
import test_reports         # noqa: E402
import test_stalls          # noqa: E402
import test_stream          # noqa: E402

MODULES = (test_options, test_accidents, test_isolate, test_expectations, test_reports, test_stream, test_need, test_backports, test_coverage,
           test_lint, test_qemu, test_races, test_qemu_build, test_efi, test_from_reading, test_input, test_stalls)

sys.exit(harness.main(MODULES, sys.argv[1:]))
