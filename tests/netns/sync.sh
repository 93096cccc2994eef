#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Synchronous replication in the kernel: the first packets of a new session wait until the agent (here: the bot) lets the
# session go, its time is over, or the agent goes. What the agents make of it: sync_heads.sh.
#
#   c1 --UDP, TCP--> lb (VIP: sip at udp 5060, rtsp at tcp 554, calls at udp 5070) --MAC--> n1 | n2, which keep what comes
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/sync.sh
# timeout: 300
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

C=${ADDR[c1]}

# arrived PORT LENGTHS WHAT: these have come to a node's sink. They are there at once, or wait.
arrived() {
	local came='' node
	for node in n1 n2; do
		bot "$node" sunk "$VIP" "$1" 0.3
		came+=${ANSWER:+${came:+ }$ANSWER}
	done
	ANSWER=$came
	expect "$3" "$2"
}

# session SPORT [DPORT PROTO]: the id of c1's session, in ID.
session() {
	bot lb show flow-get src="$C" sport="$1" dst="$VIP" dport="${2-5060}" proto="${3-17}" : session
	ID=$ANSWER
}

release() { must lb nl session-release id="$1"; }
counts() {
	bot lb stat "${@:3}"
	expect "$1 (${*:3})" "$2"
}

small_up
small_nodes
must lb nl service-new name=sip addr="$VIP" proto=17 port=5060 flow-timeout=60000
must lb nl service-new name=rtsp addr="$VIP" proto=6 port=554
must lb nl service-new name=calls addr="$VIP" proto=17 port=5070 app=sip key=call-id
for node in n1 n2; do
	must "$node" udp-sink "$VIP" 5060
	must "$node" udp-sink "$VIP" 5070
	must "$node" udp-sink "$VIP" 6000
	must "$node" tcp-serve "$VIP" 554
done

note '--- who may ask for it'
bot lb nl session-sync sync-time=10000
expect 'only who receives the copies' 'EPERM: only the agent that receives the copies*'
must lb bind 8000000
bot lb nl session-sync
expect 'a time is needed' 'EINVAL: sync-time is missing*'
bot lb nl session-sync sync-time=10001
expect 'which is bounded' 'ERANGE: *'
bot lb#other nl session-sync sync-time=10000
expect 'nobody beside it' 'EPERM: *'
bot lb#nobody nl session-release id=1
expect 'nor somebody unprivileged' 'EPERM*'
must c1 send 4000 "$VIP" 5060 1 10
arrived 5060 10 'before that nothing waits'
counts 'nor is counted' 0 sync-held

note '--- a new session waits until it is let go'
must lb nl session-sync sync-time=10000
must lb nl config-set inspect-rate=0
must c1 send 4001 "$VIP" 5060 1 11
must c1 send 4001 "$VIP" 5060 1 12
must c1 send 4000 "$VIP" 5060 1 13
session 4001
arrived 5060 13 'its first packets wait, and nobody else does'
bot lb show flow-get src="$C" sport=4001 dst="$VIP" dport=5060 proto=17 : status packets
expect 'it is new, and has sent nothing yet' 'new,0'
release "$ID"
arrived 5060 '11 12' 'then they go, in their order'
must c1 send 4001 "$VIP" 5060 1 14
arrived 5060 14 'and what comes later does not wait'
bot lb nl session-release id="$ID"
expect 'a session is let go once' 'ENOENT: no session of this id waits*'
bot lb nl session-release
expect 'by its id' "EINVAL: the session's id is missing"
counts 'sessions are counted, not packets' '1 1 0' sync-held sync-released sync-expired

note '--- what belongs to a session that is known does not wait'
must lb nl announce-new session="$ID" src="$C" sport=5001 dst="$VIP" dport=6000 proto=17
must c1 send 5001 "$VIP" 6000 1 15
arrived 6000 15 'announced media'
counts 'nothing more was held' 1 sync-held

note '--- time'
must lb nl session-sync sync-time=50
must c1 send 4002 "$VIP" 5060 1 16
eventually 5 'its time is over' '1' lb stat sync-expired
arrived 5060 16 'and it goes'
session 4002
bot lb nl session-release id="$ID"
expect 'the agent is late' 'ENOENT: *'

note '--- a session that ends meanwhile'
must lb nl session-sync sync-time=10000
must c1 send 4003 "$VIP" 5060 2 17
session 4003
must lb nl session-del id="$ID"
release "$ID"
arrived 5060 '' 'takes its packets with it'
counts 'which is counted' 2 sync-dropped

note '--- no more than a bound'
must lb nl session-sync sync-time=10000 sync-packets=2
must c1 send 4004 "$VIP" 5060 3 18
arrived 5060 18 'of three packets one does not wait'
counts 'it is counted' 1 sync-full
must c1 send 4005 "$VIP" 5060 1 19
must c1 send 4006 "$VIP" 5060 1 20
arrived 5060 '19 20' 'a second session has no room for its packet, a third one no place'
counts 'both are counted' 3 sync-full

note '--- nobody is to wait any more'
must lb nl session-sync sync-time=0
arrived 5060 '18 18' 'what waits goes'
must c1 send 4007 "$VIP" 5060 1 21
arrived 5060 21 'and nothing waits from then on'
counts 'they are counted' 2 sync-flushed

note '--- the agent goes'
must lb nl session-sync sync-time=10000
must c1 send 4008 "$VIP" 5060 1 22
must lb unbind
arrived 5060 22 'what waits goes with it'
must c1 send 4009 "$VIP" 5060 1 23
arrived 5060 23 'and nothing waits from then on'
counts 'it is counted' 3 sync-flushed

note '--- TCP: the SYN waits'
must lb bind 8000000
must lb nl session-sync sync-time=10000
must c1 frame "${MAC[lb]}" tcp "$C" 4100 "$VIP" 554 flags=2 seq=1
bot lb show flow-get src="$C" sport=4100 dst="$VIP" dport=554 proto=6 : session status packets
expect 'of a session that has sent nothing yet' '*,new,0'
ID=${ANSWER%%,*}
release "$ID"
bot lb show flow-get src="$C" sport=4100 dst="$VIP" dport=554 proto=6 : packets
expect 'then it has; its client resets what it has not opened' '[12]'

note '--- calls of one flow wait each by itself'
must c1 calls 1 2 4200 "$VIP" 5070
bot lb show session-get : id call-id
expect 'two calls' '*'
mapfile -t ids < <(tr ';' '\n' <<<"$ANSWER" | awk -F, '$2 ~ /^[12]$/ { print $1 }')
ANSWER=${#ids[@]}
expect 'are two sessions' 2
arrived 5070 '' 'that wait'
release "${ids[1]}"
arrived 5070 '*[0-9]' 'one is let go'
[[ $ANSWER != *' '* ]] && ANSWER=one || ANSWER="more: $ANSWER"
expect 'and that one alone' one
release "${ids[0]}"
arrived 5070 '*[0-9]' 'then the other'

note '--- a fragmented one'
must c1 fragments "${MAC[lb]}" udp "$C" 4010 "$VIP" 5060 3000 size=1200
session 4010
arrived 5060 '' 'waits whole'
release "$ID"
arrived 5060 3000 'and goes, in fragments'

note '--- IPv6'
must lb nl service-new name=sip6 addr="$VIP6" proto=17 port=5060
for node in n1 n2; do
	must "$node" udp-sink "$VIP6" 5060
done
must c1 send 4011 "$VIP6" 5060 1 24
bot lb show flow-get src="${ADDR6[c1]}" sport=4011 dst="$VIP6" dport=5060 proto=17 : session packets
expect 'waits' '*,0'
release "${ANSWER%%,*}"
bot lb show flow-get src="${ADDR6[c1]}" sport=4011 dst="$VIP6" dport=5060 proto=17 : packets
expect 'and goes' 1

note '--- strict: what nobody has in time is not served until somebody has it'
must lb nl session-sync sync-time=50 sync-strict=1
bot lb stat sync-expired sync-dropped
read -r EXPIRED DROPPED <<<"$ANSWER"
must c1 send 4020 "$VIP" 5060 1 30
eventually 5 'its time is over' "$((EXPIRED + 1))" lb stat sync-expired
must c1 send 4020 "$VIP" 5060 1 31
arrived 5060 '' 'neither its first packet goes, nor the next one'
counts 'both are counted' "$((DROPPED + 2))" sync-dropped
session 4020
release "$ID"
must c1 send 4020 "$VIP" 5060 1 32
arrived 5060 32 'let go, it is served'
must c1 send 4021 "$VIP" 5060 1 33
eventually 10 'nobody lets it go' "$((EXPIRED + 2)) $((DROPPED + 3))" lb stat sync-expired sync-dropped
# served SPORT LENGTH [DPORT]: what it sends now comes to a node.
served() {
	local node
	bot c1 send "$1" "$VIP" "${3-5060}" 1 "$2"
	for node in n1 n2; do
		bot "$node" sunk "$VIP" "${3-5060}" 0.3
		[[ $ANSWER != *"$2"* ]] || return 0
	done
	return 1
}
wait_for 30 'it to be served' served 4021 34 && ANSWER=served || ANSWER=dropped
expect 'after four seconds it is served, whoever has it' served

note '--- strict, and the agent dies'
must c1 send 4022 "$VIP" 5060 1 35
must lb unbind
must c1 send 4023 "$VIP" 5060 1 36
arrived 5060 '' 'neither what waits goes, nor what begins'
must c1 send 4020 "$VIP" 5060 1 37
arrived 5060 37 'what is known goes on'
wait_for 30 'it to be served' served 4023 38 && ANSWER=served || ANSWER=dropped
expect 'after four seconds the module serves alone' served
must lb bind 8000000

note '--- nobody waits, and the agent dies: what it would have to read does not begin'
must lb nl service-new name=read addr="$VIP" proto=17 port=5090 app=sip
for node in n1 n2; do
	must "$node" udp-sink "$VIP" 5090
done
must lb nl session-sync sync-time=0 sync-orphans=1
must c1 send 4030 "$VIP" 5090 1 40
arrived 5090 40 'while it is there all begins'
must lb unbind
must c1 send 4031 "$VIP" 5090 1 41
arrived 5090 '' 'then not'
must c1 send 4031 "$VIP" 5060 1 42
arrived 5060 42 'but what it does not read'
must c1 send 4030 "$VIP" 5090 1 43
arrived 5090 43 'and what is known goes on'
must lb bind 8000000
must lb nl session-sync sync-time=0 sync-orphans=1
must c1 send 4032 "$VIP" 5090 1 44
arrived 5090 44 'as soon as it is back all begins again'
must lb unbind
wait_for 30 'it to be served' served 4033 45 5090 && ANSWER=served || ANSWER=dropped
expect 'after four seconds the module serves alone' served
must lb bind 8000000
must lb nl session-sync sync-time=10000 sync-strict=1

note '--- the module goes while some wait'
must c1 send 4012 "$VIP" 5060 3 25
exec {BOT_IN}>&-
stop bot
unset BOT_IN
rmmod sara
[[ ! -d /sys/module/sara ]] && ANSWER=gone || ANSWER=there
expect 'it is an ordinary event' gone
kernel_is_silent 'and the kernel has nothing to say'
verdict
