// SPDX-License-Identifier: MIT
/* tcp_sockopt.c - TCP: the options of level SOL_TCP.
 *
 * Path: sys_setsockopt() and sys_getsockopt(), by way of the socket's protocol.
 * Rules: LINUX: do_tcp_setsockopt(), do_tcp_getsockopt() in net/ipv4/tcp.c, configured as the
 * pinned kernel: no upper layers, no TCP-AO. A row of tcp_opts for each option whose value is a
 * number. Missing: repair mode, signatures (TCP_MD5SIG), zero-copy reading; who asks for them is
 * told so. What is set for Fast Open is only remembered.
 */
#include "ipv4/tcp.h"

#include "uapi/capability.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "uapi/socket.h"

enum {
	TCP_ULP_NAME_MAX = 16,
	TCP_FASTOPEN_KEY_LENGTH = 16,
	TCP_FASTOPEN_KEY_BUF_LENGTH = 32,
	TFO_CLIENT_ENABLE = 1,
	TCP_REPAIR_ON = 1,
	TCP_REPAIR_OFF = 0,
	TCP_REPAIR_OFF_NO_WP = -1,
	TCP_REPAIR_WINDOW_BYTES = 20,
	TCP_ZC_LENGTH_END = 16, /* LINUX: struct tcp_zerocopy_receive, up to its length */
	TCP_MD5SIG_BYTES = 216,
	TCP_MD5SIG_FLAGS = 128,
	TCP_MD5SIG_PREFIXLEN = 129,
	TCP_MD5SIG_KEYLEN = 130,
	TCP_MD5SIG_IFINDEX = 132,
	TCP_MD5SIG_MAXKEYLEN = 80,
	TCP_MD5SIG_FLAG_PREFIX = 1,
	TCP_MD5SIG_FLAG_IFINDEX = 2,
	RTO_SECS_MAX = TCP_RTO_MAX / HZ
};

/* One call of setsockopt(), and of getsockopt(). */
struct tcp_set {
	struct sock *sk;
	struct task *task;
	int optname;
	s32 val; /* the first four bytes */
	uptr optval;
	u32 optlen;
};
struct tcp_get {
	struct sock *sk;
	struct task *task;
	int optname;
	uptr optval, optlen;
	s32 val; /* the answer, when it is a number */
};

struct tcp_opt {
	int (*set)(struct tcp_set *a);
	int (*get)(struct tcp_get *g);
	bool unlocked; /* set without the socket's lock */
};

static bool in_state(const struct sock *sk, u32 states)
{
	return (TCPF(sk->sk_state) & states) != 0;
}

static int get_val(struct tcp_get *g, s32 val)
{
	g->val = val;
	return 0;
}

static bool is_bool(s32 val)
{
	return val == 0 || val == 1;
}

/* -------- when segments go -------- */

/* A push overrides even TCP_CORK, for what is queued by now. */
static int set_nodelay(struct tcp_set *a)
{
	struct tcp_sock *tp = tcp_sk(a->sk);

	if (a->val == 0) {
		tp->nonagle &= (u8)~TCP_NAGLE_OFF;
		return 0;
	}
	tp->nonagle |= TCP_NAGLE_OFF | TCP_NAGLE_PUSH;
	tcp_push_pending_frames(a->sk);
	return 0;
}

static int get_nodelay(struct tcp_get *g)
{
	return get_val(g, (tcp_sk(g->sk)->nonagle & TCP_NAGLE_OFF) != 0);
}

static int set_cork(struct tcp_set *a)
{
	struct tcp_sock *tp = tcp_sk(a->sk);

	if (a->val != 0) {
		tp->nonagle |= TCP_NAGLE_CORK;
		return 0;
	}
	tp->nonagle &= (u8)~TCP_NAGLE_CORK;
	if ((tp->nonagle & TCP_NAGLE_OFF) != 0)
		tp->nonagle |= TCP_NAGLE_PUSH;
	tcp_push_pending_frames(a->sk);
	return 0;
}

static int get_cork(struct tcp_get *g)
{
	return get_val(g, (tcp_sk(g->sk)->nonagle & TCP_NAGLE_CORK) != 0);
}

/* Odd: from now on; even: this once. */
static int set_quickack(struct tcp_set *a)
{
	struct sock *sk = a->sk;

	if (a->val == 0) {
		inet_csk_enter_pingpong_mode(sk);
		return 0;
	}
	inet_csk_exit_pingpong_mode(sk);
	if (in_state(sk, TCPF(TCP_ESTABLISHED) | TCPF(TCP_CLOSE_WAIT)) &&
	    inet_csk_ack_scheduled(sk)) {
		inet_csk(sk)->icsk_ack.pending |= ICSK_ACK_PUSHED;
		tcp_cleanup_rbuf(sk, 1);
		if ((a->val & 1) == 0)
			inet_csk_enter_pingpong_mode(sk);
	}
	return 0;
}

static int get_quickack(struct tcp_get *g)
{
	return get_val(g, !inet_csk_in_pingpong_mode(g->sk));
}

static int set_notsent_lowat(struct tcp_set *a)
{
	tcp_sk(a->sk)->notsent_lowat = (u32)a->val;
	a->sk->sk_write_space(a->sk);
	return 0;
}

static int get_notsent_lowat(struct tcp_get *g)
{
	return get_val(g, (s32)tcp_sk(g->sk)->notsent_lowat);
}

static int set_tx_delay(struct tcp_set *a)
{
	tcp_sk(a->sk)->tcp_tx_delay = (u32)a->val;
	return 0;
}

static int get_tx_delay(struct tcp_get *g)
{
	return get_val(g, (s32)tcp_sk(g->sk)->tcp_tx_delay);
}

/* -------- sizes -------- */

static int set_maxseg(struct tcp_set *a)
{
	if (a->val != 0 && (a->val < TCP_MIN_MSS || a->val > MAX_TCP_WINDOW))
		return -EINVAL;
	tcp_sk(a->sk)->rx_opt.user_mss = (u16)a->val;
	return 0;
}

static int get_maxseg(struct tcp_get *g)
{
	const struct tcp_sock *tp = tcp_sk(g->sk);

	if (tp->rx_opt.user_mss != 0 && in_state(g->sk, TCPF(TCP_CLOSE) | TCPF(TCP_LISTEN)))
		return get_val(g, tp->rx_opt.user_mss);
	return get_val(g, (s32)tp->mss_cache);
}

int tcp_set_window_clamp(struct sock *sk, int val)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 old_clamp = tp->window_clamp, new_clamp;

	if (val == 0) {
		if (sk->sk_state != TCP_CLOSE)
			return -EINVAL;
		tp->window_clamp = 0;
		return 0;
	}
	/* LINUX: the least is a size_t: what is below zero is very much. */
	new_clamp = max_u32((u32)val, SOCK_MIN_RCVBUF / 2);
	if (new_clamp == old_clamp)
		return 0;
	tp->window_clamp = new_clamp;
	/* LINUX: __tcp_adjust_rcv_ssthresh(); no memory is reserved. */
	if (new_clamp < old_clamp)
		tp->rcv_ssthresh = min_u32(tp->rcv_ssthresh, new_clamp);
	else
		tp->rcv_ssthresh = max_u32(min_u32(tp->rcv_wnd, new_clamp), tp->rcv_ssthresh);
	return 0;
}

static int set_window_clamp(struct tcp_set *a)
{
	return tcp_set_window_clamp(a->sk, a->val);
}

static int get_window_clamp(struct tcp_get *g)
{
	return get_val(g, (s32)tcp_sk(g->sk)->window_clamp);
}

/* -------- how long, how often -------- */

/* LINUX: keepalive_time_elapsed(). */
static u32 keepalive_elapsed(const struct sock *sk)
{
	u32 now = tcp_jiffies32(sk);

	return min_u32(now - inet_csk(sk)->icsk_ack.lrcvtime, now - tcp_sk(sk)->rcv_tstamp);
}

static int set_keepidle(struct tcp_set *a)
{
	struct tcp_sock *tp = tcp_sk(a->sk);
	u32 elapsed;

	if (a->val < 1 || a->val > MAX_TCP_KEEPIDLE)
		return -EINVAL;
	tp->keepalive_time = (u32)a->val * HZ;
	if (!sock_flag(a->sk, SOCK_KEEPOPEN) || in_state(a->sk, TCPF(TCP_CLOSE) | TCPF(TCP_LISTEN)))
		return 0;
	elapsed = keepalive_elapsed(a->sk);
	inet_csk_reset_keepalive_timer(
		a->sk, tp->keepalive_time > elapsed ? tp->keepalive_time - elapsed : 0);
	return 0;
}

static int get_keepidle(struct tcp_get *g)
{
	return get_val(g, (s32)keepalive_time_when(tcp_sk(g->sk)) / HZ);
}

static int set_keepintvl(struct tcp_set *a)
{
	if (a->val < 1 || a->val > MAX_TCP_KEEPINTVL)
		return -EINVAL;
	tcp_sk(a->sk)->keepalive_intvl = (u32)a->val * HZ;
	return 0;
}

static int get_keepintvl(struct tcp_get *g)
{
	return get_val(g, (s32)keepalive_intvl_when(tcp_sk(g->sk)) / HZ);
}

static int set_keepcnt(struct tcp_set *a)
{
	if (a->val < 1 || a->val > MAX_TCP_KEEPCNT)
		return -EINVAL;
	tcp_sk(a->sk)->keepalive_probes = (u8)a->val;
	return 0;
}

static int get_keepcnt(struct tcp_get *g)
{
	return get_val(g, (s32)keepalive_probes(tcp_sk(g->sk)));
}

static int set_syncnt(struct tcp_set *a)
{
	if (a->val < 1 || a->val > MAX_TCP_SYNCNT)
		return -EINVAL;
	inet_csk(a->sk)->icsk_syn_retries = (u8)a->val;
	return 0;
}

static int get_syncnt(struct tcp_get *g)
{
	u8 own = inet_csk(g->sk)->icsk_syn_retries;

	return get_val(g, own != 0 ? own : sock_net(g->sk)->sysctl.tcp_syn_retries);
}

static int set_linger2(struct tcp_set *a)
{
	s32 *linger2 = &tcp_sk(a->sk)->linger2;

	if (a->val < 0)
		*linger2 = -1;
	else
		*linger2 = min_s32(a->val, TCP_FIN_TIMEOUT_MAX / HZ) * HZ;
	return 0;
}

static int get_linger2(struct tcp_get *g)
{
	s32 val = tcp_sk(g->sk)->linger2;

	if (val >= 0)
		val = (val != 0 ? val : (s32)sock_net(g->sk)->sysctl.tcp_fin_timeout) / HZ;
	return get_val(g, val);
}

static int set_user_timeout(struct tcp_set *a)
{
	if (a->val < 0)
		return -EINVAL;
	inet_csk(a->sk)->icsk_user_timeout = (u32)a->val;
	return 0;
}

static int get_user_timeout(struct tcp_get *g)
{
	return get_val(g, (s32)inet_csk(g->sk)->icsk_user_timeout);
}

/* After how many SYN-ACKs, each sent twice as late as the one before, so many seconds are over. */
static u8 secs_to_retrans(s32 seconds)
{
	s32 timeout = TCP_TIMEOUT_INIT / HZ, period = timeout;
	u8 res = 1;

	if (seconds <= 0)
		return 0;
	for (; seconds > period && res < UINT8_MAX; res++) {
		timeout = min_s32(timeout << 1, RTO_SECS_MAX);
		period += timeout;
	}
	return res;
}

static s32 retrans_to_secs(u8 retrans)
{
	s32 timeout = TCP_TIMEOUT_INIT / HZ, period = timeout;

	if (retrans == 0)
		return 0;
	for (u8 i = 1; i < retrans; i++) {
		timeout = min_s32(timeout << 1, RTO_SECS_MAX);
		period += timeout;
	}
	return period;
}

static int set_defer_accept(struct tcp_set *a)
{
	inet_csk(a->sk)->icsk_accept_queue.rskq_defer_accept = secs_to_retrans(a->val);
	return 0;
}

static int get_defer_accept(struct tcp_get *g)
{
	return get_val(g, retrans_to_secs(inet_csk(g->sk)->icsk_accept_queue.rskq_defer_accept));
}

static int set_thin_lto(struct tcp_set *a)
{
	if (!is_bool(a->val))
		return -EINVAL;
	tcp_sk(a->sk)->thin_lto = a->val != 0;
	return 0;
}

static int get_thin_lto(struct tcp_get *g)
{
	return get_val(g, tcp_sk(g->sk)->thin_lto);
}

/* Has had no effect for long. */
static int set_thin_dupack(struct tcp_set *a)
{
	return is_bool(a->val) ? 0 : -EINVAL;
}

static int get_zero(struct tcp_get *g)
{
	return get_val(g, 0);
}

/* -------- what else is told -------- */

static int set_inq(struct tcp_set *a)
{
	if (!is_bool(a->val))
		return -EINVAL;
	tcp_sk(a->sk)->recvmsg_inq = a->val != 0;
	return 0;
}

static int get_inq(struct tcp_get *g)
{
	return get_val(g, tcp_sk(g->sk)->recvmsg_inq);
}

static int set_save_syn(struct tcp_set *a)
{
	if (a->val < 0 || a->val > 2)
		return -EINVAL;
	tcp_sk(a->sk)->save_syn = (u8)a->val;
	return 0;
}

static int get_save_syn(struct tcp_get *g)
{
	return get_val(g, tcp_sk(g->sk)->save_syn);
}

/* -------- Fast Open: remembered, not done -------- */

/* LINUX: tcp_fastopen_init_key_once(): the host draws its key when the first socket asks. */
static void fastopen_init_key_once(struct net *net)
{
	if (net->sysctl.tcp_fastopen_keys != 0)
		return;
	for (u32 i = 0; i < TCP_FASTOPEN_KEY_LENGTH / 8; i++) {
		u64 word = get_random_u64(net->random);

		net->tcp_fastopen_key[2 * i] = (u32)word;
		net->tcp_fastopen_key[2 * i + 1] = (u32)(word >> 32);
	}
	net->sysctl.tcp_fastopen_keys = 1;
}

static int set_fastopen(struct tcp_set *a)
{
	struct net *net = sock_net(a->sk);

	if (a->val < 0 || !in_state(a->sk, TCPF(TCP_CLOSE) | TCPF(TCP_LISTEN)))
		return -EINVAL;
	fastopen_init_key_once(net);
	inet_csk(a->sk)->icsk_accept_queue.fastopen_max_qlen =
		min_u32((u32)a->val, (u32)net->sysctl.somaxconn);
	return 0;
}

static int get_fastopen(struct tcp_get *g)
{
	return get_val(g, (s32)inet_csk(g->sk)->icsk_accept_queue.fastopen_max_qlen);
}

static int set_fastopen_connect(struct tcp_set *a)
{
	if (!is_bool(a->val))
		return -EINVAL;
	if ((sock_net(a->sk)->sysctl.tcp_fastopen & TFO_CLIENT_ENABLE) == 0)
		return -EOPNOTSUPP;
	if (a->sk->sk_state != TCP_CLOSE)
		return -EINVAL;
	tcp_sk(a->sk)->fastopen_connect = a->val != 0;
	return 0;
}

static int get_fastopen_connect(struct tcp_get *g)
{
	return get_val(g, tcp_sk(g->sk)->fastopen_connect);
}

static int set_fastopen_no_cookie(struct tcp_set *a)
{
	if (!is_bool(a->val) || !in_state(a->sk, TCPF(TCP_CLOSE) | TCPF(TCP_LISTEN)))
		return -EINVAL;
	tcp_sk(a->sk)->fastopen_no_cookie = a->val != 0;
	return 0;
}

static int get_fastopen_no_cookie(struct tcp_get *g)
{
	return get_val(g, tcp_sk(g->sk)->fastopen_no_cookie);
}

/* -------- repairing connections -------- */

static bool tcp_can_repair_sock(const struct sock *sk, const struct task *t)
{
	return ns_capable(t, CAP_NET_ADMIN) && sk->sk_state != TCP_LISTEN;
}

static int set_repair(struct tcp_set *a)
{
	struct sock *sk = a->sk;

	if (!tcp_can_repair_sock(sk, a->task))
		return -EPERM;
	switch (a->val) {
	case TCP_REPAIR_ON:
		not_implemented("TCP_REPAIR");
	case TCP_REPAIR_OFF:
		sk->sk_reuse = 0;
		tcp_send_window_probe(sk);
		return 0;
	case TCP_REPAIR_OFF_NO_WP:
		sk->sk_reuse = 0;
		return 0;
	default:
		return -EINVAL;
	}
}

static int get_repair(struct tcp_get *g)
{
	return get_val(g, tcp_sk(g->sk)->repair);
}

static int set_unless_repair(struct tcp_set *a)
{
	assert(!tcp_sk(a->sk)->repair);
	return -EPERM;
}

static int set_repair_options(struct tcp_set *a)
{
	assert(!tcp_sk(a->sk)->repair);
	return -EINVAL;
}

static int get_repair_queue(struct tcp_get *g)
{
	assert(!tcp_sk(g->sk)->repair);
	return -EINVAL;
}

/* No queue is being repaired. */
static int set_queue_seq(struct tcp_set *a)
{
	return a->sk->sk_state != TCP_CLOSE ? -EPERM : -EINVAL;
}

/* What the time stamps of this connection say now: reads the clock. */
static int get_timestamp(struct tcp_get *g)
{
	const struct tcp_sock *tp = tcp_sk(g->sk);
	u64 ns = tcp_clock_ns(g->sk);
	u32 ts = (u32)(tp->tcp_usec_ts ? ns / 1000 : ns / 1000000) + tp->tsoffset;

	return get_val(g, (s32)(tp->tcp_usec_ts ? ts | 1 : ts & ~1u));
}

static int set_ao_repair(struct tcp_set *a)
{
	return tcp_can_repair_sock(a->sk, a->task) ? -ENOPROTOOPT : -EPERM;
}

static int get_ao_repair(struct tcp_get *g)
{
	return tcp_can_repair_sock(g->sk, g->task) ? -ENOPROTOOPT : -EPERM;
}

static int get_ao(struct tcp_get *g)
{
	lock_sock(g->sk);
	release_sock(g->sk);
	return -ENOPROTOOPT;
}

/* LINUX: tcp_v4_parse_md5_keys(): there are no keys, so none can be deleted; no device is an L3
 * master.
 */
static int set_md5sig(struct tcp_set *a)
{
	u8 cmd[TCP_MD5SIG_BYTES], flags;
	bool ext = a->optname == TCP_MD5SIG_EXT;

	if (a->optlen < sizeof(cmd))
		return -EINVAL;
	if (copy_from_user(a->task, cmd, a->optval, sizeof(cmd)) != 0)
		return -EFAULT;
	flags = cmd[TCP_MD5SIG_FLAGS];
	if (get_le16(cmd) != AF_INET)
		return -EINVAL;
	if (ext && (flags & TCP_MD5SIG_FLAG_PREFIX) != 0 && cmd[TCP_MD5SIG_PREFIXLEN] > 32)
		return -EINVAL;
	if (ext && (flags & TCP_MD5SIG_FLAG_IFINDEX) != 0 &&
	    get_le32(cmd + TCP_MD5SIG_IFINDEX) != 0)
		return -EINVAL;
	if (get_le16(cmd + TCP_MD5SIG_KEYLEN) == 0)
		return -ENOENT;
	if (get_le16(cmd + TCP_MD5SIG_KEYLEN) > TCP_MD5SIG_MAXKEYLEN)
		return -EINVAL;
	not_implemented("TCP_MD5SIG");
}

/* -------- all that are numbers -------- */

static const struct tcp_opt tcp_opts[] = {
	[TCP_NODELAY] = { set_nodelay, get_nodelay, false },
	[TCP_MAXSEG] = { set_maxseg, get_maxseg, false },
	[TCP_CORK] = { set_cork, get_cork, false },
	[TCP_KEEPIDLE] = { set_keepidle, get_keepidle, false },
	[TCP_KEEPINTVL] = { set_keepintvl, get_keepintvl, true },
	[TCP_KEEPCNT] = { set_keepcnt, get_keepcnt, true },
	[TCP_SYNCNT] = { set_syncnt, get_syncnt, true },
	[TCP_LINGER2] = { set_linger2, get_linger2, true },
	[TCP_DEFER_ACCEPT] = { set_defer_accept, get_defer_accept, true },
	[TCP_WINDOW_CLAMP] = { set_window_clamp, get_window_clamp, false },
	[TCP_QUICKACK] = { set_quickack, get_quickack, false },
	[TCP_MD5SIG] = { set_md5sig, NULL, false },
	[TCP_THIN_LINEAR_TIMEOUTS] = { set_thin_lto, get_thin_lto, false },
	[TCP_THIN_DUPACK] = { set_thin_dupack, get_zero, false },
	[TCP_USER_TIMEOUT] = { set_user_timeout, get_user_timeout, true },
	[TCP_REPAIR] = { set_repair, get_repair, false },
	[TCP_REPAIR_QUEUE] = { set_unless_repair, get_repair_queue, false },
	[TCP_QUEUE_SEQ] = { set_queue_seq, get_repair_queue, false },
	[TCP_REPAIR_OPTIONS] = { set_repair_options, NULL, false },
	[TCP_FASTOPEN] = { set_fastopen, get_fastopen, false },
	[TCP_TIMESTAMP] = { set_unless_repair, get_timestamp, false },
	[TCP_NOTSENT_LOWAT] = { set_notsent_lowat, get_notsent_lowat, false },
	[TCP_SAVE_SYN] = { set_save_syn, get_save_syn, false },
	[TCP_REPAIR_WINDOW] = { set_unless_repair, NULL, false },
	[TCP_FASTOPEN_CONNECT] = { set_fastopen_connect, get_fastopen_connect, false },
	[TCP_MD5SIG_EXT] = { set_md5sig, NULL, false },
	[TCP_FASTOPEN_NO_COOKIE] = { set_fastopen_no_cookie, get_fastopen_no_cookie, false },
	[TCP_INQ] = { set_inq, get_inq, false },
	[TCP_TX_DELAY] = { set_tx_delay, get_tx_delay, false },
	[TCP_AO_REPAIR] = { set_ao_repair, get_ao_repair, false },
	[TCP_AO_INFO] = { NULL, get_ao, false },
	[TCP_AO_GET_KEYS] = { NULL, get_ao, false },
	[TCP_IS_MPTCP] = { NULL, get_zero, false },
};

static const struct tcp_opt *tcp_opt_of(int optname)
{
	if (optname < 0 || (u32)optname >= ARRAY_SIZE(tcp_opts))
		return NULL;
	return &tcp_opts[optname];
}

/* -------- setting what is no number -------- */

/* LINUX: strncpy_from_sockptr(): the bytes of a name before its end, at most max - 1. */
static int get_name(const struct tcp_set *a, char *name, u32 max)
{
	u32 n = min_u32(max - 1, a->optlen);
	u64 left = copy_from_user(a->task, name, a->optval, n);
	u32 len = 0;

	while (len < n - left && name[len] != '\0')
		len++;
	if (len == n - left && left != 0)
		return -EFAULT;
	name[len] = '\0';
	return (int)len;
}

static int set_congestion(struct tcp_set *a)
{
	char name[TCP_CA_NAME_MAX];
	int ret;

	if (a->optlen < 1)
		return -EINVAL;
	ret = get_name(a, name, sizeof(name));
	if (ret < 0)
		return -EFAULT;
	lock_sock(a->sk);
	ret = tcp_set_congestion_control(a->sk, name, (u32)ret, ns_capable(a->task, CAP_NET_ADMIN));
	release_sock(a->sk);
	return ret;
}

/* No upper layer has a name. */
static int set_ulp(struct tcp_set *a)
{
	char name[TCP_ULP_NAME_MAX];

	if (a->optlen < 1)
		return -EINVAL;
	if (get_name(a, name, sizeof(name)) < 0)
		return -EFAULT;
	lock_sock(a->sk);
	release_sock(a->sk);
	return -ENOENT;
}

static int set_fastopen_key(struct tcp_set *a)
{
	struct request_sock_queue *q = &inet_csk(a->sk)->icsk_accept_queue;
	u8 key[TCP_FASTOPEN_KEY_BUF_LENGTH];

	static_assert(sizeof(key) == sizeof(q->fastopen_key), "room for both keys");
	if (a->optlen != TCP_FASTOPEN_KEY_LENGTH && a->optlen != TCP_FASTOPEN_KEY_BUF_LENGTH)
		return -EINVAL;
	if (copy_from_user(a->task, key, a->optval, a->optlen) != 0)
		return -EFAULT;
	memcpy(q->fastopen_key, key, a->optlen);
	q->fastopen_key_bytes = (u8)a->optlen;
	return 0;
}

static int tcp_set_number(struct tcp_set *a)
{
	const struct tcp_opt *o = tcp_opt_of(a->optname);
	int ret;

	if (o != NULL && o->unlocked)
		return o->set(a);
	lock_sock(a->sk);
	ret = o != NULL && o->set != NULL ? o->set(a) : -ENOPROTOOPT;
	release_sock(a->sk);
	return ret;
}

static int do_tcp_setsockopt(struct tcp_set *a)
{
	u8 val[4];

	switch (a->optname) {
	case TCP_CONGESTION:
		return set_congestion(a);
	case TCP_ULP:
		return set_ulp(a);
	case TCP_FASTOPEN_KEY:
		return set_fastopen_key(a);
	default:
		break;
	}
	if (a->optlen < sizeof(val))
		return -EINVAL;
	if (copy_from_user(a->task, val, a->optval, sizeof(val)) != 0)
		return -EFAULT;
	a->val = (s32)get_le32(val);
	return tcp_set_number(a);
}

int tcp_setsockopt(struct sock *sk, int level, int optname, uptr optval, u32 optlen)
{
	struct tcp_set a = { .sk = sk,
			     .task = current_task(sock_net(sk)),
			     .optname = optname,
			     .optval = optval,
			     .optlen = optlen };

	if (level != SOL_TCP)
		return ip_setsockopt(sk, level, optname, optval, optlen);
	return do_tcp_setsockopt(&a);
}

/* -------- getting what is no number -------- */

static int read_len(const struct tcp_get *g, s32 *len)
{
	u8 word[4];

	if (copy_from_user(g->task, word, g->optlen, sizeof(word)) != 0)
		return -EFAULT;
	*len = (s32)get_le32(word);
	return 0;
}

/* The length goes first, then as many bytes. */
static int put_bytes(const struct tcp_get *g, const void *bytes, u32 len)
{
	u8 word[4];

	put_le32(word, len);
	if (copy_to_user(g->task, g->optlen, word, sizeof(word)) != 0)
		return -EFAULT;
	return len != 0 && copy_to_user(g->task, g->optval, bytes, len) != 0 ? -EFAULT : 0;
}

/* As much of them as there is room for. */
static int put_some(const struct tcp_get *g, const void *bytes, u32 size)
{
	s32 len;
	int err = read_len(g, &len);

	return err != 0 ? err : put_bytes(g, bytes, min_u32((u32)len, size));
}

static int get_info(struct tcp_get *g)
{
	u8 info[TCP_INFO_BYTES];
	s32 len;
	int err = read_len(g, &len);

	if (err != 0)
		return err;
	tcp_get_info(g->sk, info);
	return put_bytes(g, info, min_u32((u32)len, sizeof(info)));
}

static int get_cc_info(struct tcp_get *g)
{
	const struct tcp_congestion_ops *ca = inet_csk(g->sk)->icsk_ca_ops;
	u8 info[24] = { 0 };
	u32 size = 0;
	s32 len;
	int attr, err = read_len(g, &len);

	if (err != 0)
		return err;
	if (ca != NULL && ca->get_info != NULL)
		size = ca->get_info(g->sk, U32_MAX, &attr, info);
	assert(size <= sizeof(info));
	return put_bytes(g, info, min_u32((u32)len, size));
}

static int get_congestion(struct tcp_get *g)
{
	const char *of = inet_csk(g->sk)->icsk_ca_ops->name;
	char name[TCP_CA_NAME_MAX] = { 0 };

	for (u32 i = 0; i < TCP_CA_NAME_MAX - 1 && of[i] != '\0'; i++)
		name[i] = of[i];
	return put_some(g, name, sizeof(name));
}

static int get_ulp(struct tcp_get *g)
{
	return put_some(g, NULL, 0);
}

static int get_fastopen_key(struct tcp_get *g)
{
	const struct request_sock_queue *q = &inet_csk(g->sk)->icsk_accept_queue;

	return put_some(g, q->fastopen_key, q->fastopen_key_bytes);
}

static int get_repair_window(struct tcp_get *g)
{
	s32 len;
	int err = read_len(g, &len);

	if (err != 0)
		return err;
	assert(!tcp_sk(g->sk)->repair);
	return len != TCP_REPAIR_WINDOW_BYTES ? -EINVAL : -EPERM;
}

/* The SYN is told once; to who has no room for it, how much it needs. */
static int get_saved_syn(struct tcp_get *g)
{
	struct tcp_sock *tp = tcp_sk(g->sk);
	s32 len;
	int err = read_len(g, &len);

	if (err != 0)
		return err;
	lock_sock(g->sk);
	if (tp->saved_syn == NULL) {
		release_sock(g->sk);
		return put_bytes(g, NULL, 0);
	}
	if (len < (s32)tp->saved_syn->len) {
		u8 word[4];

		put_le32(word, tp->saved_syn->len);
		err = copy_to_user(g->task, g->optlen, word, sizeof(word)) != 0 ? -EFAULT : -EINVAL;
	} else {
		err = put_bytes(g, tp->saved_syn->data, tp->saved_syn->len);
	}
	if (err == 0)
		tcp_saved_syn_free(tp);
	release_sock(g->sk);
	return err;
}

/* LINUX: only what comes before anything is mapped. */
static int get_zerocopy_receive(struct tcp_get *g)
{
	s32 len;
	int err = read_len(g, &len);

	if (err != 0)
		return err;
	if (len < TCP_ZC_LENGTH_END)
		return -EINVAL;
	not_implemented("TCP_ZEROCOPY_RECEIVE");
}

static const struct tcp_opt tcp_blobs[] = {
	[TCP_INFO] = { NULL, get_info, false },
	[TCP_CC_INFO] = { NULL, get_cc_info, false },
	[TCP_CONGESTION] = { NULL, get_congestion, false },
	[TCP_ULP] = { NULL, get_ulp, false },
	[TCP_FASTOPEN_KEY] = { NULL, get_fastopen_key, false },
	[TCP_REPAIR_WINDOW] = { NULL, get_repair_window, false },
	[TCP_SAVED_SYN] = { NULL, get_saved_syn, false },
	[TCP_ZEROCOPY_RECEIVE] = { NULL, get_zerocopy_receive, false },
};

static int do_tcp_getsockopt(struct tcp_get *g)
{
	const struct tcp_opt *o = tcp_opt_of(g->optname);
	u8 val[4];
	s32 len;
	int err = read_len(g, &len);

	if (err != 0)
		return err;
	if (len < 0)
		return -EINVAL;
	if (g->optname >= 0 && (u32)g->optname < ARRAY_SIZE(tcp_blobs) &&
	    tcp_blobs[g->optname].get != NULL)
		return tcp_blobs[g->optname].get(g);
	if (o == NULL || o->get == NULL)
		return -ENOPROTOOPT;
	err = o->get(g);
	if (err != 0)
		return err;
	put_le32(val, (u32)g->val);
	return put_bytes(g, val, min_u32((u32)len, sizeof(val)));
}

int tcp_getsockopt(struct sock *sk, int level, int optname, uptr optval, uptr optlen)
{
	struct tcp_get g = { .sk = sk,
			     .task = current_task(sock_net(sk)),
			     .optname = optname,
			     .optval = optval,
			     .optlen = optlen };

	if (level != SOL_TCP)
		return ip_getsockopt(sk, level, optname, optval, optlen);
	return do_tcp_getsockopt(&g);
}

u32 tcp_tskey(const struct sock *sk, bool written)
{
	return written ? tcp_sk(sk)->write_seq : tcp_sk(sk)->snd_una;
}

/* -------- TCP_SAVE_SYN -------- */

/* LINUX: tcp_reqsk_record_syn(): the headers of a SYN, from the link's on if the listener wants
 * those too. A packet's data is where they are kept.
 */
void tcp_reqsk_record_syn(const struct sock *sk, struct request_sock *req,
			  const struct sk_buff *skb)
{
	u8 save_syn = tcp_sk(sk)->save_syn;
	u32 mac = save_syn == 2 ? skb->mac_len : 0;
	u32 len = mac + skb_network_header_len(skb) + tcp_hlen(tcp_hdr(skb));
	struct sk_buff *saved;

	if (save_syn == 0)
		return;
	saved = alloc_skb(skb->net, len);
	if (saved == NULL)
		return;
	memcpy(skb_put(saved, len), skb_network_header(skb) - mac, len);
	req->saved_syn = saved;
}

void tcp_saved_syn_free(struct tcp_sock *tp)
{
	if (tp->saved_syn == NULL)
		return;
	kfree_skb_untold(tp->saved_syn);
	tp->saved_syn = NULL;
}
