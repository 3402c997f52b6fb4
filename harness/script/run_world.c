// SPDX-License-Identifier: MIT
/* run_world.c - the world that a script runs in: hosts, device, addresses, knobs; its end.
 *
 * Rules: refstack-pkt(5); the profiles google and ksft are set up as packetdrill does it.
 */
#include "harness/script/run_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "harness/lib/inet_text.h"

enum { DEFAULT_SEED = 1 };

static void count_hosts(struct run *r)
{
	r->nr_hosts = 1;
	for (u32 i = 0; i < r->script->nr_stmts; i++) {
		const struct stmt *s = &r->script->stmt[i];

		assert(s->host < SCRIPT_HOSTS);
		r->nr_hosts = max_u32(r->nr_hosts, s->host + 1u);
		if (s->kind == STMT_PACKET && !s->packet.incoming)
			r->host[s->host].expects_left++;
		if (s->kind == STMT_DIRECTIVE &&
		    (s->directive.id == DIR_MIB || s->directive.id == DIR_DROP))
			r->asks_counters = true;
	}
}

static int config(struct run *r, u32 host, const char *line)
{
	char err[256];

	if (dut_config(r->dut, host, line, err, sizeof(err)) == 0)
		return 0;
	return run_invalid(r, NULL, "profile set-up refused: %s: %s", line, err);
}

static u32 prefix_len(u32 netmask)
{
	u32 n = 0;

	for (; netmask != 0; netmask <<= 1)
		n++;
	return n;
}

static void ip_text(u32 addr, char buf[16])
{
	snprintf(buf, 16, INET_FORM, INET_PARTS(addr));
}

/* As packetdrill does it: the device up, its address, the route to the remote prefix. */
static int configure_stock(struct run *r)
{
	const struct run_addresses *a = &r->addr;
	u32 mask = a->remote_prefix == 0 ? 0 : U32_MAX << (32 - a->remote_prefix);
	char local[16], gateway[16], remote[16], line[256];

	ip_text(a->local_ip, local);
	ip_text(a->gateway_ip, gateway);
	ip_text(a->remote_ip & mask, remote);
	snprintf(line, sizeof(line),
		 "ip link set lo up; ip link set tun0 up; ip addr add %s/%u dev tun0; "
		 "ip route add %s/%u via %s dev tun0",
		 local, prefix_len(a->netmask), remote, a->remote_prefix, gateway);
	return config(r, 0, line);
}

static int configure(struct run *r)
{
	char line[64];

	for (u32 h = 0; h < r->nr_hosts && r->addr.mtu != 0; h++) {
		snprintf(line, sizeof(line), "ip link set %s mtu %u", r->dev, r->addr.mtu);
		if (config(r, h, line) != 0)
			return -1;
	}
	return r->addr.stock ? configure_stock(r) : 0;
}

/* net.ipv4.ip_default_ttl as a path. */
static void knob_path(const char *name, char *to, u32 size)
{
	snprintf(to, size, "/proc/sys/%s", name);
	for (char *p = to; *p != '\0'; p++)
		if (*p == '.')
			*p = '/';
}

static int set_knobs(struct run *r)
{
	char path[128];

	for (u32 h = 0; h < r->nr_hosts; h++) {
		for (u32 i = 0; i < r->opt->nr_knobs; i++) {
			const struct run_pair *k = &r->opt->knob[i];
			int err;

			knob_path(k->name, path, sizeof(path));
			err = r->dut->ops->knob_write(r->dut, h, path, k->value);
			if (err != 0)
				return run_invalid(r, NULL, "--set %s=%s: %s", k->name, k->value,
						   strerror(-err));
		}
	}
	return 0;
}

static void on_return(void *ctx)
{
	struct run *r = ctx;

	r->ended_calls++;
}

static void init_host(struct run *r, u32 h)
{
	struct run_host *host = &r->host[h];

	memcpy(host->mac, (u8[]){ 2, 0, 0, 0, 0, (u8)(h + 1) }, 6);
	memcpy(host->peer_mac, (u8[]){ 2, 0, 0, 0, 0, h == 0 ? 2 : 1 }, 6);
	host->processes = 1;
	host->bound[0] = true;
	for (u32 p = 0; p < SCRIPT_PROCESSES; p++)
		host->identity[p] = (struct run_identity){ U64_MAX, U64_MAX, 0 };
	memset(r->fd[h], 0xff, sizeof(r->fd[h])); /* -1 */
	if (r->start_ps == 0)
		r->last_left_ps[h] = U64_MAX;
	shell_init(&r->shell[h], r->dut, h, r->dev, r->profile == PROFILE_KSFT);
}

static struct dut_config dut_config_of(const struct run *r)
{
	static const enum dut_device device[] = {
		[DEVICE_TAP] = DUT_TAP,
		[DEVICE_TUN] = DUT_TUN,
		[DEVICE_IGB] = DUT_IGB,
	};

	return (struct dut_config){
		.device = device[r->device],
		.stock = r->addr.stock,
		.mss = (u16)r->addr.mss,
		.hosts = r->nr_hosts,
		.cost = r->cost,
		.seed = r->opt->seed != 0 ? r->opt->seed : DEFAULT_SEED,
		.perturb = r->perturb,
		.place_ns = r->opt->place_ns,
		.cpus = r->opt->cpus,
		.checks = r->opt->checks,
		.crossings = r->opt->crossings,
	};
}

/* What only a model has is nothing to others. */
static void forget_model(struct run *r)
{
	r->cost = COST_JUDGE;
	r->perturb = 0;
}

static int make_dut(struct run *r, struct dut_worlds *cache)
{
	struct dut_config cfg = dut_config_of(r);
	char err[512] = "";

	static_assert((int)DUT_HOSTS == (int)SCRIPT_HOSTS, "a host is a host");
	static_assert((int)DUT_THREADS == (int)RUN_THREADS, "a thread is a thread");
	static_assert((int)DUT_PROCESSES == (int)SCRIPT_PROCESSES, "a process is a process");
	if (r->opt->dut != NULL)
		r->dut = r->opt->dut(&cfg, err, sizeof(err));
	else if (!run_opening_again(r, &cfg, cache))
		r->dut = dut_refstack(&cfg, cache);
	if (r->dut == NULL)
		return run_end(r, NULL, RUN_ENVIRONMENT, "%s", err);
	if (r->dut->world == NULL)
		forget_model(r);
	r->dut->on_frame = run_saw_frame;
	r->dut->on_arrival = run_frame_arrived;
	r->dut->on_return = on_return;
	r->dut->ctx = r;
	return 0;
}

int run_world_begin(struct run *r, struct dut_worlds *cache)
{
	if (run_options_read(r) != 0)
		return -1;
	count_hosts(r);
	if (r->addr.stock && r->nr_hosts > 1)
		return run_invalid(r, NULL, "blocks of other hosts are for --profile=bare");
	r->dev = r->addr.stock ? "tun0" : "eth0";
	if (make_dut(r, cache) != 0 || run_tracepoints_begin(r) != 0)
		return -1;
	for (u32 h = 0; h < r->nr_hosts; h++)
		init_host(r, h);
	if (r->start_ps != 0)
		return 0;
	r->last_ps = run_now(r); /* there is no time 0 yet */
	return configure(r) != 0 || set_knobs(r) != 0 ? -1 : 0;
}

void run_world_end(struct run *r)
{
	run_options_forget(r);
	if (r->dut == NULL)
		return;
	/* Where something is not implemented the world has been left in the middle of it. */
	if (r->opt->at_end != NULL && r->result.verdict != RUN_NOT_IMPLEMENTED)
		r->opt->at_end(r->opt->at_end_ctx, r->dut);
	if ((r->opt->checks || r->opt->check_end) && r->dut->world != NULL &&
	    r->result.verdict != RUN_NOT_IMPLEMENTED)
		dut_refstack_end(r->dut);
	r->dut->ops->destroy(r->dut);
}
