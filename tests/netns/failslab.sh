#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Memory is short: each single allocation of each command, of the packet path, of loading the module and of a new namespace
# fails once. Then it is refused, or its loss is counted; what was there is as before; and the same works afterwards.
#
#   c1 ----> lb (VIP; SIP at UDP and TCP 5060; key source at UDP 5070) --MAC--> n1 | n2
#            an agent and a listener are bound, so that copies and events are made
#
# Needs the debug kernel: tools/test debug/failslab
# timeout: 600
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

C=198.18.0.11
BOT=faults.py
[[ ${SARA_KERNEL-} == debug ]] || skip 'only the debug kernel makes allocations fail (tools/test debug/failslab)'
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug

# swept WHAT NAMESPACE VERB...: at least one failure, and no complaint.
swept() {
	local what=$1
	shift
	bot "$@"
	note "   $ANSWER"
	expect "$what" '[1-9]* failures: *'
}

# settled WHAT: each packet that came is accounted for, and packets find their way.
settled() {
	# Another packet may come between two looks at it.
	eventually 10 "$1: each packet is accounted for" 0 lb balance eth0
	bot c1 udp 4999 "$VIP" 5060
	expect "$1: then packets find their way" 'n[12]'
}

# flow SPORT DPORT FIELD...: of c1's flow.
flow() { bot lb show flow-get src=$C sport="$1" dst="$VIP" dport="$2" proto=17 : "${@:3}"; }

# swept_read WHAT COMMAND [KEY=VALUE...] : FIELD...: a question; without KEY=VALUE a dump.
swept_read() { swept "$1" lb sweep show "${@:2}"; }

small_up
for node in n1 n2; do
	must "$node" udp-serve "$VIP" 5060
	must "$node" tcp-serve "$VIP" 5060
	must "$node" udp-sink "$VIP" 6000
done
must lb#agent bind
must lb#ear listen

note '--- configuration'
swept 'a device is attached' lb sweep nl dev-new name=eth0 mode=dispatch :: nl dev-del name=eth0 :: \
	show dev-get : name mode
must lb nl dev-new name=eth0 mode=dispatch
swept 'and detached' lb sweep nl dev-del name=eth0 :: nl dev-new name=eth0 mode=dispatch :: show dev-get : name mode
node_new=(nl node-new name=n1 dev=eth0 mac="${MAC[n1]}")
swept 'a node is added' lb sweep "${node_new[@]}" :: nl node-del name=n1 :: show node-get : name mac
swept 'one whose MAC is to be found' lb sweep nl node-new name=n3 dev=eth0 addr="${ADDR[c1]}" :: nl node-del name=n3 :: \
	show node-get : name addr
must lb "${node_new[@]}"
must lb nl node-new name=n2 dev=eth0 mac="${MAC[n2]}"
swept 'a node is changed' lb sweep nl node-set name=n1 weight=7 state=drain mac=02:00:00:00:00:77 :: \
	nl node-set name=n1 weight=1 state=up mac="${MAC[n1]}" :: show node-get name=n1 : weight state mac
swept 'and removed' lb sweep nl node-del name=n1 :: "${node_new[@]}" :: show node-get : name
service_new=(nl service-new name=sip addr="$VIP" proto=17 port=5060 app=sip flow-timeout=60000 node=n1 node=n2)
swept 'a service is added' lb sweep "${service_new[@]}" :: nl service-del name=sip :: show service-get : name app
must lb "${service_new[@]}"
swept 'changed' lb sweep nl service-set name=sip scheduler=wrr flow-timeout=30000 node=n2 :: \
	nl service-set name=sip scheduler=wlc flow-timeout=60000 node=n1 node=n2 :: \
	show service-get name=sip : scheduler flow-timeout
swept 'a node that services name is removed' lb sweep nl node-del name=n1 force=1 :: \
	both "${node_new[@]}" + nl service-set name=sip node=n1 node=n2 :: show node-get : name
must lb nl service-set name=sip node=n2
swept 'given to all nodes' lb sweep nl service-set name=sip all-nodes=1 :: \
	nl service-set name=sip node=n2 :: show service-get name=sip : node
must lb nl service-set name=sip node=n1 node=n2
swept 'and removed' lb sweep nl service-del name=sip :: "${service_new[@]}" :: show service-get : name app
swept 'bounds are changed' lb sweep nl config-set max-sessions=5000 purge-interval=200 :: \
	nl config-set max-sessions=1000000 purge-interval=1000 :: show config-get abi-version=1 : max-sessions purge-interval
swept 'a policy is told' lb sweep nl policy-set epoch=1 score=n1:1:1 score=n2:2:2 :: nl policy-del :: \
	show policy-get : node score
swept 'an agent binds' c1 sweep bind
for object in dev node service; do
	swept_read "all ${object}s are told" $object-get : name
done
swept_read 'one device is told' dev-get name=eth0 : name mode
swept_read 'one node' node-get name=n1 : name mac
swept_read 'one service' service-get name=sip : name app
swept_read 'the configuration' config-get abi-version=1 : max-flows
swept 'the counters' lb sweep stat sessions flows announcements
settled 'after all of it'

note '--- sessions, flows, announcements'
must lb nl service-new name=sip-tcp addr="$VIP" proto=6 port=5060 app=sip
must c1 flood 10000 200 "$VIP" 5060
flow 10000 5060 session
id=$ANSWER
swept 'a session is set' lb sweep nl session-set id="$id" label=a lifetime=60000 :: \
	nl session-set id="$id" label= lifetime=0 :: show session-get id="$id" : label
for form in "src=$C sport=4000 dport=6000" "src=$C sport=4000" "src=$C dport=6000" 'dport=6000'; do
	read -r -a tuple <<<"$form"
	tuple+=(dst="$VIP" proto=17)
	swept "it announces $form" lb sweep nl announce-new session="$id" "${tuple[@]}" tag=1 :: \
		nl announce-del session="$id" :: show announce-get : session src sport dport
	must lb nl announce-new session="$id" "${tuple[@]}"
	swept_read 'which is told' announce-get "${tuple[@]}" : session
	swept 'and withdrawn' lb sweep nl announce-del session="$id" "${tuple[@]}" :: \
		nl announce-new session="$id" "${tuple[@]}" :: show announce-get : session src sport dport
	must lb nl announce-del session="$id"
done
must lb nl service-new name=back addr="$VIP" proto=17 port=5062 key=source
past="src=$C,dst=$VIP,proto=17,status=established"
restore=(nl session-restore service=back node=n1 label=old lifetime=60000 flow="$past,sport=4600,dport=5062")
swept 'a session is restored' lb sweep "${restore[@]}" :: nl session-del service=back :: show session-get : label node
must lb "${restore[@]}"
flow 4600 5062 session
restored=$ANSWER
must lb nl session-set id="$restored" label=new
swept 'again' lb sweep "${restore[@]}" :: nl session-set id="$restored" label=new :: show session-get id="$restored" : label
swept 'with another flow' lb sweep nl flow-restore session="$restored" past="$past,sport=4601,dport=6000,identity=secondary" :: \
	nl flow-del src=$C sport=4601 dst="$VIP" dport=6000 proto=17 :: show session-get id="$restored" : flows
swept 'it becomes own' lb sweep nl session-set id="$restored" own=1 :: nl session-set id="$restored" standby=1 :: \
	show session-get id="$restored" : standby
must lb nl session-del id="$restored"
swept 'a node is seen to serve one' lb sweep nl session-seen mac="${MAC[n1]}" flow="$past,sport=4602,dport=5062" :: \
	nl session-del service=back :: show service-get name=back : sessions
must lb nl service-del name=back force=1
must lb nl announce-new session="$id" src=$C sport=4000 dport=6000 dst="$VIP" proto=17
swept_read 'all sessions are told' session-get : id node
swept_read 'one is' session-get id="$id" : id node
swept_read 'all flows' flow-get : session sport
swept_read 'one is' flow-get src=$C sport=10000 dst="$VIP" dport=5060 proto=17 : session
swept_read 'all announcements' announce-get : session sport
must lb nl service-set name=sip admission=1
must lb nl policy-set epoch=1 valid=600000 load=16777216 cost=0 t1=1 t2=2 t3=3 c=4
must c1 send 10999 "$VIP" 5060
swept_read 'a session that was refused' refused-get src=$C sport=10999 dst="$VIP" dport=5060 proto=17 : service
must lb nl policy-del
must lb nl service-set name=sip admission=0
must lb nl config-set early-time=5000
swept 'an announcement lets held datagrams go' lb sweep-each 41000 :: c1 send @ "$VIP" 6000 :: \
	nl announce-new session="$id" src=$C sport=@ dst="$VIP" dport=6000 proto=17
must lb nl config-set early-time=0 max-announcements=10000
eventually 20 'those whose announcement failed are dropped in the end' 0 lb balance eth0
settled 'after all of it'

note '--- packets'
# As many wildcards as a session may have flows; what is held waits for ever.
must lb nl announce-new session="$id" dst="$VIP" dport=6000 proto=17
must lb nl service-new name=clients addr="$VIP6" proto=17 port=5070 app=sip key=source
swept 'the first packet of a session' c1 starve send @ "$VIP" 5060 :: 20000
swept 'the first one of a client' c1 starve frame "${MAC[lb]}" udp fd00::@ 5070 "$VIP6" 5070 :: 1000
swept 'one that joins its session' c1 starve send @ "$VIP6" 5070 :: 21000
swept 'a packet of a known flow, with its copy' c1 starve send 10000 "$VIP" 5060 :: 0
swept 'an announced one' c1 starve send @ "$VIP" 6000 :: 22000
settled 'after them'
must lb sniff
swept 'one that another one holds, too' c1 starve send 10000 "$VIP" 5060 :: 0
must lb nl config-set early-time=200
swept 'one that is held' c1 starve send @ "$VIP" 6001 :: 23000
eventually 10 'until its time is over' 0 lb balance eth0
bot lb#agent inspected # where its socket is full, no answer comes either
must lb#agent nl session-sync sync-time=200
swept 'the first packet of a session that waits' c1 starve send @ "$VIP" 5060 :: 24000
eventually 10 'until its time is over' 0 lb balance eth0
bot lb#agent inspected
must lb#agent nl session-sync sync-time=0
settled 'after all of it'

note '--- packets, at random'
must lb nl config-set early-time=0
for percent in 10 50 90; do
	must c1 shortage $percent flood $((30000 + percent * 10)) 300 "$VIP" 5060
	must c1 shortage $percent flood $((40000 + percent * 10)) 300 "$VIP" 6000
	must c1 shortage $percent send 10000 "$VIP" 5060 300 1200
	settled "with $percent of 100"
done
must c1 tcp-open t 4100 "$VIP" 5060
bot c1 shortage 20 tcp-bulk t 200000
expect 'a TCP connection gets over it' 'n[12]'
must c1 tcp-close t
counted 'there was a shortage' '[1-9]*' drop-no-memory
counted 'of events, too' '[1-9]*' events-lost
counted 'and of copies' '[1-9]*' inspect-lost-buffer
settled 'after all of it'
bot lb stat sessions
expect 'there are sessions' '[1-9]*'
must lb nl session-del all=1
bot lb stat sessions flows announcements
expect 'then none' '0 0 0'
wait_for 20 'all memory to be freed' all_freed || FAILED=$((FAILED + 1))

note '--- namespaces, and the module itself'
# What comes before is not the module's.
swept 'a namespace is made' c1 sweep-namespace 100
must lb#agent unbind
must lb#ear unbind
must lb unbind
rmmod sara
# Its caches come first: Linux 6.1 itself forgets the name of one that it cannot make.
swept 'the module is loaded' c1 sweep-module "$SARA_KO" 100
slabs 2
expect 'and leaves nothing behind' ''
kernel_is_silent 'the kernel says nothing'
verdict
