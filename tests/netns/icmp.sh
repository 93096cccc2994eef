#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ICMP errors about what a node has sent reach that node, though they are addressed to the virtual address; judged by the
# nodes' own count of errors that came.
#
#   c1 --ICMP error--> lb (VIP, service sip at 5060) --MAC--> n1 | n2
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/icmp.sh
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

C=198.18.0.11 C6=fd00::11

# errors NAMESPACE 4|6: ICMP messages that its stack has taken so far, of ICMPv6 those about packets, in ANSWER.
# shellcheck disable=SC2016 # $2 is awk's
errors() {
	if [[ $2 == 4 ]]; then
		ANSWER=$(ns "$1" awk '/^Icmp: [0-9]/ { print $2 }' /proc/net/snmp)
	else
		ANSWER=$(ns "$1" awk '/^Icmp6InDestUnreachs|^Icmp6InPktTooBigs/ { n += $2 } END { print n }' /proc/net/snmp6)
	fi
}

# arrives WHAT NODE 4|6 BOT-WORDS...: one more error comes to the node, none to the other one.
arrives() {
	local what=$1 node=$2 family=$3 other=n1 here there
	shift 3
	[[ $node == n2 ]] || other=n2
	errors "$node" "$family"
	here=$ANSWER
	errors "$other" "$family"
	there=$ANSWER
	bot "$@"
	wait_for 5 "an error at $node" came "$node" "$family" "$((here + 1))" || true
	errors "$node" "$family"
	expect "$what" $((here + 1))
	errors "$other" "$family"
	expect 'and nobody else gets it' "$there"
}

came() {
	errors "$1" "$2"
	((ANSWER == $3))
}

# stays_here WHAT 4|6 BOT-WORDS...: lb's own stack gets it, and SARA forwards nothing.
stays_here() {
	local what=$1 family=$2 forwarded before
	shift 2
	bot lb stat icmp-forwarded
	forwarded=$ANSWER
	errors lb "$family"
	before=$ANSWER
	bot "$@"
	wait_for 5 'an error at the local stack' came lb "$family" "$((before + 1))" || true
	errors lb "$family"
	expect "$what" $((before + 1))
	counted 'and for it alone' "$forwarded" icmp-forwarded
}

# session SPORT DST SRC: a session by one datagram; its id in ID, its node in NODE.
session() {
	bot c1 udp "$1" "$2" 5060
	NODE=$ANSWER
	bot lb show flow-get src="$3" sport="$1" dst="$2" dport=5060 proto=17 : session
	ID=$ANSWER
}

small_up
small_nodes
must lb nl service-new name=sip addr="$VIP" proto=17 port=5060
must lb nl service-new name=sip6 addr="$VIP6" proto=17 port=5060
must lb nl service-new name=web addr="$VIP" proto=6 port=80
for node in n1 n2; do
	must "$node" udp-serve "$VIP" 5060
	must "$node" udp-serve "$VIP6" 5060
	must "$node" tcp-serve "$VIP" 80
done
session 5001 "$VIP" $C
A=$ID NA=$NODE
session 5002 "$VIP" $C
B=$ID NB=$NODE
[[ $NA != "$NB" ]] || die "both sessions are on $NA"

note '--- an error about a flow'
# Nobody has port 5001 open: what the node answers to this frame comes back as an error, by the client's own stack.
arrives 'port unreachable, by a real client' "$NA" 4 c1 frame "${MAC[lb]}" udp $C 5001 "$VIP" 5060 len=10
arrives 'fragmentation needed' "$NB" 4 c1 icmp "$VIP" 3 4 1200 udp "$VIP" 5060 $C 5002 len=1400
ANSWER=$(ip -n "$NS_PREFIX$NB" route get $C from "$VIP" | grep -o 'mtu 1200' || true)
expect 'the node heeds it' 'mtu 1200'
arrives 'of the quoted packet only the ports are there' "$NA" 4 \
	c1 icmp "$VIP" 3 3 0 udp "$VIP" 5060 $C 5001 len=100 cut=24
bot c1 tcp-open conversation 5003 "$VIP" 80
bot c1 tcp-ask conversation
arrives 'about TCP' "$ANSWER" 4 c1 icmp "$VIP" 3 4 1300 tcp "$VIP" 80 $C 5003
counted 'each was counted' 4 icmp-forwarded

note '--- about a flow that is announced and was never seen'
must lb nl announce-new session="$A" dst="$VIP" proto=17 src=$C sport=4000
must lb nl announce-new session="$B" dst="$VIP" proto=17 src=$C dport=6002
arrives 'the client does not listen: half' "$NA" 4 c1 icmp "$VIP" 3 3 0 udp "$VIP" 6000 $C 4000
arrives 'any-port' "$NB" 4 c1 icmp "$VIP" 3 3 0 udp "$VIP" 6002 $C 4444
counted 'it is not promoted' 0 promoted

note '--- an error proves nothing about the client'
session 5004 "$VIP" $C
bot c1 icmp "$VIP" 3 3 0 udp "$VIP" 5060 $C 5004
bot lb show flow-get src=$C sport=5004 dst="$VIP" dport=5060 proto=17 : status packets
expect 'it is no packet of the flow' 'new,1'

note '--- what is not for a node'
stays_here 'an error about no session is for the local stack' 4 \
	c1 icmp "$VIP" 3 3 0 udp "$VIP" 5060 $C 5999
counted 'and counted' 1 pass-icmp
stays_here 'so is one that quotes a packet of somebody else' 4 \
	c1 icmp "$VIP" 3 3 0 udp 198.18.0.2 5060 $C 5001
stays_here 'one that quotes too little' 4 c1 icmp "$VIP" 3 3 0 udp "$VIP" 5060 $C 5001 cut=23
stays_here 'and a redirect' 4 c1 icmp "$VIP" 5 1 0 udp "$VIP" 5060 $C 5001
ANSWER=$(ns c1 ping -q -c1 -W5 "$VIP" >/dev/null && echo answered || echo silent)
expect 'the virtual address still answers a ping' answered

note '--- IPv6'
session 5001 "$VIP6" $C6
N6=$NODE
arrives 'port unreachable, by a real client' "$N6" 6 c1 frame "${MAC[lb]}" udp $C6 5001 "$VIP6" 5060 len=10
arrives 'packet too big' "$N6" 6 c1 icmp "$VIP6" 2 0 1300 udp "$VIP6" 5060 $C6 5001 len=1400
stays_here 'an error about no session is for the local stack' 6 \
	c1 icmp "$VIP6" 1 4 0 udp "$VIP6" 5060 $C6 5999
ANSWER=$(ns c1 ping -q -c1 -W5 "$VIP6" >/dev/null && echo answered || echo silent)
expect 'the virtual address still answers a ping' answered

verdict
