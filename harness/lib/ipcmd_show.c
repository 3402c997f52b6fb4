// SPDX-License-Identifier: MIT
/* ipcmd_show.c - `ip addr show`, `ip link show`, `ip neigh show`, in iproute2's look. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/neighbour.h"
#include "core/net.h"
#include "core/qdisc.h"
#include "harness/lib/ipcmd_lex.h"
#include "ipv4/inetdevice.h"

static const char *mac_text(const u8 *mac, char buf[18])
{
	snprintf(buf, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
		 mac[5]);
	return buf;
}

static void show_dev_flags(struct outbuf *o, u32 flags)
{
	static const struct {
		u32 flag;
		const char *name;
	} names[] = { { IFF_LOOPBACK, "LOOPBACK" },
		      { IFF_BROADCAST, "BROADCAST" },
		      { IFF_POINTOPOINT, "POINTOPOINT" },
		      { IFF_MULTICAST, "MULTICAST" },
		      { IFF_NOARP, "NOARP" },
		      { IFF_ALLMULTI, "ALLMULTI" },
		      { IFF_PROMISC, "PROMISC" },
		      { IFF_UP, "UP" },
		      { IFF_LOWER_UP, "LOWER_UP" } };
	const char *sep = "";

	outf(o, "<");
	if ((flags & IFF_UP) != 0 && (flags & IFF_RUNNING) == 0) {
		outf(o, "NO-CARRIER");
		sep = ",";
	}
	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		if ((flags & names[i].flag) != 0) {
			outf(o, "%s%s", sep, names[i].name);
			sep = ",";
		}
	}
	outf(o, "> ");
}

static const char *oper_name(const struct net_device *dev)
{
	static const char *const names[] = { "UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN",
					     "TESTING", "DORMANT",    "UP" };

	if (!netif_running(dev))
		return "DOWN";
	return dev->operstate < ARRAY_SIZE(names) ? names[dev->operstate] : "UNKNOWN";
}

static void show_link(struct outbuf *o, const struct net_device *dev, bool link_only)
{
	char mac[18];

	outf(o, "%d: %s: ", dev->ifindex, dev->name);
	show_dev_flags(o, dev_get_flags(dev));
	outf(o, "mtu %u qdisc %s state %s %sgroup default ", dev->mtu, dev->qdisc->ops->id,
	     oper_name(dev), link_only ? "mode DEFAULT " : "");
	if (dev->tx_queue_len != 0)
		outf(o, "qlen %u", dev->tx_queue_len);
	outf(o, "\n    link/%s ",
	     dev->type == ARPHRD_LOOPBACK ? "loopback"
	     : dev->type == ARPHRD_ETHER  ? "ether"
					  : "none");
	if (dev->addr_len != 0) {
		outf(o, "%s", mac_text(dev->dev_addr, mac));
		outf(o, " brd %s", mac_text(dev->broadcast, mac));
	}
	outf(o, "\n");
}

static void show_stats(struct outbuf *o, const struct net_device_stats *s)
{
	static const char form[] = "    %s  bytes packets errors dropped %7s %7s           \n"
				   "    %10" PRIu64 " %7" PRIu64 " %6" PRIu64 " %7" PRIu64
				   " %7" PRIu64 " %7" PRIu64 " \n";

	outf(o, form, "RX:", "missed", "mcast", s->rx_bytes, s->rx_packets, s->rx_errors,
	     s->rx_dropped, s->rx_missed_errors, s->multicast);
	outf(o, form, "TX:", "carrier", "collsns", s->tx_bytes, s->tx_packets, s->tx_errors,
	     s->tx_dropped, (u64)0, (u64)0);
}

static void show_addr(struct outbuf *o, const struct in_ifaddr *ifa)
{
	char a[16], scope[16];

	outf(o, "    inet %s", addr_text(ifa->ifa_local, a));
	if (!be32_eq(ifa->ifa_address, ifa->ifa_local))
		outf(o, " peer %s", addr_text(ifa->ifa_address, a));
	outf(o, "/%u ", ifa->ifa_prefixlen);
	if (ifa->ifa_rt_priority != 0)
		outf(o, "metric %u ", ifa->ifa_rt_priority);
	if (!be32_is_zero(ifa->ifa_broadcast))
		outf(o, "brd %s ", addr_text(ifa->ifa_broadcast, a));
	outf(o, "scope %s ", scope_name(ifa->ifa_scope, scope));
	if ((ifa->ifa_flags & IFA_F_SECONDARY) != 0)
		outf(o, "secondary ");
	if ((ifa->ifa_flags & IFA_F_NOPREFIXROUTE) != 0)
		outf(o, "noprefixroute ");
	if ((ifa->ifa_flags & IFA_F_MCAUTOJOIN) != 0)
		outf(o, "autojoin ");
	outf(o, "%s\n       valid_lft forever preferred_lft forever\n", ifa->ifa_label);
}

int show_addrs(struct lex *lx, const struct show_what *what)
{
	const struct net *net = lex_net(lx);

	for (u32 i = 1; i < NET_DEV_MAX; i++) {
		const struct net_device *dev = net->dev_by_index[i];

		if (dev == NULL || (what->only != NULL && dev != what->only))
			continue;
		show_link(lx->out, dev, !what->addrs);
		if (what->stats)
			show_stats(lx->out, &dev->stats);
		if (!what->addrs || dev->ip_ptr == NULL)
			continue;
		for (const struct in_ifaddr *ifa = dev->ip_ptr->ifa_list; ifa != NULL;
		     ifa = ifa->ifa_next)
			show_addr(lx->out, ifa);
	}
	return 0;
}

/* Sorted by device and address: the table's own order is no order that a user could rely on. */
enum { SHOW_NEIGHS = 1024 };
struct neigh_list {
	struct neighbour *n[SHOW_NEIGHS];
	u32 len;
	const struct net_device *only;
};

static bool neigh_before(const struct neighbour *a, const struct neighbour *b)
{
	if (a->dev != b->dev)
		return a->dev->ifindex < b->dev->ifindex;
	return be32_to_cpu(a->primary_key) < be32_to_cpu(b->primary_key);
}

static void neigh_collect(struct neighbour *n, void *ctx)
{
	struct neigh_list *l = ctx;
	u32 at;

	if (l->len == SHOW_NEIGHS || (l->only != NULL && n->dev != l->only))
		return;
	if (n->nud_state == NUD_NONE || (n->nud_state & NUD_NOARP) != 0)
		return; /* as `ip neigh show` without `nud all` */
	for (at = l->len++; at != 0 && neigh_before(n, l->n[at - 1]); at--)
		l->n[at] = l->n[at - 1];
	l->n[at] = n;
}

static const char *nud_name(u8 state)
{
	static const char *const names[] = { "INCOMPLETE", "REACHABLE", "STALE", "DELAY",
					     "PROBE",	   "FAILED",	"NOARP", "PERMANENT" };

	for (u32 i = 0; i < ARRAY_SIZE(names); i++)
		if (state == 1u << i)
			return names[i];
	return "NONE";
}

int show_neighs(struct lex *lx, const struct net_device *only)
{
	struct neigh_list l = { .only = only };
	struct outbuf *o = lx->out;
	char a[16], mac[18];

	neigh_for_each(lex_net(lx)->arp_tbl, neigh_collect, &l);
	for (u32 i = 0; i < l.len; i++) {
		const struct neighbour *n = l.n[i];

		outf(o, "%s ", addr_text(n->primary_key, a));
		if (only == NULL)
			outf(o, "dev %s ", n->dev->name);
		if ((n->nud_state & NUD_VALID) != 0)
			outf(o, "lladdr %s ", mac_text(n->ha, mac));
		if ((n->flags & NTF_ROUTER) != 0)
			outf(o, "router ");
		if ((n->flags & NTF_EXT_LEARNED) != 0)
			outf(o, "extern_learn ");
		outf(o, "%s \n", nud_name(n->nud_state));
	}
	return 0;
}
