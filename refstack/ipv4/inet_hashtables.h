// SPDX-License-Identifier: MIT
/* inet_hashtables.h - which connection, which listener, which port. LINUX: struct inet_hashinfo. */
#ifndef REFSTACK_IPV4_INET_HASHTABLES_H
#define REFSTACK_IPV4_INET_HASHTABLES_H

#include "core/sock.h"
#include "ipv4/inet_timewait_sock.h"

/* A local port in use. Slots of net->bind_bucket_pool. */
struct inet_bind_bucket {
	struct net *ib_net;
	u16 port;
	s8 fastreuse, fastreuseport;
	u32 fastuid;
	be32 fast_rcv_saddr;
	struct hlist_node node;
	struct hlist_head bhash2; /* its addresses: inet_bind2_bucket, by bhash_node */
};

/* A local port and address in use. Slots of net->bind2_bucket_pool. */
struct inet_bind2_bucket {
	struct net *ib_net;
	u16 port;
	be32 rcv_saddr;
	struct hlist_node node, bhash_node;
	struct hlist_head owners; /* sockets and remains, by skc_bind_node */
};

/* LINUX: table_perturb: of 65,536 words, each a secret at first, those that were added to. The
 * judge's hosts are one kernel and share them: the first host has them for all.
 */
enum { TABLE_PERTURB_KEPT = 256 };
struct table_perturb {
	u32 nr; /* how many words were added to since the seed */
	struct {
		u32 index, added;
	} word[TABLE_PERTURB_KEPT];
};

/* The sizes are powers of two and follow from the host's limits. */
struct inet_hashinfo {
	struct hlist_head *ehash; /* by skc_node: connections, requests, remains */
	struct hlist_head *bhash, *bhash2;
	struct hlist_head *lhash2;
	u32 ehash_mask, bhash_size, lhash2_mask;
	struct table_perturb perturb;
};

u32 inet_ehashfn(const struct net *net, be32 laddr, u16 lport, be32 faddr, be16 fport);
struct inet_hashinfo *net_hashinfo(const struct net *net); /* LINUX: tcp_death_row.hashinfo */

/* A new port's or address's bucket; NULL: no room. */
struct inet_bind_bucket *inet_bind_bucket_create(struct net *net, u16 port);
struct inet_bind2_bucket *inet_bind2_bucket_create(struct net *net, struct inet_bind_bucket *tb,
						   const struct sock *sk);
/* NULL: nobody has the port; nobody has it at the socket's address; at the wild card. */
struct inet_bind_bucket *inet_bind_bucket_find(const struct net *net, u16 port);
struct inet_bind2_bucket *inet_bind2_bucket_find(const struct net *net, u16 port,
						 const struct sock *sk);
struct inet_bind2_bucket *inet_bind2_bucket_find_any(const struct net *net, u16 port);
void inet_bind_hash(struct sock *sk, struct inet_bind_bucket *tb, struct inet_bind2_bucket *tb2,
		    u16 port);
void inet_bind_bucket_destroy(struct inet_bind_bucket *tb);
void inet_bind2_bucket_destroy(struct net *net, struct inet_bind2_bucket *tb);
int inet_inherit_port(const struct sock *sk, struct sock *child); /* LINUX: __inet_inherit_port() */
void inet_put_port(struct sock *sk);
int inet_bhash2_update_saddr(struct sock *sk, be32 saddr);
void inet_bhash2_reset_saddr(struct sock *sk);

bool inet_ehash_insert(struct sock *sk, struct sock *osk, bool *found_dup_sk);
bool inet_ehash_nolisten(struct sock *sk, struct sock *osk, bool *found_dup_sk);
int inet_hash(struct sock *sk);
void inet_unhash(struct sock *sk);
/* LINUX: __inet_lookup_established(): a reference is taken; may be a request or a TIME-WAIT. */
struct sock *inet_lookup_established(struct net *net, be32 saddr, be16 sport, be32 daddr, u16 hnum,
				     s32 dif);
/* No reference is taken. */
struct sock *inet_lookup_listener(struct net *net, struct sk_buff *skb, be32 saddr, be16 sport,
				  be32 daddr, u16 hnum, s32 dif);
/* LINUX: __inet_lookup_skb(). */
struct sock *inet_lookup_skb(struct sk_buff *skb, be16 sport, be16 dport, bool *refcounted);
int inet_hash_connect(struct sock *sk);
void sock_gen_put(struct sock *sk);
/* The random numbers of the kernel begin again. LINUX: um_reset_table_perturb(). */
void inet_hash_seeded(struct net *net);

#endif
