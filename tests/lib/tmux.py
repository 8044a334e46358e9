"""A terminal for tests: a shell in tmux, whose keys are sent and whose
screen is read. Everything it made is gone at its end."""
import os
import shlex
import shutil
import subprocess
import time

from run import PROGRAM, expect

ENOUGH_S = 20


def is_here():
    return shutil.which("tmux") is not None


class Terminal:
    """A shell of that size with a prompt of its own; TERM as tmux says, or
    another."""

    count = 0

    def __init__(self, width, height, term="", locale="C.UTF-8"):
        Terminal.count += 1
        self.name = f"tallyman-{os.getpid()}-{Terminal.count}"
        self.size = (str(width), str(height))
        self.shell = (f"env {'TERM=' + term if term else ''} "
                      f"LC_ALL={locale} PS1='ready> ' sh")

    def __enter__(self):
        width, height = self.size
        self.tmux("-u", "-f", os.devnull, "new-session", "-d", "-x", width,
                  "-y", height, self.shell)
        self.wait_for("ready>")
        self.modes = self.modes_now()
        return self

    def __exit__(self, *_):
        subprocess.run(["tmux", "-L", self.name, "kill-server"], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def tmux(self, *words):
        environment = dict(os.environ, LC_ALL="C.UTF-8")
        for name in ("TMUX", "NO_COLOR"):
            environment.pop(name, None)
        return subprocess.run(["tmux", "-L", self.name, *words], check=True,
                              text=True, env=environment, encoding="utf-8",
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE).stdout

    def keys(self, *keys):
        """As tmux names them; letters are themselves."""
        self.tmux("send-keys", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def screen(self):
        return self.tmux("capture-pane", "-p").split("\n")[:-1]

    def resize(self, width, height):
        self.tmux("resize-window", "-x", str(width), "-y", str(height))

    def wait_for(self, words, seconds=ENOUGH_S):
        """The screen, once it has the words; or a test of it holds."""
        test = words if callable(words) else (
            lambda lines: any(words in line for line in lines))
        end = time.monotonic() + seconds
        while True:
            lines = self.screen()
            if test(lines):
                return lines
            expect(time.monotonic() < end, f"never {words!r} in:\n"
                   + "\n".join(lines))
            time.sleep(0.02)

    def run(self, command):
        self.type(command)
        self.keys("Enter")

    def top(self, *words, before=()):
        """tallyman top in the shell, which says then how it ended."""
        self.run("clear; " + " ".join(map(shlex.quote, [
            *before, *PROGRAM, "top", *words])) + '; echo "status=$?"')

    def modes_now(self):
        """stty -a of the terminal, without its size."""
        tty = self.tmux("display", "-p", "#{pane_tty}").strip()
        modes = subprocess.run(["stty", "-a", "-F", tty], check=True,
                               text=True, stdout=subprocess.PIPE).stdout
        return modes.split(";", 3)[3]

    def pid(self):
        """Of the program that the shell runs."""
        shell = int(self.tmux("display", "-p", "#{pane_pid}"))
        end = time.monotonic() + ENOUGH_S
        while time.monotonic() < end:
            with open(f"/proc/{shell}/task/{shell}/children",
                      encoding="ascii") as file:
                children = file.read().split()
            if children:
                return int(children[0])
            time.sleep(0.02)
        expect(False, "the shell runs nothing")

    def ended(self, status):
        """The screen of the shell, which is as if nothing had been."""
        lines = self.wait_for("status=")
        self.wait_for(lambda lines: any(
            line.startswith("ready>") for line in lines[1:]))
        lines = self.screen()
        expect(f"status={status}" in lines, f"not status={status}: "
               + "\n".join(lines))
        expect(not any("[conversations]" in line for line in lines),
               "the table is still there:\n" + "\n".join(lines))
        flags = self.tmux("display", "-p", "#{alternate_on} #{cursor_flag} "
                          "#{keypad_cursor_flag}").split()
        expect(flags == ["0", "1", "0"], f"alternate, cursor, keypad: "
               f"{flags}")
        expect(self.modes_now() == self.modes,
               f"modes were {self.modes}, are {self.modes_now()}")
        return lines
