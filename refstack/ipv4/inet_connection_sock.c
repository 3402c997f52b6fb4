// SPDX-License-Identifier: MIT
/* inet_connection_sock.c - what protocols with connections have in common: ports of bind(), the
 * queue of accept(), requests and their timer, the timers of a connection, the way to its end.
 *
 * Path: bind(), listen(), accept(); tcp_conn_request() and tcp_check_req() from below.
 * Rules: RFC 9293 3.10.1, RFC 6056 3.2, RFC 6298 5; LINUX: net/ipv4/inet_connection_sock.c.
 * Missing: net.ipv4.ip_local_reserved_ports; requests that move to another listener of their group
 * (net.ipv4.tcp_migrate_req); fast open's queue of requests.
 */
#include "ipv4/inet_connection_sock.h"

#include "core/iov.h"
#include "ipv4/ip_options.h"
#include "ipv4/tcp.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"

enum { SK_NO_REUSE, SK_CAN_REUSE, SK_FORCE_REUSE };
/* LINUX: tb->fastreuseport. */
enum { FASTREUSEPORT_ANY = 1, FASTREUSEPORT_STRICT = 2 };

void inet_sk_set_state(struct sock *sk, int state)
{
	TRACE(sock_net(sk), inet_sock_set_state, sk->sk_protocol,
	      be16_to_cpu(inet_sk(sk)->inet_sport), be16_to_cpu(sk->sk_dport), sk->sk_state,
	      (u32)state);
	sk->sk_state = (u8)state;
}

/* -------- who keeps whom from a port -------- */

static struct sock *bind_node_sk(struct hlist_node *n)
{
	return hlist_entry(n, struct sock, common.skc_bind_node);
}

/* What a search for a conflict goes by. relax: sockets that both may be reused do not conflict.
 * reuseport_ok: nor do those of one group, if one user owns them.
 */
struct bind_rules {
	u32 uid;
	bool relax, reuseport_cb_ok, reuseport_ok;
};

static struct bind_rules bind_rules(const struct sock *sk, bool relax, bool reuseport_ok)
{
	return (struct bind_rules){ .uid = sock_i_uid(sk),
				    .relax = relax,
				    .reuseport_cb_ok = sk->sk_reuseport_cb == NULL,
				    .reuseport_ok = reuseport_ok };
}

/* What is left of a connection has no owner. */
static bool owner_shares(const struct sock *sk2, const struct bind_rules *r)
{
	return sk2->sk_state == TCP_TIME_WAIT || sock_i_uid(sk2) == r->uid;
}

static bool inet_bind_conflict(const struct sock *sk, const struct sock *sk2,
			       const struct bind_rules *r)
{
	bool both_reuseport;

	if (sk == sk2)
		return false;
	if (sk->sk_bound_dev_if != 0 && sk2->sk_bound_dev_if != 0 &&
	    sk->sk_bound_dev_if != sk2->sk_bound_dev_if)
		return false;
	both_reuseport = sk->sk_reuseport != 0 && sk2->sk_reuseport != 0 && r->reuseport_cb_ok;
	if (sk->sk_reuse != 0 && sk2->sk_reuse != 0 && sk2->sk_state != TCP_LISTEN)
		return !r->relax || (!r->reuseport_ok && both_reuseport && owner_shares(sk2, r));
	return !r->reuseport_ok || !both_reuseport || !owner_shares(sk2, r);
}

static bool bhash2_conflict(const struct sock *sk, const struct inet_bind2_bucket *tb2,
			    const struct bind_rules *r)
{
	struct hlist_node *n;

	hlist_for_each (n, &tb2->owners) {
		if (inet_bind_conflict(sk, bind_node_sk(n), r))
			return true;
	}
	return false;
}

/* A socket with an address meets those at this address, and at the wild card, which was looked at
 * before; one without meets all of the port.
 */
static bool inet_use_hash2_on_bind(const struct sock *sk)
{
	return !be32_is_zero(sk->sk_rcv_saddr);
}

static bool inet_csk_bind_conflict(const struct sock *sk, const struct inet_bind_bucket *tb,
				   const struct inet_bind2_bucket *tb2, bool relax,
				   bool reuseport_ok)
{
	const struct bind_rules r = bind_rules(sk, relax, reuseport_ok);
	struct hlist_node *n;

	if (inet_use_hash2_on_bind(sk))
		return tb2 != NULL && bhash2_conflict(sk, tb2, &r);
	hlist_for_each (n, &tb->bhash2) {
		if (bhash2_conflict(sk, hlist_entry(n, struct inet_bind2_bucket, bhash_node), &r))
			return true;
	}
	return false;
}

static bool inet_bhash2_addr_any_conflict(const struct sock *sk, u16 port, bool relax,
					  bool reuseport_ok)
{
	const struct bind_rules r = bind_rules(sk, relax, reuseport_ok);
	const struct inet_bind2_bucket *tb2 = inet_bind2_bucket_find_any(sock_net(sk), port);

	return tb2 != NULL && bhash2_conflict(sk, tb2, &r);
}

/* -------- a free port for bind() -------- */

struct open_port {
	struct inet_bind_bucket *tb;
	struct inet_bind2_bucket *tb2;
	u16 port;
};

static bool port_is_open(const struct sock *sk, struct open_port *p, bool relax)
{
	struct net *net = sock_net(sk);

	if (inet_use_hash2_on_bind(sk) && inet_bhash2_addr_any_conflict(sk, p->port, relax, false))
		return false;
	p->tb2 = inet_bind2_bucket_find(net, p->port, sk);
	p->tb = inet_bind_bucket_find(net, p->port);
	return p->tb == NULL || !inet_csk_bind_conflict(sk, p->tb, p->tb2, relax, false);
}

static bool scan_open_ports(const struct sock *sk, struct open_port *p, u32 low, u32 high,
			    u32 offset, bool relax)
{
	u32 remaining = high - low, port = low + offset;

	if (remaining > 1)
		remaining &= ~1u;
	for (u32 i = 0; i < remaining; i += 2) {
		if (port >= high)
			port -= remaining;
		p->port = (u16)port;
		if (port_is_open(sk, p, relax))
			return true;
		port += 2;
	}
	return false;
}

/* half: 1 the lower half of the range, 2 the upper one, 0 all of it. RFC 6056 3.2: a random start;
 * first the ports whose parity is not the range's, which connect() takes first.
 */
static bool find_open_port_in(const struct sock *sk, struct open_port *p, u32 half, bool relax)
{
	int lo, hi;
	u32 low, high, middle, remaining, offset;

	(void)inet_sk_get_local_port_range(sk, &lo, &hi);
	low = (u32)lo;
	high = (u32)hi + 1;
	middle = low + ((high - low) >> 2 << 1);
	if (high - low >= 4 && half == 1)
		high = middle;
	if (high - low >= 4 && half == 2)
		low = middle;
	remaining = high - low;
	if (remaining > 1)
		remaining &= ~1u;
	offset = get_random_u32_below(sock_net(sk)->random, remaining) | 1;
	return scan_open_ports(sk, p, low, high, offset, relax) ||
	       scan_open_ports(sk, p, low, high, offset - 1, relax);
}

/* A port range of less than four ports is not halved. */
static bool halves_range(const struct sock *sk)
{
	int lo, hi;

	(void)inet_sk_get_local_port_range(sk, &lo, &hi);
	return sk->sk_reuse == SK_CAN_REUSE && hi + 1 - lo >= 4;
}

/* LINUX: inet_csk_find_open_port(): what may be reused prefers the lower half. */
static bool inet_csk_find_open_port(const struct sock *sk, struct open_port *p)
{
	bool halved = halves_range(sk);
	u32 passes = sock_net(sk)->sysctl.ip_autobind_reuse != 0 ? 2 : 1;

	for (u32 pass = 0; pass < passes; pass++) {
		bool relax = pass != 0;

		if (!halved && find_open_port_in(sk, p, 0, relax))
			return true;
		if (halved &&
		    (find_open_port_in(sk, p, 1, relax) || find_open_port_in(sk, p, 2, relax)))
			return true;
	}
	return false;
}

/* Is it known without a look at the port's owners that this socket may join them? */
static bool sk_reuseport_match(const struct inet_bind_bucket *tb, const struct sock *sk)
{
	if (tb->fastreuseport <= 0 || sk->sk_reuseport == 0)
		return false;
	if (sk->sk_reuseport_cb != NULL || tb->fastuid != sock_i_uid(sk))
		return false;
	return tb->fastreuseport == FASTREUSEPORT_ANY || be32_is_zero(tb->fast_rcv_saddr) ||
	       be32_eq(tb->fast_rcv_saddr, sk->sk_rcv_saddr);
}

static void set_fastreuseport(struct inet_bind_bucket *tb, const struct sock *sk, s8 how)
{
	tb->fastreuseport = how;
	tb->fastuid = sock_i_uid(sk);
	tb->fast_rcv_saddr = sk->sk_rcv_saddr;
}

/* What the port's bucket tells the next one about its owners, this socket among them. */
void inet_csk_update_fastreuse(struct inet_bind_bucket *tb, struct sock *sk)
{
	bool reuse = sk->sk_reuse != 0 && sk->sk_state != TCP_LISTEN;
	bool first = hlist_empty(&tb->bhash2);

	if (first)
		tb->fastreuse = reuse;
	else if (!reuse)
		tb->fastreuse = 0;
	if (sk->sk_reuseport == 0)
		tb->fastreuseport = 0;
	else if (first)
		set_fastreuseport(tb, sk, FASTREUSEPORT_ANY);
	else if (!sk_reuseport_match(tb, sk))
		set_fastreuseport(tb, sk, FASTREUSEPORT_STRICT);
}

static void take_port(struct sock *sk, const struct open_port *p)
{
	inet_csk_update_fastreuse(p->tb, sk);
	if (inet_csk(sk)->icsk_bind_hash == NULL)
		inet_bind_hash(sk, p->tb, p->tb2, p->port);
	assert(inet_csk(sk)->icsk_bind_hash == p->tb);
	assert(inet_csk(sk)->icsk_bind2_hash == p->tb2);
}

static bool joins_unchecked(const struct sock *sk, const struct inet_bind_bucket *tb)
{
	bool reuse = sk->sk_reuse != 0 && sk->sk_state != TCP_LISTEN;

	if (hlist_empty(&tb->bhash2))
		return false;
	return sk->sk_reuse == SK_FORCE_REUSE || (tb->fastreuse > 0 && reuse) ||
	       sk_reuseport_match(tb, sk);
}

/* The buckets that p lacks are made; for a port that the program named only if nobody objects. */
static int get_buckets(struct sock *sk, struct open_port *p, bool named)
{
	struct net *net = sock_net(sk);
	bool check = named && !joins_unchecked(sk, p->tb);

	if (check && inet_use_hash2_on_bind(sk) &&
	    inet_bhash2_addr_any_conflict(sk, p->port, true, true))
		return -EADDRINUSE;
	if (named)
		p->tb2 = inet_bind2_bucket_find(net, p->port, sk);
	if (p->tb2 == NULL)
		p->tb2 = inet_bind2_bucket_create(net, p->tb, sk);
	if (p->tb2 == NULL)
		return -EADDRINUSE;
	if (check && inet_csk_bind_conflict(sk, p->tb, p->tb2, true, true)) {
		inet_bind2_bucket_destroy(net, p->tb2);
		return -EADDRINUSE;
	}
	return 0;
}

/* A port that is 0 is any. Linux has a bucket of the address made before it tells whether it is the
 * port's first, and so asks for less when a port is new.
 */
int inet_csk_get_port(struct sock *sk, u16 snum)
{
	struct net *net = sock_net(sk);
	PROBE(net, inet_csk_get_port);
	struct open_port p = { .port = snum };
	int err;

	if (snum != 0)
		p.tb = inet_bind_bucket_find(net, snum);
	else if (!inet_csk_find_open_port(sk, &p))
		return -EADDRINUSE;
	if (p.tb == NULL)
		p.tb = inet_bind_bucket_create(net, p.port);
	if (p.tb == NULL)
		return -EADDRINUSE;
	err = get_buckets(sk, &p, snum != 0);
	if (err != 0) {
		inet_bind_bucket_destroy(p.tb);
		return err;
	}
	take_port(sk, &p);
	return 0;
}

/* -------- accept() -------- */

/* 0: look again. Otherwise why not, -EPARKED for a call that has to leave; then the socket is given
 * back already.
 */
static int inet_csk_wait_for_connect(struct sock *sk, s64 timeo)
{
	struct task *t = current_task(sock_net(sk));

	if (signal_pending(t))
		return sock_intr_errno(timeo);
	if (timeo == 0)
		return -EAGAIN;
	task_wait_exclusive(t, &sk->sk_socket->wq, WAKE_KEY_ALL);
	release_sock(sk);
	if (!reqsk_queue_empty(&inet_csk(sk)->icsk_accept_queue)) {
		task_leave_waits(t);
		lock_sock(sk);
		return 0;
	}
	return (int)schedule_timeout(t, timeo);
}

static int wait_for_request(struct sock *sk, int flags)
{
	const struct request_sock_queue *queue = &inet_csk(sk)->icsk_accept_queue;
	struct task *t = current_task(sock_net(sk));
	s64 timeo;
	int err = 0;

	if (sk->sk_state != TCP_LISTEN)
		return -EINVAL;
	if (!reqsk_queue_empty(queue))
		return 0;
	timeo = sock_rcvtimeo(sk, (flags & O_NONBLOCK) != 0);
	if (timeo == 0 && !t->resumed)
		return -EAGAIN;
	while (err == 0 && reqsk_queue_empty(queue)) {
		err = inet_csk_wait_for_connect(sk, timeo);
		if (err == 0 && sk->sk_state != TCP_LISTEN && reqsk_queue_empty(queue))
			err = -EINVAL;
	}
	return err;
}

struct sock *inet_csk_accept(struct sock *sk, int flags, int *err)
{
	struct net *net = sock_net(sk);
	PROBE(net, inet_csk_accept);
	struct request_sock *req;
	struct sock *newsk;

	lock_sock(sk);
	*err = wait_for_request(sk, flags);
	if (*err == -EPARKED)
		return NULL;
	if (*err != 0) {
		release_sock(sk);
		return NULL;
	}
	req = reqsk_queue_remove(&inet_csk(sk)->icsk_accept_queue, sk);
	newsk = req->sk;
	assert(!tcp_rsk(req)->tfo_listener);
	release_sock(sk);
	reqsk_put(req);
	return newsk;
}

/* -------- timers -------- */

void sk_reset_timer(struct sock *sk, struct timer_list *timer, u64 expires)
{
	if (!mod_timer(sock_net(sk), timer, expires))
		sock_hold(sk);
}

void sk_stop_timer(struct sock *sk, struct timer_list *timer)
{
	if (del_timer(timer)) {
		assert(sk->sk_refcnt > 1);
		sk->sk_refcnt--;
	}
}

void inet_csk_init_xmit_timers(struct sock *sk, timer_fn retransmit, timer_fn delack,
			       timer_fn keepalive)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	timer_setup(&icsk->icsk_retransmit_timer, retransmit);
	timer_setup(&icsk->icsk_delack_timer, delack);
	timer_setup(&icsk->icsk_keepalive_timer, keepalive);
	icsk->icsk_pending = 0;
	icsk->icsk_ack.pending = 0;
}

void inet_csk_clear_xmit_timers(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	icsk->icsk_pending = 0;
	icsk->icsk_ack.pending = 0;
	sk_stop_timer(sk, &icsk->icsk_retransmit_timer);
	sk_stop_timer(sk, &icsk->icsk_delack_timer);
	sk_stop_timer(sk, &icsk->icsk_keepalive_timer);
}

/* The timer stays on its wheel and finds nothing to do: cheaper than taking it off. */
void inet_csk_clear_xmit_timer(struct sock *sk, u8 what)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (what == ICSK_TIME_DACK) {
		icsk->icsk_ack.pending = 0;
		icsk->icsk_ack.retry = 0;
		return;
	}
	assert(what == ICSK_TIME_RETRANS || what == ICSK_TIME_PROBE0);
	icsk->icsk_pending = 0;
}

void inet_csk_reset_xmit_timer(struct sock *sk, u8 what, u64 when, u64 max_when)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	u64 expires = net_jiffies(sock_net(sk)) + min_u64(when, max_when);

	if (what == ICSK_TIME_DACK) {
		icsk->icsk_ack.pending |= ICSK_ACK_TIMER;
		icsk->icsk_ack.timeout = expires;
		sk_reset_timer(sk, &icsk->icsk_delack_timer, expires);
		return;
	}
	icsk->icsk_pending = what;
	icsk->icsk_timeout = expires;
	sk_reset_timer(sk, &icsk->icsk_retransmit_timer, expires);
}

void inet_csk_delete_keepalive_timer(struct sock *sk)
{
	sk_stop_timer(sk, &inet_csk(sk)->icsk_keepalive_timer);
}

void inet_csk_reset_keepalive_timer(struct sock *sk, u64 len)
{
	sk_reset_timer(sk, &inet_csk(sk)->icsk_keepalive_timer, net_jiffies(sock_net(sk)) + len);
}

/* -------- routes -------- */

/* RFC 1122 3.2.1.8c: by the source route that the SYN came by, the other way round. */
static struct dst_entry *route_request(const struct sock *sk, struct flowi4 *fl4,
				       const struct request_sock *req)
{
	const struct inet_request_sock *ireq = inet_rsk(req);
	const struct ip_options_rcu *opt = ireq->ireq_opt;
	struct net *net = req_net(req);
	struct rtable *rt;
	int err;

	flowi4_init_output(fl4, ireq->ir_iif, ireq->ir_mark, ip_sock_rt_tos(sk),
			   ip_sock_rt_scope(sk), (u8)sk->sk_protocol, inet_sk_flowi_flags(sk),
			   opt != NULL && opt->opt.srr != 0 ? opt->opt.faddr : ireq->ir_rmt_addr,
			   ireq->ir_loc_addr, ireq->ir_rmt_port, cpu_to_be16(ireq->ir_num),
			   sk->sk_uid);
	rt = ip_route_output_flow(net, fl4, sk, &err);
	if (rt != NULL && opt != NULL && opt->opt.is_strictroute && rt->rt_uses_gateway != 0) {
		ip_rt_put(rt);
		rt = NULL;
	}
	if (rt == NULL) {
		mib_inc(net, IPSTATS_MIB_OUTNOROUTES);
		return NULL;
	}
	return &rt->dst;
}

struct dst_entry *inet_csk_route_req(const struct sock *sk, struct flowi4 *fl4,
				     const struct request_sock *req)
{
	return route_request(sk, fl4, req);
}

struct dst_entry *inet_csk_route_child_sock(const struct sock *sk, struct sock *newsk,
					    const struct request_sock *req)
{
	return route_request(sk, &inet_sk(newsk)->cork.fl4, req);
}

static struct dst_entry *inet_csk_rebuild_route(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);
	const struct ip_options_rcu *opt = inet->inet_opt;
	struct flowi4 *fl4 = &inet->cork.fl4;
	struct rtable *rt;
	int err;

	flowi4_init_output(fl4, sk->sk_bound_dev_if, sk->sk_mark, ip_sock_rt_tos(sk),
			   ip_sock_rt_scope(sk), (u8)sk->sk_protocol, inet_sk_flowi_flags(sk),
			   opt != NULL && opt->opt.srr != 0 ? opt->opt.faddr : sk->sk_daddr,
			   inet->inet_saddr, sk->sk_dport, inet->inet_sport, sk->sk_uid);
	rt = ip_route_output_flow(sock_net(sk), fl4, sk, &err);
	if (rt == NULL)
		return NULL;
	sk_setup_caps(sk, &rt->dst);
	return &rt->dst;
}

/* LINUX: __sk_dst_check(): the socket's own reference is enough. */
static struct dst_entry *own_dst(struct sock *sk)
{
	struct dst_entry *dst = sk_dst_check(sk, 0);

	if (dst != NULL)
		dst_release(dst);
	return dst != NULL ? dst : inet_csk_rebuild_route(sk);
}

/* RFC 1191 6.3: the path takes no more than this; the new route, or NULL. */
struct dst_entry *inet_csk_update_pmtu(struct sock *sk, u32 mtu)
{
	struct dst_entry *dst = own_dst(sk);

	if (dst == NULL)
		return NULL;
	dst->ops->update_pmtu(dst, sk, NULL, mtu);
	return own_dst(sk);
}

/* -------- requests -------- */

/* LINUX: syn_ack_recalc(): is it over, and if not, does the SYN-ACK go again? While the listener
 * waits for data (TCP_DEFER_ACCEPT) it does not, after an ACK without, before the wait ends.
 */
static bool synack_expires(const struct request_sock *req, u32 max_retries, u32 defer_accept)
{
	if (req->num_timeout < max_retries)
		return false;
	return defer_accept == 0 || !inet_rsk(req)->acked || req->num_timeout >= defer_accept;
}

static bool synack_goes_again(const struct request_sock *req, u32 defer_accept)
{
	return defer_accept == 0 || !inet_rsk(req)->acked ||
	       (s32)req->num_timeout >= (s32)defer_accept - 1;
}

int inet_rtx_syn_ack(const struct sock *parent, struct request_sock *req)
{
	int err = req->rsk_ops->rtx_syn_ack(parent, req);

	if (err == 0)
		req->num_retrans++;
	return err;
}

static bool reqsk_queue_unlink(struct request_sock *req)
{
	bool found = !hlist_unhashed(&req->common.skc_node);

	hlist_del_init(&req->common.skc_node);
	return found;
}

/* The tables' reference goes, and that of the timer unless it is what runs. */
static bool reqsk_queue_drop(struct sock *sk, struct request_sock *req, bool from_timer)
{
	bool unlinked = reqsk_queue_unlink(req);

	if (!from_timer && del_timer(&req->rsk_timer))
		reqsk_put(req);
	if (unlinked) {
		reqsk_queue_removed(&inet_csk(sk)->icsk_accept_queue, req);
		reqsk_put(req);
	}
	return unlinked;
}

bool inet_csk_reqsk_queue_drop(struct sock *sk, struct request_sock *req)
{
	return reqsk_queue_drop(sk, req, false);
}

void inet_csk_reqsk_queue_drop_and_put(struct sock *sk, struct request_sock *req)
{
	(void)inet_csk_reqsk_queue_drop(sk, req);
	reqsk_put(req);
}

/* How often a SYN-ACK may go again. When the queue is half full, half of it is kept for the young:
 * the older a request the less patience there is with it.
 */
static u32 max_syn_ack_retries(const struct sock *listener)
{
	const struct inet_connection_sock *icsk = inet_csk(listener);
	const struct request_sock_queue *queue = &icsk->icsk_accept_queue;
	u32 retries = icsk->icsk_syn_retries != 0
			      ? icsk->icsk_syn_retries
			      : (u32)sock_net(listener)->sysctl.tcp_synack_retries;
	u32 young = queue->young << 1;

	if (queue->qlen << 1 <= max_u32(8, listener->sk_max_ack_backlog))
		return retries;
	while (retries > 2 && queue->qlen >= young) {
		retries--;
		young <<= 1;
	}
	return retries;
}

/* Does the request live on? */
static bool reqsk_timed_out(struct sock *listener, struct request_sock *req)
{
	struct request_sock_queue *queue = &inet_csk(listener)->icsk_accept_queue;
	u32 defer_accept = queue->rskq_defer_accept;
	bool expire = synack_expires(req, max_syn_ack_retries(listener), defer_accept);
	bool resend = synack_goes_again(req, defer_accept);

	req->rsk_ops->syn_ack_timeout(req);
	if (expire)
		return false;
	if (resend && inet_rtx_syn_ack(listener, req) != 0 && !inet_rsk(req)->acked)
		return false;
	if (req->num_timeout == 0)
		queue->young--;
	req->num_timeout++;
	(void)mod_timer(sock_net(listener), &req->rsk_timer,
			net_jiffies(sock_net(listener)) + reqsk_timeout(req, TCP_RTO_MAX));
	return true;
}

static void reqsk_timer_handler(struct timer_list *t)
{
	struct request_sock *req = container_of(t, struct request_sock, rsk_timer);
	struct sock *listener = req->rsk_listener;
	PROBE(sock_net(listener), reqsk_timer_handler);

	if (listener->sk_state == TCP_LISTEN && reqsk_timed_out(listener, req))
		return;
	(void)reqsk_queue_drop(listener, req, true);
	reqsk_put(req);
}

/* Three hold it then: the table, the timer and the caller. */
bool inet_csk_reqsk_queue_hash_add(struct sock *sk, struct request_sock *req, u64 timeout)
{
	struct net *net = sock_net(sk);
	bool found_dup_sk = false;

	if (!inet_ehash_insert(req_to_sk(req), NULL, &found_dup_sk))
		return false;
	timer_setup_pinned(&req->rsk_timer, reqsk_timer_handler);
	(void)mod_timer(net, &req->rsk_timer, net_jiffies(net) + timeout);
	req->rsk_refcnt = 3;
	reqsk_queue_added(&inet_csk(sk)->icsk_accept_queue);
	return true;
}

/* -------- a connection is born -------- */

/* The clone is locked, also where the caller gives it up. */
struct sock *inet_csk_clone_lock(const struct sock *sk, const struct request_sock *req)
{
	struct sock *newsk = sk_clone_lock(sk);
	struct inet_request_sock *ireq = inet_rsk(req);
	struct inet_connection_sock *newicsk;

	if (newsk == NULL)
		return NULL;
	newicsk = inet_csk(newsk);
	inet_sk_set_state(newsk, TCP_SYN_RECV);
	newicsk->icsk_bind_hash = NULL;
	newicsk->icsk_bind2_hash = NULL;
	newsk->sk_bind_node = (struct hlist_node){ .next = NULL };
	newsk->sk_dport = ireq->ir_rmt_port;
	newsk->sk_num = ireq->ir_num;
	inet_sk(newsk)->inet_sport = cpu_to_be16(ireq->ir_num);
	sock_reset_flag(newsk, SOCK_RCU_FREE);
	newsk->sk_mark = ireq->ir_mark;
	newsk->sk_cookie = req->common.skc_cookie;
	newicsk->icsk_retransmits = 0;
	newicsk->icsk_backoff = 0;
	newicsk->icsk_probes_out = 0;
	newicsk->icsk_probes_tstamp = 0;
	memset(&newicsk->icsk_accept_queue, 0, sizeof(newicsk->icsk_accept_queue));
	return newsk;
}

static void inet_child_forget(struct sock *sk, struct sock *child)
{
	(void)sk->sk_prot->disconnect(child, O_NONBLOCK);
	sock_orphan(child);
	sock_net(sk)->tcp->orphan_count++;
	inet_csk_destroy_sock(child);
}

struct sock *inet_csk_reqsk_queue_add(struct sock *sk, struct request_sock *req, struct sock *child)
{
	struct request_sock_queue *queue = &inet_csk(sk)->icsk_accept_queue;

	if (sk->sk_state != TCP_LISTEN) {
		inet_child_forget(sk, child);
		return NULL;
	}
	req->sk = child;
	req->dl_next = NULL;
	if (queue->rskq_accept_head == NULL)
		queue->rskq_accept_head = req;
	else
		queue->rskq_accept_tail->dl_next = req;
	queue->rskq_accept_tail = req;
	sk->sk_ack_backlog++;
	return child;
}

/* The request leaves the table of connections for the accept queue. NULL: somebody else was first,
 * or nobody listens any more.
 */
struct sock *inet_csk_complete_hashdance(struct sock *sk, struct sock *child,
					 struct request_sock *req, bool own_req)
{
	if (own_req) {
		(void)inet_csk_reqsk_queue_drop(req->rsk_listener, req);
		reqsk_queue_removed(&inet_csk(req->rsk_listener)->icsk_accept_queue, req);
		if (sk != req->rsk_listener)
			not_implemented("tcp_migrate_req");
		if (inet_csk_reqsk_queue_add(sk, req, child) != NULL)
			return child;
	}
	bh_unlock_sock(child);
	sock_put(child);
	return NULL;
}

/* -------- and dies -------- */

/* Nobody has a reference but the caller, and who still sends. */
void inet_csk_destroy_sock(struct sock *sk)
{
	assert(sk->sk_state == TCP_CLOSE);
	assert(sock_flag(sk, SOCK_DEAD));
	assert(hlist_unhashed(&sk->sk_node));
	assert(sk->sk_num == 0 || inet_csk(sk)->icsk_bind_hash != NULL);
	sk->sk_prot->destroy(sk);
	sk_stream_kill_queues(sk);
	/* What waited for it may end it before tcp_close() has counted it: one below zero. */
	sock_net(sk)->tcp->orphan_count--;
	sock_put(sk);
}

void inet_csk_prepare_for_destroy_sock(struct sock *sk)
{
	sock_set_flag(sk, SOCK_DEAD);
	sock_net(sk)->tcp->orphan_count++;
}

/* Of a clone that is given up before anybody knows of it: it is locked, and two hold it. */
void inet_csk_prepare_forced_close(struct sock *sk)
{
	bh_unlock_sock(sk);
	sock_put(sk);
	inet_csk_prepare_for_destroy_sock(sk);
	sk->sk_num = 0;
}

/* -------- listening -------- */

int inet_csk_listen_start(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	int err;

	icsk->icsk_accept_queue.rskq_accept_head = NULL;
	sk->sk_ack_backlog = 0;
	inet_csk_delack_init(sk);
	/* It is announced before the port is certain; who looks for listeners does not find it yet.
	 */
	inet_sk_set_state(sk, TCP_LISTEN);
	err = sk->sk_prot->get_port(sk, sk->sk_num);
	if (err == 0) {
		inet_sk(sk)->inet_sport = cpu_to_be16(sk->sk_num);
		sk_dst_reset(sk);
		err = sk->sk_prot->hash(sk);
		if (err == 0)
			return 0;
	}
	inet_sk_set_state(sk, TCP_CLOSE);
	return err;
}

/* Who has connected and was not accepted is reset. */
void inet_csk_listen_stop(struct sock *sk)
{
	struct request_sock_queue *queue = &inet_csk(sk)->icsk_accept_queue;
	struct cpu *c = this_cpu(sock_net(sk));
	struct request_sock *req;

	for (;;) {
		struct sock *child;

		req = reqsk_queue_remove(queue, sk);
		if (req == NULL)
			break;
		child = req->sk;
		local_bh_disable(c);
		bh_lock_sock(child);
		assert(!sock_owned_by_user(child));
		sock_hold(child);
		inet_child_forget(sk, child);
		reqsk_put(req);
		bh_unlock_sock(child);
		local_bh_enable(c);
		sock_put(child);
	}
	assert(sk->sk_ack_backlog == 0);
}
