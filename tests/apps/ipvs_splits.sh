#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# IPVS splits sessions of several flows, and the judge says so. If it did not, its word on SARA would be worth nothing.
# timeout: 600
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
"$(dirname "$0")/run" --with ipvs --players 1 --calls 4 --json "$work/outcome.json" || status=$?
((status == 1)) || { echo "the run ended with $status, not with 1 for sessions that were not whole"; exit 1; }
jq -e '.passed == false and .summary.split >= 4 and .summary.players_succeeded == 2 and .summary.calls_succeeded == 8
	and .complaints == []' "$work/outcome.json"
