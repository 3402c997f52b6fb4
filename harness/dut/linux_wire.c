// SPDX-License-Identifier: MIT
/* linux_wire.c - TAP and TUN devices: their other ends are the executor's.
 *
 * Hosts' ends are joined by a hub. A frame that the device took without its checksum is completed
 * here, as its reader has to do; one that is still to be cut into segments is reported whole.
 */
#include "harness/dut/linux_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/check.h"

enum {
	IP_HEAD = 20,
	IP_PLAIN = 0x45,
	IP_PROTO = 9,
	PROTO_ICMP = 1,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	TCP_HEAD = 20
};
enum { ICMP_TIMESTAMP_ASKED = 13 };
enum { ETH_TYPE = 12, FRAMES_AT_ONCE = 100000, TURNS = 8 };

static int failed(const char *what, char *err, u32 err_size)
{
	snprintf(err, err_size, "%s: %s", what, strerror(errno));
	return -1;
}

static bool set_mac(int tap, const u8 *mac)
{
	struct ifreq r = { 0 };

	r.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	memcpy(r.ifr_hwaddr.sa_data, mac, 6);
	return ioctl(tap, SIOCSIFHWADDR, &r) == 0;
}

int linux_wire_begin(struct linux_dut *l, u32 host, char *err, u32 err_size)
{
	struct linux_host *h = &l->host[host];
	bool tap = l->cfg.device != DUT_TUN;
	unsigned int offload = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
	struct ifreq r = { 0 };

	snprintf(h->dev, sizeof(h->dev), "%s", l->cfg.stock ? "tun0" : "eth0");
	h->tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (h->tap < 0)
		return failed("/dev/net/tun", err, err_size);
	memcpy(r.ifr_name, h->dev, sizeof(h->dev));
	r.ifr_flags = (short)((tap ? IFF_TAP : IFF_TUN) | IFF_NO_PI);
	if (l->cfg.stock)
		r.ifr_flags |= IFF_VNET_HDR;
	if (ioctl(h->tap, TUNSETIFF, &r) != 0)
		return failed("TUNSETIFF", err, err_size);
	if (l->cfg.stock && ioctl(h->tap, TUNSETOFFLOAD, offload) != 0)
		return failed("TUNSETOFFLOAD", err, err_size);
	memcpy(h->mac, (u8[]){ 2, 0, 0, 0, 0, (u8)(host + 1) }, sizeof(h->mac));
	if (tap && !set_mac(h->tap, h->mac))
		return failed("SIOCSIFHWADDR", err, err_size);
	return 0;
}

void linux_wire_end(struct linux_dut *l, u32 host)
{
	struct linux_host *h = &l->host[host];

	if (h->tap >= 0)
		close(h->tap);
	h->tap = -1;
}

/* --- frames
 * ------------------------------------------------------------------------------------------- */

/* RFC 1071. `from` lies before `len`. */
static u16 internet_sum(const u8 *p, u32 from, u32 len)
{
	u32 sum = 0;

	for (u32 i = from; i < len; i++) {
		sum += (i - from) % 2 == 0 ? (u32)p[i] << 8 : p[i];
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (u16)~sum;
}

/* LINUX: skb_checksum_help(). */
static void complete(u8 *frame, u32 len, const struct virtio_net_hdr *v)
{
	u32 at = (u32)v->csum_start + v->csum_offset;
	u16 sum;

	if ((v->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) == 0 || at + 2 > len)
		return;
	sum = internet_sum(frame, v->csum_start, len);
	if (sum == 0)
		sum = 0xffff;
	frame[at] = (u8)(sum >> 8);
	frame[at + 1] = (u8)sum;
}

/* Length of the next frame; 0: there is none. */
static u32 read_frame(struct linux_dut *l, u32 host)
{
	struct virtio_net_hdr v = { 0 };
	struct iovec iov[2] = { { &v, sizeof(v) }, { l->frame, sizeof(l->frame) } };
	ssize_t n;

	/* Who waits for room in the device's queue may go on. */
	linux_stir_still(l, !linux_tasks_wait(l));
	if (!l->cfg.stock) {
		n = read(l->host[host].tap, l->frame, sizeof(l->frame));
		return n > 0 ? (u32)n : 0;
	}
	n = readv(l->host[host].tap, iov, 2);
	if (n <= (ssize_t)sizeof(v))
		return 0;
	complete(l->frame, (u32)n - (u32)sizeof(v), &v);
	return (u32)n - (u32)sizeof(v);
}

/* A frame of IPv6: a live kernel may send some before it is told not to; the judging one has none.
 */
static bool is_foreign(const struct linux_dut *l, u32 len)
{
	if (l->boot != NULL)
		return false;
	if (l->cfg.device == DUT_TUN)
		return l->frame[0] >> 4 == 6;
	return len > ETH_TYPE + 1 && l->frame[ETH_TYPE] == 0x86 && l->frame[ETH_TYPE + 1] == 0xdd;
}

/* The kernel does not look at the clock for it: UDP, ARP, ICMP but for its timestamps, none with
 * options and no fragments, which may be either.
 */
static bool is_still(const struct linux_dut *l, const u8 *frame, u32 len)
{
	bool tun = l->cfg.device == DUT_TUN;
	const u8 *ip = frame + (tun ? 0 : ETH_TYPE + 2);
	u32 head = tun ? 0 : ETH_TYPE + 2, icmp = head + IP_HEAD;

	if (!tun && len >= head && frame[ETH_TYPE] == 8 && frame[ETH_TYPE + 1] == 6)
		return true;
	if (len <= icmp || (!tun && (frame[ETH_TYPE] != 8 || frame[ETH_TYPE + 1] != 0)))
		return false;
	if (ip[0] != IP_PLAIN || (ip[6] & 0x3f) != 0 || ip[7] != 0)
		return false;
	return ip[IP_PROTO] == PROTO_UDP ||
	       (ip[IP_PROTO] == PROTO_ICMP && frame[icmp] != ICMP_TIMESTAMP_ASKED);
}

/* A segment of more than the script's --mss is written as one that was put together. */
static void mark_gso(const struct linux_dut *l, const u8 *ip, u32 len, struct virtio_net_hdr *v)
{
	u32 hlen = (ip[0] & 15u) * 4, head;

	if (l->cfg.mss == 0 || len < IP_HEAD || ip[0] >> 4 != 4 || ip[IP_PROTO] != PROTO_TCP ||
	    hlen < IP_HEAD || len < hlen + TCP_HEAD)
		return;
	head = hlen + (u32)(ip[hlen + 12] >> 4) * 4;
	if (len <= head + l->cfg.mss)
		return;
	v->gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	v->gso_size = l->cfg.mss;
}

/* A device that is down takes none, which is its own affair. */
static void write_frame(struct linux_dut *l, u32 host, const u8 *frame, u32 len)
{
	struct virtio_net_hdr v = { 0 };
	struct iovec iov[2] = { { &v, sizeof(v) }, { (void *)(uintptr_t)frame, len } };
	u32 skip = l->cfg.stock ? 0 : 1;
	ssize_t n;

	if (l->cfg.stock && l->cfg.device == DUT_TUN)
		mark_gso(l, frame, len, &v);
	linux_count_move(l);
	linux_stir_still(l, !linux_tasks_wait(l) && is_still(l, frame, len));
	n = writev(l->host[host].tap, iov + skip, (int)(2 - skip));
	(void)n;
}

static void arrive(struct linux_dut *l, u32 host, const u8 *frame, u32 len)
{
	if (l->dut.on_frame != NULL)
		l->dut.on_frame(l->dut.ctx, host, false, frame, len, linux_now_ps(&l->dut));
	write_frame(l, host, frame, len);
}

static void depart(struct linux_dut *l, u32 host, u32 len)
{
	u64 now = linux_now_ps(&l->dut);

	if (l->dut.on_frame != NULL)
		l->dut.on_frame(l->dut.ctx, host, true, l->frame, len, now);
	if (l->dut.on_arrival != NULL)
		l->dut.on_arrival(l->dut.ctx, host, l->frame, len, now);
	for (u32 h = 0; h < l->cfg.hosts; h++)
		if (h != host)
			arrive(l, h, l->frame, len);
}

/* Bit a host whose device has frames to be read. A read that fails costs a microsecond in the
 * guest, asking does not.
 */
static u32 readable(const struct linux_dut *l)
{
	struct pollfd p[DUT_HOSTS];
	u32 set = 0;

	for (u32 h = 0; h < l->cfg.hosts; h++)
		p[h] = (struct pollfd){ .fd = l->host[h].tap, .events = POLLIN };
	if (poll(p, l->cfg.hosts, 0) <= 0)
		return 0;
	for (u32 h = 0; h < l->cfg.hosts; h++)
		set |= (u32)((p[h].revents & POLLIN) != 0) << h;
	return set;
}

bool linux_wire_collect(struct linux_dut *l)
{
	bool any = false;
	u32 set = 0;

	if (l->known != NULL && l->known->wires)
		return false;
	for (u32 i = 0; i < FRAMES_AT_ONCE && (set = readable(l)) != 0; i++) {
		for (u32 h = 0; h < l->cfg.hosts; h++) {
			u32 len = (set >> h & 1) != 0 ? read_frame(l, h) : 0;

			if (len == 0 || is_foreign(l, len))
				continue;
			depart(l, h, len);
			any = true;
		}
	}
	if (l->known != NULL)
		l->known->wires = set == 0;
	return any;
}

const char *linux_inject(struct dut *d, u32 host, const u8 *frame, u32 len)
{
	struct linux_dut *l = linux_of(d);

	if (len > LINUX_FRAME_MAX)
		return "no room for so long a frame";
	arrive(l, host, frame, len);
	linux_collect(l);
	return NULL;
}

/* What the kernel's workers have to do is done before the executor goes on, whose priority keeps
 * them waiting: who is told of a carrier hears of its loss even when it is back at the same
 * instant.
 */
static void let_workers_run(const struct linux_dut *l)
{
	struct sched_param p = { 0 };
	int policy = sched_getscheduler(0);

	if (!l->fifo || sched_getparam(0, &p) != 0 ||
	    sched_setscheduler(0, SCHED_IDLE, &(struct sched_param){ 0 }) != 0)
		return;
	for (u32 i = 0; i < TURNS; i++)
		(void)sched_yield();
	(void)sched_setscheduler(0, policy, &p);
}

void linux_link(struct dut *d, u32 host, bool up)
{
	struct linux_dut *l = linux_of(d);
	int carrier = up;

	linux_stir(l);
	(void)ioctl(l->host[host].tap, TUNSETCARRIER, &carrier);
	let_workers_run(l);
	linux_collect(l);
}
