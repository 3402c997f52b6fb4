// SPDX-License-Identifier: MIT
/* sock_reuseport.c - groups of sockets that share a port: who joins, who leaves, who is picked.
 *
 * Path: binding, and the lookup of a datagram's receiver or a connection's listener.
 * Rules: LINUX: net/core/sock_reuseport.c. Missing: tcp_migrate_req, and with it closed members.
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

static void drop_prog(struct sock_reuseport *reuse)
{
	if (reuse->has_prog)
		bpf_prog_destroy(&reuse->prog);
	reuse->has_prog = false;
}

static void reuseport_free(struct net *net, struct sock_reuseport *reuse)
{
	drop_prog(reuse);
	pool_free(&net->reuseport_pool, reuse);
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
		reuseport_free(sock_net(sk), reuse);
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

static struct sock *select_by_hash(const struct sock_reuseport *reuse, u32 hash, s32 cpu)
{
	struct list_head *n = member_at(reuse, reciprocal_scale(hash, reuse->num_socks));
	struct sock *first = NULL;

	for (u32 i = 0; i < reuse->num_socks; i++) {
		struct sock *sk = member(n);

		n = n->next != &reuse->socks ? n->next : reuse->socks.next;
		if (sk->sk_state == TCP_ESTABLISHED)
			continue;
		if (reuse->incoming_cpu == 0 || sk->sk_incoming_cpu == cpu)
			return sk;
		if (first == NULL)
			first = sk;
	}
	return first;
}

/* LINUX: run_bpf_filter(): NULL when the program names none. */
static struct sock *run_prog(const struct sock_reuseport *reuse, struct sk_buff *skb, u32 hdr_len)
{
	struct sk_buff *own = skb_shared(skb) ? skb_clone(skb) : skb;
	u32 index = U32_MAX;

	if (own == NULL)
		return NULL;
	if (pskb_pull(own, hdr_len)) {
		index = bpf_prog_run(&reuse->prog, own);
		(void)skb_push_inline(own, hdr_len);
		if (own != skb)
			consume_skb(own);
	} else if (own != skb) {
		kfree_skb(own);
	}
	return index < reuse->num_socks ? member(member_at(reuse, index)) : NULL;
}

struct sock *reuseport_select_sock(struct sock *sk, u32 hash, struct sk_buff *skb, u32 hdr_len)
{
	const struct sock_reuseport *reuse = sk->sk_reuseport_cb;
	struct sock *sk2 = NULL;

	if (reuse == NULL)
		return NULL;
	if (reuse->has_prog && skb != NULL)
		sk2 = run_prog(reuse, skb, hdr_len);
	return sk2 != NULL ? sk2 : select_by_hash(reuse, hash, (s32)this_cpu(sock_net(sk))->id);
}

/* LINUX: reuseport_attach_prog(). A socket without a port gets a group of its own for it. */
static int attach_prog(struct sock *sk, const struct bpf_prog *prog)
{
	int err = 0;

	if (hlist_unhashed(&sk->sk_node))
		err = sk->sk_reuseport != 0 ? reuseport_alloc(sk) : -EINVAL;
	else if (sk->sk_reuseport_cb == NULL)
		err = -EINVAL;
	if (err != 0)
		return err;
	drop_prog(sk->sk_reuseport_cb);
	sk->sk_reuseport_cb->prog = *prog;
	sk->sk_reuseport_cb->has_prog = true;
	return 0;
}

int sk_reuseport_attach_filter(const u8 fprog[16], struct sock *sk)
{
	struct net *net = sock_net(sk);
	struct bpf_prog prog;
	int err;

	if (sock_flag(sk, SOCK_FILTER_LOCKED))
		return -EPERM;
	err = bpf_prog_create_from_user(net, &prog, fprog);
	if (err != 0)
		return err;
	err = prog.size > (u32)net->sysctl.optmem_max ? -ENOMEM : attach_prog(sk, &prog);
	if (err != 0)
		bpf_prog_destroy(&prog);
	return err;
}

int reuseport_detach_prog(struct sock *sk)
{
	if (sk->sk_reuseport_cb == NULL)
		return sk->sk_reuseport != 0 ? -ENOENT : -EINVAL;
	if (!sk->sk_reuseport_cb->has_prog)
		return -ENOENT;
	drop_prog(sk->sk_reuseport_cb);
	return 0;
}
