#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# sara-bird: how many answers of `sara ha check` it takes until the routes are announced, and withdrawn. What it asks and tells
# are scripts here, which take the answers from, and write what they are told to, this test; with real ones: netns/ecmp.
#
#   this test --answer--> [ sara ha check ] --> sara-bird --> [ birdc ] --enable|disable--> this test
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/cli/lib.sh

mkdir "$work/bin"
mkfifo "$work/answers" "$work/told"
# Open at both ends, so that neither side finds the end of what the other one said before.
exec 5<>"$work/told" 6<>"$work/answers"
cat >"$work/bin/sara" <<'END'
#!/bin/sh
read -r answer <"$WORK/answers"
echo "it is $answer"
[ "$answer" = fit ]
END
cat >"$work/bin/birdc" <<'END'
#!/bin/sh
for word; do case $word in enable | disable) ;; *) continue ;; esac; echo "$word" >"$WORK/told"; echo "sara4_fit: ${word}d"; done
END
chmod +x "$work/bin/"*

# begin: a sara-bird that was never asked anything. finish ends it; it has the routes withdrawn.
begin() {
	echo 0 >"$work/yield"
	WORK=$work PATH=$work/bin:$PATH SARA_YIELDS=$work/yield userspace/bird/sara-bird >"$work/log" 2>&1 &
	bird=$!
}
finish() {
	kill -TERM "$bird"
	heard disable 'it ends'
	wait "$bird" || true
}

# heard WORD WHAT: what BIRD is told next.
heard() {
	local word=nothing
	read -r -t 20 word <&5 || true
	if [[ $word != "$1" ]]; then
		echo "not ok: $2: BIRD was told $word, expected $1"
		failed=1
	fi
}

# answered ANSWER WORD WHAT: when it asks it is answered so, and tells BIRD this.
answered() {
	echo "$1" >&6
	heard "$2" "$3"
}

begin
answered fit disable 'one good answer may be chance'
answered fit enable 'two are not'
answered unfit enable 'an agent that is started anew does not answer once'
answered unfit enable 'nor twice'
answered fit enable 'and then does'
answered unfit enable 'it counts from the start again'
answered unfit enable 'twice'
answered unfit disable 'three times: it is not fit'
answered fit disable 'back for one answer'
answered fit enable 'back'
finish

begin
answered fit disable 'first'
answered fit enable 'second'
echo 1 >"$work/yield"
answered unfit disable 'who yields is not waited for: one answer is enough'
echo 0 >"$work/yield"
answered unfit disable 'and does not come back by that alone'
answered fit disable 'nor with one good answer'
answered fit enable 'but with two'
echo 1 >"$work/yield"
answered fit enable 'to yield is nothing while its answers are good'
finish

grep -q 'not announced as fit: it is unfit' "$work/log" || {
	echo "not ok: its log says why: $(cat "$work/log")"
	failed=1
}
exit "$failed"
