// SPDX-License-Identifier: MIT
/* arp_ioctl.c - the neighbour table as arp(8) knows it: entries set, deleted and shown by ioctl().
 *
 * Path: none; called by inet_ioctl(). Rules: arp(7); LINUX: net/ipv4/arp.c: arp_ioctl().
 */
#include "core/neigh_internal.h"
#include "core/task.h"
#include "ipv4/inetdevice.h"
#include "ipv4/ip_fib.h"
#include "ipv4/route.h"
#include "uapi/capability.h"
#include "uapi/errno.h"
#include "uapi/if_arp.h"
#include "uapi/ioctl.h"
#include "uapi/socket.h"

enum { SA_DATA = 2, SA_DATA_BYTES = 14, SIN_ADDR = 4 };

/* struct arpreq as it came, and what is read out of it again and again. */
struct arp_ioctl {
	struct net *net;
	u8 r[ARPREQ_BYTES];
	be32 ip, netmask;
	u32 flags;
};

static bool has_flag(const struct arp_ioctl *q, u32 flag)
{
	return (q->flags & flag) != 0;
}

static u16 ha_family(const struct arp_ioctl *q)
{
	return get_le16(q->r + ARPREQ_HA);
}

/* -------- which device -------- */

static struct net_device *arp_req_dev_by_name(struct arp_ioctl *q, int *err)
{
	struct net_device *dev = dev_get_by_name(q->net, (const char *)q->r + ARPREQ_DEV);

	*err = -ENODEV;
	if (dev == NULL)
		return NULL;
	if (ha_family(q) == 0)
		put_le16(q->r + ARPREQ_HA, dev->type);
	*err = -EINVAL;
	if (has_flag(q, ATF_COM) && ha_family(q) != dev->type)
		return NULL;
	*err = 0;
	return dev;
}

/* Without a name: the one over which the address is reached. NULL without *err: published for all
 * devices.
 */
static struct net_device *arp_req_dev(struct arp_ioctl *q, int *err)
{
	struct flowi4 fl4 = { .daddr = q->ip, .flowi4_scope = RT_SCOPE_LINK };
	struct net_device *dev;
	struct rtable *rt;

	if (q->r[ARPREQ_DEV] != '\0')
		return arp_req_dev_by_name(q, err);
	*err = 0;
	if (has_flag(q, ATF_PUBL))
		return NULL;
	rt = ip_route_output_flow(q->net, &fl4, NULL, err);
	if (rt == NULL)
		return NULL;
	*err = 0;
	dev = rt->dst.dev;
	ip_rt_put(rt);
	return dev;
}

/* -------- addresses that we answer for -------- */

static struct net_device *dev_getbyhwaddr(const struct arp_ioctl *q)
{
	for (u32 i = 1; i < NET_DEV_MAX; i++) {
		struct net_device *dev = q->net->dev_by_index[i];

		if (dev != NULL && dev->type == ha_family(q) &&
		    memcmp(dev->dev_addr, q->r + ARPREQ_HA + SA_DATA, dev->addr_len) == 0)
			return dev;
	}
	return NULL;
}

static int arp_req_set_proxy(struct net *net, const struct net_device *dev, u32 on)
{
	struct in_device *in_dev;

	if (dev == NULL) {
		net->devconf_all.proxy_arp = on;
		return 0;
	}
	in_dev = in_dev_get(dev);
	if (in_dev == NULL)
		return -ENXIO;
	in_dev->cnf.proxy_arp = on;
	in_dev->cnf.state |= 1ull << offsetof(struct ipv4_devconf, proxy_arp) / sizeof(u32);
	return 0;
}

static int arp_req_set_public(struct arp_ioctl *q, struct net_device *dev)
{
	if (dev == NULL && has_flag(q, ATF_COM)) {
		dev = dev_getbyhwaddr(q);
		if (dev == NULL)
			return -ENODEV;
	}
	if (be32_is_zero(q->netmask))
		return arp_req_set_proxy(q->net, dev, 1);
	return pneigh_lookup(q->net->arp_tbl, q->ip, dev, true) != NULL ? 0 : -ENOBUFS;
}

static int arp_req_delete_public(const struct arp_ioctl *q, const struct net_device *dev)
{
	if (be32_is_zero(q->netmask))
		return arp_req_set_proxy(q->net, dev, 0);
	return pneigh_delete(q->net->arp_tbl, q->ip, dev);
}

/* -------- neighbours -------- */

static int arp_req_set_entry(struct arp_ioctl *q, struct net_device *dev)
{
	struct neigh_table *tbl = q->net->arp_tbl;
	u8 state = has_flag(q, ATF_PERM) ? NUD_PERMANENT : NUD_STALE;
	const u8 *lladdr = has_flag(q, ATF_COM | ATF_PERM) ? q->r + ARPREQ_HA + SA_DATA : NULL;
	struct neighbour *n = neigh_lookup(tbl, q->ip, dev);
	int err = 0;

	if (n == NULL)
		n = neigh_create(tbl, q->ip, dev, true, &err);
	if (n == NULL)
		return err;
	err = neigh_update(n, lladdr, state, NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_ADMIN);
	neigh_release(n);
	return err;
}

static int arp_req_set(struct arp_ioctl *q)
{
	int err;
	struct net_device *dev = arp_req_dev(q, &err);

	if (err != 0)
		return err;
	if (has_flag(q, ATF_PUBL))
		return arp_req_set_public(q, dev);
	return ha_family(q) == dev->type ? arp_req_set_entry(q, dev) : -EINVAL;
}

int arp_invalidate(struct net_device *dev, be32 ip, bool force)
{
	struct neighbour *n = neigh_lookup(dev_net(dev)->arp_tbl, ip, dev);
	int err = -ENXIO;

	if (n == NULL)
		return err;
	if ((n->nud_state & NUD_VALID) != 0 && !force) {
		neigh_release(n);
		return 0;
	}
	if ((n->nud_state & ~(u32)NUD_NOARP) != 0)
		err = neigh_update(n, NULL, NUD_FAILED,
				   NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_ADMIN);
	neigh_remove(n);
	return err;
}

static int arp_req_delete(struct arp_ioctl *q)
{
	int err;
	struct net_device *dev = arp_req_dev(q, &err);

	if (err != 0)
		return err;
	if (has_flag(q, ATF_PUBL))
		return arp_req_delete_public(q, dev);
	return arp_invalidate(dev, q->ip, true);
}

static u32 arp_state_to_flags(const struct neighbour *n)
{
	if ((n->nud_state & NUD_PERMANENT) != 0)
		return ATF_PERM | ATF_COM;
	return (n->nud_state & NUD_VALID) != 0 ? ATF_COM : 0;
}

static void put_dev_name(u8 *to, const struct net_device *dev)
{
	u32 len = 0;

	while (len < IFNAMSIZ - 1 && dev->name[len] != '\0')
		len++;
	memcpy(to, dev->name, len);
	to[len] = '\0';
}

static int arp_req_get(struct arp_ioctl *q)
{
	struct net_device *dev;
	struct neighbour *n;
	int err;

	if (q->r[ARPREQ_DEV] == '\0')
		return -ENODEV;
	dev = arp_req_dev_by_name(q, &err);
	if (dev == NULL)
		return err;
	n = neigh_lookup(q->net->arp_tbl, q->ip, dev);
	if (n == NULL)
		return -ENXIO;
	if ((n->nud_state & NUD_NOARP) != 0) {
		neigh_release(n);
		return -ENXIO;
	}
	memcpy(q->r + ARPREQ_HA + SA_DATA, n->ha, min_u32(dev->addr_len, SA_DATA_BYTES));
	put_le32(q->r + ARPREQ_FLAGS, arp_state_to_flags(n));
	neigh_release(n);
	put_le16(q->r + ARPREQ_HA, dev->type);
	put_dev_name(q->r + ARPREQ_DEV, dev);
	return 0;
}

/* -------- the request -------- */

/* A mask is for what is published, and then one address or all. */
static int arp_req_check(struct arp_ioctl *q)
{
	const u8 *mask = q->r + ARPREQ_NETMASK + SIN_ADDR;

	if (get_le16(q->r + ARPREQ_PA) != AF_INET)
		return -EPFNOSUPPORT;
	if (!has_flag(q, ATF_PUBL) && has_flag(q, ATF_NETMASK | ATF_DONTPUB))
		return -EINVAL;
	if (!has_flag(q, ATF_NETMASK))
		memset(q->r + ARPREQ_NETMASK + SIN_ADDR, 0xff, 4);
	else if (get_be32(mask) != 0 && get_be32(mask) != U32_MAX)
		return -EINVAL;
	q->netmask = load_be32(mask);
	return 0;
}

int arp_ioctl(struct net *net, u32 cmd, uptr arg)
{
	struct task *t = current_task(net);
	struct arp_ioctl q = { .net = net };
	int err;

	if (cmd != SIOCGARP && !ns_capable(t, CAP_NET_ADMIN))
		return -EPERM;
	if (copy_from_user(t, q.r, arg, sizeof(q.r)) != 0)
		return -EFAULT;
	q.r[ARPREQ_DEV + IFNAMSIZ - 1] = '\0';
	q.ip = load_be32(q.r + ARPREQ_PA + SIN_ADDR);
	q.flags = get_le32(q.r + ARPREQ_FLAGS);
	err = arp_req_check(&q);
	if (err != 0)
		return err;
	if (cmd == SIOCDARP)
		return arp_req_delete(&q);
	if (cmd == SIOCSARP)
		return arp_req_set(&q);
	err = arp_req_get(&q);
	if (err == 0 && copy_to_user(t, arg, q.r, sizeof(q.r)) != 0)
		err = -EFAULT;
	return err;
}
