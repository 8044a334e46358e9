"""What is made from the tables of options and fields has each of them: the
manual page (which mandoc must take without a warning) and the completions,
next to what the program itself prints."""
import os
import re
import shutil
import subprocess
import sys

DOCS = os.path.join(os.environ.get("top_builddir", "."), "docs")
PROGRAM = os.environ.get("TALLYMAN", "./tallyman")


def printed(*words):
    return subprocess.run([PROGRAM, *words], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def options_of_help():
    text = printed("--help")
    rows = re.findall(r"^  (?:-(\w)(?:, )?|    )(?:--([\w-]+))?", text, re.M)
    return ([letter for letter, _ in rows if letter],
            [name for _, name in rows if name])


def read(name):
    with open(os.path.join(DOCS, name)) as text:
        return text.read()


def missing(what, name, letter_form, name_form, letters, names):
    text = read(name)
    for option in letters:
        if not re.search(letter_form % re.escape(option), text, re.M):
            yield f"{what}: no -{option}"
    for option in names:
        if not re.search(name_form % re.escape(option), text, re.M):
            yield f"{what}: no --{option}"


def missing_fields():
    manual = read("tallyman.1")
    names = printed("--fields", "csv").strip().split(",")
    if len(names) < 50:
        yield "--fields csv lists too little"
    for name in names:
        if not re.search(rf"^\.It Va {re.escape(name)}( |$)", manual, re.M):
            yield f"manual: no field {name}"


def lint(command, name):
    """Complaints of a checker about a file, where there is the checker."""
    if shutil.which(command[0]) is None:
        return
    run = subprocess.run(command + [os.path.join(DOCS, name)], text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if run.returncode != 0:
        yield f"{' '.join(command)}: {run.stdout.strip()}"


def main():
    letters, names = options_of_help()
    wrong = [] if len(letters) > 15 and len(names) > 15 else [
        "--help lists too little"]
    for row in (("manual", "tallyman.1", r"^\.It Fl %s\b",
                 r"^\.It .*Fl Fl %s( |$)"),
                ("bash", "completions/tallyman", r"^\t\t\t-%s$",
                 r"^\t\t\t--%s$"),
                ("zsh", "_tallyman", r"-%s\+?\[", r"--%s=?\["),
                ("fish", "tallyman.fish", r" -s %s ", r" -l %s ")):
        wrong.extend(missing(*row, letters, names))
    wrong.extend(missing_fields())
    wrong.extend(lint(["mandoc", "-T", "lint", "-W", "warning"],
                      "tallyman.1"))
    wrong.extend(lint(["bash", "-n"], "completions/tallyman"))
    wrong.extend(lint(["zsh", "-n"], "_tallyman"))
    wrong.extend(lint(["fish", "-n"], "tallyman.fish"))
    print("\n".join(wrong) if wrong else
          f"{len(letters)} letters and {len(names)} names everywhere")
    return 1 if wrong else 0


sys.exit(main())
