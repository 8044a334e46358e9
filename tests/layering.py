"""Holds every #include line against the table "Who may include whom" of
docs/architecture.md, and that table against the rooms there are."""
import os
import re
import sys

ROOT = os.environ.get("top_srcdir") or os.path.dirname(
    os.path.dirname(os.path.abspath(__file__)))
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
ROW = re.compile(r"^\| `([a-z]+)` \|([^|]*)\|")


def allowed():
    """Room -> the rooms it may include, its own among them."""
    table = {}
    with open(os.path.join(ROOT, "docs", "architecture.md")) as text:
        inside = False
        for line in text:
            if line.startswith("## "):
                inside = line.strip() == "## Who may include whom"
            row = ROW.match(line) if inside else None
            if row:
                sees = set(re.findall(r"`([a-z]+)`", row.group(2)))
                table[row.group(1)] = sees | {row.group(1)}
    return table


def sources():
    """Path below the root -> the room it stands in."""
    for top in ("src", "dissectors"):
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            for name in sorted(names):
                if not name.endswith((".c", ".h")):
                    continue
                path = os.path.relpath(os.path.join(folder, name), ROOT)
                yield path, room_of(path)


def room_of(path):
    parts = path.split(os.sep)
    if parts[0] == "dissectors":
        return "dissectors"
    if len(parts) > 2:
        return parts[1]
    return room_of_top(parts[1])


def room_of_top(name):
    """src/options*.c is a room without a folder; the rest is the program."""
    return "options" if name.startswith("options") else "main"


def room_included(name):
    return name.split("/")[0] if "/" in name else room_of_top(name)


def breaches(path, room, table):
    with open(os.path.join(ROOT, path)) as text:
        for number, line in enumerate(text, 1):
            match = INCLUDE.match(line)
            if not match or match.group(1) == "config.h":
                continue
            seen = room_included(match.group(1))
            if seen not in table[room]:
                yield f"{path}:{number}: {room} may not see {seen}"
            elif not os.path.exists(
                    os.path.join(ROOT, "src", match.group(1))):
                yield f"{path}:{number}: no such header from src/"


def main():
    table = allowed()
    wrong, files, rooms = [], 0, set()
    for path, room in sources():
        files += 1
        rooms.add(room)
        if room not in table:
            wrong.append(f"{path}: the table has no row for {room}")
        else:
            wrong.extend(breaches(path, room, table))
    wrong.extend(f"docs/architecture.md: no files in {room}"
                 for room in sorted(set(table) - rooms))
    wrong.extend(f"docs/architecture.md: {room} sees engine"
                 for room, sees in sorted(table.items())
                 if "engine" in sees and room not in ("engine", "main"))
    print("\n".join(wrong) if wrong else
          f"{files} files in {len(rooms)} rooms see what they may")
    return 1 if wrong or files == 0 else 0


sys.exit(main())
