#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The MAC of a node from the neighbour table: resolved, followed when it changes, given up when nobody answers.
#
#   c1 --UDP--> lb (VIP, service at 5060) --MAC of n1 by ARP, of n2 by ND--> n1 | n2; nodes answer with their names
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/neighbour.sh
# timeout: 240
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

# Probing takes a minute by default.
quick_neighbours() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	ns lb bash -c 'for f in ipv4 ipv6; do cd /proc/sys/net/$f/neigh/eth0
		echo 1000 >base_reachable_time_ms; echo 500 >retrans_time_ms; echo 1 >delay_first_probe_time; done'
}

node_is() {
	eventually "$2" "$1" "$4" lb show node-get name="$3" : mac usable mac-resolved
}

small_up
quick_neighbours
must n1 udp-serve "$VIP" 5060
must n2 udp-serve "$VIP" 5060
must lb nl dev-new name=eth0 mode=dispatch
must lb nl service-new name=a addr="$VIP" proto=17 port=5060 flow-timeout=600000
must lb#listener listen
must lb nl node-new name=n1 dev=eth0 addr="${ADDR[n1]}"
must lb nl node-new name=n2 dev=eth0 addr="${ADDR6[n2]}"
node_is 'resolved by ARP' 20 n1 "${MAC[n1]},yes,yes"
node_is 'resolved by ND' 20 n2 "${MAC[n2]},yes,yes"
bot lb#listener events 0.1
expect 'told to listeners' '*node,changed,1,*node,changed,2,*'

for node in n1 n2; do
	other=$([[ $node == n1 ]] && echo n2 || echo n1)
	must lb nl node-set name="$other" weight=0
	bot c1 udp "500${node#n}" "$VIP" 5060
	expect "packets reach $node" $node
	must lb nl node-set name="$other" weight=1
done

note '--- the MAC changes, without a word'
ip -n "${NS_PREFIX}n1" link set eth0 address 02:00:00:00:0a:11
ip -n "${NS_PREFIX}n2" link set eth0 address 02:00:00:00:0a:22
node_is 'followed by ARP' 60 n1 '02:00:00:00:0a:11,yes,yes'
node_is 'followed by ND' 60 n2 '02:00:00:00:0a:22,yes,yes'
bot c1 udp 5001 "$VIP" 5060
expect 'the session goes on at n1' n1
bot c1 udp 5002 "$VIP" 5060
expect 'the session goes on at n2' n2

note '--- the MAC changes, and is announced'
echo 1 | ns n1 tee /proc/sys/net/ipv4/conf/eth0/arp_notify >/dev/null
ip -n "${NS_PREFIX}n1" link set eth0 address "${MAC[n1]}"
node_is 'followed' 60 n1 "${MAC[n1]},yes,yes"

note '--- nobody answers'
ip -n "${NS_PREFIX}n1" link set eth0 down
node_is 'not usable' 60 n1 '-,-,yes'
must c1 flood 7000 4 "$VIP" 5060
eventually 20 'new sessions go to the other node' 'n1,1;n2,5' lb show node-get : name sessions
bot c1 udp 5001 "$VIP" 5060 1
expect 'packets of its session go nowhere' none
counted 'and are counted' 1 drop-node-down
ip -n "${NS_PREFIX}n1" -batch - <<-UP
	link set eth0 up
	address add ${ADDR6[n1]}/64 dev eth0 nodad
UP
node_is 'it answers again' 60 n1 "${MAC[n1]},yes,yes"
bot c1 udp 5001 "$VIP" 5060
expect 'the session goes on' n1

note '--- fixed, resolved, another address'
must lb nl node-set name=n1 mac=02:00:00:00:0b:0b
bot lb show node-get name=n1 : mac usable mac-resolved
expect 'fixed' '02:00:00:00:0b:0b,yes,-'
must lb nl node-set name=n1 mac-resolved
node_is 'resolved again' 20 n1 "${MAC[n1]},yes,yes"
must lb nl node-set name=n1 addr="${ADDR6[n1]}"
node_is 'by its other address' 20 n1 "${MAC[n1]},yes,yes"
must lb nl node-set name=n1 addr=198.18.0.99
bot lb show node-get name=n1 : mac usable
expect 'an address that nobody has: the old MAC is not kept' '-,-'
verdict
