// SPDX-License-Identifier: MIT
/* packet_internal.h - what the files of packet sockets have of each other. */
#ifndef REFSTACK_PACKET_PACKET_INTERNAL_H
#define REFSTACK_PACKET_PACKET_INTERNAL_H

#include "packet/af_packet.h"

/* virtio_net.c */
struct virtio_net_hdr {
	u8 flags, gso_type;
	u16 hdr_len, gso_size, csum_start, csum_offset;
};
enum { VIRTIO_NET_HDR_BYTES = 10, VIRTIO_NET_HDR_MRG_BYTES = 12 };
enum { VIRTIO_NET_HDR_F_NEEDS_CSUM = 1, VIRTIO_NET_HDR_F_DATA_VALID = 2 };
int virtio_net_hdr_to_skb(struct sk_buff *skb, const struct virtio_net_hdr *hdr);
void virtio_net_hdr_set_proto(struct sk_buff *skb, const struct virtio_net_hdr *hdr);
int virtio_net_hdr_from_skb(const struct sk_buff *skb, u8 hdr[VIRTIO_NET_HDR_BYTES]);

/* af_packet.c: it is the youngest of all taps now. */
void packet_rehook(struct packet_sock *po);

/* packet_snd.c */
int packet_sendmsg(struct socket *sock, struct msghdr *msg, u64 len);
int packet_sendmsg_spkt(struct socket *sock, struct msghdr *msg, u64 len);

/* packet_sockopt.c */
int packet_setsockopt(struct socket *sock, int level, int optname, uptr optval, u32 optlen);
int packet_getsockopt(struct socket *sock, int level, int optname, uptr optval, uptr optlen);
/* What a socket has asked of a device that goes, and of all when it goes itself. */
void packet_dev_mclist_delete(struct packet_sock *po, struct net_device *dev);
void packet_flush_mclist(struct packet_sock *po);

/* fanout.c */
void fanout_link(struct packet_sock *po);
void fanout_unlink(struct packet_sock *po);
int fanout_add(struct sock *sk, const u8 *args);
int fanout_set_data(struct packet_sock *po, uptr data, u32 len);
void fanout_release(struct packet_sock *po);
/* Is there room again? */
void packet_rcv_try_clear_pressure(struct packet_sock *po);

#endif
