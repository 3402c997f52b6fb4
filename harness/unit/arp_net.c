// SPDX-License-Identifier: MIT
/* arp_net.c - see arp_net.h. */
#include "harness/unit/arp_net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "uapi/in.h"
#include "uapi/socket.h"

static void keep_frame(void *ctx, u32 port, bool outgoing, const u8 *frame, u32 len_bytes)
{
	struct arp_net *a = ctx;
	struct sent_frame *s = &a->sent[a->nr_sent % NET_FRAMES];

	(void)port;
	if (!outgoing)
		return;
	s->when_ps = world_now_ps(a->w);
	s->len = len_bytes;
	memcpy(s->data, frame, min_u32(len_bytes, NET_FRAME_BYTES));
	a->nr_sent++;
}

struct arp_net *arp_net_new(bool up)
{
	struct world_cfg cfg = scenario_bare(&limits_fuzz, 7);
	struct arp_net *a = calloc(1, sizeof(*a));

	a->w = scenario_new(&cfg);
	a->w->on_frame = keep_frame;
	a->w->on_frame_ctx = a;
	scenario_checks_on(a->w);
	if (up)
		arp_net_config(a, "ip link set lo up; ip addr add 192.0.2.1/24 dev eth0; ip link "
				  "set eth0 up");
	world_settle(a->w);
	a->nr_sent = 0;
	return a;
}

void arp_net_free(struct arp_net *a)
{
	const char *which = "";
	u32 leaks;

	world_check(a->w);
	world_exit(a->w);
	leaks = world_leaks(a->w, &which);
	if (leaks != 0) {
		fprintf(stderr, "%u objects left in pool %s\n", leaks, which);
		abort();
	}
	scenario_free(a->w);
	free(a);
}

void arp_net_config(struct arp_net *a, const char *line)
{
	must_config(a->w, 0, line);
}

void arp_net_run(struct arp_net *a, u64 ms)
{
	world_run_until(a->w, world_now_ps(a->w) + ms * PS_PER_MS);
}

struct net *arp_net_net(struct arp_net *a)
{
	return &a->w->host[0].net;
}

s64 arp_net_socket(struct arp_net *a)
{
	return call_socket(a->w, 0, 0, AF_INET, SOCK_DGRAM, 0);
}

s64 arp_net_send(struct arp_net *a, s64 fd, const char *addr)
{
	return call_sendto(a->w, 0, 0, (int)fd, "x", 1, MSG_DONTWAIT, addr, 9);
}

static void put_mac(u8 *to, u8 last)
{
	memset(to, 0, 6);
	if (last == 0)
		return;
	to[0] = 2;
	to[5] = last;
}

void arp_frame_build(const struct arp_frame *f, u8 frame[60])
{
	memset(frame, 0, 60);
	if (f->broadcast)
		memset(frame, 0xff, 6);
	else
		put_mac(frame, 1);
	put_mac(frame + 6, f->sha_last);
	put_be16(frame + 12, ETH_P_ARP);
	put_be16(frame + 14, f->hrd != 0 ? f->hrd : 1);
	put_be16(frame + 16, f->pro != 0 ? f->pro : ETH_P_IP);
	frame[18] = f->hln != 0 ? f->hln : 6;
	frame[19] = f->pln != 0 ? f->pln : 4;
	put_be16(frame + 20, f->op);
	put_mac(frame + 22, f->sha_last);
	put_be32(frame + 28, parse_ipv4(f->sip));
	put_mac(frame + 32, f->tha_last);
	put_be32(frame + 38, parse_ipv4(f->tip));
}

void arp_net_inject(struct arp_net *a, const struct arp_frame *f)
{
	u8 frame[60];

	arp_frame_build(f, frame);
	if (!world_inject(a->w, 0, frame, sizeof(frame)))
		abort();
	world_settle(a->w);
}

static bool dst_is(const struct sent_frame *s, u8 last)
{
	u8 mac[6];

	put_mac(mac, last);
	if (last == 0xff)
		memset(mac, 0xff, sizeof(mac));
	return memcmp(s->data, mac, sizeof(mac)) == 0;
}

bool is_arp(const struct sent_frame *s, u16 op, const char *tip, u8 dst_last)
{
	return s->len == 42 && get_be16(s->data + 12) == ETH_P_ARP &&
	       get_be16(s->data + 20) == op && get_be32(s->data + 38) == parse_ipv4(tip) &&
	       dst_is(s, dst_last);
}

bool is_udp_to(const struct sent_frame *s, u8 dst_last)
{
	return s->len == 43 && get_be16(s->data + 12) == ETH_P_IP && s->data[23] == 17 &&
	       dst_is(s, dst_last);
}

static const struct neighbour *neigh_of(struct arp_net *a, const char *addr)
{
	struct net *net = arp_net_net(a);

	return neigh_lookup_noref(net->arp_tbl, cpu_to_be32(parse_ipv4(addr)),
				  dev_get_by_name(net, "eth0"));
}

u32 nud_of(struct arp_net *a, const char *addr)
{
	const struct neighbour *n = neigh_of(a, addr);

	return n != NULL ? n->nud_state : 0xff;
}

u8 lladdr_of(struct arp_net *a, const char *addr)
{
	const struct neighbour *n = neigh_of(a, addr);

	return n != NULL ? n->ha[5] : 0;
}
