/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Debian has GNU-EFI's headers for its own architecture only. What they say of x86_64 holds for any machine of 64 bits
 * that is little-endian and calls firmware as it calls C, as long as one does not ask for Microsoft's calls.
 */
#include <x86_64/efibind.h>
