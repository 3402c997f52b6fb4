// SPDX-License-Identifier: MIT
/* test_run_call.c - calls of scripts: every form of argument reaches the call as a C program would
 * pass it, and a script that is wrong in one field is told that field.
 *
 * The answers are those of Linux 6.12; most were asked of it by the tests of the calls themselves.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/bytes.h"
#include "core/limits.h"
#include "harness/lib/scenario.h"
#include "harness/script/run_arg.h"
#include "harness/script/run_result.h"
#include "uapi/errno.h"
#include "uapi/socket.h"

static struct dut_worlds *worlds;

/* How scripts begin. In them @7000 stands for 127.0.0.1 and this port, written in full. */
#define UP    "`ip link set lo up`\n"
#define UDP   UP " 0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
#define BOUND UDP "bind(3, @7000, 16) = 0\n"
#define PAIR  BOUND "socket(AF_INET, SOCK_DGRAM, 0) = 4\nbind(4, @7001, 16) = 0\n"
#define SENT  PAIR "sendto(4, \"hello\", 5, 0, @7000, 16) = 5\n"

static u32 expand(const char *text, char *to, u32 size)
{
	u32 n = 0;
	char *end;

	while (*text != '\0') {
		assert_true(n + 100 < size);
		if (*text != '@') {
			to[n++] = *text++;
			continue;
		}
		n += (u32)sprintf(to + n,
				  "{sa_family = AF_INET, sin_port = htons(%lu), sin_addr = "
				  "inet_addr(\"127.0.0.1\")}",
				  strtoul(text + 1, &end, 10));
		text = end;
	}
	to[n] = '\0';
	return n;
}

static struct run_result run_with(const char *text, const struct run_options *o)
{
	static char full[16384];
	struct script_error err = { 0 };
	struct script *s = script_parse("test.pkt", full, expand(text, full, sizeof(full)), &err);
	struct run_result res;

	if (s == NULL)
		fail_msg("%u:%u: %s\n%s", err.line, err.column, err.text, text);
	res = run_script(s, o, worlds);
	script_free(s);
	return res;
}

static struct run_result run(const char *text)
{
	struct run_options o;

	run_options_init(&o);
	return run_with(text, &o);
}

static void passes(const char *text)
{
	struct run_result res = run(text);

	if (res.verdict != RUN_PASSED)
		fail_msg("%s\n%s\nof:\n%s", run_verdict_name(res.verdict), res.message, text);
	run_result_free(&res);
}

/* The script's last line fails, and the report marks this field; got: what stands in its row. */
static void wrong(const char *text, const char *field, const char *got)
{
	struct run_result res = run(text);
	char mark[64];
	const char *row;
	u32 lines = 0;

	for (const char *p = text; *p != '\0'; p++)
		lines += *p == '\n';
	if (res.verdict != RUN_FAILED)
		fail_msg("%s instead of failed at %s\n%s\n%s", run_verdict_name(res.verdict), field,
			 res.message != NULL ? res.message : "", text);
	snprintf(mark, sizeof(mark), "* %s ", field);
	row = strstr(res.message, mark);
	if (row == NULL || strchr(row, '\n') < strstr(row, got) || strstr(row, got) == NULL)
		fail_msg("no row \"%s\" with \"%s\":\n%s", mark, got, res.message);
	assert_ptr_equal(strstr(row + 1, "\n  * "), NULL);
	assert_int_equal(res.line, lines);
	run_result_free(&res);
}

static void ends(const char *text, enum run_verdict verdict, const char *message)
{
	struct run_result res = run(text);

	if (res.verdict != verdict || res.message == NULL || strstr(res.message, message) == NULL)
		fail_msg("%s, not %s, \"%s\":\n%s\n%s", run_verdict_name(res.verdict),
			 run_verdict_name(verdict), message, res.message != NULL ? res.message : "",
			 text);
	run_result_free(&res);
}

/* --- arguments -----------------------------------------------------------------------------------
 */
static void test_bad_descriptors(void **state)
{
	(void)state;
	passes(UDP "bind(-1, @1, 16) = -1 EBADF (Bad file descriptor)\n"
		   "bind(77, NULL, 0) = -1 EBADF\n"
		   "bind(0, @1, 16) = -1 ENOTSOCK\n"
		   "close(2147483647) = -1 EBADF\n"
		   "close(3) = 0\n"
		   "close(3) = -1 EBADF\n"
		   "socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP) = 3\n"
		   "listen(3, 5) = -1 EOPNOTSUPP\n"
		   "listen(3, 5) = -1 ENOTSUP (the same)\n");
}

static void test_families(void **state)
{
	(void)state;
	passes(UDP "socket(AF_INET6, SOCK_DGRAM, 0) = -1 EAFNOSUPPORT\n"
		   "socket(..., SOCK_DGRAM, 0) = 4\n"
		   "sendto(3, ..., 1, 0, {sa_family = AF_INET6, sin_port = htons(7), "
		   "sin_addr = inet_addr(\"127.0.0.1\")}, 28) = -1 EAFNOSUPPORT\n"
		   "bind(3, {sa_family = AF_UNIX, sun_path = \"/tmp/x\"}, 16) = -1 EAFNOSUPPORT\n"
		   "bind(3, {sa_family = 77}, 16) = -1 EAFNOSUPPORT\n"
		   "bind(4, {sin_addr = inet_addr(\"0.0.0.0\")}, 16) = 0\n"
		   "connect(3, @9, 16) = 0\n"
		   "getpeername(3, @9, [16]) = 0\n"
		   "connect(3, AF_UNSPEC, 16) = 0\n"
		   "getpeername(3, ..., ...) = -1 ENOTCONN\n");
}

static void test_lengths_go_raw(void **state)
{
	(void)state;
	passes(UDP "bind(3, @7000, -1) = -1 EINVAL\n"
		   "bind(3, @7000, 129) = -1 EINVAL\n"
		   "bind(3, @7000, 15) = -1 EINVAL\n"
		   "bind(3, @7000, 128) = 0\n"
		   "sendto(3, ..., 1, 0, @7000, -1) = -1 EINVAL\n"
		   "sendto(3, ..., -1, 0, @7000, 16) = -1 EMSGSIZE\n"
		   "sendto(3, ..., 0x7fffffff, 0, @7000, 16) = -1 EMSGSIZE\n"
		   "sendto(3, ..., 65508, 0, @7000, 16) = -1 EMSGSIZE\n"
		   "sendto(3, ..., 65507, 0, @7000, 16) = 65507\n"
		   "recvfrom(3, ..., -1, 0, ..., ...) = 65507\n"
		   "recv(3, ..., 0x7fffffff, MSG_DONTWAIT) = -1 EAGAIN\n"
		   "recv(3, ..., 1, MSG_DONTWAIT) = -1\n"
		   "recv(3, ..., 100, MSG_DONTWAIT) = -1 EWOULDBLOCK\n"
		   "getsockname(3, @7000, [-1]) = -1 EINVAL\n"
		   "setsockopt(3, SOL_SOCKET, SO_BROADCAST, [1], -1) = -1 EINVAL\n"
		   "setsockopt(3, SOL_SOCKET, SO_BROADCAST, [1], 100) = 0\n"
		   "setsockopt(3, SOL_IP, IP_OPTIONS, [1], 41) = -1 EINVAL\n");
}

static void test_numbers_for_constants(void **state)
{
	(void)state;
	passes(UDP "socket(2, SOCK_DGRAM|0x1000, 0) = -1 EINVAL\n"
		   "socket(AF_INET, SOCK_DGRAM|SOCK_NONBLOCK, 17) = 4\n"
		   "recv(4, ..., 1, 0) = -1 EAGAIN\n"
		   "recv(3, ..., 1, 0x40) = -1 EAGAIN\n"
		   "recv(3, ..., 1, MSG_PEEK|64) = -1 EAGAIN\n"
		   "getsockopt(3, 1, 3, [2], [4]) = 0\n"
		   "getsockopt(3, SOL_SOCKET, SO_TYPE, [SOCK_DGRAM], [4]) = 0\n"
		   "getsockopt(3, SOL_SOCKET, 0x7777, [0], [4]) = -1 ENOPROTOOPT\n");
}

static void test_pointers(void **state)
{
	(void)state;
	passes(PAIR "bind(3, NULL, 16) = -1 EFAULT\n"
		    "bind(3, 0x1, 16) = -1 EFAULT\n"
		    "sendto(3, NULL, 4, 0, @7001, 16) = -1 EFAULT\n"
		    "sendto(3, 0x1, 4, 0, @7001, 16) = -1 EFAULT\n"
		    "sendto(3, NULL, 0, 0, @7001, 16) = 0\n"
		    "recvfrom(4, NULL, 0, 0, NULL, NULL) = 0\n"
		    "sendto(3, \"abc\", 3, 0, @7001, 16) = 3\n"
		    "recv(4, 0x1, 3, 0) = -1 EFAULT\n"
		    "getsockname(3, NULL, [16]) = -1 EFAULT\n"
		    "getsockname(3, @7000, NULL) = -1 EFAULT\n"
		    "getsockname(3, 0x1, [0->16]) = 0\n"
		    "sendmsg(3, NULL, 0) = -1 EFAULT\n"
		    "recvmsg(3, 0x10, 0) = -1 EFAULT\n"
		    "setsockopt(3, SOL_SOCKET, SO_BROADCAST, NULL, 4) = -1 EFAULT\n"
		    "getsockopt(3, SOL_SOCKET, SO_BROADCAST, 0x1, [4]) = -1 EFAULT\n"
		    "ioctl(3, FIONREAD, NULL) = -1 EFAULT\n"
		    "writev(3, NULL, 1) = -1 EFAULT\n"
		    "poll(NULL, 1, 0) = -1 EFAULT\n"
		    "nanosleep(NULL, NULL) = -1 EFAULT\n");
}

static void test_changing_lengths(void **state)
{
	(void)state;
	passes(BOUND "getsockname(3, @7000, [16]) = 0\n"
		     "getsockname(3, @7000, [128->16]) = 0\n"
		     "getsockname(3, {sa_family = AF_INET, sin_port = htons(7000), "
		     "sin_addr = inet_addr(\"0.0.0.0\")}, [4->16]) = 0\n"
		     "getsockname(3, ..., ...) = 0\n"
		     "getsockname(3, @7000, [...]) = 0\n"
		     "getsockopt(3, SOL_IP, IP_TTL, [64], [4]) = 0\n"
		     "getsockopt(3, SOL_IP, IP_TTL, [64], [1]) = 0\n"
		     "getsockopt(3, SOL_IP, IP_TTL, [64], [100->4]) = 0\n"
		     "getsockopt(3, SOL_IP, IP_TTL, ..., [2->1]) = 0\n"
		     "getsockopt(3, SOL_IP, IP_TTL, [...], ...) = 0\n"
		     "getsockopt(3, SOL_SOCKET, SO_RCVTIMEO, {tv_sec=0, tv_usec=0}, [16]) = 0\n"
		     "getpeername(3, ..., [16->16]) = -1 ENOTCONN\n");
}

static void test_data(void **state)
{
	(void)state;
	passes(SENT "recv(3, \"hello\", 100, 0) = 5\n"
		    "sendto(4, hex 00ff7f80, 4, 0, @7000, 16) = 4\n"
		    "recv(3, hex 00ff7f80, 100, 0) = 4\n"
		    "sendto(4, pattern 7, 3000, 0, @7000, 16) = 3000\n"
		    "recv(3, pattern 7, 3000, MSG_PEEK) = 3000\n"
		    "recv(3, pattern 7, 10, MSG_TRUNC) = 3000\n"
		    "getsockopt(3, SOL_SOCKET, SO_RCVTIMEO, hex 00, [16]) = 0\n"
		    "sendto(4, ..., 3, 0, @7000, 16) = 3\n"
		    "recv(3, hex 000000, 100, 0) = 3\n"
		    "sendto(4, \"abcdef\", 3, 0, @7000, 16) = 3\n"
		    "recv(3, \"abc\", 100, 0) = 3\n"
		    "sendto(4, \"ab\", 4, 0, @7000, 16) = 4\n"
		    "read(3, \"ab\\x00\\x00\", 100) = 4\n"
		    "connect(4, @7000, 16) = 0\n"
		    "write(4, \"one\", 3) = 3\n"
		    "send(4, \"two\", 3, 0) = 3\n"
		    "writev(4, [{\"th\", 2}, {hex 72, 1}, {\"ee\", 2}], 3) = 5\n"
		    "read(3, \"one\", 3) = 3\n"
		    "recvfrom(3, \"two\", 100, 0, @7001, [16]) = 3\n"
		    "readv(3, [{\"thr\", 3}, {..., 1}, {\"e\", 100}], 3) = 5\n");
}

static void test_options(void **state)
{
	(void)state;
	passes(UDP
	       "setsockopt(3, SOL_IP, IP_TTL, [77], 4) = 0\n"
	       "getsockopt(3, SOL_IP, IP_TTL, [77], [4]) = 0\n"
	       "setsockopt(3, SOL_IP, IP_TOS, hex 10, 1) = 0\n"
	       "getsockopt(3, SOL_IP, IP_TOS, hex 10000000, [4]) = 0\n"
	       "setsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=9}, 8) = 0\n"
	       "getsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=9}, [8]) = 0\n"
	       "setsockopt(3, SOL_SOCKET, SO_RCVTIMEO, {tv_sec=1, tv_usec=5000}, 16) = 0\n"
	       "getsockopt(3, SOL_SOCKET, SO_RCVTIMEO, {tv_sec=1, tv_usec=5000}, [100->16]) = 0\n"
	       "setsockopt(3, SOL_SOCKET, SO_BINDTODEVICE, \"lo\", 2) = 0\n"
	       "getsockopt(3, SOL_SOCKET, SO_BINDTODEVICE, \"lo\", [16->3]) = 0\n"
	       "setsockopt(3, SOL_IP, IP_MULTICAST_IF, {imr_address=inet_addr(\"127.0.0.1\"), "
	       "imr_ifindex=0}, 12) = 0\n"
	       "getsockopt(3, SOL_IP, IP_MULTICAST_IF, hex 7f000001, [4]) = 0\n"
	       "getsockopt(3, SOL_SOCKET, SO_ERROR, [0], [4]) = 0\n"
	       "getsockopt(3, SOL_SOCKET, SO_LINGER, hex 0100000009, ...) = 0\n"
	       /* Behind an option's four bytes there are zeroes, not what lay there before. */
	       "sendto(3, pattern 7, 3000, 0, @9, 16) = 3000\n"
	       "setsockopt(3, SOL_SOCKET, SO_LINGER, [1], 8) = 0\n"
	       "getsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, [8]) = 0\n");
}

static void test_messages(void **state)
{
	(void)state;
	passes(PAIR
	       "setsockopt(3, SOL_IP, IP_RECVTTL, [1], 4) = 0\n"
	       "setsockopt(3, SOL_IP, IP_PKTINFO, [1], 4) = 0\n"
	       "sendmsg(4, {msg_name(16)=@7000, msg_iov(2)=[{\"he\", 2}, {\"llo\", 3}], "
	       "msg_flags=0, msg_control=[{cmsg_level=SOL_IP, cmsg_type=IP_TTL, cmsg_data=9}]}, "
	       "0) = 5\n"
	       "recvmsg(3, {msg_name(16)=@7001, msg_iov(2)=[{\"hel\", 3}, {\"lo\", 10}], "
	       "msg_flags=0, msg_control=[{cmsg_len=28, cmsg_level=SOL_IP, cmsg_type=IP_PKTINFO, "
	       "cmsg_data={ipi_ifindex=1, ipi_spec_dst=inet_addr(\"127.0.0.1\"), "
	       "ipi_addr=inet_addr(\"127.0.0.1\")}}, {cmsg_len=20, cmsg_level=SOL_IP, "
	       "cmsg_type=IP_TTL, cmsg_data=9}], msg_controllen=[512->56]}, 0) = 5\n"
	       "sendmsg(4, {msg_name(...)=@7000, msg_iov(1)=[{\"abc\", 3}]}, 0) = 3\n"
	       "recvmsg(3, {msg_name(...)=..., msg_iov(1)=[{..., 2}], "
	       "msg_flags=MSG_TRUNC|MSG_CTRUNC, msg_control=[{cmsg_len=20}], msg_controllen=20}, "
	       "0) = 2\n"
	       "setsockopt(3, SOL_SOCKET, SO_TIMESTAMP, [1], 4) = 0\n"
	       "sendmsg(4, {msg_name(16)=@7000, msg_iov(1)=[{\"abc\", 3}], msg_control=NULL, "
	       "msg_controllen=0}, 0) = 3\n"
	       "recvmsg(3, {msg_iov(1)=[{..., 20}], msg_control=[{cmsg_len=32, "
	       "cmsg_level=SOL_SOCKET, cmsg_type=SO_TIMESTAMP, cmsg_data=1700000000}, "
	       "{cmsg_type=IP_PKTINFO}, {}]}, 0) = 3\n"
	       "sendmsg(4, {msg_name(16)=@7000, msg_iov(1025)=[{\"abc\", 3}]}, 0) = -1 EMSGSIZE\n"
	       "sendmsg(4, {msg_name(-1)=@7000, msg_iov(1)=[{\"abc\", 3}]}, 0) = -1 EINVAL\n"
	       "sendmsg(4, {msg_name(16)=@7000, msg_iov(1)=[{\"abc\", 3}], "
	       "msg_control=[{cmsg_len=3, cmsg_level=SOL_IP, cmsg_type=IP_TTL, cmsg_data=9}]}, "
	       "0) = -1 EINVAL\n"
	       "sendmsg(4, {msg_name(16)=@7000, msg_iov(1)=[{\"abc\", 3}], msg_control=0x1, "
	       "msg_controllen=16}, 0) = -1 EFAULT\n"
	       "setsockopt(3, SOL_IP, IP_RECVTOS, [1], 4) = 0\n"
	       "sendmsg(4, {msg_name(16)=@7000, msg_iov(1)=[{\"abc\", 3}], "
	       "msg_control=[{cmsg_level=SOL_IP, cmsg_type=IP_TTL, cmsg_data=9}, "
	       "{cmsg_level=SOL_IP, cmsg_type=IP_TOS, cmsg_data=[16]}]}, 0) = 3\n"
	       "recvmsg(3, {msg_iov(1)=[{..., 20}], msg_control=[{cmsg_type=SO_TIMESTAMP}, {}, "
	       "{cmsg_type=IP_TTL, cmsg_data=9}, {cmsg_len=17, cmsg_type=IP_TOS, cmsg_data=16}]}, "
	       "0) = 3\n"
	       "recvmsg(3, {msg_name(...)=..., msg_iov(1)=[{..., 20}], msg_control=...}, "
	       "MSG_DONTWAIT) = -1 EAGAIN\n");
}

static void test_poll(void **state)
{
	(void)state;
	passes(PAIR
	       "poll([{fd=3, events=POLLIN}, {fd=4, events=POLLOUT, revents=POLLOUT}], 2, 0) = 1\n"
	       "poll([{fd=3, events=POLLIN, revents=0}], 1, 0) = 0\n"
	       "sendto(4, ..., 1, 0, @7000, 16) = 1\n"
	       "poll([{fd=3, events=POLLIN|POLLOUT, revents=POLLIN|POLLOUT}, {fd=99, events=0, "
	       "revents=POLLNVAL}, {fd=-1, events=POLLIN, revents=0}], 3, -1) = 2\n"
	       "poll([...], 0, 0) = 0\n");
}

static void test_other_calls(void **state)
{
	(void)state;
	passes(SENT "fcntl(3, F_GETFL) = 0x2 (flags O_RDWR)\n"
		    "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n"
		    "fcntl(3, F_GETFL) = O_RDWR|O_NONBLOCK\n"
		    "ioctl(3, FIONREAD, [5]) = 0\n"
		    "ioctl(3, FIONREAD, ...) = 0\n"
		    "ioctl(4, FIONBIO, [1]) = 0\n"
		    "recv(4, ..., 1, 0) = -1 EAGAIN\n"
		    "ioctl(4, FIONBIO, [0]) = 0\n"
		    "fcntl(4, F_GETFL) = O_RDWR\n"
		    "dup(3) = 5\n"
		    "fcntl(3, F_DUPFD, 20) = 20\n"
		    "fcntl(20, F_GETFD, 0) = 0\n"
		    "close(3) = 0\n"
		    "recv(20, \"hello\", 10, 0) = 5\n"
		    "shutdown(5, SHUT_RD) = -1 ENOTCONN\n"
		    "accept(5, ..., ...) = -1 EOPNOTSUPP\n"
		    "socketpair(AF_INET, SOCK_DGRAM, 0, [6, 7]) = -1 EOPNOTSUPP\n"
		    "socketpair(AF_INET, SOCK_DGRAM, 0, NULL) = -1 EFAULT\n"
		    "nanosleep({tv_sec=0, tv_nsec=1000000000}, NULL) = -1 EINVAL\n"
		    "+0...0.25 nanosleep({tv_sec=0, tv_nsec=250000000}, {tv_sec=9}) = 0\n"
		    "socket(AF_INET, SOCK_DGRAM, 0) = ...\n");
}

/* A call that waits keeps its memory, whatever others do meanwhile. */
static void test_waiting_calls(void **state)
{
	(void)state;
	passes(PAIR "+0...0.2 thread 2: recvfrom(3, \"late\", 60000, 0, @7001, [128->16]) = 4\n"
		    "+.1 sendto(4, pattern 3, 60000, 0, @7001, 16) = 60000\n"
		    "recv(4, pattern 3, 65000, 0) = 60000\n"
		    "getsockname(4, @7001, [16]) = 0\n"
		    "+.1 sendto(4, \"late\", 4, 0, @7000, 16) = 4\n");
	passes(PAIR
	       "+0...0.3 thread 3: poll([{fd=3, events=POLLIN, revents=POLLIN}], 1, -1) = 1\n"
	       "+0...0.3 thread 2: recvmsg(3, {msg_name(16)=@7001, msg_iov(1)=[{\"late\", 50}]}, "
	       "0) = 4\n"
	       "+0...0.3 thread 5: recv(4, pattern 1, 65507, 0) = 65507\n"
	       "+.3 sendto(4, \"late\", 4, 0, @7000, 16) = 4\n"
	       "+0 sendto(3, pattern 1, 65507, 0, @7001, 16) = 65507\n");
}

static void test_processes(void **state)
{
	(void)state;
	passes(SENT "process 2: recv(3, \"hello\", 10, 0) = 5\n"
		    "process 2: close(3) = 0\n"
		    "process 2: socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
		    "process 2: getsockname(3, {sin_port=htons(0)}, [16]) = 0\n"
		    "getsockname(3, @7000, [16]) = 0\n"
		    "process 2: close(3) = 0\n"
		    "process 2: close(3) = -1 EBADF\n");
}

static void test_stock(void **state)
{
	(void)state;
	passes("--local_ip=192.168.0.1\n"
	       "--connect_port=8081\n"
	       "`../common/defaults.sh`\n"
	       "0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 30\n"
	       "+0 bind(30, ..., ...) = 0\n"
	       "+0 getsockname(30, {sa_family = AF_INET, sin_port = htons(8080), "
	       "sin_addr = inet_addr(\"192.168.0.1\")}, [16]) = 0\n"
	       "+0 connect(30, ..., ...) = 0\n"
	       "+0 getpeername(30, {sa_family = AF_INET, sin_port = htons(8081), "
	       "sin_addr = inet_addr(\"192.0.2.1\")}, [128->16]) = 0\n"
	       "+0 dup(30) = 200\n"
	       "+0 close(30) = 0\n"
	       "+0 close(30) = -1 EBADF\n"
	       "+0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 30\n"
	       "+0 poll([{fd=200, events=POLLOUT, revents=POLLOUT}], 1, 0) = 1\n"
	       "+0 fcntl(200, F_DUPFD, 0) = 60\n"
	       "+0 close(200) = 0\n"
	       "+0 close(60) = 0\n"
	       "+0 process 2: socket(..., SOCK_DGRAM, IPPROTO_UDP) = 40\n"
	       "+0 close(40) = -1 EBADF\n"
	       "+0 process 2: close(40) = 0\n"
	       "+0 close(250) = -1 EBADF\n");
	ends("`../common/defaults.sh`\n0 socket(..., SOCK_DGRAM, 0) = 256\n", RUN_INVALID,
	     "below 256");
}

static void test_names(void **state)
{
	struct run_options o;
	struct run_result res;

	(void)state;
	run_options_init(&o);
	o.nr_defines = 3;
	o.define[0] = (struct run_pair){ "PORT", "0x1b58" };
	o.define[1] = (struct run_pair){ "LEVEL", "SOL_SOCKET" };
	o.define[2] = (struct run_pair){ "WORD", "xyz" };
	res = run_with(BOUND "getsockname(3, {sin_port=htons(PORT)}, [16]) = 0\n"
			     "getsockopt(3, LEVEL, SO_TYPE, [2], [4]) = 0\n",
		       &o);
	if (res.verdict != RUN_PASSED)
		fail_msg("%s", res.message);
	run_result_free(&res);
	res = run_with(UDP "getsockopt(3, WORD, SO_TYPE, [2], [4]) = 0\n", &o);
	assert_int_equal(res.verdict, RUN_INVALID);
	assert_non_null(strstr(res.message, "WORD is \"xyz\""));
	run_result_free(&res);
	ends(UDP "getsockopt(3, OTHER, SO_TYPE, [2], [4]) = 0\n", RUN_INVALID, "OTHER");
}

static void test_not_there(void **state)
{
	(void)state;
	ends(UDP "open(\"/etc/nothing\", O_RDONLY) = 4\n", RUN_NOT_IMPLEMENTED, "open");
	ends(UDP "bind(3, {sa_family=AF_UNIX, "
		 "sun_path="
		 "\"0123456789012345678901234567890123456789012345678901234567890123456789012345678"
		 "9012345678901234567890123456789012345678901234567890123456789\"}, 16) = 0\n",
	     RUN_INVALID, "sun_path");
	ends(UDP "setsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, tv_usec=1}, 8) = 0\n", RUN_INVALID,
	     "different structs");
}

/* --- reports -------------------------------------------------------------------------------------
 */
static void test_wrong_results(void **state)
{
	(void)state;
	wrong(UP "socket(AF_INET, SOCK_DGRAM, 0) = 4\n", "result", "3");
	wrong(UDP "bind(3, @7000, 16) = -1 EADDRINUSE (text)\n", "result", "0");
	wrong(UDP "bind(3, @7000, 3) = 0\n", "result", "-1 EINVAL (Invalid argument)");
	wrong(UDP "bind(3, @7000, 3) = -1 EBADF\n", "errno", "-1 EINVAL (Invalid argument)");
	wrong(UDP "fcntl(3, F_GETFL) = O_RDWR|O_NONBLOCK\n", "result", " O_RDWR");
	wrong(SENT "recv(3, ..., 100, 0) = 6\n", "result", "5");
	wrong(UDP "fcntl(3, F_DUPFD, 8) = 9\n", "result", "8");
	wrong(UDP "nanosleep({tv_nsec=-1}, NULL) = 0\n", "result", "-1 EINVAL");
}

static void test_wrong_output(void **state)
{
	(void)state;
	wrong(BOUND "getsockname(3, {sin_port = htons(7001)}, [16]) = 0\n", "sin_port",
	      "htons(7000)");
	wrong(BOUND "getsockname(3, {sin_addr = inet_addr(\"127.0.0.2\")}, [16]) = 0\n", "sin_addr",
	      "inet_addr(\"127.0.0.1\")");
	wrong(BOUND "getsockname(3, {sa_family = AF_INET6}, [16]) = 0\n", "sa_family", "AF_INET");
	wrong(BOUND "getsockname(3, {sun_path = \"x\"}, [16]) = 0\n", "sun_path", "hex 1b58");
	wrong(BOUND "getsockname(3, ..., [128]) = 0\n", "[length]", "16");
	wrong(BOUND "getsockname(3, ..., [128->15]) = 0\n", "[length]", "16");
	wrong(BOUND "getpeername(3, ..., [16->15]) = -1 ENOTCONN\n", "[length]", "16");
	wrong(SENT "recv(3, \"hellx\", 100, 0) = 5\n", "data",
	      "\"hello\" (5 bytes), differs at byte 4");
	wrong(SENT "recv(3, \"hell\", 100, 0) = 5\n", "data", "differs at byte 4");
	wrong(SENT "recv(3, \"hello!\", 100, 0) = 5\n", "data", "differs at byte 5");
	wrong(SENT "recv(3, hex 0068, 100, 0) = 5\n", "data", "differs at byte 0");
	wrong(PAIR "sendto(4, pattern 7, 3000, 0, @7000, 16) = 3000\n"
		   "recv(3, pattern 8, 3000, 0) = 3000\n",
	      "data", "(3000 bytes), differs at byte 0");
	wrong(SENT "readv(3, [{\"hel\", 3}, {\"LO\", 9}], 2) = 5\n", "iov_base[1]", "\"lo\"");
}

static void test_wrong_options(void **state)
{
	(void)state;
	wrong(UDP "getsockopt(3, SOL_IP, IP_TTL, [63], [4]) = 0\n", "[value]", "64");
	wrong(UDP "getsockopt(3, SOL_IP, IP_TTL, hex 41, [1]) = 0\n", "[value]", "\"@\"");
	wrong(UDP "getsockopt(3, SOL_IP, IP_TTL, [64], [0]) = 0\n", "[value]", "0");
	wrong(UDP "getsockopt(3, SOL_IP, IP_TTL, hex 4001, [1]) = 0\n", "[value]",
	      "differs at byte 1");
	wrong(UDP "getsockopt(3, SOL_IP, IP_TTL, [64], [4->1]) = 0\n", "[length]", "4");
	wrong(UDP "getsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=0, linger=1}, [8]) = 0\n", "linger",
	      "0");
	wrong(UDP "getsockopt(3, SOL_SOCKET, SO_RCVTIMEO, {tv_sec=-1}, [16]) = 0\n", "tv_sec", "0");
	wrong(UDP "setsockopt(3, SOL_SOCKET, SO_BINDTODEVICE, \"lo\", 2) = 0\n"
		  "getsockopt(3, SOL_SOCKET, SO_BINDTODEVICE, \"eth0\", [16->3]) = 0\n",
	      "[value]", "differs at byte 0");
	wrong(SENT "ioctl(3, FIONREAD, [4]) = 0\n", "[value]", "5");
	wrong(PAIR "poll([{fd=3, revents=0}, {fd=4, events=POLLOUT, revents=POLLIN}], 2, 0) = 1\n",
	      "[1].revents", "POLLOUT");
}

#define CMSG(text)                                                                                 \
	PAIR "setsockopt(3, SOL_IP, IP_RECVTTL, [1], 4) = 0\n"                                     \
	     "setsockopt(3, SOL_IP, IP_PKTINFO, [1], 4) = 0\n"                                     \
	     "sendto(4, \"abc\", 3, 0, @7000, 16) = 3\n"                                           \
	     "recvmsg(3, {" text "}, 0) = 3\n"
#define IOV "msg_iov(1)=[{..., 9}]"

static void test_wrong_messages(void **state)
{
	(void)state;
	passes(CMSG(IOV ", msg_control=[{}, {}]"));
	wrong(CMSG("msg_name(16)=@1, " IOV), "sin_port", "htons(7001)");
	wrong(CMSG("msg_name(20)=@7001, " IOV), "msg_name(length)", "16");
	wrong(CMSG("msg_iov(1)=[{\"abd\", 9}]"), "iov_base[0]", "\"abc\"");
	wrong(CMSG(IOV ", msg_flags=MSG_TRUNC, msg_control=..."), "msg_flags", "0");
	wrong(CMSG(IOV ", msg_flags=MSG_TRUNC"), "msg_flags", "MSG_CTRUNC");
	wrong(CMSG(IOV ", msg_control=[{}]"), "msg_control", "2 messages");
	wrong(CMSG(IOV ", msg_control=[{}, {}, {}]"), "msg_control", "2 messages");
	wrong(CMSG(IOV ", msg_control=[]"), "msg_control", "2 messages");
	wrong(CMSG(IOV ", msg_control=[{cmsg_level=SOL_SOCKET}, {}]"), "msg_control[0].cmsg_level",
	      "SOL_IP");
	wrong(CMSG(IOV ", msg_control=[{}, {cmsg_type=IP_TOS}]"), "msg_control[1].cmsg_type", "2");
	wrong(CMSG(IOV ", msg_control=[{cmsg_len=27}, {}]"), "msg_control[0].cmsg_len", "28");
	wrong(CMSG(IOV ", msg_control=[{}, {cmsg_data=63}]"), "msg_control[1].cmsg_data", "64");
	wrong(CMSG(IOV ", msg_control=[{}, {cmsg_data=[63]}]"), "msg_control[1].cmsg_data", "64");
	wrong(CMSG(IOV ", msg_control=[{}, {cmsg_data=hex 40000001}]"), "msg_control[1].cmsg_data",
	      "hex 40000000 (4 bytes), differs at byte 3");
	wrong(CMSG(IOV ", msg_control=[{cmsg_data={ipi_addr=inet_addr(\"127.0.0.9\")}}, {}]"),
	      "msg_control[0].ipi_addr", "127.0.0.1");
	wrong(CMSG(IOV ", msg_control=[{}, {cmsg_data={scm_sec=1}}]"), "msg_control[1].scm_sec",
	      "(only 4 bytes)");
	wrong(CMSG(IOV ", msg_control=..., msg_controllen=[512->55]"), "msg_controllen", "56");
	wrong(CMSG(IOV ", msg_control=[{cmsg_type=IP_PKTINFO}], msg_controllen=56"), "msg_control",
	      "2 messages");
}

/* --- by hand: what no call of the reference does yet ---------------------------------------------
 */
/* A run that consists of one call, which the test makes by hand. */
struct by_hand {
	struct world *w;
	struct run *r;
	struct run_options o;
	struct task *t;
	u64 arg[SYS_ARGS];
};

static void by_hand(struct by_hand *h, const char *text)
{
	struct world_cfg cfg = scenario_bare(&limits_fuzz, 1);
	struct script_error err = { 0 };

	*h = (struct by_hand){ .r = calloc(1, sizeof(*h->r)) };
	assert_non_null(h->r);
	run_options_init(&h->o);
	h->r->opt = &h->o;
	h->r->script = script_parse("hand", text, strlen(text), &err);
	assert_non_null(h->r->script);
	h->w = scenario_new(&cfg);
	h->r->dut = dut_refstack_on(h->w, 1);
	memset(h->r->fd, 0xff, sizeof(h->r->fd));
	h->r->thread[0][0].stmt = &h->r->script->stmt[0];
	h->t = &h->w->host[0].task[0];
	assert_true(lay_arguments(h->r, &h->r->script->stmt[0], 0, 0, h->arg));
	memcpy(h->t->arg, h->arg, sizeof(h->arg));
}

static u8 *mem(const struct by_hand *h, u32 arg, u32 bytes)
{
	return world_umem(h->w, 0, h->arg[arg], bytes);
}

static void by_hand_end(struct by_hand *h)
{
	run_result_free(&h->r->result);
	h->r->dut->ops->destroy(h->r->dut);
	scenario_free(h->w);
	script_free((struct script *)(uintptr_t)h->r->script);
	free(h->r);
}

/* socketpair() of two live descriptors, as if it had succeeded. */
static void test_pairs_bind(void **state)
{
	struct by_hand h;

	(void)state;
	by_hand(&h, "socketpair(AF_INET, SOCK_DGRAM, 0, [10, 11]) = 0\n");
	h.r->addr.stock = true;
	put_le32(mem(&h, 3, 8), 5);
	put_le32(mem(&h, 3, 8) + 4, 6);
	assert_int_equal(run_compare(h.r, 0, 0, false), 0);
	assert_int_equal(h.r->fd[0][0][10], 5);
	assert_int_equal(h.r->fd[0][0][11], 6);
	/* In profile bare the numbers themselves are compared. */
	h.r->addr.stock = false;
	put_le32(mem(&h, 3, 8), 10);
	assert_int_equal(run_compare(h.r, 0, 0, false), -1);
	assert_non_null(strstr(h.r->result.message, "* fd[1]"));
	assert_null(strstr(h.r->result.message, "* fd[0]"));
	by_hand_end(&h);
}

/* What the script expects is not there before the call has written it. */
static void test_outputs_begin_empty(void **state)
{
	static const u8 zero[128];
	struct by_hand h;

	(void)state;
	by_hand(&h, "poll([{fd=7, events=POLLIN, revents=POLLOUT}], 1, 5) = 1\n");
	assert_memory_equal(mem(&h, 0, 8), ((u8[]){ 7, 0, 0, 0, 1, 0, 0, 0 }), 8);
	assert_int_equal(h.arg[2], 5);
	by_hand_end(&h);
	by_hand(&h, "nanosleep({tv_sec=1, tv_nsec=2}, {tv_sec=3, tv_nsec=4}) = -1 EINTR\n");
	assert_memory_equal(mem(&h, 0, 16), ((u8[16]){ [0] = 1, [8] = 2 }), 16);
	assert_memory_equal(mem(&h, 1, 16), zero, 16);
	/* It is looked at when a signal has ended the call. */
	h.t->ret = -EINTR;
	mem(&h, 1, 16)[0] = 3;
	assert_int_equal(run_compare(h.r, 0, 0, false), -1);
	assert_non_null(strstr(h.r->result.message, "* tv_nsec"));
	by_hand_end(&h);
	by_hand(&h,
		"recvfrom(3, \"abc\", 9, 0, {sa_family=AF_INET, sin_port=htons(1)}, [16]) = 3\n");
	assert_memory_equal(mem(&h, 1, 9), zero, 9);
	assert_memory_equal(mem(&h, 4, 128), zero, 128);
	assert_int_equal(get_le32(mem(&h, 5, 4)), 16);
	by_hand_end(&h);
}

/* Devices are asked by their name; what they answer is not there before. */
static void test_ifreq(void **state)
{
	struct by_hand h;

	(void)state;
	by_hand(&h, "ioctl(3, SIOCSIFADDR, {ifr_name=\"eth0\", ifr_addr={sa_family=AF_INET, "
		    "sin_addr=inet_addr(\"192.0.2.1\")}}) = 0\n");
	assert_memory_equal(mem(&h, 2, 40),
			    ((u8[40]){ 'e', 't', 'h', '0', [16] = 2, [20] = 192, 0, 2, 1 }), 40);
	by_hand_end(&h);
	by_hand(&h, "ioctl(3, SIOCGIFADDR, {ifr_name=\"eth0\", ifr_addr={sa_family=AF_INET, "
		    "sin_addr=inet_addr(\"192.0.2.1\")}}) = 0\n");
	assert_memory_equal(mem(&h, 2, 40), ((u8[40]){ 'e', 't', 'h', '0' }), 40);
	mem(&h, 2, 40)[16] = 2;
	put_be32(mem(&h, 2, 40) + 20, 0xc0000201);
	assert_int_equal(run_compare(h.r, 0, 0, false), 0);
	put_be32(mem(&h, 2, 40) + 20, 0xc0000202);
	assert_int_equal(run_compare(h.r, 0, 0, false), -1);
	assert_non_null(strstr(h.r->result.message, "* sin_addr"));
	by_hand_end(&h);
	by_hand(&h, "ioctl(3, SIOCGIFMTU, {ifr_name=\"lo\", ifr_mtu=1500}) = 0\n");
	put_le32(mem(&h, 2, 40) + 16, 65536);
	assert_int_equal(run_compare(h.r, 0, 0, false), -1);
	assert_non_null(strstr(h.r->result.message, "* ifr_mtu"));
	by_hand_end(&h);
}

#define IN		"{sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr(\""
#define LO_ADDR		IN "127.0.0.1\")}"
#define LO_MASK		IN "255.0.0.0\")}"
#define ELSE_ADDR	IN "198.51.100.0\")}"
#define ELSE_MASK	IN "255.255.255.0\")}"
#define REQ(what, rest) "ioctl(3, " what ", {ifr_name=\"lo\", " rest "}) = 0\n"

/* Of each kind of field: what is right passes, what is wrong is told by its name. */
static void test_requests(void **state)
{
	static const char right[] =
		UDP "ioctl(3, SIOCGIFCONF, {ifc_len=[400->40], ifc_req=[{ifr_name=\"lo\", "
		    "ifr_addr=" LO_ADDR "}]}) = 0\n"
		    "ioctl(3, SIOCGIFCONF, {ifc_len=[0->40], ifc_req=NULL}) = 0\n";
	static const char routes[] =
		UDP "ioctl(3, SIOCADDRT, {rt_dst=" ELSE_ADDR ", rt_genmask=" ELSE_MASK
		    ", rt_flags=RTF_UP, rt_dev=\"lo\"}) = 0\n"
		    "ioctl(3, SIOCGARP, {arp_pa=" ELSE_ADDR ", arp_dev=\"lo\"}) = -1 ENXIO\n";

	(void)state;
	passes(right);
	passes(routes);
	passes(UDP REQ("SIOCGIFNAME", "ifr_ifindex=1"));
	passes(UDP REQ("SIOCGIFHWADDR", "ifr_hwaddr={sa_data=hex 000000000000}"));
	passes(UDP REQ("SIOCGIFMAP", "ifr_map={mem_end=0, port=0}"));
	passes(UDP REQ("SIOCGIFNETMASK", "ifr_addr=" LO_ADDR ", ifr_netmask=" LO_MASK));
	passes(UDP REQ("SIOCETHTOOL", "ifr_data={cmd=ETHTOOL_GLINK, data=1}"));
	passes(UDP REQ("SIOCETHTOOL", "ifr_data=hex 0a00000001000000"));
	wrong(UDP "ioctl(3, SIOCGIFCONF, {ifc_len=[400->80], ifc_req=...}) = 0\n", "ifc_len", "40");
	wrong(UDP "ioctl(3, SIOCGIFCONF, {ifc_len=[400->40], ifc_req=[]}) = 0\n",
	      "number of addresses", "");
	wrong(UDP "ioctl(3, SIOCGIFCONF, {ifc_len=[400->40], ifc_req=[{ifr_name=\"lo\", "
		  "ifr_addr=" LO_MASK "}]}) = 0\n",
	      "[0].sin_addr", "127.0.0.1");
	wrong(UDP "ioctl(3, SIOCGIFNAME, {ifr_name=\"l\", ifr_ifindex=1}) = 0\n", "ifr_name", "lo");
	wrong(UDP "ioctl(3, SIOCGIFHWADDR, {ifr_name=\"lo\", ifr_hwaddr={sa_data=hex "
		  "0000000000000001}}) = 0\n",
	      "sa_data", "differs at byte 7");
	wrong(UDP "ioctl(3, SIOCGIFMAP, {ifr_name=\"lo\", ifr_map={irq=1}}) = 0\n", "irq", "0");
	wrong(UDP
	      "ioctl(3, SIOCETHTOOL, {ifr_name=\"lo\", ifr_data={cmd=ETHTOOL_GLINK, data=0}}) = "
	      "0\n",
	      "data", "1");
	wrong(UDP "ioctl(3, SIOCETHTOOL, {ifr_name=\"lo\", ifr_data=hex 0a00000000000000}) = 0\n",
	      "ifr_data", "differs at byte 4");
}

#define OWNED                                                                                      \
	BOUND "sigprocmask(SIG_BLOCK, [SIGIO, 40], []) = 0\n"                                      \
	      "fcntl(3, F_SETOWN_EX, {type=F_OWNER_TID, pid=1001}) = 0\n"                          \
	      "fcntl(3, F_SETSIG, 40) = 0\nfcntl(3, F_SETFL, O_RDWR|FASYNC) = 0\n"                 \
	      "sendto(3, \"abc\", 3, 0, @7000, 16) = 3\n"
#define NOW "{tv_sec=0, tv_nsec=0}"

/* Sets, actions, what a signal tells, whom it is for. */
static void test_signals(void **state)
{
	(void)state;
	passes(OWNED "sigpending([40]) = 0\n"
		     "process 2: sigpending([]) = 0\n"
		     "sigtimedwait([SIGIO, 40], {si_signo=40, si_errno=0, si_code=POLL_IN, "
		     "si_band=POLLIN|POLLRDNORM, si_fd=3}, " NOW ") = 40\n"
		     "sigpending([]) = 0\n"
		     "sigtimedwait([40], NULL, " NOW ") = -1 EAGAIN\n");
	passes(OWNED "sigtimedwait([40], {si_fd=...}, " NOW ") = 40\n");
	passes(OWNED "sigtimedwait([40], NULL, " NOW ") = 40\n");
	passes(UDP "sigprocmask(SIG_SETMASK, [SIGIO, SIGUSR1, 64], [...]) = 0\n"
		   "sigprocmask(SIG_BLOCK, NULL, [SIGUSR1, SIGIO, 64]) = 0\n"
		   "sigprocmask(SIG_BLOCK, 0x1, NULL) = -1 EFAULT\n"
		   "sigprocmask(7, [], NULL) = -1 EINVAL\n"
		   "sigaction(SIGUSR1, {sa_handler=SIG_IGN}, NULL) = 0\n"
		   "sigaction(SIGKILL, {sa_flags=0}, NULL) = -1 EINVAL\n"
		   "sigaction(65, NULL, NULL) = -1 EINVAL\n"
		   "+0...0.1 thread 2: recv(3, ..., 1, 0) = -1 EINTR\n"
		   "+.05 signal 2: SIGUSR1\n+.05 signal 2: SIGUSR2\n");
	passes(BOUND "sigaction(SIGUSR1, {sa_flags=SA_RESTART}, NULL) = 0\n"
		     "+0...0.2 thread 2: recv(3, \"abc\", 9, 0) = 3\n"
		     "+.1 signal 2: SIGUSR1\n+.1 sendto(3, \"abc\", 3, 0, @7000, 16) = 3\n");
	wrong(OWNED "sigpending([SIGIO]) = 0\n", "[signals]", "[40]");
	wrong(OWNED "sigpending([]) = 0\n", "[signals]", "[40]");
	wrong(UDP "sigprocmask(SIG_BLOCK, [SIGIO, 40], [SIGUSR1]) = 0\n", "[signals]", "[]");
	wrong(OWNED "sigtimedwait([40], {si_signo=SIGIO}, " NOW ") = 40\n", "si_signo", "40");
	wrong(OWNED "sigtimedwait([40], {si_band=POLLIN}, " NOW ") = 40\n", "si_band",
	      "POLLIN|POLLRDNORM");
	wrong(OWNED "sigtimedwait([40], {si_fd=4}, " NOW ") = 40\n", "si_fd", "3");
}

/* What of a file is asked by a structure. */
static void test_files(void **state)
{
	(void)state;
	passes(UDP "fcntl(3, F_SETOWN, -1000) = 0\n"
		   "fcntl(3, F_GETOWN_EX, {type=F_OWNER_PGRP, pid=0}) = 0\n"
		   "fcntl(3, F_GETOWNER_UIDS, {ruid=0, euid=0}) = 0\n"
		   "fcntl(3, F_SET_RW_HINT, {hint=3}) = 0\n"
		   "fcntl(3, F_GET_RW_HINT, {hint=3}) = 0\n"
		   "fcntl(3, F_SETOWN_EX, {type=9, pid=1000}) = -1 EINVAL\n"
		   "fcntl(3, F_SETOWN_EX, {type=F_OWNER_PID, pid=1099}) = -1 ESRCH\n"
		   "uid 1000\nfcntl(3, F_SETOWN, 1000) = 0\n"
		   "fcntl(3, F_GETOWNER_UIDS, {ruid=0, euid=1000}) = 0\n"
		   "fstat(3, {st_mode=0xc1ff, st_nlink=1, st_uid=0, st_size=0}) = 0\n"
		   "fstat(3, 0x1) = -1 EFAULT\nfstat(9, ...) = -1 EBADF\n");
	wrong(UDP "fcntl(3, F_GETOWN_EX, {type=F_OWNER_PID}) = 0\n", "type", "0");
	wrong(UDP "fcntl(3, F_GETOWNER_UIDS, {euid=5}) = 0\n", "euid", "0");
	wrong(UDP "fcntl(3, F_GET_RW_HINT, {hint=1}) = 0\n", "hint", "0");
	wrong(UDP "fstat(3, {st_mode=0x81ff}) = 0\n", "st_mode", "0xc1ff");
	ends(UDP "fcntl(3, F_SETOWN_EX, {type=1, hint=2}) = 0\n", RUN_INVALID, "different structs");
}

#define NESTED                                                                                     \
	UDP "epoll_create1(0) = 4\nepoll_create1(0) = 5\n"                                         \
	    "epoll_ctl(4, EPOLL_CTL_ADD, 5, {events=EPOLLIN, fd=5}) = 0\n"                         \
	    "epoll_ctl(5, EPOLL_CTL_ADD, 3, {events=EPOLLOUT, u32=7}) = 0\n"

static void test_epolls(void **state)
{
	(void)state;
	passes(NESTED "epoll_pwait(4, {events=EPOLLIN, fd=5}, 1, 0, [SIGUSR1], 8) = 1\n"
		      "epoll_pwait(4, {events=EPOLLIN, fd=5}, 1, 0, [], 7) = -1 EINVAL\n"
		      "epoll_pwait2(5, [{events=EPOLLOUT, u32=7}], 2, {tv_sec=0, tv_nsec=0}, "
		      "NULL, 0) = 1\n"
		      "epoll_pwait2(5, {events=0}, 1, {tv_nsec=-1}, NULL, 0) = -1 EINVAL\n"
		      "epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLIN}) = -1 ELOOP\n");
	wrong(NESTED "epoll_pwait(4, {events=EPOLLOUT, fd=5}, 1, 0, NULL, 8) = 1\n", "[0].events",
	      "EPOLLIN");
	wrong(NESTED "epoll_pwait2(5, {events=EPOLLOUT, u32=8}, 1, NULL, NULL, 8) = 1\n", "[0].u32",
	      "7");
}

/* Words of 32 bits; what is none lies somewhere else. */
static void test_socketcall(void **state)
{
	(void)state;
	passes(UP "socketcall(SYS_SOCKET, [AF_INET, SOCK_DGRAM|SOCK_NONBLOCK, 0]) = 3\n"
		  "socketcall(SYS_BIND, [3, @7000, 16]) = 0\n"
		  "socketcall(SYS_SETSOCKOPT, [3, SOL_IP, IP_TTL, [77], 4]) = 0\n"
		  "getsockopt(3, SOL_IP, IP_TTL, [77], [4]) = 0\n"
		  "socketcall(SYS_SENDTO, [3, \"abc\", 3, 0, @7000, 16]) = 3\n"
		  "recv(3, \"abc\", 9, 0) = 3\n"
		  "socketcall(SYS_BIND, [3, 1, 16]) = -1 EFAULT\n"
		  "socketcall(SYS_LISTEN, NULL) = -1 EFAULT\n"
		  "socketcall(SYS_LISTEN, 0x1) = -1 EFAULT\n"
		  "socketcall(21, [3]) = -1 EINVAL\n");
	wrong(UP "socketcall(SYS_SOCKET, [AF_INET, SOCK_DGRAM, 0]) = 4\n", "result", "3");
}

#define WHOLE                                                                                      \
	UP "0 socket(AF_PACKET, SOCK_RAW, 768) = 3\n"                                              \
	   "bind(3, {sa_family=AF_PACKET, sll_protocol=htons(3), sll_ifindex=1}, 20) = 0\n"
#define HEARD                                                                                      \
	WHOLE "setsockopt(3, SOL_PACKET, PACKET_AUXDATA, [1], 4) = 0\n"                            \
	      "socket(AF_INET, SOCK_DGRAM, 0) = 4\nsendto(4, \"abc\", 3, 0, @9, 16) = 3\n"
#define TOLD(ll, aux)                                                                              \
	HEARD "recvmsg(3, {msg_name(20)={" ll "}, msg_iov(1)=[{..., 99}], msg_control="            \
	      "[{cmsg_level=SOL_PACKET, cmsg_type=PACKET_AUXDATA, cmsg_data={" aux                 \
	      "}}]}, 0) = 45\n"
#define PROGRAM(insn, result)                                                                      \
	"setsockopt(3, SOL_SOCKET, SO_ATTACH_FILTER, {len=1, filter=" insn "}, 16) = " result "\n"
#define FIVE PROGRAM("[{BPF_RET|BPF_K, 0, 0, 5}]", "0")

static void test_packet_sockets(void **state)
{
	(void)state;
	passes(TOLD("sa_family=AF_PACKET, sll_protocol=htons(0x800), sll_ifindex=1, "
		    "sll_hatype=ARPHRD_LOOPBACK, sll_pkttype=PACKET_OUTGOING, sll_halen=6, "
		    "sll_addr=hex 0000000000000000",
		    "tp_len=45, tp_snaplen=45, tp_mac=0, tp_net=14, tp_vlan_tci=0"));
	passes(WHOLE "setsockopt(3, SOL_PACKET, PACKET_ADD_MEMBERSHIP, {mr_ifindex=1, "
		     "mr_type=PACKET_MR_MULTICAST, mr_alen=6, mr_address=hex 01005e000001}, 16) = "
		     "0\n"
		     "setsockopt(3, SOL_PACKET, PACKET_FANOUT, {id=7, "
		     "type_flags=PACKET_FANOUT_LB}, 4) = 0\n"
		     "getsockopt(3, SOL_PACKET, PACKET_STATISTICS, {tp_packets=0, tp_drops=0}, "
		     "[8]) = 0\n");
	passes(HEARD FIVE "recv(3, ..., 99, 0) = 45\n");
	passes(WHOLE FIVE "socket(AF_INET, SOCK_DGRAM, 0) = 4\n"
			  "sendto(4, \"abc\", 3, 0, @9, 16) = 3\nrecv(3, ..., 99, 0) = 5\n");
	passes(WHOLE PROGRAM("[{BPF_LD|BPF_W|BPF_ABS, 0, 0, 0}]", "-1 EINVAL"));
	passes(WHOLE PROGRAM("NULL", "-1 EINVAL") PROGRAM("0x1", "-1 EFAULT"));
	wrong(TOLD("sll_hatype=ARPHRD_ETHER", ""), "sll_hatype", "772");
	wrong(TOLD("sll_pkttype=PACKET_HOST", ""), "sll_pkttype", "4");
	wrong(TOLD("sll_addr=hex 0000000000000001", ""), "sll_addr", "differs at byte 7");
	wrong(TOLD("sll_protocol=htons(0x806)", ""), "sll_protocol", "htons(2048)");
	wrong(TOLD("", "tp_net=15"), "msg_control[0].tp_net", "14");
	wrong(HEARD "getsockopt(3, SOL_PACKET, PACKET_STATISTICS, {tp_packets=9}, [8]) = 0\n",
	      "tp_packets", "4");
}

/* A call that has moved more than the run had room for is not judged. */
static void test_huge_data(void **state)
{
	struct by_hand h;

	(void)state;
	by_hand(&h, "recv(3, ..., 0x7fffffff, 0) = 2000000\n");
	assert_int_equal(h.arg[2], 0x7fffffff);
	assert_true(h.r->thread[0][0].cut < h.w->host[0].process[0].umem_bytes);
	h.t->ret = (s64)h.r->thread[0][0].cut;
	assert_int_equal(run_call_end(h.r, 0, 0), -1);
	assert_int_equal(h.r->result.verdict, RUN_FAILED);
	by_hand_end(&h);
	by_hand(&h, "recv(3, ..., 0x7fffffff, 0) = 2000000\n");
	h.t->ret = 2000000;
	assert_int_equal(run_call_end(h.r, 0, 0), -1);
	assert_int_equal(h.r->result.verdict, RUN_INVALID);
	by_hand_end(&h);
}

/* Any part of a pattern is the same however it is asked for; seeds differ. */
static void test_patterns(void **state)
{
	u8 whole[100], part[100];

	(void)state;
	script_pattern(5, 0, whole, sizeof(whole));
	for (u32 from = 0; from < sizeof(whole); from++) {
		script_pattern(5, from, part, (u32)sizeof(whole) - from);
		assert_memory_equal(part, whole + from, sizeof(whole) - from);
	}
	script_pattern(6, 0, part, sizeof(part));
	assert_memory_not_equal(part, whole, 8);
	assert_memory_not_equal(whole, whole + 8, 8);
}

static void test_errors_have_names(void **state)
{
	char text[64];

	(void)state;
	errno_text(EPIPE, text, sizeof(text));
	assert_string_equal(text, "EPIPE (Broken pipe)");
	errno_text(EAGAIN, text, sizeof(text));
	assert_string_equal(text, "EAGAIN (Resource temporarily unavailable)");
	errno_text(EHWPOISON, text, sizeof(text));
	assert_string_equal(text, "EHWPOISON");
	errno_text(999, text, sizeof(text));
	assert_string_equal(text, "errno 999");
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
		cmocka_unit_test(test_bad_descriptors),
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_lengths_go_raw),
		cmocka_unit_test(test_numbers_for_constants),
		cmocka_unit_test(test_pointers),
		cmocka_unit_test(test_changing_lengths),
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_poll),
		cmocka_unit_test(test_other_calls),
		cmocka_unit_test(test_waiting_calls),
		cmocka_unit_test(test_processes),
		cmocka_unit_test(test_stock),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_not_there),
		cmocka_unit_test(test_wrong_results),
		cmocka_unit_test(test_wrong_output),
		cmocka_unit_test(test_wrong_options),
		cmocka_unit_test(test_wrong_messages),
		cmocka_unit_test(test_pairs_bind),
		cmocka_unit_test(test_outputs_begin_empty),
		cmocka_unit_test(test_ifreq),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_epolls),
		cmocka_unit_test(test_socketcall),
		cmocka_unit_test(test_packet_sockets),
		cmocka_unit_test(test_huge_data),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_errors_have_names),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
