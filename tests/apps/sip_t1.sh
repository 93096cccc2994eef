#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# All calls of a client over one TCP connection (SIPp's mode t1): with the key `flow` one session, whole at one node.
# SARA_CALLS: calls for each client.
# timeout: 600
exec "$(dirname "$0")/run" --players 0 --sip-mode t1 --calls "${SARA_CALLS:-20}" --call-rate 5 --call-seconds 0.5
