"""No secret of a capture in any byte that is written.

Searched for are Hiroshima-7 (HTTP Basic of genba) and kojo2019 (Telnet of maint), as the sample plant has them.
Its other secrets are words that outputs hold for good reasons: MELSEC and USER are user names, public is in the
text of rules. So they are searched for in a copy of the capture that has other words in their place: the same letters, exchanged over
even distances, so that every checksum stays right (RFC 1071 §2)."""
import base64

from harness import SAMPLE, expect, folder, kakoi, scan, scan_again, test

HTTP, TELNET = "Hiroshima-7", "kojo2019"
FTP, BASIC, COMMUNITY = "LCEEMS", "UU%4", "bcpuil"  # in place of MELSEC, USER and public
REPLACED = [(b"PASS MELSEC\r\n", f"PASS {FTP}\r\n".encode(), 1),
            (base64.b64encode(b"USER:USER"), base64.b64encode(f"USER:{BASIC}".encode()), 1),
            (b"\x04\x06public", b"\x04\x06" + COMMUNITY.encode(), 6)]  # OCTET STRING of six (X.690 §8.7)


def spellings(secret):
    """The secret in clear, hexadecimal and UTF-16, and within base64 of a longer text at each of its alignments."""
    raw = secret.encode()
    yield "clear", raw
    yield "reversed", raw[::-1]
    for separator in ("", " ", ":"):
        yield "hex", raw.hex(separator).encode() if separator else raw.hex().encode()
        yield "HEX", (raw.hex(separator) if separator else raw.hex()).upper().encode()
    yield "UTF-16LE", secret.encode("utf-16-le")
    yield "UTF-16BE", secret.encode("utf-16-be")
    yield "character references", "".join(f"&#{c};" for c in raw).encode()
    for before in range(3):
        # characters that the neighbours' bits reach into are left out
        text = base64.b64encode(b"\0" * before + raw)
        first, last = (0, 2, 3)[before], (before + len(raw)) * 8 // 6
        if last - first >= 6:  # shorter ones turn up by chance
            yield "base64", text[first:last]


def leaks(out, secret):
    for file in sorted(out.rglob("*")):
        data = file.read_bytes()
        for how, spelling in spellings(secret):
            if spelling in data:
                at = data.index(spelling)
                yield f"{file.name}: {how} at byte {at}: {data[max(0, at - 60):at + 60]!r}"


def altered():
    data = SAMPLE.read_bytes()
    for old, new, times in REPLACED:
        assert all(sorted(old[i::2]) == sorted(new[i::2]) for i in (0, 1)) and data.count(old) == times, (old, data.count(old))
        data = data.replace(old, new)
    capture = folder("altered") / SAMPLE.name
    capture.write_bytes(data)
    return capture


@test
def the_search_finds_what_is_there():
    # user names are kept: were the outputs packed in a way that hides words, this would tell
    for name in ("findings.json", "inventory.json", "inventory.db", "report.html"):
        expect(b"genba" in (scan(SAMPLE) / name).read_bytes(), f"{name} does not hold the user name")
    there = folder("leak")
    for how, text in (("clear", b"x kojo2019 x"), ("base64", base64.b64encode(b"maint:kojo2019")),
                      ("base64", base64.b64encode(b"m:kojo2019 and more")), ("UTF-16LE", "kojo2019".encode("utf-16-le")),
                      ("hex", b"6b6f6a6f32303139"), ("HEX", b"6B6F6A6F32303139")):
        (there / "file").write_bytes(b"... " + text + b" ...")
        expect(any(f": {how} " in leak for leak in leaks(there, TELNET)), f"{how} is not found in {text}")


@test
def no_secret_of_the_sample_plant_is_written():
    for out in (scan(SAMPLE), scan(SAMPLE, "--lang", "en")):
        for secret in (HTTP, TELNET, f"genba:{HTTP}", "MELSEC:MELSEC", "USER:USER"):
            for leak in leaks(out, secret):
                expect(False, f"{secret}: {leak}")


@test
def no_secret_that_is_no_other_word_is_written():
    capture = altered()
    out = scan_again(capture)
    for secret in (FTP, COMMUNITY, BASIC, f"USER:{BASIC}", HTTP, TELNET):
        for leak in leaks(out, secret):
            expect(False, f"{secret}: {leak}")
    told = kakoi("query", out / "inventory.db", "select scheme, username, mask, count(*) from credential group by 1, 2, 3 order by 1, 2", wanted=0).stdout
    for scheme in ("ftp\tMELSEC", "http-basic\tUSER", "http-basic\tgenba", "snmp-v2c\t", "telnet\tmaint"):
        expect(scheme in told, f"{scheme!r} was not seen, so nothing is shown: {told}")


@test
def the_key_of_fingerprints_is_not_written_and_changes_them():
    key = folder("key") / "key"
    key.write_text("only-this-site-knows-4711")
    out = scan(SAMPLE, "--fingerprint-key", key)
    for secret in (key.read_text(), HTTP, TELNET):
        for leak in leaks(out, secret):
            expect(False, f"{secret}: {leak}")
    prints = [set(kakoi("query", o / "inventory.db", "select fingerprint from credential where fingerprint <> ''", wanted=0).stdout.split()[1:])
              for o in (scan(SAMPLE), out)]
    expect(prints[0] and prints[1] and not prints[0] & prints[1], "the fingerprints do not depend on the key")
    findings = [kakoi("query", o / "inventory.db", "select finding_id from finding order by 1", wanted=0).stdout for o in (scan(SAMPLE), out)]
    expect(findings[0] == findings[1], "findings depend on the key")
