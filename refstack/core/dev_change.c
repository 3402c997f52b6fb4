// SPDX-License-Identifier: MIT
/* dev_change.c - a device gets another name, or queues of another length.
 *
 * Path: none; called by dev_ioctl() and by who configures. Rules: LINUX: net/core/dev.c:
 * dev_change_name(), dev_alloc_name(), dev_change_tx_queue_len().
 */
#include "core/dev_ioctl.h"
#include "core/qdisc.h"
#include "uapi/errno.h"

enum { NAME_NUMBERS = 8 * 4096 }; /* LINUX: bits of a page */

/* -------- names -------- */

static u32 name_len(const char *name)
{
	u32 len = 0;

	while (len < IFNAMSIZ && name[len] != '\0')
		len++;
	return len;
}

/* Where the only '%' of a name is, which has to be "%d"; false: it is not. */
static bool name_pattern(const char *name, u32 *at)
{
	u32 len = name_len(name), percents = 0;

	for (u32 i = len; i-- > 0;) {
		if (name[i] == '%') {
			percents++;
			*at = i;
		}
	}
	return percents == 1 && name[*at + 1] == 'd';
}

/* LINUX: snprintf(to, IFNAMSIZ, pattern, n). */
static void name_of_number(char to[IFNAMSIZ], const char *pattern, u32 at, u32 n)
{
	char digits[8];
	u32 used = 0, len = at;

	memset(to, 0, IFNAMSIZ);
	memcpy(to, pattern, at);
	do {
		digits[used++] = (char)('0' + n % 10);
		n /= 10;
	} while (n != 0);
	while (used != 0 && len < IFNAMSIZ - 1)
		to[len++] = digits[--used];
	for (u32 i = at + 2; pattern[i] != '\0' && len < IFNAMSIZ - 1; i++)
		to[len++] = pattern[i];
}

/* Which number a device's name has by this pattern; -1: none. */
static s32 number_of_name(const struct net_device *dev, const char *pattern, u32 at)
{
	char again[IFNAMSIZ];
	u32 i = at, n = 0;

	if (memcmp(dev->name, pattern, at) != 0)
		return -1;
	for (; dev->name[i] >= '0' && dev->name[i] <= '9' && n < NAME_NUMBERS; i++)
		n = n * 10 + (u32)(dev->name[i] - '0');
	if (i == at || n >= NAME_NUMBERS)
		return -1;
	/* Zeroes in front, or another end: it is not the name that this number makes. */
	name_of_number(again, pattern, at, n);
	return memcmp(again, dev->name, name_len(again) + 1) == 0 ? (s32)n : -1;
}

static bool number_is_taken(const struct net *net, const char *pattern, u32 at, u32 n)
{
	for (u32 i = 1; i < NET_DEV_MAX; i++) {
		const struct net_device *dev = net->dev_by_index[i];

		if (dev != NULL && number_of_name(dev, pattern, at) == (s32)n)
			return true;
	}
	return false;
}

/* LINUX: __dev_alloc_name(): the lowest number that is free. */
static int dev_alloc_name(const struct net *net, const char *pattern, char res[IFNAMSIZ])
{
	u32 at = 0, n = 0;

	if (!name_pattern(pattern, &at))
		return -EINVAL;
	while (number_is_taken(net, pattern, at, n))
		n++;
	name_of_number(res, pattern, at, n);
	return 0;
}

static bool has_percent(const char *name)
{
	u32 len = name_len(name);

	for (u32 i = 0; i < len; i++) {
		if (name[i] == '%')
			return true;
	}
	return false;
}

int dev_change_name(struct net_device *dev, const char *newname)
{
	char name[IFNAMSIZ] = { 0 };
	int err;

	assert(name_len(newname) < IFNAMSIZ);
	if (memcmp(newname, dev->name, name_len(newname) + 1) == 0)
		return 0;
	if (!dev_valid_name(newname))
		return -EINVAL;
	if (has_percent(newname)) {
		err = dev_alloc_name(dev->net, newname, name);
		if (err != 0)
			return err;
	} else if (dev_get_by_name(dev->net, newname) != NULL) {
		return -EEXIST;
	} else {
		memcpy(name, newname, name_len(newname));
	}
	memcpy(dev->name, name, sizeof(name));
	call_netdevice_notifiers(dev, NETDEV_CHANGENAME);
	return 0;
}

/* -------- queues -------- */

static void qdisc_change_tx_queue_len(struct net_device *dev, const struct netdev_queue *txq)
{
	struct Qdisc *q = txq->qdisc_sleeping;

	if (q->ops->change_tx_queue_len != NULL)
		q->ops->change_tx_queue_len(q, dev->tx_queue_len);
}

int dev_change_tx_queue_len(struct net_device *dev, u64 new_len)
{
	bool up = (dev->flags & IFF_UP) != 0;

	if (new_len > INT16_MAX)
		return -ERANGE;
	if (new_len == dev->tx_queue_len)
		return 0;
	dev->tx_queue_len = (u32)new_len;
	if (dev->netdev_ops->tx_queue_len_changed != NULL)
		dev->netdev_ops->tx_queue_len_changed(dev);
	if (up)
		dev_deactivate(dev);
	for (u32 i = 0; i < dev->num_tx_queues; i++)
		qdisc_change_tx_queue_len(dev, &dev->tx[i]);
	if (up)
		dev_activate(dev);
	return 0;
}
