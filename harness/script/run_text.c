// SPDX-License-Identifier: MIT
/* run_text.c - values and errors as a script would write them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/lib/inet_text.h"
#include "harness/script/run_result.h"
#include "uapi/errno.h"

static const char *const errno_descriptions[] = {
	[EPERM] = "Operation not permitted",
	[ENOENT] = "No such file or directory",
	[EINTR] = "Interrupted system call",
	[EIO] = "Input/output error",
	[ENXIO] = "No such device or address",
	[E2BIG] = "Argument list too long",
	[EBADF] = "Bad file descriptor",
	[EAGAIN] = "Resource temporarily unavailable",
	[ENOMEM] = "Cannot allocate memory",
	[EACCES] = "Permission denied",
	[EFAULT] = "Bad address",
	[EBUSY] = "Device or resource busy",
	[EEXIST] = "File exists",
	[ENODEV] = "No such device",
	[EINVAL] = "Invalid argument",
	[ENFILE] = "Too many open files in system",
	[EMFILE] = "Too many open files",
	[ENOTTY] = "Inappropriate ioctl for device",
	[ESPIPE] = "Illegal seek",
	[EPIPE] = "Broken pipe",
	[EDOM] = "Numerical argument out of domain",
	[ERANGE] = "Numerical result out of range",
	[ENOSYS] = "Function not implemented",
	[ENOMSG] = "No message of desired type",
	[ENODATA] = "No data available",
	[EPROTO] = "Protocol error",
	[EBADMSG] = "Bad message",
	[EOVERFLOW] = "Value too large for defined data type",
	[ENOTSOCK] = "Socket operation on non-socket",
	[EDESTADDRREQ] = "Destination address required",
	[EMSGSIZE] = "Message too long",
	[EPROTOTYPE] = "Protocol wrong type for socket",
	[ENOPROTOOPT] = "Protocol not available",
	[EPROTONOSUPPORT] = "Protocol not supported",
	[ESOCKTNOSUPPORT] = "Socket type not supported",
	[EOPNOTSUPP] = "Operation not supported",
	[EPFNOSUPPORT] = "Protocol family not supported",
	[EAFNOSUPPORT] = "Address family not supported by protocol",
	[EADDRINUSE] = "Address already in use",
	[EADDRNOTAVAIL] = "Cannot assign requested address",
	[ENETDOWN] = "Network is down",
	[ENETUNREACH] = "Network is unreachable",
	[ENETRESET] = "Network dropped connection on reset",
	[ECONNABORTED] = "Software caused connection abort",
	[ECONNRESET] = "Connection reset by peer",
	[ENOBUFS] = "No buffer space available",
	[EISCONN] = "Transport endpoint is already connected",
	[ENOTCONN] = "Transport endpoint is not connected",
	[ESHUTDOWN] = "Cannot send after transport endpoint shutdown",
	[ETOOMANYREFS] = "Too many references: cannot splice",
	[ETIMEDOUT] = "Connection timed out",
	[ECONNREFUSED] = "Connection refused",
	[EHOSTDOWN] = "Host is down",
	[EHOSTUNREACH] = "No route to host",
	[EALREADY] = "Operation already in progress",
	[EINPROGRESS] = "Operation now in progress",
};

const char *symbol_name(enum symbol_group group, u64 value)
{
	for (u32 i = 0; i < script_nr_symbols && group != SYM_NONE; i++)
		if (script_symbols[i].group == group && script_symbols[i].value == value)
			return script_symbols[i].name;
	return NULL;
}

const char *errno_description(s64 error)
{
	return error > 0 && error < (s64)ARRAY_SIZE(errno_descriptions) ? errno_descriptions[error]
									: NULL;
}

void errno_text(s64 error, char *to, u32 size)
{
	const char *name = symbol_name(SYM_E, (u64)error), *text = errno_description(error);

	if (name == NULL)
		snprintf(to, size, "errno %lld", (long long)error);
	else
		snprintf(to, size, "%s%s%s%s", name, text != NULL ? " (" : "",
			 text != NULL ? text : "", text != NULL ? ")" : "");
}

/* A set of flags by their names, what has none in hex. */
static void flags_text(enum symbol_group group, u64 value, char *to, u32 size)
{
	u64 rest = value;
	u32 n = 0;

	to[0] = '\0';
	for (u64 bit = 1; bit != 0 && bit <= rest; bit <<= 1) {
		const char *name = (rest & bit) != 0 ? symbol_name(group, bit) : NULL;

		if (name == NULL || n >= size)
			continue;
		n += (u32)snprintf(to + n, size - n, "%s%s", n != 0 ? "|" : "", name);
		rest &= ~bit;
	}
	if ((rest != 0 || value == 0) && n < size)
		snprintf(to + n, size - n, rest != 0 ? "%s0x%llx" : "%s%llx", n != 0 ? "|" : "",
			 (unsigned long long)rest);
}

void value_text(const struct script *s, enum arg_type type, u32 e, u64 value, u32 bytes, char *to,
		u32 size)
{
	const struct arg_type_info *info = &script_types[type];
	enum symbol_group group = (enum symbol_group)info->group;
	const char *name = symbol_name(group, value);
	u32 shift = 64 - 8 * bytes;

	if (s->expr[e].hex)
		snprintf(to, size, "0x%llx", (unsigned long long)value);
	else if (group != SYM_NONE && group != SYM_ANY && (info->forms & FORM_OR) != 0)
		flags_text(group, value, to, size);
	else if (group != SYM_ANY && name != NULL)
		snprintf(to, size, "%s", name);
	else
		snprintf(to, size, "%lld", (long long)((s64)(value << shift) >> shift));
}

bool bytes_are_text(const u8 *p, u64 len)
{
	for (u64 i = 0; i < len; i++)
		if ((p[i] >= 0x7f || p[i] < 0x20) && p[i] != '\n')
			return false;
	return true;
}

char *bytes_said(const u8 *p, u64 len, bool as_hex)
{
	char *to, *at;
	size_t room = (size_t)len * 4 + 8;

	at = to = malloc(room);
	if (to == NULL)
		abort();
	at += snprintf(at, room, "%s", as_hex ? "hex " : "\"");
	for (u64 i = 0; i < len; i++) {
		size_t left = room - (size_t)(at - to);

		if (as_hex)
			at += snprintf(at, left, "%02x", p[i]);
		else if (p[i] == '\n')
			at += snprintf(at, left, "\\n");
		else if (p[i] == '"' || p[i] == '\\')
			at += snprintf(at, left, "\\%c", p[i]);
		else if (p[i] >= 0x20 && p[i] < 0x7f)
			*at++ = (char)p[i];
		else
			at += snprintf(at, left, "\\x%02x", p[i]);
	}
	snprintf(at, room - (size_t)(at - to), "%s", as_hex ? "" : "\"");
	return to;
}

void bytes_text(const u8 *p, u32 len, char *to, u32 size)
{
	char *text = bytes_said(p, len, !bytes_are_text(p, len));

	snprintf(to, size, "%s", text);
	free(text);
}

static enum arg_type field_type(enum struct_type of, const char *name)
{
	for (u32 i = 0; i < script_nr_fields; i++)
		if (script_fields[i].in_struct == of && strcmp(script_fields[i].name, name) == 0)
			return (enum arg_type)script_fields[i].type;
	return TYPE_INT;
}

void member_text(const struct script *s, enum struct_type of, const struct member *m, u32 e, u64 v,
		 char *to, u32 size)
{
	if (m->kind == MEMBER_BE && m->bytes == 2)
		snprintf(to, size, "htons(%u)", (unsigned)v);
	else if (m->kind == MEMBER_BE)
		snprintf(to, size, "inet_addr(\"" INET_FORM "\")", INET_PARTS((u32)v));
	else
		value_text(s, field_type(of, m->name), e, v, m->bytes, to, size);
}
