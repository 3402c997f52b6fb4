// SPDX-License-Identifier: MIT
/* igmp_grec.c - reports of IGMPv3: which group records there are to be sent, and how they fill
 * packets.
 *
 * Path: timers of igmp.c. Rules: RFC 3376 4.2, 5.1, 5.2; LINUX: net/ipv4/igmp.c: add_grec(),
 * igmpv3_newpack(), igmpv3_send_cr().
 */
#include "ipv4/igmp_grec.h"

#include "base/csum.h"
#include "ipv4/ip.h"
#include "ipv4/route.h"

enum { REPORT_NGREC = 6, REPORT_HLEN = 8 };
enum { GREC_NSRCS = 2, GREC_MCA = 4, GREC_HLEN = 8 };
enum { PACK_LEAST = 256 };

/* The packet that is being filled. */
struct report {
	struct net_device *dev;
	u32 mtu;
	struct sk_buff *skb; /* NULL: none yet, or none to be had */
	u32 reserved;	     /* LINUX: skb->reserved_tailroom */
};

/* What a record is made of. deleted: the group was left; buried: sources that are wanted no more.
 */
struct grec {
	struct ip_mc_list *pmc;
	u8 type;
	bool deleted, buried;
	u8 *at; /* the record's header in the packet */
	bool first;
	u32 scount, stotal;
};

/* RFC 3376 4.2.13: from an address of the interface, or from none. */
static be32 igmpv3_get_srcaddr(const struct net_device *dev, be32 saddr)
{
	const struct in_device *in_dev = in_dev_get(dev);
	const struct in_ifaddr *ifa = in_dev != NULL ? in_dev->ifa_list : NULL;

	while (ifa != NULL && !be32_eq(ifa->ifa_local, saddr))
		ifa = ifa->ifa_next;
	return ifa != NULL ? saddr : (be32){ 0 };
}

/* LINUX: skb_tailroom_reserve(): at most mtu bytes. */
static u32 tailroom_reserve(const struct sk_buff *skb, u32 mtu, u32 needed)
{
	u32 room = skb_tailroom(skb);

	return mtu < room - needed ? room - mtu : needed;
}

static struct sk_buff *alloc_pack(const struct report *r)
{
	u32 size = min_u32(r->mtu, IP_MAX_MTU);
	u32 more = igmp_headroom(r->dev) + r->dev->needed_tailroom;
	struct sk_buff *skb;

	do {
		skb = alloc_skb(dev_net(r->dev), size + more);
		size /= 2;
	} while (skb == NULL && size >= PACK_LEAST);
	return skb;
}

static void igmpv3_newpack(struct report *r)
{
	struct sk_buff *skb = alloc_pack(r);
	struct flowi4 fl4;
	struct rtable *rt;

	r->skb = NULL;
	if (skb == NULL)
		return;
	skb->priority = TC_PRIO_CONTROL;
	rt = igmp_route(r->dev, &fl4, cpu_to_be32((u32)IGMPV3_ALL_MCR));
	if (rt == NULL) {
		kfree_skb(skb);
		return;
	}
	skb_dst_set(skb, &rt->dst);
	skb->dev = r->dev;
	skb_reserve(skb, igmp_headroom(r->dev));
	r->reserved = tailroom_reserve(skb, r->mtu, r->dev->needed_tailroom);
	igmp_push_iphdr(skb, igmpv3_get_srcaddr(r->dev, fl4.saddr), fl4.daddr);
	skb_set_transport_header(skb, IGMP_IP_HLEN);
	memset(skb_put(skb, REPORT_HLEN), 0, REPORT_HLEN);
	skb_transport_header(skb)[0] = IGMPV3_HOST_MEMBERSHIP_REPORT;
	r->skb = skb;
}

/* Nothing to send is fine. */
static void igmpv3_sendpack(struct report *r)
{
	struct sk_buff *skb = r->skb;
	u8 *pig;

	if (skb == NULL)
		return;
	r->skb = NULL;
	pig = skb_transport_header(skb);
	put_be16(pig + IGMP_CSUM, csum_fold(csum_partial(pig, skb->len - IGMP_IP_HLEN, 0)));
	(void)ip_local_out(skb->net, skb->sk, skb);
}

static u32 available(const struct report *r)
{
	u32 room = r->skb != NULL ? skb_tailroom(r->skb) : 0;

	return room > r->reserved ? room - r->reserved : 0;
}

static bool is_query_answer(u8 type)
{
	return type == IGMPV3_MODE_IS_INCLUDE || type == IGMPV3_MODE_IS_EXCLUDE;
}

static bool is_source_change(u8 type)
{
	return type == IGMPV3_ALLOW_NEW_SOURCES || type == IGMPV3_BLOCK_OLD_SOURCES;
}

/* Lists of what is excluded end where the packet ends: too few are better than two lists. */
static bool is_truncated(u8 type)
{
	return type == IGMPV3_MODE_IS_EXCLUDE || type == IGMPV3_CHANGE_TO_EXCLUDE;
}

static bool all_exclude(const struct ip_mc_list *pmc, const struct ip_sf_list *psf)
{
	return pmc->sfcount[MCAST_EXCLUDE] == psf->sf_count[MCAST_EXCLUDE];
}

static bool in_current_state(const struct ip_mc_list *pmc, const struct ip_sf_list *psf, u8 type)
{
	if (pmc->gsquery != 0 && !psf->sf_gsresp)
		return false;
	if (pmc->sfmode == MCAST_INCLUDE)
		return true;
	if (psf->sf_count[MCAST_INCLUDE] != 0)
		return type == IGMPV3_MODE_IS_INCLUDE;
	return all_exclude(pmc, psf);
}

/* Does the source belong into this record? */
static bool is_in(const struct grec *g, const struct ip_sf_list *psf)
{
	const struct ip_mc_list *pmc = g->pmc;
	bool include = pmc->sfmode == MCAST_INCLUDE, old = g->deleted || g->buried;

	switch (g->type) {
	case IGMPV3_MODE_IS_INCLUDE:
	case IGMPV3_MODE_IS_EXCLUDE:
		return !old && in_current_state(pmc, psf, g->type);
	case IGMPV3_CHANGE_TO_INCLUDE:
		return !old && psf->sf_count[MCAST_INCLUDE] != 0;
	case IGMPV3_CHANGE_TO_EXCLUDE:
		return !old && pmc->sfcount[MCAST_EXCLUDE] != 0 &&
		       psf->sf_count[MCAST_INCLUDE] == 0 && all_exclude(pmc, psf);
	case IGMPV3_ALLOW_NEW_SOURCES:
		return !g->deleted && psf->sf_crcount != 0 && include != g->buried;
	default:
		if (include)
			return g->deleted || (psf->sf_crcount != 0 && g->buried);
		return psf->sf_crcount != 0 && !old;
	}
}

static u32 grec_size(const struct grec *g)
{
	u32 size = GREC_HLEN;

	for (const struct ip_sf_list *psf = g->pmc->sources; psf != NULL; psf = psf->sf_next)
		size += is_in(g, psf) ? 4 : 0;
	return size;
}

static void add_grhead(struct report *r, struct grec *g)
{
	u8 *pih;

	if (r->skb == NULL)
		igmpv3_newpack(r);
	if (r->skb == NULL)
		return;
	g->at = skb_put(r->skb, GREC_HLEN);
	memset(g->at, 0, GREC_HLEN);
	g->at[0] = g->type;
	store_be32(g->at + GREC_MCA, g->pmc->multiaddr);
	pih = skb_transport_header(r->skb);
	put_be16(pih + REPORT_NGREC, (u16)(get_be16(pih + REPORT_NGREC) + 1));
}

static void close_record(struct grec *g)
{
	if (g->at != NULL)
		put_be16(g->at + GREC_NSRCS, (u16)g->scount);
}

/* RFC 3376 5.1: a change of the mode says all, so that changes of sources are not said. */
static bool mode_says_it(const struct grec *g, const struct ip_sf_list *psf)
{
	bool mode_change = g->deleted ? g->pmc->sfmode == MCAST_EXCLUDE : g->pmc->crcount != 0;

	return mode_change && is_source_change(g->type) && psf->sf_crcount != 0;
}

enum put_source { SOURCE_PUT, SOURCE_NO_ROOM, SOURCE_NO_PACKET };

/* Into the packet, or into a new one. */
static enum put_source put_source(struct report *r, struct grec *g, be32 source)
{
	if (available(r) < 4 + (g->first ? (u32)GREC_HLEN : 0)) {
		if (is_truncated(g->type) && !g->first)
			return SOURCE_NO_ROOM;
		close_record(g);
		igmpv3_sendpack(r);
		igmpv3_newpack(r);
		g->first = true;
		g->scount = 0;
	}
	if (g->first)
		add_grhead(r, g);
	g->first = false;
	if (r->skb == NULL)
		return SOURCE_NO_PACKET;
	store_be32(skb_put(r->skb, 4), source);
	g->scount++;
	g->stotal++;
	return SOURCE_PUT;
}

/* One report of the source's change less; after the last one it is forgotten, when it is gone. */
static bool count_change(const struct grec *g, struct ip_sf_list **link)
{
	struct ip_sf_list *psf = *link;

	if (!is_source_change(g->type) || psf->sf_crcount == 0)
		return false;
	psf->sf_crcount--;
	if ((!g->buried && !g->deleted) || psf->sf_crcount != 0)
		return false;
	*link = psf->sf_next;
	ip_sf_free(dev_net(g->pmc->interface->dev), psf);
	return true;
}

static enum put_source put_sources(struct report *r, struct grec *g)
{
	struct ip_sf_list **link = g->buried ? &g->pmc->tomb : &g->pmc->sources, *psf;

	while ((psf = *link) != NULL) {
		enum put_source put;

		if (!is_in(g, psf)) {
			link = &psf->sf_next;
			continue;
		}
		if (!mode_says_it(g, psf)) {
			if (is_query_answer(g->type))
				psf->sf_gsresp = false;
			put = put_source(r, g, psf->sf_inaddr);
			if (put != SOURCE_PUT)
				return put;
		}
		if (!count_change(g, link))
			link = &psf->sf_next;
	}
	return SOURCE_PUT;
}

/* A record without sources: a mode says something by itself. False: there is nothing to say. */
static bool put_empty(struct report *r, struct grec *g)
{
	if (is_source_change(g->type))
		return false;
	if (g->pmc->crcount != 0 || is_query_answer(g->type)) {
		if (available(r) < GREC_HLEN)
			igmpv3_sendpack(r);
		add_grhead(r, g);
	}
	return true;
}

static bool fresh_packet_needed(const struct report *r, const struct grec *g)
{
	return is_truncated(g->type) && r->skb != NULL &&
	       get_be16(skb_transport_header(r->skb) + REPORT_NGREC) != 0 &&
	       available(r) < grec_size(g);
}

static void add_grec(struct report *r, struct ip_mc_list *pmc, u8 type, bool deleted, bool buried)
{
	struct grec g = { .pmc = pmc, .type = type, .deleted = deleted, .buried = buried };

	g.first = true;
	r->mtu = r->dev->mtu;
	if (igmp_silent(dev_net(r->dev), pmc->multiaddr) || r->mtu < IPV4_MIN_MTU)
		return;
	if ((buried ? pmc->tomb : pmc->sources) != NULL) {
		if (fresh_packet_needed(r, &g)) {
			igmpv3_sendpack(r);
			igmpv3_newpack(r);
		}
		if (put_sources(r, &g) == SOURCE_NO_PACKET)
			return;
	}
	if (g.stotal == 0 && !put_empty(r, &g))
		return;
	if (r->skb != NULL)
		close_record(&g);
	if (is_query_answer(type))
		pmc->gsquery = 0;
}

static void add_current_state(struct report *r, struct ip_mc_list *pmc)
{
	bool exclude = pmc->sfcount[MCAST_EXCLUDE] != 0;

	add_grec(r, pmc, exclude ? IGMPV3_MODE_IS_EXCLUDE : IGMPV3_MODE_IS_INCLUDE, false, false);
}

void igmpv3_send_report(struct in_device *in_dev, struct ip_mc_list *pmc)
{
	struct report r = { .dev = in_dev->dev };

	if (pmc != NULL) {
		add_current_state(&r, pmc);
	} else {
		for (pmc = in_dev->mc_list; pmc != NULL; pmc = pmc->next)
			add_current_state(&r, pmc);
	}
	igmpv3_sendpack(&r);
}

static void clear_zeros(struct net *net, struct ip_sf_list **link)
{
	struct ip_sf_list *psf;

	while ((psf = *link) != NULL) {
		if (psf->sf_crcount != 0) {
			link = &psf->sf_next;
			continue;
		}
		*link = psf->sf_next;
		ip_sf_free(net, psf);
	}
}

/* Of a group that was left. True: that was the last report. */
static bool add_deleted(struct report *r, struct ip_mc_list *pmc)
{
	struct net *net = dev_net(r->dev);

	if (pmc->sfmode == MCAST_INCLUDE) {
		add_grec(r, pmc, IGMPV3_BLOCK_OLD_SOURCES, true, false);
		add_grec(r, pmc, IGMPV3_BLOCK_OLD_SOURCES, true, true);
	}
	if (pmc->crcount != 0) {
		if (pmc->sfmode == MCAST_EXCLUDE)
			add_grec(r, pmc, IGMPV3_CHANGE_TO_INCLUDE, true, false);
		pmc->crcount--;
		if (pmc->crcount == 0) {
			clear_zeros(net, &pmc->tomb);
			clear_zeros(net, &pmc->sources);
		}
	}
	return pmc->crcount == 0 && pmc->tomb == NULL && pmc->sources == NULL;
}

static void add_changes(struct report *r, struct ip_mc_list *pmc)
{
	bool exclude = pmc->sfcount[MCAST_EXCLUDE] != 0;

	add_grec(r, pmc, exclude ? IGMPV3_BLOCK_OLD_SOURCES : IGMPV3_ALLOW_NEW_SOURCES, false,
		 false);
	add_grec(r, pmc, exclude ? IGMPV3_ALLOW_NEW_SOURCES : IGMPV3_BLOCK_OLD_SOURCES, false,
		 true);
	if (pmc->crcount == 0)
		return;
	exclude = pmc->sfmode == MCAST_EXCLUDE;
	add_grec(r, pmc, exclude ? IGMPV3_CHANGE_TO_EXCLUDE : IGMPV3_CHANGE_TO_INCLUDE, false,
		 false);
	pmc->crcount--;
}

void igmpv3_send_cr(struct in_device *in_dev)
{
	struct report r = { .dev = in_dev->dev };
	struct ip_mc_list **link = &in_dev->mc_tomb, *pmc;

	while ((pmc = *link) != NULL) {
		if (!add_deleted(&r, pmc)) {
			link = &pmc->next;
			continue;
		}
		*link = pmc->next;
		igmpv3_free_delrec(pmc);
	}
	for (pmc = in_dev->mc_list; pmc != NULL; pmc = pmc->next)
		add_changes(&r, pmc);
	igmpv3_sendpack(&r);
}
