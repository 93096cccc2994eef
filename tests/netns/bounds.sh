#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Bounds: what is new makes room for what is newer, what is established never suffers, refusals are counted.
#
#   c1 (a flood from many ports) ----> lb (VIP, service at UDP 5060) --MAC--> n1 | n2
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/bounds.sh
# timeout: 480
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

C=198.18.0.11

# established FIRST N: sessions of two packets.
established() {
	for ((i = $1; i < $1 + $2; i++)); do
		must c1 send "$i" "$VIP" 5060 2
	done
}

# unharmed FIRST N: they are all still there, and reach their nodes.
unharmed() {
	local all=ok
	for ((i = $1; i < $1 + $2; i++)); do
		bot lb show flow-get src=$C sport="$i" dst="$VIP" dport=5060 proto=17 : status
		[[ $ANSWER == established ]] || all="port $i: $ANSWER"
		bot c1 udp "$i" "$VIP" 5060
		[[ $ANSWER == n[12] ]] || all="port $i is answered by $ANSWER"
	done
	ANSWER=$all
	expect 'established sessions are unharmed' ok
}

small_up
small_nodes
must lb nl service-new name=sip addr="$VIP" proto=17 port=5060 flow-timeout=60000
for node in n1 n2; do
	must "$node" udp-serve "$VIP" 5060
	must "$node" udp-serve "$VIP" 6000
done

note '--- max-sessions'
must lb nl config-set max-sessions=20
established 5000 10
must c1 flood 10000 200 "$VIP" 5060
bot lb stat sessions placed ended-reclaimed drop-sessions-full
expect 'new sessions make room for newer ones' '20 210 190 0'
bot lb show flow-get src=$C sport=10199 dst="$VIP" dport=5060 proto=17 : status
expect 'the newest is there' new
bot lb show flow-get src=$C sport=10000 dst="$VIP" dport=5060 proto=17 : status
expect 'the oldest is not' 'ENOENT*'
unharmed 5000 10
established 5010 10
bot lb stat sessions ended-reclaimed
expect 'the last new ones went for established ones' '20 200'
must c1 flood 11000 50 "$VIP" 5060
bot lb stat sessions drop-sessions-full ended-reclaimed
expect 'when all are established, new ones are refused' '20 50 200'
bot lb show service-get name=sip : refused
expect 'the service counts it' 50
unharmed 5000 20

note '--- sessions that the agent knows are not given up'
must lb nl session-del all=1
must c1 send 5000 "$VIP" 5060
bot lb show flow-get src=$C sport=5000 dst="$VIP" dport=5060 proto=17 : session
known=$ANSWER
must lb nl announce-new session="$known" src=$C sport=7000 dst="$VIP" proto=17
must c1 flood 12000 100 "$VIP" 5060
bot lb show session-get id="$known" : status announcements
expect 'one that expects media stays, new as it is' 'new,1'

note '--- max-flows'
must lb nl session-del all=1
must lb nl config-set max-sessions=1000 max-flows=20
established 5000 10
must c1 flood 13000 100 "$VIP" 5060
bot lb stat sessions flows drop-flows-full
expect 'new sessions make room here too' '20 20 0'
bot lb show flow-get src=$C sport=5000 dst="$VIP" dport=5060 proto=17 : session
known=$ANSWER
bot lb nl announce-new session="$known" src=$C sport=7000 dst="$VIP" dport=6000 proto=17
expect 'and for announcements' ok
bot c1 udp 7000 "$VIP" 6000
expect 'and for the announced flow' 'n[12]'
bot lb stat sessions flows announcements
expect 'together they keep the bound' '18 19 1'
must lb nl config-set max-flows=12
established 5000 10
must lb nl session-set id="$known" lifetime=60000
bot lb show session-get : status
must c1 flood 14000 30 "$VIP" 5060
bot lb stat sessions flows announcements
expect 'a lower bound is reached by giving up new ones' '10 11 1'
bot lb stat drop-flows-full
full=$ANSWER
must c1 flood 14100 5 "$VIP" 5060
counted 'then new ones are refused' $((full + 5)) drop-flows-full
bot lb nl announce-new session="$known" src=$C sport=7002 dst="$VIP" dport=6000 proto=17
expect 'and announcements' 'ENOSPC: ?*'
counted 'which is counted' 1 announce-full
bot c1 udp 7000 "$VIP" 6000
expect 'media that was there goes on' 'n[12]'
unharmed 5000 10

note '--- max-announcements'
must lb nl config-set max-flows=1000 max-announcements=4
for port in 7002 7004 7006; do
	must lb nl announce-new session="$known" src=$C sport=$port dst="$VIP" dport=6000 proto=17
done
bot lb nl announce-new session="$known" src=$C sport=7008 dst="$VIP" dport=6000 proto=17
expect 'one more than allowed is refused' 'ENOSPC: ?*'
bot lb nl announce-new session="$known" src=$C sport=7006 dst="$VIP" dport=6000 proto=17 tag=5
expect 'one that is there may be announced again' ok
counted 'which is counted' 2 announce-full
bot lb show session-get id="$known" : announcements
expect 'there are as many as allowed' 4

note '--- flows of one session, which a wildcard lets anybody make'
must lb nl session-del all=1
# What only a wildcard expects would be held for a moment first.
must lb nl config-set max-announcements=4 max-sessions=1000 max-flows=10000 early-time=0
must c1 send 5000 "$VIP" 5060 2
bot lb show flow-get src=$C sport=5000 dst="$VIP" dport=5060 proto=17 : session
known=$ANSWER
must lb nl announce-new session="$known" dst="$VIP" dport=6000 proto=17
must c1 send 6999 "$VIP" 6000 2
must c1 flood 15000 100 "$VIP" 6000
bot lb show session-get id="$known" : flows
expect 'there are four times as many flows as announcements at most' 16
bot lb show flow-get src=$C sport=6999 dst="$VIP" dport=6000 proto=17 : status
expect 'what has two packets stays' established
bot lb show flow-get src=$C sport=15099 dst="$VIP" dport=6000 proto=17 : status
expect 'and the newest one' new
bot lb show flow-get src=$C sport=5000 dst="$VIP" dport=5060 proto=17 : session
expect 'and signalling' "$known"
for ((i = 0; i < 30; i++)); do
	must c1 send $((16000 + i)) "$VIP" 6000 2
done
bot lb stat drop-flows-full
full=$ANSWER
must c1 send 17000 "$VIP" 6000
counted 'when all have two, another is refused' $((full + 1)) drop-flows-full

verdict
