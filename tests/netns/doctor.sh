#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# sara doctor: each fault is made, found, mended by the very command that the finding names, and found no more. Nothing is
# found where nothing is wrong.
#
#   c1 ---- gw (sara-agent gateway; eth1 observes) ----+---- lb (sara-agent dispatcher; eth0 dispatches)
#           eth0                 eth1                  +---- n1 (VIPs on lo, by hand; sara-agent node without "vips")
#                                                      +---- n2 (sara-agent node with "vips": sara-vip)
#                                                      lb out0 ~~~~ in0 n2: a second wire, for some faults
#
# Alone: tools/vm --kernel uml --kmod -- bash tests/netns/doctor.sh
# timeout: 1200
# kernel: 6.12
set -euo pipefail
. "$(dirname "$0")/lib.sh"
trap cleanup EXIT

NAMESPACES=(sw c1 gw lb n1 n2) CLIENTS=(c1) NODES=(n1 n2)
WRONG_MAC=02:00:00:00:00:99

# doctor NAMESPACE ARGUMENT...: its exit status in STATUS, its findings in RUN_DIR/found.json. The clock has a part of its own
# below: no test may set that of a machine that it runs on.
doctor() {
	local where=$1
	shift
	STATUS=0
	ns "$where" sara -j doctor "$@" config "$RUN_DIR/$where.json" >"$RUN_DIR/found.json" || STATUS=$?
}
# finding CHECK PATTERN FIELD: that field of the first finding of CHECK whose text has PATTERN; fails if there is none.
finding() {
	python3 - "$@" "$RUN_DIR/found.json" <<-'PYTHON'
		import json, re, sys
		check, pattern, field, path = sys.argv[1:]
		for found in json.load(open(path)):
		    if found["check"] == check and re.search(pattern, found["text"]):
		        print(found.get(field, ""))
		        sys.exit(0)
		sys.exit(1)
	PYTHON
}
found() { doctor "$1" "${@:4}" && finding "$2" "$3" text; }
# Nor may it have been overlooked.
not_found() { doctor "$1" "${@:4}" && ! finding "$2" "$3" text && ! finding look . text; }
well() {
	doctor "$@"
	python3 -c 'import json, sys
for found in json.load(open(sys.argv[1])):
    if found["check"] != "clock":
        print("found:", found, file=sys.stderr)
        sys.exit(1)' "$RUN_DIR/found.json"
}
# shown CHECK PATTERN NAMESPACE ARGUMENT...: such a fault is found, and as an error or a warning the doctor ends with 3.
shown() {
	local check=$1 pattern=$2
	shift 2
	doctor "$@"
	check "found at $1: $check: $pattern" finding "$check" "$pattern" text
	check 'exit status 3' [ "$STATUS" = 3 ]
	finding "$check" "$pattern" text >/dev/null || cat "$RUN_DIR/found.json" >&2
}
# mended CHECK PATTERN NAMESPACE ARGUMENT...: such a fault is found, the command of the finding is run, and it is gone.
mended() {
	local mend where=$3
	shown "$@"
	mend=$(finding "$1" "$2" mend) || mend=''
	check "it can be mended: ${mend:=false}" [ "$mend" != false ]
	check 'by this command' ns "$where" env PATH="$RUN_DIR/bin:$PATH" bash -c "$mend"
	check "then it is not found" wait_for 20 'no such finding' not_found "$where" "$1" "$2" "${@:4}"
}

send() {
	ns c1 python3 -c 'import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(20)
s.sendto(b"OPTIONS sip:x SIP/2.0\r\n\r\n", (sys.argv[1], 5060))
s.recv(100)' "$VIP"
}
agent() {
	spawn "$1" "$1" sara-agent --config "$RUN_DIR/$1.json"
	wait_for 60 "the agent in $1" ns "$1" sara stats show agent socket "$RUN_DIR/$1.sock"
}

topo_up
ip -n "${NS_PREFIX}lb" link add out0 mtu 1400 type veth peer name in0 netns "${NS_PREFIX}n2"
ip -n "${NS_PREFIX}lb" link set out0 up
ip -n "${NS_PREFIX}n2" link set in0 up
topo_bare n2

(umask 077 && sara-agent keygen >"$RUN_DIR/key" && sara-agent keygen >"$RUN_DIR/other")
SERVICES="\"services\": [{\"name\": \"sip\", \"vip\": \"$VIP\", \"proto\": \"udp\", \"port\": 5060, \"app\": \"sip\"},
	{\"name\": \"sip6\", \"vip\": \"$VIP6\", \"proto\": \"udp\", \"port\": 5060, \"app\": \"sip\"}]"
cat >"$RUN_DIR/lb.json" <<-CONFIG
	{"dispatcher": {"listen": "${ADDR[lb]}:7100", "cluster": {}},
	 "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/lb.sock",
	 "devices": [{"name": "eth0", "mode": "dispatch"}],
	 "nodes": [{"name": "n1", "addr": "${ADDR[n1]}", "dev": "eth0"}, {"name": "n2", "addr": "${ADDR[n2]}", "dev": "eth0"},
	           {"name": "n6", "addr": "${ADDR6[n1]}", "dev": "eth0", "host": "198.18.0.66"}], $SERVICES}
CONFIG
cat >"$RUN_DIR/gw.json" <<-CONFIG
	{"gateway": {"dispatchers": ["${ADDR[lb]}:7100"]}, "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/gw.sock",
	 "devices": [{"name": "eth1", "mode": "observe"}], $SERVICES}
CONFIG
for name in "${NODES[@]}"; do
	vips=''
	[[ $name == n1 ]] || vips=", \"vips\": [\"$VIP\", \"$VIP6\"]"
	cat >"$RUN_DIR/$name.json" <<-CONFIG
		{"node": {"host": "${ADDR[$name]}", "dispatchers": ["${ADDR[lb]}:7100"]$vips},
		 "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/$name.sock"}
	CONFIG
done
sed "s|$RUN_DIR/key|$RUN_DIR/other|" "$RUN_DIR/n2.json" >"$RUN_DIR/other.json"
mkdir "$RUN_DIR/bin"
# The module is where it was built, and not where modprobe looks.
cat >"$RUN_DIR/bin/modprobe" <<-SHIM
	#!/bin/sh
	[ "\$*" = sara ] && exec insmod "$SARA_KO"
SHIM
chmod +x "$RUN_DIR/bin/modprobe"
BY_HAND=(vip "$VIP" vip "$VIP6")

note '--- where nothing of SARA is'
echo '{}' >"$RUN_DIR/c1.json"
doctor c1 socket "$RUN_DIR/none" 2>"$RUN_DIR/refusal" || true
check 'it says so' grep -q 'nothing of SARA is here' "$RUN_DIR/refusal"
check 'exit status 2' [ "$STATUS" = 2 ]

note '--- without the module'
mended module 'not loaded' lb
shown service 'there is none: no packet is ' lb dispatcher
shown node 'there is none to place sessions on' lb dispatcher
shown agent 'no agent listens' lb dispatcher
for name in lb gw n1 n2; do
	agent "$name"
done
spawn server n1 python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("'"$VIP"'", 5060))
print("ready", flush=True)
while True:
    data, client = s.recvfrom(2000)
    s.sendto(b"SIP/2.0 200 OK\r\n\r\n", client)'
wait_for 20 'the server' log_has server ready
is_up() { [[ $(ns lb sara node show "$1") == *" health up "* ]]; }
wait_for 60 'n1' is_up n1
wait_for 60 'n2' is_up n2
ns lb sara node set n2 state drain

note '--- no replies, and then some'
ns n1 ping -q -c 1 -W 20 -I "${ADDR[n1]}" "${ADDR[c1]}" >/dev/null
shown replies 'none was a reply' gw
send
check 'a reply is seen' wait_for 20 'no such finding' not_found gw replies .

note '--- nothing is wrong'
ns lb sara node set n2 state up
check 'with the dispatcher' well lb
check 'as one' well lb dispatcher
check 'with the gateway' well gw
check 'with the node that was prepared by hand' well n1 "${BY_HAND[@]}"
check 'with the node that its agent prepares' well n2
check 'what is well is told on request' grep -q '^ok: mtu: ' <<<"$(ns lb sara -d doctor config "$RUN_DIR/lb.json")"
shown vip 'is not known' n1

note '--- a node by hand'
ns n1 sysctl -qw net.ipv4.conf.all.arp_ignore=0
shown arp "^node n1 answers who has $VIP " lb
mended arp 'the ARP settings are not' n1 "${BY_HAND[@]}"
check 'the dispatcher hears no more of it' not_found lb arp .
ns n1 sysctl -qw net.ipv4.conf.eth0.arp_ignore=3
shown arp "^node n1 answers who has $VIP " lb
mended arp '^eth0 answers for addresses of other devices' n1 "${BY_HAND[@]}"
check 'the dispatcher hears no more of it' not_found lb arp .
ns n1 sysctl -qw net.ipv4.conf.all.arp_announce=0
mended arp 'the ARP settings are not' n1 "${BY_HAND[@]}"
ns n1 ip route replace default via "${ADDR[gw]}"
mended route "does not come from $VIP," n1 "${BY_HAND[@]}"
ns n1 ip -6 route replace default via "${ADDR6[gw]}"
mended route "does not come from $VIP6," n1 "${BY_HAND[@]}"
ns n1 ip address add "$VIP6/64" dev eth0 nodad
mended vip "^$VIP6 is on eth0, where this node answers" n1 "${BY_HAND[@]}"
ns n1 ip address del "$VIP/32" dev lo
ns n1 ip address del "$VIP6/128" dev lo
shown route 'there is no default route of IPv4' n1 "${BY_HAND[@]}"
mended vip "^$VIP is on no device" n1 "${BY_HAND[@]}"
mended vip "^$VIP6 is on no device" n1 "${BY_HAND[@]}"
ns n1 ip route replace default via "${ADDR[gw]}"
mended route "does not come from $VIP," n1 "${BY_HAND[@]}"
ns n1 ip -6 route replace default via "${ADDR6[gw]}"
mended route "does not come from $VIP6," n1 "${BY_HAND[@]}"
ip -n "${NS_PREFIX}n1" link add wan0 type dummy
ip -n "${NS_PREFIX}n1" link set wan0 up
ns n1 ip route replace default dev wan0 src "$VIP"
ns n1 sysctl -qw net.ipv4.conf.eth0.rp_filter=1
mended return-path "come in by eth0, .* leads out by wan0" n1 "${BY_HAND[@]}"
ns n1 ip route replace default via "${ADDR[gw]}" src "$VIP"
ip -n "${NS_PREFIX}n1" link del wan0
check 'nothing else is wrong' well n1 "${BY_HAND[@]}"

note '--- a node that its agent prepares, while that is stopped'
kill -STOP "${PIDS[n2]}"
ns n2 ip link del sara-vip
for half in ::/1 8000::/1; do
	ns n2 ip -6 route del "$half" proto 115
done
ns n2 sysctl -qw net.ipv4.conf.all.arp_ignore=0
shown agent 'does not answer' n2
for part in 'the device sara-vip is missing' 'does not remember' 'sara-vip is down' "^$VIP is not on" "^$VIP6 is not on"; do
	mended vip "$part" n2
done
mended arp 'the ARP settings are not' n2
for route in 0.0.0.0/1 128.0.0.0/1 ::/1 8000::/1; do
	mended route "the route $route " n2
done
kill -CONT "${PIDS[n2]}"
check 'the agent agrees' wait_for 60 'no finding' well n2

note '--- nodes, as the dispatcher sees them'
ns lb sara node set n1 mac "$WRONG_MAC"
mended node "^node n1 .* is ${MAC[n1]} now, and its packets are sent to $WRONG_MAC" lb
ns lb sara node set n1 mac resolved
wait_for 20 'nothing wrong' well lb
for to in "n1 ${ADDR[n1]}" "n6 ${ADDR6[n1]}"; do
	read -r name address <<<"$to"
	ns lb ip neigh replace "$address" lladdr "$WRONG_MAC" dev eth0 nud permanent
	check 'the module believes the table' wait_for 20 'the MAC' grep -q "mac $WRONG_MAC" <(ns lb sara node show "$name")
	mended node "^node $name .* is ${MAC[n1]} now, and the neighbour table has $WRONG_MAC" lb
done
ns lb sara node set n2 dev out0
mended mtu 'only 1400 go out to nodes by out0' lb
mended node "^node n2 .* does not answer by out0, and the route to it leads by eth0" lb
ip -n "${NS_PREFIX}n1" link set eth0 mtu 1400
shown mtu "^packets of 1500 bytes, as eth0 sends them, do not come to node n1 " lb
shown mtu "^packets of 1500 bytes, as eth0 sends them, do not come to node n6 " lb
check 'n2 is not n1' not_found lb mtu 'to node n2'
ip -n "${NS_PREFIX}n1" link set eth0 mtu 1500
check 'as wide as all it is well' well lb
ns n1 nft 'add table netdev quiet; add chain netdev quiet pings { type filter hook ingress device eth0 priority 0; }'
ns n1 nft add rule netdev quiet pings icmp type echo-request drop
ip -n "${NS_PREFIX}n1" link set eth0 mtu 1400
check 'of a node that answers no ping nothing is said' not_found lb mtu 'to node n1'
ns n1 nft delete table netdev quiet
ip -n "${NS_PREFIX}n1" link set eth0 mtu 1500
ip -n "${NS_PREFIX}sw" link set n1eth0 down
shown node "^node n1 .* does not answer by eth0: it is down" lb
shown node "^node n6 .* does not answer by eth0: it is down" lb
ip -n "${NS_PREFIX}sw" link set n1eth0 up
check 'it is back' wait_for 20 'no such finding' not_found lb node .
# Whom the kernel's table believes of two is chance.
ns lb ip neigh replace "${ADDR[n1]}" lladdr "${MAC[n1]}" dev eth0 nud permanent
ns n2 ip address add "${ADDR[n1]}/24" dev eth0
shown node "several machines have the address of node n1" lb
ns n2 ip address del "${ADDR[n1]}/24" dev eth0
ns lb ip neigh replace "${ADDR[n1]}" lladdr "${MAC[n1]}" dev eth0 nud reachable
check 'and one is alone' not_found lb node .

note '--- a dispatcher that is narrower'
ip -n "${NS_PREFIX}lb" link set eth0 mtu 1400
for name in gw:eth1 n1:eth0 n2:eth0; do
	shown mtu "^packets of 1500 bytes, as ${name#*:} sends them, do not come to dispatcher ${ADDR[lb]}," "${name%:*}"
done
check 'it has nothing to say of nodes that are wider' well lb
ip -n "${NS_PREFIX}lb" link set eth0 mtu 1500
for name in gw n2; do
	check "as wide as $name it is well" well "$name"
done

note '--- devices'
ns lb sara dev add out0 mode dispatch
shown traffic 'nothing has come in by out0' lb
ns n2 ping -q -c 1 -W 1 -I in0 "${ADDR[lb]}" >/dev/null 2>&1 || true
check 'until something does' not_found lb traffic .
ip -n "${NS_PREFIX}lb" link set out0 down
mended device '^out0 is down' lb
ns lb sara dev del out0
if ip -n "${NS_PREFIX}lb" link add bond0 type bond 2>/dev/null && ns lb ethtool -K bond0 lro on 2>/dev/null &&
	[[ $(ns lb ethtool -k bond0) == *'large-receive-offload: on'* ]]; then
	ns lb sara dev add bond0 mode dispatch
	mended offload '^bond0 merges what it receives' lb
	ns lb sara dev del bond0
else
	note 'skipped: no device here can merge what it receives (LRO)'
fi
ip -n "${NS_PREFIX}lb" link del bond0 2>/dev/null || true
ns lb sara dev del eth0
shown device 'no device is attached in mode dispatch' lb
ns lb sara dev add eth0 mode dispatch
ns c1 ping -q -c 1 -W 20 "${ADDR[lb]}" >/dev/null
check 'nothing else is wrong' well lb

note '--- the gateway'
ns gw sysctl -qw net.ipv4.ip_forward=0
mended forwarding 'does not forward IPv4' gw
ns gw sysctl -qw net.ipv6.conf.all.forwarding=0
mended forwarding 'does not forward IPv6' gw
ns gw ip route add "$VIP/32" via "${ADDR[c1]}" dev eth0
ns gw sysctl -qw net.ipv4.conf.eth1.rp_filter=1
mended return-path "that come in by eth1 are dropped: the way to it leads out by eth0" gw
ns gw ip route del "$VIP/32"
ns gw nft -f - <<-RULES
	table inet filter {
		chain forward {
			type filter hook forward priority filter; policy accept;
			ct state vmap { invalid : drop, established : accept }
		}
		chain input {
			type filter hook input priority filter; policy accept;
			ct state invalid drop
		}
	}
RULES
mended firewall "from $VIP .* chain forward has: ct state vmap" gw
mended firewall "from $VIP6 .* chain forward has: ct state vmap" gw
ns gw nft add table ip6 own
ns gw nft add chain ip6 own common
ns gw nft add rule ip6 own common ct state invalid drop
check 'a rule of IPv6 concerns no address of IPv4' not_found gw firewall "from $VIP .* chain common"
mended firewall "from $VIP6 .* chain common has: ct state invalid drop" gw
if ns gw iptables -A FORWARD -m conntrack --ctstate INVALID -j DROP 2>/dev/null; then
	mended firewall "from $VIP .* chain FORWARD has: -A FORWARD" gw
else
	note 'skipped: iptables is not here'
fi
check 'nothing else is wrong' well gw

note '--- keys and agents'
stop n2
cp "$RUN_DIR/other.json" "$RUN_DIR/n2.json"
agent n2
wait_for 20 'a datagram of it' found lb keys '^[0-9]* datagrams with another key'
shown keys '^[0-9]* datagrams with another key' lb
shown keys "^dispatcher ${ADDR[lb]}:7100 does not answer" n2
cp "$RUN_DIR/key" "$RUN_DIR/other"
stop n2
agent n2
check 'the right one is copied there' wait_for 60 'the dispatcher' not_found n2 keys .
check 'and the dispatcher hears no other' not_found lb keys .
stop lb
shown agent 'no agent listens' lb
agent lb
wait_for 60 'the agent' not_found lb agent .

note '--- another version of the module'
for name in lb gw; do
	wait_for 20 "$name" well "$name"
done
python3 -c 'import sys
module = open(sys.argv[1], "rb").read()
old = module.index(b"\0version=") + 9
end = module.index(b"\0", old)
open(sys.argv[2], "wb").write(module[:old] + b"9" * (end - old) + module[end:])' "$SARA_KO" "$RUN_DIR/other.ko"
rmmod sara
insmod "$RUN_DIR/other.ko"
mended versions '^the module is 99*,' lb
check 'the agents go on with it' wait_for 60 'nothing wrong' not_found lb agent .

note '--- who may not look'
if command -v setpriv >/dev/null; then
	ns lb setpriv --reuid 65534 --regid 65534 --clear-groups sara -j doctor dispatcher >"$RUN_DIR/found.json" || true
	check 'is told what was not seen' finding look 'whether nodes answer' text
fi

note '--- the clock'
if [[ ${SARA_KERNEL-native} != native ]]; then
	keep_clock 16000000 64
	shown clock 'nothing keeps this machine' lb
	keep_clock 0 0
	check 'once something does, nothing is found' not_found lb clock .
	stop n1
	LD_PRELOAD=/usr/lib/$(uname -m)-linux-gnu/faketime/libfaketime.so.1 FAKETIME=+40s DONT_FAKE_MONOTONIC=1 agent n1
	wait_for 60 'its heartbeats' found lb clock '^the clock of node n1 is '
	shown clock '^the clock of node n1 is (39|40) s ahead of' lb
	stop n1
	agent n1
	check 'and with the right one it is not' wait_for 60 'its heartbeats' not_found lb clock .
	# eth0 is attached anew.
	ns c1 ping -q -c 1 -W 20 "${ADDR[lb]}" >/dev/null
	doctor lb
	check 'exit status 0' [ "$STATUS" = 0 ]
	check 'and nothing is printed' [ -z "$(ns lb sara doctor config "$RUN_DIR/lb.json")" ]
fi

[ "$FAILED" = 0 ]
