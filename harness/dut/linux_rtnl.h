// SPDX-License-Identifier: MIT
/* linux_rtnl.h - commands of iproute2 that the guest of the judging kernel does itself. */
#ifndef HARNESS_DUT_LINUX_RTNL_H
#define HARNESS_DUT_LINUX_RTNL_H

#include "harness/dut/linux_internal.h"

/* `ip ...`, in the namespace that the executor is in. True: it is done, with the result of the
 * table's function. False: nothing was done, the program has to.
 */
bool linux_rtnl(struct linux_dut *l, u32 host, struct ipcmd_call *call, int *ret);

#endif
