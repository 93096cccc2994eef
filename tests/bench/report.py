#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Prints what tools/bench measured, as tables, and says whether the goals hold.

  report.py RESULTS.json [--check] [--against RATIOS.json] [--ratios FILE]

A cost is what a packet takes above the floor of the same case and round: a packet that is dropped where the system would have
met it. Messages have no floor. Of the rounds the median counts. --check: exit 0 only if all goals of what was run were measured and hold. --against:
exit 1 if a ratio is worse by more than its bound than it was. --ratios writes the ratios for that."""
import argparse
import json
import statistics
import sys

NAMES = {
    "floor": "dropped at ingress: the floor", "bare": "bare forwarder, no lookup", "sara": "SARA", "nft-fwd": "nft fwd ip to",
    "flowtable": "nft flowtable", "tc": "tc flower, skbmod, mirred", "ipvs-rr": "IPVS-DR rr",
    "ipvs-ct": "IPVS-DR rr, with conntrack", "ipvs-wlc": "IPVS-DR wlc", "ipvs-sip": "IPVS-DR rr --pe sip",
    "sara-parser": "SARA's parsers alone", "osip": "libosip2", "sofia": "sofia-sip", "gstreamer": "GStreamer",
}
LETTERS = "ABCDEFGHIJ"
TITLES = {
    "forward": "A packet of a known flow (protocol, bytes of the IP packet, flows): instructions above the floor",
    "sessions": "The first packet of a session (protocol, nodes): instructions above the floor",
    "inspect": "A signalling message, with its SDP: instructions",
    "scale": "A packet of a known flow among so many, in an order that no cache foresees: ns above the floor, in user-mode Linux",
    "scale-memory": "Memory that the kernel takes for a flow that is a session of its own, of so many: bytes",
    "dump": "A list of flows, all of them and those of one node of eight: instructions for each flow that there is",
}
FLOORLESS = ("inspect", "dump", "scale-memory")
# What a cost is, where it is not instructions.
MEASURES = {"scale": "ns", "scale-memory": "bytes"}
# What makes the list, where it is another name.
LISTERS = {"sara": "sara -j flow show", "ipvs-rr": "ipvsadm -Lnc", "ipvs-ct": "conntrack -L -o xml"}

# (case, peer, the most that SARA may cost of it, may it be as much?)
GOALS = {
    "forward": [(case, peer, limit, peer in ("ipvs-rr", "bare"))
                for case in ("udp-64-1", "udp-64-1k", "udp-64-100k", "udp-200-1k", "udp-1400-1k", "tcp-64-1k", "udp6-64-1k",
                             "tcp6-64-1k", "udp-64-1k-vlan")
                for peer, limit in (("ipvs-rr", 0.35), ("flowtable", 1.0), ("nft-fwd", 1.0), ("bare", 1.2))],
    "sessions": [("udp-1", "ipvs-rr", 0.7, True), ("udp-8", "ipvs-rr", 0.7, True), ("udp-64", "ipvs-rr", 0.7, True),
                 ("udp6-8", "ipvs-rr", 0.7, True), ("syn-8", "ipvs-rr", 0.7, True), ("call-8", "ipvs-sip", 0.7, True)],
    "dump": [("all", "ipvs-rr", 1 / 3, True), ("all", "ipvs-ct", 1 / 3, True)],
}
# General parsers are compared with where they understand the message.
INSPECT_PEERS, INSPECT_LIMIT = ("osip", "sofia", "gstreamer"), 0.1
# A filter of the kernel's spares what a list of the rest would have cost.
NODE_LIMIT, FLOW_BYTES = 0.3, 256
# Among many flows a packet costs this much of what it costs among few.
FEW_FLOWS, MANY_FLOWS, SCALE_LIMIT = "1000", "1000000", 1.5
ANNOUNCE_LIMIT, CALLS_LIMIT = 500_000, 20_000  # ns, a second
SESSION_BYTES = 300
# An agent's idle CPU time is told by a clock of 10 ms; what is not more than this apart (ns a second) is the same.
IDLE_LIMIT = 2_000_000
FEW_NODES, MANY_NODES, NODES_LIMIT = "udp-1", "udp-64", 1.2

# Rounds of a run differ by 0.2 % (known flows), and a run from another of the same code no more. So this is not noise, but a
# change by some 40 instructions of SARA's, as three more counters would be.
BOUND = 0.02
# In time, caches and what else the machine does are in it.
BOUNDS = {"scale": 0.3}


def costs(measured):
    """{what: {case: {system: [instructions above the floor, a round each]}}}; the floor's own as they are."""
    per = {}
    for one in measured:
        per.setdefault((one["what"], one["case"], one["round"]), {})[one["system"]] = \
            one[MEASURES.get(one["what"], "instructions")]
    out = {}
    for (what, case, number), systems in per.items():
        if what in FLOORLESS:
            systems["floor"] = 0
        elif "floor" not in systems:
            sys.exit(f"report.py: no floor was measured for {case} in round {number}")
        for system, cost in systems.items():
            above = cost if system == "floor" else cost - systems["floor"]
            out.setdefault(what, {}).setdefault(case, {}).setdefault(system, []).append(above)
    return out


OURS = ("floor", "sara", "sara-parser")


class Results:
    """What was measured in one run."""

    def __init__(self, measured):
        self.costs = costs(measured)

    def median(self, what, case, system):
        """Instructions, or None if it was not measured."""
        rounds = self.costs.get(what, {}).get(case, {}).get(system)
        return statistics.median(rounds) if rounds else None

    def ratio(self, what, case, peer):
        """What SARA costs, of what the peer costs; None if not both were measured."""
        sara, other = self.median(what, case, "sara"), self.median(what, case, peer)
        return sara / other if sara and other else None

    def ratios(self):
        """{"forward udp-64-1k ipvs-rr": ratio}."""
        return {f"{what} {case} {peer}": round(self.ratio(what, case, peer), 4)
                for what, cases in self.costs.items() for case, systems in cases.items() for peer in systems
                if peer not in OURS and self.ratio(what, case, peer)}


def print_table(results, what):
    cases = results.costs[what]
    systems = [name for name in NAMES if any(name in measured for measured in cases.values())
               and not (what in FLOORLESS and name == "floor")]
    wide = max(26, *map(len, cases))
    print(f"\n{TITLES[what]}\n")
    for letter, name in zip(LETTERS, systems):
        print(f"  {letter}  {LISTERS[name] if what == 'dump' else NAMES[name]}")
    heads = "".join(f"{letter:>13}" for letter in LETTERS[:len(systems)])
    print(f"\n  {'median +- farthest round':{wide}}{heads}")
    for case, measured in cases.items():
        row = ""
        for system in systems:
            middle = results.median(what, case, system)
            spread = max((abs(one - middle) for one in measured.get(system, [])), default=0)
            row += f"{'-' if middle is None else f'{middle:.0f} +-{spread:<4.0f}':>13}"
        print(f"  {case:{wide}}{row}")
    print(f"\n  {'SARA is so much of it':{wide}}{heads}")
    for case in cases:
        row = ""
        for system in systems:
            ratio = None if system in OURS else results.ratio(what, case, system)
            row += f"{'' if ratio is None else f'{ratio:.3f}':>13}"
        print(f"  {case:{wide}}{row}")


def print_replication(measured):
    """Of what replicate measured: instructions, as the machine that counts them has a clock of 10^9 a second."""
    print("\nAnother dispatcher has what begins at one, and what there is when it comes: instructions a session\n")
    print(f"  {'':12}{'sessions':>10}{'in all':>10}{'telling agent':>16}{'hearing agent':>16}{'sessions a second':>20}")
    for one in measured:
        count = one["sessions"]
        in_all, teller, hearer = (1000 * one[key] / count for key in ("us", "us_teller", "us_hearer"))
        print(f"  {one['case']:12}{count:10}{in_all:10.0f}{teller:16.0f}{hearer:16.0f}{1e9 / max(teller, hearer):20.0f}")
    print("\n  In all: with the packets that begin them and both kernels, on one processor. A second: that two agents keep up\n"
          "  with, each on a processor of 10^9 instructions of its own; the slower one limits.")


WHERE = {"announce": "instructions, by a processor of 10^9 a second", "announce-here": "time of user-mode Linux"}
TAKERS = {"dispatcher": "the dispatcher's agent", "gateway": "the gateway's agent", "sender": "both ends, with the kernel's way of their packets"}


def print_announcing(measured):
    print("\nFrom a server's 200 OK at the gateway until the dispatcher expects the call's media: us\n")
    print(f"  {'':46}{'calls at once':>14}{'median':>10}{'99 of 100':>11}{'longest':>10}{'calls a second':>16}")
    for one in measured:
        times = "".join(f"{one[key] / 1000:{wide}.0f}" for key, wide in (("p50", 10), ("p99", 11), ("max", 10)))
        print(f"  {WHERE[one['what']]:46}{1 if one['case'] == 'one' else 64:14}{times}{1e9 * one['calls'] / one['ns']:16.0f}")
    for one in measured:
        if one["case"] == "many":
            parts = ", ".join(f"{name} {one[key] / one['calls'] / 1000:.0f} us" for key, name in TAKERS.items())
            print(f"\n  A call takes, in {WHERE[one['what']]}: {parts}.")


def print_agents(measured):
    print("\nA dispatcher's agent that starts where the kernel has so many sessions, in user-mode Linux\n")
    print(f"  {'sessions':>10}{'start: s':>10}{'of a processor':>16}{'memory':>14}{'at the most':>14}{'bytes a session':>17}{'idle: us a second':>19}")
    for one in measured:
        if one["case"] == "sessions":
            each = f"{(one['bytes'] - nothing(measured)) / one['sessions']:17.0f}" if one["sessions"] else f"{'':17}"
            print(f"  {one['sessions']:10}{one['start_us'] / 1e6:10.1f}{one['start_cpu'] / 1e9:16.1f}{one['bytes']:14}{one['most_bytes']:14}"
                  f"{each}{one['idle_cpu'] / one['idle_s'] / 1000:19.0f}")
    for one in measured:
        if one["case"] == "calls":
            print(f"\n  Of a call that it was told of, and whose media it announced, it keeps {one['bytes'] / one['calls']:.0f} bytes.")


def nothing(measured):
    """Bytes of an agent that has no sessions."""
    return next((one["bytes"] for one in measured if one["case"] == "sessions" and one["sessions"] == 0), 0)


def announce_goals(measured):
    told = []
    for one in measured:
        if one["what"] == "announce-here" and one["case"] == "one":
            told.append((f"99 of 100 are announced within {one['p99'] / 1000:.0f} us of time (less than {ANNOUNCE_LIMIT // 1000})",
                         one["p99"] < ANNOUNCE_LIMIT))
        if one["what"] == "announce-here" and one["case"] == "many":
            rate = 1e9 * one["calls"] / one["ns"]
            most = max(TAKERS, key=lambda key: one[key])
            told.append((f"{rate:.0f} calls a second on one processor (at least {CALLS_LIMIT}); most of it, "
                         f"{100 * one[most] / one['ns']:.0f} %, takes {TAKERS[most]}", rate >= CALLS_LIMIT))
    return told or [("announcing was not measured in time", False)]


def agent_goals(measured):
    sessions = sorted((one for one in measured if one["case"] == "sessions" and one["sessions"]), key=lambda one: one["sessions"])
    calls = [one["bytes"] / one["calls"] for one in measured if one["case"] == "calls"]
    if len(sessions) < 2 or not calls:
        return [("an agent was not measured with few and many sessions and with calls", False)]
    each = [(one["bytes"] - nothing(measured)) / one["sessions"] for one in sessions]
    most = (sessions[-1]["most_bytes"] - nothing(measured)) / sessions[-1]["sessions"]
    few, many = (one["idle_cpu"] / one["idle_s"] for one in (sessions[0], sessions[-1]))
    return [(f"an agent keeps {max(each):.0f} bytes for a session that it found (at most {SESSION_BYTES})", max(each) <= SESSION_BYTES),
            (f"with {sessions[-1]['sessions']} sessions it has taken {most:.0f} bytes for each at the most (at most {SESSION_BYTES})",
             most <= SESSION_BYTES),
            (f"it keeps {max(calls):.0f} bytes for a call (at most {SESSION_BYTES})", max(calls) <= SESSION_BYTES),
            (f"idle it takes {many / 1000:.0f} us a second with {sessions[-1]['sessions']} sessions, {few / 1000:.0f} with "
             f"{sessions[0]['sessions']} (at most {IDLE_LIMIT / 1000:.0f} more)", many <= few + IDLE_LIMIT)]


def scale_goals(results, measured):
    few, many = (results.median("scale", case, "sara") for case in (FEW_FLOWS, MANY_FLOWS))
    kept = [one["bytes"] for one in measured if one["what"] == "scale-memory" and one["system"] == "sara"]
    if not few or not many or not kept:
        return [(f"SARA was not measured with both {FEW_FLOWS} and {MANY_FLOWS} flows", False)]
    return [(f"among {MANY_FLOWS} flows a packet costs {many / few:.2f} of what it costs among {FEW_FLOWS} (at most {SCALE_LIMIT})",
             many <= SCALE_LIMIT * few),
            (f"the kernel takes {max(kept)} bytes for a flow that is a session of its own (at most {FLOW_BYTES})", max(kept) <= FLOW_BYTES)]


def print_inspection(measured):
    """Of what inspect measured: SARA's part, by the counting machine and by this one, whose times depend on what else it does."""
    print("\n  SARA, from packet to facts")
    print(f"  {'':14}{'bytes':>8}{'instructions a byte':>21}{'asks for memory':>17}{'here: ns':>10}{'bytes/ns':>10}{'a second':>12}")
    here = {one["case"]: one["ns"] for one in measured if one["what"] == "inspect-here" and one["system"] == "sara"}
    for one in measured:
        if one["what"] == "inspect" and one["system"] == "sara" and one["round"] == 1:
            ns = here.get(one["case"])
            row = f"{ns:10.0f}{one['bytes'] / ns:10.2f}{1e9 / ns:12.0f}" if ns else f"{'-':>10}{'-':>10}{'-':>12}"
            print(f"  {one['case']:14}{one['bytes']:8}{one['instructions'] / one['bytes']:21.1f}{one['asks']:17.1f}{row}")


def print_memory(measured):
    print(f"\n  {'':26}{'flows':>10}{'bytes of the kernel a flow':>28}{'bytes of the list':>20}")
    for one in measured:
        if one["what"] == "dump" and one["case"] == "all" and one["round"] == 1:
            print(f"  {LISTERS[one['system']]:26}{one['flows']:10}{one['kernel_bytes']:28}{one['bytes']:20}")


def dump_goals(results, measured):
    everything, node = (results.median("dump", case, "sara") for case in ("all", "node"))
    kept = [one["kernel_bytes"] for one in measured if one["what"] == "dump" and one["system"] == "sara"]
    if not everything or not node:
        return [("SARA's list was not measured", False)]
    return [(f"a list of one node costs {node / everything:.3f} of one of all (at most {NODE_LIMIT})", node <= NODE_LIMIT * everything),
            (f"the kernel takes {max(kept)} bytes for a flow that is a session of its own (at most {FLOW_BYTES})", max(kept) <= FLOW_BYTES)]


def inspection_goals(results, measured):
    told = []
    for case in results.costs["inspect"]:
        ratios = [ratio for peer in INSPECT_PEERS if (ratio := results.ratio("inspect", case, peer))]
        if ratios:
            told.append((f"{case}: SARA costs {max(ratios):.3f} of the fastest general parser (at most {INSPECT_LIMIT})",
                         max(ratios) <= INSPECT_LIMIT))
    asks = max((one["asks"] for one in measured if one["what"] == "inspect" and one["system"] == "sara"), default=None)
    if not told or asks is None:
        return [("SARA and a general parser were not both measured", False)]
    return told + [(f"SARA asks {asks:.1f} times for memory for a message (0)", asks == 0)]


def goals(results, measured):
    """[(what, holds)]; what was not measured does not hold."""
    told = []
    for what in results.costs:
        if what == "inspect":
            told += inspection_goals(results, measured)
        if what == "dump":
            told += dump_goals(results, measured)
        if what == "scale":
            told += scale_goals(results, measured)
        for case, peer, limit, equal in GOALS.get(what, []):
            ratio = results.ratio(what, case, peer)
            if ratio is None:
                told.append((f"{case}: SARA and {NAMES[peer]} were not both measured", False))
                continue
            told.append((f"{case}: SARA costs {ratio:.3f} of {LISTERS[peer] if what == 'dump' else NAMES[peer]} ({'at most' if equal else 'less than'} {limit:.3g})",
                         ratio < limit or (equal and ratio == limit)))
    if "sessions" in results.costs:
        few, many = (results.median("sessions", case, "sara") for case in (FEW_NODES, MANY_NODES))
        told.append((f"{MANY_NODES}: SARA costs {many / few:.3f} of {FEW_NODES} (at most {NODES_LIMIT})", many <= NODES_LIMIT * few)
                    if few and many else (f"SARA was not measured with both {FEW_NODES} and {MANY_NODES}", False))
    return told


def compare(results, before):
    """Says what got better and worse. True if something was compared, and nothing got worse."""
    now = results.ratios()
    both = [name for name in before if name in now]
    bound = {name: BOUNDS.get(name.split()[0], BOUND) for name in both}
    worse = [name for name in both if now[name] > before[name] * (1 + bound[name])]
    for name in both:
        if name in worse:
            print(f"  WORSE: {name} {before[name]:.3f} -> {now[name]:.3f}")
        elif now[name] < before[name] * (1 - bound[name]):
            print(f"  better: {name} {before[name]:.3f} -> {now[name]:.3f}")
    print(f"  {len(both)} ratios compared, {len(worse)} worse by more than {100 * BOUND:.0f} % (in time {100 * BOUNDS['scale']:.0f} %); "
          f"{len(before) - len(both)} were not measured now")
    return bool(both) and not worse


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def series(release):
    return ".".join(release.split(".")[:2])


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("results")
    options.add_argument("--check", action="store_true")
    options.add_argument("--against")
    options.add_argument("--ratios")
    arguments = options.parse_args()
    file = read(arguments.results)
    replicated, announced, agents = ([one for one in file["measured"] if one["what"].startswith(what)]
                                     for what in ("replicate", "announce", "agent"))
    results = Results([one for one in file["measured"] if one["what"] in TITLES])
    print(f"Linux {file['kernel']}" + (f", in time {file['here']}" if "here" in file else ""))
    for what in results.costs:
        print_table(results, what)
        if what == "inspect":
            print_inspection(file["measured"])
        if what == "dump":
            print_memory(file["measured"])
    if replicated:
        print_replication(replicated)
    told = goals(results, file["measured"])
    if announced:
        print_announcing(announced)
        told += announce_goals(announced)
    if agents:
        print_agents(agents)
        told += agent_goals(agents)
    if told or not replicated:
        print("\nThe goals")
    for goal, holds in told:
        print(f"  {'holds' if holds else 'DOES NOT HOLD'}: {goal}")
    fine = not arguments.check or (bool(told) and all(holds for _, holds in told))
    if arguments.ratios:
        with open(arguments.ratios, "w", encoding="utf-8") as out:
            json.dump({"kernel": file["kernel"], "ratios": results.ratios()}, out, indent=1)
            out.write("\n")
    if arguments.against:
        before = read(arguments.against)
        if series(before["kernel"]) != series(file["kernel"]):
            sys.exit(f"report.py: {arguments.against} is of Linux {before['kernel']}, whose code is another")
        print(f"\nAgainst {arguments.against} (Linux {before['kernel']})")
        fine = compare(results, before["ratios"]) and fine
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
