// SPDX-License-Identifier: MIT
/* ipcmd_metrics.c - `ip tcp_metrics`: what connections have learnt of other hosts.
 *
 * Rules: LINUX: net/ipv4/tcp_metrics.c; iproute2: ip/tcp_metrics.c.
 */
#include <inttypes.h>

#include "harness/lib/ipcmd_lex.h"
#include "host.h"
#include "ipv4/tcp.h"
#include "uapi/errno.h"

static void put_value(struct outbuf *o, const char *name, u32 v, const char *unit)
{
	if (v != 0)
		outf(o, " %s %u%s", name, v, unit);
}

static void put_metrics(const struct net *net, const struct tcp_metrics_block *tm, struct outbuf *o)
{
	u64 age = net_jiffies(net) - tm->stamp_jif;
	char addr[16];

	outf(o, "%s age %" PRIu64 ".%03usec", addr_text(tm->daddr, addr), age / 1000,
	     (u32)(age % 1000));
	put_value(o, "ssthresh", tm->vals[TCP_METRIC_SSTHRESH], "");
	put_value(o, "cwnd", tm->vals[TCP_METRIC_CWND], "");
	put_value(o, "reordering", tm->vals[TCP_METRIC_REORDERING], "");
	put_value(o, "rtt", tm->vals[TCP_METRIC_RTT] >> 3, "us");
	put_value(o, "rttvar", tm->vals[TCP_METRIC_RTTVAR] >> 2, "us");
	outf(o, " source %s\n", addr_text(tm->saddr, addr));
}

static int show_metrics(struct lex *lx)
{
	struct net *net = lex_net(lx);

	for (struct tcp_metrics_block *tm = tcp_metrics_next(net, NULL); tm != NULL;
	     tm = tcp_metrics_next(net, tm))
		put_metrics(net, tm, lx->out);
	return 0;
}

static struct tcp_metrics_block *find_metrics(struct net *net, be32 daddr)
{
	struct tcp_metrics_block *tm = tcp_metrics_next(net, NULL);

	while (tm != NULL && !be32_eq(tm->daddr, daddr))
		tm = tcp_metrics_next(net, tm);
	return tm;
}

/* One that asks gets the youngest; one that deletes all of them. */
static int one_metrics(struct lex *lx, be32 daddr, bool show)
{
	struct net *net = lex_net(lx);
	struct tcp_metrics_block *tm = find_metrics(net, daddr);

	if (tm == NULL)
		return lex_answer(lx, -ESRCH, NULL);
	if (show) {
		put_metrics(net, tm, lx->out);
		return 0;
	}
	for (; tm != NULL; tm = find_metrics(net, daddr))
		tcp_metrics_delete(tm);
	return 0;
}

int ip_tcp_metrics_cmd(struct lex *lx)
{
	bool flush, show;
	be32 addr;
	int err;

	lx->cmd = "ip tcp_metrics";
	if (!lex_next(lx))
		return show_metrics(lx);
	flush = lex_is_prefix(lx, "flush");
	show = lex_is_prefix(lx, "show") || lex_is(lx, "list");
	if (!flush && !show && !lex_is_prefix(lx, "delete"))
		return lex_unknown(lx, "show|flush|delete");
	if (!lex_next(lx)) {
		if (flush)
			tcp_metrics_flush_all(lex_net(lx));
		return show ? show_metrics(lx) : flush ? 0 : lex_missing(lx, "address");
	}
	if (flush && lex_is(lx, "all")) {
		err = lex_end(lx);
		if (err == 0)
			tcp_metrics_flush_all(lex_net(lx));
		return err;
	}
	if (!lex_is(lx, "address"))
		lex_back(lx);
	err = take_addr(lx, "an address or all", &addr);
	if (err == 0)
		err = lex_end(lx);
	return err < 0 ? err : one_metrics(lx, addr, show);
}
