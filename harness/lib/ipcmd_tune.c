// SPDX-License-Identifier: MIT
/* ipcmd_tune.c - `sysctl`, `tc qdisc`, `ethtool` and xps: what an administrator tunes. */
#include <stdio.h>
#include <string.h>

#include "core/sysctl.h"
#include "harness/lib/ipcmd_lex.h"
#include "host.h"
#include "sched/sch_generic.h"
#include "uapi/errno.h"

/* --- sysctl --- */

static int sysctl_answer(struct lex *lx, const char *name, int err)
{
	char path[SYSCTL_PATH_MAX];
	u32 n;

	if (err >= 0)
		return 0;
	if (err == -ENOENT) {
		for (n = 0; name[n] != '\0' && n + 1 < sizeof(path); n++) {
			path[n] = name[n];
			if (path[n] == '.')
				path[n] = '/';
		}
		path[n] = '\0';
		lex_say(lx, "sysctl: cannot stat /proc/sys/%s: No such file or directory", path);
	} else if (err == -EACCES) {
		lex_say(lx, "sysctl: permission denied on key \"%s\"", name);
	} else {
		lex_say(lx, "sysctl: setting key \"%s\": %s", name, strerror(-err));
	}
	return err;
}

static int sysctl_show(struct lex *lx, const char *name)
{
	char value[96];
	int err = sysctl_read(lex_net(lx), name, value, sizeof(value));

	if (err >= 0)
		outf(lx->out, "%s = %s\n", name, value);
	return sysctl_answer(lx, name, err);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* name=value, name = value, name="several values": all that is left of the command. */
int sysctl_cmd(struct lex *lx)
{
	char name[SYSCTL_PATH_MAX], value[96];
	const char *p, *eq, *end;

	lx->cmd = "sysctl";
	while (lex_next(lx) && lx->word[0] == '-')
		if (!lex_is(lx, "-w") && !lex_is(lx, "-q"))
			return lex_unknown(lx, "-w|-q|NAME=VALUE|NAME");
	if (lx->word[0] == '\0')
		return lex_missing(lx, "a name");
	lex_back(lx);
	p = lx->line + lx->pos;
	end = lx->line + lx->end;
	while (end > p && is_blank(end[-1]))
		end--;
	eq = memchr(p, '=', (size_t)(end - p));
	snprintf(name, sizeof(name), "%.*s", (int)((eq != NULL ? eq : end) - p), p);
	for (u32 n = (u32)strlen(name); n != 0 && is_blank(name[n - 1]); n--)
		name[n - 1] = '\0';
	if (eq == NULL)
		return sysctl_show(lx, name);
	for (p = eq + 1; p < end && (is_blank(*p) || *p == '"'); p++)
		continue;
	while (end > p && (is_blank(end[-1]) || end[-1] == '"'))
		end--;
	snprintf(value, sizeof(value), "%.*s", (int)(end - p), p);
	return sysctl_answer(lx, name, sysctl_write(lex_net(lx), name, value));
}

/* --- tc, ethtool, xps --- */

static const struct Qdisc_ops *const qdisc_kinds[] = { &pfifo_fast_ops, &noqueue_qdisc_ops,
						       &mq_qdisc_ops };

static int take_qdisc_kind(struct lex *lx, const struct Qdisc_ops **ops)
{
	static const char *const linux_has[] = { "pfifo", "bfifo",   "fq",     "fq_codel",
						 "netem", "tbf",     "htb",    "prio",
						 "sfq",	  "ingress", "clsact", "pfifo_head_drop" };
	int err = take_word(lx, "a kind of qdisc");

	if (err < 0)
		return err;
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

static int qdisc_replace(struct lex *lx, struct net_device *dev, const struct Qdisc_ops *ops)
{
	struct Qdisc *q;

	if (ops == &mq_qdisc_ops && dev->num_tx_queues < 2)
		return lex_answer(lx, -EOPNOTSUPP, NULL);
	if (ops == &pfifo_fast_ops && dev->tx_queue_len == 0)
		return lex_answer(lx, -EINVAL, NULL);
	q = qdisc_create_dflt(&dev->tx[0], ops, TC_H_ROOT);
	if (q == NULL)
		return lex_answer(lx, -ENOBUFS, NULL);
	if (dev->num_tx_queues == 1)
		q->flags |= TCQ_F_ONETXQUEUE;
	q->handle = 0x80010000;
	graft_root(dev, q);
	return 0;
}

int tc_cmd(struct lex *lx)
{
	const struct Qdisc_ops *ops = NULL;
	struct net_device *dev;
	bool del;
	int err;

	lx->cmd = "tc";
	if (!lex_next(lx) || !lex_is_prefix(lx, "qdisc"))
		return lex_unknown(lx, "qdisc");
	if (!lex_next(lx) ||
	    (!lex_is(lx, "replace") && !lex_is(lx, "add") && !lex_is_prefix(lx, "delete")))
		return lex_unknown(lx, "replace|add|del");
	del = lex_is_prefix(lx, "delete");
	if (!lex_next(lx) || !lex_is(lx, "dev"))
		return lex_unknown(lx, "dev");
	err = take_dev(lx, &dev);
	if (err < 0)
		return err;
	if (!lex_next(lx) || !lex_is(lx, "root"))
		return lex_unknown(lx, "root");
	if (!del)
		err = take_qdisc_kind(lx, &ops);
	if (err == 0)
		err = lex_end(lx);
	if (err < 0)
		return err;
	if (!del)
		return qdisc_replace(lx, dev, ops);
	if (dev->qdisc->handle == 0)
		return lex_answer(lx, -ENOENT, "Cannot delete qdisc with handle of zero");
	graft_root(dev, NULL);
	return 0;
}

/* ethtool -C DEV rx-usecs N */
int ethtool_cmd(struct lex *lx)
{
	struct net_device *dev = NULL;
	u32 usecs = 0;
	int err;

	lx->cmd = "ethtool";
	if (!lex_next(lx) || (!lex_is(lx, "-C") && !lex_is(lx, "--coalesce")))
		return lex_unknown(lx, "-C");
	err = take_dev(lx, &dev);
	if (err < 0)
		return err;
	if (!lex_next(lx) || !lex_is(lx, "rx-usecs"))
		return lex_unknown(lx, "rx-usecs");
	err = take_u32(lx, "a number of microseconds", U32_MAX, &usecs);
	if (err == 0)
		err = lex_end(lx);
	if (err < 0)
		return err;
	err = dev->netdev_ops->set_coalesce != NULL ? dev->netdev_ops->set_coalesce(dev, usecs)
						    : -EOPNOTSUPP;
	if (err < 0)
		lex_say(lx, "netlink error: %s", strerror(-err));
	return err;
}

/* xps DEV QUEUE MASK: what an administrator writes to queues/tx-QUEUE/xps_cpus. */
int xps_cmd(struct lex *lx)
{
	struct net_device *dev = NULL;
	u32 queue = 0, mask;
	int err;

	lx->cmd = "xps";
	err = take_dev(lx, &dev);
	if (err == 0)
		err = take_u32(lx, "a queue", XPS_QUEUES - 1, &queue);
	if (err == 0)
		err = take_word(lx, "a mask of CPUs");
	if (err < 0)
		return err;
	if (!parse_u32(lx->word, 16, &mask))
		return lex_fail(lx, "xps: '%s' at column %u is not a hexadecimal mask", lx->word,
				lx->col);
	err = lex_end(lx);
	if (err < 0)
		return err;
	err = netif_set_xps_queue(dev, mask, (u16)queue);
	if (err < 0)
		lex_say(lx, "write error: %s", strerror(-err));
	return err;
}
