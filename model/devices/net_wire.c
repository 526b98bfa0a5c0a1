/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/devices/net_wire.h"

#include "model/defects/broken.h"
#include "model/devices/net_frame.h"
#include "model/live.h"

enum { VLAN_TAG_BYTES = 4 };

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

bool model_net_arrive(struct model *m, const uint8_t *frame, uint32_t length, const struct virtio_net_header *left)
{
	struct model_net *n = &m->net;
	struct model_net_frame *slot;
	uint32_t at;

	if (!model_live(m) || !m->link_up || length < ETHERNET_HEADER_BYTES || length > MODEL_NET_FRAME_BYTES)
		return false;
	if ((!left || !left->gso_type) && length > model_net_frame_max(m, frame) && !broken(m, net_mtu_not_enforced))
		return false;
	if (broken(m, net_rx_lost) || !find_room(n, length, &at))
		return false;
	slot = &n->frame[(n->first + n->waiting++) % MODEL_NET_FRAMES_MAX];
	*slot = (struct model_net_frame){ .at = at, .length = length };
	if (left)
		slot->left = *left;
	for (uint32_t i = 0; i < length; i++)
		n->store[at + i] = frame[i];
	n->end = at + length;
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
