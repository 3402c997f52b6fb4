// SPDX-License-Identifier: MIT
/* igmp.h - multicast groups: of devices, of sockets, and what is said about them on the wire.
 *
 * igmp.c has the messages and their timers, igmp_grec.c the reports of version 3, mc_list.c a
 * device's groups and what its sockets want of each, mc_source.c the sources of these, mc_sock.c
 * the memberships and filters of sockets.
 */
#ifndef REFSTACK_IPV4_IGMP_H
#define REFSTACK_IPV4_IGMP_H

#include "core/sock.h"
#include "core/timer.h"
#include "ipv4/inetdevice.h"
#include "uapi/in.h"

enum {
	IGMP_HOST_MEMBERSHIP_QUERY = 0x11,
	IGMP_HOST_MEMBERSHIP_REPORT = 0x12,
	IGMPV2_HOST_MEMBERSHIP_REPORT = 0x16,
	IGMP_HOST_LEAVE_MESSAGE = 0x17,
	IGMPV3_HOST_MEMBERSHIP_REPORT = 0x22
};
/* Types of group records, RFC 3376 4.2.12. */
enum {
	IGMPV3_MODE_IS_INCLUDE = 1,
	IGMPV3_MODE_IS_EXCLUDE,
	IGMPV3_CHANGE_TO_INCLUDE,
	IGMPV3_CHANGE_TO_EXCLUDE,
	IGMPV3_ALLOW_NEW_SOURCES,
	IGMPV3_BLOCK_OLD_SOURCES
};
/* Groups that the protocol itself uses. */
enum { IGMP_ALL_HOSTS = (int)0xe0000001, IGMP_ALL_ROUTER = (int)0xe0000002 };
enum { IGMPV3_ALL_MCR = (int)0xe0000016 };

/* LINUX: struct ip_mreqn. */
struct ip_mreqn {
	be32 imr_multiaddr, imr_address;
	s32 imr_ifindex;
};

/* LINUX: struct ip_sf_socklist: the sources of a socket's filter, as they were added. More than
 * `few` lie in a page.
 */
enum { IP_SFBLOCK = 10, SF_FEW = 2 * IP_SFBLOCK };
struct ip_sf_socklist {
	u32 sl_max, sl_count;
	be32 *sl_addr;
	struct page *page;
	be32 few[SF_FEW];
};

/* LINUX: struct ip_mc_socklist: a socket's membership. */
struct ip_mc_socklist {
	struct ip_mc_socklist *next;
	struct ip_mreqn multi;
	u32 sfmode; /* MCAST_INCLUDE, MCAST_EXCLUDE */
	struct ip_sf_socklist *sflist;
};

/* LINUX: struct ip_sf_list: a source that sockets of this device want, or want not. */
struct ip_sf_list {
	struct ip_sf_list *sf_next;
	u64 sf_count[2]; /* sockets, by mode */
	be32 sf_inaddr;
	bool sf_gsresp; /* is asked for */
	bool sf_oldin;	/* was wanted before what changes now */
	u8 sf_crcount;	/* reports of its change that are due */
};

/* LINUX: struct ip_mc_list: a device's group. */
struct ip_mc_list {
	struct ip_mc_list *next;
	struct in_device *interface;
	be32 multiaddr;
	u32 sfmode;
	struct ip_sf_list *sources, *tomb; /* tomb: wanted no more, which is to be reported */
	u64 sfcount[2];			   /* sockets, by mode */
	struct timer_list timer;	   /* a report is due */
	s32 users;
	u32 refcnt; /* of the list, of the timer while it is pending */
	bool tm_running, reporter, loaded;
	u8 unsolicit_count; /* reports that nobody asked for and are due */
	u8 gsquery;	    /* the question is about sources */
	u8 crcount;	    /* reports of a change of the mode that are due */
};

/* The filter that a program sets. Its sources are read where they lie in the program's memory, each
 * so many bytes behind the one before.
 */
struct ip_msfilter {
	u32 imsf_fmode, imsf_numsrc;
	uptr imsf_slist;
	u32 stride;
};

/* --- igmp.c ---------------------------------------------------------------------------------- */

int igmp_rcv(struct sk_buff *skb);
bool igmp_v1_seen(const struct in_device *in_dev);
bool igmp_v2_seen(const struct in_device *in_dev);
/* Is this group never spoken about? */
bool igmp_silent(const struct net *net, be32 group);
void igmp_init_dev(struct in_device *in_dev);
/* Whoever asks there is not known yet. */
void ip_mc_reset(struct in_device *in_dev);
void igmp_stop_dev_timers(struct in_device *in_dev);
void igmp_timer_expire(struct timer_list *t);
void igmp_start_timer(struct ip_mc_list *im, u32 max_delay);
void igmp_stop_timer(struct ip_mc_list *im);
int igmp_send_report(struct in_device *in_dev, struct ip_mc_list *pmc, u8 type);
/* What has changed is to be reported. */
void igmp_ifc_event(struct in_device *in_dev);
void ip_mc_rejoin_groups(struct in_device *in_dev);
/* How often a change is reported. */
u8 igmp_robustness(const struct in_device *in_dev);

/* --- mc_list.c: a device's groups --------------------------------------------------------------
 */

void ip_mc_init_dev(struct in_device *in_dev);
void ip_mc_destroy_dev(struct in_device *in_dev);
void ip_mc_up(struct in_device *in_dev);
void ip_mc_down(struct in_device *in_dev);
void ip_mc_unmap(struct in_device *in_dev);
void ip_mc_remap(struct in_device *in_dev);
void ip_mc_inc_group_mode(struct in_device *in_dev, be32 addr, u32 mode);
void ip_mc_inc_group(struct in_device *in_dev, be32 addr);
void ip_mc_dec_group(struct in_device *in_dev, be32 addr);
struct ip_mc_list *ip_mc_find_group(const struct in_device *in_dev, be32 addr);
void ip_ma_hold(struct ip_mc_list *im);
void ip_ma_put(struct ip_mc_list *im);
void igmpv3_clear_delrec(struct in_device *in_dev);
/* A group of the tomb has nothing left to report. */
void igmpv3_free_delrec(struct ip_mc_list *pmc);
void ip_rt_multicast_event(struct in_device *in_dev);

/* --- mc_source.c: the sources of a device's group ----------------------------------------------
 */

int ip_mc_add_src(struct in_device *in_dev, be32 group, u32 sfmode, u32 sfcount, const be32 *psfsrc,
		  bool delta);
int ip_mc_del_src(struct in_device *in_dev, be32 group, u32 sfmode, u32 sfcount, const be32 *psfsrc,
		  bool delta);
void ip_mc_clear_src(struct ip_mc_list *pmc);
void ip_sf_list_clear_all(struct net *net, struct ip_sf_list *psf);
void ip_sf_free(struct net *net, struct ip_sf_list *psf);

/* --- mc_sock.c: sockets ------------------------------------------------------------------------
 */

int ip_mc_join_group(struct sock *sk, struct ip_mreqn *imr);
int ip_mc_join_group_ssm(struct sock *sk, struct ip_mreqn *imr, u32 mode);
int ip_mc_leave_group(struct sock *sk, struct ip_mreqn *imr);
/* A source of a group, to the filter or out of it, which has to be of this mode. */
int ip_mc_source(bool add, u32 omode, struct sock *sk, const struct ip_mreqn *group, be32 source);
int ip_mc_msfilter(struct sock *sk, const struct ip_mreqn *group, const struct ip_msfilter *msf);
/* The filter of a group; by the device that the request names, or by its index as it stands. */
int ip_mc_msfget(struct sock *sk, struct ip_mreqn *group, const struct ip_mc_socklist **to);
int ip_mc_gsfget(struct sock *sk, const struct ip_mreqn *group, const struct ip_mc_socklist **to);
bool ip_mc_sf_allow_group(const struct sock *sk, be32 loc_addr, be32 rmt_addr, s32 dif);
/* Does the filter let a packet from there to this group through? */
static inline bool ip_mc_sf_allow(const struct sock *sk, be32 loc_addr, be32 rmt_addr, s32 dif)
{
	return !ipv4_is_multicast(loc_addr) || ip_mc_sf_allow_group(sk, loc_addr, rmt_addr, dif);
}
/* The socket is closed. */
void ip_mc_drop_socket(struct sock *sk);

#endif
