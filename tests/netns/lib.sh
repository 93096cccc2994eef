# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Shared by everything that runs traffic through namespaces: the topology, programs in it, waiting, captures, cleanup.
#
#      c1 198.18.1.11      c2 198.18.1.12                 clients' net, bridge brc: 198.18.1.0/24, fd00:1::/64
#           |                   |
#        ---+---------+---------+---
#                     | eth0 198.18.1.1, fd00:1::1
#                    gw                                   forwards; every reply passes it
#                     | eth1 198.18.0.1, fd00::1
#        ---+---------+---------+-----------+-----------+--- servers' net, bridge brs: 198.18.0.0/24, fd00::/64
#           |                   |           |           |
#          lb .2               n1 .11      n2 .12      n3 .13
#          VIP on eth0         VIP on lo, silent in ARP and ND; default route by gw, source VIP
#
# A hidden eighth namespace, sw, holds the two bridges. Interfaces are called eth0 (gw: eth0 and eth1).
# Names of namespaces take the prefix $SARA_NS_PREFIX, so that two runs can share a machine.
#
#   . tests/netns/lib.sh; topo_up; ns n1 ip address; spawn server n1 nc -l ...; wait_for 5 "the port" port_open ...
#
# Nothing here sleeps to synchronise: wait_for polls a condition and fails by its deadline.

VIP=198.18.0.100
VIP6=fd00::100
CLIENTS=(c1 c2)
NODES=(n1 n2 n3)
NAMESPACES=(sw c1 c2 gw lb n1 n2 n3)
NS_PREFIX=${SARA_NS_PREFIX-}
RUN_DIR=${RUN_DIR-}
declare -gA MAC=(
	[c1]=02:00:00:00:01:11 [c2]=02:00:00:00:01:12 [gw0]=02:00:00:00:01:01 [gw1]=02:00:00:00:00:01
	[lb]=02:00:00:00:00:02 [n1]=02:00:00:00:00:11 [n2]=02:00:00:00:00:12 [n3]=02:00:00:00:00:13
)
declare -gA ADDR=(
	[c1]=198.18.1.11 [c2]=198.18.1.12 [gw]=198.18.0.1 [lb]=198.18.0.2
	[n1]=198.18.0.11 [n2]=198.18.0.12 [n3]=198.18.0.13
)
declare -gA ADDR6=(
	[c1]=fd00:1::11 [c2]=fd00:1::12 [gw]=fd00::1 [lb]=fd00::2
	[n1]=fd00::11 [n2]=fd00::12 [n3]=fd00::13
)
declare -gA PIDS=()
declare -ga UP=()

# --- saying things --------------------------------------------------------------------------------------------
note() { printf '%s\n' "$*" >&2; }
die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

# check WHAT COMMAND...: goes on when the command fails, and counts that in FAILED.
FAILED=0
check() {
	local what=$1
	shift
	if "$@"; then
		note "ok: $what"
	else
		note "not ok: $what"
		FAILED=$((FAILED + 1))
	fi
}

# --- namespaces -----------------------------------------------------------------------------------------------
# ns NAME COMMAND...: runs COMMAND in the namespace.
ns() {
	local name=$1
	shift
	ip netns exec "$NS_PREFIX$name" "$@"
}

# Everything this run writes is in RUN_DIR: logs, captures, configurations.
run_dir_make() {
	[[ -n $RUN_DIR ]] || RUN_DIR=$(mktemp -d "${TMPDIR:-/tmp}/sara-run.XXXXXX")
	mkdir -p "$RUN_DIR"
}

# topo_link NAMESPACE INTERFACE BRIDGE MAC: a cable from a namespace to a bridge.
topo_link() {
	local where=$1 name=$2 bridge=$3 mac=$4
	ip -n "${NS_PREFIX}sw" link add "$where$name" type veth peer name "$name" address "$mac" netns "$NS_PREFIX$where"
	ip -n "${NS_PREFIX}sw" link set "$where$name" master "$bridge" up
}

# No duplicate address detection: addresses are usable at once, and nothing of it is in the captures.
topo_sysctl() {
	local where=$1
	shift
	ns "$where" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
		net.ipv6.conf.all.accept_ra=0 net.ipv6.conf.default.accept_ra=0 "$@"
}

topo_up() {
	local name existing
	run_dir_make
	existing=" $(ip netns list | cut -d' ' -f1 | tr '\n' ' ')"
	for name in "${NAMESPACES[@]}"; do
		[[ $existing != *" $NS_PREFIX$name "* ]] ||
			die "a network namespace $NS_PREFIX$name exists already; remove it (ip netns del $NS_PREFIX$name) or set SARA_NS_PREFIX"
	done
	for name in "${NAMESPACES[@]}"; do
		ip netns add "$NS_PREFIX$name"
		UP+=("$name")
		ip -n "$NS_PREFIX$name" link set lo up
	done

	topo_sysctl sw
	ip -n "${NS_PREFIX}sw" -batch - <<-BRIDGES
		link add brc up type bridge stp_state 0 forward_delay 0 mcast_snooping 0
		link add brs up type bridge stp_state 0 forward_delay 0 mcast_snooping 0
	BRIDGES

	for name in "${CLIENTS[@]}"; do
		topo_sysctl "$name"
		topo_link "$name" eth0 brc "${MAC[$name]}"
		ip -n "$NS_PREFIX$name" -batch - <<-CLIENT
			address add ${ADDR[$name]}/24 dev eth0
			address add ${ADDR6[$name]}/64 dev eth0 nodad
			link set eth0 up
			route add default via 198.18.1.1
			route add default via fd00:1::1
		CLIENT
	done

	topo_sysctl gw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	topo_link gw eth0 brc "${MAC[gw0]}"
	topo_link gw eth1 brs "${MAC[gw1]}"
	ip -n "${NS_PREFIX}gw" -batch - <<-GATEWAY
		address add 198.18.1.1/24 dev eth0
		address add fd00:1::1/64 dev eth0 nodad
		address add ${ADDR[gw]}/24 dev eth1
		address add ${ADDR6[gw]}/64 dev eth1 nodad
		link set eth0 up
		link set eth1 up
	GATEWAY

	# Replies of the dispatcher's own stack (a reset, an ICMP error) leave by the gateway as the nodes' do.
	topo_sysctl lb net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0
	topo_link lb eth0 brs "${MAC[lb]}"
	ip -n "${NS_PREFIX}lb" -batch - <<-DISPATCHER
		address add ${ADDR[lb]}/24 dev eth0
		address add $VIP/32 dev eth0
		address add ${ADDR6[lb]}/64 dev eth0 nodad
		address add $VIP6/128 dev eth0 nodad
		link set eth0 up
		route add default via ${ADDR[gw]}
		route add default via ${ADDR6[gw]}
	DISPATCHER

	# The VIP is on lo: the node takes its packets. It answers no ARP for it (arp_ignore) and asks with its own
	# address (arp_announce); IPv6 never answers for an address of another interface.
	for name in "${NODES[@]}"; do
		topo_sysctl "$name" net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
		topo_link "$name" eth0 brs "${MAC[$name]}"
		ip -n "$NS_PREFIX$name" -batch - <<-NODE
			address add $VIP/32 dev lo
			address add $VIP6/128 dev lo nodad
			address add ${ADDR[$name]}/24 dev eth0
			address add ${ADDR6[$name]}/64 dev eth0 nodad
			link set eth0 up
			route add default via ${ADDR[gw]} src $VIP
			route add default via ${ADDR6[gw]} src $VIP6
		NODE
	done
	for name in "${CLIENTS[@]}"; do
		wait_for 20 "$name to reach the VIP" ns "$name" ping -q -c1 -W1 "$VIP"
		wait_for 20 "$name to reach the VIP by IPv6" ns "$name" ping -q -c1 -W1 "$VIP6"
	done
}

# topo_bare NODE: as an administrator leaves a node to its agent, without VIPs, and as Linux is by itself.
topo_bare() {
	ip -n "$NS_PREFIX$1" -batch - <<-BARE
		route replace default via ${ADDR[gw]}
		route replace default via ${ADDR6[gw]}
		address del $VIP/32 dev lo
		address del $VIP6/128 dev lo
	BARE
	ns "$1" sysctl -qw net.ipv4.conf.all.arp_ignore=0 net.ipv4.conf.all.arp_announce=0
}

topo_down() {
	local name
	for name in "${UP[@]}"; do
		ip netns del "$NS_PREFIX$name" 2>/dev/null || true
	done
	UP=()
}

# keep_clock MAXERROR STATUS: as a program does that keeps the clock right, adjtimex(2). Of a guest, not of a machine that tests
# run on natively.
keep_clock() {
	python3 -c 'import ctypes, sys
class Timex(ctypes.Structure):
    _fields_ = [("modes", ctypes.c_uint), ("offset", ctypes.c_long), ("freq", ctypes.c_long), ("maxerror", ctypes.c_long),
                ("esterror", ctypes.c_long), ("status", ctypes.c_int), ("rest", ctypes.c_long * 40)]
state = Timex(modes=0x4 | 0x8 | 0x10, maxerror=int(sys.argv[1]), status=int(sys.argv[2]))
sys.exit(0 if ctypes.CDLL(None).adjtimex(ctypes.byref(state)) >= 0 else 1)' "$@"
}

# --- programs -------------------------------------------------------------------------------------------------
# spawn LABEL NAMESPACE COMMAND...: runs COMMAND in the background, its output in RUN_DIR/LABEL.log.
spawn() {
	local label=$1 where=$2
	shift 2
	[[ -z ${PIDS[$label]-} ]] || die "spawn: $label runs already"
	ip netns exec "$NS_PREFIX$where" "$@" >"$RUN_DIR/$label.log" 2>&1 </dev/null &
	PIDS[$label]=$!
}

running() { [[ -n ${PIDS[$1]-} ]] && kill -0 "${PIDS[$1]}" 2>/dev/null; }

# stop LABEL [SIGNAL]: signals a spawned program and waits for its end; leaves its exit code in STOPPED.
stop() {
	local label=$1 signal=${2-TERM}
	local pid=${PIDS[$label]-}
	STOPPED=0
	[[ -n $pid ]] || return 0
	unset "PIDS[$label]"
	kill -s "$signal" "$pid" 2>/dev/null || true
	# shellcheck disable=SC2034 # for those who source this
	wait "$pid" 2>/dev/null || STOPPED=$?
}

# wait_for SECONDS WHAT COMMAND...: polls until COMMAND succeeds; at the deadline says what did not happen and fails.
wait_for() {
	local what=$2
	local deadline=$((SECONDS + $1))
	shift 2
	until "$@" >/dev/null 2>&1; do
		if ((SECONDS > deadline)); then
			note "waited in vain for $what"
			return 1
		fi
		sleep 0.1
	done
}

log_has() { grep -q -e "$2" "$RUN_DIR/$1.log"; }

# listening NAMESPACE tcp|udp ADDRESS PORT: a socket is bound there.
listening() {
	local address=$3
	[[ $address != *:* ]] || address="[$address]"
	[[ -n $(ns "$1" ss -Hnl"${2:0:1}" "src $address and sport = :$4") ]]
}

# --- captures -------------------------------------------------------------------------------------------------
# capture LABEL NAMESPACE INTERFACE DIRECTION(in|out|inout) FILTER: RUN_DIR/LABEL.pcap, from now until capture_stop.
# Packets are cut at 2 kB: the ring has a slot of that size for each, 8192 of them. Each is written at once (-U).
capture() {
	local label=$1 where=$2 device=$3 direction=$4 filter=$5
	spawn "capture-$label" "$where" tcpdump -n -Z root --immediate-mode -U -s 2048 -B 16384 -i "$device" -Q "$direction" \
		-w "$RUN_DIR/$label.pcap" "$filter"
	wait_for 20 "tcpdump in $where" log_has "capture-$label" 'listening on'
}

# Ends a capture; fails if the kernel dropped packets of it, because then it proves nothing.
capture_stop() {
	stop "capture-$1" INT
	log_has "capture-$1" '^0 packets dropped by kernel' || {
		note "capture $1 is not complete: $(tail -n3 "$RUN_DIR/capture-$1.log" | tr '\n' ' ')"
		return 1
	}
}

# --- the end --------------------------------------------------------------------------------------------------
# Stops what was spawned, takes the namespaces and RUN_DIR away; for `trap cleanup EXIT`.
cleanup() {
	local label
	for label in "${!PIDS[@]}"; do
		stop "$label" TERM
	done
	topo_down
	[[ -z $RUN_DIR ]] || rm -rf "$RUN_DIR"
}
