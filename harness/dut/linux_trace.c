// SPDX-License-Identifier: MIT
/* linux_trace.c - tracefs: an instance of our own, formats of events, pages of the ring.
 *
 * Formats are read from the kernel, so that another version's fields are found as well. The ring's
 * pages are as include/linux/ring_buffer.h has them, on a 64-bit little-endian machine.
 */
#include "harness/dut/linux_trace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"

enum { TRACE_CPUS = 64, PATH_BYTES = 160, FORMAT_BYTES = 1 << 16 };

struct linux_trace {
	int root, instance; /* directories */
	char name[32];
	u32 nr_cpus;
	int cpu[TRACE_CPUS];
	u8 *page;
	u32 page_size;
	u64 lost;
};

/* --- formats --- */

static const char *after(const char *text, const char *what)
{
	const char *at = text != NULL ? strstr(text, what) : NULL;

	return at != NULL ? at + strlen(what) : NULL;
}

static u32 number_at(const char *text)
{
	return text != NULL ? (u32)strtoul(text, NULL, 10) : 0;
}

/* "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;": its name is the last word
 * before the semicolon, or before the [N] of an array.
 */
static bool field_parse(struct trace_field *f, const char *line)
{
	const char *decl = after(line, "field:");
	const char *end, *begin;

	if (decl == NULL)
		return false;
	end = decl + strcspn(decl, ";\n");
	for (begin = end; begin > decl && begin[-1] != ' '; begin--)
		;
	if (memchr(begin, '[', (size_t)(end - begin)) != NULL)
		end = memchr(begin, '[', (size_t)(end - begin));
	(void)snprintf(f->name, sizeof(f->name), "%.*s", (int)(end - begin), begin);
	f->is_string = strncmp(decl, "__data_loc", 10) == 0;
	f->offset = number_at(after(end, "offset:"));
	f->size = number_at(after(end, "size:"));
	f->is_signed = number_at(after(end, "signed:")) != 0;
	return true;
}

int trace_format_parse(struct trace_format *f, const char *text)
{
	const char *id = after(text, "ID: ");
	const char *end = strstr(text, "print fmt:");

	*f = (struct trace_format){ 0 };
	if (id == NULL || end == NULL)
		return -1;
	f->id = number_at(id);
	for (const char *at = strstr(text, "\tfield:"); at != NULL && at < end;
	     at = strstr(at + 1, "\tfield:")) {
		if (f->nr_fields == TRACE_FIELDS || !field_parse(&f->field[f->nr_fields], at))
			break;
		f->nr_fields++;
	}
	return f->nr_fields != 0 ? 0 : -1;
}

const struct trace_field *trace_field_of(const struct trace_format *f, const char *name)
{
	for (u32 i = 0; i < f->nr_fields; i++)
		if (strcmp(f->field[i].name, name) == 0)
			return &f->field[i];
	return NULL;
}

bool trace_symbol(const char *text, const char **at, u64 *value, char *name, u32 size)
{
	const char *p = *at != NULL ? *at : strstr(text, "__print_symbolic(");
	const char *close;
	char *end;

	p = p != NULL ? strchr(p, '{') : NULL;
	if (p == NULL)
		return false;
	*value = strtoull(p + 1, &end, 0);
	p = strchr(end, '"');
	close = p != NULL ? strchr(p + 1, '"') : NULL;
	if (close == NULL)
		return false;
	(void)snprintf(name, size, "%.*s", (int)(close - p - 1), p + 1);
	*at = close + 1;
	return true;
}

/* --- records --- */

u64 trace_number(const struct trace_field *f, const struct trace_record *rec)
{
	u64 v = 0;

	if (f == NULL || f->size == 0 || f->size > 8 || f->offset > rec->len ||
	    f->size > rec->len - f->offset)
		return 0;
	for (u32 i = f->size; i-- > 0;)
		v = v << 8 | rec->bytes[f->offset + i];
	if (f->is_signed && f->size < 8 && (v >> (8 * f->size - 1) & 1) != 0)
		v |= ~(u64)0 << (8 * f->size);
	return v;
}

const char *trace_string(const struct trace_field *f, const struct trace_record *rec, char *to,
			 u32 size)
{
	const u32 loc = (u32)trace_number(f, rec);
	u32 at = loc & 0xffff, len = loc >> 16;

	assert(size != 0);
	to[0] = '\0';
	if (f == NULL || at > rec->len || len > rec->len - at)
		return to;
	(void)snprintf(to, size, "%.*s", (int)len, (const char *)rec->bytes + at);
	return to;
}

/* LINUX: struct ring_buffer_event: five bits of type or length, 27 bits of time. */
enum { TYPE_PADDING = 29, TYPE_EXTEND = 30, TYPE_STAMP = 31, PAGE_HEADER = 16 };

static u32 get_u32(const u8 *p)
{
	return (u32)p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24;
}

static u64 get_u64(const u8 *p)
{
	return get_u32(p) | (u64)get_u32(p + 4) << 32;
}

/* Bytes that what begins here takes, its head too; 0: nothing follows. */
static u32 entry_size(const u8 *at, u32 left)
{
	u32 type = get_u32(at) & 31, delta = get_u32(at) >> 5;

	if (type == TYPE_PADDING && delta == 0)
		return 0;
	if (type == TYPE_EXTEND || type == TYPE_STAMP)
		return 8;
	if (type != 0 && type != TYPE_PADDING)
		return 4 + 4 * type;
	return left >= 8 ? 4 + get_u32(at + 4) : 0;
}

u64 trace_page(const u8 *page, u32 size, trace_sink *sink, void *ctx)
{
	u64 commit = get_u64(page + 8), order = get_u64(page);
	u64 missed = commit >> 31 & 1;
	u32 end = PAGE_HEADER + (u32)(commit & 0xfffff);

	assert(size >= PAGE_HEADER);
	if (end > size)
		end = size;
	for (u32 at = PAGE_HEADER; end - at >= 8;) {
		const u8 *e = page + at;
		u32 type = get_u32(e) & 31, delta = get_u32(e) >> 5;
		u32 len = entry_size(e, end - at);
		u32 head = type == 0 ? 8 : 4;

		if (len < head || len > end - at)
			break;
		if (type == TYPE_STAMP)
			order = (u64)get_u32(e + 4) << 27 | delta;
		else
			order += delta;
		if (type == TYPE_EXTEND)
			order += (u64)get_u32(e + 4) << 27;
		if (type < TYPE_PADDING && len - head >= 8) {
			struct trace_record rec = { order, (u32)e[head] | (u32)e[head + 1] << 8,
						    e + head, len - head };

			sink(ctx, &rec);
		}
		at += len;
	}
	return missed;
}

/* --- tracefs --- */

/* A mount that nobody else sees; where that is not allowed, the one that is there. */
static int open_tracefs(void)
{
	int fs = fsopen("tracefs", FSOPEN_CLOEXEC);
	int fd = -1;

	if (fs >= 0) {
		if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
			fd = fsmount(fs, FSMOUNT_CLOEXEC, 0);
		close(fs);
	}
	if (fd < 0)
		fd = open("/sys/kernel/tracing", O_DIRECTORY | O_CLOEXEC | O_RDONLY);
	return fd;
}

static int put_file(int dir, const char *path, const char *text)
{
	int fd = openat(dir, path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n == (ssize_t)strlen(text) ? 0 : -1;
}

static char *get_file(int dir, const char *path)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	char *text = fd >= 0 ? malloc(FORMAT_BYTES) : NULL;
	ssize_t n;
	u32 len = 0;

	if (text != NULL) {
		while ((n = read(fd, text + len, FORMAT_BYTES - 1 - len)) > 0)
			len += (u32)n;
		text[len] = '\0';
	}
	if (fd >= 0)
		close(fd);
	return text;
}

static int open_rings(struct linux_trace *t)
{
	char path[PATH_BYTES];

	for (; t->nr_cpus < TRACE_CPUS; t->nr_cpus++) {
		(void)snprintf(path, sizeof(path), "per_cpu/cpu%u/trace_pipe_raw", t->nr_cpus);
		t->cpu[t->nr_cpus] = openat(t->instance, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (t->cpu[t->nr_cpus] < 0)
			break;
	}
	return t->nr_cpus != 0 ? 0 : -1;
}

static int open_instance(struct linux_trace *t)
{
	(void)snprintf(t->name, sizeof(t->name), "instances/refstack.%d", (int)getpid());
	if (mkdirat(t->root, t->name, 0700) < 0 && errno != EEXIST)
		return -1;
	t->instance = openat(t->root, t->name, O_DIRECTORY | O_CLOEXEC | O_RDONLY);
	if (t->instance < 0)
		return -1;
	return put_file(t->instance, "trace_clock", "counter") < 0 ? -1 : open_rings(t);
}

struct linux_trace *linux_trace_open(char *err, u32 err_size)
{
	struct linux_trace *t = calloc(1, sizeof(*t));

	if (t == NULL)
		abort();
	t->instance = -1;
	t->page_size = (u32)sysconf(_SC_PAGESIZE);
	t->page = malloc(t->page_size);
	t->root = open_tracefs();
	if (t->page == NULL)
		abort();
	if (t->root >= 0 && open_instance(t) == 0)
		return t;
	(void)snprintf(err, err_size, "tracefs: %s", strerror(errno));
	linux_trace_close(t);
	return NULL;
}

void linux_trace_close(struct linux_trace *t)
{
	if (t == NULL)
		return;
	for (u32 i = 0; i < t->nr_cpus; i++)
		close(t->cpu[i]);
	if (t->instance >= 0) {
		close(t->instance);
		(void)unlinkat(t->root, t->name, AT_REMOVEDIR);
	}
	if (t->root >= 0)
		close(t->root);
	free(t->page);
	free(t);
}

int linux_trace_format(const struct linux_trace *t, const char *system, const char *name,
		       struct trace_format *f, char **text)
{
	char path[PATH_BYTES];
	char *all;
	int err;

	(void)snprintf(path, sizeof(path), "events/%s/%s/format", system, name);
	all = get_file(t->root, path);
	if (all == NULL)
		return -1;
	err = trace_format_parse(f, all);
	if (text != NULL)
		*text = all;
	else
		free(all);
	return err;
}

int linux_trace_enable(const struct linux_trace *t, const char *system, const char *name, bool on)
{
	char path[PATH_BYTES];

	(void)snprintf(path, sizeof(path), "events/%s/%s/enable", system, name);
	return put_file(t->instance, path, on ? "1" : "0");
}

void linux_trace_drain(struct linux_trace *t, trace_sink *sink, void *ctx)
{
	for (u32 i = 0; i < t->nr_cpus; i++) {
		ssize_t n;

		while ((n = read(t->cpu[i], t->page, t->page_size)) >= PAGE_HEADER)
			t->lost += trace_page(t->page, (u32)n, sink, ctx);
	}
}

static void forget(void *ctx, const struct trace_record *rec)
{
	(void)ctx;
	(void)rec;
}

void linux_trace_begin(struct linux_trace *t)
{
	linux_trace_drain(t, forget, NULL);
	t->lost = 0;
}

u64 linux_trace_lost(const struct linux_trace *t)
{
	return t->lost;
}
