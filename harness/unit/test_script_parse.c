// SPDX-License-Identifier: MIT
/* test_script_parse.c - the text of scripts: what is refused and how that is said, and that what is
 * taken is printed in one way only, which parses to the same.
 *
 * Calls, types, forms and directives are enumerated from the tables of the grammar. Packets have
 * test_script_packet.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <glob.h>
#include <cmocka.h>

#include "core/net.h"
#include "core/skbuff.h"
#include "harness/script/parse_internal.h"

enum { LINE = 2000, MUTANTS = 30000 };

/* Out of memory that ends where the text does. */
static struct script *parse(const char *text, size_t len, struct script_error *err)
{
	char *exact = malloc(len != 0 ? len : 1);
	struct script *s;

	assert_non_null(exact);
	memcpy(exact, text, len);
	s = script_parse("inline", exact, len, err);
	free(exact);
	return s;
}

static struct script *must_parse(const char *text)
{
	struct script_error err;
	struct script *s = parse(text, strlen(text), &err);

	if (s == NULL)
		print_error("%s\n%u:%u: %s\n", text, err.line, err.column, err.text);
	assert_non_null(s);
	return s;
}

/* What is printed parses to the same, and prints the same again. Returns what is printed. */
static char *fixpoint(const struct script *s)
{
	size_t len;
	char *text = script_print(s, PRINT_COMMENTS, &len), *again;
	struct script_error err;
	struct script *back;

	assert_int_equal(strlen(text), len);
	assert_true(script_check(s, &err));
	back = must_parse(text);
	assert_true(script_equal(s, back));
	assert_true(script_equal(back, s));
	again = script_print(back, PRINT_COMMENTS, NULL);
	assert_string_equal(text, again);
	free(again);
	script_free(back);
	return text;
}

static void prints(const char *text, const char *as)
{
	struct script *s = must_parse(text);
	char *printed = fixpoint(s);

	assert_string_equal(printed, as);
	free(printed);
	script_free(s);
}

/* --- what is refused ----------------------------------------------------------------------------
 */

static const struct {
	const char *text;
	u32 line, column;
	const char *message;
} refused[] = {
	{ "foo\n", 1, 1, "expected a statement, found 'foo'" },
	{ "sockt(AF_INET, SOCK_DGRAM, 0) = 3\n", 1, 1,
	  "expected a system call, found 'sockt': did you mean socket?" },
	{ "+0 advnce 1s\n", 1, 4, "expected a statement, found 'advnce': did you mean advance?" },
	{ "+0\n", 1, 3,
	  "expected a system call, a packet (< or >), a command in ` `, %{ python }% or another "
	  "statement, found the end of the line" },
	{ "@\n", 1, 1,
	  "expected a system call, a packet (< or >), a command in ` `, %{ python }% or another "
	  "statement, found '@'" },
	{ "12abc socket(..., 1, 0) = 3\n", 1, 3,
	  "expected a blank behind the time, which is in seconds, found 'abc'" },
	{ "+0 socket(..., 1, 0) = 3 +0 close(3) = 0\n", 1, 26,
	  "expected the end of the line, found '+'" },
	{ "}\n", 1, 1,
	  "expected a system call, a packet (< or >), a command in ` `, %{ python }% or another "
	  "statement, found '}'" },
	{ "\001\n", 1, 1,
	  "expected a system call, a packet (< or >), a command in ` `, %{ python }% or another "
	  "statement, found byte 0x01" },
	{ "--mtu=1500 x\n", 1, 12, "expected the end of the line, found 'x'" },
	{ "--\n", 1, 3, "expected the name of an option, found the end of the line" },
	{ "+0 close(3) = 0\n--mtu=1500\n", 2, 1, "options come before the first statement" },
	{ "+0 close(3) = 0 x\n", 1, 17, "expected the name of an error, found 'x'" },
	{ "`ls\n", 1, 1, "expected '`' somewhere behind this, found the end of the file" },
	{ "%{ x\n", 1, 1, "expected '}%' somewhere behind this, found the end of the file" },
	{ "/* x\n\n", 1, 1, "expected '*/' somewhere behind this, found the end of the file" },
	{ "`ls` x\n", 1, 6, "expected the end of the line, found 'x'" },
	{ "+0 close(3) = 0 // a\001b\n", 1, 21, "expected text, found byte 0x01" },
	{ "+1e9 close(3) = 0\n", 1, 3,
	  "expected a blank behind the time, which is in seconds, found 'e9'" },
	{ "+.1234567890 close(3) = 0\n", 1, 2,
	  "expected a time of at most nine digits behind the point" },
	{ "1000000001 close(3) = 0\n", 1, 1, "expected a time in seconds of at most 1000000000" },
	{ "1000000000.1 close(3) = 0\n", 1, 1, "expected a time in seconds of at most 1000000000" },
	{ "200ms close(3) = 0\n", 1, 4,
	  "expected a blank behind the time, which is in seconds, found 'ms'" },
	{ "+ close(3) = 0\n", 1, 3, "expected a time in seconds, found 'close'" },
	{ "+0~.1 > udp (5)\n", 1, 4, "expected '+', found '.'" },
	{ "+.2~+.1 > udp (5)\n", 1, 9, "this time ends before it begins" },
	{ "+0~+.1 close(3) = 0\n", 1, 8, "a time with ~ is for packets that are expected (>)" },
	{ "* close(3) = 0\n", 1, 3, "a time * is for packets that are expected (>)" },
	{ "* < udp (5)\n", 1, 3, "a time * is for packets that are expected (>)" },
	{ "+.2....1 read(3, ..., 1) = 1\n", 1, 10, "this time ends before it begins" },
	{ "0...1 > udp (5)\n", 1, 7, "a time with ... is for system calls" },
	{ "+0...x read(3, ..., 1) = 1\n", 1, 6, "expected a time in seconds, found 'x'" },
	{ "thread 0: close(3) = 0\n", 1, 8, "expected a number from 1, found '0'" },
	{ "thread 16: close(3) = 0\n", 1, 8, "expected a number from 1 of at most 15" },
	{ "process 5: close(3) = 0\n", 1, 9, "expected a number from 1 of at most 4" },
	{ "thread 2 close(3) = 0\n", 1, 10, "expected ':', found 'close'" },
	{ "thread 2: thread 3: close(3) = 0\n", 1, 11, "this statement has two thread numbers" },
	{ "thread 2: advance 1s\n", 1, 11, "only a system call has a thread or a process" },
	{ "thread 2: `ls`\n", 1, 11, "only a system call has a thread or a process" },
	{ "host a {\n}\n", 1, 6, "expected a host: b, c or d (a is the script's own), found 'a'" },
	{ "host e {\n}\n", 1, 6, "expected a host: b, c or d (a is the script's own), found 'e'" },
	{ "host b\n", 1, 7, "expected '{', found the end of the line" },
	{ "host b { close(3) = 0\n}\n", 1, 10, "expected the end of the line, found 'close'" },
	{ "host b {\nhost c {\n}\n}\n", 2, 1, "a block of a host inside another one" },
	{ "host b {\nclose(3) = 0\n", 1, 1,
	  "expected '}' somewhere behind this, found the end of the file" },
	{ "host b {\n--mtu=1\n}\n", 2, 1, "options come before the first statement" },
	{ "host b {\n} x\n", 2, 3, "expected the end of the line, found 'x'" },
	{ "socket(AF_INET, SOCK_DGRAM) = 3\n", 1, 27,
	  "socket takes 3 arguments: expected a protocol, found ')'" },
	{ "socket(AF_INET, SOCK_DGRAM, 0, 1) = 3\n", 1, 30,
	  "socket takes 3 arguments: expected ')', found ','" },
	{ "close() = 0\n", 1, 7, "expected a file descriptor, found ')'" },
	{ "close(3, 4) = 0\n", 1, 8, "close takes 1 argument: expected ')', found ','" },
	{ "close(3)\n", 1, 9, "expected '=', found the end of the line" },
	{ "close(3) 0\n", 1, 10, "expected '=', found '0'" },
	{ "close(3) =\n", 1, 11, "expected a number, found the end of the line" },
	{ "close 3\n", 1, 7, "expected '(', found '3'" },
	{ "socket 3\n", 1, 8, "expected '(', found '3'" },
	{ "hots b {\n}\n", 1, 1, "expected a statement, found 'hots': did you mean host?" },
	{ "thred 2: close(3) = 0\n", 1, 1,
	  "expected a statement, found 'thred': did you mean thread?" },
	{ "proces 2: close(3) = 0\n", 1, 1,
	  "expected a statement, found 'proces': did you mean process?" },
	{ "close(3 = 0\n", 1, 9, "expected ')', found '='" },
	{ "close(\"x\") = 0\n", 1, 7,
	  "expected a file descriptor as argument 1 of close, found a string" },
	{ "close([3]) = 0\n", 1, 7, "expected a file descriptor, found '['" },
	{ "close({3}) = 0\n", 1, 7, "expected a file descriptor, found '{'" },
	{ "close(NULL) = 0\n", 1, 7,
	  "expected a file descriptor as argument 1 of close, found NULL" },
	{ "close(AF_INET) = 0\n", 1, 7,
	  "expected a file descriptor as argument 1 of close, found AF_INET" },
	{ "bind(3, 16, [16]) = 0\n", 1, 13, "expected a length, found '['" },
	{ "bind(3, -1, 16) = 0\n", 1, 9,
	  "expected a socket address as argument 2 of bind, found -1" },
	{ "bind(3, \"x\", 16) = 0\n", 1, 9,
	  "expected a socket address as argument 2 of bind, found a string" },
	{ "bind(3, {sa_fmily = AF_INET}, 16) = 0\n", 1, 10,
	  "expected a field, found 'sa_fmily': did you mean sa_family?" },
	{ "bind(3, {whatever = AF_INET}, 16) = 0\n", 1, 10,
	  "expected sa_family, sin_port, sin_addr, sun_path, sll_protocol, sll_ifindex, "
	  "sll_hatype, sll_pkttype, sll_halen, sll_addr, spkt_device or spkt_protocol, found "
	  "'whatever'" },
	{ "bind(3, {sa_family = AF_INET, sa_family = AF_INET}, 16) = 0\n", 1, 31,
	  "expected another field, found 'sa_family' again" },
	{ "bind(3, {sa_family AF_INET}, 16) = 0\n", 1, 20, "expected '=', found 'AF_INET'" },
	{ "bind(3, {sin_port = 7}, 16) = 0\n", 1, 21, "expected htons(PORT) as sin_port, found 7" },
	{ "bind(3, {sin_port = inet_addr(\"1.2.3.4\")}, 16) = 0\n", 1, 21,
	  "expected htons(PORT) as sin_port, found inet_addr(\"1.2.3.4\")" },
	{ "bind(3, {sin_port = htons(65536)}, 16) = 0\n", 1, 27,
	  "expected a port of at most 65535 as sin_port, found 65536" },
	{ "bind(3, {sin_port = htons(-1)}, 16) = 0\n", 1, 27,
	  "expected a port of at most 65535 as sin_port, found -1" },
	{ "bind(3, {sin_port = ntohs(1)}, 16) = 0\n", 1, 21,
	  "expected htons or inet_addr, found 'ntohs'" },
	{ "bind(3, {sin_addr = inet_addr(\"1.2.3\")}, 16) = 0\n", 1, 31,
	  "expected an IPv4 address in quotes as sin_addr, found a string" },
	{ "bind(3, {sin_addr = inet_addr(\"\")}, 16) = 0\n", 1, 31,
	  "expected an IPv4 address in quotes as sin_addr, found a string" },
	{ "bind(3, {sin_addr = inet_addr(\"1.2.3.256\")}, 16) = 0\n", 1, 31,
	  "expected an IPv4 address in quotes as sin_addr, found a string" },
	{ "bind(3, {sin_addr = inet_addr(\"1.2.3.0004\")}, 16) = 0\n", 1, 31,
	  "expected an IPv4 address in quotes as sin_addr, found a string" },
	{ "bind(3, {sin_addr = inet_addr(\"1.2.3.4.\")}, 16) = 0\n", 1, 31,
	  "expected an IPv4 address in quotes as sin_addr, found a string" },
	{ "bind(3, {sin_addr = inet_addr(1)}, 16) = 0\n", 1, 31,
	  "expected a string as sin_addr, found 1" },
	{ "bind(3, {sa_family = AF_INET,}, 16) = 0\n", 1, 30, "expected a field, found '}'" },
	{ "bind(3, {sa_family = AF_INET; 1}, 16) = 0\n", 1, 29, "expected ',' or '}', found ';'" },
	{ "bind(3, {1, 2}, 16) = 0\n", 1, 10, "expected a field, found '1'" },
	{ "read(3, hex 0, 1) = 1\n", 1, 13,
	  "expected two hexadecimal digits a byte, found 1 digits" },
	{ "read(3, hex, 1) = 1\n", 1, 12, "expected bytes as hexadecimal digits, found ','" },
	{ "read(3, hex xy, 1) = 1\n", 1, 13, "expected bytes as hexadecimal digits, found 'xy'" },
	{ "read(3, pattern, 1) = 1\n", 1, 16, "expected the seed of a pattern, found ','" },
	{ "read(3, \"ab, 1) = 1\n", 1, 9, "this string has no end on its line: expected '\"'" },
	{ "read(3, \"\\q\", 1) = 1\n", 1, 10,
	  "expected an escape as C has it, like \\n, \\x00 or \\0" },
	{ "read(3, \"\\400\", 1) = 1\n", 1, 10, "expected an octal escape of at most \\377" },
	{ "read(3, 18446744073709551616, 1) = 1\n", 1, 9,
	  "expected a number of at most 18446744073709551615" },
	{ "read(3, 0x, 1) = 1\n", 1, 9, "expected a number, found '0x'" },
	{ "read(3, 1x, 1) = 1\n", 1, 9, "expected a number, found '1x'" },
	{ "read(-9223372036854775809, ..., 1) = 1\n", 1, 6,
	  "expected a number of at least -9223372036854775808" },
	{ "read(- 1, ..., 1) = 1\n", 1, 8, "expected a number, found '1'" },
	{ "recvfrom(3, ..., 1, 0, ..., [16->]) = 1\n", 1, 34, "expected a number, found ']'" },
	{ "recvfrom(3, ..., 1, 0, ..., [16, 17]) = 1\n", 1, 29,
	  "expected one value in brackets as argument 6 of recvfrom, found a list" },
	{ "recvfrom(3, ..., 1, 0, ..., []) = 1\n", 1, 29,
	  "expected one value in brackets as argument 6 of recvfrom, found a list" },
	{ "recvfrom(3, ..., 1, 0, ..., [16->17, 1]) = 1\n", 1, 29,
	  "expected one value in brackets as argument 6 of recvfrom, found a list" },
	{ "recvfrom(3, ..., 1, 0, ..., [\"x\"]) = 1\n", 1, 30,
	  "expected a number as argument 6 of recvfrom, found a string" },
	{ "recvfrom(3, ..., 1, 0, ..., [[16]]) = 1\n", 1, 30, "expected a number, found '['" },
	{ "recvfrom(3, ..., 1, 0, ..., 16->17) = 1\n", 1, 31, "expected ')', found '-'" },
	{ "send(3, ..., 1, MSG_PEEK|) = 1\n", 1, 26, "expected a constant or a number, found ')'" },
	{ "send(3, ..., 1, MSG_PEEK|\"x\") = 1\n", 1, 26,
	  "expected a constant or a number, found a string" },
	{ "send(3, ..., 1, ...|MSG_PEEK) = 1\n", 1, 20, "expected ')', found '|'" },
	{ "send(3, ..., 1, [[[[[[[[[[[[[[[[[[[[0]) = 1\n", 1, 17,
	  "expected message flags, found '['" },
	{ "listen(3, 1|2) = 0\n", 1, 11,
	  "expected a number as argument 2 of listen, found several constants" },
	{ "sendmsg(3, {msg_name ..., msg_iov(1) = []}, 0) = 0\n", 1, 22,
	  "expected '(', found '...'" },
	{ "sendmsg(3, {msg_namelen = 16, msg_name = ...}, 0) = 0\n", 1, 13,
	  "expected msg_name before its length" },
	{ "writev(3, [{iov_len = 1, ...}], 1) = 0\n", 1, 21, "expected ',', found '='" },
	{ "sendmsg(3, {msg_name(...) = ..., msg_iov(1) = {}}, 0) = 0\n", 1, 47,
	  "expected buffers [{..., 100}], found '{'" },
	{ "sendmsg(3, {msg_iov(1) = [{...}]}, 0) = 0\n", 1, 31, "expected ',', found '}'" },
	{ "sendmsg(3, {msg_iov(1) = [{..., 1, 2}]}, 0) = 0\n", 1, 34, "expected '}', found ','" },
	{ "sendmsg(3, {msg_iov(\"1\") = [{..., 1}]}, 0) = 0\n", 1, 21,
	  "expected a number as msg_iov, found a string" },
	{ "sendmsg(3, {msg_iov(1) = [{..., \"1\"}]}, 0) = 0\n", 1, 33,
	  "expected a number as iov_len, found a string" },
	{ "poll([{fd = 3,\n  events = POLLIN,\n revnts = 0}], 1, 0) = 1\n", 3, 2,
	  "expected a field, found 'revnts': did you mean revents?" },
	{ "fcntl(3) = 0\n", 1, 8,
	  "fcntl takes 2 or 3 arguments: expected an fcntl command, found ')'" },
	{ "fcntl(3, F_GETFL, 0, 1) = 0\n", 1, 20,
	  "fcntl takes 2 or 3 arguments: expected ')', found ','" },
	{ "sigprocmask(SIG_BLOCK, SIGIO, NULL) = 0\n", 1, 24,
	  "expected signals [SIGIO] as argument 2 of sigprocmask, found SIGIO" },
	{ "sigpending() = 0\n", 1, 12, "expected signals [SIGIO], found ')'" },
	{ "sigaction(SIGUSR1, {sa_handlr = SIG_IGN}, NULL) = 0\n", 1, 21,
	  "expected a field, found 'sa_handlr': did you mean sa_handler?" },
	{ "sigaction(SIGUSR1, {sa_mask = 0}, NULL) = 0\n", 1, 21,
	  "expected sa_handler or sa_flags, found 'sa_mask'" },
	{ "fcntl(3, F_SETOWN_EX, {type = F_OWNER_PID, pdi = 1}) = 0\n", 1, 44,
	  "expected a field, found 'pdi': did you mean pid?" },
	{ "fcntl(3, F_SETOWN_EX, [1]) = 0\n", 1, 23, "expected an fcntl argument, found '['" },
	{ "fstat(3, {st_ino = 1}) = 0\n", 1, 11,
	  "expected st_mode, st_nlink, st_uid, st_gid, st_rdev, st_size or st_blksize, found "
	  "'st_ino'" },
	{ "epoll_pwait2(3, {events = 0}, 1, 5, [SIGIO]) = 0\n", 1, 44,
	  "epoll_pwait2 takes 6 arguments: expected a number, found ')'" },
	{ "socketcall(SYS_SOCKET, 3, 2) = 3\n", 1, 25,
	  "socketcall takes 2 arguments: expected ')', found ','" },
	{ "socketcall(SYS_SOCKET, [[1, 2]]) = 3\n", 1, 25,
	  "expected one value in brackets as argument 2 of socketcall, found a list" },
	{ "socketcall(SYS_SOCKET, {fd = 3}) = 3\n", 1, 24,
	  "expected arguments [AF_INET, SOCK_DGRAM, 0], found '{'" },
	{ "ioctl(3, SIOCGIFCONF, {ifc_len = 400, ifc_req = [{ifr_mtu = 5}]}) = 0\n", 1, 51,
	  "expected ifr_name or ifr_addr, found 'ifr_mtu'" },
	{ "ioctl(3, SIOCGIFHWADDR, {ifr_hwaddr = \"x\"}) = 0\n", 1, 39,
	  "expected an address {sa_family=ARPHRD_ETHER, sa_data=\"...\"} as ifr_hwaddr, found a "
	  "string" },
	{ "ioctl(3, SIOCGIFMAP, {ifr_map = {mem = 0}}) = 0\n", 1, 34,
	  "expected mem_start, mem_end, base_addr, irq, dma or port, found 'mem'" },
	{ "ioctl(3, SIOCGIFMTU, {whatever = 0}) = 0\n", 1, 23,
	  "expected ifr_name, ifr_addr, ifr_flags, ifr_mtu, ifr_ifindex, ifr_dstaddr, "
	  "ifr_broadaddr, ifr_netmask, ifr_hwaddr, ifr_metric, ifr_qlen, ifr_newname, ifr_map, "
	  "ifr_data, ifc_len, ifc_req, rt_dst ..., found 'whatever'" },
	{ "bind(3, {sll_protocol = ETH_P_IP}, 20) = 0\n", 1, 25,
	  "expected htons(PORT) as sll_protocol, found ETH_P_IP" },
	{ "setsockopt(3, SOL_SOCKET, SO_ATTACH_FILTER, {len = 1, filter = [{6, 0, 0}]}, 16) = 0\n",
	  1, 73, "expected ',', found '}'" },
	{ "setsockopt(3, SOL_SOCKET, SO_ATTACH_FILTER, {len = 1, filter = [6]}, 16) = 0\n", 1, 65,
	  "expected an instruction {BPF_RET | BPF_K, 0, 0, 64} as filter, found 6" },
	{ "setsockopt(3, SOL_SOCKET, SO_ATTACH_FILTER, {len = 1, filter = {6, 0, 0, 0}}, 16) = 0\n",
	  1, 64, "expected a program [{BPF_RET | BPF_K, 0, 0, 64}], found '{'" },
	{ "close(3) = -1 EBADFF\n", 1, 15,
	  "expected the name of an error, found 'EBADFF': did you mean EBADF?" },
	{ "close(3) = -1 AF_INET\n", 1, 15, "expected the name of an error, found 'AF_INET'" },
	{ "close(3) = 0 EBADF\n", 1, 12, "expected -1 with an error as result, found 0" },
	{ "close(3) = -1 EBADF (x\n", 1, 23, "expected ')', found the end of the line" },
	{ "close(3) = -1 EBADF (x (y)\n", 1, 27, "expected ')', found the end of the line" },
	{ "close(3) = \"x\"\n", 1, 12, "expected a number as result, found a string" },
	{ "advance\n", 1, 8, "expected a duration (200ms), found the end of the line" },
	{ "advance 200\n", 1, 9,
	  "expected a duration with its unit: ns, us, ms or s (200ms), found '200'" },
	{ "advance 200m\n", 1, 9,
	  "expected a duration with its unit: ns, us, ms or s (200ms), found '200m'" },
	{ "advance 2000000000s\n", 1, 9, "expected a duration of at most 1000000000s" },
	{ "advance 1s 2s\n", 1, 12, "expected the end of the line, found '2s'" },
	{ "cap\n", 1, 4, "expected 'drop' or 'add', found the end of the line" },
	{ "cap frop CAP_NET_RAW\n", 1, 5, "expected 'drop' or 'add', found 'frop'" },
	{ "cap drop CAP_NET_RWA\n", 1, 10,
	  "expected a constant CAP_..., found 'CAP_NET_RWA': did you mean CAP_NET_RAW?" },
	{ "cap drop AF_INET\n", 1, 10, "expected a constant CAP_..., found 'AF_INET'" },
	{ "uid -1\n", 1, 5, "expected a number, found '-'" },
	{ "uid 4294967296\n", 1, 5, "expected a number of at most 4294967295" },
	{ "signal 2 SIGUSR1\n", 1, 10, "expected ':', found 'SIGUSR1'" },
	{ "signal 2: SIGUSR3\n", 1, 11,
	  "expected a signal (SIG...), found 'SIGUSR3': did you mean SIGUSR1?" },
	{ "mib Udp.InDatagram +1\n", 1, 5,
	  "expected a counter (Udp.InDatagrams), found 'Udp.InDatagram': did you mean "
	  "Udp.InDatagrams?" },
	{ "mib Nothing +1\n", 1, 5, "expected a counter (Udp.InDatagrams), found 'Nothing'" },
	{ "mib Udp.InDatagrams 1\n", 1, 21, "expected a change (+1, +0, -3), found '1'" },
	{ "mib Udp.InDatagrams +\n", 1, 21, "expected a change (+1, +0, -3), found '+'" },
	{ "drop UDP_SCUM +1\n", 1, 6,
	  "expected a reason to drop a packet (UDP_CSUM), found 'UDP_SCUM': did you mean "
	  "UDP_CSUM?" },
	{ "wire drop 4..2\n", 1, 14, "expected a range that ends at 4 or later" },
	{ "wire drop 4\n", 1, 12, "expected '..', found the end of the line" },
	{ "alloc fail 3\n", 1, 12, "expected which one (1st, 2nd, 3rd ...), found '3'" },
	{ "alloc fail 3th\n", 1, 12, "expected which one (1st, 2nd, 3rd ...), found '3th'" },
	{ "alloc fail 0th\n", 1, 12, "expected which one (1st, 2nd, 3rd ...), found '0th'" },
	{ "alloc fail 3rd of\n", 1, 18, "expected the name of a pool, found the end of the line" },
	{ "alloc fail 3rd on skb\n", 1, 16, "expected the end of the line or 'of', found 'on'" },
	{ "nic queue x irq delay 1s\n", 1, 11, "expected a number, found 'x'" },
	{ "nic irq loose 1st\n", 1, 9, "expected 'lose', found 'loose'" },
	{ "link\n", 1, 5, "expected 'down' or 'up', found the end of the line" },
	{ "link sideways\n", 1, 6, "expected 'down' or 'up', found 'sideways'" },
};

static void errors(void **state)
{
	struct script_error err;
	u32 wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		const char *text = refused[i].text;

		memset(&err, 0, sizeof(err));
		if (parse(text, strlen(text), &err) == NULL && err.line == refused[i].line &&
		    err.column == refused[i].column && strcmp(err.text, refused[i].message) == 0)
			continue;
		print_error("%s%u:%u: %s\nnot\n%u:%u: %s\n", text, err.line, err.column, err.text,
			    refused[i].line, refused[i].column, refused[i].message);
		wrong++;
	}
	assert_int_equal(wrong, 0);
	assert_true(ARRAY_SIZE(refused) >= 60);
}

static void nul_and_size(void **state)
{
	static const char in_code[] = "`a\0b`\n", in_string[] = "write(3, \"a\0b\", 3) = 3\n";
	static const char bare[] = "close(3)\0 = 0\n";
	struct script_error err;
	struct script *s;
	char *big = malloc(SCRIPT_BYTES + 1u), *text;

	(void)state;
	assert_null(script_parse("x", in_code, sizeof(in_code) - 1, &err));
	assert_string_equal(err.text, "expected a character, found a NUL byte");
	assert_int_equal(err.column, 3);
	assert_null(script_parse("x", bare, sizeof(bare) - 1, &err));
	assert_string_equal(err.text, "expected '=', found byte 0x00");
	s = script_parse("x", in_string, sizeof(in_string) - 1, &err);
	assert_non_null(s);
	text = fixpoint(s);
	assert_string_equal(text, "write(3, \"a\\x00b\", 3) = 3\n");
	free(text);
	script_free(s);

	memset(big, '\n', SCRIPT_BYTES + 1u);
	s = script_parse("x", big, SCRIPT_BYTES, &err);
	assert_non_null(s);
	assert_int_equal(s->nr_stmts, 0);
	script_free(s);
	assert_null(script_parse("x", big, SCRIPT_BYTES + 1u, &err));
	assert_string_equal(err.text, "the file is longer than 16777216 bytes");
	memset(big, '[', SCRIPT_BYTES);
	for (u32 i = 0; i < 5; i++)
		big[i] = "poll("[i];
	assert_null(script_parse("x", big, SCRIPT_BYTES, &err));
	assert_int_equal(err.column, 7);
	free(big);
}

/* --- layout -------------------------------------------------------------------------------------
 */

static void layout(void **state)
{
	(void)state;
	prints("", "");
	prints("close(3) = 0", "close(3) = 0\n");
	prints("\t0\tclose ( 3 )\t=\t0\t\n\n\n\n+0 close(3)=0\n\n",
	       "  0 close(3) = 0\n\n +0 close(3) = 0\n");
	prints("+0 close(3) = 0\r\n`a\r\nb`\r\n// c\r\n", " +0 close(3) = 0\n`a\nb`\n// c\n");
	prints("// claim:  x y \n//claim2:\n// no header\n//\n--mss=1000 // c\n//a: b\nuid 1\n//a: "
	       "b\n",
	       "// claim: x y\n// claim2:\n// no header\n//\n--mss=1000  // c\n// a: b\nuid 1\n// "
	       "a: b\n");
	prints("--a\n--b=\n--c=x=y//z\n", "--a\n--b\n--c=x=y//z\n");
	prints("/* one */\nuid 1\n/* two\n * three\n\n */\nuid 2 /* four */\nuid 3 // /* five */\n",
	       "// one\nuid 1\n// two\n// three\n// four\nuid 2\nuid 3  // /* five */\n");
	prints("uid 1\npoll([{fd = 3, // the first\n   events = POLLIN}, /* and */ {fd = 4,\n\n"
	       "  events = POLLOUT}], 2, 0) = 1 // last\n",
	       "uid 1\n// the first\n// and\npoll([{fd = 3, events = POLLIN}, {fd = 4, events = "
	       "POLLOUT}], 2, 0) = 1  // last\n");
	prints("/* one */", "// one\n");
	prints("``\n%{}%", "``\n%{}%\n");
	prints("host b {\nuid 1\n}", "host b {\n\tuid 1\n}\n");
	prints("/* one */\n\n// two\n\n/**/\n/* three\n*/\n", "// one\n\n// two\n\n// three\n");
	prints("+0 `a\n  b`\n%{ x }}%\n+1 %{\nassert 1\n}% // y\n",
	       " +0 `a\n  b`\n%{ x }}%\n +1 %{\nassert 1\n}%  // y\n");
	prints("host b {\n// in\n\n+0 close(3) = 0\n}\nuid 1\nhost d { // why\nuid 2\n}\nhost d "
	       "{\nuid "
	       "3\n}\n",
	       "host b {\n\t// in\n\n\t +0 close(3) = 0\n}\nuid 1\nhost d {\n\t// why\n\tuid "
	       "2\n\tuid "
	       "3\n}\n");
	prints("uid 1\n\nhost b {\nuid 2\n}\n\nuid 3\n",
	       "uid 1\n\nhost b {\n\tuid 2\n}\n\nuid 3\n");
	prints("thread 2: process 3: close(3) = 0\n", "process 3: thread 2: close(3) = 0\n");
}

static void times(void **state)
{
	static const char *const as[][2] = {
		{ "0", "  0" },
		{ "0.5", "0.5" },
		{ ".5", "0.5" },
		{ "12.340", "12.34" },
		{ "+0", " +0" },
		{ "+ 0", " +0" },
		{ "+.1", "+.1" },
		{ "+0.100", "+.1" },
		{ "+1.5", "+1.5" },
		{ "+01", " +1" },
		{ "+.000000001", "+.000000001" },
		{ "999999999.999999999", "999999999.999999999" },
		{ "1000000000", "1000000000" },
		{ "0...0.2", "  0...0.2" },
		{ "+0...0.2", "+0...0.2" },
		{ "+.01...0.020", "+.01...0.02" },
		{ "+0 ... .02", "+0...0.02" },
		{ "1.5...2", "1.5...2" },
	};
	char text[100], want[100];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(as); i++) {
		snprintf(text, sizeof(text), "%s close(3) = 0\n", as[i][0]);
		snprintf(want, sizeof(want), "%s close(3) = 0\n", as[i][1]);
		if (strcmp(as[i][1], "  0...0.2") == 0)
			memmove(want, want + 2, strlen(want) - 1);
		prints(text, want);
	}
	prints("+0~+.04 > udp (5)\n.1~0.2 > udp (5)\n* > udp (5)\n",
	       "+0~+.04 > udp (5)\n0.1~0.2 > udp (5)\n  * > udp (5)\n");
}

static void values(void **state)
{
	(void)state;
	prints("read(3, \"\\a\\b\\t\\n\\v\\f\\r\\\"\\\\\\'\\0\\7\\101\\x41\\xf\\xffg\", 1) = 1\n",
	       "read(3, \"\\x07\\x08\\t\\n\\x0b\\x0c\\r\\\"\\\\'\\x00\\x07AA\\x0f\\xffg\", 1) = "
	       "1\n");
	prints("read(0x0, \"\", -0) = -1\n", "read(0x0, \"\", 0) = -1\n");
	prints("read(-0x10, hex 0aAFf9, 18446744073709551615) = 0xFFFFFFFFFFFFFFFF\n",
	       "read(-16, hex 0aaff9, 18446744073709551615) = 0xffffffffffffffff\n");
	prints("read(-9223372036854775808, pattern 18446744073709551615, N) = N\n",
	       "read(-9223372036854775808, pattern 18446744073709551615, N) = N\n");
	prints("bind(3, {sin_addr=inet_addr(\"1.2.3.4\"),sa_family=AF_LOCAL}, 16) = -1 EWOULDBLOCK "
	       "( Some\ttext )\n",
	       "bind(3, {sa_family = AF_LOCAL, sin_addr = inet_addr(\"1.2.3.4\")}, 16) = -1 "
	       "EWOULDBLOCK (Some text)\n");
	prints("epoll_ctl(5, EPOLL_CTL_ADD, 4, {fd=4, events=EPOLLIN | EPOLLET}) = 0\n",
	       "epoll_ctl(5, EPOLL_CTL_ADD, 4, {events = EPOLLIN|EPOLLET, fd = 4}) = 0\n");
	prints("sigprocmask(SIG_BLOCK,[ SIGIO,0x28 ],[])=0\nsigaction(2, {sa_flags=SA_RESTART | "
	       "SA_NODEFER,sa_handler=0}, NULL)=0\n",
	       "sigprocmask(SIG_BLOCK, [SIGIO, 0x28], []) = 0\n"
	       "sigaction(2, {sa_handler = 0, sa_flags = SA_RESTART|SA_NODEFER}, NULL) = 0\n");
	prints("fcntl(3, F_SETOWN_EX, {pid=1001,type=F_OWNER_TID})=0\nfcntl(3, F_SETOWN, "
	       "-1000)=0\n",
	       "fcntl(3, F_SETOWN_EX, {type = F_OWNER_TID, pid = 1001}) = 0\n"
	       "fcntl(3, F_SETOWN, -1000) = 0\n");
	prints("socketcall(SYS_BIND,[3,{sa_family=AF_INET},16,[ 1 ],\"x\"])=0\n",
	       "socketcall(SYS_BIND, [3, {sa_family = AF_INET}, 16, [1], \"x\"]) = 0\n");
	prints("setsockopt(3, SOL_SOCKET, SO_ATTACH_FILTER, {filter=[{BPF_RET | BPF_K,0,0,64},{6, "
	       "0, 0, 0}],len=2}, 16)=0\n",
	       "setsockopt(3, SOL_SOCKET, SO_ATTACH_FILTER, {len = 2, filter = [{BPF_RET|BPF_K, 0, "
	       "0, 64}, {6, 0, 0, 0}]}, 16) = 0\n");
	prints("ioctl(3, SIOCGIFCONF, {ifc_req=[{ifr_addr=..., ifr_name=\"lo\"}],ifc_len=[80->40]})"
	       "=0\n",
	       "ioctl(3, SIOCGIFCONF, {ifc_len = [80->40], ifc_req = [{ifr_name = \"lo\", ifr_addr "
	       "= ...}]}) = 0\n");
	prints("fcntl(3, F_GETFL) = 0x2 (flags O_RDWR)\nfcntl(3, F_GETFL) = O_RDWR|0x800\n",
	       "fcntl(3, F_GETFL) = 0x2 (flags O_RDWR)\nfcntl(3, F_GETFL) = O_RDWR|0x800\n");
	prints("close(3) = ... ()\nclose(3) = SO_REUSEADDR\n",
	       "close(3) = ...\nclose(3) = SO_REUSEADDR\n");
}

/* --- the grammar's tables ------------------------------------------------------------------------
 */

/* Texts that a value of each type may have, in the way that they are printed. */
struct samples {
	u32 n;
	char **text;
};
static struct samples samples[TYPE_MAX];

static const struct samples *samples_of(u8 type);

static void add_sample(struct samples *to, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void add_sample(struct samples *to, const char *fmt, ...)
{
	char text[LINE];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	assert_true(len >= 0 && len < LINE);
	to->text = realloc(to->text, (to->n + 1) * sizeof(*to->text));
	assert_non_null(to->text);
	to->text[to->n] = strdup(text);
	to->n++;
}

static const char *symbol_of(u8 group, u32 nth)
{
	for (u32 i = 0; i < script_nr_symbols; i++)
		if (script_symbols[i].group == group && nth-- == 0)
			return script_symbols[i].name;
	return "IFNAMSIZ";
}

/* A line that grows. */
struct line {
	u32 len;
	char text[4 * LINE];
};

static void add(struct line *to, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(struct line *to, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(to->text + to->len, sizeof(to->text) - to->len, fmt, args);
	va_end(args);
	assert_true(len >= 0 && (u32)len < sizeof(to->text) - to->len);
	to->len += (u32)len;
}

/* Types end: see types_end(). NOLINTBEGIN(misc-no-recursion) */
/* A struct with that value of one field; of named ones all others, or no others. */
static void struct_text(struct line *to, const struct field_info *rows, u32 n, u32 which,
			const char *value, bool alone)
{
	bool named = (rows->flags & FIELD_POSITION) == 0;

	to->len = 0;
	add(to, "{");
	for (u32 i = 0; i < n; i++) {
		if (named && alone && i != which)
			continue;
		add(to, "%s", to->len > 1 ? ", " : "");
		if (named)
			add(to, "%s%s = ", rows[i].name,
			    (rows[i].flags & FIELD_COUNTED) == 0 ? ""
			    : alone				 ? "(...)"
								 : "(18)");
		add(to, "%s", i == which ? value : samples_of(rows[i].type)->text[0]);
	}
	add(to, "}");
}

static void add_structs(struct samples *to, u8 in_struct)
{
	const struct field_info *rows;
	u32 n = script_struct_fields(in_struct, &rows);
	struct line line;

	if ((rows->flags & FIELD_POSITION) == 0)
		add_sample(to, "{}");
	for (u32 i = 0; i < n; i++) {
		const struct samples *of = samples_of(rows[i].type);

		for (u32 j = 0; j < of->n; j++) {
			struct_text(&line, rows, n, i, of->text[j], j % 2 == 0);
			add_sample(to, "%s", line.text);
		}
	}
}

static void add_lists(struct samples *to, const struct arg_type_info *info)
{
	const struct samples *of = samples_of(info->of_type);

	add_sample(to, "[...]");
	for (u32 i = 0; i < of->n; i++)
		if (strcmp(of->text[i], "...") != 0)
			add_sample(to, "[%s]", of->text[i]);
	if ((info->forms & FORM_LIST) != 0) {
		add_sample(to, "[]");
		add_sample(to, "[%s, %s, %s]", of->text[0], of->text[of->n - 1], of->text[0]);
	}
}

static void add_simple(struct samples *to, u32 f, u8 group)
{
	static const struct {
		u32 forms;
		const char *text;
	} simple[] = {
		{ FORM_ANY, "..." },
		{ FORM_NUMBER, "16" },
		{ FORM_NUMBER, "-1" },
		{ FORM_NUMBER | FORM_POINTER, "0x1f" },
		{ FORM_NUMBER | FORM_POINTER | FORM_SYMBOL, "MY_NAME" },
		{ FORM_SYMBOL, "ENOENT" },
		{ FORM_STRING, "\"a, b)\\n\"" },
		{ FORM_BYTES, "hex 00ff" },
		{ FORM_BYTES, "pattern 7" },
		{ FORM_NULL, "NULL" },
		{ FORM_CHANGE, "[128->0x10]" },
		{ FORM_CHANGE, "[-1->N]" },
	};

	for (u32 i = 0; i < ARRAY_SIZE(simple); i++)
		if ((f & simple[i].forms) != 0)
			add_sample(to, "%s", simple[i].text);
	if ((f & FORM_SYMBOL) != 0)
		add_sample(to, "%s", symbol_of(group, 0));
	if ((f & FORM_OR) != 0)
		add_sample(to, "%s|0x10|MY_NAME|-1", symbol_of(group, 1));
}

static void add_applied(struct samples *to, u8 type)
{
	if (type == TYPE_PORT) {
		add_sample(to, "htons(0)");
		add_sample(to, "htons(65535)");
		add_sample(to, "htons(0x10)");
		add_sample(to, "htons(P)");
	} else {
		assert_int_equal(type, TYPE_INADDR);
		add_sample(to, "inet_addr(\"0.0.0.0\")");
		add_sample(to, "inet_addr(\"255.255.255.255\")");
	}
}

static const struct samples *samples_of(u8 type)
{
	const struct arg_type_info *info = &script_types[type];
	struct samples *to = &samples[type];

	assert_true(type > TYPE_NONE);
	if (to->n != 0)
		return to;
	add_simple(to, info->forms, info->group);
	if ((info->forms & (FORM_LIST | FORM_VALUE)) != 0)
		add_lists(to, info);
	if ((info->forms & FORM_STRUCT) != 0)
		add_structs(to, info->of_struct);
	if ((info->forms & FORM_APPLY) != 0)
		add_applied(to, type);
	assert_true(to->n > 0);
	return to;
}

/* NOLINTEND(misc-no-recursion) */

static void free_samples(void)
{
	for (u32 i = 0; i < TYPE_MAX; i++) {
		for (u32 j = 0; j < samples[i].n; j++)
			free(samples[i].text[j]);
		free(samples[i].text);
		samples[i] = (struct samples){ 0, NULL };
	}
}

/* One call, with that text as one argument (or result). */
static void call_text(u32 call, u32 arg, const char *value, struct line *to)
{
	const struct call_info *info = &script_calls[call];

	to->len = 0;
	add(to, "%s(", info->name);
	for (u32 i = 0; i < info->nr_args; i++)
		add(to, "%s%s", i != 0 ? ", " : "",
		    i == arg ? value : samples_of(info->arg[i])->text[0]);
	add(to, ") = %s\n", arg == info->nr_args ? value : samples_of(info->result)->text[0]);
}

static void every_form_of_every_call(void **state)
{
	struct line line;
	u32 n = 0;

	(void)state;
	for (u32 call = 0; call < CALL_MAX; call++) {
		const struct call_info *info = &script_calls[call];

		for (u32 arg = 0; arg <= info->nr_args; arg++) {
			const struct samples *of =
				samples_of(arg < info->nr_args ? info->arg[arg] : info->result);

			for (u32 i = 0; i < of->n; i++, n++) {
				call_text(call, arg, of->text[i], &line);
				prints(line.text, line.text);
			}
		}
	}
	free_samples();
	print_message("%u calls\n", n);
	assert_true(n > 1500);
}

/* Each form where it does not belong. */
static void every_wrong_form(void **state)
{
	static const struct {
		u32 form;
		const char *text;
	} forms[] = {
		{ FORM_ANY, "..." },
		{ FORM_NUMBER | FORM_POINTER, "5" },
		{ FORM_NUMBER, "-5" },
		{ FORM_SYMBOL, "AF_INET" },
		{ FORM_NUMBER | FORM_POINTER | FORM_SYMBOL, "MY_NAME" },
		{ FORM_OR, "AF_INET|5" },
		{ FORM_STRING, "\"s\"" },
		{ FORM_BYTES, "hex 00" },
		{ FORM_BYTES, "pattern 1" },
		{ FORM_NULL, "NULL" },
		{ FORM_VALUE | FORM_LIST, "[...]" },
		{ FORM_CHANGE, "[1->2]" },
		{ FORM_LIST, "[]" },
		{ FORM_STRUCT, "{}" },
		{ FORM_APPLY, "htons(1)" },
	};
	struct line line;
	struct script_error err;
	u32 n = 0, begin;

	(void)state;
	for (u32 call = 0; call < CALL_MAX; call++) {
		const struct call_info *info = &script_calls[call];

		for (u32 k = 0; k < info->nr_args * ARRAY_SIZE(forms); k++) {
			u32 arg = k / ARRAY_SIZE(forms), f = k % ARRAY_SIZE(forms);

			if ((script_types[info->arg[arg]].forms & forms[f].form) != 0)
				continue;
			call_text(call, arg, "@", &line);
			begin = (u32)(strchr(line.text, '@') - line.text);
			call_text(call, arg, forms[f].text, &line);
			if (script_parse("x", line.text, line.len, &err) != NULL)
				fail_msg("taken: %s", line.text);
			if (err.line != 1 || err.column < begin + 1 || err.column > begin + 9 ||
			    strncmp(err.text, "expected ", 9) != 0)
				fail_msg("%s%u:%u: %s", line.text, err.line, err.column, err.text);
			n++;
		}
	}
	free_samples();
	assert_true(n > 500);
}

/* A tree can be no deeper than EXPR_DEPTH: parser, checker and printer go down it. */
static u32 depth_of(u8 type, u32 so_far) // NOLINT(misc-no-recursion)
{
	const struct arg_type_info *info = &script_types[type];
	const struct field_info *rows;
	u32 deepest = so_far + 1, n;

	assert_true(so_far < EXPR_DEPTH);
	if (info->of_type != TYPE_NONE)
		deepest = max_u32(deepest, depth_of(info->of_type, so_far + 1));
	if ((info->forms & FORM_STRUCT) == 0)
		return deepest;
	n = script_struct_fields(info->of_struct, &rows);
	assert_true(n > 0);
	for (u32 i = 0; i < n; i++)
		deepest = max_u32(deepest, depth_of(rows[i].type, so_far + 1));
	return deepest;
}

static void types_end(void **state)
{
	u32 deepest = 0;

	(void)state;
	for (u32 i = TYPE_NONE + 1; i < TYPE_MAX; i++)
		deepest = max_u32(deepest, depth_of((u8)i, 0));
	assert_true(deepest <= EXPR_DEPTH);
	assert_true(deepest >= 7);
}

static void symbols(void **state)
{
	(void)state;
	for (u32 i = 0; i < script_nr_symbols; i++) {
		const char *name = script_symbols[i].name;

		assert_true(strlen(name) <= 40);
		if (script_find_symbol(name, (u32)strlen(name)) != (int)i)
			fail_msg("%s is there twice, or not found", name);
		assert_int_equal(script_find_symbol(name, (u32)strlen(name) - 1) == (int)i, 0);
		assert_string_equal(script_suggest_symbol(name, (u32)strlen(name)), name);
	}
	assert_int_equal(script_find_symbol("", 0), -1);
	assert_string_equal(script_suggest_symbol("AF_INTE", 7), "AF_INET");
	assert_string_equal(script_suggest_symbol("sock_dgram", 10), "SOCK_DGRAM");
	assert_string_equal(script_suggest_symbol("SO_REUSEADR", 11), "SO_REUSEADDR");
	assert_string_equal(script_suggest_symbol("SO_REUSEADDRXY", 14), "SO_REUSEADDR");
	assert_string_equal(script_suggest_symbol("OS_REUSEADDRX", 13), "SO_REUSEADDR");
	assert_null(script_suggest_symbol("MY_OWN_NAME", 11));
	for (u32 i = 0; i < script_nr_fields; i++) {
		u32 number = script_field_number(&script_fields[i]);

		assert_true(number <= i);
		assert_ptr_equal(script_field_of(script_fields[i].in_struct, number),
				 &script_fields[i]);
	}
}

/* --- directives ----------------------------------------------------------------------------------
 */

static void add_slot(struct line *to, const struct directive_part *part, u32 nth)
{
	static const char *const plain[][4] = {
		[SLOT_TIME] = { "200ms", "1s", "50us", "10ns" },
		[SLOT_NUM] = { "0", "1", "4294967295", "7" },
		[SLOT_NTH] = { "1st", "2nd", "13th", "103rd" },
		[SLOT_RANGE] = { "2..4", "0..0", "1..4294967295", "3..3" },
		[SLOT_DELTA] = { "+0", "+9223372036854775807", "-1", "-9223372036854775808" },
		[SLOT_MIB] = { "Udp.InDatagrams", "TcpExt.SyncookiesSent", "Ip.InReceives",
			       "IpExt.InOctets" },
		[SLOT_REASON] = { "UDP_CSUM", "NO_SOCKET", "SOCKET_RCVBUFF", "IP_CSUM" },
		[SLOT_POOL] = { "skb", "skb_head", "x", "A1" },
	};

	if (part->slot == SLOT_WORD)
		add(to, "%.*s", (int)part->len, part->text);
	else
		add(to, "%s",
		    part->slot == SLOT_SYMBOL ? symbol_of(part->group, nth)
					      : plain[part->slot][nth]);
	add(to, "%s", part->colon ? ":" : "");
}

static void every_directive(void **state)
{
	char text[LINE], value[100];
	struct directive_part part;
	const char *pattern;
	struct line line;

	(void)state;
	for (u32 id = 0; id < DIR_MAX * 4u; id++) {
		pattern = script_directives[id / 4];
		line.len = 0;
		while (script_directive_part(&pattern, &part)) {
			add(&line, "%s", line.len != 0 ? " " : "");
			add_slot(&line, &part, id % 4);
		}
		add(&line, "\n");
		prints(line.text, line.text);
	}
	for (u32 i = 0; i < MIB_MAX + DROP_MAX; i++) {
		if (script_slot_name(i < MIB_MAX ? SLOT_MIB : SLOT_REASON,
				     i < MIB_MAX ? i : i - MIB_MAX, value, sizeof(value)) == 0)
			continue;
		snprintf(text, sizeof(text), "%s %.100s +1\n", i < MIB_MAX ? "mib" : "drop", value);
		prints(text, text);
	}
	prints("advance 1000ms\nadvance 60000000us\nadvance 0ns\nadvance 1000000000000ms\n",
	       "advance 1s\nadvance 60s\nadvance 0s\nadvance 1000000000s\n");
}

/* --- whole scripts -------------------------------------------------------------------------------
 */

/* That of the language's definition: as it is printed. */
static const char example[] =
	"// claim: a datagram to an unresolved neighbour waits for ARP, then leaves\n"
	"// oracle: none\n"
	"`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n\n"
	"  0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	" +0 bind(3, {sa_family = AF_INET, sin_port = htons(5000), sin_addr = "
	"inet_addr(\"192.0.2.1\")}, 16) = 0\n"
	" +0 sendto(3, \"hello\", 5, 0, {sa_family = AF_INET, sin_port = htons(7), sin_addr = "
	"inet_addr(\"192.0.2.2\")}, 16) = 5\n"
	" +0 > arp who-has 192.0.2.2 tell 192.0.2.1\n"
	"+.1 < arp reply 192.0.2.2 is-at 02:00:00:00:00:02\n"
	" +0 > 192.0.2.1:5000 > 192.0.2.2:7 udp (5) \"hello\"\n"
	"+.2 < 192.0.2.2:7 > 192.0.2.1:5000 udp (3) \"abc\"\n"
	" +0 recvfrom(3, \"abc\", 100, 0, {sa_family = AF_INET, sin_port = htons(7), sin_addr = "
	"inet_addr(\"192.0.2.2\")}, [16]) = 3\n"
	" +0 sendto(3, ..., 1, 0, {sa_family = AF_INET6, sin_port = htons(7), sin_addr = "
	"inet_addr(\"192.0.2.2\")}, 28) = -1 EAFNOSUPPORT (Address family not supported by "
	"protocol)\n";

static const char stock[] =
	"--mss=1000\n"
	"`./defaults.sh`\n"
	"0\tsocket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
	"   +0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n"
	"   +0 bind(3, ..., ...) = 0\n"
	"   +0 listen(3, 1) = 0\n"
	"   +0 < S 0:0(0) win 32792 <mss 1000,sackOK,nop,nop,nop,wscale 10>\n"
	"   +0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK,nop,wscale 8>\n"
	" +.01 < . 1:1(0) ack 1 win 514\n"
	"   +0 accept(3, ..., ...) = 4\n"
	"+0...0.2 recvmsg(4, {msg_name(...)=...,\n"
	"                     msg_iov(1)=[{...,0}], // none\n"
	"                     msg_flags=MSG_ERRQUEUE|MSG_TRUNC,\n"
	"                     msg_control=[{cmsg_level=CMSG_LEVEL_IP, cmsg_type=IP_RECVERR,\n"
	"                       cmsg_data={ee_errno=ENOMSG, ee_type=0, ee_origin=\n"
	"                          SO_EE_ORIGIN_TIMESTAMPING, ee_info=SCM_TSTAMP_ACK}}]}, 0) = 0\n"
	"+0 %{ assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd }%\n"
	"+0~+.04 > P. 1:6(5) ack 1\n"
	"+0 connect(4, AF_UNSPEC, ...) = 0\n"
	"+0 fcntl(3, F_GETFL) = 0x2 (flags O_RDWR)\n"
	"+0 write(4, NULL, 1000) = -1 EFAULT (Bad address)\n";

static void examples(void **state)
{
	struct script *s = must_parse(example);
	struct text t = script_header(s, "oracle");
	struct script_error err;
	struct stmt *st;
	char line[200], *text;

	(void)state;
	prints(example, example);
	assert_int_equal(t.len, 4);
	assert_memory_equal(script_text(s, t), "none", 4);
	assert_int_equal(script_header(s, "nothing").len, 0);
	assert_int_equal(script_option(s, "oracle").len, 0);
	assert_int_equal(s->nr_stmts, 12);
	st = &s->stmt[4];
	assert_int_equal(st->line, 6);
	assert_int_equal(st->column, 5);
	assert_true(st->blank_before == false && s->stmt[3].blank_before);
	script_print_stmt(s, st, line, 30);
	assert_string_equal(line, " +0 bind(3, {sa_family = AF_I");
	assert_false(script_is_stock(s, &err));
	assert_int_equal(err.line, 6);
	script_free(s);

	s = must_parse(stock);
	text = fixpoint(s);
	assert_non_null(strstr(text, "// none\n+0...0.2 recvmsg(4, {msg_name(...) = ..., "));
	free(text);
	assert_int_equal(s->stmt[2].line, 3);
	assert_int_equal(s->stmt[2].column, 3);
	assert_int_equal(s->stmt[0].line, 1);
	assert_int_equal(s->stmt[0].column, 1);
	t = script_option(s, "mss");
	assert_memory_equal(script_text(s, t), "1000", 4);
	if (!script_is_stock(s, &err))
		fail_msg("%u:%u: %s", err.line, err.column, err.text);
	script_free(s);
}

static bool is_known(void *ctx, const char *name, u32 len)
{
	return strlen(ctx) == len && memcmp(ctx, name, len) == 0;
}

static void names(void **state)
{
	struct script *s = must_parse("socket(..., SOCK_DGRAM|KNOWN, KNOWN) = 3\n"
				      "poll([{fd = 3, events = POLLLIN}], 1, 0) = 0\n");
	struct script_error err;

	(void)state;
	assert_false(script_check_names(s, is_known, (void *)(uintptr_t) "KNOWN", &err));
	assert_int_equal(err.line, 2);
	assert_int_equal(err.column, 25);
	assert_string_equal(
		err.text,
		"expected a constant, found 'POLLLIN': did you mean POLLIN? (-D POLLLIN=VALUE "
		"defines one)");
	assert_false(script_check_names(s, is_known, (void *)(uintptr_t) "OTHER", &err));
	assert_string_equal(err.text,
			    "expected a constant, found 'KNOWN' (-D KNOWN=VALUE defines one)");
	script_free(s);
	s = must_parse("< S 0:0(0) win 1 <mss 1,FO COOKIE>\n");
	assert_false(script_check_names(s, is_known, (void *)(uintptr_t) "KNOWN", &err));
	assert_string_equal(err.text,
			    "expected a constant, found 'COOKIE' (-D COOKIE=VALUE defines one)");
	assert_int_equal(err.column, 28);
	script_free(s);
	s = must_parse("close(KNOWN) = KNOWN\n");
	assert_true(script_check_names(s, is_known, (void *)(uintptr_t) "KNOWN", &err));
	script_free(s);
}

static void stock_is_told(void **state)
{
	static const struct {
		const char *text;
		u32 column;
		const char *why;
	} no[] = {
		{ "advance 1s\n", 1, "packetdrill does not have this statement" },
		{ "host b {\nuid 1\n}\n", 1, "packetdrill does not have a second host" },
		{ "thread 1: close(3) = 0\n", 11,
		  "packetdrill does not have threads and processes" },
		{ "dup(3) = 4\n", 1, "packetdrill does not have dup()" },
		{ "write(3, \"abc\", 3) = 3\n", 10, "packetdrill does not have a string here" },
		{ "write(3, hex 00, 3) = 3\n", 10, "packetdrill does not have bytes" },
		{ "accept(3, ..., [16->5]) = 3\n", 16,
		  "packetdrill does not have a length that changes" },
		{ "getsockopt(3, SOL_IP, IP_TTL, [...], [4]) = 0\n", 31,
		  "packetdrill does not have [...]" },
		{ "sendmsg(3, {msg_name(...) = {sa_family = AF_INET}}, 0) = 0\n", 29,
		  "packetdrill does not have a struct here" },
		{ "writev(3, [{\"a\", 1}], 1) = 1\n", 13,
		  "packetdrill does not have a string here" },
	};
	struct script_error why;
	struct script *s;
	char *text;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(no); i++) {
		s = must_parse(no[i].text);
		assert_false(script_is_stock(s, &why));
		assert_string_equal(why.text, no[i].why);
		assert_int_equal(why.column, no[i].column);
		script_free(s);
	}
	s = must_parse("// a comment\n`ls`\n`ls`\nsocket(AF_INET, SOCK_DGRAM, 0) = 3\nclose(3) = "
		       "0\n%{ x }%\n");
	assert_true(script_is_stock(s, &why));
	text = script_print(s, PRINT_STOCK, NULL);
	assert_string_equal(text, "`ls`\n +0 `ls`\n +0 socket(..., SOCK_DGRAM, 0) = 3\n +0 "
				  "close(3) = 0\n +0 %{ x }%\n");
	free(text);
	script_free(s);
}

/* --- trees that no text makes
 * --------------------------------------------------------------------- */

static struct expr *first_of_kind(struct script *s, u8 kind)
{
	for (u32 i = 1; i < s->nr_exprs; i++)
		if (s->expr[i].kind == kind)
			return &s->expr[i];
	fail();
	return NULL;
}

enum { BREAKS = 35 };
static const char whole[] =
	"// k: v\n--o=v\n`ls`\n+0 bind(3, {sa_family = AF_INET, sin_port = htons(7), sin_addr = "
	"inet_addr(\"1.2.3.4\")}, -16) = -1 EPERM (x)\n"
	"send(3, hex 00, 1, N|1) = 1\nrecvfrom(3, ..., 1, 0, ..., [1->2]) = 1\n"
	"writev(3, [{..., 1}], 1) = 1\n+1 > udp (5)\n%{ x }%\nwire drop 2..4\nmib Udp.InDatagrams "
	"+1\nalloc fail 1st of skb\nsendmsg(3, {msg_iov(1) = []}, 0) = 1\n";

/* Damages one expression. */
static void break_expr(struct script *s, u32 which)
{
	switch (which) {
	case 0:
		first_of_kind(s, EXPR_NAME)->text.len = 0;
		break;
	case 1:
		memcpy(s->text + first_of_kind(s, EXPR_NAME)->text.at, "1", 1);
		break;
	case 2:
		first_of_kind(s, EXPR_HEX)->text.len = 0;
		break;
	case 3:
		first_of_kind(s, EXPR_STRING)->text.len = 4;
		break;
	case 4:
		s->expr[first_of_kind(s, EXPR_APPLY)->first].value = 65536;
		break;
	case 5:
		first_of_kind(s, EXPR_APPLY)->symbol = APPLY_INET_ADDR;
		break;
	case 6:
		first_of_kind(s, EXPR_FIELD)->symbol = 2;
		break;
	case 7:
		first_of_kind(s, EXPR_FIELD)->symbol = 60;
		break;
	case 8:
		first_of_kind(s, EXPR_FIELD)->first = 0;
		break;
	case 9:
		first_of_kind(s, EXPR_SYMBOL)->symbol = 60000;
		break;
	case 10:
		first_of_kind(s, EXPR_OR)->first = 0;
		break;
	case 11:
		first_of_kind(s, EXPR_CHANGE)->first = 0;
		break;
	default:
		fail();
	}
}

/* Damages one thing. */
static void break_it(struct script *s, u32 which)
{
	struct stmt *bind = &s->stmt[3], *read = &s->stmt[4], *packet = &s->stmt[7];
	struct stmt option = s->stmt[1];

	switch (which) {
	case 12:
		s->expr[bind->call.result].value = 2;
		break;
	case 13:
		bind->call.error = (u16)(script_find_symbol("AF_INET", 7) + 1);
		break;
	case 14:
		bind->call.error = 60000;
		break;
	case 15:
		bind->call.result = 0;
		break;
	case 16:
		bind->call.call = CALL_MAX;
		break;
	case 17:
		bind->call.call = CALL_close;
		break;
	case 18:
		bind->call.call = CALL_sendto;
		break;
	case 19:
		s->text[bind->call.note.at] = '(';
		break;
	case 20:
		s->text[bind->call.note.at] = '\n';
		break;
	case 21:
		read->thread = SCRIPT_THREADS + 1;
		break;
	case 22:
		packet->process = 1;
		break;
	case 23:
		packet->when.blocks = true;
		break;
	case 24:
		packet->when.until_ns = 5;
		break;
	case 25:
		bind->when.kind = WHEN_ANY;
		break;
	case 26:
		s->stmt[0].host = 1;
		break;
	case 27:
		s->stmt[0].when.kind = WHEN_REL;
		break;
	case 28:
		s->text[s->stmt[1].pair.value.at] = ' ';
		break;
	case 29:
		s->text[s->stmt[2].text.at] = '`';
		break;
	case 30:
		s->stmt[9].directive.value[1] = 1;
		break;
	case 31:
		s->stmt[10].directive.value[0]++;
		break;
	case 32:
		s->text[s->stmt[11].directive.name.at] = ' ';
		break;
	case 33:
		s->text[s->stmt[10].directive.name.at] = 'X';
		break;
	case 34:
		s->stmt[1] = s->stmt[2];
		s->stmt[2] = option;
		break;
	default:
		break_expr(s, which);
	}
}

static void damaged_trees(void **state)
{
	struct script_error err;
	struct script *s, *same = must_parse(whole);

	(void)state;
	free(fixpoint(same));
	for (u32 i = 0; i < BREAKS; i++) {
		s = must_parse(whole);
		assert_true(script_equal(s, same));
		break_it(s, i);
		if (script_check(s, &err))
			fail_msg("damage %u is not found", i);
		assert_true(err.text[0] != '\0');
		script_free(s);
	}
	script_free(same);
}

/* Programs that differ in one thing only are not the same. */
static void unequal(void **state)
{
	static const char *const texts[] = {
		"close(3) = 0\n",
		"close(4) = 0\n",
		"close(0x3) = 0\n",
		"close(3) = -1\n",
		"close(3) = -1 EBADF\n",
		"close(3) = 0 (x)\n",
		"dup(3) = 0\n",
		"+0 close(3) = 0\n",
		"+0...0 close(3) = 0\n",
		"+.1...0.2 close(3) = 0\n",
		"+.1...0.3 close(3) = 0\n",
		"+.1 close(3) = 0\n",
		"thread 1: close(3) = 0\n",
		"process 1: close(3) = 0\n",
		"host b {\nclose(3) = 0\n}\n",
		"close(3) = 0\nclose(3) = 0\n",
		"// a: b\nclose(3) = 0\n",
		"// a: c\nclose(3) = 0\n",
		"--a=b\nclose(3) = 0\n",
		"uid 1\n",
		"uid 2\n",
		"mib Udp.InDatagrams +1\n",
		"drop UDP_CSUM +1\n",
		"alloc fail 1st of skb\n",
		"alloc fail 1st of sock\n",
		"`a`\n",
		"`b`\n",
		"%{a}%\n",
		"> udp (5)\n",
		"< udp (5)\n",
		"> udp (6)\n",
		"> udp (5) \"hello\"\n",
		"> [ttl 5] udp (5)\n",
		"> 1.2.3.4:5 > 1.2.3.5:6 udp (5)\n",
		"> icmp echo_request\n",
		"> S 0:0(0) <mss 1>\n",
		"> S 0:0(0) <mss 2>\n",
		"write(3, \"a\", 1) = 1\n",
		"write(3, \"b\", 1) = 1\n",
		"write(3, hex 61, 1) = 1\n",
		"send(3, ..., 1, MSG_PEEK|MSG_OOB) = 1\n",
		"send(3, ..., 1, MSG_PEEK|MSG_OOB|1) = 1\n",
		"",
	};
	struct script *s[ARRAY_SIZE(texts)];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		s[i] = must_parse(texts[i]);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		for (size_t j = 0; j < ARRAY_SIZE(texts); j++)
			if (script_equal(s[i], s[j]) != (i == j))
				fail_msg("%s%s", texts[i], texts[j]);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		script_free(s[i]);
	s[0] = must_parse("// a\n\nclose(3) = 0 // b\n// c\n");
	s[1] = must_parse("close(3) = 0\n");
	assert_true(script_equal(s[0], s[1]));
	script_free(s[0]);
	script_free(s[1]);
}

/* --- any text ------------------------------------------------------------------------------------
 */

static u32 draw(u64 *rng, u32 below)
{
	*rng = *rng * 6364136223846793005u + 1442695040888963407u;
	return (u32)(*rng >> 33) % below;
}

static u32 mutate(char *text, u32 len, u64 *rng)
{
	static const char pieces[] = "\n\t ()[]{}<>|=,.:;+-*/`%\"'\\~0129afx_\r\001\377";

	for (u32 n = 1 + draw(rng, 2); n > 0; n--) {
		u32 at = draw(rng, len), other = draw(rng, len);

		switch (draw(rng, 4)) {
		case 0:
			text[at] = pieces[draw(rng, sizeof(pieces) - 1)];
			break;
		case 1: /* take out */
			memmove(text + at, text + at + 1, len - at - 1);
			len--;
			break;
		case 2: /* put in */
			memmove(text + at + 1, text + at, len - at);
			text[at] = pieces[draw(rng, sizeof(pieces))];
			len++;
			break;
		default: /* copy some */
			memmove(text + at, text + other, min_u32(20, len - max_u32(at, other)));
		}
	}
	return len;
}

/* Either an error that points into the text, or a script that is printed as ever. */
static void any_text(void **state)
{
	const char *const seeds[] = {
		example, stock, whole, "host b {\nadvance 1s\nsignal 2: SIGUSR1\n}\n/* c */ uid 1\n"
	};
	char text[4096];
	struct script_error err;
	struct script *s;
	u32 taken = 0, lines, len;
	u64 rng = 1;

	(void)state;
	for (u32 i = 0; i < MUTANTS; i++) {
		len = (u32)strlen(seeds[i % ARRAY_SIZE(seeds)]);
		memcpy(text, seeds[i % ARRAY_SIZE(seeds)], len);
		len = mutate(text, len, &rng);
		text[len] = '\0';
		s = parse(text, len, &err);
		if (s != NULL) {
			free(fixpoint(s));
			script_free(s);
			taken++;
			continue;
		}
		lines = 1;
		for (u32 j = 0; j < len; j++)
			lines += text[j] == '\n';
		if (err.line < 1 || err.line > lines || err.column < 1 || err.column > len + 1 ||
		    err.text[0] == '\0')
			fail_msg("%s\n%u:%u: %s", text, err.line, err.column, err.text);
	}
	print_message("%u of %u texts are scripts\n", taken, MUTANTS);
	assert_true(taken > MUTANTS / 20);
	assert_true(taken < MUTANTS / 2);
}

/* --- files ---------------------------------------------------------------------------------------
 */

static u32 check_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = malloc(SCRIPT_BYTES);
	struct script_error err;
	struct script *s;
	size_t len;

	assert_non_null(f);
	len = fread(text, 1, SCRIPT_BYTES, f);
	fclose(f);
	s = script_parse(path, text, len, &err);
	if (s == NULL)
		fail_msg("%s:%u:%u: %s", path, err.line, err.column, err.text);
	free(fixpoint(s));
	script_free(s);
	free(text);
	return 1;
}

static void vectors(void **state)
{
	static const char *const patterns[] = { "vectors/*.pkt", "vectors/*/*.pkt",
						"vectors/*/*/*.pkt" };
	glob_t found;
	u32 n = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		if (glob(patterns[i], 0, NULL, &found) != 0)
			continue;
		for (size_t j = 0; j < found.gl_pathc; j++)
			n += check_file(found.gl_pathv[j]);
		globfree(&found);
	}
	print_message("%u scripts in vectors/\n", n);
}

static void speed(void **state)
{
	enum { ROUNDS = 2000 };
	struct script_error err;
	struct timespec begin, end;
	double ns;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (u32 i = 0; i < ROUNDS; i++)
		script_free(script_parse("x", stock, sizeof(stock) - 1, &err));
	clock_gettime(CLOCK_MONOTONIC, &end);
	ns = (double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec);
	print_message("%.1f us for a script of %zu bytes, %.0f MB/s\n", ns / ROUNDS / 1000,
		      sizeof(stock) - 1, (double)sizeof(stock) * ROUNDS * 1000 / ns);
}

/* What strace prints is another way to write the same. */
static void straces_names(void **state)
{
	static const char *const pairs[][2] = {
		{ "setsockopt(3, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5}, 8) = 0\n",
		  "setsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=5}, 8) = 0\n" },
		{ "sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"x\", "
		  "iov_len=1}], "
		  "msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0) = 1\n",
		  "sendmsg(3, {msg_name(0)=NULL, msg_iov(1)=[{\"x\", 1}], msg_flags=0, "
		  "msg_controllen=0}, 0) = 1\n" },
		{ "sendmsg(3, {msg_name=NULL, msg_iov(1)=[{iov_base=..., 1}]}, 0) = 1\n",
		  "sendmsg(3, {msg_name(...)=NULL, msg_iov(1)=[{..., 1}]}, 0) = 1\n" },
		{ "close(3) = -1 EBADF (x (y (z)) and more)\n",
		  "close(3) = -1 EBADF (x [y [z]] and more)\n" },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct script *a = must_parse(pairs[i][0]), *b = must_parse(pairs[i][1]);

		assert_true(script_equal(a, b));
		script_free(a);
		script_free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(straces_names),
		cmocka_unit_test(errors),
		cmocka_unit_test(nul_and_size),
		cmocka_unit_test(layout),
		cmocka_unit_test(times),
		cmocka_unit_test(values),
		cmocka_unit_test(every_form_of_every_call),
		cmocka_unit_test(every_wrong_form),
		cmocka_unit_test(types_end),
		cmocka_unit_test(symbols),
		cmocka_unit_test(every_directive),
		cmocka_unit_test(examples),
		cmocka_unit_test(names),
		cmocka_unit_test(stock_is_told),
		cmocka_unit_test(damaged_trees),
		cmocka_unit_test(unequal),
		cmocka_unit_test(any_text),
		cmocka_unit_test(vectors),
		cmocka_unit_test(speed),
	};

	return cmocka_run_group_tests_name("script_parse", tests, NULL, NULL);
}
