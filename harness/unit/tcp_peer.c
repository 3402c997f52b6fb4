// SPDX-License-Identifier: MIT
/* tcp_peer.c - the other end of one connection of a host: what it sends, and what it is answered.
 * Its headers are made and summed here, not by the stack.
 */
#include "harness/unit/tcp_peer.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "harness/lib/invariants.h"
#include "ipv4/tcp.h"
#include "socket/socket.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/socket.h"
#include "wire/ipv4.h"

static u32 tcp_at(const u8 *frame)
{
	return FRAME_ETH + (frame[FRAME_ETH] & 15u) * 4;
}

static bool for_peer(const struct tcp_peer *p, const u8 *frame, u32 len)
{
	const u8 *th = frame + FRAME_L4;

	return len >= FRAME_L4 + TCP_HLEN && frame[12] == 8 && frame[13] == 0 &&
	       frame[FRAME_ETH + IPV4_PROTOCOL] == IPPROTO_TCP &&
	       get_be16(th + TCP_DEST) == p->port && get_be16(th + TCP_SOURCE) == p->host_port;
}

static void take_answer(void *ctx, u32 port, bool outgoing, const u8 *frame, u32 len)
{
	struct tcp_peer *p = ctx;
	const u8 *th = frame + FRAME_L4;
	u32 end;

	(void)port;
	if (!outgoing || !for_peer(p, frame, len))
		return;
	assert_true(len <= PEER_FRAME);
	memcpy(p->last, frame, len);
	p->last_len = len;
	p->answers++;
	end = get_be32(th + TCP_SEQ) + tcp_peer_last_bytes(p) + tcp_th_has(th, TCPHDR_SYN) +
	      tcp_th_has(th, TCPHDR_FIN);
	if (p->ack == 0 || (s32)(end - p->ack) > 0)
		p->ack = end;
}

void tcp_peer_init(struct tcp_peer *p, struct world *w, u16 port, u16 host_port)
{
	*p = (struct tcp_peer){
		.w = w, .port = port, .host_port = host_port, .seq = PEER_ISS, .window = PEER_WINDOW
	};
	w->on_frame = take_answer;
	w->on_frame_ctx = p;
}

static void put_check(u8 *th, u32 len)
{
	u8 pseudo[12] = { [9] = IPPROTO_TCP };

	put_be32(pseudo, (u32)PEER);
	put_be32(pseudo + 4, (u32)HERE);
	put_be16(pseudo + 10, (u16)len);
	put_be16(th + TCP_CHECK, 0);
	put_be16(th + TCP_CHECK,
		 (u16)~naive_checksum(th, len, naive_checksum(pseudo, sizeof(pseudo), 0)));
}

void tcp_peer_wait(struct tcp_peer *p)
{
	world_run_until(p->w, p->w->sim.now_ps + PS_PER_MS);
}

void tcp_peer_send_at(struct tcp_peer *p, u8 flags, u32 seq, u32 ack, u32 len)
{
	u8 frame[PEER_FRAME] = { 0 }, *th = frame + FRAME_L4;

	put_be16(th + TCP_SOURCE, p->port);
	put_be16(th + TCP_DEST, p->host_port);
	put_be32(th + TCP_SEQ, seq);
	put_be32(th + TCP_ACK_SEQ, (flags & TCPHDR_ACK) != 0 ? ack : 0);
	th[TCP_DOFF] = TCP_HLEN / 4 << 4;
	th[TCP_FLAG_BYTE] = flags;
	put_be16(th + TCP_WINDOW, p->window);
	memset(th + TCP_HLEN, 'x', len);
	put_check(th, TCP_HLEN + len);
	inject(p->w, frame, frame_ip(frame, IPPROTO_TCP, (u32)PEER, (u32)HERE, TCP_HLEN + len));
	tcp_peer_wait(p);
}

void tcp_peer_send(struct tcp_peer *p, u8 flags, u32 len)
{
	tcp_peer_send_at(p, flags, p->seq, p->ack, len);
	p->seq += len + ((flags & TCPHDR_SYN) != 0) + ((flags & TCPHDR_FIN) != 0);
}

const u8 *tcp_peer_last(const struct tcp_peer *p)
{
	assert_true(p->last_len != 0);
	return p->last + tcp_at(p->last);
}

u32 tcp_peer_last_bytes(const struct tcp_peer *p)
{
	return get_be16(p->last + FRAME_ETH + IPV4_TOT_LEN) + FRAME_ETH - tcp_at(p->last) -
	       tcp_hlen(p->last + tcp_at(p->last));
}

const char *tcp_peer_answer(struct tcp_peer *p)
{
	static const char *const names[] = {
		"none", "F",  "S",  "FS",  "R",	 "FR",	"SR",  "FSR",
		"A",	"FA", "SA", "FSA", "RA", "FRA", "SRA", "FSRA"
	};
	u8 flags;

	if (p->answers == 0)
		return "-";
	if (p->answers != 1)
		return "several";
	p->answers = 0;
	flags = tcp_peer_last(p)[TCP_FLAG_BYTE];
	return names[(flags & 7) | ((flags & TCPHDR_ACK) != 0 ? 8 : 0)];
}

static int stream(struct world *w)
{
	s64 fd = call_socket(w, 0, 0, AF_INET, SOCK_STREAM | O_NONBLOCK, 0);

	assert_true(fd >= 0);
	return (int)fd;
}

int tcp_peer_listener(struct tcp_peer *p)
{
	int fd = stream(p->w);

	assert_int_equal(call_bind(p->w, 0, 0, fd, "0.0.0.0", p->host_port), 0);
	assert_int_equal(host_sys(p->w, SYS_NR_listen, (u64)fd, 8, 0, 0, 0), 0);
	return fd;
}

int tcp_peer_called(struct tcp_peer *p)
{
	int fd = stream(p->w);

	assert_int_equal(call_bind(p->w, 0, 0, fd, "192.0.2.1", p->host_port), 0);
	assert_int_equal(call_connect(p->w, 0, 0, fd, "192.0.2.2", p->port), -EINPROGRESS);
	tcp_peer_wait(p);
	assert_string_equal(tcp_peer_answer(p), "S");
	return fd;
}

int tcp_peer_open(struct tcp_peer *p)
{
	int fd = tcp_peer_called(p);

	tcp_peer_send(p, TCPHDR_SYN | TCPHDR_ACK, 0);
	assert_string_equal(tcp_peer_answer(p), "A");
	assert_int_equal(tcp_peer_sock(p->w, fd)->sk_state, TCP_ESTABLISHED);
	return fd;
}

struct sock *tcp_peer_sock(struct world *w, int fd)
{
	return fd_file(&w->host[0].process[0], fd)->socket.sk;
}
