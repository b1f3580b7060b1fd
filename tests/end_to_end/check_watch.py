"""watch: a mirror port in network namespaces, beside tcpdump on the same port. Needs root; without it these
tests say so and pass over."""
import contextlib
import os
import pathlib
import signal
import socket
import sqlite3
import struct
import shutil
import subprocess
import time

import harness
from harness import BAD_INPUT, CLOSED, DONE, FINDINGS, SAMPLE, equal, expect, folder, kakoi, scan_again, test

NAMESPACE = f"kakoi-test-{os.getpid()}"


def able():
    if os.geteuid() == 0 and subprocess.run(["ip", "netns", "add", NAMESPACE], capture_output=True, check=False).returncode == 0:
        return True
    print("watch: not tried, network namespaces need root and iproute2")
    return False


def inside(*command, **more):
    return subprocess.run(["ip", "netns", "exec", NAMESPACE, *map(str, command)], check=True, capture_output=True, **more)


class Mirror:
    """Frames sent into `plant` come out of `mirror`, where the sensor listens."""

    def __enter__(self):
        inside("ip", "link", "add", "plant", "type", "veth", "peer", "name", "mirror")
        for name in ("plant", "mirror"):
            inside("sh", "-c", f"echo 1 > /proc/sys/net/ipv6/conf/{name}/disable_ipv6")
            inside("ip", "link", "set", name, "mtu", "9000", "up")
        self.processes = []
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.wait()
        subprocess.run(["ip", "netns", "del", NAMESPACE], check=False, capture_output=True)

    def start(self, *command):
        process = subprocess.Popen(["ip", "netns", "exec", NAMESPACE, *map(str, command)], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, cwd=harness.scratch)
        self.processes.append(process)
        return process

    def watch(self, out, *more):
        process = self.start(harness.program, "watch", "-i", "mirror", "-o", out, *more)
        line = process.stderr.readline().decode()
        expect("listening" in line, f"watch began with: {line}{'' if 'listening' in line else process.stderr.read().decode()}")
        return process

    def tcpdump(self, path):
        process = self.start("tcpdump", "-i", "mirror", "-w", path, "-U", "-Z", "root", "--nano", "-B", "65536")
        process.stderr.readline()
        return process

    def sent(self):
        return int(inside("cat", "/sys/class/net/mirror/statistics/tx_packets").stdout)

    def replay(self, frames, gap=0.0):
        inside("python3", pathlib.Path(__file__).parent / "send_frames.py", "plant", str(gap), input=b"".join(
            struct.pack("<I", len(f)) + f for f in frames))


def frames_of(capture):
    plain = folder("plain") / "plain.pcap"
    subprocess.run(["editcap", "-F", "pcap", capture, plain], check=True)
    data, at, frames = plain.read_bytes(), 24, []
    while at < len(data):
        length = struct.unpack_from("<I", data, at + 8)[0]
        frames.append(data[at + 16:at + 16 + length].ljust(60, b"\0"))
        at += 16 + length
    return frames


def stop(process, number=signal.SIGTERM):
    process.send_signal(number)
    return process.wait(timeout=60)


def wait_for(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return expect(False, f"{what}: not within {seconds} s")


def content(out):
    """What does not depend on the capture's name or the numbers of packets."""
    db = sqlite3.connect(f"file:{out / 'inventory.db'}?mode=ro", uri=True)
    queries = {
        "assets": "select asset_id, name, scope, role, vendor, product, firmware, os, is_router, is_ot, is_it from asset",
        "addresses": "select asset_id, kind, value, vlan, bound_by from address",
        "services": "select asset_id, address, transport, port, protocol, product, version from service",
        "links": "select client_id, server_id, transport, server_port, protocol, vlan, state, connections, packets_to_server, "
                 "bytes_to_server, packets_to_client, bytes_to_client from link",
        "operations": "select link_id, protocol, unit, function_code, qualifier, from_client, from_server, accepted, refused from operation",
        "findings": "select finding_id, severity from finding",
    }
    return {name: sorted(map(repr, db.execute(query))) for name, query in queries.items()}


def packets_in(out):
    try:
        db = sqlite3.connect(f"file:{out / 'inventory.db'}?mode=ro", uri=True)
        return db.execute("select sum(packets) from capture").fetchone()[0] or 0
    except sqlite3.Error:
        return 0


def wait_for_packets(out, count, what):
    """Until a snapshot has them."""
    wait_for(lambda: packets_in(out) >= count, f"{what} in a snapshot")
    db = sqlite3.connect(f"file:{out / 'inventory.db'}?mode=ro", uri=True)
    seen, copies = db.execute("select sum(packets), sum(duplicates) from capture").fetchone()
    equal(seen, count, f"{what} in a snapshot ({copies} of them copies)")


def sees_what_scan_sees(readers):
    with Mirror() as mirror:
        out, capture, ring = folder("watch"), folder("tcpdump") / "mirror.pcap", folder("ring")
        tcpdump = mirror.tcpdump(capture)
        watch = mirror.watch(out, "--every", "1s", "--readers", str(readers), "--store", ring, "--store-size", "20MB")
        before, frames = mirror.sent(), frames_of(SAMPLE)
        sockets = inside("cat", "/proc/net/packet").stdout.decode().splitlines()[1:]
        equal(len(sockets), readers + 1, f"packet sockets of {readers} readers and of tcpdump")
        wait_for(lambda: len(list(pathlib.Path(f"/proc/{watch.pid}/task").iterdir())) >= (2 if readers == 1 else 2 + readers), "the threads")
        for task in pathlib.Path(f"/proc/{watch.pid}/task").iterdir():
            status = (task / "status").read_text()
            for field in ("CapPrm", "CapEff", "CapInh", "CapAmb"):
                expect(f"{field}:\t0000000000000000" in status, f"{field} of thread {task.name} is not empty")
            expect("NoNewPrivs:\t1" in status and "Seccomp:\t2" in status, f"thread {task.name} is not confined")
        mirror.replay(frames, gap=0.0003)
        wait_for_packets(out, len(frames), "all packets")
        stop(watch)
        stop(tcpdump, signal.SIGINT)
        equal(watch.returncode, DONE, "status of watch after SIGTERM")
        equal(mirror.sent(), before, "packets sent by the sensor's interface")
        equal(content(out), content(scan_again(capture)), "watch beside scan of the same packets")
        stored = scan_again(*sorted(ring.iterdir()))
        equal(content(out), content(stored), "what was stored")


@test
def watch_sees_what_scan_sees_and_sends_nothing():
    if able():
        sees_what_scan_sees(readers=1)


@test
def two_readers_see_what_scan_sees_and_send_nothing():
    if able():
        sees_what_scan_sees(readers=2)


def next_group_is_the_first():
    """The kernel numbers groups of readers from 0 on, which the first one after a start has, and again after 65535."""
    packet, fanout, with_number_of_its_own = 263, 18, 0x2000 << 16  # SOL_PACKET, PACKET_FANOUT, …_FLAG_UNIQUEID

    def number_of_a_new_one():
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as reader:
            reader.setsockopt(packet, fanout, with_number_of_its_own)
            return reader.getsockopt(packet, fanout) & 0xFFFF

    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as idle:  # it may not join, but the number is used up
        for _ in range(65534 - number_of_a_new_one()):
            with contextlib.suppress(OSError):
                idle.setsockopt(packet, fanout, with_number_of_its_own)
    return number_of_a_new_one() == 65535


@test
def readers_of_the_first_group_after_a_start_divide_the_packets():
    if not able():
        return
    with Mirror() as mirror:
        out = folder("watch")
        if not next_group_is_the_first():
            print("watch: the kernel numbers groups of readers in another way")
        watch = mirror.watch(out, "--every", "1s", "--readers", "2")
        mirror.replay(frames_of(SAMPLE)[:500], gap=0.0003)
        wait_for_packets(out, 500, "all packets")
        stop(watch)
        equal(packets_in(out), 500, "packets of two readers")


class Bridge(Mirror):
    """A switch without an address table (ageing time 0), so that each port sees all: two plant hosts and the sensor."""

    HOSTS = {"hmi": "10.77.0.1", "plc": "10.77.0.2"}

    def __enter__(self):
        inside("ip", "link", "add", "switch", "type", "bridge", "ageing_time", "0", "mcast_snooping", "0")
        for name in (*self.HOSTS, "mirror"):
            inside("ip", "link", "add", f"port-{name}", "type", "veth", "peer", "name", name)
            for end in (f"port-{name}", name):
                inside("sh", "-c", f"echo 1 > /proc/sys/net/ipv6/conf/{end}/disable_ipv6")
            inside("ip", "link", "set", f"port-{name}", "master", "switch", "up")
        for name, address in self.HOSTS.items():
            subprocess.run(["ip", "netns", "add", f"{NAMESPACE}-{name}"], check=True)
            subprocess.run(self.on(name, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6"), check=True)
            inside("ip", "link", "set", name, "netns", f"{NAMESPACE}-{name}")
            subprocess.run(self.on(name, "sh", "-c", f"echo 1 > /proc/sys/net/ipv6/conf/{name}/disable_ipv6"), check=True)
            for command in (["addr", "add", f"{address}/24", "dev", name], ["link", "set", name, "up"], ["link", "set", "lo", "up"]):
                subprocess.run(["ip", "-n", f"{NAMESPACE}-{name}", *command], check=True)
        inside("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/switch/disable_ipv6")
        inside("ip", "link", "set", "mirror", "mtu", "9000", "up")
        inside("ip", "link", "set", "switch", "up")
        self.processes = []
        return self

    def __exit__(self, *rest):
        super().__exit__(*rest)
        for name in self.HOSTS:
            subprocess.run(["ip", "netns", "del", f"{NAMESPACE}-{name}"], check=False, capture_output=True)

    def on(self, host, *command):
        return ["ip", "netns", "exec", f"{NAMESPACE}-{host}", *map(str, command)]

    def serve(self, host, *command):
        self.processes.append(subprocess.Popen(self.on(host, *command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                               cwd=harness.scratch))


@test
def real_hosts_on_a_switch_look_the_same_to_watch_and_scan():
    if not able():
        return
    peers = harness.ROOT / "tests" / "conformance" / "stacks" / "peers"
    with Bridge() as bridge:
        out, capture = folder("watch"), folder("tcpdump") / "mirror.pcap"
        bridge.serve("plc", "/usr/bin/python3", peers / "pymodbus_server.py", "10.77.0.2", "502", "tcp")
        bridge.serve("plc", "/usr/bin/python3", "-m", "http.server", "80", "--bind", "10.77.0.2")
        tcpdump = bridge.tcpdump(capture)
        watch, before = bridge.watch(out, "--every", "1s"), bridge.sent()
        modbus = bridge.on("hmi", "mbpoll", "-m", "tcp", "-1", "-a", "1", "-t", "4", "-r", "1")
        wait_for(lambda: subprocess.run([*modbus, "-c", "4", "10.77.0.2"], capture_output=True, check=False).returncode == 0, "the Modbus server's answer")
        subprocess.run([*modbus, "10.77.0.2", "7", "8", "9", "10"], capture_output=True, check=True)
        subprocess.run(bridge.on("hmi", "/usr/bin/python3", "-c",
                                 "import urllib.request as u; u.urlopen('http://10.77.0.2/', timeout=20).read()"), check=True)
        time.sleep(1)
        stop(tcpdump, signal.SIGINT)
        wait_for_packets(out, len(frames_of(capture)), "all packets")
        stop(watch)
        equal(bridge.sent(), before, "packets sent by the sensor's interface")
        live, offline = content(out), content(scan_again(capture))
        equal(live, offline, "watch beside scan of the same packets")
        operations = " ".join(live["operations"])
        for function in (3, 16):  # read holding registers, write multiple registers
            expect(f"'modbus', 1, {function}, None," in operations, f"no function {function}: {operations}")
        equal(len([a for a in live["assets"] if "'local'" in a]), 2, live["assets"])


@test
def at_the_highest_rate_every_packet_is_seen_or_reported_lost():
    for readers in ("1", "2"):
        if able():
            counts_all(readers)


def counts_all(readers):
    with Mirror() as mirror:
        out, plain = folder("watch"), folder("plain") / "plain.pcap"
        subprocess.run(["editcap", "-F", "pcap", SAMPLE, plain], check=True)
        watch = mirror.watch(out, "--every", "2s", "--buffer", "8", "--readers", readers)
        count = lambda: int(inside("cat", "/sys/class/net/mirror/statistics/rx_packets").stdout)
        before = count()
        inside("tcpreplay", "-i", "plant", "--topspeed", "--preload-pcap", "--loop=100", plain)
        delivered = count() - before
        expect(delivered >= 100 * len(frames_of(SAMPLE)), f"tcpreplay delivered {delivered} packets")
        stop(watch)
        db = sqlite3.connect(f"file:{out / 'inventory.db'}?mode=ro", uri=True)
        seen, dropped = db.execute("select sum(packets), sum(kernel_drops + interface_drops) from capture").fetchone()
        equal(seen + dropped, delivered, f"{readers} readers: {seen} seen and {dropped} reported lost")


def datagram(number):
    """From a host of its own to one of its own."""
    source, destination = struct.pack(">I", 0x0A000000 + number), struct.pack(">I", 0x0A800000 + number)
    head = struct.pack(">BBHHHBBH", 0x45, 0, 32, number & 0xFFFF, 0, 64, 17, 0) + source + destination
    total = sum(struct.unpack(">10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    head = head[:10] + struct.pack(">H", ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF) + head[12:]
    return (b"\2\0" + source + b"\2\0" + destination + b"\x08\0" + head + struct.pack(">HHHH", 40000, 40001, 12, 0) + b"four").ljust(60, b"\0")


@test
def more_hosts_than_there_is_room_for_stay_within_max_memory():
    if not able():
        return
    with Mirror() as mirror:
        out, hosts = folder("watch"), 60000
        watch = mirror.watch(out, "--every", "1s", "--max-memory", "64MiB")
        for first in range(0, hosts, hosts // 6):  # one run of them may be more than the kernel's buffer holds
            mirror.replay([datagram(n) for n in range(first, first + hosts // 6)])
        wait_for(lambda: packets_in(out) > hosts // 2, "half of the packets", 60)
        status = pathlib.Path(f"/proc/{watch.pid}/status").read_text()
        peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) >> 10
        expect(peak <= 64, f"peak of {peak} MiB")
        stop(watch)
        db = sqlite3.connect(f"file:{out / 'inventory.db'}?mode=ro", uri=True)
        given_up = dict(db.execute("select metric, value from coverage where metric in ('flows_evicted', 'facts_dropped')"))
        expect(sum(int(v or 0) for v in given_up.values()) > 0, f"what was given up is told: {given_up}")


@test
def watch_goes_on_after_a_kill():
    if not able():
        return
    with Mirror() as mirror:
        out, frames = folder("watch"), frames_of(SAMPLE)
        half = len(frames) // 2
        watch = mirror.watch(out, "--every", "1s")
        mirror.replay(frames[:half], gap=0.0003)
        wait_for_packets(out, half, "the first half")
        stop(watch, signal.SIGKILL)
        db = sqlite3.connect(out / "inventory.db")
        equal(db.execute("pragma integrity_check").fetchone()[0], "ok", "the database after kill -9")
        equal(packets_in(out), half, "packets after kill -9")
        watch = mirror.watch(out, "--every", "1s", "--readers", "2")
        mirror.replay(frames[half:], gap=0.0003)
        wait_for_packets(out, len(frames), "both halves")
        stop(watch, signal.SIGINT)
        whole = scan_again(SAMPLE)
        for name in ("assets", "addresses", "services"):
            equal(content(out)[name], content(whole)[name], f"{name} after a restart")


@test
def fail_on_decides_the_exit_status_of_watch():
    for capture, wanted in ((SAMPLE, FINDINGS), (CLOSED, DONE)):
        if not able():
            return
        with Mirror() as mirror:
            out = folder("watch")
            watch = mirror.watch(out, "--every", "1h", "--fail-on", "critical")
            mirror.replay(frames_of(capture), gap=0.0003)
            stop(watch)
            found = {row[0] for row in harness.database(out).execute("select severity from finding where accepted = 0")}
            equal("critical" in found, wanted == FINDINGS, f"{capture.name}: critical findings")
            equal(watch.returncode, wanted, f"status of watch --fail-on critical, {capture.name}")
        told = kakoi("verify", out, capture, wanted=BAD_INPUT).stderr
        equal(told, "kakoi: 'kakoi watch' made this: what passed its interfaces can't be scanned again\n", "verify")


@test
def a_tap_is_merged_and_filtered_and_the_policy_read_again():
    if not able():
        return
    with Mirror() as mirror:
        inside("ip", "link", "add", "plant2", "type", "veth", "peer", "name", "mirror2")
        for name in ("plant2", "mirror2"):
            inside("sh", "-c", f"echo 1 > /proc/sys/net/ipv6/conf/{name}/disable_ipv6")
            inside("ip", "link", "set", name, "mtu", "9000", "up")
        out, policy = folder("watch"), folder("policy") / "site.yaml"
        policy.write_text("site: First works\n")
        watch = mirror.watch(out, "-i", "mirror2", "-f", "not arp", "--readers", "2", "--every", "1s", "--policy", policy)
        # a tap: of each pair one direction on either line
        frames = frames_of(CLOSED)
        seen = [f for f in frames if f[12:14] != b"\x08\x06"]
        expect(len(seen) < len(frames), "the capture has no ARP")
        inside("python3", pathlib.Path(__file__).parent / "send_frames.py", "plant,plant2", "0.0005", input=b"".join(
            struct.pack("<I", len(f) | (f[6:12] < f[:6]) << 24) + f for f in frames))
        wait_for_packets(out, len(seen), "all packets")
        site = lambda: sqlite3.connect(f"file:{out / 'inventory.db'}?mode=ro", uri=True).execute(
            "select value from meta where key = 'site'").fetchone()
        equal(site(), ("First works",), "site")
        for text, said in (("site: Second works\n", "read again"), ("site: [\n", "going on with the old policy")):
            policy.write_text(text)
            watch.send_signal(signal.SIGHUP)
            lines = iter(lambda: watch.stderr.readline().decode(), "")
            expect(any(said in line for line in lines), f"after SIGHUP: no line with {said!r}")
        wait_for(lambda: site() == ("Second works",), "the new policy's site")
        stop(watch)
        equal(watch.returncode, DONE, "status")
        equal(packets_in(out), len(seen), "packets that pass the filter")
        db = sqlite3.connect(f"file:{out / 'inventory.db'}?mode=ro", uri=True)
        equal(db.execute("select count(*), min(packets) > 0 from capture").fetchone(), (2, 1), "both lines carry packets")
        # what the two lines say makes whole conversations
        whole = scan_again(CLOSED)
        for name in ("services", "operations"):
            equal(content(out)[name], content(whole)[name], name)


@test
def a_full_disk_is_told_and_nothing_is_lost():
    if not able():
        return
    with Mirror() as mirror:
        out, frames = folder("watch"), frames_of(CLOSED)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "none", out], check=True)
        try:
            filling = out / "filling"
            with open(filling, "wb", buffering=0) as file, contextlib.suppress(OSError):
                while file.write(b"\0" * 4096):
                    pass
            watch = mirror.watch(out, "--every", "1s")
            mirror.replay(frames)
            told = watch.stderr.readline().decode()
            expect("no room left on the device" in told or "No space left" in told, told)
            equal(packets_in(out), 0, "a snapshot on a full disk")
            filling.unlink()
            wait_for_packets(out, len(frames), "what came while the disk was full")
            stop(watch)
            equal(watch.returncode, DONE, "status")
            for name in ("services", "operations"):
                equal(content(out)[name], content(scan_again(CLOSED))[name], name)
        finally:
            subprocess.run(["umount", "-l", out], check=False)


def recorded(out):
    with contextlib.closing(sqlite3.connect(f"file:{out / 'inventory.db'}?mode=ro", uri=True)) as db:
        figures = dict(db.execute("select metric, value from coverage where metric in ('duration_s', 'filtered_captures', 'packets')"))
        span, paused, filters, rows = db.execute(
            "select max(last_ts) - min(first_ts), max(paused_ns), group_concat(filter), count(*) from capture").fetchone()
    return figures, span / 1e9, paused / 1e9, filters, rows


@test
def each_recording_of_an_interface_is_one_of_its_own():
    if not able():
        return
    with Mirror() as mirror:
        monday, tuesday, both, ring = folder("monday"), folder("tuesday"), folder("both"), folder("ring")
        frames = frames_of(CLOSED)[:400]

        def watch_once(out, *more):
            before = packets_in(out) if (out / "inventory.db").exists() else 0
            watch = mirror.watch(out, "--every", "1s", *more)
            mirror.replay(frames)
            wait_for(lambda: packets_in(out) > before, "packets")
            return watch
        watch = watch_once(monday, "--filter", "udp", "--store", ring)
        told = mirror.start(harness.program, "watch", "-i", "mirror", "-o", tuesday, "--store", ring)
        equal(told.wait(timeout=30), BAD_INPUT, "status of a second watch that keeps packets in the same folder")
        expect("another kakoi keeps packets there" in told.stderr.read().decode(), "what it says")
        stop(watch)
        stop(watch_once(tuesday))
        figures, _, _, filters, _ = recorded(monday)
        equal((figures["filtered_captures"], filters), (1.0, "udp"), "what was left out on Monday")
        one, other = packets_in(monday), packets_in(tuesday)
        kakoi("merge", monday, tuesday, "-o", both, wanted=DONE)
        equal((packets_in(both), recorded(both)[4]), (one + other, 2), "packets and recordings of both days")
        time.sleep(2)
        stop(watch_once(monday, "--filter", "udp"))
        figures, span, paused, _, rows = recorded(monday)
        equal(rows, 1, "recordings of who went on")
        expect(paused >= 2 and abs(figures["duration_s"] + paused - span) < 0.01, f"{figures}, paused {paused} s of {span} s")


@test
def watch_says_what_is_wrong():
    done = kakoi("watch", wanted=BAD_INPUT)
    expect("-i" in done.stderr, done.stderr)
    done = kakoi("watch", "-i", "no-such-interface", "-o", folder("watch"), wanted=BAD_INPUT)
    expect("no-such-interface" in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr)
    done = kakoi("watch", "-i", "lo", "--store-size", "1GB", "-o", folder("watch"), wanted=BAD_INPUT)
    expect("--store DIR" in done.stderr, done.stderr)
    for bad in (("--every", "soon"), ("--every", "0s"), ("--store", "ring", "--store-size", "10 apples"), ("--readers", "0"), ("--readers", "17"),
                ("--store", "ring", "--store-size", "1MB"), ("-i", "lo")):
        done = kakoi("watch", "-i", "lo", *bad, wanted=BAD_INPUT)
        expect(bad[-1] in done.stderr, done.stderr)
    out = folder("watch")
    for store in (out, f"{out}/ring", f"{out}/../{out.name}"):
        done = kakoi("watch", "-i", "lo", "--store", store, "-o", out, wanted=BAD_INPUT)
        expect("lies in OUT" in done.stderr, done.stderr)
    equal(list(out.iterdir()), [], "files of a watch that was refused")
    done = kakoi("watch", "-i", "lo", "--store", "new/ring", "-o", "new/", wanted=BAD_INPUT)
    expect("lies in OUT" in done.stderr, done.stderr)


@test
def systemd_takes_the_unit_and_finds_it_locked_down():
    if not shutil.which("systemd-analyze"):
        print("watch: the unit was not tried, for there is no systemd-analyze")
        return
    unit = folder("unit") / "kakoi-watch@eth0.service"
    unit.parent.mkdir(parents=True, exist_ok=True)
    text = (harness.ROOT / "systemd/kakoi-watch@.service").read_text()
    unit.write_text(text.replace("/usr/local/bin/kakoi", str(harness.program)))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True)
    equal((done.returncode, done.stderr), (0, ""), "systemd-analyze verify")
    # of 10; under 2 is what systemd calls "OK", and CAP_NET_RAW alone costs 0.1
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20", unit], capture_output=True, text=True)
    equal(done.returncode, 0, "exposure of the unit: " + done.stdout.splitlines()[-1])
