// SPDX-License-Identifier: MIT
/* udplite.c - UDP-Lite: UDP whose checksum may cover a part of the datagram only.
 *
 * Path: as UDP's, whose functions do the work with another table: sending in udp.c, receiving in
 * udp_recv.c, ports in udp_hash.c, the two options of the coverage in udp_sockopt.c.
 * Rules: RFC 3828; LINUX: net/ipv4/udplite.c, include/net/udplite.h.
 */
#include "ipv4/udplite.h"

#include "ipv4/af_inet.h"
#include "ipv4/udp.h"
#include "uapi/in.h"

int udplite_rcv(struct sk_buff *skb)
{
	return udp4_lib_rcv(skb, skb->net->udplite_table, IPPROTO_UDPLITE);
}

/* LINUX: udplite_err(): routes learn nothing from it, only the socket does. */
int udplite_err(struct sk_buff *skb, u32 info)
{
	return udp4_lib_err(skb, info, skb->net->udplite_table);
}

/* Its memory is counted as UDP's. */
const struct proto udplite_prot = {
	.name = "UDP-Lite",
	.close = udp_lib_close,
	.connect = ip4_datagram_connect,
	.disconnect = udp_disconnect,
	.ioctl = udp_ioctl,
	.init = udp_init_sock,
	.destroy = udp_destroy_sock,
	.setsockopt = udp_setsockopt,
	.getsockopt = udp_getsockopt,
	.sendmsg = udp_sendmsg,
	.recvmsg = udp_recvmsg,
	.hash = udp_lib_hash,
	.unhash = udp_lib_unhash,
	.rehash = udp_v4_rehash,
	.get_port = udp_v4_get_port,
	.memory_allocated = PROTO_MEM_UDP,
	.sysctl_wmem_offset = offsetof(struct net_sysctl, udp_wmem_min),
	.sysctl_rmem_offset = offsetof(struct net_sysctl, udp_rmem_min),
	.obj_size = sizeof(struct udp_sock),
	.inuse_idx = PROTO_INUSE_UDPLITE,
};

static const struct inet_protosw udplite4_protosw = {
	.type = SOCK_DGRAM,
	.protocol = IPPROTO_UDPLITE,
	.prot = &udplite_prot,
	.ops = &inet_dgram_ops,
	.flags = INET_PROTOSW_PERMANENT,
};

void udplite4_register(struct net *net)
{
	inet_register_protosw(net, &udplite4_protosw);
}
