#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Other RTSP servers and players: GStreamer and rtsp-server-perl (replies in pieces), played by ffmpeg and mpv, media over
# UDP. (VLC serves as well, by --rtsp-servers vlc; on a loaded machine its players have been seen to fail, in whole sessions.)
# timeout: 600
exec "$(dirname "$0")/run" --rtsp-servers gstreamer,perl --rtsp-players ffmpeg,mpv --players 3 --calls 0
