// SPDX-License-Identifier: MIT
/* route.h - struct rtentry and its flags. */
#ifndef REFSTACK_UAPI_ROUTE_H
#define REFSTACK_UAPI_ROUTE_H

#define RTF_UP	      0x0001
#define RTF_GATEWAY   0x0002
#define RTF_HOST      0x0004
#define RTF_REINSTATE 0x0008
#define RTF_DYNAMIC   0x0010
#define RTF_MODIFIED  0x0020
#define RTF_MTU	      0x0040
#define RTF_MSS	      RTF_MTU
#define RTF_WINDOW    0x0080
#define RTF_IRTT      0x0100
#define RTF_REJECT    0x0200

/* LINUX: struct rtentry of x86-64, by offsets. */
enum {
	RTENTRY_DST = 8,
	RTENTRY_GATEWAY = 24,
	RTENTRY_GENMASK = 40,
	RTENTRY_FLAGS = 56,
	RTENTRY_METRIC = 80,
	RTENTRY_DEV = 88,
	RTENTRY_MTU = 96,
	RTENTRY_WINDOW = 104,
	RTENTRY_IRTT = 112,
	RTENTRY_BYTES = 120
};

#endif
