#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Fragmented datagrams: put together, inspected, and whole at one node, whatever the order of their pieces; overlap, loss and
# a flood of pieces that never become a packet.
#
#   c1 --pieces--> lb (VIP, service sip at 5060) --MAC, cut again--> n1 | n2, which tell what came, byte for byte
#    ^------------ pieces of n1's replies; a gateway's hook looks on at c1
#
# Alone: tools/vm --kernel 6.1 --kmod -- bash tests/netns/fragments.sh
# timeout: 600
set -euo pipefail
. "$(dirname "$0")/small.sh"
trap small_down EXIT

declare -A VIPS=([4]=$VIP [6]=$VIP6) CLIENT=([4]=198.18.0.11 [6]=fd00::11)
PORT=5000

# whole LEN [SEED]: the digest of a content, into WHOLE.
whole() {
	bot c1 digest "$@"
	WHOLE=$ANSWER
}

# arrived SECONDS FAMILY DPORT: what came to the nodes, as NODE=DIGEST.
arrived() { bot n1 kept "$1" "${VIPS[$2]}" "$3" n1 n2; }

# pieces FAMILY SPORT DPORT LEN [KEY=VALUE...]: by hand, from c1.
pieces() {
	must c1 fragments "${MAC[lb]}" udp "${CLIENT[$1]}" "$2" "${VIPS[$1]}" "$3" "${@:4}"
}

# comes WHAT FAMILY LEN KEY=VALUE...: it is whole at one node alone, and whole in the agent's copy.
comes() {
	local what=$1 family=$2 length=$3
	shift 3
	PORT=$((PORT + 1))
	whole "$length" $PORT
	pieces "$family" $PORT 5060 "$length" seed=$PORT "$@"
	arrived 5 "$family" 5060
	expect "IPv$family $what: whole at one node, byte for byte" "n[12]=$WHOLE"
	bot lb copies 0.001
	expect 'and so inspected' "client,$PORT,5060,$WHOLE"
}

# comes_not WHAT FAMILY LEN KEY=VALUE...: no node gets anything, nor does the agent.
comes_not() {
	local what=$1 family=$2 length=$3
	shift 3
	PORT=$((PORT + 1))
	pieces "$family" $PORT 5060 "$length" seed=$PORT "$@"
	arrived 0.3 "$family" 5060
	expect "IPv$family $what: no node gets it" ''
	bot lb copies 0.001
	expect 'nor is it inspected' ''
}

# moved WHAT COUNTER N COMMAND...: lb's counter moves by N meanwhile.
moved() {
	local what=$1 counter=$2 n=$3 before
	shift 3
	bot lb stat "$counter"
	before=$ANSWER
	"$@"
	eventually 5 "$what ($counter)" $((before + n)) lb stat "$counter"
}

# snmp FIELD: a counter of lb's stack, by its name with Ip or Ip6 before it.
snmp() {
	ANSWER=$(ns lb cat /proc/net/snmp6 /proc/net/snmp | awk -v want="$1" '
		$1 == want { sum += $2 }
		$1 == "Ip:" && !name[1] { for (i = 2; i <= NF; i++) name[i] = $i; name[1] = 1; next }
		$1 == "Ip:" { for (i = 2; i <= NF; i++) if ("Ip" name[i] == want) sum += $i }
		END { print sum + 0 }')
}
snmp_is() {
	snmp "$1"
	((ANSWER == $2))
}

# gives_up WHAT FIELD N: lb's stack counts so many timeouts of reassembly.
gives_up() {
	wait_for 30 'pieces to be given up' snmp_is "$2" "$3" || true
	snmp "$2"
	expect "$1" "$3"
}

# longest_frame CAPTURE
longest_frame() {
	ANSWER=$(tcpdump -nn -e -r "$RUN_DIR/$1.pcap" 2>/dev/null | grep -o ', length [0-9]*:' | grep -o '[0-9]*' | sort -n | tail -n 1)
}

small_up
small_nodes
must lb nl service-new name=sip addr="$VIP" proto=17 port=5060 app=sip
must lb nl service-new name=sip6 addr="$VIP6" proto=17 port=5060 app=sip
must lb nl service-new name=web addr="$VIP" proto=6 port=80
must lb bind 8000000
for node in n1 n2; do
	for vip in "$VIP" "$VIP6"; do
		must "$node" udp-keep "$vip" 5060
		must "$node" udp-keep "$vip" 6000
		must "$node" udp-serve "$vip" 5070
	done
done

note '--- sizes, orders'
for family in 4 6; do
	for size in 2000 5000 9000; do
		comes "$size bytes" $family $size
	done
	comes 'reversed' $family 5000 order=reversed
	for seed in 1 2 3 4; do
		comes "shuffled ($seed)" $family 9000 size=1000 order=shuffled$seed
	done
	comes 'every piece twice' $family 4000 order=0,0,1,1,2
	comes 'a contained part comes again, changed' $family 4000 order='0,1,1408-2000!,2'
	comes 'a last piece that Ethernet pads' $family 1445 size=1448 order=reversed
	comes 'small pieces' $family 2000 size=104
done
comes 'with a record route, which is for the first piece alone' 4 4000 options=070f04000000000000000000000000
comes 'with an option that is copied to each' 4 4000 options=820b0000000000000000000000
comes "don't fragment" 4 4000 df=1
comes 'extension headers before' 6 4000 ext=hop+dst size=1400
comes 'extension headers behind' 6 4000 inner=dst order=reversed
comes 'both, and a routing header at its end' 6 4000 ext=hop+routing inner=dst+dst size=1400
counted 'each was put together' '[1-9]*' reassembled
REASSEMBLED=$ANSWER
counted 'and forwarded' "$REASSEMBLED" forwarded
counted 'nor for want of memory' 0 reassembly-full

note "--- as real hosts do it"
for family in 4 6; do
	vip=${VIPS[$family]}
	must lb nl service-new name="real$family" addr="$vip" proto=17 port=5070 flow-timeout=600000
	bot c1 udp 5900 "$vip" 5070 5 9000
	first=$ANSWER
	expect "9000 bytes to $vip are answered" 'n[12]'
	bot c1 udp 5900 "$vip" 5070
	expect 'by the node that has the rest of the session' "$first"
	bot c1 udp 5901 "$vip" 5070 5 65000
	expect '65000 bytes, too' 'n[12]'
done

note '--- what leaves is no longer than what came'
for family in 4 6; do
	capture cut lb eth0 out 'ip[6:2] & 0x3fff != 0 or ip6[6] == 44'
	comes 'pieces of 1288 bytes' $family 4000 size=1288
	capture_stop cut
	longest_frame cut
	[[ $family == 4 ]] && longest=$((14 + 20 + 1288)) || longest=$((14 + 48 + 1288))
	expect 'the longest frame' "$longest"
done

note '--- a listener sees what came, not what was written later'
must lb sniff
comes 'while somebody listens' 4 4000
bot lb sniffed 0.1
expect 'offsets and addresses' "$(printf "${MAC[c1]}>${MAC[lb]},fragment,%s;" 0,more,1400 1400,more,1400 2800,last,1208 | sed "s/;$//")"

note '--- overlap, contradiction'
ns lb sysctl -qw net.ipv4.ipfrag_time=3 net.netfilter.nf_conntrack_frag6_timeout=3
snmp IpReasmTimeout
timeouts4=$ANSWER
snmp Ip6ReasmTimeout
timeouts6=$ANSWER
for family in 4 6; do
	moved 'it is refused' reassembly-refused 1 \
		comes_not 'a piece that overlaps two' $family 4000 order='0,2,1392-2808!'
	# Of these the rest stays, and is given up.
	comes_not 'one that reaches into the next' $family 4000 order='0,1392-2808!,2'
	comes 'the next packet is not harmed' $family 4000
done
comes_not 'a piece behind the last' 4 4000 order='2,0,2800-4016!,1'
# Here, too, the first word counts, but the packet lives.
comes 'a piece behind the last is refused' 6 4000 order='2,0,2800-4016!,1'
moved 'it is refused' reassembly-refused 1 \
	comes_not 'a piece whose length is no multiple of 8' 6 4000 size=1003 order=0
gives_up 'what was left of them is given up' IpReasmTimeout $((timeouts4 + 2))
gives_up 'in IPv6, too' Ip6ReasmTimeout $((timeouts6 + 1))

note '--- a piece is missing'
bot lb stat forwarded
before=$ANSWER
for family in 4 6; do
	[[ $family == 4 ]] && field=IpReasmTimeout || field=Ip6ReasmTimeout
	snmp "$field"
	timeouts=$ANSWER
	comes_not 'the first' $family 4000 order=1,2
	comes_not 'the middle' $family 4000 order=0,2
	comes_not 'the last' $family 4000 order=0,1
	gives_up 'all three are given up' "$field" $((timeouts + 3))
done
counted 'nothing of them was sent' "$before" forwarded

note '--- media'
for family in 4 6; do
	pieces $family 4000 5060 100
	whole 100
	arrived 5 $family 5060
	expect 'a datagram in one piece' "n[12]=$WHOLE"
	bot lb show flow-get src="${CLIENT[$family]}" sport=4000 dst="${VIPS[$family]}" dport=5060 proto=17 : session
	id=$ANSWER
	must lb nl announce-new session="$id" src="${CLIENT[$family]}" sport=4002 dst="${VIPS[$family]}" dport=6000 proto=17
	whole 3000 1
	pieces $family 4002 6000 3000 seed=1
	arrived 5 $family 6000
	expect 'announced: it comes' "n[12]=$WHOLE"
	bot lb show flow-get src="${CLIENT[$family]}" sport=4002 dst="${VIPS[$family]}" dport=6000 proto=17 : session identity packets
	expect 'as one packet of the session' "$id,secondary,1"

	must lb nl config-set early-time=10000
	bot lb stat early-held
	before=$ANSWER
	whole 1900 2
	pieces $family 4004 6000 1900 seed=2 size=1288 order=reversed
	eventually 5 'not announced yet: it is held' $((before + 1)) lb stat early-held
	must lb nl announce-new session="$id" src="${CLIENT[$family]}" sport=4004 dst="${VIPS[$family]}" dport=6000 proto=17
	arrived 5 $family 6000
	expect 'and goes on when it is' "n[12]=$WHOLE"
	must lb nl config-set early-time=0
	moved 'nobody announces it: dropped' drop-unannounced 1 pieces $family 4006 6000 1900
done

note '--- what is not for a node is for the local stack'
bot lb udp-serve "${ADDR[lb]}" 5060
bot c1 udp 4100 "${ADDR[lb]}" 5060 5 4000
expect "pieces to lb's own address" lb
ANSWER=$(ns c1 ping -q -c1 -W5 -s 3000 "$VIP" >/dev/null && echo answered || echo silent)
expect 'a long ping to the virtual address' answered
counted 'is left to the stack' '[1-9]*' pass-fragment
ANSWER=$(ns c1 ping -q -c1 -W5 -s 3000 "$VIP6" >/dev/null && echo answered || echo silent)
expect 'by IPv6' answered
must c1 sniff
for family in 4 6; do
	must c1 fragments "${MAC[lb]}" tcp "${CLIENT[$family]}" 4101 "${VIPS[$family]}" 8080 100 size=32
	bot c1 sniffed 2
	expect "a SYN in pieces to no service is reset by lb (IPv$family)" "*${MAC[lb]}>${MAC[c1]},tcp,8080,4101,0*"
done
moved 'one to a service makes a session' placed 1 \
	must c1 fragments "${MAC[lb]}" tcp "${CLIENT[4]}" 4102 "$VIP" 80 100 size=32

note '--- the node has a smaller MTU'
ip -n "${NS_PREFIX}lb" link add d0 mtu 600 up type dummy
must lb nl node-new name=n3 dev=d0 mac=02:00:00:00:00:33
must lb nl service-new name=narrow addr="$VIP" proto=17 port=5080 node=n3
must lb nl service-new name=narrow6 addr="$VIP6" proto=17 port=5080 node=n3
capture narrow lb d0 out ip
moved 'IPv4 may be cut smaller' forwarded 1 pieces 4 4200 5080 4000
capture_stop narrow
longest_frame narrow
expect 'into frames that fit' 610
moved "don't fragment: dropped" drop-too-big 1 pieces 4 4200 5080 4000 df=1
ip -n "${NS_PREFIX}lb" link set d0 mtu 1400
moved 'IPv6 may not' drop-too-big 1 pieces 6 4200 5080 4000
moved 'but what came small enough fits' forwarded 1 pieces 6 4200 5080 4000 size=1288
bot lb copies 0.1

note '--- a gateway looks on'
must c1 nl service-new name=sip addr="$VIP" proto=17 port=5060 app=sip
must c1 nl service-new name=sip6 addr="$VIP6" proto=17 port=5060 app=sip
must c1 nl dev-new name=eth0 mode=observe
must c1 bind 8000000
for family in 4 6; do
	must c1 udp-keep "${CLIENT[$family]}" 4300
	whole 5000 3
	must n1 fragments "${MAC[c1]}" udp "${VIPS[$family]}" 5060 "${CLIENT[$family]}" 4300 5000 seed=3 order=shuffled5
	bot c1 copies 0.5
	expect "IPv$family: the reply is inspected" "server,4300,5060,$WHOLE"
	bot c1 kept 5 "${CLIENT[$family]}" 4300 c1
	expect 'and its pieces pass' "c1=$WHOLE"
	must n1 fragments "${MAC[c1]}" udp "${VIPS[$family]}" 5060 "${CLIENT[$family]}" 4300 5000 seed=3 order='0,1392-2808!'
	must n1 fragments "${MAC[c1]}" udp "${CLIENT[$family]/%11/21}" 5060 "${CLIENT[$family]}" 4300 3000 seed=4
	bot c1 copies 0.2
	expect 'nothing is copied of what overlaps, nor of what others send' ''
	whole 3000 4
	bot c1 kept 5 "${CLIENT[$family]}" 4300 c1
	expect 'which passes' "c1=$WHOLE"
done
bot c1 stat fragments reassembled reassembly-refused reassembly-full
expect 'counted' '12 2 2 0'

note '--- a flood of first pieces'
# Smaller than the usual bounds, so that they are met soon.
ns lb sysctl -qw net.ipv4.ipfrag_time=15 net.ipv4.ipfrag_low_thresh=262144 net.ipv4.ipfrag_high_thresh=524288 \
	net.netfilter.nf_conntrack_frag6_timeout=15 net.netfilter.nf_conntrack_frag6_low_thresh=262144 \
	net.netfilter.nf_conntrack_frag6_high_thresh=524288
bot c1 udp 5900 "$VIP" 5070
must c1 traffic 5900 1 "$VIP" 5070
for family in 4 6; do
	bot lb stat reassembly-full
	before=$ANSWER
	must c1 fragment-flood "${MAC[lb]}" 2000 "${VIPS[$family]}" 1400
	bot lb stat reassembly-full
	((ANSWER - before > 1500)) && ANSWER=most || ANSWER=$((ANSWER - before))
	expect "IPv$family: most of it is refused" most
	comes_not 'nor is there room for others' $family 3000
	[[ $family == 4 ]] || continue
	ANSWER=$(ns lb sed -n 's/^FRAG: .* memory //p' /proc/net/sockstat)
	((ANSWER > 500000 && ANSWER < 524288 + 8192)) && ANSWER='bounded'
	expect 'the memory is at its bound' bounded
done
bot c1 quiet
sent=$ANSWER
((sent > 100)) || die "so little traffic proves nothing: $sent"
eventually 5 'an established session lost nothing' $((sent + 3)) \
	lb show flow-get src="${CLIENT[4]}" sport=5900 dst="$VIP" dport=5070 proto=17 : packets
bot lb stat drop-no-memory drop-xmit drop-node-down
expect 'nor anything else' '0 0 0'
for family in 4 6; do
	bot c1 until 60 'n?' udp 5900 "${VIPS[$family]}" 5070 1 3000
	expect 'when it is given up, there is room again' 'n[12]'
done

note '--- unload and end of the namespace, while pieces wait'
for family in 4 6; do
	pieces $family 4400 5060 4000 order=0,1
done
bot lb unbind
rmmod sara
kernel_is_silent 'no complaint of the kernel'
exec {BOT_IN}>&-
ip netns del "${NS_PREFIX}lb"
ANSWER=$(ip netns list | grep -c "^${NS_PREFIX}lb\b" || true)
expect 'the namespace goes' 0
wait_for 30 'its device to go' bash -c "! ip -n ${NS_PREFIX}sw link show lb" || FAILED=$((FAILED + 1))
kernel_is_silent 'no complaint of the kernel'
verdict
