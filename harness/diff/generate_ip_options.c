// SPDX-License-Identifier: MIT
/* generate_ip_options.c - IP options that programs give their datagrams, and get back with others'.
 */
#include "base/check.h"
#include "harness/diff/generate_internal.h"

enum { OPTION_BYTES = 40 };

static const struct {
	u32 weight, bytes;
	const char *text;
} options[] = {
	{ 9, 1, "01" },
	{ 3, 1, "00" },
	{ 6, 7, "070704@h8@h8@h8@h8" },
	{ 5, 11, "070b040000000000000000" },
	{ 3, 11, "070b08c000020900000000" },
	{ 2, 7, "070708c0000209" },
	{ 2, 3, "070304" },
	{ 1, 3, "070305" },
	{ 6, 8, "4408050000000000" },
	{ 5, 12, "440c05010000000000000000" },
	{ 4, 20, "44140501@opt_addr~00000000@opt_addr~00000000" },
	{ 5, 12, "440c0503@opt_addr~00000000" },
	{ 4, 20, "44140503@opt_addr~00000000@opt_addr~00000000" },
	{ 3, 20, "44140d03@opt_addr~11111111@opt_addr~00000000" },
	{ 2, 8, "44080900@h8@h8@h8@h8" },
	{ 2, 4, "440405@h8" },
	{ 2, 8, "440805@h8~00000000" },
	{ 8, 7, "830704@opt_addr" },
	{ 6, 11, "830b04@opt_addr@opt_addr" },
	{ 3, 15, "830f04@opt_addr@opt_addr@opt_addr" },
	{ 5, 7, "890704@opt_addr" },
	{ 4, 11, "890b04@opt_addr@opt_addr" },
	{ 2, 11, "830b08@opt_addr@opt_addr" },
	{ 1, 3, "830304" },
	{ 1, 5, "830504@h8@h8" },
	{ 8, 4, "94040000" },
	{ 2, 4, "94040001" },
	{ 2, 3, "940300" },
	{ 3, 4, "8804@h8@h8" },
	{ 3, 11, "820b@h8@h8@h8@h8@h8@h8@h8@h8@h8" },
	{ 3, 10, "860a000000010104@h8@h8" },
	{ 2, 6, "8606@h8@h8@h8@h8" },
	{ 2, 4, "@h8@h8@h8@h8" },
	{ 1, 2, "@h8~02" },
	{ 1, 2, "@h8~00" },
	{ 1, 2, "07ff" },
};

/* Hex digits, then a comma and how many bytes there are: sometimes another number. */
static void put_options_hex(struct gen *g)
{
	u32 weight[ARRAY_SIZE(options)], bytes = 0;

	for (u32 i = 0; i < ARRAY_SIZE(options); i++)
		weight[i] = options[i].weight;
	gen_put(g, "hex ");
	do {
		u32 i = gen_pick(g, weight, ARRAY_SIZE(options));

		if (bytes + options[i].bytes > OPTION_BYTES)
			break;
		bytes += options[i].bytes;
		gen_expand(g, options[i].text);
	} while (gen_percent(g, 45));
	if (gen_percent(g, 2))
		bytes = gen_below(g, bytes + 1);
	gen_putf(g, ", %u", bytes);
}

/* The same as a control message. */
static void put_options_cmsg(struct gen *g)
{
	u32 weight[ARRAY_SIZE(options)], i;

	for (i = 0; i < ARRAY_SIZE(options); i++)
		weight[i] = options[i].weight;
	gen_put(g, "{cmsg_level = SOL_IP, cmsg_type = IP_RETOPTS, cmsg_data = hex ");
	i = gen_pick(g, weight, ARRAY_SIZE(options));
	gen_expand(g, options[i].text);
	gen_put(g, "}");
}

static const struct gen_row rows[] = {
	{ "opt_addr", 4, "c0000202" },
	{ NULL, 3, "c0000203" },
	{ NULL, 4, "c0000201" },
	{ NULL, 4, "7f000001" },
	{ NULL, 3, "c6336407" },
	{ NULL, 1, "c00002ff" },
	{ NULL, 1, "e0000001" },
	{ NULL, 1, "00000000" },
	{ NULL, 1, "cb007105" },
	{ "opt_to", 10, "@to" },
	{ NULL, 8,
	  "{sa_family = AF_INET, sin_port = htons(5000), sin_addr = inet_addr(\"127.0.0.1\")}" },
	{ NULL, 6,
	  "{sa_family = AF_INET, sin_port = htons(5000), sin_addr = inet_addr(\"@own\")}" },
	{ "do_set_ip_options", 20, "setsockopt(@fdu, SOL_IP, IP_OPTIONS, @options_hex) = ..." },
	{ NULL, 6,
	  "setsockopt(@fdu, SOL_IP, IP_OPTIONS, @options_hex) = ...\nsendto(@cur, @data, 0, "
	  "@opt_to, 16) = ..." },
	{ NULL, 3,
	  "setsockopt(@fdu, SOL_IP, IP_OPTIONS, @options_hex) = ...\ngetsockopt(@cur, SOL_IP, "
	  "IP_OPTIONS, ..., [40]) = ..." },
	{ NULL, 2,
	  "setsockopt(@fdu, SOL_IP, IP_OPTIONS, @options_hex) = ...\nconnect(@cur, @opt_to, 16) = "
	  "...\nsend(@cur, @data, 0) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_IP, IP_OPTIONS, NULL, 0) = ..." },
	{ NULL, 1, "setsockopt(@fdu, SOL_IP, IP_OPTIONS, hex 00, 4) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_IP, IP_ROUTER_ALERT, [@onoff], 4) = ..." },
	{ "opt_getlen", 6, "[40]" },
	{ NULL, 2, "[@digit]" },
	{ NULL, 1, "[0]" },
	{ NULL, 1, "[-1]" },
	{ NULL, 1, "[100]" },
	{ "do_get_ip_options", 10, "getsockopt(@fdu, SOL_IP, IP_OPTIONS, ..., @opt_getlen) = ..." },
	{ "do_send_ip_options", 10,
	  "sendmsg(@fdu, {msg_name(16) = @opt_to, msg_iov(1) = [{\"abc\", 3}], msg_control = "
	  "[@options_cmsg]}, 0) = ..." },
	{ NULL, 3, "sendto(@fdu, ..., @long_len, 0, @opt_to, 16) = ..." },
	{ NULL, 10, "sendto(@fdu, @data, @send_flags, @opt_to, 16) = ..." },
	{ "do_recv_ip_options", 10,
	  "recvmsg(@fdb, {msg_iov(1) = [{..., 100}], msg_flags = ..., msg_control = ...}, "
	  "MSG_DONTWAIT) = ..." },
	{ "do_want_ip_options", 10,
	  "setsockopt(@fdu, SOL_IP, IP_RECVOPTS, [@onoff], 4) = ...\nsetsockopt(@cur, SOL_IP, "
	  "IP_RETOPTS, [1], 4) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_IP, IP_RECVERR, [1], 4) = ..." },
	{ "do_opt_rights", 10, "cap drop CAP_NET_RAW" },
	{ NULL, 10, "cap add CAP_NET_RAW" },
	{ NULL, 10,
	  "`sysctl -q -w net.ipv4.conf.all.accept_source_route=1; sysctl -q -w "
	  "net.ipv4.conf.@conf_dev.accept_source_route=1`" },
	{ "area_opts_sent", 25, "@do_set_ip_options" },
	{ NULL, 8, "@do_get_ip_options" },
	{ NULL, 25, "@do_send_ip_options" },
	{ NULL, 20, "@do_recv_ip_options" },
	{ NULL, 10, "@do_want_ip_options" },
	{ NULL, 4, "@do_opt_rights" },
	{ NULL, 4, "@do_icmp_error" },
	{ NULL, 4, "@do_error_queue" },
	{ NULL, 6, "@do_forward_options" },
	{ NULL, 3, "@do_connect" },
	{ NULL, 3, "@pause" },
};

static const struct gen_slot slots[] = {
	{ "options_hex", put_options_hex },
	{ "options_cmsg", put_options_cmsg },
};

const struct gen_part gen_part_ip_options = { rows, ARRAY_SIZE(rows), slots, ARRAY_SIZE(slots) };
