"""evidence.pcapng, slice and verify: the packets behind findings, and what proves that nothing was altered since."""
import json
import re
import shutil
import sqlite3
import subprocess

from check_secrets import BASIC, COMMUNITY, FTP, HTTP, TELNET, altered, leaks
from harness import BAD_INPUT, CLOSED, DONE, OUTPUTS, POLICY, SAMPLE, database, equal, expect, folder, kakoi, scan, scan_again, test

CHECKED = [option for name in ("ip.check_checksum", "tcp.check_checksum", "udp.check_checksum") for option in ("-o", name + ":TRUE")]
STATUS = {"ip.checksum.status", "tcp.checksum.status", "udp.checksum.status", "icmp.checksum.status", "icmpv6.checksum.status"}
DIFFERS, UNCHECKED = 1, 2


def tshark(capture, *arguments):
    done = subprocess.run(["tshark", "-n", "-r", capture, *CHECKED, *arguments], capture_output=True, text=True, check=False)
    equal(done.returncode, 0, f"tshark on {capture.name}: {done.stderr}")
    return done.stdout


def fields(capture, *names, only=None):
    arguments = [part for name in names for part in ("-e", name)]
    lines = tshark(capture, *(["-Y", only] if only else []), "-T", "fields", "-E", "occurrence=a", *arguments).splitlines()
    return [line.split("\t") for line in lines]


def comments(capture):
    """Of each packet, in order: [(finding, rule, original capture, packet number)], and whether it is cited."""
    documents = json.loads(tshark(capture, "-T", "json", "-e", "frame.comment", "-e", "frame.number", "-j", "frame"))
    result = []
    for document in documents:
        texts = document["_source"]["layers"].get("frame.comment", [])
        told = []
        for text in texts:
            match = re.fullmatch(r"Finding ([0-9a-f]{16}), ([a-z0-9-]+): .+\n(.+), packet (\d+)", text)
            if match:
                told.append((*match.groups()[:3], int(match[4])))
            else:
                match = re.fullmatch(r"In the conversation of finding((?: [0-9a-f]{16})+)\n(.+), packet (\d+)", text)
                expect(match, f"{capture.name}: comment {text!r}")
                told += [(finding, None, match[2], int(match[3])) for finding in match[1].split()]
        result.append(told)
    return result


def octets(capture):
    """The octets of all packets, by number, as tshark reads them."""
    result, lines = [], []
    for line in tshark(capture, "-x").splitlines() + [""]:
        match = re.match(r"[0-9a-f]{4,}  ((?:[0-9a-f]{2} ){1,16})", line + " ")
        if match:
            lines.append(match[1].replace(" ", ""))
        elif not line and lines:
            result.append("".join(lines))
            lines = []
    return result


def cited(out):
    with database(out) as db:
        return set(db.execute("select f.finding_id, f.rule_id, c.source, p.number from finding f join finding_packet using (finding_id)"
                              " join packet p using (packet_id) join capture c using (capture_id) where f.accepted = 0"))


@test
def evidence_holds_the_cited_packets_and_says_what_cites_them():
    for call in ((SAMPLE,), (CLOSED,), (SAMPLE, CLOSED), (CLOSED, "--policy", POLICY)):
        out = scan(*call)
        told = comments(out / "evidence.pcapng")
        expect(all(told), f"{call}: packets without a comment")
        equal({line for packet in told for line in packet}, cited(out), f"{call}: citations")
        places = [packet[0][2:] for packet in told]
        equal(len(set(places)), len(places), f"{call}: a packet twice")
        times = [time for (time,) in fields(out / "evidence.pcapng", "frame.time_epoch")]
        equal(times, sorted(times), f"{call}: times")


@test
def redacted_packets_differ_in_nothing_but_octets_overwritten_and_checksums():
    altered_packets = right = 0
    for capture in (SAMPLE, CLOSED):
        evidence = scan(capture) / "evidence.pcapng"
        numbers = [packet[0][3] for packet in comments(evidence)]
        names = ["frame.time_epoch", "frame.len", "frame.cap_len", "eth.src", "eth.dst", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst",
                 "tcp.srcport", "tcp.dstport", "tcp.flags", "tcp.len", "udp.srcport", "udp.dstport", *sorted(STATUS)]
        before, after = fields(capture, *names), fields(evidence, *names)
        equal(len(after), len(numbers), "packets")
        for number, now in zip(numbers, after):
            equal(now, before[number - 1], f"{capture.name}, packet {number}: {names}")
        right += sum(row[-len(STATUS):].count("1") for row in after)  # 1: Good
        whole, safe = octets(capture), octets(evidence)
        for number, now in zip(numbers, safe):
            equal(len(now), len(whole[number - 1]), f"packet {number}: octets")
            changed = [now[i:i + 2] for i in range(0, len(now), 2) if now[i:i + 2] != whole[number - 1][i:i + 2]]
            altered_packets += bool(changed)
            expect(sum(octet != "2a" for octet in changed) <= 4, f"packet {number}: {changed}")  # two checksums at most
    expect(altered_packets > 5, f"only {altered_packets} packets are altered")
    expect(right > 100, f"only {right} checksums are right at all")


@test
def evidence_and_slices_hold_no_secret():
    capture = altered()
    out = scan_again(capture)
    with database(out) as db:
        findings = [f for (f,) in db.execute("select finding_id from finding")]
    there = folder("slices")
    shutil.copy(out / "evidence.pcapng", there)
    kakoi("slice", out / "inventory.db", *findings, capture, "-o", there / "all.pcapng", wanted=DONE)
    for secret in (FTP, COMMUNITY, BASIC, f"USER:{BASIC}", HTTP, TELNET):
        for leak in leaks(there, secret):
            expect(False, f"{secret}: {leak}")
    # one after the other, character by character: what Telnet sends
    typed = "".join(line[0] for line in fields(there / "all.pcapng", "telnet.data", only="telnet.data"))
    expect(TELNET not in typed.replace("\\r\\n", ""), "typed characters are readable")
    kakoi("slice", out / "inventory.db", *findings, capture, "--raw", "-o", there / "raw.pcapng", wanted=DONE)
    for secret in (FTP, COMMUNITY, HTTP):  # so the search would have found them
        expect(any(leaks(there, secret)), f"{secret} is not in the conversations at all")


@test
def raw_evidence_is_as_captured():
    out = scan(SAMPLE, "--evidence", "raw")
    numbers = [packet[0][3] for packet in comments(out / "evidence.pcapng")]
    whole = octets(SAMPLE)
    equal(octets(out / "evidence.pcapng"), [whole[number - 1] for number in numbers], "octets")
    none = scan(SAMPLE, "--evidence", "none")
    expect(not (none / "evidence.pcapng").exists(), "written in spite of --evidence none")
    for name in OUTPUTS:
        if name not in ("evidence.pcapng", "manifest.json"):
            equal((out / name).read_bytes() == (scan(SAMPLE) / name).read_bytes() == (none / name).read_bytes(), True, name)


@test
def evidence_is_no_input():
    there = folder("captures")
    shutil.copy(SAMPLE, there)
    for _ in range(2):  # the second time, OUT lies among the captures
        kakoi("scan", there, "-o", there / "out", wanted=DONE)
        for name in OUTPUTS:
            expect((there / "out" / name).read_bytes() == (scan(SAMPLE) / name).read_bytes(), f"{name} differs")


@test
def a_slice_holds_the_whole_conversation():
    out = scan(SAMPLE)
    with database(out) as db:
        rows = db.execute("select distinct f.finding_id, l.client_address, l.server_address, l.server_port, l.transport, p.number"
                          " from finding f join finding_packet fp using (finding_id) join packet p using (packet_id)"
                          " join link l on p.packet_id = l.first_packet_id where l.transport in ('tcp', 'udp') order by 1").fetchall()
        only = [row for row in rows if db.execute("select count(*) from finding_packet where finding_id = ?", row[:1]).fetchone() == (1,)]
    chosen = {row[4]: row for row in only}  # one of each transport
    expect("tcp" in chosen, f"no finding with one packet of TCP: {rows}")
    for finding, *_, transport, number in chosen.values():
        cut = folder("slice") / "cut.pcapng"
        kakoi("slice", out / "inventory.db", finding[:12], SAMPLE.parent, "--raw", "-o", cut, wanted=DONE)
        ((src, dst, sport, dport),) = fields(SAMPLE, "ip.src", "ip.dst", f"{transport}.srcport", f"{transport}.dstport",
                                             only=f"frame.number == {number}")
        both = (f"ip.addr == {src} && ip.addr == {dst} && {transport}.port == {sport} && {transport}.port == {dport}")
        wanted = [int(n) for (n,) in fields(SAMPLE, "frame.number", only=both)]
        told = comments(cut)
        equal([packet[0][3] for packet in told], wanted, f"{finding}: packets")
        expect(transport == "udp" or len(wanted) > 3, f"{finding}: only {wanted}")
        equal({packet[0][0] for packet in told}, {finding}, "findings named")
        equal([packet[0][3] for packet in told if packet[0][1]], [number], "the cited packet")


@test
def captures_of_a_slice_are_known_by_content():
    later = folder("later") / "later.pcapng"  # the same plant, an hour on: findings cite both
    subprocess.run(["editcap", "-t", "3600", SAMPLE, later], check=True)
    out, there = scan(SAMPLE, later), folder("renamed")
    shutil.copy(SAMPLE, there / "a.bin")
    subprocess.run(["gzip", "-k", there / "a.bin"], check=True)  # no capture of the inventory
    (there / later.name).write_bytes(later.read_bytes() + b"\0")
    with database(out) as db:
        (finding,) = db.execute("select finding_id from finding_packet join packet using (packet_id) join capture using (capture_id)"
                                " group by 1 having count(distinct source) = 1 and max(source) = ?", (SAMPLE.name,)).fetchone()
        (other,) = db.execute("select finding_id from finding_packet join packet using (packet_id) join capture using (capture_id)"
                              " group by 1 having count(distinct source) = 2").fetchone()
    kakoi("slice", out / "inventory.db", finding, there, "-o", there / "x.pcapng", wanted=DONE)
    kakoi("slice", out / "inventory.db", finding, SAMPLE, "-o", there / "y.pcapng", wanted=DONE)
    expect((there / "x.pcapng").read_bytes() == (there / "y.pcapng").read_bytes(), "the name of the file shows")
    refused = kakoi("slice", out / "inventory.db", other, there / later.name, "-o", there / "z.pcapng", wanted=BAD_INPUT).stderr
    expect(later.name in refused and "other content" in refused and "nothing written" in refused, refused)
    expect(not (there / "z.pcapng").exists(), "something was written")
    partly = kakoi("slice", out / "inventory.db", finding, other, there, "-o", there / "z.pcapng", wanted=BAD_INPUT).stderr
    expect(later.name in partly and (there / "z.pcapng").exists(), partly)
    stranger = kakoi("slice", out / "inventory.db", finding, there / "a.bin", there / "a.bin.gz", "-o", there / "z.pcapng", wanted=BAD_INPUT).stderr
    expect("a.bin.gz" in stranger and "no capture of this inventory" in stranger, stranger)
    kept = (there / "a.bin").read_bytes()
    kakoi("slice", out / "inventory.db", finding, there / "a.bin", "-o", there / "a.bin", wanted=BAD_INPUT)
    expect((there / "a.bin").read_bytes() == kept, "the capture was overwritten")
    typo = ("0" if finding[0] != "0" else "1") + finding[1:]
    near = kakoi("slice", out / "inventory.db", typo, SAMPLE, wanted=BAD_INPUT).stderr
    expect(finding in near, f"{near} does not suggest {finding}")


def copy(out):
    there = folder("verify") / "out"
    shutil.copytree(out, there)
    return there


@test
def verify_passes_what_scan_wrote():
    for call in ((SAMPLE,), (SAMPLE, CLOSED), (CLOSED, "--policy", POLICY, "--lang", "en", "--site", "Works", "--evidence", "raw")):
        out = scan(*call)
        kakoi("verify", out, wanted=DONE)
        policy = [part for part in call if part in ("--policy", POLICY)]
        for epoch in ("1800000000", None):
            again = kakoi("verify", out, SAMPLE.parent, *policy, "-q", epoch=epoch, wanted=DONE).stdout
            expect("agree byte by byte" in again, again)
    renamed = folder("renamed") / "monday"
    shutil.copy(SAMPLE, renamed)
    kakoi("verify", scan(SAMPLE), renamed, "-q", wanted=DONE)


@test
def verify_of_a_scan_that_could_not_read_all():
    there = folder("partly")
    for name in ("no-capture.pcap", "cut.pcap"):
        (there / name).write_bytes(b"\xd4\xc3\xb2\xa1" if name.startswith("cut") else b"nothing to read\n")
    shutil.copy(SAMPLE, there)
    out = scan(there, wanted=BAD_INPUT)
    again = kakoi("verify", out, there, "-q", wanted=DONE).stdout
    expect("agree byte by byte" in again, again)


@test
def verify_names_what_was_altered():
    for name in OUTPUTS:
        out = copy(scan(SAMPLE))
        data = bytearray((out / name).read_bytes())
        data[len(data) // 2] ^= 1
        (out / name).write_bytes(data)
        if name == "manifest.json":  # of itself only the signature tells, or the scan again
            continue
        done = kakoi("verify", out, wanted=DIFFERS)
        expect(f"{name}: altered" in done.stderr and done.stderr.count("\n") == 1, f"{name}: {done.stderr}")
        (out / name).unlink()
        (out / "more.txt").write_text("x")
        done = kakoi("verify", out, wanted=DIFFERS)
        expect(f"{name}: missing" in done.stderr and "more.txt: not listed" in done.stderr, f"{name}: {done.stderr}")


def rewrite(out, change):
    manifest = json.loads((out / "manifest.json").read_text())
    change(manifest)
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


@test
def verify_scans_again_where_hashes_were_made_to_fit():
    out = copy(scan(SAMPLE))
    db = sqlite3.connect(out / "inventory.db")
    db.execute("delete from finding where severity = 'critical'")
    db.commit()
    db.close()

    def fit(manifest):
        for output in manifest["outputs"]:
            if output["path"] == "inventory.db":
                told = subprocess.run(["sha256sum", out / "inventory.db"], capture_output=True, text=True, check=True).stdout
                output.update(sha256=told.split()[0], bytes=(out / "inventory.db").stat().st_size)

    rewrite(out, fit)
    kakoi("verify", out, wanted=DONE)
    done = kakoi("verify", out, SAMPLE, "-q", wanted=DIFFERS)
    expect("inventory.db: scanning the captures again gives another one" in done.stderr, done.stderr)
    out = copy(scan(SAMPLE))
    rewrite(out, lambda manifest: manifest.update(database_schema="0"))
    done = kakoi("verify", out, SAMPLE, "-q", wanted=DIFFERS)
    expect("manifest.json: scanning the captures again" in done.stderr, done.stderr)


@test
def verify_tells_what_it_cannot_check():
    out = scan(SAMPLE, CLOSED, "--policy", POLICY)
    cut = folder("altered") / CLOSED.name
    cut.write_bytes(CLOSED.read_bytes()[:-4])
    key = folder("key") / "key"
    key.write_text("secret")
    ledger, other = folder("ledger") / "ledger.csv", folder("other") / "site.yaml"
    ledger.write_text("name,ip\nA,192.0.2.1\n")
    other.write_text("site: elsewhere\n")
    watched = copy(scan(SAMPLE))  # the manifest as watch writes it
    rewrite(watched, lambda m: (m["run"].update(command="watch"), m["inputs"][0].update(name="eth1", sha256="", bytes=0)))
    assessed = folder("assessed")
    kakoi("assess", scan(SAMPLE) / "inventory.db", "--out", assessed, wanted=DONE)
    for arguments, status, named in (
            ([out, SAMPLE, "--policy", POLICY], UNCHECKED, f"{CLOSED.name}: capture not given"),
            ([out, SAMPLE, cut, "--policy", POLICY], DIFFERS, f"{CLOSED.name}: altered"),
            ([out, SAMPLE, CLOSED], UNCHECKED, "--policy"),
            ([scan(SAMPLE), SAMPLE, "--policy", POLICY], DIFFERS, "--policy"),
            ([scan(SAMPLE), SAMPLE, "--fingerprint-key", key], UNCHECKED, "--fingerprint-key"),
            ([scan(SAMPLE), SAMPLE, CLOSED], DIFFERS, str(CLOSED)),
            ([scan(SAMPLE), "--policy", POLICY], DIFFERS, "--policy: SHA-256 "),
            ([scan(SAMPLE), "--assets", ledger], DIFFERS, "--assets: not what the scan had"),
            ([scan(SAMPLE), "--fingerprint-key", key], UNCHECKED, "--fingerprint-key"),
            ([out, "--policy", other], DIFFERS, "--policy: SHA-256 "),
            ([assessed, SAMPLE], UNCHECKED, "assess"),
            ([watched, SAMPLE], UNCHECKED, "'kakoi watch' made this: what passed its interfaces can't be scanned again"),
            ([folder("empty")], BAD_INPUT, "manifest.json")):
        done = kakoi("verify", *arguments, "-q", wanted=status)
        expect(named in done.stderr, f"{arguments}: {done.stderr}")


@test
def verify_checks_what_is_named_without_captures():
    out = scan(CLOSED, "--policy", POLICY)
    expect("--policy: as manifest.json has it" in kakoi("verify", out, "--policy", POLICY, wanted=DONE).stdout, "the policy is checked")
    kakoi("verify", out, wanted=DONE)


@test
def a_manifest_leads_nowhere_else():
    for name in ("../secret", "/etc/hostname", "a/../../secret", "", ".", "report.html/", "link"):
        out = copy(scan(SAMPLE))
        (out.parent / "secret").write_text("x")
        (out / "link").symlink_to(out.parent / "secret")
        rewrite(out, lambda manifest: manifest["outputs"].append({"path": name, "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881", "bytes": 1}))
        expect(kakoi("verify", out, wanted=DIFFERS).stderr, name)
    for name in ("../evil", "/tmp/evil", "", "a/b"):
        out = copy(scan(SAMPLE))
        rewrite(out, lambda manifest: manifest["inputs"][0].update(name=name))
        done = kakoi("verify", out, SAMPLE, "-q", wanted=BAD_INPUT)
        expect("no name of a capture" in done.stderr, f"{name}: {done.stderr}")
    for broken in ("", "{", "[]", '{"schema": "kakoi-manifest/1"}', '{"schema": "other/1"}', '{"schema": 7}'):
        out = copy(scan(SAMPLE))
        (out / "manifest.json").write_text(broken)
        expect("manifest.json" in kakoi("verify", out, wanted=BAD_INPUT).stderr, broken)


@test
def signatures_are_those_of_openssl():
    there = folder("keys")
    for name in ("mine", "other"):
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", there / f"{name}.pem"], check=True, capture_output=True)
        subprocess.run(["openssl", "pkey", "-in", there / f"{name}.pem", "-pubout", "-out", there / f"{name}.pub"], check=True)
    out = scan_again(SAMPLE, "--sign", there / "mine.pem")
    expect((out / "manifest.json").read_bytes() == (scan(SAMPLE) / "manifest.json").read_bytes(), "the manifest depends on the key")

    def openssl(public):
        return subprocess.run(["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", public, "-in", out / "manifest.json",
                               "-sigfile", out / "manifest.json.sig"], capture_output=True, check=False).returncode

    equal((openssl(there / "mine.pub"), openssl(there / "other.pub")), (0, 1), "openssl")
    kakoi("verify", out, "--public-key", there / "mine.pub", wanted=DONE)
    kakoi("verify", out, SAMPLE, "-q", "--public-key", there / "mine.pub", wanted=DONE)
    kakoi("verify", out, "--public-key", there / "other.pub", wanted=DIFFERS)
    kakoi("verify", scan(SAMPLE), "--public-key", there / "mine.pub", wanted=DIFFERS)  # not signed
    rewrite(out, lambda manifest: manifest.update(created="2020-01-01T00:00:00Z"))
    expect("manifest.json.sig" in kakoi("verify", out, "--public-key", there / "mine.pub", wanted=DIFFERS).stderr, "not told")
    kakoi("scan", SAMPLE, "--out", out, wanted=DONE)  # unsigned: the old signature is gone
    expect(not (out / "manifest.json.sig").exists(), "a signature of an earlier run")


@test
def the_manifest_chains_program_and_rules():
    import harness
    manifest = json.loads((scan(SAMPLE) / "manifest.json").read_text())
    hashes = {i["kind"]: i["sha256"] for i in manifest["inputs"]}
    told = subprocess.run(["sha256sum", harness.program], capture_output=True, text=True, check=True).stdout.split()[0]
    equal(hashes["program"], told, "program")
    same = json.loads((scan(SAMPLE, "--rules", harness.ROOT / "rules") / "manifest.json").read_text())
    equal({i["kind"]: i["sha256"] for i in same["inputs"]}["rules"], hashes["rules"], "the same rules from a folder")
