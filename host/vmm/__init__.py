# SPDX-License-Identifier: BSD-2-Clause
"""One file a VMM, each with a class `Vmm`: docs/your-vmm.md says how to add one."""
