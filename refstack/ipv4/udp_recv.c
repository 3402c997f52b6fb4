// SPDX-License-Identifier: MIT
/* udp_recv.c - UDP, receiving: datagrams find their socket and wait there for a program.
 *
 * Path: the receive list from udp_rcv() on, and udp_recvmsg(). Sending is in udp.c.
 * Rules: RFC 768, RFC 1122 4.1.3; LINUX: net/ipv4/udp.c.
 */
#include "ipv4/udp.h"

#include "base/csum.h"
#include "core/cmsg.h"
#include "core/datagram.h"
#include "core/file.h"
#include "core/filter.h"
#include "core/iov.h"
#include "ipv4/icmp.h"
#include "ipv4/inetdevice.h"
#include "ipv4/route.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/in.h"
#include "uapi/ioctl.h"
#include "uapi/poll.h"
#include "uapi/socket.h"
#include "wire/udp.h"

/* Offsets in struct sockaddr_in. Programs are x86-64's: the family's low byte comes first. */
enum { SIN_FAMILY = 0, SIN_PORT = 2, SIN_ADDR = 4, SIN_ZERO = 8 };

static u8 *udp_hdr(const struct sk_buff *skb)
{
	return skb_transport_header(skb);
}

/* -------- receiving: memory -------- */

/* LINUX: udp_rmem_release(): what was read is given back in portions of a quarter of the buffer. */
static void udp_rmem_release(struct sock *sk, u32 size, bool partial)
{
	struct udp_sock *up = udp_sk(sk);
	s32 amt;

	if (partial) {
		up->forward_deficit += size;
		size = up->forward_deficit;
		if (size < up->forward_threshold && !skb_queue_empty(&up->reader_queue))
			return;
	} else {
		size += up->forward_deficit;
	}
	up->forward_deficit = 0;
	amt = (s32)size + sk->sk_forward_alloc - (partial ? 1 : 0);
	amt = amt > 0 ? amt / PAGE_SIZE * PAGE_SIZE : 0;
	sk->sk_forward_alloc += (s32)size - amt;
	if (amt != 0)
		sk_mem_reduce_allocated(sk, (u32)amt / PAGE_SIZE);
	assert(sk->sk_rmem_alloc >= size);
	sk->sk_rmem_alloc -= size;
	skb_queue_splice_tail_init(&sk->sk_receive_queue, &up->reader_queue);
}

/* LINUX: udp_skb_destructor(), udp_skb_dtor_locked(). */
static void udp_skb_destructor(struct sock *sk, const struct sk_buff *skb)
{
	udp_rmem_release(sk, skb->truesize, true);
}

/* LINUX: __udp_enqueue_schedule_skb(). -ENOMEM: the buffer is full; -ENOBUFS: UDP's memory is. */
int udp_enqueue_schedule_skb(struct sock *sk, struct sk_buff *skb)
{
	struct net *net = sock_net(sk);
	PROBE(net, udp_enqueue_schedule_skb);
	struct sk_buff_head *list = &sk->sk_receive_queue;
	struct cpu *c = this_cpu(net);
	u32 rmem = sk->sk_rmem_alloc;
	u32 rcvbuf = (u32)sk->sk_rcvbuf;

	PATH_STEP(net, UDP_ENQUEUE, 0, skb->len);
	/* One packet is always let in, however small the buffer. */
	if (rmem + skb->truesize > rcvbuf && (rcvbuf > INT32_MAX >> 1 || rmem > rcvbuf)) {
		sk->sk_drops++;
		return -ENOMEM;
	}
	if (rmem > rcvbuf >> 1)
		skb_condense(skb);
	/* LINUX: the place of skb->dev holds other things from here on. */
	skb->dev = NULL;
	sk->sk_rmem_alloc += skb->truesize;
	spin_lock(c, &list->lock);
	if (!sk_mem_schedule(sk, skb->truesize)) {
		spin_unlock(c, &list->lock);
		sk->sk_rmem_alloc -= skb->truesize;
		sk->sk_drops++;
		return -ENOBUFS;
	}
	sk->sk_forward_alloc -= (s32)skb->truesize;
	*sock_skb_dropcount(skb) = sock_flag(sk, SOCK_RXQ_OVFL) ? sk->sk_drops : 0;
	skb_queue_tail(list, skb);
	spin_unlock(c, &list->lock);
	if (!sock_flag(sk, SOCK_DEAD))
		sk->sk_data_ready(sk);
	return 0;
}

void udp_destruct_common(struct sock *sk)
{
	struct udp_sock *up = udp_sk(sk);
	struct sk_buff *skb;
	u32 total = 0;

	skb_queue_splice_tail_init(&sk->sk_receive_queue, &up->reader_queue);
	for (skb = skb_dequeue(&up->reader_queue); skb != NULL;
	     skb = skb_dequeue(&up->reader_queue)) {
		total += skb->truesize;
		kfree_skb(skb);
	}
	udp_rmem_release(sk, total, false);
}

/* -------- receiving: a program reads -------- */

/* LINUX: __skb_checksum_complete_head(): the sum over the first len bytes; 0 is right. */
static u16 checksum_complete_head(struct sk_buff *skb, u32 len)
{
	u16 sum = csum_fold(skb_checksum(skb, 0, len, skb->csum));

	if (!skb_shared(skb))
		skb->csum_valid = sum == 0;
	return sum;
}

/* True when it is wrong. RFC 3828 3.1: of UDP-Lite's datagram perhaps only a part is summed. */
static bool udp_lib_checksum_complete(struct sk_buff *skb)
{
	if (skb_csum_unnecessary(skb))
		return false;
	if (UDP_SKB_CB(skb)->partial_cov)
		return checksum_complete_head(skb, UDP_SKB_CB(skb)->cscov) != 0;
	return skb_checksum_complete(skb) != 0;
}

static void count_bad_checksum(const struct sock *sk)
{
	udp_count(sock_net(sk), UDP_MIB_CSUMERRORS, is_udplite(sk));
	udp_count(sock_net(sk), UDP_MIB_INERRORS, is_udplite(sk));
}

/* LINUX: sk_peek_offset(), sk_peek_offset_bwd(). */
static int sk_peek_offset(const struct sock *sk, int flags)
{
	return (flags & MSG_PEEK) != 0 ? sk->sk_peek_off : 0;
}

static void sk_peek_offset_bwd(struct sock *sk, int val)
{
	if (sk->sk_peek_off >= 0)
		sk->sk_peek_off = max_s32(sk->sk_peek_off - val, 0);
}

void skb_consume_udp(struct sock *sk, struct sk_buff *skb, int len)
{
	sk_peek_offset_bwd(sk, len);
	if (skb_shared(skb)) {
		skb->users--;
		return;
	}
	/* Only a packet with IP options still has its route. */
	if (skb->dst != NULL)
		skb_release_head_state(skb);
	consume_stateless_skb(skb);
}

/* The first packet with a right checksum; those before it are thrown away. */
static struct sk_buff *first_good_packet(struct sock *sk, struct sk_buff_head *rcvq, u32 *total)
{
	struct sk_buff *skb = skb_peek(rcvq);

	while (skb != NULL && udp_lib_checksum_complete(skb)) {
		count_bad_checksum(sk);
		sk->sk_drops++;
		skb_unlink(skb, rcvq);
		*total += skb->truesize;
		kfree_skb(skb);
		skb = skb_peek(rcvq);
	}
	return skb;
}

/* LINUX: first_packet_length(): -1 when there is none. */
static int first_packet_length(struct sock *sk)
{
	struct sk_buff_head *rcvq = &udp_sk(sk)->reader_queue;
	struct cpu *c = this_cpu(sock_net(sk));
	struct sk_buff *skb;
	u32 total = 0;
	int res;

	spin_lock_bh(c, &rcvq->lock);
	skb = first_good_packet(sk, rcvq, &total);
	if (skb == NULL && !skb_queue_empty(&sk->sk_receive_queue)) {
		spin_lock(c, &sk->sk_receive_queue.lock);
		skb_queue_splice_tail_init(&sk->sk_receive_queue, rcvq);
		spin_unlock(c, &sk->sk_receive_queue.lock);
		skb = first_good_packet(sk, rcvq, &total);
	}
	res = skb != NULL ? (int)skb->len : -1;
	if (total != 0)
		udp_rmem_release(sk, total, true);
	spin_unlock_bh(c, &rcvq->lock);
	return res;
}

int udp_ioctl(struct sock *sk, int cmd, int *karg)
{
	switch (cmd) {
	case SIOCOUTQ:
		*karg = (int)sk->sk_wmem_alloc - 1;
		return 0;
	case SIOCINQ:
		*karg = max_s32(0, first_packet_length(sk));
		return 0;
	default:
		return -ENOIOCTLCMD;
	}
}

/* Takes from the reader's queue, or refills it with what has come and takes from that. */
static struct sk_buff *try_recv(struct sock *sk, u32 flags, int *off, int *err)
{
	struct sk_buff_head *queue = &udp_sk(sk)->reader_queue;
	struct sk_buff_head *sk_queue = &sk->sk_receive_queue;
	struct cpu *c = this_cpu(sock_net(sk));
	struct sk_buff *skb, *last;

	spin_lock_bh(c, &queue->lock);
	skb = skb_try_recv_from_queue(sk, queue, flags, off, err, &last);
	if (skb == NULL && !skb_queue_empty(sk_queue)) {
		spin_lock(c, &sk_queue->lock);
		skb_queue_splice_tail_init(sk_queue, queue);
		skb = skb_try_recv_from_queue(sk, queue, flags, off, err, &last);
		if (skb != NULL && (flags & MSG_PEEK) == 0)
			udp_skb_destructor(sk, skb);
		spin_unlock(c, &sk_queue->lock);
	} else if (skb != NULL && (flags & MSG_PEEK) == 0) {
		udp_skb_destructor(sk, skb);
	}
	spin_unlock_bh(c, &queue->lock);
	return skb;
}

/* LINUX: __skb_recv_udp(). NULL with *err: 0 says that the socket was shut down. */
struct sk_buff *skb_recv_udp(struct sock *sk, u32 flags, int *off, int *err)
{
	struct net *net = sock_net(sk);
	PROBE(net, skb_recv_udp);
	struct sk_buff_head *sk_queue = &sk->sk_receive_queue;
	struct sk_buff *tail = (struct sk_buff *)(void *)sk_queue;
	s64 timeo = sock_rcvtimeo(sk, (flags & MSG_DONTWAIT) != 0);
	struct sk_buff *skb;

	do {
		*err = sock_error(sk);
		if (*err != 0)
			return NULL;
		do {
			skb = try_recv(sk, flags, off, err);
			if (skb != NULL)
				return skb;
		} while (!skb_queue_empty(sk_queue));
		*err = -EAGAIN;
	} while (timeo != 0 && skb_wait_for_more_packets(sk, sk_queue, err, &timeo, tail) == 0);
	return NULL;
}

/* LINUX: __sk_queue_drop_skb(): a bad packet that was only looked at leaves the queue after all.
 * False when it was gone already.
 */
static bool drop_bad_packet(struct sock *sk, struct sk_buff *skb, int flags)
{
	struct sk_buff_head *queue = &udp_sk(sk)->reader_queue;
	bool ours = true;

	if ((flags & MSG_PEEK) != 0) {
		ours = skb->next != NULL;
		if (ours) {
			skb_unlink(skb, queue);
			skb->users--;
			udp_skb_destructor(sk, skb);
		}
	}
	sk->sk_drops++;
	return ours;
}

/* Copies from the packet to the program. -EINVAL: its checksum is wrong. */
static int udp_copy(struct sk_buff *skb, struct msghdr *msg, u32 off, u32 copied, bool peeking)
{
	bool first = copied < skb->len || peeking || UDP_SKB_CB(skb)->partial_cov;

	if (first && udp_lib_checksum_complete(skb))
		return -EINVAL;
	if (first || skb_csum_unnecessary(skb))
		return skb_copy_datagram_msg(skb, off, msg, copied);
	return skb_copy_and_csum_datagram_msg(skb, off, msg);
}

static void udp_set_name(const struct sk_buff *skb, struct msghdr *msg, int *addr_len)
{
	u8 *sin = msg->msg_name;

	if (sin == NULL)
		return;
	put_le16(sin + SIN_FAMILY, AF_INET);
	memcpy(sin + SIN_PORT, udp_hdr(skb) + UDP_SOURCE, 2);
	store_be32(sin + SIN_ADDR, ipv4_saddr(skb_network_header(skb)));
	memset(sin + SIN_ZERO, 0, SOCKADDR_IN_BYTES - SIN_ZERO);
	*addr_len = SOCKADDR_IN_BYTES;
}

/* Of how many bytes each datagram was, but for the last. */
static void udp_cmsg_recv(struct msghdr *msg, struct sock *sk, struct sk_buff *skb)
{
	u8 out[4];

	if ((skb->hd->gso_type & SKB_GSO_UDP_L4) == 0)
		return;
	put_le32(out, skb->hd->gso_size);
	put_cmsg(sk, msg, SOL_UDP, UDP_GRO, sizeof(out), out);
}

/* One packet for the program; -EAGAIN-like errors come from skb_recv_udp(). */
static int udp_deliver(struct sock *sk, struct sk_buff *skb, struct msghdr *msg, u32 copied,
		       u32 off, int flags, int *addr_len)
{
	struct net *net = sock_net(sk);
	bool peeking = (flags & MSG_PEEK) != 0;
	int res = (int)copied;

	if (!peeking)
		udp_count(net, UDP_MIB_INDATAGRAMS, is_udplite(sk));
	sock_recv_cmsgs(msg, sk, skb);
	udp_set_name(skb, msg, addr_len);
	if (unlikely(udp_sk(sk)->gro_enabled))
		udp_cmsg_recv(msg, sk, skb);
	if (inet_cmsg_flags(sk))
		ip_cmsg_recv_offset(msg, sk, skb, UDP_HLEN, (int)off);
	if ((flags & MSG_TRUNC) != 0)
		res = (int)skb->len;
	skb_consume_udp(sk, skb, peeking ? -res : res);
	return res;
}

int udp_recvmsg(struct sock *sk, struct msghdr *msg, u64 len, int flags, int *addr_len)
{
	struct net *net = sock_net(sk);
	PROBE(net, udp_recvmsg);
	bool peeking = (flags & MSG_PEEK) != 0;

	PATH_STEP(net, UDP_RECVMSG, 0, (u32)min_u64(len, U32_MAX));
	if ((flags & MSG_ERRQUEUE) != 0)
		return ip_recv_error(sk, msg, len, addr_len);
	for (;;) {
		int off = sk_peek_offset(sk, flags);
		int err = 0;
		struct sk_buff *skb = skb_recv_udp(sk, (u32)flags, &off, &err);
		u32 left, copied;

		if (skb == NULL)
			return err;
		/* LINUX: off stays -1 without SO_PEEK_OFF only until the packet is found. */
		assert(off >= 0);
		left = skb->len - (u32)off;
		copied = (u32)min_u64(len, left);
		if (len <= left && copied < skb->len)
			msg->msg_flags |= MSG_TRUNC;
		err = udp_copy(skb, msg, (u32)off, copied, peeking);
		if (err == 0)
			return udp_deliver(sk, skb, msg, copied, (u32)off, flags, addr_len);
		if (err != -EINVAL) {
			if (!peeking) {
				sk->sk_drops++;
				udp_count(net, UDP_MIB_INERRORS, is_udplite(sk));
			}
			kfree_skb(skb);
			return err;
		}
		if (drop_bad_packet(sk, skb, flags))
			count_bad_checksum(sk);
		kfree_skb(skb);
		msg->msg_flags &= ~(u32)MSG_TRUNC;
		/* LINUX: what is waited for next is waited for as long as if nothing had come. */
		current_task(net)->timeo = sk->sk_rcvtimeo;
	}
}

/* A blocking reader must not be told of a packet that a read would then throw away. */
u32 udp_poll(struct file *file, struct socket *sock, struct task *wait)
{
	u32 mask = datagram_poll(file, sock, wait);
	struct sock *sk = sock->sk;

	if (!skb_queue_empty(&udp_sk(sk)->reader_queue))
		mask |= POLLIN | POLLRDNORM;
	if ((mask & POLLRDNORM) != 0 && (file->f_flags & O_NONBLOCK) == 0 &&
	    (sk->sk_shutdown & RCV_SHUTDOWN) == 0 && first_packet_length(sk) == -1)
		mask &= ~(u32)(POLLIN | POLLRDNORM);
	return mask;
}

/* -------- receiving: packets come -------- */

/* A program may cut off data, not the header. */
static int udp_filter(struct sock *sk, struct sk_buff *skb)
{
	PROBE(sock_net(sk), sk_filter_trim_cap);

	return sk_filter_trim_cap(sk, skb, UDP_HLEN);
}

/* LINUX: sock_rps_save_rxhash(), sk_mark_napi_id(), sk_incoming_cpu_update(). */
static void remember_flow(struct sock *sk, const struct sk_buff *skb)
{
	s32 cpu = (s32)this_cpu(sock_net(sk))->id;

	if (be32_is_zero(sk->sk_daddr))
		return;
	sk->sk_rxhash = skb->hash;
	if (skb->queue_mapping != 0 && sk->sk_rx_queue_mapping == -1)
		sk->sk_rx_queue_mapping = (s32)skb->queue_mapping - 1;
	sk->sk_incoming_cpu = cpu;
}

/* LINUX: __udp_queue_rcv_skb(). */
static int udp_enqueue_or_drop(struct sock *sk, struct sk_buff *skb)
{
	struct net *net = sock_net(sk);
	const u8 *uh = skb_transport_header(skb);
	bool lite = is_udplite(sk);
	enum drop_reason reason = DROP_PROTO_MEM;
	int rc;

	remember_flow(sk, skb);
	rc = udp_enqueue_schedule_skb(sk, skb);
	if (rc == 0)
		return 0;
	if (rc == -ENOMEM) {
		udp_count(net, UDP_MIB_RCVBUFERRORS, lite);
		reason = DROP_SOCKET_RCVBUFF;
	} else {
		udp_count(net, UDP_MIB_MEMERRORS, lite);
	}
	udp_count(net, UDP_MIB_INERRORS, lite);
	TRACE(net, udp_fail_queue_rcv_skb, (u32)rc, be16_to_cpu(load_be16(uh + UDP_SOURCE)),
	      be16_to_cpu(load_be16(uh + UDP_DEST)));
	kfree_skb_reason(skb, reason);
	return -1;
}

/* LINUX: udp_csum_pull_header(): the header's sum is kept when the rest is still to be summed. */
static void udp_csum_pull_header(struct sk_buff *skb)
{
	if (!skb->csum_valid && skb->ip_summed == CHECKSUM_NONE)
		skb->csum = csum_partial(skb->data, UDP_HLEN, skb->csum);
	(void)skb_pull_rcsum(skb, UDP_HLEN);
	UDP_SKB_CB(skb)->cscov = (u16)(UDP_SKB_CB(skb)->cscov - UDP_HLEN);
}

/* RFC 3828 3.3: a program may refuse what is covered less than it wants. */
static bool udplite_coverage_too_small(const struct sock *sk, const struct sk_buff *skb)
{
	const struct udp_sock *up = udp_sk(sk);

	if (!up->udplite_recv_cc || !UDP_SKB_CB(skb)->partial_cov)
		return false;
	return up->pcrlen == 0 || UDP_SKB_CB(skb)->cscov < up->pcrlen;
}

static int udp_queue_rcv_one_skb(struct sock *sk, struct sk_buff *skb)
{
	struct net *net = sock_net(sk);
	PROBE(net, udp_queue_rcv_one_skb);
	enum drop_reason reason = DROP_NOT_SPECIFIED;

	if (udplite_coverage_too_small(sk, skb))
		goto drop;
	if (sk->sk_filter != NULL && udp_lib_checksum_complete(skb)) {
		reason = DROP_UDP_CSUM;
		udp_count(net, UDP_MIB_CSUMERRORS, is_udplite(sk));
		goto drop;
	}
	if (udp_filter(sk, skb) != 0) {
		reason = DROP_SOCKET_FILTER;
		goto drop;
	}
	udp_csum_pull_header(skb);
	ipv4_pktinfo_prepare(sk, skb, true);
	return udp_enqueue_or_drop(sk, skb);

drop:
	udp_count(net, UDP_MIB_INERRORS, is_udplite(sk));
	sk->sk_drops++;
	kfree_skb_reason(skb, reason);
	return -1;
}

/* Datagrams that came together go one by one; their sums are right, whoever made them. */
static int udp_queue_rcv_segments(struct sock *sk, struct sk_buff *skb)
{
	skb_push(skb, (u32)(skb->data - skb_mac_header(skb)));
	skb = udp_rcv_segment(sk, skb);
	while (skb != NULL) {
		struct sk_buff *next = skb->next;

		skb->next = NULL;
		skb->prev = NULL;
		(void)skb_pull(skb, (u32)skb_transport_offset(skb));
		if (skb->ip_summed == CHECKSUM_NONE)
			skb->csum_valid = true;
		(void)udp_queue_rcv_one_skb(sk, skb);
		skb = next;
	}
	return 0;
}

static int udp_queue_rcv_skb(struct sock *sk, struct sk_buff *skb)
{
	PROBE(sock_net(sk), udp_queue_rcv_skb);

	if (unlikely(udp_unexpected_gso(sk, skb)))
		return udp_queue_rcv_segments(sk, skb);
	return udp_queue_rcv_one_skb(sk, skb);
}

static int udp_unicast_rcv_skb(struct sock *sk, struct sk_buff *skb)
{
	PROBE(sock_net(sk), udp_unicast_rcv_skb);

	(void)udp_queue_rcv_skb(sk, skb);
	return 0;
}

static struct udp_key packet_key(const struct sk_buff *skb, s32 dif)
{
	const u8 *iph = skb_network_header(skb);
	const u8 *uh = udp_hdr(skb);

	return (struct udp_key){
		.saddr = ipv4_saddr(iph),
		.daddr = ipv4_daddr(iph),
		.sport = load_be16(uh + UDP_SOURCE),
		.hnum = get_be16(uh + UDP_DEST),
		.dif = dif,
	};
}

static void mcast_clone_to(struct sock *sk, struct sk_buff *skb)
{
	struct net *net = sock_net(sk);
	struct sk_buff *nskb = skb_clone(skb);

	if (nskb == NULL) {
		sk->sk_drops++;
		udp_count(net, UDP_MIB_RCVBUFERRORS, is_udplite(sk));
		udp_count(net, UDP_MIB_INERRORS, is_udplite(sk));
		return;
	}
	(void)udp_queue_rcv_skb(sk, nskb);
}

/* One listener has been found: a copy for it, but the first of all gets the packet. */
static void mcast_found(struct sock *sk, struct sk_buff *skb, struct sock **first)
{
	if (*first == NULL)
		*first = sk;
	else
		mcast_clone_to(sk, skb);
}

static void mcast_walk_port(struct udp_table *udptable, struct sk_buff *skb,
			    const struct udp_key *key, struct sock **first)
{
	struct hlist_node *n;

	hlist_for_each (n, udp_hashslot(udptable, key->hnum)) {
		struct sock *sk = hlist_entry(n, struct sock, common.skc_node);

		if (udp_is_mcast_sock(sk, key))
			mcast_found(sk, skb, first);
	}
}

static void mcast_walk_slot2(struct udp_table *udptable, struct sk_buff *skb,
			     const struct udp_key *key, u32 slot2, struct sock **first)
{
	struct hlist_node *n;

	hlist_for_each (n, udp_hashslot2(udptable, slot2)) {
		struct sock *sk = hlist_entry(n, struct sock, common.skc_portaddr_node);

		if (udp_slot2(udp_sk(sk)->udp_portaddr_hash) == slot2 && udp_is_mcast_sock(sk, key))
			mcast_found(sk, skb, first);
	}
}

/* LINUX: __udp4_lib_mcast_deliver(): with many sockets on the port those of the address come first,
 * then those of the wild card.
 */
static int udp4_lib_mcast_deliver(struct net *net, struct udp_table *udptable, struct sk_buff *skb,
				  u8 proto)
{
	struct udp_key key = packet_key(skb, skb->dev->ifindex);
	struct sock *first = NULL;

	if (udptable->count[key.hnum % UDP_HTABLE_SIZE] > UDP_SLOT_IS_LONG) {
		u32 any = udp_slot2(ipv4_portaddr_hash(net, (be32){ 0 }, key.hnum));
		u32 slot2 = udp_slot2(ipv4_portaddr_hash(net, key.daddr, key.hnum));

		mcast_walk_slot2(udptable, skb, &key, slot2, &first);
		if (slot2 != any)
			mcast_walk_slot2(udptable, skb, &key, any, &first);
	} else {
		mcast_walk_port(udptable, skb, &key, &first);
	}
	if (first != NULL) {
		(void)udp_queue_rcv_skb(first, skb);
	} else {
		kfree_skb(skb);
		udp_count(net, UDP_MIB_IGNOREDMULTI, proto == IPPROTO_UDPLITE);
	}
	return 0;
}

/* RFC 3828 3.1: the checksum is never left out, and covers the header at least. False: the packet
 * says something else. LINUX: udplite_checksum_init().
 */
static bool udplite_checksum_init(struct sk_buff *skb, const u8 *uh)
{
	u16 cscov = get_be16(uh + UDP_LEN);

	if (get_be16(uh + UDP_CHECK) == 0)
		return false;
	if (cscov == 0 || cscov == skb->len)
		return true;
	if (cscov < UDP_HLEN || cscov > skb->len)
		return false;
	UDP_SKB_CB(skb)->partial_cov = true;
	UDP_SKB_CB(skb)->cscov = cscov;
	/* A sum of the whole packet says nothing. */
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->ip_summed = CHECKSUM_NONE;
	skb->csum_valid = false;
	return true;
}

/* LINUX: udp4_csum_init(): false when the checksum is known to be wrong already. */
static bool udp4_csum_init(struct sk_buff *skb, u8 proto)
{
	const u8 *iph = skb_network_header(skb);
	u32 pseudo = csum_tcpudp_nofold(ipv4_saddr(iph), ipv4_daddr(iph), skb->len, proto, 0);
	bool no_check = get_be16(udp_hdr(skb) + UDP_CHECK) == 0;

	UDP_SKB_CB(skb)->partial_cov = false;
	UDP_SKB_CB(skb)->cscov = (u16)skb->len;
	if (proto == IPPROTO_UDPLITE && !udplite_checksum_init(skb, udp_hdr(skb)))
		return false;
	if (UDP_SKB_CB(skb)->partial_cov) {
		skb->csum = pseudo;
		return true;
	}
	if (skb_checksum_validate(skb, false, no_check, pseudo) != 0)
		return false;
	if (skb->ip_summed == CHECKSUM_COMPLETE && !skb->csum_valid) {
		if (skb->csum_complete_sw)
			return false;
		/* The card's sum is wrong, or the packet is: software will say. */
		skb->ip_summed = CHECKSUM_NONE;
	}
	return true;
}

/* LINUX: udp_sk_rx_dst_set(). */
static void udp_sk_rx_dst_set(struct sock *sk, struct dst_entry *dst)
{
	struct dst_entry *old = sk->sk_rx_dst;

	dst_hold(dst);
	sk->sk_rx_dst = dst;
	if (old != NULL)
		dst_release(old);
}

/* LINUX: inet_steal_sock(): whom early demultiplexing found; a connected socket needs no group. */
static struct sock *inet_steal_sock(struct sk_buff *skb)
{
	struct sock *sk = skb->sk;

	skb->sk = NULL;
	skb->destructor = NULL;
	return sk;
}

/* Nobody wants it. RFC 1122 4.1.3.1: say so, unless the packet is broken. */
static bool udp_no_socket(struct net *net, struct sk_buff *skb, bool lite)
{
	if (udp_lib_checksum_complete(skb))
		return false;
	udp_count(net, UDP_MIB_NOPORTS, lite);
	icmp_send(skb, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, (be32){ 0 });
	kfree_skb_reason(skb, DROP_NO_SOCKET);
	return true;
}

/* RFC 768: a length that is too small or too large. UDP-Lite has none: what stands there is how
 * much the checksum covers, and more than there is stands for a packet that was cut.
 */
static bool udp_length_ok(struct sk_buff *skb, u8 proto)
{
	u32 ulen = get_be16(udp_hdr(skb) + UDP_LEN);

	if (ulen > skb->len)
		return false;
	return proto != IPPROTO_UDP || (ulen >= UDP_HLEN && pskb_trim_rcsum(skb, ulen) == 0);
}

int udp4_lib_rcv(struct sk_buff *skb, struct udp_table *udptable, u8 proto)
{
	struct net *net = skb->net;
	PROBE(net, udp4_lib_rcv);
	enum drop_reason reason = DROP_NOT_SPECIFIED;
	struct rtable *rt = dst_rtable(skb_dst(skb));
	bool lite = proto == IPPROTO_UDPLITE;
	struct sock *sk;
	const u8 *uh;

	if (!pskb_may_pull(skb, UDP_HLEN))
		goto drop;
	reason = DROP_PKT_TOO_SMALL;
	if (!udp_length_ok(skb, proto))
		goto drop;
	if (!udp4_csum_init(skb, proto))
		goto csum_error;

	sk = inet_steal_sock(skb);
	if (sk != NULL) {
		if (sk->sk_rx_dst != skb_dst(skb))
			udp_sk_rx_dst_set(sk, skb_dst(skb));
		return udp_unicast_rcv_skb(sk, skb);
	}
	if ((rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)) != 0)
		return udp4_lib_mcast_deliver(net, udptable, skb, proto);
	uh = udp_hdr(skb);
	sk = udp4_lib_lookup(net, ipv4_saddr(skb_network_header(skb)), load_be16(uh + UDP_SOURCE),
			     ipv4_daddr(skb_network_header(skb)), load_be16(uh + UDP_DEST),
			     inet_iif(skb), 0, udptable, skb);
	if (sk != NULL)
		return udp_unicast_rcv_skb(sk, skb);
	if (udp_no_socket(net, skb, lite))
		return 0;

csum_error:
	/* RFC 1122 4.1.3.4: silently. */
	reason = DROP_UDP_CSUM;
	udp_count(net, UDP_MIB_CSUMERRORS, lite);
drop:
	udp_count(net, UDP_MIB_INERRORS, lite);
	kfree_skb_reason(skb, reason);
	return 0;
}

int udp_rcv(struct sk_buff *skb)
{
	PROBE(skb->net, udp_rcv);
	PATH_STEP(skb->net, UDP_RCV, 0, skb->len);

	return udp4_lib_rcv(skb, skb->net->udp_table, IPPROTO_UDP);
}

/* LINUX: sock_pfree() of a socket that is not counted: what early demultiplexing leaves is no
 * owner. */
static void sock_pfree(struct sk_buff *skb)
{
	skb->sk = NULL;
}

/* LINUX: __udp4_lib_mcast_demux_lookup(): the only socket that wants it. */
static struct sock *udp4_lib_mcast_demux_lookup(struct net *net, const struct udp_key *key)
{
	struct sock *result = NULL;
	struct hlist_node *n;

	if (net->udp_table->count[key->hnum % UDP_HTABLE_SIZE] > UDP_SLOT_IS_LONG)
		return NULL;
	hlist_for_each (n, udp_hashslot(net->udp_table, key->hnum)) {
		struct sock *sk = hlist_entry(n, struct sock, common.skc_node);

		if (!udp_is_mcast_sock(sk, key))
			continue;
		if (result != NULL)
			return NULL;
		result = sk;
	}
	return result;
}

/* The socket is looked up by what the packet says; in_dev: of a multicast packet. */
static struct sock *early_sock(struct net *net, const struct sk_buff *skb,
			       const struct in_device *in_dev)
{
	struct udp_key key = packet_key(skb, skb->dev->ifindex);

	if (skb->pkt_type == PACKET_HOST)
		return udp4_lib_demux_lookup(net, &key);
	if (in_dev == NULL || !ip_check_mc(in_dev, key.daddr, key.saddr, IPPROTO_UDP))
		return NULL;
	return udp4_lib_mcast_demux_lookup(net, &key);
}

/* The packet of a connected socket, or of a group's only one, finds its socket, and with it its
 * route, before routing. That route may be another kind of packet's, which was the last to come.
 */
int udp_v4_early_demux(struct sk_buff *skb)
{
	struct net *net = skb->net;
	PROBE(net, udp_v4_early_demux);
	bool multicast = skb->pkt_type == PACKET_MULTICAST;
	struct in_device *in_dev = multicast ? in_dev_get(skb->dev) : NULL;
	const u8 *iph;
	struct dst_entry *dst;
	struct sock *sk;
	u32 itag;

	if (skb->pkt_type != PACKET_HOST && !multicast)
		return 0;
	if (!pskb_may_pull(skb, (u32)skb_transport_offset(skb) + UDP_HLEN))
		return 0;
	sk = early_sock(net, skb, in_dev);
	if (sk == NULL)
		return 0;
	skb->sk = sk;
	skb->destructor = sock_pfree;
	dst = sk->sk_rx_dst;
	if (dst != NULL)
		dst = dst_check(dst, 0);
	if (dst == NULL)
		return 0;
	skb_dst_set_noref(skb, dst);
	if (!multicast || !be32_is_zero(sk->sk_daddr))
		return 0;
	/* Each packet of a group may come from elsewhere. */
	iph = skb_network_header(skb);
	return ip_mc_validate_source(skb, ipv4_daddr(iph), ipv4_saddr(iph),
				     iph[IPV4_TOS] & INET_DSCP_MASK, skb->dev, in_dev, &itag);
}
