#!/usr/bin/env python3
"""The same bytes for any number of threads: records of every format, their
order and the closing counts depend on the input alone."""
import glob
import os
import re
import select
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "lib"))
from capture import (  # noqa: E402
    START_NS, Conversation, datagram, ethernet, icmp, ip, packet, pcap)
from run import (  # noqa: E402
    PROGRAM, SHARED, case, equal, execute, expect, main, samples, untested,
    write)

SECOND = 1_000_000_000
TIMES = re.compile(rb'"elapsed":[^}]*')


def run(*words):
    """What was written, but for how long the run took, and the status."""
    result = execute(*words)
    return (result.status, TIMES.sub(b"", result.stdout), result.stderr)


def same(path, *words, threads=(2, 3, 7)):
    """One thread and more write the same. Returns what one wrote."""
    want = run("-j", "1", "-r", path, *words)
    for count in threads:
        have = run("-j", str(count), "-r", path, *words)
        equal(have[0], want[0], f"{path} {words} -j {count}: status")
        equal(have[2], want[2], f"{path} {words} -j {count}: messages")
        expect(have[1] == want[1],
               f"{path} {words} -j {count}: other bytes than with -j 1")
    return want[1]


def crowd(flows):
    """Short flows that overlap: whole and half-open connections, datagrams,
    ICMP errors that quote them, silences longer than timeouts."""
    packets = []
    for i in range(flows):
        now = START_NS + i * 7_000_000 + i // 500 * 40 * SECOND
        client = f"10.{i % 5}.{i // 250 % 250}.{i % 250 + 1}"
        server = f"192.0.2.{i % 7 + 1}"
        talk = Conversation(client, server, 40000 + i % 100, 443,
                            now)
        if i % 3 == 0:
            packets += talk.handshake().request().close().packets
        elif i % 3 == 1:
            packets += talk.syn().packets
        else:
            asked = datagram(client, server, 50000, 53, b"q", now)
            quote = asked.data[14:42]
            packets += [asked, packet(now + 900, ethernet(ip(
                icmp(3, 3, quote), f"198.51.100.{i % 9 + 1}", client, 1)))]
    return sorted(packets, key=lambda one: one.ts_ns)


@case
def samples_alike(place):
    """Each of our captures, in each format."""
    for path in samples():
        same(path, "-o", "json", threads=(2, 5))
        for words in (("-o", "csv"), ("-v", "-o", "text")):
            same(path, *words, threads=(3,))


@case
def corpus_alike(place):
    """Real captures with tunnels, fragments and damage."""
    paths = [os.path.join(folder, name) for folder, _, names in os.walk(
        os.path.join(SHARED, "corpus")) for name in sorted(names)
        if name.endswith((".pcap", ".pcapng", ".cap"))]
    if not paths:
        untested("the shared captures are missing")
    for path in sorted(paths):
        same(path, "-o", "json", threads=(3,))


@case
def many_flows(place):
    """Flows that time out, in parts, and counted to an end."""
    path = write(place, "crowd.pcap", pcap(crowd(3000)))
    whole = same(path, "-o", "json")
    expect(b'"end_reason":"idle"' in whole, "no flow timed out")
    expect(b'"icmp_errors":' in whole, "no ICMP error was credited")
    same(path, "-o", "json", "--timeout", "part=1", "--timeout", "tcp=3")
    same(path, "-o", "json", "-c", "4321")
    same(path, "-o", "json", "-f", "udp or icmp")


@case
def no_memory(place):
    """What is evicted, and when, depends on the input too: with room for few
    flows, where each packet may make one go, and for more."""
    for bound, flows in ((1, 500), (37, 500), (1500, 6000)):
        path = write(place, f"{flows}.pcap", pcap(crowd(flows)))
        out = same(path, "-o", "json", "--timeout", "udp=900", "--timeout",
                   "tcp-open=900", "--timeout", "tcp-close=900",
                   "--max-flows", str(bound))
        expect(b'"end_reason":"resources"' in out, f"none evicted at {bound}")


@case
def several_outputs(place):
    """Each output has its own order and its own totals."""
    path = write(place, "crowd.pcap", pcap(crowd(900)))
    made = {}
    for threads in ("1", "4"):
        names = [os.path.join(place, f"{kind}{threads}")
                 for kind in ("json", "csv", "text")]
        result = execute("-j", threads, "-r", path, *(
            word for kind, name in zip(("json", "csv", "text"), names)
            for word in ("-o", f"{kind}={name}")))
        equal(result.status, 0, "exit status")
        made[threads] = []
        for name in names:
            with open(name, "rb") as file:
                made[threads].append(TIMES.sub(b"", file.read()))
    expect(made["1"] == made["4"], "outputs differ")


@case
def a_slow_pipe(place):
    """Records do not wait until a batch is full."""
    frames = [datagram("10.0.0.1", "10.0.0.2", 50000 + i, 53, b"q",
                       START_NS + i * 200 * SECOND) for i in range(2)]
    with subprocess.Popen([*PROGRAM, "-j", "2", "-l", "-r", "-", "-o",
                           "json"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as child:
        child.stdin.write(pcap(frames))
        child.stdin.flush()
        ready, _, _ = select.select([child.stdout], [], [], 20)
        expect(ready, "no record while the pipe is open")
        expect(b'"end_reason":"idle"' in child.stdout.readline(),
               "the flow that timed out")
        child.stdin.close()
        child.stdout.read()
        equal(child.wait(), 0, "exit status")


@case
def a_full_disk(place):
    """An output that fails ends the run with its message and status 1."""
    if not os.path.exists("/dev/full"):
        untested("no /dev/full here")
    path = write(place, "crowd.pcap", pcap(crowd(3000)))
    for threads in ("1", "3"):
        result = execute("-j", threads, "-r", path, "-o", "json=/dev/full")
        equal(result.status, 1, f"exit status with -j {threads}")
        expect("no space left" in result.message().lower(),
               f"message with -j {threads}: {result.message()}")


main()
