#!/usr/bin/env python3
"""Live capture on a veth pair between two network namespaces that the test
makes: real programs talk, and the records say what they did. Skipped where
namespaces are not allowed."""
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "lib"))
from run import (  # noqa: E402
    PROGRAM, SANITIZER, Result, case, equal, execute, expect, main, parse,
    read_lines, skip, validate, json_schema)

HERE, THERE = "10.78.0.1", "10.78.0.2"
ENOUGH_S = 20


def shell(*words, check=True):
    return subprocess.run(words, stdin=subprocess.DEVNULL, check=check,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


class Wire:
    """Two namespaces and the pair between them, gone at the end."""

    def __init__(self):
        self.here = f"tm-here-{os.getpid()}"
        self.there = f"tm-there-{os.getpid()}"

    def __enter__(self):
        try:
            self.build()
        except subprocess.CalledProcessError:
            self.remove()
            raise
        return self

    def __exit__(self, *_):
        self.remove()

    def build(self):
        shell("ip", "netns", "add", self.here)
        shell("ip", "netns", "add", self.there)
        shell("ip", "link", "add", "wire0", "netns", self.here, "type",
              "veth", "peer", "name", "wire1", "netns", self.there)
        for space, name, address in ((self.here, "wire0", HERE),
                                     (self.there, "wire1", THERE)):
            # No IPv6: its own chatter would be in the counts.
            shell("ip", "netns", "exec", space, "sh", "-c",
                  "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6",
                  check=False)
            shell("ip", "-n", space, "addr", "add", f"{address}/24", "dev",
                  name)
            shell("ip", "-n", space, "link", "set", name, "up")
            shell("ip", "-n", space, "link", "set", "lo", "up")
        self.ping(1)

    def remove(self):
        for space in (self.here, self.there):
            shell("ip", "netns", "del", space, check=False)

    def ping(self, count):
        shell("ip", "netns", "exec", self.there, "ping", "-c", str(count),
              "-i", "0.02", "-W", "2", HERE)

    def python(self, space, program, *words, **more):
        return subprocess.Popen(["ip", "netns", "exec", space,
                                 sys.executable, "-c", program, *words],
                                stdin=subprocess.DEVNULL, **more)

    def datagrams(self, count, port=5300, size=100):
        """Exactly so many, from one socket, to where nobody answers."""
        done = self.python(self.there, """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 51234))
for _ in range(int(sys.argv[3])):
    try:
        s.sendto(b"x" * int(sys.argv[4]), (sys.argv[1], int(sys.argv[2])))
    except ConnectionRefusedError:
        pass
""", HERE, str(port), str(count), str(size))
        equal(done.wait(ENOUGH_S), 0, "the sender's exit status")


class Meter:
    """tallyman in this end's namespace, ready when the block begins."""

    def __init__(self, wire, *words, interface="wire0"):
        command = ["ip", "netns", "exec", wire.here, *PROGRAM]
        if interface is not None:
            command += ["-i", interface]
        self.words = words
        self.child = subprocess.Popen(
            command + list(words), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __enter__(self):
        wait_until(self.is_ready, "capture is open")
        return self

    def __exit__(self, *_):
        if self.child.poll() is None:
            self.child.kill()
            self.child.communicate()

    def is_ready(self):
        """A packet socket is open, the user is changed, a moment passed."""
        if self.child.poll() is not None:
            return True
        try:
            with open(f"/proc/{self.child.pid}/net/packet",
                      encoding="ascii") as file:
                is_open = len(file.readlines()) > 1
            is_open = is_open and self.status()["Uid"].split()[1] != "0"
        except (OSError, KeyError):
            return False
        if is_open:
            time.sleep(0.2)
        return is_open

    def status(self):
        with open(f"/proc/{self.child.pid}/status",
                  encoding="ascii") as file:
            pairs = (line.split(":", 1) for line in file)
            return {name: value.strip() for name, value in pairs}

    def end(self, how=signal.SIGINT, status=0):
        """What it wrote, once it ended as expected."""
        time.sleep(0.3)
        if how is not None:
            self.child.send_signal(how)
        return self.finish(status)

    def finish(self, status=0):
        try:
            output, errors = self.child.communicate(timeout=ENOUGH_S)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.communicate()
            expect(False, f"no end after {ENOUGH_S} s")
        done = subprocess.CompletedProcess(self.words, self.child.returncode,
                                           output, errors)
        result = Result(self.words, done, 0)
        expect(not SANITIZER.search(errors), f"report: {result.message()}")
        equal(result.status, status, f"exit status: {result.message()}")
        return result


def wait_until(test, what):
    for _ in range(int(ENOUGH_S / 0.05)):
        if test():
            return
        time.sleep(0.05)
    expect(False, f"never: {what}")


def finish_json(meter, **more):
    result = meter.end(**more)
    read_lines(result.stdout, result)
    return result


@case
def records_equal_traffic(place):
    """Datagrams, pings and a page over HTTP, counted exactly, and nothing
    lost."""
    with Wire() as wire, Meter(wire, "-o", "json", "ip") as meter:
        wire.datagrams(500)
        wire.ping(4)
        server = wire.python(
            wire.here, "import http.server as h, sys\n"
            "h.test(h.SimpleHTTPRequestHandler, port=80, bind=sys.argv[1])",
            HERE, cwd=place, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        client = wire.python(wire.there, """
import sys, time, urllib.request
for _ in range(100):
    try:
        urllib.request.urlopen(f"http://{sys.argv[1]}/").read()
        break
    except OSError:
        time.sleep(0.1)
else:
    sys.exit(1)
""", HERE)
        equal(client.wait(ENOUGH_S), 0, "the client's exit status")
        server.terminate()
        server.wait()
        result = finish_json(meter)
    record = result.find(protocol="udp", dst__port=5300)
    equal((record["src"]["packets"], record["dst"]["packets"]), (500, 0),
          "packets of the datagrams")
    equal(record["src"]["bytes"], 500 * 142, "their bytes")
    equal(record["src"]["payload_bytes"], 50000, "their payload")
    pings = [r for r in result.flows
             if r.get("icmp", {}).get("type") in (0, 8)]
    equal([(r["src"]["packets"], r["dst"]["packets"]) for r in pings],
          [(4, 4)], "pings")
    pages = [r for r in result.flows if r["protocol"] == "tcp"
             and r["tcp"]["conn_state"] == "SF"]
    equal([(r["src"]["ip"], r["dst"]["port"]) for r in pages],
          [(THERE, 80)], "pages")
    kernel = result.stats["kernel"]
    equal(kernel["dropped"], 0, "kernel.dropped")
    expect(kernel["received"] >= result.stats["frames"]["in_flows"],
           f"kernel {kernel}")
    for one in result.flows + [result.stats]:
        validate(one, json_schema(), json_schema(), one["type"])
    equal(record["interface"], "wire0", "interface")
    expect("input" not in record, "an input in a live record")


@case
def count(place):
    """-c ends by itself after as many frames."""
    with Wire() as wire, Meter(wire, "-o", "json", "-c", "5",
                               "icmp") as meter:
        wire.ping(6)
        result = meter.finish()
    read_lines(result.stdout, result)
    equal(result.stats["frames"]["in_flows"], 5, "frames.in_flows")


@case
def expression(place):
    """Only frames that match are captured."""
    with Wire() as wire, Meter(wire, "-o", "json", "udp", "port",
                               "5301") as meter:
        wire.datagrams(3, port=5301)
        wire.datagrams(3, port=5302)
        wire.ping(2)
        result = finish_json(meter)
    equal(result.one()["src"]["packets"], 3, "packets")


@case
def signals_end(place):
    """INT and TERM write what is open and end with 0."""
    for how in (signal.SIGINT, signal.SIGTERM):
        with Wire() as wire, Meter(wire, "-o", "json", "udp") as meter:
            wire.datagrams(7)
            result = finish_json(meter, how=how)
        record = result.one()
        equal((record["src"]["packets"], record["end_reason"]),
              (7, "shutdown"), f"after {how.name}")


def open_for_all(place):
    """The program is nobody when it opens the file again."""
    os.chmod(os.path.dirname(place), 0o755)
    os.chmod(place, 0o777)


@case
def hangup_reopens(place):
    """HUP opens a file output by its name again; no record is lost."""
    open_for_all(place)
    path = os.path.join(place, "flows.jsonl")
    with Wire() as wire, Meter(wire, "-o", f"json={path}", "--timeout",
                               "udp=1", "-l", "udp") as meter:
        wire.datagrams(3, port=5301)
        wait_until(lambda: os.path.getsize(path) > 0, "the first record")
        os.rename(path, path + ".1")
        meter.child.send_signal(signal.SIGHUP)
        wait_until(lambda: os.path.exists(path), "the new file")
        wire.datagrams(4, port=5302)
        result = meter.end()
    with open(path + ".1", "rb") as file:
        before = [parse(line) for line in file]
    equal([r["src"]["packets"] for r in before], [3], "before HUP")
    with open(path, "rb") as file:
        after = [parse(line) for line in file]
    equal([r["type"] for r in after], ["flow", "stats"], "after HUP")
    equal(after[0]["src"]["packets"], 4, "packets after HUP")
    equal(after[1]["frames"]["in_flows"], 7, "frames.in_flows")
    equal(result.stdout, b"", "stdout")


@case
def records_as_flows_end(place):
    """A flow's record is written when it ends, though nothing else
    arrives."""
    open_for_all(place)
    path = os.path.join(place, "flows.jsonl")
    with Wire() as wire, Meter(wire, "-o", f"json={path}", "--timeout",
                               "udp=1", "-l", "udp") as meter:
        wire.datagrams(3)
        wait_until(lambda: os.path.getsize(path) > 0, "the record")
        with open(path, "rb") as file:
            record = parse(file.readline())
        equal((record["end_reason"], record["src"]["packets"]),
              ("idle", 3), "end_reason and packets")
        meter.end()


@case
def interval(place):
    """--stats-interval writes the closing record again and again."""
    with Wire() as wire, Meter(wire, "-o", "json", "--stats-interval",
                               "0.5", "-l", "udp") as meter:
        wire.datagrams(3)
        time.sleep(1.5)
        result = meter.end()
    records = [parse(line) for line in result.stdout.splitlines()]
    stats = [r for r in records if r["type"] == "stats"]
    expect(len(stats) >= 3, f"{len(stats)} closing records")
    for one in stats:
        frames = one["frames"]
        equal(frames["read"], sum(v for k, v in frames.items()
                                  if k != "read"), f"ledger {frames}")
    equal(stats[-1]["frames"]["in_flows"], 3, "frames.in_flows")


@case
def any_interface(place):
    """-i any sees the wire and the loopback."""
    with Wire() as wire, Meter(wire, "-o", "json", "icmp or udp",
                               interface="any") as meter:
        wire.ping(3)
        sender = wire.python(wire.here, """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
t = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
t.bind(("127.0.0.1", 5300))
s.sendto(b"hello", ("127.0.0.1", 5300))
""")
        equal(sender.wait(ENOUGH_S), 0, "the sender's exit status")
        result = finish_json(meter)
    record = result.find(src__ip=THERE)
    equal((record["src"]["packets"], record["dst"]["packets"]), (3, 3),
          "pings")
    record = result.find(src__ip="127.0.0.1")
    expect(record["src"]["packets"] >= 1, "a datagram on the loopback")


@case
def several_interfaces(place):
    """Two -i are metered together, each record with its interface."""
    with Wire() as wire, Meter(wire, "-i", "lo", "-o", "json",
                               "icmp") as meter:
        wire.ping(2)
        shell("ip", "netns", "exec", wire.here, "ping", "-c", "2", "-i",
              "0.02", "127.0.0.1")
        result = finish_json(meter)
    equal(result.find(src__ip=THERE)["interface"], "wire0", "interface")
    expect(all(r["interface"] == "lo" for r in result.flows
               if r["src"]["ip"] == "127.0.0.1"), "interface lo")


@case
def unprivileged(place):
    """Once everything is open the program is nobody and can do nothing."""
    with Wire() as wire, Meter(wire, "-o", "json", "icmp") as meter:
        status = meter.status()
        wire.ping(1)
        finish_json(meter)
    try:
        user = pwd.getpwnam("tallyman")
    except KeyError:
        user = pwd.getpwnam("nobody")
    equal(set(status["Uid"].split()), {str(user.pw_uid)}, "Uid")
    equal(set(status["Gid"].split()), {str(user.pw_gid)}, "Gid")
    expect("0" not in status["Groups"].split(), f"Groups {status['Groups']}")
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        equal(int(status[name], 16), 0, name)
    equal(status["NoNewPrivs"], "1", "NoNewPrivs")


@case
def interface_deleted(place):
    """The interface goes away: what is open is written, exit 1, and one
    line names it."""
    with Wire() as wire, Meter(wire, "-o", "json", "udp") as meter:
        wire.datagrams(5)
        time.sleep(0.3)
        shell("ip", "-n", wire.here, "link", "del", "wire0")
        result = meter.end(how=None, status=1)
    read_lines(result.stdout, result)
    equal(result.one()["src"]["packets"], 5, "packets")
    expect("wire0" in result.message()
           and len(result.message().splitlines()) == 1,
           f"message {result.message()!r}")


@case
def no_such_interface(place):
    """An interface that is not there."""
    result = execute("-i", "nosuch0", "-o", "json")
    equal(result.status, 1, "exit status")
    expect("cannot capture on 'nosuch0'" in result.message()
           and len(result.message().splitlines()) == 1, result.message())


@case
def no_permission(place):
    """Without the right to capture the message says what helps."""
    nobody = pwd.getpwnam("nobody")
    program = os.path.join(place, "tallyman")
    shutil.copy(PROGRAM[0], program)
    open_for_all(place)

    def become():
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
    done = subprocess.run([program, "-i", "lo", "-o", "json"],
                          preexec_fn=become, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=ENOUGH_S, check=False)
    message = done.stderr.decode()
    equal(done.returncode, 1, f"exit status: {message}")
    for words in ("cannot capture on 'lo'", "sudo", "setcap"):
        expect(words in message, f"no {words!r} in {message!r}")


@case
def lists(place):
    """-D names the interfaces, -L the link types of one."""
    with Wire() as wire:
        for words, wanted in ((["-D"], b"wire0"),
                              (["-i", "wire0", "-L"], b"EN10MB")):
            done = shell("ip", "netns", "exec", wire.here, *PROGRAM, *words,
                         check=False)
            equal(done.returncode, 0, f"{words}: {done.stdout!r}")
            expect(wanted in done.stdout, f"{words}: {done.stdout!r}")


if os.geteuid() != 0:
    skip("network namespaces need root")
for needed in ("ip", "ping"):
    if shutil.which(needed) is None:
        skip(f"{needed} is not installed")
try:
    with Wire():
        pass
except (subprocess.CalledProcessError, OSError) as refused:
    skip(f"no network namespaces here: {refused}")
main()
