#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The judge on a real call's captures that were tampered with: a packet missing at the node, packets at another node,
# a player that failed, no media.
# timeout: 600
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
VIP=198.18.0.100

"$here/run" --with ipvs-persistent --players 1 --calls 1 --keep "$work"
mkdir "$work/as"

# judged WORD JQ-CONDITION: of the captures in $work/as.
judged() {
	local status=0
	"$here/judge.py" --vip "$VIP" --outcomes "$work/as/outcomes.json" --json "$work/as/judgement.json" \
		--client c1="$work/as/c1.pcap" --client c2="$work/as/c2.pcap" --node n1="$work/as/n1.pcap" \
		--node n2="$work/as/n2.pcap" --node n3="$work/as/n3.pcap" || status=$?
	if ((status == 1)) && jq -e "$2" "$work/as/judgement.json" >/dev/null; then
		echo "ok: $1"
	else
		echo "FAIL: $1: exit $status"
		jq -c '.summary, .complaints' "$work/as/judgement.json"
		exit 1
	fi
}

# Fresh copies; then $node is where c1's sessions are, $other is another node.
reset_as() {
	cp "$work"/*.pcap "$work/outcomes.json" "$work/as/"
}
reset_as
node=$(jq -r '[.sessions[] | select(.client == "c1")][0].nodes[0]' "$work/judgement.json")
other=n1
[[ $node != n1 ]] || other=n2
voice="src host 198.18.1.11 and udp and src port 6000"

tcpdump -r "$work/$node.pcap" -w "$work/as/$node.pcap" "not ($voice)" 2>/dev/null
judged 'voice that came nowhere is lost' '.summary.lost == 1 and .summary.split == 0 and .summary.whole == 3'
reset_as
tcpdump -r "$work/$node.pcap" -w "$work/as/$node.pcap" "not ($voice)" 2>/dev/null
tcpdump -r "$work/$node.pcap" -w "$work/as/$other.pcap" "$voice" 2>/dev/null
judged 'voice at another node splits the call' '.summary.split == 1 and .summary.lost == 0'
reset_as
tcpdump -r "$work/c1.pcap" -w "$work/as/c1.pcap" 'not (udp and portrange 6000-6200)' 2>/dev/null
tcpdump -r "$work/$node.pcap" -w "$work/as/$node.pcap" 'not (src host 198.18.1.11 and udp and portrange 6000-6200)' 2>/dev/null
judged 'a call without voice is silent' '.summary.silent == 1 and .summary.split == 0'
reset_as
jq '.players[0].succeeded = false' "$work/outcomes.json" >"$work/as/outcomes.json"
judged 'a player that failed fails its session' '.summary.failed == 1 and .summary.split == 0'
reset_as
jq '.callers[0].succeeded = 0' "$work/outcomes.json" >"$work/as/outcomes.json"
judged 'SIPp is not believed against the wire, nor the wire against SIPp' '.complaints | length == 2'
reset_as
tcpdump -r "$work/c1.pcap" -w "$work/as/c1.pcap" 'not (src port 5060 or dst port 5060)' 2>/dev/null
judged 'packets that nothing explains are told' '(.unexplained | length) > 0'
