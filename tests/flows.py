#!/usr/bin/env python3
"""When flows begin and end, what belongs together, and what is counted."""
import os
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "lib"))
from capture import (  # noqa: E402
    GRE, ICMP, ICMP6, IPV4, RAW, SCTP, START_NS, TCP, UDP, Conversation,
    datagram, echo, ethernet, fragments4, fragments6, geneve, gre, icmp,
    icmp6, ip, ipv4, ipv6, mpls, options6, packet, pcap, pcapng, tcp, udp,
    vxlan)
from run import (  # noqa: E402
    PROGRAM, case, close_to, equal, execute, expect, get, main, meter,
    meter_bytes, untested, write)

A, B, C = "10.0.0.1", "10.0.0.2", "10.0.0.3"
A6, B6 = "fd00::1", "fd00::2"
SECOND = 1_000_000_000


def frames(*wholes, step_ns=1_000_000, start_ns=START_NS):
    """IP packets as Ethernet frames, a millisecond apart."""
    return [packet(start_ns + i * step_ns, ethernet(w))
            for i, w in enumerate(wholes)]


def later(seconds):
    """A datagram of strangers that moves the clock."""
    return datagram("10.9.9.9", "10.9.9.8", 60000, 9, b"tick",
                    START_NS + int(seconds * SECOND))


def tcp_flows(result):
    return [r for r in result.flows if r["protocol"] == "tcp"]


# Zeek's conn_state, by the definitions of its conn.log.

def established():
    return Conversation().handshake()


STATES = {
    "S0": lambda: Conversation().syn(),
    "S1": lambda: established().request(),
    "SF": lambda: established().request().close(),
    "REJ": lambda: Conversation().syn().segment(1, "RA"),
    "S2": lambda: established().segment(0, "FA").segment(1, "A"),
    "S3": lambda: established().segment(1, "FA").segment(0, "A"),
    "RSTO": lambda: established().request().segment(0, "RA"),
    "RSTR": lambda: established().request().segment(1, "RA"),
    "RSTOS0": lambda: Conversation().syn().segment(0, "R"),
    "RSTRH": lambda: Conversation().synack(ack=1001).segment(1, "R"),
    "SH": lambda: Conversation().syn().segment(0, "F"),
    "SHR": lambda: Conversation().synack(ack=1001).segment(1, "FA"),
    "OTH": lambda: Conversation().request(),
}
HISTORIES = {"S0": "S", "REJ": "Sr", "SF": "ShADdFf", "SH": "SF",
             "RSTOS0": "SR", "RSTO": "ShADdR", "RSTR": "ShADdr"}
ENDS = {"S0": "eof", "S1": "eof", "SF": "fin", "REJ": "rst", "RSTO": "rst",
        "RSTR": "rst", "RSTOS0": "rst", "RSTRH": "rst", "OTH": "eof"}
RFC_STATES = {"S0": ("syn_sent",), "S1": ("established",),
              "SF": ("time_wait", "closed"), "REJ": ("reset", "closed"),
              "RSTO": ("reset",), "RSTR": ("reset",)}


@case
def connection_states(place):
    """Each of Zeek's thirteen codes, with history, end and RFC state."""
    for name, make in STATES.items():
        record = meter_bytes(pcap(make().packets), schema=True).one()
        have = record["tcp"]
        equal(have.get("conn_state"), name, f"conn_state of {name}")
        if name in HISTORIES:
            equal(have.get("history"), HISTORIES[name], f"history of {name}")
        if name in ENDS:
            equal(record["end_reason"], ENDS[name], f"end_reason of {name}")
        if name in RFC_STATES:
            expect(have.get("state") in RFC_STATES[name],
                   f"state of {name}: {have.get('state')}")
        equal(record["src"]["ip"], A, f"originator of {name}")


@case
def handshake_times(place):
    """The two halves of the handshake, and what both ends announce."""
    syn = bytes.fromhex("020405b40402080a0000000100000000") + b"\1\3\3\7"
    answer = bytes.fromhex("0204058401030309")
    talk = Conversation(step_ns=7_000_000)
    talk.segment(0, "S", options=syn).segment(1, "SA", options=answer)
    talk.wait(0.004).segment(0, "A").segment(0, "PA", b"x")
    have = meter_bytes(pcap(talk.packets)).one()["tcp"]
    close_to(have["handshake"]["syn_synack"], 0.007, "syn_synack")
    close_to(have["handshake"]["synack_ack"], 0.011, "synack_ack")
    want = {"isn": 1000, "mss": 1460, "window_scale": 7, "syn": 1, "fin": 0,
            "rst": 0, "psh": 1, "urg": 0, "sack_permitted": True,
            "timestamps": True, "flags": "SPA"}
    equal({k: have["src"].get(k) for k in want}, want, "tcp.src")
    want = {"isn": 5000, "mss": 1412, "window_scale": 9, "syn": 1,
            "sack_permitted": False, "timestamps": False, "flags": "SA"}
    equal({k: have["dst"].get(k) for k in want}, want, "tcp.dst")


# Beginnings and ends.

@case
def port_reuse(place):
    """A new SYN after the end starts a new flow, even within the linger."""
    for first in (established().request().close(),
                  established().segment(1, "RA")):
        again = Conversation(start_ns=first.now + SECOND,
                             isn=(700000, 900000))
        again.handshake().request().close()
        result = meter_bytes(pcap(first.packets + again.packets))
        equal([r["src"]["packets"] + r["dst"]["packets"]
               for r in result.flows],
              [len(first.packets), len(again.packets)], "packets")
        equal(len({r["id"] for r in result.flows}), 2, "ids")
        expect(result.flows[0]["end_reason"] in ("fin", "rst", "reuse"),
               f"end_reason {result.flows[0]['end_reason']}")


@case
def new_syn_while_open(place):
    """A SYN in the middle of an open connection belongs to it."""
    talk = established().request()
    talk.segment(0, "S", seq=999999, advance=False)
    talk.request().close()
    record = meter_bytes(pcap(talk.packets)).one()
    equal(record["src"]["packets"] + record["dst"]["packets"],
          len(talk.packets), "packets")


@case
def new_syn_after_silence(place):
    """A SYN after a silence past the timeout starts a new flow."""
    talk = established().request()
    again = Conversation(start_ns=talk.now + 301 * SECOND, isn=(1, 2))
    again.handshake()
    result = meter_bytes(pcap(talk.packets + again.packets))
    equal([r["end_reason"] in ("idle", "reuse", "eof")
           for r in result.flows], [True, True], "end reasons")


@case
def linger(place):
    """Late segments within 5 s of the end belong to the old flow; later
    ones do not."""
    for wait, count in ((4, 1), (6, 2)):
        talk = established().request().close()
        talk.wait(wait)
        talk.segment(1, "A", advance=False)
        result = meter_bytes(pcap(talk.packets))
        equal(len(result.flows), count, f"flows, an ACK {wait} s later")


@case
def linger_option(place):
    """--timeout tcp-close sets the linger."""
    talk = established().request().close()
    talk.wait(8)
    talk.segment(1, "A", advance=False)
    result = meter_bytes(pcap(talk.packets), "--timeout", "tcp-close=10")
    equal(len(result.flows), 1, "flows")


TIMEOUTS = (    # name, option, default in seconds, made by
    ("established", "tcp", 300, lambda: established()),
    ("half-open", "tcp-open", 30, lambda: Conversation().syn()),
    ("udp", "udp", 60, None),
    ("other", "other", 60, None),
)


def opening(name, make):
    if make is not None:
        return make().packets
    if name == "udp":
        return [datagram(A, B, 50000, 53, b"q")]
    return frames(ipv4(icmp(8, 0, b"ping", echo(7, 1)), A, B, ICMP))


@case
def idle_timeouts(place):
    """Each kind of flow ends with the reason idle after its silence, at the
    default and at an option's; 0 means never."""
    for name, option, default, make in TIMEOUTS:
        packets = opening(name, make)
        for seconds, words in ((default, ()),
                               (7, ("--timeout", f"{option}=7"))):
            for over, reason in ((-1, "eof"), (1.5, "idle")):
                data = pcap(packets + [later(seconds + over)])
                record = meter_bytes(data, *words).find(src__ip=A)
                equal(record["end_reason"], reason,
                      f"{name} after {seconds + over} s {words}")
        for zero in (f"{option}=0", "all=0"):
            result = meter_bytes(pcap(packets + [later(90000)]),
                                 "--timeout", zero)
            equal(result.find(src__ip=A)["end_reason"], "eof",
                  f"{name} with {zero}")


@case
def udp_silence_splits(place):
    """After its timeout the same 5-tuple is a new flow."""
    packets = [datagram(A, B, 50000, 53, b"q"),
               datagram(A, B, 50000, 53, b"q", START_NS + 61 * SECOND)]
    result = meter_bytes(pcap(packets))
    equal([r["src"]["packets"] for r in result.flows], [1, 1], "packets")
    equal(result.stats["flows"]["udp"], 2, "flows.udp")


@case
def parts(place):
    """--timeout part: each part counts for itself, cumulative since the
    beginning, and all add up to the whole."""
    talk = established()
    for _ in range(35):
        talk.request(10, 20).wait(1)
    talk.close()
    whole = meter_bytes(pcap(talk.packets)).one()
    equal((whole["part"], whole["final"]), (0, True), "part, final offline")
    expect("cumulative" not in whole, "cumulative in a first part")
    result = meter_bytes(pcap(talk.packets), "--timeout", "part=10",
                         schema=True)
    records = sorted(result.flows, key=lambda r: r["part"])
    expect(3 <= len(records) <= 5, f"{len(records)} parts of 35 s by 10 s")
    equal([r["part"] for r in records], list(range(len(records))), "parts")
    equal([r["end_reason"] for r in records],
          ["active"] * (len(records) - 1) + ["fin"], "end reasons")
    equal(len({r["id"] for r in records}), 1, "ids")
    equal(result.stats["flows"]["total"], 1, "flows.total")
    for side in ("src", "dst"):
        for counter in ("packets", "bytes", "ip_bytes", "payload_bytes"):
            values = [r[side][counter] for r in records]
            equal(sum(values), whole[side][counter], f"{side}.{counter}")
            for i, record in enumerate(records[1:], 1):
                equal(record["cumulative"][side][counter],
                      sum(values[:i + 1]), f"cumulative, part {i}")


# Bounds.

def flood(count, start_ns, step_ns=10_000):
    """SYNs from as many sources, fast to build: no valid checksum."""
    frame = bytearray(ethernet(ipv4(tcp("0.0.0.0", B, 50000, 80, "S", 1),
                                    "0.0.0.0", B, TCP)))
    made = []
    for i in range(count):
        frame[26:30] = struct.pack(">I", 0x0B000000 + i)
        made.append(packet(start_ns + i * step_ns, bytes(frame)))
    return made


def survivors(count, syns):
    """Established connections, a flood, and then their ends."""
    talks = [Conversation(client=f"10.1.{i // 250}.{i % 250 + 1}",
                          step_ns=1000, start_ns=START_NS + i * 10_000)
             for i in range(count)]
    packets = []
    for talk in talks:
        packets += talk.handshake().request().packets
        talk.packets = []
    packets += flood(syns, START_NS + SECOND)
    for i, talk in enumerate(talks):
        talk.now = START_NS + 20 * SECOND + i * 10_000
        packets += talk.close().packets
    return packets


@case
def eviction(place):
    """A SYN flood past --max-flows: half-open flows give way, established
    ones survive, every evicted flow is written with its reason."""
    count, syns, bound = 300, 5000, 1000
    result = meter_bytes(pcap(survivors(count, syns)), "--max-flows",
                         str(bound))
    evicted = [r for r in result.flows if r["end_reason"] == "resources"]
    equal({r["tcp"]["conn_state"] for r in evicted}, {"S0"},
          "states of the evicted")
    equal(result.stats["flows"]["evicted"], len(evicted), "flows.evicted")
    expect(len(evicted) >= syns - bound, f"{len(evicted)} evicted")
    expect(result.stats["flows"]["active_peak"] <= bound,
           f"active_peak {result.stats['flows']['active_peak']}")
    done = [r for r in result.flows if r["end_reason"] == "fin"]
    equal(len(done), count, "established flows that ended by themselves")
    equal({r["src"]["packets"] for r in done}, {6}, "their packets")
    equal(len(result.flows), count + syns, "records")


@case
def eviction_of_the_oldest(place):
    """Without half-open flows the least recently used goes."""
    packets = [datagram(f"10.2.0.{i}", B, 50000, 53, b"q",
                        START_NS + i * 1_000_000) for i in range(1, 31)]
    packets.append(datagram("10.2.0.1", B, 50000, 53, b"q",
                            START_NS + 5 * SECOND))
    packets += [datagram(f"10.3.0.{i}", B, 50000, 53, b"q",
                         START_NS + 6 * SECOND + i) for i in range(1, 21)]
    result = meter_bytes(pcap(packets), "--max-flows", "40")
    ends = {r["src"]["ip"]: r["end_reason"] for r in result.flows}
    equal(len(ends), 50, "flows")
    equal(ends["10.2.0.1"], "eof", "the flow that was just used")
    equal(ends["10.2.0.2"], "resources", "the flow least recently used")
    equal(result.stats["flows"]["evicted"], 10, "flows.evicted")


def is_sanitized():
    with open(PROGRAM[0], "rb") as file:
        return b"__asan_init" in file.read()


@case
def memory_in_a_flood(place):
    """500,000 half-open flows in under 128 MiB, as the goals say."""
    if is_sanitized():
        untested("a sanitizer's own memory would be measured")
    path = write(place, "flood.pcap", pcap(survivors(200, 500_000)))
    peak = os.path.join(place, "peak")
    words = ("-r", path, "-o", "json=" + peak + ".json", "--memory", "64M")
    child = os.fork()
    if child == 0:
        try:
            os.execvp(PROGRAM[0], PROGRAM + list(words))
        finally:
            os._exit(127)
    _, status, usage = os.wait4(child, 0)
    equal(os.waitstatus_to_exitcode(status), 0, "exit status")
    expect(usage.ru_maxrss <= 128 * 1024,
           f"peak of {usage.ru_maxrss} KiB, bound 128 MiB")
    with open(peak + ".json", "rb") as file:
        survived = sum(b'"end_reason":"fin"' in line for line in file)
    expect(survived >= 198, f"{survived} of 200 established flows survived")


# What belongs together.

@case
def icmp_errors(place):
    """An ICMP error is credited to the flow it quotes and has a record."""
    for a, b, number in ((A, B, ICMP), (A6, B6, ICMP6)):
        query = ip(udp(a, b, 50000, 5300, b"hello"), a, b, UDP)
        if number == ICMP:
            error = icmp(3, 3, query[:28])
        else:
            error = icmp6(b, a, 1, 4, query)
        data = pcap(frames(query, ip(error, b, a, number)))
        result = meter_bytes(data, schema=True)
        equal(len(result.flows), 2, "records")
        record = result.find(protocol_number=UDP)
        equal(record.get("icmp_errors"), 1, "icmp_errors")
        record = result.find(protocol_number=number)
        equal((record["icmp"]["type"], record["icmp"]["code"]),
              (3, 3) if number == ICMP else (1, 4), "type and code")


@case
def icmp_errors_of_tcp(place):
    """Eight bytes of TCP are enough to find the flow."""
    syn = ip(tcp(A, B, 50000, 81, "S", 7), A, B, TCP)
    error = ip(icmp(3, 13, syn[:28]), C, A, ICMP)
    result = meter_bytes(pcap(frames(syn, error)))
    equal(result.find(protocol="tcp").get("icmp_errors"), 1, "icmp_errors")


@case
def echo_pairs(place):
    """Echo request and reply are one flow, the request's sender first,
    whichever is captured first."""
    for turn in (1, -1):
        pair = frames(ipv4(icmp(8, 0, b"x", echo(7, 1)), A, B, ICMP),
                      ipv4(icmp(0, 0, b"x", echo(7, 1)), B, A, ICMP))
        record = meter_bytes(pcap(pair[::turn])).one()
        equal((record["src"]["packets"], record["dst"]["packets"]), (1, 1),
              "packets")
    equal(record["icmp"]["type"] in (8, 0), True, "icmp.type")


@case
def key_vlan(place):
    """--key vlan tells equal 5-tuples in two VLANs apart."""
    packets = []
    for vlan in (10, 20):
        talk = Conversation(link=lambda whole, vlan=vlan: ethernet(
            whole, vlans=[(0x88A8, vlan), (0x8100, 7)]))
        packets += talk.handshake().packets
    record = meter_bytes(pcap(packets)).one()
    equal(record["vlan"], [10, 7], "vlan, as first seen")
    result = meter_bytes(pcap(packets), "--key", "vlan", schema=True)
    equal(sorted(r["vlan"] for r in result.flows), [[10, 7], [20, 7]],
          "vlan")


@case
def vlan_and_mpls(place):
    """Tags and labels are named outermost first, whatever the tag."""
    whole = ip(udp(A, B, 50000, 53, b"q"), A, B, UDP)
    for protocol in (0x8100, 0x88A8, 0x9100):
        frame = ethernet(whole, vlans=[(protocol, 5), (0x8100, 6)])
        record = meter_bytes(pcap([packet(START_NS, frame)])).one()
        equal(record["vlan"], [5, 6], f"vlan with {protocol:#x}")
    frame = ethernet(mpls(whole, [16, 17, 18]), kind=0x8847)
    record = meter_bytes(pcap([packet(START_NS, frame)])).one()
    equal(record["mpls"], [16, 17, 18], "mpls")


@case
def land(place):
    """Source and destination are the same, ports too."""
    packets = frames(*[ip(tcp(A, A, 80, 80, "S", 5), A, A, TCP)] * 3)
    record = meter_bytes(pcap(packets)).one()
    equal(record["src"]["packets"] + record["dst"]["packets"], 3, "packets")
    packets = frames(ip(udp(A, A, 7, 7, b"x"), A, A, UDP),
                     ip(tcp(A6, A6, 80, 80, "S", 5), A6, A6, TCP))
    equal(len(meter_bytes(pcap(packets)).flows), 2, "records")


@case
def fragments(place):
    """A datagram in fragments, in any order, is one packet's payload and
    all its frames' bytes."""
    for a, b, split, size in ((A, B, fragments4, 20), (A6, B6, fragments6,
                                                       48)):
        payload = udp(a, b, 50000, 53, b"f" * 2992)
        pieces = split(payload, a, b, UDP, 1000)
        for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
            packets = frames(*[pieces[i] for i in order])
            record = meter_bytes(pcap(packets)).one()
            equal(record["src"]["port"], 50000, "src.port")
            equal(record["src"]["packets"], 3, "packets")
            equal(record["src"]["bytes"], sum(len(p.data) for p in packets),
                  "bytes")
            equal(record["src"]["ip_bytes"], 3000 + 3 * size, "ip_bytes")
            equal(record["src"]["payload_bytes"], 2992, "payload_bytes")


@case
def fragments_unfinished(place):
    """Fragments whose datagram never completes have a place in the
    ledger."""
    for a, b, split in ((A, B, fragments4), (A6, B6, fragments6)):
        pieces = split(udp(a, b, 50000, 53, b"f" * 2992), a, b, UDP, 1000)
        for missing in range(3):
            rest = [p for i, p in enumerate(pieces) if i != missing]
            result = meter_bytes(pcap(frames(*rest)))
            equal(result.stats["frames"]["fragments_unfinished"], 2,
                  "fragments_unfinished")
            equal(result.flows, [], "records")


@case
def fragments_too_old(place):
    """The rest of a datagram that comes after 30 s completes nothing."""
    pieces = fragments4(udp(A, B, 50000, 53, b"f" * 1992), A, B, UDP, 1000)
    packets = frames(*pieces, step_ns=31 * SECOND)
    result = meter_bytes(pcap(packets))
    equal(result.stats["frames"]["fragments_unfinished"], 2,
          "fragments_unfinished")


@case
def fragments_overlap(place):
    """An overlap drops the datagram in IPv6 (RFC 5722) and is noted in
    both; the frames keep their place in the ledger."""
    a6 = udp(A6, B6, 50000, 53, b"f" * 1992)
    first, second = fragments6(a6, A6, B6, UDP, 1000)
    clash = fragments6(a6[:-8] + b"clashing", A6, B6, UDP, 1000)[0]
    result = meter_bytes(pcap(frames(first, clash[:-500] + b"y" * 500,
                                     second)))
    equal(result.flows, [], "records of an overlapping IPv6 datagram")
    equal(result.stats["frames"]["fragments_unfinished"], 3,
          "fragments_unfinished")
    expect("fragment_overlap" in result.stats["malformed_by"],
           f"malformed_by {result.stats['malformed_by']}")


TUNNELS = {
    "vxlan": (42, lambda frame: ip(udp(B, C, 50100, 4789, vxlan(frame, 42)),
                                   B, C, UDP)),
    "geneve": (43, lambda frame: ip(udp(B, C, 50100, 6081,
                                        geneve(frame, 43)), B, C, UDP)),
    "gre": (44, lambda frame: ip(gre(frame[14:], IPV4, 44), B, C, GRE)),
    "ipip": (None, lambda frame: ip(frame[14:], B, C, 4)),
    "4in6": (None, lambda frame: ip(frame[14:], A6, B6, 4)),
}


@case
def tunnels(place):
    """The carrying flow has its record and counts the frames; the inner
    conversation names it as its parent."""
    inner = Conversation("192.168.0.1", "192.168.0.2").handshake()
    inner = inner.request().close().packets
    for kind, (identity, wrap) in TUNNELS.items():
        packets = [packet(p.ts_ns, ethernet(wrap(p.data))) for p in inner]
        result = meter_bytes(pcap(packets), schema=True)
        equal(len(result.flows), 2, f"records of {kind}")
        child = result.find(src__ip="192.168.0.1")
        parent, = [r for r in result.flows if r is not child]
        expect("tunnel" not in parent, f"{kind}: the carrier in a tunnel")
        equal(child["tunnel"].get("type"), kind, "tunnel.type")
        equal(child["tunnel"].get("id"), identity, f"tunnel.id of {kind}")
        equal(child["tunnel"].get("parent"), parent["id"], "tunnel.parent")
        equal(parent["src"]["packets"] + parent["dst"]["packets"], 9,
              f"packets of the {kind} carrier")
        equal(child["src"]["payload_bytes"], 100, "src.payload_bytes")
        equal(child["tcp"]["conn_state"], "SF", "conn_state")


@case
def six_in_four(place):
    """IPv6 in IPv4, and a tunnel within a tunnel."""
    whole = ip(udp(A6, B6, 50000, 53, b"q"), A6, B6, UDP)
    result = meter_bytes(pcap(frames(ip(whole, A, B, 41))))
    equal(result.find(ip_version=6)["tunnel"]["type"], "6in4", "type")
    twice = ip(ip(whole, A, B, 41), B, C, 4)
    result = meter_bytes(pcap(frames(twice)))
    equal(len(result.flows), 3, "records")
    middle = result.find(protocol_number=41)
    equal(result.find(ip_version=6)["tunnel"]["parent"], middle["id"],
          "tunnel.parent")
    equal(get(middle, "tunnel.parent"),
          result.find(protocol_number=4)["id"], "tunnel.parent, middle")


@case
def extension_headers(place):
    """Transport behind hop-by-hop, destination and routing headers."""
    whole = ipv6(udp(A6, B6, 50000, 53, b"query"), A6, B6, UDP, extensions=[
        (0, options6()), (60, options6(1)), (43, options6()), (60,
                                                              options6())])
    record = meter_bytes(pcap(frames(whole))).one()
    equal(record["src"]["payload_bytes"], 5, "payload_bytes")
    equal(record["src"]["ip_bytes"], 40 + 40 + 13, "ip_bytes")
    equal(record["src"]["port"], 50000, "src.port")


@case
def ip_options(place):
    """IPv4 options are no payload."""
    whole = ipv4(udp(A, B, 50000, 53, b"query"), A, B, UDP,
                 options=b"\x94\4\0\0" + b"\1\1\1\0")
    record = meter_bytes(pcap(frames(whole))).one()
    equal(record["src"]["payload_bytes"], 5, "payload_bytes")
    equal(record["src"]["ip_bytes"], 28 + 13, "ip_bytes")


@case
def other_protocols(place):
    """Any IP protocol is a flow by its number."""
    for number in (2, 50, 89, 112, 253):
        packets = frames(ipv4(b"\0" * 40, A, B, number))
        record = meter_bytes(pcap(packets), schema=True).one()
        equal(record["protocol_number"], number, "protocol_number")
    chunk = struct.pack(">HHII", 50000, 36412, 1, 0) + b"\1\0\0\4"
    record = meter_bytes(pcap(frames(ip(chunk, A, B, SCTP)))).one()
    equal((record["protocol"], record["src"]["port"],
           record["dst"]["port"]), ("sctp", 50000, 36412), "sctp")
    # An authentication header (RFC 4302) is passed over.
    header = struct.pack(">BBHII", UDP, 4, 0, 1, 1) + bytes(12)
    whole = ipv4(header + udp(A, B, 50000, 53, b"q"), A, B, 51)
    record = meter_bytes(pcap(frames(whole))).one()
    equal((record["protocol"], record["src"]["payload_bytes"]), ("udp", 1),
          "behind an authentication header")


@case
def service_and_cast(place):
    """Port classes, the registry's service, the kind of destination."""
    wanted = (("10.0.0.255", 67, "well-known"), ("224.0.0.251", 5353,
                                                 "registered"))
    casts = {"224.0.0.251": "multicast"}
    for target, port, kind in wanted:
        whole = ip(udp(A, target, 50000, port, b"q"), A, target, UDP)
        record = meter_bytes(pcap(frames(whole))).one()
        equal(record["dst"]["port_class"], kind, "dst.port_class")
        equal(record["src"]["port_class"], "dynamic", "src.port_class")
        equal(record["cast"], casts.get(target, record["cast"]), "cast")
    whole = ip(udp(A, "255.255.255.255", 68, 67, b"q"), A,
               "255.255.255.255", UDP)
    record = meter_bytes(pcap(frames(whole))).one()
    equal(record["cast"], "broadcast", "cast")
    names = {1521: "oracle", 3306: "mysql", 3389: "rdp", 22: "ssh",
             443: "https", 27017: "mongodb", 6379: "redis"}
    for port, name in names.items():
        talk = Conversation(server_port=port).handshake()
        record = meter_bytes(pcap(talk.packets)).one()
        service = record.get("service", {})
        equal(service.get("verdict"), "port-only", f"verdict of {port}")
        expect(service.get("name"), f"port {port} has no name ({name})")
        equal(service["name"], service["port"], "name and port agree")


@case
def directed_broadcast(place):
    """A subnet's broadcast address is told by the frame's."""
    def cast(mac, target="10.0.0.255", answers=False, port=137):
        parts = [packet(START_NS, ethernet(ip(
            udp(A, target, 137, port, b"q"), A, target, UDP), dst=mac))]
        if answers:
            parts.append(datagram(target, A, port, 137, b"a",
                                  START_NS + 1000))
        return meter_bytes(pcap(parts)).one()["cast"]

    everybody = "ff:ff:ff:ff:ff:ff"
    equal(cast(everybody), "broadcast", "to all")
    equal(cast("02:00:00:00:00:02"), "unicast", "to one")
    equal(cast(everybody, answers=True), "unicast", "to one that answers")
    equal(cast("01:00:5e:00:00:fb", "224.0.0.251"), "multicast", "to some")


def voice(numbers, late_ms=(0, 2, 4), port=40000):
    """Packets of PCMU each 20 ms, each third late by 2 and by 4 ms."""
    return [datagram(A, B, 5004, port,
                     struct.pack(">BBHII", 0x80, 0, n % 65536, n * 160, 99) +
                     b"v" * 160, START_NS + n * 20_000_000 +
                     late_ms[n % len(late_ms)] * 1_000_000)
            for n in numbers]


@case
def real_time(place):
    """A stream's loss, order and jitter; its answer is no stream."""
    numbers = [n for n in range(65500, 66500) if n % 100 != 7]
    parts = voice(numbers, (0,))
    parts.insert(1, datagram(B, A, 40000, 5004, b"\x81" * 40,
                             parts[0].ts_ns + 5_000_000))
    record = meter_bytes(pcap(sorted(parts)), schema=True).one()
    rtp = record["udp"]["src"]["rtp"]
    equal(rtp,
          {"ssrc": 99, "payload_type": 0, "sources": 1, "packets": 990,
           "lost": 10, "reordered": 0, "duplicates": 0, "jitter": 0,
           "jitter_max": 0}, "udp.src.rtp")
    expect("dst" not in record["udp"], "the answer is a stream")
    equal(record["udp"]["exchanges"], 2, "udp.exchanges")
    # Differences of 2, 2 and 4 ms in turn: A.8 goes to their mean.
    record = meter_bytes(pcap(voice(range(3000)))).one()
    rtp = record["udp"]["src"]["rtp"]
    close_to(rtp["jitter"], 8 / 3000, "jitter", 5e-5)
    record = meter_bytes(pcap(voice(range(4)))).one()
    expect("src" not in record["udp"], "four packets are no stream")


@case
def real_time_in_parts(place):
    """Each part counts for itself."""
    numbers = [n for n in range(1000) if n not in (100, 600, 601)]
    result = meter_bytes(pcap(voice(numbers, (0,))), "--timeout", "part=10")
    want = [(499, 1), (498, 2)]
    have = [(r["udp"]["src"]["rtp"]["packets"],
             r["udp"]["src"]["rtp"]["lost"]) for r in result.flows]
    equal(have, want, "packets and lost of the parts")


@case
def udp_headers(place):
    """No checksum, a length that is not the packet's, a wrong checksum."""
    whole = [ipv6(udp(A6, B6, 50000, 53, b"q", datagram_checksum=0), A6, B6,
                  UDP)]
    record = meter_bytes(pcap(frames(*whole)), "--checksums", "check").one()
    equal(record["udp"]["checksum_zero"], 1, "checksum_zero")
    expect("checksum_bad" not in record["udp"], "none is not a wrong one")
    result = execute("-r", "-", "-o", "text", stdin=pcap(frames(*whole)))
    expect(b"1 missing checksum" in result.stdout, "the text does not say")
    whole = [ip(udp(A, B, 50000, 53, b"query", length=10), A, B, UDP)] * 3
    record = meter_bytes(pcap(frames(*whole))).one()
    equal(record["udp"]["length_mismatch"], 3, "length_mismatch")
    whole = [ip(udp(A, B, 50000, 53, b"q", datagram_checksum=1), A, B, UDP),
             ip(udp(A, B, 50000, 53, b"q"), A, B, UDP)]
    record = meter_bytes(pcap(frames(*whole)), "--checksums", "check").one()
    equal(record["udp"]["checksum_bad"], 1, "udp.checksum_bad")


# Choosing frames.

@case
def filter_expression(place):
    """A BPF expression: what it refuses is counted, not metered."""
    packets = established().packets + [datagram(A, B, 50000, 53, b"q")]
    data = pcap(packets)
    for words in (("udp",), ("-f", "udp"), ("udp", "and", "port", "53")):
        result = meter_bytes(data, *words)
        equal(result.stats["frames"]["filtered"], 3, f"filtered by {words}")
        equal(result.one()["protocol"], "udp", "protocol")
    path = write(place, "expression", b"tcp and\nport 80\n")
    result = meter_bytes(data, "-F", path)
    equal(result.stats["frames"]["filtered"], 1, "filtered by a file")


@case
def filter_of_several_links(place):
    """The expression is compiled for each link type."""
    talk = established().packets
    raw = Conversation(client=C, link=lambda w: w).handshake().packets
    data = pcapng(talk + [p._replace(interface=1) for p in raw],
                  [(1, b"eth0", 6), (RAW, b"tun0", 6)])
    result = meter_bytes(data, "host", C)
    equal(result.stats["frames"]["filtered"], 3, "filtered")
    equal(result.one()["src"]["ip"], C, "src.ip")


@case
def count_option(place):
    """-c ends after as many frames."""
    packets = established().request().packets
    result = meter_bytes(pcap(packets), "-c", "4")
    equal(result.stats["frames"]["read"], 4, "frames.read")
    packets += [datagram(A, B, 50000, 53, b"q", START_NS + i * 1_000_000)
                for i in range(10, 20)]
    result = meter_bytes(pcap(packets), "-c", "4", "udp")
    equal(result.stats["frames"]["in_flows"], 4, "frames.in_flows")


@case
def several_inputs(place):
    """Inputs are merged in time order; a directory stands for its
    captures."""
    folder = os.path.join(place, "captures")
    os.mkdir(folder)
    one = established().request().close()
    two = Conversation(client=C, start_ns=START_NS + 500_000).handshake()
    write(folder, "b.pcap", pcap(one.packets))
    write(folder, "a.pcapng", pcapng(two.packets))
    write(folder, "README", b"no capture\n")
    result = meter("-r", folder, warns=True)
    expect("README" in result.message(), f"stderr {result.message()!r}")
    equal(result.stats["frames"]["read"], 12, "frames.read")
    equal(os.path.basename(result.find(src__ip=A)["input"]), "b.pcap",
          "input")
    equal(os.path.basename(result.find(src__ip=C)["input"]), "a.pcapng",
          "input")
    paths = [os.path.join(folder, n) for n in ("b.pcap", "a.pcapng")]
    again = meter("-r", paths[0], "-r", paths[1])
    equal(again.stats["frames"], result.stats["frames"], "frames")


# The ledger.

@case
def ledger(place):
    """Each place of the ledger, and the reasons by name."""
    packets = frames(ip(udp(A, B, 50000, 53, b"q"), A, B, UDP),
                     ipv4(b"", A, B, UDP)[:12],
                     ipv4(udp(A, B, 1, 2), A, B, UDP, ihl=3))
    packets.append(packet(START_NS, ethernet(b"\0" * 28, kind=0x0806)))
    packets.append(packet(START_NS, b"\2\0\0"))
    result = meter_bytes(pcap(packets), schema=True)
    have = result.stats["frames"]
    equal((have["read"], have["in_flows"], have["not_ip"],
           have["malformed"]), (5, 1, 1, 3), f"frames {have}")
    reasons = result.stats["malformed_by"]
    for name in ("ipv4_short", "ipv4_header_length", "link_short"):
        equal(reasons.get(name), 1, f"malformed_by {reasons}: {name}")
    equal(result.stats["bytes"], sum(p.length for p in packets), "bytes")


@case
def half_a_transport(place):
    """A transport header cut off on the wire is still a packet between two
    hosts: it is counted somewhere and by its reason."""
    whole = ip(tcp(A, B, 50000, 80, "S", 1)[:10], A, B, TCP)
    result = meter_bytes(pcap(frames(whole)))
    equal(result.stats["malformed_by"].get("tcp_short"), 1, "tcp_short")
    whole = ip(tcp(A, B, 50000, 80, "S", 1, offset=3), A, B, TCP)
    result = meter_bytes(pcap(frames(whole)))
    equal(result.stats["malformed_by"].get("tcp_offset"), 1, "tcp_offset")


@case
def bad_checksums(place):
    """--checksums check counts wrong transport checksums by side; the
    default verifies IPv4 headers only."""
    talk = established()
    talk.segment(0, "PA", b"x" * 10, segment_checksum=1)
    data = pcap(talk.packets)
    expect("tcp_checksum" not in str(meter_bytes(data).stats), "default")
    record = meter_bytes(data, "--checksums", "check", schema=True).one()
    equal((record["src"].get("checksum_bad"),
           record["dst"].get("checksum_bad", 0)), (1, 0), "checksum_bad")
    whole = ipv4(udp(A, B, 50000, 53, b"q"), A, B, UDP, head_checksum=1)
    result = meter_bytes(pcap(frames(whole)))
    equal(result.one()["src"]["packets"], 1, "packets")
    equal(result.stats["malformed_by"].get("ipv4_checksum"), 1,
          "ipv4_checksum")


main()
