#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# sara top with a real module and agent: frames for paper tell what sara node show does; at a terminal keys drain a node and
# quit, another size is heeded, an agent and a module that went and came back are told, and whatever ends it (keys, signals, a
# terminal that hangs up) leaves the terminal as it was.
#
# Alone: tools/vm --kernel uml --kmod -- bash tests/netns/top.sh
# kernel: 6.1
set -euo pipefail
. "$(dirname "$0")/lib.sh"
trap cleanup EXIT

topo_up
(umask 077 && sara-agent keygen >"$RUN_DIR/key")
cat >"$RUN_DIR/lb.json" <<-CONFIG
	{"dispatcher": {"listen": "${ADDR[lb]}:7100", "cluster": {}},
	 "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/lb.sock",
	 "devices": [{"name": "eth0", "mode": "dispatch"}],
	 "nodes": [{"name": "n1", "addr": "${ADDR[n1]}", "dev": "eth0"}, {"name": "n2", "addr": "${ADDR[n2]}", "dev": "eth0"}],
	 "services": [{"name": "sip", "vip": "$VIP", "proto": "udp", "port": 5060}]}
CONFIG
for name in n1 n2; do
	cat >"$RUN_DIR/$name.json" <<-CONFIG
		{"node": {"host": "${ADDR[$name]}", "dispatchers": ["${ADDR[lb]}:7100"]},
		 "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/$name.sock"}
	CONFIG
	spawn "$name" "$name" sara-agent --config "$RUN_DIR/$name.json"
done
check 'without the module it does not begin' bash -c "! ip netns exec ${NS_PREFIX}lb sara top -n 1"
ns lb insmod "$SARA_KO"
spawn lb lb sara-agent --config "$RUN_DIR/lb.json"
wait_for 60 'the agent in lb' log_has lb 'connected to the kernel module'
measured() { [[ $(ns lb sara node load n1 socket "$RUN_DIR/lb.sock") == *'health up'*'heartbeats '[1-9]*cpu* ]]; }
wait_for 60 'a load of n1' measured

check 'frames, the terminal, its keys and its ends' ns lb python3 "$(dirname "$0")/top.py" "$RUN_DIR"
((FAILED == 0))
