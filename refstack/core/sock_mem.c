// SPDX-License-Identifier: MIT
/* sock_mem.c - memory of sockets: what a protocol may take altogether, page fragments to send from.
 *
 * Path: udp_enqueue_schedule_skb() and sock_rfree() account here, TCP for both directions;
 * ip_append_data() and tcp_sendmsg() take pages.
 * Rules: LINUX: net/core/sock.c, include/net/proto_memory.h.
 * Missing: memory control groups.
 */
#include "core/sock.h"

#include "core/skbuff.h"
#include "uapi/socket.h"

enum mem_kind { SK_MEM_SEND, SK_MEM_RECV };
enum mem_limit { MEM_MIN, MEM_PRESSURE, MEM_MAX };

/* -------- the protocol's account -------- */

static s64 *memory_allocated(const struct sock *sk)
{
	struct net *net = sock_net(sk);

	assert(sk_has_account(sk));
	return sk->sk_prot->memory_allocated == PROTO_MEM_UDP ? &net->udp_memory_allocated
							      : &net->tcp_memory_allocated;
}

static s32 *fw_alloc(const struct sock *sk)
{
	struct net *net = sock_net(sk);
	u32 cpu = this_cpu(net)->id;

	return sk->sk_prot->memory_allocated == PROTO_MEM_UDP ? &net->udp_fw_alloc[cpu]
							      : &net->tcp_fw_alloc[cpu];
}

/* LINUX: proto_memory_pcpu_drain(). */
static void drain(const struct sock *sk, s32 *local)
{
	*memory_allocated(sk) += *local;
	*local = 0;
}

/* LINUX: sk_memory_allocated_add() and _sub(): the CPU's own account first. */
static void memory_allocated_add(const struct sock *sk, u32 pages)
{
	s32 *local = fw_alloc(sk);

	*local += (s32)pages;
	if (*local >= sock_net(sk)->sysctl.mem_pcpu_rsv)
		drain(sk, local);
}

static void memory_allocated_sub(const struct sock *sk, u32 pages)
{
	s32 *local = fw_alloc(sk);

	*local -= (s32)pages;
	if (*local <= -sock_net(sk)->sysctl.mem_pcpu_rsv)
		drain(sk, local);
}

/* LINUX: sk_prot_mem_limits(): unsigned longs that are compared as longs. */
static s64 sk_prot_mem_limits(const struct sock *sk, enum mem_limit index)
{
	const struct net_sysctl *ctl = &sock_net(sk)->sysctl;
	const u64 udp[] = { ctl->udp_mem_min, ctl->udp_mem_pressure, ctl->udp_mem_max };
	const u64 tcp[] = { ctl->tcp_mem_min, ctl->tcp_mem_pressure, ctl->tcp_mem_max };

	return (s64)(sk->sk_prot->memory_allocated == PROTO_MEM_UDP ? udp : tcp)[index];
}

/* What a socket is to have in any case. */
static s32 guaranteed(const struct sock *sk, u32 offset, s32 otherwise)
{
	s32 v;

	if (offset == 0)
		return otherwise;
	memcpy(&v, (const u8 *)&sock_net(sk)->sysctl + offset, sizeof(v));
	return v;
}

static s32 sk_get_rmem0(const struct sock *sk)
{
	return guaranteed(sk, sk->sk_prot->sysctl_rmem_offset, sock_net(sk)->sysctl.rmem_default);
}

static s32 sk_get_wmem0(const struct sock *sk)
{
	return guaranteed(sk, sk->sk_prot->sysctl_wmem_offset, sock_net(sk)->sysctl.wmem_default);
}

/* -------- pressure -------- */

/* Only TCP knows this state: UDP's middle limit changes nothing. */
bool tcp_under_memory_pressure(const struct sock *sk)
{
	return sk->sk_prot->enter_memory_pressure != NULL &&
	       sock_net(sk)->tcp_memory_pressure_jif != 0;
}

static void sk_enter_memory_pressure(struct sock *sk)
{
	if (sk->sk_prot->enter_memory_pressure != NULL)
		sk->sk_prot->enter_memory_pressure(sk);
}

static void sk_leave_memory_pressure(struct sock *sk)
{
	if (sk->sk_prot->leave_memory_pressure != NULL)
		sk->sk_prot->leave_memory_pressure(sk);
}

static s32 sk_unused_reserved_mem(const struct sock *sk)
{
	s64 unused = (s64)sk->sk_reserved_mem - sk->sk_wmem_queued - sk->sk_rmem_alloc;

	return sk->sk_reserved_mem != 0 && unused > 0 ? (s32)unused : 0;
}

void sk_stream_moderate_sndbuf(struct sock *sk)
{
	u32 val;

	if ((sk->sk_userlocks & SOCK_SNDBUF_LOCK) != 0)
		return;
	val = (u32)min_s32(sk->sk_sndbuf, sk->sk_wmem_queued >> 1);
	val = max_u32(val, (u32)sk_unused_reserved_mem(sk));
	sk->sk_sndbuf = (s32)max_u32(val, SOCK_MIN_SNDBUF);
}

/* -------- asking for memory -------- */

static bool below_guarantee(const struct sock *sk, enum mem_kind kind)
{
	if (kind == SK_MEM_RECV)
		return (s32)sk->sk_rmem_alloc < sk_get_rmem0(sk);
	if (sk->sk_type == SOCK_STREAM)
		return sk->sk_wmem_queued < sk_get_wmem0(sk);
	return (s32)sk->sk_wmem_alloc < sk_get_wmem0(sk);
}

/* Under pressure a socket that has less than the average may have more. */
static bool below_average(const struct sock *sk)
{
	s32 bytes = sk->sk_wmem_queued + (s32)sk->sk_rmem_alloc + sk->sk_forward_alloc;
	u64 all = (u64)sock_net(sk)->tcp_sockets_allocated * sk_mem_pages((u32)bytes);

	return (u64)sk_prot_mem_limits(sk, MEM_MAX) > all;
}

static bool may_allocate(struct sock *sk, s64 allocated, enum mem_kind kind)
{
	if (allocated <= sk_prot_mem_limits(sk, MEM_MIN)) {
		sk_leave_memory_pressure(sk);
		return true;
	}
	if (allocated > sk_prot_mem_limits(sk, MEM_PRESSURE))
		sk_enter_memory_pressure(sk);
	if (allocated > sk_prot_mem_limits(sk, MEM_MAX))
		return false;
	if (below_guarantee(sk, kind))
		return true;
	if (sk->sk_prot->enter_memory_pressure == NULL)
		return false;
	return !tcp_under_memory_pressure(sk) || below_average(sk);
}

/* A stream that fills its buffer can wait, so it gets what it asks for; one that does not could
 * wait for nothing, so it has to fail.
 */
static bool can_block_instead(struct sock *sk, u32 size, enum mem_kind kind)
{
	if (kind != SK_MEM_SEND || sk->sk_type != SOCK_STREAM)
		return false;
	sk_stream_moderate_sndbuf(sk);
	return sk->sk_wmem_queued + (s32)size >= sk->sk_sndbuf;
}

/* LINUX: __sk_mem_raise_allocated(). */
static bool mem_raise_allocated(struct sock *sk, u32 size, u32 pages, enum mem_kind kind)
{
	memory_allocated_add(sk, pages);
	if (may_allocate(sk, *memory_allocated(sk), kind) || can_block_instead(sk, size, kind))
		return true;
	memory_allocated_sub(sk, pages);
	return false;
}

bool sk_mem_raise_allocated(struct sock *sk, u32 size, u32 pages)
{
	return mem_raise_allocated(sk, size, pages, SK_MEM_RECV);
}

/* Almost always there is enough. */
static bool mem_is_there(const struct sock *sk, u32 size)
{
	return (s32)size - sk->sk_forward_alloc <= 0 || !sk_has_account(sk);
}

/* LINUX: __sk_mem_schedule(): what is asked for counts as the socket's while it is decided. */
static bool mem_schedule(struct sock *sk, u32 size, enum mem_kind kind)
{
	u32 delta = size - (u32)sk->sk_forward_alloc;
	u32 pages = sk_mem_pages(delta);

	sk->sk_forward_alloc += (s32)(pages * PAGE_SIZE);
	if (mem_raise_allocated(sk, delta, pages, kind))
		return true;
	sk->sk_forward_alloc -= (s32)(pages * PAGE_SIZE);
	return false;
}

bool sk_mem_schedule(struct sock *sk, u32 size)
{
	return mem_is_there(sk, size) || mem_schedule(sk, size, SK_MEM_RECV);
}

bool sk_wmem_schedule(struct sock *sk, u32 size)
{
	return mem_is_there(sk, size) || mem_schedule(sk, size, SK_MEM_SEND);
}

/* No packet comes from the reserves of the page allocator here: LINUX: skb_pfmemalloc(). */
bool sk_rmem_schedule(struct sock *sk, struct sk_buff *skb, u32 size)
{
	(void)skb;
	return mem_is_there(sk, size) || mem_schedule(sk, size, SK_MEM_RECV);
}

/* Whatever the limits are: what must go on the wire must go. */
void sk_forced_mem_schedule(struct sock *sk, u32 size)
{
	s32 delta = (s32)size - sk->sk_forward_alloc;
	u32 pages;

	if (delta <= 0)
		return;
	pages = sk_mem_pages((u32)delta);
	sk->sk_forward_alloc += (s32)(pages * PAGE_SIZE);
	memory_allocated_add(sk, pages);
}

/* -------- giving it back -------- */

void sk_mem_reduce_allocated(struct sock *sk, u32 pages)
{
	memory_allocated_sub(sk, pages);
	if (tcp_under_memory_pressure(sk) &&
	    *memory_allocated(sk) < sk_prot_mem_limits(sk, MEM_MIN))
		sk_leave_memory_pressure(sk);
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

bool tcp_out_of_memory(const struct sock *sk)
{
	return sk->sk_wmem_queued > SOCK_MIN_SNDBUF &&
	       *memory_allocated(sk) > sk_prot_mem_limits(sk, MEM_MAX);
}

/* -------- pages -------- */

/* Streams of one task share what is left of a page, as Linux's threads do. */
struct skb_frag *sk_page_frag(struct sock *sk)
{
	return sk->sk_use_task_frag ? &current_task(sock_net(sk))->task_frag : &sk->sk_frag;
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
	if (frag->page != NULL)
		return true;
	sk_enter_memory_pressure(sk);
	sk_stream_moderate_sndbuf(sk);
	return false;
}
