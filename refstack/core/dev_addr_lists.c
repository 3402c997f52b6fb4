// SPDX-License-Identifier: MIT
/* dev_addr_lists.c - which addresses a device listens to besides its own, and whether it listens to
 * all.
 *
 * Called for groups, for packet sockets, and by an administrator. Rules: LINUX:
 * net/core/dev_addr_lists.c; of net/core/dev.c __dev_set_rx_mode(), dev_set_promiscuity(),
 * dev_set_allmulti(), dev_change_flags(). Missing: devices above others.
 */
#include "core/netdevice.h"
#include "uapi/errno.h"

static struct netdev_hw_addr *entry(struct list_head *l)
{
	return list_entry(l, struct netdev_hw_addr, list);
}

static struct netdev_hw_addr *find_addr(struct netdev_hw_addr_list *list, const u8 *addr)
{
	struct list_head *pos;

	list_for_each (pos, &list->list)
		if (memcmp(entry(pos)->addr, addr, ETH_ALEN) == 0)
			return entry(pos);
	return NULL;
}

static void free_addr(struct net *net, struct netdev_hw_addr_list *list, struct netdev_hw_addr *ha)
{
	list_del_init(&ha->list);
	list->count--;
	pool_free(&net->hw_addr_pool, ha);
}

/* LINUX: __hw_addr_add_ex(): who asks globally has one reference, however often he asks. */
static int hw_addr_add(struct net_device *dev, struct netdev_hw_addr_list *list, const u8 *addr,
		       bool global)
{
	struct netdev_hw_addr *ha = find_addr(list, addr);

	if (ha != NULL) {
		if (global && ha->global_use)
			return 0;
		ha->global_use |= global;
		ha->refcount++;
		return 0;
	}
	ha = pool_zalloc(&dev_net(dev)->hw_addr_pool);
	if (ha == NULL)
		return -ENOMEM;
	memcpy(ha->addr, addr, ETH_ALEN);
	ha->type = list == &dev->mc ? NETDEV_HW_ADDR_T_MULTICAST : NETDEV_HW_ADDR_T_UNICAST;
	ha->global_use = global;
	ha->refcount = 1;
	list_add_tail(&ha->list, &list->list);
	list->count++;
	return 0;
}

static int hw_addr_del(struct net_device *dev, struct netdev_hw_addr_list *list, const u8 *addr,
		       bool global)
{
	struct netdev_hw_addr *ha = find_addr(list, addr);

	if (ha == NULL || (global && !ha->global_use))
		return -ENOENT;
	if (global)
		ha->global_use = false;
	if (--ha->refcount == 0)
		free_addr(dev_net(dev), list, ha);
	return 0;
}

static void flush_list(struct net_device *dev, struct netdev_hw_addr_list *list)
{
	while (!list_empty(&list->list))
		free_addr(dev_net(dev), list, entry(list->list.next));
	assert(list->count == 0);
}

void dev_addr_lists_init(struct net_device *dev)
{
	INIT_LIST_HEAD(&dev->uc.list);
	INIT_LIST_HEAD(&dev->mc.list);
}

void dev_uc_flush(struct net_device *dev)
{
	flush_list(dev, &dev->uc);
}

void dev_mc_flush(struct net_device *dev)
{
	flush_list(dev, &dev->mc);
}

/* The driver hears of a list that may have changed. */
static int changed(struct net_device *dev, int err)
{
	if (err == 0)
		dev_set_rx_mode(dev);
	return err;
}

int dev_uc_add(struct net_device *dev, const u8 *addr)
{
	return changed(dev, hw_addr_add(dev, &dev->uc, addr, false));
}

int dev_uc_del(struct net_device *dev, const u8 *addr)
{
	return changed(dev, hw_addr_del(dev, &dev->uc, addr, false));
}

int dev_mc_add(struct net_device *dev, const u8 *addr)
{
	return changed(dev, hw_addr_add(dev, &dev->mc, addr, false));
}

int dev_mc_add_global(struct net_device *dev, const u8 *addr)
{
	return changed(dev, hw_addr_add(dev, &dev->mc, addr, true));
}

int dev_mc_del(struct net_device *dev, const u8 *addr)
{
	return changed(dev, hw_addr_del(dev, &dev->mc, addr, false));
}

int dev_mc_del_global(struct net_device *dev, const u8 *addr)
{
	return changed(dev, hw_addr_del(dev, &dev->mc, addr, true));
}

/* --- modes ---------------------------------------------------------------------------------------
 */

/* LINUX: __dev_notify_flags(), as far as there are listeners. */
static void dev_notify_flags(struct net_device *dev, u32 old_flags)
{
	u32 changes = dev->flags ^ old_flags;

	if ((changes & IFF_UP) != 0)
		call_netdevice_notifiers(dev, (dev->flags & IFF_UP) != 0 ? NETDEV_UP : NETDEV_DOWN);
	dev->flags_changed = changes;
	if ((dev->flags & IFF_UP) != 0 &&
	    (changes & ~(u32)(IFF_UP | IFF_PROMISC | IFF_ALLMULTI | IFF_VOLATILE)) != 0)
		call_netdevice_notifiers(dev, NETDEV_CHANGE);
	dev->flags_changed = 0;
}

/* A counter of those who want this mode. */
static int count_mode(struct net_device *dev, u32 *counter, u32 flag, s32 inc)
{
	u32 n = *counter + (u32)inc;

	if (n == 0 && inc > 0)
		return -EOVERFLOW;
	*counter = n;
	dev->flags = n == 0 ? dev->flags & ~flag : dev->flags | flag;
	return 0;
}

/* A device that has no filter for addresses hears all while there are any. */
void dev_set_rx_mode(struct net_device *dev)
{
	bool empty = dev->uc.count == 0;

	if ((dev->flags & IFF_UP) == 0 || (dev->state & LINK_STATE_PRESENT) == 0)
		return;
	if ((dev->priv_flags & IFF_UNICAST_FLT) == 0 && empty == dev->uc_promisc) {
		(void)count_mode(dev, &dev->promiscuity, IFF_PROMISC, empty ? -1 : 1);
		dev->uc_promisc = !empty;
	}
	if (dev->netdev_ops->ndo_set_rx_mode != NULL)
		dev->netdev_ops->ndo_set_rx_mode(dev);
}

int dev_set_promiscuity(struct net_device *dev, s32 inc)
{
	u32 old_flags = dev->flags;
	int err = count_mode(dev, &dev->promiscuity, IFF_PROMISC, inc);

	if (err == 0 && dev->flags != old_flags)
		dev_set_rx_mode(dev);
	return err;
}

int dev_set_allmulti(struct net_device *dev, s32 inc)
{
	u32 old_flags = dev->flags;
	int err = count_mode(dev, &dev->allmulti, IFF_ALLMULTI, inc);

	if (err == 0 && dev->flags != old_flags)
		dev_set_rx_mode(dev);
	return err;
}

/* What an administrator wants is one of those who want it. */
static void change_global(struct net_device *dev, u32 flags, u32 flag,
			  int (*set)(struct net_device *, s32))
{
	if (((flags ^ dev->gflags) & flag) == 0)
		return;
	dev->gflags ^= (u16)flag;
	(void)set(dev, (flags & flag) != 0 ? 1 : -1);
}

int dev_change_flags(struct net_device *dev, u32 flags)
{
	const u32 settable = IFF_DEBUG | IFF_NOTRAILERS | IFF_NOARP | IFF_DYNAMIC | IFF_MULTICAST |
			     IFF_PORTSEL | IFF_AUTOMEDIA;
	const u32 kept = IFF_UP | IFF_VOLATILE | IFF_PROMISC | IFF_ALLMULTI;
	u32 old_flags = dev->flags;
	int err = 0;

	dev->flags = (flags & settable) | (dev->flags & kept);
	dev_set_rx_mode(dev);
	if (((old_flags ^ flags) & IFF_UP) != 0) {
		if ((old_flags & IFF_UP) != 0)
			dev_close_quietly(dev);
		else
			err = dev_open_quietly(dev);
	}
	change_global(dev, flags, IFF_PROMISC, dev_set_promiscuity);
	change_global(dev, flags, IFF_ALLMULTI, dev_set_allmulti);
	if (err == 0)
		dev_notify_flags(dev, old_flags);
	return err;
}
