// SPDX-License-Identifier: MIT
/* liveness.c - see liveness.h.
 *
 * A while is long enough for a card to be reset by its watchdog and to come up again, so that what
 * faults have stopped goes on by then. Calls may wait for ever, but not for what is there: data, an
 * error, room, a timeout that is over.
 */
#include "harness/lib/liveness.h"

#include "base/bytes.h"
#include "core/file.h"
#include "core/neighbour.h"
#include "core/qdisc.h"
#include "ipv4/ip_fragment.h"
#include "ipv4/tcp.h"
#include "ipv4/udp.h"
#include "socket/socket.h"
#include "uapi/poll.h"
#include "uapi/socket.h"

enum { REST_SECS = 20, REST_EVENTS = 50000 };

static bool comes_to_rest(struct world *w)
{
	u64 until_ps = w->sim.now_ps + REST_SECS * PS_PER_SEC;

	for (u32 i = 0; i < REST_EVENTS; i++) {
		if (sim_next_ps(&w->sim) > until_ps) {
			w->sim.now_ps = until_ps;
			return true;
		}
		world_step(w);
	}
	return false;
}

/* --- calls
 * ---------------------------------------------------------------------------------------------- */

/* Of calls that sleep: these can do so for ever, with a deadline of an older call. */
static bool has_deadline(const struct task *t)
{
	switch (t->nr) {
	case SYS_NR_poll:
		return (s32)t->arg[2] >= 0;
	case SYS_NR_ppoll:
		return t->arg[2] != 0;
	case SYS_NR_select:
		return t->arg[4] != 0;
	case SYS_NR_epoll_wait:
	case SYS_NR_epoll_pwait:
		return (s32)t->arg[3] >= 0;
	default:
		return t->nr != SYS_NR_rt_sigtimedwait; /* which keeps none */
	}
}

static const char *task_mistake(const struct host *h, const struct task *t)
{
	u64 now_ns = h->net.sim->now_ps / PS_PER_NS;

	if (t->state == TASK_QUEUED || t->state == TASK_RUNNING)
		return "a call that could go on does not";
	if (t->state != TASK_PARKED)
		return NULL;
	if (t->sleeps && has_deadline(t) && t->hr_deadline_ns < now_ns)
		return "a call waits longer than its timeout";
	if (t->timeo != MAX_SCHEDULE_TIMEOUT && !timer_pending(&t->timer))
		return "a call's timeout is over, and it waits";
	return NULL;
}

/* Of calls that read. */
static u64 flags_of(const struct task *t)
{
	switch (t->nr) {
	case SYS_NR_recvmsg:
		return t->arg[2];
	case SYS_NR_recvfrom:
	case SYS_NR_recvmmsg:
		return t->arg[3];
	default:
		return 0;
	}
}

/* Whoever peeks may wait for what lies behind. Of those who wait to read one is woken; he may peek,
 * or be interrupted, and leave it to the others to wait: so this is about one who waits alone.
 */
static bool reads_alone(const struct task *t)
{
	const struct host *h = t->host;

	for (u32 i = 0; i < h->nr_tasks; i++)
		if (&h->task[i] != t && h->task[i].parks != 0)
			return false;
	return t->keeps_waits || (flags_of(t) & MSG_PEEK) == 0;
}

static bool polls(const struct task *t, u32 fd)
{
	const u8 *at = umem_at(t->process, t->arg[0], (u64)(u32)t->arg[1] * POLLFD_BYTES);

	for (u32 i = 0; at != NULL && i < (u32)t->arg[1]; i++)
		if (get_le32(at + (size_t)i * POLLFD_BYTES + POLLFD_FD) == fd)
			return true;
	return false;
}

/* Who polls is woken by what its descriptors were, and asks again what they are now. */
static bool asks(const struct task *t, const struct sock *sk)
{
	if (!t->keeps_waits)
		return true;
	for (u32 fd = 0; fd < t->process->fd_high; fd++) {
		struct file *f = t->process->fd[fd];

		if (f != NULL && sock_from_file(f) == sk->sk_socket &&
		    (t->nr == SYS_NR_select || polls(t, fd)))
			return true;
	}
	return false;
}

/* Less than SO_RCVLOWAT wakes nobody. */
static bool has_data(const struct sock *sk)
{
	if (sk->sk_prot == &tcp_prot && sk->sk_state == TCP_LISTEN)
		return !reqsk_queue_empty(&inet_csk(sk)->icsk_accept_queue);
	if (sk->sk_prot == &tcp_prot)
		return tcp_epollin_ready(sk, sk->sk_rcvlowat) &&
		       !skb_queue_empty(&sk->sk_receive_queue);
	return !skb_queue_empty(&sk->sk_receive_queue) ||
	       (has_udp_sock(sk) && !skb_queue_empty(&udp_sk(sk)->reader_queue));
}

/* All of it was acknowledged: before that, part of it may have gone out when nobody looked for
 * room, LINUX: tcp_check_space().
 */
static bool has_room(const struct sock *sk)
{
	return sk->sk_wmem_queued == 0 && sk_stream_wakes_writer(sk);
}

static bool is_opening(const struct sock *sk)
{
	return sk->sk_state == TCP_SYN_SENT || sk->sk_state == TCP_SYN_RECV;
}

static bool is_closing(const struct sock *sk)
{
	return sk->sk_state == TCP_FIN_WAIT1 || sk->sk_state == TCP_CLOSING ||
	       sk->sk_state == TCP_LAST_ACK;
}

/* Who waits at a connection is woken by all that happens to it. accept() asks for no error. */
static const char *stream_mistake(const struct sock *sk, const struct task *t)
{
	switch (t->wait_at) {
	case STREAM_WAIT_CONNECT:
	case INET_WAIT_FOR_CONNECT:
		return is_opening(sk) ? NULL
				      : "a call waits for a connection that is there, or not";
	case STREAM_WAIT_CLOSE:
		return is_closing(sk) ? NULL : "a call waits for an end that was";
	case STREAM_WAIT_MEMORY:
		if (sk->sk_err != 0 || (sk->sk_shutdown & SEND_SHUTDOWN) != 0)
			return "a call waits for room that never comes";
		return has_room(sk) ? "a call waits for room that there is" : NULL;
	default:
		if (!reads_alone(t))
			return NULL;
		if (sk->sk_state != TCP_LISTEN &&
		    (sk->sk_err != 0 || (sk->sk_shutdown & RCV_SHUTDOWN) != 0))
			return "a call waits for data that never comes";
		return has_data(sk) ? "a call waits for data that there is" : NULL;
	}
}

static const char *wait_mistake(const struct sock *sk, const struct wait_queue_entry *w)
{
	const struct task *t = w->task;

	if (t == NULL || t->state != TASK_PARKED || !asks(t, sk))
		return NULL;
	if ((w->key & POLLERR) != 0 && w->key != WAKE_KEY_ALL && sk->sk_err != 0 && reads_alone(t))
		return "a call waits at a socket with an error";
	if (w->key == WAKE_KEY_ALL && sk->sk_prot == &tcp_prot)
		return stream_mistake(sk, t);
	if (w->key == WAKE_KEY_ALL)
		return sk->sk_wmem_alloc == 1 ? "a call waits for room that there is" : NULL;
	if ((w->key & POLLIN) != 0 && has_data(sk) && reads_alone(t))
		return "a call waits for data that there is";
	return NULL;
}

static const char *sock_mistake(const struct sock *sk)
{
	const struct list_head *l;
	const char *mistake = NULL;

	if (sk->sk_socket == NULL)
		return NULL;
	list_for_each (l, &sk->sk_socket->wq.head)
		if (mistake == NULL)
			mistake = wait_mistake(sk,
					       list_entry(l, const struct wait_queue_entry, node));
	return mistake;
}

/* --- packets
 * -------------------------------------------------------------------------------------------- */

static bool ring_is_idle(const struct net_device *dev, u32 queue)
{
	const struct net *net = dev_net(dev);
	const struct igb_ring *r;

	if (!pool_owns(&net->igb_pool, dev->priv))
		return true;
	r = &igb_priv(dev)->tx_ring[queue];
	return r->next_to_use == r->next_to_clean;
}

/* What faults have stopped for good. A bus error halts a queue: Linux's transmit watchdog waits for
 * one that stands still for five seconds, and igb stops it anew every two: LINUX:
 * netif_tx_stop_queue(), igb_clean_tx_irq(). A message that is lost leaves its vector masked, so
 * that the kick of igb_watchdog_task() does not get through.
 */
static bool is_broken(const struct world *w, const struct net_device *dev, u32 queue)
{
	const struct nic *n = NULL;

	for (u32 i = 0; i < w->cfg.nr_devs; i++)
		if (w->port[i].dev == dev && w->port[i].nic != NULL)
			n = &w->port[i].nic->nic;
	return n != NULL && (n->txq[queue].ring.halted || n->stats.messages_lost != 0);
}

static const char *dev_mistake(const struct world *w, const struct net_device *dev)
{
	if (!netif_running(dev) || !netif_carrier_ok(dev))
		return NULL;
	for (u32 i = 0; i < dev->real_num_tx_queues; i++) {
		const struct netdev_queue *q = &dev->tx[i];

		if (is_broken(w, dev, i))
			continue;
		if (!ring_is_idle(dev, i))
			return "a card has packets that it never sends";
		if (netif_xmit_frozen_or_stopped(q))
			return "a queue is stopped, and its device idle";
		if (q->qdisc->qlen != 0)
			return "packets wait in a queue that nobody serves";
	}
	return NULL;
}

static const char *softnet_mistake(const struct softnet_data *sd)
{
	if (!list_empty(&sd->poll_list) || !skb_queue_empty(&sd->input_pkt_queue) ||
	    !skb_queue_empty(&sd->process_queue))
		return "packets wait for a poll that never comes";
	if (sd->completion_queue != NULL || sd->output_queue != NULL)
		return "a soft interrupt of the sending side never comes";
	return NULL;
}

static const char *cpu_mistake(const struct cpu *c)
{
	if (c->softirq_pending != 0)
		return "a soft interrupt is pending, and nobody runs it";
	if (c->irq_pending != 0)
		return "an interrupt is pending, and nobody takes it";
	if ((c->timers.any_pending || c->pinned_timers.any_pending) && !sim_armed(&c->tick_event))
		return "timers are pending, and no tick comes";
	return NULL;
}

/* --- tables
 * --------------------------------------------------------------------------------------------- */

/* An administrator's `nud incomplete` has no timer: LINUX: __neigh_update(). */
static bool needs_timer(const struct neighbour *n)
{
	return (n->nud_state & NUD_IN_TIMER & ~NUD_INCOMPLETE) != 0;
}

static const char *neigh_mistake(const struct neigh_table *tbl)
{
	const struct hlist_node *n;

	for (u32 i = 0; i < NEIGH_HASH_BUCKETS; i++)
		hlist_for_each (n, &tbl->buckets[i]) {
			const struct neighbour *neigh =
				hlist_entry(n, const struct neighbour, node);

			if (needs_timer(neigh) && !timer_pending(&neigh->timer))
				return "a neighbour's state ends with a timer that it does not "
				       "have";
		}
	return NULL;
}

static const char *fragments_mistake(const struct ip_fragments *f)
{
	const struct hlist_node *n;

	for (u32 i = 0; i < IPQ_CHAINS; i++)
		hlist_for_each (n, &f->chain[i])
			if (!timer_pending(&hlist_entry(n, const struct ipq, node)->timer))
				return "fragments wait without a timer";
	return NULL;
}

static const char *host_mistake(const struct world *w, const struct host *h)
{
	const struct net *net = &h->net;
	const struct hlist_node *n;
	const char *mistake = NULL;

	for (u32 i = 0; i < h->nr_tasks && mistake == NULL; i++)
		mistake = task_mistake(h, &h->task[i]);
	for (u32 i = 0; i < h->nr_cpus && mistake == NULL; i++)
		mistake = cpu_mistake(&h->cpu[i]);
	for (u32 i = 0; i < h->nr_cpus && mistake == NULL; i++)
		mistake = softnet_mistake(&h->softnet[i]);
	for (u32 i = 1; i < NET_DEV_MAX && mistake == NULL; i++)
		if (net->dev_by_index[i] != NULL)
			mistake = dev_mistake(w, net->dev_by_index[i]);
	hlist_for_each (n, &net->socks)
		if (mistake == NULL)
			mistake = sock_mistake(hlist_entry(n, const struct sock, sk_all));
	if (mistake == NULL)
		mistake = neigh_mistake(net->arp_tbl);
	return mistake != NULL ? mistake : fragments_mistake(net->fragments);
}

const char *liveness_mistake(struct world *w)
{
	const char *mistake = NULL;

	if (!comes_to_rest(w))
		return "nobody asks anything, and it does not come to rest";
	for (u32 i = 0; i < w->cfg.hosts && mistake == NULL; i++)
		mistake = host_mistake(w, &w->host[i]);
	return mistake;
}
