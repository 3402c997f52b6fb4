// SPDX-License-Identifier: MIT
/* ipcmd_addr.c - `ip addr`, `ip link` and `ip neigh`: devices, their addresses and neighbours. */
#include <stdio.h>
#include <string.h>

#include "core/neighbour.h"
#include "harness/lib/ipcmd_lex.h"
#include "host.h"
#include "ipv4/inetdevice.h"
#include "ipv4/ip_fib.h"
#include "sched/sch_generic.h"
#include "uapi/errno.h"
#include "uapi/netlink.h"

/* --- ip addr --- */

struct addr_req {
	struct net_device *dev;
	struct ifa_config cfg;
	bool given, len_given, brd_auto, brd_network, scope_given;
	char label[IFNAMSIZ];
};

static int addr_local(struct lex *lx, void *req)
{
	struct addr_req *r = req;

	if (r->given || !parse_prefix(lx->word, &r->cfg.local, &r->cfg.prefixlen, &r->len_given)) {
		if (lx->word[0] < '0' || lx->word[0] > '9')
			return -ENOENT;
		return lex_fail(lx, "Error: any valid prefix is expected rather than \"%s\".",
				lx->word);
	}
	r->given = true;
	return 0;
}

static int addr_local_word(struct lex *lx, void *req)
{
	int err = take_word(lx, "an address");

	return err < 0 ? err : addr_local(lx, req);
}

static int addr_dev(struct lex *lx, void *req)
{
	return ask_dev(lx, &((struct addr_req *)req)->dev);
}

static int addr_broadcast(struct lex *lx, void *req)
{
	struct addr_req *r = req;
	int err = take_word(lx, "a broadcast address");

	if (err < 0)
		return err;
	r->brd_auto = lex_is(lx, "+");
	r->brd_network = lex_is(lx, "-");
	if (r->brd_auto || r->brd_network || parse_addr(lx->word, &r->cfg.broadcast))
		return 0;
	return lex_fail(lx, "%s: '%s' at column %u is not a broadcast address, + or -", lx->cmd,
			lx->word, lx->col);
}

static int addr_label(struct lex *lx, void *req)
{
	struct addr_req *r = req;
	int err = take_word(lx, "a label");

	if (err < 0)
		return err;
	if (strlen(lx->word) >= IFNAMSIZ)
		return lex_fail(lx, "%s: the label '%s' is too long", lx->cmd, lx->word);
	snprintf(r->label, sizeof(r->label), "%.*s", IFNAMSIZ - 1, lx->word);
	r->cfg.label = r->label;
	return 0;
}

static const struct {
	const char *name;
	u8 scope;
} scopes[] = { { "global", RT_SCOPE_UNIVERSE }, { "universe", RT_SCOPE_UNIVERSE },
	       { "site", RT_SCOPE_SITE },	{ "link", RT_SCOPE_LINK },
	       { "host", RT_SCOPE_HOST },	{ "nowhere", RT_SCOPE_NOWHERE } };

const char *scope_name(u8 scope, char buf[16])
{
	for (u32 i = 0; i < ARRAY_SIZE(scopes); i++)
		if (scopes[i].scope == scope)
			return scopes[i].name;
	snprintf(buf, 16, "%u", scope);
	return buf;
}

int take_scope(struct lex *lx, u8 *to)
{
	u32 v;
	int err = take_word(lx, "a scope");

	if (err < 0)
		return err;
	for (u32 i = 0; i < ARRAY_SIZE(scopes); i++) {
		if (lex_is(lx, scopes[i].name)) {
			*to = scopes[i].scope;
			return 0;
		}
	}
	if (!parse_u32(lx->word, 10, &v) || v > 255)
		return lex_unknown(lx, "global|site|link|host|nowhere|0 to 255");
	*to = (u8)v;
	return 0;
}

static int addr_scope(struct lex *lx, void *req)
{
	struct addr_req *r = req;

	r->scope_given = true;
	return take_scope(lx, &r->cfg.scope);
}

static int addr_metric(struct lex *lx, void *req)
{
	return take_u32(lx, "a metric", U32_MAX, &((struct addr_req *)req)->cfg.rt_priority);
}

static int addr_peer(struct lex *lx, void *req)
{
	struct addr_req *r = req;
	bool given;
	int err = take_word(lx, "a peer's address");

	if (err < 0)
		return err;
	if (!parse_prefix(lx->word, &r->cfg.address, &r->cfg.prefixlen, &given))
		return lex_fail(lx, "%s: '%s' at column %u is not an address", lx->cmd, lx->word,
				lx->col);
	r->len_given = true;
	return 0;
}

static int addr_noprefixroute(struct lex *lx, void *req)
{
	(void)lx;
	((struct addr_req *)req)->cfg.flags |= IFA_F_NOPREFIXROUTE;
	return 0;
}

static int addr_autojoin(struct lex *lx, void *req)
{
	(void)lx;
	((struct addr_req *)req)->cfg.flags |= IFA_F_MCAUTOJOIN;
	return 0;
}

static const struct lex_key addr_keys[] = {
	{ "local", addr_local_word },
	{ "dev", addr_dev },
	{ "broadcast", addr_broadcast },
	{ "brd", addr_broadcast },
	{ "label", addr_label },
	{ "scope", addr_scope },
	{ "metric", addr_metric },
	{ "peer", addr_peer },
	{ "noprefixroute", addr_noprefixroute },
	{ "autojoin", addr_autojoin },
};

static int addr_parse(struct lex *lx, struct addr_req *r)
{
	int err = lex_keys(lx, addr_keys, ARRAY_SIZE(addr_keys), addr_local, r);

	if (err < 0)
		return err;
	if (!r->given)
		return lex_missing(lx, "an address");
	if (r->dev == NULL)
		return lex_fail(lx, "Not enough information: \"dev\" argument is required.");
	return 0;
}

static int addr_add(struct lex *lx, u32 nlflags)
{
	struct addr_req r = { .cfg.nlflags = nlflags };
	int err = addr_parse(lx, &r);

	if (err < 0)
		return err;
	if (be32_is_zero(r.cfg.address))
		r.cfg.address = r.cfg.local;
	if (r.brd_auto && r.cfg.prefixlen <= 30)
		r.cfg.broadcast = (be32){ r.cfg.local.raw | ~inet_make_mask(r.cfg.prefixlen).raw };
	if (r.brd_network && r.cfg.prefixlen <= 30)
		r.cfg.broadcast = (be32){ r.cfg.local.raw & inet_make_mask(r.cfg.prefixlen).raw };
	if (!r.scope_given && ipv4_is_loopback(r.cfg.local))
		r.cfg.scope = RT_SCOPE_HOST;
	r.cfg.flags |= IFA_F_PERMANENT;
	err = inet_rtm_newaddr(r.dev, &r.cfg);
	if (err != 0 && err != -EEXIST && (r.cfg.flags & IFA_F_MCAUTOJOIN) != 0)
		return lex_answer(lx, err, "ipv4: Multicast auto join failed");
	return lex_answer(lx, err, err == -EEXIST ? "ipv4: Address already assigned" : NULL);
}

static int addr_del(struct lex *lx)
{
	struct addr_req r = { 0 };
	int err = addr_parse(lx, &r);

	if (err < 0)
		return err;
	if (be32_is_zero(r.cfg.address))
		r.cfg.address = r.cfg.local;
	err = inet_addr_del(r.dev, r.cfg.local, r.cfg.address, r.len_given ? r.cfg.prefixlen : 255);
	return lex_answer(lx, err, err == -EADDRNOTAVAIL ? "ipv4: Address not found" : NULL);
}

/* `show [dev] D` and `show`. */
static int take_show_dev(struct lex *lx, struct net_device **dev,
			 int (*take)(struct lex *lx, struct net_device **to))
{
	int err;

	*dev = NULL;
	if (!lex_next(lx))
		return 0;
	if (!lex_is(lx, "dev"))
		lex_back(lx);
	err = take(lx, dev);
	return err < 0 ? err : lex_end(lx);
}

static int show_devs(struct lex *lx, bool addrs)
{
	struct show_what what = { .addrs = addrs, .stats = lx->stats };
	struct net_device *dev;
	int err = take_show_dev(lx, &dev, ask_dev);

	what.only = dev;
	return err < 0 ? err : show_addrs(lx, &what);
}

static int addr_flush(struct lex *lx)
{
	struct net_device *dev;
	int err = take_show_dev(lx, &dev, ask_dev);

	if (err < 0)
		return err;
	if (dev == NULL)
		return lex_fail(lx, "Flush requires arguments.");
	while (err == 0 && dev->ip_ptr != NULL && dev->ip_ptr->ifa_list != NULL) {
		const struct in_ifaddr *ifa = dev->ip_ptr->ifa_list;

		err = inet_addr_del(dev, ifa->ifa_local, ifa->ifa_address, ifa->ifa_prefixlen);
	}
	return lex_answer(lx, err, NULL);
}

int ip_addr_cmd(struct lex *lx)
{
	lx->cmd = "ip addr";
	if (!lex_next(lx))
		return show_devs(lx, true);
	if (lex_is_prefix(lx, "add"))
		return addr_add(lx, NLM_F_CREATE | NLM_F_EXCL);
	if (lex_is(lx, "replace") || lex_is(lx, "change") || lex_is(lx, "chg"))
		return addr_add(lx, lex_is(lx, "replace") ? NLM_F_CREATE | NLM_F_REPLACE
							  : NLM_F_REPLACE);
	if (lex_is_prefix(lx, "delete"))
		return addr_del(lx);
	if (lex_is_prefix(lx, "flush"))
		return addr_flush(lx);
	if (!lex_is_prefix(lx, "show") && !lex_is_prefix(lx, "list"))
		return lex_unknown(lx, "add|del|replace|change|flush|show");
	return show_devs(lx, true);
}

/* --- ip link --- */

struct link_req {
	struct net_device *dev;
	bool has_mac, has_mtu, has_qlen;
	u8 mac[ETH_ALEN];
	u32 mtu, qlen;
	u32 flags, change; /* IFF_ */
};

static int link_up(struct lex *lx, void *req)
{
	struct link_req *r = req;

	r->change |= IFF_UP;
	r->flags = lex_is(lx, "up") ? r->flags | IFF_UP : r->flags & ~(u32)IFF_UP;
	return 0;
}

static int link_mtu(struct lex *lx, void *req)
{
	struct link_req *r = req;

	r->has_mtu = true;
	return take_u32(lx, "an MTU", U32_MAX, &r->mtu);
}

static int link_address(struct lex *lx, void *req)
{
	struct link_req *r = req;

	r->has_mac = true;
	return take_mac(lx, r->mac);
}

static int link_qlen(struct lex *lx, void *req)
{
	struct link_req *r = req;

	r->has_qlen = true;
	return take_u32(lx, "a queue length", U32_MAX, &r->qlen);
}

/* Flags that are on or off. */
static int link_flag(struct lex *lx, struct link_req *r, u32 flag, const char *set)
{
	int err = take_word(lx, "on or off");

	if (err < 0)
		return err;
	if (!lex_is(lx, "on") && !lex_is(lx, "off"))
		return lex_unknown(lx, "on|off");
	r->change |= flag;
	r->flags = lex_is(lx, set) ? r->flags | flag : r->flags & ~flag;
	return 0;
}

static int link_arp(struct lex *lx, void *req)
{
	return link_flag(lx, req, IFF_NOARP, "off");
}

static int link_multicast(struct lex *lx, void *req)
{
	return link_flag(lx, req, IFF_MULTICAST, "on");
}

static int link_allmulticast(struct lex *lx, void *req)
{
	return link_flag(lx, req, IFF_ALLMULTI, "on");
}

static int link_promisc(struct lex *lx, void *req)
{
	return link_flag(lx, req, IFF_PROMISC, "on");
}

static int link_dev(struct lex *lx, void *req)
{
	return ask_dev(lx, &((struct link_req *)req)->dev);
}

static const struct lex_key link_keys[] = {
	{ "up", link_up },
	{ "down", link_up },
	{ "mtu", link_mtu },
	{ "address", link_address },
	{ "txqueuelen", link_qlen },
	{ "txqlen", link_qlen },
	{ "qlen", link_qlen },
	{ "arp", link_arp },
	{ "dev", link_dev },
	{ "multicast", link_multicast },
	{ "allmulticast", link_allmulticast },
	{ "promisc", link_promisc },
};

static int link_change_flags(const struct link_req *r)
{
	u32 now = dev_get_flags(r->dev);

	return dev_change_flags(r->dev, (now & ~r->change) | (r->flags & r->change));
}

/* LINUX: do_setlink(): in this order, and the first that fails ends it. */
static int link_apply(struct lex *lx, const struct link_req *r)
{
	int err = 0;

	if (r->has_mac)
		err = lex_answer(lx, dev_set_mac_address(r->dev, r->mac), NULL);
	if (err == 0 && r->has_mtu) {
		const char *text = r->mtu < r->dev->min_mtu ? "mtu less than device minimum"
							    : "mtu greater than device maximum";

		err = dev_set_mtu(r->dev, r->mtu);
		err = lex_answer(lx, err, err == -EINVAL ? text : NULL);
	}
	if (err == 0 && r->change != 0)
		err = lex_answer(lx, link_change_flags(r), NULL);
	if (err == 0 && r->has_qlen)
		err = lex_answer(lx, dev_change_tx_queue_len(r->dev, r->qlen), NULL);
	return err;
}

static int link_set(struct lex *lx)
{
	struct link_req r = { 0 };
	int err;

	if (lex_next(lx) && !lex_is(lx, "dev"))
		lex_back(lx);
	err = ask_dev(lx, &r.dev);
	if (err == 0)
		err = lex_keys(lx, link_keys, ARRAY_SIZE(link_keys), NULL, &r);
	return err < 0 ? err : link_apply(lx, &r);
}

int ip_link_cmd(struct lex *lx)
{
	lx->cmd = "ip link";
	if (!lex_next(lx))
		return show_devs(lx, false);
	if (lex_is_prefix(lx, "set"))
		return link_set(lx);
	if (!lex_is_prefix(lx, "show") && !lex_is_prefix(lx, "list"))
		return lex_unknown(lx, "set|show");
	return show_devs(lx, false);
}

/* --- ip neigh --- */

struct neigh_words {
	struct neigh_request req;
	u8 mac[MAX_ADDR_LEN];
	bool given;
};

static int neigh_addr(struct lex *lx, void *req)
{
	struct neigh_words *r = req;

	if (r->given || !parse_addr(lx->word, &r->req.dst))
		return -ENOENT;
	r->given = true;
	return 0;
}

static int neigh_to(struct lex *lx, void *req)
{
	struct neigh_words *r = req;

	r->given = true;
	return take_addr(lx, "an address", &r->req.dst);
}

static int neigh_dev(struct lex *lx, void *req)
{
	return ask_dev(lx, &((struct neigh_words *)req)->req.dev);
}

static int neigh_lladdr(struct lex *lx, void *req)
{
	struct neigh_words *r = req;

	r->req.lladdr = r->mac;
	return take_mac(lx, r->mac);
}

static int neigh_nud(struct lex *lx, void *req)
{
	static const struct {
		const char *name;
		u8 state;
	} states[] = { { "permanent", NUD_PERMANENT }, { "reachable", NUD_REACHABLE },
		       { "noarp", NUD_NOARP },	       { "none", NUD_NONE },
		       { "stale", NUD_STALE },	       { "incomplete", NUD_INCOMPLETE },
		       { "delay", NUD_DELAY },	       { "probe", NUD_PROBE },
		       { "failed", NUD_FAILED } };
	struct neigh_words *r = req;
	int err = take_word(lx, "a state");

	if (err < 0)
		return err;
	for (u32 i = 0; i < ARRAY_SIZE(states); i++) {
		if (lex_is(lx, states[i].name)) {
			r->req.state = states[i].state;
			return 0;
		}
	}
	return lex_unknown(lx,
			   "permanent|reachable|noarp|none|stale|incomplete|delay|probe|failed");
}

static int neigh_flag(struct lex *lx, void *req)
{
	struct neigh_words *r = req;

	if (lex_is(lx, "use"))
		r->req.ntf |= NTF_USE;
	else
		r->req.ntf |= lex_is(lx, "router") ? NTF_ROUTER : NTF_EXT_LEARNED;
	return 0;
}

/* An address that is answered for. */
static int neigh_proxy(struct lex *lx, void *req)
{
	struct neigh_words *r = req;

	r->req.ntf |= NTF_PROXY;
	r->given = true;
	return take_addr(lx, "an address", &r->req.dst);
}

static const struct lex_key neigh_keys[] = {
	{ "to", neigh_to },	    { "proxy", neigh_proxy },	    { "dev", neigh_dev },
	{ "lladdr", neigh_lladdr }, { "nud", neigh_nud },	    { "router", neigh_flag },
	{ "use", neigh_flag },	    { "extern_learn", neigh_flag },
};

static int neigh_change(struct lex *lx, bool del, u32 nlflags)
{
	struct neigh_words r = { .req = { .state = NUD_PERMANENT, .nlflags = nlflags } };
	struct neigh_table *tbl = lex_net(lx)->arp_tbl;
	int err = lex_keys(lx, neigh_keys, ARRAY_SIZE(neigh_keys), neigh_addr, &r);

	if (err < 0)
		return err;
	if (!r.given || r.req.dev == NULL)
		return lex_fail(lx, "Device and destination are required arguments.");
	if (del && (r.req.ntf & NTF_PROXY) != 0)
		return lex_answer(lx, pneigh_delete(tbl, r.req.dst, r.req.dev), NULL);
	if (del)
		return lex_answer(lx, neigh_delete(tbl, r.req.dst, r.req.dev), NULL);
	err = neigh_add(tbl, &r.req);
	return lex_answer(lx, err,
			  err == -EINVAL && r.req.lladdr == NULL ? "No link layer address given"
								 : NULL);
}

int ip_neigh_cmd(struct lex *lx)
{
	struct net_device *dev = NULL;
	int err;

	lx->cmd = "ip neigh";
	if (!lex_next(lx))
		return show_neighs(lx, NULL);
	if (lex_is_prefix(lx, "add"))
		return neigh_change(lx, false, NLM_F_CREATE | NLM_F_EXCL);
	if (lex_is(lx, "change") || lex_is(lx, "chg"))
		return neigh_change(lx, false, NLM_F_REPLACE);
	if (lex_is_prefix(lx, "replace"))
		return neigh_change(lx, false, NLM_F_CREATE | NLM_F_REPLACE);
	if (lex_is_prefix(lx, "delete"))
		return neigh_change(lx, true, 0);
	if (!lex_is_prefix(lx, "show") && !lex_is_prefix(lx, "list"))
		return lex_unknown(lx, "add|del|change|replace|show");
	err = take_show_dev(lx, &dev, take_dev);
	return err < 0 ? err : show_neighs(lx, dev);
}
