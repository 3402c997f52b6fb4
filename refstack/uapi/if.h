// SPDX-License-Identifier: MIT
/* if.h - sizes of interface names and of struct ifreq. */
#ifndef REFSTACK_UAPI_IF_H
#define REFSTACK_UAPI_IF_H

#define IFNAMSIZ    16
#define IFALIASZ    256
#define ALTIFNAMSIZ 128

/* IFF_*: core/netdevice.h. LINUX: struct ifreq of x86-64, by offsets. */
enum { IFREQ_NAME = 0, IFREQ_DATA = 16, IFREQ_BYTES = 40 };

#endif
