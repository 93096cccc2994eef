#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Streams and calls over IPv6, signalling and media.
# timeout: 600
exec "$(dirname "$0")/run" --with sara --family 6 --players 1 --calls 3
