#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# VLC on all nodes, over IPv6: one stream for all, or video on demand. Its players, ffmpeg and mpv, would have their media
# interleaved; VLC refuses that (461), and they set up UDP in the same connection.
# kernel: 6.12
# timeout: 600
exec "$(dirname "$0")/run" --family 6 --rtsp-transport prefer-tcp --rtsp-servers vlc,vod --rtsp-players ffmpeg,mpv \
	--players 3 --calls 0
