// SPDX-License-Identifier: MIT
/* ip_cmsg.c - control messages of level SOL_IP, and errors that wait for recvmsg(MSG_ERRQUEUE).
 *
 * Path: beside udp_sendmsg() and udp_recvmsg(); udp_err() queues. Rules: LINUX: the first half of
 * net/ipv4/ip_sockglue.c. Numbers lie in user memory as an x86-64 program has them.
 */
#include "base/csum.h"
#include "core/cmsg.h"
#include "core/datagram.h"
#include "ipv4/icmp.h"
#include "ipv4/ip.h"
#include "ipv4/ip_options.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "uapi/socket.h"

enum { SIN_FAMILY = 0, SIN_PORT = 2, SIN_ADDR = 4, EXTENDED_ERR_BYTES = 16 };
enum { ICMP_UN_RESERVED1 = 5 };

/* LINUX: struct in_pktinfo over IPCB(): the device is IPCB's iif. */
struct pktinfo_cb {
	struct inet_skb_parm h4;
	be32 ipi_spec_dst;
};
static_assert(sizeof(struct pktinfo_cb) <= SOCK_EXTERR_AT, "it stays in the packet of an error");
#define PKTINFO_SKB_CB(skb) SKB_CB(skb, struct pktinfo_cb)

void ipv4_pktinfo_prepare(const struct sock *sk, struct sk_buff *skb, bool drop_dst)
{
	if (inet_test_bit(sk, INET_FLAGS_PKTINFO) && skb_dst(skb) != NULL) {
		const struct rtable *rt = dst_rtable(skb_dst(skb));

		/* LINUX: inet_iif(): what was looped back tells the device that it was sent to. */
		if (PKTINFO_SKB_CB(skb)->h4.iif == LOOPBACK_IFINDEX)
			PKTINFO_SKB_CB(skb)->h4.iif = rt->rt_iif != 0 ? rt->rt_iif : skb->skb_iif;
		PKTINFO_SKB_CB(skb)->ipi_spec_dst = fib_compute_spec_dst(skb);
	} else {
		PKTINFO_SKB_CB(skb)->h4.iif = 0;
		PKTINFO_SKB_CB(skb)->ipi_spec_dst = (be32){ 0 };
	}
	if (drop_dst)
		skb_dst_drop(skb);
}

void ip_cmsg_no_spec_dst(struct sk_buff *skb)
{
	PKTINFO_SKB_CB(skb)->ipi_spec_dst = (be32){ 0 };
}

/* --- receiving -----------------------------------------------------------------------------------
 */

static void recv_pktinfo(struct sock *sk, struct msghdr *msg, struct sk_buff *skb)
{
	u8 info[12];

	put_le32(info, (u32)PKTINFO_SKB_CB(skb)->h4.iif);
	store_be32(info + 4, PKTINFO_SKB_CB(skb)->ipi_spec_dst);
	store_be32(info + 8, ipv4_daddr(skb_network_header(skb)));
	put_cmsg(sk, msg, SOL_IP, IP_PKTINFO, sizeof(info), info);
}

static void recv_int(struct sock *sk, struct msghdr *msg, s32 type, u32 v)
{
	u8 out[4];

	put_le32(out, v);
	put_cmsg(sk, msg, SOL_IP, type, sizeof(out), out);
}

static void recv_opts(struct sock *sk, struct msghdr *msg, struct sk_buff *skb)
{
	if (IPCB(skb)->optlen != 0)
		put_cmsg(sk, msg, SOL_IP, IP_RECVOPTS, IPCB(skb)->optlen,
			 skb_network_header(skb) + IPV4_HLEN);
}

static void recv_retopts(struct sock *sk, struct msghdr *msg, struct sk_buff *skb)
{
	struct ip_options opt;

	if (IPCB(skb)->optlen == 0)
		return;
	if (ip_options_echo(sock_net(sk), &opt, skb, IPCB(skb)) != 0) {
		msg->msg_flags |= MSG_CTRUNC;
		return;
	}
	ip_options_undo(&opt);
	put_cmsg(sk, msg, SOL_IP, IP_RETOPTS, opt.optlen, opt.data);
}

/* The address and port that the packet was sent to; every transport's header begins with ports. */
static void recv_origdstaddr(struct sock *sk, struct msghdr *msg, struct sk_buff *skb)
{
	u8 *head = skb_transport_header(skb);
	u8 sin[SOCKADDR_IN_BYTES] = { 0 };

	if (head + 4 > skb_tail_pointer(skb))
		return;
	put_le16(sin + SIN_FAMILY, AF_INET);
	memcpy(sin + SIN_PORT, head + 2, 2);
	store_be32(sin + SIN_ADDR, ipv4_daddr(skb_network_header(skb)));
	put_cmsg(sk, msg, SOL_IP, IP_ORIGDSTADDR, sizeof(sin), sin);
}

/* Of an ICMP error the data is what is left of it, and the sum that of the message. */
static u32 whole_wsum(struct sk_buff *skb, int tlen, u32 offset)
{
	const u8 *l4 = skb_network_header(skb) + ipv4_hlen(skb_network_header(skb));
	u32 pulled = tlen == 0 && skb->data > l4 ? (u32)(skb->data - l4) : 0, wsum;

	skb_push(skb, pulled);
	wsum = skb_wsum(skb, offset);
	(void)skb_pull(skb, pulled);
	return wsum;
}

static void recv_checksum(struct sock *sk, struct msghdr *msg, struct sk_buff *skb, int tlen,
			  int offset)
{
	u32 csum = skb->csum, wsum;
	u8 out[4];

	if (skb->ip_summed != CHECKSUM_COMPLETE)
		return;
	if (offset != 0) {
		s32 at = skb_transport_offset(skb) + tlen;

		csum = csum_sub(csum, skb_checksum(skb, (u32)max_s32(at, 0), (u32)offset, 0));
	}
	/* The program sees Linux's __wsum, which is not folded. */
	wsum = whole_wsum(skb, tlen, (u32)offset);
	if (wsum == 0 || wsum == U32_MAX)
		wsum = csum_fold16(csum) != 0 ? U32_MAX : 0;
	put_le32(out, wsum);
	put_cmsg(sk, msg, SOL_IP, IP_CHECKSUM, sizeof(out), out);
}

bool inet_cmsg_flags(const struct sock *sk)
{
	const u32 wanted = 1u << INET_FLAGS_PKTINFO | 1u << INET_FLAGS_TTL | 1u << INET_FLAGS_TOS |
			   1u << INET_FLAGS_RECVOPTS | 1u << INET_FLAGS_RETOPTS |
			   1u << INET_FLAGS_PASSSEC | 1u << INET_FLAGS_ORIGDSTADDR |
			   1u << INET_FLAGS_CHECKSUM | 1u << INET_FLAGS_RECVFRAGSIZE;

	return (inet_sk(sk)->inet_flags & wanted) != 0;
}

void ip_cmsg_recv_offset(struct msghdr *msg, struct sock *sk, struct sk_buff *skb, int tlen,
			 int offset)
{
	const u8 *iph = skb_network_header(skb);

	if (inet_test_bit(sk, INET_FLAGS_PKTINFO))
		recv_pktinfo(sk, msg, skb);
	if (inet_test_bit(sk, INET_FLAGS_TTL))
		recv_int(sk, msg, IP_TTL, iph[IPV4_TTL]);
	if (inet_test_bit(sk, INET_FLAGS_TOS))
		put_cmsg(sk, msg, SOL_IP, IP_TOS, 1, iph + IPV4_TOS);
	if (inet_test_bit(sk, INET_FLAGS_RECVOPTS))
		recv_opts(sk, msg, skb);
	if (inet_test_bit(sk, INET_FLAGS_RETOPTS))
		recv_retopts(sk, msg, skb);
	/* INET_FLAGS_PASSSEC: there is no security module whose label could be passed. */
	if (inet_test_bit(sk, INET_FLAGS_ORIGDSTADDR))
		recv_origdstaddr(sk, msg, skb);
	if (inet_test_bit(sk, INET_FLAGS_CHECKSUM))
		recv_checksum(sk, msg, skb, tlen, offset);
	if (inet_test_bit(sk, INET_FLAGS_RECVFRAGSIZE) && IPCB(skb)->frag_max_size != 0)
		recv_int(sk, msg, IP_RECVFRAGSIZE, IPCB(skb)->frag_max_size);
}

/* --- sending -------------------------------------------------------------------------------------
 */

static int send_pktinfo(struct sock *sk, const struct msghdr *msg, const struct cmsghdr *cmsg,
			struct ipcm_cookie *ipc)
{
	u8 info[12];
	int err;

	if (cmsg_data_len(cmsg) != sizeof(info))
		return -EINVAL;
	err = cmsg_data(sk, msg, cmsg, info, sizeof(info));
	if (err != 0)
		return err;
	if (get_le32(info) != 0)
		ipc->oif = (s32)get_le32(info);
	ipc->addr = load_be32(info + 4);
	return 0;
}

/* A number of one or four bytes in a range. */
static int send_number(struct sock *sk, const struct msghdr *msg, const struct cmsghdr *cmsg,
		       s32 least, bool may_be_byte, s32 *val)
{
	u8 data[4];
	int err;

	if (cmsg_data_len(cmsg) != 4 && !(may_be_byte && cmsg_data_len(cmsg) == 1))
		return -EINVAL;
	err = cmsg_data(sk, msg, cmsg, data, (u32)cmsg_data_len(cmsg));
	if (err != 0)
		return err;
	*val = cmsg_data_len(cmsg) == 1 ? data[0] : (s32)get_le32(data);
	return *val < least || *val > 255 ? -EINVAL : 0;
}

/* In place of the socket's own, also where there are none. */
static int send_retopts(struct sock *sk, const struct msghdr *msg, const struct cmsghdr *cmsg,
			struct ipcm_cookie *ipc)
{
	u32 len = (u32)min_u64(cmsg_data_len(cmsg), 40);
	u8 data[40];
	int err;

	err = cmsg_data(sk, msg, cmsg, data, len);
	if (err == 0)
		err = ip_options_get(sock_net(sk), &ipc->opt_mem.opt, data, len);
	if (err == 0)
		ipc->opt = &ipc->opt_mem;
	return err;
}

static int send_ip(struct sock *sk, const struct msghdr *msg, const struct cmsghdr *cmsg,
		   struct ipcm_cookie *ipc)
{
	int err;
	s32 val;

	switch (cmsg->cmsg_type) {
	case IP_RETOPTS:
		return send_retopts(sk, msg, cmsg, ipc);
	case IP_PKTINFO:
		return send_pktinfo(sk, msg, cmsg, ipc);
	case IP_TTL:
		err = send_number(sk, msg, cmsg, 1, false, &val);
		if (err == 0)
			ipc->ttl = (u8)val;
		return err;
	case IP_TOS:
		err = send_number(sk, msg, cmsg, 0, true, &val);
		if (err == 0) {
			ipc->tos = (s16)val;
			ipc->sockc_priority = rt_tos2priority((u8)val);
		}
		return err;
	case IP_PROTOCOL:
		err = send_number(sk, msg, cmsg, 1, false, &val);
		if (err == 0)
			ipc->protocol = (u8)val;
		return err;
	default:
		return -EINVAL;
	}
}

static int send_socket(struct sock *sk, const struct msghdr *msg, const struct cmsghdr *cmsg,
		       struct ipcm_cookie *ipc)
{
	struct sockcm_cookie sockc = { ipc->sockc_transmit_time, ipc->sockc_mark,
				       ipc->sockc_tsflags };
	int err = sock_cmsg_send(sk, msg, cmsg, &sockc);

	ipc->sockc_transmit_time = sockc.transmit_time;
	ipc->sockc_mark = sockc.mark;
	ipc->sockc_tsflags = sockc.tsflags;
	return err;
}

/* allow_ipv6 has no meaning where there is no IPv6. */
int ip_cmsg_send(struct sock *sk, struct msghdr *msg, struct ipcm_cookie *ipc, bool allow_ipv6)
{
	struct cmsghdr cmsg = { .at = U64_MAX };
	int err;

	(void)allow_ipv6;
	for (err = cmsg_next(sk, msg, &cmsg); err == 1; err = cmsg_next(sk, msg, &cmsg)) {
		int bad = 0;

		if (cmsg.cmsg_level == SOL_SOCKET)
			bad = send_socket(sk, msg, &cmsg, ipc);
		else if (cmsg.cmsg_level == SOL_IP)
			bad = send_ip(sk, msg, &cmsg, ipc);
		if (bad != 0)
			return bad;
	}
	return err;
}

void ipcm_init_sk(struct ipcm_cookie *ipc, const struct inet_sock *inet)
{
	*ipc = (struct ipcm_cookie){
		.sockc_mark = inet->sk.sk_mark,
		.sockc_tsflags = inet->sk.sk_tsflags,
		.oif = inet->sk.sk_bound_dev_if,
		.addr = inet->inet_saddr,
		.protocol =
			(u8)inet->sk.sk_num, /* LINUX: inet_num: means something on RAW sockets */
		.tos = -1,
	};
}

/* --- errors --------------------------------------------------------------------------------------
 */

static void set_exterr(struct sk_buff *skb, int err, u8 origin, u32 info, be16 port)
{
	PKTINFO_SKB_CB(skb)->ipi_spec_dst = (be32){ 0 };
	SKB_EXT_ERR(skb)->ee = (struct sock_extended_err){
		.ee_errno = (u32)err,
		.ee_origin = origin,
		.ee_info = info,
	};
	SKB_EXT_ERR(skb)->port = port;
}

/* RFC 4884: are the extension objects behind the quoted datagram well formed? */
static bool rfc4884_valid(const struct sk_buff *skb, u32 off)
{
	u8 ext[4];

	if (skb_copy_bits(skb, off, ext, sizeof(ext)) != 0)
		return false;
	if (ext[0] >> 4 != 2)
		return true;
	if (get_be16(ext + 2) != 0 && csum_fold(skb_checksum(skb, off, skb->len - off, 0)) != 0)
		return false;
	off += sizeof(ext);
	while (off < skb->len) {
		u8 obj[4];

		if (skb_copy_bits(skb, off, obj, sizeof(obj)) != 0)
			return false;
		if (get_be16(obj) < sizeof(obj))
			return false;
		off += get_be16(obj);
		if (off > skb->len)
			return false;
	}
	return true;
}

/* LINUX: ip_icmp_error_rfc4884(): where the extensions begin, in what the program will read. */
static void set_rfc4884(struct sk_buff *skb, const u8 *icmph)
{
	struct sock_extended_err *ee = &SKB_EXT_ERR(skb)->ee;
	s32 hlen = -skb_transport_offset(skb) - ICMP_HLEN;
	s32 off = icmph[ICMP_UN_RESERVED1] * 4;
	u8 type = icmph[ICMP_TYPE];

	if (type != ICMP_DEST_UNREACH && type != ICMP_TIME_EXCEEDED && type != ICMP_PARAMETERPROB)
		return;
	if (off < 128 || off < hlen)
		return;
	off -= hlen;
	if ((u32)off + 4 > skb->len)
		return;
	/* LINUX: struct sock_ee_data_rfc4884 { u16 len; u8 flags; u8 reserved; } as a number. */
	ee->ee_data = (u32)off | (rfc4884_valid(skb, (u32)off) ? 0 : 1u << 16);
}

void ip_icmp_error(struct sock *sk, struct sk_buff *skb, int err, be16 port, u32 info,
		   const u8 *payload)
{
	u32 strip = (u32)(payload - skb->data);
	const u8 *icmph;

	skb = skb_clone(skb);
	if (skb == NULL)
		return;
	icmph = skb_transport_header(skb);
	set_exterr(skb, err, SO_EE_ORIGIN_ICMP, info, port);
	SKB_EXT_ERR(skb)->ee.ee_type = icmph[ICMP_TYPE];
	SKB_EXT_ERR(skb)->ee.ee_code = icmph[ICMP_CODE];
	SKB_EXT_ERR(skb)->addr_offset =
		(u8)(icmph + ICMP_HLEN + IPV4_DADDR - skb_network_header(skb));
	if (skb_pull(skb, strip) != NULL) {
		if (inet_test_bit(sk, INET_FLAGS_RECVERR_RFC4884))
			set_rfc4884(skb, icmph);
		skb_reset_transport_header(skb);
		if (sock_queue_err_skb(sk, skb) == 0)
			return;
	}
	kfree_skb(skb);
}

void ip_local_error(struct sock *sk, int err, be32 daddr, be16 dport, u32 info)
{
	struct sk_buff *skb;
	u8 *iph;

	if (!inet_test_bit(sk, INET_FLAGS_RECVERR))
		return;
	skb = alloc_skb(sock_net(sk), IPV4_HLEN);
	if (skb == NULL)
		return;
	iph = skb_put(skb, IPV4_HLEN);
	memset(iph, 0, IPV4_HLEN);
	skb_reset_network_header(skb);
	store_be32(iph + IPV4_DADDR, daddr);
	set_exterr(skb, err, SO_EE_ORIGIN_LOCAL, info, dport);
	SKB_EXT_ERR(skb)->addr_offset = IPV4_DADDR;
	skb_pull(skb, IPV4_HLEN);
	skb_reset_transport_header(skb);
	if (sock_queue_err_skb(sk, skb) != 0)
		kfree_skb(skb);
}

/* LINUX: ipv4_datagram_support_cmsg(). */
static bool err_has_packet(struct sock *sk, struct sk_buff *skb)
{
	u8 origin = SKB_EXT_ERR(skb)->ee.ee_origin;

	if (origin == SO_EE_ORIGIN_ICMP)
		return true;
	if (origin == SO_EE_ORIGIN_LOCAL)
		return false;
	if ((sk->sk_tsflags & SOF_TIMESTAMPING_OPT_CMSG) == 0 || PKTINFO_SKB_CB(skb)->h4.iif == 0)
		return false;
	PKTINFO_SKB_CB(skb)->ipi_spec_dst = ipv4_saddr(skb_network_header(skb));
	return true;
}

/* LINUX: struct sock_extended_err and the offender's address behind it. */
static void put_exterr(struct sock *sk, struct msghdr *msg, struct sk_buff *skb)
{
	const struct sock_extended_err *ee = &SKB_EXT_ERR(skb)->ee;
	u8 out[EXTENDED_ERR_BYTES + SOCKADDR_IN_BYTES] = { 0 };

	put_le32(out, ee->ee_errno);
	out[4] = ee->ee_origin;
	out[5] = ee->ee_type;
	out[6] = ee->ee_code;
	put_le32(out + 8, ee->ee_info);
	put_le32(out + 12, ee->ee_data);
	if (err_has_packet(sk, skb)) {
		put_le16(out + EXTENDED_ERR_BYTES + SIN_FAMILY, AF_INET);
		store_be32(out + EXTENDED_ERR_BYTES + SIN_ADDR,
			   ipv4_saddr(skb_network_header(skb)));
		ip_cmsg_recv_offset(msg, sk, skb, 0, 0);
	}
	put_cmsg(sk, msg, SOL_IP, IP_RECVERR, sizeof(out), out);
}

/* Where the packet was going. */
static void err_name(struct msghdr *msg, struct sk_buff *skb, int *addr_len)
{
	const struct sock_exterr_skb *serr = SKB_EXT_ERR(skb);
	u8 *sin = msg->msg_name;

	if (sin == NULL || (serr->ee.ee_origin != SO_EE_ORIGIN_ICMP &&
			    serr->ee.ee_origin != SO_EE_ORIGIN_LOCAL && serr->port.raw == 0))
		return;
	memset(sin, 0, SOCKADDR_IN_BYTES);
	put_le16(sin + SIN_FAMILY, AF_INET);
	store_be16(sin + SIN_PORT, serr->port);
	memcpy(sin + SIN_ADDR, skb_network_header(skb) + serr->addr_offset, 4);
	*addr_len = SOCKADDR_IN_BYTES;
}

int ip_recv_error(struct sock *sk, struct msghdr *msg, u64 len, int *addr_len)
{
	struct sk_buff *skb = sock_dequeue_err_skb(sk);
	u32 copied;
	int err;

	if (skb == NULL)
		return -EAGAIN;
	copied = skb->len;
	if (copied > len) {
		msg->msg_flags |= MSG_TRUNC;
		copied = (u32)len;
	}
	err = skb_copy_datagram_msg(skb, 0, msg, copied);
	if (err != 0) {
		kfree_skb(skb);
		return err;
	}
	sock_recv_timestamp(msg, sk, skb);
	err_name(msg, skb, addr_len);
	put_exterr(sk, msg, skb);
	msg->msg_flags |= MSG_ERRQUEUE;
	consume_skb(skb);
	return (int)copied;
}
