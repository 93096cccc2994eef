#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The head dies and no session notices: two dispatchers hold each other's sessions. The one that has the VIP is cut off, the
# other takes the VIP, and the same conversations go on to the same nodes; then the first comes back with an empty table.
#
# The topology is that of heads.sh. Who has the VIP is told to gw by its neighbour entry, and changes at a word; vrrp.sh has
# keepalived do it.
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/standby.sh
# timeout: 600
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/heads.sh"
trap cleanup EXIT

# vip_at NAME: this dispatcher has the VIP.
vip_at() { ip -n "${NS_PREFIX}gw" neigh replace "$VIP" lladdr "${MAC[$1]}" dev eth1 nud permanent; }

# node_is HEAD NODE STATE WEIGHT
node_is() { has "\"state\":\"$3\".*\"weight\":$4\\b" "$1" sara -j node show "$2"; }

heads_up
user_agents_up
vip_at lb

note '--- two heads begin'
insmod "$SARA_KO"
agent_up lb
check 'one alone waits for the other' unfit lb
agent_up lb2
agent_up gw
wait_for 20 'lb to be fit' fit lb || true
wait_for 20 'lb2 to be fit' fit lb2 || true
check 'both are fit' fit lb
check 'the standby, too' fit lb2

note '--- conversations through lb'
check 'a call is answered' ua INVITE 1 1
check 'and another, that sends no media yet' ua INVITE 2 1
wait_for 10 'the announcement' has 'identity announced udp 198.18.1.11:4010 > .*form exact' lb sara -d flow show || true
wait_for 10 'the announcement' has 'identity announced udp 198.18.1.11:4020 > .*form exact' lb sara -d flow show || true
check 'media of the first' ua RTP 1 0 3
talk
ask
wait_for 60 'an answer' asked 1 || true
check 'a TCP conversation is answered' asked 1
check 'are three sessions' count_is 3 . lb sara session show
call1=$(node_of lb call-1@c1) call2=$(node_of lb call-2@c1) plain=$(node_of lb plain)
wait_for 10 'the media' rtp_is 1 "$call1:3" || true
check 'the media are where the call is' rtp_is 1 "$call1:3"

note '--- lb2 is hot'
wait_for 10 'all of it at lb2' holds lb2 lb || true
check 'it has each session, flow and announcement of lb' holds lb2 lb || {
	for object in session flow announce; do
		diff <(table lb2 "$object") <(table lb "$object") >&2 || true
	done
}
check 'each once' count_is 3 . lb2 sara session show
check 'as standby sessions' peer_has lb2 ': fit standby 3'
check 'and says whose they are' peer_has lb2 '198.18.0.2:7100 state up snapshot complete sessions 3'
check 'none was placed there' has '^placed 0$' lb2 sara stats show
check 'lb knows that lb2 has all' peer_has lb 'told all .*waiting 0'

note '--- the operator speaks to one of them'
check 'a node is drained at lb' ns lb sara node drain n3
wait_for 10 'lb2 to hear of it' node_is lb2 n3 drain 1 || true
check 'and is at lb2, the standby' node_is lb2 n3 drain 1
check 'which says by whom' log_has lb2 'node n3 is set as at a peer: state drain, weight 1'
check 'its weight is set at lb2' ns lb2 sara node set n3 weight 7
wait_for 10 'lb to hear of it' node_is lb n3 drain 7 || true
check 'and is at lb, which has it drained still' node_is lb n3 drain 7

note '--- the agent of the standby is killed and started again'
stop lb2 KILL
check 'a call begins meanwhile' ua INVITE 3 1
agent_up lb2
wait_for 20 'lb2 to be fit' fit lb2 || true
wait_for 10 'all of it at lb2' holds lb2 lb || true
check 'and is there, too' holds lb2 lb
check 'nothing is there twice' count_is 4 . lb2 sara session show

note '--- lb is cut off, and lb2 gets the VIP'
ip -n "${NS_PREFIX}lb" link set eth0 down
vip_at lb2
offered=$(ns lb2 sara stats show | sed -n 's/^offered //p')
ask
wait_for 60 'an answer' asked 2 || true
check 'the TCP conversation goes on' asked 2
check 'with the same node' test "$(sort -u "$RUN_DIR/tcp.log" | tr '\n' ' ')" = "$plain "
check 'media go on' ua RTP 1 0 2
wait_for 10 'the media' rtp_is 1 "$call1:5" || true
check 'to the same node' rtp_is 1 "$call1:5"
check 'media that were announced at lb begin at lb2' ua RTP 2 0 2
wait_for 10 'the media' rtp_is 2 "$call2:2" || true
check 'at the node of their call' rtp_is 2 "$call2:2"
check 'a call is hung up' ua BYE 1 2
wait_for 10 'its end' count_is 0 'call-1@c1' lb2 sara session show || true
check 'and its session is over' count_is 0 'call-1@c1' lb2 sara session show
check 'none of it was a new session' has "^offered ${offered:-0}$" lb2 sara stats show
check 'lb2 stays fit alone' fit lb2
wait_for 30 'lb2 to own them all' peer_has lb2 ': fit standby 0' || true
check 'when lb is silent for long all are the own of lb2' peer_has lb2 ': fit standby 0'
check 'the call that nobody spoke in meanwhile is there still' count_is 1 'call-3@c1' lb2 sara session show

note '--- lb comes back with an empty table'
stop lb KILL
ip netns del "${NS_PREFIX}lb"
head_up lb
ip -n "${NS_PREFIX}lb" link set eth0 down
agent_up lb
check 'it is not fit' unfit lb
check 'and says why' has 'no peer has answered yet' lb sara ha show socket "$RUN_DIR/lb.sock"
ip -n "${NS_PREFIX}lb" link set eth0 up
ip -n "${NS_PREFIX}lb" route replace default via "${ADDR[gw]}"
wait_for 20 'lb to be fit' fit lb || true
check 'until it has what lb2 has' fit lb
wait_for 10 'all of it at lb' holds lb lb2 || true
check 'and it has' holds lb lb2
check 'as many' count_is 3 . lb sara session show
wait_for 10 'n3 to be drained' node_is lb n3 drain 7 || true
check 'and what the operator said, which its configuration does not know' node_is lb n3 drain 7
check 'the operator has n3 back' ns lb sara node undrain n3
wait_for 10 'lb2 to hear of it' node_is lb2 n3 up 7 || true
check 'lb2, too' node_is lb2 n3 up 7

note '--- and gets the VIP again'
vip_at lb
ask
wait_for 60 'an answer' asked 3 || true
check 'the TCP conversation goes on' test "$(sort -u "$RUN_DIR/tcp.log" | tr '\n' ' ')" = "$plain "
check 'a call is hung up' ua BYE 2 2
wait_for 10 'its end' count_is 0 'call-2@c1' lb sara session show || true
check 'and its session is over' count_is 0 'call-2@c1' lb sara session show
wait_for 10 'its end' count_is 0 'call-2@c1' lb2 sara session show || true
check 'at lb2, too' count_is 0 'call-2@c1' lb2 sara session show
check 'none of it was a new session' has '^offered 0' lb sara stats show
check 'nothing was in conflict' peer_has lb 'conflicts 0'

note '--- lb is handed over'
check 'it may be, as lb2 has all' ns lb sara ha handover socket "$RUN_DIR/lb.sock"
check 'it is not fit then' unfit lb
check 'and gives the VIP away at once' yields lb
check 'and says why' has 'it was handed over' lb sara ha show socket "$RUN_DIR/lb.sock"
check 'lb2 is' fit lb2
vip_at lb2
ask
wait_for 60 'an answer' asked 4 || true
check 'the TCP conversation goes on through lb2' test "$(sort -u "$RUN_DIR/tcp.log" | tr '\n' ' ')" = "$plain "
check 'lb may be fit again' ns lb sara ha resume socket "$RUN_DIR/lb.sock"
check 'and is' fit lb
check 'and does not give the VIP away' keeps lb
stop lb2 KILL
wait_for 20 'lb to miss lb2' peer_has lb 'state down' || true
check 'without lb2 it is not handed over' has 'no peer answers: nobody would take over' lb \
	sh -c "! sara ha handover socket $RUN_DIR/lb.sock 2>&1"

note '--- what forwards at lb is taken away'
check 'its device is' ns lb sara dev del eth0
wait_for 10 'lb to give the VIP away' yields lb || true
check 'lb gives the VIP away' yields lb
check 'its device is back' ns lb sara dev add eth0 mode dispatch
wait_for 10 'lb to be fit' keeps lb || true
check 'lb keeps the VIP' keeps lb
check 'the module is unloaded' rmmod sara
wait_for 10 'lb to give the VIP away' yields lb || true
check 'lb gives the VIP away' yields lb
check 'and says why' has 'the kernel module is not there' lb sara ha show socket "$RUN_DIR/lb.sock"
insmod "$SARA_KO"
wait_for 10 'lb to be fit' keeps lb || true
check 'with a new module it keeps the VIP' keeps lb

((FAILED == 0)) || {
	for head in lb lb2; do
		note "--- $head"
		tail -n 20 "$RUN_DIR/$head.log" >&2
		ns "$head" sara session show >&2 || true
		ns "$head" sara -d flow show >&2 || true
		ns "$head" sara -p ha show socket "$RUN_DIR/$head.sock" >&2 || true
	done
	die "$FAILED checks failed"
}
