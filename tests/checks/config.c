// SPDX-License-Identifier: BSD-2-Clause
/*
 * Device-specific configuration space (2.5, 4.2.2): it can be read before negotiation is over, field by field with
 * accesses as wide as the field, and its generation tells whether it changed. Symptoms of a fault: a driver that sizes
 * a disk by half a capacity, a MAC address of four equal bytes, a probe that loops for ever because the generation
 * changes all the time.
 *
 * Only fields that exist are read (2.5.1), and only with accesses as wide as they are (4.2.2.2): the device may answer
 * other accesses as it likes. drivers/types lists the fields of each device type.
 */
#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/change.h"
#include "tests/checks/support/restless.h"

enum kind { ANY_FIELD, PERMANENT_FIELD, CONDITIONAL_FIELD };

static const struct config_field *field_of(const struct device *d, unsigned i)
{
	return &d->type->fields.at[i];
}

static unsigned field_count(const struct device *d)
{
	return (unsigned)d->type->fields.count;
}

/* Does the device have the field, and is it of that kind? */
static bool has_field(const struct device *d, unsigned i, enum kind kind)
{
	const bool always = field_of(d, i)->feature == FIELD_ALWAYS;

	return device_has_field(d, field_of(d, i)) && (kind == ANY_FIELD || always == (kind == PERMANENT_FIELD));
}

static uint32_t read_field(struct device *d, unsigned i, enum kind kind)
{
	return has_field(d, i, kind) ? device_read_field(d, field_of(d, i)) : 0;
}

static void read_fields(struct device *d, enum kind kind, uint32_t values[CONFIG_FIELDS_MAX])
{
	memset(values, 0, CONFIG_FIELDS_MAX * sizeof(*values));
	for (unsigned i = 0; i < field_count(d); i++)
		values[i] = read_field(d, i, kind);
}

static void need_fields(struct run *t, const struct device *d, enum kind kind)
{
	for (unsigned i = 0; i < field_count(d); i++)
		if (has_field(d, i, kind))
			return;
	skip(t, kind == PERMANENT_FIELD ? "this type of device has no field that is always there, or we do not know it"
					: "the device offers no feature that brings a field that we know");
}

/* The features that bring the fields, so that they exist after negotiation too. */
static struct features features_of_fields(const struct device *d)
{
	struct features set = NO_FEATURES;

	for (unsigned i = 0; i < field_count(d); i++) {
		const struct config_field *field = field_of(d, i);

		if (!has_field(d, i, CONDITIONAL_FIELD))
			continue;
		set = features_with(set, field->feature);
		if (field->alternative)
			set = features_with(set, field->alternative);
	}
	return features_close(d->type, set, d->offered);
}

/*
 * Is there a sign that the configuration changed since this generation was read: another generation, or bit 1 of
 * InterruptStatus? The notification may come a little later.
 */
static bool changed_since(struct run *t, struct device *d, uint32_t generation)
{
	if (transport_config_generation(&d->transport) != generation)
		return true;
	return COMES(t, interrupt_status(d) & VIRTIO_INTERRUPT_CONFIG, d->recent_wait_ns);
}

/* Fields that were read at two moments, in several rounds. */
struct comparison {
	uint32_t first[CONFIG_FIELDS_MAX], second[CONFIG_FIELDS_MAX];
	unsigned differed[CONFIG_FIELDS_MAX]; /* rounds in which a field differed */
	bool changed[CONFIG_FIELDS_MAX];      /* and in one of them there was a sign of a change */
};
enum { COMPARISONS = 3 };

/* Compares what was read in a round. Returns whether all was the same. */
static bool compare(struct run *t, struct device *d, struct comparison *c, uint32_t generation)
{
	bool same = true, changed = false;

	for (unsigned i = 0; i < field_count(d); i++) {
		if (c->first[i] == c->second[i])
			continue;
		changed = changed || changed_since(t, d, generation);
		c->differed[i]++;
		c->changed[i] = c->changed[i] || changed;
		same = false;
	}
	return same;
}

/* The configuration may change at any time, so a field fails only if it differed every time, without a sign. */
static bool agrees(const struct comparison *c, unsigned i)
{
	return c->differed[i] < COMPARISONS || c->changed[i];
}

/* Reads before FEATURES_OK and after DRIVER_OK must agree. */
static void expect_readable_early(struct run *t, struct device *d, enum kind kind)
{
	struct comparison c = { .differed = { 0 } };

	need_fields(t, d, kind);
	for (unsigned round = 0; round < COMPARISONS; round++) {
		uint32_t generation;

		require_ok(t, device_reset(d), "the reset completes");
		device_greet(d);
		generation = transport_config_generation(&d->transport);
		read_fields(d, kind, c.first);
		require_ok(t, device_negotiate(d, features_of_fields(d)),
			   "the features that bring the fields are accepted");
		require_ok(t, device_setup_queues(d, 0), "the virtqueues can be set up");
		device_go(d);
		read_fields(d, kind, c.second);
		if (compare(t, d, &c, generation))
			break;
	}
	for (unsigned i = 0; i < field_count(d); i++)
		if (has_field(d, i, kind))
			expect(t, agrees(&c, i), "%s reads before FEATURES_OK as after DRIVER_OK: 0x%x, later 0x%x",
			       field_of(d, i)->name, c.first[i], c.second[i]);
}

/*
 * Breaks: a configuration space that is filled at DRIVER_OK. Symptom: a driver that looks before it accepts, as
 * 3.1.1 lets it, sees zeroes.
 */
CHECK(readable_early, "config.readable-before-features-ok", REQ("cfg-01"), MUST, NEEDS(0),
      "Fields that are always there can be read before FEATURES_OK")
{
	expect_readable_early(t, d, PERMANENT_FIELD);
}

/*
 * Breaks: fields that appear only when their feature is accepted, though the offer is enough. Symptom: a driver that
 * looks before it accepts sees zeroes.
 */
CHECK(conditional_readable_early, "config.conditional-fields-before-features-ok", REQ("cfg-02"), MUST, NEEDS(0),
      "Fields of an offered feature can be read before FEATURES_OK")
{
	expect_readable_early(t, d, CONDITIONAL_FIELD);
}

/*
 * Breaks: accesses that are answered from the wrong offset or with the wrong width, depending on the one before.
 * Symptom: the wrong MAC address, now and then. The order is random, so that each field follows every other one sooner
 * or later.
 */
CHECK(any_order, "config.fields-in-any-order", REQ("cfg-03", "mmio-table-16"), DESCRIBED, NEEDS(0),
      "Each field reads the same at its own width, in whatever order fields are read")
{
	enum { READS = 200 };
	uint32_t values[CONFIG_FIELDS_MAX], generation;
	unsigned changes[CONFIG_FIELDS_MAX] = { 0 };

	need_fields(t, d, ANY_FIELD);
	device_greet(d);
	generation = transport_config_generation(&d->transport);
	read_fields(d, ANY_FIELD, values);
	for (unsigned i = 0; i < READS; i++) {
		unsigned which = random_below(&t->random, field_count(d));
		uint32_t value;

		if (!has_field(d, which, ANY_FIELD))
			continue;
		value = read_field(d, which, ANY_FIELD);
		if (value != values[which] && changed_since(t, d, generation)) {
			/* A change, which concerns other fields, too: all is read anew. */
			transport_take_interrupts(&d->transport);
			generation = transport_config_generation(&d->transport);
			read_fields(d, ANY_FIELD, values);
			continue;
		}
		changes[which] += value != values[which];
		values[which] = value;
	}
	for (unsigned i = 0; i < field_count(d); i++)
		if (has_field(d, i, ANY_FIELD)) /* one change may be the host's */
			expect(t, changes[i] <= 1, "%s reads the same each time: it changed %u times and is 0x%x",
			       field_of(d, i)->name, changes[i], values[i]);
}

/* Does every field that is not as wide as a register read 0? */
static bool reads_nothing_narrow(struct device *d)
{
	unsigned narrow = 0;

	for (unsigned i = 0; i < field_count(d); i++) {
		const struct config_field *field = field_of(d, i);

		if (field->width >= sizeof(uint32_t) || !device_has_field(d, field))
			continue;
		narrow++;
		if (device_read_field(d, field))
			return false;
	}
	return narrow;
}

/*
 * If a number of virtqueues has its bytes in the wrong order, it is large, and the last of them does not exist. A small
 * one may be wrong, but for another reason. The check looks after feature negotiation, since some virtqueues come with
 * a feature.
 */
static void expect_last_queue(struct run *t, struct device *d, const struct config_field *field, uint32_t value)
{
	const uint32_t count = value * field->queues_each + field->queues_more;

	require_ok(t, device_negotiate(d, features_of_fields(d)), "the features that bring the fields are accepted");
	transport_select_queue(&d->transport, count - 1);
	expect(t,
	       (value ? value <= UINT8_MAX : !reads_nothing_narrow(d)) ||
		       (count && transport_queue_size_max(&d->transport)),
	       "%s is in the right byte order: it is 0x%x, so there are %u virtqueues", field->name, value, count);
}

/* Judges the fields whose byte order shows because only few values are possible. */
static void expect_byte_order(struct run *t, struct device *d)
{
	unsigned judged = 0;

	if (!field_count(d))
		skip(t, "we know no field of this type of device");
	device_greet(d);
	for (unsigned i = 0; i < field_count(d); i++) {
		const struct config_field *field = field_of(d, i);
		uint32_t value;

		if ((!field->most && !field->queues_each) || !device_has_field(d, field))
			continue;
		judged++;
		value = device_read_field(d, field);
		if (field->most)
			expect(t, value <= field->most, "%s is in the right byte order: it is 0x%x, and %s",
			       field->name, value, field->because);
		else
			expect_last_queue(t, d, field, value);
	}
	if (!judged)
		skip(t, "the device has no field whose range is known");
}

/*
 * Breaks: big-endian fields, or 16-bit fields at odd words that read the even one. Symptom: a network device with
 * 256 queues, a link that is never up.
 */
CHECK(little_endian, "config.little-endian", REQ("cfg-03", "mmio-table-16"), DESCRIBED, NEEDS(.version = 2),
      "Fields wider than a byte are little-endian, as far as their values tell")
{
	expect_byte_order(t, d);
}

/*
 * Breaks: big-endian fields, because the device uses the byte order of a network, or of its own machine. Symptom:
 * drivers from before virtio 1.0 see a network device with 256 queues, a link that is never up.
 */
CHECK(native_endian, "config.native-endian", REQ("mmio-leg-10", "blk-leg-01", "net-leg-01", "con-leg-01"), MUST,
      NEEDS(.version = 1), "Fields of a legacy device are in the byte order of the guest, as far as their values tell")
{
	expect_byte_order(t, d);
}

static bool generation_rests(struct run *t, struct device *d, enum stage stage)
{
	enum { ROUNDS = 3 };
	uint32_t before[CONFIG_FIELDS_MAX], after[CONFIG_FIELDS_MAX];
	bool changed = false;

	for (unsigned i = 0; i < ROUNDS; i++) {
		uint32_t generation = transport_config_generation(&d->transport);

		read_fields(d, ANY_FIELD, before);
		if (stage == STAGE_PENDING && device_request_queue(d)->size >= REQUEST_ENTRIES && d->type->make_request)
			need_ok(t, device_do_request(d, i));
		(void)transport_status(&d->transport);
		if (transport_config_generation(&d->transport) == generation)
			return true;
		read_fields(d, ANY_FIELD, after);
		changed = changed || memcmp(before, after, field_count(d) * sizeof(*before)) ||
			  COMES(t, interrupt_status(d) & VIRTIO_INTERRUPT_CONFIG, d->recent_wait_ns);
	}
	return changed; /* all the time, and the generation with it */
}

/*
 * Breaks: a generation that counts reads or requests. Symptom: the loop of 2.5.1 never ends. (A host event may change
 * the generation once, so the check fails only if it changes every time.)
 */
CHECK(generation, "config.generation-rests", REQ("mmio-table-17", "mmio-layout-06", "cfg-04"), DESCRIBED,
      NEEDS(.version = 2), "ConfigGeneration stays the same while the configuration does")
{
	for (unsigned stage = STAGE_DRIVER; stage < STAGES; stage++) {
		reach_stage(t, d, (enum stage)stage);
		expect(t, generation_rests(t, d, (enum stage)stage),
		       "ConfigGeneration is the same before and after fields are read %s",
		       stage_name((enum stage)stage));
	}
}

static void read_lasting_fields(struct device *d, uint32_t values[CONFIG_FIELDS_MAX])
{
	read_fields(d, ANY_FIELD, values);
	for (unsigned i = 0; i < field_count(d); i++)
		if (field_of(d, i)->fleeting)
			values[i] = 0;
}

/*
 * Breaks: a configuration that is lost while a driver uses the device. Symptom: the disk has no capacity after the
 * driver was reloaded. (Fields may depend on what was accepted, as those of a zoned disk: 5.2.5.2. So the same features
 * are accepted both times.)
 */
CHECK(survives, "config.survives-reset", REQ("cfg-01", "cfg-02"), DESCRIBED, NEEDS(0),
      "Fields read the same after a reset as before it")
{
	struct comparison c = { .differed = { 0 } };

	need_fields(t, d, ANY_FIELD);
	for (unsigned round = 0; round < COMPARISONS; round++) {
		uint32_t generation = 0;

		for (unsigned life = 0; life < 2; life++) {
			require_ok(t, device_start(d, features_of_fields(d)), "the device starts");
			if (!life)
				generation = transport_config_generation(&d->transport);
			read_lasting_fields(d, life ? c.second : c.first);
		}
		if (compare(t, d, &c, generation))
			break;
	}
	for (unsigned i = 0; i < field_count(d); i++)
		if (has_field(d, i, ANY_FIELD))
			expect(t, agrees(&c, i), "%s is the same after a reset: it was 0x%x and is 0x%x",
			       field_of(d, i)->name, c.first[i], c.second[i]);
}

/*
 * ---- changes from outside (3.2.1, 2.5) ----
 *
 * A disk grows, a cable is pulled, a window is resized. What goes wrong: the new value is there and nobody is notified,
 * or the notification never reaches the line; the two halves of a capacity change one after the other; the generation
 * counts something else. In the field a guest never learns of its larger disk, or for a moment sees one of exabytes.
 */

static bool config_changed; /* the configuration is not what it was before the check */

static void change(struct run *t, struct device *d)
{
	step(t, "the configuration changes from outside");
	if (!change_config(t, d))
		skip(t, "the device has nothing that could change from outside");
	config_changed = !config_changed;
}

static void change_back(struct run *t, struct device *d)
{
	if (config_changed)
		change(t, d);
}

/* Brings the device to the last step before DRIVER_OK. */
static void prepare_for_change(struct run *t, struct device *d)
{
	config_changed = false;
	t->afterwards = change_back;
	device_greet(d);
	require_ok(t, device_negotiate(d, features_of_fields(d)), "the features that bring the fields are accepted");
	require_ok(t, device_setup_queues(d, 0), "the virtqueues can be set up");
}

static bool tells_of_change(struct device *d)
{
	return WAIT_UNTIL(transport_interrupt_status(&d->transport) & VIRTIO_INTERRUPT_CONFIG, device_patience_ns);
}

static void require_acknowledged(struct run *t, struct device *d)
{
	transport_take_interrupts(&d->transport);
	require_at_rest(t, d, !(interrupt_status(d) & VIRTIO_INTERRUPT_CONFIG),
			"bit 1 of InterruptStatus is 0 after it was acknowledged");
}

/*
 * Breaks: a change without a notification, or with one that never reaches the line. Symptom: a guest never learns of
 * its larger disk.
 */
CHECK(change_told, "config.change-is-notified", REQ("cfg-05", "mmio-layout-03", "mmio-table-10", "mmio-table-11"),
      DESCRIBED, NEEDS(.transport = TRANSPORT_MMIO, .change = true),
      "A configuration change sets bit 1 of InterruptStatus until it is acknowledged, and interrupts")
{
	enum { ROUNDS = 4 };
	struct irq_line *line = d->transport.line;
	uint32_t before[CONFIG_FIELDS_MAX], after[CONFIG_FIELDS_MAX], mark;

	prepare_for_change(t, d);
	device_go(d);
	for (unsigned round = 0; round < ROUNDS; round++) {
		mark = quiet_line(d);
		read_fields(d, ANY_FIELD, before);
		change(t, d);
		require(t, tells_of_change(d), "bit 1 of InterruptStatus is set after a change");
		if (line)
			require(t, WAIT_UNTIL(line->count != mark, device_patience_ns),
				"an interrupt comes after a change");
		read_fields(d, ANY_FIELD, after);
		require_at_rest(t, d, memcmp(before, after, sizeof(after)),
				"a field has changed once the change is notified");
		expect(t, transport_interrupt_status(&d->transport) & VIRTIO_INTERRUPT_CONFIG,
		       "bit 1 stays set until it is acknowledged");
		require_acknowledged(t, d);
		if (line && line->source.trigger == IRQ_LEVEL)
			require_at_rest(t, d, !irq_line_asserted(line),
					"the line is released when the change is acknowledged");
	}
	if (d->type->make_request && d->type->request_queue < d->queue_count &&
	    d->queue_max[d->type->request_queue] >= REQUEST_ENTRIES)
		require_ok(t, device_do_request(d, ROUNDS), "a request is served after the changes");
}

/* Breaks: a new size of the disk without a notification. Symptom: a guest never learns of its larger disk. */
CHECK(capacity_told, "config.capacity-change-is-notified", REQ("blk-op-01"), SHOULD,
      NEEDS(.transport = TRANSPORT_MMIO, .type = VIRTIO_ID_BLOCK, .change = true),
      "A change of the disk's capacity is followed by a configuration change notification")
{
	prepare_for_change(t, d);
	device_go(d);
	change(t, d);
	expect(t, tells_of_change(d), "bit 1 of InterruptStatus is set after a change of the capacity");
}

/* Changes the configuration. The host does not say when it has finished, but the device does. */
static void change_whole(struct run *t, struct device *d)
{
	change(t, d);
	if (!d->transport.stimuli) {
		need_row(t, tells_of_change(d), "cfg-05", "a change of the configuration is notified");
		transport_take_interrupts(&d->transport);
	}
}

/*
 * Breaks: a generation that does not change, or changes too early, or a field that is stored in two steps. Symptom: a
 * driver combines the halves of two capacities.
 *
 * 2.5: the generation "will change whenever there is a possibility that two accesses can see different versions". So
 * under one generation every field reads the same twice, whenever a change comes.
 */
CHECK(generation_moves, "config.generation-tells-of-changes", REQ("cfg-04", "mmio-layout-06"), MUST,
      NEEDS(.version = 2, .change = true), "Accesses that see different versions see different generations")
{
	enum { ROUNDS = 32, ROUNDS_OF_HOST = 4 };
	const unsigned fields = field_count(d), rounds = d->transport.stimuli ? ROUNDS : ROUNDS_OF_HOST;
	uint32_t values[2][CONFIG_FIELDS_MAX] = { { 0 } };

	prepare_for_change(t, d);
	device_go(d);
	for (unsigned round = 0; round < rounds; round++) {
		unsigned when = random_below(&t->random, 2 * fields + 1);
		uint32_t generation;

		if (!when || round % 2)
			change_whole(t, d);
		generation = transport_config_generation(&d->transport);
		for (unsigned i = 0; i < 2 * fields; i++) {
			if (i + 1 == when)
				change_whole(t, d);
			values[i / fields][i % fields] = read_field(d, i % fields, ANY_FIELD);
		}
		if (transport_config_generation(&d->transport) == generation)
			require(t, !memcmp(values[0], values[1], sizeof(values[0])),
				"fields read the same twice with ConfigGeneration 0x%x before and after", generation);
	}
}

/*
 * Breaks: an acknowledgement that has no effect before DRIVER_OK. Symptom: an interrupt storm during boot. (A device
 * may notify a change as soon as there is a driver, so the driver must be able to acknowledge it.)
 */
CHECK(early_change, "config.early-change-is-acknowledged", REQ("mmio-table-11", "mmio-layout-03"), MUST,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 2, .change = true),
      "A change that is notified before DRIVER_OK can be acknowledged then")
{
	bool told;

	prepare_for_change(t, d);
	change(t, d);
	/* What the host has changed can be read already, and need not be told: so it is not waited for as long. */
	told = d->transport.stimuli ? tells_of_change(d)
				    : COMES(t, interrupt_status(d) & VIRTIO_INTERRUPT_CONFIG, d->recent_wait_ns);
	if (!told)
		skip(t, "the device tells of no change before DRIVER_OK");
	require_acknowledged(t, d);
}
