// SPDX-License-Identifier: MIT
/* uapi_host.c - see uapi_host.h. Its own file: these headers and refstack/uapi define the same
 * names. */
#include "harness/unit/uapi_host.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <linux/capability.h>
#include <linux/errqueue.h>
#include <linux/ethtool.h>
#include <linux/fiemap.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/icmp.h>
#include <linux/if_packet.h>
#include <linux/net.h>
#include <linux/net_tstamp.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <linux/udp.h>

const struct uapi_constant uapi_host[] = {
#define X(name)		    { #name, (long long)(name) },
#define V(name, value)	    { #name, (value) },
#define L(name, expression) { #name, (long long)(expression) },
#include "harness/unit/uapi_names.def"
#undef X
#undef V
#undef L
	{ NULL, 0 },
};
