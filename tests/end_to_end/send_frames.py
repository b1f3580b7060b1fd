"""Sends frames out of an interface: send_frames.py INTERFACE GAP < frames, each behind its length (32 bits, little-endian)."""
import socket
import struct
import sys
import time

out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
out.bind((sys.argv[1], 0))
gap, data, at = float(sys.argv[2]), sys.stdin.buffer.read(), 0
while at < len(data):
    length = struct.unpack_from("<I", data, at)[0]
    out.send(data[at + 4:at + 4 + length])
    at += 4 + length
    if gap:
        time.sleep(gap)
