#!/usr/bin/env bash
# 500 calls a second for 60 s from SIPp to SIPp through the live proxy, over UDP and then over TCP: all 30,000 succeed.
source "$SOURCE_DIR/tests/live/sipp_lib.sh"

declare -a sent_twice=()
calls=30000
for transport in udp tcp; do
    proxy_for $transport
    proxy=$pid at=$port
    sipp_answers "uas_$transport" $transport uas
    timeout 180 sipp "127.0.0.1:$uas_port" -rsa "127.0.0.1:$at" -sn uac -t "$(mode $transport)" -i 127.0.0.1 -m $calls -r 500 -d 100 -l 5000 \
        -nostdin -trace_stat -stf $transport.csv -fd 1 </dev/null >uac_$transport.sipp.log 2>&1 || fault "$transport: SIPp ended with $?"
    [ "$(count $transport.csv 'SuccessfulCall(C)')" = $calls ] || fault "$transport: $(count $transport.csv 'SuccessfulCall(C)') of $calls calls"
    sent_twice[${#sent_twice[@]}]=$(count $transport.csv 'Retransmissions(C)')
    end_sipp "$uas"
    stop "$proxy"
    [ "$status" = 0 ] || fault "$transport: the proxy ended with $status"
done
echo "{\"bench\": \"proxy_500_calls_a_second\", \"calls\": $calls, \"sent_twice_udp\": ${sent_twice[0]}, \"sent_twice_tcp\": ${sent_twice[1]}}"
finish
