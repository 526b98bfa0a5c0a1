// SPDX-License-Identifier: BSD-2-Clause
/*
 * Feature bits (2.2, 4.2.2, chapter 6): what the device offers, and what it does with what the driver accepts. Both
 * sides must agree on every bit; otherwise the rings or the headers have another layout than one side believes.
 * Symptoms: a driver that worked until a new bit was defined, a device that works with one kernel and hangs with the
 * next, features that survive a reset.
 *
 * Virtio 1.4 has bits 0 to 127, read 32 at a time through DeviceFeaturesSel. Devices from the time of 64 bits tend to
 * look only at the lowest bit of that register.
 */
#include "drivers/spec/blk.h"
#include "tests/checks/support/common.h"

/* The bits that a driver may accept (2.2.1): offered, defined, and meant for the transport and the type. */
static struct features acceptable(const struct device *d)
{
	struct features set = NO_FEATURES;

	for (unsigned bit = 0; bit < FEATURE_BITS; bit++)
		if (device_offers(d, bit) && feature_name(d->type, bit) && !feature_forbidden(bit, false) &&
		    !feature_is_legacy(d->type, bit))
			set = features_with(set, bit);
	return features_close(d->type, set, set);
}

/* Bits without which a device may refuse to work (6.2), or some devices of its type: those only if it insists. */
static struct features required(const struct device *d)
{
	struct features set =
		features_with(FEATURES(VIRTIO_F_ACCESS_PLATFORM, VIRTIO_F_ORDER_PLATFORM), VIRTIO_F_VERSION_1);

	set = features_or(set, features_and(d->type->may_insist, d->least));
	return features_and(set, d->offered);
}

/* These, and what the device insists on although it should not (feat-02). */
static struct features insisted(struct run *t, struct device *d)
{
	need_ok(t, device_reset(d));
	device_greet(d);
	need_ok(t, device_negotiate(d, NO_FEATURES));
	return features_or(required(d), d->least);
}

/* The set, the features that it depends on, and those that the device may require. */
static struct features valid(const struct device *d, struct features set)
{
	return features_close(d->type, features_or(set, required(d)), acceptable(d));
}

static struct features random_subset(struct run *t, const struct device *d)
{
	struct features set = acceptable(d);

	for (unsigned i = 0; i < FEATURE_WORDS; i++)
		set.word[i] &= (uint32_t)random_next(&t->random);
	return valid(d, set);
}

static const char *bit_name(const struct device *d, unsigned bit)
{
	const char *name = feature_name(d->type, bit);

	return name ? name : "no name";
}

/*
 * Breaks: VERSION_1 missing on the modern layout. Symptom: drivers take the device for a legacy one, or refuse it.
 */
CHECK(version_1, "features.version-1-offered", REQ("rfb-01"), MUST, NEEDS(.version = 2), "VERSION_1 is offered")
{
	expect(t, transport_offered(&d->transport, 1) & 1, "bit 32 is set");
	/* A guest cannot know whether the platform translates addresses (6.2). */
	if (device_offers(d, VIRTIO_F_ACCESS_PLATFORM))
		info(t, "ACCESS_PLATFORM is offered: device addresses may be translated or restricted");
}

/*
 * Breaks: a bit that means nothing for the transport. Symptom: a driver that learns the bit's later meaning uses it,
 * and fails.
 */
CHECK(only_what_exists, "features.only-what-exists", REQ("feat-04"), MUST, NEEDS(0),
      "No feature bit is offered that virtio 1.4 forbids on this transport")
{
	for (unsigned bit = 0; bit < FEATURE_BITS; bit++) {
		const char *why = feature_forbidden(bit, transport_is_legacy(&d->transport));

		if (bit == VIRTIO_F_SR_IOV || bit == VIRTIO_F_ADMIN_VQ) /* they have their own checks below */
			continue;
		expect(t, !device_offers(d, bit) || !why, "bit %u (%s) is not offered: %s", bit, bit_name(d, bit),
		       why ? why : "");
	}
}

/* Words of bits above 127 that a later version of the specification might come to. */
static const uint32_t later_words[] = { 4, 5, 6, 7 };

/* Does a word repeat a lower one? Then it shows no bits of its own, which the checks below judge. */
static bool repeats(struct device *d, uint32_t word, uint32_t bits)
{
	for (uint32_t lower = 0; lower < 2 && lower < word; lower++)
		if (bits && bits == transport_offered(&d->transport, lower))
			return true;
	return false;
}

/*
 * Breaks: a bit that means nothing for the type, or at all. Symptom: a driver that learns the bit's later meaning uses
 * it, and fails. But a device of a later version may offer it (2.2.2), and a guest cannot know which version it
 * follows; so this is a warning, and on Version 3, which is itself of a later version, not even that.
 */
CHECK(no_unknown_bits, "features.no-unknown-bits", REQ("feat-04", "mmio-table-02"), SHOULD, NEEDS(0),
      "No feature bit is offered to which virtio 1.4 gives no meaning for this device type")
{
	const bool legacy = transport_is_legacy(&d->transport), later = d->transport.version > 2;

	for (unsigned bit = 0; bit < FEATURE_BITS; bit++) {
		const char *why = feature_unknown(d->type, bit, legacy);
		const bool offered = why && device_offers(d, bit) && !repeats(d, bit / 32, d->offered.word[bit / 32]);

		if (offered && later)
			info(t, "bit %u is offered: %s", bit, why);
		expect(t, !offered || later, "bit %u is not offered: %s", bit, why ? why : "");
	}
	for (unsigned i = 0; !legacy && !later && i < sizeof(later_words) / sizeof(later_words[0]); i++) {
		const uint32_t bits = transport_offered(&d->transport, later_words[i]);

		expect(t, !bits || repeats(d, later_words[i], bits),
		       "word %u of the offered features, which has no defined bit, is 0: it is 0x%x", later_words[i],
		       bits);
	}
}

/*
 * Breaks: a device that offers every bit of a common table on every transport. Symptom: none until a driver believes
 * it.
 */
CHECK(no_sr_iov, "features.no-sr-iov", REQ("rfb-05", "feat-04"), MUST, NEEDS(.version = 2),
      "SR_IOV, which is for PCI devices, is not offered")
{
	expect(t, !device_offers(d, VIRTIO_F_SR_IOV), "bit 37 is not offered");
}

/*
 * Breaks: a device that offers every bit of a common table. Symptom: a driver looks for an administration virtqueue
 * that MMIO cannot name.
 */
CHECK(no_admin_vq, "features.no-admin-vq", REQ("mmio-table-20", "feat-04"), DESCRIBED, NEEDS(.version = 2),
      "ADMIN_VQ, which is reserved on MMIO, is not offered")
{
	expect(t, !device_offers(d, VIRTIO_F_ADMIN_VQ), "bit 41 is not offered");
}

/*
 * Breaks: a feature without one that it depends on, such as HOST_TSO4 without CSUM. Symptom: the driver must drop the
 * feature; a driver that does not check sends what the device cannot take.
 */
CHECK(dependencies, "features.dependencies", REQ("feat-01"), MUST, NEEDS(0),
      "Each offered feature is offered together with those it depends on")
{
	for (size_t i = 0; i < d->type->dependencies.count; i++) {
		const struct feature_dependency *dependency = &d->type->dependencies.at[i];

		expect(t,
		       !device_offers(d, dependency->feature) || device_offers(d, dependency->needs) ||
			       device_offers(d, dependency->alternative),
		       "%s (bit %u) comes with %s (bit %u)%s%s", bit_name(d, dependency->feature), dependency->feature,
		       bit_name(d, dependency->needs), dependency->needs,
		       dependency->alternative != dependency->needs ? " or " : "",
		       dependency->alternative != dependency->needs ? bit_name(d, dependency->alternative) : "");
	}
	if (!d->type->dependencies.count)
		skip(t, "no features of this device type depend on others");
}

/*
 * Breaks: a device that uses only the lowest bits of DeviceFeaturesSel, or takes every value but 0 for 1. Symptom: a
 * driver for virtio 1.4 sees features that are not there, such as bit 64 because bit 32 is offered.
 */
CHECK(high_words, "features.words-2-and-3", REQ("mmio-table-02", "feat-04"), DESCRIBED, NEEDS(.version = 2),
      "Words 2 and 3 of DeviceFeatures show bits 64 to 127, not those of another word")
{
	uint32_t low[2] = { transport_offered(&d->transport, 0), transport_offered(&d->transport, 1) };

	for (unsigned word = 2; word < FEATURE_WORDS; word++) {
		uint32_t bits = transport_offered(&d->transport, word);

		for (unsigned i = 0; i < 2; i++)
			expect(t, !bits || bits != low[i], "word %u does not repeat word %u: both read 0x%x", word, i,
			       bits);
		expect(t, bits != UINT32_MAX, "word %u does not read all ones", word);
	}
}

/*
 * Breaks: a device that uses only the lowest bits of DeviceFeaturesSel, or shifts the features by 32 times the
 * selector. Symptom: a driver for a version after 1.4 sees features that are not there.
 *
 * A later version may define bits in the next words, so those may read anything but a word that has a meaning. No
 * version will come to bit 992.
 */
CHECK(words_beyond, "features.words-beyond", REQ("mmio-table-02"), DESCRIBED, NEEDS(.version = 2),
      "Words of DeviceFeatures beyond the last defined bit show no bits of another word")
{
	static const uint32_t beyond[] = { 31, 32, 0x100, 0x10000, 0x80000000, 0x80000001, 0xffffffff };

	for (unsigned i = 0; i < sizeof(later_words) / sizeof(later_words[0]); i++) {
		uint32_t bits = transport_offered(&d->transport, later_words[i]);

		for (unsigned word = 0; word < FEATURE_WORDS; word++)
			expect(t, !bits || bits != transport_offered(&d->transport, word),
			       "word %u does not repeat word %u: both read 0x%x", later_words[i], word, bits);
		expect(t, bits != UINT32_MAX, "word %u does not read all ones", later_words[i]);
	}
	for (unsigned i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++)
		expect_eq(t, transport_offered(&d->transport, beyond[i]), 0,
			  "word 0x%x, which has no defined bit, reads 0", beyond[i]);
}

/*
 * Breaks: an offer that depends on the stage or on which word was read before. Symptom: the driver negotiates one
 * set, the device checks against another.
 */
CHECK(offer_is_constant, "features.offer-is-constant", REQ("mmio-table-02"), DESCRIBED, NEEDS(0),
      "The same features are offered at every stage, in whatever order they are read")
{
	static const uint8_t orders[][4] = { { 0, 1, 0, 1 }, { 1, 0, 1, 0 }, { 1, 1, 0, 0 } };

	for (unsigned stage = 0; stage < STAGES; stage++) {
		reach_stage(t, d, (enum stage)stage);
		for (unsigned i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
			for (unsigned j = 0; j < sizeof(orders[i]); j++)
				expect_eq(t, transport_offered(&d->transport, orders[i][j]),
					  d->offered.word[orders[i][j]] | d->msi.features.word[orders[i][j]],
					  "word %u reads as at the start %s", orders[i][j],
					  stage_name((enum stage)stage));
	}
}

/* Resets the device and negotiates a set. DRIVER_FEATURES_REFUSED if FEATURES_OK did not stay set. */
static enum driver_error negotiate(struct run *t, struct device *d, struct features set)
{
	require_ok(t, device_reset(d), "the device completes the reset");
	device_greet(d);
	return device_negotiate(d, set);
}

/* The same for a check of what the device accepts: nothing is added that it insists on. */
static enum driver_error negotiate_exactly(struct run *t, struct device *d, struct features set)
{
	need_ok(t, device_reset(d));
	device_greet(d);
	return device_negotiate_exactly(d, set);
}

static void expect_accepted(struct run *t, struct device *d, struct features set, const char *what)
{
	expect_ok(t, negotiate_exactly(t, d, set), "%s is accepted: bits 0x%x 0x%x 0x%x 0x%x", what, set.word[0],
		  set.word[1], set.word[2], set.word[3]);
}

/*
 * Breaks: a device that insists on optional bits. Symptom: small drivers, or a driver that turned one feature off,
 * cannot use the device.
 */
CHECK(any_subset, "features.any-subset-is-accepted", REQ("feat-02"), SHOULD, NEEDS(.version = 2),
      "Every valid subset of the offered features is accepted")
{
	enum { RANDOM_SETS = 12 };
	struct features all = acceptable(d);

	/* Finds out whether it has a reason to refuse everything. */
	if (negotiate(t, d, NO_FEATURES) && driver_error_info(d->refusal)->fault == DRIVER_FAULT_LIMIT)
		need_ok(t, d->refusal);
	expect_accepted(t, d, valid(d, NO_FEATURES), "the smallest set");
	for (unsigned bit = 0; bit < FEATURE_BITS; bit++)
		if (features_has(&all, bit))
			expect_accepted(t, d, valid(d, FEATURE(bit)), bit_name(d, bit));
	expect_accepted(t, d, valid(d, all), "the set of all offered features");
	for (unsigned i = 0; i < RANDOM_SETS; i++)
		expect_accepted(t, d, random_subset(t, d), "a random set");
}

/*
 * Breaks: state that is kept from an earlier negotiation. Symptom: resume from suspend, kexec or a driver's error
 * recovery fails on a device that worked.
 */
CHECK(accepted_again, "features.accepted-again", REQ("feat-05"), SHOULD, NEEDS(.version = 2),
      "A set of features that was accepted once is accepted again after a reset")
{
	enum { ROUNDS = 4 };
	struct features sets[] = { valid(d, acceptable(d)), valid(d, NO_FEATURES), random_subset(t, d) };
	unsigned accepted = 0;

	for (unsigned i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		if (negotiate_exactly(t, d, sets[i]))
			continue; /* never accepted: features.any-subset-is-accepted reports that */
		accepted++;
		t->controlled = true;
		for (unsigned round = 0; round < ROUNDS; round++)
			expect_accepted(t, d, sets[i], "the same set again");
		device_go(d);
		expect_accepted(t, d, sets[i], "the same set, after DRIVER_OK and a reset,");
	}
	if (!accepted)
		skip(t, "the device accepts none of these sets at all");
}

static bool refuses_or_ignores(struct run *t, struct device *d, unsigned bit)
{
	struct features set = features_with(required(d), bit);

	step(t, "accepting %s (bit %u), which is not offered", bit_name(d, bit), bit);
	require_ok(t, device_reset(d), "the device completes the reset");
	device_greet(d);
	for (unsigned i = 0; i < 2; i++)
		transport_accept(&d->transport, i, set.word[i]);
	transport_add_status(&d->transport, VIRTIO_STATUS_FEATURES_OK);
	if (!(transport_status(&d->transport) & VIRTIO_STATUS_FEATURES_OK)) {
		expect_ok(t, negotiate(t, d, NO_FEATURES), "after refusing bit %u the device accepts a valid set", bit);
		return true;
	}
	d->accepted = required(d);
	require_ok(t, device_setup_queues(d, 0), "the virtqueues can be set up");
	device_go(d);
	expect_ok(t, device_do_request(d, bit),
		  "FEATURES_OK stayed set, so the device works without bit %u (%s), which it did not offer", bit,
		  bit_name(d, bit));
	return false;
}

/*
 * Breaks: a device that stores what the driver wrote without a check. Symptom: a bug in a driver becomes a hang that
 * looks like the device's fault. Accepting a feature that was not offered is forbidden (2.2.1). The device may refuse
 * it or ignore it, but must not use it.
 */
CHECK(not_offered, "features.not-offered-is-not-taken", REQ("feat-03"), MUST,
      NEEDS(.version = 2, .requests = true, .entries = REQUEST_ENTRIES),
      "A feature that was not offered is refused or ignored, not used")
{
	static const uint8_t bits[] = { VIRTIO_F_RING_PACKED, VIRTIO_F_NOTIFICATION_DATA, 45, 49 };
	unsigned tried = 0, refused = 0;

	need_ordinary_life(t, d, false);
	for (unsigned i = 0; i < sizeof(bits); i++) {
		if (device_offers(d, bits[i]))
			continue;
		tried++;
		refused += refuses_or_ignores(t, d, bits[i]);
	}
	info(t, "of %u features that it did not offer the device refused %u and ignored the others", tried, refused);
}

/*
 * Breaks: a device that takes a feature without the one it depends on, and then uses what was not accepted. Symptom:
 * a bug in a driver becomes a hang that looks like the device's fault. A driver must not accept such a set; the device
 * may refuse it or work with it.
 */
CHECK(inconsistent, "features.inconsistent-set", REQ("feat-03"), MUST,
      NEEDS(.version = 2, .requests = true, .entries = REQUEST_ENTRIES),
      "A set that lacks a feature that another one depends on is refused, or the device works with it")
{
	enum { TRIED = 3 };
	unsigned tried = 0;

	need_ordinary_life(t, d, false);
	for (size_t i = 0; i < d->type->dependencies.count && tried < TRIED; i++) {
		const struct feature_dependency *dependency = &d->type->dependencies.at[i];
		struct features set = features_or(required(d), FEATURE(dependency->feature));

		if (!device_offers(d, dependency->feature))
			continue;
		tried++;
		step(t, "%s without %s", bit_name(d, dependency->feature), bit_name(d, dependency->needs));
		if (negotiate(t, d, set)) {
			info(t, "%s without %s is refused", bit_name(d, dependency->feature),
			     bit_name(d, dependency->needs));
			expect_ok(t, negotiate(t, d, NO_FEATURES), "after refusing it the device accepts a valid set");
			continue;
		}
		info(t, "%s without %s is accepted", bit_name(d, dependency->feature), bit_name(d, dependency->needs));
		require_ok(t, device_setup_queues(d, 0), "the virtqueues can be set up");
		device_go(d);
		expect_ok(t, device_do_request(d, i), "FEATURES_OK stayed set, so the device works");
	}
	if (!tried)
		skip(t, "the device offers no feature that needs another");
}

/*
 * Breaks: a refusal that survives the reset. Symptom: after firmware with a legacy driver, the operating system finds
 * no disk. By 6.2 the driver MUST accept VERSION_1, and the device MAY fail to operate without it; so the outcome is
 * open, as long as a correct driver can use the device afterwards.
 */
CHECK(without_version_1, "features.without-version-1", REQ("rfb-06"), DESCRIBED, NEEDS(.version = 2),
      "A driver that did not accept VERSION_1 does no lasting harm")
{
	uint32_t status;

	need_ok(t, negotiate(t, d, NO_FEATURES));
	t->controlled = true;
	need_ok(t, device_reset(d));
	device_greet(d);
	transport_accept(&d->transport, 0, 0);
	transport_accept(&d->transport, 1, required(d).word[1] & ~1u);
	transport_add_status(&d->transport, VIRTIO_STATUS_FEATURES_OK);
	status = transport_status(&d->transport);
	info(t, "without VERSION_1 FEATURES_OK %s", status & VIRTIO_STATUS_FEATURES_OK ? "stays set" : "is refused");
	expect_ok(t, negotiate(t, d, NO_FEATURES), "with VERSION_1 the device is usable afterwards");
}

/*
 * DriverFeatures is write-only, so only the device's behaviour shows what it took. EVENT_IDX decides what makes it
 * notify (2.7.7.2, both MUST):
 *   - accepted: avail.flags is ignored, and the used entry at used_event makes it notify;
 *   - not accepted: used_event is ignored, and every used entry makes it notify while avail.flags is 0.
 *
 * Each test asks for notifications that the other rule would suppress. It asks for several, since a device may begin
 * with a notification that nobody asked for. (To set avail.flags with EVENT_IDX tests robustness: a driver leaves it
 * 0.)
 */
enum { PROBES = 3, FAR_AWAY = 0x7fff };

/* Completes a request, and returns whether the device notifies. */
static bool notifies(struct run *t, struct device *d, uint16_t used_event)
{
	struct transport *transport = &d->transport;

	virtqueue_set_used_event(device_request_queue(d), used_event);
	need_ok(t, device_do_request(d, used_event));
	if (!WAIT_UNTIL(transport_interrupt_status(transport) & VIRTIO_INTERRUPT_USED_BUFFER, device_patience_ns))
		return false;
	transport_interrupt_acknowledge(transport, VIRTIO_INTERRUPT_USED_BUFFER);
	return true;
}

/*
 * A notification did not come that one of the rules asks for. Does the device follow the other one, or does it lose
 * notifications?
 */
static void need_other_rule(struct run *t, struct device *d, bool active)
{
	enum { ROUNDS = 2 };
	struct virtqueue *queue = device_request_queue(d);
	bool other = true;

	/* Ends at the first answer that fits neither rule: each one that does not come takes the whole patience. */
	for (unsigned i = 0; i < ROUNDS && other; i++) {
		virtqueue_set_no_interrupt(queue, false);
		other = notifies(t, d, active ? FAR_AWAY : queue->used_seen);
		virtqueue_set_no_interrupt(queue, active);
		other = other && !notifies(t, d, active ? queue->used_seen : FAR_AWAY);
	}
	need_row(t, other, active ? "sintr-05" : "sintr-03",
		 "a used buffer notification comes when it is asked for, by the rule of EVENT_IDX or by the other");
}

static bool expect_event_idx(struct run *t, struct device *d, bool active, const char *how)
{
	require_ok(t, device_setup_queues(d, 0), "the virtqueues can be set up");
	device_go(d);
	virtqueue_set_no_interrupt(device_request_queue(d), active);
	for (uint16_t i = 0; i < PROBES; i++) {
		bool came = notifies(t, d, active ? i : FAR_AWAY);

		if (!came)
			need_other_rule(t, d, active);
		if (!expect(t, came, "EVENT_IDX was %s %s: %s", active ? "accepted" : "not accepted", how,
			    active ? "used_event counts, not avail.flags" : "avail.flags counts, not used_event"))
			return false;
	}
	return true;
}

static void accept_words(struct run *t, struct device *d, const uint8_t *order, unsigned count,
			 const struct features *set)
{
	require_ok(t, device_reset(d), "the device completes the reset");
	device_greet(d);
	for (unsigned i = 0; i < count; i++)
		transport_accept(&d->transport, order[i], set->word[order[i]]);
	d->accepted = *set;
	transport_add_status(&d->transport, VIRTIO_STATUS_FEATURES_OK);
	if (transport_status(&d->transport) & VIRTIO_STATUS_FEATURES_OK)
		return;
	need_ok(t, negotiate(t, d, *set)); /* the usual way */
	require(t, false, "FEATURES_OK stays set, as it does for words 0 and 1 in this order");
}

/*
 * Breaks: a write to one word that clears the other. Symptom: the device works with drivers that write the words in
 * one order, and with no others.
 */
CHECK(either_order, "features.words-in-either-order", REQ("mmio-table-03"), DESCRIBED,
      NEEDS(.version = 2, .requests = true, .entries = REQUEST_ENTRIES, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "DriverFeatures takes its words in either order, each leaving the other as it is")
{
	struct features set = features_with(insisted(t, d), VIRTIO_F_EVENT_IDX);

	need_ordinary_life(t, d, false);

	accept_words(t, d, (const uint8_t[]){ 0, 1 }, 2, &set);
	expect_event_idx(t, d, true, "with word 0 written first");
	accept_words(t, d, (const uint8_t[]){ 1, 0 }, 2, &set);
	expect_event_idx(t, d, true, "with word 1 written first");
}

/*
 * Breaks: a device that uses only some bits of DriverFeaturesSel, so that word 2 overwrites another word. Symptom: a
 * driver for virtio 1.4 loses what it negotiated.
 */
CHECK(high_words_alone, "features.driver-words-2-and-3", REQ("mmio-table-03"), DESCRIBED,
      NEEDS(.version = 2, .requests = true, .entries = REQUEST_ENTRIES, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "Accepting nothing in words 2 and 3 leaves words 0 and 1 as they are")
{
	struct features set = features_with(insisted(t, d), VIRTIO_F_EVENT_IDX);

	need_ordinary_life(t, d, false);

	accept_words(t, d, (const uint8_t[]){ 0, 1, 2, 3 }, 4, &set);
	expect_event_idx(t, d, true, "with words 2 and 3 written as 0 afterwards");
	accept_words(t, d, (const uint8_t[]){ 3, 2, 1, 0 }, 4, &set);
	expect_event_idx(t, d, true, "with words 3 and 2 written as 0 before");
}

/*
 * A lost VERSION_1 shows only where it makes a difference: some devices report a broken virtqueue only if it was
 * accepted. So the check first finds out whether the device reports one, and then whether it still does.
 */
static bool tells_of_broken_queue(struct run *t, struct device *d, uint64_t *usual)
{
	struct virtqueue *queue = device_request_queue(d);
	struct request requests[2];
	uint32_t status;
	uint64_t start;

	require_ok(t, device_setup_queues(d, 0), "the virtqueues can be set up");
	device_go(d);
	if (add_requests(t, d, requests, 2) < 2)
		skip(t, "the virtqueue is too small");
	queue->avail->ring[0] = queue->size; /* robustness: names no descriptor */
	start = clock_ns();
	virtqueue_kick(queue);
	(void)COMES(t,
		    (status = transport_status(&d->transport) & VIRTIO_STATUS_DEVICE_NEEDS_RESET) || queue->used->index,
		    *usual);
	*usual = clock_ns() - start;
	return status;
}

/*
 * Breaks: a device that writes to word 1 what the driver writes to a word that the device does not have. Symptom: the
 * device falls back to the legacy interface and its shorter headers.
 */
CHECK(version_1_kept, "features.driver-words-2-and-3-keep-version-1", REQ("mmio-table-03"), DESCRIBED,
      NEEDS(.version = 2, .requests = true, .entries = 2 * REQUEST_ENTRIES),
      "Accepting nothing in words 2 and 3 leaves VERSION_1 accepted")
{
	struct features set = insisted(t, d);
	uint64_t usual = 0;

	need_survives_bad_head(t, d);
	accept_words(t, d, (const uint8_t[]){ 0, 1 }, 2, &set);
	if (!tells_of_broken_queue(t, d, &usual))
		skip(t, "nothing that the device does tells us whether VERSION_1 was accepted");
	accept_words(t, d, (const uint8_t[]){ 0, 1, 2, 3 }, 4, &set);
	expect(t, tells_of_broken_queue(t, d, &usual),
	       "the device sets DEVICE_NEEDS_RESET for a broken virtqueue, as it does when words 2 and 3 are not "
	       "written");
}

/*
 * Breaks: a write that adds bits instead of replacing the word. Symptom: a driver that changes its mind, as on a
 * retry, gets what it no longer wants.
 */
CHECK(rewriting_replaces, "features.rewriting-replaces", REQ("mmio-table-04"), DESCRIBED,
      NEEDS(.version = 2, .requests = true, .entries = REQUEST_ENTRIES, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "A word of DriverFeatures that is written again has the new value")
{
	struct features without = insisted(t, d), with = features_with(without, VIRTIO_F_EVENT_IDX);

	need_without(t, d, VIRTIO_F_EVENT_IDX);
	need_ok(t, device_reset(d));
	device_greet(d);
	transport_accept(&d->transport, 0, with.word[0]);
	transport_accept(&d->transport, 1, with.word[1]);
	transport_accept(&d->transport, 0, without.word[0]);
	d->accepted = without;
	transport_add_status(&d->transport, VIRTIO_STATUS_FEATURES_OK);
	need_row(t, transport_status(&d->transport) & VIRTIO_STATUS_FEATURES_OK, "feat-02", "FEATURES_OK stays set");
	expect_event_idx(t, d, false, "by the last write");
}

/* Reports what a device does if the driver never writes word 0, which the specification leaves open. */
static void tell_of_unwritten_word(struct run *t, struct device *d)
{
	struct features set = features_or(required(d), d->least);
	struct virtqueue *queue = device_request_queue(d);

	require_ok(t, device_start(d, FEATURE(VIRTIO_F_EVENT_IDX)), "the device starts");
	if (set.word[0])
		return; /* the device needs a bit of this word */
	accept_words(t, d, (const uint8_t[]){ 1 }, 1, &set);
	require_ok(t, device_setup_queues(d, 0), "the virtqueues can be set up");
	device_go(d);
	virtqueue_set_used_event(queue, FAR_AWAY);
	require_ok(t, device_do_request(d, 0), "a request is served");
	transport_interrupt_acknowledge(&d->transport, VIRTIO_INTERRUPT_USED_BUFFER);
	/* When the last of these has come back, the notification of the first is due. */
	for (unsigned i = 0; i < PROBES; i++)
		require_ok(t, device_do_request(d, i), "a request is served");
	if (!(transport_interrupt_status(&d->transport) & VIRTIO_INTERRUPT_USED_BUFFER))
		info(t, "a word of DriverFeatures that is not written keeps what was accepted before the reset");
}

/*
 * Breaks: features that survive a reset. Symptom: a kernel that boots after firmware which used EVENT_IDX misses
 * interrupts.
 */
CHECK(forgotten, "features.forgotten-at-reset", REQ("mmio-table-19"), DESCRIBED,
      NEEDS(.version = 2, .requests = true, .entries = REQUEST_ENTRIES, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "Features that were accepted before a reset are not in force after it")
{
	require_ok(t, device_start(d, FEATURE(VIRTIO_F_EVENT_IDX)), "the device starts");
	need_ok(t, device_do_request(d, 1));
	need_ok(t, negotiate(t, d, NO_FEATURES));
	need_without(t, d, VIRTIO_F_EVENT_IDX);
	expect_event_idx(t, d, false, "after the reset");
	tell_of_unwritten_word(t, d);
}

/*
 * Ring and transport features that our driver can use with any device type. Each must work when it is the only one
 * accepted (2.2.2: a device must not offer what it does not support).
 */
static const uint8_t ring_features[] = {
	VIRTIO_F_INDIRECT_DESC,	 VIRTIO_F_EVENT_IDX,	     VIRTIO_F_ACCESS_PLATFORM, VIRTIO_F_IN_ORDER,
	VIRTIO_F_ORDER_PLATFORM, VIRTIO_F_NOTIFICATION_DATA, VIRTIO_F_SUSPEND,
};

static void notify_with_data(struct virtqueue *queue)
{
	virtqueue_publish(queue);
	transport_notify_data(queue->transport, queue->index, queue->published);
}

static void expect_works(struct run *t, struct device *d, struct features set, const char *what)
{
	enum { REQUESTS = 8 };
	struct chain_shape shape = { .indirect = features_has(&set, VIRTIO_F_INDIRECT_DESC) };
	bool data = features_has(&set, VIRTIO_F_NOTIFICATION_DATA);

	step(t, "with %s", what);
	require_ok(t, device_start(d, set), "a valid set of features with %s is accepted", what);
	for (unsigned i = 0; i < REQUESTS; i++) {
		struct virtqueue *queue = device_request_queue(d);
		struct request request;

		require_ok(t, device_make_request(d, &request, i), "a request can be made");
		require_ok(t, device_add_request(d, &request, &shape), "the request can be added");
		if (data)
			notify_with_data(queue);
		else
			virtqueue_kick(queue);
		require_ok(t, device_finish_request(d, NULL), "request %u is served with %s", i, what);
	}
}

/*
 * Breaks: a feature that is offered and was never finished. Symptom: the device hangs with the first driver that
 * accepts the bit.
 */
CHECK(ring_features_work, "features.ring-features-work", REQ("feat-04"), MUST,
      NEEDS(.version = 2, .requests = true, .entries = REQUEST_ENTRIES),
      "Each ring and transport feature that is offered works when it is accepted")
{
	struct features all = NO_FEATURES;

	for (unsigned i = 0; i < sizeof(ring_features); i++) {
		if (!device_offers(d, ring_features[i]))
			continue;
		all = features_with(all, ring_features[i]);
		expect_works(t, d, valid(d, FEATURE(ring_features[i])), bit_name(d, ring_features[i]));
	}
	if (features_equal(&all, &NO_FEATURES))
		skip(t, "the device offers none of them");
	expect_works(t, d, valid(d, all), "all of them");
}

/*
 * Breaks: a reset that goes through some of the features, or clears one word of them. Symptom: firmware and a kernel
 * that accept different features, and a device that only one of them can use.
 */
CHECK(each_forgotten, "features.each-forgotten-at-reset", REQ("mmio-table-19"), DESCRIBED,
      NEEDS(.version = 2, .requests = true, .entries = REQUEST_ENTRIES),
      "A device works without a ring or transport feature that was accepted before a reset")
{
	enum { REQUESTS = 8 };
	enum driver_error error = DRIVER_NO_ERROR;
	bool any = false;

	need_ordinary_life(t, d, false);
	for (unsigned i = 0; i < sizeof(ring_features); i++) {
		const struct features set = valid(d, FEATURE(ring_features[i]));

		if (!device_offers(d, ring_features[i]))
			continue;
		any = true;
		need_ok(t, device_start(d, set));
		expect_works(t, d, set, bit_name(d, ring_features[i]));
		error = device_start(d, NO_FEATURES);
		for (unsigned j = 0; j < REQUESTS && !error; j++)
			error = device_do_request(d, j);
		if (error) /* every later check would find it in force, so none runs on this device */
			d->unusable = DRIVER_FEATURES_KEPT;
		require(t, !error, "after a reset the device works without %s: %s", bit_name(d, ring_features[i]),
			driver_error_text(error));
	}
	if (!any)
		skip(t, "the device offers none of them");
}
