// SPDX-License-Identifier: MIT
/* tcp_later.c - stands in for functions of TCP that are not there yet: each says so. */
#include "ipv4/tcp.h"

u32 ktime_get_seconds(const struct net *net)
{
	(void)net;
	not_implemented("ktime_get_seconds");
}

void tcp_rbtree_insert(struct rb_root *root, struct sk_buff *skb)
{
	(void)root;
	(void)skb;
	not_implemented("tcp_rbtree_insert");
}

void skb_rbtree_purge(struct rb_root *root)
{
	(void)root;
	not_implemented("skb_rbtree_purge");
}

void tcp_rtx_queue_unlink(struct sk_buff *skb, struct sock *sk)
{
	(void)skb;
	(void)sk;
	not_implemented("tcp_rtx_queue_unlink");
}

void tcp_rtx_queue_unlink_and_free(struct sk_buff *skb, struct sock *sk)
{
	(void)skb;
	(void)sk;
	not_implemented("tcp_rtx_queue_unlink_and_free");
}

void tcp_wmem_free_skb(struct sock *sk, struct sk_buff *skb)
{
	(void)sk;
	(void)skb;
	not_implemented("tcp_wmem_free_skb");
}

void tcp_write_queue_purge(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_write_queue_purge");
}

int tcp_sendmsg(struct sock *sk, struct msghdr *msg, u64 size)
{
	(void)sk;
	(void)msg;
	(void)size;
	not_implemented("tcp_sendmsg");
}

void tcp_splice_eof(struct socket *sock)
{
	(void)sock;
	not_implemented("tcp_splice_eof");
}

int tcp_disconnect(struct sock *sk, int flags)
{
	(void)sk;
	(void)flags;
	not_implemented("tcp_disconnect");
}

int tcp_ioctl(struct sock *sk, int cmd, int *karg)
{
	(void)sk;
	(void)cmd;
	(void)karg;
	not_implemented("tcp_ioctl");
}

void tcp_set_state(struct sock *sk, int state)
{
	(void)sk;
	(void)state;
	not_implemented("tcp_set_state");
}

void tcp_done(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_done");
}

int tcp_abort(struct sock *sk, int err)
{
	(void)sk;
	(void)err;
	not_implemented("tcp_abort");
}

void tcp_push(struct sock *sk, int flags, u32 mss_now, u32 nonagle, u32 size_goal)
{
	(void)sk;
	(void)flags;
	(void)mss_now;
	(void)nonagle;
	(void)size_goal;
	not_implemented("tcp_push");
}

void tcp_mark_push(struct tcp_sock *tp, struct sk_buff *skb)
{
	(void)tp;
	(void)skb;
	not_implemented("tcp_mark_push");
}

void tcp_skb_entail(struct sock *sk, struct sk_buff *skb)
{
	(void)sk;
	(void)skb;
	not_implemented("tcp_skb_entail");
}

struct sk_buff *tcp_stream_alloc_skb(struct sock *sk, bool force_schedule)
{
	(void)sk;
	(void)force_schedule;
	not_implemented("tcp_stream_alloc_skb");
}

u32 tcp_send_mss(struct sock *sk, u32 *size_goal, int flags)
{
	(void)sk;
	(void)size_goal;
	(void)flags;
	not_implemented("tcp_send_mss");
}

bool tcp_check_oom(const struct sock *sk, int shift)
{
	(void)sk;
	(void)shift;
	not_implemented("tcp_check_oom");
}

bool tcp_orphan_exceeded(const struct sock *sk, int shift)
{
	(void)sk;
	(void)shift;
	not_implemented("tcp_orphan_exceeded");
}

void tcp_enter_memory_pressure(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_enter_memory_pressure");
}

void tcp_leave_memory_pressure(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_leave_memory_pressure");
}

bool tcp_stream_memory_free(const struct sock *sk, int wake)
{
	(void)sk;
	(void)wake;
	not_implemented("tcp_stream_memory_free");
}

s64 tcp_fin_time(const struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_fin_time");
}

void tcp_check(const struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_check");
}

void sk_stream_write_space(struct sock *sk)
{
	(void)sk;
	not_implemented("sk_stream_write_space");
}

int sk_stream_wait_connect(struct sock *sk, s64 *timeo)
{
	(void)sk;
	(void)timeo;
	not_implemented("sk_stream_wait_connect");
}

int sk_stream_wait_memory(struct sock *sk, s64 *timeo)
{
	(void)sk;
	(void)timeo;
	not_implemented("sk_stream_wait_memory");
}

int sk_stream_wait_close(struct sock *sk, s64 timeout)
{
	(void)sk;
	(void)timeout;
	not_implemented("sk_stream_wait_close");
}

int sk_stream_error(struct sock *sk, int flags, int err)
{
	(void)sk;
	(void)flags;
	(void)err;
	not_implemented("sk_stream_error");
}

void sk_stream_kill_queues(struct sock *sk)
{
	(void)sk;
	not_implemented("sk_stream_kill_queues");
}

bool sk_stream_is_writeable(const struct sock *sk)
{
	(void)sk;
	not_implemented("sk_stream_is_writeable");
}

bool sk_stream_memory_free(const struct sock *sk)
{
	(void)sk;
	not_implemented("sk_stream_memory_free");
}

void sk_forced_mem_schedule(struct sock *sk, u32 size)
{
	(void)sk;
	(void)size;
	not_implemented("sk_forced_mem_schedule");
}

int tcp_set_window_clamp(struct sock *sk, int val)
{
	(void)sk;
	(void)val;
	not_implemented("tcp_set_window_clamp");
}

void tcp_get_info(struct sock *sk, u8 *info)
{
	(void)sk;
	(void)info;
	not_implemented("tcp_get_info");
}

void tcp_rcv_established(struct sock *sk, struct sk_buff *skb)
{
	(void)sk;
	(void)skb;
	not_implemented("tcp_rcv_established");
}

enum drop_reason tcp_rcv_state_process(struct sock *sk, struct sk_buff *skb)
{
	(void)sk;
	(void)skb;
	not_implemented("tcp_rcv_state_process");
}

void tcp_parse_options(const struct net *net, const struct sk_buff *skb, struct tcp_options_received *opt_rx, bool estab)
{
	(void)net;
	(void)skb;
	(void)opt_rx;
	(void)estab;
	not_implemented("tcp_parse_options");
}

u16 tcp_parse_mss_option(const u8 *th, u16 user_mss)
{
	(void)th;
	(void)user_mss;
	not_implemented("tcp_parse_mss_option");
}

void tcp_finish_connect(struct sock *sk, struct sk_buff *skb)
{
	(void)sk;
	(void)skb;
	not_implemented("tcp_finish_connect");
}

void tcp_init_transfer(struct sock *sk, struct sk_buff *skb)
{
	(void)sk;
	(void)skb;
	not_implemented("tcp_init_transfer");
}

void tcp_initialize_rcv_mss(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_initialize_rcv_mss");
}

void tcp_init_buffer_space(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_init_buffer_space");
}

void tcp_data_ready(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_data_ready");
}

void tcp_reset(struct sock *sk, struct sk_buff *skb)
{
	(void)sk;
	(void)skb;
	not_implemented("tcp_reset");
}

void tcp_done_with_error(struct sock *sk, int err)
{
	(void)sk;
	(void)err;
	not_implemented("tcp_done_with_error");
}

void tcp_fin(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_fin");
}

void tcp_check_space(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_check_space");
}

void tcp_rcv_space_adjust(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_rcv_space_adjust");
}

void tcp_sack_compress_send_ack(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_sack_compress_send_ack");
}

bool tcp_oow_rate_limited(struct net *net, const struct sk_buff *skb, enum mib_id mib, u32 *last_oow_ack_time)
{
	(void)net;
	(void)skb;
	(void)mib;
	(void)last_oow_ack_time;
	not_implemented("tcp_oow_rate_limited");
}

void tcp_reqsk_send_challenge_ack(struct sock *sk, struct sk_buff *skb, struct request_sock *req)
{
	(void)sk;
	(void)skb;
	(void)req;
	not_implemented("tcp_reqsk_send_challenge_ack");
}

int tcp_conn_request(const struct request_sock_ops *rsk_ops, const struct tcp_request_sock_ops *af_ops, struct sock *sk, struct sk_buff *skb)
{
	(void)rsk_ops;
	(void)af_ops;
	(void)sk;
	(void)skb;
	not_implemented("tcp_conn_request");
}

u16 tcp_get_syncookie_mss(const struct request_sock_ops *rsk_ops, const struct tcp_request_sock_ops *af_ops, struct sock *sk, const u8 *th)
{
	(void)rsk_ops;
	(void)af_ops;
	(void)sk;
	(void)th;
	not_implemented("tcp_get_syncookie_mss");
}

void tcp_enter_quickack_mode(struct sock *sk, u32 max_quickacks)
{
	(void)sk;
	(void)max_quickacks;
	not_implemented("tcp_enter_quickack_mode");
}

bool tcp_paws_reject(const struct net *net, const struct tcp_options_received *rx_opt, bool rst)
{
	(void)net;
	(void)rx_opt;
	(void)rst;
	not_implemented("tcp_paws_reject");
}

bool tcp_paws_check(const struct net *net, const struct tcp_options_received *rx_opt, s32 paws_win)
{
	(void)net;
	(void)rx_opt;
	(void)paws_win;
	not_implemented("tcp_paws_check");
}

bool tcp_try_coalesce(struct sock *sk, struct sk_buff *to, struct sk_buff *from, bool *fragstolen)
{
	(void)sk;
	(void)to;
	(void)from;
	(void)fragstolen;
	not_implemented("tcp_try_coalesce");
}

void tcp_store_ts_recent(struct tcp_sock *tp)
{
	(void)tp;
	not_implemented("tcp_store_ts_recent");
}

void tcp_send_challenge_ack(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_send_challenge_ack");
}

int tcp_ack(struct sock *sk, struct sk_buff *skb, int flag)
{
	(void)sk;
	(void)skb;
	(void)flag;
	not_implemented("tcp_ack");
}

void tcp_enter_loss(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_enter_loss");
}

void tcp_enter_recovery(struct sock *sk, bool ece_ack)
{
	(void)sk;
	(void)ece_ack;
	not_implemented("tcp_enter_recovery");
}

void tcp_enter_cwr(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_enter_cwr");
}

void tcp_cwnd_reduction(struct sock *sk, s32 newly_acked_sacked, s32 newly_lost, int flag)
{
	(void)sk;
	(void)newly_acked_sacked;
	(void)newly_lost;
	(void)flag;
	not_implemented("tcp_cwnd_reduction");
}

void tcp_clear_retrans(struct tcp_sock *tp)
{
	(void)tp;
	not_implemented("tcp_clear_retrans");
}

void tcp_simple_retransmit(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_simple_retransmit");
}

void tcp_mark_skb_lost(struct sock *sk, struct sk_buff *skb)
{
	(void)sk;
	(void)skb;
	not_implemented("tcp_mark_skb_lost");
}

void tcp_skb_mark_lost_uncond_verify(struct tcp_sock *tp, struct sk_buff *skb)
{
	(void)tp;
	(void)skb;
	not_implemented("tcp_skb_mark_lost_uncond_verify");
}

bool tcp_skb_shift(struct sk_buff *to, struct sk_buff *from, u32 pcount, u32 shiftlen)
{
	(void)to;
	(void)from;
	(void)pcount;
	(void)shiftlen;
	not_implemented("tcp_skb_shift");
}

void tcp_init_undo(struct tcp_sock *tp)
{
	(void)tp;
	not_implemented("tcp_init_undo");
}

void tcp_try_keep_open(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_try_keep_open");
}

void tcp_ecn_queue_cwr(struct tcp_sock *tp)
{
	(void)tp;
	not_implemented("tcp_ecn_queue_cwr");
}

void tcp_replace_ts_recent(struct tcp_sock *tp, u32 seq)
{
	(void)tp;
	(void)seq;
	not_implemented("tcp_replace_ts_recent");
}

bool tcp_rack_mark_lost(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_rack_mark_lost");
}

void tcp_rack_advance(struct tcp_sock *tp, u8 sacked, u32 end_seq, u64 xmit_time)
{
	(void)tp;
	(void)sacked;
	(void)end_seq;
	(void)xmit_time;
	not_implemented("tcp_rack_advance");
}

void tcp_rack_reo_timeout(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_rack_reo_timeout");
}

void tcp_rack_update_reo_wnd(struct sock *sk, struct rate_sample *rs)
{
	(void)sk;
	(void)rs;
	not_implemented("tcp_rack_update_reo_wnd");
}

s32 tcp_rack_skb_timeout(const struct tcp_sock *tp, const struct sk_buff *skb, u32 reo_wnd)
{
	(void)tp;
	(void)skb;
	(void)reo_wnd;
	not_implemented("tcp_rack_skb_timeout");
}

void tcp_newreno_mark_lost(struct sock *sk, bool snd_una_advanced)
{
	(void)sk;
	(void)snd_una_advanced;
	not_implemented("tcp_newreno_mark_lost");
}

void tcp_rate_skb_sent(struct sock *sk, struct sk_buff *skb)
{
	(void)sk;
	(void)skb;
	not_implemented("tcp_rate_skb_sent");
}

void tcp_rate_skb_delivered(struct sock *sk, struct sk_buff *skb, struct rate_sample *rs)
{
	(void)sk;
	(void)skb;
	(void)rs;
	not_implemented("tcp_rate_skb_delivered");
}

void tcp_rate_gen(struct sock *sk, u32 delivered, u32 lost, bool is_sack_reneg, struct rate_sample *rs)
{
	(void)sk;
	(void)delivered;
	(void)lost;
	(void)is_sack_reneg;
	(void)rs;
	not_implemented("tcp_rate_gen");
}

void tcp_rate_check_app_limited(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_rate_check_app_limited");
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

void tcp_metrics_init(struct net *net)
{
	(void)net;
	not_implemented("tcp_metrics_init");
}

void tcp_update_metrics(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_update_metrics");
}

void tcp_init_metrics(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_init_metrics");
}

bool tcp_peer_is_proven(struct request_sock *req, struct dst_entry *dst)
{
	(void)req;
	(void)dst;
	not_implemented("tcp_peer_is_proven");
}

void tcp_metrics_flush_all(struct net *net)
{
	(void)net;
	not_implemented("tcp_metrics_flush_all");
}

struct tcp_metrics_block *tcp_metrics_next(struct net *net, const struct tcp_metrics_block *tm)
{
	(void)net;
	(void)tm;
	not_implemented("tcp_metrics_next");
}

void tcp_metrics_delete(struct tcp_metrics_block *tm)
{
	(void)tm;
	not_implemented("tcp_metrics_delete");
}

int tcp_connect(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_connect");
}

bool tcp_write_xmit(struct sock *sk, u32 mss_now, u32 nonagle, int push_one)
{
	(void)sk;
	(void)mss_now;
	(void)nonagle;
	(void)push_one;
	not_implemented("tcp_write_xmit");
}

void tcp_push_pending_frames_mss(struct sock *sk, u32 cur_mss, u32 nonagle)
{
	(void)sk;
	(void)cur_mss;
	(void)nonagle;
	not_implemented("tcp_push_pending_frames_mss");
}

void tcp_push_one(struct sock *sk, u32 mss_now)
{
	(void)sk;
	(void)mss_now;
	not_implemented("tcp_push_one");
}

void tcp_send_ack(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_send_ack");
}

void tcp_send_ack_at(struct sock *sk, u32 rcv_nxt, u16 flags)
{
	(void)sk;
	(void)rcv_nxt;
	(void)flags;
	not_implemented("tcp_send_ack_at");
}

void tcp_send_delayed_ack(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_send_delayed_ack");
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

int tcp_retransmit_skb(struct sock *sk, struct sk_buff *skb, int segs)
{
	(void)sk;
	(void)skb;
	(void)segs;
	not_implemented("tcp_retransmit_skb");
}

int tcp_retransmit_skb_once(struct sock *sk, struct sk_buff *skb, int segs)
{
	(void)sk;
	(void)skb;
	(void)segs;
	not_implemented("tcp_retransmit_skb_once");
}

void tcp_xmit_retransmit_queue(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_xmit_retransmit_queue");
}

int tcp_fragment(struct sock *sk, enum tcp_queue q, struct sk_buff *skb, u32 len, u32 mss_now)
{
	(void)sk;
	(void)q;
	(void)skb;
	(void)len;
	(void)mss_now;
	not_implemented("tcp_fragment");
}

int tcp_trim_head(struct sock *sk, struct sk_buff *skb, u32 len)
{
	(void)sk;
	(void)skb;
	(void)len;
	not_implemented("tcp_trim_head");
}

void tcp_skb_collapse_tstamp(struct sk_buff *skb, const struct sk_buff *next_skb)
{
	(void)skb;
	(void)next_skb;
	not_implemented("tcp_skb_collapse_tstamp");
}

void tcp_skb_tsorted_anchor_cleanup(struct sk_buff *skb)
{
	(void)skb;
	not_implemented("tcp_skb_tsorted_anchor_cleanup");
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

void tcp_send_loss_probe(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_send_loss_probe");
}

bool tcp_schedule_loss_probe(struct sock *sk, bool advancing_rto)
{
	(void)sk;
	(void)advancing_rto;
	not_implemented("tcp_schedule_loss_probe");
}

void tcp_select_initial_window(const struct sock *sk, s32 space, u32 mss, u32 *rcv_wnd, u32 *window_clamp, bool wscale_ok, u8 *rcv_wscale, u32 init_rcv_wnd)
{
	(void)sk;
	(void)space;
	(void)mss;
	(void)rcv_wnd;
	(void)window_clamp;
	(void)wscale_ok;
	(void)rcv_wscale;
	(void)init_rcv_wnd;
	not_implemented("tcp_select_initial_window");
}

u32 tcp_select_window_now(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_select_window_now");
}

u32 tcp_sync_mss(struct sock *sk, u32 pmtu)
{
	(void)sk;
	(void)pmtu;
	not_implemented("tcp_sync_mss");
}

u32 tcp_current_mss(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_current_mss");
}

s32 tcp_mtu_to_mss(struct sock *sk, s32 pmtu)
{
	(void)sk;
	(void)pmtu;
	not_implemented("tcp_mtu_to_mss");
}

s32 tcp_mss_to_mtu(struct sock *sk, s32 mss)
{
	(void)sk;
	(void)mss;
	not_implemented("tcp_mss_to_mtu");
}

void tcp_mtup_init(struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_mtup_init");
}

void tcp_cwnd_restart(struct sock *sk, s32 delta)
{
	(void)sk;
	(void)delta;
	not_implemented("tcp_cwnd_restart");
}

void tcp_mstamp_refresh(struct tcp_sock *tp)
{
	(void)tp;
	not_implemented("tcp_mstamp_refresh");
}

void tcp_chrono_start(struct sock *sk, enum tcp_chrono type)
{
	(void)sk;
	(void)type;
	not_implemented("tcp_chrono_start");
}

void tcp_chrono_stop(struct sock *sk, enum tcp_chrono type)
{
	(void)sk;
	(void)type;
	not_implemented("tcp_chrono_stop");
}

void tcp_tasklet_run(struct cpu *c)
{
	(void)c;
	not_implemented("tcp_tasklet_run");
}

void tcp_tasklet_init(struct net *net)
{
	(void)net;
	not_implemented("tcp_tasklet_init");
}

void tcp_wfree(struct sk_buff *skb)
{
	(void)skb;
	not_implemented("tcp_wfree");
}

u32 tcp_delack_max(const struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_delack_max");
}

void tcp_pace_kick(struct hrtimer *timer)
{
	(void)timer;
	not_implemented("tcp_pace_kick");
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

u32 secure_tcp_seq(struct net *net, be32 saddr, be32 daddr, be16 sport, be16 dport)
{
	(void)net;
	(void)saddr;
	(void)daddr;
	(void)sport;
	(void)dport;
	not_implemented("secure_tcp_seq");
}

u32 secure_tcp_ts_off(const struct net *net, be32 saddr, be32 daddr)
{
	(void)net;
	(void)saddr;
	(void)daddr;
	not_implemented("secure_tcp_ts_off");
}

u64 secure_ipv4_port_ephemeral(const struct net *net, be32 saddr, be32 daddr, be16 dport)
{
	(void)net;
	(void)saddr;
	(void)daddr;
	(void)dport;
	not_implemented("secure_ipv4_port_ephemeral");
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

void inet_csk_init_xmit_timers(struct sock *sk, timer_fn retransmit, timer_fn delack, timer_fn keepalive)
{
	(void)sk;
	(void)retransmit;
	(void)delack;
	(void)keepalive;
	not_implemented("inet_csk_init_xmit_timers");
}

void inet_csk_clear_xmit_timers(struct sock *sk)
{
	(void)sk;
	not_implemented("inet_csk_clear_xmit_timers");
}

void inet_csk_clear_xmit_timer(struct sock *sk, u8 what)
{
	(void)sk;
	(void)what;
	not_implemented("inet_csk_clear_xmit_timer");
}

void inet_csk_reset_xmit_timer(struct sock *sk, u8 what, u64 when, u64 max_when)
{
	(void)sk;
	(void)what;
	(void)when;
	(void)max_when;
	not_implemented("inet_csk_reset_xmit_timer");
}

void inet_csk_delete_keepalive_timer(struct sock *sk)
{
	(void)sk;
	not_implemented("inet_csk_delete_keepalive_timer");
}

void inet_csk_reset_keepalive_timer(struct sock *sk, u64 len)
{
	(void)sk;
	(void)len;
	not_implemented("inet_csk_reset_keepalive_timer");
}

void sk_reset_timer(struct sock *sk, struct timer_list *timer, u64 expires)
{
	(void)sk;
	(void)timer;
	(void)expires;
	not_implemented("sk_reset_timer");
}

void sk_stop_timer(struct sock *sk, struct timer_list *timer)
{
	(void)sk;
	(void)timer;
	not_implemented("sk_stop_timer");
}

void inet_csk_update_fastreuse(struct inet_bind_bucket *tb, struct sock *sk)
{
	(void)tb;
	(void)sk;
	not_implemented("inet_csk_update_fastreuse");
}

int inet_csk_get_port(struct sock *sk, u16 snum)
{
	(void)sk;
	(void)snum;
	not_implemented("inet_csk_get_port");
}

int inet_csk_listen_start(struct sock *sk)
{
	(void)sk;
	not_implemented("inet_csk_listen_start");
}

void inet_csk_listen_stop(struct sock *sk)
{
	(void)sk;
	not_implemented("inet_csk_listen_stop");
}

struct sock *inet_csk_accept(struct sock *sk, int flags, int *err)
{
	(void)sk;
	(void)flags;
	(void)err;
	not_implemented("inet_csk_accept");
}

struct dst_entry *inet_csk_route_req(const struct sock *sk, struct flowi4 *fl4, const struct request_sock *req)
{
	(void)sk;
	(void)fl4;
	(void)req;
	not_implemented("inet_csk_route_req");
}

struct dst_entry *inet_csk_route_child_sock(const struct sock *sk, struct sock *newsk, const struct request_sock *req)
{
	(void)sk;
	(void)newsk;
	(void)req;
	not_implemented("inet_csk_route_child_sock");
}

struct dst_entry *inet_csk_update_pmtu(struct sock *sk, u32 mtu)
{
	(void)sk;
	(void)mtu;
	not_implemented("inet_csk_update_pmtu");
}

struct sock *inet_csk_clone_lock(const struct sock *sk, const struct request_sock *req)
{
	(void)sk;
	(void)req;
	not_implemented("inet_csk_clone_lock");
}

bool inet_csk_reqsk_queue_hash_add(struct sock *sk, struct request_sock *req, u64 timeout)
{
	(void)sk;
	(void)req;
	(void)timeout;
	not_implemented("inet_csk_reqsk_queue_hash_add");
}

struct sock *inet_csk_reqsk_queue_add(struct sock *sk, struct request_sock *req, struct sock *child)
{
	(void)sk;
	(void)req;
	(void)child;
	not_implemented("inet_csk_reqsk_queue_add");
}

bool inet_csk_reqsk_queue_drop(struct sock *sk, struct request_sock *req)
{
	(void)sk;
	(void)req;
	not_implemented("inet_csk_reqsk_queue_drop");
}

void inet_csk_reqsk_queue_drop_and_put(struct sock *sk, struct request_sock *req)
{
	(void)sk;
	(void)req;
	not_implemented("inet_csk_reqsk_queue_drop_and_put");
}

struct sock *inet_csk_complete_hashdance(struct sock *sk, struct sock *child, struct request_sock *req, bool own_req)
{
	(void)sk;
	(void)child;
	(void)req;
	(void)own_req;
	not_implemented("inet_csk_complete_hashdance");
}

int inet_rtx_syn_ack(const struct sock *parent, struct request_sock *req)
{
	(void)parent;
	(void)req;
	not_implemented("inet_rtx_syn_ack");
}

void inet_csk_prepare_for_destroy_sock(struct sock *sk)
{
	(void)sk;
	not_implemented("inet_csk_prepare_for_destroy_sock");
}

void inet_csk_prepare_forced_close(struct sock *sk)
{
	(void)sk;
	not_implemented("inet_csk_prepare_forced_close");
}

void inet_csk_destroy_sock(struct sock *sk)
{
	(void)sk;
	not_implemented("inet_csk_destroy_sock");
}

u32 inet_ehashfn(const struct net *net, be32 laddr, u16 lport, be32 faddr, be16 fport)
{
	(void)net;
	(void)laddr;
	(void)lport;
	(void)faddr;
	(void)fport;
	not_implemented("inet_ehashfn");
}

struct inet_hashinfo *net_hashinfo(const struct net *net)
{
	(void)net;
	not_implemented("net_hashinfo");
}

struct inet_bind_bucket *inet_bind_bucket_create(struct net *net, u16 port)
{
	(void)net;
	(void)port;
	not_implemented("inet_bind_bucket_create");
}

struct inet_bind2_bucket *inet_bind2_bucket_create(struct net *net, struct inet_bind_bucket *tb, const struct sock *sk)
{
	(void)net;
	(void)tb;
	(void)sk;
	not_implemented("inet_bind2_bucket_create");
}

struct inet_bind_bucket *inet_bind_bucket_find(const struct net *net, u16 port)
{
	(void)net;
	(void)port;
	not_implemented("inet_bind_bucket_find");
}

struct inet_bind2_bucket *inet_bind2_bucket_find(const struct net *net, u16 port, const struct sock *sk)
{
	(void)net;
	(void)port;
	(void)sk;
	not_implemented("inet_bind2_bucket_find");
}

struct inet_bind2_bucket *inet_bind2_bucket_find_any(const struct net *net, u16 port)
{
	(void)net;
	(void)port;
	not_implemented("inet_bind2_bucket_find_any");
}

void inet_bind_hash(struct sock *sk, struct inet_bind_bucket *tb, struct inet_bind2_bucket *tb2, u16 port)
{
	(void)sk;
	(void)tb;
	(void)tb2;
	(void)port;
	not_implemented("inet_bind_hash");
}

void inet_bind_bucket_destroy(struct inet_bind_bucket *tb)
{
	(void)tb;
	not_implemented("inet_bind_bucket_destroy");
}

void inet_bind2_bucket_destroy(struct net *net, struct inet_bind2_bucket *tb)
{
	(void)net;
	(void)tb;
	not_implemented("inet_bind2_bucket_destroy");
}

int inet_inherit_port(const struct sock *sk, struct sock *child)
{
	(void)sk;
	(void)child;
	not_implemented("inet_inherit_port");
}

int inet_bhash2_update_saddr(struct sock *sk, be32 saddr)
{
	(void)sk;
	(void)saddr;
	not_implemented("inet_bhash2_update_saddr");
}

void inet_bhash2_reset_saddr(struct sock *sk)
{
	(void)sk;
	not_implemented("inet_bhash2_reset_saddr");
}

bool inet_ehash_insert(struct sock *sk, struct sock *osk, bool *found_dup_sk)
{
	(void)sk;
	(void)osk;
	(void)found_dup_sk;
	not_implemented("inet_ehash_insert");
}

bool inet_ehash_nolisten(struct sock *sk, struct sock *osk, bool *found_dup_sk)
{
	(void)sk;
	(void)osk;
	(void)found_dup_sk;
	not_implemented("inet_ehash_nolisten");
}

int inet_hash(struct sock *sk)
{
	(void)sk;
	not_implemented("inet_hash");
}

struct sock *inet_lookup_established(struct net *net, be32 saddr, be16 sport, be32 daddr, u16 hnum, s32 dif)
{
	(void)net;
	(void)saddr;
	(void)sport;
	(void)daddr;
	(void)hnum;
	(void)dif;
	not_implemented("inet_lookup_established");
}

struct sock *inet_lookup_listener(struct net *net, struct sk_buff *skb, be32 saddr, be16 sport, be32 daddr, u16 hnum, s32 dif)
{
	(void)net;
	(void)skb;
	(void)saddr;
	(void)sport;
	(void)daddr;
	(void)hnum;
	(void)dif;
	not_implemented("inet_lookup_listener");
}

struct sock *inet_lookup_skb(struct sk_buff *skb, be16 sport, be16 dport, bool *refcounted)
{
	(void)skb;
	(void)sport;
	(void)dport;
	(void)refcounted;
	not_implemented("inet_lookup_skb");
}

int inet_hash_connect(struct sock *sk)
{
	(void)sk;
	not_implemented("inet_hash_connect");
}

void sock_gen_put(struct sock *sk)
{
	(void)sk;
	not_implemented("sock_gen_put");
}

void sock_edemux(struct sk_buff *skb)
{
	(void)skb;
	not_implemented("sock_edemux");
}

void inet_hash_seeded(struct net *net)
{
	(void)net;
	not_implemented("inet_hash_seeded");
}

struct inet_timewait_sock *inet_twsk_alloc(const struct sock *sk, int state)
{
	(void)sk;
	(void)state;
	not_implemented("inet_twsk_alloc");
}

void inet_twsk_free(struct inet_timewait_sock *tw)
{
	(void)tw;
	not_implemented("inet_twsk_free");
}

void inet_twsk_put(struct inet_timewait_sock *tw)
{
	(void)tw;
	not_implemented("inet_twsk_put");
}

void inet_twsk_hashdance_schedule(struct inet_timewait_sock *tw, struct sock *sk, u64 timeo)
{
	(void)tw;
	(void)sk;
	(void)timeo;
	not_implemented("inet_twsk_hashdance_schedule");
}

void inet_twsk_schedule(struct inet_timewait_sock *tw, u64 timeo, bool rearm)
{
	(void)tw;
	(void)timeo;
	(void)rearm;
	not_implemented("inet_twsk_schedule");
}

void inet_twsk_deschedule_put(struct inet_timewait_sock *tw)
{
	(void)tw;
	not_implemented("inet_twsk_deschedule_put");
}

void inet_twsk_bind_unhash(struct inet_timewait_sock *tw)
{
	(void)tw;
	not_implemented("inet_twsk_bind_unhash");
}

void inet_twsk_purge(struct net *net)
{
	(void)net;
	not_implemented("inet_twsk_purge");
}

struct request_sock *inet_reqsk_alloc(const struct request_sock_ops *ops, struct sock *sk_listener, bool attach_listener)
{
	(void)ops;
	(void)sk_listener;
	(void)attach_listener;
	not_implemented("inet_reqsk_alloc");
}

void reqsk_free(struct request_sock *req)
{
	(void)req;
	not_implemented("reqsk_free");
}

void reqsk_put(struct request_sock *req)
{
	(void)req;
	not_implemented("reqsk_put");
}

struct sock *sk_clone_lock(const struct sock *sk)
{
	(void)sk;
	not_implemented("sk_clone_lock");
}

bool sk_flush_backlog(struct sock *sk)
{
	(void)sk;
	not_implemented("sk_flush_backlog");
}

void sk_setup_caps(struct sock *sk, struct dst_entry *dst)
{
	(void)sk;
	(void)dst;
	not_implemented("sk_setup_caps");
}

bool sk_wmem_schedule(struct sock *sk, u32 size)
{
	(void)sk;
	(void)size;
	not_implemented("sk_wmem_schedule");
}

bool sk_rmem_schedule(struct sock *sk, struct sk_buff *skb, u32 size)
{
	(void)sk;
	(void)skb;
	(void)size;
	not_implemented("sk_rmem_schedule");
}

bool tcp_under_memory_pressure(const struct sock *sk)
{
	(void)sk;
	not_implemented("tcp_under_memory_pressure");
}
