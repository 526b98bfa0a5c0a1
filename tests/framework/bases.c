// SPDX-License-Identifier: BSD-2-Clause
/*
 * The table of basis.h, from the ground up. Nothing builds on an entry without globs: its place says what it does not
 * build on itself, because it tells one fault from another that looks the same to most checks.
 */
#include "tests/framework/basis.h"

#include <stddef.h>

#define COUNTS_QUEUES \
	"*.every-queue*,notify.*.an-empty-receive-queue-recovers,legacy.queue-can-be-used-again,*.queue-count"
#define HAS_INPUT                                                                              \
	"console.echo,console.long-output,console.burst,console.small-buffers,console.data*,"  \
	"console.each-port-alone,console.ports-do-not-mix,console.single-and-multiport-lives," \
	"console.known-messages,console.ports-again"
/* They send requests that some disks do not know. */
#define MAY_BE_UNKNOWN "blk.get-id*,blk.zone-*,ring.used-length-of-an-unsupported-request"
#define STEERS	       "net.rss*,net.hash*,net.steer*"
#define SEGMENTS       "net.guest-offloads*,net.merged-large*,net.receive-large*,net.receive-partial*"
#define NET_FEATURES   (USES_QUEUES | USES_ITS_FEATURES)

const struct basis bases[] = {
	/* Reset and features */
	{ "status.walk", "mmio-table-12", "reset.*,legacy.*", 0 },
	{ "reset.is-complete-when-status-reads-0", "reset-01", "*", 0 },
	{ "features.driver-words-2-and-3", "mmio-table-03", "*", USES_FEATURES },
	{ "features.words-in-either-order", "mmio-table-03", "*", USES_FEATURES },
	{ "features.forgotten-at-reset", "mmio-table-19", "*", USES_QUEUES },

	{ "features.accepted-again", "feat-05", "features.driver-words*", 0 },

	/* Interrupts */
	{ "status.interrupt-bits-are-events", "mmio-layout-04", "status.*,reset.*,interrupt.*", 0 },
	{ "status.interrupt-acknowledge", "mmio-table-11", "status.*,reset.*,interrupt.*,ring.reset.*", 0 },

	/* The configuration space */
	{ "config.readable-before-features-ok", "cfg-01", "*", USES_CONFIG },
	{ "config.little-endian", "cfg-03", "*", USES_CONFIG },
	{ "config.native-endian", "mmio-leg-10", "*", USES_CONFIG },
	{ "net.mac-stable", "net-desc-04", "config.conditional*,net.*header-size", 0 },
	{ "net.mtu-constant", "net-cfg-04", "", 0 },
	{ "net.speed-constant", "net-cfg-11", "", 0 },
	{ "config.fields-in-any-order", "cfg-03", "config.conditional*,config.survives-reset", 0 },
	{ "config.conditional-fields-before-features-ok", "cfg-02", "*", USES_CONFIG },

	/* Virtqueues */
	{ "queue.size-max-in-range", "mmio-table-18", "*", USES_QUEUES },
	{ "queue.first-beyond-last", "mmio-table-05", COUNTS_QUEUES, 0 },
	{ "legacy.queue-beyond-the-last", "mmio-leg-05", COUNTS_QUEUES, 0 },
	{ "queue.ready-reads-back", "mmio-table-08", "*ring.reset.*,reset.*", USES_QUEUES },
	{ "reset.leaves-memory-alone", "reset-03", "*", USES_QUEUES },
	{ "reset.every-queue-leaves-memory-alone", "reset-03", "*", USES_QUEUES },
	{ "blk.legacy-start", "blk-leg-02", "", 0 },
	{ "blk.legacy-header-native-endian", "blk-leg-05", "*", USES_QUEUES },
	{ "legacy.driver-is-recognised", "leg-feat-01", "*", USES_QUEUES },
	{ "legacy.rings-are-native-endian", "leg-vq-02", "*", USES_QUEUES },
	{ "legacy.queue-size-is-honoured", "mmio-leg-06", "*", USES_QUEUES },
	{ "request.writes-inside-its-buffers", "sdesc-04", "", 0 },
	{ "ring.size.written-size-is-used", "mmio-table-07", "*", USES_QUEUES },
	{ "ring.used-entry-is-final-when-shown", "sused-01", "*", USES_QUEUES },
	{ "blk.mixed-load", "blk-desc-09", "", 0 },
	{ "request.is-answered", "sring-02", "*", USES_QUEUES },
	{ "ring.used-slots-follow-the-index", "sring-01", "*", USES_QUEUES },
	{ "blk.used-length", "blk-desc-03", "", 0 },
	{ "blk.status-byte", "blk-desc-01", "*", USES_QUEUES },
	{ "blk.unknown-type", "blk-desc-02", MAY_BE_UNKNOWN, USES_QUEUES },
	{ "net.transmit-length", "net-desc-02", "", 0 },
	{ "ring.used-length-is-really-written", "sused-02", "*", USES_QUEUES },
	{ "suppression.flags.used-event-is-ignored", "sintr-01", "*", USES_QUEUES },
	{ "suppression.flags.every-queue-notifies", "sintr-03", "*", USES_QUEUES },
	{ "interrupt.used-buffer-interrupts", "mmio-layout-03", "*", USES_QUEUES },
	{ "features.rewriting-replaces", "mmio-table-04", "", 0 },
	{ "ring.readable-buffers-are-not-written", "sdesc-01", "*", USES_QUEUES },
	{ "ring.available-ring-is-not-written", "aring-01", "*", USES_QUEUES },
	{ "notify.extra.nothing-available", "savail-03", "*", USES_QUEUES },
	{ "blk.multiqueue", "blk-desc-08", "*", USES_QUEUES },
	{ "ring.framing.cut-anywhere", "frame-01", "*", USES_QUEUES },
	{ "net.one-buffer", "net-rxbuf-02", "*", USES_QUEUES },
	{ "net.commands-in-flight", "net-ctl-01", "", 0 },
	{ "notify.flags.every-queue-never-stalls", "sring-02", "*", USES_QUEUES },
	{ "ring.every-queue-works-beside-requests", "sring-02", "*", USES_QUEUES },
	{ "ring.every-queue-wraps", "sring-05", "*", USES_QUEUES },
	{ "notify.flags.an-empty-receive-queue-recovers", "savail-04", "*", USES_QUEUES },
	{ "ring.reset.other-queues-go-on", "mmio-layout-10", "*ring.reset.*,net.*", USES_QUEUES },
	{ "ring.reset.every-queue-drops-what-is-in-flight", "vqreset-01", "*ring.reset.*,net.*", USES_QUEUES },

	{ "suppression.flags.every-queue-is-quiet-when-not-asked", "sintr-02", "ring.reset.every-queue-is-quiet", 0 },

	/* Disks */
	{ "blk.reads-and-writes-succeed", "blk-desc-12", "blk.*", USES_QUEUES },
	{ "blk.round-trip", "blk-desc-06", "blk.*", USES_QUEUES },
	{ "blk.read-beyond-end", "blk-desc-05", "blk.*", USES_QUEUES },
	{ "blk.write-of-any-size", "blk-desc-06", "blk.*", USES_QUEUES },

	/* Networks */
	{ "net.header-size", "net-desc-01", "net.*", USES_QUEUES },
	{ "net.legacy-control-native-endian", "net-leg-03", "net.*", USES_QUEUES },
	{ "net.mac-table-set", "net-desc-06", "net.*", USES_QUEUES },
	{ "net.broadcast", "net-filter-16", "net.tags*", USES_QUEUES },
	{ "net.all-multicast", "net-filter-04", "net.mac-commands-are-separate,net.filters-*,net.modes*", USES_QUEUES },
	{ "net.receive-complete-checksums", "net-rx-06", "net.receive*,net.guest-offloads*", USES_QUEUES },
	{ "net.own-address", "net-mac-05", "net.*", USES_QUEUES },
	{ "net.receive-modes", "net-filter-01", "*", USES_QUEUES },
	{ "net.modes-after-reset", "net-filter-17", "net.*", NET_FEATURES },
	{ "net.mac-table-effective", "net-mac-02", "net.*", NET_FEATURES },
	{ "net.mac-table-entries", "net-mac-02", "net.*", NET_FEATURES },
	{ "net.mtu-forwarded", "net-cfg-06", "net.*", USES_QUEUES },
	{ "net.transmit-no-checksum", "net-tx-02", "net.*", USES_QUEUES },
	{ "net.transmit-sizes", "net-desc-05", "net.*", USES_QUEUES },
	{ "net.transmit-kinds", "net-desc-05", "net.*", USES_QUEUES },
	{ "net.receive-sizes", "net-desc-05", "net.*", USES_QUEUES },
	{ "net.receive-buffers-forgotten", "reset-03", "*", USES_QUEUES },
	{ "net.receive-unsegmented", "net-rx-24", "net.*", USES_QUEUES },
	{ "net.merged-count", "net-rx-02", "net.merged*", USES_QUEUES },
	{ "net.tags-in-table", "net-vlan-02", "net.*", NET_FEATURES },
	{ "net.hash-values", "net-hash-07", STEERS, USES_QUEUES },
	{ "net.hash-types", "net-hash-04", STEERS, USES_QUEUES },
	{ "net.hash-with-rss", "net-hash-07", STEERS, USES_QUEUES },
	{ "net.transmit-shapes", "frame-01", SEGMENTS ",net.transmit-segments*", USES_QUEUES },
	{ "net.transmit-segments-tcp4", "net-desc-10", SEGMENTS, USES_QUEUES },
	{ "net.transmit-segments-tcp6", "net-desc-10", SEGMENTS, USES_QUEUES },
	{ "net.transmit-segments-udp", "net-desc-10", SEGMENTS, USES_QUEUES },

	/* Consoles and entropy */
	{ "console.input-before-buffers", "con-desc-05", "console.burst,console.data-with-event-idx", 0 },
	{ "console.input-arrives", "con-desc-02", HAS_INPUT, 0 },
	{ "rng.sizes", "ent-op-01", "rng.*", 0 },
	{ "rng.buffers-differ", "ent-desc-02", "rng.*", USES_QUEUES },
	{ "rng.length-is-written", "ent-op-01", "rng.*", USES_QUEUES },

	/* Messages */
	{ "msi.mask", "msi-mask-01", "msi.*,race.*", 0 },
	{ "msi.line-until-enabled", "msi-off-01", "msi.*,race.*", 0 },
	{ "msi.reset-disables", "msi-reset-01", "msi.*,race.*", 0 },
	{ "msi.reset-forgets", "msi-reset-02", "msi.*,race.*", 0 },
	{ "msi.notification-addresses", "msi-notify-01", "msi.*,race.*", 0 },
	{ 0 },
};
