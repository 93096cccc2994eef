#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Three RTSP servers: GStreamer, rtsp-server-perl (replies in pieces) and VLC (a port of its own for each stream, often an
# odd one), media over UDP.
# timeout: 600
exec "$(dirname "$0")/run" --rtsp-servers gstreamer,perl,vlc --players 3 --calls 0
