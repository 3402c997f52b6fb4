// SPDX-License-Identifier: MIT
/* test_detect.c - what programs say before they end, and what is made of it: reports of sanitizers
 * of both compilers, asserts, findings of targets, signals. Then programs that are run: they find,
 * hang, end in all ways, several at a time.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "harness/campaign/detect.h"

enum { ERR = 512, FAILED = 1 << 8, NOT_IMPLEMENTED = 4 << 8 };

static const struct {
	const char *name, *said;
	int status;
	enum detector detector;
	const char *signature; /* NULL: nothing is found */
} reports[] = {
	{ "gcc ASan",
	  "=================================================================\n"
	  "==4242==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000011 at pc "
	  "0x55a bp 0x7ffc sp 0x7ffc\n"
	  "READ of size 1 at 0x602000000011 thread T0\n"
	  "    #0 0x5555559 in get_be16 refstack/base/bytes.h:33\n"
	  "    #1 0x555555a in udp_rcv refstack/ipv4/udp_recv.c:601\n"
	  "    #2 0x555555b in ip_local_deliver_finish /src/tree/refstack/ipv4/ip_input.c:88\n"
	  "    #3 0x555555c in ip_rcv /src/tree/refstack/ipv4/ip_input.c:200\n"
	  "\n"
	  "0x602000000011 is located 0 bytes to the right of 1-byte region\n"
	  "allocated by thread T0 here:\n"
	  "    #0 0x7ffff in malloc ../../../../src/libsanitizer/asan/asan_malloc_linux.cpp:145\n",
	  FAILED, DETECTOR_sanitizer, "heap-buffer-overflow in udp_rcv, ip_local_deliver_finish" },
	{ "clang ASan, memcpy",
	  "==1==ERROR: AddressSanitizer: stack-buffer-overflow on address 0x7ffd at pc 0x4 bp 0x7 "
	  "sp "
	  "0x7\n"
	  "WRITE of size 300 at 0x7ffd thread T0\n"
	  "    #0 0x4a in __asan_memcpy (/b/clang-asan/replay_rx+0x4a0)\n"
	  "    #1 0x4b in copy_option /src/refstack/refstack/ipv4/ip_options.c:12:2\n",
	  FAILED, DETECTOR_sanitizer, "stack-buffer-overflow in copy_option" },
	{ "ASan, a wild address",
	  "AddressSanitizer:DEADLYSIGNAL\n"
	  "==9==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000018 (pc 0x55 bp 0x7 sp "
	  "0x7 T0)\n"
	  "==9==The signal is caused by a READ memory access.\n"
	  "    #0 0x55 in sk_wake refstack/core/sock.c:3\n",
	  FAILED, DETECTOR_sanitizer, "SEGV in sk_wake" },
	{ "ASan, freed twice",
	  "==9==ERROR: AddressSanitizer: attempting double-free on 0x60 in thread T0:\n"
	  "    #0 0x7 in __interceptor_free ../asan_malloc_linux.cpp:52\n"
	  "    #1 0x5 in record_free harness/script/record.c:9\n",
	  FAILED, DETECTOR_sanitizer, "attempting double-free in record_free" },
	{ "ASan, freed pool memory",
	  "==9==ERROR: AddressSanitizer: use-after-poison on address 0x60 at pc 0x1 bp 0x2 sp 0x3\n"
	  "    #0 0x5 in fib_lookup refstack/ipv4/fib_trie.c:9\n",
	  FAILED, DETECTOR_sanitizer, "use-after-poison in fib_lookup" },
	{ "gcc UBSan",
	  "refstack/ipv4/udp.c:17:3: runtime error: signed integer overflow: 2147483647 + 12 "
	  "cannot "
	  "be represented in type 'int'\n"
	  "    #0 0x55 in udp_len refstack/ipv4/udp.c:17\n"
	  "    #1 0x55 in udp_sendmsg refstack/ipv4/udp.c:317\n",
	  FAILED, DETECTOR_sanitizer,
	  "refstack/ipv4/udp.c: signed integer overflow: N + N cannot be represented in type 'int' "
	  "in udp_len, udp_sendmsg" },
	{ "clang UBSan without a stack",
	  "/src/nicmodel/igb.c:170:30: runtime error: index 9 out of bounds for type 'u8[4]'\n"
	  "SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior /src/nicmodel/igb.c:170:30 in\n",
	  FAILED, DETECTOR_sanitizer, "nicmodel/igb.c: index N out of bounds for type 'u8[N]'" },
	{ "LSan",
	  "\n==77==ERROR: LeakSanitizer: detected memory leaks\n"
	  "\n"
	  "Direct leak of 32 byte(s) in 1 object(s) allocated from:\n"
	  "    #0 0x7 in __interceptor_malloc ../asan_malloc_linux.cpp:145\n"
	  "    #1 0x5 in script_new harness/script/script.c:9\n"
	  "    #2 0x5 in script_parse harness/script/parse.c:99\n",
	  23 << 8, DETECTOR_sanitizer, "leak of what was allocated in script_new, script_parse" },
	{ "MSan",
	  "==3==WARNING: MemorySanitizer: use-of-uninitialized-value\n"
	  "    #0 0x5 in csum_partial /w/refstack/base/csum.c:9:2\n"
	  "    #1 0x5 in icmp_rcv /w/refstack/ipv4/icmp.c:9:2\n",
	  FAILED, DETECTOR_sanitizer, "use-of-uninitialized-value in icmp_rcv" },
	{ "a check, with its stack",
	  "refstack: refstack/core/skbuff.c:99: check failed: len <= skb->len\n"
	  "AddressSanitizer:DEADLYSIGNAL\n"
	  "==3==ERROR: AddressSanitizer: ABRT on unknown address 0x1 (pc 0x7 bp 0x8 sp 0x9 T0)\n"
	  "    #0 0x7 in raise (/lib/x86_64-linux-gnu/libc.so.6+0x3c)\n"
	  "    #1 0x7 in abort (/lib/x86_64-linux-gnu/libc.so.6+0x26)\n"
	  "    #2 0x5 in check_failed harness/lib/fail.c:25\n"
	  "    #3 0x5 in skb_pull refstack/core/skbuff.c:99\n",
	  FAILED, DETECTOR_invariant, "refstack/core/skbuff.c in skb_pull: len <= skb->len" },
	{ "a check of the world",
	  "refstack: harness/lib/conserve.c:85: check failed: host 0: lost: packet 7 (69 bytes)\n"
	  "==3==ERROR: AddressSanitizer: ABRT on unknown address 0x1 (pc 0x7 bp 0x8 sp 0x9 T0)\n"
	  "    #3 0x5 in conserve_broken harness/lib/conserve.c:85\n",
	  SIGABRT, DETECTOR_invariant, "harness/lib/conserve.c: host N: lost: packet N (N bytes)" },
	{ "a packet on its way",
	  "invariant broken at dev_queue_xmit: IPv4 header checksum\n  45 00 00\n", SIGABRT,
	  DETECTOR_invariant, "dev_queue_xmit: IPv4 header checksum" },
	{ "a target's own word",
	  "found: relation: perturb: call recvfrom data\nrefstack: x.c:1: check failed: later\n",
	  SIGABRT, DETECTOR_relation, "perturb: call recvfrom data" },
	{ "a word that is none", "found: nobody: knows\n", SIGABRT, DETECTOR_crash, "SIGABRT" },
	{ "a signal", "", SIGSEGV, DETECTOR_crash, "SIGSEGV" },
	{ "an abort that only a sanitizer saw",
	  "==3==ERROR: AddressSanitizer: ABRT on unknown address 0x1 (pc 0x7 bp 0x8 sp 0x9 T0)\n"
	  "    #2 0x5 in must harness/lib/must.h:12\n    #3 0x5 in take harness/diff/side.c:9\n",
	  FAILED, DETECTOR_crash, "ABRT" },
	{ "an exit code", "nonsense\n", 99 << 8, DETECTOR_crash, "exit status 99" },
	{ "libFuzzer's time", "==5== ERROR: libFuzzer: timeout after 25 seconds\n", 70 << 8,
	  DETECTOR_liveness, "an input takes time without end" },
	{ "libFuzzer's memory", "==5== ERROR: libFuzzer: out-of-memory (used: 2050Mb)\n", 71 << 8,
	  DETECTOR_liveness, "an input takes memory without end" },
	{ "not implemented", "refstack: not implemented: tcp\n", NOT_IMPLEMENTED, 0, NULL },
	{ "a good end", "replayed 1 inputs\n", 0, 0, NULL },
	{ "a good end that speaks of findings", "found: relation: x\n", 0, 0, NULL },
};

static void read_all(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(reports); i++) {
		struct detection d;
		bool found = detect_read(reports[i].said, reports[i].status, &d);

		if (found != (reports[i].signature != NULL))
			fail_msg("%s: found %d", reports[i].name, found);
		if (found && (d.detector != reports[i].detector ||
			      strcmp(d.signature, reports[i].signature) != 0))
			fail_msg("%s: %s: '%s', not '%s'", reports[i].name,
				 detector_names[d.detector], d.signature, reports[i].signature);
		assert_string_equal(d.text, reports[i].said);
		detection_free(&d);
	}
}

/* Each digit of a report changed into others: addresses, lines, sizes and process ids are in no
 * signature. Of names digits are a part, so that what stands in none of them is changed only.
 */
static void numbers_do_not_matter(void **state)
{
	(void)state;
	for (u32 i = 0; i < 8; i++) {
		char *said = strdup(reports[i].said);
		struct detection d;

		for (char *p = said; *p != '\0'; p++)
			if (*p >= '3' && *p <= '9' && (p == said || p[-1] < 'a') &&
			    (p == said || p[-1] != '#'))
				*p = *p == '9' ? '3' : (char)(*p + 1);
		if (i != 6) /* which has a type's name */
			assert_true(detect_read(said, reports[i].status, &d));
		if (i != 6) {
			assert_string_equal(d.signature, reports[i].signature);
			detection_free(&d);
		}
		free(said);
	}
}

/* Any part of a report, and any byte of it broken: something is found, nothing is read beyond. */
static void cut_and_broken(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(reports); i++) {
		size_t len = strlen(reports[i].said);

		for (size_t at = 0; at <= len; at++) {
			char *said = strndup(reports[i].said, at);
			struct detection d;

			assert_true(detect_read(said, SIGABRT, &d));
			assert_in_range(strlen(d.signature), 1, DETECT_SIGNATURE - 1);
			detection_free(&d);
			free(said);
			said = strdup(reports[i].said);
			if (at < len)
				said[at] = (char)0xff;
			assert_true(detect_read(said, SIGABRT, &d));
			detection_free(&d);
			free(said);
		}
	}
}

/* --- programs --- */

static char build[] = "/tmp/refstack-detect-XXXXXX";

/* Its own name says what it does. */
static const char program[] =
	"#!/bin/sh\n"
	"word=$(cat \"$3\")\n"
	"case $word in\n"
	"found*) echo 'found: liveness: it stands still' >&2; kill -ABRT $$;;\n"
	"looks*) [ \"$2\" = twice ] || exit 0; echo \"found: determinism: $2\"; exit 1;;\n"
	"hang*) sleep 60;;\n"
	"child*) sleep 60 & exit 0;;\n"
	"nul*) printf 'found: crash: a\\0b\\n'; exit 1;;\n"
	"much*) yes | head -c 3000000; echo 'found: crash: too late'; exit 7;;\n"
	"code*) exit \"${word#code}\";;\n"
	"esac\n"
	"echo \"replayed 1 inputs\"\n";

static int make_program(void **state)
{
	char path[128];
	FILE *f;

	(void)state;
	if (mkdtemp(build) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/asan", build);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/asan/replay_pkt", build);
	f = fopen(path, "w");
	if (f == NULL)
		return -1;
	fputs(program, f);
	fclose(f);
	return chmod(path, 0700);
}

static int remove_program(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/asan/replay_pkt", build);
	unlink(path);
	snprintf(path, sizeof(path), "%s/asan", build);
	rmdir(path);
	return rmdir(build);
}

static struct detection run(const char *input, const char *looks, u32 seconds)
{
	struct detect how = { .build = build, .looks = looks, .seconds = seconds };
	struct detection d;
	char err[ERR] = "";

	if (detect_run(&how, "pkt", (const u8 *)input, strlen(input), &d, err, sizeof(err)) != 0)
		fail_msg("%s", err);
	return d;
}

static void finds(const char *input, const char *looks, const char *signature)
{
	struct detection d = run(input, looks, 0);

	if (d.found != (signature != NULL) || (d.found && strcmp(d.signature, signature) != 0))
		fail_msg("%s: '%s', not '%s'", input, d.signature, signature);
	detection_free(&d);
}

static void runs(void **state)
{
	(void)state;
	finds("found", NULL, "it stands still");
	finds("nothing", NULL, NULL);
	finds("", NULL, NULL);
	finds("looks", "none", NULL);
	finds("looks", "twice", "twice");
	finds("nul", NULL, "a b");
	finds("code4", NULL, NULL);
	finds("code9", NULL, "exit status 9");
	finds("much", NULL, "exit status 7");
	finds("child", NULL, NULL);
}

static void hangs(void **state)
{
	struct detection d = run("hang", NULL, 1);

	(void)state;
	assert_true(d.found);
	assert_int_equal(d.detector, DETECTOR_liveness);
	assert_string_equal(d.signature, "an input takes time without end");
	detection_free(&d);
}

static void cannot(void **state)
{
	struct detect how = { .build = build };
	struct detection d;
	char err[ERR] = "";

	(void)state;
	assert_int_equal(detect_run(&how, "rx", (const u8 *)"", 0, &d, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "asan/replay_rx"));
	assert_int_equal(detect_run(&how, "pkt", (const u8 *)"code2", 5, &d, err, sizeof(err)), -1);
	assert_int_equal(detect_run(&how, "pkt", (const u8 *)"code127", 7, &d, err, sizeof(err)),
			 -1);
}

/* In their order, whatever the number at a time. */
static void several(void **state)
{
	static const char *const inputs[] = {
		"found", "code9", "x", "found", "code8", "y", "code7"
	};
	static const char *const want[] = { "it stands still", "exit status 9", "",
					    "it stands still", "exit status 8", "",
					    "exit status 7" };
	struct detect how = { .build = build };
	char err[ERR];

	(void)state;
	for (u32 workers = 1; workers < 9; workers += 3) {
		struct detect_item item[ARRAY_SIZE(inputs)];

		for (u32 i = 0; i < ARRAY_SIZE(inputs); i++)
			item[i] = (struct detect_item){ .input = (const u8 *)inputs[i],
							.len = strlen(inputs[i]) };
		assert_int_equal(detect_all(&how, "pkt", item, ARRAY_SIZE(inputs), workers, err,
					    sizeof(err)),
				 0);
		for (u32 i = 0; i < ARRAY_SIZE(inputs); i++) {
			assert_string_equal(item[i].d.signature, want[i]);
			detection_free(&item[i].d);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_all),	  cmocka_unit_test(numbers_do_not_matter),
		cmocka_unit_test(cut_and_broken), cmocka_unit_test(runs),
		cmocka_unit_test(hangs),	  cmocka_unit_test(cannot),
		cmocka_unit_test(several),
	};

	return cmocka_run_group_tests(tests, make_program, remove_program);
}
