// SPDX-License-Identifier: MIT
/* if_packet.h - packet sockets: addresses, options, and what these hold. PACKET_HOST and relatives
 * are in core/skbuff.h.
 */
#ifndef REFSTACK_UAPI_IF_PACKET_H
#define REFSTACK_UAPI_IF_PACKET_H

/* Options of level SOL_PACKET, and kinds of control messages. */
#define PACKET_ADD_MEMBERSHIP  1
#define PACKET_DROP_MEMBERSHIP 2
#define PACKET_RECV_OUTPUT     3
#define PACKET_RX_RING	       5
#define PACKET_STATISTICS      6
#define PACKET_COPY_THRESH     7
#define PACKET_AUXDATA	       8
#define PACKET_ORIGDEV	       9
#define PACKET_VERSION	       10
#define PACKET_HDRLEN	       11
#define PACKET_RESERVE	       12
#define PACKET_TX_RING	       13
#define PACKET_LOSS	       14
#define PACKET_VNET_HDR	       15
#define PACKET_TX_TIMESTAMP    16
#define PACKET_TIMESTAMP       17
#define PACKET_FANOUT	       18
#define PACKET_TX_HAS_OFF      19
#define PACKET_QDISC_BYPASS    20
#define PACKET_ROLLOVER_STATS  21
#define PACKET_FANOUT_DATA     22
#define PACKET_IGNORE_OUTGOING 23
#define PACKET_VNET_HDR_SZ     24

#define PACKET_MR_MULTICAST 0
#define PACKET_MR_PROMISC   1
#define PACKET_MR_ALLMULTI  2
#define PACKET_MR_UNICAST   3

#define PACKET_FANOUT_HASH		   0
#define PACKET_FANOUT_LB		   1
#define PACKET_FANOUT_CPU		   2
#define PACKET_FANOUT_ROLLOVER		   3
#define PACKET_FANOUT_RND		   4
#define PACKET_FANOUT_QM		   5
#define PACKET_FANOUT_CBPF		   6
#define PACKET_FANOUT_EBPF		   7
#define PACKET_FANOUT_FLAG_ROLLOVER	   0x1000
#define PACKET_FANOUT_FLAG_UNIQUEID	   0x2000
#define PACKET_FANOUT_FLAG_IGNORE_OUTGOING 0x4000
#define PACKET_FANOUT_FLAG_DEFRAG	   0x8000

#define TPACKET_V1 0
#define TPACKET_V2 1
#define TPACKET_V3 2

#define TP_STATUS_KERNEL	  0
#define TP_STATUS_USER		  0x01
#define TP_STATUS_COPY		  0x02
#define TP_STATUS_LOSING	  0x04
#define TP_STATUS_CSUMNOTREADY	  0x08
#define TP_STATUS_VLAN_VALID	  0x10
#define TP_STATUS_BLK_TMO	  0x20
#define TP_STATUS_VLAN_TPID_VALID 0x40
#define TP_STATUS_CSUM_VALID	  0x80
#define TP_STATUS_GSO_TCP	  0x100

/* struct sockaddr_ll, by offsets. */
enum {
	SLL_FAMILY = 0,
	SLL_PROTOCOL = 2,
	SLL_IFINDEX = 4,
	SLL_HATYPE = 8,
	SLL_PKTTYPE = 10,
	SLL_HALEN = 11,
	SLL_ADDR = 12,
	SOCKADDR_LL_BYTES = 20
};
/* struct sockaddr_pkt. */
enum {
	SPKT_FAMILY = 0,
	SPKT_DEVICE = 2,
	SPKT_DEVICE_BYTES = 14,
	SPKT_PROTOCOL = 16,
	SOCKADDR_PKT_BYTES = 18
};
/* struct packet_mreq; its address may have MAX_ADDR_LEN bytes. */
enum { MR_IFINDEX = 0, MR_TYPE = 4, MR_ALEN = 6, MR_ADDRESS = 8, PACKET_MREQ_BYTES = 16 };
/* struct tpacket_auxdata. */
enum {
	AUX_STATUS = 0,
	AUX_LEN = 4,
	AUX_SNAPLEN = 8,
	AUX_MAC = 12,
	AUX_NET = 14,
	AUX_VLAN_TCI = 16,
	AUX_VLAN_TPID = 18,
	TPACKET_AUXDATA_BYTES = 20
};
/* struct fanout_args. */
enum {
	FANOUT_ARGS_ID = 0,
	FANOUT_ARGS_TYPE_FLAGS = 2,
	FANOUT_ARGS_MAX_NUM_MEMBERS = 4,
	FANOUT_ARGS_BYTES = 8
};

#endif
