"""The README's questions, as they stand there: each command runs without a
word on stderr and answers something. Where it asks another machine for a
capture, a sample stands in."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE = os.path.abspath(os.environ.get("top_srcdir", "."))
PROGRAM = os.path.abspath(os.environ.get("TALLYMAN", "./tallyman"))
REMOTE = "ssh router tcpdump -U -w -"


def commands():
    """The lines of code below the heading that promises them."""
    with open(os.path.join(SOURCE, "README.md")) as text:
        part = text.read().split("## Questions, one line each", 1)[1]
    part = part.split("\n## ", 1)[0]
    for block in re.findall(r"```\n(.*?)```", part, re.S):
        yield from block.splitlines()


def run(command, place):
    """What is wrong with it, or nothing."""
    command = command.replace(REMOTE, "cat samples/office.pcapng")
    done = subprocess.run(["sh", "-c", command], cwd=place, text=True,
                          stdin=subprocess.DEVNULL, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    written = re.search(r"-o csv=(\S+)", command)
    answer = done.stdout
    if written:
        with open(os.path.join(place, written.group(1))) as text:
            answer = text.read()
    if done.returncode != 0 or done.stderr or not answer.strip():
        return (f"{command}\n  exit status {done.returncode}, "
                f"{len(answer)} bytes, stderr: {done.stderr.strip()}")
    return None


def main():
    wrong, ran, left = [], 0, 0
    with tempfile.TemporaryDirectory(prefix="tallyman-test-") as place:
        os.symlink(PROGRAM, os.path.join(place, "tallyman"))
        os.symlink(os.path.join(SOURCE, "samples"),
                   os.path.join(place, "samples"))
        for command in commands():
            if "jq" in command and shutil.which("jq") is None:
                left += 1
                continue
            ran += 1
            problem = run(command, place)
            if problem:
                wrong.append(problem)
    print("\n".join(wrong) if wrong else f"{ran} commands answer")
    if left:
        print(f"{left} commands were left out: jq is missing")
    return 1 if wrong or ran == 0 else 0


sys.exit(main())
