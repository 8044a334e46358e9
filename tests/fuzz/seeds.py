#!/usr/bin/env python3
"""Seeds for the fuzz targets "application" and "walk", from captures, and
for "host", from what this machine says of this process.

    seeds.py FOLDER CAPTURE...

FOLDER/application gets a file for each flow of TCP and UDP, FOLDER/walk one
for each capture, each in the form that the target's first comment gives.
Captures are pcap files with Ethernet frames; others are passed over.
"""
import os
import struct
import sys

ETHERNET = 1
HEADS = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<",
         b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}
SEED_MAX = 16384
WALK_FRAMES = 40


def frames(data):
    """The bytes of each frame."""
    order = HEADS.get(data[:4])
    if order is None or struct.unpack_from(order + "I", data, 20)[0] != \
            ETHERNET:
        return
    at = 24
    while at + 16 <= len(data):
        size = struct.unpack_from(order + "I", data, at + 8)[0]
        yield data[at + 16:at + 16 + size]
        at += 16 + size


def ip_payload(frame):
    """Protocol, the two addresses, and what IP carries; or None."""
    if len(frame) < 34:
        return None
    kind = struct.unpack_from(">H", frame, 12)[0]
    if kind == 0x0800:
        total = struct.unpack_from(">H", frame, 16)[0]
        head = (frame[14] & 15) * 4
        return (frame[23], frame[26:30], frame[30:34],
                frame[14 + head:14 + total])
    if kind == 0x86dd and len(frame) >= 54:
        total = struct.unpack_from(">H", frame, 18)[0]
        return frame[20], frame[22:38], frame[38:54], frame[54:54 + total]
    return None


def said(frame):
    """Protocol, both ends (address, port), and the payload; or None."""
    carried = ip_payload(frame)
    if carried is None or carried[0] not in (6, 17) or len(carried[3]) < 8:
        return None
    protocol, src, dst, data = carried
    ports = struct.unpack_from(">HH", data)
    head = 8 if protocol == 17 else (data[12] >> 4) * 4 if len(data) > 12 \
        else len(data)
    return protocol, (src, ports[0]), (dst, ports[1]), data[head:]


def flow_seeds(data):
    """The script of each flow; its client is who sent first."""
    flows = {}
    for frame in frames(data):
        packet = said(frame)
        if packet is None:
            continue
        protocol, src, dst, payload = packet
        key = (protocol, dst, src)
        side = 1 if key in flows else 0
        if side == 0:
            key = (protocol, src, dst)
        script = flows.setdefault(key, bytearray(struct.pack(
            ">BHH", protocol == 17, dst[1], src[1])))
        if payload and len(script) + len(payload) < SEED_MAX:
            script += struct.pack(">BH", side, len(payload)) + payload
    return [bytes(script) for script in flows.values() if len(script) > 5]


def walk_seed(data):
    seed = bytearray(struct.pack(">H", ETHERNET))
    for count, frame in enumerate(frames(data)):
        if count == WALK_FRAMES or len(seed) + len(frame) > SEED_MAX:
            break
        seed += struct.pack(">HB", len(frame), 0) + frame
    return bytes(seed)


def host_seeds():
    """The first byte says by which reader, as in host.c."""
    message = struct.pack("=BBBBHH16s16sIQIIIII", 2, 1, 2, 0, 22, 23,
                          b"\x0a\0\0\1", b"\x0a\0\0\2", 3, 4, 5, 6, 7, 8, 9)
    message += struct.pack("=HHB3x", 5, 11, 1)
    message += struct.pack("=HH232s", 236, 2, b"\1" * 232)
    seeds = {"message": b"\0" + message}
    for first, path in ((2, "net/udp"), (2, "net/tcp"), (3, "net/tcp6"),
                        (4, "stat"), (5, "status"), (6, "cgroup")):
        try:
            with open(f"/proc/self/{path}", "rb") as file:
                text = file.read(SEED_MAX)
        except OSError:
            continue
        if first < 4:
            text = text.split(b"\n")[1]
        seeds[path.replace("/", "-")] = bytes([first]) + text
    seeds["exe"] = b"\7/usr/bin/x (deleted)"
    seeds["socket"] = b"\x08socket:[123]"
    seeds["container"] = (b"\6" b"0::/a/docker-" + b"0123456789abcdef" * 4
                          + b".scope/x.service\n1:name=systemd:/lxc/y\n")
    return {f"host/{name}": seed for name, seed in seeds.items()}


def save(folder, seeds):
    for name, seed in seeds.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(seed)


def main():
    folder = sys.argv[1]
    for target in ("application", "host", "walk"):
        os.makedirs(os.path.join(folder, target), exist_ok=True)
    save(folder, host_seeds())
    for path in sys.argv[2:]:
        with open(path, "rb") as file:
            data = file.read()
        name = os.path.basename(path)
        seeds = {f"application/{name}.{number}": seed
                 for number, seed in enumerate(flow_seeds(data))}
        seeds[f"walk/{name}"] = walk_seed(data)
        save(folder, seeds)


main()
