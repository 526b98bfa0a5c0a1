// SPDX-License-Identifier: BSD-2-Clause
/* The whole run: boot -> discover -> run -> report. Entered by firmware/boot with what the loader handed over. */
#include <arch/manners.h>

#include "drivers/device.h"
#include "drivers/dma.h"
#include "drivers/spec/mmio.h"
#include "firmware/arch/clock.h"
#include "firmware/arch/cpus.h"
#include "firmware/arch/machine.h"
#include "firmware/lib/print.h"
#include "firmware/lib/string.h"
#include "firmware/discovery/platform.h"
#include "tests/guest/reference/reference.h"
#include "tests/framework/options.h"
#include "tests/framework/proof.h"
#include "tests/framework/run.h"

#define TOUCHSTONE_VERSION "0.1"

enum { ARENA_BYTES = 4 << 20, HIGH_ARENA_BYTES = 1 << 20, PLACE_MAX = 96 };
#define FOUR_GIB (1ull << 32)

/* What devices see. Not part of .bss: nobody needs it zeroed, and clearing it would be most of the boot. */
static uint8_t arena[ARENA_BYTES] __attribute__((section(".arena"), aligned(4096)));

static struct platform platform;
static struct device devices[PLATFORM_WINDOWS + REFERENCE_DEVICES];
static struct options options;
static unsigned device_count, empty_count;

_Noreturn void firmware_main(const struct boot_info *boot);

static void option_warning(void *context, const char *what, const char *word)
{
	(void)context;
	print("# warning: command line: %.64s %s\n", word, what);
}

static void report_environment(void)
{
	uint64_t memory = 0;

	for (unsigned i = 0; i < platform.memory_count; i++)
		memory += platform.memory[i].size;
	print("KTAP version 1\n");
	print("# touchstone " TOUCHSTONE_VERSION " arch=%s boot=%s\n", machine_arch, platform.boot_protocol);
	print("# vmm: %s\n", *machine_vmm() ? machine_vmm() : "says nothing of itself");
	print("# clock: %s\n", clock_description());
	print("# memory: %lu MiB\n", memory >> 20);
	print("# cpus: %u announced, %u can be used\n", platform.cpu_count ? platform.cpu_count : 1, cpus_count());
	print("# cmdline: %.400s\n", platform.cmdline);
	for (unsigned i = 0; i < platform.warning_count; i++)
		print("# warning: %s\n", platform.warnings[i]);
	if (platform.warnings_dropped)
		print("# warning: %u more warnings about the platform are not shown\n", platform.warnings_dropped);
}

static void report_features(const struct device *device)
{
	const struct features *offered = &device->offered;

	print("# device %s: features 0x%08x%08x%08x%08x =", device->name, offered->word[3], offered->word[2],
	      offered->word[1], offered->word[0]);
	for (unsigned bit = 0; bit < FEATURE_BITS; bit++) {
		const char *name = feature_name(device->type, bit);

		if (!features_has(offered, bit))
			continue;
		if (name)
			print(" %s", name);
		else
			print(" %u", bit);
	}
	print("\n");
}

/* Sizes of the queues, runs of equal ones folded: "0-1:1024 2:64". */
static void report_queues(const struct device *device)
{
	print("# device %s: queues", device->name);
	for (unsigned i = 0, end; i < device->queue_count; i = end) {
		for (end = i + 1; end < device->queue_count && device->queue_max[end] == device->queue_max[i];)
			end++;
		if (end - i > 1)
			print(" %u-%u:%u", i, end - 1, device->queue_max[i]);
		else
			print(" %u:%u", i, device->queue_max[i]);
	}
	print("%s\n", device->queue_count ? "" : " none");
}

static bool is_reference(const struct device *device)
{
	return device->transport.bus != &transport_memory_bus;
}

/* `place` is where it is, `source` who said so. */
static void report_device(const struct device *device, const char *place, const char *source)
{
	const struct transport *transport = &device->transport;

	print("# device %s: %s (%u) %s version %u vendor 0x%x %s\n", device->name, device->type->title,
	      transport->device_id, place, transport->version, transport->vendor_id, source);
	report_features(device);
	report_queues(device);
	if (device->msi.layout)
		print("# device %s: message signalled interrupts %s\n", device->name, device->msi.layout->name);
	if (device->unusable)
		print("# warning: device %s: %s; it is not tested\n", device->name,
		      driver_error_text(device->unusable));
}

/* blk0, blk1, net0: by type, in the order in which they were announced; refblk0 for the reference's. */
static void name_device(struct device *device)
{
	unsigned same = 0;

	for (unsigned i = 0; i < device_count; i++)
		same += devices[i].type == device->type && is_reference(&devices[i]) == is_reference(device);
	format_string(device->name, sizeof(device->name), "%s%s%u", is_reference(device) ? "ref" : "",
		      device->type->prefix, same);
}

static void open_window(const struct mmio_window *window)
{
	struct device *device = &devices[device_count];
	struct transport *transport = &device->transport;
	char place[PLACE_MAX], source[PLACE_MAX], announcers[PLACE_MAX];
	const char *trigger;
	uint32_t magic;

	*transport = (struct transport){
		.name = device->name,
		.ops = &transport_mmio,
		.bus = &transport_memory_bus,
		.bus_context = (void *)(uintptr_t)window->base,
		.base = window->base,
		.size = window->size,
	};
	if (!machine_map(window->base, window->size, true) || !machine_probe_read32(window->base, &magic)) {
		print("# warning: no memory answers at 0x%lx, where a virtio-mmio window is announced\n", window->base);
		return;
	}
	switch (device_discover(device)) {
	case TRANSPORT_ALIEN:
		print("# warning: no virtio-mmio device at 0x%lx: MagicValue reads 0x%x, not 0x%x\n", window->base,
		      magic, VIRTIO_MMIO_MAGIC);
		return;
	case TRANSPORT_UNKNOWN:
		print("# warning: the device at 0x%lx has Version %u, of which we know nothing; it is not tested\n",
		      window->base, transport->version);
		return;
	case TRANSPORT_EMPTY:
		empty_count++;
		return;
	case TRANSPORT_DEVICE:
		break;
	}
	transport->line = irq_line_open(&window->irq);
	name_device(device);
	device_count++;
	trigger = !transport->line ? "unreachable" : transport->line->source.trigger == IRQ_LEVEL ? "level" : "edge";
	format_string(place, sizeof(place), "at 0x%lx irq %u %s", transport->base, window->irq.gsi, trigger);
	format_string(source, sizeof(source), "found-by %s",
		      platform_announcers(window->announced, announcers, sizeof(announcers)));
	report_device(device, place, source);
}

/* The reference device, one of each back end, behind the devices of the machine. */
static void open_references(void)
{
	const char *wrong = reference_init(&(struct reference_options){
		.schedule = options.ref_schedule,
		.defects = options.proof[0] ? "" : options.defect,
		.read_only = options.ref_read_only,
		.line = options.ref_line,
		.msi = options.ref_msi,
		.version = options.ref_version,
		.queue_size = options.ref_queue_size,
		.seed = options.seed,
	});

	if (wrong) {
		print("# warning: no reference device: %s\n", wrong);
		return;
	}
	for (unsigned i = 0; i < REFERENCE_DEVICES; i++) {
		struct device *device = &devices[device_count];

		device->transport = (struct transport){ .name = device->name, .ops = &transport_mmio };
		reference_connect(i, &device->transport);
		if (device_discover(device) != TRANSPORT_DEVICE) {
			print("# warning: reference device %u does not show itself as a virtio-mmio device\n", i);
			continue;
		}
		name_device(device);
		device_count++;
		report_device(device, "inside this image", "the reference device");
	}
}

/* The reference devices as after power on. */
static void renew_references(void)
{
	reference_restart((unsigned)options.ref_version, 0);
	for (unsigned i = 0; i < device_count; i++)
		if (is_reference(&devices[i]))
			device_discover(&devices[i]);
}

static bool describe_defect(unsigned defect, struct proof_defect *description)
{
	struct reference_defect found;

	if (!reference_describe(defect, &found))
		return false;
	*description = (struct proof_defect){
		.name = found.name,
		.types = found.types,
		.versions = found.versions,
	};
	return true;
}

/* The devices of the machine, if any, come first and stay out of it. */
static void prove(void)
{
	const struct proof_catalogue catalogue = { .describe = describe_defect, .restart = reference_restart };
	unsigned first = 0;

	while (first < device_count && !is_reference(&devices[first]))
		first++;
	prove_checks(&devices[first], device_count - first, &options, &catalogue);
}

static const char *why_no_device(void)
{
	if (!platform.window_count)
		return "no virtio-mmio device was announced, and none answers at the known places";
	if (empty_count)
		return "every virtio-mmio transport is empty (DeviceID 0)";
	return "no device answers at the announced places";
}

/* RAM above 4 GiB, for checks of 64-bit addresses, where there is any. */
static void use_high_memory(void)
{
	for (unsigned i = 0; i < platform.memory_count; i++) {
		const uint64_t end = platform.memory[i].base + platform.memory[i].size;
		uint64_t base = platform.memory[i].base;

		if (base < FOUR_GIB)
			base = FOUR_GIB;
		if (end > base && end - base >= HIGH_ARENA_BYTES && machine_map(base, HIGH_ARENA_BYTES, false)) {
			dma_init_high((void *)(uintptr_t)base, HIGH_ARENA_BYTES);
			return;
		}
	}
}

void firmware_main(const struct boot_info *boot)
{
	machine_early_init();
	print_to(machine_put);
	print_checksum_start();
	platform_discover(&platform, boot, &machine_memory);
	machine_init(&platform);
	dma_init(arena, sizeof(arena));
	use_high_memory();

	report_environment();
	options_parse(&options, platform.cmdline, option_warning, NULL);
	msi_choice = options.msi;
	for (unsigned i = 0; strcmp(options.ref, "only") && i < platform.window_count; i++)
		open_window(&platform.windows[i]);
	if (empty_count)
		print("# empty transports: %u\n", empty_count);
	if (options.proof[0] || !strcmp(options.ref, "on") || !strcmp(options.ref, "only")) {
		open_references();
	} else if (!device_count && !strcmp(options.ref, "auto")) {
		print("# nothing to test: %s; the reference device inside this image is shown instead\n",
		      why_no_device());
		open_references();
	}
	print("# options: seed=0x%lx repeat=%lu timeout=%lu patience=%lu\n", options.seed, options.repeat,
	      options.timeout_ms, options.patience_ms);

	manners_renew(renew_references);
	if (options.proof[0])
		prove();
	else
		run_checks(devices, device_count, &options, why_no_device());
	machine_exit(run_was_good());
}
