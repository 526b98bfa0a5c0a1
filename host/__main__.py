# SPDX-License-Identifier: BSD-2-Clause
"""`python3 host OPTIONS...`: what run.sh starts. Python puts this folder on its path, where the packages are."""

import sys

from touchstone.run import main

sys.exit(main(sys.argv[1:]))
