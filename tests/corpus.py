#!/usr/bin/env python3
"""Real captures against what other tools say of them: the comparison's
figures must not fall below these floors."""
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
    PROGRAM, SHARED, case, expect, main, skip)

# Per cent of the facts that are not excused.
FLOORS = {"frames": 100.0, "streams": 99.5, "community": 100.0,
          "zeek": 95.0}
LATER = "a link type or tunnel that is still to come"
# Misses that say nothing against us: aspect, captures, reason.
EXCUSED = (
    ("community", "community-id/communityidspec-tcp.pcap",
     "the expected ids are those of all the specification's captures, the "
     "capture is only the one of TCP"),
    ("zeek", "app/ssh/zeek-ssh.client-side-half-duplex.pcap",
     "its script stops counting when the encryption begins"),
    ("streams", "app/snmp/", "the truth has a stream for each direction"),
    ("streams", "link/fddi/", LATER),
    ("streams", "link/juniper", LATER),
    ("streams", "link/linux-sll/arkime-gtp-iphone.pcap", LATER),
    ("streams", "link/nflog/", LATER),
    ("streams", "link/token-ring/", LATER),
    ("streams", "tcp/zero-window/flowlab-24_gtpu", LATER),
    ("streams", "tunnel/capwap/", LATER),
    ("streams", "tunnel/l2tp/", LATER),
    ("streams", "tunnel/nsh/", LATER),
)
COMPARE = os.path.join(SHARED, "tools", "compare")
LINE = re.compile(r"^(\w+) +[\d.]+ % +(\d+) of (\d+)", re.MULTILINE)
figures = {}


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
    for name, good, total in LINE.findall(text):
        kept = [m for m in misses.get(name, ()) if not is_excused(name, m)]
        figures[name] = (int(good), int(good) + len(kept), kept)


def is_excused(aspect, miss):
    return any(aspect == a and miss[0].startswith(captures)
               for a, captures, _ in EXCUSED)


def make_case(aspect, floor):
    def check(place):
        expect(aspect in figures, "nothing was compared")
        good, total, kept = figures[aspect]
        for capture, what in kept[:20]:
            print(f"     {capture}: {what}")
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
