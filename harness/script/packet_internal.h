// SPDX-License-Identifier: MIT
/* packet_internal.h - what the files about packet lines share: option sizes, and a frame taken
 * apart.
 */
#ifndef HARNESS_SCRIPT_PACKET_INTERNAL_H
#define HARNESS_SCRIPT_PACKET_INTERNAL_H

#include "harness/script/packet.h"
#include "harness/script/parse_internal.h"

enum {
	PACKET_ETH_HLEN = 14,
	PACKET_ARP_LEN = 28,
	PACKET_TCP_HLEN = 20,
	PACKET_UDP_HLEN = 8,
	PACKET_ICMP_HLEN = 8,
	PACKET_GRE_HLEN = 4,
	PACKET_OPTIONS_MAX = 40, /* of IPv4, and of TCP */
	PACKET_TOTAL_MAX = 65535,
	PACKET_ENCAPS_MAX = 4,
	PACKET_WORDS_MAX = 64,	 /* in one list */
	PACKET_QUOTE_BYTES = 28, /* RFC 792: a header and 64 bits */
	PACKET_NAMED_BYTES = 8,	 /* a cookie by name, until its length is known */
	PACKET_ETH_MIN = 60,
	PACKET_FLAGS = 9,
	ETH_TYPE_IP = 0x0800,
	ETH_TYPE_ARP = 0x0806
};

/* TCP's flags as a line has them, in the order they are printed. */
extern const char packet_flag_letters[PACKET_FLAGS + 1];
extern const u16 packet_flag_bits[PACKET_FLAGS];
/* What an error calls the words of a list. */
extern const char *const packet_list_names[LIST_ARP + 1];
/* The largest number that may be the nth value of a word. */
u64 packet_value_limit(u32 word, u32 n);
/* A record in an IPv4 option has no more entries than slots. */
bool packet_slots_ok(const struct script *s, const struct expr *field);
/* Words that may be said more than once: options. */
bool packet_word_repeats(u32 word);
/* A hardware address: printed with colons. */
bool packet_word_is_mac(u32 word);
/* The list that the attributes in brackets are of. */
u32 packet_attr_list(u32 kind);
/* Bytes that an option takes in the header. */
u32 packet_option_bytes(const struct script *s, const struct expr *field);
u32 packet_options_bytes(const struct script *s, u32 list);
/* All headers from the first IPv4 header on, a quoted packet too. */
u32 packet_header_bytes(const struct script *s, const struct packet *p);
/* The expression of a word in a list; 0: it is not there. */
u32 packet_find_word(const struct script *s, u32 list, u32 word);
/* Do ICMP messages of this type quote a packet? */
bool packet_icmp_is_error(u32 type);
/* The options of a list as they are in a header; U32_MAX and a message when they cannot be. */
struct packet_area {
	u8 bytes[4 * PACKET_OPTIONS_MAX];
	char err[120];
};
u32 packet_option_area(const struct script *s, const struct packet *p, const struct packet_ctx *ctx,
		       u32 list, struct packet_area *to);
/* A frame taken apart as far as it goes: no pointer leads behind its end. */
struct packet_view {
	const u8 *eth;		  /* NULL: none, or too short for one */
	const u8 *ip;		  /* NULL: no whole IPv4 header */
	const u8 *l4;		  /* behind the header */
	u32 type;		  /* of Ethernet; IPv4 where there is none */
	u32 ip_avail;		  /* bytes from ip on */
	u32 hlen;		  /* of ip */
	u32 l4_len;		  /* what the total length gives it, of what is there */
	u32 padding;		  /* bytes behind the total length */
	u32 frag_off;		  /* in bytes */
	bool fragment, truncated; /* truncated: the total length says more than there is */
	u8 proto;
};
struct packet_view packet_view(const u8 *frame, u32 len, bool ethernet);
/* The packet that an IPIP or GRE packet carries; false when there is none. */
bool packet_view_inside(const struct packet_view *v, bool *gre, struct packet_view *in);
/* The header of the transport protocol, when it is there whole; else 0. */
u32 packet_l4_hlen(const struct packet_view *v);
/* Would the receiver's check of the transport checksum pass? Of any protocol that has none: yes.
 */
enum packet_csum { CSUM_OK, CSUM_NONE, CSUM_PARTIAL, CSUM_WRONG };
enum packet_csum packet_l4_csum(const struct packet_view *v);
be32 packet_final_daddr(const u8 *ip, u32 hlen);
bool packet_ip_csum_ok(const struct packet_view *v);
/* Of lists of options, IP's or TCP's. How long the one at `at` is; 0: what is left does not add up.
 */
u32 packet_option_len(const u8 *opt, u32 len, u32 at);
/* Where the first of that kind is, of that length unless it is 0; U32_MAX: nowhere before the
 * list's end. */
u32 packet_find_option(const u8 *opt, u32 len, u8 kind, u32 bytes);
/* Gives the TS of one list of TCP options the val of the other's, if both have one there. */
void packet_same_ts_val(u8 *to, u32 to_len, const u8 *from, u32 from_len);
/* TCP's options, IPv4's options: the bytes of them as a list of words; `plainly`: in hex. */
u32 packet_decode_tcp_options(struct script *s, const u8 *bytes, u32 len, bool plainly);
u32 packet_decode_ip_options(struct script *s, const u8 *bytes, u32 len, bool plainly);
void packet_print_words(struct printer *pr, u32 list, const char *between);
/* The most bytes of payload that a line of this kind may have. */
u32 packet_room(const struct script *s, const struct packet *p);
/* Would text of this look be read as bytes rather than as a name? */
bool packet_is_hex_word(const char *text, u32 len);

#endif
