/* SPDX-License-Identifier: BSD-2-Clause */
/* What each transport provides for transport.c, which builds its operations on it. No other file includes this one. */
#ifndef DRIVERS_TRANSPORT_OPS_H
#define DRIVERS_TRANSPORT_OPS_H

#include "drivers/transport/transport.h"

/* The fields of all transports. A transport reads or writes a field with one access, as wide as the field is there. */
enum transport_field {
	FIELD_DEVICE_FEATURES_SELECT,
	FIELD_DEVICE_FEATURES,
	FIELD_DRIVER_FEATURES_SELECT,
	FIELD_DRIVER_FEATURES,
	FIELD_STATUS,
	FIELD_CONFIG_GENERATION,
	/* PCI's ISR status clears when it is read, so a PCI transport must keep the causes until they are acknowledged.
	 */
	FIELD_INTERRUPT_STATUS,
	FIELD_INTERRUPT_ACKNOWLEDGE,

	FIELD_QUEUE_SELECT,
	FIELD_QUEUE_SIZE_MAX, /* on PCI this is queue_size, until the driver writes to it */
	FIELD_QUEUE_SIZE,
	FIELD_QUEUE_READY,
	FIELD_QUEUE_RESET,
	/* In the order of enum transport_area, with the low half of each address before the high half. */
	FIELD_QUEUE_ADDRESSES,
	FIELD_QUEUE_ADDRESSES_LAST = FIELD_QUEUE_ADDRESSES + 2 * TRANSPORT_USED + 1,

	/* The legacy interface. A transport without a legacy interface leaves these out. */
	FIELD_PAGE_SIZE,
	FIELD_QUEUE_ALIGN,
	FIELD_QUEUE_PAGE,

	/* PCI takes these from its capabilities. */
	FIELD_SHARED_MEMORY_SELECT,
	FIELD_SHARED_MEMORY_LENGTH_LOW,
	FIELD_SHARED_MEMORY_LENGTH_HIGH,
	FIELD_SHARED_MEMORY_BASE_LOW,
	FIELD_SHARED_MEMORY_BASE_HIGH,

	FIELDS
};

struct transport_ops {
	enum transport_kind kind;
	enum transport_identity (*identify)(struct transport *transport);
	uint32_t (*get)(struct transport *transport, enum transport_field field);
	void (*set)(struct transport *transport, enum transport_field field, uint32_t value);
	/* `data`: NOTIFICATION_DATA was negotiated, with which PCI writes 32 bits instead of 16. */
	void (*notify)(struct transport *transport, uint16_t queue, uint32_t value, bool data);
	uint32_t (*config_read)(struct transport *transport, uint32_t offset, uint8_t width);
	void (*config_write)(struct transport *transport, uint32_t offset, uint8_t width, uint32_t value);
	const char *(*register_name)(const struct transport *transport, uint32_t where);
	bool (*is_config)(uint32_t where);
};

#endif
