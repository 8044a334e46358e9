"""Runs tallyman, reads what it writes as strictly as its contract is, and
frames the tests that do so.

A test script declares its cases with @case and ends with main(). Its exit
status is what automake's test driver expects: 0 when every case passes, 77
when skip() says why nothing could be tested, 1 otherwise.
"""
import base64
import concurrent.futures
import hashlib
import ipaddress
import json
import multiprocessing
import os
import re
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import traceback

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SOURCE = os.path.dirname(TESTS)
SAMPLES = os.path.join(SOURCE, "samples")
PROGRAM = shlex.split(os.environ.get("TALLYMAN", "./tallyman"))
PROGRAM[0] = (os.path.abspath(PROGRAM[0]) if os.sep in PROGRAM[0]
              else PROGRAM[0])
SHARED = os.environ.get("TALLYMAN_SHARED",
                        os.path.join(SOURCE, os.pardir, "shared"))
SANITIZER = re.compile(rb"Sanitizer|runtime error:")

cases = []


class Failure(Exception):
    """What was expected and did not hold."""


class Untested(Exception):
    """Why a case cannot be tried on this machine."""


def untested(reason):
    """Ends a case that cannot be tried here; the reason is printed."""
    raise Untested(reason)


def case(function):
    """Declares a test case; its docstring says what must hold."""
    cases.append(function)
    return function


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def run_case(function, folder):
    """Whether it failed, and what there is to say."""
    name = function.__name__
    place = os.path.join(folder, name)
    os.mkdir(place)
    try:
        function(place)
    except Untested as reason:
        return False, f"skip {name}: {reason}"
    except Failure as error:
        return True, f"FAIL {name}: {error}"
    except Exception:   # a broken test must not pass
        return True, (f"FAIL {name}: the test broke\n"
                      + traceback.format_exc().rstrip())
    return False, f"ok   {name}"


def run_cases(functions, folder, jobs):
    """Outcomes in the order of the cases. Several at a time have a process
    each: for cases that mostly wait."""
    if jobs == 1:
        yield from (run_case(f, folder) for f in functions)
        return
    context = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(jobs, context) as pool:
        yield from pool.map(run_case, functions, [folder] * len(functions))


def main(jobs=1):
    """Runs all the cases, or those named on the command line."""
    wanted = sys.argv[1:]
    failed = 0
    if shutil.which(PROGRAM[0]) is None:
        print(f"FAIL no program {PROGRAM[0]} (TALLYMAN names it)")
        sys.exit(1)
    functions = [f for f in cases if not wanted or f.__name__ in wanted]
    with tempfile.TemporaryDirectory(prefix="tallyman-test-") as folder:
        for is_failed, words in run_cases(functions, folder, jobs):
            failed += is_failed
            print(words, flush=True)
    sys.exit(1 if failed else 0)


# Expectations.

def expect(condition, what):
    if not condition:
        raise Failure(what)


def equal(have, want, what):
    if have != want:
        raise Failure(f"{what}: want {want!r}, have {have!r}")


def close_to(have, want, what, within=1e-9):
    if not isinstance(have, (int, float)) or abs(have - want) > within:
        raise Failure(f"{what}: want {want!r}, have {have!r}")


# Running.

class Result:
    """One run: status, stdout and stderr as bytes, and, for JSON, the flow
    records and the closing record."""

    def __init__(self, words, done, elapsed):
        self.words = words
        self.status = done.returncode
        self.stdout = done.stdout
        self.stderr = done.stderr
        self.elapsed = elapsed
        self.flows = []
        self.stats = None

    def message(self):
        return self.stderr.decode("utf-8", "backslashreplace").strip()

    def one(self):
        """The only flow record."""
        equal(len(self.flows), 1, "flow records")
        return self.flows[0]

    def find(self, **wanted):
        """The only record with these values; a__b means a.b."""
        found = [r for r in self.flows
                 if all(get(r, k.replace("__", ".")) == v
                        for k, v in wanted.items())]
        equal(len(found), 1, f"records with {wanted}")
        return found[0]


def get(record, path, default=None):
    """The member at a dotted path."""
    for name in path.split("."):
        if not isinstance(record, dict) or name not in record:
            return default
        record = record[name]
    return record


def execute(*words, stdin=None, timeout=60, env=None, preexec=None,
            stdout=subprocess.PIPE, cwd=None):
    """Runs tallyman and returns the Result, unparsed. Dying by a signal or
    a sanitizer's report fails whatever was expected."""
    command = PROGRAM + [os.fsdecode(w) for w in words]
    whole = dict(os.environ, NO_COLOR="1", LC_ALL="C.UTF-8", TZ="UTC")
    whole.update(env or {})
    before = os.times()
    try:
        done = subprocess.run(
            command, input=stdin if stdin is not None else b"",
            stdout=stdout, stderr=subprocess.PIPE, timeout=timeout,
            env=whole, preexec_fn=preexec, cwd=cwd)
    except subprocess.TimeoutExpired as late:
        raise Failure(f"{words}: no end after {timeout} s") from late
    elapsed = os.times().elapsed - before.elapsed
    result = Result(words, done, elapsed)
    expect(result.status >= 0,
           f"{words}: died of signal {-result.status}: {result.message()}")
    expect(not SANITIZER.search(result.stderr),
           f"{words}: sanitizer report: {result.message()}")
    return result


def meter(*words, status=0, schema=False, warns=False, **more):
    """Runs tallyman for JSON on standard output; the lines are parsed, the
    ledger is checked and, on demand, each line is held to the schema. Words
    on stderr when all is well are wrong unless it may warn."""
    result = execute(*words, "-o", "json", **more)
    expect(result.status == status,
           f"{words}: exit status {result.status}, want {status}: "
           f"{result.message()}")
    if status == 0 and not warns:
        equal(result.message(), "", f"{words}: words on stderr")
    read_lines(result.stdout, result)
    if schema:
        rules = json_schema()
        for record in result.flows + [result.stats]:
            validate(record, rules, rules, record["type"])
    return result


def meter_bytes(data, *words, **more):
    """meter() of a capture given as bytes, by standard input."""
    return meter("-r", "-", *words, stdin=data, **more)


# Reading.

def unique_pairs(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise Failure(f"a member twice in one object: {names}")
    for name, value in pairs:
        if value is None:
            raise Failure(f"null in {name}")
    return dict(pairs)


def refuse_constant(text):
    raise Failure(f"{text} is not JSON")


def parse(line):
    """One line as strictly as RFC 8259 and the contract say."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Failure(f"not UTF-8: {line!r}") from error
    try:
        return json.loads(text, object_pairs_hook=unique_pairs,
                          parse_constant=refuse_constant)
    except json.JSONDecodeError as error:
        raise Failure(f"not JSON ({error}): {line!r}") from error


def read_lines(data, result):
    """Fills the result with the records of a whole JSON output."""
    expect(data.endswith(b"\n"), f"{result.words}: no end of line at the end")
    records = [parse(line) for line in data[:-1].split(b"\n")]
    expect(records and records[-1].get("type") == "stats",
           f"{result.words}: the last line is no closing record")
    result.stats = records.pop()
    for record in records:
        equal(record.get("type"), "flow", "type of a line")
    result.flows = records
    check_ledger(result)
    check_records(result)


LEDGER = ("in_flows", "not_ip", "malformed", "fragments_unfinished",
          "filtered")


def check_ledger(result):
    """read = in_flows + ...; the records' packets sum to in_flows."""
    frames = result.stats["frames"]
    for name in ("read",) + LEDGER:
        expect(isinstance(frames.get(name), int) and frames[name] >= 0,
               f"frames.{name} is {frames.get(name)!r}")
    equal(sum(frames[name] for name in LEDGER), frames["read"],
          f"{result.words}: ledger {frames}")
    packets = sum(r["src"]["packets"] + r["dst"]["packets"]
                  for r in result.flows
                  if get(r, "tunnel.parent") is None)
    equal(packets, frames["in_flows"],
          f"{result.words}: packets of the records without a parent")


def check_records(result):
    """What holds for every run's records taken together."""
    flows = result.stats["flows"]
    equal(flows["tcp"] + flows["udp"] + flows["other"], flows["total"],
          f"{result.words}: flows {flows}")
    pairs = [(r["id"], r["part"]) for r in result.flows]
    equal(len(set(pairs)), len(pairs), f"{result.words}: id and part unique")
    finals = [r["id"] for r in result.flows if r["final"]]
    equal(sorted(finals), sorted({i for i, _ in pairs}),
          f"{result.words}: one final part a flow")
    equal(flows["total"], len(finals), f"{result.words}: flows.total")
    for record in result.flows:
        check_record(record)


def check_record(record):
    start, end = nanoseconds(record["start"]), nanoseconds(record["end"])
    expect(end >= start, f"ends before it starts: {record}")
    close_to(record["duration"], (end - start) / 1e9, "duration")
    equal(record["final"], record["end_reason"] != "active", "final")
    for name in ("src", "dst"):
        for counter in ("packets", "bytes", "ip_bytes", "payload_bytes"):
            expect(isinstance(record[name].get(counter), int),
                   f"{name}.{counter} is absent in {record}")
    if "community_id" in record and record["protocol_number"] in (6, 17, 132):
        equal(record["community_id"], community_id(record), "community_id")


TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.(\d{6}|\d{9})Z")


def nanoseconds(text):
    """Of an RFC 3339 time, since 1970; 6 or 9 digits, UTC."""
    if not TIME.fullmatch(text):
        raise Failure(f"not a time of 6 or 9 digits in UTC: {text!r}")
    import calendar
    import time
    whole, rest = text[:-1].split(".")
    seconds = calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S"))
    return seconds * 1_000_000_000 + int(rest.ljust(9, "0"))


def community_id(record, seed=0):
    """Community ID v1 of a record with ports, computed on our own."""
    ends = [(ipaddress.ip_address(record[side]["ip"]).packed,
             record[side]["port"]) for side in ("src", "dst")]
    (a, a_port), (b, b_port) = sorted(ends)
    data = struct.pack(">H", seed) + a + b
    data += struct.pack(">BBHH", record["protocol_number"], 0, a_port,
                        b_port)
    return "1:" + base64.b64encode(hashlib.sha1(data).digest()).decode()


# The part of JSON Schema that our schema uses.

ANNOTATIONS = {"$schema", "$id", "$comment", "$defs", "title", "description",
               "format", "default", "examples", "unit"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool,
         "integer": int, "number": (int, float), "null": type(None)}
schema_known = []


def json_schema():
    """What --fields json-schema prints, parsed once."""
    if not schema_known:
        result = execute("--fields", "json-schema")
        equal(result.status, 0, f"--fields json-schema: {result.message()}")
        schema_known.append(json.loads(result.stdout))
    return schema_known[0]


def is_type(value, name):
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, TYPES[name])


def resolve(rules, root):
    while "$ref" in rules:
        path = rules["$ref"]
        expect(path.startswith("#/"), f"a $ref outside the schema: {path}")
        rules = root
        for name in path[2:].split("/"):
            rules = rules[name]
    return rules


def validate(value, rules, root, where):
    """Raises Failure where the value does not follow the rules. A keyword
    that is not known here fails too: it would be silently unchecked."""
    if rules is True:
        return
    expect(rules is not False, f"{where}: not allowed")
    rules = resolve(rules, root)
    for keyword, rule in rules.items():
        if keyword in ANNOTATIONS:
            continue
        check = KEYWORDS.get(keyword)
        expect(check is not None, f"{where}: unknown keyword {keyword}")
        check(value, rule, rules, root, where)


def validate_type(value, rule, rules, root, where):
    names = rule if isinstance(rule, list) else [rule]
    expect(any(is_type(value, n) for n in names),
           f"{where}: {value!r} is no {rule}")


def validate_properties(value, rule, rules, root, where):
    if isinstance(value, dict):
        for name in value.keys() & rule.keys():
            validate(value[name], rule[name], root, f"{where}.{name}")


def validate_additional(value, rule, rules, root, where):
    if isinstance(value, dict):
        for name in value.keys() - rules.get("properties", {}).keys():
            if "patternProperties" in rules and any(
                    re.search(p, name) for p in rules["patternProperties"]):
                continue
            validate(value[name], rule, root, f"{where}.{name}")


def validate_patterns(value, rule, rules, root, where):
    if isinstance(value, dict):
        for name in value:
            for pattern, inner in rule.items():
                if re.search(pattern, name):
                    validate(value[name], inner, root, f"{where}.{name}")


def validate_required(value, rule, rules, root, where):
    if isinstance(value, dict):
        for name in rule:
            expect(name in value, f"{where}: {name} is missing")


def validate_items(value, rule, rules, root, where):
    if isinstance(value, list):
        for i, item in enumerate(value):
            validate(item, rule, root, f"{where}[{i}]")


def count_valid(value, rule, root, where):
    good, why = 0, []
    for inner in rule:
        try:
            validate(value, inner, root, where)
            good += 1
        except Failure as failure:
            why.append(str(failure))
    return good, "; ".join(why)


def validate_one(value, rule, rules, root, where):
    good, why = count_valid(value, rule, root, where)
    expect(good == 1, f"{where}: {good} of oneOf hold: {why}")


def validate_any(value, rule, rules, root, where):
    good, why = count_valid(value, rule, root, where)
    expect(good > 0, f"{where}: none of anyOf holds: {why}")


def validate_all(value, rule, rules, root, where):
    for inner in rule:
        validate(value, inner, root, where)


def holds(test, wording):
    """A keyword on its own value only."""
    def check(value, rule, rules, root, where):
        expect(test(value, rule), f"{where}: {value!r} {wording} {rule!r}")
    return check


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


KEYWORDS = {
    "type": validate_type,
    "properties": validate_properties,
    "patternProperties": validate_patterns,
    "additionalProperties": validate_additional,
    "required": validate_required,
    "items": validate_items,
    "oneOf": validate_one,
    "anyOf": validate_any,
    "allOf": validate_all,
    "enum": holds(lambda v, r: v in r, "is none of"),
    "const": holds(lambda v, r: v == r, "is not"),
    "pattern": holds(lambda v, r: not isinstance(v, str)
                     or re.search(r, v), "does not match"),
    "minimum": holds(lambda v, r: not is_number(v) or v >= r, "is below"),
    "maximum": holds(lambda v, r: not is_number(v) or v <= r, "is above"),
    "minItems": holds(lambda v, r: not isinstance(v, list) or len(v) >= r,
                      "has fewer items than"),
    "maxItems": holds(lambda v, r: not isinstance(v, list) or len(v) <= r,
                      "has more items than"),
    "minLength": holds(lambda v, r: not isinstance(v, str) or len(v) >= r,
                       "is shorter than"),
    "minProperties": holds(lambda v, r: not isinstance(v, dict)
                           or len(v) >= r, "has fewer members than"),
    "maxLength": holds(lambda v, r: not isinstance(v, str) or len(v) <= r,
                       "is longer than"),
    "uniqueItems": holds(lambda v, r: not r or not isinstance(v, list)
                         or len({repr(i) for i in v}) == len(v),
                         "repeats an item; uniqueItems is"),
}


# Small helpers that many tests need.

def write(folder, name, data):
    """Writes a file in the case's own folder; returns its path."""
    path = os.path.join(os.fsencode(folder), os.fsencode(name))
    with open(path, "wb") as file:
        file.write(data)
    return os.fsdecode(path)


def samples():
    """The committed captures, by name."""
    return sorted(os.path.join(SAMPLES, name) for name in os.listdir(SAMPLES)
                  if re.search(r"\.(pcap|pcapng)(\.(gz|zst|lz4|xz))?$", name))


def plain(result):
    """Records without what differs between equal runs: where the input
    stood and how long the run took."""
    flows = [{k: v for k, v in r.items() if k != "input"}
             for r in result.flows]
    stats = {k: v for k, v in result.stats.items()
             if k not in ("elapsed", "frames_per_second")}
    return flows, stats
