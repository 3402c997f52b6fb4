// SPDX-License-Identifier: MIT
/* golden_pcapng.c - the capture of a golden vector: every frame with its exact virtual time, where
 * all this comes from, and what was left at the end.
 *
 *   section      comment: provenance, a line "key: value" each
 *   interfaces   "a/eth0", one a host
 *   packets      in the order in which they left and arrived
 *   statistics   one for each interface; comment: the host's state
 *
 * Frames of the opening commands have times before 0: then all interfaces have an offset.
 * Reading believes nothing: what this does not write is an error with a reason.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/golden/golden.h"
#include "harness/lib/pcapng.h"
#include "harness/lib/replace.h"

enum {
	COMMENT_MAX = 512, /* of a packet */
	NAME_BYTES = 32,
	FRAME_MAX = 1 << 18,
	FILE_MAX = 1 << 29,
	HASH_DIGITS = 64
};

/* --- provenance ----------------------------------------------------------------------------------
 */
static bool has_control(const char *text, char but)
{
	for (const char *p = text; *p != '\0'; p++)
		if (iscntrl((u8)*p) && *p != but)
			return true;
	return false;
}

/* So many lines without control characters, each ended; NULL is none. */
static bool is_lines(const char *text)
{
	if (text == NULL || *text == '\0')
		return true;
	return !has_control(text, '\n') && text[strlen(text) - 1] == '\n';
}

static bool is_hash(const char *text)
{
	return strlen(text) == HASH_DIGITS && strspn(text, "0123456789abcdef") == HASH_DIGITS;
}

/* NULL, or what is wrong. */
static const char *check_provenance(const struct provenance *p)
{
	if (p->kernel[0] == '\0' || has_control(p->kernel, '\0'))
		return "no name of a kernel";
	if (!is_hash(p->config_hash))
		return "no hash of a configuration";
	if (!is_hash(p->patches_hash))
		return "no hash of patches";
	if (p->hz == 0 || NS_PER_SEC % p->hz != 0)
		return "no rate of jiffies";
	if (!is_lines(p->sysctls))
		return "sysctls that are no lines";
	return is_lines(p->tape) ? NULL : "a tape that is no lines";
}

static void put_lines(FILE *to, const char *key, const char *lines)
{
	for (const char *p = lines, *end; p != NULL && *p != '\0'; p = end + 1) {
		end = strchr(p, '\n');
		assert(end != NULL);
		fprintf(to, "%s: %.*s\n", key, (int)(end - p), p);
	}
}

static void put_provenance(FILE *to, const struct provenance *p)
{
	fprintf(to, "kernel: %s\nconfig: %s\npatches: %s\nseed: %" PRIu64 "\nhz: %u\n", p->kernel,
		p->config_hash, p->patches_hash, p->seed, p->hz);
	put_lines(to, "sysctl", p->sysctls);
	put_lines(to, "tape", p->tape);
}

/* --- writing -------------------------------------------------------------------------------------
 */
struct capture {
	const struct script *s;
	const struct record *r;
	const struct provenance *p;
	const u32 *line;     /* of the captured script, by statement */
	const char **result; /* of calls: the text of their return, by statement */
	s64 offset_s;
};

enum { NO_STMT = 0xffffffff };

static void write_section(const struct capture *c, FILE *to)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		abort();
	put_provenance(f, c->p);
	if (fclose(f) != 0)
		abort();
	pcapng_begin(to, text);
	free(text);
}

static void write_interfaces(const struct capture *c, FILE *to)
{
	char name[NAME_BYTES];

	for (u32 h = 0; h < c->r->hosts; h++) {
		snprintf(name, sizeof(name), "%c/%s", 'a' + h, c->r->dev);
		pcapng_interface_from(to, name, "frames on the wire",
				      c->r->ethernet ? LINK_ETHERNET : LINK_RAW, c->offset_s);
	}
}

/* The file's own name, its line, the statement: on one line, cut when it is long. */
static void comment_of(const struct capture *c, u32 stmt, char to[COMMENT_MAX])
{
	const char *slash = strrchr(c->s->name, '/');
	char *body = NULL;
	const char *text;
	int n;

	to[0] = '\0';
	if (stmt == NO_STMT)
		return;
	text = c->result[stmt];
	if (text == NULL)
		text = body = script_print_body(c->s, &c->s->stmt[stmt], NULL, NULL);
	n = snprintf(to, COMMENT_MAX, "%s:%u %s", slash != NULL ? slash + 1 : c->s->name,
		     c->line[stmt], text);
	if (n >= COMMENT_MAX)
		memcpy(to + COMMENT_MAX - 4, "...", 4);
	for (char *p = to; *p != '\0'; p++)
		*p = iscntrl((u8)*p) ? ' ' : *p;
	free(body);
}

static s64 when_ns(const struct record_event *e)
{
	s64 ns = e->when_ps / (s64)PS_PER_NS;

	return ns * (s64)PS_PER_NS > e->when_ps ? ns - 1 : ns;
}

static void write_frame(const struct capture *c, FILE *to, const struct record_event *e, u32 stmt)
{
	char comment[COMMENT_MAX];
	struct pcap_packet p = {
		.interface = e->host,
		.when_ns = (u64)(when_ns(e) - c->offset_s * (s64)NS_PER_SEC),
		.caplen = e->len,
		.len = e->len,
		.bytes = record_bytes(c->r, e),
		.direction = e->kind == RECORD_OUT ? PCAP_OUTBOUND : PCAP_INBOUND,
	};

	comment_of(c, stmt, comment);
	p.comment = comment[0] != '\0' ? comment : NULL;
	pcapng_packet(to, &p);
}

/* The lines of the state that are the host's. */
static char *state_of(const char *state, char host)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		abort();
	for (const char *p = state, *end; p != NULL && *p != '\0'; p = end + (*end == '\n')) {
		end = p + strcspn(p, "\n");
		if (*p == host)
			fprintf(f, "%.*s\n", (int)(end - p), p);
	}
	if (fclose(f) != 0)
		abort();
	return text;
}

static void write_states(const struct capture *c, FILE *to)
{
	u64 end = (u64)(c->r->end_ps / (s64)PS_PER_NS - c->offset_s * (s64)NS_PER_SEC);

	for (u32 h = 0; h < c->r->hosts; h++) {
		char *text = state_of(c->r->state, (char)('a' + h));

		pcapng_statistics(to, h, end, text);
		free(text);
	}
}

static void write_capture(const void *ctx, FILE *to)
{
	const struct capture *c = ctx;
	u32 stmt = NO_STMT; /* what was begun last */

	write_section(c, to);
	write_interfaces(c, to);
	for (u32 i = 0; i < c->r->nr; i++) {
		const struct record_event *e = &c->r->event[i];

		if (e->kind == RECORD_STMT)
			stmt = e->stmt;
		else if (e->kind != RECORD_RETURN)
			write_frame(c, to, e, stmt);
	}
	write_states(c, to);
}

/* What the reader would refuse is not written. */
static const char *check_record(const struct capture *c)
{
	const char *why = check_provenance(c->p);

	if (why != NULL)
		return why;
	if (c->r->hosts == 0 || c->r->hosts > SCRIPT_HOSTS || c->r->dev[0] == '\0')
		return "no host";
	if (!is_lines(c->r->state))
		return "a state that is no lines";
	for (const char *p = c->r->state; p != NULL && *p != '\0'; p = strchr(p, '\n') + 1)
		if (p[0] < 'a' || p[0] >= (char)('a' + c->r->hosts) || p[1] != ' ')
			return "a state of no host";
	for (u32 i = 0; i < c->r->nr; i++) {
		const struct record_event *e = &c->r->event[i];

		if (e->stmt >= c->s->nr_stmts && e->kind <= RECORD_RETURN)
			return "a record of another script";
		if (e->kind != RECORD_OUT && e->kind != RECORD_IN)
			continue;
		if (e->len == 0 || e->len > FRAME_MAX || e->host >= c->r->hosts)
			return "a frame that is none";
	}
	return NULL;
}

static void gather(struct capture *c)
{
	for (u32 i = 0; i < c->r->nr; i++) {
		const struct record_event *e = &c->r->event[i];

		if (e->kind == RECORD_RETURN)
			c->result[e->stmt] = record_text(c->r, e);
		while ((e->kind == RECORD_OUT || e->kind == RECORD_IN) &&
		       when_ns(e) < c->offset_s * (s64)NS_PER_SEC)
			c->offset_s--;
	}
}

static int write_with_lines(const char *path, const struct script *s, const struct record *r,
			    const struct provenance *p, const u32 *line, char *err, u32 err_size)
{
	const char **result = calloc(s->nr_stmts + 1u, sizeof(*result));
	struct capture c = { .s = s, .r = r, .p = p, .line = line, .result = result };
	int ret;

	if (result == NULL)
		abort();
	gather(&c);
	ret = replace_file(path, write_capture, &c, err, err_size);
	free(result);
	return ret;
}

static bool can_be_written(const char *path, const struct script *s, const struct record *r,
			   const struct provenance *p, char *err, u32 err_size)
{
	const char *why = check_record(&(struct capture){ .s = s, .r = r, .p = p });

	if (why != NULL)
		snprintf(err, err_size, "cannot write %s: %s", path, why);
	return why == NULL;
}

int golden_pcapng_write(const char *path, const struct script *s, const struct record *r,
			const struct provenance *p, char *err, u32 err_size)
{
	u32 *line;
	char *text;
	int ret = -1;

	if (!can_be_written(path, s, r, p, err, err_size))
		return -1;
	line = calloc(s->nr_stmts + 1u, sizeof(*line));
	if (line == NULL)
		abort();
	text = golden_pkt_lines(s, r, p, line, err, err_size);
	if (text != NULL)
		ret = write_with_lines(path, s, r, p, line, err, err_size);
	free(text);
	free(line);
	return ret;
}

int golden_pcapng_write_alone(const char *path, const struct script *s, const struct record *r,
			      const struct provenance *p, char *err, u32 err_size)
{
	u32 *line;
	int ret;

	if (!can_be_written(path, s, r, p, err, err_size))
		return -1;
	line = calloc(s->nr_stmts + 1u, sizeof(*line));
	if (line == NULL)
		abort();
	for (u32 i = 0; i < s->nr_stmts; i++)
		line[i] = s->stmt[i].line;
	ret = write_with_lines(path, s, r, p, line, err, err_size);
	free(line);
	return ret;
}

/* --- reading -------------------------------------------------------------------------------------
 */
struct reading {
	struct golden *g;
	struct pcap_reader reader;
	FILE *about, *sysctls, *tape, *state; /* gather texts */
	char *about_text, *state_text;
	size_t about_len, sysctls_len, tape_len, state_len;
	u32 keys; /* bit a key of the section's comment that was there */
	bool failed;
	char *err;
	u32 err_size;
};

static bool refuse(struct reading *rd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool refuse(struct reading *rd, const char *fmt, ...)
{
	va_list ap;

	if (!rd->failed) {
		va_start(ap, fmt);
		vsnprintf(rd->err, rd->err_size, fmt, ap);
		va_end(ap);
	}
	rd->failed = true;
	return false;
}

static bool is_clean(const char *text, u32 len)
{
	for (u32 i = 0; i < len; i++)
		if (iscntrl((u8)text[i]) && text[i] != '\n')
			return false;
	return true;
}

/* pcap_reader.comment */
static void see_comment(void *ctx, u32 interface, const char *text, u32 len)
{
	struct reading *rd = ctx;

	if (!is_clean(text, len))
		refuse(rd, "a comment with control characters");
	else if (interface != PCAPNG_SECTION)
		fprintf(rd->state, "%.*s\n", (int)len, text);
	else
		fprintf(rd->about, "%.*s\n", (int)len, text);
}

static bool read_number(const char *text, u64 most, u64 *value)
{
	char *end;

	if (!isdigit((u8)*text))
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return *end == '\0' && errno == 0 && *value <= most;
}

enum about_key {
	ABOUT_KERNEL,
	ABOUT_CONFIG,
	ABOUT_PATCHES,
	ABOUT_SEED,
	ABOUT_HZ,
	ABOUT_ONCE, /* the others may come more often */
	ABOUT_SYSCTL = ABOUT_ONCE,
	ABOUT_TAPE,
	ABOUT_KEYS
};
static const char *const about_keys[ABOUT_KEYS] = { "kernel", "config", "patches", "seed",
						    "hz",     "sysctl", "tape" };

static bool copy_text(char *to, size_t size, const char *from)
{
	if (strlen(from) >= size)
		return false;
	memcpy(to, from, strlen(from) + 1);
	return true;
}

static bool set_about(struct reading *rd, enum about_key key, const char *value)
{
	struct provenance *p = &rd->g->from;
	u64 hz = 0;
	bool ok;

	switch (key) {
	case ABOUT_KERNEL:
		return copy_text(p->kernel, sizeof(p->kernel), value);
	case ABOUT_CONFIG:
		return copy_text(p->config_hash, sizeof(p->config_hash), value);
	case ABOUT_PATCHES:
		return copy_text(p->patches_hash, sizeof(p->patches_hash), value);
	case ABOUT_SEED:
		return read_number(value, U64_MAX, &p->seed);
	case ABOUT_HZ:
		ok = read_number(value, U32_MAX, &hz);
		p->hz = (u32)hz;
		return ok;
	default:
		return fprintf(key == ABOUT_SYSCTL ? rd->sysctls : rd->tape, "%s\n", value) > 0;
	}
}

static bool read_about_line(struct reading *rd, char *text)
{
	char *colon = strstr(text, ": ");
	u32 key = 0;

	if (colon == NULL)
		return refuse(rd, "the section's comment has a line without key: %.60s", text);
	*colon = '\0';
	while (key < ABOUT_KEYS && strcmp(about_keys[key], text) != 0)
		key++;
	if (key == ABOUT_KEYS)
		return refuse(rd, "the section's comment has an unknown key: %.60s", text);
	if (key < ABOUT_ONCE && (rd->keys >> key & 1) != 0)
		return refuse(rd, "the section's comment says %s twice", text);
	rd->keys |= 1u << key;
	if (!set_about(rd, (enum about_key)key, colon + 2))
		return refuse(rd, "the section's comment has no such %s: %.80s", text, colon + 2);
	return true;
}

static bool read_about(struct reading *rd)
{
	char *next;

	for (char *p = rd->about_text; *p != '\0'; p = next) {
		next = strchr(p, '\n');
		assert(next != NULL);
		*next++ = '\0';
		if (!read_about_line(rd, p))
			return false;
	}
	for (u32 key = 0; key < ABOUT_ONCE; key++)
		if ((rd->keys >> key & 1) == 0)
			return refuse(rd, "the section's comment does not say %s", about_keys[key]);
	return true;
}

/* When all its lines are there. */
static bool check_about(struct reading *rd)
{
	const char *why = check_provenance(&rd->g->from);

	return why == NULL || refuse(rd, "the section's comment: %s", why);
}

static bool check_interfaces(struct reading *rd)
{
	const struct pcap_reader *r = &rd->reader;

	if (!r->pcapng || r->nr_sections != 1)
		return refuse(rd, "not one section of pcapng");
	if (r->nr_interfaces == 0 || r->nr_interfaces > SCRIPT_HOSTS)
		return refuse(rd, "%u interfaces", r->nr_interfaces);
	for (u32 i = 0; i < r->nr_interfaces; i++) {
		const struct pcap_interface *f = &r->interface[i];

		if (f->name_len < 3 || f->name[0] != (char)('a' + i) || f->name[1] != '/')
			return refuse(rd, "interface %u is not called %c/...", i, 'a' + i);
		if (f->link_type != r->interface[0].link_type ||
		    (f->link_type != LINK_ETHERNET && f->link_type != LINK_RAW))
			return refuse(rd, "interface %u has link type %u", i, f->link_type);
		if (f->units_per_second != NS_PER_SEC)
			return refuse(rd, "interface %u does not count nanoseconds", i);
	}
	rd->g->ethernet = r->interface[0].link_type == LINK_ETHERNET;
	rd->g->hosts = r->nr_interfaces;
	return true;
}

static bool check_state(struct reading *rd)
{
	for (const char *p = rd->state_text; *p != '\0'; p = strchr(p, '\n') + 1)
		if (p[0] < 'a' || p[0] >= (char)('a' + rd->g->hosts) || p[1] != ' ')
			return refuse(rd, "a line of the state that is of no host: %.*s",
				      (int)strcspn(p, "\n"), p);
	return true;
}

static struct golden_frame *new_frame(struct golden *g)
{
	if (g->nr_frames == g->cap_frames) {
		g->cap_frames = g->cap_frames * 2 + 16;
		g->frame = realloc(g->frame, g->cap_frames * sizeof(*g->frame));
		if (g->frame == NULL)
			abort();
	}
	return &g->frame[g->nr_frames++];
}

static bool take_packet(struct reading *rd, const struct pcap_packet *p)
{
	u32 n = rd->g->nr_frames + 1;
	u64 far = (u64)INT64_MAX;

	if (p->interface >= SCRIPT_HOSTS)
		return refuse(rd, "packet %u: interface %u", n, p->interface);
	if (p->direction == PCAP_UNKNOWN)
		return refuse(rd, "packet %u: neither inbound nor outbound", n);
	if (p->caplen != p->len || p->len == 0 || p->len > FRAME_MAX)
		return refuse(rd, "packet %u: %u bytes of %u", n, p->caplen, p->len);
	if (p->when_ns > far || p->before_ns > far)
		return refuse(rd, "packet %u: a time that is none", n);
	if (p->comment_len != 0 && !is_clean(p->comment, p->comment_len))
		return refuse(rd, "packet %u: a comment with control characters", n);
	*new_frame(rd->g) = (struct golden_frame){
		.host = (u8)p->interface,
		.outgoing = p->direction == PCAP_OUTBOUND,
		.when_ns = (s64)p->when_ns - (s64)p->before_ns,
		.bytes = p->bytes,
		.len = p->len,
		.comment = p->comment,
		.comment_len = p->comment_len,
	};
	return true;
}

static bool read_packets(struct reading *rd)
{
	struct pcap_packet p;
	int ret = 0;

	if (!pcap_open(&rd->reader, rd->g->file, rd->g->file_len))
		return refuse(rd, "%s", rd->reader.error);
	rd->reader.comment = see_comment;
	rd->reader.ctx = rd;
	while (!rd->failed && (ret = pcap_next(&rd->reader, &p)) == 1)
		take_packet(rd, &p);
	if (ret < 0)
		refuse(rd, "%s", rd->reader.error);
	return !rd->failed;
}

static bool read_file(struct reading *rd, const char *path)
{
	FILE *from = fopen(path, "rbe");
	struct golden *g = rd->g;
	size_t cap = 0, n;

	if (from == NULL)
		return refuse(rd, "%s", strerror(errno));
	do {
		if (g->file_len == cap) {
			cap = cap * 2 + (1 << 16);
			g->file = realloc(g->file, cap);
			if (g->file == NULL)
				abort();
		}
		n = fread(g->file + g->file_len, 1, cap - g->file_len, from);
		g->file_len += n;
	} while (n != 0 && g->file_len <= FILE_MAX);
	if (ferror(from) != 0)
		refuse(rd, "%s", strerror(errno));
	else if (g->file_len > FILE_MAX)
		refuse(rd, "more than %d bytes", FILE_MAX);
	fclose(from);
	return !rd->failed;
}

static FILE *gatherer(char **text, size_t *len)
{
	FILE *f = open_memstream(text, len);

	if (f == NULL)
		abort();
	return f;
}

static bool read_all(struct reading *rd)
{
	struct golden *g = rd->g;
	bool ok;

	rd->about = gatherer(&rd->about_text, &rd->about_len);
	rd->state = gatherer(&rd->state_text, &rd->state_len);
	rd->sysctls = gatherer(&g->from.sysctls, &rd->sysctls_len);
	rd->tape = gatherer(&g->from.tape, &rd->tape_len);
	ok = read_packets(rd);
	fclose(rd->about);
	fclose(rd->state);
	ok = ok && check_interfaces(rd) && check_state(rd);
	ok = ok && read_about(rd);
	fclose(rd->sysctls);
	fclose(rd->tape);
	ok = ok && check_about(rd);
	g->state = rd->state_text;
	free(rd->about_text);
	return ok;
}

int golden_read(struct golden *g, const char *path, char *err, u32 err_size)
{
	struct reading *rd = calloc(1, sizeof(*rd));
	char why[256] = "";
	bool ok;

	if (rd == NULL)
		abort();
	memset(g, 0, sizeof(*g));
	rd->g = g;
	rd->err = why;
	rd->err_size = sizeof(why);
	ok = read_file(rd, path) && read_all(rd);
	free(rd);
	if (ok)
		return 0;
	snprintf(err, err_size, "%s: %s", path, why);
	golden_free(g);
	return -1;
}

void golden_free(struct golden *g)
{
	free(g->file);
	free(g->frame);
	free(g->state);
	free(g->from.sysctls);
	free(g->from.tape);
	memset(g, 0, sizeof(*g));
}
