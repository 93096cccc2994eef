# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# SARA as the dispatcher: sara.ko and sara-agent in lb and gw, set up with the sara command as an operator would.
# Sourced by tests/apps/run: dispatcher_up, dispatcher_down, dispatcher_unload.

# sara_in NAMESPACE ARGUMENT...
sara_in() {
	local where=$1
	shift
	ns "$where" "$SARA_BIN/sara" "$@"
}

# The services are the same on both: the gateway only reads the replies of what they name.
sara_services() {
	sara_in "$1" service add rtsp vip "$DISPATCHED" proto tcp port 554 app rtsp
	sara_in "$1" service add sip vip "$DISPATCHED" proto udp port 5060 app sip key "${option[sip-key]}"
	sara_in "$1" service add sip-tcp vip "$DISPATCHED" proto tcp port 5060 app sip
}

dispatcher_up() {
	local node peer
	[[ -e ${SARA_KO-} ]] || die "SARA_KO names no module; tools/vm --kmod builds it and sets it"
	[[ -x ${SARA_BIN-}/sara ]] || die "SARA_BIN names no directory with sara and sara-agent"
	if [[ ! -d /sys/module/sara ]]; then
		insmod "$SARA_KO"
		SARA_LOADED=1
	fi

	sara_in lb dev add eth0 mode dispatch
	for node in "${NODES[@]}"; do
		if [[ $DISPATCHED == "$VIP" ]]; then
			sara_in lb node add "$node" addr "${ADDR[$node]}" dev eth0
		else
			sara_in lb node add "$node" addr "${ADDR6[$node]}" dev eth0
		fi
	done
	sara_services lb
	sara_in gw dev add eth1 mode observe
	sara_services gw

	(umask 077 && "$SARA_BIN/sara-agent" keygen >"$RUN_DIR/key")
	peer=${ADDR[lb]}:7100
	cat >"$RUN_DIR/dispatcher.json" <<-DISPATCHER
		{
		  "dispatcher": { "listen": "$peer" },
		  "key_file": "$RUN_DIR/key",
		  "control": "$RUN_DIR/dispatcher.sock"
		}
	DISPATCHER
	cat >"$RUN_DIR/gateway.json" <<-GATEWAY
		{
		  "gateway": { "dispatchers": ["$peer"], "announce": "${option[announce]}" },
		  "key_file": "$RUN_DIR/key",
		  "control": "$RUN_DIR/gateway.sock"
		}
	GATEWAY
	# As the service manager runs them: announcing does not wait for whatever else keeps the processors busy.
	spawn agent-lb lb chrt --rr 10 "$SARA_BIN/sara-agent" --config "$RUN_DIR/dispatcher.json"
	spawn agent-gw gw chrt --rr 10 "$SARA_BIN/sara-agent" --config "$RUN_DIR/gateway.json"
	for node in lb gw; do
		wait_for 30 "the agent in $node" agent_settled "$node"
		running "agent-$node" || die "the agent in $node ended: $(<"$RUN_DIR/agent-$node.log")"
	done
	for node in "${NODES[@]}"; do
		wait_for 30 "SARA to know the MAC address of $node" node_usable "$node"
	done
}

agent_settled() { log_has "agent-$1" 'connected to the kernel module' || ! running "agent-$1"; }

node_usable() { sara_in lb -j node show "$1" | grep -q '"usable": *true'; }

dispatcher_down() {
	local where
	for where in lb gw; do
		sara_in "$where" -j stats show >"$RUN_DIR/stats-$where.json"
		running "agent-$where" || {
			note "the agent in $where ended: $(tail -n3 "$RUN_DIR/agent-$where.log")"
			return 1
		}
		stop "agent-$where" TERM
		((STOPPED == 0)) || {
			note "the agent in $where ended with $STOPPED: $(tail -n3 "$RUN_DIR/agent-$where.log")"
			return 1
		}
	done
}

# After the namespaces: what a run loads, it unloads.
dispatcher_unload() {
	[[ -z ${SARA_LOADED-} ]] || rmmod sara
}
