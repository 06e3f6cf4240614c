#!/usr/bin/env bash
# Broken builds: each line of manifest.txt is a patch that plants a mistake in the stack or the simulator, and the law that
# must see it. The patched files alone are compiled; put before the libraries of the build, they take the place of the
# archives' own. A run must end with status 1 and name the law; the sound build must break none in the same scenarios.
#
#   SOURCE_DIR=… BINARY_DIR=… CC=… tests/planted/run.sh [NAME…]     in an empty directory; all patches when none is named
set -euo pipefail

for tool in patch pkg-config; do
    if ! command -v "$tool" >/dev/null; then
        echo "skipped: no $tool"
        exit 77
    fi
done
planted=$SOURCE_DIR/tests/planted
flags=(-std=c17 -O1 -g -D_POSIX_C_SOURCE=200809L
    -I"$SOURCE_DIR/stack/include" -I"$SOURCE_DIR/crypto/include" -I"$SOURCE_DIR/simnet/include" -I"$SOURCE_DIR/reports/include" -I"$SOURCE_DIR/simnet")
if [[ ${SANITIZED:-0} == 1 ]]; then
    flags+=(-fsanitize=address,undefined -fno-sanitize-recover=all)
fi
if grep -q '^SIPSIM_COVERAGE:BOOL=ON' "$BINARY_DIR/CMakeCache.txt"; then
    flags+=(--coverage)
fi
archives=("$BINARY_DIR/cli/CMakeFiles/sipsim.dir/main.c.o" "$BINARY_DIR/cli/libsipsim_cli.a" "$BINARY_DIR/live/libsl.a" "$BINARY_DIR/fuzz/libfz.a" "$BINARY_DIR/reports/librp.a" "$BINARY_DIR/simnet/libsn.a"
    "$BINARY_DIR/crypto/libsscrypto.a"
    "$BINARY_DIR/stack/libss.a")
read -ra libraries <<<"$(pkg-config --libs libfyaml libcrypto libuv libcares sqlite3)"

# build PROGRAM SOURCE…: sources stand below a folder of their own, at the paths that they have in the repository
build() {
    local program=$1 source objects=() folder
    shift
    for source in "$@"; do
        folder=${source#*/}
        folder=${folder%/*}
        "$CC" "${flags[@]}" -I"$SOURCE_DIR/$folder" -c "$source" -o "${source%.c}.o" || return 1
        objects+=("${source%.c}.o")
    done
    "$CC" "${flags[@]}" "${objects[@]}" "${archives[@]}" "${libraries[@]}" -o "$program"
}

# plant NAME: the patched files below NAME/, the program NAME/sipsim
plant() {
    local name=$1 file files=()
    while read -r file; do
        mkdir -p "$name/${file%/*}"
        cp "$SOURCE_DIR/$file" "$name/$file"
        files+=("$name/$file")
    done < <(sed -n 's|^+++ b/||p' "$planted/$name.patch")
    patch --quiet --no-backup-if-mismatch -p1 -d "$name" <"$planted/$name.patch" || return 1
    build "$name/sipsim" "${files[@]}"
}

# run PROGRAM DIR SCENARIO [OPTION…]: its exit status
run() {
    local program=$1 dir=$2 scenario=$3 status=0
    shift 3
    "$program" run "$planted/$scenario" "$@" -o "$dir" --force --quiet --pcap off --events off >"$dir.out" 2>&1 || status=$?
    echo "$status"
}

laws_in() {
    grep -oE '"(invariant|law)": *"[A-Z]+[0-9]+"' "$1/results.json" | grep -oE '[A-Z]+[0-9]+' | sort -u | xargs
}

# one NAME LAW SCENARIO [OPTION…]: a line of the verdict; fails unless the law was named
one() {
    local name=$1 law=$2 status seen
    shift 2
    if ! plant "$name" >"$name.log" 2>&1; then
        echo "not ok  $name: does not apply or compile: $(tail -n 3 "$name.log")"
        return 1
    fi
    status=$(run "$name/sipsim" "$name/out" "$@")
    seen=$(laws_in "$name/out" 2>/dev/null || true)
    if [[ $status != 1 || " $seen " != *" $law "* ]]; then
        echo "not ok  $name: expected 1 and $law, got $status and ${seen:-no law}: $(tail -n 2 "$name/out.out")"
        return 1
    fi
    echo "ok      $name: $seen"
    rm -rf "$name"
}

# sound SCENARIO [OPTION…]: the build without a mistake breaks no law in it; it may refuse an act that only a mistake lets pass (8)
sound() {
    local status
    status=$(run "$BINARY_DIR/cli/sipsim" "sound.${1%.yaml}" "$@")
    if [[ $status == 0 || $status == 8 ]]; then
        echo "ok      sound build: $*"
    else
        echo "not ok  sound build: $*: $status: $(tail -n 3 "sound.${1%.yaml}.out")"
        return 1
    fi
}

if [[ ${1:-} == --one ]]; then
    shift
    one "$@"
    exit
elif [[ ${1:-} == --sound ]]; then
    shift
    sound "$@"
    exit
fi

lines=$(grep -vE '^(#|$)' "$planted/manifest.txt")
if [[ $# -gt 0 ]]; then
    lines=$(grep -E "^($(IFS='|' && echo "$*")) " <<<"$lines")
fi
failed=0
while read -r scenario; do
    # shellcheck disable=SC2086
    sound $scenario || failed=1
done < <(awk '{ $1 = $2 = ""; print }' <<<"$lines" | sed 's/^ *//' | sort -u)
xargs -L 1 -P "$(nproc)" "$0" --one <<<"$lines" || failed=1
exit $failed
