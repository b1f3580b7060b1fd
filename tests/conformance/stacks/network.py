"""Two network namespaces on one cable: clients at one end, at the other a server an address, and tcpdump beside them."""
import os
import signal
import subprocess
import time

SUBNET = "10.104.77"
CLIENT = f"{SUBNET}.250"


class Network:
    def __init__(self):
        self.clients, self.servers = (f"kakoi-stacks-{os.getpid()}-{end}" for end in ("c", "s"))
        self.processes, self.addresses = [], 0

    @staticmethod
    def permitted():
        name = f"kakoi-stacks-{os.getpid()}-try"
        try:
            if subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode != 0:
                return False
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
            return True
        except OSError:
            return False

    def __enter__(self):
        try:
            for name in (self.clients, self.servers):
                self.ip("netns", "add", name)
                self.inside(name, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6")
                self.ip("-n", name, "link", "set", "lo", "up")
            self.ip("-n", self.clients, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", self.servers)
            self.ip("-n", self.clients, "addr", "add", f"{CLIENT}/24", "dev", "cable")
            for name in (self.clients, self.servers):
                self.ip("-n", name, "link", "set", "cable", "up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream:
                    stream.close()
        for name in (self.clients, self.servers):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)

    @staticmethod
    def ip(*words):
        subprocess.run(["ip", *words], check=True, capture_output=True)

    @staticmethod
    def inside(name, *words):
        return subprocess.run(["ip", "netns", "exec", name, *words], check=True, capture_output=True, text=True).stdout

    def address(self):
        """One more for a server."""
        self.addresses += 1
        address = f"{SUBNET}.{self.addresses}"
        self.ip("-n", self.servers, "addr", "add", f"{address}/24", "dev", "cable")
        return address

    def start(self, name, words, **more):
        process = subprocess.Popen(["ip", "netns", "exec", name, *map(str, words)], **more)
        self.processes.append(process)
        return process

    def serve(self, words, log, errors):
        return self.start(self.servers, words, stdin=subprocess.DEVNULL, stdout=log, stderr=errors)

    def ask(self, words, plan, errors, timeout=40):
        """What the client printed, and its exit status."""
        done = subprocess.run(["ip", "netns", "exec", self.clients, *map(str, words)], input=plan, stdout=subprocess.PIPE,
                              stderr=errors, text=True, timeout=timeout, check=False)
        return done.stdout, done.returncode

    def await_ports(self, wanted, seconds=20):
        """Until all of (udp or tcp, address, port) are open; those that are not by then."""
        end = time.monotonic() + seconds
        while True:
            lines = self.inside(self.servers, "ss", "-Hlntu").splitlines()
            there = {(line.split()[0], *line.split()[4].rsplit(":", 1)) for line in lines}
            missing = [one for one in wanted if (one[0], one[1], str(one[2])) not in there]
            if not missing or time.monotonic() > end:
                return missing
            time.sleep(0.1)

    def capture(self, path):
        # Immediate, so that nothing is held back at the end; that takes slots of the snap length, hence a short one.
        process = self.start(self.servers, ["tcpdump", "-i", "cable", "-w", path, "-Z", "root", "--immediate-mode",
                                            "-s", "2000", "-B", "32768"],
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        line = process.stderr.readline()  # it listens when it says so
        if "listening" not in line:
            raise RuntimeError(f"tcpdump: {line}{process.stderr.read()}")

        def stop():
            time.sleep(0.5)  # what the kernel still holds
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)
            summary = process.stderr.read()
            if "\n0 packets dropped by kernel" not in "\n" + summary:
                raise RuntimeError(f"tcpdump: {summary}")

        return stop
