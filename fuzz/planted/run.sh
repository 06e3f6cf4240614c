#!/usr/bin/env bash
# How long the session engine takes to find bugs that real stacks shipped: each line of manifest.txt is a patch; its files alone are compiled
# and put before the archives of the build, as tests/planted does, and `sipsim fuzz` searches with the target of the line until it found
# something. JSON on stdout:
#
#   {"bugs":[{"id":"B06","target":"session","patch":"…","reached":12,"triggered":3,"detected":true,"oracle":"TX3 ua …","seconds":2}]}
#
# reached and triggered are counts, by planted.h. What is triggered and not detected wants an oracle; what is reached and not triggered
# wants a mutation.
#
# With --seeds N each is looked for N times, from seed --seed on; `seconds` is the median then, and it is detected when that one was.
#
# With --keep DIR the program with the bug stays as DIR/ID/sipsim, and what it was found by in DIR/ID/found.
#
#   SOURCE_DIR=… BINARY_DIR=… CC=… fuzz/planted/run.sh [--json] [--time SECONDS] [--seed N] [--seeds N] [--keep DIR] [ID…]
set -euo pipefail

time=60 seed=1 seeds=1 keep='' never=999999
while [[ ${1:-} == --* ]]; do
    case $1 in
    --json) shift && continue ;; # there is no other form
    --time) time=$2 ;;
    --seed) seed=$2 ;;
    --seeds) seeds=$2 ;;
    --keep) keep=$2 ;;
    *) printf 'no option %s\n' "$1" >&2 && exit 2 ;;
    esac
    shift 2
done
here=$SOURCE_DIR/fuzz/planted
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

flags=(-std=c17 -O1 -g -D_POSIX_C_SOURCE=200809L -I"$SOURCE_DIR/stack/include" -I"$SOURCE_DIR/crypto/include"
    -I"$SOURCE_DIR/simnet/include" -I"$SOURCE_DIR/simnet" -DPLANTED_COUNTS -include "$here/planted.h")
if grep -q '^SIPSIM_SANITIZE:BOOL=ON' "$BINARY_DIR/CMakeCache.txt"; then
    flags+=(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
fi
archives=("$BINARY_DIR/cli/CMakeFiles/sipsim.dir/main.c.o" "$BINARY_DIR/cli/libsipsim_cli.a" "$BINARY_DIR/live/libsl.a" "$BINARY_DIR/fuzz/libfz.a"
    "$BINARY_DIR/reports/librp.a" "$BINARY_DIR/simnet/libsn.a" "$BINARY_DIR/crypto/libsscrypto.a" "$BINARY_DIR/stack/libss.a")
read -ra libraries <<<"$(pkg-config --libs libfyaml libcrypto libuv libcares sqlite3)"

# plant PATCH DIR: the patched files below DIR, the program DIR/sipsim
plant() {
    local patch=$1 dir=$2 file source objects=()
    while read -r file; do
        mkdir -p "$dir/${file%/*}"
        cp "$SOURCE_DIR/$file" "$dir/$file"
    done < <(sed -n 's|^+++ b/||p' "$patch")
    patch --quiet --no-backup-if-mismatch -p1 -d "$dir" <"$patch" || return 1
    while read -r file; do
        source=$dir/$file
        "$CC" "${flags[@]}" -I"$SOURCE_DIR/${file%/*}" -c "$source" -o "${source%.c}.o" || return 1
        objects+=("${source%.c}.o")
    done < <(sed -n 's|^+++ b/||p' "$patch")
    "$CC" "${flags[@]}" "$here/planted.c" "${objects[@]}" "${archives[@]}" "${libraries[@]}" -o "$dir/sipsim"
}

# search TARGET PROGRAM DIR SEED: until something is found that the sound build has not, or the time is over; its key on stdout
search() {
    local target=$1 program=$2 dir=$3 seed=$4 pid status=0 key=''
    mkdir -p "$dir"
    : >"$dir/keys"
    SIPSIM_PLANTED=$dir/counts "$program" fuzz --target "$target" --time "${time}s" --seed "$seed" \
        --corpus "$SOURCE_DIR/corpus/seeds/$target" -o "$dir/found" --quiet >"$dir/keys" 2>"$dir/log" &
    pid=$!
    while [[ -z $key ]] && kill -0 "$pid" 2>/dev/null; do
        sleep 0.2
        key=$(sed -n 's/^found: //p' "$dir/keys" | grep -vxFf "$work/sound.$target" | head -n 1) || true
    done
    kill -INT "$pid" 2>/dev/null || true
    wait "$pid" || status=$?
    [[ -n $key ]] || key=$(sed -n 's/^found: //p' "$dir/keys" | grep -vxFf "$work/sound.$target" | head -n 1) || true
    case $status in
    0 | 1 | 11) printf '%s\n' "$key" ;;
    *) tail -n 3 "$dir/log" >&2 && return 7 ;;
    esac
}

# look_for TARGET DIR: with each seed, for `oracle` and the median of `seconds`; `never` when it was not found
look_for() {
    local target=$1 dir=$2 began key took=() n
    oracle=''
    for ((n = 0; n < seeds; n++)); do
        began=$(date +%s)
        key=$(search "$target" "$dir/sipsim" "$dir" $((seed + n))) || exit 7
        took+=("$([[ -n $key ]] && echo $(($(date +%s) - began)) || echo "$never")")
        oracle=${oracle:-$key}
        [[ -n $keep ]] || rm -rf "$dir/found"
    done
    seconds=$(printf '%s\n' "${took[@]}" | sort -n | sed -n "$(((seeds + 1) / 2))p")
}

json_text() { sed 's/[\\"]/\\&/g' <<<"$1"; }

# What the engine has against the sound build is open, and detects nothing: it is looked for as long as each bug is.
know_sound() {
    local target=$1 key
    [[ ! -e $work/sound.$target ]] || return 0
    : >"$work/sound.$target"
    while key=$(search "$target" "$BINARY_DIR/cli/sipsim" "$work/sound.d" "$seed") && [[ -n $key ]]; do
        sed -n 's/^found: //p' "$work/sound.d/keys" >>"$work/sound.$target"
        printf 'sound build, %s: %s\n' "$target" "$key" >&2
        rm -rf "$work/sound.d"
    done
}

# counted DIR NTH: how often it was reached (1) or triggered (2), with the last seed
counted() {
    [[ ! -s $1/counts ]] || od -An -v -t u8 -w8 "$1/counts" | sed -n "$2s/ //gp"
}

separator='' missed=0
printf '{"bugs":['
while read -r id target patch what; do
    if [[ $# -gt 0 && " $* " != *" $id "* ]]; then
        continue
    fi
    if ! plant "$SOURCE_DIR/$patch" "$work/$id" >"$work/$id.log" 2>&1; then
        printf '%s: does not apply or compile: %s\n' "$id" "$(tail -n 3 "$work/$id.log")" >&2
        exit 7
    fi
    know_sound "$target"
    look_for "$target" "$work/$id"
    reached=$(counted "$work/$id" 1) triggered=$(counted "$work/$id" 2)
    detected=true
    if [[ $seconds -eq $never ]]; then
        detected=false missed=$((missed + 1)) oracle='' seconds=$time
    fi
    printf '%s{"id":"%s","target":"%s","patch":"%s","what":"%s","reached":%d,"triggered":%d,"detected":%s,"oracle":"%s","seconds":%d}' \
        "$separator" "$id" "$target" "$patch" "$(json_text "$what")" "${reached:-0}" "${triggered:-0}" "$detected" \
        "$(json_text "$oracle")" "$seconds"
    separator=','
    printf '%s reached %d, triggered %d, %s, %ss: %s\n' "$id" "${reached:-0}" "${triggered:-0}" \
        "$([[ $detected == true ]] && echo detected || echo unseen)" "$seconds" "${oracle:-nothing}" >&2
    if [[ -n $keep ]]; then
        mkdir -p "$keep"
        rm -rf "${keep:?}/$id"
        mv "$work/$id" "$keep/$id"
    fi
    rm -rf "${work:?}/$id"
done < <(grep -vE '^(#|$)' "$here/manifest.txt")
printf ']}\n'
[[ $missed -eq 0 ]]
