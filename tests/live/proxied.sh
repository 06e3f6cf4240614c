#!/bin/bash
# SIPp to SIPp through the live proxy, over UDP and TCP, its uac and its regexp scenario: all calls succeed, nothing unexpected,
# nothing sent twice.
. "${0%/*}/sipp_lib.sh"

# through TRANSPORT
through() {
    local transport=$1 scenario
    proxy_for "$transport"
    local proxy=$pid at=$port
    sipp_answers "uas_$transport" "$transport" uas
    for scenario in uac regexp; do
        sipp_calls "${scenario}_$transport" "$transport" "$scenario" "127.0.0.1:$uas_port" -rsa "127.0.0.1:$at" -d 50
    done
    end_sipp "$uas"
    stop "$proxy"
    [ "$status" = 0 ] || fault "$transport: the proxy ended with $status: $(tail -n 3 "proxy_$transport.log")"
}
through udp
through tcp
finish
