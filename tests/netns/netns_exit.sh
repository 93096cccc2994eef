#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A namespace that goes takes its sessions along, under traffic; others do not notice. So does a device.
#
#   c1 (traffic) ----> lb (VIP, service) --MAC--> n1 | n2         lb2: another namespace with objects of its own
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/netns_exit.sh
# processors: 2
# timeout: 480
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

small_up
ip netns add "${NS_PREFIX}lb2"
UP+=(lb2)
ip -n "${NS_PREFIX}lb2" link add d0 up address 02:00:00:00:00:44 type dummy
small_nodes
must lb nl service-new name=sip addr="$VIP" proto=17 port=5060
must lb2 nl dev-new name=d0 mode=dispatch
must lb2 nl node-new name=n1 dev=d0 mac="${MAC[n1]}"
must lb2 nl service-new name=sip addr="$VIP" proto=17 port=5060
must lb listen
must c1 traffic 20000 200 "$VIP" 5060

note '--- namespaces do not share objects'
eventually 20 'one places sessions' '[1-9][0-9]*' lb stat sessions
bot lb2 stat sessions placed
expect 'the other has none' '0 0'
bot lb2 show node-get : name
expect 'and its own nodes' n1

note "--- a node's device goes"
ip -n "${NS_PREFIX}lb2" link del d0
eventually 5 'its node cannot be used' 'n1,-' lb2 show node-get : name usable
bot lb2 show dev-get : name
expect 'and it is not attached any more' ''

note '--- the namespace goes, with its devices, under traffic'
bot lb show session-get : id
id=${ANSWER%%;*}
must lb nl session-set id="$id" lifetime=1000000 label=x
must lb nl announce-new session="$id" src=198.18.0.11 sport=7000 dst="$VIP" proto=17
must lb unbind
ip netns del "${NS_PREFIX}lb"
wait_for 20 'all memory of its sessions to be freed' all_freed || FAILED=$((FAILED + 1))
slabs 2
expect 'all memory of its sessions is freed' '*sara_session 0;*'
bot lb2 show service-get : name
expect 'the other namespace is still there' sip
bot c1 quiet
kernel_is_silent 'the kernel says nothing'

note '--- and again with the other'
must lb2 unbind
ip netns del "${NS_PREFIX}lb2"
rmmod sara
slabs 2
expect 'the module goes without a trace' ''
kernel_is_silent 'and silently'
verdict
