#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The schema of the configuration says what sara-agent --check says: of the examples that ship, of each key with the least, the
# most and the wrong value, of what is missing or unknown. And it has each key that the agent reads.
#
# Alone: tools/test cli/config_schema
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || {
	echo 'python3-jsonschema is not installed: tools/setup --only build'
	exit 77
}
exec /usr/bin/python3 tests/cli/config_schema.py "${SARA_BIN:-build/default/bin}/sara-agent"
