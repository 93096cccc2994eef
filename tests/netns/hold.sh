#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Announce hold in the kernel: replies wait at an observing device until the agent (here: the bot) lets them go, their
# time is over, or the agent or the device goes; those of a flow stay in order.
#
#   n1 --replies (frames from VIP:5060)--> c1, which observes its own eth0, as a gateway does; its sinks tell what passed
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/hold.sh
# timeout: 480
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

C=${ADDR[c1]}

# reply PORT LEN: n1 sends a datagram of the service to that port of c1; its length tells it from others.
reply() { must n1 frame "${MAC[c1]}" udp "$VIP" 5060 "$C" "$1" len="$2"; }

# held PATTERN WHAT: the agent has got these; their numbers are in HELD.
held() {
	bot c1 held 1
	expect "$2" "$1"
	IFS=' ' read -r -a HELD <<<"$(tr ';' '\n' <<<"$ANSWER" | cut -d, -f1 | tr '\n' ' ')"
}

# passed PORT LENGTHS WHAT: these have come to the sink. They are there at once, or wait.
passed() {
	bot c1 sunk "$C" "$1" 1
	expect "$3" "$2"
}

release() { must c1 nl inspect-release hold="$1"; }

# c1_counts PATTERN WHAT COUNTER...
c1_counts() {
	bot c1 stat "${@:3}"
	expect "$2 (${*:3})" "$1"
}

# agent TIME [PACKETS]: another agent comes, for which replies wait so long.
agent() {
	must c1 unbind
	must c1 bind 8000000 hold-time="$1" hold-packets="${2-1000}"
}

small_up
must c1 nl service-new name=sip addr="$VIP" proto=17 port=5060 app=sip
must c1 nl service-new name=sip-tcp addr="$VIP" proto=6 port=5060 app=sip
must c1 nl dev-new name=eth0 mode=observe
for port in 4000 4001 4002; do
	must c1 udp-sink "$C" "$port"
done

note '--- without a time nothing waits'
must c1 bind 8000000
reply 4000 10
passed 4000 10 'a reply passes'
held '' 'and is told without a number'
c1_counts 0 'nothing was held' hold-held

note '--- a reply waits until it is let go'
agent 10000
reply 4000 11
held '[1-9]*,4000,11' 'the agent is told its number'
passed 4000 '' 'it waits'
release "${HELD[0]}"
passed 4000 11 'and passes when it is let go'
bot c1 nl inspect-release hold="${HELD[0]}"
expect 'once' 'ENOENT: no reply of this number waits*'
bot c1 nl inspect-release
expect 'a number is needed' "EINVAL: the reply's number is missing"
c1_counts '1 1' 'it is counted' hold-held hold-released

note '--- the order of a flow'
reply 4000 12
reply 4000 0
reply 4000 13
reply 4001 21
held '*,4000,12;*,4000,13;*,4001,21' 'three wait'
release "${HELD[1]}"
passed 4000 '' 'what was let go waits for what came before it'
release "${HELD[2]}"
passed 4001 21 'another flow does not'
release "${HELD[0]}"
passed 4000 '12 0 13' 'then all pass in their order, also what has no payload'
c1_counts '4 4' 'what only kept its place is not counted' hold-held hold-released

# fragmented PORT LEN [KEY=VALUE...]: a reply in fragments of 1200 bytes.
fragmented() { must n1 fragments "${MAC[c1]}" udp "$VIP" 5060 "$C" "$1" "$2" size=1200 "${@:3}"; }

note '--- a fragmented reply: its last fragment waits'
fragmented 4000 4001
fragmented 4000 4002 order=reversed
reply 4000 33
held '*,4000,4001;*,4000,4002;*,4000,33' 'each is told once, whole'
passed 4000 '' 'none arrives'
release "${HELD[1]}"
release "${HELD[2]}"
passed 4000 '' 'nor what was let go behind it'
release "${HELD[0]}"
passed 4000 '4001 4002 33' 'then all arrive, in their order'

note '--- what cannot be copied does not wait'
# An agent that has room for a few copies, and does not read.
must c1 unbind
must c1 bind 1 hold-time=10000
reply 4001 22
for ((i = 0; i < 12; i++)); do
	reply $((4200 + i)) 30
done
reply 4002 31
reply 4001 23
passed 4002 31 'what is not copied passes'
passed 4001 '' 'unless something of its flow waits'
held '[1-9]*,4001,22*' 'the first was copied'
[[ $ANSWER == *,23* ]] && ANSWER=copied || ANSWER=lost
expect 'not the last' lost
release "${HELD[0]}"
passed 4001 '22 23' 'it passes behind what it follows'

note '--- no more than a bound'
agent 10000 2
reply 4000 14
reply 4001 24
reply 4002 32
passed 4002 32 'the third passes at once'
c1_counts 1 'it is counted' hold-full
held '*,4000,14;*,4001,24' 'two wait'

note '--- the agent goes'
bot c1 stat hold-flushed
flushed=$ANSWER
must c1 unbind
passed 4000 14 'what waited passes'
passed 4001 24 'of each flow'
c1_counts $((flushed + 2)) 'it is counted' hold-flushed
reply 4000 15
passed 4000 15 'and nothing waits any more'

note '--- time'
agent 100
reply 4000 16
reply 4000 17
held '*,4000,16;*,4000,17' 'two wait'
eventually 10 'until their time is over' 2 c1 stat hold-expired
passed 4000 '16 17' 'they pass'
bot c1 nl inspect-release hold="${HELD[0]}"
expect 'the agent is late' 'ENOENT: ?*'

note '--- a long TCP reply, aggregated by the device'
must n1 tcp-serve "$VIP" 5060
ip -n "${NS_PREFIX}c1" route add "$VIP" via "${ADDR[n1]}"
must c1 tcp-open t 4100 "$VIP" 5060
agent 20
bot c1 tcp-take t 300000
expect 'it comes whole' 300000
bot c1 held 1
ANSWER=$(tr ';' '\n' <<<"$ANSWER" | awk -F, '{ seen[$1]++ } END { for (id in seen) if (seen[id] > 1) print id }')
expect 'each number once, though a long packet comes in pieces' ''
must c1 tcp-close t

note '--- IPv6'
must c1 nl service-new name=sip6 addr="$VIP6" proto=17 port=5060 app=sip
must c1 udp-sink "${ADDR6[c1]}" 4000
agent 10000
must n1 frame "${MAC[c1]}" udp "$VIP6" 5060 "${ADDR6[c1]}" 4000 len=61
held '*,4000,61' 'a reply waits'
release "${HELD[0]}"
bot c1 sunk "${ADDR6[c1]}" 4000 1
expect 'and passes' 61
must n1 fragments "${MAC[c1]}" udp "$VIP6" 5060 "${ADDR6[c1]}" 4000 4061 size=1200
held '*,4000,4061' 'so does a fragmented one'
bot c1 sunk "${ADDR6[c1]}" 4000
expect 'which has not arrived' ''
release "${HELD[0]}"
bot c1 sunk "${ADDR6[c1]}" 4000 1
expect 'until it is let go' 4061

note '--- the other hooks see a packet once, and before'
if ns c1 nft 'add table netdev t; add chain netdev t c { type filter hook ingress device "eth0" priority 100; }
	add counter netdev t n; add rule netdev t c udp sport 5060 counter name n'; then
	reply 4000 18
	held '*,4000,18' 'one waits'
	release "${HELD[0]}"
	passed 4000 18 'and passes'
	ANSWER=$(ns c1 nft list counter netdev t n | grep -o 'packets [0-9]*')
	expect 'nft has seen it once' 'packets 1'
	ns c1 nft delete table netdev t
else
	note 'no nft here'
fi

note '--- the device goes'
reply 4000 19
held '*,4000,19' 'one waits'
bot c1 stat hold-flushed
flushed=$ANSWER
must c1 nl dev-del name=eth0
passed 4000 19 'detached, what waited passes'
must c1 nl dev-new name=eth0 mode=observe
reply 4000 20
held '*,4000,20' 'one waits'
ip -n "${NS_PREFIX}c1" link set eth0 down
ip -n "${NS_PREFIX}c1" link set eth0 netns "${NS_PREFIX}n2" name moved
c1_counts "$((flushed + 2)) 1" 'moved to another namespace, what waited is dropped' hold-flushed hold-dropped
ip -n "${NS_PREFIX}n2" link set moved netns "${NS_PREFIX}c1" name eth0
small_address c1 | ip -n "${NS_PREFIX}c1" -batch -
must c1 nl dev-new name=eth0 mode=observe

note '--- replies without a pause: let go, in time or late, and the module goes meanwhile'
must n1 udp-serve "$VIP" 5060
ip -n "${NS_PREFIX}c1" route replace "$VIP" via "${ADDR[n1]}"
must c1 traffic 20000 50 "$VIP" 5060
agent 20
eventually 30 'many expire' '[1-9]???*' c1 stat hold-expired
agent 2000
must c1 release-all 5
c1_counts '[1-9]??*' 'many are let go' hold-released
bot c1 stat hold-held hold-released hold-expired hold-flushed
read -r n_held n_released n_expired n_flushed <<<"$ANSWER"
ANSWER=$((n_held - n_released - n_expired - n_flushed))
((ANSWER >= 0 && ANSWER <= 1000)) && ANSWER='so many as may wait'
expect 'all are accounted for' 'so many as may wait'
rmmod sara
bot c1 quiet
expect 'there was traffic all the time' '[1-9]???*'
kernel_is_silent 'no complaint of the kernel'
verdict
