#!/usr/bin/python3
"""Checks the captures against expected.yaml and rules/pairs.yaml by tshark alone: that the packets which prove
each finding are there, that hosts and services are the ones listed and no others, that nothing is malformed or
tells of the machine that captured. Needs tshark and python3-yaml; prints what is wrong and, last, "N passed, N failed".
"""
import concurrent.futures
import os
import pathlib
import re
import socket
import subprocess
import sys

import yaml

HERE = pathlib.Path(__file__).resolve().parent
MACHINE = [socket.gethostname()] if socket.gethostname() not in ("localhost", "debian") else []
problems, asked = [], []


def tshark(capture, *arguments):
    asked.append(capture)
    done = subprocess.run(["tshark", "-r", str(capture), *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        problems.append(f"{capture.name}: tshark {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.splitlines()


def check(capture, expected):
    def complain(text):
        problems.append(f"{capture.name}: {text}")

    for finding in expected["findings"]:
        what = f"{finding['rule']} {finding['subject']}"
        for each in finding["filter"]:
            if not tshark(capture, "-Y", each):
                complain(f"{what}: no packet matches {each}")
        for each in finding.get("absent", []):
            if tshark(capture, "-Y", each):
                complain(f"{what}: a packet matches {each}")

    seen = {tuple(line.split("\t")) for line in tshark(capture, "-T", "fields", "-e", "eth.src", "-e", "vlan.id")}
    listed = {(asset["mac"], str(asset.get("vlan", ""))) for asset in expected["assets"]}
    for each in seen ^ listed:
        complain(f"MAC {each} is {'not listed' if each in seen else 'not in the capture'}")
    for asset in expected["assets"]:
        proof = f"eth.src=={asset['mac']} && (ip.src=={asset['ip']} || arp.src.proto_ipv4=={asset['ip']})"
        if not tshark(capture, "-Y", proof):
            complain(f"{asset['name']}: {asset['mac']} never spoke for {asset['ip']}")

    for service in expected["services"]:
        transport, port = service["transport"], service["port"]
        answer = f"ip.src=={service['ip']} && {transport}.srcport=={port}" + (
            " && tcp.len>0" if transport == "tcp" else "")
        if not tshark(capture, "-Y", answer):
            complain(f"{service['ip']}:{port}/{transport} never answered")
    open_ports = {tuple(line.split("\t")) for line in tshark(
        capture, "-Y", "tcp.flags==0x12", "-T", "fields", "-e", "ip.src", "-e", "tcp.srcport")}
    known = {(s["ip"], str(s["port"])) for s in expected["services"] if s["transport"] == "tcp"}
    inside = {a["ip"] for a in expected["assets"]}
    for address, port in sorted(open_ports - known):
        if address in inside and int(port) < 32768:  # above: FTP data
            complain(f"{address}:{port}/tcp is open and not listed")

    for line in tshark(capture, "-Y", "_ws.malformed || tcp.checksum.status==0 || ip.checksum.status==0 ||"
                       " udp.checksum.status==0", "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE",
                       "-o", "udp.check_checksum:TRUE"):
        complain(f"malformed: {line}")
    check_privacy(capture)


def check_privacy(capture):
    told = capture.read_bytes()
    for word in (*MACHINE, "/tmp/", "/root", "/home/", "x86_64", "Linux"):
        if re.search(rb"(?<![A-Za-z0-9])" + re.escape(word.encode()) + rb"(?![A-Za-z0-9])", told) and len(word) > 2:
            problems.append(f"{capture.name}: '{word}' stands in the file")


def check_side(rule, folder, side):
    capture = folder / f"{side['capture']}.pcapng"
    for wanted, filters in ((True, side.get("filter", [])), (False, side.get("absent", []))):
        for each in filters:
            if bool(tshark(capture, "-Y", each)) != wanted:
                problems.append(f"{rule}: {capture.name}: {'no' if wanted else 'a'} packet matches {each}")


def jobs():
    for name, expectation in yaml.safe_load((HERE / "expected.yaml").read_text())["captures"].items():
        yield check, HERE / name, expectation
    folder = HERE / "rules"
    told = yaml.safe_load((folder / "pairs.yaml").read_text())
    for rule, pair in [*told["rules"].items(), *((rule, pair) for rule, pairs in told["more"].items() for pair in pairs)]:
        for side in (pair["hit"], pair["miss"]):
            yield check_side, rule, folder, side
    for capture in sorted(folder.glob("*.pcapng")):
        yield check_privacy, capture


with concurrent.futures.ThreadPoolExecutor(max(1, (os.cpu_count() or 1) // 2)) as pool:  # what takes the time is tshark's
    for done in [pool.submit(*job) for job in jobs()]:
        done.result()
for problem in sorted(problems):
    print("FAILED", problem)
print(f"{len(asked) - min(len(problems), len(asked))} passed, {len(problems)} failed")
sys.exit(1 if problems else 0)
