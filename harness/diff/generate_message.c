// SPDX-License-Identifier: MIT
/* generate_message.c - sending and receiving, each by each call that can, with control messages,
 * flags, buffers.
 */
#include "base/check.h"
#include "harness/diff/generate_internal.h"

/* A call that may wait is another thread's, each of which makes one such call only: nobody waits
 * for it then.
 */
static void put_thread(struct gen *g)
{
	g->last_blocked = g->next_thread <= GEN_THREADS ? g->next_thread : 0;
	if (g->last_blocked == 0)
		return;
	gen_putf(g, "thread %u: ", g->next_thread++);
}

/* The one that made the last of them, once that is sure to be over. */
static void put_thread_again(struct gen *g)
{
	if (g->last_blocked != 0)
		gen_putf(g, "thread %u: ", g->last_blocked);
}

/* Flags of a call that receives: it must not wait where nothing may come. */
static void put_recv_flags(struct gen *g)
{
	const struct gen_sock *s = gen_sock_of(g, g->cur);
	bool may_wait = s == NULL || s->nonblock;

	if (may_wait && gen_percent(g, 60))
		gen_rule(g, "recv_flags");
	else
		gen_expand(g, "MSG_DONTWAIT@more_recv_flags");
}

/* The current socket, if it is connected or shall be without an address nevertheless. */
static void put_send(struct gen *g)
{
	const struct gen_sock *s = gen_sock(g, gen_subject(g));

	if (s == NULL) {
		gen_expand(g, "send(@bad_fd, @data, @send_flags) = ...");
		return;
	}
	g->cur = s->fd;
	if (s->connected)
		gen_remember_sent(g, s, s->raddr, s->rport, 1);
	gen_rule(g, s->connected && gen_percent(g, 80) ? "send_connected" : "send_to");
}

static const struct gen_row rows[] = {
	/* Data and its length, as many calls have it. */
	{ "data", 30, "\"abc\", 3" },
	{ NULL, 10, "\"x\", 1" },
	{ NULL, 10, "..., @len" },
	{ NULL, 6, "pattern @u8, @len" },
	{ NULL, 4, "hex @h8@h8@h8@h8, 4" },
	{ NULL, 3, "\"\", 0" },
	{ NULL, 2, "NULL, 0" },
	{ NULL, -4, "NULL, @digit" },
	{ NULL, -4, "0x1, @len" },
	{ NULL, -3, "..., 65507" },
	{ NULL, -4, "..., 65508" },
	{ NULL, -2, "..., 65536" },
	{ NULL, -2, "..., 100000" },
	{ NULL, -3, "..., -1" },
	{ NULL, -2, "..., 2147483647" },
	{ NULL, -2, "\"abc\", 100" },
	{ "len", 20, "@digit@digit" },
	{ NULL, 10, "100" },
	{ NULL, 6, "1000" },
	{ NULL, 5, "1472" },
	{ NULL, 5, "1473" },
	{ NULL, 3, "1@digit@digit@digit" },
	{ NULL, 3, "508" },
	{ NULL, 3, "524" },
	{ NULL, 2, "525" },
	{ NULL, 2, "2000" },
	{ NULL, 2, "3000" },
	{ NULL, 1, "8000" },
	/* Sending. */
	{ "send_to", 30, "@who~sendto(@cur, @data, @send_flags, @to, @addrlen) = ..." },
	{ NULL, 8,
	  "@who~sendmsg(@cur, {msg_name(16) = @to, msg_iov(1) = [{@data}]@msg_flags@control}, "
	  "@send_flags) = ..." },
	{ NULL, 4,
	  "@who~sendmsg(@cur, {msg_name(16) = @to, msg_iov(2) = [{@data}, "
	  "{@data}]@msg_flags@control}, @send_flags) = ..." },
	{ NULL, 1,
	  "sendmsg(@cur, {msg_name(16) = @to, msg_iov(3) = [{@data}, {\"\", 0}, {@data}]}, "
	  "@send_flags) = ..." },
	{ NULL, 1,
	  "sendmsg(@cur, {msg_name(16) = @to, msg_iov(0) = NULL@control}, @send_flags) = ..." },
	{ NULL, -4,
	  "sendmsg(@cur, {msg_name(@namelen) = @to, msg_iov(1) = [{@data}]}, @send_flags) = ..." },
	{ NULL, -2,
	  "sendmsg(@cur, {msg_name(16) = @to, msg_iov(@iovlen) = [{@data}]}, @send_flags) = ..." },
	{ NULL, -2,
	  "sendmsg(@cur, {msg_name(16) = @to, msg_iov(2) = [{..., @huge}, {..., @huge}]}, "
	  "@send_flags) = ..." },
	{ NULL, -3, "sendmsg(@cur, @badptr, @send_flags) = ..." },
	{ NULL, -2, "sendmsg(@cur, {msg_name(16) = @to, msg_iov(1) = @badptr}, 0) = ..." },
	{ NULL, -2, "sendto(@cur, @data, @send_flags, NULL, 0) = ..." },
	{ NULL, -2, "sendto(@cur, @data, @send_flags, NULL, 16) = ..." },
	{ NULL, -2, "send(@cur, @data, @send_flags) = ..." },
	{ NULL, -2, "write(@cur, @data) = ..." },
	{ NULL, 1, "sendto(@cur, @data, MSG_CMSG_COMPAT, @to, 16) = ..." },
	{ NULL, -1, "sendto(@cur, @data, -1, @to, 16) = ..." },
	{ "send_connected", 12, "@who~send(@cur, @data, @send_flags) = ..." },
	{ NULL, 6, "@who~write(@cur, @data) = ..." },
	{ NULL, 4, "@who~writev(@cur, [{@data}, {@data}], 2) = ..." },
	{ NULL, 2, "@who~writev(@cur, [{@data}], 1) = ..." },
	{ NULL, 5,
	  "@who~sendmsg(@cur, {msg_iov(1) = [{@data}]@msg_flags@control}, @send_flags) = ..." },
	{ NULL, 3, "@who~sendto(@cur, @data, @send_flags, NULL, 0) = ..." },
	{ NULL, 3, "@who~sendto(@cur, @data, @send_flags, @to, @addrlen) = ..." },
	{ NULL, -2, "writev(@cur, @badptr, 1) = ..." },
	{ NULL, -2, "writev(@cur, [{@data}], @iovlen) = ..." },
	{ NULL, -2, "writev(@cur, [{..., @huge}, {..., @huge}], 2) = ..." },
	{ NULL, -2, "writev(@cur, NULL, 0) = ..." },
	{ "namelen", 4, "0" },
	{ NULL, 4, "15" },
	{ NULL, 4, "28" },
	{ NULL, 3, "128" },
	{ NULL, 3, "129" },
	{ NULL, 4, "-1" },
	{ "iovlen", 4, "0" },
	{ NULL, 4, "1024" },
	{ NULL, 4, "1025" },
	{ NULL, 4, "-1" },
	{ NULL, 2, "100000" },
	{ NULL, 4, "@wild_many" },
	{ "huge", 4, "2147483648" },
	{ NULL, 4, "2147483647" },
	{ NULL, 4, "2147479552" },
	{ NULL, 3, "1073741824" },
	{ NULL, 3, "4294967295" },
	{ NULL, 3, "4294967296" },
	{ NULL, 2, "9223372036854775807" },
	{ NULL, 2, "-1" },
	{ NULL, 4, "65507" },
	{ NULL, 4, "40000" },
	{ NULL, 3, "@digit" },
	{ "send_flags", 150, "0" },
	{ NULL, 8, "MSG_DONTWAIT" },
	{ NULL, 8, "MSG_CONFIRM" },
	{ NULL, 6, "MSG_DONTROUTE" },
	{ NULL, 6, "MSG_MORE" },
	{ NULL, 3, "MSG_NOSIGNAL" },
	{ NULL, 2, "MSG_PROBE" },
	{ NULL, 1, "MSG_OOB" },
	{ NULL, 4, "@msg_flag" },
	{ NULL, 3, "MSG_DONTWAIT|@msg_flag" },
	{ NULL, 1, "MSG_CONFIRM|MSG_DONTROUTE|@msg_flag" },
	{ NULL, -3, "0x1000000" },
	{ NULL, -2, "0x7fffffff" },
	{ NULL, -2, "MSG_OOB|MSG_DONTWAIT" },
	{ "msg_flags", 30, "" },
	{ NULL, 2, ", msg_flags = MSG_DONTWAIT" },
	{ NULL, 2, ", msg_flags = 0x7fffffff" },
	{ NULL, 1, ", msg_flags = @msg_flag" },
	/* Control messages that go out. */
	{ "control", 30, "" },
	{ NULL, 25, ", msg_control = [@cmsg]" },
	{ NULL, 5, ", msg_control = [@cmsg, @cmsg]" },
	{ NULL, 1, ", msg_control = [@cmsg, @cmsg, @cmsg]" },
	{ NULL, -4, ", msg_control = [@cmsg], msg_controllen = @controllen" },
	{ NULL, -2, ", msg_control = NULL, msg_controllen = 16" },
	{ NULL, -2, ", msg_control = 0x1, msg_controllen = 16" },
	{ NULL, 1, ", msg_control = NULL" },
	{ "controllen", 2, "0" },
	{ NULL, 2, "1" },
	{ NULL, 2, "12" },
	{ NULL, 2, "15" },
	{ NULL, 2, "16" },
	{ NULL, 2, "17" },
	{ NULL, 2, "20" },
	{ NULL, 2, "24" },
	{ NULL, 2, "100" },
	{ NULL, 1, "-1" },
	{ NULL, 1, "131073" },
	{ "cmsg", 12,
	  "{cmsg_level = SOL_IP, cmsg_type = IP_PKTINFO, cmsg_data = {ipi_ifindex = @ifindex, "
	  "ipi_spec_dst = inet_addr(\"@pktinfo_addr\"), ipi_addr = "
	  "inet_addr(\"@pktinfo_addr\")}}" },
	{ NULL, 8, "{cmsg_level = SOL_IP, cmsg_type = IP_TTL, cmsg_data = [@ttl]}" },
	{ NULL, 6, "{cmsg_level = SOL_IP, cmsg_type = IP_TOS, cmsg_data = [@tos]}" },
	{ NULL, 4, "{cmsg_level = SOL_IP, cmsg_type = IP_TOS, cmsg_data = hex @h8}" },
	{ NULL, 3, "{cmsg_level = SOL_SOCKET, cmsg_type = SO_MARK, cmsg_data = [@value]}" },
	{ NULL, 2, "{cmsg_level = SOL_SOCKET, cmsg_type = SO_PRIORITY, cmsg_data = [@digit]}" },
	{ NULL, 2, "{cmsg_level = SOL_UDP, cmsg_type = UDP_SEGMENT, cmsg_data = hex 0000}" },
	{ NULL, 2, "{cmsg_level = SOL_SOCKET, cmsg_type = SCM_RIGHTS, cmsg_data = [3]}" },
	{ NULL, 2,
	  "{cmsg_level = SOL_SOCKET, cmsg_type = SCM_CREDENTIALS, cmsg_data = hex @bytes}" },
	{ NULL, 2,
	  "{cmsg_level = SOL_SOCKET, cmsg_type = SCM_TXTIME, cmsg_data = hex "
	  "@h8@h8@h8@h8@h8@h8@h8@h8}" },
	{ NULL, 2,
	  "{cmsg_level = SOL_SOCKET, cmsg_type = SO_TIMESTAMPING, cmsg_data = [@rxstamp]}" },
	{ NULL, 2, "{cmsg_level = @odd_level, cmsg_type = @digit, cmsg_data = [@value]}" },
	{ NULL, -3, "{cmsg_level = SOL_IP, cmsg_type = IP_TTL, cmsg_data = hex @h8}" },
	{ NULL, -3,
	  "{cmsg_level = SOL_IP, cmsg_type = IP_PKTINFO, cmsg_data = hex "
	  "@h8@h8@h8@h8@h8@h8@h8@h8}" },
	{ NULL, -3, "{cmsg_level = SOL_IP, cmsg_type = IP_TOS, cmsg_data = hex @h8@h8}" },
	{ NULL, -3, "{cmsg_level = SOL_IP, cmsg_type = @odd_option, cmsg_data = [@value]}" },
	{ NULL, -2, "{cmsg_level = SOL_IP, cmsg_type = IP_PROTOCOL, cmsg_data = [@digit]}" },
	{ NULL, -2, "{cmsg_level = SOL_IP, cmsg_type = IP_RETOPTS, cmsg_data = hex ff}" },
	{ NULL, -2, "{cmsg_level = SOL_IP, cmsg_type = IP_RECVERR, cmsg_data = [1]}" },
	{ NULL, -3,
	  "{cmsg_len = @cmsglen, cmsg_level = SOL_IP, cmsg_type = IP_TTL, cmsg_data = [9]}" },
	{ NULL, -1, "{cmsg_level = SOL_IP, cmsg_type = IP_TTL}" },
	{ "cmsglen", 2, "0" },
	{ NULL, 2, "1" },
	{ NULL, 2, "15" },
	{ NULL, 2, "16" },
	{ NULL, 2, "19" },
	{ NULL, 2, "21" },
	{ NULL, 2, "1000" },
	{ NULL, 1, "-1" },
	{ "pktinfo_addr", 10, "0.0.0.0" },
	{ NULL, 10, "@own" },
	{ NULL, 4, "127.0.0.1" },
	{ NULL, 3, "127.0.0.2" },
	{ NULL, 2, "@peer" },
	{ NULL, 1, "255.255.255.255" },
	{ NULL, 1, "224.0.0.1" },
	{ NULL, 1, "203.0.113.1" },
	/* Receiving. */
	{ "do_recv", 12, "@who~recv(@fdb, @into, @recv_call_flags) = ..." },
	{ NULL, 10, "@who~recvfrom(@fdb, @into, @recv_call_flags, @from_out) = ..." },
	{ NULL, 10,
	  "@who~recvmsg(@fdb, {@name_out, msg_iov(1) = [{@into}], msg_flags = ...@control_out}, "
	  "@recv_call_flags) = ..." },
	{ NULL, 3,
	  "@who~recvmsg(@fdb, {@name_out, msg_iov(2) = [{@into}, {@into}], msg_flags = "
	  "...@control_out}, @recv_call_flags) = ..." },
	{ NULL, 1,
	  "recvmsg(@fdb, {msg_iov(0) = NULL, msg_flags = ...@control_out}, @recv_call_flags) = "
	  "..." },
	{ NULL, 1,
	  "recvmsg(@fdb, {msg_iov(1) = [{@into}], msg_flags = ...}, @recv_call_flags) = ..." },
	{ NULL, 1, "recv(@fdb, @into, MSG_DONTWAIT|MSG_CMSG_COMPAT) = ..." },
	{ NULL, -1, "recv(@fdb, @into, -1) = ..." },
	{ NULL, -2, "recvmsg(@fdb, @badptr, MSG_DONTWAIT) = ..." },
	{ NULL, -2,
	  "recvmsg(@fdb, {msg_iov(@iovlen) = [{@into}], msg_flags = ...}, MSG_DONTWAIT) = ..." },
	{ NULL, -2,
	  "recvmsg(@fdb, {msg_iov(2) = [{..., @huge}, {..., @huge}], msg_flags = ...}, "
	  "MSG_DONTWAIT) = ..." },
	{ NULL, -2, "recv(@bad_fd, @into, @recv_flags) = ..." },
	{ NULL, -1, "recvfrom(@bad_fd, @into, @recv_flags, @from_out) = ..." },
	{ "do_error_queue", 10,
	  "@who~recvmsg(@fdb, {msg_name(16) = ..., msg_iov(1) = [{@into}], msg_flags = ..., "
	  "msg_control = ...}, MSG_ERRQUEUE) = ..." },
	{ NULL, 3,
	  "recvmsg(@fdb, {msg_name(16) = ..., msg_iov(1) = [{@into}], msg_flags = ..., msg_control "
	  "= ..., msg_controllen = @outcontrollen}, MSG_ERRQUEUE|MSG_PEEK) = ..." },
	{ NULL, 2, "recv(@fdb, @into, MSG_ERRQUEUE) = ..." },
	{ NULL, 1, "recvfrom(@fdb, @into, MSG_ERRQUEUE, @from_out) = ..." },
	{ NULL, 4, "getsockopt(@fdb, SOL_SOCKET, SO_ERROR, ..., [4]) = ..." },
	/* An error of this host's own, and one that a router tells. */
	{ "do_local_error", 10,
	  "setsockopt(@fdu, SOL_IP, IP_RECVERR, [1], 4) = ...\nsetsockopt(@cur, SOL_IP, "
	  "IP_MTU_DISCOVER, [@pmtudisc], 4) = ...\nsendto(@cur, ..., 3000, 0, @to, 16) = "
	  "...\nrecvmsg(@cur, {msg_name(16) = ..., msg_iov(1) = [{@into}], msg_flags = ..., "
	  "msg_control = ...}, MSG_ERRQUEUE) = ..." },
	{ NULL, 10,
	  "setsockopt(@fdb, SOL_IP, IP_RECVERR, [1], 4) = ...\nsendto(@cur, @data, 0, @to, 16) = "
	  "...\n@do_icmp_error\ngetsockopt(@cur, SOL_SOCKET, SO_ERROR, ..., [4]) = "
	  "...\nrecvmsg(@cur, {msg_name(16) = ..., msg_iov(1) = [{@into}], msg_flags = ..., "
	  "msg_control = ...}, MSG_ERRQUEUE) = ..." },
	{ "into", 40, "..., 100" },
	{ NULL, 10, "..., 2000" },
	{ NULL, 6, "..., 2" },
	{ NULL, 4, "..., 1" },
	{ NULL, 4, "..., 0" },
	{ NULL, 2, "..., 65536" },
	{ NULL, 2, "..., @digit@digit@digit" },
	{ NULL, -3, "NULL, 100" },
	{ NULL, -3, "0x1, 100" },
	{ NULL, -2, "..., -1" },
	{ NULL, -1, "..., 2147483647" },
	{ "from_out", 20, "..., [16]" },
	{ NULL, 3, "..., [128]" },
	{ NULL, 3, "NULL, NULL" },
	{ NULL, -2, "..., @lenio" },
	{ NULL, -2, "@badptr, [16]" },
	{ NULL, -2, "..., @badptr" },
	{ "name_out", 20, "msg_name(16) = ..." },
	{ NULL, 3, "msg_name(128) = ..." },
	{ NULL, 2, "msg_name(8) = ..." },
	{ NULL, 1, "msg_name(0) = ..." },
	{ NULL, 2, "msg_name(0) = NULL" },
	{ NULL, -2, "msg_name(16) = 0x1" },
	{ NULL, -2, "msg_name(-1) = ..." },
	{ "control_out", 12, "" },
	{ NULL, 20, ", msg_control = ..." },
	{ NULL, 6, ", msg_control = ..., msg_controllen = @outcontrollen" },
	{ NULL, 1, ", msg_control = NULL" },
	{ NULL, -2, ", msg_control = 0x1, msg_controllen = 100" },
	{ NULL, -1, ", msg_control = NULL, msg_controllen = 100" },
	{ "outcontrollen", 2, "0" },
	{ NULL, 2, "8" },
	{ NULL, 2, "15" },
	{ NULL, 2, "16" },
	{ NULL, 2, "17" },
	{ NULL, 2, "20" },
	{ NULL, 2, "24" },
	{ NULL, 2, "28" },
	{ NULL, 2, "32" },
	{ NULL, 2, "40" },
	{ NULL, 2, "48" },
	{ NULL, 1, "4096" },
	{ NULL, -1, "-1" },
	{ "recv_flags", 60, "0" },
	{ NULL, 10, "MSG_PEEK" },
	{ NULL, 10, "MSG_TRUNC" },
	{ NULL, 5, "MSG_WAITALL" },
	{ NULL, 5, "MSG_DONTWAIT" },
	{ NULL, 2, "MSG_PEEK|MSG_TRUNC" },
	{ NULL, 2, "MSG_OOB" },
	{ NULL, 4, "@msg_flag" },
	{ NULL, -2, "0x7fffffff" },
	{ "more_recv_flags", 60, "" },
	{ NULL, 10, "|MSG_PEEK" },
	{ NULL, 8, "|MSG_TRUNC" },
	{ NULL, 4, "|MSG_WAITALL" },
	{ NULL, 2, "|MSG_PEEK|MSG_TRUNC" },
	{ NULL, 2, "|MSG_CMSG_CLOEXEC" },
	{ NULL, 5, "|@msg_flag" },
	{ NULL, 1, "|@msg_flag|@msg_flag" },
	{ NULL, -1, "|0x1000000" },
	/* Pieces that become one datagram. */
	{ "do_cork", 10,
	  "send(@fdu, @data, MSG_MORE) = ...\nsend(@cur, @data, MSG_MORE) = ...\nsend(@cur, @data, "
	  "0) = ..." },
	{ NULL, 10,
	  "sendto(@fdu, @data, MSG_MORE, @to, 16) = ...\nsendto(@cur, @data, @send_flags, @to, 16) "
	  "= ..." },
	{ NULL, 10,
	  "setsockopt(@fdu, SOL_UDP, UDP_CORK, [1], 4) = ...\nsendto(@cur, @data, 0, @to, 16) = "
	  "...\nsendto(@cur, @data, 0, @to, 16) = ...\nsetsockopt(@cur, SOL_UDP, UDP_CORK, [0], 4) "
	  "= ..." },
	{ NULL, 5,
	  "setsockopt(@fdu, SOL_UDP, UDP_CORK, [1], 4) = ...\nsendto(@cur, @data, 0, @to, 16) = "
	  "..." },
	{ NULL, 3,
	  "sendto(@fdu, @data, MSG_MORE, @to, 16) = ...\nioctl(@cur, TIOCOUTQ, [...]) = "
	  "...\nshutdown(@cur, SHUT_WR) = ...\nsend(@cur, @data, 0) = ..." },
	{ NULL, 3,
	  "sendmsg(@fdu, {msg_name(16) = @to, msg_iov(1) = [{@data}]@control}, MSG_MORE) = "
	  "...\n@do_option\nsend(@cur, @data, 0) = ..." },
	{ NULL, 3,
	  "sendto(@fdu, @data, MSG_MORE, @to, 16) = ...\n@do_connect\nsend(@cur, @data, 0) = ..." },
	{ NULL, 2,
	  "sendto(@fdu, ..., 60000, MSG_MORE, @to, 16) = ...\nsend(@cur, ..., 6000, 0) = "
	  "...\nsend(@cur, \"e\", 1, 0) = ..." },
	{ NULL, 2,
	  "sendto(@fdu, @data, MSG_MORE, @to, 16) = ...\nclose(@bad_fd) = ...\nsendto(@cur, @data, "
	  "MSG_MORE|MSG_CONFIRM, @to, 16) = ..." },
	/* More than buffers hold. */
	{ "do_fill", 10,
	  "setsockopt(@fdb, SOL_SOCKET, SO_RCVBUF, [@bufsize], 4) = "
	  "...\n@do_frame_match\n@do_frame_match\n@do_frame_match\n@do_frame_match" },
	{ NULL, 6,
	  "setsockopt(@fdu, SOL_SOCKET, SO_SNDBUF, [@bufsize], 4) = ...\nsendto(@cur, ..., 1000, "
	  "MSG_DONTWAIT, @to, 16) = ...\nsendto(@cur, ..., 1000, MSG_DONTWAIT, @to, 16) = "
	  "...\nsendto(@cur, ..., 2000, MSG_DONTWAIT, @to, 16) = ...\nioctl(@cur, TIOCOUTQ, [...]) "
	  "= ..." },
	{ NULL, 4,
	  "setsockopt(@fdu, SOL_SOCKET, SO_SNDBUF, [@bufsize], 4) = ...\nsetsockopt(@cur, "
	  "SOL_SOCKET, SO_SNDTIMEO, {tv_sec = 0, tv_usec = @tv_usec}, 16) = "
	  "...\n@thread~sendto(@cur, ..., 3000, 0, @to, 16) = ...\n@thread~sendto(@cur, ..., 1000, "
	  "0, @to, 16) = ...\n@thread~sendto(@cur, ..., 1000, 0, @to, 16) = ..." },
	{ NULL, 3,
	  "setsockopt(@fdb, SOL_SOCKET, SO_RXQ_OVFL, [1], 4) = ...\nsetsockopt(@cur, SOL_SOCKET, "
	  "SO_RCVBUF, [0], 4) = "
	  "...\n@do_frame_match\n@do_frame_match\n@do_frame_match\n@do_frame_match\nrecvmsg(@cur, "
	  "{msg_iov(1) = [{..., 100}], msg_flags = ..., msg_control = ...}, MSG_DONTWAIT) = ..." },
	{ NULL, 3,
	  "`sysctl -q -w net.ipv4.udp_mem=\"0 0 @digit\" || "
	  "true`\n@do_frame_match\n@do_frame_match\n"
	  "recv(@fdb, @into, MSG_DONTWAIT) = ..." },
	{ NULL, 2,
	  "setsockopt(@fdu, SOL_SOCKET, SO_NO_CHECK, [1], 4) = ...\n"
	  "sendto(@cur, @data, 0, @to, 16) = ..." },
	{ NULL, 2,
	  "sendto(@fdu, ..., 65000, 0, @to, 16) = ...\nsendto(@cur, ..., 65000, 0, @to, 16) = "
	  "...\nsendto(@cur, ..., 65000, MSG_DONTWAIT, @to, 16) = ...\nsendto(@cur, ..., 65000, "
	  "MSG_DONTWAIT, @to, 16) = ..." },
};

static const struct gen_slot slots[] = {
	{ "thread", put_thread },
	{ "thread_again", put_thread_again },
	{ "recv_call_flags", put_recv_flags },
	{ "do_send", put_send },
};

const struct gen_part gen_part_message = { rows, ARRAY_SIZE(rows), slots, ARRAY_SIZE(slots) };
