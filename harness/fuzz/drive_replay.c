// SPDX-License-Identifier: MIT
/* drive_replay.c - a main for a fuzz target, without an engine: see fuzz.h.
 *
 * Inputs come from files, or are scripts that become inputs (--pkt), or mutations of those
 * (--runs). What a finding stops in is named; a mutation, which is in no file, is written to one.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rng.h"
#include "harness/fuzz/fuzz.h"
#include "harness/fuzz/mutate.h"
#include "harness/fuzz/scope.h"
#include "harness/lib/must.h"
#include "harness/lib/replace.h"
#include "harness/lib/sha256.h"
#include "harness/lib/write_all.h"

enum {
	INPUT_MAX = 1 << 24,
	MUTATION_MAX = 4096, /* bytes of a mutation, unless its origin is longer */
	PATH_BYTES = 4096,
	NAME_HEX = 40
};

struct input {
	char *path;
	u8 *bytes; /* in a block of its own size, so that reading past the end shows */
	size_t len;
};

static struct {
	bool print, pkt;
	const char *write; /* NULL: not wanted */
	u64 runs, seed;
	u32 nr, cap;
	struct input *input;
} replay = { .seed = 1 };

/* --- what a finding stopped in
 * ------------------------------------------------------------------------------------------ */

/* What a signal handler says: no more than system calls. */
static struct {
	const char *path;
	const u8 *bytes; /* NULL: it is in that file already */
	size_t len;
} running;

/* Of the sanitizers, where there are any. */
// NOLINTNEXTLINE(bugprone-reserved-identifier)
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void say(const char *text)
{
	if (!write_all(STDERR_FILENO, text, strlen(text)))
		running.path = NULL;
}

static void say_which(void)
{
	int fd;

	if (running.path == NULL)
		return;
	say("replay: stopped in ");
	say(running.path);
	say("\n");
	if (running.bytes != NULL) {
		fd = open(running.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (fd < 0 || !write_all(fd, running.bytes, running.len))
			say("replay: which could not be written\n");
	}
	running.path = NULL;
}

static void on_signal(int nr)
{
	say_which();
	signal(nr, SIG_DFL);
	raise(nr);
}

static void watch_deaths(void)
{
	static const int deaths[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };

	/* A sanitizer has handlers of its own, which tell more. */
	for (u32 i = 0; i < (__sanitizer_set_death_callback != NULL ? 1 : ARRAY_SIZE(deaths)); i++)
		signal(deaths[i], on_signal);
	if (__sanitizer_set_death_callback != NULL)
		__sanitizer_set_death_callback(say_which);
}

/* --- inputs of files
 * ------------------------------------------------------------------------------------------ */

static void add_input(const char *path, u8 *bytes, size_t len)
{
	if (replay.nr == replay.cap) {
		replay.cap = 2 * replay.cap + 64;
		replay.input = must(realloc(replay.input, replay.cap * sizeof(*replay.input)));
	}
	replay.input[replay.nr++] = (struct input){ must(strdup(path)), bytes, len };
}

static u8 *copy_of(const u8 *bytes, size_t len)
{
	u8 *copy = must(malloc(len + (len == 0)));

	if (len != 0)
		memcpy(copy, bytes, len);
	return copy;
}

/* Of a script that has more statements than the scope takes of an input, each stretch is one. */
static void add_stretches(const char *path, const struct fuzz_scope *scope, const struct script *s)
{
	struct script part = *s;
	size_t len;
	u8 *input;

	for (u32 from = 0, to = 0; from < s->nr_stmts; from = to) {
		u32 kept = 0;

		for (; to < s->nr_stmts && kept < scope->stmts; to++)
			kept += scope->keeps(s, &s->stmt[to]);
		if (kept == 0)
			continue;
		part.stmt = &s->stmt[from];
		part.nr_stmts = to - from;
		input = fuzz_scope_input(scope, &part, &len);
		add_input(path, copy_of(input, len), len);
		free(input);
	}
}

/* A script's text becomes inputs of this target; false after a message. */
static bool add_script(const char *path, const u8 *text, size_t text_len)
{
	const struct fuzz_scope *scope = fuzz_scope_find(fuzz_target.name);
	struct script_error err = { 0 };
	struct script *s = script_parse(path, (const char *)text, text_len, &err);
	size_t len;
	u8 *bytes;
	bool ok = s != NULL;

	if (s == NULL) {
		fprintf(stderr, "replay: %s:%u:%u: %s\n", path, err.line, err.column, err.text);
	} else if (fuzz_target.input == INPUT_TEXT) {
		add_input(path, copy_of(text, text_len), text_len);
	} else if (scope != NULL) {
		add_stretches(path, scope, s);
	} else if (strcmp(fuzz_target.name, "binary") == 0) {
		bytes = script_encode(s, &len);
		add_input(path, copy_of(bytes, len), len);
		free(bytes);
	} else {
		fprintf(stderr, "replay: %s has no scripts for inputs\n", fuzz_target.name);
		ok = false;
	}
	script_free(s);
	return ok;
}

static bool add_file(const char *path)
{
	static u8 bytes[INPUT_MAX];
	FILE *f = fopen(path, "rb");
	size_t len = f != NULL ? fread(bytes, 1, sizeof(bytes), f) : 0;

	if (f == NULL || ferror(f)) {
		fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
		if (f != NULL)
			fclose(f);
		return false;
	}
	fclose(f);
	if (replay.pkt)
		return add_script(path, bytes, len);
	add_input(path, copy_of(bytes, len), len);
	return true;
}

/* Of a directory with scripts only these: their captures lie beside them. */
static int is_wanted(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return d->d_name[0] != '.' &&
	       (!replay.pkt || (len > 4 && strcmp(d->d_name + len - 4, ".pkt") == 0));
}

static bool add_directory(const char *path)
{
	struct dirent **entries;
	int n = scandir(path, &entries, is_wanted, alphasort);
	char file[PATH_BYTES];
	bool ok = n >= 0;

	for (int i = 0; i < n; i++) {
		snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
		ok = ok && add_file(file);
		free(entries[i]);
	}
	if (n < 0)
		fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
	else
		free(entries);
	return ok;
}

static void forget_inputs(void)
{
	for (u32 i = 0; i < replay.nr; i++) {
		free(replay.input[i].path);
		free(replay.input[i].bytes);
	}
	free(replay.input);
}

/* --- one input
 * ------------------------------------------------------------------------------------------ */

static void print_input(const struct input *in)
{
	const struct fuzz_scope *scope = fuzz_scope_find(fuzz_target.name);
	struct script *s;
	char *text;

	if (fuzz_target.print != NULL) {
		fuzz_target.print(in->bytes, in->len, stdout);
	} else if (scope != NULL || strcmp(fuzz_target.name, "binary") == 0) {
		s = scope != NULL ? fuzz_scope_script(scope, in->bytes, in->len)
				  : script_decode(in->path, in->bytes, in->len);
		text = script_print(s, 0, NULL);
		fputs(text, stdout);
		free(text);
		script_free(s);
	} else if (fuzz_target.input == INPUT_TEXT) {
		fwrite(in->bytes, 1, in->len, stdout);
	} else {
		for (size_t i = 0; i < in->len; i++)
			printf("%02x%s", in->bytes[i],
			       i % 32 == 31 || i + 1 == in->len ? "\n" : "");
	}
}

static void put_bytes(const void *ctx, FILE *to)
{
	const struct input *in = ctx;

	fwrite(in->bytes, 1, in->len, to);
}

/* By what it is, so that the same input is there once. */
static bool write_input(const struct input *in)
{
	char hex[SHA256_HEX], path[PATH_BYTES], err[256] = "";
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, in->bytes, in->len);
	sha256_final(&h, hex);
	snprintf(path, sizeof(path), "%s/%.*s", replay.write, NAME_HEX, hex);
	if (replace_file(path, put_bytes, in, err, sizeof(err)) == 0)
		return true;
	fprintf(stderr, "replay: %s\n", err);
	return false;
}

static bool one_input(const struct input *in)
{
	bool kept;

	if (replay.print) {
		if (replay.nr > 1)
			printf("// %s\n", in->path);
		print_input(in);
		return true;
	}
	running.bytes = NULL;
	running.path = in->path;
	kept = fuzz_target.run(in->bytes, in->len);
	running.path = NULL;
	return !kept || replay.write == NULL || write_input(in);
}

/* --- mutations
 * ------------------------------------------------------------------------------------------ */

static const struct input *draw(struct rng *r)
{
	return &replay.input[rng_below(r, replay.nr)];
}

static void mutations(void)
{
	const struct fuzz_scope *scope = fuzz_scope_find(fuzz_target.name);
	struct mutator *m = mutator_new(fuzz_target.input, scope, replay.seed);
	const char *dir = getenv("TMPDIR");
	char path[PATH_BYTES];
	struct rng r;

	rng_init(&r, replay.seed, RNG_PROGRAM, 0);
	for (u64 n = 1; n <= replay.runs; n++) {
		const struct input *of = draw(&r), *add = draw(&r);
		size_t max = of->len > MUTATION_MAX ? of->len : MUTATION_MAX, len;
		u8 *room = must(malloc(max)), *exact;

		len = mutate(m, of->bytes, of->len, add->bytes, add->len, room, max, rng_u64(&r));
		exact = copy_of(room, len);
		free(room);
		snprintf(path, sizeof(path), "%s/replay_%s.%llu.%llu", dir != NULL ? dir : "/tmp",
			 fuzz_target.name, (unsigned long long)replay.seed, (unsigned long long)n);
		running.len = len;
		running.bytes = exact;
		running.path = path;
		fuzz_target.run(exact, len);
		running.path = NULL;
		free(exact);
	}
	mutator_free(m);
}

/* --- the command line
 * ------------------------------------------------------------------------------------------ */

static int usage(const char *name)
{
	fprintf(stderr,
		"usage: %s [--looks LIST] [--runs N [--seed S]] [--print] [--pkt] [--write DIR]\n"
		"       FILE|DIRECTORY...\n",
		name);
	return 2;
}

static bool number(const char *text, u64 *to)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*to = strtoull(text, &end, 10);
	return errno == 0 && *end == '\0';
}

static bool option(int which, const char *value)
{
	switch (which) {
	case 'l':
		return setenv("REFSTACK_LOOKS", value, 1) == 0;
	case 'n':
		return number(value, &replay.runs);
	case 's':
		return number(value, &replay.seed);
	case 'p':
		replay.print = true;
		return true;
	case 'k':
		replay.pkt = true;
		return true;
	case 'w':
		replay.write = value;
		return true;
	default:
		return false;
	}
}

static bool read_options(int argc, char **argv)
{
	static const struct option known[] = {
		{ "looks", required_argument, NULL, 'l' },
		{ "runs", required_argument, NULL, 'n' },
		{ "seed", required_argument, NULL, 's' },
		{ "print", no_argument, NULL, 'p' },
		{ "pkt", no_argument, NULL, 'k' },
		{ "write", required_argument, NULL, 'w' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1)
		if (!option(c, optarg))
			return false;
	return optind < argc;
}

static bool read_inputs(int argc, char **argv)
{
	struct stat st;

	for (int i = optind; i < argc; i++)
		if (!(stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode) ? add_directory(argv[i])
								     : add_file(argv[i])))
			return false;
	return true;
}

int main(int argc, char **argv)
{
	bool ok = true;
	u32 nr;

	if (!read_options(argc, argv))
		return usage(argv[0]);
	if (fuzz_target.init != NULL)
		fuzz_target.init();
	if (!read_inputs(argc, argv))
		return 2;
	watch_deaths();
	for (u32 i = 0; i < replay.nr && ok; i++)
		ok = one_input(&replay.input[i]);
	if (ok && replay.runs != 0 && replay.nr != 0 && !replay.print)
		mutations();
	nr = replay.nr;
	forget_inputs();
	if (!ok)
		return 2;
	if (!replay.print)
		printf("replayed %u inputs\n", nr);
	return 0;
}
