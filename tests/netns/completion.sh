#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The bash completion of sara with a real module and agent: names of nodes, services and sessions are those that there are, as
# soon as they are; words are those of the grammar; and bash with readline completes a line by it.
#
# Alone: tools/vm --kernel uml --kmod -- bash tests/netns/completion.sh
set -euo pipefail
. "$(dirname "$0")/lib.sh"
trap cleanup EXIT
FILE=$(cd "$(dirname "$0")/../.." && pwd)/userspace/completion/sara

# offered WORD...: what is offered for the last of the words, sorted, on a line.
offered() {
	# shellcheck disable=SC2016 # for the other bash
	ns lb bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sara; printf "%s\n" "${COMPREPLY[@]}"' \
		bash "$FILE" sara "$@" | LC_ALL=C sort | xargs
}
# is WHAT EXPECTED WORD...
is() {
	local what=$1 expected=$2 got
	shift 2
	got=$(offered "$@")
	check "$what: $*" test "$got" = "$expected" || true
	[[ $got == "$expected" ]] || note "offered: $got"
}

topo_up
(umask 077 && sara-agent keygen >"$RUN_DIR/key")
cat >"$RUN_DIR/lb.json" <<-CONFIG
	{"dispatcher": {"listen": "${ADDR[lb]}:7100"}, "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/lb.sock",
	 "devices": [{"name": "eth0", "mode": "dispatch"}],
	 "nodes": [{"name": "n1", "addr": "${ADDR[n1]}", "dev": "eth0"}, {"name": "n2", "addr": "${ADDR[n2]}", "dev": "eth0"}],
	 "services": [{"name": "flow", "vip": "$VIP", "proto": "udp", "port": 5060},
	              {"name": "wideband", "vip": "$VIP", "proto": "udp", "port": 5062}]}
CONFIG
is 'without a module there are no names' '' node show ''
ns lb insmod "$SARA_KO"
spawn lb lb sara-agent --config "$RUN_DIR/lb.json"
wait_for 60 'the agent in lb' log_has lb 'connected to the kernel module'

note '--- words of the grammar'
is 'objects' 'service session' se
is 'commands' 'drain' node dr
is 'arguments' 'mac max-sessions' node set n1 m
is 'values' 'reset' admission set flow refuse r
is 'options' '-netns' -n
is 'colours' 'always auto' -color = a
is 'behind colours' 'node' -color = auto no
is 'of top' '--count -n help interval socket' top ''

note '--- names that there are'
for command in 'show' 'set' 'del'; do
	is 'nodes' 'n1 n2' node "$command" ''
	is 'services' 'flow wideband' service "$command" ''
done
is 'nodes, or what else may follow' 'at n1 n2 socket' node drain ''
is 'nodes, or what else may follow' 'n1 n2 socket' node load ''
is 'nodes of a selection' 'n1 n2' session show node ''
is 'services of a selection' 'wideband' flow show service w
is 'nodes of a service' 'all n1 n2' service set flow nodes ''
is 'one more of them' 'n1,n2' service set flow nodes n1,n2
is 'services that refuse' 'flow wideband' admission set ''
is 'devices' 'eth0' dev add e
is 'devices alone' '' dev add bonding_m
is 'attached devices' 'eth0' dev del ''
ns lb sara node add n30 addr "${ADDR[n3]}" dev eth0
is 'a new one at once' 'n30' node drain n3
ns lb sara node del n30
is 'and no longer' '' node drain n3
is 'no sessions yet' '' session del id ''
ns c1 bash -c "echo hello >/dev/udp/$VIP/5060"
session() { [[ -n $(ns lb sara session show) ]]; }
wait_for 20 'a session' session
ID=$(ns lb sara session show | sed -n 's/^\([0-9]*\):.*/\1/p')
is 'sessions' "$ID" session del id ''
is 'sessions' "$ID" explain id ''
is 'sessions' "$ID" announce flush session ''
# From elsewhere, as with ip(8).
HERE_NETNS=${NS_PREFIX}lb
got=$(bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sara; echo "${COMPREPLY[@]}"' \
	bash "$FILE" sara -n "$HERE_NETNS" node show '')
check "names of another namespace: $got" test "$got" = 'n1 n2'

note '--- bash and readline'
check 'a line is completed' ns lb python3 - "$FILE" <<'PYTHON'
import os, pty, re, select, sys, time
pid, master = pty.fork()
if pid == 0:
    os.environ.update(TERM="dumb", PS1="> ", INPUTRC="/dev/null")
    os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
said = ""
def until(pattern):
    global said
    end = time.monotonic() + 60
    while not re.search(pattern, said):
        if time.monotonic() > end or not select.select([master], [], [], 60)[0]:
            sys.exit(f"not ok: no '{pattern}' in {said!r}")
        said += os.read(master, 4096).decode()
def typed(keys):
    global said
    said = ""
    os.write(master, keys.encode())
typed(f". {sys.argv[1]}; echo rea''dy\n")
until("ready\r\n")
typed("sara serv\tse\twid\t")
until("sara service set wideband $")
typed("adm\to\t\t")
until(r"off +on")
typed("\x15exit\n")
os.waitpid(pid, 0)
PYTHON
((FAILED == 0))
