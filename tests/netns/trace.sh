#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Tracepoints: what becomes of a session and its flows, and what is dropped, as the kernel's tracing shows it.
#
#   c1 ----> lb (VIP; service at UDP 5060 and on IPv6) --MAC--> n1
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/trace.sh
# timeout: 120
set -euo pipefail
. "$(dirname "$0")/small.sh"
TRACING=$(mktemp -d)
mount -t tracefs none "$TRACING" 2>/dev/null || skip 'this kernel has no tracing (tracefs)'
trap 'echo 0 >"$TRACING/events/sara/enable"; small_down; umount "$TRACING"; rmdir "$TRACING"' EXIT

C=198.18.0.11
flow() { echo "src=$C sport=$1 dst=$VIP dport=$2 proto=17"; }
# traced WHAT PATTERN: one line, and no more, is like this.
traced() {
	ANSWER=$(grep -c -e "$2" "$TRACING/trace" || true)
	expect "$1" 1
}

small_up
must lb nl node-new name=n1 dev=eth0 mac="${MAC[n1]}"
must lb nl service-new name=sip addr="$VIP" proto=17 port=5060
must lb nl service-new name=six addr="$VIP6" proto=17 port=5060
must lb nl config-set early-time=0
must lb nl dev-new name=eth0 mode=dispatch
must n1 udp-serve "$VIP" 5060
ANSWER=$(cd "$TRACING/events/sara" && echo *)
expect 'there are so many tracepoints' 'enable filter sara_drop sara_flow sara_session'
echo >"$TRACING/trace"
echo 1 >"$TRACING/events/sara/enable"

# shellcheck disable=SC2046 # words are wanted throughout
{
note '--- a session'
bot c1 udp 4000 "$VIP" 5060
bot c1 udp 4000 "$VIP" 5060
bot lb show flow-get $(flow 4000 5060) : session
ID=$ANSWER
traced 'begins' "sara_session: created session $ID service sip node n1 end -$"
must lb nl announce-new session="$ID" $(flow 4002 6000)
must c1 send 4002 "$VIP" 6000
traced 'an announced flow comes' \
	"sara_flow: promoted session $ID secondary udp $C:4002 > $VIP:6000$"
must lb nl session-del id="$ID"
traced 'ends' "sara_session: deleted session $ID service sip node n1 end deleted$"

note '--- drops'
must c1 send 4003 "$VIP" 6000
traced 'nobody announced it' "sara_drop: unannounced udp $C:4003 > $VIP:6000$"
must lb nl node-set name=n1 state=down
must c1 send 4004 "$VIP" 5060
traced 'there is no node' "sara_drop: no-node udp $C:4004 > $VIP:5060$"
must c1 send 4005 "$VIP6" 5060
traced 'nor on IPv6' "sara_drop: no-node udp \[[0-9a-f:]*\]:4005 > \[$VIP6\]:5060$"
bot lb stat drop-unannounced drop-no-node
expect 'as many as the counters count' '1 2'
ANSWER=$(grep -c 'sara_drop: ' "$TRACING/trace")
expect 'and no more' 3
}
must lb nl session-del all=1
kernel_is_silent 'the kernel says nothing'
verdict
