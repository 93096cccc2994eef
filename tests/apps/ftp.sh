#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Real FTP servers (vsftpd) on the nodes, real clients (curl, lftp): many sessions at once, in passive, extended
# passive and active mode, each with files down and up. Every file is whole and of the node where its session is, and no
# packet of a session came to another node. With the argument 6 over IPv6. SARA_SESSIONS=N: so many of each client and way (3).
# timeout: 600
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/netns/lib.sh
. "$here/../netns/lib.sh"
# shellcheck source=tests/apps/with-sara.sh
. "$here/with-sara.sh"

SESSIONS=${SARA_SESSIONS-3}
declare -A option=([announce]=hold)
ways=(passive extended active extended-active lftp-passive lftp-active)
DISPATCHED=$VIP
if [[ ${1-4} == 6 ]]; then
	DISPATCHED=$VIP6
	ways=(extended extended-active)
fi
url=ftp://$DISPATCHED
[[ $DISPATCHED != *:* ]] || url="ftp://[$DISPATCHED]"

# Nodes wait for data connections at ports of their own, as sara-service(8) wants it.
declare -A FROM_20=([n1]=YES [n2]=NO [n3]=YES)
declare -A PORTS=([n1]='50000 50999' [n2]='51000 51999' [n3]='52000 52999')

sara_services() {
	sara_in "$1" service add ftp vip "$DISPATCHED" proto tcp port 21 app ftp
}

# serve NODE FIRST LAST: data come from port 20, or any; the greeting has several lines, one of which looks like another reply.
serve() {
	local listen="listen=YES listen_address=$DISPATCHED"
	[[ $DISPATCHED != *:* ]] || listen="listen=NO listen_ipv6=YES listen_address6=$DISPATCHED"
	mkdir -p "$RUN_DIR/empty"
	printf 'Files of %s.\n227 Entering Passive Mode (1,2,3,4,5,6)\n' "$1" >"$RUN_DIR/banner-$1"
	# shellcheck disable=SC2086 # words
	printf '%s\n' $listen background=NO local_enable=NO anonymous_enable=YES no_anon_password=YES anon_root="$RUN_DIR/$1" \
		anon_world_readable_only=NO write_enable=YES anon_upload_enable=YES banner_file="$RUN_DIR/banner-$1" \
		secure_chroot_dir="$RUN_DIR/empty" seccomp_sandbox=NO isolate=NO isolate_network=NO connect_from_port_20="${FROM_20[$1]}" \
		pasv_min_port="$2" pasv_max_port="$3" max_per_ip=0 >"$RUN_DIR/vsftpd-$1.conf"
	spawn "ftp-$1" "$1" vsftpd "$RUN_DIR/vsftpd-$1.conf"
}

# stalled NODE CLIENT: what is to be known of a transfer that came to no end, while it is known.
stalled() {
	ns "$1" ss -tnio
	ns "$2" ss -tnio
	sara_in lb flow show
	sara_in lb -j stats show
	return 1
}

# session CLIENT WAY DIRECTORY: in one control connection, the node's name, its data, and a file for it.
session() {
	local name
	name=$(basename "$3")
	case $2 in
	lftp-*)
		local passive=on
		[[ $2 == lftp-passive ]] || passive=off
		ns "$1" lftp -c "set net:max-retries 1; set net:timeout 60; set ftp:passive-mode $passive; open $url;
			get node -o $3/node; get data -o $3/data; put $3/mine -o upload/$name"
		;;
	*)
		local -A how=([passive]=--disable-epsv [extended]=--ftp-pasv [active]='--ftp-port - --disable-eprt'
			[extended-active]='--ftp-port -')
		# shellcheck disable=SC2086 # words
		ns "$1" curl --fail-early -sS -g --max-time 120 ${how[$2]} "$url/node" -o "$3/node" "$url/data" -o "$3/data" \
			--next -sS -g --max-time 120 ${how[$2]} -T "$3/mine" "$url/upload/$name" || stalled "$(<"$3/node")" "$1"
		;;
	esac
}

is_of_one_node() {
	local at=none
	[[ ! -s $1/node ]] || at=$(<"$1/node")
	if ! cmp "$1/data" "$RUN_DIR/$at/data" || ! cmp "$1/mine" "$RUN_DIR/$at/upload/$(basename "$1")"; then
		cat "$1.log"
		return 1
	fi
}

# The client's flows to the VIP in a node's capture, a line each; and its connections, of which two in turn may be one flow.
flows_at() { tcpdump -n -r "$RUN_DIR/$1.pcap" 2>/dev/null | awk '{print $3, $5}' | sort -u; }
connections_at() {
	tcpdump -nS -r "$RUN_DIR/$1.pcap" 2>/dev/null | awk '/Flags \[S/ {print $3, $5, $9}' | sort -u
}

of_agent() { sara_in lb -j stats show agent socket "$RUN_DIR/dispatcher.sock" | jq ".dispatcher.$1"; }
of_kernel() { sara_in lb -j stats show | jq ".[\"$1\"]"; }
are() { [[ $("$1" "$2") == "$3" ]] || { note "$2: $("$1" "$2"), not $3"; return 1; }; }
all_over() { are of_agent tracker.ended "${#clients[@]}" && [[ $(sara_in lb -j announce show | jq length) == 0 ]]; }

trap 'cleanup; dispatcher_unload' EXIT
topo_up
chmod 755 "$RUN_DIR"
for node in "${NODES[@]}"; do
	mkdir -p "$RUN_DIR/$node/upload"
	chmod 777 "$RUN_DIR/$node/upload"
	echo "$node" >"$RUN_DIR/$node/node"
	head -c 1000000 /dev/urandom >"$RUN_DIR/$node/data"
	read -r first last <<<"${PORTS[$node]}"
	serve "$node" "$first" "$last"
done
for node in "${NODES[@]}"; do
	wait_for 60 "the FTP server on $node" listening "$node" tcp "$DISPATCHED" 21
	capture "$node" "$node" eth0 in "tcp and dst host $DISPATCHED"
done
dispatcher_up

declare -A clients=()
for ((number = 1; number <= SESSIONS; number++)); do
	for way in "${ways[@]}"; do
		for client in "${CLIENTS[@]}"; do
			directory=$RUN_DIR/$client-$way-$number
			mkdir "$directory"
			head -c 100000 /dev/urandom >"$directory/mine"
			session "$client" "$way" "$directory" >"$directory.log" 2>&1 &
			clients[$directory]=$!
		done
	done
done
declare -A used=()
for directory in "${!clients[@]}"; do
	check "$(basename "$directory") went through" wait "${clients[$directory]}"
	check "$(basename "$directory"): whole files, all of one node" is_of_one_node "$directory"
	[[ ! -s $directory/node ]] || used[$(<"$directory/node")]=1
done
check "every node had sessions: ${!used[*]}" test "${#used[@]}" = "${#NODES[@]}"
for node in "${NODES[@]}"; do
	capture_stop "$node" || die "no judgement without complete captures"
	flows_at "$node" >"$RUN_DIR/flows-$node"
	connections_at "$node" >"$RUN_DIR/connections-$node"
done
flows=$(sort -u "$RUN_DIR"/flows-* | wc -l)
check "no flow came to two nodes" test -z "$(sort "$RUN_DIR"/flows-* | uniq -d)"
# The control connection, and one for each of three transfers.
connections=$(sort -u "$RUN_DIR"/connections-* | wc -l)
check "$connections connections came, four of each session" test "$connections" = $((4 * ${#clients[@]}))
check 'all flows but signalling were announced and came' are of_kernel promoted $((flows - ${#clients[@]}))
check 'no announcement was refused' are of_kernel announce-conflicts 0
check 'nothing went to the local stack' are of_kernel pass-no-service 0
wait_for 30 'the end of all sessions' all_over
check 'all sessions have ended, by what was said' all_over
check 'no command was malformed' are of_agent inspection.malformed 0
check 'no port was elsewhere' are of_agent tracker.media_elsewhere 0
dispatcher_down
exit $((FAILED > 0))
