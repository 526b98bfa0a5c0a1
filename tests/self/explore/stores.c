// SPDX-License-Identifier: BSD-2-Clause
/*
 * Store buffers, for scenarios that are weak: CPU 0 and the device see their own stores to a ring at once, the others
 * see them later, the oldest first or, unless a barrier separates them, the newest first. Barriers exist for this
 * reason, and without store buffers the explorer would not notice that one is missing.
 *
 * The drivers store to memory directly. So while CPU 0 runs, memory holds the stores of its buffer, and whenever it
 * stops, the bytes under them are put back. The device reads memory by a function, which adds its stores.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/self/explore/explore.h"
#include "tests/self/explore/fence.h"

enum { BUFFER_CPU, BUFFER_DEVICE };

static struct {
	volatile uint8_t *at; /* where CPU 0 is about to store; NULL: nowhere */
	uint8_t width, under[4];
} coming;

static bool is_weak(void)
{
	return scenario && scenario->weak;
}

static void put(volatile uint8_t *to, const uint8_t *from, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		to[i] = from[i];
}

static void get(uint8_t *to, const volatile uint8_t *from, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		to[i] = from[i];
}

static struct store *push(unsigned index, volatile uint8_t *at, unsigned width)
{
	struct buffer *buffer = &world.buffers[index];
	struct store *store;

	if (buffer->count == STORES_MAX)
		abort(); /* the scenario is too large for the buffer */
	store = &buffer->stores[buffer->count++];
	store->at = at;
	store->width = (uint8_t)width;
	store->part = buffer->part;
	return store;
}

/* ---- CPU 0 ---- */

static bool is_cpu0(enum actor_index actor)
{
	return actor == CPU0 || actor == HANDLER0;
}

void stores_coming(const volatile void *address, unsigned width)
{
	if (!is_weak() || !is_cpu0(actor_running()))
		return;
	coming.at = (volatile uint8_t *)(uintptr_t)address;
	coming.width = (uint8_t)width;
	get(coming.under, coming.at, width);
}

void stores_enter(enum actor_index actor)
{
	struct buffer *buffer = &world.buffers[BUFFER_CPU];

	if (!is_weak() || !is_cpu0(actor))
		return;
	for (unsigned i = 0; i < buffer->count; i++) {
		struct store *store = &buffer->stores[i];

		get(store->under, store->at, store->width);
		put(store->at, store->value, store->width);
	}
}

/* Moves what CPU 0 has stored meanwhile into the buffer. */
static void collect(void)
{
	volatile uint8_t *const at = coming.at;
	struct store *store;

	coming.at = NULL;
	if (!at)
		return;
	store = push(BUFFER_CPU, at, coming.width);
	get(store->value, at, coming.width);
	memcpy(store->under, coming.under, sizeof(store->under));
}

void stores_leave(enum actor_index actor)
{
	struct buffer *buffer = &world.buffers[BUFFER_CPU];

	if (!is_weak() || !is_cpu0(actor))
		return;
	collect();
	for (unsigned i = buffer->count; i-- > 0;) {
		struct store *store = &buffer->stores[i];

		put(store->at, store->under, store->width);
		memset(store->under, 0, sizeof(store->under));
	}
}

/* ---- the device ---- */

bool stores_write(const volatile void *address, const void *from, unsigned width)
{
	struct store *store;

	if (!is_weak() || actor_running() != DEVICE || width > sizeof(store->value))
		return false;
	store = push(BUFFER_DEVICE, (volatile uint8_t *)(uintptr_t)address, width);
	memcpy(store->value, from, width);
	return true;
}

/* Puts the device's own stores over the bytes that it has read. */
void stores_read(const volatile void *address, void *to, unsigned width)
{
	const struct buffer *buffer = &world.buffers[BUFFER_DEVICE];

	if (!is_weak() || actor_running() != DEVICE)
		return;
	for (unsigned i = 0; i < buffer->count; i++) {
		const struct store *store = &buffer->stores[i];

		if (store->at == address && store->width == width)
			memcpy(to, store->value, width);
	}
}

/* ---- barriers ---- */

static bool cpu_empty(void)
{
	return !world.buffers[BUFFER_CPU].count;
}

static bool device_empty(void)
{
	return !world.buffers[BUFFER_DEVICE].count;
}

static void wait_empty(unsigned index)
{
	if (coming.at || world.buffers[index].count)
		actor_stop((struct stop){ .kind = STOP_WAIT,
					  .met = index == BUFFER_CPU ? cpu_empty : device_empty,
					  .text = "waits for its stores" });
}

static void part(unsigned index)
{
	struct buffer *buffer = &world.buffers[index];

	if (index == BUFFER_CPU)
		collect();
	if (buffer->count)
		buffer->part++;
}

void stores_wait(void)
{
	if (is_weak() && !scenario->no_barriers && is_cpu0(actor_running()))
		wait_empty(BUFFER_CPU);
}

void stores_part(void)
{
	if (is_weak() && !scenario->no_barriers && is_cpu0(actor_running()))
		part(BUFFER_CPU);
}

void stores_fence(int order)
{
	if (!is_weak() || scenario->no_fences || actor_running() != DEVICE)
		return;
	if (order == __ATOMIC_RELEASE)
		part(BUFFER_DEVICE);
	else if (order == __ATOMIC_SEQ_CST)
		wait_empty(BUFFER_DEVICE);
}

/* ---- a store becomes visible ---- */

/* The store that may become visible before older ones: the newest that no barrier separates from the oldest, at an
 * address to which no older one goes. 0: none. */
static unsigned newest(const struct buffer *buffer)
{
	for (unsigned i = buffer->count; i-- > 1;) {
		bool alone = buffer->stores[i].part == buffer->stores[0].part;

		for (unsigned j = 0; j < i; j++)
			alone = alone && buffer->stores[j].at != buffer->stores[i].at;
		if (alone)
			return i;
	}
	return 0;
}

bool stores_can(enum actor_index actor)
{
	const struct buffer *buffer = &world.buffers[actor >= DEVICE_OLDEST ? BUFFER_DEVICE : BUFFER_CPU];

	return actor == CPU_OLDEST || actor == DEVICE_OLDEST ? buffer->count : newest(buffer);
}

bool stores_hold(const volatile void *address, uint16_t *value)
{
	for (unsigned i = 0; i < 2; i++)
		for (unsigned j = world.buffers[i].count; j-- > 0;)
			if (world.buffers[i].stores[j].at == address) {
				memcpy(value, world.buffers[i].stores[j].value, sizeof(*value));
				return true;
			}
	return false;
}

static void seen(unsigned index, unsigned number)
{
	struct buffer *buffer = &world.buffers[index];
	const struct store store = buffer->stores[number];
	const char *name = machine_ring_name(store.at);
	uint16_t value;

	memcpy(&value, store.value, sizeof(value));
	put(store.at, store.value, store.width);
	buffer->count--;
	for (unsigned i = number; i < buffer->count; i++)
		buffer->stores[i] = buffer->stores[i + 1];
	buffer->stores[buffer->count] = (struct store){ 0 };
	if (!buffer->count)
		buffer->part = 0;
	tell("%s = %u of %s can be seen by all", name ? name : "a store", value,
	     index == BUFFER_CPU ? "cpu0" : "the device");
}

static void see(unsigned index, bool oldest)
{
	for (;;) {
		actor_forgets();
		actor_stop((struct stop){ .kind = STOP_STORE });
		seen(index, oldest ? 0 : newest(&world.buffers[index]));
	}
}

void stores_cpu_oldest(void)
{
	see(BUFFER_CPU, true);
}

void stores_cpu_newest(void)
{
	see(BUFFER_CPU, false);
}

void stores_device_oldest(void)
{
	see(BUFFER_DEVICE, true);
}

void stores_device_newest(void)
{
	see(BUFFER_DEVICE, false);
}

void stores_start(void)
{
	coming.at = NULL;
}
