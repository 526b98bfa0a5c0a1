/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The explorer: runs our drivers, the reference device and a few guest programs in every possible order of their
 * accesses.
 *
 * An actor is anything that acts by itself: a CPU, the interrupt handler of a CPU, the device, the world outside of the
 * device. Each actor has a stack, and stops before every access that another actor could notice. Which actor makes its
 * access next is a choice, and a schedule is a list of such choices. Between two stops an actor runs alone. The search
 * (search.c) tries one schedule after the other, each from the start.
 *
 * Where actors stop: before an access to a register; if the scenario is a fine one, before an access of the drivers
 * (hooks.c: the compiler inserts a call) or of the device to the available and used rings; before a lock, a wait, an
 * interrupt, a unit of the device's work, an event from outside.
 */
#ifndef TESTS_SELF_EXPLORE_EXPLORE_H
#define TESTS_SELF_EXPLORE_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/request.h"
#include "model/model.h"

/* A handler is an actor, too, but its CPU does nothing else while it runs. */
enum actor_index {
	CPU0,
	CPU1,
	HANDLER0,
	HANDLER1,
	DEVICE,
	OUTSIDE,
	CPU_OLDEST, /* the last four make a waiting store visible: stores.c */
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
	STOP_TURN,	/* a turn of a polling loop: until another actor has acted */
	STOP_INTERRUPT, /* until one is pending */
	STOP_UNIT,	/* until the device has work */
	STOP_EVENT,	/* an event from outside */
	STOP_STORE,	/* until a store waits in a buffer */
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

/* Stops the running actor until the search lets it go on. Does nothing outside of a run. */
void actor_stop(struct stop stop);
/* Records what the actor has learnt. Two states in which an actor has learnt the same are the same. */
void actor_learns(uint64_t value);
/* The running actor; ACTORS: none. */
enum actor_index actor_running(void);
const char *actor_name(enum actor_index actor);
extern const char actor_letters[]; /* the actors' letters in schedules */

/* Starts all actors: each runs up to its first stop. */
void actors_start(void (*const bodies[ACTORS])(void));
/* Lets the actor make the access before which it stopped, and run to its next stop. */
void actor_step(enum actor_index actor);
const struct stop *actor_stopped(enum actor_index actor);
bool actor_finished(enum actor_index actor);
bool actor_could_turn(enum actor_index actor); /* STOP_TURN: another actor has acted since */
/* Forgets what the actor has learnt, because it begins again. */
void actor_forgets(void);
/* Ends the run, and does not return. */
_Noreturn void actor_ends_run(void);
uint64_t actors_hash(uint64_t hash);

/* ---- machine.c ---- */

struct scenario;

/* The messages that a source can have; any two differ in every part. Target n interrupts CPU n % CPUS. */
struct irq_message target_message(unsigned target);

/* An event source, as the properties number it: 0 for the configuration, i + 1 for virtqueue i. */
enum { SOURCE_CONFIG, SOURCE_QUEUE0, SOURCE_QUEUE1, SOURCES };
struct source {
	uint8_t target, next; /* the message of the source, and during a change the next one */
	bool changing, masked;
	uint8_t causes; /* events for which no interrupt has come */
	uint8_t sent;	/* messages sent in this step */
};

/* A store that the other actors cannot see yet. */
struct store {
	volatile uint8_t *at;
	uint8_t width, part;
	uint8_t value[4],
		under[4]; /* under: the bytes that the others see, while memory holds the store for its own CPU */
};
enum { STORES_MAX = 16 };
struct buffer {
	uint8_t count, part; /* part: number of barriers between the stores in the buffer */
	struct store stores[STORES_MAX];
};

/* All that a run changes outside of the drivers, the device and the rings. Part of a state. */
struct world {
	struct source sources[SOURCES];
	bool messages_on;
	bool line;	     /* asserted */
	uint8_t line_causes; /* events for which the line was not asserted yet */
	struct buffer buffers[2];
	uint8_t line_events, line_interrupts;
	struct rings { /* the driver's rings, even after the driver has forgotten them */
		volatile struct virtq_avail *avail;
		volatile struct virtq_used *used;
		uint16_t size;
	} rings[QUEUES];
	uint32_t latched[CPUS]; /* interrupts that wait for the CPU, one bit for each vector */
	bool in_handler[CPUS];
	bool unit;   /* the device is inside a unit of work, and holds its own lock */
	bool silent; /* a reset is complete, so the device must send nothing */
	bool locked; /* the guest holds its lock around the registers */
	bool joined; /* CPU 1 is done */
	/* of the guest */
	uint8_t offered[QUEUES], taken[QUEUES];
	bool woken; /* an interrupt came */
	uint8_t config_heard, config_changes;
};
extern struct world world;
extern struct model model;
extern struct device device;
/* Counts events of a source, for which an interrupt may come. */
void machine_event(unsigned source, unsigned count);
/* Records where the rings of a virtqueue are. To call before their use. */
void machine_watch(unsigned queue);
enum { VECTOR_LINE = 31 };

/* Powers everything on and makes the scenario's preparations; the actors stop at their first access. */
void machine_start(const struct scenario *scenario);
/* The set of actors that can act. */
unsigned machine_enabled(void);
void machine_step(enum actor_index actor);
uint64_t machine_hash(void);
/* To call when no actor can go on: checks that the run has ended as it should. */
void machine_finish(void);

/* Reports that a property is broken, which ends the run. The first violation counts. */
void violation(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern const char *violated; /* the broken property; NULL: none */

/* Describes the present step, in replays only. */
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern bool telling;
/* The text of the step that was just made. */
const char *told(enum actor_index actor, const struct stop *stop);

/* hooks.c calls this before an access of the drivers to memory. */
void machine_ring_access(const volatile void *address, unsigned width, bool write);
/* The name of what is at an address in a ring; NULL: the address is not in a ring. */
const char *machine_ring_name(const volatile void *address);

/* ---- stores.c ---- */

void stores_start(void);
/* To call when CPU 0 is about to store. */
void stores_coming(const volatile void *address, unsigned width);
/* To call when an actor goes on, and when it stops. */
void stores_enter(enum actor_index actor);
void stores_leave(enum actor_index actor);
/* The device's accesses. False: the caller makes the store as usual. */
bool stores_write(const volatile void *address, const void *from, unsigned width);
void stores_read(const volatile void *address, void *to, unsigned width);
/* The value of a store that others cannot see yet. False: there is none at the address. */
bool stores_hold(const volatile void *address, uint16_t *value);
bool stores_can(enum actor_index actor);
void stores_cpu_oldest(void);
void stores_cpu_newest(void);
void stores_device_oldest(void);
void stores_device_newest(void);

/* ---- programs.c ---- */

/* What the guest does. */
struct program {
	void (*prepare)(void); /* runs before the exploration begins */
	void (*cpu[CPUS])(void);
	void (*handler)(unsigned cpu, uint32_t vector);
	void (*outside)(void);
	void (*finish)(void); /* runs when no actor can go on */
};

struct scenario {
	const char *name, *title;
	const struct program *program;
	enum model_defect defect;
	bool found; /* the scenario must have a counter-example */

	/* the device */
	uint8_t layout;	 /* enum model_msi_layout */
	bool sharing;	 /* f40 */
	uint8_t type;	 /* device id; 0: entropy */
	uint8_t version; /* 0: 2 */
	uint8_t batch;
	bool edge;
	/* the guest */
	bool fine;		     /* each access to the rings is a step */
	bool weak;		     /* stores to the rings wait in buffers */
	bool no_barriers, no_fences; /* the barriers of the driver, or of the device, do nothing */
	uint8_t events;		     /* number of requests in flight */
	uint8_t rounds;		     /* number of changes of the message */
	bool bare;	/* the driver omits what it should do: the mask, the lock, the second look at the ring... */
	bool event_idx; /* EVENT_IDX is accepted */
};
extern const struct scenario scenarios[];
extern const size_t scenario_count;
extern const struct scenario *scenario; /* the present scenario */
extern unsigned
	more_requests; /* more requests in flight than the scenario states, if it must have no counter-example */

#endif
