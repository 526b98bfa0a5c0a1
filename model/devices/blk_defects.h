/* SPDX-License-Identifier: BSD-2-Clause */
/* The defects of a block device that concern how data is cut, placed, and kept while requests are in flight. A healthy
 * device calls these functions too; they do nothing then. */
#ifndef MODEL_BLK_DEFECTS_H
#define MODEL_BLK_DEFECTS_H

#include "model/model.h"

enum { MODEL_BLK_HEADER = 16 };

struct model_blk_request {
	uint32_t type;
	uint64_t sector;
	uint64_t data_out, data_in; /* bytes of data in the readable and in the writable part */
	uint64_t written;	    /* the leading bytes of data_in that were written */
	bool lost;		    /* the device does not answer it (a defect) */
};

/* A request was taken from the ring. */
void model_blk_taken(struct model *m, uint16_t index, uint16_t head);
/* Changes m->chain, or the request, as a defective device misreads it. */
void model_blk_misread_chain(struct model *m);
void model_blk_misread(struct model *m, struct model_blk_request *r, uint16_t index);
/* Does the device refuse the request for how it is cut or placed? */
bool model_blk_refuses(const struct model *m);
/* Does it refuse a range of so many sectors, or so many ranges, although it announces more? */
bool model_blk_refuses_range(const struct model *m, const struct model_blk_request *r, uint32_t sectors);
bool model_blk_refuses_ranges(const struct model *m, const struct model_blk_request *r, uint32_t count);
/* How many bytes of a write the device writes. */
uint64_t model_blk_size_written(const struct model *m, const struct model_blk_request *r);
/* The driver wrote to `writeback`. */
void model_blk_cache_switched(struct model *m, uint32_t value);
/* Called after the data of a read or a write was moved as it should be, and after a request was executed. */
void model_blk_spoil_read(struct model *m, struct model_blk_request *r, uint16_t index);
void model_blk_spoil_write(struct model *m, const struct model_blk_request *r);
void model_blk_after(struct model *m, struct model_blk_request *r, uint16_t index);

#endif
