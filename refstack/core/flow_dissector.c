// SPDX-License-Identifier: MIT
/* flow_dissector.c - which flow a packet belongs to, and the flow's hash.
 *
 * Path: step 6, when the hash chooses the transmit queue.
 * Rules: LINUX: net/core/flow_dissector.c, __skb_flow_dissect() with flow_keys_dissector.
 * DIVERGES(flow-outer-only): a packet in a tunnel or behind a VLAN tag is known by its outer
 * header, and IPv6 has no keys: only packet sockets send or hear such.
 */
#include "core/flow_dissector.h"

#include "core/netdevice.h"
#include "uapi/in.h"

enum flow_addr_type { FLOW_ADDR_NONE, FLOW_ADDR_IPV4 };

/* LINUX: struct flow_keys, as far as it is filled. */
struct flow_keys {
	u32 thoff;
	enum flow_addr_type addr_type;
	be16 n_proto;
	u8 ip_proto;
	u8 ports[4]; /* as in the packet: source, destination */
	u8 src[4], dst[4];
};

/* Where the hashed members of Linux's struct lie behind its control part, and how long what is
 * hashed of it is: there are no addresses, or the first eight of the address union's 32 bytes.
 */
enum {
	HASH_N_PROTO = 0,
	HASH_IP_PROTO = 2,
	HASH_PORTS = 28,
	HASH_ADDRS = 36,
	HASH_LEN_NONE = 40,
	HASH_LEN_IPV4 = 48,
};

enum { IPHDR_LEN = 20, IP_MF = 0x2000, IP_OFFSET = 0x1fff, NO_PORTS = -1 };

bool skb_header_bytes(const struct sk_buff *skb, s32 offset, void *to, u32 n)
{
	if (offset >= 0)
		return skb_copy_bits(skb, (u32)offset, to, n) == 0;
	if ((u32)-offset > skb_headroom(skb) || offset + (s32)n > (s32)skb_headlen(skb))
		return false;
	memcpy(to, skb->data + offset, n);
	return true;
}

/* LINUX: proto_ports_offset(). */
static s32 proto_ports_offset(u8 ip_proto)
{
	enum { DCCP = 33, ESP = 50, AH = 51, SCTP = 132, UDPLITE = 136 };

	switch (ip_proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case DCCP:
	case ESP:
	case SCTP:
	case UDPLITE:
		return 0;
	case AH:
		return 4;
	default:
		return NO_PORTS;
	}
}

/* LINUX: __skb_flow_get_ports(). */
static void skb_flow_get_ports(const struct sk_buff *skb, s32 thoff, struct flow_keys *keys)
{
	PROBE(skb->net, skb_flow_get_ports);
	s32 poff = proto_ports_offset(keys->ip_proto);

	if (poff == NO_PORTS)
		return;
	if (!skb_header_bytes(skb, thoff + poff, keys->ports, sizeof(keys->ports)))
		memset(keys->ports, 0, sizeof(keys->ports));
}

/* Returns whether there is more to look at: the transport header. */
static bool dissect_ipv4(const struct sk_buff *skb, s32 *nhoff, struct flow_keys *keys, bool *good)
{
	u8 iph[IPHDR_LEN];
	u16 frag_off;
	u32 ihl;

	*good = false;
	if (!skb_header_bytes(skb, *nhoff, iph, sizeof(iph)))
		return false;
	ihl = iph[0] & 0xf;
	if (ihl < 5)
		return false;
	*good = true;
	*nhoff += (s32)ihl * 4;
	keys->ip_proto = iph[9];
	memcpy(keys->src, iph + 12, 4);
	memcpy(keys->dst, iph + 16, 4);
	keys->addr_type = FLOW_ADDR_IPV4;
	/* All fragments of a datagram are one flow: the first one's ports do not count. */
	frag_off = get_be16(iph + 6);
	return (frag_off & (IP_MF | IP_OFFSET)) == 0;
}

/* LINUX: __skb_flow_dissect(). Without ports: flow_keys_basic_dissector. */
static bool skb_flow_dissect(const struct sk_buff *skb, struct flow_keys *keys, bool ports)
{
	PROBE(skb->net, skb_flow_dissect);
	s32 nhoff = skb_network_offset(skb);
	bool good = false;

	memset(keys, 0, sizeof(*keys));
	switch (be16_to_cpu(skb->protocol)) {
	case ETH_P_IP:
		if (dissect_ipv4(skb, &nhoff, keys, &good) && ports)
			skb_flow_get_ports(skb, nhoff, keys);
		break;
	case ETH_P_ARP:
		good = true;
		break;
	default:
		break;
	}
	keys->thoff = min_u32((u32)nhoff, skb->len);
	keys->n_proto = skb->protocol;
	if (keys->thoff > U16_MAX) {
		keys->thoff = U16_MAX;
		good = false;
	}
	return good;
}

static void swap_bytes(u8 *a, u8 *b, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		u8 t = a[i];

		a[i] = b[i];
		b[i] = t;
	}
}

/* Both directions of a flow get the same hash. LINUX: __flow_hash_consistentify() compares network
 * order numbers as a little-endian machine reads them.
 */
static void flow_hash_consistentify(struct flow_keys *keys)
{
	if (keys->addr_type != FLOW_ADDR_IPV4)
		return;
	if (get_le32(keys->dst) < get_le32(keys->src))
		swap_bytes(keys->src, keys->dst, 4);
	if (get_le16(keys->ports + 2) < get_le16(keys->ports))
		swap_bytes(keys->ports, keys->ports + 2, 2);
}

static u32 flow_hash_from_keys(const struct net *net, struct flow_keys *keys)
{
	u8 data[HASH_LEN_IPV4] = { 0 };
	u32 len = keys->addr_type == FLOW_ADDR_IPV4 ? HASH_LEN_IPV4 : HASH_LEN_NONE;
	u32 hash;

	flow_hash_consistentify(keys);
	store_be16(data + HASH_N_PROTO, keys->n_proto);
	data[HASH_IP_PROTO] = keys->ip_proto;
	memcpy(data + HASH_PORTS, keys->ports, 4);
	memcpy(data + HASH_ADDRS, keys->src, 4);
	memcpy(data + HASH_ADDRS + 4, keys->dst, 4);
	hash = (u32)siphash(data, len, &net->flow_keys);
	return hash != 0 ? hash : 1;
}

void skb_get_hash_net(const struct net *net, struct sk_buff *skb)
{
	PROBE(net, skb_get_hash_net);
	struct flow_keys keys;

	skb_flow_dissect(skb, &keys, true);
	skb->hash = flow_hash_from_keys(net, &keys);
	skb->sw_hash = true;
	skb->l4_hash = get_le32(keys.ports) != 0;
}

u32 skb_get_hash(struct sk_buff *skb)
{
	if (!skb->l4_hash && !skb->sw_hash)
		skb_get_hash_net(skb->net, skb);
	return skb->hash;
}

void skb_probe_transport_header(struct sk_buff *skb)
{
	struct flow_keys keys;

	if (skb->transport_header != U16_MAX)
		return;
	if (skb_flow_dissect(skb, &keys, false))
		skb_set_transport_header(skb, keys.thoff);
}

u32 skb_get_hash_symmetric(const struct sk_buff *skb)
{
	struct flow_keys keys;

	skb_flow_dissect(skb, &keys, true);
	return flow_hash_from_keys(skb->net, &keys);
}

/* LINUX: __skb_get_poff(): behind the header of these protocols. */
static u32 transport_hlen(const struct sk_buff *skb, const struct flow_keys *keys)
{
	enum { ICMP = 1, IGMP = 2, DCCP = 33, ICMPV6 = 58, SCTP = 132, UDPLITE = 136 };
	enum { TCP_DOFF_AT = 12, TCP_HLEN = 20, LONG_HLEN = 12, SHORT_HLEN = 8 };
	u8 doff;

	switch (keys->ip_proto) {
	case IPPROTO_TCP:
		if (skb_copy_bits(skb, keys->thoff + TCP_DOFF_AT, &doff, 1) != 0)
			return 0;
		return max_u32(TCP_HLEN, (doff & 0xf0u) >> 2);
	case IPPROTO_UDP:
	case UDPLITE:
	case ICMP:
	case ICMPV6:
	case IGMP:
		return SHORT_HLEN;
	case DCCP:
	case SCTP:
		return LONG_HLEN;
	default:
		return 0;
	}
}

/* A later fragment has no transport header. */
static bool is_later_fragment(const struct sk_buff *skb, const struct flow_keys *keys)
{
	u8 frag_off[2];

	if (keys->addr_type != FLOW_ADDR_IPV4 ||
	    !skb_header_bytes(skb, skb_network_offset(skb) + 6, frag_off, sizeof(frag_off)))
		return false;
	return (get_be16(frag_off) & IP_OFFSET) != 0;
}

u32 skb_get_poff(const struct sk_buff *skb)
{
	struct flow_keys keys;

	if (!skb_flow_dissect(skb, &keys, false))
		return 0;
	if (is_later_fragment(skb, &keys))
		return keys.thoff;
	return keys.thoff + transport_hlen(skb, &keys);
}

bool skb_flow_dissect_flow_keys_basic(const struct sk_buff *skb, struct flow_keys_basic *to)
{
	struct flow_keys keys;
	bool good = skb_flow_dissect(skb, &keys, false);

	*to = (struct flow_keys_basic){ .thoff = keys.thoff, .ip_proto = keys.ip_proto };
	return good;
}
