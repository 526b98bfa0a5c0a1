/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/devices/net_steer.h"

#include "drivers/spec/features.h"
#include "drivers/spec/net.h"
#include "model/bits.h"
#include "model/defects/broken.h"
#include "model/devices/net_hash.h"
#include "model/features.h"
#include "model/oddities/odd.h"
#include "model/queue/queue.h"
#include "model/space.h"

uint16_t model_net_pairs(const struct model *m, const uint32_t *features)
{
	bool many = (model_bit(features, VIRTIO_NET_F_MQ) && model_offers(m, VIRTIO_NET_F_MQ)) ||
		    (model_bit(features, VIRTIO_NET_F_RSS) && model_offers(m, VIRTIO_NET_F_RSS) &&
		     !broken(m, net_rss_without_pairs));

	return many ? m->config.net.pairs : 1;
}

/* ---- automatic receive steering (5.1.9.5.6) ---- */

static struct model_net_flow *find_flow(const struct model *m, uint32_t key)
{
	const struct model_net *n = &m->net;

	for (unsigned i = 0; i < n->flows; i++)
		if (n->flow[i].key == key)
			return (struct model_net_flow *)&n->flow[i];
	return NULL;
}

void model_net_transmitted(struct model *m, const uint8_t *frame, uint32_t length, uint16_t pair)
{
	struct model_net *n = &m->net;
	uint32_t key = model_net_flow(m, frame, length);
	struct model_net_flow *flow = find_flow(m, key);

	n->last_pair = pair;
	if (flow && broken(m, net_steer_first_wins))
		return;
	if (!flow && n->flows < MODEL_NET_FLOWS)
		flow = &n->flow[n->flows++];
	if (!flow) /* the table is full: another flow is forgotten */
		flow = &n->flow[n->next_flow++ % MODEL_NET_FLOWS];
	*flow = (struct model_net_flow){ .key = key, .pair = pair };
}

/* The pair on which the flow was last transmitted, or any. */
static uint16_t pair_of(const struct model *m, const uint8_t *frame, uint32_t length, uint16_t active)
{
	uint32_t key = model_net_flow(m, frame, length);
	const struct model_net_flow *flow = find_flow(m, key);

	if (odd(m, net_steers_by_hash))
		return (uint16_t)(key % active);
	if (odd(m, net_steers_at_random))
		return (uint16_t)(m->host.random(m->host.context) % active);
	if (odd(m, net_new_flows_to_last) && !flow)
		return (uint16_t)(active - 1);
	if (broken(m, net_steer_all_first))
		return 0;
	if (broken(m, net_steer_latest))
		return m->net.last_pair;
	if (broken(m, net_steer_at_random))
		return (uint16_t)(m->host.random(m->host.context) % active);
	if (broken(m, net_steer_last_unused) && flow && flow->pair == active - 1)
		return 0;
	return flow ? flow->pair : (uint16_t)(key % active);
}

/* A defect: uses more pairs than the driver has set, and the last one first. */
static uint16_t steer_wrongly(const struct model *m, uint16_t active, uint16_t *preferred)
{
	uint16_t all = model_net_pairs(m, m->driver_features);
	bool above = broken(m, net_mq_above_pairs) && m->net.pairs_set;

	if (all == active || (!above && !(broken(m, net_mq_before_set) && !m->net.pairs_set)) ||
	    !model_queue_live(m, (uint16_t)(2 * (all - 1))))
		return active;
	*preferred = (uint16_t)(all - 1);
	return all;
}

/* Only with a defect: has any queue been reset in this life? */
static bool any_reset(const struct model *m)
{
	for (unsigned i = 0; i < MODEL_QUEUES_MAX; i++)
		if (m->queue[i].reset_once)
			return true;
	return false;
}

/* If the flow's queue is in a queue reset, another active pair serves. False: all are in a reset. */
static bool steer_by_flow(const struct model *m, const uint8_t *frame, uint32_t length, uint16_t *index)
{
	uint16_t active = (uint16_t)model_min(m->net.active_pairs, model_net_pairs(m, m->driver_features)), preferred;

	if (broken(m, net_queue_reset_forgets_pairs) && any_reset(m))
		active = 1;
	preferred = pair_of(m, frame, length, active);

	if (broken(m, net_mq_before_set) || broken(m, net_mq_above_pairs))
		active = steer_wrongly(m, active, &preferred);
	for (uint16_t i = 0; i < active; i++) {
		*index = (uint16_t)(2 * ((preferred + i) % active));
		if (model_queue_live(m, *index))
			return true;
		if (broken(m, net_mq_reset_queue_chosen) && m->queue[*index].reset_once)
			return false;
	}
	return false;
}

/* ---- receive-side scaling (5.1.9.5.7) ---- */

static uint32_t table_index(const struct model *m, uint32_t hash)
{
	uint32_t mask = m->net.rss.mask;

	if (broken(m, net_rss_first_entry))
		return 0;
	if (broken(m, net_rss_mask_ignored))
		mask = MODEL_NET_RSS_TABLE - 1;
	if (broken(m, net_rss_high_bits))
		hash >>= 16;
	return hash & mask;
}

/* 5.1.9.5.7.3: a packet for a queue that is in a queue reset is dropped. */
static bool steer_by_hash(const struct model *m, const uint8_t *frame, uint32_t length, uint16_t *index)
{
	const struct model_net_rss *rss = &m->net.rss;
	struct model_net_hash hash = model_net_hash(m, frame, length);
	uint16_t pair = rss->table[table_index(m, hash.value)];

	if (!hash.report)
		pair = broken(m, net_rss_unclassified_first) ? 0 : rss->unclassified;
	if (!hash.report && broken(m, net_rss_unclassified_lost))
		return false;
	*index = (uint16_t)(2 * pair);
	if (!model_queue_live(m, *index) && broken(m, net_rss_reset_queue_moves))
		*index = 0;
	return model_queue_live(m, *index);
}

bool model_net_steer(const struct model *m, const uint8_t *frame, uint32_t length, uint16_t *index)
{
	bool by_hash = m->net.rss.steers && !(broken(m, net_queue_reset_forgets_rss) && any_reset(m));

	return by_hash ? steer_by_hash(m, frame, length, index) : steer_by_flow(m, frame, length, index);
}

/* ---- the commands ---- */

static bool set_pairs(struct model *m, struct model_net_command *c)
{
	uint32_t count = model_net_get(m, c, 2);

	if (!model_negotiated(m, VIRTIO_NET_F_MQ) || !c->valid)
		return false;
	if ((count < 1 && !broken(m, net_pairs_zero_ok)) ||
	    (count > m->config.net.pairs && !broken(m, net_pairs_beyond_ok)))
		return false;
	if (count < 1 || count > m->config.net.pairs)
		return true;
	m->net.active_pairs = (uint16_t)count;
	m->net.pairs_set = true;
	if (broken(m, net_pairs_set_clears_modes))
		m->net.mode[VIRTIO_NET_CTRL_RX_ALLMULTI] = false;
	m->net.rss.steers = m->net.rss.steers && broken(m, net_pairs_set_keeps_rss);
	return true;
}

/* The end of both configurations. */
static bool get_key(struct model *m, struct model_net_command *c, struct model_net_rss *rss)
{
	rss->key_length = (uint8_t)model_net_get(m, c, 1);
	if (!c->valid || rss->key_length > MODEL_NET_RSS_KEY)
		return false;
	if (!model_net_get_bytes(m, c, rss->key, rss->key_length))
		return false;
	if (broken(m, net_rss_key_ignored))
		for (unsigned i = 0; i < MODEL_NET_RSS_KEY; i++)
			rss->key[i] = (uint8_t)(0x6d + 0x5a * i);
	if (broken(m, net_rss_key_cut) && rss->key_length > 16)
		rss->key_length = 16;
	rss->configured = true;
	return (rss->types & ~model_config_read(m, VIRTIO_NET_CONFIG_SUPPORTED_HASH_TYPES, 4)) == 0;
}

/* What the driver sets may not name a queue that does not exist. */
static bool valid_pair(const struct model *m, uint32_t pair)
{
	return pair < model_net_pairs(m, m->driver_features);
}

static bool set_rss(struct model *m, struct model_net_command *c)
{
	struct model_net_rss rss = { .steers = true };
	uint32_t transmit;

	rss.types = model_net_get(m, c, 4);
	rss.mask = (uint16_t)model_net_get(m, c, 2);
	rss.unclassified = (uint16_t)model_net_get(m, c, 2);
	if (!model_negotiated(m, VIRTIO_NET_F_RSS) || broken(m, net_rss_refused) || !c->valid)
		return false;
	if (rss.mask >= MODEL_NET_RSS_TABLE || (rss.mask & (rss.mask + 1)) || !valid_pair(m, rss.unclassified)) {
		m->defective.fatal |= broken(m, net_rss_invalid_fatal);
		return false;
	}
	for (unsigned i = 0; i <= rss.mask; i++) {
		rss.table[i] = (uint16_t)model_net_get(m, c, 2);
		if (broken(m, net_rss_index_for_id))
			rss.table[i] /= 2;
		if (!valid_pair(m, rss.table[i]))
			return false;
		if (broken(m, net_rss_last_entry_lost) && i && i == rss.mask)
			rss.table[i] = 0;
	}
	transmit = model_net_get(m, c, 2);
	if (!c->valid || !transmit || transmit > m->config.net.pairs || !get_key(m, c, &rss))
		return false;
	if (broken(m, net_rss_types_ignored))
		rss.types = MODEL_NET_HASH_TYPES;
	if (broken(m, net_rss_config_once) && m->net.rss.steers)
		return true;
	if (!broken(m, net_rss_config_inert))
		m->net.rss = rss;
	return true;
}

/* 5.1.9.5.6.4 */
static bool set_hash(struct model *m, struct model_net_command *c)
{
	struct model_net_rss rss = { 0 };

	rss.types = model_net_get(m, c, 4);
	for (unsigned i = 0; i < 4; i++)
		model_net_get(m, c, 2); /* reserved */
	if (!model_negotiated(m, VIRTIO_NET_F_HASH_REPORT) || model_negotiated(m, VIRTIO_NET_F_RSS) ||
	    broken(m, net_hash_config_refused) || !get_key(m, c, &rss))
		return false;
	m->net.rss = rss;
	return true;
}

bool model_net_set_steering(struct model *m, struct model_net_command *c)
{
	switch (c->code) {
	case VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET:
		return set_pairs(m, c);
	case VIRTIO_NET_CTRL_MQ_RSS_CONFIG:
		return set_rss(m, c);
	case VIRTIO_NET_CTRL_MQ_HASH_CONFIG:
		return set_hash(m, c);
	}
	return false;
}

/* ---- reset ---- */

void model_net_steer_reset(struct model *m)
{
	struct model_net *n = &m->net;

	n->flows = n->next_flow = n->last_pair = 0;
	if (!broken(m, net_reset_keeps_pairs) || !n->active_pairs)
		n->active_pairs = 1;
	n->pairs_set = false;
	if (!broken(m, net_reset_keeps_rss))
		n->rss.steers = false;
	if (!broken(m, net_reset_keeps_hash))
		n->rss.configured = false;
}
