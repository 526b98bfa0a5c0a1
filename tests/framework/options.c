// SPDX-License-Identifier: BSD-2-Clause
#include "tests/framework/options.h"

#include <stddef.h>

#include "firmware/lib/print.h"
#include "firmware/lib/string.h"

static const char prefix[] = "touchstone.";

enum option_kind { TEXT, NUMBER, CHOICE, FLAG };

/* The words of a choice, by the value that they stand for; the last is followed by NULL. */
static const char *const ref_words[] = {
	[REF_AUTO] = "auto", [REF_OFF] = "off", [REF_ON] = "on", [REF_ONLY] = "only", NULL,
};
static const char *const proof_words[] = { [PROOF_NONE] = "", [PROOF_FIRST] = "first", [PROOF_ALL] = "all", NULL };

static const struct option {
	const char *name;
	enum option_kind kind;
	size_t offset, size;
	uint64_t least, most;	  /* of a number */
	const char *const *words; /* of a choice */
} known[] = {
#define FIELD(NAME) offsetof(struct options, NAME), sizeof(((struct options *)0)->NAME)
	{ "only", TEXT, FIELD(only), 0, 0, NULL },
	{ "skip", TEXT, FIELD(skip), 0, 0, NULL },
	{ "after", TEXT, FIELD(after), 0, 0, NULL },
	{ "seed", NUMBER, FIELD(seed), 0, UINT64_MAX, NULL },
	{ "repeat", NUMBER, FIELD(repeat), 1, 1000000, NULL },
	{ "race", TEXT, FIELD(race), 0, 0, NULL },
	{ "rounds", NUMBER, FIELD(rounds), 1, 1000000, NULL },
	{ "delay", NUMBER, FIELD(delay), 0, 1000000000, NULL },
	{ "timeout", NUMBER, FIELD(timeout_ms), 1, 3600000, NULL },
	{ "patience", NUMBER, FIELD(patience_ms), 1, 3600000, NULL },
	{ "ref", CHOICE, FIELD(ref), 0, 0, ref_words },
	{ "ref-version", NUMBER, FIELD(ref_version), 1, 3, NULL },
	{ "ref-queue-size", NUMBER, FIELD(ref_queue_size), 1, 1024, NULL },
	{ "ref-schedule", TEXT, FIELD(ref_schedule), 0, 0, NULL },
	{ "ref-line", TEXT, FIELD(ref_line), 0, 0, NULL },
	{ "ref-msi", TEXT, FIELD(ref_msi), 0, 0, NULL },
	{ "msi", TEXT, FIELD(msi), 0, 0, NULL },
	{ "ref-read-only", FLAG, FIELD(ref_read_only), 0, 0, NULL },
	{ "proof", CHOICE, FIELD(proof), 0, 0, proof_words },
	{ "defect", TEXT, FIELD(defect), 0, 0, NULL },
	{ "peer", FLAG, FIELD(peer), 0, 0, NULL },
	{ "list", FLAG, FIELD(list), 0, 0, NULL },
	{ "isolated", FLAG, FIELD(isolated), 0, 0, NULL },
	{ "brief", FLAG, FIELD(brief), 0, 0, NULL },
	{ "bench", FLAG, FIELD(bench), 0, 0, NULL },
#undef FIELD
};
enum { KNOWN = sizeof(known) / sizeof(known[0]) };

/* False: none of the words. */
static bool choose(unsigned *field, const char *const *words, const char *value)
{
	for (unsigned i = 0; words[i]; i++)
		if (!strcmp(words[i], value)) {
			*field = i;
			return true;
		}
	return false;
}

/* Sets one option from text[0..length). NULL or what is wrong with it. */
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
	options->timeout_ms = 10000;
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
