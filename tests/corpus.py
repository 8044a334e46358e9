#!/usr/bin/env python3
"""Real captures against what other tools say of them. Every fact that does
not hold must be listed in docs/truth.md, with its reason; and the share that
holds, without those that the list settles in our favour, has a floor."""
import collections
import json
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "lib"))
from run import (  # noqa: E402
    PROGRAM, SHARED, SOURCE, case, expect, main, skip)

# Per cent of the facts that docs/truth.md does not settle in our favour.
FLOORS = {"frames": 100.0, "streams": 99.5, "community": 100.0,
          "tcp": 97.0, "zeek": 97.0, "service": 97.0, "names": 99.0}
TRUTH = os.path.join(SOURCE, "docs", "truth.md")
ROW = re.compile(r"^\| (\w+) \| (\S+) \| (\d+) \| (ours|theirs|rule) \| "
                 r"(\S+) \|$", re.MULTILINE)
COMPARE = os.path.join(SHARED, "tools", "compare")
LINE = re.compile(r"^(\w+) +[\d.]+ % +(\d+) of (\d+)", re.MULTILINE)
figures = {}
listed = {}


def compare():
    """The figures of each aspect: how many facts hold, of how many that are
    not excused."""
    with tempfile.TemporaryDirectory(prefix="tallyman-test-") as folder:
        path = os.path.join(folder, "misses.json")
        done = subprocess.run(
            [sys.executable, COMPARE, "--program", PROGRAM[0], "--show",
             "0", "--aspect", ",".join(FLOORS), "--json", path],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
            timeout=1800)
        text = done.stdout.decode("utf-8", "backslashreplace")
        print(text)
        if done.returncode != 0:
            return
        with open(path, encoding="utf-8") as file:
            misses = json.load(file)
    for name, good, _ in LINE.findall(text):
        figures[name] = (int(good), misses.get(name, ()))


def read_truth():
    """The table: what is listed, as (aspect, capture) to how many facts, and
    how many of them are settled, and that each reason is explained."""
    with open(TRUTH, encoding="utf-8") as file:
        text = file.read()
    for aspect, capture, facts, right, reason in ROW.findall(text):
        expect(f"- **{reason}**:" in text, f"'{reason}' is not explained")
        all_of, settled = listed.get((aspect, capture), (0, 0))
        listed[aspect, capture] = (
            all_of + int(facts),
            settled + (int(facts) if right != "theirs" else 0))
    expect(listed, f"no table in {TRUTH}")


def make_case(aspect, floor):
    def check(place):
        expect(aspect in figures, "nothing was compared")
        good, misses = figures[aspect]
        counts = collections.Counter(capture for capture, _ in misses)
        excused = 0
        for capture, count in counts.items():
            facts, settled = listed.get((aspect, capture), (0, 0))
            for found, what in misses:
                if found == capture and count > facts:
                    print(f"     {capture}: {what}")
            expect(count <= facts, f"{capture}: {count} disagreements, "
                   f"{facts} in docs/truth.md")
            excused += min(count, settled)
        total = good + len(misses) - excused
        print(f"     {aspect}: {good} of {total} facts "
              f"({good * 100 / total:.2f} %), {excused} more settled")
        expect(good * 100 >= floor * total, f"below {floor} %")
    check.__name__ = aspect
    case(check)


if not os.path.exists(COMPARE):
    skip(f"no comparison at {COMPARE} (TALLYMAN_SHARED names its parent)")
read_truth()
for each, lowest in FLOORS.items():
    make_case(each, lowest)
compare()
main()
