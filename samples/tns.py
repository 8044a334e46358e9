#!/usr/bin/env python3
"""Makes a capture of Oracle's TNS, which no free server speaks.

usage: tns.py >FILE.pcap

The packets follow what Oracle publishes of its network layer: the header of
eight bytes and the packet types (CONNECT, ACCEPT, REFUSE, REDIRECT, RESEND,
DATA), and the connect descriptor of the Net Services Reference. Nothing here
was recorded from a database.
"""
import os
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "tests", "lib"))
import capture  # noqa: E402  (the path had to be set first)

CLIENT, SERVER = "10.77.0.2", "10.77.1.2"
CLIENT6, SERVER6 = "fd77::2", "fd77:1::2"
CONNECT, ACCEPT, REFUSE, DATA, RESEND = 1, 2, 4, 6, 11
HEADER = struct.Struct(">HHBBH")
VERSION, LOWEST = 314, 300
UNIT, TRANSPORT_UNIT = 8192, 65535


def tns_packet(kind, body):
    """The header: length, checksum, type, flags, header checksum."""
    return HEADER.pack(HEADER.size + len(body), 0, kind, 0, 0) + body


def descriptor(host, port, service):
    return (f"(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST={host})"
            f"(PORT={port}))(CONNECT_DATA=(SERVICE_NAME={service})"
            "(CID=(PROGRAM=sqlplus)(HOST=desk)(USER=ann))))").encode()


def connect(data):
    """Versions, service options, sizes, protocol characteristics, line
    turnaround, the byte order, then where the connect data stand."""
    fixed = struct.pack(">HHHHHHHH", VERSION, LOWEST, 0x0C41, UNIT,
                        TRANSPORT_UNIT, 0x7F08, 0, 1)
    offset = HEADER.size + len(fixed) + 4 + 4 + 2 + 24
    fixed += struct.pack(">HHIBB", len(data), offset, 0, 0x41, 0x41)
    return tns_packet(CONNECT, fixed + bytes(24) + data)


def accept():
    fixed = struct.pack(">HHHHHHHBB", VERSION, 0x0C41, UNIT, TRANSPORT_UNIT,
                        0x0100, 0, 32, 0x41, 0x41)
    return tns_packet(ACCEPT, fixed + bytes(8))


def refuse(code):
    text = (f"(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR={code})"
            f"(ERROR_STACK=(ERROR=(CODE={code})(EMFI=4))))").encode()
    return tns_packet(REFUSE, struct.pack(">BBH", 0x22, 0, len(text)) + text)


def data_packet(body, flags=0):
    return tns_packet(DATA, struct.pack(">H", flags) + body)


def negotiation():
    """The first data of a session: the protocol's versions and the name of
    the client's platform, then the server's choice."""
    return (data_packet(b"\x01\x06\x05\x04\x03\x02\x01\x00sample\x00"),
            data_packet(b"\x01\x06\x00sample server\x00"))


def session(talk, port, service, resend=False, code=None):
    """One connection, from the handshake to its end."""
    asked = connect(descriptor("db.office.test", port, service))
    talk.handshake().segment(0, "PA", asked)
    if resend:
        talk.segment(1, "PA", tns_packet(RESEND, b"")).segment(0, "PA", asked)
    if code is not None:
        talk.segment(1, "PA", refuse(code))
    else:
        request, reply = negotiation()
        talk.segment(1, "PA", accept()).segment(0, "PA", request)
        talk.segment(1, "PA", reply)
        talk.segment(0, "PA", data_packet(b"", 0x40))   # end of file
    return talk.close()


def conversation(port, client_port, earlier=None, ends=(CLIENT, SERVER)):
    start = earlier.now + 500_000_000 if earlier else capture.START_NS
    return capture.Conversation(*ends, client_port, port, start)


def main():
    one = session(conversation(1521, 50001), 1521, "sales", resend=True)
    two = session(conversation(1521, 50002, one), 1521, "nowhere",
                  code=12514)
    three = session(conversation(8015, 50003, two), 8015, "stock")
    four = session(conversation(1521, 50004, three, (CLIENT6, SERVER6)),
                   1521, "sales")
    packets = [p for t in (one, two, three, four) for p in t.packets]
    sys.stdout.buffer.write(capture.pcap(packets))


if __name__ == "__main__":
    main()
