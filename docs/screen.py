#!/usr/bin/env python3
"""Makes docs/top.svg: a picture of tallyman top, from what it shows of real
traffic. As root, with tmux:

    docs/screen.py ./tallyman > docs/top.svg

Two network namespaces with a wire between them are made and removed again. In
one are a name server, web servers and a sink, in the other who uses them.
"""
import os
import re
import sys
import time
from html import escape

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(FOLDER, os.pardir, "tests", "lib"))

COLUMNS, LINES, SECONDS = 124, 26, 50
WIDTH, HEIGHT, SIZE, BORDER = 8.4, 18, 14, 12
BACK, FORE, FAINT = "#1b1d23", "#d6d8de", "#858a96"
COLORS = {31: "#ff7b72", 33: "#e3b341"}
STYLE = re.compile("\x1b\\[([0-9;]*)m|\x1b[()][A-Z0-9]|[\x0e\x0f]")

SERVER = r"""
import http.server, os, socket, socketserver, struct, threading, time

NAMES = {b"www": 1, b"files": 3, b"wiki": 4, b"backup": 5}

class Names(socketserver.BaseRequestHandler):
    def handle(self):
        data, s = self.request
        name = data[13:13 + data[12]]
        answer = (struct.pack("!HHIH", 1, 1, 300, 4)
                  + bytes((10, 79, 0, NAMES.get(name, 1))))
        s.sendto(data[:2] + b"\x81\x80\0\1\0\1\0\0\0\0"
                 + data[12:] + b"\xc0\x0c" + answer, self.client_address)

class Pages(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        size = int(self.path.split("/")[-1])
        self.send_response(200)
        self.send_header("Content-Length", str(size))
        self.end_headers()
        while size > 0:
            piece = min(size, 16384)
            self.wfile.write(bytes(piece))
            size -= piece
            time.sleep(0.004)
    def log_message(self, *words):
        pass

class Sink(socketserver.BaseRequestHandler):
    def handle(self):
        while self.request.recv(65536):
            pass

class Threads(socketserver.ThreadingTCPServer):
    allow_reuse_address = True

def serve(server):
    threading.Thread(target=server.serve_forever).start()

serve(socketserver.UDPServer(("10.79.0.1", 53), Names))
for port in (80, 8081):
    serve(Threads(("0.0.0.0", port), Pages))
serve(Threads(("0.0.0.0", 873), Sink))
"""

CLIENT = r"""
import http.client, random, socket, struct, threading, time

def ask(name):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(1)
        s.sendto(struct.pack("!HHHHHH", random.randrange(65536), 256, 1, 0,
                 0, 0) + bytes([len(name)]) + name + b"\6office\4test\0"
                 b"\0\1\0\1", ("10.79.0.1", 53))
        return ".".join(map(str, s.recv(512)[-4:]))

def get(name, port, source, size, pause):
    while True:
        try:
            link = http.client.HTTPConnection(ask(name), port,
                source_address=(source, 0))
            for _ in range(random.randrange(5, 30)):
                link.request("GET", f"/{random.randrange(size)}",
                             headers={"Host": name.decode() + ".office.test"})
                link.getresponse().read()
                time.sleep(random.random() * pause)
            link.close()
        except (OSError, http.client.HTTPException):
            time.sleep(0.2)

def store(source):
    while True:
        try:
            with socket.create_connection((ask(b"backup"), 873),
                                          source_address=(source, 0)) as s:
                while True:
                    for _ in range(random.randrange(40)):
                        s.sendall(bytes(16384))
                        time.sleep(0.01)
                    time.sleep(random.random())
        except OSError:
            time.sleep(0.2)

def begin(act, *words):
    threading.Thread(target=act, args=words).start()

begin(store, "10.79.0.8")
begin(get, b"www", 80, "10.79.0.2", 60000, 0.4)
begin(get, b"www", 80, "10.79.0.7", 20000, 0.8)
begin(get, b"files", 80, "10.79.0.7", 900000, 0.9)
begin(get, b"files", 80, "10.79.0.8", 300000, 1.2)
begin(get, b"wiki", 8081, "10.79.0.9", 90000, 1)
"""


def screen(program):
    """The lines of the screen, with their escape sequences."""
    os.environ["TALLYMAN"] = program
    from tmux import Terminal
    from wire import Wire
    with Wire(CLIENT, SERVER, (3, 4, 5), (7, 8, 9)) as wire, \
            Terminal(COLUMNS, LINES) as terminal:
        terminal.top("-i", "wire0", before=wire.inside())
        terminal.wait_for("rsync")
        time.sleep(SECONDS)
        text = terminal.tmux("capture-pane", "-p", "-e", "-N")
        terminal.keys("q")
        terminal.ended(0)
    return text.split("\n")[:LINES]


class Look:
    """What the last escape sequences say."""

    def __init__(self):
        self.codes = set()

    def change(self, words):
        for code in map(int, (words or "0").split(";")):
            if code == 0:
                self.codes.clear()
            elif 30 <= code <= 39:
                self.codes -= set(COLORS)
                self.codes |= {code} & set(COLORS)
            elif code in (1, 2, 7):
                self.codes.add(code)
            elif code in (22, 27):
                self.codes -= {1, 2} if code == 22 else {7}

    def colors(self):
        """Of the characters, and behind them."""
        fore = FAINT if 2 in self.codes else FORE
        for code in self.codes & set(COLORS):
            fore = COLORS[code]
        return (BACK, fore) if 7 in self.codes else (fore, None)


def runs(line, look):
    """Column, text and look of each piece of one line."""
    at = column = 0
    for match in [*STYLE.finditer(line), None]:
        text = line[at:match.start() if match else len(line)]
        if text:
            yield column, text, *look.colors(), 1 in look.codes
            column += len(text)
        if match:
            at = match.end()
            if match.group(1) is not None:
                look.change(match.group(1))


def draw(lines):
    width = COLUMNS * WIDTH + 2 * BORDER
    height = LINES * HEIGHT + 2 * BORDER
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" '
           f'height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
           f'font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, '
           f'monospace" font-size="{SIZE}">')
    yield "<!-- Made by docs/screen.py from a screen of tallyman top. -->"
    yield f'<rect width="100%" height="100%" rx="8" fill="{BACK}"/>'
    look = Look()
    for number, line in enumerate(lines):
        top = BORDER + number * HEIGHT
        for column, text, fore, back, is_bold in runs(line, look):
            x, length = BORDER + column * WIDTH, len(text) * WIDTH
            if back:
                yield (f'<rect x="{x:.1f}" y="{top}" width="{length:.1f}" '
                       f'height="{HEIGHT}" fill="{back}"/>')
            weight = ' font-weight="bold"' if is_bold else ""
            for word in re.finditer(r"[^ ]+", text):
                x = BORDER + (column + word.start()) * WIDTH
                length = len(word.group()) * WIDTH
                yield (f'<text x="{x:.1f}" y="{top + SIZE}" '
                       f'textLength="{length:.1f}" fill="{fore}"{weight}>'
                       f'{escape(word.group())}</text>')
    yield "</svg>"


if len(sys.argv) != 2:
    sys.exit(__doc__)
print("\n".join(draw(screen(os.path.abspath(sys.argv[1])))))
