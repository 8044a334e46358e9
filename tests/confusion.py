#!/usr/bin/env python3
"""What other tools call the flows of real captures, and what tallyman calls
them. A flow that they name and we name otherwise is a wrong name: it must be
listed in docs/truth.md, as aspect "service". A flow that we do not name is
none.

    confusion.py           the test
    confusion.py table     the table of docs/dissectors.md, on stdout
"""
import collections
import glob
import importlib.machinery
import importlib.util
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "lib"))
from run import (  # noqa: E402
    PROGRAM, SHARED, SOURCE, case, expect, main, skip)

TRUTH = os.path.join(SOURCE, "docs", "truth.md")
ROW = re.compile(r"^\| service \| (\S+) \| (\d+) \|", re.MULTILINE)
COMPARE = os.path.join(SHARED, "tools", "compare")
CORPUS = os.path.join(SHARED, "corpus")
LIMIT_S = 120
table = collections.Counter()
wrong = collections.defaultdict(list)


def load_compare():
    loader = importlib.machinery.SourceFileLoader("compare", COMPARE)
    spec = importlib.util.spec_from_loader("compare", loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def truth_of_ndpi(compare, path):
    """(name, flow) of what nDPI detected by the bytes."""
    for row in compare.rows(path):
        if row.get("section") != "detected":
            continue
        yield ((row.get("ndpi_proto") or "").split(".")[0].lower(),
               compare.pair((row.get("l4") or "").lower(),
                            compare.canon_ip(row["client_ip"]),
                            compare.number(row["client_port"]),
                            compare.canon_ip(row["server_ip"]),
                            compare.number(row["server_port"])))


def truth_of_zeek(compare, path):
    for row in compare.rows(path):
        if row.get("proto") not in ("tcp", "udp") or "id.orig_h" not in row:
            continue
        yield ((row.get("service") or "-").lower(),
               compare.pair(row["proto"],
                            compare.canon_ip(row["id.orig_h"]),
                            compare.number(row["id.orig_p"]),
                            compare.canon_ip(row["id.resp_h"]),
                            compare.number(row["id.resp_p"])))


def note(compare, capture, truth, groups):
    """Counts each flow of a list of (name, flow) under both names. Several
    flows of the same ports are right when one is."""
    for name, key in truth:
        mapped = compare.SERVICES.get(name)
        if not mapped or key not in groups:
            continue
        right = mapped.split("|")
        ours = [record.get("service", {}).get("payload")
                for record in groups[key]]
        ours = next((each for each in ours if each in right), ours[0])
        table[right[0], ours] += 1
        if ours is not None and ours not in right:
            wrong[capture].append(f"{key}: {ours}, they say {name}")


def expected_folder(relative):
    for name in (os.path.splitext(relative)[0], relative):
        folder = os.path.join(CORPUS, "expected", name)
        if os.path.isdir(folder):
            return folder
    return None


def look_at(compare, relative):
    folder = expected_folder(relative)
    if folder is None:
        return
    ndpi = glob.glob(os.path.join(folder, "ndpi.flows.tsv"))
    zeek = sorted(glob.glob(os.path.join(folder, "zeek.*.conn.tsv")))
    if not ndpi and not zeek:
        return
    _, flows, _, _ = compare.run(PROGRAM[0], os.path.join(CORPUS, relative),
                                 LIMIT_S)
    groups = collections.defaultdict(list)
    for record in flows:
        groups[compare.pair(record.get("protocol"),
                            *compare.ends(record))].append(record)
    for path in ndpi:
        note(compare, relative, truth_of_ndpi(compare, path), groups)
    for path in zeek[:1]:
        note(compare, relative, truth_of_zeek(compare, path), groups)


def look_at_all():
    compare = load_compare()
    for row in compare.rows(os.path.join(CORPUS, "INDEX.tsv")):
        if not row["path"].startswith("malformed/"):
            look_at(compare, row["path"])


def print_table():
    """A row for each name of theirs: how many flows are called the same, how
    many are not named, and what the others are called."""
    print("| they say | flows | we too | no name | another name |")
    print("|---|---|---|---|---|")
    for name in sorted({truth for truth, _ in table}):
        ours = {mine: count for (truth, mine), count in table.items()
                if truth == name}
        same = ours.pop(name, 0)
        none = ours.pop(None, 0)
        others = ", ".join(f"{mine} {count}"
                           for mine, count in sorted(ours.items()))
        total = same + none + sum(ours.values())
        print(f"| {name} | {total} | {same} | {none} | {others} |")


@case
def wrong_names(place):
    """No flow has another name than theirs, but for those that are listed."""
    with open(TRUTH, encoding="utf-8") as file:
        listed = collections.Counter()
        for capture, facts in ROW.findall(file.read()):
            listed[capture] += int(facts)
    look_at_all()
    expect(sum(table.values()) > 100, "nothing was compared")
    unlisted = []
    for capture, flows in sorted(wrong.items()):
        if len(flows) <= listed.get(capture, 0):
            continue
        unlisted.append(f"{capture} ({len(flows)}, "
                        f"{listed.get(capture, 0)} listed)")
        for flow in flows:
            print(f"     {capture}: {flow}")
    expect(not unlisted, "wrong names that docs/truth.md does not explain: "
           + ", ".join(unlisted))


if not os.path.exists(COMPARE):
    skip(f"no comparison at {COMPARE} (TALLYMAN_SHARED names its parent)")
if sys.argv[1:] == ["table"]:
    try:
        look_at_all()
    except subprocess.TimeoutExpired as late:
        sys.exit(str(late))
    print_table()
else:
    main()
