#!/bin/bash
# A live proxy and registrar between a baresip, which runs without a screen and a sound card, and a live user agent: baresip registers
# with digest and unregisters, answers and is left, answers and hangs up, calls and is left, calls and hangs up, and is told that
# somebody is busy; over UDP and TCP. What all three did is judged. RFC3261:10.2 RFC3261:16 RFC3261:22
. "${0%/*}/lib.sh"
need_command baresip baresip-core
modules=$(dirname "$(find /usr/lib -path '*baresip/modules/account.so' 2>/dev/null | head -n 1)")
for module in account menu g711 aubridge ctrl_tcp; do
    [ -e "$modules/$module.so" ] || skip "baresip has no module $module"
done

# Of digest it knows MD5 alone, and a challenge of another algorithm beside it is too much for it: so nobody has a secret of another.
echo opensesame >pw
for user in alice bob; do
    "$SIPSIM" live secret --user "$user" --realm example.com --password-file pw
done | grep ':MD5:' >users

# baresip_at TRANSPORT: bob, answering by himself; his id in $bob, his control port in $control. Its folder is made anew.
baresip_at() {
    local folder=baresip_$1
    control=$(free_port)
    rm -rf "$folder"
    mkdir "$folder"
    : >"$folder/contacts"
    cat >"$folder/config" <<CONFIG
sip_listen 127.0.0.1:0
net_interface 127.0.0.1
module_path $modules
module g711.so
module aubridge.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:$control
audio_source aubridge,call
audio_player aubridge,call
audio_alert aubridge,alert
CONFIG
    echo "<sip:bob@example.com;transport=$1>;auth_user=bob;auth_pass=opensesame;answermode=auto;regint=600;audio_codecs=pcmu;outbound=\"sip:127.0.0.1:$at;transport=$1\"" \
        >"$folder/accounts"
    baresip -f "$folder" -s </dev/null >"$folder.log" 2>&1 &
    bob=$!
    pids+=("$bob")
    await 20 starts "$folder" || skip "baresip does not run here: $(tail -n 1 "$folder.log")"
    await 20 says "$folder.log" '200 OK (sipsim) \[1 binding\]' || die "$1: baresip does not register"
}
starts() { says "$1.log" 'baresip is ready' || ! kill -0 "$bob" 2>/dev/null; }

# drives NAME STEP…: in the background, when it hears every event; its id in $driver
drives() {
    local name=$1
    shift
    python3 "${0%/*}/baresip.py" "$control" say "$@" >"$name.out.log" 2>"$name.log" &
    driver=$!
    pids+=("$driver")
    await 20 says "$name.out.log" ready || die "$name: baresip cannot be told what to do"
}
driven() { wait "$driver" || fault "$transport, $1: $(tail -n 1 "$1.log")"; }

# user ARGUMENTS…: Alice
user() { echo ua --aor sip:alice@example.com --register sip:example.com --proxy "sip:127.0.0.1:$at;transport=$transport" --listen "$transport:127.0.0.1:0" --password-file pw; }
# calls NAME ARGUMENTS…: she calls him
calls() {
    local name=${transport}_$1
    shift
    # shellcheck disable=SC2046
    timeout 60 "$SIPSIM" live $(user) --call sip:bob@example.com "$@" -o "$name" --force >"$name.out.log" 2>"$name.log" ||
        fault "$transport, $name: status $?: $(cat "$name.log")"
    says "$name.out.log" 'answered 1, failed 0' || fault "$transport, $name: $(cat "$name.out.log")"
}
# takes NAME ARGUMENTS…: she waits to be called; ends_taking TALLY: and has been
takes() {
    local name=${transport}_$1
    shift
    # shellcheck disable=SC2046
    start "$name" $(user) "$@" -o "$name" --force --json
    taker=$pid took=$name
    await 20 says "$name.log" 'alice@example.com is registered' || die "$name: Alice does not register"
}
ends_taking() {
    stop "$taker"
    [ "$status" = 0 ] || fault "$took: status $status: $(cat "$took.log")"
    says "$took.out.log" "$1" || fault "$took: $(cat "$took.out.log")"
}

# hung_up_by HER|HIM NAME: as her events have it
hung_up_by() {
    local hangs_up=1 is_left=0
    [ "$1" = HER ] || hangs_up=0 is_left=1
    [ "$(grep -c '"call_event":"HANGUP"' "$2/events.jsonl")" = $hangs_up ] &&
        [ "$(grep -c '"call_event":"BYE"' "$2/events.jsonl")" = $is_left ] || fault "$2: not hung up by $1"
}

both_ways() {
    transport=$1
    start "proxy_$transport" proxy --listen "$transport:127.0.0.1:0" --domain example.com --users users --log -o "proxied_$transport" --force
    local proxy=$pid
    at=$port
    baresip_at "$transport"

    drives "answers_$transport" await=CALL_ESTABLISHED await=CALL_CLOSED
    calls leaves --hold 300ms
    driven "answers_$transport"
    hung_up_by HER "${transport}_leaves"
    drives "hangs_up_$transport" await=CALL_ESTABLISHED hangup
    calls is_left --hold 1h
    driven "hangs_up_$transport"
    hung_up_by HIM "${transport}_is_left"

    takes leaves_who_called --answer 100ms --hold 300ms --hangup callee
    drives "dials_$transport" dial=sip:alice@example.com await=CALL_ESTABLISHED await=CALL_CLOSED
    driven "dials_$transport"
    ends_taking '"taken":1,"accepted":1,"refused":0'
    hung_up_by HER "$took"
    takes is_left_by_who_called --answer 100ms
    drives "dials_and_hangs_up_$transport" dial=sip:alice@example.com await=CALL_ESTABLISHED hangup
    driven "dials_and_hangs_up_$transport"
    await 20 says "$took.out.log" '"call_event":"BYE"' || fault "$took: she is not left"
    ends_taking '"taken":1,"accepted":1,"refused":0'
    hung_up_by HIM "$took"
    takes is_busy --reject 486
    drives "dials_in_vain_$transport" dial=sip:alice@example.com await=CALL_CLOSED
    driven "dials_in_vain_$transport"
    says "dials_in_vain_$transport.log" '"param": "486' || fault "$transport: baresip hears no 486"
    ends_taking '"taken":1,"accepted":0,"refused":1'

    stop "$bob"
    says "baresip_$transport.log" 'expires=0' || fault "$transport: baresip does not unregister"
    stop "$proxy"
    [ "$status" = 0 ] || fault "$transport: the proxy ended with $status: $(cat "proxy_$transport.log")"
}
both_ways udp
both_ways tcp
finish
