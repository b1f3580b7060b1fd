"""A namespace a host, and one with the switch: a bridge a VLAN, and a mirror port of them all, tagged, where tcpdump listens."""
import os
import pathlib
import signal
import subprocess
import time

# Each program has its host's name, a /run of its own, and the plant's resolver.
ENTER = """hostname "$1"; mount --bind "$2" /etc/resolv.conf; mount -t tmpfs none /run
mkdir -p /run/sshd /run/lldpd /run/avahi-daemon /run/samba /run/vsftpd/empty
[ -d "$3" ] && mount --bind "$3" /etc/avahi/services; shift 3; exec "$@" """


def permitted():
    name = f"kakoi-plant-{os.getpid()}-try"
    try:
        tried = [subprocess.run(words, capture_output=True, check=False).returncode == 0 for words in (
            ["ip", "netns", "add", name], ["ip", "-n", name, "link", "add", "name", "trunk", "type", "bridge"],
            ["ip", "netns", "exec", name, "unshare", "--uts", "mount", "-t", "tmpfs", "none", "/run"])]
        subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
        return all(tried)
    except OSError:
        return False


class Plant:
    def __init__(self, work, hosts):
        self.work, self.hosts = work, hosts
        self.vlans = sorted({port.vlan for host in hosts for port in host.ports if port.vlan})
        self.processes, self.logs, self.spaces = [], [], []

    def space(self, name):
        return f"kakoi-plant-{os.getpid()}-{name}"

    def __enter__(self):
        try:
            self.add_space("switch")
            for vlan in self.vlans:
                self.ip("switch", "link", "add", "name", f"vlan{vlan}", "type", "bridge", "group_fwd_mask", "0x4000",
                        "mcast_snooping", "0")  # 0x4000: LLDP, too, reaches the mirror
                self.ip("switch", "link", "set", f"vlan{vlan}", "up")
            self.ip("switch", "link", "add", "name", "trunk", "type", "veth", "peer", "name", "mirror")
            for name in ("trunk", "mirror"):
                self.ip("switch", "link", "set", name, "mtu", "65535", "up")
            for host in self.hosts:
                self.connect(host)
        except BaseException:
            self.__exit__()
            raise
        return self

    def add_space(self, name):
        subprocess.run(["ip", "netns", "add", self.space(name)], check=True, capture_output=True)
        self.spaces.append(name)
        self.inside(name, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6")
        self.ip(name, "link", "set", "lo", "up")

    def connect(self, host):
        self.add_space(host.name)
        for number, port in enumerate(host.ports):
            inner, outer = f"eth{number}", f"{host.name}-{number}"
            self.ip(host.name, "link", "add", inner, "address", port.mac, "type", "veth", "peer", "name", outer,
                    "netns", self.space(port.switch))
            if port.vlan:
                self.ip("switch", "link", "set", outer, "master", f"vlan{port.vlan}", "up")
            else:
                self.ip(port.switch, "link", "set", outer, "up")
            self.ip(host.name, "link", "set", inner, "up")
            if port.address and not port.dhcp:
                self.ip(host.name, "addr", "add", f"{port.address}/24", "brd", "+", "dev", inner)
        if host.gateway:
            self.ip(host.name, "route", "add", "default", "via", host.gateway)

    def __exit__(self, *_):
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for name in self.spaces:  # what they left behind
            done = subprocess.run(["ip", "netns", "pids", self.space(name)], capture_output=True, text=True, check=False)
            for pid in done.stdout.split():
                os.kill(int(pid), signal.SIGKILL)
            subprocess.run(["ip", "netns", "del", self.space(name)], capture_output=True, check=False)
        for log in self.logs:
            log.close()

    def ip(self, name, *words):
        subprocess.run(["ip", "-n", self.space(name), *words], check=True, capture_output=True)

    def inside(self, name, *words):
        return subprocess.run(["ip", "netns", "exec", self.space(name), *map(str, words)], check=True, capture_output=True,
                              text=True).stdout

    def command(self, name, words):
        return ["ip", "netns", "exec", self.space(name), "unshare", "--uts", "sh", "-c", ENTER, "sh", name,
                self.work / "resolv.conf", self.work / "services" / name, *map(str, words)]

    def serve(self, name, words, **more):
        log = (self.work / f"{name}.{pathlib.Path(words[0]).name}.log").open("w")
        self.logs.append(log)
        self.processes.append(subprocess.Popen(self.command(name, words), stdin=subprocess.DEVNULL, stdout=log,
                                               stderr=log, start_new_session=True, **more))

    def ask(self, name, words, seconds=20, **more):
        """Exit status and output of a client."""
        try:
            done = subprocess.run(self.command(name, words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, timeout=seconds, check=False, errors="replace",
                                  start_new_session=True, **more)
            return done.returncode, done.stdout
        except subprocess.TimeoutExpired:
            return -1, "it hung"

    def await_ports(self, wanted, seconds=20):
        """Until all of (host, transport, port) are open; those that are not by then."""
        end = time.monotonic() + seconds
        while True:
            missing = []
            for name in {name for name, _, _ in wanted}:
                lines = self.inside(name, "ss", "-Hlntu").splitlines()
                there = {(line.split()[0], int(line.split()[4].rsplit(":", 1)[1])) for line in lines}
                missing += [one for one in wanted if one[0] == name and (one[1], one[2]) not in there]
            if not missing or time.monotonic() > end:
                return missing
            time.sleep(0.2)

    def at_switch(self, words, ready, stream):
        """A process that is ready when it says so."""
        process = subprocess.Popen(["ip", "netns", "exec", self.space("switch"), *map(str, words)], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.processes.append(process)
        line = getattr(process, stream).readline()
        if ready not in line:
            raise RuntimeError(f"{words[0]}: {line}{process.stderr.read()}")
        return process

    def capture(self, path):
        process = self.at_switch(["tcpdump", "-i", "mirror", "-w", path, "-Z", "root", "-B", "32768"], "listening", "stderr")
        self.at_switch(["/usr/bin/python3", pathlib.Path(__file__).parent / "trunk.py", "trunk",
                        *(f"vlan{vlan}={vlan}" for vlan in self.vlans)], "forwarding", "stdout")

        def stop():
            time.sleep(1.5)  # what is still on its way
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)

        return stop
