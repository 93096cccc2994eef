#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Everything at once, on as many processors as there are: packets, an agent, a configurer, flushes, dumps that are left
# half-way, namespaces that come and go, and the module unloaded meanwhile (stress.py). Then all ends, and nothing is left.
#
#   c1 (few clients, all kinds of packets) ----> lb (VIP; UDP 5060, TCP 5060, key source at UDP 5070) --MAC--> n1 | n2
#
# SARA_SEED=N repeats a run; SARA_ROUNDS=N makes it longer.
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/stress.sh
# processors: 2
# timeout: 480
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

SEED=${SARA_SEED-1}
ROUNDS=${SARA_ROUNDS-400}

small_up
small_nodes
must lb nl service-new name=sip addr="$VIP" proto=17 port=5060 app=sip flow-timeout=1000
must lb unbind
note "seed $SEED, $ROUNDS rounds, $(nproc) processors"
if python3 "$(dirname "$0")/stress.py" "$SEED" "$ROUNDS" "${MAC[lb]}" "$SARA_KO" >&2; then
	ANSWER=ok
else
	ANSWER='see above'
fi
expect 'each did what it could' ok
kernel_is_silent 'the kernel says nothing'

note '--- the end of it'
bot lb nl dev-del name=eth0
must lb nl session-del all=1
bot lb stat sessions flows announcements
expect 'no session is left' '0 0 0'
wait_for 20 'all memory to be freed' all_freed || FAILED=$((FAILED + 1))
slabs 2
expect 'nor memory' '*sara_session 0;*'
ANSWER=$(cat /sys/module/sara/refcnt)
expect 'nor a reference' 0
must lb unbind
rmmod sara
kernel_is_silent 'and the module goes'
verdict
