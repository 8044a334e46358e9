#!/usr/bin/env python3
"""The corpus' connections against what tcptrace says of them. Every figure
that differs must be listed in docs/truth.md with both values and the reason,
and nothing else may be; the share that is equal has a floor."""
import csv
import json
import math
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "lib"))
from run import (  # noqa: E402
    SHARED, SOURCE, case, equal, expect, get, main, meter, skip)

# Per cent of all figures, and of those that are owed.
FLOOR = 95.0
CORPUS = os.path.join(SHARED, "corpus")
BASELINE = "tcptrace.tsv"
TRUTH = os.path.join(SOURCE, "docs", "truth.md")
ROW = re.compile(r"^\| tcptrace \| (\S+) \| (\d+) \| (ab|ba) \| (\w+) \| "
                 r"(\S+) \| (\S+) \| (ours|theirs|rule) \| (\S+) \|$",
                 re.MULTILINE)

# A connection may be divided by the usual timeouts or by none, as tcptrace
# divides it by rules of its own.
RUNS = ((), ("--timeout", "all=0"))

# tcptrace prints tenths of a millisecond, of sums of whole microseconds.
WITHIN_MS = 0.06

# tcptrace's column, and the member of ours. The first ones are owed.
OWED = {
    "rexmt_data_pkts": "retransmitted_packets",
    "rexmt_data_bytes": "retransmitted_bytes",
    "outoforder_pkts": "out_of_order_packets",
    "rtt_samples": "rtt.samples",
    "rtt_avg": "rtt.mean",
    "max_win_adv": "window_max",
}
MORE = {
    "rtt_min": "rtt.min",
    "rtt_max": "rtt.max",
    "rtt_stdev": "rtt.deviation",
    "min_win_adv": "window_min",
    "zero_win_adv": "zero_windows",
    "zwnd_probe_pkts": "zero_window_probes",
    "missed_data": "missed_bytes",
    "initial_window_pkts": "initial_window",
    "mss_requested": "mss",
    "sacks_sent": "sacks",
    "dsack_pkts_sent": "dsacks",
    "urgent_data_pkts": "urg",
}

differing = {}
compared = []   # (column, is_equal, says_something)


def baselines():
    """The captures of which there is one, and where it lies."""
    found = []
    for folder, _, names in sorted(os.walk(os.path.join(CORPUS,
                                                        "expected"))):
        if BASELINE in names:
            with open(os.path.join(folder, "meta.json"),
                      encoding="utf-8") as file:
                capture = json.load(file)["capture"]
            found.append((capture, os.path.join(folder, BASELINE)))
    return found


def read_rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def end_of(side):
    return f"{side['ip']}:{side['port']}", side["packets"]


def sides_of(record, row):
    """Which of our sides is tcptrace's first and which its second; None when
    it is another connection."""
    wanted = [(row[f"host_{letter}"], int(row[f"total_packets_{way}"]))
              for letter, way in (("a", "ab"), ("b", "ba"))]
    for sides in (("src", "dst"), ("dst", "src")):
        if [end_of(record[side]) for side in sides] == wanted:
            return sides
    return None


def match(records, rows):
    """(row, record, sides) for each row, in the order of both; None when a
    row has no record or a record no row."""
    left = sorted((r for r in records if r["protocol"] == "tcp"),
                  key=lambda r: r["start"])
    pairs = []
    for row in rows:
        for record in left:
            sides = sides_of(record, row)
            if sides is not None:
                pairs.append((row, record, sides))
                left.remove(record)
                break
        else:
            return None
    return None if left else pairs


def meter_matching(capture, rows):
    """By the first run that divides the connections as tcptrace does."""
    for words in RUNS:
        result = meter("-r", os.path.join(CORPUS, capture), *words,
                       warns=True)
        pairs = match(result.flows, rows)
        if pairs is not None:
            return pairs
    expect(False, f"{capture}: other connections than tcptrace's")
    return None


def ours_of(record, side, column):
    """In tcptrace's unit, 0 where we say nothing of what is counted; None
    where we do not know."""
    member = OWED.get(column) or MORE[column]
    value = get(record, f"tcp.{side}.{member}")
    if column.startswith("rtt_") and column != "rtt_samples":
        value = 0.0 if value is None else value * 1000
    if column == "rtt_stdev":   # theirs divides by one sample less
        samples = get(record, f"tcp.{side}.rtt.samples", 0)
        value *= math.sqrt(samples / (samples - 1)) if samples > 2 else 0
    if value is None and not column.endswith("_win_adv"):
        return 0
    return value


def theirs_of(row, column, way):
    """None where tcptrace says nothing or knows nothing."""
    text = row.get(f"{column}_{way}")
    return None if text in (None, "", "-", "NA") else float(text)


def is_claimed(record, side, column):
    """tcptrace leaves windows of zero out of the smallest."""
    return column != "min_win_adv" or \
        not get(record, f"tcp.{side}.zero_windows")


def compare(capture, row, record, side, way):
    """One side of one connection."""
    for column in list(OWED) + list(MORE):
        theirs = theirs_of(row, column, way)
        if theirs is None or not is_claimed(record, side, column):
            continue
        ours = ours_of(record, side, column)
        is_time = column.startswith("rtt_") and column != "rtt_samples"
        # A side that sent nothing has no window: theirs is 0.
        known = 0 if ours is None and theirs == 0 else ours
        is_equal = known is not None and \
            abs(known - theirs) <= (WITHIN_MS if is_time else 0)
        compared.append((column, is_equal, bool(known or theirs)))
        if not is_equal:
            differing[capture, row["conn"], way, column] = (
                words_of(ours, is_time), words_of(theirs, is_time))


def words_of(value, is_time):
    """As docs/truth.md has it."""
    if value is None:
        return "-"
    return f"{value:.1f}" if is_time else f"{value:.0f}"


def count(columns, is_filled):
    """How many figures of these columns are equal, and of how many."""
    found = [is_equal for column, is_equal, says in compared
             if column in columns and (says or not is_filled)]
    expect(found, "nothing was compared")
    return sum(found), len(found)


def words_of_share(good, total):
    return f"{good} of {total} figures are equal ({good * 100 / total:.2f} %)"


def read_truth():
    """The table of docs/truth.md: what is listed as (ours, theirs, right).
    Each reason must be explained."""
    with open(TRUTH, encoding="utf-8") as file:
        text = file.read()
    listed = {}
    for row in ROW.findall(text):
        expect(f"- **{row[7]}**:" in text, f"'{row[7]}' is not explained")
        expect(row[:4] not in listed, f"twice in the table: {row[:4]}")
        listed[row[:4]] = row[4:7]
    equal(text.count("\n| tcptrace |"), len(listed),
          "rows of docs/truth.md that can be read")
    return listed


@case
def connections(place):
    """tcptrace's connections are ours, one for one."""
    for capture, path in FOUND:
        rows = read_rows(path)
        for row, record, sides in meter_matching(capture, rows):
            for side, way in zip(sides, ("ab", "ba")):
                compare(capture, row, record, side, way)


@case
def figures(place):
    """They are equal, but for a few."""
    for what, columns in (("owed", OWED), ("all", {**OWED, **MORE})):
        good, total = count(columns, False)
        print(f"     {what}: {words_of_share(good, total)}")
        print("     of those that are not zero in both: "
              + words_of_share(*count(columns, True)))
        expect(good * 100 >= FLOOR * total, f"below {FLOOR} %")


@case
def disagreements(place):
    """The table says all of them and nothing else."""
    listed = read_truth()
    for key, values in sorted(differing.items()):
        expect(key in listed, f"{' '.join(key)}: ours {values[0]}, theirs "
               f"{values[1]}; not in docs/truth.md")
        equal(listed[key][:2], values, f"ours and theirs of {' '.join(key)}")
    for key in listed:
        expect(key in differing, f"no such disagreement: {' '.join(key)}")


FOUND = baselines()
if not FOUND:
    skip(f"no {BASELINE} below {CORPUS} (TALLYMAN_SHARED names its parent)")
main()
