#!/bin/bash
# A live registrar and proxy of a domain: digest with hashed secrets, users read again on SIGHUP, metrics, and no secret anywhere.
. "${0%/*}/lib.sh"

echo 'correct horse' >pw
echo 'something else' >wrong
"$SIPSIM" live secret --user alice --realm example.com --password-file pw >users || fault "no secret is made"
"$SIPSIM" live secret --user bob --realm example.com --password-file pw >>users
grep -q '^alice:example.com:SHA-256:[0-9a-f]\{64\}$' users || fault "no SHA-256 secret"
grep -q '^alice:example.com:MD5:[0-9a-f]\{32\}$' users || fault "no MD5 secret"

metrics=$(free_port)
start proxy proxy --listen udp:127.0.0.1:0 --listen tcp:127.0.0.1:0 --domain example.com --users users \
    --bindings bindings.db --metrics "127.0.0.1:$metrics" --log -o judged --force
proxy=$pid at=$port

# user NAME PASSWORD-FILE ARGUMENTS…: a user agent of the domain
user() { echo ua --listen udp:127.0.0.1:0 --aor "sip:$1@example.com" --register sip:example.com --proxy "sip:127.0.0.1:$at" --password-file "$2"; }

# shellcheck disable=SC2046
start bob $(user bob pw)
bob=$pid
get_metric() { python3 -c "import urllib.request as u; print(u.urlopen('http://127.0.0.1:$metrics/metrics').read().decode())" | awk -v n="sipsim_$1" '$1 == n { print $2 }'; }
# What it says is OpenMetrics for a parser that is not ours.
python3 -c 'import prometheus_client' 2>/dev/null && {
    python3 - "$metrics" <<'PY' || fault "the metrics are no OpenMetrics"
import sys, urllib.request
from prometheus_client.openmetrics.parser import text_string_to_metric_families
with urllib.request.urlopen("http://127.0.0.1:%s/metrics" % sys.argv[1]) as reply:
    assert reply.headers["Content-Type"].startswith("application/openmetrics-text"), reply.headers
    families = list(text_string_to_metric_families(reply.read().decode()))
assert {"sipsim_bindings"} <= {f.name for f in families}, families
PY
}
is_bound() { [ "$(get_metric bindings)" = "$1" ]; }
await 20 is_bound 1 || fault "bob is not bound: $(get_metric bindings)"

# shellcheck disable=SC2046
"$SIPSIM" live $(user alice pw) --call sip:bob@example.com --count 5 --rate 10 --hold 100ms >alice.out.log 2>alice.log ||
    fault "calls in the domain fail: $? $(cat alice.log)"
says alice.out.log 'placed: 5, answered 5, failed 0' || fault "calls in the domain fail"
is_bound 1 || fault "alice is still bound after her end"
[ "$(get_metric bindings_kept_total)" -ge 3 ] || fault "changes of bindings are not on the disk"

# A wrong password, and somebody who is no user: refused.
# shellcheck disable=SC2046
"$SIPSIM" live $(user alice wrong) --call sip:bob@example.com --hold 100ms >wrong.out.log 2>wrong.log
[ $? = 8 ] || fault "a wrong password does"
# shellcheck disable=SC2046
"$SIPSIM" live $(user carol pw) --call sip:bob@example.com --hold 100ms >carol.out.log 2>carol.log
[ $? = 8 ] || fault "somebody who is no user registers"

# SIGHUP: now she is one. A file that is wrong changes nothing.
"$SIPSIM" live secret --user carol --realm example.com --password-file pw >>users
kill -HUP "$proxy"
await 10 says proxy.log 'users: 6 secrets' || fault "SIGHUP does not read the users again"
# shellcheck disable=SC2046
"$SIPSIM" live $(user carol pw) --call sip:bob@example.com --hold 100ms >carol.out.log 2>carol.log || fault "SIGHUP did not let carol in: $(cat carol.log)"
echo nonsense >>users
kill -HUP "$proxy"
await 10 says proxy.log 'users:7: user:realm:algorithm:hash' || fault "a wrong file of users is taken"

stop "$bob"
await 10 is_bound 0 || fault "bob is bound after his end"
stop "$proxy"
[ "$status" = 0 ] || fault "the proxy ended with $status: $(cat proxy.log)"
says proxy.out.log '"note":"TXN".*"method":"REGISTER"' || fault "no line of a transaction: $(head -n 3 proxy.out.log)"
grep -a -q 'WWW-Authenticate: Digest .*algorithm=SHA-256' judged/trace.pcapng || fault "SHA-256 is not offered"

# Users with secrets of MD5 alone are offered MD5 alone, for as long as the proxy runs: RFC8760:2.3
grep ':MD5:' users >users_md5
start weak proxy --listen udp:127.0.0.1:0 --domain example.com --users users_md5 -o weak --force
proxy=$pid at=$port
# shellcheck disable=SC2046
start weak_bob $(user bob pw)
await 20 says weak_bob.log 'bob@example.com is registered' || fault "MD5 alone does not do"
stop "$pid"
grep ':SHA-256:' users >>users_md5
kill -HUP "$proxy"
await 10 says weak.log 'still offer MD5 alone' || fault "nobody says that SHA-256 is not offered yet"
stop "$proxy"
[ "$status" = 0 ] || fault "the proxy of MD5 ended with $status: $(cat weak.log)"
grep -a -q 'WWW-Authenticate: Digest .*algorithm=MD5' weak/trace.pcapng || fault "MD5 is not offered"
grep -a -q 'algorithm=SHA-256' weak/trace.pcapng && fault "what nobody can use is offered"

grep -l 'correct horse\|something else' ./*.log && fault "a secret is in a log"
grep -l "$(sed -n 's/^bob.*SHA-256://p' users)" ./*.log && fault "a hashed secret is in a log"
finish
