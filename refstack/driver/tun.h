// SPDX-License-Identifier: MIT
/* tun.h - TAP and TUN: the other end of the wire is a process that reads and writes frames. */
#ifndef REFSTACK_DRIVER_TUN_H
#define REFSTACK_DRIVER_TUN_H

#include "base/sim.h"
#include "core/ethtool.h"
#include "core/netdevice.h"
#include "core/ptr_ring.h"

/* LINUX: struct tun_struct and its one tun_file. Slots of net->tun_pool. */
struct tun_struct {
	struct net_device *dev;
	bool tap;
	struct ptr_ring tx_ring;
	struct sk_buff_head tx_queue; /* what is in the ring */
	/* A reader that always waits: gets each frame at once, and the packet with it. The ring's
	 * places are free when the CPU has come to the end of what it does: so long a real reader
	 * has to wait for it.
	 */
	void (*deliver)(void *ctx, struct sk_buff *skb);
	void *ctx;
	u32 delivered; /* places that are still taken */
	struct sim_event read_event;
	u64 set_features;   /* what the reader has asked for */
	u16 write_gso_size; /* of larger segments that the process writes; 0: none are */
	struct ethtool_kept ethtool;
};

/* As opened with IFF_NO_PI and O_NONBLOCK. deliver may be NULL: then frames wait for tun_do_read().
 * mac is not looked at for TUN. NULL: no room, or a bad name. unregister_netdevice() frees it.
 */
struct net_device *tun_create(struct net *net, const char *name, bool tap, const u8 *mac,
			      void (*deliver)(void *ctx, struct sk_buff *skb), void *ctx);
/* LINUX: TUNSETOFFLOAD: the reader takes packets without checksum, and with tso also ones that are
 * still to be cut into segments.
 */
void tun_set_offload(struct net_device *dev, bool csum, bool tso);
/* The process writes TCP segments with more data as ones that were put together from such of this
 * size (LINUX: virtio_net_hdr's gso_size); 0: as they are.
 */
void tun_set_write_gso(struct net_device *dev, u16 gso_size);
/* The process writes a frame: len, or -errno. In task context on a running CPU. */
int tun_get_user(struct net_device *dev, const u8 *frame, u32 len);
/* LINUX: tun_queue_resize(), of NETDEV_CHANGE_TX_QUEUE_LEN: what no longer fits is dropped. */
void tun_queue_resize(struct net_device *dev);
/* The process reads one: what fits of it, its length at most; -EAGAIN: there is none. */
int tun_do_read(struct net_device *dev, u8 *buf, u32 size);

#endif
