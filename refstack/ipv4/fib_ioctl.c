// SPDX-License-Identifier: MIT
/* fib_ioctl.c - routes as route(8) knows them: SIOCADDRT and SIOCDELRT.
 *
 * Path: none; called by inet_ioctl(). Rules: rtentry of route(7); LINUX: net/ipv4/fib_frontend.c:
 * rtentry_to_fib_config(), ip_rt_ioctl().
 */
#include "ipv4/ip_fib.h"

#include "core/dev_ioctl.h"
#include "ipv4/devinet_internal.h"
#include "uapi/capability.h"
#include "uapi/errno.h"
#include "uapi/ioctl.h"
#include "uapi/route.h"
#include "uapi/socket.h"

enum { SIN_ADDR = 4, TCPIP_HEADERS = 40, RTT_SHIFT = 3 };

static u16 sa_family(const u8 *sa)
{
	return get_le16(sa);
}

static be32 sin_addr(const u8 *sa)
{
	return load_be32(sa + SIN_ADDR);
}

static bool rt_flag(const u8 *rt, u16 flag)
{
	return (get_le16(rt + RTENTRY_FLAGS) & flag) != 0;
}

/* A mask without a family is none, as long as it is all zeroes, too. */
static int rtentry_prefix(const u8 *rt, struct fib_config *cfg)
{
	const u8 *sa = rt + RTENTRY_GENMASK;
	be32 mask = sin_addr(sa);

	cfg->fc_dst = sin_addr(rt + RTENTRY_DST);
	cfg->fc_dst_len = 32;
	if (rt_flag(rt, RTF_HOST))
		return 0;
	if (sa_family(sa) != AF_INET && (!be32_is_zero(mask) || sa_family(sa) != 0))
		return -EAFNOSUPPORT;
	if ((cfg->fc_dst.raw & ~mask.raw) != 0 || !inet_mask_ok(mask))
		return -EINVAL;
	cfg->fc_dst_len = (u8)inet_mask_len(mask);
	return 0;
}

/* The device by its name; of an alias the source is that address. */
static int rtentry_dev(struct net *net, const u8 *rt, struct fib_config *cfg)
{
	uptr at = get_le64(rt + RTENTRY_DEV);
	u8 name[IFNAMSIZ] = { 0 };
	const struct net_device *dev;
	const struct in_ifaddr *ifa;
	char *colon;

	if (at == 0)
		return 0;
	if (copy_from_user(current_task(net), name, at, IFNAMSIZ - 1) != 0)
		return -EFAULT;
	colon = ifname_colon(name);
	if (colon != NULL)
		*colon = '\0';
	dev = dev_get_by_name(net, (const char *)name);
	if (dev == NULL)
		return -ENODEV;
	cfg->fc_oif = dev->ifindex;
	if (colon == NULL)
		return 0;
	*colon = ':';
	ifa = in_dev_get(dev) != NULL ? in_dev_get(dev)->ifa_list : NULL;
	while (ifa != NULL && !ifa_label_is(ifa, name))
		ifa = ifa->ifa_next;
	if (ifa == NULL)
		return -ENODEV;
	cfg->fc_prefsrc = ifa->ifa_local;
	return 0;
}

static void rtentry_gateway(struct net *net, const u8 *rt, struct fib_config *cfg)
{
	be32 gw = sin_addr(rt + RTENTRY_GATEWAY);

	if (sa_family(rt + RTENTRY_GATEWAY) != AF_INET || be32_is_zero(gw))
		return;
	cfg->fc_gw4 = gw;
	cfg->has_gw = true;
	if (inet_addr_type_table(net, gw, cfg->fc_table) == RTN_UNICAST && rt_flag(rt, RTF_GATEWAY))
		cfg->fc_scope = RT_SCOPE_UNIVERSE;
}

static void rtentry_metrics(const u8 *rt, struct fib_config *cfg)
{
	if (rt_flag(rt, RTF_MTU))
		cfg->fc_advmss = (u32)get_le64(rt + RTENTRY_MTU) - TCPIP_HEADERS;
	if (rt_flag(rt, RTF_WINDOW))
		cfg->fc_metrics[RTAX_WINDOW - 1] = (u32)get_le64(rt + RTENTRY_WINDOW);
	if (rt_flag(rt, RTF_IRTT))
		cfg->fc_metrics[RTAX_RTT - 1] = (u32)get_le16(rt + RTENTRY_IRTT) << RTT_SHIFT;
}

static int rtentry_to_fib_config(struct net *net, u32 cmd, const u8 *rt, struct fib_config *cfg)
{
	u16 metric = get_le16(rt + RTENTRY_METRIC);
	int err;

	if (sa_family(rt + RTENTRY_DST) != AF_INET)
		return -EAFNOSUPPORT;
	err = rtentry_prefix(rt, cfg);
	if (err != 0)
		return err;
	if (cmd != SIOCDELRT) {
		cfg->fc_nlflags = NLM_F_CREATE;
		cfg->fc_protocol = RTPROT_BOOT;
	}
	if (metric != 0)
		cfg->fc_priority = (u32)((s32)(s16)metric - 1);
	if (rt_flag(rt, RTF_REJECT)) {
		cfg->fc_scope = RT_SCOPE_HOST;
		cfg->fc_type = RTN_UNREACHABLE;
		return 0;
	}
	cfg->fc_scope = RT_SCOPE_NOWHERE;
	cfg->fc_type = RTN_UNICAST;
	err = rtentry_dev(net, rt, cfg);
	if (err != 0)
		return err;
	rtentry_gateway(net, rt, cfg);
	/* A rejecting route has left without a number, which finds the main table as well. */
	cfg->fc_table = RT_TABLE_MAIN;
	if (cmd == SIOCDELRT)
		return 0;
	if (rt_flag(rt, RTF_GATEWAY) && !cfg->has_gw)
		return -EINVAL;
	if (cfg->fc_scope == RT_SCOPE_NOWHERE)
		cfg->fc_scope = RT_SCOPE_LINK;
	rtentry_metrics(rt, cfg);
	return 0;
}

int ip_rt_ioctl(struct net *net, u32 cmd, const u8 *rt)
{
	struct fib_config cfg = { .fc_table = RT_TABLE_UNSPEC };
	struct fib_table *tb;
	int err;

	if (!ns_capable(current_task(net), CAP_NET_ADMIN))
		return -EPERM;
	err = rtentry_to_fib_config(net, cmd, rt, &cfg);
	if (err != 0)
		return err;
	if (cmd == SIOCDELRT) {
		tb = fib_get_table(net, cfg.fc_table);
		return tb != NULL ? fib_table_delete(net, tb, &cfg) : -ESRCH;
	}
	tb = fib_new_table(net, cfg.fc_table);
	return tb != NULL ? fib_table_insert(net, tb, &cfg) : -ENOBUFS;
}
