#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Prints what tools/bench measured, as tables, and says whether the goals hold.

  report.py RESULTS.json [--check] [--against RATIOS.json] [--ratios FILE]

A cost is what a packet takes above the floor of the same case and round: a packet that is dropped where the system would have
met it. Of the rounds the median counts. --check: exit 0 only if all goals were measured and hold. --against: exit 1 if a
ratio is worse by more than BOUND than it was. --ratios writes the ratios for that."""
import argparse
import json
import statistics
import sys

NAMES = {
    "floor": "dropped at ingress: the floor", "bare": "bare forwarder, no lookup", "sara": "SARA",
    "nft-fwd": "nft fwd ip to", "flowtable": "nft flowtable", "tc": "tc flower, skbmod, mirred",
    "ipvs-rr": "IPVS-DR rr", "ipvs-ct": "IPVS-DR rr, with conntrack",
}
TITLES = {"forward": "A packet of a known flow: instructions above the floor"}
LETTERS = "ABCDEFGHIJKLMN"

# To be justified by measured spread.
BOUND = 0.03


def costs(measured):
    """{what: {case: {system: [instructions above the floor, a round each]}}}, the floor's own as they are."""
    per = {}
    for one in measured:
        per.setdefault((one["what"], one["case"], one["round"]), {})[one["system"]] = one["ns"] / one["packets"]
    out = {}
    for (what, case, _), systems in per.items():
        floor = systems.get("floor")
        if floor is None:
            sys.exit(f"report.py: no floor was measured for {case}")
        for system, cost in systems.items():
            out.setdefault(what, {}).setdefault(case, {}).setdefault(system, []).append(
                cost if system == "floor" else cost - floor)
    return out


def median(found, case, system):
    rounds = found.get(case, {}).get(system)
    return statistics.median(rounds) if rounds else None


def print_table(what, found):
    systems = [name for name in NAMES if any(name in cases for cases in found.values())]
    wide = max(map(len, found)) + 2
    print(f"\n{TITLES[what]}\n")
    for letter, name in zip(LETTERS, systems):
        print(f"  {letter}  {NAMES[name]}")
    heads = "".join(f"{letter:>13}" for letter, _ in zip(LETTERS, systems))
    print(f"\n  {'instructions, +- spread':{wide}}{heads}")
    for case, cases in found.items():
        row = ""
        for system in systems:
            middle = median(found, case, system)
            if middle is None:
                row += f"{'-':>13}"
                continue
            spread = max(abs(one - middle) for one in cases[system])
            row += f"{f'{middle:.0f} +-{spread:<3.0f}':>13}"
        print(f"  {case:{wide}}{row}")
    print(f"\n  {'SARA, times this':{wide}}{heads}")
    for case in found:
        sara = median(found, case, "sara")
        row = ""
        for system in systems:
            peer = median(found, case, system)
            row += f"{f'{sara / peer:.2f}':>13}" if sara and peer and system not in ("floor", "sara") else " " * 13
        print(f"  {case:{wide}}{row}")


def ratios(found_by_what):
    """{"forward udp-64-1k ipvs-rr": SARA's cost / the peer's}."""
    out = {}
    for what, found in found_by_what.items():
        for case, systems in found.items():
            sara = median(found, case, "sara")
            for system in systems:
                if sara and system not in ("floor", "sara"):
                    out[f"{what} {case} {system}"] = round(sara / median(found, case, system), 4)
    return out


def goals(found_by_what):
    """[(what, holds)]; what was not measured does not hold."""
    told = []
    limits = (("ipvs-rr", 0.35), ("flowtable", 1.0), ("nft-fwd", 1.0), ("bare", 1.2))
    for case, systems in found_by_what.get("forward", {}).items():
        for peer, limit in limits:
            if peer not in systems or "sara" not in systems:
                told.append((f"{case}: SARA and {NAMES[peer]} were not both measured", False))
                continue
            ratio = median(found_by_what["forward"], case, "sara") / median(found_by_what["forward"], case, peer)
            holds = ratio < limit if limit == 1.0 else ratio <= limit
            told.append((f"{case}: SARA costs {ratio:.2f} x {NAMES[peer]} ({limit:.2f})", holds))
    return told


def compare(now, before):
    """True if nothing got worse; says what did, and what is not there any more."""
    fine = True
    for name, was in before.items():
        if name not in now:
            print(f"  not measured: {name}")
        elif now[name] > was * (1 + BOUND):
            print(f"  WORSE: {name} {was:.3f} -> {now[name]:.3f}")
            fine = False
        elif now[name] < was * (1 - BOUND):
            print(f"  better: {name} {was:.3f} -> {now[name]:.3f}")
    if fine:
        print(f"  no ratio is worse by more than {100 * BOUND:.0f} %")
    return fine


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("results")
    options.add_argument("--check", action="store_true")
    options.add_argument("--against")
    options.add_argument("--ratios")
    arguments = options.parse_args()
    with open(arguments.results, encoding="utf-8") as file:
        results = json.load(file)
    found = costs(results["measured"])
    print(f"Linux {results['kernel']}")
    for what in found:
        print_table(what, found[what])
    told = goals(found)
    print("\nThe goals")
    for what, holds in told:
        print(f"  {'holds' if holds else 'DOES NOT HOLD'}: {what}")
    failed = arguments.check and not (told and all(holds for _, holds in told))
    if arguments.ratios:
        with open(arguments.ratios, "w", encoding="utf-8") as file:
            json.dump(ratios(found), file, indent=1)
            file.write("\n")
    if arguments.against:
        print(f"\nAgainst {arguments.against}")
        with open(arguments.against, encoding="utf-8") as file:
            failed = not compare(ratios(found), json.load(file)) or failed
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
