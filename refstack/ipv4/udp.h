// SPDX-License-Identifier: MIT
/* udp.h - UDP sockets: struct udp_sock, the port table, sending, receiving, errors. */
#ifndef REFSTACK_IPV4_UDP_H
#define REFSTACK_IPV4_UDP_H

#include "ipv4/ip.h"

/* The size of Linux's hash follows the machine's memory and shows in the ports that it chooses. The
 * pinned kernel says "UDP hash table entries: 256" at boot (256 MiB). Our own chains are fewer: a
 * divisor, so that each holds whole slots of Linux's, see udp_hash.c.
 */
enum { UDP_HTABLE_SIZE = 256, UDP_CHAINS = 64, UDP_HLEN = 8, UDP_MAX_SEGMENTS = 128 };
enum { UDP_SLOT_IS_LONG = 10 }; /* sockets: with more, Linux looks elsewhere or not at all */

struct udp_sock {
	struct inet_sock inet; /* first */
	u32 udp_flags;
	u8 pending; /* AF_INET while frames wait for a push */
	u8 encap_type;
	u16 len; /* of the datagram that is being corked, UDP header included */
	u16 gso_size;
	u16 pcslen, pcrlen;
	u32 forward_deficit, forward_threshold;
	u16 udp_portaddr_hash;
	struct sk_buff_head reader_queue;
	bool udplite_send_cc, udplite_recv_cc; /* pcslen, pcrlen were set */
	bool encap_enabled;		       /* it is one of net->udp_encap_needed */
	bool corkflag, no_check6_tx, no_check6_rx, gro_enabled, accept_udp_l4, accept_udp_fraglist;
};

struct udp_table {
	struct hlist_head chain[UDP_CHAINS];	      /* by port */
	struct hlist_head portaddr_chain[UDP_CHAINS]; /* by port and address: hash2 */
	/* How many sockets Linux would have in each slot of its two tables. */
	u16 count[UDP_HTABLE_SIZE], count2[UDP_HTABLE_SIZE];
	u32 ehash_secret; /* LINUX: udp_ehash_secret */
};

/* Of UDP or UDP-Lite: it is a struct udp_sock. */
static inline bool has_udp_sock(const struct sock *sk)
{
	return sk->sk_prot->memory_allocated == PROTO_MEM_UDP;
}

/* LINUX: UDP_INC_STATS(): both protocols count the same things, each on its own. */
static_assert(UDPLITE_MIB_MEMERRORS - UDPLITE_MIB_INDATAGRAMS ==
		      UDP_MIB_MEMERRORS - UDP_MIB_INDATAGRAMS,
	      "in the same order");
static inline void udp_count(struct net *net, enum mib_id id, bool lite)
{
	mib_inc(net, lite ? (enum mib_id)(id - UDP_MIB_INDATAGRAMS + UDPLITE_MIB_INDATAGRAMS) : id);
}

/* LINUX: struct udp_skb_cb: behind what IP keeps there. */
struct udp_skb_cb {
	struct inet_skb_parm header;
	be32 ipi_spec_dst; /* of IP too: ipv4_pktinfo_prepare() */
	u16 cscov;	   /* how much the checksum covers, from skb->data on */
	bool partial_cov;  /* not all of it: UDP-Lite only */
};
static_assert(sizeof(struct udp_skb_cb) <= SKB_CB_BYTES - sizeof(u32), "see sock_skb_dropcount()");
#define UDP_SKB_CB(skb) SKB_CB(skb, struct udp_skb_cb)

static inline bool is_udplite(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_UDPLITE;
}

static inline struct udp_sock *udp_sk(const struct sock *sk)
{
	return (struct udp_sock *)(void *)(uintptr_t)sk;
}

extern const struct proto udp_prot;

void udp_init(struct net *net);
int udp_sendmsg(struct sock *sk, struct msghdr *msg, u64 len);
int udp_recvmsg(struct sock *sk, struct msghdr *msg, u64 len, int flags, int *addr_len);
int udp_push_pending_frames(struct sock *sk);
int udp_init_sock(struct sock *sk);
void udp_destroy_sock(struct sock *sk);
int udp_lib_close(struct sock *sk, s64 timeout);
void udp_flush_pending_frames(struct sock *sk);
int udp_rcv(struct sk_buff *skb);
int udp_err(struct sk_buff *skb, u32 info);
u32 udp_poll(struct file *file, struct socket *sock, struct task *wait);
int udp_v4_early_demux(struct sk_buff *skb);
/* LINUX: __udp4_lib_rcv(), __udp4_lib_err(), of UDP or UDP-Lite. */
int udp4_lib_rcv(struct sk_buff *skb, struct udp_table *udptable, u8 proto);
int udp4_lib_err(struct sk_buff *skb, u32 info, struct udp_table *udptable);
int udp_disconnect(struct sock *sk, int flags);
/* LINUX: __udp_disconnect(): the socket is locked. */
int udp_disconnect_locked(struct sock *sk, int flags);
void udp_destruct_common(struct sock *sk);
int udp_ioctl(struct sock *sk, int cmd, int *karg);
struct sk_buff *skb_recv_udp(struct sock *sk, u32 flags, int *off, int *err);
void skb_consume_udp(struct sock *sk, struct sk_buff *skb, int len);
/* Segments of one that came whole, for a socket that does not take it whole; NULL: it is dropped.
 */
struct sk_buff *udp_rcv_segment(struct sock *sk, struct sk_buff *skb);
bool udp_unexpected_gso(const struct sock *sk, const struct sk_buff *skb);
void udp_tunnel_encap_enable(struct sock *sk);
int udp_enqueue_schedule_skb(struct sock *sk, struct sk_buff *skb);
void udp_check(const struct sock *sk);

/* udp_hash.c: the port table. */
int udp_v4_get_port(struct sock *sk, u16 snum);
int udp_lib_get_port(struct sock *sk, u16 snum, u32 hash2_nulladdr);
int udp_lib_hash(struct sock *sk);
void udp_lib_unhash(struct sock *sk);
void udp_lib_rehash(struct sock *sk, u16 newhash);
void udp_v4_rehash(struct sock *sk);
u32 ipv4_portaddr_hash(const struct net *net, be32 addr, u16 port);
struct hlist_head *udp_hashslot(struct udp_table *udptable, u32 port);
struct hlist_head *udp_hashslot2(struct udp_table *udptable, u32 hash);
/* The number of Linux's slot of hash2: udptable->count2[] has its sockets, among others' in a
 * chain.
 */
static inline u32 udp_slot2(u32 hash)
{
	return hash & (UDP_HTABLE_SIZE - 1);
}
static inline struct udp_table *udp_get_table_prot(const struct sock *sk)
{
	return is_udplite(sk) ? sock_net(sk)->udplite_table : sock_net(sk)->udp_table;
}
/* Who is asked for: the packet's addresses, ports (host order where it is hnum) and device. */
struct udp_key {
	be32 saddr, daddr;
	be16 sport;
	u16 hnum;
	s32 dif;
};
struct sock *inet_lookup_reuseport(struct net *net, struct sock *sk, const struct udp_key *key,
				   struct sk_buff *skb);
/* LINUX: __udp4_lib_lookup(). */
struct sock *udp4_lib_lookup(struct net *net, be32 saddr, be16 sport, be32 daddr, be16 dport,
			     s32 dif, s32 sdif, struct udp_table *udptable, struct sk_buff *skb);
struct sock *udp4_lib_demux_lookup(struct net *net, const struct udp_key *key);
bool udp_is_mcast_sock(const struct sock *sk, const struct udp_key *key);

/* udp_sockopt.c */
int udp_setsockopt(struct sock *sk, int level, int optname, uptr optval, u32 optlen);
int udp_getsockopt(struct sock *sk, int level, int optname, uptr optval, uptr optlen);

#endif
