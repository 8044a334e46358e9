#!/usr/bin/env python3
"""tallyman top on a terminal: a sample is replayed and live traffic is
watched at 80x24 and 200x60; the screen has what it must, keys do what they
should, and the terminal is as before whatever ends it."""
import os
import re
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "lib"))
from run import (  # noqa: E402
    SAMPLES, case, equal, execute, expect, main, skip)
from tmux import Terminal, is_here  # noqa: E402
from wire import Wire, shell  # noqa: E402

OFFICE = os.path.join(SAMPLES, "office.pcapng")
SIZES = ((80, 24), (200, 60))
FIRST_ROW = 4
# A hundred datagrams of 1,000 bytes a second, where nobody answers.
SENDER = """
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.79.0.2", 51234))
while True:
    try:
        s.sendto(b"x" * 958, ("10.79.0.1", 5300))
    except OSError:
        pass
    time.sleep(0.01)
"""


def rows(lines):
    """The table's, without the marks of the screen."""
    found = []
    for line in lines[FIRST_ROW:-1]:
        if not line.strip():
            break
        found.append(line)
    return found


def cells(lines, title):
    """A column that is aligned to the right, as is the one before it."""
    ends = {m.group(): m.end() for m in re.finditer(
        r"[^ ]+", lines[FIRST_ROW - 1])}
    names = list(ends)
    begin = ends[names[names.index(title) - 1]]
    return [line[begin:ends[title]].strip() for line in rows(lines)]


def number(text):
    """"22.4 k", "10.5k", "472 B"; "" is nothing."""
    match = re.fullmatch(r"([\d.]+) ?([kMG])?B?", text)
    scale = {None: 1, "k": 1e3, "M": 1e6, "G": 1e9}
    return float(match.group(1)) * scale[match.group(2)] if match else 0


def expect_falling(values, what):
    expect(len(values) > 5 and values == sorted(values, reverse=True)
           and values[0] > values[-1], f"{what} do not fall: {values}")


@case
def replay(place):
    """A sample at once: the header, the order, the filter, the details, the
    totals; and the shell is as it was."""
    for width, height in SIZES:
        with Terminal(width, height) as terminal:
            terminal.top("--speed", "0", "-r", OFFICE)
            lines = terminal.wait_for("(end)")
            equal(len(lines), height, "lines")
            expect(lines[0].startswith("tallyman  office.pcapng  "), lines[0])
            expect(re.search(r"\d+ packets/s", lines[0]), lines[0])
            expect("121 frames" in lines[1] and "█" in lines[1], lines[1])
            expect("[conversations]" in lines[2] and "by rate" in lines[2],
                   lines[2])
            equal(len(rows(lines)), 16, "conversations")
            look_at_orders(terminal, lines)
            look_at_filter(terminal)
            look_at_details(terminal)
            look_at_views(terminal)
            terminal.keys("q")
            terminal.ended(0)


def look_at_orders(terminal, lines):
    rates = [number(there) + number(back) for there, back in
             zip(cells(lines, "→bit/s"), cells(lines, "←bit/s"))]
    expect_falling(rates, "rates")
    terminal.keys("s")
    lines = terminal.wait_for("by bytes ↓")
    expect_falling([number(c) for c in cells(lines, "bytes")], "bytes")
    terminal.keys("r")
    lines = terminal.wait_for("by bytes ↑")
    expect_falling([number(c) for c in cells(lines, "bytes")][::-1],
                   "bytes the other way")
    terminal.keys("r")
    terminal.keys("<")
    terminal.wait_for("by rate ↓")


def look_at_filter(terminal):
    terminal.type("/dns")
    lines = terminal.wait_for("/dns_")
    found = rows(lines)
    expect(0 < len(found) < 16 and all(" dns" in row for row in found),
           f"filter: {found}")
    expect(any("dns !" in row for row in found), "no mark of disagreement")
    terminal.keys("Escape")
    terminal.wait_for(lambda lines: len(rows(lines)) == 16)


def look_at_details(terminal):
    terminal.type("/ssh")
    terminal.wait_for("/ssh_")
    terminal.keys("Enter", "Enter")
    lines = terminal.wait_for("handshake")
    text = "\n".join(lines)
    expect("10.77.0.2:41330 → www.office.test:22" in text, text)
    expect(re.search(r"SYN to SYN\+ACK <1 ms, SYN\+ACK to ACK <1 ms", text),
           text)
    expect(re.search(r"rtt +least .* of \d+ samples", text), text)
    terminal.keys("End")
    lines = terminal.wait_for("ssh.server")
    expect(any("OpenSSH" in line for line in lines), "no facts")
    terminal.keys("Escape", "Escape")
    terminal.wait_for(lambda lines: len(rows(lines)) == 16)


def look_at_views(terminal):
    terminal.keys("Tab")
    terminal.wait_for("no programs are known")
    terminal.keys("Tab")
    lines = terminal.wait_for("[services]")
    names = [row.split()[0] for row in rows(lines)]
    expect({"ssh", "dns", "http"} <= set(names), f"services: {names}")
    terminal.keys("?")
    terminal.wait_for("Columns")
    terminal.keys("?")
    terminal.keys("Tab")
    terminal.wait_for("[conversations]")


@case
def pace(place):
    """At its own pace a capture of 1.5 s takes as long; ten times as fast
    a tenth."""
    for speed, least, most in (("1", 1.2, 8), ("10", 0, 1.2)):
        with Terminal(80, 24) as terminal:
            terminal.top("--speed", speed, "-r", OFFICE)
            terminal.wait_for("[conversations]")
            begin = time.monotonic()
            lines = terminal.screen()
            if least > 0:
                expect("(end)" not in lines[0], f"too early: {lines[0]}")
            terminal.wait_for("(end)")
            took = time.monotonic() - begin
            expect(least <= took <= most, f"speed {speed}: {took} s")
            terminal.keys("q")
            terminal.ended(0)


@case
def live(place):
    """Traffic on a wire: its rate, a picture that is held, keys that are
    answered at once, and a size that changes."""
    for width, height in SIZES:
        with Wire(SENDER) as wire, Terminal(width, height) as terminal:
            terminal.top("-i", "wire0", "udp", before=wire.inside())
            lines = terminal.wait_for(
                lambda lines: any("→" in line for line in lines) and any(
                    re.search(r"10\.79\.0\.2:51234.* \d+\.\d k", line)
                    for line in lines))
            expect(re.search(r"wire0  \d\d:\d\d:\d\dZ  \d+\.\d kbit/s  "
                             r"\d+ packets/s  1 open", lines[0]), lines[0])
            expect("0 dropped" in lines[1], lines[1])
            look_at_pause(terminal)
            look_at_answers(terminal)
            terminal.resize(120, 30)
            lines = terminal.wait_for(
                lambda lines: len(lines) == 30 and "minute" in lines[3]
                and "q quit" in lines[-1])
            expect("wire0" in lines[0], lines[0])
            terminal.keys("q")
            terminal.ended(0)


def look_at_pause(terminal):
    terminal.keys("p")
    before = terminal.wait_for("PAUSED")
    time.sleep(1.3)
    equal(terminal.screen(), before, "the picture that is held")
    terminal.keys("Space")
    terminal.wait_for(lambda lines: lines[0] != before[0])


def look_at_answers(terminal):
    """Within a tenth of a second, but for what tmux takes itself; the best
    of some, as the machine has more to do."""
    begin = time.monotonic()
    for _ in range(3):
        terminal.screen()
    slow = time.monotonic() - begin
    times = []
    for view in ("[programs]", "[services]", "[conversations]"):
        begin = time.monotonic()
        terminal.keys("Tab")
        terminal.wait_for(view)
        times.append(time.monotonic() - begin)
    expect(min(times) < 0.1 + slow, f"answers took {times} s")


@case
def silence(place):
    """Nothing arrives: keys are answered, and the end is soon."""
    with Wire() as wire, Terminal(80, 24) as terminal:
        terminal.top("-i", "wire0", "udp", before=wire.inside())
        terminal.wait_for("nothing yet")
        look_at_answers(terminal)
        begin = time.monotonic()
        terminal.keys("q")
        terminal.ended(0)
        expect(time.monotonic() - begin < 3, "the end took long")


@case
def signals(place):
    """INT, TERM and HUP end well; ABRT and QUIT as ever, with the terminal
    as before."""
    for number, status in ((signal.SIGTERM, 0), (signal.SIGHUP, 0),
                           (signal.SIGABRT, 128 + 6),
                           (signal.SIGQUIT, 128 + 3)):
        with Terminal(80, 24) as terminal:
            terminal.top("--speed", "0", "-r", OFFICE)
            terminal.wait_for("(end)")
            os.kill(terminal.pid(), number)
            terminal.ended(status)
    with Terminal(80, 24) as terminal:
        terminal.top("-r", OFFICE)
        terminal.wait_for("[conversations]")
        terminal.keys("C-c")
        terminal.ended(0)


@case
def stops(place):
    """Ctrl-Z goes to the shell, fg comes back."""
    with Terminal(80, 24) as terminal:
        terminal.run("set -m")
        terminal.top("--speed", "0", "-r", OFFICE)
        terminal.wait_for("(end)")
        terminal.keys("C-z")
        terminal.wait_for(lambda lines: any(
            "Stopped" in line or "suspended" in line for line in lines))
        equal(terminal.modes_now(), terminal.modes, "modes when stopped")
        terminal.run("fg")
        terminal.wait_for("(end)")
        terminal.keys("q")
        terminal.wait_for(lambda lines: not any(
            "[conversations]" in line for line in lines))
        equal(terminal.modes_now(), terminal.modes, "modes at the end")


@case
def vanished(place):
    """The interface goes: the message is there when the screen is not."""
    with Wire(SENDER) as wire, Terminal(80, 24) as terminal:
        terminal.top("-i", "wire0", "udp", before=wire.inside())
        terminal.wait_for("10.79.0.2:51234")
        shell("ip", "-n", wire.here, "link", "del", "wire0")
        lines = terminal.ended(1)
        expect("tallyman: interface 'wire0' vanished" in lines,
               "\n".join(lines))


@case
def damage(place):
    """What is said while the screen is up is shown there, and again when it
    is gone."""
    path = os.path.join(place, "cut.pcapng")
    with open(OFFICE, "rb") as whole, open(path, "wb") as cut:
        cut.write(whole.read()[:-100])
    os.chmod(place, 0o755)
    with Terminal(200, 60) as terminal:
        terminal.top("--speed", "0", "-r", path)
        lines = terminal.wait_for("(end)")
        expect("cut off" in lines[-1], f"no message: {lines[-1]}")
        terminal.keys("q")
        lines = terminal.ended(1)
        expect(any(line.startswith("tallyman: ") and "cut off" in line
                   for line in lines), "\n".join(lines))


@case
def plain(place):
    """A terminal without colours, and a locale without UTF-8."""
    with Terminal(80, 24, term="vt100", locale="C") as terminal:
        terminal.top("--speed", "0", "-r", OFFICE)
        lines = terminal.wait_for("(end)")
        expect(">bit/s" in lines[3] and "by rate v" in lines[2],
               "\n".join(lines[:4]))
        expect("".join(lines).isascii(), "not ASCII")
        terminal.keys("q")
        terminal.wait_for("status=0")
        equal(terminal.modes_now(), terminal.modes, "modes")
    with Terminal(80, 24, term="no-such-terminal") as terminal:
        terminal.top("--speed", "0", "-r", OFFICE)
        lines = terminal.wait_for("status=1")
        expect("tallyman: cannot use the terminal: TERM is "
               "'no-such-terminal'" in lines, "\n".join(lines))


@case
def piped(place):
    """Frames come from standard input, keys from the terminal."""
    with Terminal(80, 24) as terminal:
        terminal.run(f"clear; cat {OFFICE} | {os.environ['TALLYMAN']} top "
                     '--speed 0 -r -; echo "status=$?"')
        terminal.wait_for("(end)")
        terminal.keys("q")
        terminal.ended(0)


@case
def no_terminal(place):
    """Without one that is what it says."""
    result = execute("top", "-r", OFFICE)
    equal((result.status, result.message(), result.stdout),
          (1, "tallyman: tallyman top needs a terminal", b""), "answer")
    for words in (("--speed", "x", "-r", OFFICE), ("-o", "json"),):
        equal(execute("top", *words).status, 2, f"status of {words}")
    equal(execute("--speed", "1", "-r", OFFICE).status, 2,
          "status of --speed without top")


if not is_here():
    skip("tmux is missing")
if b"without ncurses" in execute("top", "-r", OFFICE).stderr:
    skip("built without ncurses")
main(jobs=3)
