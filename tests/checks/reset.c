// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reset (2.4, 4.2.2.1) must recover a device from any state. Once Status reads 0, the memory of the former life
 * belongs to somebody else: a request that still completes overwrites another program's page, and an interrupt that
 * still comes has no handler. The next life starts from zero: a device that keeps an index, an address or a feature
 * works only until a kexec, a driver reload or a crash kernel.
 */
#include "tests/checks/support/change.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/traffic.h"

#include "firmware/lib/string.h"

/* Requests in flight when the reset comes, at most. */
enum { IN_FLIGHT = 4 };

static void expect_reset(struct run *t, struct device *d, const char *where)
{
	enum { READS = 3 };

	if (!expect_ok(t, device_reset(d), "a reset %s completes", where))
		return;
	for (unsigned i = 0; i < READS; i++)
		expect_eq(t, transport_status(&d->transport), 0, "Status stays 0 after a reset %s", where);
}

/*
 * Breaks: a Status that reads 0 while the reset is still under way. Symptom: now and then the device forgets what the
 * next driver told it.
 */
CHECK(complete, "reset.is-complete-when-status-reads-0", REQ("reset-01", "mmio-layout-05"), MUST, NEEDS(0),
      "Once Status reads 0 the reset is complete: what the driver sets then stays")
{
	enum { RESETS = 6 };
	const uint32_t bits = VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER;
	bool stay = true;

	for (unsigned i = 0; i < RESETS && stay; i++) {
		const enum stage stage = i % 2 ? STAGE_DRIVER : STAGE_DRIVER_OK;

		reach_stage(t, d, stage);
		require_ok(t, device_reset(d), "Status reads 0 after a reset %s", stage_name(stage));
		transport_set_status(&d->transport, VIRTIO_STATUS_ACKNOWLEDGE);
		transport_set_status(&d->transport, bits);
		stay = i + 2 < RESETS ? (transport_status(&d->transport) & bits) == bits
				      : STAYS(t, (transport_status(&d->transport) & bits) == bits);
		expect(t, stay, "ACKNOWLEDGE and DRIVER, set after a reset %s, stay set", stage_name(stage));
	}
}

/*
 * Breaks: an InterruptStatus that survives a reset (libvmm #349). Symptom: the next driver's first interrupt reports
 * an event that it never caused.
 */
CHECK(interrupt_status_cleared, "reset.clears-interrupt-status", REQ("mmio-layout-05"), MUST, NEEDS(0),
      "InterruptStatus is 0 after a reset at every stage, even with an interrupt pending")
{
	for (unsigned stage = 0; stage < STAGES; stage++) {
		reach_stage(t, d, (enum stage)stage);
		need_ok(t, device_reset(d));
		expect_eq(t, interrupt_status(d), 0, "InterruptStatus is 0 after a reset %s",
			  stage_name((enum stage)stage));
	}
}

/*
 * Breaks: a reset that clears the bit of used buffers and forgets that of configuration changes. Symptom: the next
 * driver reads its configuration again, or an interrupt comes before there is a handler.
 */
CHECK(both_causes_cleared, "reset.clears-both-interrupt-causes", REQ("mmio-layout-05"), MUST,
      NEEDS(.requests = true, .change = true, .entries = REQUEST_ENTRIES),
      "Both bits of InterruptStatus are 0 after a reset with both pending, before and after DRIVER_OK")
{
	struct irq_line *line = d->transport.line;
	bool pending = false;
	uint32_t count = 0;

	for (unsigned stage = STAGE_ACKNOWLEDGE; stage < STAGES; stage++) {
		/* A host needs long for a change. */
		if (!d->transport.stimuli && stage != STAGE_DRIVER && stage != STAGE_DRIVER_OK &&
		    stage != STAGE_PENDING)
			continue;
		reach_stage(t, d, (enum stage)stage);
		if (!change_config(t, d))
			skip(t, "the configuration does not change");
		pending |= COMES(t, interrupt_status(d) & VIRTIO_INTERRUPT_CONFIG, d->recent_wait_ns);
		need_ok(t, device_reset(d));
		change_config(t, d); /* as it was */
		if (line) {
			irq_settle();
			count = line->count;
			irq_line_rearm(line);
			irq_settle();
		}
		expect_eq(t, interrupt_status(d), 0,
			  "InterruptStatus is 0 after a reset %s, with a configuration change",
			  stage_name((enum stage)stage));
		if (line)
			expect_eq(t, line->count, count, "no interrupt comes after a reset %s",
				  stage_name((enum stage)stage));
	}
	need_row(t, pending, "cfg-05", "a change of the configuration is notified");
}

/*
 * Breaks: a reset that leaves a virtqueue ready. Symptom: "queue is busy" at the next start: drivers read QueueReady
 * first, as 4.2.3.2 tells them.
 */
CHECK(queue_ready_cleared, "reset.clears-queue-ready", REQ("mmio-layout-05"), MUST, NEEDS(.version = 2, .queues = 1),
      "QueueReady of every virtqueue is 0 after a reset, before and after DRIVER_OK")
{
	static const enum stage stages[] = { STAGE_QUEUES, STAGE_DRIVER_OK, STAGE_FAILED };

	for (unsigned i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		reach_stage(t, d, stages[i]);
		need_ok(t, device_reset(d));
		for (unsigned queue = 0; queue < d->queue_count; queue++) {
			transport_select_queue(&d->transport, queue);
			expect_eq(t, transport_queue_ready(&d->transport), 0,
				  "QueueReady of virtqueue %u is 0 after a reset %s", queue, stage_name(stages[i]));
		}
	}
}

/* How far the requests are when the reset comes. */
enum flight { POSTED, NOTIFIED, SUPPRESSED, FLIGHTS };
static const char *const flight_names[FLIGHTS] = {
	[POSTED] = "with requests available and not notified",
	[NOTIFIED] = "with requests in flight",
	[SUPPRESSED] = "with requests in flight and notifications suppressed",
};

/* A life of the device that a reset ended, and its memory. */
struct former {
	struct virtqueue queue;
	struct request requests[IN_FLIGHT];
	unsigned count;
	struct watch watch;
};

/*
 * Starts the device, puts requests into flight and resets it; returns once Status reads 0. From then on the memory is
 * ours.
 */
static void end_in_flight(struct run *t, struct device *d, enum flight flight, struct former *former)
{
	struct virtqueue *queue = device_request_queue(d);

	step(t, "a reset %s", flight_names[flight]);
	need_ok(t, device_start(d, NO_FEATURES));
	former->count = add_requests(t, d, former->requests, IN_FLIGHT);
	virtqueue_set_no_interrupt(queue, flight == SUPPRESSED);
	virtqueue_publish(queue);
	if (flight != POSTED)
		virtqueue_notify(queue);
	former->queue = *queue;
	require_ok(t, device_reset(d), "a reset %s completes", flight_names[flight]);
	watch_begin(&former->watch, &former->queue, former->requests, former->count, true);
}

/*
 * Breaks: a stage in which the device ignores a write of 0; FAILED is the usual one. Symptom: a device that cannot be
 * used again without a reboot.
 */
CHECK(every_stage, "reset.from-every-stage", REQ("reset-01"), MUST, NEEDS(0),
      "Status reads 0 after a reset at every stage")
{
	for (unsigned stage = 0; stage < STAGES; stage++) {
		reach_stage(t, d, (enum stage)stage);
		expect_reset(t, d, stage_name((enum stage)stage));
	}
	expect_reset(t, d, "after a reset");
}

/* Breaks: a reset that waits for a request that never completes, or is postponed until it does and then forgotten. */
CHECK(in_flight, "reset.with-requests-in-flight", REQ("reset-01"), MUST,
      NEEDS(.requests = true, .entries = REQUEST_ENTRIES), "Status reads 0 after a reset with requests in flight")
{
	for (unsigned flight = 0; flight < FLIGHTS; flight++) {
		struct former former;

		end_in_flight(t, d, (enum flight)flight, &former);
		expect_reset(t, d, flight_names[flight]);
	}
}

/*
 * Breaks: a request that was in flight and completes after Status read 0. Symptom: an interrupt that no driver
 * expects, or a spurious one for the next driver. Until the next life no later event can bound the wait, so time does.
 */
CHECK(no_notification, "reset.no-notification-after", REQ("reset-02"), MUST,
      NEEDS(.requests = true, .entries = REQUEST_ENTRIES),
      "After a reset no notification comes, whatever was in flight")
{
	enum { ROUNDS = 2 };
	struct irq_line *line = d->transport.line;

	for (unsigned i = 0; i < ROUNDS * FLIGHTS; i++) {
		struct former former;
		uint32_t count = 0, left;

		end_in_flight(t, d, (enum flight)(i % FLIGHTS), &former);
		left = interrupt_status(d);
		if (line) {
			irq_settle(); /* takes what the interrupt controller accepted before the reset */
			count = line->count;
			irq_line_rearm(line);
		}
		/* reset.clears-interrupt-status judges a bit that the reset left. */
		expect(t, STAYS(t, !(interrupt_status(d) & ~left)), "no bit of InterruptStatus is set after a reset %s",
		       flight_names[i % FLIGHTS]);
		if (line) {
			irq_settle();
			expect_eq(t, line->count, count, "no interrupt comes after a reset %s",
				  flight_names[i % FLIGHTS]);
		}
	}
}

/*
 * Breaks: a request that was in flight and is carried out after Status read 0: the answer goes to memory that is no
 * longer the driver's. Symptom: corruption that nobody can explain. In the first rounds a quiet moment follows the
 * reset; in all rounds the first request of the next life is a later event of the same device.
 */
CHECK(memory_left_alone, "reset.leaves-memory-alone", REQ("reset-03"), MUST,
      NEEDS(.requests = true, .entries = REQUEST_ENTRIES),
      "After a reset the former rings and buffers are not written, whatever was in flight")
{
	enum { ROUNDS = 3 };

	for (unsigned i = 0; i < ROUNDS * FLIGHTS; i++) {
		struct former former;

		end_in_flight(t, d, (enum flight)(i % FLIGHTS), &former);
		if (i < FLIGHTS)
			expect(t, STAYS(t, !watch_found(&former.watch)), "after a reset %s no memory changes",
			       flight_names[i]);
		/* Pretends that the ring goes on: a device that still looks at it finds all its requests once more. */
		former.queue.avail->index = (uint16_t)(former.queue.avail->index + former.count);
		need_ok(t, device_start(d, NO_FEATURES));
		need_ok(t, device_do_request(d, i));
		expect_none(t, watch_found(&former.watch),
			    "nothing is written to the former life's memory after a reset %s",
			    flight_names[i % FLIGHTS]);
	}
}

/*
 * The device serves requests life after life. One that does not serve any, or loses some, is for others to report; but
 * one that served some before, and in each of several lives not even the first, does not come back from its reset.
 */
static void need_lives(struct run *t, struct device *d)
{
	enum { LIVES = 3 };
	unsigned dead = 0;

	for (unsigned life = 0; life < LIVES && d->served; life++) {
		need_ok(t, device_start(d, NO_FEATURES));
		dead += device_do_request(d, life) != DRIVER_NO_ERROR;
	}
	require(t, !d->served || dead < LIVES, "a device that served requests serves them after a reset");
	need_ordinary_life(t, d, false);
}

/* Starts a life with a virtqueue of `size` entries, or the most there are. */
static void start_sized(struct run *t, struct device *d, uint16_t size)
{
	need_ok(t, device_reset(d));
	device_greet(d);
	require_ok(t, device_negotiate(d, NO_FEATURES), "the smallest set of features is accepted");
	require_ok(t, device_setup_queues(d, size), "the virtqueues can be set up");
	device_go(d);
}

static const uint16_t sizes[] = { 16, 4, 8, 32 };
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

/*
 * Breaks: indices that a reset keeps (cloud-hypervisor #1120). Symptom: after a driver reload the first requests are
 * skipped, or old ones come back.
 */
CHECK(indices, "reset.indices-start-at-zero", REQ("mmio-table-19", "reset-03"), DESCRIBED,
      NEEDS(.requests = true, .entries = REQUEST_ENTRIES),
      "After a reset the rings start at index 0, whatever the former life did")
{
	enum { LIVES = 8 };

	need_lives(t, d);
	for (unsigned life = 0; life < LIVES; life++) {
		start_sized(t, d, sizes[life % SIZES]);
		/*
		 * The number of requests is no multiple of the size, so that the wrap does not hide an index that was
		 * kept.
		 */
		for (unsigned i = 0; i < 5 + life; i++) {
			require_ok(t, device_do_request(d, i), "request %u of life %u is served", i, life);
			expect_eq(t, device_request_queue(d)->used->index, i + 1, "used.idx counts from 0 in life %u",
				  life);
		}
	}
}

/*
 * Breaks: a size or an address that is kept from a former life, or a resource that runs out. Symptom: after some
 * reloads of the driver the device stops working.
 */
CHECK(many_lives, "reset.many-lives", REQ("mmio-table-19"), DESCRIBED,
      NEEDS(.requests = true, .entries = REQUEST_ENTRIES),
      "The device works after each of many resets, with rings of other sizes at other places")
{
	enum { LIVES = 32, UNFINISHED = 3 };

	need_lives(t, d);
	for (unsigned life = 0; life < LIVES; life++) {
		start_sized(t, d, sizes[random_below(&t->random, SIZES)]);
		require_ok(t, device_do_request(d, life), "a request is served in life %u", life);
		/* Every now and then a life ends with a request in flight. */
		if (life % UNFINISHED == 0) {
			struct request request;

			if (add_requests(t, d, &request, 1))
				virtqueue_kick(device_request_queue(d));
		}
	}
}

/*
 * Breaks: a device that does not recover once it has asked for a reset. Symptom: the driver resets it as told, and
 * the device stays dead.
 */
CHECK(cures, "reset.cures-needs-reset", REQ("reset-01", "mmio-table-19"), MUST,
      NEEDS(.version = 2, .requests = true, .entries = 2 * REQUEST_ENTRIES),
      "A reset cures a device whose virtqueue was broken by the driver")
{
	struct virtqueue *queue = device_request_queue(d);
	struct request request;

	need_survives_bad_head(t, d);
	/* In the second round the driver gives up first, as 2.1 has it. */
	for (unsigned round = 0; round < 2; round++) {
		need_ok(t, device_start(d, NO_FEATURES));
		need_ok(t, device_do_request(d, 0));
		t->controlled = true;
		(void)add_requests(t, d, &request, 1);
		queue->avail->ring[1] = queue->size; /* robustness: names no descriptor */
		virtqueue_kick(queue);
		/* Most devices notice at once; one that does not is reset with the bad entry in flight. */
		(void)WAIT_UNTIL(transport_status(&d->transport) & VIRTIO_STATUS_DEVICE_NEEDS_RESET, SHORT_WAIT_NS);
		if (round)
			transport_add_status(&d->transport, VIRTIO_STATUS_FAILED);
		expect_reset(t, d,
			     round ? "after a bad available ring entry and FAILED"
				   : "after a bad available ring entry");
		expect_eq(t, interrupt_status(d), 0, "InterruptStatus is 0 after that reset");
		/* Not device_start(), which would reset the device once more. */
		traffic_start(t, d, NO_FEATURES, 0);
		expect_ok(t, device_do_request(d, 1), "a request is served after the reset");
		need_ok(t, device_reset(d));
	}
}
