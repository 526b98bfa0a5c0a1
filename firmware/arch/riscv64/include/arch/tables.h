/* SPDX-License-Identifier: BSD-2-Clause */
/* RISC-V has device trees. */
#ifndef ARCH_TABLES_H
#define ARCH_TABLES_H

#define ARCH_HAS_DEVICETREE true
#define ARCH_HAS_ACPI	    false
#define ARCH_ACPI_OF_PC	    false
#define ARCH_ACPI_OF_ARM    false
#define ARCH_HAS_MP_TABLE   false
#define ARCH_PROBES_PLACES  false

#endif
