// SPDX-License-Identifier: MIT
/* ethtool.c - what SIOCETHTOOL answers: drivers, links, what a device does by itself.
 *
 * Path: none; called by dev_ioctl(). Rules: LINUX: net/ethtool/ioctl.c. Missing: names and counts
 * of strings, features by their bits, statistics, and whatever needs a card's own code: such
 * commands answer as where a driver has nothing for them.
 */
#include "core/ethtool.h"

#include "core/dev_ioctl.h"
#include "uapi/capability.h"
#include "uapi/errno.h"
#include "uapi/ethtool.h"

enum { ETH_FLAG_TXVLAN = 1 << 7, ETH_FLAG_RXHASH = 1 << 28 };
#define ETH_ALL_FLAGS (1u << 7 | 1u << 8 | 1u << 15 | 1u << 27 | 1u << 28)

/* LINUX: an error of the kernel's own, which programs see all the same. */
enum { ETOOSMALL = 525 };
enum { FEATURE_WORDS = 2, SSET_MASK = 8, SSET_INFO_BYTES = 16 };
enum { COALESCE_RX_FRAMES = 8, COALESCE_BYTES = 92 };
enum { CHANNELS_MAX_COMBINED = 16, CHANNELS_COMBINED = 32, CHANNELS_BYTES = 36 };
enum { TS_INFO_SO = 4, TS_INFO_PHC = 8, TS_INFO_BYTES = 44 };
enum { TS_TX_SOFTWARE = 2, TS_RX_SOFTWARE = 8, TS_SOFTWARE = 16 };
enum { LINK_UNSUPPORTED = 0, SPEED_10000 = 10000, DUPLEX_FULL = 1 };
/* struct ethtool_cmd, which came before */
enum {
	LEGACY_SUPPORTED = 4,
	LEGACY_ADVERTISING = 8,
	LEGACY_SPEED = 12,
	LEGACY_DUPLEX = 14,
	LEGACY_PORT = 15,
	LEGACY_PHY = 16,
	LEGACY_TRANSCEIVER = 17,
	LEGACY_AUTONEG = 18,
	LEGACY_MDIO = 19,
	LEGACY_MAXTXPKT = 20,
	LEGACY_MAXRXPKT = 24,
	LEGACY_SPEED_HI = 28,
	LEGACY_MDIX = 30,
	LEGACY_MDIX_CTRL = 31,
	LEGACY_LP_ADVERTISING = 32,
	LEGACY_BYTES = 44
};

struct ethtool_call {
	struct task *task;
	struct net_device *dev;
	const struct ethtool_ops *ops;
	u32 cmd;
	uptr at; /* the program's structure */
};

static int take(struct ethtool_call *c, u8 *to, u32 n)
{
	return copy_from_user(c->task, to, c->at, n) != 0 ? -EFAULT : 0;
}

static int give(struct ethtool_call *c, const u8 *from, u32 n)
{
	return copy_to_user(c->task, c->at, from, n) != 0 ? -EFAULT : 0;
}

static int give_value(struct ethtool_call *c, u32 value)
{
	u8 v[ETHTOOL_VALUE_BYTES];

	put_le32(v + ETHTOOL_CMD, c->cmd);
	put_le32(v + ETHTOOL_DATA, value);
	return give(c, v, sizeof(v));
}

static int take_value(struct ethtool_call *c, u32 *value)
{
	u8 v[ETHTOOL_VALUE_BYTES];
	int err = take(c, v, sizeof(v));

	*value = err == 0 ? get_le32(v + ETHTOOL_DATA) : 0;
	return err;
}

static struct ethtool_kept *kept(struct ethtool_call *c)
{
	return c->ops->kept != NULL ? c->ops->kept(c->dev) : NULL;
}

/* -------- the driver -------- */

static void put_text(u8 *to, const char *text)
{
	for (u32 i = 0; text[i] != '\0'; i++)
		to[i] = (u8)text[i];
}

static int get_drvinfo(struct ethtool_call *c)
{
	u8 info[DRVINFO_BYTES] = { 0 };

	if (c->ops->driver == NULL)
		return -EOPNOTSUPP;
	put_le32(info, ETHTOOL_GDRVINFO);
	put_text(info + DRVINFO_DRIVER, c->ops->driver);
	put_text(info + DRVINFO_VERSION, c->ops->version);
	put_text(info + DRVINFO_BUS_INFO, c->ops->bus_info);
	return give(c, info, sizeof(info));
}

static int get_msglevel(struct ethtool_call *c)
{
	return c->ops->has_msglevel ? give_value(c, c->dev->msg_enable) : -EOPNOTSUPP;
}

static int set_msglevel(struct ethtool_call *c)
{
	u32 value;
	int err = c->ops->has_msglevel ? take_value(c, &value) : -EOPNOTSUPP;

	if (err == 0)
		c->dev->msg_enable = value;
	return err;
}

static int get_link(struct ethtool_call *c)
{
	if (!c->ops->has_link)
		return -EOPNOTSUPP;
	if (!netif_running(c->dev))
		return give_value(c, 0);
	if (c->ops->always_on)
		return give_value(c, 1);
	linkwatch_sync_dev(c->dev);
	return give_value(c, netif_carrier_ok(c->dev));
}

static int get_ts_info(struct ethtool_call *c)
{
	u8 info[TS_INFO_BYTES] = { 0 };

	put_le32(info, ETHTOOL_GET_TS_INFO);
	put_le32(info + TS_INFO_SO,
		 (c->ops->has_ts_info ? (u32)TS_TX_SOFTWARE : 0) | TS_RX_SOFTWARE | TS_SOFTWARE);
	put_le32(info + TS_INFO_PHC, U32_MAX);
	return give(c, info, sizeof(info));
}

static int get_channels(struct ethtool_call *c)
{
	u8 channels[CHANNELS_BYTES] = { 0 };

	if (c->ops->combined == 0)
		return -EOPNOTSUPP;
	put_le32(channels, ETHTOOL_GCHANNELS);
	put_le32(channels + CHANNELS_MAX_COMBINED, c->ops->combined);
	put_le32(channels + CHANNELS_COMBINED, c->ops->combined);
	return give(c, channels, sizeof(channels));
}

static int get_coalesce(struct ethtool_call *c)
{
	u8 co[COALESCE_BYTES] = { 0 };

	if (c->ops->rx_max_frames_limit == 0)
		return -EOPNOTSUPP;
	put_le32(co, ETHTOOL_GCOALESCE);
	put_le32(co + COALESCE_RX_FRAMES, kept(c)->rx_max_frames);
	return give(c, co, sizeof(co));
}

/* Whatever the device does not have must be zero. */
static int set_coalesce(struct ethtool_call *c)
{
	u8 co[COALESCE_BYTES];
	int err = c->ops->rx_max_frames_limit != 0 ? take(c, co, sizeof(co)) : -EOPNOTSUPP;

	if (err != 0)
		return err;
	for (u32 at = 4; at < COALESCE_BYTES; at += 4) {
		if (at != COALESCE_RX_FRAMES && get_le32(co + at) != 0)
			return -EOPNOTSUPP;
	}
	kept(c)->rx_max_frames =
		min_u32(get_le32(co + COALESCE_RX_FRAMES), c->ops->rx_max_frames_limit);
	return 0;
}

static int get_perm_addr(struct ethtool_call *c)
{
	u8 head[ETHTOOL_VALUE_BYTES], addr[MAX_ADDR_LEN] = { 0 };
	int err = take(c, head, sizeof(head));

	if (err != 0)
		return err;
	if (get_le32(head + ETHTOOL_DATA) < c->dev->addr_len)
		return -ETOOSMALL;
	put_le32(head + ETHTOOL_DATA, c->dev->addr_len);
	err = give(c, head, sizeof(head));
	/* No device here has an address of its own making. */
	c->at += sizeof(head);
	return err != 0 ? err : give(c, addr, c->dev->addr_len);
}

/* -------- the link -------- */

void ethtool_kept_init(struct ethtool_kept *k)
{
	memset(k, 0, sizeof(*k));
	put_le32(k->link + LINK_SPEED, SPEED_10000);
	k->link[LINK_DUPLEX] = DUPLEX_FULL;
}

/* A program that knows another number of words is told how many there are. */
static int get_link_ksettings(struct ethtool_call *c)
{
	u8 base[LINK_SETTINGS_BYTES];
	int err = kept(c) != NULL ? take(c, base, LINK_BASE_BYTES) : -EOPNOTSUPP;

	if (err != 0)
		return err;
	if (base[LINK_NWORDS] != LINK_MODE_WORDS) {
		memset(base, 0, sizeof(base));
		put_le32(base, ETHTOOL_GLINKSETTINGS);
		base[LINK_NWORDS] = (u8)-LINK_MODE_WORDS;
		return give(c, base, LINK_BASE_BYTES);
	}
	memcpy(base, kept(c)->link, sizeof(base));
	put_le32(base, ETHTOOL_GLINKSETTINGS);
	base[LINK_NWORDS] = LINK_MODE_WORDS;
	base[LINK_MASTER_CFG] = LINK_UNSUPPORTED;
	base[LINK_MASTER_STATE] = LINK_UNSUPPORTED;
	base[LINK_RATE_MATCHING] = 0;
	return give(c, base, sizeof(base));
}

static int set_link_ksettings(struct ethtool_call *c)
{
	u8 link[LINK_SETTINGS_BYTES];
	int err = kept(c) != NULL ? take(c, link, LINK_BASE_BYTES) : -EOPNOTSUPP;

	if (err != 0)
		return err;
	if (link[LINK_NWORDS] != LINK_MODE_WORDS)
		return -EINVAL;
	err = take(c, link, sizeof(link));
	if (err != 0)
		return err;
	if (link[LINK_MASTER_CFG] != 0 || link[LINK_MASTER_STATE] != 0)
		return -EINVAL;
	memcpy(kept(c)->link, link, sizeof(link));
	return 0;
}

/* Where the old structure has a byte or a mask, and the new one. */
static const struct {
	u8 legacy, link;
} legacy_bytes[] = {
	{ LEGACY_DUPLEX, LINK_DUPLEX },
	{ LEGACY_PORT, LINK_PORT },
	{ LEGACY_PHY, LINK_PHY },
	{ LEGACY_AUTONEG, LINK_AUTONEG },
	{ LEGACY_MDIO, LINK_MDIO },
	{ LEGACY_MDIX, LINK_MDIX },
	{ LEGACY_MDIX_CTRL, LINK_MDIX_CTRL },
};
static const struct {
	u8 legacy, link;
} legacy_masks[] = {
	{ LEGACY_SUPPORTED, LINK_BASE_BYTES },
	{ LEGACY_ADVERTISING, LINK_BASE_BYTES + LINK_MODE_BYTES },
	{ LEGACY_LP_ADVERTISING, LINK_BASE_BYTES + 2 * LINK_MODE_BYTES },
};

static int get_settings(struct ethtool_call *c)
{
	u8 old[LEGACY_BYTES] = { 0 };
	const u8 *link;

	if (kept(c) == NULL)
		return -EOPNOTSUPP;
	link = kept(c)->link;
	put_le32(old, ETHTOOL_GSET);
	for (u32 i = 0; i < ARRAY_SIZE(legacy_bytes); i++)
		old[legacy_bytes[i].legacy] = link[legacy_bytes[i].link];
	for (u32 i = 0; i < ARRAY_SIZE(legacy_masks); i++)
		memcpy(old + legacy_masks[i].legacy, link + legacy_masks[i].link, 4);
	old[LEGACY_TRANSCEIVER] = link[LINK_TRANSCEIVER];
	put_le16(old + LEGACY_SPEED, (u16)get_le32(link + LINK_SPEED));
	put_le16(old + LEGACY_SPEED_HI, (u16)(get_le32(link + LINK_SPEED) >> 16));
	return give(c, old, sizeof(old));
}

static int set_settings(struct ethtool_call *c)
{
	u8 old[LEGACY_BYTES], *link;
	int err = take(c, old, sizeof(old));

	if (err != 0)
		return err;
	if (kept(c) == NULL)
		return -EOPNOTSUPP;
	if (get_le32(old + LEGACY_MAXTXPKT) != 0 || get_le32(old + LEGACY_MAXRXPKT) != 0)
		return -EINVAL;
	link = kept(c)->link;
	memset(link, 0, LINK_SETTINGS_BYTES);
	for (u32 i = 0; i < ARRAY_SIZE(legacy_bytes); i++)
		link[legacy_bytes[i].link] = old[legacy_bytes[i].legacy];
	for (u32 i = 0; i < ARRAY_SIZE(legacy_masks); i++)
		memcpy(link + legacy_masks[i].link, old + legacy_masks[i].legacy, 4);
	put_le32(link + LINK_SPEED,
		 (u32)get_le16(old + LEGACY_SPEED_HI) << 16 | get_le16(old + LEGACY_SPEED));
	return 0;
}

/* -------- what the device does by itself -------- */

/* LINUX: ethtool_get_feature_mask(). */
static const struct {
	u32 get, set;
	u64 mask;
} one_features[] = {
	{ ETHTOOL_GTXCSUM, ETHTOOL_STXCSUM, NETIF_F_CSUM_MASK | NETIF_F_SCTP_CRC },
	{ ETHTOOL_GRXCSUM, ETHTOOL_SRXCSUM, NETIF_F_RXCSUM },
	{ ETHTOOL_GSG, ETHTOOL_SSG, NETIF_F_SG | NETIF_F_FRAGLIST },
	{ ETHTOOL_GTSO, ETHTOOL_STSO, NETIF_F_ALL_TSO },
	{ ETHTOOL_GGSO, ETHTOOL_SGSO, NETIF_F_GSO },
	{ ETHTOOL_GGRO, ETHTOOL_SGRO, NETIF_F_GRO },
};

static u64 feature_mask(u32 cmd)
{
	for (u32 i = 0; i < ARRAY_SIZE(one_features); i++) {
		if (one_features[i].get == cmd || one_features[i].set == cmd)
			return one_features[i].mask;
	}
	assert(false);
	return 0;
}

static int get_one_feature(struct ethtool_call *c)
{
	return give_value(c, (c->dev->features & feature_mask(c->cmd)) != 0);
}

static int set_one_feature(struct ethtool_call *c)
{
	struct net_device *dev = c->dev;
	u64 mask = feature_mask(c->cmd) & dev->hw_features;
	u32 on;
	int err = take_value(c, &on);

	if (err != 0)
		return err;
	if (mask == 0)
		return -EOPNOTSUPP;
	dev->wanted_features = on != 0 ? dev->wanted_features | mask : dev->wanted_features & ~mask;
	netdev_update_features(dev);
	return 0;
}

/* Our bits as Linux numbers them; TSO of IPv6 goes with that of IPv4. */
static const struct {
	u64 own, linux;
} feature_bits[] = {
	{ NETIF_F_SG, F_BIT(0) },
	{ NETIF_F_IP_CSUM, F_BIT(1) },
	{ NETIF_F_HW_CSUM, F_BIT(3) },
	{ NETIF_F_HIGHDMA, F_BIT(5) },
	{ NETIF_F_FRAGLIST, F_BIT(6) },
	{ NETIF_F_HW_VLAN_CTAG_TX, F_BIT(7) },
	{ NETIF_F_GSO, F_BIT(11) },
	{ NETIF_F_GRO, F_BIT(14) },
	{ NETIF_F_TSO, F_BIT(16) | F_BIT(20) },
	{ NETIF_F_GSO_ROBUST, F_BIT(17) },
	{ NETIF_F_TSO_ECN, F_BIT(18) },
	{ NETIF_F_TSO_MANGLEID, F_BIT(19) },
	{ NETIF_F_GSO_UDP_L4, F_BIT(F_GSO_UDP_L4) },
	{ NETIF_F_SCTP_CRC, F_BIT(36) },
	{ NETIF_F_RXHASH, F_BIT(39) },
	{ NETIF_F_RXCSUM, F_BIT(40) },
	{ NETIF_F_LOOPBACK, F_BIT(42) },
};

static u64 linux_features(u64 own)
{
	u64 bits = 0;

	for (u32 i = 0; i < ARRAY_SIZE(feature_bits); i++) {
		if ((own & feature_bits[i].own) != 0)
			bits |= feature_bits[i].linux;
	}
	return bits;
}

/* Two words of each; a program may want fewer. */
static int get_features(struct ethtool_call *c)
{
	const u64 all[] = { linux_features(c->dev->hw_features) | c->ops->other_hw,
			    linux_features(c->dev->wanted_features) | c->ops->other_wanted,
			    linux_features(c->dev->features) | c->ops->other_active,
			    F_BIT(F_VLAN_CHALLENGED) };
	u8 block[FEATURE_WORDS * sizeof(all) / 2], head[ETHTOOL_VALUE_BYTES];
	int err = take(c, head, sizeof(head));
	u32 words = get_le32(head + ETHTOOL_DATA);

	if (err != 0)
		return err;
	for (u32 w = 0; w < FEATURE_WORDS; w++) {
		for (u32 i = 0; i < ARRAY_SIZE(all); i++)
			put_le32(block + (w * ARRAY_SIZE(all) + i) * 4, (u32)(all[i] >> 32 * w));
	}
	err = give_value(c, FEATURE_WORDS);
	c->at += sizeof(head);
	words = min_u32(words, FEATURE_WORDS);
	return err != 0 ? err : give(c, block, words * (u32)ARRAY_SIZE(all) * 4);
}

/* How many strings a set has; of sets that are not of one driver. */
static int get_sset_info(struct ethtool_call *c)
{
	static const u8 counts[64] = { [4] = 64, [5] = 3, [6] = 5, [8] = 4, [9] = 103 };
	u8 info[SSET_INFO_BYTES], out[SSET_INFO_BYTES + 4 * ARRAY_SIZE(counts)] = { 0 };
	u64 asked, known = 0;
	u32 n = SSET_INFO_BYTES;
	int err = take(c, info, sizeof(info));

	if (err != 0)
		return err;
	asked = get_le64(info + SSET_MASK);
	for (u32 i = 0; i < ARRAY_SIZE(counts); i++) {
		if ((asked >> i & 1) == 0 || counts[i] == 0)
			continue;
		known |= 1ull << i;
		put_le32(out + n, counts[i]);
		n += 4;
	}
	put_le32(out, ETHTOOL_GSSET_INFO);
	put_le64(out + SSET_MASK, known);
	return asked == 0 ? 0 : give(c, out, n);
}

static u32 flags_of_features(u64 features)
{
	return ((features & NETIF_F_HW_VLAN_CTAG_TX) != 0 ? (u32)ETH_FLAG_TXVLAN : 0) |
	       ((features & NETIF_F_RXHASH) != 0 ? (u32)ETH_FLAG_RXHASH : 0);
}

static int get_flags(struct ethtool_call *c)
{
	return give_value(c, flags_of_features(c->dev->features));
}

static int set_flags(struct ethtool_call *c)
{
	struct net_device *dev = c->dev;
	u32 hw = flags_of_features(dev->hw_features), data, changed;
	u64 bits = 0;
	int err = take_value(c, &data);

	if (err != 0)
		return err;
	if ((data & ~ETH_ALL_FLAGS) != 0)
		return -EINVAL;
	changed = data ^ flags_of_features(dev->features);
	if ((changed & ~hw) != 0)
		return (changed & hw) != 0 ? -EINVAL : -EOPNOTSUPP;
	bits |= (changed & ETH_FLAG_TXVLAN) != 0 ? NETIF_F_HW_VLAN_CTAG_TX : 0;
	bits |= (changed & ETH_FLAG_RXHASH) != 0 ? NETIF_F_RXHASH : 0;
	dev->wanted_features = (dev->wanted_features & ~bits) | (~dev->features & bits);
	netdev_update_features(dev);
	return 0;
}

/* -------- the request -------- */

/* Commands that everybody may give, and those that have an answer. NULL: as where the driver has
 * nothing for it.
 */
static const struct ethtool_command {
	u8 cmd;
	bool anyone;
	int (*run)(struct ethtool_call *c);
} commands[] = {
	{ ETHTOOL_GSET, true, get_settings },
	{ ETHTOOL_SSET, false, set_settings },
	{ ETHTOOL_GDRVINFO, true, get_drvinfo },
	{ ETHTOOL_GMSGLVL, true, get_msglevel },
	{ ETHTOOL_SMSGLVL, false, set_msglevel },
	{ ETHTOOL_GLINK, true, get_link },
	{ ETHTOOL_GCOALESCE, true, get_coalesce },
	{ ETHTOOL_SCOALESCE, false, set_coalesce },
	{ ETHTOOL_GRINGPARAM, true, NULL },
	{ ETHTOOL_GPAUSEPARAM, true, NULL },
	{ ETHTOOL_GRXCSUM, true, get_one_feature },
	{ ETHTOOL_SRXCSUM, false, set_one_feature },
	{ ETHTOOL_GTXCSUM, true, get_one_feature },
	{ ETHTOOL_STXCSUM, false, set_one_feature },
	{ ETHTOOL_GSG, true, get_one_feature },
	{ ETHTOOL_SSG, false, set_one_feature },
	{ ETHTOOL_GSSET_INFO, true, get_sset_info },
	{ ETHTOOL_GSTRINGS, true, NULL },
	{ ETHTOOL_GSTATS, true, NULL },
	{ ETHTOOL_GPHYSTATS, true, NULL },
	{ ETHTOOL_GTSO, true, get_one_feature },
	{ ETHTOOL_STSO, false, set_one_feature },
	{ ETHTOOL_GPERMADDR, true, get_perm_addr },
	{ ETHTOOL_GUFO, true, NULL },
	{ ETHTOOL_GGSO, true, get_one_feature },
	{ ETHTOOL_SGSO, false, set_one_feature },
	{ ETHTOOL_GFLAGS, true, get_flags },
	{ ETHTOOL_SFLAGS, false, set_flags },
	{ ETHTOOL_GPFLAGS, true, NULL },
	{ ETHTOOL_GRXFH, true, NULL },
	{ ETHTOOL_GGRO, true, get_one_feature },
	{ ETHTOOL_SGRO, false, set_one_feature },
	{ ETHTOOL_GRXRINGS, true, NULL },
	{ ETHTOOL_GRXCLSRLCNT, true, NULL },
	{ ETHTOOL_GRXCLSRULE, true, NULL },
	{ ETHTOOL_GRXCLSRLALL, true, NULL },
	{ ETHTOOL_GRXFHINDIR, true, NULL },
	{ ETHTOOL_GRSSH, true, NULL },
	{ ETHTOOL_GFEATURES, true, get_features },
	{ ETHTOOL_GCHANNELS, true, get_channels },
	{ ETHTOOL_GET_TS_INFO, true, get_ts_info },
	{ ETHTOOL_GEEE, true, NULL },
	{ ETHTOOL_GTUNABLE, true, NULL },
	{ ETHTOOL_PHY_GTUNABLE, true, NULL },
	{ ETHTOOL_GLINKSETTINGS, true, get_link_ksettings },
	{ ETHTOOL_SLINKSETTINGS, false, set_link_ksettings },
	{ ETHTOOL_GFECPARAM, true, NULL },
};

static const struct ethtool_command *command_of(u32 cmd)
{
	for (u32 i = 0; i < ARRAY_SIZE(commands); i++) {
		if (commands[i].cmd == cmd)
			return &commands[i];
	}
	return NULL;
}

/* ETHTOOL_PERQUEUE is as free to give as what it shall do with each queue. */
static int may_command(struct ethtool_call *c)
{
	const struct ethtool_command *cmd;
	u32 sub = c->cmd;
	int err = c->cmd == ETHTOOL_PERQUEUE ? take_value(c, &sub) : 0;

	if (err != 0)
		return err;
	cmd = command_of(sub);
	if (cmd != NULL && cmd->anyone)
		return 0;
	return ns_capable(c->task, CAP_NET_ADMIN) ? 0 : -EPERM;
}

int dev_ethtool(struct task *t, const u8 *ifr, uptr useraddr)
{
	static const struct ethtool_ops default_ops = { .driver = NULL };
	struct ethtool_call c = { .task = t, .at = useraddr };
	const struct ethtool_command *cmd;
	u8 word[4];
	int err = take(&c, word, sizeof(word));

	if (err != 0)
		return err;
	c.cmd = get_le32(word);
	c.dev = dev_get_by_name(&t->host->net, (const char *)ifr);
	if (c.dev == NULL)
		return -ENODEV;
	err = may_command(&c);
	if (err != 0)
		return err;
	if ((c.dev->state & LINK_STATE_PRESENT) == 0)
		return -ENODEV;
	c.ops = c.dev->ethtool_ops != NULL ? c.dev->ethtool_ops : &default_ops;
	cmd = command_of(c.cmd);
	return cmd != NULL && cmd->run != NULL ? cmd->run(&c) : -EOPNOTSUPP;
}
