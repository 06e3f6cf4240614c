# shellcheck shell=bash
# Kamailio as proxy and registrar between two live user agents: what the tests of it share.
. "${0%/*}/lib.sh"
need_command kamailio kamailio
modules=$(dirname "$(find /usr/lib -path '*kamailio/modules/tm.so' 2>/dev/null | head -n 1)")
for module in tm sl rr pv maxfwd siputils textops kex usrloc registrar auth; do
    [ -e "$modules/$module.so" ] || skip "Kamailio has no module $module"
done

# kamailio_at DIGEST PLACE: its id in $group
kamailio_at() {
    start_group kamailio -f "${0%/*}/kamailio.cfg" -A "DIGEST=\"$1\"" -l "udp:$2" -l "tcp:$2" -DD -E -Y "$PWD" -m 32 -M 8 \
        >"kamailio_$1.log" 2>&1
    await 20 is_up "$2" || die "Kamailio does not start"
}
is_up() {
    python3 - "$1" <<'PY'
import socket, sys
host, port = sys.argv[1].split(":")
sys.exit(socket.socket().connect_ex((host, int(port))) != 0)
PY
}

echo 'correct horse' >pw
echo 'something else' >wrong
# user NAME PASSWORD-FILE ARGUMENTS…: a user agent of the domain
user() { echo ua --aor "sip:$1@example.com" --register sip:example.com --proxy "sip:$at;transport=$transport" --listen "$transport:127.0.0.1:0" --password-file "$2"; }
# callee NAME ARGUMENTS…: bob, until he says that he is registered; his id in $pid
callee() {
    local name=$1
    shift
    # shellcheck disable=SC2046
    start "$name" $(user bob pw) "$@"
    await 20 says "$name.log" 'bob@example.com is registered' || die "bob does not register"
}
# caller NAME STATUS ARGUMENTS…: alice calls him, and ends with that status
caller() {
    local name=$1 wanted=$2
    shift 2
    # shellcheck disable=SC2046
    timeout 60 "$SIPSIM" live $(user alice pw) --call sip:bob@example.com "$@" -o "$name" --force >"$name.out.log" 2>"$name.log"
    local got=$?
    [ $got = "$wanted" ] || fault "$transport, $name: status $got, not $wanted: $(cat "$name.log")"
}

# kamailio_for DIGEST TRANSPORT: what the functions above speak to
kamailio_for() {
    transport=$2
    at=127.0.0.1:$(free_port)
    kamailio_at "$1" "$at"
}

# What is proved of every transport and digest: bob answers, and either side hangs up.
both_hang_up() {
    callee talks --answer 200ms --hold 300ms
    bob=$pid
    caller hangs_up 0 --count 5 --rate 10 --hold 300ms
    says hangs_up.out.log 'placed: 5, answered 5, failed 0' || fault "calls fail"
    stop "$bob"
    says talks.out.log 'taken: 5, answered 5, refused 0' || fault "calls were not taken"

    callee leaves --answer 200ms --hold 300ms --hangup callee
    bob=$pid
    caller is_left 0 --hold 1h
    stop "$bob"
}
