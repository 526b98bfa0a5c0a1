// SPDX-License-Identifier: BSD-2-Clause
/*
 * The scenarios. Each part first has those without a counter-example: our drivers on a healthy device. Then come those
 * that must have one: a driver that omits something, and devices with the races of the catalogue. They show that the
 * search would find a counter-example if there were one.
 */
#include "drivers/spec/features.h"
#include "tests/self/explore/programs.h"

#define DEFECT(ID) .defect = MODEL_DEFECT_##ID
#define FOUND(ID)  DEFECT(ID), .found = true
#define BARE	   .bare = true, .found = true
#define DRAFT3	   .layout = MODEL_MSI_DRAFT3, .version = 3
#define F40	   .layout = MODEL_MSI_F40, .sharing = true
#define FIXED	   .layout = MODEL_MSI_F40
#define DRAGONBALL .layout = MODEL_MSI_DRAGONBALL
#define F44	   .layout = MODEL_MSI_F44
#define BLOCK	   .type = VIRTIO_ID_BLOCK
#define EVENT_IDX  .event_idx = true
#define EDGE	   .edge = true

#define SCENARIO(NAME, PROGRAM, EVENTS, TITLE, ...)                                                        \
	{                                                                                                  \
		.name = NAME, .title = TITLE, .program = &program_##PROGRAM, .events = EVENTS, __VA_ARGS__ \
	}

/* clang-format off */
const struct scenario scenarios[] = {
	/* A message changes, and changes back, while used buffers come. */
#define CHANGE(NAME, TITLE, ...) SCENARIO("change." NAME, change, 3, TITLE, .rounds = 2, __VA_ARGS__)
	CHANGE("draft3", "draft3: staged and committed (the layout has no mask)", DRAFT3),
	CHANGE("f40", "f40: masked, changed, unmasked", F40),
	CHANGE("f40-fixed", "f40, fixed mapping: masked, changed, unmasked", FIXED),
	CHANGE("dragonball", "dragonball: masked, changed, unmasked", DRAGONBALL),
	CHANGE("f44", "f44: masked, changed, unmasked", F44),
	CHANGE("f40-unmasked", "f40: changed without the mask, for the device stages it", F40, .bare = true),
	CHANGE("dragonball-unmasked", "dragonball: changed without the mask, for the device stages it", DRAGONBALL, .bare = true),
	CHANGE("f40-unstaged-masked", "f40: the device does not stage, the mask is enough", F40, DEFECT(msi_unstaged)),
	CHANGE("dragonball-unstaged-masked", "dragonball: the device does not stage, the mask is enough", DRAGONBALL, DEFECT(msi_unstaged)),
	CHANGE("f44-unstaged-masked", "f44: the device takes messages unmasked, the mask is enough", F44, DEFECT(msi_unstaged)),
	CHANGE("draft3-unstaged", "draft3: the device does not stage", DRAFT3, FOUND(msi_unstaged)),
	CHANGE("f40-unstaged", "f40: the device does not stage, and there is no mask", F40, DEFECT(msi_unstaged), BARE),
	CHANGE("f40-fixed-unstaged", "f40, fixed mapping: the device does not stage, and there is no mask", FIXED, DEFECT(msi_unstaged), BARE),
	CHANGE("dragonball-unstaged", "dragonball: the device does not stage, and there is no mask", DRAGONBALL, DEFECT(msi_unstaged), BARE),
	CHANGE("f44-unstaged", "f44: the device takes messages unmasked, and there is no mask", F44, DEFECT(msi_unstaged), BARE),
#define CHANGE_DEFECT(ID, TITLE)                         \
	CHANGE("f40-" #ID, "f40: " TITLE, F40, FOUND(ID)), \
	CHANGE("dragonball-" #ID, "dragonball: " TITLE, DRAGONBALL, FOUND(ID)), \
	CHANGE("f44-" #ID, "f44: " TITLE, F44, FOUND(ID))
	CHANGE("draft3-msi_commit_torn", "draft3: the commit is not atomic", DRAFT3, FOUND(msi_commit_torn)),
	CHANGE_DEFECT(msi_commit_torn, "the commit is not atomic"),
	CHANGE_DEFECT(msi_mask_ignored, "the mask is ignored"),
	CHANGE_DEFECT(msi_pending_lost, "what comes behind the mask is lost"),
	CHANGE_DEFECT(msi_pending_twice, "what comes behind the mask is sent twice"),
	CHANGE_DEFECT(msi_pending_each, "every event behind the mask is sent"),
	CHANGE_DEFECT(msi_unmask_sends, "unmasking sends a message without an event"),

	/* Two CPUs change the message of one virtqueue each. */
#define TWO(NAME, TITLE, ...) SCENARIO("two-cpus." NAME, two_cpus, 1, TITLE, BLOCK, __VA_ARGS__)
	TWO("draft3", "draft3: with a lock", DRAFT3),
	TWO("f40", "f40: with a lock", F40),
	TWO("dragonball", "dragonball: with a lock", DRAGONBALL),
	TWO("f44", "f44: with a lock", F44),
	TWO("draft3-unlocked", "draft3: without a lock", DRAFT3, BARE),
	TWO("f40-unlocked", "f40: without a lock", F40, BARE),
	TWO("f40-fixed-unlocked", "f40, fixed mapping: without a lock", FIXED, BARE),
	TWO("dragonball-unlocked", "dragonball: without a lock", DRAGONBALL, BARE),
	TWO("f44-unlocked", "f44: without a lock", F44, BARE),
	/* Two CPUs set up one virtqueue each. */
	SCENARIO("two-cpus.queues", two_queues, 2, "QueueSel: with a lock", BLOCK),
	SCENARIO("two-cpus.queues-unlocked", two_queues, 2, "QueueSel: without a lock", BLOCK, BARE),

	/* The driver turns messages off, and on again. */
#define TOGGLE(NAME, TITLE, ...) SCENARIO("toggle." NAME, toggle, 2, TITLE, __VA_ARGS__)
	TOGGLE("draft3", "draft3: messages off and on again", DRAFT3, .rounds = 2),
	TOGGLE("f40", "f40: messages off behind a mask, and on again", F40, .rounds = 2),
	TOGGLE("draft3-msi_disable_loses", "draft3: the first event on the line is lost", DRAFT3, FOUND(msi_disable_loses)),
	TOGGLE("f40-msi_disable_loses", "f40: the first event on the line is lost", F40, FOUND(msi_disable_loses)),
	TOGGLE("f40-msi_disable_forgets", "f40: what is behind the mask is not moved to the line", F40, FOUND(msi_disable_forgets)),
	TOGGLE("draft3-msi_enable_forgets", "draft3: what InterruptStatus shows is not moved to a message", DRAFT3, .rounds = 2, FOUND(msi_enable_forgets)),
	TOGGLE("f40-msi_enable_forgets", "f40: what InterruptStatus shows is not moved to a message", F40, .rounds = 2, FOUND(msi_enable_forgets)),

	/* Our handler serves the line. */
#define WIRE(NAME, TITLE, ...) SCENARIO("wire." NAME, wire, 3, TITLE, __VA_ARGS__)
	WIRE("level", "level: acknowledge first, then drain"),
	WIRE("edge", "edge: acknowledge first, then drain", EDGE),
	WIRE("level-config", "level: the configuration changes meanwhile", BLOCK),
	WIRE("edge-config", "edge: the configuration changes meanwhile", BLOCK, EDGE),
	WIRE("level-fine", "level: with every access to the rings", .fine = true),
	WIRE("edge-fine", "edge: with every access to the rings", .fine = true, EDGE),
	WIRE("level-drain-first", "level: drain first, then acknowledge", BARE),
	WIRE("edge-drain-first", "edge: drain first, then acknowledge", BARE, EDGE),
#define WIRE_DEFECT(ID, TITLE, ...) WIRE(#ID, TITLE, FOUND(ID), __VA_ARGS__)
	WIRE_DEFECT(interrupt_not_reasserted, "the first used buffer after an acknowledgement is swallowed"),
	WIRE_DEFECT(interrupt_status_vanishes, "InterruptStatus is 0 before it can be read"),
	WIRE_DEFECT(line_pulses, "a level line is pulsed"),
	WIRE_DEFECT(line_sticks, "the line stays asserted after the acknowledgement"),
	WIRE_DEFECT(interrupts_for_ever, "the acknowledgement asserts the line again"),
	WIRE_DEFECT(ack_clears_all, "an acknowledgement clears all bits", BLOCK),
	WIRE_DEFECT(ack_inverted, "an acknowledgement clears the other bits"),
	WIRE_DEFECT(line_drops_on_any_ack, "the line falls although a bit is set", BLOCK),
	WIRE_DEFECT(config_change_silent, "a configuration change is not told of", BLOCK),
	WIRE_DEFECT(config_change_late_status, "a configuration change does not set its bit", BLOCK),
	WIRE_DEFECT(used_index_before_element, "used.idx moves before the element is there", EDGE),
	SCENARIO("wire.first_notification_missing", wire, 1, "the first notification is missing", FOUND(first_notification_missing)),

	/* The driver suppresses notifications while it works. */
#define SUPPRESS(NAME, TITLE, ...) SCENARIO("suppress." NAME, suppress, 3, TITLE, .fine = true, __VA_ARGS__)
	SUPPRESS("no-interrupt", "NO_INTERRUPT: cleared, then a second look at the ring"),
	SUPPRESS("no-interrupt-edge", "NO_INTERRUPT on an edge line", EDGE),
	SUPPRESS("event-idx", "used_event: set, then a second look at the ring", EVENT_IDX),
	SUPPRESS("event-idx-edge", "used_event on an edge line", EVENT_IDX, EDGE),
	SUPPRESS("event-idx-batch", "used_event, and a device that publishes two at once", EVENT_IDX, .batch = 2),
	SUPPRESS("event-idx-f44", "used_event, with messages", EVENT_IDX, F44),
	SUPPRESS("no-interrupt-one-look", "NO_INTERRUPT: without the second look", BARE),
	SUPPRESS("event-idx-one-look", "used_event: without the second look", EVENT_IDX, BARE),
	SUPPRESS("no-interrupt-stale", "NO_INTERRUPT: decided when the buffer was taken", FOUND(suppression_stale)),
	SUPPRESS("event-idx-stale", "used_event: decided when the buffer was taken", EVENT_IDX, FOUND(suppression_stale)),
	SUPPRESS("event_idx_late_by_one", "used_event: one buffer too late", EVENT_IDX, FOUND(event_idx_late_by_one)),
	SUPPRESS("event_idx_last_of_batch", "used_event: only the last of a batch is compared", EVENT_IDX, .batch = 2, FOUND(event_idx_last_of_batch)),

	/* The driver makes buffers available while the device looks for them. */
#define PUBLISH(NAME, TITLE, ...) SCENARIO("publish." NAME, publish, 3, TITLE, .fine = true, __VA_ARGS__)
	PUBLISH("flags", "published, then NO_NOTIFY is looked at"),
	PUBLISH("event-idx", "published, then avail_event is looked at", EVENT_IDX),
	PUBLISH("avail_event_stuck", "avail_event never moves", EVENT_IDX, FOUND(avail_event_stuck)),
	PUBLISH("avail_event_ahead", "avail_event is too far ahead", EVENT_IDX, FOUND(avail_event_ahead)),
	PUBLISH("takes_beyond_available_index", "the device takes what is not published yet", FOUND(takes_beyond_available_index)),
	PUBLISH("loses_notification", "NO_NOTIFY is set, and the device does not look", FOUND(used_flags_stuck)),

	/* The same with stores that others see later, and in another order unless a barrier separates them. */
#define WEAK_SUPPRESS(NAME, TITLE, ...) SCENARIO("weak." NAME, suppress, 2, TITLE, .fine = true, .weak = true, __VA_ARGS__)
#define WEAK_PUBLISH(NAME, TITLE, ...) SCENARIO("weak." NAME, publish, 2, TITLE, .fine = true, .weak = true, __VA_ARGS__)
	WEAK_SUPPRESS("no-interrupt", "NO_INTERRUPT: a barrier before the second look"),
	WEAK_SUPPRESS("event-idx", "used_event: a barrier before the second look", EVENT_IDX),
	WEAK_PUBLISH("flags", "avail.idx: a barrier before, and one before the look at NO_NOTIFY"),
	WEAK_PUBLISH("publish-event-idx", "avail.idx: a barrier before, and one before the look at avail_event", EVENT_IDX),
	WEAK_PUBLISH("publish-event-idx-batch", "avail_event, and a device that takes two at once", EVENT_IDX, .batch = 2),
	WEAK_SUPPRESS("no-interrupt-no-barriers", "NO_INTERRUPT: no barrier", .no_barriers = true, .found = true),
	WEAK_SUPPRESS("event-idx-no-barriers", "used_event: no barrier", EVENT_IDX, .no_barriers = true, .found = true),
	WEAK_PUBLISH("publish-no-barriers", "avail.idx and avail.ring: no barrier", .no_barriers = true, .found = true),
	WEAK_PUBLISH("publish-event-idx-no-barriers", "avail.idx, avail.ring and avail_event: no barrier", EVENT_IDX, .no_barriers = true, .found = true),
	WEAK_SUPPRESS("no-interrupt-no-fences", "NO_INTERRUPT: the device has no fences", .no_fences = true, .found = true),
	WEAK_SUPPRESS("event-idx-no-fences", "used_event: the device has no fences", EVENT_IDX, .no_fences = true, .found = true),
	WEAK_PUBLISH("publish-event-idx-no-fences", "avail_event: the device has no fences", EVENT_IDX, .no_fences = true, .found = true),

	/* A configuration field of 8 bytes changes while the driver reads it. */
#define CAPACITY(NAME, TITLE, ...) SCENARIO("capacity." NAME, capacity, 0, TITLE, BLOCK, __VA_ARGS__)
	CAPACITY("generation", "the capacity is read between two looks at ConfigGeneration"),
	CAPACITY("config_torn", "the capacity changes in halves", FOUND(config_torn)),
	CAPACITY("generation_stuck", "ConfigGeneration does not change", FOUND(generation_stuck)),

	/* From Status 0 to the first request. */
#define START(NAME, TITLE, ...) SCENARIO("start." NAME, start, 2, TITLE, __VA_ARGS__)
	START("early-buffers", "buffers are there before DRIVER_OK, the notification comes after"),
	START("buffers_before_driver_ok_skipped", "buffers of before DRIVER_OK are skipped", FOUND(buffers_before_driver_ok_skipped)),
	START("interrupt_at_driver_ok", "an interrupt at DRIVER_OK without a cause", FOUND(interrupt_at_driver_ok)),

	/* A notification comes from another CPU. */
	SCENARIO("start.kick", kick, 2, "a notification against DRIVER_OK and QueueReady"),
	SCENARIO("start.notify_before_ready_lost", kick, 2, "a notification is forgotten while QueueReady is 0", FOUND(notify_before_ready_lost)),

	/* A virtqueue is reset and used again. */
#define QUEUE_RESET(NAME, TITLE, ...) SCENARIO("queue-reset." NAME, queue_reset, 2, TITLE, __VA_ARGS__)
	QUEUE_RESET("wire", "requests under way"),
	QUEUE_RESET("edge", "requests under way, on an edge line", EDGE),
	QUEUE_RESET("queue_reset_then_executes", "the virtqueue is served after its reset", FOUND(queue_reset_then_executes)),
	QUEUE_RESET("queue_reset_then_notifies", "a notification is answered with an interrupt", FOUND(queue_reset_then_notifies)),
	QUEUE_RESET("queue_reset_keeps_indices", "the second life goes on with the indices of the first", FOUND(queue_reset_keeps_indices)),
	QUEUE_RESET("queue_reset_reads_zero_early", "QueueReset reads 0 before the reset is complete", FOUND(queue_reset_reads_zero_early)),

	/* A reset with requests in flight: the device is silent after it, and works again. */
#define RESET(NAME, TITLE, ...) SCENARIO("reset." NAME, reset, 2, TITLE, __VA_ARGS__)
	RESET("wire", "requests under way, wired"),
	RESET("edge", "requests under way, wired, on an edge line", EDGE),
	RESET("wire-version-3", "requests under way, wired, a reset that takes time", .version = 3),
	RESET("draft3", "requests under way, draft3", DRAFT3),
	RESET("f40", "requests under way, f40", F40),
	RESET("dragonball", "requests under way, dragonball", DRAGONBALL),
	RESET("f44", "requests under way, f44", F44),
#define RESET_DEFECT(ID, TITLE, ...) RESET(#ID, TITLE, FOUND(ID), __VA_ARGS__)
	RESET_DEFECT(reset_then_notifies, "a notification after the reset"),
	RESET_DEFECT(reset_then_uses_ring, "the used ring moves after the reset"),
	RESET_DEFECT(reset_then_writes_buffer, "a buffer is written after the reset"),
	RESET_DEFECT(reset_keeps_line, "the line stays asserted over the reset"),
	RESET_DEFECT(reset_keeps_interrupt_status, "InterruptStatus stays over the reset"),
	RESET("f40-msi_reset_keeps_pending", "f40: an event of before the reset is sent after it", F40, FOUND(msi_reset_keeps_pending)),
	RESET("f44-msi_reset_keeps_pending", "f44: an event of before the reset is sent after it", F44, FOUND(msi_reset_keeps_pending)),
	RESET("dragonball-msi_reset_keeps_mask", "dragonball: a mask of before the reset stays", DRAGONBALL, FOUND(msi_reset_keeps_mask)),
	RESET_DEFECT(reset_keeps_indices, "the second life goes on with the indices of the first"),
	RESET_DEFECT(reset_reads_zero_early, "Status reads 0 before the reset is complete", .version = 3),
};
/* clang-format on */
const size_t scenario_count = sizeof(scenarios) / sizeof(scenarios[0]);
