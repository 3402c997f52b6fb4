// SPDX-License-Identifier: MIT
/* mutate_bank.c - see mutate_internal.h: what there is to take from: programs of `refstack diff`,
 * about what the target is about, and chains of calls that do something together.
 *
 * Both are made when they are first asked for. Descriptors in them have names, see mutate_know.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/diff/generate.h"
#include "harness/fuzz/mutate_internal.h"
#include "harness/lib/must.h"

enum { PROGRAMS = 256, LINES = 4096 };

#define TO(addr, port)                                                                             \
	"{sa_family = AF_INET, sin_port = htons(" port "), sin_addr = inet_addr(\"" addr           \
	"\")}, 16) = ...\n"
#define UDP	   "socket(AF_INET, SOCK_DGRAM, 0) = ...\n"
#define LITE	   "socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE) = ...\n"
#define TCP	   "socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, 0) = ...\n"
#define RAW(proto) "socket(AF_INET, SOCK_RAW, " proto ") = ...\n"
#define PING	   "socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP) = ...\n"
#define MSG_TO                                                                                     \
	"msg_name(16) = {sa_family = AF_INET, sin_port = htons(7), sin_addr = "                    \
	"inet_addr(\"192.0.2.2\")}"
#define ONE_IOV "msg_iov(1) = [{..., 100}]"

static const char *const chain_texts[] = {
	/* A socket, used. */
	UDP "bind(3, " TO("0.0.0.0", "5000") "sendto(3, \"x\", 1, 0, " TO(
		"192.0.2.2", "7") "recv(3, ..., 100, MSG_DONTWAIT) = ...\nclose(3) = ...\n",
	/* Connected. */
	UDP "connect(3, " TO("192.0.2.2", "7") "send(3, \"abc\", 3, 0) = ...\n"
					       "< 192.0.2.2:7 > 192.0.2.1:5001 udp (4) \"abcd\"\n"
					       "recv(3, ..., 100, MSG_DONTWAIT) = ...\n",
	/* To itself, and to another. */
	UDP "bind(3, " TO("192.0.2.1", "5002") "sendto(3, \"self\", 4, 0, " TO(
		"192.0.2.1", "5002") "recvfrom(3, ..., 100, MSG_DONTWAIT, ..., [16]) = ...\n",
	UDP "bind(3, " TO("127.0.0.1", "5003") UDP
	"connect(4, " TO("127.0.0.1", "5003") "send(4, \"there\", 5, 0) = ...\nrecvfrom(3, ..., "
					      "100, MSG_DONTWAIT, ..., [16]) = ...\n",
	/* An address that several share. */
	UDP "setsockopt(3, SOL_SOCKET, SO_REUSEPORT, [1], 4) = ...\nbind(3, " TO("0.0.0.0", "5000")
		UDP "setsockopt(4, SOL_SOCKET, SO_REUSEPORT, [1], 4) = ...\nbind(4, " TO(
			"0.0.0.0", "5000") "< 192.0.2.2:7 > 192.0.2.1:5000 udp (1) \"x\"\n"
					   "recv(3, ..., 100, MSG_DONTWAIT) = ...\n"
					   "recv(4, ..., 100, MSG_DONTWAIT) = ...\n",
	UDP "setsockopt(3, SOL_SOCKET, SO_REUSEPORT, [1], 4) = ...\nbind(3, " TO(
		"0.0.0.0", "5000") "setsockopt(3, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, {len = 1, "
				   "filter = [{0x6, 0, 0, 0}]}, 16) = ...\n"
				   "setsockopt(3, SOL_SOCKET, SO_INCOMING_CPU, [0], 4) = ...\n"
				   "< 192.0.2.2:7 > 192.0.2.1:5000 udp (1) \"x\"\n",
	/* Covered in part. */
	LITE "bind(3, " TO("0.0.0.0", "5000") "setsockopt(3, SOL_UDPLITE, UDPLITE_SEND_CSCOV, [9], "
					      "4) = ...\nsendto(3, \"lite\", 4, 0, " TO("192.0.2.2",
											"7"),
	LITE "bind(3, " TO("0.0.0.0", "5000") "setsockopt(3, SOL_UDPLITE, UDPLITE_RECV_CSCOV, [9], "
					      "4) = ...\n"
					      "< 192.0.2.2:7 > 192.0.2.1:5000 udplite (4)\n"
					      "< 192.0.2.2:7 > 192.0.2.1:5000 [ulen 9] udplite "
					      "(4)\n"
					      "recv(3, ..., 100, MSG_DONTWAIT) = ...\n",
	/* Whole frames. */
	"socket(AF_PACKET, SOCK_RAW, 768) = ...\nbind(3, {sa_family = AF_PACKET, sll_protocol = "
	"htons(3), sll_ifindex = 2}, 20) = ...\nsetsockopt(3, SOL_PACKET, PACKET_AUXDATA, [1], 4) "
	"= "
	"...\n< 192.0.2.2:7 > 192.0.2.1:5000 udp (4) \"abcd\"\nrecvmsg(3, {msg_name(20) = ..., "
	"msg_iov(1) = [{..., 100}], msg_flags = ..., msg_control = ...}, MSG_DONTWAIT) = ...\n",
	"socket(AF_PACKET, SOCK_DGRAM, 8) = ...\nsendto(3, \"abc\", 3, 0, {sa_family = AF_PACKET, "
	"sll_protocol = htons(2048), sll_ifindex = 2, sll_halen = 6, sll_addr = hex 020000000002}, "
	"20) "
	"= ...\nsetsockopt(3, SOL_PACKET, PACKET_FANOUT, {id = 1, type_flags = 1}, 4) = ...\n",
	UDP
	"setsockopt(3, SOL_SOCKET, SO_ATTACH_FILTER, {len = 2, filter = [{0x30, 0, 0, 0}, {0x16, "
	"0, "
	"0, 0}]}, 16) = ...\nbind(3, " TO("0.0.0.0", "5000") "< 192.0.2.2:7 > 192.0.2.1:5000 udp "
							     "(4)\n"
							     "recv(3, ..., 100, MSG_DONTWAIT) "
							     "= ...\n",
	/* In pieces. */
	UDP "connect(3, " TO("192.0.2.2", "7") "send(3, \"first\", 5, MSG_MORE) = ...\n"
					       "send(3, \"second\", 6, 0) = ...\n",
	UDP "connect(3, " TO("192.0.2.2",
			     "7") "setsockopt(3, SOL_UDP, UDP_CORK, [1], 4) = ...\n"
				  "send(3, ..., 1000, 0) = ...\nsend(3, ..., 1000, 0) = ...\n"
				  "setsockopt(3, SOL_UDP, UDP_CORK, [0], 4) = ...\n",
	UDP "sendto(3, ..., 4000, 0, " TO("192.0.2.2", "7"),
	/* Errors. */
	UDP "setsockopt(3, SOL_IP, IP_RECVERR, [1], 4) = ...\nconnect(3, " TO(
		"192.0.2.2",
		"7") "send(3, \"x\", 1, 0) = ...\n"
		     "< 192.0.2.2 > 192.0.2.1 icmp unreachable port_unreachable [udp (1)]\n"
		     "recvmsg(3, {msg_name(16) = ..., " ONE_IOV
		     ", msg_flags = ..., msg_control = ...}, MSG_ERRQUEUE) = ...\n"
		     "getsockopt(3, SOL_SOCKET, SO_ERROR, ..., [4]) = ...\n",
	UDP "setsockopt(3, SOL_IP, IP_MTU_DISCOVER, [2], 4) = ...\nconnect(3, " TO(
		"192.0.2.2",
		"7") "send(3, ..., 1400, 0) = ...\n"
		     "< 192.0.2.2 > 192.0.2.1 icmp unreachable frag_needed mtu 600 [udp (1400)]\n"
		     "getsockopt(3, SOL_IP, IP_MTU, ..., [4]) = ...\nsend(3, ..., 1400, 0) = ...\n",
	/* What comes along with data. */
	UDP
	"setsockopt(3, SOL_IP, IP_PKTINFO, [1], 4) = ...\n"
	"setsockopt(3, SOL_SOCKET, SO_TIMESTAMP, [1], 4) = ...\nbind(3, " TO(
		"0.0.0.0", "5000") "< 192.0.2.2:7 > 192.0.2.1:5000 udp (4) \"abcd\"\n"
				   "recvmsg(3, {msg_name(16) = ..., " ONE_IOV
				   ", msg_flags = ..., msg_control = ...}, MSG_DONTWAIT) = ...\n",
	UDP "sendmsg(3, {" MSG_TO ", msg_iov(2) = [{\"ab\", 2}, {\"c\", 1}], msg_control = "
	    "[{cmsg_level = SOL_IP, cmsg_type = IP_TTL, cmsg_data = [1]}]}, 0) = ...\n",
	UDP "sendmmsg(3, [{msg_hdr = {" MSG_TO ", " ONE_IOV "}, msg_len = 0}, {msg_hdr = {" MSG_TO
	    ", " ONE_IOV "}, msg_len = 0}], 2, 0) = ...\n"
	    "recvmmsg(3, [{msg_hdr = {msg_name(16) = ..., " ONE_IOV "}, msg_len = 0}], 1, "
	    "MSG_DONTWAIT, NULL) = ...\n",
	/* Who waits. */
	UDP
	"bind(3, " TO("0.0.0.0", "5000") "thread 9: recv(3, ..., 100, 0) = ...\n"
					 "+.1 < 192.0.2.2:7 > 192.0.2.1:5000 udp (4) \"abcd\"\n",
	UDP "setsockopt(3, SOL_SOCKET, SO_RCVTIMEO, {tv_sec = 0, tv_usec = 50000}, 16) = ...\n"
	    "thread 8: recv(3, ..., 100, 0) = ...\n+.06 advance 1ms\n",
	UDP "bind(3, " TO(
		"0.0.0.0",
		"5000") "thread 7: poll([{fd = 3, events = POLLIN, revents = ...}], 1, 100) = ...\n"
			"+.05 < 192.0.2.2:7 > 192.0.2.1:5000 udp (4) \"abcd\"\n",
	/* Signals: kept away and taken, told of a socket's events, in the middle of a call. */
	UDP "bind(3, " TO("0.0.0.0",
			  "5000") "sigprocmask(SIG_BLOCK, [SIGIO, 40], NULL) = ...\n"
				  "fcntl(3, F_SETOWN, 1000) = ...\nfcntl(3, F_SETSIG, 40) = ...\n"
				  "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK|FASYNC) = ...\n"
				  "< 192.0.2.2:7 > 192.0.2.1:5000 udp (4)\nsigpending(...) = ...\n"
				  "sigtimedwait([SIGIO, 40], {si_signo = ..., si_fd = ...}, "
				  "{tv_sec = 0, tv_nsec = 0}) = ...\n",
	TCP "fcntl(3, F_SETOWN_EX, {type = F_OWNER_TID, pid = 1001}) = ...\n"
	    "fcntl(3, F_GETOWN_EX, {type = ..., pid = ...}) = ...\nioctl(3, FIOASYNC, [1]) = ...\n"
	    "sigaction(SIGIO, {sa_handler = SIG_IGN}, NULL) = ...\nconnect(3, " TO(
		    "192.0.2.2", "7") "< 192.0.2.2:7 > 192.0.2.1:5011 R. 0:0(0) ack 1 win 0\n",
	UDP "sigaction(SIGUSR1, {sa_flags = SA_RESTART}, NULL) = ...\nbind(3, " TO(
		"0.0.0.0", "5000") "thread 6: recv(3, ..., 100, 0) = ...\n+.1 signal 6: SIGUSR1\n"
				   "+.1 < 192.0.2.2:7 > 192.0.2.1:5000 udp (4)\n",
	UDP "sigaction(SIGUSR2, {sa_flags = 0}, NULL) = ...\n"
	    "thread 5: ppoll([{fd = 3, events = POLLIN, revents = ...}], 1, NULL, [SIGUSR2], 8) = "
	    "...\n"
	    "+.1 signal 5: SIGUSR2\n+.1 signal 5: SIGUSR1\n",
	/* Epolls: of a socket, of each other; the set of signals of one that waits. */
	"epoll_create1(0) = ...\n" UDP "bind(4, " TO(
		"0.0.0.0",
		"5000") "epoll_ctl(3, EPOLL_CTL_ADD, 4, {events = EPOLLIN|EPOLLET, fd = 4}) = ...\n"
			"< 192.0.2.2:7 > 192.0.2.1:5000 udp (4)\n"
			"epoll_wait(3, {events = EPOLLIN, fd = 4}, 1, 0) = ...\n",
	"epoll_create1(0) = ...\nepoll_create(1) = ...\n" UDP
	"epoll_ctl(3, EPOLL_CTL_ADD, 4, {events = EPOLLIN|EPOLLONESHOT, fd = 4}) = ...\n"
	"epoll_ctl(4, EPOLL_CTL_ADD, 5, {events = EPOLLOUT, u32 = 5}) = ...\n"
	"epoll_pwait(3, {events = EPOLLIN, fd = 4}, 1, 0, [SIGUSR1], 8) = ...\n"
	"epoll_pwait2(4, {events = EPOLLOUT, u32 = 5}, 1, {tv_sec = 0, tv_nsec = 1000}, NULL, 0) = "
	"...\nepoll_ctl(4, EPOLL_CTL_ADD, 3, {events = EPOLLIN, fd = 3}) = ...\n",
	/* Files of other kinds. */
	"pipe2([3, 4], O_NONBLOCK) = ...\nwrite(4, \"abc\", 3) = ...\n" UDP
	"connect(5, " TO("192.0.2.2", "7") "splice(3, NULL, 5, NULL, 10, SPLICE_F_NONBLOCK) = ...\n"
					   "fcntl(3, F_SETPIPE_SZ, 8192) = ...\nclose(3) = ...\n"
					   "write(4, \"x\", 1) = ...\n",
	UDP "fstat(3, {st_mode = ..., st_size = ...}) = ...\ndup2(3, 1) = ...\n"
	    "write(1, \"x\", 1) = ...\nfcntl(3, F_SET_RW_HINT, {hint = 2}) = ...\n",
	/* More than fits. */
	UDP "setsockopt(3, SOL_SOCKET, SO_RCVBUF, [2304], 4) = ...\nbind(3, " TO(
		"0.0.0.0", "5000") "< 192.0.2.2:7 > 192.0.2.1:5000 udp (1000)\n< 192.0.2.2:7 > "
				   "192.0.2.1:5000 udp (1000)\n"
				   "< 192.0.2.2:7 > 192.0.2.1:5000 udp (1000)\n"
				   "recv(3, ..., 2000, MSG_DONTWAIT) = ...\n",
	UDP
	"setsockopt(3, SOL_SOCKET, SO_SNDBUF, [4608], 4) = ...\n"
	"sendto(3, ..., 1400, MSG_DONTWAIT, " TO(
		"192.0.2.77", "7") "sendto(3, ..., 1400, MSG_DONTWAIT, " TO("192.0.2.77",
									    "7") "+1 advance 3s\n",
	/* Copies of a descriptor; what is shut. */
	UDP "dup(3) = ...\nclose(3) = ...\nsendto(4, \"x\", 1, 0, " TO("192.0.2.2", "7"),
	UDP "connect(3, " TO("192.0.2.2",
			     "7") "shutdown(3, SHUT_RDWR) = ...\n"
				  "recv(3, ..., 100, 0) = ...\nsend(3, \"x\", 1, 0) = ...\n",
	UDP "connect(3, " TO("192.0.2.2", "7") "connect(3, {sa_family = AF_UNSPEC}, 16) = ...\n"
					       "getsockname(3, ..., [16]) = ...\nconnect(3, " TO(
						       "192.0.2.3", "9"),
	/* Everybody. */
	UDP "setsockopt(3, SOL_SOCKET, SO_BROADCAST, [1], 4) = ...\n"
	    "sendto(3, \"all\", 3, 0, " TO("255.255.255.255", "9"),
	UDP "setsockopt(3, SOL_IP, IP_MULTICAST_TTL, [4], 4) = ...\n"
	    "sendto(3, \"some\", 4, 0, " TO("224.0.0.251", "5353"),
	/* A connection from here, one to here, one to itself. */
	TCP "bind(3, " TO("192.0.2.1", "5011") "connect(3, " TO(
		"192.0.2.2",
		"7") "+.01 < 192.0.2.2:7 > 192.0.2.1:5011 S. 0:0(0) ack 1 win 65535 "
		     "<mss 1460, nop, nop, sackOK, nop, wscale 7>\n"
		     "send(3, ..., 10000, 0) = ...\n"
		     "+.01 < 192.0.2.2:7 > 192.0.2.1:5011 . 1:1(0) ack 10001 win 1000\n"
		     "< 192.0.2.2:7 > 192.0.2.1:5011 P. 1:1001(1000) ack 10001 win 1000\n"
		     "recv(3, ..., 2000, 0) = ...\nshutdown(3, SHUT_WR) = ...\n"
		     "+.01 < 192.0.2.2:7 > 192.0.2.1:5011 F. 1001:1001(0) ack 10002 win 1000\n"
		     "close(3) = ...\n",
	TCP "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = ...\nbind(3, " TO(
		"0.0.0.0", "81") "listen(3, 2) = ...\n"
				 "< 192.0.2.2:40011 > 192.0.2.1:81 S 0:0(0) win 65535 "
				 "<mss 1000, sackOK, TS val 1000 ecr 0, nop, wscale 2>\n"
				 "+.01 < 192.0.2.2:40011 > 192.0.2.1:81 . 1:1(0) ack 1 win 500 "
				 "<nop, nop, TS val 1010 ecr 1>\n"
				 "accept4(3, ..., ..., SOCK_NONBLOCK) = ...\n"
				 "< 192.0.2.2:40011 > 192.0.2.1:81 P. 1:101(100) ack 1 win 500 "
				 "<nop, nop, TS val 1010 ecr 1>\n"
				 "recv(4, ..., 50, 0) = ...\nsend(4, ..., 4000, MSG_MORE) = ...\n"
				 "close(3) = ...\nclose(4) = ...\n",
	TCP "bind(3, " TO("127.0.0.1", "82") "listen(3, 2) = ...\n" TCP "connect(4, " TO(
		"127.0.0.1", "82") "accept4(3, ..., ..., "
				   "SOCK_NONBLOCK) = ...\n"
				   "send(4, ..., 70000, 0) = "
				   "...\n"
				   "recv(5, ..., 70000, 0) = "
				   "...\n"
				   "close(4) = ...\n"
				   "recv(5, ..., 100, 0) = "
				   "...\n",
	/* Large datagrams, cut and put together. */
	UDP "bind(3, " TO(
		"127.0.0.1",
		"5003") "setsockopt(3, SOL_UDP, UDP_GRO, [1], 4) = ...\n" UDP
			"setsockopt(4, SOL_UDP, UDP_SEGMENT, [100], 4) = ...\nsendto(4, ..., 1250, "
			"0, " TO("127.0.0.1",
				 "5003") "recvmsg(3, {msg_iov(1) = [{..., 2000}], msg_flags = ..., "
					 "msg_control = ...}, MSG_DONTWAIT) = ...\n",
	UDP "setsockopt(3, SOL_UDP, UDP_SEGMENT, [100], 4) = ...\nsendto(3, ..., 350, 0, " TO(
		"192.0.2.2", "7"),
	/* Without a copy, and what is told of it. */
	UDP "bind(3, " TO("127.0.0.1", "5003") UDP
	"setsockopt(4, SOL_SOCKET, SO_ZEROCOPY, [1], 4) = ...\n"
	"sendto(4, ..., 5000, MSG_ZEROCOPY|MSG_MORE, " TO(
		"127.0.0.1",
		"5003") "sendto(4, ..., 100, MSG_ZEROCOPY, " TO("127.0.0.1",
								"5003") "recvmsg(4, {" ONE_IOV
									", msg_flags = ..., "
									"msg_control = ...}, "
									"MSG_ERRQUEUE) = ...\n",
	TCP "bind(3, " TO("127.0.0.1", "83") "listen(3, 2) = ...\n" TCP "connect(4, " TO(
		"127.0.0.1", "83") "accept4(3, ..., ..., SOCK_NONBLOCK) = ...\n"
				   "setsockopt(4, SOL_SOCKET, SO_ZEROCOPY, [1], 4) = ...\n"
				   "send(4, ..., 20000, MSG_ZEROCOPY) = ...\n"
				   "send(4, ..., 100, MSG_MORE) = ...\n"
				   "recv(5, ..., 70000, 0) = ...\n"
				   "recvmsg(4, {" ONE_IOV ", msg_flags = ..., msg_control = "
				   "...}, MSG_ERRQUEUE) = ...\n",
	/* When it was sent. */
	UDP
	"setsockopt(3, SOL_SOCKET, SO_TIMESTAMPING, [SOF_TIMESTAMPING_TX_SOFTWARE|"
	"SOF_TIMESTAMPING_TX_SCHED|SOF_TIMESTAMPING_SOFTWARE|SOF_TIMESTAMPING_OPT_ID], 4) = "
	"...\nsendto(3, \"x\", 1, 0, " TO(
		"192.0.2.2", "7") "recvmsg(3, {" ONE_IOV
				  ", msg_flags = ..., msg_control = ...}, MSG_ERRQUEUE) = ...\n",
	/* Below the protocols: behind a header of ours, with its own, forwarded and caught. */
	RAW("200") "sendto(3, \"x\", 1, 0, " TO("192.0.2.2",
						"0") "< 192.0.2.2 > 192.0.2.1 ip proto 200 "
						     "(3) \"abc\"\n"
						     "recv(3, ..., 100, "
						     "MSG_DONTWAIT) = ...\n",
	RAW("IPPROTO_RAW") "sendto(3, hex 450000001234000040c80000c0000201c000020261, 21, 0, " TO(
		"192.0.2.2", "0") "setsockopt(3, SOL_IP, IP_HDRINCL, [0], 4) = ...\n"
				  "sendto(3, ..., 3000, MSG_MORE, " TO(
					  "192.0.2.2", "0") "sendto(3, \"y\", 1, "
							    "0, " TO("192.0.2.2", "0"),
	RAW("IPPROTO_ICMP") "setsockopt(3, SOL_RAW, ICMP_FILTER, [256], 4) = ...\nconnect(3, " TO(
		"192.0.2.2", "0") "send(3, hex 0800f7ff00000000, 8, 0) = ...\n"
				  "< 192.0.2.2 > 192.0.2.1 icmp echo_reply id 0 seq 0 (0)\n"
				  "recv(3, ..., 100, MSG_DONTWAIT) = ...\n",
	"`sysctl -q -w net.ipv4.ip_forward=1; ip route replace 203.0.113.0/24 via 192.0.2.3`\n" RAW(
		"200") "setsockopt(3, SOL_IP, IP_ROUTER_ALERT, [1], 4) = ...\n"
		       "< 192.0.2.2 > 203.0.113.1 [ttl 9, opt ra 0] ip proto 200 (3) \"abc\"\n"
		       "recv(3, ..., 100, MSG_DONTWAIT) = ...\n",
	"`sysctl -q -w net.ipv4.ping_group_range=\"0 0\"`\n" PING
	"bind(3, " TO("0.0.0.0", "7") "setsockopt(3, SOL_IP, IP_RECVERR, [1], 4) = ...\n"
				      "sendto(3, hex 0800000000000001, 8, 0, " TO(
					      "192.0.2.2", "0") "< 192.0.2.2 > "
								"192.0.2.1 icmp "
								"echo_reply id 7 "
								"seq 1 (0)\n"
								"recvmsg(3, "
								"{" ONE_IOV ", msg_flags = "
								"..., msg_control "
								"= ...}, "
								"MSG_DONTWAIT) = "
								"...\n",
	/* The net. */
	"< arp who-has 192.0.2.1 tell 192.0.2.2\n< arp reply 192.0.2.2 is-at 02:00:00:00:00:02\n",
	"< 192.0.2.2 > 192.0.2.1 icmp echo_request id 1 seq 1 (20)\n",
	"< 192.0.2.2 > 192.0.2.1 [id 77, mf] ip proto 17 (16) hex "
	"00071388002000006162636465666768\n"
	"< 192.0.2.2 > 192.0.2.1 [id 77, frag 2] ip proto 17 (16) hex "
	"696a6b6c6d6e6f707172737475767778\n",
	"`ip neigh flush dev eth0 || true`\n" UDP "sendto(3, \"x\", 1, 0, " TO(
		"192.0.2.2", "7") "+1 advance 1s\n< arp reply 192.0.2.2 is-at 02:00:00:00:00:02\n",
	"link down\n+.1 link up\n",
	"`ip link set eth0 down || true`\n`ip link set eth0 up || true`\n",
};

/* --- one script of many
 * ----------------------------------------------------------------------------
 */
static bool is_taken(const struct mutator *m, const struct script *s, const struct stmt *st)
{
	return st->kind != STMT_COMMENT && st->kind != STMT_HEADER && st->kind != STMT_OPTION &&
	       st->kind != STMT_PYTHON && (m->scope == NULL || m->scope->keeps(s, st));
}

static void add_program(struct mutator *m, struct bank *b, const char *text, size_t len)
{
	struct script_error err;
	struct script *s = script_parse("bank", text, len, &err);

	if (s == NULL) {
		fprintf(stderr, "bank: %u: %s\n", err.line, err.text);
		abort();
	}
	b->begin[b->nr] = b->s->nr_stmts;
	for (u32 i = 0; i < s->nr_stmts; i++) {
		struct stmt st;

		if (!is_taken(m, s, &s->stmt[i]))
			continue;
		st = mutate_copy_stmt(b->s, s, &s->stmt[i]);
		*script_add_stmt(b->s, (enum stmt_kind)st.kind) = st;
	}
	script_free(s);
	b->nr += b->s->nr_stmts != b->begin[b->nr];
	b->begin[b->nr] = b->s->nr_stmts;
}

/* Objects of a program are its own: each begins with none. */
static void name_all(struct mutator *m, struct bank *b)
{
	struct object *object = must(malloc(sizeof(m->object)));
	struct descriptors now = m->now;
	u32 nr = m->nr_objects;

	memcpy(object, m->object, sizeof(m->object));
	for (u32 i = 0; i < b->nr; i++) {
		m->now = (struct descriptors){ 0 };
		m->nr_objects = 1;
		(void)mutate_name_descriptors(m, b->s, b->begin[i], b->begin[i + 1]);
	}
	memcpy(m->object, object, sizeof(m->object));
	m->nr_objects = nr;
	m->now = now;
	free(object);
}

static void sort(struct bank *b)
{
	u32 n = b->s->nr_stmts;

	b->kept = must(calloc(n + 1, sizeof(*b->kept)));
	for (u32 k = 0; k < STMT_KINDS; k++)
		b->of[k] = must(calloc(n + 1, sizeof(*b->of[k])));
	for (u32 i = 0; i < n; i++) {
		u32 k = b->s->stmt[i].kind;

		b->of[k][b->nr_of[k]++] = i;
		b->kept[b->nr_kept++] = i;
	}
}

static void begin_bank(struct bank *b, u32 programs)
{
	b->s = script_new("bank");
	b->begin = must(calloc(programs + 1, sizeof(*b->begin)));
}

static void end_bank(struct mutator *m, struct bank *b)
{
	name_all(m, b);
	sort(b);
}

/* --- lines, for texts
 * ------------------------------------------------------------------------------
 */
static void add_lines(struct bank *b, const char *text)
{
	while (*text != '\0' && b->nr_lines < LINES) {
		size_t n = strcspn(text, "\n");

		if (n != 0)
			b->line[b->nr_lines++] = must(strndup(text, n));
		text += n + (text[n] != '\0');
	}
}

/* --- both banks
 * ------------------------------------------------------------------------------------
 */
struct bank *mutate_bank(struct mutator *m)
{
	struct bank *b = &m->bank;
	struct generate g;
	enum generate_area area;
	char err[256];

	if (b->s != NULL)
		return b;
	begin_bank(b, PROGRAMS);
	b->line = must(calloc(LINES, sizeof(*b->line)));
	generate_init(&g, m->seed);
	if (m->scope != NULL && m->scope->weights != NULL)
		(void)generate_weights(&g, m->scope->weights, err, sizeof(err));
	for (u32 i = 0; i < PROGRAMS; i++) {
		size_t len;
		char *text = generate_program(&g, i, &len, &area);

		if (m->input == INPUT_TEXT)
			add_lines(b, text);
		else
			add_program(m, b, text, len);
		free(text);
	}
	end_bank(m, b);
	return b;
}

struct bank *mutate_chains(struct mutator *m)
{
	struct bank *b = &m->chains;

	if (b->s != NULL)
		return b;
	begin_bank(b, ARRAY_SIZE(chain_texts));
	for (u32 i = 0; i < ARRAY_SIZE(chain_texts); i++)
		add_program(m, b, chain_texts[i], strlen(chain_texts[i]));
	end_bank(m, b);
	return b;
}

static void free_bank(struct bank *b)
{
	script_free(b->s);
	free(b->begin);
	free(b->kept);
	for (u32 k = 0; k < STMT_KINDS; k++)
		free(b->of[k]);
	for (u32 i = 0; i < b->nr_lines; i++)
		free(b->line[i]);
	free(b->line);
}

void mutate_banks_exit(struct mutator *m)
{
	free_bank(&m->bank);
	free_bank(&m->chains);
}
