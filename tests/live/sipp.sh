#!/bin/bash
# SIPp's own scenarios against a live user agent, over UDP and TCP: all calls succeed, nothing unexpected, nothing sent twice. Its
# regexp scenario looks for addresses, Contact and the origin of the session in our 200.
. "${0%/*}/sipp_lib.sh"

# uac SCENARIO TRANSPORT: SIPp calls us
uac() {
    local name=$1_$2 scenario=$1 transport=$2
    start "$name" ua --listen "$transport:127.0.0.1:0"
    local ua=$pid
    sipp_calls "$name" "$transport" "$scenario" "127.0.0.1:$port" -d 50
    stop "$ua"
    [ "$status" = 0 ] || fault "$name: the user agent ended with $status: $(tail -n 3 "$name.log")"
}
uac uac udp
uac uac tcp
uac regexp udp
uac regexp tcp

# uas TRANSPORT: we call SIPp
uas() {
    local transport=$1
    sipp_answers "uas_$transport" "$transport" uas
    "$SIPSIM" live ua --listen "$transport:127.0.0.1:0" --call "sip:service@127.0.0.1:$uas_port;transport=$transport" \
        --count "$calls" --rate 400 --hold 50ms >"to_uas_$transport.out.log" 2>"to_uas_$transport.log" ||
        fault "calls to SIPp over $transport: status $?: $(tail -n 2 "to_uas_$transport.log")"
    says "to_uas_$transport.out.log" "placed: $calls, answered $calls, failed 0" || fault "calls to SIPp over $transport failed"
    end_sipp "$uas"
}
uas udp
uas tcp
finish
