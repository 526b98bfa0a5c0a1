// SPDX-License-Identifier: BSD-2-Clause
/*
 * Windows that the command line names: virtio_mmio.device=<size>@<base>:<irq>[:<id>], once for each device. They are
 * read as Linux reads them (drivers/virtio/virtio_mmio.c, and memparse() for the size).
 */
#include "firmware/lib/string.h"
#include "firmware/discovery/platform.h"

enum {
	WORD_MAX = 128, /* longer than any well-formed word */
	QUOTE_MAX = 64, /* how much of a bad word a warning shows */
	OCTAL_BITS = 3,
};

static const char device_option[] = "virtio_mmio.device=";

/* Linux reads a number with a leading 0 as octal. We must read the same window. */
static bool parse_c_number(const char **cursor, uint64_t *value)
{
	const char *at = *cursor;
	uint64_t result = 0;

	if (at[0] != '0' || at[1] < '0' || at[1] > '9')
		return parse_number(cursor, value);
	for (; *at >= '0' && *at <= '7'; at++) {
		if (result >> (64 - OCTAL_BITS))
			return false;
		result = result << OCTAL_BITS | (uint64_t)(*at - '0');
	}
	*cursor = at;
	*value = result;
	return true;
}

/* Reads a number with an optional suffix K, M, G, T, P or E, each of them 2^10 times the one before. */
static bool parse_size(const char **cursor, uint64_t *size)
{
	static const char suffixes[] = "KkMmGgTtPpEe";
	const char *suffix;
	unsigned shift;

	if (!parse_c_number(cursor, size))
		return false;
	suffix = **cursor ? strchr(suffixes, **cursor) : NULL;
	if (!suffix)
		return true;
	++*cursor;
	shift = 10 * (unsigned)((suffix - suffixes) / 2 + 1);
	if (*size >> (64 - shift))
		return false;
	*size <<= shift;
	return true;
}

/* Parses what follows the '='. Returns what is wrong with it, or NULL. */
static const char *parse_device(const struct platform *platform, const char *text, struct mmio_window *window)
{
	uint64_t irq, id;

	if (!parse_size(&text, &window->size))
		return "no size before '@'";
	if (*text++ != '@')
		return "no '@' after the size";
	if (!parse_c_number(&text, &window->base))
		return "no base after '@'";
	if (*text++ != ':')
		return "no ':' after the base";
	if (!parse_number(&text, &irq))
		return "no interrupt after ':'";
	if (!irq || irq > UINT32_MAX)
		return "no such interrupt";
	if (*text == ':') {
		text++;
		if (!parse_number(&text, &id))
			return "no id after the last ':'";
	}
	if (*text)
		return "something follows it";
	window->irq = platform_isa_source(platform, (uint32_t)irq);
	window->announced = ANNOUNCED_CMDLINE;
	return NULL;
}

/* In names of options, Linux treats '-' as '_'. */
static bool is_device_option(const char *word)
{
	for (size_t i = 0; device_option[i]; i++)
		if ((word[i] == '-' ? '_' : word[i]) != device_option[i])
			return false;
	return true;
}

static void device_word(struct platform *platform, const char *word, size_t length, bool for_init)
{
	char copy[WORD_MAX];
	struct mmio_window window;
	const char *wrong;

	if (for_init) {
		wrong = "after '--'";
	} else if (length >= sizeof(copy)) {
		wrong = "too long";
	} else {
		memcpy(copy, word, length);
		copy[length] = 0;
		wrong = parse_device(platform, copy + sizeof(device_option) - 1, &window);
	}
	if (wrong)
		platform_warn(platform, "cmdline: %.*s: %s; ignored", (int)(length < QUOTE_MAX ? length : QUOTE_MAX),
			      word, wrong);
	else
		platform_add_window(platform, &window);
}

void platform_parse_cmdline(struct platform *platform)
{
	const char *word = platform->cmdline;
	bool for_init = false; /* behind a lone "--", words are for init and not for the kernel */

	for (;;) {
		size_t length = 0;

		while (*word && (unsigned char)*word <= ' ')
			word++;
		if (!*word)
			return;
		while ((unsigned char)word[length] > ' ')
			length++;
		if (length == 2 && word[0] == '-' && word[1] == '-')
			for_init = true;
		else if (is_device_option(word))
			device_word(platform, word, length, for_init);
		word += length;
	}
}
