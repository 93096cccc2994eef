#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Ten thousand sessions are dumped while others come and go: none of them is missing, none comes twice unless the dump
# says that it was interrupted; filters; a reader that goes away half-way.
#
#   c1 --UDP from 10,000 ports--> lb (VIP, service keep at 5060; churn at 5061, purged after 2 s) --MAC--> n1 | n2
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/dump.sh
# processors: 2
# timeout: 600
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

N=10000

# whole_dump WHAT: all N, and each once unless it was interrupted.
whole_dump() {
	local what=$1 rows distinct within mark
	shift
	bot lb tally "$@"
	read -r rows distinct within mark <<<"$ANSWER"
	note "   $rows rows, $distinct distinct, $within of $N, $mark"
	ANSWER="$within"
	expect "$what: all are there" $N
	[[ "$*" != *service=keep* ]] || {
		ANSWER="$distinct"
		expect "$what: and no other" $N
	}
	[[ $mark == interrupted ]] || {
		ANSWER="$rows"
		expect "$what: each once" "$distinct"
	}
}

small_up
small_nodes
must lb nl config-set purge-interval=100
must lb nl service-new name=keep addr="$VIP" proto=17 port=5060 flow-timeout=3600000
must lb nl service-new name=churn addr="$VIP" proto=17 port=5061 flow-timeout=1000
must c1 flood 10000 $N "$VIP" 5060
eventually 60 'sessions are placed' $N lb stat placed
must c1 churn 30000 32000 "$VIP" 5061 4
eventually 60 'sessions are purged meanwhile' '[1-9]*' lb stat ended-idle
bot lb stat placed ended-idle
BEFORE=$ANSWER

# grown: sessions came and sessions went since BEFORE.
grown() {
	bot lb stat placed ended-idle
	[[ ${ANSWER%% *} -gt ${BEFORE%% *} && ${ANSWER##* } -gt ${BEFORE##* } ]]
}

# A quick machine dumps many times before the traffic has moved.
for ((round = 1; round <= 200; round++)); do
	whole_dump sessions session-get : sport 10000 19999
	whole_dump flows flow-get : sport 10000 19999
	! grown || break
done
((round <= 200)) || {
	note "not ok: no traffic while it was dumped: $BEFORE, then $ANSWER"
	FAILED=$((FAILED + 1))
}

note '--- filters'
whole_dump 'those of a service' session-get service=keep : sport 10000 19999
bot lb tally flow-get node=n1 service=keep : sport 10000 19999
one=$ANSWER
bot lb tally flow-get node=n2 service=keep : sport 10000 19999
two=$ANSWER
read -r _ _ one _ <<<"$one"
read -r _ _ two _ <<<"$two"
ANSWER=$((one + two))
expect 'those of each node are all together' $N
bot lb tally flow-get session=1 : sport 10000 10000
expect 'those of a session' '1 1 1 *'
# In many messages, among which it gets more.
must lb nl service-new name=wide addr="$VIP" proto=17 port=5062 key=source flow-timeout=3600000
must c1 flood 20000 500 "$VIP" 5062
bot lb show flow-get src="${ADDR[c1]}" sport=20000 dst="$VIP" dport=5062 proto=17 : session
wide=$ANSWER
eventually 60 'a session of many flows' '500 *' lb tally flow-get session="$wide" : sport 20000 20499
must c1 calm
must c1 churn 21000 21400 "$VIP" 5062 4
for ((round = 1; round <= 20; round++)); do
	bot lb tally flow-get session="$wide" : sport 20000 20499
	read -r rows distinct within mark <<<"$ANSWER"
	ANSWER="$within of 500, $((rows - distinct)) twice"
	[[ $ANSWER == '500 of 500, 0 twice' ]] || break
done
expect 'those of a session with many, twenty times: all, and each once' '500 of 500, 0 twice'
bot lb tally session-get id="$wide" : sport 20000 20000
expect 'a session, by a dump' '1 1 1 *'
bot lb tally flow-get session="$wide" node=n1 : sport 20000 20499
one=${ANSWER%% *}
bot lb tally flow-get session="$wide" node=n2 : sport 20000 20499
ANSWER="$(((one > 0) + (${ANSWER%% *} > 0)))"
expect 'it is at one node' 1
bot lb tally flow-get session=999999999 : sport 0 0
expect 'those of a session that is not there' '0 0 0 whole'
bot lb tally session-get node=nobody : sport 0 0
expect 'those of a node that is not there' 'ENOENT: *'	# 6.1 tells no sentence of dumps
must c1 calm

note '--- readers that go away'
for reader in 1 2 3 4 5 6 7 8; do
	must lb#$reader dump-open session-get
done
must lb nl session-del all
eventually 20 'all sessions go' 0 lb stat sessions
for reader in 1 2 3 4 5 6 7 8; do
	must lb#$reader unbind
done
ANSWER=$(cat /sys/module/sara/refcnt)
expect 'nothing holds the module' 0
verdict
