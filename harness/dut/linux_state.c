// SPDX-License-Identifier: MIT
/* linux_state.c - what real Linux is left with at the end: neighbours, routes, sockets, fragments,
 * random draws.
 *
 * Of a socket inode, address and reference count are not told: they say nothing of what happened.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/dut/linux_facts.h"
#include "harness/dut/linux_netlink.h"

enum { NUMBER_BYTES = 32, PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_UDPLITE = 136 };

static const struct {
	const char *name, *path;
	u8 proto;	   /* 0: a line says */
	const char *inuse; /* in sockstat: how many there are; NULL: it does not say */
} tables[] = {
	{ "tcp", "/proc/thread-self/net/tcp", PROTO_TCP, "TCP: inuse " },
	{ "udp", "/proc/thread-self/net/udp", PROTO_UDP, "UDP: inuse " },
	{ "udplite", "/proc/thread-self/net/udplite", PROTO_UDPLITE, "UDPLITE: inuse " },
	{ "raw", "/proc/thread-self/net/raw", 0, "RAW: inuse " },
	{ "icmp", "/proc/thread-self/net/icmp", PROTO_ICMP, NULL },
};

/* "   12: 0100007F:1F90 00000000:0000 07 00000000:00000000 00:00000000 00000000  0 0 77 2 0 0": the
 * address's bytes in memory order.
 */
bool linux_sock_parse(const char *line, struct fact_sock *s, u64 *inode)
{
	u32 local, remote, lport, rport, drops = 0;
	u64 ino = 0;
	int n = sscanf(line,
		       "%*u: %" SCNx32 ":%" SCNx32 " %" SCNx32 ":%" SCNx32 " %" SCNx32 " %" SCNx32
		       ":%" SCNx32 " %*x:%*x %*x %" SCNu32 " %*u %" SCNu64 " %*u %*s %" SCNu32,
		       &local, &lport, &remote, &rport, &s->state, &s->tx_queue, &s->rx_queue,
		       &s->uid, &ino, &drops);

	if (n < 9)
		return false;
	s->local = __builtin_bswap32(local);
	s->remote = __builtin_bswap32(remote);
	s->lport = (u16)lport;
	s->rport = (u16)rport;
	s->drops = n == 10 ? drops : 0;
	*inode = ino;
	return true;
}

typedef void take_sock(void *ctx, const struct fact_sock *s, u64 inode);

/* The lines of a table, after its heading. */
static void each_sock(u32 table, take_sock *take, void *ctx)
{
	u32 len = 0;
	char *text = linux_read_file(tables[table].path, &len);
	char *save = NULL;

	if (text == NULL)
		return; /* the kernel has no such protocol */
	for (char *line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		struct fact_sock s = { .protocol = tables[table].name };
		u64 inode = 0;

		if (!linux_sock_parse(line, &s, &inode))
			continue;
		/* The last column of TCP is something else. */
		if (tables[table].proto == PROTO_TCP)
			s.drops = 0;
		take(ctx, &s, inode);
	}
	free(text);
}

static void say_sock(void *ctx, const struct fact_sock *s, u64 inode)
{
	(void)inode;
	facts_sock(ctx, s);
}

/* Behind a key at the beginning of a line: "UDP: inuse 1 mem 0"; 0: there is none. */
static u32 stat_of(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	if (at == NULL || (at != text && at[-1] != '\n'))
		return 0;
	return (u32)strtoul(at + strlen(key), NULL, 10);
}

/* A connection that only waits for its time to end is in the table, but not in use. */
static bool any_waits(const char *text)
{
	const char *at = strstr(text, " tw ");

	return at != NULL && strtoul(at + strlen(" tw "), NULL, 10) != 0;
}

/* "UDP: inuse 1 mem 0", "FRAG: inuse 1 memory 968". Bit a table that is not empty. */
static u32 say_sockstat(struct facts *f, bool pings)
{
	u32 len = 0, n = 0, memory = 0, set = 0;
	char *text = linux_read_file("/proc/thread-self/net/sockstat", &len);
	const char *at;

	if (text == NULL)
		return U32_MAX;
	for (u32 i = 0; i < ARRAY_SIZE(tables); i++) {
		n = tables[i].inuse != NULL ? stat_of(text, tables[i].inuse) : pings;
		if (n != 0 || (tables[i].proto == PROTO_TCP && any_waits(text)))
			set |= 1u << i;
		if (n != 0 && tables[i].inuse != NULL)
			facts_line(f, "inuse %s %u", tables[i].name, n);
	}
	at = strstr(text, "FRAG: inuse ");
	if (at != NULL && sscanf(at, "FRAG: inuse %" SCNu32 " memory %" SCNu32, &n, &memory) == 2 &&
	    n != 0)
		facts_line(f, "frag %u memory %u", n, memory);
	free(text);
	return set;
}

/* Only a kernel whose random numbers come from a seed counts them. */
static void say_draws(struct facts *f, const struct linux_dut *l)
{
	char text[NUMBER_BYTES] = "";

	if (l->boot != NULL && pread(l->boot->draws, text, sizeof(text) - 1, 0) > 0)
		facts_line(f, "random %" PRIu64 " draws", (u64)strtoull(text, NULL, 10));
}

int linux_netlink_of(struct linux_dut *l, u32 host)
{
	int *fd = &l->facts->host[host].netlink;
	int opened;

	if (*fd == 0) {
		opened = linux_netlink_open();
		if (opened < 0)
			return opened;
		*fd = opened;
	}
	return *fd;
}

void linux_state(struct dut *d, u32 host, FILE *to)
{
	struct linux_dut *l = linux_of(d);
	struct facts f = { 0 };
	int fd = -1, err = linux_enter(l, host);
	u32 set = 0;

	linux_stir(l);
	if (err == 0)
		fd = linux_netlink_of(l, host);
	if (fd < 0 && err == 0)
		err = fd;

	/* First of all: what is asked afterwards may draw some more. */
	say_draws(&f, l);
	if (err == 0)
		err = linux_dump(fd, &f);
	if (err < 0)
		facts_line(&f, "state is not known: %s", strerror(-err));
	if (err == 0)
		set = say_sockstat(&f, l->facts->pings || l->boot == NULL);
	for (u32 i = 0; i < ARRAY_SIZE(tables); i++)
		if ((set >> i & 1) != 0)
			each_sock(i, say_sock, &f);
	facts_print(&f, to);
}

bool linux_is_broadcast(struct dut *d, u32 host, u32 addr)
{
	struct linux_dut *l = linux_of(d);
	struct linux_broadcasts *b;
	int fd;

	if (addr == U32_MAX)
		return true;
	b = &l->facts->host[host].broadcasts;
	if (!b->known) {
		linux_stir(l);
		fd = linux_enter(l, host) == 0 ? linux_netlink_of(l, host) : -1;
		if (fd < 0 || linux_read_broadcasts(fd, b) < 0)
			return false;
	}
	return linux_has_broadcast(b, addr);
}

/* --- the youngest socket: inodes are given in order --- */

struct youngest {
	u32 proto; /* U32_MAX: the table has this protocol only */
	u64 inode;
	u16 local, remote;
};

static void take_youngest(void *ctx, const struct fact_sock *s, u64 inode)
{
	struct youngest *y = ctx;

	if (s->lport == 0 || inode < y->inode || (y->proto != U32_MAX && s->lport != y->proto))
		return;
	y->inode = inode;
	y->local = s->lport;
	y->remote = s->rport;
}

void linux_youngest(struct dut *d, u32 host, u8 proto, u16 *local, u16 *remote)
{
	struct youngest y = { .inode = 0 };
	bool there = linux_enter(linux_of(d), host) == 0;

	for (u32 i = 0; there && i < ARRAY_SIZE(tables); i++) {
		if (tables[i].proto != 0 && tables[i].proto != proto)
			continue;
		y.proto = tables[i].proto == 0 ? proto : U32_MAX;
		each_sock(i, take_youngest, &y);
	}
	*local = y.local;
	*remote = y.remote;
}
