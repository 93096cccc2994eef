#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Streams interleaved in their RTSP connections: the inspector must find the messages between the media.
# timeout: 600
exec "$(dirname "$0")/run" --with sara --rtsp-transport tcp --players 1 --calls 0
