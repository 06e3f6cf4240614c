# Sourced by run.sh and perturbed.sh: a program in which some files of the tree are others.
set -euo pipefail

for tool in patch pkg-config; do
    if ! command -v "$tool" >/dev/null; then
        echo "skipped: no $tool"
        exit 77
    fi
done
planted=$SOURCE_DIR/tests/planted
flags=(-std=c17 -O1 -g -D_POSIX_C_SOURCE=200809L
    -I"$SOURCE_DIR/stack/include" -I"$SOURCE_DIR/crypto/include" -I"$SOURCE_DIR/simnet/include" -I"$SOURCE_DIR/reports/include" -I"$SOURCE_DIR/simnet"
    -include "$SOURCE_DIR/fuzz/planted/planted.h")
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
