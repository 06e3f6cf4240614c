#!/bin/bash
# Each limit of a live proxy, by its option, and who is not concerned by it: requests of one address, who is blocked, connections,
# transactions, bytes of a message, memory. RFC3261:26.3.2.4 RFC3261:21.5.7
. "${0%/*}/lib.sh"

push() { timeout 100 python3 "${0%/*}/limits.py" "$@" || fault "limits.py $*"; }
# metric PORT NAME
metric() { python3 -c "import urllib.request as u; print(u.urlopen('http://127.0.0.1:$1/metrics').read().decode())" | awk -v n="sipsim_$2" '$1 == n { print $2 }'; }
# expects WORDS COMMAND…
expects() {
    local wanted=$1 got
    shift
    got=$("$@")
    [[ $got =~ ^$wanted$ ]] || fault "$*: $got, not $wanted"
}
proxy() {
    name=$1
    shift
    start "$name" proxy --listen udp:127.0.0.1:0 --listen tcp:127.0.0.1:0 "$@"
    proxy=$pid
}
ends() {
    stop "$proxy"
    [ "$status" = 0 ] || fault "$name: the proxy ended with $status: $(tail -n 5 "$name.log")"
}

# Most of each is waiting for what does not come. So the proxies whose limits go by what comes in a second are pushed at one after the
# other, and beside them those whose limits are counts.
by_rates() {
    proxy by_default
    expects 'answered 100 other 1' push source_rate "$port"
    expects 'SIP/2.0 513 .*|closed' push message "$port"
    ends

    proxy source_rate --source-rate 5
    expects 'answered ([5-9]|1[0-9]) other 1' push source_rate "$port" # a second's worth at once, and what came up while they came
    ends

    # 100 messages a second: a burst of 300 is more than may wait, and what is refused is told when to come again
    proxy capacity --capacity 100
    expects 'answered ([2-9][0-9]|1[0-9][0-9]) refused ([1-9][0-9]|[12][0-9][0-9]) retry_after 5 other 1' push capacity "$port"
    ends

    # who takes part in overload control is told to send less, the others are refused without a Retry-After. RFC7339:4.1 RFC7339:5.10.2
    proxy overload --capacity 100 --overload
    expects 'quiet 0 loud [1-9][0-9]* retry_after none' push overload "$port"
    ends
}
by_counts() {
    proxy block --offences 10 --block 2s
    expects 'before 1 during 0 other 1 after 1' push block "$port"
    ends

    proxy connections --connections 16
    expects 'open 14' push connections "$port" # an eighth of them is for those that it opens itself
    ends

    proxy transactions --transactions 100 --offences 0
    expects 'before 1 during 1 other 1 after 1' push block "$port"
    expects 'tried [1-9][0-9]* refused [1-9][0-9]+' push transactions "$port" 300
    ends
}
# What it has no time for, the system drops, and tells: all that was sent came or was dropped, and a proxy at rest is hardly busy.
by_load() {
    metrics=$(free_port)
    proxy load --metrics "127.0.0.1:$metrics" --offences 0
    sleep 1
    [ "$(metric "$metrics" busy_ns_total)" -lt 900000000 ] || fault "busy for $(metric "$metrics" busy_ns_total) ns, at rest"
    kill -STOP "$proxy"
    push load "$port"
    kill -CONT "$proxy"
    await 10 all_told || fault "$(metric "$metrics" datagrams_received_total) came, $(metric "$metrics" datagrams_dropped_total) were dropped, of 20000"
    [ "$(metric "$metrics" datagrams_dropped_total)" -gt 0 ] || fault 'nothing was dropped'
    ends
}
all_told() { [ $(($(metric "$metrics" datagrams_received_total) + $(metric "$metrics" datagrams_dropped_total))) = 20000 ]; }
lanes=()
# beside COMMAND: by itself in the background, with processes of its own to end; its faults are its status
beside() {
    (
        pids=()
        trap cleanup EXIT
        trap 'exit 1' INT TERM
        "$@"
        exit $failed
    ) &
    lanes+=($!)
}
trap '[ ${#lanes[@]} = 0 ] || kill "${lanes[@]}"; cleanup' EXIT
beside by_rates
beside by_counts
beside by_load
for lane in "${lanes[@]}"; do
    wait "$lane" || failed=1
done
lanes=()

# More than there is room for: what it keeps stays below what it may keep. The sanitizers keep memory of their own.
if [ "${SANITIZED:-0}" = 0 ]; then
    proxy memory --memory 64MiB --offences 0
    before=$(awk '/VmRSS/ { print $2 }' "/proc/$proxy/status")
    expects 'tried [1-9][0-9]* refused [1-9][0-9]*' push transactions "$port" 20000
    after=$(awk '/VmRSS/ { print $2 }' "/proc/$proxy/status")
    [ $((after - before)) -lt 67000 ] || fault "64 MiB: grew by $((after - before)) KiB"
    ends
fi
finish
