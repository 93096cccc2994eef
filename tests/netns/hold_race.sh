#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The race that `announce hold` is for, with real agents: callers send their first media packet as soon as they have read
# the reply (tests/race), every other one from a port that only the reply can explain. What is at which node is judged at
# the nodes. Early media are off, which hide the race.
#
#   c1 (callers) --INVITE, media--> gw --> lb (sara-agent dispatcher) --MAC--> n1 | n2 | n3 (user agents at the VIP)
#    ^------------------------------ gw (sara-agent gateway; holds) <-- replies ----'
#
# A measurement: it asks for more of the machine than the suite may, so it runs only where SARA_RACE_CALLS says how many
# calls (10000 at most). Three times these:
#   async       how many are lost is told
#   hold        with the usual 20 ms, of which an emulated machine may need more: none is lost but where time was over
#   hold, long  with ten seconds: none is lost
#
# Alone: tools/vm --kernel 6.1 --kmod -- env SARA_RACE_CALLS=10000 bash tests/netns/hold_race.sh
# timeout: 600
set -euo pipefail
. "$(dirname "$0")/lib.sh"
trap cleanup EXIT
[[ -n ${SARA_RACE_CALLS-} ]] || {
	note 'skipped: a measurement; run it alone, with SARA_RACE_CALLS'
	exit 77
}
CALLS=$SARA_RACE_CALLS
AT_ONCE=4

# count NAMESPACE COUNTER: of the module.
count() { ns "$1" sara stats show | sed -n "s/^$2 //p"; }

agent_up() {
	spawn "$1" "$1" sara-agent --config "$RUN_DIR/$1.json"
	wait_for 60 "the agent in $1" log_has "$1" 'connected to the kernel module'
}

# All media have passed the dispatcher, or were dropped there.
media_settled() { (($(count lb promoted) + $(count lb drop-unannounced) >= CALLS)); }

# race NAME GATEWAY: a run; GATEWAY is what the gateway's configuration says of announcing. Leaves LOST, MISPLACED, EXPIRED.
race() {
	local name=$1 node port=20000
	note "--- $name"
	insmod "$SARA_KO"
	cat >"$RUN_DIR/gw.json" <<-CONFIG
		{"gateway": {"dispatchers": ["${ADDR[lb]}:7100"], $2}, "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/gw.sock",
		 "devices": [{"name": "eth1", "mode": "observe"}], $SERVICES}
	CONFIG
	agent_up lb
	agent_up gw
	wait_for 60 'the link' log_has gw 'dispatcher 198.18.0.2:7100 is connected'
	for node in "${NODES[@]}"; do
		spawn "ua-$node" "$node" sara-race serve "$VIP" "$port"
		wait_for 60 "the user agent of $node" log_has "ua-$node" ready
		port=$((port + 12000))
	done

	check 'every call is answered' ns c1 sara-race call "$VIP" "${ADDR[c1]}" "$CALLS" "$AT_ONCE" >"$RUN_DIR/calls"
	note "$(<"$RUN_DIR/calls")"
	wait_for 60 'the media at the dispatcher' media_settled || true
	check 'each media packet was forwarded or dropped' media_settled
	for node in "${NODES[@]}"; do
		stop "ua-$node"
	done
	# "call N" or "media N" with the node; a call's media are whole when they are at its own node.
	for node in "${NODES[@]}"; do
		sed -n "s/^\(call\|media\) .*/& $node/p" "$RUN_DIR/ua-$node.log"
	done | awk -v calls="$CALLS" '
		$1 == "call" { at[$2] = $3; there++ }
		$1 == "media" { came[$2] = $3 }
		END {
			for (n = 0; n < calls; n++) {
				if (!(n in came)) { n % 2 ? odd++ : even++ }
				else if (came[n] != at[n]) { wrong++ }
			}
			printf "%d %d %d %d\n", there, even, odd, wrong
		}' >"$RUN_DIR/judged"
	read -r there even odd MISPLACED <"$RUN_DIR/judged"
	LOST=$((even + odd)) EXPIRED=$(count gw hold-expired)
	check 'every call came to one node' test "$there" = "$CALLS"
	note "$name: of $CALLS calls, $even lost their media where they came from the port that was named, $odd where from" \
		"another; $MISPLACED came to another node"
	note "$name: $(ns gw sara stats show | grep '^hold-' | tr '\n' ' ')"
	note "$name: $(ns gw sara stats show agent socket "$RUN_DIR/gw.sock" |
		grep -E 'gateway.(hold|sent|dispatchers.*(handshakes|retransmitted))' | tr '\n' ' ' || true)"
	stop gw
	stop lb
	rmmod sara
}

topo_up
SERVICES='"services": [{"name": "sip", "vip": "198.18.0.100", "proto": "udp", "port": 5060, "app": "sip"}]'
cat >"$RUN_DIR/lb.json" <<-CONFIG
	{"dispatcher": {"listen": "${ADDR[lb]}:7100"}, "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/lb.sock",
	 "bounds": {"early_time": 0},
	 "devices": [{"name": "eth0", "mode": "dispatch"}],
	 "nodes": [{"name": "n1", "addr": "${ADDR[n1]}", "dev": "eth0", "mac": "${MAC[n1]}"},
	           {"name": "n2", "addr": "${ADDR[n2]}", "dev": "eth0", "mac": "${MAC[n2]}"},
	           {"name": "n3", "addr": "${ADDR[n3]}", "dev": "eth0", "mac": "${MAC[n3]}"}],
	 $SERVICES}
CONFIG
(umask 077 && sara-agent keygen >"$RUN_DIR/key")

race async '"announce": "async"'
check 'nothing waits' test "$EXPIRED" = 0
check 'and none comes to another node' test "$MISPLACED" = 0

race hold '"announce": "hold"'
check 'none is lost but where time was over' test "$LOST" -le "$EXPIRED"
check 'and none comes to another node' test "$MISPLACED" = 0

race 'hold, long' '"announce": "hold", "hold_time": 10'
check 'none is lost' test "$LOST" = 0
check 'nor comes to another node' test "$MISPLACED" = 0
check 'and no time was over' test "$EXPIRED" = 0

((FAILED == 0)) || {
	tail -n 20 "$RUN_DIR"/{lb,gw}.log >&2
	die "$FAILED checks failed"
}
