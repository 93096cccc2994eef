# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The server programs that a node may run, each unmodified. Sourced by tests/apps/run.
#
#   serve_rtsp_PROGRAM NODE   rtsp://$DISPATCHED:554/live
#   serve_sip_PROGRAM NODE    answers calls at $DISPATCHED port 5060 and echoes the voice
#
# Each returns once it is started; `run` waits until it serves. clip_make comes before what serves a file. Set are
# $DISPATCHED, the VIP in use, and sip_transports, of udp and tcp those that are called by.
: "${DISPATCHED:?}" "${sip_transports:?}"

HERE_SERVERS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
NOBODY=65534

# Servers choose their media ports without asking each other: two nodes have the same one, the third another, so that
# voice at the wrong node is sometimes answered and sometimes not.
declare -A MEDIA_PORT=([n1]=6000 [n2]=6000 [n3]=6100)

# A film for servers that have no source of their own: pictures and tone, light on the CPU. Its header says how large the
# pictures are, and each can be shown by itself: whoever joins late need not wait for either. It outlasts every run, since
# a server that begins it anew may take its streams away from under its players (VLC does).
clip_make() {
	ffmpeg -nostdin -loglevel error -f lavfi -i testsrc=size=128x96:rate=5 -f lavfi -i sine=sample_rate=8000 \
		-t 30 -c:v mpeg4 -flags +global_header -g 1 -b:v 60k -c:a pcm_mulaw "$RUN_DIR/half-a-minute.avi"
	ffmpeg -nostdin -loglevel error -stream_loop 39 -i "$RUN_DIR/half-a-minute.avi" -c copy "$RUN_DIR/clip.avi"
}

# in_url ADDRESS
in_url() { if [[ $1 == *:* ]]; then echo "[$1]"; else echo "$1"; fi; }

# --- RTSP -----------------------------------------------------------------------------------------------------------
# Media over UDP or interleaved; even ports from 5000 on, on each node the same.
serve_rtsp_gstreamer() {
	# The plugins' registry is a cache that the host filled; no scan of all plugins in each server.
	GST_REGISTRY_UPDATE=no spawn "rtsp-$1" "$1" "$HERE_SERVERS/rtsp-server.py" --address "$DISPATCHED"
}

# vlc_on NODE ARGUMENT...: media over UDP alone (461 to TCP), a pair of ports for each player wherever the kernel finds
# them: often an odd one for RTP. It refuses to be root: it is nobody, who may use port 554 and read the film.
vlc_on() {
	# HOME is where nothing can be read or written: no configuration but this.
	HOME=/nonexistent spawn "rtsp-$1" "$1" setpriv --reuid="$NOBODY" --regid="$NOBODY" --clear-groups \
		--inh-caps=+net_bind_service,+dac_read_search --ambient-caps=+net_bind_service,+dac_read_search \
		vlc -I dummy --no-dbus --no-lua "${@:2}"
}

# One stream for all: who comes is in the midst of it.
serve_rtsp_vlc() {
	vlc_on "$1" "file://$RUN_DIR/clip.avi" --sout-keep --sout "#rtp{sdp=rtsp://$(in_url "$DISPATCHED"):554/live}"
}

# Its video on demand: each player has the film from the beginning. It listens at all addresses, as with --rtsp-host it
# knows no film (404).
serve_rtsp_vod() {
	printf '%s\n' 'new live vod enabled' "setup live input file://$RUN_DIR/clip.avi" >"$RUN_DIR/vod.conf"
	vlc_on "$1" --rtsp-port 554 --vlm-conf "$RUN_DIR/vod.conf"
}

# A relay: a source on the node records into it. Media over UDP alone, the ports that follow 20000; it answers in
# pieces: the status line is a segment of its own.
serve_rtsp_perl() {
	spawn "rtsp-$1" "$1" rtsp-server-perl --client_listen_address "$DISPATCHED" --clientport 554 \
		--source_listen_address 127.0.0.1 --serverport 5545 --rtp_start_port 20000 --loglevel 2
	wait_for 120 "rtsp-server-perl on $1" listening "$1" tcp 127.0.0.1 5545
	spawn "source-$1" "$1" ffmpeg -nostdin -loglevel warning -re -stream_loop -1 -i "$RUN_DIR/clip.avi" \
		-c copy -f rtsp rtsp://127.0.0.1:5545/live
}

# --- SIP ------------------------------------------------------------------------------------------------------------
# sipp_answers NODE ADDRESS PORT TRANSPORT: SIPp as an answering machine there, its media at the VIP.
sipp_answers() {
	local media=${MEDIA_PORT[$1]}
	[[ $4 == udp ]] || media=$((media + 50))
	spawn "sip-$1-$4" "$1" sipp -sf "$HERE_SERVERS/sip-uas.xml" -i "$2" -p "$3" -mi "$DISPATCHED" \
		-mp "$media" -rtp_echo -nostdin -max_socket 1000 -t "${4:0:1}1" \
		-watchdog_minor_maxtriggers 100000 -watchdog_major_maxtriggers 100000
}

serve_sip_sipp() {
	local transport
	for transport in "${sip_transports[@]}"; do
		sipp_answers "$1" "$DISPATCHED" 5060 "$transport"
	done
}

# A proxy in front of SIPp: requests come to Kamailio, it relays them by UDP on the node itself.
serve_sip_kamailio() {
	local behind=127.0.0.1
	[[ $DISPATCHED != *:* ]] || behind=::1
	sipp_answers "$1" "$behind" 5070 udp
	mkdir -p "$RUN_DIR/kamailio-$1"
	spawn "kamailio-$1" "$1" kamailio -DD -E -f "$HERE_SERVERS/kamailio.cfg" -A "BEHIND=\"sip:$(in_url "$behind"):5070\"" \
		-l "udp:$(in_url "$DISPATCHED"):5060" -l "tcp:$(in_url "$DISPATCHED"):5060" -m 16 -M 4 \
		-w "$RUN_DIR/kamailio-$1" -Y "$RUN_DIR/kamailio-$1" -P "$RUN_DIR/kamailio-$1/pid"
}
