// SPDX-License-Identifier: MIT
/* nstat.c - counters as `nstat` and the files of /proc/net print them. */
#include "harness/lib/nstat.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/lib/ipcmd_lex.h"
#include "uapi/errno.h"

/* In the order in which the program prints them. */
static const char *const groups[] = { "Ip", "Icmp", "Tcp", "Udp", "UdpLite", "TcpExt", "IpExt" };
enum { SNMP_GROUPS = 5 };

static char lower(char c)
{
	return (char)tolower((unsigned char)c);
}

/* A * takes as little as it can, and more when what follows does not fit: no second * needs to look
 * behind itself.
 */
bool glob_match(const char *pattern, const char *text)
{
	const char *star = NULL, *from = NULL;

	while (*text != '\0') {
		if (*pattern == '*') {
			star = pattern++;
			from = text;
		} else if (*pattern == '?' || lower(*pattern) == lower(*text)) {
			pattern++;
			text++;
		} else if (star != NULL) {
			pattern = star + 1;
			text = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

struct nstat_req {
	bool absolute, zeros, silent, keep;
};

static int take_options(struct lex *lx, struct nstat_req *r, const char **first)
{
	for (lex_next(lx); lex_next(lx);) {
		if (lx->word[0] != '-') {
			if (*first == NULL)
				*first = lx->word;
			continue;
		}
		for (const char *p = lx->word + 1; *p != '\0'; p++) {
			r->absolute |= *p == 'a';
			r->zeros |= *p == 'z';
			r->silent |= *p == 'n';
			r->keep |= *p == 's';
			if (strchr("azns", *p) == NULL)
				return lex_unknown(lx, "-a|-n|-s|-z|PATTERN");
		}
	}
	return 0;
}

/* Without a pattern every counter. */
static bool is_asked_for(const struct ipcmd_call *call, bool any, const char *name)
{
	bool hit = any;

	for (u32 i = 1; i < call->nr_words && !hit; i++)
		hit = call->word[i].text[0] != '-' && glob_match(call->word[i].text, name);
	return hit;
}

/* What the program leaves out always: constants, and what is no count of happenings. */
static bool is_useless(u32 id)
{
	return id == TCP_MIB_RTOALGORITHM || id == TCP_MIB_RTOMIN || id == TCP_MIB_RTOMAX ||
	       id == TCP_MIB_MAXCONN || id == TCP_MIB_CURRESTAB;
}

int nstat_call(const u64 mib[MIB_MAX], u64 base[MIB_MAX], struct ipcmd_call *call)
{
	struct outbuf o = { .text = call->out, .cap = call->out_bytes, .len = call->out_len };
	struct lex lx = { .call = call,
			  .word = "",
			  .cmd = "nstat",
			  .err = call->err,
			  .err_bytes = call->err_bytes };
	struct nstat_req r = { 0 };
	const char *first = NULL;
	int err = take_options(&lx, &r, &first);

	call->status = 0;
	if (err < 0)
		return err;
	if (!r.silent)
		outf(&o, "#kernel\n");
	for (u32 g = 0; g < ARRAY_SIZE(groups) && !r.silent; g++) {
		for (u32 i = 0; i < MIB_MAX; i++) {
			u64 v = mib[i] - (r.absolute ? 0 : base[i]);
			char name[64];

			if (strcmp(mib_names[i].group, groups[g]) != 0 || is_useless(i) ||
			    (v == 0 && !r.zeros))
				continue;
			snprintf(name, sizeof(name), "%s%s", groups[g], mib_names[i].name);
			if (is_asked_for(call, first == NULL, name))
				outf(&o, "%-32s%-16" PRIu64 "   0.0\n", name, v);
		}
	}
	if (!r.keep)
		memcpy(base, mib, MIB_MAX * sizeof(mib[0]));
	call->out_len = o.len;
	return 0;
}

/* What no counter is, in front of the counters of a group. */
static void fixed_columns(const struct net *net, const char *group, bool names, struct outbuf *o)
{
	if (strcmp(group, "Ip") == 0) {
		if (names)
			outf(o, " Forwarding DefaultTTL");
		else
			outf(o, " %d %u", net->sysctl.ip_forward != 0 ? 1 : 2,
			     net->sysctl.ip_default_ttl);
	}
}

void proc_counters(const struct net *net, bool netstat, struct outbuf *o)
{
	u32 first = netstat ? (u32)SNMP_GROUPS : 0;
	u32 end = netstat ? (u32)ARRAY_SIZE(groups) : (u32)SNMP_GROUPS;

	for (u32 g = first; g < end; g++) {
		for (u32 line = 0; line < 2; line++) {
			outf(o, "%s:", groups[g]);
			fixed_columns(net, groups[g], line == 0, o);
			for (u32 i = 0; i < MIB_MAX; i++) {
				if (strcmp(mib_names[i].group, groups[g]) != 0)
					continue;
				if (line == 0)
					outf(o, " %s", mib_names[i].name);
				else
					outf(o, " %" PRId64, (s64)net->mib[i]); /* MaxConn: -1 */
			}
			outf(o, "\n");
		}
	}
}
