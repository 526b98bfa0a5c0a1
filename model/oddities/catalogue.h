/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The catalogue of oddities, data only:
 * X(id, types, versions, apart, "the clause that permits it", "what the device does")
 *
 * types     as in model/defects/catalogue.h: ANY, REST; NET, BLK, CON, RNG
 * versions  ANY, OLD: 1, NEW: 2 and 3
 * apart     a device has one oddity of these at most: two with the same word, other than NONE, exclude each other
 *
 * A device with oddities of this list is a conforming device. No check may fail on it.
 */
#ifndef MODEL_ODDITIES_CATALOGUE_H
#define MODEL_ODDITIES_CATALOGUE_H

#include "model/defects/catalogue.h"

/* clang-format off */
#define MODEL_ODDITIES(X) \
/* Sizes of virtqueues */ \
X(queue_size_1, ANY, ANY, SIZE, "2.7: a queue size is a power of two, and 1 is one", "has virtqueues of one entry") \
X(queue_size_2, ANY, ANY, SIZE, "2.7", "has virtqueues of two entries") \
X(queue_size_3, ANY, NEW, SIZE, "4.2.2: QueueSizeMax is a maximum, and only the size that is chosen is a power of two", "has QueueSizeMax 3") \
X(queue_size_100, ANY, NEW, SIZE, "4.2.2", "has QueueSizeMax 100") \
X(queue_size_1000, ANY, NEW, SIZE, "4.2.2", "has QueueSizeMax 1000") \
X(queue_size_32768, ANY, ANY, SIZE, "2.7: the maximum is 32768", "has virtqueues of up to 32768 entries") \
X(queue_sizes_shrink, REST, ANY, SIZE, "4.2.2: QueueSizeMax is a register of each virtqueue", "has virtqueues each half as long as the one before") \
X(queue_sizes_grow, REST, ANY, SIZE, "4.2.2", "has a virtqueue of 8 entries, and longer ones behind it") \
X(queue_size_late, ANY, NEW, SIZE, "3.1.1: virtqueues are discovered in step 7, after FEATURES_OK", "has QueueSizeMax 0 until FEATURES_OK is set") \
X(queue_size_settles, ANY, NEW, SIZE, "3.1.1", "has QueueSizeMax 1024 until FEATURES_OK is set, and 64 from then on") \
X(queue_size_by_features, ANY, NEW, SIZE, "3.1.1", "has QueueSizeMax 32 if EVENT_IDX is accepted, and else 256") \
X(queue_size_by_life, ANY, ANY, SIZE, "4.2.2: QueueSizeMax is what the device is ready to process", "has QueueSizeMax 256, 128 and 64 in turn, another one after each reset") \
/* Descriptor chains */ \
X(chains_of_8, BLK, NEW, CHAIN, "2.7.4.1: a reasonable limit of descriptors in a chain", "answers chains of more than 8 descriptors with IOERR") \
X(chains_of_16, ANY, NEW, CHAIN, "2.7.4.1, 2.1.2", "needs a reset after a chain of more than 16 descriptors") \
X(chains_of_30, ANY, NEW, CHAIN, "2.7.4.1, 2.1.2", "needs a reset after a chain of more than 30 descriptors") \
/* Time */ \
X(answers_after_300us, ANY, ANY, ANSWER, "nothing says how long a request may take", "answers after 0.3 ms") \
X(answers_after_3ms, ANY, ANY, ANSWER, "nothing says how long a request may take", "answers after 3 ms") \
X(answers_after_30ms, ANY, ANY, ANSWER, "nothing says how long a request may take", "answers after 30 ms") \
X(answers_after_100ms, ANY, ANY, ANSWER, "nothing says how long a request may take", "answers after 100 ms") \
X(holds_requests, REST, ANY, ANSWER, "nothing says how long a request may take", "holds a request until there is a second one, or 1 ms has passed") \
X(answers_irregularly, ANY, ANY, ANSWER, "nothing says how long a request may take", "answers after 0 to 4 ms, as it happens") \
X(first_answer_after_150ms, ANY, ANY, ANSWER, "nothing says how long a request may take", "answers the first request after DRIVER_OK after 150 ms, and others at once") \
X(other_queues_slow, REST, ANY, ANSWER, "nothing says how long a request may take", "answers after 5 ms on all virtqueues but the first two, and at once on these") \
X(resets_in_100ms, ANY, NEW, RESET, "2.4.2: the driver waits until Status reads 0", "takes 100 ms for a reset") \
X(resets_in_1500ms, ANY, NEW, RESET, "2.4.2: the driver waits until Status reads 0", "takes 1.5 s for a reset") \
X(resets_in_3s, ANY, NEW, RESET, "2.4.2: the driver waits until Status reads 0", "takes 3 s for a reset") \
X(queue_resets_in_20ms, ANY, NEW, NONE, "2.6.1.2: the driver waits until QueueReset reads 0", "takes 20 ms for the reset of a virtqueue") \
X(polls, REST, ANY, NONE, "2.7.10: a notification tells the device nothing that it may not see by itself", "looks for available buffers without a notification") \
/* Notifications */ \
X(notifies_after_500us, ANY, ANY, LATE, "2.7.7.2: nothing says how soon a notification follows", "interrupts 0.5 ms after it has used a buffer") \
X(notifies_after_20ms, ANY, ANY, LATE, "2.7.7.2: nothing says how soon a notification follows", "interrupts 20 ms after it has used a buffer") \
X(notifies_after_50ms, ANY, ANY, LATE, "2.7.7.2: nothing says how soon a notification follows, nor for how many buffers it stands", "interrupts 50 ms after it has used a buffer, for all that it used meanwhile") \
X(coalesces, ANY, ANY, LATE, "2.7.7.2: a notification may stand for several used buffers", "interrupts for four used buffers together, or after 0.2 ms") \
X(pulses_for_each_event, ANY, ANY, NONE, "4.2.3.4: what the line does at an event while another is pending is open", "lowers the line for a moment and raises it again at each event") \
X(spurious_every_7, ANY, ANY, SPURIOUS, "2.7.7.1: the driver handles spurious notifications", "sends a used buffer notification at every seventh register access") \
X(spurious_every_100, ANY, ANY, SPURIOUS, "2.7.7.1: the driver handles spurious notifications", "sends a used buffer notification at every hundredth register access") \
X(spurious_every_1000, ANY, ANY, SPURIOUS, "2.7.7.1: the driver handles spurious notifications", "sends a used buffer notification at every thousandth register access") \
X(spurious_at_driver_ok, ANY, ANY, SPURIOUS, "2.7.7.1: the driver handles spurious notifications", "sends a used buffer notification at DRIVER_OK") \
X(notifies_twice, ANY, ANY, SPURIOUS, "2.7.7.1: the driver handles spurious notifications", "sends a second notification a while after each one") \
/* Suppression of available buffer notifications */ \
X(wants_no_notification, REST, ANY, POLL, "2.7.10.1: NO_NOTIFY is advice; the device polls", "has NO_NOTIFY set always, and looks for buffers by itself") \
X(no_notify_while_busy, ANY, ANY, POLL, "2.7.10.1", "has NO_NOTIFY set while it takes buffers") \
X(avail_event_lazy, ANY, ANY, NONE, "2.7.10.1: avail_event may ask for more notifications than it needs", "moves avail_event only when it finds the available ring empty") \
X(avail_event_far, REST, NEW, POLL, "2.7.10.1: avail_event is advice; the device polls", "has avail_event half the ring's index space ahead, and looks for buffers by itself") \
/* Order */ \
X(completes_backwards, ANY, ANY, ORDER, "2.7.9: without IN_ORDER buffers are used in any order", "takes all available requests, and answers the last first") \
X(completes_in_batches, ANY, ANY, ORDER, "2.7.8: the used index moves once for any number of elements", "takes all available requests, and publishes their answers together") \
X(completes_at_random, ANY, ANY, ORDER, "2.7.9", "takes all available requests, and answers them in any order, two at a time") \
X(in_order_from_table, ANY, NEW, NONE, "2.7.5: with IN_ORDER the driver uses descriptors in ring order", "with IN_ORDER it finds the next chain in the descriptor table, and does not read the available ring") \
/* Features */ \
X(future_bit_18, ANY, NEW, NONE, "2.2.2: a device of a later version may offer bits that this one does not describe", "offers bit 18") \
X(future_bits_45_to_47, ANY, NEW, NONE, "2.2.2", "offers bits 45 to 47") \
X(future_bit_44, ANY, NEW, NONE, "2.2.2", "offers bit 44, which is not ours") \
X(future_bit_71, ANY, NEW, NONE, "2.2.2", "offers bit 71") \
X(future_bit_127, ANY, NEW, NONE, "2.2.2", "offers bit 127") \
X(future_bit_130, ANY, NEW, NONE, "2.2.2", "offers bit 130") \
X(no_indirect, ANY, ANY, NONE, "2.2.2: every feature but VERSION_1 is optional", "does not offer INDIRECT_DESC") \
X(no_event_idx, ANY, ANY, NONE, "2.2.2", "does not offer EVENT_IDX") \
X(no_in_order, ANY, NEW, NONE, "2.2.2", "does not offer IN_ORDER") \
X(no_ring_reset, ANY, NEW, NONE, "2.2.2", "does not offer RING_RESET") \
X(no_notification_data, ANY, NEW, NONE, "2.2.2", "does not offer NOTIFICATION_DATA") \
X(no_notify_on_empty, ANY, OLD, NONE, "6.3: NOTIFY_ON_EMPTY is optional", "does not offer NOTIFY_ON_EMPTY") \
X(no_ring_features, ANY, NEW, NONE, "2.2.2", "offers no ring or transport feature but VERSION_1") \
X(no_type_features, ANY, ANY, BARE, "2.2.2", "offers no feature of its device type") \
X(access_platform_required, ANY, NEW, INSISTS, "6.2: a device may fail to operate without ACCESS_PLATFORM", "refuses FEATURES_OK without ACCESS_PLATFORM") \
X(order_platform_required, ANY, NEW, INSISTS, "6.2: a device may fail to operate without ORDER_PLATFORM", "refuses FEATURES_OK without ORDER_PLATFORM") \
X(platform_features, ANY, NEW, NONE, "6: ACCESS_PLATFORM and ORDER_PLATFORM", "offers ACCESS_PLATFORM and ORDER_PLATFORM") \
X(all_required, ANY, NEW, INSISTS, "2.2.2: to accept any subset is a SHOULD, to refuse FEATURES_OK else a MUST", "refuses FEATURES_OK unless every offered feature is accepted") \
X(event_idx_required, ANY, NEW, INSISTS, "2.2.2", "refuses FEATURES_OK without EVENT_IDX") \
X(in_order_required, ANY, NEW, INSISTS, "2.2.2", "refuses FEATURES_OK without IN_ORDER") \
X(notification_data_required, ANY, NEW, INSISTS, "2.2.2", "refuses FEATURES_OK without NOTIFICATION_DATA") \
X(type_features_required, ANY, NEW, INSISTS, "2.2.2", "refuses FEATURES_OK unless every feature of its device type is accepted") \
X(packed_only, ANY, NEW, INSISTS, "2.6: a device supports split virtqueues, packed ones, or both", "refuses FEATURES_OK without RING_PACKED") \
/* Registers and the configuration space */ \
X(vendor_id_0, ANY, ANY, NONE, "4.2.2: VendorID is a name only", "has VendorID 0") \
X(gaps_read_ones, ANY, ANY, NONE, "4.2.2.2: the driver reads no register that the table lacks", "reads all ones from gaps between registers and from write-only ones") \
X(config_longer, ANY, ANY, NONE, "2.5.3: the driver expects fields behind those that it knows", "has fields of a later version behind the configuration space") \
X(config_own_widths, REST, NEW, NONE, "4.2.2.2: the driver accesses a field by its own width, and 64 bits by 32", "reads all ones where a field is accessed by another width, and ignores such a write") \
X(generation_jumps, ANY, NEW, NONE, "4.2.2: ConfigGeneration changes, by no certain step", "moves ConfigGeneration by a large step at each change") \
X(config_changes_often, REST, ANY, CHANGE, "2.5, 3.2.1: the configuration may change at any time", "changes its configuration at every 50th register access") \
X(config_changes, REST, ANY, CHANGE, "2.5, 3.2.1: the configuration may change at any time", "changes its configuration at every 300th register access") \
X(config_changes_at_driver_ok, REST, ANY, CHANGE, "2.5, 3.2.1: the configuration may change at any time", "changes its configuration when DRIVER_OK is set") \
X(config_changes_with_answers, REST, ANY, CHANGE, "4.2.2: InterruptStatus shows both causes at once", "changes its configuration with every third notification of used buffers") \
/* Used lengths */ \
X(used_length_whole_chain, ANY, OLD, LENGTH, "2.7.8.1: many legacy devices set len incorrectly", "has used lengths that count all bytes of a chain in which the driver wrote a part") \
X(used_length_0, BLK, ANY, LENGTH, "2.7.8.2: an underestimate is permitted", "has used length 0 always") \
X(used_length_1, BLK, ANY, LENGTH, "2.7.8.2: an underestimate is permitted", "has used length 1 always") \
X(used_length_of_data, BLK, ANY, LENGTH, "2.7.8.2: an underestimate is permitted", "has used lengths that do not count the status byte") \
X(used_length_1_of_errors, BLK, ANY, LENGTH, "2.7.8: the number of bytes written", "has used length 1 for a request that failed") \
/* Block */ \
X(blk_seg_max_1, BLK, ANY, SEGMENTS, "5.2.4: the maximum number of segments is in seg_max", "has seg_max 1, and answers more with IOERR") \
X(blk_seg_max_2, BLK, ANY, SEGMENTS, "5.2.4", "has seg_max 2, and answers more with IOERR") \
X(blk_seg_max_3, BLK, ANY, SEGMENTS, "5.2.4", "has seg_max 3, and answers more with IOERR") \
X(blk_size_max_512, BLK, ANY, SEGMENT_BYTES, "5.2.4: the maximum size of a segment is in size_max", "has size_max 512, and answers more with IOERR") \
X(blk_size_max_4096, BLK, ANY, SEGMENT_BYTES, "5.2.4", "has size_max 4096, and answers more with IOERR") \
X(blk_size_max_largest, BLK, ANY, SEGMENT_BYTES, "5.2.4", "has size_max 0xffffffff") \
X(blk_blocks_of_4096, BLK, ANY, BLOCK, "5.2.4: blk_size is the block size of the disk", "has blk_size 4096") \
X(blk_blocks_of_64k, BLK, ANY, BLOCK, "5.2.4: blk_size is the block size of the disk", "has blk_size 65536") \
X(blk_read_only, BLK, ANY, NONE, "5.2.3: RO", "is read-only") \
X(blk_capacity_0, BLK, ANY, CAPACITY, "5.2.4: capacity is any number of sectors", "has no sector") \
X(blk_capacity_1, BLK, ANY, CAPACITY, "5.2.4: capacity is any number of sectors", "has one sector") \
X(blk_capacity_odd, BLK, ANY, CAPACITY, "5.2.4: capacity is any number of sectors", "has a number of sectors that no block or track divides") \
X(blk_capacity_huge, BLK, ANY, CAPACITY, "5.2.4: capacity is any number of sectors", "has 2^40 sectors") \
X(blk_medium_errors, BLK, ANY, NONE, "5.2.6: IOERR is a device error", "ends requests of sectors 64 to 71 with IOERR") \
X(blk_medium_dead, BLK, ANY, NONE, "5.2.6: IOERR is a device error", "ends every read and write with IOERR") \
X(blk_beyond_end_needs_reset, BLK, NEW, NONE, "5.2.6.1: the driver asks for no sector beyond the end; 2.1.2", "needs a reset after a request beyond the end") \
X(errors_untold, ANY, NEW, NONE, "2.1.2: to set DEVICE_NEEDS_RESET is a SHOULD", "stands still after an error, and does not set DEVICE_NEEDS_RESET") \
X(blk_writethrough, BLK, ANY, BARE, "5.2.3: FLUSH and CONFIG_WCE are optional", "offers neither FLUSH nor CONFIG_WCE") \
X(blk_no_size_max, BLK, ANY, NONE, "5.2.3: SIZE_MAX is optional", "does not offer SIZE_MAX") \
X(blk_no_seg_max, BLK, ANY, NONE, "5.2.3: SEG_MAX is optional", "does not offer SEG_MAX") \
X(blk_no_geometry, BLK, ANY, NONE, "5.2.3: GEOMETRY is optional", "does not offer GEOMETRY") \
X(blk_no_blk_size, BLK, ANY, NONE, "5.2.3: BLK_SIZE is optional", "does not offer BLK_SIZE") \
X(blk_no_topology, BLK, ANY, NONE, "5.2.3: TOPOLOGY is optional", "does not offer TOPOLOGY") \
X(blk_no_config_wce, BLK, ANY, NONE, "5.2.3: CONFIG_WCE is optional", "does not offer CONFIG_WCE") \
X(blk_no_mq, BLK, ANY, NONE, "5.2.3: MQ is optional", "does not offer MQ") \
X(blk_no_discard, BLK, ANY, NONE, "5.2.3: DISCARD is optional", "does not offer DISCARD") \
X(blk_no_write_zeroes, BLK, ANY, NONE, "5.2.3: WRITE_ZEROES is optional", "does not offer WRITE_ZEROES") \
X(blk_no_secure_erase, BLK, ANY, NONE, "5.2.3: SECURE_ERASE is optional", "does not offer SECURE_ERASE") \
X(blk_no_lifetime, BLK, ANY, NONE, "5.2.3: LIFETIME is optional", "does not offer LIFETIME") \
X(blk_id_short, BLK, ANY, ID, "5.2.6: a shorter id ends with a NUL", "has an id of one character") \
X(blk_id_of_20, BLK, ANY, ID, "5.2.6: 20 bytes have no NUL", "has an id of 20 characters") \
X(blk_id_empty, BLK, ANY, ID, "5.2.6: the id is a string of up to 20 characters", "has an id without a character") \
X(blk_id_fails, BLK, ANY, ID, "5.2.6: UNSUPP is for what the device does not support", "answers GET_ID with UNSUPP") \
X(blk_discard_inert, BLK, ANY, NONE, "5.2.6.2: a discard is a hint", "answers discards with OK and keeps the data") \
X(blk_discard_scrambles, BLK, ANY, DISCARDS, "5.2.6: nothing says what discarded and erased sectors hold", "fills discarded and erased sectors with bytes of its own") \
X(blk_one_range, BLK, ANY, RANGES, "5.2.4: max_discard_seg and the like", "takes one range for a discard, write zeroes or secure erase request, and answers more with IOERR") \
X(blk_ranges_of_8, BLK, ANY, RANGES, "5.2.4: max_discard_sectors and the like", "takes ranges of 8 sectors at most, and answers more with IOERR") \
X(blk_ranges_without_limit, BLK, ANY, RANGES, "5.2.4", "has the largest number in max_discard_sectors, max_discard_seg and the like") \
X(blk_ranges_aligned, BLK, ANY, NONE, "5.2.4: the alignments are advice for splitting a request", "has an alignment of 8 sectors for discards and secure erase") \
X(blk_may_unmap, BLK, ANY, NONE, "5.2.6.2: write_zeroes_may_unmap", "has write_zeroes_may_unmap 1") \
X(blk_starts_writethrough, BLK, ANY, CACHE, "5.2.5: the cache mode after reset can be either", "has writeback 0 after a reset") \
X(blk_lifetime_unknown, BLK, ANY, LIFETIME, "5.2.6: 0 is undefined", "knows nothing of its lifetime") \
X(blk_lifetime_over, BLK, ANY, LIFETIME, "5.2.6: 11 is an estimated lifetime exceeded", "has exceeded its lifetime") \
X(blk_topology_of_0, BLK, ANY, NONE, "5.2.5: topology is for performance", "has a topology of zeroes") \
X(blk_queues_8, BLK, ANY, NONE, "5.2.4: num_queues", "has 8 virtqueues with MQ") \
X(blk_queues_1, BLK, ANY, NONE, "5.2.4: num_queues", "offers MQ with one virtqueue") \
X(blk_host_managed, BLK, NEW, ZONED, "5.2.5.2: a host-managed device refuses FEATURES_OK without ZONED", "is a host-managed zoned disk") \
X(blk_host_aware, BLK, NEW, ZONED, "5.2.5.2: without ZONED its fields are 0", "is a host-aware zoned disk") \
X(blk_drive_managed, BLK, NEW, ZONED, "5.2.4: a drive-managed disk behaves exactly like one without zones", "offers ZONED, and has the model NONE") \
/* Network */ \
X(net_link_up_after_3, NET, ANY, LINK, "5.1.4: the link is up or down at any time", "has its link up three register accesses after DRIVER_OK") \
X(net_link_up_after_20, NET, ANY, LINK, "5.1.4: the link is up or down at any time", "has its link up 20 register accesses after DRIVER_OK") \
X(net_link_up_after_5ms, NET, ANY, LINK, "5.1.4: the link is up or down at any time", "has its link up 5 ms after DRIVER_OK") \
X(net_link_flaps, NET, ANY, LINK, "5.1.4: the link is up or down at any time", "has its link down for 10 of every 300 register accesses") \
X(net_mac_deferred, NET, OLD, NONE, "5.1.9.5.2.3: a transitional device may defer the update until the last byte of mac is written", "takes a MAC address when its last byte is written") \
X(net_no_mac, NET, ANY, NONE, "5.1.3: MAC is optional", "does not offer MAC") \
X(net_no_status, NET, ANY, LINK, "5.1.3: STATUS is optional", "does not offer STATUS") \
X(net_no_mtu, NET, ANY, MTU, "5.1.3: MTU is optional", "does not offer MTU") \
X(net_mtu_1280, NET, ANY, MTU, "5.1.4.1: mtu is 68 or more", "has mtu 1280") \
X(net_mtu_68, NET, ANY, MTU, "5.1.4.1: mtu is 68 or more, and 1280 or more is a SHOULD", "has mtu 68") \
X(net_mtu_9000, NET, ANY, MTU, "5.1.4.1", "has mtu 9000") \
X(net_no_control, NET, ANY, NONE, "5.1.3: CTRL_VQ is optional", "does not offer CTRL_VQ, and nothing that needs it") \
X(net_no_merging, NET, ANY, NONE, "5.1.3: MRG_RXBUF is optional", "does not offer MRG_RXBUF") \
X(net_loses_frames, NET, ANY, FRAMES, "no clause promises delivery", "loses every fifth frame") \
X(net_duplicates_frames, NET, ANY, FRAMES, "no clause promises delivery", "delivers every third frame twice") \
X(net_reorders_frames, NET, ANY, FRAMES, "no clause promises delivery", "delivers a frame before one that waits") \
X(net_noise, NET, ANY, NONE, "a network has other machines", "receives a broadcast frame at every 40th register access") \
X(net_noise_unicast, NET, ANY, NONE, "a network has other machines", "receives a frame for its own address at every 40th register access") \
X(net_pads_frames, NET, ANY, NONE, "IEEE 802.3: a frame has 60 bytes at least", "pads the frames that it delivers to 60 bytes") \
X(net_data_never_valid, NET, ANY, NONE, "5.1.9.4.1: DATA_VALID is a MAY", "never says that it has checked a checksum") \
X(net_announces, NET, ANY, NONE, "5.1.9.5.4: the device sets ANNOUNCE when it likes", "asks for an announcement at every 300th register access") \
X(net_pairs_1, NET, ANY, NONE, "5.1.4.1: max_virtqueue_pairs is 1 or more", "offers MQ with one pair") \
X(net_pairs_4, NET, ANY, NONE, "5.1.4.1", "offers MQ with 4 pairs") \
X(net_speed_unknown, NET, NEW, NONE, "5.1.4.2: speed 0xffffffff and duplex 0xff are unknown", "does not know its speed") \
X(net_speed_0, NET, NEW, NONE, "5.1.4.1: speed is 0 or more, and duplex 0 or 1", "has speed 0 and duplex 0") \
X(net_filters_nothing, NET, ANY, FILTER, "5.1.9.5.1: these commands are best effort: unwanted packets could still arrive", "delivers every frame, whatever the filters") \
X(net_filters_by_hash, NET, ANY, FILTER, "5.1.9.5.2: it can use a hash filter", "filters addresses and tags by a hash of four bits") \
X(net_starts_promiscuous, NET, ANY, PROMISCUOUS, "5.1.9.5.1: nothing says what a mode is at first", "is in promiscuous mode after a reset") \
X(net_macs_2, NET, ANY, MACS, "5.1.9.5.2: it can silently switch to allmulti or promiscuous mode if it is given too many addresses", "filters no addresses of a kind of which there are more than two") \
X(net_macs_refused, NET, ANY, MACS, "5.1.9.5: ack is ERR where a command is not carried out", "refuses MAC tables of more than 16 entries") \
X(net_mac_notifies, NET, ANY, NONE, "2.5: mac changes at MAC_ADDR_SET", "sends a configuration change notification at MAC_ADDR_SET") \
X(net_steers_by_hash, NET, ANY, STEERING, "5.1.9.5.6: that a flow arrives where it was transmitted is a SHOULD", "steers flows by a hash of its own, wherever they were transmitted") \
X(net_steers_at_random, NET, ANY, STEERING, "5.1.9.5.6: that a flow arrives where it was transmitted is a SHOULD", "steers each packet to any active virtqueue") \
X(net_new_flows_to_last, NET, ANY, STEERING, "5.1.9.5.6: a packet of a flow that was not transmitted goes to any", "steers packets of flows that were not transmitted to the last active virtqueue") \
X(net_no_rss, NET, NEW, RSS, "5.1.3: RSS is optional", "does not offer RSS") \
X(net_no_mq, NET, ANY, NONE, "5.1.3: MQ is optional", "does not offer MQ") \
X(net_no_hash_report, NET, NEW, NONE, "5.1.3: HASH_REPORT is optional", "does not offer HASH_REPORT") \
X(net_no_ctrl_rx, NET, ANY, NONE, "5.1.3: CTRL_RX is optional", "does not offer CTRL_RX") \
X(net_no_ctrl_rx_extra, NET, ANY, NONE, "5.1.3: CTRL_RX_EXTRA is optional", "does not offer CTRL_RX_EXTRA") \
X(net_no_ctrl_vlan, NET, ANY, NONE, "5.1.3: CTRL_VLAN is optional", "does not offer CTRL_VLAN") \
X(net_no_ctrl_mac_addr, NET, ANY, NONE, "5.1.3: CTRL_MAC_ADDR is optional", "does not offer CTRL_MAC_ADDR") \
X(net_no_guest_announce, NET, ANY, NONE, "5.1.3: GUEST_ANNOUNCE is optional", "does not offer GUEST_ANNOUNCE") \
X(net_no_ctrl_guest_offloads, NET, ANY, NONE, "5.1.3: CTRL_GUEST_OFFLOADS is optional", "does not offer CTRL_GUEST_OFFLOADS") \
X(net_no_speed_duplex, NET, NEW, NONE, "5.1.3: SPEED_DUPLEX is optional", "does not offer SPEED_DUPLEX") \
X(net_no_csum, NET, ANY, OFFLOADS, "5.1.3: CSUM is optional", "does not offer CSUM, and nothing that needs it") \
X(net_no_guest_csum, NET, ANY, OFFLOADS, "5.1.3: GUEST_CSUM is optional", "does not offer GUEST_CSUM, and nothing that needs it") \
X(net_only_tso4, NET, ANY, OFFLOADS, "5.1.3: each offload is optional", "segments TCP over IPv4 for the driver and does no more for it") \
X(net_only_tso6, NET, ANY, OFFLOADS, "5.1.3: each offload is optional", "segments TCP over IPv6 for the driver and does no more for it") \
X(net_only_uso, NET, NEW, OFFLOADS, "5.1.3: each offload is optional", "segments UDP for the driver and does no more for it") \
X(net_only_guest_tso4, NET, ANY, OFFLOADS, "5.1.3: each offload is optional", "offers GUEST_TSO4 as the only segmentation") \
X(net_only_guest_tso6, NET, ANY, OFFLOADS, "5.1.3: each offload is optional", "offers GUEST_TSO6 as the only segmentation") \
X(net_only_guest_uso, NET, NEW, OFFLOADS, "5.1.3: each offload is optional", "offers GUEST_USO4 and GUEST_USO6 as the only segmentation") \
X(net_no_segmentation, NET, ANY, OFFLOADS, "5.1.3: each offload is optional", "offers checksums, and no segmentation") \
X(net_hash_ipv4_only, NET, NEW, HASHES, "5.1.4: supported_hash_types is a choice", "supports the hash types of IPv4 alone") \
X(net_hash_no_ports, NET, NEW, HASHES, "5.1.4: supported_hash_types is a choice", "supports the hash types without ports alone") \
X(net_hash_ipv6_only, NET, NEW, HASHES, "5.1.4: supported_hash_types is a choice", "supports the hash types of IPv6 alone") \
X(net_hash_tcp_only, NET, NEW, HASHES, "5.1.4: supported_hash_types is a choice", "supports the hash types of TCP alone") \
X(net_hash_none, NET, NEW, HASHES, "5.1.4: supported_hash_types is a choice", "supports no hash type") \
/* Console */ \
X(con_size_132_by_50, CON, ANY, SCREEN, "5.3.4: cols and rows", "has 132 columns and 50 rows") \
X(con_size_1_by_1, CON, ANY, SCREEN, "5.3.4: cols and rows", "has one column and one row") \
X(con_names_long, CON, ANY, NAMES, "5.3.6.2: a name has no limit", "has port names of 60 bytes") \
X(con_no_names, CON, ANY, NAMES, "5.3.6.2: PORT_NAME is optional", "names no port") \
X(con_no_console_port, CON, ANY, NOMINATION, "5.3.6.2: a device need not nominate a console port", "sends no CONSOLE_PORT") \
X(con_all_console_ports, CON, ANY, NOMINATION, "5.3.6.2: there may be more than one console port", "sends CONSOLE_PORT for each port") \
X(con_ports_late, CON, ANY, PORTS, "5.3.6.2: a port is added at any time", "adds its second port 30 register accesses after DEVICE_READY") \
X(con_ports_with_gaps, CON, ANY, PORTS, "5.3.6.2: a port has any number below max_nr_ports", "has ports 0 and 2, and no port 1") \
X(con_last_port_flaps, CON, ANY, PORTS, "5.3.6.2: a port comes and goes at any time", "unplugs its last port at every 300th register access, or plugs it in again") \
X(con_ports_1, CON, ANY, PORTS, "5.3.6.2: active ports are announced, and max_nr_ports is a maximum", "has port 0 alone, and max_nr_ports 4") \
X(con_max_ports_1, CON, ANY, PORTS, "5.3.4: max_nr_ports", "offers MULTIPORT for one port") \
X(con_no_multiport, CON, ANY, PORTS, "5.3.3: MULTIPORT is optional", "does not offer MULTIPORT") \
X(con_no_size, CON, ANY, SCREEN, "5.3.3: SIZE is optional", "does not offer SIZE") \
X(con_no_emergency_write, CON, ANY, NONE, "5.3.3: EMERG_WRITE is optional", "does not offer EMERG_WRITE") \
X(con_byte_at_a_time, CON, ANY, NONE, "5.3.6: input is put into buffers as it comes", "puts one byte of input into a buffer") \
/* Entropy */ \
X(rng_byte_at_a_time, RNG, ANY, AMOUNT, "5.4.6.2: one or more random bytes", "gives one byte for a buffer") \
X(rng_random_amount, RNG, ANY, AMOUNT, "5.4.6.2: one or more random bytes", "gives any number of bytes for a buffer")
/* clang-format on */

#endif
