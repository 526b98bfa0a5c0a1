/* SPDX-License-Identifier: BSD-2-Clause */
/* Which tables discovery reads. A port on which some never occur puts its own <arch/tables.h> before this one, and its
 * image is the smaller for it. */
#ifndef ARCH_TABLES_H
#define ARCH_TABLES_H

#define ARCH_HAS_DEVICETREE true
#define ARCH_HAS_ACPI	    true
#define ARCH_ACPI_OF_PC	    true /* where the first megabyte has tables; APICs, ports, a PM timer */
#define ARCH_ACPI_OF_ARM    true /* GIC, generic timers, PSCI, and the console is named */
#define ARCH_HAS_MP_TABLE   true
#define ARCH_PROBES_PLACES  true /* firmware/discovery/probe.c */

#endif
