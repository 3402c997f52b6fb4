// SPDX-License-Identifier: MIT
/* socketcall.c - what refstack/socket/socketcall.c does, asked of the kernel that this runs on, by
 * an i386 program without a C library. Prints what differs; its exit status says how much does.
 *
 * Rules: the i386 ABI of Linux. Only loopback is used.
 */
enum { NR_EXIT = 1, NR_WRITE = 4, NR_SOCKETCALL = 102, NR_MMAP2 = 192, NR_MUNMAP = 91 };
enum { EBADF = 9, EFAULT = 14, EINVAL = 22, EAGAIN = 11, ENOTSOCK = 88 };
enum { AF_INET = 2, SOCK_DGRAM = 2, SOL_SOCKET = 1, SOL_IP = 0, DONTWAIT = 0x40 };
enum { SO_RCVTIMEO = 20, SO_TIMESTAMP = 29, IP_TTL = 2, IP_PKTINFO = 8, SYS_LAST = 20 };

typedef unsigned int u32;

static int failed;

static int call(int nr, u32 a, u32 b, u32 c, u32 d, u32 e)
{
	int ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : "memory");
	return ret;
}

static int socketcall(int nr, const void *args)
{
	return call(NR_SOCKETCALL, (u32)nr, (u32)args, 0, 0, 0);
}

static void put(const char *text)
{
	u32 n = 0;

	while (text[n] != '\0')
		n++;
	call(NR_WRITE, 1, (u32)text, n, 0, 0);
}

static void put_number(int value)
{
	char text[12];
	u32 at = sizeof(text) - 1, v = value < 0 ? 0u - (u32)value : (u32)value;

	text[at] = '\0';
	do {
		text[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	if (value < 0)
		put("-");
	put(text + at);
}

static void expect(const char *what, int got, int wanted)
{
	if (got == wanted)
		return;
	failed++;
	put(what);
	put(": ");
	put_number(got);
	put(", not ");
	put_number(wanted);
	put("\n");
}

/* Words that end where memory does: one more is a fault. */
static void count_arguments(char *end)
{
	static const unsigned char words[SYS_LAST + 1] = { 0, 3, 3, 3, 2, 3, 3, 3, 4, 4, 4,
							   6, 6, 2, 5, 5, 3, 3, 4, 5, 4 };

	for (int nr = 1; nr <= SYS_LAST; nr++) {
		u32 *args = (u32 *)(void *)end - words[nr];

		for (u32 i = 0; i < words[nr]; i++)
			args[i] = (u32)-1;
		expect("one word too few", socketcall(nr, args + 1), -EFAULT);
		/* Its time limit is a pointer that is none. */
		if (nr != 19 && socketcall(nr, args) == -EFAULT)
			expect("as many words as it takes", -EFAULT, nr);
	}
}

struct msg {
	u32 name, namelen, iov, iovlen, control, controllen, flags;
};
struct mmsg {
	struct msg hdr;
	u32 len;
};

static int socket_on(unsigned short port)
{
	static unsigned char address[16] = { AF_INET, 0, 0, 0, 127, 0, 0, 1 };
	const u32 make[] = { AF_INET, SOCK_DGRAM, 0 };
	int fd = socketcall(1, make);
	const u32 name[] = { (u32)fd, (u32)address, 16 };

	address[2] = (unsigned char)(port >> 8);
	address[3] = (unsigned char)port;
	expect("bind", socketcall(2, name), 0);
	expect("connect", socketcall(3, name), 0);
	return fd;
}

static void options(int fd)
{
	int tv[2] = { 1, 500000 }, got[4] = { 0 }, len = 16, on = 1;
	const u32 set[] = { (u32)fd, SOL_SOCKET, SO_RCVTIMEO, (u32)tv, 8 };
	const u32 few[] = { (u32)fd, SOL_SOCKET, SO_RCVTIMEO, (u32)tv, 7 };
	const u32 get[] = { (u32)fd, SOL_SOCKET, SO_RCVTIMEO, (u32)got, (u32)&len };
	const u32 stamp[] = { (u32)fd, SOL_SOCKET, SO_TIMESTAMP, (u32)&on, 4 };
	const u32 ttl[] = { (u32)fd, SOL_IP, 12, (u32)&on, 4 }; /* IP_RECVTTL */

	expect("SO_RCVTIMEO of 7 bytes", socketcall(14, few), -EINVAL);
	expect("SO_RCVTIMEO", socketcall(14, set), 0);
	expect("getsockopt(SO_RCVTIMEO)", socketcall(15, get), 0);
	expect("its length", len, 8);
	expect("its seconds", got[0], 1);
	expect("its microseconds", got[1], 500000);
	expect("SO_TIMESTAMP", socketcall(14, stamp), 0);
	expect("IP_RECVTTL", socketcall(14, ttl), 0);
}

/* A time of eight bytes and a TTL, each behind twelve bytes of header, in steps of four. */
static void messages(int fd)
{
	char data[8] = "abcdef", into[8] = "";
	u32 ttl[4] = { 16, SOL_IP, IP_TTL, 9 };
	u32 out[2] = { (u32)data, 6 }, in[2] = { (u32)into, 8 }, control[16] = { 0 };
	struct msg m = { 0, 0, (u32)out, 1, (u32)ttl, sizeof(ttl), 0 };
	const u32 send[] = { (u32)fd, (u32)&m, 0 }, recv[] = { (u32)fd, (u32)&m, DONTWAIT };

	expect("sendmsg", socketcall(16, send), 6);
	m = (struct msg){ 0, 0, (u32)in, 1, (u32)control, sizeof(control), 0 };
	expect("recvmsg", socketcall(17, recv), 6);
	expect("its control data", (int)m.controllen, 20 + 16);
	expect("the length of a time", (int)control[0], 20);
	expect("its type", (int)control[2], SO_TIMESTAMP);
	expect("the length of a TTL", (int)control[5], 16);
	expect("its value", (int)control[8], 9);
	ttl[0] = 11;
	m = (struct msg){ 0, 0, (u32)out, 1, (u32)ttl, sizeof(ttl), 0 };
	expect("a header that is cut", socketcall(16, send), -EINVAL);
	m.controllen = 11;
	expect("less than a header", socketcall(16, send), -EINVAL);
}

static void several(int fd)
{
	char data[8] = "abcdef", into[8] = "";
	u32 out[2] = { (u32)data, 6 }, in[2] = { (u32)into, 8 };
	int limit[2] = { 1, 0 };
	struct mmsg mm[2] = { { { 0, 0, (u32)out, 1, 0, 0, 0 }, 0 },
			      { { 0, 0, (u32)out, 1, 0, 0, 0 }, 0 } };
	const u32 send[] = { (u32)fd, (u32)mm, 2, 0 };
	const u32 recv[] = { (u32)fd, (u32)mm, 2, DONTWAIT, (u32)limit };

	expect("sendmmsg", socketcall(20, send), 2);
	expect("the second one's length", (int)mm[1].len, 6);
	for (u32 i = 0; i < 2; i++)
		mm[i] = (struct mmsg){ { 0, 0, (u32)in, 1, 0, 0, 0 }, 0 };
	expect("recvmmsg", socketcall(19, recv), 2);
	expect("the second one's length", (int)mm[1].len, 6);
	expect("what is left of a second", limit[0], 0);
	limit[0] = -1;
	expect("a time that is none", socketcall(19, recv), -EINVAL);
}

__attribute__((noreturn, used, force_align_arg_pointer)) void _start(void)
{
	/* Two pages, of which the second one goes again. */
	int at = call(NR_MMAP2, 0, 8192, 3, 0x22, (u32)-1);
	u32 none[6] = { 0 };
	int fd;

	expect("munmap", call(NR_MUNMAP, (u32)at + 4096, 4096, 0, 0, 0), 0);
	expect("call 0", socketcall(0, none), -EINVAL);
	expect("call 21", socketcall(21, none), -EINVAL);
	expect("no memory", socketcall(1, (void *)1), -EFAULT);
	expect("call 21 without memory", socketcall(21, (void *)1), -EINVAL);
	count_arguments((char *)at + 4096);
	fd = socket_on(47123);
	options(fd);
	messages(fd);
	several(fd);
	call(NR_EXIT, (u32)failed, 0, 0, 0, 0);
	for (;;)
		;
}
