#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Prints what judge.py found of the failover experiment as a table, and says whether the goal holds.

  report.py RESULTS.json [--check] [--quick]

The goal: SARA breaks no session where the change is planned, and with replication strict none where it is not; with async at most
those that are younger than the replication lag; and nobody waits longer than VRRP takes to miss a dispatcher, and 50 ms. With
--check, exit 0 only if all of it was measured (with --quick, at 100 ms between adverts alone) and holds."""
import argparse
import json
import sys

SYSTEMS = {"sara-strict": "SARA, strict", "sara-sync": "SARA, sync", "sara-async": "SARA, async", "ipvs": "keepalived, IPVS"}
EVENTS = {
    "power-off": "the dispatcher loses its power",
    "lossy-power-off": "the same, with 5 % loss and reordering between the dispatchers",
    "agent-kill": "its agent is killed, and started again after a second",
    "module-gone": "its module is unloaded",
    "link-cut": "the dispatchers cannot tell each other of sessions, for 10 s",
    "split": "nothing passes between the dispatchers; both have the address; that is healed",
    "snapshot-kill": "the other's agent is killed while it is told all; later the dispatcher loses its power",
    "handover": "planned: sara ha handover; IPVS: keepalived is ended",
}
PLANNED = ("handover",)
TOLERATED_MS = 50


def milliseconds(value):
    return f"{value:8.0f}" if value is not None else "       -"


def row(result):
    by = ", ".join(f"{name} {number}" for name, number in result["broken_by"].items())
    if result["broken"] and result["system"].startswith("sara"):
        by += (f" ({result['broken_young']} younger than the lag, {result['broken_begun_later']} begun after the event)")
    if result["broken_before"] or result["lost_before"]:
        by += f"; BEFORE the event {result['broken_before']} broken, {result['lost_before']} packets lost"
    return (f"  {SYSTEMS[result['system']]:17} {result['advert']:4g} s {result['sessions']:6} {result['broken']:6} {result['lost']:7} "
            f"{milliseconds(result['longest_ms'])} {milliseconds(result['beyond_ms'])} {milliseconds(result['silence_node_ms'])} "
            f"{milliseconds(result['silence_client_ms'])} {milliseconds(result['lag_p50_ms'])} {milliseconds(result['lag_max_ms'])} "
            f"{result['unknown_to_peer'] if result['unknown_to_peer'] is not None else '-':>7} "
            f"{100 * result['processor_busy']:4.0f} %  {by}".rstrip())


def print_table(results):
    for event, title in EVENTS.items():
        found = [result for result in results if result["event"] == event]
        if not found:
            continue
        turns = max(result["turns"] for result in found)
        print(f"\n{event}: {title}" + (f" ({turns} times, in turn)" if turns > 1 else ""))
        print(f"  {'':17} {'VRRP':>6} {'':6} {'':6} {'packets':>7} {'longest outage, ms':>17} {'silence, ms':>16}  {'lag, ms':>17} "
              f"{'unknown':>7}")
        print(f"  {'':17} {'advert':>6} {'sess.':>6} {'broken':>6} {'lost':>7} {'all':>8} {'-VRRP':>8} {'node':>8} {'client':>8} "
              f"{'p50':>8} {'max':>8} {'to peer':>7} {'CPU':>6}  broken by")
        order = list(SYSTEMS)
        for result in sorted(found, key=lambda result: (result["advert"], order.index(result["system"]))):
            print(row(result))


def goal(results, adverts):
    """[(what, holds)], of what was measured; not measured is not held."""
    told = []
    for event in EVENTS:
        for advert in adverts:
            for system in ("sara-strict", "sara-async"):
                name = f"{system}/{event}/{advert:g}"
                found = [one for one in results if (one["system"], one["event"], one["advert"]) == (system, event, advert)]
                if not found:
                    told.append((f"{name} was not measured", False))
                    continue
                for one in found:
                    told += judged(name, one)
    return told


def judged(name, one):
    broken, young, lag = one["broken"], one["broken_young"], one["lag_max_ms"]
    if one["broken_before"]:
        yield f"{name}: {one['broken_before']} sessions broke before anything happened (0)", False
    if one["event"] in PLANNED or one["system"] == "sara-strict":
        yield f"{name}: {broken} of {one['sessions']} sessions broke (0)", broken == 0
    else:
        yield (f"{name}: {broken} of {one['sessions']} sessions broke, {young} of them younger than the lag, "
               f"{'-' if lag is None else lag} ms (all of them)", broken == young)
    yield (f"{name}: {one['longest_ms']:g} ms without forwarding (VRRP's {one['detection_ms']:g} and {TOLERATED_MS})",
           one["longest_ms"] <= one["detection_ms"] + TOLERATED_MS)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("results")
    options.add_argument("--check", action="store_true")
    options.add_argument("--quick", action="store_true")
    arguments = options.parse_args()
    with open(arguments.results, encoding="utf-8") as file:
        results = json.load(file).get("failover", [])
    print_table(results)
    told = goal(results, (0.1,) if arguments.quick else (0.1, 1))
    print("\nThe goal")
    for what, holds in told:
        if arguments.check or "not measured" not in what:
            print(f"  {'holds' if holds else 'DOES NOT HOLD'}: {what}")
    if arguments.check and not all(holds for _, holds in told):
        sys.exit(1)


if __name__ == "__main__":
    main()
