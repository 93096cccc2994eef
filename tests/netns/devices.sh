#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Devices come and go: the hook's, a node's; names, addresses, MTU; and namespaces, which know nothing of each other.
#
#   c1 --UDP--> lb eth0 (VIP, service at 5060) --> n1 by eth0 | n2 by an own wire, out0
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/devices.sh
# timeout: 240
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

MAC2=02:00:00:00:05:22

wire() {
	ip -n "${NS_PREFIX}lb" link add out0 address 02:00:00:00:05:01 type veth \
		peer name in0 address $MAC2 netns "${NS_PREFIX}n2"
	ip -n "${NS_PREFIX}n2" link set in0 up
	ip -n "${NS_PREFIX}lb" link set out0 up
}

node2_is() {
	bot lb show node-get name=n2 : dev usable
	expect "$1" "$2"
}

small_up
wire
must n1 udp-serve "$VIP" 5060
must n2 udp-serve "$VIP" 5060
must lb nl dev-new name=eth0 mode=dispatch
must lb nl service-new name=a addr="$VIP" proto=17 port=5060 flow-timeout=600000
must lb nl node-new name=n2 dev=out0 mac=$MAC2
bot c1 udp 5002 "$VIP" 5060
expect 'out by another device' n2
must lb nl node-new name=n1 dev=eth0 mac="${MAC[n1]}"
must lb#listener listen

note '--- MTU'
ip -n "${NS_PREFIX}lb" link set out0 mtu 1000
must c1 send 5002 "$VIP" 5060 1 900
eventually 20 'what fits is forwarded' 2 lb show flow-get src="${ADDR[c1]}" sport=5002 dst="$VIP" dport=5060 proto=17 : packets
counted 'and not dropped' 0 drop-too-big
must c1 send 5002 "$VIP" 5060 1 980
eventually 20 'what does not is dropped' 1 lb stat drop-too-big
ip -n "${NS_PREFIX}lb" link set out0 mtu 1500

note '--- its own MAC'
must n1 sniff
must lb nl node-set name=n2 weight=0
bot c1 udp 5001 "$VIP" 5060
expect 'a session on n1' n1
ip -n "${NS_PREFIX}lb" link set eth0 address 02:00:00:00:0c:02
bot n1 sniffed
must c1 frame 02:00:00:00:0c:02 udp "${ADDR[c1]}" 5001 "$VIP" 5060
bot n1 sniffed 1
expect 'frames are sent with the new MAC' "*02:00:00:00:0c:02>${MAC[n1]},udp,5001,5060,*"
ip -n "${NS_PREFIX}lb" link set eth0 address "${MAC[lb]}"
must lb nl node-set name=n2 weight=1

note '--- down, up'
ip -n "${NS_PREFIX}lb" link set out0 down
node2_is 'a device that is down carries nothing' 'out0,-'
bot lb stat drop-node-down
was=$ANSWER
bot c1 udp 5002 "$VIP" 5060 1
expect 'no answer' none
counted 'counted' $((was + 1)) drop-node-down
ip -n "${NS_PREFIX}lb" link set out0 up
node2_is 'up again' 'out0,yes'
bot c1 udp 5002 "$VIP" 5060
expect 'the session goes on' n2

note '--- renamed'
ip -n "${NS_PREFIX}lb" link set out0 down
ip -n "${NS_PREFIX}lb" link set out0 name out1
ip -n "${NS_PREFIX}lb" link set out1 up
node2_is 'the node follows the name' 'out1,yes'
bot c1 udp 5002 "$VIP" 5060
expect 'the session goes on' n2
must lb nl dev-new name=out1 mode=observe
ip -n "${NS_PREFIX}lb" link set out1 down
ip -n "${NS_PREFIX}lb" link set out1 name out0
bot lb show dev-get : name mode
expect 'so does the hook' 'eth0,dispatch;out0,observe'
ip -n "${NS_PREFIX}lb" link set out0 up

note '--- deleted'
ip -n "${NS_PREFIX}lb" link del out0
bot lb show dev-get : name
expect 'the hook is gone with its device' eth0
node2_is 'the node remembers its name' 'out0,-'
bot lb show node-get name=n2 : ifindex sessions
expect 'and keeps its session' '-,1'
bot c1 udp 5002 "$VIP" 5060 1
expect 'packets go nowhere' none
bot c1 udp 5003 "$VIP" 5060
expect 'new sessions go to the other node' n1
bot lb#listener events 0.1
expect 'told to listeners' '@(*dev,deleted,*node,changed,*|*node,changed,*dev,deleted,*)'
wire
node2_is 'a device of this name comes: the node has it' 'out0,yes'
bot c1 udp 5002 "$VIP" 5060
expect 'the session goes on' n2

note '--- moved to another namespace'
must lb nl dev-new name=out0 mode=observe
ip -n "${NS_PREFIX}lb" link set out0 netns "${NS_PREFIX}c1"
bot lb show dev-get : name
expect 'the hook does not move' eth0
bot c1 show dev-get : name
expect 'nor is it there' ''
node2_is 'the node has lost it' 'out0,-'
ip -n "${NS_PREFIX}c1" link set out0 netns "${NS_PREFIX}lb"
ip -n "${NS_PREFIX}lb" link set out0 up
node2_is 'back again' 'out0,yes'

note '--- namespaces'
for object in dev service node session flow announce; do
	bot c1 show $object-get : name id session
	expect "c1 has no $object" ''
done
bot c1 nl node-set name=n1 weight=5
expect 'nor can it change one of lb' 'ENOENT: ?*'
must c1 nl node-new name=n1 dev=eth0 mac="${MAC[n2]}"
bot lb show node-get name=n1 : mac weight
expect 'the same name is another node' "${MAC[n1]},1"
bot c1 stat placed
expect 'counters are separate' 0

note '--- a namespace ends with all it has'
ip netns add "${NS_PREFIX}short"
UP+=(short)
ip -n "${NS_PREFIX}sw" link add short0 type veth peer name eth0 netns "${NS_PREFIX}short"
ip -n "${NS_PREFIX}sw" link set short0 up
ip -n "${NS_PREFIX}short" link set eth0 up
must short nl dev-new name=eth0 mode=dispatch
must short nl node-new name=n1 dev=eth0 mac="${MAC[n1]}"
must short nl node-new name=n2 dev=eth0 addr=198.18.0.9
must short nl service-new name=a addr="$VIP" proto=17 port=5060 node=n1
must short nl service-new name=b addr="$VIP" proto=17 port=5061 node=n1 node=n2
must short unbind
bot lb stat placed	# the bot is elsewhere now
ip netns del "${NS_PREFIX}short"
# Its device goes when nothing holds it.
wait_for 30 'the device of the namespace to go' bash -c "! ip -n ${NS_PREFIX}sw link show short0" || FAILED=$((FAILED + 1))
bot c1 udp 5002 "$VIP" 5060
expect 'the others go on' n2
verdict
