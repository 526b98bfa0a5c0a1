/* SPDX-License-Identifier: BSD-2-Clause */
/* The touchstone.* words of the command line (docs/report.md lists them). */
#ifndef TESTS_OPTIONS_H
#define TESTS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum { OPTION_TEXT = 1024 };
#define OPTION_ANY_DELAY UINT64_MAX

/* When to use the reference devices inside the image: if no other device is found, never, after the others, or alone.
 */
enum option_reference { REF_AUTO, REF_OFF, REF_ON, REF_ONLY };

/* How to prove the checks on the defects of the reference devices (proof.h). */
enum option_proof { PROOF_NONE, PROOF_FIRST, PROOF_ALL };

struct options {
	char only[OPTION_TEXT], skip[OPTION_TEXT]; /* lists of globs, separated by commas; "" = not given */
	char race[24];				   /* short for only=race.NAME */
	char after[128];
	uint64_t rounds, delay; /* of races: the number of rounds (0: the check's own) and a fixed delay */
	uint64_t seed, repeat, timeout_ms, patience_ms;
	/* The reference devices and their behaviour; tests/guest/reference/setup.c reads the texts. */
	enum option_reference ref;
	char ref_schedule[8], ref_line[8], ref_msi[16], defect[OPTION_TEXT], oddity[OPTION_TEXT];
	uint64_t ref_version, ref_queue_size;
	bool ref_read_only;
	char msi[16]; /* "auto", "off", or the layout of message signalled interrupts that every device has
			  (drivers/msi/msi.h) */
	enum option_proof proof;
	bool peer;	  /* the other end of each network device answers */
	bool loop;	  /* the other end of each port of a console device sends back what it gets */
	bool disk;	  /* each disk has the content of docs/environment.md where nobody wrote */
	char change[128]; /* names of the devices whose configuration the host changes on request */
	bool list, bench;
	bool brief;    /* leave out the checks that take long on a simulated CPU, unless `only` is given */
	bool isolated; /* the VMM starts anew after each check, so that no check inherits what another left behind */
};

/* Sets the defaults, then what the command line says. Calls `warn` for each word that is unknown, malformed or given
 * twice. */
void options_parse(struct options *options, const char *cmdline,
		   void (*warn)(void *context, const char *what, const char *word), void *context);

/* Does a glob of the list match the name, with or without its device? */
bool options_match(const char *globs, const char *name);

#endif
