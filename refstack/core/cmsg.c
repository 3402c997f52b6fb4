// SPDX-License-Identifier: MIT
/* cmsg.c - control messages of level SOL_SOCKET, and the means to read and write any.
 *
 * Path: beside udp_sendmsg() and udp_recvmsg(), when a program passes msg_control.
 * Rules: LINUX: net/core/scm.c, net/core/sock.c, net/socket.c. Numbers lie in user memory as an
 * x86-64 program has them.
 */
#include "core/cmsg.h"

#include "uapi/capability.h"
#include "uapi/errno.h"
#include "uapi/socket.h"

enum { CMSG_AT_LEVEL = 8, CMSG_AT_TYPE = 12 };
/* LINUX: SOF_TIMESTAMPING_TX_RECORD_MASK. */
#define TX_RECORD_MASK                                                                             \
	(SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_TX_SCHED | \
	 SOF_TIMESTAMPING_TX_ACK)
#define SK_DEFAULT_STAMP U64_MAX /* nothing received yet */

static struct task *sk_task(const struct sock *sk)
{
	return current_task(sock_net(sk));
}

static bool is_compat(const struct sock *sk)
{
	return in_compat_syscall(sk_task(sk));
}

/* LINUX: CMSG_COMPAT_NXTHDR(): lengths become those that x86-64's header would have. */
static int cmsg_compat_next(struct sock *sk, const struct msghdr *msg, struct cmsghdr *cmsg)
{
	u64 more = CMSG_HDR_BYTES - CMSG_COMPAT_HDR_BYTES, at = 0;
	u8 hdr[CMSG_COMPAT_HDR_BYTES];

	if (cmsg->at != U64_MAX)
		at = cmsg->at + ALIGN_UP(cmsg->cmsg_len - more, 4ull);
	if (at > msg->msg_controllen || msg->msg_controllen - at < sizeof(hdr))
		return 0;
	if (copy_from_user(sk_task(sk), hdr, msg->msg_control + at, sizeof(hdr)) != 0)
		return -EFAULT;
	*cmsg = (struct cmsghdr){
		.cmsg_len = get_le32(hdr) + more,
		.cmsg_level = (s32)get_le32(hdr + 4),
		.cmsg_type = (s32)get_le32(hdr + 8),
		.at = at,
	};
	return get_le32(hdr) < sizeof(hdr) || get_le32(hdr) > msg->msg_controllen - at ? -EINVAL
										       : 1;
}

int cmsg_next(struct sock *sk, const struct msghdr *msg, struct cmsghdr *cmsg)
{
	u64 total = msg->msg_controllen, at = 0, left;
	u8 hdr[CMSG_HDR_BYTES];

	if (unlikely(is_compat(sk)))
		return cmsg_compat_next(sk, msg, cmsg);
	if (cmsg->at != U64_MAX) {
		u64 step = ALIGN_UP(cmsg->cmsg_len, (u64)CMSG_ALIGN_BYTES);

		left = total - cmsg->at;
		if (step > left)
			return 0;
		at = cmsg->at + step;
	}
	left = total - at;
	if (left < CMSG_HDR_BYTES)
		return 0;
	if (copy_from_user(sk_task(sk), hdr, msg->msg_control + at, sizeof(hdr)) != 0)
		return -EFAULT;
	*cmsg = (struct cmsghdr){
		.cmsg_len = get_le64(hdr),
		.cmsg_level = (s32)get_le32(hdr + CMSG_AT_LEVEL),
		.cmsg_type = (s32)get_le32(hdr + CMSG_AT_TYPE),
		.at = at,
	};
	if (cmsg->cmsg_len < CMSG_HDR_BYTES || cmsg->cmsg_len > left)
		return -EINVAL;
	return 1;
}

int cmsg_data(struct sock *sk, const struct msghdr *msg, const struct cmsghdr *cmsg, u8 *to, u32 n)
{
	u64 hdr = is_compat(sk) ? CMSG_COMPAT_HDR_BYTES : CMSG_HDR_BYTES;

	assert(n <= cmsg_data_len(cmsg));
	if (copy_from_user(sk_task(sk), to, msg->msg_control + cmsg->at + hdr, n) != 0)
		return -EFAULT;
	return 0;
}

/* LINUX: put_cmsg_compat(): times of the old kind have 32 bits. */
static const u8 *compat_times(s32 level, s32 type, u32 *len, const u8 *data, u8 out[24])
{
	u32 words = type == SO_TIMESTAMPING_OLD ? 6 : 2;

	if (level != SOL_SOCKET ||
	    (type != SO_TIMESTAMP_OLD && type != SO_TIMESTAMPNS_OLD && type != SO_TIMESTAMPING_OLD))
		return data;
	for (u32 i = 0; i < words; i++)
		put_le32(out + 4 * (size_t)i, (u32)get_le64(data + 8 * (size_t)i));
	*len = 4 * words;
	return out;
}

static void put_cmsg_compat(struct sock *sk, struct msghdr *msg, s32 level, s32 type, u32 len,
			    const u8 *data)
{
	struct task *t = sk_task(sk);
	u8 hdr[CMSG_COMPAT_HDR_BYTES], times[24];
	u64 cmlen;

	if (msg->msg_control == 0 || msg->msg_controllen < sizeof(hdr)) {
		msg->msg_flags |= MSG_CTRUNC;
		return;
	}
	data = compat_times(level, type, &len, data, times);
	cmlen = sizeof(hdr) + (u64)len;
	if (msg->msg_controllen < cmlen) {
		msg->msg_flags |= MSG_CTRUNC;
		cmlen = msg->msg_controllen;
	}
	put_le32(hdr, (u32)cmlen);
	put_le32(hdr + 4, (u32)level);
	put_le32(hdr + 8, (u32)type);
	if (copy_to_user(t, msg->msg_control, hdr, sizeof(hdr)) != 0)
		return;
	if (copy_to_user(t, msg->msg_control + sizeof(hdr), data, cmlen - sizeof(hdr)) != 0)
		return;
	cmlen = min_u64(sizeof(hdr) + ALIGN_UP((u64)len, 4ull), msg->msg_controllen);
	msg->msg_control += cmlen;
	msg->msg_controllen -= cmlen;
}

void put_cmsg(struct sock *sk, struct msghdr *msg, s32 level, s32 type, u32 len, const u8 *data)
{
	struct task *t = sk_task(sk);
	u64 cmlen = CMSG_HDR_BYTES + (u64)len;
	u8 hdr[CMSG_HDR_BYTES];

	if (unlikely(is_compat(sk))) {
		put_cmsg_compat(sk, msg, level, type, len, data);
		return;
	}
	if (msg->msg_control == 0 || msg->msg_controllen < CMSG_HDR_BYTES) {
		msg->msg_flags |= MSG_CTRUNC;
		return;
	}
	if (msg->msg_controllen < cmlen) {
		msg->msg_flags |= MSG_CTRUNC;
		cmlen = msg->msg_controllen;
	}
	put_le64(hdr, cmlen);
	put_le32(hdr + CMSG_AT_LEVEL, (u32)level);
	put_le32(hdr + CMSG_AT_TYPE, (u32)type);
	/* A fault is not told: the message is not there. */
	if (copy_to_user(t, msg->msg_control, hdr, sizeof(hdr)) != 0)
		return;
	if (copy_to_user(t, msg->msg_control + CMSG_HDR_BYTES, data, cmlen - CMSG_HDR_BYTES) != 0)
		return;
	cmlen = min_u64(CMSG_HDR_BYTES + ALIGN_UP((u64)len, (u64)CMSG_ALIGN_BYTES),
			msg->msg_controllen);
	msg->msg_control += cmlen;
	msg->msg_controllen -= cmlen;
}

/* --- receiving -----------------------------------------------------------------------------------
 */

/* A struct timeval or timespec of 64-bit members, or three of the latter. */
static void put_time(u8 *to, u64 ns, bool micro)
{
	put_le64(to, ns / NS_PER_SEC);
	put_le64(to + 8, micro ? ns % NS_PER_SEC / 1000 : ns % NS_PER_SEC);
}

void put_cmsg_stamp(struct msghdr *msg, struct sock *sk, u64 stamp_ns)
{
	bool is_new = sock_flag(sk, SOCK_TSTAMP_NEW), ns = sock_flag(sk, SOCK_RCVTSTAMPNS);
	s32 type = ns ? (is_new ? SO_TIMESTAMPNS_NEW : SO_TIMESTAMPNS_OLD)
		      : (is_new ? SO_TIMESTAMP_NEW : SO_TIMESTAMP_OLD);
	u8 out[16];

	put_time(out, stamp_ns, !ns);
	put_cmsg(sk, msg, SOL_SOCKET, type, sizeof(out), out);
}

/* The first of three times; no device stamps in hardware. */
void put_cmsg_scm_timestamping(struct msghdr *msg, struct sock *sk, u64 stamp_ns)
{
	u8 out[48] = { 0 };

	put_time(out, stamp_ns, false);
	put_cmsg(sk, msg, SOL_SOCKET,
		 sock_flag(sk, SOCK_TSTAMP_NEW) ? SO_TIMESTAMPING_NEW : SO_TIMESTAMPING_OLD,
		 sizeof(out), out);
}

/* LINUX: __sock_recv_timestamp(); no device stamps in hardware. */
void sock_recv_timestamp(struct msghdr *msg, struct sock *sk, struct sk_buff *skb)
{
	u32 ts = sk->sk_tsflags;
	bool err_queue = skb->pkt_type == PACKET_OUTGOING;

	if (!sock_flag(sk, SOCK_RCVTSTAMP) && (ts & SOF_TIMESTAMPING_RX_SOFTWARE) == 0 &&
	    (skb->tstamp_ns == 0 || (ts & SOF_TIMESTAMPING_SOFTWARE) == 0)) {
		sk->sk_stamp_ns = skb->tstamp_ns; /* for SIOCGSTAMP */
		return;
	}
	if (sock_flag(sk, SOCK_RCVTSTAMP)) {
		if (skb->tstamp_ns == 0)
			skb->tstamp_ns = net_real_ns(sock_net(sk));
		put_cmsg_stamp(msg, sk, skb->tstamp_ns);
	}
	if ((ts & SOF_TIMESTAMPING_SOFTWARE) == 0 || skb->tstamp_ns == 0)
		return;
	if ((ts & SOF_TIMESTAMPING_RX_SOFTWARE) == 0 && !err_queue &&
	    (ts & SOF_TIMESTAMPING_OPT_RX_FILTER) != 0)
		return;
	put_cmsg_scm_timestamping(msg, sk, skb->tstamp_ns);
	if (err_queue && skb->len != 0 && SKB_EXT_ERR(skb)->opt_stats)
		put_cmsg(sk, msg, SOL_SOCKET, SCM_TIMESTAMPING_OPT_STATS, skb->len, skb->data);
}

static void put_cmsg_u32(struct msghdr *msg, struct sock *sk, s32 type, u32 v)
{
	u8 out[4];

	put_le32(out, v);
	put_cmsg(sk, msg, SOL_SOCKET, type, sizeof(out), out);
}

void sock_recv_cmsgs(struct msghdr *msg, struct sock *sk, struct sk_buff *skb)
{
	const u32 flags = 1u << SOCK_RXQ_OVFL | 1u << SOCK_RCVTSTAMP | 1u << SOCK_RCVMARK;
	const u32 ts = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RAW_HARDWARE;

	if ((sk->sk_flags & flags) == 0 && (sk->sk_tsflags & ts) == 0) {
		/* What SIOCGSTAMP will say. */
		if (sock_flag(sk, SOCK_TIMESTAMP))
			sk->sk_stamp_ns = skb->tstamp_ns;
		else if (sk->sk_stamp_ns == SK_DEFAULT_STAMP)
			sk->sk_stamp_ns = 0;
		return;
	}
	sock_recv_timestamp(msg, sk, skb);
	if (sock_flag(sk, SOCK_RXQ_OVFL) && *sock_skb_dropcount(skb) != 0)
		put_cmsg_u32(msg, sk, SO_RXQ_OVFL, *sock_skb_dropcount(skb));
	if (sock_flag(sk, SOCK_RCVMARK))
		put_cmsg_u32(msg, sk, SO_MARK, skb->mark);
}

/* --- sending -------------------------------------------------------------------------------------
 */

int sock_cmsg_send(struct sock *sk, const struct msghdr *msg, const struct cmsghdr *cmsg,
		   struct sockcm_cookie *sockc)
{
	const struct task *t = sk_task(sk);
	u8 data[8];

	switch (cmsg->cmsg_type) {
	case SO_MARK:
		if (!ns_capable(t, CAP_NET_RAW) && !ns_capable(t, CAP_NET_ADMIN))
			return -EPERM;
		if (cmsg_data_len(cmsg) != 4)
			return -EINVAL;
		if (cmsg_data(sk, msg, cmsg, data, 4) != 0)
			return -EFAULT;
		sockc->mark = get_le32(data);
		return 0;
	case SO_TIMESTAMPING_OLD:
	case SO_TIMESTAMPING_NEW:
		if (cmsg_data_len(cmsg) != 4)
			return -EINVAL;
		if (cmsg_data(sk, msg, cmsg, data, 4) != 0)
			return -EFAULT;
		if ((get_le32(data) & ~(u32)TX_RECORD_MASK) != 0)
			return -EINVAL;
		sockc->tsflags &= ~(u32)TX_RECORD_MASK;
		sockc->tsflags |= get_le32(data);
		return 0;
	case SCM_TXTIME:
		if (!sock_flag(sk, SOCK_TXTIME) || cmsg_data_len(cmsg) != 8)
			return -EINVAL;
		if (cmsg_data(sk, msg, cmsg, data, 8) != 0)
			return -EFAULT;
		sockc->transmit_time = get_le64(data);
		return 0;
	case SCM_RIGHTS:
	case SCM_CREDENTIALS:
		return 0; /* AF_UNIX's: ignored */
	default:
		return -EINVAL;
	}
}

/* --- the error queue -----------------------------------------------------------------------------
 */

static bool is_icmp_err_skb(const struct sk_buff *skb)
{
	const struct sock_exterr_skb *serr = SKB_CB(skb, const struct sock_exterr_skb);

	return serr->ee.ee_origin == SO_EE_ORIGIN_ICMP || serr->ee.ee_origin == SO_EE_ORIGIN_ICMP6;
}

/* The socket's pending error becomes the next packet's, or ends with the last. */
struct sk_buff *sock_dequeue_err_skb(struct sock *sk)
{
	struct sk_buff *skb = skb_dequeue(&sk->sk_error_queue);
	struct sk_buff *next;
	bool icmp_next;

	if (skb == NULL)
		return NULL;
	next = skb_peek(&sk->sk_error_queue);
	icmp_next = next != NULL && is_icmp_err_skb(next);
	if (icmp_next)
		sk->sk_err = SKB_EXT_ERR(next)->ee.ee_errno;
	else if (is_icmp_err_skb(skb))
		sk->sk_err = 0;
	if (next != NULL)
		sk_error_report(sk);
	return skb;
}
