/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/devices/net_wire.h"

#include "model/defects/broken.h"
#include "model/devices/net_frame.h"
#include "model/live.h"
#include "model/oddities/act.h"
#include "model/oddities/odd.h"

enum { VLAN_TAG_BYTES = 4, LOSES_ONE_IN = 5, DOUBLES_ONE_IN = 3 };

uint32_t model_net_frame_max(const struct model *m, const uint8_t *frame)
{
	return m->config.net.mtu + ETHERNET_HEADER_BYTES +
	       (model_be16(frame + 12) == ETHERTYPE_VLAN ? VLAN_TAG_BYTES : 0);
}

/* Room for LENGTH bytes in one piece, which the store keeps as a ring of frames. */
static bool find_room(const struct model_net *n, uint32_t length, uint32_t *at)
{
	uint32_t oldest = n->waiting ? n->frame[n->first].at : 0;

	if (n->waiting == MODEL_NET_FRAMES_MAX)
		return false;
	*at = n->waiting ? n->end : 0;
	if (!n->waiting || *at > oldest) {
		if (length <= MODEL_NET_STORE_BYTES - *at)
			return true;
		*at = 0;
	}
	return n->waiting && length <= oldest - *at;
}

/* An oddity: the last two frames change places. Only if they are of one length, so that each has room, and the device
 * has not begun to deliver the first. */
static void swap_last_frames(struct model *m)
{
	struct model_net *n = &m->net;
	struct model_net_frame *last = &n->frame[(n->first + n->waiting - 1u) % MODEL_NET_FRAMES_MAX],
			       *before = &n->frame[(n->first + n->waiting - 2u) % MODEL_NET_FRAMES_MAX];
	struct virtio_net_header left = last->left;

	if (n->waiting < 2 || last->length != before->length || n->segment)
		return;
	last->left = before->left;
	before->left = left;
	for (uint32_t i = 0; i < last->length; i++) {
		const uint8_t byte = n->store[last->at + i];

		n->store[last->at + i] = n->store[before->at + i];
		n->store[before->at + i] = byte;
	}
}

/* False: there is no room. */
static bool keep_frame(struct model *m, const uint8_t *frame, uint32_t length, const struct virtio_net_header *left)
{
	struct model_net *n = &m->net;
	struct model_net_frame *slot;
	const uint32_t padded = odd(m, net_pads_frames) && length < ETHERNET_FRAME_MIN ? ETHERNET_FRAME_MIN : length;
	uint32_t at;

	if (!find_room(n, padded, &at))
		return false;
	if (broken(m, net_rx_backlog_mixed) && n->waiting > 20 && n->frame[n->first].length > 50)
		n->store[n->frame[n->first].at + 40] ^= 1;
	slot = &n->frame[(n->first + n->waiting++) % MODEL_NET_FRAMES_MAX];
	*slot = (struct model_net_frame){ .at = at, .length = padded };
	if (left)
		slot->left = *left;
	for (uint32_t i = 0; i < padded; i++)
		n->store[at + i] = i < length ? frame[i] : 0;
	n->end = at + padded;
	if (odd(m, net_reorders_frames))
		swap_last_frames(m);
	return true;
}

static bool lost_by_defect(const struct model *m, const uint8_t *frame, uint32_t length)
{
	enum { DHCP_CLIENT = 68 };
	struct model_layers l;

	if (!broken(m, net_rx_fragments_lost) && !broken(m, net_rx_dhcp_lost))
		return false;
	if (!model_net_layers(frame, length, &l))
		return false;
	return l.fragment ? broken(m, net_rx_fragments_lost)
			  : broken(m, net_rx_dhcp_lost) && l.protocol == MODEL_UDP &&
				    model_be16(frame + l.transport + 2) == DHCP_CLIENT;
}

bool model_net_arrive(struct model *m, const uint8_t *frame, uint32_t length, const struct virtio_net_header *left)
{
	if (!model_live(m) || !model_odd_carries(m) || length < ETHERNET_HEADER_BYTES + VLAN_TAG_BYTES ||
	    length > MODEL_NET_FRAME_BYTES)
		return false;
	if ((!left || !left->gso_type) && length > model_net_frame_max(m, frame) && !broken(m, net_mtu_not_enforced))
		return false;
	if (broken(m, net_rx_lost) || lost_by_defect(m, frame, length))
		return false;
	m->oddly.frames++;
	if (odd(m, net_loses_frames) && m->oddly.frames % LOSES_ONE_IN == 0)
		return true;
	if (!keep_frame(m, frame, length, left))
		return false;
	if (odd(m, net_duplicates_frames) && m->oddly.frames % DOUBLES_ONE_IN == 0)
		keep_frame(m, frame, length, left);
	return true;
}

const uint8_t *model_net_oldest(const struct model *m, uint32_t *length)
{
	const struct model_net_frame *slot = &m->net.frame[m->net.first];

	*length = slot->length;
	return m->net.store + slot->at;
}

void model_net_drop_oldest(struct model *m)
{
	m->net.first = (uint16_t)((m->net.first + 1) % MODEL_NET_FRAMES_MAX);
	m->net.waiting--;
	m->net.segment = 0;
	for (unsigned i = 0; i < MODEL_QUEUES_MAX; i++)
		m->queue[i].starved = false; /* the next frame may need less */
}
