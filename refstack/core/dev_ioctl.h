// SPDX-License-Identifier: MIT
/* dev_ioctl.h - requests about devices by ioctl(): struct ifreq as bytes. */
#ifndef REFSTACK_CORE_DEV_IOCTL_H
#define REFSTACK_CORE_DEV_IOCTL_H

#include "core/netdevice.h"
#include "core/task.h"
#include "uapi/if.h"

/* LINUX: struct if_settings' and others' pointer: ifr_data, the first eight bytes of the union. */
static inline uptr ifr_data(const u8 *ifr)
{
	return get_le64(ifr + IFREQ_DATA);
}

/* dev_cfg.c: may a device be called so? */
bool dev_valid_name(const char *name);

/* The first colon of a name of IFNAMSIZ bytes that ends with a zero; NULL: it has none. */
char *ifname_colon(u8 *name);

/* Runs a request on ifr, IFREQ_BYTES of it. need_copyout: the program wants it back, if all is
 * well. data: the program's, of requests that have more than the struct holds.
 */
int dev_ioctl(struct task *t, u32 cmd, u8 *ifr, uptr data, bool *need_copyout);

/* ethtool.c: SIOCETHTOOL. */
int dev_ethtool(struct task *t, const u8 *ifr, uptr useraddr);

#endif
