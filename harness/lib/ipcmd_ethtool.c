// SPDX-License-Identifier: MIT
/* ipcmd_ethtool.c - `ethtool`: features, moderation, rings and channels; and xps. */
#include <string.h>

#include "driver/igb.h"
#include "harness/lib/ipcmd_lex.h"
#include "host.h"
#include "uapi/errno.h"

static int refused(struct lex *lx, int err)
{
	return err >= 0 ? 0 : lex_refuse(lx, 1, err, "netlink error: %s", strerror(-err));
}

/* NULL: no card of that kind. */
static struct igb_adapter *card_of(const struct net_device *dev)
{
	return dev->netdev_ops->set_coalesce == igb_set_coalesce ? igb_priv(dev) : NULL;
}

/* --- features --- */

/* In the order in which `ethtool -k` has them; `word` is what -K also takes. */
static const struct {
	const char *name, *word;
	u64 mask;
} features[] = {
	{ "rx-checksumming", "rx", NETIF_F_RXCSUM },
	{ "tx-checksumming", "tx", NETIF_F_CSUM_MASK },
	{ "scatter-gather", "sg", NETIF_F_SG },
	{ "tcp-segmentation-offload", "tso", NETIF_F_TSO },
	{ "generic-segmentation-offload", "gso", NETIF_F_GSO },
	{ "generic-receive-offload", "gro", NETIF_F_GRO },
	{ "tx-vlan-offload", "txvlan", NETIF_F_HW_VLAN_CTAG_TX },
	{ "receive-hashing", "rxhash", NETIF_F_RXHASH },
	{ "tx-udp-segmentation", "tx-udp-segmentation", NETIF_F_GSO_UDP_L4 },
};

static int show_features(struct lex *lx, struct net_device *dev)
{
	int err = lex_end(lx);

	if (err < 0)
		return err;
	outf(lx->out, "Features for %s:\n", dev->name);
	for (u32 i = 0; i < ARRAY_SIZE(features); i++)
		outf(lx->out, "%s: %s%s\n", features[i].name,
		     (dev->features & features[i].mask) != 0 ? "on" : "off",
		     (dev->hw_features & features[i].mask) == 0 ? " [fixed]" : "");
	return 0;
}

static int take_feature(struct lex *lx, u64 *mask)
{
	for (u32 i = 0; i < ARRAY_SIZE(features); i++) {
		if (lex_is(lx, features[i].name) || lex_is(lx, features[i].word)) {
			*mask = features[i].mask;
			return 0;
		}
	}
	return lex_unknown(lx, "rx|tx|sg|tso|gso|gro|txvlan|rxhash|tx-udp-segmentation");
}

static int set_features(struct lex *lx, struct net_device *dev)
{
	u64 on = 0, off = 0, mask = 0, wanted, before = dev->features;
	int err;

	if (!lex_next(lx))
		return lex_missing(lx, "a feature");
	do {
		err = take_feature(lx, &mask);
		if (err == 0)
			err = take_word(lx, "on or off");
		if (err < 0)
			return err;
		if (!lex_is(lx, "on") && !lex_is(lx, "off"))
			return lex_unknown(lx, "on|off");
		if (lex_is(lx, "on"))
			on |= mask;
		else
			off |= mask;
	} while (lex_next(lx));
	wanted = ((dev->wanted_features | on) & ~off) & dev->hw_features;
	dev->wanted_features = wanted;
	netdev_update_features(dev);
	if (dev->features == before && ((on & ~before) | (off & before)) != 0)
		return lex_refuse(lx, 1, -EOPNOTSUPP, "Could not change any device features");
	return 0;
}

/* --- moderation, rings, channels --- */

static int show_coalesce(struct lex *lx, struct net_device *dev)
{
	const struct igb_adapter *card = card_of(dev);
	int err = lex_end(lx);

	if (err < 0 || card == NULL)
		return err < 0 ? err : refused(lx, -EOPNOTSUPP);
	outf(lx->out, "Coalesce parameters for %s:\nrx-usecs:\t%u\n", dev->name,
	     card->rx_itr_setting <= 3 ? card->rx_itr_setting : card->rx_itr_setting >> 2);
	return 0;
}

/* -C DEV rx-usecs N */
static int set_coalesce(struct lex *lx, struct net_device *dev)
{
	u32 usecs = 0;
	int err;

	if (!lex_next(lx) || !lex_is(lx, "rx-usecs"))
		return lex_unknown(lx, "rx-usecs");
	err = take_u32(lx, "a number of microseconds", U32_MAX, &usecs);
	if (err == 0)
		err = lex_end(lx);
	if (err < 0)
		return err;
	return refused(lx, dev->netdev_ops->set_coalesce != NULL
				   ? dev->netdev_ops->set_coalesce(dev, usecs)
				   : -EOPNOTSUPP);
}

static void ring_lines(struct outbuf *o, const char *title, u32 rx, u32 tx)
{
	outf(o, "%s\nRX:\t\t%u\nRX Mini:\tn/a\nRX Jumbo:\tn/a\nTX:\t\t%u\n", title, rx, tx);
}

static int show_rings(struct lex *lx, struct net_device *dev)
{
	const struct igb_adapter *card = card_of(dev);
	int err = lex_end(lx);

	if (err < 0 || card == NULL)
		return err < 0 ? err : refused(lx, -EOPNOTSUPP);
	outf(lx->out, "Ring parameters for %s:\n", dev->name);
	ring_lines(lx->out, "Pre-set maximums:", IGB_MAX_RING, IGB_MAX_RING);
	ring_lines(lx->out, "Current hardware settings:", card->rx_ring_count, card->tx_ring_count);
	return 0;
}

/* -G DEV rx N tx N */
static int set_rings(struct lex *lx, struct net_device *dev)
{
	const struct igb_adapter *card = card_of(dev);
	u32 rx = card != NULL ? card->rx_ring_count : 0,
	    tx = card != NULL ? card->tx_ring_count : 0;

	if (!lex_next(lx))
		return lex_missing(lx, "rx or tx");
	do {
		int err;

		if (!lex_is(lx, "rx") && !lex_is(lx, "tx"))
			return lex_unknown(lx, "rx|tx");
		err = take_u32(lx, "a number of descriptors", U32_MAX,
			       lex_is(lx, "rx") ? &rx : &tx);
		if (err < 0)
			return err;
	} while (lex_next(lx));
	if (card == NULL)
		return refused(lx, -EOPNOTSUPP);
	if (rx > IGB_MAX_RING || tx > IGB_MAX_RING)
		return refused(lx, -EINVAL);
	return refused(lx, igb_set_ringparam(dev, rx, tx));
}

static int show_channels(struct lex *lx, struct net_device *dev)
{
	static const char form[] = "%s\nRX:\t\tn/a\nTX:\t\tn/a\nOther:\t\t1\nCombined:\t%u\n";
	const struct igb_adapter *card = card_of(dev);
	int err = lex_end(lx);

	if (err < 0 || card == NULL)
		return err < 0 ? err : refused(lx, -EOPNOTSUPP);
	outf(lx->out, "Channel parameters for %s:\n", dev->name);
	outf(lx->out, form, "Pre-set maximums:", dev->num_tx_queues);
	outf(lx->out, form, "Current hardware settings:", card->rss_queues);
	return 0;
}

int ethtool_cmd(struct lex *lx)
{
	static const struct {
		const char *letter, *name;
		int (*run)(struct lex *lx, struct net_device *dev);
	} options[] = {
		{ "-k", "--show-features", show_features }, { "-K", "--features", set_features },
		{ "-c", "--show-coalesce", show_coalesce }, { "-C", "--coalesce", set_coalesce },
		{ "-g", "--show-ring", show_rings },	    { "-G", "--set-ring", set_rings },
		{ "-l", "--show-channels", show_channels }
	};

	lx->cmd = "ethtool";
	lex_next(lx);
	for (u32 i = 0; i < ARRAY_SIZE(options); i++) {
		struct net_device *dev = NULL;
		int err;

		if (!lex_is(lx, options[i].letter) && !lex_is(lx, options[i].name))
			continue;
		err = take_dev(lx, &dev);
		return err < 0 ? err : options[i].run(lx, dev);
	}
	return lex_unknown(lx, "-k|-K|-c|-C|-g|-G|-l");
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
	return err >= 0 ? 0 : lex_refuse(lx, 1, err, "write error: %s", strerror(-err));
}
