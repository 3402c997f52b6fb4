// SPDX-License-Identifier: MIT
/* conserve_mc.c - multicast: groups of devices and sockets, their sources, and their memory. */
#include "core/sock.h"
#include "harness/lib/conserve.h"
#include "ipv4/igmp.h"
#include "uapi/socket.h"

struct mc_count {
	u32 addrs, groups, members, sources, filters;
};

static u32 sf_count(const struct ip_sf_list *psf)
{
	u32 n = 0;

	for (; psf != NULL; psf = psf->sf_next)
		n++;
	return n;
}

static u32 groups(struct mc_count *n, const struct ip_mc_list *im)
{
	u32 count = 0;

	for (; im != NULL; im = im->next) {
		n->sources += sf_count(im->sources) + sf_count(im->tomb);
		count++;
	}
	n->groups += count;
	return count;
}

/* A group has a reference of the device's list, and of its timer. */
static void references(struct conserve *c, const struct ip_mc_list *im, u32 list)
{
	for (; im != NULL; im = im->next)
		if (im->refcnt != list + timer_pending(&im->timer))
			conserve_broken(c, "a group has %u references", im->refcnt);
}

static void device(struct conserve *c, struct mc_count *n, const struct net_device *dev)
{
	const struct in_device *in_dev = in_dev_get(dev);

	n->addrs += dev->mc.count + dev->uc.count;
	if (in_dev == NULL)
		return;
	if (groups(n, in_dev->mc_list) != in_dev->mc_count)
		conserve_broken(c, "device %d has not %u groups", dev->ifindex, in_dev->mc_count);
	groups(n, in_dev->mc_tomb);
	groups(n, in_dev->mc_orphans);
	references(c, in_dev->mc_list, 1);
	references(c, in_dev->mc_orphans, 0);
}

static void memberships(struct conserve *c, struct mc_count *n, const struct sock *sk)
{
	const struct ip_mc_socklist *iml = inet_sk(sk)->mc_list;

	for (; iml != NULL; iml = iml->next) {
		n->members++;
		n->filters += iml->sflist != NULL;
		if (iml->sflist != NULL && iml->sflist->page != NULL)
			conserve_page(c, iml->sflist->page, AT_SOCK, sk->sk_num);
	}
}

static void used(struct conserve *c, const struct pool *pool, u32 n)
{
	if (pool->used != n)
		conserve_broken(c, "%u of %s are used, not %u", pool->used, pool->name, n);
}

void conserve_mc(struct conserve *c)
{
	const struct net *net = &c->host->net;
	const struct hlist_node *pos;
	struct mc_count n = { 0 };

	for (u32 i = 1; i < NET_DEV_MAX; i++)
		if (net->dev_by_index[i] != NULL)
			device(c, &n, net->dev_by_index[i]);
	hlist_for_each (pos, &net->socks) {
		const struct sock *sk = hlist_entry(pos, const struct sock, sk_all);

		if (sk->sk_family == AF_INET)
			memberships(c, &n, sk);
	}
	used(c, &net->hw_addr_pool, n.addrs);
	used(c, &net->mc_list_pool, n.groups);
	used(c, &net->mc_socklist_pool, n.members);
	used(c, &net->sf_list_pool, n.sources);
	used(c, &net->sf_socklist_pool, n.filters);
}
