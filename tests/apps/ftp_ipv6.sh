#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# FTP over IPv6: extended passive and extended active mode.
# timeout: 600
exec "$(dirname "$0")/ftp.sh" 6
