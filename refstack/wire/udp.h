// SPDX-License-Identifier: MIT
/* udp.h - the UDP header by bytes. RFC 768. */
#ifndef REFSTACK_WIRE_UDP_H
#define REFSTACK_WIRE_UDP_H

/* Offsets of the fields. */
enum { UDP_SOURCE = 0, UDP_DEST = 2, UDP_LEN = 4, UDP_CHECK = 6 };

#endif
