// SPDX-License-Identifier: BSD-2-Clause
/* Windows on the command line, and the copy that discovery makes of the command line. */
#include "tests/self/unit/unit.h"

#include "firmware/discovery/platform.h"
#include "tests/self/unit/machine.h"

enum { CMDLINE = 0x20000 };

static struct platform platform;

/* Discovers a machine with nothing but a command line. Unlike a loader's, its memory ends with the text. */
static void discover(const char *cmdline)
{
	static char page[PLATFORM_CMDLINE_MAX];
	struct boot_info boot = { .protocol = "test", .cmdline = CMDLINE };

	machine_reset();
	memset(page, 0xff, sizeof(page));
	snprintf(page, sizeof(page), "%s", cmdline);
	machine_place(CMDLINE, page, sizeof(page));
	platform_discover(&platform, &boot, &made_up_memory);
}

static void expect_window(const char *cmdline, uint64_t size, uint64_t base, uint32_t gsi)
{
	discover(cmdline);
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.window_count, 1);
	unit_equal(platform.windows[0].size, size);
	unit_equal(platform.windows[0].base, base);
	unit_equal(platform.windows[0].irq.gsi, gsi);
	unit_equal(platform.windows[0].irq.trigger, IRQ_EDGE);
	unit_equal(platform.windows[0].irq.polarity, IRQ_ACTIVE_HIGH);
	unit_equal(platform.windows[0].announced, ANNOUNCED_CMDLINE);
}

static void expect_warning(const char *cmdline, const char *warning)
{
	discover(cmdline);
	unit_equal(platform.window_count, 0);
	unit_equal(platform.warning_count, 1);
	unit_text(platform.warnings[0], warning);
}

UNIT_TEST(what_vmms_write)
{
	expect_window("console=ttyS0 virtio_mmio.device=512@0xfeb00e00:12", 512, 0xfeb00e00, 12);
	expect_window("virtio_mmio.device=4K@0xc0001000:5 pci=off", 4096, 0xc0001000, 5);
	expect_window("virtio_mmio.device=0x200@0xfeb00000:5", 512, 0xfeb00000, 5);
	expect_window("virtio_mmio.device=8K@0xc0000000:15", 8192, 0xc0000000, 15);
}

UNIT_TEST(numbers_are_read_as_linux_reads_them)
{
	expect_window("virtio_mmio.device=1k@0x1000:1", 1024, 0x1000, 1);
	expect_window("virtio_mmio.device=1M@4096:0x10", 1 << 20, 4096, 16);
	expect_window("virtio_mmio.device=0X400@0XFEB00000:5", 0x400, 0xfeb00000, 5);
	expect_window("virtio_mmio.device=01000@0x1000:5", 512, 0x1000, 5); /* octal */
	expect_window("virtio_mmio.device=001000@0x1000:5", 512, 0x1000, 5);
	expect_window("virtio_mmio.device=0x1G@0x1000000000:5", 1 << 30, 0x1000000000, 5);
	expect_window("virtio_mmio.device=512@0xfeb00000:5:7", 512, 0xfeb00000, 5);
	expect_window("virtio_mmio.device=512@0xfeb00000:4294967295", 512, 0xfeb00000, UINT32_MAX);
	expect_window("virtio-mmio.device=512@0xfeb00000:5", 512, 0xfeb00000, 5);
	expect_window("\tvirtio_mmio.device=512@0xfeb00000:5\n", 512, 0xfeb00000, 5);
}

UNIT_TEST(several_windows_come_sorted)
{
	discover("virtio_mmio.device=512@0xfeb00e00:12 virtio_mmio.device=512@0xfeb00c00:11 "
		 "virtio_mmio.device=512@0xfeb00a00:10");
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.window_count, 3);
	for (uint32_t i = 0; i < 3; i++) {
		unit_equal(platform.windows[i].base, 0xfeb00a00 + i * 512);
		unit_equal(platform.windows[i].irq.gsi, 10 + i);
	}
}

UNIT_TEST(other_words_are_not_ours)
{
	discover("a virtio_mmio.devices=1 xvirtio_mmio.device=512@0xfeb00e00:12 xirtio_mmio.device=512@0x1000:1 "
		 "touchstone.seed=1 virtio_mmio.device");
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.window_count, 0);
}

UNIT_TEST(garbled_words_are_quoted)
{
	expect_warning("virtio_mmio.device=", "cmdline: virtio_mmio.device=: no size before '@'; ignored");
	expect_warning("virtio_mmio.device=zzz", "cmdline: virtio_mmio.device=zzz: no size before '@'; ignored");
	expect_warning("virtio_mmio.device=-1@0:1", "cmdline: virtio_mmio.device=-1@0:1: no size before '@'; ignored");
	expect_warning("virtio_mmio.device=09@0:1",
		       "cmdline: virtio_mmio.device=09@0:1: no '@' after the size; ignored");
	expect_warning("virtio_mmio.device=08@0:1",
		       "cmdline: virtio_mmio.device=08@0:1: no '@' after the size; ignored");
	expect_warning("virtio_mmio.device=512", "cmdline: virtio_mmio.device=512: no '@' after the size; ignored");
	expect_warning("virtio_mmio.device=512X@0x1000:1",
		       "cmdline: virtio_mmio.device=512X@0x1000:1: no '@' after the size; ignored");
	expect_warning("virtio_mmio.device=512@", "cmdline: virtio_mmio.device=512@: no base after '@'; ignored");
	expect_warning("virtio_mmio.device=512@0x1000",
		       "cmdline: virtio_mmio.device=512@0x1000: no ':' after the base; ignored");
	expect_warning("virtio_mmio.device=512@0x1000:",
		       "cmdline: virtio_mmio.device=512@0x1000:: no interrupt after ':'; ignored");
	expect_warning("virtio_mmio.device=512@0x1000:0",
		       "cmdline: virtio_mmio.device=512@0x1000:0: no such interrupt; ignored");
	expect_warning("virtio_mmio.device=512@0x1000:4294967296",
		       "cmdline: virtio_mmio.device=512@0x1000:4294967296: no such interrupt; ignored");
	expect_warning("virtio_mmio.device=512@0x1000:5:",
		       "cmdline: virtio_mmio.device=512@0x1000:5:: no id after the last ':'; ignored");
	expect_warning("virtio_mmio.device=512@0x1000:5:1x",
		       "cmdline: virtio_mmio.device=512@0x1000:5:1x: something follows it; ignored");
}

UNIT_TEST(numbers_that_do_not_fit)
{
	expect_warning("virtio_mmio.device=0x10000000000000000@0:1",
		       "cmdline: virtio_mmio.device=0x10000000000000000@0:1: no size before '@'; ignored");
	expect_warning("virtio_mmio.device=16E@0x1000:1",
		       "cmdline: virtio_mmio.device=16E@0x1000:1: no size before '@'; ignored");
	expect_warning("virtio_mmio.device=02000000000000000000000@0:1",
		       "cmdline: virtio_mmio.device=02000000000000000000000@0:1: no size before '@'; ignored");
}

UNIT_TEST(an_overlong_word_is_cut_in_the_quote)
{
	char cmdline[512] = "virtio_mmio.device=512@0x1000:5:";

	memset(cmdline + strlen(cmdline), '1', 200);
	discover(cmdline);
	unit_equal(platform.window_count, 0);
	unit_equal(platform.warning_count, 1);
	unit_text(platform.warnings[0],
		  "cmdline: virtio_mmio.device=512@0x1000:5:11111111111111111111111111111111: too long; ignored");
}

/* An id may have any length with which the word fits. */
UNIT_TEST(the_longest_word)
{
	char cmdline[256] = "virtio_mmio.device=512@0x1000:5:";

	memset(cmdline + strlen(cmdline), '0', 127 - strlen(cmdline));
	discover(cmdline);
	unit_equal(platform.window_count, 1);
	unit_equal(platform.warning_count, 0);
	cmdline[127] = '0';
	discover(cmdline);
	unit_equal(platform.window_count, 0);
	unit_equal(platform.warning_count, 1);
	unit_contains(platform.warnings[0], ": too long; ignored");
}

UNIT_TEST(what_follows_two_dashes_is_not_the_kernels)
{
	expect_warning("quiet -- virtio_mmio.device=512@0x1000:5",
		       "cmdline: virtio_mmio.device=512@0x1000:5: after '--'; ignored");
	expect_window("x- -x - virtio_mmio.device=512@0x1000:5", 512, 0x1000, 5);
	expect_window("--quiet virtio_mmio.device=512@0x1000:5", 512, 0x1000, 5);
}

UNIT_TEST(isa_interrupts_are_led_by_overrides)
{
	memset(&platform, 0, sizeof(platform));
	platform.overrides[0].isa = 5;
	platform.overrides[0].source = (struct irq_source){ 21, IRQ_LEVEL, IRQ_ACTIVE_LOW };
	platform.override_count = 1;
	snprintf(platform.cmdline, sizeof(platform.cmdline),
		 "virtio_mmio.device=512@0x1000:5 virtio_mmio.device=512@0x2000:6");
	platform_parse_cmdline(&platform);
	unit_equal(platform.window_count, 2);
	unit_equal(platform.windows[0].irq.gsi, 21);
	unit_equal(platform.windows[0].irq.trigger, IRQ_LEVEL);
	unit_equal(platform.windows[0].irq.polarity, IRQ_ACTIVE_LOW);
	unit_equal(platform.windows[1].irq.gsi, 6);
	unit_equal(platform.windows[1].irq.trigger, IRQ_EDGE);
}

UNIT_TEST(a_command_line_of_full_length)
{
	char cmdline[PLATFORM_CMDLINE_MAX];

	memset(cmdline, 'x', sizeof(cmdline) - 1);
	cmdline[sizeof(cmdline) - 1] = 0;
	discover(cmdline);
	unit_equal(platform.warning_count, 0);
	unit_equal(strlen(platform.cmdline), PLATFORM_CMDLINE_MAX - 1);
}

UNIT_TEST(a_longer_command_line_is_cut)
{
	static char memory[2 * PLATFORM_CMDLINE_MAX];
	struct boot_info boot = { .protocol = "test", .cmdline = CMDLINE + 1 };

	machine_reset();
	memset(memory, 'x', sizeof(memory));
	machine_place(CMDLINE, memory, sizeof(memory));
	platform_discover(&platform, &boot, &made_up_memory);
	unit_equal(strlen(platform.cmdline), PLATFORM_CMDLINE_MAX - 1);
	unit_equal(platform.warning_count, 1);
	unit_text(platform.warnings[0], "cmdline: longer than 4095 bytes; cut");
}

UNIT_TEST(a_command_line_that_runs_into_nothing)
{
	struct boot_info boot = { .protocol = "test", .cmdline = CMDLINE + 4096 - 4 };

	machine_reset();
	machine_place(CMDLINE + 4096 - 4, "quie", 4);
	platform_discover(&platform, &boot, &made_up_memory);
	unit_text(platform.cmdline, "quie");
	unit_equal(platform.warning_count, 1);
	unit_text(platform.warnings[0], "cmdline: unreadable at 0x21000; cut");
}

UNIT_TEST(no_command_line)
{
	struct boot_info boot = { .protocol = "test" };

	machine_reset();
	platform_discover(&platform, &boot, &made_up_memory);
	unit_text(platform.cmdline, "");
	unit_text(platform.boot_protocol, "test");
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.window_count, 0);
}
