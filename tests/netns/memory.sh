#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What a flow costs: one session with one flow takes at most 320 bytes, by the kernel's own account (slabinfo).
#
#   c1 (2,000 flows) ----> lb (VIP, service) --MAC--> n1 | n2
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/memory.sh
# timeout: 480
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

LIMIT=320
N=2000
[[ ${SARA_KERNEL-} != debug ]] || skip 'KASAN makes every object larger'

small_up
small_nodes
must lb nl service-new name=sip addr="$VIP" proto=17 port=5060 flow-timeout=60000
must c1 flood 20000 $N "$VIP" 5060
bot lb stat sessions flows
expect 'there are as many sessions and flows' "$N $N"

# Name, objects in use, size of one, pages of all slabs (slabs times pages of one).
declare -A size pages used
while read -r name active _ objsize _ pagesperslab _ _ _ _ _ _ _ slabs _; do
	[[ $name == sara_* ]] || continue
	used[$name]=$active size[$name]=$objsize pages[$name]=$((slabs * pagesperslab))
	note "$name: $active objects of $objsize bytes, $((slabs * pagesperslab)) pages"
done </proc/slabinfo
((used[sara_flow] >= N && used[sara_session] >= N)) || die 'slabinfo does not show them'
ANSWER=$((size[sara_flow] + size[sara_session]))
whole=$(((pages[sara_flow] + pages[sara_session]) * 4096 / N))
note "a flow with its session: $ANSWER bytes; with what its pages leave unused: $whole; limit $LIMIT"
((ANSWER <= LIMIT)) && ANSWER="within the limit"
expect 'a flow with its share of the session' 'within the limit'
verdict
