"""Other programs that make flows of frames, those of them that this machine
has, measured like ours over the same captures in the same run."""
import contextlib
import os
import shutil
import socket
import statistics
import tempfile

import measure

# A peer is measured as often as we are, or until it has had its time.
PEER_S = 60
# Whoever spends less than this of the bare loop has not read the capture.
RATIO_MIN = 0.3


def words_nfpcapd(path, folder, _):
    return ["nfpcapd", "-r", path, "-w", folder]


def words_argus(path, folder, _):
    """-X: without the settings of the machine."""
    return ["argus", "-X", "-r", path, "-w", os.path.join(folder, "argus")]


def words_softflowd(path, folder, port):
    """It has no file to write to; nobody reads what the socket gets. By
    itself it would know no more than 8192 flows at once, and with a control
    socket it does not end."""
    return ["softflowd", "-d", "-r", path, "-v", "9", "-m", "2000000",
            "-n", f"127.0.0.1:{port}", "-p", os.path.join(folder, "pid"),
            "-c", "none"]


def words_tshark(path, *_):
    return ["tshark", "-n", "-q", "-r", path, "-z", "conv,tcp",
            "-z", "conv,udp"]


def words_ndpi(path, *_):
    return ["ndpiReader", "-q", "-i", path]


def words_tcptrace(path, *_):
    return ["tcptrace", "-n", "-l", path]


PEERS = (words_nfpcapd, words_argus, words_softflowd, words_tcptrace,
         words_ndpi, words_tshark)


@contextlib.contextmanager
def place():
    """A folder for a peer's records and a port where nobody answers."""
    with tempfile.TemporaryDirectory(prefix="tallyman-peer-") as folder, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind(("127.0.0.1", 0))
        yield folder, nobody.getsockname()[1]


def run_peer(make_words, path, limit_s):
    with place() as (folder, port):
        return measure.run(make_words(path, folder, port), limit_s)


def measure_peer(make_words, loop, path, limit_s, repeat):
    """A cell of the table: the ratio, or why there is none."""
    values, spent_s, peak = [], 0, 0
    while len(values) < repeat and spent_s < PEER_S:
        bare = measure.must_run(loop)
        done = run_peer(make_words, path, limit_s)
        if measure.reason(done):
            return measure.reason(done)
        values.append(done.cpu_s / bare.cpu_s)
        if values[-1] < RATIO_MIN:
            return "did not read it"
        spent_s += done.wall_s
        peak = max(peak, done.peak)
    return f"{statistics.median(values):.2f}, {peak // measure.MIB} MiB"


def measure_peers(loop, path, ours_s, repeat):
    """Program to cell, of those that are installed; ours_s is how long we
    take."""
    cells = {}
    for make_words in PEERS:
        name = make_words("", "", 0)[0]
        if shutil.which(name) is not None:
            cells[name] = measure_peer(make_words, loop, path,
                                       20 * ours_s + 60, repeat)
            print(f"    {name}: {cells[name]}", flush=True)
    return cells


def print_table(columns):
    """Markdown; a column for each trace, (name, program to cell)."""
    names = []
    for _, cells in columns:
        names += [name for name in cells if name not in names]
    print("\n| program | " + " | ".join(name for name, _ in columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for name in names:
        print(f"| {name} | "
              + " | ".join(cells.get(name, "") for _, cells in columns)
              + " |")
