// SPDX-License-Identifier: MIT
/* test_ipcmd.c - configuration commands: what they show, what they refuse and how they say so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/lib/ipcmd.h"
#include "harness/unit/arp_net.h"

/* Each on a host whose eth0 is up with 192.0.2.1/24; the message of the last command. */
static const struct {
	const char *line, *err;
} refused[] = {
	{ "ip route add default vai 192.0.2.9",
	  "ip route: unknown word 'vai' at column 22; expected via|dev|oif|"
	  "src|metric|mtu|advmss|hoplimit|initcwnd|scope|table|proto|protocol|tos|onlink|"
	  "to|window|rtt|rttvar|ssthresh|cwnd|reordering|initrwnd|quickack|rto_min|features" },
	{ "ip rout add default", "RTNETLINK answers: No such device" },
	{ "ip frob",
	  "ip: unknown word 'frob' at column 4; expected addr|link|route|neigh|tcp_metrics" },
	{ "frob",
	  "command: unknown word 'frob' at column 1; expected ip|sysctl|tc|ethtool|ss|xps" },
	{ "ip addr add 192.0.2.1/24 dev eth0", "Error: ipv4: Address already assigned." },
	{ "ip addr add 192.0.2.1/33 dev eth0",
	  "Error: any valid prefix is expected rather than \"192.0.2.1/33\"." },
	{ "ip addr add 192.0.2.7/24", "Not enough information: \"dev\" argument is required." },
	{ "ip addr add dev eth0", "ip addr: an address is missing at column 21" },
	{ "ip addr del 192.0.2.8/24 dev eth0", "Error: ipv4: Address not found." },
	{ "ip link set nodev up", "Cannot find device \"nodev\"" },
	{ "ip link set eth0 mtu 10", "Error: mtu less than device minimum." },
	{ "ip link set eth0 mtu ten",
	  "ip link: 'ten' at column 22 is not an MTU (0 to 4294967295)" },
	{ "ip link set eth0 address 01:00:00:00:00:01",
	  "RTNETLINK answers: Cannot assign requested address" },
	{ "ip link set eth0 address 2:3", "ip link: '2:3' at column 26 is not a link address" },
	{ "ip route add 10.0.0.1/8 dev eth0", "Error: Invalid prefix for given prefix length." },
	{ "ip route add 10.0.0.0/8 via 99.9.9.9", "Error: Nexthop has invalid gateway." },
	{ "ip route add 10.0.0.0/8 dev eth0; ip route add 10.0.0.0/8 dev eth0",
	  "RTNETLINK answers: File exists" },
	{ "ip route del 10.0.0.0/8", "RTNETLINK answers: No such process" },
	{ "ip route get 10.0.0.1", "RTNETLINK answers: Network is unreachable" },
	{ "ip route add unreachable 10.0.0.0/8; ip route get 10.0.0.1",
	  "RTNETLINK answers: No route to host" },
	{ "ip route add blackhole 10.0.0.0/8; ip route get 10.0.0.1",
	  "RTNETLINK answers: Invalid argument" },
	{ "ip route add prohibit 10.0.0.0/8; ip route get 10.0.0.1",
	  "RTNETLINK answers: Permission denied" },
	{ "ip neigh add 192.0.2.3 dev eth0", "Error: No link layer address given." },
	{ "ip neigh del 192.0.2.3 dev eth0", "RTNETLINK answers: No such file or directory" },
	{ "ip neigh add 192.0.2.3 lladdr 02:00:00:00:00:33",
	  "Device and destination are required arguments." },
	{ "ip neigh change 192.0.2.3 lladdr 02:00:00:00:00:33 dev eth0",
	  "RTNETLINK answers: No such file or directory" },
	{ "sysctl -w net.ipv4.ip_default_ttl=900",
	  "sysctl: setting key \"net.ipv4.ip_default_ttl\": Invalid argument" },
	{ "sysctl -w net.ipv4.foo=1",
	  "sysctl: cannot stat /proc/sys/net/ipv4/foo: No such file or directory" },
	{ "sysctl", "sysctl: a name is missing at column 7" },
	{ "tc qdisc replace dev eth0 root frob", "Error: Specified qdisc kind is unknown." },
	{ "tc qdisc replace dev eth0 root mq", "RTNETLINK answers: Operation not supported" },
	{ "tc qdisc del dev eth0 root", "Error: Cannot delete qdisc with handle of zero." },
	{ "tc qdisc add dev eth0 root pfifo limit 5; tc qdisc add dev eth0 root pfifo limit 5",
	  "Error: Exclusivity flag on, cannot modify." },
	{ "tc qdisc change dev eth0 root pfifo limit 5",
	  "Error: Qdisc not found. To create specify NLM_F_CREATE flag." },
	{ "tc qdisc replace dev eth0 root pfifo limit x",
	  "pfifo: Illegal value for \"limit\": \"x\" at column 44" },
	{ "tc qdisc replace dev eth0 root pfifo_fast limit 3",
	  "pfifo_fast: unknown parameter \"limit\" at column 43; expected none" },
	{ "tc qdisc del dev nodev root", "Cannot find device \"nodev\"" },
	{ "tc filter", "tc: unknown word 'filter' at column 4; expected qdisc" },
	{ "sysctl net.ipv4.tcp_ecn=7 net.ipv4.tcp_frob=1",
	  "sysctl: setting key \"net.ipv4.tcp_ecn\": Invalid argument\n"
	  "sysctl: cannot stat /proc/sys/net/ipv4/tcp_frob: No such file or directory" },
	{ "sysctl module.tcp_cubic.beta",
	  "sysctl: cannot stat /proc/sys/module/tcp_cubic/beta: No such file or directory" },
	{ "sysctl -w net.ipv4.tcp_ecn", "sysctl: command line(0): invalid syntax, continuing..." },
	{ "sysctl -a", "sysctl: unknown word '-a' at column 8; expected "
		       "-w|-q|-n|-e|NAME=VALUE|NAME" },
	{ "ip tcp_metrics flush 1.2.3.4", "RTNETLINK answers: No such process" },
	{ "ip addr flush", "Flush requires arguments." },
	{ "ethtool -K eth0 tso on", "Could not change any device features" },
	{ "ethtool -K eth0 frob on", "ethtool: unknown word 'frob' at column 17; expected "
				     "rx|tx|sg|tso|gso|gro|txvlan|rxhash|tx-udp-segmentation" },
	{ "ethtool -g eth0", "netlink error: Operation not supported" },
	{ "ethtool -x", "ethtool: unknown word '-x' at column 9; expected -k|-K|-c|-C|-g|-G|-l" },
	{ "ss -x", "ss: unknown word '-x' at column 4; expected options -u -t -a -l -n -p -e -m -o "
		   "-i -K -H -O -4, or a filter" },
	{ "ethtool -C eth0 rx-usecs 10", "netlink error: Operation not supported" },
	{ "xps eth0 0 zz", "xps: 'zz' at column 12 is not a hexadecimal mask" },
};

static void refusals(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(refused); i++) {
		struct arp_net *a = arp_net_new(true);
		char err[256];
		int ret = ipcmd(&a->w->host[0], refused[i].line, err, sizeof(err));

		if (ret >= 0 || strcmp(err, refused[i].err) != 0)
			fail_msg("%s\n got  %d %s\n want %s", refused[i].line, ret, err,
				 refused[i].err);
		arp_net_free(a);
	}
}

/* After these commands: what the last one shows. */
static const struct {
	const char *line, *shows;
} shown[] = {
	{ "ip route", "192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.1 \n" },
	{ "ip route add default via 192.0.2.9; ip ro add default via 192.0.2.10 metric 5; ip route "
	  "show default",
	  "default via 192.0.2.9 dev eth0 \ndefault via 192.0.2.10 dev eth0 metric 5 \n" },
	{ "ip route add unreachable 10.0.0.0/8;"
	  "ip route add 203.0.113.0/24 via 192.0.2.77 dev eth0 metric 5 mtu lock 1400 src "
	  "192.0.2.1 proto static;"
	  "ip route",
	  "unreachable 10.0.0.0/8 \n"
	  "192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.1 \n"
	  "203.0.113.0/24 via 192.0.2.77 dev eth0 proto static src 192.0.2.1 metric 5 mtu lock "
	  "1400 \n" },
	{ "ip route show table local",
	  "local 127.0.0.0/8 dev lo proto kernel scope host src 127.0.0.1 \n"
	  "local 127.0.0.1 dev lo proto kernel scope host src 127.0.0.1 \n"
	  "broadcast 127.255.255.255 dev lo proto kernel scope link src 127.0.0.1 \n"
	  "local 192.0.2.1 dev eth0 proto kernel scope host src 192.0.2.1 \n"
	  "broadcast 192.0.2.255 dev eth0 proto kernel scope link src 192.0.2.1 \n" },
	{ "ip route get 192.0.2.5", "192.0.2.5 dev eth0 src 192.0.2.1 uid 0 \n    cache \n" },
	{ "ip route get 192.0.2.1",
	  "local 192.0.2.1 dev lo src 192.0.2.1 uid 0 \n    cache <local> \n" },
	{ "ip route get 192.0.2.255",
	  "broadcast 192.0.2.255 dev eth0 src 192.0.2.1 uid 0 \n    cache <local,brd> \n" },
	{ "ip route add default via 192.0.2.9; ip route get 8.8.8.8",
	  "8.8.8.8 via 192.0.2.9 dev eth0 src 192.0.2.1 uid 0 \n    cache \n" },
	{ "ip addr add 192.0.2.7/24 brd + dev eth0; ip addr show eth0",
	  "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UNKNOWN "
	  "group default qlen 1000\n"
	  "    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n"
	  "    inet 192.0.2.1/24 scope global eth0\n       valid_lft forever preferred_lft "
	  "forever\n"
	  "    inet 192.0.2.7/24 brd 192.0.2.255 scope global secondary eth0\n"
	  "       valid_lft forever preferred_lft forever\n" },
	{ "ip addr show dev lo",
	  "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen "
	  "1000\n"
	  "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n"
	  "    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n" },
	{ "ip link set eth0 down mtu 1400 address 02:00:00:00:00:09 txqueuelen 7; ip link show "
	  "eth0",
	  "2: eth0: <BROADCAST,MULTICAST> mtu 1400 qdisc pfifo_fast state DOWN mode DEFAULT group "
	  "default qlen 7\n"
	  "    link/ether 02:00:00:00:00:09 brd ff:ff:ff:ff:ff:ff\n" },
	{ "tc qdisc replace dev eth0 root noqueue; ip link show eth0",
	  "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UNKNOWN mode "
	  "DEFAULT group default "
	  "qlen 1000\n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n" },
	{ "ip neigh add 192.0.2.2 lladdr 02:00:00:00:02:01 dev eth0; ip n",
	  "192.0.2.2 dev eth0 lladdr "
	  "02:00:00:00:02:01 PERMANENT \n" },
	{ "ip neigh add 192.0.2.2 lladdr 02:00:00:00:02:01 dev eth0 nud stale router; ip neigh "
	  "show dev eth0",
	  "192.0.2.2 lladdr 02:00:00:00:02:01 router STALE \n" },
	{ "sysctl net.ipv4.ip_local_port_range # a comment; ip frob",
	  "net.ipv4.ip_local_port_range = 32768\t60999\n" },
	{ "sysctl -w net.ipv4.ip_local_port_range=\"40000 40999\"\nsysctl "
	  "net/ipv4/ip_local_port_range",
	  "net.ipv4.ip_local_port_range = 40000 40999\nnet.ipv4.ip_local_port_range = "
	  "40000\t40999\n" },
	{ "sysctl -qw net.ipv4.tcp_rmem='4096 5000 60000' net.ipv4.tcp_sack=0; sysctl -n "
	  "net.ipv4.tcp_rmem net.ipv4.tcp_sack -e net.ipv4.none",
	  "4096\t5000\t60000\n0\n" },
	{ "tc qdisc",
	  "qdisc noqueue 0: dev lo root refcnt 2 \n"
	  "qdisc pfifo_fast 0: dev eth0 root refcnt 2 bands 3 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 "
	  "1 1\n" },
	{ "tc qdisc add dev eth0 root pfifo limit 0; tc qdisc show dev eth0",
	  "qdisc pfifo 8001: root refcnt 2 limit 0p\n" },
	{ "tc qdisc add dev eth0 root pfifo limit 3; tc qdisc change dev eth0 root pfifo limit 7;"
	  "tc -s qdisc show dev eth0",
	  "qdisc pfifo 8001: root refcnt 2 limit 7p\n"
	  " Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0) \n"
	  " backlog 0b 0p requeues 0\n" },
	{ "tc qdisc add dev eth0 root pfifo; tc qdisc replace dev eth0 root pfifo_fast; tc qdisc "
	  "replace dev eth0 root pfifo; tc qdisc show dev eth0",
	  "qdisc pfifo 8003: root refcnt 2 limit 1000p\n" },
	{ "tc qdisc add dev eth0 root pfifo limit 3; tc qdisc del dev eth0 root; tc qdisc show dev "
	  "eth0",
	  "qdisc pfifo_fast 0: root refcnt 2 bands 3 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1\n" },
	{ "ip -s link show eth0",
	  "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UNKNOWN mode "
	  "DEFAULT group default "
	  "qlen 1000\n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n"
	  "    RX:  bytes packets errors dropped  missed   mcast           \n"
	  "             0       0      0       0       0       0 \n"
	  "    TX:  bytes packets errors dropped carrier collsns           \n"
	  "             0       0      0       0       0       0 \n" },
	{ "ip addr flush dev eth0; ip route", "" },
	{ "ip tcp_metrics flush all; ip tcp_metrics", "" },
	{ "ethtool -K eth0 gso off gro off; ethtool -k eth0",
	  "Features for eth0:\nrx-checksumming: off [fixed]\ntx-checksumming: off\n"
	  "scatter-gather: on\ntcp-segmentation-offload: off\ngeneric-segmentation-offload: off\n"
	  "generic-receive-offload: off\ntx-vlan-offload: on\nreceive-hashing: off [fixed]\n"
	  "tx-udp-segmentation: off [fixed]\n" },
	{ "ethtool -K eth0 sg off; ethtool -K eth0 gso off; ethtool -K eth0 gso on sg on; ethtool "
	  "-k eth0",
	  "Features for eth0:\nrx-checksumming: off [fixed]\ntx-checksumming: off\n"
	  "scatter-gather: on\ntcp-segmentation-offload: off\ngeneric-segmentation-offload: on\n"
	  "generic-receive-offload: on\ntx-vlan-offload: on\nreceive-hashing: off [fixed]\n"
	  "tx-udp-segmentation: off [fixed]\n" },
	{ "ss -una", "State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n" },
	{ "ss", "Netid State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n" },
	{ "ip addr del 192.0.2.1 dev eth0; ip route", "" },
	{ " ; ;\n# nothing\n", "" },
};

static void shows(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(shown); i++) {
		struct arp_net *a = arp_net_new(true);
		char out[2048], err[256];
		int ret = ipcmd_show(&a->w->host[0], shown[i].line, out, sizeof(out), err,
				     sizeof(err));

		if (ret < 0 || strcmp(out, shown[i].shows) != 0)
			fail_msg("%s: %d %s\n got\n%s want\n%s", shown[i].line, ret, err, out,
				 shown[i].shows);
		arp_net_free(a);
	}
}

/* Output that does not fit is cut, never overrun. */
static void small_buffers(void **state)
{
	struct arp_net *a = arp_net_new(true);
	char out[512], err[4];

	(void)state;
	for (u32 cap = 0; cap < 400; cap++) {
		memset(out, 0x7e, sizeof(out));
		assert_int_equal(
			ipcmd_show(&a->w->host[0], "ip addr show", out, cap, err, sizeof(err)), 0);
		assert_int_equal(out[cap], 0x7e);
		if (cap != 0)
			assert_true(strlen(out) < cap);
	}
	assert_true(ipcmd(&a->w->host[0], "ip frob", err, sizeof(err)) < 0);
	assert_string_equal(err, "ip:");
	arp_net_free(a);
}

/* pfifo lets as many packets wait as it has been told; none at all, and none can be sent. */
static void pfifo_limit(void **state)
{
	static const struct {
		const char *line;
		u32 sent;
	} rows[] = {
		{ "tc qdisc replace dev eth0 root pfifo limit 0", 0 },
		{ "tc qdisc replace dev eth0 root pfifo limit 1", 1 },
		{ "tc qdisc replace dev eth0 root pfifo limit 0; tc qdisc change dev eth0 root "
		  "pfifo limit 1",
		  1 }
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct arp_net *a = arp_net_new(true);
		s64 fd = arp_net_socket(a);

		arp_net_config(a, "ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0");
		arp_net_config(a, rows[i].line);
		arp_net_send(a, fd, "192.0.2.2");
		arp_net_run(a, 10);
		if (a->nr_sent != rows[i].sent)
			fail_msg("%s: %u frames, want %u", rows[i].line, a->nr_sent, rows[i].sent);
		arp_net_free(a);
	}
}

/* A socket that is bound and one that is connected, and what of them is asked for. */
static void sockets_shown(void **state)
{
	static const struct {
		const char *line, *shows;
	} rows[] = {
		{ "ss -una", "State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n"
			     "UNCONN 0      0            0.0.0.0:5000      0.0.0.0:*          \n"
			     "ESTAB  0      0          192.0.2.1:5001    192.0.2.9:5000       \n" },
		{ "ss -uHnl", "UNCONN 0 0 0.0.0.0:5000 0.0.0.0:*\n" },
		{ "ss -H -n", "udp ESTAB 0 0 192.0.2.1:5001 192.0.2.9:5000\n" },
		{ "ss -Hupem", "ESTAB 0 0 192.0.2.1:5001 "
			       "192.0.2.9:5000 users:((\"script\",pid=1,fd=4)) ino:2 sk:2 "
			       "<->\n\t skmem:(r0,rb212992,t0,tb212992,f0,w0,o0,bl0,d0)\n" },
		{ "ss -tna", "State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n" },
	};
	struct arp_net *a = arp_net_new(true);
	s64 fd[2] = { arp_net_socket(a), arp_net_socket(a) };
	char out[1024], err[128];

	(void)state;
	assert_int_equal(call_bind(a->w, 0, 0, (int)fd[0], "0.0.0.0", 5000), 0);
	assert_int_equal(call_bind(a->w, 0, 0, (int)fd[1], "192.0.2.1", 5001), 0);
	assert_int_equal(call_connect(a->w, 0, 0, (int)fd[1], "192.0.2.9", 5000), 0);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(ipcmd_show(&a->w->host[0], rows[i].line, out, sizeof(out), err,
					    sizeof(err)),
				 0);
		if (strcmp(out, rows[i].shows) != 0)
			fail_msg("%s\n got\n%s\n want\n%s", rows[i].line, out, rows[i].shows);
	}
	arp_net_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals),	 cmocka_unit_test(shows),
		cmocka_unit_test(small_buffers), cmocka_unit_test(pfifo_limit),
		cmocka_unit_test(sockets_shown),
	};

	return cmocka_run_group_tests_name("ipcmd", tests, NULL, NULL);
}
