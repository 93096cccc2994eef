#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Streams interleaved in their RTSP connections, by ffmpeg and mpv: the inspector must find the messages between the media.
# timeout: 600
exec "$(dirname "$0")/run" --rtsp-transport tcp --rtsp-players ffmpeg,mpv --players 1 --calls 0
