// SPDX-License-Identifier: MIT
/* tcp_peer.h - the other end of one connection of a host: what it sends, and what it is answered.
 */
#ifndef HARNESS_UNIT_TCP_PEER_H
#define HARNESS_UNIT_TCP_PEER_H

#include "harness/unit/one_host.h"
#include "wire/tcp.h"

enum { PEER_ISS = 1000, PEER_WINDOW = 30000, PEER_MSS = 1000, PEER_FRAME = 2048 };

struct tcp_peer {
	struct world *w;
	u16 port, host_port;
	u32 seq; /* the next that it sends */
	u32 ack; /* the next that it expects of the host */
	u16 window;
	u32 answers; /* segments that have come, and the last one of them */
	u32 last_len;
	u8 last[PEER_FRAME];
};

/* What the host of `w` sends to it, it takes from now on. */
void tcp_peer_init(struct tcp_peer *p, struct world *w, u16 port, u16 host_port);
/* A millisecond, in which the host answers what it has; no timer of TCP is as short. */
void tcp_peer_wait(struct tcp_peer *p);
/* With these numbers, whatever it has sent before; len bytes of data. */
void tcp_peer_send_at(struct tcp_peer *p, u8 flags, u32 seq, u32 ack, u32 len);
/* In turn. */
void tcp_peer_send(struct tcp_peer *p, u8 flags, u32 len);
/* The header of the last answer, and how many bytes of data are behind it. */
const u8 *tcp_peer_last(const struct tcp_peer *p);
u32 tcp_peer_last_bytes(const struct tcp_peer *p);
/* Its flags, as tcpdump has them: S F R A in that order. "-": none has come since the last time. */
const char *tcp_peer_answer(struct tcp_peer *p);

/* A listener; a call of connect() to the peer, which does not wait; a connection that is open. */
int tcp_peer_listener(struct tcp_peer *p);
int tcp_peer_called(struct tcp_peer *p);
int tcp_peer_open(struct tcp_peer *p);
struct sock *tcp_peer_sock(struct world *w, int fd);

#endif
