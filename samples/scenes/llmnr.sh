# A name asked of the link by LLMNR. Both ends are a few lines of our own.
# shellcheck shell=sh disable=SC2154

needs python3
cat >"$work/answer.py" <<'END'
import socket
import struct

link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
link.bind(("", 5355))
group = socket.inet_aton("224.0.0.252") + socket.inet_aton("10.77.0.1")
link.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
while True:
    query, peer = link.recvfrom(512)
    name = query[12:query.index(b"\0", 12)]
    if name == b"\7printer" and query[-4:] == b"\0\1\0\1":
        head = query[:2] + struct.pack(">HHHHH", 0x8000, 1, 1, 0, 0)
        tail = struct.pack(">HHHIH", 0xC00C, 1, 1, 30, 4)
        link.sendto(head + query[12:] + tail
                    + socket.inet_aton("10.77.0.1"), peer)
END
cat >"$work/ask.py" <<'END'
import socket
import struct
import sys

link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
link.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
link.settimeout(0.5)
name = sys.argv[1].encode()
query = struct.pack(">HHHHHH", 4711, 0, 1, 0, 0, 0)
query += bytes([len(name)]) + name + b"\0" + struct.pack(">HH", 1, 1)
link.sendto(query, ("224.0.0.252", 5355))
link.recv(512)
END
start "$router" /usr/bin/python3 "$work/answer.py"
sleep 1
capture llmnr.pcap udp port 5355
quietly /usr/bin/python3 "$work/ask.py" printer
quietly /usr/bin/python3 "$work/ask.py" nobody
stop_capture llmnr.pcap
