#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Several heads are active at once: the router spreads flows over all dispatchers that announce the VIPs, and wherever a flow
# comes to, its session is known. What is tested are the examples in userspace/bird, with real BIRD, and sara-bird; with
# addresses and sockets replaced, and more time for BFD: a machine that is emulated, on one that has other work, may stand
# still for seconds. BGP alone would take its hold time, 240 s.
#
#   c1 (talkers) --> gw -------------> lb  (sara-agent, sara-bird, bird) --MAC--> n1 | n2 | n3 (servers at the VIPs)
#    ^               | bird: ECMP by   ^ peers: sessions                 |
#    |               | all 5 fields    v                                 |
#    |               '-------------> lb2 (sara-agent, sara-bird, bird) --+
#    +-------------- gw (sara-agent gateway) <--- replies ---------------'
#
# A call's signalling and its voice are spread apart, so about half of the calls use both heads.
# SARA_ECMP=1: it runs.
# Alone: SARA_ECMP=1 tools/vm --kernel 6.1 --kmod -- bash tests/netns/ecmp.sh
# timeout: 1200
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/heads.sh"
trap cleanup EXIT
[[ -n ${SARA_ECMP-} ]] || {
	note 'skipped: it takes four to six minutes on each kernel; SARA_ECMP=1 in the environment has it run'
	exit 77
}
bird=$(realpath "$(dirname "$0")/../../userspace/bird")

SERVICES+=',
	{"name": "sip6", "vip": "fd00::100", "proto": "udp", "port": 5060, "app": "sip"},
	{"name": "plain6", "vip": "fd00::100", "proto": "tcp", "port": 554}'
CALLS=30 STREAMS=20

# --- who announces, and where gw sends ------------------------------------------------------------------------------------
# bird_up NAME EXAMPLE: with the example, changed as its comments say. Its log is on stderr, which is read here.
bird_up() {
	sed -e 's/^log syslog all;/log stderr all; debug protocols { events };/; s/interval 100 ms/interval 1 s/; s/multiplier 3/multiplier 10/' \
		-e "/# \[!\]/ { s/198\.18\.0\.2;/${ADDR[$1]};/; s/198\.18\.0\.2 as/${ADDR[$1]} as/; s/fd00::2 as/${ADDR6[$1]} as/ }" \
		"$bird/$2" >"$RUN_DIR/bird-$1.conf"
	spawn "bird-$1" "$1" bird -f -c "$RUN_DIR/bird-$1.conf" -s "$RUN_DIR/bird-$1.ctl" -P "$RUN_DIR/bird-$1.pid"
	wait_for 30 "bird in $1" birdc -s "$RUN_DIR/bird-$1.ctl" show status
}

# sara_bird NAME [VERB]: the command that runs it there.
sara_bird() { echo env "SARA_SOCKET=$RUN_DIR/$1.sock" "BIRD_SOCKET=$RUN_DIR/bird-$1.ctl" "$bird/sara-bird" "${@:2}"; }

# routing_up NAME: what decides whether this dispatcher gets flows.
routing_up() {
	bird_up "$1" sara.conf.example
	# shellcheck disable=SC2046 # words
	spawn "sara-bird-$1" "$1" $(sara_bird "$1")
}

# announced VIP LENGTH: the dispatchers of which gw has a route to it, by a path of this length.
announced() {
	birdc -s "$RUN_DIR/bird-gw.ctl" show route for "$1" all | awk -v hops="$2" '/ unicast /{ sub(/^[^[]*\[/, ""); by = $1 }
		/BGP.as_path:/ && NF - 1 == hops { print by }' | sed 's/_\?[46]$//' | sort | xargs
}
announce_are() { [[ $(announced "$VIP" "$1") == "${*:2}" && $(announced "$VIP6" "$1") == "${*:2}" ]]; }

# hops FAMILY VIP: the dispatchers that gw's kernel spreads the flows to this address over.
hops() {
	local head
	for head in "${HEADS[@]}"; do
		if ip -n "${NS_PREFIX}gw" "$1" route show "$2" | grep -q -w -e "via ${ADDR[$head]}" -e "via ${ADDR6[$head]}"; then
			echo "$head"
		fi
	done | xargs
}
hops_are() { [[ $(hops -4 "$VIP") == "$*" && $(hops -6 "$VIP6") == "$*" ]]; }

# bfd_said NAME: gw's BGP sessions with it ended by BFD, in both families. What BIRD shows is the last error, which the next
# attempt to connect replaces: its log keeps all.
bfd_said() { (($(grep -c " $1[46]: BFD session down" "$RUN_DIR/bird-gw.log") >= 2)); }

# flows_go_to NAME...: to these, and to no others.
flows_go_to() {
	wait_for 60 "flows to go to $*" hops_are "$@" || true
	check "flows go to $*" hops_are "$@"
}

# --- what came of them ----------------------------------------------------------------------------------------------------
stat_of() { ns "$1" sara stats show | sed -n "s/^$2 //p"; }
stat_is() { [[ $(stat_of "$1" "$2") == "$3" ]]; }

# all_told: each head has carried out all that the other told it.
all_told() { peer_has lb 'told all .*waiting 0' && peer_has lb2 'told all .*waiting 0'; }

# known NAME: all that it has, but for what any port of a client, or any client, may use: all calls at a node have the same
# ports there, and of those that would all announce the same each head has that of the one that it heard of first or last.
known() { everything "$1" | grep -v -e '"any-port"' -e '"any-source"'; }
known_alike() { cmp -s <(known lb) <(known lb2); }
heads_alike() {
	wait_for 60 'all to be told' all_told || true
	wait_for 60 'both heads to have the same' known_alike || true
	check 'both heads have the same sessions, flows and announcements' known_alike
	known_alike || diff <(known lb) <(known lb2) >&2 || true
}

# tell VERB [N...]: what the talkers do next, and its outcome in OUTCOME.
told=0
tell() {
	told=$((told + 1))
	echo "$*" >&8
	wait_for 60 "the talkers to $1" talked "$told" || true
	OUTCOME=$(tail -n 1 "$RUN_DIR/talkers.log")
}
talked() { [[ $(grep -c ': ok ' "$RUN_DIR/talkers.log") == "$1" ]]; }

# outcome WHAT N: all N were answered, by their own nodes.
outcome() {
	check "$1 ($OUTCOME)" test "${OUTCOME#*: }" = "ok $2 moved 0 silent 0"
}

# all_go_on: another request and packet of voice in each call, another question in each TCP conversation.
all_go_on() {
	tell speak
	outcome 'all calls go on at their nodes, signalling and voice' $((2 * calls))
	tell ask
	outcome 'and all TCP conversations' "$streams"
}

# apart: the calls of which lb gets the signalling or the voice, and lb2 the other.
apart() {
	ns lb sara -j flow show | python3 -c 'import collections, json, sys
here = collections.defaultdict(set)
for flow in json.load(sys.stdin):
    if flow["identity"] in ("signalling", "secondary"):
        here[flow["session"]].add(flow["status"] == "standby")
print(sum(len(each) == 2 for each in here.values()))'
}

# no_conflict: neither head has refused what the other told.
no_conflict() { peer_has lb 'conflicts 0' && peer_has lb2 'conflicts 0'; }

heads_up
# One that hears nobody stays unfit, however long this takes.
sed -i 's/"peer_grace": [0-9]*/"peer_grace": 3600/' "$RUN_DIR"/lb*.json
ns gw sysctl -qw net.ipv4.fib_multipath_hash_policy=1 net.ipv6.fib_multipath_hash_policy=1
for node in "${NODES[@]}"; do
	spawn "server-$node" "$node" python3 "$(dirname "$0")/talkers.py" server "$node"
done
mkfifo "$RUN_DIR/talkers.in"
exec 8<>"$RUN_DIR/talkers.in"
ip netns exec "${NS_PREFIX}c1" python3 "$(dirname "$0")/talkers.py" client <"$RUN_DIR/talkers.in" >"$RUN_DIR/talkers.log" 2>&1 &
PIDS[talkers]=$!
for label in "${NODES[@]/#/server-}" talkers; do
	wait_for 60 "$label" log_has "$label" ready
done
insmod "$SARA_KO"

note '--- nobody is fit: all announce, as the last resort'
bird_up gw router.conf.example
routing_up lb
routing_up lb2
flows_go_to lb lb2
check 'by a longer path' announce_are 2 lb lb2

note '--- both are fit'
agent_up gw
agent_up lb
agent_up lb2
wait_for 60 'both to be announced' announce_are 1 lb lb2 || true
check 'both are announced as fit' announce_are 1 lb lb2
flows_go_to lb lb2

note '--- conversations'
calls=$CALLS streams=$STREAMS begun=$((CALLS + STREAMS))
tell begin "$calls" "$streams"
outcome 'all are answered' $((calls + streams))
offered_lb=$(stat_of lb offered) offered_lb2=$(stat_of lb2 offered)
note "placed by lb: $offered_lb, by lb2: $offered_lb2"
check 'both heads get some' test "$offered_lb" -gt 0 -a "$offered_lb2" -gt 0
check 'each is placed once' test $((offered_lb + offered_lb2)) = "$begun"
heads_alike
check 'those of the one are standby at the other' peer_has lb2 ": fit standby $offered_lb "
check 'and the other way round' peer_has lb ": fit standby $offered_lb2 "
all_go_on
apart=$(apart)
note "signalling and voice at different heads: $apart of $calls calls"
check 'of some calls each head gets a part' test "$apart" -gt 0
check 'none of it was a new session' test "$(stat_of lb offered) $(stat_of lb2 offered)" = "$offered_lb $offered_lb2"
heads_alike
check 'nothing was in conflict' no_conflict

note '--- lb loses its power'
ip -n "${NS_PREFIX}lb" link set eth0 down
for label in lb bird-lb sara-bird-lb; do
	stop "$label" KILL
done
flows_go_to lb2
check 'BFD has found out' bfd_said lb
all_go_on
check 'none of it was a new session' stat_is lb2 offered "$offered_lb2"
tell begin 6 4
calls=$((calls + 6)) streams=$((streams + 4)) begun=$((begun + 10))
outcome 'more are answered' 10

note '--- it comes back with an empty table'
ip netns del "${NS_PREFIX}lb"
# What is left of its connections keeps the namespace, and so the wire, for minutes.
ip -n "${NS_PREFIX}sw" link delete lbeth0
head_up lb
ns lb nft 'add table inet cut; add chain inet cut input { type filter hook input priority 0; };
	add rule inet cut input ip saddr '"${ADDR[lb2]}"' drop'
routing_up lb
agent_up lb
wait_for 60 'gw to hear of lb' announce_are 2 lb || true
check 'it announces the VIPs, but not as one that is fit' announce_are 2 lb
check 'as it cannot hear lb2' has 'no peer has answered yet' lb sara ha show socket "$RUN_DIR/lb.sock"
flows_go_to lb2
all_go_on
check 'it has got nothing' test "$(stat_of lb forwarded) $(stat_of lb offered)" = '0 0'
ns lb nft delete table inet cut
wait_for 60 'lb to be announced as fit' announce_are 1 lb lb2 || true
check 'lb is fit' fit lb
heads_alike

note '--- flows move between two heads that live'
flows_go_to lb lb2
offered_lb2=$(stat_of lb2 offered)
all_go_on
check 'lb forwards some of them' test "$(stat_of lb forwarded)" -gt 0
check 'none was a new session' test "$(stat_of lb offered) $(stat_of lb2 offered)" = "0 $offered_lb2"
check 'nothing was in conflict' no_conflict

note "--- the agent of lb2 is killed"
stop lb2 KILL
flows_go_to lb
check 'lb2 is announced as the last resort' announce_are 2 lb2
forwarded=$(stat_of lb2 forwarded)
all_go_on
check 'lb2 gets nothing' stat_is lb2 forwarded "$forwarded"
agent_up lb2
flows_go_to lb lb2
all_go_on

note '--- both agents hang: nobody is fit'
kill -STOP "${PIDS[lb]}" "${PIDS[lb2]}"
wait_for 60 'both to be the last resort' announce_are 2 lb lb2 || true
check 'both are the last resort' announce_are 2 lb lb2
flows_go_to lb lb2
all_go_on
kill -CONT "${PIDS[lb]}" "${PIDS[lb2]}"
wait_for 60 'both to be announced as fit' announce_are 1 lb lb2 || true
check 'both are announced as fit again' announce_are 1 lb lb2

note '--- sara-bird is ended, or killed and cleared up after'
stop sara-bird-lb TERM
flows_go_to lb2
stop sara-bird-lb2 KILL
# shellcheck disable=SC2046 # words
check 'it withdraws' ns lb2 $(sara_bird lb2 withdraw)
wait_for 60 'both to be the last resort' announce_are 2 lb lb2 || true
check 'nobody is announced as fit' announce_are 2 lb lb2

note '--- the end'
tell end
outcome 'all calls are hung up' "$calls"
for head in "${HEADS[@]}"; do
	wait_for 60 "the end of the calls at $head" count_is 0 '@c1' "$head" sara session show || true
	check "no call is left at $head" count_is 0 '@c1' "$head" sara session show
done
check 'nothing was in conflict' no_conflict
check 'each conversation was placed once' test $((offered_lb + $(stat_of lb offered) + $(stat_of lb2 offered))) = "$begun"

((FAILED == 0)) || {
	for head in "${HEADS[@]}"; do
		note "--- $head"
		tail -n 20 "$RUN_DIR/$head.log" >&2
		tail -n 5 "$RUN_DIR/sara-bird-$head.log" >&2
		ns "$head" sara -p ha show socket "$RUN_DIR/$head.sock" >&2 || true
		ns "$head" sara stats show | grep -v ' 0$' >&2 || true
	done
	for what in 'route all' protocols 'bfd sessions'; do
		# shellcheck disable=SC2086 # words
		birdc -s "$RUN_DIR/bird-gw.ctl" show $what >&2
	done
	die "$FAILED checks failed"
}
