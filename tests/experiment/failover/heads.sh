# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The two dispatchers under test, and who has the virtual address. Sourced by run, after netns/lib.sh and netns/heads.sh:
# systems_up, dispatcher_begin, dispatcher_power_off, dispatcher_return, dispatcher_ready, agent_restart, replicated.
# SYSTEM is one of
#
#   sara-async, sara-sync, sara-strict
#                           SARA, each the other's peer, and dispatcher.replication
#   ipvs                    IPVS in direct routing by source (so that sessions are whole), its connections told by its sync
#                           daemons, each of both dispatchers being master and backup
#
# keepalived has userspace/keepalived/sara.conf.example, with ADVERT seconds between adverts. IPVS has the same without the
# questions whether it is fit.
: "${SYSTEM:?}" "${ADVERT:?}" "${RUN_DIR:?}" "${HERE_FAILOVER:?}"

EXAMPLE=$HERE_FAILOVER/../../../userspace/keepalived/sara.conf.example
# A place that keepalived trusts: all of its path is root's alone.
TRUSTED=/run/sara/bin
declare -gA INCARNATION=([lb]=0 [lb2]=0)

# ---- keepalived --------------------------------------------------------------------------------------------------------
keepalived_begin() {
	local head=$1 peer label=keepalived-$1-${INCARNATION[$1]} without=''
	peer=$(head_peer "$head")
	[[ $SYSTEM == sara-* ]] || without='/^vrrp_script/,/^}/d; /^track_file/,/^}/d; /^    track_/,/^    }/d'
	sed -e "s|/usr/sbin/sara ha check|$TRUSTED/sara ha check socket $RUN_DIR/$head.sock|" -e 's/#.*//' -e "$without" \
		-e "s|/run/sara/yield|$RUN_DIR/$head.yield|" \
		-e "s/advert_int 0\.1/advert_int $ADVERT/" \
		-e "s/\<unicast_src_ip 198.18.0.2\>/unicast_src_ip ${ADDR[$head]}/; s/\<unicast_src_ip fd00::2\>/unicast_src_ip ${ADDR6[$head]}/" \
		-e "s/^ *198.18.0.3\>/ ${ADDR[$peer]}/; s/^ *fd00::3\>/ ${ADDR6[$peer]}/" "$EXAMPLE" >"$RUN_DIR/$label.conf"
	spawn "$label" "$head" keepalived --dont-fork --vrrp --log-console --log-detail --no-syslog \
		--use-file "$RUN_DIR/$label.conf" --pid "$RUN_DIR/$label.pid" --vrrp_pid "$RUN_DIR/$label-vrrp.pid"
}

has_vip() { ip -n "$NS_PREFIX$1" -br address show dev eth0 | grep -qF " $VIP/32"; }
reaches_vip() { ip -n "${NS_PREFIX}gw" neigh show "$VIP" dev eth1 | grep -q "lladdr ${MAC[$1]}"; }
counts_as_fit() {
	[[ $SYSTEM != sara-* ]] || grep -q 'sara4) Changing effective priority from 50 to 100' "$RUN_DIR/keepalived-$1-${INCARNATION[$1]}.log"
}

# ---- SARA --------------------------------------------------------------------------------------------------------------
SERVICES='"services": [{"name": "rtsp", "vip": "198.18.0.100", "proto": "tcp", "port": 554, "app": "rtsp"},
	{"name": "sip", "vip": "198.18.0.100", "proto": "udp", "port": 5060, "app": "sip"},
	{"name": "sip-tcp", "vip": "198.18.0.100", "proto": "tcp", "port": 5060, "app": "sip"}]'

# agent_begin NAMESPACE: as the service manager runs it.
agent_begin() {
	local label=agent-$1-${INCARNATION[$1]-0}
	spawn "$label" "$1" chrt --rr 10 sara-agent --config "$RUN_DIR/$1.json"
	wait_for 30 "the agent in $1" log_has "$label" 'connected to the kernel module'
}

sara_configure() {
	local head node known='' comma=''
	(umask 077 && sara-agent keygen >"$RUN_DIR/key")
	for node in "${NODES[@]}"; do
		known+="$comma{\"name\": \"$node\", \"addr\": \"${ADDR[$node]}\", \"dev\": \"eth0\", \"mac\": \"${MAC[$node]}\"}"
		comma=', '
	done
	for head in "${HEADS[@]}"; do
		cat >"$RUN_DIR/$head.json" <<-CONFIG
			{"dispatcher": {"listen": "${ADDR[$head]}:7100", "peers": ["${ADDR[$(head_peer "$head")]}:7100"],
			                "replication": "${SYSTEM#sara-}", "yield_file": "$RUN_DIR/$head.yield"},
			 "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/$head.sock",
			 "devices": [{"name": "eth0", "mode": "dispatch"}], "nodes": [$known], $SERVICES}
		CONFIG
	done
	cat >"$RUN_DIR/gw.json" <<-CONFIG
		{"gateway": {"dispatchers": ["${ADDR[lb]}:7100", "${ADDR[lb2]}:7100"]}, "key_file": "$RUN_DIR/key",
		 "control": "$RUN_DIR/gw.sock", "devices": [{"name": "eth1", "mode": "observe"}], $SERVICES}
	CONFIG
}

# The two rules by which nobody but the nodes answers at the virtual address.
sara_rules() { ns "$1" bash -e -c "$(sed -n 's/^# *\(nft .*\)/\1/p' "$EXAMPLE")"; }

# ---- IPVS --------------------------------------------------------------------------------------------------------------
ipvs_begin() {
	local head=$1 role
	IPVS_HEAD=$head
	dispatcher_up
	# Connections are told from their first packet on, and one whose beginning was not seen here is believed.
	ns "$head" sysctl -qw net.ipv4.vs.sync_threshold='0 50' net.ipv4.vs.sloppy_tcp=1
	for role in master backup; do
		ns "$head" ipvsadm --start-daemon "$role" --mcast-interface eth0 --syncid 1
	done
}

# ---- a dispatcher's life -----------------------------------------------------------------------------------------------
dispatcher_begin() {
	local head=$1
	if [[ $SYSTEM == sara-* ]]; then
		sara_rules "$head"
		agent_begin "$head"
		spawn "monitor-$head-${INCARNATION[$head]}" "$head" "$HERE_FAILOVER/stamp.py" \
			"$RUN_DIR/monitor-$head-${INCARNATION[$head]}.jsonl" setpriv --pdeathsig KILL sara -j monitor session
	else
		ipvs_begin "$head"
	fi
}

# dispatcher_ready NAME: it could have the virtual address.
dispatcher_ready() { [[ $SYSTEM != sara-* ]] || fit "$1"; }

# dispatcher_power_off NAME: its link is cut, then its programs die: the other way round it would forward after its end.
dispatcher_power_off() {
	ip -n "${NS_PREFIX}sw" link set "${1}eth0" nomaster
	dispatcher_kill "$1"
}

dispatcher_kill() {
	local label vrrp=$RUN_DIR/keepalived-$1-${INCARNATION[$1]}-vrrp.pid
	[[ ! -e $vrrp ]] || kill -KILL "$(<"$vrrp")" # before its parent, at whose end it would say good-bye
	for label in keepalived agent monitor; do
		stop "$label-$1-${INCARNATION[$1]}" KILL
	done
}

# dispatcher_boot NAME: its machine comes back, without programs and with an empty table.
dispatcher_boot() {
	ip netns del "$NS_PREFIX$1"
	INCARNATION[$1]=$((INCARNATION[$1] + 1))
	head_up "$1"
}

# dispatcher_return NAME: it is started, and is ready to take over.
dispatcher_return() {
	dispatcher_boot "$1"
	dispatcher_begin "$1"
	wait_for 60 "$1 to be ready" dispatcher_ready "$1"
	keepalived_begin "$1"
	wait_for 60 "$1 to count as fit" counts_as_fit "$1"
}

# systems_up: both dispatchers, lb with the virtual address.
systems_up() {
	local head
	if [[ $SYSTEM == sara-* ]]; then
		[[ -e ${SARA_KO-} ]] || die "SARA_KO names no module; tools/vm --kmod builds it and sets it"
		[[ -d /sys/module/sara ]] || insmod "$SARA_KO"
		install -D -m 755 "$(command -v sara)" "$TRUSTED/sara"
		sara_configure
	else
		# shellcheck disable=SC2034 # with-ipvs.sh's
		WITH=ipvs-persistent DISPATCHED=$VIP
		# shellcheck source=tests/apps/with-ipvs.sh
		. "$HERE_FAILOVER/../../apps/with-ipvs.sh"
	fi
	for head in "${HEADS[@]}"; do
		dispatcher_begin "$head"
	done
	[[ $SYSTEM != sara-* ]] || agent_begin gw
	for head in "${HEADS[@]}"; do
		wait_for 60 "$head to be ready" dispatcher_ready "$head"
	done
	keepalived_begin lb
	wait_for 60 'lb to have the virtual address' has_vip lb
	wait_for 60 'lb to count as fit' counts_as_fit lb
	keepalived_begin lb2
	wait_for 60 'lb2 to count as fit' counts_as_fit lb2
	has_vip lb || die 'lb has not kept the virtual address'
}

# replicated FROM: its peer has carried out all that there was to tell at one moment.
replicated() { [[ $SYSTEM != sara-* ]] || peer_has "$1" 'told all'; }
