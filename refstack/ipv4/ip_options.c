// SPDX-License-Identifier: MIT
/* ip_options.c - the options of a header: are they well formed, and what a receiver fills in.
 *
 * Path: ip_rcv_finish_core() for a header above 20 bytes; ip_setsockopt(IP_OPTIONS).
 * Rules: RFC 791 3.1, RFC 1122 3.2.1.8; LINUX: net/ipv4/ip_options.c.
 */
#include "ipv4/ip_options.h"

#include "core/net.h"
#include "core/task.h"
#include "ipv4/icmp.h"
#include "ipv4/ip_fib.h"
#include "uapi/capability.h"
#include "uapi/errno.h"

enum { OPT_OK = -1 };

struct opt_walk {
	struct net *net;
	struct ip_options *opt;
	struct sk_buff *skb; /* NULL: a program's options */
	u8 *iph;	     /* offsets count from here */
	u8 *p;		     /* the option */
	u32 len;	     /* its length */
	be32 spec_dst;
};

static bool opt_privileged(const struct opt_walk *w)
{
	return w->skb != NULL || ns_capable(current_task(w->net), CAP_NET_RAW);
}

static u8 opt_offset(const struct opt_walk *w)
{
	return (u8)(w->p - w->iph);
}

/* Our address, once. */
static void spec_dst_put(struct opt_walk *w, u8 *to)
{
	if (be32_is_zero(w->spec_dst))
		w->spec_dst = fib_compute_spec_dst(w->skb);
	store_be32(to, w->spec_dst);
}

u32 inet_current_timestamp(struct net *net)
{
	return (u32)(net_real_ns(net) / NS_PER_MS % 86400000u);
}

/* Each handler gives OPT_OK, or which byte of the option is wrong. */
static int opt_srr(struct opt_walk *w)
{
	u8 *p = w->p;

	if (w->len < 3)
		return OPT_LEN;
	if (p[OPT_PTR] < 4)
		return OPT_PTR;
	/* RFC 1812 5.2.4.1: one source route only. */
	if (w->opt->srr != 0)
		return OPT_TYPE;
	if (w->skb == NULL) {
		if (p[OPT_PTR] != 4 || w->len < 7 || ((w->len - 3) & 3) != 0)
			return OPT_LEN;
		w->opt->faddr = load_be32(p + 3);
		memmove(p + 3, p + 7, w->len - 7);
	}
	w->opt->is_strictroute = p[OPT_TYPE] == IPOPT_SSRR;
	w->opt->srr = opt_offset(w);
	return OPT_OK;
}

static int opt_rr(struct opt_walk *w)
{
	u8 *p = w->p;

	if (w->opt->rr != 0)
		return OPT_TYPE;
	if (w->len < 3)
		return OPT_LEN;
	if (p[OPT_PTR] < 4)
		return OPT_PTR;
	if (p[OPT_PTR] <= w->len) {
		if (p[OPT_PTR] + 3u > w->len)
			return OPT_PTR;
		if (w->skb != NULL && skb_dst(w->skb) != NULL) {
			spec_dst_put(w, p + p[OPT_PTR] - 1);
			w->opt->is_changed = 1;
		}
		p[OPT_PTR] = (u8)(p[OPT_PTR] + 4);
		w->opt->rr_needaddr = 1;
	}
	w->opt->rr = opt_offset(w);
	return OPT_OK;
}

/* There is room for one more entry: the place of its time, if it is ours to fill, in *time. */
static int opt_ts_entry(struct opt_walk *w, u8 **time)
{
	u8 *p = w->p;
	u8 *entry = p + p[OPT_PTR] - 1;
	u32 kind = p[OPT_DATA] & 15u;

	if (p[OPT_PTR] + 3u > w->len)
		return OPT_PTR;
	if (kind == IPOPT_TS_TSONLY) {
		if (w->skb != NULL)
			*time = entry;
		w->opt->ts_needtime = 1;
		p[OPT_PTR] = (u8)(p[OPT_PTR] + 4);
		return OPT_OK;
	}
	if (kind != IPOPT_TS_TSANDADDR && kind != IPOPT_TS_PRESPEC)
		return opt_privileged(w) ? OPT_OK : OPT_DATA;
	if (p[OPT_PTR] + 7u > w->len)
		return OPT_PTR;
	if (kind == IPOPT_TS_TSANDADDR) {
		if (w->skb != NULL && skb_dst(w->skb) != NULL) {
			spec_dst_put(w, entry);
			*time = entry + 4;
		}
		w->opt->ts_needaddr = 1;
	} else {
		if (inet_addr_type(w->net, load_be32(entry)) == RTN_UNICAST)
			return OPT_OK; /* somebody else's turn */
		if (w->skb != NULL)
			*time = entry + 4;
	}
	w->opt->ts_needtime = 1;
	p[OPT_PTR] = (u8)(p[OPT_PTR] + 8);
	return OPT_OK;
}

static int opt_timestamp(struct opt_walk *w)
{
	u8 *p = w->p, *time = NULL;
	int bad;

	if (w->opt->ts != 0)
		return OPT_TYPE;
	if (w->len < 4)
		return OPT_LEN;
	if (p[OPT_PTR] < 5)
		return OPT_PTR;
	if (p[OPT_PTR] <= w->len) {
		bad = opt_ts_entry(w, &time);
		if (bad != OPT_OK)
			return bad;
		if (time != NULL) {
			put_be32(time, inet_current_timestamp(w->net));
			w->opt->is_changed = 1;
		}
	} else if ((p[OPT_DATA] & 15) != IPOPT_TS_PRESPEC) {
		/* Full: the upper half of the byte counts who found no room. */
		if (p[OPT_DATA] >> 4 == 15)
			return OPT_DATA;
		if (w->skb != NULL) {
			p[OPT_DATA] = (u8)(p[OPT_DATA] + 16);
			w->opt->is_changed = 1;
		}
	}
	w->opt->ts = opt_offset(w);
	return OPT_OK;
}

static int opt_router_alert(struct opt_walk *w)
{
	if (w->len < 4)
		return OPT_LEN;
	if (w->p[2] == 0 && w->p[3] == 0)
		w->opt->router_alert = opt_offset(w);
	return OPT_OK;
}

/* LINUX: cipso_v4_validate() without NetLabel: only the form is looked at. */
static int cipso_v4_validate(const u8 *p)
{
	u32 len = p[OPT_LEN], i = 6;

	if (len < 8)
		return 1;
	if (get_be32(p + 2) == 0)
		return 2;
	while (i < len) {
		u32 tag_len;

		if (i + 1 == len)
			return (int)i;
		tag_len = p[i + 1];
		if (tag_len == 0 || tag_len > len - i)
			return (int)i + 1;
		i += tag_len;
	}
	return OPT_OK;
}

static int opt_cipso(struct opt_walk *w)
{
	if (!opt_privileged(w) || w->opt->cipso != 0)
		return OPT_TYPE;
	w->opt->cipso = opt_offset(w);
	return cipso_v4_validate(w->p);
}

static int opt_other(struct opt_walk *w)
{
	return opt_privileged(w) ? OPT_OK : OPT_TYPE;
}

static int opt_one(struct opt_walk *w)
{
	switch (w->p[OPT_TYPE]) {
	case IPOPT_SSRR:
	case IPOPT_LSRR:
		return opt_srr(w);
	case IPOPT_RR:
		return opt_rr(w);
	case IPOPT_TIMESTAMP:
		return opt_timestamp(w);
	case IPOPT_RA:
		return opt_router_alert(w);
	case IPOPT_CIPSO:
		return opt_cipso(w);
	default:
		return opt_other(w);
	}
}

/* Behind the end mark everything is the end mark. */
static void opt_blank(struct ip_options *opt, u8 *p, u32 left)
{
	for (u32 i = 0; i < left; i++) {
		if (p[i] != IPOPT_END) {
			p[i] = IPOPT_END;
			opt->is_changed = 1;
		}
	}
}

/* LINUX: __ip_options_compile(). -EINVAL with *at: the offset of the wrong byte in the header. */
static int options_walk(struct opt_walk *w, u32 left, u32 *at)
{
	while (left > 0) {
		int bad;

		if (w->p[OPT_TYPE] == IPOPT_END) {
			opt_blank(w->opt, w->p + 1, left - 1);
			return 0;
		}
		if (w->p[OPT_TYPE] == IPOPT_NOOP) {
			w->p++;
			left--;
			continue;
		}
		*at = opt_offset(w);
		if (left < 2)
			return -EINVAL;
		w->len = w->p[OPT_LEN];
		if (w->len < 2 || w->len > left)
			return -EINVAL;
		bad = opt_one(w);
		if (bad != OPT_OK) {
			*at += (u32)bad;
			return -EINVAL;
		}
		left -= w->len;
		w->p += w->len;
	}
	return 0;
}

void ip_options_remember(struct sk_buff *skb, const struct ip_options *opt)
{
	struct inet_skb_parm *cb = IPCB(skb);

	cb->optlen = opt->optlen;
	cb->srr = opt->srr;
	cb->rr = opt->rr;
	cb->ts = opt->ts;
	cb->router_alert = opt->router_alert != 0;
	cb->is_changed = opt->is_changed != 0;
	cb->rr_needaddr = opt->rr_needaddr != 0;
	cb->ts_needtime = opt->ts_needtime != 0;
	cb->ts_needaddr = opt->ts_needaddr != 0;
	cb->is_strictroute = opt->is_strictroute != 0;
	cb->srr_is_hit = opt->srr_is_hit != 0;
	cb->cipso = opt->cipso;
}

int ip_options_recompile(struct net *net, struct ip_options *opt, struct sk_buff *skb)
{
	struct opt_walk w = { .net = net, .opt = opt, .skb = skb };
	u32 at = 0;

	assert(opt->optlen <= sizeof(opt->data));
	w.iph = skb_network_header(skb);
	w.p = w.iph + IPV4_HLEN;
	return options_walk(&w, opt->optlen, &at);
}

int ip_options_compile(struct net *net, struct ip_options *opt, struct sk_buff *skb,
		       enum drop_reason *r)
{
	PROBE(net, ip_options_compile);
	u8 hdr[IPV4_HLEN_MAX];
	struct opt_walk w = { .net = net, .opt = opt, .skb = skb };
	u32 at = 0;
	int err;

	assert(opt->optlen <= sizeof(opt->data));
	if (skb != NULL) {
		w.iph = skb_network_header(skb);
	} else {
		/* A program's options are walked where they would lie in a header. */
		memcpy(hdr + IPV4_HLEN, opt->data, opt->optlen);
		w.iph = hdr;
	}
	w.p = w.iph + IPV4_HLEN;
	err = options_walk(&w, opt->optlen, &at);
	if (skb == NULL)
		memcpy(opt->data, hdr + IPV4_HLEN, opt->optlen);
	/* The message takes along the options that were found before the wrong one. */
	if (err != 0 && skb != NULL)
		ip_options_remember(skb, opt);
	if (err != 0 && skb != NULL)
		icmp_send(skb, ICMP_PARAMETERPROB, 0, cpu_to_be32(at << 24));
	if (err != 0 && r != NULL)
		*r = DROP_NOT_SPECIFIED;
	return err;
}

/* -------- source routes -------- */

/* The packet's route becomes that to the next address of its source route; with -EINVAL it keeps
 * the one it has. LINUX: ip_route_input().
 */
static int srr_route(struct sk_buff *skb, be32 nexthop, struct net_device *dev)
{
	const struct dst_entry *old = skb->dst;
	const bool noref = skb->dst_noref;
	const u8 *iph = ip_hdr(skb);
	enum drop_reason reason;
	u16 type = RTN_UNSPEC;

	skb->dst = NULL;
	skb->dst_noref = false;
	if (ip_route_input_noref(skb, nexthop, ipv4_saddr(iph), iph[IPV4_TOS], dev, &reason) == 0)
		type = dst_rtable(skb_dst(skb))->rt_type;
	if (type == RTN_UNICAST || type == RTN_LOCAL) {
		(void)skb_dst_force(skb);
		if (!noref)
			dst_release((struct dst_entry *)(uintptr_t)old);
		return 0;
	}
	skb_dst_drop(skb);
	skb->dst = (struct dst_entry *)(uintptr_t)old;
	skb->dst_noref = noref;
	return -EINVAL;
}

/* RFC 1122 3.2.1.8c: addresses that are ours are passed over; the first that is not is where the
 * packet goes.
 */
static int srr_follow(struct sk_buff *skb, struct net_device *dev)
{
	struct inet_skb_parm *cb = IPCB(skb);
	u8 *opt = ip_hdr(skb) + cb->srr;
	u32 space = opt[OPT_LEN];

	for (u32 at = opt[OPT_PTR]; at <= space; at += 4) {
		be32 nexthop;

		if (at + 3 > space) {
			icmp_send(skb, ICMP_PARAMETERPROB, 0,
				  cpu_to_be32((cb->srr + (u32)OPT_PTR) << 24));
			return -EINVAL;
		}
		nexthop = load_be32(opt + at - 1);
		if (srr_route(skb, nexthop, dev) != 0)
			return -EINVAL;
		cb->is_changed = true;
		if (dst_rtable(skb_dst(skb))->rt_type != RTN_LOCAL) {
			cb->srr_is_hit = true;
			cb->nexthop = nexthop;
			return 0;
		}
		store_be32(ip_hdr(skb) + IPV4_DADDR, nexthop);
	}
	return 0;
}

int ip_options_rcv_srr(struct sk_buff *skb, struct net_device *dev)
{
	PROBE(skb->net, ip_options_rcv_srr);
	u16 type = dst_rtable(skb_dst(skb))->rt_type;

	if (skb->pkt_type != PACKET_HOST)
		return -EINVAL;
	if (type == RTN_UNICAST) {
		if (!IPCB(skb)->is_strictroute)
			return 0;
		icmp_send(skb, ICMP_PARAMETERPROB, 0, cpu_to_be32(IPV4_DADDR << 24));
		return -EINVAL;
	}
	return type == RTN_LOCAL ? srr_follow(skb, dev) : -EINVAL;
}

int ip_options_get(struct net *net, struct ip_options *opt, const u8 *data, u32 optlen)
{
	assert(optlen <= sizeof(opt->data));
	*opt = (struct ip_options){ .optlen = (u8)ALIGN_UP(optlen, 4u) };
	memcpy(opt->data, data, optlen); /* what is behind is IPOPT_END already */
	if (opt->optlen != 0 && ip_options_compile(net, opt, NULL, NULL) != 0)
		return -EINVAL;
	if (opt->srr != 0 && !ns_capable(current_task(net), CAP_NET_RAW))
		return -EPERM;
	return 0;
}

static u8 *opt_at(struct ip_options *opt, u8 offset)
{
	return opt->data + offset - IPV4_HLEN;
}

/* The last entry of a record is free again. */
static void undo_entry(u8 *p)
{
	p[OPT_PTR] = (u8)(p[OPT_PTR] - 4);
	memset(p + p[OPT_PTR] - 1, 0, 4);
}

void ip_options_undo(struct ip_options *opt)
{
	u8 *p;

	if (opt->srr != 0) {
		p = opt_at(opt, opt->srr);
		memmove(p + 7, p + 3, p[OPT_LEN] - 7u);
		store_be32(p + 3, opt->faddr);
	}
	if (opt->rr_needaddr != 0)
		undo_entry(opt_at(opt, opt->rr));
	if (opt->ts == 0)
		return;
	p = opt_at(opt, opt->ts);
	if (opt->ts_needtime != 0) {
		undo_entry(p);
		if ((p[OPT_DATA] & 15) == IPOPT_TS_PRESPEC)
			p[OPT_PTR] = (u8)(p[OPT_PTR] - 4);
	}
	if (opt->ts_needaddr != 0)
		undo_entry(p);
}
