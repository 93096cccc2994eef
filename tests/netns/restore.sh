#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A session table that survives: saved, the module unloaded and loaded, restored; and what a standby dispatcher's table does.
#
#   c1 (and, by frames, other clients) ----> lb (VIP; services below) --MAC--> n1 | n2
#
#   udp 5060 sip    key flow       udp 5070 calls  key call-id      tcp 554 rtsp    key flow
#   udp 5080 source key source     udp 6000-6010: media, announced
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/restore.sh
# timeout: 600
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

C=198.18.0.11 OTHER=198.18.0.99
FILE=''

udp() { echo "src=$C sport=$1 dst=$VIP dport=$2 proto=17"; }
tcp() { echo "src=$C sport=$1 dst=$VIP dport=554 proto=6"; }
# past FIELD=VALUE...: a flow of OTHER that is restored.
past() {
	local IFS=,
	echo "src=$OTHER,dst=$VIP,$*"
}
# id_of WORDS...: the session of a flow, in ID.
id_of() {
	bot lb show flow-get "$@" : session
	ID=$ANSWER
	[[ $ID =~ ^[0-9]+$ ]] || die "$*: no session: $ID"
}
# balanced WHAT: of all sessions that there ever were each was admitted or restored, and lives or has ended.
balanced() {
	local admitted restored now ended
	bot lb stat placed restored sessions ended-idle ended-closed ended-finished ended-expired ended-deleted ended-reclaimed
	read -r admitted restored now ended <<<"$ANSWER"
	ended=$((${ended// /+}))
	ANSWER="$((admitted + restored)) = $((now + ended))"
	[[ $((admitted + restored)) == $((now + ended)) ]] && ANSWER=balanced
	expect "$1: admitted and restored are alive and ended" balanced
	bot lb show service-get : sessions-total restored sessions ended-idle ended-closed ended-finished ended-expired \
		ended-deleted ended-reclaimed
	ANSWER=$(tr ';' '\n' <<<"$ANSWER" | awk -F, '{ if ($1 + $2 != $3 + $4 + $5 + $6 + $7 + $8 + $9) print "not", $0 }')
	expect "$1: of each service" ''
}
configure() {
	must lb nl node-new name=n1 dev=eth0 mac="${MAC[n1]}"
	must lb nl node-new name=n2 dev=eth0 mac="${MAC[n2]}"
	must lb nl service-new name=sip addr="$VIP" proto=17 port=5060 flow-timeout=60000
	must lb nl service-new name=calls addr="$VIP" proto=17 port=5070 app=sip key=call-id flow-timeout=60000
	must lb nl service-new name=source addr="$VIP" proto=17 port=5080 key=source flow-timeout=60000
	must lb nl service-new name=rtsp addr="$VIP" proto=6 port=554 app=rtsp flow-timeout=60000
	must lb nl config-set purge-interval=100 closing-timeout=1000 early-time=0
}
# no_new WHAT: no session was placed since it was restored.
no_new() {
	bot lb stat placed
	expect "$1, without a new session" 0
}

small_up
for node in n1 n2; do
	for port in 5060 5070 5080 6000 6001; do
		must "$node" udp-serve "$VIP" $port
	done
	must "$node" tcp-serve "$VIP" 554
done
configure
must lb nl dev-new name=eth0 mode=dispatch

# shellcheck disable=SC2046 # words are wanted throughout
{
note '--- sessions of all kinds'
must c1 tcp-open t 4000 "$VIP" 554
bot c1 tcp-ask t
TCP=$ANSWER
id_of $(tcp 4000)
must lb nl session-set id="$ID" label=stream lifetime=600000
bot c1 udp 4001 "$VIP" 5060
SIP=$ANSWER
bot c1 udp 4001 "$VIP" 5060
id_of $(udp 4001 5060)
must lb nl announce-new session="$ID" $(udp 4002 6000) tag=7
must lb nl announce-new session="$ID" $(udp 4003 6001) tag=7
bot c1 udp 4002 "$VIP" 6000
expect 'an announced flow comes' "$SIP"
must c1 tell 4004 "$VIP" 5070 'INVITE\x20sip:b\x20SIP/2.0\r\nCall-ID:\x20one@c\r\n\r\n'
bot lb show flow-get $(udp 4004 5070) call-id=one@c : node
CALL=$ANSWER
expect 'a call is placed' 'n[12]'
bot c1 udp 4005 "$VIP" 5080
SOURCE=$ANSWER
bot c1 udp 4006 "$VIP" 5080
expect 'a client has one node' "$SOURCE"
must c1 frame "${MAC[lb]}" udp 198.18.0.88 4007 "$VIP" 5060 len=10
# One that is held, and has no flow: it was closed.
must c1 frame "${MAC[lb]}" tcp 198.18.0.77 4008 "$VIP" 554 flags=2 seq=1
must c1 frame "${MAC[lb]}" tcp 198.18.0.77 4008 "$VIP" 554 flags=16 seq=2
bot lb show flow-get src=198.18.0.77 sport=4008 dst="$VIP" dport=554 proto=6 : session node
IFS=, read -r ID HELD <<<"$ANSWER"
must lb nl session-set id="$ID" lifetime=500000 label=held
must c1 frame "${MAC[lb]}" tcp 198.18.0.77 4008 "$VIP" 554 flags=17 seq=2
eventually 20 'a session is held, without a flow' 0 lb show session-get id="$ID" : flows
bot lb stat sessions flows announcements
expect 'so many are there' '6 7 2'

note '--- saved'
FILE=$RUN_DIR/saved.json
ANSWER=$(ns lb sara session save "$FILE" 2>&1)
expect 'it says how many' 'saved 6 sessions, 7 flows, 2 announcements'
ANSWER=$(stat -c %a "$FILE")
expect 'for its owner alone' 600
ANSWER=$(ns lb sara session save - | sed 's/"saved"[^,]*//; s/"\(age\|idle\|lifetime\)":[0-9]*//g' | cksum)
first=$ANSWER
ANSWER=$(ns lb sara session save | sed 's/"saved"[^,]*//; s/"\(age\|idle\|lifetime\)":[0-9]*//g' | cksum)
expect 'twice the same' "$first"

note '--- the module goes and comes back'
for socket in lb lb#ear; do
	bot $socket unbind
done
rmmod sara
insmod "$SARA_KO"
configure
must lb#ear listen
ANSWER=$(ns lb sara session restore "$FILE" 2>&1) || ANSWER="failed: $ANSWER"
expect 'restored, before the device is attached' 'restored 6 sessions, 7 flows, 2 announcements; 0 refused'
bot lb#ear events 0.1
expect 'which is told' '*session,created,1,*announce,created,*'
bot lb stat sessions flows announcements restored placed offered
expect 'all are there, and none was placed' '6 7 2 6 0 0'
bot lb show session-get : status
expect 'all are standby' 'standby;standby;standby;standby;standby;standby'
balanced 'restored'
ANSWER=$(ns lb sara session restore "$FILE" 2>&1) || ANSWER="failed: $ANSWER"
expect 'restored again' 'restored 6 sessions, 7 flows, 2 announcements; 0 refused'
bot lb stat sessions flows announcements restored
expect 'they are the same, but for the one without a flow, by which nothing can be told' '7 7 2 7'
bot lb#ear events 0.1
ANSWER=$(tr ';' '\n' <<<"$ANSWER" | grep -c '^session,created' || true)
expect 'and that is told of this one alone' 1
must lb nl dev-new name=eth0 mode=dispatch

note '--- each conversation goes on'
bot c1 tcp-ask t
expect 'the TCP connection, to its node' "$TCP"
bot lb show flow-get $(tcp 4000) : status session
expect 'it is established' 'established,[1-9]*'
ID=${ANSWER#*,}
bot lb show session-get id="$ID" : status label standby placement
expect 'and this own, with its label' 'established,stream,-,restored'
bot lb#ear events 0.1
ANSWER=$(tr ';' '\n' <<<"$ANSWER" | grep -c "^session,changed,$ID" || true)
expect 'which is told once' 1
bot c1 udp 4001 "$VIP" 5060
expect 'signalling goes to its node' "$SIP"
bot c1 udp 4002 "$VIP" 6000
expect 'so do its media' "$SIP"
bot c1 udp 4003 "$VIP" 6001
expect 'and media that were only announced' "$SIP"
bot lb show announce-get $(udp 4002 6000) : confirmed promotions tag
expect 'the one that was confirmed is so' 'yes,1,7'
must c1 tell 4014 "$VIP" 5070 'BYE\x20sip:b\x20SIP/2.0\r\nCall-ID:\x20one@c\r\n\r\n'
bot lb show flow-get $(udp 4004 5070) call-id=one@c : node packets status
expect 'the next message of a call finds it, from wherever it comes' "$CALL,2,established"
bot c1 udp 4005 "$VIP" 5080
expect 'a client keeps its node' "$SOURCE"
bot c1 udp 4016 "$VIP" 5080
expect 'also with another flow' "$SOURCE"
must c1 frame "${MAC[lb]}" udp 198.18.0.88 4007 "$VIP" 5060 len=10
bot lb show flow-get src=198.18.0.88 sport=4007 dst="$VIP" dport=5060 proto=17 : packets status
expect 'a flow of one packet has two now' '2,established'
bot lb show session-get : label node lifetime
expect 'the held one waits on' "*held,$HELD,4?????*"
no_new 'all of it'
must c1 tcp-close t
bot lb show flow-get $(tcp 4000) : status
expect 'the FIN in the middle of a stream is believed' closing
bot lb stat tcp-implausible
expect 'there was nothing to disbelieve' 0
balanced 'then'

note '--- refusals'
bot lb nl session-restore service=nobody node=n1 flow=$(past sport=1,dport=5060,proto=17)
expect 'an unknown service' 'ENOENT: there is no service *'
bot lb nl session-restore service=sip node=n9 flow=$(past sport=1,dport=5060,proto=17)
expect 'an unknown node' 'ENOENT: there is no node *'
bot lb nl session-restore service=sip node=n1 flow=$(past sport=1,dport=5070,proto=17)
expect 'a flow of another service' 'EINVAL: *destination*'
bot lb nl session-restore service=sip node=n1
expect 'no flow, and no time' 'EINVAL: a session without a flow needs a lifetime or linger'
bot lb nl session-restore service=sip node=n1 lifetime=1000 linger=1000
expect 'two times' 'EINVAL: a session has either a lifetime or an end*'
bot lb nl session-restore service=source node=n1 lifetime=1000
expect 'nobody is its client' 'EINVAL: a session of a service with key source needs *'
bot lb nl session-restore service=calls node=n1 flow=$(past sport=1,dport=5070,proto=17)
expect 'a call without its Call-ID' 'EINVAL: a flow has a Call-ID if *'
must lb nl session-restore service=sip node=n1 flow=$(past sport=1,dport=5060,proto=17,status=established)
id_of src=$OTHER sport=1 dst="$VIP" dport=5060 proto=17
bot lb nl session-restore service=sip node=n2 flow=$(past sport=1,dport=5060,proto=17)
expect 'a flow that another node has' 'EEXIST: *'
must lb nl session-restore service=sip node=n1 flow=$(past sport=2,dport=5060,proto=17,status=established)
bot lb nl flow-restore session="$ID" past=$(past sport=2,dport=5060,proto=17)
expect 'a flow of another session' 'EEXIST: *'
bot lb nl flow-restore session=999 past=$(past sport=2,dport=5060,proto=17)
expect 'of no session' 'ENOENT: *'
counted 'conflicts are counted' 2 restore-conflicts
must lb nl node-set name=n2 state=drain
must lb nl session-restore service=sip node=n2 flow=$(past sport=3,dport=5060,proto=17,status=established)
must lb nl node-set name=n2 state=up
bot lb stat sessions
count=$ANSWER
must lb nl config-set max-sessions="$count"
bot lb nl session-restore service=sip node=n1 flow=$(past sport=4,dport=5060,proto=17,status=established)
expect 'more than max-sessions' 'ENOSPC: there are as many sessions as max-sessions allows'
must lb nl config-set max-sessions=1000000 max-flows=3
bot lb nl flow-restore session="$ID" past=$(past sport=5,dport=6000,proto=17,identity=secondary)
expect 'more than max-flows' 'ENOSPC: there are as many flows as *'
counted 'and both counted' 2 restore-full
must lb nl config-set max-flows=1000000
must c1 send 4900 "$VIP" 5060
bot lb stat sessions
must lb nl config-set max-sessions="$ANSWER"
bot lb nl session-restore service=sip node=n1 flow=$(past sport=6,dport=5060,proto=17)
expect 'one of a single packet takes nobodies place' 'ENOSPC: *'
must lb nl session-restore service=sip node=n1 flow=$(past sport=7,dport=5060,proto=17,status=established)
counted 'an established one may have that of a single packet' 1 ended-reclaimed
must lb nl config-set max-sessions=1000000
balanced 'refused'

note '--- a node was seen to serve it'
seen() { bot lb nl session-seen mac="${MAC[$1]}" flow=$(past "${@:2}"); }
must lb nl session-del all=1
counted 'nobody was seen so far' 0 seen
seen n2 sport=20,dport=5060,proto=17
expect 'a flow that nobody has is a session of its' ok
bot lb show session-get : node status standby placement flows service
expect 'there, standby until its first packet' 'n2,standby,yes,restored,1,sip'
id_of src=$OTHER sport=20 dst="$VIP" dport=5060 proto=17
seen n2 sport=20,dport=5060,proto=17
expect 'seen again' ok
must lb nl session-restore service=sip node=n2 flow=$(past sport=20,dport=5060,proto=17,status=established) lifetime=600000
seen n2 sport=20,dport=5060,proto=17
bot lb show session-get id="$ID" : lifetime status
expect 'which changes nothing' '[56]?????,standby'
seen n1 sport=20,dport=5060,proto=17
expect 'at another node' 'EEXIST: *'
seen n2 sport=21,dport=554,proto=6
expect 'of TCP' ok
must c1 frame "${MAC[lb]}" tcp $OTHER 21 "$VIP" 554 flags=24 seq=700 len=10
must c1 frame "${MAC[lb]}" tcp $OTHER 21 "$VIP" 554 flags=24 seq=710 len=10
bot lb show flow-get src=$OTHER sport=21 dst="$VIP" dport=554 proto=6 : node packets status
expect 'goes on where it is' 'n2,2,established'
seen n1 sport=22,dport=5070,proto=17,call-id=seen@c
expect 'a call' ok
bot lb show flow-get src=$OTHER sport=22 dst="$VIP" dport=5070 proto=17 call-id=seen@c : node
expect 'is one by its Call-ID' n1
seen n1 sport=22,dport=5070,proto=17
expect 'which it needs' 'EINVAL: a flow has a Call-ID if *'
seen n1 sport=23,dport=5060,proto=17,call-id=seen@c
expect 'elsewhere it does not matter' ok
seen n1 sport=24,dport=5080,proto=17
seen n1 sport=25,dport=5080,proto=17
id_of src=$OTHER sport=25 dst="$VIP" dport=5080 proto=17
bot lb show session-get id="$ID" : flows node
expect 'flows of a client are one session, with key source' '2,n1'
seen n1 sport=26,dport=6000,proto=17
expect 'to no service' 'ENOENT: no service has *'
seen c1 sport=26,dport=5060,proto=17
expect 'by nobody' 'ENOENT: no node has this MAC'
bot lb nl session-seen mac="${MAC[n1]}"
expect 'no flow' 'EINVAL: the flow or the MAC is missing'
bot lb nl session-seen mac="${MAC[n1]}" flow=$(past sport=27,dport=5060,proto=17,identity=secondary)
expect 'a flow of media' 'EINVAL: *signalling*'
counted 'so many sessions were made' 5 seen
balanced 'seen'

note '--- a standby dispatcher'
must lb nl session-del all=1
must lb nl service-set name=sip flow-timeout=1000
bot lb nl config-set standby-time=3600001
expect 'the clocks stand still for an hour at most' 'EINVAL: *'
must lb nl config-set standby-time=60000
bot lb show config-get abi-version=1 : standby-time
expect 'what is left of it' '[56]????'
must lb nl session-restore service=sip node=n2 flow=$(past sport=1,dport=5060,proto=17,status=established,idle=900)
id_of src=$OTHER sport=1 dst="$VIP" dport=5060 proto=17
must lb nl flow-restore session="$ID" \
	past=$(past sport=2,dport=6000,proto=17,identity=secondary,form=exact,status=established)
must lb nl announce-new session="$ID" src=$OTHER sport=3 dst="$VIP" dport=6001 proto=17 ttl=500
must lb nl session-restore service=sip node=n2 lifetime=500 label=short
bot c1 tcp-open w 4300 "$VIP" 554
until bot lb show session-get id="$ID" : age && ((ANSWER > 3500)); do
	sleep 0.2
done
bot lb stat sessions flows announcements
expect 'nothing has aged in three times the timeout' '3 3 1'
bot lb nl session-del id="$ID" standby=1
expect 'what went there goes here' ok
bot lb stat sessions flows announcements
expect 'with its flows' '2 1 0'
must lb nl session-restore service=sip node=n2 flow=$(past sport=1,dport=5060,proto=17,status=established)
id_of src=$OTHER sport=1 dst="$VIP" dport=5060 proto=17
must lb nl flow-restore session="$ID" \
	past=$(past sport=2,dport=6000,proto=17,identity=secondary,form=exact,status=established)
must lb nl flow-del src=$OTHER sport=2 dst="$VIP" dport=6000 proto=17
bot lb show session-get id="$ID" : flows
expect 'a flow that went there goes here' 1
for label in label=first ''; do
	# shellcheck disable=SC2086 # or no word
	must lb nl session-restore service=sip node=n2 $label \
		flow=$(past sport=1,dport=5060,proto=17,status=established)
	bot lb show session-get id="$ID" : label
	expect "restored again it is as it is told: ${label:-no label}" "${label#label=}*"
done
expect 'none is none' -
must c1 frame "${MAC[lb]}" udp $OTHER 1 "$VIP" 5060 len=10
eventually 5 'its first packet makes it own' 'established,n2,-' lb show session-get id="$ID" : status node standby
bot lb nl session-del id="$ID" standby=1
expect 'then it goes for nobody' 'EBUSY: *'
bot lb nl flow-del src=$OTHER sport=1 dst="$VIP" dport=5060 proto=17
expect 'nor does its flow' 'EBUSY: *'
eventually 20 'and it ages' 'ENOENT*' lb show session-get id="$ID" : status
bot lb show session-get : label status
expect 'while the others do not' '*short,standby*'
must lb nl session-restore service=sip node=n2 flow=$(past sport=1,dport=5060,proto=17,status=established)
id_of src=$OTHER sport=1 dst="$VIP" dport=5060 proto=17
must lb nl session-set id="$ID" own=1
bot lb show session-get id="$ID" : status standby
expect 'the agent makes it own without a packet' 'established,-'
must lb nl session-set id="$ID" standby=1
bot lb show flow-get src=$OTHER sport=1 dst="$VIP" dport=5060 proto=17 : status
expect 'and gives it up' standby
must lb nl config-set standby-time=0
eventually 20 'when the clocks run, all goes' 1 lb stat sessions
must lb nl config-set standby-time=1000
must lb nl service-set name=sip flow-timeout=60000
must lb nl session-restore service=sip node=n2 flow=$(past sport=8,dport=5060,proto=17,status=established,idle=50000)
id_of src=$OTHER sport=8 dst="$VIP" dport=5060 proto=17
eventually 20 'the agent is silent for too long' 0 lb show config-get abi-version=1 : standby-time
bot lb show session-get id="$ID" : age idle
((${ANSWER#*,} < ${ANSWER%,*})) && ANSWER=later
expect 'from then on it is idle' later
balanced 'aged'

note '--- TCP that had moved on elsewhere'
# segment SPORT OPTION...
segment() { must c1 frame "${MAC[lb]}" tcp $OTHER "$1" "$VIP" 554 "${@:2}"; }
for sport in 1 2; do
	must lb nl session-restore service=rtsp node=n1 \
		flow=$(past sport=$sport,dport=554,proto=6,status=established,tcp-end=1000,packets=5)
done
stream() { bot lb show flow-get src=$OTHER sport="$1" dst="$VIP" dport=554 proto=6 : status; }
bot lb stat tcp-implausible tcp-syn-live
expect 'there was nothing to disbelieve' '0 0'
segment 1 flags=17 seq=5000000
stream 1
expect 'a FIN far from what was told is not believed' standby
segment 1 flags=4 seq=5000000
segment 1 flags=2 seq=5000000
stream 1
expect 'nor an RST, nor a SYN' standby
bot lb stat tcp-implausible tcp-syn-live
expect 'and counted' '2 1'
segment 1 flags=24 seq=5000000 len=10
stream 1
expect 'a segment that may be anywhere says where it is' established
segment 1 flags=17 seq=5000010
stream 1
expect 'so that the FIN there is believed' closing
segment 2 flags=17 seq=1000
stream 2
expect 'and one that is near is at once' closing
balanced 'TCP'
must lb nl session-del all=1

note '--- by the command line'
ANSWER=$(ns lb sara session restore "$FILE" 2>&1) || ANSWER="failed: $ANSWER"
expect 'restored once more' 'restored 6 sessions, 7 flows, 2 announcements; 0 refused'
must lb nl session-del all=1
must lb nl session-restore service=sip node=n1 flow=src=198.18.0.88,sport=4007,dst="$VIP",dport=5060,proto=17
sed 's/"node":"n1"/"node":"n9"/; s/"node":"n2"/"node":"n9"/' "$FILE" >"$RUN_DIR/other.json"
ANSWER=$(ns lb sara session restore "$RUN_DIR/other.json" 2>&1) && ANSWER="went: $ANSWER"
expect 'what is refused is told, and why' 'restored 0 sessions, 0 flows, 0 announcements; 6 refused*there is no node*'
ANSWER=$({ ns lb sara -j session restore "$RUN_DIR/other.json" 2>/dev/null || true; } | python3 -c 'import json, sys
out = json.load(sys.stdin)
print(out["sessions"], len(out["refused"]), *out["refused"][0])')
expect 'as JSON' '0 6 session object name why'
ns lb sara session show | grep -q standby && ANSWER=standby
expect 'standby is shown' standby
bot lb show session-get : id
ANSWER=$(ns lb sara explain id "${ANSWER%%;*}" 2>&1)
expect 'why it is there is said' '*it was restored with its node*'
}
must lb nl session-del all=1
wait_for 20 'all memory to be freed' all_freed || FAILED=$((FAILED + 1))
kernel_is_silent 'the kernel says nothing'
verdict
