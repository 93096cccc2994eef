#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What a dispatcher learns of sessions from who sees them served, where no other dispatcher tells it: two that do not hear of
# each other, and calls that a server makes.
#
#   c1 (user agent) --> gw --> lb  .2 (has the VIP) --MAC--> n1 | n2 | n3 (user agents at the VIP)
#    ^                   |      x  they do not hear          |
#    |                   '--> lb2 .3  of each other ---------+
#    +------------------ gw (sara-agent gateway) <--- replies ---------'
#                         '..... facts, with the node's MAC ....> lb, lb2
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/seen.sh
# timeout: 300
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/heads.sh"
trap cleanup EXIT

# vip_at NAME: this dispatcher has the VIP.
vip_at() { ip -n "${NS_PREFIX}gw" neigh replace "$VIP" lladdr "${MAC[$1]}" dev eth1 nud permanent; }

# deaf NAME: hears nothing of the other dispatcher any more.
deaf() { ns "$1" nft "add table inet deaf; add chain inet deaf input { type filter hook input priority 0; };
	add rule inet deaf input ip saddr ${ADDR[$(head_peer "$1")]} drop"; }

# at_both CALL NODE: each dispatcher has the call, there.
at_both() { [[ $(node_of lb "$1") == "$2" && $(node_of lb2 "$1") == "$2" ]]; }

heads_up
user_agents_up
insmod "$SARA_KO"
vip_at lb
for head in "${HEADS[@]}"; do
	agent_up "$head"
done
agent_up gw
for head in "${HEADS[@]}"; do
	wait_for 30 "$head to be fit" fit "$head" || true
	check "$head is fit" fit "$head"
done

note '--- they do not hear of each other any more'
for head in "${HEADS[@]}"; do
	deaf "$head"
done
wait_for 30 'lb2 to miss lb' peer_has lb2 '198.18.0.2:7100 state down' || true
check 'lb2 misses lb' peer_has lb2 '198.18.0.2:7100 state down'
check 'a call begins at lb' ua INVITE 1 1
call1=$(node_of lb call-1@c1)
wait_for 20 'lb2 to hear of it' at_both call-1@c1 "$call1" || true
check 'lb2 has it, where a node was seen to answer' at_both call-1@c1 "$call1"
check 'with the port that the node announced' has 'identity announced udp 198.18.1.11:\* > 198.18.0.100:6000' lb2 sara -d flow show
check 'it says how it came to it' has '^seen 1$' lb2 sara stats show
check 'lb, where it began, had nothing to learn' has '^seen 0$' lb sara stats show

note '--- lb2 gets the VIP'
vip_at lb2
check 'media go on' ua RTP 1 0 2
wait_for 10 'the media' rtp_is 1 "$call1:2" || true
check 'to the node of their call' rtp_is 1 "$call1:2"
wait_for 10 'lb2 to own it' peer_has lb2 'standby 0' || true
check 'and it is own' peer_has lb2 'standby 0'
check 'none of it was a new session' has '^offered 0$' lb2 sara stats show

note '--- a server calls'
stop ua-n2
mkfifo "$RUN_DIR/answer"
exec 7<>"$RUN_DIR/answer"
spawn callee c1 python3 -c 'import socket, sys
sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sip.bind(("198.18.1.11", 5200))
print("ready", flush=True)
text, server = sip.recvfrom(4096)
keep = [line for line in text.decode().split("\r\n") if line.split(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")]
open(sys.argv[1]).readline()
sip.sendto("\r\n".join(["SIP/2.0 200 OK", *keep, "Content-Length: 0", "", ""]).encode(), server)' "$RUN_DIR/answer"
wait_for 20 'the callee' log_has callee ready
spawn caller n2 python3 -c 'import socket
sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sip.bind(("198.18.0.100", 5060))
sip.sendto("\r\n".join([
    "INVITE sip:a@198.18.1.11:5200 SIP/2.0", "Via: SIP/2.0/UDP 198.18.0.100;branch=z9hG4bKout", "From: <sip:b@198.18.0.100>;tag=1",
    "To: <sip:a@198.18.1.11>", "Call-ID: out@n2", "CSeq: 1 INVITE", "Contact: <sip:b@198.18.0.100>", "Content-Length: 0", "", "",
]).encode(), ("198.18.1.11", 5200))
print(sip.recv(4096).decode(), flush=True)'
wait_for 20 'both to have it' at_both out@n2 n2 || true
check 'both dispatchers have the call, at the node that makes it' at_both out@n2 n2
echo >&7
wait_for 20 'the answer' log_has caller 'SIP/2.0 200 OK' || true
check 'the answer comes there' log_has caller 'SIP/2.0 200 OK'

note '--- they hear of each other again'
for head in "${HEADS[@]}"; do
	ns "$head" nft delete table inet deaf
done
for head in "${HEADS[@]}"; do
	wait_for 30 "$head to be fit" fit "$head" || true
	check "$head is fit" fit "$head"
done
check 'the call is where it was, at both' at_both call-1@c1 "$call1"
check 'nothing was in conflict' peer_has lb2 'conflicts 0'
check 'the call is hung up' ua BYE 1 2
for head in "${HEADS[@]}"; do
	wait_for 10 'its end' count_is 0 'call-1@c1' "$head" sara session show || true
	check "it is over at $head" count_is 0 'call-1@c1' "$head" sara session show
done

((FAILED == 0)) || {
	for head in "${HEADS[@]}"; do
		note "--- $head"
		tail -n 20 "$RUN_DIR/$head.log" >&2
		ns "$head" sara -p ha show socket "$RUN_DIR/$head.sock" >&2 || true
		ns "$head" sara session show >&2 || true
		ns "$head" sara -d flow show >&2 || true
	done
	die "$FAILED checks failed"
}
