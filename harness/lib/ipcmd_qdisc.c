// SPDX-License-Identifier: MIT
/* ipcmd_qdisc.c - `tc qdisc`: roots of devices, changed and shown.
 *
 * Rules: LINUX: tc_modify_qdisc(), tc_get_qdisc(), qdisc_graft().
 */
#include <inttypes.h>
#include <string.h>

#include "harness/lib/ipcmd_lex.h"
#include "host.h"
#include "sched/sch_generic.h"
#include "uapi/errno.h"
#include "uapi/netlink.h"

static const struct Qdisc_ops *const qdisc_kinds[] = { &pfifo_fast_ops, &noqueue_qdisc_ops,
						       &mq_qdisc_ops, &pfifo_qdisc_ops };

struct qdisc_req {
	struct net_device *dev;
	u32 nlflags;
	const struct Qdisc_ops *ops;
	bool del, has_limit;
	u32 limit;
};

static int take_qdisc_kind(struct lex *lx, const struct Qdisc_ops **ops)
{
	static const char *const linux_has[] = { "bfifo",   "fq",     "fq_codel",	"netem",
						 "tbf",	    "htb",    "prio",		"sfq",
						 "ingress", "clsact", "pfifo_head_drop" };

	for (u32 i = 0; i < ARRAY_SIZE(qdisc_kinds); i++) {
		if (lex_is(lx, qdisc_kinds[i]->id)) {
			*ops = qdisc_kinds[i];
			return 0;
		}
	}
	for (u32 i = 0; i < ARRAY_SIZE(linux_has); i++)
		if (lex_is(lx, linux_has[i]))
			not_implemented("this kind of qdisc");
	return lex_answer(lx, -ENOENT, "Specified qdisc kind is unknown");
}

/* LINUX: qdisc_alloc_handle(). */
static u32 qdisc_alloc_handle(struct net_device *dev)
{
	u32 *last = &dev->net->qdisc_autohandle;

	do {
		*last += 0x10000;
		if (*last == 0x10000 || *last == (TC_H_ROOT & 0xffff0000))
			*last = 0x80010000;
	} while (dev->qdisc->handle == *last);
	return *last;
}

/* LINUX: qdisc_graft() of a root; NULL: back to the default, which the next dev_activate() makes.
 */
static void graft_root(struct net_device *dev, struct Qdisc *new)
{
	struct Qdisc *noop = dev->net->noop_qdisc;
	struct Qdisc *old;
	bool up = (dev->flags & IFF_UP) != 0;

	if (up)
		dev_deactivate(dev);
	for (u32 i = 0; i < dev->num_tx_queues && (new == NULL || new->ops->attach == NULL); i++) {
		old = dev_graft_qdisc(&dev->tx[i], new != NULL ? new : noop);
		if (new != NULL && i > 0)
			new->refcnt++;
		qdisc_put(old);
	}
	old = dev->qdisc;
	if (new != NULL &&new->ops->attach == NULL)
		new->refcnt++;
	dev->qdisc = new != NULL ? new : noop;
	qdisc_put(old);
	if (new != NULL &&new->ops->attach != NULL)
		new->ops->attach(new);
	if (up)
		dev_activate(dev);
}

static int qdisc_create(struct lex *lx, const struct qdisc_req *r)
{
	struct net_device *dev = r->dev;
	struct Qdisc *q;

	if (r->ops == &mq_qdisc_ops && dev->num_tx_queues < 2)
		return lex_answer(lx, -EOPNOTSUPP, NULL);
	if (r->ops == &pfifo_fast_ops && dev->tx_queue_len == 0)
		return lex_answer(lx, -EINVAL, NULL);
	q = qdisc_create_dflt(&dev->tx[0], r->ops, TC_H_ROOT);
	if (q == NULL)
		return lex_answer(lx, -ENOBUFS, NULL);
	if (r->has_limit)
		r->ops->change(q, r->limit);
	if (dev->num_tx_queues == 1)
		q->flags |= TCQ_F_ONETXQUEUE;
	q->handle = qdisc_alloc_handle(dev);
	graft_root(dev, q);
	return 0;
}

/* One of the same kind is changed, any other takes its place. */
static int qdisc_modify(struct lex *lx, const struct qdisc_req *r)
{
	struct Qdisc *q = r->dev->qdisc;

	assert(r->ops != NULL);
	if (q->handle == 0) {
		if ((r->nlflags & NLM_F_CREATE) == 0)
			return lex_answer(lx, -ENOENT,
					  "Qdisc not found. To create specify NLM_F_CREATE flag");
		return qdisc_create(lx, r);
	}
	if (q->ops != r->ops)
		return qdisc_create(lx, r);
	if ((r->nlflags & NLM_F_EXCL) != 0)
		return lex_answer(lx, -EEXIST, "Exclusivity flag on, cannot modify");
	if (r->has_limit)
		q->ops->change(q, r->limit);
	return 0;
}

static int qdisc_delete(struct lex *lx, const struct qdisc_req *r)
{
	const struct Qdisc *q = r->dev->qdisc;

	if (q->handle == 0)
		return lex_answer(lx, -ENOENT, "Cannot delete qdisc with handle of zero");
	if (r->ops != NULL && r->ops != q->ops)
		return lex_answer(lx, -EINVAL, "Invalid qdisc name");
	graft_root(r->dev, NULL);
	return 0;
}

/* Parameters: `limit N` of pfifo. */
static int take_parameters(struct lex *lx, struct qdisc_req *r)
{
	while (lex_next(lx)) {
		if (r->ops->change == NULL || !lex_is(lx, "limit"))
			return lex_fail(lx,
					"%s: unknown parameter \"%s\" at column %u; expected %s",
					r->ops->id, lx->word, lx->col,
					r->ops->change != NULL ? "limit" : "none");
		if (!lex_next(lx))
			return lex_missing(lx, "a limit");
		if (!parse_u32(lx->word, 10, &r->limit))
			return lex_fail(lx, "%s: Illegal value for \"limit\": \"%s\" at column %u",
					r->ops->id, lx->word, lx->col);
		r->has_limit = true;
	}
	return 0;
}

static int qdisc_change_cmd(struct lex *lx, bool del, u32 nlflags)
{
	struct qdisc_req r = { .nlflags = nlflags, .del = del };
	int err;

	if (!lex_next(lx) || !lex_is(lx, "dev"))
		return lex_unknown(lx, "dev");
	err = take_dev(lx, &r.dev);
	if (err < 0)
		return err;
	if (!lex_next(lx) || !lex_is(lx, "root"))
		return lex_unknown(lx, "root");
	if (!lex_next(lx) && !del)
		return lex_missing(lx, "a kind of qdisc");
	if (lx->word[0] != '\0')
		err = take_qdisc_kind(lx, &r.ops);
	if (err == 0 && r.ops != NULL)
		err = take_parameters(lx, &r);
	if (err < 0)
		return err;
	return del ? qdisc_delete(lx, &r) : qdisc_modify(lx, &r);
}

static void show_qdisc(struct lex *lx, const struct Qdisc *q, const struct net_device *only)
{
	struct outbuf *o = lx->out;

	outf(o, "qdisc %s %x: ", q->ops->id, q->handle >> 16);
	if (only == NULL)
		outf(o, "dev %s ", q->dev->name);
	if (q->parent == TC_H_ROOT)
		outf(o, "root ");
	else
		outf(o, "parent :%x ", q->parent);
	if (q->refcnt != 1)
		outf(o, "refcnt %u ", q->refcnt);
	if (q->ops == &pfifo_fast_ops)
		outf(o, "bands 3 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1");
	else if (q->ops->change != NULL)
		outf(o, "limit %up", q->limit);
	outf(o, "\n");
	if (lx->stats)
		outf(o,
		     " Sent %" PRIu64 " bytes %" PRIu64
		     " pkt (dropped %u, overlimits %u requeues %u) \n"
		     " backlog %ub %up requeues %u\n",
		     q->bytes, q->packets, q->drops, q->overlimits, q->requeues, q->backlog,
		     q->qlen, q->requeues);
}

static int qdisc_show_cmd(struct lex *lx)
{
	struct net_device *only = NULL;
	int err = 0;

	if (lex_next(lx)) {
		if (!lex_is(lx, "dev"))
			return lex_unknown(lx, "dev");
		err = take_dev(lx, &only);
		if (err == 0)
			err = lex_end(lx);
	}
	for (u32 i = 1; i < NET_DEV_MAX && err == 0; i++) {
		const struct net_device *dev = lex_net(lx)->dev_by_index[i];

		if (dev == NULL || (only != NULL && dev != only))
			continue;
		if ((dev->qdisc->flags & TCQ_F_BUILTIN) == 0)
			show_qdisc(lx, dev->qdisc, only);
		for (u32 k = 0; k < dev->num_tx_queues && dev->qdisc->ops == &mq_qdisc_ops; k++)
			show_qdisc(lx, dev->tx[k].qdisc_sleeping, only);
	}
	return err;
}

int tc_cmd(struct lex *lx)
{
	static const struct {
		const char *name;
		u32 nlflags;
	} changes[] = { { "add", NLM_F_CREATE | NLM_F_EXCL },
			{ "replace", NLM_F_CREATE | NLM_F_REPLACE },
			{ "change", 0 } };

	lx->cmd = "tc";
	while (lex_next(lx) && lex_is(lx, "-s"))
		lx->stats = true;
	if (!lex_is_prefix(lx, "qdisc"))
		return lex_unknown(lx, "qdisc");
	if (!lex_next(lx))
		return qdisc_show_cmd(lx);
	for (u32 i = 0; i < ARRAY_SIZE(changes); i++)
		if (lex_is_prefix(lx, changes[i].name))
			return qdisc_change_cmd(lx, false, changes[i].nlflags);
	if (lex_is_prefix(lx, "delete"))
		return qdisc_change_cmd(lx, true, 0);
	if (lex_is_prefix(lx, "show") || lex_is_prefix(lx, "list"))
		return qdisc_show_cmd(lx);
	return lex_unknown(lx, "replace|add|change|del|show");
}
