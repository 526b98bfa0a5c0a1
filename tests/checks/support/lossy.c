// SPDX-License-Identifier: BSD-2-Clause
#include "tests/checks/support/lossy.h"

#include "drivers/spec/features.h"
#include "firmware/lib/journal.h"
#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/restless.h"
#include "tests/checks/support/wire.h"

enum {
	EXCHANGES = 160,
	SILENT = 4, /* requests without an answer, one after the other, after which nobody is there */
	BUFFERS = 4,
	BUFFER_BYTES = 2048,
	OTHER_ADDRESS = WIRE_OUR_ADDRESS - 1, /* so that late answers to what the check asked are not taken for ours */
};

/* What came in a life of requests. */
struct tally {
	unsigned answers, others; /* frames */
	unsigned silent;	  /* the last so many requests had no answer */
	bool lost;		  /* a request had no answer, and a later one had */
	bool changed;		  /* the configuration */
};

static bool offer_buffer(struct device *d, uint8_t *buffer)
{
	const uint32_t header = net_header_bytes(d);
	const struct segment segments[] = {
		{ .data = buffer, .size = header, .writable = true },
		{ .data = buffer + header, .size = BUFFER_BYTES - header, .writable = true },
	};

	return virtqueue_add(&d->queues[VIRTIO_NET_RX], segments, 2, NULL, buffer) >= 0;
}

/* Takes what has arrived, and offers the buffers again. Returns whether an answer was there. Late frames to the check
 * come before the first answer, and do not count. */
static bool take_frames(struct device *d, const uint8_t mac[6], struct tally *tally)
{
	struct virtqueue *rx = &d->queues[VIRTIO_NET_RX];
	const unsigned before = tally->answers;
	struct completion done;
	enum driver_error error;
	bool any = false;

	while (virtqueue_pop(rx, &done, &error) == VIRTQUEUE_POPPED) {
		const uint32_t header = net_header_bytes(d), length = done.length < header ? 0 : done.length - header;

		if (net_is_arp_answer((const uint8_t *)done.token + header, length, mac, OTHER_ADDRESS, WIRE_GATEWAY))
			tally->answers++;
		else
			tally->others += tally->answers != 0;
		if (!offer_buffer(d, done.token))
			break;
		any = true;
	}
	if (any)
		virtqueue_kick(rx);
	return tally->answers != before;
}

static bool send(struct device *d, uint8_t *packet, uint32_t size)
{
	const uint32_t header = net_header_bytes(d);
	const struct segment segments[] = { { .data = packet, .size = header },
					    { .data = packet + header, .size = size } };
	struct virtqueue *tx = &d->queues[VIRTIO_NET_TX];
	struct completion done;
	enum driver_error error;

	if (virtqueue_add(tx, segments, 2, NULL, packet) < 0)
		return false;
	virtqueue_kick(tx);
	return WAIT_UNTIL(virtqueue_used_waiting(tx), device_patience_ns) &&
	       virtqueue_pop(tx, &done, &error) == VIRTQUEUE_POPPED;
}

/* Sends one request, and waits for an answer as long as one may take: only what did not come by then is lost. */
static bool exchange(struct device *d, uint8_t *packet, const uint8_t mac[6], struct tally *tally)
{
	struct virtqueue *const rx = &d->queues[VIRTIO_NET_RX];
	struct patience patience;

	if (!send(d, packet, ETHERNET_FRAME_MIN))
		return false;
	patience = patience_begin(tally->answers && !tally->silent ? device_patience_ns : device_patience_ns / 4);
	while (WAIT_WITHIN(&patience, virtqueue_used_waiting(rx)))
		if (take_frames(d, mac, tally)) {
			tally->lost |= tally->silent != 0;
			tally->silent = 0;
			return true;
		}
	tally->silent++;
	return true;
}

static bool live(struct device *d, struct tally *tally)
{
	struct virtqueue *const rx = &d->queues[VIRTIO_NET_RX];
	uint8_t *const packet = dma_alloc(VIRTIO_NET_HDR_HASH_BYTES + ETHERNET_FRAME_MIN, 16);
	struct config_view start;
	uint8_t mac[6];

	config_look(d, &start);
	if (!packet || device_start(d, FEATURE(VIRTIO_NET_F_MAC)))
		return false;
	memset(packet, 0, VIRTIO_NET_HDR_HASH_BYTES + ETHERNET_FRAME_MIN);
	net_mac(d, mac);
	net_fill_arp(d, packet + net_header_bytes(d), OTHER_ADDRESS, WIRE_GATEWAY);
	for (unsigned i = 0; i < BUFFERS && i < rx->size / 2u; i++) {
		uint8_t *buffer = dma_alloc(BUFFER_BYTES, 16);

		if (!buffer || !offer_buffer(d, buffer))
			return false;
	}
	virtqueue_kick(rx);
	for (unsigned i = 0; i < EXCHANGES && tally->silent < SILENT && !tally->lost; i++) {
		if (!exchange(d, packet, mac, tally))
			return false;
		tally->changed =
			tally->changed || ((transport_take_interrupts(&d->transport) & VIRTIO_INTERRUPT_CONFIG) &&
					   config_moved(d, &start));
	}
	while (WAIT_UNTIL(virtqueue_used_waiting(rx), patience_for(d->recent_wait_ns))) /* answers that come twice */
		take_frames(d, mac, tally);
	return true;
}

void lossy_network(struct run *t, struct device *d)
{
	struct tally tally = { 0 };
	bool lived;

	journal_pause(true); /* the log of a failure shows what the check did */
	lived = live(d, &tally);
	journal_pause(false);
	if (!lived)
		return;
	if (tally.changed)
		skip(t, "the link, or the rest of the configuration, changes by itself");
	if (tally.lost)
		skip(t, "the network loses frames, as it may: an answer never came, and later ones did");
	if (tally.answers > EXCHANGES)
		skip(t, "the network doubles frames, as it may: %u requests got %u answers", EXCHANGES, tally.answers);
	if (tally.others)
		skip(t, "the network delivers %u frames that nobody asked for, as it may", tally.others);
}
