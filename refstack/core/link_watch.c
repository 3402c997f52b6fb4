// SPDX-License-Identifier: MIT
/* link_watch.c - the carrier comes and goes: queues follow, and whoever listens is told.
 *
 * Called by drivers; calls dev_activate(), dev_deactivate() and the notifiers with NETDEV_CHANGE.
 * Rules: LINUX: net/core/link_watch.c, netif_carrier_on(), netif_carrier_off(). Losses are handled
 * at most once a second. The work queue's work is a unit of CPU 0 in task context.
 */
#include "core/qdisc.h"

static u64 work_now_ps(const struct net *net)
{
	return net->host->running != NULL ? net->host->running->now_ps : net->sim->now_ps;
}

/* LINUX: rfc2863_policy(). */
static void rfc2863_policy(struct net_device *dev)
{
	dev->operstate = netif_carrier_ok(dev) ? IF_OPER_UP : IF_OPER_DOWN;
}

static void linkwatch_delayed(struct timer_list *t);

void linkwatch_init_dev(struct net_device *dev)
{
	if (dev->net->dev_count == 0)
		timer_setup(&dev->net->linkwatch_timer, linkwatch_delayed);
	if (!netif_carrier_ok(dev))
		rfc2863_policy(dev);
}

static bool qdisc_tx_changing(const struct net_device *dev)
{
	for (u32 i = 0; i < dev->num_tx_queues; i++)
		if (dev->tx[i].qdisc != dev->tx[i].qdisc_sleeping)
			return true;
	return false;
}

/* A carrier that has come, while nothing can be sent yet. */
static bool linkwatch_urgent_event(const struct net_device *dev)
{
	return netif_running(dev) && netif_carrier_ok(dev) && qdisc_tx_changing(dev);
}

static void linkwatch_do_dev(struct net_device *dev)
{
	assert((dev->state & LINK_STATE_LINKWATCH_PENDING) != 0);
	dev->state &= ~(u64)LINK_STATE_LINKWATCH_PENDING;
	rfc2863_policy(dev);
	if ((dev->flags & IFF_UP) == 0)
		return;
	if (netif_carrier_ok(dev))
		dev_activate(dev);
	else
		dev_deactivate(dev);
	call_netdevice_notifiers(dev, NETDEV_CHANGE);
}

void linkwatch_sync_dev(struct net_device *dev)
{
	if ((dev->state & LINK_STATE_LINKWATCH_PENDING) != 0)
		linkwatch_do_dev(dev);
}

static void linkwatch_schedule_work(struct net *net, bool urgent);

static void linkwatch_run_queue(struct net *net, bool urgent_only)
{
	u64 now = net_jiffies(net);
	bool rest = false;

	if (!urgent_only)
		net->linkwatch_nextevent_jif = now + HZ;
	else if (time_after(net->linkwatch_nextevent_jif, now + HZ))
		net->linkwatch_nextevent_jif = now;
	net->linkwatch_urgent = false;
	for (u32 i = 1; i < NET_DEV_MAX; i++) {
		struct net_device *dev = net->dev_by_index[i];

		if (dev == NULL || (dev->state & LINK_STATE_LINKWATCH_PENDING) == 0)
			continue;
		if ((dev->state & LINK_STATE_PRESENT) == 0 ||
		    (urgent_only && !linkwatch_urgent_event(dev)))
			rest = true;
		else
			linkwatch_do_dev(dev);
	}
	if (rest)
		linkwatch_schedule_work(net, false);
}

static void linkwatch_event(void *ctx, u64 a, u64 b)
{
	struct net *net = ctx;
	struct cpu *c = &net->host->cpu[0];

	(void)a;
	(void)b;
	cpu_unit_begin(c, NULL);
	linkwatch_run_queue(net, time_after(net->linkwatch_nextevent_jif, net_jiffies(net)));
	cpu_unit_end(c);
}

static void linkwatch_queue_work(struct net *net)
{
	sim_arm(net->sim, &net->linkwatch_event, SIM_SOFTIRQ, work_now_ps(net), linkwatch_event,
		net, 0, 0);
}

static void linkwatch_delayed(struct timer_list *t)
{
	linkwatch_queue_work(container_of(t, struct net, linkwatch_timer));
}

/* LINUX: queue_delayed_work(): the delay is a timer's, which the wheel rounds up. */
static void linkwatch_schedule_work(struct net *net, bool urgent)
{
	u64 now = net_jiffies(net), delay_jif = net->linkwatch_nextevent_jif - now;

	if (net->linkwatch_urgent)
		return;
	net->linkwatch_urgent = urgent;
	if (!urgent && (sim_armed(&net->linkwatch_event) || timer_pending(&net->linkwatch_timer)))
		return;
	/* Also when nextevent lies in the past. */
	if (urgent || delay_jif == 0 || delay_jif > HZ) {
		del_timer(&net->linkwatch_timer);
		linkwatch_queue_work(net);
	} else {
		add_timer_on(&net->linkwatch_timer, &net->host->cpu[0], now + delay_jif);
	}
}

void linkwatch_exit(struct net *net)
{
	del_timer(&net->linkwatch_timer);
	sim_cancel(net->sim, &net->linkwatch_event);
}

static void linkwatch_fire_event(struct net_device *dev)
{
	bool urgent = linkwatch_urgent_event(dev);

	assert(dev->registered);
	if ((dev->state & LINK_STATE_LINKWATCH_PENDING) != 0 && !urgent)
		return;
	dev->state |= LINK_STATE_LINKWATCH_PENDING;
	linkwatch_schedule_work(dev->net, urgent);
}

void netif_carrier_on(struct net_device *dev)
{
	if (netif_carrier_ok(dev))
		return;
	dev->state &= ~(u64)LINK_STATE_NOCARRIER;
	if (!dev->registered)
		return;
	dev->carrier_up_count++;
	linkwatch_fire_event(dev);
}

void netif_carrier_off(struct net_device *dev)
{
	if (!netif_carrier_ok(dev))
		return;
	dev->state |= LINK_STATE_NOCARRIER;
	if (!dev->registered)
		return;
	dev->carrier_down_count++;
	linkwatch_fire_event(dev);
}
