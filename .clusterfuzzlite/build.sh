#!/bin/bash -eu
# Every target of fuzz/include/fz/targets.def as a program in $OUT, with its options, dictionaries and seed corpus. The compiler, its
# flags and the engine are the caller's: ClusterFuzzLite, OSS-Fuzz, or a person with
#
#   OUT=/tmp/out CC=clang CXX=clang++ LIB_FUZZING_ENGINE=-fsanitize=fuzzer .clusterfuzzlite/build.sh
#
# Nothing is read but the tree and nothing is written but $WORK and $OUT. The canary, which must fail, is left out unless
# SIPSIM_CANARY=1.
source=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
case $source in
*/.clusterfuzzlite) source=${source%/*} ;;
*) source=${SRC:?}/sipsim ;;
esac
: "${OUT:?where the programs go}" "${LIB_FUZZING_ENGINE:=-fsanitize=fuzzer}"
: "${CC:=clang}" "${CXX:=clang++}" "${WORK:=$(mktemp -d)}"
build=$WORK/sipsim-fuzz
mkdir -p "$OUT"

# our own flags add the sanitizers where the caller gave none
sanitize=ON
case " ${CFLAGS:-} " in *" -fsanitize="*) sanitize=OFF ;; esac
cmake -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DCMAKE_C_COMPILER="$CC" -DCMAKE_CXX_COMPILER="$CXX" -DCMAKE_C_FLAGS="${CFLAGS:-}" -DCMAKE_CXX_FLAGS="${CXXFLAGS:-}" \
    -DSIPSIM_FUZZ=ON -DSIPSIM_FUZZ_SANITIZE=$sanitize -DSIPSIM_FUZZING_ENGINE="$LIB_FUZZING_ENGINE" -DBUILD_TESTING=OFF
cmake --build "$build"

cd "$build/fuzz"
for program in *_fuzzer; do
    name=${program%_fuzzer}
    if [ "$name" = canary ] && [ "${SIPSIM_CANARY:-0}" != 1 ]; then
        continue
    fi
    cp "$program" "$program.options" "${program}_seed_corpus.zip" "$OUT/"
done
cp ./*.dict "$OUT/"

# the programs run in an image without our libraries: what they need goes with them
mkdir -p "$OUT/lib"
for library in $(ldd "$OUT"/message_fuzzer | awk '/libfyaml|libcrypto|libssl/ { print $3 }'); do
    cp -L "$library" "$OUT/lib/"
done
if command -v patchelf >/dev/null; then
    for program in "$OUT"/*_fuzzer; do
        patchelf --set-rpath '$ORIGIN/lib' "$program"
    done
fi
