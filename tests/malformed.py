#!/usr/bin/env python3
"""Damaged and hostile captures from other projects' test suites: each ends
by itself, with 0 or 1, within a second, with a ledger that balances."""
import os
import resource
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "lib"))
from run import (  # noqa: E402
    SHARED, case, equal, execute, expect, main, read_lines, skip)

FOLDER = os.path.join(SHARED, "corpus", "malformed")
LIMIT_S = 1.0   # of CPU time: other tests run beside this one


def spent():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def check_file(name):
    path = os.path.join(FOLDER, name)
    before = spent()
    result = execute("-r", path, "-o", "json", timeout=20)
    seconds = spent() - before
    expect(result.status in (0, 1),
           f"{name}: exit status {result.status}: {result.message()}")
    expect(seconds < LIMIT_S, f"{name}: took {seconds:.2f} s")
    if result.status == 1:
        expect(result.message().startswith("tallyman: "),
               f"{name}: no message, yet exit status 1")
    if result.stdout:
        read_lines(result.stdout, result)
    else:
        equal(result.status, 1, f"{name}: nothing written")


def make_case(name):
    def check(place):
        check_file(name)
    check.__name__ = name
    check.__doc__ = f"The capture {name}."
    case(check)


if not os.path.isdir(FOLDER):
    skip(f"no corpus at {FOLDER} (TALLYMAN_SHARED names its parent)")
for each in sorted(os.listdir(FOLDER)):
    make_case(each)
main()
