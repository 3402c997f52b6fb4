// SPDX-License-Identifier: MIT
/* fuzz_main.c - a main for a fuzz target: runs each file that is named, and each file of a
 * directory, once. Says how many at the end; a target that finds something ends the program.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/fuzz/fuzz.h"

enum { INPUT_MAX = 1 << 24 };

static const char *running;

/* Of the sanitizers, where there are any. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void say_which(void)
{
	if (running != NULL)
		fprintf(stderr, "replay: stopped in %s\n", running);
	running = NULL;
}

static void on_abort(int signal)
{
	(void)signal;
	say_which();
}

static int replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *bytes, *input;
	size_t len;

	if (f == NULL) {
		fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
		return -1;
	}
	bytes = malloc(INPUT_MAX);
	len = bytes != NULL ? fread(bytes, 1, INPUT_MAX, f) : 0;
	fclose(f);
	/* Of its own size, so that reading past the end shows. */
	input = malloc(len + (len == 0));
	if (bytes == NULL || input == NULL) {
		free(bytes);
		return -1;
	}
	memcpy(input, bytes, len);
	free(bytes);
	running = path;
	LLVMFuzzerTestOneInput(input, len);
	running = NULL;
	free(input);
	return 1;
}

static int no_dots(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* The number of files, or -1. */
static int replay_directory(const char *path)
{
	struct dirent **entries;
	int n = scandir(path, &entries, no_dots, alphasort), done = 0;
	char file[4096];

	for (int i = 0; i < n; i++) {
		snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
		if (done >= 0)
			done = replay_file(file) < 0 ? -1 : done + 1;
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return n < 0 ? -1 : done;
}

int main(int argc, char **argv)
{
	struct stat st;
	int total = 0, n;

	if (argc < 2) {
		fprintf(stderr, "usage: %s FILE|DIRECTORY...\n", argv[0]);
		return 2;
	}
	signal(SIGABRT, on_abort);
	if (__sanitizer_set_death_callback != NULL)
		__sanitizer_set_death_callback(say_which);
	for (int i = 1; i < argc; i++) {
		n = stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode) ? replay_directory(argv[i])
								   : replay_file(argv[i]);
		if (n < 0)
			return 2;
		total += n;
	}
	printf("replayed %d inputs\n", total);
	return 0;
}
