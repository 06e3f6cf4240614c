#!/usr/bin/env bash
# Two worlds in step are the same world, in either order and in any number of parts; and every shipped scenario holds,
# with the digest that stands in golden.txt (written anew by: SIPSIM=… SOURCE_DIR=… tests/scenario/verify.sh --golden).
. "${0%/*}/lib.sh"

golden=$SOURCE_DIR/tests/scenario/golden.txt
digest() {
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["run"]["digest"])' "$1"
}

: >golden.txt
for file in "$scenarios"/*.yaml; do
    name=$(basename "$file" .yaml)
    status 0 run "$file" -o "out/$name" --quiet --pcap off --events off
    [ -e "out/$name/results.json" ] || continue
    echo "$name $(digest "out/$name/results.json")" >>golden.txt
done
if [ "${1:-}" = --golden ]; then
    cp golden.txt "$golden"
    exit 0
fi
diff "$golden" golden.txt || fault 'digests changed'

two_phones </dev/null >good.yaml
for file in good.yaml "$scenarios"/{basic_call,cancel_crosses_200,timer_b,fragments}.yaml; do
    for order in fifo seeded; do
        for parts in 1 3; do
            status 0 run "$file" -o verify --force --quiet --verify --order $order --partitions $parts
        done
    done
done
finish
