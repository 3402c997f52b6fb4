// SPDX-License-Identifier: MIT
/* udp_sockopt.c - the options of levels SOL_UDP and SOL_UDPLITE, which are one.
 *
 * Path: sys_setsockopt() and sys_getsockopt(). Rules: LINUX: udp_lib_setsockopt(),
 * udp_lib_getsockopt() in net/ipv4/udp.c, without IPsec. harness/unit compares them with the
 * kernel. Missing: receivers of encapsulation, which are kernel modules.
 */
#include "ipv4/udp.h"

#include "uapi/errno.h"
#include "uapi/in.h"
#include "uapi/socket.h"

static int set_cork(struct sock *sk, s32 val)
{
	udp_sk(sk)->corkflag = val != 0;
	if (val == 0) {
		lock_sock(sk);
		(void)udp_push_pending_frames(sk);
		release_sock(sk);
	}
	return 0;
}

void udp_tunnel_encap_enable(struct sock *sk)
{
	if (udp_sk(sk)->encap_enabled)
		return;
	udp_sk(sk)->encap_enabled = true;
	sock_net(sk)->udp_encap_needed++;
}

static int set_encap(struct sock *sk, s32 val)
{
	if (val != 0 && val != UDP_ENCAP_L2TPINUDP)
		return -ENOPROTOOPT;
	/* Without a receiver (a kernel module's) the type alone keeps errors away, no more. */
	udp_sk(sk)->encap_type = (u8)val;
	udp_tunnel_encap_enable(sk);
	return 0;
}

static int set_segment(struct sock *sk, s32 val)
{
	if (val < 0 || val > (s32)U16_MAX)
		return -EINVAL;
	udp_sk(sk)->gso_size = (u16)val;
	return 0;
}

/* RFC 3828 3.3: a coverage is none (all) or the header at least. -1: this socket has none. */
static s32 coverage(const struct sock *sk, s32 val)
{
	if (!is_udplite(sk))
		return -1;
	if (val != 0 && val < UDP_HLEN)
		return UDP_HLEN;
	return val > (s32)U16_MAX ? (s32)U16_MAX : val;
}

static int set_send_coverage(struct sock *sk, s32 val)
{
	s32 cov = coverage(sk, val);

	if (cov < 0)
		return -ENOPROTOOPT;
	udp_sk(sk)->pcslen = (u16)cov;
	udp_sk(sk)->udplite_send_cc = true;
	return 0;
}

static int set_recv_coverage(struct sock *sk, s32 val)
{
	s32 cov = coverage(sk, val);

	if (cov < 0)
		return -ENOPROTOOPT;
	udp_sk(sk)->pcrlen = (u16)cov;
	udp_sk(sk)->udplite_recv_cc = true;
	return 0;
}

static int set_one(struct sock *sk, int optname, s32 val)
{
	struct udp_sock *up = udp_sk(sk);

	switch (optname) {
	case UDP_CORK:
		return set_cork(sk, val);
	case UDP_ENCAP:
		return set_encap(sk, val);
	case UDP_NO_CHECK6_TX:
		up->no_check6_tx = val != 0;
		return 0;
	case UDP_NO_CHECK6_RX:
		up->no_check6_rx = val != 0;
		return 0;
	case UDP_SEGMENT:
		return set_segment(sk, val);
	case UDP_GRO:
		if (val != 0)
			udp_tunnel_encap_enable(sk);
		up->gro_enabled = val != 0;
		up->accept_udp_l4 = val != 0;
		return 0;
	case UDPLITE_SEND_CSCOV:
		return set_send_coverage(sk, val);
	case UDPLITE_RECV_CSCOV:
		return set_recv_coverage(sk, val);
	default:
		return -ENOPROTOOPT;
	}
}

/* LINUX: udp_lib_setsockopt()'s part for SOL_SOCKET: the threshold of udp_rmem_release() follows.
 */
static int set_socket(struct sock *sk, int optname, uptr optval, u32 optlen)
{
	int err = sock_setsockopt(sk->sk_socket, SOL_SOCKET, optname, optval, optlen);

	if (optname == SO_RCVBUF || optname == SO_RCVBUFFORCE)
		udp_sk(sk)->forward_threshold = (u32)sk->sk_rcvbuf >> 2;
	return err;
}

int udp_setsockopt(struct sock *sk, int level, int optname, uptr optval, u32 optlen)
{
	u8 val[4];

	if (level == SOL_SOCKET)
		return set_socket(sk, optname, optval, optlen);
	if (level != SOL_UDP && level != SOL_UDPLITE)
		return ip_setsockopt(sk, level, optname, optval, optlen);
	if (optlen < sizeof(val))
		return -EINVAL;
	if (copy_from_user(current_task(sock_net(sk)), val, optval, sizeof(val)) != 0)
		return -EFAULT;
	return set_one(sk, optname, (s32)get_le32(val));
}

static int get_one(const struct sock *sk, int optname, u32 *val)
{
	const struct udp_sock *up = udp_sk(sk);

	switch (optname) {
	case UDP_CORK:
		*val = up->corkflag;
		return 0;
	case UDP_ENCAP:
		*val = up->encap_type;
		return 0;
	case UDP_NO_CHECK6_TX:
		*val = up->no_check6_tx;
		return 0;
	case UDP_NO_CHECK6_RX:
		*val = up->no_check6_rx;
		return 0;
	case UDP_SEGMENT:
		*val = up->gso_size;
		return 0;
	case UDP_GRO:
		*val = up->gro_enabled;
		return 0;
	case UDPLITE_SEND_CSCOV:
		*val = up->pcslen;
		return 0;
	case UDPLITE_RECV_CSCOV:
		*val = up->pcrlen;
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

int udp_getsockopt(struct sock *sk, int level, int optname, uptr optval, uptr optlen)
{
	struct task *t = current_task(sock_net(sk));
	u8 raw[4], out[4];
	u32 val, len;
	int err;

	if (level != SOL_UDP && level != SOL_UDPLITE)
		return ip_getsockopt(sk, level, optname, optval, optlen);
	if (copy_from_user(t, raw, optlen, sizeof(raw)) != 0)
		return -EFAULT;
	len = get_le32(raw);
	if ((s32)len < 0)
		return -EINVAL;
	len = min_u32(len, sizeof(out));
	err = get_one(sk, optname, &val);
	if (err != 0)
		return err;
	put_le32(raw, len);
	put_le32(out, val);
	if (copy_to_user(t, optlen, raw, sizeof(raw)) != 0)
		return -EFAULT;
	return copy_to_user(t, optval, out, len) != 0 ? -EFAULT : 0;
}
