"""Captures made by hand: frames, conversations and the files they stand in.

Every builder returns bytes and takes plain numbers, so that a test can say
exactly what is on the wire, right or wrong. Checksums and lengths are
correct unless a test gives others.
"""
import ipaddress
import struct
from collections import namedtuple

MAC_A = "02:00:00:00:00:0a"
MAC_B = "02:00:00:00:00:0b"
START_NS = 1_772_600_767_000_000_000    # 2026-03-04T05:06:07Z

ETHERNET, RAW, SLL, SLL2, NULL = 1, 101, 113, 276, 0
IPV4, IPV6, ARP = 0x0800, 0x86DD, 0x0806
ICMP, TCP, UDP, GRE, ICMP6, SCTP = 1, 6, 17, 47, 58, 132

Packet = namedtuple("Packet", "ts_ns data length interface")


def packet(ts_ns, data, length=None, interface=0):
    """A frame as captured; length is what was on the wire."""
    return Packet(ts_ns, data, len(data) if length is None else length,
                  interface)


def checksum(data):
    """The internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def address(text):
    return ipaddress.ip_address(text).packed


def version(text):
    return ipaddress.ip_address(text).version


def pseudo_checksum(src, dst, protocol, data):
    """Of a transport with its pseudo header (RFC 9293 3.1, RFC 8200 8.1)."""
    head = address(src) + address(dst)
    if version(src) == 4:
        head += struct.pack(">BBH", 0, protocol, len(data))
    else:
        head += struct.pack(">IHBB", len(data), 0, 0, protocol)
    return checksum(head + data)


# Link layers.

def ethernet(payload, kind=None, src=MAC_A, dst=MAC_B, vlans=(), pad_to=0):
    """vlans is a list of (tag protocol, VLAN id), outermost first."""
    kind = ip_kind(payload) if kind is None else kind
    frame = mac(dst) + mac(src)
    for protocol, identity in vlans:
        frame += struct.pack(">HH", protocol, identity)
    frame += struct.pack(">H", kind) + payload
    return frame.ljust(pad_to, b"\0")


def ip_kind(payload):
    return IPV6 if payload[:1] and payload[0] >> 4 == 6 else IPV4


def sll(payload, kind=None, packet_type=0, src=MAC_A):
    kind = ip_kind(payload) if kind is None else kind
    return struct.pack(">HHH8sH", packet_type, 1, 6, mac(src), kind) + payload


def sll2(payload, kind=None, packet_type=0, src=MAC_A, index=3):
    kind = ip_kind(payload) if kind is None else kind
    return struct.pack(">HHIHBB8s", kind, 0, index, 1, packet_type, 6,
                       mac(src)) + payload


def null_loopback(payload, order="<"):
    family = 2 if ip_kind(payload) == IPV4 else 30
    return struct.pack(order + "I", family) + payload


def mpls(payload, labels):
    stack = b""
    for i, label in enumerate(labels):
        bottom = i == len(labels) - 1
        stack += struct.pack(">I", label << 12 | bottom << 8 | 64)
    return stack + payload


# Network layers.

def ipv4(payload, src, dst, protocol, ttl=64, identification=1, tos=0,
         options=b"", offset=0, more=False, total_length=None, ihl=None,
         head_checksum=None):
    """offset is in bytes; options must be padded to words."""
    size = 20 + len(options)
    total = size + len(payload) if total_length is None else total_length
    words = size // 4 if ihl is None else ihl
    fields = [4 << 4 | words, tos, total, identification,
              (0x2000 if more else 0) | offset // 8, ttl, protocol, 0,
              address(src), address(dst)]
    head = struct.pack(">BBHHHBBH4s4s", *fields) + options
    fields[7] = checksum(head) if head_checksum is None else head_checksum
    return struct.pack(">BBHHHBBH4s4s", *fields) + options + payload


def ipv6(payload, src, dst, next_header, hop_limit=64, traffic_class=0,
         extensions=(), payload_length=None):
    """extensions is a list of (number, body); body has no next header."""
    chain = b""
    following = next_header
    for number, body in reversed(extensions):
        chain = bytes([following]) + body + chain
        following = number
    size = len(chain) + len(payload)
    size = size if payload_length is None else payload_length
    return (struct.pack(">IHBB", 6 << 28 | traffic_class << 20, size,
                        following, hop_limit)
            + address(src) + address(dst) + chain + payload)


def options6(words=0):
    """Body of a hop-by-hop or destination options header: padding only."""
    size = 8 * words + 4
    return bytes([words, 1, size]) + bytes(size)


def fragment6(offset, more, identification):
    """Body of a fragment header; offset in bytes."""
    return struct.pack(">BHI", 0, offset | more, identification)


def ip(payload, src, dst, protocol, **more):
    """By the addresses' version."""
    if version(src) == 4:
        return ipv4(payload, src, dst, protocol, **more)
    return ipv6(payload, src, dst, protocol, **more)


def fragments4(payload, src, dst, protocol, size, identification=77):
    """The datagram in pieces of size (a multiple of 8) bytes."""
    return [ipv4(payload[at:at + size], src, dst, protocol, offset=at,
                 more=at + size < len(payload),
                 identification=identification)
            for at in range(0, len(payload), size)]


def fragments6(payload, src, dst, next_header, size, identification=77):
    pieces = []
    for at in range(0, len(payload), size):
        body = fragment6(at, at + size < len(payload), identification)
        pieces.append(ipv6(payload[at:at + size], src, dst, next_header,
                           extensions=[(44, body)]))
    return pieces


# Transports.

# N is AE (RFC 9768), once NS.
FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16, "U": 32, "E": 64,
         "C": 128, "N": 256}


def tcp(src, dst, src_port, dst_port, flags, seq=0, ack=0, payload=b"",
        window=65535, options=b"", offset=None, segment_checksum=None):
    """src and dst are addresses: the checksum covers them."""
    bits = sum(FLAGS[letter] for letter in flags)
    options = options.ljust((len(options) + 3) // 4 * 4, b"\0")
    words = 5 + len(options) // 4 if offset is None else offset
    fields = [src_port, dst_port, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF,
              words << 4 | bits >> 8, bits & 0xFF, window, 0, 0]
    segment = struct.pack(">HHIIBBHHH", *fields) + options + payload
    fields[7] = (pseudo_checksum(src, dst, TCP, segment)
                 if segment_checksum is None else segment_checksum)
    return struct.pack(">HHIIBBHHH", *fields) + options + payload


def tcp_options(mss=None, scale=None, sack=False, timestamps=None):
    options = b""
    if mss is not None:
        options += struct.pack(">BBH", 2, 4, mss)
    if sack:
        options += b"\4\2"
    if timestamps is not None:
        options += struct.pack(">BBII", 8, 10, *timestamps)
    if scale is not None:
        options += b"\1" + struct.pack(">BBB", 3, 3, scale)
    return options


def sack_blocks(*blocks):
    """Each block is (first byte, byte after the last), RFC 2018."""
    return (bytes([1, 1, 5, 2 + 8 * len(blocks)])
            + b"".join(struct.pack(">II", *edges) for edges in blocks))


def fast_open(cookie=b""):
    """RFC 7413; without a cookie it asks for one."""
    return bytes([34, 2 + len(cookie)]) + cookie


def udp(src, dst, src_port, dst_port, payload=b"", length=None,
        datagram_checksum=None):
    size = 8 + len(payload) if length is None else length
    datagram = struct.pack(">HHHH", src_port, dst_port, size, 0) + payload
    total = (pseudo_checksum(src, dst, UDP, datagram) or 0xFFFF
             if datagram_checksum is None else datagram_checksum)
    return struct.pack(">HHHH", src_port, dst_port, size, total) + payload


def icmp(kind, code, body=b"", rest=0):
    message = struct.pack(">BBHI", kind, code, 0, rest) + body
    total = checksum(message)
    return struct.pack(">BBHI", kind, code, total, rest) + body


def icmp6(src, dst, kind, code, body=b"", rest=0):
    message = struct.pack(">BBHI", kind, code, 0, rest) + body
    total = pseudo_checksum(src, dst, ICMP6, message)
    return struct.pack(">BBHI", kind, code, total, rest) + body


def echo(identifier, sequence):
    """The rest field of an echo request or reply."""
    return identifier << 16 | sequence


# Tunnels: each gives the payload of the carrying transport or network.

def gre(payload, kind=IPV4, key=None):
    if key is None:
        return struct.pack(">HH", 0, kind) + payload
    return struct.pack(">HHI", 0x2000, kind, key) + payload


def vxlan(frame, identity):
    return struct.pack(">II", 0x08000000, identity << 8) + frame


def geneve(frame, identity, kind=0x6558):
    return struct.pack(">BBHI", 0, 0, kind, identity << 8) + frame


# Conversations.

class Conversation:
    """A TCP connection written down segment by segment.

    It keeps both sides' sequence numbers; side 0 is the client. What link()
    does to an IP packet is the caller's choice.
    """

    def __init__(self, client="10.0.0.1", server="10.0.0.2",
                 client_port=50000, server_port=80, start_ns=START_NS,
                 step_ns=1_000_000, isn=(1000, 5000), link=None,
                 interface=0):
        self.ends = ((client, client_port), (server, server_port))
        self.now = start_ns
        self.step = step_ns
        self.isn = isn
        self.next = list(isn)
        self.link = link
        self.interface = interface
        self.packets = []

    def wait(self, seconds):
        self.now += round(seconds * 1_000_000_000)
        return self

    def segment(self, side, flags, payload=b"", seq=None, ack=None,
                advance=True, tos=0, **more):
        """One segment of that side, stored and counted; tos is that of
        IPv4."""
        (src, src_port) = self.ends[side]
        (dst, dst_port) = self.ends[1 - side]
        seq = self.next[side] if seq is None else seq
        if ack is None:
            ack = self.next[1 - side] if "A" in flags else 0
        data = tcp(src, dst, src_port, dst_port, flags, seq, ack, payload,
                   **more)
        network = {"tos": tos} if tos else {}
        whole = ip(data, src, dst, TCP, **network)
        if self.link is not None:
            frame = self.link(whole)
        elif side == 0:
            frame = ethernet(whole)
        else:
            frame = ethernet(whole, src=MAC_B, dst=MAC_A)
        self.packets.append(packet(self.now, frame,
                                   interface=self.interface))
        self.now += self.step
        if advance:
            self.next[side] += (len(payload) + ("S" in flags)
                                + ("F" in flags))
        return self

    def syn(self, **more):
        return self.segment(0, "S", **more)

    def synack(self, **more):
        return self.segment(1, "SA", **more)

    def handshake(self):
        return self.syn().synack().segment(0, "A")

    def request(self, size=100, reply=200):
        """Data each way, acknowledged."""
        self.segment(0, "PA", b"q" * size)
        self.segment(1, "PA", b"r" * reply)
        return self.segment(0, "A")

    def close(self):
        """Both FINs, the client's first."""
        self.segment(0, "FA").segment(1, "FA")
        return self.segment(0, "A")


def datagram(src, dst, src_port, dst_port, payload=b"", ts_ns=START_NS,
             link=ethernet):
    """A UDP datagram as a captured frame."""
    data = udp(src, dst, src_port, dst_port, payload)
    return packet(ts_ns, link(ip(data, src, dst, UDP)))


# Files.

def pcap(packets, link=ETHERNET, order="<", nano=False, snaplen=262144):
    magic = 0xA1B23C4D if nano else 0xA1B2C3D4
    unit = 1 if nano else 1000
    parts = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snaplen,
                         link)]
    for one in packets:
        seconds, rest = divmod(one.ts_ns, 1_000_000_000)
        parts.append(struct.pack(order + "IIII", seconds, rest // unit,
                                 len(one.data), one.length))
        parts.append(one.data)
    return b"".join(parts)


def block(kind, body, order="<"):
    """A pcapng block, padded, with both lengths."""
    body = body.ljust((len(body) + 3) // 4 * 4, b"\0")
    size = len(body) + 12
    return (struct.pack(order + "II", kind, size) + body
            + struct.pack(order + "I", size))


def option(code, value, order="<"):
    padded = value.ljust((len(value) + 3) // 4 * 4, b"\0")
    return struct.pack(order + "HH", code, len(value)) + padded


def section(order="<"):
    return block(0x0A0D0D0A,
                 struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(link=ETHERNET, name=None, resolution=None, order="<",
              snaplen=0):
    """resolution is the power of ten: 6 or 9."""
    options = b""
    if name is not None:
        options += option(2, name, order)
    if resolution is not None:
        options += option(9, bytes([resolution]), order)
    if options:
        options += option(0, b"", order)
    return block(1, struct.pack(order + "HHI", link, 0, snaplen) + options,
                 order)


def enhanced(one, resolution=6, order="<"):
    ticks = one.ts_ns // 10 ** (9 - resolution)
    padded = one.data.ljust((len(one.data) + 3) // 4 * 4, b"\0")
    return block(6, struct.pack(order + "IIIII", one.interface, ticks >> 32,
                                ticks & 0xFFFFFFFF, len(one.data),
                                one.length) + padded, order)


def pcapng(packets, interfaces=((ETHERNET, b"eth0", 6),), order="<"):
    """interfaces is a list of (link type, name or None, resolution)."""
    parts = [section(order)]
    for link, name, resolution in interfaces:
        parts.append(interface(link, name, resolution, order))
    for one in packets:
        resolution = interfaces[one.interface][2]
        parts.append(enhanced(one, resolution, order))
    return b"".join(parts)


def read_pcap(data):
    """Link type and packets of a little-endian pcap (our samples)."""
    magic, _, _, _, _, _, link = struct.unpack_from("<IHHiIII", data)
    if magic not in (0xA1B2C3D4, 0xA1B23C4D):
        raise ValueError("not a little-endian pcap")
    unit = 1 if magic == 0xA1B23C4D else 1000
    packets = []
    at = 24
    while at < len(data):
        seconds, rest, captured, length = struct.unpack_from("<IIII", data,
                                                             at)
        at += 16
        packets.append(packet(seconds * 1_000_000_000 + rest * unit,
                              data[at:at + captured], length))
        at += captured
    return link, packets


def mirror(frame):
    """An Ethernet frame of IP as if the other end had sent it: MAC and IP
    addresses and TCP or UDP ports swapped. Checksums stay right."""
    kind, = struct.unpack_from(">H", frame, 12)
    head = frame[6:12] + frame[:6] + frame[12:14]
    if kind == IPV4:
        words = (frame[14] & 15) * 4
        protocol, fragment = frame[23], frame[20:22]
        head += frame[14:26] + frame[30:34] + frame[26:30]
        head += frame[34:14 + words]
        first = int.from_bytes(fragment, "big") & 0x1FFF == 0
    elif kind == IPV6:
        protocol, first = frame[20], True
        head += frame[14:22] + frame[38:54] + frame[22:38]
    else:
        return head + frame[14:]
    rest = frame[len(head):]
    if first and protocol in (TCP, UDP):
        rest = rest[2:4] + rest[:2] + rest[4:]
    return head + rest
