// SPDX-License-Identifier: MIT
/* mc_source.c - the sources of a device's group: which its sockets want, and what of that is to be
 * reported.
 *
 * Path: joins, leaves and filters of sockets (mc_list.c, mc_sock.c). Rules: RFC 3376 3.2 and 5.1;
 * LINUX: net/ipv4/igmp.c: ip_mc_add_src(), ip_mc_del_src(), sf_markstate(), sf_setstate().
 */
#include "ipv4/igmp.h"

#include "uapi/errno.h"

void ip_sf_free(struct net *net, struct ip_sf_list *psf)
{
	pool_free(&net->sf_list_pool, psf);
}

void ip_sf_list_clear_all(struct net *net, struct ip_sf_list *psf)
{
	while (psf != NULL) {
		struct ip_sf_list *next = psf->sf_next;

		ip_sf_free(net, psf);
		psf = next;
	}
}

static struct net *pmc_net(const struct ip_mc_list *pmc)
{
	return dev_net(pmc->interface->dev);
}

/* The link that leads to a source, or to the list's end. */
static struct ip_sf_list **sf_link(struct ip_sf_list **list, be32 source)
{
	while (*list != NULL && !be32_eq((*list)->sf_inaddr, source))
		list = &(*list)->sf_next;
	return list;
}

/* RFC 3376 3.2: does the device want the source, or, when all others are wanted, not want it? */
static bool sf_is_active(const struct ip_mc_list *pmc, const struct ip_sf_list *psf)
{
	if (pmc->sfcount[MCAST_EXCLUDE] == 0)
		return psf->sf_count[MCAST_INCLUDE] != 0;
	return pmc->sfcount[MCAST_EXCLUDE] == psf->sf_count[MCAST_EXCLUDE] &&
	       psf->sf_count[MCAST_INCLUDE] == 0;
}

static void sf_markstate(struct ip_mc_list *pmc)
{
	for (struct ip_sf_list *psf = pmc->sources; psf != NULL; psf = psf->sf_next)
		psf->sf_oldin = sf_is_active(pmc, psf);
}

static void sf_has_come(struct ip_mc_list *pmc, struct ip_sf_list *psf)
{
	struct ip_sf_list **link = sf_link(&pmc->tomb, psf->sf_inaddr), *dpsf = *link;

	if (dpsf != NULL) {
		*link = dpsf->sf_next;
		ip_sf_free(pmc_net(pmc), dpsf);
	}
	psf->sf_crcount = pmc->interface->mr_qrv;
}

/* A copy for the reports of what is wanted no more. */
static struct ip_sf_list *sf_bury(struct ip_mc_list *pmc, const struct ip_sf_list *psf)
{
	struct ip_sf_list *dpsf = pool_alloc(&pmc_net(pmc)->sf_list_pool);

	if (dpsf == NULL)
		return NULL;
	*dpsf = *psf;
	dpsf->sf_next = pmc->tomb;
	pmc->tomb = dpsf;
	return dpsf;
}

static bool sf_has_gone(struct ip_mc_list *pmc, struct ip_sf_list *psf)
{
	struct ip_sf_list *dpsf = *sf_link(&pmc->tomb, psf->sf_inaddr);

	psf->sf_crcount = 0;
	if (dpsf == NULL)
		dpsf = sf_bury(pmc, psf);
	if (dpsf == NULL)
		return false;
	dpsf->sf_crcount = pmc->interface->mr_qrv;
	return true;
}

/* What has changed since sf_markstate()? True: something to report. */
static bool sf_setstate(struct ip_mc_list *pmc)
{
	bool changed = false;

	for (struct ip_sf_list *psf = pmc->sources; psf != NULL; psf = psf->sf_next) {
		bool new_in = sf_is_active(pmc, psf);

		if (new_in && !psf->sf_oldin) {
			sf_has_come(pmc, psf);
			changed = true;
		} else if (!new_in && psf->sf_oldin) {
			changed |= sf_has_gone(pmc, psf);
		}
	}
	return changed;
}

/* RFC 3376 5.1: the mode is reported, which says all about the sources, too. */
static void sf_mode_changed(struct ip_mc_list *pmc)
{
	struct in_device *in_dev = pmc->interface;

	pmc->crcount = igmp_robustness(in_dev);
	in_dev->mr_ifc_count = pmc->crcount;
	for (struct ip_sf_list *psf = pmc->sources; psf != NULL; psf = psf->sf_next)
		psf->sf_crcount = 0;
	igmp_ifc_event(in_dev);
}

/* 1: that the source is wanted no more is to be reported. */
static int ip_mc_del1_src(struct ip_mc_list *pmc, u32 sfmode, be32 source)
{
	struct ip_sf_list **link = sf_link(&pmc->sources, source), *psf = *link, *dpsf = NULL;
	struct in_device *in_dev = pmc->interface;

	if (psf == NULL || psf->sf_count[sfmode] == 0)
		return -ESRCH;
	psf->sf_count[sfmode]--;
	if (psf->sf_count[sfmode] == 0)
		ip_rt_multicast_event(in_dev);
	if (psf->sf_count[MCAST_INCLUDE] != 0 || psf->sf_count[MCAST_EXCLUDE] != 0)
		return 0;
	*link = psf->sf_next;
	if (psf->sf_oldin && !igmp_v1_seen(in_dev) && !igmp_v2_seen(in_dev))
		dpsf = sf_bury(pmc, psf);
	if (dpsf != NULL)
		dpsf->sf_crcount = igmp_robustness(in_dev);
	ip_sf_free(pmc_net(pmc), psf);
	return dpsf != NULL;
}

static int ip_mc_add1_src(struct ip_mc_list *pmc, u32 sfmode, be32 source)
{
	struct ip_sf_list **link = sf_link(&pmc->sources, source), *psf = *link;

	if (psf == NULL) {
		psf = pool_zalloc(&pmc_net(pmc)->sf_list_pool);
		if (psf == NULL)
			return -ENOBUFS;
		psf->sf_inaddr = source;
		*link = psf;
	}
	psf->sf_count[sfmode]++;
	if (psf->sf_count[sfmode] == 1)
		ip_rt_multicast_event(pmc->interface);
	return 0;
}

/* One socket of the mode less, unless only sources of its filter (delta) are taken away. */
int ip_mc_del_src(struct in_device *in_dev, be32 group, u32 sfmode, u32 sfcount, const be32 *psfsrc,
		  bool delta)
{
	struct ip_mc_list *pmc;
	bool changerec = false;
	int err = 0;

	if (in_dev == NULL)
		return -ENODEV;
	pmc = ip_mc_find_group(in_dev, group);
	if (pmc == NULL)
		return -ESRCH;
	sf_markstate(pmc);
	if (!delta) {
		if (pmc->sfcount[sfmode] == 0)
			return -EINVAL;
		pmc->sfcount[sfmode]--;
	}
	for (u32 i = 0; i < sfcount; i++) {
		int rv = ip_mc_del1_src(pmc, sfmode, psfsrc[i]);

		changerec |= rv > 0;
		if (err == 0 && rv < 0)
			err = rv;
	}
	if (pmc->sfmode == MCAST_EXCLUDE && pmc->sfcount[MCAST_EXCLUDE] == 0 &&
	    pmc->sfcount[MCAST_INCLUDE] != 0) {
		pmc->sfmode = MCAST_INCLUDE;
		sf_mode_changed(pmc);
	} else if (sf_setstate(pmc) || changerec) {
		igmp_ifc_event(pmc->interface);
	}
	return err;
}

static int add_sources(struct ip_mc_list *pmc, u32 sfmode, u32 sfcount, const be32 *psfsrc)
{
	u32 i, j;
	int err = 0;

	for (i = 0; i < sfcount && err == 0; i++)
		err = ip_mc_add1_src(pmc, sfmode, psfsrc[i]);
	if (err == 0)
		return 0;
	for (j = 0; j + 1 < i; j++)
		(void)ip_mc_del1_src(pmc, sfmode, psfsrc[j]);
	return err;
}

/* One socket of the mode more, unless only sources are added to its filter (delta). */
int ip_mc_add_src(struct in_device *in_dev, be32 group, u32 sfmode, u32 sfcount, const be32 *psfsrc,
		  bool delta)
{
	struct ip_mc_list *pmc;
	bool isexclude;
	int err;

	if (in_dev == NULL)
		return -ENODEV;
	pmc = ip_mc_find_group(in_dev, group);
	if (pmc == NULL)
		return -ESRCH;
	sf_markstate(pmc);
	isexclude = pmc->sfmode == MCAST_EXCLUDE;
	if (!delta)
		pmc->sfcount[sfmode]++;
	err = add_sources(pmc, sfmode, sfcount, psfsrc);
	if (err != 0) {
		if (!delta)
			pmc->sfcount[sfmode]--;
		return err;
	}
	if (isexclude != (pmc->sfcount[MCAST_EXCLUDE] != 0)) {
		/* Without any filter the old mode is what reports go on with. */
		if (pmc->sfcount[MCAST_EXCLUDE] != 0)
			pmc->sfmode = MCAST_EXCLUDE;
		else if (pmc->sfcount[MCAST_INCLUDE] != 0)
			pmc->sfmode = MCAST_INCLUDE;
		sf_mode_changed(pmc);
	} else if (sf_setstate(pmc)) {
		igmp_ifc_event(in_dev);
	}
	return 0;
}

void ip_mc_clear_src(struct ip_mc_list *pmc)
{
	ip_sf_list_clear_all(pmc_net(pmc), pmc->tomb);
	ip_sf_list_clear_all(pmc_net(pmc), pmc->sources);
	pmc->tomb = NULL;
	pmc->sources = NULL;
	pmc->sfmode = MCAST_EXCLUDE;
	pmc->sfcount[MCAST_INCLUDE] = 0;
	pmc->sfcount[MCAST_EXCLUDE] = 1;
}
