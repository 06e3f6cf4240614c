#!/bin/bash
# libFuzzer and AFL++ themselves, where they are installed: each finds the canary's song with two jobs, and merges a corpus; and AFL++
# takes our mutators. The canary is built here: it is a few lines, and no part of this build is instrumented.
set -u
for tool in clang afl-fuzz afl-clang-fast afl-cmin; do
    command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
faults=0
fault() { printf '%s\n' "$1"; faults=$((faults + 1)); }
status() {
    local want=$1 got=0
    shift
    "$SIPSIM" "$@" >out 2>err </dev/null || got=$?
    [ $got = "$want" ] || fault "$*: status $got, not $want: $(tail -n 20 out err)"
}

rm -rf afl libfuzzer seeds all least_* sung_*
mkdir afl libfuzzer seeds all
printf sinG >seeds/song
cat >glue.c <<'END'
#include "fz/target.h"
#include <stdio.h>
#include <stdlib.h>
void fz_failed(const char *oracle, const char *sentence)
{
    fprintf(stderr, "SIPSIM-ORACLE %s: %s\n", oracle, sentence);
    abort();
}
END
flags=(-std=c17 -O1 -D_POSIX_C_SOURCE=200809L -I"$SOURCE_DIR/stack/include" -I"$SOURCE_DIR/simnet/include" -I"$SOURCE_DIR/fuzz/include"
    -I"$SOURCE_DIR/fuzz")
canary=("$SOURCE_DIR/fuzz/driver/engine.c" "$SOURCE_DIR/fuzz/targets/canary_fuzzer.c" glue.c)
AFL_QUIET=1 afl-clang-fast "${flags[@]}" -DFZ_TARGET=fz_target_canary -o afl/canary_fuzzer "${canary[@]}" || exit 1
clang "${flags[@]}" -fsanitize=fuzzer,address -DFZ_TARGET=fz_target_canary -o libfuzzer/canary_fuzzer "${canary[@]}" || exit 1

# each finds it, and says so with the line that replays it
for engine in libfuzzer afl; do
    status 1 fuzz --engine $engine --target canary --with $engine/canary_fuzzer --jobs 2 --time $([ $engine = afl ] && echo 20s || echo 3s) --stop-at-first --corpus seeds \
        -o sung_$engine
    grep -q '^found: canary' out || fault "$engine does not hear the canary: $(tail -n 20 out err)"
done

# corpus merge: what reaches nothing new goes
for i in 1 2 3 4; do
    printf 's%d' "$i" >all/again$i
done
printf 'sinn' >all/further # as far as the seed
for engine in libfuzzer afl; do
    status 0 corpus merge --engine $engine --target canary --with $engine/canary_fuzzer -o least_$engine all seeds
    count=$(find least_$engine -type f | wc -l)
    [ "$count" -ge 1 ] && [ "$count" -le 4 ] || fault "$engine keeps $count inputs of 6"
    grep -rlqE '^sin[nG]$' least_$engine || fault "$engine forgets what reached furthest"
done
[ ! -e least_afl.all ] || fault 'what was gathered for afl-cmin is left'
status 75 corpus merge --engine afl --target canary --with ./missing -o nowhere all
status 2 corpus merge all

# our mutators: what they made stands in the queue under their names
sources=("$SOURCE_DIR"/fuzz/mutators/{afl,bytes,message,session,sip_mutator}.c "$SOURCE_DIR"/simnet/input/{records,text}.c
    "$SOURCE_DIR/simnet/app/say.c" "$SOURCE_DIR"/stack/base/*.c "$SOURCE_DIR"/stack/msg/*.c "$SOURCE_DIR"/simnet/mutate/*.c)
clang "${flags[@]}" -shared -fPIC -Wl,-z,defs -DFZ_MUTATOR=fz_mutate_session -DFZ_PART_MARK=0xfe -DFZ_PART_ENDS=0 -o afl/session_mutator.so \
    "${sources[@]}" || exit 1
cp afl/canary_fuzzer afl/session_fuzzer
cat >target.c <<'END'
#include <stddef.h>
#include <stdint.h>
int fz_target_letters(const uint8_t *data, size_t size);
int fz_target_letters(const uint8_t *data, size_t size) /* a branch for each kind of record */
{
    static volatile unsigned seen[26];
    for (size_t i = 0; i + 1 < size; i++) {
        for (unsigned k = 0; k < 26; k++) {
            seen[k] += data[i] == 0xfe && data[i + 1] == 'A' + k;
        }
        switch (data[i + 1]) {
        case 'H': seen[0] += data[i] == 0xfe ? 1 : 2; break;
        case 'C': if (data[i] == 0xfe) { seen[1]++; } break;
        case 'F': if (data[i] == 0xfe) { seen[2]++; } break;
        case 'W': if (data[i] == 0xfe) { seen[3]++; } break;
        default: break;
        }
    }
    return 0;
}
END
printf '#include <stddef.h>\n#include <stdint.h>\nint fz_target_letters(const uint8_t *data, size_t size);\n' >letters.h
AFL_QUIET=1 afl-clang-fast "${flags[@]}" -I. '-DFZ_HEADER="letters.h"' -DFZ_TARGET=fz_target_letters -o afl/session_fuzzer \
    "$SOURCE_DIR/fuzz/driver/engine.c" target.c || exit 1
status 0 fuzz --engine afl --target session --with afl/session_fuzzer --time 2s --corpus seeds -o mutated
find mutated -path '*/queue/*' | grep -q session_mutator.so || fault "no input of the mutator's own: $(tail -n 20 out; find mutated)"
exit $((faults > 0))
