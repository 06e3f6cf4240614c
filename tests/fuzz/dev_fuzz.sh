#!/usr/bin/env bash
# ./dev fuzz: which program is built with which compiler, what it is run with, and what is said of it. Compilers and engines are
# stand-ins here, as a build of theirs takes minutes; fuzz.engines has the real ones find the canary.
set -u
faults=0
fault() { printf 'FAULT: %s\n' "$1"; faults=$((faults + 1)); }
rm -rf tree bin && mkdir tree bin
ln -s "$SOURCE_DIR/fuzz" "$SOURCE_DIR/corpus" tree/
cp "$SOURCE_DIR/dev" tree/

cat >bin/cmake <<'END'
#!/usr/bin/env bash
# makes the program that it was asked for: one that says with what it runs, and fails when its options say so
printf 'cmake %s\n' "$*" >>"$CALLS"
while [ $# -gt 0 ]; do
    case $1 in
    -B | --build) build=$2 ;;
    *_fuzzer) program=$1 ;;
    esac
    shift
done
[ -n "${program:-}" ] || exit 0
mkdir -p "$build/fuzz"
cp "$SOURCE_DIR/fuzz/options/$program.options" "$build/fuzz/"
: >"$build/fuzz/sip_mutator.so"
printf '#!/bin/sh\nprintf "%%s " "$0" "$@" >>"$CALLS"; echo >>"$CALLS"\ncase "$*" in *-fails*) exit 77 ;; esac\n' >"$build/fuzz/$program"
chmod +x "$build/fuzz/$program"
END
cat >bin/afl-fuzz <<'END'
#!/usr/bin/env bash
printf 'afl-fuzz %s mutator %s\n' "$*" "${AFL_CUSTOM_MUTATOR_LIBRARY:-none}" >>"$CALLS"
while [ "$1" != -- ]; do
    case $1 in -o) out=$2 ;; -i) [ -n "$(ls -A "$2")" ] || exit 3 ;; -fails) fails=1 ;; esac
    shift
done
mkdir -p "$out/default/crashes"
[ -z "${fails:-}" ] || : >"$out/default/crashes/id:000000"
END
# whatever is asked for is installed
printf '#!/bin/sh\nprintf installed\n' >bin/dpkg-query
chmod +x bin/*
export CALLS=$PWD/calls SOURCE_DIR
PATH=$PWD/bin:$PATH

# run WANTED ARGUMENT…
run() {
    local wanted=$1 got=0
    shift
    : >calls
    tree/dev fuzz "$@" >out 2>&1 </dev/null || got=$?
    [ $got = "$wanted" ] || fault "fuzz $*: status $got, not $wanted: $(cat out)"
}
called() { grep -qF -- "$1" calls || fault "not called: $1; but $(cat calls)"; }
says() { grep -qF -- "$1" out || fault "it does not say: $1; but $(cat out)"; }
tree=$PWD/tree

run 0
called "-B $tree/build/fuzz -G Ninja -DCMAKE_C_COMPILER=clang -DSIPSIM_FUZZ=ON"
called 'session_fuzzer fuzz_corpora'
called "./session_fuzzer -dict=sip.dict -max_len=4096 -timeout=10 -artifact_prefix=$tree/build/fuzz/found/session.crashes/ -max_total_time=60 $tree/build/fuzz/found/session $tree/corpus/seeds/session $tree/corpus/regress/session"
says "by hand: cd $tree/build/fuzz/fuzz && ./session_fuzzer"
run 0 message
called ./message_fuzzer
run 0 libfuzzer uri -- -runs=7 -seed=1
called '-runs=7 -seed=1 '
grep -q max_total_time calls && fault 'options do not stand in the place of the minute'
run 1 libfuzzer uri -- -fails
says "it failed: $tree/build/fuzz/found/uri.crashes; sipsim replay --target uri FILE"

run 0 afl message
called "-B $tree/build/fuzz-afl -G Ninja -DCMAKE_C_COMPILER=afl-clang-fast"
called 'message_fuzzer fuzz_corpora fuzz_afl_mutator'
called "afl-fuzz -x sip.dict -V 60 -i $tree/build/fuzz-afl/found/message.seeds -o $tree/build/fuzz-afl/found/message -- ./message_fuzzer mutator $tree/build/fuzz-afl/fuzz/sip_mutator.so"
run 0 afl uri -- -V 5
called '-V 5 -i '
called 'mutator none'
run 1 afl uri -- -V 5 -fails
says 'it failed: '
says 'default/crashes'

for words in nosuch 'libfuzzer nosuch' 'afl uri message' '--help'; do
    # shellcheck disable=SC2086
    run 2 $words
    says 'usage: ./dev fuzz [libfuzzer|afl] [TARGET] [-- ENGINE-OPTIONS]'
    says 'targets: message uri '
    [ ! -s calls ] || fault "$words: something was built"
done
exit $((faults > 0))
