#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# All calls of a client from one UDP socket (SIPp's default mode u1), as a proxy or trunk sends them: with the key
# `call-id` each call is a session of its own, whole at its own node.
# SARA_CALLS: calls for each client.
# timeout: 600
exec "$(dirname "$0")/run" --players 0 --sip-mode u1 --sip-key call-id --calls "${SARA_CALLS:-20}" --call-rate 5 \
	--call-seconds 0.5
