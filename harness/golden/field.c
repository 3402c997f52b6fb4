// SPDX-License-Identifier: MIT
/* field.c - see field.h. Layers are tables of fields with fixed places; what follows a layer is
 * told by its own bytes, as far as they are there.
 */
#include "harness/golden/field.h"

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/lib/inet_text.h"
#include "harness/script/packet.h"
#include "uapi/in.h"

enum {
	ETHER_BYTES = 14,
	ETHERTYPE_AT = 12,
	ETHERTYPE_IP = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ARP_BYTES = 28,
	IP_MIN = 20,
	TCP_MIN = 20,
	UDP_BYTES = 8,
	ICMP_BYTES = 8,
	TEXT_BYTES = 24, /* of a payload that are shown on each side of the first difference */
	HEX_RUN = 16
};

/* Bits from the beginning of the layer. */
struct place {
	const char *name;
	u16 at, bits;
	u8 format;
	bool follows;
};

static const struct place ethernet_places[] = {
	{ "destination mac", 0, 48, FIELD_MAC, false },
	{ "source mac", 48, 48, FIELD_MAC, false },
	{ "ethertype", 96, 16, FIELD_HEX, false },
};
static const struct place arp_places[] = {
	{ "arp hardware type", 0, 16, FIELD_NUMBER, false },
	{ "arp protocol type", 16, 16, FIELD_HEX, false },
	{ "arp hardware length", 32, 8, FIELD_NUMBER, false },
	{ "arp protocol length", 40, 8, FIELD_NUMBER, false },
	{ "arp operation", 48, 16, FIELD_NUMBER, false },
	{ "arp sender mac", 64, 48, FIELD_MAC, false },
	{ "arp sender ip", 112, 32, FIELD_IP, false },
	{ "arp target mac", 144, 48, FIELD_MAC, false },
	{ "arp target ip", 192, 32, FIELD_IP, false },
};
static const struct place ip_places[] = {
	{ "ip version", 0, 4, FIELD_NUMBER, false },
	{ "ip header length", 4, 4, FIELD_NUMBER, false },
	{ "tos", 8, 8, FIELD_HEX, false },
	{ "total length", 16, 16, FIELD_NUMBER, true },
	{ "ip id", 32, 16, FIELD_NUMBER, false },
	{ "reserved flag", 48, 1, FIELD_NUMBER, false },
	{ "df", 49, 1, FIELD_NUMBER, false },
	{ "mf", 50, 1, FIELD_NUMBER, false },
	{ "fragment offset", 51, 13, FIELD_NUMBER, false },
	{ "ttl", 64, 8, FIELD_NUMBER, false },
	{ "protocol", 72, 8, FIELD_NUMBER, false },
	{ "ip checksum", 80, 16, FIELD_HEX, true },
	{ "source", 96, 32, FIELD_IP, false },
	{ "destination", 128, 32, FIELD_IP, false },
};
static const struct place udp_places[] = {
	{ "source port", 0, 16, FIELD_NUMBER, false },
	{ "destination port", 16, 16, FIELD_NUMBER, false },
	{ "udp length", 32, 16, FIELD_NUMBER, true },
	{ "udp checksum", 48, 16, FIELD_HEX, true },
};
static const struct place tcp_places[] = {
	{ "source port", 0, 16, FIELD_NUMBER, false },
	{ "destination port", 16, 16, FIELD_NUMBER, false },
	{ "seq", 32, 32, FIELD_NUMBER, false },
	{ "ack", 64, 32, FIELD_NUMBER, false },
	{ "tcp header length", 96, 4, FIELD_NUMBER, true },
	{ "tcp reserved", 100, 3, FIELD_NUMBER, false },
	{ "tcp flags", 103, 9, FIELD_HEX, false },
	{ "window", 112, 16, FIELD_NUMBER, false },
	{ "tcp checksum", 128, 16, FIELD_HEX, true },
	{ "urgent pointer", 144, 16, FIELD_NUMBER, false },
};
static const struct place icmp_places[] = {
	{ "icmp type", 0, 8, FIELD_NUMBER, false },
	{ "icmp code", 8, 8, FIELD_NUMBER, false },
	{ "icmp checksum", 16, 16, FIELD_HEX, true },
};
static const struct place icmp_echo_places[] = {
	{ "icmp id", 32, 16, FIELD_NUMBER, false },
	{ "icmp sequence", 48, 16, FIELD_NUMBER, false },
};
static const struct place icmp_unreachable_places[] = {
	{ "icmp unused", 32, 16, FIELD_HEX, false },
	{ "icmp mtu", 48, 16, FIELD_NUMBER, false },
};
static const struct place icmp_redirect_places[] = {
	{ "icmp gateway", 32, 32, FIELD_IP, false },
};
static const struct place icmp_parameter_places[] = {
	{ "icmp pointer", 32, 8, FIELD_NUMBER, false },
	{ "icmp unused", 40, 24, FIELD_HEX, false },
};
static const struct place icmp_other_places[] = {
	{ "icmp rest", 32, 32, FIELD_HEX, false },
};

enum {
	ICMP_ECHO_REPLY = 0,
	ICMP_UNREACHABLE = 3,
	ICMP_QUENCH = 4,
	ICMP_REDIRECT_TO = 5,
	ICMP_ECHO_REQUEST = 8,
	ICMP_EXCEEDED = 11,
	ICMP_PARAMETER = 12,
	ICMP_KINDS = 19
};

/* The second word of an ICMP message, and whether a packet is quoted behind it. */
static const struct icmp_kind {
	const struct place *place;
	u8 nr;
	bool quotes;
} icmp_kinds[ICMP_KINDS] = {
	[ICMP_ECHO_REPLY] = { icmp_echo_places, ARRAY_SIZE(icmp_echo_places), false },
	[ICMP_UNREACHABLE] = { icmp_unreachable_places, ARRAY_SIZE(icmp_unreachable_places), true },
	[ICMP_QUENCH] = { icmp_other_places, ARRAY_SIZE(icmp_other_places), true },
	[ICMP_REDIRECT_TO] = { icmp_redirect_places, ARRAY_SIZE(icmp_redirect_places), true },
	[ICMP_ECHO_REQUEST] = { icmp_echo_places, ARRAY_SIZE(icmp_echo_places), false },
	[ICMP_EXCEEDED] = { icmp_other_places, ARRAY_SIZE(icmp_other_places), true },
	[ICMP_PARAMETER] = { icmp_parameter_places, ARRAY_SIZE(icmp_parameter_places), true },
	[13] = { icmp_echo_places, ARRAY_SIZE(icmp_echo_places), false },
	[14] = { icmp_echo_places, ARRAY_SIZE(icmp_echo_places), false },
	[17] = { icmp_echo_places, ARRAY_SIZE(icmp_echo_places), false },
	[18] = { icmp_echo_places, ARRAY_SIZE(icmp_echo_places), false },
};

/* --- splitting
 * ------------------------------------------------------------------------------------ */

struct splitter {
	const u8 *frame;
	u32 at, end; /* bytes: of what is still to be cut, up to where the packet ends */
	struct field *field;
	u32 nr;
	const char *prefix;
};

static void add_field(struct splitter *s, const struct place *p, u32 at_bits, u32 bits)
{
	struct field *f;

	assert(s->nr < FIELDS_MAX);
	f = &s->field[s->nr++];
	*f = (struct field){
		.at_bits = at_bits, .bits = bits, .format = p->format, .follows = p->follows
	};
	snprintf(f->name, sizeof(f->name), "%s%s", s->prefix, p->name);
}

static void add_bytes(struct splitter *s, const char *name, u32 from, u32 to)
{
	const struct place p = { .name = name, .format = FIELD_BYTES };

	if (to > from)
		add_field(s, &p, from * 8, (to - from) * 8);
}

static void add_places(struct splitter *s, const struct place *p, u32 nr)
{
	for (u32 i = 0; i < nr; i++)
		add_field(s, &p[i], s->at * 8 + p[i].at, p[i].bits);
}

static u32 left(const struct splitter *s)
{
	return s->end - s->at;
}

/* What is left, and cannot be cut further. */
static void split_rest(struct splitter *s, const char *name)
{
	add_bytes(s, name, s->at, s->end);
	s->at = s->end;
}

static void split_udp(struct splitter *s)
{
	if (left(s) < UDP_BYTES) {
		split_rest(s, "udp header, cut");
		return;
	}
	add_places(s, udp_places, ARRAY_SIZE(udp_places));
	s->at += UDP_BYTES;
	split_rest(s, "payload");
}

static void split_tcp(struct splitter *s)
{
	u32 header;

	if (left(s) < TCP_MIN) {
		split_rest(s, "tcp header, cut");
		return;
	}
	add_places(s, tcp_places, ARRAY_SIZE(tcp_places));
	header = (s->frame[s->at + 12] >> 4) * 4u;
	header = header < TCP_MIN || header > left(s) ? TCP_MIN : header;
	add_bytes(s, "tcp options", s->at + TCP_MIN, s->at + header);
	s->at += header;
	split_rest(s, "payload");
}

/* True: a packet is quoted at s->at. */
static bool split_icmp(struct splitter *s)
{
	static const struct icmp_kind other = { icmp_other_places, ARRAY_SIZE(icmp_other_places),
						false };
	const struct icmp_kind *k;
	u8 type;

	if (left(s) < ICMP_BYTES) {
		split_rest(s, "icmp header, cut");
		return false;
	}
	type = s->frame[s->at];
	k = type < ICMP_KINDS && icmp_kinds[type].place != NULL ? &icmp_kinds[type] : &other;
	add_places(s, icmp_places, ARRAY_SIZE(icmp_places));
	add_places(s, k->place, k->nr);
	s->at += ICMP_BYTES;
	if (k->quotes && *s->prefix == '\0' && left(s) >= IP_MIN)
		return true;
	split_rest(s, "payload");
	return false;
}

/* True: a packet is quoted at s->at. */
static bool split_above_ip(struct splitter *s, u8 protocol, bool first)
{
	if (!first) {
		split_rest(s, "fragment");
		return false;
	}
	if (protocol == IPPROTO_ICMP)
		return split_icmp(s);
	if (protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE)
		split_udp(s);
	else if (protocol == IPPROTO_TCP)
		split_tcp(s);
	else
		split_rest(s, "payload");
	return false;
}

static bool split_ip(struct splitter *s)
{
	const u8 *ip = s->frame + s->at;
	u32 header;
	bool first;

	if (left(s) < IP_MIN) {
		split_rest(s, "ip header, cut");
		return false;
	}
	header = (ip[0] & 15) * 4u;
	header = header < IP_MIN || header > left(s) ? IP_MIN : header;
	first = ((ip[6] & 0x1f) | ip[7]) == 0;
	add_places(s, ip_places, ARRAY_SIZE(ip_places));
	add_bytes(s, "ip options", s->at + IP_MIN, s->at + header);
	s->at += header;
	return split_above_ip(s, ip[9], first);
}

static void split_arp(struct splitter *s)
{
	if (left(s) < ARP_BYTES) {
		split_rest(s, "arp, cut");
		return;
	}
	add_places(s, arp_places, ARRAY_SIZE(arp_places));
	s->at += ARP_BYTES;
}

static u32 be16_of(const u8 *p)
{
	return (u32)p[0] << 8 | p[1];
}

u32 field_unpadded(const u8 *frame, u32 len, bool ethernet)
{
	u32 at = ethernet ? ETHER_BYTES : 0, type = ETHERTYPE_IP, whole = len - at;

	if (len < at + IP_MIN)
		return len;
	if (ethernet)
		type = be16_of(frame + ETHERTYPE_AT);
	if (type == ETHERTYPE_IP)
		whole = be16_of(frame + at + 2);
	else if (type == ETHERTYPE_ARP)
		whole = ARP_BYTES;
	return whole < IP_MIN || whole > len - at ? len : at + whole;
}

u32 field_split(const u8 *frame, u32 len, bool ethernet, struct field field[FIELDS_MAX])
{
	struct splitter s = { .frame = frame,
			      .end = field_unpadded(frame, len, ethernet),
			      .field = field,
			      .prefix = "" };
	u32 type = ETHERTYPE_IP;

	assert(frame != NULL || len == 0);
	if (ethernet && len < ETHER_BYTES) {
		split_rest(&s, "ethernet header, cut");
		return s.nr;
	}
	if (ethernet) {
		add_places(&s, ethernet_places, ARRAY_SIZE(ethernet_places));
		s.at = ETHER_BYTES;
		type = be16_of(frame + ETHERTYPE_AT);
	}
	if (type == ETHERTYPE_ARP) {
		split_arp(&s);
	} else if (type != ETHERTYPE_IP) {
		split_rest(&s, "payload");
	} else if (split_ip(&s)) {
		s.prefix = "quoted ";
		split_ip(&s);
	}
	add_bytes(&s, "padding", s.end, len);
	return s.nr;
}

/* --- values
 * --------------------------------------------------------------------------------------- */

static u64 value_of(const u8 *frame, const struct field *f)
{
	u64 v = 0;

	assert(f->bits <= 48);
	for (u32 bit = f->at_bits; bit < f->at_bits + f->bits; bit++)
		v = v << 1 | (frame[bit / 8] >> (7 - bit % 8) & 1);
	return v;
}

static bool is_text(const u8 *p, u32 len)
{
	for (u32 i = 0; i < len; i++)
		if (p[i] < 0x20 || p[i] > 0x7e || p[i] == '"' || p[i] == '\\')
			return false;
	return len != 0;
}

/* Around byte `mark`, so that a difference far inside is seen. */
static void bytes_text(const u8 *p, u32 len, u32 mark, char *to, u32 size)
{
	u32 from = mark > TEXT_BYTES / 2 && len > TEXT_BYTES ? mark - TEXT_BYTES / 2 : 0;
	u32 shown = min_u32(len - from, TEXT_BYTES), n = 0;

	if (is_text(p, len)) {
		snprintf(to, size, "%s\"%.*s\"%s (%u)", from != 0 ? "..." : "", (int)shown,
			 (const char *)p + from, from + shown < len ? "..." : "", len);
		return;
	}
	n = (u32)snprintf(to, size, "%s", from != 0 ? "... " : "");
	for (u32 i = from; i < from + shown && n + 16 < size; i++)
		n += (u32)snprintf(to + n, size - n, "%02x", p[i]);
	snprintf(to + n, size - n, "%s (%u)", from + shown < len ? " ..." : "", len);
}

static void value_text(const u8 *frame, const struct field *f, u32 mark, char to[FIELD_TEXT])
{
	const u8 *p = frame + f->at_bits / 8;

	if (f->format == FIELD_BYTES)
		bytes_text(p, f->bits / 8, mark, to, FIELD_TEXT);
	else if (f->format == FIELD_IP)
		snprintf(to, FIELD_TEXT, INET_FORM, INET_PARTS(get_be32(p)));
	else if (f->format == FIELD_MAC)
		snprintf(to, FIELD_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", p[0], p[1], p[2], p[3],
			 p[4], p[5]);
	else
		snprintf(to, FIELD_TEXT, f->format == FIELD_HEX ? "0x%llx" : "%llu",
			 (unsigned long long)value_of(frame, f));
}

/* --- comparing
 * ------------------------------------------------------------------------------------ */

struct frame_view {
	const u8 *bytes;
	struct field field[FIELDS_MAX];
	u32 nr;
};

static const struct field *find_field(const struct frame_view *v, const char *name)
{
	for (u32 i = 0; i < v->nr; i++)
		if (strcmp(v->field[i].name, name) == 0)
			return &v->field[i];
	return NULL;
}

/* The first byte of two byte strings that is not the same. */
static u32 first_other(const u8 *a, u32 a_len, const u8 *b, u32 b_len)
{
	u32 i = 0;

	while (i < a_len && i < b_len && a[i] == b[i])
		i++;
	return i;
}

static bool same_value(const u8 *a, const struct field *fa, const u8 *b, const struct field *fb)
{
	if (fa->bits != fb->bits)
		return false;
	if (fa->format == FIELD_BYTES)
		return memcmp(a + fa->at_bits / 8, b + fb->at_bits / 8, fa->bits / 8) == 0;
	return value_of(a, fa) == value_of(b, fb);
}

static void fill(struct field_difference *d, const struct field *f, const u8 *a,
		 const struct field *fa, const u8 *b, const struct field *fb)
{
	u32 mark = 0;

	*d = (struct field_difference){ .follows = f->follows,
					.from = f->at_bits / 8,
					.to = (f->at_bits + f->bits + 7) / 8,
					.expected = "-",
					.actual = "-" };
	memcpy(d->name, f->name, sizeof(d->name));
	if (fa != NULL && fb != NULL)
		mark = first_other(a + fa->at_bits / 8, fa->bits / 8, b + fb->at_bits / 8,
				   fb->bits / 8);
	if (fa != NULL)
		value_text(a, fa, mark, d->expected);
	if (fb != NULL)
		value_text(b, fb, mark, d->actual);
}

/* Fields that `one` has: those that differ from the other's, or that the other has not. */
static u32 compare_fields(const struct frame_view *e, const struct frame_view *a, bool follows,
			  struct field_difference *d, u32 n)
{
	for (u32 i = 0; i < e->nr && n < FIELDS_MAX; i++) {
		const struct field *f = &e->field[i], *other = find_field(a, f->name);

		if (f->follows == follows &&
		    (other == NULL || !same_value(e->bytes, f, a->bytes, other)))
			fill(&d[n++], f, e->bytes, f, a->bytes, other);
	}
	for (u32 i = 0; i < a->nr && n < FIELDS_MAX; i++) {
		const struct field *f = &a->field[i];

		if (f->follows == follows && find_field(e, f->name) == NULL)
			fill(&d[n++], f, e->bytes, NULL, a->bytes, f);
	}
	return n;
}

u32 field_compare(const u8 *expected, u32 expected_len, const u8 *actual, u32 actual_len,
		  bool ethernet, struct field_difference d[FIELDS_MAX])
{
	struct frame_view e = { .bytes = expected }, a = { .bytes = actual };
	u32 n;

	e.nr = field_split(expected, expected_len, ethernet, e.field);
	a.nr = field_split(actual, actual_len, ethernet, a.field);
	n = compare_fields(&e, &a, false, d, 0);
	return compare_fields(&e, &a, true, d, n);
}

/* --- words
 * ---------------------------------------------------------------------------------------- */

/* Takes out what stands in square brackets, and what is quoted: attributes, payload. */
static void shorten(char *text)
{
	u32 depth = 0;
	char *to = text;

	for (const char *p = text; *p != '\0' && !(depth == 0 && *p == '"'); p++) {
		if (*p == ']' && depth != 0) {
			depth--;
			continue;
		}
		depth += *p == '[';
		if (depth == 0 && !(*p == ' ' && to != text && to[-1] == ' '))
			*to++ = *p;
	}
	while (to != text && to[-1] == ' ')
		to--;
	*to = '\0';
}

/* Behind "eth MAC > MAC ", which says what everybody knows. */
static void drop_macs(char *text)
{
	const char *rest = strncmp(text, "eth ", 4) == 0 ? strstr(text, " > ") : NULL;

	rest = rest != NULL ? strchr(rest + 3, ' ') : NULL;
	if (rest != NULL && strncmp(rest, " type ", 6) != 0)
		memmove(text, rest + 1, strlen(rest));
}

void field_describe(const u8 *frame, u32 len, bool ethernet, char *to, u32 size)
{
	char *hex;

	packet_as_script(frame, field_unpadded(frame, len, ethernet), ethernet, to, size);
	drop_macs(to);
	if (strncmp(to, "hex ", 4) == 0 || strncmp(to, "eth ", 4) == 0) {
		packet_describe(frame, len, ethernet, to, size);
		return;
	}
	shorten(to);
	hex = strstr(to, ") hex ");
	if (hex != NULL)
		hex[1] = '\0';
}

static void hex_run(FILE *to, const u8 *bytes, u32 len, u32 from, u32 until)
{
	if (from >= len)
		fputs(" nothing", to);
	for (u32 i = from; i < until && i < len; i++)
		fprintf(to, " %02x", bytes[i]);
}

void field_hex(FILE *to, const u8 *expected, u32 expected_len, const u8 *actual, u32 actual_len,
	       const char *right, const char *other, u32 most)
{
	u32 end = max_u32(expected_len, actual_len), runs = 0;

	for (u32 i = 0; i < end;) {
		u32 until = i;

		while (until < end && until - i < HEX_RUN &&
		       (until >= expected_len || until >= actual_len ||
			expected[until] != actual[until]))
			until++;
		if (until == i) {
			i++;
			continue;
		}
		if (runs++ == most) {
			fputs("      ...\n", to);
			return;
		}
		fprintf(to, "      0x%04x: %s", i, right);
		hex_run(to, expected, expected_len, i, until);
		fprintf(to, ", %s", other);
		hex_run(to, actual, actual_len, i, until);
		fputc('\n', to);
		i = until;
	}
}
