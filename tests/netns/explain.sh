#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Why a session is where it is: the kernel keeps how each was placed and by which policy, the agent what that policy was
# made of, and `sara explain` puts both together, by flow, Call-ID or id; of refused ones, too; and says what it cannot.
#
#   c1 --> gw --> lb (services flow 5060, call 5062, source 5064) --MAC--> n1 | n2
#                  ^--- loads, once sara-agent watches in lb ---- sara-agent node each
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/explain.sh
# timeout: 300
set -euo pipefail
. "$(dirname "$0")/lib.sh"
trap cleanup EXIT

# send PORT DPORT [TEXT]: a datagram of c1.
send() {
	ns c1 python3 -c 'import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("198.18.1.11", int(sys.argv[1])))
s.sendto(sys.argv[3].encode(), ("198.18.0.100", int(sys.argv[2])))' "$1" "$2" "${3-hello}"
}
call() { send "$1" 5062 $'OPTIONS sip:a@198.18.0.100 SIP/2.0\r\nCall-ID: '"$2"$'\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n'; }
flow() { echo "proto udp src 198.18.1.11 sport $1 dst 198.18.0.100 dport $2"; }

# explain WORD...: in lb, with the agent's socket.
# shellcheck disable=SC2048,SC2086 # a tuple is several words
explain() { ns lb sara explain $* socket "$RUN_DIR/lb.sock"; }
# shellcheck disable=SC2053 # a pattern
says() { SAID=$(explain "${@:2}" 2>&1) || true; [[ $SAID == $1 ]]; }
# told PATTERN WORD...: what is explained matches, as soon as the packet, and the news of it, have arrived.
told() {
	wait_for 20 "$1" says "$@" || { note "got: $SAID"; return 1; }
}
fact() {
	# shellcheck disable=SC2048,SC2086
	SAID=$(ns lb sara -j explain ${*:2} socket "$RUN_DIR/lb.sock") || return 1
	python3 -c 'import json, sys
e = json.load(sys.stdin)[0]
n = {node["node"]: node for node in e.get("nodes", [])}
sys.exit(not eval(sys.argv[1]))' "$1" <<<"$SAID"
}
# facts PYTHON WORD...: likewise, an expression over `e`, the explanation, and `n`, its nodes by name.
facts() {
	wait_for "${PATIENCE-20}" "$1" fact "$@" || { note "got: $SAID"; return 1; }
}
health_is() { [[ $(ns lb sara node show "$1") == *" health $2 "* ]]; }

topo_up
(umask 077 && sara-agent keygen >"$RUN_DIR/key")
ns lb insmod "$SARA_KO"
for node in n1 n2; do
	ns lb sara node add "$node" addr "${ADDR[$node]}" dev eth0 mac "${MAC[$node]}"
done
ns lb sara service add flow vip "$VIP" proto udp port 5060 scheduler shell admission on flow-timeout 10m
ns lb sara service add call vip "$VIP" proto udp port 5062 app sip key call-id admission on
ns lb sara service add source vip "$VIP" proto udp port 5064 key source scheduler wrr
ns lb sara dev add eth0 mode dispatch

note '--- without a policy, and without an agent'
send 20001 5060
check 'no policy held' told '*verdict not-judged*placement shell-stale*fewest sessions*note "no policy held when it was placed"*' \
	"$(flow 20001 5060)"
check 'what was not seen is not explained' told '*there is no such session, and none was refused by load that is remembered*' \
	"$(flow 29999 5060)"

note '--- a policy of nobody: the kernel knows which, how many before, and the verdict'
ns lb sara policy set epoch 7 valid 10m load 0.1 cost 0.001 t1 0.5 t2 0.7 t3 0.85 c 1 scores n1:0.5:0.1,n2:0.45:0.1
send 20002 5060
send 20003 5060
check 'the lowest score got the first' told '*node n2 *verdict admitted*placement shell epoch 7 placed 0 pending 0 reason "scheduler shell*' \
	"$(flow 20002 5060)"
check 'what it got counts for the second' told '*node n1 *placement shell epoch 7 placed 1 *' "$(flow 20003 5060)"
check 'an agent would tell more' told '*note "no agent listens at *would tell the nodes*' "$(flow 20003 5060)"
check 'session show has it' grep -q 'placement shell epoch 7 placed 1 pending 1 judged' <<<"$(ns lb sara -d session show)"
call 20004 one@c1
check 'a call is explained by its Call-ID' told 'session *: service call *call-id one@c1 *placement wlc epoch 7*' one@c1
send 20005 5064
send 20006 5064
check 'a client that has a session' told '*placement wrr*' "$(flow 20005 5064)"
check 'brings its other flows along' told '*udp 198.18.1.11:20006 > * identity signalling flow-reason "its client has*' \
	"$(flow 20006 5064)"

note '--- refused by load: told while it is remembered'
ns lb sara policy set epoch 8 valid 10m load 1 cost 0 t1 0.5 t2 0.7 t3 0.99 c 1
send 20007 5060
call 20008 two@c1
check 'a flow' told 'refused: service flow age *verdict refused load 1 p-new 1*epoch 8 placed 0 reason "its coin*' \
	"$(flow 20007 5060)"
check 'a call' told 'refused: service call *verdict refused*' two@c1
check 'a call and its flow' told 'refused: service call *' "$(flow 20008 5062)" call-id two@c1
check 'nobody else' told '*there is no such session*' three@c1

note '--- the agent remembers what its policies were made of'
cat >"$RUN_DIR/lb.json" <<-CONFIG
	{"dispatcher": {"listen": "${ADDR[lb]}:7100", "cluster": {"slow_start": 0, "weights": {"memory": 1}}},
	 "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/lb.sock"}
CONFIG
spawn lb lb sara-agent --config "$RUN_DIR/lb.json"
for node in n1 n2; do
	cat >"$RUN_DIR/$node.json" <<-CONFIG
		{"node": {"host": "${ADDR[$node]}", "dispatchers": ["${ADDR[lb]}:7100"]},
		 "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/$node.sock"}
	CONFIG
	spawn "$node" "$node" sara-agent --config "$RUN_DIR/$node.json"
done
for node in n1 n2; do
	check "$node is up" wait_for 60 "$node to be up" health_is "$node" up
done
# fresh PYTHON: a new session of which that holds; policies come twice a second, and may be late.
PORT=22000
fresh() {
	PORT=$((PORT + 1))
	send "$PORT" 5060
	PATIENCE=2 facts "$1" "$(flow "$PORT" 5060)"
}
check 'what another decided is not known' facts '"nodes" not in e and "note" in e' "$(flow 20002 5060)"
# The load of this machine, which is loaded by all of this, would have a say.
ns lb sara admission set flow off
check 'a session is told with the thresholds' wait_for 60 'a policy' \
	fresh 'e["verdict"] == "not-judged" and .9 < e["t1"] < e["t2"] < e["t3"] < e["c"] == 1 and 0 <= e["p-new"] <= 1'
# One before which no session ended since: of which node that was, nobody remembers.
check 'and with the forecasts of all nodes' wait_for 60 'a policy of both' \
	fresh 'e["placement"] == "shell" and e["pending"] == e["placed"] and all(n[x]["health"] == "up" and 0 <= n[x]["forecast"] <= 1 for x in ("n1", "n2"))'
check 'the chosen one had the lowest total' facts 'n[e["node"]]["chosen"] and n[e["node"]]["total"] < 1e-5 + min(x["total"] for x in n.values())' \
	"$(flow "$PORT" 5060)"
ns c1 python3 -c 'import socket
for port in range(21000, 21020):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("198.18.1.11", port))
    s.sendto(b"hello", ("198.18.0.100", 5060))'
check 'of many at once each knows what came before it' facts 'sum(x["placed"] for x in n.values()) == e["placed"]' \
	"$(flow 21019 5060)"
ns lb sara service add few vip "$VIP" proto udp port 5066 scheduler shell nodes n2 flow-timeout 10m
PORT=23000
few() { PORT=$((PORT + 1)); send "$PORT" 5066; PATIENCE=2 facts "$1" "$(flow "$PORT" 5066)"; }
check 'a node that the service does not name' wait_for 60 'a policy that knows it' \
	few '"does not name it" in n["n1"]["left-out"] and "left-out" not in n["n2"] and n["n2"]["chosen"]'
check 'is one of another service' fresh 'not any("left-out" in x for x in n.values())'
ns lb sara node set n2 max-sessions 1
check 'a node that has all that it may have' wait_for 60 'a policy that knows it' \
	fresh '"it had its max-sessions" == n["n2"]["left-out"] and n["n2"]["sessions"] >= n["n2"]["max-sessions"] == 1'
ns lb sara node set n2 max-sessions 0
ns lb sara node drain n2
check 'a drained node is told as such' wait_for 60 'a policy that knows it' fresh 'n["n2"]["drained"] and n["n2"]["left-out"] == "it was drained" and n["n1"]["chosen"]'

[[ $FAILED == 0 ]] || die "$FAILED checks failed"
