// SPDX-License-Identifier: MIT
/* errqueue.h - codes in what the error queue delivers. */
#ifndef REFSTACK_UAPI_ERRQUEUE_H
#define REFSTACK_UAPI_ERRQUEUE_H

/* ee_code. */
#define SO_EE_CODE_ZEROCOPY_COPIED	1
#define SO_EE_CODE_TXTIME_INVALID_PARAM 1
#define SO_EE_CODE_TXTIME_MISSED	2
#define SO_EE_RFC4884_FLAG_INVALID	1

/* ee_info of a time stamp. */
#define SCM_TSTAMP_SND	 0
#define SCM_TSTAMP_SCHED 1
#define SCM_TSTAMP_ACK	 2

#endif
