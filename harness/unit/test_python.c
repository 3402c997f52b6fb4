// SPDX-License-Identifier: MIT
/* test_python.c - blocks of %{ }%: what they answer, and that they can do nothing but compute. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "harness/script/python.h"

static struct python *start(void)
{
	char err[128];
	struct python *p = python_start(err, sizeof(err));

	if (p == NULL)
		fail_msg("%s", err);
	return p;
}

static const struct python_value values[] = { { "tcpi_snd_cwnd", 10 },
					      { "tcpi_rtt", -1 },
					      { "tcpi_bytes_acked", INT64_MAX },
					      { "low", INT64_MIN } };

/* Each block in the same child, after those before it. */
static const struct row {
	const char *code;
	int ret;
	const char *message;
} rows[] = {
	{ " assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd ", 0, "" },
	{ "assert tcpi_snd_cwnd == 11, 'cwnd=%d' % tcpi_snd_cwnd", 1, "AssertionError: cwnd=10" },
	{ "assert tcpi_snd_cwnd == 11", 1, "AssertionError" },
	{ "assert tcpi_snd_cwnd == 11, tcpi_snd_cwnd", 1, "AssertionError: 10" },
	{ "assert tcpi_rtt == -1 and tcpi_bytes_acked == 2**63 - 1 and low == -2**63", 0, "" },
	{ "", 0, "" },
	{ "  \n\n ", 0, "" },
	{ "# nothing", 0, "" },
	{ "\nassert 1 <= 2, 'a'\nassert 5 == 5 # yes\n", 0, "" },
	{ " assert 1 == 1, 1;\\\n         assert 2 == 2, 2;\\\n", 0, "" },
	{ " assert 1 == 1, 1; \\\n         assert 2 == 3, 2 ", 1, "AssertionError: 2" },
	{ "\n    x = 1\n    if x == 1:\n        y = 2\n\n    z = 3\n", 0, "" },
	{ "x = 5\n   y = 6\n   z = 7", 0, "" },
	{ "if x == 5:\n   y = 8\n", 0, "" },
	{ "assert (x, y, z) == (5, 8, 7), (x, y, z)", 0, "" },
	{ "def f(n):\n  return n if n < 2 else f(n - 1) + f(n - 2)\n", 0, "" },
	{ "assert f(15) == 610", 0, "" },
	{ "tcpi_snd_cwnd = 99", 0, "" },
	{ "assert tcpi_snd_cwnd == 10", 0, "" },
	{ "a = 1\nb = = 2\n", 1, "line 2: SyntaxError: invalid syntax" },
	{ "a = 1\r\nb = 2\r\n", 0, "" },
	{ "assert (1", 1, "line 1: SyntaxError: '(' was never closed" },
	{ "nope", 1, "NameError: name 'nope' is not defined" },
	{ "1 // 0", 1, "ZeroDivisionError: integer division or modulo by zero" },
	{ "raise SystemExit(3)", 1, "SystemExit: 3" },
	{ "raise KeyboardInterrupt", 1, "KeyboardInterrupt" },
	{ "print('hello'); print('more' * 100000)", 0, "" },
	{ "class E(Exception):\n  def __str__(self): raise ValueError\nraise E", 1, "E" },
	{ "assert TCP_ESTABLISHED == 1 and TCP_CLOSE_WAIT == 8 and TCP_CLOSING == 11", 0, "" },
	{ "assert (TCP_SYN_SENT, TCP_SYN_RECV, TCP_CLOSE, TCP_LISTEN) == (2, 3, 7, 10)", 0, "" },
	{ "assert (TCPI_OPT_TIMESTAMPS, TCPI_OPT_SACK, TCPI_OPT_WSCALE, TCPI_OPT_ECN, "
	  "TCPI_OPT_ECN_SEEN, TCPI_OPT_SYN_DATA) == (1, 2, 4, 8, 16, 32)",
	  0, "" },
	{ "assert TCP_CA_Open == 0 and TCP_CA_Recovery == 3 and TCP_CA_Loss == 4", 0, "" },
	{ "assert TCP_INFINITE_SSTHRESH == 0x7fffffff", 0, "" },
	{ "assert list({'b', 'a', 'c', 'd'}) == kept", 1, "NameError: name 'kept' is not defined" },
	{ "import math\nassert math.floor(2.5) == 2", 0, "" },
	{ "raise Exception('x' * 100000)", 1, NULL },
	{ "def g(): return g() + 1\ng()", 1, NULL },
	{ "assert 1 == 2, '\\udc80'", 1, "AssertionError: ?" },
	{ "\xff\xfe", 1, NULL },
	{ "assert tcpi_snd_cwnd == 10", 0, "" },
};

static void answers(void **state)
{
	struct python *p = start();
	char message[256];

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];
		int ret = python_block(p, r->code, (u32)strlen(r->code), values, ARRAY_SIZE(values),
				       message, sizeof(message));

		if (ret != r->ret || (r->message != NULL && strcmp(message, r->message) != 0))
			fail_msg("%s\n got  %d %s\n want %d %s", r->code, ret, message, r->ret,
				 r->message);
	}
	assert_int_equal(python_block(p, "a\0b", 3, NULL, 0, message, sizeof(message)), 1);
	assert_int_equal(python_block(p, "assert 1", 8, NULL, 0, NULL, 0), 0);
	python_stop(p);
}

/* The same order of a set in every child: results do not depend on chance. */
static void same_every_time(void **state)
{
	static const char code[] = "assert 0, ''.join({'b', 'a', 'c', 'd', 'xyz', 'foo'})";
	char first[128], again[128];

	(void)state;
	for (u32 i = 0; i < 4; i++) {
		struct python *p = start();

		assert_int_equal(python_block(p, code, sizeof(code) - 1, NULL, 0,
					      i == 0 ? first : again, sizeof(first)),
				 1);
		if (i != 0)
			assert_string_equal(first, again);
		python_stop(p);
	}
}

/* A directory with a file, which attacks know by name, and a port that listens. */
struct witness {
	char dir[64], file[96], made[96];
	int listener;
	u16 port;
};

static void witness_open(struct witness *w)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	snprintf(w->dir, sizeof(w->dir), "/tmp/python-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	assert_int_equal(chmod(w->dir, 0777), 0);
	snprintf(w->file, sizeof(w->file), "%s/file", w->dir);
	snprintf(w->made, sizeof(w->made), "%s/made", w->dir);
	fclose(fopen(w->file, "w"));
	assert_int_equal(chmod(w->file, 0666), 0);
	w->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(w->listener, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(w->listener, 4), 0);
	assert_int_equal(getsockname(w->listener, (struct sockaddr *)&a, &len), 0);
	w->port = ntohs(a.sin_port);
}

static bool witness_unharmed(const struct witness *w)
{
	struct stat st;

	return stat(w->file, &st) == 0 && st.st_size == 0 && (st.st_mode & 0777) == 0666 &&
	       stat(w->dir, &st) == 0 && st.st_nlink == 2 && access(w->made, F_OK) != 0 &&
	       accept(w->listener, NULL, NULL) < 0;
}

static void witness_close(struct witness *w)
{
	close(w->listener);
	unlink(w->file);
	unlink(w->made);
	rmdir(w->dir);
}

/* Of `os` a block gets no more than the interpreter has loaded. D, F and M are the directory, its
 * file, and one that is not there; P is the port; what they read is kept in got.
 */
static const char *const attacks[] = {
	"import os\nos.system('rm -rf ' + D)",
	"import posix\nposix.system('touch ' + M)",
	"import os\nos.unlink(F)",
	"import posix\nposix.unlink(F)",
	"import posix\nposix.mkdir(M)",
	"import posix\nposix.rename(F, M)",
	"import posix\nposix.symlink(F, M)",
	"import posix\nposix.link(F, M)",
	"import posix\nposix.mkfifo(M)",
	"import posix\nposix.chmod(F, 0)",
	"import posix\nposix.truncate(F, 100)",
	"import posix\nposix.rmdir(D)",
	"import posix\nposix.open(M, posix.O_CREAT | posix.O_WRONLY)",
	"import posix\ngot = posix.read(posix.open('/etc/passwd', posix.O_RDONLY), 10)",
	"import posix\ngot = posix.listdir('/')",
	"import posix\nif posix.fork() == 0: posix._exit(0)\ngot = 'forked'",
	"import posix\nposix.execv('/bin/touch', ['touch', M])",
	"import posix\nposix.posix_spawn('/bin/touch', ['touch', M], {})",
	"import posix\nposix.kill(posix.getppid(), 9)",
	"import posix\nposix.kill(posix.getppid(), 15)",
	"import posix\nposix.chroot('/tmp')\ngot = 'chroot'",
	"import posix\nposix.setuid(1)\ngot = 'setuid'",
	"import posix\ngot = posix.pipe()",
	"import posix\ngot = posix.memfd_create('x')",
	"got = open('/etc/passwd').read()",
	"open(M, 'w').write('x')",
	"open(F, 'a').write('x')",
	"import io\ngot = io.open('/etc/passwd').read()",
	"import io\ngot = io.FileIO('/etc/passwd').read()",
	"import io\ngot = io.open_code('/etc/passwd').read()",
	"import socket\ns = socket.socket()\ns.connect(('127.0.0.1', P))",
	"import _socket\ns = _socket.socket()\ns.connect(('127.0.0.1', P))",
	"import subprocess\nsubprocess.run(['touch', M])",
	"import ctypes\nctypes.CDLL(None).unlink(F.encode())",
	"import _ctypes\n_ctypes.dlopen('libc.so.6', 2)",
	"import _thread\n_thread.start_new_thread(print, ())\ngot = 'thread'",
	"import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (99, 99))",
	"__import__('os').system('touch ' + M)",
	"__builtins__.open(M, 'w')",
	"__builtins__.__dict__['open'](M, 'w')",
	"__builtins__['open'](M, 'w')",
	"eval(\"__import__('os').unlink(F)\")",
	"exec(\"open(M, 'w')\")",
	"exec(compile(\"open(M, 'w')\", 'x', 'exec'))",
	"[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == 'FileIO'][0](M, 'w')",
	("l = [c for c in ().__class__.__base__.__subclasses__() if c.__name__ == "
	 "'BuiltinImporter'][0]\nl.load_module('posix').system('touch ' + M)"),
	"import sys\nsys.modules['posix'].system('touch ' + M)",
	"import sys\nsys._getframe().f_back.f_globals['sys'].modules['posix'].unlink(F)",
	("try:\n  1 // 0\nexcept Exception as e:\n  t = e.__traceback__.tb_frame.f_back\n  "
	 "t.f_back.f_locals['posix'].unlink(F)"),
	"import sys\nsys.addaudithook(lambda *a: None)\nopen(M, 'w')",
	"PermissionError = None\n__builtins__.PermissionError = None\nopen(M, 'w')",
	("import gc\nfor o in gc.get_objects():\n  if getattr(o, '__name__', '') == 'hook': "
	 "o.__defaults__ = (0, ())\nopen(M, 'w')"),
	"import marshal\nexec(marshal.loads(b'c'))",
	"f = lambda: 0\nf.__code__ = f.__code__.replace(co_code=b'\\x00' * 8, co_consts=())\nf()",
	"import signal\nsignal.alarm(1)",
	"import faulthandler\nfaulthandler.dump_traceback_later(1, file=open(M, 'w'))",
	"import os\nos.chdir(D)\nopen('made', 'w')",
};

/* A way to a module that import does not give any more. */
#define POSIX                                                                                      \
	"posix = [c for c in ().__class__.__base__.__subclasses__() if c.__name__ == "             \
	"'BuiltinImporter'][0].load_module('posix')\n"

static void attack(const struct witness *w, const char *how)
{
	static const char check[] = "assert got is None, got";
	char code[1024], message[256];
	struct python *p = start();
	int ret;

	snprintf(code, sizeof(code), "D, F, M, P, got = '%s', '%s', '%s', %u, None", w->dir,
		 w->file, w->made, w->port);
	ret = python_block(p, code, (u32)strlen(code), NULL, 0, message, sizeof(message));
	if (ret != 0)
		fail_msg("%s", message);
	python_block(p, how, (u32)strlen(how), NULL, 0, message, sizeof(message));
	ret = python_block(p, check, sizeof(check) - 1, NULL, 0, message, sizeof(message));
	if (!witness_unharmed(w) || ret == 1)
		fail_msg("%s\n got through: %s", how, message);
	python_stop(p);
}

/* Each in a child of its own; one that the attack ends is the attack's loss. */
static void attacks_fail(void **state)
{
	static const char import[] = "import posix\n";
	struct witness w;
	char code[1024];

	(void)state;
	witness_open(&w);
	for (u32 i = 0; i < ARRAY_SIZE(attacks); i++) {
		attack(&w, attacks[i]);
		if (strncmp(attacks[i], import, sizeof(import) - 1) != 0)
			continue;
		snprintf(code, sizeof(code), POSIX "%s", attacks[i] + sizeof(import) - 1);
		attack(&w, code);
	}
	witness_close(&w);
}

/* What takes too much is ended, and says so; the next script is none the worse for it. */
static void limits(void **state)
{
	static const struct {
		const char *code;
		int ret;
		const char *message;
	} hogs[] = {
		{ "while True: pass", -1,
		  "python3 was ended: blocks may take 2 s of CPU time and 512 MiB" },
		{ "try:\n  while True: pass\nexcept BaseException:\n  pass\n", -1,
		  "python3 was ended: blocks may take 2 s of CPU time and 512 MiB" },
		{ "x = 'x' * (1 << 40)", 1, "MemoryError" },
		{ "x = [0] * (1 << 26); y = list(x); z = list(x)", 1, "MemoryError" },
		{ POSIX "posix._exit(7)", -1, "python3 ended with status 7" },
		{ POSIX "posix.write(1, b'garbage' * 1000)", -1, NULL },
		{ POSIX "posix.close(1)", -1, NULL },
	};
	char message[256];

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(hogs); i++) {
		struct python *p = start();
		int ret = python_block(p, hogs[i].code, (u32)strlen(hogs[i].code), NULL, 0, message,
				       sizeof(message));

		if (ret != hogs[i].ret ||
		    (hogs[i].message != NULL && strcmp(message, hogs[i].message) != 0))
			fail_msg("%s\n got %d %s", hogs[i].code, ret, message);
		python_stop(p);
	}
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
}

/* A child that has died is a result, not a signal; no descriptor is left open. */
static void no_traces(void **state)
{
	struct python *p = start();
	static const char leave[] = POSIX "posix._exit(0)", deaf[] = POSIX "posix.close(0)";
	char message[128];
	int before, after;

	(void)state;
	signal(SIGPIPE, SIG_DFL);
	before = dup(0);
	close(before);
	assert_int_equal(python_block(p, "x = 1", 5, NULL, 0, message, sizeof(message)), 0);
	assert_int_equal(
		python_block(p, leave, sizeof(leave) - 1, NULL, 0, message, sizeof(message)), -1);
	/* A new child: what the old one knew is gone. */
	assert_int_equal(python_block(p, "x", 1, NULL, 0, message, sizeof(message)), 1);
	/* It dies between two blocks: there is nobody to send the second one to. */
	assert_int_equal(python_block(p, deaf, sizeof(deaf) - 1, NULL, 0, message, sizeof(message)),
			 0);
	poll(NULL, 0, 300);
	assert_int_equal(python_block(p, "x = 1", 5, NULL, 0, message, sizeof(message)), -1);
	assert_string_equal(message, "python3 ended with status 1");
	python_stop(p);
	p = start();
	python_stop(p);
	after = dup(0);
	close(after);
	assert_true(after <= before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* A PATH without a python3, or with a script that stands for one. */
static void not_there(void **state)
{
	char dir[] = "/tmp/python-XXXXXX", file[64], err[128];
	const char *was = getenv("PATH");
	char *path = strdup(was != NULL ? was : "");
	FILE *f;

	(void)state;
	assert_non_null(was);
	assert_non_null(path);
	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/python3", dir);
	f = fopen(file, "w");
	fputs("#!/bin/sh\ntouch made\n", f);
	fclose(f);
	chmod(file, 0755);
	setenv("PATH", dir, 1);
	assert_null(python_start(err, sizeof(err)));
	assert_string_equal(err, "there is no python3 in PATH, which blocks of %{ }% need");
	setenv("PATH", path, 1);
	unlink(file);
	rmdir(dir);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),	cmocka_unit_test(same_every_time),
		cmocka_unit_test(attacks_fail), cmocka_unit_test(limits),
		cmocka_unit_test(no_traces),	cmocka_unit_test(not_there),
	};

	return cmocka_run_group_tests_name("python", tests, NULL, NULL);
}
