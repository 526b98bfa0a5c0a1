/* SPDX-License-Identifier: BSD-2-Clause */
/* The state of a device. Only model/model.h includes this file. */
#ifndef MODEL_STATE_H
#define MODEL_STATE_H

/* One part of a buffer, contiguous in guest memory. */
struct model_segment {
	uint64_t address;
	uint32_t length;
};

/* A descriptor chain, walked and checked: first the device-readable segments, then the device-writable ones (2.7.4.2).
 */
struct model_chain {
	uint16_t head;
	uint16_t readable_count, count;
	uint64_t readable, writable; /* bytes */
	uint64_t indirect;	     /* address of the indirect table, 0 without one */
	struct model_segment segment[MODEL_CHAIN_MAX];
};

struct model_queue {
	/* set by the driver */
	uint16_t size;
	bool ready;
	uint64_t desc, avail, used;
	uint32_t pfn, align; /* legacy */

	/* where the device is */
	uint16_t next_avail; /* index of the next entry of the available ring to take */
	uint16_t next_used;  /* used index as the driver sees it */
	uint16_t staged;     /* elements written beyond it and not published yet */
	bool staged_in_full; /* IN_ORDER: every staged buffer was used completely */
	uint16_t signalled;  /* used index up to which the device has decided on notifications */
	bool notified; /* an available buffer notification came, and the device has not looked at the ring since */
	bool starved;  /* the STARVED_AT available buffers are too few for the input that waits */
	uint16_t starved_at;
	uint8_t reset_units; /* of work until this queue's reset is complete; nonzero: QueueReset reads 1 */
	uint8_t in_flight;   /* requests taken and not completed yet */
	uint16_t head[MODEL_IN_FLIGHT_MAX];

	/* what oddities remember */
	uint64_t odd_answer_due, odd_signal_due, odd_reset_due; /* times by the host's clock; 0: nothing waits */
	uint16_t odd_head;					/* where the next chain begins in the table */
	bool odd_flags;						/* NO_NOTIFY is set */

	/* what defects remember */
	bool finishing;	      /* it finishes what it had when the driver stopped the queue, and takes no more */
	uint16_t muted;	      /* used buffers without a notification that are left */
	bool served_unready;  /* the device serves the queue although it is not ready */
	bool shown_ready;     /* QueueReady reads 1 although the queue is not ready */
	bool kicked;	      /* notified, and not looked at since */
	bool deaf;	      /* does not look at the queue any more */
	bool may_take_beyond; /* notified, and no buffer beyond the index was taken since */
	bool enabled_once;    /* since the device's reset */
	bool reset_once;      /* since the device's reset */
	bool any_signalled;   /* since the device's reset */
	uint16_t last_head;
	uint16_t sample; /* value of the suppression field when a buffer was taken */
	uint32_t returned;
	uint32_t low[3]; /* low halves of the addresses that do not count yet */
	uint64_t old_desc, old_avail, old_used;
	uint16_t old_size;
	bool held_back; /* an element that is written only after the index */
	uint16_t held_back_slot, held_back_head;
	uint32_t held_back_length;
};

/* Sources of interrupts: configuration changes, or used buffers of one virtqueue. */
#define MODEL_SOURCE_CONFIG	  0u
#define MODEL_SOURCE_QUEUE(INDEX) ((INDEX) + 1u)

/* Unless the driver maps sources to vectors, vector 0 is for configuration changes and vector i + 1 for virtqueue i. */
enum { MODEL_MSI_VECTORS = MODEL_QUEUES_MAX + 2 };
struct model_msi {
	bool enabled;
	uint32_t select;    /* f40: vector, f44: source */
	uint32_t staged[3]; /* address low, high, data */
	struct model_msi_vector {
		uint32_t word[3]; /* address low, high, data */
		bool masked;
		uint32_t pending; /* events while masked */
		/* what defects remember */
		bool has_old_data; /* the next message has the data of the one before */
		uint32_t old_data;
	} vector[MODEL_MSI_VECTORS];
	uint32_t map[MODEL_MSI_VECTORS]; /* f40 with sharing: vector of each source */
	uint32_t last;			 /* a defect: the vector that was written last */
	bool swallow;			 /* a defect: lose the next event on the line */
	uint32_t sent;
};

/* What oddities remember of a device. */
struct model_oddly {
	bool any;			    /* the device has an oddity */
	uint32_t accesses, since_driver_ok; /* of registers */
	uint32_t lives;			    /* resets */
	bool awake;			    /* has answered in this life */
	uint32_t echo, dip;		    /* accesses until the second notification, until the link is up again */
	uint32_t notifications, frames;	    /* sent; received */
	bool spurious, change, link, event; /* are due */
	uint64_t reset_due, deliver_due, link_due; /* times by the host's clock; 0: nothing waits */
	uint8_t mac[6];				   /* written and not in force */
};

enum { MODEL_NET_MODES = 6, MODEL_NET_KINDS = 2 };
struct model_net {
	uint16_t active_pairs;
	bool pairs_set;		    /* a command has set the number of pairs */
	bool table_late;	    /* a defect: the MAC table does not count yet */
	bool mode[MODEL_NET_MODES]; /* by command of VIRTIO_NET_CTRL_RX */
	struct model_net_macs {
		uint8_t count;
		bool overflow; /* more addresses came than fit, so that kind is not filtered */
		uint8_t mac[MODEL_NET_MACS_MAX][6];
	} table[MODEL_NET_KINDS]; /* unicast, multicast */
	uint8_t mac[6];
	uint8_t old_mac[6]; /* a defect: the address before MAC_ADDR_SET */
	bool named;	    /* it has had its first address */
	uint32_t vlans[4096 / 32];
	struct model_net_flow {
		uint32_t key;
		uint16_t pair;	 /* on which it was last transmitted */
	} flow[MODEL_NET_FLOWS]; /* 5.1.9.5.6 */
	uint16_t flows, next_flow, last_pair;
	struct model_net_rss {
		bool configured; /* types and key are the driver's */
		bool steers;	 /* the table is in force */
		uint32_t types;
		uint16_t mask, unclassified, table[MODEL_NET_RSS_TABLE];
		uint8_t key_length, key[MODEL_NET_RSS_KEY];
	} rss;		       /* 5.1.9.5.7 */
	uint64_t offloads_off; /* guest offloads that the driver has switched off (5.1.9.5.9) */

	/* Frames that wait for receive buffers: net_wire.c. */
	uint16_t first, waiting;
	struct model_net_frame {
		uint32_t at, length;	       /* in store */
		struct virtio_net_header left; /* what is left to do: checksum, segmentation */
	} frame[MODEL_NET_FRAMES_MAX];
	uint32_t end;			     /* of the newest frame */
	uint32_t segment;		     /* the next segment of the oldest frame */
	uint16_t head[MODEL_QUEUE_SIZE_MAX]; /* buffers of the packet being received */
	/* Buffers, which model_init() does not clear; nothing may follow them but buffers. */
	uint8_t store[MODEL_NET_STORE_BYTES];
	uint8_t scratch[MODEL_NET_FRAME_BYTES]; /* a frame being transmitted */
	uint8_t made[MODEL_NET_FRAME_BYTES];	/* a frame that the peer makes */
	uint8_t packet[MODEL_NET_PACKET_BYTES]; /* a frame whose checksum was filled in, or a segment */
};

/* What defects of a block device remember. */
struct model_blk {
	uint64_t position; /* of the request that was taken last */
	bool copied;	   /* `around` holds sectors from `from` on, for the write with this head in this queue */
	uint16_t copied_queue, copied_head;
	uint64_t from;
	uint64_t last_written;
	uint8_t around[8 * 512];
	uint8_t stale[512]; /* the last sector that was read */
};

struct model_console_message {
	uint8_t port, event, value;
};

struct model_console {
	struct {
		bool present;	/* plugged in */
		bool left;	/* DEVICE_REMOVE was sent since it was announced last */
		bool announced; /* DEVICE_ADD was sent, and no DEVICE_REMOVE since */
		bool ready;	/* the driver sent PORT_READY */
		uint16_t first, waiting;
	} port[MODEL_CONSOLE_PORTS_MAX];
	bool ready; /* the driver sent DEVICE_READY */
	/* what defects remember */
	bool was_multiport;
	bool open[MODEL_CONSOLE_PORTS_MAX], closed[MODEL_CONSOLE_PORTS_MAX]; /* by PORT_OPEN of the driver */
	uint32_t burst; /* buffers that were taken since the last notification */
	uint8_t first, waiting;
	struct model_console_message message[MODEL_CONSOLE_MESSAGES_MAX];
	uint8_t input[MODEL_CONSOLE_PORTS_MAX][MODEL_CONSOLE_INPUT_BYTES]; /* last: model_init() leaves it as it is */
};

struct model {
	struct model_config config;
	struct model_host host;
	const struct model_backend *backend;		 /* the table of its type */
	const struct model_msi_registers *msi_registers; /* the table of its layout; null: none */
	uint32_t defects[MODEL_DEFECT_WORDS];

	/* registers */
	uint32_t device_features_sel, driver_features_sel, queue_sel;
	uint32_t driver_features[MODEL_FEATURE_WORDS];
	uint32_t guest_page_size; /* legacy */
	uint32_t status, interrupt_status;
	uint32_t generation;
	bool line;
	struct model_msi msi;
	uint16_t turn;	     /* the queue that was served last */
	uint8_t reset_units; /* of work until the reset is complete; nonzero: resetting */

	bool config_changed; /* a change that the driver has not been notified of */
	uint8_t config_space[MODEL_CONFIG_BYTES];
	const char *error;

	struct {
		uint32_t accepted[MODEL_FEATURE_WORDS]; /* features of the last negotiation */
		bool negotiated_before, refused;
		bool swallow; /* lose the next used buffer notification */
		bool fatal;   /* refuse every driver from now on */
		bool off_the_bus;
		uint8_t late_signal;		 /* register accesses until a notification that is late */
		bool hung;			 /* serves nothing any more, over resets */
		uint32_t magic_mask, shm_length; /* what was written to registers that take no writes */
		uint32_t status_bits;		 /* undefined bits of Status, kept over resets */
		uint32_t reads, requests, writes, last_word;
		bool lived;	  /* a driver has set DRIVER_OK before */
		bool wants_data;  /* a driver has accepted NOTIFICATION_DATA before */
		bool served_late; /* a request was executed during the reset */
		uint8_t ticks;
		uint64_t old_used, old_buffer;
		uint16_t old_index;
		uint8_t torn_reads, torn_offset, torn_width;
		uint64_t torn_value;
	} defective; /* what defects remember */

	struct model_oddly oddly;
	struct model_queue queue[MODEL_QUEUES_MAX];
	struct model_chain chain; /* the chain of the present request */
	uint64_t sectors;	  /* block: present capacity */
	bool link_up;		  /* network */
	uint16_t cols, rows;	  /* console */
	union {
		struct model_net net;
		struct model_blk blk;
		struct model_console console;
		uint64_t own[MODEL_OWN_WORDS]; /* state of a type that needs little; the type's file gives it a meaning
						*/
	};
};

#endif
