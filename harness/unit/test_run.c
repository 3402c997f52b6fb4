// SPDX-License-Identifier: MIT
/* test_run.c - scripts that run: what must pass, what a person reads when something differs, how a
 * run ends that cannot go on.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "harness/script/run.h"

static struct dut_worlds *worlds;

struct outcome {
	struct run_result result;
	char *log; /* what -v says */
};

static struct outcome run_with(const char *text, struct run_options *o)
{
	struct script_error err = { 0 };
	struct script *s = script_parse("t.pkt", text, strlen(text), &err);
	struct outcome out = { 0 };
	size_t len;

	if (s == NULL)
		print_error("%u:%u: %s\n%s\n", err.line, err.column, err.text, text);
	assert_non_null(s);
	o->out = open_memstream(&out.log, &len);
	assert_non_null(o->out);
	o->verbose = true;
	out.result = run_script(s, o, worlds);
	fclose(o->out);
	script_free(s);
	return out;
}

static struct outcome run(const char *text)
{
	struct run_options o;

	run_options_init(&o);
	return run_with(text, &o);
}

static void release(struct outcome *out)
{
	run_result_free(&out->result);
	free(out->log);
}

static void must_pass(const char *what, const struct outcome *out)
{
	if (out->result.verdict != RUN_PASSED)
		print_error("%s: %s\n%s\n", what, run_verdict_name(out->result.verdict),
			    out->result.message);
	assert_int_equal(out->result.verdict, RUN_PASSED);
	assert_null(out->result.message);
}

static void must_say(const char *what, const struct outcome *out, enum run_verdict verdict,
		     const char *message)
{
	if (out->result.verdict != verdict)
		print_error("%s: %s\n", what, run_verdict_name(out->result.verdict));
	assert_int_equal(out->result.verdict, verdict);
	assert_non_null(out->result.message);
	assert_string_equal(out->result.message, message);
}

/* -------- pieces of scripts -------- */

#define UP    "`ip link set lo up; ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n"
#define LO_UP "`ip link set lo up`\n"
#define KNOWN "`ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0`\n"
#define UDP   "socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
#define BIND                                                                                       \
	"bind(3, {sa_family = AF_INET, sin_port = htons(5000), sin_addr = "                        \
	"inet_addr(\"127.0.0.1\")}, 16) = 0\n"
#define BIND_5                                                                                     \
	"bind(3, {sa_family = AF_INET, sin_port = htons(5), sin_addr = "                           \
	"inet_addr(\"192.0.2.1\")}, 16) = 0\n"
#define SEND                                                                                       \
	"sendto(3, \"hello\", 5, 0, {sa_family = AF_INET, sin_port = htons(7), sin_addr = "        \
	"inet_addr(\"192.0.2.2\")}, 16) = 5\n"
#define SEND_LO                                                                                    \
	"sendto(3, \"abc\", 3, 0, {sa_family = AF_INET, sin_port = htons(5000), sin_addr = "       \
	"inet_addr(\"127.0.0.1\")}, 16) = 3\n"
#define WHO_HAS "> arp who-has 192.0.2.2 tell 192.0.2.1\n"
#define ANSWER	"< arp reply 192.0.2.2 is-at 02:00:00:00:00:02\n"

/* -------- what must pass -------- */

struct case_passing {
	const char *what, *script;
};

static const struct case_passing passing[] = {
	{ "example", "// claim: a datagram to an unresolved neighbour waits for ARP, then leaves; "
		     "a second one overtakes nothing\n"
		     "// oracle: linux-6.12.117 uml\n"
		     "`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n"
		     "\n"
		     "  0 " UDP " +0 bind(3, {sa_family = AF_INET, sin_port = htons(5000), "
		     "sin_addr = inet_addr(\"192.0.2.1\")}, 16) = 0\n"
		     " +0 " SEND " +0 " WHO_HAS
		     " +0 sendto(3, \"again\", 5, 0, {sa_family = AF_INET, sin_port = htons(7), "
		     "sin_addr = inet_addr(\"192.0.2.2\")}, 16) = 5\n"
		     "+.1 " ANSWER " +0 > 192.0.2.1:5000 > 192.0.2.2:7 udp (5) \"hello\"\n"
		     " +0 > 192.0.2.1:5000 > 192.0.2.2:7 udp (5) \"again\"\n"
		     "+.2 < 192.0.2.2:7 > 192.0.2.1:5000 udp (3) \"abc\"\n"
		     " +0 recvfrom(3, \"abc\", 100, 0, {sa_family = AF_INET, sin_port = htons(7), "
		     "sin_addr = inet_addr(\"192.0.2.2\")}, [16]) = 3\n"
		     " +0 sendto(3, ..., 1, 0, {sa_family = AF_INET6, sin_port = htons(7), "
		     "sin_addr = inet_addr(\"192.0.2.2\")}, 28) = -1 EAFNOSUPPORT (Address family "
		     "not supported by protocol)\n" },
	{ "unreachable", UP "0 " UDP "setsockopt(3, SOL_IP, IP_RECVERR, [1], 4) = 0\n"
			    "connect(3, {sa_family = AF_INET, sin_port = htons(7), sin_addr = "
			    "inet_addr(\"192.0.2.2\")}, 16) = 0\n"
			    "send(3, \"hello\", 5, 0) = 5\n" WHO_HAS "+1.024 " WHO_HAS
			    "+1.024 " WHO_HAS "+1.024 send(3, \"hello\", 5, 0) = -1 EHOSTUNREACH\n"
			    "send(3, \"hello\", 5, 0) = 5\n" WHO_HAS },
	{ "threads", LO_UP UDP BIND
	  "+0...0.5 thread 2: recvfrom(3, \"abc\", 100, 0, ..., [16]) = 3\n"
	  "+.5 " SEND_LO "+0...0.2 thread 2: recvfrom(3, ..., 100, 0, ..., [16]) = -1 EINTR\n"
	  "+.2 signal 2: SIGUSR1\n"
	  "+0...0.3 thread 2: recvfrom(3, \"abc\", 100, 0, ..., [16]) = 3\n"
	  "+.3 " SEND_LO "+0...0.1 thread 2: recvfrom(3, \"abc\", 100, 0, ..., [16]) = 3\n"
	  "thread 15: getsockname(3, ..., [16]) = 0\n"
	  "+.1 " SEND_LO "thread 2: " SEND_LO
	  "thread 3: recvfrom(3, \"abc\", 100, 0, ..., [16]) = 3\n" },
	{ "busy",
	  LO_UP UDP BIND "+0...0.5 thread 2: poll([{fd=3, events=POLLIN, revents=0}], 1, 500) = 0\n"
			 "thread 2: close(3) = 0\n"
			 "close(3) = -1 EBADF\n"
			 "+.4 advance 100ms\n" },
	{ "processes", UDP "process 2: close(3) = 0\n"
			   "process 2: close(3) = -1 EBADF\n"
			   "process 2: " UDP "process 2: thread 4: close(3) = 0\n"
			   "thread 4: close(3) = -1 EBADF\n"
			   "close(3) = 0\n"
			   "close(3) = -1 EBADF\n" },
	{ "credentials", LO_UP "uid 1000\n"
			       "socket(AF_INET, SOCK_RAW, 17) = -1 EPERM\n"
			       "cap add CAP_NET_RAW\n"
			       "socket(AF_INET, SOCK_RAW, 17) = 3\n"
			       "uid 0\n"
			       "cap drop CAP_NET_RAW\n"
			       "socket(AF_INET, SOCK_RAW, 17) = -1 EPERM\n"
			       "uid 1000\n"
			       "uid 0\n"
			       "socket(AF_INET, SOCK_RAW, 17) = -1 EPERM\n" },
	{ "dots for what a call writes, and for a value of zeroes", LO_UP UDP BIND
	  "setsockopt(3, SOL_SOCKET, SO_TIMESTAMP, [1], 4) = 0\n"
	  "setsockopt(3, SOL_SOCKET, SO_RCVTIMEO, ..., 16) = 0\n"
	  "getsockopt(3, SOL_SOCKET, SO_RCVTIMEO, {tv_sec = 0, tv_usec = ...}, [16]) = 0\n" SEND_LO
	  "poll([{fd = 3, events = POLLIN, revents = ...}], 1, 0) = 1\n"
	  "recvmsg(3, {msg_iov(1) = [{..., 9}], msg_flags = ..., msg_control = [{cmsg_level = "
	  "SOL_SOCKET, cmsg_type = SO_TIMESTAMP, cmsg_data = ...}]}, 0) = 3\n" },
	{ "a call waits less than times may be off", UDP "poll(NULL, 0, 3) = 0\n"
							 "poll(NULL, 0, 0) = 0\n" },
	{ "two hosts", "`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n"
		       "host b {\n"
		       "`ip addr add 192.0.2.2/24 dev eth0; ip link set eth0 up`\n"
		       "0 " UDP "bind(3, {sa_family = AF_INET, sin_port = htons(7), sin_addr = "
		       "inet_addr(\"0.0.0.0\")}, 16) = 0\n"
		       "}\n" UDP SEND WHO_HAS "host b {\n"
		       "> arp reply 192.0.2.2 is-at 02:00:00:00:00:02\n"
		       "recvfrom(3, \"hello\", 100, 0, ..., [16]) = 5\n"
		       "}\n" },
	{ "three hosts", "`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n"
			 "host b {\n"
			 "`ip addr add 192.0.2.2/24 dev eth0; ip link set eth0 up`\n"
			 "}\n"
			 "host c {\n"
			 "`ip addr add 192.0.2.3/24 dev eth0; ip link set eth0 up`\n"
			 "0 " UDP "bind(3, {sa_family = AF_INET, sin_port = htons(7), sin_addr = "
			 "inet_addr(\"0.0.0.0\")}, 16) = 0\n"
			 "}\n" UDP "sendto(3, \"hello\", 5, 0, {sa_family = AF_INET, sin_port = "
			 "htons(7), sin_addr = inet_addr(\"192.0.2.3\")}, 16) = 5\n"
			 "> arp who-has 192.0.2.3 tell 192.0.2.1\n"
			 "host c {\n"
			 "> arp reply 192.0.2.3 is-at 02:00:00:00:00:03\n"
			 "recvfrom(3, \"hello\", 100, 0, ..., [16]) = 5\n"
			 "}\n"
			 "host b {\n"
			 "quiet 1s\n"
			 "}\n" },
	{ "four hosts", "`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n"
			"host b {\n"
			"`ip addr add 192.0.2.2/24 dev eth0; ip link set eth0 up`\n"
			"}\n"
			"host d {\n"
			"`ip addr add 192.0.2.4/24 dev eth0; ip link set eth0 up`\n"
			"0 " UDP "bind(3, {sa_family = AF_INET, sin_port = htons(7), sin_addr = "
			"inet_addr(\"0.0.0.0\")}, 16) = 0\n"
			"}\n" UDP "sendto(3, \"hello\", 5, 0, {sa_family = AF_INET, sin_port = "
			"htons(7), sin_addr = inet_addr(\"192.0.2.4\")}, 16) = 5\n"
			"> arp who-has 192.0.2.4 tell 192.0.2.1\n"
			"host d {\n"
			"> arp reply 192.0.2.4 is-at 02:00:00:00:00:04\n"
			"recvfrom(3, \"hello\", 100, 0, ..., [16]) = 5\n"
			"}\n"
			"host b {\n"
			"quiet 1s\n"
			"}\n" },
	{ "google", "`../common/defaults.sh`\n"
		    "0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 5\n"
		    "bind(5, ..., ...) = 0\n"
		    "connect(5, ..., ...) = 0\n"
		    "write(5, ..., 100) = 100\n"
		    "> udp (100)\n"
		    "+.1 < udp (20)\n"
		    "read(5, ..., 1000) = 20\n"
		    "+.1...0.2 read(5, ..., 1000) = 7\n"
		    "+.1 < udp (7)\n"
		    "socket(..., SOCK_DGRAM, IPPROTO_UDP) = 7\n"
		    "connect(7, ..., ...) = 0\n"
		    "write(7, ..., 50) = 50\n"
		    "> udp (50)\n"
		    "< udp (9)\n"
		    "read(7, ..., 1000) = 9\n" },
	{ "ksft", "`./defaults.sh`\n"
		  "0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 5\n"
		  "bind(5, ..., ...) = 0\n"
		  "connect(5, ..., ...) = 0\n"
		  "write(5, ..., 100) = 100\n"
		  "> udp (100)\n"
		  "+.1 < udp (20)\n"
		  "read(5, ..., 1000) = 20\n"
		  "+.1...0.2 read(5, ..., 1000) = 7\n"
		  "+.1 < udp (7)\n"
		  "socket(..., SOCK_DGRAM, IPPROTO_UDP) = 7\n"
		  "connect(7, ..., ...) = 0\n"
		  "write(7, ..., 50) = 50\n"
		  "> udp (50)\n"
		  "< udp (9)\n"
		  "read(7, ..., 1000) = 9\n" },
	{ "addresses", "--profile=google\n"
		       "--local_ip=10.1.0.1\n"
		       "--netmask_ip=255.255.255.0\n"
		       "--gateway_ip=10.1.0.2\n"
		       "--remote_ip=10.9.0.1\n"
		       "--mtu=1400\n"
		       "--bind_port=700\n"
		       "--connect_port=800\n"
		       "--define=SIZE=30\n"
		       "socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3\n"
		       "bind(3, ..., ...) = 0\n"
		       "connect(3, ..., ...) = 0\n"
		       "write(3, ..., SIZE) = 30\n"
		       "> 10.1.0.1:700 > 10.9.0.1:800 udp (30)\n"
		       "setsockopt(3, SOL_IP, IP_MTU_DISCOVER, [IP_PMTUDISC_DO], 4) = 0\n"
		       "write(3, ..., 1373) = -1 EMSGSIZE\n"
		       "write(3, ..., 1372) = 1372\n"
		       "> udp (1372)\n" },
	{ "tun", "--device=tun\n" UP UDP SEND "> 192.0.2.1 > 192.0.2.2 udp (5) \"hello\"\n" },
	{ "wire drop",
	  UP KNOWN UDP BIND_5 "wire drop 2..3\n"
			      "sendto(3, \"a\", 1, 0, {sa_family = AF_INET, sin_port = htons(7), "
			      "sin_addr = inet_addr(\"192.0.2.2\")}, 16) = 1\n"
			      "sendto(3, \"b\", 1, 0, {sa_family = AF_INET, sin_port = htons(7), "
			      "sin_addr = inet_addr(\"192.0.2.2\")}, 16) = 1\n"
			      "sendto(3, \"c\", 1, 0, {sa_family = AF_INET, sin_port = htons(7), "
			      "sin_addr = inet_addr(\"192.0.2.2\")}, 16) = 1\n"
			      "sendto(3, \"d\", 1, 0, {sa_family = AF_INET, sin_port = htons(7), "
			      "sin_addr = inet_addr(\"192.0.2.2\")}, 16) = 1\n"
			      "> 192.0.2.1 > 192.0.2.2 udp (1) \"a\"\n"
			      "> 192.0.2.1 > 192.0.2.2 udp (1) \"d\"\n"
			      "wire drop 2..2\n"
			      "< 192.0.2.2:7 > 192.0.2.1:5 udp (1) \"x\"\n"
			      "< 192.0.2.2:7 > 192.0.2.1:5 udp (1) \"y\"\n"
			      "recvfrom(3, \"x\", 10, 0, ..., [16]) = 1\n"
			      "recvfrom(3, ..., 10, MSG_DONTWAIT, ..., [16]) = -1 EAGAIN\n" },
	{ "wire faults", UP KNOWN UDP BIND_5
	  "wire delay 30ms\n" SEND "+.03 > 192.0.2.1 > 192.0.2.2 udp (5) \"hello\"\n"
	  "< 192.0.2.2:7 > 192.0.2.1:5 udp (1) \"x\"\n"
	  "+0...0.03 recvfrom(3, \"x\", 10, 0, ..., [16]) = 1\n"
	  "+.03 wire delay 0s\n"
	  "wire duplicate 1000000 ppm\n" SEND "> 192.0.2.1 > 192.0.2.2 udp (5) \"hello\"\n"
	  "> 192.0.2.1 > 192.0.2.2 udp (5) \"hello\"\n"
	  "wire duplicate 0 ppm\n"
	  "wire loss 1000000 ppm\n" SEND "wire loss 0 ppm\n"
	  "wire corrupt 1000000 ppm\n" SEND "< 192.0.2.2:7 > 192.0.2.1:5 udp (1) \"x\"\n"
	  "wire corrupt 0 ppm\n"
	  "wire reorder 1000000 ppm by 20ms\n"
	  "sendto(3, \"late\", 4, 0, {sa_family = AF_INET, sin_port = htons(7), sin_addr = "
	  "inet_addr(\"192.0.2.2\")}, 16) = 4\n"
	  "wire reorder 0 ppm by 0s\n"
	  "sendto(3, \"soon\", 4, 0, {sa_family = AF_INET, sin_port = htons(7), sin_addr = "
	  "inet_addr(\"192.0.2.2\")}, 16) = 4\n"
	  "> 192.0.2.1 > 192.0.2.2 udp (4) \"soon\"\n"
	  "+.02 > 192.0.2.1 > 192.0.2.2 udp (4) \"late\"\n"
	  "recvfrom(3, ..., 10, MSG_DONTWAIT, ..., [16]) = -1 EAGAIN\n" },
	{ "wire of two hosts", "`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n"
			       "host b {\n"
			       "`ip addr add 192.0.2.2/24 dev eth0; ip link set eth0 up`\n"
			       "0 " UDP "bind(3, {sa_family = AF_INET, sin_port = htons(7), "
			       "sin_addr = inet_addr(\"0.0.0.0\")}, 16) = 0\n"
			       "}\n" UDP "wire drop 2..2\n" SEND WHO_HAS "host b {\n"
			       "> arp reply 192.0.2.2 is-at 02:00:00:00:00:02\n"
			       "quiet 900ms\n"
			       "+.124 > arp reply 192.0.2.2 is-at 02:00:00:00:00:02\n"
			       "recvfrom(3, \"hello\", 100, 0, ..., [16]) = 5\n"
			       "}\n" },
	{ "allocations",
	  "alloc fail 2nd\n"
	  "socket(AF_INET, SOCK_DGRAM, 0) = -1 ENOMEM\n"
	  "alloc fail 1st\n"
	  "socket(AF_INET, SOCK_DGRAM, 0) = -1 ENFILE\n" UDP "alloc fail 1st of sock\n"
	  "socket(AF_INET, SOCK_DGRAM, 0) = -1 ENOMEM\n"
	  "socket(AF_INET, SOCK_DGRAM, 0) = 4\n" },
	{ "link", UP KNOWN UDP SEND "> 192.0.2.1 > 192.0.2.2 udp (5) \"hello\"\n"
				    "link down\n"
				    "+1 " SEND "quiet 100ms\n"
				    "link up\n"
				    "+2 " SEND "> 192.0.2.1 > 192.0.2.2 udp (5) \"hello\"\n" },
	{ "ksft names", "--profile=ksft\n"
			"0 " UDP "setsockopt(3, CMSG_LEVEL_IP, CMSG_TYPE_RECVERR, [1], 4) = 0\n" },
	{ "counters",
	  LO_UP UDP BIND SEND_LO "mib Udp.OutDatagrams +1\n"
				 "mib Udp.OutDatagrams +0\n"
				 "mib Udp.InDatagrams +0\n"
				 "recvfrom(3, \"abc\", 100, 0, ..., [16]) = 3\n"
				 "mib Udp.InDatagrams +1\n"
				 "sendto(3, \"abc\", 3, 0, {sa_family = AF_INET, sin_port = "
				 "htons(5001), sin_addr = inet_addr(\"127.0.0.1\")}, 16) = 3\n"
				 "drop NO_SOCKET +1\n"
				 "drop NO_SOCKET +0\n"
				 "mib Udp.NoPorts +1\n" },
	{ "absolute times", "0.5 " UDP "1 close(3) = 0\n"
			    "advance 200ms\n"
			    "1.3 close(3) = -1 EBADF\n" },
	{ "any time", UP UDP SEND WHO_HAS "* " WHO_HAS "+1.024 " WHO_HAS },
	{ "advance", UP UDP "advance 128ms\n" SEND WHO_HAS "quiet 1s\n"
			    "+.024 " WHO_HAS },
	{ "frames of each host", "`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n"
				 "host b {\n"
				 "`ip addr add 192.0.2.2/24 dev eth0; ip link set eth0 up`\n"
				 "0 " UDP "bind(3, {sa_family = AF_INET, sin_port = htons(7), "
				 "sin_addr = inet_addr(\"0.0.0.0\")}, 16) = 0\n"
				 "}\n" UDP SEND "host b {\n"
				 "> arp reply 192.0.2.2 is-at 02:00:00:00:00:02\n"
				 "}\n" WHO_HAS "> 192.0.2.1 > 192.0.2.2 udp (5) \"hello\"\n"
				 "host b {\n"
				 "recvfrom(3, \"hello\", 100, 0, ..., [16]) = 5\n"
				 "}\n" },
	{ "numbers of a process", "--profile=google\n"
				  "0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 50\n"
				  "process 2: close(50) = 0\n"
				  "close(50) = 0\n" },
	{ "defaults of ksft", "`./defaults.sh`\n"
			      "0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3\n"
			      "setsockopt(3, CMSG_LEVEL_IP, CMSG_TYPE_RECVERR, [1], 4) = 0\n" },
	{ "a connected peer", "--profile=google\n"
			      "0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3\n"
			      "bind(3, ..., ...) = 0\n"
			      "connect(3, {sa_family = AF_INET, sin_port = htons(9999), sin_addr = "
			      "inet_addr(\"192.0.2.1\")}, 16) = 0\n"
			      "< udp (20)\n"
			      "read(3, ..., 1000) = 20\n" },
	{ "offloads of tun0", "--profile=google\n"
			      "`ethtool -k tun0 | grep -q \"tx-checksumming: on\"`\n"
			      "`ethtool -k tun0 | grep -q \"tcp-segmentation-offload: on\"`\n" },
	{ "frames that packetdrill ignores",
	  "--profile=google\n"
	  "--device=tap\n"
	  "`ip neigh add 192.168.0.2 lladdr 02:00:00:00:00:02 dev tun0`\n"
	  "0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3\n"
	  "sendto(3, ..., 10, 0, {sa_family = AF_INET, sin_port = htons(7), sin_addr = "
	  "inet_addr(\"192.168.0.9\")}, 16) = 10\n"
	  "sendto(3, ..., 10, 0, ..., ...) = 10\n"
	  "> udp (10)\n" },
	{ "igb", "--device=igb\n"
		 "// claim: a datagram to an unresolved neighbour waits for ARP, then leaves; a "
		 "second one overtakes nothing\n"
		 "`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n"
		 "\n"
		 "  0 " UDP " +0 bind(3, {sa_family = AF_INET, sin_port = htons(5000), sin_addr = "
		 "inet_addr(\"192.0.2.1\")}, 16) = 0\n"
		 " +0 " SEND " +0 " WHO_HAS
		 " +0 sendto(3, \"again\", 5, 0, {sa_family = AF_INET, sin_port = htons(7), "
		 "sin_addr = inet_addr(\"192.0.2.2\")}, 16) = 5\n"
		 "+.1 " ANSWER " +0 > 192.0.2.1:5000 > 192.0.2.2:7 udp (5) \"hello\"\n"
		 " +0 > 192.0.2.1:5000 > 192.0.2.2:7 udp (5) \"again\"\n"
		 "+.2 < 192.0.2.2:7 > 192.0.2.1:5000 udp (3) \"abc\"\n"
		 " +0 recvfrom(3, \"abc\", 100, 0, {sa_family = AF_INET, sin_port = htons(7), "
		 "sin_addr = inet_addr(\"192.0.2.2\")}, [16]) = 3\n"
		 " +0 sendto(3, ..., 1, 0, {sa_family = AF_INET6, sin_port = htons(7), sin_addr = "
		 "inet_addr(\"192.0.2.2\")}, 28) = -1 EAFNOSUPPORT (Address family not supported "
		 "by protocol)\n" },
	{ "irq delay", "--device=igb\n" UP KNOWN UDP BIND_5 "nic queue 0 irq delay 40ms\n"
		       "nic queue 1 irq delay 40ms\n"
		       "< 192.0.2.2:7 > 192.0.2.1:5 udp (1) \"x\"\n"
		       "recvfrom(3, ..., 10, MSG_DONTWAIT, ..., [16]) = -1 EAGAIN\n"
		       "+.045 recvfrom(3, \"x\", 10, MSG_DONTWAIT, ..., [16]) = 1\n" },
	{ "quoted numbers",
	  UP KNOWN "socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, 0) = 3\n" BIND_5
		   "connect(3, {sa_family = AF_INET, sin_port = htons(7), "
		   "sin_addr = inet_addr(\"192.0.2.2\")}, 16) = -1 EINPROGRESS\n"
		   "+.1 < 192.0.2.2 > 192.0.2.1 icmp unreachable port "
		   "[192.0.2.1:5 > 192.0.2.2:7 9:9(0)]\n"
		   "connect(3, {sa_family = AF_INET, sin_port = htons(7), "
		   "sin_addr = inet_addr(\"192.0.2.2\")}, 16) = -1 EALREADY\n"
		   "< 192.0.2.2 > 192.0.2.1 icmp unreachable port "
		   "[192.0.2.1:5 > 192.0.2.2:7 0:0(0)]\n"
		   "connect(3, {sa_family = AF_INET, sin_port = htons(7), "
		   "sin_addr = inet_addr(\"192.0.2.2\")}, 16) = -1 ECONNREFUSED\n" },
	{ "irq lose", "--device=igb\n" UP KNOWN UDP BIND_5 "nic irq lose 1st\n"
		      "< 192.0.2.2:7 > 192.0.2.1:5 udp (1) \"x\"\n"
		      "+.1 recvfrom(3, ..., 10, MSG_DONTWAIT, ..., [16]) = -1 EAGAIN\n" },
	{ "dma fail", "--device=igb\n" UP KNOWN UDP "nic dma fail 1st\n" SEND "quiet 100ms\n" },
	{ "fetch fail", "--device=igb\n" UP KNOWN UDP "nic fetch fail 1st\n" SEND "quiet 100ms\n" },
};

static void test_passing(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(passing); i++) {
		struct outcome out = run(passing[i].script);

		must_pass(passing[i].what, &out);
		release(&out);
	}
}

/* All invariants hold after each event, too. */
static void test_checked(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(passing); i++) {
		struct run_options o;
		struct outcome out;

		run_options_init(&o);
		o.checks = true;
		out = run_with(passing[i].script, &o);
		must_pass(passing[i].what, &out);
		release(&out);
	}
}

/* Whatever ran in the worlds before: the same script does the same at the same times. */
static void test_same_twice(void **state)
{
	struct dut_worlds *others = worlds;
	struct outcome first[ARRAY_SIZE(passing)];

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(passing); i++)
		first[i] = run(passing[i].script);
	worlds = dut_worlds_new();
	for (u32 i = ARRAY_SIZE(passing); i-- != 0;) {
		struct outcome second = run(passing[i].script);

		assert_string_equal(first[i].log, second.log);
		assert_true(first[i].result.virtual_ps == second.result.virtual_ps);
		assert_int_equal(first[i].result.events, second.result.events);
		release(&first[i]);
		release(&second);
	}
	dut_worlds_free(worlds);
	worlds = others;
}

/* -------- what a person reads -------- */

struct case_report {
	const char *what, *script;
	enum run_verdict verdict;
	const char *message;
};

static const struct case_report reports[] = {
	{ "a field differs",
	  UP UDP SEND WHO_HAS "+.1 " ANSWER
			      "> 192.0.2.1 > 192.0.2.2 [ttl 63, id 7] udp (5) \"hallo\"\n",
	  RUN_FAILED,
	  "t.pkt:6: the frame that left differs: id, ttl, payload\n"
	  "\n"
	  "    expected  > 192.0.2.1 > 192.0.2.2 [ttl 63, id 7] udp (5) \"hallo\"\n"
	  "    actual    > eth 02:00:00:00:00:01 > 02:00:00:00:00:02 192.0.2.1:60470 > 192.0.2.2:7 "
	  "[ttl 64, id 22376, df] udp (5) \"hello\"\n"
	  "\n"
	  "                      expected             actual\n"
	  "    time              0.100000 ± 0.004000  0.100000\n"
	  "  * id                7                    22376\n"
	  "  * ttl               63                   64\n"
	  "    source            192.0.2.1            192.0.2.1\n"
	  "    destination       192.0.2.2            192.0.2.2\n"
	  "    source port       60470                60470\n"
	  "    destination port  7                    7\n"
	  "    length            5                    5\n"
	  "  * payload           at 0: 68616c6c6f     at 0: 68656c6c6f\n"
	  "\n"
	  "  the last events:\n"
	  "     0.000000   `ip link set lo up; ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 "
	  "up`\n"
	  "     0.000000   socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	  "     0.000000   sendto(3, \"hello\", 5, 0, {sa_family = AF_IN ... r = "
	  "inet_addr(\"192.0.2.2\")}, 16) = 5\n"
	  "     0.000000 > ARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28\n"
	  "     0.100000 < ARP, Reply 192.0.2.2 is-at 02:00:00:00:00:02, length 28\n"
	  "     0.100000 > 192.0.2.1.60470 > 192.0.2.2.7: UDP, length 5" },
	{ "the time differs", UP UDP SEND "+.01 " WHO_HAS, RUN_FAILED,
	  "t.pkt:4: the frame that left differs: time\n"
	  "\n"
	  "    expected  > arp who-has 192.0.2.2 tell 192.0.2.1\n"
	  "    actual    > eth 02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff arp who-has 192.0.2.2 tell "
	  "192.0.2.1\n"
	  "\n"
	  "                     expected             actual\n"
	  "  * time             0.010000 ± 0.004000  0.000000\n"
	  "    eth source       02:00:00:00:00:01    02:00:00:00:00:01\n"
	  "    eth destination  ff:ff:ff:ff:ff:ff    ff:ff:ff:ff:ff:ff\n"
	  "    arp sender       02:00:00:00:00:01    02:00:00:00:00:01\n"
	  "    arp tell         192.0.2.1            192.0.2.1\n"
	  "    arp target       00:00:00:00:00:00    00:00:00:00:00:00\n"
	  "    arp who-has      192.0.2.2            192.0.2.2\n"
	  "\n"
	  "  the last events:\n"
	  "     0.000000   `ip link set lo up; ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 "
	  "up`\n"
	  "     0.000000   socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	  "     0.000000   sendto(3, \"hello\", 5, 0, {sa_family = AF_IN ... r = "
	  "inet_addr(\"192.0.2.2\")}, 16) = 5\n"
	  "     0.000000 > ARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28" },
	{ "a jiffy differs",
	  "// oracle: linux-6.12.117 uml\n" UP UDP SEND WHO_HAS "+1.025 " WHO_HAS, RUN_FAILED,
	  "t.pkt:6: the frame that left differs: time\n"
	  "\n"
	  "    expected  > arp who-has 192.0.2.2 tell 192.0.2.1\n"
	  "    actual    > eth 02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff arp who-has 192.0.2.2 tell "
	  "192.0.2.1\n"
	  "\n"
	  "                     expected             actual\n"
	  "  * time             1.025000 ± 0.000500  1.024000\n"
	  "    eth source       02:00:00:00:00:01    02:00:00:00:00:01\n"
	  "    eth destination  ff:ff:ff:ff:ff:ff    ff:ff:ff:ff:ff:ff\n"
	  "    arp sender       02:00:00:00:00:01    02:00:00:00:00:01\n"
	  "    arp tell         192.0.2.1            192.0.2.1\n"
	  "    arp target       00:00:00:00:00:00    00:00:00:00:00:00\n"
	  "    arp who-has      192.0.2.2            192.0.2.2\n"
	  "\n"
	  "  the last events:\n"
	  "     0.000000   `ip link set lo up; ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 "
	  "up`\n"
	  "     0.000000   socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	  "     0.000000   sendto(3, \"hello\", 5, 0, {sa_family = AF_IN ... r = "
	  "inet_addr(\"192.0.2.2\")}, 16) = 5\n"
	  "     0.000000 > ARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28\n"
	  "     1.024000 > ARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28" },
	{ "nothing leaves in time", UP UDP SEND "+0~+.01 " WHO_HAS "+.1~+.9 " WHO_HAS, RUN_FAILED,
	  "t.pkt:5: no frame has left\n"
	  "\n"
	  "    +.1~+.9 > arp who-has 192.0.2.2 tell 192.0.2.1\n"
	  "\n"
	  "          expected                      actual\n"
	  "  * time  0.100000~0.900000 ± 0.012500  no frame\n"
	  "\n"
	  "  the last events:\n"
	  "     0.000000   `ip link set lo up; ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 "
	  "up`\n"
	  "     0.000000   socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	  "     0.000000   sendto(3, \"hello\", 5, 0, {sa_family = AF_IN ... r = "
	  "inet_addr(\"192.0.2.2\")}, 16) = 5\n"
	  "     0.000000 > ARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28" },
	{ "nothing leaves at all", UDP "* " WHO_HAS, RUN_FAILED,
	  "t.pkt:2: no frame has left\n"
	  "\n"
	  "    * > arp who-has 192.0.2.2 tell 192.0.2.1\n"
	  "\n"
	  "          expected  actual\n"
	  "  * time  any       no frame in 10000 s\n"
	  "\n"
	  "  the event before:\n"
	  "     0.000000   socket(AF_INET, SOCK_DGRAM, 0) = 3" },
	{ "another kind of frame", UP UDP SEND "> 192.0.2.1 > 192.0.2.2 udp (5)\n", RUN_FAILED,
	  "t.pkt:4: the frame that left differs: packet\n"
	  "\n"
	  "    expected  > 192.0.2.1 > 192.0.2.2 udp (5)\n"
	  "    actual    > eth 02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff arp who-has 192.0.2.2 tell "
	  "192.0.2.1\n"
	  "\n"
	  "            expected                         actual\n"
	  "    time    0.000000 ± 0.004000              0.000000\n"
	  "  * packet  > 192.0.2.1 > 192.0.2.2 udp (5)  > eth 02:00:00:00:00:01 > "
	  "ff:ff:ff:ff:ff:ff arp who-has 192.0.2.2 tell 192.0.2.1\n"
	  "\n"
	  "  the last events:\n"
	  "     0.000000   `ip link set lo up; ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 "
	  "up`\n"
	  "     0.000000   socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	  "     0.000000   sendto(3, \"hello\", 5, 0, {sa_family = AF_IN ... r = "
	  "inet_addr(\"192.0.2.2\")}, 16) = 5\n"
	  "     0.000000 > ARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28" },
	{ "a result differs", UDP "close(4) = 0\n", RUN_FAILED,
	  "t.pkt:2: the call does not end as the script says\n"
	  "\n"
	  "    close(4) = 0\n"
	  "\n"
	  "            expected  actual\n"
	  "  * result  0         -1 EBADF (Bad file descriptor)\n"
	  "\n"
	  "  the last events:\n"
	  "     0.000000   socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	  "     0.000000   close(4) = -1 EBADF" },
	{ "data differs", LO_UP UDP BIND SEND_LO "recvfrom(3, \"abd\", 100, 0, ..., [16]) = 3\n",
	  RUN_FAILED,
	  "t.pkt:5: the call does not end as the script says\n"
	  "\n"
	  "    recvfrom(3, \"abd\", 100, 0, ..., [16]) = 3\n"
	  "\n"
	  "              expected         actual\n"
	  "    result    3                3\n"
	  "  * data      \"abd\" (3 bytes)  \"abc\" (3 bytes), differs at byte 2\n"
	  "    [length]  16               16\n"
	  "\n"
	  "  the last events:\n"
	  "     0.000000   `ip link set lo up`\n"
	  "     0.000000   socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	  "     0.000000   bind(3, {sa_family = AF_INET, sin_port = ht ... r = "
	  "inet_addr(\"127.0.0.1\")}, 16) = 0\n"
	  "     0.000000   sendto(3, \"abc\", 3, 0, {sa_family = AF_INET ... r = "
	  "inet_addr(\"127.0.0.1\")}, 16) = 3\n"
	  "     0.000000   recvfrom(3, \"abd\", 100, 0, ..., [16]) = 3" },
	{ "a call waits", UDP "recvfrom(3, ..., 100, 0, ..., [16]) = 5\n", RUN_FAILED,
	  "t.pkt:2: the call waits; one that is to wait says until when, as in +0...0.2\n"
	  "\n"
	  "    recvfrom(3, ..., 100, 0, ..., [16]) = 5\n"
	  "\n"
	  "             expected  actual\n"
	  "  * returns  at once   waits\n"
	  "\n"
	  "  the last events:\n"
	  "     0.000000   socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	  "     0.000000   recvfrom(3, ..., 100, 0, ..., [16]) <unfinished ...>" },
	{ "a call waits longer than times may be off", UDP "poll(NULL, 0, 10) = 0\n", RUN_FAILED,
	  "t.pkt:2: the call waits; one that is to wait says until when, as in +0...0.2\n"
	  "\n"
	  "    poll(NULL, 0, 10) = 0\n"
	  "\n"
	  "             expected  actual\n"
	  "  * returns  at once   waits\n"
	  "\n"
	  "  the last events:\n"
	  "     0.000000   socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	  "     0.000000   poll(NULL, 0, 10) <unfinished ...>" },
	{ "a call of a kernel in virtual time waits",
	  "// oracle: uml\n" UDP "poll(NULL, 0, 3) = 0\n", RUN_FAILED,
	  "t.pkt:3: the call waits; one that is to wait says until when, as in +0...0.2\n"
	  "\n"
	  "    poll(NULL, 0, 3) = 0\n"
	  "\n"
	  "             expected  actual\n"
	  "  * returns  at once   waits\n"
	  "\n"
	  "  the last events:\n"
	  "     0.000000   socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	  "     0.000000   poll(NULL, 0, 3) <unfinished ...>" },
	{ "a call still waits",
	  UDP "+0...1 recvfrom(3, ..., 100, 0, ..., [16]) = 5\n"
	      "+3 close(3) = 0\n",
	  RUN_FAILED,
	  "t.pkt:2: the call has not returned when it should\n"
	  "\n"
	  "    +0...1 recvfrom(3, ..., 100, 0, ..., [16]) = 5\n"
	  "\n"
	  "                expected             actual\n"
	  "  * returns at  1.000000 ± 0.125000  still waits\n"
	  "\n"
	  "  the last events:\n"
	  "     0.000000   socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	  "     0.000000   recvfrom(3, ..., 100, 0, ..., [16]) <unfinished ...>" },
	{ "a call waits at the end",
	  UDP "+0...1 thread 3: recvfrom(3, ..., 100, 0, ..., [16]) = 5\n", RUN_FAILED,
	  "t.pkt:2: the call has not returned when it should\n"
	  "\n"
	  "    +0...1 thread 3: recvfrom(3, ..., 100, 0, ..., [16]) = 5\n"
	  "\n"
	  "                expected             actual\n"
	  "  * returns at  1.000000 ± 0.125000  still waits\n"
	  "\n"
	  "  the last events:\n"
	  "     0.000000   socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	  "     0.000000   thread 3: recvfrom(3, ..., 100, 0, ..., [16]) <unfinished ...>" },
	{ "a call returns too early",
	  LO_UP UDP BIND "+0...1 thread 2: recvfrom(3, \"abc\", 100, 0, ..., [16]) = 3\n"
			 "+.5 " SEND_LO,
	  RUN_FAILED,
	  "t.pkt:4: the call returns at another time\n"
	  "\n"
	  "    +0...1 thread 2: recvfrom(3, \"abc\", 100, 0, ..., [16]) = 3\n"
	  "\n"
	  "                expected             actual\n"
	  "  * returns at  1.000000 ± 0.125000  0.500000\n"
	  "\n"
	  "  the last events:\n"
	  "     0.000000   `ip link set lo up`\n"
	  "     0.000000   socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	  "     0.000000   bind(3, {sa_family = AF_INET, sin_port = ht ... r = "
	  "inet_addr(\"127.0.0.1\")}, 16) = 0\n"
	  "     0.000000   thread 2: recvfrom(3, \"abc\", 100, 0, ..., [16]) <unfinished ...>\n"
	  "     0.500000   sendto(3, \"abc\", 3, 0, {sa_family = AF_INET ... r = "
	  "inet_addr(\"127.0.0.1\")}, 16) = 3\n"
	  "     0.500000   thread 2: recvfrom(3, \"abc\", 100, 0, ..., [16]) = 3" },
	{ "it is not quiet",
	  UP UDP SEND "quiet 1s\n"
		      "quiet 1s\n",
	  RUN_FAILED,
	  "t.pkt:5: a frame has left after 0.024000 s of quiet\n"
	  "\n"
	  "    quiet 1s\n"
	  "\n"
	  "            expected  actual\n"
	  "  * leaves  nothing   ARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28\n"
	  "\n"
	  "  the last events:\n"
	  "     0.000000   `ip link set lo up; ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 "
	  "up`\n"
	  "     0.000000   socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	  "     0.000000   sendto(3, \"hello\", 5, 0, {sa_family = AF_IN ... r = "
	  "inet_addr(\"192.0.2.2\")}, 16) = 5\n"
	  "     0.000000 > ARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28\n"
	  "     0.000000   quiet 1s\n"
	  "     1.000000   quiet 1s\n"
	  "     1.024000 > ARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28" },
	{ "a counter differs", LO_UP UDP BIND SEND_LO "mib Udp.InDatagrams +1\n", RUN_FAILED,
	  "t.pkt:5: Udp.InDatagrams has changed by another number\n"
	  "\n"
	  "    mib Udp.InDatagrams +1\n"
	  "\n"
	  "                       expected  actual\n"
	  "  * Udp.InDatagrams    +1        +0\n"
	  "    Ip.InReceives                +1\n"
	  "    Ip.InDelivers                +1\n"
	  "    Ip.OutRequests               +1\n"
	  "    Ip.OutTransmits              +1\n"
	  "    IpExt.InOctets               +31\n"
	  "    IpExt.OutOctets              +31\n"
	  "    IpExt.InNoECTPkts            +1\n"
	  "    Udp.OutDatagrams             +1\n"
	  "\n"
	  "  the last events:\n"
	  "     0.000000   `ip link set lo up`\n"
	  "     0.000000   socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	  "     0.000000   bind(3, {sa_family = AF_INET, sin_port = ht ... r = "
	  "inet_addr(\"127.0.0.1\")}, 16) = 0\n"
	  "     0.000000   sendto(3, \"abc\", 3, 0, {sa_family = AF_INET ... r = "
	  "inet_addr(\"127.0.0.1\")}, 16) = 3\n"
	  "     0.000000   mib Udp.InDatagrams +1" },
	{ "a reason differs", LO_UP UDP SEND_LO "drop NO_SOCKET +2\n", RUN_FAILED,
	  "t.pkt:4: NO_SOCKET has changed by another number\n"
	  "\n"
	  "    drop NO_SOCKET +2\n"
	  "\n"
	  "               expected  actual\n"
	  "  * NO_SOCKET  +2        +1\n"
	  "\n"
	  "  the last events:\n"
	  "     0.000000   `ip link set lo up`\n"
	  "     0.000000   socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	  "     0.000000   sendto(3, \"abc\", 3, 0, {sa_family = AF_INET ... r = "
	  "inet_addr(\"127.0.0.1\")}, 16) = 3\n"
	  "     0.000000   drop NO_SOCKET +2" },
	{ "a command fails", "`ip link set eth7 up`\n", RUN_FAILED,
	  "t.pkt:1: the command ended with status 1: Cannot find device \"eth7\"\n"
	  "\n"
	  "    `ip link set eth7 up`\n"
	  "\n"
	  "  the event before:\n"
	  "     0.000000   `ip link set eth7 up`" },
	{ "of two hosts",
	  "`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n"
	  "host b {\n"
	  "`ip addr add 192.0.2.2/24 dev eth0; ip link set eth0 up`\n"
	  "0 " UDP "bind(3, {sa_family = AF_INET, sin_port = htons(7), sin_addr = "
	  "inet_addr(\"0.0.0.0\")}, 16) = 0\n"
	  "}\n" UDP SEND WHO_HAS "host b {\n"
	  "> arp reply 192.0.2.2 is-at 02:00:00:00:00:02\n"
	  "recvfrom(3, \"hallo\", 100, 0, ..., [16]) = 5\n"
	  "}\n",
	  RUN_FAILED,
	  "t.pkt:12: the call does not end as the script says\n"
	  "\n"
	  "    recvfrom(3, \"hallo\", 100, 0, ..., [16]) = 5\n"
	  "\n"
	  "              expected           actual\n"
	  "    result    5                  5\n"
	  "  * data      \"hallo\" (5 bytes)  \"hello\" (5 bytes), differs at byte 1\n"
	  "    [length]  16                 16\n"
	  "\n"
	  "  the last events:\n"
	  "     0.000000 b   bind(3, {sa_family = AF_INET, sin_port =  ... ddr = "
	  "inet_addr(\"0.0.0.0\")}, 16) = 0\n"
	  "     0.000000 a   socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	  "     0.000000 a   sendto(3, \"hello\", 5, 0, {sa_family = AF_ ... r = "
	  "inet_addr(\"192.0.2.2\")}, 16) = 5\n"
	  "     0.000000 a > ARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28\n"
	  "     0.000000 b < ARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28\n"
	  "     0.000000 b > ARP, Reply 192.0.2.2 is-at 02:00:00:00:00:02, length 28\n"
	  "     0.000000 a < ARP, Reply 192.0.2.2 is-at 02:00:00:00:00:02, length 28\n"
	  "     0.000000 a > 192.0.2.1.55817 > 192.0.2.2.7: UDP, length 5\n"
	  "     0.000000 b < 192.0.2.1.55817 > 192.0.2.2.7: UDP, length 5\n"
	  "     0.000000 b   recvfrom(3, \"hallo\", 100, 0, ..., [16]) = 5" },
	{ "unknown option", "--frobnicate=1\n" UDP, RUN_INVALID,
	  "t.pkt:1: unknown option --frobnicate" },
	{ "bad option", "--local_ip=1.2.3\n" UDP, RUN_INVALID,
	  "t.pkt:1: --local_ip does not take the value '1.2.3'" },
	{ "option without value", "--mtu\n" UDP, RUN_INVALID, "t.pkt:1: --mtu takes a value" },
	{ "time goes back", "1 " UDP ".5 " UDP, RUN_INVALID,
	  "t.pkt:2: the time goes back: the statement before was due at 1.000000" },
	{ "too long",
	  "advance 99999s\n"
	  "advance 2s\n",
	  RUN_INVALID, "t.pkt:2: beyond the 100000 seconds that a run may last" },
	{ "foreign thread", "process 2: thread 1: " UDP, RUN_INVALID,
	  "t.pkt:1: thread 1 belongs to process 1" },
	{ "no card", "nic dma fail 1st\n", RUN_INVALID,
	  "t.pkt:1: only a card has this fault: --device=igb" },
	{ "no pool", "alloc fail 1st of nonsense\n", RUN_INVALID,
	  "t.pkt:1: no pool 'nonsense'; there are: skb page0 page1 head0 head1 head2 head3 sock "
	  "tcp_sock request_sock tw bind_bucket bind2_bucket dst neigh fib_info fib_alias fib_node "
	  "fib_table reuseport fnhe ifaddr in_device hw_addr mc_list mc_socklist sf_list "
	  "sf_socklist frag_queue qdisc packet_fanout packet_mc filter dev tun igb igb_ring file "
	  "epitem pipe std_file poll_entry pipe_ring" },
	{ "no such thread", "signal 16: SIGUSR1\n", RUN_INVALID,
	  "t.pkt:1: threads have numbers from 1 to 15" },
	{ "hosts of google",
	  "--profile=google\n"
	  "host b {\n" UDP "}\n",
	  RUN_INVALID, "t.pkt: blocks of other hosts are for --profile=bare" },
	{ "no queue",
	  "--device=igb\n"
	  "`ip link set eth0 up`\n"
	  "nic queue 2 irq delay 1us\n",
	  RUN_INVALID, "t.pkt:3: eth0 has queues 0 to 1" },
	{ "ksft names elsewhere",
	  "--profile=google\n"
	  "0 " UDP "setsockopt(3, CMSG_LEVEL_IP, CMSG_TYPE_RECVERR, [1], 4) = 0\n",
	  RUN_INVALID, "t.pkt:3: nothing says what CMSG_LEVEL_IP is: -D CMSG_LEVEL_IP=VALUE does" },
	{ "google names",
	  "`../common/defaults.sh`\n"
	  "0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3\n"
	  "setsockopt(3, CMSG_LEVEL_IP, CMSG_TYPE_RECVERR, [1], 4) = 0\n",
	  RUN_INVALID, "t.pkt:3: nothing says what CMSG_LEVEL_IP is: -D CMSG_LEVEL_IP=VALUE does" },
	{ "unknown command", "`rm -rf /`\n", RUN_INVALID,
	  "t.pkt:1: column 1: rm: '-rf' at column 4; expected -f and files that scripts have "
	  "made" },
	{ "wire from 0", "wire drop 0..1\n", RUN_INVALID,
	  "t.pkt:1: frames are counted from 1, as in 2..4" },
};

static void test_reports(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(reports); i++) {
		struct outcome out = run(reports[i].script);

		must_say(reports[i].what, &out, reports[i].verdict, reports[i].message);
		release(&out);
	}
}

static void test_colour(void **state)
{
	struct run_options o;
	struct outcome out;

	(void)state;
	run_options_init(&o);
	o.colour = true;
	out = run_with(UDP "close(4) = 0\n", &o);
	assert_int_equal(out.result.verdict, RUN_FAILED);
	assert_non_null(strstr(out.result.message, "\033[1mt.pkt:2: \033[0mthe call"));
	assert_non_null(strstr(out.result.message, "\033[32m0\033[0m"));
	assert_non_null(strstr(out.result.message, "\033[31m-1 EBADF"));
	release(&out);
}

/* What -v prints: calls before the frames that they cause. */
static void test_log(void **state)
{
	struct outcome out = run(UP UDP SEND WHO_HAS "+.1 " ANSWER
						     "> 192.0.2.1 > 192.0.2.2 udp (5) \"hello\"\n");

	(void)state;
	assert_string_equal(
		out.log, "   0.000000   `ip link set lo up; ip addr add 192.0.2.1/24 dev eth0; ip "
			 "link set eth0 up`\n"
			 "   0.000000   socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
			 "   0.000000   sendto(3, \"hello\", 5, 0, {sa_family = AF_INET, sin_port "
			 "= htons(7), sin_addr = inet_addr(\"192.0.2.2\")}, 16) = 5\n"
			 "   0.000000 > ARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28\n"
			 "   0.100000 < ARP, Reply 192.0.2.2 is-at 02:00:00:00:00:02, length 28\n"
			 "   0.100000 > 192.0.2.1.60470 > 192.0.2.2.7: UDP, length 5\n");
	release(&out);
}

/* -------- assertions -------- */

static const struct case_report assertions[] = {
	{ "an assertion fails",
	  LO_UP UDP BIND SEND_LO "%{ assert mib_Udp_OutDatagrams == 2, mib_Udp_OutDatagrams }%\n",
	  RUN_FAILED,
	  "t.pkt:5: AssertionError: 1\n"
	  "\n"
	  "    %{ assert mib_Udp_OutDatagrams == 2, mib_Udp_OutDatagrams }%\n"
	  "\n"
	  "  the last events:\n"
	  "     0.000000   `ip link set lo up`\n"
	  "     0.000000   socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	  "     0.000000   bind(3, {sa_family = AF_INET, sin_port = ht ... r = "
	  "inet_addr(\"127.0.0.1\")}, 16) = 0\n"
	  "     0.000000   sendto(3, \"abc\", 3, 0, {sa_family = AF_INET ... r = "
	  "inet_addr(\"127.0.0.1\")}, 16) = 3" },
	{ "an assertion names what is not there", "%{ assert tcpi_snd_cwnd == 10 }%\n", RUN_FAILED,
	  "t.pkt:1: NameError: name 'tcpi_snd_cwnd' is not defined\n"
	  "\n"
	  "    %{ assert tcpi_snd_cwnd == 10 }%" }
};

static void test_assertions(void **state)
{
	struct outcome out = run(LO_UP UDP BIND SEND_LO
				 "%{\n"
				 "assert mib_Udp_OutDatagrams == 1\n"
				 "before = now_ns\n"
				 "}%\n"
				 "+.25 %{ assert now_ns - before == 250000000, now_ns }%\n");

	(void)state;
	if (out.result.verdict == RUN_ENVIRONMENT) {
		release(&out);
		skip();
	}
	must_pass("assertions", &out);
	release(&out);
	for (u32 i = 0; i < ARRAY_SIZE(assertions); i++) {
		out = run(assertions[i].script);
		must_say(assertions[i].what, &out, assertions[i].verdict, assertions[i].message);
		release(&out);
	}
}

/* -------- options of the caller -------- */

static void test_caller(void **state)
{
	struct run_options o;
	struct outcome out;

	(void)state;
	run_options_init(&o);
	o.define[o.nr_defines++] = (struct run_pair){ "N", "7" };
	o.knob[o.nr_knobs++] = (struct run_pair){ "net.ipv4.ip_default_ttl", "33" };
	out = run_with("--define=N=6\n" UP KNOWN UDP "send(3, ..., N, 0) = -1 EDESTADDRREQ\n"
		       "connect(3, {sa_family = AF_INET, sin_port = htons(N), "
		       "sin_addr = inet_addr(\"192.0.2.2\")}, 16) = 0\n"
		       "write(3, ..., N) = 7\n> 192.0.2.1 > 192.0.2.2 [ttl 33] udp (7)\n",
		       &o);
	must_pass("-D and --set", &out);
	release(&out);
	o.profile = PROFILE_GOOGLE;
	o.device = DEVICE_TUN;
	out = run_with("--profile=bare\n--device=tap\n" UDP
		       "connect(3, ..., ...) = 0\nwrite(3, ..., 7) = 7\n"
		       "> 192.168.0.1 > 192.0.2.1 [ttl 33] udp (7)\n",
		       &o);
	must_pass("--profile and --device", &out);
	release(&out);
	o.knob[0].name = "net.ipv4.nonsense";
	out = run_with(UDP, &o);
	must_say("--set", &out, RUN_INVALID,
		 "t.pkt: --set net.ipv4.nonsense=33: No such file or directory");
	release(&out);
}

/* Another seed is another port. */
static void test_seed(void **state)
{
	static const char text[] = UP KNOWN UDP SEND;
	struct outcome one = run(text), two;
	struct run_options o;

	(void)state;
	run_options_init(&o);
	o.seed = 2;
	two = run_with(text, &o);
	must_pass("seed 1", &one);
	must_pass("seed 2", &two);
	assert_string_not_equal(one.log, two.log);
	release(&one);
	release(&two);
}

static void test_cycles_and_graph(void **state)
{
	struct run_options o;
	struct outcome out;

	(void)state;
	run_options_init(&o);
	o.cost = COST_CYCLES;
	o.graph = true;
	out = run_with(UP KNOWN UDP SEND "> 192.0.2.1 > 192.0.2.2 udp (5) \"hello\"\n", &o);
	must_pass("cycles", &out);
	assert_non_null(strstr(out.log, "udp_sendmsg"));
	release(&out);
}

static void test_outputs(void **state)
{
	char dir[] = "/tmp/test_run.XXXXXX", path[64], trace[64];
	struct run_options o;
	struct outcome out;
	u8 head[4] = { 0 };
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a.pcapng", dir);
	snprintf(trace, sizeof(trace), "%s/a.json", dir);
	run_options_init(&o);
	o.pcapng_path = path;
	o.trace_path = trace;
	out = run_with(UP KNOWN UDP SEND "> 192.0.2.1 > 192.0.2.2 udp (5) \"hello\"\n", &o);
	must_pass("outputs", &out);
	release(&out);
	f = fopen(path, "rb");
	assert_non_null(f);
	assert_int_equal(fread(head, 1, 4, f), 4);
	fclose(f);
	assert_memory_equal(head, "\n\r\r\n", 4);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(unlink(trace), 0);
	assert_int_equal(rmdir(dir), 0);
	out = run_with(UP KNOWN UDP SEND, &o);
	assert_int_equal(out.result.verdict, RUN_ENVIRONMENT);
	assert_non_null(strstr(out.result.message, dir));
	release(&out);
}

/* -------- how runs end that cannot go on -------- */

static void test_not_implemented(void **state)
{
	static const struct {
		const char *script, *name;
		u32 line;
	} cases[] = {
		{ "socket(AF_INET, SOCK_STREAM, 0) = 3\n"
		  "setsockopt(3, SOL_TCP, TCP_REPAIR, [1], 4) = 0\n",
		  "TCP_REPAIR", 2 },
		{ "--ip_version=ipv6\n" UDP, "ip_version=ipv6", 1 },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		struct outcome out = run(cases[i].script);

		must_say("not implemented", &out, RUN_NOT_IMPLEMENTED, cases[i].name);
		assert_int_equal(out.result.line, cases[i].line);
		release(&out);
		out = run(UP KNOWN UDP SEND); /* in the world that it left behind */
		must_pass("after it", &out);
		release(&out);
	}
}

/* More frames than anybody can have meant. */
static void test_flood(void **state)
{
	enum { SENDS = 200 };
	static const char send[] = "sendto(3, ..., 65507, 0, {sa_family = AF_INET, sin_port = "
				   "htons(7), sin_addr = inet_addr(\"192.0.2.2\")}, 16) = 65507\n";
	static const char begin[] = UP KNOWN UDP "wire duplicate 1000000 ppm\n";
	static const char end[] = "> udp (5)\n";
	char *text = malloc(sizeof(begin) + SENDS * sizeof(send) + sizeof(end)), *to = text;
	struct outcome out;

	(void)state;
	assert_non_null(text);
	memcpy(to, begin, sizeof(begin));
	to += sizeof(begin) - 1;
	for (u32 i = 0; i < SENDS; i++, to += sizeof(send) - 1)
		memcpy(to, send, sizeof(send));
	memcpy(to, end, sizeof(end));
	out = run(text);
	assert_int_equal(out.result.verdict, RUN_INVALID);
	assert_non_null(strstr(out.result.message,
			       "16384 frames have left and no > line has met them: no room"));
	release(&out);
	free(text);
}

static int setup(void **state)
{
	(void)state;
	worlds = dut_worlds_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dut_worlds_free(worlds);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_passing),	   cmocka_unit_test(test_checked),
		cmocka_unit_test(test_same_twice), cmocka_unit_test(test_reports),
		cmocka_unit_test(test_colour),	   cmocka_unit_test(test_log),
		cmocka_unit_test(test_assertions), cmocka_unit_test(test_caller),
		cmocka_unit_test(test_seed),	   cmocka_unit_test(test_cycles_and_graph),
		cmocka_unit_test(test_outputs),	   cmocka_unit_test(test_not_implemented),
		cmocka_unit_test(test_flood),
	};

	return cmocka_run_group_tests_name("run", tests, setup, teardown);
}
