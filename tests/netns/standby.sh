#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The head dies and no session notices: two dispatchers hold each other's sessions. The one that has the VIP is cut off, the
# other takes the VIP, and the same conversations go on to the same nodes; then the first comes back with an empty table.
#
#   c1 (user agent) --> gw --> lb  (VIP at first; sara-agent) --MAC--> n1 | n2 | n3 (user agents at the VIP)
#    ^                   |      ^ peers: sessions, both ways |
#    |                   |      v                            |
#    |                   +--> lb2 (VIP then; sara-agent) ----+
#    +------------------ gw (sara-agent gateway) <--- replies ---------'
#
# Who has the VIP is told to gw as VRRP would tell it: by its neighbour entry.
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/standby.sh
# timeout: 600
set -euo pipefail
. "$(dirname "$0")/lib.sh"
trap cleanup EXIT

MAC[lb2]=02:00:00:00:00:03
ADDR[lb2]=198.18.0.3

# head_up NAME: a dispatcher's namespace, with an empty table.
head_up() {
	ip netns add "$NS_PREFIX$1"
	[[ " ${UP[*]} " == *" $1 "* ]] || UP+=("$1")
	ip -n "$NS_PREFIX$1" link set lo up
	topo_sysctl "$1" net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0
	topo_link "$1" eth0 brs "${MAC[$1]}"
	ip -n "$NS_PREFIX$1" -batch - <<-HEAD
		address add ${ADDR[$1]}/24 dev eth0
		link set eth0 up
		route add default via ${ADDR[gw]}
	HEAD
}

# vip_at NAME: this dispatcher has the VIP.
vip_at() { ip -n "${NS_PREFIX}gw" neigh replace "$VIP" lladdr "${MAC[$1]}" dev eth1 nud permanent; }

# has PATTERN NAMESPACE COMMAND...: the output has a line that matches.
has() {
	local pattern=$1
	shift
	ns "$@" | grep -q -e "$pattern"
}

# count PATTERN NAMESPACE COMMAND...
count() {
	local pattern=$1
	shift
	ns "$@" | grep -c -e "$pattern" || true
}
count_is() { [[ $(count "${@:2}") == "$1" ]]; }

agent_up() {
	spawn "$1" "$1" sara-agent --config "$RUN_DIR/$1.json"
	wait_for 20 "the agent in $1" log_has "$1" 'connected to the kernel module'
}

fit() { ns "$1" sara ha check socket "$RUN_DIR/$1.sock"; }
unfit() { ! fit "$1"; }
peer_has() { has "$2" "$1" sara ha show socket "$RUN_DIR/$1.sock"; }

# table NAME OBJECT: what a dispatcher has, without what differs between two: numbers, times and counts.
table() {
	ns "$1" sara -j "$2" show | python3 -c 'import json, sys
for each in json.load(sys.stdin):
    print(*(json.dumps(each.get(key)) for key in sys.argv[1:]))' service node flow tuple call-id identity form label tag | sort
}

# holds NAME OTHER: NAME has all that OTHER has.
holds() {
	local object
	for object in session flow announce; do
		[[ -z $(comm -13 <(table "$1" "$object") <(table "$2" "$object")) ]] || return 1
	done
}

# ua METHOD CALL CSEQ [PACKETS]: the user agent of c1; then so many media packets.
ua() { ns c1 python3 "$RUN_DIR/client.py" "$@"; }

# rtp_of CALL: how many media packets of the call each node got, as "n1:3 n2:1".
rtp_of() { grep -h "^rtp $1 " "$RUN_DIR"/ua-n*.log | sort | uniq -c | awk '{print $4 ":" $1}' | tr '\n' ' '; }
rtp_is() { [[ $(rtp_of "$1") == "$2 " ]]; }

# asked N: the TCP conversation has got so many answers.
asked() { [[ $(grep -c '^n' "$RUN_DIR/tcp.log") == "$1" ]]; }
ask() { echo more >>"$RUN_DIR/tcp.in"; }

node_of() { ns "$1" sara -j session show | python3 -c 'import json, sys
print(*(s["node"] for s in json.load(sys.stdin) if sys.argv[1] in s.get("label", "") + s["service"]))' "$2"; }

topo_up
ip -n "${NS_PREFIX}lb" address del "$VIP/32" dev eth0
head_up lb2
vip_at lb
(umask 077 && sara-agent keygen >"$RUN_DIR/key")
services='"services": [{"name": "sip", "vip": "198.18.0.100", "proto": "udp", "port": 5060, "app": "sip"},
	{"name": "plain", "vip": "198.18.0.100", "proto": "tcp", "port": 554}]'
for head in lb lb2; do
	peer=$([[ $head == lb ]] && echo lb2 || echo lb)
	cat >"$RUN_DIR/$head.json" <<-CONFIG
		{"dispatcher": {"listen": "${ADDR[$head]}:7100", "peers": ["${ADDR[$peer]}:7100"], "peer_timeout": 8,
		                "peer_grace": 60},
		 "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/$head.sock", "timers": {"sip": {"linger": 1}},
		 "devices": [{"name": "eth0", "mode": "dispatch"}],
		 "nodes": [{"name": "n1", "addr": "${ADDR[n1]}", "dev": "eth0", "mac": "${MAC[n1]}"},
		           {"name": "n2", "addr": "${ADDR[n2]}", "dev": "eth0", "mac": "${MAC[n2]}"},
		           {"name": "n3", "addr": "${ADDR[n3]}", "dev": "eth0", "mac": "${MAC[n3]}"}],
		 $services}
	CONFIG
done
cat >"$RUN_DIR/gw.json" <<-CONFIG
	{"gateway": {"dispatchers": ["${ADDR[lb]}:7100", "${ADDR[lb2]}:7100"]}, "key_file": "$RUN_DIR/key",
	 "control": "$RUN_DIR/gw.sock", "devices": [{"name": "eth1", "mode": "observe"}], $services}
CONFIG

cat >"$RUN_DIR/server.py" <<-'PYTHON'
	import select, socket, sys, threading
	name = sys.argv[1]
	sip, rtp = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
	sip.bind(("198.18.0.100", 5060))
	rtp.bind(("198.18.0.100", 6000))
	tcp = socket.create_server(("198.18.0.100", 554))
	print("ready", flush=True)
	def talk(connection):
	    while connection.recv(100):
	        connection.sendall((name + "\n").encode())
	def accept():
	    while True:
	        threading.Thread(target=talk, args=(tcp.accept()[0],), daemon=True).start()
	threading.Thread(target=accept, daemon=True).start()
	while True:
	    ready = select.select([sip, rtp], [], [])[0]
	    if rtp in ready:
	        port = rtp.recvfrom(2048)[1][1]
	        print("rtp", (port - 4000) // 10, name, flush=True)
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
	        keep += ["To: <sip:b@198.18.0.100>;tag=" + name, "Content-Length: %d" % len(body), "", body]
	        sip.sendto("\r\n".join(["SIP/2.0 200 OK"] + keep).encode(), client)
PYTHON
cat >"$RUN_DIR/client.py" <<-'PYTHON'
	import socket, sys
	method, call, cseq, packets = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 0
	vip = "198.18.0.100"
	sip, rtp = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
	sip.bind(("198.18.1.11", 5062 + 10 * call))
	rtp.bind(("198.18.1.11", 4000 + 10 * call))
	sip.settimeout(20)
	body, tag = "", ";tag=2"
	if method == "INVITE":
	    body = "v=0\r\no=- 1 1 IN IP4 198.18.1.11\r\ns=-\r\nc=IN IP4 198.18.1.11\r\nt=0 0\r\nm=audio %d RTP/AVP 0\r\n" % (4000 + 10 * call)
	    tag = ""
	if method != "RTP":
	    sip.sendto("\r\n".join([
	        method + " sip:b@198.18.0.100 SIP/2.0",
	        "Via: SIP/2.0/UDP 198.18.1.11:%d;branch=z9hG4bK%d%s" % (5062 + 10 * call, call, cseq),
	        "From: <sip:a@198.18.1.11>;tag=1", "To: <sip:b@198.18.0.100>" + tag, "Call-ID: call-%d@c1" % call,
	        "CSeq: %s %s" % (cseq, method), "Contact: <sip:a@198.18.1.11:%d>" % (5062 + 10 * call),
	        "Content-Type: application/sdp" if body else "Subject: none", "Content-Length: %d" % len(body), "", body,
	    ]).encode(), (vip, 5060))
	    reply = sip.recv(4096).decode().split("\r\n")
	    if reply[0] != "SIP/2.0 200 OK":
	        sys.exit("the reply was " + reply[0])
	    print(*(line for line in reply if line.startswith("To:")))
	for _ in range(packets):
	    rtp.sendto(b"x" * 172, (vip, 6000))
PYTHON
cat >"$RUN_DIR/tcp.py" <<-'PYTHON'
	import socket, sys
	connection = socket.create_connection(("198.18.0.100", 554), 20)
	for line in open(sys.argv[1]):
	    connection.sendall(line.encode())
	    print(connection.recv(100).decode().strip(), flush=True)
PYTHON

for node in "${NODES[@]}"; do
	spawn "ua-$node" "$node" python3 "$RUN_DIR/server.py" "$node"
	wait_for 30 "the user agent of $node" log_has "ua-$node" ready
done

note '--- two heads begin'
insmod "$SARA_KO"
agent_up lb
check 'one alone waits for the other' unfit lb
agent_up lb2
agent_up gw
wait_for 20 'lb to be fit' fit lb || true
wait_for 20 'lb2 to be fit' fit lb2 || true
check 'both are fit' fit lb
check 'the standby, too' fit lb2

note '--- conversations through lb'
check 'a call is answered' ua INVITE 1 1
check 'and another, that sends no media yet' ua INVITE 2 1
wait_for 10 'the announcement' has 'identity announced udp 198.18.1.11:4010 > .*form exact' lb sara -d flow show || true
wait_for 10 'the announcement' has 'identity announced udp 198.18.1.11:4020 > .*form exact' lb sara -d flow show || true
check 'media of the first' ua RTP 1 0 3
mkfifo "$RUN_DIR/tcp.in"
exec 9<>"$RUN_DIR/tcp.in" # that it does not end between two lines
spawn tcp c1 python3 "$RUN_DIR/tcp.py" "$RUN_DIR/tcp.in"
ask
wait_for 10 'an answer' asked 1 || true
check 'a TCP conversation is answered' asked 1
check 'are three sessions' count_is 3 . lb sara session show
call1=$(node_of lb call-1@c1) call2=$(node_of lb call-2@c1) plain=$(node_of lb plain)
wait_for 10 'the media' rtp_is 1 "$call1:3" || true
check 'the media are where the call is' rtp_is 1 "$call1:3"

note '--- lb2 is hot'
wait_for 10 'all of it at lb2' holds lb2 lb || true
check 'it has each session, flow and announcement of lb' holds lb2 lb || {
	for object in session flow announce; do
		diff <(table lb2 "$object") <(table lb "$object") >&2 || true
	done
}
check 'each once' count_is 3 . lb2 sara session show
check 'as standby sessions' peer_has lb2 ': fit standby 3'
check 'and says whose they are' peer_has lb2 '198.18.0.2:7100 state up snapshot complete sessions 3'
check 'none was placed there' has '^placed 0$' lb2 sara stats show
check 'lb knows that lb2 has all' peer_has lb 'told all .*waiting 0'

note '--- the agent of the standby is killed and started again'
stop lb2 KILL
check 'a call begins meanwhile' ua INVITE 3 1
agent_up lb2
wait_for 20 'lb2 to be fit' fit lb2 || true
wait_for 10 'all of it at lb2' holds lb2 lb || true
check 'and is there, too' holds lb2 lb
check 'nothing is there twice' count_is 4 . lb2 sara session show

note '--- lb is cut off, and lb2 gets the VIP'
ip -n "${NS_PREFIX}lb" link set eth0 down
vip_at lb2
offered=$(ns lb2 sara stats show | sed -n 's/^offered //p')
ask
wait_for 20 'an answer' asked 2 || true
check 'the TCP conversation goes on' asked 2
check 'with the same node' test "$(sort -u "$RUN_DIR/tcp.log" | tr '\n' ' ')" = "$plain "
check 'media go on' ua RTP 1 0 2
wait_for 10 'the media' rtp_is 1 "$call1:5" || true
check 'to the same node' rtp_is 1 "$call1:5"
check 'media that were announced at lb begin at lb2' ua RTP 2 0 2
wait_for 10 'the media' rtp_is 2 "$call2:2" || true
check 'at the node of their call' rtp_is 2 "$call2:2"
check 'a call is hung up' ua BYE 1 2
wait_for 10 'its end' count_is 0 'call-1@c1' lb2 sara session show || true
check 'and its session is over' count_is 0 'call-1@c1' lb2 sara session show
check 'none of it was a new session' has "^offered ${offered:-0}$" lb2 sara stats show
check 'lb2 stays fit alone' fit lb2
wait_for 30 'lb2 to own them all' peer_has lb2 ': fit standby 0' || true
check 'when lb is silent for long all are the own of lb2' peer_has lb2 ': fit standby 0'
check 'the call that nobody spoke in meanwhile is there still' count_is 1 'call-3@c1' lb2 sara session show

note '--- lb comes back with an empty table'
stop lb KILL
ip netns del "${NS_PREFIX}lb"
head_up lb
ip -n "${NS_PREFIX}lb" link set eth0 down
agent_up lb
check 'it is not fit' unfit lb
check 'and says why' has 'no peer has answered yet' lb sara ha show socket "$RUN_DIR/lb.sock"
ip -n "${NS_PREFIX}lb" link set eth0 up
ip -n "${NS_PREFIX}lb" route replace default via "${ADDR[gw]}"
wait_for 20 'lb to be fit' fit lb || true
check 'until it has what lb2 has' fit lb
wait_for 10 'all of it at lb' holds lb lb2 || true
check 'and it has' holds lb lb2
check 'as many' count_is 3 . lb sara session show

note '--- and gets the VIP again'
vip_at lb
ask
wait_for 20 'an answer' asked 3 || true
check 'the TCP conversation goes on' test "$(sort -u "$RUN_DIR/tcp.log" | tr '\n' ' ')" = "$plain "
check 'a call is hung up' ua BYE 2 2
wait_for 10 'its end' count_is 0 'call-2@c1' lb sara session show || true
check 'and its session is over' count_is 0 'call-2@c1' lb sara session show
wait_for 10 'its end' count_is 0 'call-2@c1' lb2 sara session show || true
check 'at lb2, too' count_is 0 'call-2@c1' lb2 sara session show
check 'none of it was a new session' has '^offered 0' lb sara stats show
check 'nothing was in conflict' peer_has lb 'conflicts 0'

note '--- lb is handed over'
check 'it may be, as lb2 has all' ns lb sara ha handover socket "$RUN_DIR/lb.sock"
check 'it is not fit then' unfit lb
check 'and says why' has 'it was handed over' lb sara ha show socket "$RUN_DIR/lb.sock"
check 'lb2 is' fit lb2
vip_at lb2
ask
wait_for 20 'an answer' asked 4 || true
check 'the TCP conversation goes on through lb2' test "$(sort -u "$RUN_DIR/tcp.log" | tr '\n' ' ')" = "$plain "
check 'lb may be fit again' ns lb sara ha resume socket "$RUN_DIR/lb.sock"
check 'and is' fit lb
stop lb2 KILL
wait_for 20 'lb to miss lb2' peer_has lb 'state down' || true
check 'without lb2 it is not handed over' has 'no peer answers: nobody would take over' lb \
	sh -c "! sara ha handover socket $RUN_DIR/lb.sock 2>&1"

((FAILED == 0)) || {
	for head in lb lb2; do
		note "--- $head"
		tail -n 20 "$RUN_DIR/$head.log" >&2
		ns "$head" sara session show >&2 || true
		ns "$head" sara -d flow show >&2 || true
		ns "$head" sara -p ha show socket "$RUN_DIR/$head.sock" >&2 || true
	done
	die "$FAILED checks failed"
}
