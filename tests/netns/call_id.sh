#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Session key call-id: of the calls that come by one flow each is a session of its own, and all its messages reach its
# node, wherever they come from.
#
#   c1, one port, many calls ----> lb (VIP, SIP at UDP 5060-5061) --MAC--> n1 | n2
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/call_id.sh
# timeout: 480
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

C=198.18.0.11

# message METHOD HEADERS: a SIP message as bot.py reads it, in MESSAGE; HEADERS with a line end each.
message() {
	MESSAGE="$1\\x20sip:x@y\\x20SIP/2.0\\r\\nVia:\\x20SIP/2.0/UDP\\x20$C;branch=z9hG4bK1\\r\\nFrom:\\x20<sip:i@x>;tag=i:1\\r\\n"
	MESSAGE+="$2CSeq:\\x201\\x20$1\\r\\nContent-Length:\\x200\\r\\n\\r\\n"
}

# ask METHOD CALL-ID [SPORT [DPORT]]: which node answers?
ask() {
	message "$1" "Call-ID:\\x20$2\\r\\n"
	bot c1 say "${3-4000}" "$VIP" "${4-5060}" "$MESSAGE"
}

# other NODE: the other one.
other() { [[ $1 == n1 ]] && echo n2 || echo n1; }

small_up
small_nodes

note '--- what is refused'
bot lb nl service-new name=sip addr="$VIP" proto=6 port=5060 app=sip key=call-id
expect 'TCP has no key call-id' 'EINVAL: key call-id is for SIP over UDP*'
bot lb nl service-new name=sip addr="$VIP" proto=17 port=5060 key=call-id
expect 'nor has what is not SIP' 'EINVAL: key call-id is for SIP over UDP*'
bot lb nl service-new name=sip addr="$VIP" proto=17 port=5060 app=sip no-call-id=pass
expect 'without that key all datagrams are alike' 'EINVAL: no-call-id is only for key call-id'

must lb nl service-new name=sip addr="$VIP" proto=17 port=5060 port-last=5061 app=sip key=call-id flow-timeout=60000
must lb nl service-new name=sip6 addr="$VIP6" proto=17 port=5060 app=sip key=call-id
must lb nl config-set purge-interval=100
for node in n1 n2; do
	must "$node" udp-serve "$VIP" 5060
	must "$node" udp-serve "$VIP" 5061
	must "$node" udp-serve "$VIP6" 5060
done

# shellcheck disable=SC2046 # words are wanted throughout
{
note '--- one flow, many calls'
ask INVITE a@x
A=$ANSWER
expect 'a node answers the first call' 'n[12]'
ask INVITE b@x
B=$ANSWER
expect 'the second one goes to the node that has none' "$(other "$A")"
ask INVITE c@x
ask INVITE d@x
bot lb show node-get : sessions
expect 'four calls are four sessions, two on each node' '2;2'
for method in ACK CANCEL BYE INVITE UPDATE; do
	ask $method a@x
	expect "$method of the first call follows it" "$A"
	ask $method b@x
	expect "$method of the second call follows that" "$B"
done
bot lb stat placed sessions flows hits
expect 'none of these was placed anew' '4 4 4 10'

note '--- a call is its Call-ID, wherever it comes from'
ask BYE a@x 4001
expect 'the client may use another port' "$A"
ask BYE a@x 4001 5061
expect 'and another port of the service' "$A"
MESSAGE='SIP/2.0\x20200\x20OK\r\nCall-ID:\x20b@x\r\n\r\n'
bot c1 say 4002 "$VIP" 5060 "$MESSAGE"
expect 'a reply is of its call like a request' "$B"
ask INVITE A@x
bot lb stat sessions
expect 'case counts in a Call-ID' 5

note '--- how the header may be written'
# Every way of writing a@x goes to one node, b@x to the other; so a wrong guess would show.
n=0
while read -r what header; do
	n=$((n + 1))
	message OPTIONS "${header/\*/a@x}"
	bot c1 say 4000 "$VIP" 5060 "$MESSAGE"
	expect "${what//_/ }: of the first call" "$A"
	message OPTIONS "${header/\*/b@x}"
	bot c1 say 4000 "$VIP" 5060 "$MESSAGE"
	expect "${what//_/ }: of the second call" "$B"
done <<'END'
compact i:*\r\n
compact,_upper_case I:\x20*\r\n
any_case cALL-iD:*\r\n
blanks Call-ID\x20\t:\x20\t*\x20\r\n
folded Call-ID:\r\n\x20*\r\n
folded_after Call-ID:\x20*\r\n\x20\r\n
LF_only Call-ID:\x20*\n
others_first i-am:\x20none\r\nCall-IDs:\x20none\r\nSubject:\x20x\r\n\x20i:none\r\nCall-ID:\x20*\r\n
the_first_counts Call-ID:\x20*\r\nCall-ID:\x20none\r\n
END
((n == 9)) || die "$n headers were tried"
bot lb stat sessions drop-no-call-id
expect 'all were understood' '5 0'

note '--- what has no Call-ID'
bot lb stat forwarded
forwarded=$ANSWER
tried=0
while read -r what text; do
	tried=$((tried + 1))
	bot c1 tell 4000 "$VIP" 5060 "$text"
	eventually 5 "${what//_/ } is dropped and counted" $tried lb stat drop-no-call-id
done <<'END'
a_keep-alive \r\n\r\n
zeros \x00\x00\x00\x00
STUN \x00\x01\x00\x00\x21\x12\xa4\x42
a_message_without INVITE\x20sip:x@y\x20SIP/2.0\r\nVia:\x20x\r\n\r\n
one_in_the_body_only INVITE\x20sip:x@y\x20SIP/2.0\r\nVia:\x20x\r\n\r\nCall-ID:\x20a@x\r\n
one_that_is_cut INVITE\x20sip:x@y\x20SIP/2.0\r\nCall-ID:\x20a@x
an_empty_one INVITE\x20sip:x@y\x20SIP/2.0\r\nCall-ID:\x20\r\nVia:\x20x\r\n\r\n
one_of_two_words INVITE\x20sip:x@y\x20SIP/2.0\r\nCall-ID:\x20a@x\x20b\r\n\r\n
END
bot lb stat forwarded
expect 'and goes to no node' "$forwarded"
message OPTIONS "Call-ID:\\x20$(printf '%0255d' 1)\\r\\n"
bot c1 say 4000 "$VIP" 5060 "$MESSAGE"
expect 'a Call-ID may have 255 bytes' 'n[12]'
message OPTIONS "Call-ID:\\x20$(printf '%0256d' 1)\\r\\n"
bot c1 tell 4000 "$VIP" 5060 "$MESSAGE"
eventually 5 'a longer one is none' $((tried + 1)) lb stat drop-no-call-id
must lb nl service-set name=sip no-call-id=pass
bot lb show service-get name=sip : key no-call-id
expect 'a service may be told to pass what has none' 'call-id,pass'
bot c1 tell 4000 "$VIP" 5060 '\r\n\r\n'
eventually 5 'it goes to the local stack' 1 lb stat pass-no-call-id
bot lb stat drop-no-call-id
expect 'and is not dropped' $((tried + 1))

note '--- the agent is told which call it is'
must lb bind
ask INVITE a@x 4005
bot lb inspected 1
bot lb show flow-get src=$C sport=1 dst="$VIP" dport=5060 proto=17 call-id=a@x : session identity sport call-id
expect 'a call is found by its Call-ID, and tells the flow of its first packet' '*,signalling,4000,a@x'
id=${ANSWER%%,*}
bot lb show session-get id="$id" : sport call-id node
expect 'so does its session' "4000,a@x,$A"
bot lb show flow-get src=$C sport=4000 dst="$VIP" dport=5060 proto=17 : session
expect 'the flow alone names none' 'ENOENT*'
bot lb show flow-get src=$C sport=4000 dst="$VIP" dport=5060 proto=17 call-id=nobody : session
expect 'nor does a Call-ID that nobody had' 'ENOENT*'
ask INVITE b@x 4006
bot lb copied 1 call-id session sport
expect 'each copy bears Call-ID, session and the flow it came by' 'b@x,*,4006'
must lb unbind
bot lb tally session-get call-id=a@x : id 0 99999999
expect 'a dump can be of one call' '1 1 1 whole'
bot lb tally flow-get call-id=a@x : session 0 99999999
expect 'flows likewise' '1 1 1 whole'

note '--- announced media'
must lb nl announce-new session="$id" src=$C sport=6000 dst="$VIP" dport=7000 proto=17
must "$A" udp-serve "$VIP" 7000
must "$(other "$A")" udp-serve "$VIP" 7000
bot c1 udp 6000 "$VIP" 7000
expect 'follow their call' "$A"
bot lb tally flow-get call-id=a@x : session 0 99999999
expect 'and are listed with it' '2 2 1 whole'
bot lb tally announce-get call-id=b@x : session 0 99999999
expect 'not with another call' '0 0 0 whole'

note '--- an ICMP error quotes the message that it is about'
message() { MESSAGE="SIP/2.0\\x20200\\x20OK\\r\\nCall-ID:\\x20$1\\r\\n\\r\\n"; }
for call in a@x b@x; do
	message $call
	bot lb stat icmp-forwarded
	before=$ANSWER
	bot c1 icmp "$VIP" 3 3 0 udp "$VIP" 5060 $C 4000 "text=$MESSAGE"
	eventually 5 "so it goes with its call $call" $((before + 1)) lb stat icmp-forwarded
done
message nobody
bot c1 icmp "$VIP" 3 3 0 udp "$VIP" 5060 $C 4000 "text=$MESSAGE"
eventually 5 'of no call it stays here' 1 lb stat pass-icmp

note '--- datagrams that come aggregated'
# Both are 60 bytes.
PAIR=''
for call in a@x b@x; do
	printf -v text 'BYE sip:x@y SIP/2.0\r\nCall-ID: %s\r\n' $call
	printf -v pad '%*s' $((60 - ${#text} - 6)) ''
	text+="S:${pad// /x}"$'\r\n\r\n'
	text=${text// /\\x20} text=${text//$'\r'/\\r} text=${text//$'\n'/\\n}
	PAIR+=$text
done
bot c1 say 4000 "$VIP" 5060 "$PAIR" 60
[[ $ANSWER == "$B,$A" ]] && ANSWER=$A,$B
expect 'each goes with its call' "$A,$B"

note '--- IPv6'
message() { MESSAGE="INVITE\\x20sip:x@y\\x20SIP/2.0\\r\\nCall-ID:\\x20$1\\r\\n\\r\\n"; }
message a@x
bot c1 say 4000 "$VIP6" 5060 "$MESSAGE"
A6=$ANSWER
message b@x
bot c1 say 4000 "$VIP6" 5060 "$MESSAGE"
expect 'the second call of an IPv6 client' "$(other "$A6")"
message a@x
bot c1 say 4003 "$VIP6" 5060 "$MESSAGE"
expect 'the first one again' "$A6"
bot lb show service-get name=sip6 : sessions
expect 'a Call-ID is of its service: the same one elsewhere is another call' 2

note '--- bounds and ends'
must lb nl service-set name=sip6 flow-timeout=1000
eventually 15 'a silent call goes' 0 lb show service-get name=sip6 : sessions
must lb nl session-del id="$id"
bot lb tally session-get call-id=a@x : id 0 99999999
expect 'a removed one is gone' '0 0 0 whole'
must lb nl config-set max-sessions=10
for ((i = 0; i < 30; i++)); do
	message flood$i
	must c1 tell 4000 "$VIP" 5060 "$MESSAGE"
done
bot lb stat sessions
expect 'calls are no more than sessions may be' 10
must lb nl service-del name=sip force=1
bot lb stat flows
expect 'a service goes with its calls' 0
}
kernel_is_silent 'the kernel has nothing to say'
verdict
