// SPDX-License-Identifier: MIT
/* ip_fragment.c - reassembly of datagrams.
 *
 * Path: called by ip_local_deliver(); hands the whole datagram back to it.
 * Rules: RFC 791 3.2, RFC 1122 3.3.2, RFC 3168 5.3, RFC 5722 (overlaps, as Linux applies it to IPv4
 * too); LINUX: net/ipv4/ip_fragment.c, net/ipv4/inet_fragment.c.
 * DIVERGES(frag-list-in-fragment): a fragment that has a frag_list itself is made linear first.
 * DIVERGES(frag-hash): chains by source instead of a hash by everything; no result depends on it.
 */
#include "ipv4/ip_fragment.h"

#include "base/csum.h"
#include "core/net.h"
#include "core/netdevice.h"
#include "ipv4/icmp.h"
#include "ipv4/inetpeer.h"
#include "ipv4/ip.h"
#include "ipv4/route.h"
#include "uapi/errno.h"

/* LINUX: struct ipfrag_skb_cb. */
struct ipfrag_skb_cb {
	struct inet_skb_parm h4; /* first: IPCB() stays valid */
	struct sk_buff *next_frag;
	u32 frag_run_len;
	u32 ip_defrag_offset;
};
static_assert(sizeof(struct ipfrag_skb_cb) <= SKB_CB_BYTES, "the control block fits");
#define FRAG_CB(skb) SKB_CB(skb, struct ipfrag_skb_cb)

/* LINUX: IPFRAG_*. */
enum ipfrag_result { IPFRAG_OK, IPFRAG_DUP, IPFRAG_OVERLAP };

enum { INET_ECN_MASK = 3, INET_ECN_CE = 3, ECN_DROP = 0xff };
enum { ECN_NOT_ECT = 1, ECN_ECT_1 = 2, ECN_ECT_0 = 4, ECN_CE = 8 };

/* RFC 3168 5.3: from the set of codepoints seen to what is ORed into the TOS; a mix of ECN-capable
 * and not capable fragments is dropped.
 */
static const u8 ip_frag_ecn_table[16] = {
	[ECN_CE | ECN_ECT_0] = INET_ECN_CE,
	[ECN_CE | ECN_ECT_1] = INET_ECN_CE,
	[ECN_CE | ECN_ECT_0 | ECN_ECT_1] = INET_ECN_CE,
	[ECN_NOT_ECT | ECN_CE] = ECN_DROP,
	[ECN_NOT_ECT | ECN_ECT_0] = ECN_DROP,
	[ECN_NOT_ECT | ECN_ECT_1] = ECN_DROP,
	[ECN_NOT_ECT | ECN_ECT_0 | ECN_ECT_1] = ECN_DROP,
	[ECN_NOT_ECT | ECN_CE | ECN_ECT_0] = ECN_DROP,
	[ECN_NOT_ECT | ECN_CE | ECN_ECT_1] = ECN_DROP,
	[ECN_NOT_ECT | ECN_CE | ECN_ECT_0 | ECN_ECT_1] = ECN_DROP,
};

static void add_frag_mem(struct ipq *qp, u32 bytes)
{
	qp->net->fragments->mem += bytes;
}

static void sub_frag_mem(struct ipq *qp, u32 bytes)
{
	assert(qp->net->fragments->mem >= bytes);
	qp->net->fragments->mem -= bytes;
}

/* --- the queues ----------------------------------------------------------------------------------
 */

static struct hlist_head *chain_of(struct net *net, be32 saddr)
{
	return &net->fragments->chain[be32_to_cpu(saddr) % IPQ_CHAINS];
}

/* LINUX: inet_frag_rbtree_purge(). */
static u32 purge_runs(struct ipq *qp, enum drop_reason reason)
{
	struct sk_buff *run = qp->runs;
	u32 sum = 0;

	while (run != NULL) {
		struct sk_buff *skb = run;

		run = run->next;
		while (skb != NULL) {
			struct sk_buff *next = FRAG_CB(skb)->next_frag;

			sum += skb->truesize;
			kfree_skb_reason(skb, reason);
			skb = next;
		}
	}
	qp->runs = NULL;
	qp->fragments_tail = NULL;
	qp->last_run_head = NULL;
	return sum;
}

static void inet_frag_queue_flush(struct ipq *qp, enum drop_reason reason)
{
	sub_frag_mem(qp, purge_runs(qp, reason));
}

/* Takes the queue out of sight; the caller destroys it when it is done with it. */
static void inet_frag_kill(struct ipq *qp)
{
	del_timer(&qp->timer);
	if ((qp->flags & INET_FRAG_COMPLETE) != 0)
		return;
	qp->flags |= INET_FRAG_COMPLETE;
	hlist_del_init(&qp->node);
	qp->net->fragments->nqueues--;
}

/* What is left of a datagram that is complete, or spoilt by its own fragments, counts as consumed.
 */
static void inet_frag_destroy(struct ipq *qp)
{
	bool drop = (qp->flags & INET_FRAG_DROP) != 0;

	assert((qp->flags & INET_FRAG_COMPLETE) != 0);
	assert(!timer_pending(&qp->timer));
	sub_frag_mem(qp,
		     purge_runs(qp, drop ? DROP_FRAG_REASM_TIMEOUT : DROP_CONSUMED) + IPQ_BYTES);
	if (qp->peer != NULL)
		qp->peer->refcnt--;
	pool_free(&qp->net->frag_queue_pool, qp);
}

static struct sk_buff *pull_head(struct ipq *qp)
{
	struct sk_buff *head = qp->runs;
	struct sk_buff *rest;

	if (head == NULL)
		return NULL;
	rest = FRAG_CB(head)->next_frag;
	if (rest != NULL)
		rest->next = head->next;
	qp->runs = rest != NULL ? rest : head->next;
	if (qp->fragments_tail == head)
		qp->fragments_tail = NULL;
	head->next = NULL;
	sub_frag_mem(qp, head->truesize);
	return head;
}

/* The first fragment as the sender is to see it, or NULL if there is nobody to tell. */
static struct sk_buff *expired_head(struct ipq *qp)
{
	struct net *net = qp->net;
	enum drop_reason reason = DROP_NOT_SPECIFIED;
	struct sk_buff *head;
	const u8 *iph;

	if ((qp->flags & INET_FRAG_FIRST_IN) == 0)
		return NULL;
	head = pull_head(qp);
	if (head == NULL)
		return NULL;
	head->dev = dev_get_by_index(net, qp->iif);
	if (head->dev == NULL)
		return head;
	iph = skb_network_header(head);
	/* Nobody is told about a packet that came in on no route. */
	if (ip_route_input_noref(head, ipv4_daddr(iph), ipv4_saddr(iph), iph[IPV4_TOS], head->dev,
				 &reason) != 0)
		head->dev = NULL;
	return head;
}

/* RFC 1122 3.3.2: time exceeded, if the fragment with the ports is there. */
static void ip_expire(struct timer_list *t)
{
	struct ipq *qp = container_of(t, struct ipq, timer);
	struct net *net = qp->net;
	struct sk_buff *head;

	spin_lock(this_cpu(net), &qp->lock);
	qp->flags |= INET_FRAG_DROP;
	inet_frag_kill(qp);
	mib_inc(net, IPSTATS_MIB_REASMFAILS);
	mib_inc(net, IPSTATS_MIB_REASMTIMEOUT);
	head = expired_head(qp);
	spin_unlock(this_cpu(net), &qp->lock);
	if (head != NULL) {
		if (head->dev != NULL)
			icmp_send(head, ICMP_TIME_EXCEEDED, ICMP_EXC_FRAGTIME, (be32){ 0 });
		kfree_skb_reason(head, DROP_FRAG_REASM_TIMEOUT);
	}
	inet_frag_destroy(qp);
}

static u64 frag_timeout(struct net *net)
{
	return jiffies_add(net_jiffies(net), net->sysctl.ipfrag_time);
}

/* LINUX: inet_frag_create(), ip4_frag_init(). */
static struct ipq *frag_create(struct net *net, const u8 *iph, u32 user)
{
	struct ipq *qp = pool_zalloc(&net->frag_queue_pool);

	if (qp == NULL)
		return NULL;
	qp->net = net;
	qp->saddr = ipv4_saddr(iph);
	qp->daddr = ipv4_daddr(iph);
	qp->id = load_be16(iph + IPV4_ID);
	qp->protocol = iph[IPV4_PROTOCOL];
	qp->user = user;
	if (net->sysctl.ipfrag_max_dist != 0)
		qp->peer = inet_getpeer_v4(net, qp->saddr);
	if (qp->peer != NULL)
		qp->peer->refcnt++;
	add_frag_mem(qp, IPQ_BYTES);
	timer_setup(&qp->timer, ip_expire);
	hlist_add_head(&qp->node, chain_of(net, qp->saddr));
	net->fragments->nqueues++;
	mod_timer(net, &qp->timer, frag_timeout(net));
	return qp;
}

static bool ipq_match(const struct ipq *qp, const u8 *iph, u32 user)
{
	return be32_eq(qp->saddr, ipv4_saddr(iph)) && be32_eq(qp->daddr, ipv4_daddr(iph)) &&
	       be16_eq(qp->id, load_be16(iph + IPV4_ID)) && qp->protocol == iph[IPV4_PROTOCOL] &&
	       qp->user == user;
}

/* LINUX: inet_frag_find(): above the limit not even fragments of known datagrams are taken. */
static struct ipq *ip_find(struct net *net, const u8 *iph, u32 user)
{
	s64 high_thresh = (s64)net->sysctl.ipfrag_high_thresh; /* LINUX: a long */
	struct hlist_node *n;

	if (high_thresh == 0 || (s64)net->fragments->mem > high_thresh)
		return NULL;
	hlist_for_each (n, chain_of(net, ipv4_saddr(iph))) {
		struct ipq *qp = hlist_entry(n, struct ipq, node);

		if (ipq_match(qp, iph, user))
			return qp;
	}
	return frag_create(net, iph, user);
}

/* Too many fragments of the source went elsewhere since this queue last got one? */
static bool ip_frag_too_far(struct ipq *qp)
{
	u32 max = (u32)qp->net->sysctl.ipfrag_max_dist;
	u32 start = qp->rid, end;

	if (qp->peer == NULL || max == 0)
		return false;
	end = ++qp->peer->rid;
	qp->rid = end;
	if (qp->fragments_tail == NULL || end - start <= max)
		return false;
	mib_inc(qp->net, IPSTATS_MIB_REASMFAILS);
	return true;
}

/* The sender has wrapped around its identifications: what is here belongs to an older datagram. */
static int ip_frag_reinit(struct ipq *qp)
{
	if (!mod_timer(qp->net, &qp->timer, frag_timeout(qp->net)))
		return -ETIMEDOUT;
	inet_frag_queue_flush(qp, DROP_FRAG_TOO_FAR);
	qp->flags = 0;
	qp->len = 0;
	qp->meat = 0;
	qp->iif = 0;
	qp->ecn = 0;
	return 0;
}

/* --- where a fragment goes -----------------------------------------------------------------------
 */

static u32 frag_end(const struct sk_buff *skb)
{
	return FRAG_CB(skb)->ip_defrag_offset + skb->len;
}

static void frag_init_cb(struct sk_buff *skb, u32 offset)
{
	skb->next = NULL;
	FRAG_CB(skb)->next_frag = NULL;
	FRAG_CB(skb)->frag_run_len = skb->len;
	FRAG_CB(skb)->ip_defrag_offset = offset;
}

static void fragrun_append_to_last(struct ipq *qp, struct sk_buff *skb)
{
	FRAG_CB(qp->last_run_head)->frag_run_len += skb->len;
	FRAG_CB(qp->fragments_tail)->next_frag = skb;
	qp->fragments_tail = skb;
}

static void fragrun_create(struct ipq *qp, struct sk_buff *skb)
{
	if (qp->last_run_head != NULL)
		qp->last_run_head->next = skb;
	else
		qp->runs = skb;
	qp->fragments_tail = skb;
	qp->last_run_head = skb;
}

/* Between the runs: a run of its own, though it may touch its neighbours. */
static enum ipfrag_result insert_between(struct ipq *qp, struct sk_buff *skb, u32 offset, u32 end)
{
	struct sk_buff **link = &qp->runs;

	while (*link != NULL) {
		u32 run = FRAG_CB(*link)->ip_defrag_offset;
		u32 run_end = run + FRAG_CB(*link)->frag_run_len;

		if (end <= run)
			break;
		if (offset < run_end)
			return offset >= run && end <= run_end ? IPFRAG_DUP : IPFRAG_OVERLAP;
		link = &(*link)->next;
	}
	frag_init_cb(skb, offset);
	skb->next = *link;
	*link = skb;
	return IPFRAG_OK;
}

/* LINUX: inet_frag_queue_insert(). */
static enum ipfrag_result frag_insert(struct ipq *qp, struct sk_buff *skb, u32 offset, u32 end)
{
	u32 tail_end;

	skb->hd->gso_size = 0;
	skb->hd->gso_segs = 0;
	skb->hd->gso_type = 0;
	if (qp->fragments_tail == NULL) {
		frag_init_cb(skb, offset);
		fragrun_create(qp, skb);
		return IPFRAG_OK;
	}
	tail_end = frag_end(qp->fragments_tail);
	if (tail_end >= end)
		return insert_between(qp, skb, offset, end);
	if (offset < tail_end)
		return IPFRAG_OVERLAP;
	frag_init_cb(skb, offset);
	if (offset == tail_end)
		fragrun_append_to_last(qp, skb);
	else
		fragrun_create(qp, skb);
	return IPFRAG_OK;
}

/* --- the whole datagram --------------------------------------------------------------------------
 */

/* Puts a clone in the place of skb, which is not the first fragment. */
static bool replace_by_clone(struct ipq *qp, struct sk_buff *skb, struct sk_buff *parent)
{
	struct sk_buff *fp = skb_clone(skb);
	struct sk_buff **link = &qp->runs;

	if (fp == NULL)
		return false;
	fp->next = skb->next;
	while (*link != NULL && *link != skb)
		link = &(*link)->next;
	if (*link == skb)
		*link = fp;
	else
		FRAG_CB(parent)->next_frag = fp;
	if (qp->fragments_tail == skb)
		qp->fragments_tail = fp;
	if (qp->last_run_head == skb)
		qp->last_run_head = fp;
	return true;
}

/* LINUX: inet_frag_reasm_prepare(): the packet that was received last becomes the head, whatever it
 * holds: the caller goes on with it.
 */
static int reasm_prepare(struct ipq *qp, struct sk_buff *skb, struct sk_buff *parent)
{
	struct sk_buff *head = qp->runs;
	u32 truesize;

	if (head != skb) {
		struct sk_buff *next = head->next;

		if (!replace_by_clone(qp, skb, parent))
			return -ENOMEM;
		/* The clone may just have become the run behind the head. */
		if (next == skb)
			next = head->next;
		skb_morph(skb, head);
		skb->next = next;
		qp->runs = skb;
		if (qp->fragments_tail == head)
			qp->fragments_tail = skb;
		if (qp->last_run_head == head)
			qp->last_run_head = skb;
		consume_skb(head);
	}
	assert(FRAG_CB(skb)->ip_defrag_offset == 0);
	truesize = skb->truesize;
	if (skb_cloned(skb) && pskb_expand_head(skb, 0, 0) != 0)
		return -ENOMEM;
	sub_frag_mem(qp, truesize);
	add_frag_mem(qp, skb->truesize);
	return 0;
}

/* Adds one fragment to the head: into it where it fits, else to its frag_list, whose end is
 * **nextp. Who may send the datagram on keeps its pieces.
 */
static void reasm_add(const struct ipq *qp, struct sk_buff *head, struct sk_buff *fp,
		      struct sk_buff ***nextp)
{
	bool stolen;
	u32 delta;

	if (head->ip_summed != fp->ip_summed)
		head->ip_summed = CHECKSUM_NONE;
	else if (head->ip_summed == CHECKSUM_COMPLETE)
		head->csum = csum_add(head->csum, fp->csum);
	if (qp->user == IP_DEFRAG_LOCAL_DELIVER && skb_try_coalesce(head, fp, &stolen, &delta)) {
		kfree_skb_partial(fp, stolen);
		return;
	}
	fp->next = NULL;
	fp->prev = NULL;
	head->data_len += fp->len;
	head->len += fp->len;
	head->truesize += fp->truesize;
	**nextp = fp;
	*nextp = &fp->next;
}

/* LINUX: inet_frag_reasm_finish(). */
static void reasm_finish(struct ipq *qp, struct sk_buff *head)
{
	struct sk_buff **nextp = &head->hd->frag_list;
	struct sk_buff *run = head->next;
	struct sk_buff *fp = FRAG_CB(head)->next_frag;
	u32 sum_truesize = head->truesize;

	skb_push(head, (u32)(head->data - skb_network_header(head)));
	while (run != NULL || fp != NULL) {
		while (fp != NULL) {
			struct sk_buff *next = FRAG_CB(fp)->next_frag;

			sum_truesize += fp->truesize;
			reasm_add(qp, head, fp, &nextp);
			fp = next;
		}
		if (run != NULL) {
			fp = run;
			run = run->next;
		}
	}
	sub_frag_mem(qp, sum_truesize);
	head->next = NULL;
	head->prev = NULL;
	head->tstamp_ns = qp->stamp_ns;
	qp->runs = NULL;
	qp->fragments_tail = NULL;
	qp->last_run_head = NULL;
}

/* The header of the first fragment becomes the datagram's. DF is set again if the largest fragment
 * had it: nobody on the way may then send larger pieces than the sender did.
 */
static void reasm_header(struct ipq *qp, struct sk_buff *skb, u32 len, u8 ecn)
{
	u8 *iph = skb_network_header(skb);
	bool df = qp->max_df_size == qp->max_size;

	IPCB(skb)->frag_max_size = (u16)max_u32(qp->max_df_size, qp->max_size);
	if (df)
		IPCB(skb)->flags |= IPSKB_FRAG_PMTU;
	put_be16(iph + IPV4_TOT_LEN, (u16)len);
	put_be16(iph + IPV4_FRAG_OFF, df ? IP_DF : 0);
	iph[IPV4_TOS] |= ecn;
	ip_send_check(iph);
}

static int ip_frag_reasm(struct ipq *qp, struct sk_buff *skb, struct sk_buff *prev_tail,
			 struct net_device *dev)
{
	u8 ecn = ip_frag_ecn_table[qp->ecn];
	int err = -EINVAL;
	u32 len;

	inet_frag_kill(qp);
	if (ecn == ECN_DROP)
		goto fail;
	err = reasm_prepare(qp, skb, prev_tail);
	if (err != 0)
		goto fail;
	len = ipv4_hlen(skb_network_header(skb)) + qp->len;
	err = -E2BIG;
	if (len > 65535)
		goto fail;
	reasm_finish(qp, skb);
	skb->dev = dev;
	reasm_header(qp, skb, len, ecn);
	mib_inc(qp->net, IPSTATS_MIB_REASMOKS);
	return 0;

fail:
	mib_inc(qp->net, IPSTATS_MIB_REASMFAILS);
	return err;
}

/* --- one fragment --------------------------------------------------------------------------------
 */

struct frag_range {
	u32 offset, end, ihl;
};

/* Which bytes it brings, and whether that agrees with what is known of the end. */
static int frag_range_of(struct ipq *qp, struct sk_buff *skb, struct frag_range *r)
{
	const u8 *iph = skb_network_header(skb);
	u16 frag_off = get_be16(iph + IPV4_FRAG_OFF);

	r->ihl = ipv4_hlen(iph);
	r->offset = (u32)(frag_off & IP_OFFSET) * 8;
	r->end = r->offset + skb->len - (u32)skb_network_offset(skb) - r->ihl;
	if ((frag_off & IP_MF) == 0) {
		if (r->end < qp->len || ((qp->flags & INET_FRAG_LAST_IN) != 0 && r->end != qp->len))
			return -EINVAL;
		qp->flags |= INET_FRAG_LAST_IN;
		qp->len = r->end;
	} else {
		/* RFC 791 3.2: only the last one may have an odd length; the rest is cut off. */
		if ((r->end & 7) != 0) {
			r->end &= ~7u;
			if (skb->ip_summed != CHECKSUM_UNNECESSARY)
				skb->ip_summed = CHECKSUM_NONE;
		}
		if (r->end > qp->len) {
			if ((qp->flags & INET_FRAG_LAST_IN) != 0)
				return -EINVAL;
			qp->len = r->end;
		}
	}
	return r->end == r->offset ? -EINVAL : 0;
}

/* Takes the header and what is too much off. */
static int frag_strip(struct sk_buff *skb, const struct frag_range *r)
{
	if (skb_has_frag_list(skb) && skb_linearize(skb) != 0)
		return -ENOMEM;
	if (!pskb_pull(skb, (u32)skb_network_offset(skb) + r->ihl))
		return -ENOMEM;
	return pskb_trim_rcsum(skb, r->end - r->offset);
}

static void frag_account(struct ipq *qp, struct sk_buff *skb, const struct frag_range *r)
{
	const u8 *iph = skb_network_header(skb);
	u16 size = (u16)(skb->len + r->ihl);

	if (skb->dev != NULL)
		qp->iif = skb->dev->ifindex;
	qp->stamp_ns = skb->tstamp_ns;
	qp->meat += skb->len;
	qp->ecn |= (u8)(1u << (iph[IPV4_TOS] & INET_ECN_MASK));
	add_frag_mem(qp, skb->truesize);
	if (r->offset == 0)
		qp->flags |= INET_FRAG_FIRST_IN;
	if (size > qp->max_size)
		qp->max_size = size;
	if ((get_be16(iph + IPV4_FRAG_OFF) & IP_DF) != 0 && size > qp->max_df_size)
		qp->max_df_size = size;
}

/* The last missing piece. The route that the packet has stays its own, whatever it becomes. */
static int frag_complete(struct ipq *qp, struct sk_buff *skb, struct sk_buff *prev_tail)
{
	struct dst_entry *dst = skb->dst;
	bool noref = skb->dst_noref;
	int err;

	skb->dst = NULL;
	skb->dst_noref = false;
	err = ip_frag_reasm(qp, skb, prev_tail, skb->dev);
	skb->dst = dst;
	skb->dst_noref = noref;
	return err;
}

/* -EINPROGRESS, 0 when skb is the whole datagram now, or an error: then skb is gone. */
static int ip_frag_queue(struct ipq *qp, struct sk_buff *skb)
{
	enum drop_reason reason = DROP_NOT_SPECIFIED;
	struct sk_buff *prev_tail;
	enum ipfrag_result res;
	struct frag_range r;
	int err;

	if ((IPCB(skb)->flags & IPSKB_FRAG_COMPLETE) == 0 && ip_frag_too_far(qp)) {
		err = ip_frag_reinit(qp);
		if (err != 0) {
			inet_frag_kill(qp);
			goto drop;
		}
	}
	err = frag_range_of(qp, skb, &r);
	if (err != 0)
		goto discard_qp;
	err = frag_strip(skb, &r);
	if (err != 0)
		goto discard_qp;

	prev_tail = qp->fragments_tail;
	res = frag_insert(qp, skb, r.offset, r.end);
	err = -EINVAL;
	if (res == IPFRAG_DUP) {
		reason = DROP_DUP_FRAG;
		goto drop;
	}
	if (res == IPFRAG_OVERLAP) {
		mib_inc(qp->net, IPSTATS_MIB_REASM_OVERLAPS);
		goto discard_qp;
	}
	frag_account(qp, skb, &r);
	if (qp->flags == (INET_FRAG_FIRST_IN | INET_FRAG_LAST_IN) && qp->meat == qp->len)
		return frag_complete(qp, skb, prev_tail);
	skb_dst_drop(skb);
	skb_orphan(skb);
	skb->dev = NULL;
	return -EINPROGRESS;

discard_qp:
	inet_frag_kill(qp);
	mib_inc(qp->net, IPSTATS_MIB_REASMFAILS);
drop:
	kfree_skb_reason(skb, reason);
	return err;
}

int ip_defrag(struct net *net, struct sk_buff *skb, u32 user)
{
	PROBE(net, ip_defrag);
	struct ipq *qp;
	int ret;

	mib_inc(net, IPSTATS_MIB_REASMREQDS);
	qp = ip_find(net, skb_network_header(skb), user);
	if (qp == NULL) {
		mib_inc(net, IPSTATS_MIB_REASMFAILS);
		kfree_skb(skb);
		return -ENOMEM;
	}
	spin_lock(this_cpu(net), &qp->lock);
	ret = ip_frag_queue(qp, skb);
	spin_unlock(this_cpu(net), &qp->lock);
	if ((qp->flags & INET_FRAG_COMPLETE) != 0)
		inet_frag_destroy(qp);
	return ret;
}

/* --- the net's set -------------------------------------------------------------------------------
 */

void ip_fragments_init(struct net *net)
{
	*net->fragments = (struct ip_fragments){ 0 };
}

void ip_fragments_exit(struct net *net)
{
	struct hlist_node *n, *next;

	for (u32 i = 0; i < IPQ_CHAINS; i++) {
		hlist_for_each_safe (n, next, &net->fragments->chain[i]) {
			struct ipq *qp = hlist_entry(n, struct ipq, node);

			inet_frag_kill(qp);
			inet_frag_queue_flush(qp, DROP_FRAG_REASM_TIMEOUT);
			inet_frag_destroy(qp);
		}
	}
	assert(net->fragments->mem == 0);
}

static u64 ipq_check(const struct ipq *qp)
{
	u32 meat = 0, end = 0;
	u64 mem = IPQ_BYTES;

	assert((qp->flags & INET_FRAG_COMPLETE) == 0);
	assert(timer_pending(&qp->timer));
	for (const struct sk_buff *run = qp->runs; run != NULL; run = run->next) {
		u32 run_len = 0;

		assert(FRAG_CB(run)->ip_defrag_offset >= end);
		end = FRAG_CB(run)->ip_defrag_offset + FRAG_CB(run)->frag_run_len;
		for (const struct sk_buff *f = run; f != NULL; f = FRAG_CB(f)->next_frag) {
			skb_check(f);
			run_len += f->len;
			mem += f->truesize;
		}
		assert(run_len == FRAG_CB(run)->frag_run_len);
		meat += run_len;
	}
	assert(meat == qp->meat);
	return mem;
}

const struct sk_buff *frag_run_next(const struct sk_buff *skb)
{
	return FRAG_CB(skb)->next_frag;
}

void ip_fragments_check(const struct net *net)
{
	const struct ip_fragments *f = net->fragments;
	const struct hlist_node *n;
	u64 mem = 0;
	u32 queues = 0;

	for (u32 i = 0; i < IPQ_CHAINS; i++) {
		hlist_for_each (n, &f->chain[i]) {
			mem += ipq_check(container_of(n, struct ipq, node));
			queues++;
		}
	}
	assert(mem == f->mem);
	assert(queues == f->nqueues);
}
