// SPDX-License-Identifier: MIT
/* in.h - protocol numbers and the options of levels SOL_IP and SOL_UDP. */
#ifndef REFSTACK_UAPI_IN_H
#define REFSTACK_UAPI_IN_H

#define IP_TOS                     1
#define IP_TTL                     2
#define IP_HDRINCL                 3
#define IP_OPTIONS                 4
#define IP_ROUTER_ALERT            5
#define IP_RECVOPTS                6
#define IP_RETOPTS                 7
#define IP_PKTINFO                 8
#define IP_PKTOPTIONS              9
#define IP_MTU_DISCOVER            10
#define IP_RECVERR                 11
#define IP_RECVTTL                 12
#define IP_RECVTOS                 13
#define IP_MTU                     14
#define IP_FREEBIND                15
#define IP_IPSEC_POLICY            16
#define IP_XFRM_POLICY             17
#define IP_PASSSEC                 18
#define IP_TRANSPARENT             19
#define IP_RECVRETOPTS             IP_RETOPTS
#define IP_ORIGDSTADDR             20
#define IP_RECVORIGDSTADDR         IP_ORIGDSTADDR
#define IP_MINTTL                  21
#define IP_NODEFRAG                22
#define IP_CHECKSUM                23
#define IP_BIND_ADDRESS_NO_PORT    24
#define IP_RECVFRAGSIZE            25
#define IP_RECVERR_RFC4884         26
#define IP_MULTICAST_IF            32
#define IP_MULTICAST_TTL           33
#define IP_MULTICAST_LOOP          34
#define IP_ADD_MEMBERSHIP          35
#define IP_DROP_MEMBERSHIP         36
#define IP_UNBLOCK_SOURCE          37
#define IP_BLOCK_SOURCE            38
#define IP_ADD_SOURCE_MEMBERSHIP   39
#define IP_DROP_SOURCE_MEMBERSHIP  40
#define IP_MSFILTER                41
#define MCAST_JOIN_GROUP           42
#define MCAST_BLOCK_SOURCE         43
#define MCAST_UNBLOCK_SOURCE       44
#define MCAST_LEAVE_GROUP          45
#define MCAST_JOIN_SOURCE_GROUP    46
#define MCAST_LEAVE_SOURCE_GROUP   47
#define MCAST_MSFILTER             48
#define IP_MULTICAST_ALL           49
#define IP_UNICAST_IF              50
#define IP_LOCAL_PORT_RANGE        51
#define IP_PROTOCOL                52
#define MCAST_EXCLUDE              0
#define MCAST_INCLUDE              1
#define IP_DEFAULT_MULTICAST_TTL   1
#define IP_DEFAULT_MULTICAST_LOOP  1
#define UDP_CORK                   1
#define UDP_ENCAP                  100
#define UDP_NO_CHECK6_TX           101
#define UDP_NO_CHECK6_RX           102
#define UDP_SEGMENT                103
#define UDP_GRO                    104
#define UDP_ENCAP_ESPINUDP_NON_IKE 1
#define UDP_ENCAP_ESPINUDP         2
#define UDP_ENCAP_L2TPINUDP        3
#define UDP_ENCAP_GTP0             4
#define UDP_ENCAP_GTP1U            5
#define UDP_ENCAP_RXRPC            6
#define TCP_ENCAP_ESPINTCP         7

/* LINUX: IPPROTO_*: an enumeration, as there. */
enum {
	IPPROTO_IP = 0,
	IPPROTO_ICMP = 1,
	IPPROTO_IGMP = 2,
	IPPROTO_IPIP = 4,
	IPPROTO_TCP = 6,
	IPPROTO_EGP = 8,
	IPPROTO_PUP = 12,
	IPPROTO_UDP = 17,
	IPPROTO_IDP = 22,
	IPPROTO_TP = 29,
	IPPROTO_DCCP = 33,
	IPPROTO_IPV6 = 41,
	IPPROTO_RSVP = 46,
	IPPROTO_GRE = 47,
	IPPROTO_ESP = 50,
	IPPROTO_AH = 51,
	IPPROTO_MTP = 92,
	IPPROTO_BEETPH = 94,
	IPPROTO_ENCAP = 98,
	IPPROTO_PIM = 103,
	IPPROTO_COMP = 108,
	IPPROTO_L2TP = 115,
	IPPROTO_SCTP = 132,
	IPPROTO_UDPLITE = 136,
	IPPROTO_MPLS = 137,
	IPPROTO_ETHERNET = 143,
	IPPROTO_RAW = 255,
	IPPROTO_SMC = 256,
	IPPROTO_MPTCP = 262,
	IPPROTO_MAX
};

#endif
