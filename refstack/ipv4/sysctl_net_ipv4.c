// SPDX-License-Identifier: MIT
/* sysctl_net_ipv4.c - knobs by name: where a path leads, and those of net.ipv4.conf and
 * net.ipv4.route.
 *
 * Called by configuration (`sysctl`). Rules: LINUX: net/ipv4/devinet.c: devinet_sysctl;
 * net/ipv4/route.c: ipv4_route_table; fs/proc/proc_sysctl.c (modes of files bind root, too).
 */
#include "core/sysctl.h"
#include "ipv4/inetdevice.h"
#include "ipv4/route.h"
#include "ipv4/sysctl_tcp.h"
#include "uapi/errno.h"

enum { MODE_RW, MODE_RO };

static const struct conf_knob {
	const char *name;
	u16 offset;
	u8 mode;
} conf_knobs[] = {
#define KNOB(name, mode)                                                                           \
	{                                                                                          \
#name, offsetof(struct ipv4_devconf, name), mode                                   \
	}
	KNOB(forwarding, MODE_RW),
	KNOB(mc_forwarding, MODE_RO),
	KNOB(bc_forwarding, MODE_RW),
	KNOB(accept_redirects, MODE_RW),
	KNOB(secure_redirects, MODE_RW),
	KNOB(shared_media, MODE_RW),
	KNOB(rp_filter, MODE_RW),
	KNOB(send_redirects, MODE_RW),
	KNOB(accept_source_route, MODE_RW),
	KNOB(accept_local, MODE_RW),
	KNOB(src_valid_mark, MODE_RW),
	KNOB(proxy_arp, MODE_RW),
	KNOB(medium_id, MODE_RW),
	KNOB(bootp_relay, MODE_RW),
	KNOB(log_martians, MODE_RW),
	KNOB(tag, MODE_RW),
	KNOB(arp_filter, MODE_RW),
	KNOB(arp_announce, MODE_RW),
	KNOB(arp_ignore, MODE_RW),
	KNOB(arp_accept, MODE_RW),
	KNOB(arp_notify, MODE_RW),
	KNOB(arp_evict_nocarrier, MODE_RW),
	KNOB(proxy_arp_pvlan, MODE_RW),
	KNOB(force_igmp_version, MODE_RW),
	KNOB(igmpv2_unsolicited_report_interval, MODE_RW),
	KNOB(igmpv3_unsolicited_report_interval, MODE_RW),
	KNOB(ignore_routes_with_linkdown, MODE_RW),
	KNOB(drop_gratuitous_arp, MODE_RW),
	KNOB(disable_xfrm, MODE_RW),
	KNOB(disable_policy, MODE_RW),
	KNOB(promote_secondaries, MODE_RW),
	KNOB(route_localnet, MODE_RW),
	KNOB(drop_unicast_in_l2_multicast, MODE_RW),
#undef KNOB
};

/* Copies that sysctl.def has of knobs that live in conf.all. */
static void conf_mirror(struct net *net)
{
	net->sysctl.ip_forward = (s32)ipv4_devconf_all(net)->forwarding;
	net->sysctl.all_rp_filter = (s32)ipv4_devconf_all(net)->rp_filter;
}

/* Any int is taken, as Linux takes it: who uses a knob decides what numbers mean. A device's knob
 * that somebody has tried to write no longer follows the default.
 */
static int conf_knob_io(struct net *net, struct ipv4_devconf *cnf, const struct conf_knob *k,
			struct sysctl_io *io)
{
	s32 v = *(const s32 *)(const void *)((const u8 *)cnf + k->offset);
	int err;

	if (io->value != NULL && k->mode == MODE_RO)
		return -EACCES;
	err = sysctl_int_io(io, &v);
	if (io->value != NULL) {
		devinet_sysctl_set(net, cnf, k->offset, (u32)v);
		conf_mirror(net);
	}
	return err;
}

static struct ipv4_devconf *conf_of(struct net *net, const struct sysctl_name *name)
{
	const struct net_device *dev;

	if (sysctl_name_is(name, "all"))
		return ipv4_devconf_all(net);
	if (sysctl_name_is(name, "default"))
		return ipv4_devconf_dflt(net);
	dev = sysctl_name_dev(net, name);
	return dev != NULL && dev->ip_ptr != NULL ? &dev->ip_ptr->cnf : NULL;
}

static int conf_io(struct net *net, const char *path, struct sysctl_io *io)
{
	struct sysctl_name name;
	struct ipv4_devconf *cnf;

	if (sysctl_streq(path, "net.ipv4.ip_forward"))
		return conf_knob_io(net, ipv4_devconf_all(net), &conf_knobs[0], io);
	if (!sysctl_split(path, "net.ipv4.conf.", &name))
		return -ENOENT;
	cnf = conf_of(net, &name);
	for (u32 i = 0; cnf != NULL && i < ARRAY_SIZE(conf_knobs); i++)
		if (sysctl_streq(name.knob, conf_knobs[i].name))
			return conf_knob_io(net, cnf, &conf_knobs[i], io);
	return -ENOENT;
}

/* LINUX: ipv4_sysctl_rtcache_flush(): whatever is written. */
static int route_flush_io(struct net *net, struct sysctl_io *io)
{
	if (io->value == NULL)
		return -EACCES;
	ipv4_sysctl_rtcache_flush(net);
	return 0;
}

static int sysctl_io(struct net *net, const char *path, struct sysctl_io *io)
{
	int err = conf_io(net, path, io);

	if (err == -ENOENT)
		err = sysctl_neigh_io(net, path, io);
	if (err == -ENOENT && sysctl_streq(path, "net.ipv4.route.flush"))
		err = route_flush_io(net, io);
	if (err == -ENOENT)
		err = sysctl_tcp_io(net, path, io);
	if (err == -ENOENT)
		err = sysctl_table_io(net, path, io);
	return err;
}

/* Dots and slashes change places when the first separator is a slash. */
static bool normalise(const char *path, char out[SYSCTL_PATH_MAX])
{
	char first = '\0';
	u32 n = 0;

	for (; path[n] != '\0'; n++) {
		char c = path[n];

		if (n + 1 == SYSCTL_PATH_MAX)
			return false;
		if (first == '\0' && (c == '.' || c == '/'))
			first = c;
		if (first == '/' && c == '/')
			c = '.';
		else if (first == '/' && c == '.')
			c = '/';
		out[n] = c;
	}
	out[n] = '\0';
	return true;
}

int sysctl_read(struct net *net, const char *path, char *buf, u32 cap)
{
	char name[SYSCTL_PATH_MAX];
	struct sysctl_io io = { .cap = cap };
	int err;

	if (!normalise(path, name))
		return -ENOENT;
	io.buf = buf;
	err = sysctl_io(net, name, &io);
	return err != 0 ? err : (int)io.len;
}

int sysctl_write(struct net *net, const char *path, const char *value)
{
	char name[SYSCTL_PATH_MAX];
	struct sysctl_io io = { .value = value };

	assert(value != NULL);
	if (!normalise(path, name))
		return -ENOENT;
	return sysctl_io(net, name, &io);
}
