#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Session key source: all flows of one client address to a service are one session on one node, as long as any lives.
#
#   c1 (and, by frames, another client) ----> lb (VIP, services at UDP 5060-5061 and TCP 554) --MAC--> n1 | n2
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/source_key.sh
# timeout: 480
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

C=198.18.0.11 OTHER=198.18.0.12

flow() { echo "src=$1 sport=$2 dst=$VIP dport=$3 proto=17"; }

small_up
small_nodes
must lb nl service-new name=udp addr="$VIP" proto=17 port=5060 port-last=5061 key=source app=sip flow-timeout=60000
must lb nl service-new name=tcp addr="$VIP" proto=6 port=554 key=source
must lb nl service-new name=udp6 addr="$VIP6" proto=17 port=5060 key=source
must lb nl config-set purge-interval=100 closing-timeout=1000
for node in n1 n2; do
	must "$node" udp-serve "$VIP" 5060
	must "$node" udp-serve "$VIP" 5061
	must "$node" udp-serve "$VIP6" 5060
	must "$node" tcp-serve "$VIP" 554
done

# shellcheck disable=SC2046 # words are wanted throughout
{
note '--- UDP: each port of the client, each port of the service'
bot c1 udp 4000 "$VIP" 5060
home=$ANSWER
expect 'a node answers the first flow' 'n[12]'
for ((i = 1; i < 6; i++)); do
	bot c1 udp $((4000 + i)) "$VIP" $((5060 + i % 2))
	expect 'and all others of the client' "$home"
done
bot lb stat sessions flows placed joined
expect 'they are one session of six flows' '1 6 1 5'
bot lb show flow-get $(flow $C 4000 5060) : session
id=$ANSWER
bot lb show session-get id="$id" : sport flows
expect 'named by the first flow' '4000,6'
bot lb show flow-get $(flow $C 4005 5061) : session identity
expect 'the last one is its signalling too' "$id,signalling"
must lb bind
must c1 send 4005 "$VIP" 5061
bot lb inspected 5
expect 'so that its packets are copied to the agent, with their session' "*,$id,*,$C,4005,5061,32"
must lb unbind

note '--- another client is another session'
must c1 frame "${MAC[lb]}" udp $OTHER 4000 "$VIP" 5060 len=10
bot lb show flow-get $(flow $OTHER 4000 5060) : session
[[ $ANSWER != "$id" ]] && ANSWER=another
expect 'of its own' another
bot lb show flow-get $(flow $OTHER 4000 5060) : node
[[ $ANSWER != "$home" ]] && ANSWER=another
expect 'and on the node that has none' another

note '--- the session lives while any of its flows does'
must lb nl session-set id="$id" lifetime=60000
must lb nl service-set name=udp flow-timeout=2000
eventually 15 'of a session that the agent holds all flows but the first may go' 1 lb show session-get id="$id" : flows
bot c1 udp 4010 "$VIP" 5060
expect 'what comes later finds its node' "$home"
must lb nl session-set id="$id" lifetime=0
eventually 15 'the first flow may go when nobody holds it' 'ENOENT*' lb show flow-get $(flow $C 4000 5060) : status
eventually 15 'without flows the session goes' 'ENOENT*' lb show session-get id="$id" : status
bot c1 udp 4000 "$VIP" 5060
bot lb show flow-get $(flow $C 4000 5060) : session
[[ $ANSWER =~ ^[0-9]+$ && $ANSWER != "$id" ]] && ANSWER=new
expect 'and the client gets a new one' new

note '--- TCP: each new connection'
bot c1 tcp-open a 4000 "$VIP" 554
expect 'a connection opens' ok
bot c1 tcp-ask a
home=$ANSWER
expect 'a node answers' 'n[12]'
for name in b d; do
	must c1 tcp-open $name 0 "$VIP" 554
	bot c1 tcp-ask $name
	expect 'and so it does on the next connection' "$home"
done
bot lb show service-get name=tcp : sessions
expect 'they are one session' 1
must c1 tcp-reset a
must c1 tcp-close b
bot c1 tcp-ask d
expect 'the last goes on when the others are closed' "$home"
must c1 tcp-open e 4000 "$VIP" 554
bot c1 tcp-ask e
expect 'a port that is used again stays with the node' "$home"

note '--- IPv6'
bot c1 udp 4000 "$VIP6" 5060
home=$ANSWER
bot c1 udp 4001 "$VIP6" 5060
expect 'flows of an IPv6 client are one session, too' "$home"

note '--- it has bounds, and an end'
must lb nl config-set max-announcements=2
must c1 flood 10000 100 "$VIP6" 5060
bot lb show service-get name=udp6 : sessions
expect 'many ports make no more sessions' 1
bot lb show session-get : service flows
[[ ";$ANSWER;" == *';udp6,8;'* ]] && ANSWER=bounded
expect 'and no more flows than four for an announcement' bounded
bot c1 udp 4000 "$VIP6" 5060
expect 'the first flow is not given up for them' "$home"
must lb nl service-del name=udp6 force=1
bot lb show service-get name=udp6 : sessions
expect 'a service goes with the sessions of its clients' 'ENOENT*'
}

verdict
