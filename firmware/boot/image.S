/* SPDX-License-Identifier: BSD-2-Clause */
/* The image inside another file that loads it. IMAGE is the image's file name, given on the command line. */
	.section .image, "a"
	.balign 16
	.globl image, image_end, image_size
image:
	.incbin IMAGE
image_end:
image_size = image_end - image

	.section .note.GNU-stack, "", %progbits
