// SPDX-License-Identifier: MIT
/* vlan.c - 802.1Q headers of frames that come in. There are no VLAN devices.
 *
 * Rules: LINUX: skb_vlan_untag(), vlan_set_encap_proto(), skb_reorder_vlan_header().
 */
#include "core/netdevice.h"

/* A type below 0x0600 is a length: what follows is 802.2, or Novell's raw 802.3. */
static u16 vlan_encap_proto(const u8 *vhdr)
{
	u16 proto = get_be16(vhdr + 2);

	if (proto >= ETH_P_802_3_MIN)
		return proto;
	return get_be16(vhdr + VLAN_HLEN) == 0xffff ? ETH_P_802_3 : ETH_P_802_2;
}

/* Moves the addresses up to where the packet now begins. */
static bool skb_reorder_vlan_header(struct sk_buff *skb)
{
	u32 mac_len;

	if (skb_cloned(skb) && pskb_expand_head(skb, 0, 0) != 0)
		return false;
	mac_len = (u32)(skb->data - skb_mac_header(skb));
	if (mac_len > VLAN_HLEN + 2)
		memmove(skb->head + skb->mac_header + VLAN_HLEN, skb->head + skb->mac_header,
			mac_len - VLAN_HLEN - 2);
	skb->mac_header = (u16)(skb->mac_header + VLAN_HLEN);
	return true;
}

struct sk_buff *skb_vlan_untag(struct sk_buff *skb)
{
	u16 proto;

	if (skb->vlan_present)
		return skb;
	skb = skb_share_check(skb);
	if (skb == NULL)
		return NULL;
	if (!pskb_may_pull(skb, VLAN_HLEN + 2))
		goto err_free;
	skb->vlan_present = true;
	skb->vlan_tci = get_be16(skb->data);
	skb->vlan_proto = be16_to_cpu(skb->protocol);
	proto = vlan_encap_proto(skb->data);
	skb_pull_rcsum(skb, VLAN_HLEN);
	skb->protocol = cpu_to_be16(proto);
	if (!skb_reorder_vlan_header(skb))
		goto err_free;
	skb_reset_network_header(skb);
	if (skb->transport_header == U16_MAX)
		skb_reset_transport_header(skb);
	assert(skb->mac_header <= skb->network_header);
	skb->mac_len = (u16)(skb->network_header - skb->mac_header);
	return skb;

err_free:
	kfree_skb_reason(skb, DROP_NOT_SPECIFIED);
	return NULL;
}
