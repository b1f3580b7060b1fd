"""Random secrets in every protocol whose log-ins kakoi knows, and in some places that it does not read: each protocol is
seen, and no byte that is written holds one of them."""
from collections import Counter

import planted_secrets
from check_secrets import spellings
from harness import database, equal, expect, folder, kakoi, test

ENOUGH_SECRETS, ENOUGH_PROTOCOLS, SHORTEST = 40, 12, 8
NOT_CITED = {"opcua"}  # its log-ins are credentials in the inventory; no finding shows their packets

planted = {}


def capture():
    """Made once: the file and what it holds."""
    if not planted:
        planted["file"] = folder("planted") / "planted.pcap"
        planted["secrets"] = planted_secrets.write(planted["file"])
    return planted["file"], planted["secrets"]


def scanned(*options):
    """The folder, and what the scan printed in place of a progress line."""
    out = folder("out")
    done = kakoi("scan", capture()[0], "--out", out, *options, wanted=0)
    (out / "terminal").write_text(done.stdout + done.stderr)
    return out


def files(out):
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def leaks(out, secret):
    forms = [*spellings(secret.text), *([("as on the wire", secret.on_wire)] if secret.on_wire else [])]
    for name, data in files(out).items():
        for how, spelling in forms:
            if (at := data.find(spelling)) >= 0:
                yield f"{secret.place}: {name}: {how} at byte {at}: {data[max(0, at - 60):at + 60]!r}"


@test
def the_capture_holds_every_secret_once():
    file, secrets = capture()
    data = file.read_bytes()
    expect(len(secrets) >= ENOUGH_SECRETS, f"{len(secrets)} secrets")
    equal(len({secret.text for secret in secrets}), len(secrets), "different secrets")
    expect(len({secret.protocol for secret in secrets if secret.scheme}) >= ENOUGH_PROTOCOLS, "too few protocols")
    for secret in secrets:
        expect(len(secret.text) >= SHORTEST, f"{secret.place}: too short")
        if secret.on_wire:  # a terminal sends character by character
            expect(secret.on_wire in data, f"{secret.place}: not in the capture")


@test
def every_protocol_and_log_in_is_seen():
    secrets = capture()[1]
    db = database(scanned("--quiet"))
    credentials = Counter(db.execute("select l.server_address, c.scheme, c.username, c.outcome from credential c join link l using (link_id)"))
    wanted = Counter((s.server, s.scheme, s.user, s.outcome) for s in secrets if s.scheme)
    equal(sorted((wanted - credentials).elements()), [], "log-ins not seen")
    equal(sorted((credentials - wanted).elements()), [], "log-ins that nobody made")
    equal(db.execute("select count(distinct fingerprint) from credential").fetchone()[0], sum(wanted.values()), "different fingerprints")
    links = set(db.execute("select server_address, protocol from link"))
    for secret in secrets:
        expect((secret.server, secret.protocol) in links, f"{secret.place}: no link by {secret.protocol!r} to {secret.server}")


@test
def no_planted_secret_is_written():
    for options in (("--export", "all", "--lang", "en"), ("--lang", "ja"), ("--evidence", "none")):
        out = scanned(*options)
        for secret in capture()[1]:
            for leak in leaks(out, secret):
                expect(False, f"{' '.join(options)}: {leak}")


@test
def secrets_are_missing_because_they_are_overwritten():
    """With secrets left in, evidence.pcapng holds those of each kind of log-in, and what stands beside them in a request of
    HTTP; no other file does."""
    out = scanned("--evidence", "raw", "--quiet")
    data = (out / "evidence.pcapng").read_bytes()
    secrets = capture()[1]
    shown = {secret for secret in secrets if secret.on_wire and secret.on_wire in data}
    schemes = {secret.scheme for secret in secrets if secret.scheme} - NOT_CITED
    equal(sorted(schemes - {secret.scheme for secret in shown}), [], "log-ins without evidence")
    equal([secret.place for secret in secrets if " with everything" in secret.place and secret not in shown], [], "not in the evidence")
    for secret in shown:
        expect(any(": evidence.pcapng: " in leak for leak in leaks(out, secret)), f"{secret.place}: the search does not find it")
    (out / "evidence.pcapng").unlink()
    for secret in secrets:
        for leak in leaks(out, secret):
            expect(False, leak)
