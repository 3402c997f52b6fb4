// SPDX-License-Identifier: MIT
/* netlink.h - flags of a request for something new. LINUX: include/uapi/linux/netlink.h. */
#ifndef REFSTACK_UAPI_NETLINK_H
#define REFSTACK_UAPI_NETLINK_H

enum { NLM_F_REPLACE = 0x100, NLM_F_EXCL = 0x200, NLM_F_CREATE = 0x400, NLM_F_APPEND = 0x800 };

#endif
