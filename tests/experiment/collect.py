#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Puts the results of all cases together, as JSON on standard output: collect.py MEASURED-DIRECTORY SIMULATED-DIRECTORY"""
import glob
import json
import os
import sys


def read_all(directory):
    results = []
    for path in sorted(glob.glob(os.path.join(directory, "*.json"))):
        with open(path, encoding="utf-8") as file:
            results.append(json.load(file))
    return results


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    json.dump({"measured": read_all(sys.argv[1]), "simulated": read_all(sys.argv[2])}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
