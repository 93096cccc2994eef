# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What tests of tutorials share: machines as their readers have them, and nothing of SARA on them but what the packages bring.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/netns/lib.sh
. "$here/../netns/lib.sh"

# tutorial PAGE: carries it out on the machines that tests/netns/lib.sh draws.
tutorial() {
	local name page=$here/../../userspace/man/$1 machines=()
	topo_up
	ip -n "${NS_PREFIX}lb" address del "$VIP/32" dev eth0
	ip -n "${NS_PREFIX}lb" address del "$VIP6/128" dev eth0
	for name in "${NODES[@]}"; do
		topo_bare "$name"
	done
	insmod "$SARA_KO"
	[[ ${SARA_KERNEL-native} == native ]] || keep_clock 0 0
	export SARA_HOSTS=$RUN_DIR/hosts
	for name in "${CLIENTS[@]}" gw lb "${NODES[@]}"; do
		machines+=("$name=exec ip netns exec $NS_PREFIX$name $here/host $name")
	done
	"$here/tutorial.py" "$page" "${machines[@]}"
}
