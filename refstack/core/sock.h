// SPDX-License-Identifier: MIT
/* sock.h - struct sock, what every protocol's socket begins with, and struct socket above it. */
#ifndef REFSTACK_CORE_SOCK_H
#define REFSTACK_CORE_SOCK_H

#include "base/rbtree.h"
#include "core/dst.h"
#include "core/net.h"
#include "core/task.h"

struct inode;
struct iov_iter;
struct msghdr;
struct pipe_inode_info;
struct proto;
struct proto_ops;
struct request_sock_ops;
struct sk_filter;
struct sock_reuseport;
struct sockaddr_storage;
struct socket;

enum socket_state { SS_FREE, SS_UNCONNECTED, SS_CONNECTING, SS_CONNECTED, SS_DISCONNECTING };

/* LINUX: include/net/tcp_states.h; UDP uses ESTABLISHED and CLOSE. */
enum {
	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT,
	TCP_SYN_RECV,
	TCP_FIN_WAIT1,
	TCP_FIN_WAIT2,
	TCP_TIME_WAIT,
	TCP_CLOSE,
	TCP_CLOSE_WAIT,
	TCP_LAST_ACK,
	TCP_LISTEN,
	TCP_CLOSING,
	TCP_NEW_SYN_RECV,
	TCP_BOUND_INACTIVE
};

/* LINUX: sk_userlocks. */
enum {
	SOCK_SNDBUF_LOCK = 1,
	SOCK_RCVBUF_LOCK = 2,
	SOCK_BINDADDR_LOCK = 4,
	SOCK_BINDPORT_LOCK = 8,
	SOCK_CONNECT_BIND = 16
};

#define TCPF(state) (1u << (state)) /* LINUX: TCPF_ESTABLISHED and so on: for sets of states */

/* 2 * SKB_TRUESIZE(2048) of x86-64, and half of it. */
enum { SOCK_MIN_SNDBUF = 4608, SOCK_MIN_RCVBUF = 2304 };

enum { RCV_SHUTDOWN = 1, SEND_SHUTDOWN = 2, SHUTDOWN_MASK = 3 };

/* LINUX: enum sock_flags: bits of sk_flags. */
enum sock_flags {
	SOCK_DEAD,
	SOCK_DONE,
	SOCK_URGINLINE,
	SOCK_KEEPOPEN,
	SOCK_LINGER,
	SOCK_DESTROY,
	SOCK_BROADCAST,
	SOCK_TIMESTAMP,
	SOCK_ZAPPED,
	SOCK_USE_WRITE_QUEUE,
	SOCK_DBG,
	SOCK_RCVTSTAMP,
	SOCK_RCVTSTAMPNS,
	SOCK_LOCALROUTE,
	SOCK_MEMALLOC,
	SOCK_TIMESTAMPING_RX_SOFTWARE,
	SOCK_FASYNC,
	SOCK_RXQ_OVFL,
	SOCK_ZEROCOPY,
	SOCK_WIFI_STATUS,
	SOCK_NOFCS,
	SOCK_FILTER_LOCKED,
	SOCK_SELECT_ERR_QUEUE,
	SOCK_RCU_FREE,
	SOCK_TXTIME,
	SOCK_XDP,
	SOCK_TSTAMP_NEW,
	SOCK_RCVMARK,
	SOCK_RCVPRIORITY
};

/* LINUX: bits of socket->flags. */
enum {
	SOCKWQ_ASYNC_NOSPACE,
	SOCKWQ_ASYNC_WAITDATA,
	SOCK_NOSPACE,
	SOCK_PASSCRED,
	SOCK_PASSSEC,
	SOCK_SUPPORT_ZC,
	SOCK_CUSTOM_SOCKOPT,
	SOCK_PASSPIDFD
};

enum sk_pacing { SK_PACING_NONE, SK_PACING_NEEDED, SK_PACING_FQ };

struct socket {
	enum socket_state state;
	u16 type;
	u32 flags;
	struct file *file;
	struct sock *sk;
	const struct proto_ops *ops;
	struct wait_queue_head wq;
	struct inode *inode; /* of the file: S_IFSOCK */
};

/* LINUX: struct sock_common: what sockets, requests for connections and their remains share, so
 * that one table can hold all three.
 */
struct sock_common {
	be32 skc_daddr, skc_rcv_saddr;
	be16 skc_dport;
	u16 skc_num;
	u32 skc_hash;
	u16 skc_family;
	u8 skc_state;
	u8 skc_reuse, skc_reuseport;
	s32 skc_bound_dev_if;
	u32 skc_refcnt;
	struct hlist_node skc_node; /* of UDP by local port; of TCP in the table of its state */
	union {
		struct hlist_node skc_portaddr_node; /* of UDP */
		struct hlist_node skc_bind_node; /* of TCP: in its port's and address's bucket */
	};
	const struct proto *skc_prot;
	struct net *skc_net;
	u64 skc_cookie; /* 0 until asked for */
};

struct sock {
	struct sock_common common; /* first */
	struct hlist_node sk_all;  /* ○ every socket of the net, for checks and ss */

	struct {
		bool owned; /* by a task's call */
		struct spinlock slock;
	} sk_lock;
	struct {
		struct sk_buff *head, *tail;
		u32 len; /* truesize of what is in it */
		u64 rmem_alloc;
	} sk_backlog;

	struct sk_buff_head sk_receive_queue, sk_write_queue, sk_error_queue;
	struct rb_root tcp_rtx_queue; /* of TCP: sent and not acknowledged */
	struct timer_list sk_timer;
	u32 sk_rmem_alloc;
	u32 sk_wmem_alloc; /* starts at 1, as Linux's reference count does */
	u32 sk_omem_alloc;
	s32 sk_forward_alloc;
	s32 sk_wmem_queued; /* truesize of what a stream has in its queues */
	u32 sk_reserved_mem;
	s32 sk_sndbuf, sk_rcvbuf;
	u32 sk_drops;
	s32 sk_rcvlowat;
	s64 sk_rcvtimeo, sk_sndtimeo; /* jiffies */
	u64 sk_lingertime;
	u32 sk_peek_off_set;
	s32 sk_peek_off;
	u32 sk_flags;
	u32 sk_err, sk_err_soft;
	u32 sk_write_pending; /* calls that wait to write: of sk_stream_wait_connect() and so on */
	u32 sk_ack_backlog, sk_max_ack_backlog;
	bool sk_lingers;    /* close() has done its first half and waits */
	u32 sk_disconnects; /* who waits sees that it was another connection */
	u32 sk_uid;
	u32 sk_priority, sk_mark;
	u32 sk_tsflags, sk_tskey;
	u32 sk_zckey; /* the next MSG_ZEROCOPY's number */
	s32 sk_bind_phc;
	s32 sk_clockid;	     /* SO_TXTIME */
	u32 sk_txtime_flags; /* SOF_TXTIME_ bits */
	u32 sk_napi_id;
	u64 sk_max_pacing_rate, sk_pacing_rate;
	u32 sk_ll_usec, sk_prefer_busy_poll, sk_busy_poll_budget;
	s32 sk_incoming_cpu;
	u32 sk_txhash;
	u32 sk_rxhash; /* the flow as recorded for RPS */
	s32 sk_tx_queue_mapping, sk_rx_queue_mapping;
	u64 sk_stamp_ns;
	u16 sk_type;
	u16 sk_protocol;
	u16 sk_gso_max_segs;
	u16 sk_gso_type;
	u8 sk_pacing_status; /* enum sk_pacing */
	u8 sk_pacing_shift;
	u32 sk_tsq_flags; /* bits enum tsq_enum */
	u32 sk_gso_max_size;
	u64 sk_route_caps;
	u8 sk_shutdown;
	u8 sk_userlocks;
	u8 sk_no_check_tx, sk_no_check_rx;
	u8 sk_txrehash;
	bool sk_kern_sock;
	bool sk_dst_pending_confirm;
	bool sk_use_task_frag;
	struct skb_frag sk_frag; /* LINUX: sk_page_frag(): page, offset, size = page's bytes */
	struct dst_entry *sk_dst_cache;
	struct dst_entry *sk_rx_dst;		/* route of what a connected socket receives */
	s32 sk_rx_dst_ifindex;			/* of TCP: by which interface */
	struct sock_reuseport *sk_reuseport_cb; /* its group of SO_REUSEPORT, or NULL */
	struct list_head sk_reuseport_node;	/* among the group's members */
	struct socket *sk_socket;
	struct sk_filter *sk_filter; /* core/filter.h */
	void (*sk_destruct)(struct sock *sk);
	void (*sk_state_change)(struct sock *sk);
	void (*sk_data_ready)(struct sock *sk);
	void (*sk_write_space)(struct sock *sk);
	void (*sk_error_report)(struct sock *sk);
	s32 (*sk_backlog_rcv)(struct sock *sk, struct sk_buff *skb);
};

#define sk_state	 common.skc_state
#define sk_hash		 common.skc_hash
#define sk_family	 common.skc_family
#define sk_reuse	 common.skc_reuse
#define sk_reuseport	 common.skc_reuseport
#define sk_bound_dev_if	 common.skc_bound_dev_if
#define sk_daddr	 common.skc_daddr
#define sk_rcv_saddr	 common.skc_rcv_saddr
#define sk_num		 common.skc_num
#define sk_dport	 common.skc_dport
#define sk_refcnt	 common.skc_refcnt
#define sk_node		 common.skc_node
#define sk_portaddr_node common.skc_portaddr_node
#define sk_bind_node	 common.skc_bind_node
#define sk_prot		 common.skc_prot
#define sk_cookie	 common.skc_cookie

/* LINUX: struct proto. The members that only TCP fills are here already: their place is prepared.
 */
struct proto {
	const char *name;
	int (*close)(struct sock *sk, s64 timeout); /* 0, or -EPARKED: it lingers */
	int (*pre_connect)(struct sock *sk, const u8 *uaddr, int addr_len);
	int (*connect)(struct sock *sk, const u8 *uaddr, int addr_len);
	int (*disconnect)(struct sock *sk, int flags);
	struct sock *(*accept)(struct sock *sk, int flags, int *err);
	int (*ioctl)(struct sock *sk, int cmd, int *karg);
	int (*init)(struct sock *sk);
	void (*destroy)(struct sock *sk);
	void (*shutdown)(struct sock *sk, int how);
	int (*setsockopt)(struct sock *sk, int level, int optname, uptr optval, u32 optlen);
	int (*getsockopt)(struct sock *sk, int level, int optname, uptr optval, uptr optlen);
	void (*keepalive)(struct sock *sk, int valbool);
	int (*sendmsg)(struct sock *sk, struct msghdr *msg, u64 len);
	int (*recvmsg)(struct sock *sk, struct msghdr *msg, u64 len, int flags, int *addr_len);
	void (*splice_eof)(struct socket *sock);
	int (*bind)(struct sock *sk, const u8 *uaddr, int addr_len);
	int (*backlog_rcv)(struct sock *sk, struct sk_buff *skb);
	void (*release_cb)(struct sock *sk);
	int (*hash)(struct sock *sk);
	void (*unhash)(struct sock *sk);
	void (*rehash)(struct sock *sk);
	int (*get_port)(struct sock *sk, u16 snum);
	void (*put_port)(struct sock *sk);
	void (*enter_memory_pressure)(struct sock *sk);
	void (*leave_memory_pressure)(struct sock *sk);
	bool (*stream_memory_free)(const struct sock *sk, int wake);
	int (*diag_destroy)(struct sock *sk, int err);
	/* Which of the net's counters hold memory and sockets of this protocol. */
	u32 memory_allocated; /* enum proto_memory */
	u32 sysctl_wmem_offset,
		sysctl_rmem_offset; /* offsets in struct net_sysctl; 0 = core default */
	u32 max_header;
	u32 obj_size;
	u32 pool; /* offset of its sockets' pool in struct net */
	const struct request_sock_ops *rsk_prot;
	u32 inuse_idx;
	bool no_autobind;
};

enum proto_memory { PROTO_MEM_NONE, PROTO_MEM_UDP, PROTO_MEM_TCP };
/* prot->inuse_idx: what /proc/net/protocols and sockstat count. */
enum {
	PROTO_INUSE_TCP,
	PROTO_INUSE_UDP,
	PROTO_INUSE_RAW,
	PROTO_INUSE_PING,
	PROTO_INUSE_UDPLITE,
	PROTO_INUSE_PACKET
};

/* LINUX: struct proto_ops. Addresses are kernel copies: 128 zeroed bytes, and the caller's length.
 */
struct proto_ops {
	int family;
	int (*release)(struct socket *sock);
	int (*bind)(struct socket *sock, const u8 *myaddr, int addr_len);
	int (*connect)(struct socket *sock, const u8 *vaddr, int addr_len, int flags);
	int (*socketpair)(struct socket *sock1, struct socket *sock2);
	int (*accept)(struct socket *sock, struct socket *newsock, int flags, bool kern);
	int (*getname)(struct socket *sock, u8 *addr, int peer);
	u32 (*poll)(struct file *file, struct socket *sock, struct task *wait);
	int (*ioctl)(struct socket *sock, u32 cmd, uptr arg);
	int (*listen)(struct socket *sock, int backlog);
	int (*shutdown)(struct socket *sock, int how);
	int (*setsockopt)(struct socket *sock, int level, int optname, uptr optval, u32 optlen);
	int (*getsockopt)(struct socket *sock, int level, int optname, uptr optval, uptr optlen);
	int (*sendmsg)(struct socket *sock, struct msghdr *m, u64 total_len);
	int (*recvmsg)(struct socket *sock, struct msghdr *m, u64 total_len, int flags);
	int (*set_peek_off)(struct sock *sk, int val);
	int (*peek_len)(struct socket *sock);
	int (*set_rcvlowat)(struct sock *sk, int val);
	s64 (*splice_read)(struct socket *sock, struct pipe_inode_info *pipe, u64 len, u32 flags);
};

/* LINUX: struct net_proto_family: who creates the sockets of a family. */
struct net_proto_family {
	int family;
	int (*create)(struct net *net, struct socket *sock, int protocol, bool kern);
};
enum { NPROTO = 46 }; /* AF_MAX of 6.12 */
must_check int sock_register(struct net *net, const struct net_proto_family *ops);
void sock_unregister(struct net *net, int family);

static inline struct net *sock_net(const struct sock *sk)
{
	return sk->common.skc_net;
}
static inline bool sock_flag(const struct sock *sk, enum sock_flags f)
{
	return (sk->sk_flags >> f & 1) != 0;
}
static inline void sock_set_flag(struct sock *sk, enum sock_flags f)
{
	sk->sk_flags |= 1u << f;
}
static inline void sock_reset_flag(struct sock *sk, enum sock_flags f)
{
	sk->sk_flags &= ~(1u << f);
}
/* Neither a request nor what is left of a connection: those have no more than sock_common. */
static inline bool sk_fullsock(const struct sock *sk)
{
	return sk->sk_state != TCP_TIME_WAIT && sk->sk_state != TCP_NEW_SYN_RECV;
}
static inline bool sock_owned_by_user(const struct sock *sk)
{
	return sk->sk_lock.owned;
}

/* LINUX: NO_QUEUE_MAPPING. */
static inline void sk_tx_queue_clear(struct sock *sk)
{
	sk->sk_tx_queue_mapping = -1;
}
static inline void sk_rx_queue_clear(struct sock *sk)
{
	sk->sk_rx_queue_mapping = -1;
}
static inline void sk_set_socket(struct sock *sk, struct socket *sock)
{
	sk->sk_socket = sock;
}
static inline void sock_net_set(struct sock *sk, struct net *net)
{
	sk->common.skc_net = net;
}

struct sock *sk_alloc(struct net *net, int family, const struct proto *prot, bool kern);
void sock_init_data(struct socket *sock, struct sock *sk);
void sk_free(struct sock *sk);
void sock_hold(struct sock *sk);
void sock_put(struct sock *sk);
void sk_common_release(struct sock *sk);
void sock_orphan(struct sock *sk);

void lock_sock(struct sock *sk);
void release_sock(struct sock *sk);
void bh_lock_sock(struct sock *sk);
void bh_unlock_sock(struct sock *sk);
/* LINUX: sk_rcvqueues_full(): this packet's own size does not count. */
static inline bool sk_rcvqueues_full(const struct sock *sk, u32 limit)
{
	return sk->sk_backlog.len + sk->sk_rmem_alloc > limit;
}
must_check int sk_add_backlog(struct sock *sk, struct sk_buff *skb, u32 limit);
int sk_backlog_rcv(struct sock *sk, struct sk_buff *skb);

void sock_wfree(struct sk_buff *skb);
void sock_rfree(struct sk_buff *skb);
void skb_set_owner_w(struct sk_buff *skb, struct sock *sk);
/* The destructor of a packet whose socket early demultiplexing has found, or which belongs to a
 * request: ipv4/inet_hashtables.c.
 */
void sock_edemux(struct sk_buff *skb);
void skb_set_owner_r(struct sk_buff *skb, struct sock *sk);
void sock_rmem_free(struct sk_buff *skb);
/* A packet of what options and notes take: sysctl optmem_max. */
struct sk_buff *sock_omalloc(struct sock *sk, u32 size);
/* Puts a packet on the error queue; -ENOMEM when the receive buffer is full (the caller frees it).
 */
must_check int sock_queue_err_skb(struct sock *sk, struct sk_buff *skb);
must_check int sock_queue_rcv_skb(struct sock *sk, struct sk_buff *skb);
/* The same with why it was not taken; the caller frees it. */
must_check int sock_queue_rcv_skb_reason(struct sock *sk, struct sk_buff *skb,
					 enum drop_reason *reason);
/* A packet for sending. *errcode is -EPARKED when the call has to wait for room: leave at once. */
struct sk_buff *sock_alloc_send_pskb(struct sock *sk, u32 header_len, u32 data_len, bool noblock,
				     int *errcode, u32 max_page_order);
struct sk_buff *sock_wmalloc(struct sock *sk, u32 size, bool force);
bool sk_page_frag_refill(struct sock *sk, struct skb_frag *frag);
/* From which page a stream's bytes are sent: the task's. */
struct skb_frag *sk_page_frag(struct sock *sk);
/* Whatever the limits are. */
void sk_forced_mem_schedule(struct sock *sk, u32 size);
/* The protocol has more memory than it may, and the socket more than a little of it. */
bool tcp_out_of_memory(const struct sock *sk);
/* Memory is short: the send buffer shrinks to half of what is in it. */
void sk_stream_moderate_sndbuf(struct sock *sk);
void sock_def_readable(struct sock *sk);
void sock_def_write_space(struct sock *sk);
void sock_def_error_report(struct sock *sk);
/* Calls sk->sk_error_report(). */
void sk_error_report(struct sock *sk);
int sock_error(struct sock *sk);
bool sock_writeable(const struct sock *sk);
/* LINUX: sk_wake_async(): who has asked for signals (FASYNC) gets one. */
enum { SOCK_WAKE_IO, SOCK_WAKE_WAITD, SOCK_WAKE_SPACE, SOCK_WAKE_URG };
void sk_wake_async(struct sock *sk, int how, int band);
void sk_send_sigurg(struct sock *sk);
void sk_set_async_bit(struct sock *sk, u32 bit);
/* LINUX: sock_def_wakeup(). */
void sock_def_wakeup(struct sock *sk);
/* LINUX: sk_clone_lock(): a copy of a listener for one connection, locked. NULL: no room. */
struct sock *sk_clone_lock(const struct sock *sk);
/* LINUX: __release_sock(): the socket's spin lock is held, and its ownership kept. */
void sk_release_backlog(struct sock *sk);
/* LINUX: __sk_flush_backlog(): true when there was something. */
bool sk_flush_backlog(struct sock *sk);
/* LINUX: sk_setup_caps(), sk_capable_gso. */
void sk_setup_caps(struct sock *sk, struct dst_entry *dst);
/* When the call is entered again after a park: what is left (see task_timeo()). */
s64 sock_rcvtimeo(const struct sock *sk, bool noblock);
s64 sock_sndtimeo(const struct sock *sk, bool noblock);
static inline u32 sk_mem_pages(u32 bytes)
{
	return (bytes + PAGE_SIZE - 1) / PAGE_SIZE;
}
static inline bool sk_has_account(const struct sock *sk)
{
	return sk->sk_prot->memory_allocated != PROTO_MEM_NONE;
}
void sk_mem_charge(struct sock *sk, u32 size);
void sk_mem_uncharge(struct sock *sk, u32 size);
/* LINUX: __sk_mem_schedule() and relatives, of kind SK_MEM_RECV: protocol memory in pages. */
bool sk_mem_schedule(struct sock *sk, u32 size);
/* LINUX: sk_wmem_schedule(), sk_rmem_schedule(): the same of kind SK_MEM_SEND, and for a packet
 * that came when memory is short.
 */
bool sk_wmem_schedule(struct sock *sk, u32 size);
bool sk_rmem_schedule(struct sock *sk, struct sk_buff *skb, u32 size);
/* Of a stream: the next byte that is written, or the first one that is not acknowledged. */
u32 tcp_tskey(const struct sock *sk, bool written);
bool tcp_under_memory_pressure(const struct sock *sk); /* LINUX: sk_under_memory_pressure() too */
void sk_mem_reclaim(struct sock *sk);
void sk_mem_reduce_allocated(struct sock *sk, u32 pages);
bool sk_mem_raise_allocated(struct sock *sk, u32 size, u32 pages);

struct dst_entry *sk_dst_get(struct sock *sk);
struct dst_entry *sk_dst_check(struct sock *sk, u32 cookie);
/* LINUX: __sk_dst_check(): no reference is taken. */
static inline struct dst_entry *sk_dst_check_noref(struct sock *sk, u32 cookie)
{
	struct dst_entry *dst = sk->sk_dst_cache;

	if (dst == NULL || dst_check(dst, cookie) != NULL)
		return dst;
	sk_tx_queue_clear(sk);
	sk->sk_dst_pending_confirm = false;
	sk->sk_dst_cache = NULL;
	dst_release(dst);
	return NULL;
}
void sk_dst_set(struct sock *sk, struct dst_entry *dst);
void sk_dst_reset(struct sock *sk);

u32 sock_i_uid(const struct sock *sk);
/* LINUX: SOCK_SKB_CB(skb)->dropcount: it lies at the end of the control block, behind all others.
 */
static inline u32 *sock_skb_dropcount(struct sk_buff *skb)
{
	return (u32 *)(void *)((u8 *)skb->cb + SKB_CB_BYTES - sizeof(u32));
}
/* Packets are stamped on arrival while a socket of the net wants it. */
void sock_enable_timestamp(struct sock *sk, enum sock_flags flag);
void sock_disable_timestamp(struct sock *sk, enum sock_flags flag);
/* LINUX: sock_recv_cmsgs(): time stamps, SO_RXQ_OVFL and SO_MARK of a packet as control messages.
 */
void sock_recv_cmsgs(struct msghdr *msg, struct sock *sk, struct sk_buff *skb);

void sock_prot_inuse_add(struct net *net, const struct proto *prot, int val);
void sock_rps_record_flow(const struct sock *sk);
enum { SOCK_TXREHASH_ENABLED = 1 };
void sk_set_txhash(struct sock *sk);
/* True: there is another one now. */
bool sk_rethink_txhash(struct sock *sk);
/* LINUX: __dst_negative_advice(). */
void dst_negative_advice(struct sock *sk);
int sock_gettstamp(struct socket *sock, uptr userstamp, bool timeval);
int sock_common_setsockopt(struct socket *sock, int level, int op, uptr optval, u32 optlen);
int sock_common_getsockopt(struct socket *sock, int level, int op, uptr optval, uptr optlen);
/* What a family's operation table holds for what it cannot do. */
int sock_no_socketpair(struct socket *sock1, struct socket *sock2);
int sock_no_accept(struct socket *sock, struct socket *newsock, int flags, bool kern);
int sock_no_listen(struct socket *sock, int backlog);
int sk_set_peek_off(struct sock *sk, int val);

int sock_setsockopt(struct socket *sock, int level, int op, uptr optval, u32 optlen);
int sock_getsockopt(struct socket *sock, int level, int op, uptr optval, uptr optlen);
void sock_check(const struct sock *sk);

/* LINUX: struct inet_sock and its inet_cork. */
struct ip_options_rcu;
struct inet_cork {
	u32 flags;
	be32 addr;
	struct ip_options_rcu *opt;
	u32 fragsize;
	u32 length; /* bytes appended so far */
	struct dst_entry *dst;
	u8 tx_flags;
	u8 ttl;
	s16 tos;
	u32 priority;
	u16 gso_size;
	u32 ts_opt_id;
	u64 transmit_time;
	u32 mark;
};

/* LINUX: the flow key of an output route; flowi4 with its union laid out. */
struct flowi4 {
	s32 flowi4_oif, flowi4_iif;
	u32 flowi4_mark;
	u8 flowi4_tos, flowi4_scope, flowi4_proto, flowi4_flags;
	u32 flowi4_uid;
	be32 saddr, daddr;
	be16 fl4_dport, fl4_sport;
	u8 fl4_icmp_type, fl4_icmp_code;
};

struct inet_cork_full {
	struct inet_cork base;
	struct flowi4 fl4;
};

/* LINUX: inet->inet_flags bits. */
enum inet_flags {
	INET_FLAGS_PKTINFO,
	INET_FLAGS_TTL,
	INET_FLAGS_TOS,
	INET_FLAGS_RECVOPTS,
	INET_FLAGS_RETOPTS,
	INET_FLAGS_PASSSEC,
	INET_FLAGS_ORIGDSTADDR,
	INET_FLAGS_CHECKSUM,
	INET_FLAGS_RECVFRAGSIZE,
	INET_FLAGS_RECVERR,
	INET_FLAGS_RECVERR_RFC4884,
	INET_FLAGS_FREEBIND,
	INET_FLAGS_HDRINCL,
	INET_FLAGS_MC_LOOP,
	INET_FLAGS_MC_ALL,
	INET_FLAGS_TRANSPARENT,
	INET_FLAGS_IS_ICSK,
	INET_FLAGS_NODEFRAG,
	INET_FLAGS_BIND_ADDRESS_NO_PORT,
	INET_FLAGS_DEFER_CONNECT,
	INET_FLAGS_RTALERT
};

struct inet_sock {
	struct sock sk; /* first: inet_sk() is a cast of a sock, as in Linux */
	u32 inet_flags;
	be32 inet_saddr;
	s16 uc_ttl;
	be16 inet_sport;
	struct ip_options_rcu *inet_opt;
	u32 inet_id;
	u8 tos, min_ttl, mc_ttl, pmtudisc, rcv_tos, convert_csum;
	s32 uc_index, mc_index;
	be32 mc_addr;
	u32 local_port_range;
	struct ip_mc_socklist *mc_list; /* groups, the youngest first */
	struct inet_cork_full cork;
	/* Where inet_opt lies, and cork.base.opt while frames wait: struct ip_options_rcu. */
	u32 opt_mem[16];
	u32 cork_opt_mem[16];
};

static inline struct inet_sock *inet_sk(const struct sock *sk)
{
	return (struct inet_sock *)(void *)(uintptr_t)sk;
}
static inline bool inet_test_bit(const struct sock *sk, enum inet_flags f)
{
	return (inet_sk(sk)->inet_flags >> f & 1) != 0;
}
static inline void inet_assign_bit(struct sock *sk, enum inet_flags f, bool on)
{
	u32 *flags = &inet_sk(sk)->inet_flags;

	*flags = on ? *flags | 1u << f : *flags & ~(1u << f);
}

#endif
