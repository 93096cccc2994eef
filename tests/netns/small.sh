# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For tests of the module alone: a smaller topology than lib.sh's, one wire for all, and a quick way to do things in it.
#
#     c1 .11        lb .2 + VIP        n1 .21     n2 .22        198.18.0.0/24, fd00::/64
#       |             |                  |          |
#     --+-------------+------------------+----------+--  bridge br0 in the namespace sw
#
# lb holds the VIP on eth0 and answers ARP and ND for it; n1 and n2 hold it on lo, silent. Replies do not pass lb.
#
#   . tests/netns/small.sh; small_up; bot c1 udp 5062 "$VIP" 5060; expect "the answer" n1

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

NAMESPACES=(sw c1 lb n1 n2)
ADDR[n1]=198.18.0.21 ADDR[n2]=198.18.0.22 ADDR[c1]=198.18.0.11
ADDR6[n1]=fd00::21 ADDR6[n2]=fd00::22 ADDR6[c1]=fd00::11
FAILED=0 ANSWER=''

# skip WHY: this test cannot run here.
skip() {
	note "skipped: $*"
	exit 77
}

small_link() {
	local name=$1
	cat <<-LINK
		link add $name up master br0 type veth peer name eth0 address ${MAC[$name]} netns $NS_PREFIX$name
	LINK
}

# The addresses of one namespace, for ip -batch.
small_address() {
	local vip_device=
	case $1 in
	lb) vip_device=eth0 ;;
	n*) vip_device=lo ;;
	esac
	printf 'link set lo up\nlink set eth0 up\n'
	[[ -z $vip_device ]] || printf 'address add %s/32 dev %s\naddress add %s/128 dev %s nodad\n' \
		"$VIP" "$vip_device" "$VIP6" "$vip_device"
	printf 'address add %s/24 dev eth0\naddress add %s/64 dev eth0 nodad\n' "${ADDR[$1]}" "${ADDR6[$1]}"
}

# small_sysctl: no router solicitations, no duplicate address detection; nodes keep silent about the VIP.
small_sysctl() {
	local all=/proc/sys/net/ipv4/conf/all v6=/proc/sys/net/ipv6/conf
	# shellcheck disable=SC2016 # expanded by the inner shell
	ns "$1" bash -c 'echo 0 | tee $1/{all,default}/{accept_dad,accept_ra,router_solicitations} >/dev/null
		[[ $0 != n* ]] || { echo 1 >$2/arp_ignore; echo 2 >$2/arp_announce; }' "$1" "$v6" "$all"
}

# small_wires: the topology at the head of this file; a test may have its own.
small_wires() {
	local name
	{
		printf 'link add br0 up type bridge stp_state 0 forward_delay 0 mcast_snooping 0\n'
		for name in "${NAMESPACES[@]:1}"; do
			small_link "$name"
		done
	} | ip -n "${NS_PREFIX}sw" -batch -
}

small_up() {
	local name
	[[ -n ${SARA_KO-} ]] || skip "SARA_KO does not name the module: run by tools/vm --kmod -- bash $0"
	run_dir_make
	MESSAGES=$(dmesg | wc -l)
	# Taken away even if this ends half-way.
	UP=("${NAMESPACES[@]}")
	for name in "${NAMESPACES[@]}"; do
		ip netns add "$NS_PREFIX$name"
		[[ $name == sw ]] || small_sysctl "$name"
	done
	small_wires
	for name in "${NAMESPACES[@]:1}"; do
		small_address "$name" | ip -n "$NS_PREFIX$name" -batch -
	done
	insmod "$SARA_KO"
	bot_start
}

# small_nodes: both nodes and lb's device; services are the test's.
small_nodes() {
	must lb nl dev-new name=eth0 mode=dispatch
	must lb nl node-new name=n1 dev=eth0 mac="${MAC[n1]}"
	must lb nl node-new name=n2 dev=eth0 mac="${MAC[n2]}"
}

# --- the bot (bot.py, or what the test calls BOT) -------------------------------------------------------------------
bot_start() {
	mkfifo "$RUN_DIR/bot.in" "$RUN_DIR/bot.out"
	python3 "$(dirname "${BASH_SOURCE[0]}")/${BOT-bot.py}" <"$RUN_DIR/bot.in" >"$RUN_DIR/bot.out" 2>"$RUN_DIR/bot.log" &
	PIDS[bot]=$!
	exec {BOT_IN}>"$RUN_DIR/bot.in" {BOT_OUT}<"$RUN_DIR/bot.out"
	IFS= read -r -t 200 ANSWER <&"$BOT_OUT" || die "bot.py did not start within 200 s: $(cat "$RUN_DIR/bot.log")"
}

# bot NAMESPACE VERB...: leaves the answer in ANSWER.
bot() {
	printf '%s\n' "$*" >&"$BOT_IN"
	IFS= read -r -t 100 ANSWER <&"$BOT_OUT" || die "bot.py died at '$*': $(tail -n20 "$RUN_DIR/bot.log")"
}

# must NAMESPACE VERB...: as bot, where anything but "ok" is the test's end.
must() {
	bot "$@"
	[[ $ANSWER == ok ]] || die "$*: $ANSWER"
}

# --- verdicts ------------------------------------------------------------------------------------------------------
# expect WHAT PATTERN: the last answer must match.
expect() {
	# shellcheck disable=SC2053 # a pattern is wanted
	if [[ $ANSWER == $2 ]]; then
		note "ok: $1"
	else
		note "not ok: $1: expected '$2', came '$ANSWER'"
		FAILED=$((FAILED + 1))
	fi
}

# eventually SECONDS WHAT PATTERN NAMESPACE VERB...: the answer must come to match.
eventually() {
	local seconds=$1 what=$2 pattern=$3 where=$4
	shift 4
	bot "$where" until "$seconds" "${pattern// /_}" "$@"
	expect "$what" "$pattern"
}

# counted WHAT N COUNTER: the counter of lb stands at N, a pattern.
counted() {
	bot lb stat "$3"
	expect "$1 ($3)" "$2"
}

# slabs FIELD: the rows of the module's caches in slabinfo, 2 for objects, 4 for their size; in ANSWER.
slabs() { ANSWER=$(awk -v field="$1" '/^sara_/ { printf "%s %s;", $1, $field }' /proc/slabinfo); }

# all_freed: no flow, session or announcement has memory. Slabs are given back lazily: shrinking tells what is in use.
all_freed() {
	local cache
	for cache in /sys/kernel/slab/sara_*; do
		echo 1 >"$cache/shrink"
	done
	slabs 2
	[[ $ANSWER == *'sara_flow 0;'* && $ANSWER == *'sara_session 0;'* && $ANSWER == *'sara_announcement 0;'* ]]
}

# kernel_is_silent WHAT: no warning, no bug, no object left in a cache since the test began.
kernel_is_silent() {
	ANSWER=$(dmesg | tail -n +"$((MESSAGES + 1))" | grep -E -A3 'WARNING|BUG|Oops|Objects remaining|memory leak' || true)
	expect "$1" ''
}

# verdict: the test's end.
verdict() {
	if ((FAILED)); then
		note "$FAILED failed; alone: tools/vm --kernel ${SARA_KERNEL-6.12} --kmod -- bash $0"
		exit 1
	fi
}

# small_down: as cleanup, and the module goes, which must work.
small_down() {
	local status=$?
	((status == 0 || status == 77)) || tail -n "${LOG_LINES-30}" "$RUN_DIR/bot.log" >&2 || true
	[[ -z ${BOT_IN-} ]] || exec {BOT_IN}>&-
	cleanup
	[[ ! -d /sys/module/sara ]] || rmmod sara || status=1
	exit "$status"
}
