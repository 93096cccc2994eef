#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Whose the files of secrets may be: of the key, and of the status page's token alike. `sara-agent --check` says what starting
# would.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/cli/lib.sh
[ "$(id -u)" = 0 ] || { echo 'to change owners, and to become another user, needs root'; exit 77; }

chmod 755 "$work"
sara-agent keygen >"$work/key"
sara-agent keygen >"$work/token"
cat >"$work/agent.json" <<-CONFIG
	{"gateway": {"dispatchers": ["198.18.0.2:7100"]}, "key_file": "$work/key",
	 "status": {"listen": "0.0.0.0:9478", "token_file": "$work/token"}}
CONFIG
check=(sara-agent --check --config "$work/agent.json")
# As its unit runs it, with a user and a group of its own.
agent=(setpriv --reuid nobody --regid nogroup --clear-groups "${check[@]}")

chown root:nogroup "$work/key" "$work/token"
chmod 640 "$work/key" "$work/token"
for secret in key token; do
	file=$work/$secret
	for mode in 400 600 440 640; do
		chmod "$mode" "$file"
		says 0 'no errors' "root's $secret, mode $mode, to root" "${check[@]}"
	done
	for mode in 440 640; do
		chmod "$mode" "$file"
		says 0 'no errors' "root's $secret, mode $mode, to its group" "${agent[@]}"
	done
	for mode in 644 660 642 641; do
		chmod "$mode" "$file"
		says 2 "run: chmod 640 $file\$" "root's $secret, mode $mode, to root" "${check[@]}"
		says 2 "run: chmod 640 $file\$" "root's $secret, mode $mode, to its group" "${agent[@]}"
	done
	chmod 600 "$file"
	says 2 "Permission denied; to have group nogroup read it: chgrp nogroup $file && chmod 640 $file\$" \
		"root's $secret, mode 600, to its group" "${agent[@]}"
	chown nobody "$file"
	says 0 'no errors' "the agent's own $secret, mode 600" "${agent[@]}"
	says 0 'no errors' "the agent's own $secret, mode 600, to root" "${check[@]}"
	chmod 640 "$file"
	says 2 "run: chmod 600 $file\$" "the agent's own $secret, mode 640" "${agent[@]}"
	chown daemon "$file"
	says 2 "belongs to another user (1), who may read and change it; run: chown root $file\$" "another's $secret" "${agent[@]}"
	chown root "$file"
done
exit "$failed"
