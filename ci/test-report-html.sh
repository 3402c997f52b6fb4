#!/bin/bash
# SPDX-License-Identifier: MIT
# What pages of a report say, and that they are sound, without a browser: harness/report/test_pages.py.
# ci/test-report-page.sh looks at them in one.
set -eu -o pipefail

# shellcheck source=ci/testlib.sh
. ci/testlib.sh

# The system's Python has what Debian packages bring; another one may come first in PATH.
python=/usr/bin/python3
[[ -x $python ]] || python=python3
if ! "$python" -c 'import jinja2' 2>/dev/null; then
	skip report-html "python3-jinja2 is not installed"
	exit 0
fi
exec "$python" -B -W error::ResourceWarning harness/report/run_tests.py test_pages.py
