// SPDX-License-Identifier: MIT
/* sockopt_time.c - options of SOL_SOCKET about time: stamps of packets, waiting, polling.
 *
 * Path: see sockopt.c, whose table names these functions. Rules: LINUX: net/core/sock.c.
 */
#include "core/sockopt_internal.h"

#include "core/cmsg.h"
#include "core/netdevice.h"

enum { USEC_PER_SEC = 1000000 };

/* --- time stamps ---------------------------------------------------------------------------------
 */

static bool sk_wants_netstamp(const struct sock *sk)
{
	return sock_flag(sk, SOCK_TIMESTAMP) || sock_flag(sk, SOCK_TIMESTAMPING_RX_SOFTWARE);
}

void sock_enable_timestamp(struct sock *sk, enum sock_flags flag)
{
	if (!sk_wants_netstamp(sk))
		net_enable_timestamp(sock_net(sk));
	sock_set_flag(sk, flag);
}

void sock_disable_timestamp(struct sock *sk, enum sock_flags flag)
{
	if (!sock_flag(sk, flag))
		return;
	sock_reset_flag(sk, flag);
	if (!sk_wants_netstamp(sk))
		net_disable_timestamp(sock_net(sk));
}

int so_set_timestamp(struct so_set *a)
{
	struct sock *sk = a->sk;
	int opt = a->optname;

	if (a->val == 0) {
		sock_reset_flag(sk, SOCK_RCVTSTAMP);
		sock_reset_flag(sk, SOCK_RCVTSTAMPNS);
		return 0;
	}
	sock_valbool_flag(sk, SOCK_TSTAMP_NEW,
			  opt == SO_TIMESTAMP_NEW || opt == SO_TIMESTAMPNS_NEW);
	sock_valbool_flag(sk, SOCK_RCVTSTAMPNS,
			  opt == SO_TIMESTAMPNS_OLD || opt == SO_TIMESTAMPNS_NEW);
	sock_set_flag(sk, SOCK_RCVTSTAMP);
	sock_enable_timestamp(sk, SOCK_TIMESTAMP);
	return 0;
}

int so_get_timestamp(struct so_get *g)
{
	bool on = sock_flag(g->sk, SOCK_RCVTSTAMP), ns = sock_flag(g->sk, SOCK_RCVTSTAMPNS);
	bool is_new = sock_flag(g->sk, SOCK_TSTAMP_NEW);

	switch (g->optname) {
	case SO_TIMESTAMP_OLD:
		return get_int(g, on && !is_new && !ns);
	case SO_TIMESTAMP_NEW:
		return get_int(g, on && is_new);
	case SO_TIMESTAMPNS_OLD:
		return get_int(g, ns && !is_new);
	default:
		return get_int(g, ns && is_new);
	}
}

/* LINUX: sock_timestamping_bind_phc(): no device here has clocks to bind to. */
static int bind_phc(const struct sock *sk)
{
	if (sk->sk_bound_dev_if == 0)
		return -EOPNOTSUPP;
	return dev_get_by_index(sock_net(sk), sk->sk_bound_dev_if) == NULL ? -EOPNOTSUPP : -EINVAL;
}

/* What the first packet will be called. TCP counts bytes: from the next one that is written, or
 * from the first one that is not acknowledged.
 */
static int set_tskey(struct sock *sk, u32 val)
{
	if (sk->sk_type != SOCK_STREAM) {
		sk->sk_tskey = 0;
		return 0;
	}
	if (sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_LISTEN)
		return -EINVAL;
	sk->sk_tskey = tcp_tskey(sk, (val & SOF_TIMESTAMPING_OPT_ID_TCP) != 0);
	return 0;
}

/* LINUX: sock_set_timestamping(). */
int so_set_timestamping(struct so_set *a)
{
	struct sock *sk = a->sk;
	u32 val = (u32)a->val;
	int err;

	if ((val & ~(u32)SOF_TIMESTAMPING_MASK) != 0)
		return -EINVAL;
	if ((val & SOF_TIMESTAMPING_OPT_ID_TCP) != 0 && (val & SOF_TIMESTAMPING_OPT_ID) == 0)
		return -EINVAL;
	if ((val & SOF_TIMESTAMPING_OPT_ID) != 0 &&
	    (sk->sk_tsflags & SOF_TIMESTAMPING_OPT_ID) == 0) {
		err = set_tskey(sk, val);
		if (err != 0)
			return err;
	}
	if ((val & SOF_TIMESTAMPING_OPT_STATS) != 0 && (val & SOF_TIMESTAMPING_OPT_TSONLY) == 0)
		return -EINVAL;
	if ((val & SOF_TIMESTAMPING_BIND_PHC) != 0) {
		err = bind_phc(sk);
		if (err != 0)
			return err;
	}
	sk->sk_tsflags = val;
	sock_valbool_flag(sk, SOCK_TSTAMP_NEW, a->optname == SO_TIMESTAMPING_NEW);
	if ((val & SOF_TIMESTAMPING_RX_SOFTWARE) != 0)
		sock_enable_timestamp(sk, SOCK_TIMESTAMPING_RX_SOFTWARE);
	else
		sock_disable_timestamp(sk, SOCK_TIMESTAMPING_RX_SOFTWARE);
	return 0;
}

int so_get_timestamping(struct so_get *g)
{
	g->lv = 8;
	if (g->optname == SO_TIMESTAMPING_OLD || sock_flag(g->sk, SOCK_TSTAMP_NEW)) {
		put_le32(g->out, g->sk->sk_tsflags);
		put_le32(g->out + 4, (u32)g->sk->sk_bind_phc);
	}
	return 0;
}

/* --- waiting -------------------------------------------------------------------------------------
 */

int so_set_rcvlowat(struct so_set *a)
{
	s32 val = a->val < 0 ? INT32_MAX : a->val;
	const struct proto_ops *ops = a->sk->sk_socket->ops;

	if (ops->set_rcvlowat != NULL)
		return ops->set_rcvlowat(a->sk, val);
	a->sk->sk_rcvlowat = val != 0 ? val : 1;
	return 0;
}

int so_get_rcvlowat(struct so_get *g)
{
	return get_int(g, g->sk->sk_rcvlowat);
}

int so_get_sndlowat(struct so_get *g)
{
	return get_int(g, 1);
}

static s64 *timeo_of(struct sock *sk, int optname)
{
	bool rcv = optname == SO_RCVTIMEO_OLD || optname == SO_RCVTIMEO_NEW;

	return rcv ? &sk->sk_rcvtimeo : &sk->sk_sndtimeo;
}

/* LINUX: struct old_timeval32: of an i386 program, and the old options. */
static bool is_timeval32(const struct task *t, int optname)
{
	return in_compat_syscall(t) && (optname == SO_RCVTIMEO_OLD || optname == SO_SNDTIMEO_OLD);
}

/* LINUX: sock_copy_user_timeval(). */
static int copy_user_timeval(const struct so_set *a, s64 *sec, s64 *usec)
{
	bool small = is_timeval32(a->task, a->optname);
	u32 len = small ? 8 : 16;
	u8 tv[16];

	if (a->optlen < len)
		return -EINVAL;
	if (copy_from_user(a->task, tv, a->optval, len) != 0)
		return -EFAULT;
	*sec = small ? (s32)get_le32(tv) : (s64)get_le64(tv);
	*usec = small ? (s32)get_le32(tv + 4) : (s64)get_le64(tv + 8);
	return 0;
}

/* LINUX: sock_set_timeout(); both forms of struct timeval are the same on x86-64. */
int so_set_timeo(struct so_set *a)
{
	s64 *timeo = timeo_of(a->sk, a->optname);
	s64 sec, usec;
	int err = copy_user_timeval(a, &sec, &usec);

	if (err != 0)
		return err;
	if (usec < 0 || usec >= USEC_PER_SEC)
		return -EDOM;
	if (sec < 0)
		*timeo = 0;
	else if ((sec != 0 || usec != 0) && sec < MAX_SCHEDULE_TIMEOUT / HZ - 1)
		*timeo = sec * HZ + (usec + USEC_PER_SEC / HZ - 1) / (USEC_PER_SEC / HZ);
	else
		*timeo = MAX_SCHEDULE_TIMEOUT;
	return 0;
}

int so_get_timeo(struct so_get *g)
{
	s64 timeo = *timeo_of(g->sk, g->optname);

	s64 sec = timeo / HZ, usec = timeo % HZ * (USEC_PER_SEC / HZ);

	if (timeo == MAX_SCHEDULE_TIMEOUT)
		sec = usec = 0;
	if (is_timeval32(g->task, g->optname)) {
		g->lv = 8;
		put_le32(g->out, (u32)sec);
		put_le32(g->out + 4, (u32)usec);
		return 0;
	}
	g->lv = 16;
	put_le64(g->out, (u64)sec);
	put_le64(g->out + 8, (u64)usec);
	return 0;
}

int so_set_busy_poll(struct so_set *a)
{
	if (a->val < 0)
		return -EINVAL;
	a->sk->sk_ll_usec = (u32)a->val;
	return 0;
}

int so_get_busy_poll(struct so_get *g)
{
	return get_int(g, (s32)g->sk->sk_ll_usec);
}

int so_set_prefer_busy_poll(struct so_set *a)
{
	if (a->val != 0 && !capable(a, CAP_NET_ADMIN))
		return -EPERM;
	a->sk->sk_prefer_busy_poll = a->val != 0;
	return 0;
}

int so_get_prefer_busy_poll(struct so_get *g)
{
	return get_int(g, (s32)g->sk->sk_prefer_busy_poll);
}

int so_set_busy_poll_budget(struct so_set *a)
{
	if (a->val > (s32)a->sk->sk_busy_poll_budget && !capable(a, CAP_NET_ADMIN))
		return -EPERM;
	if (a->val < 0 || a->val > (s32)U16_MAX)
		return -EINVAL;
	a->sk->sk_busy_poll_budget = (u32)a->val;
	return 0;
}
