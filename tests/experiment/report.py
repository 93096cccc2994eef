#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Prints what judge.py and the simulator found, as tables, and says whether the goal holds.

  report.py RESULTS.json [--check]

The goal: at 2x and 3x of what even nodes carry, SARA completes at least 95 % of capacity, breaks fewer than 0.5 % of answered
calls, and completes at least twice as much as the best IPVS. With --check, exit 0 only if all of it was measured and holds."""
import argparse
import json
import sys

NAMES = {
    "ipvs-rr": "IPVS-DR rr", "ipvs-wlc": "IPVS-DR wlc", "ipvs-source": "IPVS-DR, by source", "ipvs-sip": "IPVS-DR rr --pe sip",
    "sara-open": "SARA, admits all", "sara-paper": "SARA, paper's thresholds", "sara": "SARA",
}
SCENARIOS = {
    "even": "Three nodes alike, loads every 0.25 s",
    "stale": "Loads every 5 s",
    "uneven": "One node carries half as much, and nobody tells the dispatcher",
    "failure": "One node of three fails midway (as by a power cut; IPVS is not told, as it has no health check of its own)",
}
LITERAL = "the paper's equations as printed: simulated only. The kernel decides by a load and thresholds; eq. 2 as printed is none"


def of(results, **wanted):
    return [result for result in results if all(result[key] == value for key, value in wanted.items())]


def milliseconds(value):
    return f"{value:7.0f}" if value is not None else "      -"


def row(result):
    nodes = " ".join(f"{100 * part:3.0f}" for part in result["node_use"].values())
    by = ", ".join(f"{name} {number}" for name, number in result["broken_by"].items() if number)
    if result["broken_at_failed_node"]:
        by += f" ({result['broken_at_failed_node']} on the failed node)"
    return (f"  {result['offered']:3.1f}x {NAMES[result['system']]:25} {result['completed_per_second']:6.2f} "
            f"{100 * result['completed_of_capacity']:6.1f} %  {100 * result['broken_of_answered']:6.1f} % "
            f"{100 * result['refused_of_offered']:6.1f} % {milliseconds(result['set_up_p50_ms'])} "
            f"{milliseconds(result['set_up_p99_ms'])}  {nodes:12} {result['node_unevenness']:5.2f}  "
            f"{100 * result['processor_busy']:3.0f} %  {by}")


def print_measured(results):
    for scenario, title in SCENARIOS.items():
        found = of(results, scenario=scenario)
        if not found:
            continue
        print(f"\n{title} (capacity {found[0]['capacity_per_second']:.2f} calls/s, Linux {found[0]['kernel']})")
        print(f"  {'':30} {'completed':>15}  {'broken':>8} {'refused':>8} {'set-up, ms':>15}  {'use of nodes':12}")
        print(f"  {'offered':30} {'/s':>6} {'of cap.':>8}  {'of answ.':>8} {'of off.':>8} {'p50':>7} {'p99':>7}  "
              f"{' n1  n2  n3':12} {'uneven':>5} {'CPU':>5}   broken by")
        order = list(NAMES)
        for result in sorted(found, key=lambda result: (result["offered"], order.index(result["system"]))):
            print(row(result))
    print(f"\n  Not run here: {LITERAL}.")


def simulated_cell(result, member):
    broken = max(0, result["broken"] + result["completed"] - result[member])
    return f"  {100 * result[member]:5.1f} ({100 * result[member + '_worst']:5.1f}) / {100 * broken:5.2f} "


def print_simulated(simulated):
    titles = {}
    for result in simulated:
        key = (result["nodes"], result["capacity"], result["period"])
        titles.setdefault(key, []).append(result)
    for (nodes, capacity, period), found in titles.items():
        print(f"\nSimulated: {nodes} nodes of {capacity} sessions each, loads every {period:g} s, "
              f"{found[0]['seeds']} seeds; completed (worst seed) / broken, of capacity")
        offered = sorted({result["offered"] for result in found})
        print(f"  {'':24}" + "".join(f"{load:>18.1f}x    " for load in offered))
        for system in dict.fromkeys(result["system"] for result in found):
            rows = {load: of(found, system=system, offered=load) for load in offered}
            lines = {system: "completed"}
            # Most of what breaks there breaks for another reason than load.
            if any(one["unsplit"] > one["completed"] for row in rows.values() for one in row):
                lines[system + ", media together"] = "unsplit"
            for name, member in lines.items():
                cells = "".join(simulated_cell(row[0], member) if row else " " * 23 for row in rows.values())
                print(f"  {name:24}{cells}")
    if any(result["unsplit"] > result["completed"] for result in simulated):
        print("\n  IPVS rr and wlc place media by themselves, and seldom where their signalling is; media together: if they did not.")


def goal(results):
    """[(what, holds)], of what was measured; not measured is not held."""
    told = []
    for load in (2, 3):
        sara = of(results, scenario="even", system="sara", offered=load)
        ipvs = [result for result in of(results, scenario="even", offered=load) if result["system"].startswith("ipvs")]
        if not sara:
            told.append((f"at {load}x SARA was not measured", False))
            continue
        completed, broken = sara[0]["completed_of_capacity"], sara[0]["broken_of_answered"]
        told.append((f"at {load}x SARA completes {100 * completed:.1f} % of capacity (95)", completed >= 0.95))
        told.append((f"at {load}x SARA breaks {100 * broken:.2f} % of answered calls (fewer than 0.5)", broken < 0.005))
        if not ipvs:
            told.append((f"at {load}x IPVS was not measured", False))
            continue
        best = max(ipvs, key=lambda result: result["completed_of_capacity"])
        told.append((f"at {load}x the best IPVS ({NAMES[best['system']]}) completes "
                     f"{100 * best['completed_of_capacity']:.1f} % (half of SARA's at most)",
                     completed >= 2 * best["completed_of_capacity"]))
    return told


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("results")
    options.add_argument("--check", action="store_true")
    arguments = options.parse_args()
    with open(arguments.results, encoding="utf-8") as file:
        everything = json.load(file)
    measured = everything.get("measured", [])
    if measured:
        print_measured(measured)
    print_simulated(everything.get("simulated", []))
    if not measured and not arguments.check:
        return
    told = goal(measured)
    print("\nThe goal")
    for what, holds in told:
        print(f"  {'holds' if holds else 'DOES NOT HOLD'}: {what}")
    if arguments.check and not all(holds for _, holds in told):
        sys.exit(1)


if __name__ == "__main__":
    main()
