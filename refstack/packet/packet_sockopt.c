// SPDX-License-Identifier: MIT
/* packet_sockopt.c - the options of level SOL_PACKET.
 *
 * Rules: LINUX: packet_setsockopt(), packet_getsockopt() in net/packet/af_packet.c. Missing: rings
 * (PACKET_RX_RING, PACKET_TX_RING): only that there shall be none can be asked.
 */
#include "core/iov.h"
#include "packet/packet_internal.h"
#include "uapi/errno.h"
#include "uapi/if_packet.h"
#include "uapi/socket.h"

/* -------- what devices shall listen to -------- */

/* LINUX: packet_dev_mc(): what is more than 0 wants it, else it is not wanted any more. */
static int packet_dev_mc(struct net_device *dev, const struct packet_mclist *i, s32 what)
{
	switch (i->type) {
	case PACKET_MR_MULTICAST:
		if (i->alen != dev->addr_len)
			return -EINVAL;
		return what > 0 ? dev_mc_add(dev, i->addr) : dev_mc_del(dev, i->addr);
	case PACKET_MR_PROMISC:
		return dev_set_promiscuity(dev, what);
	case PACKET_MR_ALLMULTI:
		return dev_set_allmulti(dev, what);
	case PACKET_MR_UNICAST:
		if (i->alen != dev->addr_len)
			return -EINVAL;
		return what > 0 ? dev_uc_add(dev, i->addr) : dev_uc_del(dev, i->addr);
	default:
		return 0;
	}
}

void packet_dev_mclist_delete(struct packet_sock *po, struct net_device *dev)
{
	struct packet_mclist **mlp = &po->mclist;

	while (*mlp != NULL) {
		struct packet_mclist *ml = *mlp;

		if (ml->ifindex != dev->ifindex) {
			mlp = &ml->next;
			continue;
		}
		(void)packet_dev_mc(dev, ml, -1);
		*mlp = ml->next;
		pool_free(&dev_net(dev)->packet_mc_pool, ml);
	}
}

static void mclist_free(struct net *net, struct packet_mclist *ml)
{
	struct net_device *dev = dev_get_by_index(net, ml->ifindex);

	if (dev != NULL)
		(void)packet_dev_mc(dev, ml, -1);
	pool_free(&net->packet_mc_pool, ml);
}

void packet_flush_mclist(struct packet_sock *po)
{
	while (po->mclist != NULL) {
		struct packet_mclist *ml = po->mclist;

		po->mclist = ml->next;
		mclist_free(sock_net(&po->sk), ml);
	}
}

/* The place of the entry that says the same. */
static struct packet_mclist **mclist_find(struct packet_sock *po, const struct packet_mclist *want)
{
	struct packet_mclist **mlp = &po->mclist;

	for (; *mlp != NULL; mlp = &(*mlp)->next) {
		const struct packet_mclist *ml = *mlp;

		if (ml->ifindex == want->ifindex && ml->type == want->type &&
		    ml->alen == want->alen && memcmp(ml->addr, want->addr, ml->alen) == 0)
			break;
	}
	return mlp;
}

static int packet_mc_add(struct packet_sock *po, const struct packet_mclist *want)
{
	struct net *net = sock_net(&po->sk);
	struct net_device *dev = dev_get_by_index(net, want->ifindex);
	struct packet_mclist *i, *ml;
	int err;

	if (dev == NULL)
		return -ENODEV;
	if (want->alen > dev->addr_len)
		return -EINVAL;
	ml = *mclist_find(po, want);
	if (ml != NULL) {
		ml->count++;
		return 0;
	}
	i = pool_zalloc(&net->packet_mc_pool);
	if (i == NULL)
		return -ENOBUFS;
	*i = *want;
	i->count = 1;
	memset(i->addr + i->alen, 0, sizeof(i->addr) - i->alen);
	err = packet_dev_mc(dev, i, 1);
	if (err != 0) {
		pool_free(&net->packet_mc_pool, i);
		return err;
	}
	i->next = po->mclist;
	po->mclist = i;
	return 0;
}

/* Nobody is told that there was nothing. */
static int packet_mc_drop(struct packet_sock *po, const struct packet_mclist *want)
{
	struct packet_mclist **mlp = mclist_find(po, want), *ml = *mlp;

	if (ml == NULL)
		return 0;
	ml->count--;
	if (ml->count == 0) {
		*mlp = ml->next;
		mclist_free(sock_net(&po->sk), ml);
	}
	return 0;
}

static int set_membership(struct packet_sock *po, int optname, uptr optval, u32 optlen)
{
	enum { MREQ_MAX = MR_ADDRESS + MAX_ADDR_LEN };
	u8 mreq[MREQ_MAX] = { 0 };
	struct packet_mclist want = { 0 };
	u32 len = min_u32(optlen, MREQ_MAX);

	if ((s32)optlen < PACKET_MREQ_BYTES)
		return -EINVAL;
	if (copy_from_user(current_task(sock_net(&po->sk)), mreq, optval, len) != 0)
		return -EFAULT;
	want.ifindex = (s32)get_le32(mreq + MR_IFINDEX);
	want.type = get_le16(mreq + MR_TYPE);
	want.alen = get_le16(mreq + MR_ALEN);
	if (len < (u32)want.alen + MR_ADDRESS)
		return -EINVAL;
	memcpy(want.addr, mreq + MR_ADDRESS, sizeof(want.addr));
	return optname == PACKET_ADD_MEMBERSHIP ? packet_mc_add(po, &want)
						: packet_mc_drop(po, &want);
}

/* -------- rings -------- */

enum { REQ_BLOCK_SIZE = 0, REQ_BLOCK_NR = 4, REQ_FRAME_SIZE = 8, REQ_FRAME_NR = 12 };
enum { REQ_RETIRE_BLK_TOV = 16, REQ_SIZEOF_PRIV = 20, REQ_FEATURES = 24, REQ_BYTES = 16 };
enum { REQ3_BYTES = 28 };

/* Could there be a ring like this? */
static bool ring_is_sane(const struct packet_sock *po, const u8 *req, bool tx)
{
	enum { HDRLEN = 52, HDRLEN3 = 68, BLK_HDR_LEN = 48, TPACKET_ALIGNMENT = 16 };
	bool v3 = po->tp_version == TPACKET_V3;
	u32 size = get_le32(req + REQ_BLOCK_SIZE), nr = get_le32(req + REQ_BLOCK_NR);
	u32 frame = get_le32(req + REQ_FRAME_SIZE);
	u32 min_frame = (v3 ? HDRLEN3 : HDRLEN) + po->tp_reserve;

	if ((s32)size <= 0 || size % PAGE_SIZE != 0)
		return false;
	if (v3 &&
	    size < (((u64)get_le32(req + REQ_SIZEOF_PRIV) + 7) & ~7ull) + BLK_HDR_LEN + min_frame)
		return false;
	if (frame < min_frame || frame % TPACKET_ALIGNMENT != 0 || size / frame == 0)
		return false;
	if (size / frame > U32_MAX / nr || size / frame * nr != get_le32(req + REQ_FRAME_NR))
		return false;
	return !v3 || !tx ||
	       (get_le32(req + REQ_RETIRE_BLK_TOV) == 0 && get_le32(req + REQ_SIZEOF_PRIV) == 0 &&
		get_le32(req + REQ_FEATURES) == 0);
}

/* LINUX: packet_set_ring(). No blocks: there is no ring before and none behind it, but what has
 * come is gone.
 */
static int set_ring(struct packet_sock *po, uptr optval, u32 optlen, bool tx)
{
	u32 len = po->tp_version == TPACKET_V3 ? REQ3_BYTES : REQ_BYTES;
	u8 req[REQ3_BYTES] = { 0 };

	if (optlen < len || copy_from_user(current_task(sock_net(&po->sk)), req, optval, len) != 0)
		return -EINVAL;
	if (get_le32(req + REQ_BLOCK_NR) != 0) {
		if (!ring_is_sane(po, req, tx))
			return -EINVAL;
		not_implemented("rings of packet sockets");
	}
	if (get_le32(req + REQ_FRAME_NR) != 0)
		return -EINVAL;
	packet_rehook(po);
	if (!tx)
		skb_queue_purge_reason(&po->sk.sk_receive_queue, DROP_QUEUE_PURGE);
	return 0;
}

/* -------- numbers -------- */

static int set_version(struct packet_sock *po, u32 val)
{
	if (val > TPACKET_V3)
		return -EINVAL;
	po->tp_version = (u8)val;
	return 0;
}

static int set_reserve(struct packet_sock *po, u32 val)
{
	if (val > INT32_MAX)
		return -EINVAL;
	po->tp_reserve = val;
	return 0;
}

static int set_vnet_hdr(struct packet_sock *po, u32 val)
{
	po->vnet_hdr_sz = val != 0 ? VIRTIO_NET_HDR_BYTES : 0;
	return 0;
}

static int set_vnet_hdr_sz(struct packet_sock *po, u32 val)
{
	if (val != 0 && val != VIRTIO_NET_HDR_BYTES && val != VIRTIO_NET_HDR_MRG_BYTES)
		return -EINVAL;
	po->vnet_hdr_sz = (u8)val;
	return 0;
}

static int set_copy_thresh(struct packet_sock *po, u32 val)
{
	po->copy_thresh = (s32)val;
	return 0;
}

static int set_timestamp(struct packet_sock *po, u32 val)
{
	po->tp_tstamp = val;
	return 0;
}

static int set_ignore_outgoing(struct packet_sock *po, u32 val)
{
	if (val > 1)
		return -EINVAL;
	po->prot_hook.ignore_outgoing = val != 0;
	return 0;
}

static u32 get_vnet_hdr(const struct packet_sock *po)
{
	return po->vnet_hdr_sz != 0 ? 1 : 0;
}
static u32 get_vnet_hdr_sz(const struct packet_sock *po)
{
	return po->vnet_hdr_sz;
}
static u32 get_copy_thresh(const struct packet_sock *po)
{
	return (u32)po->copy_thresh;
}
static u32 get_version(const struct packet_sock *po)
{
	return po->tp_version;
}
static u32 get_reserve(const struct packet_sock *po)
{
	return po->tp_reserve;
}
static u32 get_timestamp(const struct packet_sock *po)
{
	return po->tp_tstamp;
}
static u32 get_ignore_outgoing(const struct packet_sock *po)
{
	return po->prot_hook.ignore_outgoing ? 1 : 0;
}
static u32 get_fanout(const struct packet_sock *po)
{
	const struct packet_fanout *f = po->fanout;

	return f != NULL ? f->id | (u32)f->type << 16 | (u32)f->flags << 24 : 0;
}

/* Options that are a number: how it is set and told, or the flag that it is. */
struct packet_opt {
	int (*set)(struct packet_sock *po, u32 val);
	u32 (*get)(const struct packet_sock *po);
	u8 flag;     /* + 1 */
	bool longer; /* more bytes may be given */
	bool raw;    /* of SOCK_RAW alone */
};
static const struct packet_opt packet_opts[] = {
	[PACKET_COPY_THRESH] = { .set = set_copy_thresh, .get = get_copy_thresh },
	[PACKET_AUXDATA] = { .flag = PACKET_SOCK_AUXDATA + 1, .longer = true },
	[PACKET_ORIGDEV] = { .flag = PACKET_SOCK_ORIGDEV + 1, .longer = true },
	[PACKET_VERSION] = { .set = set_version, .get = get_version },
	[PACKET_RESERVE] = { .set = set_reserve, .get = get_reserve },
	[PACKET_LOSS] = { .flag = PACKET_SOCK_TP_LOSS + 1 },
	[PACKET_VNET_HDR] = { .set = set_vnet_hdr,
			      .get = get_vnet_hdr,
			      .longer = true,
			      .raw = true },
	[PACKET_VNET_HDR_SZ] = { .set = set_vnet_hdr_sz,
				 .get = get_vnet_hdr_sz,
				 .longer = true,
				 .raw = true },
	[PACKET_TIMESTAMP] = { .set = set_timestamp, .get = get_timestamp },
	[PACKET_FANOUT] = { .get = get_fanout },
	[PACKET_TX_HAS_OFF] = { .flag = PACKET_SOCK_TX_HAS_OFF + 1 },
	[PACKET_QDISC_BYPASS] = { .flag = PACKET_SOCK_QDISC_BYPASS + 1 },
	[PACKET_IGNORE_OUTGOING] = { .set = set_ignore_outgoing, .get = get_ignore_outgoing },
};

static const struct packet_opt *find_opt(int optname)
{
	if (optname < 0 || (size_t)optname >= ARRAY_SIZE(packet_opts))
		return NULL;
	return &packet_opts[optname];
}

static int set_number(struct packet_sock *po, const struct packet_opt *o, uptr optval, u32 optlen)
{
	u8 raw[4];

	if (o->raw && po->sk.sk_type != SOCK_RAW)
		return -EINVAL;
	if (optlen < sizeof(raw) || (optlen > sizeof(raw) && !o->longer))
		return -EINVAL;
	if (copy_from_user(current_task(sock_net(&po->sk)), raw, optval, sizeof(raw)) != 0)
		return -EFAULT;
	if (o->set != NULL)
		return o->set(po, get_le32(raw));
	packet_sock_flag_set(po, (enum packet_sock_flags)(o->flag - 1), get_le32(raw) != 0);
	return 0;
}

static int set_fanout(struct packet_sock *po, uptr optval, u32 optlen)
{
	u8 args[FANOUT_ARGS_BYTES] = { 0 };

	if (optlen != 4 && optlen != sizeof(args))
		return -EINVAL;
	if (copy_from_user(current_task(sock_net(&po->sk)), args, optval, optlen) != 0)
		return -EFAULT;
	return fanout_add(&po->sk, args);
}

int packet_setsockopt(struct socket *sock, int level, int optname, uptr optval, u32 optlen)
{
	struct packet_sock *po = pkt_sk(sock->sk);
	const struct packet_opt *o = find_opt(optname);

	if (level != SOL_PACKET)
		return -ENOPROTOOPT;
	switch (optname) {
	case PACKET_ADD_MEMBERSHIP:
	case PACKET_DROP_MEMBERSHIP:
		return set_membership(po, optname, optval, optlen);
	case PACKET_RX_RING:
	case PACKET_TX_RING:
		return set_ring(po, optval, optlen, optname == PACKET_TX_RING);
	case PACKET_FANOUT:
		return set_fanout(po, optval, optlen);
	case PACKET_FANOUT_DATA:
		return po->fanout != NULL ? fanout_set_data(po, optval, optlen) : -EINVAL;
	default:
		if (o == NULL || (o->set == NULL && o->flag == 0))
			return -ENOPROTOOPT;
		return set_number(po, o, optval, optlen);
	}
}

/* -------- what is told -------- */

enum { ANSWER_MAX = 24 };

/* LINUX: tpacket_stats_u: asking makes them 0. Packets that found no room count as packets. */
static u32 get_statistics(struct packet_sock *po, u8 *to)
{
	put_le32(to, po->tp_packets + po->tp_drops);
	put_le32(to + 4, po->tp_drops);
	put_le32(to + 8, 0);
	po->tp_packets = 0;
	po->tp_drops = 0;
	return po->tp_version == TPACKET_V3 ? 12 : 8;
}

static u32 get_rollover_stats(const struct packet_sock *po, u8 *to)
{
	put_le64(to, po->rollover.num);
	put_le64(to + 8, po->rollover.num_huge);
	put_le64(to + 16, po->rollover.num_failed);
	return 24;
}

/* How long the header of a ring's frame is, of the version that the program names. */
static int get_hdrlen(struct packet_sock *po, uptr optval, s32 len, u8 *to)
{
	static const u8 hdrlen[] = { [TPACKET_V1] = 32, [TPACKET_V2] = 32, [TPACKET_V3] = 48 };

	if (len < 4)
		return -EINVAL;
	if (copy_from_user(current_task(sock_net(&po->sk)), to, optval, 4) != 0)
		return -EFAULT;
	if (get_le32(to) >= ARRAY_SIZE(hdrlen))
		return -EINVAL;
	put_le32(to, hdrlen[get_le32(to)]);
	return 4;
}

/* The answer's length, or -errno. */
static int answer(struct packet_sock *po, int optname, uptr optval, s32 len, u8 *to)
{
	const struct packet_opt *o = find_opt(optname);

	switch (optname) {
	case PACKET_STATISTICS:
		return (int)get_statistics(po, to);
	case PACKET_HDRLEN:
		return get_hdrlen(po, optval, len, to);
	case PACKET_ROLLOVER_STATS:
		return po->has_rollover ? (int)get_rollover_stats(po, to) : -EINVAL;
	default:
		if (o == NULL || (o->get == NULL && o->flag == 0))
			return -ENOPROTOOPT;
		put_le32(to, o->get != NULL
				     ? o->get(po)
				     : packet_sock_flag(po, (enum packet_sock_flags)(o->flag - 1)));
		return 4;
	}
}

int packet_getsockopt(struct socket *sock, int level, int optname, uptr optval, uptr optlen)
{
	struct packet_sock *po = pkt_sk(sock->sk);
	struct task *t = current_task(sock_net(sock->sk));
	u8 raw[4], value[ANSWER_MAX];
	s32 len;
	int lv;

	if (level != SOL_PACKET)
		return -ENOPROTOOPT;
	if (copy_from_user(t, raw, optlen, sizeof(raw)) != 0)
		return -EFAULT;
	len = (s32)get_le32(raw);
	if (len < 0)
		return -EINVAL;
	lv = answer(po, optname, optval, len, value);
	if (lv < 0)
		return lv;
	len = min_s32(len, lv);
	put_le32(raw, (u32)len);
	if (copy_to_user(t, optlen, raw, sizeof(raw)) != 0 ||
	    copy_to_user(t, optval, value, (u64)len) != 0)
		return -EFAULT;
	return 0;
}
