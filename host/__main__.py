# SPDX-License-Identifier: BSD-2-Clause
"""The entry point of run.sh and of `python3 host`. Python puts this folder, which has the packages, on its path."""

import sys

from touchstone.run import main

sys.exit(main(sys.argv[1:]))
