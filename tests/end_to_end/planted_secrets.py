"""A capture with a random secret in every place that log-ins and settings keep one, and a list of them.

Every conversation has hosts of its own, handshakes and right checksums. Users are op01, op02 … in the order planted."""
import base64
import ipaddress
import random
import string
import struct
from dataclasses import dataclass

from scapy.contrib.ospf import OSPF_Hdr, OSPF_Hello
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.l2 import Ether
from scapy.layers.snmp import SNMP, SNMPget, SNMPresponse, SNMPset, SNMPtrapv2, SNMPvarbind
from scapy.asn1.asn1 import ASN1_OID, ASN1_STRING
from scapy.packet import Raw
from scapy.utils import wrpcap

CLIENTS, SERVERS = ipaddress.ip_address("10.20.1.0"), ipaddress.ip_address("10.20.2.0")


@dataclass(frozen=True)
class Secret:
    place: str       # for people
    text: str
    protocol: str    # of the link, as kakoi calls it; "": no protocol of its own
    server: str      # address
    scheme: str      # of the credential; "": no credential, it is merely not to be written
    user: str
    outcome: str
    on_wire: bytes   # how the capture holds it


def base64_of(text):
    return base64.b64encode(text.encode())


def mixed(secret):
    """Of S7: each octet with 55h and the one two before it."""
    out = bytearray()
    for i, octet in enumerate(secret.encode()):
        out.append(octet ^ 0x55 ^ (out[i - 2] if i >= 2 else 0))
    return bytes(out)


def obscured(secret):
    """[MS-TDS] 2.2.6.4: each octet with its halves exchanged, XOR A5h."""
    return bytes((octet << 4 | octet >> 4) & 0xFF ^ 0xA5 for octet in secret.encode("utf-16-le"))


def utf8(text):
    return struct.pack(">H", len(text)) + text.encode()  # MQTT


def ber(tag, *parts):
    body = b"".join(parts)
    return bytes((tag, len(body))) + body  # short form


def dnp3_frame(control, destination, source, user):
    """IEEE 1815, 9.2.4: a checksum after the header and after each 16 octets."""
    def sum_of(octets):
        crc = 0
        for octet in octets:
            crc ^= octet
            for _ in range(8):
                crc = crc >> 1 ^ (0xA6BC if crc & 1 else 0)
        return octets + struct.pack("<H", crc ^ 0xFFFF)
    head = struct.pack("<BBBBHH", 5, 0x64, 5 + len(user), control, destination, source)
    return sum_of(head) + b"".join(sum_of(user[i:i + 16]) for i in range(0, len(user), 16))


class Plant:
    def __init__(self):
        self.packets, self.secrets = [], []
        self._random, self._now, self._host = random.Random(20231114), 1_699_999_000.0, 0

    def _send(self, source, destination, layers):
        self._now += 0.011
        frame = Ether(src=self._mac(source), dst=self._mac(destination)) / IP(src=source, dst=destination, id=len(self.packets))
        packet = Ether((frame / layers).build())  # lengths and checksums are filled in
        packet.time = self._now
        self.packets.append(packet)

    @staticmethod
    def _mac(address):
        octets = ipaddress.ip_address(address).packed
        if octets[0] == 224:
            octets = bytes((1, 0, 0x5E)) + octets[1:]  # RFC 1112, 6.4
        return bytes((2, 0x1A, *octets))[-6:].hex(":")

    def hosts(self, group=None):
        """Of the next conversation: client, server."""
        self._host += 1
        self._now += 0.5
        self.client, self.server = str(CLIENTS + self._host), group or str(SERVERS + self._host)

    def secret(self, place, protocol, scheme="", outcome="accepted", size=12, wire=str.encode, user=None):
        """A new one at the hosts of now, and its user; `user`: not the next, "" where there is none."""
        text = "".join(self._random.choice(string.ascii_letters + string.digits) for _ in range(size))
        user = f"op{len(self.secrets) + 1:02}" if user is None else user
        self.secrets.append(Secret(place, text, protocol, self.server, scheme, user, outcome, wire(text)))
        return user, text

    def tcp(self, port, *turns):
        """Handshake, turns (<str or bytes> with > or < in front: to the server, to the client), end."""
        sport = 40000 + self._host
        number = {True: 1000, False: 5000}

        def send(up, flags, payload=b""):
            ends = (self.client, self.server) if up else (self.server, self.client)
            ports = (sport, port) if up else (port, sport)
            acknowledged = 0 if flags == "S" else number[not up]
            self._send(*ends, TCP(sport=ports[0], dport=ports[1], flags=flags, seq=number[up], ack=acknowledged) / Raw(payload))
            number[up] += len(payload) + ("S" in flags or "F" in flags)
        send(True, "S"), send(False, "SA"), send(True, "A")
        for turn in turns:
            turn = turn.encode() if isinstance(turn, str) else turn
            send(turn[:1] == b">", "PA", turn[1:])
            send(turn[:1] != b">", "A")
        send(True, "FA"), send(False, "FA"), send(True, "A")

    def udp(self, port, *turns, sport=None):
        for turn in turns:
            turn = turn.encode() if isinstance(turn, str) else bytes(turn)
            up, near = turn[:1] == b">", sport or 40000 + self._host
            ends = (self.client, self.server) if up else (self.server, self.client)
            ports = (near, port) if up else (port, near)
            self._send(*ends, UDP(sport=ports[0], dport=ports[1]) / Raw(turn[1:]))

    # ---- terminals and files

    def ftp(self):
        self.hosts()
        bad_user, bad = self.secret("FTP PASS, refused", "ftp", "ftp", "rejected")
        user, good = self.secret("FTP PASS", "ftp", "ftp")
        _, account = self.secret("FTP ACCT", "ftp")
        self.tcp(21, "<220 PLC FTP server ready\r\n", f">USER {bad_user}\r\n", "<331 Password required\r\n", f">PASS {bad}\r\n",
                 "<530 Login incorrect\r\n", f">USER {user}\r\n", "<331 Password required\r\n", f">PASS {good}\r\n",
                 "<230 Logged in\r\n", f">ACCT {account}\r\n", "<202 Superfluous\r\n", ">QUIT\r\n", "<221 Bye\r\n")

    def telnet(self):
        negotiation = b"<\xff\xfd\x18\xff\xfb\x01"
        self.hosts()
        user, secret = self.secret("Telnet, by line", "telnet", "telnet")
        _, enable = self.secret("Telnet, enable", "telnet", "telnet", user=user)
        self.tcp(23, negotiation, b">\xff\xfb\x18\xff\xfd\x01", "<\r\nSwitch 7\r\nlogin: ", f">{user}\r\n", "<Password: ", f">{secret}\r\n",
                 "<\r\nWelcome\r\nsw7> ", ">enable\r\n", "<enable\r\nPassword: ", f">{enable}\r\n", "<\r\nsw7# ", ">exit\r\n")
        self.hosts()
        user, secret = self.secret("Telnet, by character", "telnet", "telnet", wire=lambda text: None)
        turns = [negotiation, b">\xff\xfb\x18\xff\xfd\x01", "<login: "]
        for c in user:
            turns += [">" + c, "<" + c]
        turns += [">\r\0", "<\r\nPassword: ", *(">" + c for c in secret), ">\r\0", "<\r\nWelcome\r\nrtu$ ", ">exit\r\0"]
        self.tcp(23, *turns)
        self.hosts()
        user, secret = self.secret("Telnet, refused", "telnet", "telnet", "rejected")
        self.tcp(23, negotiation, "<login: ", f">{user}\r\n", "<Password: ", f">{secret}\r\n", "<\r\nLogin incorrect\r\nlogin: ")

    # ---- HTTP

    def http(self):
        def exchange(request, answer="HTTP/1.1 200 OK\r\nServer: pages/1\r\nContent-Length: 2\r\n\r\nok", port=80):
            self.tcp(port, ">" + request, "<" + answer)
        host, refused = "Host: hmi.plant.example\r\n", "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"HMI\"\r\nContent-Length: 0\r\n\r\n"
        for place, field, outcome in (("HTTP Basic", "Authorization", "accepted"), ("HTTP Basic, refused", "Authorization", "rejected"),
                                      ("HTTP Basic to a proxy", "Proxy-Authorization", "accepted")):
            self.hosts()
            user, secret = self.secret(place, "http", "http-basic", outcome,
                                       wire=lambda text: base64_of(f"op{len(self.secrets) + 1:02}:{text}"))
            request = f"GET /setup HTTP/1.1\r\n{host}{field}: Basic {base64_of(f'{user}:{secret}').decode()}\r\n\r\n"
            exchange(*((request, refused) if outcome == "rejected" else (request,)))
        for place, form in (("HTTP, form", "username={0}&password={1}"), ("HTTP, JSON", '{{"user":"{0}","password":"{1}"}}')):
            self.hosts()
            body = form.format(*self.secret(place, "http"))
            kind = "application/json" if body[0] == "{" else "application/x-www-form-urlencoded"
            exchange(f"POST /login HTTP/1.1\r\n{host}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n{body}")
        for place, field in (("HTTP Bearer", "Authorization: Bearer {}"), ("HTTP Cookie", "Cookie: session={}; lang=ja"),
                             ("HTTP X-API-Key", "X-API-Key: {}"), ("HTTP Referer", "Referer: http://hmi.plant.example/login?password={}")):
            self.hosts()
            exchange(f"GET /index.html HTTP/1.1\r\n{host}{field.format(self.secret(place, 'http')[1])}\r\n\r\n")
        self.hosts()
        _, secret = self.secret("HTTP, query", "http")
        exchange(f"GET /login?user=operator&password={secret} HTTP/1.1\r\n{host}\r\n")
        self.hosts()
        user, secret = self.secret("HTTP, user information of a URI", "http")
        exchange(f"GET http://{user}:{secret}@hmi.plant.example/ HTTP/1.1\r\n{host}\r\n", port=8080)
        self.hosts()
        _, secret = self.secret("HTTP Set-Cookie", "http")
        exchange(f"GET / HTTP/1.1\r\n{host}\r\n", f"HTTP/1.1 200 OK\r\nServer: pages/1\r\nSet-Cookie: id={secret}; HttpOnly\r\nContent-Length: 2\r\n\r\nok")

        # all of them beside a log-in, whose packets are cited
        self.hosts()
        user, secret = self.secret("HTTP Basic with everything", "http", "http-basic",
                                   wire=lambda text: base64_of(f"op{len(self.secrets) + 1:02}:{text}"))
        besides = [self.secret(f"HTTP Basic with everything: {place}", "http")[1]
                   for place in ("query", "Bearer", "Cookie", "X-API-Key", "Referer", "form", "Set-Cookie", "answer's body")]
        query, bearer, cookie, key, referer, form, set_cookie, page = besides
        body, told = f"newpassword={form}", f"token={page}"
        exchange(f"POST /login?password={query} HTTP/1.1\r\n{host}Authorization: Basic {base64_of(f'{user}:{secret}').decode()}\r\n"
                 f"Proxy-Authorization: Bearer {bearer}\r\nCookie: session={cookie}; lang=ja\r\nX-API-Key: {key}\r\n"
                 f"Referer: http://hmi.plant.example/login?password={referer}\r\nContent-Length: {len(body)}\r\n\r\n{body}",
                 f"HTTP/1.1 200 OK\r\nServer: pages/1\r\nSet-Cookie: id={set_cookie}; HttpOnly\r\nContent-Length: {len(told)}\r\n\r\n{told}")

    # ---- mail

    def mail(self):
        def plain(text):
            return base64_of(f"\0op{len(self.secrets) + 1:02}\0{text}")

        def sasl(place, protocol, outcome="accepted"):
            self.hosts()
            user, secret = self.secret(place, protocol, protocol, outcome, wire=plain)
            return base64_of(f"\0{user}\0{secret}").decode()
        greeting = ("<220 mail.plant.example ESMTP Postfix\r\n", ">EHLO hmi\r\n", "<250-mail.plant.example\r\n250 AUTH PLAIN LOGIN\r\n")
        token = sasl("SMTP AUTH PLAIN", "smtp")
        self.tcp(25, *greeting, f">AUTH PLAIN {token}\r\n", "<235 2.7.0 Authentication successful\r\n", ">QUIT\r\n", "<221 Bye\r\n")
        token = sasl("SMTP AUTH PLAIN in two lines, refused", "smtp", "rejected")
        self.tcp(25, *greeting, ">AUTH PLAIN\r\n", "<334 \r\n", f">{token}\r\n", "<535 5.7.8 Authentication failed\r\n")
        self.hosts()
        user, secret = self.secret("SMTP AUTH LOGIN", "smtp", "smtp", wire=base64_of)
        self.tcp(587, *greeting, ">AUTH LOGIN\r\n", "<334 VXNlcm5hbWU6\r\n", f">{base64_of(user).decode()}\r\n", "<334 UGFzc3dvcmQ6\r\n",
                 f">{base64_of(secret).decode()}\r\n", "<235 2.7.0 Authentication successful\r\n")
        self.hosts()
        user, secret = self.secret("POP3 PASS", "pop3", "pop3")
        self.tcp(110, "<+OK Dovecot ready.\r\n", f">USER {user}\r\n", "<+OK\r\n", f">PASS {secret}\r\n", "<+OK Logged in.\r\n", ">STAT\r\n", "<+OK 0 0\r\n")
        self.hosts()
        user, secret = self.secret("POP3 PASS, refused", "pop3", "pop3", "rejected")
        self.tcp(110, "<+OK Dovecot ready.\r\n", f">USER {user}\r\n", "<+OK\r\n", f">PASS {secret}\r\n", "<-ERR Authentication failed.\r\n")
        token = sasl("POP3 AUTH PLAIN", "pop3")
        self.tcp(110, "<+OK Dovecot ready.\r\n", f">AUTH PLAIN {token}\r\n", "<+OK Logged in.\r\n")
        greeting = "<* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] Dovecot ready.\r\n"
        self.hosts()
        user, secret = self.secret("IMAP LOGIN", "imap", "imap")
        self.tcp(143, greeting, f">a1 LOGIN {user} {secret}\r\n", "<a1 OK Logged in\r\n", ">a2 LOGOUT\r\n", "<* BYE\r\na2 OK\r\n")
        self.hosts()
        user, secret = self.secret("IMAP LOGIN in quotes, refused", "imap", "imap", "rejected")
        self.tcp(143, greeting, f'>a1 LOGIN "{user}" "{secret}"\r\n', "<a1 NO [AUTHENTICATIONFAILED] Authentication failed.\r\n")
        token = sasl("IMAP AUTHENTICATE PLAIN", "imap")
        self.tcp(143, greeting, ">a1 AUTHENTICATE PLAIN\r\n", "<+ \r\n", f">{token}\r\n", "<a1 OK Logged in\r\n")

    # ---- directories, queues, stores

    def services(self):
        for place, code, outcome in (("LDAP simple bind", 0, "accepted"), ("LDAP simple bind, refused", 49, "rejected")):
            self.hosts()
            user, secret = self.secret(place, "ldap", "ldap", outcome)
            self.tcp(389, b">" + ber(0x30, b"\2\1\1", ber(0x60, b"\2\1\3", ber(4, user.encode()), ber(0x80, secret.encode()))),
                     b"<" + ber(0x30, b"\2\1\1", ber(0x61, bytes((10, 1, code)), b"\4\0\4\0")))
        for place, level, properties, answer in (("MQTT 3.1.1", 4, b"", b"\x20\2\0\0"), ("MQTT 5", 5, b"\0", b"\x20\3\0\0\0")):
            self.hosts()
            user, secret = self.secret(place, "mqtt", "mqtt")
            body = utf8("MQTT") + bytes((level, 0xC2, 0, 60)) + properties + utf8("gateway-" + str(level)) + utf8(user) + utf8(secret)
            self.tcp(1883, b">" + bytes((0x10, len(body))) + body, b"<" + answer)
        self.hosts()
        _, secret = self.secret("Redis AUTH", "redis", "redis", user="")
        self.tcp(6379, f">*2\r\n$4\r\nAUTH\r\n${len(secret)}\r\n{secret}\r\n", "<+OK\r\n", ">*1\r\n$4\r\nPING\r\n", "<+PONG\r\n")
        self.hosts()
        user, secret = self.secret("Redis AUTH with a user, refused", "redis", "redis", "rejected")
        self.tcp(6379, f">*3\r\n$4\r\nAUTH\r\n${len(user)}\r\n{user}\r\n${len(secret)}\r\n{secret}\r\n", "<-WRONGPASS invalid username-password pair\r\n")
        self.hosts()
        user, secret = self.secret("SQL Server, without TLS", "mssql", "mssql", "rejected", wire=obscured)
        self.mssql(user, secret)
        self.hosts()
        user, secret = self.secret("SMB 1, in clear", "smb", "smb", "attempted")
        self.smb(user, secret)

    def mssql(self, user, secret):
        """[MS-TDS] 2.2.6.5, 2.2.6.4, 2.2.7.10: no encryption, LOGIN7, error 18456."""
        def packet(kind, data, answer=False):
            return (b"<" if answer else b">") + struct.pack(">BBHHBB", kind, 1, len(data) + 8, 0, 1, 0) + data
        options = bytes((0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xFF))
        at, pairs, texts = 94, b"", b""
        for field in (b"", user.encode("utf-16-le"), obscured(secret), *[b""] * 6):
            pairs += struct.pack("<HH", at + len(texts), len(field) // 2)
            texts += field
        head = struct.pack("<IIIIIIBBBBiI", at + len(texts), 0x74000004, 4096, 7, 100, 0, 0xE0, 3, 0, 0, 0, 0x411)
        login = head + pairs + bytes(6) + struct.pack("<HHHHHHI", *[at + len(texts), 0] * 3, 0) + texts
        said = f"Login failed for user '{user}'.".encode("utf-16-le")
        error = struct.pack("<IBBH", 18456, 1, 14, len(said) // 2) + said + bytes(2) + struct.pack("<I", 1)
        self.tcp(1433, packet(18, options + bytes((16, 0, 3, 232, 0, 0, 2))), packet(4, options + bytes((16, 0, 3, 232, 0, 0, 2)), True),
                 packet(16, login), packet(4, b"\xaa" + struct.pack("<H", len(error)) + error + b"\xfd" + bytes(12), True))

    def smb(self, user, secret):
        """MS-CIFS 2.2.4.52, 2.2.4.53: the server asks for no challenge and response."""
        def message(command, words, data, answer=False):
            head = b"\xffSMB" + struct.pack("<BIBHH8sHHHHH", command, 0, 0x88 if answer else 8, 0, 0, b"", 0, 0, 77, 0, 1)
            body = head + bytes((len(words) // 2,)) + words + struct.pack("<H", len(data)) + data
            return (b"<" if answer else b">") + struct.pack(">I", len(body)) + body
        negotiated = struct.pack("<HBHHIIIIQHB", 0, 1, 50, 1, 16644, 65536, 0, 0, 0, 0, 0)
        setup = struct.pack("<BBHHHHIHHII", 0xFF, 0, 0, 16644, 2, 1, 0, len(secret) + 1, 0, 0, 0)
        self.tcp(445, message(0x72, b"", b"\2NT LM 0.12\0"), message(0x72, negotiated, b"", True),
                 message(0x73, setup, f"{secret}\0{user}\0WORKGROUP\0Unix\0Samba\0".encode()),
                 message(0x73, struct.pack("<BBHH", 0xFF, 0, 0, 0), b"Unix\0Samba\0WORKGROUP\0", True))

    def snmp(self):
        def binding(value=None):
            oid = ASN1_OID("1.3.6.1.2.1.1.6.0")
            return [SNMPvarbind(oid=oid, value=ASN1_STRING(value)) if value else SNMPvarbind(oid=oid)]
        for place, version, ask in (("SNMP 1 community, get", 0, SNMPget), ("SNMP 2c community, get", 1, SNMPget), ("SNMP 2c community, set", 1, SNMPset)):
            self.hosts()
            _, secret = self.secret(place, "snmp", "snmp-v2c" if version else "snmp-v1", user="")
            asked = SNMP(version=version, community=secret, PDU=ask(id=7, varbindlist=binding("hall" if ask is SNMPset else None)))
            told = SNMP(version=version, community=secret, PDU=SNMPresponse(id=7, varbindlist=binding("hall")))
            self.udp(161, b">" + bytes(asked), b"<" + bytes(told))
        self.hosts()
        _, secret = self.secret("SNMP 2c community, trap", "snmp", "snmp-v2c", "attempted", user="")
        self.udp(162, b">" + bytes(SNMP(version=1, community=secret, PDU=SNMPtrapv2(id=9, varbindlist=binding("hall")))))

    # ---- controllers

    def controllers(self):
        """S7, SLMP: nothing cites a log-in by itself, so a command goes before it in the same packet."""
        self.hosts()
        _, secret = self.secret("S7 password of a session", "s7comm", "s7comm", size=8, wire=mixed, user="")
        self.tcp(102, b">" + bytes.fromhex("0300001611e00000000100c1020100c2020102c0010a"),
                 b"<" + bytes.fromhex("0300001611d00001000100c0010ac1020100c2020102"),
                 b">" + bytes.fromhex("03000021 02f080 32 01 0000 3500 0010 0000 29 0000000000 09 505f50524f4752414d"  # PLC stop
                                      "03000025 02f080 32 07 0000 0600 0008 000c 000112 04 11 45 01 00 ff 09 0008") + mixed(secret),
                 b"<" + bytes.fromhex("03000014 02f080 32 03 0000 3500 0001 0000 0000 29"
                                      "03000021 02f080 32 07 0000 0600 000c 0004 000112 08 12 85 01 01 00 00 0000 0a 00 0000"))
        self.hosts()
        _, secret = self.secret("BACnet DeviceCommunicationControl", "bacnet", "bacnet", user="")
        apdu = bytes.fromhex("0104 00030111 1900 2d") + bytes((1 + len(secret), 0)) + secret.encode()
        self.udp(47808, b">" + struct.pack(">BBH", 0x81, 0x0A, 4 + len(apdu)) + apdu, b"<" + bytes.fromhex("810a0009 0100 200111"), sport=47808)
        self.hosts()
        user, secret = self.secret("OPC UA ActivateSession", "opcua", "opcua")
        hello = bytes.fromhex("00000000 ffff0000 ffff0000 00000000 00000000 18000000") + b"opc.tcp://localhost:4840"
        acknowledge = bytes.fromhex("00000000 ffff0000 ffff0000 00000000 00000000")
        request = bytes.fromhex("06000000 06000000 04000000 04000000 0100d301 0000 d02ec4f275cad501 04000000 00000000 ffffffff 10270000"
                                "000000 ffffffff ffffffff ffffffff ffffffff 01004401 01")
        token = b"".join(struct.pack("<I", len(text)) + text for text in (b"p", user.encode(), secret.encode())) + b"\xff" * 4
        answer = bytes.fromhex("06000000 06000000 04000000 04000000 0100d601 eebed99b5595d701 04000000 00000000 00 ffffffff 000000 ffffffff ffffffff ffffffff")

        def message(kind, body):
            return kind + b"F" + struct.pack("<I", 8 + len(body)) + body
        self.tcp(4840, b">" + message(b"HEL", hello), b"<" + message(b"ACK", acknowledge),
                 b">" + message(b"MSG", request + struct.pack("<I", len(token)) + token + b"\xff" * 8), b"<" + message(b"MSG", answer))
        self.hosts()
        _, secret = self.secret("SLMP remote password", "slmp", "slmp", user="")
        head, answer = bytes.fromhex("5000 00 ff ff03 00"), bytes.fromhex("d000 00 ff ff03 00 0200 0000")
        self.tcp(5007, b">" + head + bytes.fromhex("0600 1000 0101 0000"),
                 b"<" + bytes.fromhex("d000 00 ff ff03 00 1400 0000") + b"Q03UDVCPU".ljust(16) + b"\x66\x03",
                 b">" + head + bytes.fromhex("0800 1000 0210 0000 0100")  # remote stop
                 + head + struct.pack("<HHHHH", 8 + len(secret), 16, 0x1630, 0, len(secret)) + secret.encode(), b"<" + answer + answer)
        self.hosts()
        user, secret = self.secret("ADS AddRoute", "ads_udp", "ads")
        tags = ((12, b"ENG02\0"), (7, bytes((10, 20, 1, 9, 1, 1))), (13, user.encode() + b"\0"), (2, secret.encode() + b"\0"), (5, b"ENG02\0"))
        begin, net = bytes.fromhex("03661471 00000000"), bytes((10, 20, 1, 9, 1, 1)) + struct.pack("<H", 10000)
        self.udp(48899, b">" + begin + struct.pack("<I", 6) + net + struct.pack("<I", len(tags)) + b"".join(struct.pack("<HH", t, len(v)) + v for t, v in tags),
                 b"<" + begin + struct.pack("<I", 0x80000006) + net + struct.pack("<IHHI", 1, 1, 4, 0))
        self.hosts()
        # a name of 11 octets lets the secret begin a block, so that no checksum parts it
        name, secret = self.secret("DNP3 file authentication", "dnp3", "dnp3-file", user="op-of-files")

        def authenticate(key, user=b"", secret=b""):
            entry = struct.pack("<HHHHI", 12, len(user), 12 + len(user), len(secret), key) + user + secret
            return bytes((70, 2, 0x5B, 1)) + struct.pack("<H", len(entry)) + entry
        self.tcp(20000, b">" + dnp3_frame(0xC4, 10, 1, bytes((0xC0, 0xC0, 29)) + authenticate(0, name.encode(), secret.encode())),
                 b"<" + dnp3_frame(0x44, 1, 10, bytes((0xC0, 0xC0, 129, 0, 0)) + authenticate(0x12345678)))

    # ---- routers, and what is no log-in to kakoi

    def others(self):
        self.hosts("224.0.0.9")
        _, secret = self.secret("RIP 2 simple password", "rip", size=16)
        self.udp(520, b">" + bytes.fromhex("02020000 ffff0002") + secret.encode() + bytes.fromhex("00020000 0a1e0000 ffff0000 00000000 00000001"),
                 sport=520)
        self.hosts("224.0.0.2")
        _, secret = self.secret("HSRP authentication", "hsrp", size=8)
        self.udp(1985, b">" + bytes.fromhex("0000 10 03 0a 64 01 00") + secret.encode() + bytes((10, 20, 1, 254)), sport=1985)
        self.hosts("224.0.0.5")
        _, secret = self.secret("OSPF simple password", "ospf", size=8)
        hello = OSPF_Hdr(src=self.client, authtype=1, authdata=int.from_bytes(secret.encode(), "big")) / OSPF_Hello(router=self.client)
        self._send(self.client, self.server, hello)
        self.hosts()
        user, secret = self.secret("rexec", "")
        self.tcp(512, f">0\0{user}\0{secret}\0cat /etc/motd\0", b"<\0hello\n")
        self.hosts()
        user, secret = self.secret("Syslog text", "syslog")
        self.udp(514, f"><38>Nov 14 22:13:20 hmi7 logind[44]: failed log-in of {user} password={secret}")


def write(path):
    """Writes the capture; returns its secrets."""
    plant = Plant()
    for part in (plant.ftp, plant.telnet, plant.http, plant.mail, plant.services, plant.snmp, plant.controllers, plant.others):
        part()
    wrpcap(str(path), plant.packets, linktype=1)
    return plant.secrets
