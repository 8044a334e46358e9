#!/usr/bin/env python3
"""Prints docs/dissectors.md, from what the program says of its dissectors.

    docs/dissectors.py [--confusion] TALLYMAN > new

The table of what flows of real captures are called takes captures that are
not part of the project: without --confusion it is kept as it stands in the
page.
"""
import os
import re
import subprocess
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(FOLDER, "dissectors.md")
CONFUSION = os.path.join(FOLDER, "..", "tests", "confusion.py")
LINE = re.compile(r"^(\S+) +(\S+) +(.*) \((.*)\)$", re.MULTILINE)
FIELD = re.compile(r"^\| `app\.([^.`]+)\.([^`]+)` \|", re.MULTILINE)
BEGIN = "<!-- confusion -->\n"
END = "<!-- end of confusion -->\n"

HEAD = """# Dissectors

<!-- Made by docs/dissectors.py; a test proves that it is current. -->

One file each in `dissectors/`. What a dissector of an application is told and
what it must promise stands in `src/dissect/application.h`; its members of
`app` are explained in [fields.md](fields.md). `tallyman --list-dissectors`
prints the same list.

## Applications

| name | protocol | source | members |
|---|---|---|---|
"""

TAIL = """
## What flows of real captures are called

Flows of the captures in `../shared/corpus` that nDPI or Zeek names by their
bytes, and what tallyman says of them. `tests/confusion.py` makes this table,
and fails when a flow has another name than theirs that
[truth.md](truth.md) does not explain.

"""


def say(program, *arguments):
    return subprocess.run([program, *arguments], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def confusion(program, is_new):
    if is_new:
        return subprocess.run(
            [sys.executable, CONFUSION, "table"], check=True, text=True,
            stdout=subprocess.PIPE,
            env=dict(os.environ, TALLYMAN=os.path.abspath(program))).stdout
    try:
        with open(PAGE, encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError:
        return ""
    return text.partition(BEGIN)[2].partition(END)[0]


def main():
    arguments = sys.argv[1:]
    is_new = "--confusion" in arguments
    if is_new:
        arguments.remove("--confusion")
    program, = arguments
    rows = LINE.findall(say(program, "--list-dissectors"))
    members = {}
    for name, member in FIELD.findall(say(program, "--fields", "md")):
        members.setdefault(name, []).append(f"`{member}`")
    page = HEAD
    for layer, name, title, source in rows:
        if layer == "application":
            page += (f"| {name} | {title} | {source} | "
                     f"{', '.join(members.get(name, []))} |\n")
    page += ("\n## Below them\n\n| layer | name | protocol | source |\n"
             "|---|---|---|---|\n")
    for layer, name, title, source in rows:
        if layer != "application":
            page += f"| {layer} | {name} | {title} | {source} |\n"
    page += TAIL + BEGIN + confusion(program, is_new) + END
    sys.stdout.write(page)


main()
