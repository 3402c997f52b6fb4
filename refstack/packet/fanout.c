// SPDX-License-Identifier: MIT
/* fanout.c - groups of packet sockets that share what comes: each packet goes to one member.
 *
 * Called by the device layer in place of packet_rcv(), and by the options. Rules: LINUX:
 * packet_rcv_fanout(), fanout_add() and relatives in net/packet/af_packet.c.
 */
#include "base/random.h"
#include "ipv4/ip.h"
#include "packet/packet_internal.h"
#include "uapi/errno.h"
#include "uapi/if_packet.h"
#include "wire/ipv4.h"

enum { PACKET_FANOUT_MAX = 1 << 16, FANOUT_MAX_DEFAULT = 256, ROOM_POW_OFF = 2 };
enum room { ROOM_NONE, ROOM_LOW, ROOM_NORMAL };

/* -------- members -------- */

static struct packet_sock *member(const struct packet_fanout *f, u32 idx)
{
	struct packet_sock *po;

	assert(idx < f->num_members);
	list_for_each_entry (po, &f->members, struct packet_sock, fanout_node) {
		if (idx == 0)
			break;
		idx--;
	}
	return po;
}

void fanout_link(struct packet_sock *po)
{
	struct packet_fanout *f = po->fanout;

	list_add_tail(&po->fanout_node, &f->members);
	f->num_members++;
	if (f->num_members == 1)
		dev_add_pack(f->net, &f->prot_hook);
}

/* The last one takes the place of the one that goes. */
void fanout_unlink(struct packet_sock *po)
{
	struct packet_fanout *f = po->fanout;
	struct list_head *before = po->fanout_node.prev, *last = f->members.prev;

	list_del_init(&po->fanout_node);
	if (last != &po->fanout_node) {
		list_del_init(last);
		list_add(last, before);
	}
	f->num_members--;
	if (f->num_members == 0)
		dev_remove_pack(f->net, &f->prot_hook);
}

/* -------- is there room? -------- */

static enum room has_room(const struct packet_sock *po, const struct sk_buff *skb)
{
	s32 rcvbuf = po->sk.sk_rcvbuf;
	s32 avail = rcvbuf - (s32)po->sk.sk_rmem_alloc - (skb != NULL ? (s32)skb->truesize : 0);

	if (avail > rcvbuf >> ROOM_POW_OFF)
		return ROOM_NORMAL;
	return avail > 0 ? ROOM_LOW : ROOM_NONE;
}

static enum room packet_rcv_has_room(struct packet_sock *po, const struct sk_buff *skb)
{
	enum room room = has_room(po, skb);

	packet_sock_flag_set(po, PACKET_SOCK_PRESSURE, room != ROOM_NORMAL);
	return room;
}

void packet_rcv_try_clear_pressure(struct packet_sock *po)
{
	if (packet_sock_flag(po, PACKET_SOCK_PRESSURE) && has_room(po, NULL) == ROOM_NORMAL)
		packet_sock_flag_set(po, PACKET_SOCK_PRESSURE, false);
}

/* Is more than half of what came lately of this packet's flow? */
static bool fanout_flow_is_huge(struct packet_sock *po, struct sk_buff *skb)
{
	u32 *history = po->rollover.history;
	u32 rxhash = skb_get_hash(skb), count = 0;

	for (u32 i = 0; i < ROLLOVER_HLEN; i++)
		if (history[i] == rxhash)
			count++;
	history[get_random_u8_below(skb->net->random, ROLLOVER_HLEN)] = rxhash;
	return count > ROLLOVER_HLEN / 2;
}

/* -------- who gets it -------- */

/* Another member, when the one whose turn it is has no room. */
static u32 fanout_demux_rollover(const struct packet_fanout *f, struct sk_buff *skb, u32 idx,
				 bool try_self)
{
	u32 num = f->num_members, first, i;
	struct packet_sock *po = member(f, idx), *skip = NULL;
	enum room room = ROOM_NONE;

	if (try_self) {
		room = packet_rcv_has_room(po, skb);
		if (room == ROOM_NORMAL || (room == ROOM_LOW && !fanout_flow_is_huge(po, skb)))
			return idx;
		skip = po;
	}
	first = min_u32(po->rollover.sock, num - 1);
	i = first;
	do {
		struct packet_sock *next = member(f, i);

		if (next != skip && !packet_sock_flag(next, PACKET_SOCK_PRESSURE) &&
		    packet_rcv_has_room(next, skb) == ROOM_NORMAL) {
			po->rollover.sock = i;
			po->rollover.num++;
			po->rollover.num_huge += room == ROOM_LOW ? 1 : 0;
			return i;
		}
		i = i + 1 == num ? 0 : i + 1;
	} while (i != first);
	po->rollover.num_failed++;
	return idx;
}

static u32 fanout_demux(struct packet_fanout *f, struct sk_buff *skb)
{
	u32 num = f->num_members;

	switch (f->type) {
	case PACKET_FANOUT_LB:
		f->rr_cur++;
		return f->rr_cur % num;
	case PACKET_FANOUT_CPU:
		return this_cpu(f->net)->id % num;
	case PACKET_FANOUT_RND:
		return get_random_u32_below(f->net->random, num);
	case PACKET_FANOUT_QM:
		return skb->queue_mapping % num;
	case PACKET_FANOUT_ROLLOVER:
		return fanout_demux_rollover(f, skb, 0, false);
	case PACKET_FANOUT_CBPF:
	case PACKET_FANOUT_EBPF:
		return f->has_prog ? bpf_prog_run(&f->bpf_prog, skb) % num : 0;
	default:
		return reciprocal_scale(skb_get_hash_symmetric(skb), num);
	}
}

static bool fanout_has_flag(const struct packet_fanout *f, u32 flag)
{
	return (f->flags & flag >> 8) != 0;
}

/* LINUX: ip_check_defrag(): a fragment of a datagram that is not complete yet goes no further:
 * NULL.
 */
static struct sk_buff *ip_check_defrag(struct net *net, struct sk_buff *skb)
{
	enum { IP_DEFRAG_AF_PACKET = 196613, FRAG_BITS = 0x3fff };
	u32 netoff = (u32)skb_network_offset(skb), len, hlen;
	u8 iph[IPV4_HLEN];

	if (be16_to_cpu(skb->protocol) != ETH_P_IP ||
	    skb_copy_bits(skb, netoff, iph, sizeof(iph)) != 0 || iph[0] >> 4 != 4 ||
	    (iph[0] & 0xf) < 5)
		return skb;
	hlen = (iph[0] & 0xfu) * 4;
	len = get_be16(iph + 2);
	if (skb->len < netoff + len || len < hlen || (get_be16(iph + 6) & FRAG_BITS) == 0)
		return skb;
	skb = skb_share_check(skb);
	if (skb == NULL)
		return NULL;
	if (!pskb_may_pull(skb, netoff + hlen) || pskb_trim_rcsum(skb, netoff + len) != 0) {
		kfree_skb(skb);
		return NULL;
	}
	memset(skb->cb, 0, sizeof(skb->cb));
	if (ip_defrag(net, skb, IP_DEFRAG_AF_PACKET) != 0)
		return NULL;
	skb->hash = 0;
	skb->sw_hash = false;
	skb->l4_hash = false;
	return skb;
}

static int packet_rcv_fanout(struct sk_buff *skb, struct net_device *dev,
			     const struct packet_type *pt, struct net_device *orig_dev)
{
	struct packet_fanout *f = pt->af_packet_priv;
	const struct packet_sock *po;
	u32 idx;

	if (dev_net(dev) != f->net || f->num_members == 0) {
		kfree_skb(skb);
		return 0;
	}
	if (fanout_has_flag(f, PACKET_FANOUT_FLAG_DEFRAG)) {
		skb = ip_check_defrag(f->net, skb);
		if (skb == NULL)
			return 0;
	}
	idx = fanout_demux(f, skb);
	if (fanout_has_flag(f, PACKET_FANOUT_FLAG_ROLLOVER))
		idx = fanout_demux_rollover(f, skb, idx, true);
	po = member(f, idx);
	return po->prot_hook.func(skb, dev, &po->prot_hook, orig_dev);
}

static bool match_fanout_group(const struct packet_type *ptype, const struct sock *sk)
{
	return sk->sk_family == AF_PACKET && ptype->af_packet_priv == pkt_sk(sk)->fanout;
}

/* -------- groups -------- */

static struct packet_fanout *find_group(const struct net *net, u16 id)
{
	struct packet_fanout *f;

	list_for_each_entry (f, &net->taps->fanout_list, struct packet_fanout, list)
		if (f->id == id && f->net == net)
			return f;
	return NULL;
}

/* The next number that no group of the net has. */
static bool fanout_find_new_id(const struct net *net, u16 *new_id)
{
	u16 id = net->taps->fanout_next_id;

	do {
		if (find_group(net, id) == NULL) {
			*new_id = id;
			net->taps->fanout_next_id = (u16)(id + 1);
			return true;
		}
		id++;
	} while (id != net->taps->fanout_next_id);
	return false;
}

struct fanout_args {
	u16 id, type_flags;
	u8 type, flags;
	u32 max_num_members;
};

static struct packet_fanout *fanout_new(const struct packet_sock *po,
					const struct fanout_args *args, int *err)
{
	struct net *net = sock_net(&po->sk);
	struct packet_fanout *f;

	*err = -EINVAL;
	if (args->max_num_members > PACKET_FANOUT_MAX)
		return NULL;
	*err = -ENOMEM;
	f = pool_zalloc(&net->packet_fanout_pool);
	if (f == NULL)
		return NULL;
	f->net = net;
	f->id = args->id;
	f->type = args->type;
	f->flags = args->flags;
	f->max_num_members =
		args->max_num_members != 0 ? args->max_num_members : (u32)FANOUT_MAX_DEFAULT;
	INIT_LIST_HEAD(&f->members);
	f->prot_hook.type = po->prot_hook.type;
	f->prot_hook.dev = po->prot_hook.dev;
	f->prot_hook.func = packet_rcv_fanout;
	f->prot_hook.af_packet_priv = f;
	f->prot_hook.id_match = match_fanout_group;
	f->prot_hook.ignore_outgoing = (args->type_flags & PACKET_FANOUT_FLAG_IGNORE_OUTGOING) != 0;
	list_add(&f->list, &net->taps->fanout_list);
	return f;
}

/* The group that the arguments name, a new one if need be. */
static struct packet_fanout *fanout_group(const struct packet_sock *po, struct fanout_args *args,
					  int *err)
{
	struct packet_fanout *f;

	if ((args->type_flags & PACKET_FANOUT_FLAG_UNIQUEID) != 0) {
		*err = -EINVAL;
		if (args->id != 0)
			return NULL;
		*err = -ENOMEM;
		if (!fanout_find_new_id(sock_net(&po->sk), &args->id))
			return NULL;
		args->flags &= (u8) ~(PACKET_FANOUT_FLAG_UNIQUEID >> 8);
	}
	f = find_group(sock_net(&po->sk), args->id);
	if (f == NULL)
		return fanout_new(po, args, err);
	*err = -EINVAL;
	if (f->flags != args->flags)
		return NULL;
	if (args->max_num_members != 0 && args->max_num_members != f->max_num_members)
		return NULL;
	return f;
}

static int fanout_join(struct packet_sock *po, struct packet_fanout *f,
		       const struct fanout_args *args)
{
	if (!packet_sock_flag(po, PACKET_SOCK_RUNNING) || f->type != args->type ||
	    f->prot_hook.type != po->prot_hook.type || f->prot_hook.dev != po->prot_hook.dev)
		return -EINVAL;
	if (f->sk_ref >= f->max_num_members)
		return -ENOSPC;
	dev_remove_pack(f->net, &po->prot_hook);
	po->fanout = f;
	po->has_rollover = args->type == PACKET_FANOUT_ROLLOVER ||
			   (args->type_flags & PACKET_FANOUT_FLAG_ROLLOVER) != 0;
	f->sk_ref++;
	fanout_link(po);
	return 0;
}

static void fanout_free(struct packet_fanout *f)
{
	list_del_init(&f->list);
	if (f->has_prog)
		bpf_prog_destroy(&f->bpf_prog);
	pool_free(&f->net->packet_fanout_pool, f);
}

/* raw: struct fanout_args. */
int fanout_add(struct sock *sk, const u8 *raw)
{
	struct packet_sock *po = pkt_sk(sk);
	struct fanout_args args = {
		.id = get_le16(raw + FANOUT_ARGS_ID),
		.type_flags = get_le16(raw + FANOUT_ARGS_TYPE_FLAGS),
		.max_num_members = get_le32(raw + FANOUT_ARGS_MAX_NUM_MEMBERS),
	};
	struct packet_fanout *f;
	int err;

	args.type = (u8)args.type_flags;
	args.flags = (u8)(args.type_flags >> 8);
	if (args.type > PACKET_FANOUT_EBPF ||
	    (args.type == PACKET_FANOUT_ROLLOVER &&
	     (args.type_flags & PACKET_FANOUT_FLAG_ROLLOVER) != 0))
		return -EINVAL;
	if (po->fanout != NULL)
		return -EALREADY;
	f = fanout_group(po, &args, &err);
	if (f == NULL)
		return err;
	err = fanout_join(po, f, &args);
	if (err != 0 && f->sk_ref == 0)
		fanout_free(f);
	return err;
}

void fanout_release(struct packet_sock *po)
{
	struct packet_fanout *f = po->fanout;

	if (f == NULL)
		return;
	po->fanout = NULL;
	assert(f->sk_ref > 0);
	f->sk_ref--;
	if (f->sk_ref == 0)
		fanout_free(f);
}

/* LINUX: fanout_set_data_cbpf(). */
static int set_cbpf(struct packet_sock *po, uptr data, u32 len)
{
	struct packet_fanout *f = po->fanout;
	struct bpf_prog prog;
	u8 fprog[16];
	int err;

	if (sock_flag(&po->sk, SOCK_FILTER_LOCKED))
		return -EPERM;
	err = copy_bpf_fprog_from_user(f->net, fprog, data, len);
	if (err == 0)
		err = bpf_prog_create_from_user(f->net, &prog, fprog);
	if (err != 0)
		return err;
	if (f->has_prog)
		bpf_prog_destroy(&f->bpf_prog);
	f->bpf_prog = prog;
	f->has_prog = true;
	return 0;
}

/* LINUX: fanout_set_data_ebpf() where there is no bpf() system call. */
static int set_ebpf(const struct packet_sock *po, uptr data, u32 len)
{
	u8 fd[4];

	if (sock_flag(&po->sk, SOCK_FILTER_LOCKED))
		return -EPERM;
	if (len != sizeof(fd))
		return -EINVAL;
	if (copy_from_user(current_task(sock_net(&po->sk)), fd, data, sizeof(fd)) != 0)
		return -EFAULT;
	return -EOPNOTSUPP;
}

int fanout_set_data(struct packet_sock *po, uptr data, u32 len)
{
	switch (po->fanout->type) {
	case PACKET_FANOUT_CBPF:
		return set_cbpf(po, data, len);
	case PACKET_FANOUT_EBPF:
		return set_ebpf(po, data, len);
	default:
		return -EINVAL;
	}
}
