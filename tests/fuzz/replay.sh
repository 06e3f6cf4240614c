#!/bin/bash
# `sipsim replay --target`: one line for each finding, and the statuses of the design.
set -u
faults=0
fault() { printf '%s\n' "$1"; faults=$((faults + 1)); }
# status WANTED ARGUMENT…: what `sipsim replay` exits with; its output is in `out` and `err`
status() {
    local want=$1 got=0
    shift
    "$SIPSIM" replay "$@" >out 2>err || got=$?
    [ $got = "$want" ] || fault "replay $*: status $got, not $want: $(cat out err)"
}
seeds=$SOURCE_DIR/corpus/seeds regress=$SOURCE_DIR/corpus/regress

"$SIPSIM" replay --list >targets || fault '--list fails'
for target in $(cut -d' ' -f1 targets); do
    status 0 --target "$target" "$seeds/$target"
done

status 1 --target canary "$seeds/canary" "$regress/canary"
grep -q '/sings: canary: ' out || fault 'the finding has no line'
[ "$(wc -l <out)" = 2 ] || fault 'one finding is not one line'
status 1 --target canary --quiet "$regress/canary" "$regress/canary/sings"
[ "$(wc -l <out)" = 2 ] || fault 'two findings are not two lines'
status 0 --target canary --quiet "$seeds/canary"
[ -s out ] && fault '--quiet speaks of nothing'
status 1 --target canary --json "$regress/canary"
grep -q '"oracle": *"canary"' out || fault 'no finding in the JSON'

# any number of inputs, of any kind
status 0 --target message /dev/null "$seeds/message" "$SOURCE_DIR/corpus/rfc" "$seeds/stream/body"
head -c 1048576 /dev/zero >largest
head -c 1048577 /dev/zero >too_large
head -c 65536 "$SIPSIM" >garbage
for target in $(cut -d' ' -f1 targets); do
    status 0 --target "$target" largest garbage /dev/null
done
status 7 --target message too_large
grep -q 'too_large: larger than any input' err || fault 'what is too large is not told'
ln -sfn . loop
status 7 --target message loop
status 0 --target message --quiet -- largest
[ -s out ] && fault '--quiet speaks of nothing'

mkdir -p empty
status 7 --target message empty
grep -q 'empty: no input' err || fault 'an empty folder is not named'
status 7 --target message missing
status 7 --target canary missing "$regress/canary"
status 2 --target mesage "$seeds/message"
grep -q 'did you mean message' err || fault 'no suggestion'
status 2 --target message
status 2
status 7 missing.sfz

# sessions, without a target
status 0 --twice "$seeds/session"
grep -q '/call_direct: ok, digest [0-9a-f]\{16\}$' out || fault 'a session has no verdict and digest'
[ "$(wc -l <out)" = "$(ls "$seeds/session" | wc -l)" ] || fault 'not a line for each session'
status 0 --ladder "$seeds/session/call_by_proxy"
grep -q 'alice.*p1.*bob' out || fault 'no ladder'
status 0 --pcap all -o captured "$seeds/session/call_direct"
[ -s captured/trace.pcapng ] || fault 'no capture'
status 0 --json "$seeds/session/call_direct"
grep -q '"digest": *"[0-9a-f]\{16\}"' out || fault 'no digest in the JSON'
status 10 --expect fail "$seeds/session/call_direct"
status 0 --expect pass "$seeds/session/call_direct"
status 2 --expect nothing "$seeds/session/call_direct"
status 2 --as c "$seeds/session/call_direct"
for input in "$seeds"/session/*; do
    status 0 "$input"
    digest=$(sed -n 's/.*digest //p' out)
    status 0 --as yaml "$input"
    cp out again.yaml
    "$SIPSIM" run -q --events off --pcap off --force -o again again.yaml || fault "$input as yaml fails"
    grep -q "\"$digest\"" again/results.json || fault "$input as yaml has another digest"
done
for garbage in largest garbage /dev/null; do
    status 0 $garbage
done
status 7 too_large

[ $faults -eq 0 ]
