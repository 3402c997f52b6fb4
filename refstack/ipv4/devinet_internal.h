// SPDX-License-Identifier: MIT
/* devinet_internal.h - what devinet.c and devinet_ioctl.c have of each other: addresses come, go,
 * and are changed in between.
 */
#ifndef REFSTACK_IPV4_DEVINET_INTERNAL_H
#define REFSTACK_IPV4_DEVINET_INTERNAL_H

#include "ipv4/inetdevice.h"

/* NULL: no room. */
struct in_ifaddr *inet_alloc_ifa(struct in_device *in_dev);
void inet_free_ifa(struct in_ifaddr *ifa);
/* Takes over the address: it is in the list, or freed. */
int inet_insert_ifa(struct in_ifaddr *ifa);
/* Takes *ifap out of the list; the caller frees it. */
void inet_del_ifa(struct in_device *in_dev, struct in_ifaddr **ifap);
/* LINUX: ipv4_devconf_setall(), neigh_parms_data_state_setall(): from the first address on, changed
 * defaults pass the device by.
 */
void devconf_setall(struct in_device *in_dev);

/* name: of IFNAMSIZ bytes, ends with a zero. */
static inline bool ifa_label_is(const struct in_ifaddr *ifa, const u8 *name)
{
	u32 i = 0;

	while (i < IFNAMSIZ - 1 && ifa->ifa_label[i] == (char)name[i] && name[i] != '\0')
		i++;
	return ifa->ifa_label[i] == (char)name[i];
}

/* LINUX: bad_mask() without an address: ones, then zeroes? */
static inline bool inet_mask_ok(be32 mask)
{
	u32 host = ~be32_to_cpu(mask);

	return (host & (host + 1)) == 0;
}
static inline u32 inet_mask_len(be32 mask)
{
	u32 len = 0;

	for (u32 m = be32_to_cpu(mask); m != 0; m <<= 1)
		len++;
	return len;
}

#endif
