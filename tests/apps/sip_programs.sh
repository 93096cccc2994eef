#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# SIPp at one node, Kamailio (a proxy before SIPp) at the others; called by SIPp with the scenario and voice that it brings
# (uac_pcap), and by baresip, a phone.
# timeout: 600
exec "$(dirname "$0")/run" --players 0 --sip-servers sipp,kamailio,kamailio --sip-scenario uac_pcap --calls 4 --phones 1
