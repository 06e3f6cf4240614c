#!/bin/bash
# docs/conformance.md says what the sources say, and the list of requirements names no test that is not there.
# SOURCE_DIR=. tests/tidy/conformance.sh --write makes the page anew.
. "${0%/*}/lib.sh"

page=docs/conformance.md
now=$(mktemp)
complaints=$(mktemp)
trap 'rm -f "$now" "$complaints"' EXIT
python3 tests/tidy/conformance.py . >"$now" 2>"$complaints"
fault_lines 'conformance' <"$complaints"
if [ "${1-}" = --write ]; then
    cat "$now" >"$page"
elif ! cmp -s "$now" "$page"; then
    fault "$page is not current: SOURCE_DIR=. tests/tidy/conformance.sh --write"
    diff "$page" "$now" | head -20
fi
finish
