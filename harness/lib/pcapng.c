// SPDX-License-Identifier: MIT
/* pcapng.c - captures: pcapng written, pcapng and pcap of any byte order read.
 *
 * Rules: draft-ietf-opsawg-pcapng; draft-ietf-opsawg-pcap. The reader takes any bytes: each number
 * is checked against what is left of its block, and each block against what is left of the file.
 * Missing: pcap of Kuznetzov's patch; time stamps finer than 10^-18 s.
 */
#include "harness/lib/pcapng.h"

#include <stdarg.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

enum block_type {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_OLD_PACKET = 2,
	BLOCK_SIMPLE_PACKET = 3,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6
};
enum option {
	OPT_END = 0,
	OPT_COMMENT = 1,
	SHB_USERAPPL = 4,
	IF_NAME = 2,
	IF_DESCRIPTION = 3,
	IF_TSRESOL = 9,
	IF_TSOFFSET = 14,
	EPB_FLAGS = 2,
	EPB_DROPCOUNT = 4,
	EPB_PACKETID = 5,
	EPB_QUEUE = 6
};
enum {
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
	BLOCK_AROUND = 12, /* type and length before, length after */
	OPTION_MAX = 65532,
	PCAP_HEADER = 24,
	PCAP_RECORD = 16
};
#define PCAP_MICROSECONDS 0xa1b2c3d4u
#define PCAP_NANOSECONDS  0xa1b23c4du

/* --- writing -----------------------------------------------------------------------------------
 */

static void write_u16(FILE *to, u32 v)
{
	u8 b[2];

	put_le16(b, (u16)v);
	fwrite(b, 1, sizeof(b), to);
}

static void write_u32(FILE *to, u32 v)
{
	u8 b[4];

	put_le32(b, v);
	fwrite(b, 1, sizeof(b), to);
}

static void write_u64(FILE *to, u64 v)
{
	write_u32(to, (u32)v);
	write_u32(to, (u32)(v >> 32));
}

static void write_padded(FILE *to, const void *bytes, u32 len)
{
	static const u8 zero[4];

	fwrite(bytes, 1, len, to);
	fwrite(zero, 1, ALIGN_UP(len, 4u) - len, to);
}

struct option_out {
	enum option code;
	const void *bytes;
	u32 len;
};

static u32 options_bytes(const struct option_out *o, u32 n)
{
	u32 bytes = 4; /* the end */

	for (u32 i = 0; i < n; i++)
		bytes += 4 + ALIGN_UP(o[i].len, 4u);
	return bytes;
}

static void write_option(FILE *to, const struct option_out *o)
{
	assert(o->len <= OPTION_MAX);
	write_u16(to, o->code);
	write_u16(to, o->len);
	write_padded(to, o->bytes, o->len);
}

static void write_options(FILE *to, const struct option_out *o, u32 n)
{
	for (u32 i = 0; i < n; i++)
		write_option(to, &o[i]);
	write_u32(to, OPT_END);
}

/* As many lines of a text as fit into one comment, without the last newline; the text goes on.
 * False at its end. A line that is too long by itself is parted.
 */
static bool next_comment(const char **text, struct option_out *o)
{
	size_t len, n;

	if (*text == NULL || **text == '\0')
		return false;
	len = n = strlen(*text);
	if (len > OPTION_MAX) {
		n = OPTION_MAX;
		while (n > 0 && (*text)[n - 1] != '\n')
			n--;
		n = n != 0 ? n : OPTION_MAX;
	}
	*o = (struct option_out){ OPT_COMMENT, *text, (u32)((*text)[n - 1] == '\n' ? n - 1 : n) };
	*text += n;
	return true;
}

static u32 comments_bytes(const char *text)
{
	struct option_out o;
	u32 bytes = 0;

	while (next_comment(&text, &o))
		bytes += 4 + ALIGN_UP(o.len, 4u);
	return bytes;
}

static void write_comments(FILE *to, const char *text)
{
	struct option_out o;

	while (next_comment(&text, &o))
		write_option(to, &o);
}

static u32 text_option(struct option_out *o, u32 n, enum option code, const char *text, u32 len)
{
	if (text == NULL)
		return n;
	o[n] = (struct option_out){ code, text, min_u32(len, OPTION_MAX) };
	return n + 1;
}

static u32 text_len(const char *text)
{
	return text != NULL ? (u32)min_u64(strlen(text), OPTION_MAX) : 0;
}

void pcapng_begin(FILE *to, const char *comment)
{
	static const char application[] = "refstack";
	struct option_out o = { SHB_USERAPPL, application, text_len(application) };
	u32 bytes = BLOCK_AROUND + 16 + comments_bytes(comment) + options_bytes(&o, 1);

	write_u32(to, BLOCK_SECTION);
	write_u32(to, bytes);
	write_u32(to, BYTE_ORDER_MAGIC);
	write_u16(to, 1); /* version 1.0 */
	write_u16(to, 0);
	write_u64(to, U64_MAX); /* the section's length: not said */
	write_comments(to, comment);
	write_options(to, &o, 1);
	write_u32(to, bytes);
}

void pcapng_interface_from(FILE *to, const char *name, const char *description, enum link_type type,
			   s64 offset_s)
{
	static const u8 nanoseconds = 9;
	struct option_out o[4];
	u32 n = 0, bytes;
	u8 offset[8];

	put_le64(offset, (u64)offset_s);
	n = text_option(o, n, IF_NAME, name, text_len(name));
	n = text_option(o, n, IF_DESCRIPTION, description, text_len(description));
	o[n++] = (struct option_out){ IF_TSRESOL, &nanoseconds, 1 };
	if (offset_s != 0)
		o[n++] = (struct option_out){ IF_TSOFFSET, offset, sizeof(offset) };
	bytes = BLOCK_AROUND + 8 + options_bytes(o, n);
	write_u32(to, BLOCK_INTERFACE);
	write_u32(to, bytes);
	write_u16(to, type);
	write_u16(to, 0);
	write_u32(to, 0); /* whole packets */
	write_options(to, o, n);
	write_u32(to, bytes);
}

void pcapng_interface(FILE *to, const char *name, const char *description, enum link_type type)
{
	pcapng_interface_from(to, name, description, type, 0);
}

void pcapng_statistics(FILE *to, u32 interface, u64 when_ns, const char *comment)
{
	u32 bytes = BLOCK_AROUND + 12 + comments_bytes(comment) + options_bytes(NULL, 0);

	write_u32(to, BLOCK_STATISTICS);
	write_u32(to, bytes);
	write_u32(to, interface);
	write_u32(to, (u32)(when_ns >> 32));
	write_u32(to, (u32)when_ns);
	write_comments(to, comment);
	write_options(to, NULL, 0);
	write_u32(to, bytes);
}

void pcapng_packet(FILE *to, const struct pcap_packet *p)
{
	u8 flags[4], drops[8], id[8], queue[4];
	struct option_out o[5];
	u32 n = 0, bytes;

	assert(p->caplen <= p->len);
	put_le32(flags, p->direction);
	put_le64(drops, p->drops);
	put_le64(id, p->id);
	put_le32(queue, p->queue);
	n = text_option(o, n, OPT_COMMENT, p->comment,
			p->comment_len != 0 ? p->comment_len : text_len(p->comment));
	if (p->direction != PCAP_UNKNOWN)
		o[n++] = (struct option_out){ EPB_FLAGS, flags, sizeof(flags) };
	if (p->has_drops)
		o[n++] = (struct option_out){ EPB_DROPCOUNT, drops, sizeof(drops) };
	if (p->has_id)
		o[n++] = (struct option_out){ EPB_PACKETID, id, sizeof(id) };
	if (p->has_queue)
		o[n++] = (struct option_out){ EPB_QUEUE, queue, sizeof(queue) };
	bytes = BLOCK_AROUND + 20 + ALIGN_UP(p->caplen, 4u) + options_bytes(o, n);
	write_u32(to, BLOCK_PACKET);
	write_u32(to, bytes);
	write_u32(to, p->interface);
	write_u32(to, (u32)(p->when_ns >> 32));
	write_u32(to, (u32)p->when_ns);
	write_u32(to, p->caplen);
	write_u32(to, p->len);
	write_padded(to, p->bytes, p->caplen);
	write_options(to, o, n);
	write_u32(to, bytes);
}

/* --- reading -----------------------------------------------------------------------------------
 */

/* The rest of a block: what has been looked at is cut off its front. */
struct part {
	const u8 *at;
	size_t left;
};

static void __attribute__((format(printf, 3, 4)))
complain(struct pcap_reader *r, const u8 *where, const char *format, ...)
{
	va_list ap;
	int n = snprintf(r->error, sizeof(r->error), "offset %zu: ", (size_t)(where - r->bytes));

	va_start(ap, format);
	vsnprintf(r->error + n, sizeof(r->error) - (size_t)n, format, ap);
	va_end(ap);
}

/* A macro, so that a compiler that warns of what was not set sees that this is false. */
#define wrong(r, ...) (complain((r), __VA_ARGS__), false)

static u32 u16_at(const struct pcap_reader *r, const u8 *p)
{
	return r->big_endian ? get_be16(p) : get_le16(p);
}

static u32 u32_at(const struct pcap_reader *r, const u8 *p)
{
	return r->big_endian ? get_be32(p) : get_le32(p);
}

static u64 u64_at(const struct pcap_reader *r, const u8 *p)
{
	return r->big_endian ? (u64)get_be32(p) << 32 | get_be32(p + 4) : get_le64(p);
}

static void skip(struct part *p, size_t n)
{
	assert(n <= p->left);
	p->at += n;
	p->left -= n;
}

/* The next option; false at the end, or with a message. */
static bool next_option(struct pcap_reader *r, struct part *rest, u32 *code, struct part *value)
{
	u32 len;

	if (rest->left == 0)
		return false;
	if (rest->left < 4)
		return wrong(r, rest->at, "half an option");
	*code = u16_at(r, rest->at);
	len = u16_at(r, rest->at + 2);
	if (*code == OPT_END)
		return false;
	skip(rest, 4);
	if (ALIGN_UP(len, 4u) > rest->left)
		return wrong(r, rest->at, "an option of %u bytes where %zu are left", len,
			     rest->left);
	*value = (struct part){ rest->at, len };
	skip(rest, ALIGN_UP(len, 4u));
	return true;
}

static bool option_size(struct pcap_reader *r, const struct part *value, size_t want)
{
	if (value->left != want)
		return wrong(r, value->at, "an option of %zu bytes that must have %zu", value->left,
			     want);
	return true;
}

/* if_tsresol: a power of ten, or with the highest bit set of two. */
static bool set_resolution(struct pcap_reader *r, const struct part *value, u64 *units)
{
	u32 exponent;

	if (!option_size(r, value, 1))
		return false;
	exponent = value->at[0] & 0x7f;
	*units = 1;
	if ((value->at[0] & 0x80) != 0) {
		*units = exponent <= 59 ? 1ull << exponent : 0;
	} else {
		for (u32 i = 0; i < exponent && *units != 0; i++)
			*units = exponent <= 18 ? *units * 10 : 0;
	}
	if (*units == 0)
		return wrong(r, value->at, "time stamps of a resolution that cannot be read (%#x)",
			     value->at[0]);
	return true;
}

static bool read_interface(struct pcap_reader *r, struct part body)
{
	struct pcap_interface *i = &r->interface[r->nr_interfaces];
	struct part value;
	u32 code;

	if (r->nr_interfaces == PCAPNG_INTERFACES)
		return wrong(r, body.at, "more than %d interfaces", PCAPNG_INTERFACES);
	if (body.left < 8)
		return wrong(r, body.at, "an interface description that is too short");
	*i = (struct pcap_interface){
		.link_type = u16_at(r, body.at),
		.snaplen = u32_at(r, body.at + 4),
		.units_per_second = 1000000,
	};
	skip(&body, 8);
	while (next_option(r, &body, &code, &value)) {
		if (code == IF_NAME) {
			i->name = (const char *)value.at;
			i->name_len = (u32)value.left;
		} else if (code == IF_TSRESOL) {
			if (!set_resolution(r, &value, &i->units_per_second))
				return false;
		} else if (code == IF_TSOFFSET) {
			if (!option_size(r, &value, 8))
				return false;
			i->offset_s = (s64)u64_at(r, value.at);
		}
	}
	if (r->error[0] != '\0')
		return false;
	r->nr_interfaces++;
	return true;
}

/* Times as nanoseconds since 1970, or before it, digit by digit: no product is larger than 64 bits.
 */
static bool set_time(struct pcap_reader *r, const u8 *where, struct pcap_packet *p, u64 stamp)
{
	const struct pcap_interface *i = &r->interface[p->interface];
	u64 s = stamp / i->units_per_second, rest = stamp % i->units_per_second, ns = 0;
	u64 past = i->offset_s < 0 ? 0 - (u64)i->offset_s : 0;
	u64 ahead = i->offset_s < 0 ? 0 : (u64)i->offset_s, most = U64_MAX / NS_PER_SEC - 1;

	for (u32 digit = 0; digit < 9; digit++) {
		rest *= 10;
		ns = ns * 10 + rest / i->units_per_second;
		rest %= i->units_per_second;
	}
	if (s < past ? past - s > most : s - past > most || ahead > most - (s - past))
		return wrong(r, where, "a time stamp more than 584 years away from 1970");
	if (s < past)
		p->before_ns = (past - s) * NS_PER_SEC - ns;
	else
		p->when_ns = (s - past + ahead) * NS_PER_SEC + ns;
	return true;
}

/* The sizes of the options that are read, 0: any. */
static const u8 packet_option_size[] = {
	[EPB_FLAGS] = 4,
	[EPB_DROPCOUNT] = 8,
	[EPB_PACKETID] = 8,
	[EPB_QUEUE] = 4,
};

static bool packet_option(struct pcap_reader *r, u32 code, const struct part *value,
			  struct pcap_packet *p)
{
	if (code >= ARRAY_SIZE(packet_option_size))
		return true;
	if (packet_option_size[code] != 0 && !option_size(r, value, packet_option_size[code]))
		return false;
	if (code == OPT_COMMENT && p->comment == NULL) {
		p->comment = (const char *)value->at;
		p->comment_len = (u32)value->left;
	} else if (code == EPB_FLAGS) {
		p->direction = (u8)(u32_at(r, value->at) & 3);
		if (p->direction > PCAP_OUTBOUND)
			return wrong(r, value->at, "a direction that is none");
	} else if (code == EPB_DROPCOUNT) {
		p->has_drops = true;
		p->drops = u64_at(r, value->at);
	} else if (code == EPB_PACKETID) {
		p->has_id = true;
		p->id = u64_at(r, value->at);
	} else if (code == EPB_QUEUE) {
		p->has_queue = true;
		p->queue = u32_at(r, value->at);
	}
	return true;
}

/* The obsolete block knows the first two of them, and another third. */
static bool packet_options(struct pcap_reader *r, struct part rest, bool old, struct pcap_packet *p)
{
	struct part value;
	u32 code;

	while (next_option(r, &rest, &code, &value))
		if ((!old || code <= EPB_FLAGS) && !packet_option(r, code, &value, p))
			return false;
	return r->error[0] == '\0';
}

static bool has_interface(struct pcap_reader *r, const u8 *where, u32 n)
{
	if (n >= r->nr_interfaces)
		return wrong(r, where, "interface %u of %u", n, r->nr_interfaces);
	return true;
}

static bool has_bytes(struct pcap_reader *r, const struct part *body, const struct pcap_packet *p)
{
	if (p->caplen > body->left || ALIGN_UP((u64)p->caplen, 4u) > body->left)
		return wrong(r, body->at, "a packet of %u bytes where %zu are left", p->caplen,
			     body->left);
	if (p->caplen > p->len)
		return wrong(r, body->at, "%u bytes of a packet that has %u", p->caplen, p->len);
	return true;
}

/* The enhanced packet block and the obsolete one: the same form but for the first word. */
static bool read_packet(struct pcap_reader *r, struct part body, bool old, struct pcap_packet *p)
{
	u64 stamp;
	const u8 *start = body.at;

	if (body.left < 20)
		return wrong(r, body.at, "a packet block that is too short");
	p->interface = old ? u16_at(r, body.at) : u32_at(r, body.at);
	if (!has_interface(r, body.at, p->interface))
		return false;
	if (old && u16_at(r, body.at + 2) != U16_MAX) {
		p->has_drops = true;
		p->drops = u16_at(r, body.at + 2);
	}
	stamp = (u64)u32_at(r, body.at + 4) << 32 | u32_at(r, body.at + 8);
	p->caplen = u32_at(r, body.at + 12);
	p->len = u32_at(r, body.at + 16);
	skip(&body, 20);
	if (!has_bytes(r, &body, p) || !set_time(r, start + 4, p, stamp))
		return false;
	p->bytes = body.at;
	skip(&body, ALIGN_UP(p->caplen, 4u));
	return packet_options(r, body, old, p);
}

static bool read_simple_packet(struct pcap_reader *r, struct part body, struct pcap_packet *p)
{
	u32 snaplen;

	if (body.left < 4)
		return wrong(r, body.at, "a packet block that is too short");
	if (!has_interface(r, body.at, 0))
		return false;
	snaplen = r->interface[0].snaplen;
	p->len = u32_at(r, body.at);
	p->caplen = snaplen != 0 ? min_u32(p->len, snaplen) : p->len;
	skip(&body, 4);
	p->bytes = body.at;
	return has_bytes(r, &body, p);
}

/* A section begins: its first number says in which order the others are. */
static bool read_byte_order(struct pcap_reader *r, const struct part *file)
{
	if (file->left < BLOCK_AROUND + 16)
		return wrong(r, file->at, "a section header is cut off");
	if (get_le32(file->at + 8) == BYTE_ORDER_MAGIC)
		r->big_endian = false;
	else if (get_be32(file->at + 8) == BYTE_ORDER_MAGIC)
		r->big_endian = true;
	else
		return wrong(r, file->at + 8, "a section of no byte order");
	return true;
}

static bool read_comments(struct pcap_reader *r, struct part rest, u32 interface)
{
	struct part value;
	u32 code;

	while (next_option(r, &rest, &code, &value))
		if (code == OPT_COMMENT && r->comment != NULL)
			r->comment(r->ctx, interface, (const char *)value.at, (u32)value.left);
	return r->error[0] == '\0';
}

static bool read_section(struct pcap_reader *r, struct part body)
{
	if (body.left < 16)
		return wrong(r, body.at, "a section header that is too short");
	if (u16_at(r, body.at + 4) != 1)
		return wrong(r, body.at + 4, "pcapng version %u.%u", u16_at(r, body.at + 4),
			     u16_at(r, body.at + 6));
	r->nr_interfaces = 0;
	r->nr_sections++;
	skip(&body, 16);
	return read_comments(r, body, PCAPNG_SECTION);
}

static bool read_statistics(struct pcap_reader *r, struct part body)
{
	u32 interface;

	if (body.left < 12)
		return wrong(r, body.at, "interface statistics that are too short");
	interface = u32_at(r, body.at);
	if (!has_interface(r, body.at, interface))
		return false;
	skip(&body, 12);
	return read_comments(r, body, interface);
}

/* The block at r->at: its type and what is between its lengths; r->at moves on. */
static bool next_block(struct pcap_reader *r, u32 *type, struct part *body)
{
	struct part file = { r->bytes + r->at, r->len - r->at };
	u32 len;

	if (file.left < BLOCK_AROUND)
		return wrong(r, file.at, "a block is cut off");
	*type = u32_at(r, file.at);
	if (*type == BLOCK_SECTION && !read_byte_order(r, &file))
		return false;
	len = u32_at(r, file.at + 4);
	if (len < BLOCK_AROUND || len % 4 != 0)
		return wrong(r, file.at + 4, "a block of %u bytes", len);
	if (len > file.left)
		return wrong(r, file.at, "a block of %u bytes where %zu are left", len, file.left);
	if (u32_at(r, file.at + len - 4) != len)
		return wrong(r, file.at + len - 4, "a block of %u bytes that ends as one of %u",
			     len, u32_at(r, file.at + len - 4));
	*body = (struct part){ file.at + 8, len - BLOCK_AROUND };
	r->at += len;
	return true;
}

static int next_in_pcapng(struct pcap_reader *r, struct pcap_packet *p)
{
	while (r->at < r->len) {
		struct part body;
		bool ok = true;
		u32 type = 0;

		if (!next_block(r, &type, &body))
			return -1;
		if (type == BLOCK_PACKET || type == BLOCK_OLD_PACKET)
			return read_packet(r, body, type == BLOCK_OLD_PACKET, p) ? 1 : -1;
		if (type == BLOCK_SIMPLE_PACKET)
			return read_simple_packet(r, body, p) ? 1 : -1;
		if (type == BLOCK_SECTION)
			ok = read_section(r, body);
		else if (type == BLOCK_INTERFACE)
			ok = read_interface(r, body);
		else if (type == BLOCK_STATISTICS)
			ok = read_statistics(r, body);
		if (!ok)
			return -1;
	}
	return 0;
}

static int next_in_pcap(struct pcap_reader *r, struct pcap_packet *p)
{
	struct part file = { r->bytes + r->at, r->len - r->at };
	u64 units = r->interface[0].units_per_second;

	if (file.left == 0)
		return 0;
	if (file.left < PCAP_RECORD) {
		complain(r, file.at, "a packet is cut off");
		return -1;
	}
	p->caplen = u32_at(r, file.at + 8);
	p->len = u32_at(r, file.at + 12);
	p->when_ns = u32_at(r, file.at) * NS_PER_SEC;
	p->when_ns += u32_at(r, file.at + 4) * (NS_PER_SEC / units);
	skip(&file, PCAP_RECORD);
	if (p->caplen > file.left) {
		complain(r, file.at, "a packet of %u bytes where %zu are left", p->caplen,
			 file.left);
		return -1;
	}
	if (p->caplen > p->len) {
		complain(r, file.at, "%u bytes of a packet that has %u", p->caplen, p->len);
		return -1;
	}
	p->bytes = file.at;
	r->at += PCAP_RECORD + (size_t)p->caplen;
	return 1;
}

static bool open_pcap(struct pcap_reader *r)
{
	u32 magic;

	if (r->len < PCAP_HEADER)
		return wrong(r, r->bytes, "a file header is cut off");
	magic = u32_at(r, r->bytes);
	r->nr_interfaces = 1;
	r->interface[0] = (struct pcap_interface){
		/* The bits above say whether frames carry their check sequence. */
		.link_type = u32_at(r, r->bytes + 20) & 0xffff,
		.snaplen = u32_at(r, r->bytes + 16),
		.units_per_second = magic == PCAP_NANOSECONDS ? NS_PER_SEC : 1000000,
	};
	if (u16_at(r, r->bytes + 4) != 2)
		return wrong(r, r->bytes + 4, "pcap version %u.%u", u16_at(r, r->bytes + 4),
			     u16_at(r, r->bytes + 6));
	r->at = PCAP_HEADER;
	return true;
}

bool pcap_open(struct pcap_reader *r, const u8 *bytes, size_t len)
{
	static const u32 magics[] = { PCAP_MICROSECONDS, PCAP_NANOSECONDS };

	memset(r, 0, sizeof(*r));
	r->bytes = bytes;
	r->len = len;
	if (len < 4)
		return wrong(r, bytes, "neither pcapng nor pcap");
	if (get_be32(bytes) == BLOCK_SECTION) {
		struct part file = { bytes, len };

		r->pcapng = true;
		return read_byte_order(r, &file);
	}
	for (u32 i = 0; i < ARRAY_SIZE(magics); i++) {
		r->big_endian = get_be32(bytes) == magics[i];
		if (r->big_endian || get_le32(bytes) == magics[i])
			return open_pcap(r);
	}
	return wrong(r, bytes, "neither pcapng nor pcap");
}

int pcap_next(struct pcap_reader *r, struct pcap_packet *p)
{
	assert(r->at <= r->len);
	*p = (struct pcap_packet){ 0 };
	if (r->error[0] != '\0')
		return -1;
	return r->pcapng ? next_in_pcapng(r, p) : next_in_pcap(r, p);
}
