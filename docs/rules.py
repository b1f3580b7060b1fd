#!/usr/bin/env python3
"""Writes docs/rules.md, the table of all built-in rules, from the packs and pcaps/rules/pairs.yaml. Needs python3-yaml.
--check writes nothing, and fails if the table is not what would be written."""
import pathlib
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
FAMILIES = ["external", "segmentation", "control", "credential", "legacy", "network", "inventory"]


def text(value):
    return " ".join(str(value).split()).replace("|", "\\|")


def captures(pair):
    hit, miss = (f"[{side['capture']}](../pcaps/rules/{side['capture']}.pcapng)" for side in (pair["hit"], pair["miss"]))
    return f"{hit}, not {miss}: {pair['differs']}"


pairs = yaml.safe_load((ROOT / "pcaps" / "rules" / "pairs.yaml").read_text())
rules = [{**yaml.safe_load(p.read_text()), "layer": part} for part in ("baseline", "timely")
         for p in sorted((ROOT / "rules" / part).glob("*.yaml"))]
rules = [r for r in rules if "query" in r]
timely = sum(r["layer"] == "timely" for r in rules)
out = ["# The rules", "",
       f"{len(rules)} rules, written from the packs by `docs/rules.py`. `kakoi rules show ID` prints one with its query, in either language.",
       f"{timely} of them, marked ⟳, are of the timely layer, which is renewed apart from the program ([rule-packs.md](rule-packs.md)).",
       "Severity and confidence are the rule's own; variants, in brackets, weigh some findings differently.",
       "Of each two captures, the rule reports on the first and must be silent on the second, which differs in one thing"
       " ([how they are made](../pcaps/rules/README.md); some need a policy, which `pairs.yaml` there holds).", ""]
for family in FAMILIES + sorted({r["family"] for r in rules} - set(FAMILIES)):
    of_family = [r for r in rules if r["family"] == family]
    if not of_family:
        continue
    out += [f"## {family}", "", "| rule | finds | 見出し | severity | confidence | exposure class | ATT&CK | cannot know | captures |",
            "|---|---|---|---|---|---|---|---|---|"]
    for r in of_family:
        others = sorted({v["severity"] for v in r.get("variants", []) if v.get("severity")} - {r["severity"]})
        severity = r["severity"] + (f" ({', '.join(others)})" if others else "")
        out.append("| `" + r["id"] + ("` ⟳ | " if r["layer"] == "timely" else "` | ") + " | ".join(text(v) for v in (
            r["title"]["en"], r["title"]["ja"], severity, r["confidence"], r["exposure_class"],
            r.get("attack_ics") or "–", r["limit"]["en"],
            "<br>".join(captures(p) for p in [pairs["rules"][r["id"]], *pairs["more"].get(r["id"], [])]))) + " |")
    out.append("")
table = ROOT / "docs" / "rules.md"
if sys.argv[1:] == ["--check"]:
    sys.exit(table.read_text() != "\n".join(out) and "docs/rules.md is not what the packs say: run docs/rules.py")
table.write_text("\n".join(out))
