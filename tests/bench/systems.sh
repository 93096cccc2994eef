# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The systems that forward what comes by device IN of namespace lb to NODES_OF_N nodes; with CALLS set each call is a session.
# Sourced by tests/bench/measure: system_modules; system_up, system_keep, system_slow, system_down of SYSTEM.
#
#   floor          drops at ingress: what sending, the wire and dropping cost
#   bare           tests/bench/bare: a hook at ingress that rewrites addresses, and does nothing else
#   sara           SARA
#   ipvs-rr, -wlc  IPVS in direct routing, by no connection tracking
#   ipvs-ct        the same (rr) where there is connection tracking, which IPVS is told to keep
#   ipvs-sip       the same (rr) with --pe sip, persistence 60 s, one-packet scheduling: each datagram by its Call-ID
#   flowtable      nftables' flow table: a router's connection tracking, and a short cut by it at ingress
#   nft-fwd        nftables' fwd at netdev ingress: one rule for all, to one node
#   tc             tc flower, skbmod and mirred: one filter for all, to one node
#
# IPVS and connection tracking have tables as large as one who knows would make them for so many flows.

# system_modules: loads them all before the first measurement.
system_modules() {
	modprobe -q ip_vs conn_tab_bits=18 || die "this kernel has no ip_vs module"
	modprobe -q -a ip_vs_rr ip_vs_wlc ip_vs_pe_sip nf_conntrack nf_flow_table nf_flow_table_inet nft_flow_offload nft_ct \
		nft_fwd_netdev cls_flower act_skbmod act_mirred sch_ingress 8021q veth || die "this kernel lacks a peer's module"
	echo 262144 >/sys/module/nf_conntrack/parameters/hashsize
	sysctl -qw net.netfilter.nf_conntrack_max=1048576
}

# ipvs_service KIND ADDRESS OPTION...: a service of all nodes; KIND is -u or -t.
ipvs_service() {
	local kind=$1 address=$2 i node
	shift 2
	echo "-A $kind $address:5060 $*"
	for ((i = 1; i <= NODES_OF_N; i++)); do
		[[ $address == "$VIP" ]] && node=$(node_addr "$i") || node="[$(node_addr6 "$i")]"
		echo "-a $kind $address:5060 -r $node:5060 -g"
	done
}

# ipvs_up SCHEDULER [OPTION...]: the options are for UDP.
ipvs_up() {
	local scheduler=$1
	shift
	ip -n "${NS_PREFIX}lb" -batch - <<-VIPS
		address add $VIP/32 dev lo
		address add $VIP6/128 dev lo nodad
	VIPS
	{
		ipvs_service -u "$VIP" -s "$scheduler" "$@"
		ipvs_service -t "$VIP" -s "$scheduler"
		ipvs_service -u "[$VIP6]" -s "$scheduler"
		ipvs_service -t "[$VIP6]" -s "$scheduler"
	} | ns lb ipvsadm -R
}

# sara_up WORDS: the words are for UDP's service.
sara_up() {
	local i
	[[ -d /sys/module/sara ]] || insmod "$SARA_KO"
	{
		echo "config set max-sessions 4000000 max-flows 4000000"
		echo "dev add $IN mode dispatch"
		for ((i = 1; i <= NODES_OF_N; i++)); do
			echo "node add n$i addr $(node_addr "$i") mac $(node_mac "$i") dev eth1"
		done
		echo "service add udp vip $VIP proto udp port 5060 $*"
		echo "service add tcp vip $VIP proto tcp port 5060"
		echo "service add udp6 vip $VIP6 proto udp port 5060"
		echo "service add tcp6 vip $VIP6 proto tcp port 5060"
	} >"$RUN_DIR/sara.batch"
	ns lb "$SARA_BIN/sara" -b "$RUN_DIR/sara.batch"
}

# to_a_node: routes of the virtual addresses, for those who forward as routers do.
to_a_node() {
	ip -n "${NS_PREFIX}lb" -batch - <<-ROUTES
		route add $VIP/32 via $(node_addr 1)
		route add $VIP6/128 via $(node_addr6 1)
	ROUTES
}

# system_up: also sets SINK, the namespace where packets end, and REPLIES, what bench_sender is to do besides.
# shellcheck disable=SC2034 # for those who source this
system_up() {
	SINK=n REPLIES=()
	case $SYSTEM in
	floor)
		SINK=lb
		bench_sink lb "$IN"
		;;
	bare) ns lb insmod "$SARA_BARE_KO" "in=$IN" out=eth1 "mac=$(node_mac 1)" ;;
	sara) sara_up "${CALLS:+app sip key call-id}" ;;
	ipvs-rr) ipvs_up rr ;;
	ipvs-wlc) ipvs_up wlc ;;
	ipvs-sip) ipvs_up rr -p 60 -o --pe sip ;;
	ipvs-ct)
		ipvs_up rr
		# What makes a namespace track connections is a rule that asks for it. A network card has looked at checksums.
		ns lb sysctl -qw net.ipv4.vs.conntrack=1 net.netfilter.nf_conntrack_checksum=0
		ns lb nft -f - <<-TRACK
			table inet track {
				chain input {
					type filter hook input priority -200;
					ct state invalid counter
				}
			}
		TRACK
		;;
	flowtable)
		to_a_node
		ns lb sysctl -qw net.netfilter.nf_conntrack_checksum=0
		ns lb nft -f - <<-FLOWTABLE
			table inet router {
				counter slow { }
				flowtable short { hook ingress priority 0; devices = { eth0, eth1 }; }
				chain forward {
					type filter hook forward priority 0;
					counter name slow
					meta l4proto { tcp, udp } flow add @short
				}
			}
		FLOWTABLE
		REPLIES=(replies "${NS_PREFIX}n/eth0/${MAC[out]}")
		;;
	nft-fwd)
		ns lb nft -f - <<-FWD
			table netdev forward {
				chain ingress {
					type filter hook ingress device "$IN" priority 0;
					ip daddr $VIP fwd ip to $(node_addr 1) device eth1
					ip6 daddr $VIP6 fwd ip6 to $(node_addr6 1) device eth1
				}
			}
		FWD
		;;
	tc)
		ns lb tc qdisc add dev "$IN" clsact
		tc_filter ip "$VIP" 1
		tc_filter ipv6 "$VIP6" 2
		;;
	*) die "no such system '$SYSTEM'" ;;
	esac
}

tc_filter() {
	ns lb tc filter add dev "$IN" ingress protocol "$1" prio "$3" flower dst_ip "$2" \
		action skbmod set dmac "$(node_mac 1)" smac "${MAC[out]}" pipe action mirred egress redirect dev eth1 >/dev/null
}

system_down() {
	[[ $SYSTEM != bare ]] || rmmod bare
}

# system_keep: it forgets nothing for an hour.
system_keep() {
	case $SYSTEM in
	sara) ns lb "$SARA_BIN/sara" service set udp flow-timeout 3600s ;;
	ipvs-*)
		ns lb ipvsadm --set 3600 3600 3600
		ns lb sysctl -qw net.netfilter.nf_conntrack_udp_timeout=3600
		;;
	*) die "$SYSTEM was never asked to keep anything" ;;
	esac
}

# system_is_stateless: does it know no flows?
system_is_stateless() { [[ $SYSTEM == @(floor|bare|nft-fwd|tc) ]]; }

# system_slow: leaves in COUNT the packets that took another way than the one that is to be measured, since it was asked last.
# shellcheck disable=SC2034 # for those who source this
system_slow() {
	COUNT=0
	case $SYSTEM in
	# A shared packet had to be copied. This one is never reset: it stays 0.
	sara)
		[[ $(ns lb "$SARA_BIN/sara" -j stats show) =~ \"unshared\":\ ?([0-9]+) ]] || die "sara stats knows no unshared"
		COUNT=${BASH_REMATCH[1]}
		;;
	flowtable) bench_count lb inet router slow ;;
	esac
}
