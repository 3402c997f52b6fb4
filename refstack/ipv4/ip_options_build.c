// SPDX-License-Identifier: MIT
/* ip_options_build.c - IP options of packets that this host sends: built, answered, filled in on
 * the way through, cut for fragments.
 *
 * Path: beside steps 3 and 4, for a header above 20 bytes; icmp_reply(), icmp_send() and
 * ip_forward().
 * Rules: RFC 791 3.1, RFC 1122 3.2.1.8 and 3.2.2.6; LINUX: net/ipv4/ip_options.c.
 */
#include "ipv4/ip_options.h"

#include "uapi/errno.h"

/* LINUX: ip_options_build(): the options, with what only this host on this route can fill in. */
void ip_options_build(struct sk_buff *skb, const struct ip_options *opt, be32 daddr,
		      struct rtable *rt)
{
	struct inet_skb_parm *cb = IPCB(skb);
	u8 *iph = ip_hdr(skb);
	u8 *p;

	assert(opt->optlen <= sizeof(opt->data));
	cb->optlen = opt->optlen;
	cb->srr = opt->srr;
	cb->rr = opt->rr;
	cb->ts = opt->ts;
	cb->router_alert = opt->router_alert != 0;
	cb->is_changed = opt->is_changed != 0;
	memcpy(iph + IPV4_HLEN, opt->data, opt->optlen);
	if (opt->srr != 0) {
		p = iph + opt->srr;
		store_be32(p + p[OPT_LEN] - 4, daddr);
	}
	if (opt->rr_needaddr != 0) {
		p = iph + opt->rr;
		store_be32(p + p[OPT_PTR] - 5, ip_rt_get_source(skb, rt));
	}
	if (opt->ts_needaddr != 0) {
		p = iph + opt->ts;
		store_be32(p + p[OPT_PTR] - 9, ip_rt_get_source(skb, rt));
	}
	if (opt->ts_needtime != 0) {
		p = iph + opt->ts;
		put_be32(p + p[OPT_PTR] - 5, inet_current_timestamp(skb->net));
	}
}

/* -------- what a router records -------- */

/* The source route's entry for this hop becomes our address, and the packet goes to what it was. */
static void forward_srr(struct sk_buff *skb, struct rtable *rt)
{
	struct inet_skb_parm *cb = IPCB(skb);
	u8 *p = ip_hdr(skb) + cb->srr;
	u32 space = p[OPT_LEN];

	for (u32 at = p[OPT_PTR]; at <= space && at + 3 <= space; at += 4) {
		if (!be32_eq(load_be32(p + at - 1), cb->nexthop))
			continue;
		cb->is_changed = true;
		store_be32(ip_hdr(skb) + IPV4_DADDR, cb->nexthop);
		store_be32(p + at - 1, ip_rt_get_source(skb, rt));
		p[OPT_PTR] = (u8)(at + 4);
		return;
	}
}

/* RFC 1812 5.2.4: our address in each record, as the packet leaves. LINUX looks at a time stamp's
 * only behind a source route.
 */
void ip_forward_options(struct sk_buff *skb)
{
	struct rtable *rt = dst_rtable(skb_dst(skb));
	struct inet_skb_parm *cb = IPCB(skb);
	u8 *p;

	if (cb->rr_needaddr) {
		p = ip_hdr(skb) + cb->rr;
		store_be32(p + p[OPT_PTR] - 5, ip_rt_get_source(skb, rt));
		cb->is_changed = true;
	}
	if (cb->srr_is_hit) {
		forward_srr(skb, rt);
		if (cb->ts_needaddr) {
			p = ip_hdr(skb) + cb->ts;
			store_be32(p + p[OPT_PTR] - 9, ip_rt_get_source(skb, rt));
			cb->is_changed = true;
		}
	}
	if (cb->is_changed) {
		cb->is_changed = false;
		ip_send_check(ip_hdr(skb));
	}
}

/* -------- the options of an answer -------- */

struct echo {
	struct net *net;
	struct sk_buff *skb;
	const struct inet_skb_parm *sopt; /* what is known of the options of the packet */
	struct ip_options *dopt;
	u8 *d; /* where the next option goes */
};

/* The bytes of an option that goes into the answer; its offset in a header is returned. */
static u8 echo_append(struct echo *e, const u8 *p, u32 len)
{
	u32 at = e->dopt->optlen;

	assert(at + len <= sizeof(e->dopt->data));
	memcpy(e->d, p, len);
	e->d += len;
	e->dopt->optlen = (u8)(at + len);
	return (u8)(at + IPV4_HLEN);
}

static int echo_rr(struct echo *e, const u8 *p)
{
	u32 len = p[OPT_LEN];
	u32 pos = p[OPT_PTR];
	u8 *d = e->d;

	e->dopt->rr = echo_append(e, p, len);
	if (!e->sopt->rr_needaddr || pos > len)
		return 0;
	if (pos + 3 > len)
		return -EINVAL;
	d[OPT_PTR] = (u8)(pos + 4);
	e->dopt->rr_needaddr = 1;
	return 0;
}

/* Room for our own stamp, unless the places are all named and ours is not next. */
static u32 echo_ts_time(struct echo *e, const u8 *d, u32 pos, u32 len)
{
	e->dopt->ts_needtime = (d[OPT_TS_FLAGS] & 15) != IPOPT_TS_PRESPEC;
	if (e->dopt->ts_needtime != 0)
		return pos + 4;
	if (pos + 7 <= len && inet_addr_type(e->net, load_be32(d + pos - 1)) != RTN_UNICAST) {
		e->dopt->ts_needtime = 1;
		return pos + 8;
	}
	return pos;
}

static int echo_ts(struct echo *e, const u8 *p)
{
	const struct inet_skb_parm *cb = e->sopt;
	u32 len = p[OPT_LEN];
	u32 pos = p[OPT_PTR];
	u8 *d = e->d;

	e->dopt->ts = echo_append(e, p, len);
	if (pos > len)
		return 0;
	if (cb->ts_needaddr) {
		if (pos + 3 > len)
			return -EINVAL;
		e->dopt->ts_needaddr = 1;
		pos += 4;
	}
	if (cb->ts_needtime) {
		if (pos + 3 > len)
			return -EINVAL;
		pos = echo_ts_time(e, d, pos, len);
	}
	d[OPT_PTR] = (u8)pos;
	return 0;
}

/* The recorded route backwards. RFC 1122 3.2.1.8c: without the source itself as its last hop. */
static void echo_srr(struct echo *e, const u8 *start)
{
	u32 len = start[OPT_LEN];
	s32 src = start[OPT_PTR];
	u32 done = 0;
	u8 route[40];
	be32 faddr;

	if (src > (s32)len)
		src = (s32)len + 1;
	src -= 4;
	if (src <= 3)
		return;
	faddr = load_be32(start + src - 1);
	for (src -= 4, done = 4; src > 3; src -= 4, done += 4) {
		assert(done + 3 <= sizeof(route));
		memcpy(route + done - 1, start + src - 1, 4);
	}
	if (memcmp(ip_hdr(e->skb) + IPV4_SADDR, start + src + 3, 4) == 0)
		done -= 4;
	if (done <= 3)
		return;
	route[OPT_TYPE] = start[OPT_TYPE];
	route[OPT_LEN] = (u8)(done + 3);
	route[OPT_PTR] = 4;
	e->dopt->faddr = faddr;
	e->dopt->is_strictroute = e->sopt->is_strictroute;
	e->dopt->srr = echo_append(e, route, done + 3);
}

int ip_options_echo(struct net *net, struct ip_options *dopt, struct sk_buff *skb,
		    const struct inet_skb_parm *cb)
{
	struct echo e = { .net = net, .skb = skb, .sopt = cb, .dopt = dopt, .d = dopt->data };
	const u8 *iph = ip_hdr(skb);
	int err = 0;

	*dopt = (struct ip_options){ .optlen = 0 };
	if (cb->optlen == 0)
		return 0;
	if (cb->rr != 0)
		err = echo_rr(&e, iph + cb->rr);
	if (err == 0 && cb->ts != 0)
		err = echo_ts(&e, iph + cb->ts);
	if (err != 0)
		return err;
	if (cb->srr != 0)
		echo_srr(&e, iph + cb->srr);
	if (cb->cipso != 0)
		dopt->cipso = echo_append(&e, iph + cb->cipso, iph[cb->cipso + OPT_LEN]);
	while ((dopt->optlen & 3) != 0) {
		*e.d++ = IPOPT_END;
		dopt->optlen++;
	}
	return 0;
}

/* -------- fragments -------- */

/* LINUX: ip_options_fragment(): options that only the first fragment has become padding. */
void ip_options_fragment(struct sk_buff *skb)
{
	struct inet_skb_parm *cb = IPCB(skb);
	u8 *p = ip_hdr(skb) + IPV4_HLEN;
	u32 left = cb->optlen;

	while (left > 0) {
		u32 len = 1;

		if (*p == IPOPT_END)
			return;
		if (*p != IPOPT_NOOP) {
			len = p[OPT_LEN];
			if (len < 2 || len > left)
				return;
			if ((*p & IPOPT_COPY) == 0)
				memset(p, IPOPT_NOOP, len);
		}
		left -= len;
		p += len;
	}
	cb->ts = 0;
	cb->rr = 0;
	cb->rr_needaddr = false;
	cb->ts_needaddr = false;
	cb->ts_needtime = false;
}
