// SPDX-License-Identifier: MIT
/* inetdevice.h - IPv4 addresses of devices and their per-device knobs. */
#ifndef REFSTACK_IPV4_INETDEVICE_H
#define REFSTACK_IPV4_INETDEVICE_H

#include "core/netdevice.h"

enum { IFA_F_SECONDARY = 0x01, IFA_F_NOPREFIXROUTE = 0x200, IFA_F_PERMANENT = 0x80 };

/* LINUX: net.ipv4.conf.DEV.*; conf.all lives in the net, see devinet.c. */
struct ipv4_devconf {
	u32 forwarding, rp_filter, accept_source_route, accept_redirects, secure_redirects, send_redirects,
		shared_media, log_martians, proxy_arp, arp_filter, arp_announce, arp_ignore, arp_accept,
		arp_notify, arp_evict_nocarrier, drop_gratuitous_arp, drop_unicast_in_l2_multicast,
		route_localnet, src_valid_mark, accept_local, promote_secondaries,
		ignore_routes_with_linkdown, disable_policy, disable_xfrm, force_igmp_version, medium_id,
		bootp_relay, proxy_arp_pvlan, tag, bc_forwarding, mc_forwarding;
};

struct in_ifaddr {
	struct in_ifaddr *ifa_next;
	struct in_device *ifa_dev;
	be32 ifa_local, ifa_address, ifa_mask, ifa_broadcast;
	u8 ifa_scope, ifa_prefixlen;
	u32 ifa_flags, ifa_rt_priority;
	char ifa_label[IFNAMSIZ];
};

struct in_device {
	struct net_device *dev;
	struct in_ifaddr *ifa_list;
	struct ipv4_devconf cnf;
	bool dead;
};

static inline struct in_device *in_dev_get(const struct net_device *dev)
{
	return dev->ip_ptr;
}
static inline be32 inet_make_mask(u32 logmask)
{
	return cpu_to_be32(logmask == 0 ? 0 : ~((1u << (32 - logmask)) - 1));
}
static inline bool inet_ifa_match(be32 addr, const struct in_ifaddr *ifa)
{
	return ((addr.raw ^ ifa->ifa_address.raw) & ifa->ifa_mask.raw) == 0;
}
static inline bool ipv4_is_loopback(be32 a)
{
	return be32_to_cpu(a) >> 24 == 127;
}
static inline bool ipv4_is_multicast(be32 a)
{
	return be32_to_cpu(a) >> 28 == 0xe;
}
static inline bool ipv4_is_local_multicast(be32 a)
{
	return (be32_to_cpu(a) & 0xffffff00) == 0xe0000000;
}
static inline bool ipv4_is_lbcast(be32 a)
{
	return be32_to_cpu(a) == 0xffffffff;
}
static inline bool ipv4_is_zeronet(be32 a)
{
	return be32_to_cpu(a) >> 24 == 0;
}

void devinet_init(struct net *net);
struct in_device *inetdev_init(struct net_device *dev);
/* `ip addr add`: label may be NULL. */
int inet_addr_add(struct net_device *dev, be32 local, u8 prefixlen, be32 broadcast, u8 scope,
		  const char *label);
int inet_addr_del(struct net_device *dev, be32 local, u8 prefixlen);
be32 inet_select_addr(const struct net_device *dev, be32 dst, u32 scope);
be32 inet_confirm_addr(struct net *net, struct in_device *in_dev, be32 dst, be32 local, u32 scope);
struct in_ifaddr *inet_ifa_byprefix(struct in_device *in_dev, be32 prefix, be32 mask);
struct net_device *ip_dev_find(struct net *net, be32 addr);
struct in_ifaddr *inet_lookup_ifaddr(struct net *net, be32 addr);
bool inet_addr_onlink(struct in_device *in_dev, be32 a, be32 b);
struct ipv4_devconf *ipv4_devconf_all(struct net *net);
struct ipv4_devconf *ipv4_devconf_dflt(struct net *net);
void inetdev_event(struct net_device *dev, u32 event);

#endif
