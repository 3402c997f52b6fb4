// SPDX-License-Identifier: MIT
/* test_run_tcpi.c - what assertions of scripts know of a connection: tcpi_*, all of tcp_info.def.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "harness/script/run.h"

#define ADDR(port, addr)                                                                           \
	"{sa_family = AF_INET, sin_port = htons(" #port "), sin_addr = inet_addr(\"" addr "\")}, " \
	"16"
#define OPEN                                                                                       \
	"`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n"                               \
	"`ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0`\n"                             \
	"0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, 0) = 3\n"                                    \
	"+0 bind(3, " ADDR(                                                                        \
		80, "192.0.2.1") ") = 0\n"                                                         \
				 "+0 listen(3, 4) = 0\n"                                           \
				 "+0 < 192.0.2.2:40001 > 192.0.2.1:80 S 0:0(0) win 65535 "         \
				 "<mss 1460, sackOK, TS val 100 ecr 0, nop, wscale 7>\n"           \
				 "+0 > 192.0.2.1:80 > 192.0.2.2:40001 S. 0:0(0) ack 1 <...>\n"     \
				 "+.01 < 192.0.2.2:40001 > 192.0.2.1:80 . 1:1(0) ack 1 win 1000 "  \
				 "<nop, nop, TS val 110 ecr 1>\n"                                  \
				 "+0 accept(3, ..., ...) = 4\n"
#define SEND                                                                                       \
	"+0 send(4, ..., 3000, 0) = 3000\n"                                                        \
	"+0 > 192.0.2.1:80 > 192.0.2.2:40001 . 1:1449(1448) ack 1 <...>\n"                         \
	"+0 > 192.0.2.1:80 > 192.0.2.2:40001 P. 1449:2897(1448) ack 1 <...>\n"                     \
	"+0 > 192.0.2.1:80 > 192.0.2.2:40001 P. 2897:3001(104) ack 1 <...>\n"

static struct run_result run(const char *text)
{
	struct script_error err = { 0 };
	struct script *s = script_parse("t.pkt", text, strlen(text), &err);
	struct run_options o;
	struct run_result r;

	if (s == NULL)
		fail_msg("%u:%u: %s", err.line, err.column, err.text);
	run_options_init(&o);
	r = run_script(s, &o, NULL);
	script_free(s);
	return r;
}

static void passes(const char *text)
{
	struct run_result r = run(text);

	if (r.verdict != RUN_PASSED)
		fail_msg("%s", r.message);
	run_result_free(&r);
}

/* Each has a value. */
static void all_are_known(void **state)
{
	char text[8192];
	size_t n = (size_t)snprintf(text, sizeof(text), "%s%%{\n", OPEN);

	(void)state;
#define X(name, offset, bytes, bit, bits)                                                          \
	n += (size_t)snprintf(text + n, sizeof(text) - n,                                          \
			      "assert " #name " == " #name ", '" #name "'\n");
#include "harness/script/tcp_info.def"
#undef X
	assert_true(n + 8 < sizeof(text));
	(void)snprintf(text + n, sizeof(text) - n, "}%%\n");
	passes(text);
}

static void values(void **state)
{
	(void)state;
	passes(OPEN "%{\n"
		    "assert tcpi_state == 1\n"
		    "assert tcpi_options & 7 == 7, tcpi_options\n"
		    "assert tcpi_snd_wscale == 7\n"
		    "assert tcpi_snd_cwnd == 10\n"
		    "assert tcpi_snd_mss == 1448\n"
		    "assert tcpi_rtt == 10000, tcpi_rtt\n"
		    "assert tcpi_rttvar == 5000, tcpi_rttvar\n"
		    "assert tcpi_unacked == 0\n"
		    "}%\n" SEND "%{\n"
		    "assert tcpi_unacked == 3, tcpi_unacked\n"
		    "assert tcpi_bytes_sent == 3000\n"
		    "assert tcpi_bytes_acked == 0, tcpi_bytes_acked\n"
		    "assert tcpi_data_segs_out == 3, tcpi_data_segs_out\n"
		    "}%\n"
		    "+.01 < 192.0.2.2:40001 > 192.0.2.1:80 . 1:1(0) ack 1449 win 1000 "
		    "<nop, nop, TS val 120 ecr 11, nop, nop, sack 2897:3001>\n"
		    "%{\n"
		    "assert tcpi_unacked == 2\n"
		    "assert tcpi_sacked == 1\n"
		    "assert tcpi_bytes_acked == 1448, tcpi_bytes_acked\n"
		    "}%\n");
}

static void a_wrong_one_fails(void **state)
{
	struct run_result r =
		run(OPEN SEND "%{ assert tcpi_unacked == 2, 'unacked %d' % tcpi_unacked }%\n");

	(void)state;
	assert_int_equal(r.verdict, RUN_FAILED);
	assert_non_null(strstr(r.message, "AssertionError: unacked 3"));
	run_result_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_known),
		cmocka_unit_test(values),
		cmocka_unit_test(a_wrong_one_fails),
	};

	return cmocka_run_group_tests_name("run_tcpi", tests, NULL, NULL);
}
