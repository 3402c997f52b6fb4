// SPDX-License-Identifier: MIT
/* icmp.h - ICMP: echo, errors that we send (rate-limited), errors that reach sockets. */
#ifndef REFSTACK_IPV4_ICMP_H
#define REFSTACK_IPV4_ICMP_H

#include "ipv4/af_inet.h"
#include "ipv4/ip.h"

enum {
	ICMP_ECHOREPLY = 0,
	ICMP_DEST_UNREACH = 3,
	ICMP_SOURCE_QUENCH = 4,
	ICMP_REDIRECT = 5,
	ICMP_ECHO = 8,
	ICMP_TIME_EXCEEDED = 11,
	ICMP_PARAMETERPROB = 12,
	ICMP_TIMESTAMP = 13,
	ICMP_TIMESTAMPREPLY = 14,
	ICMP_INFO_REQUEST = 15,
	ICMP_INFO_REPLY = 16,
	ICMP_ADDRESS = 17,
	ICMP_ADDRESSREPLY = 18,
	ICMP_EXT_ECHO = 42,
	ICMP_EXT_ECHOREPLY = 43,
	NR_ICMP_TYPES = 18
};
enum {
	ICMP_NET_UNREACH,
	ICMP_HOST_UNREACH,
	ICMP_PROT_UNREACH,
	ICMP_PORT_UNREACH,
	ICMP_FRAG_NEEDED,
	ICMP_SR_FAILED,
	ICMP_PKT_FILTERED = 13,
	NR_ICMP_UNREACH = 15
};
enum { ICMP_REDIR_NET, ICMP_REDIR_HOST };
/* Offsets of the fields: type, code, checksum, and what depends on the type. */
enum { ICMP_TYPE = 0, ICMP_CODE = 1, ICMP_CHECK = 2, ICMP_REST = 4, ICMP_MTU = 6, ICMP_HLEN = 8 };
enum { ICMP_EXC_TTL, ICMP_EXC_FRAGTIME };

struct icmp_err {
	int errnum;
	bool fatal;
};
extern const struct icmp_err icmp_err_convert[NR_ICMP_UNREACH + 1];

struct icmp_state {
	struct inet_ctl_sock ctl;
	struct spinlock xmit_lock[CPU_MAX]; /* LINUX: a control socket for each CPU */
	s32 global_credit;
	u32 global_stamp;
};

int icmp_init(struct net *net);
void icmp_exit(struct net *net);
int icmp_rcv(struct sk_buff *skb);
void icmp_out_count(struct net *net, u8 type);
int icmp_err(struct sk_buff *skb, u32 info);
/* icmp_probe.c: the head of a probe becomes its answer's. False: there is none. */
bool icmp_build_probe(struct sk_buff *skb, u8 *icmph);
void icmp_send(struct sk_buff *skb_in, u8 type, u8 code, be32 info);

#endif
