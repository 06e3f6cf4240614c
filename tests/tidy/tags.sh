#!/bin/bash
# Requirements are tagged where they are met and where they are tested, as in RFC3261:17.1.1.2. A malformed
# tag is a fault; the tags that lack one of the two sides are printed.
. "${0%/*}/lib.sh"

tag='RFC[0-9]+:[A-Za-z0-9_.-]*[A-Za-z0-9]'
good='^RFC[1-9][0-9]{2,4}:[0-9A-Z]+(\.[0-9]+)*$'

# tags FOLDER…: their tags, sorted
tags() {
    sources "$@" | xargs -r grep -ohE "$tag" | LC_ALL=C sort -u
}

fault_lines 'malformed tag' < <(tags stack simnet reports tests | grep -vE "$good")

met=$(tags stack simnet reports)
tested=$(tags tests)
echo 'met, not tested:'
comm -23 <(echo "$met") <(echo "$tested") | sed 's/^/  /'
echo 'tested, not met:'
comm -13 <(echo "$met") <(echo "$tested") | sed 's/^/  /'
finish
