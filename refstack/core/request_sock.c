// SPDX-License-Identifier: MIT
/* request_sock.c - connections that are asked for: their memory.
 *
 * Path: inet_reqsk_alloc() by tcp_conn_request() and by a cookie that came back.
 * Rules: LINUX: net/core/request_sock.c, include/net/request_sock.h, reqsk_alloc().
 * Missing: fast open's queue.
 */
#include "core/request_sock.h"

enum { REQ_TIMEOUT_INIT = 1 * HZ }; /* LINUX: TCP_TIMEOUT_INIT */

/* A request never outlives its listener: it holds a reference unless it is made of a cookie. */
struct request_sock *inet_reqsk_alloc(const struct request_sock_ops *ops, struct sock *sk_listener,
				      bool attach_listener)
{
	struct net *net = sock_net(sk_listener);
	struct request_sock *req = pool_zalloc(&net->request_sock_pool);

	if (req == NULL)
		return NULL;
	if (attach_listener) {
		sock_hold(sk_listener);
		req->rsk_listener = sk_listener;
	}
	req->rsk_ops = ops;
	req->timeout = REQ_TIMEOUT_INIT;
	req->common.skc_prot = sk_listener->sk_prot;
	req->common.skc_net = net;
	req->common.skc_family = sk_listener->sk_family;
	req->common.skc_state = TCP_NEW_SYN_RECV;
	return req;
}

void reqsk_free(struct request_sock *req)
{
	struct net *net = req_net(req);

	assert(req->rsk_refcnt == 0);
	assert(hlist_unhashed(&req->common.skc_node));
	assert(!timer_pending(&req->rsk_timer));
	req->rsk_ops->destructor(req);
	if (req->rsk_listener != NULL)
		sock_put(req->rsk_listener);
	if (req->saved_syn != NULL)
		kfree_skb_untold(req->saved_syn);
	pool_free(&net->request_sock_pool, req);
}

void reqsk_put(struct request_sock *req)
{
	assert(req->rsk_refcnt != 0);
	req->rsk_refcnt--;
	if (req->rsk_refcnt == 0)
		reqsk_free(req);
}
