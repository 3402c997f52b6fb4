// SPDX-License-Identifier: MIT
/* linux_netlink.c - tables of the present namespace, dumped by the kernel itself: neighbours,
 * routes, addresses.
 */
#include "harness/dut/linux_netlink.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of the kernel's headers only what is not named in the reference's, too. */
#include <linux/netlink.h>

#include "base/check.h"

/* LINUX: rtnetlink's messages; what they begin with and what attributes they have. */
enum {
	MSG_GETADDR = 22,
	MSG_GETROUTE = 26,
	MSG_GETNEIGH = 30,
	MSG_SETNEIGHTBL = 67,
	ATTR_MAX = 32,
	ATTRS_NEIGH = 12,
	ATTRS_ROUTE = 12,
	ATTRS_ADDR = 8
};
enum { ADDR_BROADCAST = 4 };
enum { NEIGH_DST = 1, NEIGH_LLADDR = 2, NEIGH_PROBES = 4 };
enum {
	ROUTE_DST = 1,
	ROUTE_OIF = 4,
	ROUTE_GATEWAY = 5,
	ROUTE_PRIORITY = 6,
	ROUTE_PREFSRC = 7,
	ROUTE_METRICS = 8,
	ROUTE_CACHEINFO = 12,
	ROUTE_TABLE = 15
};
enum {
	BUFFER = 1 << 16,
	DATAGRAMS = 2,
	DEVICES = 8,
	METRICS = 20,
	TYPE_MASK = 0x3fff,
	FLAG_CLONED = 0x200
};
#define ATTR_HEAD 4u

struct attr {
	const u8 *bytes;
	u32 len;
};

struct message {
	const u8 *head; /* behind struct nlmsghdr */
	struct attr attr[ATTR_MAX];
};

typedef void take_message(void *ctx, const struct message *m);

static u32 native_u32(const u8 *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static u32 attr_u32(const struct message *m, u32 type)
{
	return m->attr[type].len >= 4 ? native_u32(m->attr[type].bytes) : 0;
}

static u32 attr_addr(const struct message *m, u32 type)
{
	const u8 *p = m->attr[type].bytes;

	if (m->attr[type].len != 4)
		return 0;
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

static void take_attrs(const u8 *at, u32 len, struct attr attr[ATTR_MAX])
{
	while (len >= ATTR_HEAD) {
		struct nlattr a;
		u32 type, step;

		memcpy(&a, at, sizeof(a));
		type = a.nla_type & TYPE_MASK;
		if (a.nla_len < ATTR_HEAD || a.nla_len > len)
			break;
		if (type < ATTR_MAX)
			attr[type] = (struct attr){ at + ATTR_HEAD, a.nla_len - ATTR_HEAD };
		step = (a.nla_len + ATTR_HEAD - 1u) & ~(ATTR_HEAD - 1u);
		if (step > len)
			break;
		at += step;
		len -= step;
	}
}

/* Messages of one datagram; false: there are no more to come. */
static bool take_datagram(const u8 *at, size_t len, u32 fixed, take_message *take, void *ctx)
{
	while (len >= NLMSG_HDRLEN) {
		struct nlmsghdr h;
		size_t step;

		memcpy(&h, at, sizeof(h));
		if (h.nlmsg_len < NLMSG_HDRLEN || h.nlmsg_len > len || h.nlmsg_type == NLMSG_DONE ||
		    h.nlmsg_type == NLMSG_ERROR)
			return false;
		if (h.nlmsg_len >= NLMSG_HDRLEN + fixed) {
			struct message m = { .head = at + NLMSG_HDRLEN };

			take_attrs(m.head + fixed, h.nlmsg_len - (u32)NLMSG_HDRLEN - fixed, m.attr);
			take(ctx, &m);
		}
		step = NLMSG_ALIGN((size_t)h.nlmsg_len);
		if (step > len)
			return false;
		at += step;
		len -= step;
	}
	return true;
}

int linux_netlink_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	return fd < 0 ? -errno : fd;
}

static int dump(int fd, u16 type, u32 fixed, take_message *take, void *ctx)
{
	static u8 buffer[DATAGRAMS][BUFFER];
	struct iovec iov[DATAGRAMS];
	struct mmsghdr msg[DATAGRAMS] = { 0 };
	bool more = true;
	struct {
		struct nlmsghdr h;
		u8 body[16];
	} request = { .h = { .nlmsg_len = NLMSG_HDRLEN + fixed,
			     .nlmsg_type = type,
			     .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP } };
	int err = 0;

	for (u32 i = 0; i < DATAGRAMS; i++) {
		iov[i] = (struct iovec){ buffer[i], BUFFER };
		msg[i].msg_hdr.msg_iov = &iov[i];
		msg[i].msg_hdr.msg_iovlen = 1;
	}
	request.body[0] = AF_INET;
	if (send(fd, &request, request.h.nlmsg_len, 0) < 0)
		err = -errno;
	/* The end mostly comes in a datagram of its own. */
	while (err == 0 && more) {
		int n = recvmmsg(fd, msg, DATAGRAMS, MSG_WAITFORONE, NULL);

		if (n < 0)
			err = -errno;
		for (int i = 0; i < n && more; i++)
			more = take_datagram(buffer[i], msg[i].msg_len, fixed, take, ctx);
	}
	return err;
}

/* Names of devices, asked for once. */
struct names {
	int fd;
	bool known[DEVICES]; /* by index */
	char name[DEVICES][IF_NAMESIZE];
};

static const char *name_of(struct names *n, u32 index)
{
	struct ifreq r = { .ifr_ifindex = (int)index };

	u32 at = index < DEVICES ? index : 0;

	if (index == 0)
		return NULL;
	if (at == 0 || !n->known[at]) {
		if (ioctl(n->fd, SIOCGIFNAME, &r) != 0)
			return NULL;
		memcpy(n->name[at], r.ifr_name, sizeof(n->name[at]));
		n->known[at] = true;
	}
	return n->name[at];
}

bool linux_netlink_names(int fd, const char *name, u32 index)
{
	struct ifreq r = { .ifr_ifindex = 0 };

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	return ioctl(fd, SIOCGIFINDEX, &r) == 0 && (u32)r.ifr_ifindex == index;
}

struct dumped {
	struct facts *facts;
	struct names names;
};

/* --- neighbours: struct ndmsg is family, ifindex at 4, state at 8, flags at 10, type at 11 --- */

static void take_neigh(void *ctx, const struct message *m)
{
	struct dumped *d = ctx;
	const char *dev = name_of(&d->names, native_u32(m->head + 4));
	u16 state;
	struct fact_neigh n = {
		.addr = attr_addr(m, NEIGH_DST),
		.dev = dev != NULL ? dev : "?",
		.lladdr = m->attr[NEIGH_LLADDR].len == 6 ? m->attr[NEIGH_LLADDR].bytes : NULL,
		.flags = m->head[10],
		.probes = attr_u32(m, NEIGH_PROBES),
	};

	memcpy(&state, m->head + 8, sizeof(state));
	n.state = state;
	if (m->head[0] == AF_INET)
		facts_neigh(d->facts, &n);
}

/* --- routes: struct rtmsg is family, dst_len, src_len, tos, table, protocol, scope, type, flags
 * --- */

static u32 take_metrics(const struct message *m, u32 metrics[METRICS])
{
	struct message in = { .head = NULL };
	u32 n = 0;

	take_attrs(m->attr[ROUTE_METRICS].bytes, m->attr[ROUTE_METRICS].len, in.attr);
	for (u32 i = 1; i <= METRICS; i++) {
		metrics[i - 1] = attr_u32(&in, i);
		if (metrics[i - 1] != 0)
			n = i;
	}
	return n;
}

static void take_route(void *ctx, const struct message *m)
{
	struct dumped *d = ctx;
	u32 metrics[METRICS];
	struct fact_route r = {
		.dst = attr_addr(m, ROUTE_DST),
		.gw = attr_addr(m, ROUTE_GATEWAY),
		.src = attr_addr(m, ROUTE_PREFSRC),
		.has_gw = m->attr[ROUTE_GATEWAY].len != 0,
		.dst_len = m->head[1],
		.tos = m->head[3],
		.table = m->attr[ROUTE_TABLE].len != 0 ? attr_u32(m, ROUTE_TABLE) : m->head[4],
		.protocol = m->head[5],
		.scope = m->head[6],
		.type = m->head[7],
		.flags = (u8)native_u32(m->head + 8),
		.exception = (native_u32(m->head + 8) & FLAG_CLONED) != 0,
		.priority = attr_u32(m, ROUTE_PRIORITY),
		.metrics = metrics,
		.nr_metrics = take_metrics(m, metrics),
	};

	/* Of struct rta_cacheinfo the third word. */
	if (m->attr[ROUTE_CACHEINFO].len >= 12)
		r.expires_ticks = native_u32(m->attr[ROUTE_CACHEINFO].bytes + 8);
	r.dev = name_of(&d->names, attr_u32(m, ROUTE_OIF));
	if (m->head[0] == AF_INET)
		facts_route(d->facts, &r);
}

int linux_dump(int fd, struct facts *f)
{
	struct dumped d = { f, { .fd = fd } };
	int err = dump(fd, MSG_GETNEIGH, ATTRS_NEIGH, take_neigh, &d);

	return err < 0 ? err : dump(fd, MSG_GETROUTE, ATTRS_ROUTE, take_route, &d);
}

/* --- addresses --- */

static void take_addr(void *ctx, const struct message *m)
{
	struct linux_broadcasts *b = ctx;
	u32 addr = attr_addr(m, ADDR_BROADCAST);

	if (addr == 0)
		return;
	if (b->nr < ARRAY_SIZE(b->addr))
		b->addr[b->nr] = addr;
	b->nr++;
}

int linux_read_broadcasts(int fd, struct linux_broadcasts *b)
{
	int err;

	b->nr = 0;
	err = dump(fd, MSG_GETADDR, ATTRS_ADDR, take_addr, b);
	b->known = err == 0 && b->nr <= ARRAY_SIZE(b->addr);
	return err;
}

bool linux_has_broadcast(const struct linux_broadcasts *b, u32 addr)
{
	u32 n = b->nr < ARRAY_SIZE(b->addr) ? b->nr : (u32)ARRAY_SIZE(b->addr);

	for (u32 i = 0; i < n; i++)
		if (addr != 0 && b->addr[i] == addr)
			return true;
	return false;
}

/* --- neighbours' times --- */

/* LINUX: enum of struct ndtmsg's attributes, and of NDTA_PARMS's. */
enum { TABLE_NAME = 1, TABLE_PARMS = 6, PARM_IFINDEX = 1, PARM_BASE_REACHABLE = 4 };

struct table_message {
	struct nlmsghdr h;
	u8 family, pad[3];
	struct nlattr name_head;
	char name[12];
	struct nlattr parms;
	struct nlattr ifindex_head;
	u32 ifindex;
	struct nlattr base_head;
	u32 base_ms[2]; /* a u64, whatever its alignment */
};

static void table_message(struct table_message *m, u32 ifindex, u64 base_ms)
{
	*m = (struct table_message){
		.h = { .nlmsg_len = sizeof(*m),
		       .nlmsg_type = MSG_SETNEIGHTBL,
		       .nlmsg_flags = NLM_F_REQUEST },
		.family = AF_INET,
		.name_head = { ATTR_HEAD + sizeof("arp_cache"), TABLE_NAME },
		.name = "arp_cache",
		.parms = { 3 * ATTR_HEAD + sizeof(u32) + sizeof(u64), TABLE_PARMS },
		.ifindex_head = { ATTR_HEAD + sizeof(u32), PARM_IFINDEX },
		.ifindex = ifindex,
		.base_head = { ATTR_HEAD + sizeof(u64), PARM_BASE_REACHABLE },
	};
	memcpy(m->base_ms, &base_ms, sizeof(base_ms));
}

int linux_draw_reachable(int fd, u32 devices, u32 base_ms)
{
	struct table_message m[2];
	size_t len = devices * sizeof(m[0]);

	assert(devices <= ARRAY_SIZE(m));
	for (u32 i = 0; i < devices; i++)
		table_message(&m[i], i + 1, base_ms);
	return send(fd, m, len, 0) == (ssize_t)len ? 0 : -errno;
}
