// SPDX-License-Identifier: MIT
/* tape.c - see tape.h. */
#include "harness/cli/tape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli/files.h"
#include "harness/golden/golden.h"
#include "harness/lib/must.h"

/* Script and capture are one vector. */
static void add(struct tape *t, const char *script, const char *text, size_t len)
{
	const char *end = strrchr(script, '.');
	size_t stem = end != NULL ? (size_t)(end - script) : strlen(script);
	struct tape_entry e = { .vector = must(strndup(script, stem)),
				.text = must(strndup(text, len)) };
	bool known = false;

	for (u32 i = 0; i < t->nr && !known; i++)
		known = strcmp(t->entry[i].vector, e.vector) == 0 &&
			strcmp(t->entry[i].text, e.text) == 0;
	if (known) {
		free(e.vector);
		free(e.text);
		return;
	}
	if (t->nr == t->cap) {
		t->cap = t->cap != 0 ? t->cap * 2 : 8;
		t->entry = must(realloc(t->entry, t->cap * sizeof(t->entry[0])));
	}
	t->entry[t->nr++] = e;
}

/* Lines that begin so; of each what follows. */
static void add_lines(struct tape *t, const char *script, const char *text, const char *mark)
{
	for (const char *line = text; *line != '\0';) {
		size_t len = strcspn(line, "\n"), skip = strlen(mark);

		if (strncmp(line, mark, skip) == 0) {
			skip += strspn(line + skip, " ");
			add(t, script, line + skip, len - skip);
		}
		line += len + (line[len] == '\n');
	}
}

static bool add_capture(struct tape *t, const char *script, char *err, u32 err_size)
{
	const char *end = strrchr(script, '.');
	int stem = (int)(end != NULL ? (size_t)(end - script) : strlen(script));
	struct golden g = { 0 };
	char *path;
	bool ok = true;

	if (asprintf(&path, "%.*s.pcapng", stem, script) < 0)
		abort();
	if (access(path, F_OK) == 0)
		ok = golden_read(&g, path, err, err_size) == 0;
	if (ok && g.from.tape != NULL)
		add_lines(t, script, g.from.tape, "");
	golden_free(&g);
	free(path);
	return ok;
}

bool tape_add(struct tape *t, const char *script, char *err, u32 err_size)
{
	char why[FILE_ERROR_MAX];
	size_t len;
	char *text = file_read(script, &len, why);

	if (text != NULL)
		add_lines(t, script, text, "// tape:");
	free(text);
	return add_capture(t, script, err, err_size);
}

void tape_free(struct tape *t)
{
	for (u32 i = 0; i < t->nr; i++) {
		free(t->entry[i].vector);
		free(t->entry[i].text);
	}
	free(t->entry);
	*t = (struct tape){ 0 };
}
