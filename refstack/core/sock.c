// SPDX-License-Identifier: MIT
/* sock.c - struct sock: birth and death, ownership and backlog, send room, wake-ups, the cached
 * route.
 *
 * Path: step 16 ends in sock_wfree(), reception in sock_def_readable(). Memory of protocols and
 * page fragments are in sock_mem.c, the options of SOL_SOCKET in sockopt.c. Rules: LINUX:
 * net/core/sock.c, include/net/sock.h.
 */
#include "core/sock.h"

#include "base/random.h"
#include "core/file.h"
#include "core/filter.h"
#include "core/netdevice.h"
#include "core/skbuff.h"
#include "core/sock_reuseport.h"
#include "core/ubuf.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/in.h"
#include "uapi/poll.h"
#include "uapi/signal.h"
#include "uapi/socket.h"

#define SK_DEFAULT_STAMP U64_MAX /* LINUX: -1: no packet yet */

/* -------- waking: the default callbacks -------- */

/* LINUX: kill_fasync(). A socket has one file. SIGURG has its own way to whom it is for. */
static void kill_fasync(const struct socket *sock, bool urgent, int band)
{
	struct file *f = sock->file;

	if (f == NULL || (f->f_flags & FASYNC) == 0)
		return;
	if (!urgent || f->f_owner.signum != 0)
		send_sigio(f, f->fa_fd, band);
}

/* LINUX: sock_wake_async(). */
static void sock_wake_async(struct socket *sock, int how, int band)
{
	const u32 nospace = 1u << SOCKWQ_ASYNC_NOSPACE;

	if (how == SOCK_WAKE_WAITD && (sock->flags >> SOCKWQ_ASYNC_WAITDATA & 1) != 0)
		return;
	if (how == SOCK_WAKE_SPACE) {
		if ((sock->flags & nospace) == 0)
			return;
		sock->flags &= ~nospace;
	}
	kill_fasync(sock, how == SOCK_WAKE_URG, band);
}

void sk_wake_async(struct sock *sk, int how, int band)
{
	if (unlikely(sock_flag(sk, SOCK_FASYNC)) && sk->sk_socket != NULL)
		sock_wake_async(sk->sk_socket, how, band);
}

void sk_send_sigurg(struct sock *sk)
{
	struct socket *sock = sk->sk_socket;

	if (sock != NULL && sock->file != NULL && send_sigurg(sock->file))
		sk_wake_async(sk, SOCK_WAKE_URG, POLL_PRI);
}

/* LINUX: sk_set_bit(): these two matter only to who is told by signals. */
void sk_set_async_bit(struct sock *sk, u32 bit)
{
	if (sock_flag(sk, SOCK_FASYNC))
		sk->sk_socket->flags |= 1u << bit;
}

void sock_def_wakeup(struct sock *sk)
{
	if (sk->sk_socket != NULL)
		wake_up_all(&sk->sk_socket->wq);
}

void sock_def_error_report(struct sock *sk)
{
	if (sk->sk_socket != NULL)
		wake_up_poll(&sk->sk_socket->wq, POLLERR);
	sk_wake_async(sk, SOCK_WAKE_IO, POLL_ERR);
}

void sk_error_report(struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);

	sk->sk_error_report(sk);
	if (sk->sk_family != AF_INET)
		return;
	TRACE(sock_net(sk), inet_sk_error_report, sk->sk_err, sk->sk_protocol,
	      be16_to_cpu(inet->inet_sport), be16_to_cpu(sk->sk_dport),
	      be32_to_cpu(inet->inet_saddr), be32_to_cpu(sk->sk_daddr));
}

void sock_def_readable(struct sock *sk)
{
	PROBE(sock_net(sk), sock_def_readable);
	TRACE(sock_net(sk), sk_data_ready, sk->sk_protocol);
	PATH_STEP(sock_net(sk), DATA_READY, 0, sk->sk_rmem_alloc);
	if (sk->sk_socket != NULL)
		wake_up_poll(&sk->sk_socket->wq, POLLIN | POLLPRI | POLLRDNORM | POLLRDBAND);
	sk_wake_async(sk, SOCK_WAKE_WAITD, POLL_IN);
}

/* A writer is not woken before half of the send buffer is free. */
void sock_def_write_space(struct sock *sk)
{
	if (!sock_writeable(sk) || sk->sk_socket == NULL)
		return;
	wake_up_poll(&sk->sk_socket->wq, POLLOUT | POLLWRNORM | POLLWRBAND);
	sk_wake_async(sk, SOCK_WAKE_SPACE, POLL_OUT);
}

static void sock_def_destruct(struct sock *sk)
{
	(void)sk;
}

/* -------- birth and death -------- */

static struct pool *sock_pool_of(struct net *net, const struct proto *prot)
{
	return prot->pool == 0 ? &net->sock_pool : (struct pool *)(void *)((u8 *)net + prot->pool);
}

static struct sock *sk_prot_alloc(struct net *net, const struct proto *prot)
{
	assert(prot->obj_size >= sizeof(struct sock));
	assert(prot->obj_size <= sock_pool_of(net, prot)->obj_bytes);
	return pool_zalloc(sock_pool_of(net, prot));
}

struct sock *sk_alloc(struct net *net, int family, const struct proto *prot, bool kern)
{
	struct sock *sk = sk_prot_alloc(net, prot);

	if (sk == NULL)
		return NULL;
	sk->sk_family = (u16)family;
	sk->sk_prot = prot;
	sk->sk_kern_sock = kern;
	sock_net_set(sk, net);
	sk->sk_wmem_alloc = 1;
	sk_tx_queue_clear(sk);
	hlist_add_head(&sk->sk_all, &net->socks);
	if (!kern)
		net->sockets_in_use++;
	return sk;
}

void sock_init_data(struct socket *sock, struct sock *sk)
{
	const struct net_sysctl *ctl = &sock_net(sk)->sysctl;

	skb_queue_head_init(&sk->sk_receive_queue);
	skb_queue_head_init(&sk->sk_write_queue);
	skb_queue_head_init(&sk->sk_error_queue);
	sk->sk_rcvbuf = ctl->rmem_default;
	sk->sk_sndbuf = ctl->wmem_default;
	sk->sk_state = TCP_CLOSE;
	sk->sk_use_task_frag = true;
	sk_set_socket(sk, sock);
	sock_set_flag(sk, SOCK_ZAPPED);
	if (sock != NULL) {
		sk->sk_type = sock->type;
		sk->sk_uid = sock->inode->i_uid;
		sock->sk = sk;
	}
	sk->sk_state_change = sock_def_wakeup;
	sk->sk_data_ready = sock_def_readable;
	sk->sk_write_space = sock_def_write_space;
	sk->sk_error_report = sock_def_error_report;
	sk->sk_destruct = sock_def_destruct;
	sk->sk_peek_off = -1;
	sk->sk_rcvlowat = 1;
	sk->sk_rcvtimeo = MAX_SCHEDULE_TIMEOUT;
	sk->sk_sndtimeo = MAX_SCHEDULE_TIMEOUT;
	sk->sk_stamp_ns = SK_DEFAULT_STAMP;
	sk->sk_max_pacing_rate = U64_MAX;
	sk->sk_pacing_rate = U64_MAX;
	sk->sk_pacing_shift = 10;
	sk->sk_incoming_cpu = -1;
	sk_rx_queue_clear(sk);
	sk->sk_refcnt = 1;
	sk->sk_drops = 0;
}

/* Nothing of what the parent has is the child's: packets, memory, routes, its place in tables. */
static void sk_clone_reset(struct sock *newsk, const struct sock *sk)
{
	struct net *net = sock_net(sk);

	newsk->sk_all = (struct hlist_node){ 0 };
	newsk->sk_node = (struct hlist_node){ 0 };
	newsk->sk_portaddr_node = (struct hlist_node){ 0 };
	newsk->sk_bind_node = (struct hlist_node){ 0 };
	memset(&newsk->sk_lock, 0, sizeof(newsk->sk_lock));
	memset(&newsk->sk_backlog, 0, sizeof(newsk->sk_backlog));
	skb_queue_head_init(&newsk->sk_receive_queue);
	skb_queue_head_init(&newsk->sk_write_queue);
	skb_queue_head_init(&newsk->sk_error_queue);
	newsk->tcp_rtx_queue = (struct rb_root){ 0 };
	newsk->sk_rmem_alloc = 0;
	newsk->sk_wmem_alloc = 1;
	newsk->sk_omem_alloc = 0;
	newsk->sk_zckey = 0;
	newsk->sk_wmem_queued = 0;
	newsk->sk_forward_alloc = 0;
	newsk->sk_reserved_mem = 0;
	newsk->sk_drops = 0;
	newsk->sk_reuseport_cb = NULL;
	newsk->sk_dst_cache = NULL;
	newsk->sk_rx_dst = NULL;
	newsk->sk_dst_pending_confirm = false;
	newsk->sk_frag = (struct skb_frag){ 0 };
	newsk->sk_userlocks = sk->sk_userlocks & (u8)~SOCK_BINDPORT_LOCK;
	sock_reset_flag(newsk, SOCK_DONE);
	newsk->sk_err = 0;
	newsk->sk_err_soft = 0;
	newsk->sk_priority = 0;
	newsk->sk_incoming_cpu = (s32)this_cpu(net)->id;
	sk_set_socket(newsk, NULL);
	sk_tx_queue_clear(newsk);
	sk_rx_queue_clear(newsk);
}

struct sock *sk_clone_lock(const struct sock *sk)
{
	struct net *net = sock_net(sk);
	struct sock *newsk = sk_prot_alloc(net, sk->sk_prot);

	if (newsk == NULL)
		return NULL;
	memcpy(newsk, sk, sk->sk_prot->obj_size);
	sk_clone_reset(newsk, sk);
	/* The knob may be less than when the listener got its program. */
	if (newsk->sk_filter != NULL && !sk_filter_charge(newsk, newsk->sk_filter)) {
		pool_free(sock_pool_of(net, sk->sk_prot), newsk);
		return NULL;
	}
	hlist_add_head(&newsk->sk_all, &net->socks);
	if (!newsk->sk_kern_sock)
		net->sockets_in_use++;
	bh_lock_sock(newsk);
	newsk->sk_refcnt = 2;
	if (sk->sk_prot->memory_allocated == PROTO_MEM_TCP)
		net->tcp_sockets_allocated++;
	if (sock_flag(newsk, SOCK_TIMESTAMP) || sock_flag(newsk, SOCK_TIMESTAMPING_RX_SOFTWARE))
		net_enable_timestamp(net);
	return newsk;
}

/* LINUX: sk_destruct(), __sk_destruct(). There is no RCU: SOCK_RCU_FREE needs no grace period. */
static void sk_destruct(struct sock *sk)
{
	struct net *net = sock_net(sk);

	assert(sk->sk_refcnt == 0);
	assert(sk->sk_backlog.head == NULL);
	sk->sk_destruct(sk);
	sock_disable_timestamp(sk, SOCK_TIMESTAMP);
	sock_disable_timestamp(sk, SOCK_TIMESTAMPING_RX_SOFTWARE);
	if (sk->sk_frag.page != NULL)
		put_page(sk->sk_frag.page);
	if (sk->sk_filter != NULL)
		sk_filter_uncharge(sk, sk->sk_filter);
	reuseport_detach_sock(sk);
	hlist_del_init(&sk->sk_all);
	if (!sk->sk_kern_sock)
		net->sockets_in_use--;
	pool_free(sock_pool_of(net, sk->sk_prot), sk);
}

/* What is still being sent holds the rest of sk_wmem_alloc and destroys the socket when it is done.
 */
void sk_free(struct sock *sk)
{
	assert(sk->sk_wmem_alloc != 0);
	sk->sk_wmem_alloc--;
	if (sk->sk_wmem_alloc == 0)
		sk_destruct(sk);
}

void sock_hold(struct sock *sk)
{
	assert(sk->sk_refcnt != 0);
	sk->sk_refcnt++;
}

void sock_put(struct sock *sk)
{
	assert(sk->sk_refcnt != 0);
	sk->sk_refcnt--;
	if (sk->sk_refcnt == 0)
		sk_free(sk);
}

void sock_orphan(struct sock *sk)
{
	sock_set_flag(sk, SOCK_DEAD);
	sk_set_socket(sk, NULL);
}

void sk_common_release(struct sock *sk)
{
	if (sk->sk_prot->destroy != NULL)
		sk->sk_prot->destroy(sk);
	sk->sk_prot->unhash(sk);
	if (sk->sk_socket != NULL)
		sk->sk_socket->sk = NULL;
	sock_orphan(sk);
	sock_put(sk);
}

void sock_prot_inuse_add(struct net *net, const struct proto *prot, int val)
{
	assert(prot->inuse_idx < PROT_INUSE_MAX);
	net->prot_inuse[prot->inuse_idx] += (u32)val;
}

u32 sock_i_uid(const struct sock *sk)
{
	PROBE(sock_net(sk), sock_i_uid);
	return sk->sk_socket != NULL ? sk->sk_socket->inode->i_uid : 0;
}

/* -------- ownership by a task's call, and what arrives meanwhile -------- */

void bh_lock_sock(struct sock *sk)
{
	spin_lock(this_cpu(sock_net(sk)), &sk->sk_lock.slock);
}

void bh_unlock_sock(struct sock *sk)
{
	spin_unlock(this_cpu(sock_net(sk)), &sk->sk_lock.slock);
}

/* A call gives the socket back before it parks, so no other call ever finds it owned. */
void lock_sock(struct sock *sk)
{
	struct cpu *c = this_cpu(sock_net(sk));

	spin_lock_bh(c, &sk->sk_lock.slock);
	assert(!sk->sk_lock.owned);
	sk->sk_lock.owned = true;
	spin_unlock_bh(c, &sk->sk_lock.slock);
}

/* LINUX: __release_sock(): the spin lock is given up meanwhile, so more may arrive. */
static void release_backlog(struct sock *sk, struct cpu *c)
{
	struct sk_buff *skb = sk->sk_backlog.head;

	while (skb != NULL) {
		sk->sk_backlog.head = NULL;
		sk->sk_backlog.tail = NULL;
		spin_unlock_bh(c, &sk->sk_lock.slock);
		while (skb != NULL) {
			struct sk_buff *next = skb->next;

			skb->next = NULL;
			(void)sk_backlog_rcv(sk, skb);
			skb = next;
		}
		spin_lock_bh(c, &sk->sk_lock.slock);
		skb = sk->sk_backlog.head;
	}
	/* Only now: a flood of packets meets the limit. */
	sk->sk_backlog.len = 0;
}

void release_sock(struct sock *sk)
{
	struct cpu *c = this_cpu(sock_net(sk));

	spin_lock_bh(c, &sk->sk_lock.slock);
	assert(sk->sk_lock.owned);
	release_backlog(sk, c);
	if (sk->sk_prot->release_cb != NULL)
		sk->sk_prot->release_cb(sk);
	sk->sk_lock.owned = false;
	spin_unlock_bh(c, &sk->sk_lock.slock);
}

bool sk_flush_backlog(struct sock *sk)
{
	struct cpu *c = this_cpu(sock_net(sk));

	if (sk->sk_backlog.tail == NULL)
		return false;
	spin_lock_bh(c, &sk->sk_lock.slock);
	release_backlog(sk, c);
	if (sk->sk_prot->release_cb != NULL)
		sk->sk_prot->release_cb(sk);
	spin_unlock_bh(c, &sk->sk_lock.slock);
	return true;
}

void sk_release_backlog(struct sock *sk)
{
	release_backlog(sk, this_cpu(sock_net(sk)));
}

int sk_add_backlog(struct sock *sk, struct sk_buff *skb, u32 limit)
{
	if (sk_rcvqueues_full(sk, limit))
		return -ENOBUFS;
	(void)skb_dst_force(skb);
	skb->next = NULL;
	if (sk->sk_backlog.tail == NULL)
		sk->sk_backlog.head = skb;
	else
		sk->sk_backlog.tail->next = skb;
	sk->sk_backlog.tail = skb;
	sk->sk_backlog.len += skb->truesize;
	return 0;
}

int sk_backlog_rcv(struct sock *sk, struct sk_buff *skb)
{
	return sk->sk_backlog_rcv(sk, skb);
}

/* -------- packets that belong to a socket -------- */

bool sock_writeable(const struct sock *sk)
{
	return sk->sk_wmem_alloc < (u32)sk->sk_sndbuf >> 1;
}

void sock_wfree(struct sk_buff *skb)
{
	struct sock *sk = skb->sk;
	u32 len = skb->truesize;

	PROBE(sock_net(sk), sock_wfree);
	PATH_STEP(sock_net(sk), SOCK_WFREE, skb->queue_mapping, skb->len);
	assert(sk->sk_wmem_alloc >= len);
	if (!sock_flag(sk, SOCK_USE_WRITE_QUEUE)) {
		if (sock_flag(sk, SOCK_RCU_FREE) && sk->sk_write_space == sock_def_write_space) {
			sk->sk_wmem_alloc -= len;
			sock_def_write_space(sk);
			if (sk->sk_wmem_alloc == 0)
				sk_destruct(sk);
			return;
		}
		/* One byte is kept until the writer has been told. */
		sk->sk_wmem_alloc -= len - 1;
		sk->sk_write_space(sk);
		len = 1;
	}
	sk->sk_wmem_alloc -= len;
	if (sk->sk_wmem_alloc == 0)
		sk_destruct(sk);
}

/* LINUX: skb_set_owner_edemux(): a request is held, but has no account. */
static void skb_set_owner_request(struct sk_buff *skb, struct sock *sk)
{
	if (sk->sk_refcnt == 0)
		return;
	sk->sk_refcnt++;
	skb->sk = sk;
	skb->destructor = sock_edemux;
}

void skb_set_owner_w(struct sk_buff *skb, struct sock *sk)
{
	PROBE(sock_net(sk), skb_set_owner_w);
	skb_orphan(skb);
	if (!sk_fullsock(sk)) {
		skb_set_owner_request(skb, sk);
		return;
	}
	skb->sk = sk;
	skb->destructor = sock_wfree;
	if (sk->sk_txhash != 0) {
		skb->l4_hash = true;
		skb->hash = sk->sk_txhash;
	}
	sk->sk_wmem_alloc += skb->truesize;
}

void sock_rfree(struct sk_buff *skb)
{
	struct sock *sk = skb->sk;

	assert(sk->sk_rmem_alloc >= skb->truesize);
	sk->sk_rmem_alloc -= skb->truesize;
	sk_mem_uncharge(sk, skb->truesize);
}

void skb_set_owner_r(struct sk_buff *skb, struct sock *sk)
{
	skb_orphan(skb);
	skb->sk = sk;
	skb->destructor = sock_rfree;
	sk->sk_rmem_alloc += skb->truesize;
	sk_mem_charge(sk, skb->truesize);
}

void sock_rmem_free(struct sk_buff *skb)
{
	assert(skb->sk->sk_rmem_alloc >= skb->truesize);
	skb->sk->sk_rmem_alloc -= skb->truesize;
}

/* LINUX: sock_ofree(). */
void sock_ofree(struct sk_buff *skb)
{
	assert(skb->sk->sk_omem_alloc >= skb->truesize);
	skb->sk->sk_omem_alloc -= skb->truesize;
}

struct sk_buff *sock_omalloc(struct sock *sk, u32 size)
{
	u64 wanted = (u64)sk->sk_omem_alloc + size + SKB_STRUCT_BYTES + SKB_SHARED_INFO_BYTES;
	struct sk_buff *skb;

	if (wanted > (u32)sock_net(sk)->sysctl.optmem_max)
		return NULL;
	skb = alloc_skb(sock_net(sk), size);
	if (skb == NULL)
		return NULL;
	sk->sk_omem_alloc += skb->truesize;
	skb->sk = sk;
	skb->destructor = sock_ofree;
	return skb;
}

int sock_queue_err_skb(struct sock *sk, struct sk_buff *skb)
{
	if (sk->sk_rmem_alloc + skb->truesize >= (u32)sk->sk_rcvbuf)
		return -ENOMEM;
	skb_orphan(skb);
	skb->sk = sk;
	skb->destructor = sock_rmem_free;
	sk->sk_rmem_alloc += skb->truesize;
	skb->pkt_type = PACKET_OUTGOING; /* LINUX: skb_set_err_queue() */
	(void)skb_dst_force(skb);
	skb_queue_tail(&sk->sk_error_queue, skb);
	if (!sock_flag(sk, SOCK_DEAD))
		sk_error_report(sk);
	return 0;
}

/* LINUX: __sock_queue_rcv_skb(): of protocols without an own receive queue discipline. */
int sock_queue_rcv_skb(struct sock *sk, struct sk_buff *skb)
{
	if (sk->sk_rmem_alloc >= (u32)sk->sk_rcvbuf) {
		sk->sk_drops++;
		TRACE(sock_net(sk), sock_rcvqueue_full, sk->sk_rmem_alloc, skb->truesize,
		      (u32)sk->sk_rcvbuf);
		return -ENOMEM;
	}
	if (!sk_mem_schedule(sk, skb->truesize)) {
		sk->sk_drops++;
		return -ENOBUFS;
	}
	skb->dev = NULL;
	skb_set_owner_r(skb, sk);
	(void)skb_dst_force(skb);
	*sock_skb_dropcount(skb) = sock_flag(sk, SOCK_RXQ_OVFL) ? sk->sk_drops : 0;
	skb_queue_tail(&sk->sk_receive_queue, skb);
	if (!sock_flag(sk, SOCK_DEAD))
		sk->sk_data_ready(sk);
	return 0;
}

int sock_queue_rcv_skb_reason(struct sock *sk, struct sk_buff *skb, enum drop_reason *reason)
{
	int err = sk_filter(sk, skb);

	if (err != 0) {
		*reason = DROP_SOCKET_FILTER;
		return err;
	}
	err = sock_queue_rcv_skb(sk, skb);
	switch (err) {
	case 0:
		*reason = DROP_NOT_DROPPED_YET;
		break;
	case -ENOMEM:
		*reason = DROP_SOCKET_RCVBUFF;
		break;
	case -ENOBUFS:
		*reason = DROP_PROTO_MEM;
		break;
	default:
		*reason = DROP_SOCKET_FILTER;
		break;
	}
	return err;
}

struct sk_buff *sock_wmalloc(struct sock *sk, u32 size, bool force)
{
	struct sk_buff *skb;

	if (!force && sk->sk_wmem_alloc >= (u32)sk->sk_sndbuf)
		return NULL;
	skb = alloc_skb(sock_net(sk), size);
	if (skb != NULL)
		skb_set_owner_w(skb, sk);
	return skb;
}

/* LINUX: sock_wait_for_wmem(): nothing can change between the caller's check and the park. */
static int sock_wait_for_wmem(struct sock *sk, s64 timeo)
{
	struct task *t = current_task(sock_net(sk));

	if (signal_pending(t))
		return sock_intr_errno(timeo);
	sk->sk_socket->flags &= ~(1u << SOCKWQ_ASYNC_NOSPACE);
	task_wait_on(t, &sk->sk_socket->wq, WAKE_KEY_ALL);
	return (int)schedule_timeout(t, timeo);
}

struct sk_buff *sock_alloc_send_pskb(struct sock *sk, u32 header_len, u32 data_len, bool noblock,
				     int *errcode, u32 max_page_order)
{
	struct net *net = sock_net(sk);
	struct sk_buff *skb;
	s64 timeo = sock_sndtimeo(sk, noblock);

	PROBE(net, sock_alloc_send_pskb);
	*errcode = sock_error(sk);
	if (*errcode != 0)
		return NULL;
	if ((sk->sk_shutdown & SEND_SHUTDOWN) != 0) {
		*errcode = -EPIPE;
		return NULL;
	}
	if (sk->sk_wmem_alloc >= (u32)sk->sk_sndbuf) {
		sk_set_async_bit(sk, SOCKWQ_ASYNC_NOSPACE);
		sk->sk_socket->flags |= 1u << SOCK_NOSPACE;
		*errcode = timeo == 0 ? -EAGAIN : sock_wait_for_wmem(sk, timeo);
		return NULL;
	}
	skb = alloc_skb_with_frags(net, header_len, data_len, max_page_order, errcode);
	if (skb != NULL)
		skb_set_owner_w(skb, sk);
	return skb;
}

/* -------- small questions -------- */

int sock_error(struct sock *sk)
{
	u32 err = sk->sk_err;

	sk->sk_err = 0;
	return -(int)err;
}

s64 sock_rcvtimeo(const struct sock *sk, bool noblock)
{
	return noblock ? 0 : task_timeo(current_task(sock_net(sk)), sk->sk_rcvtimeo);
}

s64 sock_sndtimeo(const struct sock *sk, bool noblock)
{
	/* The kernel's own sockets send without a task. */
	return noblock ? 0 : task_timeo(current_task(sock_net(sk)), sk->sk_sndtimeo);
}

/* Remembers on which CPU the program runs that uses this flow.
 * DIVERGES(rps-table): the table has RPS_SOCK_FLOWS places at most, and no steering reads it yet.
 */
void sock_rps_record_flow(const struct sock *sk)
{
	struct net *net = sock_net(sk);
	u32 entries = min_u32((u32)net->sysctl.rps_sock_flow_entries, RPS_SOCK_FLOWS);

	if (entries == 0 || sk->sk_state != TCP_ESTABLISHED || sk->sk_rxhash == 0)
		return;
	net->rps_sock_flow_table[sk->sk_rxhash % entries] = this_cpu(net)->id;
	net->rps_flows_recorded++;
}

/* LINUX: SIOCGSTAMP, SIOCGSTAMPNS: when the last packet came that the program has seen. */
int sock_gettstamp(struct socket *sock, uptr userstamp, bool timeval)
{
	struct sock *sk = sock->sk;
	struct net *net = sock_net(sk);
	u8 out[16];
	u64 ns;

	if (!sock_flag(sk, SOCK_TIMESTAMP)) {
		lock_sock(sk);
		sock_enable_timestamp(sk, SOCK_TIMESTAMP);
		release_sock(sk);
	}
	if (sk->sk_stamp_ns == SK_DEFAULT_STAMP)
		return -ENOENT;
	if (sk->sk_stamp_ns < NS_PER_SEC)
		sk->sk_stamp_ns = net_real_ns(net);
	ns = sk->sk_stamp_ns % NS_PER_SEC;
	put_le64(out, sk->sk_stamp_ns / NS_PER_SEC);
	put_le64(out + 8, timeval ? ns / 1000 : ns);
	return copy_to_user(current_task(net), userstamp, out, sizeof(out)) != 0 ? -EFAULT : 0;
}

/* -------- the flow's hash, the cached route -------- */

/* Never zero, which says "not set". */
void sk_set_txhash(struct sock *sk)
{
	u32 hash = get_random_u32(sock_net(sk)->random);

	sk->sk_txhash = hash != 0 ? hash : 1;
}

bool sk_rethink_txhash(struct sock *sk)
{
	if (sk->sk_txhash == 0 || sk->sk_txrehash != SOCK_TXREHASH_ENABLED)
		return false;
	sk_set_txhash(sk);
	return true;
}

void dst_negative_advice(struct sock *sk)
{
	struct dst_entry *dst = sk->sk_dst_cache;

	if (dst != NULL && dst->ops->negative_advice != NULL)
		dst->ops->negative_advice(sk, dst);
}

struct dst_entry *sk_dst_get(struct sock *sk)
{
	if (sk->sk_dst_cache != NULL)
		dst_hold(sk->sk_dst_cache);
	return sk->sk_dst_cache;
}

void sk_dst_set(struct sock *sk, struct dst_entry *dst)
{
	struct dst_entry *old = sk->sk_dst_cache;

	sk_tx_queue_clear(sk);
	sk->sk_dst_pending_confirm = false;
	sk->sk_dst_cache = dst;
	if (old != NULL)
		dst_release(old);
}

void sk_dst_reset(struct sock *sk)
{
	sk_dst_set(sk, NULL);
}

struct dst_entry *sk_dst_check(struct sock *sk, u32 cookie)
{
	struct dst_entry *dst;

	PROBE(sock_net(sk), sk_dst_check);
	dst = sk_dst_get(sk);
	if (dst == NULL || dst_check(dst, cookie) != NULL)
		return dst;
	sk_dst_reset(sk);
	dst_release(dst);
	return NULL;
}

/* -------- entries of operation tables -------- */

int sock_common_setsockopt(struct socket *sock, int level, int op, uptr optval, u32 optlen)
{
	return sock->sk->sk_prot->setsockopt(sock->sk, level, op, optval, optlen);
}

int sock_common_getsockopt(struct socket *sock, int level, int op, uptr optval, uptr optlen)
{
	return sock->sk->sk_prot->getsockopt(sock->sk, level, op, optval, optlen);
}

int sock_no_socketpair(struct socket *sock1, struct socket *sock2)
{
	(void)sock1;
	(void)sock2;
	return -EOPNOTSUPP;
}

int sock_no_accept(struct socket *sock, struct socket *newsock, int flags, bool kern)
{
	(void)sock;
	(void)newsock;
	(void)flags;
	(void)kern;
	return -EOPNOTSUPP;
}

int sock_no_listen(struct socket *sock, int backlog)
{
	(void)sock;
	(void)backlog;
	return -EOPNOTSUPP;
}

int sk_set_peek_off(struct sock *sk, int val)
{
	sk->sk_peek_off = val;
	return 0;
}

/* -------- invariants -------- */

static void queue_check(const struct sk_buff_head *q)
{
	const struct sk_buff *skb;
	u32 n = 0;

	skb_queue_walk(q, skb)
	{
		skb_check(skb);
		n++;
	}
	assert(n == q->qlen);
}

/* A connection may be overdrawn: what it has reserved for one packet goes back to all with others
 * that this one makes superfluous, LINUX: sk_mem_uncharge().
 */
static void account_check(const struct sock *sk)
{
	s32 low = sk->sk_prot->memory_allocated == PROTO_MEM_TCP ? -(s32)sk->sk_rmem_alloc : 0;

	assert(sk->sk_forward_alloc >= low);
}

void sock_check(const struct sock *sk)
{
	assert(sk->sk_wmem_alloc != 0);
	assert(sk->sk_refcnt != 0 || sock_flag(sk, SOCK_DEAD));
	assert((sk->sk_backlog.head == NULL) == (sk->sk_backlog.tail == NULL));
	if (!sk->sk_lock.owned)
		assert(sk->sk_backlog.head == NULL);
	account_check(sk);
	assert(sk->sk_sndbuf >= 0);
	assert(sk->sk_rcvbuf >= 0);
	if (sk->sk_socket != NULL)
		assert(sk->sk_socket->sk == sk);
	queue_check(&sk->sk_receive_queue);
	queue_check(&sk->sk_error_queue);
	queue_check(&sk->sk_write_queue);
}
