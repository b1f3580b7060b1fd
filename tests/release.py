#!/usr/bin/env python3
"""What is shipped: the program's ELF headers say that it is hardened, no name of the folder that it was built in is in it,
and its bill of materials is whole. Usage: release.py BUILD_FOLDER (of preset release, with target sbom built)
Ends with the line "N passed, N failed"; needs readelf, objdump, ldd and python3-jsonschema."""
import json
import pathlib
import platform
import re
import subprocess
import sys

import jsonschema

from counted import conclude, expect

ROOT = pathlib.Path(__file__).resolve().parents[1]


def told(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}).stdout


def hardened(program):
    header, segments, dynamic = (told("readelf", "-W", flag, program) for flag in ("-h", "-l", "-d"))
    expect(re.search(r"Type:\s+DYN", header) and "Flags: NOW PIE" in dynamic, "position-independent, all symbols bound at the start")
    expect("GNU_RELRO" in segments, "tables of addresses are read-only once it runs")
    expect(re.search(r"GNU_STACK\s.*\sRW\s", segments), "a stack that can't be run")
    expect(not re.search(r"LOAD\s.*\sRWE\s", segments), "no memory both writable and run")
    expect(not re.search(r"\((TEXTREL|RPATH|RUNPATH)\)", dynamic), "no search path of libraries, no code that is relocated")
    symbols = told("readelf", "-W", "--dyn-syms", program)
    expect("__stack_chk_fail@" in symbols, "stack protector")
    expect(re.search(r"__(memcpy|snprintf|vsnprintf|read|memmove|memset|fprintf)_chk@", symbols), "_FORTIFY_SOURCE")
    expect("__glibcxx_assert_fail@" in symbols or "__glibcxx_assert_fail" in program.read_bytes().decode("latin-1"), "_GLIBCXX_ASSERTIONS")
    if platform.machine() == "x86_64":
        # Debian 12's own start-up files lack the note by which a kernel would enforce it
        expect("endbr64" in told("objdump", "-d", "--disassemble=main", program), "-fcf-protection")


def of_no_folder(program, build):
    text = program.read_bytes()
    for folder in (ROOT, build):
        expect(str(folder).encode() not in text, f"the program names the folder {folder.name}")


def bill(program, build):
    sbom = json.loads((build / "kakoi.cdx.json").read_text())
    schema = json.loads((ROOT / "tests/reports/schema/cyclonedx-1.5.json").read_text())
    errors = [f"{list(e.path)}: {e.message[:200]}" for e in jsonschema.Draft7Validator(schema).iter_errors(sbom)]
    expect(not errors, f"CycloneDX 1.5: {errors}")
    digest = told("sha256sum", program).split()[0]
    expect(sbom["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": digest}], "the bill is of this program")
    named = {p["value"] for c in sbom["components"] for p in c["properties"] if p["name"] == "kakoi:file"}
    loaded = {pathlib.Path(path).name for path in re.findall(r"(/\S+) \(0x", told("ldd", program))}
    expect(loaded and loaded == named, f"libraries: {loaded ^ named}")
    names = {c["name"] for c in sbom["components"]}
    wanted = {"nlohmann-json3-dev", "ieee-data", *json.loads((ROOT / "reports/html/package.json").read_text())["dependencies"]}
    expect(wanted <= names, f"not listed: {wanted - names}")
    references = {c["bom-ref"] for c in sbom["components"]} | {sbom["metadata"]["component"]["bom-ref"]}
    expect(references == {d["ref"] for d in sbom["dependencies"]}, "what depends on what")
    expect({r for d in sbom["dependencies"] for r in d["dependsOn"]} <= references, "a dependency that is not listed")


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    hardened(build / "kakoi")
    of_no_folder(build / "kakoi", build)
    bill(build / "kakoi", build)
    return conclude()


if __name__ == "__main__":
    sys.exit(main())
