// SPDX-License-Identifier: MIT
/* igmp.c - a host's side of IGMP, versions 1 to 3: what routers ask, what it tells them, and when.
 *
 * Path: ip_protocol_deliver_rcu(); timers; changes of groups (mc_list.c, mc_source.c).
 * Rules: RFC 1112 appendix I, RFC 2236, RFC 3376; LINUX: net/ipv4/igmp.c.
 */
#include "ipv4/igmp.h"

#include "base/csum.h"
#include "base/random.h"
#include "ipv4/igmp_grec.h"
#include "ipv4/ip.h"
#include "ipv4/ip_options.h"
#include "ipv4/route.h"
#include "wire/ipv4.h"

enum { IGMP_CODE = 1, IGMP_GROUP = 4 };
/* Of a query of version 3: robustness, code of the interval, how many sources follow. */
enum { IGMPV3_QRV = 8, IGMPV3_QQIC = 9, IGMPV3_NSRCS = 10, IGMPV3_QUERY_HLEN = 12, QRV_MASK = 7 };
enum {
	IGMP_QUERY_INTERVAL = 125 * HZ,
	IGMP_QUERY_RESPONSE_INTERVAL = 10 * HZ,
	IGMP_TIMER_SCALE = 10
};

/* --- which version is spoken ---------------------------------------------------------------------
 */

static bool older_seen(const struct in_device *in_dev, u32 version, u64 until)
{
	const struct net *net = dev_net(in_dev->dev);

	return net->devconf_all.force_igmp_version == version ||
	       in_dev->cnf.force_igmp_version == version ||
	       (until != 0 && time_before(net_jiffies(net), until));
}

bool igmp_v1_seen(const struct in_device *in_dev)
{
	return older_seen(in_dev, 1, in_dev->mr_v1_seen);
}

bool igmp_v2_seen(const struct in_device *in_dev)
{
	return older_seen(in_dev, 2, in_dev->mr_v2_seen);
}

void ip_mc_reset(struct in_device *in_dev)
{
	in_dev->mr_qi = IGMP_QUERY_INTERVAL;
	in_dev->mr_qri = IGMP_QUERY_RESPONSE_INTERVAL;
	in_dev->mr_qrv = (u8)dev_net(in_dev->dev)->sysctl.igmp_qrv;
}

static u32 robustness(const struct in_device *in_dev)
{
	return in_dev->mr_qrv != 0 ? in_dev->mr_qrv : (u32)dev_net(in_dev->dev)->sysctl.igmp_qrv;
}

u8 igmp_robustness(const struct in_device *in_dev)
{
	return (u8)robustness(in_dev);
}

/* RFC 3376 5: never about the group of all hosts; about link-local ones as the knob says. */
bool igmp_silent(const struct net *net, be32 group)
{
	if (be32_to_cpu(group) == (u32)IGMP_ALL_HOSTS)
		return true;
	return ipv4_is_local_multicast(group) && net->sysctl.igmp_llm_reports == 0;
}

/* --- timers --------------------------------------------------------------------------------------
 */

/* In jiffies, at least one. */
static u32 unsolicited_report_interval(const struct in_device *in_dev)
{
	bool older = igmp_v1_seen(in_dev) || igmp_v2_seen(in_dev);
	s32 ms = (s32)(older ? in_dev->cnf.igmpv2_unsolicited_report_interval
			     : in_dev->cnf.igmpv3_unsolicited_report_interval);

	static_assert(HZ == 1000, "a jiffy is a millisecond");
	return ms > 0 ? (u32)ms : 1;
}

/* Some time within max_delay, and two jiffies. */
static u64 random_expiry(struct net *net, u32 max_delay)
{
	u32 tv = get_random_u32_below(net->random, max_delay);

	return net_jiffies(net) + tv + 2;
}

void igmp_start_timer(struct ip_mc_list *im, u32 max_delay)
{
	struct net *net = dev_net(im->interface->dev);
	u64 expires = random_expiry(net, max_delay);

	im->tm_running = true;
	if (!mod_timer(net, &im->timer, expires))
		ip_ma_hold(im);
}

void igmp_stop_timer(struct ip_mc_list *im)
{
	im->tm_running = false;
	im->reporter = false;
	im->unsolicit_count = 0;
	if (del_timer(&im->timer))
		ip_ma_put(im);
}

/* The answer to a query: not later than one that was promised already. */
static void igmp_mod_timer(struct ip_mc_list *im, u32 max_delay)
{
	struct net *net = dev_net(im->interface->dev);
	s64 left = (s64)(im->timer.expires_jif - net_jiffies(net));
	bool pending;

	im->unsolicit_count = 0;
	pending = del_timer(&im->timer);
	if (pending && left < (s64)max_delay) {
		(void)mod_timer(net, &im->timer, im->timer.expires_jif);
		im->tm_running = true;
		return;
	}
	igmp_start_timer(im, max_delay);
	if (pending)
		ip_ma_put(im);
}

static void igmp_gq_start_timer(struct in_device *in_dev)
{
	struct net *net = dev_net(in_dev->dev);
	u64 expires = random_expiry(net, in_dev->mr_maxdelay);

	if (in_dev->mr_gq_running && time_after_eq(expires, in_dev->mr_gq_timer.expires_jif))
		return;
	in_dev->mr_gq_running = true;
	(void)mod_timer(net, &in_dev->mr_gq_timer, expires);
}

static void igmp_ifc_start_timer(struct in_device *in_dev, u32 delay)
{
	struct net *net = dev_net(in_dev->dev);

	(void)mod_timer(net, &in_dev->mr_ifc_timer, random_expiry(net, delay));
}

void igmp_ifc_event(struct in_device *in_dev)
{
	if (igmp_v1_seen(in_dev) || igmp_v2_seen(in_dev))
		return;
	in_dev->mr_ifc_count = robustness(in_dev);
	igmp_ifc_start_timer(in_dev, 1);
}

static void stop_ifc_timer(struct in_device *in_dev)
{
	in_dev->mr_ifc_count = 0;
	(void)del_timer(&in_dev->mr_ifc_timer);
}

void igmp_stop_dev_timers(struct in_device *in_dev)
{
	stop_ifc_timer(in_dev);
	in_dev->mr_gq_running = false;
	(void)del_timer(&in_dev->mr_gq_timer);
}

static void igmp_gq_timer_expire(struct timer_list *t)
{
	struct in_device *in_dev = container_of(t, struct in_device, mr_gq_timer);

	in_dev->mr_gq_running = false;
	igmpv3_send_report(in_dev, NULL);
}

static void igmp_ifc_timer_expire(struct timer_list *t)
{
	struct in_device *in_dev = container_of(t, struct in_device, mr_ifc_timer);

	igmpv3_send_cr(in_dev);
	if (in_dev->mr_ifc_count == 0)
		return;
	in_dev->mr_ifc_count--;
	igmp_ifc_start_timer(in_dev, unsolicited_report_interval(in_dev));
}

static u8 report_type(const struct in_device *in_dev)
{
	if (igmp_v1_seen(in_dev))
		return IGMP_HOST_MEMBERSHIP_REPORT;
	return igmp_v2_seen(in_dev) ? IGMPV2_HOST_MEMBERSHIP_REPORT : IGMPV3_HOST_MEMBERSHIP_REPORT;
}

void igmp_timer_expire(struct timer_list *t)
{
	struct ip_mc_list *im = container_of(t, struct ip_mc_list, timer);
	struct in_device *in_dev = im->interface;

	im->tm_running = false;
	if (im->unsolicit_count != 0 && --im->unsolicit_count != 0)
		igmp_start_timer(im, unsolicited_report_interval(in_dev));
	im->reporter = true;
	(void)igmp_send_report(in_dev, im, report_type(in_dev));
	ip_ma_put(im);
}

void igmp_init_dev(struct in_device *in_dev)
{
	timer_setup(&in_dev->mr_gq_timer, igmp_gq_timer_expire);
	timer_setup(&in_dev->mr_ifc_timer, igmp_ifc_timer_expire);
}

/* --- packets of ours -----------------------------------------------------------------------------
 */

struct rtable *igmp_route(struct net_device *dev, struct flowi4 *fl4, be32 dst)
{
	int err = 0;

	flowi4_init_output(fl4, dev->ifindex, 0, 0, 0, IPPROTO_IGMP, 0, dst, (be32){ 0 },
			   (be16){ 0 }, (be16){ 0 }, 0);
	return ip_route_output_flow(dev_net(dev), fl4, NULL, &err);
}

/* RFC 2236 2, RFC 3376 4: TTL 1, and routers on the way are to look at it (RFC 2113). */
void igmp_push_iphdr(struct sk_buff *skb, be32 saddr, be32 daddr)
{
	static const u8 router_alert[4] = { IPOPT_RA, 4 };
	u8 *iph;

	skb_reset_network_header(skb);
	iph = skb_put(skb, IGMP_IP_HLEN);
	memset(iph, 0, IGMP_IP_HLEN);
	iph[IPV4_VIHL] = 4 << 4 | IGMP_IP_HLEN / 4;
	iph[IPV4_TOS] = 0xc0;
	put_be16(iph + IPV4_FRAG_OFF, IP_DF);
	iph[IPV4_TTL] = 1;
	iph[IPV4_PROTOCOL] = IPPROTO_IGMP;
	store_be32(iph + IPV4_SADDR, saddr);
	store_be32(iph + IPV4_DADDR, daddr);
	memcpy(iph + IPV4_HLEN, router_alert, sizeof(router_alert));
	ip_select_ident(skb->net, skb, NULL, 1);
}

u32 igmp_headroom(const struct net_device *dev)
{
	return ((u32)(dev->hard_header_len + dev->needed_headroom) & ~15u) + 16;
}

/* A message of versions 1 and 2: about one group. */
static struct sk_buff *older_message(struct net_device *dev, const struct flowi4 *fl4, u8 type,
				     be32 group)
{
	u32 hlen = igmp_headroom(dev), room = IGMP_IP_HLEN + IGMP_HLEN + hlen;
	struct sk_buff *skb = alloc_skb(dev_net(dev), room + dev->needed_tailroom);
	u8 *ih;

	if (skb == NULL)
		return NULL;
	skb->priority = TC_PRIO_CONTROL;
	skb_reserve(skb, hlen);
	igmp_push_iphdr(skb, fl4->saddr, fl4->daddr);
	ih = skb_put(skb, IGMP_HLEN);
	ih[0] = type;
	ih[IGMP_CODE] = 0;
	put_be16(ih + IGMP_CSUM, 0);
	store_be32(ih + IGMP_GROUP, group);
	put_be16(ih + IGMP_CSUM, csum_fold(csum_partial(ih, IGMP_HLEN, 0)));
	return skb;
}

int igmp_send_report(struct in_device *in_dev, struct ip_mc_list *pmc, u8 type)
{
	struct net_device *dev = in_dev->dev;
	be32 dst = pmc->multiaddr;
	struct sk_buff *skb;
	struct flowi4 fl4;
	struct rtable *rt;

	if (type == IGMPV3_HOST_MEMBERSHIP_REPORT) {
		igmpv3_send_report(in_dev, pmc);
		return 0;
	}
	if (ipv4_is_local_multicast(dst) && dev_net(dev)->sysctl.igmp_llm_reports == 0)
		return 0;
	if (type == IGMP_HOST_LEAVE_MESSAGE)
		dst = cpu_to_be32((u32)IGMP_ALL_ROUTER);
	rt = igmp_route(dev, &fl4, dst);
	if (rt == NULL)
		return -1;
	skb = older_message(dev, &fl4, type, pmc->multiaddr);
	if (skb == NULL) {
		ip_rt_put(rt);
		return -1;
	}
	skb_dst_set(skb, &rt->dst);
	return ip_local_out(dev_net(dev), skb->sk, skb);
}

void ip_mc_rejoin_groups(struct in_device *in_dev)
{
	for (struct ip_mc_list *im = in_dev->mc_list; im != NULL; im = im->next) {
		if (!igmp_silent(dev_net(in_dev->dev), im->multiaddr))
			(void)igmp_send_report(in_dev, im, report_type(in_dev));
	}
}

/* --- what others say -----------------------------------------------------------------------------
 */

/* LINUX: IGMPV3_MRC(), IGMPV3_QQIC(): large ones are mantissa and exponent. RFC 3376 4.1.1 */
static u32 igmpv3_exp(u8 code)
{
	return code < 0x80 ? code : ((code & 0xfu) | 0x10u) << ((code >> 4 & 7u) + 3);
}

/* A query: of which group (0: all), until when it is to be answered, and about which sources. */
struct igmp_query {
	be32 group;
	u32 max_delay;
	const u8 *srcs;
	u32 nsrcs;
};

/* RFC 2236 4: an older router is here; for some time nothing newer is spoken. */
static void heard_older(struct in_device *in_dev, const u8 *ih, struct igmp_query *q)
{
	u64 until =
		net_jiffies(dev_net(in_dev->dev)) + in_dev->mr_qrv * in_dev->mr_qi + in_dev->mr_qri;

	if (ih[IGMP_CODE] == 0) {
		q->max_delay = IGMP_QUERY_RESPONSE_INTERVAL;
		q->group = (be32){ 0 };
		in_dev->mr_v1_seen = until;
	} else {
		q->max_delay = ih[IGMP_CODE] * (u32)(HZ / IGMP_TIMER_SCALE);
		in_dev->mr_v2_seen = until;
	}
	stop_ifc_timer(in_dev);
	igmpv3_clear_delrec(in_dev);
}

/* RFC 3376 4.1.6, 4.1.7, 8.3: the querier's variables are taken over. */
static void adopt_variables(struct in_device *in_dev, const u8 *ih3)
{
	in_dev->mr_qrv = ih3[IGMPV3_QRV] & QRV_MASK;
	if (in_dev->mr_qrv == 0)
		in_dev->mr_qrv = (u8)dev_net(in_dev->dev)->sysctl.igmp_qrv;
	in_dev->mr_qi = (u64)igmpv3_exp(ih3[IGMPV3_QQIC]) * HZ;
	if (in_dev->mr_qi == 0)
		in_dev->mr_qi = IGMP_QUERY_INTERVAL;
	if (in_dev->mr_qri >= in_dev->mr_qi)
		in_dev->mr_qri = in_dev->mr_qi - HZ;
}

static u32 v3_max_delay(u8 code)
{
	return max_u32(igmpv3_exp(code) * (HZ / IGMP_TIMER_SCALE), 1);
}

enum verdict { QUERY_BOGUS, QUERY_DONE, QUERY_GROUPS };

/* Of all groups at once the device answers; to a single one each group of it has its own timer. */
static enum verdict heard_v3(struct in_device *in_dev, struct sk_buff *skb, struct igmp_query *q)
{
	q->nsrcs = get_be16(skb->data + IGMPV3_NSRCS);
	if (q->nsrcs != 0 && !pskb_may_pull(skb, IGMPV3_QUERY_HLEN + q->nsrcs * 4))
		return QUERY_BOGUS;
	q->srcs = skb->data + IGMPV3_QUERY_HLEN;
	q->max_delay = v3_max_delay(skb->data[IGMP_CODE]);
	in_dev->mr_maxdelay = q->max_delay;
	adopt_variables(in_dev, skb->data);
	if (!be32_is_zero(q->group))
		return QUERY_GROUPS;
	if (q->nsrcs != 0)
		return QUERY_BOGUS;
	igmp_gq_start_timer(in_dev);
	return QUERY_DONE;
}

/* Who knows of older routers takes a newer query as one of theirs. */
static enum verdict read_query(struct in_device *in_dev, struct sk_buff *skb, struct igmp_query *q)
{
	q->group = load_be32(skb->data + IGMP_GROUP);
	if (skb->len == IGMP_HLEN) {
		heard_older(in_dev, skb->data, q);
		return QUERY_GROUPS;
	}
	if (skb->len < IGMPV3_QUERY_HLEN)
		return QUERY_BOGUS;
	if (igmp_v1_seen(in_dev)) {
		q->max_delay = IGMP_QUERY_RESPONSE_INTERVAL;
		q->group = (be32){ 0 };
		return QUERY_GROUPS;
	}
	if (igmp_v2_seen(in_dev)) {
		q->max_delay = v3_max_delay(skb->data[IGMP_CODE]);
		return QUERY_GROUPS;
	}
	if (!pskb_may_pull(skb, IGMPV3_QUERY_HLEN))
		return QUERY_BOGUS;
	return heard_v3(in_dev, skb, q);
}

static bool query_names(const struct igmp_query *q, be32 source)
{
	for (u32 i = 0; i < q->nsrcs; i++)
		if (be32_eq(load_be32(q->srcs + (size_t)i * 4), source))
			return true;
	return false;
}

/* Are all that are asked for excluded? Then there is nothing to say. */
static bool marks_excluded(struct ip_mc_list *pmc, const struct igmp_query *q)
{
	u32 scount = 0;

	for (struct ip_sf_list *psf = pmc->sources; psf != NULL && scount < q->nsrcs;
	     psf = psf->sf_next) {
		if (psf->sf_count[MCAST_INCLUDE] == 0 &&
		    pmc->sfcount[MCAST_EXCLUDE] == psf->sf_count[MCAST_EXCLUDE])
			scount += query_names(q, psf->sf_inaddr);
	}
	pmc->gsquery = 0;
	return scount != q->nsrcs;
}

/* LINUX: igmp_marksources(): which of the sources that we want are asked for? False: none. */
static bool igmp_marksources(struct ip_mc_list *pmc, const struct igmp_query *q)
{
	u32 scount = 0;

	if (pmc->sfmode == MCAST_EXCLUDE)
		return marks_excluded(pmc, q);
	for (struct ip_sf_list *psf = pmc->sources; psf != NULL && scount < q->nsrcs;
	     psf = psf->sf_next) {
		if (!query_names(q, psf->sf_inaddr))
			continue;
		psf->sf_gsresp = true;
		scount++;
	}
	pmc->gsquery = scount != 0;
	return scount != 0;
}

/* RFC 3376 5.2: a question about some sources becomes one about the group when both are due. */
static void ask_group(struct ip_mc_list *im, const struct igmp_query *q)
{
	bool mark = q->nsrcs != 0;

	im->gsquery = im->tm_running ? im->gsquery != 0 && mark : mark;
	if (im->gsquery == 0 || igmp_marksources(im, q))
		igmp_mod_timer(im, q->max_delay);
}

/* False: it is not as a query should be. */
static bool igmp_heard_query(struct in_device *in_dev, struct sk_buff *skb)
{
	struct igmp_query q = { 0 };
	enum verdict v = read_query(in_dev, skb, &q);

	for (struct ip_mc_list *im = in_dev->mc_list; v == QUERY_GROUPS && im != NULL;
	     im = im->next) {
		if (!be32_is_zero(q.group) && !be32_eq(q.group, im->multiaddr))
			continue;
		if (!igmp_silent(skb->net, im->multiaddr))
			ask_group(im, &q);
	}
	return v != QUERY_BOGUS;
}

/* RFC 2236 3: another member has spoken, so that we need not. */
static void igmp_heard_report(struct in_device *in_dev, be32 group)
{
	struct ip_mc_list *im;

	if (igmp_silent(dev_net(in_dev->dev), group))
		return;
	im = ip_mc_find_group(in_dev, group);
	if (im != NULL)
		igmp_stop_timer(im);
}

/* False: the packet is dropped. */
static bool igmp_heard(struct in_device *in_dev, struct sk_buff *skb)
{
	u8 type = skb->data[0];

	if (type == IGMP_HOST_MEMBERSHIP_QUERY)
		return igmp_heard_query(in_dev, skb);
	if (type != IGMP_HOST_MEMBERSHIP_REPORT && type != IGMPV2_HOST_MEMBERSHIP_REPORT)
		return false;
	/* Our own comes back, too; one to us alone nobody else has heard. */
	if (!dst_rtable(skb_dst(skb))->rt_is_input)
		return false;
	if (skb->pkt_type != PACKET_MULTICAST && skb->pkt_type != PACKET_BROADCAST)
		return false;
	igmp_heard_report(in_dev, load_be32(skb->data + IGMP_GROUP));
	return true;
}

int igmp_rcv(struct sk_buff *skb)
{
	struct in_device *in_dev = in_dev_get(skb->dev);

	if (in_dev != NULL && pskb_may_pull(skb, IGMP_HLEN) &&
	    skb_checksum_validate(skb, true, false, 0) == 0 && igmp_heard(in_dev, skb))
		consume_skb(skb);
	else
		kfree_skb_reason(skb, DROP_NOT_SPECIFIED);
	return 0;
}
