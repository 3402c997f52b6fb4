// SPDX-License-Identifier: MIT
/* drive_replay.c - a main for a fuzz target: runs each file that is named, and each file of a
 * directory, once. Says how many at the end; a target that finds something ends the program.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/fuzz/fuzz.h"

enum { INPUT_MAX = 1 << 24 };

static const char *running;

/* Of the sanitizers, where there are any. */
// NOLINTNEXTLINE(bugprone-reserved-identifier)
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void say_which(void)
{
	static const char before[] = "replay: stopped in ";

	if (running == NULL)
		return;
	if (write(STDERR_FILENO, before, sizeof(before) - 1) > 0 &&
	    write(STDERR_FILENO, running, strlen(running)) > 0 && write(STDERR_FILENO, "\n", 1) > 0)
		running = NULL;
}

static void on_abort(int signal)
{
	(void)signal;
	say_which();
}

/* The file in a block of its own size, so that reading past the end shows; NULL: unreadable. */
static uint8_t *read_all(FILE *f, size_t *len)
{
	static uint8_t bytes[INPUT_MAX];
	uint8_t *input;

	*len = fread(bytes, 1, sizeof(bytes), f);
	input = ferror(f) ? NULL : malloc(*len + (*len == 0));
	if (input != NULL && *len != 0)
		memcpy(input, bytes, *len);
	return input;
}

/* The number of files, which is one, or -1. */
static int replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *input = NULL;
	size_t len = 0;

	if (f != NULL) {
		input = read_all(f, &len);
		fclose(f);
	}
	if (input == NULL) {
		fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
		return -1;
	}
	running = path;
	fuzz_target.run(input, len);
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

	if (fuzz_target.init != NULL)
		fuzz_target.init();
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
