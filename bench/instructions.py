#!/usr/bin/env python3
"""Holds what a frame costs, in instructions, against bench/baseline.json.

usage: instructions.py [--update]

Time is noisy and instructions are not, so that a change that makes the meter
slower by a few per cent is seen where it is made. Small captures, the same
bytes each time, are metered under valgrind's callgrind; what a run over an
empty capture costs is taken off, and the rest is divided by the frames.
More than 3 per cent above the baseline fails; so far below is said, for the
baseline may then be lowered. --update writes what was measured into it.

What the count depends on besides the source is fixed, or stands in the
baseline as a fact: another compiler, with other flags, or another libc has
an entry of its own, and without one the test is skipped. glibc chooses its
memcpy() and the like by the processor: all but those of every x86-64 are
turned off. Names of files and the environment, which move the stack, are
always the same. The secret of the hash is another in each run; its collisions
are so few that two runs differ by less than 0.01 per cent. One thread meters:
what several spend on waiting for each other is never the same.

The environment names the build: top_srcdir, top_builddir, TALLYMAN. Exit
status: 0 within the bounds, 1 beyond, 77 when nothing can be compared here.
"""
import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

BENCH = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(BENCH)
BUILD = os.environ.get("top_builddir", os.getcwd())
PROGRAM = os.path.abspath(os.environ.get(
    "TALLYMAN", os.path.join(BUILD, "tallyman")))
BASELINE = os.path.join(BENCH, "baseline.json")
BOUND = 0.03

SAMPLES = ("bulk-loss.pcap", "dns.pcap", "office.pcapng", "ping.pcap",
           "ssh.pcap", "tls.pcap", "web.pcap")
# Trace, the program of bench/ that makes it, and its arguments.
TRACES = (
    ("small", "generate", ("small", "2000", "400")),
    ("elephants", "generate", ("elephants", "2", "10")),
    ("syn", "generate", ("syn", "5000")),
    ("mix", "mix", ("1000000", "1") + SAMPLES),
)

FILE_HEADER_SIZE = 24
PROCESSOR = ",".join("-" + name for name in (
    "AVX2", "AVX2_Usable", "AVX512F", "AVX512F_Usable", "AVX512VL", "ERMS",
    "FSRM", "SSE4_1", "SSE4_2", "SSSE3"))
ENVIRONMENT = {
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=" + PROCESSOR,
    "LC_ALL": "C",
    "PATH": os.environ.get("PATH", os.defpath),
}
MACRO = re.compile(r"^#define (\w+) (\S+)$", re.MULTILINE)
VARIABLE = re.compile(r"^(\w+) = ?(.*)$", re.MULTILINE)
COLLECTED = re.compile(r"Collected : (\d+)")


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def run(words, **more):
    """What a program wrote to standard output; its failure is ours."""
    done = subprocess.run(words, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False, **more)
    if done.returncode != 0:
        sys.exit(f"instructions: {shlex.join(words)} ended with "
                 f"{done.returncode}: {done.stderr.decode(errors='replace')}")
    return done


def build_facts():
    """What the instructions of a program depend on besides its source."""
    with open(os.path.join(BUILD, "Makefile"), encoding="utf-8") as file:
        variables = dict(VARIABLE.findall(file.read()))
    if variables["SANITIZER_CFLAGS"] or variables["FUZZER_CFLAGS"]:
        skip("this build has sanitizers or counts branches")
    compiler = shlex.split(variables["CC"])
    text = run([*compiler, "-dM", "-E", "-include", "features.h", "-x", "c",
                os.devnull]).stdout.decode()
    machine = run([*compiler, "-dumpmachine"]).stdout.decode()
    flags = " ".join(variables[name] for name in (
        "CPPFLAGS", "CFLAGS", "HARDENING_CFLAGS", "LTO_CFLAGS",
        "LDFLAGS")).split()
    return {
        "architecture": machine.split("-")[0],
        "compiler": compiler_name(dict(MACRO.findall(text))),
        "flags": " ".join(f for f in flags if not f.startswith("-g")),
        "libc": libc_name(dict(MACRO.findall(text))),
    }


def compiler_name(macros):
    if "__clang_major__" in macros:
        return f"clang {macros['__clang_major__']}"
    return f"gcc {macros['__GNUC__']}"


def libc_name(macros):
    if "__GLIBC__" in macros:
        return f"glibc {macros['__GLIBC__']}.{macros['__GLIBC_MINOR__']}"
    return "another"


def make_traces(folder):
    """The captures, and an empty one of the same kind."""
    for name, program, arguments in TRACES:
        with open(os.path.join(folder, name + ".pcap"), "wb") as file:
            subprocess.run([os.path.join(BUILD, "bench", program),
                            *arguments], cwd=os.path.join(SOURCE, "samples"),
                           stdout=file, stderr=subprocess.DEVNULL, check=True)
    with open(os.path.join(folder, TRACES[0][0] + ".pcap"), "rb") as file:
        header = file.read(FILE_HEADER_SIZE)
    with open(os.path.join(folder, "empty.pcap"), "wb") as file:
        file.write(header)


def count(folder, valgrind, name):
    """Instructions of a whole run, and the frames that were metered."""
    done = run([valgrind, "--tool=callgrind", "--vgdb=no",
                "--callgrind-out-file=/dev/null", "./tallyman", "-j1",
                "-r", name + ".pcap", "-o", "json=records"],
               cwd=folder, env=ENVIRONMENT)
    found = COLLECTED.search(done.stderr.decode(errors="replace"))
    with open(os.path.join(folder, "records"), encoding="utf-8") as file:
        frames = json.loads(file.readlines()[-1])["frames"]
    if found is None or frames["in_flows"] != frames["read"]:
        sys.exit(f"instructions: {name}: not every frame was metered")
    return int(found.group(1)), frames["read"]


def measure(valgrind):
    """Instructions a frame, by trace."""
    with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder:
        os.symlink(PROGRAM, os.path.join(folder, "tallyman"))
        make_traces(folder)
        start, _ = count(folder, valgrind, "empty")
        costs = {}
        for name, _, _ in TRACES:
            spent, frames = count(folder, valgrind, name)
            costs[name] = round((spent - start) / frames, 1)
    return costs


def read_baseline():
    with open(BASELINE, encoding="utf-8") as file:
        return json.load(file)


def entry_of(entries, facts):
    """The baseline's entry for these facts, or None."""
    for entry in entries:
        if all(entry[name] == fact for name, fact in facts.items()):
            return entry
    return None


def update(facts, valgrind):
    entries = read_baseline()
    entry = entry_of(entries, facts)
    if entry is None:
        entry = dict(facts)
        entries.append(entry)
    entry["valgrind"] = run([valgrind, "--version"]).stdout.decode().strip()
    entry["instructions_a_frame"] = measure(valgrind)
    with open(BASELINE, "w", encoding="utf-8") as file:
        json.dump(entries, file, indent="\t")
        file.write("\n")
    print(json.dumps(entry, indent="\t"))


def compare(entry, costs):
    """Says how each trace stands; whether one costs too much."""
    wanted = entry["instructions_a_frame"]
    exceeded = False
    for name, now in costs.items():
        if name not in wanted:
            print(f"{name}: {now} instructions a frame, and no baseline")
            exceeded = True
            continue
        change = now / wanted[name] - 1
        words = "as before"
        if change > BOUND:
            words = "TOO MUCH: make it cheaper, or say why and --update"
            exceeded = True
        elif change < -BOUND:
            words = "the baseline may be lowered: --update"
        print(f"{name}: {now} instructions a frame, before {wanted[name]} "
              f"({change:+.1%}): {words}")
    return exceeded


def main():
    parser = argparse.ArgumentParser(description="instructions a frame")
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        skip("valgrind is missing (try: ./bootstrap check)")
    facts = build_facts()
    if options.update:
        update(facts, valgrind)
        return 0
    entry = entry_of(read_baseline(), facts)
    if entry is None:
        skip("bench/baseline.json has no entry for "
             + ", ".join(f"{k} {v}" for k, v in facts.items()))
    return 1 if compare(entry, measure(valgrind)) else 0


sys.exit(main())
