#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The agent needs no root: with a user of its own and the capabilities that its unit gives, and none else, it runs a dispatcher
# that asks nodes through their virtual addresses (a packet socket), a gateway, and a node that it prepares
# (a device, addresses, routes, settings). Its socket is for root and for its group.
#
#   c1 ---- gw (sara-agent gateway) ---- lb (sara-agent dispatcher, cluster) ---- n1 (sara-agent node with "vips")
#
# Alone: tools/vm --kernel uml --kmod -- bash tests/netns/own_user.sh
# timeout: 400
# kernel: 6.1
set -euo pipefail
. "$(dirname "$0")/lib.sh"
trap cleanup EXIT

NAMESPACES=(sw c1 gw lb n1) CLIENTS=(c1) NODES=(n1)
UNIT=$(dirname "$0")/../../userspace/systemd/sara-agent@.service

# Of the unit: "+net_admin,+net_raw".
CAPS=$(sed -n 's/^AmbientCapabilities=//p' "$UNIT" | sed 's/CAP_/+/g; s/ /,/g' | tr '[:upper:]' '[:lower:]')
check 'what it may have is what it has' [ "$(sed -n 's/^AmbientCapabilities=//p' "$UNIT")" = \
	"$(sed -n 's/^CapabilityBoundingSet=//p' "$UNIT")" ]
MASK=$(sed -n 's/^UMask=//p' "$UNIT")

# agent NAMESPACE: as the unit starts it, but for the filters of system calls and files.
agent() {
	# shellcheck disable=SC2016 # of the shell that is spawned
	spawn "$1" "$1" bash -c 'umask "$1"; shift; exec "$@"' agent "$MASK" setpriv --reuid nobody --regid nogroup --clear-groups \
		--inh-caps="$CAPS" --ambient-caps="$CAPS" --bounding-set="-all,$CAPS" --no-new-privs \
		sara-agent --config "$RUN_DIR/$1.json"
	wait_for 60 "the agent in $1" ns "$1" sara stats show agent socket "$RUN_DIR/run/$1.sock" ||
		die "it said: $(tail -n 5 "$RUN_DIR/$1.log")"
	check "in $1 it is nobody" [ "$(status "$1" Uid)" = 'Uid: 65534 65534 65534 65534' ]
	check "with two capabilities" [ "$(status "$1" CapEff)" = 'CapEff: 0000000000003000' ]
}
status() { grep "^$2:" "/proc/${PIDS[$1]}/status" | tr -s '\t ' ' ' | sed 's/ $//'; }
is_up() { [[ $(ns lb sara node show n1) == *" health up "* ]]; }
path_is_whole() { [[ $(ns lb sara node load n1 socket "$RUN_DIR/run/lb.sock") == *' vip-path whole'* ]]; }
announces() {
	ns gw sara -j stats show agent socket "$RUN_DIR/run/gw.sock" | python3 -c 'import json, sys
sys.exit(not all(link["up"] for link in json.load(sys.stdin)["gateway"]["dispatchers"]))'
}
not() { ! "$@"; }
as() { ns lb setpriv --reuid "$1" --regid "$2" --clear-groups sara stats show agent socket "$RUN_DIR/run/lb.sock" >/dev/null; }

topo_up
topo_bare n1
insmod "$SARA_KO"
# TMPDIR is the test's own, and nobody's to look into.
chmod 711 "${TMPDIR:-$RUN_DIR}" "$RUN_DIR"
install -d -o nobody -g nogroup "$RUN_DIR/run"
(umask 027 && sara-agent keygen >"$RUN_DIR/key")
chgrp nogroup "$RUN_DIR/key"
SERVICES="\"services\": [{\"name\": \"sip\", \"vip\": \"$VIP\", \"proto\": \"udp\", \"port\": 5060, \"app\": \"sip\"}]"
cat >"$RUN_DIR/lb.json" <<-CONFIG
	{"dispatcher": {"listen": "${ADDR[lb]}:7100", "cluster": {}},
	 "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/run/lb.sock",
	 "devices": [{"name": "eth0", "mode": "dispatch"}],
	 "nodes": [{"name": "n1", "addr": "${ADDR[n1]}", "dev": "eth0"}], $SERVICES}
CONFIG
cat >"$RUN_DIR/gw.json" <<-CONFIG
	{"gateway": {"dispatchers": ["${ADDR[lb]}:7100"]}, "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/run/gw.sock",
	 "devices": [{"name": "eth1", "mode": "observe"}], $SERVICES}
CONFIG
cat >"$RUN_DIR/n1.json" <<-CONFIG
	{"node": {"host": "${ADDR[n1]}", "dispatchers": ["${ADDR[lb]}:7100"], "vips": ["$VIP", "$VIP6"]},
	 "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/run/n1.sock"}
CONFIG

for name in lb gw n1; do
	agent "$name"
done
check 'the dispatcher hears the node' wait_for 60 'n1' is_up
check 'asks it through its virtual addresses' wait_for 60 'the VIP path' path_is_whole
check 'the node is prepared' ns n1 sara-agent --check-vip --config "$RUN_DIR/n1.json"
check 'the gateway is answered' wait_for 60 'the dispatcher' announces

note '--- its socket'
check 'is for its group' [ "$(stat -c '%U %G %a' "$RUN_DIR/run/lb.sock")" = 'nobody nogroup 660' ]
check 'who is in it may connect' as daemon nogroup
check 'who is not may not' not as daemon daemon

note '--- its end'
stop n1
check 'the node is as before' [ "$(ns n1 cat /proc/sys/net/ipv4/conf/all/arp_ignore)" = 0 ]
check 'without the device' not ip -n "${NS_PREFIX}n1" link show sara-vip

[ "$FAILED" = 0 ]
