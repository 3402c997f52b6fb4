// SPDX-License-Identifier: MIT
/* report_files.h - the program that makes a report of runs, which the executable carries, so that
 * it works wherever it is.
 */
#ifndef HARNESS_CLI_REPORT_FILES_H
#define HARNESS_CLI_REPORT_FILES_H

#include "harness/cli/files.h"

/* All its files below the folder, which is there. False with why in err. */
bool report_unpack(const char *folder, char err[FILE_ERROR_MAX]);

#endif
