// SPDX-License-Identifier: MIT
/* job.c - see job.h. */
#include "harness/oracle/job.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

enum { WORDS_MAX = 3, NUMBER_BASE = 0 };
#define JOB_FIRST_LINE "refstack job 2"
#define ANSWER_MAGIC   0x72776e61u

void job_path(char to[JOB_PATH], const char *folder, const char *name)
{
	int n = snprintf(to, JOB_PATH, "%s/%s", folder, name);

	assert(n > 0);
	if (n >= JOB_PATH)
		*to = '\0'; /* opening it says that there is no such file */
}

static int refuse(char err[JOB_ERROR], const char *path, const char *why)
{
	snprintf(err, JOB_ERROR, "%.400s: %s", path, why);
	return -1;
}

/* --- writing --- */

/* A field: tabs separate them, a line end ends the last one. */
static void write_field(FILE *to, const char *text)
{
	fputc('\t', to);
	for (const char *c = text; *c != '\0'; c++) {
		if (*c == '\t')
			fputs("\\t", to);
		else if (*c == '\n')
			fputs("\\n", to);
		else if (*c == '\\')
			fputs("\\\\", to);
		else
			fputc(*c, to);
	}
}

static void write_pairs(FILE *to, const char *kind, const struct run_pair *pair, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		fputs(kind, to);
		write_field(to, pair[i].name);
		write_field(to, pair[i].value);
		fputc('\n', to);
	}
}

static void write_options(FILE *to, const struct run_options *o)
{
	fprintf(to, "profile\t%u\ndevice\t%u\n", (unsigned)o->profile, (unsigned)o->device);
	fprintf(to, "seed\t%llu\nperturb\t%llu\n", (unsigned long long)o->seed,
		(unsigned long long)o->perturb);
	fprintf(to, "checks\t%d\ntracepoints\t%u\n", o->checks, o->tracepoints);
	write_pairs(to, "define", o->define, o->nr_defines);
	write_pairs(to, "knob", o->knob, o->nr_knobs);
	write_pairs(to, "option", o->option, o->nr_options);
}

/* An empty file for the answers: one that the guest has to create costs it virtual time. */
static int write_texts(const char *folder, const struct job_item *item, u32 n, char err[JOB_ERROR])
{
	char path[JOB_PATH];
	FILE *f;

	job_path(path, folder, "answers");
	f = fopen(path, "wb");
	if (f == NULL || fclose(f) != 0)
		return refuse(err, path, strerror(errno));
	job_path(path, folder, "texts");
	f = fopen(path, "wb");
	if (f == NULL)
		return refuse(err, path, strerror(errno));
	for (u32 i = 0; i < n; i++)
		fwrite(item[i].text, 1, item[i].text_len, f);
	if (fclose(f) != 0)
		return refuse(err, path, strerror(errno));
	return 0;
}

int job_write(const char *folder, const struct run_options *o, bool compare,
	      const struct job_item *item, u32 n, char err[JOB_ERROR])
{
	char path[JOB_PATH];
	FILE *f;

	job_path(path, folder, "job");
	f = fopen(path, "w");
	if (f == NULL)
		return refuse(err, path, strerror(errno));
	fprintf(f, "%s\n", JOB_FIRST_LINE);
	write_options(f, o);
	fprintf(f, "compare\t%d\n", compare);
	for (u32 i = 0; i < n; i++) {
		fputs("item", f);
		write_field(f, item[i].name);
		fprintf(f, "\t%zu\n", item[i].text_len);
	}
	if (fclose(f) != 0)
		return refuse(err, path, strerror(errno));
	return write_texts(folder, item, n, err);
}

/* --- reading --- */

/* All bytes, and a 0; NULL with why in errno. */
static char *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	size_t cap = 4096, n;
	char *bytes = malloc(cap);

	*len = 0;
	if (f == NULL || bytes == NULL)
		goto failed;
	while ((n = fread(bytes + *len, 1, cap - *len - 1, f)) != 0) {
		char *more;

		*len += n;
		if (cap - *len > 1)
			continue;
		cap *= 2;
		more = realloc(bytes, cap);
		if (more == NULL)
			goto failed;
		bytes = more;
	}
	if (ferror(f) != 0)
		goto failed;
	fclose(f);
	bytes[*len] = '\0';
	return bytes;
failed:
	if (f != NULL)
		fclose(f);
	free(bytes);
	return NULL;
}

/* In its place: what write_field() made of a text. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *c = text; *c != '\0'; c++) {
		char ch = *c;

		if (ch == '\\' && c[1] != '\0') {
			c++;
			ch = *c;
			if (*c == 't')
				ch = '\t';
			else if (*c == 'n')
				ch = '\n';
		}
		*to++ = ch;
	}
	*to = '\0';
}

/* The line at *at in pieces; *at is the next one. Returns how many there are. */
static u32 split_line(char **at, char *word[WORDS_MAX])
{
	char *line = *at, *end = line + strcspn(line, "\n");
	u32 n = 0;

	*at = *end == '\0' ? end : end + 1;
	*end = '\0';
	while (n < WORDS_MAX) {
		char *tab = line + strcspn(line, "\t");
		bool more = *tab == '\t';

		*tab = '\0';
		unescape(line);
		word[n++] = line;
		line = tab + 1;
		if (!more)
			break;
	}
	return n;
}

static bool take_number(const char *text, u64 max, u64 *to)
{
	char *end;

	errno = 0;
	*to = strtoull(text, &end, NUMBER_BASE);
	return end != text && *end == '\0' && errno == 0 && *to <= max;
}

static bool take_pair(struct run_pair *pair, u32 *n, char *word[WORDS_MAX], u32 words)
{
	if (words != 3 || *n == RUN_PAIRS)
		return false;
	pair[(*n)++] = (struct run_pair){ .name = word[1], .value = word[2] };
	return true;
}

static bool take_item(struct job *j, char *word[WORDS_MAX], u32 words)
{
	struct job_item *more;
	u64 len;

	if (words != 3 || !take_number(word[2], SIZE_MAX / 2, &len))
		return false;
	more = realloc(j->item, (j->n + 1) * sizeof(*j->item));
	if (more == NULL)
		return false;
	j->item = more;
	j->item[j->n++] = (struct job_item){ .name = word[1], .text_len = (size_t)len };
	return true;
}

static bool take_line(struct job *j, char *word[WORDS_MAX], u32 words)
{
	struct run_options *o = &j->options;
	const char *kind = word[0];
	u64 n;

	if (strcmp(kind, "define") == 0)
		return take_pair(o->define, &o->nr_defines, word, words);
	if (strcmp(kind, "knob") == 0)
		return take_pair(o->knob, &o->nr_knobs, word, words);
	if (strcmp(kind, "option") == 0)
		return take_pair(o->option, &o->nr_options, word, words);
	if (strcmp(kind, "item") == 0)
		return take_item(j, word, words);
	if (words != 2 || !take_number(word[1], U64_MAX, &n))
		return false;
	if (strcmp(kind, "profile") == 0 && n <= PROFILE_KSFT)
		o->profile = (enum run_profile)n;
	else if (strcmp(kind, "device") == 0 && n <= DEVICE_IGB)
		o->device = (enum run_device)n;
	else if (strcmp(kind, "seed") == 0)
		o->seed = n;
	else if (strcmp(kind, "perturb") == 0)
		o->perturb = n;
	else if (strcmp(kind, "checks") == 0)
		o->checks = n != 0;
	else if (strcmp(kind, "tracepoints") == 0 && n <= U32_MAX)
		o->tracepoints = (u32)n;
	else if (strcmp(kind, "compare") == 0)
		j->compare = n != 0;
	else
		return false;
	return true;
}

static int read_texts(struct job *j, const char *folder, char err[JOB_ERROR])
{
	char path[JOB_PATH];
	size_t len, at = 0;

	job_path(path, folder, "texts");
	j->texts = read_file(path, &len);
	if (j->texts == NULL)
		return refuse(err, path, strerror(errno));
	for (u32 i = 0; i < j->n; i++) {
		if (j->item[i].text_len > len - at)
			return refuse(err, path, "shorter than the job says");
		j->item[i].text = j->texts + at;
		at += j->item[i].text_len;
	}
	return 0;
}

int job_read(struct job *j, const char *folder, char err[JOB_ERROR])
{
	char path[JOB_PATH], *at, *word[WORDS_MAX];
	size_t len;

	*j = (struct job){ .n = 0 };
	run_options_init(&j->options);
	job_path(path, folder, "job");
	j->words = read_file(path, &len);
	if (j->words == NULL)
		return refuse(err, path, strerror(errno));
	at = j->words;
	if (split_line(&at, word) != 1 || strcmp(word[0], JOB_FIRST_LINE) != 0)
		return refuse(err, path, "not a job that this program reads");
	while (*at != '\0') {
		u32 words = split_line(&at, word);

		if (!take_line(j, word, words))
			return refuse(err, path, word[0]);
	}
	return read_texts(j, folder, err);
}

void job_free(struct job *j)
{
	free(j->item);
	free(j->words);
	free(j->texts);
	*j = (struct job){ .n = 0 };
}

/* --- answers --- */

void job_answer_init(struct job_answer *a, u32 item, enum job_answer_kind kind, u64 len)
{
	*a = (struct job_answer){ .magic = ANSWER_MAGIC, .item = item, .kind = kind, .len = len };
}

char *job_answers(const char *folder, size_t *len)
{
	char path[JOB_PATH];

	job_path(path, folder, "answers");
	return read_file(path, len);
}

bool job_answer_next(const char *answers, size_t len, size_t *at, struct job_answer *a,
		     const char **bytes)
{
	assert(*at <= len);
	if (len - *at < sizeof(*a))
		return false;
	memcpy(a, answers + *at, sizeof(*a));
	if (a->magic != ANSWER_MAGIC || a->kind > JOB_ERROR_TEXT || a->len > len - *at - sizeof(*a))
		return false;
	*bytes = answers + *at + sizeof(*a);
	*at += sizeof(*a) + (size_t)a->len;
	return true;
}

bool job_word(const char *name, char to[JOB_PATH])
{
	size_t len;
	char *line = read_file("/proc/cmdline", &len), *at, end = ' ';
	bool found = false;

	at = line != NULL ? strstr(line, name) : NULL;
	if (at != NULL) {
		at += strlen(name);
		if (*at == '"') {
			end = '"';
			at++;
		}
		for (len = 0; at[len] != '\0' && at[len] != '\n' && at[len] != end; len++)
			;
		found = len > 0 && len < JOB_PATH;
		if (found)
			snprintf(to, JOB_PATH, "%.*s", (int)len, at);
	}
	free(line);
	return found;
}
