# shellcheck shell=bash
# What the tests with SIPp share: its built-in scenarios, and what its statistics say of them.
. "${BASH_SOURCE[0]%/*}/lib.sh"
need_command sipp sip-tester
rm -f branch*messages.log

# The last line of SIPp's statistics has the counts of all the run.
count() {
    awk -F';' -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i } END { print at ? $at : "none" }' "$1"
}

# mode TRANSPORT: one socket for all, or one connection
mode() { if [ "$1" = tcp ]; then echo t1; else echo u1; fi; }

# sipp_calls NAME TRANSPORT SCENARIO ARGUMENTS…: SIPp calls; every call succeeds, nothing unexpected comes. Nothing is sent twice
# either; but a machine that is busy with other things for half a second makes that happen, so there are two more tries.
sipp_calls() {
    local name=$1 transport=$2 scenario=$3 try sent_twice
    shift 3
    for try in 1 2 3; do
        timeout 120 sipp -sn "$scenario" -t "$(mode "$transport")" -i 127.0.0.1 -m "$calls" -r 400 -l 4000 -nostdin \
            -trace_stat -stf "$name.csv" -fd 1 "$@" </dev/null >"$name.sipp.log" 2>&1 || fault "$name: SIPp ended with $?"
        [ "$(count "$name.csv" 'SuccessfulCall(C)')" = "$calls" ] || fault "$name: $(count "$name.csv" 'SuccessfulCall(C)') of $calls calls"
        [ "$(count "$name.csv" 'FailedCall(C)')" = 0 ] || fault "$name: $(count "$name.csv" 'FailedCall(C)') failed"
        sent_twice=$(count "$name.csv" 'Retransmissions(C)')
        if [ "$sent_twice" = 0 ] || [ "${MAY_REPEAT:-0}" = 1 ]; then
            return
        fi
        echo "note: $name: $sent_twice retransmissions in try $try"
    done
    fault "$name: something is sent twice each time"
}

# sipp_answers NAME TRANSPORT SCENARIO: SIPp waits for calls; its port in $uas_port, its id in $uas. It says where it listens only by
# listening there.
sipp_answers() {
    local name=$1 transport=$2 scenario=$3
    uas_port=$(free_port)
    sipp -sn "$scenario" -t "$(mode "$transport")" -i 127.0.0.1 -p "$uas_port" -nostdin -trace_stat -stf "$name.csv" -fd 1 \
        </dev/null >"$name.sipp.log" 2>&1 &
    uas=$!
    pids+=("$uas")
    await 10 listens "$transport" "$uas_port" || die "SIPp does not listen"
}
end_sipp() {
    kill -9 "$1"
    wait "$1" 2>/dev/null
}

# proxy_for TRANSPORT ARGUMENTS…: a live proxy; its port in $port, its id in $pid. SIPp's URIs name no transport: the first place that
# it listens at says what it prefers then.
proxy_for() {
    local transport=$1 other=tcp
    shift
    [ "$transport" = tcp ] && other=udp
    start "proxy_$transport" proxy --listen "$transport:127.0.0.1:0" --listen "$other:127.0.0.1:0" "$@"
}
