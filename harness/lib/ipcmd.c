// SPDX-License-Identifier: MIT
/* ipcmd.c - configuration commands: words, and everything that is not routes or output. */
#include "harness/lib/ipcmd.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/neighbour.h"
#include "core/sysctl.h"
#include "harness/lib/ipcmd_lex.h"
#include "host.h"
#include "ipv4/inetdevice.h"
#include "ipv4/ip_fib.h"
#include "sched/sch_generic.h"
#include "uapi/errno.h"
#include "uapi/netlink.h"

/* --- words --- */

struct net *lex_net(const struct lex *lx)
{
	return &lx->host->net;
}

bool lex_next(struct lex *lx)
{
	u32 n = 0;

	while (lx->pos < lx->end && strchr(" \t\r", lx->line[lx->pos]) != NULL)
		lx->pos++;
	lx->col = lx->pos + 1;
	while (lx->pos < lx->end && strchr(" \t\r", lx->line[lx->pos]) == NULL) {
		if (n + 1 < LEX_WORD)
			lx->word[n++] = lx->line[lx->pos];
		lx->pos++;
	}
	lx->word[n] = '\0';
	return n != 0;
}

void lex_back(struct lex *lx)
{
	lx->pos = lx->col - 1;
}

bool lex_is(const struct lex *lx, const char *name)
{
	return strcmp(lx->word, name) == 0;
}

bool lex_is_prefix(const struct lex *lx, const char *name)
{
	return lx->word[0] != '\0' && strncmp(name, lx->word, strlen(lx->word)) == 0;
}

static void lex_message(struct lex *lx, const char *fmt, va_list args)
{
	if (lx->err_bytes != 0)
		vsnprintf(lx->err, lx->err_bytes, fmt, args);
}

static void lex_say(struct lex *lx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void lex_say(struct lex *lx, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	lex_message(lx, fmt, args);
	va_end(args);
}

int lex_fail(struct lex *lx, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	lex_message(lx, fmt, args);
	va_end(args);
	return -EINVAL;
}

int lex_unknown(struct lex *lx, const char *expected)
{
	return lex_fail(lx, "%s: unknown word '%s' at column %u; expected %s", lx->cmd, lx->word,
			lx->col, expected);
}

int lex_missing(struct lex *lx, const char *what)
{
	return lex_fail(lx, "%s: %s is missing at column %u", lx->cmd, what, lx->col);
}

int lex_answer(struct lex *lx, int err, const char *text)
{
	if (err >= 0)
		return 0;
	if (text != NULL)
		lex_say(lx, "Error: %s.", text);
	else
		lex_say(lx, "RTNETLINK answers: %s", strerror(-err));
	return err;
}

int lex_end(struct lex *lx)
{
	return lex_next(lx) ? lex_unknown(lx, "the end of the command") : 0;
}

static int lex_no_key(struct lex *lx, const struct lex_key *keys, u32 n)
{
	char expected[256] = "";
	u32 len = 0;

	for (u32 i = 0; i < n && len < sizeof(expected); i++)
		len += (u32)snprintf(expected + len, sizeof(expected) - len, "%s%s",
				     i == 0 ? "" : "|", keys[i].name);
	return lex_unknown(lx, expected);
}

int lex_keys(struct lex *lx, const struct lex_key *keys, u32 n,
	     int (*fallback)(struct lex *, void *), void *req)
{
	while (lex_next(lx)) {
		const struct lex_key *k = NULL;
		int err;

		for (u32 i = 0; i < n && k == NULL; i++)
			if (lex_is(lx, keys[i].name))
				k = &keys[i];
		if (k != NULL)
			err = k->take(lx, req);
		else if (fallback != NULL)
			err = fallback(lx, req);
		else
			err = lex_no_key(lx, keys, n);
		if (err == -ENOENT && k == NULL) /* the fallback has no place for it either */
			err = lex_no_key(lx, keys, n);
		if (err < 0)
			return err;
	}
	return 0;
}

bool parse_u32(const char *text, u32 base, u32 *to)
{
	char *end;
	unsigned long long v;

	if (*text < '0' || (*text > '9' && base != 16))
		return false;
	v = strtoull(text, &end, (int)base);
	if (*end != '\0' || v > U32_MAX)
		return false;
	*to = (u32)v;
	return true;
}

/* iproute2 fills up what is missing: 10.1 is 10.1.0.0. */
bool parse_addr(const char *text, be32 *to)
{
	u32 v = 0, part, n;

	for (n = 0; n < 4; n++) {
		char *end;

		if (*text < '0' || *text > '9')
			return false;
		part = (u32)strtoul(text, &end, 10);
		if (end - text > 3 || part > 255)
			return false;
		v |= part << (24 - 8 * n);
		text = end;
		if (*text != '.')
			break;
		text++;
	}
	*to = cpu_to_be32(v);
	return *text == '\0' && n < 4;
}

bool parse_prefix(const char *text, be32 *to, u8 *len, bool *given)
{
	const char *slash = strchr(text, '/');
	char addr[LEX_WORD];
	u32 bits = 32;

	*given = slash != NULL;
	if (slash == NULL) {
		*len = 32;
		return parse_addr(text, to);
	}
	snprintf(addr, sizeof(addr), "%.*s", (int)(slash - text), text);
	if (!parse_u32(slash + 1, 10, &bits) || bits > 32)
		return false;
	*len = (u8)bits;
	return parse_addr(addr, to);
}

int take_word(struct lex *lx, const char *what)
{
	return lex_next(lx) ? 0 : lex_missing(lx, what);
}

int take_u32(struct lex *lx, const char *what, u32 max, u32 *to)
{
	int err = take_word(lx, what);

	if (err < 0)
		return err;
	if (!parse_u32(lx->word, 10, to) || *to > max)
		return lex_fail(lx, "%s: '%s' at column %u is not %s (0 to %u)", lx->cmd, lx->word,
				lx->col, what, max);
	return 0;
}

int take_dev(struct lex *lx, struct net_device **to)
{
	int err = take_word(lx, "a device");

	if (err < 0)
		return err;
	*to = dev_get_by_name(lex_net(lx), lx->word);
	if (*to == NULL)
		return lex_fail(lx, "Cannot find device \"%s\"", lx->word);
	return 0;
}

int take_addr(struct lex *lx, const char *what, be32 *to)
{
	int err = take_word(lx, what);

	if (err < 0)
		return err;
	if (!parse_addr(lx->word, to))
		return lex_fail(lx, "%s: '%s' at column %u is not %s", lx->cmd, lx->word, lx->col,
				what);
	return 0;
}

int take_mac(struct lex *lx, u8 to[6])
{
	const char *p;
	int err = take_word(lx, "a link address");

	if (err < 0)
		return err;
	p = lx->word;
	for (u32 i = 0; i < 6; i++) {
		char *end;
		unsigned long v = strtoul(p, &end, 16);

		if (end == p || end - p > 2 || *end != (i == 5 ? '\0' : ':'))
			return lex_fail(lx, "%s: '%s' at column %u is not a link address", lx->cmd,
					lx->word, lx->col);
		to[i] = (u8)v;
		p = end + 1;
	}
	return 0;
}

void outf(struct outbuf *o, const char *fmt, ...)
{
	va_list args;
	int n;

	if (o->cap == 0 || o->len + 1 >= o->cap)
		return;
	va_start(args, fmt);
	n = vsnprintf(o->text + o->len, o->cap - o->len, fmt, args);
	va_end(args);
	if (n > 0)
		o->len = o->len + (u32)n < o->cap ? o->len + (u32)n : o->cap - 1;
}

const char *addr_text(be32 a, char buf[16])
{
	u32 v = be32_to_cpu(a);

	snprintf(buf, 16, "%u.%u.%u.%u", v >> 24, v >> 16 & 255, v >> 8 & 255, v & 255);
	return buf;
}

/* --- ip addr --- */

struct addr_req {
	struct net_device *dev;
	struct ifa_config cfg;
	bool given, len_given, brd_auto, scope_given;
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
	return take_dev(lx, &((struct addr_req *)req)->dev);
}

static int addr_broadcast(struct lex *lx, void *req)
{
	struct addr_req *r = req;
	int err = take_word(lx, "a broadcast address");

	if (err < 0)
		return err;
	r->brd_auto = lex_is(lx, "+");
	if (r->brd_auto || parse_addr(lx->word, &r->cfg.broadcast))
		return 0;
	return lex_fail(lx, "%s: '%s' at column %u is not a broadcast address or +", lx->cmd,
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
	if (!r.scope_given && ipv4_is_loopback(r.cfg.local))
		r.cfg.scope = RT_SCOPE_HOST;
	r.cfg.flags |= IFA_F_PERMANENT;
	err = inet_rtm_newaddr(r.dev, &r.cfg);
	return lex_answer(lx, err, err == -EEXIST ? "ipv4: Address already assigned" : NULL);
}

static int addr_del(struct lex *lx)
{
	struct addr_req r = { 0 };
	int err = addr_parse(lx, &r);

	if (err < 0)
		return err;
	err = inet_addr_del(r.dev, r.cfg.local, r.len_given ? r.cfg.prefixlen : 255);
	return lex_answer(lx, err, err == -EADDRNOTAVAIL ? "ipv4: Address not found" : NULL);
}

/* `show [dev] D` and `show`. */
static int take_show_dev(struct lex *lx, struct net_device **dev)
{
	int err;

	*dev = NULL;
	if (!lex_next(lx))
		return 0;
	if (!lex_is(lx, "dev"))
		lex_back(lx);
	err = take_dev(lx, dev);
	return err < 0 ? err : lex_end(lx);
}

int ip_addr_cmd(struct lex *lx)
{
	struct net_device *dev = NULL;
	int err;

	lx->cmd = "ip addr";
	if (!lex_next(lx))
		return show_addrs(lx, NULL, true);
	if (lex_is_prefix(lx, "add"))
		return addr_add(lx, NLM_F_CREATE | NLM_F_EXCL);
	if (lex_is(lx, "replace") || lex_is(lx, "change") || lex_is(lx, "chg"))
		return addr_add(lx, lex_is(lx, "replace") ? NLM_F_CREATE | NLM_F_REPLACE
							  : NLM_F_REPLACE);
	if (lex_is_prefix(lx, "delete"))
		return addr_del(lx);
	if (!lex_is_prefix(lx, "show") && !lex_is_prefix(lx, "list"))
		return lex_unknown(lx, "add|del|replace|change|show");
	err = take_show_dev(lx, &dev);
	return err < 0 ? err : show_addrs(lx, dev, true);
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

static int link_arp(struct lex *lx, void *req)
{
	struct link_req *r = req;
	int err = take_word(lx, "on or off");

	if (err < 0)
		return err;
	if (!lex_is(lx, "on") && !lex_is(lx, "off"))
		return lex_unknown(lx, "on|off");
	r->change |= IFF_NOARP;
	r->flags = lex_is(lx, "off") ? r->flags | IFF_NOARP : r->flags & ~(u32)IFF_NOARP;
	return 0;
}

static int link_dev(struct lex *lx, void *req)
{
	return take_dev(lx, &((struct link_req *)req)->dev);
}

static const struct lex_key link_keys[] = {
	{ "up", link_up },	     { "down", link_up },	  { "mtu", link_mtu },
	{ "address", link_address }, { "txqueuelen", link_qlen }, { "txqlen", link_qlen },
	{ "qlen", link_qlen },	     { "arp", link_arp },	  { "dev", link_dev },
};

/* LINUX: dev_change_tx_queue_len(): the rings of pfifo_fast are as long as it says. */
static void change_tx_queue_len(struct net_device *dev, u32 qlen)
{
	bool up = (dev->flags & IFF_UP) != 0;

	dev->tx_queue_len = qlen;
	if (up)
		dev_deactivate(dev);
	for (u32 i = 0; i < dev->num_tx_queues && qlen != 0; i++) {
		struct Qdisc *q = dev->tx[i].qdisc_sleeping;

		if (q->ops == &pfifo_fast_ops)
			q->ops->init(q);
	}
	if (up)
		dev_activate(dev);
}

static int link_change_flags(const struct link_req *r)
{
	struct net_device *dev = r->dev;
	int err = 0;

	if ((r->change & IFF_NOARP) != 0 && ((dev->flags ^ r->flags) & IFF_NOARP) != 0) {
		dev->flags ^= IFF_NOARP;
		if ((dev->flags & IFF_UP) != 0)
			arp_netdev_event(dev, NETDEV_CHANGE, IFF_NOARP);
	}
	if ((r->change & IFF_UP) != 0 && (r->flags & IFF_UP) != 0)
		err = dev_open(dev);
	else if ((r->change & IFF_UP) != 0)
		dev_close(dev);
	return err;
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
		change_tx_queue_len(r->dev, r->qlen);
	return err;
}

static int link_set(struct lex *lx)
{
	struct link_req r = { 0 };
	int err;

	if (lex_next(lx) && !lex_is(lx, "dev"))
		lex_back(lx);
	err = take_dev(lx, &r.dev);
	if (err == 0)
		err = lex_keys(lx, link_keys, ARRAY_SIZE(link_keys), NULL, &r);
	return err < 0 ? err : link_apply(lx, &r);
}

int ip_link_cmd(struct lex *lx)
{
	struct net_device *dev = NULL;
	int err;

	lx->cmd = "ip link";
	if (!lex_next(lx))
		return show_addrs(lx, NULL, false);
	if (lex_is_prefix(lx, "set"))
		return link_set(lx);
	if (!lex_is_prefix(lx, "show") && !lex_is_prefix(lx, "list"))
		return lex_unknown(lx, "set|show");
	err = take_show_dev(lx, &dev);
	return err < 0 ? err : show_addrs(lx, dev, false);
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
	return take_dev(lx, &((struct neigh_words *)req)->req.dev);
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

static const struct lex_key neigh_keys[] = {
	{ "to", neigh_to },
	{ "dev", neigh_dev },
	{ "lladdr", neigh_lladdr },
	{ "nud", neigh_nud },
	{ "router", neigh_flag },
	{ "use", neigh_flag },
	{ "extern_learn", neigh_flag },
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
	err = take_show_dev(lx, &dev);
	return err < 0 ? err : show_neighs(lx, dev);
}

/* --- sysctl --- */

static int sysctl_answer(struct lex *lx, const char *name, int err)
{
	char path[SYSCTL_PATH_MAX];
	u32 n;

	if (err >= 0)
		return 0;
	if (err == -ENOENT) {
		for (n = 0; name[n] != '\0' && n + 1 < sizeof(path); n++) {
			path[n] = name[n];
			if (path[n] == '.')
				path[n] = '/';
		}
		path[n] = '\0';
		lex_say(lx, "sysctl: cannot stat /proc/sys/%s: No such file or directory", path);
	} else if (err == -EACCES) {
		lex_say(lx, "sysctl: permission denied on key \"%s\"", name);
	} else {
		lex_say(lx, "sysctl: setting key \"%s\": %s", name, strerror(-err));
	}
	return err;
}

static int sysctl_show(struct lex *lx, const char *name)
{
	char value[96];
	int err = sysctl_read(lex_net(lx), name, value, sizeof(value));

	if (err >= 0)
		outf(lx->out, "%s = %s\n", name, value);
	return sysctl_answer(lx, name, err);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* name=value, name = value, name="several values": all that is left of the command. */
static int sysctl_cmd(struct lex *lx)
{
	char name[SYSCTL_PATH_MAX], value[96];
	const char *p, *eq, *end;

	lx->cmd = "sysctl";
	while (lex_next(lx) && lx->word[0] == '-')
		if (!lex_is(lx, "-w") && !lex_is(lx, "-q"))
			return lex_unknown(lx, "-w|-q|NAME=VALUE|NAME");
	if (lx->word[0] == '\0')
		return lex_missing(lx, "a name");
	lex_back(lx);
	p = lx->line + lx->pos;
	end = lx->line + lx->end;
	while (end > p && is_blank(end[-1]))
		end--;
	eq = memchr(p, '=', (size_t)(end - p));
	snprintf(name, sizeof(name), "%.*s", (int)((eq != NULL ? eq : end) - p), p);
	for (u32 n = (u32)strlen(name); n != 0 && is_blank(name[n - 1]); n--)
		name[n - 1] = '\0';
	if (eq == NULL)
		return sysctl_show(lx, name);
	for (p = eq + 1; p < end && (is_blank(*p) || *p == '"'); p++)
		continue;
	while (end > p && (is_blank(end[-1]) || end[-1] == '"'))
		end--;
	snprintf(value, sizeof(value), "%.*s", (int)(end - p), p);
	return sysctl_answer(lx, name, sysctl_write(lex_net(lx), name, value));
}

/* --- tc, ethtool, xps --- */

static const struct Qdisc_ops *const qdisc_kinds[] = { &pfifo_fast_ops, &noqueue_qdisc_ops,
						       &mq_qdisc_ops };

static int take_qdisc_kind(struct lex *lx, const struct Qdisc_ops **ops)
{
	static const char *const linux_has[] = { "pfifo", "bfifo",   "fq",     "fq_codel",
						 "netem", "tbf",     "htb",    "prio",
						 "sfq",	  "ingress", "clsact", "pfifo_head_drop" };
	int err = take_word(lx, "a kind of qdisc");

	if (err < 0)
		return err;
	for (u32 i = 0; i < ARRAY_SIZE(qdisc_kinds); i++) {
		if (lex_is(lx, qdisc_kinds[i]->id)) {
			*ops = qdisc_kinds[i];
			return 0;
		}
	}
	for (u32 i = 0; i < ARRAY_SIZE(linux_has); i++)
		if (lex_is(lx, linux_has[i]))
			not_implemented("this kind of qdisc");
	return lex_answer(lx, -ENOENT, "Specified qdisc kind is unknown");
}

/* LINUX: qdisc_graft() of a root; NULL: back to the default, which the next dev_activate() makes.
 */
static void graft_root(struct net_device *dev, struct Qdisc *new)
{
	struct Qdisc *noop = dev->net->noop_qdisc;
	struct Qdisc *old;
	bool up = (dev->flags & IFF_UP) != 0;

	if (up)
		dev_deactivate(dev);
	for (u32 i = 0; i < dev->num_tx_queues && (new == NULL || new->ops->attach == NULL); i++) {
		old = dev_graft_qdisc(&dev->tx[i], new != NULL ? new : noop);
		if (new != NULL && i > 0)
			new->refcnt++;
		qdisc_put(old);
	}
	old = dev->qdisc;
	if (new != NULL &&new->ops->attach == NULL)
		new->refcnt++;
	dev->qdisc = new != NULL ? new : noop;
	qdisc_put(old);
	if (new != NULL &&new->ops->attach != NULL)
		new->ops->attach(new);
	if (up)
		dev_activate(dev);
}

static int qdisc_replace(struct lex *lx, struct net_device *dev, const struct Qdisc_ops *ops)
{
	struct Qdisc *q;

	if (ops == &mq_qdisc_ops && dev->num_tx_queues < 2)
		return lex_answer(lx, -EOPNOTSUPP, NULL);
	if (ops == &pfifo_fast_ops && dev->tx_queue_len == 0)
		return lex_answer(lx, -EINVAL, NULL);
	q = qdisc_create_dflt(&dev->tx[0], ops, TC_H_ROOT);
	if (q == NULL)
		return lex_answer(lx, -ENOBUFS, NULL);
	if (dev->num_tx_queues == 1)
		q->flags |= TCQ_F_ONETXQUEUE;
	q->handle = 0x80010000;
	graft_root(dev, q);
	return 0;
}

static int tc_cmd(struct lex *lx)
{
	const struct Qdisc_ops *ops = NULL;
	struct net_device *dev;
	bool del;
	int err;

	lx->cmd = "tc";
	if (!lex_next(lx) || !lex_is_prefix(lx, "qdisc"))
		return lex_unknown(lx, "qdisc");
	if (!lex_next(lx) ||
	    (!lex_is(lx, "replace") && !lex_is(lx, "add") && !lex_is_prefix(lx, "delete")))
		return lex_unknown(lx, "replace|add|del");
	del = lex_is_prefix(lx, "delete");
	if (!lex_next(lx) || !lex_is(lx, "dev"))
		return lex_unknown(lx, "dev");
	err = take_dev(lx, &dev);
	if (err < 0)
		return err;
	if (!lex_next(lx) || !lex_is(lx, "root"))
		return lex_unknown(lx, "root");
	if (!del)
		err = take_qdisc_kind(lx, &ops);
	if (err == 0)
		err = lex_end(lx);
	if (err < 0)
		return err;
	if (!del)
		return qdisc_replace(lx, dev, ops);
	if (dev->qdisc->handle == 0)
		return lex_answer(lx, -ENOENT, "Cannot delete qdisc with handle of zero");
	graft_root(dev, NULL);
	return 0;
}

/* ethtool -C DEV rx-usecs N */
static int ethtool_cmd(struct lex *lx)
{
	struct net_device *dev = NULL;
	u32 usecs = 0;
	int err;

	lx->cmd = "ethtool";
	if (!lex_next(lx) || (!lex_is(lx, "-C") && !lex_is(lx, "--coalesce")))
		return lex_unknown(lx, "-C");
	err = take_dev(lx, &dev);
	if (err < 0)
		return err;
	if (!lex_next(lx) || !lex_is(lx, "rx-usecs"))
		return lex_unknown(lx, "rx-usecs");
	err = take_u32(lx, "a number of microseconds", U32_MAX, &usecs);
	if (err == 0)
		err = lex_end(lx);
	if (err < 0)
		return err;
	err = dev->netdev_ops->set_coalesce != NULL ? dev->netdev_ops->set_coalesce(dev, usecs)
						    : -EOPNOTSUPP;
	if (err < 0)
		lex_say(lx, "netlink error: %s", strerror(-err));
	return err;
}

/* xps DEV QUEUE MASK: what an administrator writes to queues/tx-QUEUE/xps_cpus. */
static int xps_cmd(struct lex *lx)
{
	struct net_device *dev = NULL;
	u32 queue = 0, mask;
	int err;

	lx->cmd = "xps";
	err = take_dev(lx, &dev);
	if (err == 0)
		err = take_u32(lx, "a queue", XPS_QUEUES - 1, &queue);
	if (err == 0)
		err = take_word(lx, "a mask of CPUs");
	if (err < 0)
		return err;
	if (!parse_u32(lx->word, 16, &mask))
		return lex_fail(lx, "xps: '%s' at column %u is not a hexadecimal mask", lx->word,
				lx->col);
	err = lex_end(lx);
	if (err < 0)
		return err;
	err = netif_set_xps_queue(dev, mask, (u16)queue);
	if (err < 0)
		lex_say(lx, "write error: %s", strerror(-err));
	return err;
}

/* --- dispatch --- */

static int ip_cmd(struct lex *lx)
{
	static const struct {
		const char *name;
		int (*run)(struct lex *lx);
	} objects[] = { { "address", ip_addr_cmd },
			{ "link", ip_link_cmd },
			{ "route", ip_route_cmd },
			{ "neighbour", ip_neigh_cmd },
			{ "neighbor", ip_neigh_cmd } };

	lx->cmd = "ip";
	while (lex_next(lx) && lex_is(lx, "-4"))
		continue;
	for (u32 i = 0; i < ARRAY_SIZE(objects); i++)
		if (lex_is_prefix(lx, objects[i].name))
			return objects[i].run(lx);
	return lex_unknown(lx, "addr|link|route|neigh");
}

static int run_command(struct lex *lx)
{
	static const struct {
		const char *name;
		int (*run)(struct lex *lx);
	} commands[] = { { "ip", ip_cmd },
			 { "sysctl", sysctl_cmd },
			 { "tc", tc_cmd },
			 { "ethtool", ethtool_cmd },
			 { "xps", xps_cmd } };

	lx->cmd = "command";
	if (!lex_next(lx))
		return 0;
	for (u32 i = 0; i < ARRAY_SIZE(commands); i++) {
		if (lex_is(lx, commands[i].name)) {
			int err;

			host_config_begin(lx->host);
			err = commands[i].run(lx);
			host_config_end(lx->host);
			return err;
		}
	}
	return lex_unknown(lx, "ip|sysctl|tc|ethtool|xps");
}

/* Where the command that begins at pos ends; *next: where the next begins. */
static u32 command_end(const char *line, u32 pos, u32 *next)
{
	u32 end = pos + (u32)strcspn(line + pos, ";#\n");

	*next = end;
	if (line[end] == '#')
		*next += (u32)strcspn(line + end, "\n");
	if (line[*next] != '\0')
		++*next;
	return end;
}

int ipcmd_show(struct host *h, const char *line, char *out, u32 out_bytes, char *err, u32 err_bytes)
{
	struct outbuf o = { .text = out, .cap = out_bytes };
	u32 pos = 0;

	if (err_bytes != 0)
		err[0] = '\0';
	if (out_bytes != 0)
		out[0] = '\0';
	while (line[pos] != '\0') {
		struct lex lx = { .host = h,
				  .line = line,
				  .pos = pos,
				  .err = err,
				  .err_bytes = err_bytes,
				  .out = &o };
		int ret;

		lx.end = command_end(line, pos, &pos);
		ret = run_command(&lx);
		if (ret < 0)
			return ret;
	}
	return 0;
}

int ipcmd(struct host *h, const char *line, char *err, u32 err_bytes)
{
	return ipcmd_show(h, line, NULL, 0, err, err_bytes);
}
