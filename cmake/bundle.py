#!/usr/bin/env python3
"""The program with all that it needs, for machines without network: kakoi-VERSION-linux-ARCHITECTURE.tar.gz.
Usage: bundle.py PROGRAM --source DIR --sbom FILE --version VERSION --out FOLDER

kakoi                a script that runs lib/kakoi by the dynamic linker beside it
lib/                 the program, the libraries that it was built with, and what iconv needs for Shift_JIS
share/ieee-data/     the IEEE's registries of MAC prefixes
share/doc/           the licence of each Debian package that something is from; the bill of materials
docs/, pcaps/ …      documents, the sample plant, the unit for systemd

The same build gives the same bytes."""
import argparse
import gzip
import io
import os
import pathlib
import platform
import tarfile

from sbom import package_of, shared_libraries

START = """#!/bin/sh
# kakoi with libraries of its own: for any Linux of this processor.
here=$(dirname "$(readlink -f "$0")")
GCONV_PATH=$here/lib/gconv exec "$here/lib/{linker}" --inhibit-cache --argv0 "$0" --library-path "$here/lib" "$here/lib/kakoi" "$@"
"""
CHARSETS = ("CP932",)  # of rules/register/encoding.cpp; the others are in the C library itself
REGISTRIES = ("oui.csv", "mam.csv", "oui36.csv", "iab.csv")  # of sensor/inventory/oui.cpp
DOCUMENTS = ("README.md", "README.ja.md", "LICENSE", "NOTICE", "docs/*.md", "docs/decisions/*.md", "systemd/*",
             "pcaps/README.md", "pcaps/sample-plant.pcapng", "pcaps/closed-plant.pcapng", "pcaps/closed-plant.site.yaml",
             "reports/json/README.md", "rules/frameworks/README.md")


def contents(options):
    """Path in the bundle: octets, or the file that holds them; and whether it is run."""
    libraries = shared_libraries(options.program)
    linker = next(name for name in libraries if name.startswith("ld-"))
    converters = pathlib.Path(libraries["libc.so.6"]).resolve().parent / "gconv"
    registries = pathlib.Path("/usr/share/ieee-data")
    files = {"kakoi": START.format(linker=linker).encode(), "lib/kakoi": options.program}
    files |= {f"lib/{name}": pathlib.Path(path) for name, path in libraries.items()}
    files |= {f"lib/gconv/{name}.so": converters / f"{name}.so" for name in CHARSETS}
    files["lib/gconv/gconv-modules"] = "".join(f"module {name}// INTERNAL {name} 1\nmodule INTERNAL {name}// {name} 1\n"
                                               for name in CHARSETS).encode()
    files |= {f"share/ieee-data/{name}": registries / name for name in REGISTRIES}
    foreign = [str(path) for path in files.values() if isinstance(path, pathlib.Path) and path != options.program]
    for package in sorted(set(package_of(foreign).values())):
        files[f"share/doc/{package}/copyright"] = pathlib.Path("/usr/share/doc") / package / "copyright"
    files["share/doc/kakoi/kakoi.cdx.json"] = options.sbom
    for pattern in DOCUMENTS:
        found = sorted(options.source.glob(pattern))
        if not found:
            raise SystemExit(f"{pattern} is missing in {options.source}")
        files |= {str(path.relative_to(options.source)): path for path in found}
    return files, {"kakoi", "lib/kakoi", f"lib/{linker}"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--version", required=True)
    for name in ("source", "sbom", "out"):
        parser.add_argument("--" + name, type=pathlib.Path, required=True)
    options = parser.parse_args()
    name = f"kakoi-{options.version}-linux-{platform.machine()}"
    files, run = contents(options)
    packed = options.out / f"{name}.tar.gz"
    with open(packed, "wb") as out, gzip.GzipFile("", "wb", mtime=0, fileobj=out) as zipped, tarfile.open(fileobj=zipped, mode="w") as tar:
        for path, held in sorted(files.items()):
            data = held if isinstance(held, bytes) else held.read_bytes()
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size, entry.mode = len(data), 0o755 if path in run else 0o644
            entry.mtime = int(os.environ.get("SOURCE_DATE_EPOCH", 0))
            tar.addfile(entry, io.BytesIO(data))
    print(packed)


if __name__ == "__main__":
    main()
