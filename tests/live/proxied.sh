#!/bin/bash
# SIPp to SIPp through the live proxy, over UDP and TCP: all calls succeed.
. "${0%/*}/lib.sh"
need_command sipp sip-tester

count() {
    awk -F';' -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i } END { print at ? $at : "none" }' "$1"
}

# through TRANSPORT
through() {
    local transport=$1 mode=u1 uas other=tcp
    [ "$transport" = tcp ] && mode=t1 other=udp
    # SIPp's URIs name no transport: the first place that the proxy listens at says what it prefers then
    start "proxy_$transport" proxy --listen "$transport:127.0.0.1:0" --listen "$other:127.0.0.1:0"
    local proxy=$pid at=$port
    uas=$(free_port)
    sipp -sn uas -t $mode -i 127.0.0.1 -p "$uas" -nostdin </dev/null >"uas_$transport.sipp.log" 2>&1 &
    local sipp=$!
    pids+=("$sipp")
    await 10 listens "$transport" "$uas" || die "SIPp does not listen"
    timeout 120 sipp "127.0.0.1:$uas" -rsa "127.0.0.1:$at" -sn uac -t $mode -i 127.0.0.1 -m "$calls" -r 200 -d 50 -l 500 \
        -nostdin -trace_stat -stf "$transport.csv" -fd 1 </dev/null >"uac_$transport.sipp.log" 2>&1 ||
        fault "$transport: SIPp ended with $?"
    [ "$(count "$transport.csv" 'SuccessfulCall(C)')" = "$calls" ] ||
        fault "$transport: $(count "$transport.csv" 'SuccessfulCall(C)') of $calls calls"
    [ "$(count "$transport.csv" 'FailedCall(C)')" = 0 ] || fault "$transport: calls failed"
    kill -9 "$sipp"
    wait "$sipp" 2>/dev/null
    stop "$proxy"
    [ "$status" = 0 ] || fault "$transport: the proxy ended with $status: $(tail -n 3 "proxy_$transport.log")"
}
through udp
through tcp
finish
