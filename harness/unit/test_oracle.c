// SPDX-License-Identifier: MIT
/* test_oracle.c - second looks: each holds where nothing is wrong, and finds a run that is changed
 * behind its back.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "harness/diff/generate.h"
#include "harness/fuzz/oracle_internal.h"

enum { TEXT_MAX = 1 << 16, RANDOM_PROGRAMS = 60 };

/* Datagrams both ways, a cut one, an echo, an error: something that each look can look at. */
static const char program[] =
	"`ip link set lo up; ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n"
	"`ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0`\n"
	"0 socket(AF_INET, SOCK_DGRAM, 0) = ...\n"
	"+0 bind(3, {sa_family = AF_INET, sin_port = htons(5000), sin_addr = "
	"inet_addr(\"192.0.2.1\")}, 16) = ...\n"
	"+.1 < 192.0.2.2:7 > 192.0.2.1:5000 udp (40) \"0123456789012345678901234567890123456789\"\n"
	"+0 recv(3, ..., 100, MSG_DONTWAIT) = ...\n"
	"+.1 sendto(3, \"back\", 4, 0, {sa_family = AF_INET, sin_port = htons(7), sin_addr = "
	"inet_addr(\"192.0.2.2\")}, 16) = ...\n"
	"+.1 < 192.0.2.2 > 192.0.2.1 icmp echo_request id 7 seq 1 (20)\n"
	"+.1 < 192.0.2.2:7 > 192.0.2.1:9 udp (5)\n"
	"+.1 recv(3, ..., 100, MSG_DONTWAIT) = ...\n";

static struct script *parse(const char *name, const char *text, size_t len)
{
	struct script_error err = { 0 };
	struct script *s = script_parse(name, text, len, &err);

	if (s == NULL)
		fail_msg("%s:%u: %s", name, err.line, err.text);
	return s;
}

static enum look_verdict look_at(const struct script *s, u32 looks, struct dut_worlds *worlds)
{
	struct look_finding f = { 0 };
	enum look_verdict v = fuzz_look(s, looks, worlds, &f);

	if (v == LOOK_FOUND)
		print_message("%s: %s: %s\n%s\n", s->name, detector_names[f.detector], f.signature,
			      f.detail);
	free(f.detail);
	return v;
}

static struct script *read_script(const char *path)
{
	static char text[TEXT_MAX];
	FILE *f = fopen(path, "rb");
	size_t len;

	assert_non_null(f);
	len = fread(text, 1, sizeof(text), f);
	fclose(f);
	return parse(path, text, len);
}

static void every_look_holds(void **state)
{
	static const char *const vectors[] = {
		"vectors/udp/blocking-read.pkt",     "vectors/frag/corked.pkt",
		"vectors/icmp/error-queue-full.pkt", "vectors/cmsg/timestamp.pkt",
		"vectors/cmsg/checksum-carry.pkt",   "vectors/arp/notify.pkt",
		"vectors/raw/error-queue.pkt",	     "vectors/arp/one-gateway-many-hosts.pkt",
		"vectors/ip/counted-by-ecn.pkt",     "vectors/icmp/timestamp-answered.pkt",
	};
	struct dut_worlds *worlds = dut_worlds_new();
	struct script *own = parse("program", program, strlen(program));

	(void)state;
	/* Here each has to say something. */
	for (u32 l = 0; l < LOOK_MAX; l++)
		assert_int_equal(look_at(own, 1u << l, worlds), LOOK_HOLDS);
	for (u32 i = 0; i < ARRAY_SIZE(vectors); i++) {
		struct script *s;

		if (access(vectors[i], R_OK) != 0)
			fail_msg("%s is not there", vectors[i]);
		s = read_script(vectors[i]);
		for (u32 l = 0; l < LOOK_MAX; l++)
			assert_int_not_equal(look_at(s, 1u << l, worlds), LOOK_FOUND);
		script_free(s);
	}
	script_free(own);
	dut_worlds_free(worlds);
}

static void random_programs_hold(void **state)
{
	struct dut_worlds *worlds = dut_worlds_new();
	struct generate g;
	u32 held = 0;

	(void)state;
	generate_init(&g, 11);
	for (u32 i = 0; i < RANDOM_PROGRAMS; i++) {
		enum generate_area area;
		size_t len;
		char *text = generate_program(&g, i, &len, &area);
		struct script *s = parse("random", text, len);
		enum look_verdict v = look_at(s, LOOKS_ALL, worlds);

		assert_int_not_equal(v, LOOK_FOUND);
		held += v == LOOK_HOLDS;
		script_free(s);
		free(text);
	}
	assert_true(held > RANDOM_PROGRAMS * 3 / 4);
	dut_worlds_free(worlds);
}

/* --- mistakes
 * -------------------------------------------------------------------------------------- */

enum plant { PLANT_RESULT, PLANT_FRAME };

static struct {
	enum plant what;
	u32 run; /* that is changed: the n-th */
	u32 runs;
} planted;

static void change_result(struct record *r)
{
	for (u32 i = 0; i < r->nr; i++) {
		char *text = r->event[i].text != 0 ? r->text + r->event[i].text - 1 : NULL;
		char *digit = text != NULL ? strstr(text, "0123456789") : NULL;

		if (r->event[i].kind == RECORD_RETURN && digit != NULL)
			digit[3] = 'x';
	}
}

/* The last byte of the datagram that the program sends. */
static void change_frame(struct record *r)
{
	static const u8 back[] = "back";

	for (u32 i = 0; i < r->nr; i++) {
		const struct record_event *e = &r->event[i];
		u8 *at = r->bytes + e->bytes;

		if (e->kind == RECORD_OUT && e->len >= 46 && memcmp(at + 42, back, 4) == 0)
			at[45] = '!';
	}
}

static void plant(struct look_run *r, const struct run_options *o)
{
	(void)o;
	if (planted.runs++ != planted.run)
		return;
	if (planted.what == PLANT_RESULT)
		change_result(&r->item.record);
	else
		change_frame(&r->item.record);
}

/* Which of a look's runs is the other one: those before it are of the program as it is, and on the
 * device that the look starts from.
 */
static u32 other_run(enum fuzz_look l)
{
	return l == LOOK_twice || l == LOOK_checks ? 1 : 2;
}

static void finds(const struct script *s, enum fuzz_look l, enum plant what, const char *word)
{
	struct look_finding f = { 0 };
	enum look_verdict v;

	planted.what = what;
	planted.run = other_run(l);
	planted.runs = 0;
	v = fuzz_look(s, 1u << l, NULL, &f);
	if (v != LOOK_FOUND)
		fail_msg("%s does not find it", fuzz_looks[l].name);
	assert_int_equal(f.detector, fuzz_looks[l].detector);
	assert_non_null(strstr(f.signature, fuzz_looks[l].name));
	assert_non_null(strstr(f.signature, word));
	assert_non_null(f.detail);
	assert_true(strpbrk(f.signature, "0123456789") == NULL);
	free(f.detail);
}

static void every_look_finds(void **state)
{
	struct script *s = parse("program", program, strlen(program));

	(void)state;
	look_hook = plant;
	for (u32 l = 0; l < LOOK_MAX; l++) {
		finds(s, (enum fuzz_look)l, PLANT_RESULT, "recv");
		finds(s, (enum fuzz_look)l, PLANT_FRAME, "udp");
	}
	look_hook = NULL;
	script_free(s);
}

static void names_are_parsed(void **state)
{
	u32 looks;

	(void)state;
	assert_true(fuzz_looks_parse("all", &looks));
	assert_int_equal(looks, LOOKS_ALL);
	assert_true(fuzz_looks_parse("none", &looks));
	assert_int_equal(looks, 0);
	assert_true(fuzz_looks_parse("twice,device", &looks));
	assert_int_equal(looks, 1u << LOOK_twice | 1u << LOOK_device);
	assert_false(fuzz_looks_parse("twice,", &looks));
	assert_false(fuzz_looks_parse("", &looks));
	assert_false(fuzz_looks_parse("thrice", &looks));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_look_holds),
		cmocka_unit_test(random_programs_hold),
		cmocka_unit_test(every_look_finds),
		cmocka_unit_test(names_are_parsed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
