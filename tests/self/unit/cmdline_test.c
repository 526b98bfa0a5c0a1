// SPDX-License-Identifier: BSD-2-Clause
/* Windows on the command line, and the copy that discovery makes of the command line. */
#include "tests/self/unit/unit.h"

#include "firmware/discovery/platform.h"
#include "tests/self/unit/found.h"
#include "tests/self/unit/machine.h"

enum { CMDLINE = 0x20000 };

static struct platform platform;

static const char *discover_at(uint64_t cmdline)
{
	const struct boot_info boot = { .protocol = "test", .cmdline = cmdline };

	platform_discover(&platform, &boot, &made_up_memory);
	return found(&platform);
}

/* Discovers a machine with nothing but a command line. Unlike a loader's, its memory ends with the text. */
static const char *discover(const char *cmdline)
{
	char page[PLATFORM_CMDLINE_MAX];

	machine_reset();
	memset(page, 0xff, sizeof(page));
	snprintf(page, sizeof(page), "%s", cmdline);
	machine_place(CMDLINE, page, sizeof(page));
	return discover_at(CMDLINE);
}

#define D "virtio_mmio.device="

UNIT_TEST(words)
{
	static const struct {
		const char *cmdline, *told;
	} rows[] = {
		/* as VMMs write them */
		{ "console=ttyS0 " D "512@0xfeb00e00:12", "cmdline 0xfeb00e00+0x200 irq 12\n" },
		{ D "4K@0xc0001000:5 pci=off", "cmdline 0xc0001000+0x1000 irq 5\n" },
		{ D "0x200@0xfeb00000:5", "cmdline 0xfeb00000+0x200 irq 5\n" },
		/* numbers as Linux reads them: a leading 0 is octal */
		{ D "1k@0x1000:1", "cmdline 0x1000+0x400 irq 1\n" },
		{ D "1M@4096:0x10", "cmdline 0x1000+0x100000 irq 16\n" },
		{ D "0X400@0XFEB00000:5", "cmdline 0xfeb00000+0x400 irq 5\n" },
		{ D "01000@0x1000:5", "cmdline 0x1000+0x200 irq 5\n" },
		{ D "001000@010000:5", "cmdline 0x1000+0x200 irq 5\n" },
		{ D "0x1G@0x1000000000:5", "cmdline 0x1000000000+0x40000000 irq 5\n" },
		{ D "512@0x1000:5:7", "cmdline 0x1000+0x200 irq 5\n" },
		{ D "512@0x1000:4294967295", "cmdline 0x1000+0x200 irq 4294967295\n" },
		{ "virtio-mmio.device=512@0x1000:5", "cmdline 0x1000+0x200 irq 5\n" },
		{ "\t" D "512@0x1000:5\n", "cmdline 0x1000+0x200 irq 5\n" },
		{ D "512@0x3000:12 " D "512@0x2000:11 " D "512@0x1000:10",
		  "cmdline 0x1000+0x200 irq 10\ncmdline 0x2000+0x200 irq 11\ncmdline 0x3000+0x200 irq 12\n" },
		/* words behind "--" are for init */
		{ "quiet -- " D "512@0x1000:5", "! cmdline: " D "512@0x1000:5: after '--'; ignored\n" },
		{ "x- -x - " D "512@0x1000:5", "cmdline 0x1000+0x200 irq 5\n" },
		{ "--quiet " D "512@0x1000:5", "cmdline 0x1000+0x200 irq 5\n" },
		/* other words */
		{ "a virtio_mmio.devices=1 x" D
		  "512@0x1000:1 xirtio_mmio.device=512@0x1000:1 touchstone.seed=1 virtio_mmio.device",
		  "" },
		/* garbled */
		{ D, "! cmdline: " D ": no size before '@'; ignored\n" },
		{ D "zzz", "! cmdline: " D "zzz: no size before '@'; ignored\n" },
		{ D "-1@0:1", "! cmdline: " D "-1@0:1: no size before '@'; ignored\n" },
		{ D "09@0:1", "! cmdline: " D "09@0:1: no '@' after the size; ignored\n" },
		{ D "08@0:1", "! cmdline: " D "08@0:1: no '@' after the size; ignored\n" },
		{ D "512", "! cmdline: " D "512: no '@' after the size; ignored\n" },
		{ D "512X@0x1000:1", "! cmdline: " D "512X@0x1000:1: no '@' after the size; ignored\n" },
		{ D "512@", "! cmdline: " D "512@: no base after '@'; ignored\n" },
		{ D "512@0x1000", "! cmdline: " D "512@0x1000: no ':' after the base; ignored\n" },
		{ D "512@0x1000:", "! cmdline: " D "512@0x1000:: no interrupt after ':'; ignored\n" },
		{ D "512@0x1000:0", "! cmdline: " D "512@0x1000:0: no such interrupt; ignored\n" },
		{ D "512@0x1000:4294967296", "! cmdline: " D "512@0x1000:4294967296: no such interrupt; ignored\n" },
		{ D "512@0x1000:5:", "! cmdline: " D "512@0x1000:5:: no id after the last ':'; ignored\n" },
		{ D "512@0x1000:5:1x", "! cmdline: " D "512@0x1000:5:1x: something follows it; ignored\n" },
		/* numbers that do not fit into 64 bits */
		{ D "0x10000000000000000@0:1",
		  "! cmdline: " D "0x10000000000000000@0:1: no size before '@'; ignored\n" },
		{ D "16E@0:1", "! cmdline: " D "16E@0:1: no size before '@'; ignored\n" },
		{ D "02000000000000000000000@0:1",
		  "! cmdline: " D "02000000000000000000000@0:1: no size before '@'; ignored\n" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		unit_row(rows[i].cmdline);
		unit_text(discover(rows[i].cmdline), rows[i].told);
	}
}

/* An id may have any length with which the word fits. A warning quotes less of it. */
UNIT_TEST(the_longest_word)
{
	char cmdline[256] = D "512@0x1000:5:";

	memset(cmdline + strlen(cmdline), '0', 127 - strlen(cmdline));
	unit_text(discover(cmdline), "cmdline 0x1000+0x200 irq 5\n");
	cmdline[127] = '0';
	unit_text(discover(cmdline),
		  "! cmdline: " D "512@0x1000:5:00000000000000000000000000000000: too long; ignored\n");
}

UNIT_TEST(isa_interrupts_are_led_by_overrides)
{
	memset(&platform, 0, sizeof(platform));
	platform.overrides[0].isa = 5;
	platform.overrides[0].source = (struct irq_source){ 21, IRQ_LEVEL, IRQ_ACTIVE_LOW };
	platform.override_count = 1;
	strcpy(platform.cmdline, D "512@0x1000:5 " D "512@0x2000:6");
	platform_parse_cmdline(&platform);
	unit_text(found(&platform),
		  "isa 5: irq 21 level low\ncmdline 0x1000+0x200 irq 21 level low\ncmdline 0x2000+0x200 irq 6\n");
}

UNIT_TEST(the_copy_of_the_command_line)
{
	static char memory[2 * PLATFORM_CMDLINE_MAX];

	machine_reset();
	unit_text(discover_at(0), "");
	unit_text(platform.cmdline, "");
	unit_text(platform.boot_protocol, "test");

	/* of full length, and longer */
	memset(memory, 'x', sizeof(memory));
	memory[PLATFORM_CMDLINE_MAX - 1] = 0;
	unit_text(discover(memory), "");
	unit_equal(strlen(platform.cmdline), PLATFORM_CMDLINE_MAX - 1);
	memory[PLATFORM_CMDLINE_MAX - 1] = 'x';
	machine_reset();
	machine_place(CMDLINE, memory, sizeof(memory));
	unit_text(discover_at(CMDLINE + 1), "! cmdline: longer than 4095 bytes; cut\n");
	unit_equal(strlen(platform.cmdline), PLATFORM_CMDLINE_MAX - 1);

	/* the text runs into memory that cannot be reached */
	machine_reset();
	machine_place(CMDLINE + 4096 - 4, "quie", 4);
	unit_text(discover_at(CMDLINE + 4096 - 4), "! cmdline: unreadable at 0x21000; cut\n");
	unit_text(platform.cmdline, "quie");
}
