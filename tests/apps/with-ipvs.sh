# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# IPVS in direct routing as the dispatcher, set up as somebody who knows it would for sessions of several flows.
# Sourced by tests/apps/run: dispatcher_up, dispatcher_down, dispatcher_unload.
#
# Signalling has a service each. Media ports are only known from the signalling, which IPVS does not read, so the one way
# to get media to nodes at all is a service for all other UDP ports of the VIP, by firewall mark. Round robin places each
# *connection* (5-tuple), so signalling, RTP and RTCP of one session are placed each for itself.
#
# ipvs-persistent: the same with client persistence over one mark for everything (-p): a client's address decides, so
# sessions stay whole, and all of a client's sessions are on one node however many they are.
#
# IPVS_SCHEDULER is another scheduler than round robin; IPVS_SIP are more options for SIP over UDP (-p 60 --pe sip); IPVS_HEAD is
# another dispatcher than lb.

dispatcher_up() {
	local family=4 address=$VIP mark_rule node
	[[ $DISPATCHED == "$VIP" ]] || { family=6; address="[$VIP6]"; }
	modprobe -q ip_vs || die "this kernel has no ip_vs module"
	modprobe -q ip_vs_rr
	[[ $family == 4 ]] && mark_rule="ip daddr $VIP" || mark_rule="ip6 daddr $VIP6"

	if [[ $WITH == ipvs-persistent ]]; then
		ns "${IPVS_HEAD:-lb}" nft -f - <<-MARK
			table inet media {
				chain prerouting {
					type filter hook prerouting priority mangle
					$mark_rule meta l4proto { tcp, udp } meta mark set 1
				}
			}
		MARK
	else
		ns "${IPVS_HEAD:-lb}" nft -f - <<-MARK
			table inet media {
				chain prerouting {
					type filter hook prerouting priority mangle
					$mark_rule udp dport != 5060 meta mark set 1
				}
			}
		MARK
	fi

	{
		if [[ $WITH == ipvs-persistent ]]; then
			echo "-A -f 1 ${family/#4/} -s rr -p 300"
		else
			echo "-A -t $address:554 -s ${IPVS_SCHEDULER:-rr}"
			echo "-A -u $address:5060 -s ${IPVS_SCHEDULER:-rr}${IPVS_SIP:+ $IPVS_SIP}"
			echo "-A -t $address:5060 -s ${IPVS_SCHEDULER:-rr}"
			echo "-A -f 1 ${family/#4/} -s ${IPVS_SCHEDULER:-rr}"
		fi | sed 's/ 6 / -6 /; s/  / /'
		for node in "${NODES[@]}"; do
			local real=${ADDR[$node]}
			[[ $family == 4 ]] || real="[${ADDR6[$node]}]"
			if [[ $WITH != ipvs-persistent ]]; then
				echo "-a -t $address:554 -r $real:554 -g"
				echo "-a -u $address:5060 -r $real:5060 -g"
				echo "-a -t $address:5060 -r $real:5060 -g"
			fi
			echo "-a -f 1 ${family/#4/} -r $real -g" | sed 's/ 6 / -6 /; s/  / /'
		done
	} >"$RUN_DIR/ipvs.rules"
	ns "${IPVS_HEAD:-lb}" ipvsadm -R <"$RUN_DIR/ipvs.rules"
}

dispatcher_down() {
	ns lb ipvsadm -Ln --stats >"$RUN_DIR/ipvs.stats" 2>&1
}

# The module may be used by others too: it stays.
dispatcher_unload() { :; }
