#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# Every bad input gets its sentence and its exit code, and changes nothing that worked. Against the real module.
#
#   c (netns) d1 198.18.0.1 -------- d0 198.18.0.2 + VIP   here: dispatcher
set -uo pipefail
shopt -s extglob

: "${SARA_KO:?names the module}"
HERE=$(dirname "${BASH_SOURCE[0]}")
VIP=198.18.0.100
TMP=${TMPDIR:-/tmp}
FAILED=0
CHECKED=0

fail() {
	printf 'FAILED: %s\n' "$*"
	FAILED=$((FAILED + 1))
}

# refused CODE SENTENCE WORDS...: the command fails so, and prints nothing else. The sentence is a pattern: before 6.2
# the kernel cannot put names into it.
refused() {
	local code=$1 sentence=$2
	shift 2
	"$@" >"$TMP/out" 2>"$TMP/err"
	local got=$?
	CHECKED=$((CHECKED + 1))
	[[ $got == "$code" ]] || fail "'$*' exits $got, expected $code"
	# shellcheck disable=SC2053  # a pattern
	[[ $(<"$TMP/err") == $sentence ]] || fail "'$*' says: $(<"$TMP/err"); expected: $sentence"
	[[ ! -s $TMP/out ]] || fail "'$*' prints: $(<"$TMP/out")"
}

# fine WORDS...: the command works.
fine() {
	CHECKED=$((CHECKED + 1))
	"$@" >"$TMP/out" 2>"$TMP/err" || fail "'$*' exits $?: $(<"$TMP/err")"
}

# unprivileged WORDS...: as nobody, without any capability.
unprivileged() { setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all "$@"; }

# Everything that was configured, without what moves by itself.
state() { for object in config dev service node; do sara -j -d "$object" show; done; }

wait_for() {
	local deadline=$((SECONDS + $1)) what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		((SECONDS <= deadline)) || {
			fail "waited in vain for $what"
			return 1
		}
		sleep 0.1
	done
}

# --- no module ---------------------------------------------------------------------------------------------------
NOT_LOADED='Error: sara: the kernel module is not loaded: modprobe sara (or insmod sara.ko).'
refused 2 "$NOT_LOADED" sara node show
refused 2 "$NOT_LOADED" sara monitor --count 1
refused 2 "$NOT_LOADED" sara dev add lo mode dispatch

insmod "$SARA_KO" || exit 1
ip netns add c
ip -batch - <<-LINKS
	link set lo up
	link add d0 address 02:00:00:00:00:02 type veth peer name d1 netns c
	link set d0 up
	address add 198.18.0.2/24 dev d0
	address add $VIP/32 dev d0
LINKS
ip -n c -batch - <<-CLIENT
	link set d1 up
	address add 198.18.0.1/24 dev d1
CLIENT

# --- what works, so that it can stay --------------------------------------------------------------------------------
fine sara dev add d0 mode dispatch
fine sara node add n1 addr 198.18.0.11 dev d0 mac 02:00:00:00:00:11
fine sara node add n2 addr 198.18.0.12 dev d0 mac 02:00:00:00:00:12 state drain
fine sara service add sip vip $VIP proto udp port 5060 nodes n1,n2 flow-timeout 60s
ip netns exec c bash -c "echo hello >/dev/udp/$VIP/5060"
one_session() { [[ $(sara session show) == *" node n1 "* ]]; }
wait_for 10 "a session" one_session
BEFORE=$(state)

# --- a module loaded twice ----------------------------------------------------------------------------------------
insmod "$SARA_KO" 2>"$TMP/err" && fail "the module can be loaded twice"
[[ $(<"$TMP/err") == *'File exists'* ]] || fail "loading twice says: $(<"$TMP/err")"

# --- devices ----------------------------------------------------------------------------------------------------
refused 2 'Error: sara: there is no @(such device|device eth9) here.' sara dev add eth9 mode dispatch
refused 2 'Error: sara: @(the device|d0) is attached already.' sara dev add d0 mode dispatch
refused 2 'Error: sara: @(the device|lo) is not attached.' sara dev del lo
refused 1 $'Error: "mode" is missing.\nUsage: sara dev add NAME mode MODE\n*' sara dev add d0
refused 1 'Error: mode: expected dispatch or observe, not "both".' sara dev add d0 mode both

# --- nodes -------------------------------------------------------------------------------------------------------
refused 1 'Error: mac: expected a MAC address such as 02:00:00:00:00:11, not "02:00:00".' \
	sara node add n3 addr 198.18.0.13 dev d0 mac 02:00:00
refused 1 'Error: mac: expected the MAC address of one station (not multicast, not zero), not "ff:ff:ff:ff:ff:ff".' \
	sara node add n3 addr 198.18.0.13 dev d0 mac ff:ff:ff:ff:ff:ff
refused 2 'Error: sara: there is a node @(of this name|n1) already.' sara node add n1 addr 198.18.0.13 dev d0
refused 2 'Error: sara: there is no @(such device|device eth9) here.' sara node add n3 addr 198.18.0.13 dev eth9
refused 2 'Error: sara: there is no node @(of this name|n9).' sara node set n9 state drain
refused 2 'Error: sara: there is no node @(of this name|n9).' sara node show n9
refused 2 'Error: sara: there is no node @(of this name|n9).' sara node del n9
refused 1 'Error: state: expected up, drain or down, not "off".' sara node set n1 state off
refused 1 'Error: weight: expected a number from 0 to 65535, not "-1".' sara node set n1 weight -1
sara node del n1 2>"$TMP/err" && fail "a node with sessions can be removed"
[[ $(<"$TMP/err") == "Error: sara: "*" use force." ]] || fail "removing a node in use says: $(<"$TMP/err")"

refused 1 $'Error: command "drian" is unknown: expected one of *\\(did you mean "drain"\\?\\).\nUsage: sara node add *' sara node drian n1
refused 1 $'Error: expected one of *, not "wieght" \\(did you mean "weight"\\?\\).\nUsage: sara node add *' sara node set n1 wieght 3
refused 1 $'Error: object "onde" is unknown: *\\(did you mean "node"\\?\\).\nUsage: sara *' sara onde set n1 weight 3

# --- services ------------------------------------------------------------------------------------------------------
refused 2 'Error: sara: there is a service @(of this name|sip) already.' sara service add sip vip $VIP proto tcp port 80
refused 2 'Error: sara: @(another service|service sip) has this address and port.' sara service add x vip $VIP proto udp port 5000-5100
refused 2 'Error: sara: @(a node of this name does not exist|there is no node n9).' sara service add x vip $VIP proto tcp port 80 nodes n9
refused 2 'Error: sara: there is no @(such scheduler|scheduler best); try wlc, wrr, mh or shell.' \
	sara service add x vip $VIP proto tcp port 80 scheduler best
refused 1 'Error: flow-timeout: expected a time of at least 1s, not "1ms".' sara service set sip flow-timeout 1ms
refused 1 'Error: flow-timeout: expected a time such as 30s, 500ms or 15m, not "30".' sara service set sip flow-timeout 30
refused 2 'Error: sara: there is no service @(of this name|x).' sara service set x nodes all
sara service del sip 2>"$TMP/err" && fail "a service with sessions can be removed"
[[ $(<"$TMP/err") == "Error: sara: "*session*" use force." ]] || fail "removing a service in use says: $(<"$TMP/err")"

# --- sessions, flows, announcements -----------------------------------------------------------------------------
refused 2 'Error: sara: there is no session @(of this id|99), or no longer.' sara session show id 99
refused 2 'Error: sara: there is no session @(of this id|99), or no longer.' sara session del id 99
refused 2 'Error: sara: there is no node @(of this name|n9).' sara session flush node n9
refused 2 'Error: sara: there is no such flow.' \
	sara flow show proto udp src 198.18.0.1 sport 1 dst $VIP dport 5060
refused 1 'Error: expected src, sport and dport; or src and sport; or src and dport; or dport alone.' \
	sara announce add session 1 proto udp dst $VIP sport 5004
refused 1 'Error: src and dst must both be IPv4 or both be IPv6.' \
	sara announce add session 1 proto udp src fd00::1 dst $VIP dport 5004
refused 1 'Error: max-flows: expected a number from 1 to 4294967295, not "0".' sara config set max-flows 0

# --- no permission -------------------------------------------------------------------------------------------------
ROOT_NEEDED='Error: sara: needs CAP_NET_ADMIN: run as root.'
refused 2 "$ROOT_NEEDED" unprivileged sara node set n1 state down
refused 2 "$ROOT_NEEDED" unprivileged sara session show
refused 2 "$ROOT_NEEDED" unprivileged sara announce add session 1 proto udp dst $VIP dport 5004
fine unprivileged sara node show
fine unprivileged sara stats show

# --- other namespaces ---------------------------------------------------------------------------------------------
fine sara -n c node show
[[ ! -s $TMP/out ]] || fail "the nodes of one namespace are seen in another"
refused 1 'Error: there is no network namespace "nowhere": see ip netns list.' sara -n nowhere node show

# --- messages that no program of ours sends ------------------------------------------------------------------------
python3 "$HERE/netlink_garbage.py" || fail "garbage on the netlink socket"

[[ $(state) == "$BEFORE" ]] || fail "refused commands changed something:
$BEFORE
$(state)"
wait_for 1 "the session to be there still" one_session

# --- what a newcomer does in the end -------------------------------------------------------------------------------
fine sara node del n1 force
[[ -z $(sara session show) ]] || fail "sessions of a node that was removed by force are there still"
fine sara service del sip
fine sara dev del d0
rmmod sara || fail "the module cannot be unloaded"
refused 2 "$NOT_LOADED" sara node show

printf '%d commands, %d failed\n' "$CHECKED" "$FAILED"
((FAILED == 0))
