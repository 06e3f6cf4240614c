#!/bin/bash
# Every public header compiles alone, under both compilers' strictest common set.
. "${0%/*}/lib.sh"

headers=$(sources stack/include crypto/include simnet/include reports/include fuzz/include live/include | grep '\.h$')
for header in $headers; do
    if ! "${CC:-cc}" -std=c17 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fsyntax-only \
        -Istack/include -Icrypto/include -Isimnet/include -Ireports/include -Ifuzz/include -Ilive/include -include "$header" -x c /dev/null; then
        fault "$header: does not compile alone"
    fi
    if ! grep -qE '^#ifndef [A-Z0-9_]+_H$' "$header"; then
        fault "$header: has no include guard"
    fi
done
finish
