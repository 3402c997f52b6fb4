// SPDX-License-Identifier: MIT
/* secure_seq.c - numbers that others cannot guess, and that are the same for the same flow: initial
 * sequence numbers, offsets of timestamps, where the search for a local port begins.
 *
 * Path: called by tcp_v4_connect(), tcp_conn_request(), inet_hash_connect().
 * Rules: RFC 6528 3, RFC 7323 5.4, RFC 6056 3.3.3; LINUX: net/core/secure_seq.c.
 */
#include "ipv4/tcp.h"

#include "base/hash.h"

enum { EPHEMERAL_PORT_SHUFFLE_PERIOD = 10 * HZ, SEQ_CLOCK_SHIFT = 6 };

/* LINUX: net_secret. */
static siphash_key_t net_secret(void)
{
	return (siphash_key_t){ { random_secret_u64(0), random_secret_u64(1) } };
}

static u64 flow_hash(be32 saddr, be32 daddr, be16 sport, be16 dport)
{
	const siphash_key_t key = net_secret();
	u32 ports = (u32)be16_as_le(sport) << 16 | be16_as_le(dport);

	return siphash_3u32(be32_as_le(saddr), be32_as_le(daddr), ports, &key);
}

/* RFC 6528 3: M + F(); M counts in steps of 64 ns. */
u32 secure_tcp_seq(struct net *net, be32 saddr, be32 daddr, be16 sport, be16 dport)
{
	u32 hash = (u32)flow_hash(saddr, daddr, sport, dport);

	return hash + (u32)(net_real_ns(net) >> SEQ_CLOCK_SHIFT);
}

/* RFC 7323 5.4: a host's timestamps tell one flow nothing of another one. */
u32 secure_tcp_ts_off(const struct net *net, be32 saddr, be32 daddr, be16 sport, be16 dport)
{
	if (net->sysctl.tcp_timestamps != 1)
		return 0;
	return (u32)(flow_hash(saddr, daddr, sport, dport) >> 32);
}

struct tcp_seq_and_ts_off secure_tcp_seq_and_ts_off(struct net *net, be32 saddr, be32 daddr,
						    be16 sport, be16 dport)
{
	return (struct tcp_seq_and_ts_off){
		.seq = secure_tcp_seq(net, saddr, daddr, sport, dport),
		.ts_off = secure_tcp_ts_off(net, saddr, daddr, sport, dport),
	};
}

/* LINUX: the judge counts its periods from where its random numbers begin. */
u64 secure_ipv4_port_ephemeral(const struct net *net, be32 saddr, be32 daddr, be16 dport)
{
	const siphash_key_t key = net_secret();
	u32 period =
		((u32)net_jiffies(net) - net->ip_ident->born_jif) / EPHEMERAL_PORT_SHUFFLE_PERIOD;

	return siphash_4u32(be32_as_le(saddr), be32_as_le(daddr), be16_as_le(dport), period, &key);
}
