// SPDX-License-Identifier: BSD-2-Clause
/* Actors: each has a stack, and the explorer switches between the stacks. ucontext makes a stack; jumps, which cost no
 * system call, switch. */
#include <setjmp.h>
#include <stdlib.h>
#include <ucontext.h>

#include "tests/self/explore/explore.h"
#include "tests/self/explore/hash.h"

enum { STACK_BYTES = 128 * 1024 };

const char actor_letters[] = "abijdouvxy";
static const char *const names[ACTORS] = { "cpu0",    "cpu1",	"cpu0",	  "cpu1",   "device",
					   "outside", "memory", "memory", "memory", "memory" };

static struct actor {
	void (*body)(void);
	jmp_buf base; /* at the bottom of the actor's stack */
	jmp_buf here; /* where the actor stopped */
	bool made, finished, moved;
	struct stop stop;
	uint64_t learnt;
	ucontext_t context;
	uint8_t stack[STACK_BYTES] __attribute__((aligned(64)));
} actors[ACTORS];

static enum actor_index running = ACTORS;
static jmp_buf search;
static ucontext_t making;

enum actor_index actor_running(void)
{
	return running;
}

const char *actor_name(enum actor_index actor)
{
	return names[actor];
}

/* The bottom of every stack. It is entered once, and its frame stays: each run of the actor begins with a jump to it.
 */
static void bottom(void)
{
	if (!_setjmp(actors[running].base))
		swapcontext(&actors[running].context, &making);
	actors[running].body();
	stores_leave(running);
	actors[running].finished = true;
	_longjmp(search, 1);
}

static void make(enum actor_index index)
{
	struct actor *actor = &actors[index];

	getcontext(&actor->context);
	actor->context.uc_stack.ss_sp = actor->stack;
	actor->context.uc_stack.ss_size = STACK_BYTES;
	makecontext(&actor->context, bottom, 0);
	running = index;
	swapcontext(&making, &actor->context);
	actor->made = true;
}

static void enter(enum actor_index index, jmp_buf where)
{
	running = index;
	stores_enter(index);
	if (!_setjmp(search))
		_longjmp(where, 1);
	running = ACTORS;
}

void actors_start(void (*const bodies[ACTORS])(void))
{
	for (unsigned i = 0; i < ACTORS; i++) {
		struct actor *actor = &actors[i];

		actor->body = bodies[i];
		actor->finished = !bodies[i];
		actor->moved = false;
		actor->learnt = 0;
		actor->stop = (struct stop){ 0 };
		if (!bodies[i])
			continue;
		if (!actor->made)
			make((enum actor_index)i);
		enter((enum actor_index)i, actor->base);
	}
}

void actor_stop(struct stop stop)
{
	struct actor *actor;

	if (running == ACTORS)
		return;
	actor = &actors[running];
	actor->stop = stop;
	actor->moved = false;
	stores_leave(running);
	actor->learnt = hash_word(actor->learnt, (uint64_t)stop.offset << 32 | stop.value);
	actor->learnt = hash_word(actor->learnt, (uintptr_t)stop.at << 8 | stop.kind);
	if (!_setjmp(actor->here))
		_longjmp(search, 1);
}

void actor_step(enum actor_index index)
{
	for (unsigned i = 0; i < ACTORS; i++)
		actors[i].moved |= i != index;
	enter(index, actors[index].here);
}

void actor_ends_run(void)
{
	if (running == ACTORS)
		abort();
	_longjmp(search, 1);
}

void actor_learns(uint64_t value)
{
	if (running != ACTORS)
		actors[running].learnt = hash_word(actors[running].learnt, value);
}

void actor_forgets(void)
{
	actors[running].learnt = 0;
}

const struct stop *actor_stopped(enum actor_index actor)
{
	return &actors[actor].stop;
}

bool actor_finished(enum actor_index actor)
{
	return actors[actor].finished;
}

bool actor_could_turn(enum actor_index actor)
{
	return actors[actor].moved;
}

/* What an actor has learnt determines where it is, because its program and its start are always the same. */
uint64_t actors_hash(uint64_t hash)
{
	for (unsigned i = 0; i < ACTORS; i++) {
		const struct actor *actor = &actors[i];
		const bool turns = actor->stop.kind == STOP_TURN && actor->moved;

		hash = hash_word(hash, actor->learnt);
		hash = hash_word(hash,
				 (uint64_t)actor->finished << 17 | (uint64_t)turns << 16 | (uint64_t)actor->stop.kind);
	}
	return hash;
}
