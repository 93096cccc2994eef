#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Unloading under traffic, three times: nothing is left, nothing breaks, packets pass to the local stack.
#
#   c1 (320 flows without a pause) ----> lb (VIP; service, then nobody) --MAC--> n1 | n2
#                                         local server at the VIP's port
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/unload.sh
# processors: 2
# timeout: 480
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

small_up
for node in n1 n2; do
	must "$node" udp-serve "$VIP" 5060
	must "$node" udp-sink "$VIP" 5061
	must "$node" udp-sink "$VIP" 6000
done
must lb udp-serve "$VIP" 5060
must c1 traffic 20000 300 "$VIP" 5061
must c1 traffic 21000 20 "$VIP" 6000

for round in 1 2 3; do
	note "--- round $round"
	small_nodes
	must lb nl config-set purge-interval=100
	must lb nl service-new name=sip addr="$VIP" proto=17 port=5060 port-last=5061 flow-timeout=5000
	must lb#agent bind
	must lb#ear listen
	eventually 20 'sessions are placed' '[1-9][0-9]*' lb stat placed
	bot lb show session-get : id
	id=${ANSWER%%;*}
	must lb nl session-set id="$id" label=one lifetime=100000
	must lb nl announce-new session="$id" src=198.18.0.11 dst="$VIP" dport=6000 proto=17
	eventually 20 'announced flows come' '[1-9]*' lb stat promoted
	eventually 30 'a node answers' 'n[12]' c1 udp 5000 "$VIP" 5060 1
	slabs 2
	expect 'memory is in use' 'sara_* [1-9]*;*'

	note "rmmod under traffic"
	rmmod sara
	eventually 30 'the local stack answers' lb c1 udp 5001 "$VIP" 5060 1
	slabs 2
	expect 'the caches are gone' ''
	kernel_is_silent 'and the kernel says nothing'
	# The family has a new number after the module was loaded again: the test opens its socket again.
	must lb unbind
	must lb#agent unbind
	must lb#ear unbind
	insmod "$SARA_KO"
done
bot c1 quiet
expect 'there was traffic all the time' '[1-9]???*'

note '--- the module twice'
ANSWER=$(insmod "$SARA_KO" 2>&1 || true)
expect 'is refused' '*File exists*'
verdict
