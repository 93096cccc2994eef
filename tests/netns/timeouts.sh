#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The life of flows and sessions: new, established, inactive, closing, gone; what the agent's word changes of it.
# Times are small here (2 s for a flow); what is measured is that nothing goes early, and all goes in the end.
#
#   c1 ----> lb (VIP; services at UDP 5060, TCP 554) --MAC--> n1 | n2
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/timeouts.sh
# timeout: 480
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

C=198.18.0.11

now() { NOW=${EPOCHREALTIME/./}; }

# not_before WHAT MILLISECONDS START: so much has passed since.
not_before() {
	now
	ANSWER=$(((NOW - $3) / 1000))
	((ANSWER >= $2)) && ANSWER="in time"
	expect "$1, not before $2 ms" 'in time'
}

udp_flow() { echo "src=$C sport=$1 dst=$VIP dport=${2-5060} proto=17"; }
tcp_flow() { echo "src=$C sport=$1 dst=$VIP dport=554 proto=6"; }

# session PROTO SPORT: the id of the session whose flow it is, in ID.
session_of() {
	# shellcheck disable=SC2046 # words are wanted
	bot lb show flow-get $("$1_flow" "$2") : session
	ID=$ANSWER
	[[ $ID =~ ^[0-9]+$ ]] || die "$1 $2 has no session: $ID"
}

small_up
small_nodes
must lb nl service-new name=sip addr="$VIP" proto=17 port=5060 flow-timeout=2000
must lb nl service-new name=rtsp addr="$VIP" proto=6 port=554 flow-timeout=2000
must lb nl config-set purge-interval=100 tcp-timeout=4000 closing-timeout=1000
for node in n1 n2; do
	must "$node" udp-serve "$VIP" 5060
	must "$node" tcp-serve "$VIP" 554
done
# shellcheck disable=SC2046 # words are wanted throughout
{
note '--- UDP: new, established, inactive, established again, gone at twice the timeout'
must c1 send 4000 "$VIP" 5060
bot lb show flow-get $(udp_flow 4000) : status timeout packets
expect 'one packet makes it new' 'new,2000,1'
must c1 send 4000 "$VIP" 5060
bot lb show flow-get $(udp_flow 4000) : status identity
expect 'the second establishes it' 'established,signalling'
eventually 15 'without packets it gets inactive' 'inactive' lb show flow-get $(udp_flow 4000) : status
session_of udp 4000
bot lb show session-get id="$ID" : status flows
expect 'and so does its session' 'inactive,1'
must c1 send 4000 "$VIP" 5060
now
start=$NOW
bot lb show session-get id="$ID" : status
expect 'a packet brings both back' established
eventually 15 'then it gets inactive' inactive lb show flow-get $(udp_flow 4000) : status
not_before 'that is at its timeout' 1990 "$start"
eventually 15 'and goes' 'ENOENT*' lb show flow-get $(udp_flow 4000) : status
not_before 'that is at twice its timeout' 3980 "$start"
bot lb show session-get id="$ID" : status
expect 'with its session' 'ENOENT*'
counted 'which ended idle' 1 ended-idle
bot lb show node-get : sessions
expect 'the nodes have none left' '0;0'
bot lb stat sessions flows announcements
expect 'and neither has the table' '0 0 0'

note '--- TCP: a SYN alone, established, closed by FIN and by RST, the port used again'
must c1 frame "${MAC[lb]}" tcp 198.18.0.77 4000 "$VIP" 554 flags=2
bot lb show flow-get src=198.18.0.77 sport=4000 dst="$VIP" dport=554 proto=6 : status timeout
expect 'a SYN makes it new' 'new,2000'
must c1 frame "${MAC[lb]}" tcp 198.18.0.77 4000 "$VIP" 554 flags=2
bot lb show flow-get src=198.18.0.77 sport=4000 dst="$VIP" dport=554 proto=6 : status
expect 'a second SYN does not establish it' 'new'
bot c1 tcp-open a 4001 "$VIP" 554
now
start=$NOW
bot c1 tcp-ask a
node=$ANSWER
bot lb show flow-get $(tcp_flow 4001) : status timeout
expect 'a handshake establishes it' 'established,4000'
eventually 15 'the SYN alone is gone first' 'ENOENT*' \
	lb show flow-get src=198.18.0.77 sport=4000 dst="$VIP" dport=554 proto=6 : status
eventually 15 'it gets inactive' 'inactive' lb show flow-get $(tcp_flow 4001) : status
not_before 'that is at the timeout of TCP' 3990 "$start"
bot c1 tcp-ask a
expect 'it still reaches its node' "$node"
bot lb stat ended-closed
closed=$ANSWER
session_of tcp 4001
must c1 tcp-close a
now
start=$NOW
bot lb show flow-get $(tcp_flow 4001) : status timeout
expect 'FIN closes it' 'closing,1000'
eventually 15 'it goes' 'ENOENT*' lb show session-get id="$ID" : status
not_before 'that is at the closing timeout' 990 "$start"
counted 'its session ended closed' $((closed + 1)) ended-closed
must c1 tcp-open b 4002 "$VIP" 554
session_of tcp 4002
must c1 tcp-reset b
bot lb show flow-get $(tcp_flow 4002) : status session
expect 'RST closes it' "closing,$ID"
bot c1 tcp-open c 4002 "$VIP" 554
expect 'the port may be used again at once' ok
bot c1 tcp-ask c
expect 'and reaches a node' 'n[12]'
bot lb show flow-get $(tcp_flow 4002) : status session
expect 'as a new session' "established,$((ID + 1))"
bot lb show session-get id="$ID" : status
expect 'the last one is over' 'ENOENT*'
must c1 tcp-reset c

note '--- a lifetime keeps the session and its signalling flow'
must c1 send 4100 "$VIP" 5060 2
session_of udp 4100
must lb nl session-set id="$ID" lifetime=10000 label=call-1
now
start=$NOW
eventually 15 'its flow gets inactive' inactive lb show flow-get $(udp_flow 4100) : status
until now; ((NOW - start > 7000000)); do
	sleep 0.1
done
bot lb show flow-get $(udp_flow 4100) : status session
expect 'it stays beyond twice its timeout' "inactive,$ID"
bot lb stat ended-expired
expired=$ANSWER
eventually 15 'it goes' 'ENOENT*' lb show session-get id="$ID" : status
not_before 'that is when the lifetime is over' 9990 "$start"
counted 'it ended expired' $((expired + 1)) ended-expired
must c1 send 4101 "$VIP" 5060 2
session_of udp 4101
must lb nl session-set id="$ID" lifetime=60000
must lb nl session-set id="$ID" lifetime=0
eventually 15 'a lifetime that was taken back keeps nothing' 'ENOENT*' lb show session-get id="$ID" : status

note '--- linger: over, but not gone yet'
must c1 send 4200 "$VIP" 5060 2
session_of udp 4200
must lb nl session-set id="$ID" linger=3000
now
start=$NOW
bot lb show session-get id="$ID" : status linger
expect 'it is closing' 'closing,[0-9]*'
bot lb show session-get id="$ID" : node
placed_on=$ANSWER
bot lb show node-get name="$placed_on" : sessions-closing
expect 'its node has it among its sessions, and tells that it is over' 1
bot c1 udp 4200 "$VIP" 5060
expect 'a straggler still reaches its node' 'n[12]'
eventually 15 'it goes' 'ENOENT*' lb show session-get id="$ID" : status
not_before 'that is when the time is over' 2990 "$start"
bot lb show node-get name="$placed_on" : sessions-closing
expect 'and is over no more' 0
counted 'it ended finished' 1 ended-finished
must c1 send 4201 "$VIP" 5060 2
session_of udp 4201
bot lb show session-get id="$ID" : node
placed_on=$ANSWER
must lb nl session-set id="$ID" linger=500
must lb nl session-set id="$ID" linger=500
bot lb show node-get name="$placed_on" : sessions-closing
expect 'one that is over twice is over' 1
must lb nl session-set id="$ID" lifetime=60000
bot lb show node-get name="$placed_on" : sessions-closing
expect 'one that lives again is work for its node' 0
bot lb show session-get id="$ID" : status
expect 'a lifetime revives it' 'established'
now
start=$NOW
until now; ((NOW - start > 1500000)); do
	sleep 0.1
done
bot lb show session-get id="$ID" : status
expect 'and it stays' '@(established|inactive)'
bot lb nl session-set id="$ID" lifetime=1000 linger=1000
expect 'both at once is refused' 'EINVAL: ?*'
must lb nl session-del id="$ID"
bot lb nl session-set id="$ID" lifetime=1000
expect 'a session that is gone is named so' 'ENOENT: ?*'

note '--- any flow keeps the session'
must c1 send 4300 "$VIP" 5060 2
session_of udp 4300
must lb nl announce-new session="$ID" src=$C sport=4400 dst="$VIP" dport=6000 proto=17
must c1 traffic 4400 1 "$VIP" 6000
eventually 15 'its signalling flow goes' 'ENOENT*' lb show flow-get $(udp_flow 4300) : status
bot lb show session-get id="$ID" : status flows announcements
expect 'media keeps it' 'established,1,1'
bot lb stat ended-idle
idle=$ANSWER
bot c1 quiet
now
last=$NOW
eventually 15 'without media it goes' 'ENOENT*' lb show session-get id="$ID" : status
not_before 'that is at twice the timeout' 3990 "$last"
counted 'it ended idle' $((idle + 1)) ended-idle
eventually 15 'all are gone' '0 0 0' lb stat sessions flows announcements
}
verdict
