#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The rules for Prometheus: they are rules, alerts fire when they should and not before (sara.rules.test.yml), each alert has a
# test, and each metric that they look at is one that the agent serves. So is what the dashboard for Grafana asks for.
#
# Alone: tools/test cli/prometheus
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
command -v promtool jq >/dev/null || {
	echo 'promtool or jq is not installed: tools/setup --only vm'
	exit 77
}
rules=userspace/prometheus/sara.rules.yml
promtool check rules "$rules"
promtool test rules "${rules%.yml}.test.yml"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dashboard=userspace/grafana/sara.json
# Its queries, as rules: what promtool takes, Prometheus does.
jq '{groups: [{name: "dashboard", rules: [.panels[].targets[].expr] | to_entries | map({record: "panel:\(.key)", expr: .value})}]}' \
	"$dashboard" >"$work/dashboard.yml"
promtool check rules "$work/dashboard.yml"

failed=0
known=$({
	grep -oh '"sara_[a-z0-9_]*"' userspace/agent/metrics.cpp
	# The counters of sara stats, as metrics.cpp names them.
	sed -n 's/.*{SARA_A_STATS_[A-Z0-9_]*, "\([a-z0-9-]*\)".*/"sara_\1"/p' userspace/kern/model.cpp | tr - _ |
		sed 'p; s/"$/_total"/'
} | tr -d '"' | sort -u)
(($(wc -l <<<"$known") > 100)) || {
	echo 'not ok: the names of the metrics were not found in the sources'
	exit 1
}
recorded=$(sed -n 's/.*record: //p' "$rules")
for name in $(jq -r '.panels[].targets[].expr, .templating.list[].definition // empty' "$dashboard" |
	cat - <(sed '/^ *#/d; /record:/d' "$rules") | grep -o '\b\([a-z]*:\)\?sara_[a-z0-9_:]*' | sort -u); do
	grep -qx "$name" <<<"$known"$'\n'"$recorded"$'\nsara_drop_' || {
		echo "not ok: there is no metric $name"
		failed=1
	}
done
while read -r alert; do
	grep -q "alertname=\"$alert\"" "${rules%.yml}.test.yml" || {
		echo "not ok: no test sees $alert fire"
		failed=1
	}
done < <(sed -n 's/.*alert: //p' "$rules")
exit $failed
