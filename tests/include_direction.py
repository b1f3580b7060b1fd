#!/usr/bin/env python3
"""Checks which folder includes which: dissectors <- sensor <- rules <- reports, and within sensor the
way of the data. sensor/cli wires everything and is included by nobody. Usage: include_direction.py [ROOT]"""
import pathlib
import re
import sys

# folder -> folders it may include (besides itself); the longest matching name counts
ALLOWED = {
    "dissectors/core": [],
    "dissectors": ["dissectors/core"],  # a protocol: the core, never another protocol
    "sensor/capture": ["dissectors/core", "sensor/decode/packet.h"],
    "sensor/decode": ["dissectors/core"],
    "sensor/flow": ["dissectors/core", "sensor/decode/packet.h"],
    "sensor/control": ["dissectors/core", "sensor/decode/packet.h"],
    "sensor/inventory": ["dissectors/core", "sensor/capture/capture_info.h", "sensor/flow/seen.h", "sensor/control/control.h", "sensor/control/virtual_router.h"],
    "sensor/evidence": ["dissectors/core", "dissectors/dnp3/crc.h", "dissectors/dcerpc/pdu.h", "dissectors/dcerpc/string_bindings.h", "sensor/capture", "sensor/decode", "sensor/flow", "sensor/inventory"],
    "sensor/pipeline": ["dissectors/core", "sensor"],
    "rules": ["dissectors/core", "sensor/inventory", "rules"],
    "reports": ["dissectors/core", "sensor/inventory", "rules", "reports"],
    "sensor/cli": ["dissectors/core", "sensor", "rules", "reports"],
}


def home(path):
    """The folder of ALLOWED that a file belongs to; a protocol's own folder for dissectors/NAME."""
    for name in sorted(ALLOWED, key=len, reverse=True):
        if path.startswith(name + "/"):
            return name
    return None


def allowed(source, target):
    rule = home(source)
    if rule == "dissectors":
        own = "/".join(source.split("/")[:2])
        return target.startswith(own + "/") or any(target.startswith(a + "/") for a in ALLOWED[rule])
    if target.startswith(rule + "/"):
        return True
    if target.startswith("sensor/cli/"):
        return False
    return any(target == a or target.startswith(a + "/") for a in ALLOWED[rule])


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    wrong = files = 0
    for top in ("dissectors", "sensor", "rules", "reports"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in (".h", ".cpp"):
                continue
            name = path.relative_to(root).as_posix()
            files += 1
            for number, line in enumerate(path.read_text().splitlines(), 1):
                match = re.match(r'\s*#\s*include\s+"((?:dissectors|sensor|rules|reports)/[^"]+)"', line)
                if match and not allowed(name, match.group(1)):
                    print(f"{name}:{number}: may not include {match.group(1)}")
                    wrong += 1
    print(f"{files} files, {wrong} includes against the direction")
    return 1 if wrong or not files else 0


if __name__ == "__main__":
    sys.exit(main())
