#!/bin/bash
# shellcheck disable=SC2046,SC2086,SC2013,SC2016
# Rules of the house that no compiler checks: include direction by name, banned names, openings, sizes.
. "${0%/*}/lib.sh"

mapfile -t all < <(all_sources)
mapfile -t stack < <(sources stack)
mapfile -t pure < <(sources stack simnet)

# An include is of a layer's public header, or of a file of the own layer; never upwards, never by another path.
fault_lines 'include of a parent folder' < <(grep -nE '^ *# *include *"[^"]*\.\.' "${all[@]}" /dev/null)
fault_lines 'include through the path of another folder' < <(
    code "${pure[@]}" $(sources reports cli) | grep -E '# *include *"[^"]*/' |
        grep -vE '"(ss|sn|rp|fz|sl)/[a-z0-9_]+\.(h|def)"|simnet/.*"(app|event|ip|link|path|plan|resolver|tcp)/[a-z0-9_]+\.h"|reports/.*"(html|ladder|sweep)/[a-z0-9_]+\.h"')
fault_lines 'a public header includes by a path from the include root' < <(
    grep -nE '^ *# *include *"[^"/]*"' $(sources stack/include crypto/include simnet/include reports/include fuzz/include live/include) /dev/null)
fault_lines 'libfyaml outside simnet/scenario' < <(
    grep -nE '# *include *[<"]libfyaml' $(all_sources | grep -vE '^simnet/scenario/|^tests/') /dev/null)

# Time, chance, environment and allocation come from outside; see the determinism contract.
calls='time|gettimeofday|clock_gettime|clock|rand|srand|random|srandom|drand48|getenv|setlocale|strtod|strtof|atof'
fault_lines 'banned name' < <(code "${pure[@]}" | grep -E "(^|[^A-Za-z0-9_.>])($calls) *\\(")
fault_lines 'allocation in the stack' < <(
    code "${stack[@]}" | grep -E '(^|[^A-Za-z0-9_.>])(malloc|calloc|realloc|free|strdup|strndup|alloca) *\(')
fault_lines 'floating point' < <(code "${pure[@]}" | grep -E '(^|[^A-Za-z0-9_])(float|double|long double)([^A-Za-z0-9_]|$)')

# The list of tests is read off the sources, line by line: what a longer name pushes to the next line is in no suite.
fault_lines 'a test that no suite runs' < <(
    grep -nE '^TEST\(' $(sources tests) /dev/null | grep -vE ':TEST\([A-Za-z0-9_]+\)$')

# The patterns are split so that this file does not match itself.
fault_lines 'open end' < <(
    grep -nE '(TO''DO|FIX''ME|X''XX)' "${all[@]}" $(find cmake cli stack crypto simnet fuzz reports live tests -name CMakeLists.txt) \
        CMakeLists.txt dev tests/*/*.sh /dev/null)

for file in "${all[@]}"; do
    first=
    IFS= read -r first <"$file"
    case $first in
    '/*'* | '//'*) ;;
    *) fault "$file:1: does not open with a comment" ;;
    esac
    lines=$(wc -l <"$file")
    if [ "$lines" -gt 900 ]; then
        fault "$file: $lines lines, more than 900: it has a second subject"
    fi
done
fault_lines 'an empty file, which some command left' < <(
    find . -maxdepth 1 -type f -empty
    find cmake cli crypto debian docs fuzz live reports scenarios simnet stack tests -type f -empty)
fault_lines 'tab or trailing blank' < <(grep -nP '\t|[ \r]$' "${all[@]}" /dev/null)

finish
