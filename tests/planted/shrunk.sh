#!/usr/bin/env bash
# What the engine finds of a mistake is made small: of some planted ones the least session has twelve messages at most, and each record
# that is left is needed, which shrink says.
. "${0%/*}/lib.sh"

plant() {
    local name=$1
    install -D -m 644 "$SOURCE_DIR/$2" "$name/$2"
    patch --quiet --no-backup-if-mismatch -p1 -d "$name" <"$planted/$name.patch"
    build "$name/sipsim" "$name/$2"
}

# count_messages DIR: that left somebody until the law was broken
count_messages() {
    python3 - "$1" <<'END'
import json, sys
at = json.load(open(sys.argv[1] + "/results.json"))["violations"]["first"][0]["at_ns"]
facts = (json.loads(line) for line in open(sys.argv[1] + "/events.jsonl"))
print(sum(f.get("kind") in ("DATAGRAM_SENT", "STREAM_SENT") and f["t_ns"] <= at for f in facts))
END
}

# one NAME FILE LAW
one() {
    local name=$1 law=$3 found least messages
    rm -rf "$name"
    plant "$name" "$2"
    "$name/sipsim" fuzz --target session --runs 3000 --time 100s --seed 1 --corpus "$SOURCE_DIR/corpus/seeds/session" -o "$name/found" --quiet \
        >"$name/keys" 2>&1 || true
    found=$(grep -A 1 "^found: $law " "$name/keys" | sed -n 's/^ *again: .* //p' | tr -d "'" | tail -n 1)
    [[ -n $found ]] || { echo "not ok  $name: $law is not found: $(cat "$name/keys")" && return 1; }
    "$name/sipsim" shrink -o "$name/least" "$found" >"$name/shrunk"
    least=$(find "$name/least" -type f ! -name '*.sipr')
    "$name/sipsim" replay --as yaml "$least" >"$name/least.yaml"
    "$name/sipsim" run "$name/least.yaml" -o "$name/run" --force --quiet --pcap off >/dev/null 2>&1 || true
    messages=$(count_messages "$name/run")
    grep -q '^needed, each of them:$' "$name/shrunk" || { echo "not ok  $name: $(cat "$name/shrunk")" && return 1; }
    [[ $messages -le 12 ]] || { echo "not ok  $name: $messages messages: $(cat "$name/shrunk")" && return 1; }
    "$name/sipsim" replay "$least.sipr" >"$name/again" || { echo "not ok  $name: $(cat "$name/again")" && return 1; }
    echo "ok      $name: $messages messages;$(sed -n 's/^  / /p' "$name/shrunk" | tr '\n' ';')"
}

failed=0
one max_forwards_kept stack/proxy/forward.c PRX2 || failed=1
one copies_of_requests_ignored stack/txn/noninvite_server.c TX17 || failed=1
exit $failed
