// SPDX-License-Identifier: MIT
/* tcp_window.c - the receive window that is offered: with a SYN, and with every segment after it.
 *
 * Path: called by tcp_transmit_skb(), and by whoever thinks of a window update.
 * Rules: RFC 9293 3.8.6 (a window is not taken back, no silly small ones), RFC 7323 2; LINUX:
 * net/ipv4/tcp_output.c.
 */
#include "ipv4/tcp_output.h"

static u32 round_up_to(u32 x, u32 power_of_two)
{
	return (x + power_of_two - 1) & ~(power_of_two - 1);
}

/* LINUX: ilog2(): of 0: -1. */
static s32 log2_of(u32 x)
{
	return x == 0 ? -1 : 31 - __builtin_clz(x);
}

/* The scale by which the largest window that there may be fits into 16 bits. */
static u8 scale_for(const struct net *net, u32 space, u32 clamp)
{
	s32 scale;

	space = max_u32(space, (u32)net->sysctl.tcp_rmem_max);
	space = max_u32(space, (u32)net->sysctl.rmem_max);
	scale = log2_of(min_u32(space, clamp)) - 15;
	if (scale < 0)
		return 0;
	return (u8)(scale < TCP_MAX_WSCALE ? scale : TCP_MAX_WSCALE);
}

void tcp_select_initial_window(const struct sock *sk, s32 space, u32 mss, u32 *rcv_wnd,
			       u32 *window_clamp, bool wscale_ok, u8 *rcv_wscale, u32 init_rcv_wnd)
{
	const struct net *net = sock_net(sk);
	u32 clamp = *window_clamp != 0 ? *window_clamp : (u32)U16_MAX << TCP_MAX_WSCALE;
	u32 room = min_u32(clamp, space < 0 ? 0 : (u32)space);

	assert(mss != 0);
	if (room > mss)
		room -= room % mss;
	*rcv_wnd = net->sysctl.tcp_workaround_signed_windows != 0 ? min_u32(room, MAX_TCP_WINDOW)
								  : room;
	if (init_rcv_wnd != 0)
		*rcv_wnd = min_u32(*rcv_wnd, init_rcv_wnd * mss);
	*rcv_wscale = wscale_ok ? scale_for(net, room, clamp) : 0;
	*window_clamp = min_u32((u32)U16_MAX << *rcv_wscale, clamp);
}

/* Less than half of the buffer is free. False: no window is better than a small one: more data
 * would be dropped for want of memory.
 */
static bool room_is_worth_it(struct sock *sk, s32 free_space, s32 allowed_space, s32 mss)
{
	inet_csk(sk)->icsk_ack.quick = 0;
	if (tcp_under_memory_pressure(sk))
		tcp_adjust_rcv_ssthresh(sk);
	return free_space >= allowed_space >> 4 && free_space >= mss;
}

static s32 round_down_to(s32 x, s32 power_of_two)
{
	return x & ~(power_of_two - 1);
}

/* net.ipv4.tcp_shrink_window: the window follows the memory that there is. */
static u32 window_that_may_shrink(struct sock *sk, s32 free_space, s32 full_space,
				  s32 allowed_space, s32 mss)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	s32 unit = 1 << tp->rx_opt.rcv_wscale;

	free_space = round_down_to(free_space, unit);
	if (free_space < full_space >> 1) {
		bool worth = room_is_worth_it(sk, free_space, allowed_space, mss);

		if (!worth || free_space < unit)
			return 0;
	}
	if (free_space > (s64)tp->rcv_ssthresh)
		return round_up_to(tp->rcv_ssthresh, (u32)unit);
	return (u32)free_space;
}

/* Without scaling the window is a multiple of a segment, and stays while it is about right. */
static u32 unscaled_window(const struct tcp_sock *tp, s32 free_space, s32 full_space, s32 mss)
{
	s32 window = (s32)tp->rcv_wnd;

	if (window <= free_space - mss || window > free_space)
		return (u32)(free_space / mss * mss);
	if (mss == full_space && free_space > window + (full_space >> 1))
		return (u32)free_space;
	return (u32)window;
}

u32 tcp_select_window_now(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	s32 mss = inet_csk(sk)->icsk_ack.rcv_mss;
	s32 free_space = tcp_space(sk);
	s32 allowed_space = tcp_full_space(sk);
	s32 full_space = min_s32((s32)tp->window_clamp, allowed_space);
	u8 wscale = tp->rx_opt.rcv_wscale;

	mss = min_s32(mss, full_space);
	if (mss <= 0)
		return 0;
	if (sock_net(sk)->sysctl.tcp_shrink_window != 0 && wscale != 0)
		return window_that_may_shrink(sk, free_space, full_space, allowed_space, mss);
	if (free_space < full_space >> 1) {
		/* Not more than there is, because of the scale. */
		free_space = round_down_to(free_space, 1 << wscale);
		if (!room_is_worth_it(sk, free_space, allowed_space, mss))
			return 0;
	}
	/* LINUX: compared without sign. */
	if ((u32)free_space > tp->rcv_ssthresh)
		free_space = (s32)tp->rcv_ssthresh;
	/* Rounded up: what is less than a unit of the scale would look like nothing. */
	return wscale != 0 ? round_up_to((u32)free_space, 1u << wscale)
			   : unscaled_window(tp, free_space, full_space, mss);
}

/* RFC 9293 3.8.6.2.1: the right edge does not move to the left, unless the sysctl allows it. */
static u32 not_shrunk(struct sock *sk, u32 new_win, u32 cur_win)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct net *net = sock_net(sk);
	u8 wscale = tp->rx_opt.rcv_wscale;

	if (new_win >= cur_win || (net->sysctl.tcp_shrink_window != 0 && wscale != 0))
		return new_win;
	if (new_win == 0)
		mib_inc(net, LINUX_MIB_TCPWANTZEROWINDOWADV);
	return round_up_to(cur_win, 1u << wscale);
}

static u32 window_field(const struct sock *sk, u32 win)
{
	u8 wscale = tcp_sk(sk)->rx_opt.rcv_wscale;

	if (wscale == 0 && sock_net(sk)->sysctl.tcp_workaround_signed_windows != 0)
		return min_u32(win, MAX_TCP_WINDOW);
	return min_u32(win, 65535u << wscale) >> wscale;
}

/* To or from nothing. */
static void tell_of_zero_window(struct sock *sk, u32 field, u32 old_win)
{
	if (field == 0) {
		tcp_sk(sk)->pred_flags = (be32){ 0 };
		if (old_win != 0)
			mib_inc(sock_net(sk), LINUX_MIB_TCPTOZEROWINDOWADV);
	} else if (old_win == 0) {
		mib_inc(sock_net(sk), LINUX_MIB_TCPFROMZEROWINDOWADV);
	}
}

u16 tcp_select_window(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 old_win = tp->rcv_wnd, cur_win, field;

	if ((inet_csk(sk)->icsk_ack.pending & ICSK_ACK_NOMEM) != 0) {
		tp->pred_flags = (be32){ 0 };
		tp->rcv_wnd = 0;
		tp->rcv_wup = tp->rcv_nxt;
		return 0;
	}
	cur_win = tcp_receive_window(tp);
	tp->rcv_wnd = not_shrunk(sk, tcp_select_window_now(sk), cur_win);
	tp->rcv_wup = tp->rcv_nxt;
	field = window_field(sk, tp->rcv_wnd);
	tell_of_zero_window(sk, field, old_win);
	return (u16)field;
}
