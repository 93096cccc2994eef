#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Forwarding: what is for a service reaches one node by new Ethernet addresses alone, everything else passes untouched.
#
#   c1 ----> lb (VIP; services at UDP 5060 and TCP 554, IPv4 and IPv6) --MAC--> n1 | n2
#    ^------------------------------ replies, not by lb -------------------------'
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/forward.sh
# timeout: 480
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

C=198.18.0.11

# stays WHAT COUNTER COMMAND...: the counter does not move meanwhile.
stays() {
	local what=$1 counter=$2 before
	shift 2
	bot lb stat "$counter"
	before=$ANSWER
	bot "$@"
	counted "$what" "$before" "$counter"
}

# moves WHAT COUNTER N COMMAND...: the counter moves by N.
moves() {
	local what=$1 counter=$2 n=$3 before
	shift 3
	bot lb stat "$counter"
	before=$ANSWER
	bot "$@"
	eventually 5 "$what" $((before + n)) lb stat "$counter"
}

small_up
small_nodes
must lb nl service-new name=sip addr="$VIP" proto=17 port=5060
must lb nl service-new name=rtsp addr="$VIP" proto=6 port=554
must lb nl service-new name=sip6 addr="$VIP6" proto=17 port=5060
must lb nl service-new name=rtsp6 addr="$VIP6" proto=6 port=554
# Conversations that are over are counted at the end, too, on however slow a machine.
must lb nl config-set closing-timeout=600000
for node in n1 n2; do
	for vip in "$VIP" "$VIP6"; do
		must "$node" udp-serve "$vip" 5060
		must "$node" tcp-serve "$vip" 554
	done
	must "$node" sniff
done

# One pass as behind a NIC, one with listeners on lb's device, which see each packet too, and make it shared.
for pass in alone listened-to; do
	note "--- $pass"
	[[ $pass == alone ]] && port=5000 || port=6000
	if [[ $pass == listened-to ]]; then
		must lb sniff
		capture lb lb eth0 inout 'udp or tcp'
	fi
	for vip in "$VIP" "$VIP6"; do
		for ((i = 0; i < 4; i++)); do
			bot c1 udp $((port + i)) "$vip" 5060
			first=$ANSWER
			expect "UDP to $vip is answered by a node" 'n[12]'
			bot c1 udp $((port + i)) "$vip" 5060
			expect "and by the same again" "$first"
		done
		bot c1 tcp-open t $((port + 10)) "$vip" 554
		expect "TCP to $vip connects" ok
		bot c1 tcp-ask t
		first=$ANSWER
		expect 'a node answers' 'n[12]'
		bot c1 tcp-ask t
		expect 'and the same again' "$first"
		bot c1 tcp-bulk t 300000
		expect 'also to much data, aggregated by the kernel' "$first"
		must c1 tcp-close t
	done
	for node in n1 n2; do
		bot "$node" sniffed
		expect "$node sees frames from lb's address" "${MAC[lb]}>${MAC[$node]},*"
		[[ $ANSWER == *"${MAC[c1]}>"* ]] && ANSWER=others || ANSWER=none
		expect 'and none from others' none
	done
	bot lb show session-get : status
	expect 'all sessions are established' 'established*'
	ANSWER=${ANSWER//established/} ANSWER=${ANSWER//;/}
	expect 'and none is anything else' ''
	bot lb stat placed drop-no-node drop-node-down drop-xmit drop-no-memory drop-too-big
	[[ $pass == alone ]] && want=10 || want=20
	expect 'each is one, nothing is lost' "$want 0 0 0 0 0"
	bot lb stat unshared
	if [[ $pass == listened-to ]]; then
		expect 'packets had to be copied first' '[1-9]*'
		# What the listeners got is the packet as it came, whatever was written afterwards.
		bot lb sniffed
		expect 'a listener sees the addresses that came' "${MAC[c1]}>${MAC[lb]},*"
		[[ $ANSWER == *"${MAC[c1]}>${MAC[n1]}"* || $ANSWER == *"${MAC[lb]}>"* ]] && ANSWER=later || ANSWER=none
		expect 'and nothing that was written later' none
	fi
done

note '--- how it is spread, and what is counted'
bot lb show node-get : name sessions
expect 'sessions are spread evenly' 'n1,10;n2,10'
bot lb show service-get name=sip : sessions packets
expect 'a service counts its own' '8,16'
bot lb stat forwarded hits
expect 'forwarded are hits and first packets' "$((${ANSWER#* } + 20)) ${ANSWER#* }"

note '--- what is not for a service passes'
bot lb udp-serve 198.18.0.2 5060
bot c1 udp 4000 198.18.0.2 5060
expect "the dispatcher's own address is answered by itself" lb
moves 'and counted as other' pass-other 1 c1 udp 4001 198.18.0.2 5060
bot c1 tcp-open x 4000 "$VIP" 8080
expect 'TCP to no service is refused by the local stack' ECONNREFUSED
bot lb stat pass-no-service
expect 'and counted' '[1-9]*'
moves 'UDP that nobody announced is dropped' drop-unannounced 1 c1 send 4000 "$VIP" 9000
must c1 sniff
moves 'TCP without SYN and session passes' pass-no-session 1 \
	c1 frame "${MAC[lb]}" tcp $C 4100 "$VIP" 554 flags=16
bot c1 sniffed 1
expect 'and is reset by the local stack' "*${MAC[lb]}>${MAC[c1]},tcp,554,4100,0*"
moves 'SYN with FIN makes no session' pass-no-session 1 \
	c1 frame "${MAC[lb]}" tcp $C 4101 "$VIP" 554 flags=3
moves 'what is cut in its header passes' pass-malformed 1 \
	c1 frame "${MAC[lb]}" udp $C 4103 "$VIP" 5060 cut=24
moves 'what is longer than the packet passes' pass-malformed 1 \
	c1 frame "${MAC[lb]}" udp $C 4104 "$VIP" 5060 len=100 cut=100

note "--- frames for others, which a listener's device overhears"
stays 'are not forwarded' forwarded c1 frame 02:00:00:00:00:99 udp $C 4105 "$VIP" 5060 len=10
bot lb sniffed 1
expect 'though the device has seen it' "*${MAC[c1]}>02:00:00:00:00:99,udp,4105*"
stays 'nor is broadcast' forwarded c1 frame ff:ff:ff:ff:ff:ff udp $C 4106 "$VIP" 5060 len=10
capture_stop lb

note '--- a VLAN tag says whose packet it is'
must lb nl node-set name=n2 state=drain
stays 'a packet of a VLAN is not its lower device'"'"'s' forwarded \
	c1 frame "${MAC[lb]}" udp $C 4107 "$VIP" 5060 len=10 vlan=5
ip -n "${NS_PREFIX}lb" link add eth0.5 link eth0 up type vlan id 5
must lb nl dev-new name=eth0.5 mode=dispatch
bot n1 sniffed
moves 'the VLAN'"'"'s device forwards it' forwarded 1 \
	c1 frame "${MAC[lb]}" udp $C 4107 "$VIP" 5060 len=10 vlan=5
bot n1 sniffed 1
expect 'without its tag' "*${MAC[lb]}>${MAC[n1]},udp,4107,5060,10*"
bot n1 sniffed
moves 'a tag that is a mere priority is nobody else'"'"'s' forwarded 1 \
	c1 frame "${MAC[lb]}" udp $C 4108 "$VIP" 5060 len=10 vlan=0
bot n1 sniffed 1
expect 'nor kept' "*${MAC[lb]}>${MAC[n1]},udp,4108,5060,10*"

note '--- what the node cannot be sent'
ip -n "${NS_PREFIX}lb" link add d0 mtu 600 up type dummy
must lb nl node-new name=n3 dev=d0 mac=02:00:00:00:00:33
must lb nl service-new name=small addr="$VIP" proto=17 port=5070 node=n3
must c1 send 4200 "$VIP" 5070 1 100
moves 'what fits is sent' forwarded 1 c1 send 4200 "$VIP" 5070 1 572
moves 'one byte more than the MTU is dropped' drop-too-big 1 c1 send 4200 "$VIP" 5070 1 573
ip -n "${NS_PREFIX}lb" link set d0 down
moves 'a device that is down is counted' drop-node-down 1 c1 send 4200 "$VIP" 5070
ip -n "${NS_PREFIX}lb" link set d0 up
must lb nl node-set name=n3 state=down
moves 'a node that is down gets nothing' drop-node-down 1 c1 send 4200 "$VIP" 5070
moves 'and no new session' drop-no-node 1 c1 send 4201 "$VIP" 5070

verdict
