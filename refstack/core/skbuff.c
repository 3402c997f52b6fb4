// SPDX-License-Identifier: MIT
/* skbuff.c - packets: making, sharing, copying and freeing them, and their pages.
 *
 * Path: everywhere. What is done with the bytes of a packet is in skb_data.c, queues in skb_list.c.
 * Rules: LINUX: net/core/skbuff.c. A head is taken from a few size classes, but its room and the
 * packet's truesize are those of Linux's allocator.
 * DIVERGES(napi-skb-cache): a CPU keeps no spare packets; only the probe of the cache is here.
 * DIVERGES(head-limit): the linear part of a packet holds at most SKB_HEAD_MAX_BYTES.
 */
#include "core/skbuff.h"

#include "core/dst.h"
#include "core/net.h"
#include "core/netdevice.h"
#include "core/sock.h"
#include "core/ubuf.h"
#include "uapi/errno.h"

enum { SKB_HEAD_MAX_BYTES = 66560, NAPI_FRAG_MIN = SKB_SMALL_HEAD_BYTES - SKB_SHARED_INFO_BYTES };

/* Room of the classes: small heads; a frame of 1500 bytes; the largest that a sender of pages makes
 * linear; a whole datagram made linear.
 */
static const u32 head_class[SKB_HEAD_CLASSES] = { NAPI_FRAG_MIN, 1728, 16064, SKB_HEAD_MAX_BYTES };

#define SKB_HEAD_OFFSET ALIGN_UP((u32)sizeof(struct skb_head), 16u)

static u32 skb_data_align(u32 size)
{
	return ALIGN_UP(size, (u32)SMP_CACHE_BYTES);
}

u32 skb_head_class_bytes(u32 class)
{
	assert(class < SKB_HEAD_CLASSES);
	return SKB_HEAD_OFFSET + head_class[class];
}

/* LINUX: kmalloc_size_roundup(): slabs up to 8 KiB, whole page orders above. */
u32 kmalloc_size_roundup(u32 bytes)
{
	u32 size = 8;

	if (bytes > 64 && bytes <= 96)
		return 96;
	if (bytes > 128 && bytes <= 192)
		return 192;
	while (size < bytes && size < 1u << 31)
		size *= 2;
	return size;
}

/* LINUX: kmalloc_reserve(): what is taken for the bytes and the shared info behind them. */
static u32 reserve_bytes(u32 size)
{
	u32 bytes = skb_data_align(size) + SKB_SHARED_INFO_BYTES;

	return bytes <= SKB_SMALL_HEAD_BYTES ? SKB_SMALL_HEAD_BYTES : kmalloc_size_roundup(bytes);
}

u32 skb_end_of(u32 size)
{
	return reserve_bytes(size) - SKB_SHARED_INFO_BYTES;
}

static u32 truesize_of_end(u32 end)
{
	return end + SKB_STRUCT_BYTES + SKB_SHARED_INFO_BYTES;
}

u32 skb_truesize_of(u32 size)
{
	return truesize_of_end(skb_end_of(size));
}

/* A head with room for `need` bytes at least, that calls itself `end` bytes large. */
static struct skb_head *head_alloc(struct net *net, u32 need, u32 end)
{
	u32 room = min_u32(end, SKB_HEAD_MAX_BYTES);
	u32 class = 0;
	struct skb_head *hd;

	if (need > room)
		return NULL;
	while (head_class[class] < room)
		class ++;
	hd = pool_alloc(&net->head_pool[class]);
	if (hd == NULL)
		return NULL;
	memset(hd, 0, offsetof(struct skb_head, frags));
	hd->refs = 1;
	hd->pool = &net->head_pool[class];
	hd->head_page = NULL;
	hd->size = end;
	hd->mem = (u8 *)hd + SKB_HEAD_OFFSET;
	return hd;
}

/* The head of a packet whose bytes lie in a page; takes over one reference to it. */
static struct skb_head *head_alloc_page(struct net *net, struct page *page, u32 offset, u32 size)
{
	struct skb_head *hd = head_alloc(net, 0, head_class[0]);

	if (hd == NULL)
		return NULL;
	assert(offset + size <= page->bytes);
	hd->head_page = page;
	hd->size = size;
	hd->mem = page->mem + offset;
	return hd;
}

static void skb_set_head(struct sk_buff *skb, struct skb_head *hd)
{
	skb->hd = hd;
	skb->head = hd->mem;
	skb->end = min_u32(hd->size, SKB_HEAD_MAX_BYTES);
	skb->head_frag = hd->head_page != NULL;
}

/* LINUX: __build_skb_around(). */
static void skb_build_around(struct sk_buff *skb, struct net *net, struct skb_head *hd)
{
	PROBE(net, skb_build_around);

	/* A size that the compiler does not know: the library clears this much faster than the
	 * instruction that it would take.
	 */
	memset(skb, 0, net->skb_pool.obj_bytes);
	skb_set_head(skb, hd);
	skb->net = net;
	skb->data = skb->head;
	skb->truesize = truesize_of_end(hd->size);
	skb->users = 1;
	skb->mac_header = U16_MAX;
	skb->transport_header = U16_MAX;
	skb->id = net->next_skb_id++;
}

struct sk_buff *alloc_skb(struct net *net, u32 size)
{
	PROBE(net, alloc_skb);
	struct sk_buff *skb = pool_alloc(&net->skb_pool);
	struct skb_head *hd;

	if (skb == NULL)
		return NULL;
	hd = size <= SKB_HEAD_MAX_BYTES ? head_alloc(net, size, skb_end_of(size)) : NULL;
	if (hd == NULL) {
		pool_free(&net->skb_pool, skb);
		return NULL;
	}
	skb_build_around(skb, net, hd);
	return skb;
}

struct sk_buff *alloc_skb_fclone(struct net *net, u32 size)
{
	struct sk_buff *skb = alloc_skb(net, size);

	if (skb != NULL)
		skb->fclone = true;
	return skb;
}

/* A packet around part of a page: on success the page's reference has moved into it. */
static struct sk_buff *build_skb_in(struct net *net, struct page *page, u32 offset, u32 frag_size,
				    struct sk_buff *skb)
{
	struct skb_head *hd;

	assert(frag_size > SKB_SHARED_INFO_BYTES);
	if (skb == NULL)
		return NULL;
	hd = head_alloc_page(net, page, offset, frag_size - SKB_SHARED_INFO_BYTES);
	if (hd == NULL) {
		pool_free(&net->skb_pool, skb);
		return NULL;
	}
	skb_build_around(skb, net, hd);
	return skb;
}

static struct sk_buff *napi_skb_cache_get(struct net *net)
{
	PROBE(net, napi_skb_cache_get);

	return pool_alloc(&net->skb_pool);
}

struct sk_buff *napi_build_skb(struct net *net, struct page *page, u32 offset, u32 frag_size)
{
	PROBE(net, napi_build_skb);

	return build_skb_in(net, page, offset, frag_size, napi_skb_cache_get(net));
}

/* LINUX: __netdev_alloc_skb(): middle sizes are cut from pages, the others are slab heads. */
struct sk_buff *netdev_alloc_skb(struct net_device *dev, u32 len)
{
	struct net *net = dev_net(dev);
	u32 size = len + NET_SKB_PAD;
	struct sk_buff *skb;
	struct page *page;

	if (size <= NAPI_FRAG_MIN || size > PAGE_SIZE - SKB_SHARED_INFO_BYTES) {
		skb = alloc_skb(net, size);
	} else {
		page = page_alloc(net, PAGE_SIZE);
		if (page == NULL)
			return NULL;
		skb = build_skb_in(net, page, 0, skb_data_align(size) + SKB_SHARED_INFO_BYTES,
				   pool_alloc(&net->skb_pool));
		if (skb == NULL)
			put_page(page);
	}
	if (skb == NULL)
		return NULL;
	skb_reserve(skb, NET_SKB_PAD);
	skb->dev = dev;
	return skb;
}

struct sk_buff *alloc_skb_with_frags(struct net *net, u32 header_len, u32 data_len, u32 order,
				     int *errcode)
{
	PROBE(net, alloc_skb_with_frags);
	struct sk_buff *skb;
	u32 n = 0;

	assert(order <= 3);
	*errcode = -EMSGSIZE;
	if (data_len > (u32)MAX_SKB_FRAGS * ((u32)PAGE_SIZE << order))
		return NULL;
	*errcode = -ENOBUFS;
	skb = alloc_skb(net, header_len);
	if (skb == NULL)
		return NULL;
	while (data_len != 0) {
		struct page *page = NULL;
		u32 chunk;

		while (order != 0 && ALIGN_UP(data_len, (u32)PAGE_SIZE) < (u32)PAGE_SIZE << order)
			order--;
		if (n < MAX_SKB_FRAGS)
			page = page_alloc(net, (u32)PAGE_SIZE << order);
		if (page == NULL && n < MAX_SKB_FRAGS && order != 0) {
			order--;
			continue;
		}
		if (page == NULL) {
			kfree_skb(skb);
			return NULL;
		}
		chunk = min_u32(data_len, (u32)PAGE_SIZE << order);
		skb_fill_page_desc(skb, n++, page, 0, chunk);
		skb->truesize += (u32)PAGE_SIZE << order;
		data_len -= chunk;
	}
	return skb;
}

struct page *page_alloc(struct net *net, u32 bytes)
{
	struct pool *pool = &net->page_pool[bytes > PAGE_SIZE];
	struct page *p;

	assert(bytes <= SK_FRAG_PAGE_BYTES);
	p = pool_alloc(pool);
	if (p == NULL)
		return NULL;
	*p = (struct page){
		.refs = 1,
		.bytes = bytes > PAGE_SIZE ? (u32)SK_FRAG_PAGE_BYTES : (u32)PAGE_SIZE,
		.mem = (u8 *)p + PAGE_HEADER_BYTES,
		.pool = pool,
	};
	return p;
}

void get_page(struct page *p)
{
	assert(p->refs != 0);
	p->refs++;
}

void put_page(struct page *p)
{
	assert(p->refs != 0);
	if (--p->refs == 0)
		pool_free(p->pool, p);
}

void skb_fill_page_desc(struct sk_buff *skb, u32 i, struct page *page, u32 offset, u32 size)
{
	assert(i < MAX_SKB_FRAGS);
	assert(offset + size <= page->bytes);
	skb->hd->frags[i] = (struct skb_frag){ page, offset, size };
	skb->hd->nr_frags = (u8)(i + 1);
}

void skb_add_rx_frag(struct sk_buff *skb, struct page *page, u32 offset, u32 size, u32 truesize)
{
	assert(size <= truesize);
	skb_fill_page_desc(skb, skb->hd->nr_frags, page, offset, size);
	skb->len += size;
	skb->data_len += size;
	skb->truesize += truesize;
}

/* --- freeing ------------------------------------------------------------------------------------
 */

static void skb_free_head(struct net *net, struct skb_head *hd)
{
	PROBE(net, skb_free_head);

	if (hd->head_page != NULL)
		put_page(hd->head_page);
	pool_free(hd->pool, hd);
}

static bool skb_data_unref(const struct sk_buff *skb)
{
	struct skb_head *hd = skb->hd;

	assert(hd->refs != 0);
	if (skb->nohdr)
		hd->headerless_refs--;
	return --hd->refs == 0;
}

static void skb_free_mem(struct sk_buff *skb)
{
	if (skb->fclone_peer != NULL)
		skb->fclone_peer->fclone_peer = NULL;
	pool_free(&skb->net->skb_pool, skb);
}

static void skb_unref_frags(struct skb_head *hd)
{
	for (u32 i = 0; i < hd->nr_frags; i++)
		put_page(hd->frags[i].page);
}

/* Counts and tells the end of a packet; false if somebody else still holds it. */
static bool skb_unref_reason(struct sk_buff *skb, enum drop_reason reason)
{
	assert(skb->users != 0);
	assert(reason != DROP_NOT_DROPPED_YET);
	assert(reason < DROP_MAX);
	if (--skb->users != 0)
		return false;
	if (reason == DROP_CONSUMED) {
		TRACE(skb->net, consume_skb, be16_to_cpu(skb->protocol), skb->len);
	} else {
		skb->net->drops[reason]++;
		TRACE(skb->net, kfree_skb, (u32)reason, be16_to_cpu(skb->protocol), skb->len);
	}
	return true;
}

void skb_release_head_state(struct sk_buff *skb)
{
	PROBE(skb->net, skb_release_head_state);

	skb_dst_drop(skb);
	if (skb->destructor != NULL) {
		assert(this_cpu(skb->net)->hardirq_depth == 0);
		skb->destructor(skb);
		skb->destructor = NULL;
	}
}

/* The data of a member of a frag_list, which has no list of its own. */
static void skb_release_member_data(struct sk_buff *skb)
{
	PROBE(skb->net, skb_release_data);
	struct skb_head *hd = skb->hd;

	if (!skb_data_unref(skb))
		return;
	assert(hd->frag_list == NULL);
	if (unlikely(hd->uarg != NULL))
		skb_zcopy_clear(skb, true);
	skb_unref_frags(hd);
	skb_free_head(skb->net, hd);
}

static void skb_release_frag_list(struct sk_buff *list, enum drop_reason reason)
{
	while (list != NULL) {
		struct sk_buff *skb = list;

		list = skb->next;
		if (!skb_unref_reason(skb, reason))
			continue;
		skb_release_head_state(skb);
		skb_release_member_data(skb);
		skb_free_mem(skb);
	}
}

static void skb_release_data(struct sk_buff *skb, enum drop_reason reason)
{
	PROBE(skb->net, skb_release_data);
	struct skb_head *hd = skb->hd;

	if (!skb_data_unref(skb))
		return;
	if (unlikely(hd->uarg != NULL))
		skb_zcopy_clear(skb, true);
	skb_unref_frags(hd);
	skb_release_frag_list(hd->frag_list, reason);
	skb_free_head(skb->net, hd);
}

static void skb_release_all(struct sk_buff *skb, enum drop_reason reason)
{
	skb_release_head_state(skb);
	skb_release_data(skb, reason);
}

static void kfree_skbmem(struct sk_buff *skb)
{
	PROBE(skb->net, kfree_skbmem);

	skb_free_mem(skb);
}

/* LINUX: __kfree_skb(). A frag_list's members count as dropped for no named reason, whatever became
 * of the packet itself.
 */
static void skb_free_all(struct sk_buff *skb)
{
	skb_release_all(skb, DROP_NOT_SPECIFIED);
	kfree_skbmem(skb);
}

/* LINUX: sk_skb_reason_drop(), and skb_unref()'s leave to pass NULL. */
void kfree_skb_reason(struct sk_buff *skb, enum drop_reason reason)
{
	if (skb == NULL)
		return;
	PROBE(skb->net, kfree_skb_reason);

	if (skb_unref_reason(skb, reason))
		skb_free_all(skb);
}

void consume_skb(struct sk_buff *skb)
{
	if (skb == NULL)
		return;
	PROBE(skb->net, consume_skb);

	if (skb_unref_reason(skb, DROP_CONSUMED))
		skb_free_all(skb);
}

void kfree_skb_untold(struct sk_buff *skb)
{
	assert(skb->users == 1);
	skb_free_all(skb);
}

void consume_stateless_skb(struct sk_buff *skb)
{
	assert(skb->users == 1);
	assert(skb->destructor == NULL);
	(void)skb_unref_reason(skb, DROP_CONSUMED);
	skb_release_data(skb, DROP_CONSUMED);
	kfree_skbmem(skb);
}

void napi_consume_skb(struct sk_buff *skb, int budget)
{
	if (skb == NULL)
		return;
	/* LINUX: netpoll's case. */
	if (budget == 0) {
		dev_kfree_skb_any_reason(skb, DROP_CONSUMED);
		return;
	}
	PROBE(skb->net, napi_consume_skb);
	PATH_STEP(skb->net, NAPI_CONSUME, skb->queue_mapping, skb->len);

	if (!skb_unref_reason(skb, DROP_CONSUMED))
		return;
	skb_release_all(skb, DROP_CONSUMED);
	skb_free_mem(skb);
}

/* LINUX: the packets' own memory goes back in bulk, so there is no kfree_skbmem(). */
void kfree_skb_list_reason(struct sk_buff *segs, enum drop_reason reason)
{
	while (segs != NULL) {
		struct sk_buff *skb = segs;

		segs = skb->next;
		if (!skb_unref_reason(skb, reason))
			continue;
		skb_release_all(skb, reason);
		skb_free_mem(skb);
	}
}

void kfree_skb_partial(struct sk_buff *skb, bool head_stolen)
{
	if (!head_stolen) {
		consume_skb(skb);
		return;
	}
	assert(skb->hd->head_page == NULL);
	skb_release_head_state(skb);
	napi_skb_free_stolen_head(skb);
}

void napi_skb_free_stolen_head(struct sk_buff *skb)
{
	assert(skb->hd->refs == 1);
	pool_free(skb->hd->pool, skb->hd);
	skb_free_mem(skb);
}

void skb_orphan(struct sk_buff *skb)
{
	if (skb->destructor != NULL) {
		skb->destructor(skb);
		skb->destructor = NULL;
		skb->sk = NULL;
	}
	assert(skb->sk == NULL);
}

void skb_scrub_packet(struct sk_buff *skb)
{
	skb->pkt_type = PACKET_HOST;
	skb->skb_iif = 0;
	skb->ignore_df = false;
	skb_dst_drop(skb);
}

struct sk_buff *skb_get(struct sk_buff *skb)
{
	assert(skb->users != 0);
	assert(skb->users != UINT8_MAX);
	skb->users++;
	return skb;
}

/* --- copies -------------------------------------------------------------------------------------
 */

/* LINUX: __skb_dst_copy(): a route without a reference stays without one. */
static void skb_dst_copy(struct sk_buff *n, const struct sk_buff *old)
{
	n->dst = old->dst;
	n->dst_noref = old->dst_noref;
	if (n->dst != NULL && !n->dst_noref)
		dst_hold(n->dst);
}

/* LINUX: __copy_skb_header(). The fields that describe the packet, not those of its memory. */
void skb_copy_header(struct sk_buff *n, const struct sk_buff *old)
{
	memcpy(n->cb, old->cb, sizeof(n->cb));
	skb_dst_copy(n, old);
	n->dev = old->dev;
	n->tstamp_ns = old->tstamp_ns;
	n->tstamp_type = old->tstamp_type;
	n->queue_mapping = old->queue_mapping;
	n->pkt_type = old->pkt_type;
	n->ignore_df = old->ignore_df;
	n->dst_pending_confirm = old->dst_pending_confirm;
	n->ip_summed = old->ip_summed;
	n->ooo_okay = old->ooo_okay;
	n->csum_complete_sw = old->csum_complete_sw;
	n->csum_level = old->csum_level;
	n->csum_valid = old->csum_valid;
	n->csum_not_inet = old->csum_not_inet;
	n->csum = old->csum;
	n->csum_start = old->csum_start;
	n->csum_offset = old->csum_offset;
	n->l4_hash = old->l4_hash;
	n->sw_hash = old->sw_hash;
	n->hash = old->hash;
	n->no_fcs = old->no_fcs;
	n->encapsulation = old->encapsulation;
	n->from_ingress = old->from_ingress;
	n->wifi_acked_valid = old->wifi_acked_valid;
	n->priority = old->priority;
	n->mark = old->mark;
	n->skb_iif = old->skb_iif;
	n->vlan_tci = old->vlan_tci;
	n->vlan_proto = old->vlan_proto;
	n->vlan_present = old->vlan_present;
	n->napi_id = old->napi_id;
	n->protocol = old->protocol;
	n->transport_header = old->transport_header;
	n->network_header = old->network_header;
	n->mac_header = old->mac_header;
	n->id = old->id;
}

static void skb_copy_gso(struct skb_head *to, const struct skb_head *from)
{
	to->gso_size = from->gso_size;
	to->gso_segs = from->gso_segs;
	to->gso_type = from->gso_type;
}

/* LINUX: __skb_clone(). */
static void skb_clone_data(struct sk_buff *n, struct sk_buff *skb)
{
	PROBE(skb->net, skb_clone_data);

	memset(n, 0, skb->net->skb_pool.obj_bytes); /* as above */
	skb_copy_header(n, skb);
	n->net = skb->net;
	n->hd = skb->hd;
	n->head = skb->head;
	n->data = skb->data;
	n->tail = skb->tail;
	n->end = skb->end;
	n->len = skb->len;
	n->data_len = skb->data_len;
	n->mac_len = skb->mac_len;
	n->hdr_len = skb->nohdr ? (u16)skb_headroom(skb) : skb->hdr_len;
	n->head_frag = skb->head_frag;
	n->truesize = skb->truesize;
	n->users = 1;
	n->cloned = true;
	skb->cloned = true;
	skb->hd->refs++;
}

struct sk_buff *skb_clone(struct sk_buff *skb)
{
	PROBE(skb->net, skb_clone);
	struct sk_buff *n = pool_alloc(&skb->net->skb_pool);

	if (n == NULL)
		return NULL;
	skb_clone_data(n, skb);
	if (skb->fclone && skb->fclone_peer == NULL) {
		skb->fclone_peer = n;
		n->fclone_peer = skb;
	}
	return n;
}

void skb_morph(struct sk_buff *dst, struct sk_buff *src)
{
	struct sk_buff *peer = dst->fclone_peer;
	bool fclone = dst->fclone;

	skb_release_all(dst, DROP_CONSUMED);
	skb_clone_data(dst, src);
	dst->fclone = fclone;
	dst->fclone_peer = peer;
}

struct sk_buff *skb_share_check(struct sk_buff *skb)
{
	struct sk_buff *n;

	if (!skb_shared(skb))
		return skb;
	n = skb_clone(skb);
	if (n != NULL)
		consume_skb(skb);
	else
		kfree_skb(skb);
	return n;
}

struct sk_buff *skb_copy(const struct sk_buff *skb)
{
	u32 headroom = skb_headroom(skb);
	struct sk_buff *n;

	/* The kernel's request counts the fragments on top of the whole old head. */
	n = alloc_skb(skb->net, skb_end_offset(skb) + skb->data_len);
	if (n == NULL)
		return NULL;
	skb_reserve(n, headroom);
	memcpy(n->head, skb->head, headroom);
	skb_copy_whole(skb, skb_put(n, skb->len));
	skb_copy_header(n, skb);
	skb_copy_gso(n->hd, skb->hd);
	return n;
}

/* New owners of the same fragments and list. */
static void skb_share_frags(struct skb_head *to, const struct skb_head *from)
{
	to->nr_frags = from->nr_frags;
	for (u32 i = 0; i < from->nr_frags; i++) {
		to->frags[i] = from->frags[i];
		get_page(to->frags[i].page);
	}
	to->frag_list = from->frag_list;
	for (struct sk_buff *s = to->frag_list; s != NULL; s = s->next)
		skb_get(s);
}

struct sk_buff *pskb_copy(struct sk_buff *skb)
{
	u32 headroom = skb_headroom(skb), headlen = skb_headlen(skb);
	struct sk_buff *n = alloc_skb(skb->net, headlen + headroom);

	if (n == NULL)
		return NULL;
	skb_reserve(n, headroom);
	memcpy(skb_put(n, headlen), skb->data, headlen);
	cpu_charge_bytes(this_cpu(skb->net), headlen);
	n->truesize += skb->data_len;
	n->data_len = skb->data_len;
	n->len = skb->len;
	skb_share_frags(n->hd, skb->hd);
	skb_zerocopy_clone(n, skb);
	skb_copy_header(n, skb);
	skb_copy_gso(n->hd, skb->hd);
	return n;
}

/* --- a larger or an own head ---------------------------------------------------------------------
 */

static void skb_headers_offset_update(struct sk_buff *skb, u32 off)
{
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		skb->csum_start = (u16)(skb->csum_start + off);
	skb->transport_header = (u16)(skb->transport_header + off);
	skb->network_header = (u16)(skb->network_header + off);
	if (skb_mac_header_was_set(skb))
		skb->mac_header = (u16)(skb->mac_header + off);
}

/* Gives the packet's fragments to the new head, and the old head back. */
static void skb_move_frags(struct sk_buff *skb, struct skb_head *to)
{
	struct skb_head *from = skb->hd;

	to->tx_flags = from->tx_flags;
	to->tskey = from->tskey;
	to->flags = from->flags;
	to->uarg = from->uarg;
	skb_copy_gso(to, from);
	if (skb_cloned(skb)) {
		if (to->uarg != NULL)
			ubuf_info(to->uarg)->refcnt++;
		skb_share_frags(to, from);
		skb_release_data(skb, DROP_CONSUMED);
		return;
	}
	to->nr_frags = from->nr_frags;
	memcpy(to->frags, from->frags, from->nr_frags * sizeof(from->frags[0]));
	to->frag_list = from->frag_list;
	skb_free_head(skb->net, from);
}

int pskb_expand_head(struct sk_buff *skb, u32 nhead, u32 ntail)
{
	u32 osize = skb_end_offset(skb), headroom = skb_headroom(skb);
	u32 size = skb_end_of(osize + nhead + ntail);
	struct skb_head *hd;

	assert(!skb_shared(skb));
	hd = head_alloc(skb->net, nhead + skb->tail + ntail, size);
	if (hd == NULL)
		return -ENOMEM;
	memcpy(hd->mem + nhead, skb->head, skb->tail);
	cpu_charge_bytes(this_cpu(skb->net), skb->tail);
	skb_move_frags(skb, hd);

	skb_set_head(skb, hd);
	skb->data = skb->head + nhead + headroom;
	skb->tail += nhead;
	skb_headers_offset_update(skb, nhead);
	skb->cloned = false;
	skb->hdr_len = 0;
	skb->nohdr = false;
	/* An owner was charged for the old size and will give that back. */
	if (skb->sk == NULL)
		skb->truesize += size - osize;
	return 0;
}

struct sk_buff *skb_realloc_headroom(struct sk_buff *skb, u32 headroom)
{
	struct sk_buff *n;

	if (headroom <= skb_headroom(skb))
		return pskb_copy(skb);
	n = skb_clone(skb);
	if (n == NULL)
		return NULL;
	if (pskb_expand_head(n, skb_data_align(headroom - skb_headroom(skb)), 0) != 0) {
		kfree_skb(n);
		return NULL;
	}
	return n;
}

int skb_unclone_keeptruesize(struct sk_buff *skb)
{
	u32 truesize = skb->truesize, end = skb_end_offset(skb);
	int err;

	if (!skb_cloned(skb))
		return 0;
	err = pskb_expand_head(skb, 0, 0);
	if (err != 0)
		return err;
	skb->truesize = truesize;
	assert(end <= skb_end_offset(skb));
	if (skb->end <= end)
		skb->hd->size = end;
	return 0;
}

struct sk_buff *skb_expand_head(struct sk_buff *skb, u32 headroom)
{
	u32 osize = skb_end_offset(skb);
	struct sock *sk = skb->sk;
	u32 delta;

	assert(headroom > skb_headroom(skb));
	delta = skb_data_align(headroom - skb_headroom(skb));
	if (skb_shared(skb) || skb->destructor != sock_wfree) {
		struct sk_buff *n = skb_clone(skb);

		if (n == NULL)
			goto fail;
		if (sk != NULL)
			skb_set_owner_w(n, sk);
		consume_skb(skb);
		skb = n;
	}
	if (pskb_expand_head(skb, delta, 0) != 0)
		goto fail;
	if (sk != NULL && skb->destructor == sock_wfree) {
		delta = skb_end_offset(skb) - osize;
		sk->sk_wmem_alloc += delta;
		skb->truesize += delta;
	}
	return skb;

fail:
	kfree_skb(skb);
	return NULL;
}

static int cow(struct sk_buff *skb, u32 headroom, bool cloned)
{
	u32 delta = headroom > skb_headroom(skb) ? headroom - skb_headroom(skb) : 0;

	if (delta == 0 && !cloned)
		return 0;
	return pskb_expand_head(skb, ALIGN_UP(delta, (u32)NET_SKB_PAD), 0);
}

int skb_cow_head(struct sk_buff *skb, u32 headroom)
{
	return cow(skb, headroom, skb_header_cloned(skb));
}

int skb_cow(struct sk_buff *skb, u32 headroom)
{
	return cow(skb, headroom, skb_cloned(skb));
}

/* --- invariants ---------------------------------------------------------------------------------
 */

static u32 skb_frags_len(const struct skb_head *hd)
{
	u32 len = 0;

	assert(hd->nr_frags <= MAX_SKB_FRAGS);
	for (u32 i = 0; i < hd->nr_frags; i++) {
		const struct skb_frag *f = &hd->frags[i];

		assert(f->page->refs != 0);
		assert(f->offset + f->size <= f->page->bytes);
		len += f->size;
	}
	return len;
}

static void skb_check_one(const struct sk_buff *skb)
{
	assert(skb->users != 0);
	assert(skb->hd->refs != 0);
	assert(skb->cloned || skb->hd->refs == 1);
	assert(skb->head == skb->hd->mem);
	assert(skb->data >= skb->head);
	assert(skb->tail <= skb->end);
	assert(skb->end <= skb->hd->size);
	assert(skb->tail == skb_headroom(skb) + skb_headlen(skb));
}

void skb_check(const struct sk_buff *skb)
{
	u32 len = skb_frags_len(skb->hd);

	skb_check_one(skb);
	for (const struct sk_buff *s = skb->hd->frag_list; s != NULL; s = s->next) {
		skb_check_one(s);
		assert(s->hd->frag_list == NULL);
		assert(s->data_len == skb_frags_len(s->hd));
		len += s->len;
	}
	assert(len == skb->data_len);
}
