// SPDX-License-Identifier: MIT
/* netdev_hooks.c - what IPv4 hangs into the device layer: its packet types, and who hears of
 * devices.
 *
 * Path: step 107 begins behind ptype_base. Rules: LINUX: dev_add_pack() in inet_init() and
 * arp_init(); register_netdevice_notifier() in arp_init(), devinet_init() and ip_fib_init(), in
 * this order.
 */
#include "core/neighbour.h"
#include "ipv4/inetdevice.h"
#include "ipv4/ip.h"
#include "ipv4/ip_fib.h"

const struct packet_type ptype_base[] = {
	{ .type = ETH_P_IP, .func = ip_rcv, .list_func = ip_list_rcv },
	{ .type = ETH_P_ARP, .func = arp_rcv },
	{ .type = 0 },
};

static void arp_hears(struct net_device *dev, enum netdev_event event)
{
	arp_netdev_event(dev, event, dev->flags_changed);
}

static void inetdev_hears(struct net_device *dev, enum netdev_event event)
{
	inetdev_event(dev, event);
}

void (*const netdev_chain[])(struct net_device *dev, enum netdev_event event) = {
	arp_hears,
	inetdev_hears,
	fib_netdev_event,
	NULL,
};
