#!/bin/bash
# Requirements are tagged where they are met and where they are tested, as in RFC3261:17.1.1.2. A malformed
# tag is a fault. What is met and not tested stands in untested_tags.txt, which may only shrink; the name of a test that starts
# with its section, rfc3261_17_1_1_2_…, is a tag, and so is a line of requirements.txt that names tests. What is tested and not met is printed.
. "${0%/*}/lib.sh"

tag='RFC[0-9]+:[A-Za-z0-9_.-]*[A-Za-z0-9]'
good='^RFC[1-9][0-9]{2,4}:[0-9A-Z]+(\.[0-9]+)*$'

# tags FOLDER…: their tags, sorted
tags() {
    sources "$@" | xargs -r grep -ohE "$tag" | LC_ALL=C sort -u
}

fault_lines 'malformed tag' < <(tags stack crypto simnet reports tests | grep -vE "$good")

met=$(tags stack simnet reports)
named=$(sources tests | xargs -r sed -nE 's/^TEST\(rfc([0-9]+)((_[0-9]+)+)_.*/RFC\1:\2/p' | sed 's/:_/:/; s/_/./g')
listed=$(awk -F ' *[|] *' '!/^#/ && $4 != "" && $4 !~ /^later:/ { print $1 }' tests/tidy/requirements.txt)
tested=$(printf '%s\n' "$named" "$listed" "$(tags tests)" | LC_ALL=C sort -u)
untested=$(LC_ALL=C comm -23 <(echo "$met") <(echo "$tested"))
known=$(grep -v '^#' tests/tidy/untested_tags.txt | LC_ALL=C sort)
fault_lines 'met, not tested' < <(LC_ALL=C comm -23 <(echo "$untested") <(echo "$known"))
fault_lines 'tested now, or met no more: take it out of tests/tidy/untested_tags.txt' < <(
    LC_ALL=C comm -13 <(echo "$untested") <(echo "$known"))
echo 'tested, not met:'
LC_ALL=C comm -13 <(echo "$met") <(echo "$tested") | sed 's/^/  /'
finish
