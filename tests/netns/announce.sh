#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Announcements: what each form matches and in which order, promotion, conflicts, take-over, ttl.
#
#   c1 --UDP--> lb (VIP, service sip at 5060) --MAC--> n1 | n2; nodes answer with their names
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/announce.sh
# timeout: 480
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

C=198.18.0.11

# signal SPORT: a session by a datagram to the service; leaves its id in ID, its node in NODE.
signal() {
	bot c1 udp "$1" "$VIP" 5060
	NODE=$ANSWER
	bot lb show flow-get src=$C sport="$1" dst="$VIP" dport=5060 proto=17 : session node
	ID=${ANSWER%,*}
	[[ ${ANSWER#*,} == "$NODE" && $NODE == n[12] ]] || die "no session for port $1: $ANSWER, answered by $NODE"
}

other() { [[ $1 == n1 ]] && echo n2 || echo n1; }

# announce ID KEY=VALUE...
announce() {
	local id=$1
	shift
	bot lb nl announce-new session="$id" dst="$VIP" proto=17 "$@"
}

small_up
small_nodes
must lb nl service-new name=sip addr="$VIP" proto=17 port=5060 flow-timeout=60000
for node in n1 n2; do
	for port in 5060 6000 6001 6002 6003 7000 7001 7002; do
		must "$node" udp-serve "$VIP" "$port"
	done
done

# Two sessions, on different nodes: A on one, B on the other (fewest sessions).
signal 5001
A=$ID NA=$NODE
signal 5002
B=$ID NB=$NODE
[[ $NA != "$NB" ]] || die "both sessions are on $NA"

note '--- nothing is announced'
bot c1 udp 4000 "$VIP" 6000 1
expect 'media that nobody announced goes nowhere' none
counted 'and is counted' 1 drop-unannounced

note '--- each form'
announce "$A" src=$C sport=4000 dport=6000
expect 'exact is accepted' ok
bot c1 udp 4000 "$VIP" 6000
expect 'exact brings the packet to its session' "$NA"
bot c1 udp 4002 "$VIP" 6000 1
expect 'exact matches no other source port' none
announce "$B" src=$C sport=4010
expect 'half is accepted' ok
bot c1 udp 4010 "$VIP" 6001
expect 'half brings the packet to its session' "$NB"
announce "$A" src=$C dport=6002
expect 'any-port is accepted' ok
bot c1 udp 4020 "$VIP" 6002
expect 'any-port brings the packet to its session' "$NA"
announce "$B" dport=6003
expect 'any-source is accepted' ok
bot c1 udp 4030 "$VIP" 6003
expect 'any-source brings the packet to its session' "$NB"
bot lb show announce-get dst="$VIP" dport=6003 proto=17 : form confirmed promotions session
expect 'it is confirmed' "any-source,yes,1,$B"
bot lb show flow-get src=$C sport=4010 dst="$VIP" dport=6001 proto=17 : identity session
expect 'its flow is secondary' "secondary,$B"
counted 'promotions are counted' 4 promoted
bot c1 udp 4010 "$VIP" 6001
bot lb show flow-get src=$C sport=4010 dst="$VIP" dport=6001 proto=17 : status packets
expect 'a second packet establishes the flow' 'established,2'
counted 'and promotes nothing' 4 promoted

note '--- the order: exact, half, any-port, any-source'
# One packet, 4100 to 7000, and announcements that match it, from the last of the order to the first. The flow is
# forgotten between two of them with its session's announcements: a session for each, alternating nodes.
want=()
for form in any-source any-port half exact; do
	signal "51$((10 + ${#want[@]}))"
	case $form in
	any-source) announce "$ID" dport=7000 ;;
	any-port) announce "$ID" src=$C dport=7000 ;;
	half) announce "$ID" src=$C sport=4100 ;;
	exact) announce "$ID" src=$C sport=4100 dport=7000 ;;
	esac
	expect "$form is accepted beside the others" ok
	want=("$ID" "${want[@]}")
done
for form in exact half any-port any-source; do
	must c1 send 4100 "$VIP" 7000
	eventually 5 "$form comes next" "${want[0]},secondary" \
		lb show flow-get src=$C sport=4100 dst="$VIP" dport=7000 proto=17 : session identity
	must lb nl session-del id="${want[0]}"
	want=("${want[@]:1}")
done

note '--- what knew less gives way to what knows more'
signal 5150
A2=$ID NA2=$NODE
signal 5151
B2=$ID NB2=$NODE
[[ $NA2 != "$NB2" ]] || die "both sessions are on $NA2"
announce "$A2" src=$C dport=7001
bot c1 udp 4150 "$VIP" 7001
expect 'any-port takes the flow of a client whose other session is late' "$NA2"
announce "$B2" src=$C sport=4150 dport=7001
expect 'the late announcement is accepted' ok
bot c1 udp 4150 "$VIP" 7001
expect 'and has the flow from then on' "$NB2"
must lb nl session-del id="$A2"
must lb nl session-del id="$B2"

note '--- half never matches a port of a service'
signal 5200
announce "$ID" src=$C sport=4200
expect 'half is accepted' ok
bot c1 udp 4200 "$VIP" 5060
bot lb show flow-get src=$C sport=4200 dst="$VIP" dport=5060 proto=17 : identity session
expect 'a packet to the service is a session of its own' "signalling,$((ID + 1))"
must c1 send 4200 "$VIP" 6001
bot lb show flow-get src=$C sport=4200 dst="$VIP" dport=6001 proto=17 : identity session
expect 'a packet to another port is media' "secondary,$ID"
announce "$A" src=$C dport=5060
expect 'a wildcard at a service is refused' 'EINVAL: ?*'
announce "$A" dport=5060
expect 'and so is the other' 'EINVAL: ?*'

note '--- conflicts'
announce "$B" src=$C sport=4000 dport=6000
expect 'another node may not have a confirmed one' 'EEXIST: ?*'
counted 'that is counted' 1 announce-conflicts
announce "$A" src=$C sport=4300 dport=7001
expect 'one that is not confirmed' ok
announce "$B" src=$C sport=4300 dport=7001
expect 'another node may not have that either' 'EEXIST: ?*'
counted 'that is counted too' 2 announce-conflicts
bot c1 udp 4300 "$VIP" 7001
expect 'the older one stays' "$NA"
announce "$A" src=$C sport=4301 dport=7001
must lb nl session-set id="$A" linger=60000
announce "$B" src=$C sport=4301 dport=7001
expect 'one that is not confirmed yields when its session is over' ok
bot c1 udp 4301 "$VIP" 7001
expect 'and the newer session has the packet' "$NB"
announce "$B" src=$C sport=4000 dport=6000
expect 'one that is confirmed does not' 'EEXIST: ?*'
must lb nl announce-del session="$A" src=$C sport=4000 dst="$VIP" dport=6000 proto=17
announce "$B" src=$C sport=4000 dport=6000
expect 'withdrawn, it is free' ok
bot c1 udp 4000 "$VIP" 6000
expect 'and the flow of the session that is over makes room' "$NB"
must lb nl session-set id="$A" lifetime=60000

note '--- the same again, and take-over on the same node'
announce "$B" src=$C sport=4400 dport=7002 tag=1
announce "$B" src=$C sport=4400 dport=7002 tag=2 ttl=60000
expect 'announced again by its session' ok
bot lb show announce-get src=$C sport=4400 dst="$VIP" dport=7002 proto=17 : tag session
expect 'it has the new tag' "2,$B"
while signal $((5300 + ${#want[@]})); [[ $NODE != "$NB" ]]; do
	want+=("$ID")
done
announce "$ID" src=$C sport=4400 dport=7002 tag=3
expect 'a newer session of the same node takes it over' ok
bot lb show announce-get src=$C sport=4400 dst="$VIP" dport=7002 proto=17 : tag session
expect 'it is the newer one'"'"'s' "3,$ID"
must c1 send 4400 "$VIP" 7002
bot lb show flow-get src=$C sport=4400 dst="$VIP" dport=7002 proto=17 : session
expect 'and so is the flow' "$ID"

note '--- withdrawing'
announce "$ID" src=$C sport=4500 dport=7002 tag=7
announce "$ID" src=$C sport=4501 dport=7002 tag=8
must lb nl announce-del session="$ID" tag=7
bot c1 udp 4500 "$VIP" 7002 1
expect 'withdrawn by tag' none
bot c1 udp 4501 "$VIP" 7002
expect 'another tag stays' "$NB"
must lb nl announce-del session="$ID"
bot lb show session-get id="$ID" : announcements
expect 'all of a session withdrawn' 0
bot c1 udp 4501 "$VIP" 7002
expect 'flows that they brought stay' "$NB"
bot lb show flow-get src=$C sport=4501 dst="$VIP" dport=7002 proto=17 : status packets
expect 'a while, closing, also when packets still come' 'closing,2'
announce "$ID" src=$C sport=4501 dport=7002
bot c1 udp 4501 "$VIP" 7002
bot lb show flow-get src=$C sport=4501 dst="$VIP" dport=7002 proto=17 : status packets
expect 'announced anew, the flow begins anew' 'new,1'
announce "$ID" src=$C dport=7003
announce "$ID" src=$C sport=4601 dport=7003
must c1 send 4600 "$VIP" 7003
must c1 send 4601 "$VIP" 7003
eventually 5 'a wildcard has brought a flow' new \
	lb show flow-get src=$C sport=4600 dst="$VIP" dport=7003 proto=17 : status
must lb nl announce-del session="$ID" src=$C dst="$VIP" dport=7003 proto=17
bot lb show flow-get src=$C sport=4600 dst="$VIP" dport=7003 proto=17 : status
expect 'what a wildcard brought closes with it' closing
bot lb show flow-get src=$C sport=4601 dst="$VIP" dport=7003 proto=17 : status
expect 'what another one of the session expects does not' new
bot lb nl announce-del session="$ID" src=$C sport=4500 dst="$VIP" dport=7002 proto=17
expect 'what is not announced cannot be withdrawn' 'ENOENT: ?*'
bot lb nl announce-new session=999999 src=$C sport=1 dst="$VIP" dport=7002 proto=17
expect 'nor announced for a session that is not there' 'ENOENT: ?*'
bot lb nl announce-new session="$ID" src=$C sport=1 dst=198.18.0.99 dport=7002 proto=17
expect 'nor for an address that is not virtual' 'EINVAL: ?*'

note '--- ttl'
must lb nl config-set purge-interval=100
bot lb stat announce-expired
before=$ANSWER
announce "$ID" src=$C sport=4600 dport=7002 ttl=300
announce "$ID" src=$C sport=4601 dport=7002 ttl=2000
bot c1 udp 4601 "$VIP" 7002
expect 'a packet confirms it in time' "$NB"
eventually 10 'without one it goes' $((before + 1)) lb stat announce-expired
bot c1 udp 4600 "$VIP" 7002 1
expect 'and no longer matches' none
eventually 5 'the confirmed one stays' "yes,$ID" \
	lb show announce-get src=$C sport=4601 dst="$VIP" dport=7002 proto=17 : confirmed session

verdict
