// SPDX-License-Identifier: MIT
/* generate_call.c - the other calls; who makes them: threads that wait, processes, rights. */
#include "base/check.h"
#include "harness/diff/generate_internal.h"

/* A call that may wait for ever: of a thread that nothing else is asked of. */
static void do_block(struct gen *g)
{
	if (g->next_thread > GEN_THREADS)
		return;
	gen_expand(g, "@thread~@waiting_call");
}

/* read() and readv() know no flags: they must not wait. */
static void do_read(struct gen *g)
{
	struct gen_sock *s = gen_sock(g, gen_subject(g));

	if (s == NULL || gen_spoil(g)) {
		gen_expand(g, "@bad_read");
		return;
	}
	g->cur = s->fd;
	if (!s->nonblock) {
		s->nonblock = true;
		gen_putf(g, "fcntl(%d, F_SETFL, O_RDWR|O_NONBLOCK) = ...", s->fd);
		gen_expand(g, "\n");
	}
	gen_expand(g, "@read_call");
}

/* Sockets that share a file share this: none is sure not to wait any more. */
static void note_block(struct gen *g)
{
	struct gen_host *h = gen_host_of(g);

	for (u32 i = 0; i < h->nr_socks; i++)
		h->sock[i].nonblock = false;
}

static void do_signal(struct gen *g)
{
	gen_putf(g, "signal %u: ", g->last_blocked != 0 ? g->last_blocked : 1);
	gen_expand(g, "@signo_rule");
}

static void put_who(struct gen *g)
{
	gen_rule(g, g->forks ? "who_of_several" : "who_of_one");
}

static void do_process(struct gen *g)
{
	if (g->forks)
		gen_rule(g, "do_process_rule");
}

/* To be woken by so short a timer takes its own time. */
static void do_sleep(struct gen *g)
{
	if (!g->asks_time)
		gen_rule(g, "do_sleep_rule");
}

static void put_siocstamp(struct gen *g)
{
	gen_rule(g, g->asks_time ? "siocstamp_rule" : "siocother");
}

static const struct gen_row rows[] = {
	/* Who makes a call that does not wait. */
	{ "who_of_one", 60, "" },
	{ NULL, 1, "thread 14: " },
	{ NULL, 1, "thread 15: " },
	{ "who_of_several", 20, "" },
	{ NULL, 4, "process 2: " },
	{ NULL, 2, "process 3: " },
	{ NULL, 1, "thread 14: " },
	{ "do_poll", 10,
	  "poll([{fd = @fdu, events = @events, revents = ...}], 1, @timeout) = ..." },
	{ NULL, 5,
	  "poll([{fd = @fdu, events = @events, revents = ...}, {fd = @fdu, events = @events, "
	  "revents = ...}], 2, @timeout) = ..." },
	{ NULL, 1,
	  "poll([{fd = @fdu, events = @events, revents = ...}, {fd = @bad_fd, events = @events, "
	  "revents = ...}, {fd = -1, events = POLLIN, revents = ...}], 3, @timeout) = ..." },
	{ NULL, 1, "poll([], 0, @timeout) = ..." },
	{ NULL, 1, "poll(NULL, 0, @timeout) = ..." },
	{ NULL, -3, "poll(@badptr, @digit, 0) = ..." },
	{ NULL, -2, "poll([{fd = @fdu, events = POLLIN, revents = ...}], 1025, 0) = ..." },
	{ NULL, -2, "poll([{fd = @fdu, events = POLLIN, revents = ...}], -1, 0) = ..." },
	{ NULL, -2, "poll([{fd = @fdu, events = POLLIN, revents = ...}], @wild_many, 0) = ..." },
	{ NULL, -2, "poll([{fd = @bad_fd, events = POLLIN|POLLOUT, revents = ...}], 1, 0) = ..." },
	{ "events", 10, "POLLIN" },
	{ NULL, 6, "POLLOUT" },
	{ NULL, 6, "POLLIN|POLLOUT|POLLERR" },
	{ NULL, 3, "POLLPRI" },
	{ NULL, 3, "0" },
	{ NULL, 3, "POLLIN|POLLRDHUP|POLLPRI" },
	{ NULL, 5, "@pollbit" },
	{ NULL, 4, "POLLOUT|@pollbit|@pollbit" },
	{ NULL, 1, "0xffff" },
	{ "timeout", 20, "0" },
	{ NULL, 5, "1" },
	{ NULL, 4, "10" },
	{ NULL, 3, "@digit@digit@digit" },
	{ NULL, 1, "5000" },
	{ "do_fcntl", 5, "fcntl(@fd, F_GETFL) = ..." },
	{ NULL, 3, "fcntl(@fd, F_GETFL, 0) = ..." },
	{ NULL, 3, "fcntl(@fd, F_GETFD) = ..." },
	{ NULL, 3, "fcntl(@fd, F_SETFD, @fdflag) = ..." },
	{ NULL, 5, "fcntl(@fd, F_SETFL, O_RDWR|O_NONBLOCK@oflags) = ...@note_nonblock" },
	{ NULL, 3, "fcntl(@fd, F_SETFL, O_RDWR@oflags) = ...@note_block" },
	{ NULL, 1, "fcntl(@fd, F_SETFL, O_RDWR|O_DIRECT) = ..." },
	{ NULL, 2, "fcntl(@fd, F_DUPFD_QUERY, @fdu) = ..." },
	{ NULL, 5, "fcntl(@fd, @fcntl_zero, 0) = ..." },
	{ NULL, 2, "fcntl(@fd, @fcntl_none, 0) = ..." },
	{ NULL, 1, "fcntl(@fd, F_GET_RW_HINT, 0x1) = ..." },
	{ NULL, 2, "fcntl(@fd, @odd_option, 0) = ..." },
	{ NULL, 1, "fcntl(@fd, F_DUPFD, @bad_dup) = ..." },
	{ NULL, -3, "fcntl(@bad_fd, F_GETFL) = ..." },
	/* Constants of which no socket knows, where nothing is looked for. */
	{ "do_odd_call", 10, "ioctl(@bad_fd, @sioc, @badptr) = ..." },
	{ NULL, 5, "ioctl(@bad_fd, @sioc, @badptr) = ...\nioctl(@bad_fd, @sioc, @badptr) = ..." },
	{ NULL, 5, "fcntl(@bad_fd, @fcmd, 0) = ...\nfcntl(@bad_fd, @fcmd, 0) = ..." },
	{ NULL, 4, "fcntl(@fd, F_SETFL, O_RDWR|@oflag|@oflag) = ...@note_block" },
	{ NULL, 2, "@do_not_sock" },
	{ NULL, 1, "fcntl(@fd, F_DUPFD, 1023) = ...\nfcntl(@cur, F_DUPFD, 1023) = ..." },
	{ "bad_dup", 1, "-1" },
	{ NULL, 1, "1024" },
	{ NULL, 1, "2147483647" },
	{ "fdflag", 2, "FD_CLOEXEC" },
	{ NULL, 2, "0" },
	{ NULL, 1, "2" },
	{ "oflags", 10, "" },
	{ NULL, 2, "|O_APPEND" },
	{ NULL, 2, "|FASYNC" },
	{ NULL, 2, "|O_NOATIME" },
	{ NULL, 2, "|O_CREAT|O_CLOEXEC" },
	{ NULL, 1, "|0x40000000" },
	{ "fcntl_zero", 1, "F_GETOWN" },
	{ NULL, 1, "F_GETSIG" },
	{ NULL, 1, "F_SETOWN" },
	{ NULL, 1, "F_SETSIG" },
	{ NULL, 1, "F_GETLEASE" },
	{ NULL, 1, "F_CREATED_QUERY" },
	{ "fcntl_none", 1, "F_GETPIPE_SZ" },
	{ NULL, 1, "F_SETPIPE_SZ" },
	{ NULL, 1, "F_GET_SEALS" },
	{ NULL, 1, "F_ADD_SEALS" },
	{ NULL, 1, "F_SETLEASE" },
	{ NULL, 1, "F_CANCELLK" },
	{ "do_ioctl", 6, "ioctl(@fdu, FIONREAD, [...]) = ..." },
	{ NULL, 2, "ioctl(@fdu, SIOCINQ, [...]) = ..." },
	{ NULL, 6, "ioctl(@fdu, TIOCOUTQ, [...]) = ..." },
	{ NULL, 2, "ioctl(@fdu, SIOCOUTQ, [...]) = ..." },
	{ NULL, 3, "ioctl(@fdu, FIONBIO, [1]) = ...@note_nonblock" },
	{ NULL, 1, "ioctl(@fdu, FIONBIO, [0]) = ...@note_block" },
	{ NULL, 4, "ioctl(@fdu, @siocget, [...]) = ..." },
	{ NULL, 4, "ioctl(@fdu, @siocnone, [@digit]) = ..." },
	{ NULL, 2, "ioctl(@fd, @fioc, NULL) = ..." },
	{ NULL, 2, "ioctl(@fd, FIOCLEX) = ..." },
	{ NULL, 1, "ioctl(@fd, FIONCLEX) = ..." },
	{ NULL, 1, "ioctl(@fdu, FIOASYNC, [@onoff]) = ..." },
	{ NULL, 1, "ioctl(@fdu, FIOSETOWN, [0]) = ..." },
	{ NULL, 1, "ioctl(@fdu, SIOCSPGRP, [0]) = ..." },
	{ NULL, 2, "ioctl(@fdu, @siocdev, @badptr) = ..." },
	{ NULL, 1, "ioctl(@fdu, 0x@h8@h8, [@digit]) = ..." },
	{ NULL, -4, "ioctl(@fdu, FIONREAD, @badptr) = ..." },
	{ NULL, -3, "ioctl(@fdu, @siocget, @badptr) = ..." },
	{ NULL, -3, "ioctl(@fdu, FIONBIO, @badptr) = ..." },
	{ NULL, -3, "ioctl(@bad_fd, FIONREAD, [...]) = ..." },
	{ "siocget", 9, "@siocstamp" },
	{ NULL, 3, "@siocother" },
	{ "siocstamp_rule", 3, "SIOCGSTAMP" },
	{ NULL, 2, "SIOCGSTAMPNS" },
	{ NULL, 1, "SIOCGSTAMP_OLD" },
	{ NULL, 1, "SIOCGSTAMPNS_OLD" },
	{ NULL, 1, "SIOCGSTAMP_NEW" },
	{ NULL, 1, "SIOCGSTAMPNS_NEW" },
	{ "siocother", 1, "FIOGETOWN" },
	{ NULL, 1, "SIOCGPGRP" },
	{ NULL, 1, "FIGETBSZ" },
	{ "siocnone", 1, "SIOCATMARK" },
	{ NULL, 1, "SIOCOUTQNSD" },
	{ NULL, 1, "SIOCRTMSG" },
	{ NULL, 1, "SIOCGIFBR" },
	{ NULL, 1, "SIOCBRADDBR" },
	{ NULL, 1, "SIOCGIFVLAN" },
	{ NULL, 1, "SIOCGIFCOUNT" },
	{ NULL, 1, "SIOCDRARP" },
	{ NULL, 1, "SIOCADDDLCI" },
	{ NULL, 1, "SIOCPROTOPRIVATE" },
	{ NULL, 1, "TCGETS" },
	{ NULL, 1, "TIOCEXCL" },
	{ NULL, 1, "TIOCNXCL" },
	{ NULL, 1, "FIOQSIZE" },
	{ NULL, 1, "FIBMAP" },
	{ NULL, 1, "FIFREEZE" },
	{ NULL, 1, "FITHAW" },
	{ NULL, 1, "FS_IOC_FIEMAP" },
	{ "fioc", 1, "FIOCLEX" },
	{ NULL, 1, "FIONCLEX" },
	{ NULL, 1, "FIOQSIZE" },
	{ NULL, 1, "FITHAW" },
	{ NULL, 1, "TCGETS" },
	{ "siocdev", 1, "SIOCGIFNAME" },
	{ NULL, 1, "SIOCGIFMTU" },
	{ NULL, 1, "SIOCGIFHWADDR" },
	{ NULL, 1, "SIOCGIFINDEX" },
	{ NULL, 1, "SIOCGIFFLAGS" },
	{ NULL, 1, "SIOCETHTOOL" },
	{ NULL, 1, "SIOCGIFMETRIC" },
	{ NULL, 1, "SIOCGIFTXQLEN" },
	{ "do_sleep_rule", 10, "nanosleep({tv_sec = 0, tv_nsec = @nsec}, NULL) = ..." },
	{ NULL, 2, "nanosleep({tv_sec = 1, tv_nsec = @nsec}, {tv_sec = 0, tv_nsec = 0}) = ..." },
	{ NULL, -2, "nanosleep({tv_sec = -1, tv_nsec = 0}, NULL) = ..." },
	{ NULL, -2, "nanosleep({tv_sec = 0, tv_nsec = 1000000000}, NULL) = ..." },
	{ NULL, -2, "nanosleep(@badptr, NULL) = ..." },
	{ NULL, -2, "nanosleep({tv_sec = 0, tv_nsec = 1000}, 0x1) = ..." },
	{ "nsec", 4, "0" },
	{ NULL, 4, "1000000" },
	{ NULL, 4, "@digit@digit@digit~00000" },
	{ NULL, 2, "999999999" },
	{ NULL, 2, "1" },
	{ "bad_read", 4, "read(@bad_fd, @into) = ..." },
	{ NULL, 2, "readv(@bad_fd, [{@into}], 1) = ..." },
	{ NULL, 2, "write(@bad_fd, @data) = ..." },
	{ NULL, 2, "writev(@bad_fd, [{@data}], 1) = ..." },
	{ "read_call", 10, "@who~read(@cur, @into) = ..." },
	{ NULL, 6, "@who~readv(@cur, [{@into}, {@into}], 2) = ..." },
	{ NULL, 2, "readv(@cur, [{@into}], 1) = ..." },
	{ NULL, 1, "readv(@cur, [{@into}, {..., 0}, {@into}], 3) = ..." },
	{ NULL, -2, "readv(@cur, @badptr, 1) = ..." },
	{ NULL, -2, "readv(@cur, [{@into}], @iovlen) = ..." },
	{ NULL, -1, "readv(@cur, NULL, 0) = ..." },
	/* Threads. */
	{ "waiting_call", 20, "recv(@fdb, @into, 0) = ..." },
	{ NULL, 8, "recvfrom(@fdb, @into, @recv_flags, @from_out) = ..." },
	{ NULL, 8,
	  "recvmsg(@fdb, {msg_name(16) = ..., msg_iov(1) = [{@into}], msg_flags = ..., msg_control "
	  "= ...}, @recv_flags) = ..." },
	{ NULL, 5, "read(@fdb, @into) = ..." },
	{ NULL, 2, "readv(@fdb, [{@into}], 1) = ..." },
	{ NULL, 10,
	  "poll([{fd = @fdb, events = @events, revents = ...}], 1, @long_timeout) = ..." },
	{ NULL, 4,
	  "poll([{fd = @fdb, events = POLLIN, revents = ...}, {fd = @fdu, events = @events, "
	  "revents = ...}], 2, @long_timeout) = ..." },
	{ NULL, 3, "nanosleep({tv_sec = @digit, tv_nsec = 1000000}, NULL) = ..." },
	{ NULL, 3, "sendto(@fdu, ..., @len, 0, @to, 16) = ..." },
	{ "long_timeout", 10, "-1" },
	{ NULL, 5, "1000" },
	{ NULL, 5, "@digit@digit" },
	{ NULL, 2, "@digit@digit@digit@digit" },
	{ NULL, 1, "-5" },
	{ "do_wait_and_wake", 10, "@do_block\n@do_frame_match" },
	{ NULL, 5, "@do_block\n@now+.0@digit @do_frame_match" },
	{ NULL, 5, "@do_block\n@do_block\n@do_frame_match\n@do_frame_match" },
	{ NULL, 10, "@do_block\n@do_signal" },
	{ NULL, 3, "@do_block\n@do_close" },
	{ NULL, 5, "@do_block\nshutdown(@cur, @shut) = ..." },
	{ NULL, 4, "@do_block\n@do_icmp_error" },
	{ NULL, 3, "@do_block\nconnect(@cur, {sa_family = AF_UNSPEC}, 16) = ..." },
	{ NULL, 3,
	  "setsockopt(@fdb, SOL_SOCKET, SO_RCVTIMEO, {tv_sec = @tv_sec, tv_usec = @tv_usec}, 16) = "
	  "...\n@thread~recv(@cur, @into, 0) = ...\n@pause" },
	{ NULL, 3, "@do_block\nfcntl(@cur, F_SETFL, O_RDWR|O_NONBLOCK) = ...\n@do_frame_match" },
	{ NULL, 2,
	  "setsockopt(@fdb, SOL_SOCKET, SO_RCVLOWAT, [@value], 4) = ...\n@thread~recv(@cur, @into, "
	  "MSG_WAITALL) = ...\n@do_frame_match" },
	{ NULL, 2, "@do_block\n@do_link" },
	/* Who waited, for a time only, waits once more. */
	{ NULL, 3, "@thread~@timed_wait@woken\n@thread_again~@timed_wait@woken\n@pause" },
	{ NULL, 3,
	  "setsockopt(@fdb, SOL_SOCKET, SO_RCVTIMEO, {tv_sec = 0, tv_usec = @wait_usec}, 16) = "
	  "...\n@thread~recv(@cur, @into, 0) = "
	  "...@woken\n@thread_again~@timed_wait@woken\n@pause" },
	{ NULL, 2,
	  "@thread~@timed_wait@woken\nsetsockopt(@fdb, SOL_SOCKET, SO_RCVTIMEO, {tv_sec = 0, "
	  "tv_usec "
	  "= @wait_usec}, 16) = ...\n@thread_again~recv(@cur, @into, 0) = ...@woken\n@pause" },
	{ "timed_wait", 6,
	  "poll([{fd = @fdb, events = POLLIN, revents = ...}], 1, @wait_msec) = ..." },
	{ NULL, 1, "nanosleep({tv_sec = 0, tv_nsec = @wait_usec~000}, NULL) = ..." },
	{ NULL, 2,
	  "poll([{fd = @fdb, events = POLLIN, revents = ...}, {fd = @fdu, events = POLLPRI, "
	  "revents = ...}], 2, @wait_msec) = ..." },
	/* Never 0, which is for ever, nor the very instant at which a frame comes. */
	{ "wait_msec", 2, "5" },
	{ NULL, 4, "@digit~5" },
	{ NULL, 2, "1@digit~5" },
	{ "wait_usec", 2, "5000" },
	{ NULL, 4, "@digit~5000" },
	{ NULL, 2, "1@digit~5000" },
	{ "woken", 4, "\n@do_frame_match" },
	{ NULL, 3, "\n@now+.0@digit @do_frame_match" },
	{ NULL, 3, "" },
	{ "signo_rule", 4, "SIGUSR1" },
	{ NULL, 10, "@signo" },
	/* Processes: each has its own descriptors from the moment it is named. */
	{ "do_process_rule", 10, "process 2: @process_call" },
	{ NULL, 4, "process 3: @process_call" },
	{ NULL, 1, "process 4: @process_call" },
	{ NULL, 2, "thread 12: process 2: @process_call" },
	{ "process_call", 5, "close(@fd) = ..." },
	{ NULL, 5, "getsockname(@fd, ..., [16]) = ..." },
	{ NULL, 5, "sendto(@fdu, @data, @send_flags, @to, 16) = ..." },
	{ NULL, 5, "recv(@fdb, @into, MSG_DONTWAIT) = ..." },
	{ NULL, 3, "socket(AF_INET, SOCK_DGRAM, 0) = ..." },
	{ NULL, 3, "bind(@fdu, @some_sockaddr, 16) = ..." },
	{ NULL, 2, "dup(@fd) = ..." },
	{ NULL, 2, "fcntl(@fd, F_GETFD) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_SOCKET, SO_PRIORITY, [@digit], 4) = ..." },
	/* Rights. */
	{ "do_rights", 10, "cap drop @cap" },
	{ NULL, 2, "cap add @cap" },
	{ NULL, 6, "uid 1000" },
	{ NULL, 3, "uid 0" },
	{ NULL, 2, "uid @u16" },
	{ "cap", 3, "CAP_NET_BIND_SERVICE" },
	{ NULL, 3, "CAP_NET_ADMIN" },
	{ NULL, 3, "CAP_NET_RAW" },
	{ NULL, 1, "CAP_NET_BROADCAST" },
	{ "do_needs_rights", 6,
	  "bind(@fdu, {sa_family = AF_INET, sin_port = htons(@low_port), sin_addr = "
	  "inet_addr(\"0.0.0.0\")}, 16) = ..." },
	{ NULL, 3, "@do_socket" },
	{ NULL, 3, "setsockopt(@fdu, SOL_SOCKET, @so_rights, [@value], 4) = ..." },
	{ NULL, 3, "setsockopt(@fdu, SOL_SOCKET, SO_BINDTODEVICE, @devname, @devnamelen) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_IP, IP_TRANSPARENT, [1], 4) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_IP, IP_TOS, [@tos], 4) = ..." },
	{ NULL, 2,
	  "sendmsg(@fdu, {msg_name(16) = @to, msg_iov(1) = [{@data}], msg_control = [@cmsg]}, 0) = "
	  "..." },
	{ NULL, 1, "ioctl(@fdu, @siocget, [...]) = ..." },
	{ "low_port", 3, "80" },
	{ NULL, 2, "1023" },
	{ NULL, 1, "1" },
	{ NULL, 1, "1024" },
	{ "so_rights", 3, "SO_MARK" },
	{ NULL, 3, "SO_PRIORITY" },
	{ NULL, 2, "SO_RCVBUFFORCE" },
	{ NULL, 2, "SO_SNDBUFFORCE" },
	{ NULL, 1, "SO_DEBUG" },
	{ NULL, 1, "SO_BUSY_POLL" },
	{ NULL, 1, "SO_PREFER_BUSY_POLL" },
	{ NULL, 1, "SO_BUSY_POLL_BUDGET" },
	{ NULL, 1, "SO_BINDTOIFINDEX" },
	{ NULL, 1, "SO_TXTIME" },
	{ NULL, 1, "SO_RCVMARK" },
	{ NULL, 1, "SO_RESERVE_MEM" },
	/* Socket calls of several sockets at one port. */
	{ "do_share", 10,
	  "@do_socket\nsetsockopt(@cur, SOL_SOCKET, @so_share, [1], 4) = ...\n@do_bind" },
	{ NULL, 5, "@do_socket\n@do_bind\n@do_connect" },
	{ NULL, 5, "setsockopt(@fdu, SOL_SOCKET, @so_share, [@onoff], 4) = ...\n@do_bind" },
	{ "so_share", 1, "SO_REUSEADDR" },
	{ NULL, 1, "SO_REUSEPORT" },
};

static const struct gen_slot slots[] = {
	{ "do_block", do_block },	{ "do_read", do_read },	      { "note_block", note_block },
	{ "do_signal", do_signal },	{ "do_process", do_process }, { "who", put_who },
	{ "siocstamp", put_siocstamp }, { "do_sleep", do_sleep },
};

const struct gen_part gen_part_call = { rows, ARRAY_SIZE(rows), slots, ARRAY_SIZE(slots) };
