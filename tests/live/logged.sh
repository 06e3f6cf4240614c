#!/bin/bash
# --log of a live proxy: one line of JSON for each transaction, once it has its outcome, that says whose, of what and which; nothing of
# a message. RFC3261:17.2.1 RFC3261:17.1.2.2 RFC6026:7.1
. "${0%/*}/lib.sh"

start proxy proxy --listen tcp:127.0.0.1:0 --domain example.com --log
proxy=$pid at=$port
user() { echo ua --listen tcp:127.0.0.1:0 --aor "sip:$1@example.com" --proxy "sip:127.0.0.1:$at;transport=tcp"; }
# takes NAME ARGUMENTS…
takes() {
    local name=$1
    shift
    # shellcheck disable=SC2046
    start "$name" $(user "$name") --register sip:example.com "$@"
    await 20 says "$name.log" "$name@example.com is registered" || die "$name does not register"
}
takes bob
bob=$pid
takes carol --reject 486
carol=$pid
# shellcheck disable=SC2046
"$SIPSIM" live $(user alice) --call sip:bob@example.com --count 5 --rate 20 --hold 100ms >calls.out.log 2>calls.log || fault "calls: $(cat calls.log)"
# shellcheck disable=SC2046
"$SIPSIM" live $(user alice) --call sip:carol@example.com --count 7 --rate 20 >refused.out.log 2>refused.log
stop "$bob"
stop "$carol"
stop "$proxy"
python3 - <<'PY' || fault "not one line for each: $(cat proxy.out.log)"
import collections, json
lines = [json.loads(l) for l in open("proxy.out.log")]
keys = collections.Counter((l["branch"], l["machine"]) for l in lines)
assert max(keys.values()) == 1, keys.most_common(3)
found = collections.Counter((l["method"], l["machine"], l["status"]) for l in lines)
wanted = {("INVITE", "IST", 200): 5, ("INVITE", "ICT", 200): 5, ("INVITE", "IST", 486): 7, ("INVITE", "ICT", 486): 7, ("BYE", "NIST", 200): 5, ("BYE", "NICT", 200): 5, ("REGISTER", "NIST", 200): 4}
assert found == wanted, found
PY
finish
