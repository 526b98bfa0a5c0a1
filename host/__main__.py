# SPDX-License-Identifier: BSD-2-Clause
"""What run.sh starts; `python3 host` does, too. Python puts this folder on its path, where the packages are."""

import sys

from touchstone.run import main

sys.exit(main(sys.argv[1:]))
