#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# TCP that lies or stumbles: which segments may open and close a flow, by their sequence numbers. Whatever is not believed
# still reaches the node, which judges it by what it knows itself.
#
#   c1 ----> lb (VIP; service rtsp at TCP 554) --MAC--> n1 | n2
#
# Most segments are made by hand, from an address that nobody has, so that no stack answers the nodes.
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/tcp.sh
# timeout: 300
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

C=198.18.0.11
GHOST=198.18.0.77
WINDOW=$((256 * 1024))
MAX=4294967296
FIN=1 SYN=2 RST=4 ACK=16

# segment SPORT FLAGS SEQ [KEY=VALUE...]: one of the ghost's to the service.
segment() { must c1 frame "${MAC[lb]}" tcp $GHOST "$1" "$VIP" 554 flags="$2" seq=$((($3 + MAX) % MAX)) "${@:4}"; }

# flow WHAT PATTERN SPORT FIELD...: of the ghost's flow.
flow() {
	eventually 5 "$1" "$2" lb show flow-get src=$GHOST sport="$3" dst="$VIP" dport=554 proto=6 : "${@:4}"
}

# handshake SPORT ISN: SYN and ACK; what is sent next has the sequence number ISN + 1. Leaves the session's id in ID.
handshake() {
	segment "$1" $SYN "$2"
	segment "$1" $ACK $(($2 + 1))
	flow 'a handshake establishes it' 'established' "$1" status
	bot lb show flow-get src=$GHOST sport="$1" dst="$VIP" dport=554 proto=6 : session
	ID=$ANSWER
}

small_up
small_nodes
must lb nl service-new name=rtsp addr="$VIP" proto=6 port=554 app=rtsp
must lb nl config-set closing-timeout=60000
for node in n1 n2; do
	must "$node" tcp-serve "$VIP" 554
done

note '--- a SYN that is repeated, and a half-open flow that is given up'
segment 4000 $SYN 1000
segment 4000 $SYN 1000
flow 'a repeated SYN is the same session, still new' 'new,2' 4000 status packets
segment 4000 $SYN 900000000
flow 'another initial number is taken while nothing is established' 'new,3' 4000 status packets
segment 4000 $RST 1001
flow 'a reset by the number before it is not believed' 'new,4' 4000 status packets
segment 4000 $RST 900000001
flow 'a reset by the number of that SYN is' 'closing,5' 4000 status packets
counted 'one was not believed' 1 tcp-implausible

note '--- RST and FIN far from the sequence'
handshake 4001 1000000000
must lb bind
for distance in $((WINDOW + 1)) 1000000000 2000000000 -$((WINDOW + 1)) -1000000000; do
	segment 4001 $RST $((1000000001 + distance))
done
segment 4001 $((FIN | ACK)) 3000000000
flow 'none closes the flow, all are sent on' 'established,8' 4001 status packets
bot lb show session-get id="$ID" : status
expect 'nor the session' established
counted 'they are counted' 7 tcp-implausible
bot lb inspected 0.5
expect 'and the agent is not told of them' ''
must lb unbind

note '--- data from afar does not lead the way for a RST'
segment 4001 $ACK 3000000000 len=100
segment 4001 $RST 3000000100
flow 'it stays' 'established,10' 4001 status packets

note '--- what honest clients do'
segment 4001 $ACK 1000000001 len=100
segment 4001 $ACK 1000000101 len=100
segment 4001 $ACK 1000000001 len=100
segment 4001 $ACK 1000000200
flow 'repeated data and a keep-alive change nothing' 'established,14' 4001 status packets
segment 4001 $((FIN | ACK)) 1000000201
flow 'FIN at the end closes it' 'closing,15' 4001 status packets
counted 'none of these was doubted' 8 tcp-implausible
port=4009
for distance in 0 -1 $WINDOW -$WINDOW; do
	port=$((port + 1))
	handshake $port 5000000
	segment $port $RST $((5000001 + distance))
	flow "RST at $distance from the end closes it" closing $port status
done
handshake 4020 5000000
segment 4020 $ACK 5000001 len=1000
segment 4020 $ACK $((5001001 + 100000)) len=1000
segment 4020 $RST $((5002001 + 100000 + WINDOW))
flow 'a gap that was lost before is leapt over' closing 4020 status

note '--- the sequence begins again at 0'
handshake 4030 $((MAX - 50))
segment 4030 $ACK $((MAX - 49)) len=100
segment 4030 $RST $((51 + WINDOW + 1))
flow 'too far ahead' 'established,4' 4030 status packets
segment 4030 $ACK $((MAX - 49)) len=100
segment 4030 $((FIN | ACK)) 51
flow 'FIN beyond 0 closes it' 'closing,6' 4030 status packets
handshake 4031 $((MAX - 1))
segment 4031 $RST -1000
flow 'RST just before 0 of one that began at 0' closing 4031 status

note '--- a SYN of a live conversation'
bot c1 tcp-open a 4040 "$VIP" 554
expect 'a real one is made' ok
bot c1 tcp-ask a
node=$ANSWER
bot lb show flow-get src=$C sport=4040 dst="$VIP" dport=554 proto=6 : session status packets
before=$ANSWER
must c1 frame "${MAC[lb]}" tcp $C 4040 "$VIP" 554 flags=$SYN seq=77
counted 'it is counted' 1 tcp-syn-live
bot c1 tcp-ask a
expect 'and harms nothing' "$node"
bot lb show flow-get src=$C sport=4040 dst="$VIP" dport=554 proto=6 : session status
expect 'it is the same session' "${before%,*}"
must c1 tcp-close a
eventually 5 'which its own FIN closes' closing lb show flow-get src=$C sport=4040 dst="$VIP" dport=554 proto=6 : status

note '--- the port is used again'
handshake 4050 1000
first=$ID
segment 4050 $RST 1001
flow 'it is closed' closing 4050 status
handshake 4050 2000000000
[[ $ID != "$first" ]] && ANSWER=another
expect 'a SYN makes it another session' another
segment 4050 $RST 1001
flow 'a reset of the old one does not close the new one' established 4050 status

note '--- no session'
bot lb stat pass-no-session sessions
read -r passed sessions <<<"$ANSWER"
segment 4060 $ACK 1000 len=100
segment 4061 $RST 1000
segment 4062 $((FIN | ACK)) 1000
eventually 5 'what is no SYN and of no session makes none' "$((passed + 3)) $sessions" lb stat pass-no-session sessions
kernel_is_silent 'no complaint of the kernel'
verdict
