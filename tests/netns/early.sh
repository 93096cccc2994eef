#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Early media: datagrams that overtake their announcement are held, and go on to the session that announces them.
#
#   c1 --UDP--> lb (VIP, service sip at 5060) --MAC--> n1 | n2; nodes swallow what comes to media ports
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/early.sh
# timeout: 300
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

C=198.18.0.11

# signal SPORT: a session by a datagram to the service; leaves its id in ID, its node in NODE.
signal() {
	bot c1 udp "$1" "$VIP" 5060
	NODE=$ANSWER
	bot lb show flow-get src=$C sport="$1" dst="$VIP" dport=5060 proto=17 : session
	ID=$ANSWER
}

# flow SPORT DPORT FIELD...: of c1's media flow, into ANSWER.
flow() { bot lb show flow-get src=$C sport="$1" dst="$VIP" dport="$2" proto=17 : "${@:3}"; }

# announce ID KEY=VALUE...
announce() { must lb nl announce-new session="$1" dst="$VIP" proto=17 "${@:2}"; }

small_up
small_nodes
must lb nl service-new name=sip addr="$VIP" proto=17 port=5060 flow-timeout=60000
for node in n1 n2; do
	must "$node" udp-serve "$VIP" 5060
	for port in 6000 6001 6002 6003; do
		must "$node" udp-sink "$VIP" "$port"
	done
done
signal 5001
A=$ID NA=$NODE
signal 5002
B=$ID
[[ $NA != "$NODE" ]] || die "both sessions are on $NA"

note '--- the announcement comes while they wait'
must lb nl config-set early-time=10000
must c1 send 4000 "$VIP" 6000 3
eventually 5 'three datagrams of one flow are held' 3 lb stat early-held
announce "$A" src=$C sport=4000 dport=6000
flow 4000 6000 session identity packets
expect 'exact lets them go on, all of them' "$A,secondary,3"
must c1 send 4001 "$VIP" 6001
eventually 5 'another one is held' 4 lb stat early-held
announce "$B" src=$C sport=4001
flow 4001 6001 session packets
expect 'half lets it go on' "$B,1"
counted 'held ones that went on are counted' 4 early-forwarded
counted 'none was dropped' 0 drop-unannounced

note '--- a wildcard does not take what another session is about to name'
announce "$A" src=$C dport=6002
must c1 send 4010 "$VIP" 6002
eventually 5 'it is held, though any-port expects it' 5 lb stat early-held
announce "$B" src=$C sport=4010 dport=6002
flow 4010 6002 session packets
expect 'it goes to the session that named the client port' "$B,1"

note '--- nobody names it in time'
must lb nl config-set early-time=100
must c1 send 4020 "$VIP" 6002
eventually 5 'then the wildcard has it' "$A,1" lb show flow-get src=$C sport=4020 dst="$VIP" dport=6002 proto=17 : session packets
must c1 send 4030 "$VIP" 6003
eventually 5 'without a wildcard it is dropped' 1 lb stat drop-unannounced
counted 'what is dropped was not forwarded' 6 early-forwarded

note '--- bounds'
must lb nl config-set early-time=10000 early-packets=2
must c1 send 4040 "$VIP" 6003 3
eventually 5 'no more than early-packets wait' 1 lb stat early-full
eventually 5 'the rest is dropped' 2 lb stat drop-unannounced
announce "$A" src=$C sport=4040 dport=6003
flow 4040 6003 session packets
expect 'those that waited go on' "$A,2"
must lb nl config-set early-packets=1024
must c1 send 4050 "$VIP" 6001 65
eventually 5 'one address does not have more than its share' 2 lb stat early-full
must lb nl config-set early-time=0
must c1 send 4060 "$VIP" 6001
eventually 5 'switched off, nothing waits' 4 lb stat drop-unannounced

note '--- the module goes while some wait'
eventually 5 '64 still wait' 73 lb stat early-held
rmmod sara
kernel_is_silent 'no complaint of the kernel'
verdict
