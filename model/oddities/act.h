/* SPDX-License-Identifier: BSD-2-Clause */
/* What a device with oddities does by itself, and what it puts off. */
#ifndef MODEL_ODDITIES_ACT_H
#define MODEL_ODDITIES_ACT_H

#include "model/model.h"

/* Call it at each register access, at DRIVER_OK, and as part of a reset. */
void model_odd_access(struct model *m);
void model_odd_driver_ok(struct model *m);
void model_odd_reset(struct model *m);

/* Is something due that the device does by itself? And: does it. */
bool model_odd_due(struct model *m);
void model_odd_act(struct model *m);

/* May the device do this now? The answer is no for the time that the oddity asks for, from the first question on, until
 * the function that ends it is called. */
bool model_odd_may_reset(struct model *m);
bool model_odd_resets_slowly(const struct model *m);
bool model_odd_may_reset_queue(struct model *m, uint16_t index);
bool model_odd_may_answer(struct model *m, uint16_t index);
bool model_odd_may_signal(struct model *m, uint16_t index);
bool model_odd_may_deliver(struct model *m);
/* Does the device look for buffers without a notification, and finds some? */
bool model_odd_polls(struct model *m, uint16_t index);
void model_odd_answered(struct model *m, uint16_t index);  /* all requests that were there */
void model_odd_signalled(struct model *m, uint16_t index); /* the driver was interrupted */
void model_odd_delivered(struct model *m);
/* Do frames pass? They do with the link down, too, if the configuration alone is odd. */
bool model_odd_carries(const struct model *m);

#ifdef MODEL_WITHOUT_ODDITIES /* what all of them come to then (tests/self/mutants.py) */
#define model_odd_access(m)		((void)(m))
#define model_odd_driver_ok(m)		((void)(m))
#define model_odd_reset(m)		((void)(m))
#define model_odd_due(m)		((void)(m), false)
#define model_odd_act(m)		((void)(m))
#define model_odd_may_reset(m)		((void)(m), true)
#define model_odd_resets_slowly(m)	((void)(m), false)
#define model_odd_may_reset_queue(m, i) ((void)(m), (void)(i), true)
#define model_odd_may_answer(m, i)	((void)(m), (void)(i), true)
#define model_odd_may_signal(m, i)	((void)(m), (void)(i), true)
#define model_odd_may_deliver(m)	((void)(m), true)
#define model_odd_polls(m, i)		((void)(m), (void)(i), false)
#define model_odd_answered(m, i)	((void)(m), (void)(i))
#define model_odd_signalled(m, i)	((void)(m), (void)(i))
#define model_odd_delivered(m)		((void)(m))
#endif

#endif
