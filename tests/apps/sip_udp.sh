#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# SIPp over UDP: all calls of a client from one socket (its default u1), as a proxy or trunk sends them, and a socket for
# each (un). By the key `call-id` each call is a session, whole at its own node.
# SARA_CALLS: calls for each of 2 clients and each mode; with 250, 500 of each mode.
# timeout: 900
exec "$(dirname "$0")/run" --players 0 --sip-mode u1,un --sip-key call-id --calls "${SARA_CALLS:-15}" --call-rate 2.5 \
	--call-seconds 0.5 --deadline 600
