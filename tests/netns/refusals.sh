#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Bad input of every kind: an error number, a sentence where the module has one, and nothing that worked stops working.
#
#   c1 --UDP--> lb (VIP, service sip at 5060) --MAC--> n1 | n2; nodes answer with their names
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/refusals.sh
# timeout: 240
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

# refused ERROR SENTENCE COMMAND [KEY=VALUE...]: in lb; SENTENCE is a pattern.
refused() {
	local error=$1 sentence=$2
	shift 2
	bot lb nl "$@"
	expect "$*" "$error: $sentence"
}

# raw ERROR COMMAND HEX: attributes that are no attributes.
raw() {
	bot lb raw "$2" "${3-}"
	expect "raw $2 ${3-}" "$1: *"
}

works() {
	bot c1 udp 5001 "$VIP" 5060
	expect "$1: traffic goes on" "$NODE"
	bot lb show node-get : name
	expect "$1: so do commands" 'n1;n2'
}

small_up
small_nodes
must lb nl service-new name=sip addr="$VIP" proto=17 port=5060 node=n1 node=n2
must lb nl service-new name=range addr="$VIP" proto=6 port=8000 port-last=8010
must n1 udp-serve "$VIP" 5060
must n2 udp-serve "$VIP" 5060
bot c1 udp 5001 "$VIP" 5060
expect 'it works' 'n[12]'
NODE=$ANSWER

note '--- the module twice'
if insmod "$SARA_KO" 2>"$RUN_DIR/insmod.log"; then
	ANSWER=loaded
else
	ANSWER=$(<"$RUN_DIR/insmod.log")
fi
expect 'the module is refused a second time' '*File exists*'
works 'the module twice'

note '--- devices'
refused ENODEV '*no*device*' dev-new name=nowhere mode=dispatch
refused ENODEV '*no*device*' dev-new ifindex=9999 mode=dispatch
refused EINVAL '*name the device*' dev-new mode=dispatch
refused EINVAL '*mode is missing*' dev-new name=lo
refused ERANGE '*' dev-new name=eth0 mode=3
refused EEXIST '*attached already*' dev-new name=eth0 mode=observe
refused 'E*NOTSUP' '*not an Ethernet device*' dev-new name=lo mode=dispatch
refused ENOENT '*not attached*' dev-del name=lo
refused ENODEV '*no*device*' dev-del name=nowhere
refused ENOENT '*not attached*' dev-get name=lo
refused EINVAL '*' dev-del name=a-name-of-sixteen-

note '--- nodes'
MAC3=mac=02:00:00:00:00:33
refused EEXIST '*already*' node-new name=n1 dev=eth0 $MAC3
refused EINVAL '*name is missing*' node-new dev=eth0 $MAC3
refused EINVAL '*name is empty*' node-new name= dev=eth0 $MAC3
refused EINVAL '*no spaces*' node-new $'name=a\x01b' dev=eth0 $MAC3
refused EINVAL '*no spaces*' node-new name=knöt dev=eth0 $MAC3
refused EINVAL '*' node-new name=a-name-of-thirty-two-characters-- dev=eth0 $MAC3
refused EINVAL '*address or its MAC*' node-new name=n3 dev=eth0
refused EINVAL '*device*' node-new name=n3 $MAC3
refused ENODEV '*no*device*' node-new name=n3 dev=nowhere $MAC3
refused EINVAL '*different devices*' node-new name=n3 dev=eth0 ifindex=1 $MAC3
refused 'E*NOTSUP' '*not an Ethernet device*' node-new name=n3 dev=lo $MAC3
refused EINVAL '*not zero, not multicast*' node-new name=n3 dev=eth0 mac=00:00:00:00:00:00
refused EINVAL '*not zero, not multicast*' node-new name=n3 dev=eth0 mac=01:00:5e:00:00:01
refused EINVAL '*not zero, not multicast*' node-set name=n1 mac=ff:ff:ff:ff:ff:ff
refused ERANGE '*' node-new name=n3 dev=eth0 mac=02:00:00:00:33
refused EINVAL '*from 0 to 65535*' node-new name=n3 dev=eth0 $MAC3 weight=65536
refused ERANGE '*' node-new name=n3 dev=eth0 $MAC3 state=4
refused EINVAL '*not both*' node-set name=n1 $MAC3 mac-resolved
refused EINVAL '*address*' node-set name=n1 mac-resolved
refused ENOENT '*no node*' node-set name=n9 weight=1
refused ENOENT '*no node*' node-get name=n9
refused ENOENT '*no node*' node-del name=n9
refused EBUSY '*' node-del name="$NODE"
refused EBUSY '*service*names it*' node-del name=n1
bot lb show node-get name=n1 : mac weight
expect 'what was refused changed nothing' "${MAC[n1]},1"

note '--- services'
A=(addr="$VIP" proto=17)
refused EEXIST '*service*already*' service-new name=sip "${A[@]}" port=6000
refused EEXIST '*address and port*' service-new name=x "${A[@]}" port=5060
refused EEXIST '*address and port*' service-new name=x addr="$VIP" proto=6 port=7000 port-last=8000
refused EEXIST '*address and port*' service-new name=x addr="$VIP" proto=6 port=8010 port-last=9000
refused EEXIST '*address and port*' service-new name=x addr="$VIP" proto=6 port=8005
refused EINVAL '*address, a protocol and a port*' service-new name=x proto=17 port=1
refused EINVAL '*address, a protocol and a port*' service-new name=x addr="$VIP" port=1
refused EINVAL '*address, a protocol and a port*' service-new name=x "${A[@]}"
refused EINVAL '*ports are from 1*' service-new name=x "${A[@]}" port=0
refused EINVAL '*ports are from 1*' service-new name=x "${A[@]}" port=9 port-last=8
refused EINVAL '*TCP or UDP*' service-new name=x addr="$VIP" proto=1 port=1
for addr in 0.0.0.0 224.0.0.1 255.255.255.255 127.0.0.1 :: ::1 ff02::1 ::ffff:198.18.0.1; do
	refused EINVAL "*one host's*" service-new name=x addr=$addr proto=17 port=1
done
refused EINVAL '*only SIP runs over UDP*' service-new name=x "${A[@]}" port=554 app=rtsp
refused EINVAL '*only SIP runs over UDP*' service-new name=x "${A[@]}" port=21 app=ftp
refused ERANGE '*' service-new name=x "${A[@]}" port=1 app=9
refused ERANGE '*' service-new name=x "${A[@]}" port=1 key=99
refused ENOENT '*no*scheduler*' service-new name=x "${A[@]}" port=1 scheduler=dice
refused ENOENT '*no*scheduler*' service-set name=sip scheduler=dice
refused EINVAL '*1 s to 1 h*' service-set name=sip flow-timeout=3600001
refused ERANGE '*' service-set name=sip flow-timeout=999
refused ENOENT '*node*' service-new name=x "${A[@]}" port=1 node=n1 node=n9
refused ENOENT '*node*' service-set name=sip node=n9
refused EINVAL '*twice*' service-set name=sip node=n1 node=n1
refused EINVAL '*not both*' service-set name=sip node=n1 all-nodes
many=()
for ((i = 0; i < 65; i++)); do
	many+=(node=n1)
done
refused ENOSPC '*at most 64*' service-set name=sip "${many[@]}"
refused ENOENT '*no service*' service-set name=x flow-timeout=1000
refused ENOENT '*no service*' service-get name=x
refused ENOENT '*no service*' service-del name=x
refused EBUSY '*sessions*' service-del name=sip
bot lb show service-get : name scheduler flow-timeout
expect 'what was refused changed nothing' 'sip,wlc,30000;range,wlc,30000'

note '--- sessions, flows, announcements'
T=(src=198.18.0.11 sport=5001 dst="$VIP" dport=5060 proto=17)
refused EINVAL '*id*missing*' session-get
refused ENOENT '*no session*' session-get id=99
refused EINVAL '*tuple*Call-ID*' refused-get
refused EINVAL '*all of source*' refused-get src=198.18.0.11 dst="$VIP" dport=5060 proto=17
refused ENOENT '*no such session was refused*' refused-get "${T[@]}"
refused ENOENT '*no such session was refused*' refused-get src=198.18.0.11 sport=5001 dst=198.18.0.99 dport=5060 proto=17
refused ENOENT '*no such session was refused*' refused-get call-id=a@b
refused ENOENT '*session*' session-set id=99 lifetime=1
refused EINVAL '*not both*' session-set id=1 lifetime=1 linger=1
refused ENOENT '*no session*' session-del id=99
refused EINVAL '*either an id*' session-del
refused EINVAL '*either an id*' session-del id=1 all
refused EINVAL '*either an id*' session-del node=n1 all
refused ENOENT '*no node*' session-del node=n9
refused ENOENT '*no service*' session-del service=x
refused EINVAL '*tuple is missing*' flow-get
refused EINVAL '*all of source*' flow-get "${T[@]:0:3}" proto=17
refused ENOENT '*no such flow*' flow-get src=198.18.0.11 sport=1 dst="$VIP" dport=5060 proto=17
refused EINVAL '*different families*' flow-get src=fd00::1 "${T[@]:1}"
refused EINVAL '*port is not 0*' flow-get src=198.18.0.11 sport=0 "${T[@]:2}"
refused EINVAL '*TCP or UDP*' flow-get "${T[@]:0:4}" proto=132
refused EINVAL '*destination and protocol*' flow-get "${T[@]:0:2}" proto=17
refused EINVAL '*session is missing*' announce-new "${T[@]}"
refused EINVAL '*tuple is missing*' announce-new session=1
refused ENOENT '*session*' announce-new session=99 "${T[@]:0:3}" dport=6000 proto=17
refused EINVAL '*destination port*' announce-new session=1 src=198.18.0.11 dst="$VIP" proto=17
refused EINVAL '*destination port*' announce-new session=1 sport=1 dst="$VIP" dport=2 proto=17
refused EINVAL '*virtual address*' announce-new session=1 dst=198.18.0.101 dport=6000 proto=17
refused EINVAL '*session or a tuple*' announce-del
refused ENOENT '*not announced*' announce-del dst="$VIP" dport=6000 proto=17
refused ENOENT '*not announced*' announce-get dst="$VIP" dport=6000 proto=17

note '--- configuration'
refused 'E*NOTSUP' '*ABI version*' config-get abi-version=2
refused ERANGE '*' config-set max-sessions=0
refused ERANGE '*' config-set purge-interval=99
refused EINVAL '*32767*' config-set max-announcements=32768
refused EINVAL '*65535*' config-set early-packets=65536
works 'bad values'

note '--- no permission'
for command in 'dev-del name=eth0' 'node-del name=n1 force' 'service-del name=sip force' 'session-del all' 'session-get id=1' \
	'flow-get' 'announce-get' 'refused-get call-id=a' 'config-set max-sessions=1' 'inspect-bind' \
	'session-sync sync-time=1' 'session-release id=1'; do
	# shellcheck disable=SC2086 # words are wanted
	bot lb#nobody nl $command
	expect "$command" 'EPERM: *'
done
bot lb#nobody listen
expect 'listen to events' 'EPERM: *'
bot lb#nobody show session-get : id
expect 'dump sessions' 'EPERM: *'
bot lb#nobody show service-get : name
expect 'services are free to be read' 'sip;range'
works 'no permission'

note '--- malformed messages'
for size in 16 17 18 19; do
	bot lb short $size
	expect "a message of $size bytes" 'EINVAL: *'
done
raw 'E*NOTSUP' 200
raw 'E*NOTSUP' 0
raw EINVAL node-get 03000100			# an attribute shorter than its header
raw EINVAL node-get 10000100			# one that ends after the message
raw EINVAL node-get 080001006e31		# the same
raw EINVAL node-get 0600010041			# no NUL
raw EINVAL node-get 08000100414243440800ff0041424344	# an attribute that does not exist
raw EINVAL node-get 060001006e310000		# a string without its NUL
raw '@(EINVAL|ERANGE)' node-set 070001006e31000006000900ffff0000	# a weight of two bytes
raw EINVAL flow-get 0400050000			# an empty tuple, and a byte
raw EINVAL flow-get 04000580			# an empty tuple
raw EINVAL flow-get 0c0005800800010001020304	# half a tuple
raw EINVAL flow-get 0b00058007000100010203	# an address of three bytes
works 'malformed messages'
for command in config-get config-set dev-new dev-del dev-get service-new service-set service-del service-get node-new node-set \
	node-del node-get session-set session-del session-get flow-get announce-new announce-del announce-get stats-get \
	refused-get inspect-bind session-sync session-release; do
	bot lb#fuzz fuzz $command 1 100
	expect "100 random requests of $command are answered" ok
done
bot lb nl stats-get
expect 'the family answers' ok
verdict
