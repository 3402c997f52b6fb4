// SPDX-License-Identifier: MIT
/* tcp.h - the TCP header by bytes. RFC 9293 3.1. */
#ifndef REFSTACK_WIRE_TCP_H
#define REFSTACK_WIRE_TCP_H

#include "base/types.h"

enum { TCP_HLEN = 20 };
/* Offsets of the fields; the upper four bits of TCP_DOFF are the header's length in words. */
enum {
	TCP_SOURCE = 0,
	TCP_DEST = 2,
	TCP_SEQ = 4,
	TCP_ACK_SEQ = 8,
	TCP_DOFF = 12,
	TCP_FLAG_BYTE = 13,
	TCP_WINDOW = 14,
	TCP_CHECK = 16,
	TCP_URG_PTR = 18
};
/* Bits of TCP_FLAG_BYTE. */
enum {
	TCPHDR_FIN = 0x01,
	TCPHDR_SYN = 0x02,
	TCPHDR_RST = 0x04,
	TCPHDR_PSH = 0x08,
	TCPHDR_ACK = 0x10,
	TCPHDR_URG = 0x20,
	TCPHDR_ECE = 0x40,
	TCPHDR_CWR = 0x80
};
/* Options, and how long those of a fixed length are. */
enum {
	TCPOPT_EOL = 0,
	TCPOPT_NOP = 1,
	TCPOPT_MSS = 2,
	TCPOPT_WINDOW = 3,
	TCPOPT_SACK_PERM = 4,
	TCPOPT_SACK = 5,
	TCPOPT_TIMESTAMP = 8,
	TCPOPT_MD5SIG = 19,
	TCPOPT_AO = 29,
	TCPOPT_FASTOPEN = 34,
	TCPOPT_EXP = 254
};
enum {
	TCPOLEN_MSS = 4,
	TCPOLEN_WINDOW = 3,
	TCPOLEN_SACK_PERM = 2,
	TCPOLEN_TIMESTAMP = 10,
	TCPOLEN_MD5SIG = 18,
	TCPOLEN_SACK_BASE = 2,
	TCPOLEN_SACK_PERBLOCK = 8,
	/* As they are sent, aligned to words. */
	TCPOLEN_TSTAMP_ALIGNED = 12,
	TCPOLEN_WSCALE_ALIGNED = 4,
	TCPOLEN_SACKPERM_ALIGNED = 4,
	TCPOLEN_SACK_BASE_ALIGNED = 4,
	TCPOLEN_MSS_ALIGNED = 4,
	TCPOLEN_MD5SIG_ALIGNED = 20
};
enum { TCP_MAX_WSCALE = 14, MAX_TCP_OPTION_SPACE = 40 };

/* LINUX: __tcp_hdrlen(). */
static inline u32 tcp_hlen(const u8 *th)
{
	return (u32)(th[TCP_DOFF] >> 4) * 4;
}
static inline bool tcp_th_has(const u8 *th, u8 flag)
{
	return (th[TCP_FLAG_BYTE] & flag) != 0;
}

#endif
