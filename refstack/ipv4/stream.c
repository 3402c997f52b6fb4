// SPDX-License-Identifier: MIT
/* stream.c - what every stream socket does while it waits: for the connection, for room, for the
 * end.
 *
 * Path: tcp_sendmsg() and tcp_close() wait here; tcp_check_space() calls the write space callback.
 * Rules: LINUX: net/core/stream.c. Each function that waits gives the socket back and returns
 * -EPARKED; entered again it goes on behind its wait, with what it has put into task->saved.
 */
#include "ipv4/tcp.h"

#include "uapi/errno.h"
#include "uapi/poll.h"
#include "uapi/signal.h"
#include "uapi/socket.h"
#include "uapi/signal.h"
#include "uapi/socket.h"

/* -------- room -------- */

/* LINUX: __sk_stream_memory_free(): wake != 0 asks for twice as much room before it wakes. */
static bool stream_memory_free(const struct sock *sk, int wake)
{
	if (sk->sk_wmem_queued >= sk->sk_sndbuf)
		return false;
	return sk->sk_prot->stream_memory_free == NULL || sk->sk_prot->stream_memory_free(sk, wake);
}

bool sk_stream_memory_free(const struct sock *sk)
{
	return stream_memory_free(sk, 0);
}

/* LINUX: __sk_stream_is_writeable(): a third of the buffer is free. */
static bool stream_is_writeable(const struct sock *sk, int wake)
{
	return sk_stream_wspace(sk) >= sk_stream_min_wspace(sk) && stream_memory_free(sk, wake);
}

bool sk_stream_is_writeable(const struct sock *sk)
{
	return stream_is_writeable(sk, 0);
}

bool sk_stream_wakes_writer(const struct sock *sk)
{
	return stream_is_writeable(sk, 1);
}

void sk_stream_write_space(struct sock *sk)
{
	struct socket *sock = sk->sk_socket;

	if (sock == NULL || !sk_stream_wakes_writer(sk))
		return;
	sock->flags &= ~(1u << SOCK_NOSPACE);
	wake_up_poll(&sock->wq, POLLOUT | POLLWRNORM | POLLWRBAND);
	if (unlikely(sock_flag(sk, SOCK_FASYNC)) && (sk->sk_shutdown & SEND_SHUTDOWN) == 0)
		sk_wake_async(sk, SOCK_WAKE_SPACE, POLL_OUT);
}

/* -------- waiting -------- */

/* Parks the call. The socket is not the call's any more: release_sock() was the caller's. */
static int stream_park(struct sock *sk, s64 timeo)
{
	struct task *t = current_task(sock_net(sk));

	task_wait_on(t, &sk->sk_socket->wq, WAKE_KEY_ALL);
	return (int)schedule_timeout(t, timeo);
}

static bool connected(const struct sock *sk)
{
	return sk->sk_err == 0 &&
	       (TCPF(sk->sk_state) & (TCPF(TCP_ESTABLISHED) | TCPF(TCP_CLOSE_WAIT))) != 0;
}

enum { SAVED_DISCONNECTS = 0, SAVED_VM_WAIT = 1, SAVED_TIMEO = 2 };

/* The backlog that release_sock() works through may bring what is waited for. */
int sk_stream_wait_connect(struct sock *sk, s64 *timeo)
{
	struct task *t = current_task(sock_net(sk));
	u32 disconnects = sk->sk_disconnects;
	bool waited = false;
	int err;

	if (t->wait_at == STREAM_WAIT_CONNECT) {
		t->wait_at = STREAM_WAIT_NOT;
		sk->sk_write_pending--;
		disconnects = (u32)t->saved[SAVED_DISCONNECTS];
		waited = true;
	}
	for (;;) {
		if (waited && disconnects != sk->sk_disconnects)
			return -EPIPE;
		if (waited && connected(sk))
			return 0;
		err = sock_error(sk);
		if (err != 0)
			return err;
		if ((TCPF(sk->sk_state) & (TCPF(TCP_SYN_SENT) | TCPF(TCP_SYN_RECV))) == 0)
			return -EPIPE;
		if (*timeo == 0)
			return -EAGAIN;
		if (signal_pending(t))
			return sock_intr_errno(*timeo);
		disconnects = sk->sk_disconnects;
		sk->sk_write_pending++;
		release_sock(sk);
		if (!connected(sk)) {
			t->saved[SAVED_DISCONNECTS] = disconnects;
			t->wait_at = STREAM_WAIT_CONNECT;
			return stream_park(sk, *timeo);
		}
		lock_sock(sk);
		sk->sk_write_pending--;
		waited = true;
	}
}

static bool sk_stream_closing(const struct sock *sk)
{
	return (TCPF(sk->sk_state) &
		(TCPF(TCP_FIN_WAIT1) | TCPF(TCP_CLOSING) | TCPF(TCP_LAST_ACK))) != 0;
}

/* timeout: what is left of it. Called again after each wake-up. */
int sk_stream_wait_close(struct sock *sk, s64 timeout)
{
	struct task *t = this_cpu(sock_net(sk))->current; /* NULL: the host goes down */
	bool waited = t != NULL && t->wait_at == STREAM_WAIT_CLOSE;

	if (waited)
		t->wait_at = STREAM_WAIT_NOT;
	if (timeout == 0 || t == NULL)
		return 0;
	if (waited && (!sk_stream_closing(sk) || signal_pending(t)))
		return 0;
	release_sock(sk);
	if (!sk_stream_closing(sk)) {
		lock_sock(sk);
		return 0;
	}
	t->wait_at = STREAM_WAIT_CLOSE;
	return stream_park(sk, timeout);
}

static bool room_or_end(const struct sock *sk, s64 vm_wait)
{
	return sk->sk_err != 0 || (sk->sk_shutdown & SEND_SHUTDOWN) != 0 ||
	       (vm_wait == 0 && sk_stream_memory_free(sk));
}

/* Who waits for memory of the machine, not of the socket, waits a random while, and that is no
 * loss of time: LINUX: vm_wait.
 */
struct memory_wait {
	s64 vm_wait; /* jiffies */
	s64 current; /* what is left of this wait */
	s64 timeo;   /* and of the call's */
};

static void memory_waited(struct memory_wait *w)
{
	if (w->vm_wait != 0) {
		w->vm_wait -= w->current;
		w->current = w->timeo;
		if (w->current != MAX_SCHEDULE_TIMEOUT) {
			w->current -= w->vm_wait;
			if (w->current < 0)
				w->current = 0;
		}
		w->vm_wait = 0;
	}
	w->timeo = w->current;
}

/* LINUX: it stays where it is among those that wait until there is room. */
static int memory_park(struct sock *sk, s64 timeo)
{
	struct task *t = current_task(sock_net(sk));

	if (!t->keeps_waits)
		task_wait_on(t, &sk->sk_socket->wq, WAKE_KEY_ALL);
	t->keeps_waits = true;
	return (int)schedule_timeout(t, timeo);
}

/* One wait. -EPARKED, -EPIPE: the socket is another connection's by now; 0: look again. */
static int memory_wait_once(struct sock *sk, struct memory_wait *w)
{
	struct task *t = current_task(sock_net(sk));
	u32 disconnects = sk->sk_disconnects;

	sk->sk_socket->flags |= 1u << SOCK_NOSPACE;
	sk->sk_write_pending++;
	release_sock(sk);
	if (!room_or_end(sk, w->vm_wait)) {
		t->saved[SAVED_DISCONNECTS] = disconnects;
		t->saved[SAVED_VM_WAIT] = (u64)w->vm_wait;
		t->saved[SAVED_TIMEO] = (u64)w->timeo;
		t->wait_at = STREAM_WAIT_MEMORY;
		return memory_park(sk, w->current);
	}
	lock_sock(sk);
	sk->sk_write_pending--;
	if (disconnects != sk->sk_disconnects)
		return -EPIPE;
	memory_waited(w);
	return 0;
}

static void memory_wait_begin(struct sock *sk, struct memory_wait *w, s64 timeo)
{
	*w = (struct memory_wait){ .current = timeo, .timeo = timeo };
	if (sk_stream_memory_free(sk)) {
		w->vm_wait = get_random_u8_below(sock_net(sk)->random, HZ / 5) + 2;
		w->current = w->vm_wait;
	}
}

static int wait_for_memory(struct sock *sk, s64 *timeo)
{
	struct task *t = current_task(sock_net(sk));
	struct memory_wait w;
	int err = 0;

	if (t->wait_at == STREAM_WAIT_MEMORY) {
		t->wait_at = STREAM_WAIT_NOT;
		sk->sk_write_pending--;
		w = (struct memory_wait){ .vm_wait = (s64)t->saved[SAVED_VM_WAIT],
					  .current = *timeo,
					  .timeo = (s64)t->saved[SAVED_TIMEO] };
		if ((u32)t->saved[SAVED_DISCONNECTS] != sk->sk_disconnects)
			return -EPIPE;
		memory_waited(&w);
	} else {
		memory_wait_begin(sk, &w, *timeo);
	}
	while (err == 0) {
		*timeo = w.timeo;
		sk_set_async_bit(sk, SOCKWQ_ASYNC_NOSPACE);
		if (sk->sk_err != 0 || (sk->sk_shutdown & SEND_SHUTDOWN) != 0)
			return -EPIPE;
		if (*timeo == 0) {
			/* So that there will be a wake-up for who polls. */
			sk->sk_socket->flags |= 1u << SOCK_NOSPACE;
			return -EAGAIN;
		}
		if (signal_pending(t))
			return sock_intr_errno(*timeo);
		sk->sk_socket->flags &= ~(1u << SOCKWQ_ASYNC_NOSPACE);
		if (w.vm_wait == 0 && sk_stream_memory_free(sk))
			return 0;
		err = memory_wait_once(sk, &w);
	}
	return err;
}

/* *timeo: what is left, also after the call was entered again. */
int sk_stream_wait_memory(struct sock *sk, s64 *timeo)
{
	int err = wait_for_memory(sk, timeo);

	if (err != -EPARKED)
		task_leave_waits(current_task(sock_net(sk)));
	return err;
}

/* -------- the end -------- */

int sk_stream_error(struct sock *sk, int flags, int err)
{
	if (err == -EPIPE) {
		int pending = sock_error(sk);

		if (pending != 0)
			err = pending;
	}
	if (err == -EPIPE && ((u32)flags & MSG_NOSIGNAL) == 0)
		send_sigpipe(current_task(sock_net(sk)));
	return err;
}

void sk_stream_kill_queues(struct sock *sk)
{
	skb_queue_purge_reason(&sk->sk_receive_queue, DROP_QUEUE_PURGE);
	skb_queue_purge_reason(&sk->sk_error_queue, DROP_QUEUE_PURGE);
	assert(skb_queue_empty(&sk->sk_write_queue));
	sk->sk_reserved_mem = 0;
	sk_mem_reclaim(sk);
	assert(sk->sk_wmem_queued == 0);
}
