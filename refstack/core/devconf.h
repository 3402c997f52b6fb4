// SPDX-License-Identifier: MIT
/* devconf.h - the knobs of net.ipv4.conf.DEV, conf.all and conf.default. */
#ifndef REFSTACK_CORE_DEVCONF_H
#define REFSTACK_CORE_DEVCONF_H

#include "base/types.h"

/* LINUX: struct ipv4_devconf: IPV4_DEVCONF_*, one member each; reached by offset in
 * devinet_sysctl_set(). */
struct ipv4_devconf {
	u32 forwarding, rp_filter, accept_source_route, accept_redirects, secure_redirects,
		send_redirects, shared_media, log_martians, proxy_arp, arp_filter, arp_announce,
		arp_ignore, arp_accept, arp_notify, arp_evict_nocarrier, drop_gratuitous_arp,
		drop_unicast_in_l2_multicast, route_localnet, src_valid_mark, accept_local,
		promote_secondaries, ignore_routes_with_linkdown, disable_policy, disable_xfrm,
		force_igmp_version, medium_id, bootp_relay, proxy_arp_pvlan, tag, bc_forwarding,
		mc_forwarding, igmpv2_unsolicited_report_interval,
		igmpv3_unsolicited_report_interval;
	u64 state; /* bit a knob that was set for this device: it no longer follows conf.default */
};

#endif
