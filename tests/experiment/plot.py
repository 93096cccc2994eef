#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Draws what tools/experiment found, as SVG: plot.py RESULTS.json DIRECTORY

  overload.svg   what is completed, and what is broken, over what is offered; measured
  trouble.svg    the same with stale loads, with unlike nodes, with a node that fails; measured
  simulated.svg  what is completed over what is offered, for clusters of several sizes; simulated"""
import json
import os
import sys
from xml.sax.saxutils import escape

import report

COLOURS = {
    "ipvs-rr": "#c9a227", "ipvs-wlc": "#d1495b", "ipvs-source": "#8d5a97", "ipvs-sip": "#b5651d",
    "sara-open": "#7a8a99", "sara-paper": "#5b9bd5", "sara": "#00509d",
    "no control": "#7a8a99", "eq. 2 as printed": "#d1495b", "coin per datagram": "#c9a227",
    "verdict per session": "#5b9bd5", "moving thresholds": "#8d5a97", "recommended": "#00509d",
    "IPVS rr": "#b5651d", "IPVS wlc": "#6a994e", "IPVS by source": "#f08a8a",
}
SIMULATED_NAMES = {
    "IPVS rr": "IPVS-DR rr, media together", "IPVS wlc": "IPVS-DR wlc, media together", "IPVS by source": "IPVS-DR, by source",
    "no control": "admits all", "eq. 2 as printed": "paper, as printed", "coin per datagram": "paper's thresholds, a coin per datagram",
    "verdict per session": "paper's thresholds, a verdict per session", "moving thresholds": "SARA, thresholds move",
    "recommended": "SARA",
}
FONT = 'font-family="DejaVu Sans, Helvetica, Arial, sans-serif"'


class Drawing:
    def __init__(self, width, height):
        self.width, self.height, self.parts = width, height, []

    def text(self, x, y, words, size=12, colour="#222", anchor="start", weight="normal"):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}" '
                          f'font-weight="{weight}">{escape(words)}</text>')

    def line(self, x1, y1, x2, y2, colour="#ddd", width=1, dashes=""):
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        self.parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
                          f'stroke-width="{width}"{dashed}/>')

    def path(self, points, colour, width):
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="{width}"/>')
        self.parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{width + 1.2}" fill="{colour}"/>' for x, y in points]

    def bar(self, x, y, width, height, colour):
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>')

    def save(self, path):
        with open(path, "w", encoding="utf-8") as file:
            file.write('<?xml version="1.0" encoding="UTF-8"?>\n<!-- SPDX-License-Identifier: GPL-2.0 -->\n'
                       f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
                       f'viewBox="0 0 {self.width} {self.height}" {FONT}>\n<rect width="100%" height="100%" fill="white"/>\n'
                       + "\n".join(self.parts) + "\n</svg>\n")


def key(drawing, x, y, entries):
    """A column of names, each with its colour."""
    for number, (name, colour, strong) in enumerate(entries):
        at = y + 20 * number
        drawing.line(x, at - 4, x + 22, at - 4, colour, 4 if strong else 2.5)
        drawing.text(x + 30, at, name, 12, weight="bold" if strong else "normal")


def panel(drawing, box, title, lines, strong):
    """A chart of percent over what is offered. `lines`: {name: [(offered, percent)]}."""
    left, top, width, height = box
    loads = sorted({load for points in lines.values() for load, _ in points})
    if not loads:
        return
    highest = max(100, *(percent for points in lines.values() for _, percent in points))
    at_x = {load: left + width * (number + 0.5) / len(loads) for number, load in enumerate(loads)}
    drawing.text(left, top - 14, title, 13, weight="bold")
    for percent in range(0, 101, 25):
        y = top + height * (1 - percent / highest)
        drawing.line(left, y, left + width, y)
        drawing.text(left - 6, y + 4, f"{percent} %", 11, "#555", "end")
    for load in loads:
        drawing.text(at_x[load], top + height + 18, f"{load:g}x", 12, "#333", "middle")
    drawing.text(left + width / 2, top + height + 38, "calls offered, as multiples of what the nodes can carry", 11, "#555", "middle")
    for name, points in sorted(lines.items(), key=lambda entry: entry[0] == strong):
        drawing.path([(at_x[load], top + height * (1 - percent / highest)) for load, percent in sorted(points)],
                     COLOURS[name], 3.5 if name == strong else 2)


def lines_of(results, member):
    lines = {}
    for result in results:
        lines.setdefault(result["system"], []).append((result["offered"], 100 * result[member]))
    return lines


def plot_overload(measured, path):
    results = report.of(measured, scenario="even")
    if not results:
        return
    drawing = Drawing(1060, 470)
    drawing.text(30, 34, "Phone calls in an overloaded cluster: who gets through to the end?", 18, weight="bold")
    drawing.text(30, 56, "Three SIP servers behind one address, each with an uplink for so many calls; measured with SIPp, in a "
                 "virtual machine.", 12, "#555")
    present = [name for name in report.NAMES if report.of(results, system=name)]
    panel(drawing, (70, 110, 340, 280), "Calls completed, of what the nodes carry",
          lines_of(results, "completed_of_capacity"), "sara")
    panel(drawing, (490, 110, 340, 280), "Answered calls that broke: voice lost, or one-way",
          lines_of(results, "broken_of_answered"), "sara")
    key(drawing, 860, 130, [(report.NAMES[name], COLOURS[name], name == "sara") for name in present])
    drawing.text(30, 452, "A call is completed if it was answered, both sides got 98 % of the other's voice until the BYE, and the BYE "
                 "was answered. Judged by captures.", 11, "#555")
    drawing.save(path)


def plot_trouble(measured, path):
    groups = [(title, sorted(found, key=lambda result: list(report.NAMES).index(result["system"])))
              for name, title in (("stale", "loads 5 s old"), ("uneven", "one node half as strong"), ("failure", "a node fails midway"))
              if (found := [result for result in report.of(measured, scenario=name) if result["offered"] == 2])]
    if not groups:
        return
    row, rows = 26, sum(len(found) for _, found in groups)
    drawing = Drawing(1000, 120 + rows * row + 40 * len(groups))
    drawing.text(30, 34, "When something is wrong besides: twice the calls that the nodes can carry", 18, weight="bold")
    drawing.text(250, 62, "calls completed, of what the nodes can carry", 12, "#555")
    drawing.text(660, 62, "answered calls that broke", 12, "#555")
    y = 92
    for title, found in groups:
        drawing.text(30, y, title, 13, weight="bold")
        y += 22
        for result in found:
            drawing.text(235, y, report.NAMES[result["system"]], 12, anchor="end")
            for x, member in ((250, "completed_of_capacity"), (660, "broken_of_answered")):
                part = min(1.1, result[member])
                drawing.bar(x, y - 13, max(1, 250 * part), 17, COLOURS[result["system"]])
                drawing.text(x + 250 * part + 8, y, f"{100 * result[member]:.1f} %", 12)
            y += row
        y += 16
    drawing.save(path)


def plot_simulated(simulated, path):
    groups = {}
    for result in simulated:
        groups.setdefault((result["nodes"], result["capacity"], result["period"]), []).append(result)
    if not groups:
        return
    columns = 2
    rows = (len(groups) + columns - 1) // columns
    drawing = Drawing(1120, 90 + 350 * rows)
    drawing.text(30, 34, "Sessions completed by larger clusters, simulated", 18, weight="bold")
    for number, ((nodes, capacity, period), found) in enumerate(groups.items()):
        box = (70 + 400 * (number % columns), 100 + 350 * (number // columns), 320, 230)
        panel(drawing, box, f"{nodes:,} nodes, {nodes * capacity:,} sessions, loads every {period:g} s",
              lines_of(found, "unsplit"), "recommended")
    present = [name for name in SIMULATED_NAMES if report.of(simulated, system=name)]
    key(drawing, 830, 110, [(SIMULATED_NAMES[name], COLOURS[name], name == "recommended") for name in present])
    drawing.save(path)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        results = json.load(file)
    directory = sys.argv[2]
    plot_overload(results["measured"], os.path.join(directory, "overload.svg"))
    plot_trouble(results["measured"], os.path.join(directory, "trouble.svg"))
    plot_simulated(results["simulated"], os.path.join(directory, "simulated.svg"))


if __name__ == "__main__":
    main()
