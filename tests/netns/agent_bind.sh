#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The inspection channel has one receiver: who gets it, who is refused, and that it is free when its socket is closed.
#
#   c1 --UDP--> lb (VIP, service sip at 5060, inspected) --MAC--> n1
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/agent_bind.sh
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

small_up
small_nodes
must lb nl service-new name=sip addr="$VIP" proto=17 port=5060 app=sip
must n1 udp-serve "$VIP" 5060
must n2 udp-serve "$VIP" 5060

bot c1 udp 5001 "$VIP" 5060
expect 'a packet without an agent passes' 'n[12]'
counted 'and its copy is counted as lost' 1 inspect-lost-unbound
bot lb#nobody bind
expect 'an unprivileged user may not bind' 'EPERM: *'
bot lb#first bind
expect 'the first agent binds' ok
bot lb#first bind
expect 'again is no error' ok
bot lb#second bind
expect 'the second one is refused' 'EBUSY: ?*'
must c1 send 5001 "$VIP" 5060
eventually 10 'the first one gets the copy, and hears of the one lost' 'client,1,-,-,1,198.18.0.11,5001,5060,32' \
	lb#first inspected
bot lb#second inspected
expect 'the second one gets none' ''
bot sw#agent bind
expect 'another namespace has its own agent' ok

must lb#first unbind
bot lb#second bind
expect 'closed, the channel is free' ok
must c1 send 5001 "$VIP" 5060
eventually 10 'the second one gets the copy' 'client,1,-,-,1,198.18.0.11,5001,5060,32' lb#second inspected

note '--- the module goes while agents are bound, listeners listen and a dump is open'
must lb#listener listen
must c1 flood 20000 300 "$VIP" 5060
eventually 20 'there is much to dump' 301 lb stat sessions
must lb#dumper dump-open session-get
if rmmod sara 2>"$RUN_DIR/rmmod.log"; then
	ANSWER=unloaded
else
	ANSWER=$(<"$RUN_DIR/rmmod.log")
fi
expect 'a module that is dumping is in use' '*in use*'
bot c1 udp 5001 "$VIP" 5060
expect 'and goes on' 'n[12]'
must lb#dumper unbind
rmmod sara
bot c1 udp 5001 "$VIP" 5060 1
expect 'unloaded, packets are left to the local stack' none
bot lb nl stats-get
expect 'and the family is gone' 'ENOENT: *'
insmod "$SARA_KO"
bot lb#third bind
expect 'loaded again, a new agent binds' ok
verdict
