// SPDX-License-Identifier: MIT
/* test_inet_hash.c - who may have a port besides whom, and which listener a segment finds. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "harness/unit/tcp_peer.h"
#include "ipv4/inet_hashtables.h"
#include "ipv4/tcp.h"
#include "uapi/errno.h"
#include "uapi/socket.h"

enum { PORT = 5001, PEER_PORT = 7, ETH0 = 2 };

static const char any[] = "0.0.0.0", here[] = "192.0.2.1", local[] = "127.0.0.1";

struct side {
	const char *addr;
	bool reuse, port, listens;
};

static int stream(struct world *w, const struct side *s)
{
	int fd = (int)call_socket(w, 0, 0, AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(host_setopt(w, fd, SOL_SOCKET, SO_REUSEADDR, s->reuse), 0);
	assert_int_equal(host_setopt(w, fd, SOL_SOCKET, SO_REUSEPORT, s->port), 0);
	return fd;
}

static s64 listens(struct world *w, int fd)
{
	return host_sys(w, SYS_NR_listen, (u64)fd, 8, 0, 0, 0);
}

/* LINUX: inet_csk_bind_conflict(): one address of both, and not both let others in. */
static void who_may_bind(void **state)
{
	static const struct {
		struct side first, second;
		s64 bind, listen; /* of the second */
	} rows[] = {
		{ { any, 0, 0, 0 }, { any, 0, 0, 0 }, -EADDRINUSE, 0 },
		{ { here, 0, 0, 1 }, { local, 0, 0, 0 }, 0, 0 },
		{ { any, 0, 0, 0 }, { local, 0, 0, 0 }, -EADDRINUSE, 0 },
		{ { local, 0, 0, 0 }, { any, 0, 0, 0 }, -EADDRINUSE, 0 },
		{ { any, 1, 0, 0 }, { any, 1, 0, 0 }, 0, 0 },
		{ { any, 1, 0, 1 }, { any, 1, 0, 0 }, -EADDRINUSE, 0 },
		{ { local, 1, 0, 1 }, { any, 1, 0, 0 }, -EADDRINUSE, 0 },
		{ { here, 1, 0, 1 }, { local, 1, 0, 0 }, 0, 0 },
		{ { any, 0, 0, 0 }, { any, 1, 0, 0 }, -EADDRINUSE, 0 },
		{ { any, 1, 0, 0 }, { any, 0, 0, 0 }, -EADDRINUSE, 0 },
		{ { any, 0, 1, 1 }, { any, 0, 1, 0 }, 0, 0 },
		{ { any, 0, 1, 1 }, { here, 0, 1, 0 }, 0, 0 },
		{ { any, 0, 1, 0 }, { any, 0, 0, 0 }, -EADDRINUSE, 0 },
		{ { any, 0, 0, 0 }, { any, 0, 1, 0 }, -EADDRINUSE, 0 },
		{ { any, 1, 0, 1 }, { any, 1, 1, 0 }, -EADDRINUSE, 0 },
		{ { any, 1, 1, 1 }, { any, 1, 1, 0 }, 0, 0 },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct world *w = one_host_up(i + 1);
		int a = stream(w, &rows[i].first), b = stream(w, &rows[i].second);
		s64 ret;

		assert_int_equal(call_bind(w, 0, 0, a, rows[i].first.addr, PORT), 0);
		if (rows[i].first.listens)
			assert_int_equal(listens(w, a), 0);
		ret = call_bind(w, 0, 0, b, rows[i].second.addr, PORT);
		if (ret != rows[i].bind)
			fail_msg("row %u: bind() is %lld", i, (long long)ret);
		if (ret == 0)
			assert_int_equal(listens(w, b), rows[i].listen);
		end_world(w);
	}
}

/* Both may bind, but one alone may listen. */
static void one_listens(void **state)
{
	static const struct side s = { any, 1, 0, 0 };
	struct world *w = one_host_up(1);
	int a = stream(w, &s), b = stream(w, &s);

	(void)state;
	assert_int_equal(call_bind(w, 0, 0, a, any, PORT), 0);
	assert_int_equal(call_bind(w, 0, 0, b, any, PORT), 0);
	assert_int_equal(listens(w, a), 0);
	assert_int_equal(listens(w, b), -EADDRINUSE);
	assert_int_equal(call_close(w, 0, 0, a), 0);
	/* LINUX: what could not listen has lost its port. */
	assert_int_equal(listens(w, b), 0);
	end_world(w);
}

static struct sock *request_of(struct tcp_peer *p)
{
	struct sock *sk;

	host_config_begin(&p->w->host[0]);
	sk = inet_lookup_established(&p->w->host[0].net, cpu_to_be32((u32)PEER),
				     cpu_to_be16(p->port), cpu_to_be32((u32)HERE), p->host_port,
				     ETH0);
	assert_non_null(sk);
	reqsk_put(inet_reqsk(sk));
	host_config_end(&p->w->host[0]);
	return sk;
}

/* LINUX: inet_lookup_listener(): an address counts. With a group it ends with the youngest one that
 * fits, before it comes to one of the device.
 */
static void the_best_listens(void **state)
{
	static const struct {
		const char *addr[3];
		u32 device; /* bit one of those that are bound to eth0 */
		u32 best;
	} rows[] = {
		{ { any, here, local }, 0, 1 },	 { { here, any, local }, 0, 0 },
		{ { local, local, any }, 0, 2 }, { { any, any, local }, 2, 1 },
		{ { any, any, local }, 1, 1 },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tcp_peer p;
		struct world *w = one_host_up(i + 1);
		struct sock *sk[3];

		tcp_peer_init(&p, w, PEER_PORT, PORT);
		for (u32 k = 0; k < ARRAY_SIZE(sk); k++) {
			const struct side s = { rows[i].addr[k], 1, 1, 0 };
			int fd = stream(w, &s);

			if ((rows[i].device >> k & 1) != 0)
				assert_int_equal(
					host_setopt(w, fd, SOL_SOCKET, SO_BINDTOIFINDEX, ETH0), 0);
			assert_int_equal(call_bind(w, 0, 0, fd, s.addr, PORT), 0);
			assert_int_equal(listens(w, fd), 0);
			sk[k] = tcp_peer_sock(w, fd);
		}
		tcp_peer_send(&p, TCPHDR_SYN, 0);
		assert_string_equal(tcp_peer_answer(&p), "SA");
		if (inet_reqsk(request_of(&p))->rsk_listener != sk[rows[i].best])
			fail_msg("row %u", i);
		end_world(w);
	}
}

/* Of a group each connection finds one, always the same, and each of them gets some. */
static void a_group_shares(void **state)
{
	enum { MEMBERS = 4, PEERS = 64 };
	static const struct side s = { any, 0, 1, 0 };
	struct world *w = one_host_up(3);
	struct sock *sk[MEMBERS];
	u32 got[MEMBERS] = { 0 };
	struct tcp_peer p;

	(void)state;
	for (u32 k = 0; k < MEMBERS; k++) {
		int fd = stream(w, &s);

		assert_int_equal(call_bind(w, 0, 0, fd, any, PORT), 0);
		assert_int_equal(listens(w, fd), 0);
		sk[k] = tcp_peer_sock(w, fd);
	}
	for (u32 i = 0; i < PEERS; i++) {
		const struct sock *first;

		tcp_peer_init(&p, w, (u16)(1000 + i), PORT);
		tcp_peer_send(&p, TCPHDR_SYN, 0);
		first = inet_reqsk(request_of(&p))->rsk_listener;
		tcp_peer_send_at(&p, TCPHDR_RST, p.seq, 0, 0);
		tcp_peer_send_at(&p, TCPHDR_SYN, PEER_ISS, 0, 0);
		assert_ptr_equal(inet_reqsk(request_of(&p))->rsk_listener, first);
		tcp_peer_send_at(&p, TCPHDR_RST, p.seq, 0, 0);
		for (u32 k = 0; k < MEMBERS; k++)
			got[k] += sk[k] == first;
	}
	for (u32 k = 0; k < MEMBERS; k++)
		assert_in_range(got[k], PEERS / MEMBERS / 3, PEERS / 2);
	end_world(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_may_bind),
		cmocka_unit_test(one_listens),
		cmocka_unit_test(the_best_listens),
		cmocka_unit_test(a_group_shares),
	};

	return cmocka_run_group_tests_name("inet_hash", tests, NULL, NULL);
}
