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
	/* Each request has another sender, so that its answer is not taken for that of an earlier one, or for a late
	 * one to what the check asked. */
	FIRST_ADDRESS = (WIRE_OUR_ADDRESS & ~0xff) + 0x80,
	ADDRESSES = 0x70,
};

static uint32_t serial; /* of the next request, in this life or a later one */

/* What came in a life of requests. */
struct tally {
	bool answered[EXCHANGES];
	uint32_t first;	 /* serial of request 0 */
	unsigned asked;	 /* requests */
	unsigned silent; /* the last so many had no answer in time */
	unsigned others; /* frames that answer none of the requests, after the first answer */
	bool answers;	 /* there was one */
	bool lost;	 /* a request had no answer, and a later one had */
	bool doubled;	 /* one had two */
	bool changed;	 /* the configuration */
};

static uint32_t address_of(const struct tally *tally, unsigned request)
{
	return FIRST_ADDRESS + (tally->first + request) % ADDRESSES;
}

static bool offer_buffer(struct device *d, uint8_t *buffer)
{
	const uint32_t header = net_header_bytes(d);
	const struct segment segments[] = {
		{ .data = buffer, .size = header, .writable = true },
		{ .data = buffer + header, .size = BUFFER_BYTES - header, .writable = true },
	};

	return virtqueue_add(&d->queues[VIRTIO_NET_RX], segments, 2, NULL, buffer) >= 0;
}

static void note_frame(const uint8_t *frame, uint32_t size, const uint8_t mac[6], struct tally *tally)
{
	for (unsigned i = tally->asked; i-- > 0 && i + ADDRESSES > tally->asked;)
		if (net_is_arp_answer(frame, size, mac, address_of(tally, i), WIRE_GATEWAY)) {
			tally->doubled |= tally->answered[i];
			tally->answered[i] = tally->answers = true;
			return;
		}
	/* Late frames to the check come before the first answer, and do not count. */
	tally->others += tally->answers;
}

/* Takes what has arrived, and offers the buffers again. */
static void take_frames(struct device *d, const uint8_t mac[6], struct tally *tally)
{
	struct virtqueue *rx = &d->queues[VIRTIO_NET_RX];
	struct completion done;
	enum driver_error error;
	bool any = false;

	while (virtqueue_pop(rx, &done, &error) == VIRTQUEUE_POPPED) {
		const uint32_t header = net_header_bytes(d), length = done.length < header ? 0 : done.length - header;

		note_frame((const uint8_t *)done.token + header, length, mac, tally);
		if (!offer_buffer(d, done.token))
			break;
		any = true;
	}
	if (any)
		virtqueue_kick(rx);
}

/* Waits for the answer to a request. */
static bool answer_comes(struct device *d, unsigned request, const uint8_t mac[6], struct tally *tally, uint64_t wait)
{
	struct patience patience = patience_begin(wait);

	while (!tally->answered[request] && WAIT_WITHIN(&patience, virtqueue_used_waiting(&d->queues[VIRTIO_NET_RX])))
		take_frames(d, mac, tally);
	return tally->answered[request];
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

/*
 * Sends one request, and waits for its answer. What does not come in time is late at first: it is lost when the answer
 * to a later one is there and it still does not come.
 */
static bool exchange(struct device *d, uint8_t *packet, const uint8_t mac[6], struct tally *tally)
{
	const unsigned request = tally->asked++;

	serial++;
	net_fill_arp(d, packet + net_header_bytes(d), address_of(tally, request), WIRE_GATEWAY);
	if (!send(d, packet, ETHERNET_FRAME_MIN))
		return false;
	if (!answer_comes(d, request, mac, tally,
			  tally->answers && !tally->silent ? device_patience_ns : device_patience_ns / 4)) {
		tally->silent++;
		return true;
	}
	for (; tally->silent; tally->silent--)
		tally->lost = tally->lost || !answer_comes(d, request - tally->silent, mac, tally, device_patience_ns);
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
	tally->first = serial;
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
	while (!tally->lost && WAIT_UNTIL(virtqueue_used_waiting(rx), patience_for(d->recent_wait_ns))) /* doubles */
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
	if (tally.doubled)
		skip(t, "the network doubles frames, as it may: a request got two answers");
	if (tally.others)
		skip(t, "the network delivers %u frames that nobody asked for, as it may", tally.others);
}
