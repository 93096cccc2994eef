# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For what measures agents: a dispatcher's and a gateway's, each in its own namespace, nodes that drop all, and calls of which
# bench_calls writes both ends.
#
#   bench_calls --INVITE--> eth0 lb  (sara-agent) --MAC--> n1 | n2 | n3, which drop all
#        |  in gw             ^ peer channel
#        |  in n1             |
#        '--200 OK--> eth1 gw  (sara-agent), which routes to nobody
#
#   . tests/bench/agents.sh; agents_up; agent_up lb; agent_up gw; calls 1000 1 0; cpu lb gw; nothing_lost

HERE_BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/netns/lib.sh
. "$HERE_BENCH/../netns/lib.sh"

# agents_up: the namespaces, what nobody is to answer, and the agents' configurations. Bounds are those of a million sessions.
agents_up() {
	local node
	topo_up
	for node in "${NODES[@]}"; do
		ns "$node" nft -f - <<-DROP
			table netdev sink { chain ingress { type filter hook ingress device eth0 priority 0; udp dport { 5060, 5070 } drop; }; }
		DROP
	done
	ip -n "${NS_PREFIX}gw" route add blackhole 198.19.0.0/16
	(umask 077 && sara-agent keygen >"$RUN_DIR/key")
	cat >"$RUN_DIR/lb.json" <<-CONFIG
		{"dispatcher": {"listen": "${ADDR[lb]}:7100"}, "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/lb.sock",
		 "bounds": {"max_sessions": 4000000, "max_flows": 4000000, "inspect_rate": 0},
		 "devices": [{"name": "eth0", "mode": "dispatch"}],
		 "nodes": [{"name": "n1", "addr": "${ADDR[n1]}", "dev": "eth0", "mac": "${MAC[n1]}"},
		           {"name": "n2", "addr": "${ADDR[n2]}", "dev": "eth0", "mac": "${MAC[n2]}"},
		           {"name": "n3", "addr": "${ADDR[n3]}", "dev": "eth0", "mac": "${MAC[n3]}"}],
		 "services": [{"name": "sip", "vip": "$VIP", "proto": "udp", "port": 5060, "app": "sip", "flow_timeout": 3600},
		              {"name": "plain", "vip": "$VIP", "proto": "udp", "port": 5070, "flow_timeout": 3600}]}
	CONFIG
	cat >"$RUN_DIR/gw.json" <<-CONFIG
		{"gateway": {"dispatchers": ["${ADDR[lb]}:7100"]}, "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/gw.sock",
		 "bounds": {"inspect_rate": 0}, "devices": [{"name": "eth1", "mode": "observe"}],
		 "services": [{"name": "sip", "vip": "$VIP", "proto": "udp", "port": 5060, "app": "sip"}]}
	CONFIG
	insmod "$SARA_KO"
}

agent_up() {
	spawn "$1" "$1" sara-agent --config "$RUN_DIR/$1.json"
	wait_for 120 "the agent in $1" log_has "$1" 'connected to the kernel module' || die "$(<"$RUN_DIR/$1.log")"
}

# cpu LABEL...: ns of a processor that spawned programs took so far, each.
cpu() {
	local label pids=()
	for label in "$@"; do
		pids+=("${PIDS[$label]}")
	done
	python3 -c 'import sys, time
print(*(time.clock_gettime_ns((~int(pid) << 3) | 2) for pid in sys.argv[1:]))' "${pids[@]}" # clock_getcpuclockid(3)
}

# calls N WINDOW FIRST: makes them; leaves in CALLS_NS, SENDER_NS, P50, P99, MAX what bench_calls says.
# shellcheck disable=SC2034 # for those who source this
calls() {
	local said
	said=$("$SARA_BIN/bench_calls" requests "${NS_PREFIX}gw/eth1/${MAC[lb]}" replies "${NS_PREFIX}n1/eth0/${MAC[gw1]}" \
		events "${NS_PREFIX}lb" calls "$1" window "$2" first "$3") || die "bench_calls failed"
	read -r _ CALLS_NS SENDER_NS P50 P99 MAX <<<"$said"
}

# nothing_lost: of what clients and servers said, and of what the kernel told.
nothing_lost() {
	local agent
	for agent in lb gw; do
		sara -j stats show agent socket "$RUN_DIR/$agent.sock"
	done >"$RUN_DIR/stats"
	jq -es 'all(.[]; .kernel.overruns == 0) and .[0].dispatcher.lost_copies == 0 and .[0].dispatcher.tracker.limit_hits == 0 and
		.[1].gateway.lost_copies == 0 and .[1].gateway.not_sent == 0' "$RUN_DIR/stats" >/dev/null ||
		die "copies or events were lost: $(<"$RUN_DIR/stats")"
}
