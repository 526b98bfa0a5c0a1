// SPDX-License-Identifier: BSD-2-Clause
/* The list of virtio-mmio windows, and how two announcements of the same window are merged. */
#include "firmware/lib/print.h"
#include "firmware/discovery/platform.h"

enum {
	WINDOW_SIZE_MIN = 0x100, /* the registers, without configuration space: virtio 1.4 section 4.2.2 */
	WINDOW_ALIGNMENT = 4,	 /* every register is 32 bits wide, and accesses are aligned: section 4.2.2.2 */
	ANNOUNCERS_MAX = 32,	 /* all names, with the signs between them */
};

/* The sources that know the interrupt's trigger; the others cannot express it, and assume one. */
#define STATES_TRIGGER ((uint32_t)(ANNOUNCED_ACPI | ANNOUNCED_FDT))

const char *platform_announcers(uint32_t announced, char *buffer, size_t size)
{
	static const char *const names[] = { "cmdline", "acpi", "fdt", "probe" };
	size_t length = 0;

	buffer[0] = 0;
	for (uint32_t bit = 0; bit < sizeof(names) / sizeof(names[0]); bit++)
		if (announced & 1u << bit)
			length += format_string(buffer + length, size - length, "%s%s", length ? "+" : "", names[bit]);
	return buffer;
}

static const char *irq_words(const struct irq_source *source)
{
	if (source->polarity == IRQ_ACTIVE_HIGH)
		return source->trigger == IRQ_EDGE ? "edge, high" : "level, high";
	return source->trigger == IRQ_EDGE ? "edge, low" : "level, low";
}

static bool same_trigger(const struct irq_source *a, const struct irq_source *b)
{
	return a->trigger == b->trigger && a->polarity == b->polarity;
}

static bool overlap(uint64_t base, uint64_t size, uint64_t other_base, uint64_t other_size)
{
	return base < other_base + other_size && other_base < base + size;
}

/* Returns why the window is impossible, or NULL. */
static const char *malformed(const struct mmio_window *window)
{
	if (!window->size)
		return "its size is 0";
	if (window->size > UINT64_MAX - window->base)
		return "it wraps around the address space";
	if (window->size < WINDOW_SIZE_MIN)
		return "it is too small for the registers";
	if (window->base % WINDOW_ALIGNMENT)
		return "it is not aligned to a register";
	return NULL;
}

static void reject(struct platform *platform, const struct mmio_window *window, const char *reason)
{
	char who[ANNOUNCERS_MAX];

	platform_warn(platform, "window 0x%llx+0x%llx (%s): %s; ignored", (unsigned long long)window->base,
		      (unsigned long long)window->size, platform_announcers(window->announced, who, sizeof(who)),
		      reason);
}

static void merge(struct platform *platform, struct mmio_window *known, const struct mmio_window *window)
{
	char before[ANNOUNCERS_MAX], now[ANNOUNCERS_MAX];
	unsigned long long base = known->base;

	platform_announcers(known->announced, before, sizeof(before));
	platform_announcers(window->announced, now, sizeof(now));
	if (known->announced & window->announced)
		platform_warn(platform, "window 0x%llx: announced twice by %s", base, now);
	if (known->size != window->size)
		platform_warn(platform, "window 0x%llx: size 0x%llx (%s) or 0x%llx (%s); the first is used", base,
			      (unsigned long long)known->size, before, (unsigned long long)window->size, now);

	if (known->irq.gsi != window->irq.gsi) {
		platform_warn(platform, "window 0x%llx: GSI %u (%s) or %u (%s); the first is used", base,
			      known->irq.gsi, before, window->irq.gsi, now);
	} else if (window->announced & STATES_TRIGGER) {
		if (!(known->announced & STATES_TRIGGER))
			known->irq = window->irq;
		else if (!same_trigger(&known->irq, &window->irq))
			platform_warn(platform, "window 0x%llx: GSI %u is %s (%s) or %s (%s); the first is used", base,
				      known->irq.gsi, irq_words(&known->irq), before, irq_words(&window->irq), now);
	}
	known->announced |= window->announced;
}

/* Windows may share an input, but the input has a single trigger. */
static void warn_of_mixed_line(struct platform *platform, const struct mmio_window *window)
{
	for (uint32_t i = 0; i < platform->window_count; i++) {
		const struct mmio_window *other = &platform->windows[i];

		if (other->irq.gsi == window->irq.gsi && !same_trigger(&other->irq, &window->irq)) {
			platform_warn(platform, "GSI %u: %s for window 0x%llx, %s for window 0x%llx", window->irq.gsi,
				      irq_words(&other->irq), (unsigned long long)other->base, irq_words(&window->irq),
				      (unsigned long long)window->base);
			return;
		}
	}
}

void platform_add_window(struct platform *platform, const struct mmio_window *window)
{
	const char *reason = malformed(window);
	uint32_t at = platform->window_count;

	if (reason) {
		reject(platform, window, reason);
		return;
	}
	for (uint32_t i = 0; i < platform->window_count; i++) {
		struct mmio_window *known = &platform->windows[i];

		if (known->base == window->base) {
			merge(platform, known, window);
			return;
		}
		if (overlap(window->base, window->size, known->base, known->size)) {
			reject(platform, window, "it overlaps another window");
			return;
		}
	}
	for (uint32_t i = 0; i < platform->memory_count; i++)
		if (overlap(window->base, window->size, platform->memory[i].base, platform->memory[i].size)) {
			reject(platform, window, "it overlaps RAM");
			return;
		}
	if (platform->window_count == PLATFORM_WINDOWS) {
		reject(platform, window, "there are too many");
		return;
	}

	warn_of_mixed_line(platform, window);
	/* The list is sorted by address, so that a device has the same name whatever announced it, and in whichever
	 * order. */
	for (; at && platform->windows[at - 1].base > window->base; at--)
		platform->windows[at] = platform->windows[at - 1];
	platform->windows[at] = *window;
	platform->window_count++;
}
