#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# sara-streaming(7), from its first command to its last.
# kernel: 6.12
# timeout: 900
set -euo pipefail
. "$(dirname "$0")/lib.sh"
trap cleanup EXIT

tutorial sara-streaming.7
