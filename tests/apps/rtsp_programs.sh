#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Three RTSP servers: GStreamer, VLC (a pair of ports of its own for each stream, often with an odd one for RTP) and
# rtsp-server-perl (replies in pieces), played by ffmpeg and mpv, media over UDP.
# timeout: 600
exec "$(dirname "$0")/run" --rtsp-servers gstreamer,vlc,perl --rtsp-players ffmpeg,mpv --players 3 --calls 0
