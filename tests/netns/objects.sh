#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every object by the command line: added, shown, changed, removed, dumped; what `sara monitor` tells meanwhile.
#
#   c1 --UDP--> lb (VIP, service sip at 5060) --MAC--> n1 | n2; nodes answer with their names
#
# Alone: tools/vm --kernel 6.1 --kmod -- env PATH="$PWD/build/default/bin:$PATH" bash tests/netns/objects.sh
# timeout: 240
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

# sara ARGUMENT...: in lb; leaves what it said in ANSWER, or "exit N: what it said".
sara() {
	local status=0
	ANSWER=$(command sara -n "${NS_PREFIX}lb" "$@" 2>&1) || status=$?
	((status == 0)) || ANSWER="exit $status: $ANSWER"
}

# has WHAT TEXT...: the last answer has each of these.
has() {
	local what=$1 text
	shift
	for text in "$@"; do
		expect "$what" "*$text*"
	done
}

# has_not WHAT TEXT
has_not() {
	if [[ $ANSWER == *"$2"* ]]; then
		note "not ok: $1: '$2' is in '$ANSWER'"
		FAILED=$((FAILED + 1))
	else
		note "ok: $1"
	fi
}

[[ -n $(type -P sara) ]] || skip 'there is no program sara in PATH: build it first (cmake --preset default; cmake --build --preset default)'
small_up
spawn monitor lb sara monitor
# It listens once it tells of something.
poke() {
	sara dev add eth0 mode dispatch
	sara dev del eth0
	log_has monitor 'dev eth0'
}
wait_for 30 'sara monitor to listen' poke
must n1 udp-serve "$VIP" 5060
must n2 udp-serve "$VIP" 5060
must n1 udp-serve "$VIP" 6000
must n2 udp-serve "$VIP" 6000

note '--- dev'
sara dev add eth0 mode dispatch
expect 'a device is attached' ''
sara dev show
has 'it is shown' 'eth0: mode dispatch'
sara dev add eth0 mode dispatch
has 'not twice' 'exit ' 'attached already'

note '--- node'
sara node add n1 addr "${ADDR[n1]}" dev eth0 mac "${MAC[n1]}" weight 2 max-sessions 7
expect 'a node is added' ''
sara node add n2 addr "${ADDR6[n2]}" dev eth0 mac "${MAC[n2]}"
expect 'another one, by IPv6' ''
sara node show n1
has 'one is shown' "addr ${ADDR[n1]}" 'dev eth0' "mac ${MAC[n1]}" 'state up' 'weight 2' 'max-sessions 7' 'usable'
sara node
has 'all are shown' 'n1: ' 'n2: ' "addr ${ADDR6[n2]}"
sara -j -s node show n1
has 'as JSON, with counters' '"name":"n1"' '"weight":2' '"sessions":0' '"packets":0'
sara node set n1 weight 1 max-sessions 0
sara node show n1
has 'it is changed' 'weight 1' 'max-sessions 0'
has_not 'and nothing else' 'state drain'

note '--- service'
sara service add sip vip "$VIP" proto udp port 5060 flow-timeout 20s
expect 'a service is added' ''
sara service add media6 vip "$VIP6" proto tcp port 8000-8010 app none scheduler wrr nodes n2
expect 'another one, IPv6, with a range of ports and a pool' ''
sara service show
has 'they are shown' "vip $VIP proto udp" 'scheduler wlc' 'flow-timeout 20s' 'nodes all' \
	"vip $VIP6 proto tcp" '8000-8010' 'scheduler wrr' 'nodes n2'
sara service set media6 scheduler wlc flow-timeout 11s nodes n1,n2
sara -j service show media6
has 'it is changed' '"scheduler":"wlc"' '"n1"' '"n2"' '"port":8000' '"port-last":8010'
sara service set media6 nodes all
sara service show media6
has 'back to all nodes' 'nodes all'

note '--- session and flow'
bot c1 udp 5001 "$VIP" 5060
expect 'a node answers' 'n[12]'
NODE=$ANSWER
sara session show
has 'the session is shown' 'service sip' "node $NODE" "${ADDR[c1]}" 5001 'status new'
sara -s flow show
has 'and its flow' 'identity signalling' "node $NODE" 'packets 1'
sara session set id 1 label call-1 lifetime 1h
expect 'the session is changed' ''
sara session show id 1
has 'it is changed' 'label call-1' 'lifetime'
sara session show service media6
expect 'sessions of another service' ''
sara session show node "$NODE"
has 'sessions of its node' 'call-1'

note '--- announcement'
sara announce add session 1 proto udp src "${ADDR[c1]}" sport 4000 dst "$VIP" dport 6000 tag 7
expect 'a flow is announced' ''
sara announce show
has 'it is shown' 'identity announced' 'form exact'
sara announce add session 1 proto udp src "${ADDR[c1]}" dst "$VIP" dport 6001
sara announce add session 1 proto udp dst "$VIP" dport 6002
sara announce add session 1 proto udp src "${ADDR[c1]}" sport 4010 dst "$VIP"
sara announce show session 1
has 'in all forms' 'form exact' 'form half' 'form any-port' 'form any-source'
bot c1 udp 4000 "$VIP" 6000
expect 'the announced flow reaches its node' "$NODE"
sara flow show
has 'it is secondary' 'identity secondary'
sara announce del session 1 tag 7
sara announce show
has_not 'withdrawn by its tag' 'form exact'
sara announce flush session 1
sara announce show
expect 'withdrawn, all' ''

note '--- config and stats'
sara config set max-sessions 1000 max-flows 2000 max-announcements 8 tcp-timeout 60s closing-timeout 5s purge-interval 500ms inspect-rate 99
expect 'bounds are changed' ''
sara config show
has 'they are shown' 'max-sessions 1000' 'max-flows 2000' 'max-announcements 8' 'tcp-timeout 60s' 'closing-timeout 5s' \
	'purge-interval 500ms' 'inspect-rate 99'
sara -j stats show
has 'counters' '"placed":1' '"promoted":1' '"announced":4' '"forwarded":2' '"sessions":1' '"flows":2'

note '--- removal'
sara node del "$NODE"
has 'a node in use stays' 'exit ' 'sessions' 'force'
sara service del sip
has 'a service in use stays' 'exit ' 'sessions' 'force'
sara session del id 1
expect 'the session is removed' ''
sara session show id 1
has 'it is gone' 'exit ' 'no session'
sara session flush
expect 'no session is left to flush' ''
sara service del sip
expect 'a service is removed' ''
sara service del media6
sara service show
expect 'all of them' ''
sara node del n1
sara node del n2
sara node show
expect 'and the nodes' ''
sara dev del eth0
sara dev show
expect 'and the device' ''

note '--- events'
# told PATTERN: the monitor said it, on one line.
told() {
	wait_for 10 "the monitor to tell of '$1'" log_has monitor "$1" || FAILED=$((FAILED + 1))
}
told '^created dev eth0'
told '^created node n1.*weight 2'
told '^changed node n1.*weight 1'
told '^created service sip'
told '^changed service media6.*scheduler wlc'
told '^created session 1.*service sip'
told '^changed session 1.*label call-1'
told '^promoted flow.*session 1'
told '^deleted session 1.*end deleted'
told '^deleted service sip'
told '^deleted node n1'
told '^deleted dev eth0'
verdict
