#!/usr/bin/env python3
"""Real captures against what other tools say of them: the comparison's
figures must not fall below these floors."""
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "lib"))
from run import (  # noqa: E402
    PROGRAM, SHARED, case, expect, main, skip)

# Per cent. The streams are those of all captures, also of link types and
# tunnels that are still to come.
FLOORS = {"frames": 100.0, "streams": 99.5, "community": 100.0,
          "zeek": 95.0}
COMPARE = os.path.join(SHARED, "tools", "compare")
figures = {}
LINE = re.compile(r"(\w+) +[\d.]+ % +(\d+) of (\d+)")


def compare():
    """The figures of each aspect: how many facts hold, of how many."""
    done = subprocess.run(
        [sys.executable, COMPARE, "--program", PROGRAM[0], "--show", "8",
         "--aspect", ",".join(FLOORS)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        timeout=1800)
    text = done.stdout.decode("utf-8", "backslashreplace")
    print(text)
    for name, good, total in LINE.findall(text):
        figures[name] = (int(good), int(total))


def make_case(aspect, floor):
    def check(place):
        expect(aspect in figures, "nothing was compared")
        good, total = figures[aspect]
        expect(good * 100 >= floor * total,
               f"{good} of {total} facts hold "
               f"({good * 100 / total:.2f} %), floor {floor} %")
    check.__name__ = aspect
    case(check)


if not os.path.exists(COMPARE):
    skip(f"no comparison at {COMPARE} (TALLYMAN_SHARED names its parent)")
for each, lowest in FLOORS.items():
    make_case(each, lowest)
compare()
main()
