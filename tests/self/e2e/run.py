# SPDX-License-Identifier: BSD-2-Clause
"""End-to-end tests of run.sh and the runner: run.py [--quick] [PART OF A TEST'S NAME...]

The tests are the functions `test_...` of the files test_*.py beside this one. `make check NAME=e2e.PART` runs some.
"""

import importlib
import os
import signal
import sys

import harness

FILES = sorted(name for name in os.listdir(harness.HERE) if name.startswith("test_") and name.endswith(".py"))

signal.signal(signal.SIGINT, signal.default_int_handler)    # a background job of a shell ignores it, and so would what the tests start
sys.exit(harness.main([importlib.import_module(name[:-len(".py")]) for name in FILES], sys.argv[1:]))
