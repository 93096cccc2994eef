#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The policy and scheduler shell: new sessions go where the load is least, with what was placed since; one push is one
# state; what is wrong is refused and changes nothing; what is old is no longer used.
#
#   c1 --UDP--> lb (VIP, services at 5060 and 5070) --MAC--> n1 | n2, and n3 that is a MAC without a host: placed is placed
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/policy.sh
# timeout: 240
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

PORT=20000 EPOCH=0 ONE=16777216
# L THOUSANDTHS: a load.
L() { echo $((ONE * $1 / 1000)); }

# push KEY=VALUE...: the next policy.
push() {
	EPOCH=$((EPOCH + 1))
	must lb nl policy-set epoch=$EPOCH "$@"
}

# scores A B C [COST]: of n1, n2, n3 in thousandths; - for none; a session costs COST thousandths on each.
scores() {
	local list=() i=0 value
	for value in "$1" "$2" "$3"; do
		i=$((i + 1))
		[[ $value == - ]] || list+=("score=n$i:$(L "$value"):$(L "${4-10}")")
	done
	push valid=600000 "${list[@]}"
}

# sessions N [DPORT]: N new sessions.
sessions() {
	must c1 flood "$PORT" "$1" "$VIP" "${2-5060}"
	PORT=$((PORT + $1))
}

# spread WHAT PATTERN: sessions on n1, n2, n3.
spread() {
	eventually 20 "$1" "$2" lb show node-get : sessions
	must lb nl session-del all
}

refused() {
	local error=$1 sentence=$2
	shift 2
	bot lb nl policy-set "$@"
	expect "refused: ${*: -3}" "$error: $sentence"
}

small_up
small_nodes
must lb nl node-new name=n3 dev=eth0 mac=02:00:00:00:00:33
must lb nl service-new name=a addr="$VIP" proto=17 port=5060 flow-timeout=600000 scheduler=shell
must lb nl service-new name=b addr="$VIP" proto=17 port=5070 flow-timeout=600000

note '--- without a policy'
bot lb nl policy-get
expect 'get says that there is none' 'ENOENT: there is no policy*'
sessions 30
spread 'shell does as wlc' '10;10;10'
counted 'which is counted' 30 placed-stale

note '--- one push, many sessions'
scores 500 200 800 0
sessions 30
spread 'without a cost all go to the least load' '0;30;0'
scores 500 500 500
sessions 30
spread 'at the same load and cost, the same shares' '10;10;10'
push valid=600000 score=n1:0:"$(L 10)" score=n2:0:"$(L 20)" score=n3:0:"$(L 40)"
sessions 70
bot lb show policy-get : node pending
expect 'the policy tells what came to each' 'n1,40;n2,20;n3,10'
spread 'where a session costs half, twice as many' '40;20;10'
scores 300 100 900
sessions 30
spread 'first what is behind catches up, then all share' '5;25;0'
scores 300 100 900
sessions 10
scores 100 300 900
sessions 10
spread 'a new push begins anew' '10;10;0'
scores 500 500 500
sessions 12 5070
sessions 3
spread 'what other services placed counts, too' '5;5;5'

note '--- what is over makes room before the next push'
# n1 .1 + .1 + .1, n2 .15 + .1: the next one is for n2, unless one of n1's is over.
fill() {
	must lb nl session-del all
	scores 100 150 900 100
	sessions 1
	bot lb show flow-get src="${ADDR[c1]}" sport=$((PORT - 1)) dst="$VIP" dport=5060 proto=17 : session
	FIRST=$ANSWER
	sessions 2
}
pending() {
	bot lb show policy-get : node pending
	expect "$1" "$2"
}
fill
pending 'two came to one, one to the other' 'n1,2;n2,1;n3,0'
sessions 1
spread 'without an end' '2;2;0'
fill
must lb nl session-del id="$FIRST"
pending 'one that is deleted is not there' 'n1,1;n2,1;n3,0'
sessions 1
spread 'and makes room' '2;1;0'
fill
must lb nl session-set id="$FIRST" linger=600000
must lb nl session-set id="$FIRST" linger=600000
pending 'nor one of which the agent saw the end, seen twice' 'n1,1;n2,1;n3,0'
must lb nl session-set id="$FIRST" lifetime=600000
pending 'if it lives again it is there' 'n1,2;n2,1;n3,0'
must lb nl session-set id="$FIRST" linger=600000
must lb nl session-del id="$FIRST"
pending 'one that was over goes: that is no second end' 'n1,1;n2,1;n3,0'
fill
scores 100 150 900 100
must lb nl session-del id="$FIRST"
pending 'of those that were there before, less than none' 'n1,-1;n2,0;n3,0'
sessions 1
spread 'it makes room, too' '2;1;0'
must lb nl session-restore service=a node=n3 flow=src="${ADDR[c1]}",sport=7000,dst="$VIP",dport=5060,proto=17
bot lb show policy-get : node pending
expect 'what is restored is there' '*;n3,1'
must lb nl session-del all
scores - 150 900 100
must lb nl session-restore service=a node=n1 flow=src="${ADDR[c1]}",sport=7001,dst="$VIP",dport=5060,proto=17
pending 'a node without a score has one from its first session on' 'n1,1;n2,0;n3,0'
push valid=600000 score=n2:"$(L 150)":"$(L 100)"
must lb nl session-del all
pending 'what ends on one that has none makes no room elsewhere' 'n2,0'

note '--- weights, states, bounds, pools'
must lb nl node-set name=n1 weight=1
must lb nl node-set name=n2 weight=2
must lb nl node-set name=n3 weight=3
scores 500 500 500
sessions 60
spread 'weights share what is placed between two pushes' '10;20;30'
scores 100 500 500
sessions 30
spread 'they do not touch the scores' '30;0;0'
must lb nl node-set name=n1 weight=0
scores 0 500 500
sessions 5
spread 'weight 0 gets none, whatever its score' '0;*'
for node in n1 n2 n3; do
	must lb nl node-set name=$node weight=1
done
must lb nl node-set name=n1 state=drain
scores 0 100 900
sessions 10
spread 'nor does one that is drained' '0;10;0'
must lb nl node-set name=n1 state=up max-sessions=4
scores 0 100 900 0
sessions 10
spread 'nor more than its bound' '4;6;0'
must lb nl node-set name=n1 max-sessions=0
must lb nl service-set name=a node=n1 node=n3
scores 400 100 300
sessions 10
spread 'a pool is kept to' '0;0;10'
must lb nl service-set name=a all-nodes

note '--- without a score'
scores - 500 400 0
sessions 10
spread 'a node without a score is not preferred' '0;0;10'
scores - 990 990
sessions 30
spread 'it is as one of load 1' '9;1[01];1[01]'
push valid=600000
sessions 30
spread 'no scores at all: the fewest sessions' '10;10;10'
scores 100 900 900
must lb nl node-del name=n1
must lb nl node-new name=n1 dev=eth0 mac="${MAC[n1]}"
sessions 10
# It is the last one now.
spread 'a node takes its score along when it goes' '5;5;0'
for node in n2 n3; do
	must lb nl node-del name=$node
done
must lb nl node-new name=n2 dev=eth0 mac="${MAC[n2]}"
must lb nl node-new name=n3 dev=eth0 mac=02:00:00:00:00:33

note '--- epochs'
bot lb show policy-get : node score
had=$ANSWER
refused EINVAL '*epoch*' epoch=$EPOCH score=n1:0:0
refused EINVAL '*epoch*' epoch=1 score=n1:0:0
refused EINVAL '*epoch*from 1 on*' epoch=0 score=n1:0:0
refused EINVAL '*needs an epoch*' score=n1:0:0
bot lb show policy-get : node score
expect 'an old one changes nothing' "$had"
must lb nl policy-del
must lb nl policy-set epoch=1 score=n1:5:6
bot lb show policy-get : node score cost pending
expect 'after policy-del it may begin anew' 'n1,5,6,0'
EPOCH=18446744073709551614
must lb nl policy-set epoch=$EPOCH
must lb nl policy-set epoch=18446744073709551615
must lb nl policy-del
EPOCH=0

note '--- bad input'
scores 100 200 300
bot lb show policy-get : node score
had=$ANSWER
N="epoch=1000000"
X=(load=1 cost=1)
refused ENOENT '*node*not exist*' $N score=n1:1:1 score=n9:1:1
refused EINVAL '*two scores*' $N score=n1:1:1 score=n2:1:1 score=n1:1:1
refused EINVAL '*needs the name*' $N score=n1
refused EINVAL '*from 0 to 16*' $N score=n1:$((ONE * 16 + 1)):1
refused EINVAL '*from 0 to 1*' $N score=n1:1:$((ONE + 1))
refused ERANGE '*' $N valid=99
refused EINVAL '*10 minutes*' $N valid=600001
refused EINVAL '*together*' $N "${X[@]}" t1=1 t2=2 t3=3
refused EINVAL '*together*' $N c=1
refused EINVAL '*must rise*' $N "${X[@]}" t1=1 t2=1 t3=3 c=4
refused EINVAL '*must rise*' $N "${X[@]}" t1=1 t2=3 t3=2 c=4
refused EINVAL '*must rise*' $N "${X[@]}" t1=1 t2=2 t3=4 c=4
refused EINVAL '*must rise*' $N "${X[@]}" t1=1 t2=2 t3=3 c=$((ONE + 1))
refused EINVAL '*load is*' $N load=$((ONE * 16 + 1)) cost=1 t1=1 t2=2 t3=3 c=4
refused EINVAL '*cost*' $N load=1 cost=$((ONE + 1)) t1=1 t2=2 t3=3 c=4
for payload in 0c000300 08000480ffffffff 0c0004800800010061620000 040004; do
	bot lb raw policy-set $payload
	expect "raw $payload" 'E*'
done
bot lb#nobody nl policy-set $N
expect 'who has no right' 'EPERM*'
bot lb show policy-get : node score
expect 'what was refused changed nothing' "$had"

note '--- its time'
push valid=300 score=n1:0:0 score=n2:"$(L 500)":0 score=n3:"$(L 500)":0 load="$(L 600)" cost=0 t1="$(L 500)" \
	t2="$(L 700)" t3="$(L 850)" c="$ONE"
bot lb nl policy-get
expect 'it holds' ok
bot lb policy
expect 'it tells its numbers' "$EPOCH,300,3,-,$(L 600),83886??,0"
sessions 5
bot lb show node-get : sessions
expect 'and is used' '5;0;0'
eventually 20 'then it is stale, and refuses nobody' "$EPOCH,300,3,yes,$(L 600),0,0" lb policy
must lb nl session-del all
bot lb stat placed-stale
was=$ANSWER
sessions 9
spread 'shell does as wlc' '3;3;3'
counted 'which is counted' $((was + 9)) placed-stale

note '--- by the command line'
must lb nl policy-del
ANSWER=$(ns lb sara policy show 2>&1 || true)
expect 'it says that there is none' '*there is no policy*'
ns lb sara policy set epoch 5 valid 1m scores n1:0.25:0.01,n2:0.5 load 0.6 cost 0.001 t1 0.5 t2 0.75 t3 0.85 c 1
ANSWER=$(ns lb sara -j policy show)
expect 'it tells what was pushed' '{"epoch":5,"valid":60000,*"stale":false,*"load":0.6,"cost":0.001,"t1":0.5,"t2":0.75,*'
expect 'and what follows' '*"load-now":0.6,"p-new":0.4,"p-est":0.0,*'
expect 'with its scores' '*"scores":?{"node":"n1","score":0.25,"cost":0.01,"pending":0},{"node":"n2","score":0.5,*'
ns lb sara admission set a on refuse reset
ANSWER=$(ns lb sara -j admission show a)
expect 'admission is shown by itself' '?{"name":"a","admission":"on","refuse":"reset","sessions":0,*"offered":*"ended-reclaimed":0,"restored":2}?'
ns lb sara admission set a off
ANSWER=$(ns lb sara -s service show a)
expect 'and with the service' '*admission off refuse reset*sessions-total*offered*ended-idle*'
ns lb sara policy flush
EPOCH=0

note '--- many nodes'
hundred=() thousand=()
for ((i = 0; i < 1000; i++)); do
	printf -v mac '02:00:00:01:%02x:%02x' $((i / 256)) $((i % 256))
	must lb nl node-new name=m$i dev=eth0 mac="$mac"
	thousand+=("score=m$i:$((1000 - i)):0")
	((i % 10)) || hundred+=("score=m$i:$((1000 - i)):0")
done
push valid=600000 "${hundred[@]}"
bot lb tally policy-get : score 0 $ONE
expect '100 scores' '100 * whole'
sessions 3
bot lb show node-get name=m990 : sessions
expect 'the least of 100 is found' 3
push valid=600000 "${thousand[@]}"
bot lb tally policy-get : score 0 $ONE
expect '1000 scores' '1000 * whole'
sessions 3
bot lb show node-get name=m999 : sessions
expect 'the least of 1000 is found' 3
for ((i = 1000; i < 1025; i++)); do
	thousand+=("score=n1:0:0")
done
bot lb nl policy-set epoch=1000000 "${thousand[@]}"
expect 'there is a bound' 'ENOSPC: *scores*'
kernel_is_silent 'the kernel has nothing to complain of'
verdict
