// SPDX-License-Identifier: BSD-2-Clause
#include "tests/checks/support/received.h"

#include <stdarg.h>

#include "firmware/lib/print.h"
#include "firmware/lib/string.h"
#include "tests/checks/support/packet.h"

enum { NOTES = 8, TEXT_MAX = 160 };

/* The breaches of the device that was judged last, one for each row. */
static struct {
	const struct device *device;
	uint32_t discovery, judged;
	unsigned count;
	struct note {
		const char *row, *check; /* that saw it first, or FAILed for it */
		bool failed;		 /* a check that names the row has FAILed for it */
		char text[TEXT_MAX];
	} notes[NOTES];
} noted;

static void notes_of(const struct device *d)
{
	if (noted.device == d && noted.discovery == d->discovery)
		return;
	noted.device = d;
	noted.discovery = d->discovery;
	noted.judged = noted.count = 0;
}

static bool reported_elsewhere(const struct run *t, const struct note *note)
{
	return note->failed && strcmp(note->check, t->check->id);
}

/*
 * No network changes the device's header, so there is no excuse, but for offloads that were switched off: a network
 * that doubles packets may have left one in the device that came before.
 */
static void fail(struct run *t, struct note *note, const char *text)
{
	const char *seen_in = note->check;

	note->failed = true;
	note->check = t->check->id;
	if (strcmp(note->row, "net-offload-01"))
		t->excuse = NULL;
	expect(t, false, "%s (%s, in %s)", text, note->row, seen_in);
}

static void breach(struct run *t, const char *row, const char *format, ...) CHECK_FORMAT(3);

static void breach(struct run *t, const char *row, const char *format, ...)
{
	struct note note = { .row = row, .check = t->check->id };
	va_list arguments;
	unsigned i;

	va_start(arguments, format);
	vformat_string(note.text, sizeof(note.text), format, arguments);
	va_end(arguments);
	for (i = 0; i < noted.count && strcmp(noted.notes[i].row, row); i++)
		;
	if (i == noted.count && i < NOTES)
		noted.notes[noted.count++] = note;
	if (!check_names(t->check, row))
		step(t, "%s (%s)", note.text, row);
	else if (i == NOTES)
		fail(t, &note, note.text);
	else if (!reported_elsewhere(t, &noted.notes[i]))
		fail(t, &noted.notes[i], note.text);
}

/* Is the driver's offload in force: accepted, and not switched off since? */
static bool in_force(const struct wire_receiver *rx, unsigned bit)
{
	return device_accepted(rx->device, bit) && !(rx->offloads_off >> bit & 1);
}

static const struct {
	uint8_t type;
	const char *name, *row;
	uint8_t feature, alternative;
} types[] = {
	{ VIRTIO_NET_HDR_GSO_TCPV4, "TCPV4", "net-rx-07", VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO4 },
	{ VIRTIO_NET_HDR_GSO_UDP, "UDP", "net-rx-08", VIRTIO_NET_F_GUEST_UFO, VIRTIO_NET_F_GUEST_UFO },
	{ VIRTIO_NET_HDR_GSO_TCPV6, "TCPV6", "net-rx-09", VIRTIO_NET_F_GUEST_TSO6, VIRTIO_NET_F_GUEST_TSO6 },
	{ VIRTIO_NET_HDR_GSO_UDP_L4, "UDP_L4", "net-rx-10", VIRTIO_NET_F_GUEST_USO4, VIRTIO_NET_F_GUEST_USO6 },
};
enum { TUNNELS = VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV4 | VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV6 };

static bool any_segmentation(const struct wire_receiver *rx)
{
	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (in_force(rx, types[i].feature) || in_force(rx, types[i].alternative))
			return true;
	return false;
}

static void judge_segmentation(struct run *t, const struct wire_receiver *rx, const struct wire_packet *packet)
{
	const struct virtio_net_header *h = &packet->header;
	uint8_t base = h->gso_type & (uint8_t) ~(TUNNELS | VIRTIO_NET_HDR_GSO_ECN);

	if (!h->gso_type)
		return;
	if (!any_segmentation(rx))
		breach(t, rx->offloads_off ? "net-offload-01" : "net-rx-24",
		       "gso_type of a received packet is 0x%x, and no segmentation feature is in force", h->gso_type);
	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (base == types[i].type && !in_force(rx, types[i].feature) && !in_force(rx, types[i].alternative))
			breach(t, device_accepted(rx->device, types[i].feature) ? "net-offload-01" : types[i].row,
			       "gso_type of a received packet is %s, whose feature is not in force", types[i].name);
	if ((h->gso_type & TUNNELS) && !device_accepted(rx->device, VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO))
		breach(t, "net-rx-11", "gso_type 0x%x of a received packet has a tunnel's bit", h->gso_type);
	if ((h->gso_type & VIRTIO_NET_HDR_GSO_ECN) && !in_force(rx, VIRTIO_NET_F_GUEST_ECN))
		breach(t, device_accepted(rx->device, VIRTIO_NET_F_GUEST_ECN) ? "net-offload-01" : "net-rx-13",
		       "gso_type 0x%x of a received packet has the bit of ECN", h->gso_type);
	if (!(h->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		breach(t, "net-rx-25", "a received packet has gso_type 0x%x without NEEDS_CSUM: flags 0x%x",
		       h->gso_type, h->flags);
	if (!h->gso_size)
		breach(t, "net-rx-26", "a received packet has gso_type 0x%x and gso_size 0", h->gso_type);
}

static void judge_flags(struct run *t, const struct wire_receiver *rx, const struct wire_packet *packet)
{
	static const struct {
		uint8_t flag, feature;
		const char *name, *row;
	} flags[] = {
		{ VIRTIO_NET_HDR_F_RSC_INFO, VIRTIO_NET_F_RSC_EXT, "RSC_INFO", "net-rx-28" },
		{ VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM, VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM, "UDP_TUNNEL_CSUM",
		  "net-rx-12" },
		{ VIRTIO_NET_HDR_F_SECURITY, VIRTIO_NET_F_IPSEC, "SECURITY", "net-rx-35" },
		{ VIRTIO_NET_HDR_F_SECURITY_ERR, VIRTIO_NET_F_IPSEC, "SECURITY_ERR", "net-rx-38" },
	};
	uint8_t got = packet->header.flags;

	if (got && !device_accepted(rx->device, VIRTIO_NET_F_GUEST_CSUM)) {
		breach(t, "net-rx-05", "flags of a received packet are 0x%02x without GUEST_CSUM, not 0", got);
	} else if (got && !in_force(rx, VIRTIO_NET_F_GUEST_CSUM)) {
		breach(t, "net-offload-01", "flags of a received packet are 0x%02x after GUEST_CSUM was switched off",
		       got);
	} else {
		for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
			if ((got & flags[i].flag) && !device_accepted(rx->device, flags[i].feature))
				breach(t, flags[i].row, "flags 0x%02x of a received packet have %s", got,
				       flags[i].name);
	}
}

/* NEEDS_CSUM: where the checksum is to be stored, and what is there now. */
static void judge_partial(struct run *t, const struct wire_packet *packet, const struct packet_parts *parts)
{
	const struct virtio_net_header *h = &packet->header;
	uint32_t at = (uint32_t)h->csum_start + h->csum_offset, want;

	if (at + 2 > packet->size) {
		breach(t, "net-rx-18", "csum_start %u and csum_offset %u lead out of a frame of %u bytes",
		       h->csum_start, h->csum_offset, packet->size);
		return;
	}
	if (!parts)
		return;
	want = parts->transport + (parts->protocol == PACKET_TCP ? 16 : 6);
	if (h->csum_start != parts->transport || at != want)
		breach(t, "net-rx-18",
		       "csum_start is %u and csum_offset %u, where the transport header is at %u and its checksum at "
		       "%u",
		       h->csum_start, h->csum_offset, parts->transport, want);
	else if (net_get16(packet->frame + at) != packet_pseudo_sum(parts))
		breach(t, "net-rx-17",
		       "with NEEDS_CSUM the checksum field holds 0x%04x, not the sum of the pseudo header 0x%04x",
		       net_get16(packet->frame + at), packet_pseudo_sum(parts));
}

static void judge_checksum(struct run *t, const struct wire_receiver *rx, const struct wire_packet *packet)
{
	const struct virtio_net_header *h = &packet->header;
	struct packet_parts parts;
	bool found = packet_find(&parts, packet->frame, packet->size, packet->size) && !parts.fragment &&
		     !parts.more_fragments;

	if ((h->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) && !(h->flags & VIRTIO_NET_HDR_F_RSC_INFO)) {
		judge_partial(t, packet, found ? &parts : NULL);
	} else if ((h->flags & VIRTIO_NET_HDR_F_DATA_VALID) && found && !packet_sum_right(&parts) &&
		   !(parts.protocol == PACKET_UDP && !net_get16(packet->frame + parts.transport + 6))) {
		breach(t, "net-rx-30", "a received packet is DATA_VALID, and its checksum is wrong");
	}
	if (found && h->gso_type && parts.protocol == PACKET_TCP && in_force(rx, VIRTIO_NET_F_GUEST_ECN) &&
	    (packet->frame[parts.transport + 13] & PACKET_TCP_CWR) && !(h->gso_type & VIRTIO_NET_HDR_GSO_ECN))
		breach(t, "net-rx-14", "gso_type 0x%x of a packet with CWR lacks the bit of ECN", h->gso_type);
	if (found && h->gso_type && any_segmentation(rx) && h->hdr_len < parts.payload)
		breach(t, "net-rx-29", "hdr_len %u of a packet to be cut is less than its headers, %u bytes",
		       h->hdr_len, parts.payload);
}

/* 5.1.4.1. A tag may count as part of the Ethernet header. */
static void judge_size(struct run *t, const struct wire_receiver *rx, const struct wire_packet *packet)
{
	uint32_t mtu;

	if (packet->header.gso_type || !device_accepted(rx->device, VIRTIO_NET_F_MTU))
		return;
	mtu = config_read(&rx->device->transport, VIRTIO_NET_CONFIG_MTU, 2);
	if (packet->size > mtu + ETHERNET_HEADER_BYTES + PACKET_TAG_BYTES)
		breach(t, "net-cfg-05", "a frame of %u bytes arrives with mtu %u", packet->size, mtu);
}

static void judge_buffers(struct run *t, const struct wire_receiver *rx, const struct wire_packet *packet)
{
	uint16_t said = packet->header.num_buffers;

	if (rx->header < VIRTIO_NET_HDR_BYTES)
		return; /* the field does not exist: 5.1.9.1 */
	if (!device_accepted(rx->device, VIRTIO_NET_F_MRG_RXBUF)) {
		if (said != 1)
			breach(t, "net-rx-01", "num_buffers of a received packet is %u without MRG_RXBUF, not 1", said);
		return;
	}
	if (!said || said > rx->count)
		breach(t, "net-rx-02", "num_buffers of a received packet is %u with %u buffers in the queue", said,
		       rx->count);
	for (unsigned i = 0; i + 1 < packet->buffers; i++)
		if (packet->used[i] != rx->size) {
			breach(t, "net-rx-03", "%u bytes of buffer %u of a packet in %u are used, not %u",
			       packet->used[i], i + 1, said, rx->size);
			break;
		}
	if (packet->visible < said)
		breach(t, "net-rx-04", "of %u buffers of a packet %u are seen used at first", said, packet->visible);
}

void received_judge(struct run *t, const struct wire_receiver *rx, const struct wire_packet *packet)
{
	notes_of(rx->device);
	noted.judged++;
	judge_buffers(t, rx, packet);
	judge_flags(t, rx, packet);
	judge_segmentation(t, rx, packet);
	if (packet->size < ETHERNET_HEADER_BYTES)
		return;
	judge_checksum(t, rx, packet);
	judge_size(t, rx, packet);
}

uint32_t received_report(struct run *t, struct device *d)
{
	const struct note *reported = NULL;
	unsigned breaches = 0;

	notes_of(d);
	for (unsigned i = 0; i < noted.count; i++) {
		struct note *note = &noted.notes[i];

		if (!check_names(t->check, note->row))
			continue;
		if (reported_elsewhere(t, note)) {
			reported = note;
			continue;
		}
		breaches++;
		fail(t, note, note->text);
	}
	if (reported && !breaches)
		skip(t, "%s has reported it: %s (%s)", reported->check, reported->text, reported->row);
	if (noted.judged && !breaches)
		expect_eq(t, breaches, 0, "breaches in the headers of %u received packets", noted.judged);
	return noted.judged;
}
