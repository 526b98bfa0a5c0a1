# SPDX-License-Identifier: BSD-2-Clause
"""The runner: boots configurations of a VMM, reads their reports and judges them."""
