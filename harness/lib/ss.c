// SPDX-License-Identifier: MIT
/* ss.c - `ss`: UDP's sockets in its look, sorted by port and address.
 *
 * Ports are numbers always. Missing: filters, and sockets of other kinds than UDP and TCP; of TCP
 * there are none yet.
 */
#include "harness/lib/ss.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/file.h"
#include "harness/lib/ipcmd_lex.h"
#include "host.h"
#include "ipv4/udp.h"

enum { SS_SOCKS = 1024, SS_TEXT = 256 };

struct ss_req {
	bool udp, tcp, all, listening, processes, extended, memory, no_header, one_line;
};

struct ss_row {
	char state[8], recv_q[16], send_q[16], local[24], lport[8], peer[24], pport[8];
	char rest[SS_TEXT];
};

static bool sock_before(const struct sock *a, const struct sock *b)
{
	if (a->sk_num != b->sk_num)
		return a->sk_num < b->sk_num;
	return be32_to_cpu(a->sk_rcv_saddr) < be32_to_cpu(b->sk_rcv_saddr);
}

/* UDP's sockets that have a port, in their order; how many. */
static u32 collect(const struct net *net, struct sock *list[SS_SOCKS])
{
	const struct hlist_node *n;
	u32 len = 0;

	hlist_for_each (n, &net->socks) {
		struct sock *sk =
			(struct sock *)(void *)(uintptr_t)hlist_entry(n, struct sock, sk_all);
		u32 at;

		if (sk->sk_protocol != IPPROTO_UDP || sk->sk_num == 0 || sk->sk_prot != &udp_prot)
			continue;
		if (len == SS_SOCKS)
			break;
		for (at = len++; at != 0 && sock_before(sk, list[at - 1]); at--)
			list[at] = list[at - 1];
		list[at] = sk;
	}
	return len;
}

static u32 recv_queue(struct sock *sk)
{
	return sk->sk_rmem_alloc - udp_sk(sk)->forward_deficit;
}

static u32 send_queue(const struct sock *sk)
{
	assert(sk->sk_wmem_alloc > 0);
	return sk->sk_wmem_alloc - 1;
}

static u64 inode_of(const struct sock *sk)
{
	return sk->sk_socket != NULL && sk->sk_socket->inode != NULL ? sk->sk_socket->inode->i_ino
								     : 0;
}

static void put_processes(const struct host *h, const struct sock *sk, struct outbuf *o)
{
	const char *sep = " users:(";

	for (u32 i = 0; i < h->nr_processes; i++) {
		const struct process *p = &h->process[i];

		for (u32 fd = 0; fd < p->fd_high; fd++) {
			if (p->fd[fd] == NULL || p->fd[fd]->socket.sk != sk)
				continue;
			outf(o, "%s(\"script\",pid=%u,fd=%u)", sep, i + 1, fd);
			sep = ",";
		}
	}
	if (sep[0] == ',')
		outf(o, ")");
}

static void put_extended(struct sock *sk, struct outbuf *o)
{
	/* LINUX: sock_gen_cookie(): who looks gives it one. */
	if (sk->sk_cookie == 0)
		sk->sk_cookie = ++sock_net(sk)->sock_cookie;
	if (sk->sk_uid != 0)
		outf(o, " uid:%u", sk->sk_uid);
	outf(o, " ino:%" PRIu64 " sk:%" PRIx64 " <->", inode_of(sk), sk->sk_cookie);
}

static void put_memory(struct sock *sk, bool one_line, struct outbuf *o)
{
	outf(o, "%s skmem:(r%u,rb%d,t%u,tb%d,f%d,w0,o%u,bl%u,d%u)", one_line ? "" : "\n\t",
	     recv_queue(sk), sk->sk_rcvbuf, send_queue(sk), sk->sk_sndbuf, sk->sk_forward_alloc,
	     sk->sk_omem_alloc, sk->sk_backlog.len, sk->sk_drops);
}

static void put_end(const struct net *net, char *addr, size_t size, be32 a, s32 dev)
{
	const struct net_device *bound = dev != 0 ? dev_get_by_index(net, dev) : NULL;
	char text[16];

	snprintf(addr, size, "%s%s%s:", addr_text(a, text), bound != NULL ? "%" : "",
		 bound != NULL ? bound->name : "");
}

static void fill_row(struct lex *lx, const struct ss_req *r, struct sock *sk, struct ss_row *row)
{
	struct outbuf o = { .text = row->rest, .cap = sizeof(row->rest) };
	const struct net *net = lex_net(lx);
	u16 dport = be16_to_cpu(sk->sk_dport);

	row->rest[0] = '\0';
	snprintf(row->state, sizeof(row->state), "%s",
		 sk->sk_state == TCP_ESTABLISHED ? "ESTAB" : "UNCONN");
	snprintf(row->recv_q, sizeof(row->recv_q), "%u", recv_queue(sk));
	snprintf(row->send_q, sizeof(row->send_q), "%u", send_queue(sk));
	put_end(net, row->local, sizeof(row->local), sk->sk_rcv_saddr, sk->sk_bound_dev_if);
	put_end(net, row->peer, sizeof(row->peer), sk->sk_daddr, 0);
	snprintf(row->lport, sizeof(row->lport), "%u", sk->sk_num);
	if (dport != 0)
		snprintf(row->pport, sizeof(row->pport), "%u", dport);
	else
		snprintf(row->pport, sizeof(row->pport), "*");
	if (r->processes)
		put_processes(lx->host, sk, &o);
	if (r->extended)
		put_extended(sk, &o);
	if (r->memory)
		put_memory(sk, r->one_line, &o);
}

/* Columns are as wide as what is in them. */
struct ss_widths {
	int state, recv_q, send_q, local, lport, peer, pport, rest;
};

static void widen(int *width, const char *text)
{
	int n = (int)strlen(text);

	if (*width < n)
		*width = n;
}

static void widen_row(struct ss_widths *w, const struct ss_row *row)
{
	widen(&w->state, row->state);
	widen(&w->recv_q, row->recv_q);
	widen(&w->send_q, row->send_q);
	widen(&w->local, row->local);
	widen(&w->lport, row->lport);
	widen(&w->peer, row->peer);
	widen(&w->pport, row->pport);
	widen(&w->rest, row->rest);
}

static void put_row(struct outbuf *o, const struct ss_widths *w, const struct ss_row *row,
		    const char *netid)
{
	outf(o, "%s", netid);
	outf(o, "%-*s %-*s %-*s ", w->state, row->state, w->recv_q, row->recv_q, w->send_q,
	     row->send_q);
	outf(o, "%*s%-*s %*s%-*s%-*s\n", w->local, row->local, w->lport, row->lport, w->peer,
	     row->peer, w->pport, row->pport, w->rest, row->rest);
}

static int take_options(struct lex *lx, struct ss_req *r)
{
	while (lex_next(lx)) {
		if (lx->word[0] != '-' || lx->word[1] == '\0')
			return lex_unknown(lx, "options -u -t -a -l -n -p -e -m -H -O -4");
		for (const char *p = lx->word + 1; *p != '\0'; p++) {
			r->udp |= *p == 'u';
			r->tcp |= *p == 't';
			r->all |= *p == 'a';
			r->listening |= *p == 'l';
			r->processes |= *p == 'p';
			r->extended |= *p == 'e';
			r->memory |= *p == 'm';
			r->no_header |= *p == 'H';
			r->one_line |= *p == 'O';
			if (strchr("utalpemHOn4", *p) == NULL)
				return lex_unknown(lx, "options -u -t -a -l -n -p -e -m -H -O -4");
		}
	}
	return 0;
}

static bool is_wanted(const struct ss_req *r, const struct sock *sk)
{
	return r->all || r->listening != (sk->sk_state == TCP_ESTABLISHED);
}

int ss_cmd(struct lex *lx)
{
	static const struct ss_row header = { "State", "Recv-Q",	"Send-Q", "Local Address:",
					      "Port",  "Peer Address:", "Port",	  "Process" };
	struct ss_widths w = { 0 };
	struct ss_req r = { 0 };
	struct sock *list[SS_SOCKS];
	struct ss_row row;
	u32 n;
	int err;
	bool netid;

	lx->cmd = "ss";
	err = take_options(lx, &r);
	if (err < 0)
		return err;
	netid = r.udp == r.tcp;
	n = r.udp || netid ? collect(lex_net(lx), list) : 0;
	if (!r.no_header)
		widen_row(&w, &header);
	for (u32 i = 0; i < n; i++) {
		if (!is_wanted(&r, list[i]))
			continue;
		fill_row(lx, &r, list[i], &row);
		widen_row(&w, &row);
	}
	if (!r.no_header)
		put_row(lx->out, &w, &header, netid ? "Netid " : "");
	for (u32 i = 0; i < n; i++) {
		if (!is_wanted(&r, list[i]))
			continue;
		fill_row(lx, &r, list[i], &row);
		put_row(lx->out, &w, &row, netid ? r.no_header ? "udp " : "udp   " : "");
	}
	return 0;
}

/* /proc/net/udp: addresses as the machine that judges has them in memory: little-endian. */
void proc_udp(const struct net *net, struct outbuf *o)
{
	struct sock *list[SS_SOCKS];
	u32 n = collect(net, list);

	outf(o, "%-127s\n",
	     "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
	     "timeout inode ref pointer drops");
	for (u32 i = 0; i < n; i++) {
		struct sock *sk = list[i];
		char line[160];
		u32 local = __builtin_bswap32(be32_to_cpu(sk->sk_rcv_saddr));
		u32 peer = __builtin_bswap32(be32_to_cpu(sk->sk_daddr));

		snprintf(line, sizeof(line),
			 "%5u: %08X:%04X %08X:%04X %02X %08X:%08X 00:00000000 00000000 %5u %8d "
			 "%" PRIu64 " %u 0000000000000000 %u",
			 i, local, sk->sk_num, peer, be16_to_cpu(sk->sk_dport), sk->sk_state,
			 send_queue(sk), recv_queue(sk), sk->sk_uid, 0, inode_of(sk), 2u,
			 sk->sk_drops);
		outf(o, "%-127s\n", line);
	}
}

void proc_sockstat(const struct net *net, struct outbuf *o)
{
	struct sock *list[SS_SOCKS];

	outf(o, "sockets: used %u\nUDP: inuse %u mem %" PRId64 "\nRAW: inuse 0\n",
	     net->sockets_in_use, collect(net, list), net->udp_memory_allocated);
}
