// SPDX-License-Identifier: BSD-2-Clause
#include "tests/guest/devices.h"

#include "drivers/spec/mmio.h"
#include "firmware/arch/machine.h"
#include "firmware/discovery/platform.h"
#include "firmware/lib/print.h"
#include "firmware/lib/string.h"

enum { PLACE_MAX = 96 };

/* ---- the report ---- */

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

/* Prints the sizes of the queues, with equal neighbours together: "0-1:1024 2:64". */
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

/* `place` says where the device is, `source` who announced it. */
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

/* ---- devices ---- */

static bool is_reference(const struct device *device)
{
	return device->transport.bus != &transport_memory_bus;
}

/*
 * Adds a device that answered. Its name is its type and a number, in the order of the announcements: blk0, blk1, net0;
 * refblk0 for a reference device.
 */
static void add(struct devices *devices)
{
	struct device *device = &devices->device[devices->count];
	unsigned same = 0;

	for (unsigned i = 0; i < devices->count; i++) {
		const struct device *other = &devices->device[i];

		same += other->type == device->type && is_reference(other) == is_reference(device);
	}
	format_string(device->name, sizeof(device->name), "%s%s%u", is_reference(device) ? "ref" : "",
		      device->type->prefix, same);
	devices->count++;
}

static void open_window(struct devices *devices, const struct mmio_window *window)
{
	struct device *device = &devices->device[devices->count];
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
		devices->empty++;
		return;
	case TRANSPORT_DEVICE:
		break;
	}
	transport->line = irq_line_open(&window->irq);
	add(devices);
	trigger = !transport->line ? "unreachable" : transport->line->source.trigger == IRQ_LEVEL ? "level" : "edge";
	format_string(place, sizeof(place), "at 0x%lx irq %u %s", transport->base, window->irq.gsi, trigger);
	format_string(source, sizeof(source), "found-by %s",
		      platform_announcers(window->announced, announcers, sizeof(announcers)));
	report_device(device, place, source);
}

void devices_open_windows(struct devices *devices, const struct platform *platform)
{
	for (unsigned i = 0; i < platform->window_count; i++)
		open_window(devices, &platform->windows[i]);
	devices->own = devices->count;
	if (devices->empty)
		print("# empty transports: %u\n", devices->empty);
}

void devices_open_reference(struct devices *devices, struct reference_machine *machine)
{
	for (unsigned i = 0; i < REFERENCE_DEVICES; i++) {
		struct device *device = &devices->device[devices->count];

		device->transport = (struct transport){ .name = device->name };
		reference_connect(machine, i, &device->transport);
		if (device_discover(device) != TRANSPORT_DEVICE) {
			print("# warning: reference device %u does not show itself as a virtio-mmio device\n", i);
			continue;
		}
		add(devices);
		report_device(device, "inside this image", "the reference device");
	}
}

const char *devices_why_none(const struct devices *devices, const struct platform *platform)
{
	if (!platform->window_count)
		return "no virtio-mmio device was announced, and none answers at the known places";
	if (devices->empty)
		return "every virtio-mmio transport is empty (DeviceID 0)";
	return "no device answers at the announced places";
}
