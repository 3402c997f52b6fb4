// SPDX-License-Identifier: MIT
/* tcp_later.c - stands in for functions of TCP that are not there yet: each says so. */
#include "ipv4/tcp.h"

u32 ktime_get_seconds(const struct net *net)
{
	(void)net;
	not_implemented("ktime_get_seconds");
}

void tcp_check(const struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_check");
}

void tcp_set_keepalive(struct sock *sk, int val)
{
	(void)sk;
	(void)val;
	not_implemented("tcp_set_keepalive");
}

int tcp_connect(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_connect");
}

void tcp_send_fin(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_send_fin");
}

void tcp_send_active_reset(struct sock *sk, enum sk_rst_reason reason)
{
	(void)sk;
	(void)reason;
	not_implemented("tcp_send_active_reset");
}

int tcp_send_synack(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_send_synack");
}

struct sk_buff *tcp_make_synack(const struct sock *sk, struct dst_entry *dst, struct request_sock *req, enum tcp_synack_type type, struct sk_buff *syn_skb)
{
	(void)sk;
	(void)dst;
	(void)req;
	(void)type;
	(void)syn_skb;
	not_implemented("tcp_make_synack");
}

int tcp_rtx_synack(const struct sock *sk, struct request_sock *req)
{
	(void)sk;
	(void)req;
	not_implemented("tcp_rtx_synack");
}

void tcp_send_probe0(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_send_probe0");
}

int tcp_write_wakeup(struct sock *sk, enum mib_id mib)
{
	(void)sk;
	(void)mib;
	not_implemented("tcp_write_wakeup");
}

void tcp_send_window_probe(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_send_window_probe");
}

void tcp_init_xmit_timers(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_init_xmit_timers");
}

void tcp_clear_xmit_timers(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_clear_xmit_timers");
}

void tcp_retransmit_timer(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_retransmit_timer");
}

void tcp_write_timer_handler(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_write_timer_handler");
}

void tcp_delack_timer_handler(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_delack_timer_handler");
}

void tcp_syn_ack_timeout(const struct request_sock *req)
{
	(void)req;
	not_implemented("tcp_syn_ack_timeout");
}

u32 tcp_clamp_probe0_to_user_timeout(const struct sock *sk, u32 when)
{
	(void)sk;
	(void)when;
	not_implemented("tcp_clamp_probe0_to_user_timeout");
}

void tcp_reset_xmit_timer(struct sock *sk, u8 what, u64 when, u64 max_when)
{
	(void)sk;
	(void)what;
	(void)when;
	(void)max_when;
	not_implemented("tcp_reset_xmit_timer");
}

u64 tcp_probe0_when(const struct sock *sk, u64 max_when)
{
	(void)sk;
	(void)max_when;
	not_implemented("tcp_probe0_when");
}
