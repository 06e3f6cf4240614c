#!/usr/bin/env bash
# What a message costs beyond what every message costs is a number of instructions for each byte, the same from 300 B to 64 KB
# within 10 % (and one instruction), for shapes as messages are and for hostile ones. callgrind writes a part of its counts before and after each
# reading of tests/bench/message_work; a program that says how to read them is below.
source "$(dirname "$0")/lib.sh"

[[ $BUILD_TYPE == Release && $SANITIZED == 0 ]] || exit 77
command -v valgrind >/dev/null || exit 77

# Where the C library copies by `rep movsb`, valgrind counts an instruction a byte.
export GLIBC_TUNABLES=glibc.cpu.hwcaps=-ERMS,-FSRM
rm -f parts.*
valgrind --tool=callgrind --callgrind-out-file=parts --dump-before=read_measured --dump-after=read_measured \
    "$BINARY_DIR/tests/bench/message_work" >shapes.txt 2>callgrind.err
python3 - <<'PY'
import re, sys

def total(part):
    text = open(f"parts.{part}").read()
    return int(re.search(r"^(?:summary|totals): (\d+)", text, re.M).group(1))

rows = {}
for call, line in enumerate(open("shapes.txt")):
    name, pieces, size = line.split()
    rows.setdefault(name, []).append((int(pieces), int(size), total(2 * call + 2)))
faults = 0
report = []
for name, row in rows.items():
    _, least, base = row[0]
    rates = [(size, (count - base) / (size - least)) for pieces, size, count in row[1:] if pieces >= 4]
    low, high = min(r for _, r in rates), max(r for _, r in rates)
    bad = high > 1.10 * (rates[0][1] if name.startswith("limited_") else low) + 1
    faults += bad
    report.append(f'{{"shape":"{name}","per_byte_milli":[{",".join(str(round(1000 * r)) for _, r in rates)}],'
                  f'"spread_permille":{round(1000 * (high - low) / low)}}}')
    if bad:
        print(f"{name}: " + ", ".join(f"{size} B {rate:.2f}" for size, rate in rates), file=sys.stderr)
print('{"bench":"message_work","shapes":[' + ",".join(report) + "]}")
sys.exit(1 if faults or len(rows) < 40 else 0)
PY
