// SPDX-License-Identifier: MIT
/* inet_timewait_sock.c - what is left of a connection: it keeps the pair of addresses and ports for
 * a while, so that old segments meet nobody else.
 *
 * Path: made by tcp_time_wait(), found by the lookup of connections, ended by its timer.
 * Rules: RFC 9293 3.6.1; LINUX: net/ipv4/inet_timewait_sock.c.
 */
#include "ipv4/inet_timewait_sock.h"

#include "ipv4/tcp.h"

enum { TIMEWAIT_KILLED_MAX = 4 * HZ };

/* The port's and the address's place is free for others; the reference of that place goes. */
void inet_twsk_bind_unhash(struct inet_timewait_sock *tw)
{
	struct inet_bind_bucket *tb = tw->tw_tb;
	struct inet_bind2_bucket *tb2 = tw->tw_tb2;

	if (tb == NULL)
		return;
	hlist_del_init(&tw->common.skc_bind_node);
	tw->tw_tb = NULL;
	tw->tw_tb2 = NULL;
	inet_bind2_bucket_destroy(twsk_net(tw), tb2);
	inet_bind_bucket_destroy(tb);
	assert(tw->tw_refcnt > 1);
	tw->tw_refcnt--;
}

/* Out of the tables; the timer's reference goes. */
static void inet_twsk_kill(struct inet_timewait_sock *tw)
{
	struct net *net = twsk_net(tw);

	if (!hlist_unhashed(&tw->common.skc_node)) {
		hlist_del_init(&tw->common.skc_node);
		assert(tw->tw_refcnt > 1);
		tw->tw_refcnt--;
	}
	inet_twsk_bind_unhash(tw);
	assert(net->tcp->death_row.tw_refcount != 0);
	net->tcp->death_row.tw_refcount--;
	inet_twsk_put(tw);
}

void inet_twsk_free(struct inet_timewait_sock *tw)
{
	assert(tw->tw_refcnt == 0);
	assert(!timer_pending(&tw->tw_timer));
	assert(hlist_unhashed(&tw->common.skc_node));
	pool_free(&twsk_net(tw)->tw_pool, tw);
}

void inet_twsk_put(struct inet_timewait_sock *tw)
{
	assert(tw->tw_refcnt != 0);
	tw->tw_refcnt--;
	if (tw->tw_refcnt == 0)
		inet_twsk_free(tw);
}

static void tw_timer_handler(struct timer_list *t)
{
	inet_twsk_kill(container_of(t, struct inet_timewait_sock, tw_timer));
}

struct inet_timewait_sock *inet_twsk_alloc(const struct sock *sk, int state)
{
	struct net *net = sock_net(sk);
	const struct inet_sock *inet = inet_sk(sk);
	struct inet_timewait_sock *tw;

	if (net->tcp->death_row.tw_refcount >= (u32)net->sysctl.tcp_max_tw_buckets)
		return NULL;
	tw = pool_zalloc(&net->tw_pool);
	if (tw == NULL)
		return NULL;
	tw->common = (struct sock_common){
		.skc_daddr = sk->sk_daddr,
		.skc_rcv_saddr = sk->sk_rcv_saddr,
		.skc_dport = sk->sk_dport,
		.skc_num = sk->sk_num,
		.skc_hash = sk->sk_hash,
		.skc_family = sk->sk_family,
		.skc_state = TCP_TIME_WAIT,
		.skc_reuse = sk->sk_reuse,
		.skc_reuseport = sk->sk_reuseport,
		.skc_bound_dev_if = sk->sk_bound_dev_if,
		.skc_prot = sk->sk_prot,
		.skc_net = net,
		.skc_cookie = sk->sk_cookie,
	};
	tw->tw_substate = (u8)state;
	tw->tw_tos = inet->tos;
	tw->tw_sport = inet->inet_sport;
	tw->tw_transparent = inet_test_bit(sk, INET_FLAGS_TRANSPARENT);
	timer_setup(&tw->tw_timer, tw_timer_handler);
	return tw;
}

/* It joins the socket in the port's bucket, and takes its place among the connections. Three hold
 * it then: either table and the timer.
 */
void inet_twsk_hashdance_schedule(struct inet_timewait_sock *tw, struct sock *sk, u64 timeo)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	assert(icsk->icsk_bind_hash != NULL);
	assert(icsk->icsk_bind2_hash != NULL);
	tw->tw_tb = icsk->icsk_bind_hash;
	tw->tw_tb2 = icsk->icsk_bind2_hash;
	hlist_add_head(&tw->common.skc_bind_node, &tw->tw_tb2->owners);
	tw->tw_refcnt = 3;
	assert(!hlist_unhashed(&sk->sk_node));
	hlist_replace_init(&sk->sk_node, &tw->common.skc_node);
	sock_prot_inuse_add(sock_net(sk), sk->sk_prot, -1);
	inet_twsk_schedule(tw, timeo, false);
}

/* It ends before its time; the caller's reference goes. */
void inet_twsk_deschedule_put(struct inet_timewait_sock *tw)
{
	if (del_timer(&tw->tw_timer))
		inet_twsk_kill(tw);
	inet_twsk_put(tw);
}

/* A timer that fired already is not set again. */
void inet_twsk_schedule(struct inet_timewait_sock *tw, u64 timeo, bool rearm)
{
	struct net *net = twsk_net(tw);
	bool short_one = (s64)timeo <= TIMEWAIT_KILLED_MAX;

	if (rearm) {
		if (timer_pending(&tw->tw_timer))
			(void)mod_timer(net, &tw->tw_timer, net_jiffies(net) + timeo);
		return;
	}
	mib_inc(net, short_one ? LINUX_MIB_TIMEWAITKILLED : LINUX_MIB_TIMEWAITED);
	(void)mod_timer(net, &tw->tw_timer, net_jiffies(net) + timeo);
	net->tcp->death_row.tw_refcount++;
}

static void end_of_chain(struct hlist_head *chain)
{
	struct hlist_node *n, *next;

	hlist_for_each_safe (n, next, chain) {
		struct sock *sk = hlist_entry(n, struct sock, common.skc_node);

		if (sk->sk_state == TCP_TIME_WAIT) {
			sk->sk_refcnt++;
			inet_twsk_deschedule_put(inet_twsk(sk));
		} else if (sk->sk_state == TCP_NEW_SYN_RECV) {
			struct request_sock *req = inet_reqsk(sk);

			req->rsk_refcnt++;
			inet_csk_reqsk_queue_drop_and_put(req->rsk_listener, req);
		}
	}
}

/* The net goes: what is no whole socket goes with it. */
void inet_twsk_purge(struct net *net)
{
	struct inet_hashinfo *h = net_hashinfo(net);

	for (u32 i = 0; i <= h->ehash_mask; i++)
		end_of_chain(&h->ehash[i]);
}
