// SPDX-License-Identifier: MIT
/* icmp.c - ICMP: echo and time stamp replies, errors that this host sends, errors that it is sent.
 *
 * Path: beside it: udp_rcv() answers a datagram that nobody wants; ip_protocol_deliver_rcu()
 * brings what others answer to ours.
 * Rules: RFC 792, RFC 1122 3.2.2, RFC 1812 4.3.2; LINUX: net/ipv4/icmp.c.
 * DIVERGES(icmp-one-sock): one control socket and a lock for each CPU; Linux has a socket for each.
 */
#include "ipv4/icmp.h"

#include "base/csum.h"
#include "ipv4/af_inet.h"
#include "ipv4/inetpeer.h"
#include "ipv4/ping.h"
#include "ipv4/raw.h"
#include "ipv4/udp.h"
#include "uapi/errno.h"
#include "uapi/socket.h"
#include "wire/udp.h"

enum {
	ICMP_ROOM = 576, /* RFC 1812 4.3.2.3: as much of the datagram as fits in this */
	ICMP_DATA_MAX = ICMP_HLEN + 12,
	TIMESTAMP_BYTES = 12,
	ICMP_SNDBUF = 2 * (65536 + SKB_STRUCT_BYTES + SKB_SHARED_INFO_BYTES),
	RT_TOS_MASK = 0x1e,
	IPTOS_PREC_INTERNETCONTROL = 0xc0
};
/* LINUX: INADDR_DUMMY, RFC 7600: a source address for a host that has none. */
#define INADDR_DUMMY 0xc0000008u

/* RFC 1122 3.2.2.1: net, host and source route unreachable are hints only, not fatal. */
const struct icmp_err icmp_err_convert[NR_ICMP_UNREACH + 1] = {
	[ICMP_NET_UNREACH] = { ENETUNREACH, false },
	[ICMP_HOST_UNREACH] = { EHOSTUNREACH, false },
	[ICMP_PROT_UNREACH] = { ENOPROTOOPT, true },
	[ICMP_PORT_UNREACH] = { ECONNREFUSED, true },
	[ICMP_FRAG_NEEDED] = { EMSGSIZE, false },
	[ICMP_SR_FAILED] = { EOPNOTSUPP, false },
	[6] = { ENETUNREACH, true },	/* network unknown */
	[7] = { EHOSTDOWN, true },	/* host unknown */
	[8] = { ENONET, true },		/* source host isolated */
	[9] = { ENETUNREACH, true },	/* network prohibited */
	[10] = { EHOSTUNREACH, true },	/* host prohibited */
	[11] = { ENETUNREACH, false },	/* network, for this service */
	[12] = { EHOSTUNREACH, false }, /* host, for this service */
	[13] = { EHOSTUNREACH, true },	/* prohibited by filtering */
	[14] = { EHOSTUNREACH, true },	/* host precedence violation */
	[15] = { EHOSTUNREACH, true },	/* precedence cut-off */
};

/* LINUX: struct icmp_bxm: a message that is being made, and the packet that its data come from. */
struct icmp_bxm {
	struct sk_buff *skb;
	u32 offset; /* of the data, from skb->data; a header before it counts from the end of 32
		       bits */
	u32 data_len;
	u8 data[ICMP_DATA_MAX];
	u32 head_len;
	struct ip_options_rcu replyopts;
};

/* What is done with a message that came; 0 when it has served its purpose. */
typedef enum drop_reason (*icmp_handler)(struct net *net, struct sk_buff *skb);
struct icmp_control {
	icmp_handler handler;
	bool error; /* an error message: never answered by one */
};
static const struct icmp_control icmp_pointers[NR_ICMP_TYPES + 1];

static u8 *icmp_hdr(const struct sk_buff *skb)
{
	return skb_transport_header(skb);
}

/* -------- the control socket -------- */

int icmp_init(struct net *net)
{
	struct icmp_state *st = net->icmp;
	int err;

	*st = (struct icmp_state){ .global_credit = 0 };
	err = inet_ctl_sock_create(&st->ctl, net, IPPROTO_ICMP);
	if (err != 0)
		return err;
	st->ctl.sk->sk_sndbuf = ICMP_SNDBUF;
	inet_sk(st->ctl.sk)->pmtudisc = IP_PMTUDISC_DONT;
	return 0;
}

void icmp_exit(struct net *net)
{
	inet_ctl_sock_destroy(&net->icmp->ctl);
}

/* Bottom halves are off. NULL: sending a message has led to another one. */
static struct sock *icmp_xmit_lock(struct net *net)
{
	struct cpu *c = this_cpu(net);

	return spin_trylock(c, &net->icmp->xmit_lock[c->id]) ? net->icmp->ctl.sk : NULL;
}

static void icmp_xmit_unlock(struct net *net)
{
	struct cpu *c = this_cpu(net);

	spin_unlock(c, &net->icmp->xmit_lock[c->id]);
}

/* -------- limits -------- */

/* LINUX: icmp_global_allow(): the host's credit, refilled at most every 20 ms. */
static bool icmp_global_allow(struct net *net)
{
	struct icmp_state *st = net->icmp;
	u32 now = (u32)net_jiffies(net);
	u32 delta, incr;

	if (st->global_credit > 0)
		return true;
	delta = min_u32(now - st->global_stamp, HZ);
	if (delta < HZ / 50)
		return false;
	incr = (u32)((u64)net->sysctl.icmp_msgs_per_sec * delta / HZ);
	if (incr == 0)
		return false;
	st->global_stamp = now;
	st->global_credit = min_s32(st->global_credit + (s32)incr, net->sysctl.icmp_msgs_burst);
	return true;
}

/* LINUX: icmp_global_consume(): none, one or two, so that nobody can count what others are sent. */
static void icmp_global_consume(struct net *net)
{
	net->icmp->global_credit -= (s32)get_random_u8_below(net->random, 3);
}

static bool icmpv4_mask_allow(const struct net *net, u8 type, u8 code)
{
	if (type > NR_ICMP_TYPES)
		return true;
	/* Path MTU discovery must not be slowed down. */
	if (type == ICMP_DEST_UNREACH && code == ICMP_FRAG_NEEDED)
		return true;
	return (1u << type & (u32)net->sysctl.icmp_ratemask) == 0;
}

/* *limited: the message counts, so it is to pass the destination's limit too. */
static bool icmpv4_global_allow(struct net *net, u8 type, u8 code, bool *limited)
{
	if (icmpv4_mask_allow(net, type, code))
		return true;
	if (icmp_global_allow(net)) {
		*limited = true;
		return true;
	}
	mib_inc(net, ICMP_MIB_OUTRATELIMITGLOBAL);
	return false;
}

static bool icmpv4_xrlim_allow(struct net *net, const struct rtable *rt, be32 daddr, bool limited)
{
	bool allow = true;

	if (!limited)
		return true;
	if ((rt->dst.dev->flags & IFF_LOOPBACK) == 0)
		allow = inet_peer_xrlim_allow(net, inet_getpeer_v4(net, daddr),
					      net->sysctl.icmp_ratelimit);
	if (allow)
		icmp_global_consume(net);
	else
		mib_inc(net, ICMP_MIB_OUTRATELIMITHOST);
	return allow;
}

/* -------- counting by type -------- */

struct icmp_mib {
	bool known;
	u16 in, out;
};

static const struct icmp_mib icmp_mibs[NR_ICMP_TYPES + 1] = {
	[ICMP_ECHOREPLY] = { true, ICMP_MIB_INECHOREPS, ICMP_MIB_OUTECHOREPS },
	[ICMP_DEST_UNREACH] = { true, ICMP_MIB_INDESTUNREACHS, ICMP_MIB_OUTDESTUNREACHS },
	[ICMP_SOURCE_QUENCH] = { true, ICMP_MIB_INSRCQUENCHS, ICMP_MIB_OUTSRCQUENCHS },
	[ICMP_REDIRECT] = { true, ICMP_MIB_INREDIRECTS, ICMP_MIB_OUTREDIRECTS },
	[ICMP_ECHO] = { true, ICMP_MIB_INECHOS, ICMP_MIB_OUTECHOS },
	[ICMP_TIME_EXCEEDED] = { true, ICMP_MIB_INTIMEEXCDS, ICMP_MIB_OUTTIMEEXCDS },
	[ICMP_PARAMETERPROB] = { true, ICMP_MIB_INPARMPROBS, ICMP_MIB_OUTPARMPROBS },
	[ICMP_TIMESTAMP] = { true, ICMP_MIB_INTIMESTAMPS, ICMP_MIB_OUTTIMESTAMPS },
	[ICMP_TIMESTAMPREPLY] = { true, ICMP_MIB_INTIMESTAMPREPS, ICMP_MIB_OUTTIMESTAMPREPS },
	[ICMP_ADDRESS] = { true, ICMP_MIB_INADDRMASKS, ICMP_MIB_OUTADDRMASKS },
	[ICMP_ADDRESSREPLY] = { true, ICMP_MIB_INADDRMASKREPS, ICMP_MIB_OUTADDRMASKREPS },
};

/* LINUX: ICMPMSGIN_INC_STATS(). */
static void icmp_in_count(struct net *net, u8 type)
{
	if (type <= NR_ICMP_TYPES && icmp_mibs[type].known)
		mib_inc(net, icmp_mibs[type].in);
}

void icmp_out_count(struct net *net, u8 type)
{
	if (type <= NR_ICMP_TYPES && icmp_mibs[type].known)
		mib_inc(net, icmp_mibs[type].out);
	mib_inc(net, ICMP_MIB_OUTMSGS);
}

/* -------- sending -------- */

/* LINUX: icmp_glue_bits(). The data may begin before skb->data, at the IP header. */
static int icmp_glue_bits(void *from, u8 *to, u32 offset, u32 len, u32 odd, struct sk_buff *skb)
{
	const struct icmp_bxm *param = from;
	struct sk_buff *src = param->skb;
	u32 pushed = 0;
	int err;

	/* skb_copy_bits() counts from skb->data: the data pointer goes back for as long. */
	if ((s32)param->offset < 0) {
		pushed = 0u - param->offset;
		(void)skb_push_inline(src, pushed);
	}
	err = skb_copy_bits(src, param->offset + pushed + offset, to, len);
	if (pushed != 0)
		(void)skb_pull(src, pushed);
	if (err != 0)
		return err;
	skb->csum = csum_block_add(skb->csum, csum_partial(to, len, 0), odd);
	return 0;
}

static void icmp_push_reply(struct sock *sk, struct icmp_bxm *param, struct flowi4 *fl4,
			    struct ipcm_cookie *ipc, struct rtable **rt)
{
	struct net *net = sock_net(sk);
	PROBE(net, icmp_push_reply);
	const struct ip_payload payload = {
		.getfrag = icmp_glue_bits,
		.from = param,
		.length = param->data_len + param->head_len,
		.transhdrlen = param->head_len,
		.flags = MSG_DONTWAIT,
	};
	struct sk_buff *skb, *skb1;
	u32 csum;

	if (ip_append_data(sk, fl4, &payload, ipc, rt) < 0) {
		mib_inc(net, ICMP_MIB_OUTERRORS);
		ip_flush_pending_frames(sk);
		return;
	}
	skb = skb_peek(&sk->sk_write_queue);
	if (skb == NULL)
		return;
	memcpy(icmp_hdr(skb), param->data, param->head_len);
	csum = csum_partial(param->data, param->head_len, 0);
	skb_queue_walk(&sk->sk_write_queue, skb1) csum = csum_add(csum, skb1->csum);
	put_be16(icmp_hdr(skb) + ICMP_CHECK, csum_fold(csum));
	skb->ip_summed = CHECKSUM_NONE;
	(void)ip_push_pending_frames(sk, fl4);
}

/* Back to where skb came from. The control socket is ours. */
static void icmp_reply_locked(struct net *net, struct sock *sk, struct icmp_bxm *param,
			      struct sk_buff *skb, bool limited)
{
	struct inet_sock *inet = inet_sk(sk);
	struct flowi4 fl4 = { .flowi4_proto = IPPROTO_ICMP,
			      .flowi4_mark = ip4_reply_mark(net, skb->mark) };
	struct ipcm_cookie ipc;
	struct rtable *rt;
	int err = 0;

	assert(sk == net->icmp->ctl.sk);
	put_be16(param->data + ICMP_CHECK, 0);
	ipcm_init(&ipc);
	inet->tos = ip_hdr(skb)[IPV4_TOS];
	ipc.sockc_mark = fl4.flowi4_mark;
	ipc.addr = ipv4_saddr(ip_hdr(skb));
	fl4.daddr = ipc.addr;
	fl4.saddr = fib_compute_spec_dst(skb);
	fl4.flowi4_tos = ip_hdr(skb)[IPV4_TOS] & INET_DSCP_MASK;
	if (param->replyopts.opt.optlen != 0) {
		ipc.opt = &param->replyopts;
		if (param->replyopts.opt.srr != 0)
			fl4.daddr = param->replyopts.opt.faddr;
	}
	rt = ip_route_output_flow(net, &fl4, NULL, &err);
	if (rt == NULL)
		return;
	if (icmpv4_xrlim_allow(net, rt, fl4.daddr, limited))
		icmp_push_reply(sk, param, &fl4, &ipc, &rt);
	if (rt != NULL)
		ip_rt_put(rt);
}

static void icmp_reply(struct net *net, struct icmp_bxm *param, struct sk_buff *skb)
{
	PROBE(net, icmp_reply);
	struct cpu *c = this_cpu(net);
	bool limited = false;

	if (ip_options_echo(net, &param->replyopts.opt, skb, IPCB(skb)) != 0)
		return;
	local_bh_disable(c);
	if (icmpv4_global_allow(net, param->data[ICMP_TYPE], param->data[ICMP_CODE], &limited)) {
		struct sock *sk = icmp_xmit_lock(net);

		if (sk != NULL) {
			icmp_reply_locked(net, sk, param, skb, limited);
			icmp_xmit_unlock(net);
		}
	}
	local_bh_enable(c);
}

/* -------- errors -------- */

/* RFC 1122 3.2.2: no error about an error, a broadcast, or a fragment other than the first. */
static bool icmp_may_answer(const struct sk_buff *skb, const struct rtable *rt, u8 type)
{
	const u8 *iph = ip_hdr(skb);
	u32 at;
	u8 inner;

	/* The header is expected to be there; senders of errors sit in odd places. */
	if (iph < skb->head || iph + IPV4_HLEN > skb_tail_pointer(skb))
		return false;
	if (skb->pkt_type != PACKET_HOST)
		return false;
	if ((rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)) != 0)
		return false;
	if ((get_be16(iph + IPV4_FRAG_OFF) & IP_OFFSET) != 0)
		return false;
	if (!icmp_pointers[type].error || iph[IPV4_PROTOCOL] != IPPROTO_ICMP)
		return true;
	at = skb->network_header + ipv4_hlen(iph) + ICMP_TYPE;
	if (at >= skb_headroom(skb)) {
		if (skb_copy_bits(skb, at - skb_headroom(skb), &inner, 1) != 0)
			return false;
	} else {
		inner = skb->head[at];
	}
	/* A type that we do not know is taken to be an error. */
	return inner <= NR_ICMP_TYPES && !icmp_pointers[inner].error;
}

/* The address that the packet was sent to, if it is ours. */
static be32 icmp_error_source(struct net *net, const struct sk_buff *skb, const struct rtable *rt)
{
	const u8 *iph = ip_hdr(skb);
	const struct net_device *dev = NULL;

	if ((rt->rt_flags & (u32)RTCF_LOCAL) != 0)
		return ipv4_daddr(iph);
	if (rt->rt_is_input && net->sysctl.icmp_errors_use_inbound_ifaddr != 0)
		dev = dev_get_by_index(net, inet_iif(skb));
	return dev != NULL ? inet_select_addr(dev, ipv4_saddr(iph), RT_SCOPE_LINK) : (be32){ 0 };
}

/* LINUX: icmp_route_lookup() of a kernel without IPsec. */
static struct rtable *icmp_route_lookup(struct net *net, struct flowi4 *fl4,
					const struct sk_buff *skb, be32 saddr, u8 tos,
					const struct icmp_bxm *param)
{
	const struct ip_options *opt = &param->replyopts.opt;
	struct rtable *rt;
	int err = 0;

	*fl4 = (struct flowi4){
		.daddr = opt->srr != 0 ? opt->faddr : ipv4_saddr(ip_hdr(skb)),
		.saddr = saddr,
		.flowi4_mark = ip4_reply_mark(net, skb->mark),
		.flowi4_tos = tos & INET_DSCP_MASK,
		.flowi4_proto = IPPROTO_ICMP,
		.fl4_icmp_type = param->data[ICMP_TYPE],
		.fl4_icmp_code = param->data[ICMP_CODE],
	};
	rt = ip_route_output_key_hash(net, fl4, skb, &err);
	/* Who has no policies looks, and does nothing with what it sees. */
	if (rt != NULL)
		(void)inet_addr_type_dev_table(net, skb->dev, fl4->daddr);
	return rt;
}

/* How much of the datagram is quoted; 0: not even a header. */
static u32 icmp_quote_len(const struct icmp_bxm *param, const struct rtable *rt)
{
	u32 room = min_u32(dst_mtu(&rt->dst), ICMP_ROOM);
	u32 headers = IPV4_HLEN + param->replyopts.opt.optlen + ICMP_HLEN;

	if (room <= headers + IPV4_HLEN)
		return 0;
	return min_u32(room - headers, param->skb->len - param->offset);
}

/* Ports and length are UDP's, whose header is linear wherever errors come from. */
static void trace_icmp_send(struct net *net, const struct sk_buff *skb, u8 type, u8 code)
{
	static const u8 none[UDP_HLEN];
	const u8 *iph = ip_hdr(skb), *uh = iph + ipv4_hlen(iph);

	if (iph[IPV4_PROTOCOL] != IPPROTO_UDP || uh + UDP_HLEN > skb_tail_pointer(skb))
		uh = none;
	TRACE(net, icmp_send, type, code, be32_to_cpu(ipv4_saddr(iph)),
	      be32_to_cpu(ipv4_daddr(iph)), get_be16(uh + UDP_SOURCE), get_be16(uh + UDP_DEST),
	      get_be16(uh + UDP_LEN));
}

static void icmp_error_locked(struct net *net, struct sock *sk, struct icmp_bxm *param,
			      const struct rtable *in_rt, bool limited)
{
	struct sk_buff *skb_in = param->skb;
	const u8 *iph = ip_hdr(skb_in);
	u8 tos = iph[IPV4_TOS];
	struct ipcm_cookie ipc;
	struct flowi4 fl4;
	struct rtable *rt;

	if (icmp_pointers[param->data[ICMP_TYPE]].error)
		tos = (tos & RT_TOS_MASK) | IPTOS_PREC_INTERNETCONTROL;
	if (ip_options_echo(net, &param->replyopts.opt, skb_in, IPCB(skb_in)) != 0)
		return;
	inet_sk(sk)->tos = tos;
	ipcm_init(&ipc);
	ipc.addr = ipv4_saddr(iph);
	ipc.opt = &param->replyopts;
	rt = icmp_route_lookup(net, &fl4, skb_in, icmp_error_source(net, skb_in, in_rt), tos,
			       param);
	if (rt == NULL)
		return;
	ipc.sockc_mark = fl4.flowi4_mark;
	if (icmpv4_xrlim_allow(net, rt, fl4.daddr, limited)) {
		param->data_len = icmp_quote_len(param, rt);
		if (be32_is_zero(fl4.saddr))
			fl4.saddr = cpu_to_be32(INADDR_DUMMY);
		if (param->data_len != 0) {
			trace_icmp_send(net, skb_in, param->data[ICMP_TYPE],
					param->data[ICMP_CODE]);
			icmp_push_reply(sk, param, &fl4, &ipc, &rt);
		}
	}
	if (rt != NULL)
		ip_rt_put(rt);
}

/* LINUX: __icmp_send(): tells the sender of skb_in what became of it. skb_in stays the caller's. */
void icmp_send(struct sk_buff *skb_in, u8 type, u8 code, be32 info)
{
	struct net *net = skb_in->net;
	PROBE(net, icmp_send);
	const struct rtable *rt = dst_rtable(skb_dst(skb_in));
	struct cpu *c = this_cpu(net);
	struct icmp_bxm param = { .skb = skb_in, .head_len = ICMP_HLEN };
	bool limited = false;
	bool local_in;

	assert(type <= NR_ICMP_TYPES);
	/* DIVERGES(no-blackhole-netdev): Linux's device is of the first namespace, whence the error
	 * finds no way.
	 */
	if (skb_dst(skb_in) == NULL || rt->dst.obsolete == DST_OBSOLETE_DEAD ||
	    !icmp_may_answer(skb_in, rt, type))
		return;
	param.offset = (u32)skb_network_offset(skb_in);
	param.data[ICMP_TYPE] = type;
	param.data[ICMP_CODE] = code;
	store_be32(param.data + ICMP_REST, info);

	local_bh_disable(c);
	local_in = skb_in->dev != NULL && (skb_in->dev->flags & IFF_LOOPBACK) != 0;
	if (local_in || icmpv4_global_allow(net, type, code, &limited)) {
		struct sock *sk = icmp_xmit_lock(net);

		if (sk != NULL) {
			icmp_error_locked(net, sk, &param, rt, limited);
			icmp_xmit_unlock(net);
		}
	}
	local_bh_enable(c);
}

/* -------- receiving -------- */

/* LINUX: icmp_socket_deliver(). skb->data is at the IP header that the message quotes. */
static void icmp_socket_deliver(struct net *net, struct sk_buff *skb, u32 info)
{
	const struct net_protocol *ipprot;
	u8 protocol = skb->data[IPV4_PROTOCOL];

	/* RFC 792: eight bytes of the datagram are there, so the protocols need not ask. */
	if (!pskb_may_pull(skb, ipv4_hlen(skb->data) + 8) || protocol == IPPROTO_RAW) {
		mib_inc(net, ICMP_MIB_INERRORS);
		return;
	}
	raw_icmp_error(skb, protocol, info);
	ipprot = inet_protos[protocol];
	if (ipprot != NULL && ipprot->err_handler != NULL)
		(void)ipprot->err_handler(skb, info);
}

static bool icmp_tag_validation(u8 protocol)
{
	const struct net_protocol *ipprot = inet_protos[protocol];

	return ipprot != NULL && ipprot->icmp_strict_tag_validation;
}

/* The MTU that "fragmentation needed" tells, as far as the administrator lets it be believed.
 * False: the message is not for the sockets at all.
 */
static bool frag_needed_mtu(const struct net *net, const struct sk_buff *skb, u32 *info)
{
	u32 no_pmtu_disc = net->sysctl.ip_no_pmtu_disc;

	if (no_pmtu_disc == 2)
		return false;
	if (no_pmtu_disc == 3 && !icmp_tag_validation(skb->data[IPV4_PROTOCOL]))
		return false;
	if (no_pmtu_disc == 0 || no_pmtu_disc == 3)
		*info = get_be16(icmp_hdr(skb) + ICMP_MTU);
	return true;
}

/* What the message adds to its type and code. False: it goes no further. */
static bool icmp_unreach_info(struct net *net, const struct sk_buff *skb, u32 *info)
{
	const u8 *icmph = icmp_hdr(skb);

	switch (icmph[ICMP_TYPE]) {
	case ICMP_DEST_UNREACH:
		if ((icmph[ICMP_CODE] & 15) == ICMP_FRAG_NEEDED && !frag_needed_mtu(net, skb, info))
			return false;
		return icmph[ICMP_CODE] <= NR_ICMP_UNREACH;
	case ICMP_PARAMETERPROB:
		*info = icmph[ICMP_REST];
		return true;
	case ICMP_TIME_EXCEEDED:
		return icmph[ICMP_CODE] != ICMP_EXC_FRAGTIME;
	default:
		return true;
	}
}

/* Destination unreachable, time exceeded, source quench, parameter problem. */
static enum drop_reason icmp_unreach(struct net *net, struct sk_buff *skb)
{
	u32 info = 0;

	if (!pskb_may_pull(skb, IPV4_HLEN)) {
		mib_inc(net, ICMP_MIB_INERRORS);
		return DROP_NOT_SPECIFIED;
	}
	if (ipv4_hlen(skb->data) < IPV4_HLEN) {
		mib_inc(net, ICMP_MIB_INERRORS);
		return DROP_IP_INHDR;
	}
	if (!icmp_unreach_info(net, skb, &info))
		return DROP_NOT_DROPPED_YET;
	/* Routers that answer to broadcasts violate RFC 1122; by default that is not even looked
	 * at. */
	if (net->sysctl.icmp_ignore_bogus_error_responses == 0 &&
	    inet_addr_type_dev_table(net, skb->dev, ipv4_daddr(skb->data)) == RTN_BROADCAST)
		return DROP_NOT_DROPPED_YET;
	icmp_socket_deliver(net, skb, info);
	return DROP_NOT_DROPPED_YET;
}

static enum drop_reason icmp_redirect(struct net *net, struct sk_buff *skb)
{
	if (skb->len < IPV4_HLEN) {
		mib_inc(net, ICMP_MIB_INERRORS);
		return DROP_PKT_TOO_SMALL;
	}
	if (!pskb_may_pull(skb, IPV4_HLEN))
		return DROP_NOMEM;
	icmp_socket_deliver(net, skb, get_be32(icmp_hdr(skb) + ICMP_REST));
	return DROP_NOT_DROPPED_YET;
}

/* RFC 1122 3.2.2.6: the answer carries what the question carried. */
static enum drop_reason icmp_echo(struct net *net, struct sk_buff *skb)
{
	PROBE(net, icmp_echo);
	struct icmp_bxm param = { .skb = skb, .data_len = skb->len, .head_len = ICMP_HLEN };

	if (net->sysctl.icmp_echo_ignore_all != 0)
		return DROP_NOT_DROPPED_YET;
	memcpy(param.data, icmp_hdr(skb), ICMP_HLEN);
	if (param.data[ICMP_TYPE] == ICMP_ECHO)
		param.data[ICMP_TYPE] = ICMP_ECHOREPLY;
	else if (!icmp_build_probe(skb, param.data))
		return DROP_NOT_DROPPED_YET;
	icmp_reply(net, &param, skb);
	return DROP_NOT_DROPPED_YET;
}

/* RFC 792: the sender's stamp, when it came, when the answer left. */
static enum drop_reason icmp_timestamp(struct net *net, struct sk_buff *skb)
{
	struct icmp_bxm param = { .skb = skb, .head_len = ICMP_HLEN + TIMESTAMP_BYTES };
	u32 now;

	if (skb->len < 4) {
		mib_inc(net, ICMP_MIB_INERRORS);
		return DROP_PKT_TOO_SMALL;
	}
	now = inet_current_timestamp(net);
	memcpy(param.data, icmp_hdr(skb), ICMP_HLEN);
	param.data[ICMP_TYPE] = ICMP_TIMESTAMPREPLY;
	param.data[ICMP_CODE] = 0;
	if (skb_copy_bits(skb, 0, param.data + ICMP_HLEN, 4) != 0)
		return DROP_PKT_TOO_SMALL;
	put_be32(param.data + ICMP_HLEN + 4, now);
	put_be32(param.data + ICMP_HLEN + 8, now);
	icmp_reply(net, &param, skb);
	return DROP_NOT_DROPPED_YET;
}

static enum drop_reason icmp_discard(struct net *net, struct sk_buff *skb)
{
	(void)net;
	(void)skb;
	return DROP_NOT_DROPPED_YET;
}

/* Answers to echoes of our own are for ICMP sockets. */
static enum drop_reason icmp_echoreply(struct net *net, struct sk_buff *skb)
{
	(void)net;
	return ping_rcv(skb);
}

static const struct icmp_control icmp_pointers[NR_ICMP_TYPES + 1] = {
	[ICMP_ECHOREPLY] = { icmp_echoreply, false },
	[1] = { icmp_discard, true },
	[2] = { icmp_discard, true },
	[ICMP_DEST_UNREACH] = { icmp_unreach, true },
	[ICMP_SOURCE_QUENCH] = { icmp_unreach, true },
	[ICMP_REDIRECT] = { icmp_redirect, true },
	[6] = { icmp_discard, true },
	[7] = { icmp_discard, true },
	[ICMP_ECHO] = { icmp_echo, false },
	[9] = { icmp_discard, true },
	[10] = { icmp_discard, true },
	[ICMP_TIME_EXCEEDED] = { icmp_unreach, true },
	[ICMP_PARAMETERPROB] = { icmp_unreach, true },
	[ICMP_TIMESTAMP] = { icmp_timestamp, false },
	[ICMP_TIMESTAMPREPLY] = { icmp_discard, false },
	[ICMP_INFO_REQUEST] = { icmp_discard, false },
	[ICMP_INFO_REPLY] = { icmp_discard, false },
	[ICMP_ADDRESS] = { icmp_discard, false },
	[ICMP_ADDRESSREPLY] = { icmp_discard, false },
};

/* RFC 1122 3.2.2.6, 3.2.2.8: what may be answered when it was sent to all. */
static bool icmp_broadcast_allowed(const struct net *net, u8 type)
{
	if (type == ICMP_ECHO || type == ICMP_TIMESTAMP)
		return net->sysctl.icmp_echo_ignore_broadcasts == 0;
	return type == ICMP_ADDRESS || type == ICMP_ADDRESSREPLY;
}

/* The message, its header in front of skb->data. A reason other than 0: it is a drop; *error: and
 * an error of the sender.
 */
static enum drop_reason icmp_dispatch(struct net *net, struct sk_buff *skb, bool *error)
{
	u32 rt_flags = dst_rtable(skb_dst(skb))->rt_flags;
	u8 type = icmp_hdr(skb)[ICMP_TYPE];

	icmp_in_count(net, type);
	if (type == ICMP_EXT_ECHO)
		return icmp_echo(net, skb);
	if (type == ICMP_EXT_ECHOREPLY)
		return ping_rcv(skb);
	/* RFC 1122 3.2.2: unknown types are silently discarded. */
	*error = true;
	if (type > NR_ICMP_TYPES)
		return DROP_UNHANDLED_PROTO;
	if ((rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)) != 0 &&
	    !icmp_broadcast_allowed(net, type))
		return DROP_INVALID_PROTO;
	*error = false;
	return icmp_pointers[type].handler(net, skb);
}

int icmp_rcv(struct sk_buff *skb)
{
	struct net *net = skb->net;
	PROBE(net, icmp_rcv);
	enum drop_reason reason = DROP_NOT_SPECIFIED;
	bool error = true;

	mib_inc(net, ICMP_MIB_INMSGS);
	if (skb_checksum_validate(skb, true, false, 0) != 0) {
		reason = DROP_ICMP_CSUM;
		mib_inc(net, ICMP_MIB_INCSUMERRORS);
	} else if (pskb_may_pull(skb, ICMP_HLEN)) {
		(void)skb_pull(skb, ICMP_HLEN);
		error = false;
		reason = icmp_dispatch(net, skb, &error);
	}
	if (reason == DROP_NOT_DROPPED_YET) {
		consume_skb(skb);
		return NET_RX_SUCCESS;
	}
	if (error)
		mib_inc(net, ICMP_MIB_INERRORS);
	kfree_skb_reason(skb, reason);
	/* LINUX: NET_RX_DROP is positive: the packet goes to nobody else. */
	return NET_RX_DROP;
}

/* An error about an ICMP message of ours: the kernel's are answers to echoes. */
int icmp_err(struct sk_buff *skb, u32 info)
{
	u32 offset = ipv4_hlen(skb->data);
	const u8 *icmph = icmp_hdr(skb);

	if (skb->data[offset + ICMP_TYPE] != ICMP_ECHOREPLY)
		ping_err(skb, offset, info);
	else if (icmph[ICMP_TYPE] == ICMP_DEST_UNREACH && icmph[ICMP_CODE] == ICMP_FRAG_NEEDED)
		ipv4_update_pmtu(skb, skb->net, info, 0, IPPROTO_ICMP);
	else if (icmph[ICMP_TYPE] == ICMP_REDIRECT)
		ipv4_redirect(skb, skb->net, 0, IPPROTO_ICMP);
	return 0;
}
