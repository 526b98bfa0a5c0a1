/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The explorer: our drivers, the reference device and a few programs of a guest, in every order in which their accesses
 * can fall.
 *
 * An actor is whoever acts on its own: a CPU, the interrupt handler of a CPU, the device, the world outside of it. Each
 * has a stack of its own and stops before every access that another actor could notice; which actor makes its access
 * next is a choice, and a schedule is a list of such choices. Between two stops an actor runs alone. The search
 * (search.c) tries the schedules one after the other, each from the start.
 *
 * Where actors stop: before an access to a register; before an access to the available and used rings, of the drivers
 * (hooks.c: the compiler tells us of each) and of the device, if the scenario is a fine one; before a lock, a wait, an
 * interrupt, a unit of the device's work, an event from outside.
 */
#ifndef TESTS_SELF_EXPLORE_EXPLORE_H
#define TESTS_SELF_EXPLORE_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/request.h"
#include "model/model.h"

/* A handler is an actor of its own, but its CPU does nothing else while it runs. */
enum actor_index {
	CPU0,
	CPU1,
	HANDLER0,
	HANDLER1,
	DEVICE,
	OUTSIDE,
	CPU_OLDEST, /* stores that can be seen at last: stores.c */
	CPU_NEWEST,
	DEVICE_OLDEST,
	DEVICE_NEWEST,
	ACTORS
};
enum { CPUS = 2, STEPS_MAX = 1000, QUEUES = 2, TARGETS = 8 };

enum stop_kind {
	STOP_READ_REGISTER,
	STOP_WRITE_REGISTER,
	STOP_READ_RING,
	STOP_WRITE_RING,
	STOP_WAIT,	/* until met() */
	STOP_TURN,	/* of a polling loop: until another actor has acted */
	STOP_INTERRUPT, /* until one is pending */
	STOP_UNIT,	/* until the device has work */
	STOP_EVENT,	/* from outside */
	STOP_STORE,	/* until there is one */
};
struct stop {
	enum stop_kind kind;
	uint8_t width;
	uint32_t offset, value;
	const volatile void *at;
	bool (*met)(void);
	const char *text;
};

/* ---- actors.c ---- */

/* Stops the actor that runs until the search lets it go on. Nothing if nothing is being explored. */
void actor_stop(struct stop stop);
/* What the actor has learnt, so that two of its states which look alike are. */
void actor_learns(uint64_t value);
/* The actor that runs; ACTORS: none. */
enum actor_index actor_running(void);
const char *actor_name(enum actor_index actor);
extern const char actor_letters[]; /* of schedules */

/* Starts all actors: each runs up to its first stop. */
void actors_start(void (*const bodies[ACTORS])(void));
/* The actor does what it stopped before, and stops again. */
void actor_step(enum actor_index actor);
const struct stop *actor_stopped(enum actor_index actor);
bool actor_finished(enum actor_index actor);
bool actor_could_turn(enum actor_index actor); /* STOP_TURN: somebody else has acted since */
/* Forgets what the actor knew: it begins anew. */
void actor_forgets(void);
/* Does not come back: the run is over. */
_Noreturn void actor_ends_run(void);
uint64_t actors_hash(uint64_t hash);

/* ---- machine.c ---- */

struct scenario;

/* What can be the message of a source; they differ in every part. Target n interrupts CPU n % CPUS. */
struct irq_message target_message(unsigned target);

/* An event source as the properties see it: 0 the configuration, i + 1 virtqueue i. */
enum { SOURCE_CONFIG, SOURCE_QUEUE0, SOURCE_QUEUE1, SOURCES };
struct source {
	uint8_t target, next; /* the message that it has, and while it changes the one that it will have */
	bool changing, masked;
	uint8_t causes; /* events that no interrupt has told of */
	uint8_t sent;	/* messages in this step */
};

/* A store that others cannot see yet. */
struct store {
	volatile uint8_t *at;
	uint8_t width, part;
	uint8_t value[4], under[4]; /* under: what others see there, while the store is laid over it */
};
enum { STORES_MAX = 16 };
struct buffer {
	uint8_t count, part; /* part: barriers between stores that are here */
	struct store stores[STORES_MAX];
};

/* All that a run changes outside of drivers, device and rings. Part of a state. */
struct world {
	struct source sources[SOURCES];
	bool messages_on;
	bool line;	     /* asserted */
	uint8_t line_causes; /* events that the line has not been raised for */
	struct buffer buffers[2];
	uint8_t line_events, line_interrupts;
	struct rings { /* the driver's, also when it has forgotten them */
		volatile struct virtq_avail *avail;
		volatile struct virtq_used *used;
		uint16_t size;
	} rings[QUEUES];
	uint32_t latched[CPUS]; /* interrupts that wait for the CPU: a bit for each vector */
	bool in_handler[CPUS];
	bool unit;   /* the device is within a unit of its work, and holds its own lock */
	bool silent; /* a reset is complete: nothing may come from the device */
	bool locked; /* the guest's lock around the registers */
	bool joined; /* CPU 1 is done */
	/* of the guest */
	uint8_t offered[QUEUES], taken[QUEUES];
	bool woken; /* there was an interrupt */
	uint8_t config_heard, config_changes;
};
extern struct world world;
extern struct model model;
extern struct device device;
/* Events of a source, which an interrupt may tell of. */
void machine_event(unsigned source, unsigned count);
/* Where the rings of a virtqueue are; before they are used. */
void machine_watch(unsigned queue);
enum { VECTOR_LINE = 31 };

/* Everything as after power on, then the scenario's preparations; the actors stop at their first access. */
void machine_start(const struct scenario *scenario);
/* A set of actors. */
unsigned machine_enabled(void);
void machine_step(enum actor_index actor);
uint64_t machine_hash(void);
/* Nobody can go on: is that an end as it should be? */
void machine_finish(void);

/* A property is broken: the run is over. The first one counts. */
void violation(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern const char *violated; /* NULL: not */

/* Tells of what the step at hand does; in replays only. */
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern bool telling;
/* Text of a step that was just done. */
const char *told(enum actor_index actor, const struct stop *stop);

/* hooks.c: an access of the drivers to memory. */
void machine_ring_access(const volatile void *address, unsigned width, bool write);
/* What stands at an address of a ring, NULL: not in a ring. */
const char *machine_ring_name(const volatile void *address);

/* ---- stores.c ---- */

void stores_start(void);
/* CPU 0 is about to store. */
void stores_coming(const volatile void *address, unsigned width);
/* An actor goes on, or stops. */
void stores_enter(enum actor_index actor);
void stores_leave(enum actor_index actor);
/* The device's accesses. False: the store is made as usual. */
bool stores_write(const volatile void *address, const void *from, unsigned width);
void stores_read(const volatile void *address, void *to, unsigned width);
/* The value of a store that others cannot see yet. False: there is none. */
bool stores_hold(const volatile void *address, uint16_t *value);
bool stores_can(enum actor_index actor);
void stores_cpu_oldest(void);
void stores_cpu_newest(void);
void stores_device_oldest(void);
void stores_device_newest(void);

/* ---- programs.c ---- */

/* What the guest does. */
struct program {
	void (*prepare)(void); /* before anything is explored */
	void (*cpu[CPUS])(void);
	void (*handler)(unsigned cpu, uint32_t vector);
	void (*outside)(void);
	void (*finish)(void); /* when nobody can go on */
};

struct scenario {
	const char *name, *title;
	const struct program *program;
	enum model_defect defect;
	bool found; /* a counter-example is what should be there */

	/* the device */
	uint8_t layout;	 /* enum model_msi_layout */
	bool sharing;	 /* f40 */
	uint8_t type;	 /* device id; 0: entropy */
	uint8_t version; /* 0: 2 */
	uint8_t batch;
	bool edge;
	/* the guest */
	bool fine;		     /* accesses to the rings are steps of their own */
	bool weak;		     /* stores to the rings wait in buffers */
	bool no_barriers, no_fences; /* the driver's do nothing, or the device's */
	uint8_t events;		     /* requests that are under way */
	uint8_t rounds;		     /* messages that are changed */
	bool bare;		     /* it does without what it should do: mask, lock, second look... */
	bool event_idx;		     /* accepted */
};
extern const struct scenario scenarios[];
extern const size_t scenario_count;
extern const struct scenario *scenario; /* the one at hand */
extern unsigned more_requests;		/* under way than it states, where nothing should be found */

#endif
