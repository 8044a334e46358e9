#!/usr/bin/env python3
"""What the samples' conversations are, and that no secret is told.

Beside a sample NAME.pcap stands NAME.truth.json, written from what its scene
did. Of each flow in it so many records as its "count" says (1 without) must
hold what it wants; and each record with payload on a port that the truth
names must be one of its flows.
"""
import glob
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "lib"))
from run import (  # noqa: E402
    SAMPLES, Failure, case, equal, execute, expect, get, main, meter, samples)

# A flow is told by these, and says these of its record.
MARKS = {"protocol": "protocol", "ip_version": "ip_version",
         "src_port": "src.port", "dst_port": "dst.port"}
FACTS = {"payload": "service.payload", "verdict": "service.verdict",
         "inner": "service.inner"}
KNOWN = {*MARKS, *FACTS, "port", "count", "app"}
FORMATS = ("json", "csv", "text")


def is_part(wanted, have):
    """Whether all that is wanted is there; objects may have more."""
    if isinstance(wanted, dict):
        return isinstance(have, dict) and all(
            name in have and is_part(value, have[name])
            for name, value in wanted.items())
    return have == wanted


def is_marked(flow, record):
    """Whether the record can be of that flow, by its addresses alone."""
    ports = (get(record, "src.port"), get(record, "dst.port"))
    if "port" in flow and flow["port"] not in ports:
        return False
    return all(get(record, MARKS[name]) == flow[name]
               for name in MARKS if name in flow)


def is_told(flow, record):
    """Whether the record says of that flow what it is."""
    facts = all(get(record, FACTS[name]) == flow[name]
                for name in FACTS if name in flow)
    return (is_marked(flow, record) and facts
            and is_part(flow.get("app", {}), record.get("app", {})))


def summary(record):
    """What a record says, in one line."""
    ends = " > ".join(f"{record[side]['ip']} {record[side].get('port')}"
                      for side in ("src", "dst"))
    facts = {name: record[name] for name in ("service", "app")
             if name in record}
    return f"  {record['protocol']} {ends} {json.dumps(facts)}"


def has_payload(record):
    return any(record[side]["payload_bytes"] for side in ("src", "dst"))


def check_flow(flow, records):
    """Enough records are told right; returns what is wrong, if it is."""
    unknown = flow.keys() - KNOWN
    expect(not unknown, f"the truth has unknown members {unknown}")
    marked = [r for r in records if is_marked(flow, r)]
    told = [r for r in marked if is_told(flow, r)]
    if len(told) >= flow.get("count", 1):
        return []
    lines = [f"{len(told)} records say {json.dumps(flow)}; have"]
    return lines + [summary(r) for r in marked]


def check_capture(capture, flows):
    """Every flow is found, and nothing else on the ports of the flows."""
    records = meter("-r", capture, schema=True).flows
    wrong = [line for flow in flows for line in check_flow(flow, records)]
    for record in records:
        marked = [f for f in flows if is_marked(f, record)]
        if (marked and has_payload(record)
                and not any(is_told(f, record) for f in marked)):
            wrong.append("no flow of the truth:")
            wrong.append(summary(record))
    if wrong:
        raise Failure("\n".join(wrong))


def truths():
    """The truth of each sample that has one, by the sample's path."""
    found = {}
    for capture in samples():
        path = os.path.splitext(capture)[0] + ".truth.json"
        if os.path.exists(path):
            found[capture] = path
    return found


def make_case(capture, path):
    def check(place):
        with open(path, encoding="utf-8") as file:
            check_capture(capture, json.load(file)["flows"])
    check.__name__ = os.path.basename(capture)
    case(check)


@case
def every_truth_has_its_sample(place):
    equal(sorted(glob.glob(os.path.join(SAMPLES, "*.truth.json"))),
          sorted(truths().values()), "truths")


def secrets():
    with open(os.path.join(SAMPLES, "secrets.txt"), "rb") as file:
        return file.read().split()


@case
def secrets_are_in_the_samples(place):
    """A secret that no capture holds would be kept without any effort."""
    whole = b""
    for path in samples():
        with open(path, "rb") as file:
            whole += file.read()
    missing = [word for word in secrets() if word not in whole]
    equal(missing, [], "secrets that no sample holds")


@case
def secrets_are_not_told(place):
    """No record of any format has a password, community, cookie or token."""
    words = secrets()
    expect(words, "there is no secret")
    for capture in samples():
        for name in FORMATS:
            result = execute("-r", capture, "-o", name, "-v")
            equal(result.status, 0, f"{capture} as {name}")
            told = [word for word in words
                    if word in result.stdout + result.stderr]
            equal(told, [], f"secrets that {capture} as {name} tells")


for each in truths().items():
    make_case(*each)
main()
