# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What happens to the dispatchers while sessions go on. Sourced by run after heads.sh: event_NAME for each name in EVENTS.
# ACTIVE has the virtual address, STANDBY has not. mark tells the judge what happened when.
: "${RUN_DIR:?}" "${ADVERT:?}"

# shellcheck disable=SC2034 # run's
EVENTS=(power-off agent-kill module-gone link-cut split lossy-power-off snapshot-kill handover)

# mark WHAT: an event of the case, now. Traffic is judged from the first on.
mark() { printf '{"what": "%s", "head": "%s", "at": %s}\n' "$1" "$ACTIVE" "$EPOCHREALTIME" >>"$RUN_DIR/events.jsonl"; }

# settle: until adverts are missed, TCP has sent again what was lost meanwhile, and some seconds of peace are seen.
settle() { sleep "$(awk -v advert="$ADVERT" 'BEGIN { print 6 + 6 * advert }')"; }

# taken_over: the standby has the virtual address.
taken_over() {
	local was=$ACTIVE
	wait_for 60 "$STANDBY to have the virtual address" has_vip "$STANDBY" || die 'nobody took over'
	ACTIVE=$STANDBY STANDBY=$was
}

# ---- the machine loses its power ---------------------------------------------------------------------------------------
power_off() {
	mark power-off
	dispatcher_power_off "$ACTIVE"
	mark powered-off
	taken_over
	settle
}

# TURNS times, each the other; who died comes back with an empty table first.
event_power_off() {
	local turn
	power_off
	for ((turn = 2; turn <= TURNS; turn++)); do
		mark return
		dispatcher_return "$STANDBY"
		wait_for 60 'all to be told' replicated "$ACTIVE"
		power_off
	done
}

# The same where the dispatchers hear each other badly: 5 % are lost, others overtake.
event_lossy_power_off() {
	local head
	for head in "${HEADS[@]}"; do
		ns "$head" tc -batch - <<-LOSSY
			qdisc add dev eth0 root handle 1: prio bands 2 priomap 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
			qdisc add dev eth0 parent 1:1 handle 2: netem delay 4ms 3ms loss 5% reorder 25%
			filter add dev eth0 parent 1: prio 1 protocol ip u32 match ip protocol 17 0xff match ip dst ${ADDR[$(head_peer "$head")]} flowid 1:1
			filter add dev eth0 parent 1: prio 2 protocol ip u32 match ip dst 224.0.0.81 flowid 1:1
		LOSSY
	done
	sleep 5
	power_off
}

# ---- its agent dies, and the service manager says so, and starts it again after a second ---------------------------------
event_agent_kill() {
	mark agent-kill
	stop "agent-$ACTIVE-${INCARNATION[$ACTIVE]}" KILL
	agent_died "$ACTIVE"
	sleep 1
	agent_begin "$ACTIVE"
	mark agent-back
	settle
}

# ---- the module is unloaded ----------------------------------------------------------------------------------------------
# All namespaces share one kernel and its module, which the gateway needs, too. So what the module does here when it goes is
# done by commands: first its hooks, then all else, which an agent does not see of a module that goes: it is killed before. It
# is not started again, as the service's start would load the module. That it yields for want of a module just as for want of a
# device is standby's to show (tests/netns).
event_module_gone() {
	mark module-gone
	ns "$ACTIVE" sara dev del eth0
	wait_for 10 'the agent to yield' grep -q 1 "$RUN_DIR/$ACTIVE.yield"
	stop "agent-$ACTIVE-${INCARNATION[$ACTIVE]}" KILL
	printf '%s\n' 'session flush' 'service del '{rtsp,sip,sip-tcp} 'node del '{n1,n2,n3} >"$RUN_DIR/gone"
	ns "$ACTIVE" sara -b "$RUN_DIR/gone"
	mark module-went
	taken_over
	settle
}

# ---- links are cut -------------------------------------------------------------------------------------------------------
# What dispatchers tell each other about sessions: nothing of it arrives for ten seconds.
event_link_cut() {
	local head
	mark link-cut
	for head in "${HEADS[@]}"; do
		ns "$head" nft -f - <<-CUT
			table inet cut {
				chain input {
					type filter hook input priority -200
					ip saddr ${ADDR[$(head_peer "$head")]} meta l4proto udp drop
				}
			}
		CUT
	done
	sleep 10
	for head in "${HEADS[@]}"; do
		ns "$head" nft delete table inet cut
	done
	mark link-healed
	settle
}

# Nothing at all passes between the dispatchers for as long as it takes that both have the virtual address, and five seconds.
event_split() {
	local head
	mark split
	for head in "${HEADS[@]}"; do
		ns "$head" nft -f - <<-CUT
			table netdev cut {
				chain ingress {
					type filter hook ingress device eth0 priority -500
					ether saddr ${MAC[$(head_peer "$head")]} drop
				}
			}
		CUT
	done
	wait_for 60 "$STANDBY to have the virtual address, too" has_vip "$STANDBY"
	mark two-masters
	sleep 5
	for head in "${HEADS[@]}"; do
		ns "$head" nft delete table netdev cut
	done
	mark split-healed
	settle
}

# ---- the standby's agent dies while it is told all -----------------------------------------------------------------------
# Its link is slow enough for the snapshot to last. It is started again, and when it has all the other one loses its power.
receiving() { peer_has "$STANDBY" 'snapshot receiving'; }
event_snapshot_kill() {
	dispatcher_kill "$STANDBY"
	mark return
	ns "$ACTIVE" tc -batch - <<-SLOW
		qdisc add dev eth0 root handle 1: prio bands 2 priomap 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
		qdisc add dev eth0 parent 1:1 handle 2: netem rate 128kbit limit 20
		filter add dev eth0 parent 1: prio 1 protocol ip u32 match ip protocol 17 0xff match ip dst ${ADDR[$STANDBY]} flowid 1:1
	SLOW
	dispatcher_boot "$STANDBY"
	agent_begin "$STANDBY"
	wait_for 30 'the snapshot to begin' receiving || die 'the snapshot was over too soon'
	mark snapshot-kill
	stop "agent-$STANDBY-${INCARNATION[$STANDBY]}" KILL
	ns "$ACTIVE" tc qdisc del dev eth0 root
	dispatcher_return "$STANDBY"
	wait_for 60 'all to be told' replicated "$ACTIVE"
	power_off
}

# ---- work on it is planned -----------------------------------------------------------------------------------------------
# IPVS has no word for it: keepalived is ended.
event_handover() {
	mark handover
	if [[ $SYSTEM == sara-* ]]; then
		ns "$ACTIVE" sara ha handover socket "$RUN_DIR/$ACTIVE.sock"
	else
		stop "keepalived-$ACTIVE-${INCARNATION[$ACTIVE]}" TERM
	fi
	taken_over
	settle
}
