// SPDX-License-Identifier: MIT
/* skbuff.h - packets: struct sk_buff, its data, queues of them, and what frees them.
 *
 * Sizes that a program can see (truesize, and with it every buffer limit) are computed with the
 * numbers of an x86-64 kernel, whatever the host is: see skb_truesize_of().
 */
#ifndef REFSTACK_CORE_SKBUFF_H
#define REFSTACK_CORE_SKBUFF_H

#include "base/bytes.h"
#include "base/check.h"
#include "base/list.h"
#include "base/pool.h"
#include "base/rbtree.h"
#include "base/types.h"
#include "core/cpu.h"

struct dst_entry;
struct net;
struct net_device;
struct sk_buff;
struct sock;

enum {
	SMP_CACHE_BYTES = 64,
	SKB_SMALL_HEAD_BYTES =
		640,		/* SKB_SMALL_HEAD_CACHE_SIZE of the pinned kernel's configuration */
	SKB_STRUCT_BYTES = 256, /* SKB_DATA_ALIGN(sizeof(struct sk_buff)), x86-64 */
	SKB_SHARED_INFO_BYTES = 320, /* SKB_DATA_ALIGN(sizeof(struct skb_shared_info)) */
	MAX_SKB_FRAGS = 17,
	SKB_MAX_ALLOC = 16384 - SKB_SHARED_INFO_BYTES, /* SKB_MAX_ORDER(0, 2) */
	NET_SKB_PAD = 64,
	NET_IP_ALIGN = 0,
	PAGE_SIZE = 4096,
	SK_FRAG_PAGE_BYTES =
		32768 /* SKB_FRAG_PAGE_ORDER: what sk_page_frag_refill() takes at once */
};

/* LINUX: include/linux/skbuff.h. What is known of the transport checksum. */
enum { CHECKSUM_NONE, CHECKSUM_UNNECESSARY, CHECKSUM_COMPLETE, CHECKSUM_PARTIAL };

/* LINUX: shinfo->gso_type: what a packet's segments are. */
enum {
	SKB_GSO_TCPV4 = 1,
	SKB_GSO_DODGY = 2,
	SKB_GSO_TCP_ECN = 4, /* CWR is the first segment's alone */
	SKB_GSO_TCP_FIXEDID = 8,
	SKB_GSO_UDP_L4 = 16
};

/* LINUX: shinfo->tx_flags: who wants to know when this packet is sent. */
enum {
	SKBTX_HW_TSTAMP = 1,
	SKBTX_SW_TSTAMP = 2,
	SKBTX_IN_PROGRESS = 4,
	SKBTX_HW_TSTAMP_USE_CYCLES = 8,
	SKBTX_WIFI_STATUS = 0x10,
	SKBTX_SCHED_TSTAMP = 0x40,
	SKBTX_ANY_TSTAMP =
		SKBTX_HW_TSTAMP | SKBTX_HW_TSTAMP_USE_CYCLES | SKBTX_SW_TSTAMP | SKBTX_SCHED_TSTAMP
};

/* LINUX: shinfo->flags: whose the fragments are. */
enum {
	SKBFL_ZEROCOPY_ENABLE = 1,
	SKBFL_SHARED_FRAG = 2,
	SKBFL_PURE_ZEROCOPY = 4,
	SKBFL_DONT_ORPHAN = 8,
	SKBFL_ZEROCOPY_FRAG = SKBFL_ZEROCOPY_ENABLE | SKBFL_SHARED_FRAG,
	SKBFL_ALL_ZEROCOPY = SKBFL_ZEROCOPY_FRAG | SKBFL_PURE_ZEROCOPY | SKBFL_DONT_ORPHAN
};

/* LINUX: skb->tstamp_type: which clock skb->tstamp_ns is of. */
enum { SKB_CLOCK_REALTIME, SKB_CLOCK_MONOTONIC, SKB_CLOCK_TAI };

/* LINUX: skb->pkt_type, include/uapi/linux/if_packet.h. */
enum {
	PACKET_HOST,
	PACKET_BROADCAST,
	PACKET_MULTICAST,
	PACKET_OTHERHOST,
	PACKET_OUTGOING,
	PACKET_LOOPBACK
};

enum drop_reason {
#define X(name, help) DROP_##name,
#include "drop.def"
#undef X
	DROP_MAX
};
extern const char *const drop_names[DROP_MAX];

/* A page of fragments or of a driver: shared by reference. */
struct page {
	u32 refs;
	u32 bytes;
	u8 *mem;
	struct pool *pool;
};

struct skb_frag {
	struct page *page;
	u32 offset;
	u32 size;
};

/* How a slot of a page pool is laid out: what world.c cuts pools from. */
enum {
	PAGE_HEADER_BYTES = 64,
	PAGE_OBJ_BYTES = PAGE_HEADER_BYTES + PAGE_SIZE,		    /* page_pool[0] */
	BIG_PAGE_OBJ_BYTES = PAGE_HEADER_BYTES + SK_FRAG_PAGE_BYTES /* page_pool[1] */
};
static_assert(sizeof(struct page) <= PAGE_HEADER_BYTES, "the page's bytes follow its header");

/* The data of a packet, shared by its clones. Lies before the bytes, in the same pool slot; around
 * a driver's page it is a slot of the smallest class whose bytes stay unused.
 */
struct skb_head {
	u32 refs;	     /* LINUX: skb_shared_info.dataref */
	u32 headerless_refs; /* of them: packets that have given the header's room to their clones
			      */
	u8 nr_frags;
	u8 tx_flags;
	u16 gso_size, gso_segs, gso_type;
	u8 flags;	      /* SKBFL_ */
	u32 tskey;	      /* what a time stamp of it says in ee_data */
	struct sk_buff *uarg; /* LINUX: destructor_arg: who waits for the fragments, see ubuf.h */
	struct sk_buff *frag_list;
	struct skb_frag frags[MAX_SKB_FRAGS];
	struct pool *pool;	/* the size class it came from */
	struct page *head_page; /* LINUX: head_frag: the bytes lie in this page; else NULL */
	u32 size; /* bytes that the kernel's allocation would offer: skb_end_offset() */
	u8 *mem;
};

enum { SKB_CB_BYTES = 48 };

struct sk_buff {
	union {
		struct {
			struct sk_buff *next, *prev;
		};
		struct rb_node rbnode; /* in TCP's retransmission and out-of-order queues */
	};
	struct list_head tcp_tsorted_anchor; /* among what was sent, by time */
	/* Of an fclone packet: its clone while that lives; of the clone: the packet. */
	struct sk_buff *fclone_peer;
	struct sock *sk;
	void (*destructor)(struct sk_buff *skb);
	struct net *net;
	struct net_device *dev;
	struct dst_entry *dst;
	bool dst_noref;
	struct skb_head *hd;
	u8 *head; /* = hd->mem */
	u8 *data;
	u32 tail, end; /* offsets from head */
	u32 len, data_len;
	u32 truesize;
	u16 hdr_len; /* of a clone: up to here it may write, see skb_header_release() */
	u16 mac_len, network_header, transport_header, mac_header;
	u16 csum_start, csum_offset; /* CHECKSUM_PARTIAL; from head */
	u32 csum;		     /* CHECKSUM_COMPLETE, and what software summed so far */
	u32 hash;
	u32 priority;
	u32 mark;
	u32 napi_id;
	s32 skb_iif;
	union {
		u64 tstamp_ns;
		u64 skb_mstamp_ns; /* of TCP: the earliest departure */
	};
	be16 protocol;
	u16 queue_mapping; /* TX: the queue; RX: recorded queue + 1, 0 = none */
	u16 vlan_tci, vlan_proto;
	bool vlan_present; /* LINUX: skb_vlan_tag_present() */
	u8 pkt_type;
	u8 ip_summed;
	u8 csum_level;
	u8 users;	/* LINUX: refcount_t users */
	u8 tstamp_type; /* SKB_CLOCK_ */
	bool csum_valid, csum_complete_sw, csum_not_inet;
	bool l4_hash, sw_hash;
	bool cloned, nohdr, peeked, head_frag;
	bool ignore_df, xmit_more, ooo_okay;
	bool from_ingress, wifi_acked_valid, dst_pending_confirm, no_fcs, encapsulation, fclone;
	u64 cb[SKB_CB_BYTES / 8]; /* of the layer that has the packet */
	u32 id; /* ○ number of the packet in this run: for traces and captures, across layers */
};

#define SKB_CB(skb, type) ((type *)(void *)(skb)->cb)

struct sk_buff_head {
	struct sk_buff *next, *prev; /* first members as in sk_buff: the head is part of the ring */
	u32 qlen;
	struct spinlock lock;
};

/* Numbers of an x86-64 kernel: bytes that kmalloc gives for a request of this size. */
u32 kmalloc_size_roundup(u32 bytes);
/* LINUX: skb->truesize of alloc_skb(size), and the room its data has. */
u32 skb_truesize_of(u32 size);
u32 skb_end_of(u32 size);
/* What a slot of head_pool[class] takes: its struct skb_head and its bytes. */
u32 skb_head_class_bytes(u32 class);

struct sk_buff *alloc_skb(struct net *net, u32 size);
/* A packet that knows whether the clone that was made of it first still exists. */
struct sk_buff *alloc_skb_fclone(struct net *net, u32 size);
struct sk_buff *netdev_alloc_skb(struct net_device *dev, u32 len);
/* LINUX: napi_build_skb(): a packet around a driver's page, no copy. Takes over one reference. */
struct sk_buff *napi_build_skb(struct net *net, struct page *page, u32 offset, u32 frag_size);
/* LINUX: sock_alloc_send_pskb()'s allocator: linear part and pages of up to the given order. */
struct sk_buff *alloc_skb_with_frags(struct net *net, u32 header_len, u32 data_len, u32 order,
				     int *errcode);
struct sk_buff *skb_clone(struct sk_buff *skb);
/* LINUX: __copy_skb_header(). */
void skb_copy_header(struct sk_buff *n, const struct sk_buff *old);
/* dst becomes a clone of src, whatever it was. */
void skb_morph(struct sk_buff *dst, struct sk_buff *src);
struct sk_buff *skb_copy(const struct sk_buff *skb);
struct sk_buff *pskb_copy(struct sk_buff *skb);
must_check int pskb_expand_head(struct sk_buff *skb, u32 nhead, u32 ntail);
/* An own head if it is shared, without a change of what the packet is charged for. */
must_check int skb_unclone_keeptruesize(struct sk_buff *skb);
must_check int skb_linearize(struct sk_buff *skb);
must_check int skb_cow_head(struct sk_buff *skb, u32 headroom);
/* The data are to be written to, too. */
must_check int skb_cow(struct sk_buff *skb, u32 headroom);
struct sk_buff *skb_realloc_headroom(struct sk_buff *skb, u32 headroom);
struct sk_buff *skb_expand_head(struct sk_buff *skb, u32 headroom);
struct sk_buff *skb_get(struct sk_buff *skb);
struct sk_buff *skb_share_check(struct sk_buff *skb);

void kfree_skb_reason(struct sk_buff *skb, enum drop_reason reason);
void consume_skb(struct sk_buff *skb);
/* LINUX: __kfree_skb(): nobody else has it, and nobody is told. */
void kfree_skb_untold(struct sk_buff *skb);
void napi_consume_skb(struct sk_buff *skb, int budget);
void kfree_skb_list_reason(struct sk_buff *segs, enum drop_reason reason);
/* LINUX: __consume_stateless_skb(): the head state (owner, route) is gone already. */
void consume_stateless_skb(struct sk_buff *skb);
void skb_release_head_state(struct sk_buff *skb);
/* Its data is another packet's now. */
void napi_skb_free_stolen_head(struct sk_buff *skb);
/* After skb_try_coalesce(): frees what is left of `from`. */
void kfree_skb_partial(struct sk_buff *skb, bool head_stolen);
void skb_orphan(struct sk_buff *skb);
void skb_scrub_packet(struct sk_buff *skb);

void *skb_put(struct sk_buff *skb, u32 len);
void *skb_push(struct sk_buff *skb, u32 len);
/* LINUX: __skb_put(), __skb_push(): inlined there, so they are not seen as calls. */
void *skb_put_inline(struct sk_buff *skb, u32 len);
void *skb_push_inline(struct sk_buff *skb, u32 len);
void *skb_pull(struct sk_buff *skb, u32 len);
void skb_reserve(struct sk_buff *skb, u32 len);
void skb_trim(struct sk_buff *skb, u32 len);
/* LINUX: pskb_pull(): the bytes pulled over must come to lie in the linear part first. */
must_check bool pskb_pull(struct sk_buff *skb, u32 len);
must_check int pskb_trim(struct sk_buff *skb, u32 len);
must_check int pskb_trim_rcsum(struct sk_buff *skb, u32 len);
/* Brings the first len bytes into the linear part. */
must_check bool pskb_may_pull(struct sk_buff *skb, u32 len);
void *skb_pull_rcsum(struct sk_buff *skb, u32 len);
must_check int skb_ensure_writable(struct sk_buff *skb, u32 write_len);
/* Zeroes behind the data up to len and counts them in. Frees the packet when it fails. */
must_check int skb_put_padto(struct sk_buff *skb, u32 len);
/* Pulls fragments that fit into the linear part; truesize then tells less. */
void skb_condense(struct sk_buff *skb);
bool skb_try_coalesce(struct sk_buff *to, struct sk_buff *from, bool *fragstolen,
		      u32 *delta_truesize);

/* What lies behind len goes to skb1, which is empty. */
void skb_split(struct sk_buff *skb, struct sk_buff *skb1, u32 len);
/* Moves the first bytes of a packet of fragments to another one's end: how many were moved, all
 * or none.
 */
u32 skb_shift(struct sk_buff *tgt, struct sk_buff *skb, u32 shiftlen);

/* The pieces of a packet in order: linear part, fragments, then the same of each frag_list member
 * (INVARIANT: members have no list of their own).
 */
struct skb_walk {
	const struct sk_buff *skb;
	u32 next_frag;
	bool linear_done, in_list;
};
void skb_walk_init(struct skb_walk *w, const struct sk_buff *skb);
/* NULL at the end; pieces of no length are skipped. */
u8 *skb_walk_next(struct skb_walk *w, u32 *len);

int skb_copy_bits(const struct sk_buff *skb, u32 offset, void *to, u32 len);
void skb_copy_whole(const struct sk_buff *skb, void *to);
/* Sum over part of a packet, fragments and frag lists included. */
u32 skb_checksum(const struct sk_buff *skb, u32 offset, u32 len, u32 csum);
/* The running sum of what lies behind from as x86-64 has it, not folded: of words of 32 bits with
 * the lowest byte first. Of 0 and all ones, which say the same, either.
 */
u32 skb_wsum(const struct sk_buff *skb, u32 from);
u16 skb_checksum_complete(struct sk_buff *skb);
int skb_checksum_help(struct sk_buff *skb);
/* LINUX: skb_csum_unnecessary(): right, or never on a wire. */
bool skb_csum_unnecessary(const struct sk_buff *skb);
/* LINUX: __skb_checksum_validate(): 0 if right, or to be found out later: then skb->csum holds the
 * pseudo header's sum. `complete` or a short packet: found out now. no_check: there is none in it.
 */
u16 skb_checksum_validate(struct sk_buff *skb, bool complete, bool no_check, u32 pseudo);

struct page *page_alloc(struct net *net, u32 bytes);
void get_page(struct page *p);
void put_page(struct page *p);
void skb_add_rx_frag(struct sk_buff *skb, struct page *page, u32 offset, u32 size, u32 truesize);
/* Neither length nor truesize is changed; takes over the reference. */
void skb_fill_page_desc(struct sk_buff *skb, u32 i, struct page *page, u32 offset, u32 size);
static inline void skb_frag_ref(const struct skb_frag *f)
{
	get_page(f->page);
}
static inline void skb_frag_unref(const struct skb_frag *f)
{
	put_page(f->page);
}
static inline u8 *skb_frag_address(const struct skb_frag *f)
{
	return f->page->mem + f->offset;
}

/* Queues. LINUX: the variants with two underscores: who needs the queue's lock takes it around. */
void skb_queue_head_init(struct sk_buff_head *q);
void skb_queue_tail(struct sk_buff_head *q, struct sk_buff *skb);
void skb_queue_head(struct sk_buff_head *q, struct sk_buff *skb);
struct sk_buff *skb_dequeue(struct sk_buff_head *q);
struct sk_buff *skb_dequeue_tail(struct sk_buff_head *q);
void skb_unlink(struct sk_buff *skb, struct sk_buff_head *q);
/* LINUX: __skb_queue_after(), __skb_queue_before(). */
void skb_queue_after(struct sk_buff_head *q, struct sk_buff *prev, struct sk_buff *skb);
void skb_queue_before(struct sk_buff_head *q, struct sk_buff *next, struct sk_buff *skb);
void skb_queue_splice_tail_init(struct sk_buff_head *from, struct sk_buff_head *to);
void skb_queue_purge_reason(struct sk_buff_head *q, enum drop_reason reason);
struct sk_buff *skb_peek(const struct sk_buff_head *q);
struct sk_buff *skb_peek_tail(const struct sk_buff_head *q);
static inline bool skb_queue_empty(const struct sk_buff_head *q)
{
	return q->qlen == 0;
}
#define skb_queue_walk(q, skb)                                                                     \
	for ((skb) = (q)->next; (skb) != (struct sk_buff *)(void *)(q); (skb) = (skb)->next)

static inline u32 skb_headlen(const struct sk_buff *skb)
{
	return skb->len - skb->data_len;
}
static inline u32 skb_headroom(const struct sk_buff *skb)
{
	return (u32)(skb->data - skb->head);
}
static inline u32 skb_tailroom(const struct sk_buff *skb)
{
	return skb->data_len != 0 ? 0 : skb->end - skb->tail;
}
/* LINUX: skb_end_offset(): the kernel's number; skb->end is what there is room for here. */
static inline u32 skb_end_offset(const struct sk_buff *skb)
{
	return skb->hd->size;
}
static inline bool skb_mac_header_was_set(const struct sk_buff *skb)
{
	return skb->mac_header != U16_MAX;
}
static inline bool skb_transport_header_was_set(const struct sk_buff *skb)
{
	return skb->transport_header != U16_MAX;
}
static inline s32 skb_checksum_start_offset(const struct sk_buff *skb)
{
	return (s32)skb->csum_start - (s32)skb_headroom(skb);
}
static inline void skb_set_tail_pointer(struct sk_buff *skb, u32 offset)
{
	skb->tail = skb_headroom(skb) + offset;
}
static inline u8 *skb_tail_pointer(const struct sk_buff *skb)
{
	return skb->head + skb->tail;
}
static inline u8 *skb_mac_header(const struct sk_buff *skb)
{
	return skb->head + skb->mac_header;
}
static inline u8 *skb_network_header(const struct sk_buff *skb)
{
	return skb->head + skb->network_header;
}
static inline u8 *skb_transport_header(const struct sk_buff *skb)
{
	return skb->head + skb->transport_header;
}
static inline void skb_reset_mac_header(struct sk_buff *skb)
{
	skb->mac_header = (u16)(skb->data - skb->head);
}
static inline void skb_reset_network_header(struct sk_buff *skb)
{
	skb->network_header = (u16)(skb->data - skb->head);
}
static inline void skb_reset_transport_header(struct sk_buff *skb)
{
	skb->transport_header = (u16)(skb->data - skb->head);
}
static inline void skb_set_network_header(struct sk_buff *skb, u32 off)
{
	skb->network_header = (u16)(skb->data - skb->head + (s32)off);
}
static inline void skb_set_transport_header(struct sk_buff *skb, u32 off)
{
	skb->transport_header = (u16)(skb->data - skb->head + (s32)off);
}
static inline s32 skb_network_offset(const struct sk_buff *skb)
{
	return (s32)(skb_network_header(skb) - skb->data);
}
static inline s32 skb_transport_offset(const struct sk_buff *skb)
{
	return (s32)(skb_transport_header(skb) - skb->data);
}
static inline u32 skb_network_header_len(const struct sk_buff *skb)
{
	return (u32)(skb->transport_header - skb->network_header);
}
static inline bool skb_is_nonlinear(const struct sk_buff *skb)
{
	return skb->data_len != 0;
}
static inline bool skb_is_gso(const struct sk_buff *skb)
{
	return skb->hd->gso_size != 0;
}
static inline bool skb_is_gso_tcp(const struct sk_buff *skb)
{
	return skb_is_gso(skb) && (skb->hd->gso_type & SKB_GSO_TCPV4) != 0;
}
static inline void skb_gso_reset(struct sk_buff *skb)
{
	skb->hd->gso_size = 0;
	skb->hd->gso_segs = 0;
	skb->hd->gso_type = 0;
}
/* Would a fragment that begins there only make the one before number i longer? */
static inline bool skb_can_coalesce(const struct sk_buff *skb, u32 i, const struct page *page,
				    u32 off)
{
	const struct skb_frag *f;

	if (i == 0)
		return false;
	f = &skb->hd->frags[i - 1];
	return page == f->page && off == f->offset + f->size;
}
static inline bool skb_shared(const struct sk_buff *skb)
{
	return skb->users != 1;
}
static inline bool skb_cloned(const struct sk_buff *skb)
{
	return skb->cloned && skb->hd->refs != 1;
}
static inline bool skb_header_cloned(const struct sk_buff *skb)
{
	return skb->cloned && skb->hd->refs - skb->hd->headerless_refs != 1;
}
/* LINUX: __skb_header_release(): the packet itself will never have a header: clones may write one.
 */
static inline void skb_header_release(struct sk_buff *skb)
{
	assert(!skb->nohdr);
	skb->nohdr = true;
	skb->hd->headerless_refs++;
}
/* Was it handed to a device, which still has it? */
static inline bool skb_fclone_busy(const struct sock *sk, const struct sk_buff *skb)
{
	return skb->fclone && skb->fclone_peer != NULL && skb->fclone_peer->sk == sk;
}
static inline bool skb_has_frag_list(const struct sk_buff *skb)
{
	return skb->hd->frag_list != NULL;
}
static inline void kfree_skb(struct sk_buff *skb)
{
	kfree_skb_reason(skb, DROP_NOT_SPECIFIED);
}
/* Pages of an iterator become fragments, uncopied: bytes taken, or -EMSGSIZE: none fits. */
struct iov_iter;
s32 skb_splice_from_iter(struct sk_buff *skb, struct iov_iter *iter, u32 maxsize);
void skb_check(const struct sk_buff *skb);

#endif
