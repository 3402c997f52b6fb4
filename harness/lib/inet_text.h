/* SPDX-License-Identifier: MIT */
/* inet_text.h - how an IPv4 address is written: printf(INET_FORM, INET_PARTS(addr)). */
#ifndef HARNESS_LIB_INET_TEXT_H
#define HARNESS_LIB_INET_TEXT_H

#define INET_FORM "%u.%u.%u.%u"
/* Of an address in host order. */
#define INET_PARTS(addr) (addr) >> 24, (addr) >> 16 & 255, (addr) >> 8 & 255, (addr)&255

#endif
