// SPDX-License-Identifier: MIT
/* capability.h - capabilities that the network path asks for. */
#ifndef REFSTACK_UAPI_CAPABILITY_H
#define REFSTACK_UAPI_CAPABILITY_H

#define CAP_NET_BIND_SERVICE 10
#define CAP_NET_BROADCAST    11
#define CAP_NET_ADMIN	     12
#define CAP_NET_RAW	     13

#endif
