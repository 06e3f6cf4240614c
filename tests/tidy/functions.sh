#!/bin/bash
# shellcheck disable=SC2046,SC2086,SC2013,SC2016
# No function grows past 70 lines. The few that are longer stand in long_functions.txt with their length,
# which may only shrink: "stack/msg/lex.c:lex_message 84".
#
# A function is what lies between a { and a } in column 0; its lines are those in between.
. "${0%/*}/lib.sh"

limit=70
known=tests/tidy/long_functions.txt

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
    [ -n "$function" ] || continue
    allowed=$(awk -v f="$function" '$1 == f { print $2 }' "$known")
    if [ -z "$allowed" ] && [ "$length" -gt $limit ]; then
        fault "$function: $length lines, more than $limit: look for the second function inside"
    elif [ -n "$allowed" ] && [ "$length" -gt "$allowed" ]; then
        fault "$function: grew from $allowed to $length lines"
    fi
done < <(awk -v limit=$limit 'FILENAME != "-" { known[$1] = 1; next } $2 > limit || $1 in known' "$known" - <<<"$found")

# The ratchet: what became shorter stays so.
while read -r function allowed; do
    case $function in '' | '#'*) continue ;; esac
    length=$(awk -v f="$function" '$1 == f { print $2 }' <<<"$found" | sort -n | tail -n 1)
    if [ -z "$length" ] || [ "$length" -le $limit ]; then
        fault "$known: remove $function, it is no longer long"
    elif [ "$length" -lt "$allowed" ]; then
        fault "$known: lower $function from $allowed to $length"
    fi
done <"$known"

awk '{ n++; if ($2 < 20) a++; if ($2 < 50) b++ } END { if (n) printf "%d functions, %d %% under 20 lines, %d %% under 50\n", n, 100 * a / n, 100 * b / n }' <<<"$found"
finish
