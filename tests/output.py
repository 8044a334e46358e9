#!/usr/bin/env python3
"""The formats: JSON by its schema, CSV that says the same, text for eyes,
and the documents made of the table of fields."""
import csv
import fcntl
import io
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "lib"))
from capture import (  # noqa: E402
    ETHERNET, START_NS, Conversation, datagram, pcap, pcapng)
from run import (  # noqa: E402
    PROGRAM, SAMPLES, case, equal, execute, expect, get, json_schema, main,
    meter, meter_bytes, samples)

OFFICE = os.path.join(SAMPLES, "office.pcapng")


@case
def samples_hold_to_the_schema(place):
    """Every line of every sample follows the schema of --fields."""
    for path in samples():
        result = meter("-r", path, schema=True)
        expect(result.flows, f"{path}: no records")


@case
def schema_is_strict(place):
    """The schema knows every member: it would refuse a strange one."""
    rules = json_schema()
    text = json.dumps(rules)
    expect('"additionalProperties": false' in text,
           "no additionalProperties: false in the schema")
    for name in ("conn_state", "end_reason", "payload_bytes",
                 "fragments_unfinished", "community_id"):
        expect(f'"{name}"' in text, f"no {name} in the schema")


def csv_rows(*words, **more):
    result = execute(*words, "-o", "csv", **more)
    equal(result.status, 0, result.message())
    text = result.stdout.decode("utf-8")
    expect(text.count("\r\n") == text.count("\n"), "lines end with CR LF")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    return rows[0], rows[1:]


def as_csv(value):
    """How CSV must show a JSON value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join(str(item) for item in value)
    return value if isinstance(value, str) else None


def check_csv(header, row, record):
    for name, cell in zip(header, row):
        value = get(record, name)
        want = as_csv(value)
        if want is not None:
            equal(cell, want, f"CSV's {name}")
        else:
            equal(float(cell), float(value), f"CSV's {name}")


@case
def csv_equals_json(place):
    """CSV has the same records, cell by cell."""
    for path in samples():
        records = meter("-r", path).flows
        header, rows = csv_rows("-r", path)
        equal(len(rows), len(records), f"rows of {path}")
        equal(len(set(header)), len(header), "names twice in the header")
        for row, record in zip(rows, records):
            equal(len(row), len(header), "cells of a row")
            check_csv(header, row, record)
            leaves = {name for name in header if get(record, name)
                      is not None}
            expect(leaves >= {"src.ip", "dst.bytes", "start"}, "columns")


@case
def csv_quotes(place):
    """Quotes, commas and line ends in a name stay one cell."""
    name = b'a "quoted", name\r\nwith a line'
    data = pcapng(Conversation().handshake().packets, [(ETHERNET, name, 6)])
    header, rows = csv_rows("-r", "-", stdin=data)
    equal(len(rows), 1, "rows")
    cell = rows[0][header.index("interface")]
    expect(cell.startswith('a "quoted", name'), f"cell {cell!r}")


@case
def chosen_fields(place):
    """--fields chooses members, columns and their order is the table's."""
    records = meter("-r", OFFICE).flows
    words = ("--fields", "src.ip,dst.port,tcp.conn_state")
    result = execute("-r", OFFICE, "-o", "json", *words)
    lines = [json.loads(l) for l in result.stdout.splitlines()]
    flows = lines[:len(records)]
    for line, record in zip(flows, records):
        for name in ("src.ip", "dst.port", "tcp.conn_state"):
            equal(get(line, name), get(record, name), name)
        expect(get(line, "src.packets") is None, f"more than asked: {line}")
    header, rows = csv_rows("-r", OFFICE, *words)
    equal(header, ["src.ip", "dst.port", "tcp.conn_state"], "columns")
    equal(len(rows), len(records), "rows")


@case
def several_outputs(place):
    """Three formats in one run say what each says alone."""
    paths = {form: os.path.join(place, form) for form in
             ("json", "csv", "text")}
    words = [w for form, path in paths.items()
             for w in ("-o", f"{form}={path}")]
    result = execute("-r", OFFICE, *words)
    equal((result.status, result.stdout), (0, b""), "status and stdout")
    for form, path in paths.items():
        alone = execute("-r", OFFICE, "-o", form).stdout
        with open(path, "rb") as file:
            written = file.read()
        if form == "json":
            alone, written = (d.splitlines()[:-1] for d in (alone, written))
        equal(written, alone, f"{form} beside others")


@case
def text_is_clean(place):
    """Text holds no control byte and tells of every flow and frame."""
    for path in samples():
        records = meter("-r", path)
        result = execute("-r", path, "-o", "text")
        equal(result.status, 0, result.message())
        text = result.stdout.decode("utf-8")
        bad = {c for c in text if c != "\n"
               and (ord(c) < 32 or 127 <= ord(c) < 160)}
        equal(bad, set(), f"control bytes in text of {path}")
        for record in records.flows:
            src = record["src"]
            name = src.get("name", src["ip"])[-40:]
            expect(name in text, f"no {name} in text of {path}")
        read = records.stats["frames"]["read"]
        expect(f"{read:,} frame" in text, f"{read} frames not told")


@case
def text_tells_what_was_lost(place):
    """-v has a line for each side that sent something again, and the last
    line a share, both as the records have it."""
    path = os.path.join(SAMPLES, "bulk-loss.pcap")
    flows = meter("-r", path).flows
    wanted = [(get(flow, f"tcp.{side}.retransmitted_packets"),
               flow[side]["packets"])
              for flow in flows for side in ("src", "dst")
              if get(flow, f"tcp.{side}.retransmitted_packets")]
    expect(wanted, "no retransmission in the sample")
    plain, verbose = (execute("-r", path, "-o", "text", *words)
                      .stdout.decode() for words in ([], ["-v"]))
    pattern = r"^    from the \w+: .*sent again: (\d+) of (\d+) packets"
    told = re.findall(pattern, verbose, re.MULTILINE)
    equal([tuple(map(int, pair)) for pair in told], wanted, "lines of -v")
    expect("sent again" not in plain, f"lines without -v:\n{plain}")
    packets = sum(f[s]["packets"] for f in flows for s in ("src", "dst"))
    share = round(100 * sum(lost for lost, _ in wanted) / packets)
    for text in (plain, verbose):
        equal(text.splitlines()[-1], f"{share} % retransmitted", "last line")


def on_terminal(columns, *words, color=False):
    """What a terminal of that width is shown."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ,
                struct.pack("HHHH", 50, columns, 0, 0))
    whole = dict(os.environ, LC_ALL="C.UTF-8", TERM="xterm")
    whole.pop("COLUMNS", None)
    whole.pop("NO_COLOR", None)
    if not color:
        whole["NO_COLOR"] = "1"
    with subprocess.Popen(PROGRAM + list(words), stdin=subprocess.DEVNULL,
                          stdout=follower, stderr=subprocess.PIPE,
                          env=whole) as child:
        os.close(follower)
        shown = b""
        while True:
            try:
                piece = os.read(leader, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        equal(child.wait(), 0, f"exit status: {child.stderr.read()!r}")
    os.close(leader)
    return shown.decode("utf-8").replace("\r\n", "\n")


@case
def text_fits_the_terminal(place):
    """On a terminal the default is text, and its table fits."""
    for columns in (80, 100, 132, 200):
        text = on_terminal(columns, "-r", OFFICE)
        lines = text.splitlines()
        expect({"proto", "from", "to", "service"} <= set(lines[0].split()),
               f"heading {lines[0]!r}")
        table = lines[:lines.index("")]     # then the last words follow
        wide = [l for l in table if len(l) > columns]
        equal(wide, [], f"lines wider than {columns}")
        expect("\x1b" not in text, "escapes with NO_COLOR")
        expect("10.77.0.2" in text and "https" in text,
               f"addresses and services at {columns}: {text}")
    expect("refused" in text, f"no refused connection:\n{text}")


@case
def color_on_a_terminal(place):
    """Colours, if any, are on a terminal alone and add no width."""
    text = on_terminal(100, "-r", OFFICE, color=True)
    bare = re.sub(r"\x1b\[[0-9;]*m", "", text)
    equal(bare, on_terminal(100, "-r", OFFICE), "without colours")


@case
def default_is_json_elsewhere(place):
    """Piped, the same command writes JSON."""
    result = execute("-r", OFFICE)
    equal(result.stdout.splitlines()[:-1],
          execute("-r", OFFICE, "-o", "json").stdout.splitlines()[:-1],
          "stdout")


@case
def empty_capture(place):
    """A capture without frames: a closing record that says so."""
    result = meter_bytes(pcap([]), schema=True)
    equal((result.stats["frames"]["read"], result.flows), (0, []), "frames")
    for form in ("text", "csv"):
        done = execute("-r", "-", "-o", form, stdin=pcap([]))
        equal(done.status, 0, done.message())


@case
def closing_record(place):
    """The closing record's figures."""
    packets = Conversation().handshake().request().close().packets
    packets.append(datagram("fd00::1", "fd00::2", 50000, 53, b"q",
                            START_NS + 1_000_000_000))
    stats = meter_bytes(pcap(packets), schema=True).stats
    equal(stats["flows"]["tcp"], 1, "flows.tcp")
    equal(stats["flows"]["udp"], 1, "flows.udp")
    equal(stats["flows"]["active_peak"], 2, "flows.active_peak")
    equal(stats["bytes"], sum(p.length for p in packets), "bytes")
    equal(sum(stats["frames_by_link"].values()), 10, "frames_by_link")
    expect(stats["start"].startswith("2026-03-04T05:06:07.000000"),
           f"start {stats['start']}")
    expect(stats["end"].startswith("2026-03-04T05:06:08.000000"),
           f"end {stats['end']}")


@case
def community_seed(place):
    """--community-seed changes the id as Community ID's definition says."""
    from run import community_id
    data = pcap(Conversation().handshake().packets)
    plain = execute("-r", "-", "-o", "json", stdin=data)
    seeded = execute("-r", "-", "-o", "json", "--community-seed", "7",
                     stdin=data)
    for result, seed in ((plain, 0), (seeded, 7)):
        record = json.loads(result.stdout.splitlines()[0])
        equal(record["community_id"], community_id(record, seed),
              f"seed {seed}")


@case
def documents(place):
    """--help, --version, --list-dissectors and --fields print and end."""
    wanted = {("--help",): "--timeout", ("--version",): "tallyman",
              ("--list-dissectors",): "vxlan", ("--fields", "help"):
              "src.ip", ("--fields", "md"): "|", ("--fields", "csv"):
              "src.ip", ("--fields", "json-schema"): "$schema"}
    for words, text in wanted.items():
        result = execute(*words)
        equal(result.status, 0, f"{words}: {result.message()}")
        expect(text in result.stdout.decode(), f"{words}: no {text}")
    for line in execute("--help").stdout.decode().splitlines():
        expect(len(line) <= 80, f"--help is wider than 80: {line!r}")


main()
