#!/usr/bin/env python3
"""Bill of materials of a built kakoi, CycloneDX 1.5 in JSON: what is in the program, found in the build itself.
Usage: sbom.py PROGRAM --build DIR --source DIR --version VERSION --compiler TEXT --out FILE

shared libraries   what the dynamic linker loads, with the Debian package that each file belongs to
headers            Debian packages whose headers Ninja noted while it compiled the program (templates, inline functions)
report page        npm packages that the bundle names at its head, and what they depend on, with the hashes of the lock file
data               the IEEE's registries, read while the program runs

The same build gives the same bytes; a time stands in it only if SOURCE_DATE_EPOCH gives one."""
import argparse
import base64
import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import urllib.parse
import uuid

NPM_AT_HEAD = re.compile(r"(@?[\w./-]+) (\d[\w.+-]*) \(([\w.+ -]+)\)")  # as reports/html/bundle.mjs writes them
OUI_DATA = "/usr/share/ieee-data/oui.csv"


def told(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}).stdout


def sha256(path):
    return {"alg": "SHA-256", "content": hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()}


def package_of(paths):
    """Debian package of each file that one installed. Before /usr was merged, libraries were recorded under /lib."""
    spelled = {}
    for path in paths:
        real = os.path.realpath(path)
        for name in (path, real, real.removeprefix("/usr"), "/usr" + real):
            spelled.setdefault(name, path)
    owners = {}
    for start in range(0, len(spelled), 1000):
        some = sorted(spelled)[start:start + 1000]
        found = subprocess.run(["dpkg-query", "-S", *some], capture_output=True, text=True, check=False).stdout
        for line in found.splitlines():
            names, _, path = line.rpartition(": ")
            if names and path in spelled and not names.startswith("diversion "):
                owners[spelled[path]] = names.split(", ")[0].split(":")[0]
    return owners


def licence_of(package):
    """The short name that the machine-readable copyright file gives for the package as a whole."""
    file = pathlib.Path("/usr/share/doc") / package / "copyright"
    try:
        text = file.read_text(errors="replace")
    except OSError:
        return []
    for stanza in re.split(r"\n\s*\n", text):
        if re.search(r"^Files: \*$", stanza, re.M) and (name := re.search(r"^License: *(\S.*)$", stanza, re.M)):
            return [{"license": {"name": name[1].strip()}}]
    return []


def debian_release():
    pairs = dict(line.split("=", 1) for line in pathlib.Path("/etc/os-release").read_text().splitlines() if "=" in line)
    return pairs.get("ID", "debian").strip('"'), pairs.get("VERSION_ID", "").strip('"')


def debian(package, part, files=()):
    version, architecture, source = told("dpkg-query", "-W", "-f=${Version}\t${Architecture}\t${source:Package}", package).split("\t")
    distribution, release = debian_release()
    purl = (f"pkg:deb/{distribution}/{package}@{urllib.parse.quote(version, safe='')}?arch={architecture}"
            f"&distro={distribution}-{release}")
    component = {"type": "data" if part == "data" else "library", "bom-ref": purl, "name": package, "version": version, "purl": purl,
                 "licenses": licence_of(package),
                 "properties": [{"name": "kakoi:part", "value": part}, {"name": "kakoi:debian-source", "value": source}]}
    for file in sorted(files):
        component["properties"].append({"name": "kakoi:file", "value": os.path.basename(file)})
        component.setdefault("hashes", []).append(sha256(file))
    if not component["licenses"]:
        del component["licenses"]
    return component


def shared_libraries(program):
    """Path of each library that the dynamic linker loads, by the name that it is asked for."""
    found = re.findall(r"^\s*(?:(\S+) => )?(/\S+) \(0x", told("ldd", program), re.M)
    return {name or os.path.basename(path): path for name, path in found}


def needed(file):
    return re.findall(r"\(NEEDED\).*\[(.+)\]", told("readelf", "-d", file))


def headers(build, program):
    """Headers outside of the sources that the objects of the program were compiled with."""
    inputs = {line for line in told("ninja", "-C", build, "-t", "inputs", os.path.relpath(program, build)).splitlines()}
    used, counts = set(), False
    for line in told("ninja", "-C", build, "-t", "deps").splitlines():
        if line and not line.startswith(" "):
            counts = line.split(":")[0] in inputs
        elif counts and line.strip().startswith("/usr/"):
            used.add(line.strip())
    return used


def npm_packages(bundle, lock):
    """What the bundle says at its head, in the comment with the licences, is in it."""
    locked = json.loads(lock.read_text())["packages"]
    components = []
    head = re.findall(r"^/\*\n(.+)$", bundle.read_text(), re.M)
    named = {name: version for name, version, _ in NPM_AT_HEAD.findall("\n".join(head))}
    for name in list(named):  # a package's own distribution may hold those that it depends on
        for other in locked.get(f"node_modules/{name}", {}).get("dependencies", {}):
            named.setdefault(other, locked[f"node_modules/{other}"]["version"])
    for name, version in sorted(named.items()):
        entry = locked.get(f"node_modules/{name}", {})
        if entry.get("version") != version:
            raise SystemExit(f"{name} {version} is in the bundle, but not in {lock}")
        purl = f"pkg:npm/{name.replace('@', '%40')}@{version}"
        algorithm, _, digest = entry["integrity"].partition("-")
        components.append({"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl,
                           "licenses": [{"license": {"id": entry["license"]}}],
                           "hashes": [{"alg": algorithm.upper().replace("SHA", "SHA-"), "content": base64.b64decode(digest).hex()}],
                           "properties": [{"name": "kakoi:part", "value": "report page"}]})
    if not components:
        raise SystemExit(f"{bundle} names no packages at its head")
    return components


def bill(options):
    program = {"type": "application", "bom-ref": f"kakoi@{options.version}", "name": "kakoi", "version": options.version,
               "licenses": [{"license": {"id": "Apache-2.0"}}], "hashes": [sha256(options.program)],
               "properties": [{"name": "kakoi:compiler", "value": options.compiler}]}
    libraries = shared_libraries(options.program)
    owners = package_of(libraries.values())
    if missing := set(libraries.values()) - set(owners):
        raise SystemExit(f"of no Debian package: {sorted(missing)}")
    files = {}
    for path in libraries.values():
        files.setdefault(owners[path], []).append(path)
    components = {package: debian(package, "shared library", paths) for package, paths in files.items()}
    for package in set(package_of(headers(options.build, options.program)).values()) - set(components):
        components[package] = debian(package, "headers")
    for package in set(package_of([OUI_DATA]).values()):
        components[package] = debian(package, "data")

    page = npm_packages(options.bundle, options.source / "reports/html/package-lock.json")
    reference = {path: components[owners[path]]["bom-ref"] for path in libraries.values()}
    depends = {component["bom-ref"]: set() for component in [*components.values(), *page]}
    for path in libraries.values():
        depends[reference[path]] |= {reference[libraries[name]] for name in needed(path) if name in libraries} - {reference[path]}
    direct = {reference[libraries[name]] for name in needed(options.program) if name in libraries}
    direct |= {c["bom-ref"] for c in components.values() if c["properties"][0]["value"] != "shared library"}
    depends[program["bom-ref"]] = direct | {component["bom-ref"] for component in page}

    metadata = {"component": program}
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        metadata["timestamp"] = datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"bomFormat": "CycloneDX", "specVersion": "1.5",
            "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, program["hashes"][0]["content"]).urn, "version": 1, "metadata": metadata,
            "components": sorted([*components.values(), *page], key=lambda c: c["bom-ref"]),
            "dependencies": [{"ref": ref, "dependsOn": sorted(on)} for ref, on in sorted(depends.items())]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("program", type=pathlib.Path)
    for name in ("build", "source", "bundle", "out"):
        parser.add_argument("--" + name, type=pathlib.Path, required=True)
    for name in ("version", "compiler"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    options.out.write_text(json.dumps(bill(options), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
