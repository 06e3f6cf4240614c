#!/bin/bash
# shellcheck disable=SC2046,SC2086,SC2013,SC2016
# No function grows past 70 lines.
#
# A function is what lies between a { and a } in column 0; its lines are those in between.
. "${0%/*}/lib.sh"

limit=70

found=$(all_sources | grep '\.[ch]$' | xargs awk '
    FNR == 1 { name = ""; start = 0 }
    /^[A-Za-z_].*\(/ && !start {
        name = $0
        if (name ~ /^TEST\(/) {
            sub(/^TEST\(/, "", name); sub(/\).*/, "", name)
        } else {
            sub(/\(.*/, "", name); sub(/.*[ *]/, "", name)
        }
    }
    /^\{/ { start = FNR }
    /^\}/ && start { print FILENAME ":" name, FNR - start - 1; start = 0 }
')
while read -r function length; do
    fault "$function: $length lines, more than $limit: look for the second function inside"
done < <(awk -v limit=$limit '$2 > limit' <<<"$found")

awk '{ n++; if ($2 < 20) a++; if ($2 < 50) b++ } END { if (n) printf "%d functions, %d %% under 20 lines, %d %% under 50\n", n, 100 * a / n, 100 * b / n }' <<<"$found"
finish
