#!/bin/bash
# SPDX-License-Identifier: MIT
# How runs become a report: harness/report/test_*.py, as far as they are not about pages.
set -eu -o pipefail

# shellcheck source=ci/testlib.sh
. ci/testlib.sh

# The system's Python has what Debian packages bring; another one may come first in PATH.
python=/usr/bin/python3
[[ -x $python ]] || python=python3
if ! "$python" -c 'import jinja2' 2>/dev/null; then
	skip report-build "python3-jinja2 is not installed"
	exit 0
fi
exec "$python" -B -W error::ResourceWarning harness/report/run_tests.py \
	test_run.py test_catalogue.py test_verdict.py test_baseline.py test_outputs.py test_publish.py test_main.py \
	test_svg.py test_history.py test_paths.py test_nic.py test_campaign.py test_tables.py test_ledger.py \
	test_extras.py test_evidence.py
