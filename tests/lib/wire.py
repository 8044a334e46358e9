"""A wire for tests: two network namespaces and a pair of interfaces between
them, with who sends. Everything it made is gone at its end."""
import os
import subprocess
import sys

from run import untested

HERE, THERE = "10.79.0.1", "10.79.0.2"


def shell(*words, check=True):
    return subprocess.run(words, stdin=subprocess.DEVNULL, check=check,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


class Wire:
    """wire0 in this end's namespace has 10.79.0.1, wire1 in the other's
    10.79.0.2; each is given more addresses by their last numbers. The senders
    are programs in Python, in the other end's namespace; servers are in this
    one's."""

    def __init__(self, sender=None, server=None, more_here=(), more_there=()):
        self.here = f"tm-wire-{os.getpid()}-a"
        self.there = f"tm-wire-{os.getpid()}-b"
        self.programs = ((self.here, server), (self.there, sender))
        self.addresses = ((self.here, "wire0", (1, *more_here)),
                          (self.there, "wire1", (2, *more_there)))
        self.children = []

    def __enter__(self):
        try:
            self.build()
        except (subprocess.CalledProcessError, OSError) as refused:
            self.__exit__()
            untested(f"no network namespaces here: {refused}")
        return self

    def build(self):
        for space in (self.here, self.there):
            shell("ip", "netns", "add", space)
            # No IPv6: its own chatter would be in the table.
            shell("ip", "netns", "exec", space, "sh", "-c",
                  "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6",
                  check=False)
        shell("ip", "link", "add", "wire0", "netns", self.here, "type",
              "veth", "peer", "name", "wire1", "netns", self.there)
        for space, name, numbers in self.addresses:
            for number in numbers:
                shell("ip", "-n", space, "addr", "add",
                      f"10.79.0.{number}/24", "dev", name)
            shell("ip", "-n", space, "link", "set", name, "up")
        for space, program in self.programs:
            if program is not None:
                self.children.append(subprocess.Popen(
                    ["ip", "netns", "exec", space, sys.executable, "-c",
                     program], stdin=subprocess.DEVNULL))

    def __exit__(self, *_):
        for child in self.children:
            child.kill()
            child.wait()
        for space in (self.here, self.there):
            shell("ip", "netns", "del", space, check=False)

    def inside(self):
        return ["ip", "netns", "exec", self.here]
