// SPDX-License-Identifier: MIT
/* neighbour.c - one neighbour: how sure we are of its link address, who waits, ways out to it.
 *
 * Path: step 4. Called by ip_finish_output2() through neigh_output(), by ARP with what it heard, by
 * timers; calls the family's solicit() and error_report(), and dev_queue_xmit().
 * Rules: RFC 4861 7.3 (the states); LINUX: net/core/neighbour.c.
 */
#include "core/neighbour.h"

#include "core/dst.h"
#include "core/neigh_internal.h"
#include "uapi/errno.h"
#include "wire/ipv4.h"

/* LINUX: __neigh_notify(): netlink listeners are told. There are none: only its place is kept. */
void neigh_notify(struct neighbour *n)
{
	PROBE(n->tbl->net, neigh_notify);
}

void neigh_purge_queue(struct neighbour *n)
{
	skb_queue_purge_reason(&n->arp_queue, DROP_QUEUE_PURGE);
	n->arp_queue_len_bytes = 0;
}

/* LINUX: neigh_del_timer(): a pending timer holds a reference. */
bool neigh_del_timer(struct neighbour *n)
{
	PROBE(n->tbl->net, neigh_del_timer);

	if ((n->nud_state & NUD_IN_TIMER) != 0 && del_timer(&n->timer)) {
		neigh_release(n);
		return true;
	}
	return false;
}

/* --- the state machine --- */

/* LINUX: neigh_suspect(): no longer the fast way out. */
static void neigh_suspect(struct neighbour *n)
{
	n->output = n->ops->output;
}

static void neigh_connect(struct neighbour *n)
{
	n->output = n->ops->connected_output;
}

static void neigh_add_timer(struct neighbour *n, u64 when_jif)
{
	PROBE(n->tbl->net, neigh_add_timer);
	u64 now = net_jiffies(n->tbl->net);
	/* Times may lie far back, but never so far that their difference to now would wrap. */
	u64 mint = now - ((u64)INT64_MAX - 86400ull * HZ);
	bool pending;

	neigh_hold(n);
	if (!time_in_range(n->confirmed_jif, mint, now))
		n->confirmed_jif = mint;
	if (time_before(n->used_jif, n->confirmed_jif))
		n->used_jif = n->confirmed_jif;
	pending = mod_timer(n->tbl->net, &n->timer, when_jif);
	assert(!pending);
}

/* LINUX: an int: of more than it can hold the sum is negative. */
static s32 neigh_max_probes(const struct neighbour *n)
{
	const struct neigh_parms *p = n->parms;

	return (s32)((u32)NEIGH_VAR(p, NEIGH_VAR_UCAST_PROBES) +
		     (u32)NEIGH_VAR(p, NEIGH_VAR_APP_PROBES) +
		     (u32)NEIGH_VAR(p, (n->nud_state & NUD_PROBE) != 0 ? NEIGH_VAR_MCAST_REPROBES
								       : NEIGH_VAR_MCAST_PROBES));
}

static u64 neigh_retrans_jif(const struct neighbour *n)
{
	return (u64)max_s32(NEIGH_VAR(n->parms, NEIGH_VAR_RETRANS_TIME), HZ / 100);
}

/* Nobody answered: who waits is told. The lock is let go meanwhile: a report may come back here. */
static void neigh_invalidate(struct neighbour *n)
{
	struct cpu *c = this_cpu(n->tbl->net);

	n->tbl->stat_res_failed++;
	n->updated_jif = net_jiffies(n->tbl->net);
	while (n->nud_state == NUD_FAILED) {
		struct sk_buff *skb = skb_dequeue(&n->arp_queue);

		if (skb == NULL)
			break;
		spin_unlock(c, &n->lock);
		n->ops->error_report(n, skb);
		spin_lock(c, &n->lock);
	}
	neigh_purge_queue(n);
}

/* Asks for the address. Called with n->lock held, returns without it. */
static void neigh_probe(struct neighbour *n)
{
	PROBE(n->tbl->net, neigh_probe);
	struct sk_buff *skb = skb_peek_tail(&n->arp_queue);

	if (skb != NULL)
		skb = skb_clone(skb); /* the queue may overflow meanwhile */
	spin_unlock(this_cpu(n->tbl->net), &n->lock);
	if (n->ops->solicit != NULL)
		n->ops->solicit(n, skb);
	n->probes++;
	if (skb != NULL)
		consume_skb(skb);
}

static void neigh_set_state(struct neighbour *n, u8 state, u64 now)
{
	n->nud_state = state;
	n->updated_jif = now;
}

/* REACHABLE: confirmed again in time, else used lately (ask soon), else nobody cares. */
static u64 neigh_timer_reachable(struct neighbour *n, u64 now, bool *notify)
{
	s32 delay = NEIGH_VAR(n->parms, NEIGH_VAR_DELAY_PROBE_TIME);
	u64 doubted = jiffies_add(n->confirmed_jif, n->parms->reachable_time);

	if (time_before_eq(now, doubted))
		return doubted;
	neigh_suspect(n);
	if (time_before_eq(now, jiffies_add(n->used_jif, delay))) {
		neigh_set_state(n, NUD_DELAY, now);
		return jiffies_add(now, delay);
	}
	neigh_set_state(n, NUD_STALE, now);
	*notify = true;
	return now + HZ;
}

/* DELAY: an upper layer had an answer meanwhile, or we have to ask ourselves. */
static u64 neigh_timer_delay(struct neighbour *n, u64 now)
{
	s32 delay = NEIGH_VAR(n->parms, NEIGH_VAR_DELAY_PROBE_TIME);

	if (time_before_eq(now, jiffies_add(n->confirmed_jif, delay))) {
		neigh_set_state(n, NUD_REACHABLE, now);
		neigh_connect(n);
		return jiffies_add(n->confirmed_jif, n->parms->reachable_time);
	}
	neigh_set_state(n, NUD_PROBE, now);
	n->probes = 0;
	return now + neigh_retrans_jif(n);
}

/* What the timer makes of the state; when it is to fire next. */
static u64 neigh_timer_step(struct neighbour *n, u64 now, bool *notify)
{
	if ((n->nud_state & NUD_REACHABLE) != 0)
		return neigh_timer_reachable(n, now, notify);
	if ((n->nud_state & NUD_DELAY) != 0) {
		*notify = true;
		return neigh_timer_delay(n, now);
	}
	return now + neigh_retrans_jif(n);
}

/* True when n->lock was let go on the way. */
static bool neigh_timer_work(struct neighbour *n, bool *notify)
{
	struct net *net = n->tbl->net;
	u64 next = neigh_timer_step(n, net_jiffies(net), notify);

	if ((n->nud_state & (NUD_INCOMPLETE | NUD_PROBE)) != 0 &&
	    (s32)n->probes >= neigh_max_probes(n)) {
		n->nud_state = NUD_FAILED;
		*notify = true;
		neigh_invalidate(n);
		return false;
	}
	if ((n->nud_state & NUD_IN_TIMER) != 0) {
		u64 soonest = net_jiffies(net) + HZ / 100;

		if (time_before(next, soonest))
			next = soonest;
		if (!mod_timer(net, &n->timer, next))
			neigh_hold(n);
	}
	if ((n->nud_state & (NUD_INCOMPLETE | NUD_PROBE)) == 0)
		return false;
	neigh_probe(n);
	return true;
}

void neigh_timer_handler(struct timer_list *t)
{
	struct neighbour *n = container_of(t, struct neighbour, timer);
	struct net *net = n->tbl->net;
	PROBE(net, neigh_timer_handler);
	struct cpu *c = this_cpu(net);
	bool notify = false, unlocked = false;

	spin_lock(c, &n->lock);
	if ((n->nud_state & NUD_IN_TIMER) != 0)
		unlocked = neigh_timer_work(n, &notify);
	if (!unlocked)
		spin_unlock(c, &n->lock);
	if (notify)
		neigh_notify(n);
	TRACE(net, neigh_timer_handler, (u32)n->dev->ifindex, be32_to_cpu(n->primary_key),
	      n->nud_state, n->probes);
	neigh_release(n); /* the timer's */
}

/* A packet waits; the oldest make room. LINUX: limits are truesizes. */
static void neigh_queue(struct neighbour *n, struct sk_buff *skb)
{
	while (n->arp_queue_len_bytes + skb->truesize >
	       (u32)NEIGH_VAR(n->parms, NEIGH_VAR_QUEUE_LEN_BYTES)) {
		struct sk_buff *old = skb_dequeue(&n->arp_queue);

		if (old == NULL)
			break;
		n->arp_queue_len_bytes -= old->truesize;
		kfree_skb_reason(old, DROP_NEIGH_QUEUEFULL);
		n->tbl->stat_unres_discards++;
	}
	skb_dst_force(skb);
	skb_queue_tail(&n->arp_queue, skb);
	n->arp_queue_len_bytes += skb->truesize;
}

/* NONE or FAILED: begin to ask. Returns whether to do so at once; false with FAILED: nobody may
 * ask. */
static bool neigh_start_resolution(struct neighbour *n, bool immediate_ok)
{
	const struct neigh_parms *p = n->parms;
	u64 now = net_jiffies(n->tbl->net);

	if (NEIGH_VAR(p, NEIGH_VAR_MCAST_PROBES) == 0 && NEIGH_VAR(p, NEIGH_VAR_APP_PROBES) == 0) {
		neigh_set_state(n, NUD_FAILED, now);
		return false;
	}
	n->probes = (u32)NEIGH_VAR(p, NEIGH_VAR_UCAST_PROBES);
	neigh_del_timer(n);
	neigh_set_state(n, NUD_INCOMPLETE, now);
	neigh_add_timer(n, immediate_ok ? now + neigh_retrans_jif(n) : now + 1);
	return immediate_ok;
}

/* Gives up the packet: there will be no answer. */
static int neigh_event_refuse(struct neighbour *n, struct sk_buff *skb, enum drop_reason reason)
{
	spin_unlock_bh(this_cpu(n->tbl->net), &n->lock);
	if (skb != NULL)
		kfree_skb_reason(skb, reason);
	return 1;
}

int neigh_event_send(struct neighbour *n, struct sk_buff *skb, bool immediate_ok)
{
	struct net *net = n->tbl->net;
	PROBE(net, neigh_event_send);
	struct cpu *c = this_cpu(net);
	bool immediate_probe = false;
	int rc = 0;

	spin_lock_bh(c, &n->lock);
	if ((n->nud_state & (NUD_CONNECTED | NUD_DELAY | NUD_PROBE)) != 0)
		goto out;
	if (n->dead != 0) {
		if ((n->nud_state & NUD_STALE) != 0)
			goto out;
		rc = neigh_event_refuse(n, skb, DROP_NEIGH_DEAD);
		TRACE(net, neigh_event_send_dead, (u32)n->dev->ifindex, be32_to_cpu(n->primary_key),
		      n->nud_state, (u32)rc);
		return rc;
	}
	if ((n->nud_state & (NUD_STALE | NUD_INCOMPLETE)) == 0) {
		immediate_probe = neigh_start_resolution(n, immediate_ok);
		if (n->nud_state == NUD_FAILED)
			return neigh_event_refuse(n, skb, DROP_NEIGH_FAILED);
	} else if ((n->nud_state & NUD_STALE) != 0) {
		u64 now = net_jiffies(net);

		neigh_del_timer(n);
		neigh_set_state(n, NUD_DELAY, now);
		neigh_add_timer(n,
				jiffies_add(now, NEIGH_VAR(n->parms, NEIGH_VAR_DELAY_PROBE_TIME)));
	}
	if (n->nud_state == NUD_INCOMPLETE) {
		if (skb != NULL)
			neigh_queue(n, skb);
		rc = 1;
	}
out:
	if (immediate_probe)
		neigh_probe(n);
	else
		spin_unlock(c, &n->lock);
	local_bh_enable(c);
	TRACE(net, neigh_event_send_done, (u32)n->dev->ifindex, be32_to_cpu(n->primary_key),
	      n->nud_state, (u32)rc);
	return rc;
}

int neigh_event_send_probe(struct neighbour *n, struct sk_buff *skb, bool immediate_ok)
{
	n->used_jif = net_jiffies(n->tbl->net);
	if ((n->nud_state & (NUD_CONNECTED | NUD_DELAY | NUD_PROBE)) != 0)
		return 0;
	return neigh_event_send(n, skb, immediate_ok);
}

void neigh_confirm(struct neighbour *n)
{
	if (n != NULL)
		n->confirmed_jif = net_jiffies(n->tbl->net);
}

/* --- what somebody heard or said --- */

struct nud_change {
	const u8 *lladdr; /* NULL: the one that is known */
	u32 flags;	  /* NEIGH_UPDATE_F_ */
	u8 old, new;
	bool notify, gc_update, isrouter;
};

static void neigh_update_gc_list(struct neighbour *n)
{
	struct cpu *c = this_cpu(n->tbl->net);
	bool exempt, listed;

	spin_lock_bh(c, &n->tbl->lock);
	spin_lock(c, &n->lock);
	exempt = (n->nud_state & NUD_PERMANENT) != 0 || (n->flags & NTF_EXT_LEARNED) != 0;
	listed = !list_empty(&n->gc_list);
	if (n->dead == 0 && exempt && listed) {
		list_del_init(&n->gc_list);
		n->tbl->gc_entries--;
	} else if (n->dead == 0 && !exempt && !listed) {
		list_add_tail(&n->gc_list, &n->tbl->gc_list);
		n->tbl->gc_entries++;
	}
	spin_unlock(c, &n->lock);
	spin_unlock_bh(c, &n->tbl->lock);
}

/* An administrator's flag; whether it changed. */
static bool neigh_assign_flag(struct neighbour *n, u32 ntf, bool on)
{
	u32 old = n->flags;

	n->flags = on ? old | ntf : old & ~ntf;
	return n->flags != old;
}

/* The new state has no address: forget, and tell who waits. */
static void neigh_unlearn(struct neighbour *n, struct nud_change *ch)
{
	neigh_del_timer(n);
	if ((ch->old & NUD_CONNECTED) != 0)
		neigh_suspect(n);
	n->nud_state = ch->new;
	ch->notify = (ch->old & NUD_VALID) != 0;
	if ((ch->old & (NUD_INCOMPLETE | NUD_PROBE)) != 0 && (ch->new &NUD_FAILED) != 0) {
		neigh_invalidate(n);
		ch->notify = true;
	}
}

/* Is the address news? False: there is none to go by. */
static bool neigh_compare_lladdr(const struct neighbour *n, struct nud_change *ch)
{
	u32 len = n->dev->addr_len;

	if (len == 0) {
		ch->lladdr = NULL;
		return true;
	}
	if (ch->lladdr == NULL)
		return (ch->old & NUD_VALID) != 0;
	if ((ch->old & NUD_VALID) != 0 && memcmp(ch->lladdr, n->ha, len) == 0)
		ch->lladdr = NULL;
	return true;
}

/* May a valid entry be changed so? Also what the new state really is. */
static bool neigh_may_change(struct nud_change *ch)
{
	if ((ch->old & NUD_VALID) == 0)
		return true;
	if (ch->lladdr == NULL || (ch->flags & NEIGH_UPDATE_F_OVERRIDE) != 0) {
		if (ch->lladdr == NULL && ch->new == NUD_STALE &&
		    (ch->flags & NEIGH_UPDATE_F_ADMIN) == 0)
			ch->new = ch->old;
		return true;
	}
	ch->isrouter = false;
	if ((ch->flags & NEIGH_UPDATE_F_WEAK_OVERRIDE) == 0 || (ch->old & NUD_CONNECTED) == 0)
		return false;
	ch->lladdr = NULL;
	ch->new = NUD_STALE;
	return true;
}

static void neigh_change_state(struct neighbour *n, struct nud_change *ch)
{
	u64 now = net_jiffies(n->tbl->net);

	neigh_del_timer(n);
	if ((ch->new &NUD_PROBE) != 0)
		n->probes = 0;
	if ((ch->new &NUD_IN_TIMER) != 0)
		neigh_add_timer(n, jiffies_add(now, (ch->new &NUD_REACHABLE) != 0
							    ? n->parms->reachable_time
							    : 0));
	n->nud_state = ch->new;
	ch->notify = true;
}

static void neigh_change_lladdr(struct neighbour *n, struct nud_change *ch)
{
	const struct header_ops *ops = n->dev->header_ops;

	memcpy(n->ha, ch->lladdr, n->dev->addr_len);
	if (ops != NULL && ops->cache_update != NULL && n->hh.hh_len != 0)
		ops->cache_update(&n->hh, n->dev, n->ha);
	if ((ch->new &NUD_CONNECTED) == 0)
		n->confirmed_jif = neigh_never_confirmed(n);
	ch->notify = true;
}

/* Sends what waited, by the neighbour that its route now has. */
static void neigh_send_queued(struct neighbour *n)
{
	struct cpu *c = this_cpu(n->tbl->net);

	while ((n->nud_state & NUD_VALID) != 0) {
		struct sk_buff *skb = skb_dequeue(&n->arp_queue);
		struct dst_entry *dst;
		struct neighbour *n2 = NULL;

		if (skb == NULL)
			break;
		spin_unlock_bh(c, &n->lock);
		dst = skb_dst(skb);
		if (dst != NULL && dst->obsolete != DST_OBSOLETE_DEAD)
			n2 = dst_neigh_lookup(dst, ipv4_daddr(skb_network_header(skb)));
		if (n2 != NULL) {
			n2->output(n2, skb);
			neigh_release(n2);
		} else {
			n->output(n, skb);
		}
		spin_lock_bh(c, &n->lock);
	}
	neigh_purge_queue(n);
}

/* The part of an update that has an address, known or new. */
static int neigh_learn(struct neighbour *n, struct nud_change *ch)
{
	if (!neigh_compare_lladdr(n, ch))
		return -EINVAL;
	if ((ch->new &NUD_CONNECTED) != 0)
		n->confirmed_jif = net_jiffies(n->tbl->net);
	ch->isrouter = (ch->flags & NEIGH_UPDATE_F_OVERRIDE_ISROUTER) != 0;
	if (!neigh_may_change(ch))
		return 0;
	/* An update that changes nothing must not move the locktime window. */
	if (ch->new != ch->old || ch->lladdr != NULL)
		n->updated_jif = net_jiffies(n->tbl->net);
	if (ch->new != ch->old)
		neigh_change_state(n, ch);
	if (ch->lladdr != NULL)
		neigh_change_lladdr(n, ch);
	if (ch->new == ch->old)
		return 0;
	if ((ch->new &NUD_CONNECTED) != 0)
		neigh_connect(n);
	else
		neigh_suspect(n);
	if ((ch->old & NUD_VALID) == 0)
		neigh_send_queued(n);
	return 0;
}

static int neigh_update_locked(struct neighbour *n, struct nud_change *ch)
{
	bool admin = (ch->flags & NEIGH_UPDATE_F_ADMIN) != 0;

	if (n->dead != 0) {
		ch->new = ch->old;
		return -EPERM;
	}
	if (!admin && (ch->old & (NUD_NOARP | NUD_PERMANENT)) != 0)
		return -EPERM;
	if (admin &&
	    neigh_assign_flag(n, NTF_EXT_LEARNED, (ch->flags & NEIGH_UPDATE_F_EXT_LEARNED) != 0)) {
		ch->notify = true;
		ch->gc_update = true;
	}
	if ((ch->flags & NEIGH_UPDATE_F_USE) != 0) {
		ch->new = ch->old &(u8)~NUD_PERMANENT;
		n->nud_state = ch->new;
		return 0;
	}
	if ((ch->new &NUD_VALID) == 0) {
		neigh_unlearn(n, ch);
		return 0;
	}
	return neigh_learn(n, ch);
}

/* LINUX: __neigh_update(). */
int neigh_update_state(struct neighbour *n, const u8 *lladdr, u8 new_state, u32 flags)
{
	struct net *net = n->tbl->net;
	PROBE(net, neigh_update_state);
	struct cpu *c = this_cpu(net);
	struct nud_change ch = { .lladdr = lladdr, .flags = flags, .new = new_state };
	int err;

	TRACE(net, neigh_update, (u32)n->dev->ifindex, be32_to_cpu(n->primary_key), n->nud_state,
	      new_state, flags);
	spin_lock_bh(c, &n->lock);
	ch.old = n->nud_state;
	err = neigh_update_locked(n, &ch);
	if (ch.isrouter && neigh_assign_flag(n, NTF_ROUTER, (flags & NEIGH_UPDATE_F_ISROUTER) != 0))
		ch.notify = true;
	spin_unlock_bh(c, &n->lock);
	if (((ch.new ^ ch.old) & NUD_PERMANENT) != 0 || ch.gc_update)
		neigh_update_gc_list(n);
	if (ch.notify)
		neigh_notify(n);
	TRACE(net, neigh_update_done, (u32)n->dev->ifindex, be32_to_cpu(n->primary_key),
	      n->nud_state, (u32)err);
	return err;
}

int neigh_update(struct neighbour *n, const u8 *lladdr, u8 new_state, u32 flags)
{
	PROBE(n->tbl->net, neigh_update);

	return neigh_update_state(n, lladdr, new_state, flags);
}

struct neighbour *neigh_event_ns(struct neigh_table *tbl, const u8 *lladdr, be32 key,
				 struct net_device *dev)
{
	struct neighbour *n = neigh_lookup(tbl, key, dev);
	int err;

	if (n == NULL && (lladdr != NULL || dev->addr_len == 0))
		n = neigh_create(tbl, key, dev, true, &err);
	if (n != NULL)
		neigh_update(n, lladdr, NUD_STALE, NEIGH_UPDATE_F_OVERRIDE);
	return n;
}

/* --- ways out --- */

static int neigh_hard_header(struct neighbour *n, struct sk_buff *skb)
{
	s32 off = skb_network_offset(skb);

	assert(off >= 0);
	skb_pull(skb, (u32)off);
	return dev_hard_header(skb, n->dev, be16_to_cpu(skb->protocol), n->ha, NULL, skb->len);
}

static int neigh_xmit_or_drop(struct sk_buff *skb, int header_err)
{
	if (header_err >= 0)
		return dev_queue_xmit(skb);
	kfree_skb_reason(skb, DROP_NOT_SPECIFIED);
	return -EINVAL;
}

int neigh_resolve_output(struct neighbour *n, struct sk_buff *skb)
{
	struct net *net = n->tbl->net;
	PROBE(net, neigh_resolve_output);
	struct cpu *c = this_cpu(net);
	const struct header_ops *ops = n->dev->header_ops;

	PATH_STEP(net, NEIGH_RESOLVE, 0, skb->len);
	if (neigh_event_send_probe(n, skb, true) != 0)
		return 0;
	if (ops->cache != NULL && n->hh.hh_len == 0) {
		spin_lock_bh(c, &n->lock);
		if (n->hh.hh_len == 0)
			ops->cache(n, &n->hh, cpu_to_be16(n->tbl->protocol));
		spin_unlock_bh(c, &n->lock);
	}
	return neigh_xmit_or_drop(skb, neigh_hard_header(n, skb));
}

int neigh_connected_output(struct neighbour *n, struct sk_buff *skb)
{
	return neigh_xmit_or_drop(skb, neigh_hard_header(n, skb));
}

int neigh_direct_output(struct neighbour *n, struct sk_buff *skb)
{
	(void)n;
	return dev_queue_xmit(skb);
}

/* LINUX: neigh_hh_output(): sixteen bytes are copied whatever the header's length: no loop, no
 * length. */
static int neigh_hh_output(const struct hh_cache *hh, struct sk_buff *skb)
{
	assert(hh->hh_len <= HH_DATA_MOD);
	if (skb_headroom(skb) < HH_DATA_MOD) {
		kfree_skb_reason(skb, DROP_NOT_SPECIFIED);
		return NET_XMIT_DROP;
	}
	memcpy(skb->data - HH_DATA_MOD, hh->hh_data, HH_DATA_MOD);
	skb->data -= hh->hh_len;
	skb->len += hh->hh_len;
	return dev_queue_xmit(skb);
}

int neigh_output(struct neighbour *n, struct sk_buff *skb, bool skip_cache)
{
	if (!skip_cache && (n->nud_state & NUD_CONNECTED) != 0 && n->hh.hh_len != 0)
		return neigh_hh_output(&n->hh, skb);
	return n->output(n, skb);
}
