// SPDX-License-Identifier: MIT
/* cmd_oracle.c - refstack oracle: the kernel that judges, built, described, tried. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/check.h"
#include "harness/cli/cli.h"
#include "harness/cli/files.h"
#include "harness/cli/oracle_count.h"
#include "harness/cli/output.h"
#include "harness/cli/tape.h"
#include "harness/lib/sha256.h"
#include "harness/oracle/uml.h"

enum { MESSAGE = 8192, SPEED_BATCH = 256, SPEED_WALL_S = 60, SPEED_MS = 1000 };

static int complain(enum kernel_answer answer, const char *err)
{
	static const int code[] = { [KERNEL_THERE] = EXIT_OK,
				    [KERNEL_ABSENT] = EXIT_ENVIRONMENT,
				    [KERNEL_IMPOSSIBLE] = EXIT_ENVIRONMENT,
				    [KERNEL_FAILED] = EXIT_DIFFERENCE };

	fflush(stdout);
	fprintf(stderr, "refstack oracle: %s\n", err);
	return code[answer];
}

/* --- build --- */

struct watch {
	struct progress progress;
	const char *step;
	time_t step_started;
};

static bool tick(void *ctx, const char *step, u32 done, u32 of)
{
	struct watch *w = ctx;
	bool begins = w->step == NULL || strcmp(w->step, step) != 0;
	time_t now = time(NULL);
	long long left = 0;

	if (begins) {
		w->step = step;
		w->step_started = now;
	}
	if (begins || progress_due(&w->progress)) {
		progress_begin(&w->progress);
		fputs(step, stderr);
		if (of != 0 && done <= of)
			fprintf(stderr, ", %u of %u", done, of);
		if (of != 0 && done > 0 && done <= of)
			left = (long long)(now - w->step_started) * (of - done) / done;
		if (left > 0)
			fprintf(stderr, ", about %lld s left", left);
		progress_end(&w->progress);
	}
	return interrupted == 0;
}

static void print_kernel(const struct kernel *k)
{
	printf("kernel:   Linux %s%s%s%s%s\n", k->version, *k->source != '\0' ? ", source " : "",
	       k->source, k->coverage ? ", coverage" : "", "");
	printf("file:     %s\n", k->path);
	printf("hash:     %s\n", k->hash);
	printf("config:   %s\n", k->config_hash);
	printf("patches:  %s\n", k->patches_hash);
	printf("HZ:       %u\n", k->hz);
	printf("compiler: %s\n", k->compiler);
}

static void json_kernel(const struct kernel *k)
{
	printf("{\"version\": ");
	json_string(stdout, k->version);
	printf(", \"source\": ");
	json_string(stdout, k->source);
	printf(", \"file\": ");
	json_string(stdout, k->path);
	printf(", \"hash\": \"%s\", \"config\": \"%s\", \"patches\": \"%s\", \"dotconfig\": \"%s\"",
	       k->hash, k->config_hash, k->patches_hash, k->dotconfig);
	printf(", \"hz\": %u, \"coverage\": %s, \"compiler\": ", k->hz,
	       k->coverage ? "true" : "false");
	json_string(stdout, k->compiler);
	putchar('}');
}

static int oracle_build(const struct args *args)
{
	struct watch watch = { .step = NULL };
	struct kernel_build how = { .coverage = args_has(args, OPT_oracle_COVERAGE),
				    .tick = tick,
				    .ctx = &watch };
	enum kernel_answer answer;
	char err[MESSAGE];
	struct kernel k;
	bool built;

	catch_interrupt();
	progress_start(&watch.progress);
	answer = kernel_build(&k, &how, &built, err, sizeof(err));
	progress_clear(&watch.progress);
	if (answer != KERNEL_THERE)
		return complain(answer, err);
	if (args_has(args, OPT_oracle_JSON)) {
		json_kernel(&k);
		putchar('\n');
		return EXIT_OK;
	}
	puts(built ? "built:" : "there already:");
	print_kernel(&k);
	return EXIT_OK;
}

/* --- status --- */

static char *tape_text(const struct tape_entry *e)
{
	char *text;

	if (asprintf(&text, "%s (%s)", e->text, e->vector) < 0)
		abort();
	return text;
}

/* False: there is no vectors/ here. */
static bool tape_read(struct tape *t)
{
	struct file_list scripts = { .nr = 0 };
	char err[MESSAGE];
	bool there = file_list_add(&scripts, "vectors", ".pkt", err);

	for (u32 i = 0; i < scripts.nr; i++)
		if (!tape_add(t, scripts.path[i], err, sizeof(err)))
			fprintf(stderr, "refstack oracle: %s\n", err);
	file_list_free(&scripts);
	return there;
}

static u64 now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000 + (u64)t.tv_nsec / NS_PER_MS;
}

/* As random programs are: an address, a neighbour, a dozen calls and frames. */
#define PEER(port)                                                                                 \
	"{sa_family = AF_INET, sin_port = htons(" #port                                            \
	"), sin_addr = inet_addr(\"192.0.2.2\")}, 16)"
static const char speed_program[] =
	"`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up; "
	"ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0`\n"
	"0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	"+0 bind(3, {sa_family = AF_INET, sin_port = htons(5000), "
	"sin_addr = inet_addr(\"192.0.2.1\")}, 16) = 0\n"
	"+0 sendto(3, \"abc\", 3, 0, " PEER(
		7) " = 3\n"
		   "+.01 sendto(3, \"abc\", 3, MSG_DONTWAIT, " PEER(
			   9) " = 3\n"
			      "+0 < 192.0.2.2:7 > 192.0.2.1:5000 udp (100)\n"
			      "+0 recv(3, ..., 200, 0) = 100\n"
			      "+.2 < 192.0.2.2:7 > 192.0.2.1:5001 udp (4)\n"
			      "+0 connect(3, " PEER(
				      53) " = 0\n"
					  "+0 send(3, \"abc\", 3, 0) = 3\n"
					  "+0 getsockopt(3, SOL_SOCKET, SO_ERROR, ..., [4]) = 0\n"
					  "+1 send(3, pattern 1, 2000, 0) = 2000\n"
					  "+0 close(3) = 0\n";

/* Programs a second, n of them a boot; 0 with why in err. */
static double speed(const struct kernel *k, u32 n, char *err, u32 err_size)
{
	struct uml_item item[SPEED_BATCH];
	struct run_options o;
	u64 start = now_ms(), spent = 0;
	u32 ran = 0;

	assert(n <= SPEED_BATCH);
	run_options_init(&o);
	while (spent < SPEED_MS) {
		bool ok;

		for (u32 i = 0; i < n; i++)
			item[i] = (struct uml_item){ .name = "speed",
						     .text = speed_program,
						     .text_len = sizeof(speed_program) - 1 };
		ok = uml_run(k, &o, false, item, n, SPEED_WALL_S, err, err_size) == 0;
		for (u32 i = 0; i < n; i++) {
			const struct record *r = &item[i].record;

			if (ok && item[i].error != NULL)
				snprintf(err, err_size, "%s", item[i].error);
			else if (ok && r->verdict != RUN_PASSED)
				snprintf(err, err_size, "%s",
					 r->message != NULL ? r->message : "it did not pass");
			ok = ok && item[i].error == NULL && r->verdict == RUN_PASSED;
			record_free(&item[i].record);
			free(item[i].error);
		}
		if (!ok)
			return 0;
		ran += n;
		spent = now_ms() - start;
	}
	return (double)ran * 1000 / (double)spent;
}

struct status {
	enum kernel_answer answer, coverage_answer;
	struct kernel k, coverage;
	bool damaged; /* its bytes are not those that were built */
	struct tape tape;
	bool vectors;	     /* are here */
	double alone, batch; /* programs a second */
	char err[MESSAGE], speed_err[MESSAGE];
};

static void status_ask(struct status *s)
{
	char hash[SHA256_HEX], ignored[MESSAGE];

	s->answer = kernel_find(&s->k, false, s->err, sizeof(s->err));
	s->coverage_answer = kernel_find(&s->coverage, true, ignored, sizeof(ignored));
	s->vectors = tape_read(&s->tape);
	if (s->answer != KERNEL_THERE)
		return;
	s->damaged = !sha256_file(s->k.path, hash) || strcmp(hash, s->k.hash) != 0;
	if (s->damaged)
		return;
	s->alone = speed(&s->k, 1, s->speed_err, sizeof(s->speed_err));
	if (s->alone > 0)
		s->batch = speed(&s->k, SPEED_BATCH, s->speed_err, sizeof(s->speed_err));
}

static void status_json(const struct status *s)
{
	printf("{\"kernel\": ");
	if (s->answer == KERNEL_THERE)
		json_kernel(&s->k);
	else
		printf("null, \"why\": ");
	if (s->answer != KERNEL_THERE)
		json_string(stdout, s->err);
	printf(", \"intact\": %s, \"coverage_kernel\": ",
	       s->answer == KERNEL_THERE && !s->damaged ? "true" : "false");
	if (s->coverage_answer == KERNEL_THERE)
		json_kernel(&s->coverage);
	else
		printf("null");
	printf(", \"tape\": ");
	for (u32 i = 0; i < s->tape.nr; i++) {
		char *text = tape_text(&s->tape.entry[i]);

		fputs(i == 0 ? "[" : ", ", stdout);
		json_string(stdout, text);
		free(text);
	}
	fputs(!s->vectors ? "null" : s->tape.nr == 0 ? "[]" : "]", stdout);
	printf(", \"programs_per_second\": ");
	if (s->batch > 0)
		printf("{\"one_a_boot\": %.1f, \"batch\": %.1f}}\n", s->alone, s->batch);
	else
		printf("null}\n");
}

static void status_text(const struct status *s)
{
	if (s->answer == KERNEL_THERE)
		print_kernel(&s->k);
	else
		printf("kernel:   none: %s\n", s->err);
	if (s->damaged)
		printf("DAMAGED:  its bytes are not those that were built; remove it and build "
		       "again\n");
	printf("coverage: %s\n",
	       s->coverage_answer == KERNEL_THERE ? s->coverage.path : "not built");
	if (!s->vectors)
		printf("tape:     not known: there is no vectors/ here\n");
	else
		printf("tape:     %u open %s\n", s->tape.nr, s->tape.nr == 1 ? "entry" : "entries");
	for (u32 i = 0; i < s->tape.nr; i++)
		printf("          %s (%s)\n", s->tape.entry[i].text, s->tape.entry[i].vector);
	if (s->batch > 0)
		printf("speed:    %.1f programs/s, a boot for each; %.1f programs/s, %d a boot\n",
		       s->alone, s->batch, SPEED_BATCH);
	else if (s->answer == KERNEL_THERE && !s->damaged)
		printf("speed:    not measured: %s\n", s->speed_err);
}

static int oracle_status(const struct args *args)
{
	struct status *s = calloc(1, sizeof(*s));
	int ret;

	if (s == NULL)
		abort();
	catch_interrupt();
	status_ask(s);
	if (args_has(args, OPT_oracle_JSON))
		status_json(s);
	else
		status_text(s);
	ret = s->answer == KERNEL_THERE && !s->damaged ? EXIT_OK : EXIT_ENVIRONMENT;
	tape_free(&s->tape);
	free(s);
	return ret;
}

/* --- shell --- */

static int oracle_shell(const struct args *args)
{
	enum kernel_answer answer;
	char err[MESSAGE];
	struct kernel k;

	answer = kernel_find(&k, args_has(args, OPT_oracle_COVERAGE), err, sizeof(err));
	if (answer != KERNEL_THERE)
		return complain(answer, err);
	if (uml_shell(&k, err, sizeof(err)) != 0)
		return complain(KERNEL_IMPOSSIBLE, err);
	return EXIT_OK;
}

int cmd_oracle(const struct args *args)
{
	static const struct {
		const char *name;
		int (*run)(const struct args *args);
	} actions[] = { { "build", oracle_build },
			{ "status", oracle_status },
			{ "shell", oracle_shell },
			{ "count", oracle_count } };

	if (args->nr_operands > 1 && strcmp(args->operand[0], "count") != 0)
		return usage_error(COMMAND_oracle, "only count takes more");
	for (u32 i = 0; i < ARRAY_SIZE(actions); i++)
		if (strcmp(args->operand[0], actions[i].name) == 0)
			return actions[i].run(args);
	return usage_error(COMMAND_oracle, "there is no '%s'; there is: build status shell count",
			   args->operand[0]);
}
