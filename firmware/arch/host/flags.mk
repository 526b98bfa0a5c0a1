# SPDX-License-Identifier: BSD-2-Clause
# A Linux process under the sanitizers; a sanitizer's complaint ends it.
ARCH_CFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer $(HOST_COVERAGE)
ARCH_LDFLAGS :=
