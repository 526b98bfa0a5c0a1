// SPDX-License-Identifier: BSD-2-Clause
/*
 * The legacy register layout (4.2.4), which Version 1 announces: page-numbered rings in one piece of memory, 32 feature
 * bits, no FEATURES_OK, no QueueReady, no ConfigGeneration. What did not change (notifications, InterruptStatus,
 * configuration reads, rings) is judged by the other files on both layouts; this file judges what is different. The
 * section has no RFC 2119 keywords, so most of these checks are "described".
 */
#include "tests/checks/support/common.h"
#include "tests/checks/support/restless.h"

#include "drivers/transport/mmio.h"
#include "firmware/lib/swap.h"
#include "tests/checks/support/traffic.h"

enum {
	PAGE = 4096,
	SMALL_QUEUE = 4,
	LAPS = 3,
	EARLY_LIVES = 3,
};

/* One way to lay out the request queue. */
struct layout {
	uint32_t page_size, align;
	uint16_t size;
};

static uint32_t queue_pfn(struct device *d, uint16_t index)
{
	transport_select_queue(&d->transport, index);
	return transport_queue_page(&d->transport);
}

/* Starts the device with all queues that its type uses laid out in the given way. */
static void start_laid_out(struct run *t, struct device *d, const struct layout *layout)
{
	unsigned count;

	require_ok(t, device_reset(d), "the device resets");
	device_greet(d);
	require_ok(t, device_negotiate(d, NO_FEATURES), "features are negotiated");
	transport_set_page_size(&d->transport, layout->page_size);
	count = device_queues_used(d);
	for (uint16_t i = 0; i < count; i++) {
		uint16_t size = device_queue_size(d, layout->size, d->queue_max[i]);

		if (!virtqueue_alloc_legacy(&d->queues[i], &d->transport, i, size, false, layout->page_size,
					    layout->align))
			need_ok(t, DRIVER_DMA_EXHAUSTED);
		virtqueue_register(&d->queues[i], layout->page_size);
	}
	device_go(d);
}

/* More requests than the queue has entries, so that a ring in the wrong place or of the wrong size shows. */
static void several_laps(struct run *t, struct device *d)
{
	for (unsigned i = 0; i < LAPS * SMALL_QUEUE; i++)
		require_ok(t, device_do_request(d, i),
			   "request %u completes, with used ring at the next multiple of %u", i,
			   d->queues[d->type->request_queue].legacy_align);
}

/* Breaks: a device that changes its Version with its state. */
CHECK(legacy_version, "legacy.version-reads-1", REQ("mmio-leg-01"), DESCRIBED,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 1), "Version reads 1 at every stage")
{
	expect_eq(t, reg_read(&d->transport, VIRTIO_MMIO_VERSION), 1, "Version after a reset");
	require_ok(t, device_start(d, NO_FEATURES), "the device starts");
	expect_eq(t, reg_read(&d->transport, VIRTIO_MMIO_VERSION), 1, "Version with DRIVER_OK");
	require_ok(t, device_reset(d), "the device resets");
	expect_eq(t, reg_read(&d->transport, VIRTIO_MMIO_VERSION), 1, "Version after the reset");
}

/*
 * Breaks: a device that shows all its 64 feature bits. Symptom: a legacy driver sees VERSION_1 and gives up. The
 * specification does not say what the other words read, so this is a warning.
 */
CHECK(legacy_word1, "legacy.only-32-feature-bits", REQ("mmio-leg-09"), SHOULD,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 1), "HostFeatures reads 0 for every word but the first")
{
	static const uint32_t windows[] = { 1, 2, 3, 0x80000000, UINT32_MAX };

	for (unsigned i = 0; i < sizeof(windows) / sizeof(windows[0]); i++)
		expect_eq(t, transport_offered(&d->transport, windows[i]), 0, "HostFeatures with HostFeaturesSel 0x%x",
			  windows[i]);
	expect_eq(t, transport_offered(&d->transport, 0), d->offered.word[0],
		  "HostFeatures with HostFeaturesSel 0, again");
}

/* Copies a request and cuts every segment of more than a byte in two. */
static void cut_in_two(const struct request *request, struct request *cut)
{
	*cut = *request;
	cut->count = 0;
	for (unsigned i = 0; i < request->count; i++) {
		struct segment left = request->segments[i], right = left;

		left.size = (left.size + 1) / 2;
		right.data = (uint8_t *)right.data + left.size;
		right.size -= left.size;
		cut->segments[cut->count++] = left;
		if (right.size)
			cut->segments[cut->count++] = right;
	}
}

/*
 * Breaks: a device that offers bit 27 and still expects one descriptor for each part of a request. (Bit 30, UNUSED,
 * stands in the same section and demands nothing of a device.)
 */
CHECK(legacy_any_layout, "legacy.any-layout-works", REQ("leg-rfb-02"), MUST,
      NEEDS(.version = 1, .requests = true, .entries = 8, .features = OFFERS(VIRTIO_F_ANY_LAYOUT)),
      "With ANY_LAYOUT negotiated a request may be cut into descriptors anywhere")
{
	struct request request, cut;

	if (d->type->answer_segments_max && d->type->answer_segments_max(d) < 2)
		skip(t, "the device takes one segment of data");
	require_ok(t, device_start(d, FEATURE(VIRTIO_F_ANY_LAYOUT)), "the device starts");
	for (unsigned i = 0; i < LAPS; i++) {
		require_ok(t, device_make_request(d, &request, i), "a request can be made");
		cut_in_two(&request, &cut);
		require_ok(t, device_add_request(d, &cut, NULL), "a request can be added");
		virtqueue_kick(device_request_queue(d));
		require_ok(t, device_finish_request(d, NULL), "a request of %u descriptors completes as one of %u does",
			   cut.count, request.count);
	}
}

/* Breaks: one register for all queues, or a register that does not read back. */
CHECK(legacy_pfn, "legacy.queue-pfn-reads-back", REQ("mmio-leg-03"), DESCRIBED,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 1, .queues = 1),
      "QueuePFN of each queue reads 0 until the queue is set up, and then the page number that was written")
{
	unsigned count = device_queues_used(d);

	for (uint16_t i = 0; i < d->queue_count; i++)
		expect_eq(t, queue_pfn(d, i), 0, "QueuePFN of queue %u after a reset", i);
	require_ok(t, device_start(d, NO_FEATURES), "the device starts");
	for (uint16_t i = 0; i < d->queue_count; i++)
		expect_eq(t, queue_pfn(d, i), i < count ? (uintptr_t)d->queues[i].desc / PAGE : 0,
			  "QueuePFN of queue %u with DRIVER_OK", i);
}

/*
 * Breaks: a reset that leaves the queues set up. Symptom: the next driver gives up, because the queue "is already in
 * use".
 */
CHECK(legacy_reset_pfn, "legacy.reset-clears-queue-pfn", REQ("mmio-leg-08"), DESCRIBED,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 1, .queues = 1), "A reset sets QueuePFN of all queues to 0")
{
	require_ok(t, device_start(d, NO_FEATURES), "the device starts");
	require_ok(t, device_reset(d), "the device resets");
	for (uint16_t i = 0; i < d->queue_count; i++)
		expect_eq(t, queue_pfn(d, i), 0, "QueuePFN of queue %u after the reset", i);
}

/* Breaks: a device that answers for the queue that was selected before. */
CHECK(legacy_no_queue, "legacy.queue-beyond-the-last", REQ("mmio-leg-05"), DESCRIBED, NEEDS(.version = 1),
      "QueueSizeMax reads 0 for a queue that does not exist")
{
	const uint32_t beyond[] = { 0x10000, UINT32_MAX, d->queue_count, DEVICE_QUEUES_SCANNED + 1000, 0xffff };
	const bool all = d->queue_count < DEVICE_QUEUES_SCANNED; /* or else it has more than we look at */

	for (unsigned i = 0; i < (all ? sizeof(beyond) / sizeof(beyond[0]) : 2); i++) {
		transport_select_queue(&d->transport, 0);
		transport_select_queue(&d->transport, beyond[i]);
		expect_eq(t, transport_queue_size_max(&d->transport), 0,
			  "QueueSizeMax with QueueSel 0x%x, after queue 0 was selected", beyond[i]);
	}
}

/* Breaks: a fixed page size of 4096. Symptom: a guest with 64 KiB pages sees a dead device. */
CHECK(legacy_page_size, "legacy.guest-page-size-scales-queue-pfn", REQ("mmio-leg-02", "leg-vq-01"), DESCRIBED,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 1, .requests = true, .entries = SMALL_QUEUE),
      "The queue is at QueuePFN times GuestPageSize")
{
	static const uint32_t page_sizes[] = { 4096, 16384, 65536 };

	for (unsigned i = 0; i < sizeof(page_sizes) / sizeof(page_sizes[0]); i++) {
		start_laid_out(t, d,
			       &(struct layout){ .page_size = page_sizes[i], .align = PAGE, .size = SMALL_QUEUE });
		step(t, "GuestPageSize %u", page_sizes[i]);
		several_laps(t, d);
	}
}

/*
 * Breaks: pages of 4096 bytes at least, or a register that gives back pages of another size. Symptom: a guest with
 * small pages has its ring elsewhere; one that looks whether a queue is where it put it gives up.
 */
CHECK(legacy_small_pages, "legacy.queue-pfn-counts-small-pages", REQ("mmio-leg-02", "mmio-leg-03"), DESCRIBED,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 1, .requests = true, .entries = SMALL_QUEUE),
      "With any GuestPageSize QueuePFN reads back the page number that was written, and the queue is there")
{
	static const uint32_t page_sizes[] = { 1024, 2048, 4096, 16384 };

	for (unsigned i = 0; i < sizeof(page_sizes) / sizeof(page_sizes[0]); i++) {
		const struct virtqueue *queue = device_request_queue(d);

		/* Moves the queue off the multiples of larger pages. */
		for (unsigned tries = 0; tries < 4; tries++) {
			start_laid_out(
				t, d, &(struct layout){ .page_size = page_sizes[i], .align = 64, .size = SMALL_QUEUE });
			if ((uintptr_t)queue->desc & page_sizes[i])
				break;
			need_memory(t, dma_alloc(64, page_sizes[i]));
		}
		step(t, "GuestPageSize %u", page_sizes[i]);
		for (uint16_t j = 0; j < device_queues_used(d); j++)
			expect_eq(t, queue_pfn(d, j), (uintptr_t)d->queues[j].desc / page_sizes[i],
				  "QueuePFN of queue %u with GuestPageSize %u", j, page_sizes[i]);
		several_laps(t, d);
	}
}

/* Breaks: a used ring that is always expected on the next page. */
CHECK(legacy_align, "legacy.queue-align-places-the-used-ring", REQ("mmio-leg-04", "leg-vq-01"), MUST,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 1, .requests = true, .entries = SMALL_QUEUE),
      "The used ring is at the next multiple of QueueAlign behind the available ring")
{
	static const uint32_t aligns[] = { 4096, 8192, 256, 64 };
	struct request request;

	for (unsigned i = 0; i < sizeof(aligns) / sizeof(aligns[0]); i++) {
		start_laid_out(t, d, &(struct layout){ .page_size = PAGE, .align = aligns[i], .size = SMALL_QUEUE });
		step(t, "QueueAlign %u", aligns[i]);
		several_laps(t, d);
	}
	/* The available ring of a queue of one entry ends at 24, which is a multiple of these. */
	need_ok(t, device_make_request(d, &request, 0));
	if (request.count > 1)
		return;
	start_laid_out(t, d, &(struct layout){ .page_size = PAGE, .align = PAGE, .size = 1 });
	need_ok(t, device_do_request(d, 0));
	for (uint32_t align = 4; align <= 8; align *= 2) {
		start_laid_out(t, d, &(struct layout){ .page_size = PAGE, .align = align, .size = 1 });
		step(t, "QueueAlign %u, one entry", align);
		several_laps(t, d);
	}
}

/*
 * Breaks: one QueueAlign, or one QueueSize, for all queues. Symptom: a driver that sets up its queues in another order,
 * or with other sizes, sees a dead device.
 */
CHECK(legacy_per_queue, "legacy.queue-registers-are-per-queue", REQ("mmio-leg-04", "mmio-leg-06"), DESCRIBED,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 1, .requests = true, .queues = 2, .entries = 2 * SMALL_QUEUE),
      "QueueSize and QueueAlign of one queue leave those of the others as they are")
{
	const uint16_t working = d->type->request_queue, other = working ? 0 : 1;
	struct virtqueue *queue = &d->queues[working];

	for (unsigned turn = 0; turn < 2; turn++) {
		require_ok(t, device_reset(d), "the device resets");
		device_greet(d);
		require_ok(t, device_negotiate(d, NO_FEATURES), "features are negotiated");
		transport_set_page_size(&d->transport, PAGE);
		if (!virtqueue_alloc_legacy(queue, &d->transport, working, turn ? SMALL_QUEUE : 2 * SMALL_QUEUE, false,
					    PAGE, turn ? 64 : PAGE))
			need_ok(t, DRIVER_DMA_EXHAUSTED);
		transport_select_queue(&d->transport, working);
		transport_set_queue_size(&d->transport, queue->size);
		transport_set_queue_align(&d->transport, queue->legacy_align);
		/* The other queue is described, and not used. */
		transport_select_queue(&d->transport, other);
		transport_set_queue_size(&d->transport, turn ? 2 * SMALL_QUEUE : SMALL_QUEUE);
		transport_set_queue_align(&d->transport, turn ? PAGE : 64);
		transport_select_queue(&d->transport, working);
		transport_set_queue_page(&d->transport, (uint32_t)((uintptr_t)queue->desc / PAGE));
		device_go(d);
		for (unsigned i = 0; i < LAPS * queue->size; i++)
			require_ok(t, device_do_request(d, i), "request %u of a queue of %u entries completes", i,
				   queue->size);
	}
}

/* Breaks: a ring that wraps at QueueSizeMax. Symptom: the device works until the first wrap. */
CHECK(legacy_size, "legacy.queue-size-is-honoured", REQ("mmio-leg-06", "leg-vq-01"), DESCRIBED,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 1, .requests = true, .entries = SMALL_QUEUE),
      "The ring has QueueSize entries, and its parts lie where the formula for that size puts them")
{
	uint16_t most = virtqueue_size(256, d->queue_max[d->type->request_queue]);

	need_ordinary_life(t, d, true);
	for (uint16_t size = SMALL_QUEUE; size <= most; size = (uint16_t)(size * 4)) {
		start_laid_out(t, d, &(struct layout){ .page_size = PAGE, .align = PAGE, .size = size });
		for (unsigned i = 0; i < size + 2u; i++)
			require_ok(t, device_do_request(d, i % LAPS), "request %u of a queue of %u entries completes",
				   i, size);
	}
}

/*
 * Breaks: a device that a 0 in QueuePFN resets as a whole. Symptom: a driver that gives back one queue loses the
 * others.
 */
CHECK(legacy_stop_one, "legacy.queue-pfn-zero-stops-one-queue", REQ("mmio-leg-07"), DESCRIBED,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 1, .requests = true, .queues = 2),
      "Writing 0 to QueuePFN stops that queue, but no other queue and not the device")
{
	uint16_t working = d->type->request_queue, stopped = working ? 0 : 1;
	uint32_t status;

	if (device_queues_used(d) < 2)
		skip(t, "the device uses a single virtqueue");
	require_ok(t, device_start(d, NO_FEATURES), "the device starts");
	require_ok(t, device_do_request(d, 1), "a request completes before");
	status = transport_status(&d->transport);
	transport_select_queue(&d->transport, stopped);
	transport_set_queue_page(&d->transport, 0);
	expect_eq(t, queue_pfn(d, stopped), 0, "QueuePFN of the queue that was stopped");
	expect_eq(t, queue_pfn(d, working), (uintptr_t)d->queues[working].desc / PAGE, "QueuePFN of the other queue");
	require_eq(t, transport_status(&d->transport), status, "Status after one queue was stopped");
	expect_ok(t, device_do_request(d, 2), "a request completes on the other queue");
}

/* Turns the descriptors and the available ring of a request that was added and not published into big-endian order. */
static void swap_request(struct virtqueue *queue)
{
	for (uint16_t i = 0; i < queue->size; i++) {
		volatile struct virtq_desc *desc = &queue->desc[i];

		desc->address = swap64(desc->address);
		desc->length = swap32(desc->length);
		desc->flags = swap16(desc->flags);
		desc->next = swap16(desc->next);
	}
	queue->avail->ring[0] = swap16(queue->avail->ring[0]);
	queue->available = swap16(queue->available); /* what virtqueue_publish() shows */
}

/* A device that serves no request, and does if the rings are in the other byte order, is at fault. */
static void expect_native_rings(struct run *t, struct device *d)
{
	struct virtqueue *queue = traffic_start(t, d, NO_FEATURES, 0);

	if (!device_do_request(d, 0))
		return;
	queue = traffic_restart(t, d, NO_FEATURES, 0);
	traffic_add(t, d, traffic_make(t, d, 1, 0), NULL);
	swap_request(queue);
	queue->avail->index = queue->available;
	virtqueue_notify(queue);
	require(t, !WAIT_UNTIL(queue->used->index, device_patience_ns),
		"the rings of a device that serves no request in the byte order of the guest are not big-endian");
}

/*
 * Breaks: rings in the byte order of the device's own machine, or always big-endian. Symptom: the available index 1
 * is taken for 256, and the device goes through entries that nobody wrote.
 */
CHECK(legacy_ring_order, "legacy.rings-are-native-endian", REQ("leg-vq-02"), MUST,
      NEEDS(.version = 1, .requests = true, .entries = 2 * REQUEST_ENTRIES),
      "The rings of a legacy device are in the byte order of the guest")
{
	struct virtqueue *queue;

	expect_native_rings(t, d);
	queue = traffic_restart(t, d, NO_FEATURES, 0);
	/* The second request has another head than 0, which is the same in any byte order. */
	require_eq(t, traffic_do_batch(t, d, traffic_make(t, d, 2, 0), 2), 2, "requests that fit");
	expect_eq(t, queue->used->index, 2, "used.idx after 2 requests");
}

/*
 * Sends a request before DRIVER_OK, and returns whether it completes then. DRIVER_OK follows, and the request must
 * complete at the latest after it.
 */
static bool completes_before_driver_ok(struct run *t, struct device *d, uint64_t *usual)
{
	static struct request request;
	uint64_t start;
	bool early;

	require_ok(t, device_reset(d), "the device resets");
	device_greet(d);
	require_ok(t, device_negotiate(d, NO_FEATURES), "features are negotiated");
	require_ok(t, device_setup_queues(d, 0), "the queues are set up");
	require_ok(t, device_make_request(d, &request, 1), "a request can be made");
	require_ok(t, device_add_request(d, &request, NULL), "a request can be added");
	virtqueue_kick(device_request_queue(d));
	early = COMES(t, virtqueue_used_waiting(device_request_queue(d)), *usual);
	device_go(d);
	start = clock_ns();
	if (!early)
		virtqueue_notify(device_request_queue(d));
	require_ok(t, device_finish_request(d, NULL), "the request completes at the latest after DRIVER_OK");
	if (!*usual || clock_ns() - start < *usual) /* the machine may be busy in one life */
		*usual = clock_ns() - start;
	return early;
}

/*
 * Breaks: a device that waits for DRIVER_OK. Symptom: old drivers, which probe a disk before they set it, hang at boot.
 *
 * One life in which the request completes early proves the property. So a device is at fault only if the request waits
 * for DRIVER_OK in each of several lives, which no slow machine explains.
 */
CHECK(legacy_before_driver_ok, "legacy.works-before-driver-ok", REQ("leg-init-02"), MUST,
      NEEDS(.version = 1, .requests = true), "A legacy device is usable before DRIVER_OK")
{
	unsigned early = 0;
	uint64_t usual = 0;

	for (unsigned life = 0; life < EARLY_LIVES && !early; life++)
		early += completes_before_driver_ok(t, d, &usual);
	expect(t, early,
	       "a request completes before DRIVER_OK in one of %u lives (in each it completed right after DRIVER_OK)",
	       EARLY_LIVES);
}

/* Writes the byte, and the rest of its field as it is: a device may wait for the last byte (5.1.9.5.2.3). */
static void write_field(struct device *d, uint32_t byte)
{
	const uint32_t offset = d->type->writable.offset;

	config_write(&d->transport, offset, 1, byte);
	for (uint32_t i = 1; i <= d->type->writable.more; i++)
		config_write(&d->transport, offset + i, 1, config_read(&d->transport, offset + i, 1));
}

/* Breaks: configuration writes that take effect only after negotiation. */
CHECK(legacy_config_write, "legacy.config-writes-before-negotiation", REQ("leg-init-01"), MUST, NEEDS(.version = 1),
      "A legacy device accepts configuration writes before features are negotiated")
{
	const uint32_t offset = d->type->writable.offset, bits = d->type->writable.bits;
	uint32_t before, changed;

	if (!bits || !device_offers(d, d->type->writable.feature))
		skip(t, "this device has no field that a legacy driver may write");
	require_ok(t, device_reset(d), "the device resets");
	device_greet(d);
	before = config_read(&d->transport, offset, 1);
	changed = before ^ bits;
	write_field(d, changed);
	expect_eq(t, config_read(&d->transport, offset, 1), changed,
		  "the byte at 0x%x of the configuration space after it was written", offset);
	write_field(d, before);
	expect_eq(t, config_read(&d->transport, offset, 1), before, "the byte at 0x%x after it was written back",
		  offset);
}

/*
 * Breaks: a device that waits for FEATURES_OK before it serves its queues. Symptom: the first request of an old guest
 * never completes. (A device must recognise a driver that writes neither VERSION_1 nor FEATURES_OK as a legacy driver.)
 */
CHECK(legacy_driver, "legacy.driver-is-recognised", REQ("leg-feat-01", "leg-feat-02", "mmio-leg-11"), MUST,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 1, .requests = true),
      "The device works for a driver that follows the legacy procedure, and Status and InterruptStatus behave as on "
      "the modern layout")
{
	struct transport *transport = &d->transport;

	require_ok(t, device_reset(d), "the device resets");
	transport_add_status(transport, VIRTIO_STATUS_ACKNOWLEDGE);
	expect_eq(t, transport_status(transport), VIRTIO_STATUS_ACKNOWLEDGE, "Status after ACKNOWLEDGE");
	transport_add_status(transport, VIRTIO_STATUS_DRIVER);
	expect_eq(t, transport_status(transport), VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER,
		  "Status after DRIVER");
	require_ok(t, device_negotiate(d, NO_FEATURES), "features are negotiated");
	require_ok(t, device_setup_queues(d, 0), "the queues are set up");
	device_go(d);
	expect_eq(t, transport_status(transport),
		  VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_DRIVER_OK, "Status after DRIVER_OK");
	require_legacy_request(t, d);
	require_notified(
		t, d,
		WAIT_UNTIL(transport_interrupt_status(transport) & VIRTIO_INTERRUPT_USED_BUFFER, device_patience_ns),
		"InterruptStatus shows the used buffer");
	require_at_rest(t, d, interrupt_status(d) == VIRTIO_INTERRUPT_USED_BUFFER, "it shows nothing else");
	transport_interrupt_acknowledge(transport, VIRTIO_INTERRUPT_USED_BUFFER);
	require_at_rest(t, d, !interrupt_status(d), "InterruptStatus is 0 after the acknowledgement");
}
