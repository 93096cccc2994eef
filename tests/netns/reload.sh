#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# sara-module: a new module in the place of the one that runs, with all that this one had, while conversations go on.
#
#   c1 ----> lb (VIP; udp 5060, tcp 554, udp 6000-6010) --MAC--> n1 | n2
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/reload.sh
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

C=198.18.0.11
MODULE=$(cd "$(dirname "$0")/../../userspace/module" && pwd)/sara-module

# reloaded FILE: sara-module's word; in ANSWER.
reloaded() { ANSWER=$(ns lb "$MODULE" reload "$1" 2>&1) || ANSWER="status $?: $ANSWER"; }
# usable: the address of n1 is known.
usable() { ns lb sara node show n1 | grep -q ' usable'; }
# objects: all that there is but for sessions.
objects() { ANSWER=$(ns lb sara config show; ns lb sara node show; ns lb sara service show; ns lb sara dev show); }

# other_module FILE: the same code, with another version and another digest of its sources.
other_module() {
	python3 - "$SARA_KO" "$1" <<-'END'
		import re
		import sys
		text = open(sys.argv[1], 'rb').read()
		for before, after in ((rb'\0version=0', rb'\0version=9'), (rb'\0srcversion=.{4}', rb'\0srcversion=0000')):
		    text, count = re.subn(before, after, text)
		    assert count == 1, before
		open(sys.argv[2], 'wb').write(text)
	END
}

small_up
for node in n1 n2; do
	for port in 5060 6000; do
		must "$node" udp-serve "$VIP" $port
	done
	must "$node" tcp-serve "$VIP" 554
done

note '--- what there is, by hand'
for command in 'config set tcp-timeout 20m early-time 50ms' 'node add n1 addr 198.18.0.21 dev eth0' \
	"node add n2 addr 198.18.0.22 dev eth0 mac ${MAC[n2]} weight 3 max-sessions 9" \
	"service add sip vip $VIP proto udp port 5060 app sip scheduler wrr nodes n1,n2" \
	"service add rtsp vip $VIP proto tcp port 554 app rtsp flow-timeout 90s" \
	"service add six vip $VIP6 proto udp port 5070-5079 app sip key call-id no-call-id pass admission on refuse busy" \
	'dev add eth0 mode dispatch'; do
	# shellcheck disable=SC2086 # words are wanted
	ns lb sara $command
done
ns lb ping -q -c 1 -W 20 198.18.0.21 >/dev/null
wait_for 20 'the address of n1' usable
must c1 tcp-open t 4000 "$VIP" 554
bot c1 tcp-ask t
TCP=$ANSWER
for port in 4001 4002 4003 4004; do
	bot c1 udp $port "$VIP" 5060
	NODE[port]=$ANSWER
done
bot lb show flow-get src=$C sport=4001 dst="$VIP" dport=5060 proto=17 : session
must lb nl announce-new session="$ANSWER" src=$C sport=4100 dst="$VIP" dport=6000 proto=17
ns lb sara node drain n1
bot lb stat sessions announcements
expect 'so many are there' '5 1'
objects
BEFORE=$ANSWER

note '--- the same module again'
reloaded "$SARA_KO"
expect 'is none' 'the module that runs is this one already'

note '--- what is no module'
echo 'no module' >"$RUN_DIR/broken.ko"
reloaded "$RUN_DIR/broken.ko"
expect 'is refused' 'status 1: *the module that runs is left as it is'
bot lb stat sessions restored
expect 'and nothing has happened' '5 0'

note '--- a device in another namespace'
other_module "$RUN_DIR/sara.ko"
ns c1 sara dev add eth0 mode observe
reloaded "$RUN_DIR/sara.ko"
expect 'is left alone' "status 1: *devices with the module (${NS_PREFIX}c1)*"
ns c1 sara dev del eth0

# The family is another one then.
bot lb unbind

note '--- another module'
reloaded "$RUN_DIR/sara.ko"
note "$ANSWER"
expect 'takes over' '*restored 5 sessions, 5 flows, 1 announcements; 0 refused*the module is now 9.1.0*dropped for * ms'
ANSWER=$(cat /sys/module/sara/version)
expect 'it is the other one' '9.*'
AFTER=$(objects; echo "$ANSWER")
ANSWER=$(diff <(echo "$BEFORE") <(echo "$AFTER")) || true
expect 'nodes, services, bounds and devices are as they were' ''
ANSWER=$(ns lb nft list ruleset; ls -d /run/sara-module.* 2>/dev/null) || true
expect 'no gate and no file is left' ''
bot c1 tcp-ask t
expect 'the TCP conversation goes on, with its node' "$TCP"
for port in 4001 4002 4003 4004; do
	bot c1 udp $port "$VIP" 5060
	expect "so does flow $port" "${NODE[port]}"
done
bot c1 udp 4100 "$VIP" 6000
expect 'media that were announced come where the call is' "${NODE[4001]}"
bot lb stat placed restored
expect 'none of it was a new session' '0 5'
kernel_is_silent 'the kernel says nothing'
verdict
