"""A node's part in ZeroTier's greeting, where ZeroTier itself is not to be had: zerotier_peer.py hello|other-address ADDRESS PORT
greets three times, zerotier_peer.py answer PORT waits for it. HELLO is put together as ZeroTierOne's source says (Peer::sendHELLO),
with the identity of its self-test and a root of its default planet; what would be encrypted or a MAC is random."""
import ipaddress
import os
import socket
import struct
import sys
import time

NODE, ROOT = bytes.fromhex("8e4df28b72"), bytes.fromhex("62f865ae71")
KEY = bytes.fromhex("ac3d46abe0c21f3cfe7a6c8d6a85cfcffcb82fbd55af6a4d6350657c68200843"
                    "fa2e16f9418bbd9702cae365f2af5fb4c420908b803a681d4daef6114d78a2d7")
CLEAR, SALSA20 = 0x00, 0x08  # cipher, of the octet of flags and hops
HELLO = 0x01


def message(to, sender, flags, body):
    return os.urandom(8) + to + sender + bytes([flags]) + os.urandom(8) + body


def hello(address, port, owner):
    version = struct.pack(">BBBH", 12, 1, 14, 2)
    identity = owner + b"\x00" + KEY + b"\x00"
    sent_to = b"\x04" + ipaddress.IPv4Address(address).packed + struct.pack(">H", port)
    planet = struct.pack(">QQ", 149604618, 1644592324813)
    body = bytes([HELLO]) + version + struct.pack(">Q", int(time.time() * 1000)) + identity + sent_to + planet
    return message(ROOT, NODE, CLEAR, body + os.urandom(2))


line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
line.settimeout(20)
if sys.argv[1] == "answer":
    line.bind(("", int(sys.argv[2])))
    while True:
        _, far = line.recvfrom(2048)
        line.sendto(message(NODE, ROOT, SALSA20, os.urandom(60)), far)
address, port = sys.argv[2], int(sys.argv[3])
line.bind(("", 41234))
for _ in range(3):
    line.sendto(hello(address, port, NODE if sys.argv[1] == "hello" else ROOT), (address, port))
    time.sleep(0.5)
    line.sendto(message(ROOT, NODE, SALSA20, os.urandom(100)), (address, port))
    time.sleep(0.5)
