// SPDX-License-Identifier: MIT
/* mc_list.c - the multicast groups of a device.
 *
 * Path: joins and leaves of sockets (mc_sock.c), devices that come and go (devinet.c); packets ask
 * ip_check_mc(). Rules: RFC 1112 7.2, RFC 3376 5; LINUX: net/ipv4/igmp.c, without its hash of
 * groups.
 */
#include "ipv4/igmp.h"

#include "core/neighbour.h"
#include "ipv4/route.h"

void ip_rt_multicast_event(struct in_device *in_dev)
{
	rt_cache_flush(dev_net(in_dev->dev));
}

struct ip_mc_list *ip_mc_find_group(const struct in_device *in_dev, be32 addr)
{
	struct ip_mc_list *im = in_dev->mc_list;

	while (im != NULL && !be32_eq(im->multiaddr, addr))
		im = im->next;
	return im;
}

static void unlink_group(struct ip_mc_list **list, const struct ip_mc_list *im)
{
	while (*list != im)
		list = &(*list)->next;
	*list = im->next;
}

void ip_ma_hold(struct ip_mc_list *im)
{
	im->refcnt++;
}

/* Only a group that was left has no reference but its timer's. */
void ip_ma_put(struct ip_mc_list *im)
{
	assert(im->refcnt > 0);
	if (--im->refcnt != 0)
		return;
	assert(!timer_pending(&im->timer));
	unlink_group(&im->interface->mc_orphans, im);
	pool_free(&dev_net(im->interface->dev)->mc_list_pool, im);
}

/* LINUX: ip_mc_filter_add(), ip_mc_filter_del(): devices with another kind of addresses have no
 * filter.
 */
static void ip_mc_filter(struct ip_mc_list *im, int (*change)(struct net_device *, const u8 *))
{
	struct net_device *dev = im->interface->dev;
	u32 a = be32_to_cpu(im->multiaddr);
	/* RFC 1112 6.4 */
	u8 haddr[ETH_ALEN] = { 1, 0, 0x5e, a >> 16 & 0x7f, a >> 8 & 0xff, a & 0xff };

	if (dev->type == ARPHRD_ETHER)
		(void)change(dev, haddr);
}

/* --- groups left, of which reports are due -------------------------------------------------------
 */

/* The sources go along, as they are what there is to report when only they were wanted. */
static void igmpv3_add_delrec(struct in_device *in_dev, struct ip_mc_list *im)
{
	struct ip_mc_list *pmc = pool_zalloc(&dev_net(in_dev->dev)->mc_list_pool);
	struct ip_sf_list *psf;

	if (pmc == NULL)
		return;
	pmc->interface = im->interface;
	pmc->multiaddr = im->multiaddr;
	pmc->crcount = igmp_robustness(in_dev);
	pmc->sfmode = im->sfmode;
	if (pmc->sfmode == MCAST_INCLUDE) {
		for (psf = im->sources; psf != NULL; psf = psf->sf_next)
			psf->sf_crcount = pmc->crcount;
		pmc->tomb = im->tomb;
		pmc->sources = im->sources;
		im->tomb = NULL;
		im->sources = NULL;
	}
	pmc->next = in_dev->mc_tomb;
	in_dev->mc_tomb = pmc;
}

void igmpv3_free_delrec(struct ip_mc_list *pmc)
{
	struct net *net = dev_net(pmc->interface->dev);

	ip_sf_list_clear_all(net, pmc->sources);
	ip_sf_list_clear_all(net, pmc->tomb);
	pool_free(&net->mc_list_pool, pmc);
}

static struct ip_mc_list *take_delrec(struct in_device *in_dev, be32 group)
{
	struct ip_mc_list *pmc = in_dev->mc_tomb;

	while (pmc != NULL && !be32_eq(pmc->multiaddr, group))
		pmc = pmc->next;
	if (pmc != NULL)
		unlink_group(&in_dev->mc_tomb, pmc);
	return pmc;
}

static void swap_sources(struct ip_sf_list **a, struct ip_sf_list **b)
{
	struct ip_sf_list *t = *a;

	*a = *b;
	*b = t;
}

/* The group is back: what was to be reported of its end is not. */
static void igmpv3_del_delrec(struct in_device *in_dev, struct ip_mc_list *im)
{
	struct ip_mc_list *pmc = take_delrec(in_dev, im->multiaddr);
	struct ip_sf_list *psf;

	if (pmc == NULL)
		return;
	if (im->sfmode == MCAST_INCLUDE) {
		swap_sources(&im->tomb, &pmc->tomb);
		swap_sources(&im->sources, &pmc->sources);
		for (psf = im->sources; psf != NULL; psf = psf->sf_next)
			psf->sf_crcount = igmp_robustness(in_dev);
	} else {
		im->crcount = igmp_robustness(in_dev);
	}
	igmpv3_free_delrec(pmc);
}

void igmpv3_clear_delrec(struct in_device *in_dev)
{
	struct ip_mc_list *pmc = in_dev->mc_tomb, *next;

	in_dev->mc_tomb = NULL;
	for (; pmc != NULL; pmc = next) {
		next = pmc->next;
		igmpv3_free_delrec(pmc);
	}
	for (pmc = in_dev->mc_list; pmc != NULL; pmc = pmc->next) {
		ip_sf_list_clear_all(dev_net(in_dev->dev), pmc->tomb);
		pmc->tomb = NULL;
	}
}

/* --- groups that come and go ---------------------------------------------------------------------
 */

static void igmp_group_dropped(struct ip_mc_list *im)
{
	struct in_device *in_dev = im->interface;
	bool reporter;

	if (im->loaded) {
		im->loaded = false;
		ip_mc_filter(im, dev_mc_del);
	}
	if (igmp_silent(dev_net(in_dev->dev), im->multiaddr))
		return;
	reporter = im->reporter;
	igmp_stop_timer(im);
	if (in_dev->dead || igmp_v1_seen(in_dev))
		return;
	if (igmp_v2_seen(in_dev)) {
		/* RFC 2236 3: who spoke last says that he leaves. */
		if (reporter)
			(void)igmp_send_report(in_dev, im, IGMP_HOST_LEAVE_MESSAGE);
		return;
	}
	igmpv3_add_delrec(in_dev, im);
	igmp_ifc_event(in_dev);
}

static void igmp_group_added(struct ip_mc_list *im)
{
	struct in_device *in_dev = im->interface;
	struct net *net = dev_net(in_dev->dev);

	if (!im->loaded) {
		im->loaded = true;
		ip_mc_filter(im, dev_mc_add);
	}
	if (igmp_silent(net, im->multiaddr) || in_dev->dead)
		return;
	im->unsolicit_count = (u8)net->sysctl.igmp_qrv;
	if (igmp_v1_seen(in_dev) || igmp_v2_seen(in_dev)) {
		igmp_start_timer(im, 1);
		return;
	}
	/* RFC 3376 5.1: from nothing to some sources the mode does not change. */
	if (im->sfmode == MCAST_EXCLUDE)
		im->crcount = igmp_robustness(in_dev);
	igmp_ifc_event(in_dev);
}

static struct ip_mc_list *new_group(struct in_device *in_dev, be32 addr, u32 mode)
{
	struct ip_mc_list *im = pool_zalloc(&dev_net(in_dev->dev)->mc_list_pool);

	if (im == NULL)
		return NULL;
	im->users = 1;
	im->interface = in_dev;
	im->multiaddr = addr;
	im->sfmode = mode;
	im->sfcount[mode] = 1;
	im->refcnt = 1;
	timer_setup(&im->timer, igmp_timer_expire);
	im->next = in_dev->mc_list;
	in_dev->mc_list = im;
	in_dev->mc_count++;
	return im;
}

/* LINUX: ____ip_mc_inc_group(): one more socket is a member. */
void ip_mc_inc_group_mode(struct in_device *in_dev, be32 addr, u32 mode)
{
	struct ip_mc_list *im = ip_mc_find_group(in_dev, addr);

	if (im != NULL) {
		im->users++;
		(void)ip_mc_add_src(in_dev, addr, mode, 0, NULL, false);
		return;
	}
	im = new_group(in_dev, addr, mode);
	if (im == NULL)
		return;
	igmpv3_del_delrec(in_dev, im);
	igmp_group_added(im);
	if (!in_dev->dead)
		ip_rt_multicast_event(in_dev);
}

void ip_mc_inc_group(struct in_device *in_dev, be32 addr)
{
	ip_mc_inc_group_mode(in_dev, addr, MCAST_EXCLUDE);
}

/* Off the list; its timer may keep it for a while. */
static void orphan_group(struct ip_mc_list *im)
{
	im->next = im->interface->mc_orphans;
	im->interface->mc_orphans = im;
	ip_ma_put(im);
}

void ip_mc_dec_group(struct in_device *in_dev, be32 addr)
{
	struct ip_mc_list *im = ip_mc_find_group(in_dev, addr);

	if (im == NULL || --im->users != 0)
		return;
	unlink_group(&in_dev->mc_list, im);
	in_dev->mc_count--;
	igmp_group_dropped(im);
	ip_mc_clear_src(im);
	if (!in_dev->dead)
		ip_rt_multicast_event(in_dev);
	orphan_group(im);
}

/* --- devices that come and go --------------------------------------------------------------------
 */

void ip_mc_unmap(struct in_device *in_dev)
{
	for (struct ip_mc_list *im = in_dev->mc_list; im != NULL; im = im->next)
		igmp_group_dropped(im);
}

void ip_mc_remap(struct in_device *in_dev)
{
	for (struct ip_mc_list *im = in_dev->mc_list; im != NULL; im = im->next) {
		igmpv3_del_delrec(in_dev, im);
		igmp_group_added(im);
	}
}

void ip_mc_down(struct in_device *in_dev)
{
	ip_mc_unmap(in_dev);
	igmp_stop_dev_timers(in_dev);
	ip_mc_dec_group(in_dev, cpu_to_be32((u32)IGMP_ALL_HOSTS));
}

/* RFC 1112 7.2: who is up is a member of the group of all hosts. */
void ip_mc_up(struct in_device *in_dev)
{
	ip_mc_reset(in_dev);
	ip_mc_inc_group(in_dev, cpu_to_be32((u32)IGMP_ALL_HOSTS));
	ip_mc_remap(in_dev);
}

void ip_mc_init_dev(struct in_device *in_dev)
{
	igmp_init_dev(in_dev);
	ip_mc_reset(in_dev);
}

/* LINUX: a timer that still runs keeps what it needs; here the device's groups end with it. */
void ip_mc_destroy_dev(struct in_device *in_dev)
{
	struct ip_mc_list *im;

	ip_mc_down(in_dev);
	igmpv3_clear_delrec(in_dev);
	while ((im = in_dev->mc_list) != NULL) {
		in_dev->mc_list = im->next;
		in_dev->mc_count--;
		ip_mc_clear_src(im);
		orphan_group(im);
	}
	while (in_dev->mc_orphans != NULL)
		igmp_stop_timer(in_dev->mc_orphans);
	assert(in_dev->mc_count == 0);
}

/* --- packets -------------------------------------------------------------------------------------
 */

static bool wants_source(const struct ip_mc_list *im, be32 src_addr)
{
	const struct ip_sf_list *psf = im->sources;

	while (psf != NULL && !be32_eq(psf->sf_inaddr, src_addr))
		psf = psf->sf_next;
	if (psf == NULL)
		return im->sfcount[MCAST_EXCLUDE] != 0;
	return psf->sf_count[MCAST_INCLUDE] != 0 ||
	       psf->sf_count[MCAST_EXCLUDE] != im->sfcount[MCAST_EXCLUDE];
}

bool ip_check_mc(const struct in_device *in_dev, be32 mc_addr, be32 src_addr, u8 proto)
{
	const struct ip_mc_list *im = ip_mc_find_group(in_dev, mc_addr);

	if (im == NULL)
		return false;
	return proto == IPPROTO_IGMP || be32_is_zero(src_addr) || wants_source(im, src_addr);
}
