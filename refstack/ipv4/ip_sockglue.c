// SPDX-License-Identifier: MIT
/* ip_sockglue.c - the options of level SOL_IP, and what they mean for sending.
 *
 * Path: sys_setsockopt() and sys_getsockopt() by way of the protocol. Rules: LINUX: the second half
 * of net/ipv4/ip_sockglue.c, configured as the pinned kernel: no netfilter, no multicast routing,
 * no IPsec. harness/unit compares every option with the kernel's answers.
 */
#include "core/cmsg.h"
#include "core/net.h"
#include "ipv4/igmp.h"
#include "ipv4/inet_connection_sock.h"
#include "ipv4/inetdevice.h"
#include "ipv4/ip.h"
#include "ipv4/ip_options.h"
#include "ipv4/raw.h"
#include "uapi/capability.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "uapi/socket.h"

enum { IP_OPTIONS_MAX = 40, INET_ECN_MASK = 3 };
/* Sizes and offsets of the structures of x86-64. */
enum {
	IP_MREQ_BYTES = 8,
	IP_MREQN_BYTES = 12,
	IP_MREQ_SOURCE_BYTES = 12,
	MSFILTER_FMODE = 8,
	MSFILTER_NUMSRC = 12,
	IP_MSFILTER_BYTES = 16, /* before the list of sources, 4 bytes each */
	GROUP_REQ_BYTES = 136,
	GROUP_SOURCE_REQ_BYTES = 264,
	GROUP_FILTER_BYTES = 144, /* before the list, 128 bytes each */
	GROUP_ADDR = 8,		  /* of all three; the interface's index comes first */
	GROUP_SOURCE_ADDR = 136,
	GROUP_FMODE = 136,
	GROUP_NUMSRC = 140,
	SIN_FAMILY = 0,
	SIN_ADDR = 4
};

struct ip_set {
	struct sock *sk;
	struct task *task;
	int optname;
	s32 val;
	uptr optval;
	u32 optlen;
};

static bool capable(const struct ip_set *a, u32 cap)
{
	return ns_capable(a->task, cap);
}

static int fetch(const struct ip_set *a, u8 *to, u32 n)
{
	return copy_from_user(a->task, to, a->optval, n) != 0 ? -EFAULT : 0;
}

/* LINUX: rt_tos2priority(), ip_tos2prio[]. */
u32 rt_tos2priority(u8 tos)
{
	static const u8 ip_tos2prio[16] = { 0, 0, 0, 0, 2, 2, 2, 2, 6, 6, 6, 6, 4, 4, 4, 4 };

	return ip_tos2prio[(tos & 0x1e) >> 1];
}

/* --- options that are a number -------------------------------------------------------------------
 */

/* LINUX: the chain holds the socket. */
int ip_ra_control(struct sock *sk, bool on, void (*destructor)(struct sock *))
{
	struct ip_ra_chain **rap = &sock_net(sk)->ra_chain;
	struct ip_ra_chain *ra;

	if (sk->sk_type != SOCK_RAW || sk->sk_num == IPPROTO_RAW)
		return -EINVAL;
	while (*rap != NULL && (*rap)->sk != sk)
		rap = &(*rap)->next;
	if (on && *rap != NULL)
		return -EADDRINUSE;
	if (on) {
		ra = &raw_sk(sk)->ra;
		*ra = (struct ip_ra_chain){ .sk = sk, .destructor = destructor };
		*rap = ra;
		sock_hold(sk);
		return 0;
	}
	if (*rap == NULL)
		return -ENOBUFS;
	ra = *rap;
	*rap = ra->next;
	ra->sk = NULL;
	if (ra->destructor != NULL)
		ra->destructor(sk);
	sock_put(sk);
	return 0;
}

static int set_router_alert(struct ip_set *a)
{
	int err = ip_ra_control(a->sk, a->val != 0, NULL);

	if (err == 0)
		inet_assign_bit(a->sk, INET_FLAGS_RTALERT, a->val != 0);
	return err;
}

/* Errors go; what is told of sending stays. */
static void skb_errqueue_purge(struct sk_buff_head *list)
{
	for (u32 left = list->qlen; left != 0; left--) {
		struct sk_buff *skb = skb_dequeue(list);
		u8 origin = SKB_EXT_ERR(skb)->ee.ee_origin;

		if (origin == SO_EE_ORIGIN_ZEROCOPY || origin == SO_EE_ORIGIN_TIMESTAMPING)
			skb_queue_tail(list, skb);
		else
			kfree_skb_reason(skb, DROP_QUEUE_PURGE);
	}
}

static int set_recverr(struct ip_set *a)
{
	inet_assign_bit(a->sk, INET_FLAGS_RECVERR, a->val != 0);
	if (a->val == 0)
		skb_errqueue_purge(&a->sk->sk_error_queue);
	return 0;
}

static int set_recverr_rfc4884(struct ip_set *a)
{
	if (a->val < 0 || a->val > 1)
		return -EINVAL;
	inet_assign_bit(a->sk, INET_FLAGS_RECVERR_RFC4884, a->val != 0);
	return 0;
}

static int set_recvfragsize(struct ip_set *a)
{
	if (a->sk->sk_type != SOCK_RAW && a->sk->sk_type != SOCK_DGRAM)
		return -EINVAL;
	inet_assign_bit(a->sk, INET_FLAGS_RECVFRAGSIZE, a->val != 0);
	return 0;
}

static int set_raw_only(struct ip_set *a)
{
	enum inet_flags flag = a->optname == IP_HDRINCL ? INET_FLAGS_HDRINCL : INET_FLAGS_NODEFRAG;

	if (a->sk->sk_type != SOCK_RAW)
		return -ENOPROTOOPT;
	inet_assign_bit(a->sk, flag, a->val != 0);
	return 0;
}

static int set_mc_all(struct ip_set *a)
{
	if (a->val != 0 && a->val != 1)
		return -EINVAL;
	inet_assign_bit(a->sk, INET_FLAGS_MC_ALL, a->val != 0);
	return 0;
}

/* The right is asked for before the length is looked at. */
static int set_transparent(struct ip_set *a)
{
	if (a->val != 0 && !capable(a, CAP_NET_RAW) && !capable(a, CAP_NET_ADMIN))
		return -EPERM;
	if (a->optlen < 1)
		return -EINVAL;
	inet_assign_bit(a->sk, INET_FLAGS_TRANSPARENT, a->val != 0);
	return 0;
}

static int set_ttl(struct ip_set *a)
{
	if (a->val != -1 && (a->val < 1 || a->val > 255))
		return -EINVAL;
	inet_sk(a->sk)->uc_ttl = (s16)a->val;
	return 0;
}

static int set_minttl(struct ip_set *a)
{
	if (a->val < 0 || a->val > 255)
		return -EINVAL;
	inet_sk(a->sk)->min_ttl = (u8)a->val;
	return 0;
}

static int set_mc_ttl(struct ip_set *a)
{
	s32 val = a->val == -1 ? 1 : a->val;

	if (a->sk->sk_type == SOCK_STREAM || a->optlen < 1)
		return -EINVAL;
	if (val < 0 || val > 255)
		return -EINVAL;
	inet_sk(a->sk)->mc_ttl = (u8)val;
	return 0;
}

static int set_mtu_discover(struct ip_set *a)
{
	if (a->val < IP_PMTUDISC_DONT || a->val > IP_PMTUDISC_OMIT)
		return -EINVAL;
	inet_sk(a->sk)->pmtudisc = (u8)a->val;
	return 0;
}

/* LINUX: ip_sock_set_tos(): a stream's ECN bits are not the program's. The comparison is with the
 * whole number, its low byte is stored.
 */
static int set_tos(struct ip_set *a)
{
	struct sock *sk = a->sk;
	u8 old = inet_sk(sk)->tos;
	s32 val = a->val;

	if (sk->sk_type == SOCK_STREAM)
		val = (val & ~INET_ECN_MASK) | (old & INET_ECN_MASK);
	if (old == val)
		return 0;
	inet_sk(sk)->tos = (u8)val;
	sk->sk_priority = rt_tos2priority((u8)val);
	sk_dst_reset(sk);
	return 0;
}

static int set_local_port_range(struct ip_set *a)
{
	u16 lo = (u16)a->val, hi = (u16)((u32)a->val >> 16);

	if (a->optlen != 4)
		return -EINVAL;
	if (lo != 0 && hi != 0 && lo > hi)
		return -EINVAL;
	inet_sk(a->sk)->local_port_range = (u32)a->val;
	return 0;
}

static int set_checksum(struct ip_set *a)
{
	struct inet_sock *inet = inet_sk(a->sk);
	bool on = inet_test_bit(a->sk, INET_FLAGS_CHECKSUM);

	if (a->val != 0 && !on)
		inet->convert_csum++;
	else if (a->val == 0 && on)
		inet->convert_csum--;
	inet_assign_bit(a->sk, INET_FLAGS_CHECKSUM, a->val != 0);
	return 0;
}

/* The index lies there in network order. */
static int set_unicast_if(struct ip_set *a)
{
	u8 raw[4];
	s32 ifindex;

	if (a->optlen != sizeof(raw))
		return -EINVAL;
	put_le32(raw, (u32)a->val);
	ifindex = (s32)get_be32(raw);
	if (ifindex != 0) {
		if (dev_get_by_index(sock_net(a->sk), ifindex) == NULL)
			return -EADDRNOTAVAIL;
		if (a->sk->sk_bound_dev_if != 0)
			return -EINVAL;
	}
	inet_sk(a->sk)->uc_index = ifindex;
	return 0;
}

/* --- structures ----------------------------------------------------------------------------------
 */

/* A segment has as much less room as the options take. */
static void icsk_options_change(struct sock *sk, u8 optlen)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct ip_options_rcu *old = inet_sk(sk)->inet_opt;
	u32 old_len = old != NULL ? old->opt.optlen : 0;

	icsk->icsk_ext_hdr_len = (u16)(icsk->icsk_ext_hdr_len - old_len + optlen);
	(void)icsk->icsk_sync_mss(sk, icsk->icsk_pmtu_cookie);
}

static int set_options(struct ip_set *a)
{
	struct inet_sock *inet = inet_sk(a->sk);
	u8 data[IP_OPTIONS_MAX];
	struct ip_options_rcu opt;
	int err;

	static_assert(sizeof(inet->opt_mem) >= sizeof(opt), "room for them");
	if (a->optlen > IP_OPTIONS_MAX)
		return -EINVAL;
	err = fetch(a, data, a->optlen);
	if (err == 0)
		err = ip_options_get(sock_net(a->sk), &opt.opt, data, a->optlen);
	if (err != 0)
		return err;
	if (inet_test_bit(a->sk, INET_FLAGS_IS_ICSK))
		icsk_options_change(a->sk, opt.opt.optlen);
	memcpy(inet->opt_mem, &opt, sizeof(opt));
	inet->inet_opt = (struct ip_options_rcu *)(void *)inet->opt_mem;
	return 0;
}

/* struct ip_mreqn, or its beginning. */
static int fetch_mreqn(struct ip_set *a, u32 least, struct ip_mreqn *mreq)
{
	u8 raw[IP_MREQN_BYTES] = { 0 };
	int err;

	if (a->optlen < least)
		return -EINVAL;
	if (a->optlen >= IP_MREQN_BYTES)
		err = fetch(a, raw, IP_MREQN_BYTES);
	else if (a->optlen >= IP_MREQ_BYTES)
		err = fetch(a, raw, IP_MREQ_BYTES);
	else
		err = fetch(a, raw + 4, 4); /* the address alone */
	if (err != 0)
		return err;
	mreq->imr_multiaddr = load_be32(raw);
	mreq->imr_address = load_be32(raw + 4);
	mreq->imr_ifindex = (s32)get_le32(raw + 8);
	return 0;
}

static int set_multicast_if(struct ip_set *a)
{
	struct inet_sock *inet = inet_sk(a->sk);
	struct net *net = sock_net(a->sk);
	const struct net_device *dev;
	struct ip_mreqn mreq;
	int err;

	if (a->sk->sk_type == SOCK_STREAM)
		return -EINVAL;
	err = fetch_mreqn(a, 4, &mreq);
	if (err != 0)
		return err;
	if (mreq.imr_ifindex != 0 || !be32_is_zero(mreq.imr_address)) {
		dev = mreq.imr_ifindex != 0 ? dev_get_by_index(net, mreq.imr_ifindex)
					    : ip_dev_find(net, mreq.imr_address);
		if (dev == NULL)
			return -EADDRNOTAVAIL;
		mreq.imr_ifindex = dev->ifindex;
		if (a->sk->sk_bound_dev_if != 0 && mreq.imr_ifindex != a->sk->sk_bound_dev_if)
			return -EINVAL;
	}
	inet->mc_index = mreq.imr_ifindex;
	inet->mc_addr = mreq.imr_address;
	return 0;
}

static int set_membership(struct ip_set *a)
{
	struct ip_mreqn mreq;
	int err;

	if (inet_test_bit(a->sk, INET_FLAGS_IS_ICSK))
		return -EPROTO;
	err = fetch_mreqn(a, IP_MREQ_BYTES, &mreq);
	if (err != 0)
		return err;
	return a->optname == IP_ADD_MEMBERSHIP ? ip_mc_join_group(a->sk, &mreq)
					       : ip_mc_leave_group(a->sk, &mreq);
}

/* A structure whose size has to be this, or this at least. */
static int fetch_whole(struct ip_set *a, u8 *raw, u32 bytes)
{
	return a->optlen != bytes ? -EINVAL : fetch(a, raw, bytes);
}

static int fetch_head(struct ip_set *a, u8 *raw, u32 bytes)
{
	return a->optlen < bytes ? -EINVAL : fetch(a, raw, bytes);
}

/* Can the program's memory be read there, up to its end? */
static int check_readable(const struct ip_set *a)
{
	u8 some[64];

	for (u32 at = 0; at < a->optlen; at += (u32)sizeof(some)) {
		u32 n = min_u32(a->optlen - at, (u32)sizeof(some));

		if (copy_from_user(a->task, some, a->optval + at, n) != 0)
			return -EFAULT;
	}
	return 0;
}

/* The head of a source filter; as many sources as it says follow, each of this size. */
static int fetch_filter(struct ip_set *a, u8 *raw, u32 bytes, u32 numsrc_at, u32 source_bytes)
{
	const struct net *net = sock_net(a->sk);
	u32 numsrc;
	int err;

	if (a->optlen >= bytes && a->optlen > (u32)net->sysctl.optmem_max)
		return -ENOBUFS;
	err = fetch_head(a, raw, bytes);
	if (err == 0)
		err = check_readable(a);
	if (err != 0)
		return err;
	numsrc = get_le32(raw + numsrc_at);
	/* LINUX: whose size would not fit into 32 bits */
	if (numsrc >= (u32)((1ull << 32) / source_bytes) - 4 ||
	    numsrc > (u32)net->sysctl.igmp_max_msf)
		return -ENOBUFS;
	return bytes + numsrc * source_bytes > a->optlen ? -EINVAL : 0;
}

/* The group of struct ip_mreq_source and struct ip_msfilter; that of struct group_req and those
 * that begin like it.
 */
static struct ip_mreqn group_of_mreq(const u8 *raw)
{
	return (struct ip_mreqn){ .imr_multiaddr = load_be32(raw),
				  .imr_address = load_be32(raw + 4) };
}

static struct ip_mreqn group_of_req(const u8 *raw)
{
	return (struct ip_mreqn){ .imr_multiaddr = load_be32(raw + GROUP_ADDR + SIN_ADDR),
				  .imr_ifindex = (s32)get_le32(raw) };
}

/* A source to be blocked, or blocked no more; or the first or another one of those that alone are
 * wanted, or one of them less. by_index: the request names its device so, and goes on with the one
 * that the group was joined on.
 */
static int change_source(struct ip_set *a, struct ip_mreqn *group, be32 source, bool by_index)
{
	static const struct {
		bool add, join;
		u32 omode;
	} kinds[] = {
		[IP_UNBLOCK_SOURCE] = { .omode = MCAST_EXCLUDE },
		[IP_BLOCK_SOURCE] = { .add = true, .omode = MCAST_EXCLUDE },
		[IP_ADD_SOURCE_MEMBERSHIP] = { true, true, MCAST_INCLUDE },
		[IP_DROP_SOURCE_MEMBERSHIP] = { .omode = MCAST_INCLUDE },
		[MCAST_BLOCK_SOURCE] = { .add = true, .omode = MCAST_EXCLUDE },
		[MCAST_UNBLOCK_SOURCE] = { .omode = MCAST_EXCLUDE },
		[MCAST_JOIN_SOURCE_GROUP] = { true, true, MCAST_INCLUDE },
		[MCAST_LEAVE_SOURCE_GROUP] = { .omode = MCAST_INCLUDE },
	};
	struct ip_mreqn joined = *group;
	int err;

	if (kinds[a->optname].join) {
		err = ip_mc_join_group_ssm(a->sk, &joined, MCAST_INCLUDE);
		if (err != 0 && err != -EADDRINUSE)
			return err;
		if (by_index)
			group->imr_ifindex = joined.imr_ifindex;
	}
	return ip_mc_source(kinds[a->optname].add, kinds[a->optname].omode, a->sk, group, source);
}

static int set_source(struct ip_set *a)
{
	u8 raw[IP_MREQ_SOURCE_BYTES];
	struct ip_mreqn group;
	int err = fetch_whole(a, raw, sizeof(raw));

	if (err != 0)
		return err;
	group = group_of_mreq(raw);
	return change_source(a, &group, load_be32(raw + 8), false);
}

static int set_msfilter(struct ip_set *a)
{
	struct ip_msfilter msf = { .imsf_slist = a->optval + IP_MSFILTER_BYTES, .stride = 4 };
	u8 raw[IP_MSFILTER_BYTES];
	struct ip_mreqn group;
	int err = fetch_filter(a, raw, sizeof(raw), MSFILTER_NUMSRC, msf.stride);

	if (err != 0)
		return err;
	group = group_of_mreq(raw);
	msf.imsf_fmode = get_le32(raw + MSFILTER_FMODE);
	msf.imsf_numsrc = get_le32(raw + MSFILTER_NUMSRC);
	return ip_mc_msfilter(a->sk, &group, &msf);
}

static int set_mcast_group(struct ip_set *a)
{
	u8 raw[GROUP_REQ_BYTES];
	struct ip_mreqn mreq;
	int err = fetch_head(a, raw, sizeof(raw));

	if (err != 0)
		return err;
	if (get_le16(raw + GROUP_ADDR + SIN_FAMILY) != AF_INET)
		return -EINVAL;
	mreq = group_of_req(raw);
	return a->optname == MCAST_JOIN_GROUP ? ip_mc_join_group(a->sk, &mreq)
					      : ip_mc_leave_group(a->sk, &mreq);
}

static int set_mcast_source(struct ip_set *a)
{
	u8 raw[GROUP_SOURCE_REQ_BYTES];
	struct ip_mreqn group;
	int err = fetch_whole(a, raw, sizeof(raw));

	if (err != 0)
		return err;
	if (get_le16(raw + GROUP_ADDR + SIN_FAMILY) != AF_INET ||
	    get_le16(raw + GROUP_SOURCE_ADDR + SIN_FAMILY) != AF_INET)
		return -EADDRNOTAVAIL;
	group = group_of_req(raw);
	return change_source(a, &group, load_be32(raw + GROUP_SOURCE_ADDR + SIN_ADDR), true);
}

/* Behind the head of a filter. */
static int check_sources(const struct ip_set *a, u32 numsrc)
{
	u8 family[2];

	for (u32 i = 0; i < numsrc; i++) {
		uptr at = a->optval + GROUP_FILTER_BYTES + (uptr)i * SOCKADDR_STORAGE_BYTES;

		if (copy_from_user(a->task, family, at, sizeof(family)) != 0)
			return -EFAULT;
		if (get_le16(family) != AF_INET)
			return -EADDRNOTAVAIL;
	}
	return 0;
}

static int set_mcast_msfilter(struct ip_set *a)
{
	struct ip_msfilter msf = { .imsf_slist = a->optval + GROUP_FILTER_BYTES + SIN_ADDR,
				   .stride = SOCKADDR_STORAGE_BYTES };
	u8 raw[GROUP_FILTER_BYTES];
	struct ip_mreqn group;
	int err = fetch_filter(a, raw, sizeof(raw), GROUP_NUMSRC, msf.stride);

	if (err != 0)
		return err;
	if (get_le16(raw + GROUP_ADDR + SIN_FAMILY) != AF_INET)
		return -EADDRNOTAVAIL;
	msf.imsf_fmode = get_le32(raw + GROUP_FMODE);
	msf.imsf_numsrc = get_le32(raw + GROUP_NUMSRC);
	err = check_sources(a, msf.imsf_numsrc);
	if (err != 0)
		return err;
	group = group_of_req(raw);
	return ip_mc_msfilter(a->sk, &group, &msf);
}

static int set_policy(struct ip_set *a)
{
	return capable(a, CAP_NET_ADMIN) ? -ENOPROTOOPT : -EPERM;
}

/* --- reading -------------------------------------------------------------------------------------
 */

static int get_ttl(struct sock *sk, s32 *val)
{
	s16 ttl = inet_sk(sk)->uc_ttl;

	*val = ttl < 0 ? (s32)sock_net(sk)->sysctl.ip_default_ttl : ttl;
	return 0;
}

static int get_minttl(struct sock *sk, s32 *val)
{
	*val = inet_sk(sk)->min_ttl;
	return 0;
}

static int get_mc_ttl(struct sock *sk, s32 *val)
{
	*val = inet_sk(sk)->mc_ttl;
	return 0;
}

static int get_mtu_discover(struct sock *sk, s32 *val)
{
	*val = inet_sk(sk)->pmtudisc;
	return 0;
}

static int get_tos(struct sock *sk, s32 *val)
{
	*val = inet_sk(sk)->tos;
	return 0;
}

static int get_mtu(struct sock *sk, s32 *val)
{
	struct dst_entry *dst = sk_dst_get(sk);

	*val = 0;
	if (dst != NULL) {
		*val = (s32)dst_mtu(dst);
		dst_release(dst);
	}
	return *val == 0 ? -ENOTCONN : 0;
}

static int get_unicast_if(struct sock *sk, s32 *val)
{
	u8 raw[4];

	put_be32(raw, (u32)inet_sk(sk)->uc_index);
	*val = (s32)get_le32(raw);
	return 0;
}

static int get_local_port_range(struct sock *sk, s32 *val)
{
	*val = (s32)inet_sk(sk)->local_port_range;
	return 0;
}

static int get_protocol(struct sock *sk, s32 *val)
{
	*val = sk->sk_num;
	return 0;
}

struct ip_get {
	struct sock *sk;
	struct task *task;
	uptr optval, optlen;
	u32 len;
};

static int put_len(const struct ip_get *g, u32 len)
{
	u8 raw[4];

	put_le32(raw, len);
	return copy_to_user(g->task, g->optlen, raw, sizeof(raw)) != 0 ? -EFAULT : 0;
}

static int put_both(const struct ip_get *g, const u8 *data, u32 len)
{
	if (put_len(g, len) != 0)
		return -EFAULT;
	return copy_to_user(g->task, g->optval, data, len) != 0 ? -EFAULT : 0;
}

/* None can have been set. */
static int read_options(const struct ip_get *g)
{
	const struct ip_options_rcu *mine = inet_sk(g->sk)->inet_opt;
	struct ip_options opt;

	if (mine == NULL || mine->opt.optlen == 0)
		return put_len(g, 0);
	opt = mine->opt;
	ip_options_undo(&opt);
	return put_both(g, opt.data, min_u32(g->len, opt.optlen));
}

static void put_pktoption(const struct ip_get *g, struct msghdr *msg, s32 type, u32 value)
{
	u8 raw[4];

	put_le32(raw, value);
	put_cmsg(g->sk, msg, SOL_IP, type, sizeof(raw), raw);
}

/* What a datagram would bring with it; a connection has it of the segment that completed it. */
static int read_pktoptions(const struct ip_get *g)
{
	const struct inet_sock *inet = inet_sk(g->sk);
	struct msghdr msg = { .msg_control = g->optval, .msg_controllen = g->len };
	u8 info[12];

	if (g->sk->sk_type != SOCK_STREAM)
		return -ENOPROTOOPT;
	if (inet_test_bit(g->sk, INET_FLAGS_PKTINFO)) {
		put_le32(info, (u32)inet->mc_index);
		store_be32(info + 4, g->sk->sk_rcv_saddr);
		store_be32(info + 8, g->sk->sk_rcv_saddr);
		put_cmsg(g->sk, &msg, SOL_IP, IP_PKTINFO, sizeof(info), info);
	}
	if (inet_test_bit(g->sk, INET_FLAGS_TTL))
		put_pktoption(g, &msg, IP_TTL, inet->mc_ttl);
	if (inet_test_bit(g->sk, INET_FLAGS_TOS))
		put_pktoption(g, &msg, IP_TOS, inet->rcv_tos);
	return put_len(g, g->len - (u32)msg.msg_controllen);
}

static int read_multicast_if(const struct ip_get *g)
{
	u8 raw[4];

	store_be32(raw, inet_sk(g->sk)->mc_addr);
	return put_both(g, raw, min_u32(g->len, sizeof(raw)));
}

/* How many sources a program gets, which has room for so many. */
static u32 sources_for(const struct ip_mc_socklist *iml, u32 room)
{
	return iml->sflist != NULL ? min_u32(iml->sflist->sl_count, room) : 0;
}

static u32 sources_of(const struct ip_mc_socklist *iml)
{
	return iml->sflist != NULL ? iml->sflist->sl_count : 0;
}

/* LINUX: the rest of ip_mc_msfget(). */
static int read_msfilter(const struct ip_get *g)
{
	const struct ip_mc_socklist *iml;
	u8 raw[IP_MSFILTER_BYTES], addr[4];
	struct ip_mreqn group;
	u32 copied;
	int err;

	if (g->len < sizeof(raw))
		return -EINVAL;
	if (copy_from_user(g->task, raw, g->optval, sizeof(raw)) != 0)
		return -EFAULT;
	group = group_of_mreq(raw);
	err = ip_mc_msfget(g->sk, &group, &iml);
	if (err != 0)
		return err;
	copied = sources_for(iml, get_le32(raw + MSFILTER_NUMSRC));
	put_le32(raw + MSFILTER_FMODE, iml->sfmode);
	put_le32(raw + MSFILTER_NUMSRC, sources_of(iml));
	if (put_len(g, IP_MSFILTER_BYTES + copied * 4) != 0 ||
	    copy_to_user(g->task, g->optval, raw, sizeof(raw)) != 0)
		return -EFAULT;
	for (u32 i = 0; i < copied; i++) {
		store_be32(addr, iml->sflist->sl_addr[i]);
		if (copy_to_user(g->task, g->optval + sizeof(raw) + (uptr)i * 4, addr, 4) != 0)
			return -EFAULT;
	}
	return 0;
}

/* A socket address for each, full of zeroes otherwise. */
static int put_group_sources(const struct ip_get *g, const struct ip_mc_socklist *iml, u32 n)
{
	u8 ss[SOCKADDR_STORAGE_BYTES] = { 0 };

	put_le16(ss + SIN_FAMILY, AF_INET);
	for (u32 i = 0; i < n; i++) {
		uptr at = g->optval + GROUP_FILTER_BYTES + (uptr)i * sizeof(ss);

		store_be32(ss + SIN_ADDR, iml->sflist->sl_addr[i]);
		if (copy_to_user(g->task, at, ss, sizeof(ss)) != 0)
			return -EFAULT;
	}
	return 0;
}

static int read_mcast_msfilter(const struct ip_get *g)
{
	const struct ip_mc_socklist *iml;
	u8 raw[GROUP_FILTER_BYTES];
	struct ip_mreqn group;
	u32 copied;
	int err;

	if (g->len < sizeof(raw))
		return -EINVAL;
	if (copy_from_user(g->task, raw, g->optval, sizeof(raw)) != 0)
		return -EFAULT;
	if (get_le16(raw + GROUP_ADDR + SIN_FAMILY) != AF_INET)
		return -EINVAL;
	group = group_of_req(raw);
	err = ip_mc_gsfget(g->sk, &group, &iml);
	if (err != 0)
		return err;
	copied = sources_for(iml, get_le32(raw + GROUP_NUMSRC));
	put_le32(raw + GROUP_FMODE, iml->sfmode);
	put_le32(raw + GROUP_NUMSRC, sources_of(iml));
	if (put_group_sources(g, iml, copied) != 0)
		return -EFAULT;
	if (put_len(g, GROUP_FILTER_BYTES + copied * SOCKADDR_STORAGE_BYTES) != 0)
		return -EFAULT;
	return copy_to_user(g->task, g->optval, raw, sizeof(raw)) != 0 ? -EFAULT : 0;
}

/* --- all of them ---------------------------------------------------------------------------------
 */

struct ip_opt {
	int (*set)(struct ip_set *a);
	int (*get)(struct sock *sk, s32 *val); /* a number */
	int (*read)(const struct ip_get *g);   /* anything else */
	u8 flag; /* an inet_flags bit plus one: how it is read, and set when there is no function */
	bool number;	/* the value is fetched: four bytes, one byte, or none for 0 */
	bool not_empty; /* a length of 0 is refused */
	bool locked;	/* to be set */
	bool get_locked;
};

#define BIT(f)                                                                                     \
	{                                                                                          \
		.flag = INET_FLAGS_##f + 1, .number = true                                         \
	}
#define STRUCTURE(fn)                                                                              \
	{                                                                                          \
		.set = (fn), .locked = true                                                        \
	}

static const struct ip_opt ip_opts[] = {
	[IP_TOS] = { .set = set_tos, .get = get_tos, .number = true, .locked = true },
	[IP_TTL] = { .set = set_ttl, .get = get_ttl, .number = true, .not_empty = true },
	[IP_HDRINCL] = { .set = set_raw_only, .flag = INET_FLAGS_HDRINCL + 1, .number = true },
	[IP_OPTIONS] = { .set = set_options, .read = read_options, .locked = true },
	[IP_ROUTER_ALERT] = { .set = set_router_alert,
			      .flag = INET_FLAGS_RTALERT + 1,
			      .number = true },
	[IP_RECVOPTS] = BIT(RECVOPTS),
	[IP_RETOPTS] = BIT(RETOPTS),
	[IP_PKTINFO] = BIT(PKTINFO),
	[IP_PKTOPTIONS] = { .read = read_pktoptions },
	[IP_MTU_DISCOVER] = { .set = set_mtu_discover, .get = get_mtu_discover, .number = true },
	[IP_RECVERR] = { .set = set_recverr, .flag = INET_FLAGS_RECVERR + 1, .number = true },
	[IP_RECVTTL] = BIT(TTL),
	[IP_RECVTOS] = BIT(TOS),
	[IP_MTU] = { .get = get_mtu },
	[IP_FREEBIND] = { .flag = INET_FLAGS_FREEBIND + 1, .number = true, .not_empty = true },
	[IP_IPSEC_POLICY] = STRUCTURE(set_policy),
	[IP_XFRM_POLICY] = STRUCTURE(set_policy),
	[IP_PASSSEC] = BIT(PASSSEC),
	[IP_TRANSPARENT] = { .set = set_transparent,
			     .flag = INET_FLAGS_TRANSPARENT + 1,
			     .number = true },
	[IP_RECVORIGDSTADDR] = BIT(ORIGDSTADDR),
	[IP_MINTTL] = { .set = set_minttl, .get = get_minttl, .number = true, .not_empty = true },
	[IP_NODEFRAG] = { .set = set_raw_only, .flag = INET_FLAGS_NODEFRAG + 1, .number = true },
	[IP_CHECKSUM] = { .set = set_checksum,
			  .flag = INET_FLAGS_CHECKSUM + 1,
			  .number = true,
			  .locked = true },
	[IP_BIND_ADDRESS_NO_PORT] = BIT(BIND_ADDRESS_NO_PORT),
	[IP_RECVFRAGSIZE] = { .set = set_recvfragsize,
			      .flag = INET_FLAGS_RECVFRAGSIZE + 1,
			      .number = true },
	[IP_RECVERR_RFC4884] = { .set = set_recverr_rfc4884,
				 .flag = INET_FLAGS_RECVERR_RFC4884 + 1,
				 .number = true },
	[IP_MULTICAST_IF] = { .set = set_multicast_if, .read = read_multicast_if, .locked = true },
	[IP_MULTICAST_TTL] = { .set = set_mc_ttl, .get = get_mc_ttl, .number = true },
	[IP_MULTICAST_LOOP] = { .flag = INET_FLAGS_MC_LOOP + 1, .number = true, .not_empty = true },
	[IP_ADD_MEMBERSHIP] = STRUCTURE(set_membership),
	[IP_DROP_MEMBERSHIP] = STRUCTURE(set_membership),
	[IP_UNBLOCK_SOURCE] = STRUCTURE(set_source),
	[IP_BLOCK_SOURCE] = STRUCTURE(set_source),
	[IP_ADD_SOURCE_MEMBERSHIP] = STRUCTURE(set_source),
	[IP_DROP_SOURCE_MEMBERSHIP] = STRUCTURE(set_source),
	[IP_MSFILTER] = { .set = set_msfilter,
			  .read = read_msfilter,
			  .locked = true,
			  .get_locked = true },
	[MCAST_JOIN_GROUP] = STRUCTURE(set_mcast_group),
	[MCAST_BLOCK_SOURCE] = STRUCTURE(set_mcast_source),
	[MCAST_UNBLOCK_SOURCE] = STRUCTURE(set_mcast_source),
	[MCAST_LEAVE_GROUP] = STRUCTURE(set_mcast_group),
	[MCAST_JOIN_SOURCE_GROUP] = STRUCTURE(set_mcast_source),
	[MCAST_LEAVE_SOURCE_GROUP] = STRUCTURE(set_mcast_source),
	[MCAST_MSFILTER] = { .set = set_mcast_msfilter,
			     .read = read_mcast_msfilter,
			     .locked = true,
			     .get_locked = true },
	[IP_MULTICAST_ALL] = { .set = set_mc_all,
			       .flag = INET_FLAGS_MC_ALL + 1,
			       .number = true,
			       .not_empty = true },
	[IP_UNICAST_IF] = { .set = set_unicast_if,
			    .get = get_unicast_if,
			    .number = true,
			    .locked = true },
	[IP_LOCAL_PORT_RANGE] = { .set = set_local_port_range,
				  .get = get_local_port_range,
				  .number = true },
	[IP_PROTOCOL] = { .get = get_protocol, .get_locked = true },
};

static const struct ip_opt *ip_opt_of(int optname)
{
	static const struct ip_opt none;

	if (optname < 0 || (u32)optname >= ARRAY_SIZE(ip_opts))
		return &none;
	return &ip_opts[optname];
}

static int fetch_number(struct ip_set *a)
{
	u8 raw[4] = { 0 };

	if (a->optlen == 0)
		return 0;
	if (fetch(a, raw, a->optlen >= sizeof(raw) ? (u32)sizeof(raw) : 1) != 0)
		return -EFAULT;
	a->val = (s32)get_le32(raw);
	return 0;
}

/* That there is no such option is found out behind the lock, whose release looks after the route.
 * Without multicast routing its options are such ones, too.
 */
static int unknown_option(struct sock *sk)
{
	lock_sock(sk);
	release_sock(sk);
	return -ENOPROTOOPT;
}

int ip_setsockopt(struct sock *sk, int level, int optname, uptr optval, u32 optlen)
{
	const struct ip_opt *o = ip_opt_of(optname);
	struct ip_set a = { .sk = sk,
			    .task = current_task(sock_net(sk)),
			    .optname = optname,
			    .optval = optval,
			    .optlen = optlen };
	int err;

	if (level != SOL_IP)
		return -ENOPROTOOPT;
	if (o->set == NULL && !o->number)
		return unknown_option(sk);
	if (o->number && fetch_number(&a) != 0)
		return -EFAULT;
	if (o->not_empty && optlen < 1)
		return -EINVAL;
	if (o->set == NULL) {
		inet_assign_bit(sk, (enum inet_flags)(o->flag - 1), a.val != 0);
		return 0;
	}
	if (!o->locked)
		return o->set(&a);
	lock_sock(sk);
	err = o->set(&a);
	release_sock(sk);
	return err;
}

/* A program with little room gets one byte if the number fits into it. */
static int put_number(const struct ip_get *g, s32 val)
{
	u8 raw[4];

	put_le32(raw, (u32)val);
	if (g->len > 0 && g->len < sizeof(raw) && val >= 0 && val <= 255)
		return put_both(g, raw, 1);
	return put_both(g, raw, min_u32(g->len, sizeof(raw)));
}

static int get_option(const struct ip_opt *o, const struct ip_get *g)
{
	s32 val;
	int err;

	if (o->read != NULL)
		return o->read(g);
	if (o->get == NULL)
		return put_number(g, inet_test_bit(g->sk, (enum inet_flags)(o->flag - 1)));
	err = o->get(g->sk, &val);
	return err != 0 ? err : put_number(g, val);
}

int ip_getsockopt(struct sock *sk, int level, int optname, uptr optval, uptr optlen)
{
	const struct ip_opt *o = ip_opt_of(optname);
	struct ip_get g = {
		.sk = sk, .task = current_task(sock_net(sk)), .optval = optval, .optlen = optlen
	};
	u8 len[4];
	int err;

	if (level != SOL_IP)
		return -EOPNOTSUPP;
	if (copy_from_user(g.task, len, optlen, sizeof(len)) != 0)
		return -EFAULT;
	g.len = get_le32(len);
	if ((s32)g.len < 0)
		return -EINVAL;
	if (o->read == NULL && o->get == NULL && o->flag == 0)
		return unknown_option(sk);
	if (!o->get_locked)
		return get_option(o, &g);
	lock_sock(sk);
	err = get_option(o, &g);
	release_sock(sk);
	return err;
}

/* --- what IP_MTU_DISCOVER means
 * ------------------------------------------------------------------- */

u32 ip_sk_use_pmtu(const struct sock *sk)
{
	return inet_sk(sk)->pmtudisc < IP_PMTUDISC_PROBE;
}

bool ip_sk_accept_pmtu(const struct sock *sk)
{
	u8 pmtudisc = inet_sk(sk)->pmtudisc;

	return pmtudisc != IP_PMTUDISC_INTERFACE && pmtudisc != IP_PMTUDISC_OMIT;
}

bool ip_sk_ignore_df(const struct sock *sk)
{
	u8 pmtudisc = inet_sk(sk)->pmtudisc;

	return pmtudisc < IP_PMTUDISC_DO || pmtudisc == IP_PMTUDISC_OMIT;
}

bool ip_dont_fragment(const struct sock *sk, const struct dst_entry *dst)
{
	u8 pmtudisc = inet_sk(sk)->pmtudisc;

	return pmtudisc == IP_PMTUDISC_DO || (pmtudisc == IP_PMTUDISC_WANT && !ip_mtu_locked(dst));
}
