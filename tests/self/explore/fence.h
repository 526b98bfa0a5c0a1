/* SPDX-License-Identifier: BSD-2-Clause */
/* Included before the model's files: turns its fences into barriers of the device's store buffer (stores.c). */
#ifndef TESTS_SELF_EXPLORE_FENCE_H
#define TESTS_SELF_EXPLORE_FENCE_H

void stores_fence(int order);
#define __atomic_thread_fence(ORDER) stores_fence(ORDER)

#endif
