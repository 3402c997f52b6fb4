// SPDX-License-Identifier: MIT
/* ethtool.h - what a driver has for SIOCETHTOOL. */
#ifndef REFSTACK_CORE_ETHTOOL_H
#define REFSTACK_CORE_ETHTOOL_H

#include "core/netdevice.h"

/* LINUX: struct ethtool_link_ksettings, as programs see it: its head, then three masks. */
enum { LINK_MODE_WORDS = 4, LINK_BASE_BYTES = 48, LINK_MODE_BYTES = LINK_MODE_WORDS * 4 };
enum { LINK_SETTINGS_BYTES = LINK_BASE_BYTES + 3 * LINK_MODE_BYTES };
enum {
	LINK_SPEED = 4,
	LINK_DUPLEX = 8,
	LINK_PORT = 9,
	LINK_PHY = 10,
	LINK_AUTONEG = 11,
	LINK_MDIO = 12,
	LINK_MDIX = 13,
	LINK_MDIX_CTRL = 14,
	LINK_NWORDS = 15,
	LINK_TRANSCEIVER = 16,
	LINK_MASTER_CFG = 17,
	LINK_MASTER_STATE = 18,
	LINK_RATE_MATCHING = 19
};

/* LINUX: NETIF_F_*_BIT of some. */
enum {
	F_VLAN_CHALLENGED = 10,
	F_GSO_SCTP = 30,
	F_GSO_UDP_L4 = 33,
	F_GSO_FRAGLIST = 34,
	F_NOCACHE_COPY = 41,
	F_VLAN_STAG_TX = 45,
	F_GRO_FRAGLIST = 57,
	F_GRO_UDP_FWD = 59
};
#define F_BIT(n) (1ull << (n))

/* What a program may change of a device that only keeps it. */
struct ethtool_kept {
	u32 rx_max_frames;
	u8 link[LINK_SETTINGS_BYTES];
};

/* LINUX: struct ethtool_ops, as data where a driver does nothing but say it. */
struct ethtool_ops {
	const char *driver, *version, *bus_info; /* driver NULL: no get_drvinfo */
	bool has_link, always_on;		 /* get_link: the carrier, or 1 */
	bool has_msglevel;			 /* dev->msg_enable */
	bool has_ts_info;			 /* its packets get the time when they are sent */
	u32 combined;				 /* channels; 0: no get_channels */
	u32 rx_max_frames_limit;		 /* 0: no get_coalesce */
	/* By Linux's numbers: what the device has that nothing here knows of. */
	u64 other_hw, other_wanted, other_active;
	struct ethtool_kept *(*kept)(struct net_device *dev); /* NULL: no link settings either */
};

void ethtool_kept_init(struct ethtool_kept *kept);

#endif
