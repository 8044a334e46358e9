#!/usr/bin/env python3
"""What holds for any input: every truncation, every division into files,
the mirror image, another container."""
import gzip
import os
import random
import struct
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "lib"))
from capture import (  # noqa: E402
    ETHERNET, START_NS, Conversation, datagram, mirror, packet, pcap,
    pcapng, read_pcap)
from run import (  # noqa: E402
    PROGRAM, SAMPLES, case, equal, execute, expect, main, meter,
    meter_bytes, plain, read_lines, samples, write)

PLAIN_SAMPLES = [p for p in samples() if p.endswith(".pcap")]


def small_packets():
    """Two frames: a run for each byte adds up."""
    return Conversation().syn().packets + [
        datagram("fd00::1", "fd00::2", 50000, 53, b"q", START_NS + 9_000_000)]


def check_cuts(data, ends, shortest):
    """Every prefix: the whole frames are metered, the exit status is 0
    exactly where nothing is missing. ends are the sizes at which a file of
    0, 1, ... frames is whole; shortest, what can be opened at all."""
    for size in range(len(data) + 1):
        result = execute("-r", "-", "-o", "json", stdin=data[:size])
        want = 0 if size in ends else 1
        equal(result.status, want, f"exit status when cut at {size}: "
              f"{result.message()}")
        if want == 1:
            equal(len(result.stderr.splitlines()), 1,
                  f"lines on stderr when cut at {size}: {result.message()}")
        if size >= shortest:
            read_lines(result.stdout, result)
            frames = sum(size >= end for end in frame_ends(ends))
            equal(result.stats["frames"]["read"], frames,
                  f"frames.read when cut at {size}")


def frame_ends(ends):
    """ends maps sizes to whether a frame ends there."""
    return [size for size, is_frame in ends.items() if is_frame]


@case
def cut_pcap(place):
    """A pcap cut at every byte."""
    packets = small_packets()
    ends = {24: False}
    size = 24
    for one in packets:
        size += 16 + len(one.data)
        ends[size] = True
    check_cuts(pcap(packets), ends, 24)


@case
def cut_pcapng(place):
    """A pcapng file cut at every byte."""
    data = pcapng(small_packets(), [(ETHERNET, b"eth0", 9)])
    ends = {}
    size = 0
    while size < len(data):
        kind, length = struct.unpack_from("<II", data, size)
        size += length
        ends[size] = kind == 6
    check_cuts(data, ends, min(ends))


@case
def cut_compressed(place):
    """A gz file cut at every byte: never exit 0, whole frames metered."""
    data = pcap(small_packets())
    packed = gzip.compress(data)
    for size in range(len(packed)):
        result = execute("-r", "-", "-o", "json", stdin=packed[:size])
        equal(result.status, 1, f"exit status when cut at {size}")
        if result.stdout:
            read_lines(result.stdout, result)
    equal(len(meter_bytes(packed).flows), 2, "records of the whole")


@case
def halves(place):
    """A sample divided into two files equals the whole."""
    for path in PLAIN_SAMPLES:
        with open(path, "rb") as file:
            link, packets = read_pcap(file.read())
        whole = plain(meter("-r", path))
        for part in (1, 2, 3):
            at = len(packets) * part // 4
            one = write(place, "one.pcap", pcap(packets[:at], link))
            two = write(place, "two.pcap", pcap(packets[at:], link))
            equal(plain(meter("-r", one, "-r", two)), whole,
                  f"{os.path.basename(path)} divided at {at}")


@case
def interleaved(place):
    """Every second frame in another file: merged, they equal the whole,
    as their times tell them apart."""
    talk = Conversation().handshake().request().close()
    packets = talk.packets + [
        datagram("10.0.0.9", "10.0.0.8", 50000, 53, b"q",
                 START_NS + i * 1_000_000 + 500_000) for i in range(8)]
    packets.sort(key=lambda p: p.ts_ns)
    whole = plain(meter_bytes(pcap(packets)))
    one = write(place, "one.pcap", pcap(packets[::2]))
    two = write(place, "two.pcap", pcap(packets[1::2]))
    for first, second in ((one, two), (two, one)):
        equal(plain(meter("-r", first, "-r", second)), whole, "merged")


def swap(record, places):
    """The record with these members of src and dst exchanged."""
    twin = dict(record, src=dict(record["src"]), dst=dict(record["dst"]))
    for name in places:
        for side, other in (("src", "dst"), ("dst", "src")):
            twin[side].pop(name, None)
            if name in record[other]:
                twin[side][name] = record[other][name]
    return twin


PLACES = ("ip", "port", "port_class", "mac", "mac_vendor")
# What follows from addresses and ports rather than from behaviour.
FOLLOWS = ("id", "community_id", "service", "input", "cast", "tunnel")


def behaviour(records):
    """Records without what follows from the addresses, in a fixed order. A
    server of names is known by its port."""
    kept = [{k: v for k, v in r.items() if k not in FOLLOWS}
            for r in records]
    for record in kept:
        for side in ("src", "dst"):
            record[side] = {k: v for k, v in record[side].items()
                            if k not in ("name", "name_source")}
    return sorted(kept, key=repr)


@case
def mirrored(place):
    """Each sample with addresses and ports exchanged: where a SYN tells who
    began, the same counters belong to the exchanged addresses."""
    for path in PLAIN_SAMPLES:
        with open(path, "rb") as file:
            link, packets = read_pcap(file.read())
        turned = [p._replace(data=mirror(p.data)) for p in packets]
        data = pcap(turned, link)
        want, have = ([r for r in result.flows
                       if r["direction"]["by"] == "syn"]
                      for result in (meter("-r", path), meter_bytes(data)))
        equal(behaviour(swap(r, PLACES) for r in have), behaviour(want),
              f"mirror of {os.path.basename(path)}")


@case
def mirrored_without_syn(place):
    """Where the ports tell who began, exchanging them exchanges all."""
    talk = Conversation()
    talk.request(10, 300).request(20, 400).segment(1, "PA", b"r")
    want = meter_bytes(pcap(talk.packets)).one()
    turned = [p._replace(data=mirror(p.data)) for p in talk.packets]
    have = meter_bytes(pcap(turned)).one()
    equal(want["direction"]["by"], "service", "direction.by")
    for side, other in (("src", "dst"), ("dst", "src")):
        equal(have[side]["ip"], want[side]["ip"], f"{side}.ip")
        for name in ("packets", "bytes", "ip_bytes", "payload_bytes"):
            equal(have[side][name], want[other][name], f"{side}.{name}")


@case
def containers(place):
    """The same frames in another container give the same records."""
    for path in PLAIN_SAMPLES:
        with open(path, "rb") as file:
            data = file.read()
        link, packets = read_pcap(data)
        whole = plain(meter("-r", path))
        for other in (pcap(packets, link, order=">"), gzip.compress(data),
                      pcapng(packets, [(link, None, 6)]),
                      pcapng(packets, [(link, None, 6)], order=">")):
            equal(plain(meter_bytes(other)), whole,
                  f"{os.path.basename(path)} in another container")


@case
def repeated(place):
    """The same input gives the same bytes but for the run's own times."""
    for path in samples():
        runs = [meter("-r", path) for _ in range(2)]
        equal(*(plain(r) for r in runs), os.path.basename(path))
        lines = [r.stdout.splitlines()[:-1] for r in runs]
        expect(lines[0] == lines[1], f"{path}: other bytes")


SEGMENTS = 60_000
MEASURES = 3


def stream(numbers, size):
    """A handshake, and a segment of size bytes at each of the numbers, a
    microsecond apart; only what differs is made anew."""
    talk = Conversation().handshake()
    talk.segment(0, "A", b"x" * size, seq=0)
    packets = talk.packets[:3]
    frame = bytearray(talk.packets[3].data)
    rest = ~struct.unpack_from(">H", frame, 50)[0] & 0xFFFF
    for i, number in enumerate(numbers):
        total = rest + (number >> 16) + (number & 0xFFFF)
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        struct.pack_into(">I", frame, 38, number)
        struct.pack_into(">H", frame, 50, ~total & 0xFFFF)
        packets.append(packet(talk.now + i * 1000, bytes(frame)))
    return packets


def hole_a_byte(count):
    """Every second byte is missing."""
    return stream((1002 + 2 * i for i in range(count)), 1)


def overlapping(count):
    """Each begins a byte after the one before it."""
    return stream((1001 + i for i in range(count)), 100)


def jumping(count):
    """Anywhere in the sequence space."""
    dice = random.Random(1)
    return stream((dice.getrandbits(32) for _ in range(count)), 10)


# A process is charged with the memory of the one that started it: a small
# one must.
STARTER = """
import os, sys
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(child, 0)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024,
      file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status) != 0)
"""


def cost(path):
    """Seconds of processor time, the least of a few runs, and the most
    memory in bytes. One thread: what the allocator keeps for each of several
    depends on how they happen to run."""
    seconds, memory = [], []
    for _ in range(MEASURES):
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", STARTER, *PROGRAM, "-j1",
             "-r", path, "-o", "json"], stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, check=False, timeout=60)
        words = done.stderr.decode()
        equal(done.returncode, 0, f"exit status for {path}: {words}")
        one, most = words.split()
        seconds.append(float(one))
        memory.append(int(most))
    return min(seconds), max(memory)


@case
def hostile_costs(place):
    """Twice as many segments that are made to cost take twice the time and
    the same memory, and the record counts all of them."""
    for make in (hole_a_byte, overlapping, jumping):
        name = make.__name__
        paths = [write(place, f"{name}{count}.pcap", pcap(make(count)))
                 for count in (SEGMENTS, 2 * SEGMENTS)]
        record = meter("-r", paths[1]).one()
        equal(record["src"]["packets"], 2 * SEGMENTS + 2, name)
        (once, little), (twice, much) = map(cost, paths)
        expect(twice <= 2.6 * once + 0.02,
               f"{name}: {twice:.3f} s where half takes {once:.3f} s")
        expect(much <= little + (2 << 20),
               f"{name}: {much} bytes where half needs {little}")


expect(PLAIN_SAMPLES, f"no samples in {SAMPLES}")
main()
