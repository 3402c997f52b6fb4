// SPDX-License-Identifier: MIT
/* run_python.c - assertions in %{ }%: what a block may ask for, and what it says.
 *
 * Values are those of the block's host: the time, the counters, and tcpi_* of the connection that
 * the script is about. As in packetdrill that is the one that was accepted last, or else the
 * socket that was made last.
 */
#include "harness/script/run_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "harness/script/python.h"
#include "uapi/in.h"
#include "uapi/socket.h"
#include "uapi/tcp.h"

enum { TEXT_BYTES = 4096, INFO_BYTES = 248 };

static const struct tcp_info_field {
	const char *name;
	u16 offset;
	u8 bytes, shift, bits;
} tcp_info_fields[] = {
#define X(name, offset, bytes, shift, bits) { #name, offset, bytes, shift, bits },
#include "harness/script/tcp_info.def"
#undef X
};

enum { VALUE_NAME = 64, VALUES_MAX = MIB_MAX + DROP_MAX + 1 + ARRAY_SIZE(tcp_info_fields) };

/* A thread of the process that has nothing to do, so that blocks may stand beside a call that
 * waits.
 */
static bool idle_thread(const struct run *r, u32 host, u32 process, u32 *thread)
{
	for (u32 t = 0; t < RUN_THREADS; t++) {
		if (run_process_of(r, host, t) == process && !run_busy(r, host, t) &&
		    !r->dut->ops->thread(r->dut, host, t).busy) {
			*thread = t;
			return true;
		}
	}
	return false;
}

/* getsockopt(TCP_INFO), between two statements, at the far end of the process's memory. */
static bool read_tcp_info(struct run *r, u32 host, u8 info[INFO_BYTES])
{
	const struct run_under_test *of = &r->under_test[host];
	struct dut_memory mem = r->dut->ops->memory(r->dut, host, of->process);
	uptr at = UMEM_BASE + mem.size - INFO_BYTES - 8, len = at + INFO_BYTES;
	const u64 arg[SYS_ARGS] = { of->fd, SOL_TCP, TCP_INFO, at, len };
	u8 *bytes = dut_memory_at(r->dut, host, of->process, at, INFO_BYTES + 8);
	u32 ended = r->ended_calls, thread;

	if (!of->known || bytes == NULL || !idle_thread(r, host, of->process, &thread))
		return false;
	memset(bytes, 0, INFO_BYTES);
	put_le32(bytes + INFO_BYTES, INFO_BYTES);
	r->dut->ops->touch(r->dut, host, of->process, mem.size);
	r->dut->ops->call(r->dut, host, thread, SYS_NR_getsockopt, arg);
	while (r->dut->ops->thread(r->dut, host, thread).busy)
		if (!r->dut->ops->step(r->dut, run_now(r)))
			break;
	r->ended_calls = ended;
	if (r->dut->ops->thread(r->dut, host, thread).busy ||
	    r->dut->ops->thread(r->dut, host, thread).ret != 0)
		return false;
	memcpy(info, bytes, INFO_BYTES);
	return true;
}

static s64 field_of(const u8 *info, const struct tcp_info_field *f)
{
	u64 v = 0;

	for (u32 i = f->bytes; i > 0; i--)
		v = v << 8 | info[f->offset + i - 1];
	return (s64)(f->bits == 0 ? v : v >> f->shift & ((1u << f->bits) - 1));
}

static u32 tcp_values(struct run *r, u32 host, struct python_value *v)
{
	u8 info[INFO_BYTES];
	u32 n = 0;

	if (!read_tcp_info(r, host, info))
		return 0;
	for (; n < ARRAY_SIZE(tcp_info_fields); n++)
		v[n] = (struct python_value){ tcp_info_fields[n].name,
					      field_of(info, &tcp_info_fields[n]) };
	return n;
}

static u32 python_values(struct run *r, u32 host, char (*names)[VALUE_NAME], struct python_value *v)
{
	u64 mib[MIB_MAX], drops[DROP_MAX];
	u32 n = 0;

	r->dut->ops->counters(r->dut, host, mib, drops);
	for (u32 i = 0; i < MIB_MAX; i++, n++) {
		snprintf(names[n], VALUE_NAME, "mib_%s_%s", mib_names[i].group, mib_names[i].name);
		v[n] = (struct python_value){ names[n], (s64)mib[i] };
	}
	for (u32 i = 0; i < DROP_MAX; i++, n++) {
		snprintf(names[n], VALUE_NAME, "drop_%s", drop_names[i]);
		v[n] = (struct python_value){ names[n], (s64)drops[i] };
	}
	v[n++] = (struct python_value){ "now_ns", (s64)((run_now(r) - r->start_ps) / PS_PER_NS) };
	return n + tcp_values(r, host, &v[n]);
}

/* Assertions are about what a script expects: where nothing is compared there are none. */
void run_python(struct run *r, const struct stmt *s)
{
	static char names[MIB_MAX + DROP_MAX][VALUE_NAME];
	struct python_value values[VALUES_MAX];
	char message[TEXT_BYTES] = "";
	u32 n;
	int ret;

	if (!run_compares(r))
		return;
	if (r->python == NULL)
		r->python = python_start(message, sizeof(message));
	if (r->python == NULL) {
		run_end(r, s, RUN_ENVIRONMENT, "%s", message);
		return;
	}
	n = python_values(r, s->host, names, values);
	ret = python_block(r->python, script_text(r->script, s->text), s->text.len, values, n,
			   message, sizeof(message));
	if (ret == 0)
		run_event_stmt(r, s);
	else if (ret > 0)
		run_failf(r, s, "%s", message);
	else
		run_invalid(r, s, "%s", message);
}

/* A call has given a descriptor: is the script about it from here on? */
void run_note_under_test(struct run *r, u32 host, const struct stmt *s, const struct dut_call *call)
{
	bool accepted = s->call.call == CALL_accept || s->call.call == CALL_accept4;
	bool made = s->call.call == CALL_socket && (call->arg[1] & 0xf) == SOCK_STREAM;

	if (accepted || made)
		r->under_test[host] = (struct run_under_test){ .known = true,
							       .fd = (u64)call->ret,
							       .process = call->process };
}
