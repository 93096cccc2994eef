#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Another RTSP server on each node: GStreamer, VLC (odd RTP ports), rtsp-server-perl (replies in pieces); played by ffmpeg
# and mpv, media over UDP.
# timeout: 600
exec "$(dirname "$0")/run" --rtsp-servers gstreamer,vlc,perl --rtsp-players ffmpeg,mpv --players 3 --calls 0
