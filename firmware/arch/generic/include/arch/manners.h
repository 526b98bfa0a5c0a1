/* SPDX-License-Identifier: BSD-2-Clause */
/* How the reference device answers at its registers: as the model does. The host port can put the manners of a VMM
 * before it (tests/self/narrow). */
#ifndef ARCH_MANNERS_H
#define ARCH_MANNERS_H

#define manners_renew(FUNCTION)	  ((void)(FUNCTION))
#define manners_configure(CONFIG) ((void)(CONFIG))
#define manners_read		  model_read
#define manners_write		  model_write

#endif
