"""Two record-routing proxies side by side, Kamailio and `sipsim live proxy`: the highest rate of calls that each forwards without a
failure between SIPp and SIPp, found by search, and the processor time that a call takes. Trials alternate between the two, so that
whatever else the machine does meets both. Nothing is judged by time: the ratio is printed, and the only failures are calls that fail at
a rate that every machine can do.

    python3 proxy_rate.py SIPSIM CONFIG
"""
import json
import os
import signal
import socket
import subprocess
import sys
import time

SECONDS = 3          # of a trial
FLOOR = 200          # calls a second that must work
CEILING = 60000
STEPS = 5            # halvings of the interval
BUFFER = "4000000"   # bytes that SIPp's sockets hold: a burst is not what is measured
TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def pin(cpu):
    cpus = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cpus[cpu % len(cpus)]})


def start(command, log, cpu):
    with open(log, "wb") as out:
        return subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True,
                                preexec_fn=lambda: pin(cpu))


def end(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def wait_for_port(port):
    wanted = "0100007F:%04X" % port
    for _ in range(200):
        with open("/proc/net/udp") as table:
            if wanted in table.read():
                return
        time.sleep(0.05)
    sys.exit("nobody listens at port %d" % port)


def ticks_of_group(group):
    """Processor time of all processes of a group, in ticks."""
    total = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % pid) as f:
                fields = f.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            total += int(fields[11]) + int(fields[12])
    return total


class Proxy:
    def __init__(self, name, command):
        self.name, self.port = name, free_port()
        self.process = start([a.replace("PORT", str(self.port)) for a in command], name + ".log", 1)
        wait_for_port(self.port)


def trial(proxy, uas_port, rate, seconds):
    """Calls failed or sent twice, whether the generator kept up, microseconds of processor time a call."""
    stats = "uac.csv"
    if os.path.exists(stats):
        os.remove(stats)
    calls = int(rate * seconds)
    before = ticks_of_group(proxy.process.pid)
    began = time.monotonic()
    uac = start(["sipp", "127.0.0.1:%d" % uas_port, "-rsa", "127.0.0.1:%d" % proxy.port, "-sn", "uac", "-t", "u1", "-i", "127.0.0.1",
                 "-m", str(calls), "-r", str(rate), "-d", "0", "-l", str(max(500, rate)), "-buff_size", BUFFER, "-nostdin", "-timeout",
                 str(int(seconds * 4 + 20)), "-trace_stat", "-stf", stats, "-fd", "1"], "uac.log", 0)
    uac.wait()
    took = time.monotonic() - began
    ticks = ticks_of_group(proxy.process.pid) - before
    with open(stats) as f:
        lines = [line.rstrip("\n").split(";") for line in f]
    last = dict(zip(lines[0], lines[-1]))
    failed = int(last["FailedCall(C)"]) + calls - int(last["SuccessfulCall(C)"]) - int(last["FailedCall(C)"])
    sent_twice = int(last["Retransmissions(C)"])
    return failed, sent_twice, took < seconds * 1.2 + 0.5, ticks * 1e6 / TICKS / calls


def works(proxy, uas_port, rate):
    failed, sent_twice, kept_up, _ = trial(proxy, uas_port, rate, SECONDS)
    good = failed == 0 and kept_up
    print("%-9s %6d/s: %d failed, %d sent twice%s" % (proxy.name, rate, failed, sent_twice, "" if kept_up else ", not at that rate"),
          file=sys.stderr)
    return good


def search(proxies, uas_port):
    low = {p.name: FLOOR for p in proxies}
    high = {p.name: None for p in proxies}
    for _ in range(12):
        for p in proxies:
            if high[p.name] is None:
                rate = min(low[p.name] * 2, CEILING)
                if works(p, uas_port, rate):
                    low[p.name] = rate
                else:
                    high[p.name] = rate
    for _ in range(STEPS):
        for p in proxies:
            middle = (low[p.name] + (high[p.name] or CEILING)) // 2
            if works(p, uas_port, middle):
                low[p.name] = middle
            else:
                high[p.name] = middle
    return low


def main():
    sipsim, config = sys.argv[1:3]
    uas_port = free_port()
    uas = start(["sipp", "-sn", "uas", "-t", "u1", "-i", "127.0.0.1", "-p", str(uas_port), "-buff_size", BUFFER, "-nostdin"], "uas.log", 0)
    wait_for_port(uas_port)
    kamailio = Proxy("kamailio", ["kamailio", "-f", config, "-l", "udp:127.0.0.1:PORT", "-DD", "-E", "-Y", os.getcwd(), "-m", "512", "-M",
                                  "16", "-x", "fm"])
    ours = Proxy("sipsim", [sipsim, "live", "proxy", "--listen", "udp:127.0.0.1:PORT"])
    proxies, result = [kamailio, ours], {"bench": "proxy_rate"}
    try:
        cpu = {p.name: [] for p in proxies}
        for _ in range(3):
            for p in proxies:
                failed, _, _, each = trial(p, uas_port, 1000 if len(sys.argv) < 4 else int(sys.argv[3]), SECONDS)
                if failed:
                    sys.exit("%s: %d calls failed" % (p.name, failed))
                cpu[p.name].append(each)
        for p in proxies:
            result["%s_us_per_call" % p.name] = round(sorted(cpu[p.name])[1], 1)
        result["cpu_ratio"] = round(result["kamailio_us_per_call"] / result["sipsim_us_per_call"], 2)
        if len(sys.argv) < 4:
            rates = search(proxies, uas_port)
            for name, rate in rates.items():
                result["%s_calls_per_s" % name] = rate
            result["ratio"] = round(rates["sipsim"] / rates["kamailio"], 2)
    finally:
        for process in (kamailio.process, ours.process, uas):
            end(process)
    print(json.dumps(result))


main()
