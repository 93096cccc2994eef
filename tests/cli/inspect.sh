#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# `sara inspect` names the sessions of each committed capture, and their announced ports, as the file beside it says:
# NAME.json is its output, NAME.warnings what it says on the standard error. To write them anew after a change that is
# meant: SARA_UPDATE_GOLDEN=1 tests/cli/inspect.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../corpus"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# same FILE WANTED WHAT
same() {
	[ -z "${SARA_UPDATE_GOLDEN-}" ] || cp "$1" "$2"
	if ! diff -u "$2" "$1"; then
		echo "not ok: $3"
		failed=1
	fi
}

captures=0
for capture in */*.pcap; do
	name=${capture%.pcap}
	if ! sara -p -j inspect "$capture" --vip 198.18.0.100 --vip fd00::100 >"$work/json" 2>"$work/warnings"; then
		cat "$work/warnings"
		echo "not ok: sara inspect $capture"
		failed=1
		continue
	fi
	same "$work/json" "$name.json" "the sessions in $capture"
	if [ -s "$work/warnings" ] || [ -e "$name.warnings" ]; then
		same "$work/warnings" "$name.warnings" "the warnings of $capture"
	fi
	captures=$((captures + 1))
done
if [ "$captures" = 0 ]; then
	echo "not ok: no capture was found"
	failed=1
fi

for protocol in ftp rtsp sip; do
	"$protocol/make-captures" "$work"
	for capture in "$protocol"/*.pcap; do
		if ! cmp "$work/$(basename "$capture")" "$capture"; then
			echo "not ok: $capture is what $protocol/make-captures writes"
			failed=1
		fi
	done
done
echo "$captures captures"
exit "$failed"
