# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For tests of two dispatchers that hold each other's sessions: lb and lb2, the gateway's agent, user agents at the nodes and
# at a client, and what the dispatchers know. Who has the VIP is the test's business: at first nobody.
#
#   c1 (user agent) --> gw --> lb  .2 (sara-agent) -----MAC--> n1 | n2 | n3 (user agents at the VIP)
#    ^                   |      ^ peers: sessions, both ways |
#    |                   |      v                            |
#    |                   +--> lb2 .3 (sara-agent) -----------+
#    +------------------ gw (sara-agent gateway) <--- replies ---------'
#
#   . lib.sh; . heads.sh; heads_up; user_agents_up; agent_up lb; agent_up lb2; agent_up gw; ua INVITE 1 1 5

HEADS=(lb lb2)
MAC+=([lb2]=02:00:00:00:00:03)
ADDR+=([lb2]=198.18.0.3)
ADDR6+=([lb2]=fd00::3)
SERVICES='{"name": "sip", "vip": "198.18.0.100", "proto": "udp", "port": 5060, "app": "sip"},
	{"name": "plain", "vip": "198.18.0.100", "proto": "tcp", "port": 554}'

# head_up NAME: a dispatcher's namespace, with an empty table.
head_up() {
	ip netns add "$NS_PREFIX$1"
	[[ " ${UP[*]} " == *" $1 "* ]] || UP+=("$1")
	ip -n "$NS_PREFIX$1" link set lo up
	topo_sysctl "$1" net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0
	topo_link "$1" eth0 brs "${MAC[$1]}"
	ip -n "$NS_PREFIX$1" -batch - <<-HEAD
		address add ${ADDR[$1]}/24 dev eth0
		address add ${ADDR6[$1]}/64 dev eth0 nodad
		link set eth0 up
		route add default via ${ADDR[gw]}
		route add default via ${ADDR6[gw]}
	HEAD
}

# head_peer NAME: the other one.
head_peer() { [[ $1 == lb ]] && echo lb2 || echo lb; }

# heads_up: the namespaces, and the configurations of the three agents.
heads_up() {
	local head
	topo_up
	ip -n "${NS_PREFIX}lb" address del "$VIP/32" dev eth0
	ip -n "${NS_PREFIX}lb" address del "$VIP6/128" dev eth0
	head_up lb2
	(umask 077 && sara-agent keygen >"$RUN_DIR/key")
	for head in "${HEADS[@]}"; do
		cat >"$RUN_DIR/$head.json" <<-CONFIG
			{"dispatcher": {"listen": "${ADDR[$head]}:7100", "peers": ["${ADDR[$(head_peer "$head")]}:7100"],
			                "peer_timeout": 8, "peer_grace": 60, "yield_file": "$RUN_DIR/$head.yield"},
			 "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/$head.sock", "timers": {"sip": {"linger": 1}},
			 "devices": [{"name": "eth0", "mode": "dispatch"}],
			 "nodes": [{"name": "n1", "addr": "${ADDR[n1]}", "dev": "eth0", "mac": "${MAC[n1]}"},
			           {"name": "n2", "addr": "${ADDR[n2]}", "dev": "eth0", "mac": "${MAC[n2]}"},
			           {"name": "n3", "addr": "${ADDR[n3]}", "dev": "eth0", "mac": "${MAC[n3]}"}],
			 "services": [$SERVICES]}
		CONFIG
	done
	cat >"$RUN_DIR/gw.json" <<-CONFIG
		{"gateway": {"dispatchers": ["${ADDR[lb]}:7100", "${ADDR[lb2]}:7100"]}, "key_file": "$RUN_DIR/key",
		 "control": "$RUN_DIR/gw.sock", "devices": [{"name": "eth1", "mode": "observe"}], "services": [$SERVICES]}
	CONFIG
}

# user_agents_up: those of the nodes; what c1 runs is there, too.
user_agents_up() {
	local node
	user_agents_write
	mkfifo "$RUN_DIR/tcp.in"
	exec 9<>"$RUN_DIR/tcp.in" # that it does not end between two lines
	for node in "${NODES[@]}"; do
		spawn "ua-$node" "$node" python3 "$RUN_DIR/server.py" "$node"
		wait_for 120 "the user agent of $node" log_has "ua-$node" ready || die "it said: $(tail -n 5 "$RUN_DIR/ua-$node.log")"
	done
}

# --- what is known --------------------------------------------------------------------------------------------
# has PATTERN NAMESPACE COMMAND...: the output has a line that matches. It is read to its end, lest the command fail.
has() {
	local pattern=$1
	shift
	ns "$@" | grep -e "$pattern" >/dev/null
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
# agent_died NAME: what the service manager does when the agent died, by what the service says.
agent_died() {
	SERVICE_RESULT=signal bash -c "$(sed -n "s|/run/sara/yield|$RUN_DIR/$1.yield|; s|/etc/sara/%i|$RUN_DIR/$1|; s/^ExecStopPost=-//p" \
		"$(dirname "${BASH_SOURCE[0]}")/../../userspace/systemd/sara-agent@.service")"
}
# yields|keeps NAME: what its agent tells keepalived by a file.
yields() { [[ $(<"$RUN_DIR/$1.yield") == 1 ]]; }
keeps() { [[ $(<"$RUN_DIR/$1.yield") == 0 ]]; }
peer_has() { has "$2" "$1" sara ha show socket "$RUN_DIR/$1.sock"; }

# table NAME OBJECT...: what a dispatcher has, without what differs between two: numbers, times and counts.
table() {
	local object
	for object in "${@:2}"; do
		ns "$1" sara -j "$object" show
	done | python3 -c 'import json, sys
for each in (each for line in sys.stdin for each in json.loads(line)):
    print(*(json.dumps(each.get(key)) for key in sys.argv[1:]))' service node flow tuple call-id identity form label tag | sort
}
everything() { table "$1" session flow announce; }

# holds NAME OTHER: NAME has all that OTHER has.
holds() { [[ -z $(comm -13 <(everything "$1") <(everything "$2")) ]]; }

node_of() { ns "$1" sara -j session show | python3 -c 'import json, sys
print(*(s["node"] for s in json.load(sys.stdin) if sys.argv[1] in s.get("label", "") + s["service"]))' "$2"; }

# --- the users ------------------------------------------------------------------------------------------------
# ua METHOD CALL CSEQ [PACKETS]: the user agent of c1; then so many media packets.
ua() { ns c1 python3 "$RUN_DIR/client.py" "$@"; }

# rtp_of CALL: how many media packets of the call each node got, as "n1:3 n2:1".
rtp_of() { grep -h "^rtp $1 " "$RUN_DIR"/ua-n*.log | sort | uniq -c | awk '{print $4 ":" $1}' | tr '\n' ' '; }
rtp_is() { [[ $(rtp_of "$1") == "$2 " ]]; }

# asked N: the TCP conversation has got so many answers.
asked() { [[ $(grep -c '^n' "$RUN_DIR/tcp.log") == "$1" ]]; }
ask() { echo more >>"$RUN_DIR/tcp.in"; }

# talk: the TCP conversation begins.
talk() { spawn tcp c1 python3 "$RUN_DIR/tcp.py" "$RUN_DIR/tcp.in"; }

# What the nodes and the client run.
user_agents_write() {
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
}
