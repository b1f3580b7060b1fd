"""Sends frames: send_frames.py INTERFACE[,INTERFACE…] GAP < frames, each behind its length (24 bits, little-endian) and the
number of its interface (8 bits)."""
import socket
import struct
import sys
import time

outs = []
for name in sys.argv[1].split(","):
    outs.append(socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
    outs[-1].bind((name, 0))
gap, data, at = float(sys.argv[2]), sys.stdin.buffer.read(), 0
while at < len(data):
    head = struct.unpack_from("<I", data, at)[0]
    length = head & 0xFFFFFF
    outs[head >> 24].send(data[at + 4:at + 4 + length])
    at += 4 + length
    if gap:
        time.sleep(gap)
