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

s64 tcp_splice_read(struct socket *sock, struct pipe_inode_info *pipe, u64 len, u32 flags)
{
	(void)sock;
	(void)pipe;
	(void)len;
	(void)flags;
	not_implemented("tcp_splice_read");
}

void tcp_set_keepalive(struct sock *sk, int val)
{
	(void)sk;
	(void)val;
	not_implemented("tcp_set_keepalive");
}

const struct tcp_congestion_ops *tcp_ca_find(const char *name, u32 len)
{
	(void)name;
	(void)len;
	not_implemented("tcp_ca_find");
}

void tcp_assign_congestion_control(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_assign_congestion_control");
}

void tcp_init_congestion_control(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_init_congestion_control");
}

void tcp_cleanup_congestion_control(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_cleanup_congestion_control");
}

int tcp_set_congestion_control(struct sock *sk, const char *name, u32 len, bool cap_net_admin)
{
	(void)sk;
	(void)name;
	(void)len;
	(void)cap_net_admin;
	not_implemented("tcp_set_congestion_control");
}

void tcp_set_ca_state(struct sock *sk, u8 ca_state)
{
	(void)sk;
	(void)ca_state;
	not_implemented("tcp_set_ca_state");
}

u32 tcp_slow_start(struct tcp_sock *tp, u32 acked)
{
	(void)tp;
	(void)acked;
	not_implemented("tcp_slow_start");
}

void tcp_cong_avoid_ai(struct tcp_sock *tp, u32 w, u32 acked)
{
	(void)tp;
	(void)w;
	(void)acked;
	not_implemented("tcp_cong_avoid_ai");
}

u32 tcp_reno_ssthresh(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_reno_ssthresh");
}

u32 tcp_reno_undo_cwnd(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_reno_undo_cwnd");
}

void tcp_reno_cong_avoid(struct sock *sk, u32 ack, u32 acked)
{
	(void)sk;
	(void)ack;
	(void)acked;
	not_implemented("tcp_reno_cong_avoid");
}

void tcp_ca_openreq_child(struct sock *sk, const struct dst_entry *dst)
{
	(void)sk;
	(void)dst;
	not_implemented("tcp_ca_openreq_child");
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

void tcp_time_wait(struct sock *sk, int state, s32 timeo)
{
	(void)sk;
	(void)state;
	(void)timeo;
	not_implemented("tcp_time_wait");
}

enum tcp_tw_status tcp_timewait_state_process(struct inet_timewait_sock *tw, struct sk_buff *skb, u32 *tw_isn)
{
	(void)tw;
	(void)skb;
	(void)tw_isn;
	not_implemented("tcp_timewait_state_process");
}

struct sock *tcp_create_openreq_child(const struct sock *sk, struct request_sock *req, struct sk_buff *skb)
{
	(void)sk;
	(void)req;
	(void)skb;
	not_implemented("tcp_create_openreq_child");
}

struct sock *tcp_check_req(struct sock *sk, struct sk_buff *skb, struct request_sock *req, bool *lost_race, enum drop_reason *reason)
{
	(void)sk;
	(void)skb;
	(void)req;
	(void)lost_race;
	(void)reason;
	not_implemented("tcp_check_req");
}

enum drop_reason tcp_child_process(struct sock *parent, struct sock *child, struct sk_buff *skb)
{
	(void)parent;
	(void)child;
	(void)skb;
	not_implemented("tcp_child_process");
}

void tcp_openreq_init_rwin(struct request_sock *req, const struct sock *sk_listener, const struct dst_entry *dst)
{
	(void)req;
	(void)sk_listener;
	(void)dst;
	not_implemented("tcp_openreq_init_rwin");
}

void tcp_twsk_purge(struct net *net)
{
	(void)net;
	not_implemented("tcp_twsk_purge");
}

u32 cookie_v4_init_sequence(struct sk_buff *skb, u16 *mss)
{
	(void)skb;
	(void)mss;
	not_implemented("cookie_v4_init_sequence");
}

u64 cookie_init_timestamp(struct request_sock *req, u64 now_ns)
{
	(void)req;
	(void)now_ns;
	not_implemented("cookie_init_timestamp");
}

struct sock *cookie_v4_check(struct sock *sk, struct sk_buff *skb)
{
	(void)sk;
	(void)skb;
	not_implemented("cookie_v4_check");
}

void tcp_synq_overflow(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_synq_overflow");
}

bool tcp_synq_no_recent_overflow(const struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_synq_no_recent_overflow");
}

int tcp_v4_early_demux(struct sk_buff *skb)
{
	(void)skb;
	not_implemented("tcp_v4_early_demux");
}

int tcp_v4_do_rcv(struct sock *sk, struct sk_buff *skb)
{
	(void)sk;
	(void)skb;
	not_implemented("tcp_v4_do_rcv");
}

int tcp_v4_connect(struct sock *sk, const u8 *uaddr, int addr_len)
{
	(void)sk;
	(void)uaddr;
	(void)addr_len;
	not_implemented("tcp_v4_connect");
}

int tcp_v4_conn_request(struct sock *sk, struct sk_buff *skb)
{
	(void)sk;
	(void)skb;
	not_implemented("tcp_v4_conn_request");
}

struct sock *tcp_v4_syn_recv_sock(struct sock *sk, struct sk_buff *skb, struct request_sock *req, struct dst_entry *dst, struct request_sock *req_unhash, bool *own_req)
{
	(void)sk;
	(void)skb;
	(void)req;
	(void)dst;
	(void)req_unhash;
	(void)own_req;
	not_implemented("tcp_v4_syn_recv_sock");
}

void tcp_v4_send_check(struct sock *sk, struct sk_buff *skb)
{
	(void)sk;
	(void)skb;
	not_implemented("tcp_v4_send_check");
}

void tcp_v4_send_check_addr(struct sk_buff *skb, be32 saddr, be32 daddr)
{
	(void)skb;
	(void)saddr;
	(void)daddr;
	not_implemented("tcp_v4_send_check_addr");
}

void tcp_v4_mtu_reduced(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_v4_mtu_reduced");
}

struct ip_options_rcu *tcp_v4_save_options(struct net *net, struct sk_buff *skb, struct inet_request_sock *ireq)
{
	(void)net;
	(void)skb;
	(void)ireq;
	not_implemented("tcp_v4_save_options");
}

enum sk_rst_reason sk_rst_convert_drop_reason(enum drop_reason reason)
{
	(void)reason;
	not_implemented("sk_rst_convert_drop_reason");
}

void tcp_req_err(struct sock *sk, u32 seq, bool abort)
{
	(void)sk;
	(void)seq;
	(void)abort;
	not_implemented("tcp_req_err");
}

bool tcp_add_backlog(struct sock *sk, struct sk_buff *skb, enum drop_reason *reason)
{
	(void)sk;
	(void)skb;
	(void)reason;
	not_implemented("tcp_add_backlog");
}

int tcp_twsk_unique(struct sock *sk, struct sock *sktw, void *twp)
{
	(void)sk;
	(void)sktw;
	(void)twp;
	not_implemented("tcp_twsk_unique");
}

void inet_sk_rx_dst_set(struct sock *sk, struct sk_buff *skb)
{
	(void)sk;
	(void)skb;
	not_implemented("inet_sk_rx_dst_set");
}
