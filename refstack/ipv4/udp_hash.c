// SPDX-License-Identifier: MIT
/* udp_hash.c - the UDP port table: choosing and taking ports, and who gets a datagram.
 *
 * Path: autobind in step 2 (udp_v4_get_port()); socket lookup in the receive list.
 * Rules: RFC 768; LINUX: net/ipv4/udp.c, net/core/sock_reuseport.c.
 * DIVERGES(udp-slots): a slot of Linux's tables holds the sockets of all network namespaces; here
 * only those of its own host count, and only they can be met first.
 */
#include "ipv4/udp.h"

#include "core/sock_reuseport.h"
#include "ipv4/igmp.h"
#include "uapi/errno.h"

enum {
	PORTS = 65536,
	PORTS_PER_CHAIN = PORTS / UDP_HTABLE_SIZE,
	UDP_HTABLE_LOG = 8,
	BITMAP_WORDS = PORTS_PER_CHAIN / 32
};
static_assert(1 << UDP_HTABLE_LOG == UDP_HTABLE_SIZE, "the logarithm belongs to the size");
static_assert(UDP_HTABLE_SIZE % UDP_CHAINS == 0, "a chain holds whole slots of Linux's table");
static_assert((UDP_CHAINS & (UDP_CHAINS - 1)) == 0, "chains are picked by a mask");

/* LINUX: udp_hashslot(); the mix of the namespace is left out, it cancels itself in every decision.
 */
struct hlist_head *udp_hashslot(struct udp_table *udptable, u32 port)
{
	return &udptable->chain[port & (UDP_CHAINS - 1)];
}

u32 ipv4_portaddr_hash(const struct net *net, be32 addr, u16 port)
{
	return jhash_1word(be32_as_le(addr), net->hash_mix) ^ port;
}

struct hlist_head *udp_hashslot2(struct udp_table *udptable, u32 hash)
{
	return &udptable->portaddr_chain[hash & (UDP_CHAINS - 1)];
}

/* Of Linux's slots: a chain here has those of several. */
static bool same_slot(u32 a, u32 b)
{
	return (a ^ b) % UDP_HTABLE_SIZE == 0;
}

static struct sock *port_entry(struct hlist_node *n)
{
	return hlist_entry(n, struct sock, common.skc_node);
}

static struct sock *portaddr_entry(struct hlist_node *n)
{
	return hlist_entry(n, struct sock, common.skc_portaddr_node);
}

static bool sk_hashed(const struct sock *sk)
{
	return !hlist_unhashed(&sk->sk_node);
}

/* LINUX: inet_rcv_saddr_equal(). */
static bool inet_rcv_saddr_equal(const struct sock *sk, const struct sock *sk2, bool match_wildcard)
{
	if (be32_eq(sk->sk_rcv_saddr, sk2->sk_rcv_saddr))
		return true;
	return match_wildcard &&
	       (be32_is_zero(sk->sk_rcv_saddr) || be32_is_zero(sk2->sk_rcv_saddr));
}

static bool bound_devs_meet(const struct sock *sk, const struct sock *sk2)
{
	return sk->sk_bound_dev_if == 0 || sk2->sk_bound_dev_if == 0 ||
	       sk->sk_bound_dev_if == sk2->sk_bound_dev_if;
}

/* Whether sk2 keeps sk from a port that both would use. */
static bool sockets_conflict(const struct sock *sk, const struct sock *sk2)
{
	return sk2 != sk && (sk2->sk_reuse == 0 || sk->sk_reuse == 0) && bound_devs_meet(sk, sk2) &&
	       inet_rcv_saddr_equal(sk, sk2, true);
}

/* A group of SO_REUSEPORT shares a port when one user owns them all. */
static bool may_share(const struct sock *sk, const struct sock *sk2, u32 uid)
{
	return sk2->sk_reuseport != 0 && sk->sk_reuseport != 0 && sk->sk_reuseport_cb == NULL &&
	       uid == sock_i_uid(sk2);
}

/* LINUX: udp_lib_lport_inuse() with a bitmap: the ports of num's slot that are taken. */
static void mark_ports_in_use(struct udp_table *udptable, u16 num, u32 *bitmap, struct sock *sk)
{
	PROBE(sock_net(sk), udp_lib_lport_inuse);
	u32 uid = sock_i_uid(sk);
	struct hlist_node *n;

	hlist_for_each (n, udp_hashslot(udptable, num)) {
		struct sock *sk2 = port_entry(n);
		u32 bit = (u32)sk2->sk_num >> UDP_HTABLE_LOG;

		if (same_slot(sk2->sk_num, num) && sockets_conflict(sk, sk2) &&
		    !may_share(sk, sk2, uid))
			bitmap[bit / 32] |= 1u << bit % 32;
	}
}

/* Without one: the first that stands in the way says whether num is. */
static bool udp_lib_lport_inuse(struct udp_table *udptable, u16 num, struct sock *sk)
{
	PROBE(sock_net(sk), udp_lib_lport_inuse);
	struct hlist_node *n;

	hlist_for_each (n, udp_hashslot(udptable, num)) {
		struct sock *sk2 = port_entry(n);

		if (sk2->sk_num == num && sockets_conflict(sk, sk2))
			return !may_share(sk, sk2, sock_i_uid(sk));
	}
	return false;
}

/* The same among the sockets of a slot of hash2. */
static bool udp_lib_lport_inuse2(struct udp_table *udptable, u16 num, u32 slot2, struct sock *sk)
{
	struct hlist_node *n;

	hlist_for_each (n, udp_hashslot2(udptable, slot2)) {
		struct sock *sk2 = portaddr_entry(n);

		if (same_slot(udp_sk(sk2)->udp_portaddr_hash, slot2) && sk2->sk_num == num &&
		    sockets_conflict(sk, sk2))
			return !may_share(sk, sk2, sock_i_uid(sk));
	}
	return false;
}

/* LINUX: the middle of udp_lib_get_port(): where many have the slot, those of the address are asked
 * and those of the wild card.
 */
static bool port_in_use(struct udp_table *udptable, u16 num, u32 hash2_nulladdr, struct sock *sk)
{
	u32 slot2 = udp_slot2(udp_sk(sk)->udp_portaddr_hash ^ num);
	u32 nullslot2 = udp_slot2(hash2_nulladdr);
	u32 count = udptable->count[num % UDP_HTABLE_SIZE];

	if (count <= UDP_SLOT_IS_LONG || be32_is_zero(sk->sk_rcv_saddr) ||
	    count < udptable->count2[slot2])
		return udp_lib_lport_inuse(udptable, num, sk);
	return udp_lib_lport_inuse2(udptable, num, slot2, sk) ||
	       (nullslot2 != slot2 && udp_lib_lport_inuse2(udptable, num, nullslot2, sk));
}

int inet_sk_get_local_port_range(const struct sock *sk, int *low, int *high)
{
	struct net *net = sock_net(sk);
	PROBE(net, inet_sk_get_local_port_range);
	u32 range = inet_sk(sk)->local_port_range;
	int lo = net->sysctl.ip_local_port_min;
	int hi = net->sysctl.ip_local_port_max;

	/* IP_LOCAL_PORT_RANGE only narrows what the administrator allows. */
	if (range != 0) {
		int sk_lo = (int)(range & 0xffff);
		int sk_hi = (int)(range >> 16);
		int net_lo = lo;
		int net_hi = hi;

		if (net_lo <= sk_lo && sk_lo <= net_hi)
			lo = sk_lo;
		if (net_lo <= sk_hi && sk_hi <= net_hi)
			hi = sk_hi;
	}
	*low = lo;
	*high = hi;
	return range != 0;
}

/* The free ports of one slot, tried from `first` on in steps of `step`, an odd multiple of the
 * table's size: that visits each port of the slot once. 0 when none is free.
 */
static u16 free_port_of_slot(struct sock *sk, u16 first, u16 step, int low, int high)
{
	u32 bitmap[BITMAP_WORDS] = { 0 };
	u16 snum = first;

	mark_ports_in_use(udp_get_table_prot(sk), first, bitmap, sk);
	do {
		u32 bit = (u32)snum >> UDP_HTABLE_LOG;

		if (low <= snum && snum <= high && (bitmap[bit / 32] >> bit % 32 & 1) == 0)
			return snum;
		snum = (u16)(snum + step);
	} while (snum != first);
	return 0;
}

/* LINUX: udp_lib_get_port(): one random number picks the first port and the step. */
static u16 random_port(struct sock *sk)
{
	struct net *net = sock_net(sk);
	int low, high;
	u32 random, remaining;
	u16 first, last, step;

	(void)inet_sk_get_local_port_range(sk, &low, &high);
	remaining = (u32)(high - low + 1);
	random = get_random_u32(net->random);
	first = (u16)(reciprocal_scale(random, remaining) + (u32)low);
	step = (u16)((random | 1) * UDP_HTABLE_SIZE);
	last = (u16)(first + UDP_HTABLE_SIZE);
	do {
		u16 port = free_port_of_slot(sk, first, step, low, high);

		if (port != 0)
			return port;
		first++;
	} while (first != last);
	return 0;
}

/* LINUX: udp_reuseport_add_sock(). A socket that got the option after its port becomes the first of
 * a group when another one joins it.
 */
static int udp_reuseport_add_sock(struct sock *sk)
{
	u32 uid = sock_i_uid(sk);
	struct hlist_node *n;

	hlist_for_each (n, udp_hashslot(udp_get_table_prot(sk), sk->sk_num)) {
		struct sock *sk2 = port_entry(n);

		if (sk2 != sk && sk2->sk_num == sk->sk_num &&
		    sk2->sk_bound_dev_if == sk->sk_bound_dev_if && sk2->sk_reuseport != 0 &&
		    sock_i_uid(sk2) == uid && inet_rcv_saddr_equal(sk, sk2, false))
			return reuseport_add_sock(sk, sk2);
	}
	return reuseport_alloc(sk);
}

static void hash_socket(struct sock *sk)
{
	struct udp_table *udptable = udp_get_table_prot(sk);
	u16 hash2 = udp_sk(sk)->udp_portaddr_hash;

	sock_set_flag(sk, SOCK_RCU_FREE);
	hlist_add_head(&sk->sk_node, udp_hashslot(udptable, sk->sk_num));
	udptable->count[sk->sk_num % UDP_HTABLE_SIZE]++;
	sock_prot_inuse_add(sock_net(sk), sk->sk_prot, 1);
	hlist_add_head(&sk->sk_portaddr_node, udp_hashslot2(udptable, hash2));
	udptable->count2[udp_slot2(hash2)]++;
}

static int take_port(struct sock *sk, u16 snum)
{
	struct udp_sock *up = udp_sk(sk);

	sk->sk_num = snum;
	up->udp_portaddr_hash ^= snum;
	if (sk_hashed(sk))
		return 0;
	if (sk->sk_reuseport != 0 && udp_reuseport_add_sock(sk) != 0) {
		sk->sk_num = 0;
		up->udp_portaddr_hash ^= snum;
		return -EADDRINUSE;
	}
	hash_socket(sk);
	return 0;
}

int udp_lib_get_port(struct sock *sk, u16 snum, u32 hash2_nulladdr)
{
	PROBE(sock_net(sk), udp_lib_get_port);

	if (snum == 0) {
		snum = random_port(sk);
		if (snum == 0)
			return -EADDRINUSE;
	} else if (port_in_use(udp_get_table_prot(sk), snum, hash2_nulladdr, sk)) {
		return -EADDRINUSE;
	}
	return take_port(sk, snum);
}

int udp_v4_get_port(struct sock *sk, u16 snum)
{
	struct net *net = sock_net(sk);
	PROBE(net, udp_v4_get_port);
	u32 hash2_nulladdr = ipv4_portaddr_hash(net, (be32){ 0 }, snum);

	udp_sk(sk)->udp_portaddr_hash = (u16)ipv4_portaddr_hash(net, sk->sk_rcv_saddr, 0);
	return udp_lib_get_port(sk, snum, hash2_nulladdr);
}

/* LINUX: udp_lib_hash(): a datagram socket is hashed by get_port alone. */
int udp_lib_hash(struct sock *sk)
{
	(void)sk;
	check_failed(__FILE__, __LINE__, "udp_lib_hash() is never called");
	return 0;
}

void udp_lib_unhash(struct sock *sk)
{
	struct udp_table *udptable = udp_get_table_prot(sk);

	if (!sk_hashed(sk))
		return;
	reuseport_detach_sock(sk);
	hlist_del_init(&sk->sk_node);
	udptable->count[sk->sk_num % UDP_HTABLE_SIZE]--;
	sk->sk_num = 0;
	sock_prot_inuse_add(sock_net(sk), sk->sk_prot, -1);
	hlist_del_init(&sk->sk_portaddr_node);
	udptable->count2[udp_slot2(udp_sk(sk)->udp_portaddr_hash)]--;
}

/* The receive address changed. */
void udp_lib_rehash(struct sock *sk, u16 newhash)
{
	struct udp_table *udptable = udp_get_table_prot(sk);
	struct udp_sock *up = udp_sk(sk);
	u32 slot2 = udp_slot2(up->udp_portaddr_hash);

	if (!sk_hashed(sk))
		return;
	up->udp_portaddr_hash = newhash;
	reuseport_detach_sock(sk);
	if (slot2 == udp_slot2(newhash))
		return;
	hlist_del_init(&sk->sk_portaddr_node);
	udptable->count2[slot2]--;
	hlist_add_head(&sk->sk_portaddr_node, udp_hashslot2(udptable, newhash));
	udptable->count2[udp_slot2(newhash)]++;
}

void udp_v4_rehash(struct sock *sk)
{
	udp_lib_rehash(sk, (u16)ipv4_portaddr_hash(sock_net(sk), sk->sk_rcv_saddr, sk->sk_num));
}

/* LINUX: udp_sk_bound_dev_eq() without VRF. */
static bool udp_sk_bound_dev_eq(const struct sock *sk, s32 dif)
{
	return sk->sk_bound_dev_if == 0 || sk->sk_bound_dev_if == dif;
}

/* -1 when the socket does not match; the more it fixes, the better. */
static int compute_score(const struct sock *sk, const struct net *net, const struct udp_key *key)
{
	const struct inet_sock *inet = inet_sk(sk);
	int score = 2; /* its family is the packet's */

	if (sk->sk_num != key->hnum || !be32_eq(sk->sk_rcv_saddr, key->daddr))
		return -1;
	if (!be32_is_zero(inet->sk.sk_daddr)) {
		if (!be32_eq(inet->sk.sk_daddr, key->saddr))
			return -1;
		score += 4;
	}
	if (inet->sk.sk_dport.raw != 0) {
		if (!be16_eq(inet->sk.sk_dport, key->sport))
			return -1;
		score += 4;
	}
	if (!udp_sk_bound_dev_eq(sk, key->dif))
		return -1;
	if (sk->sk_bound_dev_if != 0)
		score += 4;
	if (sk->sk_incoming_cpu == (s32)this_cpu(net)->id)
		score++;
	return score;
}

/* LINUX: udp_ehashfn(). */
static u32 udp_ehashfn(const struct net *net, const struct udp_key *key)
{
	return jhash_3words(be32_as_le(key->daddr), be32_as_le(key->saddr),
			    (u32)key->hnum << 16 | be16_as_le(key->sport),
			    net->udp_table->ehash_secret + net->hash_mix);
}

/* The member of sk's group for the packet; connected ones are passed over. NULL when sk is in no
 * group, or all are connected.
 */
struct sock *inet_lookup_reuseport(struct net *net, struct sock *sk, const struct udp_key *key,
				   struct sk_buff *skb)
{
	PROBE(net, inet_lookup_reuseport);

	if (sk->sk_reuseport == 0)
		return NULL;
	return reuseport_select_sock(sk, udp_ehashfn(net, key), skb, UDP_HLEN);
}

/* The best match among the sockets bound to key->daddr, which may be the wild card. */
static struct sock *udp4_lib_lookup2(struct net *net, struct udp_table *udptable,
				     const struct udp_key *key, struct sk_buff *skb)
{
	PROBE(net, udp4_lib_lookup2);
	struct sock *result = NULL;
	int badness = 0;
	struct hlist_node *n;

	hlist_for_each (n,
			udp_hashslot2(udptable, ipv4_portaddr_hash(net, key->daddr, key->hnum))) {
		struct sock *sk = portaddr_entry(n);
		int score = compute_score(sk, net, key);
		struct sock *chosen;

		if (score <= badness)
			continue;
		badness = score;
		if (sk->sk_state == TCP_ESTABLISHED) {
			result = sk;
			continue;
		}
		chosen = inet_lookup_reuseport(net, sk, key, skb);
		if (chosen == NULL) {
			result = sk;
			continue;
		}
		result = chosen;
		/* A group with connected members: one of those may match better still. */
		if (!reuseport_has_conns(sk))
			return result;
		score = compute_score(result, net, key);
		if (score > badness)
			badness = score;
	}
	return result;
}

struct sock *udp4_lib_lookup(struct net *net, be32 saddr, be16 sport, be32 daddr, be16 dport,
			     s32 dif, s32 sdif, struct udp_table *udptable, struct sk_buff *skb)
{
	PROBE(net, udp4_lib_lookup);
	struct udp_key key = {
		.saddr = saddr,
		.daddr = daddr,
		.sport = sport,
		.hnum = be16_to_cpu(dport),
		.dif = dif,
	};
	struct sock *result;

	(void)sdif;
	PATH_STEP(net, UDP_LOOKUP, 0, skb != NULL ? skb->len : 0);
	result = udp4_lib_lookup2(net, udptable, &key, skb);
	if (result != NULL)
		return result;
	/* LINUX: a third look at the port's chain follows, for a race that cannot be here. */
	key.daddr = (be32){ 0 };
	return udp4_lib_lookup2(net, udptable, &key, skb);
}

/* LINUX: inet_match(): the pair of ports first, as one number. */
static bool inet_match(const struct sock *sk, const struct udp_key *key)
{
	return sk->sk_num == key->hnum && be16_eq(sk->sk_dport, key->sport) &&
	       be32_eq(sk->sk_daddr, key->saddr) && be32_eq(sk->sk_rcv_saddr, key->daddr) &&
	       udp_sk_bound_dev_eq(sk, key->dif);
}

/* LINUX: __udp4_lib_demux_lookup(): connected sockets only, and only the first of the slot. */
struct sock *udp4_lib_demux_lookup(struct net *net, const struct udp_key *key)
{
	u32 hash2 = ipv4_portaddr_hash(net, key->daddr, key->hnum);
	struct hlist_node *n;

	hlist_for_each (n, udp_hashslot2(net->udp_table, hash2)) {
		struct sock *sk = portaddr_entry(n);

		if (same_slot(udp_sk(sk)->udp_portaddr_hash, hash2))
			return inet_match(sk, key) ? sk : NULL;
	}
	return NULL;
}

/* LINUX: __udp_is_mcast_sock(). */
bool udp_is_mcast_sock(const struct sock *sk, const struct udp_key *key)
{
	if (sk->sk_num != key->hnum)
		return false;
	if (!be32_is_zero(sk->sk_daddr) && !be32_eq(sk->sk_daddr, key->saddr))
		return false;
	if (sk->sk_dport.raw != 0 && !be16_eq(sk->sk_dport, key->sport))
		return false;
	if (!be32_is_zero(sk->sk_rcv_saddr) && !be32_eq(sk->sk_rcv_saddr, key->daddr))
		return false;
	if (!udp_sk_bound_dev_eq(sk, key->dif))
		return false;
	return ip_mc_sf_allow(sk, key->daddr, key->saddr, key->dif);
}
