"""One whole process at a time: what it cost and what it wrote."""
import contextlib
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import namedtuple

MIB = 1 << 20

# peak is in bytes, and never below what this program itself takes: the
# kernel hands that on to a child. status is negative for a signal, None when
# the process was stopped because it took too long.
Run = namedtuple("Run", "cpu_s wall_s peak status output message")


def run(words, limit_s=None, keeps_output=False):
    """Waits for the process; its output is /dev/null unless it is kept."""
    late = threading.Event()
    with open(os.devnull, "wb") as nothing, \
            open_nameless() as output, open_nameless() as message:
        begin = time.monotonic()
        child = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stderr=message,
            stdout=output if keeps_output else nothing,
            start_new_session=True)
        timer = threading.Timer(limit_s or threading.TIMEOUT_MAX, stop,
                                (child.pid, late))
        timer.daemon = True
        timer.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:   # nothing runs on when we are stopped
            stop(child.pid, late)
            raise
        wall_s = time.monotonic() - begin
        timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        message.seek(0)
        return Run(usage.ru_utime + usage.ru_stime, wall_s,
                   usage.ru_maxrss * 1024,
                   None if late.is_set() else child.returncode,
                   output.read(), message.read())


def open_nameless():
    """A file for what a process writes, so that nobody must read along."""
    return os.fdopen(os.memfd_create("bench"), "w+b")


def stop(process, late):
    """It leads a session of its own: its children end with it. That it just
    ended by itself is no error."""
    late.set()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)


def reason(done):
    """Why a run counts for nothing; empty when it ended well."""
    if done.status is None:
        return f"no end after {done.wall_s:.0f} s"
    if done.status < 0:
        return signal.Signals(-done.status).name
    if done.status > 0:
        return f"exit status {done.status}"
    return ""


def must_run(words, **more):
    """What is ours has to end well."""
    done = run(words, **more)
    if reason(done):
        sys.exit(f"bench: {' '.join(words)}: {reason(done)}: "
                 + done.message.decode("utf-8", "backslashreplace").strip())
    return done


def paired(first, second, repeat):
    """Runs of both by turns, so that a busy moment meets them alike."""
    return [(must_run(first), must_run(second)) for _ in range(repeat)]


def ratios(pairs, member):
    """Of the second run to the first."""
    return [getattr(second, member) / getattr(first, member)
            for first, second in pairs]


def spread(values):
    return f"{min(values):.2f} to {max(values):.2f} in {len(values)} runs"


class Bounds:
    """What was measured beside what it may be, a line each."""

    def __init__(self):
        self.is_exceeded = False

    def check(self, what, value, bound, rest, unit=""):
        line = f"{what} {value:.2f}{unit} (bound {bound:g}{unit}; {rest})"
        if value > bound:
            self.is_exceeded = True
            line += f": EXCEEDED by {(value / bound - 1) * 100:.1f} %"
        print(line, flush=True)

    def check_ratios(self, what, values, bound, rest=""):
        self.check(what, statistics.median(values), bound,
                   spread(values) + rest)

    def fail(self, what):
        self.is_exceeded = True
        print(f"{what}: FAILED", flush=True)
