// SPDX-License-Identifier: MIT
/* if_arp.h - struct arpreq and its flags. */
#ifndef REFSTACK_UAPI_IF_ARP_H
#define REFSTACK_UAPI_IF_ARP_H

#define ATF_COM		0x02
#define ATF_PERM	0x04
#define ATF_PUBL	0x08
#define ATF_USETRAILERS 0x10
#define ATF_NETMASK	0x20
#define ATF_DONTPUB	0x40

/* LINUX: struct arpreq, by offsets. */
enum {
	ARPREQ_PA = 0,
	ARPREQ_HA = 16,
	ARPREQ_FLAGS = 32,
	ARPREQ_NETMASK = 36,
	ARPREQ_DEV = 52,
	ARPREQ_BYTES = 68
};

#endif
