#!/usr/bin/env python3
"""What other meters get wrong, one small capture each (see "Where each peer
fails today" among the project's goals): ours must be right on all."""
import gzip
import lzma
import os
import struct
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "lib"))
from capture import (  # noqa: E402
    ETHERNET, NULL, RAW, SLL, SLL2, START_NS, TCP, Conversation, datagram,
    ethernet, ipv4, null_loopback, packet, pcap, pcapng, sll, sll2, tcp)
from run import (  # noqa: E402
    TESTS, case, close_to, equal, execute, expect, get, main, meter,
    meter_bytes, nanoseconds, plain, write)

DATA = os.path.join(TESTS, "data")


def reference(**more):
    """Nine segments: handshake, 100 bytes up, 200 down, both FINs."""
    return Conversation(**more).handshake().request(100, 200).close()


def check_reference(record, link_size=14, ip_size=20, by="syn"):
    """The record of a reference() whose frames have that link header."""
    segment = ip_size + 20
    want = {"src": (6, 6 * segment + 100, 100),
            "dst": (3, 3 * segment + 200, 200)}
    for side, (packets, ip_bytes, payload) in want.items():
        have = record[side]
        equal(have["packets"], packets, f"{side}.packets")
        equal(have["bytes"], ip_bytes + packets * link_size,
              f"{side}.bytes")
        equal(have["ip_bytes"], ip_bytes, f"{side}.ip_bytes")
        equal(have["payload_bytes"], payload, f"{side}.payload_bytes")
    check_direction(record, by)
    equal(get(record, "service.name"), "http", "service.name")
    equal(record["end_reason"], "fin", "end_reason")


def check_direction(record, by, port=50000):
    confidence = {"syn": "certain", "synack": "certain", "service": "likely",
                  "port": "likely", "first_packet": "guess"}[by]
    equal(record["direction"], {"by": by, "confidence": confidence},
          "direction")
    equal(record["src"]["port"], port, "src.port")


# Containers.

@case
def byte_orders(place):
    """Big-endian files and both resolutions read like any other."""
    packets = reference().packets
    for order in "<>":
        for nano in (False, True):
            result = meter_bytes(pcap(packets, order=order, nano=nano),
                                 schema=True)
            check_reference(result.one())
            digits = 9 if nano else 6
            equal(len(result.one()["start"].split(".")[1]), digits + 1,
                  f"digits of a time, order {order}, nano {nano}")


@case
def nanoseconds_kept(place):
    """A nanosecond capture keeps its nanoseconds."""
    packets = reference(start_ns=START_NS + 123456789,
                        step_ns=1_000_001).packets
    record = meter_bytes(pcap(packets, nano=True)).one()
    equal(nanoseconds(record["start"]), START_NS + 123456789, "start")
    equal(nanoseconds(record["end"]), packets[-1].ts_ns, "end")
    close_to(record["duration"], 8 * 0.001000001, "duration")
    close_to(record["tcp"]["handshake"]["syn_synack"], 0.001000001,
             "syn_synack")


@case
def modified_pcap(place):
    """The modified header (magic a1b2cd34) has eight more bytes a packet."""
    for order in "<>":
        data = struct.pack(order + "IHHiIII", 0xA1B2CD34, 2, 4, 0, 0, 65535,
                           ETHERNET)
        for one in reference().packets:
            seconds, rest = divmod(one.ts_ns, 1_000_000_000)
            data += struct.pack(order + "IIIIIHBB", seconds, rest // 1000,
                                len(one.data), one.length, 2, 0x0800, 0, 0)
            data += one.data
        check_reference(meter_bytes(data).one())


@case
def pcapng_orders(place):
    """pcapng of both byte orders and resolutions."""
    packets = reference().packets
    for order in "<>":
        for resolution in (6, 9):
            data = pcapng(packets, [(ETHERNET, b"eth7", resolution)], order)
            result = meter_bytes(data, schema=True)
            check_reference(result.one())
            equal(result.one()["interface"], "eth7", "interface")


@case
def several_link_types(place):
    """Two interfaces of different link type in one pcapng file."""
    one = reference()
    two = reference(client="10.0.0.3", link=lambda whole: whole, interface=1)
    packets = sorted(one.packets + two.packets, key=lambda p: p.ts_ns)
    data = pcapng(packets, [(ETHERNET, b"eth0", 6), (RAW, b"tun0", 9)])
    result = meter_bytes(data, schema=True)
    equal(len(result.flows), 2, "records")
    ours = result.find(src__ip="10.0.0.1")
    check_reference(ours)
    equal(ours["interface"], "eth0", "interface")
    ours = result.find(src__ip="10.0.0.3")
    check_reference(ours, link_size=0)
    equal(ours["interface"], "tun0", "interface")


@case
def several_sections(place):
    """A second section, of the other byte order, with its own interfaces."""
    packets = reference().packets
    data = pcapng(packets[:4], order="<")
    data += pcapng(packets[4:], [(ETHERNET, b"eth1", 9)], order=">")
    check_reference(meter_bytes(data).one())


@case
def link_types(place):
    """SLL, SLL2, RAW and NULL, over IPv4 and IPv6."""
    links = ((SLL, sll, 16), (SLL2, sll2, 20), (RAW, lambda w: w, 0),
             (NULL, null_loopback, 4))
    for number, link, size in links:
        for ends, ip_size in ((("10.0.0.1", "10.0.0.2"), 20),
                              (("fd00::1", "fd00::2"), 40)):
            packets = reference(client=ends[0], server=ends[1],
                                link=link).packets
            record = meter_bytes(pcap(packets, link=number)).one()
            check_reference(record, size, ip_size)


@case
def compressed(place):
    """gz, xz, zst and lz4, known by their content whatever their name, from
    files and standard input."""
    data = pcap(reference().packets)
    files = {"gz": gzip.compress(data), "xz": lzma.compress(data)}
    for kind in ("zst", "lz4"):
        with open(os.path.join(DATA, f"reference.pcap.{kind}"), "rb") as file:
            files[kind] = file.read()
    whole = plain(meter_bytes(data))
    for kind, packed in files.items():
        equal(plain(meter_bytes(packed)), whole, f"{kind} on stdin")
        path = write(place, f"{kind}-without-its-name", packed)
        equal(plain(meter("-r", path)), whole, f"{kind} from a file")


@case
def standard_input_and_fifo(place):
    """A pipe that gives a byte now and then, and a FIFO."""
    data = pcapng(reference().packets)
    check_reference(meter_bytes(data).one())
    fifo = os.path.join(place, "fifo")
    os.mkfifo(fifo)
    source = write(place, "source", data)
    with subprocess.Popen(["dd", f"if={source}", f"of={fifo}", "bs=7"],
                          stderr=subprocess.DEVNULL):
        check_reference(meter("-r", fifo).one())


@case
def missing_file(place):
    """A missing file is trouble, said in one line, and never exit 0."""
    result = execute("-r", os.path.join(place, "missing.pcap"), "-o", "json")
    equal(result.status, 1, "exit status")
    expect("missing.pcap" in result.message()
           and "no such file" in result.message().lower(),
           f"message: {result.message()}")


# Direction.

@case
def synack_before_syn(place):
    """The SYN+ACK is stored before the SYN: the SYN's sender began."""
    packets = reference().packets
    swapped = [packets[1], packets[0]] + packets[2:]
    check_reference(meter_bytes(pcap(swapped)).one())
    # The same with times that rise as stored.
    risen = [p._replace(ts_ns=q.ts_ns) for p, q in zip(swapped, packets)]
    check_reference(meter_bytes(pcap(risen)).one())


@case
def late_syn_turns(place):
    """A SYN that comes after data of the server turns the flow round."""
    packets = reference().packets
    late = packets[4:5] + packets[:4] + packets[5:]
    late = [p._replace(ts_ns=q.ts_ns) for p, q in zip(late, packets)]
    check_reference(meter_bytes(pcap(late)).one())


@case
def middle_from_server(place):
    """Joined in the middle, the server's data first: the side without the
    known service is the originator."""
    talk = Conversation()
    for _ in range(3):
        talk.segment(1, "PA", b"r" * 200).segment(0, "A")
    record = meter_bytes(pcap(talk.packets)).one()
    check_direction(record, "service")
    equal(record["src"]["payload_bytes"], 0, "src.payload_bytes")
    equal(record["dst"]["payload_bytes"], 600, "dst.payload_bytes")


@case
def middle_by_port_class(place):
    """Two ports without a service: the dynamic one is the originator's."""
    talk = Conversation(server_port=48999)
    talk.segment(1, "PA", b"r").segment(0, "A")
    check_direction(meter_bytes(pcap(talk.packets)).one(), "port")


@case
def middle_by_first_packet(place):
    """Nothing tells: the first packet's sender, and a guess it is."""
    talk = Conversation(server_port=50001)
    talk.segment(1, "PA", b"r").segment(0, "A")
    record = meter_bytes(pcap(talk.packets)).one()
    check_direction(record, "first_packet", port=50001)


@case
def syn_lost(place):
    """The SYN was not captured: the SYN+ACK's receiver began."""
    record = meter_bytes(pcap(reference().packets[1:])).one()
    check_direction(record, "synack")
    equal(record["src"]["packets"], 5, "src.packets")


# Time and damage.

@case
def clock_steps_back(place):
    """The clock steps back an hour in the middle of a conversation: one
    flow, all its packets, and times that make sense."""
    hour = 3600 * 1_000_000_000
    packets = reference().packets
    stepped = packets[:4] + [p._replace(ts_ns=p.ts_ns - hour)
                             for p in packets[4:]]
    record = meter_bytes(pcap(stepped)).one()
    check_reference(record)
    equal(nanoseconds(record["start"]), packets[0].ts_ns, "start")
    equal(nanoseconds(record["end"]), packets[3].ts_ns, "end")


@case
def clock_steps_back_between(place):
    """The same between two flows: the second is metered as it was."""
    hour = 3600 * 1_000_000_000
    one = reference().packets
    two = reference(client="10.0.0.3", start_ns=START_NS - hour).packets
    result = meter_bytes(pcap(one + two))
    for source in ("10.0.0.1", "10.0.0.3"):
        record = result.find(src__ip=source)
        check_reference(record)
        close_to(record["duration"], 0.008, "duration")


@case
def last_packet_truncated(place):
    """The last packet is cut off: all whole ones are metered, the message
    says where, and the exit status that something is missing."""
    packets = reference().packets
    whole = pcap(packets)
    path = write(place, "cut.pcap", whole[:-10])
    result = meter("-r", path, status=1)
    equal(result.stats["frames"]["read"], 8, "frames.read")
    record = result.one()
    equal(record["src"]["packets"] + record["dst"]["packets"], 8, "packets")
    message = result.message()
    offsets = {f"{len(whole) - back:,}" for back in (10, 54, 70)}
    expect("cut.pcap" in message
           and any(offset in message for offset in offsets),
           f"neither file nor offset ({offsets}): {message}")
    equal(len(message.splitlines()), 1, f"lines of {message!r}")


@case
def split_over_files(place):
    """One conversation split over two files is one record, whichever file
    is named first."""
    packets = reference().packets
    for at in range(1, len(packets)):
        one = write(place, "one.pcap", pcap(packets[:at]))
        two = write(place, "two.pcap", pcap(packets[at:]))
        for first, second in ((one, two), (two, one)):
            result = meter("-r", first, "-r", second)
            check_reference(result.one())
            equal(result.one()["input"], one, "input")
    equal(plain(meter("-r", one, "-r", two)),
          plain(meter_bytes(pcap(packets))), "two files and the whole")


# Hostile bytes.

HOSTILE = (b'a"b\\c', b"new\nline", b"\x1b[31mred\x1b[0m", b"\xff\xfe",
           b'"}\n{"type":"flow","id":"forged"}', b"tab\tnul\x01",
           b"\xe2\x82", "gr\u00fc\u00df".encode(), b"\xc2\x9b31m",
           b"\xed\xa0\x80", b"\xc0\xaf", b"\x7f", "\u202egp".encode())


def unescaped(data):
    """What a reader of JSON must get back: a byte that is not part of valid
    UTF-8 stands for the character of its value."""
    text = data.decode("utf-8", "surrogateescape")
    return "".join(chr(ord(c) - 0xDC00) if 0xDC80 <= ord(c) <= 0xDCFF else c
                   for c in text)


def check_shown(result, what):
    """Text for eyes: valid UTF-8 and no control but the line's end."""
    text = result.stdout.decode("utf-8")
    bad = [c for c in text if c != "\n"
           and (ord(c) < 32 or 127 <= ord(c) < 160)]
    expect(not bad, f"{what}: control bytes {bad} in {text!r}")


@case
def hostile_interface_names(place):
    """Any bytes as an interface's name: no line breaks, none is forged, and
    the bytes come back from the JSON."""
    for name in HOSTILE:
        data = pcapng(reference().packets, [(ETHERNET, name, 6)])
        record = meter_bytes(data, schema=True).one()
        equal(record["interface"], unescaped(name), "interface")
        check_shown(execute("-r", "-", "-o", "text", stdin=data), name)


@case
def hostile_file_names(place):
    """The same for names of files."""
    data = pcap(reference().packets)
    for name in HOSTILE:
        if b"/" in name:
            continue
        path = write(place, name, data)
        record = meter("-r", path).one()
        equal(record["input"], unescaped(os.fsencode(path)), "input")
        os.unlink(path)
        result = execute("-r", path, "-o", "json")
        equal(result.status, 1, "exit status of a missing file")
        expect(not any(b < 32 and b != 10 or b == 127
                       for b in result.stderr)
               and result.stderr.count(b"\n") == 1,
               f"control bytes on stderr: {result.stderr!r}")


# Lengths.

@case
def ethernet_padding(place):
    """Frames padded to 60 bytes: the padding is on the wire, never
    payload."""
    packets = [p._replace(data=p.data.ljust(60, b"\0"),
                          length=max(60, len(p.data)))
               for p in reference().packets]
    packets.append(datagram("10.0.0.1", "10.0.0.2", 50000, 53, b"q",
                            link=lambda w: ethernet(w, pad_to=60)))
    result = meter_bytes(pcap(packets))
    record = result.find(protocol="tcp")
    equal(record["src"]["payload_bytes"], 100, "src.payload_bytes")
    equal(record["dst"]["payload_bytes"], 200, "dst.payload_bytes")
    equal(record["src"]["ip_bytes"], 340, "src.ip_bytes")
    equal(record["src"]["bytes"], 5 * 60 + 154, "src.bytes")
    record = result.find(protocol="udp")
    equal(record["src"]["payload_bytes"], 1, "payload of the datagram")
    equal(record["src"]["bytes"], 60, "bytes of the datagram")
    equal(get(record, "udp.length_mismatch", 0), 0, "udp.length_mismatch")


@case
def total_length_zero(place):
    """Total length 0 is segmentation offload: the rest of the frame."""
    data = tcp("10.0.0.1", "10.0.0.2", 50000, 80, "PA", 1001, 5001,
               b"x" * 30000)
    whole = ipv4(data, "10.0.0.1", "10.0.0.2", TCP, total_length=0)
    talk = Conversation().handshake()
    packets = talk.packets + [packet(talk.now, ethernet(whole))]
    record = meter_bytes(pcap(packets)).one()
    equal(record["src"]["payload_bytes"], 30000, "src.payload_bytes")
    equal(record["src"]["ip_bytes"], 80 + 30040, "src.ip_bytes")
    equal(record["src"]["bytes"], 108 + 30054, "src.bytes")


@case
def snapped(place):
    """Frames cut off by the capture count with their full length."""
    packets = [p._replace(data=p.data[:60]) for p in reference().packets]
    check_reference(meter_bytes(pcap(packets, snaplen=60)).one())


main()
