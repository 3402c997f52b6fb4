// SPDX-License-Identifier: MIT
/* ubuf.h - MSG_ZEROCOPY: packets whose fragments are a program's memory, and the note that tells it
 * when they no longer are.
 *
 * The note is a packet of the socket's option memory. As long as data is on its way what is known
 * of it lies in its control block; then it goes into the error queue.
 */
#ifndef REFSTACK_CORE_UBUF_H
#define REFSTACK_CORE_UBUF_H

#include "core/iov.h"
#include "core/sock.h"

/* LINUX: struct ubuf_info_msgzc. */
struct ubuf_info {
	u32 refcnt; /* packets that have it, and the call that makes them */
	u32 id;	    /* of the first call */
	u32 bytelen;
	u16 len;       /* calls */
	u8 flags;      /* SKBFL_ of the packets */
	bool zerocopy; /* nothing of it has been copied */
};
static_assert(sizeof(struct ubuf_info) <= SKB_CB_BYTES, "it fits into the control block");

static inline struct ubuf_info *ubuf_info(struct sk_buff *uarg)
{
	return SKB_CB(uarg, struct ubuf_info);
}
/* The note that this packet's data is waited for with, or NULL. */
static inline struct sk_buff *skb_zcopy(const struct sk_buff *skb)
{
	return skb->hd->uarg;
}
static inline bool skb_zcopy_pure(const struct sk_buff *skb)
{
	return (skb->hd->flags & SKBFL_PURE_ZEROCOPY) != 0;
}
static inline bool skb_has_shared_frag(const struct sk_buff *skb)
{
	return skb_is_nonlinear(skb) && (skb->hd->flags & SKBFL_SHARED_FRAG) != 0;
}

/* For size more bytes: uarg again if they follow its own, or a new note with one reference. NULL:
 * there is no memory for one.
 */
struct sk_buff *msg_zerocopy_realloc(struct sock *sk, u32 size, struct sk_buff *uarg);
/* The call has failed: it gets no number. */
void net_zcopy_put_abort(struct sk_buff *uarg, bool have_uref);
/* One reference less; the last one sends the note. */
void net_zcopy_put(struct sk_buff *uarg);
/* A packet without a note gets this one: with the reference at *have_ref, or one more. */
void skb_zcopy_set(struct sk_buff *skb, struct sk_buff *uarg, bool *have_ref);
void skb_zcopy_clear(struct sk_buff *skb, bool success);
/* A new packet with fragments of orig. */
void skb_zerocopy_clone(struct sk_buff *nskb, struct sk_buff *orig);
/* Pages of the program's memory become fragments. */
int skb_zerocopy_iter_dgram(struct sk_buff *skb, struct iov_iter *from, u32 len);
int skb_zerocopy_iter_stream(struct sock *sk, struct sk_buff *skb, struct iov_iter *from, u32 len,
			     struct sk_buff *uarg);
int skb_copy_ubufs(struct sk_buff *skb);
void sock_ofree(struct sk_buff *skb); /* core/sock.c: the end of what sock_omalloc() has given */
/* Before somebody gets it who may keep it for ever. */
static inline int skb_orphan_frags_rx(struct sk_buff *skb)
{
	return unlikely(skb_zcopy(skb) != NULL) ? skb_copy_ubufs(skb) : 0;
}

#endif
