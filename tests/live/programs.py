#!/usr/bin/env python3
"""Which program has the ends of a flow: real servers and clients in two
network namespaces that the test makes, each connection by a process that
ends at once. Skipped where namespaces are not allowed.

TALLYMAN_CONNECTIONS says how many connections of curl there are (100)."""
import os
import shutil
import signal

import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "lib"))
from run import (  # noqa: E402
    PROGRAM, SANITIZER, Result, case, equal, expect, get, main,
    read_lines, skip, untested, validate, json_schema)

HERE, THERE = "10.79.0.1", "10.79.0.2"
HERE6, THERE6 = "fd79::1", "fd79::2"
CONNECTIONS = int(os.environ.get("TALLYMAN_CONNECTIONS", "100"))
ENOUGH_S = 60

# A datagram to port 7 comes back; a line on the pipe says that it listens.
ECHO = """
import os, socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
s = socket.socket(family, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind((sys.argv[1], int(sys.argv[2])))
print("ready", flush=True)
for _ in range(int(sys.argv[3])):
    data, peer = s.recvfrom(2048)
    s.sendto(data, peer)
"""

ASK = """
import socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
for _ in range(int(sys.argv[3])):
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.settimeout(10)
    s.sendto(b"x" * 40, (sys.argv[1], int(sys.argv[2])))
    s.recv(100)
"""

# The server's side of nginx, as small as can be.
NGINX = """
daemon off; pid {place}/nginx.pid; worker_processes 1;
error_log {place}/error.log;
events {{ worker_connections 128; }}
http {{
    access_log off;
    client_body_temp_path {place}; proxy_temp_path {place};
    fastcgi_temp_path {place}; uwsgi_temp_path {place};
    scgi_temp_path {place};
    server {{ listen {there}:80; listen [{there6}]:80;
        location / {{ return 200 "well\\n"; }} }}
}}
"""


def shell(*words, check=True):
    return subprocess.run(words, stdin=subprocess.DEVNULL, check=check,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def within(space):
    """The network of a namespace, and all else as it is."""
    return ["nsenter", f"--net=/var/run/netns/{space}"]


class Wire:
    """Two namespaces, the pair between them, and what runs there; all gone
    at the end."""

    def __init__(self):
        self.here = f"tm-mine-{os.getpid()}"
        self.there = f"tm-other-{os.getpid()}"
        self.children = []

    def __enter__(self):
        try:
            self.build()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for child in self.children:
            if child.poll() is None:
                child.terminate()
        for child in self.children:
            child.wait()
            if child.stdout is not None:
                child.stdout.close()
        for space in (self.here, self.there):
            shell("ip", "netns", "del", space, check=False)

    def build(self):
        shell("ip", "netns", "add", self.here)
        shell("ip", "netns", "add", self.there)
        shell("ip", "link", "add", "wire0", "netns", self.here, "type",
              "veth", "peer", "name", "wire1", "netns", self.there)
        for space, name, address, address6 in (
                (self.here, "wire0", HERE, HERE6),
                (self.there, "wire1", THERE, THERE6)):
            shell("ip", "-n", space, "addr", "add", f"{address}/24", "dev",
                  name)
            shell("ip", "-n", space, "addr", "add", f"{address6}/64", "dev",
                  name, "nodad")
            shell("ip", "-n", space, "link", "set", name, "up")
            shell("ip", "-n", space, "link", "set", "lo", "up")

    def run(self, space, *words, **more):
        child = subprocess.Popen(within(space) + list(words),
                                 stdin=subprocess.DEVNULL, **more)
        self.children.append(child)
        return child

    def python(self, space, program, *words):
        """A program that says when it is ready."""
        child = self.run(space, sys.executable, "-c", program, *words,
                         stdout=subprocess.PIPE)
        equal(child.stdout.readline(), b"ready\n", "first line of a server")
        return child

    def ask(self, program, *words):
        """A client here, to its end; its pid."""
        child = self.run(self.here, sys.executable, "-c", program, *words)
        equal(child.wait(ENOUGH_S), 0, "the client's exit status")
        return child.pid

    def nginx(self, place):
        """The master's and the worker's pids."""
        if shutil.which("nginx") is None or shutil.which("curl") is None:
            untested("needs nginx and curl")
        os.chmod(os.path.dirname(place), 0o755)
        os.chmod(place, 0o777)
        path = os.path.join(place, "nginx.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(NGINX.format(place=place, there=THERE, there6=THERE6))
        child = self.run(self.there, "nginx", "-c", path,
                         stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
        wait_until(lambda: self.does_answer(), "nginx answers")
        workers = shell("pgrep", "-P", str(child.pid)).stdout.split()
        return child.pid, [int(pid) for pid in workers]

    def does_answer(self):
        return shell(*within(self.here), "curl", "-s", f"http://{THERE}/",
                     check=False).stdout == b"well\n"


class Meter:
    """tallyman in this end's namespace, watching when the block begins."""

    def __init__(self, wire, *words, output="json"):
        self.words = words
        self.child = subprocess.Popen(
            within(wire.here) + PROGRAM + ["-i", "wire0", "-v", "-o", output,
                                           *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)

    def __enter__(self):
        wait_until(self.is_ready, "it captures and watches")
        return self

    def __exit__(self, *_):
        if self.child.poll() is None:
            self.child.kill()
            self.child.communicate()

    def is_ready(self):
        """It listens to its collector in a thread of its own."""
        if self.child.poll() is not None:
            return True
        threads = os.listdir(f"/proc/{self.child.pid}/task")
        return len(threads) > 1 or "off" in self.words

    def collectors(self):
        return [int(pid) for pid in shell(
            "pgrep", "-P", str(self.child.pid), check=False).stdout.split()]

    def end(self, status=0):
        """What it wrote, once it ended as expected."""
        time.sleep(0.5)     # a block of the kernel's ring takes 100 ms
        self.child.send_signal(signal.SIGINT)
        output, errors = self.child.communicate(timeout=ENOUGH_S)
        done = subprocess.CompletedProcess(self.words, self.child.returncode,
                                           output, errors)
        result = Result(self.words, done, 0)
        expect(not SANITIZER.search(errors), f"report: {result.message()}")
        equal(result.status, status, f"exit status: {result.message()}")
        read_lines(result.stdout, result)
        return result


def wait_until(test, what):
    for _ in range(int(ENOUGH_S / 0.02)):
        if test():
            return
        time.sleep(0.02)
    expect(False, f"never: {what}")




def need_ebpf(result):
    """Skips where there is no such word; the reason is the program's."""
    if result is not None and b"cannot find out programs" in result.stderr:
        untested(result.message())


def curl(wire, count):
    """So many connections, each of a process of its own; their pids by the
    local port."""
    pids = {}
    for _ in range(count):
        child = subprocess.Popen(
            within(wire.here) + ["curl", "-s", "-o", "/dev/null", "-w",
                                 "%{local_port}", f"http://{THERE}/"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        port, _ = child.communicate(timeout=ENOUGH_S)
        equal(child.returncode, 0, "curl's exit status")
        pids[int(port)] = child.pid
    return pids


def process(record, side):
    return get(record, f"{side}.process", {})


def named(flows, pids, by):
    """How many flows name their curl, and how many an nginx; none may name
    another."""
    clients = servers = 0
    for record in flows:
        pid = pids.get(record["src"]["port"])
        if pid is None:
            continue
        client, server = process(record, "src"), process(record, "dst")
        if client:
            equal((client["pid"], client["name"], client["by"]),
                  (pid, "curl", by), f"process of {record['src']}")
            clients += 1
        if server:
            equal(server["name"], "nginx", f"process of {record['dst']}")
            servers += 1
    return clients, servers


def is_sanitized():
    """Whether the program was built with the address sanitizer."""
    with open(PROGRAM[-1], "rb") as file:
        return b"__asan_init" in file.read()


def connections(place, how, by, least):
    """Counts how many of the connections were named."""
    with Wire() as wire:
        _, workers = wire.nginx(place)
        with Meter(wire, "--programs", how, "tcp port 80") as meter:
            if meter.child.poll() is not None:
                need_ebpf(meter.end(status=1))
            began = time.monotonic()
            pids = curl(wire, CONNECTIONS)
            took = time.monotonic() - began
            result = meter.end()
    equal(len(pids), CONNECTIONS, "ports, one a connection")
    flows = [r for r in result.flows if r["src"]["port"] in pids]
    missed = set(pids) - {r["src"]["port"] for r in flows}
    expect(not missed, f"no flow from ports {missed}: {result.stats}")
    equal(len(flows), CONNECTIONS, "flows")
    clients, servers = named(flows, pids, by)
    print(f"     {how}: of {CONNECTIONS} connections in {took:.1f} s "
          f"{clients} name curl, {servers} nginx")
    expect(clients >= least * CONNECTIONS, f"{clients} name their curl")
    expect(servers >= least * CONNECTIONS, f"{servers} name nginx")
    equal(get(result.stats, "programs.lost"), 0, "programs.lost")
    rules = json_schema()
    for record in flows[:5] + [result.stats]:
        validate(record, rules, rules, record["type"])
    return flows, workers


@case
def every_connection_by_ebpf(place):
    """Each of many curls is named, however short it lived, and the worker
    of nginx that served it."""
    flows, workers = connections(place, "ebpf", "ebpf", 1)
    for record in flows:
        expect(process(record, "dst")["pid"] in workers,
               f"{record['dst']['process']} is no worker: {workers}")
        equal(process(record, "src")["exe"],
              os.path.realpath(shutil.which("curl")), "exe of curl")
        equal(process(record, "src")["uid"], os.getuid(), "uid of curl")


@case
def most_connections_by_sockets(place):
    """Looking at sockets alone names nine of ten, and none wrongly. How many
    it is in time for says nothing of a program slowed by sanitizers."""
    connections(place, "sockets", "sockets", 0 if is_sanitized() else 0.9)


@case
def off_names_nobody(place):
    """--programs off: no process, no collector."""
    with Wire() as wire, Meter(wire, "--programs", "off", "udp") as meter:
        wait_until(lambda: b"packet" in shell(
            *within(wire.here), "sh", "-c",
            "wc -l </proc/net/packet | sed s/2/packet/").stdout, "a capture")
        time.sleep(0.3)
        server = wire.python(wire.there, ECHO, THERE, "7", "1")
        wire.ask(ASK, THERE, "7", "1")
        server.wait()
        equal(meter.collectors(), [], "children")
        result = meter.end()
    flow = result.find(dst__port=7)
    equal((process(flow, "src"), process(flow, "dst")), ({}, {}), "processes")
    expect("programs" not in result.stats, "programs in the closing record")


@case
def datagrams_both_ways(place):
    """Both ends of UDP are named, with IPv4 and IPv6, by who asks and who
    answers; the server was there before tallyman for one of them."""
    with Wire() as wire:
        old = wire.python(wire.there, ECHO, THERE, "7", "30")
        with Meter(wire, "udp") as meter:
            new = wire.python(wire.there, ECHO, THERE6, "8", "30")
            pids = {7: (wire.ask(ASK, THERE, "7", "30"), old.pid),
                    8: (wire.ask(ASK, THERE6, "8", "30"), new.pid)}
            result = meter.end()
    for port, wanted in pids.items():
        flows = [r for r in result.flows if r["dst"]["port"] == port]
        # The system may give two of them the same port of their own.
        expect(28 <= len(flows) <= 30, f"{len(flows)} flows to port {port}")
        equal(sum(r["src"]["packets"] for r in flows), 30,
              f"datagrams to port {port}")
        for record in flows:
            equal((process(record, "src").get("pid"),
                   process(record, "dst").get("pid")), wanted,
                  f"pids of {record['src']['port']} to {port}")


@case
def listener_from_before(place):
    """A connection to a server that was there before, and says nothing:
    who listens is named, also where nobody accepts."""
    with Wire() as wire:
        server = wire.python(wire.here, """
import socket, sys, time
s = socket.socket()
s.bind(("", 6000))
s.listen()
print("ready", flush=True)
time.sleep(60)
""")
        with Meter(wire, "tcp port 6000") as meter:
            child = wire.run(wire.there, sys.executable, "-c", """
import socket, sys, time
s = socket.create_connection((sys.argv[1], 6000), 5)
time.sleep(0.2)
""", HERE)
            equal(child.wait(ENOUGH_S), 0, "the client's exit status")
            result = meter.end()
    flow = result.one()
    equal(process(flow, "dst").get("pid"), server.pid, "pid of the listener")
    equal(process(flow, "dst").get("by"), "sockets", "by")
    equal(process(flow, "src").get("pid"), child.pid, "pid of the client")


def handed_over(how, rounds, pause_s):
    """A port of UDP goes from one process to the next; each flow names the
    one that had it."""
    with Wire() as wire, Meter(wire, "--programs", how, "udp") as meter:
        if meter.child.poll() is not None:
            need_ebpf(meter.end(status=1))
        wanted = []
        for _ in range(rounds):
            server = wire.python(wire.here, ECHO, "0.0.0.0", "9", "3")
            client = wire.run(wire.there, sys.executable, "-c", ASK, HERE,
                              "9", "3")
            equal(client.wait(ENOUGH_S), 0, "the client's exit status")
            server.wait()
            wanted += 3 * [(client.pid, server.pid)]
            time.sleep(pause_s)
        result = meter.end()
    flows = sorted((r for r in result.flows if r["dst"]["port"] == 9),
                   key=lambda r: r["start"])
    equal(len(flows), len(wanted), "flows")
    return [(process(r, "src").get("pid"), process(r, "dst").get("pid"))
            for r in flows], wanted


@case
def port_handed_over(place):
    """The kernel's word: not one flow is given to the process that had the
    port before or after."""
    have, wanted = handed_over("ebpf", 6, 0)
    equal(have, wanted, "pids of clients and servers")


@case
def port_handed_over_by_sockets(place):
    """By looking: a flow names the right one or nobody."""
    have, wanted = handed_over("sockets", 4, 0)
    for flow, right in zip(have, wanted):
        expect(flow[0] in (None, right[0]) and flow[1] in (None, right[1]),
               f"have {flow}, want {right}: {have}")


@case
def refused_and_unanswered(place):
    """Connections that never were have a program, too."""
    with Wire() as wire, Meter(wire, "tcp") as meter:
        refused = wire.run(wire.here, "curl", "-s", f"http://{THERE}:81/")
        refused.wait(ENOUGH_S)
        silent = wire.run(wire.here, sys.executable, "-c", """
import socket, sys
s = socket.socket()
s.settimeout(1.5)
try:
    s.connect((sys.argv[1], 82))
except OSError:
    pass
""", "10.79.0.77")
        silent.wait(ENOUGH_S)
        result = meter.end()
    flow = result.find(dst__port=81)
    equal(process(flow, "src").get("pid"), refused.pid, "pid of the refused")


@case
def forwarded_is_nobodys(place):
    """A process that listens on every address has nothing to do with what
    goes to the same port of somebody else."""
    with Wire() as wire:
        wire.python(wire.here, ECHO, "0.0.0.0", "7", "100")
        with Meter(wire, "udp") as meter:
            wire.run(wire.there, sys.executable, "-c", """
import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("wire1", 0))
udp = bytes.fromhex("1234" "0007" "000c" "0000") + b"xxxx"
ip = bytes.fromhex("45000020" "00010000" "4011" "0000" "0a4f0002" "0a4f0063")
s.send(b"\\xff" * 6 + b"\\x02" * 6 + b"\\x08\\x00" + ip + udp)
""").wait()
            result = meter.end()
    flow = result.one()
    equal(flow["dst"]["ip"], "10.79.0.99", "the address of another machine")
    equal((process(flow, "src"), process(flow, "dst")), ({}, {}), "processes")


@case
def rights(place):
    """The meter has none; the collector is no root and keeps three. Both
    end together, whoever goes first."""
    with Wire() as wire, Meter(wire, "udp") as meter:
        collector, = meter.collectors()
        for pid, wanted in ((meter.child.pid, 0),
                            (collector, 1 << 19 | 1 << 2 | 1 << 39)):
            with open(f"/proc/{pid}/status", encoding="ascii") as file:
                status = dict(line.split(":", 1) for line in file)
            expect("0" not in status["Uid"].split(), f"uids of {pid}")
            equal(int(status["NoNewPrivs"]), 1, "no_new_privs")
            kept = int(status["CapPrm"], 16)
            equal(kept & ~wanted, 0, f"capabilities of {pid}")
        meter.child.kill()
        wait_until(lambda: not os.path.exists(f"/proc/{collector}") or
                   " Z " in shell("ps", "-o", "stat=", "-p", str(collector),
                                  check=False).stdout.decode(),
                   "the collector's end")
    with Wire() as wire, Meter(wire, "udp") as meter:
        os.kill(meter.collectors()[0], signal.SIGKILL)
        time.sleep(0.2)
        result = meter.end()
    expect(b"the collector of programs ended" in result.stderr,
           f"words: {result.message()}")


@case
def names_are_escaped(place):
    """A process may call itself as it likes; the terminal sees none of
    it."""
    path = os.path.join(place, "bad\033[31m\n\xff".encode("latin-1")
                        .decode("utf-8", "surrogateescape"))
    shutil.copy(shutil.which("curl") or untested("needs curl"), path)
    os.chmod(path, 0o755)
    with Wire() as wire, Meter(wire, "tcp", output="text") as meter:
        child = wire.run(wire.here, path, "-s", f"http://{THERE}:81/")
        child.wait(ENOUGH_S)
        time.sleep(0.5)
        meter.child.send_signal(signal.SIGINT)
        output, errors = meter.child.communicate(timeout=ENOUGH_S)
    expect(not SANITIZER.search(errors), errors)
    expect(b"\033" not in output and b"\xff" not in output, output)
    expect(f"[{child.pid}]".encode() in output, output)


def check_machine():
    if os.geteuid() != 0:
        skip("needs root")
    if shutil.which("ip") is None or shutil.which("nsenter") is None:
        skip("needs ip and nsenter")
    try:
        with Wire():
            pass
    except (subprocess.CalledProcessError, OSError) as error:
        skip(f"no namespaces with a wire here: {error}")



check_machine()
main()
