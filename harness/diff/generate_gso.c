// SPDX-License-Identifier: MIT
/* generate_gso.c - large sends and what is told about them: UDP_SEGMENT and UDP_GRO, MSG_ZEROCOPY,
 * stamps of sending.
 */
#include "harness/diff/generate_internal.h"

/* Flags of SO_TIMESTAMPING: most of the time something is asked for that can be had. */
static const char *const stamp_flags[] = {
	"SOF_TIMESTAMPING_TX_SCHED",	"SOF_TIMESTAMPING_TX_ACK",
	"SOF_TIMESTAMPING_OPT_ID",	"SOF_TIMESTAMPING_OPT_CMSG",
	"SOF_TIMESTAMPING_OPT_TSONLY",	"SOF_TIMESTAMPING_OPT_PKTINFO",
	"SOF_TIMESTAMPING_RX_SOFTWARE", "SOF_TIMESTAMPING_TX_HARDWARE",
	"SOF_TIMESTAMPING_OPT_TX_SWHW", "SOF_TIMESTAMPING_RAW_HARDWARE",
	"SOF_TIMESTAMPING_OPT_STATS",	"SOF_TIMESTAMPING_OPT_ID_TCP",
};

static void put_stamp_flags(struct gen *g)
{
	gen_put(g, gen_percent(g, 85) ? "SOF_TIMESTAMPING_TX_SOFTWARE" : "0");
	if (gen_percent(g, 85))
		gen_put(g, "|SOF_TIMESTAMPING_SOFTWARE");
	for (u32 i = 0; i < ARRAY_SIZE(stamp_flags); i++)
		if (gen_percent(g, 22))
			gen_putf(g, "|%s", stamp_flags[i]);
}

/* Bytes of a number of 16 bits as a program lays it. */
static void put_seg_data(struct gen *g)
{
	u32 n = gen_percent(g, 70) ? gen_between(g, 1, 200) : gen_below(g, 65536);

	gen_putf(g, "hex %02x%02x", n & 0xff, n >> 8);
}

/* A connection to oneself: its listener, who calls, who is called. */
static void do_stream_pair(struct gen *g)
{
	int fd[3];

	for (u32 i = 0; i < 3; i++)
		fd[i] = gen_add_stream(g);
	if (fd[2] < 0)
		return;
	gen_putf(g, "socket(AF_INET, SOCK_STREAM, 0) = ...\n");
	gen_putf(g,
		 "bind(%d, {sa_family = AF_INET, sin_port = htons(7007), sin_addr = "
		 "inet_addr(\"127.0.0.1\")}, 16) = ...\n",
		 fd[0]);
	gen_putf(g, "listen(%d, 5) = ...\n", fd[0]);
	gen_putf(g, "socket(AF_INET, SOCK_STREAM, 0) = ...\n");
	gen_putf(g,
		 "connect(%d, {sa_family = AF_INET, sin_port = htons(7007), sin_addr = "
		 "inet_addr(\"127.0.0.1\")}, 16) = ...\n",
		 fd[1]);
	gen_putf(g, "accept(%d, NULL, NULL) = ...\n", fd[0]);
	gen_expand(g, g->area == AREA_stamps
			      ? "setsockopt(@stream_fd, SOL_SOCKET, SO_TIMESTAMPING, "
				"[@stamp_flags], 4) = ..."
			      : "setsockopt(@stream_fd, SOL_SOCKET, SO_ZEROCOPY, [1], "
				"4) = ...");
}

/* One of those; or, without any, a number that may be something else. */
static void put_stream_fd(struct gen *g)
{
	const struct gen_sock *s = gen_sock(g, GEN_TCP);

	gen_putf(g, "%d", s != NULL ? s->fd : 4);
}

static const struct gen_row rows[] = {
	{ "dst_gso", 3, "@dst_near" },
	{ NULL, 2, "@dst" },
	{ "port_gso", 3, "@port_near" },
	{ NULL, 2, "@port" },
	{ "seg_size", 10, "10" },
	{ NULL, 6, "100" },
	{ NULL, 5, "@digit@digit" },
	{ NULL, 5, "1000" },
	{ NULL, 4, "1400" },
	{ NULL, 4, "1472" },
	{ NULL, 3, "1473" },
	{ NULL, 3, "1" },
	{ NULL, 3, "0" },
	{ NULL, 2, "548" },
	{ NULL, 2, "9000" },
	{ NULL, 1, "65507" },
	{ NULL, 1, "65535" },
	{ NULL, -3, "65536" },
	{ NULL, -2, "-1" },
	{ "seg_len", 10, "@digit@digit" },
	{ NULL, 10, "@digit@digit@digit" },
	{ NULL, 8, "3000" },
	{ NULL, 4, "1280" },
	{ NULL, 3, "1281" },
	{ NULL, 3, "12800" },
	{ NULL, 3, "@digit" },
	{ NULL, 2, "20000" },
	{ NULL, 1, "65507" },
	{ NULL, 1, "1472" },
	{ "seg_flags", 40, "0" },
	{ NULL, 8, "MSG_MORE" },
	{ NULL, 4, "MSG_DONTWAIT" },
	{ NULL, 4, "MSG_ZEROCOPY" },
	{ NULL, 2, "MSG_CONFIRM" },
	{ NULL, 1, "MSG_DONTROUTE" },
	{ "seg_cmsg", 20,
	  "{cmsg_level = SOL_UDP, cmsg_type = UDP_SEGMENT, cmsg_data = @seg_data}" },
	{ NULL, 3,
	  "{cmsg_level = SOL_UDP, cmsg_type = UDP_SEGMENT, cmsg_data = @seg_data}, @cmsg" },
	{ NULL, 2,
	  "@cmsg, {cmsg_level = SOL_UDP, cmsg_type = UDP_SEGMENT, cmsg_data = @seg_data}" },
	{ NULL, -2, "{cmsg_level = SOL_UDP, cmsg_type = UDP_SEGMENT, cmsg_data = [@digit]}" },
	{ NULL, -2, "{cmsg_level = SOL_UDP, cmsg_type = UDP_SEGMENT, cmsg_data = hex @h8}" },
	{ NULL, -2, "{cmsg_level = SOL_UDP, cmsg_type = UDP_GRO, cmsg_data = @seg_data}" },
	{ "do_seg_size", 20, "setsockopt(@fdu, SOL_UDP, UDP_SEGMENT, [@seg_size], 4) = ..." },
	{ NULL, 1, "getsockopt(@fdu, SOL_UDP, UDP_SEGMENT, ..., @getlen) = ..." },
	{ NULL, -1, "setsockopt(@fdu, SOL_UDP, UDP_SEGMENT, [@seg_size], @optlen) = ..." },
	{ "do_seg_send", 30, "sendto(@fdu, ..., @seg_len, @seg_flags, @to, @addrlen) = ..." },
	{ NULL, 12,
	  "sendmsg(@fdu, {msg_name(16) = @to, msg_iov(1) = [{..., @seg_len}], msg_control = "
	  "[@seg_cmsg]}, @seg_flags) = ..." },
	{ NULL, 4,
	  "sendmsg(@fdu, {msg_name(16) = @to, msg_iov(2) = [{..., @seg_len}, {..., "
	  "@seg_len}]@control}, @seg_flags) = ..." },
	{ NULL, 8,
	  "setsockopt(@fdu, SOL_UDP, UDP_SEGMENT, [@seg_size], 4) = ...\nsendto(@cur, ..., "
	  "@seg_len, @seg_flags, @to, 16) = ...\nsendto(@cur, ..., @seg_len, @seg_flags, @to, 16) "
	  "= ..." },
	{ NULL, 4,
	  "setsockopt(@fdu, SOL_UDP, UDP_CORK, [1], 4) = ...\nsendto(@cur, ..., @seg_len, "
	  "@seg_flags, @to, 16) = ...\nsendto(@cur, ..., @seg_len, 0, @to, 16) = "
	  "...\nsetsockopt(@cur, SOL_UDP, UDP_CORK, [0], 4) = ..." },
	{ "do_gro", 20, "setsockopt(@fdb, SOL_UDP, UDP_GRO, [@onoff], 4) = ..." },
	{ NULL, 1, "getsockopt(@fdb, SOL_UDP, UDP_GRO, ..., @getlen) = ..." },
	{ "do_seg_recv", 20,
	  "recvmsg(@fdb, {@name_out, msg_iov(1) = [{..., @seg_into}], msg_flags = ..., msg_control "
	  "= ...}, MSG_DONTWAIT@more_recv_flags) = ..." },
	{ NULL, 6,
	  "recvmsg(@fdb, {@name_out, msg_iov(1) = [{..., @seg_into}], msg_flags = ..., msg_control "
	  "= ..., msg_controllen = @outcontrollen}, MSG_DONTWAIT@more_recv_flags) = ..." },
	{ NULL, 6, "recv(@fdb, ..., @seg_into, MSG_DONTWAIT@more_recv_flags) = ..." },
	{ "seg_into", 10, "2000" },
	{ NULL, 6, "65536" },
	{ NULL, 6, "100" },
	{ NULL, 4, "@digit@digit" },
	{ NULL, 1, "0" },
	{ "do_seg_knob", 10, "setsockopt(@fdu, SOL_SOCKET, SO_NO_CHECK, [@onoff], 4) = ..." },
	{ NULL, 6, "setsockopt(@fdu, SOL_IP, IP_CHECKSUM, [@onoff], 4) = ..." },
	{ NULL, 6, "setsockopt(@fdu, SOL_IP, IP_MTU_DISCOVER, [@pmtudisc], 4) = ..." },
	{ NULL, 6, "setsockopt(@fdu, SOL_SOCKET, SO_RCVBUF, [@digit@digit@digit@digit], 4) = ..." },
	{ NULL, 4, "setsockopt(@fdu, SOL_SOCKET, SO_SNDBUF, [@digit@digit@digit@digit], 4) = ..." },
	{ NULL, 4, "setsockopt(@fdu, SOL_SOCKET, SO_PEEK_OFF, [@digit], 4) = ..." },
	{ NULL, 4, "setsockopt(@fdu, SOL_IP, IP_RECVERR, [@onoff], 4) = ..." },
	{ NULL, 6, "getsockopt(@fdu, SOL_SOCKET, SO_MEMINFO, ..., [36]) = ..." },
	{ NULL, 3, "< @icmp_from > @own icmp 3 4 mtu @pmtu [@quoted udp (@quoted_len)]" },
	{ NULL, 2, "@do_recv_options" },
	{ "area_segments", 40, "@do_seg_send" },
	{ NULL, 12, "@do_seg_size" },
	{ NULL, 10, "@do_gro" },
	{ NULL, 25, "@do_seg_recv" },
	{ NULL, 12, "@do_seg_knob" },
	{ NULL, 4, "@do_connect" },
	{ NULL, 3, "@do_error_queue" },
	{ NULL, 3, "@do_ioctl" },
	{ NULL, 2, "@do_arp" },
	{ NULL, 2, "@pause" },
	{ "zc_flags", 30, "MSG_ZEROCOPY" },
	{ NULL, 14, "MSG_ZEROCOPY|MSG_MORE" },
	{ NULL, 6, "MSG_MORE" },
	{ NULL, 6, "0" },
	{ NULL, 3, "MSG_ZEROCOPY|MSG_DONTWAIT" },
	{ NULL, 1, "MSG_ZEROCOPY|MSG_OOB" },
	{ NULL, 1, "MSG_ZEROCOPY|MSG_DONTROUTE" },
	{ "zc_data", 30, "..., @seg_len" },
	{ NULL, 10, "\"abcdefg\", 7" },
	{ NULL, 3, "..., 0" },
	{ NULL, -4, "NULL, @len" },
	{ NULL, -2, "..., 65530" },
	{ "do_zc_send", 30, "sendto(@fdu, @zc_data, @zc_flags, @to, 16) = ..." },
	{ NULL, 8,
	  "sendmsg(@fdu, {msg_name(16) = @to, msg_iov(2) = [{@zc_data}, {@zc_data}]}, @zc_flags) = "
	  "..." },
	{ NULL, 3,
	  "sendmsg(@fdu, {msg_name(16) = @to, msg_iov(4) = [{@zc_data}, {@zc_data}, {\"\", 0}, "
	  "{@zc_data}]}, @zc_flags) = ..." },
	{ NULL, 4,
	  "sendto(@fdu, @zc_data, MSG_MORE|MSG_ZEROCOPY, @to, 16) = ...\nsendto(@cur, @zc_data, "
	  "@zc_flags, @to, 16) = ...\nsendto(@cur, @zc_data, 0, @to, 16) = ..." },
	{ "do_zc_stream", 20,
	  "send(@stream_fd, @zc_data, MSG_NOSIGNAL|MSG_DONTWAIT|@zc_flags) = ..." },
	{ NULL, 4, "recv(@stream_fd, ..., @seg_into, MSG_DONTWAIT) = ..." },
	{ NULL, 4, "recv(@stream_fd, ..., 100000, MSG_DONTWAIT) = ..." },
	{ NULL, 6,
	  "recvmsg(@stream_fd, {msg_name(16) = ..., msg_iov(1) = [{..., 100}], msg_flags = ..., "
	  "msg_control = ...}, MSG_ERRQUEUE) = ..." },
	{ NULL, 2, "setsockopt(@stream_fd, SOL_SOCKET, SO_ZEROCOPY, [@onoff], 4) = ..." },
	{ NULL, 3, "getsockopt(@stream_fd, SOL_SOCKET, SO_MEMINFO, ..., [36]) = ..." },
	{ NULL, 1,
	  "setsockopt(@stream_fd, SOL_SOCKET, SO_SNDBUF, [@digit@digit@digit@digit], 4) = ..." },
	{ NULL, 1, "shutdown(@stream_fd, @digit) = ..." },
	{ "do_zc_error", 20,
	  "recvmsg(@fdu, {msg_name(16) = ..., msg_iov(1) = [{..., 100}], msg_flags = ..., "
	  "msg_control = ...}, MSG_ERRQUEUE) = ..." },
	{ NULL, 4, "poll([{fd = @fdu, events = POLLIN|POLLOUT, revents = ...}], 1, 0) = ..." },
	{ NULL, 2, "getsockopt(@fdu, SOL_SOCKET, SO_MEMINFO, ..., [36]) = ..." },
	{ NULL, 1, "setsockopt(@fdu, SOL_IP, IP_RECVERR, [@onoff], 4) = ..." },
	{ "area_zerocopy", 40, "@do_zc_send" },
	{ NULL, 25, "@do_zc_stream" },
	{ NULL, 25, "@do_zc_error" },
	{ NULL, 10, "setsockopt(@fdu, SOL_SOCKET, SO_ZEROCOPY, [@zc_on], 4) = ..." },
	{ NULL, 10, "@do_seg_recv" },
	{ NULL, 6, "@do_seg_size" },
	{ NULL, 4, "@do_gro" },
	{ NULL, 6, "@do_arp" },
	{ NULL, 6, "@pause" },
	{ NULL, 3, "@do_seg_knob" },
	{ NULL, 2, "@do_close" },
	{ NULL, 2, "@do_icmp_error" },
	{ "zc_on", 10, "1" },
	{ NULL, 1, "0" },
	{ NULL, -1, "2" },
	{ "stamp_cmsg", 10,
	  "{cmsg_level = SOL_SOCKET, cmsg_type = SO_TIMESTAMPING, cmsg_data = "
	  "[SOF_TIMESTAMPING_TX_SOFTWARE]}" },
	{ NULL, 5,
	  "{cmsg_level = SOL_SOCKET, cmsg_type = SO_TIMESTAMPING, cmsg_data = "
	  "[SOF_TIMESTAMPING_TX_SCHED|SOF_TIMESTAMPING_TX_ACK]}" },
	{ NULL, 5, "{cmsg_level = SOL_SOCKET, cmsg_type = SO_TIMESTAMPING, cmsg_data = [0]}" },
	{ NULL, 2,
	  "{cmsg_level = SOL_SOCKET, cmsg_type = SO_TIMESTAMPING_NEW, cmsg_data = "
	  "[SOF_TIMESTAMPING_TX_SCHED]}" },
	{ NULL, 2, "@cmsg" },
	{ NULL, -3,
	  "{cmsg_level = SOL_SOCKET, cmsg_type = SO_TIMESTAMPING, cmsg_data = [@stamp_flags]}" },
	{ "do_stamp_send", 30, "sendto(@fdu, @zc_data, @seg_flags, @to, 16) = ..." },
	{ NULL, 12,
	  "sendmsg(@fdu, {msg_name(16) = @to, msg_iov(1) = [{@zc_data}], msg_control = "
	  "[@stamp_cmsg]}, @seg_flags) = ..." },
	{ NULL, 20, "send(@stream_fd, @zc_data, MSG_NOSIGNAL|MSG_DONTWAIT|@seg_flags) = ..." },
	{ NULL, 5,
	  "sendmsg(@stream_fd, {msg_iov(1) = [{@zc_data}], msg_control = [@stamp_cmsg]}, "
	  "MSG_NOSIGNAL|MSG_DONTWAIT|@seg_flags) = ..." },
	{ "stamped_fd", 10, "@fdu" },
	{ NULL, 6, "@stream_fd" },
	{ "do_stamp_odd", 6,
	  "getsockopt(@stamped_fd, SOL_SOCKET, @stamp_option, ..., @getlen) = ..." },
	{ NULL, 4, "setsockopt(@stamped_fd, SOL_SOCKET, SO_TIMESTAMPING, [@odd_stamp], 4) = ..." },
	{ NULL, 6,
	  "setsockopt(@stream_fd, SOL_SOCKET, SO_TIMESTAMPING, "
	  "[SOF_TIMESTAMPING_TX_SOFTWARE|SOF_TIMESTAMPING_SOFTWARE|SOF_TIMESTAMPING_TX_ACK|SOF_"
	  "TIMESTAMPING_OPT_TSONLY|SOF_TIMESTAMPING_OPT_STATS], 4) = ..." },
	{ NULL, 6,
	  "setsockopt(@fdu, SOL_SOCKET, SO_TXTIME, hex @txtime_clock~000000@h8~000000, 8) = ..." },
	{ NULL, 4,
	  "setsockopt(@fdu, SOL_SOCKET, SO_TXTIME, hex @txtime_clock~00000000000000, 8) = ..." },
	{ NULL, 2, "getsockopt(@fdu, SOL_SOCKET, SO_TXTIME, ..., [8]) = ..." },
	{ NULL, 8,
	  "sendmsg(@fdu, {msg_name(16) = @to, msg_iov(1) = [{@zc_data}], msg_control = "
	  "[{cmsg_level = SOL_SOCKET, cmsg_type = SCM_TXTIME, cmsg_data = hex "
	  "@h8@h8@h8@h8@h8@h8@h8~00}]}, @seg_flags) = ..." },
	{ "txtime_clock", 10, "01" },
	{ NULL, 5, "00" },
	{ NULL, 5, "0b" },
	{ NULL, 1, "@h8" },
	{ "stamp_option", 10, "SO_TIMESTAMPING" },
	{ NULL, 10, "SO_TIMESTAMPING_NEW" },
	{ NULL, 5, "SO_TIMESTAMPING_OLD" },
	{ NULL, 5, "SO_ZEROCOPY" },
	{ "odd_stamp", 3, "SOF_TIMESTAMPING_BIND_PHC" },
	{ NULL, 3, "SOF_TIMESTAMPING_MASK" },
	{ NULL, 3, "SOF_TIMESTAMPING_LAST" },
	{ NULL, 3, "SOF_TIMESTAMPING_SYS_HARDWARE" },
	{ NULL, 3, "SOF_TIMESTAMPING_RX_HARDWARE" },
	{ NULL, 3, "SOF_TIMESTAMPING_OPT_RX_FILTER|SOF_TIMESTAMPING_RX_SOFTWARE" },
	{ NULL, 1, "SOF_TIMESTAMPING_OPT_RX_FILTER|SOF_TIMESTAMPING_SOFTWARE" },
	{ "do_stamp_set", 20,
	  "setsockopt(@stamped_fd, SOL_SOCKET, SO_TIMESTAMPING, [@stamp_flags], 4) = ..." },
	{ NULL, 3,
	  "setsockopt(@stamped_fd, SOL_SOCKET, SO_TIMESTAMPING_NEW, [@stamp_flags], 4) = ..." },
	{ NULL, 3, "setsockopt(@fdu, SOL_IP, IP_PKTINFO, [@onoff], 4) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_SOCKET, SO_TIMESTAMPNS, [@onoff], 4) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_SOCKET, SO_ZEROCOPY, [@onoff], 4) = ..." },
	{ NULL, 1, "setsockopt(@fdu, SOL_IP, IP_RECVERR, [@onoff], 4) = ..." },
	{ "do_stamp_read", 30,
	  "recvmsg(@stamped_fd, {msg_name(16) = ..., msg_iov(1) = [{..., @seg_into}], msg_flags = "
	  "..., msg_control = ...}, MSG_ERRQUEUE) = ..." },
	{ NULL, 3,
	  "recvmsg(@stamped_fd, {msg_name(16) = ..., msg_iov(1) = [{..., @seg_into}], msg_flags = "
	  "..., msg_control = ..., msg_controllen = @outcontrollen}, MSG_ERRQUEUE) = ..." },
	{ "area_stamps", 40, "@do_stamp_send" },
	{ NULL, 35, "@do_stamp_read" },
	{ NULL, 15, "@do_stamp_set" },
	{ NULL, 8, "@do_stamp_odd" },
	{ NULL, 6, "@do_seg_recv" },
	{ NULL, 4, "recv(@stream_fd, ..., 100000, MSG_DONTWAIT) = ..." },
	{ NULL, 4, "@do_arp" },
	{ NULL, 4, "@pause" },
	{ NULL, 3, "@do_seg_size" },
	{ NULL, 2, "@do_icmp_error" },
	{ "gso_opening", 10, "" },
	{ NULL, 10, "@do_stream_pair" },
};

static const struct gen_slot slots[] = {
	{ "stamp_flags", put_stamp_flags },
	{ "seg_data", put_seg_data },
	{ "do_stream_pair", do_stream_pair },
	{ "stream_fd", put_stream_fd },
};

const struct gen_part gen_part_gso = { rows, ARRAY_SIZE(rows), slots, ARRAY_SIZE(slots) };
