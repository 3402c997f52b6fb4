// SPDX-License-Identifier: MIT
/* icmp_probe.c - the extended echo: is an interface of this host there, is it up, has it addresses?
 *
 * Path: icmp_rcv() of type 42, where net.ipv4.icmp_echo_enable_probe lets it be asked.
 * Rules: RFC 8335, RFC 4884 7 and 8; LINUX: icmp_build_probe() of a kernel without IPv6.
 */
#include "core/netdevice.h"
#include "ipv4/icmp.h"
#include "ipv4/inetdevice.h"

/* The message's rest: identifier, sequence number, and flags, which a request and its answer use
 * differently. RFC 8335 2, 3.
 */
enum { PROBE_FLAGS = 7, PROBE_LOCAL = 0x01, PROBE_ACTIVE = 0x04, PROBE_IPV4 = 0x02 };
enum { ICMP_EXT_CODE_MAL_QUERY = 1, ICMP_EXT_CODE_NO_IF = 2 };
/* Offsets behind the message's head: the extension's header, the object's, what it names. */
enum { OBJ_LEN = 4, OBJ_CTYPE = 7, OBJ_IDENT = 8 };
enum { OBJ_HLEN = 4, IDENT_MAX = 20, CTYPE_NAME = 1, CTYPE_INDEX = 2, CTYPE_ADDR = 3 };
/* Of an address: its family, its length, the address. */
enum { ADDR_AFI = 0, ADDR_LEN = 2, ADDR_HLEN = 4, AFI_IP = 1 };

struct probe_query {
	u8 ctype;
	u8 ident[IDENT_MAX];
	u32 ident_len;
};

/* False: malformed. */
static bool probe_parse(const struct sk_buff *skb, struct probe_query *q)
{
	u8 head[OBJ_IDENT];
	u32 len;

	if (skb_copy_bits(skb, 0, head, sizeof(head)) != 0)
		return false;
	len = get_be16(head + OBJ_LEN);
	if (len <= OBJ_HLEN || len > OBJ_HLEN + IDENT_MAX)
		return false;
	q->ctype = head[OBJ_CTYPE];
	q->ident_len = len - OBJ_HLEN;
	memset(q->ident, 0, sizeof(q->ident));
	return skb_copy_bits(skb, OBJ_IDENT, q->ident, q->ident_len) == 0;
}

/* Each finds its device, or none; false: malformed. */
static bool probe_by_name(struct net *net, const struct probe_query *q, struct net_device **dev)
{
	if (q->ident_len >= IFNAMSIZ)
		return false;
	*dev = dev_get_by_name(net, (const char *)q->ident);
	return true;
}

static bool probe_by_index(struct net *net, const struct probe_query *q, struct net_device **dev)
{
	if (q->ident_len != 4)
		return false;
	*dev = dev_get_by_index(net, (s32)get_be32(q->ident));
	return true;
}

static bool probe_by_addr(struct net *net, const struct probe_query *q, struct net_device **dev)
{
	if (q->ident_len != ADDR_HLEN + 4 || q->ident[ADDR_LEN] != 4 ||
	    get_be16(q->ident + ADDR_AFI) != AFI_IP)
		return false;
	*dev = ip_dev_find(net, load_be32(q->ident + ADDR_HLEN));
	return true;
}

static bool probe_find(struct net *net, const struct probe_query *q, struct net_device **dev)
{
	switch (q->ctype) {
	case CTYPE_NAME:
		return probe_by_name(net, q, dev);
	case CTYPE_INDEX:
		return probe_by_index(net, q, dev);
	case CTYPE_ADDR:
		return probe_by_addr(net, q, dev);
	default:
		return false;
	}
}

bool icmp_build_probe(struct sk_buff *skb, u8 *icmph)
{
	struct net *net = skb->net;
	PROBE(net, icmp_build_probe);
	struct net_device *dev = NULL;
	const struct in_device *in_dev;
	struct probe_query q;

	/* Others' interfaces are not ours to tell of: the L bit must be set. */
	if (net->sysctl.icmp_echo_enable_probe == 0 || (icmph[PROBE_FLAGS] & PROBE_LOCAL) == 0)
		return false;
	icmph[ICMP_TYPE] = ICMP_EXT_ECHOREPLY;
	icmph[PROBE_FLAGS] = 0;
	if (!probe_parse(skb, &q) || !probe_find(net, &q, &dev)) {
		icmph[ICMP_CODE] = ICMP_EXT_CODE_MAL_QUERY;
		return true;
	}
	if (dev == NULL) {
		icmph[ICMP_CODE] = ICMP_EXT_CODE_NO_IF;
		return true;
	}
	if ((dev->flags & IFF_UP) != 0)
		icmph[PROBE_FLAGS] |= PROBE_ACTIVE;
	in_dev = in_dev_get(dev);
	if (in_dev != NULL && in_dev->ifa_list != NULL)
		icmph[PROBE_FLAGS] |= PROBE_IPV4;
	return true;
}
