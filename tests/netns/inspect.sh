#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The inspection channel: what an agent gets of signalling, on the dispatcher and on a gateway, and what it is told of
# losses. Packets go their way whatever becomes of the copies.
#
#   c1 ----> lb (VIP; SIP at UDP 5060 and TCP 5060, "plain" at UDP 5070) --MAC--> n1 | n2
#    ^        agent                                                                 |
#    '--- c1 also observes, as a gateway does, the replies on its own eth0 <--------'
#         agent
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/inspect.sh
# timeout: 480
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

C=198.18.0.11

small_up
small_nodes
must lb nl service-new name=sip addr="$VIP" proto=17 port=5060 app=sip
must lb nl service-new name=sip-tcp addr="$VIP" proto=6 port=5060 app=sip
must lb nl service-new name=plain addr="$VIP" proto=17 port=5070
must c1 nl service-new name=sip addr="$VIP" proto=17 port=5060 app=sip
must c1 nl service-new name=plain addr="$VIP" proto=17 port=5070
must c1 nl dev-new name=eth0 mode=observe
for node in n1 n2; do
	must "$node" udp-serve "$VIP" 5060
	must "$node" udp-serve "$VIP" 5070
	must "$node" tcp-serve "$VIP" 5060
done
# As inspected tells it: sender,session,flags,sequence,lost,client,its port,port of the VIP,payload bytes.

note '--- nobody is bound'
bot c1 udp 4000 "$VIP" 5060
expect 'packets go their way' 'n[12]'
bot lb stat inspect-copied inspect-lost-unbound
expect 'the copies are lost and counted' '0 1'
bot c1 stat inspect-lost-unbound
expect 'also on the gateway' 1

note '--- UDP'
must lb bind 8000000
must c1 bind
bot lb show flow-get src=$C sport=4000 dst="$VIP" dport=5060 proto=17 : session
id=$ANSWER
bot c1 udp 4000 "$VIP" 5060
bot lb inspected 1
expect 'the dispatcher gets the request, with its session, and what was lost' \
	"client,$id,-,-,1,$C,4000,5060,12"
bot c1 inspected 1
expect 'the gateway gets the reply, named in request direction' "server,0,-,-,1,$C,4000,5060,2"
bot c1 udp 4001 "$VIP" 5070
expect 'a service without an application protocol is served' 'n[12]'
bot lb inspected 1
expect 'but not copied' ''
bot c1 inspected 1
expect 'nor are its replies' ''
bot lb nl announce-new session="$id" src=$C sport=4002 dst="$VIP" dport=6000 proto=17
must c1 send 4002 "$VIP" 6000
bot lb inspected 1
expect 'media is not copied' ''
bot lb show dev-get name=eth0 : mode copied
expect 'the device counts what it copied' 'dispatch,1'
bot c1 show dev-get name=eth0 : mode forwarded copied
expect 'and that of the gateway' 'observe,0,1'

note '--- TCP: SYN, payload, FIN; what only acknowledges has nothing to tell'
must c1 tcp-open t 4100 "$VIP" 5060
bot lb inspected 1
expect 'SYN' "client,*,2,[0-9]*,1,$C,4100,5060,0"
seq=$(cut -d, -f4 <<<"$ANSWER")
id=$(cut -d, -f2 <<<"$ANSWER")
bot c1 tcp-ask t hello
bot lb inspected 1
expect 'the payload, with the next sequence number' "client,$id,24,$(((seq + 1) & 0xffffffff)),1,$C,4100,5060,6"
bot c1 tcp-bulk t 400000
bot lb inspected 2
# All of it, in pieces of 16 kB at most, each with the sequence number that follows from the one before; on a slow machine
# TCP sends some again.
ANSWER=$(tr ';' '\n' <<<"$ANSWER" | awk -F, -v want="$(((seq + 7) & 0xffffffff))" '
	$9 > largest { largest = $9 }
	$9 > 16384 { wrong = wrong " a piece of " $9 }
	{
		again = (want - $4 + 4294967296) % 4294967296
		if (again >= 2147483648) { wrong = wrong sprintf(" %.0f for %.0f", $4, want) }
		else if (again >= $9) { next }
		want = ($4 + $9) % 4294967296
		sum += $9 - again
	}
	END { print sum, largest wrong }')
expect 'a long one in pieces, without a gap' '400000 16384'
must c1 tcp-close t
bot lb inspected 1
expect 'FIN' "client,$id,17,$(((seq + 400007) & 0xffffffff)),1,$C,4100,5060,0*"

note '--- one agent at a time'
bot lb#second bind
expect 'a second one is refused' 'EBUSY: ?*'
must lb bind
must lb unbind
bot c1 udp 4200 "$VIP" 5060
bot lb stat inspect-lost-unbound
expect 'when it is gone, copies are lost again' 2
bot lb#second bind
expect 'and another one may come' ok
bot c1 udp 4200 "$VIP" 5060
bot lb#second inspected 1
expect 'which gets the copies' "client,*,-,-,2,$C,4200,5060,12"

note '--- rate'
must lb nl config-set inspect-rate=10
bot lb stat inspect-copied
copied=$ANSWER
must c1 send 4300 "$VIP" 5060 200
bot lb stat inspect-copied inspect-lost-rate inspect-lost-buffer forwarded
lost=$(cut -d' ' -f2 <<<"$ANSWER")
ANSWER=$((${ANSWER%% *} - copied + lost))
expect 'each packet was copied or counted' 200
((lost >= 150)) && ANSWER='many' || ANSWER="$lost"
expect 'most were above the rate' many
bot lb show flow-get src=$C sport=4300 dst="$VIP" dport=5060 proto=17 : packets
expect 'all were forwarded' 200
must lb nl config-set inspect-rate=0
bot lb#second inspected 1

note "--- an agent that does not read"
must c1 send 4400 "$VIP" 5060 3000 1200
bot lb stat inspect-lost-buffer
expect 'what its socket cannot hold is counted' '[1-9]*'
full=$ANSWER
bot lb#second inspected 1
must c1 send 4400 "$VIP" 5060 1
bot lb#second inspected 1
expect 'and it is told so' "client,*,-,-,$((2 + lost + full)),$C,4400,5060,32"
bot lb show flow-get src=$C sport=4400 dst="$VIP" dport=5060 proto=17 : packets
expect 'all were forwarded' 3001
verdict
