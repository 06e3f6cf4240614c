#!/usr/bin/env python3
"""Sends a train of numbered datagrams over a loopback with netem, and the same train over a link with the same string in sipsim, and compares
what became of both. Called by netem_of_the_kernel.sh, inside a network namespace that is its own to change."""
import json
import math
import socket
import struct
import subprocess
import sys
import threading
import time

PACKETS, SPACING_NS = 2000, 500_000
LATEST_S = 0.3  # after the last one nothing is under way any more

# What is compared of each: shares (lost, copied, late), the mean delay, its standard deviation.
STRINGS = [
    "delay 20ms",
    "delay 30ms 4ms distribution normal",
    "delay 30ms 8ms",
    "loss 10%",
    "loss gemodel 2% 20%",
    "loss state 2% 30% 20% 50% 1%",
    "duplicate 5%",
    "delay 10ms reorder 25% gap 5",
    "delay 20ms loss 5% duplicate 3%",
]


class Train:
    def __init__(self):
        self.sent = {}
        self.came = []  # (when, number)

    def statistics(self):
        seen = {}
        late, highest = 0, -1
        for when, number in sorted(self.came):
            late += number < highest and number not in seen
            seen.setdefault(number, when)
            highest = max(highest, number)
        delays = [seen[n] - self.sent[n] for n in seen]
        mean = sum(delays) / len(delays)
        spread = math.sqrt(sum((d - mean) ** 2 for d in delays) / len(delays))
        return {
            "lost": 1 - len(seen) / len(self.sent),
            "copied": (len(self.came) - len(seen)) / len(self.sent),
            "late": late / len(self.sent),
            "mean": mean / 1e6,
            "spread": spread / 1e6,
        }


def receive(sock, train, stop):
    """The kernel's own instants of arrival: a busy machine makes the reading late, not them."""
    while not stop.is_set():
        try:
            data, more, _, _ = sock.recvmsg(64, 256)
        except socket.timeout:
            continue
        seconds, rest = struct.unpack("qq", more[0][2][:16])
        train.came.append((seconds * 10**9 + rest, struct.unpack("I", data[:4])[0]))


def through_the_kernel(string):
    subprocess.run(["tc", "qdisc", "replace", "dev", "lo", "root", "netem", "limit", "100000"] + string.split(), check=True)
    train, stop = Train(), threading.Event()
    to = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    to.bind(("127.0.0.1", 0))
    to.settimeout(0.2)
    to.setsockopt(socket.SOL_SOCKET, 35, 1)  # SO_TIMESTAMPNS
    to.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    reader = threading.Thread(target=receive, args=(to, train, stop))
    reader.start()
    by = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    begin = time.monotonic_ns()
    for number in range(PACKETS):
        while time.monotonic_ns() < begin + number * SPACING_NS:
            pass
        train.sent[number] = time.time_ns()
        by.sendto(struct.pack("I", number) + bytes(400), to.getsockname())
    time.sleep(LATEST_S)
    stop.set()
    reader.join()
    return train


SCENARIO = """sipsim: 1
name: a train of packets
duration: 5s
drain: 40s
links:
  net:  {{netem: "{string}", compat: netem}}
  wire: {{delay: 1ms}}
routers: {{core: {{}}}}
nodes:
  sink:   {{role: ua, link: wire}}
  source: {{role: tap, link: net, toward: sink, injects: {{message: "{text}", rate: 2000/s, limit: {packets}}}}}
"""


def through_sipsim(sipsim, string):
    with open("train.yaml", "w", encoding="ascii") as file:
        file.write(SCENARIO.format(string=string, text="x" * 404, packets=PACKETS))
    run = subprocess.run([sipsim, "run", "train.yaml", "-o", "out", "--force", "--quiet", "--pcap", "off"], check=False)
    if run.returncode != 0:
        sys.exit(f"sipsim ended with {run.returncode}")
    train = Train()
    with open("out/events.jsonl", encoding="utf-8") as file:
        for line in file:
            fact = json.loads(line)
            if fact.get("link") != "source -> core":
                continue
            if fact["kind"] == "LINK_SENT":
                train.sent[fact["ordinal"]] = fact["t_ns"]
            elif fact["kind"] == "LINK_ARRIVED":
                train.came.append((fact["t_ns"], fact["ordinal"]))
    return train


def apart(name, kernel, ours):
    """How far the two may be apart: 5 sigma of a share, of runs of a few packets; a clock that ticks, and a busy machine."""
    if name == "mean":
        return 1.5 + 5 * max(kernel["spread"], ours["spread"]) / math.sqrt(PACKETS)
    if name == "spread":
        return 1.0 + 0.1 * max(kernel["spread"], ours["spread"])
    share = max(kernel[name], ours[name])
    return 0.002 + 5 * math.sqrt(2 * 8 * share * (1 - share) / PACKETS)


def main():
    faults = 0
    for string in STRINGS:
        kernel = through_the_kernel(string).statistics()
        ours = through_sipsim(sys.argv[1], string).statistics()
        for name in kernel:
            fine = abs(kernel[name] - ours[name]) <= apart(name, kernel, ours)
            faults += not fine
            print(f"{string:38} {name:7} kernel {kernel[name]:8.4f}  ours {ours[name]:8.4f}{'' if fine else '  APART'}")
    sys.exit(faults != 0)


if __name__ == "__main__":
    main()
