# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# What tests of tools share: sourced at the top of the project. `work` is a directory of the test's own; a test ends with
# `exit "$failed"`.
command -v jq >/dev/null || {
	echo 'jq is not installed: tools/setup --only vm'
	exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# says STATUS PATTERN WHAT COMMAND...: the command ends with this status and says this.
says() {
	local status=$1 pattern=$2 what=$3 said=0
	shift 3
	# What is not refused would begin to measure.
	timeout -k 1 20 "$@" >"$work/said" 2>&1 || said=$?
	if [[ $said != "$status" ]] || ! grep -q -e "$pattern" "$work/said"; then
		cat "$work/said"
		echo "not ok: $what (exit $said, expected $status)"
		failed=1
	fi
}

# is FIELD VALUE WHAT: a judge found that, in $work/judged.
is() {
	local found
	found=$(jq -c ".$1" "$work/judged")
	if [[ $found != "$2" ]]; then
		echo "not ok: $3: $1 is $found, expected $2"
		failed=1
	fi
}
