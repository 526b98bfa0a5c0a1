/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Debian ships GNU-EFI's headers for its own architecture only. Those for x86_64 suit any 64-bit, little-endian machine
 * whose firmware uses C's calling convention, as long as nobody asks for Microsoft's.
 */
#include <x86_64/efibind.h>
