// SPDX-License-Identifier: BSD-2-Clause
/*
 * The registers of virtqueues (4.2.2, 4.2.3.2): which virtqueues exist, how large they are, and whether the device
 * may touch them. All accesses go through QueueSel, so a write for one queue must not reach another, and a queue that
 * does not exist must not look like the one that was selected before. Symptoms of a fault: a driver that finds a
 * thousand queues, two queues that share a ring, a queue that goes on after the driver took its memory back.
 */
#include "tests/checks/support/common.h"

static void select_queue(struct device *d, uint32_t index)
{
	transport_select_queue(&d->transport, index);
}

static uint32_t size_max(struct device *d, uint32_t index)
{
	select_queue(d, index);
	return transport_queue_size_max(&d->transport);
}

static uint32_t ready(struct device *d, uint32_t index)
{
	select_queue(d, index);
	return transport_queue_ready(&d->transport);
}

static void set_ready(struct device *d, uint32_t index, uint32_t value)
{
	select_queue(d, index);
	transport_set_queue_ready(&d->transport, value);
}

/* The most virtqueues that a device of this type can have; 0 if we do not know the type. */
static uint32_t queues_at_most(struct device *d)
{
	return d->type->queues_at_most ? d->type->queues_at_most(d) : 0;
}

/* The first index that no virtqueue has; 0 if there may be more of them than discovery looked at. */
static uint32_t first_absent(struct device *d)
{
	uint32_t most = queues_at_most(d);

	/* A device that ignores selections beyond its last queue seems to have as many as discovery looked at. */
	if (d->queue_count == DEVICE_QUEUES_SCANNED)
		return most;
	return most > d->queue_count ? most : d->queue_count;
}

/* First selects a queue that exists, so that an ignored selection shows. */
static void expect_absent(struct run *t, struct device *d, uint32_t index)
{
	if (d->queue_count)
		(void)size_max(d, d->type->request_queue < d->queue_count ? d->type->request_queue : 0);
	expect_eq(t, size_max(d, index), 0, "QueueSizeMax of virtqueue 0x%x, which does not exist, is 0", index);
}

/*
 * Breaks: a selection beyond the end that is ignored. Symptom: a driver that counts the queues never ends, or finds
 * one too many.
 */
CHECK(first_beyond, "queue.first-beyond-last", REQ("mmio-table-05"), DESCRIBED, NEEDS(.version = 2),
      "QueueSizeMax of the first virtqueue beyond the last is 0, even right after another one was selected")
{
	uint32_t first = first_absent(d);

	if (!first)
		skip(t, "the device has more virtqueues than we look at");
	device_greet(d);
	expect_absent(t, d, first);
}

/* Breaks: a selection that is ignored from some index on, or an index of which only some bits count. Symptom: the
 * registers show another virtqueue. */
CHECK(far_beyond, "queue.far-beyond-last", REQ("mmio-table-05"), DESCRIBED, NEEDS(.version = 2),
      "QueueSizeMax of virtqueues far beyond the last is 0")
{
	static const uint16_t indices[] = { 63,	 64,   127,  128,  255,	   256,	   511,
					    512, 1023, 1024, 1025, 0x7fff, 0x8000, 0xffff };

	if (!queues_at_most(d))
		skip(t, "we do not know how many virtqueues this type of device can have");
	device_greet(d);
	if (first_absent(d) > indices[sizeof(indices) / sizeof(indices[0]) - 1])
		skip(t, "the configuration says that there may be %u virtqueues", queues_at_most(d));
	for (unsigned i = 0; i < sizeof(indices) / sizeof(indices[0]); i++)
		if (indices[i] >= first_absent(d))
			expect_absent(t, d, indices[i]);
}

/*
 * A virtqueue index has 16 bits (2.6), the register 32. Breaks: a device that uses only the low bits of what was
 * written.
 */
CHECK(beyond_16_bits, "queue.index-beyond-16-bits", REQ("mmio-table-05"), DESCRIBED,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 2), "QueueSizeMax of an index that no virtqueue can have is 0")
{
	static const uint32_t indices[] = { 0x10000, 0x10001, 0x20000, 0x80000000, 0x80000001, 0xffff0000, 0xffffffff };

	device_greet(d);
	for (unsigned i = 0; i < sizeof(indices) / sizeof(indices[0]); i++)
		expect_absent(t, d, indices[i]);
}

/*
 * Breaks: a maximum that no queue can have (2.7), or registers in the other byte order, where 256 reads as 65536.
 * Symptom: a driver that takes the maximum allocates a ring that the device then refuses.
 */
CHECK(size_max_sane, "queue.size-max-in-range", REQ("mmio-table-06", "mmio-table-18"), DESCRIBED,
      NEEDS(.version = 2, .queues = 1), "QueueSizeMax is at most 32768")
{
	reach_stage(t, d, STAGE_FEATURES_OK);
	for (unsigned i = 0; i < device_queues_used(d) && i < d->queue_count; i++) {
		uint32_t max = size_max(d, i);

		expect(t, max >= 1 && max <= VIRTQ_SIZE_MAX,
		       "QueueSizeMax of virtqueue %u is between 1 and 32768: it is %u", i, max);
		/* 2.7 asks for a power of 2 only of the size in use, which the driver chooses. */
		if (max & (max - 1))
			info(t, "QueueSizeMax of virtqueue %u is %u, which is no power of 2", i, max);
	}
}

/* Looks only at virtqueues that a driver would use: the others may come and go with the accepted features. */
static void expect_same_maxima(struct run *t, struct device *d, const char *where)
{
	for (unsigned i = 0; i < device_queues_used(d) && i < d->queue_count; i++) {
		uint32_t max = size_max(d, i);

		expect_eq(t, max > UINT16_MAX ? UINT16_MAX : max, d->queue_max[i],
			  "QueueSizeMax of virtqueue %u is as at the start %s", i, where);
	}
}

/*
 * Breaks: one variable for the size in use and the largest one. Symptom: after one driver used 16 entries, the next
 * driver gets no more.
 */
CHECK(size_max_constant, "queue.size-max-is-constant", REQ("mmio-table-06"), DESCRIBED,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 2, .queues = 1),
      "QueueSizeMax is the same at every stage from FEATURES_OK on, whatever size is in use")
{
	/* Virtqueues are discovered in step 7 of 3.1.1: what QueueSizeMax reads before FEATURES_OK is open, and so is
	 * whether it is the same in the next life. */
	for (unsigned stage = STAGE_FEATURES_OK; stage < STAGES; stage++) {
		reach_stage(t, d, STAGE_FEATURES_OK);
		device_scan_queues(d);
		for (unsigned next = STAGE_FEATURES_OK + 1; next <= stage; next++)
			next_stage(t, d, (enum stage)next);
		expect_same_maxima(t, d, stage_name((enum stage)stage));
	}
	reach_stage(t, d, STAGE_FEATURES_OK);
	device_scan_queues(d);
	require_ok(t, device_setup_queues(d, 1), "the virtqueues can be set up with one entry");
	expect_same_maxima(t, d, "with virtqueues of one entry");
	reach_stage(t, d, STAGE_FEATURES_OK);
	for (unsigned i = 0; i < device_queues_used(d) && i < d->queue_count; i++)
		expect(t, size_max(d, i) > 1 || d->queue_max[i] == 1,
		       "QueueSizeMax of virtqueue %u is not the size of 1 that was in use before the reset", i);
}

/* A former life may have left it set. */
static void need_none_ready(struct run *t, struct device *d)
{
	for (unsigned i = 0; i < d->queue_count; i++)
		need_row(t, !ready(d, i), "mmio-layout-05", "QueueReady of virtqueue %u reads 0 after a reset", i);
}

static void expect_all_ready(struct run *t, struct device *d, unsigned set_up, const char *when)
{
	for (unsigned i = 0; i < d->queue_count; i++)
		expect_eq(t, ready(d, i), i < set_up, "QueueReady of virtqueue %u is what was written to it %s", i,
			  when);
}

/*
 * Breaks: one QueueReady for all queues, or one that does not follow QueueSel. Symptom: "queue is busy" for a queue
 * that nobody used.
 */
CHECK(ready_reads_back, "queue.ready-reads-back", REQ("mmio-table-08"), DESCRIBED,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 2, .queues = 1),
      "QueueReady of each virtqueue reads what was last written to it, at every stage")
{
	unsigned used;

	reach_stage(t, d, STAGE_FEATURES_OK);
	need_none_ready(t, d);
	expect_all_ready(t, d, 0, "before any is set up");
	used = device_queues_used(d); /* depends on the accepted features */
	for (uint16_t i = 0; i < used; i++) {
		require_ok(t, device_setup_queue(d, i, DEVICE_QUEUE_SIZE), "virtqueue %u can be set up", i);
		expect_all_ready(t, d, i + 1u, "while they are set up");
	}
	device_go(d);
	expect_all_ready(t, d, used, "after DRIVER_OK");
	for (unsigned i = used; i > 0; i--) {
		set_ready(d, i - 1, 0);
		expect_all_ready(t, d, i - 1, "while they are stopped");
	}
}

/* Writes all registers of a queue except QueueReady. */
static void describe_queue(struct device *d, const struct virtqueue *queue)
{
	select_queue(d, queue->index);
	transport_set_queue_size(&d->transport, queue->size);
	transport_set_queue_address(&d->transport, TRANSPORT_DESCRIPTORS, (uintptr_t)queue->desc);
	transport_set_queue_address(&d->transport, TRANSPORT_AVAILABLE, (uintptr_t)queue->avail);
	transport_set_queue_address(&d->transport, TRANSPORT_USED, (uintptr_t)queue->used);
}

enum { WAITING = 3 };

/*
 * Publishes requests on a queue that is not ready, notifies, and expects that nothing happens: for a quiet moment,
 * since no later event of this queue can bound the wait, and then until the device has served a request of its next
 * life.
 */
static void expect_ignored(struct run *t, struct device *d, bool starts)
{
	struct virtqueue queue;
	struct request requests[WAITING];
	struct watch watch;
	unsigned count = add_quick_requests(t, d, requests, WAITING);

	queue = *device_request_queue(d);
	watch_begin(&watch, &queue, requests, count, true);
	if (starts)
		device_go(d);
	virtqueue_kick(device_request_queue(d));
	expect(t, STAYS(t, queue.used->index == watch.index), "no buffer is used while QueueReady is 0");
	need_ok(t, device_start(d, NO_FEATURES));
	need_ok(t, device_do_request(d, 1));
	expect_none(t, watch_found(&watch),
		    "nothing is written to the virtqueue that was not ready, nor to its buffers");
}

/*
 * Breaks: a device that uses a queue as soon as it has its addresses. Symptom: it reads a ring while the driver still
 * writes it.
 */
CHECK(never_ready, "queue.untouched-until-ready", REQ("mmio-layout-07"), MUST,
      NEEDS(.version = 2, .requests = true, .entries = REQUEST_ENTRIES),
      "A virtqueue whose QueueReady was never set is left alone")
{
	uint16_t index = d->type->request_queue;

	reach_stage(t, d, STAGE_FEATURES_OK);
	need_none_ready(t, d);
	for (uint16_t i = 0; i < device_queues_used(d); i++) {
		if (i != index)
			require_ok(t, device_setup_queue(d, i, DEVICE_QUEUE_SIZE), "virtqueue %u can be set up", i);
		else if (!virtqueue_alloc(&d->queues[i], &d->transport, i,
					  device_queue_size(d, DEVICE_QUEUE_SIZE, d->queue_max[i]), false))
			need_ok(t, DRIVER_DMA_EXHAUSTED);
		else
			describe_queue(d, &d->queues[i]);
	}
	/* A device may look at its rings at DRIVER_OK itself. */
	expect_ignored(t, d, true);
}

/*
 * Breaks: a QueueReady that is stored and has no effect. Symptom: the driver stops a queue as 4.2.2.2 tells it to,
 * frees the memory, and the device goes on using it.
 */
CHECK(stops, "queue.stops-when-not-ready", REQ("mmio-layout-07"), MUST,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 2, .requests = true, .entries = REQUEST_ENTRIES),
      "A virtqueue whose QueueReady was set back to 0 is left alone")
{
	uint16_t index = d->type->request_queue;

	require_ok(t, device_start(d, NO_FEATURES), "the device starts");
	need_ok(t, device_do_request(d, 0));
	set_ready(d, index, 0);
	require_eq(t, ready(d, index), 0, "QueueReady reads 0 after 0 was written");
	expect_ignored(t, d, false);
}

/*
 * Breaks: a device that stops more than was asked for. Symptom: a network device whose control queue is stopped loses
 * its link.
 */
CHECK(others_go_on, "queue.others-go-on", REQ("mmio-table-08"), DESCRIBED,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 2, .requests = true, .queues = 2, .entries = REQUEST_ENTRIES),
      "Stopping one virtqueue leaves the others running")
{
	enum { REQUESTS = 4 };
	uint16_t index = d->type->request_queue, other = index ? 0 : 1;

	require_ok(t, device_start(d, NO_FEATURES), "the device starts");
	if (!d->queues[other].size)
		skip(t, "the device uses one virtqueue only");
	need_ok(t, device_do_request(d, 0));
	set_ready(d, other, 0);
	expect_eq(t, ready(d, other), 0, "QueueReady of virtqueue %u is 0", other);
	expect_eq(t, ready(d, index), 1, "QueueReady of virtqueue %u is still 1", index);
	for (unsigned i = 0; i < REQUESTS; i++)
		expect_ok(t, device_do_request(d, i), "request %u on virtqueue %u is served", i, index);
}
