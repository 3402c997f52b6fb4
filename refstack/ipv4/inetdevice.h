// SPDX-License-Identifier: MIT
/* inetdevice.h - IPv4 addresses of devices and their per-device knobs. */
#ifndef REFSTACK_IPV4_INETDEVICE_H
#define REFSTACK_IPV4_INETDEVICE_H

#include "core/devconf.h"
#include "core/netdevice.h"

enum {
	IFA_F_SECONDARY = 0x01,
	IFA_F_PERMANENT = 0x80,
	IFA_F_NOPREFIXROUTE = 0x200,
	IFA_F_MCAUTOJOIN = 0x400
};

struct in_ifaddr {
	struct hlist_node hash; /* in the net's inet_addr_lst */
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
	u32 mtu; /* ○ of the device at the last event: what NETDEV_CHANGEMTU changed from */
	struct ip_mc_list *mc_list;    /* groups of its sockets, the youngest first */
	struct ip_mc_list *mc_tomb;    /* groups left, of which reports are due */
	struct ip_mc_list *mc_orphans; /* ○ groups left whose timers still hold them */
	u32 mc_count;
	/* What those who ask for groups have said: of which version they are, until when, in
	 * jiffies; how often they ask, and how soon they want to know.
	 */
	u64 mr_v1_seen, mr_v2_seen, mr_qi, mr_qri;
	u8 mr_qrv;
	bool mr_gq_running;
	u32 mr_maxdelay, mr_ifc_count;
	struct timer_list mr_gq_timer;	/* an answer about all groups */
	struct timer_list mr_ifc_timer; /* reports of changes */
	bool dead;
};

/* What a RTM_NEWADDR says. */
struct ifa_config {
	be32 local, address; /* address: of the peer; as local when there is none */
	be32 broadcast;
	u8 prefixlen, scope;
	u32 flags, rt_priority;
	const char *label; /* NULL: the device's name */
	u32 nlflags;	   /* NLM_F_ */
};

/* LINUX: IN_DEV_ORCONF(), IN_DEV_ANDCONF(), IN_DEV_MAXCONF(): conf.all and the device's, together.
 */
#define IN_DEV_ORCONF(in_dev, knob)                                                                \
	(dev_net((in_dev)->dev)->devconf_all.knob != 0 || (in_dev)->cnf.knob != 0)
#define IN_DEV_ANDCONF(in_dev, knob)                                                               \
	(dev_net((in_dev)->dev)->devconf_all.knob != 0 && (in_dev)->cnf.knob != 0)
/* Knobs are ints to whoever sets them. */
#define IN_DEV_MAXCONF(in_dev, knob)                                                               \
	((u32)max_s32((s32)dev_net((in_dev)->dev)->devconf_all.knob, (s32)(in_dev)->cnf.knob))

/* LINUX: __in_dev_get_rcu(). */
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
/* LINUX: since 5.3 the rest of 0.0.0.0/8 is like any other address. */
static inline bool ipv4_is_zeronet(be32 a)
{
	return be32_is_zero(a);
}

void devinet_init(struct net *net);
/* Gives every device's addresses and in_device back: teardown. */
void devinet_exit(struct net *net);
/* NULL when there is no room. Done on NETDEV_REGISTER. */
struct in_device *inetdev_init(struct net_device *dev);
/* `ip addr add`: label may be NULL. */
int inet_addr_add(struct net_device *dev, be32 local, u8 prefixlen, be32 broadcast, u8 scope,
		  const char *label);
int inet_rtm_newaddr(struct net_device *dev, const struct ifa_config *cfg);
/* `ip addr del`: address is its peer, or local again. A prefixlen above 32 stands for none given:
 * then any matches.
 */
int inet_addr_del(struct net_device *dev, be32 local, be32 address, u8 prefixlen);
be32 inet_select_addr(const struct net_device *dev, be32 dst, u32 scope);
be32 inet_confirm_addr(struct net *net, struct in_device *in_dev, be32 dst, be32 local, u32 scope);
struct in_ifaddr *inet_ifa_byprefix(struct in_device *in_dev, be32 prefix, be32 mask);
/* LINUX: __ip_dev_find(net, addr, false). */
struct net_device *ip_dev_find(struct net *net, be32 addr);
/* LINUX: inet_lookup_ifaddr_rcu(). */
struct in_ifaddr *inet_lookup_ifaddr(struct net *net, be32 addr);
bool inet_addr_onlink(struct in_device *in_dev, be32 a, be32 b);
struct in_device *inetdev_by_index(struct net *net, s32 ifindex);
/* LINUX: ip_check_mc_rcu(): is the device a member of this group? */
bool ip_check_mc(const struct in_device *in_dev, be32 mc_addr, be32 src_addr, u8 proto);
struct ipv4_devconf *ipv4_devconf_all(struct net *net);
struct ipv4_devconf *ipv4_devconf_dflt(struct net *net);
/* A sysctl of net.ipv4.conf is written: sets the member at this offset of all's, default's or a
 * device's block, with what depends on it: copies of the default, flushed routes, forwarding of
 * all.
 */
void devinet_sysctl_set(struct net *net, struct ipv4_devconf *cnf, size_t offset, u32 value);
/* Network device notifiers run in this order: arp_netdev_event(), inetdev_event(),
 * fib_netdev_event(). */
void inetdev_event(struct net_device *dev, u32 event);
/* devinet_ioctl.c: requests about a device's addresses. ifr: IFREQ_BYTES, read and written. */
int devinet_ioctl(struct net *net, u32 cmd, u8 *ifr);
/* Writes a struct ifreq for each address of the device into the program's memory at buf; 0: only
 * counts. How many bytes, or -EFAULT. len: what is left there, which may be below 0.
 */
int inet_gifconf(struct net_device *dev, u64 buf, s32 len);

#endif
