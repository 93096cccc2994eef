#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A call whose INVITE and 200 OK are too long for one packet, media described at their very end: both agents read them, and
# media from another port than was said reach the call's node.
#
#   c1 (user agent) --INVITE, 5 kB--> gw --> lb (sara-agent dispatcher) --MAC--> n1 | n2 | n3 (user agents at the VIP)
#    ^-------------------------- gw (sara-agent gateway) <--200 OK, 4 kB--------'
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/fragments_call.sh
# timeout: 300
set -euo pipefail
. "$(dirname "$0")/lib.sh"
trap cleanup EXIT
FAILED=0

check() {
	local what=$1
	shift
	if "$@"; then
		note "ok: $what"
	else
		note "not ok: $what"
		FAILED=$((FAILED + 1))
	fi
}

# has PATTERN NAMESPACE COMMAND...: the output has a line that matches.
has() {
	local pattern=$1
	shift
	ns "$@" | grep -q -e "$pattern"
}

# rtp_is ADDRESS N: so many media packets came to one node, none to the others.
rtp_is() { [[ $(grep -c "^rtp $1" "$RUN_DIR"/ua-n*.log | sed 's/.*://' | sort -n | tr '\n' ' ') == "0 0 $2 " ]]; }

# counter NAMESPACE NAME: of the module, in ANSWER.
counter() { ANSWER=$(ns "$1" sara stats show | sed -n "s/^$2 //p"); }

topo_up
insmod "$SARA_KO"
services='"services": [{"name": "sip", "vip": "198.18.0.100", "proto": "udp", "port": 5060, "app": "sip"},
	{"name": "sip6", "vip": "fd00::100", "proto": "udp", "port": 5060, "app": "sip"}]'
nodes=''
for node in "${NODES[@]}"; do
	nodes+="${nodes:+, }{\"name\": \"$node\", \"addr\": \"${ADDR[$node]}\", \"dev\": \"eth0\", \"mac\": \"${MAC[$node]}\"}"
done
cat >"$RUN_DIR/lb.json" <<-CONFIG
	{"dispatcher": {"listen": "${ADDR[lb]}:7100"}, "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/lb.sock",
	 "devices": [{"name": "eth0", "mode": "dispatch"}], "nodes": [$nodes], $services}
CONFIG
cat >"$RUN_DIR/gw.json" <<-CONFIG
	{"gateway": {"dispatchers": ["${ADDR[lb]}:7100"]}, "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/gw.sock",
	 "devices": [{"name": "eth1", "mode": "observe"}], $services}
CONFIG
(umask 077 && sara-agent keygen >"$RUN_DIR/key")

cat >"$RUN_DIR/ua.py" <<-'PYTHON'
	import select, socket, sys
	def sdp(address, port):
	    kind = "IP6" if ":" in address else "IP4"
	    return ("v=0\r\no=- 1 1 IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\nm=audio %d RTP/AVP 0\r\n"
	            % (kind, address, kind, address, port))
	def message(start, headers, body, size):
	    lines = [start] + headers + ["Content-Type: application/sdp", "Content-Length: %d" % len(body)]
	    pad = ["X-Pad-%d: " % i + "x" * 90 for i in range(size // 100)]
	    return "\r\n".join(lines[:1] + pad + lines[1:] + ["", body]).encode()
	def sockets(address, *ports):
	    for port in ports:
	        sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
	        sock.bind((address, port))
	        yield sock
	def serve():
	    of = {sock: (vip, port) for vip in ("198.18.0.100", "fd00::100")
	          for sock, port in zip(sockets(vip, 5060, 6000), (5060, 6000))}
	    print("ready", flush=True)
	    while True:
	        for sock in select.select(list(of), [], [])[0]:
	            data, client = sock.recvfrom(65536)
	            vip, port = of[sock]
	            if port == 6000:
	                print("rtp", vip, flush=True)
	                continue
	            keep = [line for line in data.decode().split("\r\n") if line.split(":")[0] in ("Via", "From", "Call-ID", "CSeq")]
	            sock.sendto(message("SIP/2.0 200 OK", keep + ["To: <sip:b@h>;tag=2"], sdp(vip, 6000), 4000), client)
	def call(mine, vip):
	    sip, rtp = sockets(mine, 5062, 4444)
	    sip.settimeout(20)
	    host = "[%s]" % mine if ":" in mine else mine
	    sip.sendto(message("INVITE sip:b@h SIP/2.0", [
	        "Via: SIP/2.0/UDP %s:5062;branch=z9hG4bK1" % host, "From: <sip:a@h>;tag=1", "To: <sip:b@h>",
	        "Call-ID: %s" % mine, "CSeq: 1 INVITE", "Contact: <sip:a@%s:5062>" % host], sdp(mine, 4000), 5000), (vip, 5060))
	    reply = sip.recv(65536)
	    print(len(reply), flush=True)
	    sys.stdin.readline()    # until the announcement is there
	    for _ in range(3):
	        rtp.sendto(b"x" * 172, (vip, 6000))
	serve() if len(sys.argv) == 1 else call(*sys.argv[1:])
PYTHON

for role in lb gw; do
	spawn "$role" "$role" sara-agent --config "$RUN_DIR/$role.json"
	wait_for 20 "the agent in $role" log_has "$role" 'connected to the kernel module'
done
wait_for 20 'the link' log_has gw 'dispatcher 198.18.0.2:7100 is connected'
for node in "${NODES[@]}"; do
	spawn "ua-$node" "$node" python3 "$RUN_DIR/ua.py"
	wait_for 30 "the user agent of $node" log_has "ua-$node" ready
done

for family in 4 6; do
	[[ $family == 4 ]] && client=${ADDR[c1]} vip=$VIP host=$client to=$vip
	[[ $family == 6 ]] && client=${ADDR6[c1]} vip=$VIP6 host="\[$client\]" to="\[$vip\]"
	mkfifo "$RUN_DIR/go$family"
	ns c1 python3 "$RUN_DIR/ua.py" "$client" "$vip" <>"$RUN_DIR/go$family" >"$RUN_DIR/call$family.log" 2>&1 &
	caller=$!
	# A gateway and a client that both said where: the server's word, from any port (the client may be behind a NAT).
	wait_for 20 'the announcements' has "announced udp $host:4000 > $to:6000 .*form exact" lb sara -d flow show || true
	check "IPv$family: both ends' descriptions are read" \
		has "announced udp $host:4000 > $to:6000 .*form exact" lb sara -d flow show
	check 'also for a client that sends from another port' \
		has "announced udp $host:[^ ]* > $to:6000 .*form any-port" lb sara -d flow show
	echo >"$RUN_DIR/go$family"
	wait "$caller" || true
	wait_for 20 'the media' rtp_is "$vip" 3 || true
	check 'its media are at one node' rtp_is "$vip" 3
done
counter gw reassembled
check 'the gateway put both replies together' test "$ANSWER" = 2
counter lb reassembled
check 'the dispatcher both requests' test "$ANSWER" = 2
check 'nothing was refused' has '^reassembly-refused 0' lb sara stats show
((FAILED == 0)) || {
	tail -n 20 "$RUN_DIR"/{lb,gw,ua-n1}.log "$RUN_DIR"/call?.log >&2
	ns lb sara -d flow show >&2
	die "$FAILED checks failed"
}
