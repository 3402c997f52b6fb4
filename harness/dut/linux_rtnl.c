// SPDX-License-Identifier: MIT
/* linux_rtnl.c - the commonest commands of iproute2 in the judging kernel's guest, without the
 * program: the same messages, the same answers worded, in the same virtual time.
 *
 * Starting a program is the dearest thing that a guest can do. Only commands whose every word is
 * known here are done here; all others, and all mistakes, are the program's.
 */
#include "harness/dut/linux_rtnl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "harness/dut/linux_facts.h"
#include "harness/dut/linux_netlink.h"

/* Of the kernel's headers only what is not named in the reference's, too. */
#include <linux/netlink.h>

/* LINUX: rtnetlink's messages, what they begin with and what attributes they have. */
enum {
	MSG_NEWLINK = 16,
	MSG_GETLINK = 18,
	MSG_NEWADDR = 20,
	MSG_DELADDR = 21,
	MSG_NEWROUTE = 24,
	MSG_DELROUTE = 25,
	MSG_NEWNEIGH = 28,
	MSG_DELNEIGH = 29
};
enum { LINK_HEAD = 16, ADDR_HEAD = 8, ROUTE_HEAD = 12, NEIGH_HEAD = 12 };
enum { LINK_IFNAME = 3, LINK_MTU = 4, LINK_TXQLEN = 13, LINK_EXT_MASK = 29, EXT_MASK = 9 };
enum { A_ADDRESS = 1, A_LOCAL, A_LABEL, A_BROADCAST, A_FLAGS = 8, A_PRIORITY = 9 };
enum { R_DST = 1, R_OIF = 4, R_GATEWAY, R_PRIORITY, R_PREFSRC, R_METRICS, R_TABLE = 15 };
enum { N_DST = 1, N_LLADDR = 2 };
enum { METRIC_LOCK = 1, METRIC_MTU, METRIC_ADVMSS = 8, METRIC_HOPLIMIT = 10, METRIC_INITCWND };
enum { SCOPE_LINK = 253, SCOPE_HOST = 254, SCOPE_NOWHERE = 255, HOPLIMIT_MAX = 255 };
enum { TABLE_MAIN = 254, TABLE_LOCAL = 255, PROTO_BOOT = 3, ONLINK = 4, NO_ARP = 0x80, UP = 1 };
enum { TYPE_UNICAST = 1, TYPE_LOCAL, TYPE_BROADCAST, TYPE_ANYCAST, TYPE_MULTICAST };
enum { NOPREFIXROUTE = 0x200, MCAUTOJOIN = 0x400, PERMANENT = 0x80, SOL_NL = 270, LOOPBACK = 127 };

enum { ROOM = 512, ANSWERS = 2, ANSWER_ROOM = 4096, NAME_MAX_BYTES = 16, MAC_BYTES = 6 };
#define ATTR_HEAD 4u

/* --- a message while it is put together --- */

struct message {
	u8 bytes[ROOM];
	u32 len, begin;	 /* begin: of the last message in it */
	const char *dev; /* which has to be the device of this number still; NULL: none */
	u32 ifindex;
};

static void put(struct message *m, const void *bytes, u32 len)
{
	assert(m->len + len + ATTR_HEAD <= ROOM);
	memcpy(m->bytes + m->len, bytes, len);
	m->len += len;
	while (m->len % ATTR_HEAD != 0)
		m->bytes[m->len++] = 0;
}

static void put_head(struct message *m, u16 type, u16 flags, const void *head, u32 len)
{
	struct nlmsghdr h = { .nlmsg_type = type, .nlmsg_flags = (u16)(flags | NLM_F_REQUEST) };

	m->begin = m->len;
	put(m, &h, sizeof(h));
	put(m, head, len);
}

static void put_end(struct message *m)
{
	u32 len = m->len - m->begin;

	memcpy(m->bytes + m->begin, &len, sizeof(len));
}

static void put_attr(struct message *m, u16 type, const void *bytes, u32 len)
{
	struct nlattr a = { .nla_len = (u16)(ATTR_HEAD + len), .nla_type = type };

	put(m, &a, sizeof(a));
	put(m, bytes, len);
}

static void put_u32(struct message *m, u16 type, u32 v)
{
	put_attr(m, type, &v, sizeof(v));
}

/* --- words --- */

/* What the words of a command say; of the objects each uses what it has. */
struct wish {
	const char *dev;
	u32 ifindex;
	u8 address[4], peer[4], broadcast[4], gateway[4], source[4], mac[MAC_BYTES];
	u8 len, peer_len;
	bool has_address, has_len, has_peer, has_broadcast, has_gateway, has_source, has_mac;
	bool brd_ones, brd_zeroes, has_scope, has_table, has_metric, has_mtu, has_qlen;
	u8 scope, type, tos, protocol;
	u32 table, metric, mtu, qlen, flags, change, state, metrics[METRIC_INITCWND + 1];
	const char *label;
};

struct words {
	const struct ipcmd_word *at;
	u32 left;
};

static const char *next(struct words *w)
{
	if (w->left == 0)
		return "";
	w->left--;
	return (w->at++)->text;
}

static bool is(const char *word, const char *name)
{
	return strcmp(word, name) == 0;
}

/* Only decimal digits, not too many; false: the program knows what is meant. */
static bool number(const char *text, u32 max, u32 *to)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long long v;

	if (digits == 0 || digits > 10 || text[digits] != '\0' || (text[0] == '0' && digits > 1))
		return false;
	v = strtoull(text, NULL, 10);
	*to = (u32)v;
	return v <= max;
}

/* Four numbers with three dots; what follows them. NULL: it is none. */
static const char *quad(const char *text, u8 to[4])
{
	for (u32 i = 0; i < 4; i++) {
		char part[4] = "";
		size_t digits = strspn(text, "0123456789");
		u32 v = 0;

		if (digits == 0 || digits > 3)
			return NULL;
		memcpy(part, text, digits);
		if (!number(part, 255, &v))
			return NULL;
		to[i] = (u8)v;
		text += digits;
		if (i < 3 && *text++ != '.')
			return NULL;
	}
	return text;
}

static bool address(const char *text, u8 to[4])
{
	const char *end = quad(text, to);

	return end != NULL && *end == '\0';
}

static bool prefix(const char *text, u8 to[4], u8 *len, bool *given)
{
	const char *end = quad(text, to);
	u32 v = 32;

	if (end == NULL || (*end != '\0' && *end != '/'))
		return false;
	*given = *end == '/';
	if (*given && (!number(end + 1, 32, &v) || v == 0))
		return false;
	*len = (u8)v;
	return true;
}

static bool link_address(const char *text, u8 to[MAC_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	if (strlen(text) != 3 * MAC_BYTES - 1)
		return false;
	for (u32 i = 0; i < MAC_BYTES; i++, text += 3) {
		const char *high = strchr(digits, text[0]), *low = strchr(digits, text[1]);

		if (high == NULL || low == NULL || text[2] != (i + 1 < MAC_BYTES ? ':' : '\0'))
			return false;
		to[i] = (u8)((high - digits) << 4 | (low - digits));
	}
	return true;
}

struct named {
	const char *name;
	u32 value;
};

static bool named(const struct named *names, const char *word, u32 *to)
{
	while (names->name != NULL && strcmp(names->name, word) != 0)
		names++;
	if (names->name == NULL)
		return false;
	*to = names->value;
	return true;
}

static const struct named scope_names[] = { { "global", 0 },
					    { "site", 200 },
					    { "link", SCOPE_LINK },
					    { "host", SCOPE_HOST },
					    { "nowhere", SCOPE_NOWHERE },
					    { NULL, 0 } };
static const struct named table_names[] = {
	{ "default", 253 }, { "main", TABLE_MAIN }, { "local", TABLE_LOCAL }, { NULL, 0 }
};
static const struct named protocol_names[] = {
	{ "kernel", 2 }, { "boot", PROTO_BOOT }, { "static", 4 }, { NULL, 0 }
};
static const struct named state_names[] = {
	{ "none", 0 },	  { "incomplete", 1 }, { "reachable", 2 },
	{ "stale", 4 },	  { "delay", 8 },      { "probe", 16 },
	{ "failed", 32 }, { "noarp", 64 },     { "permanent", PERMANENT },
	{ NULL, 0 }
};
static const struct named type_names[] = { { "unicast", TYPE_UNICAST },
					   { "local", TYPE_LOCAL },
					   { "broadcast", TYPE_BROADCAST },
					   { "anycast", TYPE_ANYCAST },
					   { "multicast", TYPE_MULTICAST },
					   { "blackhole", 6 },
					   { "unreachable", 7 },
					   { "prohibit", 8 },
					   { "throw", 9 },
					   { NULL, 0 } };

static bool take_dev(struct words *w, struct wish *r)
{
	if (r->dev != NULL || w->left == 0)
		return false;
	r->dev = next(w);
	return true;
}

static bool take_scope(struct words *w, struct wish *r)
{
	u32 v = 0;

	if (!named(scope_names, next(w), &v))
		return false;
	r->scope = (u8)v;
	r->has_scope = true;
	return true;
}

static bool take_metric(struct words *w, struct wish *r)
{
	r->has_metric = true;
	return number(next(w), U32_MAX, &r->metric);
}

/* --- ip addr --- */

static bool take_broadcast(struct words *w, struct wish *r)
{
	const char *word = next(w);

	r->brd_ones = is(word, "+");
	r->brd_zeroes = is(word, "-");
	if (r->brd_ones || r->brd_zeroes)
		return true;
	r->has_broadcast = true;
	return address(word, r->broadcast);
}

static bool take_addr_word(struct words *w, struct wish *r, const char *word)
{
	if (is(word, "dev"))
		return take_dev(w, r);
	if (is(word, "brd") || is(word, "broadcast"))
		return !r->brd_ones && !r->brd_zeroes && !r->has_broadcast && take_broadcast(w, r);
	if (is(word, "scope"))
		return take_scope(w, r);
	if (is(word, "metric"))
		return take_metric(w, r);
	if (is(word, "noprefixroute"))
		return (r->flags |= NOPREFIXROUTE) != 0;
	if (is(word, "autojoin"))
		return (r->flags |= MCAUTOJOIN) != 0;
	if (is(word, "label"))
		return (r->label = next(w)) != NULL && strlen(r->label) < NAME_MAX_BYTES;
	if (is(word, "peer")) {
		bool given = false;

		r->has_peer = true;
		return prefix(next(w), r->peer, &r->peer_len, &given) && given;
	}
	if (r->has_address)
		return false;
	r->has_address = true;
	return prefix(word, r->address, &r->len, &r->has_len);
}

/* The address with all bits of the host set, or cleared. */
static void make_broadcast(struct wish *r)
{
	for (u32 bit = r->len; bit < 32; bit++) {
		u8 mask = (u8)(0x80 >> bit % 8);

		if (bit == r->len)
			memcpy(r->broadcast, r->address, sizeof(r->broadcast));
		if (r->brd_ones)
			r->broadcast[bit / 8] |= mask;
		else
			r->broadcast[bit / 8] &= (u8)~mask;
	}
	r->has_broadcast = true;
}

/* Words that mean something else together, or of which the program complains. */
static bool odd_address(const struct wish *r, bool del)
{
	if (!r->has_address || r->dev == NULL)
		return true;
	if (del)
		return !r->has_len || r->has_peer || r->has_broadcast || r->brd_ones ||
		       r->brd_zeroes || r->has_scope || r->has_metric || r->flags != 0 ||
		       r->label != NULL;
	if (r->has_peer && (r->brd_ones || r->brd_zeroes))
		return true;
	return r->label != NULL && strncmp(r->label, r->dev, strlen(r->dev)) != 0;
}

static bool addr_message(struct message *m, const struct named *verb, struct words *w,
			 struct wish *r)
{
	bool del = verb->value == U32_MAX;
	u8 head[ADDR_HEAD] = { AF_INET };

	while (w->left != 0)
		if (!take_addr_word(w, r, next(w)))
			return false;
	if (odd_address(r, del))
		return false;
	if ((r->brd_ones || r->brd_zeroes) && r->len <= 30)
		make_broadcast(r);
	if (!r->has_scope && !del && r->address[0] == LOOPBACK)
		r->scope = SCOPE_HOST;
	head[1] = r->has_peer ? r->peer_len : r->len;
	head[3] = r->scope;
	memcpy(head + 4, &r->ifindex, sizeof(r->ifindex));
	put_head(m, del ? MSG_DELADDR : MSG_NEWADDR, (u16)(NLM_F_ACK | (del ? 0 : verb->value)),
		 head, sizeof(head));
	put_attr(m, A_LOCAL, r->address, 4);
	put_attr(m, A_ADDRESS, r->has_peer ? r->peer : r->address, 4);
	if (r->has_broadcast)
		put_attr(m, A_BROADCAST, r->broadcast, 4);
	if (r->label != NULL)
		put_attr(m, A_LABEL, r->label, (u32)strlen(r->label) + 1);
	if (r->has_metric)
		put_u32(m, A_PRIORITY, r->metric);
	if (r->flags != 0)
		put_u32(m, A_FLAGS, r->flags);
	return true;
}

/* --- ip link set --- */

/* What is on or off; of ARP the flag says that it is off. */
static bool take_link_flag(struct words *w, struct wish *r, const char *word)
{
	static const struct named link_flags[] = { { "arp", NO_ARP },
						   { "promisc", 0x100 },
						   { "allmulticast", 0x200 },
						   { "multicast", 0x1000 },
						   { NULL, 0 } };
	u32 flag = 0;

	if (!named(link_flags, word, &flag))
		return false;
	word = next(w);
	r->change |= flag;
	r->flags = is(word, "off") == (flag == NO_ARP) ? r->flags | flag : r->flags & ~flag;
	return is(word, "on") || is(word, "off");
}

static bool take_link_word(struct words *w, struct wish *r, const char *word)
{
	if (is(word, "up") || is(word, "down")) {
		r->flags = is(word, "up") ? r->flags | UP : r->flags & ~(u32)UP;
		r->change |= UP;
		return true;
	}
	if (is(word, "mtu"))
		return !r->has_mtu && (r->has_mtu = true) && number(next(w), U32_MAX, &r->mtu);
	if (is(word, "txqueuelen"))
		return !r->has_qlen && (r->has_qlen = true) && number(next(w), U32_MAX, &r->qlen);
	return take_link_flag(w, r, word);
}

static bool link_message(struct message *m, const struct named *verb, struct words *w,
			 struct wish *r)
{
	u8 head[LINK_HEAD] = { 0 };

	(void)verb;
	while (w->left != 0)
		if (!take_link_word(w, r, next(w)))
			return false;
	memcpy(head + 4, &r->ifindex, sizeof(r->ifindex));
	memcpy(head + 8, &r->flags, sizeof(r->flags));
	memcpy(head + 12, &r->change, sizeof(r->change));
	put_head(m, MSG_NEWLINK, NLM_F_ACK, head, sizeof(head));
	if (r->has_mtu)
		put_u32(m, LINK_MTU, r->mtu);
	if (r->has_qlen)
		put_u32(m, LINK_TXQLEN, r->qlen);
	return true;
}

/* --- ip neigh --- */

static bool take_neigh_word(struct words *w, struct wish *r, const char *word)
{
	static const struct named flags[] = {
		{ "use", 0x01 }, { "extern_learn", 0x10 }, { "router", 0x80 }, { NULL, 0 }
	};
	u32 flag = 0;

	if (is(word, "dev"))
		return take_dev(w, r);
	if (is(word, "lladdr"))
		return !r->has_mac && (r->has_mac = true) && link_address(next(w), r->mac);
	if (is(word, "proxy") && !r->has_address) {
		r->flags |= 0x08;
		return (r->has_address = true) && address(next(w), r->address);
	}
	if (is(word, "nud"))
		return named(state_names, next(w), &r->state);
	if (named(flags, word, &flag))
		return (r->flags |= flag) != 0;
	return !r->has_address && (r->has_address = true) && address(word, r->address);
}

static bool neigh_message(struct message *m, const struct named *verb, struct words *w,
			  struct wish *r)
{
	bool del = verb->value == U32_MAX;
	u8 head[NEIGH_HEAD] = { AF_INET };

	r->state = PERMANENT;
	while (w->left != 0)
		if (!take_neigh_word(w, r, next(w)))
			return false;
	if (!r->has_address || r->dev == NULL)
		return false;
	memcpy(head + 4, &r->ifindex, sizeof(r->ifindex));
	memcpy(head + 8, &(u16){ (u16)r->state }, sizeof(u16));
	head[10] = (u8)r->flags;
	put_head(m, del ? MSG_DELNEIGH : MSG_NEWNEIGH, (u16)(NLM_F_ACK | (del ? 0 : verb->value)),
		 head, sizeof(head));
	put_attr(m, N_DST, r->address, 4);
	if (r->has_mac)
		put_attr(m, N_LLADDR, r->mac, sizeof(r->mac));
	return true;
}

/* --- ip route --- */

/* METRIC [lock] N */
static bool take_route_metric(struct words *w, struct wish *r, u32 which)
{
	const char *word = next(w);

	if (is(word, "lock")) {
		r->metrics[METRIC_LOCK] |= 1u << which;
		word = next(w);
	}
	return r->metrics[which] == 0 &&
	       number(word, which == METRIC_HOPLIMIT ? HOPLIMIT_MAX : U32_MAX,
		      &r->metrics[which]) &&
	       r->metrics[which] != 0;
}

static bool take_table(struct words *w, struct wish *r)
{
	const char *word = next(w);

	r->has_table = true;
	return named(table_names, word, &r->table) ||
	       (number(word, U32_MAX, &r->table) && r->table != 0);
}

static bool take_tos(struct words *w, struct wish *r)
{
	const char *word = next(w);
	size_t digits = strncmp(word, "0x", 2) == 0 ? strspn(word + 2, "0123456789abcdef") : 0;

	if (digits == 0 || digits > 2 || word[2 + digits] != '\0')
		return false;
	r->tos = (u8)strtoul(word, NULL, 16);
	return true;
}

static bool take_protocol(struct words *w, struct wish *r)
{
	u32 v = 0;

	if (!named(protocol_names, next(w), &v))
		return false;
	r->protocol = (u8)v;
	return true;
}

static bool take_route_word(struct words *w, struct wish *r, const char *word)
{
	static const struct named metric_names[] = { { "mtu", METRIC_MTU },
						     { "advmss", METRIC_ADVMSS },
						     { "hoplimit", METRIC_HOPLIMIT },
						     { "initcwnd", METRIC_INITCWND },
						     { NULL, 0 } };
	u32 which = 0;

	if (is(word, "via"))
		return !r->has_gateway && (r->has_gateway = true) && address(next(w), r->gateway);
	if (is(word, "src"))
		return !r->has_source && (r->has_source = true) && address(next(w), r->source);
	if (is(word, "dev"))
		return take_dev(w, r);
	if (is(word, "metric"))
		return !r->has_metric && take_metric(w, r);
	if (is(word, "scope"))
		return take_scope(w, r);
	if (is(word, "table"))
		return !r->has_table && take_table(w, r);
	if (is(word, "tos"))
		return take_tos(w, r);
	if (is(word, "proto"))
		return take_protocol(w, r);
	if (is(word, "onlink"))
		return (r->flags = ONLINK) != 0;
	return named(metric_names, word, &which) && take_route_metric(w, r, which);
}

static bool take_destination(struct words *w, struct wish *r)
{
	const char *word = next(w);
	bool given = false;
	u32 type = 0;

	if (named(type_names, word, &type)) {
		r->type = (u8)type;
		word = next(w);
	}
	if (is(word, "default"))
		return true;
	r->has_address = true;
	return prefix(word, r->address, &r->len, &given);
}

/* What the program supposes where nothing is said. */
static void complete_route(struct wish *r, bool del)
{
	bool host = r->type == TYPE_LOCAL;
	bool link =
		r->type == TYPE_BROADCAST || r->type == TYPE_ANYCAST || r->type == TYPE_MULTICAST;

	if (!r->has_table)
		r->table = (host || link) && r->type != TYPE_MULTICAST ? TABLE_LOCAL : TABLE_MAIN;
	if (r->has_scope)
		return;
	if (host)
		r->scope = SCOPE_HOST;
	else if (link || (!del && r->type == TYPE_UNICAST && !r->has_gateway))
		r->scope = SCOPE_LINK;
}

static void put_metrics(struct message *m, const struct wish *r)
{
	u32 begin = m->len;
	u16 len;

	put_attr(m, R_METRICS, "", 0);
	for (u32 i = METRIC_LOCK; i < ARRAY_SIZE(r->metrics); i++)
		if (r->metrics[i] != 0)
			put_u32(m, (u16)i, r->metrics[i]);
	len = (u16)(m->len - begin);
	if (len == ATTR_HEAD)
		m->len = begin;
	else
		memcpy(m->bytes + begin, &len, sizeof(len));
}

static bool route_message(struct message *m, const struct named *verb, struct words *w,
			  struct wish *r)
{
	bool del = verb->value == U32_MAX;
	u8 head[ROUTE_HEAD] = { AF_INET };

	r->type = del ? 0 : TYPE_UNICAST;
	r->scope = del ? SCOPE_NOWHERE : 0;
	r->protocol = del ? 0 : PROTO_BOOT;
	if (!take_destination(w, r))
		return false;
	while (w->left != 0)
		if (!take_route_word(w, r, next(w)))
			return false;
	complete_route(r, del);
	head[1] = r->len;
	head[3] = r->tos;
	head[4] = r->table < 256 ? (u8)r->table : 0;
	head[5] = r->protocol;
	head[6] = r->scope;
	head[7] = r->type;
	memcpy(head + 8, &r->flags, sizeof(r->flags));
	put_head(m, del ? MSG_DELROUTE : MSG_NEWROUTE, (u16)(NLM_F_ACK | (del ? 0 : verb->value)),
		 head, sizeof(head));
	if (r->has_address)
		put_attr(m, R_DST, r->address, 4);
	if (r->has_gateway)
		put_attr(m, R_GATEWAY, r->gateway, 4);
	if (r->has_source)
		put_attr(m, R_PREFSRC, r->source, 4);
	if (r->has_metric)
		put_u32(m, R_PRIORITY, r->metric);
	if (r->table >= 256)
		put_u32(m, R_TABLE, r->table);
	if (r->dev != NULL)
		put_u32(m, R_OIF, r->ifindex);
	put_metrics(m, r);
	return true;
}

/* --- a command --- */

/* Flags of the message; U32_MAX: it takes away. */
static const struct named verbs[] = { { "add", NLM_F_CREATE | NLM_F_EXCL },
				      { "replace", NLM_F_CREATE | NLM_F_REPLACE },
				      { "change", NLM_F_REPLACE },
				      { "append", NLM_F_CREATE | NLM_F_APPEND },
				      { "prepend", NLM_F_CREATE },
				      { "del", U32_MAX },
				      { NULL, 0 } };

static const struct {
	const char *name;
	u32 verbs; /* so many of them */
	bool (*message)(struct message *m, const struct named *verb, struct words *w,
			struct wish *r);
} objects[] = {
	{ "addr", 3, addr_message },
	{ "neigh", 3, neigh_message },
	{ "route", 5, route_message },
};

/* The device is asked for before anything else, which tells who listens of its carrier. */
static bool put_device(struct message *m, const struct linux_host *h, struct wish *r)
{
	u8 head[LINK_HEAD] = { 0 };

	if (is(r->dev, "lo"))
		r->ifindex = 1;
	else if (is(r->dev, h->dev))
		r->ifindex = 2;
	else
		return false;
	m->dev = r->dev;
	m->ifindex = r->ifindex;
	put_head(m, MSG_GETLINK, 0, head, sizeof(head));
	put_u32(m, LINK_EXT_MASK, EXT_MASK);
	put_attr(m, LINK_IFNAME, r->dev, (u32)strlen(r->dev) + 1);
	put_end(m);
	return true;
}

/* The device's name stands somewhere among the words. */
static bool put_device_of(struct message *m, const struct linux_host *h, struct words w,
			  struct wish *r)
{
	struct wish found = { .dev = NULL };

	while (w.left != 0)
		if (is(next(&w), "dev"))
			found.dev = next(&w);
	if (found.dev == NULL)
		return true;
	if (!put_device(m, h, &found))
		return false;
	r->ifindex = found.ifindex;
	return true;
}

static bool link_command(struct message *m, const struct linux_host *h, struct words *w)
{
	struct wish r = { .dev = next(w) };

	if (is(r.dev, "dev"))
		r.dev = next(w);
	return put_device(m, h, &r) && link_message(m, NULL, w, &r);
}

/* ip OBJECT VERB ...; false: it is left to the program. */
static bool compose(struct message *m, const struct linux_host *h, struct words *w)
{
	const char *object = next(w), *verb = next(w);
	struct wish r = { .dev = NULL };

	if (is(object, "link") && is(verb, "set"))
		return link_command(m, h, w);
	for (u32 i = 0; i < ARRAY_SIZE(objects); i++) {
		if (!is(object, objects[i].name))
			continue;
		for (u32 v = 0; verbs[v].name != NULL; v++)
			if (is(verb, verbs[v].name) &&
			    (v < objects[i].verbs || verbs[v].value == U32_MAX))
				return put_device_of(m, h, *w, &r) &&
				       objects[i].message(m, &verbs[v], w, &r);
	}
	return false;
}

/* --- answers --- */

/* What the kernel says of it in words; NULL: nothing. */
static const char *own_words(const u8 *bytes, u32 len)
{
	const struct nlmsghdr *h = (const struct nlmsghdr *)(const void *)bytes;
	const struct nlmsgerr *e = (const struct nlmsgerr *)(const void *)(bytes + NLMSG_HDRLEN);
	u32 at = (u32)NLMSG_HDRLEN + (u32)sizeof(*e);

	if ((h->nlmsg_flags & NLM_F_ACK_TLVS) == 0)
		return NULL;
	if ((h->nlmsg_flags & NLM_F_CAPPED) == 0)
		at += e->msg.nlmsg_len - (u32)NLMSG_HDRLEN;
	at = NLMSG_ALIGN(at);
	while (at + ATTR_HEAD <= len) {
		struct nlattr a;

		memcpy(&a, bytes + at, sizeof(a));
		if (a.nla_len < ATTR_HEAD || at + a.nla_len > len)
			break;
		if (a.nla_type == NLMSGERR_ATTR_MSG)
			return (const char *)bytes + at + ATTR_HEAD;
		at += NLMSG_ALIGN((u32)a.nla_len);
	}
	return NULL;
}

static void word_answer(struct ipcmd_call *call, int err, const char *text)
{
	if (call->err_bytes == 0)
		return;
	if (text != NULL && text[0] != '\0')
		(void)snprintf(call->err, call->err_bytes, "%s: %s%s",
			       err != 0 ? "Error" : "Warning", text,
			       text[strlen(text) - 1] != '.' ? "." : "");
	else if (err != 0)
		(void)snprintf(call->err, call->err_bytes, "RTNETLINK answers: %s", strerror(-err));
}

/* All answers, and the time that the program takes: it asks for the time twice before it starts,
 * and the kernel does once when it is started. With a limit in time the kernel looks at the clock
 * at first and with each answer; without a device there is an answer less.
 */
static int take_answers(int fd, u32 n, struct ipcmd_call *call)
{
	static u8 bytes[ANSWERS][ANSWER_ROOM];
	struct iovec iov[ANSWERS];
	struct mmsghdr msg[ANSWERS] = { 0 };
	struct timespec limit = { .tv_sec = 1 }, now;
	const struct nlmsghdr *h;
	int got, err;

	for (u32 i = 0; i < n; i++) {
		iov[i] = (struct iovec){ bytes[i], ANSWER_ROOM };
		msg[i].msg_hdr.msg_iov = &iov[i];
		msg[i].msg_hdr.msg_iovlen = 1;
	}
	got = recvmmsg(fd, msg, n, MSG_DONTWAIT, &limit);
	if (n < ANSWERS)
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (got != (int)n)
		return -EIO;
	h = (const struct nlmsghdr *)(const void *)bytes[n - 1];
	if (h->nlmsg_type != NLMSG_ERROR)
		return -EIO;
	err = ((const struct nlmsgerr *)(const void *)(bytes[n - 1] + NLMSG_HDRLEN))->error;
	word_answer(call, err, own_words(bytes[n - 1], msg[n - 1].msg_len));
	return err;
}

/* Once a socket: errors come with what the kernel says of them. */
static bool ask_for_words(int fd, bool *asked)
{
	int on = 1;

	if (!*asked)
		*asked = setsockopt(fd, SOL_NL, NETLINK_EXT_ACK, &on, sizeof(on)) == 0;
	return *asked;
}

bool linux_rtnl(struct linux_dut *l, u32 host, struct ipcmd_call *call, int *ret)
{
	struct words w = { call->word + 1, call->nr_words - 1 };
	struct message m = { .len = 0 };
	struct linux_host_facts *f = &l->facts->host[host];
	int fd;

	if (l->boot == NULL || !compose(&m, &l->host[host], &w))
		return false;
	put_end(&m);
	fd = linux_netlink_of(l, host);
	if (fd < 0 || (m.dev != NULL && !linux_netlink_names(fd, m.dev, m.ifindex)) ||
	    !ask_for_words(fd, &f->words) || send(fd, m.bytes, m.len, 0) != (ssize_t)m.len)
		return false;
	*ret = take_answers(fd, m.begin != 0 ? 2 : 1, call);
	call->status = *ret != 0 ? 2 : 0;
	*ret = *ret != 0 ? -EINVAL : 0;
	return true;
}
