#!/usr/bin/env bash
# What README.md and docs/ say is so: their scenarios are read and run, their keys are those of the program, the files that
# they name are there.
. "${0%/*}/lib.sh"

docs=("$SOURCE_DIR"/README.md "$SOURCE_DIR"/CHANGELOG.md "$SOURCE_DIR"/docs/*.md "$SOURCE_DIR"/docs/decisions/*.md)

# blocks FILE PREFIX: each ```yaml block of a page that is a whole scenario, as PREFIX1.yaml, PREFIX2.yaml …
blocks() {
    awk -v prefix="$2" '
        /^```/ { if (file != "") close(file); file = ""; fresh = /^```yaml$/; next }
        fresh { fresh = 0; if (/^sipsim: 1$/) file = prefix (++count) ".yaml" }
        file != "" { print > file }' "$1"
}

blocks "$SOURCE_DIR/README.md" readme
blocks "$SOURCE_DIR/docs/scenarios.md" page
[ -e readme1.yaml ] || fault 'no scenario in README.md'
[ -e page3.yaml ] || fault 'fewer than three scenarios in docs/scenarios.md'
for file in readme*.yaml page*.yaml; do
    status 0 check "$file"
    status 0 run "$file"
    silent
done

# every key that the loader knows stands in docs/scenarios.md, and so does every word that it knows to refuse
page=$SOURCE_DIR/docs/scenarios.md
words=$(sed -nE -e 's/.*\.key = "([a-z0-9_]+)".*/\1/p' -e 's/.*(SECTION|LATER)\("([a-z0-9_]+)".*/\2/p' \
    -e 's/.*\[SN_VERB_[A-Z]+\] = \{ "([a-z]+)".*/\1/p' "$SOURCE_DIR"/simnet/scenario/*.c | sort -u)
[ "$(wc -w <<<"$words")" -gt 80 ] || fault 'the keys of the loader are not found'
for word in $words; do
    grep -qE "(^|[^a-z0-9_])$word([^a-z0-9_]|\$)" "$page" || fault "docs/scenarios.md does not tell of '$word'"
done

# links lead to files, and so do the paths that docs/subjects.md and docs/extending.md name
for doc in "${docs[@]}"; do
    for link in $(grep -oE '\]\([^)#]+' "$doc" | cut -c3-); do
        [ -e "${doc%/*}/$link" ] || fault "$doc leads to $link, which is not there"
    done
done
for page in subjects extending; do
    paths=$(grep -oE '`(scenarios|tests|stack|simnet|fuzz|reports|cli)/[^` ]*`' "$SOURCE_DIR/docs/$page.md" | tr -d '`' | grep -v NAME | sort -u)
    [ -n "$paths" ] || fault "docs/$page.md names no file"
    for path in $paths; do
        compgen -G "$SOURCE_DIR/$path" >/dev/null || fault "docs/$page.md names $path, which is not there"
    done
done

# the ladder that README.md shows is what its command leaves
command=$(grep -m 1 -o 'run first.yaml --force --set .*' "$SOURCE_DIR/README.md") || fault 'README.md has no lossy run'
cp readme1.yaml first.yaml
"$SIPSIM" $command -o lossy --quiet >/dev/null
cmp lossy/ladder.svg "$SOURCE_DIR/docs/pictures/lossy_call.svg" || fault 'docs/pictures/lossy_call.svg is not what README.md says'

# docs/keys.md is what the loader's tables say
{
    sed '/^```$/q' "$SOURCE_DIR/docs/keys.md"
    "$SIPSIM" list keys
    echo '```'
} >keys.md
[ "${1-}" != --keys ] || cp keys.md "$SOURCE_DIR/docs/keys.md"
cmp keys.md "$SOURCE_DIR/docs/keys.md" || fault 'docs/keys.md is not what sipsim list keys says; tests/scenario/docs.sh --keys writes it anew'

# nothing that a user copies is cut
status 0 list metrics
grep -q '^dropped.reassembly_timeout ' stdout || fault 'sipsim list cuts names'
status 0 --help
grep -q 'sipsim -V' stdout || fault '--help does not tell of -V'
finish
