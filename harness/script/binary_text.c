// SPDX-License-Identifier: MIT
/* binary_text.c - see binary.h: texts of the binary form. Free bytes are made to fit the place
 * where they are printed, so that the text of a program parses to the same program.
 */
#include "harness/script/binary.h"

#include <string.h>

#include "base/check.h"
#include "harness/script/scan.h"

/* First bytes of a text. */
enum {
	TEXT_USUAL = 0x00, /* one of the usual texts */
	TEXT_SHORT = 0x40, /* its length is the rest of the byte */
	TEXT_LONG = 0x60,  /* its length follows */
	TEXT_REST = 0x61   /* above: usual ones again; free and short when there are none */
};

static u32 usual_text(const struct binary *b, struct text v, const struct texts *t)
{
	for (u32 i = 0; i < t->nr_usual; i++)
		if (strlen(t->usual[i]) == v.len &&
		    (v.len == 0 || memcmp(t->usual[i], script_text(b->s, v), v.len) == 0))
			return i;
	return t->nr_usual;
}

static struct text read_free(struct binary *b, u32 len, const struct texts *t)
{
	struct text got = { .at = b->s->text_len, .len = 0 };
	u8 part[64];
	u32 n = 0;

	/* No more than there is: a length alone makes no text. */
	while (got.len < len && b->at < b->in_len && b->in[b->at] != BINARY_END) {
		part[n++] = binary_byte(b, 0);
		got.len++;
		if (n == sizeof(part)) {
			script_add_text(b->s, part, n);
			n = 0;
		}
	}
	script_add_text(b->s, part, n);
	assert(got.at + got.len == b->s->text_len);
	if (t->fit != NULL && got.len != 0) {
		got.len = t->fit((u8 *)b->s->text + got.at, got.len);
		assert(got.at + got.len <= b->s->text_len);
		b->s->text_len = got.at + got.len;
	}
	return got.len != 0 ? got : (struct text){ 0, 0 };
}

static struct text read_text(struct binary *b, const struct texts *t)
{
	u8 c = binary_byte(b, 0);
	const char *usual;

	if (c >= TEXT_SHORT && c < TEXT_LONG)
		return read_free(b, c - TEXT_SHORT, t);
	if (c == TEXT_LONG)
		return read_free(b, (u32)binary_u64(b, 0, 0, SCRIPT_BYTES, numbers_small), t);
	if (t->nr_usual == 0)
		return read_free(b, c % 8, t);
	usual = t->usual[c % t->nr_usual];
	if (usual[0] == '\0')
		return (struct text){ 0, 0 };
	return script_add_text(b->s, usual, (u32)strlen(usual));
}

static void write_text(struct binary *b, struct text v, const struct texts *t)
{
	u32 usual = usual_text(b, v, t);

	if (usual < t->nr_usual) {
		assert(usual < TEXT_SHORT);
		binary_byte(b, (u8)usual);
		return;
	}
	if (v.len < TEXT_LONG - TEXT_SHORT) {
		binary_byte(b, (u8)(TEXT_SHORT + v.len));
	} else {
		binary_byte(b, TEXT_LONG);
		binary_u64(b, v.len, 0, SCRIPT_BYTES, numbers_small);
	}
	for (u32 i = 0; i < v.len; i++)
		binary_byte(b, (u8)script_text(b->s, v)[i]);
	b->keep = b->out_len;
}

struct text binary_text(struct binary *b, struct text v, const struct texts *t)
{
	if (!b->encoding)
		return read_text(b, t);
	write_text(b, v, t);
	return v;
}

/* --- what fits where -----------------------------------------------------------------------------
 */
/* Blanks at either end are not part of a text that stands alone. */
static u32 trim(u8 *s, u32 len)
{
	u32 from = 0;

	while (len > 0 && is_blank((char)s[len - 1]))
		len--;
	while (from < len && is_blank((char)s[from]))
		from++;
	memmove(s, s + from, len - from);
	return len - from;
}

static u8 printable(u8 c)
{
	return c >= 0x20 && c != 0x7f ? c : (u8)('a' + c % 26);
}

static u32 fit_line(u8 *s, u32 len)
{
	for (u32 i = 0; i < len; i++)
		s[i] = printable(s[i]);
	return trim(s, len);
}

static u32 fit_word(u8 *s, u32 len)
{
	for (u32 i = 0; i < len; i++)
		s[i] = printable(s[i]) == ' ' ? '_' : printable(s[i]);
	return len;
}

/* Several lines: no NUL, and an end of line is LF. */
static void fit_lines(u8 *s, u32 len)
{
	for (u32 i = 0; i < len; i++)
		if (s[i] == '\0' || (s[i] == '\r' && i + 1 < len && s[i + 1] == '\n'))
			s[i] = ' ';
}

static u32 fit_command(u8 *s, u32 len)
{
	fit_lines(s, len);
	for (u32 i = 0; i < len; i++)
		if (s[i] == '`')
			s[i] = '\'';
	return len;
}

static u32 fit_python(u8 *s, u32 len)
{
	fit_lines(s, len);
	for (u32 i = 1; i < len; i++)
		if (s[i] == '%' && s[i - 1] == '}')
			s[i] = ' ';
	return len;
}

/* (Broken pipe) */
static u32 fit_note(u8 *s, u32 len)
{
	for (u32 i = 0; i < len; i++) {
		s[i] = printable(s[i]);
		if (s[i] == '(' || s[i] == ')')
			s[i] = ' ';
	}
	return trim(s, len);
}

/* A name of the script's own is no constant and no word of the language. */
static u32 fit_name(u8 *s, u32 len)
{
	for (u32 i = 0; i < len; i++)
		if (!is_word((char)s[i]))
			s[i] = (u8)('A' + s[i] % 26);
	if (is_digit((char)s[0]))
		s[0] = (u8)('A' + s[0] - '0');
	while (len > 1 && script_is_taken((const char *)s, len))
		len--;
	return len;
}

/* a.b.c.d, of any bytes. */
static u32 fit_addr(u8 *s, u32 len)
{
	u32 addr;

	if (ipv4_of((const char *)s, len, &addr) == len)
		return len;
	/* No more room than there is: one digit each. */
	if (len < 7)
		return 0;
	for (u32 i = 0; i < 7; i++)
		s[i] = i % 2 == 0 ? (u8)('0' + s[i] % 10) : '.';
	return 7;
}

static u32 fit_key(u8 *s, u32 len)
{
	for (u32 i = 0; i < len; i++)
		if (!is_word((char)s[i]))
			s[i] = (u8)('a' + s[i] % 26);
	return len;
}

#define TEXTS(fit, ...)                                                                            \
	{                                                                                          \
		(const char *const[]){ __VA_ARGS__ },                                              \
			sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *), fit         \
	}

const struct texts texts_data = TEXTS(NULL, "hello", "", "abc", "again", "x", "0123456789", "a\n",
				      "lo", "eth0", "/tmp/testfile");
const struct texts texts_addr =
	TEXTS(fit_addr, "192.0.2.1", "192.0.2.2", "127.0.0.1", "0.0.0.0", "192.168.0.1",
	      "255.255.255.255", "224.0.0.1", "192.0.2.255", "198.51.100.1", "192.0.2.3");
const struct texts texts_name = TEXTS(fit_name, "TFO_COOKIE", "CMSG_LEVEL_IP", "N");
const struct texts texts_command =
	TEXTS(fit_command, "ip link set eth0 up", "ip addr add 192.0.2.1/24 dev eth0",
	      "ip link set lo up", "ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up",
	      "ip link set eth0 down", "ip route add default via 192.0.2.2",
	      "ip route add unreachable 198.51.100.0/24", "ip route flush cache",
	      "ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0", "ip neigh flush dev eth0",
	      "ip addr del 192.0.2.1/24 dev eth0", "ip link set eth0 mtu 576",
	      "ip link set eth0 mtu 1500", "sysctl -q net.ipv4.ip_forward=1",
	      "sysctl -q net.ipv4.ip_default_ttl=1", "sysctl -q net.ipv4.ping_group_range=\"0 1\"",
	      "sysctl -q net.ipv4.icmp_ratelimit=0", "tc qdisc replace dev eth0 root pfifo limit 2",
	      "nstat -n", "./defaults.sh");
const struct texts texts_python = TEXTS(fit_python, " assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd ",
					" assert tcpi_state == 1 ", "\nassert tcpi_unacked == 0\n");
const struct texts texts_note = TEXTS(fit_note, "Operation not permitted", "flags O_RDWR");
const struct texts texts_bytes = { NULL, 0, NULL };
const struct texts texts_pool = TEXTS(fit_key, "skb", "sock", "dst", "neigh");

/* --- options and headers -------------------------------------------------------------------------
 */
static const struct texts option_names =
	TEXTS(fit_key, "tolerance_usecs", "local_ip", "remote_ip", "mtu", "ip_version", "mss",
	      "device", "perturb", "cost");
static const struct texts option_values =
	TEXTS(fit_word, "192.0.2.1", "1500", "10000", "ipv4", "1000", "igb", "tun", "cycles", "1",
	      "2", "3", "tap", "judge");
static const struct texts header_keys =
	TEXTS(fit_key, "claim", "oracle", "class", "clauses", "since", "until", "tape", "seed");
static const struct texts header_values =
	TEXTS(fit_line, "none", "exact", "acceptable", "6.12", "a datagram is sent");

struct text binary_option_name(struct binary *b, struct text v)
{
	return binary_text(b, v, &option_names);
}

struct text binary_option_value(struct binary *b, struct text v)
{
	return binary_text(b, v, &option_values);
}

struct text binary_header_key(struct binary *b, struct text v)
{
	return binary_text(b, v, &header_keys);
}

struct text binary_header_value(struct binary *b, struct text v)
{
	return binary_text(b, v, &header_values);
}
