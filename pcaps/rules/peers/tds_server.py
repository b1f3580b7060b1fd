"""A database server as far as a log-in goes, by the examples of [MS-TDS] §4: tds_server.py PORT [CERTIFICATE KEY]
With a certificate the log-in is encrypted (§2.2.6.5): the handshake of TLS goes in packets of PRELOGIN."""
import socket
import ssl
import struct
import sys

ANSWER, PRELOGIN = 4, 18


def packet(kind, data):
    return struct.pack(">BBHHBB", kind, 1, len(data) + 8, 0, 1, 0) + data


def received(peer, size):
    data = b""
    while len(data) < size:
        more = peer.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def next_packet(peer):
    head = received(peer, 8)
    return head[0], received(peer, struct.unpack(">H", head[2:4])[0] - 8)


def token(kind, value):
    return struct.pack("<BH", kind, len(value)) + value


def short(text):
    return struct.pack("<B", len(text)) + text.encode("utf-16-le")


def accepted():
    said = "Changed database context to 'master'."
    info = struct.pack("<IBBH", 5701, 2, 0, len(said)) + said.encode("utf-16-le") + short("SRV01") + short("") + struct.pack("<I", 1)
    return (token(0xE3, b"\x04" + short("4096") + short("4096")) + token(0xAB, info) +
            token(0xAD, b"\x01\x74\x00\x00\x04" + short("Microsoft SQL Server\0\0") + bytes([15, 0, 7, 208])) + b"\xfd" + bytes(12))


port, certificate = int(sys.argv[1]), sys.argv[2:]
with socket.create_server(("", port)) as server:
    peer, _ = server.accept()
    next_packet(peer)
    options = bytes([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xFF])  # VERSION and ENCRYPTION: 15.0.2000; on, or not supported
    peer.sendall(packet(ANSWER, options + bytes([15, 0, 7, 208, 0, 0, 1 if certificate else 2])))
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(*certificate)
        heard, said = ssl.MemoryBIO(), ssl.MemoryBIO()
        session = context.wrap_bio(heard, said, server_side=True)
        while True:
            try:
                session.do_handshake()
                break
            except ssl.SSLWantReadError:
                if said.pending:
                    peer.sendall(packet(PRELOGIN, said.read()))
                heard.write(next_packet(peer)[1])
        if said.pending:
            peer.sendall(packet(PRELOGIN, said.read()))
        while True:  # from here on TLS is bare
            try:
                session.read(65536)
                break
            except ssl.SSLWantReadError:
                heard.write(peer.recv(65536))
        session.write(packet(ANSWER, accepted()))
        peer.sendall(said.read())
    else:
        next_packet(peer)
        peer.sendall(packet(ANSWER, accepted()))
    while peer.recv(4096):
        pass
