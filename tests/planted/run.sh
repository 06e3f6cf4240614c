#!/usr/bin/env bash
# Broken builds: each line of manifest.txt is a patch that plants a mistake in the stack or the simulator, and the law that
# must see it. The patched files alone are compiled; put before the libraries of the build, they take the place of the
# archives' own. A run must end with status 1 and name the law; the sound build must break none in the same scenarios.
#
#   SOURCE_DIR=… BINARY_DIR=… CC=… tests/planted/run.sh [NAME…]     in an empty directory; all patches when none is named
. "${0%/*}/lib.sh"

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
