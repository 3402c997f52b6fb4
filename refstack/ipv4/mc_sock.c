// SPDX-License-Identifier: MIT
/* mc_sock.c - the multicast groups that a socket is a member of, and what it wants to hear from
 * whom.
 *
 * Path: ip_setsockopt() and ip_getsockopt(); udp_recv.c and raw.c ask ip_mc_sf_allow().
 * Rules: RFC 1112 7.1, RFC 3376 2 and 3.1, RFC 3678; LINUX: net/ipv4/igmp.c.
 * DIVERGES(mc-filter-size): a filter of more than 8192 sources finds no memory.
 */
#include "ipv4/igmp.h"

#include "core/task.h"
#include "ipv4/route.h"
#include "uapi/errno.h"

/* sizeof() of Linux's structures; each source takes four bytes more. */
enum { IP_MC_SOCKLIST_BYTES = 48, IP_SF_SOCKLIST_BYTES = 24 };

/* LINUX: ip_mc_find_dev(): by index, by an address of ours, or by the route to the group. */
static struct in_device *ip_mc_find_dev(struct net *net, struct ip_mreqn *imr)
{
	struct flowi4 fl4 = { .daddr = imr->imr_multiaddr };
	struct net_device *dev;
	struct rtable *rt;
	int err = 0;

	if (imr->imr_ifindex != 0)
		return inetdev_by_index(net, imr->imr_ifindex);
	if (!be32_is_zero(imr->imr_address)) {
		dev = ip_dev_find(net, imr->imr_address);
		if (dev == NULL)
			return NULL;
	} else {
		rt = ip_route_output_flow(net, &fl4, NULL, &err);
		if (rt == NULL)
			return NULL;
		dev = rt->dst.dev;
		ip_rt_put(rt);
	}
	imr->imr_ifindex = dev->ifindex;
	return in_dev_get(dev);
}

static struct ip_mc_socklist *membership(const struct sock *sk, be32 group, s32 ifindex)
{
	struct ip_mc_socklist *iml = inet_sk(sk)->mc_list;

	while (iml != NULL &&
	       (!be32_eq(iml->multi.imr_multiaddr, group) || iml->multi.imr_ifindex != ifindex))
		iml = iml->next;
	return iml;
}

/* --- memory --------------------------------------------------------------------------------------
 */

/* LINUX: the accounting of sock_kmalloc(). */
static bool charge_omem(struct sock *sk, u32 size)
{
	u32 optmem_max = (u32)sock_net(sk)->sysctl.optmem_max;

	if (size > optmem_max || sk->sk_omem_alloc + size >= optmem_max)
		return false;
	sk->sk_omem_alloc += size;
	return true;
}

static u32 sf_socklist_bytes(u32 count)
{
	return IP_SF_SOCKLIST_BYTES + 4 * count;
}

static bool take_page(struct net *net, struct ip_sf_socklist *psl, u32 count)
{
	if (count * sizeof(be32) > SK_FRAG_PAGE_BYTES)
		return false;
	psl->page = page_alloc(net, count * (u32)sizeof(be32));
	psl->sl_addr = psl->page != NULL ? (be32 *)(void *)psl->page->mem : NULL;
	return psl->page != NULL;
}

static void sf_socklist_free(struct sock *sk, struct ip_sf_socklist *psl)
{
	if (psl == NULL)
		return;
	sk->sk_omem_alloc -= sf_socklist_bytes(psl->sl_max);
	if (psl->page != NULL)
		put_page(psl->page);
	pool_free(&sock_net(sk)->sf_socklist_pool, psl);
}

static struct ip_sf_socklist *sf_socklist_alloc(struct sock *sk, u32 count)
{
	struct net *net = sock_net(sk);
	struct ip_sf_socklist *psl;

	if (count > INT32_MAX / 4 - IP_SF_SOCKLIST_BYTES ||
	    !charge_omem(sk, sf_socklist_bytes(count)))
		return NULL;
	psl = pool_alloc(&net->sf_socklist_pool);
	if (psl == NULL) {
		sk->sk_omem_alloc -= sf_socklist_bytes(count);
		return NULL;
	}
	*psl = (struct ip_sf_socklist){ .sl_max = count };
	psl->sl_addr = psl->few;
	if (count <= SF_FEW || take_page(net, psl, count))
		return psl;
	sf_socklist_free(sk, psl);
	return NULL;
}

static struct ip_mc_socklist *membership_alloc(struct sock *sk)
{
	struct ip_mc_socklist *iml;

	if (!charge_omem(sk, IP_MC_SOCKLIST_BYTES))
		return NULL;
	iml = pool_alloc(&sock_net(sk)->mc_socklist_pool);
	if (iml == NULL)
		sk->sk_omem_alloc -= IP_MC_SOCKLIST_BYTES;
	return iml;
}

static void membership_free(struct sock *sk, struct ip_mc_socklist *iml)
{
	sk->sk_omem_alloc -= IP_MC_SOCKLIST_BYTES;
	pool_free(&sock_net(sk)->mc_socklist_pool, iml);
}

/* --- to join and to leave ------------------------------------------------------------------------
 */

int ip_mc_join_group_ssm(struct sock *sk, struct ip_mreqn *imr, u32 mode)
{
	struct net *net = sock_net(sk);
	struct ip_mc_socklist *iml;
	struct in_device *in_dev;
	s32 count = 0;

	if (!ipv4_is_multicast(imr->imr_multiaddr))
		return -EINVAL;
	in_dev = ip_mc_find_dev(net, imr);
	if (in_dev == NULL)
		return -ENODEV;
	if (membership(sk, imr->imr_multiaddr, imr->imr_ifindex) != NULL)
		return -EADDRINUSE;
	for (iml = inet_sk(sk)->mc_list; iml != NULL; iml = iml->next)
		count++;
	if (count >= net->sysctl.igmp_max_memberships)
		return -ENOBUFS;
	iml = membership_alloc(sk);
	if (iml == NULL)
		return -ENOBUFS;
	*iml = (struct ip_mc_socklist){ .next = inet_sk(sk)->mc_list, .multi = *imr };
	iml->sfmode = mode;
	inet_sk(sk)->mc_list = iml;
	ip_mc_inc_group_mode(in_dev, imr->imr_multiaddr, mode);
	return 0;
}

int ip_mc_join_group(struct sock *sk, struct ip_mreqn *imr)
{
	return ip_mc_join_group_ssm(sk, imr, MCAST_EXCLUDE);
}

/* What the socket wanted of the group, the device need not want for it any more. */
static void ip_mc_leave_src(struct sock *sk, struct ip_mc_socklist *iml, struct in_device *in_dev)
{
	struct ip_sf_socklist *psl = iml->sflist;

	(void)ip_mc_del_src(in_dev, iml->multi.imr_multiaddr, iml->sfmode,
			    psl != NULL ? psl->sl_count : 0, psl != NULL ? psl->sl_addr : NULL,
			    false);
	iml->sflist = NULL;
	sf_socklist_free(sk, psl);
}

static bool leaves(const struct ip_mc_socklist *iml, const struct ip_mreqn *imr)
{
	if (!be32_eq(iml->multi.imr_multiaddr, imr->imr_multiaddr))
		return false;
	if (imr->imr_ifindex != 0)
		return iml->multi.imr_ifindex == imr->imr_ifindex;
	return be32_is_zero(imr->imr_address) || be32_eq(imr->imr_address, iml->multi.imr_address);
}

int ip_mc_leave_group(struct sock *sk, struct ip_mreqn *imr)
{
	struct in_device *in_dev = ip_mc_find_dev(sock_net(sk), imr);
	struct ip_mc_socklist **link = &inet_sk(sk)->mc_list, *iml;

	if (imr->imr_ifindex == 0 && be32_is_zero(imr->imr_address) && in_dev == NULL)
		return -ENODEV;
	while (*link != NULL && !leaves(*link, imr))
		link = &(*link)->next;
	iml = *link;
	if (iml == NULL)
		return -EADDRNOTAVAIL;
	ip_mc_leave_src(sk, iml, in_dev);
	*link = iml->next;
	if (in_dev != NULL)
		ip_mc_dec_group(in_dev, imr->imr_multiaddr);
	membership_free(sk, iml);
	return 0;
}

void ip_mc_drop_socket(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);
	struct ip_mc_socklist *iml;

	while ((iml = inet->mc_list) != NULL) {
		struct in_device *in_dev = inetdev_by_index(sock_net(sk), iml->multi.imr_ifindex);

		inet->mc_list = iml->next;
		ip_mc_leave_src(sk, iml, in_dev);
		if (in_dev != NULL)
			ip_mc_dec_group(in_dev, iml->multi.imr_multiaddr);
		membership_free(sk, iml);
	}
}

/* --- filters -------------------------------------------------------------------------------------
 */

static u32 find_source(const struct ip_sf_socklist *psl, be32 source)
{
	u32 i = 0;

	while (i < psl->sl_count && !be32_eq(psl->sl_addr[i], source))
		i++;
	return i;
}

/* An empty filter may get another mode. */
static int check_mode(struct ip_mc_socklist *iml, struct in_device *in_dev, u32 omode)
{
	be32 group = iml->multi.imr_multiaddr;

	if (iml->sfmode == omode)
		return 0;
	if (iml->sflist != NULL)
		return -EINVAL;
	(void)ip_mc_add_src(in_dev, group, omode, 0, NULL, false);
	(void)ip_mc_del_src(in_dev, group, iml->sfmode, 0, NULL, false);
	iml->sfmode = omode;
	return 0;
}

/* RFC 3376 3.1: who no longer wants the last source leaves. */
static int remove_source(struct sock *sk, struct ip_mc_socklist *iml, struct in_device *in_dev,
			 struct ip_mreqn *imr, be32 source)
{
	struct ip_sf_socklist *psl = iml->sflist;
	u32 i = psl != NULL ? find_source(psl, source) : 0;

	if (psl == NULL || i == psl->sl_count)
		return -EADDRNOTAVAIL;
	if (psl->sl_count == 1 && iml->sfmode == MCAST_INCLUDE)
		return ip_mc_leave_group(sk, imr);
	(void)ip_mc_del_src(in_dev, imr->imr_multiaddr, iml->sfmode, 1, &source, true);
	for (; i + 1 < psl->sl_count; i++)
		psl->sl_addr[i] = psl->sl_addr[i + 1];
	psl->sl_count--;
	return 0;
}

/* Room for one more. NULL: there is none. */
static struct ip_sf_socklist *grow_filter(struct sock *sk, struct ip_mc_socklist *iml)
{
	struct ip_sf_socklist *psl = iml->sflist, *newpsl;

	if (psl != NULL && psl->sl_count < psl->sl_max)
		return psl;
	newpsl = sf_socklist_alloc(sk, IP_SFBLOCK + (psl != NULL ? psl->sl_max : 0));
	if (newpsl == NULL)
		return NULL;
	if (psl != NULL) {
		newpsl->sl_count = psl->sl_count;
		memcpy(newpsl->sl_addr, psl->sl_addr, psl->sl_count * sizeof(be32));
	}
	iml->sflist = newpsl;
	sf_socklist_free(sk, psl);
	return newpsl;
}

static int add_source(struct sock *sk, struct ip_mc_socklist *iml, struct in_device *in_dev,
		      be32 source)
{
	struct ip_sf_socklist *psl = iml->sflist;

	if (psl != NULL && psl->sl_count >= (u32)sock_net(sk)->sysctl.igmp_max_msf)
		return -ENOBUFS;
	psl = grow_filter(sk, iml);
	if (psl == NULL)
		return -ENOBUFS;
	if (find_source(psl, source) != psl->sl_count)
		return -EADDRNOTAVAIL;
	psl->sl_addr[psl->sl_count++] = source;
	(void)ip_mc_add_src(in_dev, iml->multi.imr_multiaddr, iml->sfmode, 1, &source, true);
	return 0;
}

int ip_mc_source(bool add, u32 omode, struct sock *sk, const struct ip_mreqn *group, be32 source)
{
	struct ip_mreqn imr = *group;
	struct ip_mc_socklist *iml;
	struct in_device *in_dev;
	int err;

	if (!ipv4_is_multicast(imr.imr_multiaddr))
		return -EINVAL;
	in_dev = ip_mc_find_dev(sock_net(sk), &imr);
	if (in_dev == NULL)
		return -ENODEV;
	iml = membership(sk, imr.imr_multiaddr, imr.imr_ifindex);
	err = iml != NULL ? check_mode(iml, in_dev, omode) : -EINVAL;
	if (err != 0)
		return err;
	return add ? add_source(sk, iml, in_dev, source)
		   : remove_source(sk, iml, in_dev, &imr, source);
}

static void read_sources(struct sock *sk, const struct ip_msfilter *msf, struct ip_sf_socklist *psl)
{
	u8 addr[4];

	for (u32 i = 0; i < msf->imsf_numsrc; i++) {
		uptr at = msf->imsf_slist + (uptr)i * msf->stride;

		if (copy_from_user(current_task(sock_net(sk)), addr, at, sizeof(addr)) != 0)
			memset(addr, 0, sizeof(addr)); /* whoever called has looked */
		psl->sl_addr[i] = load_be32(addr);
	}
	psl->sl_count = msf->imsf_numsrc;
}

/* The new filter is wanted before the old one no longer is. */
static int replace_filter(struct sock *sk, struct ip_mc_socklist *iml, struct in_device *in_dev,
			  const struct ip_msfilter *msf)
{
	struct ip_sf_socklist *newpsl = NULL;
	be32 group = iml->multi.imr_multiaddr;
	int err;

	if (msf->imsf_numsrc != 0) {
		newpsl = sf_socklist_alloc(sk, msf->imsf_numsrc);
		if (newpsl == NULL)
			return -ENOBUFS;
		read_sources(sk, msf, newpsl);
		err = ip_mc_add_src(in_dev, group, msf->imsf_fmode, newpsl->sl_count,
				    newpsl->sl_addr, false);
		if (err != 0) {
			sf_socklist_free(sk, newpsl);
			return err;
		}
	} else {
		(void)ip_mc_add_src(in_dev, group, msf->imsf_fmode, 0, NULL, false);
	}
	ip_mc_leave_src(sk, iml, in_dev);
	assert(iml->sflist == NULL);
	iml->sflist = newpsl;
	iml->sfmode = msf->imsf_fmode;
	return 0;
}

int ip_mc_msfilter(struct sock *sk, const struct ip_mreqn *group, const struct ip_msfilter *msf)
{
	struct ip_mreqn imr = *group;
	struct ip_mc_socklist *iml;
	struct in_device *in_dev;

	if (!ipv4_is_multicast(imr.imr_multiaddr))
		return -EINVAL;
	if (msf->imsf_fmode != MCAST_INCLUDE && msf->imsf_fmode != MCAST_EXCLUDE)
		return -EINVAL;
	in_dev = ip_mc_find_dev(sock_net(sk), &imr);
	if (in_dev == NULL)
		return -ENODEV;
	/* To include nothing is to leave. */
	if (msf->imsf_fmode == MCAST_INCLUDE && msf->imsf_numsrc == 0)
		return ip_mc_leave_group(sk, &imr);
	iml = membership(sk, imr.imr_multiaddr, imr.imr_ifindex);
	return iml != NULL ? replace_filter(sk, iml, in_dev, msf) : -EINVAL;
}

int ip_mc_msfget(struct sock *sk, struct ip_mreqn *group, const struct ip_mc_socklist **to)
{
	if (!ipv4_is_multicast(group->imr_multiaddr))
		return -EINVAL;
	if (ip_mc_find_dev(sock_net(sk), group) == NULL)
		return -ENODEV;
	*to = membership(sk, group->imr_multiaddr, group->imr_ifindex);
	return *to != NULL ? 0 : -EADDRNOTAVAIL;
}

/* Here the device is not looked for. */
int ip_mc_gsfget(struct sock *sk, const struct ip_mreqn *group, const struct ip_mc_socklist **to)
{
	if (!ipv4_is_multicast(group->imr_multiaddr))
		return -EINVAL;
	*to = membership(sk, group->imr_multiaddr, group->imr_ifindex);
	return *to != NULL ? 0 : -EADDRNOTAVAIL;
}

/* Who has not joined gets what others have joined for, unless it asked not to. */
bool ip_mc_sf_allow_group(const struct sock *sk, be32 loc_addr, be32 rmt_addr, s32 dif)
{
	const struct ip_mc_socklist *iml = membership(sk, loc_addr, dif);
	bool listed;

	if (iml == NULL)
		return inet_test_bit(sk, INET_FLAGS_MC_ALL);
	if (iml->sflist == NULL)
		return iml->sfmode == MCAST_EXCLUDE;
	listed = find_source(iml->sflist, rmt_addr) != iml->sflist->sl_count;
	return iml->sfmode == MCAST_INCLUDE ? listed : !listed;
}
