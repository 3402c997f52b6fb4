// SPDX-License-Identifier: MIT
/* neigh_proxy.c - addresses of other hosts that this one answers for, and the questions about them
 * that wait for their answer.
 *
 * Path: beside step 107. Called by arp_process(), by who configures, and by a timer, which gives a
 * question back to the family after a random delay. Rules: RFC 1027; LINUX: net/core/neighbour.c,
 * pneigh_*(), neigh_proxy_process(). DIVERGES(proxies): there is room for PNEIGH_MAX entries.
 */
#include "core/neigh_internal.h"

#include "core/dst.h"
#include "core/net.h"
#include "uapi/errno.h"

/* -------- entries -------- */

struct pneigh_entry *pneigh_lookup(struct neigh_table *tbl, be32 key, struct net_device *dev,
				   bool creat)
{
	struct pneigh_entry *n, *room = NULL;

	for (n = tbl->proxy; n < tbl->proxy + PNEIGH_MAX; n++) {
		if (!n->used && room == NULL)
			room = n;
		if (n->used && be32_eq(n->key, key) && (n->dev == dev || n->dev == NULL))
			return n;
	}
	if (!creat || room == NULL)
		return NULL;
	*room = (struct pneigh_entry){ .dev = dev, .key = key, .used = true };
	return room;
}

int pneigh_delete(struct neigh_table *tbl, be32 key, const struct net_device *dev)
{
	struct pneigh_entry *n;

	for (n = tbl->proxy; n < tbl->proxy + PNEIGH_MAX; n++) {
		if (n->used && be32_eq(n->key, key) && n->dev == dev) {
			*n = (struct pneigh_entry){ .used = false };
			return 0;
		}
	}
	return -ENOENT;
}

/* -------- questions that wait -------- */

/* LINUX: neigh_parms_qlen_dec(): nothing, where the device has no configuration any more. */
static void parms_qlen_dec(struct neigh_table *tbl, const struct net_device *dev)
{
	struct neigh_parms *p = &tbl->dev_parms[dev->ifindex];

	if (p->dev == dev)
		p->qlen--;
}

/* LINUX: neigh_proxy_delay(): when the answer is due. */
static u64 proxy_delay(struct net *net, const struct neigh_parms *p)
{
	u32 delay = (u32)NEIGH_VAR(p, NEIGH_VAR_PROXY_DELAY);

	return net_jiffies(net) + (delay != 0 ? get_random_u32_below(net->random, delay) : 0);
}

void pneigh_enqueue(struct neigh_table *tbl, struct neigh_parms *p, struct sk_buff *skb)
{
	struct net *net = tbl->net;
	struct cpu *c = this_cpu(net);
	u64 sched_next = proxy_delay(net, p);

	if (p->qlen > NEIGH_VAR(p, NEIGH_VAR_PROXY_QLEN)) {
		kfree_skb(skb);
		return;
	}
	NEIGH_CB(skb)->sched_next_jif = sched_next;
	NEIGH_CB(skb)->flags |= LOCALLY_ENQUEUED;
	spin_lock(c, &tbl->proxy_queue.lock);
	if (del_timer(&tbl->proxy_timer) && time_before(tbl->proxy_timer.expires_jif, sched_next))
		sched_next = tbl->proxy_timer.expires_jif;
	skb_dst_drop(skb);
	skb_queue_tail(&tbl->proxy_queue, skb);
	p->qlen++;
	mod_timer(net, &tbl->proxy_timer, sched_next);
	spin_unlock(c, &tbl->proxy_queue.lock);
}

static void proxy_redo_one(struct neigh_table *tbl, struct sk_buff *skb)
{
	parms_qlen_dec(tbl, skb->dev);
	skb_unlink(skb, &tbl->proxy_queue);
	if (tbl->proxy_redo != NULL && netif_running(skb->dev))
		tbl->proxy_redo(skb);
	else
		kfree_skb(skb);
}

/* Answers what is due; the timer waits for the next. */
static void neigh_proxy_process(struct timer_list *t)
{
	struct neigh_table *tbl = container_of(t, struct neigh_table, proxy_timer);
	struct net *net = tbl->net;
	struct cpu *c = this_cpu(net);
	u64 now = net_jiffies(net);
	struct sk_buff *skb, *next;
	s64 sched_next = 0;

	spin_lock(c, &tbl->proxy_queue.lock);
	for (skb = tbl->proxy_queue.next; skb != (void *)&tbl->proxy_queue; skb = next) {
		s64 tdif = (s64)(NEIGH_CB(skb)->sched_next_jif - now);

		next = skb->next;
		if (tdif <= 0)
			proxy_redo_one(tbl, skb);
		else if (sched_next == 0 || tdif < sched_next)
			sched_next = tdif;
	}
	del_timer(&tbl->proxy_timer);
	if (sched_next != 0)
		mod_timer(net, &tbl->proxy_timer, net_jiffies(net) + (u64)sched_next);
	spin_unlock(c, &tbl->proxy_queue.lock);
}

/* -------- set-up, devices that go -------- */

void pneigh_init(struct neigh_table *tbl)
{
	memset(tbl->proxy, 0, sizeof(tbl->proxy));
	skb_queue_head_init(&tbl->proxy_queue);
	timer_setup(&tbl->proxy_timer, neigh_proxy_process);
}

/* LINUX: pneigh_queue_purge(): of the whole namespace, whichever device it is about. */
static void pneigh_queue_purge(struct neigh_table *tbl)
{
	struct sk_buff *skb;

	for (skb = skb_dequeue(&tbl->proxy_queue); skb != NULL;
	     skb = skb_dequeue(&tbl->proxy_queue)) {
		parms_qlen_dec(tbl, skb->dev);
		kfree_skb(skb);
	}
}

void pneigh_ifdown(struct neigh_table *tbl, const struct net_device *dev, bool skip_perm)
{
	struct pneigh_entry *n;

	for (n = tbl->proxy; n < tbl->proxy + PNEIGH_MAX; n++) {
		if (n->used && !(skip_perm && n->permanent) && (dev == NULL || n->dev == dev))
			*n = (struct pneigh_entry){ .used = false };
	}
	pneigh_queue_purge(tbl);
	del_timer(&tbl->proxy_timer);
}
