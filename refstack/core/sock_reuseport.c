// SPDX-License-Identifier: MIT
/* sock_reuseport.c - groups of sockets that share a port: who joins, who leaves, who is picked.
 *
 * Path: binding, and the lookup of a datagram's receiver. Rules: LINUX: net/core/sock_reuseport.c.
 * Missing: programs that pick, and what TCP adds: ipv4/inet_hashtables.c has its own groups.
 */
#include "core/sock_reuseport.h"

#include "core/cpu.h"
#include "uapi/errno.h"

static struct sock *member(struct list_head *n)
{
	return list_entry(n, struct sock, sk_reuseport_node);
}

/* LINUX: __reuseport_add_sock(). */
static void join(struct sock *sk, struct sock_reuseport *reuse)
{
	list_add_tail(&sk->sk_reuseport_node, &reuse->socks);
	reuse->num_socks++;
	if (sk->sk_incoming_cpu >= 0)
		reuse->incoming_cpu++;
	sk->sk_reuseport_cb = reuse;
}

int reuseport_alloc(struct sock *sk)
{
	struct sock_reuseport *reuse;

	if (sk->sk_reuseport_cb != NULL)
		return 0;
	reuse = pool_alloc(&sock_net(sk)->reuseport_pool);
	if (reuse == NULL)
		return -ENOMEM;
	*reuse = (struct sock_reuseport){ .num_socks = 0 };
	INIT_LIST_HEAD(&reuse->socks);
	join(sk, reuse);
	return 0;
}

int reuseport_add_sock(struct sock *sk, struct sock *sk2)
{
	int err = reuseport_alloc(sk2);

	if (err != 0)
		return err;
	if (sk->sk_reuseport_cb != NULL) {
		if (sk->sk_reuseport_cb->num_socks != 1)
			return -EBUSY;
		reuseport_detach_sock(sk);
	}
	join(sk, sk2->sk_reuseport_cb);
	return 0;
}

/* The last of the group takes the place that gets free. */
void reuseport_detach_sock(struct sock *sk)
{
	struct sock_reuseport *reuse = sk->sk_reuseport_cb;
	struct list_head *last;

	if (reuse == NULL)
		return;
	assert(reuse->num_socks != 0);
	last = reuse->socks.prev;
	if (last != &sk->sk_reuseport_node) {
		list_del_init(last);
		list_add(last, &sk->sk_reuseport_node);
	}
	list_del_init(&sk->sk_reuseport_node);
	sk->sk_reuseport_cb = NULL;
	/* LINUX: what a connected socket has learned of its CPU was never counted in: it may wrap.
	 */
	if (sk->sk_incoming_cpu >= 0)
		reuse->incoming_cpu--;
	reuse->num_socks--;
	if (reuse->num_socks == 0)
		pool_free(&sock_net(sk)->reuseport_pool, reuse);
}

void reuseport_has_conns_set(struct sock *sk)
{
	if (sk->sk_reuseport_cb != NULL)
		sk->sk_reuseport_cb->has_conns = true;
}

void reuseport_update_incoming_cpu(struct sock *sk, s32 val)
{
	struct sock_reuseport *reuse = sk->sk_reuseport_cb;
	s32 old = sk->sk_incoming_cpu;

	sk->sk_incoming_cpu = val;
	if (reuse == NULL)
		return;
	if (old < 0 && val >= 0)
		reuse->incoming_cpu++;
	else if (old >= 0 && val < 0)
		reuse->incoming_cpu--;
}

static struct list_head *member_at(const struct sock_reuseport *reuse, u32 index)
{
	struct list_head *n = reuse->socks.next;

	for (u32 i = 0; i < index; i++)
		n = n->next;
	return n;
}

struct sock *reuseport_select_sock(struct sock *sk, u32 hash)
{
	struct sock_reuseport *reuse = sk->sk_reuseport_cb;
	struct sock *first = NULL;
	struct list_head *n;

	if (reuse == NULL)
		return NULL;
	n = member_at(reuse, reciprocal_scale(hash, reuse->num_socks));
	for (u32 i = 0; i < reuse->num_socks; i++) {
		struct sock *sk2 = member(n);

		n = n->next != &reuse->socks ? n->next : reuse->socks.next;
		if (sk2->sk_state == TCP_ESTABLISHED)
			continue;
		if (reuse->incoming_cpu == 0 ||
		    sk2->sk_incoming_cpu == (s32)this_cpu(sock_net(sk))->id)
			return sk2;
		if (first == NULL)
			first = sk2;
	}
	return first;
}
