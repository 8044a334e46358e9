#!/usr/bin/env python3
"""tallyman connections against ss(8), socket by socket, in network namespaces
that the test makes, with sockets in every state that can be had on purpose,
and for the whole machine. Skipped where namespaces are not allowed or ss is
missing."""
import collections
import contextlib
import ctypes
import fcntl
import json
import os
import pty
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "lib"))
from run import (  # noqa: E402
    PROGRAM, SANITIZER, Failure, case, close_to, equal, execute, expect, get,
    main, parse, skip, untested, validate)

HERE, THERE, NOBODY_THERE = "10.79.0.1", "10.79.0.2", "10.79.0.77"
HERE6, THERE6 = "fd79::1", "fd79::2"
ENOUGH_S = 10
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
HAS_NETLINK = b"netlink" in subprocess.run(
    [*PROGRAM, "--version"], stdout=subprocess.PIPE).stdout
STATES = {"ESTAB": "established", "SYN-SENT": "syn_sent",
          "SYN-RECV": "syn_received", "FIN-WAIT-1": "fin_wait_1",
          "FIN-WAIT-2": "fin_wait_2", "TIME-WAIT": "time_wait",
          "CLOSE-WAIT": "close_wait", "LAST-ACK": "last_ack",
          "CLOSING": "closing", "LISTEN": "listen", "UNCONN": "closed"}


def shell(*words, check=True):
    return subprocess.run(words, stdin=subprocess.DEVNULL, check=check,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


class Wire:
    """Two namespaces and the pair between them, gone at the end, with all
    sockets that the block made."""

    def __init__(self):
        self.here = f"tm-conn-{os.getpid()}"
        self.there = f"tm-peer-{os.getpid()}"
        self.held = contextlib.ExitStack()

    def __enter__(self):
        try:
            self.build()
        except subprocess.CalledProcessError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.held.close()
        for space in (self.here, self.there):
            shell("ip", "netns", "del", space, check=False)

    def build(self):
        for space in (self.here, self.there):
            shell("ip", "netns", "add", space)
            shell("ip", "netns", "exec", space, "sh", "-c",
                  "echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad; "
                  "echo 0 >/proc/sys/net/ipv4/tcp_tw_reuse")
        shell("ip", "link", "add", "wire0", "netns", self.here, "type",
              "veth", "peer", "name", "wire1", "netns", self.there)
        for space, name, addresses in (
                (self.here, "wire0", (HERE + "/24", HERE6 + "/64")),
                (self.there, "wire1", (THERE + "/24", THERE6 + "/64"))):
            for address in addresses:
                shell("ip", "-n", space, "addr", "add", address, "dev", name,
                      *(["nodad"] if ":" in address else []))
            shell("ip", "-n", space, "link", "set", name, "up")
            shell("ip", "-n", space, "link", "set", "lo", "up")
        # No answer ever, not even that nobody is there.
        shell("ip", "-n", self.here, "neigh", "add", NOBODY_THERE, "lladdr",
              "02:00:00:00:00:77", "dev", "wire0", "nud", "permanent")
        wait_until(lambda: b"tentative" not in shell(
            "ip", "-n", self.here, "-6", "addr").stdout and b"fe80" in shell(
            "ip", "-n", self.there, "-6", "addr").stdout, "IPv6 is ready")

    def hold(self, thing):
        """Closes it at the end of the block."""
        self.held.callback(thing.close)
        return thing

    def socket(self, space, *kind):
        """A socket of that namespace, of this process."""
        with inside(space):
            made = socket.socket(*kind)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.settimeout(ENOUGH_S)
        return self.hold(made)

    def listen(self, space, family, address, v6only=None, backlog=8):
        made = self.socket(space, family, socket.SOCK_STREAM)
        if v6only is not None:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
        made.bind(address)
        made.listen(backlog)
        return made

    def connect(self, listener, space, family, address):
        """Both ends of a new connection: who opened it, who took it."""
        client = self.socket(space, family, socket.SOCK_STREAM)
        client.connect(address)
        taken, _ = listener.accept()
        taken.settimeout(ENOUGH_S)
        return client, self.hold(taken)

    def zone(self, space, name):
        with inside(space):
            return socket.if_nametoindex(name)

    def link_local(self, space, name):
        text = shell("ip", "-n", space, "-6", "addr", "show", "dev",
                     name).stdout.decode()
        return re.search(r"inet6 (fe80::[0-9a-f:]+)", text).group(1)

    def ss(self, *words):
        return subprocess.run(["ip", "netns", "exec", self.here, "ss",
                               *words], check=True, text=True,
                              stdout=subprocess.PIPE).stdout

    def connections(self, *words):
        return list_connections(*words, before=("ip", "netns", "exec",
                                                self.here))


@contextlib.contextmanager
def inside(space):
    """This process is in that network namespace during the block."""
    with open("/proc/self/ns/net", "rb") as own, \
            open(f"/run/netns/{space}", "rb") as other:
        enter(other)
        try:
            yield
        finally:
            enter(own)


def enter(file):
    if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def wait_until(test, what):
    end = time.monotonic() + ENOUGH_S
    while time.monotonic() < end:
        if test():
            return
        time.sleep(0.02)
    raise Failure(f"never: {what}")


def run_connections(*words, before=(), **more):
    done = subprocess.run([*before, *PROGRAM, "connections", *words],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, **more)
    expect(done.returncode == 0 and not SANITIZER.search(done.stderr),
           f"{words}: status {done.returncode}: {done.stderr}")
    return done


schema = []


def list_connections(*words, before=()):
    """The parsed objects, each held to the schema."""
    done = run_connections(*words, "-o", "json", before=before)
    if not schema:
        schema.append(json.loads(execute(
            "connections", "--fields", "json-schema").stdout))
    found = [parse(line) for line in done.stdout.splitlines()]
    for one in found:
        validate(one, schema[0], schema[0], "socket")
    return found


# One socket as a tuple, from both programs.

def end_of_ss(text):
    """Address, port and interface of "[fe80::1]%eth0:80", "*:22"."""
    address, port = text.rsplit(":", 1)
    address, _, zone = address.partition("%")
    address = address.strip("[]")
    if address.startswith("::ffff:"):
        address = address[7:]
    return address, 0 if port == "*" else int(port), zone.rstrip("]")


def parse_ss(text):
    """The lines of ss -tunapOH: tuple -> the rest of its line."""
    found = collections.defaultdict(list)
    for line in text.splitlines():
        words = line.split(None, 6)
        protocol, state, first, second, local, remote = words[:6]
        rest = words[6] if len(words) > 6 else ""
        local, local_port, zone = end_of_ss(local)
        remote, remote_port, _ = end_of_ss(remote)
        if remote_port == 0:
            remote = ""
        pids = tuple(sorted({int(p) for p in
                             re.findall(r"pid=(\d+),fd=", rest)}))
        key = (protocol, STATES[state], local, local_port, remote,
               remote_port, zone if HAS_NETLINK else "", pids)
        found[key].append((int(first), int(second), rest))
    return found


def key_of(one):
    local, remote = one["local"], one.get("remote", {})
    state = get(one, "tcp.state") or ("established" if
                                      one["udp"]["connected"] else "closed")
    ip = "*" if one.get("ipv6_only") is False and local["ip"] == "::" \
        else local["ip"]
    processes = [one["process"]] if "process" in one else []
    processes += one.get("other_processes", [])
    return (one["protocol"], state, ip, local["port"], remote.get("ip", ""),
            remote.get("port", 0), one.get("interface", ""),
            tuple(sorted(p["pid"] for p in processes)))


def by_key(listed):
    found = collections.defaultdict(list)
    for one in listed:
        found[key_of(one)].append(one)
    return found


def queues_of(one, backlog):
    """/proc does not know the backlog."""
    if "accept_queue" in one:
        return one["accept_queue"], one.get("accept_queue_max",
                                            None if HAS_NETLINK else backlog)
    return one["receive_queue"], one["send_queue"]


def counts(found):
    return {key: len(all_of) for key, all_of in found.items()}


def pair_up(ss, listed, want_all=True):
    """Both say the same sockets; yields each with what ss says of it."""
    mine = by_key(listed)
    if not HAS_NETLINK:     # /proc does not say whether :: takes IPv4
        ss = {(k[0], k[1], k[2].replace("*", "::"), *k[3:]): v
              for k, v in ss.items()}
    if want_all:
        have, want = counts(mine), counts(ss)
        expect(have == want, "not what ss says\n  only ss: "
               f"{ {k for k in want if want[k] != have.get(k)} }\n"
               "  only tallyman: "
               f"{ {k for k in have if have[k] != want.get(k)} }")
    for key, all_of in ss.items():
        if len(all_of) == 1 and len(mine.get(key, ())) == 1:
            yield mine[key][0], all_of[0]


def steady(take):
    """What ss says before and after is the same; both with our listing."""
    for _ in range(40):
        before = take[0]()
        listed = take[1]()
        if take[0]() == before:
            return parse_ss(before), listed
        time.sleep(0.05)
    raise Failure("ss never said the same twice")


def without_times(text):
    """What passes by itself, time, is not what is compared."""
    return re.sub(r" (timer|lastsnd|lastrcv|lastack|busy|\S*_limited|ato|"
                  r"expires):\S+", "", text)


# What the sockets are.

def make_listeners(wire):
    wire.listen(wire.here, socket.AF_INET, ("127.0.0.1", 8001))
    four = wire.listen(wire.here, socket.AF_INET, ("0.0.0.0", 22))
    six = wire.listen(wire.here, socket.AF_INET6, ("::", 443), v6only=1)
    both = wire.listen(wire.here, socket.AF_INET6, ("::", 8080), v6only=0)
    return four, six, both


def make_connections(wire):
    """Established, of each kind of address."""
    four, six, both = make_listeners(wire)
    out = wire.listen(wire.there, socket.AF_INET, (THERE, 5432))
    pairs = {
        "in4": wire.connect(four, wire.there, socket.AF_INET, (HERE, 22)),
        "in6": wire.connect(six, wire.there, socket.AF_INET6, (HERE6, 443)),
        "mapped": wire.connect(both, wire.there, socket.AF_INET,
                               (HERE, 8080)),
        "dual6": wire.connect(both, wire.there, socket.AF_INET6,
                              (HERE6, 8080)),
        "self": wire.connect(both, wire.here, socket.AF_INET,
                             ("127.0.0.1", 8080)),
        "out": wire.connect(out, wire.here, socket.AF_INET, (THERE, 5432)),
    }
    zone = wire.zone(wire.here, "wire0")
    remote = wire.zone(wire.there, "wire1")
    near = wire.link_local(wire.here, "wire0")
    local = wire.listen(wire.here, socket.AF_INET6, (near, 9000, 0, zone))
    pairs["local"] = wire.connect(local, wire.there, socket.AF_INET6,
                                  (near, 9000, 0, remote))
    for opener, taker in pairs.values():
        opener.sendall(b"x" * 3000)
        taker.sendall(b"y" * 500)
    for _, taker in list(pairs.values())[1:]:
        left = 3000
        while left > 0:     # what in4 got stays in its queue
            left -= len(taker.recv(left))
    return pairs


def make_datagrams(wire):
    plain = wire.socket(wire.here, socket.AF_INET, socket.SOCK_DGRAM)
    plain.bind(("0.0.0.0", 53))
    bound = wire.socket(wire.here, socket.AF_INET, socket.SOCK_DGRAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"wire0")
    bound.bind(("0.0.0.0", 68))
    wire.socket(wire.here, socket.AF_INET6,
                socket.SOCK_DGRAM).bind(("::", 5353))
    connected = wire.socket(wire.here, socket.AF_INET, socket.SOCK_DGRAM)
    connected.connect((THERE, 123))
    for address in ((THERE6, 514), ("::ffff:" + THERE, 161)):
        six = wire.socket(wire.here, socket.AF_INET6, socket.SOCK_DGRAM)
        six.connect(address)
    sender = wire.socket(wire.here, socket.AF_INET, socket.SOCK_DGRAM)
    sender.sendto(b"unread", ("127.0.0.1", 53))


def make_closing(wire):
    """FIN-WAIT-2 and CLOSE-WAIT on loopback, TIME-WAIT, SYN-SENT to where
    nobody is, SYN-RECEIVED from there; then the wire breaks, and what was
    closed without an answer is in FIN-WAIT-1 and LAST-ACK."""
    server = wire.listen(wire.here, socket.AF_INET, ("127.0.0.1", 7001))
    client, taken = wire.connect(server, wire.here, socket.AF_INET,
                                 ("127.0.0.1", 7001))
    client.shutdown(socket.SHUT_WR)
    taken.recv(1)
    client, taken = wire.connect(server, wire.here, socket.AF_INET,
                                 ("127.0.0.1", 7001))
    client.close()
    taken.recv(1)
    taken.close()
    nobody = wire.socket(wire.here, socket.AF_INET, socket.SOCK_STREAM)
    nobody.setblocking(False)
    nobody.connect_ex((NOBODY_THERE, 81))
    send_syn(wire, 22)
    outside = wire.listen(wire.there, socket.AF_INET, (THERE, 7002))
    first, _ = wire.connect(outside, wire.here, socket.AF_INET,
                            (THERE, 7002))
    second, peer = wire.connect(outside, wire.here, socket.AF_INET,
                                (THERE, 7002))
    third, _ = wire.connect(outside, wire.here, socket.AF_INET,
                            (THERE, 7002))
    peer.shutdown(socket.SHUT_WR)
    second.recv(1)
    # Down, the interface would tell; this just loses all.
    shell("ip", "netns", "exec", wire.there, "sh", "-c",
          "ip link set wire1 arp off; ip link set wire1 address "
          "02:00:00:00:00:99")
    first.close()
    second.close()
    third.sendall(b"lost")


def send_syn(wire, port):
    """From an address that is nobody's."""
    source, target = (socket.inet_aton(a) for a in (NOBODY_THERE, HERE))
    segment = struct.pack(">HHIIBBHHH", 4321, port, 7, 0, 0x50, 2, 1000, 0,
                          0)
    pseudo = source + target + struct.pack(">BBH", 0, 6, len(segment))
    total = sum(struct.unpack(f">{(len(pseudo) + len(segment)) // 2}H",
                              pseudo + segment))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    segment = segment[:16] + struct.pack(">H", ~total & 0xffff) + segment[18:]
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), 1, 0, 64,
                       6, 0, source, target)
    raw = wire.socket(wire.there, socket.AF_INET, socket.SOCK_RAW,
                      socket.IPPROTO_RAW)
    raw.sendto(head + segment, (HERE, 0))


def look_at(wire, *words):
    take_ss = (lambda: without_times(wire.ss("-tunapOHi")))
    return steady((take_ss, lambda: wire.connections("-a", *words)))


@case
def agrees_with_ss(place):
    """Every socket of the namespace, once, with state, ends, interface,
    queues and processes; bytes, segments and round trips are the same."""
    with Wire() as wire:
        make_connections(wire)
        make_datagrams(wire)
        ss, listed = look_at(wire)
        checked = 0
        for one, (first, second, rest) in pair_up(ss, listed):
            equal(queues_of(one, second), (first, second),
                  f"queues of {one}")
            checked += check_info(one, rest)
    equal(len(listed), 20, "sockets")
    expect(not HAS_NETLINK or checked >= 7, f"tcp_info of {checked}")


INFO = (("bytes_sent", "local.payload_bytes"),
        ("bytes_received", "remote.payload_bytes"),
        ("bytes_acked", "tcp.acked_bytes"),
        ("segs_out", "local.packets"), ("segs_in", "remote.packets"),
        ("bytes_retrans", "tcp.retransmitted_bytes"),
        ("mss", "tcp.mss"), ("pmtu", "tcp.path_mtu"),
        ("cwnd", "tcp.congestion_window"),
        ("unacked", "tcp.unacknowledged_packets"),
        ("lost", "tcp.lost_packets"))


def check_info(one, rest):
    """ss -i leaves zeros out; 1 when there was something to compare."""
    said = dict(re.findall(r"(\w+):([\d./]+)", rest))
    if not HAS_NETLINK or "rtt" not in said or \
            get(one, "tcp.state") == "listen":
        return 0
    for name, path in INFO:
        equal(get(one, path), int(said.get(name, 0)), f"{path} of {one}")
    mean, deviation = (float(v) / 1000 for v in said["rtt"].split("/"))
    close_to(get(one, "tcp.rtt.mean"), mean, "rtt.mean", 1e-6)
    close_to(get(one, "tcp.rtt.deviation"), deviation, "rtt.deviation", 1e-6)
    if "minrtt" in said:
        close_to(get(one, "tcp.rtt.min"), float(said["minrtt"]) / 1000,
                 "rtt.min", 1e-6)
    close_to(get(one, "tcp.rto"), float(said["rto"]) / 1000, "rto", 1e-3)
    equal(get(one, "tcp.retransmitted_packets"),
          int(said.get("retrans", "0/0").split("/")[1]), "retransmitted")
    return 1


@case
def closing_states(place):
    """Connections that begin and end, as ss has them, and what was sent
    again."""
    with Wire() as wire:
        make_listeners(wire)
        make_closing(wire)
        wait_until(lambda: b"retrans:" in wire.ss(
            "-tioOH", "dport = 7002").encode(), "something is sent again")
        ss, listed = look_at(wire)
        checked = [check_info(one, said[2]) and
                   get(one, "tcp.retransmitted_packets", 0)
                   for one, said in pair_up(ss, listed)]
    states = collections.Counter(get(one, "tcp.state") for one in listed)
    for state in ("fin_wait_1", "fin_wait_2", "close_wait", "last_ack",
                  "time_wait", "syn_sent", "syn_received"):
        expect(states[state] > 0, f"no {state}: {states}")
    expect(not HAS_NETLINK or max(checked) > 0, "no retransmission")
    timers = {get(one, "tcp.state"): get(one, "tcp.timer.name")
              for one in listed if "timer" in one.get("tcp", {})}
    equal((timers.get("time_wait"), timers.get("syn_sent")),
          ("time_wait", "retransmit"), f"timers {timers}")
    for one in listed:
        if get(one, "tcp.state") in ("time_wait", "fin_wait_1", "last_ack"):
            expect("process" not in one and "uid" not in one,
                   f"an owner of {one}")


def only(listed, **wanted):
    found = [one for one in listed
             if all(get(one, name.replace("__", ".")) == value
                    for name, value in wanted.items())]
    equal(len(found), 1, f"sockets with {wanted}")
    return found[0]


@case
def members(place):
    """What ss does not say, or says otherwise: versions of IP, interfaces,
    who serves what, user and executable."""
    with Wire() as wire:
        pairs = make_connections(wire)
        make_datagrams(wire)
        listed = wire.connections("-a")
        shown = wire.connections()
        opened = pairs["out"][0].getsockname()[1]
        chosen = pairs["mapped"][0].getsockname()[1]
    taken = only(listed, local__port=8080, remote__port=chosen)
    equal((taken["ip_version"], taken["mapped"], taken["local"]["ip"],
           taken["remote"]["ip"]), (4, True, HERE, THERE), "a mapped one")
    equal(taken["service"], {"name": "http-alt", "side": "local"},
          "its service")
    out = only(listed, local__port=opened)
    equal(out["service"], {"name": "postgresql", "side": "remote"},
          "the service of what we opened")
    equal((out["remote"]["port_class"], out["local"]["payload_bytes"]
           if HAS_NETLINK else 3000), ("registered", 3000), "its members")
    process = out["process"]
    equal((process["pid"], process["uid"], process["user"],
           process["exe"]),
          (os.getpid(), 0, "root", os.readlink("/proc/self/exe")), "process")
    with open("/proc/self/comm", encoding="utf-8") as file:
        equal(process["name"], file.read().rstrip("\n"), "process.name")
    equal((out["uid"], out["user"]), (0, "root"), "the socket's user")
    snmp = only(listed, remote__port=161)
    equal((snmp["ip_version"], snmp["mapped"], snmp["udp"]["connected"],
           snmp["service"]["name"]), (4, True, True, "snmp"), "mapped UDP")
    dns = only(listed, local__port=53)
    equal((dns["udp"]["connected"], dns["receive_queue"] > 0,
           "remote" in dns), (False, True, False), "bound UDP")
    if HAS_NETLINK:
        equal(only(listed, local__port=68)["interface"], "wire0",
              "what is bound to an interface")
        near = only(listed, local__port=9000, tcp__state="established")
        equal((near["interface"], near["local"]["ip"][:6]),
              ("wire0", "fe80::"), "a link-local connection")
        equal([only(listed, local__port=port, tcp__state="listen")
               ["ipv6_only"] for port in (443, 8080)], [True, False],
              "ipv6_only")
    kept = [one for one in listed if get(one, "tcp.state") != "listen"
            and get(one, "udp.connected") is not False]
    equal(sorted(map(key_of, shown)), sorted(map(key_of, kept)),
          "what is listed without -a")


@case
def shared_sockets(place):
    """All processes that have a socket: a fork, and nginx's workers; the
    names that a process gives itself come through whole and harmless."""
    evil = b") R 1 \x1b[31m(\xff"
    with Wire() as wire:
        server = wire.listen(wire.here, socket.AF_INET, ("127.0.0.1", 8001))
        child = os.fork()
        if child == 0:
            try:
                libc.prctl(15, ctypes.c_char_p(evil), 0, 0, 0)
                signal.pause()
            finally:
                os._exit(1)
        try:
            wait_until(lambda: read_comm(child) == evil, "the child's name")
            ss, listed = look_at(wire)
            list(pair_up(ss, listed))
            text = run_connections("-a", "-o", "text", before=(
                "ip", "netns", "exec", wire.here)).stdout
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        server.close()
    one = only(listed, local__port=8001)
    equal((one["process"]["pid"], [p["pid"] for p in
                                   one["other_processes"]]),
          (os.getpid(), [child]), "the processes")
    equal(one["other_processes"][0]["name"],
          evil.decode("utf-8", "surrogateescape").replace("\udcff", "\xff"),
          "the name")
    expect(b"\x1b" not in text and rb"\x1b[31m" in text and
           text.decode("utf-8"), f"text: {text}")


def read_comm(pid):
    with open(f"/proc/{pid}/comm", "rb") as file:
        return file.read()[:-1]


@case
def nginx(place):
    """A real server: its master and workers, and a client's connection."""
    if shutil.which("nginx") is None:
        untested("nginx is missing")
    conf = os.path.join(place, "nginx.conf")
    with open(conf, "w", encoding="ascii") as file:
        file.write(f"""daemon off; worker_processes 2; user root;
pid {place}/pid; error_log {place}/error.log;
events {{}}
http {{ access_log off; server {{ listen 127.0.0.1:8080; }} }}
""")
    with Wire() as wire:
        server = subprocess.Popen(
            ["ip", "netns", "exec", wire.here, "nginx", "-c", conf, "-p",
             place], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: len(children(server.pid)) == 2,
                       "two workers of nginx")
            client = wire.socket(wire.here, socket.AF_INET,
                                 socket.SOCK_STREAM)
            client.connect(("127.0.0.1", 8080))
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = client.recv(4096)
            expect(answer.startswith(b"HTTP/1.1"), f"answer {answer}")
            ss, listed = look_at(wire)
            list(pair_up(ss, listed))
            workers = children(server.pid)
        finally:
            server.terminate()
            server.wait()
    listener = only(listed, tcp__state="listen")
    pids = [p["pid"] for p in
            [listener["process"], *listener["other_processes"]]]
    equal(pids, sorted([server.pid, *workers]), "who listens")
    taken = only(listed, tcp__state="established", local__port=8080)
    expect(taken["process"]["pid"] in workers and
           taken["process"]["name"] == "nginx", f"who serves: {taken}")


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children",
                  encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


@case
def whole_machine(place):
    """The machine's own namespace, where others come and go: what ss has
    before and after is listed, and nothing is that ss has neither time."""
    with contextlib.ExitStack() as held:
        server = held.enter_context(socket.create_server(("127.0.0.1", 0)))
        client = held.enter_context(
            socket.create_connection(server.getsockname()))
        trouble = None
        for _ in range(10):
            before = parse_ss(machine_ss())
            listed = counts(by_key(list_connections("-a")))
            after = parse_ss(machine_ss())
            if not HAS_NETLINK:
                break
            gone = [k for k in before if k in after and k not in listed]
            odd = [k for k in listed if k not in before and k not in after]
            trouble = f"not listed {gone}, of nobody {odd}"
            if not gone and not odd:
                trouble = None
                break
        expect(trouble is None, trouble)
        port = client.getsockname()[1]
    expect(any(key[3] == port for key in listed), "our own connection")


def machine_ss():
    return subprocess.run(["ss", "-tunapOH"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


@case
def without_rights(place):
    """Who may not see others' processes is told how many sockets lack a
    program, once, on stderr; their user is known all the same."""
    if len(PROGRAM) > 1:
        untested("it is not one program")
    with tempfile.TemporaryDirectory() as folder, Wire() as wire:
        os.chmod(folder, 0o755)
        copy = shutil.copy(PROGRAM[0], folder)
        os.chmod(copy, 0o755)
        make_connections(wire)
        done = subprocess.run(
            ["ip", "netns", "exec", wire.here, "setpriv", "--reuid=65534",
             "--regid=65534", "--clear-groups", copy, "connections", "-a"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
    expect(done.returncode == 0 and not SANITIZER.search(done.stderr),
           f"status {done.returncode}: {done.stderr}")
    listed = [parse(line) for line in done.stdout.splitlines()]
    expect(all("process" not in one and one["user"] == "root"
               for one in listed), "a process, or no user")
    said = done.stderr.decode().splitlines()
    equal(len(said), 1, f"lines on stderr {said}")
    expect(re.fullmatch(rf"tallyman: {len(listed)} sockets have no program: "
                        r"no right to look into \d+ process(es)? "
                        r"\(run with sudo\)", said[0]), said[0])


def on_terminal(wire, columns, *words):
    """What it writes to a terminal of that width."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ,
                struct.pack("HHHH", 24, columns, 0, 0))
    with os.fdopen(leader, "rb", buffering=0) as screen:
        child = subprocess.Popen(
            ["ip", "netns", "exec", wire.here, *PROGRAM, "connections",
             *words], stdin=follower, stdout=follower,
            stderr=subprocess.PIPE)
        os.close(follower)
        seen = b""
        with contextlib.suppress(OSError):
            while more := screen.read(65536):
                seen += more
        errors = child.communicate()[1]
    equal((child.returncode, errors), (0, b""), "status and stderr")
    return seen.decode("utf-8").replace("\r\n", "\n")


@case
def fits_the_terminal(place):
    """Text on a terminal: no line is wider, the least needed columns go
    first, and what stays has who speaks with whom in which state."""
    with Wire() as wire:
        make_connections(wire)
        make_datagrams(wire)
        narrow = on_terminal(wire, 80, "-a")
        wide = on_terminal(wire, 250, "-a")
        tiny = on_terminal(wire, 30)
    for text, width in ((narrow, 80), (wide, 250), (tiny, 30)):
        for line in text.split("\n\n")[0].split("\n"):
            expect(len(line) <= width, f"{len(line)} of {width}: {line}")
    equal(wide.split("\n")[0].split(),
          "proto local remote state service class user queue sent received "
          "rtt resent program".split(), "columns")
    head = narrow.split("\n")[0].split()
    equal([w for w in head if w in ("proto", "local", "remote", "state",
                                    "program")],
          ["proto", "local", "remote", "state", "program"], "narrow columns")
    expect("class" not in head and "user" not in head, f"columns {head}")
    for what in ("*:8080" if HAS_NETLINK else "[::]:8080", "0.0.0.0:22", f"[{HERE6}]:443",
                 f"{HERE}:8080", f"[{os.getpid()}]", "\n\n20 sockets\n"):
        expect(what in wide, f"no {what}: {wide}")
    if HAS_NETLINK:
        expect("%wire0]:9000" in wide and "0.0.0.0%wire0:68" in wide,
               f"zones: {wide}")
    expect("\n\n11 sockets; 9 that listen are not shown (-a)\n" in tiny,
           f"the closing line: {tiny}")


@case
def usage(place):
    """What it does not take is refused with what and why; a file takes
    what is asked for it."""
    for words, message in (
            (("port", "80"), "tallyman: 'port': 'tallyman connections' takes "
             "no filter expression"),
            (("-o", "csv"), "tallyman: output csv is not one of 'tallyman "
             "connections' (text json)"),
            (("-i", "lo"), "tallyman: option --interface is one of "
             "'tallyman', not of 'tallyman connections'"),
            (("--fields", "pid"), "tallyman: option --fields 'pid': "
             "'tallyman connections' describes all members and writes all "
             "(help md json-schema)")):
        result = execute("connections", *words)
        equal((result.status, result.message()), (2, message), f"{words}")
    equal(execute("-a").status, 2, "-a of the meter")
    path = os.path.join(place, "sockets.jsonl")
    result = execute("connections", "-anq", "-o", f"json={path}", "-o",
                     "text")
    equal((result.status, result.message()), (0, ""), "two outputs")
    with open(path, "rb") as file:
        for line in file:
            equal(parse(line)["type"], "socket", "type")
    expect(result.stdout.startswith(b"proto "), result.stdout)
    result = execute("connections", "-o", f"json={place}/no/such")
    equal((result.status, result.message()),
          (1, f"tallyman: cannot open '{place}/no/such': no such file or "
           "directory"), "a file that cannot be made")


if shutil.which("ss") is None:
    skip("ss is missing")
if os.geteuid() != 0:
    skip("not root")
if shell("unshare", "-n", "true", check=False).returncode != 0:
    skip("no network namespaces")
main()
