// SPDX-License-Identifier: MIT
/* facts.c - what is left at the end of a run: how each kind of fact is worded. */
#include "harness/dut/facts.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/neighbour.h"
#include "harness/lib/inet_text.h"
#include "ipv4/ip_fib.h"
#include "uapi/tcp.h"

enum { LINE_BYTES = 512 };

/* A line while it is put together. */
struct words {
	char text[LINE_BYTES];
	u32 len;
};

__attribute__((format(printf, 2, 3))) static void say(struct words *w, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(w->text + w->len, sizeof(w->text) - w->len, fmt, args);
	va_end(args);
	if (n > 0)
		w->len = min_u32(w->len + (u32)n, sizeof(w->text) - 1);
}

static void say_addr(struct words *w, const char *what, u32 a)
{
	say(w, "%s" INET_FORM, what, INET_PARTS(a));
}

static void keep(struct facts *f, const struct words *w)
{
	if (f->nr == f->cap) {
		f->cap = f->cap != 0 ? f->cap * 2 : 64;
		f->line = realloc(f->line, f->cap * sizeof(f->line[0]));
		if (f->line == NULL)
			abort();
	}
	f->line[f->nr] = strdup(w->text);
	if (f->line[f->nr] == NULL)
		abort();
	f->nr++;
}

void facts_line(struct facts *f, const char *fmt, ...)
{
	struct words w = { .len = 0 };
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(w.text, sizeof(w.text), fmt, args);
	va_end(args);
	keep(f, &w);
}

static int by_text(const void *a, const void *b)
{
	const char *const *p = a, *const *q = b;

	return strcmp(*p, *q);
}

void facts_print(struct facts *f, FILE *to)
{
	if (f->nr != 0)
		qsort(f->line, f->nr, sizeof(f->line[0]), by_text);
	for (u32 i = 0; i < f->nr; i++) {
		(void)fprintf(to, "%s\n", f->line[i]);
		free(f->line[i]);
	}
	free(f->line);
	*f = (struct facts){ 0 };
}

/* --- neighbours --- */

const char *facts_nud_name(u32 state)
{
	static const char *const names[] = { "incomplete", "reachable", "stale", "delay",
					     "probe",	   "failed",	"noarp", "permanent" };

	if (state == NUD_NONE)
		return "none";
	for (u32 i = 0; i < ARRAY_SIZE(names); i++)
		if (state == 1u << i)
			return names[i];
	return NULL;
}

static void say_upper(struct words *w, const char *text)
{
	for (; *text != '\0'; text++)
		say(w, "%c", toupper((unsigned char)*text));
}

void facts_neigh(struct facts *f, const struct fact_neigh *n)
{
	const char *state = facts_nud_name(n->state);
	struct words w = { .len = 0 };

	say_addr(&w, "neigh ", n->addr);
	say(&w, " dev %s", n->dev);
	if (n->lladdr != NULL)
		say(&w, " lladdr %02x:%02x:%02x:%02x:%02x:%02x", n->lladdr[0], n->lladdr[1],
		    n->lladdr[2], n->lladdr[3], n->lladdr[4], n->lladdr[5]);
	if ((n->flags & NTF_ROUTER) != 0)
		say(&w, " router");
	if ((n->flags & NTF_EXT_LEARNED) != 0)
		say(&w, " extern_learn");
	if (n->probes != 0)
		say(&w, " probes %u", n->probes);
	say(&w, " ");
	if (state != NULL)
		say_upper(&w, state);
	else
		say(&w, "0x%x", n->state);
	keep(f, &w);
}

/* --- routes --- */

struct named {
	u32 value;
	const char *name;
};

static void say_named(struct words *w, const char *what, const struct named *names, u32 n,
		      u32 value)
{
	for (u32 i = 0; i < n; i++) {
		if (names[i].value == value) {
			say(w, "%s%s", what, names[i].name);
			return;
		}
	}
	say(w, "%s%u", what, value);
}

static const struct named types[] = {
	{ RTN_UNICAST, "unicast" },
	{ RTN_LOCAL, "local" },
	{ RTN_BROADCAST, "broadcast" },
	{ RTN_ANYCAST, "anycast" },
	{ RTN_MULTICAST, "multicast" },
	{ RTN_BLACKHOLE, "blackhole" },
	{ RTN_UNREACHABLE, "unreachable" },
	{ RTN_PROHIBIT, "prohibit" },
	{ RTN_THROW, "throw" },
};
static const struct named tables[] = {
	{ RT_TABLE_DEFAULT, "default" },
	{ RT_TABLE_MAIN, "main" },
	{ RT_TABLE_LOCAL, "local" },
};
static const struct named protocols[] = {
	{ RTPROT_KERNEL, "kernel" },
	{ RTPROT_BOOT, "boot" },
	{ RTPROT_STATIC, "static" },
};
static const struct named scopes[] = {
	{ RT_SCOPE_UNIVERSE, "global" }, { RT_SCOPE_SITE, "site" },	  { RT_SCOPE_LINK, "link" },
	{ RT_SCOPE_HOST, "host" },	 { RT_SCOPE_NOWHERE, "nowhere" },
};
static const struct named metrics[] = {
	{ RTAX_MTU, "mtu" },
	{ RTAX_ADVMSS, "advmss" },
	{ RTAX_HOPLIMIT, "hoplimit" },
	{ RTAX_INITCWND, "initcwnd" },
};

static void say_metrics(struct words *w, const struct fact_route *r)
{
	u32 locks = r->nr_metrics >= RTAX_LOCK ? r->metrics[RTAX_LOCK - 1] : 0;

	for (u32 i = 1; i <= r->nr_metrics; i++) {
		if (i == RTAX_LOCK || r->metrics[i - 1] == 0)
			continue;
		say_named(w, " ", metrics, ARRAY_SIZE(metrics), i);
		say(w, " %s%u", (locks >> i & 1) != 0 ? "lock " : "", r->metrics[i - 1]);
	}
}

static void say_origin(struct words *w, const struct fact_route *r)
{
	say_named(w, " proto ", protocols, ARRAY_SIZE(protocols), r->protocol);
	say_named(w, " scope ", scopes, ARRAY_SIZE(scopes), r->scope);
}

void facts_route(struct facts *f, const struct fact_route *r)
{
	struct words w = { .len = 0 };

	say_named(&w, r->exception ? "exception " : "route ", types, ARRAY_SIZE(types), r->type);
	if (r->dst_len == 0)
		say(&w, " default");
	else
		say_addr(&w, " ", r->dst);
	if (r->dst_len != 0 && r->dst_len != 32)
		say(&w, "/%u", r->dst_len);
	if (r->tos != 0)
		say(&w, " tos %#x", r->tos);
	if (r->has_gw)
		say_addr(&w, " via ", r->gw);
	if (r->dev != NULL)
		say(&w, " dev %s", r->dev);
	say_named(&w, " table ", tables, ARRAY_SIZE(tables), r->table);
	if (!r->exception)
		say_origin(&w, r);
	if (r->src != 0)
		say_addr(&w, " src ", r->src);
	if (r->priority != 0)
		say(&w, " metric %u", r->priority);
	say_metrics(&w, r);
	if (r->expires_ticks != 0)
		say(&w, " expires %u", r->expires_ticks);
	if ((r->flags & RTNH_F_DEAD) != 0)
		say(&w, " dead");
	if ((r->flags & RTNH_F_ONLINK) != 0)
		say(&w, " onlink");
	if ((r->flags & RTNH_F_LINKDOWN) != 0)
		say(&w, " linkdown");
	keep(f, &w);
}

/* --- sockets --- */

void facts_sock(struct facts *f, const struct fact_sock *s)
{
	static const struct named states[] = {
		{ 1, "ESTABLISHED" }, { 2, "SYN_SENT" },  { 3, "SYN_RECV" }, { 4, "FIN_WAIT1" },
		{ 5, "FIN_WAIT2" },   { 6, "TIME_WAIT" }, { 7, "CLOSE" },    { 8, "CLOSE_WAIT" },
		{ 9, "LAST_ACK" },    { 10, "LISTEN" },	  { 11, "CLOSING" }, { 12, "NEW_SYN_RECV" },
	};
	struct words w = { .len = 0 };

	say(&w, "sock %s", s->protocol);
	say_addr(&w, " ", s->local);
	say(&w, ":%u", s->lport);
	say_addr(&w, " ", s->remote);
	say(&w, ":%u", s->rport);
	say_named(&w, " ", states, ARRAY_SIZE(states), s->state);
	say(&w, " tx %u rx %u uid %u drops %u", s->tx_queue, s->rx_queue, s->uid, s->drops);
	keep(f, &w);
}
