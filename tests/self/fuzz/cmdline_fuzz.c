// SPDX-License-Identifier: BSD-2-Clause
/*
 * The command line: the loader's string, the windows in it, and the touchstone.* words; and the loader's memory map,
 * which no window may overlap.
 *
 * Input: flags, offset of the string in its page (u16), ranges of memory (u64 base, u64 size), then the string's
 * memory.
 */
#include "tests/self/fuzz/fuzz.h"

#include <string.h>

#include "firmware/discovery/platform.h"
#include "firmware/lib/string.h"
#include "tests/framework/options.h"
#include "tests/self/fuzz/platform_holds.h"
#include "tests/self/unit/machine.h"

enum { CMDLINE = 0x20000, PAGE = 4096, RANGES_MASK = 0x3f, ENDS_WITH_A_PAGE = 0x40 };

static struct platform platform;
static struct options options;

static void warn(void *context, const char *what, const char *word)
{
	(void)context;
	holds(*what && strlen(word) < PLATFORM_CMDLINE_MAX);
}

/* Matches a glob in the simplest way, which is fast enough for short texts. */
static bool simple_match(const char *pattern, const char *pattern_end, const char *text)
{
	if (pattern == pattern_end)
		return !*text;
	if (*pattern == '*')
		return simple_match(pattern + 1, pattern_end, text) ||
		       (*text && simple_match(pattern, pattern_end, text + 1));
	return *text && (*pattern == '?' || *pattern == *text) && simple_match(pattern + 1, pattern_end, text + 1);
}

static bool simple_options_match(const char *globs, const char *name)
{
	while (*globs) {
		const char *end = globs + strcspn(globs, ",");

		if (simple_match(globs, end, name) || simple_match(globs, end, strchr(name, '.') + 1))
			return true;
		globs = *end ? end + 1 : end;
	}
	return false;
}

static void globs_hold(const char *globs)
{
	static const char *const names[] = { "blk0.ring.wrap", "a.b", "net1.features.word-2" };
	enum { STARS_MAX = 6 };
	unsigned stars = 0;

	for (const char *at = globs; *at; at++)
		stars += *at == '*';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const bool matched = options_match(globs, names[i]);

		holds(stars > STARS_MAX || matched == simple_options_match(globs, names[i]));
	}
}

#define TERMINATED(FIELD) holds(memchr(options.FIELD, 0, sizeof(options.FIELD)))

static void options_hold(void)
{
	memset(&options, 0xa5, sizeof(options));
	options_parse(&options, platform.cmdline, warn, NULL);
	TERMINATED(only);
	TERMINATED(skip);
	TERMINATED(after);
	TERMINATED(ref_schedule);
	TERMINATED(ref_line);
	TERMINATED(defect);
	TERMINATED(oddity);
	holds(options.repeat >= 1 && options.timeout_ms >= 1 && options.patience_ms >= 1);
	holds(options.ref <= REF_ONLY && options.proof <= PROOF_ALL);
	holds(options.ref_version >= 1 && options.ref_version <= 3);
	globs_hold(options.only);
	globs_hold(options.skip);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	struct boot_info boot = { .protocol = "fuzz" };
	const uint8_t flags = input_u8(&input);
	const uint16_t offset = input_u16(&input) % PAGE;
	static uint8_t memory[4 * PAGE];
	size_t got;
	const uint8_t *text;

	boot.memory_count = flags & RANGES_MASK;
	for (uint32_t i = 0; i < boot.memory_count && i < sizeof(boot.memory) / sizeof(boot.memory[0]); i++) {
		boot.memory[i].base = input_u64(&input);
		boot.memory[i].size = input_u64(&input);
	}
	text = input_bytes(&input, sizeof(memory) - offset, &got);
	memset(memory, 0, sizeof(memory));
	memcpy(memory + offset, text, got);
	got += offset;
	if (flags & ENDS_WITH_A_PAGE || !got)
		got = (got + PAGE) / PAGE * PAGE;
	boot.cmdline = CMDLINE + offset;

	machine_reset();
	machine_place(CMDLINE, memory, got < sizeof(memory) ? got : sizeof(memory));
	platform_discover(&platform, &boot, &made_up_memory);
	platform_holds(&platform);
	options_hold();
	machine_reset();
	return 0;
}
