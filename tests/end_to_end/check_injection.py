"""Names from the wire that want to be more than names: markup, formulas, escape sequences, invalid UTF-8, marks that turn
the text around, line ends, ways out of a folder. Every output is opened by what reads it, and they stay names."""
import csv
import json
import pathlib
import re
import shutil
import subprocess
import unicodedata
import xml.etree.ElementTree

import yaml
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.l2 import Ether
from scapy.layers.snmp import SNMP, SNMPget, SNMPresponse, SNMPvarbind
from scapy.packet import Raw
from scapy.utils import wrpcap

import harness
from harness import BAD_INPUT, DONE, ROOT, database, equal, expect, folder, kakoi, test

# Each begins with a word of its own, so that it can be found again (but for those that must begin otherwise).
HOSTILE = {
    "markup": b"<script>alert('markup')</script>", "image": b"image\"><img src=x onerror=alert(1)>", "svg": b"svg<svg/onload=alert(2)>",
    "template": b"template${alert(3)}{{4*4}}</title></script>", "formula": b"=cmd|' /C calc'!A0", "dde": b"@SUM(1+1)*cmd|' /C calc'!A0", "plus": b"+2+3",
    "tabbed": b"\t=1+1", "spaced": b"  =HYPERLINK(\"http://203.0.113.9/\",\"x\")", "escape": b"escape\x1b[2J\x1b]0;owned\x07\x1b[31m", "c1": b"c1\xc2\x9b31m\x9b2J",
    "keys": b"keys\x1bP0;1|17/ab\x9c", "latin": b"latin\xff\xfe\xe9", "surrogate": b"surrogate\xed\xa0\x80", "overlong": b"overlong\xc0\xbcscript>",
    "rtl": "rtl\u202egpj.exe\u2066x".encode(), "zero": "zero\u200bwidth\ufeff".encode(), "lines": b"lines\r\nContent-Type: text/html\r\n\r\n<b>",
    "separators": "separators\u2028alert(5)\u2029".encode(), "up": b"../../../../etc/passwd", "root": b"/etc/cron.d/x", "device": b"C:\\Windows\\..\\x:y",
    "nul": b"nul\0hidden", "quote": b"quote'; drop table asset; --", "csv": b"csv\",\"b\"\r\n\"c", "yaml": b"yaml: !!python/object/apply:os.system [id]\n- &a *a",
    "json": b"json\\\"},{\"x\":\"\\u0000", "percent": b"percent%s%n%x", "shell": b"shell$(touch owned)`touch owned`;|&", "long": b"long" + b"A" * 3000,
}
ANYWHERE = set(range(0x20)) - {0x09, 0x0A, 0x0D} | set(range(0x7F, 0xA0))
BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b\ufeff")


def label(text):
    return bytes([min(len(text), 63)]) + text[:63]


def conversation(packets, client, server, port, said):
    """TCP: alternately what the client and the server say."""
    state = [1000 + len(packets), 5000]
    both = [Ether(src="02:00:00:00:00:%02x" % (client % 256), dst="02:00:00:00:01:%02x" % (server % 256)) / IP(src=f"10.1.1.{client}", dst=f"10.1.2.{server}"),
            Ether(src="02:00:00:00:01:%02x" % (server % 256), dst="02:00:00:00:00:%02x" % (client % 256)) / IP(src=f"10.1.2.{server}", dst=f"10.1.1.{client}")]
    source = 20_000 + len(packets)

    def send(side, flags, data=b""):
        ports = {"sport": source, "dport": port} if side == 0 else {"sport": port, "dport": source}
        packets.append(both[side] / TCP(**ports, seq=state[side], ack=state[1 - side] if "A" in flags else 0, flags=flags) / Raw(data))
        state[side] += len(data) + (1 if "S" in flags or "F" in flags else 0)
    send(0, "S"), send(1, "SA"), send(0, "A")
    for i, data in enumerate(said):
        for at in range(0, len(data), 1400):
            send(i % 2, "PA", data[at:at + 1400])
    send(0, "FA"), send(1, "FA"), send(0, "A")


def device_identification(text):
    """Of Modbus: vendor, product and revision, all of that name."""
    objects = b"".join(bytes([i]) + bytes([len(text[:60])]) + text[:60] for i in range(3))
    answer = b"\x2b\x0e\x01\x01\0\0\3" + objects
    return [b"\0\1\0\0\0\5\1\x2b\x0e\1\0", b"\0\1\0\0" + (len(answer) + 1).to_bytes(2, "big") + b"\1" + answer]


def lldp(text):
    tlvs = [(1, b"\7" + text[:200]), (2, b"\7" + text[:200]), (3, b"\0\x78"), (5, text[:500]), (6, text[:500]), (0, b"")]
    return b"".join((kind << 9 | len(value)).to_bytes(2, "big") + value for kind, value in tlvs)


def traffic():
    packets = []
    for n, text in enumerate(HOSTILE.values()):
        mac, ip = f"02:00:00:00:00:{n:02x}", f"10.1.1.{n}"
        there = Ether(src=mac, dst="02:00:00:00:01:01") / IP(src=ip, dst="10.1.2.1")
        back = Ether(src="02:00:00:00:01:01", dst=mac) / IP(src="10.1.2.1", dst=ip)
        packets.append(Ether(src=mac, dst="ff:ff:ff:ff:ff:ff") / IP(src="0.0.0.0", dst="255.255.255.255") / UDP(sport=68, dport=67)
                       / BOOTP(chaddr=bytes.fromhex(mac.replace(":", "")), xid=n)
                       / DHCP(options=[("message-type", "request"), ("requested_addr", ip), ("hostname", text[:255]), ("vendor_class_id", text[:255]), "end"]))
        name = label(text) + label(b"example") + b"\0"
        header = n.to_bytes(2, "big")
        packets.append(there / UDP(sport=4000 + n, dport=53) / Raw(header + b"\1\0\0\1\0\0\0\0\0\0" + name + b"\0\1\0\1"))
        packets.append(back / UDP(sport=53, dport=4000 + n) / Raw(header + b"\x81\x80\0\1\0\1\0\0\0\0" + name + b"\0\1\0\1\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x0a\1\1" + bytes([n])))
        packets.append(Ether(src=mac, dst="01:00:5e:00:00:fb") / IP(src=ip, dst="224.0.0.251", ttl=255) / UDP(sport=5353, dport=5353)
                       / Raw(b"\0\0\x84\0\0\0\0\1\0\0\0\0" + label(text) + label(b"local") + b"\0\0\1\x80\1\0\0\0\x78\0\4\x0a\1\1" + bytes([n])))
        packets.append(Ether(src=mac, dst="01:80:c2:00:00:0e", type=0x88CC) / Raw(lldp(text)))
        packets.append(there / UDP(sport=4000, dport=161) / SNMP(community=text[:200], PDU=SNMPget(varbindlist=[SNMPvarbind(oid="1.3.6.1.2.1.1.5.0")])))
        packets.append(back / UDP(sport=161, dport=4000) / SNMP(community=text[:200], PDU=SNMPresponse(varbindlist=[
            SNMPvarbind(oid="1.3.6.1.2.1.1.5.0", value=text[:400]), SNMPvarbind(oid="1.3.6.1.2.1.1.1.0", value=text[:400])])))
        packets.append(Ether(src=mac, dst="ff:ff:ff:ff:ff:ff") / IP(src=ip, dst="10.1.255.255") / UDP(sport=514, dport=514) / Raw(b"<34>Oct 11 22:14:15 " + text[:900] + b" su: x"))
        server = n + 1
        conversation(packets, n, server, 80, [b"GET /" + text[:500] + b" HTTP/1.1\r\nHost: " + text[:500] + b"\r\nUser-Agent: " + text[:500]
                                              + b"\r\nAuthorization: Basic dXNlcjpwYXNz\r\n\r\n",
                                              b"HTTP/1.1 200 OK\r\nServer: " + text[:500] + b"\r\nContent-Length: 0\r\n\r\n"])
        conversation(packets, n, server, 21, [b"", b"220 " + text[:500] + b"\r\n", b"USER " + text[:500] + b"\r\n", b"331 \r\n", b"PASS " + text[:500] + b"\r\n", b"230 \r\n"])
        conversation(packets, n, server, 22, [b"SSH-2.0-" + text[:200] + b"\r\n", b"SSH-2.0-" + text[:200] + b"\r\n"])
        conversation(packets, n, server, 25, [b"", b"220 " + text[:500] + b" ESMTP\r\n", b"EHLO " + text[:500] + b"\r\n", b"250 " + text[:500] + b"\r\n"])
        conversation(packets, n, server, 502, device_identification(text))
    for n, packet in enumerate(packets):
        packet.time = 1_700_000_000 + n / 1000
    return packets


made = {}


def outputs():
    """OUT of a scan of all that, in a capture whose own name is no better, with all exports."""
    if not made:
        there = folder("hostile")
        capture = there / "=1+1<img src=x onerror=alert(6)>\x1b[31m\u202e$(touch owned).pcap"
        wrpcap(str(capture), traffic())
        made["capture"], made["out"] = capture, there / "out"
        made["said"] = kakoi("scan", capture, "--quiet", "--export", "all", "--lang", "en", "-o", made["out"], wanted=DONE)
    return made["out"]


def files(*endings):
    return sorted(path for path in outputs().rglob("*") if path.is_file() and path.name.endswith(endings))


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def fault_of(text):
    """What a terminal or a page would obey rather than show."""
    for character in text:
        if ord(character) in ANYWHERE or character in BIDI or unicodedata.category(character) in ("Cs", "Zl", "Zp"):
            return f"U+{ord(character):04X} in {text[:80]!r}"
    return None


@test
def the_names_arrive():
    """Else the rest of this file would prove nothing."""
    with database(outputs()) as db:
        told = {value for (value,) in db.execute("select value from attribute")}
    for name, text in HOSTILE.items():
        word = re.match(rb"[\w=@+./:\\< \t]+", text)[0].strip().decode()[:8]
        expect(any(word in value for value in told), f"{name}: nothing is told of it")


@test
def json_holds_them_as_text():
    paths = files(".json", ".ndjson")
    expect(len(paths) > 4, f"only {paths}")
    for path in paths:
        if shutil.which("jq"):
            done = subprocess.run(["jq", "-e", ".", path], capture_output=True, check=False)
            equal(done.returncode, 0, f"{path.name}: jq {done.stderr[:200]}")
        lines = path.read_bytes().decode("utf-8").splitlines() if path.suffix == ".ndjson" else [path.read_bytes().decode("utf-8")]
        for line in lines:
            for text in strings(json.loads(line)):
                expect(not fault_of(text), f"{path.name}: {fault_of(text)}")


def is_formula(cell):
    return cell.lstrip(" \u3000\u00a0").startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")) and not re.fullmatch(r"[+-]?\d+(\.\d+)?", cell)


@test
def csv_has_no_formula_and_no_cell_too_many():
    paths = files(".csv")
    expect(len(paths) > 6, f"only {paths}")
    for path in paths:
        with open(path, encoding="utf-8-sig", newline="") as file:
            table = list(csv.reader(file, strict=True))
        equal({len(row) for row in table}, {len(table[0])}, f"{path.name}: columns")
        for cell in (cell for row in table for cell in row):
            expect(not is_formula(cell), f"{path.name}: a formula: {cell[:80]!r}")
            expect(not fault_of(cell), f"{path.name}: {fault_of(cell)}")


@test
def libreoffice_reads_text_and_numbers_only():
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if not office:
        print("LibreOffice is not installed: what it makes of the CSV files is not looked at")
        return
    there = folder("office")
    paths = files(".csv")
    subprocess.run([office, f"-env:UserInstallation={(there / 'profile').as_uri()}", "--headless", "--convert-to", "fods", "--outdir", there, *paths],
                   check=True, capture_output=True, timeout=240)
    for path in paths:
        sheet = (there / path.with_suffix(".fods").name).read_text()
        expect("<office:spreadsheet" in sheet, f"{path.name}: no sheet")
        equal(re.findall(r'table:formula="[^"]{0,80}', sheet)[:3], [], f"{path.name}: formulas")
        equal(re.findall(r'<text:a [^>]{0,80}|<script[^>]{0,80}|<draw:[^>]{0,80}', sheet)[:3], [], f"{path.name}: active content")


@test
def xml_and_yaml_hold_them_as_text():
    for path in files(".xml"):
        xml.etree.ElementTree.parse(path)
    begun = kakoi("policy", "init", outputs() / "inventory.db", wanted=DONE).stdout
    for text in strings(yaml.safe_load(begun)):
        expect(not fault_of(text), f"policy init: {fault_of(text)}")
    policy = folder("policy") / "site.yaml"
    policy.write_text(begun)
    kakoi("policy", "check", policy, wanted=DONE)


@test
def a_browser_shows_them_as_text():
    earlier = folder("earlier")
    kakoi("scan", harness.SAMPLE, "--quiet", "-o", earlier / "out", wanted=DONE)
    kakoi("diff", earlier / "out" / "inventory.db", outputs() / "inventory.db", "--html", earlier / "diff.html")
    for page in (outputs() / "report.html", earlier / "diff.html"):
        text = page.read_bytes().decode("utf-8")
        data = re.sub(r"(?s)<script.*?</script>|<style.*?</style>", "", text)
        expect(not re.search(r"<(img|svg/|iframe|object|embed|base|link)\b[^>]*(onerror|onload|src=x)", data), f"{page.name}: a name became markup")
        expect(not (set(text) & BIDI - {"\ufeff", "\u200b", "\u200e", "\u200f"}), f"{page.name}: turns text around")
    done = subprocess.run(["node", ROOT / "tests/end_to_end/report_browser.mjs", "--report", outputs() / "report.html", "--brief"], capture_output=True, text=True,
                          check=False)
    equal(done.returncode, 0, f"report.html: {done.stderr[:400]}")


def on_a_terminal(*arguments):
    """What the program writes when a terminal listens, both streams."""
    record = folder("terminal") / "typescript"
    call = " ".join("'" + str(a).replace("'", "'\\''") + "'" for a in (harness.program, *arguments))
    subprocess.run(["script", "-qec", call, record], stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd=harness.scratch, check=False)
    text = record.read_bytes()
    return text[text.index(b"\n") + 1:text.rindex(b"\nScript done")].replace(b"\r\n", b"\n")  # its own first and last line


@test
def a_terminal_is_not_steered():
    out, capture = outputs(), made["capture"]
    other = folder("other")
    (other / "no\x1b[31m capture.pcap").write_text("This is none.\n")
    (other / "cut\x1b[31m.pcap").write_bytes(capture.read_bytes()[:5000])
    finding = json.loads((out / "findings.json").read_text())["findings"][0]["id"]
    for call in (["scan", capture, "-o", folder("out")], ["scan", other, "-o", folder("out")], ["scan", other / "missing\x1b[31m.pcap", "-o", folder("out")],
                 ["query", out / "inventory.db", "select * from attribute"], ["query", out / "inventory.db", "select source from capture"],
                 ["query", out / "inventory.db", "select title_en, evidence_en from finding"], ["slice", out / "inventory.db", finding, capture, "-o", other / "x.pcapng"],
                 ["diff", out / "inventory.db", out / "inventory.db"], ["verify", out, capture], ["policy", "init", out / "inventory.db"],
                 ["assess", out / "inventory.db", "-o", folder("out")], ["frobnicate\x1b[31m"], ["scan", "--frobnicate\x1b[31m"]):
        told = on_a_terminal(*call)
        expect(told, f"{call[0]}: nothing said")
        # the progress line goes back to the start of the line and clears it; nothing else may move the cursor
        plain = told.replace(b"\r\x1b[K", b"").replace(b"\x1b[K", b"").replace(b"\r", b"").decode("utf-8", errors="surrogateescape")
        expect(not fault_of(plain), f"{call[0]} {pathlib.Path(str(call[1])).name if len(call) > 1 else ''}: {fault_of(plain)}")


@test
def no_name_leads_out_of_the_folder():
    clean = folder("clean")
    kakoi("scan", harness.SAMPLE, "--quiet", "--export", "all", "-o", clean / "out", wanted=DONE)
    wanted = {str(p.relative_to(clean / "out")) for p in (clean / "out").rglob("*")}
    equal({str(p.relative_to(outputs())) for p in outputs().rglob("*")}, wanted, "files")
    equal(sorted(p.name for p in outputs().parent.iterdir()), sorted(["out", made["capture"].name]), "beside OUT")
    expect(not list(harness.scratch.glob("owned")), "a name was run")
    kakoi("verify", outputs(), wanted=DONE)
    kakoi("verify", outputs() / "..", wanted=BAD_INPUT)


@test
def wireshark_reads_the_comments():
    done = subprocess.run(["tshark", "-r", outputs() / "evidence.pcapng", "-T", "fields", "-e", "frame.comment"], capture_output=True, check=False)
    equal(done.returncode, 0, done.stderr.decode()[:200])
    lines = done.stdout.decode("utf-8")
    expect("kakoi" in lines or lines.strip(), "no comments")
    for line in lines.splitlines():
        expect(not fault_of(line), f"evidence.pcapng: {fault_of(line)}")
