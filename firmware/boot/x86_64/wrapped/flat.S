/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A flat image, for loaders that copy a file to 16 MiB and enter its first byte by the Linux 64-bit boot protocol. It
 * works at any address from 16 MiB up.
 */
#include "firmware/boot/x86_64/wrapped/enter_image.h"

	.section .head, "ax"
	.code64
	enter_image

	.section .note.GNU-stack, "", @progbits
