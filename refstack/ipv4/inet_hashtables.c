// SPDX-License-Identifier: MIT
/* inet_hashtables.c - TCP's tables: who has which port and address, who listens, and which
 * connections there are; and the search for a port to connect from.
 *
 * Path: a segment's socket by inet_lookup_skb(); bind() by inet_csk_get_port(); connect() by
 * inet_hash_connect().
 * Rules: RFC 6056 3.3.4, RFC 9293 3.10.7; LINUX: net/ipv4/inet_hashtables.c,
 * net/core/sock_reuseport.c.
 * Missing: requests that move to another listener.
 * DIVERGES(tcp-table-perturb): where more than TABLE_PERTURB_KEPT words of the table have been
 * added to, the oldest one is forgotten.
 */
#include "ipv4/inet_hashtables.h"

#include "core/sock_reuseport.h"
#include "ipv4/tcp.h"
#include "ipv4/udp.h"
#include "uapi/errno.h"
#include "uapi/in.h"

static struct sock *node_sk(struct hlist_node *n)
{
	return hlist_entry(n, struct sock, common.skc_node);
}

static bool sk_hashed(const struct sock *sk)
{
	return !hlist_unhashed(&sk->sk_node);
}

struct inet_hashinfo *net_hashinfo(const struct net *net)
{
	return &net->tcp->hashinfo;
}

/* LINUX: __inet_ehashfn() with its secret. */
u32 inet_ehashfn(const struct net *net, be32 laddr, u16 lport, be32 faddr, be16 fport)
{
	return jhash_3words(be32_as_le(laddr), be32_as_le(faddr),
			    (u32)lport << 16 | be16_as_le(fport),
			    random_secret_u32(0) + net->hash_mix);
}

static u32 sk_ehashfn(const struct sock *sk)
{
	return inet_ehashfn(sock_net(sk), sk->sk_rcv_saddr, sk->sk_num, sk->sk_daddr, sk->sk_dport);
}

static struct hlist_head *ehash_chain(const struct net *net, u32 hash)
{
	const struct inet_hashinfo *h = net_hashinfo(net);

	return &h->ehash[hash & h->ehash_mask];
}

/* -------- ports and addresses in use -------- */

static struct hlist_head *bhash_chain(const struct net *net, u16 port)
{
	const struct inet_hashinfo *h = net_hashinfo(net);

	return &h->bhash[port & (h->bhash_size - 1)];
}

static struct hlist_head *bhash2_chain(const struct net *net, be32 addr, u16 port)
{
	const struct inet_hashinfo *h = net_hashinfo(net);

	return &h->bhash2[ipv4_portaddr_hash(net, addr, port) & (h->bhash_size - 1)];
}

struct inet_bind_bucket *inet_bind_bucket_find(const struct net *net, u16 port)
{
	struct hlist_node *n;

	hlist_for_each (n, bhash_chain(net, port)) {
		struct inet_bind_bucket *tb = hlist_entry(n, struct inet_bind_bucket, node);

		if (tb->port == port)
			return tb;
	}
	return NULL;
}

static struct inet_bind2_bucket *bind2_find(const struct net *net, u16 port, be32 addr)
{
	struct hlist_node *n;

	hlist_for_each (n, bhash2_chain(net, addr, port)) {
		struct inet_bind2_bucket *tb2 = hlist_entry(n, struct inet_bind2_bucket, node);

		if (tb2->port == port && be32_eq(tb2->rcv_saddr, addr))
			return tb2;
	}
	return NULL;
}

struct inet_bind2_bucket *inet_bind2_bucket_find(const struct net *net, u16 port,
						 const struct sock *sk)
{
	return bind2_find(net, port, sk->sk_rcv_saddr);
}

struct inet_bind2_bucket *inet_bind2_bucket_find_any(const struct net *net, u16 port)
{
	return bind2_find(net, port, (be32){ 0 });
}

struct inet_bind_bucket *inet_bind_bucket_create(struct net *net, u16 port)
{
	struct inet_bind_bucket *tb = pool_zalloc(&net->bind_bucket_pool);

	if (tb == NULL)
		return NULL;
	tb->ib_net = net;
	tb->port = port;
	hlist_add_head(&tb->node, bhash_chain(net, port));
	return tb;
}

/* Nothing happens while somebody still has the port. */
void inet_bind_bucket_destroy(struct inet_bind_bucket *tb)
{
	if (!hlist_empty(&tb->bhash2))
		return;
	hlist_del_init(&tb->node);
	pool_free(&tb->ib_net->bind_bucket_pool, tb);
}

static void bind2_bucket_init(struct inet_bind2_bucket *tb2, struct inet_bind_bucket *tb,
			      const struct sock *sk)
{
	struct net *net = tb->ib_net;

	*tb2 = (struct inet_bind2_bucket){ .ib_net = net,
					   .port = tb->port,
					   .rcv_saddr = sk->sk_rcv_saddr };
	hlist_add_head(&tb2->node, bhash2_chain(net, tb2->rcv_saddr, tb2->port));
	hlist_add_head(&tb2->bhash_node, &tb->bhash2);
}

struct inet_bind2_bucket *inet_bind2_bucket_create(struct net *net, struct inet_bind_bucket *tb,
						   const struct sock *sk)
{
	struct inet_bind2_bucket *tb2 = pool_alloc(&net->bind2_bucket_pool);

	if (tb2 != NULL)
		bind2_bucket_init(tb2, tb, sk);
	return tb2;
}

void inet_bind2_bucket_destroy(struct net *net, struct inet_bind2_bucket *tb)
{
	if (!hlist_empty(&tb->owners))
		return;
	hlist_del_init(&tb->node);
	hlist_del_init(&tb->bhash_node);
	pool_free(&net->bind2_bucket_pool, tb);
}

void inet_bind_hash(struct sock *sk, struct inet_bind_bucket *tb, struct inet_bind2_bucket *tb2,
		    u16 port)
{
	assert(port != 0);
	sk->sk_num = port;
	inet_csk(sk)->icsk_bind_hash = tb;
	inet_csk(sk)->icsk_bind2_hash = tb2;
	hlist_add_head(&sk->sk_bind_node, &tb2->owners);
}

/* The port is given back. */
void inet_put_port(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct inet_bind_bucket *tb = icsk->icsk_bind_hash;
	struct inet_bind2_bucket *tb2 = icsk->icsk_bind2_hash;

	assert(tb != NULL);
	icsk->icsk_bind_hash = NULL;
	icsk->icsk_bind2_hash = NULL;
	sk->sk_num = 0;
	if (tb2 != NULL) {
		hlist_del_init(&sk->sk_bind_node);
		inet_bind2_bucket_destroy(sock_net(sk), tb2);
	}
	inet_bind_bucket_destroy(tb);
}

/* The listener's port at the child's own address. A redirected connection has another port than the
 * listener's.
 */
int inet_inherit_port(const struct sock *sk, struct sock *child)
{
	struct net *net = sock_net(sk);
	struct inet_bind_bucket *tb = inet_csk(sk)->icsk_bind_hash;
	struct inet_bind2_bucket *tb2 = inet_csk(sk)->icsk_bind2_hash;
	u16 port = child->sk_num;
	bool other_port;

	if (tb == NULL || tb2 == NULL)
		return -ENOENT;
	other_port = tb->port != port;
	if (other_port) {
		tb = inet_bind_bucket_find(net, port);
		if (tb == NULL)
			tb = inet_bind_bucket_create(net, port);
		if (tb == NULL)
			return -ENOMEM;
	}
	if (other_port || !be32_eq(tb2->rcv_saddr, child->sk_rcv_saddr)) {
		tb2 = inet_bind2_bucket_find(net, port, child);
		if (tb2 == NULL)
			tb2 = inet_bind2_bucket_create(net, tb, child);
		if (tb2 == NULL) {
			inet_bind_bucket_destroy(tb);
			return -ENOMEM;
		}
	}
	if (other_port)
		inet_csk_update_fastreuse(tb, child);
	inet_bind_hash(child, tb, tb2, port);
	return 0;
}

static void inet_update_saddr(struct sock *sk, be32 saddr)
{
	inet_sk(sk)->inet_saddr = saddr;
	sk->sk_rcv_saddr = saddr;
}

/* The socket's address changes: its bucket too. Memory for a new one is taken first, so that there
 * is always one to go to.
 */
static int bhash2_update_saddr(struct sock *sk, be32 saddr, bool reset)
{
	struct net *net = sock_net(sk);
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct inet_bind2_bucket *tb2, *new_tb2;

	if (icsk->icsk_bind2_hash == NULL) {
		inet_update_saddr(sk, saddr);
		return 0;
	}
	new_tb2 = pool_alloc(&net->bind2_bucket_pool);
	if (new_tb2 == NULL) {
		if (reset) {
			inet_put_port(sk);
			inet_update_saddr(sk, saddr);
		}
		return -ENOMEM;
	}
	hlist_del_init(&sk->sk_bind_node);
	inet_bind2_bucket_destroy(net, icsk->icsk_bind2_hash);
	inet_update_saddr(sk, saddr);
	tb2 = inet_bind2_bucket_find(net, sk->sk_num, sk);
	if (tb2 == NULL) {
		tb2 = new_tb2;
		bind2_bucket_init(tb2, icsk->icsk_bind_hash, sk);
	} else {
		pool_free(&net->bind2_bucket_pool, new_tb2);
	}
	icsk->icsk_bind2_hash = tb2;
	hlist_add_head(&sk->sk_bind_node, &tb2->owners);
	return 0;
}

int inet_bhash2_update_saddr(struct sock *sk, be32 saddr)
{
	return bhash2_update_saddr(sk, saddr, false);
}

/* What connect() chose goes with the connection; what bind() chose stays. */
void inet_bhash2_reset_saddr(struct sock *sk)
{
	if ((sk->sk_userlocks & SOCK_BINDADDR_LOCK) == 0)
		(void)bhash2_update_saddr(sk, (be32){ 0 }, true);
}

/* -------- listeners that share a port -------- */

static struct hlist_head *lhash2_chain(const struct net *net, be32 addr, u16 port)
{
	const struct inet_hashinfo *h = net_hashinfo(net);

	return &h->lhash2[ipv4_portaddr_hash(net, addr, port) & h->lhash2_mask];
}

static struct hlist_head *listener_chain(const struct sock *sk)
{
	return lhash2_chain(sock_net(sk), sk->sk_rcv_saddr, sk->sk_num);
}

static bool may_share_listening(const struct sock *sk, const struct sock *sk2)
{
	return sk2 != sk && sk2->sk_bound_dev_if == sk->sk_bound_dev_if &&
	       inet_csk(sk2)->icsk_bind_hash == inet_csk(sk)->icsk_bind_hash &&
	       sk2->sk_reuseport != 0 && sock_i_uid(sk) == sock_i_uid(sk2) &&
	       be32_eq(sk->sk_rcv_saddr, sk2->sk_rcv_saddr);
}

/* LINUX: inet_reuseport_add_sock(), before the socket is in its chain. */
static int inet_reuseport_add_sock(struct sock *sk)
{
	struct hlist_node *n;

	hlist_for_each (n, listener_chain(sk)) {
		if (may_share_listening(sk, node_sk(n)))
			return reuseport_add_sock(sk, node_sk(n));
	}
	return reuseport_alloc(sk);
}

static void reuseport_stop_listen_sock(struct sock *sk)
{
	if (sock_net(sk)->sysctl.tcp_migrate_req != 0)
		not_implemented("tcp_migrate_req");
	reuseport_detach_sock(sk);
}

/* -------- who listens -------- */

/* LINUX: inet_sk_bound_dev_eq() without VRF. */
static bool bound_dev_eq(s32 bound_dev_if, s32 dif)
{
	return bound_dev_if == 0 || bound_dev_if == dif;
}

/* What a segment says of where it wants to go. */
struct inet_key {
	be32 saddr, daddr;
	be16 sport;
	u16 hnum;
	s32 dif;
};

/* -1 when the socket does not match; the more it fixes, the better. */
static int compute_score(const struct sock *sk, const struct inet_key *key)
{
	int score;

	if (sk->sk_num != key->hnum || !be32_eq(sk->sk_rcv_saddr, key->daddr))
		return -1;
	if (!bound_dev_eq(sk->sk_bound_dev_if, key->dif))
		return -1;
	score = sk->sk_bound_dev_if != 0 ? 2 : 1;
	score++; /* its family is the segment's */
	if (sk->sk_incoming_cpu == (s32)this_cpu(sock_net(sk))->id)
		score++;
	return score;
}

/* LINUX: inet_lookup_reuseport(), where a program looks behind TCP's header. */
static struct sock *lookup_reuseport(struct sock *sk, u32 hash, struct sk_buff *skb)
{
	u32 doff = skb != NULL ? (u32)(skb_transport_header(skb)[TCP_DOFF] >> 4) * 4 : 0;

	return sk->sk_reuseport != 0 ? reuseport_select_sock(sk, hash, skb, doff) : NULL;
}

/* At key->daddr, which may be the wild card; hash is the flow's, for groups. */
static struct sock *lhash2_lookup(struct net *net, const struct inet_key *key, u32 hash,
				  struct sk_buff *skb)
{
	struct sock *result = NULL;
	int hiscore = 0;
	struct hlist_node *n;

	hlist_for_each (n, lhash2_chain(net, key->daddr, key->hnum)) {
		struct sock *sk = node_sk(n);
		int score = compute_score(sk, key);

		if (score > hiscore) {
			result = lookup_reuseport(sk, hash, skb);
			if (result != NULL)
				return result;
			result = sk;
			hiscore = score;
		}
	}
	return result;
}

struct sock *inet_lookup_listener(struct net *net, struct sk_buff *skb, be32 saddr, be16 sport,
				  be32 daddr, u16 hnum, s32 dif)
{
	PROBE(net, inet_lookup_listener);
	struct inet_key key = {
		.saddr = saddr, .daddr = daddr, .sport = sport, .hnum = hnum, .dif = dif
	};
	u32 hash = inet_ehashfn(net, daddr, hnum, saddr, sport);
	struct sock *sk;

	sk = lhash2_lookup(net, &key, hash, skb);
	if (sk != NULL)
		return sk;
	/* LINUX: a group at the wild card hashes the flow with the wild card as its address. */
	key.daddr = (be32){ 0 };
	return lhash2_lookup(net, &key, inet_ehashfn(net, key.daddr, hnum, saddr, sport), skb);
}

/* -------- which connection -------- */

/* LINUX: inet_match(). */
static bool inet_match(const struct sock *sk, const struct inet_key *key)
{
	return be16_eq(sk->sk_dport, key->sport) && sk->sk_num == key->hnum &&
	       be32_eq(sk->sk_daddr, key->saddr) && be32_eq(sk->sk_rcv_saddr, key->daddr) &&
	       bound_dev_eq(sk->sk_bound_dev_if, key->dif);
}

static struct sock *ehash_find(const struct net *net, u32 hash, const struct inet_key *key)
{
	struct hlist_node *n;

	hlist_for_each (n, ehash_chain(net, hash)) {
		struct sock *sk = node_sk(n);

		if (sk->sk_hash == hash && inet_match(sk, key))
			return sk;
	}
	return NULL;
}

struct sock *inet_lookup_established(struct net *net, be32 saddr, be16 sport, be32 daddr, u16 hnum,
				     s32 dif)
{
	PROBE(net, inet_lookup_established);
	const struct inet_key key = {
		.saddr = saddr, .daddr = daddr, .sport = sport, .hnum = hnum, .dif = dif
	};
	struct sock *sk = ehash_find(net, inet_ehashfn(net, daddr, hnum, saddr, sport), &key);

	if (sk != NULL) {
		assert(sk->sk_refcnt != 0);
		sk->sk_refcnt++;
	}
	return sk;
}

/* What early demultiplexing has found is the packet's no more, it is the caller's. */
static struct sock *skb_steal_sock(struct sk_buff *skb)
{
	struct sock *sk = skb->sk;

	skb->sk = NULL;
	skb->destructor = NULL;
	return sk;
}

struct sock *inet_lookup_skb(struct sk_buff *skb, be16 sport, be16 dport, bool *refcounted)
{
	struct net *net = skb->net;
	const u8 *iph = ip_hdr(skb);
	u16 hnum = be16_to_cpu(dport);
	s32 dif = inet_iif(skb);
	struct sock *sk;

	*refcounted = true;
	if (skb->sk != NULL)
		return skb_steal_sock(skb);
	sk = inet_lookup_established(net, ipv4_saddr(iph), sport, ipv4_daddr(iph), hnum, dif);
	if (sk != NULL)
		return sk;
	*refcounted = false;
	return inet_lookup_listener(net, skb, ipv4_saddr(iph), sport, ipv4_daddr(iph), hnum, dif);
}

void sock_gen_put(struct sock *sk)
{
	assert(sk->sk_refcnt != 0);
	sk->sk_refcnt--;
	if (sk->sk_refcnt != 0)
		return;
	if (sk->sk_state == TCP_TIME_WAIT)
		inet_twsk_free(inet_twsk(sk));
	else if (sk->sk_state == TCP_NEW_SYN_RECV)
		reqsk_free(inet_reqsk(sk));
	else
		sk_free(sk);
}

void sock_edemux(struct sk_buff *skb)
{
	sock_gen_put(skb->sk);
}

/* -------- into the tables and out -------- */

static struct inet_key key_of(const struct sock *sk)
{
	return (struct inet_key){ .saddr = sk->sk_daddr,
				  .daddr = sk->sk_rcv_saddr,
				  .sport = sk->sk_dport,
				  .hnum = sk->sk_num,
				  .dif = sk->sk_bound_dev_if };
}

/* In the place of osk, whose reference of that place goes; or as a new one. False: osk has lost its
 * place already, or there is such a connection, which is only looked for when found_dup_sk is
 * given.
 */
bool inet_ehash_insert(struct sock *sk, struct sock *osk, bool *found_dup_sk)
{
	struct net *net = sock_net(sk);

	assert(!sk_hashed(sk));
	sk->sk_hash = sk_ehashfn(sk);
	if (osk != NULL) {
		assert(sk->sk_hash == osk->sk_hash);
		if (!sk_hashed(osk))
			return false;
		hlist_replace_init(&osk->sk_node, &sk->sk_node);
		assert(osk->sk_refcnt > 1);
		osk->sk_refcnt--;
		return true;
	}
	if (found_dup_sk != NULL) {
		const struct inet_key key = key_of(sk);

		*found_dup_sk = ehash_find(net, sk->sk_hash, &key) != NULL;
		if (*found_dup_sk)
			return false;
	}
	hlist_add_head(&sk->sk_node, ehash_chain(net, sk->sk_hash));
	return true;
}

bool inet_ehash_nolisten(struct sock *sk, struct sock *osk, bool *found_dup_sk)
{
	bool ok = inet_ehash_insert(sk, osk, found_dup_sk);

	if (ok) {
		sock_prot_inuse_add(sock_net(sk), sk->sk_prot, 1);
	} else {
		sock_net(sk)->tcp->orphan_count++;
		inet_sk_set_state(sk, TCP_CLOSE);
		sock_set_flag(sk, SOCK_DEAD);
		inet_csk_destroy_sock(sk);
	}
	return ok;
}

/* LINUX: __inet_hash() too. */
int inet_hash(struct sock *sk)
{
	if (sk->sk_state == TCP_CLOSE)
		return 0;
	if (sk->sk_state != TCP_LISTEN) {
		(void)inet_ehash_nolisten(sk, NULL, NULL);
		return 0;
	}
	assert(!sk_hashed(sk));
	if (sk->sk_reuseport != 0) {
		int err = inet_reuseport_add_sock(sk);

		if (err != 0)
			return err;
	}
	sock_set_flag(sk, SOCK_RCU_FREE);
	hlist_add_head(&sk->sk_node, listener_chain(sk));
	sock_prot_inuse_add(sock_net(sk), sk->sk_prot, 1);
	return 0;
}

void inet_unhash(struct sock *sk)
{
	if (!sk_hashed(sk))
		return;
	if (sk->sk_state == TCP_LISTEN && sk->sk_reuseport_cb != NULL)
		reuseport_stop_listen_sock(sk);
	hlist_del_init(&sk->sk_node);
	sock_prot_inuse_add(sock_net(sk), sk->sk_prot, -1);
}

/* -------- a port to connect from -------- */

/* Is the socket's connection, from lport, the only one? Then it is in the table. Remains of an
 * earlier one may be taken over: they are *twp's, or end at once where the caller does not ask.
 */
static int inet_check_established(struct sock *sk, u16 lport, struct inet_timewait_sock **twp)
{
	struct net *net = sock_net(sk);
	struct inet_key key = key_of(sk);
	struct inet_timewait_sock *tw = NULL;
	struct sock *sk2;
	u32 hash;

	key.hnum = lport;
	hash = inet_ehashfn(net, key.daddr, lport, key.saddr, key.sport);
	sk2 = ehash_find(net, hash, &key);
	if (sk2 != NULL) {
		if (sk2->sk_state != TCP_TIME_WAIT || tcp_twsk_unique(sk, sk2, twp) == 0)
			return -EADDRNOTAVAIL;
		tw = inet_twsk(sk2);
	}
	sk->sk_num = lport;
	inet_sk(sk)->inet_sport = cpu_to_be16(lport);
	sk->sk_hash = hash;
	assert(!sk_hashed(sk));
	hlist_add_head(&sk->sk_node, ehash_chain(net, hash));
	if (tw != NULL) {
		hlist_del_init(&tw->common.skc_node);
		assert(tw->tw_refcnt > 1);
		tw->tw_refcnt--;
		mib_inc(net, LINUX_MIB_TIMEWAITRECYCLED);
	}
	sock_prot_inuse_add(net, sk->sk_prot, 1);
	if (twp != NULL)
		*twp = tw;
	else if (tw != NULL)
		inet_twsk_deschedule_put(tw);
	return 0;
}

static struct table_perturb *table_perturb(const struct net *net)
{
	return &container_of(net->random, struct net, own_random)->tcp->hashinfo.perturb;
}

void inet_hash_seeded(struct net *net)
{
	table_perturb(net)->nr = 0;
}

/* What was added to a word of the table up to now, and where that is kept; NULL: nothing yet. */
static u32 *perturb_word(struct table_perturb *t, u32 index)
{
	for (u32 i = 0; i < min_u32(t->nr, TABLE_PERTURB_KEPT); i++) {
		if (t->word[i].index == index)
			return &t->word[i].added;
	}
	return NULL;
}

static u32 perturb_get(struct table_perturb *t, u32 index)
{
	const u32 *added = perturb_word(t, index);

	return random_secret_u32(index) + (added != NULL ? *added : 0);
}

static void perturb_add(struct table_perturb *t, u32 index, u32 n)
{
	u32 *added = perturb_word(t, index);
	u32 slot = t->nr % TABLE_PERTURB_KEPT;

	if (added != NULL) {
		*added += n;
		return;
	}
	t->word[slot].index = index;
	t->word[slot].added = n;
	t->nr++;
	if (t->nr == 2 * TABLE_PERTURB_KEPT)
		t->nr = TABLE_PERTURB_KEPT;
}

/* Where the search for a port is. */
struct port_search {
	u32 low, high; /* [low, high) */
	u32 remaining, offset, step;
	u32 tried; /* in steps of `step` */
	u16 port;
	struct inet_bind_bucket *tb;
	bool tb_created;
	struct inet_timewait_sock *tw;
};

enum { PORT_NO, PORT_YES, PORT_NO_MEMORY };

/* A port that bind() gave is left alone; one that connect() uses already may do for another peer.
 */
static int connect_port_fits(struct sock *sk, struct port_search *s)
{
	struct net *net = sock_net(sk);

	s->tb = inet_bind_bucket_find(net, s->port);
	if (s->tb != NULL) {
		if (s->tb->fastreuse >= 0 || s->tb->fastreuseport >= 0)
			return PORT_NO;
		return inet_check_established(sk, s->port, &s->tw) == 0 ? PORT_YES : PORT_NO;
	}
	s->tb = inet_bind_bucket_create(net, s->port);
	if (s->tb == NULL)
		return PORT_NO_MEMORY;
	s->tb_created = true;
	s->tb->fastreuse = -1;
	s->tb->fastreuseport = -1;
	return PORT_YES;
}

/* One way through the ports of a parity, or through all. */
static int scan_ports(struct sock *sk, struct port_search *s)
{
	u32 port = s->low + s->offset;

	for (s->tried = 0; s->tried < s->remaining; s->tried += s->step) {
		int fits;

		if (port >= s->high)
			port -= s->remaining;
		s->port = (u16)port;
		fits = connect_port_fits(sk, s);
		if (fits != PORT_NO)
			return fits;
		port += s->step;
	}
	return PORT_NO;
}

/* RFC 6056 3.3.4: the offset is the flow's hash plus what the table says for it. Ports of the
 * range's own parity come first, bind() does it the other way.
 */
static int find_connect_port(struct sock *sk, struct port_search *s, u64 port_offset)
{
	int low, high, fits;
	bool local_ports = inet_sk_get_local_port_range(sk, &low, &high) != 0;

	s->low = (u32)low;
	s->high = (u32)high + 1;
	s->step = local_ports ? 1 : 2;
	s->remaining = s->high - s->low;
	if (!local_ports && s->remaining > 1)
		s->remaining &= ~1u;
	s->offset = perturb_get(table_perturb(sock_net(sk)), (u32)(port_offset & 0xffff)) +
		    (u32)(port_offset >> 32);
	s->offset %= s->remaining;
	if (!local_ports)
		s->offset &= ~1u;
	fits = scan_ports(sk, s);
	if (fits != PORT_NO || local_ports || s->remaining <= 1)
		return fits;
	s->offset++;
	return scan_ports(sk, s);
}

/* No room for the address's bucket: the socket is as it was. */
static int undo_connect_port(struct sock *sk, struct port_search *s)
{
	if (sk_hashed(sk)) {
		sock_prot_inuse_add(sock_net(sk), sk->sk_prot, -1);
		hlist_del_init(&sk->sk_node);
		sk->sk_hash = 0;
		inet_sk(sk)->inet_sport = (be16){ 0 };
		sk->sk_num = 0;
		if (s->tw != NULL)
			inet_twsk_bind_unhash(s->tw);
	}
	if (s->tb_created)
		inet_bind_bucket_destroy(s->tb);
	if (s->tw != NULL)
		inet_twsk_deschedule_put(s->tw);
	return -ENOMEM;
}

/* LINUX: __inet_hash_connect() from its label "ok". */
static int take_connect_port(struct sock *sk, struct port_search *s, u64 port_offset)
{
	struct net *net = sock_net(sk);
	struct inet_bind2_bucket *tb2 = inet_bind2_bucket_find(net, s->port, sk);
	u32 gone;

	if (tb2 == NULL)
		tb2 = inet_bind2_bucket_create(net, s->tb, sk);
	if (tb2 == NULL)
		return undo_connect_port(sk, s);
	gone = max_u32(s->tried, get_random_u8_below(net->random, 8) * s->step);
	perturb_add(table_perturb(net), (u32)(port_offset & 0xffff), gone + s->step);
	inet_bind_hash(sk, s->tb, tb2, s->port);
	if (!sk_hashed(sk)) {
		inet_sk(sk)->inet_sport = cpu_to_be16(s->port);
		(void)inet_ehash_nolisten(sk, NULL, NULL);
	}
	if (s->tw != NULL) {
		inet_twsk_bind_unhash(s->tw);
		inet_twsk_deschedule_put(s->tw);
	}
	return 0;
}

int inet_hash_connect(struct sock *sk)
{
	struct net *net = sock_net(sk);
	PROBE(net, inet_hash_connect);
	struct port_search s = { .tw = NULL };
	u64 port_offset;
	int fits;

	if (sk->sk_num != 0)
		return inet_check_established(sk, sk->sk_num, NULL);
	port_offset = secure_ipv4_port_ephemeral(net, sk->sk_rcv_saddr, sk->sk_daddr, sk->sk_dport);
	fits = find_connect_port(sk, &s, port_offset);
	if (fits == PORT_NO)
		return -EADDRNOTAVAIL;
	if (fits == PORT_NO_MEMORY)
		return -ENOMEM;
	return take_connect_port(sk, &s, port_offset);
}
