#!/usr/bin/env python3
"""The captures that the measurements run on: what they are made of, that
they come out the same each time, and that copies differ where they must."""
import itertools
import os
import struct
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "lib"))
import capture as cap  # noqa: E402
from run import (  # noqa: E402
    SAMPLES, SANITIZER, case, equal, expect, main, meter, skip)

FOLDER = os.path.join(os.environ.get("top_builddir", "."), "bench")
A4, B4, GROUP4 = "10.1.2.3", "192.0.2.77", "239.1.2.3"
A6, B6, GROUP6 = "fd00:1::5", "2001:db8::9", "ff02::fb"
# Of the checksum in each transport that covers the addresses.
FIELDS = {cap.TCP: 16, cap.UDP: 6, cap.ICMP6: 2}
MARK = 8    # some frames made here end with so many bytes of their own
marks = itertools.count()


def run(name, *words, status=0):
    done = subprocess.run([os.path.join(FOLDER, name), *map(str, words)],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, timeout=60)
    expect(not SANITIZER.search(done.stderr), done.stderr)
    equal(done.returncode, status, f"{name} {words}: {done.stderr}")
    return done.stdout, done.stderr.decode()


def store(place, name, data):
    path = os.path.join(place, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    return path


def mix(size, seed, *paths):
    """The packets of a mix, and what it said."""
    data, message = run("mix", size, seed, *paths)
    return cap.read_pcap(data)[1], message


def network_at(frame):
    """Where the IP header begins, behind VLAN tags and PPPoE."""
    at = 12
    while frame[at:at + 2] in (b"\x81\x00", b"\x88\xa8"):
        at += 4
    return at + (10 if frame[at:at + 2] == b"\x88\x64" else 2)


def addresses(frame):
    at = network_at(frame)
    if frame[at] >> 4 == 4:
        return frame[at + 12:at + 16], frame[at + 16:at + 20]
    return frame[at + 8:at + 24], frame[at + 24:at + 40]


def errors(frame, at, protocol):
    """By how much the checksums are wrong: of the IP header, where it has
    one, and of the transport that begins at the offset."""
    network = network_at(frame)
    head = frame[network:at] if frame[network] >> 4 == 4 else b""
    segment = frame[at:]
    pseudo = (b"".join(addresses(frame))
              + struct.pack(">II", protocol, len(segment)))
    field = FIELDS[protocol]
    stored = segment[field:field + 2]
    return (cap.checksum(head) if head else 0,
            None if stored == b"\0\0" else cap.checksum(pseudo + segment))


def made(src, dst):
    """Frames between two hosts, in all their dresses, and the protocol of
    their transport."""
    def body():
        return b"payload" + next(marks).to_bytes(MARK, "big")

    def both(data, protocol, **more):
        return cap.ip(data, src, dst, protocol, **more)

    extension = ({"extensions": [(0, cap.options6(1)),
                                 (60, cap.options6())]}
                 if cap.version(src) == 6 else {"options": bytes(8)})
    segment = cap.tcp(src, dst, 40000, 80, "PA", payload=body())
    yield cap.ethernet(both(segment, cap.TCP)), cap.TCP
    segment = cap.tcp(src, dst, 40000, 80, "PA", payload=body())
    yield cap.ethernet(both(segment, cap.TCP, **extension)), cap.TCP
    segment = cap.tcp(src, dst, 40000, 80, "PA", payload=body(),
                      segment_checksum=0x1234)
    yield cap.ethernet(both(segment, cap.TCP)), cap.TCP
    vlans = [(0x88A8, 7), (0x8100, 8)]
    data = cap.udp(src, dst, 5000, 5001, body())
    yield cap.ethernet(both(data, cap.UDP), vlans=vlans), cap.UDP
    data = cap.udp(src, dst, 5000, 5001, body())
    session = both(data, cap.UDP)
    session = (struct.pack(">BBHHH", 0x11, 0, 1, len(session) + 2,
                           0x21 if cap.version(src) == 4 else 0x57)
               + session)
    yield cap.ethernet(session, kind=0x8864), cap.UDP
    data = cap.udp(src, dst, 5000, 5001, body(), datagram_checksum=0)
    yield cap.ethernet(both(data, cap.UDP)), cap.UDP
    if cap.version(src) == 6:
        data = cap.icmp6(src, dst, 128, 0, body(), cap.echo(1, 2))
        yield cap.ethernet(both(data, cap.ICMP6)), cap.ICMP6


def in_file(frames):
    """All at one time, so that copies follow each other."""
    return cap.pcap([cap.packet(cap.START_NS, frame) for frame in frames])


@case
def checksums(place):
    """What was right stays right, what was wrong stays as wrong, and no
    checksum stays none, whatever the frame's dress."""
    frames = [*made(A4, B4), *made(A6, B6)]
    path = store(place, "all.pcap", in_file(f for f, _ in frames))
    source = {frame[-MARK:]: (frame, protocol) for frame, protocol in frames}
    equal(len(source), 13, "sorts of frames")
    packets, _ = mix(200_000, 1, path)
    wrong = 0
    for one in packets:
        frame, protocol = source[one.data[-MARK:]]
        size = {cap.TCP: 20, cap.UDP: 8, cap.ICMP6: 8}[protocol]
        at = len(frame) - MARK - len("payload") - size
        have = errors(one.data, at, protocol)
        equal(have, errors(frame, at, protocol), f"wrong by in {frame}")
        wrong += have[1] not in (0, None)
        expect(not set(addresses(one.data)) & set(addresses(frame)),
               "an address was kept")
    expect(wrong * 20 > len(packets), f"{wrong} frames are wrong on purpose")


@case
def fragments(place):
    """The first has the transport's checksum; the others are payload."""
    data = cap.udp(A4, B4, 5000, 5001, bytes(range(200)))
    data6 = cap.udp(A6, B6, 5000, 5001, bytes(range(200)))
    pieces = (cap.fragments4(data, A4, B4, cap.UDP, 104)
              + cap.fragments6(data6, A6, B6, cap.UDP, 104))
    path = store(place, "pieces.pcap",
                 in_file(cap.ethernet(piece) for piece in pieces))
    packets, _ = mix(700, 1, path)
    for one, size, protocol_data in ((packets[0:2], 34, data),
                                     (packets[2:4], 62, data6)):
        whole = b"".join(piece.data[size:] for piece in one)
        equal(whole[8:], protocol_data[8:], "payload")
        source, target = addresses(one[0].data)
        equal(addresses(one[1].data), (source, target), "of the second")
        pseudo = source + target + struct.pack(">II", cap.UDP, len(whole))
        equal(cap.checksum(pseudo + whole), 0, "wrong by")


@case
def kept(place):
    """Groups, the broadcast, the unspecified address, loopback and ARP."""
    ends = ((A4, GROUP4), ("0.0.0.0", "255.255.255.255"),
            ("127.0.0.1", A4), (A6, GROUP6), ("::", GROUP6), ("::1", A6))
    frames = [cap.datagram(src, dst, 1, 2, b"x").data for src, dst in ends]
    frames.append(cap.ethernet(bytes(range(28)), kind=cap.ARP))
    path = store(place, "kept.pcap", in_file(frames))
    packets, _ = mix(500, 1, path)
    expect(len(packets) >= len(frames), "not one copy was written")
    for one, (src, dst) in zip(packets, ends):
        for text, have in zip((src, dst), addresses(one.data)):
            equal(have == cap.address(text), text not in (A4, A6),
                  f"{text} is kept")
    equal(packets[len(ends)].data, frames[-1], "ARP")


@case
def repeated(place):
    """The seed alone makes a difference."""
    first, _ = run("mix", 300_000, 1, SAMPLES)
    again, _ = run("mix", 300_000, 1, SAMPLES)
    other, _ = run("mix", 300_000, 2, SAMPLES)
    expect(first == again, "two runs differ")
    expect(first != other, "two seeds make the same")
    expect(300_000 <= len(first) < 302_000, f"{len(first)} bytes")
    times = [one.ts_ns for one in cap.read_pcap(first)[1]]
    expect(times == sorted(times), "time runs backwards")


@case
def copies(place):
    """Each copy is a conversation of its own, whole and both ways."""
    sample = os.path.join(SAMPLES, "ssh.pcap")
    want = meter("-r", sample).one()
    frames = want["src"]["packets"] + want["dst"]["packets"]
    data, message = run("mix", 3_000_000, 1, sample)
    result = meter("-r", store(place, "ssh.pcap", data), "--timeout",
                   "all=0")
    begun = int(message.split(" copies begun")[0].split()[-1])
    equal(len(result.flows), begun, "flows")
    whole = [flow for flow in result.flows
             if flow["src"]["packets"] + flow["dst"]["packets"] == frames]
    expect(len(whole) * 2 > begun, f"{len(whole)} of {begun} are whole")
    for flow in whole:
        for side in ("src", "dst"):
            for name in ("packets", "bytes", "payload_bytes"):
                equal(flow[side].get(name), want[side].get(name), name)
        equal(flow["service"], want["service"], "service")


@case
def sources(place):
    """Every sort of capture in folders at any depth, only Ethernet, nothing
    malformed; what is none is counted."""
    frame = cap.datagram(A4, B4, 1, 2, b"x")
    store(place, "in/a.pcap", cap.pcap([frame], order=">"))
    store(place, "in/below/b.pcap", cap.pcap([frame], nano=True))
    store(place, "in/below/c.pcapng", cap.pcapng([frame, frame]))
    store(place, "in/malformed/d.pcap", cap.pcap([frame]))
    store(place, "in/raw.pcap", cap.pcap([frame], link=cap.RAW))
    store(place, "in/cut.pcap", cap.pcap([frame, frame])[:-1])
    store(place, "in/words.txt", b"no capture, but long enough for one\n")
    _, message = mix(5000, 1, os.path.join(place, "in"))
    size = len(frame.data) * 5
    equal(message.split("\n", maxsplit=1)[0],
          f"mix: 4 captures, 5 frames, {size} bytes; not taken: 1 of other "
          "links, 1 files that are no captures; cut short: 1", "message")


@case
def bounded_pauses(place):
    """A day without a frame lasts seconds, and a step back no time."""
    frame = cap.datagram(A4, B4, 1, 2, bytes(1400)).data
    day_ns = 86_400_000_000_000
    steps = (0, day_ns, day_ns // 2, day_ns // 2 + 1000)
    path = store(place, "day.pcap", cap.pcap(
        [cap.packet(cap.START_NS + step, frame) for step in steps]))
    data, _ = run("mix", 12_000_000, 1, path)
    result = meter("-r", store(place, "out.pcap", data), "--timeout",
                   "all=0")
    longest = max(flow["duration"] for flow in result.flows)
    equal(longest, 5.000001, "duration of a copy")


@case
def mistakes(place):
    """They have their message and their exit status."""
    path = store(place, "words.txt", b"no capture, but long enough for one\n")
    for words, status, want in (
            ((), 2, "usage:"), (("x", 1, path), 2, "'x' is no number"),
            ((1, "-1", path), 2, "'-1' is no number"),
            ((1, 1, path), 1, "no captures of Ethernet"),
            ((1, 1, path + ".none"), 1, "cannot read")):
        data, message = run("mix", *words, status=status)
        expect(want in message, f"{words}: {message}")
        equal(data, b"", f"{words}: output")


@case
def generated(place):
    """Flows as many as were ordered, each frame in one, nothing wrong."""
    for words, flows, frames in ((("small", 300, 50), 300, 3000),
                                 (("elephants", 1, 5), 5, None),
                                 (("syn", 2000), 2000, 2000)):
        data, _ = run("generate", *words)
        packets = cap.read_pcap(data)[1]
        result = meter("-r", store(place, words[0], data))
        equal(len(result.flows), flows, f"{words}: flows")
        equal(result.stats["frames"]["in_flows"], len(packets), "in flows")
        equal(result.stats.get("malformed_by", {}), {}, f"{words}: wrong")
        if frames is not None:
            equal(len(packets), frames, f"{words}: frames")
    sources_of = {addresses(one.data)[0] for one in packets}
    equal(len(sources_of), 2000, "sources of SYNs")
    equal({len(one.data) for one in packets}, {64}, "sizes of SYNs")


if not os.path.exists(os.path.join(FOLDER, "mix")):
    skip(f"no {FOLDER}/mix (make check builds it)")
main()
