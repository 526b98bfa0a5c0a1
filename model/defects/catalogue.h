/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The catalogue of defects, data only:
 * X(id, types, versions, extra, "rows", "what the device does", "who did it in the field", or 0)
 *
 * types     ANY; NET, BLK, CON, RNG;
 *           REST: all but RNG, which has one queue, no configuration space and nothing that the device reads
 * versions  ANY, OLD: 1, NEW: 2 and 3, V3
 * extra     what the defect needs besides a driver, or what to beware of:
 *           NONE
 *           CHANGE   a configuration change from outside
 *           INBOUND  frames or console input
 *           DELAY    a host that does not run the device at once
 *           BATCH    a host that asks for batches
 *           RO       a read-only disk
 *           MSI      message signalled interrupts, in a layout to which it applies
 *           HOSTILE  may never run out of work
 *           HIDDEN   discovery does not find the device
 *
 * Rows are those of the requirement table. A defect breaks as little else as it can.
 */
#ifndef MODEL_CATALOGUE_H
#define MODEL_CATALOGUE_H

#include <stdint.h>

#include "drivers/spec/features.h"

/* The words of `types`: bit n for device id n. A new type is one more line. */
#define MODEL_TYPES_ANY	 UINT64_MAX
#define MODEL_TYPES_REST (MODEL_TYPES_ANY & ~MODEL_TYPES_RNG)
#define MODEL_TYPES_NET	 (UINT64_C(1) << VIRTIO_ID_NETWORK)
#define MODEL_TYPES_BLK	 (UINT64_C(1) << VIRTIO_ID_BLOCK)
#define MODEL_TYPES_CON	 (UINT64_C(1) << VIRTIO_ID_CONSOLE)
#define MODEL_TYPES_RNG	 (UINT64_C(1) << VIRTIO_ID_ENTROPY)

/* clang-format off */
#define MODEL_CATALOGUE(X) \
/* 2.1 Device status, 3.1 initialization */ \
X(consumes_before_driver_ok, ANY, NEW, NONE, "status-01", "serves a queue as soon as FEATURES_OK is set", 0) \
X(polls_before_driver_ok, ANY, NEW, NONE, "status-01", "looks for buffers by itself as soon as FEATURES_OK is set", 0) \
X(kick_before_driver_ok_interrupts, ANY, NEW, NONE, "status-01", "answers a notification before DRIVER_OK with an interrupt", 0) \
X(needs_reset_missing, ANY, NEW, NONE, "status-02", "stops on an error without setting DEVICE_NEEDS_RESET", 0) \
X(needs_reset_for_heads_only, ANY, NEW, NONE, "status-02", "sets DEVICE_NEEDS_RESET for a bad available ring entry, and stops for other errors without a word", 0) \
X(needs_reset_silent, ANY, NEW, NONE, "status-03", "sets DEVICE_NEEDS_RESET without a configuration change notification", "firecracker #5351") \
X(status_forgets_acknowledge, ANY, ANY, NONE, "init-01 mmio-table-12", "never shows ACKNOWLEDGE in Status", 0) \
X(status_forgets_driver, ANY, ANY, NONE, "init-01 mmio-table-12", "loses DRIVER from Status when DRIVER_OK is set", 0) \
X(buffers_before_driver_ok_skipped, ANY, NEW, NONE, "init-02", "takes the available index at DRIVER_OK for its starting point", 0) \
/* 2.2 Feature bits, chapter 6 */ \
X(feature_without_dependency, NET, ANY, NONE, "feat-01", "offers features of the control queue but not CTRL_VQ", 0) \
X(refuses_subset, ANY, NEW, NONE, "feat-02", "refuses EVENT_IDX unless INDIRECT_DESC is accepted too", 0) \
X(accepts_unoffered, ANY, NEW, NONE, "feat-03", "lets FEATURES_OK stick with features that it did not offer", 0) \
X(accepts_inconsistent, NET, NEW, NONE, "feat-03", "lets FEATURES_OK stick with features that lack one they need", 0) \
X(offers_undefined_bit, ANY, NEW, NONE, "feat-04", "offers bit 49, reserved for future extensions", 0) \
X(offers_high_bit, ANY, NEW, NONE, "feat-04", "offers bit 100, defined for no device type", 0) \
X(offers_foreign_bit, ANY, ANY, NONE, "feat-04", "offers a bit of word 0 that its device type does not define", 0) \
X(offers_ring_packed, ANY, NEW, NONE, "feat-04", "offers RING_PACKED and does not know the format", 0) \
X(offers_notif_config_data, ANY, NEW, NONE, "feat-04", "offers NOTIF_CONFIG_DATA, for which MMIO has no register", 0) \
X(offers_admin_vq, ANY, NEW, NONE, "feat-04 mmio-table-20", "offers ADMIN_VQ", 0) \
X(offers_sr_iov, ANY, NEW, NONE, "feat-04 rfb-05", "offers SR_IOV", 0) \
X(refuses_renegotiation, ANY, NEW, NONE, "feat-05", "refuses the feature set that it accepted before the last reset", 0) \
X(version_1_not_offered, ANY, NEW, NONE, "rfb-01", "does not offer VERSION_1", 0) \
X(falls_back_without_version_1, ANY, NEW, NONE, "rfb-06", "accepts features without VERSION_1 and then behaves as a legacy device behind modern registers", 0) \
X(refusal_sticks, ANY, NEW, NONE, "rfb-06", "refuses every feature set after one without VERSION_1, over resets", 0) \
X(in_order_ignored, ANY, NEW, NONE, "rfb-03 sring-04", "completes requests last in, first out although IN_ORDER was accepted", 0) \
X(in_order_batch_first_id, ANY, NEW, BATCH, "sring-04", "puts the id of the first buffer, not the last, into the element that stands for a batch", 0) \
X(in_order_skips_failed, BLK, NEW, BATCH, "sring-04 sused-02", "lets one used entry stand for a batch although not every buffer before the last was used completely", 0) \
X(forgets_feature, ANY, NEW, NONE, "mmio-table-03 sintr-05 savail-04", "drops EVENT_IDX from the accepted features at DRIVER_OK", 0) \
/* 2.4 Reset */ \
X(reset_ignored_when_running, ANY, ANY, NONE, "reset-01", "ignores a reset while DRIVER_OK is set", "firecracker #3074") \
X(reset_ignored_when_failed, ANY, ANY, NONE, "reset-01", "ignores a reset while FAILED is set", 0) \
X(reset_keeps_error_when_failed, ANY, NEW, NONE, "reset-01 mmio-table-19", "keeps an error over a reset if the driver has set FAILED", 0) \
X(reset_ignored_when_broken, ANY, NEW, NONE, "reset-01", "ignores a reset while DEVICE_NEEDS_RESET is set", 0) \
X(reset_keeps_status, ANY, ANY, NONE, "reset-01", "leaves ACKNOWLEDGE set after a reset", 0) \
X(reset_reads_zero_early, ANY, V3, DELAY, "reset-01 reset-03", "shows Status 0 before the reset is complete, and loses what the driver writes until then", 0) \
X(reset_then_notifies, ANY, ANY, NONE, "reset-02", "sends a used buffer notification some time after a reset", 0) \
X(reset_keeps_line, ANY, ANY, NONE, "reset-02 mmio-layout-05", "leaves the line asserted over a reset that clears InterruptStatus", "libvmm #349") \
X(reset_keeps_interrupt_status, ANY, ANY, NONE, "mmio-layout-05 reset-02", "leaves InterruptStatus, and so the line, over a reset", 0) \
X(reset_then_uses_ring, ANY, ANY, NONE, "reset-03 sring-01 sring-02", "moves the used index of a former ring some time after a reset", 0) \
X(reset_then_writes_buffer, ANY, ANY, NONE, "reset-03", "writes into a buffer from before a reset some time after it", 0) \
X(reset_then_executes, BLK, ANY, NONE, "reset-03", "carries out a request from before a reset some time after it", 0) \
X(receive_queue_written_after_reset, REST, ANY, INBOUND, "reset-03 sring-01 sring-02", "writes to a receive queue's ring and buffers some time after a reset", 0) \
X(further_queue_written_after_reset, REST, ANY, NONE, "reset-03", "writes to the ring and buffers of a further queue some time after a reset", 0) \
X(receive_queue_interrupts_after_reset, REST, ANY, INBOUND, "reset-02", "sends a used buffer notification some time after a reset if a receive queue had buffers", 0) \
X(further_queue_interrupts_after_reset, REST, ANY, NONE, "reset-02", "sends a used buffer notification some time after a reset if a further queue was ready", 0) \
X(further_queue_ready_after_reset, REST, NEW, NONE, "mmio-layout-05", "leaves QueueReady of further queues set over a reset", 0) \
X(reset_keeps_config_cause, REST, ANY, CHANGE, "mmio-layout-05", "leaves the configuration change bit of InterruptStatus over a reset", 0) \
X(reset_keeps_queue_ready, ANY, NEW, NONE, "mmio-layout-05", "leaves QueueReady set over a reset", 0) \
X(early_reset_keeps_queue_ready, ANY, NEW, NONE, "mmio-layout-05", "leaves QueueReady set over a reset before DRIVER_OK", 0) \
X(reset_keeps_indices, ANY, ANY, NONE, "mmio-table-19 sring-03 sring-02", "goes on with the ring indices from before the reset", "cloud-hypervisor #1120") \
X(reset_keeps_rings, ANY, NEW, NONE, "mmio-table-19 sring-02", "uses the ring addresses from before the first reset forever", 0) \
X(reset_keeps_driver_features, ANY, NEW, NONE, "mmio-table-19 mmio-table-04", "adds the features accepted before a reset to those accepted after it", 0) \
/* 2.5 Configuration space */ \
X(config_hidden_early, REST, ANY, NONE, "cfg-01", "reads 0 from the configuration space until FEATURES_OK (legacy: DRIVER_OK)", 0) \
X(config_conditional_hidden_early, REST, ANY, NONE, "cfg-02", "reads 0 from the fields that depend on a feature until that is negotiated", 0) \
X(config_big_endian, REST, ANY, NONE, "cfg-03 mmio-leg-10 blk-leg-01 net-leg-01 con-leg-01", "has its 16 and 32 bit configuration fields in big-endian order", 0) \
X(config_wide_only, REST, ANY, NONE, "mmio-table-16 cfg-03 mmio-leg-10", "reads 0 from the configuration space unless 32 bits are read", 0) \
X(config_offset_ignored, REST, ANY, NONE, "mmio-table-16 cfg-03 blk-init-04 mmio-leg-10", "returns the low end of the aligned word for a read of one or two bytes anywhere in it", 0) \
X(config_torn, REST, NEW, CHANGE, "cfg-04 mmio-layout-06", "lets a change of a field be seen in halves, with one generation", 0) \
X(generation_stuck, REST, NEW, CHANGE, "cfg-04 mmio-layout-06", "never changes ConfigGeneration", 0) \
X(generation_restless, ANY, NEW, NONE, "mmio-table-17", "changes ConfigGeneration with every read of it", 0) \
X(config_change_silent, REST, ANY, CHANGE, "blk-op-01 cfg-05", "changes its configuration without a notification", 0) \
X(config_change_late_status, REST, ANY, CHANGE, "mmio-layout-03 status-03", "asserts the line for a configuration change without the bit in InterruptStatus", 0) \
/* 2.6.1 Virtqueue reset */ \
X(queue_reset_then_executes, ANY, NEW, NONE, "vqreset-01 mmio-layout-07", "goes on serving a queue after its reset", 0) \
X(queue_reset_finishes, ANY, NEW, NONE, "vqreset-01", "finishes, after a queue's reset, the requests that were in flight", 0) \
X(receive_queue_filled_after_reset, REST, NEW, INBOUND, "vqreset-01", "goes on filling the buffers of a receive queue after its reset", 0) \
X(further_queue_finished_after_reset, REST, NEW, NONE, "vqreset-01", "finishes, after the reset of a further queue, the requests that were in flight", 0) \
X(queue_reset_finishes_silently, ANY, NEW, NONE, "vqreset-02", "sends a used buffer notification for what was in flight when a queue was reset", 0) \
X(queue_reset_keeps_signalled, ANY, NEW, NONE, "vqreset-03", "notifies of no buffer after a queue's reset until there were more than before it", 0) \
X(queue_reset_then_notifies, ANY, NEW, NONE, "vqreset-02", "answers a notification of a queue that was reset with an interrupt", 0) \
X(queue_reset_keeps_indices, ANY, NEW, NONE, "vqreset-03", "goes on with the ring indices from before the queue's reset", 0) \
X(queue_reenable_keeps_size, ANY, NEW, NONE, "vqreen-01", "uses the size from before the queue's reset", 0) \
X(queue_reenable_keeps_rings, ANY, NEW, NONE, "vqreen-01 vqreset-03", "uses the ring addresses from before the queue's reset", 0) \
X(queue_reset_set_after_reset, ANY, NEW, NONE, "mmio-layout-08", "shows 1 in QueueReset from a device reset until the queue is enabled", 0) \
X(queue_reset_set_when_enabled, ANY, NEW, NONE, "mmio-layout-09", "shows 1 in QueueReset while the queue is enabled", 0) \
X(queue_reset_inert, ANY, NEW, NONE, "mmio-layout-10 feat-04 vqreset-01", "offers RING_RESET and ignores QueueReset", 0) \
X(queue_reset_resets_all, REST, NEW, NONE, "mmio-layout-10", "resets every queue when one is to be reset", 0) \
X(queue_reset_reads_zero_early, ANY, NEW, DELAY, "mmio-layout-11", "shows 0 in QueueReset before the queue's reset is complete", 0) \
X(queue_reset_leaves_ready, ANY, NEW, NONE, "mmio-layout-12", "shows 1 in QueueReady after the queue's reset", 0) \
X(queue_reset_never_completes, ANY, NEW, HOSTILE, "mmio-layout-12 mmio-layout-10", "shows 1 in QueueReset forever", 0) \
/* 2.7 Split virtqueues: buffers */ \
X(chain_cut, ANY, ANY, NONE, "frame-01", "ignores all but the first eight descriptors of a chain", 0) \
X(blk_framing_fixed, BLK, NEW, NONE, "frame-01", "fails a request whose header or status is not in a descriptor of its own", 0) \
X(net_tx_framing_fixed, NET, NEW, NONE, "frame-01", "takes the first descriptor for the header, whatever its length", 0) \
X(writes_readable_buffer, REST, ANY, NONE, "sdesc-01", "changes the last byte of a device-readable buffer", 0) \
X(writes_descriptor_table, ANY, ANY, NONE, "sdesc-03", "clears the length of the head descriptor when it is done", 0) \
X(writes_indirect_table, ANY, ANY, NONE, "sdesc-03", "clears the length of the first indirect descriptor when it is done", 0) \
X(indirect_write_flag_refused, ANY, ANY, NONE, "sind-01", "takes WRITE on a descriptor that refers to an indirect table for an error", 0) \
X(indirect_write_flag_inherited, REST, ANY, NONE, "sind-01", "takes WRITE on a descriptor that refers to an indirect table to mean that everything in it is writable", 0) \
X(indirect_after_direct_refused, ANY, ANY, NONE, "sind-02", "takes an indirect descriptor after direct ones for an error", 0) \
X(indirect_after_direct_forgets, ANY, ANY, NONE, "sind-02", "forgets the direct descriptors before an indirect one", 0) \
/* 2.7.6 Available ring */ \
X(writes_available_ring, ANY, ANY, NONE, "aring-01", "overwrites the entry of the available ring that it has taken", 0) \
X(takes_beyond_available_index, ANY, ANY, NONE, "aring-02", "takes the entry behind the available index along with those before it", 0) \
/* 2.7.7 Used buffer notification suppression */ \
X(used_event_without_event_idx, ANY, ANY, NONE, "sintr-01 mmio-table-04 mmio-table-19", "obeys used_event although EVENT_IDX was not accepted", 0) \
X(no_interrupt_ignored, ANY, ANY, NONE, "sintr-02", "notifies although flags say NO_INTERRUPT", 0) \
X(first_notification_missing, ANY, ANY, NONE, "sintr-03", "does not notify of the first used buffer of a queue", 0) \
X(event_idx_obeys_flags, ANY, ANY, NONE, "sintr-04", "obeys NO_INTERRUPT although EVENT_IDX was accepted", 0) \
X(event_idx_late_by_one, ANY, ANY, NONE, "sintr-05", "notifies one used buffer later than used_event asks", 0) \
X(event_idx_last_of_batch, ANY, ANY, BATCH, "sintr-05", "compares used_event with the last element of a batch only", 0) \
X(event_idx_not_across_wrap, ANY, ANY, NONE, "sintr-05", "compares indices without regard to their wrap at 65536", 0) \
X(event_idx_always_notifies, ANY, ANY, NONE, "sintr-06", "notifies whatever used_event says", 0) \
X(suppression_stale, ANY, ANY, DELAY, "sintr-03 sintr-05", "decides by what the suppression fields said when the buffer was taken", "cloud-hypervisor #2179, ACRN #2623, SPDK #3178") \
/* 2.7.8 Used ring */ \
X(used_index_before_element, ANY, ANY, DELAY, "sused-01 sring-02 sring-01", "moves the used index before it writes the element", 0) \
X(used_length_too_long, ANY, ANY, NONE, "sused-02 blk-desc-03 con-desc-02 net-desc-05 net-desc-02 con-desc-01", "claims to have written more than it wrote", 0) \
X(used_length_too_short, ANY, ANY, NONE, "sring-06 con-desc-02 ent-op-01 net-desc-05 net-rx-03", "claims one byte less than it wrote", 0) \
X(used_length_counts_readable, REST, ANY, NONE, "sused-02 sring-06 net-desc-02 con-desc-01 blk-desc-03 con-desc-02 net-desc-05", "puts the length of the whole chain, readable part included, into the used element", "5.1.9.1 and 5.2.6.3 call it history") \
X(used_id_is_slot, ANY, ANY, NONE, "sring-01 sring-02", "puts the number of the slot, not the head, into the used element", 0) \
X(used_slot_by_maximum, ANY, ANY, NONE, "sring-01 sring-05 mmio-table-07 sring-02 sdesc-04", "wraps the used ring at QueueSizeMax", 0) \
X(used_index_starts_at_one, ANY, ANY, NONE, "sring-01 sring-03 sring-02", "starts with used index 1", 0) \
X(used_index_wraps_early, ANY, ANY, NONE, "sring-01", "wraps the used index at 32768", 0) \
X(loses_requests, ANY, ANY, NONE, "sring-02 blk-desc-09", "never returns every seventh buffer", 0) \
X(answers_twice, ANY, ANY, HOSTILE, "sring-02 blk-desc-09 sring-01 sring-03", "returns each buffer twice", 0) \
X(buffers_before_ready_skipped, ANY, ANY, NONE, "sring-03", "takes the available index at the time a queue is enabled for its starting point", 0) \
X(ring_addresses_rounded, ANY, NEW, NONE, "sring-05 sring-02 sdesc-04", "rounds ring addresses down to a multiple of 16", 0) \
X(queue_size_small_refused, ANY, ANY, NONE, "sring-05", "ignores a QueueSize below 4", 0) \
/* 2.7.10 Available buffer notification suppression, 2.9 */ \
X(used_flags_junk, ANY, ANY, NONE, "savail-01", "sets bit 1 of used flags", 0) \
X(used_flags_with_event_idx, ANY, ANY, NONE, "savail-02", "sets NO_NOTIFY in used flags although EVENT_IDX was accepted", 0) \
X(used_flags_stuck, ANY, ANY, NONE, "sring-02", "asks not to be notified and does not look by itself", 0) \
X(spurious_kick_fails, ANY, ANY, NONE, "savail-03", "takes a notification of an empty ring for an error", 0) \
X(spurious_kick_replays, ANY, ANY, NONE, "savail-03 sring-02", "returns the last buffer again on a notification of an empty ring", 0) \
X(kick_interrupts, ANY, ANY, NONE, "mmio-layout-04 savail-03 status-01", "answers every notification with an interrupt, used buffer or not", 0) \
X(avail_event_stuck, ANY, ANY, NONE, "savail-04", "never moves avail_event", 0) \
X(avail_event_ahead, ANY, ANY, NONE, "savail-04", "asks for a notification 4096 buffers too late", 0) \
X(notification_data_as_index, ANY, NEW, NONE, "dnotif-01 feat-04", "takes all 32 bits of a notification for the queue index although NOTIFICATION_DATA was accepted", 0) \
X(notification_data_outlives_reset, ANY, NEW, NONE, "mmio-table-19 sring-02", "expects the available index in notifications once a driver has accepted NOTIFICATION_DATA, also after a reset", 0) \
X(notification_data_high_half, ANY, NEW, NONE, "dnotif-01 feat-04", "takes the high half of a notification for the queue index once NOTIFICATION_DATA was accepted", 0) \
/* 2.7: queues that are not the first request queue. Receive queues take buffers for what arrives; */ \
/* further queues are all others, such as control queues */ \
X(receive_queue_silent, REST, ANY, INBOUND, "sintr-03", "sends no used buffer notification for receive queues", 0) \
X(further_queue_silent, REST, ANY, NONE, "sintr-03", "sends used buffer notifications for receive queues and the first request queue only", 0) \
X(event_idx_starts_behind, REST, ANY, NONE, "sintr-06", "notifies of the first used buffer of receive and further queues whatever used_event says", "QEMU does so for every queue") \
X(event_idx_of_first_queue, REST, ANY, NONE, "sintr-05", "compares used_event of every queue with the last notified index of the first request queue", 0) \
X(receive_queue_early_buffers_skipped, REST, NEW, INBOUND, "sring-03", "takes the available index of receive queues at DRIVER_OK for their starting point", 0) \
X(further_queue_early_buffers_skipped, REST, NEW, NONE, "sring-03", "takes the available index of further queues at DRIVER_OK for their starting point", 0) \
X(receive_queue_off_the_line, REST, ANY, INBOUND, "mmio-layout-03", "shows a used buffer of a receive queue in InterruptStatus and does not assert the line", 0) \
X(further_queue_off_the_line, REST, ANY, NONE, "mmio-layout-03", "shows a used buffer of a further queue in InterruptStatus and does not assert the line", 0) \
X(receive_queue_ignores_flags, REST, ANY, INBOUND, "sintr-02", "notifies of buffers of receive queues although flags say NO_INTERRUPT", 0) \
X(further_queue_ignores_flags, REST, ANY, NONE, "sintr-02", "notifies of buffers of further queues although flags say NO_INTERRUPT", 0) \
X(receive_queue_event_late, REST, ANY, INBOUND, "sintr-05", "notifies of receive queues one used buffer later than used_event asks", 0) \
X(further_queue_event_late, REST, ANY, NONE, "sintr-05", "notifies of further queues one used buffer later than used_event asks", 0) \
X(receive_queue_event_ignored, REST, ANY, INBOUND, "sintr-06", "notifies of receive queues whatever used_event says", 0) \
X(further_queue_event_ignored, REST, ANY, NONE, "sintr-06", "notifies of further queues whatever used_event says", "VMMs whose control queue knows no EVENT_IDX") \
X(receive_queue_avail_event_stuck, REST, ANY, INBOUND, "savail-04", "looks at receive queues when it is notified, and never moves their avail_event", 0) \
X(further_queue_avail_event_stuck, REST, ANY, NONE, "savail-04", "never moves avail_event of further queues", 0) \
X(receive_queue_flags_stuck, REST, ANY, INBOUND, "sring-02", "asks not to be notified of receive buffers when it runs out of them, and does not look by itself", "the path of QEMU that no test ran") \
X(further_queue_flags_stuck, REST, ANY, NONE, "sring-02", "asks not to be notified of further queues and does not look by itself", 0) \
X(receive_queue_deaf, REST, ANY, INBOUND, "sring-02 savail-04", "looks at a receive queue no more after something arrived and there was no buffer", 0) \
X(receive_queue_wraps_at_maximum, REST, ANY, INBOUND, "sring-01 sring-05 sring-02", "wraps the used ring of receive queues at QueueSizeMax", 0) \
X(further_queue_wraps_at_maximum, REST, ANY, NONE, "sring-01 sring-05 sring-02", "wraps the used ring of further queues at QueueSizeMax", 0) \
X(receive_queue_once_around, REST, ANY, INBOUND, "sring-02", "uses no more buffers of a receive queue than the queue has entries", 0) \
X(further_queue_once_around, REST, ANY, NONE, "sring-02", "uses no more buffers of a further queue than the queue has entries", 0) \
X(receive_queue_direct_only, REST, ANY, INBOUND, "sind-03 sdesc-03", "takes an indirect table for a buffer in receive queues", 0) \
X(further_queue_direct_only, REST, ANY, NONE, "sind-03", "takes an indirect table for an error in further queues", 0) \
X(further_queue_plain_notifications, REST, NEW, NONE, "dnotif-01", "ignores notifications of further queues that carry an available index", 0) \
X(receive_queue_plain_notifications, REST, NEW, INBOUND, "dnotif-01", "looks at receive queues when it is notified, and ignores notifications of them that carry an available index", 0) \
X(receive_queue_framing_fixed, REST, NEW, INBOUND, "frame-01", "writes to the first descriptor of a chain in receive queues alone", 0) \
X(further_queue_framing_fixed, REST, NEW, NONE, "frame-01", "reads and writes the first three descriptors of a chain in further queues alone", 0) \
X(further_queue_reset_keeps_indices, REST, NEW, NONE, "vqreset-03", "goes on with the ring indices from before a further queue's reset", 0) \
X(receive_queue_reset_keeps_indices, REST, NEW, INBOUND, "vqreset-03", "goes on with the ring indices from before a receive queue's reset", 0) \
X(further_queue_marks_descriptors, REST, ANY, NONE, "sdesc-03", "clears the length of the head descriptor when it is done, in further queues", 0) \
X(receive_queue_marks_descriptors, REST, ANY, INBOUND, "sdesc-03", "clears the length of the head descriptor when it is done, in receive queues", 0) \
X(receive_queue_marks_available_ring, REST, ANY, INBOUND, "aring-01", "overwrites the entry of the available ring that it has taken, in receive queues", 0) \
X(further_queue_marks_available_ring, REST, ANY, NONE, "aring-01", "overwrites the entry of the available ring that it has taken, in further queues", 0) \
X(avail_event_without_event_idx, ANY, ANY, NONE, "savail-05", "writes avail_event although EVENT_IDX was not accepted", 0) \
X(one_notification_at_a_time, REST, ANY, DELAY, "mmio-table-09 sring-02 blk-desc-08", "forgets the notification of one queue when that of another comes before it has looked", 0) \
X(further_queue_empty_fails, REST, ANY, NONE, "savail-03", "takes a notification of an empty further queue for an error", 0) \
X(receive_queue_empty_fails, REST, ANY, NONE, "savail-03", "takes a notification of an empty receive queue for an error", 0) \
X(further_queue_stale, REST, ANY, DELAY, "sintr-03 sintr-05", "decides by what the suppression fields of a further queue said when the buffer was taken", 0) \
/* 4.2.2 Registers */ \
X(magic_wrong, ANY, ANY, HIDDEN, "mmio-layout-01", "reads MagicValue as \"trim\"", 0) \
X(magic_gone, ANY, ANY, NONE, "mmio-layout-01", "reads MagicValue as 0 while DRIVER_OK is set", 0) \
X(version_wrong, ANY, ANY, HIDDEN, "mmio-layout-02 mmio-leg-01", "reads Version as 5", 0) \
X(version_changes, ANY, ANY, NONE, "mmio-layout-02 mmio-leg-01", "reads another Version while DRIVER_OK is set", 0) \
X(device_id_unknown, ANY, ANY, HIDDEN, "mmio-table-01", "reads a DeviceID that is not defined", 0) \
X(device_id_gone, ANY, ANY, NONE, "mmio-table-01", "reads DeviceID as 0 while DRIVER_OK is set", 0) \
X(device_features_aliased, ANY, NEW, NONE, "mmio-table-02", "looks at bit 0 of DeviceFeaturesSel only", 0) \
X(device_features_junk_above, ANY, ANY, NONE, "mmio-table-02", "reads all ones from the feature words that do not exist", 0) \
X(driver_features_word_clears, ANY, NEW, NONE, "mmio-table-03", "clears the other words when one word of DriverFeatures is written", 0) \
X(driver_features_ored, ANY, ANY, NONE, "mmio-table-04", "adds to DriverFeatures what is written to it", 0) \
X(queue_size_max_stale, ANY, ANY, NONE, "mmio-table-05 mmio-leg-05", "reads QueueSizeMax of a queue that does not exist as that of one that does", 0) \
X(queue_sel_aliased, ANY, ANY, NONE, "mmio-table-05 mmio-leg-05", "looks at the low 10 bits of QueueSel only", 0) \
X(queue_size_max_follows, ANY, ANY, NONE, "mmio-table-06", "reads QueueSizeMax as the QueueSize that was written", 0) \
X(queue_size_max_big_endian, ANY, ANY, NONE, "mmio-table-18", "reads QueueSizeMax in big-endian order", 0) \
X(queue_size_ignored, ANY, ANY, NONE, "mmio-table-07 mmio-leg-06 sring-02 sring-01 sdesc-04", "uses QueueSizeMax as the size of every queue", 0) \
X(queue_ready_hidden, ANY, NEW, NONE, "mmio-table-08", "reads QueueReady as 0 once DRIVER_OK is set", 0) \
X(queue_ready_shared, REST, NEW, NONE, "mmio-table-08", "reads QueueReady as 1 if any queue is ready", 0) \
X(queue_ready_sticks, ANY, NEW, NONE, "mmio-table-08 mmio-layout-07", "ignores a write of 0 to QueueReady", 0) \
X(unready_queue_looked_at, ANY, NEW, NONE, "mmio-layout-07", "writes used.flags of every queue that is not ready at DRIVER_OK", "a vhost back end") \
X(unready_queue_served, ANY, NEW, NONE, "mmio-layout-07", "goes on serving a queue after QueueReady was cleared", 0) \
X(notify_unready_queue_fails, ANY, NEW, NONE, "savail-03", "takes a notification of a live device's queue that was never set up for an error", 0) \
X(not_ready_finishes, ANY, NEW, NONE, "mmio-layout-07", "finishes, after QueueReady was cleared, the requests that were in flight", 0) \
X(receive_queue_filled_not_ready, REST, NEW, INBOUND, "mmio-layout-07", "goes on filling the buffers of a receive queue while QueueReady is 0", 0) \
X(further_queue_finished_not_ready, REST, NEW, NONE, "mmio-layout-07", "finishes, after QueueReady of a further queue was cleared, the requests that were in flight", 0) \
X(queue_stop_forgets_others, REST, NEW, NONE, "sring-02", "forgets the notifications of all queues when one is stopped", 0) \
X(notify_unknown_queue_fails, ANY, ANY, NONE, "mmio-table-09", "takes a notification of a queue that does not exist for an error", 0) \
X(notify_before_ready_lost, ANY, NEW, NONE, "mmio-table-09", "forgets a notification that comes while the queue is not ready", "rust-vmm/vhost #247") \
X(queue_address_high_clears_low, ANY, NEW, NONE, "mmio-table-13 sring-02", "clears the low half of a queue address when the high half is written", 0) \
X(queue_address_low_needs_high, ANY, NEW, NONE, "mmio-table-13", "takes the low half of a queue address over only when the high half is written", 0) \
X(queue_address_high_ignored, ANY, NEW, NONE, "mmio-table-13", "ignores the high half of queue addresses", 0) \
X(queue_address_shared, REST, NEW, NONE, "mmio-table-13", "writes queue addresses to every queue that is not ready", 0) \
X(shm_length_zero, ANY, NEW, NONE, "mmio-table-14", "reads the length of a shared memory region that does not exist as 0", 0) \
X(shm_base_zero, ANY, NEW, NONE, "mmio-table-15", "reads the base of a shared memory region that does not exist as 0", 0) \
/* 4.2.3.4 InterruptStatus, InterruptACK, the line */ \
X(interrupt_status_read_clears, ANY, ANY, NONE, "mmio-layout-03 mmio-table-10 mmio-leg-11", "clears InterruptStatus when it is read", 0) \
X(interrupt_status_read_lowers_line, ANY, ANY, NONE, "mmio-table-10", "lowers the line when InterruptStatus is read", "hvisor-tool #109") \
X(interrupt_status_vanishes, ANY, ANY, NONE, "mmio-layout-03", "asserts the line and clears InterruptStatus before it can be read", "tt-bh-linux #118") \
X(interrupt_not_reasserted, ANY, ANY, NONE, "mmio-layout-03 sintr-03", "swallows the first used buffer notification after each acknowledgement", "what asterinas #2493 and nuttx #11478 look like from a driver") \
X(interrupt_status_junk, ANY, ANY, NONE, "mmio-layout-04", "sets bit 2 of InterruptStatus with every event", 0) \
X(config_bit_with_used, ANY, ANY, NONE, "mmio-layout-04 mmio-leg-11", "sets the configuration bit together with the used buffer bit", 0) \
X(interrupt_at_driver_ok, ANY, ANY, NONE, "mmio-layout-04 mmio-leg-11", "sends a configuration change notification at DRIVER_OK without a cause", "OpenVMM #4049") \
X(line_pulses, ANY, ANY, NONE, "mmio-table-10", "pulses the line as if it were an edge", "arcbox #350") \
X(line_sticks, ANY, ANY, NONE, "mmio-table-10 mmio-table-11 mmio-leg-11", "leaves the line asserted after the acknowledgement", 0) \
X(line_not_for_config, REST, ANY, CHANGE, "mmio-table-10", "asserts the line for used buffers only", 0) \
X(queue_stop_clears_status, REST, NEW, NONE, "mmio-layout-03", "clears InterruptStatus when a queue is stopped", 0) \
X(config_lost_behind_used, REST, ANY, CHANGE, "mmio-layout-03", "loses a configuration change notification while a used buffer is not acknowledged", 0) \
X(driver_ok_clears_status, REST, ANY, CHANGE, "mmio-layout-03", "clears InterruptStatus at DRIVER_OK", 0) \
X(status_read_lowers_line, ANY, ANY, NONE, "mmio-table-10", "lowers the line when Status is read", 0) \
X(ack_nothing_clears, ANY, ANY, NONE, "mmio-layout-03 mmio-table-11", "clears InterruptStatus when 0 is acknowledged", 0) \
X(line_sticks_when_broken, ANY, NEW, NONE, "mmio-table-10", "leaves the line asserted after an acknowledgement while DEVICE_NEEDS_RESET is set", "QEMU") \
X(line_drops_on_any_ack, REST, ANY, CHANGE, "mmio-table-10 mmio-table-11", "lowers the line at an acknowledgement although another bit is still set", 0) \
X(ack_clears_all, REST, ANY, CHANGE, "mmio-layout-03 mmio-table-11", "clears all of InterruptStatus, whatever bit is acknowledged", "hvisor #361") \
X(ack_inverted, ANY, ANY, NONE, "mmio-layout-03 mmio-table-11 mmio-leg-11", "clears the bits of InterruptStatus that are not acknowledged", 0) \
X(ack_ignored_early, REST, NEW, CHANGE, "mmio-table-11", "ignores InterruptACK before DRIVER_OK", 0) \
/* A driver that breaks a rule */ \
X(narrow_access_kills, ANY, ANY, NONE, "robust-reg-01", "leaves the bus at a read or write of less than 32 bits of a control register", 0) \
X(narrow_write_hangs, ANY, ANY, NONE, "robust-reg-01", "serves nothing any more, over resets, after a write of 16 bits to a control register", 0) \
X(undefined_register_kills, ANY, ANY, NONE, "robust-reg-02", "leaves the bus at a read of an offset without a register", 0) \
X(undefined_register_write_hangs, ANY, ANY, NONE, "robust-reg-02", "serves nothing any more, over resets, after a write to an offset without a register", 0) \
X(magic_writable, ANY, ANY, NONE, "robust-reg-03", "stores what is written to MagicValue", 0) \
X(read_only_write_hangs, ANY, ANY, NONE, "robust-reg-03", "serves nothing any more, over resets, after a write to ConfigGeneration", 0) \
X(write_only_read_kills, ANY, ANY, NONE, "robust-reg-04", "leaves the bus at a read of QueueNotify", 0) \
X(write_only_read_hangs, ANY, ANY, NONE, "robust-reg-04", "serves nothing any more, over resets, after a read of InterruptACK", 0) \
X(config_access_kills, ANY, NEW, NONE, "robust-reg-05", "leaves the bus at an access beyond the end of its configuration space", "firecracker and others log it and go on") \
X(shm_length_restless, ANY, NEW, NONE, "robust-reg-06 mmio-table-14", "reads another length of a shared memory region each time", 0) \
X(shm_length_writable, ANY, NEW, NONE, "robust-reg-06", "stores what is written to SHMLenLow", 0) \
X(undefined_status_bits_stick, ANY, ANY, NONE, "robust-stat-01", "keeps undefined bits of Status, over resets", 0) \
X(driver_ok_again_hangs, ANY, ANY, NONE, "robust-stat-02", "serves nothing any more, over resets, when DRIVER_OK is written twice", 0) \
X(driver_ok_early_hangs, ANY, NEW, NONE, "robust-stat-02", "serves nothing any more, over resets, when DRIVER_OK is written without FEATURES_OK", 0) \
X(unoffered_features_hang, ANY, NEW, NONE, "robust-feat-01", "refuses every driver after one that accepted what was not offered", 0) \
X(late_features_in_force, ANY, NEW, NONE, "robust-feat-02", "takes features over that are written after FEATURES_OK", 0) \
X(feature_word_kills, ANY, ANY, NONE, "robust-feat-01", "leaves the bus when a feature word beyond the last is written", 0) \
X(queue_size_zero_kills, ANY, NEW, NONE, "robust-queue-01", "leaves the bus at a QueueSize of 0", 0) \
X(queue_size_beyond_hangs, ANY, NEW, NONE, "robust-queue-01", "serves nothing any more, over resets, after a QueueSize beyond QueueSizeMax", 0) \
X(queue_size_odd_hangs, ANY, NEW, NONE, "robust-queue-01", "serves nothing any more, over resets, after a QueueSize that is no power of 2", 0) \
X(ready_without_addresses_hangs, ANY, NEW, NONE, "robust-queue-02", "serves nothing any more, over resets, after QueueReady without addresses", 0) \
X(reset_keeps_used_address, ANY, NEW, NONE, "robust-queue-02", "uses the used ring from before a reset until another address is written", "QEMU") \
X(ready_twice_hangs, ANY, NEW, NONE, "robust-queue-03", "serves nothing any more, over resets, after QueueReady was set twice", 0) \
X(queue_beyond_kills, ANY, NEW, NONE, "robust-queue-04", "leaves the bus when a queue that does not exist is made ready", 0) \
X(queue_beyond_reset_hangs, ANY, NEW, NONE, "robust-queue-04", "serves nothing any more, over resets, after QueueReset of a queue that does not exist", 0) \
X(ready_queue_write_hangs, ANY, NEW, NONE, "robust-queue-05", "serves nothing any more, over resets, after the address of a ready queue was written", 0) \
X(ring_unreachable_hangs, ANY, NEW, NONE, "robust-queue-06", "serves nothing any more, over resets, once a ring was not reachable", 0) \
X(ring_odd_hangs, ANY, NEW, NONE, "robust-queue-06", "serves nothing any more, over resets, once a ring had an odd address", 0) \
X(ring_overlap_kills, ANY, NEW, NONE, "robust-queue-06", "leaves the bus when two rings have the same address", 0) \
X(queue_reset_without_feature, ANY, NEW, NONE, "robust-queue-07", "resets a queue although RING_RESET was not accepted", 0) \
X(queue_reset_unready_hangs, ANY, NEW, NONE, "robust-queue-07", "serves nothing any more, over resets, after QueueReset of a queue that is not ready", 0) \
X(buffer_unreachable_hangs, ANY, NEW, NONE, "robust-chain-01", "serves nothing any more, over resets, once a buffer was not reachable", 0) \
X(buffer_unreachable_scribbles, ANY, NEW, NONE, "robust-chain-01", "writes behind the used ring when a buffer is not reachable", 0) \
X(descriptor_loop_hangs, ANY, NEW, NONE, "robust-chain-02", "serves nothing any more, over resets, after a loop in a descriptor chain", "libkrun, for another rule") \
X(next_beyond_hangs, ANY, NEW, NONE, "robust-chain-03", "serves nothing any more, over resets, after a next field out of range", 0) \
X(indirect_length_kills, ANY, NEW, NONE, "robust-chain-04", "leaves the bus at an indirect table of impossible length", 0) \
X(indirect_nested_hangs, ANY, NEW, NONE, "robust-chain-04", "serves nothing any more, over resets, after a table inside a table", 0) \
X(empty_buffer_hangs, ANY, NEW, NONE, "robust-chain-05", "serves nothing any more, over resets, after a buffer without a byte", 0) \
X(huge_buffer_kills, ANY, NEW, NONE, "robust-chain-05", "leaves the bus at a buffer of 2 GiB or more", 0) \
X(writable_first_hangs, REST, NEW, NONE, "robust-chain-06", "serves nothing any more, over resets, after a device-readable descriptor behind a device-writable one", 0) \
X(undefined_flag_hangs, ANY, NEW, NONE, "robust-chain-06", "serves nothing any more, over resets, after an undefined descriptor flag", 0) \
X(head_beyond_kills, ANY, NEW, NONE, "robust-ring-01", "leaves the bus when an available ring entry names no descriptor", "kvmtool ends") \
X(head_beyond_scribbles, ANY, NEW, NONE, "robust-ring-01", "writes behind the used ring when an available ring entry names no descriptor", 0) \
X(avail_jump_kills, ANY, NEW, NONE, "robust-ring-02", "leaves the bus when the available index jumps", "firecracker panicked") \
X(offered_twice_hangs, ANY, NEW, NONE, "robust-ring-03", "serves nothing any more, over resets, when a buffer that it has is available again", 0) \
X(notify_garbage_kills, ANY, ANY, NONE, "robust-notif-01", "leaves the bus at a notification above 255", 0) \
X(ack_undefined_hangs, ANY, ANY, NONE, "robust-ack-01", "serves nothing any more, over resets, after undefined bits were acknowledged", 0) \
X(legacy_page_size_odd_hangs, ANY, OLD, NONE, "robust-leg-01", "serves nothing any more, over resets, after a GuestPageSize that is no power of 2", 0) \
/* Legacy: 2.7.2, 3.1.2, 4.2.4, 6.3 */ \
X(legacy_needs_features_ok, ANY, OLD, NONE, "leg-feat-01 leg-feat-02 blk-leg-02 sring-02", "waits for FEATURES_OK, which legacy does not have", 0) \
X(legacy_needs_driver_ok, ANY, OLD, NONE, "leg-init-02", "does not work before DRIVER_OK", 0) \
X(legacy_config_write_early_lost, REST, OLD, NONE, "leg-init-01", "ignores writes to the configuration space before DRIVER", 0) \
X(legacy_padding_written, ANY, OLD, NONE, "leg-vq-03", "keeps a copy of its used index behind used_event", 0) \
X(legacy_ring_big_endian, ANY, OLD, NONE, "leg-vq-02 sring-02", "has its ring indices in big-endian order", 0) \
X(legacy_queue_align_ignored, ANY, OLD, NONE, "leg-vq-01 mmio-leg-04", "looks for the used ring at a multiple of 4096, whatever QueueAlign says", 0) \
X(legacy_align_beyond, RNG, OLD, NONE, "leg-vq-01 mmio-leg-04", "puts the used ring at the second multiple of QueueAlign if the available ring ends at the first", 0) \
X(legacy_align_as_printed, ANY, OLD, NONE, "leg-vq-01 mmio-leg-04 sring-02 sring-01 sdesc-04", "computes ALIGN(x) as (x + qalign) & ~qalign, as the text of the specification has it", 0) \
X(legacy_page_size_fixed, ANY, OLD, NONE, "mmio-leg-02", "takes pages for 4096 bytes, whatever GuestPageSize says", 0) \
X(legacy_pages_of_4096_at_least, ANY, OLD, NONE, "mmio-leg-02", "takes a GuestPageSize below 4096 for 4096", 0) \
X(legacy_pfn_reads_in_4096, ANY, OLD, NONE, "mmio-leg-03", "reads QueuePFN in pages of 4096 bytes, whatever GuestPageSize says", 0) \
X(legacy_align_shared, REST, OLD, NONE, "mmio-leg-04", "has one QueueAlign for all queues", 0) \
X(legacy_size_shared, REST, OLD, NONE, "mmio-leg-06", "writes QueueSize to every queue that is not in use", 0) \
X(legacy_queue_used_once, ANY, OLD, NONE, "mmio-leg-07", "does not take a queue back that was given up", 0) \
X(legacy_queue_again_keeps_indices, ANY, OLD, NONE, "mmio-leg-07", "goes on with the indices of a queue that was given up", 0) \
X(legacy_pfn_reads_zero, ANY, OLD, NONE, "mmio-leg-03", "reads QueuePFN as 0", 0) \
X(legacy_pfn_shared, REST, OLD, NONE, "mmio-leg-03", "reads QueuePFN of any queue as that of the first one in use", 0) \
X(legacy_pfn_zero_ignored, ANY, OLD, NONE, "mmio-leg-07", "goes on with a queue after 0 was written to QueuePFN", 0) \
X(legacy_pfn_zero_finishes, ANY, OLD, NONE, "mmio-leg-07", "finishes, after 0 was written to QueuePFN, the requests that were in flight", 0) \
X(receive_queue_filled_without_pfn, REST, OLD, INBOUND, "mmio-leg-07", "goes on filling the buffers of a receive queue after 0 was written to its QueuePFN", 0) \
X(legacy_pfn_zero_resets, ANY, OLD, NONE, "mmio-leg-07", "resets the device when 0 is written to QueuePFN", 0) \
X(legacy_reset_keeps_pfn, ANY, OLD, NONE, "mmio-leg-08 mmio-leg-03", "leaves QueuePFN over a reset", 0) \
X(legacy_second_feature_word, ANY, OLD, NONE, "mmio-leg-09 mmio-table-02", "offers VERSION_1 in a second feature word", 0) \
X(legacy_any_layout_missing, ANY, OLD, NONE, "leg-rfb-02", "does not offer ANY_LAYOUT", 0) \
X(legacy_offers_bit_30, ANY, OLD, NONE, "leg-rfb-03", "offers bit 30", 0) \
X(notify_on_empty_ignored, ANY, OLD, NONE, "leg-rfb-01", "offers NOTIFY_ON_EMPTY and does not know it", 0) \
/* Message signalled interrupts: docs/mmio-msi.md */ \
X(msi_too_few, ANY, NEW, MSI, "msi-found-01", "reports fewer messages than it has event sources, or none", 0) \
X(msi_answers_unaccepted, ANY, NEW, MSI, "msi-inert-01", "answers at the registers although the feature was not accepted", 0) \
X(msi_on_without_enable, ANY, NEW, MSI, "msi-off-01", "sends messages before they are enabled", 0) \
X(msi_enable_ignored, ANY, NEW, MSI, "msi-own-01 msi-state-01", "stays with the line when messages are enabled", 0) \
X(msi_state_hidden, ANY, NEW, MSI, "msi-state-01", "reads as if messages were not enabled", 0) \
X(msi_enable_when_running, ANY, NEW, MSI, "msi-state-02", "lets messages be disabled while DRIVER_OK is set", 0) \
X(msi_sources_swapped, ANY, NEW, MSI, "msi-own-01", "sends the message of configuration changes for used buffers, and the other way round", 0) \
X(msi_one_for_all, ANY, NEW, MSI, "msi-own-01", "sends the message of virtqueue 0 for every virtqueue", 0) \
X(msi_receive_queue_silent, REST, NEW, MSI, "msi-own-01", "sends no message for receive queues", 0) \
X(msi_further_queue_of_first, REST, NEW, MSI, "msi-own-01", "sends the message of the first request queue for further queues", 0) \
X(msi_lost, ANY, NEW, MSI, "msi-own-01", "loses every fifth message", 0) \
X(msi_twice, ANY, NEW, MSI, "msi-own-01", "sends each message twice", 0) \
X(msi_without_event, ANY, NEW, MSI, "msi-own-01", "answers every notification with a message, used buffer or not", 0) \
X(msi_sets_interrupt_status, ANY, NEW, MSI, "msi-quiet-01", "sets InterruptStatus along with the message", 0) \
X(msi_raises_line, ANY, NEW, MSI, "msi-quiet-01", "asserts the line along with the message", 0) \
X(msi_sharing_lost, ANY, NEW, MSI, "msi-share-01", "forgets a message that is given to a second source", 0) \
X(msi_unmap_ignored, ANY, NEW, MSI, "msi-map-01", "goes on sending for a source that was mapped to no vector", 0) \
X(msi_unstaged, ANY, NEW, MSI, "msi-stage-01 msi-own-01", "uses each half of a message as soon as it is written", "the race that the review of the first proposal asked about") \
X(msi_commit_torn, ANY, NEW, MSI, "msi-stage-01 msi-own-01", "takes a new address over at once, the data with the message after it", 0) \
X(msi_range_wraps, ANY, NEW, MSI, "msi-range-01", "takes a number that does not exist for one that does", 0) \
X(msi_mask_ignored, ANY, NEW, MSI, "msi-mask-01", "sends messages of a masked source", 0) \
X(msi_pending_lost, ANY, NEW, MSI, "msi-mask-02", "forgets events behind the mask", 0) \
X(msi_pending_twice, ANY, NEW, MSI, "msi-mask-02", "sends an event behind the mask twice", 0) \
X(msi_pending_each, ANY, NEW, MSI, "msi-mask-02", "sends one message for each event behind the mask", 0) \
X(msi_unmask_sends, ANY, NEW, MSI, "msi-mask-02", "sends a message at each unmask", 0) \
X(msi_pending_hidden, ANY, NEW, MSI, "msi-mask-03", "reads MsiPending as 0", 0) \
X(msi_reset_keeps_enable, ANY, NEW, MSI, "msi-reset-01", "goes on with messages after a reset", 0) \
X(msi_reset_keeps_select, CON, NEW, MSI, "msi-reset-02", "leaves MsiSel as it was over a reset", 0) \
X(msi_reset_keeps_mask, ANY, NEW, MSI, "msi-reset-02", "leaves the masks over a reset", 0) \
X(msi_reset_keeps_message, ANY, NEW, MSI, "msi-reset-02", "leaves the messages over a reset", 0) \
X(msi_reset_keeps_pending, ANY, NEW, MSI, "msi-reset-02", "sends an event from before a reset after it", 0) \
X(msi_disable_ignored, ANY, NEW, MSI, "msi-off-02", "goes on sending messages when they are disabled", 0) \
X(msi_disable_loses, ANY, NEW, MSI, "msi-off-02", "loses the first event after messages were disabled", 0) \
X(msi_enable_keeps_line, ANY, NEW, MSI, "msi-quiet-01", "leaves the line asserted when messages are enabled", 0) \
X(msi_enable_forgets, ANY, NEW, MSI, "msi-move-01", "forgets what InterruptStatus shows when messages are enabled", 0) \
X(msi_disable_forgets, ANY, NEW, MSI, "msi-move-01", "forgets what is behind a mask when messages are disabled", 0) \
X(msi_notify_ignored, ANY, NEW, MSI, "msi-notify-01 sring-02", "ignores notifications at the address that it reports", 0) \
X(msi_notify_restless, ANY, NEW, MSI, "msi-notify-01", "reports another notification address each time", 0) \
/* 5.2 Block */ \
X(blk_flush_not_offered, BLK, ANY, NONE, "blk-init-01", "offers neither FLUSH nor CONFIG_WCE", 0) \
X(blk_wce_without_flush, BLK, ANY, NONE, "blk-init-02 feat-01", "offers CONFIG_WCE without FLUSH", 0) \
X(blk_writeback_without_flush, BLK, NEW, NONE, "blk-init-03", "starts with a writeback cache for a driver that accepted CONFIG_WCE without FLUSH", 0) \
X(blk_padding_junk, BLK, ANY, NONE, "blk-init-04", "has junk in the padding of its configuration space", 0) \
X(blk_offers_zoned, BLK, NEW, NONE, "blk-init-05", "offers ZONED without being zoned", 0) \
X(blk_legacy_offers_zoned, BLK, OLD, NONE, "blk-init-06", "offers ZONED as a legacy device", 0) \
X(blk_zoned_model_reserved, BLK, NEW, NONE, "blk-init-09", "offers ZONED with model 3", 0) \
X(blk_host_managed_goes_on, BLK, NEW, NONE, "blk-init-08", "says that it is host-managed and goes on with a driver that does not accept ZONED", 0) \
X(blk_zones_shown, BLK, NEW, NONE, "blk-init-07", "says that it is host-aware and shows its zones to a driver that does not accept ZONED", 0) \
X(blk_read_only_says_ok, BLK, ANY, RO, "blk-op-02", "reports OK for a write to a read-only disk", 0) \
X(blk_read_only_writes, BLK, ANY, RO, "blk-op-03", "writes to a read-only disk and reports IOERR", 0) \
X(blk_unknown_flags_accepted, BLK, ANY, NONE, "blk-op-04", "ignores flags that it does not know in DISCARD, WRITE_ZEROES and SECURE_ERASE", 0) \
X(blk_discard_unmap_accepted, BLK, ANY, NONE, "blk-op-05", "ignores the unmap flag in DISCARD", 0) \
X(blk_write_zeroes_inert, BLK, ANY, NONE, "blk-op-06", "reports OK for WRITE_ZEROES and leaves the data", 0) \
X(blk_write_zeroes_unmap_inert, BLK, ANY, NONE, "blk-op-06", "leaves the data at WRITE_ZEROES with unmap", 0) \
X(blk_write_zeroes_first_range, BLK, ANY, NONE, "blk-op-06", "serves only the first segment of WRITE_ZEROES", 0) \
X(blk_write_zeroes_short, BLK, ANY, NONE, "blk-op-06", "leaves the last sector of a range at WRITE_ZEROES", 0) \
X(blk_lifetime_reserved, BLK, ANY, NONE, "blk-op-12", "reports reserved values in GET_LIFETIME", 0) \
X(blk_zone_commands_ok, BLK, ANY, NONE, "blk-op-13", "reports OK for zone commands without ZONED", 0) \
X(blk_discard_fails, BLK, ANY, NONE, "blk-desc-11", "reports IOERR for every DISCARD", 0) \
X(blk_discard_too_much, BLK, ANY, NONE, "blk-desc-11", "discards one sector beyond the range", 0) \
X(blk_status_four_bytes, BLK, ANY, NONE, "blk-desc-01 sdesc-04", "writes the status as 32 bits, over the end of the buffer", 0) \
X(blk_status_first_byte, BLK, ANY, NONE, "blk-desc-01", "writes the status into the first writable byte", 0) \
X(blk_unknown_type_ok, BLK, ANY, NONE, "blk-desc-02", "reports OK for requests of a type that it does not know", 0) \
X(blk_unknown_type_lost, BLK, ANY, NONE, "blk-desc-02 sring-02", "never returns requests of a type that it does not know", 0) \
X(blk_id_not_padded, BLK, ANY, NONE, "blk-desc-04", "writes the device ID without its padding and claims 20 bytes", 0) \
X(blk_beyond_end_ok, BLK, ANY, NONE, "blk-desc-05", "reports OK for a request beyond the capacity, and transfers nothing", 0) \
X(blk_last_sector_wrong, BLK, ANY, NONE, "blk-desc-05", "serves one sector beyond the capacity, from the beginning of the disk", 0) \
X(blk_sector_wraps, BLK, ANY, NONE, "blk-desc-05", "looks at the low 32 bits of a sector number only", 0) \
X(blk_partial_write, BLK, ANY, NONE, "blk-desc-05", "writes the sectors before the capacity's end of a request that it fails", 0) \
X(blk_sector_in_blocks, BLK, ANY, NONE, "blk-desc-06", "takes sector numbers for blocks of 4096 bytes", 0) \
X(blk_less_than_a_block_fails, BLK, ANY, NONE, "blk-desc-06", "has blocks of 4096 bytes and fails reads of less", 0) \
X(blk_loses_writes, BLK, ANY, NONE, "blk-desc-06", "reports OK for every third write without writing", 0) \
X(blk_reads_fail, BLK, ANY, NONE, "blk-desc-06", "ends every read with IOERR", 0) \
X(blk_data_corrupted, BLK, ANY, NONE, "blk-desc-06", "returns the last byte of a read inverted", 0) \
X(blk_read_only_first_block_only, BLK, ANY, RO, "blk-op-02 blk-op-03", "refuses writes of one sector to a read-only disk, and carries out longer ones", 0) \
X(blk_read_only_commands_go_on, BLK, ANY, RO, "blk-op-03", "carries out DISCARD, WRITE_ZEROES and SECURE_ERASE on a read-only disk", 0) \
X(blk_write_zeroes_mixed_lost, BLK, ANY, NONE, "blk-op-06", "leaves ranges of WRITE_ZEROES with unmap that are not the first", 0) \
X(blk_discard_in_blocks, BLK, ANY, NONE, "blk-desc-11", "takes the sectors of a range to discard for blocks of 4096 bytes", 0) \
X(blk_discard_first_sector_for_all, BLK, ANY, NONE, "blk-desc-11", "discards all ranges from the sector of the first one on", 0) \
X(blk_erase_fails, BLK, ANY, NONE, "blk-desc-15", "reports IOERR for every SECURE_ERASE", 0) \
X(blk_erase_inert, BLK, ANY, NONE, "blk-desc-15", "reports OK for SECURE_ERASE and leaves the data", 0) \
X(blk_erase_short, BLK, ANY, NONE, "blk-desc-15", "leaves the last sector of a range at SECURE_ERASE", 0) \
X(blk_erase_too_much, BLK, ANY, NONE, "blk-desc-15", "erases one sector beyond the range", 0) \
X(blk_erase_first_range, BLK, ANY, NONE, "blk-desc-15", "serves only the first range of SECURE_ERASE", 0) \
X(blk_discard_sectors_less, BLK, ANY, NONE, "blk-desc-13", "refuses to discard more than 256 sectors, and announces 448", 0) \
X(blk_write_zeroes_sectors_less, BLK, ANY, NONE, "blk-desc-13", "refuses to zero more than 256 sectors, and announces 448", 0) \
X(blk_erase_sectors_less, BLK, ANY, NONE, "blk-desc-13", "refuses to erase more than 256 sectors, and announces 448", 0) \
X(blk_discard_ranges_less, BLK, ANY, NONE, "blk-desc-13", "refuses to discard more than 8 ranges, and announces 16", 0) \
X(blk_write_zeroes_ranges_less, BLK, ANY, NONE, "blk-desc-13", "refuses to zero more than 8 ranges, and announces 16", 0) \
X(blk_erase_ranges_less, BLK, ANY, NONE, "blk-desc-13", "refuses to erase more than 8 ranges, and announces 16", 0) \
X(blk_seg_max_zero, BLK, ANY, NONE, "blk-desc-14", "offers SEG_MAX with seg_max 0", 0) \
X(blk_discard_limit_zero, BLK, ANY, NONE, "blk-desc-14", "offers DISCARD with max_discard_sectors 0", 0) \
X(blk_write_zeroes_limit_zero, BLK, ANY, NONE, "blk-desc-14", "offers WRITE_ZEROES with max_write_zeroes_seg 0", 0) \
X(blk_erase_limit_zero, BLK, ANY, NONE, "blk-desc-14", "offers SECURE_ERASE with max_secure_erase_seg 0", 0) \
X(blk_seg_max_too_large, BLK, ANY, NONE, "blk-desc-14", "announces more segments than its virtqueue has entries", 0) \
X(blk_alignment_offset_wrong, BLK, ANY, NONE, "blk-desc-16", "has an alignment_offset beyond its physical block", 0) \
X(blk_opt_io_size_wrong, BLK, ANY, NONE, "blk-desc-16", "has an opt_io_size below min_io_size", 0) \
X(blk_id_not_written, BLK, ANY, NONE, "blk-desc-04 sused-02", "reports OK for GET_ID and writes nothing but the status", 0) \
X(blk_id_changes, BLK, ANY, NONE, "blk-desc-04", "gives another device ID each time", 0) \
X(blk_id_first_segment_only, BLK, NEW, NONE, "blk-desc-04 frame-01", "fills the first segment of the buffer for the device ID only", 0) \
X(blk_writes_fail, BLK, ANY, NONE, "blk-desc-12", "fails every write", 0) \
X(blk_status_apart, BLK, NEW, NONE, "frame-01 blk-desc-01 sused-02", "writes no status if the last segment of more than one holds data too", 0) \
X(blk_touching_merged, BLK, ANY, NONE, "frame-01 blk-desc-06", "loses the data of a segment that starts in memory where the one before it ends", 0) \
X(blk_same_memory_once, BLK, ANY, NONE, "blk-desc-06", "writes a segment once that is there twice", 0) \
X(blk_split_at_2_gib, BLK, ANY, NONE, "blk-desc-06", "splits reads at 2 GiB, and takes the second part from the beginning of the disk", 0) \
X(blk_same_read_answered_once, BLK, ANY, DELAY, "blk-desc-09 blk-desc-06", "gives zeroes to a read of what it just read, while other requests are in flight", 0) \
X(blk_cache_dropped, BLK, NEW, NONE, "blk-desc-06 blk-desc-10", "loses the sector that was written last when the cache is switched off", 0) \
X(blk_ranges_in_one_segment, BLK, NEW, NONE, "frame-01", "fails WRITE_ZEROES and the like if header and ranges are more than two segments", 0) \
X(blk_type_16_bits, BLK, ANY, NONE, "blk-desc-02", "looks at the low 16 bits of the type of a request", 0) \
X(blk_zeroes_in_chunks, BLK, ANY, NONE, "blk-op-06", "leaves what is behind the last whole 64 KiB of a large range at WRITE_ZEROES", 0) \
X(blk_last_queue_dead, BLK, NEW, NONE, "blk-desc-08", "never serves its fourth queue", 0) \
X(blk_flags_of_first_range, BLK, ANY, NONE, "blk-op-04", "looks at the flags of the first range of a command only", 0) \
X(blk_last_queue_missing, BLK, NEW, NONE, "blk-desc-08", "has one virtqueue fewer than num_queues", 0) \
X(blk_short_header_hangs, BLK, ANY, NONE, "robust-blk-01", "serves nothing any more, over resets, after a header of less than 16 bytes", 0) \
X(blk_no_status_kills, BLK, ANY, NONE, "robust-blk-01", "leaves the bus at a request without a status byte", 0) \
X(blk_offset_32_bits, BLK, ANY, NONE, "blk-desc-06 blk-desc-05", "keeps the byte offset of a read or write in 32 bits", 0) \
X(blk_read_stops_at_64k, BLK, ANY, NONE, "blk-desc-06", "fills the first 64 KiB of a larger read, and reports OK", 0) \
X(blk_large_lost, BLK, ANY, NONE, "blk-desc-06", "never answers reads of more than 32 KiB", 0) \
X(blk_write_tail_lost, BLK, ANY, NONE, "blk-desc-06", "does not write the last sector of a write of more than 64 sectors", 0) \
X(blk_write_in_pages, BLK, ANY, NONE, "blk-desc-06", "overwrites the sector behind a write that does not end at a multiple of 8 sectors", 0) \
X(blk_first_part_only, BLK, ANY, NONE, "blk-desc-06", "fills the first segment of a read only, if it is whole sectors", 0) \
X(blk_write_first_part_only, BLK, ANY, NONE, "blk-desc-06", "writes the first segment of a write only, if it is whole sectors", 0) \
X(blk_parts_start_again, BLK, ANY, NONE, "blk-desc-06", "fills each segment that starts a sector from the first sector of the read on", 0) \
X(blk_parts_in_sectors, BLK, ANY, NONE, "frame-01 blk-desc-06", "fills a segment that starts inside a sector from the start of that sector on", 0) \
X(blk_part_rest_lost, BLK, ANY, NONE, "frame-01 blk-desc-06", "loses the end of a segment of more than a sector that is no whole number of sectors", 0) \
X(blk_border_of_64k, BLK, ANY, NONE, "blk-desc-06", "loses what a segment of a read has behind a multiple of 64 KiB", 0) \
X(blk_bounce_stale, BLK, ANY, NONE, "blk-desc-06", "gives the sector before in place of the last one, if the buffer is not aligned to a sector", 0) \
X(blk_odd_write_refused, BLK, ANY, NONE, "blk-desc-06 frame-01", "refuses writes from buffers that are not aligned to 4 bytes", 0) \
X(blk_header_across_pages, BLK, ANY, NONE, "blk-desc-06", "fails a request whose header crosses a multiple of 4096", 0) \
X(blk_write_puts_back, BLK, ANY, DELAY, "blk-desc-06 blk-desc-09", "writes back what was around a write when it took the request", 0) \
X(blk_position_shared, BLK, NEW, DELAY, "blk-desc-08 blk-desc-06", "has one position on the disk for all queues", 0) \
X(blk_second_queue_at_first_sector, BLK, NEW, NONE, "blk-desc-08", "reads the first sectors of the disk in all queues but the first", 0) \
X(blk_flush_lost, BLK, ANY, DELAY, "blk-desc-07 blk-desc-09", "never answers a flush that it executes while other requests are in flight", 0) \
X(blk_segments_64, BLK, ANY, NONE, "blk-desc-13", "fails requests of more than 64 segments of data, and announces 254", 0) \
X(blk_table_128, BLK, ANY, NONE, "blk-desc-13", "fails requests of more than 128 entries in an indirect table, and announces 254 segments", 0) \
X(blk_segment_length_16_bits, BLK, ANY, NONE, "blk-desc-13 blk-desc-06", "keeps the length of a segment in 16 bits", 0) \
X(blk_flush_fails, BLK, ANY, NONE, "blk-desc-07", "reports UNSUPP for FLUSH", 0) \
X(blk_num_queues_zero, BLK, NEW, NONE, "blk-desc-08", "offers MQ with num_queues 0", 0) \
X(blk_sectors_shifted, BLK, ANY, NONE, "blk-desc-06", "keeps each sector where the next one should be", 0) \
X(blk_second_queue_dead, BLK, NEW, NONE, "blk-desc-08 sring-02", "never serves its second queue", 0) \
X(blk_config_writable, BLK, ANY, NONE, "blk-desc-10", "lets the driver write every configuration field", 0) \
X(blk_writeback_read_only, BLK, ANY, NONE, "blk-desc-10 leg-init-01", "ignores writes to writeback", 0) \
X(blk_legacy_status_changes_cache, BLK, OLD, NONE, "blk-leg-03", "makes its cache writethrough when DRIVER is set", 0) \
X(blk_legacy_features_change_cache, BLK, OLD, NONE, "blk-leg-04", "makes its cache writethrough when features without FLUSH are written", 0) \
X(blk_legacy_header_big_endian, BLK, OLD, NONE, "blk-leg-05 leg-feat-02", "reads request headers in big-endian order", 0) \
/* 5.1.4, 5.1.9.2 to 5.1.9.4 Network */ \
X(net_pairs_zero, NET, ANY, NONE, "net-cfg-01", "offers MQ with max_virtqueue_pairs 0", 0) \
X(net_mtu_too_small, NET, ANY, NONE, "net-cfg-02", "offers MTU with mtu 60", 0) \
X(net_mtu_below_1280, NET, ANY, NONE, "net-cfg-03", "offers MTU with mtu 600", 0) \
X(net_mtu_changes, NET, ANY, NONE, "net-cfg-04", "has another mtu while DRIVER_OK is set", 0) \
X(net_mtu_not_enforced, NET, ANY, INBOUND, "net-cfg-05", "delivers frames that are longer than mtu allows", 0) \
X(net_mtu_frames_lost, NET, ANY, INBOUND, "net-cfg-06", "does not transmit frames of more than three quarters of mtu", 0) \
X(net_rss_table_short, NET, NEW, NONE, "net-cfg-08", "offers RSS with an indirection table of 64 entries", 0) \
X(net_rss_key_short, NET, NEW, NONE, "net-cfg-07", "offers RSS with a key of 32 bytes at most", 0) \
X(net_speed_junk, NET, NEW, NONE, "net-cfg-09", "has speed 0x80000000", 0) \
X(net_duplex_junk, NET, NEW, NONE, "net-cfg-10", "has duplex 2", 0) \
X(net_speed_changes, NET, NEW, NONE, "net-cfg-11", "changes speed with every read while the link is up", 0) \
X(net_hash_report_alone, NET, NEW, NONE, "net-cfg-12 feat-01", "offers HASH_REPORT without CTRL_VQ", 0) \
X(net_rx_extra_alone, NET, ANY, NONE, "net-cfg-13", "offers CTRL_RX_EXTRA without CTRL_VQ", 0) \
X(net_tx_unknown_flags_dropped, NET, ANY, INBOUND, "net-tx-01", "drops frames whose header has flags that it does not know", 0) \
X(net_tx_any_flag_is_csum, NET, ANY, INBOUND, "net-tx-02", "takes any header flag for NEEDS_CSUM", 0) \
X(net_tx_checksums_always, NET, ANY, INBOUND, "net-tx-02", "uses csum_start and csum_offset without NEEDS_CSUM", 0) \
X(net_tx_trusts_hdr_len, NET, ANY, INBOUND, "net-tx-04", "offers HOST_TSO4, and drops frames that are shorter than their hdr_len", 0) \
X(net_tx_gso_accepted, NET, ANY, INBOUND, "net-tx-05 net-tx-07", "transmits frames with segmentation types that were not negotiated", 0) \
X(net_tx_tunnel_csum_accepted, NET, ANY, INBOUND, "net-tx-08", "transmits frames with UDP_TUNNEL_CSUM but no tunnel", 0) \
X(net_num_buffers_one, NET, ANY, INBOUND, "net-rxbuf-01 net-rx-02", "says num_buffers 1 however many buffers a frame took", 0) \
X(net_rx_header_apart, NET, NEW, INBOUND, "net-rxbuf-02", "puts header and frame into a buffer each, without MRG_RXBUF", 0) \
X(net_num_buffers_zero, NET, NEW, INBOUND, "net-rx-01", "says num_buffers 0 without MRG_RXBUF", 0) \
X(net_merge_not_filled, NET, ANY, INBOUND, "net-rx-03", "leaves four bytes free in every buffer of a merged frame", 0) \
X(net_merge_one_by_one, NET, ANY, INBOUND, "net-rx-04", "publishes the buffers of a merged frame one at a time", 0) \
X(net_rx_flags_set, NET, ANY, INBOUND, "net-rx-05", "sets DATA_VALID without GUEST_CSUM", 0) \
X(net_rx_checksum_broken, NET, ANY, INBOUND, "net-rx-06", "delivers frames of IPv4 whose transport checksum is not filled in", 0) \
X(net_rx_gso_tcpv4, NET, ANY, INBOUND, "net-rx-07 net-rx-24 net-rx-25 net-rx-26", "says gso_type TCPV4 without GUEST_TSO4", 0) \
X(net_rx_gso_udp, NET, ANY, INBOUND, "net-rx-08 net-rx-24", "says gso_type UDP without GUEST_UFO", 0) \
X(net_rx_gso_tcpv6, NET, ANY, INBOUND, "net-rx-09 net-rx-24", "says gso_type TCPV6 without GUEST_TSO6", 0) \
X(net_rx_gso_udp_l4, NET, ANY, INBOUND, "net-rx-10 net-rx-24", "says gso_type UDP_L4 without GUEST_USO4 or GUEST_USO6", 0) \
X(net_rx_gso_tunnel, NET, ANY, INBOUND, "net-rx-11 net-rx-19", "sets the tunnel bit of gso_type without GUEST_UDP_TUNNEL_GSO", 0) \
X(net_rx_gso_ecn, NET, ANY, INBOUND, "net-rx-13", "sets the ECN bit of gso_type without GUEST_ECN", 0) \
X(net_rx_tunnel_csum, NET, ANY, INBOUND, "net-rx-12 net-rx-23", "sets UDP_TUNNEL_CSUM without GUEST_UDP_TUNNEL_GSO_CSUM", 0) \
X(net_rx_needs_csum_junk, NET, ANY, INBOUND, "net-rx-17 net-rx-18", "sets NEEDS_CSUM with a csum_start outside of the frame", 0) \
X(net_rx_rsc_info, NET, ANY, INBOUND, "net-rx-28", "sets RSC_INFO without RSC_EXT", 0) \
X(net_rx_data_valid_always, NET, ANY, INBOUND, "net-rx-30", "sets DATA_VALID on every frame once GUEST_CSUM is accepted", 0) \
X(net_rx_security, NET, ANY, INBOUND, "net-rx-35", "sets SECURITY without IPSEC", 0) \
X(net_rx_security_error, NET, ANY, INBOUND, "net-rx-38", "sets SECURITY_ERR without IPSEC", 0) \
X(net_header_short, NET, NEW, INBOUND, "net-desc-01", "uses the 10 byte header unless MRG_RXBUF is accepted", 0) \
X(net_legacy_header_long, NET, OLD, INBOUND, "net-leg-02", "uses the 12 byte header on a legacy device without MRG_RXBUF", 0) \
X(net_tx_lost, NET, ANY, INBOUND, "net-desc-05", "transmits nothing", 0) \
X(net_rx_lost, NET, ANY, INBOUND, "net-desc-05", "delivers nothing", 0) \
X(net_tx_corrupted, NET, ANY, INBOUND, "net-desc-05", "inverts the last byte of what it transmits", 0) \
X(net_rx_cut_to_fit, NET, ANY, INBOUND, "net-desc-07", "delivers what fits of a frame that is larger than the buffer", 0) \
X(net_rx_room_without_header, NET, ANY, INBOUND, "net-desc-07 sused-02", "compares the frame without its header with the buffer, and says that all was written", 0) \
X(net_rx_exact_fit_lost, NET, ANY, INBOUND, "net-desc-05", "takes a buffer that is just large enough for too small", 0) \
X(net_rx_odd_byte_lost, NET, ANY, INBOUND, "net-desc-05", "leaves the last byte of a frame of an odd size out of the used length", 0) \
X(net_rx_old_buffers, NET, ANY, INBOUND, "reset-03", "writes frames into a receive buffer of a former life, too", 0) \
X(net_link_shown_down, NET, ANY, NONE, "net-desc-08", "never says LINK_UP", 0) \
X(net_num_buffers_eight_at_most, NET, ANY, INBOUND, "net-rx-02 net-rxbuf-01", "says num_buffers 8 for frames in more buffers", 0) \
X(net_merge_extra_buffer, NET, ANY, INBOUND, "net-rx-02", "uses one buffer more where a frame just fills its last one", 0) \
X(net_rx_checksum_left, NET, ANY, INBOUND, "net-rx-06", "delivers a partial checksum to a driver without GUEST_CSUM", 0) \
X(net_rx_flags_in_large, NET, ANY, INBOUND, "net-rx-05", "sets DATA_VALID in frames of more than 1000 bytes, whatever was negotiated", 0) \
X(net_rx_csum_start_behind_header, NET, ANY, INBOUND, "net-rx-18", "counts csum_start from the header of the packet", 0) \
X(net_rx_csum_offset_of_tcp, NET, ANY, INBOUND, "net-rx-18", "says csum_offset 16 with UDP, too", 0) \
X(net_rx_csum_start_of_ipv4, NET, ANY, INBOUND, "net-rx-18", "says csum_start 34 with IPv6, too", 0) \
X(net_rx_gso_one_for_all, NET, ANY, INBOUND, "net-rx-07 net-rx-09 net-rx-10", "passes on large packets of every type once one type was accepted", 0) \
X(net_rx_gso_with_csum, NET, ANY, INBOUND, "net-rx-24 net-rx-07", "passes on large packets to a driver that accepted GUEST_CSUM alone", 0) \
X(net_rx_gso_size_0, NET, ANY, INBOUND, "net-rx-26", "passes on large packets with gso_size 0", 0) \
X(net_rx_gso_size_of_packet, NET, ANY, INBOUND, "net-rx-26", "says the size of the whole packet in gso_size", 0) \
X(net_rx_gso_without_needs_csum, NET, ANY, INBOUND, "net-rx-25", "passes on large packets without NEEDS_CSUM", 0) \
X(net_rx_gso_type_lost, NET, ANY, INBOUND, "net-rx-25 net-rx-26", "passes on large packets with gso_type NONE", 0) \
X(net_rx_completed_damaged, NET, ANY, INBOUND, "net-desc-05", "damages the destination address of a packet whose checksum it completes", 0) \
X(net_rx_gso_size_low_byte, NET, ANY, INBOUND, "net-rx-26", "passes on large packets with the lower byte of gso_size only", 0) \
X(net_rx_hdr_len_0, NET, ANY, INBOUND, "net-rx-29", "passes on large packets with hdr_len 0", 0) \
X(net_rx_ecn_forgotten, NET, ANY, INBOUND, "net-rx-14", "passes on large packets with CWR without the bit of ECN", 0) \
X(net_rx_ecn_always, NET, ANY, INBOUND, "net-rx-13", "passes on large packets with CWR to a driver without GUEST_ECN", 0) \
X(net_rx_large_cut, NET, ANY, INBOUND, "net-rx-02 net-desc-05", "delivers 32 KiB of a larger packet", 0) \
X(net_offloads_inert, NET, ANY, INBOUND, "net-offload-01", "acknowledges GUEST_OFFLOADS_SET and goes on as before", 0) \
X(net_offloads_csum_inert, NET, ANY, INBOUND, "net-offload-01", "never switches GUEST_CSUM off", 0) \
X(net_offloads_kept, NET, ANY, INBOUND, "net-offload-02", "keeps the offloads that were switched off over a reset", 0) \
X(net_offloads_low_half, NET, NEW, INBOUND, "net-offload-02", "reads the lower half of the offloads only", 0) \
X(net_offloads_high_half_refused, NET, NEW, NONE, "net-desc-06", "refuses GUEST_OFFLOADS_SET with a bit above 31", 0) \
X(net_rx_data_valid_tcp, NET, ANY, INBOUND, "net-rx-30", "says DATA_VALID of every packet of TCP", 0) \
X(net_rx_stuck_behind_large, NET, ANY, INBOUND, "net-desc-07", "waits for ever with a frame that does not fit into the buffers", 0) \
X(net_rx_buffer_lost, NET, ANY, INBOUND, "sring-02", "loses the buffer that is too small for a frame", 0) \
X(net_merge_buffer_lost, NET, ANY, INBOUND, "sring-02", "loses one of the buffers that were too few for a frame", 0) \
X(net_rx_broadcast_damaged, NET, ANY, INBOUND, "net-desc-05", "damages the last byte of frames to all", 0) \
X(net_segment_twice, NET, ANY, INBOUND, "net-desc-10", "sends each second segment twice", 0) \
X(net_header_short_in_order, NET, NEW, INBOUND, "net-desc-01", "uses a header of 10 bytes once IN_ORDER is accepted", 0) \
X(net_rx_burst_mixed, NET, ANY, INBOUND, "net-desc-05", "damages a frame that waits behind another when more than three wait", 0) \
X(net_rx_dhcp_lost, NET, ANY, INBOUND, "net-desc-05", "drops datagrams to the port of DHCP clients", 0) \
X(net_rx_fragments_lost, NET, ANY, INBOUND, "net-desc-05", "drops fragments of IPv4", 0) \
X(net_rx_seventh_piece_lost, NET, ANY, INBOUND, "net-desc-05 frame-01", "writes nothing to the first bytes of the seventh descriptor of a buffer", 0) \
X(net_tx_groups_lost, NET, ANY, INBOUND, "net-desc-05", "transmits no frames to groups", 0) \
X(net_tx_checksum_in_one_piece, NET, ANY, INBOUND, "net-desc-09", "completes checksums of packets in at most two descriptors only", 0) \
X(net_tx_large_in_few_pieces, NET, ANY, INBOUND, "net-desc-10", "does not transmit large packets in more than 17 descriptors", 0) \
X(net_tx_gso_size_capped, NET, ANY, INBOUND, "net-desc-10", "cuts into segments of 1400 bytes at most, whatever gso_size says", 0) \
X(net_tx_large_tagged_lost, NET, ANY, INBOUND, "net-desc-10", "does not transmit large packets with a tag", 0) \
X(net_segment_trusts_hdr_len, NET, ANY, INBOUND, "net-tx-04", "takes hdr_len for the length of the headers", 0) \
X(net_fragment_more_missing, NET, ANY, INBOUND, "net-desc-10", "says of no fragment that more follow", 0) \
X(net_fragment_checksum_missing, NET, ANY, INBOUND, "net-desc-10", "leaves the checksum of a fragmented datagram partial", 0) \
X(net_tx_odd_byte_lost, NET, ANY, INBOUND, "net-desc-05", "transmits frames of an odd size without their last byte", 0) \
X(net_tx_cut_at_1500, NET, ANY, INBOUND, "net-desc-05 net-cfg-06", "cuts frames at 1500 bytes, header included", 0) \
X(net_tx_stops_after_burst, NET, ANY, INBOUND, "net-desc-05", "transmits nothing any more after 1000 packets", 0) \
X(net_tx_pieces_forgotten, NET, ANY, INBOUND, "frame-01", "does not read the last descriptor of a packet in more than 16", 0) \
X(net_tx_short_pieces_lost, NET, NEW, INBOUND, "frame-01", "does not read a second descriptor of less than 4 bytes", 0) \
X(net_tx_bytes_of_former, NET, ANY, INBOUND, "net-desc-05", "transmits at least as many bytes as in the packet before", 0) \
X(net_tx_checksum_skipped, NET, ANY, INBOUND, "net-desc-09", "leaves a checksum that it is to complete as it is", 0) \
X(net_tx_checksum_of_tcp4, NET, ANY, INBOUND, "net-desc-09", "completes the checksum of TCP over IPv4 whatever csum_start and csum_offset say", 0) \
X(net_tx_checksum_even, NET, ANY, INBOUND, "net-desc-09", "leaves the last odd byte out of a checksum", 0) \
X(net_tx_checksum_in_memory, NET, ANY, INBOUND, "sdesc-01", "stores a checksum that it completes in the driver's memory", 0) \
X(net_tx_large_cut, NET, ANY, INBOUND, "net-desc-10", "transmits 32 KiB of a larger packet", 0) \
X(net_segment_counts_headers, NET, ANY, INBOUND, "net-desc-10", "takes gso_size for the size of a segment with its headers", 0) \
X(net_segment_last_lost, NET, ANY, INBOUND, "net-desc-10", "does not send a last segment that is not full", 0) \
X(net_segment_sequence_kept, NET, ANY, INBOUND, "net-desc-10", "gives all segments the sequence number of the first", 0) \
X(net_segment_fin_in_all, NET, ANY, INBOUND, "net-desc-10", "leaves FIN and PSH in all segments", 0) \
X(net_segment_cwr_in_all, NET, ANY, INBOUND, "net-desc-10", "leaves CWR in all segments", 0) \
X(net_segment_length_of_all, NET, ANY, INBOUND, "net-desc-10", "leaves the total length of the whole in segments of IPv4", 0) \
X(net_segment_length6_of_all, NET, ANY, INBOUND, "net-desc-10", "leaves the payload length of the whole in segments of IPv6", 0) \
X(net_segment_udp_length_of_all, NET, NEW, INBOUND, "net-desc-10", "leaves the UDP length of the whole in segments", 0) \
X(net_segment_checksum_of_first, NET, ANY, INBOUND, "net-desc-10", "computes a wrong checksum in all segments but the first", 0) \
/* 5.1.9.5 Network: control queue */ \
X(net_unknown_class_ok, NET, ANY, NONE, "net-ctl-03", "acknowledges commands of a class that it does not know", 0) \
X(net_malformed_command_fatal, NET, NEW, NONE, "net-ctl-04", "takes no driver any more after a command without its data", 0) \
X(net_ack_four_bytes, NET, ANY, NONE, "net-desc-03 sdesc-04", "writes the ack as 32 bits", 0) \
X(net_ack_fills_buffer, NET, ANY, NONE, "net-desc-03", "fills all writable bytes of a command with the ack", 0) \
X(net_ack_counts_command, NET, NEW, NONE, "net-desc-03", "counts the command in the used length of its ack", 0) \
X(net_control_one_at_a_time, NET, ANY, NONE, "net-ctl-01 sring-02", "takes one control command for each notification, however many are available", 0) \
X(net_mac_addr_spills, NET, ANY, NONE, "net-ctl-02", "clears status in the configuration space at MAC_ADDR_SET", 0) \
X(net_table_clears_modes, NET, ANY, INBOUND, "net-ctl-05", "switches ALLMULTI off at MAC_TABLE_SET", 0) \
X(net_vlan_clears_macs, NET, ANY, INBOUND, "net-ctl-05", "forgets the MAC table at VLAN_ADD", 0) \
X(net_mac_addr_clears_vlans, NET, ANY, INBOUND, "net-ctl-05", "forgets the table of VLANs at MAC_ADDR_SET", 0) \
X(net_mac_addr_clears_modes, NET, ANY, INBOUND, "net-ctl-05", "switches ALLMULTI off at MAC_ADDR_SET", 0) \
X(net_allmulti_clears_groups, NET, ANY, INBOUND, "net-ctl-05", "forgets the multicast addresses of the MAC table when ALLMULTI is switched off", 0) \
X(net_pairs_set_clears_modes, NET, ANY, INBOUND, "net-ctl-05", "switches ALLMULTI off at VQ_PAIRS_SET", 0) \
X(net_queue_reset_clears_modes, NET, NEW, INBOUND, "net-ctl-06", "switches all modes off at a queue reset", 0) \
X(net_queue_reset_clears_vlans, NET, NEW, INBOUND, "net-ctl-06", "forgets the table of VLANs at a queue reset", 0) \
X(net_control_field_in_one_piece, NET, NEW, NONE, "frame-01", "refuses commands with a field that lies in two descriptors", 0) \
X(net_control_field_cut, NET, NEW, INBOUND, "frame-01", "reads a field that lies in two descriptors from the first alone", 0) \
X(net_legacy_mac_not_in_filter, NET, OLD, INBOUND, "net-leg-07", "stores what a legacy driver writes to mac, and goes on with the old address", 0) \
X(net_mac_unstable, NET, ANY, NONE, "net-desc-04", "has another MAC address while DRIVER_OK is set", 0) \
X(net_good_command_fails, NET, ANY, NONE, "net-desc-06", "refuses MAC_TABLE_SET, VLAN_ADD, VLAN_DEL, GUEST_OFFLOADS_SET and VQ_PAIRS_SET", 0) \
X(net_promisc_refused, NET, ANY, NONE, "net-filter-01", "refuses PROMISC and ALLMULTI", 0) \
X(net_promisc_inert, NET, ANY, INBOUND, "net-filter-02", "acknowledges PROMISC and goes on filtering", 0) \
X(net_promisc_loses, NET, ANY, INBOUND, "net-filter-03", "lets NOMULTI, NOUNI and NOBCAST win over PROMISC", 0) \
X(net_allmulti_inert, NET, ANY, INBOUND, "net-filter-04", "acknowledges ALLMULTI and goes on filtering", 0) \
X(net_rx_extra_refused, NET, ANY, NONE, "net-filter-05", "refuses ALLUNI, NOMULTI, NOUNI and NOBCAST", 0) \
X(net_alluni_inert, NET, ANY, INBOUND, "net-filter-06", "acknowledges ALLUNI and goes on filtering", 0) \
X(net_alluni_drops_table, NET, ANY, INBOUND, "net-filter-06", "drops frames to addresses in its table while ALLUNI is on", 0) \
X(net_nomulti_inert, NET, ANY, INBOUND, "net-filter-07", "acknowledges NOMULTI and goes on delivering multicast", 0) \
X(net_nomulti_loses, NET, ANY, INBOUND, "net-filter-08", "lets ALLMULTI win over NOMULTI", 0) \
X(net_nomulti_blocks_broadcast, NET, ANY, INBOUND, "net-filter-09", "applies NOMULTI to broadcast", 0) \
X(net_nouni_inert, NET, ANY, INBOUND, "net-filter-10", "acknowledges NOUNI and goes on delivering unicast", 0) \
X(net_nouni_loses, NET, ANY, INBOUND, "net-filter-11", "lets ALLUNI win over NOUNI", 0) \
X(net_nobcast_inert, NET, ANY, INBOUND, "net-filter-12", "acknowledges NOBCAST and goes on delivering broadcast", 0) \
X(net_nobcast_loses, NET, ANY, INBOUND, "net-filter-13", "lets ALLMULTI win over NOBCAST", 0) \
X(net_nobcast_blocks_multicast, NET, ANY, INBOUND, "net-filter-14", "applies NOBCAST to multicast", 0) \
X(net_promisc_off_clears, NET, ANY, INBOUND, "net-filter-14", "switches ALLMULTI off together with PROMISC", 0) \
X(net_alluni_clears, NET, ANY, INBOUND, "net-filter-14", "switches NOMULTI and NOBCAST off at ALLUNI", 0) \
X(net_allmulti_is_promisc, NET, ANY, INBOUND, "net-mac-04", "delivers unicast frames for others while ALLMULTI is on", 0) \
X(net_alluni_is_promisc, NET, ANY, INBOUND, "net-mac-04", "delivers all multicast frames while ALLUNI is on", 0) \
X(net_mode_stays_on, NET, ANY, INBOUND, "net-filter-15", "acknowledges that a receive mode is switched off, and leaves it on", 0) \
X(net_mode_toggles, NET, ANY, INBOUND, "net-filter-15", "toggles a receive mode that is switched on", 0) \
X(net_broadcast_filtered, NET, ANY, INBOUND, "net-filter-16", "delivers no broadcast once CTRL_RX is accepted", 0) \
X(net_reset_keeps_promisc, NET, ANY, INBOUND, "net-filter-17", "keeps PROMISC over a reset", 0) \
X(net_reset_keeps_allmulti, NET, ANY, INBOUND, "net-filter-17", "keeps ALLMULTI over a reset", 0) \
X(net_reset_keeps_alluni, NET, ANY, INBOUND, "net-filter-17", "keeps ALLUNI over a reset", 0) \
X(net_reset_keeps_nomulti, NET, ANY, INBOUND, "net-filter-17", "keeps NOMULTI over a reset", 0) \
X(net_reset_keeps_nouni, NET, ANY, INBOUND, "net-filter-17", "keeps NOUNI over a reset", 0) \
X(net_reset_keeps_nobcast, NET, ANY, INBOUND, "net-filter-17", "keeps NOBCAST over a reset", 0) \
X(net_command_outlives_reset, NET, ANY, INBOUND, "net-filter-17", "carries out, and keeps, a command that was in flight at a reset", 0) \
X(net_reset_keeps_macs, NET, ANY, INBOUND, "net-mac-01", "keeps the MAC filter table over a reset", 0) \
X(net_reset_keeps_groups, NET, ANY, INBOUND, "net-mac-01", "keeps the multicast addresses of the MAC filter table over a reset", 0) \
X(net_unicast_table_inert, NET, ANY, INBOUND, "net-mac-02", "ignores the unicast addresses of the MAC table", 0) \
X(net_multicast_table_inert, NET, ANY, INBOUND, "net-mac-02", "ignores the multicast addresses of the MAC table", 0) \
X(net_mac_table_first_only, NET, ANY, INBOUND, "net-mac-02", "keeps the first address of each kind only", 0) \
X(net_mac_table_last_lost, NET, ANY, INBOUND, "net-mac-02", "loses the last address of each kind", 0) \
X(net_mac_table_pairs, NET, ANY, INBOUND, "net-mac-02", "loses every second address of each kind", 0) \
X(net_mac_table_kept, NET, ANY, INBOUND, "net-mac-02", "acknowledges a second MAC table and keeps the first", 0) \
X(net_mac_overflow_drops, NET, ANY, INBOUND, "net-mac-02", "acknowledges a MAC table that does not fit, and drops frames for the rest of it", 0) \
X(net_mac_addr_clears_table, NET, ANY, INBOUND, "net-mac-02", "forgets the MAC table at MAC_ADDR_SET", 0) \
X(net_own_address_filtered, NET, ANY, INBOUND, "net-mac-05", "drops frames for its own address once CTRL_RX is accepted", 0) \
X(net_mac_addr_not_in_filter, NET, ANY, INBOUND, "net-mac-05", "goes on with the address from before MAC_ADDR_SET in its filter", 0) \
X(net_mac_addr_keeps_old, NET, ANY, INBOUND, "net-mac-04", "goes on delivering frames for the address from before MAC_ADDR_SET", 0) \
X(net_reset_keeps_mac, NET, ANY, INBOUND, "net-mac-06", "keeps the address that MAC_ADDR_SET set over a reset", 0) \
X(net_mac_table_late, NET, ANY, INBOUND, "net-mac-02", "applies MAC_TABLE_SET with the next command only", 0) \
X(net_mac_table_adds, NET, ANY, INBOUND, "net-mac-04", "adds a new MAC table to the one before", 0) \
X(net_mac_addr_not_in_config, NET, ANY, NONE, "net-mac-03", "leaves mac in the configuration space as it is at MAC_ADDR_SET", 0) \
X(net_mac_filter_inert, NET, ANY, INBOUND, "net-mac-04", "delivers unicast frames for others", 0) \
X(net_mac_last_byte_ignored, NET, ANY, INBOUND, "net-mac-04", "does not compare the last byte of addresses in its table", 0) \
X(net_overflow_stays, NET, ANY, INBOUND, "net-mac-04", "goes on without a filter once a MAC table was too large", 0) \
X(net_reset_keeps_overflow, NET, ANY, INBOUND, "net-mac-04", "goes on without a filter after a reset because a MAC table was too large", 0) \
X(net_mac_same_refused, NET, ANY, NONE, "net-mac-05", "refuses MAC_ADDR_SET with the present address", 0) \
X(net_tags_bypass_addresses, NET, ANY, INBOUND, "net-mac-04", "delivers frames for others that have a tag", 0) \
X(net_vlan_dropped, NET, ANY, INBOUND, "net-vlan-01", "drops tagged frames without CTRL_VLAN", 0) \
X(net_vlan_dropped_with_rx, NET, ANY, INBOUND, "net-vlan-01", "drops tagged frames without CTRL_VLAN once CTRL_RX is accepted and PROMISC is off", 0) \
X(net_vlan_priority_dropped, NET, ANY, INBOUND, "net-vlan-02", "drops frames whose tag has a priority", 0) \
X(net_vlan_priority_is_0, NET, ANY, INBOUND, "net-vlan-02", "takes a tag with a priority for tag 0", 0) \
X(net_vlan_neighbours_lost, NET, ANY, INBOUND, "net-vlan-02", "forgets the tags of the same word of its table at VLAN_ADD", 0) \
X(net_vlan_del_neighbours, NET, ANY, INBOUND, "net-vlan-02", "removes the tags of the same word of its table, too, at VLAN_DEL", 0) \
X(net_vlan_zero_inert, NET, ANY, INBOUND, "net-vlan-02", "acknowledges VLAN_ADD of tag 0 and goes on dropping", 0) \
X(net_vlan_last_inert, NET, ANY, INBOUND, "net-vlan-02", "acknowledges VLAN_ADD of tag 4094 and goes on dropping", 0) \
X(net_vlan_add_toggles, NET, ANY, INBOUND, "net-vlan-02", "removes a tag that is added twice", 0) \
X(net_vlan_16_at_most, NET, ANY, INBOUND, "net-vlan-02", "acknowledges more than 16 tags and forgets the rest", 0) \
X(net_vlan_needs_rx, NET, ANY, INBOUND, "net-vlan-02", "ignores the table of VLANs without CTRL_RX", 0) \
X(net_vlan_broadcast_lost, NET, ANY, INBOUND, "net-vlan-02", "drops broadcast with a tag", 0) \
X(net_vlan_multicast_lost, NET, ANY, INBOUND, "net-vlan-02", "drops multicast with a tag", 0) \
X(net_promisc_keeps_vlans, NET, ANY, INBOUND, "net-filter-02", "drops tags that are not in its table in promiscuous mode", 0) \
X(net_vlan_bit_11_ignored, NET, ANY, INBOUND, "net-vlan-03", "does not look at bit 11 of a tag", 0) \
X(net_vlan_del_inert, NET, ANY, INBOUND, "net-vlan-03", "acknowledges VLAN_DEL and goes on delivering", 0) \
X(net_vlan_del_toggles, NET, ANY, INBOUND, "net-vlan-03", "adds a tag that is removed without being there", 0) \
X(net_reset_keeps_vlans, NET, ANY, INBOUND, "net-vlan-04", "keeps the table of VLANs over a reset", 0) \
X(net_vlan_add_inert, NET, ANY, INBOUND, "net-vlan-02", "acknowledges VLAN_ADD and goes on dropping", 0) \
X(net_vlan_filter_inert, NET, ANY, INBOUND, "net-vlan-03", "delivers frames of every VLAN although CTRL_VLAN was accepted", 0) \
X(net_announce_ack_inert, NET, ANY, CHANGE, "net-ann-01", "leaves the ANNOUNCE bit after ANNOUNCE_ACK", 0) \
X(net_announce_ack_clears_link, NET, ANY, CHANGE, "net-ann-01 net-ctl-02", "clears the whole status at ANNOUNCE_ACK", 0) \
X(net_mq_before_set, NET, ANY, INBOUND, "net-mq-01", "delivers into the second receive queue before VQ_PAIRS_SET", 0) \
X(net_mq_above_pairs, NET, ANY, INBOUND, "net-mq-02", "goes on delivering into queues above the number of pairs set", 0) \
X(net_pairs_zero_ok, NET, ANY, NONE, "net-mq-07", "acknowledges VQ_PAIRS_SET with 0", 0) \
X(net_pairs_beyond_ok, NET, ANY, NONE, "net-mq-07", "acknowledges VQ_PAIRS_SET with more pairs than there are", 0) \
X(net_mq_reset_queue_chosen, NET, NEW, INBOUND, "net-mq-03", "drops frames whose receive queue was reset although another one is there", 0) \
X(net_mq_keeps_frames, NET, NEW, INBOUND, "net-mq-04", "keeps a frame that came while all receive queues were reset, and delivers it later", 0) \
X(net_reset_keeps_pairs, NET, ANY, INBOUND, "net-mq-01", "keeps the number of pairs over a reset", 0) \
X(net_steer_all_first, NET, ANY, INBOUND, "net-mq-05", "delivers all flows in receiveq1 however many pairs are set", 0) \
X(net_steer_by_address, NET, ANY, INBOUND, "net-mq-06", "takes all connections between two machines for one flow", 0) \
X(net_steer_by_ports, NET, ANY, INBOUND, "net-mq-06", "takes all connections with the same ports for one flow", 0) \
X(net_steer_latest, NET, ANY, INBOUND, "net-mq-06", "delivers all flows where the last packet of any was transmitted", 0) \
X(net_steer_at_random, NET, ANY, INBOUND, "net-mq-06", "delivers packets in a receive queue at random", 0) \
X(net_steer_last_unused, NET, ANY, INBOUND, "net-mq-06", "delivers flows of the last pair in receiveq1", 0) \
X(net_steer_first_wins, NET, ANY, INBOUND, "net-mq-06", "leaves a flow where it was transmitted first", 0) \
X(net_tx_first_pair_only, NET, ANY, INBOUND, "net-mq-08", "transmits nothing on further transmit queues", 0) \
X(net_queue_reset_forgets_pairs, NET, NEW, INBOUND, "net-mq-09", "goes back to one pair at a queue reset", 0) \
X(net_rss_config_inert, NET, NEW, INBOUND, "net-rss-01", "acknowledges RSS_CONFIG and goes on steering by flow", 0) \
X(net_rss_config_once, NET, NEW, INBOUND, "net-rss-01", "ignores RSS_CONFIG once RSS is configured", 0) \
X(net_rss_first_entry, NET, NEW, INBOUND, "net-rss-01", "uses the first entry of the indirection table for every hash", 0) \
X(net_rss_mask_ignored, NET, NEW, INBOUND, "net-rss-01", "uses 7 bits of the hash whatever the mask", 0) \
X(net_rss_high_bits, NET, NEW, INBOUND, "net-rss-01", "uses the upper half of the hash", 0) \
X(net_rss_last_entry_lost, NET, NEW, INBOUND, "net-rss-01", "takes the last entry of the indirection table for receiveq1", 0) \
X(net_rss_index_for_id, NET, NEW, INBOUND, "net-rss-01", "takes ids of receive queues for indices of virtqueues", 0) \
X(net_rss_unclassified_first, NET, NEW, INBOUND, "net-rss-01", "delivers packets without a hash in receiveq1", 0) \
X(net_rss_unclassified_lost, NET, NEW, INBOUND, "net-rss-01", "drops packets without a hash", 0) \
X(net_rss_types_ignored, NET, NEW, INBOUND, "net-rss-01 net-hash-04 net-hash-05 net-hash-06", "uses all hash types whatever the driver enables", 0) \
X(net_rss_key_ignored, NET, NEW, INBOUND, "net-rss-01 net-hash-07", "uses a key of its own", 0) \
X(net_rss_key_cut, NET, NEW, INBOUND, "net-rss-01 net-hash-07", "uses 16 bytes of the key", 0) \
X(net_rss_reset_queue_moves, NET, NEW, INBOUND, "net-rss-02", "delivers packets for a receive queue that was reset in receiveq1", 0) \
X(net_rss_refused, NET, NEW, NONE, "net-rss-03", "refuses RSS_CONFIG", 0) \
X(net_pairs_set_keeps_rss, NET, NEW, INBOUND, "net-rss-04", "goes on with the indirection table after VQ_PAIRS_SET", 0) \
X(net_reset_keeps_rss, NET, NEW, INBOUND, "net-rss-05", "keeps the indirection table over a reset", 0) \
X(net_rss_invalid_fatal, NET, NEW, NONE, "net-rss-06", "takes no driver any more after an invalid RSS_CONFIG", 0) \
X(net_rss_transmits_on_first, NET, NEW, INBOUND, "net-rss-07", "transmits nothing on further transmit queues after RSS_CONFIG", 0) \
X(net_queue_reset_forgets_rss, NET, NEW, INBOUND, "net-mq-09", "goes back to automatic steering at a queue reset", 0) \
X(net_hash_header_short, NET, NEW, INBOUND, "net-hash-10", "uses the 12 byte header with HASH_REPORT", 0) \
X(net_hash_header_short_merging, NET, NEW, INBOUND, "net-hash-10", "uses the 12 byte header with HASH_REPORT and MRG_RXBUF", 0) \
X(net_hash_before_config, NET, NEW, INBOUND, "net-hash-08", "reports hashes with a key of its own before the driver sets one", 0) \
X(net_reset_keeps_hash, NET, NEW, INBOUND, "net-hash-08", "keeps hash types and key over a reset", 0) \
X(net_hash_of_any_packet, NET, NEW, INBOUND, "net-hash-08", "reports a hash of packets that are not IP", 0) \
X(net_hash_never_reported, NET, NEW, INBOUND, "net-hash-07", "says NONE in hash_report of every packet", 0) \
X(net_hash_big_endian, NET, NEW, INBOUND, "net-hash-07", "stores hash_value in big-endian order", 0) \
X(net_hash_type_bit, NET, NEW, INBOUND, "net-hash-07", "stores the number of the bit of the hash type in hash_report", 0) \
X(net_hash_ports_swapped, NET, NEW, INBOUND, "net-hash-07", "puts the destination port before the source port", 0) \
X(net_hash_udp_as_ip, NET, NEW, INBOUND, "net-hash-04 net-hash-05", "leaves the ports of UDP out of the hash", 0) \
X(net_hash_v6_short, NET, NEW, INBOUND, "net-hash-05", "hashes the first 8 bytes of IPv6 addresses only", 0) \
X(net_hash_extensions_ignored, NET, NEW, INBOUND, "net-hash-06", "takes IPv6 packets with extension headers for such without", 0) \
X(net_hash_home_ignored, NET, NEW, INBOUND, "net-hash-06", "leaves the home address option out of the hash", 0) \
X(net_hash_any_routing, NET, NEW, INBOUND, "net-hash-06", "hashes the address of a routing header of any type", 0) \
X(net_hash_routing_ignored, NET, NEW, INBOUND, "net-hash-06", "leaves the address of the routing header out of the hash", 0) \
X(net_hash_tcp_needs_all, NET, NEW, INBOUND, "net-hash-04", "calculates no hash of TCP over IPv4 if only the type for addresses is enabled", 0) \
X(net_hash_config_refused, NET, NEW, NONE, "net-hash-09", "refuses HASH_CONFIG", 0) \
X(net_legacy_control_big_endian, NET, OLD, NONE, "net-leg-03 net-leg-04 net-leg-05 net-leg-06", "reads the fields of control commands in big-endian order", 0) \
/* 5.3 Console */ \
X(con_emergency_write_fatal, CON, NEW, NONE, "con-init-01", "accepts no driver any more after an emergency write to a device that is not set up", 0) \
X(con_emergency_write_lost, CON, ANY, NONE, "con-init-02", "does not output what is written to emerg_wr", 0) \
X(con_adds_port_twice, CON, ANY, NONE, "con-mp-01", "announces port 0 twice", 0) \
X(con_adds_port_above_maximum, CON, ANY, NONE, "con-mp-01", "announces a port of number max_nr_ports", 0) \
X(con_removes_unknown_port, CON, ANY, NONE, "con-mp-02", "removes a port that it has not added", 0) \
X(con_speaks_before_add, CON, ANY, NONE, "con-mp-03", "names a port before it announces it", 0) \
X(con_speaks_before_ready, CON, ANY, NONE, "con-mp-03", "sends control messages before DEVICE_READY", 0) \
X(con_name_with_nul, CON, ANY, NONE, "con-mp-03", "ends a port's name with a NUL", 0) \
X(con_name_of_nuls, CON, ANY, NONE, "con-mp-03", "has a NUL in the middle of each port's name", 0) \
X(con_message_in_first_segment, CON, NEW, NONE, "frame-01 con-mp-03 sused-02", "writes no more of a control message than fits into the first segment", 0) \
X(con_message_of_first_segment, CON, NEW, NONE, "frame-01 con-mp-03", "reads the first segment of a control message only", 0) \
X(con_resize_short, CON, ANY, NONE, "con-mp-03", "sends RESIZE without the size", 0) \
X(con_first_descriptor_only, CON, ANY, NONE, "con-desc-01 frame-01", "outputs only the first descriptor of a chain", 0) \
X(con_output_lost, CON, ANY, NONE, "con-desc-01", "outputs nothing", 0) \
X(con_input_length_wrong, CON, ANY, INBOUND, "con-desc-02 sused-02", "claims that input fills the whole buffer", 0) \
X(con_input_overflows, CON, ANY, INBOUND, "con-desc-02 sdesc-04", "writes input over the end of a buffer that is too small", 0) \
X(con_output_cut_at_128, CON, ANY, NONE, "con-desc-01", "outputs 128 bytes of a buffer at most", 0) \
X(con_output_without_its_end, CON, ANY, NONE, "con-desc-01", "outputs long buffers in blocks of 64 bytes, and forgets the rest", 0) \
X(con_output_pieces_reversed, CON, ANY, NONE, "con-desc-01", "outputs the blocks of a long buffer last first", 0) \
X(con_burst_lost, CON, ANY, NONE, "con-desc-01", "outputs no more than eight buffers a notification", 0) \
X(con_input_rest_lost, CON, ANY, INBOUND, "con-desc-02", "drops the input that does not fit into a buffer", 0) \
X(con_input_lost_without_buffers, CON, ANY, INBOUND, "con-desc-05", "drops input that comes before there is a buffer for it", 0) \
X(con_input_lost_before_open, CON, ANY, INBOUND, "con-desc-05", "drops input that comes before the driver has opened the port", 0) \
X(con_output_of_port_0_only, CON, ANY, NONE, "con-mp-04 con-desc-01", "outputs nothing of ports but port 0", 0) \
X(con_output_comes_out_of_port_0, CON, ANY, NONE, "con-mp-04", "outputs to port 0 whatever port was written to", 0) \
X(con_last_port_is_the_one_before, CON, ANY, NONE, "con-mp-04", "outputs to the port before the last what is written to the last", 0) \
X(con_port_ready_is_of_port_0, CON, ANY, NONE, "con-mp-04 con-mp-05", "takes every PORT_READY for that of port 0", 0) \
X(con_last_port_never_ready, CON, ANY, NONE, "con-mp-04", "ignores PORT_READY of the last port", 0) \
X(con_middle_port_never_ready, CON, ANY, NONE, "con-mp-04", "ignores PORT_READY of a port that is neither the first nor the last", 0) \
X(con_messages_name_next_port, CON, ANY, NONE, "con-mp-04", "names the port behind in each control message", 0) \
X(con_never_opens_again, CON, ANY, INBOUND, "con-mp-04", "gives no input to a port that the driver has closed and opened again", 0) \
X(con_messages_one_a_notification, CON, ANY, NONE, "con-mp-03", "handles one control message a notification", 0) \
X(con_ready_whatever_value, CON, ANY, NONE, "con-mp-07", "announces ports after a DEVICE_READY that says failure", 0) \
X(con_port_ready_whatever_value, CON, ANY, NONE, "con-mp-07", "describes a port after a PORT_READY that says failure", 0) \
X(con_resize_stale, CON, ANY, CHANGE, "con-mp-06", "sends RESIZE with the size from power on", 0) \
X(con_resize_swapped, CON, ANY, NONE, "con-mp-06", "sends RESIZE with rows before columns", 0) \
X(con_resize_silent, CON, ANY, CHANGE, "con-mp-06", "changes the size of a console port without RESIZE", 0) \
X(con_never_says_open, CON, ANY, NONE, "con-mp-11", "never sends PORT_OPEN", "a driver waits for ever to write to the port") \
X(con_says_closed, CON, ANY, NONE, "con-mp-11", "sends PORT_OPEN with value 0 for ports that are open", 0) \
X(con_nominates_nothing, CON, ANY, NONE, "con-mp-12", "nominates no port as a console", 0) \
X(con_port_added_once, CON, ANY, INBOUND, "con-mp-08", "does not announce a port that was removed and comes back", 0) \
X(con_device_ready_ignored, CON, ANY, NONE, "con-mp-10", "announces no port", 0) \
X(con_port_0_not_announced, CON, ANY, NONE, "con-mp-10", "announces all ports but its console, port 0", 0) \
X(con_port_blocks_others, CON, ANY, NONE, "con-mp-04", "delivers no input of any port while one with input has no buffers", 0) \
X(con_port_stays_ready, CON, ANY, INBOUND, "con-mp-08 con-mp-03", "does not describe a port that was removed and comes back", 0) \
X(con_device_ready_by_number, CON, ANY, NONE, "con-mp-10", "takes DEVICE_READY for port 0 only, though its number has no meaning", "Linux sends it with ~0") \
X(con_seven_bits, CON, ANY, NONE, "con-desc-01", "outputs the low seven bits of each byte", 0) \
X(con_reset_keeps_ready, CON, ANY, NONE, "con-mp-03", "takes DEVICE_READY from before a reset for one after it", 0) \
X(con_reset_keeps_ports, CON, ANY, NONE, "con-mp-03", "does not announce ports again that it announced before a reset", 0) \
X(con_reset_keeps_port_ready, CON, ANY, NONE, "con-mp-03", "does not describe ports again that it described before a reset", 0) \
X(con_reset_keeps_messages, CON, ANY, NONE, "con-mp-03", "sends control messages after a reset that waited before it", 0) \
X(con_multiport_outlives_reset, CON, ANY, INBOUND, "con-desc-03 con-desc-02", "goes on to wait for PORT_READY after a driver without MULTIPORT has come", 0) \
X(con_speaks_without_multiport, CON, NEW, NONE, "con-desc-03", "sends control messages although MULTIPORT was not accepted", 0) \
X(con_odd_message_fatal, CON, NEW, NONE, "con-mp-09", "accepts no driver any more after a control message that makes no sense", 0) \
X(con_config_writes_come_out, CON, ANY, NONE, "con-desc-06", "outputs what is written to any field of its configuration space", 0) \
X(con_queues_without_multiport, CON, ANY, NONE, "con-desc-03", "has all queues without MULTIPORT", 0) \
X(con_max_ports_zero, CON, ANY, NONE, "con-desc-03", "says that it has no ports, max_nr_ports 0", 0) \
X(con_last_port_missing, CON, ANY, NONE, "con-desc-03", "lacks the queues of its last port", 0) \
X(con_size_zero, CON, ANY, NONE, "con-desc-04", "offers SIZE with 0 columns and rows", 0) \
X(con_legacy_control_big_endian, CON, OLD, NONE, "con-leg-02", "has control messages in big-endian order", 0) \
/* 5.4 Entropy */ \
X(rng_empty, RNG, ANY, NONE, "ent-op-01", "returns buffers with length 0", 0) \
X(rng_not_written, RNG, ANY, NONE, "ent-op-01 sused-02", "claims to have filled buffers that it did not touch", 0) \
X(rng_overruns, RNG, ANY, NONE, "ent-desc-01 sdesc-04", "writes eight bytes beyond the end of a buffer", 0) \
X(rng_first_descriptor_only, RNG, ANY, NONE, "ent-desc-01 sused-02", "fills the first descriptor of a chain and claims all", 0) \
X(rng_constant, RNG, ANY, NONE, "ent-desc-02", "fills buffers with one value", 0) \
X(rng_repeats, RNG, ANY, NONE, "ent-desc-02", "fills every buffer with the same bytes", 0) \
X(rng_batch_repeats, RNG, ANY, NONE, "ent-desc-02", "fills buffers that one notification tells of with the same bytes", 0) \
X(rng_last_byte_constant, RNG, ANY, NONE, "ent-desc-02", "puts 0 into the last byte of every buffer", 0) \
X(rng_first_byte_constant, RNG, ANY, NONE, "ent-desc-02", "puts 0 into the first byte of every block of 64", 0) \
X(rng_block_repeats, RNG, ANY, NONE, "ent-desc-02", "repeats the first 64 bytes all over a buffer", 0) \
X(rng_two_queues, RNG, ANY, NONE, "ent-desc-03", "has a second queue", 0) \
/* 5.1 Network device: more that small changes of a device do */ \
X(net_rx_backlog_mixed, NET, ANY, INBOUND, "net-desc-05", "damages the frame that has waited longest when one more comes than twenty that wait", 0) \
X(net_unknown_command_ok, NET, ANY, NONE, "net-ctl-03", "acknowledges commands beyond the last one of a class", 0) \
X(net_mac_overflow_drops_own, NET, ANY, INBOUND, "net-mac-02", "drops frames for its own address after a MAC table that does not fit", 0) \
X(net_hash_home_first_only, NET, NEW, INBOUND, "net-hash-06 net-hash-07 net-rss-01", "finds a home address only behind the option of the tunnel limit", 0) \
X(net_rss_without_pairs, NET, NEW, NONE, "net-desc-11", "has one pair of virtqueues when RSS was accepted without MQ", 0) \
X(net_hash_fragments_whole, NET, NEW, INBOUND, "net-hash-04 net-hash-07 net-rss-01", "takes the first bytes of every fragment for ports", 0) \
X(net_fragment_lengths_kept, NET, ANY, NONE, "net-desc-10", "cuts datagrams into fragments with the lengths of the whole", 0) \
/* Hostile */ \
X(never_answers, ANY, ANY, HOSTILE, "sring-02", "takes buffers and returns none", 0) \
X(never_interrupts, ANY, ANY, HOSTILE, "sintr-03 mmio-layout-03", "sends no notification at all", 0) \
X(interrupts_for_ever, ANY, ANY, HOSTILE, "mmio-layout-03 mmio-table-10 mmio-table-11", "sets the used buffer bit again at each acknowledgement", 0) \
X(interrupt_status_all_ones, ANY, ANY, HOSTILE, "mmio-layout-04", "reads InterruptStatus as all ones", 0) \
X(writes_outside_buffers, ANY, ANY, HOSTILE, "ent-desc-01 blk-desc-01 con-desc-02 sdesc-04", "writes eight bytes behind the end of the last writable descriptor", 0) \
X(corrupts_used_ring, ANY, ANY, HOSTILE, "sring-01 sring-02 sring-03", "writes random ids and lengths into the used ring", 0) \
X(used_index_jumps, ANY, ANY, HOSTILE, "sring-01 sring-02 sring-03", "moves the used index by 1000 at a time", 0) \
X(garbage_registers, ANY, ANY, HOSTILE, "mmio-layout-01 mmio-layout-02", "reads random values from every register", 0) \
X(changes_features, ANY, ANY, HOSTILE, "feat-02 feat-05 mmio-table-02 mmio-table-12", "offers EVENT_IDX at every other look", 0) \
X(dies_in_reset, ANY, ANY, HOSTILE, "reset-01", "never completes a reset once it has been used", 0) \
X(falls_off_the_bus, ANY, ANY, HOSTILE, "mmio-layout-01 sring-02 reset-01", "reads all ones from every register and does nothing after its tenth request", 0)
/* clang-format on */

#endif
