// SPDX-License-Identifier: MIT
/* output.c - see output.h. */
#include "harness/cli/output.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes of the UTF-8 character at `s`, 0 when it is none. */
static u32 utf8_len(const u8 *s)
{
	u32 n = *s < 0x80 ? 1 : *s < 0xc2 ? 0 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : *s < 0xf5 ? 4 : 0;

	for (u32 i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* Longer than need be, surrogates, above U+10FFFF. */
	if ((*s == 0xe0 && s[1] < 0xa0) || (*s == 0xed && s[1] >= 0xa0) ||
	    (*s == 0xf0 && s[1] < 0x90) || (*s == 0xf4 && s[1] >= 0x90))
		return 0;
	return n;
}

void json_string(FILE *to, const char *text)
{
	const u8 *s = (const u8 *)text;

	fputc('"', to);
	while (*s != '\0') {
		u32 n = utf8_len(s);

		if (n == 0)
			fputs("\\ufffd", to);
		else if (*s == '"' || *s == '\\')
			fprintf(to, "\\%c", *s);
		else if (*s == '\n')
			fputs("\\n", to);
		else if (*s < 0x20 || *s == 0x7f)
			fprintf(to, "\\u%04x", *s);
		else
			fwrite(s, 1, n, to);
		s += n != 0 ? n : 1;
	}
	fputc('"', to);
}

enum { PROGRESS_TERMINAL_S = 1, PROGRESS_LOG_S = 10 };

void progress_start(struct progress *p)
{
	time_t now = time(NULL);

	*p = (struct progress){ .started = now,
				.last = now,
				.terminal = isatty(STDERR_FILENO) != 0 };
}

bool progress_due(const struct progress *p)
{
	return time(NULL) - p->last >= (p->terminal ? PROGRESS_TERMINAL_S : PROGRESS_LOG_S);
}

void progress_begin(struct progress *p)
{
	p->last = time(NULL);
	fprintf(stderr, "%s%lld s: ", p->terminal ? "\r" : "", (long long)(p->last - p->started));
	p->drawn = true;
}

void progress_end(const struct progress *p)
{
	fputs(p->terminal ? "\033[K" : "\n", stderr);
}

void progress_clear(struct progress *p)
{
	if (p->terminal && p->drawn)
		fputs("\r\033[K", stderr);
	p->drawn = false;
}

void progress_show(struct progress *p, u32 done, u32 of, const char *what)
{
	if (!progress_due(p))
		return;
	fflush(stdout);
	progress_begin(p);
	fprintf(stderr, "%u of %u %s", done, of, what);
	progress_end(p);
}

bool wants_colour(FILE *to)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (no != NULL && *no != '\0')
		return false;
	return isatty(fileno(to)) != 0 && term != NULL && strcmp(term, "dumb") != 0;
}

volatile sig_atomic_t interrupted;

/* timeout(1) sends its signal to the process and to its group: two that come together are one. */
enum { TOGETHER_NS = 200000000, NS_PER_SECOND = 1000000000 };

static s64 interrupted_ns;

static void on_interrupt(int sig)
{
	struct timespec t;
	s64 now;

	clock_gettime(CLOCK_MONOTONIC, &t);
	now = (s64)t.tv_sec * NS_PER_SECOND + t.tv_nsec;
	if (interrupted == 0) {
		interrupted_ns = now;
		interrupted = 1;
	} else if (now - interrupted_ns > TOGETHER_NS) {
		signal(sig, SIG_DFL);
		raise(sig);
	}
}

void catch_interrupt(void)
{
	struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = SA_RESTART };

	sigaction(SIGINT, &action, NULL);
}
