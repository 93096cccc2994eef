#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Nodes that tell how they are: heartbeats and loads reach the dispatcher's kernel as health and scores. A node whose
# application does not read its socket gets no new sessions, a silent one is down, one that stops says so before, one with
# another key is not heeded, one whose application does not answer its probe gets no sessions either. A node is drained by
# its own word or the operator's, with a time, and back by another. What was decided outlives the dispatcher's agent.
#
#   c1 --> gw --> lb (sara-agent dispatcher, scheduler shell) --MAC--> n1 | n2 | n3
#                  ^------ heartbeats and loads ---------------------- sara-agent node each (n3: wrong key)
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/nodes.sh
# timeout: 300
set -euo pipefail
. "$(dirname "$0")/lib.sh"
trap cleanup EXIT

health_is() { [[ $(ns lb sara node show "$1") == *" health $2 "* ]]; }
sessions() { ns lb sara -s node show "$1" | sed -n 's/.*sessions-total \([0-9]*\).*/\1/p'; }
agent_json() { ns lb sara -j stats show agent socket "$RUN_DIR/lb.sock"; }

# cluster PYTHON: an expression over the agent's `c`, its statistics of the cluster, and `n`, its nodes by name.
cluster() {
	agent_json | python3 -c 'import json, sys
def find(x):
    if isinstance(x, dict):
        return x["cluster"] if "cluster" in x else next(filter(None, map(find, x.values())), None)
    if isinstance(x, list):
        return next(filter(None, map(find, x)), None)
c = find(json.load(sys.stdin))
n = {node["name"]: node for node in c["nodes"]}
sys.exit(not eval(sys.argv[1]))' "$1"
}

# place N: so many new sessions, each of another client port.
PORT=20000
place() {
	ns c1 python3 -c 'import socket, sys
for port in range(int(sys.argv[1]), int(sys.argv[2])):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("198.18.1.11", port))
    s.sendto(b"hello", ("198.18.0.100", 5060))
    s.close()' "$PORT" $((PORT + $1))
	PORT=$((PORT + $1))
}
placed() {
	local sum=0 one
	for one in $(ns lb sara -s node show | sed -n 's/.*sessions-total \([0-9]*\).*/\1/p'); do
		sum=$((sum + one))
	done
	[[ $sum == $((PORT - 20000)) ]]
}

has_watchers() { [[ $(agent_json) == *'"watchers":'$1,* ]]; }
gone() { ! running "$1"; }

# refused PATTERN NAMESPACE COMMAND...: it fails, and says why.
refused() {
	local pattern=$1 said
	shift
	if said=$(ns "$@" 2>&1); then
		note "it was done: $said"
		return 1
	fi
	[[ $said == *"$pattern"* ]] || { note "said: $said"; return 1; }
}

heartbeats() {
	ns lb sara node load "$1" socket "$RUN_DIR/lb.sock" | sed -n 's/.*heartbeats \([0-9]*\).*/\1/p'
}
plans() { grep -c "node $1 is \(planned\|down (planned\)" "$RUN_DIR/lb.log" || true; }
planned_since() { (($(plans "$1") > $2)); }
heard_since() { (($(heartbeats "$1") > $2 + 3)); }

node_agent() {
	spawn "$1" "$1" sara-agent --config "$RUN_DIR/$1.json"
	wait_for 60 "the agent in $1" log_has "$1" 'telling dispatchers'
}

# The application of n2 that is probed: answers SIP requests with what they said.
application() {
	spawn application n2 python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("198.18.0.100", 5061))
print("listening", flush=True)
while True:
    request, client = s.recvfrom(2000)
    s.sendto(b"SIP/2.0 200 OK" + request[request.index(b"\r\n"):], client)'
	wait_for 60 'the application' log_has application listening
}

topo_up
(umask 077 && sara-agent keygen >"$RUN_DIR/key" && sara-agent keygen >"$RUN_DIR/other-key")
# One processor is every node's here, so it must not count: only what a node has for itself. None of the sessions loads a node
# here, so what one costs is told: of 200 each, lest ten of them fill a node in a dispatcher's eyes.
cat >"$RUN_DIR/lb.json" <<-CONFIG
	{"dispatcher": {"listen": "${ADDR[lb]}:7100",
	                "cluster": {"slow_start": 0, "weights": {"backlog": 20, "memory": 1}}},
	 "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/lb.sock", "metrics": {"listen": "127.0.0.1:9477"},
	 "devices": [{"name": "eth0", "mode": "dispatch"}],
	 "nodes": [{"name": "n1", "addr": "${ADDR[n1]}", "dev": "eth0", "max_sessions": 200},
	           {"name": "n2", "addr": "${ADDR[n2]}", "dev": "eth0", "max_sessions": 200},
	           {"name": "n3", "addr": "${ADDR[n3]}", "dev": "eth0", "max_sessions": 200}],
	 "services": [{"name": "sip", "vip": "$VIP", "proto": "udp", "port": 5060, "scheduler": "shell"}]}
CONFIG
for name in "${NODES[@]}"; do
	key=key probe=''
	[[ $name != n3 ]] || key=other-key
	[[ $name != n2 ]] || probe='"probe": [{"type": "sip", "address": "198.18.0.100", "port": 5061}],'
	cat >"$RUN_DIR/$name.json" <<-CONFIG
		{"node": {"host": "${ADDR[$name]}", "dispatchers": ["${ADDR[lb]}:7100"], $probe
		          "listen": [{"proto": "udp", "port": 5060}]},
		 "key_file": "$RUN_DIR/$key", "control": "$RUN_DIR/$name.sock"}
	CONFIG
	check "the configuration of $name is right" ns "$name" sara-agent --check --config "$RUN_DIR/$name.json"
done

note '--- heartbeats make nodes up; without them, or with another key, they are down'
ns lb insmod "$SARA_KO"
spawn lb lb sara-agent --config "$RUN_DIR/lb.json"
wait_for 60 'the agent in lb' log_has lb 'connected to the kernel module'
application
for name in "${NODES[@]}"; do
	node_agent "$name"
done
check 'n1 is up' wait_for 60 'n1 to be up' health_is n1 up
check 'n2 is up' wait_for 60 'n2 to be up' health_is n2 up
check 'n3 is down' wait_for 60 'n3 to be down' health_is n3 down
check 'forged datagrams are counted' cluster 'n["n3"]["heartbeats"]["received"] == 0'
check 'loads arrive' wait_for 60 'loads' cluster 'all("cpu" in n[x]["parts"] and "memory" in n[x]["parts"] for x in ("n1", "n2"))'
check 'scores reach the kernel' wait_for 60 'a policy' cluster 'c["policies"] > 2'
check 'sara node load tells what n1 is made of' grep -q '^ *memory load [0-9.]* raw' \
	<<<"$(ns lb sara node load n1 socket "$RUN_DIR/lb.sock")"
metrics=$(ns lb python3 -c 'from urllib.request import urlopen
print(urlopen("http://127.0.0.1:9477/metrics", timeout=20).read().decode())')
for line in 'sara_kernel_up 1' 'sara_node_health{node="n1",health="up"} 1' 'sara_node_health{node="n3",health="down"} 1' \
	'sara_service_sessions{service="sip"} 0' 'sara_node_load_component{node="n2",component="memory"} 0' \
	'sara_admission_threshold{threshold="c"} 1'; do
	check "among the metrics is $line" grep -q -F "$line" <<<"$metrics"
done
check 'they are named as Prometheus has it' promtool check metrics <<<"$metrics"

note '--- a real Prometheus with the rules that ship'
cat >"$RUN_DIR/prometheus.yml" <<-CONFIG
	global: {scrape_interval: 1s, evaluation_interval: 1s}
	rule_files: [$PWD/userspace/prometheus/sara.rules.yml]
	scrape_configs: [{job_name: sara, static_configs: [{targets: ["127.0.0.1:9477"]}]}]
CONFIG
spawn prometheus lb prometheus --config.file="$RUN_DIR/prometheus.yml" --storage.tsdb.path="$RUN_DIR/tsdb" \
	--web.listen-address=127.0.0.1:9090 --log.level=warn
# asked QUERY: it gives a result, whose value is not 0.
asked() {
	ns lb python3 -c 'import json, sys
from urllib.parse import quote
from urllib.request import urlopen
answer = json.load(urlopen("http://127.0.0.1:9090/api/v1/query?query=" + quote(sys.argv[1]), timeout=20))
sys.exit(not any(float(each["value"][1]) for each in answer["data"]["result"]))' "$1" 2>/dev/null
}
check 'it scrapes the agent' wait_for 60 'a scrape' asked 'up{job="sara"}'
check 'and has what nodes are like' wait_for 20 'a sample' asked 'sara_node_health{node="n1",health="up"}'
check 'it alerts of n3' wait_for 60 'the alert' asked 'ALERTS{alertname="SaraNodeUnhealthy",node="n3",alertstate="firing"}'
check 'and of no other node' asked 'absent(ALERTS{alertname="SaraNodeUnhealthy",node!="n3"})'
stop prometheus

note '--- an application that does not read its socket is overloaded: the other node gets the sessions'
spawn deaf n1 python3 -c 'import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
s.bind(("198.18.0.100", 5060))
f = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(100):
    f.sendto(b"x" * 500, ("198.18.0.100", 5060))
print("full", flush=True)
time.sleep(1000)'
wait_for 60 'a full socket' log_has deaf full
check "n1's load is its backlog" wait_for 60 'the backlog' cluster 'n["n1"]["load"] > .9 and n["n1"]["parts"]["backlog"]["load"] > .9'
check 'n1 is dearer than n2' wait_for 60 'scores' cluster 'n["n1"]["score"] > n["n2"]["score"] + .2'
before=$(sessions n1)
place 10
wait_for 60 'ten sessions' placed
check "none of ten sessions went to n1 (it had $before, has $(sessions n1))" [ "$(sessions n1)" = "$before" ]
check "all of ten went to n2 (has $(sessions n2))" [ "$(sessions n2)" = 10 ]

note '--- an application that stops answering gets no new sessions, until it answers again'
kill -STOP "${PIDS[application]}"
check 'the application of n2 is down' wait_for 60 'n2 to be application-down' health_is n2 application-down
check 'for its silence' log_has n2 'sip 198.18.0.100:5061 does not answer: no answer within 1000 ms'
kill -CONT "${PIDS[application]}"
check 'it answers again' wait_for 60 'n2 to be up' health_is n2 up
stop application KILL
check 'it is gone' wait_for 60 'n2 to be application-down' health_is n2 application-down
before2=$(sessions n2)
place 5
wait_for 60 'five sessions' placed
check 'new sessions go to the other node, however loaded' [ "$(sessions n2)" = "$before2" ]
before=$((before + 5))
application
check 'it is back' wait_for 60 'n2 to be up' health_is n2 up

note '--- a killed agent is noticed by its silence, and comes back'
stop n2 KILL
check 'n2 is down' wait_for 60 'n2 to be down' health_is n2 down
check 'for its silence' log_has lb 'node n2 is down (silence)'
place 5
wait_for 60 'five sessions' placed
check 'new sessions go to the node that is left, however loaded' [ "$(sessions n1)" = $((before + 5)) ]
node_agent n2
check 'n2 is up again' wait_for 60 'n2 to be up' health_is n2 up

note '--- a node announces that it will fail, and takes it back; who watches sees it'
spawn watch lb sara monitor cluster socket "$RUN_DIR/lb.sock"
spawn watch-json lb sara -j monitor cluster socket "$RUN_DIR/lb.sock" --count 2
check 'two watch' wait_for 60 'the watchers' has_watchers 2
ns n2 sara node drain at +10m socket "$RUN_DIR/n2.sock"
check 'n2 is planned' wait_for 60 'n2 to be planned' health_is n2 planned
check 'the time is known' grep -q ' planned-at 20[0-9-]*T[0-9:]*Z' <<<"$(ns lb sara node load n2 socket "$RUN_DIR/lb.sock")"
place 5
wait_for 60 'five sessions' placed
check 'new sessions go to the other node, however loaded' [ "$(sessions n2)" = 10 ]
ns n2 sara node undrain socket "$RUN_DIR/n2.sock"
check 'n2 is up again' wait_for 60 'n2 to be up' health_is n2 up
check 'the plan was seen' wait_for 60 'the event' log_has watch 'changed node n2: health planned was up cause heartbeat planned-at 20'
check 'and its end' wait_for 60 'the event' log_has watch 'changed node n2: health up was planned cause heartbeat$'
check 'who wants two events has them' wait_for 60 'its end' gone watch-json
check 'as JSON each' python3 -c 'import json, sys
for line in open(sys.argv[1]):
    json.loads(line)["event"]' "$RUN_DIR/watch-json.log"
check 'and only the other one watches' wait_for 60 'it to be gone' has_watchers 1
stop watch
check 'a node has no cluster to watch' refused "this agent is no dispatcher's" n2 sara monitor cluster socket "$RUN_DIR/n2.sock"
check 'a past time is refused' refused 'at: this time is past' n2 sara node drain at 2026-01-01T00:00Z
check 'a dispatcher has no node of its own' refused 'on a dispatcher give the name of the node' \
	lb sara node drain socket "$RUN_DIR/lb.sock"

note '--- the operator drains a node: no heartbeat and no reload undoes it'
ns lb sara node drain n2
beats=$(heartbeats n2)
sed -i 's/"slow_start": 0/"slow_start": 1/' "$RUN_DIR/lb.json"
kill -HUP "${PIDS[lb]}"
check 'what needs a restart is told' wait_for 60 'the warning' log_has lb 'a new "dispatcher" needs a restart'
check 'n2 is heard on' wait_for 60 'heartbeats of n2' heard_since n2 "$beats"
check 'and healthy' health_is n2 up
place 5
wait_for 60 'five sessions' placed
check 'but it gets no sessions' [ "$(sessions n2)" = 10 ]
ns lb sara node drain n2 at +1s socket "$RUN_DIR/lb.sock"
check 'with a time it is planned' wait_for 60 'the plan' log_has lb 'node n2 is planned (command)'
check 'and down from then on' wait_for 60 'n2 to be down' log_has lb 'node n2 is down (planned time is over)'
ns lb sara node undrain n2
check 'undrained it is up' wait_for 60 'n2 to be up' health_is n2 up
check 'a node that is not there is refused' refused 'there is no node ' lb sara node drain n9 at +1s

note '--- an agent that stops says so before'
announced=$(plans n2)
stop n2 TERM
check 'n2 is told to fail' wait_for 60 'n2 to be planned or down' planned_since n2 "$announced"
place 5
wait_for 60 'five sessions' placed
check 'it gets no more sessions' [ "$(sessions n2)" = 10 ]

note '--- what was decided outlives the agent'
stop lb KILL
place 5
wait_for 60 'five sessions' placed
check 'n3 is still not used' [ "$(sessions n3)" = 0 ]
check 'nor is n2' [ "$(sessions n2)" = 10 ]

[[ $FAILED == 0 ]] || die "$FAILED checks failed"
