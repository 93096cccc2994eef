#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A node's agent prepares the node for direct server return: packets to the VIP are taken, nobody is told that it is there,
# answers and new sockets send from it. What others change is told and repaired. When the agent stops, also after it was
# killed, everything is as it was before its first start.
#
#     gw  198.18.0.1, fd00::1 -------- cable -------- n1  198.18.0.11, fd00::11     sara-agent node
#     (lo: 203.0.113.5, .9, fd00:f::5)                    default routes through gw, no VIP
#
# gw is client, dispatcher and gateway in one. It needs no module.
#
# Alone: tools/vm --kernel 6.1 -- bash tests/netns/vip.sh
# timeout: 600
set -euo pipefail
. "$(dirname "$0")/lib.sh"
trap cleanup EXIT

NAMESPACES=(gw n1)
CLIENT=203.0.113.5 CLIENT6=fd00:f::5 FAR=203.0.113.9

# snapshot NAME: all that the agent may change, in RUN_DIR/NAME.state.
snapshot() {
	{
		ns n1 ip -d address
		ns n1 ip route show table all
		ns n1 ip -6 route show table all
		ns n1 sysctl -a 2>/dev/null | grep -E '^net\.ipv[46]\.conf\.'
	} >"$RUN_DIR/$1.state"
}
as_before() {
	snapshot now
	diff "$RUN_DIR/before.state" "$RUN_DIR/now.state" >&2
}

# configure [KEY-VALUES]: more of "node".
configure() {
	cat >"$RUN_DIR/n1.json" <<-CONFIG
		{"node": {"host": "${ADDR[n1]}", "dispatchers": ["${ADDR[gw]}:7100", "$FAR:7100"],
		          "vips": ["$VIP", "$VIP6"]${1-}},
		 "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/n1.sock"}
	CONFIG
}
start() {
	spawn n1 n1 sara-agent --config "$RUN_DIR/n1.json"
	wait_for 60 'the agent in n1' log_has n1 'telling dispatchers'
}
vip_check() { ns n1 sara-agent --check-vip --config "$RUN_DIR/n1.json" >"$RUN_DIR/check.log"; }
not() { ! "$@"; }

agent_says() { [[ $(ns n1 sara -j stats show agent socket "$RUN_DIR/n1.sock" | tr -d ' \n') == *"$1"* ]]; }
answers_arp() { ns gw arping -q -c 1 -w 2 -I eth0 "$1"; }
answers_nd() {
	ns gw ip -6 neigh flush dev eth0
	ns gw ping -q -c 1 -W 2 "$1" >/dev/null || true
	[[ $(ns gw ip -6 neigh show "$1" dev eth0) == *lladdr* ]]
}
source_to() { ns n1 ip route get "$1" | sed -n 's/.* src \([^ ]*\).*/\1/p'; }
source_is() { [[ $(source_to "$1") == "$2" ]]; }

# ask FROM TO: whence came the answer of the server's socket, and whence what a new socket of his sent.
ask() {
	ns gw python3 -c 'import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 0))
s.settimeout(20)
s.sendto(b"?", (sys.argv[2], 5060))
got = dict(s.recvfrom(100)[:2] for _ in range(2))
print(got[b"answer"][0], got[b"media"][0])' "$1" "$2"
}
answers_from() { [[ $(ask "$1" "$2") == "$2 $2" ]]; }

run_dir_make
for name in "${NAMESPACES[@]}"; do
	ip netns add "$NS_PREFIX$name"
	UP+=("$name")
	ip -n "$NS_PREFIX$name" link set lo up
	topo_sysctl "$name"
done
ip -n "${NS_PREFIX}gw" link add eth0 address "${MAC[gw1]}" type veth peer name eth0 address "${MAC[n1]}" netns "${NS_PREFIX}n1"
for name in "${NAMESPACES[@]}"; do
	ip -n "$NS_PREFIX$name" -batch - <<-ADDRESSES
		address add ${ADDR[$name]}/24 dev eth0
		address add ${ADDR6[$name]}/64 dev eth0 nodad
		link set eth0 up
	ADDRESSES
done
ip -n "${NS_PREFIX}gw" -batch - <<-FAR
	address add $CLIENT/32 dev lo
	address add $FAR/32 dev lo
	address add $CLIENT6/128 dev lo nodad
FAR
ns n1 ip route add default via "${ADDR[gw]}"
ns n1 ip route add default via "${ADDR6[gw]}"
wait_for 20 'n1 to reach gw' ns n1 ping -q -c1 -W1 "$CLIENT"
wait_for 20 'n1 to reach gw by IPv6' ns n1 ping -q -c1 -W1 "$CLIENT6"
# The kernel says late that a link is up, and makes its address then; neither may come between two snapshots.
link_is_up() { [[ $(ns n1 ip address show dev eth0) == *' state UP '*'inet6 fe80'* ]]; }
wait_for 20 'the link of n1' link_is_up
(umask 077 && sara-agent keygen >"$RUN_DIR/key")
configure
snapshot before

note '--- before the agent starts'
check 'the configuration is right' ns n1 sara-agent --check --config "$RUN_DIR/n1.json"
check 'the check of the VIP path complains' not vip_check
check 'of the device' grep -q '^not ok: device: the device sara-vip is missing; .*: ip link add sara-vip type dummy$' "$RUN_DIR/check.log"
check 'it changes nothing' as_before

note '--- prepared'
start
check 'the check of the VIP path is content' vip_check
check 'the node answers ARP for its own address' answers_arp "${ADDR[n1]}"
check 'it does not for the VIP' not answers_arp "$VIP"
check 'it answers ND for its own address' answers_nd "${ADDR6[n1]}"
check 'it does not for the VIP' not answers_nd "$VIP6"
check "the default route's source is the VIP" source_is "$CLIENT" "$VIP"
check 'also of IPv6' source_is "$CLIENT6" "$VIP6"
check 'the upper half of the addresses too' source_is 192.0.2.1 "$VIP"
check 'its own net is reached from its own address' source_is "${ADDR[gw]}" "${ADDR[n1]}"
check 'also by IPv6' source_is "${ADDR6[gw]}" "${ADDR6[n1]}"
check 'so is a dispatcher behind the gateway' source_is "$FAR" "${ADDR[n1]}"

note '--- packets to the VIP, brought by their MAC address alone'
spawn server n1 python3 -c 'import select, socket
sockets = []
for family, any in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
    s = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    s.bind((any, 5060))
    sockets.append(s)
print("ready", flush=True)
while True:
    for s in select.select(sockets, [], [])[0]:
        to = s.recvfrom(100)[1]
        s.sendto(b"answer", to)
        socket.socket(s.family, socket.SOCK_DGRAM).sendto(b"media", to)'
wait_for 60 'the server' log_has server ready
# The ARP cache shows what the node asked in: a request in the VIP's name would have made gw learn it.
ns gw ip neigh flush dev eth0
ns n1 ip neigh flush dev eth0
ns n1 ping -q -c 1 -W 2 -I "$VIP" "$CLIENT" >/dev/null 2>&1 || true
check 'the node does not ask in the name of the VIP' not grep -q lladdr <<<"$(ns gw ip neigh show "$VIP")"
ns gw ip neigh replace "$VIP" lladdr "${MAC[n1]}" dev eth0 nud permanent
ns gw ip neigh replace "$VIP6" lladdr "${MAC[n1]}" dev eth0 nud permanent
check 'a server on the wildcard answers from the VIP, and sends media from it' answers_from "$CLIENT" "$VIP"
check 'also by IPv6' answers_from "$CLIENT6" "$VIP6"

note '--- what others change is told and repaired'
kill -STOP "${PIDS[n1]}"
ns n1 ip address del "$VIP/32" dev sara-vip
ns n1 sysctl -qw net.ipv4.conf.all.arp_ignore=0
check 'the check of the VIP path complains' not vip_check
check 'of the address' grep -q "^not ok: address: $VIP is not on sara-vip; " "$RUN_DIR/check.log"
check 'of the settings' grep -q '^not ok: arp: ' "$RUN_DIR/check.log"
check 'of the routes that went with the address' grep -q '^not ok: route: the route 128.0.0.0/1 .* is missing; ' "$RUN_DIR/check.log"
check 'not of the device' grep -q '^ok: device: ' "$RUN_DIR/check.log"
kill -CONT "${PIDS[n1]}"
check 'it is repaired' wait_for 60 'repair' vip_check
check 'which is said' log_has n1 "$VIP is not on sara-vip; repairing it"
ns n1 ip link del sara-vip
check 'so is the device' wait_for 60 'the device' vip_check
check 'repairs are counted' grep -q '"repairs":[1-9]' <<<"$(ns n1 sara -j stats show agent socket "$RUN_DIR/n1.sock" | tr -d ' \n')"
ns n1 ip route replace default via 198.18.0.1 metric 7
ns n1 ip route del default via 198.18.0.1 metric 0
ns n1 ip route add default via 198.18.0.2
ns n1 ip route del default via 198.18.0.1 metric 7
check 'another gateway is followed' wait_for 60 'the gateway' vip_check
check 'with the VIP as source' grep -q "via 198.18.0.2 .*src $VIP" <<<"$(ns n1 ip route get 192.0.2.1)"
while read -r way; do
	# shellcheck disable=SC2086 # words
	ns n1 ip route replace default $way
	check "so is: default $way" wait_for 60 'the default route' vip_check
done <<-WAYS
	via 192.0.2.77 dev eth0 onlink
	dev eth0
	via inet6 fe80::1 dev eth0
	nexthop via 198.18.0.1 dev eth0 weight 1 nexthop via 192.0.2.77 dev eth0 weight 5 onlink
	via 198.18.0.1 dev eth0
WAYS
while read -r way; do
	# shellcheck disable=SC2086 # words
	ns n1 ip -6 route replace default $way
	check "so is by IPv6: default $way" wait_for 60 'the default route' vip_check
done <<-WAYS
	via fe80::1 dev eth0
	nexthop via fd00::1 dev eth0 weight 1 nexthop via fe80::2 dev eth0 weight 3
	via fd00::1 dev eth0
WAYS

note '--- what cannot be repaired is told to the dispatchers, until it is'
check 'this node takes sessions' agent_says '"flag":0'
kill -STOP "${PIDS[n1]}"
ns n1 ip link del sara-vip
ns n1 ip link add sara-vip type bridge
kill -CONT "${PIDS[n1]}"
check 'it takes no new ones' wait_for 60 'the flag' agent_says '"flag":1'
check 'because it is not prepared' agent_says '"prepared":false'
check 'which is said' log_has n1 'sara-vip is there and is no dummy device'
ns n1 ip link del sara-vip
check 'repaired it takes sessions' wait_for 60 'the flag' agent_says '"flag":0'
check 'and is as it should be' vip_check

note '--- undone'
stop n1 TERM
check "the agent ends well ($STOPPED)" [ "$STOPPED" = 0 ]
check 'all is as it was' as_before

note '--- after a crash the next agent takes over, and undoes'
start
snapshot prepared
stop n1 KILL
snapshot crashed
check 'a killed agent leaves the node prepared' diff "$RUN_DIR/prepared.state" "$RUN_DIR/crashed.state"
start
check 'the next one finds that' log_has n1 "found this node prepared for $VIP"
snapshot again
check 'and changes nothing' diff "$RUN_DIR/prepared.state" "$RUN_DIR/again.state"
stop n1 TERM
check 'all is as it was before the first' as_before

note '--- what the administrator did'
ns n1 ip address add "$VIP/32" dev lo
ns n1 sysctl -qw net.ipv4.conf.all.arp_ignore=2
snapshot before
start
check 'a VIP on lo is left there' log_has n1 "$VIP is on lo already"
check 'which is well' vip_check
stop n1 TERM
check 'so is a stricter setting' as_before
ns n1 ip address del "$VIP/32" dev lo
ns n1 ip address add "$VIP/24" dev eth0
snapshot before
ns n1 sara-agent --config "$RUN_DIR/n1.json" >"$RUN_DIR/refused.log" 2>&1 && STOPPED=0 || STOPPED=$?
check "with a VIP where it is answered for, the agent does not start ($STOPPED)" [ "$STOPPED" = 1 ]
check 'and says what to do' log_has refused "mend it: ip address del $VIP/24 dev eth0"
check 'and changes nothing' as_before
ns n1 ip address del "$VIP/24" dev eth0
configure ', "source": false'
snapshot before
start
check 'without "source" routes are left alone' [ -z "$(ns n1 ip route show proto 115)$(ns n1 ip -6 route show proto 115)" ]
check 'the rest is prepared' vip_check
stop n1 TERM
check 'all is as it was' as_before

[[ $FAILED == 0 ]] || die "$FAILED checks failed"
