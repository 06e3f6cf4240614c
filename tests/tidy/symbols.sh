#!/bin/bash
# shellcheck disable=SC2046,SC2086,SC2013,SC2016
# What the stack leaves to its host is mem*, strlen and the assert hook: so it does no I/O, keeps no time and
# allocates nothing. And neither stack nor simulator has a mutable variable of its own, global or static.
#
# The list holds for plain optimised objects, so they are compiled here, without sanitizers, by the system's
# compiler.
. "${0%/*}/lib.sh"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# compile FOLDER…: objects of all their .c files, each named after its source
compile() {
    sources "$@" | grep '\.c$' | xargs -P "$(nproc)" -I '{}' sh -c '
        object=$0/$(printf %s "$1" | tr / @).o
        cc -std=c17 -O2 -fno-pic -Istack/include -Icrypto/include -Isimnet/include -Isimnet $(pkg-config --cflags libfyaml) \
            -c "$1" -o "$object" || exit 255' "$work" '{}'
}

compile stack simnet || {
    fault 'does not compile'
    finish
}

nm -u "$work"/stack@*.o | awk '$1 == "U" { print $2 }' | sort -u >"$work/undefined"
nm --defined-only "$work"/stack@*.o | awk 'NF == 3 { print $3 }' | sort -u >"$work/defined"
fault_lines 'the stack needs' < <(
    comm -23 "$work/undefined" "$work/defined" | grep -vE '^(mem[a-z]+|strlen|ss_assert_failed)$')

fault_lines 'mutable variable' < <(
    nm -A --defined-only "$work"/*.o | awk '$(NF - 1) ~ /^[dDbBC]$/ { print }' | sed "s|^$work/||")

# Other SIP stacks get linked beside ours.
fault_lines 'exported without its prefix' < <(
    nm -A --defined-only --extern-only "$work"/*.o | sed "s|^$work/||" |
        awk '{ want = $1 ~ /^stack@/ ? "ss_" : "sn_"; if (index($NF, want) != 1) print }')

finish
