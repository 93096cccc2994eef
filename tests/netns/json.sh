#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What sara -j prints is what userspace/json/schema says, of each object's show, of top, explain, doctor, inspect and monitor,
# with and without -s and -d: no member more, and none that is named and never there.
#
# Alone: tools/vm --kernel uml --kmod -- bash tests/netns/json.sh
# kernel: 6.12
# timeout: 300
set -euo pipefail
. "$(dirname "$0")/lib.sh"
trap cleanup EXIT
HERE=$(dirname "$0")
SCHEMA=$HERE/../../userspace/json/schema
/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || {
	note 'python3-jsonschema is not installed: tools/setup --only build'
	exit 77
}

# shown SCHEMA RARE WORD...: what sara -j WORD... prints in lb, with all four mixtures of -s and -d, is what the schema says.
shown() {
	local schema=$1 rare=$2 option files=()
	shift 2
	for option in '' -s -d '-s -d'; do
		# shellcheck disable=SC2086 # none, one or two
		ns lb sara -j $option "$@" >"$RUN_DIR/$schema$option.json" || {
			note "sara $* failed"
			return 1
		}
		files+=("$RUN_DIR/$schema$option.json")
	done
	/usr/bin/python3 "$HERE/json_schema.py" --all --rare "$rare" "$SCHEMA/sara-$schema.schema.json" "${files[@]}"
}

topo_up
(umask 077 && sara-agent keygen >"$RUN_DIR/key")
cat >"$RUN_DIR/lb.json" <<-CONFIG
	{"dispatcher": {"listen": "${ADDR[lb]}:7100", "peers": ["${ADDR[gw]}:7100"], "replication": "sync",
	                "cluster": {"slow_start": 0, "weights": {"backlog": 20, "memory": 1}}},
	 "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/lb.sock",
	 "devices": [{"name": "eth0", "mode": "dispatch"}],
	 "nodes": [{"name": "n1", "addr": "${ADDR[n1]}", "dev": "eth0", "max_sessions": 100},
	           {"name": "n2", "addr": "${ADDR[n2]}", "dev": "eth0", "max_sessions": 100}],
	 "services": [{"name": "flow", "vip": "$VIP", "proto": "udp", "port": 5060, "port_last": 5061, "app": "sip",
	               "scheduler": "shell"},
	              {"name": "call", "vip": "$VIP", "proto": "udp", "port": 5062, "app": "sip", "key": "call-id"},
	              {"name": "source", "vip": "$VIP", "proto": "udp", "port": 5064, "key": "source", "nodes": ["n1"]},
	              {"name": "web", "vip": "$VIP", "proto": "tcp", "port": 80}]}
CONFIG
cat >"$RUN_DIR/n1.json" <<-CONFIG
	{"node": {"host": "${ADDR[n1]}", "dispatchers": ["${ADDR[lb]}:7100"]}, "key_file": "$RUN_DIR/key",
	 "control": "$RUN_DIR/n1.sock"}
CONFIG
ns lb insmod "$SARA_KO"
spawn lb lb sara-agent --config "$RUN_DIR/lb.json"
spawn n1 n1 sara-agent --config "$RUN_DIR/n1.json"
wait_for 60 'the agent in lb' log_has lb 'connected to the kernel module'
decides() { [[ $(ns lb sara policy show) == *' scores '* || $(ns lb sara policy show) == *$'\n    n1: '* ]]; }
healthy() { [[ $(ns lb sara node show n1) == *' health up '* ]]; }
wait_for 60 'n1 to be up' healthy
wait_for 60 'a policy' decides
for option in '' '-s -d'; do
	# shellcheck disable=SC2086 # none, or two
	spawn "monitor$option" lb sara -j $option monitor
done
spawn cluster lb sara -j monitor cluster socket "$RUN_DIR/lb.sock"
has_watchers() { [[ $(ns lb sara -j stats show agent socket "$RUN_DIR/lb.sock" | tr -d ' \n') == *'"watchers":'$1,* ]]; }
wait_for 60 'who watches the cluster' has_watchers 1
ns n1 sara node drain at +1h socket "$RUN_DIR/n1.sock"
planned() { [[ $(ns lb sara -j node load n1 socket "$RUN_DIR/lb.sock") == *planned-at* ]]; }
wait_for 60 'the plan of n1' planned
ns n1 sara node undrain socket "$RUN_DIR/n1.sock"
wait_for 60 'n1 to be up again' healthy

ns c1 python3 -c 'import socket
def send(port, dport, text):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("198.18.1.11", port))
    s.sendto(text.encode(), ("198.18.0.100", dport))
    s.close()
send(20001, 5060, "hello")
send(20002, 5062, "OPTIONS sip:a@b SIP/2.0\r\nCall-ID: one@c1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n")
send(20003, 5064, "hello")
send(20004, 5064, "hello")
t = socket.socket(); t.setblocking(False)
t.connect_ex(("198.18.0.100", 80))'
sessions() { (($(ns lb sara session show | grep -c ' service ') == 4)); }
wait_for 20 'the sessions' sessions
id_of() { ns lb sara session show service "$1" | sed -n 's/^\([0-9]*\):.*/\1/p'; }
ID=$(id_of flow)
ns lb sara session set id "$ID" label 'a label' lifetime 1h
ns lb sara session set id "$(id_of source)" standby
ns lb sara session set id "$(id_of web)" linger 10m
ns lb sara announce add session "$ID" proto udp src "${ADDR[c1]}" dst "$VIP" dport 30000 tag 7 ttl 10m
ns lb sara announce add session "$ID" proto udp src "${ADDR[c1]}" sport 30002 dst "$VIP" dport 30002

# First of all, while its flows are not silent for long.
check explain shown explain 'call-id left note left-out flow flow-reason identity' explain id "$ID" socket "$RUN_DIR/lb.sock"
check 'explain a flow' shown explain 'call-id label left note left-out load p-new t1 t2 t3 c' \
	explain proto udp src "${ADDR[c1]}" sport 20004 dst "$VIP" dport 5064 socket "$RUN_DIR/lb.sock"
check dev shown dev '' dev show
check service shown service '' service show
check admission shown admission '' admission show
check node shown node '' node show
check 'node load' shown node-load 'vips vip path missed vip-path planned-at' node load socket "$RUN_DIR/lb.sock"
check session shown session end session show
check flow shown flow 'tcp-end call-id form' flow show
check announce shown announce '' announce show
check policy shown policy '' policy show
check config shown config '' config show
check stats shown stats '' stats show
check ha shown ha '' ha show socket "$RUN_DIR/lb.sock"
check top shown top '' top -n 1 interval 100ms socket "$RUN_DIR/lb.sock"
ns lb sara session del id "$(id_of web)"
ns lb sara announce flush session "$ID"
for service in flow call web; do
	ns lb sara service set "$service" scheduler wrr
done
ns lb sara dev del eth0
ns lb sara dev add eth0 mode dispatch
for watcher in monitor "monitor-s -d" cluster; do
	stop "$watcher"
done
check monitor /usr/bin/python3 "$HERE/json_schema.py" --all \
	--rare 'call-id offered refused-load load p-new p-est t1 t2 t3 c stage end linger' "$SCHEMA/sara-monitor.schema.json" \
	"$RUN_DIR/monitor.log" "$RUN_DIR/monitor-s -d.log" "$RUN_DIR/cluster.log"
ns lb sara node set n1 mac 02:00:00:00:00:99 # there is a command that mends this
ns lb sara -j -d doctor dispatcher config "$RUN_DIR/lb.json" >"$RUN_DIR/doctor.json" || true # it finds something here
check doctor /usr/bin/python3 "$HERE/json_schema.py" --all "$SCHEMA/sara-doctor.schema.json" "$RUN_DIR/doctor.json"
# Its output for each committed capture is held against these files by tests/cli/inspect.sh.
check inspect /usr/bin/python3 "$HERE/json_schema.py" --all "$SCHEMA/sara-inspect.schema.json" "$HERE"/../corpus/*/*.json
check 'each schema is an object, or a command' test "$(find "$SCHEMA" -name '*.json' | wc -l)" = 17
((FAILED == 0))
