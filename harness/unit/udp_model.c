// SPDX-License-Identifier: MIT
/* udp_model.c - runs udp_script.h in a world, and compares what it prints with the judging
 * kernel's. */
#include "udp_model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/lib/scenario.h"
#include "uapi/socket.h"
#include "udp_script.h"

enum {
	AT_ADDR = UMEM_BASE,
	AT_LEN = UMEM_BASE + 0x100,
	AT_VALUE = UMEM_BASE + 0x200,
	AT_DATA = UMEM_BASE + 0x20000,
	AT_RECV = UMEM_BASE + 0x60000,
	FRAMES = 64,
	TEXT_BYTES = 1 << 19
};

static struct world *model;
static char *text;
static u32 text_len;
static u64 seen[MIB_MAX];
static struct {
	u32 first, count;
	struct us_frame f[FRAMES];
} queue;

static void take_frame(void *ctx, u32 port, bool outgoing, const u8 *frame, u32 len)
{
	struct us_frame *f = &queue.f[(queue.first + queue.count) % FRAMES];

	(void)ctx;
	(void)port;
	if (!outgoing || queue.count == FRAMES)
		return;
	memcpy(f->b, frame, len);
	f->len = len;
	queue.count++;
}

static long call(enum sys_nr nr, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f)
{
	const u64 arg[SYS_ARGS] = { a, b, c, d, e, f };
	s64 ret = 0;

	if (!world_call(model, 0, 0, nr, arg, &ret)) {
		fprintf(stderr, "call %d blocks\n", (int)nr);
		abort();
	}
	world_settle(model);
	return (long)ret;
}

static void put_addr(u16 family, u32 addr, u16 port)
{
	put_sockaddr_in(world_umem(model, 0, AT_ADDR, 16), family, port, addr);
}

long s_socket(void)
{
	return call(SYS_NR_socket, AF_INET, SOCK_DGRAM, 0, 0, 0, 0);
}

long s_close(int fd)
{
	return call(SYS_NR_close, (u64)fd, 0, 0, 0, 0, 0);
}

long s_bind(int fd, uint32_t addr, uint16_t port)
{
	put_addr(AF_INET, addr, port);
	return call(SYS_NR_bind, (u64)fd, AT_ADDR, 16, 0, 0, 0);
}

long s_connect(int fd, uint32_t addr, uint16_t port)
{
	put_addr(AF_INET, addr, port);
	return call(SYS_NR_connect, (u64)fd, AT_ADDR, 16, 0, 0, 0);
}

long s_disconnect(int fd)
{
	put_addr(AF_UNSPEC, 0, 0);
	return call(SYS_NR_connect, (u64)fd, AT_ADDR, 16, 0, 0, 0);
}

long s_send(int fd, const uint8_t *data, uint32_t len, int flags, uint32_t addr, uint16_t port)
{
	memcpy(world_umem(model, 0, AT_DATA, len), data, len);
	put_addr(AF_INET, addr, port);
	return call(SYS_NR_sendto, (u64)fd, AT_DATA, len, (u64)flags, addr != 0 ? AT_ADDR : 0,
		    addr != 0 ? 16 : 0);
}

long s_recv(int fd, uint8_t *data, uint32_t len, int flags, uint32_t *addr, uint16_t *port)
{
	u8 *at = world_umem(model, 0, AT_ADDR, 16);
	long r;

	memset(at, 0, 16);
	put_le32(world_umem(model, 0, AT_LEN, 4), 16);
	r = call(SYS_NR_recvfrom, (u64)fd, AT_RECV, len, (u64)flags, AT_ADDR, AT_LEN);
	memcpy(data, world_umem(model, 0, AT_RECV, len), len);
	if (addr != NULL)
		*addr = get_be32(at + 4);
	if (port != NULL)
		*port = get_be16(at + 2);
	return r;
}

long s_setopt(int fd, int level, int name, int value)
{
	put_le32(world_umem(model, 0, AT_VALUE, 4), (u32)value);
	return call(SYS_NR_setsockopt, (u64)fd, (u64)level, (u64)name, AT_VALUE, 4, 0);
}

long s_getopt(int fd, int level, int name)
{
	long r;

	put_le32(world_umem(model, 0, AT_LEN, 4), 4);
	r = call(SYS_NR_getsockopt, (u64)fd, (u64)level, (u64)name, AT_VALUE, AT_LEN, 0);
	return r < 0 ? r : (s32)get_le32(world_umem(model, 0, AT_VALUE, 4));
}

long s_ioctl(int fd, unsigned request)
{
	long r;

	put_le32(world_umem(model, 0, AT_VALUE, 4), 0);
	r = call(SYS_NR_ioctl, (u64)fd, request, AT_VALUE, 0, 0, 0);
	return r < 0 ? r : (s32)get_le32(world_umem(model, 0, AT_VALUE, 4));
}

void s_inject(const uint8_t *frame, uint32_t len)
{
	(void)world_inject(model, 0, frame, len);
	world_settle(model);
}

uint32_t s_capture(struct us_frame *f)
{
	if (queue.count == 0)
		return 0;
	memcpy(f, &queue.f[queue.first], sizeof(*f));
	queue.first = (queue.first + 1) % FRAMES;
	queue.count--;
	return f->len;
}

void s_sleep_ms(uint32_t ms)
{
	world_run_until(model, model->sim.now_ps + ms * PS_PER_MS);
}

void s_print(const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(text + text_len, TEXT_BYTES - text_len, format, ap);
	va_end(ap);
	if (n < 0 || (u32)n >= TEXT_BYTES - text_len)
		abort();
	text_len += (u32)n;
}

static void count_group(const char *group)
{
	const struct net *net = &model->host[0].net;

	for (u32 i = 0; i < MIB_MAX; i++) {
		if (strcmp(mib_names[i].group, group) != 0)
			continue;
		if (net->mib[i] != seen[i])
			s_print("  %s.%s +%lld\n", group, mib_names[i].name,
				(long long)(net->mib[i] - seen[i]));
		seen[i] = net->mib[i];
	}
}

void s_counters(void)
{
	count_group("Ip");
	count_group("Icmp");
	count_group("Udp");
	count_group("IpExt");
}

/* The next line of either text, without its end. */
static const char *line_of(const char **at, u32 *len)
{
	const char *p = *at;

	*len = (u32)strcspn(p, "\n");
	*at = p + *len + (p[*len] == '\n');
	return p;
}

/* Whole sections are compared, so that one difference does not make all that follows differ. */
static int compare(const char *want, const char *got, const char *section)
{
	int wrong = 0;
	u32 nw, ng;

	while (*want != '\0' || *got != '\0') {
		const char *w = line_of(&want, &nw), *g = line_of(&got, &ng);

		if (nw == ng && memcmp(w, g, nw) == 0)
			continue;
		if (wrong++ < 4)
			printf("%.*s\n linux: %.*s\n here:  %.*s\n", (int)strcspn(section, "\n"),
			       section, (int)nw, w, (int)ng, g);
	}
	return wrong;
}

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *s = calloc(1, TEXT_BYTES);

	if (f == NULL || s == NULL || fread(s, 1, TEXT_BYTES - 1, f) == 0) {
		fprintf(stderr, "cannot read %s\n", path);
		abort();
	}
	fclose(f);
	return s;
}

/* Cuts both texts at lines that begin with "==" and compares section by section. */
static int compare_sections(char *want, char *got)
{
	char *w = strstr(want, "=="), *g = strstr(got, "==");
	int wrong = 0;

	while (w != NULL && g != NULL) {
		char *wn = strstr(w + 2, "\n=="), *gn = strstr(g + 2, "\n==");

		if (wn != NULL)
			*wn++ = '\0';
		if (gn != NULL)
			*gn++ = '\0';
		wrong += compare(w, g, w);
		w = wn;
		g = gn;
	}
	return wrong + (w != g);
}

static void set_up(u64 seed)
{
	struct world_cfg cfg = scenario_bare(&limits_test, seed);

	model = scenario_new(&cfg);
	scenario_checks_on(model);
	model->on_frame = take_frame;
	must_config(model, 0,
		    "ip link set lo up; ip addr add 192.0.2.1/24 brd 192.0.2.255 dev eth0; "
		    "ip link set eth0 up; "
		    "ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 nud permanent dev eth0");
	s_sleep_ms(100);
	queue.count = 0;
}

int run_udp_answers(const char *path, u64 seed, u32 *lines)
{
	char *want = read_file(path);
	const char *which = NULL;
	int wrong;

	text = calloc(1, TEXT_BYTES);
	text_len = 0;
	memset(seen, 0, sizeof(seen));
	set_up(seed);
	us_run();
	if (getenv("UDP_ANSWERS") != NULL) {
		FILE *f = fopen(getenv("UDP_ANSWERS"), "w");

		fputs(text, f);
		fclose(f);
	}
	*lines = 0;
	for (const char *p = text; *p != '\0'; p++)
		*lines += *p == '\n';
	wrong = compare_sections(want, text);
	world_exit(model);
	if (world_leaks(model, &which) != 0) {
		printf("left in pool %s\n", which);
		wrong++;
	}
	scenario_free(model);
	free(want);
	free(text);
	return wrong;
}
