# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The nodes' servers and their limit. Sourced by tests/experiment/overload: node_serve, node_fail, node_facts, node_calls.
#
# A node is a SIP server (SIPp, tests/experiment/uas.xml) that sends voice to each of its callers, behind an uplink that
# carries CALLS calls and a half: a token bucket (tc-tbf(8)) on the node's device. With one call more, packets of *every*
# call are lost there, as on a real uplink. The limit is one of bits per second, so it does not depend on how fast this
# machine is. Signalling and heartbeats take part of it, and go before the voice, as is usual where telephones share a line.
: "${CALLS:?}" "${HOLD_SECONDS:?}" "${RUN_DIR:?}"

HERE_EXPERIMENT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# What a node sends to each caller, 46 kbit/s in few and large packets, and what a caller sends, who mostly listens: an
# emulated machine can carry that for a whole cluster. The last is the node's, bytes per second, as Ethernet frames.
VOICE_MS=250 VOICE_BYTES=1400
# shellcheck disable=SC2034 # who calls uses these
CALLER_MS=1000 CALLER_BYTES=160
# Its signalling: two answers of 390 bytes each, in HOLD_SECONDS. TELLING_BYTES is what a node's agent says beside that;
# systems without agents have them for voice.
CALL_BYTES=$(((VOICE_BYTES + 54) * 1000 / VOICE_MS + 2 * 390 / HOLD_SECONDS))
TELLING_BYTES=1600

# Where each node's media ports begin; the judge tells nodes by them. SIPp uses up to 10000 from there.
declare -A MEDIA_FROM=([n1]=10000 [n2]=20500 [n3]=31000)

# voice_make DIRECTORY MILLISECONDS BYTES: what SIPp plays there; longer than the longest call.
voice_make() {
	mkdir -p "$1"
	[[ -e $RUN_DIR/voice-$2.pcap ]] || "$HERE_EXPERIMENT/make-voice.py" "$RUN_DIR/voice-$2.pcap" 22 "$2" "$3"
	ln -sf "$RUN_DIR/voice-$2.pcap" "$1/voice.pcap"
}

# node_calls NODE: how many calls its uplink carries.
node_calls() {
	if [[ $SCENARIO == uneven && $1 == n3 ]]; then
		echo $((CALLS / 2))
	else
		echo "$CALLS"
	fi
}
node_bytes() { echo $((CALL_BYTES * $(node_calls "$1") + CALL_BYTES / 2 + TELLING_BYTES)); }

# Voice waits half a second at most, and each call has the same share: in one queue for all, whose end is cut off, packets that
# come in step are lost by the same calls each time, and the others would hear nothing of the overload.
uplink_limit() {
	local filter=(filter add dev eth0 parent 2:)
	ns "$1" tc -batch - <<-UPLINK
		qdisc add dev eth0 root handle 1: tbf rate $(node_bytes "$1")bps burst 6000 latency 500ms
		qdisc add dev eth0 parent 1:1 handle 2: prio bands 2 priomap 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
		qdisc add dev eth0 parent 2:2 handle 3: sfq limit $(($(node_bytes "$1") / 2 / VOICE_BYTES)) quantum 1514
		${filter[*]} prio 1 protocol arp u32 match u32 0 0 flowid 2:1
		${filter[*]} prio 2 protocol ip u32 match ip sport 5060 0xffff flowid 2:1
		${filter[*]} prio 3 protocol ip u32 match ip dport 7100 0xffff flowid 2:1
	UPLINK
}

# ears_shut NAMESPACE: nobody listens to the voice; it is judged by captures, which see it before this. SIPp's raw sockets
# would get a copy of each packet for each call.
ears_shut() {
	ns "$1" nft -f - <<-EARS
		table inet ears {
			chain input {
				type filter hook input priority filter
				ip saddr $VIP udp sport >= 6000 drop
				ip daddr $VIP udp dport >= 6000 drop
			}
		}
	EARS
}

node_serve() {
	voice_make "$RUN_DIR/uas-$1" "$VOICE_MS" "$VOICE_BYTES"
	ears_shut "$1"
	uplink_limit "$1"
	spawn "sip-$1" "$1" env -C "$RUN_DIR/uas-$1" sipp -sf "$HERE_EXPERIMENT/uas.xml" -i "$VIP" -p 5060 \
		-mi "$VIP" -mp "${MEDIA_FROM[$1]}" -nostdin -max_socket 1000 -t u1 -watchdog_minor_maxtriggers 100000
	wait_for 60 "the SIP server on $1" listening "$1" udp "$VIP" 5060
}

# node_fail NODE: as by a power cut.
node_fail() {
	ip -n "$NS_PREFIX$1" link set eth0 down
	stop "sip-$1" KILL
	stop "agent-$1" KILL
}

# node_facts: what the uplinks say of themselves, as JSON members.
node_facts() {
	local node comma=''
	for node in "${NODES[@]}"; do
		printf '%s"%s": {"calls": %d, "from_port": %d, "uplink": %s}' "$comma" "$node" "$(node_calls "$node")" \
			"${MEDIA_FROM[$node]}" "$(ns "$node" tc -s -j qdisc show dev eth0 | tr -d '\n')"
		comma=', '
	done
}
