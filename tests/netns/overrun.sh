#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An agent that is stopped while signalling floods its channel: what it cannot be copied is counted, sessions go on without
# it, and it finds its way when it is back: it learns what is new, notices what is over, and takes orders.
#
#   c1 (calls.py) ----> lb (VIP; SIP at UDP and TCP 5060; sara-agent) --MAC--> n1 | n2
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/overrun.sh
# timeout: 300
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

C=198.18.0.11
BOT=calls.py
# Twice what its 8 MB buffer (16 MB as the kernel counts) can hold.
N=12000

counter() { ns lb sara stats show agent socket "$RUN_DIR/lb.sock" | sed -n "s/^$1 //p"; }
counter_is() { [[ $(counter "$1") == "$2" ]]; }

# session SPORT: of c1's UDP flow, in ANSWER.
session() { bot lb show flow-get src=$C sport="$1" dst="$VIP" dport=5060 proto=17 : session; }

# learnt WHAT MEDIA SESSION: the agent announced a call's media for this session.
learnt() { eventually 20 "$1" "$3" lb show announce-get src=$C sport="$2" dst="$VIP" proto=17 : session; }

small_up
small_nodes
for node in n1 n2; do
	must "$node" udp-serve "$VIP" 5060
	must "$node" tcp-serve "$VIP" 5060
	must "$node" udp-sink "$VIP" 6000
done
cat >"$RUN_DIR/lb.json" <<-CONFIG
	{"dispatcher": {"listen": "${ADDR[lb]}:7100"}, "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/lb.sock",
	 "timers": {"sip": {"linger": 1}},
	 "devices": [{"name": "eth0", "mode": "dispatch"}],
	 "nodes": [{"name": "n1", "dev": "eth0", "addr": "${ADDR[n1]}", "mac": "${MAC[n1]}", "weight": 1},
	           {"name": "n2", "dev": "eth0", "addr": "${ADDR[n2]}", "mac": "${MAC[n2]}", "weight": 1}],
	 "services": [{"name": "sip", "vip": "$VIP", "proto": "udp", "port": 5060, "app": "sip"},
	              {"name": "sip-tcp", "vip": "$VIP", "proto": "tcp", "port": 5060, "app": "sip"}]}
CONFIG
(umask 077 && sara-agent keygen >"$RUN_DIR/key")
spawn agent lb sara-agent --config "$RUN_DIR/lb.json"
wait_for 30 'the agent' log_has agent 'connected to the kernel module'
must lb nl config-set inspect-rate=0 early-time=0

note '--- calls'
must c1 invite one 5001 4000
session 5001
one=$ANSWER
learnt 'a call is learnt' 4000 "$one"
must lb nl announce-new session="$one" src=$C sport=4000 dport=6000 dst="$VIP" proto=17
must c1 invite gone 5002 4002
session 5002
learnt 'another one' 4002 "$ANSWER"
must c1 tcp-open t 5010 "$VIP" 5060
bot c1 tcp-invite t tcp 4010
bot lb show flow-get src=$C sport=5010 dst="$VIP" dport=5060 proto=6 : session
tcp=$ANSWER
learnt 'one of a TCP connection' 4010 "$tcp"

note '--- the agent stops, and signalling does not'
kill -STOP "${PIDS[agent]}"
bot lb stat inspect-copied
before=$ANSWER
must c1 storm 5001 $N
bot lb stat inspect-copied inspect-lost-buffer
read -r copied lost <<<"$ANSWER"
((lost > 0)) && ANSWER=$((copied - before + lost)) || ANSWER='none lost'
expect 'each is copied or counted' $N
must c1 send 4000 "$VIP" 6000 50
bot lb show flow-get src=$C sport=4000 dst="$VIP" dport=6000 proto=17 : session packets
expect 'media go on' "$one,50"
session 5002
must lb nl session-del id="$ANSWER"
must c1 invite new 5003 4004
bot c1 tcp-part t 700
expect 'and signalling' 'n[12]'
bot lb stat inspect-lost-buffer
((ANSWER > lost)) && ANSWER=ok
expect 'of which the agent hears nothing' ok

note '--- and comes back'
sed -i 's/"weight": 1}\]/"weight": 7}]/' "$RUN_DIR/lb.json"
kill -HUP "${PIDS[agent]}"
kill -CONT "${PIDS[agent]}"
eventually 20 'it takes orders' 7 lb show node-get name=n2 : weight
wait_for 20 'the end of the reload' log_has agent 'reloaded' || FAILED=$((FAILED + 1))
wait_for 20 'it reads again' log_has agent 'reading the kernel.s sessions again' || FAILED=$((FAILED + 1))
must c1 invite new 5003 4004
session 5003
learnt 'a call of which it had missed the beginning is learnt' 4004 "$ANSWER"
must c1 invite gone 5002 4002
session 5002
learnt 'one whose session had ended belongs to the new session' 4002 "$ANSWER"
bot c1 tcp-invite t later 4012
expect 'the TCP connection goes on' 'n[12]'
learnt 'and is understood again' 4012 "$tcp"
bot lb stat inspect-lost-buffer
lost=$ANSWER
wait_for 20 'what was lost to be known' counter_is dispatcher.lost_copies "$lost" || true
ANSWER=$(counter dispatcher.lost_copies)
expect 'it knows how much it has missed' "$lost"
ANSWER=$(counter dispatcher.refused_gone)
expect 'it says nothing about sessions that are over' 0
must c1 bye one 5001
eventually 20 'a call of before that is hung up ends' 'ENOENT*' lb show session-get id="$one" : id
ANSWER=$(counter dispatcher.commands_waiting)
expect 'nothing is waited for' 0
kernel_is_silent 'the kernel says nothing'
((FAILED == 0)) || tail -n 20 "$RUN_DIR/agent.log" >&2
verdict
