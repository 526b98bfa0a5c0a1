/* SPDX-License-Identifier: BSD-2-Clause */
/* No x86_64 loader that we know of passes a device tree. */
#ifndef ARCH_TABLES_H
#define ARCH_TABLES_H

#define ARCH_HAS_DEVICETREE false
#define ARCH_HAS_ACPI	    true
#define ARCH_ACPI_OF_PC	    true
#define ARCH_ACPI_OF_ARM    false
#define ARCH_HAS_MP_TABLE   true
#define ARCH_PROBES_PLACES  true /* firmware/discovery/probe.c */

#endif
