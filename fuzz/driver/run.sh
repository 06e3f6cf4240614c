#!/usr/bin/env bash
# ./dev fuzz [libfuzzer|afl] [TARGET] [-- ENGINE-OPTIONS]: builds one target with its engine and runs it.
#
#   build/fuzz, build/fuzz-afl        the builds; programs, dictionaries, options and mutators are in their fuzz/
#   build/fuzz*/found/TARGET          what was found so far: a corpus of libFuzzer, an output folder of afl-fuzz
#   build/fuzz*/found/TARGET.crashes  of libFuzzer: inputs that fail
#
# Exit status: 0 nothing fails; 1 something does; 2 no such engine or target; else that of what could not be built.
set -euo pipefail
root=$SOURCE_DIR

usage() {
    printf 'dev: %s\nusage: ./dev fuzz [libfuzzer|afl] [TARGET] [-- ENGINE-OPTIONS]\ntargets: %s\n' "$1" "${targets[*]}" >&2
    exit 2
}

mapfile -t targets < <(sed -nE 's/^TARGET\(([a-z_]+),.*/\1/p' "$root/fuzz/include/fz/targets.def")
engine=libfuzzer target=session
words=()
while [[ $# -gt 0 && $1 != -- ]]; do
    words+=("$1")
    shift
done
[[ $# -eq 0 ]] || shift
if [[ ${words[0]:-} == libfuzzer || ${words[0]:-} == afl ]]; then
    engine=${words[0]}
    words=("${words[@]:1}")
fi
if [[ ${#words[@]} -gt 0 ]]; then
    target=${words[0]}
fi
[[ ${#words[@]} -le 1 ]] || usage "one target at a time"
[[ " ${targets[*]} " == *" $target "* ]] || usage "no engine or target $target"
options=("$@") # by default a minute

# ---- the build ----
if [[ $engine == libfuzzer ]]; then
    compiler=clang build=$root/build/fuzz
else
    compiler=afl-clang-fast build=$root/build/fuzz-afl
fi
program=$build/fuzz/${target}_fuzzer
printf '== building %s\n' "${program#"$root"/}" >&2
mkdir -p "$build"
if ! AFL_QUIET=1 cmake -S "$root" -B "$build" -G Ninja -DCMAKE_C_COMPILER=$compiler -DSIPSIM_FUZZ=ON -DBUILD_TESTING=OFF \
    >"$build/configure.log" 2>&1; then
    cat "$build/configure.log" >&2
    exit 7
fi
parts=("${target}_fuzzer" fuzz_corpora)
[[ $engine == libfuzzer ]] || parts+=(fuzz_afl_mutator)
AFL_QUIET=1 cmake --build "$build" --target "${parts[@]}" -- --quiet >&2

# ---- the run ----
# option NAME: of the file beside the program, as ClusterFuzzLite reads it
option() { sed -nE "s/^$1 *= *//p" "$program.options"; }

seeds=()
for folder in seeds regress; do
    [[ ! -d $root/corpus/$folder/$target ]] || seeds+=("$root/corpus/$folder/$target")
done
found=$build/found/$target
dictionary=$(option dict)
by_hand() {
    printf '== by hand: cd %s &&' "$build/fuzz" >&2
    printf ' %q' "$@" >&2
    printf '\n' >&2
}

run_libfuzzer() {
    local crashes=$found.crashes command status=0
    mkdir -p "$found" "$crashes"
    [[ ${#options[@]} -ne 0 ]] || options=(-max_total_time=60)
    command=("./${target}_fuzzer" ${dictionary:+-dict="$dictionary"} -max_len="$(option max_len)" -timeout="$(option timeout)"
        -artifact_prefix="$crashes/" "${options[@]}" "$found" "${seeds[@]}")
    by_hand "${command[@]}"
    (cd "$build/fuzz" && "${command[@]}") || status=$?
    [[ $status -eq 0 ]] || printf '== it failed: %s; sipsim replay --target %s FILE\n' "$crashes" "$target" >&2
    return $((status != 0))
}

run_afl() {
    local mutator= command first=$build/found/$target.seeds file
    export AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=1 AFL_AUTORESUME=1
    [[ -t 1 ]] || export AFL_NO_UI=1
    case $target in
    message) mutator=sip_mutator.so ;;
    session | metamorphic) mutator=session_mutator.so ;;
    esac
    [[ -z $mutator || ! -e $build/fuzz/$mutator ]] || export AFL_CUSTOM_MUTATOR_LIBRARY=$build/fuzz/$mutator
    mkdir -p "$first"
    for file in "${seeds[@]}"; do
        find "$file" -type f -exec cp -t "$first" {} +
    done
    [[ ${#options[@]} -ne 0 ]] || options=(-V 60)
    command=(afl-fuzz ${dictionary:+-x "$dictionary"} "${options[@]}" -i "$first" -o "$found" -- "./${target}_fuzzer")
    by_hand ${AFL_CUSTOM_MUTATOR_LIBRARY:+env AFL_CUSTOM_MUTATOR_LIBRARY="$AFL_CUSTOM_MUTATOR_LIBRARY"} "${command[@]}"
    (cd "$build/fuzz" && "${command[@]}") || return 1
    if find "$found" -path '*/crashes/id*' | grep -q .; then
        printf '== it failed: %s/default/crashes; sipsim replay --target %s FILE\n' "$found" "$target" >&2
        return 1
    fi
}

"run_$engine"
