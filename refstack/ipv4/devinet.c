// SPDX-License-Identifier: MIT
/* devinet.c - IPv4 on a device: its addresses, primary and secondary, its knobs, and choosing
 * sources.
 *
 * Path: step 4 (source selection) and configuration. Called by route.c, fib_*.c, arp.c and
 * requests. Rules: RFC 1122 3.3.4.3; LINUX: net/ipv4/devinet.c. Missing: address lifetimes (all are
 * forever).
 */
#include "ipv4/inetdevice.h"

#include "core/cpu.h"
#include "core/neighbour.h"
#include "ipv4/devinet_internal.h"
#include "ipv4/icmp.h"
#include "ipv4/igmp.h"
#include "ipv4/ip_fib.h"
#include "ipv4/route.h"
#include "uapi/errno.h"
#include "wire/ipv4.h"

enum { IFA_F_IPV6ONLY = 0x02 | 0x04 | 0x08 | 0x10 | 0x40 | 0x100 | 0x800 };
enum { PREFIXLEN_ANY = 33 };

struct ipv4_devconf *ipv4_devconf_all(struct net *net)
{
	return &net->devconf_all;
}

struct ipv4_devconf *ipv4_devconf_dflt(struct net *net)
{
	return &net->devconf_dflt;
}

static struct hlist_head *inet_addr_bucket(struct net *net, be32 addr)
{
	static_assert(IN4_ADDR_HSIZE == 32, "five bits");
	return &net->inet_addr_lst[hash_32(be32_to_cpu(addr), 5)];
}

static struct in_ifaddr *inet_find_ifaddr(struct net *net, be32 addr)
{
	struct hlist_node *pos;

	hlist_for_each (pos, inet_addr_bucket(net, addr)) {
		struct in_ifaddr *ifa = hlist_entry(pos, struct in_ifaddr, hash);

		if (be32_eq(ifa->ifa_local, addr))
			return ifa;
	}
	return NULL;
}

struct in_ifaddr *inet_lookup_ifaddr(struct net *net, be32 addr)
{
	PROBE(net, inet_lookup_ifaddr_rcu);

	return inet_find_ifaddr(net, addr);
}

/* The device that has this address, be it one of a local prefix such as 127.0.0.0/8. */
struct net_device *ip_dev_find(struct net *net, be32 addr)
{
	PROBE(net, ip_dev_find);
	const struct in_ifaddr *ifa = inet_find_ifaddr(net, addr);
	struct flowi4 fl4 = { .daddr = addr };
	struct fib_table *local;
	struct fib_result res;

	if (ifa != NULL)
		return ifa->ifa_dev->dev;
	local = fib_get_table(net, RT_TABLE_LOCAL);
	if (local == NULL || fib_table_lookup(local, &fl4, &res, FIB_LOOKUP_NOREF) != 0)
		return NULL;
	return res.type == RTN_LOCAL ? res.nhc->fib_nh_dev : NULL;
}

struct in_device *inetdev_by_index(struct net *net, s32 ifindex)
{
	const struct net_device *dev = dev_get_by_index(net, ifindex);

	return dev != NULL ? in_dev_get(dev) : NULL;
}

struct in_ifaddr *inet_ifa_byprefix(struct in_device *in_dev, be32 prefix, be32 mask)
{
	struct in_ifaddr *ifa;

	for (ifa = in_dev->ifa_list; ifa != NULL; ifa = ifa->ifa_next) {
		if (be32_eq(ifa->ifa_mask, mask) && inet_ifa_match(prefix, ifa))
			return ifa;
	}
	return NULL;
}

bool inet_addr_onlink(struct in_device *in_dev, be32 a, be32 b)
{
	const struct in_ifaddr *ifa;

	for (ifa = in_dev->ifa_list; ifa != NULL; ifa = ifa->ifa_next) {
		if (inet_ifa_match(a, ifa) && (be32_is_zero(b) || inet_ifa_match(b, ifa)))
			return true;
	}
	return false;
}

/* With route_localnet, addresses of host scope may be seen outside. */
static u32 localnet_scope(const struct in_device *in_dev)
{
	return IN_DEV_ORCONF(in_dev, route_localnet) ? RT_SCOPE_LINK : RT_SCOPE_HOST;
}

static be32 in_dev_select_addr(const struct in_device *in_dev, u32 scope)
{
	const struct in_ifaddr *ifa;

	for (ifa = in_dev->ifa_list; ifa != NULL; ifa = ifa->ifa_next) {
		if ((ifa->ifa_flags & IFA_F_SECONDARY) == 0 && ifa->ifa_scope != RT_SCOPE_LINK &&
		    ifa->ifa_scope <= scope)
			return ifa->ifa_local;
	}
	return (be32){ 0 };
}

be32 inet_select_addr(const struct net_device *dev, be32 dst, u32 scope)
{
	const struct in_device *in_dev = in_dev_get(dev);
	const struct net *net = dev_net(dev);
	const struct in_ifaddr *ifa;
	be32 addr = { 0 };
	u32 i;

	for (ifa = in_dev != NULL ? in_dev->ifa_list : NULL; ifa != NULL; ifa = ifa->ifa_next) {
		if ((ifa->ifa_flags & IFA_F_SECONDARY) != 0 ||
		    min_u32(ifa->ifa_scope, localnet_scope(in_dev)) > scope)
			continue;
		if (be32_is_zero(dst) || inet_ifa_match(dst, ifa))
			return ifa->ifa_local;
		if (be32_is_zero(addr))
			addr = ifa->ifa_local;
	}
	/* Addresses of lo that are no loopback addresses come first: lo has index 1. */
	for (i = 1; i < NET_DEV_MAX && be32_is_zero(addr); i++) {
		dev = net->dev_by_index[i];
		if (dev != NULL && in_dev_get(dev) != NULL)
			addr = in_dev_select_addr(in_dev_get(dev), scope);
	}
	return addr;
}

/* LINUX: confirm_addr_indev(): does this device have local, of this scope, in a subnet with dst?
 * Either may be 0: then any will do, and the answer says which.
 */
static be32 confirm_addr_indev(const struct in_device *in_dev, be32 dst, be32 local, u32 scope)
{
	const struct in_ifaddr *ifa;
	be32 addr = { 0 };
	bool same = false;

	for (ifa = in_dev->ifa_list; ifa != NULL; ifa = ifa->ifa_next) {
		bool scope_ok = min_u32(ifa->ifa_scope, localnet_scope(in_dev)) <= scope;

		if (be32_is_zero(addr) && scope_ok &&
		    (be32_is_zero(local) || be32_eq(local, ifa->ifa_local))) {
			addr = ifa->ifa_local;
			if (same)
				break;
		}
		if (same)
			continue;
		same = (be32_is_zero(local) || inet_ifa_match(local, ifa)) &&
		       (be32_is_zero(dst) || inet_ifa_match(dst, ifa));
		if (!same || be32_is_zero(addr))
			continue;
		if (!be32_is_zero(local) || be32_is_zero(dst) || inet_ifa_match(addr, ifa))
			break;
		if (scope_ok) {
			addr = ifa->ifa_local;
			break;
		}
		same = false; /* look for a larger subnet with both */
	}
	return same ? addr : (be32){ 0 };
}

be32 inet_confirm_addr(struct net *net, struct in_device *in_dev, be32 dst, be32 local, u32 scope)
{
	be32 addr = { 0 };
	u32 i;

	if (in_dev != NULL)
		return confirm_addr_indev(in_dev, dst, local, scope);
	for (i = 1; i < NET_DEV_MAX && be32_is_zero(addr); i++) {
		const struct net_device *dev = net->dev_by_index[i];

		if (dev != NULL && in_dev_get(dev) != NULL)
			addr = confirm_addr_indev(in_dev_get(dev), dst, local, scope);
	}
	return addr;
}

struct in_ifaddr *inet_alloc_ifa(struct in_device *in_dev)
{
	struct in_ifaddr *ifa = pool_zalloc(&dev_net(in_dev->dev)->ifaddr_pool);

	if (ifa != NULL)
		ifa->ifa_dev = in_dev;
	return ifa;
}

void inet_free_ifa(struct in_ifaddr *ifa)
{
	assert(hlist_unhashed(&ifa->hash));
	pool_free(&dev_net(ifa->ifa_dev->dev)->ifaddr_pool, ifa);
}

/* Where in the list a new address goes: primaries by scope, the widest first, before the
 * secondaries. NULL with *err when it cannot be added.
 */
static struct in_ifaddr **inet_ifa_place(struct in_ifaddr *ifa, int *err)
{
	struct in_ifaddr **last_primary = &ifa->ifa_dev->ifa_list, **ifap = last_primary, *ifa1;

	for (; (ifa1 = *ifap) != NULL; ifap = &ifa1->ifa_next) {
		if ((ifa1->ifa_flags & IFA_F_SECONDARY) == 0 && ifa->ifa_scope <= ifa1->ifa_scope)
			last_primary = &ifa1->ifa_next;
		if (!be32_eq(ifa1->ifa_mask, ifa->ifa_mask) ||
		    !inet_ifa_match(ifa1->ifa_address, ifa))
			continue;
		*err = be32_eq(ifa1->ifa_local, ifa->ifa_local) ? -EEXIST : -EINVAL;
		if (*err == -EEXIST || ifa1->ifa_scope != ifa->ifa_scope)
			return NULL;
		ifa->ifa_flags |= IFA_F_SECONDARY;
	}
	return (ifa->ifa_flags & IFA_F_SECONDARY) != 0 ? ifap : last_primary;
}

int inet_insert_ifa(struct in_ifaddr *ifa)
{
	struct net *net = dev_net(ifa->ifa_dev->dev);
	struct in_ifaddr **ifap;
	int err = 0;

	ifa->ifa_flags &= ~((u32)IFA_F_SECONDARY | IFA_F_IPV6ONLY);
	ifap = be32_is_zero(ifa->ifa_local) ? NULL : inet_ifa_place(ifa, &err);
	if (ifap == NULL) {
		inet_free_ifa(ifa);
		return err;
	}
	ifa->ifa_next = *ifap;
	*ifap = ifa;
	hlist_add_head(&ifa->hash, inet_addr_bucket(net, ifa->ifa_local));
	fib_inetaddr_event(ifa, NETDEV_UP);
	return 0;
}

/* Secondaries of a primary that goes: all go, or with promote_secondaries the first takes its
 * place, and is returned with the one before it in the list; *last_prim: where it belongs.
 */
static struct in_ifaddr *inet_drop_secondaries(struct in_ifaddr *ifa1, bool do_promote,
					       struct in_ifaddr ***last_prim,
					       struct in_ifaddr **prev_prom)
{
	struct in_ifaddr **ifap = &ifa1->ifa_next, *ifa;

	while ((ifa = *ifap) != NULL) {
		bool secondary = (ifa->ifa_flags & IFA_F_SECONDARY) != 0;

		if (!secondary && ifa1->ifa_scope <= ifa->ifa_scope)
			*last_prim = &ifa->ifa_next;
		if (!secondary || !be32_eq(ifa1->ifa_mask, ifa->ifa_mask) ||
		    !inet_ifa_match(ifa1->ifa_address, ifa)) {
			ifap = &ifa->ifa_next;
			*prev_prom = ifa;
			continue;
		}
		if (do_promote)
			return ifa;
		hlist_del_init(&ifa->hash);
		*ifap = ifa->ifa_next;
		fib_inetaddr_event(ifa, NETDEV_DOWN);
		inet_free_ifa(ifa);
	}
	return NULL;
}

static bool ifa_in_subnet_of(const struct in_ifaddr *ifa, const struct in_ifaddr *prim)
{
	return be32_eq(prim->ifa_mask, ifa->ifa_mask) && inet_ifa_match(prim->ifa_address, ifa);
}

static void inet_promote(struct in_ifaddr *promote, const struct in_ifaddr *ifa1,
			 struct in_ifaddr **last_prim, struct in_ifaddr *prev_prom)
{
	struct in_ifaddr *next_sec = promote->ifa_next, *ifa;

	if (prev_prom != NULL) {
		prev_prom->ifa_next = next_sec;
		promote->ifa_next = *last_prim;
		*last_prim = promote;
	}
	promote->ifa_flags &= ~(u32)IFA_F_SECONDARY;
	fib_inetaddr_event(promote, NETDEV_UP);
	for (ifa = next_sec; ifa != NULL; ifa = ifa->ifa_next) {
		if (ifa_in_subnet_of(ifa, ifa1))
			fib_add_ifaddr(ifa);
	}
}

void inet_del_ifa(struct in_device *in_dev, struct in_ifaddr **ifap)
{
	struct in_ifaddr *ifa1 = *ifap, *promote = NULL, *prev_prom = NULL, *ifa;
	struct in_ifaddr **last_prim = ifap;

	if (!in_dev->dead && (ifa1->ifa_flags & IFA_F_SECONDARY) == 0)
		promote = inet_drop_secondaries(ifa1, IN_DEV_ORCONF(in_dev, promote_secondaries),
						&last_prim, &prev_prom);
	/* Their routes prefer the address that goes: away with them, while all addresses are there.
	 */
	for (ifa = promote; ifa != NULL; ifa = ifa->ifa_next) {
		if (ifa_in_subnet_of(ifa, ifa1))
			fib_del_ifaddr(ifa, ifa1);
	}

	*ifap = ifa1->ifa_next;
	hlist_del_init(&ifa1->hash);
	fib_inetaddr_event(ifa1, NETDEV_DOWN);
	if (promote != NULL)
		inet_promote(promote, ifa1, last_prim, prev_prom);
}

static void ifa_set_label(struct in_ifaddr *ifa, const char *label)
{
	u32 i;

	for (i = 0; i < IFNAMSIZ - 1 && label[i] != '\0'; i++)
		ifa->ifa_label[i] = label[i];
}

void devconf_setall(struct in_device *in_dev)
{
	in_dev->cnf.state = U64_MAX;
	neigh_parms_data_state_setall(in_dev->dev->neigh_parms);
}

static struct in_ifaddr *find_matching_ifa(const struct in_ifaddr *ifa)
{
	struct in_ifaddr *ifa1;

	if (be32_is_zero(ifa->ifa_local))
		return NULL;
	for (ifa1 = ifa->ifa_dev->ifa_list; ifa1 != NULL; ifa1 = ifa1->ifa_next) {
		if (ifa_in_subnet_of(ifa1, ifa) && be32_eq(ifa1->ifa_local, ifa->ifa_local))
			return ifa1;
	}
	return NULL;
}

/* An address that is a group. LINUX: the member is a socket of its own, mc_autojoin_sk; here one
 * that is never a member of anything else.
 */
static int ip_mc_autojoin_config(struct net *net, bool join, const struct in_ifaddr *ifa)
{
	struct ip_mreqn mreq = { .imr_multiaddr = ifa->ifa_address,
				 .imr_ifindex = ifa->ifa_dev->dev->ifindex };
	struct sock *sk = net->icmp->ctl.sk;

	return join ? ip_mc_join_group(sk, &mreq) : ip_mc_leave_group(sk, &mreq);
}

/* Takes over the address. */
static int inet_add_ifa(struct net *net, struct in_ifaddr *ifa)
{
	int err = 0;

	if ((ifa->ifa_flags & IFA_F_MCAUTOJOIN) != 0)
		err = ip_mc_autojoin_config(net, true, ifa);
	if (err == 0)
		return inet_insert_ifa(ifa);
	inet_free_ifa(ifa);
	return err;
}

int inet_rtm_newaddr(struct net_device *dev, const struct ifa_config *cfg)
{
	struct in_device *in_dev = in_dev_get(dev);
	struct in_ifaddr *ifa, *existing;

	if (cfg->prefixlen > 32)
		return -EINVAL;
	ifa = in_dev != NULL ? inet_alloc_ifa(in_dev) : NULL;
	if (ifa == NULL)
		return -ENOBUFS;
	devconf_setall(in_dev);
	ifa->ifa_prefixlen = cfg->prefixlen;
	ifa->ifa_mask = inet_make_mask(cfg->prefixlen);
	ifa->ifa_flags = cfg->flags | IFA_F_PERMANENT;
	ifa->ifa_scope = cfg->scope;
	ifa->ifa_local = cfg->local;
	ifa->ifa_address = cfg->address;
	ifa->ifa_broadcast = cfg->broadcast;
	ifa->ifa_rt_priority = cfg->rt_priority;
	ifa_set_label(ifa, cfg->label != NULL ? cfg->label : dev->name);

	existing = find_matching_ifa(ifa);
	if (existing == NULL)
		return inet_add_ifa(dev_net(dev), ifa);
	inet_free_ifa(ifa);
	if ((cfg->nlflags & NLM_F_EXCL) != 0 || (cfg->nlflags & NLM_F_REPLACE) == 0)
		return -EEXIST;
	if (existing->ifa_rt_priority != cfg->rt_priority) {
		fib_modify_prefix_metric(existing, cfg->rt_priority);
		existing->ifa_rt_priority = cfg->rt_priority;
	}
	return 0;
}

int inet_addr_add(struct net_device *dev, be32 local, u8 prefixlen, be32 broadcast, u8 scope,
		  const char *label)
{
	struct ifa_config cfg = { .prefixlen = prefixlen, .scope = scope, .label = label };

	cfg.local = local;
	cfg.address = local;
	cfg.broadcast = broadcast;
	cfg.nlflags = NLM_F_CREATE | NLM_F_EXCL;
	return inet_rtm_newaddr(dev, &cfg);
}

int inet_addr_del(struct net_device *dev, be32 local, be32 address, u8 prefixlen)
{
	struct in_device *in_dev = in_dev_get(dev);
	struct in_ifaddr **ifap, *ifa;

	if (in_dev == NULL)
		return -ENODEV;
	for (ifap = &in_dev->ifa_list; (ifa = *ifap) != NULL; ifap = &ifa->ifa_next) {
		if (!be32_eq(ifa->ifa_local, local))
			continue;
		if (prefixlen < PREFIXLEN_ANY &&
		    (ifa->ifa_prefixlen != prefixlen || !inet_ifa_match(address, ifa)))
			continue;
		if (ipv4_is_multicast(ifa->ifa_address))
			(void)ip_mc_autojoin_config(dev_net(dev), false, ifa);
		inet_del_ifa(in_dev, ifap);
		inet_free_ifa(ifa);
		return 0;
	}
	return -EADDRNOTAVAIL;
}

struct in_device *inetdev_init(struct net_device *dev)
{
	struct net *net = dev_net(dev);
	struct in_device *in_dev = pool_zalloc(&net->in_device_pool);

	if (in_dev == NULL)
		return NULL;
	in_dev->cnf = net->devconf_dflt;
	in_dev->cnf.state = 0;
	in_dev->dev = dev;
	in_dev->mtu = dev->mtu;
	dev->neigh_parms = neigh_parms_alloc(dev, net->arp_tbl);
	if (dev->neigh_parms == NULL) {
		pool_free(&net->in_device_pool, in_dev);
		return NULL;
	}
	ip_mc_init_dev(in_dev);
	if ((dev->flags & IFF_UP) != 0)
		ip_mc_up(in_dev);
	dev->ip_ptr = in_dev;
	return in_dev;
}

static void inetdev_destroy(struct in_device *in_dev)
{
	struct net_device *dev = in_dev->dev;
	struct in_ifaddr *ifa;

	in_dev->dead = true;
	ip_mc_destroy_dev(in_dev);
	while ((ifa = in_dev->ifa_list) != NULL) {
		inet_del_ifa(in_dev, &in_dev->ifa_list);
		inet_free_ifa(ifa);
	}
	dev->ip_ptr = NULL;
	arp_ifdown(dev);
	pool_free(&dev_net(dev)->in_device_pool, in_dev);
}

static bool inetdev_valid_mtu(u32 mtu)
{
	return mtu >= IPV4_MIN_MTU;
}

/* RFC 1122 3.2.1.3 (g): lo has 127.0.0.1/8. */
static void inetdev_add_loopback(struct in_device *in_dev)
{
	struct in_ifaddr *ifa = inet_alloc_ifa(in_dev);

	if (ifa == NULL)
		return;
	ifa->ifa_local = cpu_to_be32(0x7f000001);
	ifa->ifa_address = ifa->ifa_local;
	ifa->ifa_prefixlen = 8;
	ifa->ifa_mask = inet_make_mask(8);
	ifa->ifa_scope = RT_SCOPE_HOST;
	ifa->ifa_flags = IFA_F_PERMANENT;
	ifa_set_label(ifa, in_dev->dev->name);
	devconf_setall(in_dev);
	(void)inet_insert_ifa(ifa);
}

/* With arp_notify: tell the link which addresses are here. */
static void inetdev_arp_notify(struct net_device *dev, const struct in_device *in_dev)
{
	const struct in_ifaddr *ifa;

	if (IN_DEV_MAXCONF(in_dev, arp_notify) == 0)
		return;
	for (ifa = in_dev->ifa_list; ifa != NULL; ifa = ifa->ifa_next)
		arp_send(dev_net(dev), ARPOP_REQUEST, ETH_P_ARP, ifa->ifa_local, dev,
			 ifa->ifa_local, NULL, dev->dev_addr, NULL);
}

static void inetdev_create_event(struct net_device *dev, u32 event)
{
	struct in_device *in_dev;

	if (event == NETDEV_REGISTER) {
		in_dev = inetdev_init(dev);
		if (in_dev != NULL && (dev->flags & IFF_LOOPBACK) != 0) {
			in_dev->cnf.disable_xfrm = 1;
			in_dev->cnf.disable_policy = 1;
			in_dev->cnf.state |=
				1ull << offsetof(struct ipv4_devconf, disable_xfrm) / sizeof(u32) |
				1ull << offsetof(struct ipv4_devconf, disable_policy) / sizeof(u32);
		}
	} else if (event == NETDEV_CHANGEMTU && inetdev_valid_mtu(dev->mtu)) {
		(void)inetdev_init(dev); /* large enough for IP again */
	}
}

static u32 text_len(const char *text, u32 max)
{
	u32 len = 0;

	while (len < max && text[len] != '\0')
		len++;
	return len;
}

/* ":7" */
static void number_alias(char to[IFNAMSIZ], u32 n)
{
	u32 at = IFNAMSIZ - 1, len;

	to[at] = '\0';
	for (; n != 0; n /= 10)
		to[--at] = (char)('0' + n % 10);
	to[--at] = ':';
	len = IFNAMSIZ - at;
	memmove(to, to + at, len);
}

/* The first address is called as the device is; the others keep their alias, or get their place for
 * want of one. When both are too long the device's name gives way.
 */
static void ifa_rename(struct in_ifaddr *ifa, const struct net_device *dev, u32 place)
{
	u32 len = text_len(dev->name, IFNAMSIZ - 1), colon, alias_len;
	char alias[IFNAMSIZ];

	colon = text_len(ifa->ifa_label, IFNAMSIZ - 1);
	for (u32 i = 0; i < colon; i++) {
		if (ifa->ifa_label[i] == ':')
			colon = i;
	}
	memset(alias, 0, sizeof(alias));
	memcpy(alias, ifa->ifa_label + colon, IFNAMSIZ - colon);
	if (alias[0] == '\0')
		number_alias(alias, place);
	memset(ifa->ifa_label, 0, sizeof(ifa->ifa_label));
	memcpy(ifa->ifa_label, dev->name, len);
	if (place == 1)
		return;
	alias_len = text_len(alias, IFNAMSIZ - 1);
	len = min_u32(len, IFNAMSIZ - 1 - alias_len);
	memcpy(ifa->ifa_label + len, alias, alias_len + 1);
}

static void inetdev_changename(const struct net_device *dev, struct in_device *in_dev)
{
	struct in_ifaddr *ifa;
	u32 place = 0;

	for (ifa = in_dev->ifa_list; ifa != NULL; ifa = ifa->ifa_next)
		ifa_rename(ifa, dev, ++place);
}

void inetdev_event(struct net_device *dev, u32 event)
{
	struct in_device *in_dev = in_dev_get(dev);

	if (in_dev == NULL) {
		inetdev_create_event(dev, event);
		return;
	}
	switch (event) {
	case NETDEV_UP:
		if (!inetdev_valid_mtu(dev->mtu))
			break;
		if ((dev->flags & IFF_LOOPBACK) != 0)
			inetdev_add_loopback(in_dev);
		ip_mc_up(in_dev);
		inetdev_arp_notify(dev, in_dev);
		break;
	case NETDEV_NOTIFY_PEERS:
	case NETDEV_CHANGEADDR:
		inetdev_arp_notify(dev, in_dev);
		break;
	case NETDEV_DOWN:
		ip_mc_down(in_dev);
		break;
	case NETDEV_PRE_TYPE_CHANGE:
		ip_mc_unmap(in_dev);
		break;
	case NETDEV_POST_TYPE_CHANGE:
		ip_mc_remap(in_dev);
		break;
	case NETDEV_RESEND_IGMP:
		ip_mc_rejoin_groups(in_dev);
		break;
	case NETDEV_CHANGEMTU:
		if (!inetdev_valid_mtu(dev->mtu))
			inetdev_destroy(in_dev);
		break;
	case NETDEV_CHANGENAME:
		inetdev_changename(dev, in_dev);
		break;
	case NETDEV_UNREGISTER:
		inetdev_destroy(in_dev);
		break;
	default:
		break;
	}
}

static u32 *devconf_knob(struct ipv4_devconf *cnf, size_t offset)
{
	assert(offset < offsetof(struct ipv4_devconf, state));
	return (u32 *)(void *)((u8 *)cnf + offset);
}

static struct in_device *in_dev_at(const struct net *net, u32 i)
{
	return net->dev_by_index[i] != NULL ? in_dev_get(net->dev_by_index[i]) : NULL;
}

/* LINUX: inet_forward_change(): conf.all.forwarding is the switch for all devices. */
static void inet_forward_change(struct net *net, u32 on)
{
	u32 i;

	net->devconf_all.accept_redirects = on == 0;
	net->devconf_dflt.forwarding = on;
	for (i = 1; i < NET_DEV_MAX; i++) {
		if (in_dev_at(net, i) != NULL) {
			in_dev_at(net, i)->cnf.forwarding = on;
			in_dev_at(net, i)->cnf.state |=
				1ull << offsetof(struct ipv4_devconf, forwarding) / sizeof(u32);
		}
	}
}

static void devinet_sysctl_forward(struct net *net, struct ipv4_devconf *cnf, u32 value)
{
	u32 old = cnf->forwarding;

	cnf->forwarding = value;
	if (old == value || cnf == &net->devconf_dflt)
		return;
	if (cnf == &net->devconf_all)
		inet_forward_change(net, value);
	rt_cache_flush(net);
}

/* LINUX: DEVINET_SYSCTL_FLUSHING_ENTRY. */
static bool devconf_flushes(size_t offset)
{
	return offset == offsetof(struct ipv4_devconf, disable_xfrm) ||
	       offset == offsetof(struct ipv4_devconf, disable_policy) ||
	       offset == offsetof(struct ipv4_devconf, promote_secondaries) ||
	       offset == offsetof(struct ipv4_devconf, route_localnet) ||
	       offset == offsetof(struct ipv4_devconf, drop_unicast_in_l2_multicast);
}

void devinet_sysctl_set(struct net *net, struct ipv4_devconf *cnf, size_t offset, u32 value)
{
	u32 *knob = devconf_knob(cnf, offset), old = *knob, i;
	u64 bit = 1ull << offset / sizeof(u32);

	if (offset == offsetof(struct ipv4_devconf, forwarding)) {
		devinet_sysctl_forward(net, cnf, value);
		return;
	}
	*knob = value;
	if (devconf_flushes(offset)) {
		if (old != value)
			rt_cache_flush(net);
		return;
	}
	cnf->state |= bit;
	for (i = 1; i < NET_DEV_MAX && cnf == &net->devconf_dflt; i++) {
		if (in_dev_at(net, i) != NULL && (in_dev_at(net, i)->cnf.state & bit) == 0)
			*devconf_knob(&in_dev_at(net, i)->cnf, offset) = value;
	}
	if (offset == offsetof(struct ipv4_devconf, accept_local) && value == 0 && old != 0)
		rt_cache_flush(net);
	if (offset == offsetof(struct ipv4_devconf, bc_forwarding) && value != old)
		rt_cache_flush(net);
}

/* LINUX: ipv4_devconf, ipv4_devconf_dflt. */
void devinet_init(struct net *net)
{
	static const struct ipv4_devconf dflt = { .accept_redirects = 1,
						  .secure_redirects = 1,
						  .send_redirects = 1,
						  .shared_media = 1,
						  .arp_evict_nocarrier = 1,
						  .igmpv2_unsolicited_report_interval = 10000,
						  .igmpv3_unsolicited_report_interval = 1000 };

	net->devconf_all = dflt;
	net->devconf_dflt = dflt;
	net->devconf_dflt.accept_source_route = 1;
	memset(net->inet_addr_lst, 0, sizeof(net->inet_addr_lst));
}

void devinet_exit(struct net *net)
{
	u32 i;

	for (i = 1; i < NET_DEV_MAX; i++) {
		if (in_dev_at(net, i) != NULL)
			inetdev_destroy(in_dev_at(net, i));
	}
}
