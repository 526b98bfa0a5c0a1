// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a driver must not do, done on purpose. The specification leaves open what a device makes of it: it may ignore
 * it, set DEVICE_NEEDS_RESET, or give a wrong answer. But a guest is not trusted. Whatever it writes, the VMM lives,
 * the device writes to no memory that it was not given, and a reset brings the device back. That is all that is asked
 * here, so a failure is a WARN; a VMM that dies is a CRASH at every level.
 *
 * Every check breaks one rule, once or in several ways, and survive() judges what is left.
 */
#include "drivers/transport/mmio.h"
#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/traffic.h"
#include "tests/framework/options.h"

/* ---- what must hold afterwards ---- */

enum { BYSTANDER_BYTES = 1024 };
static const uint8_t *bystander; /* memory that no device learns of */

static bool makes_requests(const struct device *d)
{
	return d->type->make_request && d->type->request_queue < d->queue_count &&
	       d->queue_max[d->type->request_queue] >= REQUEST_ENTRIES;
}

/* The device works: it starts, and serves a request if its type has requests. */
static enum driver_error works(struct device *d)
{
	enum driver_error error = device_start(d, NO_FEATURES);

	return !error && makes_requests(d) ? device_do_request(d, 1) : error;
}

/* The framework looks at the guard bytes of all buffers after this. */
static void survive(struct run *t, struct device *d)
{
	enum driver_error error;

	if (transport_kind(&d->transport) == TRANSPORT_MMIO &&
	    !expect_eq(t, reg_read(&d->transport, VIRTIO_MMIO_MAGIC_VALUE), VIRTIO_MMIO_MAGIC,
		       "MagicValue still reads 0x74726976"))
		d->unusable = DRIVER_LOST; /* what the next checks would find has been reported */
	error = works(d);
	if (!expect(t, !error, "after a reset the device works again: %s", driver_error_text(error)))
		d->unusable = DRIVER_LOST;
	expect(t, memory_unlike(bystander, DMA_FRESH_BYTE, BYSTANDER_BYTES) == BYSTANDER_BYTES,
	       "memory that no descriptor named is as it was");
}

/*
 * Arranges for survive(), after a control: the device works, also after a reset of a life in which no rule was broken,
 * and after one at each of the first `stages` stages, for a check that resets it there. What an ordinary reset leaves
 * is for the checks of its row to report. Leaves the device reset.
 */
static void begin_with_stages(struct run *t, struct device *d, unsigned stages)
{
	need_ok(t, works(d));
	for (unsigned stage = 0; stage < stages; stage++)
		reach_stage(t, d, (enum stage)stage);
	need_ok(t, works(d));
	need_ok(t, device_reset(d));
	bystander = need_memory(t, dma_alloc(BYSTANDER_BYTES, 64));
	t->afterwards = survive;
}

static void begin(struct run *t, struct device *d)
{
	if (!t->accesses) /* or the body goes on after an access that trapped */
		begin_with_stages(t, d, 0);
}

/* Starts the device and serves a request, so that the rings have been used. */
static struct virtqueue *running(struct run *t, struct device *d, struct features features)
{
	device_clear_interrupts(d);
	traffic_restart(t, d, features, 0);
	require_ok(t, device_do_request(d, 2), "a request is served");
	return device_request_queue(d);
}

/* Gives the device time to act on what is wrong. It may ignore it, so that no event bounds the wait. */
static void let_it_act(struct device *d)
{
	const uint16_t before = device_request_queue(d)->size ? device_request_queue(d)->used->index : 0;

	(void)WAIT_UNTIL((device_request_queue(d)->size && device_request_queue(d)->used->index != before) ||
				 (transport_status(&d->transport) & VIRTIO_STATUS_DEVICE_NEEDS_RESET),
			 MICROSECONDS(500));
}

/* ---- registers ---- */

enum access { R = 1, W = 2, RW = R | W };
static const struct {
	uint16_t offset;
	uint8_t may; /* what a driver may do */
} registers[] = {
	{ VIRTIO_MMIO_MAGIC_VALUE, R },	      { VIRTIO_MMIO_VERSION, R },
	{ VIRTIO_MMIO_DEVICE_ID, R },	      { VIRTIO_MMIO_VENDOR_ID, R },
	{ VIRTIO_MMIO_DEVICE_FEATURES, R },   { VIRTIO_MMIO_DEVICE_FEATURES_SEL, W },
	{ VIRTIO_MMIO_DRIVER_FEATURES, W },   { VIRTIO_MMIO_DRIVER_FEATURES_SEL, W },
	{ VIRTIO_MMIO_GUEST_PAGE_SIZE, W },   { VIRTIO_MMIO_QUEUE_SEL, W },
	{ VIRTIO_MMIO_QUEUE_SIZE_MAX, R },    { VIRTIO_MMIO_QUEUE_SIZE, W },
	{ VIRTIO_MMIO_QUEUE_ALIGN, W },	      { VIRTIO_MMIO_QUEUE_PFN, RW },
	{ VIRTIO_MMIO_QUEUE_READY, RW },      { VIRTIO_MMIO_QUEUE_NOTIFY, W },
	{ VIRTIO_MMIO_INTERRUPT_STATUS, R },  { VIRTIO_MMIO_INTERRUPT_ACK, W },
	{ VIRTIO_MMIO_STATUS, RW },	      { VIRTIO_MMIO_QUEUE_DESC_LOW, W },
	{ VIRTIO_MMIO_QUEUE_DESC_HIGH, W },   { VIRTIO_MMIO_QUEUE_DRIVER_LOW, W },
	{ VIRTIO_MMIO_QUEUE_DRIVER_HIGH, W }, { VIRTIO_MMIO_QUEUE_DEVICE_LOW, W },
	{ VIRTIO_MMIO_QUEUE_DEVICE_HIGH, W }, { VIRTIO_MMIO_SHM_SEL, W },
	{ VIRTIO_MMIO_SHM_LEN_LOW, R },	      { VIRTIO_MMIO_SHM_LEN_HIGH, R },
	{ VIRTIO_MMIO_SHM_BASE_LOW, R },      { VIRTIO_MMIO_SHM_BASE_HIGH, R },
	{ VIRTIO_MMIO_QUEUE_RESET, RW },      { VIRTIO_MMIO_CONFIG_GENERATION, R },
};
enum { REGISTERS = sizeof(registers) / sizeof(registers[0]) };

/* Does the access number `at` for the first time: it may trap, and the body then goes on with the next one. */
static bool first_time(struct run *t, unsigned at)
{
	if (at < t->accesses)
		return false;
	t->accesses = at + 1;
	return true;
}

/* The stages in which a check tries its accesses. */
static void reach_turn(struct run *t, struct device *d, unsigned turn)
{
	if (turn)
		require_ok(t, works(d), "the device starts");
	else
		require_ok(t, device_reset(d), "the device completes the reset");
}
enum { TURNS = 2 };

/*
 * Breaks: a device model that takes the width of an access for granted, and shifts or copies beyond it. Symptom: a
 * panic in the VMM's register code, from any guest that can map the page (4.2.2.2: a driver uses 32 bits).
 */
CHECK(register_widths, "robust.register-widths", REQ("robust-reg-01"), ROBUST, NEEDS(.transport = TRANSPORT_MMIO),
      "Accesses of 8 and 16 bits to control registers do no harm")
{
	enum { KINDS = 6, ALL = REGISTERS * KINDS };

	begin(t, d);
	t->may_trap = true;
	for (unsigned turn = 0; turn < TURNS; turn++) {
		if (t->accesses <= turn * ALL)
			reach_turn(t, d, turn);
		for (unsigned i = 0; i < ALL; i++) {
			const uint32_t offset = registers[i / KINDS].offset;

			if (!first_time(t, turn * ALL + i))
				continue;
			switch (i % KINDS) {
			case 0:
				reg_read_width(&d->transport, offset, 1);
				break;
			case 1:
				reg_read_width(&d->transport, offset + 3, 1);
				break;
			case 2:
				reg_read_width(&d->transport, offset + 2, 2);
				break;
			case 3:
				reg_write_width(&d->transport, offset + 1, 1, 0xff);
				break;
			case 4:
				reg_write_width(&d->transport, offset + 2, 2, 0xffff);
				break;
			default:
				reg_write_width(&d->transport, offset, 2, 0x0101);
			}
		}
	}
}

/* Does this register exist, by the specification or by the layout of messages that the device has? */
static bool is_register(struct device *d, uint32_t offset)
{
	if (msi_register_name(&d->msi, offset))
		return true;
	for (unsigned i = 0; i < REGISTERS; i++)
		if (registers[i].offset == offset)
			return true;
	return false;
}

/*
 * Breaks: a device that stops the VMM at an offset that it does not know. Symptom: a driver for a later version of the
 * specification, or a hostile one, ends the VM.
 */
CHECK(undefined_offsets, "robust.undefined-registers", REQ("robust-reg-02"), ROBUST, NEEDS(.transport = TRANSPORT_MMIO),
      "Reads and writes of offsets without a register do no harm")
{
	enum { WORDS = VIRTIO_MMIO_CONFIG / 4 };

	begin(t, d);
	t->may_trap = true;
	for (unsigned turn = 0; turn < TURNS; turn++) {
		if (t->accesses <= turn * WORDS * 2)
			reach_turn(t, d, turn);
		for (unsigned i = 0; i < WORDS * 2; i++) {
			if (is_register(d, i / 2 * 4) || !first_time(t, turn * WORDS * 2 + i))
				continue;
			if (i % 2)
				reg_write(&d->transport, i / 2 * 4, UINT32_MAX);
			else
				(void)reg_read(&d->transport, i / 2 * 4);
		}
	}
}

/* Every access that a register does not allow. */
static void forbidden(struct run *t, struct device *d, enum access access)
{
	static const uint32_t values[] = { UINT32_MAX, 0, 1 };

	begin(t, d);
	t->may_trap = true;
	for (unsigned turn = 0; turn < TURNS; turn++) {
		if (t->accesses <= turn * REGISTERS)
			reach_turn(t, d, turn);
		for (unsigned i = 0; i < REGISTERS; i++) {
			if ((registers[i].may & access) || !first_time(t, turn * REGISTERS + i))
				continue;
			for (unsigned j = 0; access == W && j < sizeof(values) / sizeof(values[0]); j++)
				reg_write(&d->transport, registers[i].offset, values[j]);
			if (access == R)
				(void)reg_read(&d->transport, registers[i].offset);
		}
	}
}

/* Breaks: a device that stores what is written to a register that only informs, or ends the VM at the write. */
CHECK(read_only, "robust.read-only-registers", REQ("robust-reg-03"), ROBUST, NEEDS(.transport = TRANSPORT_MMIO),
      "Writes to read-only registers do no harm")
{
	forbidden(t, d, W);
	for (unsigned i = 0; i < 3; i++)
		expect_eq(t, reg_read(&d->transport, i * 4),
			  i == 0   ? VIRTIO_MMIO_MAGIC
			  : i == 1 ? d->transport.version
				   : d->transport.device_id,
			  "%s after it was written", transport_register_name(&d->transport, i * 4));
}

/* Breaks: a device that ends the VM, or does what a write would do, when a register that only takes writes is read. */
CHECK(write_only, "robust.write-only-registers", REQ("robust-reg-04"), ROBUST, NEEDS(.transport = TRANSPORT_MMIO),
      "Reads of write-only registers do no harm")
{
	forbidden(t, d, R);
}

/*
 * Breaks: a configuration space whose reads are not bounded, or that is indexed with the width of another field.
 * Symptom: a guest reads or writes the VMM's memory behind the structure.
 */
CHECK(config_widths, "robust.config-accesses", REQ("robust-reg-05"), ROBUST,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 2),
      "Accesses to the configuration space of the wrong width, at odd offsets and beyond its end do no harm")
{
	static const uint8_t widths[] = { 1, 2, 4 };
	const uint32_t bytes = d->transport.size > VIRTIO_MMIO_CONFIG && d->transport.size < 0x1000
				       ? (uint32_t)d->transport.size - VIRTIO_MMIO_CONFIG
				       : 0x100;
	const uint32_t fields = 0x60; /* the longest configuration space of virtio 1.4 is shorter */
	unsigned at = 0;

	begin(t, d);
	t->may_trap = true;
	if (!t->accesses)
		reach_turn(t, d, 1);
	for (unsigned w = 0; w < 3; w++)
		for (uint32_t offset = 0; offset + widths[w] <= bytes; offset += offset < fields ? 1 : 13, at++)
			if (first_time(t, at)) {
				uint32_t value = config_read(&d->transport, offset, widths[w]);

				/* Fields get what they hold: some can be written, and would change. */
				config_write(&d->transport, offset, widths[w], offset < fields ? value : ~value);
			}
}

/* Breaks: a device that divides by the number of shared memory regions, or indexes them with SHMSel. */
CHECK(shared_memory, "robust.shared-memory-registers", REQ("robust-reg-06"), ROBUST,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 2),
      "The registers of shared memory regions read the same twice, without a selection and after writes")
{
	static const uint32_t ids[] = { 0, 1, 0x7f, 0xff, 0x100, UINT32_MAX };
	uint32_t first[4];

	begin(t, d);
	for (unsigned i = 0; i < 4; i++)
		first[i] = reg_read(&d->transport, VIRTIO_MMIO_SHM_LEN_LOW + 4 * i);
	for (unsigned i = 0; i < 4; i++) {
		reg_write(&d->transport, VIRTIO_MMIO_SHM_LEN_LOW + 4 * i, 0x1000);
		expect_eq(t, reg_read(&d->transport, VIRTIO_MMIO_SHM_LEN_LOW + 4 * i), first[i], "%s after a write",
			  transport_register_name(&d->transport, VIRTIO_MMIO_SHM_LEN_LOW + 4 * i));
	}
	for (unsigned i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		const uint64_t length = transport_shared_memory_length(&d->transport, ids[i]);

		(void)transport_shared_memory_base(&d->transport, ids[i]);
		expect_eq(t, transport_shared_memory_length(&d->transport, ids[i]), length,
			  "the length of region 0x%x when it is read again", ids[i]);
	}
}

/* ---- Status and features ---- */

/* Breaks: Status kept as it was written, so that bits without a meaning survive a reset or select a code path. */
CHECK(status_bits, "robust.undefined-status-bits", REQ("robust-stat-01"), ROBUST, NEEDS(0),
      "Status bits that the specification does not define do no harm, at every stage")
{
	static const uint32_t bits[] = { 0x20, 0x100, 0x8000, 0x10000, 0x80000000 };

	begin(t, d);
	for (unsigned i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		require_ok(t, device_reset(d), "the device completes the reset");
		transport_set_status(&d->transport, VIRTIO_STATUS_ACKNOWLEDGE | bits[i]);
		device_greet(d);
		require_ok(t, device_negotiate(d, NO_FEATURES), "the device accepts its least set of features");
		transport_add_status(&d->transport, bits[i]);
		if (d->queue_count)
			require_ok(t, device_setup_queues(d, 0), "the virtqueues can be set up");
		transport_add_status(&d->transport, VIRTIO_STATUS_DRIVER_OK | bits[i]);
		transport_add_status(&d->transport, bits[i]);
	}
}

/*
 * Breaks: a device that starts its back end at every write of DRIVER_OK. Symptom: two workers for one virtqueue, or a
 * panic because something that exists is made again.
 */
CHECK(status_again, "robust.status-written-again", REQ("robust-stat-02"), ROBUST, NEEDS(0),
      "Writing Status again does no harm, whether it changes nothing or clears bits")
{
	static const uint32_t values[] = { VIRTIO_STATUS_ACKNOWLEDGE, VIRTIO_STATUS_DRIVER, VIRTIO_STATUS_FEATURES_OK,
					   VIRTIO_STATUS_DRIVER_OK, VIRTIO_STATUS_DEVICE_NEEDS_RESET };
	enum { AGAIN = 3 };

	begin_with_stages(t, d, STAGE_PENDING);
	for (unsigned stage = STAGE_ACKNOWLEDGE; stage < STAGE_PENDING; stage++) {
		reach_stage(t, d, (enum stage)stage);
		for (unsigned i = 0; i < AGAIN; i++)
			transport_set_status(&d->transport,
					     transport_status(&d->transport) | VIRTIO_STATUS_ACKNOWLEDGE);
	}
	for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		reach_stage(t, d, STAGE_DRIVER_OK);
		transport_set_status(&d->transport, values[i]);
		transport_set_status(&d->transport, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |
							    VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER_OK);
	}
}

/* Breaks: a device that starts from what the skipped steps should have set, such as features or virtqueues. */
CHECK(status_order, "robust.status-out-of-order", REQ("robust-stat-02"), ROBUST, NEEDS(0),
      "DRIVER_OK without the steps before it does no harm")
{
	static const uint32_t values[] = {
		VIRTIO_STATUS_DRIVER_OK,
		VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER_OK,
		VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_DRIVER_OK,
		VIRTIO_STATUS_FAILED | VIRTIO_STATUS_DRIVER_OK,
		UINT8_MAX & ~(uint32_t)VIRTIO_STATUS_DEVICE_NEEDS_RESET,
		UINT32_MAX,
	};

	begin(t, d);
	for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		require_ok(t, device_reset(d), "the device completes the reset");
		transport_set_status(&d->transport, values[i]);
		for (uint16_t queue = 0; queue < 2; queue++)
			transport_notify(&d->transport, queue, queue);
		if (!d->queue_count)
			continue;
		/* The queues come too late. */
		(void)device_setup_queues(d, 0);
		transport_notify(&d->transport, 0, 0);
		let_it_act(d);
	}
}

/* Breaks: a device that works with features that it does not have. Symptom: it reads ring fields that are not there. */
CHECK(unoffered, "robust.features-not-offered", REQ("robust-feat-01"), ROBUST, NEEDS(0),
      "Accepting every feature bit there is, and selecting words that do not exist, does no harm")
{
	static const uint32_t words[] = { 0, 1, 2, 3, 4, 5, 31, 32, 0x7fffffff, 0x80000000, UINT32_MAX };

	begin(t, d);
	device_greet(d);
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		(void)transport_offered(&d->transport, words[i]);
		transport_accept(&d->transport, words[i], UINT32_MAX);
	}
	transport_add_status(&d->transport, VIRTIO_STATUS_FEATURES_OK);
	if (d->queue_count)
		(void)device_setup_queues(d, 0);
	device_go(d);
	for (uint16_t queue = 0; queue < 2; queue++)
		transport_notify(&d->transport, queue, UINT32_MAX);
	let_it_act(d);
}

/* Sets up a life without EVENT_IDX, as far as DRIVER_OK. */
static void prepare_without_event_idx(struct run *t, struct device *d)
{
	require_ok(t, device_reset(d), "the device completes the reset");
	device_greet(d);
	require_ok(t, device_negotiate(d, NO_FEATURES), "the device accepts its least set of features");
	require_ok(t, device_setup_queues(d, 0), "the virtqueues can be set up");
	need_without(t, d, VIRTIO_F_EVENT_IDX);
}

/* Serves a request, with a value where EVENT_IDX has used_event. Is it notified of, as the flags of the ring ask? */
static bool used_event_is_ignored(struct run *t, struct device *d, uint64_t tag)
{
	struct virtqueue *queue = device_request_queue(d);

	queue->avail->ring[queue->size] = 0x4000;
	acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
	require_ok(t, device_do_request(d, tag), "a request is served");
	return WAIT_UNTIL(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER, device_patience_ns);
}

/*
 * Breaks: a feature that is taken over whenever it is written. Symptom: a driver that writes its features again, or a
 * second one that was not told of the first, changes the rules of rings in use. (3.1.1, which binds the
 * driver, ends negotiation with FEATURES_OK.)
 */
CHECK(late_features, "robust.late-features", REQ("robust-feat-02"), ROBUST,
      NEEDS(.version = 2, .requests = true, .entries = REQUEST_ENTRIES, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "A feature that is written after FEATURES_OK, or after DRIVER_OK, is not in force")
{
	enum { REQUESTS = 3 };

	begin(t, d);
	/* An earlier check may have accepted it in time, and the device goes on with what it accepted once. */
	prepare_without_event_idx(t, d);
	device_go(d);
	for (unsigned i = 0; i < REQUESTS; i++)
		need_row(t, used_event_is_ignored(t, d, i), "mmio-table-19",
			 "EVENT_IDX is not in force in a life that did not accept it");
	for (unsigned turn = 0; turn < TURNS; turn++) {
		prepare_without_event_idx(t, d);
		if (turn)
			device_go(d);
		transport_accept(&d->transport, 0, d->accepted.word[0] | 1u << VIRTIO_F_EVENT_IDX);
		if (turn)
			transport_add_status(&d->transport, VIRTIO_STATUS_FEATURES_OK);
		else
			device_go(d);
		for (unsigned i = 0; i < REQUESTS; i++)
			expect(t, used_event_is_ignored(t, d, i),
			       "used_event is not obeyed: EVENT_IDX was written too late, after %s",
			       turn ? "DRIVER_OK" : "FEATURES_OK");
	}
}

/* ---- virtqueue registers ---- */

/* Fills in the registers of the request queue of a device that has its features, all but QueueReady. */
static struct virtqueue *describe(struct run *t, struct device *d)
{
	const uint16_t index = d->type->request_queue;
	struct virtqueue *queue = &d->queues[index];

	require_ok(t, device_reset(d), "the device completes the reset");
	device_greet(d);
	require_ok(t, device_negotiate(d, NO_FEATURES), "the device accepts its least set of features");
	for (uint16_t i = 0; i < device_queues_used(d); i++)
		if (i != index)
			require_ok(t, device_setup_queue(d, i, DEVICE_QUEUE_SIZE), "virtqueue %u can be set up", i);
	if (!virtqueue_alloc(queue, &d->transport, index, device_queue_size(d, DEVICE_QUEUE_SIZE, d->queue_max[index]),
			     false))
		need_ok(t, DRIVER_DMA_EXHAUSTED);
	transport_select_queue(&d->transport, index);
	transport_set_queue_size(&d->transport, queue->size);
	transport_set_queue_address(&d->transport, TRANSPORT_DESCRIPTORS, (uintptr_t)queue->desc);
	transport_set_queue_address(&d->transport, TRANSPORT_AVAILABLE, (uintptr_t)queue->avail);
	transport_set_queue_address(&d->transport, TRANSPORT_USED, (uintptr_t)queue->used);
	return queue;
}

/* Starts the device, makes a request available and notifies. */
static void go_with_request(struct run *t, struct device *d)
{
	static struct request request;

	device_go(d);
	require_ok(t, device_make_request(d, &request, 3), "a request can be made");
	need_ok(t, device_add_request(d, &request, NULL));
	virtqueue_kick(device_request_queue(d));
	let_it_act(d);
}

/* Of many virtqueues a check takes the first four and the last. */
static uint16_t next_of_some(const struct device *d, uint16_t index)
{
	return (uint16_t)(index == 3 && d->queue_count > 5 ? d->queue_count - 1 : index + 1);
}

#define QUEUE_ROBUST .version = 2, .requests = true, .entries = REQUEST_ENTRIES

/*
 * Breaks: a size that is used as it was written: a division by 0, an index beyond the ring. Symptom: the VMM ends, or
 * reads and writes behind the rings.
 */
CHECK(queue_sizes, "robust.queue-sizes", REQ("robust-queue-01"), ROBUST, NEEDS(QUEUE_ROBUST),
      "A QueueSize of 0, beyond QueueSizeMax or not a power of 2 does no harm")
{
	const uint32_t max = d->queue_max[d->type->request_queue];
	const uint32_t sizes[] = { 0,	   3,	    max + 1,	max * 2,    max * 3,   0x8000,
				   0xffff, 0x10000, 0x80000000, 0xfffffff0, UINT32_MAX };

	begin(t, d);
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		step(t, "QueueSize 0x%x", sizes[i]);
		describe(t, d);
		transport_set_queue_size(&d->transport, sizes[i]);
		transport_set_queue_ready(&d->transport, 1);
		go_with_request(t, d);
	}
}

/* Breaks: a device that takes the addresses for valid because the queue is ready, and keeps them over a reset. */
CHECK(no_addresses, "robust.ready-without-addresses", REQ("robust-queue-02"), ROBUST, NEEDS(QUEUE_ROBUST),
      "QueueReady without a size or addresses does no harm")
{
	begin(t, d);
	device_greet(d);
	require_ok(t, device_negotiate(d, NO_FEATURES), "the device accepts its least set of features");
	for (uint16_t i = 0; i < d->queue_count; i = next_of_some(d, i)) {
		transport_select_queue(&d->transport, i);
		transport_set_queue_ready(&d->transport, 1);
	}
	device_go(d);
	/* It has no buffer in it, because the rings may be at address 0, where there can be memory. */
	(void)transport_status(&d->transport);
}

/*
 * Breaks: a reset that keeps the addresses of a virtqueue (QEMU), and a device that uses them because it was given no
 * others. Symptom: a driver's mistake writes to memory of the operating system before it.
 */
CHECK(former_addresses, "robust.ready-without-a-used-ring", REQ("robust-queue-02"), ROBUST, NEEDS(QUEUE_ROBUST),
      "QueueReady without the address of the used ring writes to no used ring of a former life")
{
	static struct request former, request;
	const uint16_t index = d->type->request_queue;
	struct virtqueue old, *queue;
	struct watch watch;

	begin(t, d);
	old = *running(t, d, NO_FEATURES);
	require_ok(t, device_reset(d), "the device completes the reset");
	watch_begin(&watch, &old, &former, 1, true);
	device_greet(d);
	require_ok(t, device_negotiate(d, NO_FEATURES), "the device accepts its least set of features");
	queue = &d->queues[index];
	if (!virtqueue_alloc(queue, &d->transport, index, old.size, false))
		need_ok(t, DRIVER_DMA_EXHAUSTED);
	transport_select_queue(&d->transport, index);
	transport_set_queue_size(&d->transport, queue->size);
	transport_set_queue_address(&d->transport, TRANSPORT_DESCRIPTORS, (uintptr_t)queue->desc);
	transport_set_queue_address(&d->transport, TRANSPORT_AVAILABLE, (uintptr_t)queue->avail);
	transport_set_queue_ready(&d->transport, 1);
	device_go(d);
	need_ok(t, device_make_request(d, &request, 3));
	need_ok(t, device_add_request(d, &request, NULL));
	virtqueue_kick(queue);
	(void)WAIT_UNTIL(watch_found(&watch) || (transport_status(&d->transport) & VIRTIO_STATUS_DEVICE_NEEDS_RESET),
			 patience_for(d->recent_wait_ns));
	expect_none(t, watch_found(&watch), "the used ring of the former life is left alone");
}

/* Breaks: a queue that is started twice, or one that a value other than 0 and 1 leaves half ready. */
CHECK(ready_values, "robust.ready-twice", REQ("robust-queue-03"), ROBUST,
      NEEDS(QUEUE_ROBUST, .transport = TRANSPORT_MMIO),
      "Writing QueueReady twice, or values other than 0 and 1, does no harm")
{
	static const uint32_t values[] = { 1, 2, 3, 0x100, 0x80000000, UINT32_MAX };

	begin(t, d);
	for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		describe(t, d);
		transport_set_queue_ready(&d->transport, 1);
		transport_set_queue_ready(&d->transport, values[i]);
		go_with_request(t, d);
		transport_select_queue(&d->transport, d->type->request_queue);
		transport_set_queue_ready(&d->transport, values[i]);
		transport_set_queue_ready(&d->transport, 0);
		transport_set_queue_ready(&d->transport, 0);
		describe(t, d);
		transport_set_queue_ready(&d->transport, values[i]);
		go_with_request(t, d);
	}
}

/* Breaks: an index that is used without a look at how many queues there are. Symptom: a guest writes into the VMM. */
CHECK(selected_beyond, "robust.queue-that-does-not-exist", REQ("robust-queue-04"), ROBUST,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 2),
      "Setting up, starting, resetting and notifying a virtqueue that does not exist does no harm")
{
	const uint32_t indices[] = {
		d->queue_count, d->queue_count + 1u, 63,	64, 127, 128, 255, 256, 1023, 1024, 0x7fff, 0xffff,
		0x10000,	0x80000000,	     UINT32_MAX
	};
	uint8_t *rings = NULL;

	begin(t, d);
	rings = need_memory(t, dma_alloc(BYSTANDER_BYTES, 64));
	for (unsigned turn = 0; turn < TURNS; turn++) {
		reach_turn(t, d, turn);
		for (unsigned i = 0; i < sizeof(indices) / sizeof(indices[0]); i++) {
			if (indices[i] < DEVICE_QUEUES_SCANNED && d->queue_count == DEVICE_QUEUES_SCANNED)
				continue;
			transport_select_queue(&d->transport, indices[i]);
			(void)transport_queue_ready(&d->transport);
			transport_set_queue_size(&d->transport, 4);
			for (unsigned area = 0; area <= TRANSPORT_USED; area++)
				transport_set_queue_address(&d->transport, (enum transport_area)area, (uintptr_t)rings);
			transport_set_queue_ready(&d->transport, 1);
			transport_set_queue_reset(&d->transport, 1);
			(void)transport_queue_reset(&d->transport);
			transport_set_queue_ready(&d->transport, 0);
			transport_notify(&d->transport, 0, indices[i]);
		}
	}
	let_it_act(d);
}

/* Breaks: a device that changes its view of a ring while it uses it. Symptom: it reads one ring at two places. */
CHECK(while_ready, "robust.registers-of-a-ready-queue", REQ("robust-queue-05"), ROBUST, NEEDS(QUEUE_ROBUST),
      "Writing the size and the addresses of a virtqueue in use does no harm")
{
	static struct request request;
	struct virtqueue *queue;
	uint64_t elsewhere;

	begin(t, d);
	elsewhere = (uintptr_t)need_memory(t, dma_alloc(BYSTANDER_BYTES, 64));
	queue = running(t, d, NO_FEATURES);
	transport_select_queue(&d->transport, queue->index);
	transport_set_queue_size(&d->transport, queue->size / 2u);
	for (unsigned area = 0; area <= TRANSPORT_USED; area++) {
		transport_set_queue_address(&d->transport, (enum transport_area)area, elsewhere);
		require_ok(t, device_make_request(d, &request, area), "a request can be made");
		if (request.count > queue->free_count)
			break;
		need_ok(t, device_add_request(d, &request, NULL));
		virtqueue_kick(queue);
		let_it_act(d);
	}
}

/* Places where no device can reach memory, or only the start of a ring. */
static const uint64_t nowhere[] = { UINT64_C(0xfffffffffffffff0), UINT64_C(0xfffffffffffff000),
				    UINT64_C(0x8000000000000000), UINT64_C(0x7ffffffffffffff0),
				    UINT64_C(0x00fffffffffff000) };
enum { NOWHERE = sizeof(nowhere) / sizeof(nowhere[0]) };

/* Did the user choose this check by its name, and not by a pattern? */
static bool chosen_by_name(const struct run *t)
{
	const char *at = t->options->only;

	while (*at && *at != '*' && *at != '?')
		at++;
	return at != t->options->only && !*at;
}

/*
 * How many of them a check tries where a descriptor would be read. Some VMMs read such a descriptor from other memory
 * (QEMU 7.2), and what it says then is anything, such as gigabytes.
 */
static unsigned descriptor_places(const struct run *t, const struct device *d)
{
	return d->type->not_by_gigabytes && !chosen_by_name(t) ? 1 : NOWHERE;
}

/*
 * Breaks: a device that takes the address of a ring for memory, or that cannot be reset once it is not. Symptom: the
 * VMM ends at a null pointer or an overflow.
 */
CHECK(ring_addresses, "robust.ring-addresses", REQ("robust-queue-06"), ROBUST, NEEDS(QUEUE_ROBUST),
      "Rings at addresses without memory, at the top of the address space, at odd addresses and on each other do no "
      "harm")
{
	begin(t, d);
	for (unsigned area = 0; area <= TRANSPORT_USED; area++) {
		for (unsigned i = 0; i < NOWHERE + 3; i++) {
			struct virtqueue *queue;
			uint64_t address;

			if (area == TRANSPORT_DESCRIPTORS && i >= descriptor_places(t, d) && i < NOWHERE)
				continue;
			queue = describe(t, d);
			address = i < NOWHERE			  ? nowhere[i]
				  : area == TRANSPORT_DESCRIPTORS ? (uintptr_t)queue->desc
				  : area == TRANSPORT_AVAILABLE	  ? (uintptr_t)queue->avail
								  : (uintptr_t)queue->used;
			/* Guard bytes stand on both sides of a ring, so an odd one is moved into the ring. */
			if (i == NOWHERE)
				address |= 1;
			else if (i == NOWHERE + 1)
				address = (uintptr_t)queue->desc; /* on the descriptor table */
			else if (i == NOWHERE + 2)
				address =
					d->transport.base ? d->transport.base : nowhere[0]; /* the device's registers */
			step(t, "area %u at 0x%lx", area, address);
			if (i == NOWHERE && area == TRANSPORT_USED)
				queue->size = queue->size / 2; /* leaves room for the byte */
			/* What the device may write there at any time must not become part of an address. */
			if (i == NOWHERE + 1 && area == TRANSPORT_USED)
				queue->free_count--; /* without descriptor 0 */
			transport_set_queue_size(&d->transport, queue->size);
			transport_set_queue_address(&d->transport, (enum transport_area)area, address);
			transport_set_queue_ready(&d->transport, 1);
			go_with_request(t, d);
		}
	}
}

/*
 * Breaks: a device that carries out the reset of a queue that is not ready, or without RING_RESET, and uses what such a
 * queue does not have.
 */
CHECK(queue_resets, "robust.queue-reset-register", REQ("robust-queue-07"), ROBUST,
      NEEDS(QUEUE_ROBUST, .transport = TRANSPORT_MMIO),
      "Writes of any value to QueueReset, of queues in use or not, again and again, do no harm")
{
	static const uint32_t values[] = { 0, 1, 1, 2, UINT32_MAX, 1, 0 };

	begin(t, d);
	for (unsigned negotiated = 0; negotiated < 2; negotiated++) {
		running(t, d, negotiated ? FEATURE(VIRTIO_F_RING_RESET) : NO_FEATURES);
		for (uint16_t queue = 0; queue < device_queues_used(d); queue++)
			for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
				transport_select_queue(&d->transport, queue);
				transport_set_queue_reset(&d->transport, values[i]);
				transport_set_queue_ready(&d->transport, 1);
				transport_notify(&d->transport, queue, queue);
			}
		require_ok(t, device_reset(d), "the device completes the reset");
		transport_select_queue(&d->transport, 0);
		transport_set_queue_reset(&d->transport, 1);
	}
}

/* ---- descriptors ---- */

/*
 * A request that is added and not yet published; a way to spoil it. `spare` is a descriptor that is in no chain.
 */
struct victim {
	struct virtqueue *queue;
	struct request *request;
	uint16_t head, last;		   /* descriptors of the chain */
	volatile struct virtq_desc *table; /* of its own, for up to 4 descriptors */
};

struct spoil {
	const char *what;
	void (*apply)(const struct victim *victim, unsigned variant);
	unsigned variants; /* or PLACES: one for each of descriptor_places() */
};
enum { PLACES = 0 };

/* Starts the device, serves a good request, and adds one that is spoilt in this way, without publishing it. */
static struct virtqueue *spoil(struct run *t, struct device *d, const struct spoil *spoil, unsigned variant)
{
	static struct request request;
	struct victim victim = { .queue = running(t, d, FEATURE(VIRTIO_F_INDIRECT_DESC)), .request = &request };

	require_ok(t, device_make_request(d, &request, variant), "a request can be made");
	if (request.count > victim.queue->free_count)
		skip(t, "the virtqueue is too small");
	need_ok(t, device_add_request(d, &request, NULL));
	victim.head = victim.last = victim.queue->heads[victim.queue->published % victim.queue->size];
	while (victim.queue->desc[victim.last].flags & VIRTQ_DESC_F_NEXT)
		victim.last = victim.queue->desc[victim.last].next;
	victim.table = need_memory(t, dma_alloc(VIRTQ_DESC_BYTES(4), VIRTQ_DESC_ALIGN));
	for (unsigned entry = 0; entry < 4; entry++)
		victim.table[entry] = victim.queue->desc[victim.head];
	step(t, "%s, variant %u", spoil->what, variant);
	spoil->apply(&victim, variant);
	return victim.queue;
}

/* Does it in every variant of every way, each in a life of its own. */
static void spoil_all(struct run *t, struct device *d, const struct spoil *spoils, unsigned count)
{
	begin(t, d);
	for (unsigned i = 0; i < count; i++) {
		const unsigned variants = spoils[i].variants == PLACES ? descriptor_places(t, d) : spoils[i].variants;

		for (unsigned variant = 0; variant < variants; variant++) {
			virtqueue_kick(spoil(t, d, &spoils[i], variant));
			let_it_act(d);
		}
	}
}

#define SPOIL_ALL(T, D, SPOILS) spoil_all((T), (D), (SPOILS), sizeof(SPOILS) / sizeof((SPOILS)[0]))

static uint16_t descriptor_of(const struct victim *victim, unsigned variant)
{
	return variant % 2 ? victim->last : victim->head;
}

static void address_nowhere(const struct victim *victim, unsigned variant)
{
	victim->queue->desc[descriptor_of(victim, variant)].address = nowhere[variant / 2];
}

static void address_of_registers(const struct victim *victim, unsigned variant)
{
	if (victim->queue->transport->base)
		victim->queue->desc[descriptor_of(victim, variant)].address = victim->queue->transport->base;
}

/* Ends at or behind the last address. */
static void end_wraps(const struct victim *victim, unsigned variant)
{
	volatile struct virtq_desc *desc = &victim->queue->desc[descriptor_of(victim, variant)];

	desc->address = UINT64_MAX - 0x7ff;
	desc->length = variant < 2 ? 0x800 : variant < 4 ? 0x801 : 0x10000;
}

/*
 * Breaks: an address that is translated without a look at whether there is memory, or a sum that wraps. Symptom: the
 * VMM ends, or a guest reads and writes its memory (weltling/virtio-villain m0030 and the like).
 */
CHECK(buffer_addresses, "robust.buffer-addresses", REQ("robust-chain-01"), ROBUST, NEEDS(QUEUE_ROBUST),
      "Buffers at addresses without memory, at the device's registers and across the end of the address space do no "
      "harm")
{
	static const struct spoil spoils[] = { { "an address without memory", address_nowhere, 2 * NOWHERE },
					       { "the address of the device's registers", address_of_registers, 2 },
					       { "a buffer across the end of the address space", end_wraps, 6 } };

	SPOIL_ALL(t, d, spoils);
}

static void loop(const struct victim *victim, unsigned variant)
{
	volatile struct virtq_desc *desc = &victim->queue->desc[victim->last];

	desc->flags |= VIRTQ_DESC_F_NEXT;
	desc->next = variant ? victim->head : victim->last;
}

/* A table whose last entry points back to its first, or to itself. */
static void loop_in_table(const struct victim *victim, unsigned variant)
{
	volatile struct virtq_desc *desc = &victim->queue->desc[victim->head];

	for (uint16_t i = 0; i < 4; i++) {
		victim->table[i].flags |= VIRTQ_DESC_F_NEXT;
		victim->table[i].next = (uint16_t)(variant ? (i + 1) % 4 : i < 3 ? i + 1 : i);
	}
	desc->flags = VIRTQ_DESC_F_INDIRECT;
	desc->address = (uintptr_t)victim->table;
	desc->length = VIRTQ_DESC_BYTES(4);
}

/* Breaks: a walk without a limit. Symptom: a thread of the VMM that never comes back, and a reset that waits for it. */
CHECK(loops, "robust.descriptor-loops", REQ("robust-chain-02"), ROBUST, NEEDS(QUEUE_ROBUST),
      "Descriptor chains that lead back to themselves do no harm, in the queue's table and in one of their own")
{
	static const struct spoil spoils[] = { { "a loop", loop, 2 }, { "a loop in a table", loop_in_table, 2 } };

	SPOIL_ALL(t, d, spoils);
}

static void next_beyond(const struct victim *victim, unsigned variant)
{
	volatile struct virtq_desc *desc = &victim->queue->desc[victim->last];
	const uint16_t next[] = { victim->queue->size, (uint16_t)(victim->queue->size + 1u), 0x7fff, 0xffff };

	desc->flags |= VIRTQ_DESC_F_NEXT;
	desc->next = next[variant];
}

static void next_beyond_table(const struct victim *victim, unsigned variant)
{
	volatile struct virtq_desc *desc = &victim->queue->desc[victim->head];

	victim->table[0].flags |= VIRTQ_DESC_F_NEXT;
	victim->table[0].next = variant ? 0xffff : 1;
	desc->flags = VIRTQ_DESC_F_INDIRECT;
	desc->address = (uintptr_t)victim->table;
	desc->length = VIRTQ_DESC_BYTES(1);
}

/* Breaks: a descriptor number that is used as it is. Symptom: the device reads descriptors from whatever is behind. */
CHECK(nexts, "robust.next-out-of-range", REQ("robust-chain-03"), ROBUST, NEEDS(QUEUE_ROBUST),
      "A next field beyond the descriptor table does no harm")
{
	static const struct spoil spoils[] = { { "next beyond the virtqueue", next_beyond, 4 },
					       { "next beyond an indirect table", next_beyond_table, 2 } };

	SPOIL_ALL(t, d, spoils);
}

/* Lengths of an indirect table that no table has, and of one that is longer than a queue. */
static void table_length(const struct victim *victim, unsigned variant)
{
	static const uint32_t lengths[] = { 0, 1, 15, 17, 0xfffffff0, 0xffffffff, 0x100000 };
	volatile struct virtq_desc *desc = &victim->queue->desc[victim->head];

	desc->flags = VIRTQ_DESC_F_INDIRECT;
	desc->address = (uintptr_t)victim->table;
	desc->length = lengths[variant];
}

static void nested(const struct victim *victim, unsigned variant)
{
	volatile struct virtq_desc *desc = &victim->queue->desc[victim->head];

	victim->table[0].flags = VIRTQ_DESC_F_INDIRECT;
	victim->table[0].address = (uintptr_t)&victim->table[variant];
	victim->table[0].length = VIRTQ_DESC_BYTES(1);
	if (variant)
		victim->table[1].flags = 0;
	desc->flags = VIRTQ_DESC_F_INDIRECT;
	desc->address = (uintptr_t)victim->table;
	desc->length = VIRTQ_DESC_BYTES(1);
}

static void indirect_and_next(const struct victim *victim, unsigned variant)
{
	volatile struct virtq_desc *desc = &victim->queue->desc[descriptor_of(victim, variant)];

	victim->table[0].flags = 0;
	desc->flags = VIRTQ_DESC_F_INDIRECT | VIRTQ_DESC_F_NEXT;
	desc->address = (uintptr_t)victim->table;
	desc->length = VIRTQ_DESC_BYTES(1);
	desc->next = victim->head;
}

static void table_nowhere(const struct victim *victim, unsigned variant)
{
	volatile struct virtq_desc *desc = &victim->queue->desc[victim->head];

	desc->flags = VIRTQ_DESC_F_INDIRECT;
	desc->address = nowhere[variant];
	desc->length = VIRTQ_DESC_BYTES(4);
}

/*
 * Breaks: a table whose length is trusted, or a walk that enters tables without end. Symptom: the VMM reads beyond the
 * table, or its stack overflows.
 */
CHECK(tables, "robust.indirect-tables", REQ("robust-chain-04"), ROBUST, NEEDS(QUEUE_ROBUST),
      "Indirect tables of impossible length, without memory, inside one another or followed by more do no harm")
{
	static const struct spoil spoils[] = { { "an impossible length", table_length, 7 },
					       { "a table in a table", nested, 2 },
					       { "a table and a next descriptor", indirect_and_next, 2 },
					       { "a table without memory", table_nowhere, PLACES } };

	SPOIL_ALL(t, d, spoils);
}

static void empty(const struct victim *victim, unsigned variant)
{
	victim->queue->desc[descriptor_of(victim, variant)].length = 0;
}

static void all_empty(const struct victim *victim, unsigned variant)
{
	(void)variant;
	for (uint16_t at = victim->head;; at = victim->queue->desc[at].next) {
		victim->queue->desc[at].length = 0;
		if (at == victim->last)
			return;
	}
}

/* Breaks: an empty buffer that is taken for one with a byte in it, or a chain without a header that is taken for one
 * with a header. */
CHECK(buffer_lengths, "robust.empty-buffers", REQ("robust-chain-05"), ROBUST, NEEDS(QUEUE_ROBUST),
      "Buffers without a byte do no harm")
{
	static const struct spoil spoils[] = { { "an empty buffer", empty, 2 },
					       { "nothing but empty buffers", all_empty, 1 } };

	SPOIL_ALL(t, d, spoils);
}

/* Behind a buffer of this size there is memory that belongs to others, so it is where no memory is. */
static void huge(const struct victim *victim, unsigned variant)
{
	volatile struct virtq_desc *desc = &victim->queue->desc[descriptor_of(victim, variant)];

	desc->address = nowhere[1];
	desc->length = variant < 2 ? 0xffffffff : 0x80000000;
}

/* Every descriptor of the chain has 2 GiB, without memory. */
static void sum_wraps(const struct victim *victim, unsigned variant)
{
	for (uint16_t at = victim->head;; at = victim->queue->desc[at].next) {
		victim->queue->desc[at].address = nowhere[variant];
		victim->queue->desc[at].length = 0x80000000;
		if (at == victim->last)
			return;
	}
}

/*
 * Breaks: lengths that are added up in 32 bits, or a device that takes as much memory of its host as a descriptor says.
 * Symptom: the VMM stands still for a minute, or the host kills it.
 */
CHECK(huge_buffers, "robust.huge-buffers", REQ("robust-chain-05"), ROBUST, NEEDS(QUEUE_ROBUST, .slow = true),
      "Buffers of 4 GiB without memory, and chains of more, do no harm")
{
	static const struct spoil spoils[] = { { "a huge buffer", huge, 4 },
					       { "a sum beyond 32 bits", sum_wraps, NOWHERE } };

	if (d->type->not_by_gigabytes && !chosen_by_name(t))
		skip(t, "%s: runs if it is chosen by name", d->type->not_by_gigabytes);
	SPOIL_ALL(t, d, spoils);
}

/* The head becomes device-writable, or all descriptors change their direction. */
static void directions(const struct victim *victim, unsigned variant)
{
	for (uint16_t at = victim->head;; at = victim->queue->desc[at].next) {
		victim->queue->desc[at].flags ^= VIRTQ_DESC_F_WRITE;
		if (at == victim->last || !variant)
			return;
	}
}

static void undefined_flags(const struct victim *victim, unsigned variant)
{
	victim->queue->desc[victim->head].flags |= (uint16_t)(variant ? 0xff80 : 0x0008);
}

/* Breaks: a device that writes what it should read, takes its first buffer for a header, or trusts the order. */
CHECK(chain_order, "robust.chain-order", REQ("robust-chain-06"), ROBUST, NEEDS(QUEUE_ROBUST),
      "Device-writable descriptors before device-readable ones, and undefined descriptor flags, do no harm")
{
	static const struct spoil spoils[] = { { "another direction", directions, 2 },
					       { "undefined flags", undefined_flags, 2 } };

	SPOIL_ALL(t, d, spoils);
}

/* ---- rings ---- */

static void head_beyond(const struct victim *victim, unsigned variant)
{
	const uint16_t heads[] = { victim->queue->size, (uint16_t)(victim->queue->size + 1u), 0x7fff, 0xffff };

	victim->queue->avail->ring[victim->queue->published % victim->queue->size] = heads[variant];
}

/* Breaks: a head that is used as it is (kvmtool). Symptom: the VMM ends, or takes any memory for a descriptor. */
CHECK(heads, "robust.head-out-of-range", REQ("robust-ring-01"), ROBUST, NEEDS(QUEUE_ROBUST),
      "An available ring entry that names no descriptor does no harm")
{
	static const struct spoil spoils[] = { { "a head beyond the virtqueue", head_beyond, 4 } };

	SPOIL_ALL(t, d, spoils);
}

/* The request stays in the ring, and the index is far from it. */
static void jump(const struct victim *victim, unsigned variant)
{
	const uint16_t size = victim->queue->size;
	const uint16_t steps[] = { (uint16_t)(size + 1u), (uint16_t)(3u * size), 0x8000, 0xffff, 0xfff0 };

	/* virtqueue_kick() publishes the number of requests: make that the number. */
	victim->queue->available = (uint16_t)(victim->queue->published + steps[variant]);
	for (uint16_t i = 0; i < victim->queue->size; i++)
		victim->queue->avail->ring[i] = victim->head;
	victim->queue->avail->index = victim->queue->available;
	victim->queue->published = victim->queue->available;
}

/*
 * Breaks: a device that serves as many entries as the index says, or panics (Firecracker did). Symptom: buffers that
 * the driver took back long ago are written again.
 */
CHECK(jumps, "robust.available-index-jumps", REQ("robust-ring-02"), ROBUST, NEEDS(QUEUE_ROBUST),
      "An available index that jumps by more than the queue size, or goes back, does no harm")
{
	static const struct spoil spoils[] = { { "an index that jumps", jump, 5 } };
	static const struct spoil near[] = { { "an index that jumps", jump, 2 } };

	/* Some devices serve what the index says, which is the buffer that was offered. That is harmless. */
	if (d->type->not_by_thousands)
		SPOIL_ALL(t, d, near);
	else
		SPOIL_ALL(t, d, spoils);
}

/* The same head in every slot. */
static void twice(const struct victim *victim, unsigned variant)
{
	const uint16_t more = (uint16_t)(variant ? victim->queue->size - 1u : 1);

	for (uint16_t i = 1; i <= more; i++)
		victim->queue->avail->ring[(victim->queue->published + i) % victim->queue->size] = victim->head;
	victim->queue->available = (uint16_t)(victim->queue->available + more);
	victim->queue->avail->index = victim->queue->available;
	victim->queue->published = victim->queue->available;
}

/* Breaks: a device that keeps records by head, and finds one in use. Symptom: an assertion in the VMM. */
CHECK(offered_twice, "robust.buffer-offered-twice", REQ("robust-ring-03"), ROBUST, NEEDS(QUEUE_ROBUST),
      "A buffer that is available several times at once does no harm")
{
	static const struct spoil spoils[] = { { "the same buffer again", twice, 2 } };

	SPOIL_ALL(t, d, spoils);
}

/*
 * Breaks: a device that looks at one kind of error only, and stops without a word for the others. Symptom: a request
 * that hangs for ever, and a driver that could have reset the device and does not.
 */
CHECK(any_error, "status.needs-reset-for-any-error", REQ("status-02"), SHOULD, NEEDS(QUEUE_ROBUST),
      "A device that cannot go on after a descriptor or an index that makes no sense sets DEVICE_NEEDS_RESET")
{
	static const struct spoil spoils[] = { { "a loop of descriptors", loop, 1 },
					       { "a next descriptor beyond the table", next_beyond, 1 },
					       { "an indirect table of no entry", table_length, 1 },
					       { "a buffer without memory", address_nowhere, 1 },
					       { "an available index beyond the queue", jump, 1 } };

	begin(t, d);
	for (unsigned i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++) {
		struct virtqueue *queue = spoil(t, d, &spoils[i], 0);
		const uint16_t before = queue->used->index;

		virtqueue_kick(queue);
		expect(t,
		       WAIT_UNTIL((transport_status(&d->transport) & VIRTIO_STATUS_DEVICE_NEEDS_RESET) ||
					  queue->used->index != before,
				  device_patience_ns),
		       "after %s the device goes on, or sets DEVICE_NEEDS_RESET", spoils[i].what);
	}
}

/* ---- notifications and acknowledgements ---- */

/* Breaks: an index that is used as it is, or a queue that is looked at because somebody notified. */
CHECK(notifications, "robust.notifications", REQ("robust-notif-01"), ROBUST, NEEDS(.queues = 1),
      "Notifications with any value, at every stage, of queues that are not ready, do no harm")
{
	static const uint32_t values[] = { 0,	   1,	   2,	    3,		64,	    255,
					   0x7fff, 0xffff, 0x10000, 0x80000000, 0xffff0000, UINT32_MAX };
	enum { TIMES = 20 };

	begin_with_stages(t, d, STAGES);
	for (unsigned stage = 0; stage < STAGES; stage++) {
		reach_stage(t, d, (enum stage)stage);
		for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++)
			transport_notify(&d->transport, 0, values[i]);
		for (unsigned i = 0; i < TIMES; i++)
			transport_notify(&d->transport, 0, d->queue_count - 1u);
	}
}

/* Breaks: an acknowledgement that underflows a count, or sets bits by writing them. */
CHECK(acknowledgements, "robust.acknowledgements", REQ("robust-ack-01"), ROBUST, NEEDS(.transport = TRANSPORT_MMIO),
      "Acknowledging nothing, undefined bits and what is not pending does no harm, at every stage")
{
	static const uint32_t values[] = { 0, 1, 2, 3, 4, 0x80000000, UINT32_MAX };

	begin_with_stages(t, d, STAGES);
	for (unsigned stage = 0; stage < STAGES; stage++) {
		reach_stage(t, d, (enum stage)stage);
		for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++)
			acknowledge(d, values[i]);
	}
}

/* ---- the legacy layout ---- */

/* Breaks: a page size of 0 as a divisor, an address that overflows, a queue that is set up twice. */
CHECK(legacy_registers, "robust.legacy-queue-registers", REQ("robust-leg-01"), ROBUST,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 1, .queues = 1),
      "GuestPageSize, QueueAlign, QueueSize and QueuePFN that make no sense do no harm")
{
	static const uint32_t pages[] = { 0, 1, 3, 4095, 4096, 0x80000000, UINT32_MAX };
	static const uint32_t frames[] = { UINT32_MAX, 0x80000000, 0x00ffffff };

	begin(t, d);
	for (unsigned i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		for (unsigned j = 0; j < sizeof(frames) / sizeof(frames[0]); j++) {
			require_ok(t, device_reset(d), "the device completes the reset");
			device_greet(d);
			transport_set_page_size(&d->transport, pages[i]);
			transport_select_queue(&d->transport, d->type->request_queue);
			transport_set_queue_size(&d->transport, j ? 4 : pages[i]);
			transport_set_queue_align(&d->transport, pages[i]);
			/* A page of at most a byte would put the queue at an address with memory. */
			if (pages[i] < 4095)
				continue;
			transport_set_queue_page(&d->transport, frames[j]);
			transport_set_queue_page(&d->transport, frames[j] - 1);
			device_go(d);
			transport_notify(&d->transport, d->type->request_queue, d->type->request_queue);
		}
}
