#!/usr/bin/env python3
"""What TCP promises, where we know what happened: the kernel's TCP talks
through a forwarder that loses, delays, reorders, doubles and marks by plan.
The forwarder's own list of segments is the truth that records are held to.
Skipped where namespaces are not allowed."""
import os
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "lib"))
from counters import check_limits, check_members  # noqa: E402
from forwarder import (  # noqa: E402
    ADDRESSES, CLIENT, CWR, ECE, FIN, RST, SERVER, SYN, Way, Wire, read_all,
    read_exactly, transfer)
from run import (  # noqa: E402
    case, close_to, equal, expect, get, main, meter_bytes, skip, untested)

QUICK_NS = 1_000_000
MSS = 1448      # of Ethernet, with timestamps
SIDES = ((CLIENT, "src"), (SERVER, "dst"))
SOL_TCP = socket.IPPROTO_TCP
SO_SNDBUFFORCE, SO_RCVBUFFORCE, TCP_FASTOPEN_CONNECT = 32, 33, 30
SMALL = (socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
LARGE = (socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
LARGE_TO_SEND = (socket.SOL_SOCKET, SO_SNDBUFFORCE, 8 << 20)
NO_DELAY = (SOL_TCP, socket.TCP_NODELAY, 1)


# The truth, from the forwarder's list.

def occupying(segments):
    """With a number of its own: data, SYN or FIN."""
    return [s for s in segments if s.end > s.seq]


def repeated(segments):
    """Those of one side of which a byte went by before."""
    seen = bytearray(max((s.end for s in segments), default=0))
    found = []
    for s in occupying(segments):
        if any(seen[s.seq:s.end]):
            found.append(s)
        seen[s.seq:s.end] = b"\1" * (s.end - s.seq)
    return found


def ordered(segments):
    """Counts those beyond a gap, and those behind the highest number."""
    highest = beyond = behind = 0
    for s in occupying(segments):
        beyond += s.seq > highest
        behind += s.seq < highest
        highest = max(highest, s.end)
    return beyond, behind


def keepalives(segments):
    """At most one byte, the last one that was sent (RFC 9293 3.8.4)."""
    highest = count = 0
    for s in segments:
        count += (s.seq == highest - 1 and s.size <= 1
                  and not s.flags & (SYN | FIN | RST))
        highest = max(highest, s.end)
    return count


def sack_edges(segment):
    """The blocks of its SACK option (RFC 2018 3)."""
    options, at = segment.options, 0
    while at < len(options) and options[at] != 0:
        if options[at] == 1:
            at += 1
            continue
        if options[at] == 5:
            words = [int.from_bytes(options[i:i + 4], "big")
                     for i in range(at + 2, at + options[at + 1], 4)]
            return list(zip(words[::2], words[1::2]))
        at += options[at + 1]
    return []


def window_scale(segments):
    for s in segments:
        at = s.options.find(b"\3\3")
        if s.flags & SYN and at >= 0:
            return s.options[at + 2]
    return 0


def closed_windows(segments):
    """Those without a window, and for how long there was none."""
    count, seconds, since_ns = 0, 0.0, None
    for s in segments:
        if s.flags & (SYN | FIN | RST):
            continue
        if s.window == 0:
            count += 1
            since_ns = since_ns or s.ts_ns
        elif since_ns is not None:
            seconds += (s.ts_ns - since_ns) / 1e9
            since_ns = None
    return count, seconds


def counted(segments):
    """What is true of a side whatever the rules of a meter."""
    plain = [s for s in segments if not s.flags & SYN]
    scale = window_scale(segments)
    return {
        "retransmitted_bytes": sum(s.size for s in repeated(segments)),
        "keepalives": keepalives(segments),
        "sacks": sum(bool(sack_edges(s)) for s in segments),
        "zero_windows": closed_windows(segments)[0],
        "window_max": max((s.window << scale for s in plain), default=None),
        "window_scaling": "used",
        "ecn_ce": sum(s.ecn == 3 for s in segments),
        "ecn_ece": sum(bool(s.flags & ECE) for s in plain),
        "ecn_cwr": sum(bool(s.flags & CWR) for s in plain),
        "missed_bytes": 0, "unseen_acks": 0, "overlaps_conflicting": 0,
        "syn": sum(bool(s.flags & SYN) for s in segments),
        "fin": sum(bool(s.flags & FIN) for s in segments),
        "rst": sum(bool(s.flags & RST) for s in segments),
    }


def metered(traffic, **other):
    """The only record of that capture, held to the truth of both sides but
    for the members that the case knows better or leaves open."""
    record = meter_bytes(traffic.pcap(), schema=True).one()
    equal(record["src"]["ip"], ADDRESSES[CLIENT], "src.ip")
    for side, name in SIDES:
        segments = traffic.of(side)
        check_members(record, name, packets=len(segments),
                      payload_bytes=sum(s.size for s in segments))
        if segments:
            want = counted(segments)
            want.update(other)
            check_members(record, f"tcp.{name}", **{
                k: v for k, v in want.items() if v is not ...})
    return record


def number_of(record, path):
    """A counter of the record."""
    have = get(record, path)
    expect(isinstance(have, int), f"{path} is {have!r}")
    return have


# Loss.

def is_decided(segments):
    """Whether all that one side sent again came too long after its highest
    number to be reordering, by the time of the handshake."""
    highest, highest_ns = 0, None
    for s in occupying(segments):
        if s.seq < highest and s.ts_ns - highest_ns < 2 * QUICK_NS:
            return False
        if s.end > highest:
            highest, highest_ns = s.end, s.ts_ns
    return True


def lossy(loss, bursts, seed):
    """The wire after so many bursts of five segments. Each waits for the
    answer to the one before, and the handshake is much shorter than the
    round trips that follow: what is sent again has nothing new just before
    it."""
    for _ in range(20):
        up, down = Way(loss=loss, seed=seed), Way()
        with Wire(up, down) as wire:
            ends = wire.connect()
            first, _, third = wire.traffic().segments[:3]
            if third.ts_ns - first.ts_ns > QUICK_NS:
                continue
            up.delay_s = down.delay_s = 0.005
            exchange(*ends, bursts, os.urandom(5 * MSS))
            ends[0].shutdown(socket.SHUT_WR)
            read_all(ends[1])
            wire.settle()
        if is_decided(wire.traffic().of(CLIENT)):
            return wire
    return untested("the machine is too busy for a quick handshake")


def exchange(one, other, count, request, answer=b"next"):
    """Requests and answers in turn."""
    for _ in range(count):
        one.sendall(request)
        read_exactly(other, len(request))
        other.sendall(answer)
        read_exactly(one, len(answer))


def check_loss(wire):
    """Every loss is mended, and seen as what it is from either end."""
    losses = len(wire.deeds("drop"))
    expect(losses > 0, "nothing was lost")
    here = wire.traffic(CLIENT)
    again = len(repeated(here.of(CLIENT)))
    expect(again >= losses, f"{losses} lost, {again} sent again")
    record = metered(here)
    check_members(record, "tcp.src", retransmitted_packets=again,
                  out_of_order_packets=0, lost_segments=0)
    check_order(wire.traffic(SERVER))


def check_order(traffic):
    """As far as it does not depend on what a gap's filling is taken for."""
    beyond, behind = ordered(traffic.of(CLIENT))
    record = metered(traffic, retransmitted_bytes=...)
    check_members(record, "tcp.src", lost_segments=beyond)
    equal(number_of(record, "tcp.src.retransmitted_packets")
          + number_of(record, "tcp.src.out_of_order_packets"), behind,
          "behind the highest number")


@case
def loss_of_half_a_percent(place):
    """Losses far apart."""
    check_loss(lossy(0.005, 200, seed=1))


@case
def loss_of_two_percent(place):
    """Two losses in a burst now and then."""
    check_loss(lossy(0.02, 120, seed=2))


@case
def loss_of_five_percent(place):
    """Losses of what was sent again, too."""
    check_loss(lossy(0.05, 80, seed=3))


@case
def loss_in_bulk(place):
    """Several gaps at once, and new data between what is sent again."""
    with Wire(Way(0.01, loss=0.03, seed=4), Way(0.01)) as wire:
        transfer(*wire.connect(), 1_000_000)
        wire.settle()
    for point in (CLIENT, SERVER):
        check_order(wire.traffic(point))


@case
def loss_of_the_end(place):
    """Of four segments the last two are lost: the kernel probes the tail
    with the last one, then mends what the answer tells (RFC 8985)."""
    with Wire(Way(0.02, deeds={3: "drop", 4: "drop"}), Way(0.02)) as wire:
        one, other = wire.connect(client=(NO_DELAY,))
        for _ in range(4):
            one.sendall(os.urandom(1000))
        time.sleep(0.6)
        one.shutdown(socket.SHUT_WR)
        read_all(other)
        traffic = wire.settle().traffic()
    again = len(repeated(traffic.of(CLIENT)))
    expect(again >= 2, f"{again} sent again")
    record = metered(traffic)
    check_members(record, "tcp.src", retransmitted_packets=again,
                  tail_loss_probes=1)


@case
def loss_holds_back(place):
    """One segment at a time, each lost once: the timer's time."""
    with Wire(Way(0.01, deeds={n: "drop" for n in range(1, 20, 2)}),
              Way(0.01)) as wire:
        exchange(*wire.connect(), 6, os.urandom(1000))
        traffic = wire.traffic()
    again = len(repeated(traffic.of(CLIENT)))
    expect(again >= 6, f"{again} sent again")
    record = metered(traffic)
    check_members(record, "tcp.src", retransmitted_packets=again)
    check_limits(record, "src", "network_loss", 0.6 * record["duration"],
                 record["duration"])


# Order, repetition.

@case
def reordering(place):
    """Segments overtaken by another, in less than the handshake's round
    trip; nothing is sent again."""
    held = {n: "hold" for n in range(20, 220, 20)}
    with Wire(Way(0.03, deeds=held, rate=2_000_000), Way(0.03)) as wire:
        transfer(*wire.connect(), 400_000)
        traffic = wire.settle().traffic(SERVER)
    beyond, behind = ordered(traffic.of(CLIENT))
    expect(behind >= len(held), f"{behind} of {len(held)} are late")
    expect(not repeated(traffic.of(CLIENT)), "something was sent again")
    record = metered(traffic)
    check_members(record, "tcp.src", out_of_order_packets=behind,
                  lost_segments=beyond, retransmitted_packets=0)


@case
def duplication(place):
    """The network doubles ten segments; the receiver says so by D-SACK."""
    doubled = {n: "duplicate" for n in range(10, 110, 10)}
    with Wire(Way(0.01, deeds=doubled), Way(0.01)) as wire:
        transfer(*wire.connect(), 300_000)
        traffic = wire.settle().traffic(SERVER)
    again = len(repeated(traffic.of(CLIENT)))
    equal(again, len(doubled), "doubled")
    record = metered(traffic)
    check_members(record, "tcp.src", retransmitted_packets=again,
                  lost_segments=0, out_of_order_packets=0)
    told = sum(bool(sack_edges(s)) for s in traffic.of(SERVER))
    expect(told > 0, "no D-SACK")
    check_members(record, "tcp.dst", sacks=told, dsacks=told)


# Times.

@case
def delay(place):
    """50 ms there and 30 ms back, seen from both ends."""
    with Wire(Way(0.05), Way(0.03)) as wire:
        exchange(*wire.connect(), 12, b"q" * 100)
        wire.settle()
    for point, far, near in ((CLIENT, "src", "dst"), (SERVER, "dst", "src")):
        record = metered(wire.traffic(point))
        first, second, third = wire.traffic(point).segments[:3]
        check_members(record, "tcp.handshake",
                      syn_synack=(second.ts_ns - first.ts_ns) / 1e9,
                      synack_ack=(third.ts_ns - second.ts_ns) / 1e9)
        expect(number_of(record, f"tcp.{far}.rtt.samples") >= 10, "samples")
        # A busy machine adds to some of them, and so to their mean.
        for name, most in (("min", 0.095), ("mean", 0.2)):
            have = get(record, f"tcp.{far}.rtt.{name}")
            expect(0.08 <= have < most, f"{far}.rtt.{name} {have}")
        have = get(record, f"tcp.{near}.rtt.min")
        expect(have < 0.01, f"{near}.rtt.min {have}")


# What holds a sender back, without loss.

@case
def zero_window(place):
    """The receiver does not read for two seconds."""
    with Wire(Way(0.005), Way(0.005)) as wire:
        one, other = wire.connect(server=(SMALL,))
        one.setblocking(False)
        try:
            while one.send(os.urandom(16384)):
                pass
        except BlockingIOError:
            pass
        time.sleep(2)
        one.settimeout(5)
        one.shutdown(socket.SHUT_WR)
        read_all(other)
        traffic = wire.settle().traffic()
    count, seconds = closed_windows(traffic.of(SERVER))
    expect(count > 2 and 1.5 < seconds < 4, f"{count} in {seconds} s")
    record = metered(traffic)
    check_members(record, "tcp.dst", window_min=0)
    close_to(get(record, "tcp.dst.zero_window_seconds"), seconds,
             "zero_window_seconds", 1e-6)
    check_limits(record, "src", "receiver_window", 1.5,
                 record["duration"])


@case
def window_limited(place):
    """A small buffer and a long way: a window each round trip."""
    with Wire(Way(0.05), Way(0.05)) as wire:
        transfer(*wire.connect(server=(SMALL,)), 150_000)
        traffic = wire.settle().traffic()
    record = metered(traffic)
    expect(number_of(record, "tcp.src.bytes_in_flight_max")
           <= number_of(record, "tcp.dst.window_max"), "bytes in flight")
    check_limits(record, "src", "receiver_window",
                 0.6 * record["duration"], record["duration"])


@case
def application_limited(place):
    """A short message every 150 ms."""
    with Wire(Way(0.005), Way(0.005)) as wire:
        one, other = wire.connect()
        for _ in range(15):
            one.sendall(b"m" * 500)
            read_exactly(other, 500)
            time.sleep(0.15)
        traffic = wire.traffic()
    record = metered(traffic)
    check_members(record, "tcp.src", retransmitted_packets=0,
                  bytes_in_flight_max=500)
    check_limits(record, "src", "application", 0.7 * record["duration"],
                 record["duration"])


@case
def round_trip_limited(place):
    """Slow start over a long way, into a window that is never full."""
    buffers = {"net/ipv4/tcp_rmem": "4096 8388608 16777216",
               "net/ipv4/tcp_wmem": "4096 8388608 16777216"}
    with Wire(Way(0.1), Way(0.1), sysctls=buffers) as wire:
        ends = wire.connect(client=(LARGE_TO_SEND,), server=(LARGE,))
        transfer(*ends, 1_000_000)
        traffic = wire.settle().traffic()
    record = metered(traffic)
    check_members(record, "tcp.src", retransmitted_packets=0,
                  initial_window=10, window_full=0)
    check_limits(record, "src", "network_rtt", 0.6 * record["duration"],
                 record["duration"])


# Congestion.

def ecn(value, marked):
    """A transfer with that tcp_ecn at both ends and CE on those segments."""
    try:
        with Wire(Way(0.01, deeds={n: "mark" for n in marked}), Way(0.01),
                  sysctls={"net/ipv4/tcp_ecn": value}) as wire:
            transfer(*wire.connect(), 400_000)
            return wire.settle().traffic(SERVER)
    except OSError as refused:
        return untested(f"tcp_ecn={value}: {refused}")


@case
def ecn_marks(place):
    """Three marks, each alone in its round trip, echoed and answered."""
    marked = (20, 100, 200)
    traffic = ecn(1, marked)
    expect(any(s.flags & ECE for s in traffic.of(SERVER)
               if not s.flags & SYN), "no echo")
    record = metered(traffic)
    check_members(record, "tcp", ecn="classic")
    check_members(record, "tcp.src", ecn_ce=len(marked))
    expect(number_of(record, "tcp.src.ecn_cwr") > 0, "no ecn_cwr")


@case
def ecn_accurate(place):
    """With RFC 9768 the flags are a counter, not echoes; where the kernel
    knows it."""
    traffic = ecn(3, (20, 100))
    syn = traffic.segments[0]
    if syn.flags & (ECE | CWR) == 0 or traffic.segments[1].flags & ECE:
        untested("the kernel did not negotiate accurate ECN")
    record = metered(traffic, ecn_ece=..., ecn_cwr=...)
    check_members(record, "tcp", ecn="accurate")
    check_members(record, "tcp.src", ecn_ce=2)


# Beginnings and ends.

@case
def keep_alive(place):
    """A second of silence, then a keep-alive a second."""
    options = ((socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
               (SOL_TCP, socket.TCP_KEEPIDLE, 1),
               (SOL_TCP, socket.TCP_KEEPINTVL, 1))
    with Wire(Way(0.005), Way(0.005)) as wire:
        one, other = wire.connect(client=options)
        one.sendall(b"hello")
        other.recv(5)
        time.sleep(3.5)
        traffic = wire.traffic()
    sent = keepalives(traffic.of(CLIENT))
    expect(sent >= 3, f"{sent} keep-alives")
    record = metered(traffic)
    check_members(record, "tcp.src", keepalives=sent,
                  retransmitted_packets=0)
    check_members(record, "tcp.dst", duplicate_acks=0)


@case
def reset(place):
    """A close that throws the rest away."""
    linger = (socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0" + bytes(4))
    with Wire(Way(0.005), Way(0.005)) as wire:
        one, other = wire.connect(client=(linger,))
        one.sendall(b"hello")
        other.recv(5)
        one.close()
        traffic = wire.settle().traffic()
    expect(traffic.of(CLIENT)[-1].flags & RST, "the kernel sent no RST")
    record = metered(traffic)
    check_members(record, "tcp", state="reset", conn_state="RSTO")
    equal(record["end_reason"], "rst", "end_reason")


@case
def half_open(place):
    """The answers never arrive; the SYN is repeated."""
    with Wire(Way(), Way(drops=lambda segment: True)) as wire:
        _, where = wire.listen()
        one = wire.socket(CLIENT)
        one.setblocking(False)
        equal(one.connect_ex(where) != 0, True, "connecting")
        time.sleep(3.3)
        traffic = wire.traffic()
    again = len(repeated(traffic.of(CLIENT)))
    expect(again >= 1, "the SYN was not repeated")
    record = metered(traffic, window_scaling=..., window_max=...)
    check_members(record, "tcp", state="syn_sent", conn_state="S0")
    check_members(record, "tcp.src", retransmitted_packets=again)


@case
def fast_open(place):
    """The second connection has a cookie: its SYN carries the request."""
    accepts = (SOL_TCP, socket.TCP_FASTOPEN, 5)
    request = b"request " * 20
    with Wire(Way(0.005), Way(0.005),
              sysctls={"net/ipv4/tcp_fastopen": 3}) as wire:
        listener, where = wire.listen(accepts)
        for _ in range(2):
            one = wire.socket(CLIENT, (SOL_TCP, TCP_FASTOPEN_CONNECT, 1))
            one.connect(where)
            one.sendall(request)
            other, _ = listener.accept()
            equal(read_exactly(other, len(request)), request, "request")
            other.close()
            one.recv(1)
            one.close()
        traffic = wire.settle().traffic()
    syns = [s for s in traffic.of(CLIENT) if s.flags & SYN]
    equal([s.size for s in syns], [0, len(request)], "data in the SYNs")
    result = meter_bytes(traffic.pcap(), schema=True)
    for syn, wanted in zip(syns, (None, True)):
        record = result.find(src__port=syn.port)
        check_members(record, "tcp", fast_open=wanted, conn_state="SF")
        check_members(record, "src", payload_bytes=len(request))
        check_members(record, "tcp.src", retransmitted_packets=0)


@case
def begun_in_the_middle(place):
    """A capture that begins with the twentieth segment."""
    with Wire(Way(0.01), Way(0.01)) as wire:
        transfer(*wire.connect(), 100_000)
        traffic = wire.settle().traffic()
    record = meter_bytes(traffic.pcap(first=20), schema=True).one()
    rest = traffic.segments[20:]
    names = dict(SIDES)
    if record["src"]["ip"] != ADDRESSES[CLIENT]:
        names = {CLIENT: "dst", SERVER: "src"}
    for side, name in names.items():
        mine = [s for s in rest if s.side == side]
        check_members(record, name, packets=len(mine),
                      payload_bytes=sum(s.size for s in mine))
        check_members(record, f"tcp.{name}", window_scaling="unknown",
                      window_max=None, window_min=None,
                      retransmitted_packets=0)
    expect(record["direction"]["by"] not in ("syn", "synack"),
           f"direction {record['direction']}")


if os.geteuid() != 0:
    skip("network namespaces need root")
try:
    with Wire():
        pass
except (OSError, subprocess.CalledProcessError) as refused:
    skip(f"no network namespaces here: {refused}")
main(jobs=4)
