/* SPDX-License-Identifier: BSD-2-Clause */
/* The console device: 5.3. Each port has a receive and a transmit queue. With MULTIPORT two control queues carry the
 * messages about ports. */
#include "drivers/spec/console.h"
#include "drivers/spec/device.h"
#include "drivers/spec/features.h"
#include "model/bits.h"
#include "model/chain.h"
#include "model/defects/broken.h"
#include "model/devices/backend.h"
#include "model/features.h"
#include "model/live.h"
#include "model/oddities/odd.h"
#include "model/queue/queue.h"
#include "model/queue/ring.h"
#include "model/space.h"

enum {
	CONFIG_BYTES = 12,
	CONTROL_BYTES = 8,
	RESIZE_BYTES = 4,
	OUTPUT_MAX = 1 << 16,
	INPUT_MAX = 512,
	NAME_BYTES = 5,
	LONG_NAME_BYTES = 60
};

static bool multiport(const struct model *m, const uint32_t *features)
{
	return model_bit(features, VIRTIO_CONSOLE_F_MULTIPORT) && model_offers(m, VIRTIO_CONSOLE_F_MULTIPORT);
}

static uint16_t queues(const struct model *m, const uint32_t *features)
{
	if (!multiport(m, features) &&
	    !((broken(m, con_queues_without_multiport) || broken(m, con_speaks_without_multiport)) &&
	      model_offers(m, VIRTIO_CONSOLE_F_MULTIPORT)))
		return 2;
	return (uint16_t)(2 * (m->config.console.max_ports + !broken(m, con_last_port_missing)));
}

static bool receives(const struct model *m, uint16_t index)
{
	(void)m;
	return index % 2 == 0;
}

/* 5.3.2: queues 0 and 1 belong to port 0, queues 2 and 3 are the control queues, then come ports 1, 2... */
static uint16_t port_of(uint16_t index)
{
	return (uint16_t)(index < 2 ? 0 : index / 2 - 1);
}
static uint16_t receive_queue(uint16_t port)
{
	return (uint16_t)(port ? 2 * port + 2 : VIRTIO_CONSOLE_RX);
}

static void put_size(struct model *m)
{
	if (!model_offers(m, VIRTIO_CONSOLE_F_SIZE))
		return;
	model_config_put(m, VIRTIO_CONSOLE_CONFIG_COLS, 4, m->cols | (uint32_t)m->rows << 16);
}

static void init(struct model *m)
{
	m->cols = m->config.console.cols;
	m->rows = m->config.console.rows;
	put_size(m);
	if (model_offers(m, VIRTIO_CONSOLE_F_MULTIPORT))
		model_config_put(m, VIRTIO_CONSOLE_CONFIG_MAX_NR_PORTS, 4,
				 broken(m, con_max_ports_zero) ? 0 : m->config.console.max_ports);
	for (unsigned i = 0; i < m->config.console.ports; i++)
		m->console.port[i].present = !(odd(m, con_ports_with_gaps) && i == 1) && !(odd(m, con_ports_late) && i);
}

/* The ports stay plugged in, because no driver plugs them. The device forgets what it announced, what the driver
 * answered, and the input that waits. */
static void reset(struct model *m)
{
	struct model_console *c = &m->console;

	for (unsigned i = 0; i < MODEL_CONSOLE_PORTS_MAX; i++) {
		if (odd(m, con_ports_late) && i)
			c->port[i].present = false;
		c->port[i].announced = c->port[i].announced && broken(m, con_reset_keeps_ports);
		c->port[i].ready = c->port[i].ready && broken(m, con_reset_keeps_port_ready);
		c->port[i].first = c->port[i].waiting = 0;
	}
	c->ready = c->ready && broken(m, con_reset_keeps_ready);
	if (!broken(m, con_reset_keeps_messages))
		c->first = c->waiting = 0;
}

static void send(struct model *m, uint32_t port, unsigned event, unsigned value)
{
	struct model_console *c = &m->console;

	if (broken(m, con_messages_name_next_port) && event != VIRTIO_CONSOLE_DEVICE_REMOVE)
		port++;
	if (c->waiting < MODEL_CONSOLE_MESSAGES_MAX)
		c->message[(c->first + c->waiting++) % MODEL_CONSOLE_MESSAGES_MAX] =
			(struct model_console_message){ (uint8_t)port, (uint8_t)event, (uint8_t)value };
}

/* Tells the driver about ports that came or went since the last announcement, and never twice (5.3.6.2.1). */
static void announce_ports(struct model *m)
{
	if (broken(m, con_speaks_before_add) && m->console.ready && !m->console.port[0].announced)
		send(m, 0, VIRTIO_CONSOLE_PORT_NAME, 0);
	if (broken(m, con_adds_port_above_maximum) && m->console.ready && !m->console.port[0].announced)
		send(m, m->config.console.max_ports, VIRTIO_CONSOLE_DEVICE_ADD, 0);
	if (broken(m, con_adds_port_twice) && m->console.ready && !m->console.port[0].announced)
		send(m, 0, VIRTIO_CONSOLE_DEVICE_ADD, 0);
	if (broken(m, con_removes_unknown_port) && m->console.ready && !m->console.port[0].announced)
		send(m, m->config.console.max_ports - 1, VIRTIO_CONSOLE_DEVICE_REMOVE, 0);
	for (uint32_t i = 0; m->console.ready && i < m->config.console.max_ports; i++) {
		if (m->console.port[i].present == m->console.port[i].announced)
			continue;
		m->console.port[i].announced = m->console.port[i].present;
		m->console.port[i].ready = m->console.port[i].ready &&
					   (broken(m, con_reset_keeps_port_ready) || broken(m, con_port_stays_ready));
		m->console.port[i].first = m->console.port[i].waiting = 0;
		if (broken(m, con_port_0_not_announced) && !i)
			continue;
		if (broken(m, con_port_added_once) && m->console.port[i].left && m->console.port[i].present)
			continue;
		m->console.port[i].left = !m->console.port[i].present;
		send(m, i, m->console.port[i].present ? VIRTIO_CONSOLE_DEVICE_ADD : VIRTIO_CONSOLE_DEVICE_REMOVE, 0);
	}
}

/* Only for defects: a healthy device serves a port that is ready, whether it is open or not. */
static void note_open(struct model *m, uint32_t port, bool open)
{
	if (broken(m, con_input_lost_before_open))
		m->console.open[port] = open;
	if (broken(m, con_never_opens_again) && !open)
		m->console.closed[port] = true;
}
static void forget_open(struct model *m, uint32_t port)
{
	if (broken(m, con_input_lost_before_open) || broken(m, con_never_opens_again))
		m->console.open[port] = m->console.closed[port] = false;
}
static bool is_shut(const struct model *m, uint32_t port)
{
	if (!broken(m, con_input_lost_before_open) && !broken(m, con_never_opens_again))
		return false;
	return multiport(m, model_deciding_features(m)) &&
	       (m->console.closed[port] || (broken(m, con_input_lost_before_open) && !m->console.open[port]));
}

/* Tells the driver what a port is, once that is ready. Port 0 is a console; the others are channels that a program on
 * the device's side has open. */
static void describe_port(struct model *m, uint32_t port)
{
	if (!odd(m, con_no_names))
		send(m, port, VIRTIO_CONSOLE_PORT_NAME, 0);
	forget_open(m, port);
	if (((port == 0 && !odd(m, con_no_console_port)) || odd(m, con_all_console_ports)) &&
	    !broken(m, con_nominates_nothing))
		send(m, port, VIRTIO_CONSOLE_CONSOLE_PORT, 1);
	if (port == 0 && model_negotiated(m, VIRTIO_CONSOLE_F_SIZE))
		send(m, port, VIRTIO_CONSOLE_RESIZE, 0);
	if (!broken(m, con_never_says_open))
		send(m, port, VIRTIO_CONSOLE_PORT_OPEN, !broken(m, con_says_closed));
}

/* Legacy: the fields are in the guest's byte order. */
static void swap_fields(const struct model *m, uint8_t bytes[CONTROL_BYTES])
{
	static const uint8_t mirror[CONTROL_BYTES] = { 3, 2, 1, 0, 5, 4, 7, 6 };
	uint8_t copy[CONTROL_BYTES];

	for (unsigned i = 0; i < CONTROL_BYTES; i++)
		copy[i] = bytes[i];
	for (unsigned i = 0; i < CONTROL_BYTES && broken(m, con_legacy_control_big_endian); i++)
		bytes[i] = copy[mirror[i]];
}

static bool is_last(const struct model *m, uint32_t port)
{
	return port + 1 >= m->config.console.max_ports || !m->console.port[port + 1].present;
}

static void take_message(struct model *m)
{
	uint8_t bytes[CONTROL_BYTES];
	uint32_t port;
	uint16_t event, value;

	if (m->chain.readable < CONTROL_BYTES || !model_chain_read(m, 0, bytes, sizeof bytes))
		return;
	if (broken(m, con_message_of_first_segment))
		for (uint32_t i = m->chain.segment[0].length; i < CONTROL_BYTES; i++)
			bytes[i] = 0;
	swap_fields(m, bytes);
	port = (uint32_t)model_le(bytes, 4);
	event = (uint16_t)model_le(bytes + 4, 2);
	value = (uint16_t)model_le(bytes + 6, 2);
	if (broken(m, con_odd_message_fatal) &&
	    (port >= m->config.console.max_ports || event > VIRTIO_CONSOLE_PORT_NAME)) {
		m->defective.fatal = true;
		return;
	}
	if (event == VIRTIO_CONSOLE_DEVICE_READY) {
		if (port && broken(m, con_device_ready_by_number))
			return;
		m->console.ready =
			(value == 1 && !broken(m, con_device_ready_ignored)) || broken(m, con_ready_whatever_value);
		announce_ports(m);
		return;
	}
	if (port >= m->config.console.max_ports || !m->console.port[port].announced)
		return;
	if (event == VIRTIO_CONSOLE_PORT_READY && (value == 1 || broken(m, con_port_ready_whatever_value)) &&
	    !m->console.port[port].ready) {
		if (broken(m, con_port_ready_is_of_port_0))
			port = 0;
		if (port && broken(m, con_last_port_never_ready) && is_last(m, port))
			return;
		if (port && broken(m, con_middle_port_never_ready) && !is_last(m, port))
			return;
		m->console.port[port].ready = true;
		describe_port(m, port);
	}
	if (event == VIRTIO_CONSOLE_PORT_OPEN)
		note_open(m, port, value == 1);
}

/* Only with a defect: nobody has offered a buffer for the input. */
static bool no_buffer(struct model *m, uint32_t port)
{
	const uint16_t index = receive_queue((uint16_t)port);
	uint16_t count;

	return !model_queue_live(m, index) || !model_queue_available(m, index, &count);
}

static bool take_input(struct model *m, uint32_t port, const uint8_t *bytes, uint32_t length)
{
	if (broken(m, con_input_lost_without_buffers) && no_buffer(m, port))
		return false;
	if (!model_live(m) || is_shut(m, port))
		return false;
	for (uint32_t i = 0; i < length && m->console.port[port].waiting < MODEL_CONSOLE_INPUT_BYTES; i++) {
		uint16_t slot = (uint16_t)((m->console.port[port].first + m->console.port[port].waiting++) %
					   MODEL_CONSOLE_INPUT_BYTES);
		m->console.input[port][slot] = bytes[i];
	}
	return true;
}

static void output(struct model *m, uint32_t port, const uint8_t *bytes, uint32_t length)
{
	if (broken(m, con_output_of_port_0_only) && port)
		return;
	if (broken(m, con_output_comes_out_of_port_0))
		port = 0;
	if (broken(m, con_last_port_is_the_one_before) && port && is_last(m, port))
		port--;
	if (m->host.output)
		m->host.output(m->host.context, port, bytes, length);
	if (m->config.console.echo)
		take_input(m, port, bytes, length);
}

/* Only with a defect: were `most` buffers taken since the last notification? */
static bool in_burst(struct model *m, uint16_t index, uint32_t most)
{
	m->console.burst = m->queue[index].kicked ? 0 : m->console.burst + 1;
	return m->console.burst >= most;
}

static uint32_t serve(struct model *m, uint16_t index)
{
	uint32_t length = (uint32_t)model_min(m->chain.readable, OUTPUT_MAX);
	uint8_t bytes[64];

	if (broken(m, con_first_descriptor_only) && length)
		length = (uint32_t)model_min(length, m->chain.segment[0].length);
	if (index == VIRTIO_CONSOLE_CONTROL_TX && multiport(m, model_deciding_features(m))) {
		if (!(broken(m, con_messages_one_a_notification) && in_burst(m, index, 1)))
			take_message(m);
		return 0;
	}
	if (broken(m, con_output_cut_at_128))
		length = (uint32_t)model_min(length, 128);
	if (broken(m, con_output_without_its_end) && length > 1000)
		length -= length % 64;
	if (broken(m, con_output_lost) || (broken(m, con_burst_lost) && in_burst(m, index, 8)))
		length = 0;
	for (uint32_t done = 0; done < length;) {
		uint32_t piece = (uint32_t)model_min(sizeof bytes, length - done);

		if (!model_chain_read(
			    m, broken(m, con_output_pieces_reversed) && length > piece ? length - done - piece : done,
			    bytes, piece))
			break;
		for (uint32_t i = 0; i < piece && broken(m, con_seven_bits); i++)
			bytes[i] &= 0x7f;
		output(m, port_of(index), bytes, piece);
		done += piece;
	}
	return 0;
}

/* Finds a queue that has both input waiting and a buffer for it. */
static bool find_inbound(struct model *m, uint16_t *index)
{
	bool many = (m->console.was_multiport && broken(m, con_multiport_outlives_reset)) ||
		    multiport(m, model_deciding_features(m));
	uint16_t ports = (uint16_t)(many ? m->config.console.max_ports : 1), count;

	if (many && broken(m, con_speaks_before_ready) && !m->console.ready) {
		m->console.ready = true;
		announce_ports(m);
	}
	m->console.was_multiport |= many;
	if (many && broken(m, con_reset_keeps_ready) && m->console.ready)
		announce_ports(m);
	*index = VIRTIO_CONSOLE_CONTROL_RX;
	if (!many && broken(m, con_speaks_without_multiport) && model_live(m) && !m->console.ready) {
		m->console.ready = true;
		announce_ports(m);
	}
	if ((many || broken(m, con_speaks_without_multiport)) && m->console.waiting && model_queue_live(m, *index) &&
	    model_queue_available(m, *index, &count))
		return true;
	for (uint16_t i = 0; i < ports; i++) {
		*index = receive_queue(i);
		if (m->console.port[i].waiting && (!many || m->console.port[i].ready) && model_queue_live(m, *index) &&
		    (broken(m, con_port_blocks_others) || model_queue_available(m, *index, &count)))
			return true;
	}
	return false;
}

static bool inbound(struct model *m)
{
	uint16_t index;

	return find_inbound(m, &index);
}

static uint32_t deliver_message(struct model *m)
{
	struct model_console *c = &m->console;
	struct model_console_message message = c->message[c->first];
	uint8_t bytes[CONTROL_BYTES + LONG_NAME_BYTES + 1];
	uint32_t length = CONTROL_BYTES;

	model_to_le(bytes, 4, message.port);
	model_to_le(bytes + 4, 2, message.event);
	model_to_le(bytes + 6, 2, message.value);
	swap_fields(m, bytes);
	if (message.event == VIRTIO_CONSOLE_RESIZE && !broken(m, con_resize_short)) {
		uint32_t size = m->cols | (uint32_t)m->rows << 16;

		if (broken(m, con_resize_stale))
			size = m->config.console.cols | (uint32_t)m->config.console.rows << 16;
		if (broken(m, con_resize_swapped))
			size = m->rows | (uint32_t)m->cols << 16;
		model_to_le(bytes + length, RESIZE_BYTES, size);
		length += RESIZE_BYTES;
	} else if (message.event == VIRTIO_CONSOLE_PORT_NAME) {
		const char *name = "port";
		for (unsigned i = 0; i < NAME_BYTES - 1; i++)
			bytes[length++] = broken(m, con_name_of_nuls) && i == 1 ? 0 : (uint8_t)name[i];
		while (odd(m, con_names_long) && length < CONTROL_BYTES + LONG_NAME_BYTES - 1)
			bytes[length++] = '-';
		bytes[length++] = (uint8_t)('0' + message.port);
		if (broken(m, con_name_with_nul))
			bytes[length++] = 0;
	}
	c->first = (uint8_t)((c->first + 1) % MODEL_CONSOLE_MESSAGES_MAX);
	c->waiting--;
	length = (uint32_t)model_min(length, m->chain.writable);
	/* without writable segments nothing is written */
	if (!model_chain_write(m, 0, bytes,
			       broken(m, con_message_in_first_segment) && m->chain.count
				       ? (uint32_t)model_min(length, m->chain.segment[0].length)
				       : length))
		return 0;
	return length;
}

static uint32_t deliver_input(struct model *m, uint16_t port)
{
	uint32_t waiting = m->console.port[port].waiting, length = (uint32_t)model_min(waiting, m->chain.writable);
	const struct model_segment *last = &m->chain.segment[m->chain.count - (m->chain.count != 0)];
	uint8_t bytes[INPUT_MAX];

	length = (uint32_t)model_min(length, sizeof bytes);
	if (odd(m, con_byte_at_a_time) && length)
		length = 1;
	for (uint32_t i = 0; i < length; i++)
		bytes[i] = m->console.input[port][(m->console.port[port].first + i) % MODEL_CONSOLE_INPUT_BYTES];
	m->console.port[port].first = (uint16_t)((m->console.port[port].first + length) % MODEL_CONSOLE_INPUT_BYTES);
	m->console.port[port].waiting = (uint16_t)(m->console.port[port].waiting - length);
	if (broken(m, con_input_rest_lost))
		m->console.port[port].waiting = 0;
	if (!model_chain_write(m, 0, bytes, length))
		return 0;
	if (broken(m, con_input_overflows) && waiting > length && m->chain.writable)
		m->host.write(m->host.context, last->address + last->length, bytes, 1);
	return broken(m, con_input_length_wrong) ? (uint32_t)m->chain.writable : length;
}

static void deliver(struct model *m)
{
	uint16_t index, head;
	uint32_t length;

	if (!find_inbound(m, &index) || !model_queue_take(m, index, &head) || !model_chain_walk(m, index, head))
		return;
	length = index == VIRTIO_CONSOLE_CONTROL_RX ? deliver_message(m) : deliver_input(m, port_of(index));
	if (m->error)
		return;
	model_queue_stage(m, index, head, length, length == m->chain.writable);
	if (!m->error)
		model_queue_publish(m, index);
}

/* 5.3.5.1: emerg_wr works at any time, even before a driver has set up the device. */
static void config_write(struct model *m, uint32_t offset, uint8_t width, uint32_t value)
{
	uint8_t byte = (uint8_t)value;

	(void)width;
	if (broken(m, con_config_writes_come_out))
		offset = VIRTIO_CONSOLE_CONFIG_EMERG_WR;
	if (offset != VIRTIO_CONSOLE_CONFIG_EMERG_WR || !model_offers(m, VIRTIO_CONSOLE_F_EMERG_WRITE))
		return;
	if (broken(m, con_emergency_write_fatal) && !(m->status & VIRTIO_STATUS_DRIVER_OK))
		m->defective.fatal = true;
	if (!broken(m, con_emergency_write_lost))
		output(m, 0, &byte, 1);
}

static bool input(struct model *m, const uint8_t *bytes, uint32_t length)
{
	return take_input(m, 0, bytes, length);
}

/* 5.3.6, point 3: a new size is a configuration change; with MULTIPORT a message about the console port says so, too.
 */
static bool config_change(struct model *m)
{
	const bool other = m->cols == m->config.console.cols;

	if (!model_offers(m, VIRTIO_CONSOLE_F_SIZE))
		return false;
	m->cols = (uint16_t)(other ? m->cols + 52 : m->config.console.cols);
	m->rows = (uint16_t)(other ? m->rows + 18 : m->config.console.rows);
	put_size(m);
	m->config_changed |= m->status != 0;
	if (m->console.port[0].ready && model_negotiated(m, VIRTIO_CONSOLE_F_SIZE) && !broken(m, con_resize_silent))
		send(m, 0, VIRTIO_CONSOLE_RESIZE, 0);
	return true;
}

/* The last port comes and goes. */
static bool ask(struct model *m)
{
	const uint32_t last = m->config.console.max_ports - 1;

	if (!last || !m->console.ready)
		return false;
	m->console.port[last].present = !m->console.port[last].present;
	announce_ports(m);
	return true;
}

/* 5.3.6.2: a port is plugged in, or unplugged. */
static void odd_event(struct model *m)
{
	if (odd(m, con_last_port_flaps))
		ask(m);
	if (!m->console.ready || !odd(m, con_ports_late))
		return;
	for (unsigned i = 0; i < m->config.console.ports; i++)
		m->console.port[i].present = true;
	announce_ports(m);
}

static void defaults(struct model_config *config)
{
	config->console.cols = 80;
	config->console.rows = 25;
	config->console.max_ports = 4;
	config->console.ports = 3;
}

static bool valid(const struct model_config *config)
{
	return model_between(config->console.max_ports, 1, MODEL_CONSOLE_PORTS_MAX) &&
	       model_between(config->console.ports, 1, config->console.max_ports);
}

static const uint8_t features[] = {
	VIRTIO_CONSOLE_F_SIZE,
	VIRTIO_CONSOLE_F_MULTIPORT,
	VIRTIO_CONSOLE_F_EMERG_WRITE,
};

static const struct model_shown shown[] = {
	MODEL_SHOWN(offers_foreign_bit, 19, true),
};

static const struct model_fields widths[] = {
	{ 0x00, 0x04, 2 }, /* cols, rows */
	{ 0x04, 0x0c, 4 }, /* max_nr_ports, emerg_wr */
};

static const struct model_overlay overlays[] = {
	{ MODEL_DEFECT_con_size_zero, VIRTIO_CONSOLE_CONFIG_COLS, 4, 0 },
};

const struct model_backend model_console = {
	.device_id = VIRTIO_ID_CONSOLE,
	.features = MODEL_LIST(features),
	.shown = MODEL_LIST(shown),
	.overlays = MODEL_LIST(overlays),
	.widths = MODEL_LIST(widths),
	.config_bytes = CONFIG_BYTES,
	.defaults = defaults,
	.valid = valid,
	.init = init,
	.reset = reset,
	.queues = queues,
	.receives = receives,
	.serve = serve,
	.inbound = inbound,
	.deliver = deliver,
	.config_write = config_write,
	.odd_event = odd_event,
	.config_change = config_change,
	.ask = ask,
	.input = input,
};
