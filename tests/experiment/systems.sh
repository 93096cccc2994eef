# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The systems under test. Sourced by tests/experiment/overload: system_up, system_down. SYSTEM is one of
#
#   ipvs-rr, ipvs-wlc   IPVS in direct routing; SIP by port, media by a firewall mark, as tests/apps/with-ipvs.sh sets it up
#   ipvs-source         IPVS with client persistence over everything: a client's flows are together
#   ipvs-sip            IPVS with --pe sip: a call's signalling is together, wherever it comes from
#   sara-open           SARA that places sessions by load, and admits all
#   sara-paper          SARA that admits by the paper's thresholds (.5 .7 .85 1, which move: eq. 4)
#   sara                SARA as it is by default
: "${SYSTEM:?}" "${SCENARIO:?}" "${RUN_DIR:?}"

HERE_SYSTEMS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
DISPATCHED=$VIP
case $SYSTEM in
ipvs-*)
	WITH=ipvs
	case $SYSTEM in
	ipvs-rr) ;;
	ipvs-wlc) IPVS_SCHEDULER=wlc ;;
	ipvs-source) WITH=ipvs-persistent ;;
	ipvs-sip) IPVS_SIP='-p 60 --pe sip' ;;
	*) die "no such system '$SYSTEM'" ;;
	esac
	export IPVS_SCHEDULER IPVS_SIP WITH DISPATCHED
	# shellcheck source=tests/apps/with-ipvs.sh
	. "$HERE_SYSTEMS/../apps/with-ipvs.sh"
	system_up() {
		modprobe -q -a ip_vs ip_vs_rr ip_vs_wlc ip_vs_pe_sip || die "this kernel has no ip_vs_wlc or ip_vs_pe_sip module"
		dispatcher_up
		# Calls are over sooner than after IPVS's 5 minutes of silence: wlc would count them for so long.
		ns lb ipvsadm --set 900 120 15
	}
	system_down() { dispatcher_down; }
	;;
sara | sara-open | sara-paper) ;;
*) die "no such system '$SYSTEM'" ;;
esac

# agent_spawn NAMESPACE: as the service manager runs it. All namespaces share one emulated processor, whose load is not
# this machine's own: what the dispatcher would be told of it is hidden from it.
agent_spawn() {
	# shellcheck disable=SC2016 # the inner shell's
	spawn "agent-$1" "$1" bash -c 'mount --bind /dev/null /proc/stat && exec chrt --rr 10 "$@"' agent \
		"$SARA_BIN/sara-agent" --config "$RUN_DIR/$1.json"
}

agent_settled() { log_has "agent-$1" "$2" || ! running "agent-$1"; }
node_up() { [[ $(ns lb "$SARA_BIN/sara" node show "$1") == *" health up "* ]]; }

if [[ $SYSTEM == sara* ]]; then
	system_up() {
		local node admission=on period=0.25 policy='' service
		[[ -e ${SARA_KO-} ]] || die "SARA_KO names no module; tools/vm --kmod builds it and sets it"
		[[ -x ${SARA_BIN-}/sara ]] || die "SARA_BIN names no directory with sara and sara-agent"
		[[ -d /sys/module/sara ]] || insmod "$SARA_KO"
		[[ $SYSTEM != sara-open ]] || admission=off
		[[ $SYSTEM != sara-paper ]] ||
			policy=', "thresholds": {"t1": 0.5, "t2": 0.7, "t3": 0.85, "c": 1}, "moving_thresholds": true, "spare_established": false'
		[[ $SCENARIO != stale ]] || period=5
		(umask 077 && "$SARA_BIN/sara-agent" keygen >"$RUN_DIR/key")
		service="\"name\": \"sip\", \"vip\": \"$VIP\", \"proto\": \"udp\", \"port\": 5060, \"app\": \"sip\""
		cat >"$RUN_DIR/lb.json" <<-DISPATCHER
			{"dispatcher": {"listen": "${ADDR[lb]}:7100",
			                "cluster": {"period": $period, "weights": {"link": 1}$policy}},
			 "timers": {"sip": {"linger": ${SARA_LINGER:-1}}},
			 "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/lb.sock",
			 "devices": [{"name": "eth0", "mode": "dispatch"}],
			 "nodes": [{"name": "n1", "addr": "${ADDR[n1]}", "dev": "eth0"},
			           {"name": "n2", "addr": "${ADDR[n2]}", "dev": "eth0"},
			           {"name": "n3", "addr": "${ADDR[n3]}", "dev": "eth0"}],
			 "services": [{$service, "scheduler": "shell", "admission": "$admission", "refuse": "busy"}]}
		DISPATCHER
		cat >"$RUN_DIR/gw.json" <<-GATEWAY
			{"gateway": {"dispatchers": ["${ADDR[lb]}:7100"]},
			 "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/gw.sock",
			 "devices": [{"name": "eth1", "mode": "observe"}], "services": [{$service}]}
		GATEWAY
		agent_spawn lb
		agent_spawn gw
		for node in "${NODES[@]}"; do
			cat >"$RUN_DIR/$node.json" <<-NODE
				{"node": {"host": "${ADDR[$node]}", "dispatchers": ["${ADDR[lb]}:7100"], "period": $period,
				          "link": {"device": "eth0", "capacity": $(node_bytes "$node")}},
				 "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/$node.sock"}
			NODE
			agent_spawn "$node"
		done
		for node in lb gw; do
			wait_for 60 "the agent in $node" agent_settled "$node" 'connected to the kernel module'
			running "agent-$node" || die "the agent in $node ended: $(<"$RUN_DIR/agent-$node.log")"
		done
		for node in "${NODES[@]}"; do
			wait_for 60 "$node to be up" node_up "$node"
		done
	}

	system_down() {
		ns lb "$SARA_BIN/sara" -j node load socket "$RUN_DIR/lb.sock" >"$RUN_DIR/node-load.json" 2>&1 || true
		ns lb "$SARA_BIN/sara" -j stats show agent socket "$RUN_DIR/lb.sock" >"$RUN_DIR/agent-stats.json" 2>&1 || true
		ns lb "$SARA_BIN/sara" -j admission show >"$RUN_DIR/admission.json" 2>&1 || true
	}
fi
