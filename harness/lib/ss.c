// SPDX-License-Identifier: MIT
/* ss.c - `ss`: UDP's sockets in its look, sorted by port and address, and TCP's in the kernel's
 * order.
 *
 * Ports are numbers always. Missing: sockets of other kinds than UDP and TCP, and of filters most:
 * there are states, addresses and ports.
 */
#include "harness/lib/ss.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/file.h"
#include "harness/lib/ss_internal.h"
#include "ipv4/tcp.h"
#include "ipv4/udp.h"
#include "uapi/errno.h"

enum { SS_TEXT = 2048 };

struct ss_row {
	char state[12], recv_q[16], send_q[16], local[24], lport[8], peer[24], pport[8];
	char rest[SS_TEXT];
};

static bool sock_before(const struct sock *a, const struct sock *b)
{
	if (a->sk_num != b->sk_num)
		return a->sk_num < b->sk_num;
	return be32_to_cpu(a->sk_rcv_saddr) < be32_to_cpu(b->sk_rcv_saddr);
}

/* A protocol's sockets that have a port, in their order; how many. */
static u32 collect(const struct net *net, const struct proto *prot, struct sock *list[SS_SOCKS])
{
	const struct hlist_node *n;
	u32 len = 0;

	hlist_for_each (n, &net->socks) {
		struct sock *sk =
			(struct sock *)(void *)(uintptr_t)hlist_entry(n, struct sock, sk_all);
		u32 at;

		if (sk->sk_num == 0 || sk->sk_prot != prot)
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
			if (p->fd[fd] == NULL || p->fd[fd]->kind != FILE_SOCKET ||
			    p->fd[fd]->socket.sk != sk)
				continue;
			outf(o, "%s(\"script\",pid=%u,fd=%u)", sep, i + 1, fd);
			sep = ",";
		}
	}
	if (sep[0] == ',')
		outf(o, ")");
}

/* LINUX: sock_gen_cookie(): who looks gives it one. */
static void give_cookie(struct sock *sk)
{
	if (sk->sk_cookie == 0)
		sk->sk_cookie =
			++container_of(sock_net(sk)->random, struct net, own_random)->sock_cookie;
}

static void put_extended(struct sock *sk, struct outbuf *o)
{
	bool full = ss_is_full(sk);
	u32 mark = full				   ? sk->sk_mark
		   : sk->sk_state == TCP_TIME_WAIT ? inet_twsk(sk)->tw_mark
						   : inet_rsk(inet_reqsk(sk))->ir_mark;

	if (full && sk->sk_uid != 0)
		outf(o, " uid:%u", sk->sk_uid);
	outf(o, " ino:%" PRIu64 " sk:%" PRIx64, full ? inode_of(sk) : 0, sk->sk_cookie);
	if (mark != 0)
		outf(o, " fwmark:0x%x", mark);
	if (full)
		outf(o, " %c-%c", (sk->sk_shutdown & RCV_SHUTDOWN) != 0 ? '-' : '<',
		     (sk->sk_shutdown & SEND_SHUTDOWN) != 0 ? '-' : '>');
}

static void put_memory(struct sock *sk, struct outbuf *o)
{
	bool udp = sk->sk_protocol == IPPROTO_UDP;

	outf(o, " skmem:(r%u,rb%d,t%u,tb%d,f%d,w%d,o%u,bl%u,d%u)",
	     udp ? recv_queue(sk) : sk->sk_rmem_alloc, sk->sk_rcvbuf, send_queue(sk), sk->sk_sndbuf,
	     sk->sk_forward_alloc, sk->sk_wmem_queued, sk->sk_omem_alloc, sk->sk_backlog.len,
	     sk->sk_drops);
}

/* The second line: of remains and requests there is none to show. */
static void put_inner(struct sock *sk, const struct ss_req *r, bool tcp, struct outbuf *o)
{
	if (!r->memory && !(r->info && tcp))
		return;
	if (!r->one_line)
		outf(o, "\n\t");
	if (!ss_is_full(sk))
		return;
	if (r->memory)
		put_memory(sk, o);
	if (tcp && r->info)
		ss_put_tcp_info(sk, r, o);
}

static void put_end(const struct net *net, char *addr, size_t size, be32 a, s32 dev)
{
	const struct net_device *bound = dev != 0 ? dev_get_by_index(net, dev) : NULL;
	char text[16];

	snprintf(addr, size, "%s%s%s:", addr_text(a, text), bound != NULL ? "%" : "",
		 bound != NULL ? bound->name : "");
}

static const char *const state_names[] = {
	[TCP_ESTABLISHED] = "ESTAB",	[TCP_SYN_SENT] = "SYN-SENT",
	[TCP_SYN_RECV] = "SYN-RECV",	[TCP_FIN_WAIT1] = "FIN-WAIT-1",
	[TCP_FIN_WAIT2] = "FIN-WAIT-2", [TCP_TIME_WAIT] = "TIME-WAIT",
	[TCP_CLOSE] = "UNCONN",		[TCP_CLOSE_WAIT] = "CLOSE-WAIT",
	[TCP_LAST_ACK] = "LAST-ACK",	[TCP_LISTEN] = "LISTEN",
	[TCP_CLOSING] = "CLOSING",
};

static void fill_row(struct lex *lx, const struct ss_req *r, struct sock *sk, bool tcp,
		     struct ss_row *row)
{
	struct outbuf o = { .text = row->rest, .cap = sizeof(row->rest) };
	const struct net *net = lex_net(lx);
	u16 dport = be16_to_cpu(sk->sk_dport);
	u32 recv_q, send_q;

	row->rest[0] = '\0';
	if (tcp) {
		ss_tcp_queues(sk, &recv_q, &send_q);
	} else {
		recv_q = recv_queue(sk);
		send_q = send_queue(sk);
	}
	snprintf(row->state, sizeof(row->state), "%s", state_names[ss_tcp_state(sk)]);
	snprintf(row->recv_q, sizeof(row->recv_q), "%u", recv_q);
	snprintf(row->send_q, sizeof(row->send_q), "%u", send_q);
	put_end(net, row->local, sizeof(row->local), sk->sk_rcv_saddr, sk->sk_bound_dev_if);
	put_end(net, row->peer, sizeof(row->peer), sk->sk_daddr, 0);
	snprintf(row->lport, sizeof(row->lport), "%u", sk->sk_num);
	if (dport != 0)
		snprintf(row->pport, sizeof(row->pport), "%u", dport);
	else
		snprintf(row->pport, sizeof(row->pport), "*");
	if (r->processes && ss_is_full(sk))
		put_processes(lx->host, sk, &o);
	if (r->timers && tcp)
		ss_put_timer(sk, &o);
	if (r->extended)
		put_extended(sk, &o);
	put_inner(sk, r, tcp, &o);
}

/* Columns are as wide as what is in them; where all rows are of one state it is not shown. */
struct ss_widths {
	bool no_state;
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
	if (!w->no_state)
		outf(o, "%-*s ", w->state, row->state);
	outf(o, "%-*s %-*s ", w->recv_q, row->recv_q, w->send_q, row->send_q);
	outf(o, "%*s%-*s %*s%-*s%-*s\n", w->local, row->local, w->lport, row->lport, w->peer,
	     row->peer, w->pport, row->pport, w->rest, row->rest);
}

static const char options[] = "utalpemHOn4oiK";

static int take_options(struct lex *lx, struct ss_req *r)
{
	while (lex_next(lx)) {
		if (lx->word[0] != '-')
			return ss_take_filter(lx, r);
		if (lx->word[1] == '\0' || strspn(lx->word + 1, options) != strlen(lx->word + 1))
			return lex_unknown(
				lx,
				"options -u -t -a -l -n -p -e -m -o -i -K -H -O -4, or a filter");
		for (const char *p = lx->word + 1; *p != '\0'; p++) {
			r->udp |= *p == 'u';
			r->tcp |= *p == 't';
			/* Of these two the last one counts. */
			r->all = *p == 'a' || (r->all && *p != 'l');
			r->listening = *p == 'l' || (r->listening && *p != 'a');
			r->processes |= *p == 'p';
			r->extended |= *p == 'e';
			r->timers |= *p == 'o' || *p == 'e';
			r->memory |= *p == 'm';
			r->info |= *p == 'i';
			r->kill |= *p == 'K';
			r->numeric |= *p == 'n';
			r->no_header |= *p == 'H';
			r->one_line |= *p == 'O';
		}
	}
	return 0;
}

/* iproute2: SS_CONN where nothing else is asked for. */
static void choose_states(struct ss_req *r)
{
	const u32 all = (1u << TCP_NEW_SYN_RECV) - 1, idle = TCPF(TCP_LISTEN) | TCPF(TCP_CLOSE);

	if (r->states != 0)
		return;
	if (r->all)
		r->states = all;
	else if (r->listening)
		r->states = idle;
	else
		r->states = all & ~(idle | TCPF(TCP_TIME_WAIT) | TCPF(TCP_SYN_RECV));
}

struct ss_list {
	struct sock *sk[SS_SOCKS];
	u32 nr;
};

/* Those that are shown. Who is dumped has a cookie from then on. */
static void keep_matching(struct ss_list *l, const struct ss_req *r)
{
	u32 kept = 0;

	for (u32 i = 0; i < l->nr; i++) {
		struct sock *sk = l->sk[i];

		if ((r->states & TCPF(ss_tcp_state(sk))) == 0)
			continue;
		give_cookie(sk);
		if (ss_matches(&r->filter, sk))
			l->sk[kept++] = sk;
	}
	l->nr = kept;
}

/* LINUX: SOCK_DESTROY, sock_diag_destroy(): what cannot be destroyed is not shown. */
static bool destroy(struct sock *sk)
{
	return sk->sk_prot->diag_destroy != NULL &&
	       sk->sk_prot->diag_destroy(sk, ECONNABORTED) == 0;
}

static void put_list(struct lex *lx, const struct ss_req *r, const struct ss_widths *w,
		     struct ss_list *l, const char *netid)
{
	bool tcp = netid[0] == 't';
	struct ss_row row;

	for (u32 i = 0; i < l->nr; i++) {
		fill_row(lx, r, l->sk[i], tcp, &row);
		if (r->kill && !destroy(l->sk[i]))
			continue;
		put_row(lx->out, w, &row, r->udp != r->tcp ? "" : netid);
	}
}

/* iproute2 does not measure the last column of the last row of all. */
static void widen_list(struct lex *lx, const struct ss_req *r, struct ss_widths *w,
		       const struct ss_list *l, bool tcp, bool is_last)
{
	struct ss_row row;

	for (u32 i = 0; i < l->nr; i++) {
		fill_row(lx, r, l->sk[i], tcp, &row);
		if (is_last && i + 1 == l->nr)
			row.rest[0] = '\0';
		widen_row(w, &row);
	}
}

int ss_cmd(struct lex *lx)
{
	static const struct ss_row header = { "State", "Recv-Q",	"Send-Q", "Local Address:",
					      "Port",  "Peer Address:", "Port",	  "Process" };
	struct ss_widths w = { 0 };
	struct ss_req r = { 0 };
	struct ss_list udp, tcp;
	int err;
	bool both;

	lx->cmd = "ss";
	err = take_options(lx, &r);
	if (err < 0)
		return err;
	choose_states(&r);
	w.no_state = (r.states & (r.states - 1)) == 0;
	both = r.udp == r.tcp;
	udp.nr = r.udp || both ? collect(lex_net(lx), &udp_prot, udp.sk) : 0;
	tcp.nr = r.tcp || both ? ss_collect_tcp(lex_net(lx), r.states, tcp.sk) : 0;
	keep_matching(&udp, &r);
	keep_matching(&tcp, &r);
	if (!r.no_header)
		widen_row(&w, &header);
	widen_list(lx, &r, &w, &udp, false, tcp.nr == 0);
	widen_list(lx, &r, &w, &tcp, true, true);
	if (!r.no_header)
		put_row(lx->out, &w, &header, both ? "Netid " : "");
	put_list(lx, &r, &w, &udp, r.no_header ? "udp " : "udp   ");
	put_list(lx, &r, &w, &tcp, r.no_header ? "tcp " : "tcp   ");
	return 0;
}

/* /proc/net/udp, /proc/net/udplite: addresses as the machine that judges has them in memory:
 * little-endian. */
void proc_udp(const struct net *net, const struct proto *prot, struct outbuf *o)
{
	struct sock *list[SS_SOCKS];
	u32 n = collect(net, prot, list);

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
	outf(o,
	     "sockets: used %u\nUDP: inuse %u mem %" PRId64 "\nUDPLITE: inuse %u\nRAW: inuse %u\n",
	     net->sockets_in_use, net->prot_inuse[PROTO_INUSE_UDP], net->udp_memory_allocated,
	     net->prot_inuse[PROTO_INUSE_UDPLITE], net->prot_inuse[PROTO_INUSE_RAW]);
}
