// SPDX-License-Identifier: BSD-2-Clause
#include "tests/checks/support/lossy.h"

#include "drivers/spec/features.h"
#include "firmware/lib/journal.h"
#include "firmware/lib/string.h"
#include "tests/checks/support/restless.h"
#include "tests/checks/support/wire.h"

enum { EXCHANGES = 160, BUFFERS = 4, BUFFER_BYTES = 2048 };

/* What came in a life of requests. */
struct tally {
	unsigned answered, lost, frames;
	bool changed; /* the configuration */
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

/* Takes what has arrived, and offers the buffers again. Returns the number of frames. */
static unsigned take_frames(struct device *d)
{
	struct virtqueue *rx = &d->queues[VIRTIO_NET_RX];
	struct completion done;
	enum driver_error error;
	unsigned count = 0;

	while (virtqueue_pop(rx, &done, &error) == VIRTQUEUE_POPPED && offer_buffer(d, done.token))
		count++;
	if (count)
		virtqueue_kick(rx);
	return count;
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

static bool live(struct device *d, struct tally *tally)
{
	struct virtqueue *const rx = &d->queues[VIRTIO_NET_RX];
	uint8_t *const packet = dma_alloc(VIRTIO_NET_HDR_BYTES + ETHERNET_FRAME_MIN, 16);
	struct config_view start;
	uint64_t usual = 0;

	config_look(d, &start);
	if (!packet || device_start(d, FEATURE(VIRTIO_NET_F_MAC)))
		return false;
	memset(packet, 0, VIRTIO_NET_HDR_BYTES + ETHERNET_FRAME_MIN);
	for (unsigned i = 0; i < BUFFERS && i < rx->size / 2u; i++) {
		uint8_t *buffer = dma_alloc(BUFFER_BYTES, 16);

		if (!buffer || !offer_buffer(d, buffer))
			return false;
	}
	virtqueue_kick(rx);
	for (unsigned i = 0; i < EXCHANGES; i++) {
		const uint64_t began = clock_ns();
		bool came;
		unsigned frames;

		net_fill_arp(d, packet + net_header_bytes(d), WIRE_OUR_ADDRESS, WIRE_GATEWAY);
		if (!send(d, packet, ETHERNET_FRAME_MIN))
			return false;
		came = WAIT_UNTIL(virtqueue_used_waiting(rx),
				  tally->answered ? patience_for(usual) : device_patience_ns / 4);
		if (came && usual < clock_ns() - began)
			usual = clock_ns() - began;
		frames = take_frames(d);
		tally->answered += frames != 0;
		tally->lost += !frames;
		tally->frames += frames;
		if (tally->lost > EXCHANGES / 32 && !tally->answered)
			return true; /* nobody is there */
		tally->changed =
			tally->changed || ((transport_take_interrupts(&d->transport) & VIRTIO_INTERRUPT_CONFIG) &&
					   config_moved(d, &start));
	}
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
	if (tally.answered && (tally.lost || tally.frames != EXCHANGES))
		skip(t, "the network lost %u answers of %u, and %u frames came, as it may be", tally.lost, EXCHANGES,
		     tally.frames);
}
