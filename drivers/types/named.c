// SPDX-License-Identifier: BSD-2-Clause
/* Types that we know by name only: checks judge their registers, features and virtqueues, but send no request. */
#include "drivers/types/types.h"

/* 5.5.3 */
static const struct feature_bit balloon_features[] = {
	{ 0, FEATURE_ANY, "MUST_TELL_HOST" }, { 1, FEATURE_ANY, "STATS_VQ" },	 { 2, FEATURE_ANY, "DEFLATE_ON_OOM" },
	{ 3, FEATURE_ANY, "FREE_PAGE_HINT" }, { 4, FEATURE_ANY, "PAGE_POISON" }, { 5, FEATURE_ANY, "PAGE_REPORTING" },
};

/* 5.6.3 */
static const struct feature_bit scsi_features[] = {
	{ 0, FEATURE_ANY, "INOUT" },
	{ 1, FEATURE_ANY, "HOTPLUG" },
	{ 2, FEATURE_ANY, "CHANGE" },
	{ 3, FEATURE_ANY, "T10_PI" },
};

/* 5.7.3 */
static const struct feature_bit gpu_features[] = {
	{ 0, FEATURE_ANY, "VIRGL" },	     { 1, FEATURE_ANY, "EDID" },	 { 2, FEATURE_ANY, "RESOURCE_UUID" },
	{ 3, FEATURE_ANY, "RESOURCE_BLOB" }, { 4, FEATURE_ANY, "CONTEXT_INIT" }, { 5, FEATURE_ANY, "BLOB_ALIGNMENT" },
};

/* 5.10.3 */
static const struct feature_bit socket_features[] = {
	{ 0, FEATURE_ANY, "STREAM" },
	{ 1, FEATURE_ANY, "SEQPACKET" },
	{ 2, FEATURE_ANY, "NO_IMPLIED_STREAM" },
};

#define NAMED(ID, PREFIX, TITLE, ...)                                         \
	{                                                                     \
		.id = (ID), .prefix = (PREFIX), .title = (TITLE), __VA_ARGS__ \
	}
#define BITS(FEATURES) .features = LIST(FEATURES), .features_complete = true

const struct device_type named_types[] = {
	NAMED(VIRTIO_ID_BALLOON, "balloon", "balloon device", BITS(balloon_features)),
	NAMED(VIRTIO_ID_SCSI, "scsi", "SCSI host device", BITS(scsi_features)),
	NAMED(VIRTIO_ID_9P, "9p", "9P transport"),
	NAMED(VIRTIO_ID_GPU, "gpu", "GPU device", BITS(gpu_features)),
	NAMED(VIRTIO_ID_INPUT, "input", "input device", .features_complete = true), /* 5.8.3: there are none */
	NAMED(VIRTIO_ID_SOCKET, "vsock", "socket device", BITS(socket_features)),
	NAMED(VIRTIO_ID_CRYPTO, "crypto", "crypto device"),
	NAMED(VIRTIO_ID_IOMMU, "iommu", "IOMMU device"),
	NAMED(VIRTIO_ID_MEMORY, "mem", "memory device"),
	NAMED(VIRTIO_ID_SOUND, "sound", "sound device"),
	NAMED(VIRTIO_ID_FILE_SYSTEM, "fs", "file system device"),
	NAMED(VIRTIO_ID_PMEM, "pmem", "PMEM device"),
};
const size_t named_type_count = sizeof(named_types) / sizeof(named_types[0]);
