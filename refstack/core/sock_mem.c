// SPDX-License-Identifier: MIT
/* sock_mem.c - memory of sockets: what a protocol may take altogether, page fragments to send from.
 *
 * Path: udp_enqueue_schedule_skb() and sock_rfree() account here; ip_append_data() takes pages.
 * Rules: LINUX: net/core/sock.c.
 */
#include "core/sock.h"

#include "core/skbuff.h"
#include "uapi/errno.h"

static s64 *memory_allocated(const struct sock *sk)
{
	struct net *net = sock_net(sk);

	assert(sk_has_account(sk));
	return sk->sk_prot->memory_allocated == PROTO_MEM_UDP ? &net->udp_memory_allocated
							      : &net->tcp_memory_allocated;
}

/* LINUX: sk_memory_allocated_add() and _sub(): the CPU's own account first. */
static void memory_allocated_add(const struct sock *sk, s32 pages)
{
	struct net *net = sock_net(sk);
	u32 cpu = this_cpu(net)->id;
	s32 *local = sk->sk_prot->memory_allocated == PROTO_MEM_UDP ? &net->udp_fw_alloc[cpu]
								    : &net->tcp_fw_alloc[cpu];
	s32 limit = net->sysctl.mem_pcpu_rsv;

	*local += pages;
	if (*local >= limit || *local <= -limit) {
		*memory_allocated(sk) += *local;
		*local = 0;
	}
}

/* LINUX: sk_get_rmem0(). */
static u32 sk_get_rmem0(const struct sock *sk)
{
	const u8 *ctl = (const u8 *)&sock_net(sk)->sysctl;
	u32 v;

	if (sk->sk_prot->sysctl_rmem_offset == 0)
		return (u32)sock_net(sk)->sysctl.rmem_default;
	memcpy(&v, ctl + sk->sk_prot->sysctl_rmem_offset, sizeof(v));
	return v;
}

bool sk_mem_raise_allocated(struct sock *sk, u32 size, u32 pages)
{
	const struct net_sysctl *ctl = &sock_net(sk)->sysctl;
	s64 allocated;

	(void)size;
	assert(sk->sk_prot->memory_allocated == PROTO_MEM_UDP);
	memory_allocated_add(sk, (s32)pages);
	allocated = *memory_allocated(sk);
	if (allocated <= (s64)ctl->udp_mem_min)
		return true;
	/* Between the limits a socket below its guaranteed minimum still gets memory. UDP has no
	 * memory pressure state, so udp_mem's middle value changes nothing.
	 */
	if (allocated <= (s64)ctl->udp_mem_max && sk->sk_rmem_alloc < sk_get_rmem0(sk))
		return true;
	memory_allocated_add(sk, -(s32)pages);
	return false;
}

void sk_mem_reduce_allocated(struct sock *sk, u32 pages)
{
	memory_allocated_add(sk, -(s32)pages);
}

bool sk_mem_schedule(struct sock *sk, u32 size)
{
	s32 delta = (s32)size - sk->sk_forward_alloc;
	u32 pages;

	if (!sk_has_account(sk) || delta <= 0)
		return true;
	pages = sk_mem_pages((u32)delta);
	if (!sk_mem_raise_allocated(sk, (u32)delta, pages))
		return false;
	sk->sk_forward_alloc += (s32)(pages * PAGE_SIZE);
	return true;
}

static s32 sk_unused_reserved_mem(const struct sock *sk)
{
	s64 unused = (s64)sk->sk_reserved_mem - sk->sk_rmem_alloc;

	return sk->sk_reserved_mem != 0 && unused > 0 ? (s32)unused : 0;
}

void sk_mem_reclaim(struct sock *sk)
{
	s32 reclaimable = sk->sk_forward_alloc - sk_unused_reserved_mem(sk);

	if (!sk_has_account(sk) || reclaimable < PAGE_SIZE)
		return;
	sk->sk_forward_alloc -= reclaimable / PAGE_SIZE * PAGE_SIZE;
	sk_mem_reduce_allocated(sk, (u32)reclaimable / PAGE_SIZE);
}

void sk_mem_charge(struct sock *sk, u32 size)
{
	if (sk_has_account(sk))
		sk->sk_forward_alloc -= (s32)size;
}

void sk_mem_uncharge(struct sock *sk, u32 size)
{
	if (!sk_has_account(sk))
		return;
	sk->sk_forward_alloc += (s32)size;
	sk_mem_reclaim(sk);
}

/* LINUX: skb_page_frag_refill() for 32 bytes: what is left of the page, a fresh start when nobody
 * else uses it, or a new page, big if there is one.
 */
bool sk_page_frag_refill(struct sock *sk, struct skb_frag *frag)
{
	struct net *net = sock_net(sk);

	if (frag->page != NULL) {
		if (frag->page->refs == 1) {
			frag->offset = 0;
			return true;
		}
		if (frag->offset + 32 <= frag->size)
			return true;
		put_page(frag->page);
	}
	frag->offset = 0;
	frag->size = SK_FRAG_PAGE_BYTES;
	frag->page = page_alloc(net, SK_FRAG_PAGE_BYTES);
	if (frag->page != NULL)
		return true;
	frag->size = PAGE_SIZE;
	frag->page = page_alloc(net, PAGE_SIZE);
	return frag->page != NULL;
}
