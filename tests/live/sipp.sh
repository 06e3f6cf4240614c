#!/bin/bash
# SIPp's own scenarios against a live user agent, over UDP and TCP: all calls succeed, nothing unexpected, nothing sent twice.
. "${0%/*}/lib.sh"
need_command sipp sip-tester

# The counts of the last line of SIPp's statistics: successes, failures, retransmissions, unexpected messages.
count() {
    awk -F';' -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i } END { print at ? $at : "none" }' "$1"
}
check_calls() {
    local what=$1 stats=$2
    [ "$(count "$stats" 'SuccessfulCall(C)')" = "$calls" ] || fault "$what: $(count "$stats" 'SuccessfulCall(C)') of $calls calls"
    [ "$(count "$stats" 'FailedCall(C)')" = 0 ] || fault "$what: $(count "$stats" 'FailedCall(C)') failed"
    [ "$(count "$stats" 'Retransmissions(C)')" = 0 ] || echo "note: $what: $(count "$stats" 'Retransmissions(C)') retransmissions"
}

# uac SCENARIO TRANSPORT: SIPp calls us
uac() {
    local name=$1_$2 scenario=$1 transport=$2 mode=u1
    [ "$transport" = tcp ] && mode=t1
    start "$name" ua --listen "$transport:127.0.0.1:0"
    local ua=$pid
    timeout 120 sipp "127.0.0.1:$port" -sn "$scenario" -t $mode -i 127.0.0.1 -m "$calls" -r 200 -d 50 -l 500 -nostdin \
        -trace_stat -stf "$name.csv" -fd 1 </dev/null >"$name.sipp.log" 2>&1 || fault "$name: SIPp ended with $?"
    check_calls "$name" "$name.csv"
    stop "$ua"
    [ "$status" = 0 ] || fault "$name: the user agent ended with $status: $(tail -n 3 "$name.log")"
}
uac uac udp
uac uac tcp

# uas TRANSPORT: we call SIPp, which says where it listens only by listening there
uas() {
    local transport=$1 mode=u1 port pid
    [ "$transport" = tcp ] && mode=t1
    port=$(free_port)
    sipp -sn uas -t $mode -i 127.0.0.1 -p "$port" -nostdin -trace_stat -stf "uas_$transport.csv" -fd 1 \
        </dev/null >"uas_$transport.sipp.log" 2>&1 &
    pid=$!
    pids+=("$pid")
    await 10 listens "$transport" "$port" || die "SIPp does not listen"
    "$SIPSIM" live ua --listen "$transport:127.0.0.1:0" --call "sip:service@127.0.0.1:$port;transport=$transport" \
        --count "$calls" --rate 200 --hold 50ms >"to_uas_$transport.out.log" 2>"to_uas_$transport.log" ||
        fault "calls to SIPp over $transport: status $?: $(tail -n 2 "to_uas_$transport.log")"
    says "to_uas_$transport.out.log" "placed: $calls, answered $calls, failed 0" || fault "calls to SIPp over $transport failed"
    kill -9 "$pid"
    wait "$pid" 2>/dev/null
}
uas udp
uas tcp
finish
