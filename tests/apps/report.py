#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Prints what judge.py found: a table of sessions and a summary. With SARA's own account of its flows each flow is told
with its session's number, identity, status and packets, next to what came to the nodes.

  report.py JUDGEMENT.json --with DISPATCHER [--sara FLOWS.json] [--json FILE]

--json writes all of it: what the dispatcher was, the kernel, the judgement, SARA's account."""
import argparse
import json
import os

COLOURS = {"whole": "32", "split": "31", "failed": "31", "silent": "31", "lost": "33"}


def coloured(text, verdict):
    if "SARA_COLOUR" in os.environ:
        return f"\033[{COLOURS[verdict]}m{text}\033[0m"
    return text


def counts(flow):
    """'n1 50', or 'n1 30 + n3 20', or 'none of 7'."""
    return " + ".join(f"{node} {packets}" for node, packets in flow["nodes"].items()) or f"none of {flow['sent']}"


def print_sessions(judgement):
    print(f"  {'session':34} {'node':9} {'inbound flows (client port > VIP port)':58} {'packets':>7}  verdict")
    for session in judgement["sessions"]:
        flows = " ".join(
            f"{flow['proto'] + ' ' if flow['role'] == 'signalling' else ''}{flow['sport']}>{flow['dport']}"
            for flow in session["flows"])
        packets = sum(sum(flow["nodes"].values()) for flow in session["flows"])
        print(f"  {session['kind']:4} {session['client']} {session['name'][:26]:26} {'+'.join(session['nodes']) or '-':9} "
              f"{flows:58} {packets:7}  {coloured(', '.join(session['faults']) or 'whole', session['verdict'])}"
              f"{'' if session['verdict'] == 'whole' else '  (' + session['detail'] + ')'}")


def print_flows(judgement, sara_flows):
    """One block for each session, one line for each of its flows."""
    known = {tuple(flow["tuple"][key] for key in ("proto", "src", "sport", "dport")) + (flow.get("call-id", ""),): flow
             for flow in sara_flows}
    print(f"  {'':26} {'SARA says':47} | at the nodes")
    print(f"  {'session / flow':26} {'session':>8} {'node':5} {'identity':11} {'status':11} {'packets':>8} | packets")
    for session in judgement["sessions"]:
        told = coloured(", ".join(session["faults"]) or "whole", session["verdict"])
        name = f"{session['kind']} {session['client']} {session['name']}, {session['detail']}"
        print(f"  {name[:74]:74} | {'+'.join(session['nodes']) or 'no node'}: {told}")
        for flow in session["flows"]:
            flow_tuple = (flow["proto"], flow["src"], flow["sport"], flow["dport"])
            sara = known.get(flow_tuple + (flow["call"],)) or known.get(flow_tuple + ("",))
            says = ""
            if sara:
                says = (f"{sara['session']:>8} {sara['node']:5} {sara['identity']:11} {sara['status']:11} "
                        f"{sara['packets']:>8}")
            name = f"  {flow['proto']} {flow['sport']} > {flow['dport']}"
            print(f"  {name:26} {says:47} | {counts(flow) if flow['sent'] else 'none sent'}")


def print_summary(judgement):
    summary = judgement["summary"]
    print(f"  streams: {summary['players_succeeded']} of {summary['players']} played"
          f"   calls: {summary['calls_succeeded']} of {summary['calls']} completed"
          + (f", {summary['unheard']} heard no voice back" if summary["unheard"] else ""))
    faults = ", ".join(f"{summary[fault]} {fault}" for fault in ("failed", "silent", "split", "lost") if summary[fault])
    print(f"  sessions: {summary['sessions']}, whole {summary['whole']}{', ' + faults if faults else ''}"
          f"   at nodes: {', '.join(f'{node} {number}' for node, number in summary['sessions_at_node'].items())}")
    for complaint in judgement["complaints"]:
        print(f"  ! {complaint}")
    for packet in judgement["unexplained"]:
        print(f"  ! unexplained at {packet['at']}: {packet['flow']}, {packet['packets']} packets")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("judgement")
    options.add_argument("--sara", metavar="FLOWS.json")
    options.add_argument("--with", dest="dispatcher", required=True)
    options.add_argument("--json", metavar="FILE")
    arguments = options.parse_args()
    with open(arguments.judgement, encoding="utf-8") as file:
        judgement = json.load(file)
    print(f"\nSessions through {arguments.dispatcher} (Linux {os.uname().release}), judged by what came to the nodes")
    outcome = {"dispatcher": arguments.dispatcher, "kernel": os.uname().release, **judgement}
    if arguments.sara:
        with open(arguments.sara, encoding="utf-8") as file:
            outcome["sara"] = {"flows": json.load(file)}
        print_flows(judgement, outcome["sara"]["flows"])
    else:
        print_sessions(judgement)
    print()
    print_summary(judgement)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(outcome, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main()
