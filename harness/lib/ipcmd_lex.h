// SPDX-License-Identifier: MIT
/* ipcmd_lex.h - the words of a configuration command, and what they can stand for. */
#ifndef HARNESS_LIB_IPCMD_LEX_H
#define HARNESS_LIB_IPCMD_LEX_H

#include "base/bytes.h"
#include "base/types.h"
#include "harness/lib/ipcmd.h"

struct net;
struct net_device;

struct outbuf {
	char *text;
	u32 cap, len;
};

struct lex {
	struct host *host;
	const struct ipcmd_call *call;
	u32 at;		  /* how many words have been taken */
	const char *word; /* the last one; "" at the end */
	u32 col;	  /* where it begins, from 1 */
	const char *cmd;  /* for messages: "ip route" */
	char *err;
	u32 err_bytes;
	u32 status; /* see struct ipcmd_call */
	bool stats; /* ip -s, tc -s */
	struct outbuf *out;
};

/* A word, and what takes the words that follow it; lex->word is still the word itself. */
struct lex_key {
	const char *name;
	int (*take)(struct lex *lx, void *req);
};

struct net *lex_net(const struct lex *lx);
bool lex_next(struct lex *lx);
void lex_back(struct lex *lx);
bool lex_is(const struct lex *lx, const char *name);
/* iproute2: the beginning of a word will do. */
bool lex_is_prefix(const struct lex *lx, const char *name);
/* Messages; all return a negative number. */
int lex_fail(struct lex *lx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The message alone, for an error that is returned otherwise. */
void lex_say(struct lex *lx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int lex_unknown(struct lex *lx, const char *expected);
int lex_missing(struct lex *lx, const char *what);
/* Well said, but refused: the program exits with this status. */
int lex_refuse(struct lex *lx, u32 status, int err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* What the kernel answered; text: what it says about it itself, or NULL. 0 stays 0. */
int lex_answer(struct lex *lx, int err, const char *text);
/* Nothing may follow. */
int lex_end(struct lex *lx);
/* Words until the end; fallback takes one that is no key (NULL: there are none). */
int lex_keys(struct lex *lx, const struct lex_key *keys, u32 n,
	     int (*fallback)(struct lex *, void *), void *req);

int take_word(struct lex *lx, const char *what);
int take_u32(struct lex *lx, const char *what, u32 max, u32 *to);
int take_dev(struct lex *lx, struct net_device **to);
int ask_dev(struct lex *lx, struct net_device **to);
int take_addr(struct lex *lx, const char *what, be32 *to);
int take_mac(struct lex *lx, u8 to[6]);
int take_scope(struct lex *lx, u8 *to);
/* Of the present word. */
bool parse_u32(const char *text, u32 base, u32 *to);
bool parse_addr(const char *text, be32 *to);
/* a.b.c.d[/len]; *given says whether there was a length. */
bool parse_prefix(const char *text, be32 *to, u8 *len, bool *given);

void outf(struct outbuf *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* 192.0.2.1 into a buffer of 16. */
const char *addr_text(be32 a, char buf[16]);

/* Objects of `ip`. */
int ip_addr_cmd(struct lex *lx);
int ip_link_cmd(struct lex *lx);
int ip_tcp_metrics_cmd(struct lex *lx);
int ip_route_cmd(struct lex *lx);
int ip_neigh_cmd(struct lex *lx);
/* The other commands. */
int sysctl_cmd(struct lex *lx);
int tc_cmd(struct lex *lx);
int ethtool_cmd(struct lex *lx);
int xps_cmd(struct lex *lx);
int ss_cmd(struct lex *lx);
/* What `ip link show` and `ip addr show` show of the devices. */
struct show_what {
	const struct net_device *only; /* NULL: all */
	bool addrs, stats;
};
int show_addrs(struct lex *lx, const struct show_what *what);
int show_neighs(struct lex *lx, const struct net_device *only);
const char *scope_name(u8 scope, char buf[16]);

#endif
