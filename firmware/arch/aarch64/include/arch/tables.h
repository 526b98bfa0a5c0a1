/* SPDX-License-Identifier: BSD-2-Clause */
/* See arch/generic. Firmware passes on ACPI or a device tree, other loaders a device tree. The known places are x86's.
 */
#ifndef ARCH_TABLES_H
#define ARCH_TABLES_H

#define ARCH_HAS_DEVICETREE true
#define ARCH_HAS_ACPI	    true
#define ARCH_ACPI_OF_PC	    false
#define ARCH_ACPI_OF_ARM    true
#define ARCH_HAS_MP_TABLE   false
#define ARCH_PROBES_PLACES  false

#endif
