// SPDX-License-Identifier: MIT
/* sockopt.c - the options of level SOL_SOCKET.
 *
 * Path: sys_setsockopt() and sys_getsockopt(), directly or through the protocol.
 * Rules: LINUX: sk_setsockopt(), sk_getsockopt() in net/core/sock.c, configured as the pinned
 * kernel: no BPF system call, no memory cgroups. A row of so_opts for each option;
 * harness/unit compares all of them with the kernel's answers.
 */
#include "core/sockopt_internal.h"

#include "core/filter.h"
#include "core/iov.h"
#include "core/netdevice.h"
#include "core/sock_reuseport.h"

enum {
	SOCK_BUF_LOCK_MASK = SOCK_SNDBUF_LOCK | SOCK_RCVBUF_LOCK,
	RESERVE_MEM_MAX = 1 << 30,
	FIRST_NETNS_COOKIE = 2,
	DEVMEM_TOKEN_BYTES = 8,
	DEVMEM_TOKENS_MAX = 128,
	SKF_AD_MAX = 64, /* LINUX: bpf_tell_extensions() */
	SOF_TXTIME_FLAGS_MASK = 3,
	SOCK_TXREHASH_DEFAULT = 255,
	LINUX_CLOCK_REALTIME = 0,
	LINUX_CLOCK_MONOTONIC = 1,
	LINUX_CLOCK_TAI = 11
};

/* A plain flag has no functions: `flag` says which, plus one. */
struct so_opt {
	int (*set)(struct so_set *a);
	int (*get)(struct so_get *g);
	u8 flag;
	bool unlocked; /* set without the socket's lock */
};

/* --- what an option says -------------------------------------------------------------------------
 */

static int set_refused(struct so_set *a)
{
	(void)a;
	return -ENOPROTOOPT;
}

static int set_nothing(struct so_set *a)
{
	(void)a;
	return 0;
}

static int get_zero(struct so_get *g)
{
	return get_int(g, 0);
}

static int set_debug(struct so_set *a)
{
	if (a->val != 0 && !capable(a, CAP_NET_ADMIN))
		return -EACCES;
	sock_valbool_flag(a->sk, SOCK_DBG, a->val != 0);
	return 0;
}

static int set_reuseaddr(struct so_set *a)
{
	a->sk->sk_reuse = a->val != 0;
	return 0;
}

static int get_reuseaddr(struct so_get *g)
{
	return get_int(g, g->sk->sk_reuse);
}

static int set_reuseport(struct so_set *a)
{
	if (a->val != 0 && a->sk->sk_family != AF_INET)
		return -EOPNOTSUPP;
	if (a->val != 0 && a->sk->sk_family != AF_INET)
		return -EOPNOTSUPP;
	a->sk->sk_reuseport = a->val != 0;
	return 0;
}

static int get_reuseport(struct so_get *g)
{
	return get_int(g, g->sk->sk_reuseport);
}

static int get_type(struct so_get *g)
{
	return get_int(g, g->sk->sk_type);
}

static int get_protocol(struct so_get *g)
{
	return get_int(g, g->sk->sk_protocol);
}

static int get_domain(struct so_get *g)
{
	return get_int(g, g->sk->sk_family);
}

/* Reading takes the error away. */
static int get_error(struct so_get *g)
{
	int err = -sock_error(g->sk);

	if (err == 0) {
		err = (int)g->sk->sk_err_soft;
		g->sk->sk_err_soft = 0;
	}
	return get_int(g, err);
}

static int set_dontroute(struct so_set *a)
{
	sock_valbool_flag(a->sk, SOCK_LOCALROUTE, a->val != 0);
	sk_dst_reset(a->sk);
	return 0;
}

/* Doubled, for the kernel's own share; halved first so that it stays an int. */
static s32 doubled(s32 val, s32 least)
{
	return max_s32(min_s32(val, INT32_MAX / 2) * 2, least);
}

static int set_sndbuf_to(struct so_set *a, s32 val)
{
	a->sk->sk_userlocks |= SOCK_SNDBUF_LOCK;
	/* A huge unsigned limit may let a negative request through: the least then. */
	a->sk->sk_sndbuf = val < 0 ? SOCK_MIN_SNDBUF : doubled(val, SOCK_MIN_SNDBUF);
	a->sk->sk_write_space(a->sk);
	return 0;
}

static int set_sndbuf(struct so_set *a)
{
	u32 limit = (u32)sock_net(a->sk)->sysctl.wmem_max;

	return set_sndbuf_to(a, (s32)min_u32((u32)a->val, limit));
}

static int set_sndbufforce(struct so_set *a)
{
	if (!capable(a, CAP_NET_ADMIN))
		return -EPERM;
	return set_sndbuf_to(a, max_s32(a->val, 0));
}

static int get_sndbuf(struct so_get *g)
{
	return get_int(g, g->sk->sk_sndbuf);
}

static int set_rcvbuf_to(struct so_set *a, s32 val)
{
	a->sk->sk_userlocks |= SOCK_RCVBUF_LOCK;
	a->sk->sk_rcvbuf = val < 0 ? SOCK_MIN_RCVBUF : doubled(val, SOCK_MIN_RCVBUF);
	return 0;
}

static int set_rcvbuf(struct so_set *a)
{
	u32 limit = (u32)sock_net(a->sk)->sysctl.rmem_max;

	return set_rcvbuf_to(a, (s32)min_u32((u32)a->val, limit));
}

static int set_rcvbufforce(struct so_set *a)
{
	if (!capable(a, CAP_NET_ADMIN))
		return -EPERM;
	return set_rcvbuf_to(a, max_s32(a->val, 0));
}

static int get_rcvbuf(struct so_get *g)
{
	return get_int(g, g->sk->sk_rcvbuf);
}

static int set_keepalive(struct so_set *a)
{
	if (a->sk->sk_prot->keepalive != NULL)
		a->sk->sk_prot->keepalive(a->sk, a->val != 0);
	sock_valbool_flag(a->sk, SOCK_KEEPOPEN, a->val != 0);
	return 0;
}

static int set_no_check(struct so_set *a)
{
	a->sk->sk_no_check_tx = a->val != 0;
	return 0;
}

static int get_no_check(struct so_get *g)
{
	return get_int(g, g->sk->sk_no_check_tx);
}

static int set_priority(struct so_set *a)
{
	if ((a->val < 0 || a->val > 6) && !capable_net(a))
		return -EPERM;
	a->sk->sk_priority = (u32)a->val;
	return 0;
}

static int get_priority(struct so_get *g)
{
	return get_int(g, (s32)g->sk->sk_priority);
}

static int set_linger(struct so_set *a)
{
	u8 ling[8];
	s64 sec;

	if (a->optlen < sizeof(ling))
		return -EINVAL;
	if (copy_from_user(a->task, ling, a->optval, sizeof(ling)) != 0)
		return -EFAULT;
	if (get_le32(ling) == 0) {
		sock_reset_flag(a->sk, SOCK_LINGER);
		return 0;
	}
	sec = (s32)get_le32(ling + 4);
	/* LINUX: as an unsigned long: a negative time is for ever. */
	a->sk->sk_lingertime = sec < 0 ? (u64)MAX_SCHEDULE_TIMEOUT : (u64)sec * HZ;
	sock_set_flag(a->sk, SOCK_LINGER);
	return 0;
}

static int get_linger(struct so_get *g)
{
	put_le32(g->out, sock_flag(g->sk, SOCK_LINGER));
	put_le32(g->out + 4, (u32)(g->sk->sk_lingertime / HZ));
	g->lv = 8;
	return 0;
}

/* --- bits of struct socket -----------------------------------------------------------------------
 */

static u32 pass_bit(int optname)
{
	return optname == SO_PASSCRED  ? SOCK_PASSCRED
	       : optname == SO_PASSSEC ? SOCK_PASSSEC
				       : SOCK_PASSPIDFD;
}

static int set_pass(struct so_set *a)
{
	u32 bit = 1u << pass_bit(a->optname);
	struct socket *sock = a->sk->sk_socket;

	sock->flags = a->val != 0 ? sock->flags | bit : sock->flags & ~bit;
	return 0;
}

static int get_pass(struct so_get *g)
{
	return get_int(g, (s32)(g->sk->sk_socket->flags >> pass_bit(g->optname) & 1));
}

/* --- who is there --------------------------------------------------------------------------------
 */

/* No credentials: only AF_UNIX exchanges them. */
static int get_peercred(struct so_get *g)
{
	put_le32(g->out, 0);
	put_le32(g->out + 4, U32_MAX);
	put_le32(g->out + 8, U32_MAX);
	g->lv = 12;
	return 0;
}

static int get_no_peer(struct so_get *g)
{
	(void)g;
	return -ENODATA;
}

static int get_peername(struct so_get *g)
{
	u8 address[SOCKADDR_STORAGE_BYTES] = { 0 };
	struct socket *sock = g->sk->sk_socket;
	int lv = sock->ops->getname(sock, address, 2);

	if (lv < 0)
		return -ENOTCONN;
	if ((u32)lv < g->len)
		return -EINVAL;
	assert(lv <= (int)sizeof(g->out));
	memcpy(g->out, address, (u32)lv);
	g->lv = (u32)lv;
	return 0;
}

static int get_acceptconn(struct so_get *g)
{
	return get_int(g, g->sk->sk_state == TCP_LISTEN);
}

static int get_incoming_napi_id(struct so_get *g)
{
	u32 id = g->sk->sk_napi_id;

	return get_int(g, id < MIN_NAPI_ID ? 0 : (s32)id); /* else it is a CPU's */
}

/* Hosts of one kernel are its namespaces: what it counts is with the first. */
static struct net *first_net_of_kernel(struct net *net)
{
	return container_of(net->random, struct net, own_random);
}

static int get_cookie(struct so_get *g)
{
	if (g->len < 8)
		return -EINVAL;
	if (g->sk->sk_cookie == 0)
		g->sk->sk_cookie = ++first_net_of_kernel(sock_net(g->sk))->sock_cookie;
	return get_u64(g, g->sk->sk_cookie);
}

/* Namespaces are numbered as they are made, behind the kernel's own, which is no host. */
static int get_netns_cookie(struct so_get *g)
{
	if (g->len != 8)
		return -EINVAL;
	return get_u64(g, FIRST_NETNS_COOKIE + sock_net(g->sk)->host->id);
}

static int get_meminfo(struct so_get *g)
{
	const struct sock *sk = g->sk;
	const u32 mem[9] = { sk->sk_rmem_alloc,	 (u32)sk->sk_rcvbuf,	    sk->sk_wmem_alloc - 1,
			     (u32)sk->sk_sndbuf, (u32)sk->sk_forward_alloc, (u32)sk->sk_wmem_queued,
			     sk->sk_omem_alloc,	 sk->sk_backlog.len,	    sk->sk_drops };

	for (u32 i = 0; i < 9; i++)
		put_le32(g->out + i * 4, mem[i]);
	g->lv = 36;
	return 0;
}

/* --- where packets go ----------------------------------------------------------------------------
 */

static int set_mark(struct so_set *a)
{
	if (!capable_net(a))
		return -EPERM;
	if (a->sk->sk_mark != (u32)a->val) {
		a->sk->sk_mark = (u32)a->val;
		sk_dst_reset(a->sk);
	}
	return 0;
}

static int get_mark(struct so_get *g)
{
	return get_int(g, (s32)g->sk->sk_mark);
}

/* LINUX: sock_bindtoindex_locked(): the index need not exist. */
static int sock_bindtoindex(struct so_set *a, s32 ifindex)
{
	struct sock *sk = a->sk;

	if (sk->sk_bound_dev_if != 0 && !capable(a, CAP_NET_RAW))
		return -EPERM;
	if (ifindex < 0)
		return -EINVAL;
	sk->sk_bound_dev_if = ifindex;
	if (sk->sk_prot->rehash != NULL)
		sk->sk_prot->rehash(sk);
	sk_dst_reset(sk);
	return 0;
}

static int set_bindtoifindex(struct so_set *a)
{
	return sock_bindtoindex(a, a->val);
}

static int get_bindtoifindex(struct so_get *g)
{
	return get_int(g, g->sk->sk_bound_dev_if);
}

/* A name, cut to 15 characters; none unbinds. */
static int sock_setbindtodevice(struct so_set *a)
{
	char devname[IFNAMSIZ] = { 0 };
	const struct net_device *dev;
	s32 index = 0;
	int ret;

	if ((s32)a->optlen < 0)
		return -EINVAL;
	if (copy_from_user(a->task, devname, a->optval, min_u32(a->optlen, IFNAMSIZ - 1)) != 0)
		return -EFAULT;
	if (devname[0] != '\0') {
		dev = dev_get_by_name(sock_net(a->sk), devname);
		if (dev == NULL)
			return -ENODEV;
		index = dev->ifindex;
	}
	lock_sock(a->sk);
	ret = sock_bindtoindex(a, index);
	release_sock(a->sk);
	return ret;
}

static int get_bindtodevice(struct so_get *g)
{
	const struct net_device *dev;
	u32 n = 0;

	g->lv = 0;
	if (g->sk->sk_bound_dev_if == 0)
		return 0;
	if (g->len < IFNAMSIZ)
		return -EINVAL;
	dev = dev_get_by_index(sock_net(g->sk), g->sk->sk_bound_dev_if);
	if (dev == NULL)
		return -ENODEV;
	while (n < IFNAMSIZ - 1 && dev->name[n] != '\0')
		n++;
	memcpy(g->out, dev->name, n);
	g->out[n] = 0;
	g->lv = n + 1;
	return 0;
}

/* LINUX: dst_negative_advice(), ipv4_negative_advice(). */
static int set_cnx_advice(struct so_set *a)
{
	const struct dst_entry *dst = a->sk->sk_dst_cache;

	if (a->val != 1)
		return 0;
	(void)sk_rethink_txhash(a->sk);
	if (dst != NULL && (dst->obsolete > 0 || dst->expires_jif != 0))
		sk_dst_reset(a->sk);
	return 0;
}

static int set_incoming_cpu(struct so_set *a)
{
	reuseport_update_incoming_cpu(a->sk, a->val);
	return 0;
}

static int get_incoming_cpu(struct so_get *g)
{
	return get_int(g, g->sk->sk_incoming_cpu);
}

static int set_txrehash(struct so_set *a)
{
	if (a->val < -1 || a->val > 1)
		return -EINVAL;

	a->sk->sk_txrehash = (u8)a->val == SOCK_TXREHASH_DEFAULT
				     ? (u8)sock_net(a->sk)->sysctl.txrehash
				     : (u8)a->val;
	return 0;
}

static int get_txrehash(struct so_get *g)
{
	return get_int(g, g->sk->sk_txrehash);
}

static int set_max_pacing_rate(struct so_set *a)
{
	u64 rate = a->val == -1 ? U64_MAX : (u32)a->val;
	u8 wide[8];

	if (a->optlen >= sizeof(wide)) {
		if (copy_from_user(a->task, wide, a->optval, sizeof(wide)) != 0)
			return -EFAULT;
		rate = get_le64(wide);
	}
	if (rate != U64_MAX && a->sk->sk_pacing_status == SK_PACING_NONE)
		a->sk->sk_pacing_status = SK_PACING_NEEDED;
	a->sk->sk_max_pacing_rate = rate;
	a->sk->sk_pacing_rate = min_u64(a->sk->sk_pacing_rate, rate);
	return 0;
}

static int get_max_pacing_rate(struct so_get *g)
{
	u64 rate = g->sk->sk_max_pacing_rate;

	if (g->len >= 8)
		return get_u64(g, rate);
	return get_int(g, (s32)(u32)min_u64(rate, U32_MAX));
}

static int set_txtime(struct so_set *a)
{
	s32 clockid;
	u8 txtime[8];

	if (a->optlen != sizeof(txtime))
		return -EINVAL;
	if (copy_from_user(a->task, txtime, a->optval, sizeof(txtime)) != 0)
		return -EFAULT;
	clockid = (s32)get_le32(txtime);
	if ((get_le32(txtime + 4) & ~(u32)SOF_TXTIME_FLAGS_MASK) != 0)
		return -EINVAL;
	if (clockid != LINUX_CLOCK_MONOTONIC && !capable(a, CAP_NET_ADMIN))
		return -EPERM;
	if (clockid != LINUX_CLOCK_REALTIME && clockid != LINUX_CLOCK_MONOTONIC &&
	    clockid != LINUX_CLOCK_TAI)
		return -EINVAL;
	sock_set_flag(a->sk, SOCK_TXTIME);
	a->sk->sk_clockid = clockid;
	a->sk->sk_txtime_flags = get_le32(txtime + 4);
	return 0;
}

static int get_txtime(struct so_get *g)
{
	put_le32(g->out, (u32)g->sk->sk_clockid);
	put_le32(g->out + 4, g->sk->sk_txtime_flags);
	g->lv = 8;
	return 0;
}

/* --- memory, copying -----------------------------------------------------------------------------
 */

static int set_zerocopy(struct so_set *a)
{
	bool tcp = a->sk->sk_type == SOCK_STREAM;
	bool udp = a->sk->sk_type == SOCK_DGRAM && a->sk->sk_protocol == SOL_UDP;

	if (!tcp && !udp)
		return -EOPNOTSUPP;
	if (a->val < 0 || a->val > 1)
		return -EINVAL;
	sock_valbool_flag(a->sk, SOCK_ZEROCOPY, a->val != 0);
	return 0;
}

static int set_buf_lock(struct so_set *a)
{
	if ((a->val & ~SOCK_BUF_LOCK_MASK) != 0)
		return -EINVAL;
	a->sk->sk_userlocks = (u8)((u32)a->val | (a->sk->sk_userlocks & ~(u32)SOCK_BUF_LOCK_MASK));
	return 0;
}

static int get_buf_lock(struct so_get *g)
{
	return get_int(g, g->sk->sk_userlocks & SOCK_BUF_LOCK_MASK);
}

/* LINUX: sock_reserve_memory() needs memory cgroups. */
static int set_reserve_mem(struct so_set *a)
{
	return a->val < 0 || a->val > RESERVE_MEM_MAX ? -EINVAL : -EOPNOTSUPP;
}

static int get_reserve_mem(struct so_get *g)
{
	return get_int(g, (s32)g->sk->sk_reserved_mem);
}

/* TCP's packets in a device's memory are given back: there are none, whatever is named. */
static int set_devmem_dontneed(struct so_set *a)
{
	u8 token[DEVMEM_TOKEN_BYTES];

	if (a->sk->sk_type != SOCK_STREAM)
		return -EBADF;
	if (a->optlen % sizeof(token) != 0 || a->optlen > DEVMEM_TOKENS_MAX * sizeof(token))
		return -EINVAL;
	for (u32 at = 0; at < a->optlen; at += (u32)sizeof(token)) {
		if (copy_from_user(a->task, token, a->optval + at, sizeof(token)) != 0)
			return -EFAULT;
	}
	return 0;
}

static int set_peek_off(struct so_set *a)
{
	const struct proto_ops *ops = a->sk->sk_socket->ops;

	return ops->set_peek_off != NULL ? ops->set_peek_off(a->sk, a->val) : -EOPNOTSUPP;
}

static int get_peek_off(struct so_get *g)
{
	if (g->sk->sk_socket->ops->set_peek_off == NULL)
		return -EOPNOTSUPP;
	return get_int(g, g->sk->sk_peek_off);
}

/* --- filters -------------------------------------------------------------------------------------
 */

static int set_attach_filter(struct so_set *a)
{
	u8 fprog[16];
	int err;

	if (a->sk->sk_type == SOCK_STREAM && !capable(a, CAP_NET_ADMIN))
		return -EPERM;
	err = copy_bpf_fprog_from_user(sock_net(a->sk), fprog, a->optval, a->optlen);
	return err != 0 ? err : sk_attach_filter(fprog, a->sk);
}

static int set_attach_reuseport_cbpf(struct so_set *a)
{
	u8 fprog[16];
	int err = copy_bpf_fprog_from_user(sock_net(a->sk), fprog, a->optval, a->optlen);

	return err != 0 ? err : sk_reuseport_attach_filter(fprog, a->sk);
}

/* LINUX: bpf_prog_get_type() where there is no bpf() system call. */
static int set_attach_bpf(struct so_set *a)
{
	if (a->optlen != 4)
		return -EINVAL;
	return sock_flag(a->sk, SOCK_FILTER_LOCKED) ? -EPERM : -EOPNOTSUPP;
}

static int set_detach_filter(struct so_set *a)
{
	return sk_detach_filter(a->sk);
}

static int set_detach_reuseport_bpf(struct so_set *a)
{
	return reuseport_detach_prog(a->sk);
}

static int set_lock_filter(struct so_set *a)
{
	if (sock_flag(a->sk, SOCK_FILTER_LOCKED) && a->val == 0)
		return -EPERM;
	sock_valbool_flag(a->sk, SOCK_FILTER_LOCKED, a->val != 0);
	return 0;
}

/* The length that comes back counts instructions. */
static int get_filter(struct so_get *g)
{
	int n = sk_get_filter(g->sk, g->optval, g->len);

	if (n < 0)
		return n;
	g->len = (u32)n;
	g->copied = true;
	return 0;
}

static int get_bpf_extensions(struct so_get *g)
{
	return get_int(g, SKF_AD_MAX);
}

/* --- all of them ---------------------------------------------------------------------------------
 */

#define FLAG(f)                                                                                    \
	{                                                                                          \
		.flag = (f) + 1                                                                    \
	}

static const struct so_opt so_opts[] = {
	[SO_DEBUG] = { set_debug, NULL, SOCK_DBG + 1, false },
	[SO_REUSEADDR] = { set_reuseaddr, get_reuseaddr, 0, false },
	[SO_TYPE] = { set_refused, get_type, 0, true },
	[SO_ERROR] = { set_refused, get_error, 0, true },
	[SO_DONTROUTE] = { set_dontroute, NULL, SOCK_LOCALROUTE + 1, false },
	[SO_BROADCAST] = FLAG(SOCK_BROADCAST),
	[SO_SNDBUF] = { set_sndbuf, get_sndbuf, 0, false },
	[SO_RCVBUF] = { set_rcvbuf, get_rcvbuf, 0, false },
	[SO_KEEPALIVE] = { set_keepalive, NULL, SOCK_KEEPOPEN + 1, false },
	[SO_OOBINLINE] = FLAG(SOCK_URGINLINE),
	[SO_NO_CHECK] = { set_no_check, get_no_check, 0, false },
	[SO_PRIORITY] = { set_priority, get_priority, 0, true },
	[SO_LINGER] = { set_linger, get_linger, 0, false },
	[SO_BSDCOMPAT] = { set_nothing, get_zero, 0, false },
	[SO_REUSEPORT] = { set_reuseport, get_reuseport, 0, false },
	[SO_PASSCRED] = { set_pass, get_pass, 0, true },
	[SO_PEERCRED] = { NULL, get_peercred, 0, false },
	[SO_RCVLOWAT] = { so_set_rcvlowat, so_get_rcvlowat, 0, false },
	[SO_SNDLOWAT] = { NULL, so_get_sndlowat, 0, false },
	[SO_RCVTIMEO_OLD] = { so_set_timeo, so_get_timeo, 0, false },
	[SO_SNDTIMEO_OLD] = { so_set_timeo, so_get_timeo, 0, false },
	[SO_BINDTODEVICE] = { NULL, get_bindtodevice, 0, false },
	[SO_ATTACH_FILTER] = { set_attach_filter, get_filter, 0, false },
	[SO_DETACH_FILTER] = { set_detach_filter, NULL, 0, false },
	[SO_PEERNAME] = { NULL, get_peername, 0, false },
	[SO_TIMESTAMP_OLD] = { so_set_timestamp, so_get_timestamp, 0, false },
	[SO_ACCEPTCONN] = { NULL, get_acceptconn, 0, false },
	[SO_SNDBUFFORCE] = { set_sndbufforce, NULL, 0, false },
	[SO_RCVBUFFORCE] = { set_rcvbufforce, NULL, 0, false },
	[SO_PASSSEC] = { set_pass, get_pass, 0, true },
	[SO_TIMESTAMPNS_OLD] = { so_set_timestamp, so_get_timestamp, 0, false },
	[SO_MARK] = { set_mark, get_mark, 0, false },
	[SO_TIMESTAMPING_OLD] = { so_set_timestamping, so_get_timestamping, 0, false },
	[SO_PROTOCOL] = { set_refused, get_protocol, 0, true },
	[SO_DOMAIN] = { set_refused, get_domain, 0, true },
	[SO_RXQ_OVFL] = FLAG(SOCK_RXQ_OVFL),
	[SO_WIFI_STATUS] = FLAG(SOCK_WIFI_STATUS),
	[SO_PEEK_OFF] = { set_peek_off, get_peek_off, 0, true },
	[SO_NOFCS] = FLAG(SOCK_NOFCS),
	[SO_LOCK_FILTER] = { set_lock_filter, NULL, SOCK_FILTER_LOCKED + 1, false },
	[SO_SELECT_ERR_QUEUE] = FLAG(SOCK_SELECT_ERR_QUEUE),
	[SO_BUSY_POLL] = { so_set_busy_poll, so_get_busy_poll, 0, true },
	[SO_MAX_PACING_RATE] = { set_max_pacing_rate, get_max_pacing_rate, 0, true },
	[SO_BPF_EXTENSIONS] = { NULL, get_bpf_extensions, 0, false },
	[SO_INCOMING_CPU] = { set_incoming_cpu, get_incoming_cpu, 0, false },
	[SO_ATTACH_BPF] = { set_attach_bpf, NULL, 0, false },
	[SO_ATTACH_REUSEPORT_CBPF] = { set_attach_reuseport_cbpf, NULL, 0, false },
	[SO_ATTACH_REUSEPORT_EBPF] = { set_attach_bpf, NULL, 0, false },
	[SO_CNX_ADVICE] = { set_cnx_advice, NULL, 0, false },
	[SO_MEMINFO] = { NULL, get_meminfo, 0, false },
	[SO_INCOMING_NAPI_ID] = { NULL, get_incoming_napi_id, 0, false },
	[SO_COOKIE] = { NULL, get_cookie, 0, false },
	[SO_PEERGROUPS] = { NULL, get_no_peer, 0, false },
	[SO_ZEROCOPY] = { set_zerocopy, NULL, SOCK_ZEROCOPY + 1, false },
	[SO_TXTIME] = { set_txtime, get_txtime, 0, false },
	[SO_BINDTOIFINDEX] = { set_bindtoifindex, get_bindtoifindex, 0, false },
	[SO_TIMESTAMP_NEW] = { so_set_timestamp, so_get_timestamp, 0, false },
	[SO_TIMESTAMPNS_NEW] = { so_set_timestamp, so_get_timestamp, 0, false },
	[SO_TIMESTAMPING_NEW] = { so_set_timestamping, so_get_timestamping, 0, false },
	[SO_RCVTIMEO_NEW] = { so_set_timeo, so_get_timeo, 0, false },
	[SO_SNDTIMEO_NEW] = { so_set_timeo, so_get_timeo, 0, false },
	[SO_DETACH_REUSEPORT_BPF] = { set_detach_reuseport_bpf, NULL, 0, false },
	[SO_PREFER_BUSY_POLL] = { so_set_prefer_busy_poll, so_get_prefer_busy_poll, 0, true },
	[SO_BUSY_POLL_BUDGET] = { so_set_busy_poll_budget, NULL, 0, true },
	[SO_NETNS_COOKIE] = { NULL, get_netns_cookie, 0, false },
	[SO_BUF_LOCK] = { set_buf_lock, get_buf_lock, 0, false },
	[SO_RESERVE_MEM] = { set_reserve_mem, get_reserve_mem, 0, false },
	[SO_TXREHASH] = { set_txrehash, get_txrehash, 0, true },
	[SO_RCVMARK] = FLAG(SOCK_RCVMARK),
	[SO_PASSPIDFD] = { set_pass, get_pass, 0, true },
	[SO_DEVMEM_DONTNEED] = { set_devmem_dontneed, NULL, 0, true },
	[SO_PEERPIDFD] = { NULL, get_no_peer, 0, false },
};

static const struct so_opt *so_opt_of(int optname)
{
	if (optname < 0 || (u32)optname >= ARRAY_SIZE(so_opts))
		return NULL;
	return &so_opts[optname];
}

static int so_set_one(struct so_set *a)
{
	const struct so_opt *o = so_opt_of(a->optname);
	int ret = 0;

	if (o != NULL && o->unlocked && o->set != NULL)
		return o->set(a);
	lock_sock(a->sk);
	if (o != NULL && o->set != NULL)
		ret = o->set(a);
	else if (o != NULL && o->flag != 0)
		sock_valbool_flag(a->sk, (enum sock_flags)(o->flag - 1), a->val != 0);
	else
		ret = -ENOPROTOOPT;
	release_sock(a->sk);
	return ret;
}

int sock_setsockopt(struct socket *sock, int level, int op, uptr optval, u32 optlen)
{
	struct so_set a = { .sk = sock->sk,
			    .task = current_task(sock_net(sock->sk)),
			    .optname = op,
			    .optval = optval,
			    .optlen = optlen };
	u8 val[4];

	(void)level;
	if (op == SO_BINDTODEVICE)
		return sock_setbindtodevice(&a);
	if (optlen < sizeof(val))
		return -EINVAL;
	if (copy_from_user(a.task, val, optval, sizeof(val)) != 0)
		return -EFAULT;
	a.val = (s32)get_le32(val);
	return so_set_one(&a);
}

static int so_get_one(struct so_get *g)
{
	const struct so_opt *o = so_opt_of(g->optname);

	if (o != NULL && o->get != NULL)
		return o->get(g);
	if (o != NULL && o->flag != 0)
		return get_int(g, sock_flag(g->sk, (enum sock_flags)(o->flag - 1)));
	return -ENOPROTOOPT;
}

int sock_getsockopt(struct socket *sock, int level, int op, uptr optval, uptr optlen)
{
	struct so_get g = { .sk = sock->sk,
			    .task = current_task(sock_net(sock->sk)),
			    .optname = op,
			    .optval = optval,
			    .lv = 4 };
	u8 len[4];
	int err;

	(void)level;
	if (copy_from_user(g.task, len, optlen, sizeof(len)) != 0)
		return -EFAULT;
	g.len = get_le32(len);
	if ((s32)g.len < 0)
		return -EINVAL;
	err = so_get_one(&g);
	if (err != 0)
		return err;
	assert(g.lv <= sizeof(g.out));
	if (!g.copied) {
		g.len = min_u32(g.len, g.lv);
		if (copy_to_user(g.task, optval, g.out, g.len) != 0)
			return -EFAULT;
	}
	put_le32(len, g.len);
	return copy_to_user(g.task, optlen, len, sizeof(len)) != 0 ? -EFAULT : 0;
}
