// SPDX-License-Identifier: MIT
/* udplite.c - UDP-Lite: the kernel has it, so its sockets are not refused; nothing else is here.
 *
 * Path: none. Rules: RFC 3828; LINUX: net/ipv4/udplite.c.
 */
#include "ipv4/af_inet.h"
#include "uapi/in.h"

static int udplite_sk_init(struct sock *sk)
{
	(void)sk;
	not_implemented("UDP-Lite");
}

const struct proto udplite_prot = {
	.name = "UDP-Lite",
	.init = udplite_sk_init,
	.obj_size = sizeof(struct inet_sock),
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
