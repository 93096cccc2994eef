#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What documents name is there: files, pages, options of tools; pages format without a warning; tutorials can be read.
# guest: none
#
# Alone: tools/test docs/references
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
tests/docs/references.py
tests/docs/tutorial.py --check userspace/man/sara-kamailio.7 userspace/man/sara-streaming.7
