"""Two ends of a wire and a forwarder between them that knows what it did.

The ends are network namespaces in which the kernel's own TCP talks. The
forwarder carries frames from one to the other: late, out of order, twice,
marked or not at all, as a test wants it. It writes down what passed at
either end, as a capture there would, and what it did to which segment.

A namespace belongs to the thread that enters it, a socket to the namespace it
was made in; so all of this is one process, and nothing is left behind by it.
"""
import contextlib
import ctypes
import fcntl
import heapq
import os
import random
import select
import socket
import struct
import subprocess
import threading
import time
from collections import namedtuple

from capture import START_NS, checksum, packet, pcap

CLIENT, SERVER = 0, 1       # the two sides
ADDRESSES = ("10.79.0.1", "10.79.0.2")
ENOUGH_S = 30               # longer than anything waits here
HOLD_S = 0.01               # a segment is held back no longer
FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << bit for bit in range(8))

libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
SIOCETHTOOL = 0x8946
# The commands that switch off: checksums, scatter, TSO, GSO, GRO.
OFFLOADS = (0x17, 0x19, 0x1F, 0x24, 0x2C)
SO_RCVBUFFORCE, PACKET_OUTGOING, ETH_P_ALL = 33, 4, 3

# seq and ack count from the initial sequence numbers; end is the number
# after the segment's last byte, SYN and FIN included.
Segment = namedtuple("Segment", "ts_ns side port seq end ack flags size "
                                "window options ecn")


def must(status, what):
    if status != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def current_space():
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)


@contextlib.contextmanager
def inside(space):
    """This thread is in that namespace."""
    home = current_space()
    try:
        must(libc.setns(space, CLONE_NEWNET), "setns")
        yield
    finally:
        must(libc.setns(home, CLONE_NEWNET), "setns")
        os.close(home)


def new_space():
    """A namespace that goes when its descriptor and sockets do."""
    home = current_space()
    try:
        must(libc.unshare(CLONE_NEWNET), "unshare")
        space = current_space()
        must(libc.setns(home, CLONE_NEWNET), "setns")
    finally:
        os.close(home)
    with inside(space):
        # IPv6 speaks without being asked.
        with contextlib.suppress(FileNotFoundError):
            write_sysctl("net/ipv6/conf/all/disable_ipv6", 1)
    return space


def write_sysctl(name, value):
    with open(f"/proc/sys/{name}", "w", encoding="ascii") as file:
        file.write(str(value))


def ip(*words, keep=()):
    subprocess.run(("ip",) + words, check=True, pass_fds=keep,
                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                   stderr=subprocess.STDOUT)


def switch_off_offloads(name):
    """Each frame is one segment with its checksum."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for command in OFFLOADS:
            value = ctypes.create_string_buffer(
                struct.pack("=II", command, 0))
            request = struct.pack("16sP8x", name.encode(),
                                  ctypes.addressof(value))
            fcntl.ioctl(control, SIOCETHTOOL, request)


def join(middle, end, side):
    """A pair of interfaces between them; the socket on the middle's."""
    name = f"mid{side}"
    with inside(end):
        ip("link", "add", "end0", "type", "veth", "peer", "name", name,
           "netns", f"/proc/self/fd/{middle}", keep=(middle,))
        switch_off_offloads("end0")
        ip("addr", "add", f"{ADDRESSES[side]}/24", "dev", "end0")
        ip("link", "set", "end0", "up")
    with inside(middle):
        ip("link", "set", name, "up")
        one = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                            socket.htons(ETH_P_ALL))
    one.bind((name, ETH_P_ALL))
    one.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 23)
    return one


class Way:
    """What happens to the frames of one side, the sender's.

    deeds says what is done to which of its segments with data, counted from
    1: "drop", "duplicate", "mark" (with CE) or "hold" (until the next one
    passed); loss drops that part of them by chance. drops(segment) is asked
    of every segment.
    """

    def __init__(self, delay_s=0.0, rate=None, deeds=None, loss=0.0, seed=1,
                 drops=lambda segment: False):
        self.delay_s = delay_s
        self.rate = rate            # bytes a second
        self.deeds = deeds or {}
        self.loss = loss
        self.chance = random.Random(seed)
        self.drops = drops
        self.count = 0              # segments with data so far
        self.free_ns = 0            # when the last frame was through
        self.held = None            # a frame, and when its wait ends

    def deed(self, segment):
        """What to do to this one, or None."""
        if self.drops(segment):
            return "drop"
        if segment.size == 0:
            return None
        self.count += 1
        if self.chance.random() < self.loss:
            return "drop"
        return self.deeds.get(self.count)

    def departure_ns(self, now_ns, size):
        if self.rate is not None:
            self.free_ns = max(self.free_ns, now_ns) + int(
                size * 1e9 / self.rate)
            now_ns = self.free_ns
        return now_ns + int(self.delay_s * 1e9)


def mark(frame):
    """With CE set, where the sender is capable of ECN (RFC 3168)."""
    if frame[15] & 3 == 0:
        return frame
    size = (frame[14] & 15) * 4
    head = bytearray(frame[14:14 + size])
    head[1] |= 3
    head[10:12] = bytes(2)
    head[10:12] = struct.pack(">H", checksum(bytes(head)))
    return frame[:14] + bytes(head) + frame[14 + size:]


def is_tcp(frame):
    return frame[12:14] == b"\x08\x00" and frame[23] == socket.IPPROTO_TCP


class Forwarder(threading.Thread):
    """Carries frames until it is stopped. What a side sends is seen there
    before anything is done to it, what it gets is seen as it gets it."""

    def __init__(self, sockets, ways):
        super().__init__(daemon=True)
        self.sockets = sockets
        self.ways = ways
        self.isn = {}
        self.waiting = []       # heap of departure, serial, side, frame
        self.serial = 0
        self.seen = ([], [])    # by each side: segments and their frames
        self.deeds = []         # what was done, and to which segment
        self.busy_ns = time.monotonic_ns()
        self.stopped = threading.Event()
        self.failure = None

    def run(self):
        try:
            while not self.stopped.is_set():
                self.turn()
        except Exception as failure:    # told to whoever stops it
            self.failure = failure

    def turn(self):
        wait_s = 0.005
        if self.waiting:
            wait_s = (self.waiting[0][0] - time.monotonic_ns()) / 1e9
        ready, _, _ = select.select(self.sockets, (), (),
                                    min(max(wait_s, 0), 0.005))
        for one in ready:
            self.read(self.sockets.index(one))
        self.release()

    def read(self, side):
        for _ in range(32):
            try:
                frame, where = self.sockets[side].recvfrom(
                    65536, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            if where[2] == PACKET_OUTGOING:
                continue
            if is_tcp(frame):
                self.take(side, frame)
            else:
                self.sockets[1 - side].send(frame)

    def parse(self, side, frame):
        size = (frame[14] & 15) * 4
        total, = struct.unpack_from(">H", frame, 16)
        tcp = frame[14 + size:14 + total]
        src, dst, seq, ack, words, flags, window = struct.unpack_from(
            ">HHIIBBH", tcp)
        head = (words >> 4) * 4
        port = dst if side == SERVER else src
        if flags & SYN:
            self.isn[side, port] = seq
        seq = (seq - self.isn.get((side, port), 0)) & 0xFFFFFFFF
        ack = (ack - self.isn.get((1 - side, port), 0)) & 0xFFFFFFFF
        taken = len(tcp) - head + bool(flags & SYN) + bool(flags & FIN)
        return Segment(time.monotonic_ns(), side, port, seq, seq + taken,
                       ack if flags & ACK else 0, flags, len(tcp) - head,
                       window, tcp[20:head], frame[15] & 3)

    def take(self, side, frame):
        self.busy_ns = time.monotonic_ns()
        segment = self.parse(side, frame)
        self.seen[side].append((segment, frame))
        way = self.ways[side]
        deed = way.deed(segment)
        if deed is not None:
            self.deeds.append((deed, segment))
        if deed == "drop":
            return
        if deed == "hold":
            way.held = frame, self.busy_ns + int(HOLD_S * 1e9)
            return
        self.send_later(side, mark(frame) if deed == "mark" else frame)
        if deed == "duplicate":
            self.send_later(side, frame)
        if segment.size > 0:
            self.let_go(way, side)

    def let_go(self, way, side, now_ns=None):
        """What was held back goes on: when another passed, or in time."""
        if way.held is None:
            return
        frame, end_ns = way.held
        if now_ns is None or now_ns >= end_ns:
            way.held = None
            self.send_later(side, frame)

    def send_later(self, side, frame):
        departure_ns = self.ways[side].departure_ns(time.monotonic_ns(),
                                                    len(frame))
        self.serial += 1
        heapq.heappush(self.waiting,
                       (departure_ns, self.serial, side, frame))

    def release(self):
        for side, way in enumerate(self.ways):
            self.let_go(way, side, time.monotonic_ns())
        while (self.waiting
               and self.waiting[0][0] <= time.monotonic_ns()):
            _, _, side, frame = heapq.heappop(self.waiting)
            self.busy_ns = time.monotonic_ns()
            self.seen[1 - side].append((self.parse(side, frame), frame))
            self.sockets[1 - side].send(frame)


class Traffic:
    """What passed at one side, as segments and as a capture."""

    def __init__(self, seen):
        self.segments = [segment for segment, _ in seen]
        self.frames = [frame for _, frame in seen]

    def of(self, side):
        return [s for s in self.segments if s.side == side]

    def pcap(self, first=0):
        """The capture, or its end; its clock begins at START_NS."""
        zero_ns = self.segments[0].ts_ns
        return pcap([packet(START_NS + segment.ts_ns - zero_ns, frame)
                     for segment, frame in zip(self.segments[first:],
                                               self.frames[first:])],
                    nano=True)


class Wire:
    """The two ends, joined while the block lasts."""

    def __init__(self, up=None, down=None, sysctls=None):
        """up is the Way of the client's frames, down of the server's."""
        self.ways = (up or Way(), down or Way())
        self.sysctls = sysctls or {}
        self.open = []

    def __enter__(self):
        self.spaces = [new_space(), new_space()]
        middle = new_space()
        for space in self.spaces:
            with inside(space):
                for name, value in self.sysctls.items():
                    write_sysctl(name, value)
        sockets = [join(middle, space, side)
                   for side, space in enumerate(self.spaces)]
        os.close(middle)
        self.forwarder = Forwarder(sockets, self.ways)
        self.forwarder.start()
        return self

    def __exit__(self, *_):
        self.forwarder.stopped.set()
        self.forwarder.join()
        for one in self.open + self.forwarder.sockets:
            one.close()
        for space in self.spaces:
            os.close(space)
        if self.forwarder.failure is not None:
            raise self.forwarder.failure

    def socket(self, side, *options):
        """A TCP socket of that side; an option is what setsockopt takes."""
        with inside(self.spaces[side]):
            one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        one.settimeout(ENOUGH_S)
        for option in options:
            one.setsockopt(*option)
        self.open.append(one)
        return one

    def listen(self, *options):
        """The server's socket, and where it listens."""
        one = self.socket(SERVER, *options)
        one.bind((ADDRESSES[SERVER], 0))
        one.listen()
        return one, one.getsockname()

    def connect(self, client=(), server=()):
        """A connection's two sockets; the options are each side's."""
        listener, where = self.listen(*server)
        one = self.socket(CLIENT, *client)
        one.connect(where)
        other, _ = listener.accept()
        other.settimeout(ENOUGH_S)
        self.open.append(other)
        return one, other

    def settle(self, quiet_s=0.3):
        """Waits until nothing moved for a while."""
        forwarder = self.forwarder
        while (forwarder.failure is None
               and (forwarder.waiting or time.monotonic_ns()
                    - forwarder.busy_ns < quiet_s * 1e9)):
            time.sleep(0.02)
        return self

    def traffic(self, point=CLIENT):
        return Traffic(self.forwarder.seen[point])

    def deeds(self, name):
        """The segments that this was done to."""
        return [segment for deed, segment in self.forwarder.deeds
                if deed == name]


def transfer(sender, receiver, size):
    """So many bytes, then the sender's FIN; the receiver reads to it."""
    def send():
        sender.sendall(random.Random(size).randbytes(size))
        sender.shutdown(socket.SHUT_WR)
    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    read_all(receiver)
    thread.join(ENOUGH_S)


def read_all(receiver):
    while receiver.recv(1 << 16):
        pass
    receiver.shutdown(socket.SHUT_WR)


def read_exactly(receiver, size):
    data = b""
    while len(data) < size:
        more = receiver.recv(size - len(data))
        if not more:
            raise EOFError(f"{len(data)} of {size} bytes")
        data += more
    return data
