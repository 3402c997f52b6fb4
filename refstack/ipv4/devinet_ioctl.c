// SPDX-License-Identifier: MIT
/* devinet_ioctl.c - a device's addresses as ifconfig knows them: asked for and set by ioctl().
 *
 * Path: none; called by inet_ioctl() and for SIOCGIFCONF. Rules: netdevice(7); LINUX:
 * net/ipv4/devinet.c: devinet_ioctl(), inet_gifconf(). An address is found by its label, eth0 or
 * eth0:1; an address that is set has the mask of its class.
 */
#include "ipv4/devinet_internal.h"

#include "core/dev_ioctl.h"
#include "ipv4/ip_fib.h"
#include "uapi/capability.h"
#include "uapi/errno.h"
#include "uapi/ioctl.h"
#include "uapi/socket.h"

enum { SIN_FAMILY = IFREQ_DATA, SIN_ADDR = IFREQ_DATA + 4, SOCKADDR_BYTES = 16 };

/* What a request is about. ifap: where the address is in its device's list; *ifap NULL: nowhere. */
struct ifa_ioctl {
	u32 cmd;
	u8 *ifr;
	be32 addr; /* what the program gave */
	struct net_device *dev;
	struct in_device *in_dev;
	struct in_ifaddr **ifap, *ifa;
	bool alias; /* the name has a colon */
};

/* -------- asking -------- */

static int get_local(struct ifa_ioctl *q)
{
	store_be32(q->ifr + SIN_ADDR, q->ifa->ifa_local);
	return 0;
}

static int get_broadcast(struct ifa_ioctl *q)
{
	store_be32(q->ifr + SIN_ADDR, q->ifa->ifa_broadcast);
	return 0;
}

static int get_peer(struct ifa_ioctl *q)
{
	store_be32(q->ifr + SIN_ADDR, q->ifa->ifa_address);
	return 0;
}

static int get_mask(struct ifa_ioctl *q)
{
	store_be32(q->ifr + SIN_ADDR, q->ifa->ifa_mask);
	return 0;
}

/* -------- setting -------- */

/* LINUX: inet_abc_len(): the prefix of an address's class; -1: it has none. */
static s32 inet_abc_len(be32 addr)
{
	u32 a = be32_to_cpu(addr);

	if (a == 0 || a == U32_MAX)
		return 0;
	if (a >> 31 == 0)
		return 8;
	if (a >> 30 == 2)
		return 16;
	if (a >> 29 == 6)
		return 24;
	return a >> 28 == 0xf ? 32 : -1;
}

static be32 subnet_broadcast(be32 addr, be32 mask)
{
	return (be32){ addr.raw | ~mask.raw };
}

/* LINUX: inet_set_ifa(). */
static int inet_set_ifa(struct in_ifaddr *ifa)
{
	devconf_setall(ifa->ifa_dev);
	if (ipv4_is_loopback(ifa->ifa_local))
		ifa->ifa_scope = RT_SCOPE_HOST;
	return inet_insert_ifa(ifa);
}

/* Takes the address out, to be put in again with something changed. */
static void ifa_take_out(struct ifa_ioctl *q)
{
	inet_del_ifa(q->in_dev, q->ifap);
}

static struct in_ifaddr *new_ifa(const struct ifa_ioctl *q)
{
	struct in_ifaddr *ifa = q->in_dev != NULL ? inet_alloc_ifa(q->in_dev) : NULL;

	if (ifa != NULL)
		memcpy(ifa->ifa_label, q->alias ? (const char *)q->ifr : q->dev->name, IFNAMSIZ);
	return ifa;
}

static int set_local(struct ifa_ioctl *q)
{
	s32 len = inet_abc_len(q->addr);
	struct in_ifaddr *ifa = q->ifa;

	if (len < 0)
		return -EINVAL;
	if (ifa == NULL) {
		ifa = new_ifa(q);
		if (ifa == NULL)
			return -ENOBUFS;
	} else {
		if (be32_eq(ifa->ifa_local, q->addr))
			return 0;
		ifa_take_out(q);
		ifa->ifa_broadcast = (be32){ 0 };
		ifa->ifa_scope = RT_SCOPE_UNIVERSE;
	}
	ifa->ifa_local = q->addr;
	ifa->ifa_address = q->addr;
	if ((q->dev->flags & IFF_POINTOPOINT) != 0)
		len = 32;
	ifa->ifa_prefixlen = (u8)len;
	ifa->ifa_mask = inet_make_mask((u32)len);
	if ((q->dev->flags & (IFF_POINTOPOINT | IFF_BROADCAST)) == IFF_BROADCAST && len < 31)
		ifa->ifa_broadcast = subnet_broadcast(ifa->ifa_address, ifa->ifa_mask);
	ifa->ifa_flags |= IFA_F_PERMANENT;
	return inet_set_ifa(ifa);
}

static int set_broadcast(struct ifa_ioctl *q)
{
	if (be32_eq(q->ifa->ifa_broadcast, q->addr))
		return 0;
	ifa_take_out(q);
	q->ifa->ifa_broadcast = q->addr;
	(void)inet_insert_ifa(q->ifa);
	return 0;
}

static int set_peer(struct ifa_ioctl *q)
{
	if (be32_eq(q->ifa->ifa_address, q->addr))
		return 0;
	if (inet_abc_len(q->addr) < 0)
		return -EINVAL;
	ifa_take_out(q);
	q->ifa->ifa_address = q->addr;
	(void)inet_insert_ifa(q->ifa);
	return 0;
}

static int set_mask(struct ifa_ioctl *q)
{
	be32 old = q->ifa->ifa_mask;
	struct in_ifaddr *ifa = q->ifa;

	if (!inet_mask_ok(q->addr))
		return -EINVAL;
	if (be32_eq(old, q->addr))
		return 0;
	ifa_take_out(q);
	ifa->ifa_mask = q->addr;
	ifa->ifa_prefixlen = (u8)inet_mask_len(q->addr);
	/* A broadcast address that went with the old mask goes with the new one. */
	if ((q->dev->flags & IFF_BROADCAST) != 0 && ifa->ifa_prefixlen < 31 &&
	    be32_eq(ifa->ifa_broadcast, subnet_broadcast(ifa->ifa_local, old)))
		ifa->ifa_broadcast = subnet_broadcast(ifa->ifa_local, q->addr);
	(void)inet_insert_ifa(ifa);
	return 0;
}

/* Of an alias only IFF_UP means something: without it the address goes. */
static int set_flags(struct ifa_ioctl *q)
{
	u16 flags = get_le16(q->ifr + IFREQ_DATA);

	if (!q->alias)
		return dev_change_flags(q->dev, (u32)(s32)(s16)flags);
	if (q->ifa == NULL)
		return -EADDRNOTAVAIL;
	if ((flags & IFF_UP) == 0) {
		ifa_take_out(q);
		inet_free_ifa(q->ifa);
	}
	return 0;
}

/* -------- the request -------- */

static const struct ifa_request {
	u32 cmd;
	bool gets, needs_ifa, needs_family;
	int (*run)(struct ifa_ioctl *q);
} ifa_requests[] = {
	{ SIOCGIFADDR, true, true, false, get_local },
	{ SIOCGIFBRDADDR, true, true, false, get_broadcast },
	{ SIOCGIFDSTADDR, true, true, false, get_peer },
	{ SIOCGIFNETMASK, true, true, false, get_mask },
	{ SIOCSIFFLAGS, false, false, false, set_flags },
	{ SIOCSIFADDR, false, false, true, set_local },
	{ SIOCSIFBRDADDR, false, true, true, set_broadcast },
	{ SIOCSIFDSTADDR, false, true, true, set_peer },
	{ SIOCSIFNETMASK, false, true, true, set_mask },
};

/* By label, and with `same_local` by the address that the program named, too. */
static bool find_ifa(struct ifa_ioctl *q, bool same_local)
{
	struct in_ifaddr *ifa;

	q->ifap = &q->in_dev->ifa_list;
	for (; (ifa = *q->ifap) != NULL; q->ifap = &ifa->ifa_next) {
		if (ifa_label_is(ifa, q->ifr) &&
		    (!same_local || be32_eq(ifa->ifa_local, q->addr))) {
			q->ifa = ifa;
			return true;
		}
	}
	return false;
}

static int run_request(struct net *net, struct ifa_ioctl *q, const struct ifa_request *r,
		       bool match_addr)
{
	char *colon = ifname_colon(q->ifr);

	if (colon != NULL)
		*colon = '\0';
	q->dev = dev_get_by_name(net, (const char *)q->ifr);
	if (q->dev == NULL)
		return -ENODEV;
	if (colon != NULL)
		*colon = ':';
	q->alias = colon != NULL;
	q->in_dev = in_dev_get(q->dev);
	/* 4.4BSD's programs name label and address, 4.3BSD's only the label. */
	if (q->in_dev != NULL && (!match_addr || !find_ifa(q, true)))
		(void)find_ifa(q, false);
	if (q->ifa == NULL && r->needs_ifa)
		return -EADDRNOTAVAIL;
	return r->run(q);
}

static const struct ifa_request *request_of(u32 cmd)
{
	for (u32 i = 0; i < ARRAY_SIZE(ifa_requests); i++) {
		if (ifa_requests[i].cmd == cmd)
			return &ifa_requests[i];
	}
	return NULL;
}

int devinet_ioctl(struct net *net, u32 cmd, u8 *ifr)
{
	const struct ifa_request *r = request_of(cmd);
	bool is_inet = get_le16(ifr + SIN_FAMILY) == AF_INET;
	struct ifa_ioctl q = { .cmd = cmd, .ifr = ifr, .addr = load_be32(ifr + SIN_ADDR) };

	ifr[IFREQ_NAME + IFNAMSIZ - 1] = '\0';
	if (r == NULL)
		return -EINVAL;
	if (r->gets) {
		memset(ifr + IFREQ_DATA, 0, SOCKADDR_BYTES);
		put_le16(ifr + SIN_FAMILY, AF_INET);
	} else if (!ns_capable(current_task(net), CAP_NET_ADMIN)) {
		return -EPERM;
	}
	if (r->needs_family && !is_inet)
		return -EINVAL;
	return run_request(net, &q, r, r->gets && is_inet);
}

int inet_gifconf(struct net_device *dev, uptr buf, s32 len)
{
	const struct in_device *in_dev = in_dev_get(dev);
	const struct in_ifaddr *ifa = in_dev != NULL ? in_dev->ifa_list : NULL;
	s32 done = 0;

	for (; ifa != NULL; ifa = ifa->ifa_next) {
		u8 ifr[IFREQ_BYTES] = { 0 };

		if (buf != 0 && len - done < IFREQ_BYTES)
			break;
		memcpy(ifr + IFREQ_NAME, ifa->ifa_label, IFNAMSIZ);
		put_le16(ifr + SIN_FAMILY, AF_INET);
		store_be32(ifr + SIN_ADDR, ifa->ifa_local);
		if (buf != 0 && copy_to_user(current_task(dev_net(dev)), buf + (u32)done, ifr,
					     sizeof(ifr)) != 0)
			return -EFAULT;
		done += IFREQ_BYTES;
	}
	return done;
}
