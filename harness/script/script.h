// SPDX-License-Identifier: MIT
/* script.h - a .pkt script as a tree: what the parser makes, the printer prints, the binary form
 * encodes and the runner runs. The language is described in refstack-pkt(5).
 *
 * The grammar is data: calls.def (system calls and the types of their arguments), types.def (the
 * forms that an argument of a type can take), structs.def (fields), directives.def (the statements
 * that packetdrill does not have), packets.def (heads, attributes, options) and symbols.def
 * (constants). Parser, checker, printer, encoder and decoder all follow these tables.
 */
#ifndef HARNESS_SCRIPT_SCRIPT_H
#define HARNESS_SCRIPT_SCRIPT_H

#include "base/types.h"

enum {
	SCRIPT_HOSTS = 4,	/* a, b, c, d */
	SCRIPT_THREADS = 15,	/* of a host */
	SCRIPT_PROCESSES = 4,	/* of a host */
	SCRIPT_BYTES = 1 << 24, /* the longest text or binary that is read */
	EXPR_DEPTH = 8,
	DIRECTIVE_VALUES = 3
};

/* Part of script->text; may hold any byte. */
struct text {
	u32 at, len;
};

/* --- expressions: arguments, results, attributes ------------------------------------------------
 */

enum expr_kind {
	EXPR_NONE,
	EXPR_ANY,     /* ... */
	EXPR_NUMBER,  /* 16, -1, 0x1f: value, hex, negative */
	EXPR_SYMBOL,  /* AF_INET: symbol */
	EXPR_NAME,    /* a name of the script's own, by -D NAME=VALUE: text */
	EXPR_STRING,  /* "abc": text, escapes resolved */
	EXPR_HEX,     /* hex 00ff: text holds the bytes */
	EXPR_PATTERN, /* pattern 7: value */
	EXPR_OR,      /* a|b: children */
	EXPR_LIST,    /* [a, b]: children */
	EXPR_STRUCT,  /* {a = 1, b}: children, EXPR_FIELD or, where the struct has no names, values
		       */
	EXPR_FIELD,   /* name = value; name(count) = value; mss 1460: field, children */
	EXPR_APPLY,   /* htons(80), inet_addr("192.0.2.1"): field, one child */
	EXPR_CHANGE,  /* 128->16: two children */
	EXPR_ADDR,    /* 192.0.2.1 in a packet: value, host order */
	EXPR_RANGE,   /* 1:1001 in a sack block: two children */
	EXPR_NULL,    /* NULL */
	EXPR_KINDS
};

/* EXPR_APPLY.symbol: what is applied; a port has a number or a name below it, an address a string.
 */
enum apply { APPLY_HTONS, APPLY_INET_ADDR };

/* What of a form becomes what (the parser makes nothing else, so that equal texts are equal trees):
 *   FORM_NULL     EXPR_NULL
 *   FORM_POINTER  EXPR_NUMBER, not negative
 *   FORM_VALUE    EXPR_LIST of one: the element, or EXPR_ANY for [...]
 *   FORM_CHANGE   EXPR_LIST of one EXPR_CHANGE of two elements
 *   FORM_LIST     EXPR_LIST of any number of elements; [...] is a list of one EXPR_ANY
 *   FORM_OR       EXPR_OR of two or more, each EXPR_NUMBER, EXPR_SYMBOL or EXPR_NAME
 *   FORM_STRUCT   EXPR_STRUCT; an EXPR_FIELD has one child, its value; FIELD_COUNTED two: the
 *                 count (EXPR_NUMBER, EXPR_NAME or EXPR_ANY) and the value
 *   a last argument that is left out: the chain of arguments is one shorter
 *   a word of a packet line: EXPR_FIELD whose children are the values that packets.def names;
 *                 bytes are EXPR_HEX or EXPR_NAME, addresses EXPR_ADDR, the rest EXPR_NUMBER, of
 *                 'x' with hex set
 * Of a number, hex and negative exclude each other, and 0 is not negative. A number, a symbol or a
 * name is also what a call returns (an EXPR_OR where the type has FORM_OR), or EXPR_ANY; with an
 * error it is -1.
 *
 * Further, what script_check() holds to be true of every script, decoded ones too: a script that
 * passes it is equal to what its printed text parses to.
 *   fields      in the order of structs.def, each at most once; positions: all of them
 *   a name      [A-Za-z_][A-Za-z0-9_]*, not empty, no constant, and none of NULL htons inet_addr
 *               hex pattern
 *   htons       a number of at most 65535, not negative; inet_addr: a.b.c.d, four decimal numbers
 *   EXPR_HEX    at least one byte
 *   a number    of magnitude 2^63 at most when it is negative
 */

struct expr {
	u8 kind;
	bool hex, negative; /* of a number: how it was written; -1 is value 1, negative */
	u16 symbol;	    /* index in script_symbols, script_fields or packet_words */
	u32 first, next;    /* child and sibling; 0: none, expr[0] is never used */
	u64 value;
	struct text text;
	u32 line, column; /* script_equal() does not look at these */
};

/* --- tables
 * --------------------------------------------------------------------------------------- */

enum symbol_group {
	SYM_NONE,
#define G(id) SYM_##id,
#define X(group, name)
#include "symbols.def"
#undef X
#undef G
	SYM_GROUPS
};

struct symbol {
	const char *name;
	u64 value;
	u8 group;
};
extern const struct symbol script_symbols[];
extern const u32 script_nr_symbols;
/* Index, or -1. */
int script_find_symbol(const char *name, u32 len);
/* A constant, or a word of the language: nothing that -D could define. */
bool script_is_taken(const char *word, u32 len);
/* The constant, call, field … that a mistyped word was probably meant to be; NULL. */
const char *script_suggest_symbol(const char *word, u32 len);

/* What an argument may look like. EXPR_NAME may stand wherever a number or a symbol may. */
enum form {
	FORM_ANY = 1 << 0, /* ... */
	FORM_NUMBER = 1 << 1,
	FORM_SYMBOL = 1 << 2, /* one of the type's group */
	FORM_OR = 1 << 3,     /* or several, with | */
	FORM_STRING = 1 << 4,
	FORM_BYTES = 1 << 5, /* hex, pattern */
	FORM_NULL = 1 << 6,
	FORM_POINTER = 1 << 7, /* a number as an address */
	FORM_VALUE = 1 << 8,   /* [v], [...] */
	FORM_CHANGE = 1 << 9,  /* [128->16] */
	FORM_STRUCT = 1 << 10, /* {…} of the type's struct */
	FORM_LIST = 1 << 11,   /* […] of the type's element */
	FORM_APPLY = 1 << 12   /* htons(…), inet_addr(…) */
};

enum arg_type {
	TYPE_NONE,
#define X(id, what, forms, group, of) TYPE_##id,
#include "types.def"
#undef X
	TYPE_MAX
};

enum struct_type {
	STRUCT_NONE,
#define S(id) STRUCT_##id,
#define F(struct_, name, type, flags)
#include "structs.def"
#undef F
#undef S
	STRUCT_MAX
};

struct arg_type_info {
	const char *name, *what; /* what: as an error says it */
	u32 forms;
	u8 group;     /* enum symbol_group */
	u8 of_struct; /* FORM_STRUCT; SOCKADDR and others */
	u8 of_type;   /* FORM_LIST, FORM_VALUE: element */
};
extern const struct arg_type_info script_types[TYPE_MAX];

enum field_flags {
	FIELD_COUNTED = 1 /* name(count)=value */,
	FIELD_POSITION = 2 /* has no name */
};
struct field_info {
	const char *name;
	u8 in_struct, type, flags;
};
/* All fields of all structs: EXPR_FIELD.symbol, but for packet lines (packet_words). Equal names
 * have one number, the first: the place says of which struct it is.
 */
extern const struct field_info script_fields[];
extern const u32 script_nr_fields;
/* The row of that struct that has the number's name; NULL. */
const struct field_info *script_field_of(enum struct_type in_struct, u32 field);
/* How many rows a struct has, and the first of them. */
u32 script_struct_fields(enum struct_type in_struct, const struct field_info **first);
/* The number of a row: that of the first row with its name. */
u32 script_field_number(const struct field_info *row);

enum call_id {
#define X(name, ...) CALL_##name,
#include "calls.def"
#undef X
	CALL_MAX
};
enum { CALL_ARGS = 6 };
struct call_info {
	const char *name;
	u8 result;	      /* TYPE_FD: binds a descriptor; TYPE_SIZE, TYPE_FLAGS … */
	u8 nr_args, min_args; /* min_args: the last may be left out */
	u8 arg[CALL_ARGS];    /* enum arg_type */
};
extern const struct call_info script_calls[CALL_MAX];

/* What stands in a directive's pattern: words, and %slots. */
enum directive_id {
#define X(id, pattern) DIR_##id,
#include "directives.def"
#undef X
	DIR_MAX
};
extern const char *const script_directives[DIR_MAX]; /* patterns */
/* A pattern's next part; false at its end. */
enum directive_slot {
	SLOT_WORD,   /* text: the word itself */
	SLOT_TIME,   /* nanoseconds, 10^18 at most */
	SLOT_NUM,    /* U32_MAX at most */
	SLOT_NTH,    /* 1 to U32_MAX */
	SLOT_RANGE,  /* two values, U32_MAX at most, the second is no less */
	SLOT_DELTA,  /* any 64 bits, signed */
	SLOT_SYMBOL, /* of group */
	SLOT_MIB,    /* an index below MIB_MAX; the name goes with it */
	SLOT_REASON, /* an index below DROP_MAX; the name goes with it */
	SLOT_POOL    /* a name only: [A-Za-z0-9_]+, no value */
};
struct directive_part {
	u8 slot, group;
	bool colon; /* a ':' behind it */
	const char *text;
	u32 len;
};
bool script_directive_part(const char **pattern, struct directive_part *part);
/* The name that belongs to an index of SLOT_MIB (Udp.InDatagrams) or SLOT_REASON; its length. */
u32 script_slot_name(enum directive_slot slot, u64 value, char *to, u32 size);

/* --- statements
 * ------------------------------------------------------------------------------------ */

enum when_kind {
	WHEN_NONE,	/* +0 */
	WHEN_ABS,	/* 0.5 */
	WHEN_REL,	/* +.1 */
	WHEN_ABS_RANGE, /* .1~.2 */
	WHEN_REL_RANGE, /* +0~+.04 */
	WHEN_ANY	/* * */
};
struct when {
	u8 kind;
	bool blocks;	       /* from...end: a call that returns at its end */
	u64 from_ns, until_ns; /* until: of a range; of a call that blocks, its end, counted as from
				  is */
};

enum packet_kind {
	PACKET_TCP,
	PACKET_UDP,	/* udp (5) "hello" */
	PACKET_UDPLITE, /* udplite (5) */
	PACKET_ICMP,
	PACKET_IP, /* ip proto 253 (5): any protocol */
	PACKET_ARP,
	PACKET_ETH, /* eth src > dst type 0x0806 hex … */
	PACKET_RAW, /* hex …: the frame as it is, of a TUN the packet */
	PACKET_KINDS
};

enum packet_flags {
	PACKET_HAS_ADDRS = 1 << 0, /* a.b.c.d > a.b.c.d */
	PACKET_HAS_PORTS = 1 << 1, /* with ports; alone: 8080 > 1234 */
	PACKET_HAS_SEQ = 1 << 2,   /* TCP */
	PACKET_HAS_ACK = 1 << 3,
	PACKET_HAS_WIN = 1 << 4,
	PACKET_HAS_URG = 1 << 5,
	PACKET_ANY_OPTIONS = 1 << 6, /* <...> */
	PACKET_HAS_LEN = 1 << 7,     /* (N) */
	PACKET_HAS_CODE = 1 << 8,    /* ICMP */
	PACKET_HAS_ID = 1 << 9,
	PACKET_HAS_MTU = 1 << 10,
	PACKET_QUOTES_TCP = 1 << 11,  /* [1:1001(1000)] */
	PACKET_QUOTES_UDP = 1 << 12,  /* [udp (5)] */
	PACKET_HAS_TYPE = 1 << 13,    /* eth … type */
	PACKET_HAS_MAC = 1 << 14,     /* arp … is-at */
	PACKET_HAS_GATEWAY = 1 << 15, /* icmp redirect … gw */
	PACKET_HAS_ICMP_SEQ = 1 << 16,
	PACKET_QUOTES_FLOW = 1 << 17, /* [A:port > B:port udp (5)]: quote_… */
	PACKET_HAS_ETH = 1 << 18      /* eth src > dst before another kind: mac[] */
};

enum tcp_flag {
	TCPF_FIN = 1,
	TCPF_SYN = 2,
	TCPF_RST = 4,
	TCPF_PSH = 8,
	TCPF_ACK = 16,
	TCPF_URG = 32,
	TCPF_ECE = 64,
	TCPF_CWR = 128,
	TCPF_AE = 256
};

enum arp_op { ARP_WHO_HAS = 1, ARP_REPLY = 2 };

/* One packet line. Lists are chains of expr by `next`. */
struct packet {
	u8 kind;
	bool incoming;	 /* < */
	u32 flags;	 /* PACKET_… */
	u32 stock_attrs; /* EXPR_FIELD: [ect0], [ttl 64], (tos 0x10) right after the direction */
	u32 attrs;  /* [ttl 64, id 7, df, frag 185, mf, csum bad, opt rr …] before the protocol */
	u32 encaps; /* EXPR_FIELD: ipv4 A > B:, gre A > B: */
	u32 options;	  /* TCP's: EXPR_FIELD */
	u32 payload;	  /* EXPR_STRING, HEX, PATTERN; 0: N zero bytes */
	u32 saddr, daddr; /* host order; ARP: who asks or answers (tell, reply) and for what */
	u16 sport, dport;
	u16 tcp_flags;
	u16 eth_type;
	u32 seq, end_seq, ack; /* relative to each side's first */
	u32 len;
	u16 win, urg;
	u8 proto; /* PACKET_IP */
	u8 icmp_type, icmp_code;
	u16 icmp_id, icmp_seq;
	u32 mtu, gateway;
	u8 arp_op;
	u8 mac[2][6];		      /* PACKET_ETH, PACKET_HAS_ETH: source, destination */
	u8 is_at[6];		      /* PACKET_HAS_MAC */
	u32 quote_saddr, quote_daddr; /* PACKET_QUOTES_FLOW */
	u16 quote_sport, quote_dport;
};

/* What a kind of packet has. What it does not have is zero: packet_normalise() sees to it, and
 * script_equal() and the binary form may rely on it.
 */
enum packet_part {
	PART_STOCK = 1 << 0,   /* stock_attrs */
	PART_ENCAPS = 1 << 1,  /* encaps */
	PART_ADDRS = 1 << 2,   /* saddr, daddr: said, or of the flow (PACKET_HAS_ADDRS) */
	PART_PORTS = 1 << 3,   /* sport, dport (PACKET_HAS_PORTS) */
	PART_ATTRS = 1 << 4,   /* attrs: of LIST_ATTR, or LIST_ARP for ARP */
	PART_TCP = 1 << 5,     /* tcp_flags, seq, end_seq, ack, win, urg, options */
	PART_LEN = 1 << 6,     /* len (PACKET_HAS_LEN; TCP: end_seq - seq) */
	PART_PAYLOAD = 1 << 7, /* payload */
	PART_ICMP = 1 << 8,    /* icmp_…, mtu, gateway, quotes (seq, end_seq, len, quote_…) */
	PART_ARP = 1 << 9,     /* arp_op, saddr, daddr, is_at */
	PART_PROTO = 1 << 10,  /* proto */
	PART_TYPE = 1 << 11,   /* eth_type (PACKET_HAS_TYPE) */
	PART_ETH = 1 << 12     /* mac (PACKET_HAS_ETH; always of PACKET_ETH) */
};
struct packet_kind_info {
	const char *word;     /* udp, arp … */
	u32 parts;	      /* enum packet_part */
	u32 flags, flags_set; /* enum packet_flags: those it may have, those it always has */
};
extern const struct packet_kind_info packet_kinds[PACKET_KINDS];

enum stmt_kind {
	STMT_COMMENT, /* // text on a line of its own: the binary form leaves it out */
	STMT_HEADER,  /* // key: value before the first statement */
	STMT_OPTION,  /* --name=value */
	STMT_COMMAND, /* `…` */
	STMT_PYTHON,  /* %{ … }% */
	STMT_CALL,
	STMT_PACKET,
	STMT_DIRECTIVE,
	STMT_KINDS
};

/* What script_check() holds to be true of statements:
 *   times       10^18 ns at most, and until_ns >= from_ns; ranges and WHEN_ANY only before packets
 *               that are expected (>), blocks only before calls, with WHEN_ABS or WHEN_REL;
 *               headers, options and comments have none. What a kind of time does not use is 0
 *   prefixes    thread and process only before calls
 *   headers     key: [A-Za-z0-9_]+. Headers and options come before all other statements, with
 *               host 0. Option names: [A-Za-z0-9_]+; values: no blanks
 *   texts       on one line: no control characters (tabs are blanks), no blanks at their ends;
 *               a note has no parentheses, an empty one is none. Commands: no `; python: no }%;
 *               both: no NUL, no CR before LF
 *   an error    is of group E, its result -1
 */
struct stmt {
	u8 kind;
	u8 host;	   /* 0: the script's own, 1 to 3: in a block `host b {` to `host d {` */
	u8 thread;	   /* 0: not said; `thread 2:` */
	u8 process;	   /* 0: not said */
	bool blank_before; /* an empty line: kept by fmt, not by the binary form */
	u32 line, column;
	struct when when;
	struct text comment; /* after it, on its line */
	union {
		struct {
			struct text key, value;
		} pair;		  /* header, option */
		struct text text; /* comment, command, python */
		struct {
			u16 call;	  /* enum call_id */
			u32 args;	  /* chain of expr, as many as the call has */
			u32 result;	  /* number, name, or ... */
			u16 error;	  /* symbol index + 1 of EPIPE, 0: none */
			struct text note; /* (Broken pipe), (flags O_RDWR) */
		} call;
		struct packet packet;
		struct {
			u16 id; /* enum directive_id */
			u64 value[DIRECTIVE_VALUES];
			struct text name; /* Udp.InDatagrams */
		} directive;
	};
};

struct script {
	char *name; /* for messages */
	char *text;
	u32 text_len, text_cap;
	struct expr *expr;
	u32 nr_exprs, expr_cap;
	struct stmt *stmt;
	u32 nr_stmts, stmt_cap;
};

struct script_error {
	u32 line, column;
	char text[256]; /* what was found and what was expected */
};

struct script *script_new(const char *name);
void script_free(struct script *s);
/* Builders; they abort when memory is gone. Pointers into the arrays move with them. */
struct text script_add_text(struct script *s, const void *bytes, u32 len);
u32 script_add_expr(struct script *s, enum expr_kind kind);
struct stmt *script_add_stmt(struct script *s, enum stmt_kind kind);
/* Makes of any packet one that a line of text can say, changing as little as that takes: what its
 * kind does not have goes, numbers come into range, lists lose what does not belong there. A packet
 * of the parser is such a one already. Expressions that its lists lead to must exist and have no
 * loops; new ones may be added.
 */
void packet_normalise(struct script *s, struct packet *p);
static inline const char *script_text(const struct script *s, struct text t)
{
	return t.len != 0 ? s->text + t.at : "";
}
/* The same program: comments, blank lines, places in the file and names aside. */
bool script_equal(const struct script *a, const struct script *b);
/* `pattern SEED`: bytes from..from + len of it (run_arg.c). */
void script_pattern(u64 seed, u64 from, u8 *to, u32 len);

/* NULL after filling err: a bad file never runs in part. */
struct script *script_parse(const char *name, const char *text, size_t len,
			    struct script_error *err);
/* Checks each expression against the type of its place; part of script_parse(). */
bool script_check(const struct script *s, struct script_error *err);
/* Whether each EXPR_NAME is one that the caller knows; err names the first that is not. A runner
 * asks before it begins. */
bool script_check_names(const struct script *s, bool (*known)(void *ctx, const char *name, u32 len),
			void *ctx, struct script_error *err);

/* Text into a malloc'd string; *len_bytes may be NULL. */
enum print_flags { PRINT_COMMENTS = 1, PRINT_STOCK = 2 };
char *script_print(const struct script *s, u32 flags, size_t *len_bytes);
/* One statement without its time and comment, and an expression, all of it; of malloc. With other
 * texts in the place of expressions, and further fields of structs, by their indices; NULL: none.
 */
char *script_print_body(const struct script *s, const struct stmt *st, char *const *instead,
			char *const *more);
char *script_print_part(const struct script *s, u32 expr, char *const *instead, char *const *more);
/* One statement on one line, for messages; truncated to size. */
void script_print_stmt(const struct script *s, const struct stmt *st, char *to, u32 size);
void script_print_expr(const struct script *s, u32 expr, char *to, u32 size);
/* NULL when the script keeps to packetdrill's language; else why not, with the place. */
bool script_is_stock(const struct script *s, struct script_error *why);

/* The binary form: any bytes are a program, and decode(encode(p)) equals p. */
struct script *script_decode(const char *name, const u8 *bytes, size_t len);
/* Behind the statements that are there come those of the bytes; headers and options behind the ones
 * that are there. Of statements that `keeps` does not take (NULL: it takes all, and may change
 * them) nothing stays, and behind the `most`-th that stays nothing is read. t: NULL for all.
 */
struct script_take {
	u32 most;
	bool (*keeps)(void *ctx, const struct script *s, struct stmt *st);
	void *ctx;
};
void script_decode_into(struct script *s, const u8 *bytes, size_t len, const struct script_take *t);
/* How much of a script there is, and back to that after script_decode_into(). Its headers and
 * options must be the first of its statements.
 */
struct script_mark {
	u32 heads, stmts, exprs, text_len;
};
struct script_mark script_mark(const struct script *s);
void script_cut(struct script *s, struct script_mark to);
u8 *script_encode(const struct script *s, size_t *len);

/* How many statements stand before all that happens: headers, options, comments among them. */
u32 script_heads(const struct script *s);
/* The value of the header or option, or {0, 0}. */
struct text script_header(const struct script *s, const char *key);
struct text script_option(const struct script *s, const char *name);

#endif
