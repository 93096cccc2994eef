#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Refuse busy: a SIP client whose call is refused by load hears 503 from the service, by the dispatcher's agent, and when
# to come back; whoever holds the service's address and port. What begins nothing, and who is admitted, hears nothing.
#
#   c1 --SIP over UDP--> lb (sara-agent; VIP, services sip, sip6, calls: refuse busy) --MAC--> n1 | n2
#    ^------ 503 --------'
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/busy.sh
# timeout: 480
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

EPOCH=0 ONE=16777216

# load THOUSANDTHS: a policy of this load, from .5 on some are refused, from .7 on all.
load() {
	EPOCH=$((EPOCH + 1))
	must lb nl policy-set epoch=$EPOCH valid=600000 load=$((ONE * $1 / 1000)) cost=0 \
		t1=$((ONE / 2)) t2=$((ONE * 7 / 10)) t3=$((ONE * 9 / 10)) c=$ONE
}

# message METHOD CALL-ID VIA [TO-PARAMETERS]: a SIP message as bot.py reads it, in MESSAGE.
message() {
	MESSAGE="$1 sip:b@y SIP/2.0\r\nVia: SIP/2.0/UDP $3\r\nFrom: <sip:a@x>;tag=a\r\nTo: <sip:b@y>${4-}\r\n"
	MESSAGE+="Call-ID: $2\r\nCSeq: 1 $1\r\nContent-Length: 0\r\n\r\n"
	MESSAGE=${MESSAGE// /\\x20}
}

# busy SENT UNANSWERABLE: what the agent counts.
busy() {
	ANSWER=$(ns lb sara stats show agent socket "$RUN_DIR/lb.sock" | sed -n 's/^dispatcher\.busy\.//p' | tr '\n' ' ')
	expect "the agent counts them" "sent $1 unanswerable $2 send_failures 0 "
}

small_up
(umask 077 && sara-agent keygen >"$RUN_DIR/key")
sip='"proto": "udp", "app": "sip", "admission": "on", "refuse": "busy"'
cat >"$RUN_DIR/lb.json" <<-CONFIG
	{"dispatcher": {"listen": "${ADDR[lb]}:7100", "retry_after": 7}, "key_file": "$RUN_DIR/key",
	 "control": "$RUN_DIR/lb.sock",
	 "devices": [{"name": "eth0", "mode": "dispatch"}],
	 "nodes": [{"name": "n1", "addr": "${ADDR[n1]}", "dev": "eth0", "mac": "${MAC[n1]}"},
	           {"name": "n2", "addr": "${ADDR[n2]}", "dev": "eth0", "mac": "${MAC[n2]}"}],
	 "services": [{"name": "sip", "vip": "$VIP", "port": 5060, $sip},
	              {"name": "sip6", "vip": "$VIP6", "port": 5060, $sip},
	              {"name": "calls", "vip": "$VIP", "port": 5062, "key": "call-id", $sip}]}
CONFIG
check 'the configuration is right' ns lb sara-agent --check --config "$RUN_DIR/lb.json"
spawn lb lb sara-agent --config "$RUN_DIR/lb.json"
wait_for 60 'the agent in lb' log_has lb 'connected to the kernel module'
for node in n1 n2; do
	must "$node" udp-serve "$VIP" 5060
	must "$node" udp-serve "$VIP6" 5060
done

note '--- who is refused is told so'
load 700
message INVITE one "${ADDR[c1]}:4000;branch=z9hG4bK1"
bot c1 hear 4000 "$VIP" 5060 "$MESSAGE"
expect 'by 503 from the service, and when to come back' \
	"$VIP 5060 SIP/2.0 503 Service Unavailable|Via: SIP/2.0/UDP ${ADDR[c1]}:4000;branch=z9hG4bK1|From: <sip:a@x>;tag=a|To: <sip:b@y>;tag=?*|Call-ID: one|CSeq: 1 INVITE|Retry-After: 7|Content-Length: 0||"
first=$ANSWER
bot c1 hear 4000 "$VIP" 5060 "$MESSAGE"
expect 'a repetition gets the same' "$first"
message INVITE two "10.9.9.9;rport;branch=z9hG4bK2"
bot c1 hear 4001 "$VIP" 5060 "$MESSAGE"
expect 'behind a NAT at the port that it was sent from' \
	"$VIP 5060 SIP/2.0 503 *|Via: SIP/2.0/UDP 10.9.9.9;branch=z9hG4bK2;received=${ADDR[c1]};rport=4001|*"
message REGISTER three "${ADDR[c1]}:4002;branch=z9hG4bK3"
bot c1 hear 4002 "$VIP" 5062 "$MESSAGE"
expect 'by the port that was asked, with key call-id, too' "$VIP 5062 SIP/2.0 503 *|CSeq: 1 REGISTER|*"
message INVITE six "[${ADDR6[c1]}]:4000;branch=z9hG4bK6"
bot c1 hear 4000 "$VIP6" 5060 "$MESSAGE"
expect 'by IPv6' "$VIP6 5060 SIP/2.0 503 *branch=z9hG4bK6|*|Call-ID: six|*|Retry-After: 7|*"
busy 5 0

note '--- what begins nothing gets no answer'
message ACK four "${ADDR[c1]}:4004;branch=z9hG4bK4"
bot c1 hear 4004 "$VIP" 5060 "$MESSAGE" 1
expect 'ACK' none
message BYE four "${ADDR[c1]}:4004;branch=z9hG4bK5" ';tag=b'
bot c1 hear 4004 "$VIP" 5060 "$MESSAGE" 1
expect 'a request of a dialog' none
bot c1 hear 4005 "$VIP" 5060 'hello' 1
expect 'what is no SIP' none
bot lb stat refuse-busy
expect 'the kernel told the agent of all' 8
busy 5 3

note '--- whoever holds the address'
must lb udp-serve "$VIP" 5060
message INVITE seven "${ADDR[c1]}:4007;branch=z9hG4bK7"
bot c1 hear 4007 "$VIP" 5060 "$MESSAGE"
expect 'another program has the port' "$VIP 5060 SIP/2.0 503 *"
ip -n "${NS_PREFIX}lb" address del "$VIP/32" dev eth0
ip -n "${NS_PREFIX}lb" address del "$VIP6/128" dev eth0
ip -n "${NS_PREFIX}c1" neighbour replace "$VIP" lladdr "${MAC[lb]}" dev eth0
ip -n "${NS_PREFIX}c1" neighbour replace "$VIP6" lladdr "${MAC[lb]}" dev eth0
message INVITE eight "${ADDR[c1]}:4008;branch=z9hG4bK8"
bot c1 hear 4008 "$VIP" 5060 "$MESSAGE"
expect 'the dispatcher does not have the address' "$VIP 5060 SIP/2.0 503 *"
message INVITE nine "[${ADDR6[c1]}]:4009;branch=z9hG4bK9"
bot c1 hear 4009 "$VIP6" 5060 "$MESSAGE"
expect 'nor that of IPv6' "$VIP6 5060 SIP/2.0 503 *"
busy 8 3

note '--- who is admitted is answered by the node alone'
load 0
message INVITE ten "${ADDR[c1]}:4010;branch=z9hG4bK10"
bot c1 hear 4010 "$VIP" 5060 "$MESSAGE"
expect 'by IPv4' "$VIP 5060 n[12]"
bot c1 hear 4010 "$VIP6" 5060 "$MESSAGE"
expect 'by IPv6' "$VIP6 5060 n[12]"
busy 8 3

note '--- without the capability'
stop lb
spawn lb lb setpriv --bounding-set=-net_raw sara-agent --config "$RUN_DIR/lb.json"
wait_for 60 'the agent in lb' log_has lb 'connected to the kernel module'
load 700
message INVITE eleven "${ADDR[c1]}:4011;branch=z9hG4bK11"
bot c1 hear 4011 "$VIP" 5060 "$MESSAGE" 1
expect 'nobody is answered' none
bot c1 hear 4011 "$VIP" 5060 "$MESSAGE" 1
check 'which is one warning' [ "$(grep -c 'not answered: opening a raw socket needs CAP_NET_RAW' "$RUN_DIR/lb.log")" = 1 ]
ANSWER=$(ns lb sara -j stats show agent socket "$RUN_DIR/lb.sock" | tr -d ' \n')
expect 'and counted' '*"busy":{"sent":0,"unanswerable":0,"send_failures":2}*'

kernel_is_silent 'the kernel has nothing to complain of'
verdict
