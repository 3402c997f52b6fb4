// SPDX-License-Identifier: MIT
/* if.h - sizes of interface names; struct ifreq, ifconf and ifmap. */
#ifndef REFSTACK_UAPI_IF_H
#define REFSTACK_UAPI_IF_H

#define IFNAMSIZ    16
#define IFALIASZ    256
#define ALTIFNAMSIZ 128

/* IFF_*: core/netdevice.h. LINUX: struct ifreq of x86-64, by offsets; IFREQ_DATA is its union. */
enum { IFREQ_NAME = 0, IFREQ_DATA = 16, IFREQ_BYTES = 40 };
enum { IFCONF_LEN = 0, IFCONF_BUF = 8, IFCONF_BYTES = 16 };
/* struct ifmap, inside the union */
enum {
	IFMAP_MEM_START = 0,
	IFMAP_MEM_END = 8,
	IFMAP_BASE_ADDR = 16,
	IFMAP_IRQ = 18,
	IFMAP_DMA = 19,
	IFMAP_PORT = 20,
	IFMAP_BYTES = 24
};

#endif
