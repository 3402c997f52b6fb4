#!/bin/bash
# SPDX-License-Identifier: MIT
# What pages of a report say, and that they are sound, without a browser: harness/report/test_pages.py.
# ci/test-report-page.sh looks at them in one.
set -eu -o pipefail

# shellcheck source=ci/testlib.sh
. ci/testlib.sh

report_tests report-html test_pages.py
