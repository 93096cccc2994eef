#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A million packets of a million clients, half of them UDP, half SYN: the tables keep their bounds, sessions that were there
# lose not a packet, and memory returns.
#
#   c1 --two senders at once (flood.py)--> lb (VIP, service at UDP and TCP 5060) --MAC--> n1 | n2
#
# No bridge: c1 has a wire to lb, and each node one of its own. Nodes drop all they get, after flood.py has seen it.
#
# An emulated machine gets a tenth of it: there each packet takes half a millisecond. SARA_PACKETS=N changes their number.
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/flood.sh
# processors: 2
# timeout: 480
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

if grep -q 'QEMU TCG' /proc/cpuinfo; then
	PACKETS=${SARA_PACKETS-100000}
else
	PACKETS=${SARA_PACKETS-1000000}
fi

small_wires() {
	local node i=1
	ip -n "${NS_PREFIX}c1" link add eth0 address "${MAC[c1]}" type veth peer name eth0 address "${MAC[lb]}" \
		netns "${NS_PREFIX}lb"
	for node in n1 n2; do
		ip -n "${NS_PREFIX}lb" link add eth$i up type veth peer name eth0 address "${MAC[$node]}" netns "$NS_PREFIX$node"
		ns "$node" nft 'add table netdev t; add chain netdev t c { type filter hook ingress device "eth0" priority 0; policy drop; }'
		i=$((i + 1))
	done
}

# flood WHAT N DPORT KIND...: N packets by all senders together, all of which come to lb.
flood() {
	local what=$1 n=$(($2 / ($# - 3))) dport=$3 kind before status=ok own others
	shift 3
	bot lb show dev-get name=eth0 : packets
	before=$ANSWER
	for kind in "$@"; do
		python3 "$(dirname "$0")/flood.py" "$kind" "${MAC[lb]}" "$n" "$dport" >"$RUN_DIR/flood-$kind" 2>&1 &
		PIDS[$kind]=$!
	done
	SENT=0 FLOODED=0 OVER_SESSIONS='' OVER_FLOWS=''
	while running "$1" || running "${!#}"; do
		bounded
	done
	for kind in "$@"; do
		stop "$kind"
		((STOPPED == 0)) || status="$kind: $(<"$RUN_DIR/flood-$kind")"
		note "   $kind: $(<"$RUN_DIR/flood-$kind")"
		read -r own _ _ _ others _ <"$RUN_DIR/flood-$kind"
		SENT=$((SENT + own + others)) FLOODED=$((FLOODED + others))
	done
	ANSWER=$status
	expect "$what: sessions lose nothing" ok
	bot lb show dev-get name=eth0 : packets
	ANSWER=$((ANSWER - before))
	expect "$what: all came" "$SENT"
	ANSWER="$OVER_SESSIONS$OVER_FLOWS"
	expect "$what: tables kept their bounds" ''
}

# bounded: one look at the tables.
bounded() {
	local sessions flows
	bot lb stat sessions flows
	read -r sessions flows <<<"$ANSWER"
	((sessions <= MAX_SESSIONS)) || OVER_SESSIONS="$sessions sessions"
	((flows <= MAX_FLOWS)) || OVER_FLOWS="$flows flows"
}

# bounds SESSIONS FLOWS
bounds() {
	MAX_SESSIONS=$1 MAX_FLOWS=$2
	must lb nl config-set max-sessions="$1" max-flows="$2"
}

small_up
# What it has to say of its IPv6 groups (MLD) in the first seconds would be counted with the flood.
ns c1 sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1
must lb nl dev-new name=eth0 mode=dispatch
must lb nl node-new name=n1 dev=eth1 mac="${MAC[n1]}"
must lb nl node-new name=n2 dev=eth2 mac="${MAC[n2]}"
must lb nl service-new name=udp addr="$VIP" proto=17 port=5060 flow-timeout=60000
must lb nl service-new name=tcp addr="$VIP" proto=6 port=5060 flow-timeout=60000

bounds 5000 100000
flood 'bounded by sessions' $((PACKETS / 2)) 5060 udp syn
bot lb stat sessions drop-sessions-full drop-flows-full drop-no-memory
expect 'new ones made room for newer ones' '5000 0 0 0'
bot lb stat placed
expect 'each was placed' $((FLOODED + 40))
counted 'and each but the last gave way' $((FLOODED + 40 - 5000)) ended-reclaimed

must lb nl session-del all=1
bounds 100000 4000
flood 'bounded by flows' $((PACKETS / 2)) 5060 udp syn
bot lb stat sessions flows drop-sessions-full drop-flows-full drop-no-memory
expect 'the same' '4000 4000 0 0 0'

must lb nl config-set early-time=10000 early-packets=100
flood 'at no service' $((PACKETS / 10)) 9999 udp
counted 'more came than are held' '[1-9]*' early-full
eventually 20 'all are dropped in the end' "$FLOODED" lb stat drop-unannounced

note '--- the end of it'
must lb nl config-set tcp-timeout=1000 purge-interval=100
must lb nl service-set name=udp flow-timeout=1000
must lb nl service-set name=tcp flow-timeout=1000
eventually 60 'idle sessions go' '0 0' lb stat sessions flows
wait_for 20 'all memory to be freed' all_freed || FAILED=$((FAILED + 1))
slabs 2
expect 'memory returns' '*sara_session 0;*'
kernel_is_silent 'the kernel says nothing'
verdict
