// SPDX-License-Identifier: MIT
/* arp_net.h - a host with a TAP whose other end is the test: what it sends is kept, what is
 * injected comes in. For the tests of neighbours, ARP and configuration.
 */
#ifndef HARNESS_UNIT_ARP_NET_H
#define HARNESS_UNIT_ARP_NET_H

#include "core/neighbour.h"
#include "harness/lib/scenario.h"

enum { NET_FRAMES = 512, NET_FRAME_BYTES = 128 };

struct sent_frame {
	u64 when_ps;
	u32 len;
	u8 data[NET_FRAME_BYTES];
};

struct arp_net {
	struct world *w;
	u32 nr_sent;
	struct sent_frame sent[NET_FRAMES];
};

/* eth0 is 02:00:00:00:00:01 and, when up, has 192.0.2.1/24. */
struct arp_net *arp_net_new(bool up);
void arp_net_free(struct arp_net *a);
void arp_net_config(struct arp_net *a, const char *line);
void arp_net_run(struct arp_net *a, u64 ms);
struct net *arp_net_net(struct arp_net *a);
/* A UDP socket's descriptor; a byte to a port of addr from it, the call's result. */
s64 arp_net_socket(struct arp_net *a);
s64 arp_net_send(struct arp_net *a, s64 fd, const char *addr);

/* An ARP packet for the host in a broadcast or unicast frame. */
struct arp_frame {
	u16 op;
	const char *sip, *tip;
	u8 sha_last; /* 02:00:00:00:00:XX */
	u8 tha_last; /* 0: zeros */
	bool broadcast;
	u16 hrd, pro; /* 0: as it should be */
	u8 hln, pln;  /* the same */
};
/* Puts 60 bytes into frame. */
void arp_frame_build(const struct arp_frame *f, u8 frame[60]);
void arp_net_inject(struct arp_net *a, const struct arp_frame *f);
/* Is this sent frame an ARP packet with this operation and target, to ff:ff:… or to
 * 02:00:00:00:00:XX? */
bool is_arp(const struct sent_frame *s, u16 op, const char *tip, u8 dst_last);
bool is_udp_to(const struct sent_frame *s, u8 dst_last);
/* The state of a neighbour on eth0; 0xff: there is none. */
u32 nud_of(struct arp_net *a, const char *addr);
u8 lladdr_of(struct arp_net *a, const char *addr);

#endif
