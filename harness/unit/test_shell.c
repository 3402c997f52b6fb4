// SPDX-License-Identifier: MIT
/* test_shell.c - commands in backquotes: what sh makes of a text, what commands answer, and that
 * nothing happens to the machine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/rng.h"
#include "core/sysctl.h"
#include "harness/script/shell.h"
#include "harness/unit/arp_net.h"

struct fixture {
	struct arp_net *a;
	struct dut *dut;
	struct shell sh;
	char out[SHELL_OUT], err[512];
};

static struct fixture *fixture_new(bool ksft)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->a = arp_net_new(true);
	f->dut = dut_refstack_on(f->a->w, 1);
	shell_init(&f->sh, f->dut, 0, "eth0", ksft);
	return f;
}

static void fixture_free(struct fixture *f)
{
	f->dut->ops->destroy(f->dut);
	arp_net_free(f->a);
	free(f);
}

static int run_len(struct fixture *f, const char *text, u32 len)
{
	f->out[0] = '\0';
	return shell_run(&f->sh, text, len, f->out, sizeof(f->out), f->err, sizeof(f->err));
}

static int run(struct fixture *f, const char *text)
{
	return run_len(f, text, (u32)strlen(text));
}

static const struct row {
	const char *text;
	int status;
	const char *out, *err;
} rows[] = {
	/* words */
	{ "", 0, "", "" },
	{ "  \n\t# only this\n\n", 0, "", "" },
	{ "echo a  b\tc", 0, "a b c\n", "" },
	{ "echo 'a  b' \"c  d\"e\\ f", 0, "a  b c  de f\n", "" },
	{ "echo \"\\$ \\\" \\\\ \\a `echo`\"", -1, "", "column 19: commands within commands" },
	{ "echo \"\\$ \\\" \\\\ \\a\"", 0, "$ \" \\ \\a\n", "" },
	{ "echo 'it is \\n'", 0, "it is \\n\n", "" },
	{ "echo a\\\nb \\\n c", 0, "ab c\n", "" },
	{ "echo a\\\r\nb\r\necho c\r\n", 0, "ab\nc\n", "" },
	{ "echo a#b #c", 0, "a#b\n", "" },
	{ "echo \"a\\\nb\" 'c\nd'", 0, "ab c\nd\n", "" },
	{ "echo '' x", 0, " x\n", "" },
	{ "echo -n a; echo b", 0, "ab\n", "" },
	{ "echo * ? [a] ~", 0, "* ? [a] ~\n", "" },
	{ "echo ${PPID} $PPID\"$PPID\"", 0, "1 11\n", "" },
	{ "echo $HOME", -1, "",
	  "column 6: '$': of what sh expands there is only $((...)) and "
	  "${PPID}" },
	{ "echo $PPIDX", -1, "",
	  "column 6: '$': of what sh expands there is only $((...)) and "
	  "${PPID}" },
	{ "echo $(true)", -1, "",
	  "column 6: '$': of what sh expands there is only $((...)) and "
	  "${PPID}" },
	{ "echo 'a", -1, "", "column 6: a ' without its end" },
	{ "true\necho \"a\nb", -1, "", "line 2, column 6: a \" without its end" },
	{ "echo a\\", -1, "", "column 8: a backslash at the end" },
	{ "X=1 echo", -1, "", "column 1: X=1: there are no variables here" },
	{ "(echo a)", -1, "", "column 1: '(': commands within commands" },
	/* arithmetic */
	{ "echo $((32*1024*1024))", 0, "33554432\n", "" },
	{ "echo x$((1+2*3))y$(( (1 + 2) * 3 ))", 0, "x7y9\n", "" },
	{ "echo $((7/2)) $((-7/2)) $((7%3)) $((-7%3)) $((2-3-4)) $((100/5/2))", 0,
	  "3 -3 1 -1 -5 10\n", "" },
	{ "echo $((1<<4)) $((256>>4)) $((-1>>1)) $((1<<2+1)) $((~5)) $((-(-3))) $((+4))", 0,
	  "16 16 -1 8 -6 3 4\n", "" },
	{ "echo $((0x10)) $((010)) $((0)) \"$((2+2))\"", 0, "16 8 0 4\n", "" },
	{ "echo $((1<<63))", 0, "-9223372036854775808\n", "" },
	{ "echo $((1/0))", -1, "", "column 6: $((1/0)): division by zero" },
	{ "echo $((1%(2-2)))", -1, "", "column 6: $((1%(2-2))): division by zero" },
	{ "echo $(((1<<63)/-1))", -1, "", "column 6: $(((1<<63)/-1)): a result that is too large" },
	{ "echo $((1<<64))", -1, "",
	  "column 6: $((1<<64)): a shift by less than 0 or more than 63" },
	{ "echo $(())", -1, "", "column 6: $(()): no number where one must be" },
	{ "echo $((1+))", -1, "", "column 6: $((1+)): no number where one must be" },
	{ "echo $((1 2))", -1, "",
	  "column 6: $((1 2)): no operator where one must be (+ - * / % << >>)" },
	{ "echo $((08))", -1, "", "column 6: $((08)): a number that is none" },
	{ "echo $((9223372036854775808))", -1, "",
	  "column 6: $((9223372036854775808)): a number that is too large" },
	{ "echo $((1", -1, "", "column 6: $(( without its ))" },
	{ "echo $(((1))", -1, "", "column 6: $(( without its ))" },
	{ "echo $((1)+1))", -1, "", "column 6: $((1)+1)): a ) too many" },
	/* lists */
	{ "true", 0, "", "" },
	{ "false", 1, "", "" },
	{ "false; true", 0, "", "" },
	{ "true && echo a", 0, "a\n", "" },
	{ "false && echo a", 1, "", "" },
	{ "false || echo a", 0, "a\n", "" },
	{ "true || echo a", 0, "", "" },
	{ "false && echo a || echo b", 0, "b\n", "" },
	{ "true || echo a && echo b", 0, "b\n", "" },
	{ "false && echo a | cat | cat; echo b", 0, "b\n", "" },
	{ "false | true", 0, "", "" },
	{ "true | false", 1, "", "" },
	{ "! false", 0, "", "" },
	{ "! true | true", 1, "", "" },
	{ "true &&\n echo a", 0, "a\n", "" },
	{ ": ; : \n :", 0, "", "" },
	{ "; true", -1, "", "column 1: expected a command" },
	{ "true ;; true", -1, "", "column 7: expected a command" },
	{ "true &&", -1, "", "column 8: expected a command" },
	{ "| true", -1, "", "column 1: expected a command" },
	{ "true | | true", -1, "", "column 8: expected a command" },
	{ "true & true", -1, "", "column 6: '&': nothing runs in the background here" },
	/* where output goes */
	{ "echo a >/dev/null", 0, "", "" },
	{ "echo a > /dev/null; echo b 1>/dev/null", 0, "", "" },
	{ "cat /none", 1, "", "cat: /none: No such file or directory\n" },
	{ "cat /none 2>/dev/null", 1, "", "" },
	{ "cat /none 2>&1", 1, "cat: /none: No such file or directory\n", "" },
	{ "cat /none 2>&1 | grep -c none", 0, "1\n", "" },
	{ "cat /none >/dev/null 2>&1", 1, "", "" },
	{ "cat /none 2>&1 >/dev/null", 1, "cat: /none: No such file or directory\n", "" },
	{ "echo a > /tmp/x", -1, "",
	  "column 10: > /tmp/x: scripts write to /dev/null, and to knobs below /proc/sys and "
	  "/sys/module/tcp_cubic/parameters" },
	{ "echo a >", -1, "", "column 9: expected a file after >" },
	{ "cat < /etc/passwd", -1, "", "column 5: '<': there is no input but from a pipe" },
	/* text */
	{ "echo 'a\nb\nc' | grep b", 0, "b\n", "" },
	{ "echo 'a\nb\nc' | grep -v b", 0, "a\nc\n", "" },
	{ "echo 'a\nb\nc' | grep -c .", 0, "3\n", "" },
	{ "echo 'a\nb\nc' | grep -vc b", 0, "2\n", "" },
	{ "echo abc | grep -q b", 0, "", "" },
	{ "echo abc | grep -q x", 1, "", "" },
	{ "echo aBc | grep -io 'b.'", 0, "Bc\n", "" },
	{ "echo a1b22 | grep -oE '[0-9]+'", 0, "1\n22\n", "" },
	{ "echo a+b | grep -F +", 0, "a+b\n", "" },
	{ "echo ab | grep '^b'", 1, "", "" },
	{ "echo aa | grep -o '^a'", 0, "a\n", "" },
	{ "echo 'a\nb\nc' | head -2", 0, "a\nb\n", "" },
	{ "echo 'a\nb\nc' | tail -n 1", 0, "c\n", "" },
	{ "echo 'a\nb\nc' | wc -l", 0, "3\n", "" },
	{ "echo abc | wc -c", 0, "4\n", "" },
	{ "echo a | grep", -1, "", "column 10: grep: a pattern is missing at column 14" },
	{ "echo a | grep -R x", -1, "",
	  "column 10: grep: unknown option -R; there are -q -c -v -E -i -o -F" },
	{ "echo a | grep '\\(a'", -1, "", "column 10: grep: \\(a: Unmatched ( or \\(" },
	{ "echo a | grep '\\(a\\)\\1'", -1, "",
	  "column 10: grep: \\1: patterns refer to no group here" },
	{ "echo a | grep -E '((a{99}){99}){99}'", -1, "",
	  "column 10: grep: a pattern that repeats more than 100 times" },
	{ "grep x", -1, "", "grep: nothing to read: it stands behind no pipe" },
	{ "true | head -x", -1, "", "column 8: head: expected -N or -n N, a number of lines" },
	/* what configures */
	{ "sysctl -q net.ipv4.tcp_ecn=1; sysctl net.ipv4.tcp_ecn", 0, "net.ipv4.tcp_ecn = 1\n",
	  "" },
	{ "sysctl -q net.ipv4.tcp_rmem=\"4096 131072 $((32*1024*1024))\"\nsysctl -n "
	  "net.ipv4.tcp_rmem",
	  0, "4096\t131072\t33554432\n", "" },
	{ "sysctl net.ipv4.tcp_ecn=9", 1, "",
	  "sysctl: setting key \"net.ipv4.tcp_ecn\": Invalid argument\n" },
	{ "sysctl net.ipv4.none || echo no", 0, "no\n",
	  "sysctl: cannot stat /proc/sys/net/ipv4/none: No such file or directory\n" },
	{ "/sbin/ip link set eth0 mtu 900 && ip link show eth0 | grep -oE 'mtu [0-9]+'", 0,
	  "mtu 900\n", "" },
	{ "tc qdisc delete dev eth0 root 2>/dev/null ; tc qdisc add dev eth0 root pfifo limit 0", 0,
	  "", "" },
	{ "tc qdisc delete dev eth0 root && echo gone", 2, "",
	  "Error: Cannot delete qdisc with handle of zero.\n" },
	{ "true\nip link frob", -1, "",
	  "line 2: ip link: unknown word 'frob' at column 9; expected set|show" },
	{ "ip link show nodev 2>/dev/null || ip link show lo | head -1 | wc -l", 0, "1\n", "" },
	{ "ip tcp_metrics flush all > /dev/null 2>&1", 0, "", "" },
	{ "ethtool -K eth0 gso off; ethtool -k eth0 | grep -q 'generic-segmentation-offload: off'",
	  0, "", "" },
	/* knobs by path */
	{ "echo 3 > /sys/module/tcp_cubic/parameters/hystart_detect\n"
	  "cat /sys/module/tcp_cubic/parameters/hystart_detect",
	  0, "3\n", "" },
	{ "cat /sys/module/tcp_cubic/parameters/beta; echo 0x10 > "
	  "/sys/module/tcp_cubic/parameters/beta; cat /sys/module/tcp_cubic/parameters/beta",
	  0, "717\n16\n", "" },
	{ "echo 3 4 > /sys/module/tcp_cubic/parameters/beta", 1, "",
	  "sh: /sys/module/tcp_cubic/parameters/beta: Invalid argument\n" },
	{ "echo 3 > /sys/module/tcp_cubic/parameters/none", 1, "",
	  "sh: /sys/module/tcp_cubic/parameters/none: No such file or directory\n" },
	{ "echo 3 > /sys/module/tcp_cubic/parameters/bic_scale", 1, "",
	  "sh: /sys/module/tcp_cubic/parameters/bic_scale: Permission denied\n" },
	{ "echo 7 > /proc/sys/net/ipv4/ip_default_ttl && cat /proc/sys/net/ipv4/ip_default_ttl", 0,
	  "7\n", "" },
	{ "echo 0 > /proc/sys/net/ipv4/ip_default_ttl", 1, "",
	  "sh: /proc/sys/net/ipv4/ip_default_ttl: Invalid argument\n" },
	{ "cat /proc/sys/module/tcp_cubic/beta", 1, "",
	  "cat: /proc/sys/module/tcp_cubic/beta: No such file or directory\n" },
	{ "cat /proc/net/snmp | grep Udp: | head -1", 0,
	  "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors "
	  "IgnoredMulti MemErrors\n",
	  "" },
	{ "grep -c . /proc/net/netstat", 0, "4\n", "" },
	{ "grep ^Ip: /proc/net/snmp | tail -1 | grep -o '^Ip: 2 64'", 0, "Ip: 2 64\n", "" },
	/* files */
	{ "/bin/rm -f /tmp/testfile\n/bin/dd bs=1 count=5 if=/dev/zero of=/tmp/testfile "
	  "status=none\ncat /tmp/testfile | wc -c",
	  0, "5\n", "" },
	{ "dd if=/dev/zero of=/tmp/f bs=4k count=2; rm /tmp/f; rm /tmp/f", 1, "",
	  "rm: cannot remove '/tmp/f': No such file or directory\n" },
	{ "dd if=/dev/zero of=/z bs=1M count=1; cat /z | wc -c", -1, "",
	  "cat: more than 65536 bytes of output" },
	{ "rm -rf /", -1, "",
	  "column 1: rm: '-rf' at column 4; expected -f and files that scripts have made" },
	{ "rm", -1, "", "column 1: rm: a file is missing at column 3" },
	{ "dd if=/dev/sda of=/tmp/f count=1", -1, "",
	  "column 1: dd: 'if=/dev/sda' at column 4; expected if=/dev/zero of=FILE bs=N count=N "
	  "status=none" },
	{ "dd if=/dev/zero of=/tmp/f", -1, "",
	  "column 1: dd: expected if=/dev/zero, of=FILE and count=N" },
	/* helper scripts */
	{ "set_sysctls.py tcp_sack=0", -1, "",
	  "column 1: set_sysctls.py: 'tcp_sack=0' at column 16; expected /proc/sys/NAME=VALUE" },
	{ "./set_sysctls.py /proc/sys/net/ipv4/none=0", 1, "",
	  "set_sysctls.py: /proc/sys/net/ipv4/none: No such file or directory\n" },
	{ "../../common/defaults.sh -x", -1, "",
	  "column 1: ../../common/defaults.sh: unknown word '-x' at column 26; expected none" },
	{ "sleep 1", -1, "",
	  "column 1: sleep: no time passes within commands; the statement `advance 1s` or a later "
	  "time lets it pass" },
};

static void table(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];
		struct fixture *f = fixture_new(false);
		int status = run(f, r->text);

		if (status != r->status || strcmp(f->out, r->out) != 0 ||
		    strcmp(f->err, r->err) != 0)
			fail_msg("%s\n got  %d\n%s|%s|\n want %d\n%s|%s|", r->text, status, f->out,
				 f->err, r->status, r->out, r->err);
		fixture_free(f);
	}
}

/* Programs of the machine are not known, wherever they are said to be; and a text with one of them
 * does not run at all.
 */
static void unknown(void **state)
{
	static const char *const words[] = {
		"curl",	     "python3",	  "sh",		 "/bin/sh -c true", "bash", "eval true",
		"exec true", "./ip link", "/tmp/sysctl", "mv a b",	    "cp",   "if true",
		"{ true",    "/opt/echo", "..",		 "\"echo x\""
	};
	static const char tail[] =
		": not a command that scripts can use here; there are: ip sysctl "
		"tc ethtool ss xps : true";
	struct fixture *f = fixture_new(false);
	char text[128];

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(words); i++) {
		snprintf(text, sizeof(text), "sysctl -q net.ipv4.tcp_ecn=1 && echo ran; %s",
			 words[i]);
		assert_int_equal(run(f, text), -1);
		assert_string_equal(f->out, "");
		if (strncmp(f->err, "column 43: ", 11) != 0 || strstr(f->err, tail) == NULL)
			fail_msg("%s: %s", words[i], f->err);
		assert_int_equal(arp_net_net(f->a)->sysctl.tcp_ecn, 2);
	}
	fixture_free(f);
}

/* Where the machine could have been touched, there is nothing. */
static void machine_untouched(void **state)
{
	char dir[] = "/tmp/shell-XXXXXX", text[256], path[64];
	struct fixture *f = fixture_new(false);

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/f", dir);
	snprintf(text, sizeof(text), "dd if=/dev/zero of=%s bs=1 count=5 status=none", path);
	assert_int_equal(run(f, text), 0);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_non_null(shell_file(&f->sh, path));
	assert_int_equal(shell_file(&f->sh, path)->bytes, 5);
	fclose(fopen(path, "w"));
	snprintf(text, sizeof(text), "rm -f %s", path);
	assert_int_equal(run(f, text), 0);
	assert_null(shell_file(&f->sh, path));
	assert_int_equal(access(path, F_OK), 0);
	snprintf(text, sizeof(text), "cat %s", path);
	assert_int_equal(run(f, text), 1);
	assert_int_equal(run(f, "cat /etc/hostname /proc/version ../README.md"), 1);
	assert_string_equal(f->out, "");
	unlink(path);
	rmdir(dir);
	fixture_free(f);
}

static const char *knob(struct fixture *f, const char *name)
{
	static char value[96];
	char path[96];

	snprintf(path, sizeof(path), "net.ipv4.%s", name);
	assert_true(sysctl_read(arp_net_net(f->a), path, value, sizeof(value)) >= 0);
	return value;
}

static void helpers(void **state)
{
	static const struct {
		const char *name, *value;
	} set[] = { { "tcp_rmem", "4096\t540000\t15728640" },
		    { "tcp_wmem", "4096\t262144\t4194304" },
		    { "tcp_timestamps", "1" },
		    { "tcp_syn_retries", "5" },
		    { "tcp_synack_retries", "5" },
		    { "tcp_frto", "2" },
		    { "tcp_sack", "1" },
		    { "tcp_dsack", "1" },
		    { "tcp_reordering", "3" },
		    { "tcp_congestion_control", "cubic" },
		    { "tcp_slow_start_after_idle", "0" },
		    { "tcp_early_retrans", "4" },
		    { "tcp_recovery", "1" },
		    { "tcp_tso_win_divisor", "3" },
		    { "tcp_ecn", "0" },
		    { "tcp_pacing_ss_ratio", "200" },
		    { "tcp_pacing_ca_ratio", "120" },
		    { "tcp_notsent_lowat", "4294967295" },
		    { "tcp_syncookies", "1" },
		    { "tcp_fastopen_key", "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4" } };

	(void)state;
	for (u32 ksft = 0; ksft < 2; ksft++) {
		struct fixture *f = fixture_new(ksft != 0);

		assert_int_equal(run(f, "sysctl -q net.ipv4.tcp_syn_retries=9 "
					"net.ipv4.tcp_frto=0 net.ipv4.tcp_sack=0"),
				 0);
		if (run(f, "../../common/defaults.sh") != 0)
			fail_msg("%s", f->err);
		for (u32 i = 0; i < ARRAY_SIZE(set); i++)
			assert_string_equal(knob(f, set[i].name), set[i].value);
		assert_string_equal(knob(f, "tcp_fastopen"), ksft != 0 ? "3" : "459779");
		assert_int_equal(run(f, "tc qdisc show dev eth0 | grep -q '^qdisc pfifo 8001:'"),
				 0);
		/* Once more, as the next script of a suite would. */
		assert_int_equal(run(f,
				     "./defaults.sh\n./set_sysctls.py "
				     "/proc/sys/net/ipv4/tcp_timestamps=0\\\n\t"
				     "/proc/sys/net/ipv4/tcp_fastopen_blackhole_timeout_sec=5\\\n"),
				 0);
		assert_string_equal(knob(f, "tcp_timestamps"), "0");
		assert_int_equal(run(f, "./set_sysctls.py /proc/sys/net/ipv4/tcp_timestamps=2"), 0);
		assert_string_equal(knob(f, "tcp_fastopen_blackhole_timeout_sec"), "5");
		assert_int_equal(run(f, "/tmp/sysctl_restore_${PPID}.sh"), 0);
		assert_string_equal(knob(f, "tcp_timestamps"), "1");
		assert_string_equal(knob(f, "tcp_fastopen_blackhole_timeout_sec"), "0");
		fixture_free(f);
	}
}

/* nstat shows what changed since it was asked; grep finds it. */
static void nstat(void **state)
{
	struct fixture *f = fixture_new(false);
	struct net *net = arp_net_net(f->a);

	(void)state;
	net->mib[LINUX_MIB_SYNCOOKIESSENT] += 2;
	assert_int_equal(run(f, "nstat -n"), 0);
	assert_string_equal(f->out, "");
	net->mib[LINUX_MIB_SYNCOOKIESSENT] += 3;
	net->mib[UDP_MIB_INDATAGRAMS] += 1;
	assert_int_equal(run(f, "nstat -s"), 0);
	assert_string_equal(f->out, "#kernel\n"
				    "UdpInDatagrams                  1                  0.0\n"
				    "TcpExtSyncookiesSent            3                  0.0\n");
	assert_int_equal(run(f, "nstat -s | grep TcpExtSyncookiesSent | grep -q \" 3 \""), 0);
	assert_int_equal(run(f, "nstat -as 'tcpextsync*t' | grep -q ' 5 '"), 0);
	assert_int_equal(run(f, "nstat -s Ud*InDatagrams | grep -q ' 1 '"), 0);
	assert_int_equal(run(f, "nstat -sz Udp*rrors | wc -l"), 0);
	assert_string_equal(f->out, "11\n");
	assert_int_equal(run(f, "nstat Tcp?xtSyncookiesSent"), 0);
	assert_int_equal(run(f, "nstat"), 0);
	assert_string_equal(f->out, "#kernel\n");
	assert_int_equal(run(f, "nstat -x"), -1);
	assert_string_equal(f->err, "nstat: unknown word '-x' at column 7; expected "
				    "-a|-n|-s|-z|PATTERN");
	fixture_free(f);
}

/* Output is appended, cut where there is no room, and never written beyond. */
static void small_buffers(void **state)
{
	struct fixture *f = fixture_new(false);
	char out[64], err[64];

	(void)state;
	for (u32 cap = 0; cap < 40; cap++) {
		memset(out, 0x7e, sizeof(out));
		memset(err, 0x7e, sizeof(err));
		if (cap != 0)
			out[0] = '\0';
		shell_run(&f->sh, "echo 0123456789012345678901234567890; cat /none", 48, out, cap,
			  err, cap);
		shell_run(&f->sh, "echo abc; frob", 14, out, cap, err, cap);
		shell_run(&f->sh, "ip frob", 7, out, cap, err, cap);
		assert_int_equal(out[cap], 0x7e);
		assert_int_equal(err[cap], 0x7e);
		if (cap != 0)
			assert_true(strlen(out) < cap);
	}
	strcpy(out, "x");
	assert_int_equal(shell_run(&f->sh, "echo a; echo b", 14, out, sizeof(out), err, 64), 0);
	assert_string_equal(out, "xa\nb\n");
	fixture_free(f);
}

/* Bytes of a text that has a length and no end; where the next ones go. */
static u32 put(char *text, u32 at, const char *part, u32 size)
{
	memcpy(text + at, part, size);
	return at + size;
}

/* Any bytes: words of the language thrown together, and plain noise. */
static void noise(void **state)
{
	static const char *const parts[] = {
		"ip ",
		"sysctl ",
		"tc qdisc ",
		"net.ipv4.tcp_ecn",
		"=1",
		"echo ",
		"'",
		"\"",
		"$((",
		"))",
		"1",
		"+",
		"<<",
		"(",
		")",
		"\\",
		"\n",
		";",
		"&&",
		"||",
		"|",
		">",
		"2>&1",
		"/dev/null",
		" /proc/sys/net/ipv4/tcp_sack",
		"grep ",
		"-E ",
		"[a",
		"{9,99}",
		"*",
		"${PPID}",
		"$",
		"#",
		"!",
		"nstat ",
		"-az ",
		"dd of=/x if=/dev/zero count=9 ",
		"rm -f ",
		"/x",
		"cat ",
		"./defaults.sh",
		"set_sysctls.py /proc/sys/",
		"ss ",
		"-uam",
		"eth0 ",
		"add ",
		"dev ",
		"addr ",
		"10.0.0.1/8 ",
		"root ",
		"pfifo ",
		"limit ",
		"\r",
		"\xff",
		"",
		"ethtool -K ",
	};
	struct fixture *f = fixture_new(false);
	struct rng rng;
	char text[512];

	(void)state;
	rng_init(&rng, 1, RNG_PROGRAM, 0);
	for (u32 i = 0; i < 20000; i++) {
		u32 len = 0, n = rng_below(&rng, 12);

		while (n-- != 0) {
			const char *part = parts[rng_below(&rng, ARRAY_SIZE(parts))];
			u32 size = *part != '\0' ? (u32)strlen(part) : 1;

			len = put(text, len, part, size);
		}
		if (rng_below(&rng, 4) == 0)
			for (u32 k = 0; k < len; k++)
				if (rng_below(&rng, 4) == 0)
					text[k] = (char)rng_below(&rng, 256);
		run_len(f, text, len);
	}
	fixture_free(f);
}

/* The largest text there may be, and one that is larger. */
static void large(void **state)
{
	struct fixture *f = fixture_new(false);
	char *text = malloc(SHELL_TEXT + 2);

	(void)state;
	assert_non_null(text);
	for (u32 i = 0; i < SHELL_TEXT; i += 2)
		put(text, i, ":;", 2);
	assert_int_equal(run_len(f, text, SHELL_TEXT), 0);
	assert_int_equal(run_len(f, text, SHELL_TEXT + 1), -1);
	assert_string_equal(f->err, "column 1: more than 65536 bytes of commands");
	memset(text, 'a', SHELL_TEXT);
	assert_int_equal(run_len(f, text, SHELL_TEXT), -1);
	put(text, 0, "echo ", 5);
	assert_int_equal(run_len(f, text, SHELL_TEXT), 0);
	memset(text, '(', SHELL_TEXT);
	put(text, 0, "echo $((", 8);
	assert_int_equal(run_len(f, text, SHELL_TEXT), -1);
	for (u32 i = 0; i + 8 <= SHELL_TEXT; i += 8)
		put(text, i, "$((1-2))", 8);
	assert_int_equal(run_len(f, text, SHELL_TEXT), -1);
	free(text);
	fixture_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(unknown),
		cmocka_unit_test(machine_untouched),
		cmocka_unit_test(helpers),
		cmocka_unit_test(nstat),
		cmocka_unit_test(small_buffers),
		cmocka_unit_test(noise),
		cmocka_unit_test(large),
	};

	return cmocka_run_group_tests_name("shell", tests, NULL, NULL);
}
