#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The dispatcher asks each node through its virtual addresses, by the MAC rewrite. A node that lost one takes no new
# sessions and keeps the old ones, until it answers again; so it stays for the next agent of the dispatcher. Where no node
# answers, or the agent may not ask, nothing is concluded and service goes on.
#
#   c1 --> gw --> lb (sara-agent dispatcher; has the VIPs itself) --MAC--> n1 | n2   (VIPs on lo)
#                  |  Echo Request to the VIP, from 198.18.0.2, to n1's MAC  ^  |
#                  +---------------------------------------------------------+  |
#                  ^------ Echo Reply from the VIP to 198.18.0.2 (a packet socket hears it), and heartbeats
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/vip_path.sh
# timeout: 400
set -euo pipefail
. "$(dirname "$0")/lib.sh"
trap cleanup EXIT

NAMESPACES=(sw c1 gw lb n1 n2) CLIENTS=(c1) NODES=(n1 n2)

not() { ! "$@"; }
health_is() { [[ $(ns lb sara node show "$1") == *" health $2 "* ]]; }
load_of() { ns lb sara node load "$1" socket "$RUN_DIR/lb.sock"; }
path_is() { [[ $(load_of "$1") == *" vip-path $2"* ]]; }
vip_is() { grep -q "^ *$2 path $3 " <<<"$(load_of "$1")"; }
metric() {
	local text
	text=$(ns lb python3 -c 'from urllib.request import urlopen
print(urlopen("http://127.0.0.1:9477/metrics", timeout=20).read().decode())')
	grep -q -F -x "$1" <<<"$text"
}
# counter NODE NAME
counter() { ns lb sara -s node show "$1" | sed -n "s/.* $2 \([0-9]*\).*/\1/p"; }
answered() {
	ns lb sara -j stats show agent socket "$RUN_DIR/lb.sock" | tr -d ' \n' | sed -n 's/.*"answered":\([0-9]*\).*/\1/p'
}
heard() { (($(load_of "$1" | sed -n 's/.*heartbeats \([0-9]*\).*/\1/p') > 2)); }
answered_since() { (($(answered) > $1 + 4)); }

# send ADDRESS PORT...: a datagram to the service from each port of c1.
send() {
	ns c1 python3 -c 'import socket, sys
for port in sys.argv[2:]:
    s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("", int(port)))
    s.sendto(b"hello", (sys.argv[1], 5060))
    s.close()' "$@"
}
# place N: so many new sessions.
PORT=20000
placed() { (($(counter n1 sessions-total) + $(counter n2 sessions-total) == PORT - 20000)); }
place() {
	# shellcheck disable=SC2046 # words
	send "$VIP" $(seq "$PORT" $((PORT + $1 - 1)))
	PORT=$((PORT + $1))
	wait_for 60 "$1 sessions" placed
}
# reaches NODE: one of two old sessions is there, and its packets still are.
counts() { [[ $(counter "$1" "$2") == "$3" ]]; }
reaches() {
	local before
	before=$(counter "$1" packets)
	send "$VIP" 20000 20001
	wait_for 60 "a packet at $1" counts "$1" packets $((before + 1))
}

dispatcher() {
	spawn lb lb "$@" sara-agent --config "$RUN_DIR/lb.json"
	wait_for 60 'the agent in lb' log_has lb 'connected to the kernel module'
}

topo_up
(umask 077 && sara-agent keygen >"$RUN_DIR/key")
cat >"$RUN_DIR/lb.json" <<-CONFIG
	{"dispatcher": {"listen": "${ADDR[lb]}:7100", "cluster": {"vip_check_period": 0.5}},
	 "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/lb.sock", "metrics": {"listen": "127.0.0.1:9477"},
	 "devices": [{"name": "eth0", "mode": "dispatch"}],
	 "nodes": [{"name": "n1", "addr": "${ADDR[n1]}", "dev": "eth0"},
	           {"name": "n2", "addr": "${ADDR[n2]}", "dev": "eth0"}],
	 "services": [{"name": "sip", "vip": "$VIP", "proto": "udp", "port": 5060, "scheduler": "wlc", "flow_timeout": 600},
	              {"name": "sip6", "vip": "$VIP6", "proto": "udp", "port": 5060, "scheduler": "wlc", "flow_timeout": 600}]}
CONFIG
check 'the configuration is right' ns lb sara-agent --check --config "$RUN_DIR/lb.json"
for name in "${NODES[@]}"; do
	cat >"$RUN_DIR/$name.json" <<-CONFIG
		{"node": {"host": "${ADDR[$name]}", "dispatchers": ["${ADDR[lb]}:7100"]},
		 "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/$name.sock"}
	CONFIG
	spawn "$name" "$name" sara-agent --config "$RUN_DIR/$name.json"
done
ns lb insmod "$SARA_KO"
dispatcher
spawn watch lb sara monitor cluster socket "$RUN_DIR/lb.sock"

note '--- nodes that have the virtual addresses answer through them, also to a dispatcher that has them, too'
for name in n1 n2; do
	check "$name is up" wait_for 60 "$name to be up" health_is "$name" up
	check "its VIP path is whole" wait_for 60 'answers' path_is "$name" whole
	check 'by IPv4' wait_for 60 'answers' vip_is "$name" "$VIP" whole
	check 'and by IPv6' wait_for 60 'answers' vip_is "$name" "$VIP6" whole
done
check 'a metric says so' metric 'sara_node_vip_path{node="n1"} 1'
ns lb ip address del "$VIP/32" dev eth0
check 'a dispatcher without the address hears them as well' wait_for 60 'answers' answered_since "$(answered)"
ns lb ip address add "$VIP/32" dev eth0
place 6
check "both have sessions" [ "$(counter n1 sessions-total) $(counter n2 sessions-total)" = '3 3' ]

note '--- a node that lost an address gets no new sessions, and keeps the old ones'
ns n1 ip address del "$VIP/32" dev lo
check 'n1 is broken' wait_for 60 'n1 to be vip-broken' health_is n1 vip-broken
check 'for the address that it lost' vip_is n1 "$VIP" broken
check 'not for the other' vip_is n1 "$VIP6" whole
check 'the path is' path_is n1 broken
check 'n2 is up' health_is n2 up
check 'a metric says so' metric 'sara_node_vip_path{node="n1"} 0'
check 'the log says what to do' log_has lb "node n1 does not answer through $VIP, and other nodes do: .*--check-vip"
check 'who watches saw it' wait_for 60 'the event' log_has watch 'changed node n1: health vip-broken was up cause "VIP check"'
place 5
check "all of five went to n2 (n1 has $(counter n1 sessions-total))" [ "$(counter n1 sessions-total)" = 3 ]
check "the old ones are there" [ "$(counter n1 sessions)" = 3 ]
check 'and their packets reach n1' reaches n1

note '--- it stays so for the next agent'
stop lb KILL
dispatcher
check 'which hears n1' wait_for 60 'heartbeats' heard n1
place 5
check "none of five went to n1 (it has $(counter n1 sessions-total))" [ "$(counter n1 sessions-total)" = 3 ]
check 'n2 is heard and whole' wait_for 60 'n2' path_is n2 whole
check 'n1 is still broken' path_is n1 broken
check 'it was from the first heartbeat on' log_has lb 'node n1 is vip-broken (VIP check)'
check 'and never up between' not log_has lb 'node n1 is up'

note '--- and comes back with the address'
ns n1 ip address add "$VIP/32" dev lo
check 'n1 is up' wait_for 60 'n1 to be up' health_is n1 up
check 'which is said' log_has lb "node n1 answers through $VIP again"
place 4
check "all of four went to n1, which has fewer ($(counter n1 sessions-total))" [ "$(counter n1 sessions-total)" = 7 ]

note '--- IPv6 is judged by itself'
ns n2 ip address del "$VIP6/128" dev lo
check 'n2 is broken' wait_for 60 'n2 to be vip-broken' health_is n2 vip-broken
check 'for the address that it lost' vip_is n2 "$VIP6" broken
check 'not for the other' vip_is n2 "$VIP" whole
ns n2 ip address add "$VIP6/128" dev lo nodad
check 'n2 is up' wait_for 60 'n2 to be up' health_is n2 up

note '--- nothing is concluded from silence everywhere'
ns n1 ip address del "$VIP/32" dev lo
check 'n1 is broken' wait_for 60 'n1 to be vip-broken' health_is n1 vip-broken
for name in n1 n2; do
	ns "$name" sysctl -qw net.ipv4.icmp_echo_ignore_all=1 net.ipv6.icmp.echo_ignore_all=1
done
check 'the VIP path of n2 is unknown' wait_for 60 'n2 to be unknown' path_is n2 unknown
check 'so is that of n1' wait_for 60 'n1 to be unknown' path_is n1 unknown
check 'n1 is up' wait_for 60 'n1 to be up' health_is n1 up
check 'n2 is up' health_is n2 up
check 'that is said' log_has lb "no node answers through $VIP: .*vip_check"
check "once ($(grep -c "no node answers through $VIP:" "$RUN_DIR/lb.log"))" \
	[ "$(grep -c "no node answers through $VIP:" "$RUN_DIR/lb.log")" = 1 ]
place 4
for name in n1 n2; do
	ns "$name" sysctl -qw net.ipv4.icmp_echo_ignore_all=0 net.ipv6.icmp.echo_ignore_all=0
done
check 'n2 is whole again' wait_for 60 'n2 to answer' path_is n2 whole
check 'and n1 broken' wait_for 60 'n1 to be vip-broken' health_is n1 vip-broken
ns n1 ip address add "$VIP/32" dev lo
check 'until it has the address' wait_for 60 'n1 to be up' health_is n1 up

note '--- an agent that may not ask says so, and uses all'
stop lb TERM
dispatcher setpriv --bounding-set=-net_raw --inh-caps=-net_raw
check 'it says what it needs' log_has lb 'needs CAP_NET_RAW: nodes are not asked through their virtual addresses'
check 'n1 is heard' wait_for 60 'heartbeats' heard n1
check 'n1 is up' health_is n1 up
check 'its VIP path is unknown' path_is n1 unknown
place 2

[[ $FAILED == 0 ]] || die "$FAILED checks failed"
