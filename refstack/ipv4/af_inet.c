// SPDX-License-Identifier: MIT
/* af_inet.c - the family AF_INET: creating its sockets, binding them, and the way into the
 * protocols.
 *
 * Path: step 2: sock_sendmsg_nosec() calls inet_sendmsg(), which calls the protocol's sendmsg.
 * Rules: LINUX: net/ipv4/af_inet.c. There are no l3mdev, no BPF hooks and no modules to load.
 */
#include "ipv4/af_inet.h"

#include "core/iov.h"
#include "core/neighbour.h"
#include "core/skbuff.h"
#include "core/datagram.h"
#include "ipv4/igmp.h"
#include "ipv4/ip.h"
#include "ipv4/ip_fib.h"
#include "ipv4/tcp.h"
#include "ipv4/udp.h"
#include "ipv4/udplite.h"
#include "uapi/capability.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/in.h"
#include "uapi/if.h"
#include "uapi/ioctl.h"
#include "uapi/route.h"

/* Offsets in struct sockaddr_in. */
enum { SIN_FAMILY = 0, SIN_PORT = 2, SIN_ADDR = 4, SIN_ZERO = 8 };

enum { SK_NO_REUSE, SK_CAN_REUSE, SK_FORCE_REUSE };

void inet_sock_destruct(struct sock *sk)
{
	skb_queue_purge_reason(&sk->sk_receive_queue, DROP_QUEUE_PURGE);
	skb_queue_purge_reason(&sk->sk_error_queue, DROP_QUEUE_PURGE);
	sk->sk_reserved_mem = 0;
	sk_mem_reclaim(sk);
	assert(sk->sk_type != SOCK_STREAM || sk->sk_state == TCP_CLOSE);
	assert(sock_flag(sk, SOCK_DEAD));
	assert(sk->sk_rmem_alloc == 0);
	assert(sk->sk_wmem_alloc == 0);
	assert(sk->sk_wmem_queued == 0);
	assert(sk->sk_forward_alloc == 0);
	if (sk->sk_dst_cache != NULL)
		dst_release(sk->sk_dst_cache);
	sk->sk_dst_cache = NULL;
	if (sk->sk_rx_dst != NULL)
		dst_release(sk->sk_rx_dst);
	sk->sk_rx_dst = NULL;
}

/* A socket that sends before it was bound gets a port. Not being able to is -EAGAIN for the caller.
 */
static int inet_autobind(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);
	int err = 0;

	PROBE(sock_net(sk), inet_autobind);
	PATH_STEP(sock_net(sk), INET_AUTOBIND, 0, 0);
	lock_sock(sk);
	if (sk->sk_num == 0) {
		if (sk->sk_prot->get_port(sk, 0) != 0)
			err = -EAGAIN;
		else
			inet->inet_sport = cpu_to_be16(sk->sk_num);
	}
	release_sock(sk);
	return err;
}

/* -------- creation -------- */

/* Finds the protocol of a socket of this type. *protocol 0 means: the type's usual one, which is
 * then stored. The last entry that did not match decides between the two errors.
 */
static const struct inet_protosw *inet_lookup_protosw(const struct inetsw *sw, u16 type,
						      int *protocol, int *err)
{
	struct list_head *pos;

	*err = -ESOCKTNOSUPPORT;
	list_for_each (pos, &sw->head[type]) {
		const struct inet_protosw *answer = list_entry(pos, struct inet_protosw, list);

		if (*protocol == answer->protocol) {
			if (*protocol != IPPROTO_IP)
				return answer;
		} else if (*protocol == IPPROTO_IP) {
			*protocol = answer->protocol;
			return answer;
		} else if (answer->protocol == IPPROTO_IP) {
			return answer;
		}
		*err = -EPROTONOSUPPORT;
	}
	return NULL;
}

static void inet_init_sock(struct sock *sk, struct socket *sock, int protocol, u8 flags)
{
	struct inet_sock *inet = inet_sk(sk);
	const struct net_sysctl *ctl = &sock_net(sk)->sysctl;

	if ((flags & INET_PROTOSW_REUSE) != 0)
		sk->sk_reuse = SK_CAN_REUSE;
	inet_assign_bit(sk, INET_FLAGS_IS_ICSK, (flags & INET_PROTOSW_ICSK) != 0);
	if (sock->type == SOCK_RAW) {
		sk->sk_num = (u16)protocol;
		inet_assign_bit(sk, INET_FLAGS_HDRINCL, protocol == IPPROTO_RAW);
	}
	inet->pmtudisc = ctl->ip_no_pmtu_disc != 0 ? IP_PMTUDISC_DONT : IP_PMTUDISC_WANT;
	sock_init_data(sock, sk);
	sk->sk_destruct = inet_sock_destruct;
	sk->sk_protocol = (u16)protocol;
	sk->sk_backlog_rcv = sk->sk_prot->backlog_rcv;
	sk->sk_txrehash = (u8)ctl->txrehash;
	inet->uc_ttl = -1;
	inet->mc_ttl = 1;
	inet_assign_bit(sk, INET_FLAGS_MC_LOOP, true);
	inet_assign_bit(sk, INET_FLAGS_MC_ALL, true);
}

static int inet_create(struct net *net, struct socket *sock, int protocol, bool kern)
{
	const struct inet_protosw *answer;
	struct sock *sk;
	int err;

	PROBE(net, inet_create);
	if (protocol < 0 || protocol >= IPPROTO_MAX)
		return -EINVAL;
	sock->state = SS_UNCONNECTED;
	answer = inet_lookup_protosw(net->inetsw, sock->type, &protocol, &err);
	if (answer == NULL)
		return err;
	if (sock->type == SOCK_RAW && !kern && !ns_capable(current_task(net), CAP_NET_RAW))
		return -EPERM;
	sock->ops = answer->ops;
	sk = sk_alloc(net, PF_INET, answer->prot, kern);
	if (sk == NULL)
		return -ENOMEM;
	inet_init_sock(sk, sock, protocol, answer->flags);
	err = 0;
	if (sk->sk_num != 0) {
		/* A protocol that is numbered at creation shares its number with others. */
		inet_sk(sk)->inet_sport = cpu_to_be16(sk->sk_num);
		err = sk->sk_prot->hash(sk);
	}
	if (err == 0 && sk->sk_prot->init != NULL)
		err = sk->sk_prot->init(sk);
	if (err != 0) {
		sk_common_release(sk);
		sock->sk = NULL;
	}
	return err;
}

int inet_release(struct socket *sock)
{
	struct sock *sk = sock->sk;
	const struct task *t;
	s64 timeout = 0;
	int err;

	if (sk == NULL)
		return 0;
	PROBE(sock_net(sk), inet_release);
	if (unlikely(inet_sk(sk)->mc_list != NULL))
		ip_mc_drop_socket(sk);
	t = this_cpu(sock_net(sk))->current;
	/* A process that ends does not wait. */
	if (t != NULL && sock_flag(sk, SOCK_LINGER))
		timeout = t->wait_at == STREAM_WAIT_CLOSE ? t->timeo : (s64)sk->sk_lingertime;
	err = sk->sk_prot->close(sk, timeout);
	if (err == 0)
		sock->sk = NULL;
	return err;
}

/* -------- addresses -------- */

bool inet_can_nonlocal_bind(const struct sock *sk)
{
	return sock_net(sk)->sysctl.ip_nonlocal_bind != 0 ||
	       inet_test_bit(sk, INET_FLAGS_FREEBIND) || inet_test_bit(sk, INET_FLAGS_TRANSPARENT);
}

bool inet_addr_valid_or_nonlocal(const struct sock *sk, be32 addr, u32 type)
{
	return inet_can_nonlocal_bind(sk) || be32_is_zero(addr) || type == RTN_LOCAL ||
	       type == RTN_MULTICAST || type == RTN_BROADCAST;
}

static bool inet_port_requires_bind_service(const struct net *net, u16 port)
{
	return port < net->sysctl.ip_unprivileged_port_start;
}

/* The socket is locked, the address allowed: what remains is the port. */
static int inet_bind_locked(struct sock *sk, be32 addr, u16 snum, u32 addr_type)
{
	struct inet_sock *inet = inet_sk(sk);
	int err;

	if (sk->sk_state != TCP_CLOSE || sk->sk_num != 0)
		return -EINVAL;
	sk->sk_rcv_saddr = addr;
	inet->inet_saddr = addr;
	if (addr_type == RTN_MULTICAST || addr_type == RTN_BROADCAST)
		inet->inet_saddr = (be32){ 0 }; /* the sending device's address is used */
	if (snum != 0 || !inet_test_bit(sk, INET_FLAGS_BIND_ADDRESS_NO_PORT)) {
		err = sk->sk_prot->get_port(sk, snum);
		if (err != 0) {
			inet->inet_saddr = (be32){ 0 };
			sk->sk_rcv_saddr = (be32){ 0 };
			return err;
		}
	}
	if (!be32_is_zero(sk->sk_rcv_saddr))
		sk->sk_userlocks |= SOCK_BINDADDR_LOCK;
	if (snum != 0)
		sk->sk_userlocks |= SOCK_BINDPORT_LOCK;
	inet->inet_sport = cpu_to_be16(sk->sk_num);
	sk->sk_daddr = (be32){ 0 };
	sk->sk_dport = (be16){ 0 };
	sk_dst_reset(sk);
	return 0;
}

int inet_bind_addr(struct sock *sk, const u8 *uaddr, int addr_len)
{
	struct net *net = sock_net(sk);
	be32 addr = load_be32(uaddr + SIN_ADDR);
	u16 snum = get_be16(uaddr + SIN_PORT);
	u16 family = get_le16(uaddr + SIN_FAMILY);
	u32 addr_type;
	int err;

	assert(addr_len >= SOCKADDR_IN_BYTES);
	/* Old programs leave the family zero when they bind to any address. */
	if (family != AF_INET && (family != AF_UNSPEC || !be32_is_zero(addr)))
		return -EAFNOSUPPORT;
	addr_type = inet_addr_type_table(net, addr, RT_TABLE_LOCAL);
	if (!inet_addr_valid_or_nonlocal(sk, addr, addr_type))
		return -EADDRNOTAVAIL;
	if (snum != 0 && inet_port_requires_bind_service(net, snum) &&
	    !ns_capable(current_task(net), CAP_NET_BIND_SERVICE))
		return -EACCES;
	lock_sock(sk);
	err = inet_bind_locked(sk, addr, snum, addr_type);
	release_sock(sk);
	return err;
}

int inet_bind(struct socket *sock, const u8 *uaddr, int addr_len)
{
	struct sock *sk = sock->sk;

	PROBE(sock_net(sk), inet_bind);
	if (sk->sk_prot->bind != NULL)
		return sk->sk_prot->bind(sk, uaddr, addr_len);
	if (addr_len < SOCKADDR_IN_BYTES)
		return -EINVAL;
	return inet_bind_addr(sk, uaddr, addr_len);
}

int inet_dgram_connect(struct socket *sock, const u8 *uaddr, int addr_len, int flags)
{
	struct sock *sk = sock->sk;

	PROBE(sock_net(sk), inet_dgram_connect);
	if (addr_len < 2)
		return -EINVAL;
	if (get_le16(uaddr + SIN_FAMILY) == AF_UNSPEC)
		return sk->sk_prot->disconnect(sk, flags);
	if (sk->sk_num == 0 && inet_autobind(sk) != 0)
		return -EAGAIN;
	return sk->sk_prot->connect(sk, uaddr, addr_len);
}

/* peer: 0 the own address, 1 the peer's, 2 the peer's also while it is not connected yet (accept).
 */
int inet_getname(struct socket *sock, u8 *uaddr, int peer)
{
	struct sock *sk = sock->sk;
	struct inet_sock *inet = inet_sk(sk);
	bool unconnected;

	put_le16(uaddr + SIN_FAMILY, AF_INET);
	memset(uaddr + SIN_ZERO, 0, SOCKADDR_IN_BYTES - SIN_ZERO);
	lock_sock(sk);
	unconnected = sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_SYN_SENT;
	if (peer != 0 && (be16_eq(sk->sk_dport, (be16){ 0 }) || (unconnected && peer == 1))) {
		release_sock(sk);
		return -ENOTCONN;
	}
	if (peer != 0) {
		store_be16(uaddr + SIN_PORT, sk->sk_dport);
		store_be32(uaddr + SIN_ADDR, sk->sk_daddr);
	} else {
		store_be16(uaddr + SIN_PORT, inet->inet_sport);
		store_be32(uaddr + SIN_ADDR,
			   be32_is_zero(sk->sk_rcv_saddr) ? inet->inet_saddr : sk->sk_rcv_saddr);
	}
	release_sock(sk);
	return SOCKADDR_IN_BYTES;
}

/* -------- messages -------- */

int inet_send_prepare(struct sock *sk)
{
	PROBE(sock_net(sk), inet_send_prepare);
	PATH_STEP(sock_net(sk), INET_SEND_PREPARE, 0, 0);
	sock_rps_record_flow(sk);
	if (sk->sk_num == 0 && !sk->sk_prot->no_autobind && inet_autobind(sk) != 0)
		return -EAGAIN;
	return 0;
}

int inet_sendmsg(struct socket *sock, struct msghdr *msg, u64 size)
{
	struct sock *sk = sock->sk;

	PROBE(sock_net(sk), inet_sendmsg);
	PATH_STEP(sock_net(sk), INET_SENDMSG, 0, (u32)size);
	if (inet_send_prepare(sk) != 0)
		return -EAGAIN;
	return sk->sk_prot->sendmsg(sk, msg, size);
}

int inet_recvmsg(struct socket *sock, struct msghdr *msg, u64 size, int flags)
{
	struct sock *sk = sock->sk;
	int addr_len = 0, err;

	PROBE(sock_net(sk), inet_recvmsg);
	if ((flags & MSG_ERRQUEUE) == 0)
		sock_rps_record_flow(sk);
	err = sk->sk_prot->recvmsg(sk, msg, size, flags, &addr_len);
	if (err >= 0)
		msg->msg_namelen = addr_len;
	return err;
}

/* -------- shutdown -------- */

static int inet_shutdown_locked(struct socket *sock, u8 how)
{
	struct sock *sk = sock->sk;
	bool tcp_side = sk->sk_state == TCP_SYN_SENT ||
			(sk->sk_state == TCP_LISTEN && (how & RCV_SHUTDOWN) != 0);
	int err;

	if (tcp_side) {
		err = sk->sk_prot->disconnect(sk, SOCK_NONBLOCK);
		sock->state = err != 0 ? SS_DISCONNECTING : SS_UNCONNECTED;
		return err;
	}
	if (sk->sk_state == TCP_LISTEN)
		return 0;
	/* Also on one that is not connected: who polls it is to see the hang-up. */
	sk->sk_shutdown |= how;
	if (sk->sk_prot->shutdown != NULL)
		sk->sk_prot->shutdown(sk, how);
	return sk->sk_state == TCP_CLOSE ? -ENOTCONN : 0;
}

int inet_shutdown(struct socket *sock, int how)
{
	struct sock *sk = sock->sk;
	int err;

	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	lock_sock(sk);
	if (sock->state == SS_CONNECTING) {
		bool early = sk->sk_state == TCP_SYN_SENT || sk->sk_state == TCP_SYN_RECV ||
			     sk->sk_state == TCP_CLOSE;

		sock->state = early ? SS_DISCONNECTING : SS_CONNECTED;
	}
	err = inet_shutdown_locked(sock, (u8)(how + 1)); /* 0, 1, 2 become the bits 1, 2, 3 */
	sk->sk_state_change(sk);
	release_sock(sk);
	return err;
}

/* -------- ioctl -------- */

static int inet_route_ioctl(struct net *net, u32 cmd, uptr arg)
{
	u8 rt[RTENTRY_BYTES];

	if (copy_from_user(current_task(net), rt, arg, sizeof(rt)) != 0)
		return -EFAULT;
	return ip_rt_ioctl(net, cmd, rt);
}

/* gets: the program has its struct back. */
static int inet_addr_ioctl(struct net *net, u32 cmd, uptr arg, bool gets)
{
	struct task *t = current_task(net);
	u8 ifr[IFREQ_BYTES];
	int err;

	if (copy_from_user(t, ifr, arg, sizeof(ifr)) != 0)
		return -EFAULT;
	err = devinet_ioctl(net, cmd, ifr);
	if (err == 0 && gets && copy_to_user(t, arg, ifr, sizeof(ifr)) != 0)
		err = -EFAULT;
	return err;
}

/* LINUX: sk_ioctl(). */
static int inet_prot_ioctl(struct sock *sk, u32 cmd, uptr arg)
{
	int karg = 0, err;
	u8 out[4];

	if (sk->sk_prot->ioctl == NULL)
		return -ENOIOCTLCMD;
	err = sk->sk_prot->ioctl(sk, (int)cmd, &karg);
	if (err != 0)
		return err;
	put_le32(out, (u32)karg);
	return copy_to_user(current_task(sock_net(sk)), arg, out, sizeof(out)) != 0 ? -EFAULT : 0;
}

int inet_ioctl(struct socket *sock, u32 cmd, uptr arg)
{
	struct net *net = sock_net(sock->sk);

	switch (cmd) {
	case SIOCADDRT:
	case SIOCDELRT:
		return inet_route_ioctl(net, cmd, arg);
	case SIOCRTMSG:
		return -EINVAL;
	case SIOCDARP:
	case SIOCGARP:
	case SIOCSARP:
		return arp_ioctl(net, cmd, arg);
	case SIOCGIFADDR:
	case SIOCGIFBRDADDR:
	case SIOCGIFNETMASK:
	case SIOCGIFDSTADDR:
	case SIOCGIFPFLAGS:
		return inet_addr_ioctl(net, cmd, arg, true);
	case SIOCSIFADDR:
	case SIOCSIFBRDADDR:
	case SIOCSIFNETMASK:
	case SIOCSIFDSTADDR:
	case SIOCSIFPFLAGS:
	case SIOCSIFFLAGS:
		return inet_addr_ioctl(net, cmd, arg, false);
	default:
		return inet_prot_ioctl(sock->sk, cmd, arg);
	}
}

/* -------- streams -------- */

static bool is_connecting(const struct sock *sk)
{
	return (TCPF(sk->sk_state) & (TCPF(TCP_SYN_SENT) | TCPF(TCP_SYN_RECV))) != 0;
}

/* A connection that has ended before it was one, or after. */
static int connect_failed(struct socket *sock, int flags)
{
	struct sock *sk = sock->sk;
	int err = sock_error(sk);

	sock->state = SS_UNCONNECTED;
	sk->sk_disconnects++;
	if (sk->sk_prot->disconnect(sk, flags) != 0)
		sock->state = SS_DISCONNECTING;
	return err != 0 ? err : -ECONNABORTED;
}

/* LINUX: what follows the handshake in __inet_stream_connect(), however it went. */
static int connect_over(struct socket *sock, int flags)
{
	if (sock->sk->sk_state == TCP_CLOSE)
		return connect_failed(sock, flags);
	sock->state = SS_CONNECTED;
	return 0;
}

enum { SAVED_ERR = 0, SAVED_DISCONNECTS = 1 };

/* err: what a caller is told that does not wait, or not long enough. */
static int inet_wait_for_connect(struct socket *sock, int flags, int err, s64 timeo)
{
	struct sock *sk = sock->sk;
	struct task *t = current_task(sock_net(sk));

	t->saved[SAVED_ERR] = (u64)-err;
	t->saved[SAVED_DISCONNECTS] = sk->sk_disconnects;
	release_sock(sk);
	if (is_connecting(sk)) {
		t->wait_at = INET_WAIT_FOR_CONNECT;
		task_wait_on(t, &sock->wq, WAKE_KEY_ALL);
		return (int)schedule_timeout(t, timeo);
	}
	/* The backlog had the answer. */
	lock_sock(sk);
	if (signal_pending(t))
		return sock_intr_errno(timeo);
	return t->saved[SAVED_DISCONNECTS] != sk->sk_disconnects ? -EPIPE
								 : connect_over(sock, flags);
}

/* Entered again after it waited. */
static int connect_resume(struct socket *sock, int flags)
{
	struct sock *sk = sock->sk;
	struct task *t = current_task(sock_net(sk));
	int err = -(int)t->saved[SAVED_ERR];
	u32 disconnects = (u32)t->saved[SAVED_DISCONNECTS];

	t->wait_at = STREAM_WAIT_NOT;
	if (!signal_pending(t) && t->timeo != 0 && is_connecting(sk)) {
		err = inet_wait_for_connect(sock, flags, err, t->timeo);
		t->saved[SAVED_DISCONNECTS] = disconnects;
		return err;
	}
	if (t->timeo == 0)
		return err;
	if (signal_pending(t))
		return sock_intr_errno(t->timeo);
	return disconnects != sk->sk_disconnects ? -EPIPE : connect_over(sock, flags);
}

static int inet_disconnect(struct socket *sock, int flags)
{
	struct sock *sk = sock->sk;
	int err;

	sk->sk_disconnects++;
	err = sk->sk_prot->disconnect(sk, flags);
	sock->state = err != 0 ? SS_DISCONNECTING : SS_UNCONNECTED;
	return err;
}

/* Begins to connect. -EINPROGRESS: it has begun. */
static int connect_begin(struct socket *sock, const u8 *uaddr, int addr_len)
{
	struct sock *sk = sock->sk;
	int err;

	if (sk->sk_state != TCP_CLOSE)
		return -EISCONN;
	err = sk->sk_prot->connect(sk, uaddr, addr_len);
	if (err < 0)
		return err;
	sock->state = SS_CONNECTING;
	return -EINPROGRESS;
}

/* LINUX: __inet_stream_connect(), the socket locked. */
static int stream_connect(struct socket *sock, const u8 *uaddr, int addr_len, int flags)
{
	struct sock *sk = sock->sk;
	int err;
	s64 timeo;

	if (addr_len < 2)
		return -EINVAL;
	if (get_le16(uaddr + SIN_FAMILY) == AF_UNSPEC)
		return inet_disconnect(sock, flags);
	switch (sock->state) {
	case SS_CONNECTED:
		return -EISCONN;
	case SS_CONNECTING:
		err = inet_test_bit(sk, INET_FLAGS_DEFER_CONNECT) ? -EISCONN : -EALREADY;
		break;
	case SS_UNCONNECTED:
		err = connect_begin(sock, uaddr, addr_len);
		if (err != -EINPROGRESS)
			return err;
		if (inet_test_bit(sk, INET_FLAGS_DEFER_CONNECT))
			return 0;
		break;
	default:
		return -EINVAL;
	}
	timeo = sock_sndtimeo(sk, (flags & O_NONBLOCK) != 0);
	if (!is_connecting(sk))
		return connect_over(sock, flags);
	return timeo == 0 ? err : inet_wait_for_connect(sock, flags, err, timeo);
}

int inet_stream_connect(struct socket *sock, const u8 *uaddr, int addr_len, int flags)
{
	struct sock *sk = sock->sk;
	const struct task *t = current_task(sock_net(sk));
	int err;

	PROBE(sock_net(sk), inet_stream_connect);
	lock_sock(sk);
	err = t->wait_at == INET_WAIT_FOR_CONNECT ? connect_resume(sock, flags)
						  : stream_connect(sock, uaddr, addr_len, flags);
	/* A call that waits has given it back already. */
	if (err != -EPARKED)
		release_sock(sk);
	return err;
}

/* LINUX: sock_graft(): the connection becomes the new socket's. */
static void sock_graft(struct sock *sk, struct socket *parent)
{
	assert(parent->sk == NULL);
	parent->sk = sk;
	sk_set_socket(sk, parent);
	sk->sk_uid = parent->inode->i_uid;
}

static int inet_accept(struct socket *sock, struct socket *newsock, int flags, bool kern)
{
	int err = -EINVAL;
	struct sock *sk = sock->sk->sk_prot->accept(sock->sk, flags, &err);

	PROBE(sock_net(sock->sk), inet_accept);
	(void)kern;
	if (sk == NULL)
		return err;
	lock_sock(sk);
	sock_rps_record_flow(sk);
	newsock->flags |= sock->flags & 1u << SOCK_SUPPORT_ZC;
	sock_graft(sk, newsock);
	newsock->state = SS_CONNECTED;
	release_sock(sk);
	return 0;
}

/* LINUX: __inet_listen_sk(). What net.ipv4.tcp_fastopen asks of every listener is not done: no SYN
 * is taken for one of fast open.
 */
static int listen_locked(struct sock *sk, int backlog)
{
	if (sk->sk_state != TCP_CLOSE && sk->sk_state != TCP_LISTEN)
		return -EINVAL;
	sk->sk_max_ack_backlog = (u32)backlog;
	return sk->sk_state == TCP_LISTEN ? 0 : inet_csk_listen_start(sk);
}

static int inet_listen(struct socket *sock, int backlog)
{
	struct sock *sk = sock->sk;
	int err = -EINVAL;

	PROBE(sock_net(sk), inet_listen);
	lock_sock(sk);
	if (sock->state == SS_UNCONNECTED && sock->type == SOCK_STREAM)
		err = listen_locked(sk, backlog);
	release_sock(sk);
	return err;
}

const struct proto_ops inet_stream_ops = {
	.family = PF_INET,
	.release = inet_release,
	.bind = inet_bind,
	.connect = inet_stream_connect,
	.socketpair = sock_no_socketpair,
	.accept = inet_accept,
	.getname = inet_getname,
	.poll = tcp_poll,
	.ioctl = inet_ioctl,
	.listen = inet_listen,
	.shutdown = inet_shutdown,
	.setsockopt = sock_common_setsockopt,
	.getsockopt = sock_common_getsockopt,
	.sendmsg = inet_sendmsg,
	.recvmsg = inet_recvmsg,
	.set_peek_off = sk_set_peek_off,
	.peek_len = tcp_peek_len,
	.set_rcvlowat = tcp_set_rcvlowat,
	.splice_read = tcp_splice_read,
};

const struct proto_ops inet_dgram_ops = {
	.family = PF_INET,
	.release = inet_release,
	.bind = inet_bind,
	.connect = inet_dgram_connect,
	.socketpair = sock_no_socketpair,
	.accept = sock_no_accept,
	.getname = inet_getname,
	.poll = udp_poll,
	.ioctl = inet_ioctl,
	.listen = sock_no_listen,
	.shutdown = inet_shutdown,
	.setsockopt = sock_common_setsockopt,
	.getsockopt = sock_common_getsockopt,
	.sendmsg = inet_sendmsg,
	.recvmsg = inet_recvmsg,
	.set_peek_off = sk_set_peek_off,
};

/* Of raw and ping sockets: the same with another poll, and no peek offset. */
const struct proto_ops inet_sockraw_ops = {
	.family = PF_INET,
	.release = inet_release,
	.bind = inet_bind,
	.connect = inet_dgram_connect,
	.socketpair = sock_no_socketpair,
	.accept = sock_no_accept,
	.getname = inet_getname,
	.poll = datagram_poll,
	.ioctl = inet_ioctl,
	.listen = sock_no_listen,
	.shutdown = inet_shutdown,
	.setsockopt = sock_common_setsockopt,
	.getsockopt = sock_common_getsockopt,
	.sendmsg = inet_sendmsg,
	.recvmsg = inet_recvmsg,
};

/* -------- the protocols -------- */

static const struct net_proto_family inet_family_ops = { .family = PF_INET, .create = inet_create };

/* The order within a type is the order in which protocol 0 finds them. */
static const struct inet_protosw inetsw_array[INETSW_ARRAY_LEN] = {
	{ .type = SOCK_STREAM,
	  .protocol = IPPROTO_TCP,
	  .prot = &tcp_prot,
	  .ops = &inet_stream_ops,
	  .flags = INET_PROTOSW_PERMANENT | INET_PROTOSW_ICSK },
	{ .type = SOCK_DGRAM,
	  .protocol = IPPROTO_UDP,
	  .prot = &udp_prot,
	  .ops = &inet_dgram_ops,
	  .flags = INET_PROTOSW_PERMANENT },
	{ .type = SOCK_DGRAM,
	  .protocol = IPPROTO_ICMP,
	  .prot = &ping_prot,
	  .ops = &inet_sockraw_ops,
	  .flags = INET_PROTOSW_REUSE },
	{ .type = SOCK_RAW,
	  .protocol = IPPROTO_IP, /* any */
	  .prot = &raw_prot,
	  .ops = &inet_sockraw_ops,
	  .flags = INET_PROTOSW_REUSE },
};

static struct inet_protosw *protosw_slot(struct inetsw *sw)
{
	for (size_t i = 0; i < ARRAY_SIZE(sw->entry); i++) {
		if (sw->entry[i].prot == NULL)
			return &sw->entry[i];
	}
	return NULL;
}

void inet_register_protosw(struct net *net, const struct inet_protosw *sw)
{
	struct inet_protosw *slot = protosw_slot(net->inetsw);
	struct list_head *last_perm, *pos;

	if (sw->type >= SOCK_MAX || slot == NULL)
		return;
	last_perm = &net->inetsw->head[sw->type];
	list_for_each (pos, &net->inetsw->head[sw->type]) {
		const struct inet_protosw *answer = list_entry(pos, struct inet_protosw, list);

		if ((answer->flags & INET_PROTOSW_PERMANENT) == 0)
			break;
		if (answer->protocol == sw->protocol)
			return;
		last_perm = pos;
	}
	/* Behind the permanent ones, so that protocol 0 still finds those, and before the others,
	 * which it overrides until it is taken out again.
	 */
	*slot = *sw;
	list_add(&slot->list, last_perm);
}

void inet_unregister_protosw(struct net *net, const struct inet_protosw *sw)
{
	assert((sw->flags & INET_PROTOSW_PERMANENT) == 0);
	for (size_t i = 0; i < ARRAY_SIZE(net->inetsw->entry); i++) {
		struct inet_protosw *slot = &net->inetsw->entry[i];

		if (slot->prot == sw->prot && slot->type == sw->type &&
		    slot->protocol == sw->protocol) {
			list_del_init(&slot->list);
			slot->prot = NULL;
			return;
		}
	}
}

int inet_ctl_sock_create(struct inet_ctl_sock *ctl, struct net *net, u8 protocol)
{
	struct inet_sock *inet;

	*ctl = (struct inet_ctl_sock){ .socket = { .type = SOCK_RAW } };
	ctl->socket.inode = &ctl->inode;
	init_waitqueue_head(&ctl->socket.wq);
	ctl->sk = sk_alloc(net, AF_INET, &raw_prot, true);
	if (ctl->sk == NULL)
		return -ENOMEM;
	sock_init_data(&ctl->socket, ctl->sk);
	inet = inet_sk(ctl->sk);
	inet->sk.sk_protocol = protocol;
	inet->sk.sk_destruct = inet_sock_destruct;
	sock_set_flag(&inet->sk, SOCK_USE_WRITE_QUEUE);
	inet->uc_ttl = -1;
	inet->mc_ttl = 1;
	inet_assign_bit(&inet->sk, INET_FLAGS_MC_LOOP, true);
	inet_assign_bit(&inet->sk, INET_FLAGS_MC_ALL, true);
	return 0;
}

void inet_ctl_sock_destroy(struct inet_ctl_sock *ctl)
{
	if (ctl->sk == NULL)
		return;
	ip_mc_drop_socket(ctl->sk);
	ctl->socket.sk = NULL;
	sock_orphan(ctl->sk);
	sock_put(ctl->sk);
	ctl->sk = NULL;
}

/* -------- routes of connections -------- */

/* net.ipv4.ip_dynaddr: our address has gone while nobody has answered yet; take another one. */
static int inet_sk_reselect_saddr(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);
	const struct ip_options_rcu *opt = inet->inet_opt;
	struct flowi4 *fl4 = &inet->cork.fl4;
	be32 daddr = opt != NULL && opt->opt.srr != 0 ? opt->opt.faddr : sk->sk_daddr;
	be32 new_saddr;
	struct rtable *rt;
	int err = 0;

	rt = ip_route_connect(fl4, daddr, (be32){ 0 }, sk->sk_bound_dev_if, (u8)sk->sk_protocol,
			      inet->inet_sport, sk->sk_dport, sk, &err);
	if (rt == NULL)
		return err;
	new_saddr = fl4->saddr;
	if (be32_eq(new_saddr, inet->inet_saddr)) {
		sk_setup_caps(sk, &rt->dst);
		return 0;
	}
	err = inet_bhash2_update_saddr(sk, new_saddr);
	if (err != 0) {
		ip_rt_put(rt);
		return err;
	}
	sk_setup_caps(sk, &rt->dst);
	/* Who it is has changed: LINUX: __sk_prot_rehash(). */
	sk->sk_prot->unhash(sk);
	return sk->sk_prot->hash(sk);
}

int inet_sk_rebuild_header(struct sock *sk)
{
	const struct ip_options_rcu *opt = inet_sk(sk)->inet_opt;
	be32 daddr = opt != NULL && opt->opt.srr != 0 ? opt->opt.faddr : sk->sk_daddr;
	struct rtable *rt;
	int err = 0;

	if (sk_dst_check_noref(sk, 0) != NULL)
		return 0;
	rt = ip_route_output_sk(&inet_sk(sk)->cork.fl4, sk, daddr, ip_sock_rt_tos(sk), &err);
	if (rt != NULL) {
		sk_setup_caps(sk, &rt->dst);
		return 0;
	}
	sk->sk_route_caps = 0;
	if (sock_net(sk)->sysctl.ip_dynaddr != 0 && sk->sk_state == TCP_SYN_SENT &&
	    (sk->sk_userlocks & SOCK_BINDADDR_LOCK) == 0) {
		err = inet_sk_reselect_saddr(sk);
		if (err == 0)
			return 0;
	}
	sk->sk_err_soft = (u32)-err;
	return err;
}

/* LINUX: tcp_mib_init(): RFC 2012's constants: Van Jacobson's algorithm, limits in ms, no limit. */
static void tcp_mib_init(struct net *net)
{
	mib_add(net, TCP_MIB_RTOALGORITHM, 1);
	mib_add(net, TCP_MIB_RTOMIN, 200);
	mib_add(net, TCP_MIB_RTOMAX, 120000);
	mib_add(net, TCP_MIB_MAXCONN, U64_MAX);
}

void inet_init(struct net *net, struct inetsw *sw)
{
	int err;

	tcp_mib_init(net);

	net->inetsw = sw;
	memset(sw, 0, sizeof(*sw));
	for (size_t i = 0; i < ARRAY_SIZE(sw->head); i++)
		INIT_LIST_HEAD(&sw->head[i]);
	for (size_t i = 0; i < ARRAY_SIZE(inetsw_array); i++)
		inet_register_protosw(net, &inetsw_array[i]);
	udplite4_register(net);
	err = sock_register(net, &inet_family_ops);
	assert(err == 0);
}
