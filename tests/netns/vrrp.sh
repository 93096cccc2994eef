#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# keepalived has the VIP at the dispatcher that is fit, and no session notices where that is. What is tested is the example
# userspace/keepalived/sara.conf.example, with its addresses and the place of the program replaced, and with
# more time for a check: an emulated machine may take a second to start a program.
#
#   c1 (user agent) --> gw --> lb  (sara-agent, keepalived) -----MAC--> n1 | n2 | n3 (user agents at the VIP)
#    ^                   |      ^ peers: sessions; VRRP         |
#    |                   |      v                              |
#    |                   +--> lb2 (sara-agent, keepalived) -----+
#    +------------------ gw (sara-agent gateway) <--- replies ---------'
#
# gw learns by ARP alone who has the VIP. Both have the same priority: of two masters lb2 stays, as its address is higher.
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/vrrp.sh
# timeout: 600
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/heads.sh"
trap cleanup EXIT
example=$(dirname "$0")/../../userspace/keepalived/sara.conf.example

# A place that keepalived trusts: all of its path is root's alone.
bin=/run/sara/bin

# keepalived_up NAME: with the example, changed as its comments say; adverts each second, as a machine that is emulated
# stands still for longer than a tenth of one.
keepalived_up() {
	local address=198.18.0.2 peer=198.18.0.3 address6=fd00::2 peer6=fd00::3
	sed -e "s|/usr/sbin/sara ha check|$bin/sara ha check socket $RUN_DIR/$1.sock|" -e 's/#.*//' \
		-e "s|/run/sara/yield|$RUN_DIR/$1.yield|" \
		-e 's/^\( *interval\) 1$/\1 2/; s/^\( *timeout\) 1$/\1 2/; s/^\( *fall\) 3$/\1 2/' \
		-e 's/advert_int 0\.1/advert_int 1/' \
		-e "s/\<unicast_src_ip $address\>/unicast_src_ip ${ADDR[$1]}/; s/\<unicast_src_ip $address6\>/unicast_src_ip ${ADDR6[$1]}/" \
		-e "s/^ *$peer\>/ ${ADDR[$(head_peer "$1")]}/; s/^ *$peer6\>/ ${ADDR6[$(head_peer "$1")]}/" \
		"$example" >"$RUN_DIR/keepalived-$1.conf"
	spawn "keepalived-$1" "$1" keepalived --dont-fork --vrrp --log-console --log-detail --no-syslog \
		--use-file "$RUN_DIR/keepalived-$1.conf" --pid "$RUN_DIR/keepalived-$1.pid" --vrrp_pid "$RUN_DIR/vrrp-$1.pid"
}

# masters: the dispatchers that have the VIP, in both address families.
masters() {
	local head
	for head in "${HEADS[@]}"; do
		if ip -n "$NS_PREFIX$head" -br address show dev eth0 2>/dev/null | grep -F " $VIP/32" | grep -qF " $VIP6/128"; then
			echo "$head"
		fi
	done
}
masters_are() { [[ $(masters | tr '\n' ' ') == "$* " ]]; }

# gw_sends_to NAME: gw has learned that this dispatcher has the VIP.
gw_sends_to() { ip -n "${NS_PREFIX}gw" neigh show "$VIP" dev eth1 | grep -q "lladdr ${MAC[$1]}"; }

# priority_is N NAME: what keepalived gives it now.
priority_is() {
	[[ $(sed -n 's/.*(sara4) Changing effective priority from [0-9]* to \([0-9]*\)$/\1/p' "$RUN_DIR/keepalived-$2.log" | tail -n 1) == "$1" ]]
}

# lowered NAME: it has read the file.
lowered() { priority_is 60 "$1" || priority_is 10 "$1"; }

# taken_by NAME: how often it has taken the VIP.
taken_by() { grep -c -F '(sara4) Entering MASTER STATE' "$RUN_DIR/keepalived-$1.log" || true; }

# vip_goes_to NAME...: these, and no others, are masters, and gw knows the first.
vip_goes_to() {
	wait_for 30 "the VIP at $*" masters_are "$@" || true
	check "the VIP is at $*" masters_are "$@"
	wait_for 30 "gw to learn it" gw_sends_to "${1}" || true
	check "gw sends to $1" gw_sends_to "$1"
}

# speak: c1 sends a media packet of its call for each line in media.in.
speak() {
	mkfifo "$RUN_DIR/media.in"
	exec 8<>"$RUN_DIR/media.in"
	spawn media c1 python3 -c 'import socket, sys
rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
rtp.bind(("198.18.1.11", 4010))
for _ in open(sys.argv[1]):
    rtp.sendto(b"x" * 172, ("198.18.0.100", 6000))' "$RUN_DIR/media.in"
}

# goes_on: another question and another packet, to the same nodes as ever.
answers=0 media=0
goes_on() {
	answers=$((answers + 1)) media=$((media + 1))
	ask
	echo more >&8
	wait_for 30 'an answer' asked "$answers" || true
	check 'the TCP conversation goes on at its node' test "$(sort "$RUN_DIR/tcp.log" | uniq -c | xargs)" = "$answers $plain"
	wait_for 30 'the media' rtp_is 1 "$call1:$media" || true
	check 'media go on to the node of their call' rtp_is 1 "$call1:$media"
}

# wire NAME out|in: takes the dispatcher's port out of the bridge, and back. It has a carrier all the same.
wire() {
	if [[ $2 == out ]]; then
		ip -n "${NS_PREFIX}sw" link set "${1}eth0" nomaster
	else
		ip -n "${NS_PREFIX}sw" link set "${1}eth0" master brs
	fi
}

heads_up
user_agents_up
install -D -m 755 "$(command -v sara)" "$bin/sara"
sed -n 's/^# *\(nft .*\)/\1/p' "$example" >"$RUN_DIR/rules.sh"
for head in "${HEADS[@]}"; do
	ns "$head" bash -e "$RUN_DIR/rules.sh"
done
insmod "$SARA_KO"

agent_up lb
agent_up lb2
agent_up gw
wait_for 30 'lb to be fit' fit lb || true
wait_for 30 'lb2 to be fit' fit lb2 || true

note '--- the first that is fit gets the VIP, and keeps it'
keepalived_up lb
vip_goes_to lb
keepalived_up lb2
wait_for 30 'lb2 to be as good' priority_is 100 lb2 || true
check 'both count as fit' priority_is 100 lb2
check 'a call is answered' ua INVITE 1 1
wait_for 30 'the announcement' has 'identity announced udp 198.18.1.11:4010 > .*form exact' lb sara -d flow show || true
talk
speak
ask
wait_for 30 'an answer' asked 1 || true
call1=$(node_of lb call-1@c1) plain=$(node_of lb plain) answers=1
goes_on
vip_goes_to lb
wait_for 30 'all of it at lb2' holds lb2 lb || true
spawn stray c1 bash -c 'exec 3<>/dev/tcp/198.18.0.100/9999'
wait_for 30 'a packet for nobody' has 'counter packets [1-9].* drop' lb nft list chain inet sara-vip input || true
check 'what is for nobody is not answered' has 'counter packets [1-9].* drop' lb nft list chain inet sara-vip input

note "--- the master's agent is killed: the service says so, and it is not asked three times"
stop lb KILL
agent_died lb
vip_goes_to lb2
check 'lb yields' lowered lb
goes_on

note '--- it is started again, and does not take the VIP back'
taken=$(taken_by lb)
agent_up lb
wait_for 30 'lb to be as good again' priority_is 100 lb || true
check 'lb is fit again' priority_is 100 lb
goes_on
vip_goes_to lb2
check 'lb has not had it meanwhile' test "$(taken_by lb)" = "$taken"

note '--- the master is cut off and does not know: two of them'
wire lb2 out
vip_goes_to lb lb2
goes_on

note '--- the cut is healed'
wire lb2 in
vip_goes_to lb2
goes_on
wait_for 30 'lb to be fit' fit lb || true
wait_for 30 'lb2 to be fit' fit lb2 || true

note '--- the master is handed over: it says so itself, whether or not a check has failed'
check 'lb2 is handed over' ns lb2 sara ha handover socket "$RUN_DIR/lb2.sock"
vip_goes_to lb
check 'lb2 yields' lowered lb2
goes_on
check 'lb2 resumes' ns lb2 sara ha resume socket "$RUN_DIR/lb2.sock"
wait_for 30 'lb2 to be as good again' priority_is 100 lb2 || true

note '--- the device of the master takes no packets any more: so does it'
check 'lb has no device' ns lb sara dev del eth0
vip_goes_to lb2
check 'lb yields' lowered lb
check 'lb says why' has 'why "no device is in mode dispatch' lb sara ha show socket "$RUN_DIR/lb.sock"
goes_on
check 'lb has a device' ns lb sara dev add eth0 mode dispatch
wait_for 30 'lb to be as good again' priority_is 100 lb || true
check 'lb is fit again' priority_is 100 lb

note "--- the master's agent hangs"
kill -STOP "${PIDS[lb2]}"
vip_goes_to lb
goes_on

note '--- so does the other one: nobody is fit, and the VIP stays'
kill -STOP "${PIDS[lb]}"
wait_for 30 'lb to be unfit' priority_is 50 lb || true
check 'lb is not fit any more' priority_is 50 lb
vip_goes_to lb
goes_on
kill -CONT "${PIDS[lb]}" "${PIDS[lb2]}"
wait_for 30 'lb to be as good again' priority_is 100 lb || true
wait_for 30 'lb2 to be as good again' priority_is 100 lb2 || true
check 'both are fit again' fit lb
check 'both of them' fit lb2

note "--- the master's link goes down"
ip -n "${NS_PREFIX}lb" link set eth0 down
vip_goes_to lb2
goes_on

note '--- nothing was lost'
offered=0
for head in "${HEADS[@]}"; do
	check "$head has the call and the conversation" count_is 2 . "$head" sara session show
	offered=$((offered + $(ns "$head" sara stats show | sed -n 's/^offered //p')))
	check 'nothing was in conflict' peer_has "$head" 'conflicts 0'
done
check 'nobody placed anything else' test "$offered" = 2

((FAILED == 0)) || {
	for head in "${HEADS[@]}"; do
		note "--- $head"
		tail -n 20 "$RUN_DIR/$head.log" >&2
		grep -v -e 'gratuitous' -e 'Neighbour Advert' -e '^ ' "$RUN_DIR/keepalived-$head.log" | tail -n 60 >&2
		ns "$head" ip -br address >&2
		ns "$head" sara session show >&2 || true
		ns "$head" sara -d flow show >&2 || true
		ns "$head" sara -p ha show socket "$RUN_DIR/$head.sock" >&2 || true
	done
	ip -n "${NS_PREFIX}gw" neigh show >&2
	die "$FAILED checks failed"
}
