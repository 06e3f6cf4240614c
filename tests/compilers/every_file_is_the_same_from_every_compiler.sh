#!/usr/bin/env bash
# Every output file of the quick start is the same, byte for byte, from gcc -O0, gcc -O3 and clang -O2, under AddressSanitizer
# (the build that runs this test), twice in a row, and as 2 and as 7 partitions, in both orders. Only engine.json may differ.
set -euo pipefail

scenario=$SOURCE_DIR/scenarios/quickstart.yaml
failed=0

build() {
    local name=$1 compiler=$2 flags=$3
    cmake -S "$SOURCE_DIR" -B "$name" -G Ninja -DBUILD_TESTING=OFF -DCMAKE_C_COMPILER="$compiler" \
        -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS="$flags" >"$name.log" 2>&1 || { cat "$name.log"; exit 1; }
    cmake --build "$name" >>"$name.log" 2>&1 || { cat "$name.log"; exit 1; }
}

# run NAME BINARY OPTION…: the files' hashes go to NAME.sums
run() {
    local name=$1 binary=$2
    shift 2
    "$binary" run "$scenario" -o "out/$name" --force --quiet --events all --pcap all "$@" >"$name.stdout" 2>"$name.stderr" ||
        { echo "$name: sipsim ended with $?"; cat "$name.stderr"; failed=1; }
    (cd "out/$name" && find . -type f ! -name engine.json -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) >"$name.sums"
    rm -r "out/$name"
}

same() {
    local reference=$1 name=$2
    if cmp -s "$reference.sums" "$name.sums"; then
        echo "same: $name"
    else
        echo "DIFFERS: $name from $reference"
        diff "$reference.sums" "$name.sums" || true
        failed=1
    fi
}

mkdir -p out
build gcc_O3 gcc -O3
build gcc_O0 gcc -O0
build clang_O2 clang -O2

for order in fifo seeded; do
    run "$order" gcc_O3/cli/sipsim --order "$order"
    [[ $(wc -l <"$order.sums") -ge 5 ]] || { echo "$order: too few files"; cat "$order.sums"; exit 1; }
    run "$order-again" gcc_O3/cli/sipsim --order "$order"
    run "$order-gcc-O0" gcc_O0/cli/sipsim --order "$order"
    run "$order-clang" clang_O2/cli/sipsim --order "$order"
    run "$order-2-partitions" gcc_O3/cli/sipsim --order "$order" --partitions 2
    run "$order-7-partitions" gcc_O3/cli/sipsim --order "$order" --partitions 7
    for other in again gcc-O0 clang 2-partitions 7-partitions; do
        same "$order" "$order-$other"
    done
done
run seeded-asan "$SIPSIM" --order seeded
same seeded seeded-asan
if cmp -s fifo.sums seeded.sums; then
    echo "fifo and seeded order gave the same files: the comparison compares nothing"
    failed=1
fi
run other-seed gcc_O3/cli/sipsim --order fifo --seed 43
if cmp -s fifo.sums other-seed.sums; then
    echo "another seed gave the same files: the comparison compares nothing"
    failed=1
fi
exit $failed
