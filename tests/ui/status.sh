#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The status page in a real browser (Debian's Chromium, by Playwright), of a real agent with the real module: status.mjs does
# what a person does and says what he sees. The browser is in lb, as one on the dispatcher itself.
#
#   c1 (sessions) --> gw --> lb (sara-agent, Chromium) --MAC--> n1 | n2 | n3 (sara-agent)
#                             ^ sessions, both ways
#                             '---> lb2 (sara-agent)
#
# SARA_SHOTS=DIRECTORY: screenshots go there.
# Alone: tools/test ui/status
# timeout: 1800
set -euo pipefail
. "$(dirname "$0")/../netns/lib.sh"
. "$(dirname "$0")/../netns/heads.sh"
trap cleanup EXIT
here=$(realpath "$(dirname "$0")")
playwright=${SARA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sara}/playwright
if [[ ! -d $playwright/node_modules ]] || ! command -v chromium node >/dev/null; then
	note 'Chromium or Playwright is not installed: tools/setup --only ui'
	exit 77
fi

topo_up
head_up lb2
(umask 077 && sara-agent keygen >"$RUN_DIR/key" && sara-agent keygen >"$RUN_DIR/token")
ns lb insmod "$SARA_KO"
# agent NAME OTHER MEMBERS: a dispatcher's configuration.
agent() { # the load is what this machine's memory is, lest the browser load the nodes
	cat <<-CONFIG
		{"dispatcher": {"listen": "${ADDR[$1]}:7100", "peers": ["${ADDR[$2]}:7100"], "peer_grace": 0,
		                "cluster": {"vip_check": false, "weights": {"memory": 1}}},
		 "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/$1.sock"$3}
	CONFIG
}
agent lb lb2 ', "status": {"listen": "127.0.0.1:9478"}' >"$RUN_DIR/lb.json"
agent lb lb2 ", \"status\": {\"listen\": \"0.0.0.0:9478\", \"token_file\": \"$RUN_DIR/token\"}" >"$RUN_DIR/guarded.json"
agent lb2 lb '' >"$RUN_DIR/lb2.json"
for node in "${NODES[@]}"; do
	cat >"$RUN_DIR/$node.json" <<-CONFIG
		{"node": {"host": "${ADDR[$node]}", "dispatchers": ["${ADDR[lb]}:7100"]},
		 "key_file": "$RUN_DIR/key", "control": "$RUN_DIR/$node.sock"}
	CONFIG
	spawn "$node" "$node" sara-agent --config "$RUN_DIR/$node.json"
done
spawn lb2 lb2 sara-agent --config "$RUN_DIR/lb2.json"

# Who may not look: the page is this machine's, and a name that was led here is none of its.
check 'a page for others needs a token' bash -c "! sara-agent --check --config <(sed 's/127.0.0.1/0.0.0.0/' '$RUN_DIR/lb.json') 2>&1"

export RUN_DIR VIP PLAYWRIGHT=$playwright
HOME=$RUN_DIR ns lb timeout 1700 node "$here/status.mjs" >&2 || {
	tail -n 20 "$RUN_DIR/lb.log" >&2
	die 'the page is not as it should be'
}
[[ $FAILED == 0 ]] || die "$FAILED checks failed"
