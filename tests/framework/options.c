// SPDX-License-Identifier: BSD-2-Clause
#include "tests/framework/options.h"

#include <stddef.h>

#include "firmware/lib/print.h"
#include "firmware/lib/string.h"

static const char prefix[] = "touchstone.";

enum option_kind { TEXT, NUMBER, CHOICE, FLAG };

/* The words of a choice, indexed by their value; NULL ends the list. */
static const char *const ref_words[] = {
	[REF_AUTO] = "auto", [REF_OFF] = "off", [REF_ON] = "on", [REF_ONLY] = "only", NULL,
};
static const char *const proof_words[] = { [PROOF_NONE] = "", [PROOF_FIRST] = "first", [PROOF_ALL] = "all", NULL };

static const struct option {
	const char *name;
	enum option_kind kind;
	size_t offset, size;
	const char *const *words; /* of a choice */
	uint64_t least, most;	  /* of a number */
} known[] = {
#define FIELD(NAME) offsetof(struct options, NAME), sizeof(((struct options *)0)->NAME)
	{ "only", TEXT, FIELD(only), NULL, 0, 0 },
	{ "skip", TEXT, FIELD(skip), NULL, 0, 0 },
	{ "after", TEXT, FIELD(after), NULL, 0, 0 },
	{ "seed", NUMBER, FIELD(seed), NULL, 0, UINT64_MAX },
	{ "repeat", NUMBER, FIELD(repeat), NULL, 1, 1000000 },
	{ "race", TEXT, FIELD(race), NULL, 0, 0 },
	{ "rounds", NUMBER, FIELD(rounds), NULL, 1, 1000000 },
	{ "delay", NUMBER, FIELD(delay), NULL, 0, 1000000000 },
	{ "timeout", NUMBER, FIELD(timeout_ms), NULL, 1, 3600000 },
	{ "patience", NUMBER, FIELD(patience_ms), NULL, 1, 3600000 },
	{ "ref", CHOICE, FIELD(ref), ref_words, 0, 0 },
	{ "ref-version", NUMBER, FIELD(ref_version), NULL, 1, 3 },
	{ "ref-queue-size", NUMBER, FIELD(ref_queue_size), NULL, 1, 1024 },
	{ "ref-schedule", TEXT, FIELD(ref_schedule), NULL, 0, 0 },
	{ "ref-line", TEXT, FIELD(ref_line), NULL, 0, 0 },
	{ "ref-msi", TEXT, FIELD(ref_msi), NULL, 0, 0 },
	{ "msi", TEXT, FIELD(msi), NULL, 0, 0 },
	{ "ref-read-only", FLAG, FIELD(ref_read_only), NULL, 0, 0 },
	{ "proof", CHOICE, FIELD(proof), proof_words, 0, 0 },
	{ "defect", TEXT, FIELD(defect), NULL, 0, 0 },
	{ "oddity", TEXT, FIELD(oddity), NULL, 0, 0 },
	{ "peer", FLAG, FIELD(peer), NULL, 0, 0 },
	{ "loop", FLAG, FIELD(loop), NULL, 0, 0 },
	{ "disk", FLAG, FIELD(disk), NULL, 0, 0 },
	{ "change", TEXT, FIELD(change), NULL, 0, 0 },
	{ "list", FLAG, FIELD(list), NULL, 0, 0 },
	{ "isolated", FLAG, FIELD(isolated), NULL, 0, 0 },
	{ "brief", FLAG, FIELD(brief), NULL, 0, 0 },
	{ "bench", FLAG, FIELD(bench), NULL, 0, 0 },
#undef FIELD
};
enum { KNOWN = sizeof(known) / sizeof(known[0]) };

/* False: `value` is none of the words. */
static bool choose(unsigned *field, const char *const *words, const char *value)
{
	for (unsigned i = 0; words[i]; i++)
		if (!strcmp(words[i], value)) {
			*field = i;
			return true;
		}
	return false;
}

/* Sets one option. Returns NULL, or what is wrong with the value. */
static const char *set(struct options *options, const struct option *option, const char *value, bool has_value)
{
	char *field = (char *)options + option->offset;
	uint64_t number;

	if (option->kind == FLAG) {
		*(bool *)field = true;
		return has_value ? "takes no value" : NULL;
	}
	if (!has_value || !*value)
		return "needs a value";
	if (option->kind == TEXT) {
		if (string_copy(field, option->size, value))
			return NULL;
		*field = 0;
		return "is too long";
	}
	if (option->kind == CHOICE)
		return choose((unsigned *)(void *)field, option->words, value) ? NULL : "has an unknown value";
	if (!parse_number(&value, &number) || *value)
		return "is not a number";
	if (number < option->least || number > option->most)
		return "is out of range";
	*(uint64_t *)field = number;
	return NULL;
}

void options_parse(struct options *options, const char *cmdline,
		   void (*warn)(void *context, const char *what, const char *word), void *context)
{
	bool seen[KNOWN] = { false };

	memset(options, 0, sizeof(*options));
	options->seed = 1;
	options->repeat = 1;
	options->timeout_ms = 20000;
	options->patience_ms = 2000;
	options->delay = OPTION_ANY_DELAY;
	options->ref_version = 2;
	options->ref_queue_size = 256;
	string_copy(options->msi, sizeof(options->msi), "auto");

	while (*cmdline) {
		char word[OPTION_TEXT + sizeof(prefix) + 16];
		size_t length = 0;
		const char *what = "is unknown", *rest, *value;

		for (; *cmdline && *cmdline != ' ' && *cmdline != '\t' && *cmdline != '\n'; cmdline++)
			if (length + 1 < sizeof(word))
				word[length++] = *cmdline;
		word[length] = 0;
		if (*cmdline)
			cmdline++;
		if (strncmp(word, prefix, sizeof(prefix) - 1))
			continue;
		rest = word + sizeof(prefix) - 1;
		value = strchr(rest, '=');
		for (size_t i = 0; i < KNOWN; i++) {
			size_t name = strlen(known[i].name);

			if (strncmp(rest, known[i].name, name) || (rest[name] && rest[name] != '='))
				continue;
			what = seen[i] ? "is given twice; the later one counts" : NULL;
			seen[i] = true;
			rest = set(options, &known[i], value ? value + 1 : "", value != NULL);
			if (rest)
				what = rest;
			break;
		}
		if (what)
			warn(context, what, word);
	}
	if (options->race[0])
		format_string(options->only, sizeof(options->only), "race.%s", options->race);
}

bool options_match(const char *globs, const char *name)
{
	const char *short_name = strchr(name, '.');

	while (*globs) {
		const char *end = strchr(globs, ',');
		size_t length = end ? (size_t)(end - globs) : strlen(globs);

		if (glob_match(globs, length, name, strlen(name)) ||
		    (short_name && glob_match(globs, length, short_name + 1, strlen(short_name + 1))))
			return true;
		globs += length + (end ? 1 : 0);
	}
	return false;
}
