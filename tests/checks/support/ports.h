/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Helpers for the checks of console devices: which ports there are (5.3.6.2), and which of them have a loop at the
 * other end, so that what they output comes back as their input. Each is found out once for a device.
 */
#ifndef TESTS_CHECKS_SUPPORT_PORTS_H
#define TESTS_CHECKS_SUPPORT_PORTS_H

#include "drivers/spec/console.h"
#include "tests/framework/check.h"

enum {
	PORTS_MAX = 8,		  /* ports that we look at: 0 to 7 */
	PORTS_MESSAGE_BYTES = 64, /* of a buffer for a control message: a port's name may follow */
	PORTS_MESSAGE_BUFFERS = 16,
	PORTS_NONE = -1,
};

/* The virtqueues of a port (5.3.2). */
static inline uint16_t ports_input(uint32_t port)
{
	return (uint16_t)(port ? 2 * port + 2 : VIRTIO_CONSOLE_RX);
}
static inline uint16_t ports_output(uint32_t port)
{
	return (uint16_t)(ports_input(port) + 1);
}

/* A control message of the device. */
struct ports_message {
	struct virtio_console_control head;
	uint32_t size;
	uint8_t bytes[PORTS_MESSAGE_BYTES];
};

/* The first and the last port that the device announces with MULTIPORT, PORTS_NONE without one. These start the device
 * unless it has been asked already. */
int ports_first(struct run *t, struct device *d);
int ports_last(struct run *t, struct device *d);
bool ports_exists(struct run *t, struct device *d, uint32_t port);
/* Is it the port that was announced first? It is there from the start; others may come at any time. */
bool ports_prompt(struct run *t, struct device *d, uint32_t port);
/* Does the device have something to tell about the port once that is ready? It need not (5.3.5). */
bool ports_described(struct run *t, struct device *d, uint32_t port);
/* Does a stimulus make it send RESIZE for port 0? */
bool ports_resized(struct run *t, struct device *d);

/*
 * Does the output of a port come back as its input? Port 0 is asked without MULTIPORT, another one, which exists, with
 * it. This starts the device, and takes what the loop still holds, such as the output of other checks: after a reset
 * the next input is the output that comes next.
 */
bool ports_loop(struct run *t, struct device *d, uint32_t port);

/* On a device with MULTIPORT and DRIVER_OK: offers buffers for control messages; the same, and sends DEVICE_READY. */
void ports_listen(struct run *t, struct device *d);
void ports_begin(struct run *t, struct device *d);
/* Waits until the port is announced, then makes it ready and opens it. SKIPs if it is not announced. */
void ports_open(struct run *t, struct device *d, uint32_t port);
/* With DRIVER_OK: a device that insists on MULTIPORT, although the caller did not ask for it, has its port 0 opened in
 * the same way; what another device does is up to it. */
void ports_open_unasked(struct run *t, struct device *d);
/* Sends a control message. Returns the used length. */
uint32_t ports_say(struct run *t, struct device *d, uint32_t id, uint16_t event, uint16_t value);
/* Gives a device that acts when it is looked at, and not by the clock, the occasion to announce a port late. */
void ports_give_occasion(struct device *d);
/* Takes the next message of the device if one comes in time. */
bool ports_hear(struct run *t, struct device *d, uint64_t nanoseconds, struct ports_message *message);

/*
 * Bytes that go out of a port and come back from its loop. They tell key and position, so that a byte which is lost,
 * doubled, moved or of another port shows.
 */
struct ports_stream {
	struct run *t;
	struct device *d;
	uint32_t port, key;
	struct virtqueue *in, *out;
	uint32_t sent, came;
	bool wrong;	    /* a byte was not the one that was sent */
	uint32_t wrong_at;  /* the first such byte */
	uint8_t wrong_byte; /* what it was */
};

/* SKIPs unless the port has a loop; FAILs a check of con-desc-01 where touchstone.loop promises one. It starts the
 * device. */
void ports_need_loop(struct run *t, struct device *d, uint32_t port);

/* Starts the device without MULTIPORT; port 0 is the stream. */
void ports_start_plain(struct run *t, struct device *d, struct features features, struct ports_stream *stream);
/* Starts the device with MULTIPORT, makes its ports ready and opens them, or `only` that one. Returns how many streams
 * there are: one for each port that exists, in the order of their numbers. */
unsigned ports_start(struct run *t, struct device *d, struct features features, struct ports_stream streams[PORTS_MAX],
		     int only);
enum { PORTS_ALL = -2 };
/* The same without PORT_OPEN. */
unsigned ports_start_closed(struct run *t, struct device *d, struct features features,
			    struct ports_stream streams[PORTS_MAX], int only);

/* Offers `count` receive buffers of `size` bytes in `pieces` descriptors, or as many as fit. They are offered again
 * when they were used. */
void ports_offer(struct ports_stream *stream, unsigned count, uint32_t size, unsigned pieces);
/* Adds a buffer with the next `size` bytes to the transmit virtqueue, in `pieces` descriptors, once there is room. It
 * is not published. */
void ports_write(struct ports_stream *stream, uint32_t size, unsigned pieces);
/* The next byte, for output by other means. */
uint8_t ports_next_byte(struct ports_stream *stream);
/* After a reset: starts the device as ports_start_plain() does, for the same stream. */
void ports_go_on(struct ports_stream *stream);
/* Takes and judges what has come, and takes back what was output. */
void ports_pump(struct ports_stream *stream);
/* Pumps until everything that was sent has come; false if no more comes. */
bool ports_gather(struct ports_stream *stream);
/* The same, and expects that it came whole and in order. */
void ports_expect_whole(struct ports_stream *stream, const char *what);

#endif
