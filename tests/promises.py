#!/usr/bin/env python3
"""What TCP promises and how well it kept it, one small capture a promise:
every counter of both sides is said, and what is not said is 0."""
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "lib"))
from capture import (  # noqa: E402
    Conversation, fast_open, pcap, sack_blocks, tcp_options)
from counters import (  # noqa: E402
    check_counters, check_limits, check_members)
from run import (  # noqa: E402
    case, close_to, equal, execute, expect, get, main, meter_bytes, write)

MILLISECOND = 1_000_000
CLIENT, SERVER = 1000, 5000     # initial sequence numbers
SIZE = 1000


def opened(rtt_s=0.03, scale=7, window=65535, **more):
    """A handshake of that round trip; then a millisecond a segment. A gap
    that is filled sooner than the round trip is reordering."""
    options = tcp_options(1460, scale, sack=True)
    talk = Conversation(step_ns=int(rtt_s * 1e9) // 2, **more)
    talk.segment(0, "S", options=options, window=65535)
    talk.segment(1, "SA", options=options, window=window)
    talk.segment(0, "A")
    talk.step = MILLISECOND
    return talk


def data(talk, n, size=SIZE, letter=b"d", **more):
    """The client's n-th segment of data, counted from 0."""
    talk.segment(0, "PA", letter * size, seq=CLIENT + 1 + n * SIZE,
                 advance=False, **more)
    talk.next[0] = max(talk.next[0], CLIENT + 1 + n * SIZE + size)
    return talk


def burst(talk, count):
    for n in range(count):
        data(talk, n)
    return talk


def acked(talk, n, **more):
    """The server acknowledges n segments."""
    return talk.segment(1, "A", ack=CLIENT + 1 + n * SIZE, **more)


def block(first, end):
    """The SACK block of those segments of the client."""
    return (CLIENT + 1 + first * SIZE, CLIENT + 1 + end * SIZE)


def metered(talk, src=None, dst=None):
    """The only record of the capture, which has exactly these counters."""
    record = meter_bytes(pcap(talk.packets), schema=True).one()
    check_counters(record, src or {}, dst or {})
    return record


# Loss and what mends it.

@case
def nothing_happened(place):
    """A clean conversation has nothing to report."""
    talk = opened().request(3000, 200).close()
    metered(talk)


@case
def timeout(place):
    """Data again after a silence, not acknowledged between."""
    talk = data(opened(), 0).wait(0.3)
    acked(data(talk, 0), 1)
    metered(talk, {"retransmitted_packets": 1, "retransmitted_bytes": SIZE})


@case
def doubled_by_the_network(place):
    """The same frame twice is counted like any repetition."""
    talk = acked(data(data(opened(), 0), 0), 1)
    metered(talk, {"retransmitted_packets": 1, "retransmitted_bytes": SIZE})


@case
def fast_retransmission(place):
    """The second of five is lost beyond the capture point; three duplicate
    ACKs bring it back at once."""
    talk = acked(burst(opened(), 5), 1)
    for end in (3, 4, 5):
        acked(talk, 1, options=sack_blocks(block(2, end)))
    acked(data(talk, 1), 5)
    metered(talk, {"retransmitted_packets": 1, "retransmitted_bytes": SIZE,
                   "fast_retransmissions": 1},
            {"duplicate_acks": 3, "sacks": 3})


@case
def spurious_retransmission(place):
    """What was acknowledged comes again, and a D-SACK says so."""
    talk = data(acked(data(opened(), 0), 1), 0)
    acked(talk, 1, options=sack_blocks(block(0, 1)))
    metered(talk, {"retransmitted_packets": 1, "retransmitted_bytes": SIZE,
                   "spurious_retransmissions": 1},
            {"duplicate_acks": 1, "sacks": 1, "dsacks": 1})


@case
def tail_loss_probe(place):
    """The last segment comes again after two round trips of silence,
    before a timeout could have expired (RFC 8985)."""
    talk = acked(burst(opened(), 1).wait(0.03), 1)
    data(data(talk, 1), 2)
    talk.wait(0.063)
    acked(data(talk, 2).wait(0.03), 3)
    metered(talk, {"retransmitted_packets": 1, "retransmitted_bytes": SIZE,
                   "tail_loss_probes": 1})


@case
def conflicting_overlap(place):
    """Other bytes under the same sequence numbers."""
    talk = data(opened(), 0).wait(0.3)
    acked(data(talk, 0, letter=b"e"), 1)
    metered(talk, {"retransmitted_packets": 1, "retransmitted_bytes": SIZE,
                   "overlaps_conflicting": 1})


# Order, and what was never seen.

@case
def reordering(place):
    """The third overtakes the second, much sooner than a round trip."""
    talk = data(opened(), 0)
    acked(data(data(data(talk, 2), 1), 3), 4)
    metered(talk, {"out_of_order_packets": 1, "lost_segments": 1})


@case
def reordering_in_several_places(place):
    """Four gaps at once; every ACK is for bytes that were seen."""
    talk = opened()
    for n in (0, 2, 4, 6, 8):
        data(talk, n)
    for n in (1, 3, 5, 7):
        acked(data(talk, n), n + 2)
    metered(talk, {"out_of_order_packets": 4, "lost_segments": 4})


@case
def gap_filled_late(place):
    """What fills a gap after a round trip was sent again."""
    talk = data(data(opened(), 0), 2)
    acked(data(talk.wait(0.3), 1), 3)
    metered(talk, {"retransmitted_packets": 1, "retransmitted_bytes": SIZE,
                   "lost_segments": 1})


@case
def gap_acknowledged(place):
    """The receiver had what the capture has not."""
    talk = acked(data(data(opened(), 0), 2), 3)
    record = metered(talk, {"lost_segments": 1, "missed_bytes": SIZE},
                     {"unseen_acks": 1})
    equal(record["src"]["payload_bytes"], 2 * SIZE, "src.payload_bytes")


@case
def end_acknowledged(place):
    """An ACK for bytes beyond all that was seen."""
    talk = acked(data(opened(), 0), 2)
    metered(talk, {"missed_bytes": SIZE}, {"unseen_acks": 1})


# Windows.

@case
def window_scaled(place):
    """Windows are in bytes, those of the SYNs are not scaled."""
    talk = opened(window=64000)
    acked(data(talk, 0), 1, window=500)
    talk.segment(0, "FA", window=100).segment(1, "FA", window=700)
    record = metered(talk)
    for side, low, high in (("src", 100 << 7, 65535 << 7),
                            ("dst", 500 << 7, 700 << 7)):
        check_members(record, f"tcp.{side}", window_scaling="used",
                      window_min=low, window_max=high)


@case
def window_not_scaled(place):
    """Scaling needs both ends (RFC 7323 2.2). Without it the SYNs' windows
    are like the others."""
    talk = Conversation()
    talk.segment(0, "S", options=tcp_options(1460, 7), window=9000)
    talk.segment(1, "SA", options=tcp_options(1460), window=500)
    talk.segment(0, "A", window=3000).segment(1, "A", window=4000)
    record = metered(talk, {}, {"window_updates": 1})
    for side, low, high in (("src", 3000, 9000), ("dst", 500, 4000)):
        check_members(record, f"tcp.{side}", window_scaling="unused",
                      window_min=low, window_max=high)


@case
def window_of_a_syn_alone(place):
    """A SYN that was refused offered a window, unless it would be scaled."""
    for options, window in ((tcp_options(1460), 9000),
                            (tcp_options(1460, 7), None)):
        talk = Conversation()
        talk.segment(0, "S", options=options, window=9000).segment(1, "RA")
        record = metered(talk)
        for member in ("window_min", "window_max"):
            equal(get(record, f"tcp.src.{member}"), window, member)


@case
def window_full(place):
    """The fourth segment fills the window that the server has."""
    talk = Conversation()
    talk.syn(options=tcp_options(1460))
    talk.synack(options=tcp_options(1460), window=4 * SIZE)
    talk.segment(0, "A")
    acked(burst(talk, 4), 4, window=4 * SIZE)
    record = metered(talk, {"window_full": 1})
    check_members(record, "tcp.src", bytes_in_flight_max=4 * SIZE,
                  initial_window=4)


def closed_window(probe):
    """The server has no window for two seconds, and answers a probe."""
    talk = data(opened(window=500), 0)
    closed_ns = talk.now
    acked(talk, 1, window=0).wait(0.5)
    probe(talk)
    acked(talk, 1, window=0)
    talk.now = closed_ns + 2_000_000_000
    acked(talk, 1, window=500)
    return acked(data(talk, 1), 2, window=500)


def check_closed_window(record):
    close_to(get(record, "tcp.dst.zero_window_seconds"), 2.0,
             "zero_window_seconds")
    check_members(record, "tcp.dst", window_min=0)
    check_limits(record, "src", "receiver_window", 1.9, 2.1)


@case
def slow_in_words(place):
    """The line that -v adds, and the note without it."""
    talk = closed_window(lambda talk: talk.wait(0.1))
    path = write(place, "slow.pcap", pcap(talk.packets))
    line = re.compile(r"^ +from the originator: slow: \d\.\d s of \d\.\d s "
                      r"waiting for the receiver's window \(zero 2 times\)$",
                      re.MULTILINE)
    for words, has_line in ((["-v"], True), ([], False)):
        text = execute("-r", path, "-o", "text", *words).stdout.decode()
        equal(line.search(text) is not None, has_line, f"the line in {text}")
        expect("slow: " in text and "receiver window" in text,
               f"no note in {text}")


@case
def zero_window_probed_by_a_byte(place):
    """The byte beyond the window probes it, and is not taken."""
    talk = closed_window(lambda talk: data(talk, 1, size=1))
    record = metered(talk, {"zero_window_probes": 1},
                     {"zero_windows": 2, "window_updates": 1})
    check_closed_window(record)


@case
def zero_window_probed_by_an_old_byte(place):
    """Linux probes as if to keep alive: with the number before the next."""
    talk = closed_window(lambda talk: talk.segment(
        0, "A", seq=talk.next[0] - 1))
    record = metered(talk, {"keepalives": 1},
                     {"zero_windows": 2, "window_updates": 1})
    check_closed_window(record)


@case
def keepalives(place):
    """Each keep-alive, with and without its old byte; the answers are no
    duplicate ACKs."""
    talk = acked(data(opened(), 0), 1)
    for payload in (b"", b"\0", b""):
        talk.wait(1).segment(0, "A", payload, seq=talk.next[0] - 1,
                             advance=False)
        acked(talk, 1)
    metered(talk, {"keepalives": 3})


# Beginnings and ends.

@case
def reset(place):
    """The client gives up in the middle."""
    talk = acked(data(opened(), 0), 1).segment(0, "RA")
    record = metered(talk)
    check_members(record, "tcp", state="reset", conn_state="RSTO")
    check_members(record, "tcp.src", rst=1)
    equal(record["end_reason"], "rst", "end_reason")


@case
def half_open(place):
    """Nobody answers; the SYN comes again after 1 and 3 s."""
    talk = Conversation().segment(0, "S", advance=False)
    for seconds in (1, 2):
        talk.wait(seconds).segment(0, "S", seq=CLIENT, advance=False)
    record = metered(talk, {"retransmitted_packets": 2})
    check_members(record, "tcp", state="syn_sent", conn_state="S0",
                  handshake=None)
    check_members(record, "tcp.src", syn=3)


COOKIE = b"COOKIE18"
SYNS = (    # what a SYN has, its data, tcp.fast_open
    ("a cookie and data", fast_open(COOKIE), b"d" * SIZE, True),
    ("a cookie alone", fast_open(COOKIE), b"", None),
    ("no cookie, but asks for one", fast_open(), b"", None),
)


@case
def fast_opens(place):
    """Data in a SYN counts as Fast Open by its option (RFC 7413)."""
    for what, option, payload, wanted in SYNS:
        talk = Conversation().syn(options=option, payload=payload)
        talk.synack().segment(0, "A")
        talk.segment(1, "PA", b"r" * 200).segment(0, "A").close()
        record = metered(talk)
        equal(get(record, "tcp.fast_open"), wanted, f"a SYN with {what}")
        check_members(record, "tcp", conn_state="SF")
        check_members(record, "src", payload_bytes=len(payload))


@case
def begun_in_the_middle(place):
    """Without the handshake nobody knows the scale of a window."""
    talk = burst(opened(), 3)
    acked(talk, 3, window=400)
    talk.packets = talk.packets[4:]
    record = metered(talk)
    equal(record["src"]["payload_bytes"], 2 * SIZE, "src.payload_bytes")
    expect(record["direction"]["by"] not in ("syn", "synack"),
           f"direction {record['direction']}")
    for side in ("src", "dst"):
        check_members(record, f"tcp.{side}", window_scaling="unknown",
                      window_min=None, window_max=None)


# Congestion.

@case
def ecn_classic(place):
    """Two packets marked, echoed until the sender says it slowed down. What
    negotiates it in the SYNs is no echo (RFC 3168 6.1)."""
    talk = Conversation().segment(0, "SEC").segment(1, "SAE")
    talk.segment(0, "A")
    data(data(data(talk, 0, tos=2), 1, tos=3), 2, tos=3)
    talk.segment(1, "AE", ack=block(0, 2)[1]).segment(1, "AE")
    talk.segment(0, "PAC", b"d" * SIZE, tos=2).segment(1, "A")
    record = metered(talk, {"ecn_ce": 2, "ecn_cwr": 1}, {"ecn_ece": 2})
    equal(record["tcp"].get("ecn"), "classic", "tcp.ecn")


ECN = (     # the SYN's flags, the answer's, tcp.ecn
    ("SEC", "SAE", "classic"),
    ("SEC", "SA", None),
    ("S", "SA", None),
    ("S", "SAE", None),
    ("SEC", "SAEC", None),      # RFC 3168 6.1.1: a broken reflection
    ("SECN", "SAE", "classic"),
    ("SECN", "SA", None),
    ("SECN", "SAC", "accurate"),
    ("SECN", "SAEC", "accurate"),
    ("SECN", "SAN", "accurate"),
    ("SECN", "SANC", "accurate"),
)


@case
def ecn_negotiated(place):
    """By the flags of both SYNs (RFC 3168 6.1.1, RFC 9768 table 2)."""
    for asked, answered, wanted in ECN:
        talk = Conversation().segment(0, asked).segment(1, answered)
        talk.segment(0, "A").request().close()
        record = metered(talk)
        equal(record["tcp"].get("ecn"), wanted,
              f"tcp.ecn of {asked} and {answered}")


# Times.

@case
def round_trips(place):
    """The capture is in the middle of the handshake's 40 ms; then three
    segments are acknowledged after 10, 20 and 30 ms, the server's after
    1 ms."""
    talk = opened(0.04)
    for n, rtt in enumerate((0.01, 0.02, 0.03)):
        data(talk, n).wait(rtt - 0.001)
        acked(talk, n + 1)
    talk.segment(1, "PA", b"r" * 100).segment(0, "A")
    record = metered(talk)
    for side, samples, low, mean, high in (
            ("src", 4, 0.01, 0.02, 0.03), ("dst", 2, 0.001, 0.0105, 0.02)):
        check_members(record, f"tcp.{side}.rtt", samples=samples)
        for name, want in (("min", low), ("mean", mean), ("max", high)):
            close_to(get(record, f"tcp.{side}.rtt.{name}"), want,
                     f"{side}.rtt.{name}", 1e-6)


@case
def one_round_trip(place):
    """Of one alone the least is no more than the mean, nor that more than
    the most, however they are rounded."""
    for rtt_ns in (20_000_001, 20_000_003, 200_000_009, 2_000_000_099):
        talk = Conversation(step_ns=rtt_ns)
        talk.segment(0, "PA", b"q").segment(1, "A")
        record = meter_bytes(pcap(talk.packets, nano=True)).one()
        times = [get(record, f"tcp.src.rtt.{name}")
                 for name in ("min", "mean", "max")]
        equal(times, sorted(times), "min, mean and max")
        for time in times:
            close_to(time, rtt_ns / 1e9, "a time", rtt_ns / 1e9 * 1e-7)


@case
def round_trips_by_karn(place):
    """What was sent twice is no measure (RFC 6298 3)."""
    talk = data(acked(data(opened(0.04), 0).wait(0.019), 1), 1)
    acked(data(talk.wait(0.3), 1), 2)
    record = metered(talk, {"retransmitted_packets": 1,
                            "retransmitted_bytes": SIZE})
    check_members(record, "tcp.src.rtt", samples=2)
    close_to(get(record, "tcp.src.rtt.max"), 0.02, "max", 1e-6)


@case
def rtt_of_a_refusal(place):
    """The RST that answers a SYN acknowledges it; other RSTs do not."""
    talk = Conversation().segment(0, "S").wait(0.019).segment(1, "RA")
    check_members(metered(talk), "tcp.src.rtt", samples=1)
    talk = data(opened(), 0)
    talk.segment(1, "RA", ack=CLIENT + 1 + SIZE)
    check_members(metered(talk), "tcp.src.rtt", samples=1)


@case
def rtt_after_what_was_not_captured(place):
    """What was acknowledged and never seen makes the next segment no less
    certain."""
    talk = data(opened(), 0)
    acked(talk, 1).next[0] += SIZE
    acked(talk, 2)
    data(talk, 2).wait(0.019)
    record = metered(acked(talk, 3), {"missed_bytes": SIZE,
                                      "lost_segments": 1},
                     {"unseen_acks": 1})
    check_members(record, "tcp.src.rtt", samples=3)
    close_to(get(record, "tcp.src.rtt.max"), 0.02, "max", 1e-6)


@case
def frames_that_were_cut(place):
    """Frames that were cut off and stored as if that were all of them: the
    IP header says how far the segments reach."""
    talk = acked(acked(acked(burst(opened(), 3), 1), 2), 3)
    data(talk, 1).wait(0.3)
    cut = [p._replace(data=p.data[:70], length=min(p.length, 70))
           for p in talk.packets]
    record = meter_bytes(pcap(cut), warns=True).one()
    check_counters(record, {"retransmitted_packets": 1,
                            "retransmitted_bytes": SIZE,
                            "spurious_retransmissions": 1}, {})
    check_members(record, "tcp.src.rtt", samples=4)
    check_members(record, "tcp.src", bytes_in_flight_max=3 * SIZE)
    expect(record["src"]["payload_bytes"] < SIZE, "payload in the frames")


# What held the sending back.

def rounds(talk, count, size, rtt_s, pause_s=0.0, window=65535):
    """So many times: size segments at once, one ACK a round trip later, and
    a pause."""
    talk.step = 10_000
    sent = 0
    for i in range(count):
        for n in range(sent, sent + size(i)):
            data(talk, n)
        sent += size(i)
        talk.wait(rtt_s)
        acked(talk, sent, window=window).wait(pause_s)
    return talk


@case
def limited_by_application(place):
    """A segment every quarter of a second, acknowledged in 5 ms."""
    talk = rounds(opened(0.005), 16, lambda i: 1, 0.005, pause_s=0.25)
    check_limits(metered(talk), "src", "application", 3.0, 4.2)


@case
def limited_by_small_questions(place):
    """Of one size and asked at once, but each waits for its answer: none is
    a full segment because there is no larger one."""
    talk = opened(0.005)
    for _ in range(20):
        talk.segment(0, "PA", b"q" * 12).wait(0.1)
        talk.segment(1, "PA", b"r" * 11)
    check_limits(metered(talk), "src", "application", 1.9, 2.1)


@case
def limited_by_window(place):
    """Eight segments of the window's eight, again and again."""
    talk = Conversation(step_ns=50 * MILLISECOND)
    talk.syn(options=tcp_options(1000))
    talk.synack(options=tcp_options(1000), window=8 * SIZE)
    talk.segment(0, "A")
    rounds(talk, 30, lambda i: 8, 0.1, window=8 * SIZE)
    record = metered(talk, {"window_full": 30})
    check_limits(record, "src", "receiver_window", 2.0, 3.2)


@case
def limited_by_two_segments(place):
    """A window of two, each acknowledged at once near the receiver; from one
    pair to the next it takes what the handshake took."""
    talk = Conversation()
    talk.syn(options=tcp_options(1000))
    talk.synack(options=tcp_options(1000), window=2 * SIZE + 60)
    talk.wait(0.1).segment(0, "A")
    for n in range(60):
        acked(data(talk, n), n + 1, window=2 * SIZE + 60)
        talk.wait(0.096 if n % 2 else 0)
    record = metered(talk)
    check_limits(record, "src", "receiver_window", 2.5, 3.0)


@case
def not_limited_by_half_a_window(place):
    """Eight segments of the window's sixteen, in rounds a little shorter
    than the handshake's: two of them are no one round with sixteen."""
    talk = Conversation(step_ns=50 * MILLISECOND)
    talk.syn(options=tcp_options(1000))
    talk.synack(options=tcp_options(1000), window=16 * SIZE)
    talk.segment(0, "A")
    talk.step = MILLISECOND
    rounds(talk, 30, lambda i: 8, 0.086, window=16 * SIZE)
    check_limits(metered(talk), "src", "network_rtt", 2.5, 3.0)


@case
def limited_by_a_window_that_reopens(place):
    """Four segments fill the window, and the answer to its reopening has
    the same time, as with a clock of milliseconds."""
    talk = opened(0.005, window=32)
    for n in range(0, 40, 4):
        for i in range(4):
            data(talk, n + i)
        acked(talk, n + 4, window=1).wait(0.3)
        talk.step = 0
        acked(talk, n + 4, window=32)
        talk.step = MILLISECOND
    record = metered(talk, None, {"window_updates": 10})
    check_limits(record, "src", "receiver_window", 2.6, 3.1)


@case
def limited_by_loss(place):
    """Each segment needs a timeout."""
    talk = opened()
    for n in range(6):
        data(talk, n).wait(0.5)
        acked(data(talk, n).wait(0.03), n + 1)
    record = metered(talk, {"retransmitted_packets": 6,
                            "retransmitted_bytes": 6 * SIZE})
    check_limits(record, "src", "network_loss", 2.5, 3.5)


@case
def duplicates_that_ask_for_nothing(place):
    """What is repeated while nothing is on its way tells of no loss."""
    talk = acked(data(opened(), 0), 1)
    for _ in range(4):
        acked(talk, 1)
    for n in range(1, 21):
        data(talk, n).wait(0.03)
    record = metered(acked(talk, 21), dst={"duplicate_acks": 4})
    check_limits(record, "src", "network_rtt", 0.6, 0.7)


@case
def limited_by_round_trips(place):
    """Slow start into a window that is never filled, 200 ms a round."""
    talk = rounds(opened(0.2, scale=12), 7, lambda i: 4 << i, 0.2)
    check_limits(metered(talk), "src", "network_rtt", 1.0, 1.7)


main()
