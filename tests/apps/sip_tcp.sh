#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# SIPp over TCP, media over UDP: all calls of a client in one connection (t1), which is one session at one node however many
# calls follow each other in it, and a connection for each (tn).
# SARA_CALLS: calls for each of 2 clients and each mode; with 250, 500 of each mode.
# timeout: 900
exec "$(dirname "$0")/run" --players 0 --sip-mode t1,tn --calls "${SARA_CALLS:-15}" --call-rate 2.5 --call-seconds 0.5 \
	--deadline 600
