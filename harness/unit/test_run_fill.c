// SPDX-License-Identifier: MIT
/* test_run_fill.c - a call as it was: `...` becomes what came, what is wrong becomes right in the
 * author's own form, what is right stays as it was written.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "harness/dut/dut.h"
#include "harness/script/record.h"
#include "harness/script/run.h"

enum { FULL_MAX = 1 << 18 };

static struct dut_worlds *worlds;

/* How scripts begin. In them @7000 stands for 127.0.0.1 and this port, written in full. */
#define UP	   "`ip link set lo up`\n"
#define UDP	   UP " 0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
#define BOUND	   UDP "bind(3, @7000, 16) = 0\n"
#define PAIR	   BOUND "socket(AF_INET, SOCK_DGRAM, 0) = 4\nbind(4, @7001, 16) = 0\n"
#define SENT	   PAIR "sendto(4, \"hello\", 5, 0, @7000, 16) = 5\n"
#define SENT_TWICE SENT "sendto(4, \"world\", 5, 0, @7000, 16) = 5\n"
#define REFUSED                                                                                    \
	UDP "setsockopt(3, SOL_IP, IP_RECVERR, [1], 4) = 0\nconnect(3, @9, 16) = 0\n"              \
	    "send(3, \"hello\", 5, 0) = 5\n"

static void expand(const char *text, char to[FULL_MAX])
{
	u32 n = 0;
	char *end;

	while (*text != '\0') {
		assert_true(n + 100 < FULL_MAX);
		if (*text != '@') {
			to[n++] = *text++;
			continue;
		}
		n += (u32)snprintf(to + n, FULL_MAX - n,
				   "{sa_family = AF_INET, sin_port = htons(%lu), sin_addr = "
				   "inet_addr(\"127.0.0.1\")}",
				   strtoul(text + 1, &end, 10));
		text = end;
	}
	to[n] = '\0';
}

/* rec: NULL: a run that compares. */
static void must_run(const char *full, struct record *rec)
{
	struct script_error err = { 0 };
	struct script *s = script_parse("test.pkt", full, strlen(full), &err);
	struct run_options o;
	struct run_result r;

	if (s == NULL)
		fail_msg("%u:%u: %s\n%s", err.line, err.column, err.text, full);
	run_options_init(&o);
	o.record = rec;
	r = run_script(s, &o, worlds);
	if (r.verdict != RUN_PASSED)
		fail_msg("%s\n%s", r.message, full);
	run_result_free(&r);
	script_free(s);
}

static void note(const char *full, struct record *rec)
{
	record_init(rec);
	must_run(full, rec);
}

/* Fields in the order in which a script prints them. */
static void in_order(const char *call, char to[FULL_MAX])
{
	struct script_error err = { 0 };
	struct script *s = script_parse("call", call, strlen(call), &err);
	char *text;

	if (s == NULL) {
		fail_msg("%u:%u: %s\n%s", err.line, err.column, err.text, call);
		return;
	}
	text = script_print_body(s, &s->stmt[0], NULL, NULL);
	assert_true(strlen(text) < FULL_MAX);
	memcpy(to, text, strlen(text) + 1);
	free(text);
	script_free(s);
}

/* What the last call was. */
static void last_call(const char *full, char to[FULL_MAX])
{
	struct record rec;
	const char *text = NULL;

	note(full, &rec);
	for (u32 i = 0; i < rec.nr; i++)
		if (rec.event[i].kind == RECORD_RETURN)
			text = record_text(&rec, &rec.event[i]);
	if (text == NULL)
		fail_msg("no call has returned");
	else
		in_order(text, to);
	record_free(&rec);
}

/* The call becomes that, runs so, and becomes it again. */
static void becomes(const char *before, const char *call, const char *want)
{
	static char full[FULL_MAX], expected[FULL_MAX], got[FULL_MAX], text[FULL_MAX];

	expand(want, full);
	in_order(full, expected);
	for (u32 i = 0; i < 2; i++) {
		snprintf(text, sizeof(text), "%s%s\n", before, i == 0 ? call : want);
		expand(text, full);
		last_call(full, got);
		if (strcmp(got, expected) != 0)
			fail_msg("%s\nbecomes %s\nnot     %s", i == 0 ? call : "again it", got,
				 expected);
	}
	must_run(full, NULL);
}

static void stays(const char *before, const char *call)
{
	becomes(before, call, call);
}

static void test_results(void **state)
{
	(void)state;
	becomes(UDP, "bind(3, @7000, 16) = -1 EADDRINUSE", "bind(3, @7000, 16) = 0");
	becomes(UDP, "bind(3, @7000, 16) = ...", "bind(3, @7000, 16) = 0");
	becomes(BOUND, "bind(3, @7000, 16) = 0",
		"bind(3, @7000, 16) = -1 EINVAL (Invalid argument)");
	becomes(BOUND, "bind(3, @7000, 16) = -1 EINVAL (what a pity)",
		"bind(3, @7000, 16) = -1 EINVAL (Invalid argument)");
	becomes(UDP, "socket(AF_INET, SOCK_DGRAM, 0) = ...", "socket(AF_INET, SOCK_DGRAM, 0) = 4");
	becomes(UDP, "recv(3, ..., 5, MSG_DONTWAIT) = 5",
		"recv(3, ..., 5, MSG_DONTWAIT) = -1 EAGAIN (Resource temporarily unavailable)");
	becomes(UDP, "recv(3, ..., 5, MSG_DONTWAIT) = -1 EWOULDBLOCK",
		"recv(3, ..., 5, MSG_DONTWAIT) = -1 EWOULDBLOCK (Resource temporarily "
		"unavailable)");
	becomes(UDP, "close(17) = -1", "close(17) = -1 EBADF (Bad file descriptor)");
	becomes(UDP, "fcntl(3, F_GETFL) = 0", "fcntl(3, F_GETFL) = O_RDWR");
	becomes(UDP "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n", "fcntl(3, F_GETFL) = O_RDWR",
		"fcntl(3, F_GETFL) = O_RDWR|O_NONBLOCK");
	stays(UDP, "fcntl(3, F_GETFL) = 0x2 (flags O_RDWR)");
	stays(UDP, "fcntl(3, F_GETFL) = 2");
	becomes(UDP, "fcntl(3, F_DUPFD, 9) = 0", "fcntl(3, F_DUPFD, 9) = 9");
	stays(UDP, "process 2: thread 3: close(3) = 0");
}

static void test_data(void **state)
{
	(void)state;
	becomes(SENT, "recv(3, ..., 100, 0) = 5", "recv(3, \"hello\", 100, 0) = 5");
	becomes(SENT, "recv(3, \"jello\", 100, 0) = 4", "recv(3, \"hello\", 100, 0) = 5");
	becomes(SENT, "recv(3, hex 00, 100, 0) = 4", "recv(3, hex 68656c6c6f, 100, 0) = 5");
	becomes(SENT, "recv(3, pattern 3, 100, 0) = 5", "recv(3, \"hello\", 100, 0) = 5");
	stays(SENT, "recv(3, hex 68656c6c6f, 100, 0) = 5");
	stays(SENT, "recv(3, NULL, 0, MSG_TRUNC) = 5");
	becomes(SENT, "recv(3, ..., 3, MSG_TRUNC) = 3", "recv(3, \"hel\", 3, MSG_TRUNC) = 5");
	becomes(SENT, "recv(3, ..., 0, 0) = 3", "recv(3, \"\", 0, 0) = 0");
	becomes(SENT, "recv(3, 0x1, 5, 0) = 5", "recv(3, 0x1, 5, 0) = -1 EFAULT (Bad address)");
	becomes(PAIR "sendto(4, hex 00ff0a, 3, 0, @7000, 16) = 3\n", "read(3, \"abc\", 10) = 3",
		"read(3, hex 00ff0a, 10) = 3");
	becomes(PAIR "sendto(4, \"a\\\"b\\\\c\\n\", 6, 0, @7000, 16) = 6\n", "read(3, ..., 10) = 6",
		"read(3, \"a\\\"b\\\\c\\n\", 10) = 6");
}

static void test_long_data(void **state)
{
	static char want[FULL_MAX];
	u32 n;

	(void)state;
	becomes(PAIR "sendto(4, pattern 7, 5000, 0, @7000, 16) = 5000\n",
		"recv(3, ..., 9000, 0) = 5000", "recv(3, pattern 7, 9000, 0) = 5000");
	becomes(PAIR "sendto(4, pattern 7, 5000, 0, @7000, 16) = 5000\n",
		"recv(3, pattern 8, 4000, 0) = 5000", "recv(3, pattern 7, 4000, 0) = 4000");
	/* All of it, however long it is. */
	n = (u32)snprintf(want, sizeof(want), "recv(3, hex ");
	for (u32 i = 0; i < 60000; i++)
		n += (u32)snprintf(want + n, sizeof(want) - n, "00");
	snprintf(want + n, sizeof(want) - n, ", 65535, 0) = 60000");
	becomes(PAIR "sendto(4, ..., 60000, 0, @7000, 16) = 60000\n", "recv(3, ..., 65535, 0) = 1",
		want);
}

static void test_vectors_of_buffers(void **state)
{
	(void)state;
	becomes(SENT, "readv(3, [{..., 2}, {..., 2}, {..., 9}, {..., 9}], 4) = 5",
		"readv(3, [{\"he\", 2}, {\"ll\", 2}, {\"o\", 9}, {\"\", 9}], 4) = 5");
	becomes(SENT, "readv(3, [{\"xx\", 2}, {hex 00, 9}], 2) = 5",
		"readv(3, [{\"he\", 2}, {hex 6c6c6f, 9}], 2) = 5");
}

static void test_addresses(void **state)
{
	(void)state;
	becomes(SENT, "recvfrom(3, ..., 100, 0, ..., ...) = 5",
		"recvfrom(3, \"hello\", 100, 0, @7001, [128->16]) = 5");
	becomes(SENT, "recvfrom(3, \"hello\", 100, 0, @9, [16]) = 5",
		"recvfrom(3, \"hello\", 100, 0, @7001, [16]) = 5");
	becomes(SENT,
		"recvfrom(3, \"hello\", 100, 0, {sa_family = AF_UNIX, sin_port = ..., sin_addr = "
		"inet_addr(\"1.2.3.4\")}, [20->20]) = 5",
		"recvfrom(3, \"hello\", 100, 0, @7001, [20->16]) = 5");
	becomes(SENT, "recvfrom(3, \"hello\", 100, 0, {sin_port = htons(9)}, [128->9]) = 5",
		"recvfrom(3, \"hello\", 100, 0, {sin_port = htons(7001)}, [128->16]) = 5");
	stays(SENT, "recvfrom(3, \"hello\", 100, 0, {sin_port = htons(7001)}, [128->16]) = 5");
	stays(SENT, "recvfrom(3, \"hello\", 100, 0, NULL, NULL) = 5");
	becomes(BOUND, "getsockname(3, ..., [...]) = 0", "getsockname(3, @7000, [128->16]) = 0");
	becomes(BOUND, "getsockname(3, ..., [4]) = 0",
		"getsockname(3, {sa_family = AF_INET, sin_port = htons(7000), sin_addr = "
		"inet_addr(\"0.0.0.0\")}, [4->16]) = 0");
	becomes(BOUND, "getpeername(3, ..., [...]) = 0",
		"getpeername(3, ..., [...]) = -1 ENOTCONN (Transport endpoint is not connected)");
	becomes(BOUND, "getpeername(3, @7, [128->16]) = 0",
		"getpeername(3, @7, [128]) = -1 ENOTCONN (Transport endpoint is not connected)");
	becomes(BOUND, "getsockname(3, @7000, [-1]) = 0",
		"getsockname(3, @7000, [-1]) = -1 EINVAL (Invalid argument)");
}

static void test_options(void **state)
{
	(void)state;
	becomes(UDP, "getsockopt(3, SOL_SOCKET, SO_TYPE, ..., [4]) = 0",
		"getsockopt(3, SOL_SOCKET, SO_TYPE, [2], [4]) = 0");
	becomes(UDP, "getsockopt(3, SOL_SOCKET, SO_TYPE, [...], [...]) = 0",
		"getsockopt(3, SOL_SOCKET, SO_TYPE, [2], [128->4]) = 0");
	becomes(UDP, "getsockopt(3, SOL_SOCKET, SO_TYPE, [7], [4]) = 0",
		"getsockopt(3, SOL_SOCKET, SO_TYPE, [2], [4]) = 0");
	stays(UDP, "getsockopt(3, SOL_SOCKET, SO_TYPE, [SOCK_DGRAM], [4]) = 0");
	becomes(UDP, "getsockopt(3, SOL_SOCKET, SO_TYPE, hex 0700, [2]) = 0",
		"getsockopt(3, SOL_SOCKET, SO_TYPE, hex 0200, [2]) = 0");
	becomes(UDP, "getsockopt(3, SOL_SOCKET, SO_LINGER, {onoff = 1, linger = ...}, [8]) = 0",
		"getsockopt(3, SOL_SOCKET, SO_LINGER, {onoff = 0, linger = 0}, [8]) = 0");
	becomes(UDP, "getsockopt(3, SOL_SOCKET, SO_LINGER, {onoff = 0, linger = 5}, [8->4]) = 0",
		"getsockopt(3, SOL_SOCKET, SO_LINGER, {onoff = 0, linger = 0}, [8]) = 0");
	becomes(UDP, "getsockopt(3, SOL_SOCKET, SO_LINGER, {onoff = 1, linger = 5}, [4]) = 0",
		"getsockopt(3, SOL_SOCKET, SO_LINGER, {onoff = 0, linger = 0}, [4]) = 0");
	becomes(UDP
		"setsockopt(3, SOL_SOCKET, SO_RCVTIMEO, {tv_sec = 1, tv_usec = 500000}, 16) = 0\n",
		"getsockopt(3, SOL_SOCKET, SO_RCVTIMEO, ..., [16]) = 0",
		"getsockopt(3, SOL_SOCKET, SO_RCVTIMEO, hex 010000000000000020a1070000000000, "
		"[16]) "
		"= 0");
	becomes(UDP, "getsockopt(3, SOL_SOCKET, 9999, ..., [4]) = 0",
		"getsockopt(3, SOL_SOCKET, 9999, ..., [4]) = -1 ENOPROTOOPT (Protocol not "
		"available)");
	becomes(SENT, "ioctl(3, FIONREAD, ...) = 0", "ioctl(3, FIONREAD, [5]) = 0");
	becomes(SENT, "ioctl(3, FIONREAD, [9]) = 0", "ioctl(3, FIONREAD, [5]) = 0");
}

static void test_polls(void **state)
{
	(void)state;
	becomes(SENT, "poll([{fd = 3, events = POLLIN|POLLOUT, revents = ...}], 1, 0) = 0",
		"poll([{fd = 3, events = POLLIN|POLLOUT, revents = POLLIN|POLLOUT}], 1, 0) = 1");
	becomes(SENT,
		"poll([{fd = 3, events = POLLIN}, {fd = 4, events = POLLIN, revents = POLLIN}], 2, "
		"0) = 1",
		"poll([{fd = 3, events = POLLIN, revents = POLLIN}, {fd = 4, events = POLLIN, "
		"revents = 0}], 2, 0) = 1");
	becomes(UDP, "nanosleep({tv_sec = 0, tv_nsec = 0}, {tv_sec = 5, tv_nsec = 5}) = -1 EINTR",
		"nanosleep({tv_sec = 0, tv_nsec = 0}, {tv_sec = 5, tv_nsec = 5}) = 0");
}

static void test_messages(void **state)
{
	(void)state;
	becomes(SENT, "recvmsg(3, {msg_name(...) = ..., msg_iov(1) = [{..., 9}]}, 0) = 5",
		"recvmsg(3, {msg_name(16) = @7001, msg_iov(1) = [{\"hello\", 9}]}, 0) = 5");
	becomes(SENT,
		"recvmsg(3, {msg_name(99) = @7, msg_iov(1) = [{\"x\", 9}], msg_flags = MSG_OOB}, "
		"0) = 5",
		"recvmsg(3, {msg_name(16) = @7001, msg_iov(1) = [{\"hello\", 9}], msg_flags = 0}, "
		"0) = 5");
	/* Flags that nobody asked for are told when there are some. */
	becomes(SENT, "recvmsg(3, {msg_iov(1) = [{..., 3}]}, 0) = 5",
		"recvmsg(3, {msg_iov(1) = [{\"hel\", 3}], msg_flags = MSG_TRUNC}, 0) = 3");
	becomes(UDP,
		"recvmsg(3, {msg_name(16) = ..., msg_iov(1) = [{..., 3}], msg_flags = ...}, "
		"MSG_DONTWAIT) = 3",
		"recvmsg(3, {msg_name(16) = ..., msg_iov(1) = [{..., 3}], msg_flags = ...}, "
		"MSG_DONTWAIT) = -1 EAGAIN (Resource temporarily unavailable)");
}

#define TTL                                                                                        \
	BOUND "setsockopt(3, SOL_IP, IP_RECVTTL, [1], 4) = 0\n"                                    \
	      "setsockopt(3, SOL_IP, IP_PKTINFO, [1], 4) = 0\n"                                    \
	      "setsockopt(3, SOL_IP, IP_RECVTOS, [1], 4) = 0\n"                                    \
	      "sendto(3, \"hello\", 5, 0, @7000, 16) = 5\n"
#define INFO                                                                                       \
	"{cmsg_level = SOL_IP, cmsg_type = IP_PKTINFO, cmsg_data = {ipi_ifindex = 1, "             \
	"ipi_spec_dst = inet_addr(\"127.0.0.1\"), ipi_addr = inet_addr(\"127.0.0.1\")}}"
#define TTL_64 "{cmsg_level = SOL_IP, cmsg_type = IP_TTL, cmsg_data = [64]}"
#define TOS_0  "{cmsg_len = 17, cmsg_level = SOL_IP, cmsg_type = IP_TOS, cmsg_data = [0]}"

static void test_control_messages(void **state)
{
	(void)state;
	becomes(TTL, "recvmsg(3, {msg_iov(1) = [{..., 9}], msg_control = ...}, 0) = 5",
		"recvmsg(3, {msg_iov(1) = [{\"hello\", 9}], msg_control = [" INFO ", " TTL_64
		", " TOS_0 "]}, 0) = 5");
	becomes(TTL,
		"recvmsg(3, {msg_iov(1) = [{..., 9}], msg_control = [...], msg_controllen = ...}, "
		"0) = 5",
		"recvmsg(3, {msg_iov(1) = [{\"hello\", 9}], msg_control = [" INFO ", " TTL_64
		", " TOS_0 "], msg_controllen = [512->80]}, 0) = 5");
	/* One too few, another's data, one that is none. */
	becomes(TTL,
		"recvmsg(3, {msg_iov(1) = [{..., 9}], msg_control = [{cmsg_level = SOL_IP, "
		"cmsg_type = "
		"IP_PKTINFO, cmsg_data = {ipi_ifindex = 9}}]}, 0) = 5",
		"recvmsg(3, {msg_iov(1) = [{\"hello\", 9}], msg_control = [{cmsg_level = SOL_IP, "
		"cmsg_type = IP_PKTINFO, cmsg_data = {ipi_ifindex = 1}}, " TTL_64 ", " TOS_0
		"]}, 0) = 5");
	becomes(TTL,
		"recvmsg(3, {msg_iov(1) = [{..., 9}], msg_control = [{cmsg_level = SOL_IP, "
		"cmsg_type = "
		"IP_TTL, cmsg_data = [64]}, {cmsg_level = SOL_IP, cmsg_type = IP_TTL, cmsg_data = "
		"7}, "
		"{cmsg_type = IP_TOS, cmsg_data = hex ff}, {cmsg_type = IP_TOS}]}, 0) = 5",
		"recvmsg(3, {msg_iov(1) = [{\"hello\", 9}], msg_control = [" INFO
		", {cmsg_level = SOL_IP, cmsg_type = IP_TTL, cmsg_data = 64}, {cmsg_type = IP_TOS, "
		"cmsg_data = hex 00}]}, 0) = 5");
	becomes(TTL,
		"recvmsg(3, {msg_iov(1) = [{..., 9}], msg_control = ..., msg_controllen = 48}, 0) "
		"= 5",
		"recvmsg(3, {msg_iov(1) = [{\"hello\", 9}], msg_control = [" INFO
		", {cmsg_len = 16, cmsg_level = SOL_IP, cmsg_type = IP_TTL}], msg_controllen = "
		"48, msg_flags = MSG_CTRUNC}, 0) = 5");
}

#define ERR_ICMP                                                                                   \
	"{ee_errno = ECONNREFUSED, ee_origin = SO_EE_ORIGIN_ICMP, ee_type = 3, ee_code = 3, "      \
	"ee_info = 0, ee_data = 0}"

static void test_error_queue(void **state)
{
	(void)state;
	becomes(REFUSED,
		"recvmsg(3, {msg_name(...) = ..., msg_iov(1) = [{..., 9}], msg_control = ...}, "
		"MSG_ERRQUEUE) = 5",
		"recvmsg(3, {msg_name(16) = @9, msg_iov(1) = [{\"hello\", 9}], msg_flags = "
		"MSG_ERRQUEUE, msg_control = [{cmsg_level = SOL_IP, cmsg_type = IP_RECVERR, "
		"cmsg_data "
		"= " ERR_ICMP "}]}, MSG_ERRQUEUE) = 5");
	becomes(REFUSED,
		"recvmsg(3, {msg_iov(1) = [{..., 9}], msg_flags = MSG_ERRQUEUE, msg_control = "
		"[{cmsg_type = IP_RECVERR, cmsg_data = {ee_errno = EPERM, ee_type = ..., ee_code = "
		"1}}]}, MSG_ERRQUEUE) = 5",
		"recvmsg(3, {msg_iov(1) = [{\"hello\", 9}], msg_flags = MSG_ERRQUEUE, msg_control "
		"= "
		"[{cmsg_type = IP_RECVERR, cmsg_data = {ee_errno = ECONNREFUSED, ee_type = 3, "
		"ee_code "
		"= 3}}]}, MSG_ERRQUEUE) = 5");
}

#define OWNED                                                                                      \
	BOUND "sigprocmask(SIG_BLOCK, [SIGIO, 40], NULL) = 0\n"                                    \
	      "fcntl(3, F_SETOWN, 1000) = 0\nfcntl(3, F_SETSIG, 40) = 0\n"                         \
	      "fcntl(3, F_SETFL, O_RDWR|FASYNC) = 0\nsendto(3, \"abc\", 3, 0, @7000, 16) = 3\n"
#define NOW "{tv_sec = 0, tv_nsec = 0}"

static void test_signals(void **state)
{
	(void)state;
	becomes(OWNED, "sigpending(...) = 0", "sigpending([40]) = 0");
	becomes(OWNED, "sigpending([...]) = 0", "sigpending([40]) = 0");
	becomes(OWNED, "sigpending([SIGIO]) = 0", "sigpending([40]) = 0");
	becomes(OWNED, "sigprocmask(SIG_SETMASK, [], [40]) = 0",
		"sigprocmask(SIG_SETMASK, [], [SIGIO, 40]) = 0");
	becomes(OWNED,
		"sigtimedwait([40], {si_signo = ..., si_code = 9, si_band = ..., si_fd = ...}, " NOW
		") = ...",
		"sigtimedwait([40], {si_signo = 40, si_code = 1, si_band = POLLIN|POLLRDNORM, "
		"si_fd = 3}, " NOW ") = 40");
	stays(OWNED, "sigtimedwait([40], {si_code = POLL_IN}, " NOW ") = 40");
	stays(OWNED, "sigpending([0x28]) = 0");
}

static void test_files(void **state)
{
	(void)state;
	becomes(OWNED, "fcntl(3, F_GETOWN_EX, {type = ..., pid = 7}) = 0",
		"fcntl(3, F_GETOWN_EX, {type = 1, pid = 1000}) = 0");
	becomes(OWNED, "fcntl(3, F_GETOWN) = 0", "fcntl(3, F_GETOWN) = 1000");
	stays(OWNED, "fcntl(3, F_GETOWN_EX, {type = F_OWNER_PID, pid = 1000}) = 0");
	becomes(UDP, "fstat(3, {st_mode = ..., st_nlink = 2, st_size = 0}) = 0",
		"fstat(3, {st_mode = 49663, st_nlink = 1, st_size = 0}) = 0");
	becomes(UDP "epoll_create1(0) = 4\nepoll_ctl(4, EPOLL_CTL_ADD, 3, {events = EPOLLOUT, fd = "
		    "3}) = 0\n",
		"epoll_pwait(4, {events = EPOLLIN, fd = 4}, 1, 0, NULL, 8) = 0",
		"epoll_pwait(4, {events = EPOLLOUT, fd = 3}, 1, 0, NULL, 8) = 1");
	becomes(UP, "socketcall(SYS_SOCKET, [AF_INET, SOCK_DGRAM, 0]) = ...",
		"socketcall(SYS_SOCKET, [AF_INET, SOCK_DGRAM, 0]) = 3");
}

#define WHOLE                                                                                      \
	UP " 0 socket(AF_PACKET, SOCK_RAW, 768) = 3\n"                                             \
	   "setsockopt(3, SOL_PACKET, PACKET_AUXDATA, [1], 4) = 0\n"                               \
	   "socket(AF_INET, SOCK_DGRAM, 0) = 4\nsendto(4, \"abc\", 3, 0, @9, 16) = 3\n"
#define LINK                                                                                       \
	"{sa_family = AF_PACKET, sll_protocol = htons(0x0800), sll_ifindex = 1, sll_hatype = 772," \
	" sll_pkttype = PACKET_OUTGOING, sll_halen = 6, sll_addr = hex 0000000000000000}"
#define AUX                                                                                        \
	"{tp_status = 0x9, tp_len = 45, tp_snaplen = 45, tp_mac = 0, tp_net = 14, "               \
	"tp_vlan_tci = 0, tp_vlan_tpid = 0x0}"

static void test_packet_sockets(void **state)
{
	(void)state;
	becomes(WHOLE, "recvfrom(3, ..., 0, MSG_TRUNC, ..., ...) = 9",
		"recvfrom(3, \"\", 0, MSG_TRUNC, " LINK ", [128->20]) = 45");
	becomes(WHOLE,
		"recvmsg(3, {msg_iov(1) = [{..., 0}], msg_flags = ..., msg_control = ...}, 0) = 0",
		"recvmsg(3, {msg_iov(1) = [{\"\", 0}], msg_flags = MSG_TRUNC, msg_control = "
		"[{cmsg_level = SOL_PACKET, cmsg_type = PACKET_AUXDATA, cmsg_data = " AUX "}]}, "
		"0) = 0");
	becomes(WHOLE, "getsockopt(3, SOL_PACKET, PACKET_STATISTICS, {tp_packets = 9}, [8]) = 0",
		"getsockopt(3, SOL_PACKET, PACKET_STATISTICS, {tp_packets = 4}, [8]) = 0");
}

#define IN_ADDR "{sa_family = AF_INET, sin_port = htons(0), sin_addr = inet_addr(\"127.0.0.1\")}"

static void test_requests(void **state)
{
	(void)state;
	becomes(UDP, "ioctl(3, SIOCGIFADDR, {ifr_name = \"lo\", ifr_addr = ...}) = 0",
		"ioctl(3, SIOCGIFADDR, {ifr_name = \"lo\", ifr_addr = " IN_ADDR "}) = 0");
	becomes(UDP, "ioctl(3, SIOCGIFHWADDR, {ifr_name = \"lo\", ifr_hwaddr = ...}) = 0",
		"ioctl(3, SIOCGIFHWADDR, {ifr_name = \"lo\", ifr_hwaddr = {sa_family = "
		"ARPHRD_LOOPBACK, sa_data = hex 000000000000}}) = 0");
	becomes(UDP, "ioctl(3, SIOCGIFCONF, {ifc_len = [400->0], ifc_req = ...}) = 0",
		"ioctl(3, SIOCGIFCONF, {ifc_len = [400->40], ifc_req = [{ifr_name = \"lo\", "
		"ifr_addr = " IN_ADDR "}]}) = 0");
	becomes(UDP,
		"ioctl(3, SIOCETHTOOL, {ifr_name = \"lo\", ifr_data = {cmd = ETHTOOL_GLINK, data = "
		"7}}) = 0",
		"ioctl(3, SIOCETHTOOL, {ifr_name = \"lo\", ifr_data = {cmd = ETHTOOL_GLINK, data = "
		"1}}) = 0");
	becomes(UDP, "ioctl(3, SIOCGIFMTU, {ifr_name = \"lo\", ifr_mtu = 1500}) = 0",
		"ioctl(3, SIOCGIFMTU, {ifr_name = \"lo\", ifr_mtu = 65536}) = 0");
}

/* What stands behind a call that waits is filled when it returns. */
static void test_waiting_calls(void **state)
{
	static char full[FULL_MAX];
	struct record rec;
	u32 returns = 0;

	(void)state;
	expand(PAIR "0...0.5 thread 2: recv(3, ..., 9, 0) = 1\n"
		    "0...0.1 thread 3: nanosleep({tv_sec = 0, tv_nsec = 300000000}, NULL) = 1\n"
		    "0.2 sendto(4, \"hello\", 5, 0, @7000, 16) = 5\n"
		    "0.9 close(3) = 0\n",
	       full);
	note(full, &rec);
	for (u32 i = 0; i < rec.nr; i++) {
		const struct record_event *e = &rec.event[i];

		if (e->kind != RECORD_RETURN || !e->waited)
			continue;
		assert_string_equal(record_text(&rec, e),
				    returns == 0 ? "thread 2: recv(3, \"hello\", 9, 0) = 5"
						 : "thread 3: nanosleep({tv_sec = 0, tv_nsec = "
						   "300000000}, NULL) = 0");
		/* A new thread takes the judge's clock its time. */
		assert_true(e->start_ps >= 0 && e->start_ps < 2 * (s64)PS_PER_US);
		assert_true(e->when_ps / (s64)PS_PER_MS == (returns == 0 ? 200 : 300));
		returns++;
	}
	assert_int_equal(returns, 2);
	record_free(&rec);
}

static int set_up(void **state)
{
	(void)state;
	worlds = dut_worlds_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	dut_worlds_free(worlds);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_long_data),
		cmocka_unit_test(test_vectors_of_buffers),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_polls),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_control_messages),
		cmocka_unit_test(test_error_queue),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_packet_sockets),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_waiting_calls),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
