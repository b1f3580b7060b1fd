"""The switch's mirror port: every frame on the bridges goes out of an interface once, with its VLAN's 802.1Q tag. Kernels
without CONFIG_BRIDGE_VLAN_FILTERING and CONFIG_VLAN_8021Q have neither trunks nor tags of their own.

    trunk.py OUT BRIDGE=VLAN…
"""
import select
import socket
import struct
import sys

EVERY_PROTOCOL, PROMISCUOUS = 3, 1
SOL_PACKET, ADD_MEMBERSHIP, OUTGOING = 263, 1, 4


def listen(name):
    one = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERY_PROTOCOL))
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    one.bind((name, EVERY_PROTOCOL))
    one.setsockopt(SOL_PACKET, ADD_MEMBERSHIP, struct.pack("=iHH8s", socket.if_nametoindex(name), PROMISCUOUS, 0, b""))
    return one


def main():
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind((sys.argv[1], 0))
    tags = {}
    for pair in sys.argv[2:]:
        name, vlan = pair.split("=")
        tags[listen(name)] = struct.pack(">HH", 0x8100, int(vlan))
    print("forwarding", flush=True)
    while True:
        for one in select.select(list(tags), [], [])[0]:
            frame, (_, _, kind, *_) = one.recvfrom(1 << 16)
            if kind != OUTGOING:
                out.send(frame[:12] + tags[one] + frame[12:])


main()
