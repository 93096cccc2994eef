#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packets of unusual shape are forwarded as they are: IPv4 options, IPv6 extension headers, aggregates of up to 64 kB, jumbo
# frames; over a bond whose link is lost.
#
#   c1 ----> lb (VIP; services at UDP 5060 and TCP 554; from the middle on its eth0 is a bond of eth1 and eth2) --MAC--> n1
#    ^------------------------------ replies, not by lb ---------------------------------------------------------------'
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/shapes.sh
# timeout: 300
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

C=198.18.0.11 C6=fd00::11

# mtu BYTES: of all there is.
mtu() {
	local name
	for name in c1 lb n1; do
		ip -n "${NS_PREFIX}sw" link set "$name" mtu "$1"
		ip -n "$NS_PREFIX$name" link set eth0 mtu "$1"
	done
	ip -n "${NS_PREFIX}sw" link set br0 mtu "$1"
}

# frame_comes WHAT SPORT DST [KEY=VALUE...]: a frame by hand comes to the service of n1 and is the same but for its addresses.
frame_comes() {
	local what=$1 sport=$2 dst=$3 src=$C
	shift 3
	[[ $dst != *:* ]] || src=$C6
	must c1 frame "${MAC[lb]}" udp "$src" "$sport" "$dst" 5060 len=100 "$@"
	bot n1 kept 5 "$dst" 5060 n1
	expect "$what" 'n1=100:*'
}

small_up
must lb nl dev-new name=eth0 mode=dispatch
must lb nl node-new name=n1 dev=eth0 mac="${MAC[n1]}"
for vip in "$VIP" "$VIP6"; do
	name=${vip//[.:]/-}
	must lb nl service-new name="udp$name" addr="$vip" proto=17 port=5060 flow-timeout=600000
	must lb nl service-new name="tcp$name" addr="$vip" proto=6 port=554
	must n1 udp-keep "$vip" 5060
	must n1 tcp-serve "$vip" 554
done

note '--- IPv4 options, IPv6 extension headers'
frame_comes 'plain' 4000 "$VIP"
frame_comes 'no operation' 4001 "$VIP" options=01010101
frame_comes 'record route' 4002 "$VIP" options=070f04000000000000000000000000
frame_comes 'timestamp' 4003 "$VIP" options=440c05000000000000000000
frame_comes '40 bytes of options' 4004 "$VIP" options=82280000000000000000000000000000000000000000000000000000000000000000000000000000
frame_comes 'plain IPv6' 4005 "$VIP6"
frame_comes 'hop-by-hop options' 4006 "$VIP6" ext=hop
frame_comes 'destination options' 4007 "$VIP6" ext=dst
frame_comes 'a routing header at its end, and others' 4008 "$VIP6" ext=hop+dst+routing+dst
bot lb stat forwarded pass-malformed pass-other
expect 'each was forwarded' '9 0 *'

note '--- aggregates'
must n1 sniff
for vip in "$VIP" "$VIP6"; do
	[[ $vip == *:* ]] && src=$C6 || src=$C
	must c1 frame "${MAC[lb]}" tcp "$src" 4100 "$vip" 554
	bot n1 sniffed 0.1
	must c1 frame "${MAC[lb]}" tcp "$src" 4100 "$vip" 554 flags=16 seq=2 len=65000 gso=1440
	bot n1 sniffed 0.3
	expect "65000 bytes to $vip in a packet of segments" "*${MAC[lb]}>${MAC[n1]},tcp,4100,554,65000*"
	bot c1 tcp-open t 4101 "$vip" 554
	bot c1 tcp-bulk t 3000000
	expect '3 MB are answered' n1
	must c1 tcp-close t
done
counted 'none was too big' 0 drop-too-big

note '--- jumbo frames'
mtu 9000
for vip in "$VIP" "$VIP6"; do
	must c1 send 4200 "$vip" 5060 1 8900
	bot n1 kept 5 "$vip" 5060 n1
	expect "8900 bytes in one frame to $vip" 'n1=8900:*'
	must c1 send 4200 "$vip" 5060 1 40000
	bot n1 kept 5 "$vip" 5060 n1
	expect '40000 in several' 'n1=40000:*'
done
counted 'of these fragments were made' 2 reassembled
mtu 1500

note '--- a bond'
must lb nl dev-del name=eth0
must lb nl node-set name=n1 state=down
# The module and the addresses stay; the device is another one.
ip -n "${NS_PREFIX}lb" -batch - <<-BOND
	link set eth0 down
	link set eth0 name eth1
BOND
ip -n "${NS_PREFIX}sw" link add lb2 up master br0 type veth peer name eth2 netns "${NS_PREFIX}lb"
ip -n "${NS_PREFIX}lb" -batch - <<-BOND
	address flush dev eth1
	link add eth0 address ${MAC[lb]} type bond mode active-backup miimon 10
	link set eth1 master eth0
	link set eth2 down
	link set eth2 master eth0
BOND
small_address lb | ip -n "${NS_PREFIX}lb" -batch -
must lb nl dev-new name=eth0 mode=dispatch
must lb nl node-set name=n1 dev=eth0 state=up
ns lb sh -c 'echo eth1 >/sys/class/net/eth0/bonding/active_slave'
for family in 4 6; do
	[[ $family == 4 ]] && vip=$VIP || vip=$VIP6
	must c1 send 4200 "$vip" 5060 1 100
	bot n1 kept 5 "$vip" 5060 n1
	expect "the session to $vip goes on" 'n1=100:*'
	must c1 send 4201 "$vip" 5060 1 5000
	bot n1 kept 5 "$vip" 5060 n1
	expect 'fragments, too' 'n1=5000:*'
	bot c1 tcp-open "bond$family" 4300 "$vip" 554
	expect 'TCP connects' ok
done
ip -n "${NS_PREFIX}lb" link set eth1 down
# The other link takes over, which it tells the neighbours.
wait_for 10 'the other link to be used' ns lb grep -q eth2 /sys/class/net/eth0/bonding/active_slave
for family in 4 6; do
	[[ $family == 4 ]] && vip=$VIP || vip=$VIP6
	bot c1 until 20 'n1' tcp-ask "bond$family"
	expect "a link is lost: TCP to $vip goes on" n1
	must c1 send 4201 "$vip" 5060 1 5000
	bot n1 kept 5 "$vip" 5060 n1
	expect 'fragments, too' 'n1=5000:*'
done
kernel_is_silent 'no complaint of the kernel'
verdict
