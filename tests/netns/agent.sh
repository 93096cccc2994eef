#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# sara-agent and the module: refusals at the start, provisioning, a call made whole, SIGKILL and adoption, strangers at the
# peer port, SIGHUP, and a module that goes and comes back.
#
#   c1 (user agent) --> gw --> lb (sara-agent dispatcher) --MAC--> n1 | n2 | n3 (user agents at the VIP)
#    ^------------------ gw (sara-agent gateway) <--- replies ---------'
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/agent.sh
# timeout: 300
set -euo pipefail
. "$(dirname "$0")/lib.sh"
trap cleanup EXIT

# ends_with CODE TEXT NAMESPACE COMMAND...: the command ends with this code and says this.
ends_with() {
	local code=$1 text=$2 where=$3 output status=0
	shift 3
	output=$(ns "$where" "$@" 2>&1 </dev/null) || status=$?
	[[ $status == "$code" && $output == *"$text"* ]] || {
		note "ended with $status: $output"
		return 1
	}
}

# has PATTERN NAMESPACE COMMAND...: the output has a line that matches.
has() {
	local pattern=$1
	shift
	ns "$@" | grep -q -e "$pattern"
}

# has_lines N LABEL PATTERN: a log has so many such lines.
has_lines() { [[ $(grep -c -e "$3" "$RUN_DIR/$2.log") == "$1" ]]; }

agent_up() {
	spawn "$1" "$1" sara-agent --config "$RUN_DIR/$1.json"
	wait_for 20 "the agent in $1" log_has "$1" 'connected to the kernel module'
}

counters() { ns "$1" sara stats show agent socket "$RUN_DIR/$1.sock"; }
counter_is() { [[ $(counters "$1" | sed -n "s/^$2 //p") == "$3" ]]; }
counter_is_not() { ! counter_is "$@"; }

# All media that reached any node.
rtp_arrived() { cat "$RUN_DIR"/ua-n*.log | grep -c '^rtp' || true; }
rtp_arrived_is() { [[ $(rtp_arrived) == "$1" ]]; }

# ua METHOD CSEQ [PACKETS]: the user agent of c1; then so many media packets.
ua() { ns c1 python3 "$RUN_DIR/client.py" "$@"; }

topo_up
services='"services": [{"name": "sip", "vip": "198.18.0.100", "proto": "udp", "port": 5060, "app": "sip"}]'
cat >"$RUN_DIR/lb.json" <<-CONFIG
	{"dispatcher": {"listen": "${ADDR[lb]}:7100"}, "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/lb.sock",
	 "timers": {"sip": {"linger": 1}},
	 "devices": [{"name": "eth0", "mode": "dispatch"}],
	 "nodes": [{"name": "n1", "addr": "${ADDR[n1]}", "dev": "eth0"},
	           {"name": "n2", "addr": "${ADDR[n2]}", "dev": "eth0", "mac": "${MAC[n2]}"},
	           {"name": "n3", "addr": "${ADDR[n3]}", "dev": "eth0", "state": "drain"}],
	 $services}
CONFIG
cat >"$RUN_DIR/gw.json" <<-CONFIG
	{"gateway": {"dispatchers": ["${ADDR[lb]}:7100"]}, "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/gw.sock",
	 "devices": [{"name": "eth1", "mode": "observe"}],
	 $services}
CONFIG
sed "s/:7100/:7101/; s/lb.sock/second.sock/" "$RUN_DIR/lb.json" >"$RUN_DIR/second.json"
cat >"$RUN_DIR/wrong.json" <<-CONFIG
	{"gateway": {"dispatchers": ["${ADDR[lb]}:7100"]}, "key_file": "$RUN_DIR/other-key", "control": "$RUN_DIR/wrong.sock"}
CONFIG
(umask 077 && sara-agent keygen >"$RUN_DIR/key" && sara-agent keygen >"$RUN_DIR/other-key")

# Media go from port 4000 to 6000 of the VIP, which every node listens on.
cat >"$RUN_DIR/server.py" <<-'PYTHON'
	import select, socket
	sip, rtp = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
	sip.bind(("198.18.0.100", 5060))
	rtp.bind(("198.18.0.100", 6000))
	print("ready", flush=True)
	while True:
	    ready = select.select([sip, rtp], [], [])[0]
	    if rtp in ready:
	        rtp.recv(2048)
	        print("rtp", flush=True)
	    if sip in ready:
	        text, client = sip.recvfrom(4096)
	        lines = text.decode().split("\r\n")
	        method = lines[0].split()[0]
	        if method == "ACK":
	            continue
	        keep = [line for line in lines if line.split(":")[0] in ("Via", "From", "Call-ID", "CSeq")]
	        body = ""
	        if method == "INVITE":
	            body = "v=0\r\no=- 1 1 IN IP4 198.18.0.100\r\ns=-\r\nc=IN IP4 198.18.0.100\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n"
	            keep.append("Content-Type: application/sdp")
	        keep += ["To: <sip:b@198.18.0.100>;tag=2", "Content-Length: %d" % len(body), "", body]
	        sip.sendto("\r\n".join(["SIP/2.0 200 OK"] + keep).encode(), client)
PYTHON
cat >"$RUN_DIR/client.py" <<-'PYTHON'
	import socket, sys
	method, cseq, packets = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0
	vip = "198.18.0.100"
	sip, rtp = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
	sip.bind(("198.18.1.11", 5062))
	rtp.bind(("198.18.1.11", 4000))
	sip.settimeout(20)
	body, tag = "", ";tag=2"
	if method == "INVITE":
	    body = "v=0\r\no=- 1 1 IN IP4 198.18.1.11\r\ns=-\r\nc=IN IP4 198.18.1.11\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
	    tag = ""
	if method != "RTP":
	    sip.sendto("\r\n".join([
	        method + " sip:b@198.18.0.100 SIP/2.0", "Via: SIP/2.0/UDP 198.18.1.11:5062;branch=z9hG4bK" + cseq,
	        "From: <sip:a@198.18.1.11>;tag=1", "To: <sip:b@198.18.0.100>" + tag, "Call-ID: one@c1",
	        "CSeq: %s %s" % (cseq, method), "Contact: <sip:a@198.18.1.11:5062>",
	        "Content-Type: application/sdp" if body else "Subject: none", "Content-Length: %d" % len(body), "", body,
	    ]).encode(), (vip, 5060))
	    reply = sip.recv(4096).decode().split("\r\n")[0]
	    if reply != "SIP/2.0 200 OK":
	        sys.exit("the reply was " + reply)
	for _ in range(packets):
	    rtp.sendto(b"x" * 172, (vip, 6000))
PYTHON

note '--- what cannot start says why'
check 'without the module' ends_with 3 'the kernel module is not loaded: modprobe sara' lb sara-agent -c "$RUN_DIR/lb.json"
insmod "$SARA_KO"
check 'without the capability' ends_with 1 'needs CAP_NET_ADMIN' lb \
	setpriv --bounding-set=-net_admin sara-agent -c "$RUN_DIR/lb.json"
chmod 644 "$RUN_DIR/key"
check 'with a key file that others may read' ends_with 2 "run: chmod 640 $RUN_DIR/key" lb sara-agent -c "$RUN_DIR/lb.json"
chmod 600 "$RUN_DIR/key"

note '--- provisioning'
agent_up lb
agent_up gw
wait_for 20 'the link' log_has gw 'dispatcher 198.18.0.2:7100 is connected'
check 'a node with its MAC' has "^n2: .* mac ${MAC[n2]} .*state up" lb sara node show
check 'a node in the state of the file' has '^n3: .* state drain' lb sara node show
check 'a service' has '^sip: vip 198.18.0.100 proto udp port 5060 app sip' lb sara service show
check 'a device' has '^eth1: mode observe' gw sara dev show
check 'a second agent is refused' ends_with 1 'binding to the inspected packets failed' lb sara-agent -c "$RUN_DIR/second.json"
check 'a second agent on one control socket is refused' ends_with 1 'another sara-agent serves it' lb \
	sara-agent -c "$RUN_DIR/lb.json"

note '--- a call'
for node in "${NODES[@]}"; do
	spawn "ua-$node" "$node" python3 "$RUN_DIR/server.py"
	wait_for 30 "the user agent of $node" log_has "ua-$node" ready
done
check 'is answered' ua INVITE 1
media='udp 198.18.1.11:4000 > 198.18.0.100:6000'
wait_for 10 'the announcement' has "identity announced $media.*form exact" lb sara -d flow show || true
check 'is announced as the reply said' has "identity announced $media.*form exact" lb sara -d flow show
check 'sends media' ua RTP 0 3
wait_for 10 'the media' rtp_arrived_is 3 || true
check 'has its media on a node' rtp_arrived_is 3
check 'has them in its session' has "session 1 .*identity secondary $media" lb sara -d flow show
check 'came over the peer channel' counter_is lb dispatcher.peer_messages 1

note '--- strangers at the peer port'
spawn wrong c2 sara-agent --config "$RUN_DIR/wrong.json"
wait_for 20 'a datagram with the wrong key' counter_is_not lb dispatcher.peers.datagrams.forged 0 || true
check 'another key is counted' counter_is_not lb dispatcher.peers.datagrams.forged 0
check 'and said' log_has lb 'refused a datagram of 198.18.1.12:[0-9]* to the peer port'
check 'and answered with nothing' ns c2 bash -c "sara stats show agent socket $RUN_DIR/wrong.sock | grep -q '^gateway.dispatchers.0.up false'"
stop wrong
ns gw python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for junk in b"", b"SA", b"SA\2\0" + b"x" * 100, b"GET / HTTP/1.0\r\n\r\n", b"\0" * 2000:
    s.sendto(junk, ("198.18.0.2", 7100))'
wait_for 10 'the garbage' counter_is lb dispatcher.peers.datagrams.malformed 4 || true
check 'garbage is counted' counter_is lb dispatcher.peers.datagrams.malformed 4
check 'another version is counted' counter_is lb dispatcher.peers.datagrams.version 1
check 'and the link stays' counter_is lb dispatcher.peers.gateways.0.up true

note '--- killed and started again'
stop lb KILL
check 'the kernel goes on without the agent' ua RTP 0 2
wait_for 10 'the media' rtp_arrived_is 5 || true
check 'and its media arrive' rtp_arrived_is 5
agent_up lb
check 'the new one adopts' log_has lb 'adopted 1 sessions and 4 announcements'
check 'the call is hung up' ua BYE 2
wait_for 10 'the end of the session' has '^sessions 0' lb sara stats show || true
check 'and its session is over' has '^sessions 0' lb sara stats show

note '--- reloaded'
sed -i 's/"dev": "eth0", "state": "drain"/"dev": "eth0", "state": "up", "weight": 7/' "$RUN_DIR/lb.json"
kill -HUP "${PIDS[lb]}"
wait_for 10 'the reload' log_has lb 'reloaded'
check 'what differs is set' has '^n3: .* state up weight 7' lb sara node show
sed -i 's/"weight"/"wait"/' "$RUN_DIR/lb.json"
kill -HUP "${PIDS[lb]}"
wait_for 10 'the refusal' log_has lb 'nothing was reloaded'
check 'an error is named by its path' log_has lb 'nodes\[2\].wait: unknown key; allowed here: name, addr, dev'
sed -i 's/"wait"/"weight"/' "$RUN_DIR/lb.json"

note '--- the module goes and comes back'
rmmod sara
wait_for 10 'the news' log_has lb 'the kernel module was unloaded'
check 'agents stay' running lb
insmod "$SARA_KO"
wait_for 40 'the new connection' has_lines 2 lb 'connected to the kernel module' || true
check 'and connect again' has_lines 2 lb 'connected to the kernel module'
check 'with all that the file says' has '^n3: .* weight 7' lb sara node show
check 'and devices' has '^eth0: mode dispatch' lb sara dev show

note '--- stopped'
stop lb
check 'ends cleanly' test "$STOPPED" = 0
check 'and leaves the kernel as it is' has '^eth0: mode dispatch' lb sara dev show
check 'and no socket file' test ! -e "$RUN_DIR/lb.sock"

((FAILED == 0)) || {
	tail -n 20 "$RUN_DIR"/{lb,gw,wrong}.log >&2
	die "$FAILED checks failed"
}
