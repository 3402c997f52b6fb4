#!/bin/bash
# SPDX-License-Identifier: MIT
# Every planted mistake of harness/bugzoo/ applies and builds.
set -eu
exec ci/bugzoo.py --check
