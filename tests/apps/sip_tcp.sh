#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# SIP over TCP, a connection for each call (SIPp's mode tn), media over UDP.
# timeout: 600
exec "$(dirname "$0")/run" --with sara --sip-mode tn --players 0 --calls 4
