"""Captures that somebody made to hurt: each generator writes about `count` packets that ask for memory or time without
end. ATTACKS names what table coverage must then tell; an empty set: nothing need be given up."""
import bz2
import gzip
import itertools
import lzma
import random
import struct
import subprocess

M64 = (1 << 64) - 1
MASTER, PLANT = 0x0A000001, 0x0A000100  # 10.0.0.1, 10.0.1.0
MACS = b"\x02\0\0\0\0\1\x02\0\0\0\0\2"
TCP_HEAD, IP_HEAD = struct.Struct(">HHIIBBHHH"), struct.Struct(">BBHHHBBHII")
RECORD = struct.Struct("<IIII")
SYN, ACK, FIN, RST, PUSH = 2, 0x10, 1, 4, 8

ATTACKS = {}


def attack(*told, share=1):
    """`told`: measures of table coverage, one of which is above 0 once there is too much. `share`: of the usual count."""
    def register(function):
        ATTACKS[function.__name__] = (function, set(told), share)
        return function
    return register


class Writer:
    """pcap with times 100 µs apart."""

    def __init__(self, file, step=100):
        self.file, self.step, self.now = file, step, 1_700_000_000_000_000
        self.numbers = itertools.count()
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))

    def frame(self, frame):
        self.now += self.step
        self.file.write(RECORD.pack(*divmod(self.now, 1_000_000), len(frame), len(frame)) + frame)

    def ip(self, source, destination, protocol, payload, *, number=None, fragment=0):
        number = next(self.numbers) & 0xFFFF if number is None else number
        self.frame(MACS + b"\x08\0" + IP_HEAD.pack(0x45, 0, 20 + len(payload), number, fragment, 64, protocol, 0, source, destination)
                   + payload)

    def ipv6(self, source, destination, following, payload):
        self.frame(MACS + b"\x86\xdd" + struct.pack(">IHBB", 0x60000000, len(payload), following, 64) + source + destination + payload)

    def udp(self, source, destination, from_port, to_port, payload):
        self.ip(source, destination, 17, struct.pack(">HHHH", from_port, to_port, 8 + len(payload), 0) + payload)

    def tcp(self, source, destination, from_port, to_port, sequence, payload, flags=ACK, acknowledged=1):
        self.ip(source, destination, 6, TCP_HEAD.pack(from_port, to_port, sequence & 0xFFFFFFFF, acknowledged, 0x50, flags, 64240, 0, 0)
                + payload)


@attack("flows_evicted", "facts_dropped")
def spoofed_flows(w, count, dice):
    for _ in range(count):
        w.tcp(dice.getrandbits(32), dice.getrandbits(32), dice.getrandbits(16), dice.getrandbits(16), 1, b"", SYN)


@attack("flows_evicted", "facts_dropped")
def spoofed_ipv6_hosts(w, count, dice):
    for _ in range(count):
        w.ipv6(dice.randbytes(16), dice.randbytes(16), 17, struct.pack(">HHHH", 4000, 9999, 12, 0) + b"ping")


def steady_mix(h, v):
    h = (h ^ v) * 0x9E3779B97F4A7C15 & M64
    return h ^ h >> 29


def unmixed(z):
    return (z ^ z >> 29 ^ z >> 58) * pow(0x9E3779B97F4A7C15, -1, 1 << 64) & M64


@attack("flows_evicted", "facts_dropped")
def hosts_of_one_hash(w, count, dice):
    """All go to one shard, by the hash that is the same in every process; a table that used it would be a list."""
    here = (0x20010DB800000000, 1)
    start = steady_mix(steady_mix(0x243F6A8885A308D3, here[0]), here[1])
    for _ in range(count):
        high = 0x20010DB880000000 | dice.getrandbits(31)
        low = unmixed(0x0123456789ABCDEF) ^ steady_mix(start, high)
        w.ipv6(struct.pack(">QQ", *here), struct.pack(">QQ", high, low), 17, struct.pack(">HHHH", 4000, 9999, 12, 0) + b"ping")


@attack("facts_dropped")
def spoofed_arp(w, count, dice):
    for _ in range(count):
        mac, ip = b"\x02" + dice.randbytes(5), dice.randbytes(4)
        w.frame(b"\xff" * 6 + mac + b"\x08\x06\0\1\x08\0\6\4\0\1" + mac + ip + bytes(6) + dice.randbytes(4) + bytes(18))


@attack("facts_dropped", "flows_evicted")
def spoofed_vlans(w, count, dice):
    ip = b"\x08\0" + IP_HEAD.pack(0x45, 0, 32, 1, 0, 64, 17, 0, MASTER, PLANT) + struct.pack(">HHHH", 4000, 9999, 12, 0) + b"ping"
    for _ in range(count):
        w.frame(MACS + b"\x88\xa8" + struct.pack(">H", dice.getrandbits(12)) + b"\x81\0" + struct.pack(">H", dice.getrandbits(12)) + ip)


def label(text):
    return bytes([len(text)]) + text


@attack("facts_dropped")
def names_without_end(w, count, dice):
    for n in range(count):
        name = label(dice.randbytes(16).hex().encode()) + label(b"example") + b"\0"
        w.udp(MASTER + 1 + n % 50, MASTER, 53, 4000, struct.pack(">HHHHHH", n & 0xFFFF, 0x8180, 1, 1, 0, 0) + name + b"\0\1\0\1"
              + b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + dice.randbytes(4))


@attack(share=250)
def names_of_one_address(w, count, dice):
    """A resolver gives one host ten new names with each answer. Few packets, so that the table of names does not fill at once."""
    for n in range(count):
        names = [label(b"web") + label(dice.randbytes(8).hex().encode()) + label(b"corp") + b"\0" for _ in range(10)]
        w.udp(MASTER + 1, MASTER, 53, 4000, struct.pack(">HHHHHH", n & 0xFFFF, 0x8180, 1, 10, 0, 0) + label(b"corp") + b"\0\0\1\0\1"
              + b"".join(name + struct.pack(">HHIHI", 1, 1, 60, 4, MASTER) for name in names))


@attack("facts_dropped")
def names_of_many_macs(w, count, dice):
    """Random MACs take one address in turn, and again; each time the address says another name."""
    stations = [(b"\6" + dice.randbytes(5), label(dice.randbytes(8).hex().encode()) + label(b"local") + b"\0") for _ in range(count // 4)]
    address = struct.pack(">I", PLANT)
    for mac, name in stations * 2:
        w.frame(b"\xff" * 6 + mac + b"\x08\6\0\1\x08\0\6\4\0\2" + mac + address + b"\xff" * 6 + address + bytes(18))
        w.udp(PLANT, 0xE00000FB, 5353, 5353, struct.pack(">HHHHHH", 0, 0x8400, 0, 1, 0, 0) + name
              + struct.pack(">HHIH", 1, 1, 120, 4) + address)


@attack("facts_dropped")
def leases_without_end(w, count, dice):
    for n in range(count):
        name = dice.randbytes(20).hex().encode()
        w.udp(0, 0xFFFFFFFF, 68, 67, struct.pack(">BBBBIHHIIII", 1, 1, 6, 0, n, 0, 0, 0, 0, 0, 0) + b"\x02" + dice.randbytes(5) + bytes(10 + 192)
              + b"\x63\x82\x53\x63\x35\1\3" + b"\x0c" + label(name) + b"\x32\4" + dice.randbytes(4) + b"\xff")


@attack("facts_dropped", "flows_evicted")
def neighbours_without_end(w, count, dice):
    for _ in range(count):
        chassis, name = b"\4" + dice.randbytes(6), dice.randbytes(30).hex().encode()
        tlvs = [(1, chassis), (2, b"\7port"), (3, b"\0\x78"), (5, name), (6, name), (0, b"")]
        w.frame(b"\x01\x80\xc2\0\0\x0e\x02" + dice.randbytes(5) + b"\x88\xcc"
                + b"".join(struct.pack(">H", kind << 9 | len(text)) + text for kind, text in tlvs))


@attack("fragments_given_up")
def datagrams_without_end(w, count, dice):
    for n in range(count):
        w.ip(dice.getrandbits(32), PLANT, 17, bytes(256), number=n & 0xFFFF, fragment=0x2000)


@attack("fragment_overlaps", "fragments_given_up")
def overlapping_fragments(w, count, dice):
    """Pieces of 64 datagrams at a time, each over others, never all."""
    for n in range(count):
        w.ip(MASTER, PLANT, 17, dice.randbytes(64), number=n % 64 + n // 65_536 * 64, fragment=0x2000 | dice.randrange(1, 8000))


@attack("reassembly_given_up")
def waiting_segments(w, count, dice):
    """As many conversations as fit, each with 30 segments behind one that never comes."""
    flow = 0
    while count > 0:
        flow += 1
        for i in range(31):
            w.tcp(MASTER, PLANT + flow % 200, 1024 + flow % 60_000, 502, flow + 2 + i * 701 if i else flow, bytes(700 if i else 0), ACK if i else SYN)
        count -= 31


def read_requests(octets):
    """Of Modbus: so many octets of whole requests."""
    request = struct.pack(">HHHBBHH", 1, 0, 6, 1, 3, 0, 1)
    return request * (octets // len(request))


def recognised(w):
    """A conversation that is known to be Modbus; the client's next octet is number 1 + 24."""
    w.tcp(MASTER, PLANT, 1024, 502, 0, b"", SYN)
    w.tcp(PLANT, MASTER, 502, 1024, 0, b"", SYN | ACK)
    w.tcp(MASTER, PLANT, 1024, 502, 1, read_requests(24))
    w.tcp(PLANT, MASTER, 502, 1024, 1, struct.pack(">HHHBBBH", 1, 0, 5, 1, 3, 2, 7), acknowledged=25)


@attack("unseen_share")
def backward_segments(w, count, dice):
    """One octet at a time, the last one first."""
    recognised(w)
    size = 30_000
    octets = read_requests(size)
    for n in range(count):
        block, i = divmod(n, size)
        w.tcp(MASTER, PLANT, 1024, 502, 25 + block * size + size - 1 - i, octets[size - 1 - i:size - i])


@attack("unseen_share")
def overlapping_segments(w, count, dice):
    """Pieces of a window that moves on, in any order, over one another, some with other content."""
    recognised(w)
    octets = read_requests(120_000)
    for n in range(count):
        at, length = dice.randrange(0, 60_000), dice.randrange(1, 60)
        piece = octets[at:at + length] if n % 3 else dice.randbytes(length)
        w.tcp(MASTER, PLANT, 1024, 502, 25 + n // 40 * 1200 + at, piece)


GIANTS = [(102, b"\3\0\xff\xff"), (445, b"\0\xff\xff\xff\xfeSMB"), (1883, b"\x30\xff\xff\xff\x7f"), (4840, b"MSGF\xff\xff\xff\xff"),
          (44818, b"\x6f\0\xff\xff" + bytes(20)), (502, b"\0\1\0\0\xff\xff\1\3"), (80, b"GET /"), (443, b"\x16\3\1\xff\xff\1"),
          (389, b"\x30\x84\xff\xff\xff\xff"), (6379, b"$536870912\r\n"), (21, b"USER "), (88, b"\xff\xff\xff\xff\x6a"), (135, b"\5\0\x0b\3\x10\0\0\0\xff\xff"),
          (20000, b"\5\x64\xff\x44\1\0\2\0"), (2404, b"\x68\xff\0\0\0\0"), (22, b"SSH-2.0-"), (25, b"EHLO "), (23, b"\xff\xfa\x18")]


@attack()
def giant_messages(w, count, dice):
    """Each promises as much as its protocol can say, in conversations that go on and on."""
    conversations = [(port, 1024 + i) for port, _ in GIANTS for i in range(20)]
    for (port, head), i in itertools.product(GIANTS, range(20)):
        w.tcp(MASTER, PLANT, 1024 + i, port, 0, b"", SYN)
        w.tcp(PLANT, MASTER, port, 1024 + i, 0, b"", SYN | ACK, 1)
        w.tcp(MASTER, PLANT, 1024 + i, port, 1, head.ljust(512, b"A"))
    for n in range(count):
        port, source = conversations[n % len(conversations)]
        w.tcp(MASTER, PLANT, source, port, 513 + n // len(conversations) * 512, b"A" * 512)


def nested_ber(tag, depth):
    inner = b"\5\0"
    for _ in range(depth):
        inner = tag + (bytes([len(inner)]) if len(inner) < 128 else b"\x82" + struct.pack(">H", len(inner))) + inner
    return inner


@attack()
def deep_nesting(w, count, dice):
    """Headers within headers, and the same within messages."""
    tunnels = b""
    for _ in range(60):
        tunnels = IP_HEAD.pack(0x45, 0, 20 + len(tunnels), 1, 0, 64, 4, 0, MASTER, PLANT) + tunnels
    gre = b""
    for _ in range(50):
        gre = b"\0\0\x08\0" + IP_HEAD.pack(0x45, 0, 24 + len(gre), 1, 0, 64, 47, 0, MASTER, PLANT) + gre
    dns = struct.pack(">HHHHHH", 1, 0x8180, 1, 90, 0, 0) + b"\xc0\x0c\0\1\0\1" + b"".join(
        struct.pack(">H", 0xC000 | 12 + 12 * i) + b"\0\5\0\1\0\0\0\0\0\2\xc0\x0c" for i in range(90))
    snmp, ldap = (nested_ber(tag, 300) for tag in (b"\x30", b"\xa3"))
    for n in range(count):
        kind = n % 8
        if kind == 0:
            w.ip(MASTER, PLANT, 4, tunnels)
        elif kind == 1:
            w.ip(MASTER, PLANT, 47, b"\0\0\x08\0" + gre)
        elif kind == 2:
            w.frame(MACS + b"\x81\0\0\1" * 300 + b"\x08\0")
        elif kind == 3:
            w.frame(MACS + b"\x88\x47" + b"\0\0\0\x40" * 300)
        elif kind == 4:
            w.ipv6(bytes(15) + b"\1", bytes(15) + b"\2", 0, b"\0\0\1\4\0\0\0\0" * 150)
        elif kind == 5:
            w.udp(PLANT, MASTER, 53, 4000, dns)
        elif kind == 6:
            w.udp(MASTER, PLANT, 4000, 161, snmp)
        else:
            w.udp(MASTER, PLANT, 4000, 389, ldap)


@attack()
def unanswered_requests(w, count, dice):
    w.tcp(MASTER, PLANT, 1024, 502, 0, b"", SYN)
    w.tcp(PLANT, MASTER, 502, 1024, 0, b"", SYN | ACK)
    for n in range(count):
        w.tcp(MASTER, PLANT, 1024, 502, 1 + n * 12, struct.pack(">HHHBBHH", n & 0xFFFF, 0, 6, 1, 3, n * 125 & 0xFFFF, 125))


@attack("facts_dropped")
def points_without_end(w, count, dice):
    """Every unit, every function, single registers far apart."""
    for n in range(64):
        w.tcp(MASTER, PLANT + n, 1024, 502, 0, b"", SYN)
        w.tcp(PLANT + n, MASTER, 502, 1024, 0, b"", SYN | ACK)
    for n in range(count):
        host, i = n % 64, n // 64
        w.tcp(MASTER, PLANT + host, 1024, 502, 1 + i * 12, struct.pack(">HHHBBHH", i & 0xFFFF, 0, 6, dice.getrandbits(8), dice.randrange(1, 5), dice.getrandbits(16), 1))


def dnp3_crc(octets):
    value = 0
    for octet in octets:
        value ^= octet
        for _ in range(8):
            value = value >> 1 ^ 0xA6BC if value & 1 else value >> 1
    return struct.pack("<H", value ^ 0xFFFF)


def dnp3_frame(destination, source, user_data):
    head = b"\x05\x64" + bytes([5 + len(user_data)]) + b"\xc4" + struct.pack("<HH", destination, source)
    blocks = (user_data[at:at + 16] for at in range(0, len(user_data), 16))
    return head + dnp3_crc(head) + b"".join(block + dnp3_crc(block) for block in blocks)


@attack("facts_dropped")
def points_of_whole_groups(w, count, dice):
    """DNP3 reads that name 65,536 points of twelve groups each, of outstation after outstation."""
    read = b"\xc0\xc0\x01" + b"".join(bytes([group, 0, 1]) + b"\0\0\xff\xff"
                                      for group in (1, 3, 10, 20, 21, 30, 31, 34, 40, 101, 102, 110))
    for n in range(count // 50):
        w.udp(MASTER + n % 16, PLANT + n // 16 % 16, 20000, 20000,
              b"".join(dnp3_frame(n * 8 + i & 0x7FFF, 1, read) for i in range(8)))


@attack("reassembly_given_up", "flows_evicted")
def fragments_of_many_links(w, count, dice):
    """DNP3 fragments of which the first segment alone comes, of eight links in each of many connections."""
    for n in range(count // 10):
        w.tcp(MASTER + n % 64, PLANT + n // 64 % 250, 1024 + n // 16000, 20000, 1,
              b"".join(dnp3_frame(link, 1, b"\x40" + bytes(20)) + dnp3_frame(link, 1, b"\x01" + bytes(20)) for link in range(8)))


@attack("clock_steps")
def clock_that_jumps(w, count, dice):
    for n in range(count):
        w.now = 1_700_000_000_000_000 + dice.randrange(-(1 << 45), 1 << 45)
        w.udp(MASTER, PLANT + n % 256, 4000 + n % 1000, 9999, b"ping")


@attack()
def one_port_again_and_again(w, count, dice):
    for n in range(count // 3):
        w.tcp(MASTER, PLANT, 1024, 502, n * 7919, b"", SYN)
        w.tcp(PLANT, MASTER, 502, 1024, n * 31, b"", SYN | ACK, n * 7919 + 1)
        w.tcp(MASTER, PLANT, 1024, 502, n * 7919 + 1, b"", RST)


@attack()
def copies(w, count, dice):
    """One segment over and over, within the time in which a mirror's copies come."""
    w.step = 1
    for _ in range(count):
        w.ip(MASTER, PLANT, 6, TCP_HEAD.pack(1024, 502, 1, 1, 0x50, ACK, 64240, 0, 0) + b"\0\1\0\0\0\6\1\3\0\0\0\1", number=7)


PORTS = (502, 20000, 2404, 102, 44818, 4840, 47808, 5094, 80, 443, 445, 21, 23, 25, 53, 67, 88, 110, 123, 135, 137, 138, 143, 161, 389, 500, 514, 1194,
         1883, 1900, 1911, 3389, 5007, 5353, 5900, 6379, 9600, 18245, 34964, 48898, 51820)


@attack()
def noise(w, count, dice):
    """What no protocol makes sense of, on the ports of all."""
    for n in range(count):
        port, noise_bytes = PORTS[n % len(PORTS)], dice.randbytes(dice.getrandbits(8))
        if n & 1:
            w.tcp(MASTER + n // 64 % 8, PLANT, 4000, port, n // len(PORTS) * 256, noise_bytes)
        else:
            w.udp(MASTER + n // 64 % 8, PLANT, 4000, port, noise_bytes)


@attack("facts_dropped", "flows_evicted")
def logins_without_end(w, count, dice):
    """Users, passwords, servers and browsers that nobody has seen before, in clear text."""
    for n in range(count // 6):
        source, port = MASTER + n % 250, 1024 + n // 250 % 60_000
        word = dice.randbytes(12).hex()
        if n & 1:
            to, said = 21, [f"USER {word}\r\n", f"PASS {word}\r\n"]
        else:
            to, said = 80, [f"GET /{word} HTTP/1.1\r\nHost: {word}\r\nUser-Agent: {word}\r\n", f"Authorization: Basic {word}\r\n\r\n"]
        w.tcp(source, PLANT, port, to, 0, b"", SYN)
        w.tcp(PLANT, source, to, port, 0, b"", SYN | ACK)
        at = 1
        for text in said:
            w.tcp(source, PLANT, port, to, at, text.encode(), ACK | PUSH)
            at += len(text)
        w.tcp(source, PLANT, port, to, at, b"", ACK | FIN)
        w.tcp(PLANT, source, to, port, 1, b"", ACK | FIN, at + 1)


def packed_zeros(path, count, compress):
    """A capture of long equal packets shrinks to a thousandth."""
    with compress(path) as file:
        writer = Writer(file)
        for _ in range(count):
            writer.udp(MASTER, PLANT, 4000, 9999, bytes(4096))


class Zstd:
    """A file that is packed by the program zstd."""

    def __init__(self, path):
        self.process = subprocess.Popen(["zstd", "-q", "-19", "--long=24", "-o", path], stdin=subprocess.PIPE)

    def __enter__(self):
        return self.process.stdin

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


# Bombs, by the ending of their file: a tenth of the usual count, of packets forty times as long.
BOMBS = {"gz": lambda path: gzip.open(path, "wb", 9), "bz2": lambda path: bz2.open(path, "wb"),
         "xz": lambda path: lzma.open(path, "wb", preset=1), "zst": Zstd}


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def interfaces_without_end(file, count, dice):
    """pcapng with an interface, a name and a secret of its own for each packet, and sections in between."""
    frame = MACS + b"\x08\0" + IP_HEAD.pack(0x45, 0, 32, 1, 0, 64, 17, 0, MASTER, PLANT) + struct.pack(">HHHH", 4000, 9999, 12, 0) + b"ping"
    number = 0
    for n in range(count):
        if n % 5000 == 0:
            file.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
            number = 0
        name = dice.randbytes(16).hex().encode()
        file.write(block(1, struct.pack("<HHI", 1, 0, 0) + struct.pack("<HH", 2, len(name)) + name + struct.pack("<HH", 0, 0))
                   + block(4, struct.pack("<HHI", 1, 4 + len(name) + 1, n) + name + bytes(-(4 + len(name) + 1) % 4 + 1) + struct.pack("<HH", 0, 0))
                   + block(6, struct.pack("<IIIII", number, 0, n, len(frame), len(frame)) + frame))
        number += 1


def files_without_end(folder, count, dice):
    """One packet a file."""
    for n in range(count):
        with open(folder / f"{n:06}.pcap", "wb") as file:
            writer = Writer(file)
            writer.now += n
            writer.udp(MASTER, PLANT + n % 200, 4000, 9999, dice.randbytes(8))
