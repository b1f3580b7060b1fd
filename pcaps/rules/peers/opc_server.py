"""An OPC Data Access server, as far as its clients need one: opc_server.py ADDRESS [OTHER_ADDRESS...]
Activation and the resolver on port 135, the objects on 49200 (MS-DCOM §3.1.2.5, OPC DA 2.05a). It says that it has the
other addresses, too. What it answers, node-opc-da and impacket read as they read Windows; log-ins are not checked."""
import socket
import struct
import sys
import threading
import uuid

ADDRESSES = sys.argv[1:]
OBJECTS = 49200
OXID, OID = b"exporter", b"the item"


def iid(text):
    return uuid.UUID(text).bytes_le


ACTIVATION, RESOLVER = iid("4d9f4ab8-7d1c-11cf-861e-0020af6e7c57"), iid("99fcfec4-5260-101b-bbcb-00aa0021347a")
UNKNOWN, SERVER = iid("00000131-0000-0000-c000-000000000046"), iid("39c13a4d-011e-11d0-9675-0020afd8adb3")
GROUP, ITEMS, SYNC_IO = (iid(f"39c13a{n}-011e-11d0-9675-0020afd8adb3") for n in ("50", "54", "52"))
NDR = iid("8a885d04-1ceb-11c9-9fe8-08002b104860") + struct.pack("<I", 2)
DONE = struct.pack("<I", 0)
THAT = bytes(8)  # ORPCTHAT without extensions


def padded(octets, to=4):
    return octets + bytes(-len(octets) % to)


def ipid(number):
    return struct.pack("<4I", number, 0x600, 0x700, 0x800)


def bindings(port=""):
    """A DUALSTRINGARRAY (§2.2.19.1): entries, offset of the security bindings, both lists."""
    names = b"".join(struct.pack("<H", 7) + f"{name}{port}\0".encode("utf-16le") for name in ("SCADA01", *ADDRESSES)) + bytes(2)
    security = b"".join(struct.pack("<HHH", service, 0xFFFF, 0) for service in (9, 10)) + bytes(2)
    return struct.pack("<HH", len(names + security) // 2, len(names) // 2) + names + security


def conformant(port=""):
    array = bindings(port)
    return padded(array[:2] + bytes(2) + array)


def pointer(interface, number):
    """An MInterfacePointer to a standard OBJREF (§2.2.14, §2.2.18)."""
    reference = b"MEOW" + struct.pack("<I", 1) + interface + struct.pack("<II", 0x280, 5) + OXID + OID + ipid(number) + bindings()
    return padded(struct.pack("<II", len(reference), len(reference)) + reference)


def count_in(stub):
    return struct.unpack_from("<I", stub, 32)[0]  # behind ORPCTHIS


def activate(_):
    return (THAT + OXID + struct.pack("<I", 0x20000) + conformant(f"[{OBJECTS}]") + ipid(1) + struct.pack("<IHH", 2, 5, 7) + DONE
            + struct.pack("<II", 1, 0x20004) + pointer(SERVER, 2) + struct.pack("<II", 1, 0) + DONE)


def alive(_):
    return struct.pack("<HHI", 5, 7, 0x20000) + conformant() + bytes(4) + DONE


def query_interface(_):
    return THAT + struct.pack("<IIII", 0x20000, 1, 0, 0) + struct.pack("<II", 0x280, 5) + OXID + OID + ipid(3) + DONE


def add_reference(_):
    return THAT + struct.pack("<II", 1, 0) + DONE


def add_group(_):
    return THAT + struct.pack("<III", 77, 1000, 0x20000) + pointer(GROUP, 4) + DONE


def add_items(stub):
    count = count_in(stub)
    results = b"".join(struct.pack("<IHHIII", 1001 + i, 5, 0, 3, 0, 0) for i in range(count))
    return THAT + struct.pack("<II", 0x20000, count) + results + struct.pack("<II", 0x20004, count) + bytes(4 * count) + DONE


def write(stub):
    count = count_in(stub)
    return THAT + struct.pack("<II", 0x20000, count) + bytes(4 * count) + DONE


CALLS = {(ACTIVATION, 0): activate, (RESOLVER, 5): alive, (UNKNOWN, 3): query_interface, (UNKNOWN, 4): add_reference,
         (SERVER, 3): add_group, (ITEMS, 3): add_items, (SYNC_IO, 4): write}


def challenge():
    """NTLMSSP's second message (MS-NLMP §2.2.1.2), with a session security of its own."""
    name = "SCADA01".encode("utf-16le")
    target = b"".join(struct.pack("<HH", kind, len(name)) + name for kind in (1, 2)) + bytes(4)
    return (b"NTLMSSP\0" + struct.pack("<IHHII", 2, len(name), len(name), 56, 0x028A0205) + b"question" + bytes(8)
            + struct.pack("<HHI", len(target), len(target), 56 + len(name)) + b"\x0a\x00\x63\x45\0\0\0\x0f" + name + target)


class Connection:
    def __init__(self, connection):
        self.connection, self.contexts = connection, {}

    def receive(self, size):
        octets = b""
        while len(octets) < size:
            more = self.connection.recv(size - len(octets))
            if not more:
                raise ConnectionError
            octets += more
        return octets

    def send(self, kind, call, body, verifier=b""):
        token = b""
        if verifier:
            padding = -len(body) % 16
            token = bytes(padding) + verifier[:2] + bytes([padding, 0]) + verifier[4:]
        whole = body + token
        self.connection.sendall(struct.pack("<4BIHHI", 5, 0, kind, 3, 16, 16 + len(whole), max(len(verifier) - 8, 0), call) + whole)

    def bound(self, kind, call, body, verifier):
        at, syntaxes = 12, 0
        for _ in range(body[8]):
            context, syntaxes = struct.unpack_from("<HB", body, at)
            self.contexts[context] = body[at + 4:at + 20]
            at += 24 + 20 * syntaxes
        address = f"{OBJECTS}\0".encode() if kind == 11 else b""
        head = struct.pack("<HHIH", 5840, 5840, 0x5000, len(address)) + address
        results = bytes([body[8], 0, 0, 0]) + (bytes(4) + NDR) * body[8]
        answer = verifier[:8] + challenge() if b"NTLMSSP\0\x01" in verifier else b""
        self.send(kind + 1, call, padded(head) + results, answer)

    def serve(self):
        try:
            while True:
                head = self.receive(16)
                kind, flags = head[2], head[3]
                length, token, call = struct.unpack_from("<HHI", head, 8)
                body = self.receive(length - 16)
                verifier = body[-token - 8:] if token else b""
                if kind in (11, 14):  # bind, alter context
                    self.bound(kind, call, body, verifier)
                elif kind == 0:
                    context, operation = struct.unpack_from("<HH", body, 4)
                    stub = body[24 if flags & 0x80 else 8:len(body) - len(verifier)]
                    answer = CALLS.get((self.contexts[context], operation), lambda _: THAT + DONE)(stub)
                    self.send(2, call, struct.pack("<IHH", len(answer), context, 0) + answer,
                              verifier[:8] + struct.pack("<IIII", 1, 0, 0, 0) if verifier else b"")
        except ConnectionError:
            pass


def listen(port):
    server = socket.create_server((ADDRESSES[0], port))
    while True:
        threading.Thread(target=Connection(server.accept()[0]).serve, daemon=True).start()


threading.Thread(target=listen, args=(OBJECTS,), daemon=True).start()
listen(135)
