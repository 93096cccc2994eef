# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Shared by what measures: one way from a sender by a forwarder to a sink, on one processor.
#
#      c eth0  ---------------->  eth0  lb  eth1  ---------------->  eth0 n
#      bench_sender                     the system                  counts and drops at ingress
#      198.18.1.1, fd00:1::1      .1.2      .0.2                    nodes 198.18.0.11 and on, fd00::11 and on: all here,
#                                                                   each with a MAC address of its own
#
# Clients are 198.19.0.0/16 and fd00:2::/32, behind c. No packet waits: when sendmmsg() returns, all that was sent has
# been through lb and n. So the time that the sender took is that of the whole way, and what it takes without lb's part is
# measured by dropping at lb's ingress instead, by the same rule as n's.
#
#   . tests/bench/lib.sh; bench_up 8; system_up; bench_send eth0 flows 1000 ...; bench_down

HERE_BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/netns/lib.sh
. "$HERE_BENCH/../netns/lib.sh"

NAMESPACES=(c lb n)
MAC[c]=02:00:00:00:01:01 MAC[lb]=02:00:00:00:00:02 MAC[out]=02:00:00:00:00:03
# A node's number is its MAC address's last byte.
MAC_NODES=02:00:00:01:00:00
NODES_OF_N=0

node_name() { printf 'n%d' "$1"; }
node_addr() { printf '198.18.0.%d' $((10 + $1)); }
node_addr6() { printf 'fd00::%x' $((16 + $1)); }
node_mac() { printf '02:00:00:01:00:%02x' "$1"; }

# bench_sink NAMESPACE DEVICE: counts what comes to one of its nodes, or to lb, and drops all. By a rule's own counter: not
# every kernel here has counters with names.
bench_sink() {
	local prefix=$MAC_NODES
	[[ $1 == n ]] || prefix=${MAC[lb]%:*}:00
	ns "$1" nft -f - <<-SINK
		table netdev sink {
			chain ingress {
				type filter hook ingress device "$2" priority 0; policy drop;
				ether daddr & ff:ff:ff:ff:ff:00 == $prefix counter drop
			}
		}
	SINK
	ARRIVED_BEFORE=0
}

# bench_arrived NAMESPACE: leaves in ARRIVED how many packets bench_sink counted there since it was asked last.
bench_arrived() {
	[[ $(ns "$1" nft list chain netdev sink ingress) =~ packets\ ([0-9]+) ]] || die "no sink in $1"
	ARRIVED=$((BASH_REMATCH[1] - ARRIVED_BEFORE)) ARRIVED_BEFORE=${BASH_REMATCH[1]}
}

# bench_count NAMESPACE FAMILY TABLE COUNTER: leaves in COUNT what an nftables counter says since it was asked last.
# Starting programs is most of the time that a guest spends: jq is not asked for what a pattern can find.
bench_count() {
	[[ $(ns "$1" nft reset counter "${@:2}") =~ packets\ ([0-9]+) ]] || die "no counter ${*:2} in $1"
	COUNT=${BASH_REMATCH[1]}
}

# bench_up NODES: the wires and as many nodes; no system yet. Clients are behind device IN, eth0 or eth0.5.
bench_up() {
	local i
	NODES_OF_N=$1
	run_dir_make
	for i in "${NAMESPACES[@]}"; do
		ip netns add "$NS_PREFIX$i"
		UP+=("$i")
	done
	# They say nothing of themselves: what comes is what was sent.
	for i in c n; do
		ns "$i" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	done
	topo_sysctl lb net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.default.rp_filter=0
	ip -n "${NS_PREFIX}c" -batch - <<-WIRE
		link add eth0 address ${MAC[c]} type veth peer name eth0 address ${MAC[lb]} netns ${NS_PREFIX}lb
		link set eth0 up
	WIRE
	{
		cat <<-FORWARDER
			link add eth1 address ${MAC[out]} type veth peer name eth0 address ${MAC_NODES%:*}:01 netns ${NS_PREFIX}n
			link set lo up
			link set eth0 up
			link set eth1 up
			link add link eth0 name eth0.5 up type vlan id 5
			address add 198.18.1.2/24 dev $IN
			address add fd00:1::2/64 dev $IN nodad
			address add 198.18.0.2/24 dev eth1
			address add fd00::2/64 dev eth1 nodad
			neighbor replace 198.18.1.1 lladdr ${MAC[c]} dev $IN nud permanent
			neighbor replace fd00:1::1 lladdr ${MAC[c]} dev $IN nud permanent
			route add 198.19.0.0/16 via 198.18.1.1
			route add fd00:2::/32 via fd00:1::1
		FORWARDER
		for ((i = 1; i <= NODES_OF_N; i++)); do
			echo "neighbor replace $(node_addr "$i") lladdr $(node_mac "$i") dev eth1 nud permanent"
			echo "neighbor replace $(node_addr6 "$i") lladdr $(node_mac "$i") dev eth1 nud permanent"
		done
	} | ip -n "${NS_PREFIX}lb" -batch -
	ip -n "${NS_PREFIX}n" link set eth0 up
	bench_sink n eth0
}

bench_down() { topo_down; }

# bench_send WORD...: for bench_sender; leaves what it says in PACKETS, NS, SENT, LEAST, MEDIAN, LONGEST, and how many packets arrived in
# ARRIVED.
# shellcheck disable=SC2034 # for those who source this
bench_send() {
	local said
	said=$(ns c "$SARA_BIN/bench_sender" device eth0 to "${MAC[lb]}" "$@") || die "bench_sender failed"
	read -r PACKETS NS SENT LEAST MEDIAN LONGEST <<<"$said"
	bench_arrived "$SINK"
}

# memory: kB that the kernel has allocated for what does not go by itself.
memory() {
	awk '/^(SUnreclaim|VmallocUsed|Percpu):/ { kb += $2 } END { print kb }' /proc/meminfo
}
