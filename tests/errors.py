#!/usr/bin/env python3
"""Bad input and bad usage: one line that names what failed and why, the
exit status of the contract, and whatever was metered is written."""
import gzip
import os
import pwd
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "lib"))
from capture import (  # noqa: E402
    ETHERNET, START_NS, Conversation, block, datagram, enhanced, interface,
    packet, pcap, pcapng, section)
from run import (  # noqa: E402
    PROGRAM, case, equal, execute, expect, main, meter, read_lines, untested,
    write)

TROUBLE, USAGE = 1, 2


def talk():
    return Conversation().handshake().request().close().packets


def refused(status, *words, says=(), **more):
    """The run fails in this way, says so in one line with these words in
    it, and does not end in silence."""
    result = execute(*words, **more)
    message = result.message()
    equal(result.status, status, f"{words}: exit status, {message!r}")
    equal(len(message.splitlines()), 1, f"{words}: lines of {message!r}")
    expect(message.startswith("tallyman: "), f"{words}: {message!r}")
    for word in says:
        expect(word.lower() in message.lower(),
               f"{words}: no {word!r} in {message!r}")
    return result


@case
def missing_file(place):
    """A file that is not there."""
    path = os.path.join(place, "office.pcap")
    refused(TROUBLE, "-r", path, says=(path, "no such file"))
    good = write(place, "good.pcap", pcap(talk()))
    refused(TROUBLE, "-r", good, "-r", path, says=(path, "no such file"))


@case
def unreadable_file(place):
    """A file that may not be read, and one that leads to itself."""
    loop = os.path.join(place, "loop.pcap")
    os.symlink(loop, loop)
    refused(TROUBLE, "-r", loop, says=(loop, "symbolic links"))
    path = write(place, "secret.pcap", pcap(talk()))
    os.chmod(path, 0)
    become = None
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chmod(place, 0o755)
        os.chmod(os.path.dirname(place), 0o755)

        def become():
            os.setgid(nobody.pw_gid)
            os.setuid(nobody.pw_uid)
    try:
        subprocess.run(PROGRAM + ["--version"], preexec_fn=become,
                       stdout=subprocess.DEVNULL, check=True)
    except (PermissionError, subprocess.SubprocessError):
        untested("another user cannot run the program here")
    refused(TROUBLE, "-r", path, says=(path, "permission denied"),
            preexec=become)


@case
def directory_without_captures(place):
    """A directory with no capture in it, and an empty one."""
    folder = os.path.join(place, "empty")
    os.mkdir(folder)
    refused(TROUBLE, "-r", folder, says=(folder, "no capture"))
    write(folder, "README", b"nothing here\n")
    result = execute("-r", folder)
    equal(result.status, TROUBLE, f"exit status: {result.message()}")
    expect("no capture" in result.message().splitlines()[-1],
           f"message {result.message()!r}")


@case
def no_capture(place):
    """Empty files, text and rubbish are no captures, and said to be none."""
    for name, data in (("empty.pcap", b""), ("text.pcap", b"hello, world\n"),
                       ("zeros.pcap", bytes(1000)),
                       ("gz.pcap", gzip.compress(b"hello, world\n"))):
        path = write(place, name, data)
        refused(TROUBLE, "-r", path, "-o", "json", says=(path,))


@case
def damaged_in_the_middle(place):
    """A packet of an absurd length ends the file there; what came before is
    metered, and so is the other file."""
    packets = talk()
    good = pcap(packets[:4])
    bad = good + b"\xff" * 16 + b"rubbish"
    path = write(place, "bad.pcap", bad)
    result = refused(TROUBLE, "-r", path, "-o", "json", says=(path,))
    read_lines(result.stdout, result)
    equal(result.stats["frames"]["read"], 4, "frames.read")
    expect(re.search(r"\d", result.message().replace(path, "")),
           f"no offset: {result.message()}")
    other = write(place, "other.pcap", pcap(packets[4:]))
    result = meter("-r", path, "-r", other, status=1)
    equal(result.stats["frames"]["read"], 9, "frames.read of both")


@case
def damaged_pcapng(place):
    """Block lengths that make no sense, a packet of an unknown
    interface."""
    head = section() + interface(ETHERNET, b"eth0", 6)
    whole = enhanced(talk()[0])
    for what, tail in (
            ("short block", b"\6\0\0\0\4\0\0\0\4\0\0\0"),
            ("long block", b"\6\0\0\0\xfc\xff\xff\x7f" + bytes(40)),
            ("other length at the end", whole[:-4] + b"\0\0\0\1"),
            ("interface 7", enhanced(talk()[0]._replace(interface=7)))):
        path = write(place, "bad.pcapng", head + whole + tail)
        result = execute("-r", path, "-o", "json")
        read_lines(result.stdout, result)
        expect(result.stats["frames"]["read"] >= 1,
               f"{what}: the whole frame was not read")
        equal(result.status, TROUBLE, f"{what}: exit status")
        equal(len(result.message().splitlines()), 1,
              f"{what}: lines of {result.message()!r}")
        expect(path in result.message(), f"{what}: {result.message()}")


@case
def unknown_link_type(place):
    """Frames of a link type that nobody knows: a clear message or a counted
    reason, never silence."""
    path = write(place, "odd.pcap", pcap(talk(), link=147))
    result = execute("-r", path, "-o", "json")
    read_lines(result.stdout, result)
    equal(result.stats["frames"]["read"], 9, "frames.read")
    equal(result.flows, [], "records")
    expect("147" in result.message() or result.stats["frames"]["not_ip"] == 9,
           f"silence: {result.stats} {result.message()}")


@case
def unknown_blocks(place):
    """Blocks that are not ours to read are skipped."""
    data = pcapng(talk())
    data += block(0x00000BAD, b"\0\0\0\1custom") + block(0x7FFFFFFF, b"x")
    path = write(place, "blocks.pcapng", data)
    equal(meter("-r", path).stats["frames"]["read"], 9, "frames.read")


@case
def longer_than_snaplen(place):
    """Frames longer than the header's snaplen promises are read; a captured
    length beyond the frame's is damage or is counted, never believed."""
    path = write(place, "long.pcap", pcap(talk(), snaplen=40))
    result = meter("-r", path, warns=True)
    equal(result.stats["frames"]["read"], 9, "frames.read")
    one = talk()[0]
    odd = packet(one.ts_ns, one.data, length=20)
    path = write(place, "odd.pcap", pcap([odd] + talk()[1:]))
    result = execute("-r", path, "-o", "json")
    expect(result.status in (0, 1), f"exit status {result.status}")
    read_lines(result.stdout, result)


@case
def bad_filter(place):
    """A filter that does not compile is bad usage, and shown."""
    path = write(place, "good.pcap", pcap(talk()))
    for words in (("prot 80",), ("host", "and"), ("-f", "prot 80")):
        refused(USAGE, "-r", path, *words, says=("filter",))
    refused(USAGE, "-r", path, "prot 80", says=("'prot 80'", "syntax"))
    missing = os.path.join(place, "expression")
    result = refused(TROUBLE, "-r", path, "-F", missing,
                     says=(missing, "no such file"))
    equal(result.stdout, b"", "stdout")


@case
def bad_usage(place):
    """Unknown options and words, and what is near to them."""
    path = write(place, "good.pcap", pcap(talk()))
    source = ("-r", path)
    refused(USAGE, "--no-such-option", says=("no-such-option",))
    refused(USAGE, "-%", says=("%",))
    refused(USAGE, *source, "-o", "jsno", says=(
        "unknown output 'jsno'", "did you mean json?", "text json csv"))
    refused(USAGE, *source, "--timeout", "utp=5", says=("utp",))
    refused(USAGE, *source, "--timeout", "udp=soon", says=("udp=soon",))
    refused(USAGE, *source, "--memory", "much", says=("much",))
    refused(USAGE, *source, "--max-flows", "-1", says=("-1",))
    refused(USAGE, *source, "-c", "none", says=("none",))
    refused(USAGE, *source, "--key", "colour", says=("colour",))
    refused(USAGE, *source, "--fields", "src.pi", says=("src.pi", "src.ip"))
    refused(USAGE, "-r", says=("r",))
    refused(USAGE, *source, "-i", "lo")


@case
def bad_user(place):
    """-Z with a user that does not exist."""
    if os.geteuid() != 0:
        untested("only root can become another user")
    path = write(place, "good.pcap", pcap(talk()))
    result = execute("-r", path, "-Z", "no-such-user")
    expect(result.status in (TROUBLE, USAGE), f"status {result.status}")
    expect("no-such-user" in result.message(), result.message())


@case
def no_other_user(place):
    """Root of a user namespace that has no other user: captures are read
    and it is said; with -Z the run is refused."""
    wrap = ["unshare", "-U", "-r"]
    if shutil.which("unshare") is None or subprocess.run(
            wrap + ["true"], stderr=subprocess.DEVNULL,
            check=False).returncode != 0:
        untested("no user namespaces here")
    path = write(place, "good.pcap", pcap(talk()))
    for words, status in (((), 0), (("-Z", "nobody"), TROUBLE)):
        done = subprocess.run(
            wrap + PROGRAM + ["-r", path, "-o", "json", *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
            timeout=60)
        equal(done.returncode, status, done.stderr)
        expect(b"cannot become" in done.stderr, done.stderr)
        equal(len(done.stdout.splitlines()), 2 if status == 0 else 0,
              "lines of records")


@case
def full_disk(place):
    """A full disk: a message and exit 1; another output gets everything."""
    path = write(place, "good.pcap", pcap(talk()))
    for form in ("json", "csv", "text"):
        refused(TROUBLE, "-r", path, "-o", f"{form}=/dev/full",
                says=("/dev/full", "no space left"))
    good = os.path.join(place, "good.jsonl")
    result = refused(TROUBLE, "-r", path, "-o", "csv=/dev/full", "-o",
                     f"json={good}", says=("/dev/full", "no space left"))
    with open(good, "rb") as file:
        read_lines(file.read(), result)
    equal(len(result.flows), 1, "records in the other output")
    with open("/dev/full", "wb") as full:
        refused(TROUBLE, "-r", path, "-o", "json", stdout=full,
                says=("no space left",))


@case
def output_cannot_open(place):
    """An output in a folder that is not there, and on a folder."""
    path = write(place, "good.pcap", pcap(talk()))
    where = os.path.join(place, "missing", "flows.json")
    refused(TROUBLE, "-r", path, "-o", f"json={where}",
            says=(where, "no such file"))
    refused(TROUBLE, "-r", path, "-o", f"json={place}",
            says=(place, "is a directory"))


def many_flows(count):
    return [datagram(f"10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}",
                     "10.0.0.2", 50000, 53, b"q", START_NS + i * 1000)
            for i in range(count)]


@case
def closed_pipe(place):
    """The reader leaves after one line: a message and exit 1, no hang."""
    path = write(place, "many.pcap", pcap(many_flows(5000)))
    for form in ("json", "csv", "text"):
        with subprocess.Popen(PROGRAM + ["-r", path, "-o", form],
                              stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as child:
            line = child.stdout.readline()
            child.stdout.close()
            message = child.stderr.read().decode()
            status = child.wait(timeout=60)
        expect(line.endswith(b"\n"), f"{form}: a torn line {line!r}")
        equal(status, TROUBLE, f"{form}: exit status, {message!r}")
        equal(len(message.splitlines()), 1, f"{form}: {message!r}")
        expect("broken pipe" in message.lower(), f"{form}: {message!r}")


@case
def file_too_large(place):
    """A limit on file sizes is reported like a full disk."""
    path = write(place, "many.pcap", pcap(many_flows(5000)))
    where = os.path.join(place, "flows.jsonl")

    def limit():
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    refused(TROUBLE, "-r", path, "-o", f"json={where}", preexec=limit,
            says=(where, "too large"))


main()
