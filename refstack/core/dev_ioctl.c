// SPDX-License-Identifier: MIT
/* dev_ioctl.c - what programs ask of devices by ioctl(), and what they set: names, flags, MTU,
 * addresses of the link, queue lengths.
 *
 * Path: none; called by socket/ioctl.c when neither the family nor the protocol knows a request.
 * Rules: netdevice(7); LINUX: net/core/dev_ioctl.c. Devices here have no memory window, no link to
 * other devices, and none takes settings of its hardware this way.
 */
#include "core/dev_ioctl.h"

#include "uapi/capability.h"
#include "uapi/errno.h"
#include "uapi/ioctl.h"
#include "uapi/socket.h"

enum { SA_DATA = 2, SA_DATA_BYTES = 14 };
/* LINUX: struct hwtstamp_config. */
enum { HWTSTAMP_FLAGS = 0, HWTSTAMP_TX = 4, HWTSTAMP_RX = 8, HWTSTAMP_BYTES = 12 };
enum { HWTSTAMP_FLAG_MASK = 1, HWTSTAMP_TX_KINDS = 4, HWTSTAMP_RX_FILTERS = 16 };

char *ifname_colon(u8 *name)
{
	for (u32 i = 0; i < IFNAMSIZ && name[i] != '\0'; i++) {
		if (name[i] == ':')
			return (char *)&name[i];
	}
	return NULL;
}

static const char *ifr_name(const u8 *ifr)
{
	return (const char *)ifr + IFREQ_NAME;
}

/* -------- requests that change nothing -------- */

static int dev_ifname(struct net *net, u8 *ifr)
{
	const struct net_device *dev = dev_get_by_index(net, (s32)get_le32(ifr + IFREQ_DATA));
	u32 len = 0;

	ifr[IFREQ_NAME + IFNAMSIZ - 1] = '\0';
	if (dev == NULL)
		return -ENODEV;
	while (len < IFNAMSIZ - 1 && dev->name[len] != '\0')
		len++;
	memcpy(ifr + IFREQ_NAME, dev->name, len);
	ifr[IFREQ_NAME + len] = '\0'; /* what lies behind it stays the program's */
	return 0;
}

/* LINUX: dev_get_mac_address(). */
static int get_hwaddr(const struct net_device *dev, u8 *ifr)
{
	u8 *sa = ifr + IFREQ_DATA;

	if (dev->addr_len == 0)
		memset(sa + SA_DATA, 0, SA_DATA_BYTES);
	else
		memcpy(sa + SA_DATA, dev->dev_addr, min_u32(dev->addr_len, SA_DATA_BYTES));
	put_le16(sa, dev->type);
	return 0;
}

static int get_flags(const struct net_device *dev, u8 *ifr)
{
	put_le16(ifr + IFREQ_DATA, (u16)dev_get_flags(dev));
	return 0;
}

static int get_metric(const struct net_device *dev, u8 *ifr)
{
	(void)dev;
	put_le32(ifr + IFREQ_DATA, 0);
	return 0;
}

static int get_mtu(const struct net_device *dev, u8 *ifr)
{
	put_le32(ifr + IFREQ_DATA, dev->mtu);
	return 0;
}

static int get_slave(const struct net_device *dev, u8 *ifr)
{
	(void)dev;
	(void)ifr;
	return -EINVAL;
}

/* What lies behind the map in the union is the program's. */
static int get_map(const struct net_device *dev, u8 *ifr)
{
	(void)dev;
	memset(ifr + IFREQ_DATA, 0, IFMAP_PORT + 1);
	return 0;
}

static int get_index(const struct net_device *dev, u8 *ifr)
{
	put_le32(ifr + IFREQ_DATA, (u32)dev->ifindex);
	return 0;
}

static int get_txqlen(const struct net_device *dev, u8 *ifr)
{
	put_le32(ifr + IFREQ_DATA, dev->tx_queue_len);
	return 0;
}

/* LINUX: dev_ifsioc_locked(). */
static const struct {
	u32 cmd;
	int (*get)(const struct net_device *dev, u8 *ifr);
} dev_gets[] = {
	{ SIOCGIFFLAGS, get_flags },   { SIOCGIFMETRIC, get_metric }, { SIOCGIFMTU, get_mtu },
	{ SIOCGIFHWADDR, get_hwaddr }, { SIOCGIFSLAVE, get_slave },   { SIOCGIFMAP, get_map },
	{ SIOCGIFINDEX, get_index },   { SIOCGIFTXQLEN, get_txqlen },
};

/* -------- requests that change something -------- */

static int set_flags(struct net_device *dev, u8 *ifr)
{
	/* LINUX: ifr_flags is a short: its sign becomes flags that nobody looks at. */
	return dev_change_flags(dev, (u32)(s32)(s16)get_le16(ifr + IFREQ_DATA));
}

static int set_nothing(struct net_device *dev, u8 *ifr)
{
	(void)dev;
	(void)ifr;
	return -EOPNOTSUPP;
}

static int set_mtu(struct net_device *dev, u8 *ifr)
{
	return dev_set_mtu(dev, get_le32(ifr + IFREQ_DATA));
}

static int set_hwaddr(struct net_device *dev, u8 *ifr)
{
	const u8 *sa = ifr + IFREQ_DATA;

	if (dev->netdev_ops->ndo_set_mac_address == NULL)
		return -EOPNOTSUPP;
	if (get_le16(sa) != dev->type)
		return -EINVAL;
	return dev_set_mac_address(dev, sa + SA_DATA);
}

static int set_hwbroadcast(struct net_device *dev, u8 *ifr)
{
	const u8 *sa = ifr + IFREQ_DATA;

	if (get_le16(sa) != dev->type)
		return -EINVAL;
	memcpy(dev->broadcast, sa + SA_DATA, min_u32(dev->addr_len, SA_DATA_BYTES));
	call_netdevice_notifiers(dev, NETDEV_CHANGEADDR);
	return 0;
}

static int change_multi(struct net_device *dev, const u8 *ifr,
			int (*change)(struct net_device *dev, const u8 *addr))
{
	const u8 *sa = ifr + IFREQ_DATA;

	if (dev->netdev_ops->ndo_set_rx_mode == NULL || get_le16(sa) != AF_UNSPEC)
		return -EINVAL;
	if ((dev->state & LINK_STATE_PRESENT) == 0)
		return -ENODEV;
	return change(dev, sa + SA_DATA);
}

static int add_multi(struct net_device *dev, u8 *ifr)
{
	return change_multi(dev, ifr, dev_mc_add_global);
}

static int del_multi(struct net_device *dev, u8 *ifr)
{
	return change_multi(dev, ifr, dev_mc_del_global);
}

static int set_txqlen(struct net_device *dev, u8 *ifr)
{
	s32 len = (s32)get_le32(ifr + IFREQ_DATA);

	return len < 0 ? -EINVAL : dev_change_tx_queue_len(dev, (u32)len);
}

static int set_name(struct net_device *dev, u8 *ifr)
{
	ifr[IFREQ_DATA + IFNAMSIZ - 1] = '\0';
	return dev_change_name(dev, (const char *)ifr + IFREQ_DATA);
}

static int eth_ioctl(struct net_device *dev, u8 *ifr, u32 cmd)
{
	if (dev->netdev_ops->ndo_eth_ioctl == NULL)
		return -EOPNOTSUPP;
	if ((dev->state & LINK_STATE_PRESENT) == 0)
		return -ENODEV;
	return dev->netdev_ops->ndo_eth_ioctl(dev, ifr, cmd);
}

static int phy_address(struct net_device *dev, u8 *ifr)
{
	return eth_ioctl(dev, ifr, SIOCGMIIPHY);
}

static int get_phy(struct net_device *dev, u8 *ifr)
{
	return eth_ioctl(dev, ifr, SIOCGMIIREG);
}

static int set_phy(struct net_device *dev, u8 *ifr)
{
	return eth_ioctl(dev, ifr, SIOCSMIIREG);
}

static int get_hwtstamp(struct net_device *dev, u8 *ifr)
{
	return eth_ioctl(dev, ifr, SIOCGHWTSTAMP);
}

/* LINUX: net_hwtstamp_validate(). */
static int set_hwtstamp(struct net_device *dev, u8 *ifr)
{
	u8 cfg[HWTSTAMP_BYTES];

	if (copy_from_user(current_task(dev_net(dev)), cfg, ifr_data(ifr), sizeof(cfg)) != 0)
		return -EFAULT;
	if ((get_le32(cfg + HWTSTAMP_FLAGS) & ~(u32)HWTSTAMP_FLAG_MASK) != 0)
		return -EINVAL;
	if (get_le32(cfg + HWTSTAMP_TX) >= HWTSTAMP_TX_KINDS ||
	    get_le32(cfg + HWTSTAMP_RX) >= HWTSTAMP_RX_FILTERS)
		return -ERANGE;
	return eth_ioctl(dev, ifr, SIOCSHWTSTAMP);
}

static int set_slave(struct net_device *dev, u8 *ifr)
{
	(void)dev;
	(void)ifr;
	return -EINVAL;
}

/* Who may ask: everybody, or whoever administers the net. */
enum { ASK_ALL, ASK_ADMIN };
/* LINUX: dev_ifsioc(). copyout: the program gets its struct back. */
static const struct {
	u32 cmd;
	u8 who;
	bool copyout;
	int (*set)(struct net_device *dev, u8 *ifr);
} dev_sets[] = {
	{ SIOCGMIIPHY, ASK_ADMIN, true, phy_address },
	{ SIOCGMIIREG, ASK_ADMIN, true, get_phy },
	{ SIOCSIFNAME, ASK_ADMIN, true, set_name },
	{ SIOCSIFMAP, ASK_ADMIN, false, set_nothing },
	{ SIOCSIFTXQLEN, ASK_ADMIN, false, set_txqlen },
	{ SIOCSIFFLAGS, ASK_ADMIN, false, set_flags },
	{ SIOCSIFMETRIC, ASK_ADMIN, false, set_nothing },
	{ SIOCSIFMTU, ASK_ADMIN, false, set_mtu },
	{ SIOCSIFHWADDR, ASK_ADMIN, false, set_hwaddr },
	{ SIOCSIFSLAVE, ASK_ADMIN, false, set_slave },
	{ SIOCADDMULTI, ASK_ADMIN, false, add_multi },
	{ SIOCDELMULTI, ASK_ADMIN, false, del_multi },
	{ SIOCSIFHWBROADCAST, ASK_ADMIN, false, set_hwbroadcast },
	{ SIOCSMIIREG, ASK_ADMIN, false, set_phy },
	{ SIOCBONDENSLAVE, ASK_ADMIN, false, set_nothing },
	{ SIOCBONDRELEASE, ASK_ADMIN, false, set_nothing },
	{ SIOCBONDSETHWADDR, ASK_ADMIN, false, set_nothing },
	{ SIOCBONDCHANGEACTIVE, ASK_ADMIN, false, set_nothing },
	{ SIOCSHWTSTAMP, ASK_ADMIN, false, set_hwtstamp },
	{ SIOCBONDSLAVEINFOQUERY, ASK_ALL, false, set_nothing },
	{ SIOCBONDINFOQUERY, ASK_ALL, false, set_nothing },
	{ SIOCWANDEV, ASK_ALL, true, set_nothing },
	{ SIOCGHWTSTAMP, ASK_ALL, true, get_hwtstamp },
};

static int dev_get(struct net *net, u32 i, u8 *ifr)
{
	const struct net_device *dev = dev_get_by_name(net, ifr_name(ifr));

	return dev != NULL ? dev_gets[i].get(dev, ifr) : -ENODEV;
}

static int dev_set(struct task *t, u32 i, u8 *ifr, bool *need_copyout)
{
	struct net_device *dev;

	if (dev_sets[i].who == ASK_ADMIN && !ns_capable(t, CAP_NET_ADMIN))
		return -EPERM;
	*need_copyout = dev_sets[i].copyout;
	dev = dev_get_by_name(&t->host->net, ifr_name(ifr));
	return dev != NULL ? dev_sets[i].set(dev, ifr) : -ENODEV;
}

/* A device's own requests: none of ours has any. */
static int dev_siocdevprivate(struct net *net, const u8 *ifr)
{
	return dev_get_by_name(net, ifr_name(ifr)) != NULL ? -EOPNOTSUPP : -ENODEV;
}

static int dev_ioctl_named(struct task *t, u32 cmd, u8 *ifr, uptr data, bool *need_copyout)
{
	struct net *net = &t->host->net;

	if (cmd == SIOCETHTOOL)
		return dev_ethtool(t, ifr, data);
	for (u32 i = 0; i < ARRAY_SIZE(dev_gets); i++) {
		if (dev_gets[i].cmd == cmd)
			return dev_get(net, i, ifr);
	}
	for (u32 i = 0; i < ARRAY_SIZE(dev_sets); i++) {
		if (dev_sets[i].cmd == cmd)
			return dev_set(t, i, ifr, need_copyout);
	}
	if (cmd >= SIOCDEVPRIVATE && cmd <= SIOCDEVPRIVATE + 15)
		return dev_siocdevprivate(net, ifr);
	return -ENOTTY;
}

int dev_ioctl(struct task *t, u32 cmd, u8 *ifr, uptr data, bool *need_copyout)
{
	char *colon;
	int ret;

	*need_copyout = true;
	if (cmd == SIOCGIFNAME)
		return dev_ifname(&t->host->net, ifr);
	ifr[IFREQ_NAME + IFNAMSIZ - 1] = '\0';
	/* An alias is its device's, as far as the device is concerned. */
	colon = ifname_colon(ifr + IFREQ_NAME);
	if (colon != NULL)
		*colon = '\0';
	ret = dev_ioctl_named(t, cmd, ifr, data, need_copyout);
	if (colon != NULL)
		*colon = ':';
	return ret;
}
