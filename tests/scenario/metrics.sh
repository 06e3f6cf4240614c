#!/usr/bin/env bash
# metrics.csv: every row is whole, buckets follow each other, columns add up to results.json, and events stand at their instant.
. "${0%/*}/lib.sh"

cat >sums.py <<'END'
import csv, json, sys

folder = sys.argv[1]
rows = list(csv.DictReader(open(folder + '/metrics.csv', newline='')))
results = json.load(open(folder + '/results.json'))
m, end = results['metrics'], results['run']['end_ns']
assert 0 < len(rows) <= 256 and all(None not in row and None not in row.values() for row in rows)
width = int(rows[0]['to_ns'])
for n, row in enumerate(rows):
    assert int(row['from_ns']) == n * width and int(row['to_ns']) == (n + 1) * width, row
assert int(rows[-1]['from_ns']) <= end < int(rows[-1]['to_ns'])

def total(column):
    return sum(int(row[column]) for row in rows)

def peak(column):
    return max(int(row[column]) for row in rows)

def added(*starts):
    return sum(v for k, v in m.items() if k.startswith(starts) and isinstance(v, int))

def queues(what):
    return sum(v for k, v in m.items() if k.startswith('queue.') and k.endswith(what))

want = {'calls_placed': m['attempts'], 'calls_answered': m['established'], 'calls_ended': m['completed'],
        'calls_rejected': m['redirected'] + m['rejected_busy'] + m['rejected_other'], 'calls_failed': m['failed'],
        'calls_cancelled': m['cancelled'], 'calls_blocked': m['blocked'], 'registrations': m['registrations'],
        'registrations_failed': m['registrations_failed'],
        'messages_sent': m['datagrams_sent'] + m['stream_messages_sent'],
        'messages_received': m['datagrams_received'] + m['stream_messages_received'],
        'retransmits': added('retransmits.'), 'refused': m['overloads'] + queues('.refused') + queues('.dropped'),
        'packets': m['packets'], 'lost': m['dropped.loss'], 'queue_full': m['dropped.queue'],
        'dropped_otherwise': added('dropped.') - m['dropped.loss'] - m['dropped.queue']}
for column, value in want.items():
    assert total(column) == value, (column, total(column), value)
assert peak('transactions') == m['transactions_peak'] and peak('dialogs') == m['dialogs_peak']
assert int(rows[-1]['transactions']) >= m['transactions_live']
assert peak('queue_length') == max(v for k, v in m.items() if k.startswith('queue.') and k.endswith('.longest'))
print('; '.join(f"{row['from_ns']}:{row['marks']}" for row in rows if row['marks']))
END

# sums SCENARIO [MARKS]: its columns add up, and these are its marks
sums() {
    local got=0
    "$SIPSIM" run "$scenarios/$1.yaml" -o "$1" --quiet --events off --pcap off || fault "$1: status $?"
    got=$(python3 sums.py "$1") || fault "$1/metrics.csv is not what results.json is"
    [ $# -lt 2 ] || [ "$got" = "$2" ] || fault "$1: other marks: $got"
}

sums basic_call
sums tcp_call
sums overload_503
sums cancel_crosses_200
sums links_in_time '0:link of alice is down; 500000000:link of alice is down; 9750000000:link of bob upwards is clogged; 20000000000:link of alice downwards changes; 30000000000:drain'
sums proxy_crash
python3 sums.py proxy_crash | grep -q 'crashes' || fault 'the crash of the proxy is no mark'
sums dns_black_hole

two_phones </dev/null >good.yaml
status 0 run good.yaml -o one --quiet
status 0 run good.yaml -o three --quiet --partitions 3
cmp one/metrics.csv three/metrics.csv || fault 'other metrics from three partitions'
finish
