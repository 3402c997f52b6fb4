// SPDX-License-Identifier: MIT
/* ip.h - IPv4 sending and receiving: headers, fragments, local delivery, cork, and the socket glue.
 */
#ifndef REFSTACK_IPV4_IP_H
#define REFSTACK_IPV4_IP_H

#include "core/sock.h"
#include "ipv4/route.h"
#include "uapi/socket.h"
#include "wire/ipv4.h"

struct msghdr;

enum { IPCORK_OPT = 1, IPCORK_ALLFRAG = 2, IPCORK_TS_OPT_ID = 4 };
enum {
	IPSKB_FORWARDED = 1,
	IPSKB_XFRM_TUNNEL_SIZE = 2,
	IPSKB_XFRM_TRANSFORMED = 4,
	IPSKB_FRAG_COMPLETE = 8,
	IPSKB_REROUTED = 16,
	IPSKB_DOREDIRECT = 32,
	IPSKB_FRAG_PMTU = 64
};
/* LINUX: IP_PMTUDISC_*. */
enum {
	IP_PMTUDISC_DONT,
	IP_PMTUDISC_WANT,
	IP_PMTUDISC_DO,
	IP_PMTUDISC_PROBE,
	IP_PMTUDISC_INTERFACE,
	IP_PMTUDISC_OMIT
};

struct ip_options {
	be32 faddr, nexthop;
	u8 optlen, srr, rr, ts, is_strictroute, srr_is_hit, is_changed, rr_needaddr, ts_needtime,
		ts_needaddr, router_alert, cipso;
	u8 data[40];
};
struct ip_options_rcu {
	struct ip_options opt;
};

/* LINUX: IPCB(): the packet's control block while IP has it. Fits skb->cb. */
struct inet_skb_parm {
	s32 iif;
	u16 flags;
	u16 frag_max_size;
	u8 optlen, srr, rr, ts;
	bool router_alert, is_changed;
	/* Only where options are in the header, LINUX: the rest of struct ip_options. */
	bool rr_needaddr, ts_needtime, ts_needaddr, is_strictroute, srr_is_hit;
	u8 cipso;
	be32 nexthop; /* of a source route that has been followed */
};
static_assert(sizeof(struct inet_skb_parm) <= SKB_CB_BYTES - 4, "and the socket's part behind it");
#define IPCB(skb) SKB_CB(skb, struct inet_skb_parm)

/* LINUX: struct ipcm_cookie: what one call says about its datagram. */
struct ipcm_cookie {
	u32 sockc_mark, sockc_priority;
	u64 sockc_transmit_time;
	u32 sockc_tsflags;
	be32 addr;
	s32 oif;
	struct ip_options_rcu *opt; /* in opt_mem where a program set them */
	u8 protocol, ttl;
	s16 tos;
	u16 gso_size;
	struct ip_options_rcu opt_mem;
};

/* LINUX: IP4_REPLY_MARK(). */
static inline u32 ip4_reply_mark(const struct net *net, u32 mark)
{
	return net->sysctl.fwmark_reflect != 0 ? mark : 0;
}

static inline u8 *ip_hdr(const struct sk_buff *skb)
{
	return skb_network_header(skb);
}
/* Segments that are still one packet, on a device that takes them so, may be more than the field
 * can say: then it says nothing.
 */
static inline void iph_set_totlen(u8 *iph, u32 len)
{
	put_be16(iph + IPV4_TOT_LEN, (u16)(len <= UINT16_MAX ? len : 0));
}
static inline u32 iph_totlen(const struct sk_buff *skb, const u8 *iph)
{
	u32 len = get_be16(iph + IPV4_TOT_LEN);

	return len != 0 || !skb_is_gso_tcp(skb) ? len : skb->len - (u32)skb_network_offset(skb);
}

static inline void ipcm_init(struct ipcm_cookie *ipc)
{
	*ipc = (struct ipcm_cookie){ .tos = -1 };
}

/* LINUX: struct ip_reply_arg. */
struct ip_reply_arg {
	const u8 *data;
	const struct inet_skb_parm *sopt; /* LINUX: an argument: what is known of skb's options */
	u32 csum;
	s32 csumoffset; /* in 16-bit words; -1 = the reply has no checksum */
	s32 bound_dev_if;
	u8 tos, flags; /* FLOWI_FLAG_... */
	u32 uid;
	u32 txhash; /* LINUX: an argument: the reply's hash, 0 = none */
};

/* LINUX: ip_sock_rt_tos(), ip_sock_rt_scope(), inet_sk_flowi_flags(): what a socket asks of a
 * route.
 */
static inline u8 ip_sock_rt_tos(const struct sock *sk)
{
	return inet_sk(sk)->tos & INET_DSCP_MASK;
}
static inline u8 ip_sock_rt_scope(const struct sock *sk)
{
	return sock_flag(sk, SOCK_LOCALROUTE) ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
}
static inline u8 inet_sk_flowi_flags(const struct sock *sk)
{
	bool any =
		inet_test_bit(sk, INET_FLAGS_TRANSPARENT) || inet_test_bit(sk, INET_FLAGS_HDRINCL);

	return any ? FLOWI_FLAG_ANYSRC : 0;
}

/* LINUX: ip_sendmsg_scope(). */
static inline u8 ip_sendmsg_scope(const struct sock *sk, const struct ipcm_cookie *ipc,
				  u32 msg_flags)
{
	bool link = sock_flag(sk, SOCK_LOCALROUTE) || (msg_flags & MSG_DONTROUTE) != 0 ||
		    (ipc->opt != NULL && ipc->opt->opt.is_strictroute != 0);

	return link ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
}

typedef int (*getfrag_fn)(void *from, u8 *to, u32 offset, u32 len, u32 odd, struct sk_buff *skb);

/* ip_output.c */
int ip_output(struct net *net, struct sock *sk, struct sk_buff *skb);
int ip_mc_output(struct net *net, struct sock *sk, struct sk_buff *skb);
int ip_local_out(struct net *net, struct sock *sk, struct sk_buff *skb);
int ip_send_skb(struct net *net, struct sk_buff *skb);
/* A header before a segment of a connection, and out; by the socket's route, else by a new one. */
int ip_queue_xmit(struct sock *sk, struct sk_buff *skb, struct flowi4 *fl4);
/* LINUX: __ip_queue_xmit(). */
int ip_queue_xmit_tos(struct sock *sk, struct sk_buff *skb, struct flowi4 *fl4, u8 tos);
/* The same for a packet that has its route, where there is no connection yet: a SYN-ACK. */
int ip_build_and_send_pkt(struct sk_buff *skb, const struct sock *sk, be32 saddr, be32 daddr,
			  const struct ip_options_rcu *opt, u8 tos);
void ip_send_check(u8 *iph);
int ip_do_fragment(struct net *net, struct sock *sk, struct sk_buff *skb,
		   int (*output)(struct net *, struct sock *, struct sk_buff *));
/* What goes into a datagram: Linux's arguments getfrag, from, length, transhdrlen and flags. */
struct ip_payload {
	getfrag_fn getfrag;
	void *from;
	u32 length; /* transport header included */
	u32 transhdrlen;
	u32 flags; /* MSG_ */
};
int ip_append_data(struct sock *sk, struct flowi4 *fl4, const struct ip_payload *p,
		   struct ipcm_cookie *ipc, struct rtable **rtp);
struct sk_buff *ip_make_skb(struct sock *sk, struct flowi4 *fl4, const struct ip_payload *p,
			    struct ipcm_cookie *ipc, struct rtable **rtp, struct inet_cork *cork,
			    int *err);
/* LINUX: ip_finish_skb(), __ip_make_skb(): what was appended becomes one datagram. */
struct sk_buff *ip_finish_skb(struct sock *sk, struct flowi4 *fl4);
int ip_push_pending_frames(struct sock *sk, struct flowi4 *fl4);
void ip_flush_pending_frames(struct sock *sk);
/* LINUX: LL_RESERVED_SPACE(): room that a link header is given, in steps of its alignment. */
static inline u32 ll_reserved_space(const struct net_device *dev)
{
	return ((u32)dev->hard_header_len + dev->needed_headroom) / 16 * 16 + 16;
}
u32 ip_skb_dst_mtu(const struct sock *sk, const struct sk_buff *skb);
int ip_generic_getfrag(void *from, u8 *to, u32 offset, u32 len, u32 odd, struct sk_buff *skb);
void ip_send_unicast_reply(struct sock *sk, struct sk_buff *skb, be32 daddr, be32 saddr,
			   const struct ip_reply_arg *arg, u32 len);
/* LINUX: ip_select_ident_segs() and the hashed counters behind it. */
void ip_select_ident(struct net *net, struct sk_buff *skb, struct sock *sk, u32 segs);
void ip_ident_init(struct net *net);

/* The counters: as many as the pinned kernel has with 256 MiB ("IP idents hash table entries:
 * 4096"). */
enum { IP_IDENTS = 4096 };
struct ip_ident {
	u32 nr_used;
	u32 born_jif;
	u32 used[IP_IDENTS / 32]; /* a counter gets its random start at its first use */
	/* The large arrays come last: a snapshot needs them only when nr_used is not 0. */
	u32 id[IP_IDENTS];
	u32 tstamp[IP_IDENTS]; /* jiffies of the last use */
};

/* datagram.c */
int ip4_datagram_connect(struct sock *sk, const u8 *uaddr, int addr_len);
/* LINUX: __ip4_datagram_connect(): the socket is locked. */
int ip4_datagram_connect_locked(struct sock *sk, const u8 *uaddr, int addr_len);
void ip4_datagram_release_cb(struct sock *sk);
int inet_sk_get_local_port_range(const struct sock *sk, int *low, int *high);

/* LINUX: struct ip_ra_chain: a part of the raw socket that it is about. */
struct ip_ra_chain {
	struct ip_ra_chain *next;
	struct sock *sk;
	void (*destructor)(struct sock *sk);
};

/* ip_input.c */
s32 inet_iif(const struct sk_buff *skb);
struct packet_type;
int ip_rcv(struct sk_buff *skb, struct net_device *dev, const struct packet_type *pt,
	   struct net_device *orig_dev);
void ip_list_rcv(struct sk_buff *first);
int ip_local_deliver(struct sk_buff *skb);
/* Raw sockets that have asked for packets with the router alert option, where one is forwarded.
 * True: they have it.
 */
bool ip_call_ra_chain(struct sk_buff *skb);
void ip_protocol_deliver_rcu(struct net *net, struct sk_buff *skb, int protocol);

/* LINUX: struct net_protocol, registered by inet_add_protocol(); a static table in ip_input.c. */
struct net_protocol {
	int (*handler)(struct sk_buff *skb);
	int (*err_handler)(struct sk_buff *skb, u32 info);
	bool no_policy, icmp_strict_tag_validation;
};
extern const struct net_protocol *const inet_protos[256];

/* ip_fragment.c */
enum ip_defrag_users { IP_DEFRAG_LOCAL_DELIVER, IP_DEFRAG_CALL_RA_CHAIN };
int ip_defrag(struct net *net, struct sk_buff *skb, u32 user);
void ip_fragments_init(struct net *net);
void ip_fragments_exit(struct net *net); /* drops every queue: teardown */

/* ip_options.c */
/* Milliseconds since midnight. */
u32 inet_current_timestamp(struct net *net);
/* ip_options_build.c. LINUX: __ip_options_echo(): of the packet's options, which sopt tells of,
 * those of an answer to it.
 */
int ip_options_echo(struct net *net, struct ip_options *dopt, struct sk_buff *skb,
		    const struct inet_skb_parm *sopt);
void ip_options_build(struct sk_buff *skb, const struct ip_options *opt, be32 daddr,
		      struct rtable *rt);
void ip_options_fragment(struct sk_buff *skb);
/* What is known of a packet's options, into its control block: Linux compiles them there. */
void ip_options_remember(struct sk_buff *skb, const struct ip_options *opt);
/* A route along the source route's next hop; -EINVAL: the packet is to be dropped. */
int ip_options_rcv_srr(struct sk_buff *skb, struct net_device *dev);
int ip_options_compile(struct net *net, struct ip_options *opt, struct sk_buff *skb,
		       enum drop_reason *r);

/* What a forwarded packet's options are to record. */
void ip_forward_options(struct sk_buff *skb);

/* ip_forward.c */
int ip_forward(struct sk_buff *skb);
/* route.c: the input of a route to nowhere. */
int ip_error(struct sk_buff *skb);

/* ip_sockglue.c */
int ip_ra_control(struct sock *sk, bool on, void (*destructor)(struct sock *sk));
int ip_setsockopt(struct sock *sk, int level, int optname, uptr optval, u32 optlen);
int ip_getsockopt(struct sock *sk, int level, int optname, uptr optval, uptr optlen);
int ip_cmsg_send(struct sock *sk, struct msghdr *msg, struct ipcm_cookie *ipc, bool allow_ipv6);
/* Does the program want any control message of level SOL_IP? */
bool inet_cmsg_flags(const struct sock *sk);
void ip_cmsg_recv_offset(struct msghdr *msg, struct sock *sk, struct sk_buff *skb, int tlen,
			 int offset);
/* IP_PKTINFO of a packet that ipv4_pktinfo_prepare() has not seen tells no address of ours. */
void ip_cmsg_no_spec_dst(struct sk_buff *skb);
void ip_icmp_error(struct sock *sk, struct sk_buff *skb, int err, be16 port, u32 info,
		   const u8 *payload);
void ip_local_error(struct sock *sk, int err, be32 daddr, be16 dport, u32 info);
int ip_recv_error(struct sock *sk, struct msghdr *msg, u64 len, int *addr_len);
u32 rt_tos2priority(u8 tos);
void ipcm_init_sk(struct ipcm_cookie *ipc, const struct inet_sock *inet);
void ipv4_pktinfo_prepare(const struct sock *sk, struct sk_buff *skb, bool drop_dst);
u32 ip_sk_use_pmtu(const struct sock *sk);
bool ip_sk_accept_pmtu(const struct sock *sk);
bool ip_sk_ignore_df(const struct sock *sk);
bool ip_dont_fragment(const struct sock *sk, const struct dst_entry *dst);

#endif
