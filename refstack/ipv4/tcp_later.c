// SPDX-License-Identifier: MIT
/* tcp_later.c - stands in for functions of TCP that are not there yet: each says so. */
#include "ipv4/tcp.h"
