#!/usr/bin/env python3
"""Protocol stacks that nobody of this project wrote talk in network namespaces; kakoi's inventory of the capture has to
hold what their programs logged.

    run.py KAKOI [--keep FOLDER] [--only WORD]

Needs root (namespaces), and what install.sh test installs. Without namespaces it says so and ends with status 77, else with
the line "N passed, N failed". README.md names the stacks and what is compared.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

import network
import pairs

HERE = pathlib.Path(__file__).parent
PEERS = HERE / "peers"
SKIPPED = 77


class Tools:
    """The commands of clients and servers; `work` is where what must be compiled goes."""

    def __init__(self, kakoi, work):
        self.kakoi, self.work = kakoi, work
        self.node = shutil.which("node") or sys.exit("run.py: no node")

    def prepare(self):
        installed, wanted = HERE / "node_modules" / ".package-lock.json", HERE / "package-lock.json"
        if not installed.exists() or installed.stat().st_mtime < wanted.stat().st_mtime:
            subprocess.run(["npm", "ci", "--silent", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"], cwd=HERE,
                           check=True)
        for name in ("libmodbus_client", "libmodbus_server"):
            subprocess.run(["g++", "-std=c++20", "-O0", "-I/usr/include/modbus", PEERS / f"{name}.cpp", "-o", self.work / name,
                            "-lmodbus"], check=True)

    def command(self, peer, *arguments, is_server=False):
        if peer == "nmap":
            host, port, script = arguments
            return ["nmap", "-n", "-Pn", "-sT", "-oX", "-", "-p", port, "--script", script, host]
        if peer.startswith("scapy"):
            arguments = ("controlled" if is_server else "controlling", *arguments)
        for suffix, program in ((".js", [self.node]), (".py", ["/usr/bin/python3"])):
            if (PEERS / (peer + suffix)).exists():
                return [*program, PEERS / (peer + suffix), *arguments]
        return [self.work / peer, *arguments]


def inventory(kakoi, capture, out):
    subprocess.run([kakoi, "scan", capture, "--quiet", "--out", out], check=True, stdout=subprocess.DEVNULL)
    return sqlite3.connect(f"file:{out / 'inventory.db'}?mode=ro", uri=True)


def entries(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


class Run:
    """One pair: its server's address, its logs, and what came of them."""

    def __init__(self, pair, net, tools, work):
        self.pair, self.net, self.tools = pair, net, tools
        self.work, self.address = work, net.address()
        self.errors = (work / f"{pair.name}.errors").open("w+")
        self.server_log = (work / f"{pair.name}.server").open("w+")
        self.client_path = work / f"{pair.name}.client"
        self.client_text, self.client_log, self.complaints = "", [], []

    def serve(self):
        self.net.serve(self.tools.command(self.pair.server, self.address, self.pair.port, *self.pair.server_arguments,
                                          is_server=True), self.server_log, self.errors)

    def listens(self):
        return ("udp" if self.pair.transport == "udp" else "tcp", self.address, self.pair.port)

    def ask(self):
        plan = "".join(json.dumps(request) + "\n" for request in self.pair.plan)
        try:
            text, status = self.net.ask(self.tools.command(self.pair.client, self.address, self.pair.port,
                                                           *self.pair.client_arguments), plan, self.errors)
        except subprocess.TimeoutExpired:
            text, status = "", "none: it hung"
        self.client_path.write_text(text)
        self.client_text, self.client_log = text, entries(text)
        if status != 0:
            self.complaints.append(f"the client ended with status {status}")

    def server_entries(self):
        self.server_log.seek(0)
        return entries(self.server_log.read())

    def inventory_of_this_pair(self):
        capture, out = (self.work / f"{self.pair.name}.{what}" for what in ("pcap", "out"))
        subprocess.run(["tcpdump", "-r", self.work / "stacks.pcap", "-w", capture, "-Z", "root", "host", self.address],
                       check=True, capture_output=True)
        return inventory(self.tools.kakoi, capture, out)

    def judge(self, db):
        self.complaints += list(self.pair.judge(self, db))
        if self.complaints:
            self.errors.seek(0)
            self.complaints += [f"stderr: {line}" for line in self.errors.read().splitlines()[-12:]]
        return not self.complaints


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kakoi", type=pathlib.Path)
    parser.add_argument("--keep", type=pathlib.Path, help="where capture and logs stay")
    parser.add_argument("--only", default="", help="pairs whose name has this word")
    arguments = parser.parse_args()
    if os.geteuid() != 0 or not network.Network.permitted():
        print("stacks: not tried, network namespaces need root and iproute2", file=sys.stderr)
        return SKIPPED
    work = arguments.keep or pathlib.Path(tempfile.mkdtemp(prefix="kakoi-stacks-"))
    work.mkdir(parents=True, exist_ok=True)
    try:
        return run(arguments.kakoi.resolve(), [pair for pair in pairs.PAIRS if arguments.only in pair.name], work)
    finally:
        if not arguments.keep:
            shutil.rmtree(work)


def run(kakoi, chosen, work):
    tools = Tools(kakoi, work)
    tools.prepare()
    capture = work / "stacks.pcap"
    with network.Network() as net:
        stop = net.capture(capture)
        runs = [Run(pair, net, tools, work) for pair in chosen]
        for one in runs:
            one.serve()
        missing = net.await_ports([one.listens() for one in runs])
        for one in runs:
            if one.listens() in missing:
                one.complaints.append("its server does not listen")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(Run.ask, [one for one in runs if not one.complaints]))
        stop()
    db = inventory(kakoi, capture, work / "out")
    passed = failed = 0
    for one in runs:
        if one.judge(db):
            passed += 1
        else:
            failed += 1
            print(f"FAILED {one.pair.name} (server {one.address})", *one.complaints, sep="\n  ")
        one.errors.close()
        one.server_log.close()
    db.close()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
