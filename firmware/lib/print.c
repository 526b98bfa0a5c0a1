// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/lib/print.h"

#include <stdbool.h>

#include "firmware/lib/string.h"

struct output {
	void (*put)(struct output *output, char byte);
	char *buffer;
	size_t size, length;
};

struct conversion {
	bool left, zero, alternate;
	int width, precision; /* precision -1: not given */
};

static print_sink *console;
static uint32_t checksum;
static bool muted;
static unsigned column; /* of the console */

/* The report promises this to its readers (docs/report.md): a line that a device makes longer is cut and ends in
 * dots. */
enum { LINE_MAX = 510, CUT_MARK = 3 };

#define CRC32_POLYNOMIAL 0xedb88320u /* IEEE 802.3, bit-reversed */

static uint32_t crc32_update(uint32_t crc, unsigned char byte)
{
	/* The CRCs of the 16 nibbles, computed on first use: two steps per byte save a table of 1 KiB. */
	static uint32_t table[16];

	if (!table[1])
		for (uint32_t i = 0; i < 16; i++) {
			uint32_t value = i;
			for (int bit = 0; bit < 4; bit++)
				value = (value >> 1) ^ (value & 1 ? CRC32_POLYNOMIAL : 0);
			table[i] = value;
		}
	crc ^= byte;
	crc = (crc >> 4) ^ table[crc & 15];
	return (crc >> 4) ^ table[crc & 15];
}

void print_to(print_sink *sink)
{
	console = sink;
}

bool print_mute(bool mute)
{
	const bool before = muted;

	muted = mute;
	return before;
}

void print_checksum_start(void)
{
	checksum = UINT32_MAX;
}

uint32_t print_checksum(void)
{
	return ~checksum;
}

static void put_console(struct output *output, char byte)
{
	(void)output;
	if (muted)
		return;
	if (byte == '\n')
		column = 0;
	else if (column == LINE_MAX)
		return;
	else if (column++ >= LINE_MAX - CUT_MARK)
		byte = '.';
	checksum = crc32_update(checksum, (unsigned char)byte);
	if (console)
		console(byte);
}

static void put_buffer(struct output *output, char byte)
{
	if (output->length + 1 < output->size)
		output->buffer[output->length++] = byte;
}

static void pad(struct output *output, int count, char byte)
{
	while (count-- > 0)
		output->put(output, byte);
}

static void put_string(struct output *output, const struct conversion *how, const char *string)
{
	int length = 0;

	if (!string)
		string = "(null)";
	while ((how->precision < 0 || length < how->precision) && string[length])
		length++;
	if (!how->left)
		pad(output, how->width - length, ' ');
	for (int i = 0; i < length; i++)
		output->put(output, string[i] >= 0x20 && string[i] < 0x7f ? string[i] : '?');
	if (how->left)
		pad(output, how->width - length, ' ');
}

static void put_number(struct output *output, const struct conversion *how, uint64_t value, bool negative,
		       unsigned base, bool capital)
{
	char digits[24];
	int count = 0, zeros = 0;
	const char *prefix = negative ? "-" : how->alternate && base == 16 ? (capital ? "0X" : "0x") : "";
	int prefix_length = (int)strlen(prefix);

	do {
		digits[count++] = (capital ? "0123456789ABCDEF" : "0123456789abcdef")[value % base];
		value /= base;
	} while (value);
	if (how->precision > count)
		zeros = how->precision - count;
	else if (how->zero && !how->left && how->precision < 0 && how->width > count + prefix_length)
		zeros = how->width - count - prefix_length;
	if (!how->left)
		pad(output, how->width - count - zeros - prefix_length, ' ');
	for (int i = 0; i < prefix_length; i++)
		output->put(output, prefix[i]);
	pad(output, zeros, '0');
	for (int i = count; i--;)
		output->put(output, digits[i]);
	if (how->left)
		pad(output, how->width - count - zeros - prefix_length, ' ');
}

/* These two fetch the integer argument of a conversion, as its length modifier says. */
static uint64_t next_unsigned(va_list *arguments, int longs)
{
	if (longs >= 1)
		return va_arg(*arguments, unsigned long long);
	return va_arg(*arguments, unsigned int);
}

static int64_t next_signed(va_list *arguments, int longs)
{
	if (longs >= 1)
		return va_arg(*arguments, long long);
	return va_arg(*arguments, int);
}

static int read_count(const char **format, va_list *arguments)
{
	int count = 0;

	if (**format == '*') {
		(*format)++;
		return va_arg(*arguments, int);
	}
	while (**format >= '0' && **format <= '9')
		count = count * 10 + *(*format)++ - '0';
	return count;
}

static void output_format(struct output *output, const char *format, va_list *arguments)
{
	_Static_assert(sizeof(long) == sizeof(long long), "length modifiers l, ll and z are read alike");

	for (; *format; format++) {
		struct conversion how = { .precision = -1 };
		int longs = 0;

		if (*format != '%') {
			output->put(output, *format);
			continue;
		}
		for (format++;; format++) {
			if (*format == '-')
				how.left = true;
			else if (*format == '0')
				how.zero = true;
			else if (*format == '#')
				how.alternate = true;
			else
				break;
		}
		how.width = read_count(&format, arguments);
		if (*format == '.') {
			format++;
			how.precision = read_count(&format, arguments);
		}
		for (; *format == 'l' || *format == 'z' || *format == 'h'; format++)
			longs += *format != 'h';

		switch (*format) {
		case 'd': {
			int64_t value = next_signed(arguments, longs);
			put_number(output, &how, value < 0 ? -(uint64_t)value : (uint64_t)value, value < 0, 10, false);
			break;
		}
		case 'u':
			put_number(output, &how, next_unsigned(arguments, longs), false, 10, false);
			break;
		case 'x':
		case 'X':
			put_number(output, &how, next_unsigned(arguments, longs), false, 16, *format == 'X');
			break;
		case 'p':
			how.alternate = true;
			put_number(output, &how, (uintptr_t)va_arg(*arguments, void *), false, 16, false);
			break;
		case 'c':
			output->put(output, (char)va_arg(*arguments, int));
			break;
		case 's':
			put_string(output, &how, va_arg(*arguments, const char *));
			break;
		case '%':
			output->put(output, '%');
			break;
		default: /* an unknown conversion: print it, and do not run past the end of the format */
			output->put(output, '%');
			if (!*format)
				return;
			output->put(output, *format);
		}
	}
}

void vprint(const char *format, va_list arguments)
{
	struct output output = { .put = put_console };
	va_list copy;

	va_copy(copy, arguments);
	output_format(&output, format, &copy);
	va_end(copy);
}

void print(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vprint(format, arguments);
	va_end(arguments);
}

size_t vformat_string(char *buffer, size_t size, const char *format, va_list arguments)
{
	struct output output = { .put = put_buffer, .buffer = buffer, .size = size };
	va_list copy;

	if (!size)
		return 0;
	va_copy(copy, arguments);
	output_format(&output, format, &copy);
	va_end(copy);
	buffer[output.length] = 0;
	return output.length;
}

size_t format_string(char *buffer, size_t size, const char *format, ...)
{
	va_list arguments;
	size_t length;

	va_start(arguments, format);
	length = vformat_string(buffer, size, format, arguments);
	va_end(arguments);
	return length;
}
