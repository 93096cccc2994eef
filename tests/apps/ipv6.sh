#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Signalling and media over IPv6: streams to ffmpeg and mpv, calls by SIPp and a phone to SIPp and Kamailio.
# timeout: 600
exec "$(dirname "$0")/run" --family 6 --players 1 --rtsp-players ffmpeg,mpv --calls 3 --phones 1 \
	--sip-servers sipp,kamailio,sipp
