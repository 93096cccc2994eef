#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Admission by load: one verdict for each new session and however often it asks, known sessions untouched, media thinned
# before signalling, clients told as they should be, and every session accounted for.
#
#   c1 --UDP, TCP--> lb (VIP; services flow, off, call, source, tcp, and flow6, tcp6) --MAC--> n1 | n2
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/admission.sh
# timeout: 480
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

EPOCH=0 ONE=16777216
L() { echo $((ONE * $1 / 1000)); }

# load THOUSANDTHS [COST [VALID]]: a policy of this load; thresholds as in the paper's example.
load() {
	EPOCH=$((EPOCH + 1))
	must lb nl policy-set epoch=$EPOCH valid="${3-600000}" load="$(L "$1")" cost="${2-0}" \
		t1="$(L 500)" t2="$(L 700)" t3="$(L 850)" c=$ONE
}

# stat COUNTER...: their values, in ANSWER.
stat() { bot lb stat "$@"; }

# between WHAT LOW HIGH: the answer is a number from LOW to HIGH.
between() {
	[[ $ANSWER =~ ^[0-9]+$ ]] && ((ANSWER >= $2 && ANSWER <= $3)) && ANSWER=within
	expect "$1: $2 to $3" within
}

# service NAME FIELD...: what is told of it, by blanks, in ANSWER.
service() {
	bot lb show service-get name="$1" : "${@:2}"
	ANSWER=${ANSWER//,/ }
}

# identity NAME: all that was offered to a service was refused or admitted, and what was admitted lives or has ended.
identity() {
	local -a a
	service "$1" offered sessions-total refused sessions ended-{idle,closed,finished,expired,deleted,reclaimed} \
		refused-{load,no-node,full}
	read -r -a a <<<"$ANSWER"
	ANSWER="$((a[0] - a[1] - a[2])) $((a[1] - a[3] - a[4] - a[5] - a[6] - a[7] - a[8] - a[9])) $((a[2] - a[10] - a[11] - a[12]))"
	expect "the account of $1 is balanced" '0 0 0'
}

accounts() {
	local name
	local -a a
	for name in flow off call source tcp; do
		identity $name
	done
	stat offered placed refused-load refused-no-node refused-full sessions ended-{idle,closed,finished,expired,deleted,reclaimed}
	read -r -a a <<<"$ANSWER"
	ANSWER="$((a[0] - a[1] - a[2] - a[3] - a[4])) $((a[1] - a[5] - a[6] - a[7] - a[8] - a[9] - a[10] - a[11]))"
	expect 'so is that of the namespace' '0 0'
	bot lb tally session-get : id 1 1000000
	ANSWER=${ANSWER%% *}
	expect 'and the table holds what is said to live' "${a[5]}"
}

small_up
small_nodes
for node in n1 n2; do
	must "$node" udp-serve "$VIP" 5060
	must "$node" udp-serve "$VIP" 5061
	must "$node" udp-serve "$VIP6" 5060
	must "$node" tcp-serve "$VIP" 554
	must "$node" tcp-serve "$VIP6" 554
done

note '--- what is refused'
bot lb nl service-new name=tcp addr="$VIP" proto=6 port=554 app=rtsp refuse=busy
expect 'who is busy speaks SIP over UDP' 'EINVAL: refuse busy is for SIP over UDP*'
bot lb nl service-new name=flow addr="$VIP" proto=17 port=5060 refuse=busy
expect 'who is busy speaks SIP' 'EINVAL: refuse busy is for SIP over UDP*'
bot lb nl service-new name=flow addr="$VIP" proto=17 port=5060 admission=2
expect 'admission is on or off' 'E*'

must lb nl service-new name=flow addr="$VIP" proto=17 port=5060 flow-timeout=600000 admission=on
must lb nl service-new name=off addr="$VIP" proto=17 port=5061 flow-timeout=600000
must lb nl service-new name=call addr="$VIP" proto=17 port=5062 flow-timeout=600000 admission=on app=sip key=call-id
must lb nl service-new name=source addr="$VIP" proto=17 port=5063 flow-timeout=600000 admission=on key=source
must lb nl service-new name=tcp addr="$VIP" proto=6 port=554 admission=on
must lb nl service-new name=flow6 addr="$VIP6" proto=17 port=5060 admission=on refuse=reset
must lb nl service-new name=tcp6 addr="$VIP6" proto=6 port=554 admission=on refuse=reset
bot lb show service-get : admission refuse
expect 'told by get' 'on,drop;off,drop;on,drop;on,drop;on,drop;on,reset;on,reset'
bot lb nl service-set name=tcp refuse=busy
expect 'set is refused, too' 'EINVAL: refuse busy*'
# Who was refused stays so to the end, however slow the machine is.
must lb nl config-set purge-interval=100 refused-time=600000

note '--- nobody, everybody'
must c1 flood 10000 20 "$VIP" 5060
eventually 20 'without a policy all get in' 20 lb stat sessions
load 500
must c1 flood 10100 20 "$VIP" 5060
eventually 20 'up to T1 all get in' 40 lb stat sessions
load 700
must c1 flood 10200 20 "$VIP" 5060
eventually 20 'from T2 on nobody does' '20 20 40' lb stat refused-load drop-refused sessions
must c1 flood 10300 20 "$VIP" 5061
eventually 20 'but where admission is off' '60 20' lb stat sessions refused-load
bot c1 udp 10000 "$VIP" 5060
expect 'who was there before is untouched' 'n[12]'
must c1 flood 10000 20 "$VIP" 5060
eventually 20 'all of them' '20 60' lb stat drop-refused sessions
service flow offered refused refused-load sessions-total
expect 'the service tells of it' '60 20 20 40'

note '--- one verdict'
for _ in 1 2 3 4 5 6; do
	must c1 flood 10200 20 "$VIP" 5060
done
eventually 20 'seven times asked, once refused' '20 140 20' lb stat refused-load drop-refused refused-now
load 0
bot c1 udp 10200 "$VIP" 5060 1
expect 'who was refused stays refused when the load is gone' none
bot c1 udp 10400 "$VIP" 5060
expect 'while others get in' 'n[12]'
must lb nl session-del all

note '--- some'
load 600
must c1 flood 20000 400 "$VIP" 5060
service flow sessions refused-load
read -r in out <<<"$ANSWER"
out=$((out - 20))
ANSWER=$((in + out))
expect 'each of 400 is in or out' 400
# Four standard deviations of a binomial distribution of p = .5 are 40.
ANSWER=$in
between 'at p = .5 half of 400 get in' 160 240
for _ in 1 2; do
	must c1 flood 20000 400 "$VIP" 5060
	sleep 0.3
done
service flow sessions refused-load
expect 'asked again, the same' "$in $((out + 20))"
load 699
must c1 flood 20000 400 "$VIP" 5060
load 501
must c1 flood 20000 400 "$VIP" 5060
service flow sessions refused-load
expect 'whatever the load is by then' "$in $((out + 20))"
accounts
must lb nl session-del all

note '--- without memory of them'
must lb nl config-set max-refused=0
load 600
# Coins fall anew every five minutes, but not twice here.
for first in 30000 30200; do
	must lb nl session-del all
	stat refused-forgotten
	was=$ANSWER
	must c1 flood $first 100 "$VIP" 5060
	service flow sessions
	in=$ANSWER
	must c1 flood $first 100 "$VIP" 5060
	must c1 flood $first 100 "$VIP" 5060
	service flow sessions
	[[ $ANSWER != "$in" ]] || break
done
between 'half of 100 get in' 30 70
service flow sessions
expect 'the coin of a session is always the same' "$in"
counted 'that they could not be remembered' $((was + 3 * (100 - in))) refused-forgotten
must lb nl config-set max-refused=10
load 1000
stat refused-now refused-forgotten
read -r now was <<<"$ANSWER"
must lb nl config-set max-refused=$((now + 10))
must c1 flood 31000 50 "$VIP" 5060
eventually 20 'the table has a bound' "$((now + 10)) $((was + 40))" lb stat refused-now refused-forgotten
must lb nl session-del all

note '--- their time'
must lb nl config-set refused-time=500
must lb nl config-set max-refused=65536
load 1000
must c1 flood 32000 5 "$VIP" 5060
load 0
eventually 20 'after refused-time they may ask again' 'n[12]' c1 udp 32000 "$VIP" 5060 1
must lb nl config-set refused-time=600000
load 1000 0 300
eventually 20 'a policy that is stale refuses nobody' 'n[12]' c1 udp 32100 "$VIP" 5060 1
must lb nl session-del all

note '--- the sessions of an interval'
load 500 "$(L 10)"
must c1 flood 33000 300 "$VIP" 5060
service flow sessions
between 'each that gets in makes the next one less likely' 12 20
must lb nl session-del all

note '--- calls'
load 600
service call sessions refused-load
expect 'none yet' '0 0'
must c1 calls 1 200 4000 "$VIP" 5062
service call sessions refused-load
read -r in out <<<"$ANSWER"
ANSWER=$((in + out))
expect 'each call is in or out' 200
ANSWER=$in
between 'half of 200 calls of one flow' 72 128
must c1 calls 1 200 4001 "$VIP" 5062
service call sessions refused-load
expect 'a call is its Call-ID, wherever it comes from' "$in $out"

note '--- sources'
must c1 clients "${MAC[lb]}" 1000 200 4000 "$VIP" 5063
service source sessions refused-load
read -r in out <<<"$ANSWER"
ANSWER=$((in + out))
expect 'each client is in or out' 200
ANSWER=$in
between 'half of 200 clients' 72 128
stat joined
was=$ANSWER
must c1 clients "${MAC[lb]}" 1000 200 4001 "$VIP" 5063
service source sessions refused-load
expect 'a client is its address, whatever its port' "$in $out"
counted 'the others join the session of their client' $((was + in)) joined
load 700
must c1 clients "${MAC[lb]}" 1000 200 4002 "$VIP" 5063
counted 'also when nobody gets in any more' $((was + 2 * in)) joined
accounts
must lb nl session-del all

note '--- TCP, and answers'
load 0
must c1 tcp-open a 0 "$VIP" 554
load 700
must lb nl service-set name=tcp refuse=reset
must lb nl service-set name=flow refuse=reset
bot c1 tcp-open b 0 "$VIP" 554
expect 'a connection is refused' ECONNREFUSED
bot c1 tcp-ask a
expect 'one that is there goes on' 'n[12]'
bot c1 tcp-open b 0 "$VIP6" 554
expect 'by IPv6, too' ECONNREFUSED
bot c1 knock 0 "$VIP" 5060
expect 'a port is unreachable' ECONNREFUSED
bot c1 knock 0 "$VIP6" 5060
expect 'by IPv6, too' ECONNREFUSED
bot c1 knock 4444 "$VIP" 5060
expect 'each time' ECONNREFUSED
bot c1 knock 4444 "$VIP" 5060
expect 'that it asks' ECONNREFUSED
stat refuse-reset refuse-busy refuse-limited refuse-failed
expect 'they are counted' '6 0 0 0'
must lb nl config-set refuse-rate=5
must c1 flood 34000 100 "$VIP" 5060
stat refuse-limited
between 'answers are bounded' 50 100
must lb nl config-set refuse-rate=1000

note '--- busy'
must lb nl service-set name=call refuse=busy
must c1 calls 1001 1 4000 "$VIP" 5062
bot lb until 20 1 stat refuse-failed
stat refuse-busy refuse-failed
expect 'without an agent nobody answers' '0 1'
must lb bind
must c1 calls 1002 1 4000 "$VIP" 5062
bot lb copied 5 refused session service call-id sport payload
expect 'the agent gets what it is to answer' 'yes,0,call,1002,4000,55'
load 0
must c1 calls 1003 1 4000 "$VIP" 5062
bot lb copied 5 refused service call-id
expect 'of others a copy as always' '-,call,1003'
stat refuse-busy
expect 'counted' 1
must lb unbind
must lb nl session-del all

note '--- events'
must lb#events listen
must lb nl config-set purge-interval=1000
load 700
must c1 flood 35000 200 "$VIP" 5060
bot lb#events events 2
IFS=';' read -r -a events <<<"$ANSWER"
ANSWER=none
((${#events[@]} < 1)) || ANSWER=${events[0]%,*}
expect 'that a service refuses is told' 'service,refused,1'
ANSWER=${#events[@]}
between 'but not of each session' 1 20
must lb#events unbind
must lb nl config-set purge-interval=100

note '--- thinning'
load 0
must c1 send 5000 "$VIP" 5060
eventually 20 'a session' 1 lb stat sessions
bot lb show session-get : id
id=$ANSWER
must lb nl announce-new session="$id" src="${ADDR[c1]}" sport=6000 dst="$VIP" dport=7000 proto=17
must c1 send 6000 "$VIP" 7000
eventually 20 'and its media' 1 lb stat promoted
must c1 send 5001 "$VIP" 5061
eventually 20 'another session, of the service without admission' 2 lb stat sessions
bot lb show session-get : id service
other=${ANSWER%,off*} other=${other##*;}
must lb nl announce-new session="$other" src="${ADDR[c1]}" sport=6001 dst="$VIP" dport=7001 proto=17
must c1 send 6001 "$VIP" 7001
eventually 20 'and its media' 2 lb stat promoted

# through THOUSANDTHS N: at this load N packets of the session's media, its signalling, and both of the other session.
through() {
	load "$1"
	stat drop-thinned drop-overload forwarded
	read -r thinned0 overload0 forwarded0 <<<"$ANSWER"
	for port in 6000:7000 5000:5060 6001:7001 5001:5061; do
		must c1 send ${port%:*} "$VIP" ${port#*:} "$2" 10
	done
	sleep 0.3
	stat drop-thinned drop-overload forwarded
	read -r THINNED OVERLOAD FORWARDED <<<"$ANSWER"
	THINNED=$((THINNED - thinned0)) OVERLOAD=$((OVERLOAD - overload0)) FORWARDED=$((FORWARDED - forwarded0))
	ANSWER=$((THINNED + OVERLOAD + FORWARDED))
	expect "at $1: each packet is sent or dropped" $(($2 * 4))
}

through 850 100
ANSWER="$THINNED $OVERLOAD"
expect 'up to T3 nothing is dropped' '0 0'
through 925 400
ANSWER=$THINNED
between 'at p = .5 half of the media' 160 240
ANSWER=$OVERLOAD
expect 'and no signalling' 0
through 999 100
ANSWER=$THINNED
between 'almost all of the media' 90 100
ANSWER=$OVERLOAD
expect 'and no signalling' 0
through 1000 100
ANSWER="$THINNED $OVERLOAD"
expect 'at C all, but not where admission is off' '100 100'
load 1000 0 300
sleep 1
stat drop-thinned
was=$ANSWER
must c1 send 6000 "$VIP" 7000 50 10
sleep 0.3
counted 'a policy that is stale thins nothing' "$was" drop-thinned

accounts
must lb nl session-del all
accounts
must lb nl service-del name=flow force=1
must lb nl node-del name=n1
kernel_is_silent 'the kernel has nothing to complain of'
verdict
