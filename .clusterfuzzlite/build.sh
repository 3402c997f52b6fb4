#!/bin/bash -eu
# SPDX-License-Identifier: MIT
# ClusterFuzzLite calls this; there is one way to build.
exec "$SRC/refstack/ci/oss-fuzz/build.sh"
