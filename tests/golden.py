#!/usr/bin/env python3
"""Each sample gives the records that stand in tests/golden.

usage: golden.py [--update] [SAMPLE...]

--update writes the files anew: read the difference before committing it.
"""
import difflib
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "lib"))
from run import (  # noqa: E402
    SAMPLES, TESTS, Failure, case, equal, expect, main, meter, samples)

GOLDEN = os.path.join(TESTS, "golden")


def expected_path(name):
    return os.path.join(GOLDEN, name + ".jsonl")


def lines_of(name):
    """The output on a sample, without what the clock of the run says."""
    result = meter("-r", name, schema=True, cwd=SAMPLES)
    lines = result.stdout.decode().splitlines(keepends=True)
    closing = json.loads(lines[-1])
    for own in ("elapsed", "frames_per_second"):
        expect(own in closing, f"{own} is missing in the closing record")
        del closing[own]
    lines[-1] = json.dumps(closing, separators=(",", ":")) + "\n"
    return lines


def check_sample(name):
    have = lines_of(name)
    try:
        with open(expected_path(name), encoding="utf-8") as file:
            want = file.readlines()
    except FileNotFoundError as error:
        raise Failure(f"no {expected_path(name)}: --update makes it") \
            from error
    if have != want:
        raise Failure("other records:\n" + "".join(difflib.unified_diff(
            want, have, "expected", "written", n=0)))


def update(names):
    for name in names:
        with open(expected_path(name), "w", encoding="utf-8") as file:
            file.writelines(lines_of(name))


def make_case(name):
    def check(place):
        check_sample(name)
    check.__name__ = name
    case(check)


@case
def nothing_left_over(place):
    """Every expected output has its sample."""
    names = [n for n in os.listdir(GOLDEN) if n.endswith(".jsonl")]
    for name in names:
        expect(os.path.exists(os.path.join(SAMPLES, name[:-6])),
               f"{name} without a sample")
    equal(len(names), len(samples()), "expected outputs")


sample_names = [os.path.basename(path) for path in samples()]
if "--update" in sys.argv:
    sys.argv.remove("--update")
    update(sys.argv[1:] or sample_names)
    sys.exit(0)
for each in sample_names:
    make_case(each)
main()
