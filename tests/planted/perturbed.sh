#!/usr/bin/env bash
# Reproducers survive changes elsewhere (design 3.9): a build with several mistakes writes some; builds with the same mistakes and a change that
# does no harm, or with a node more, must fail as they say, nine of ten at least.
. "${0%/*}/lib.sh"

mistakes=(ack_of_2xx_once copies_of_requests_ignored timer_d_short max_forwards_kept twoxx_copies_evenly_spaced)

# plant DIR PATCH…: the patched files below DIR, the program DIR/sipsim
plant() {
    local dir=$1 file patch
    shift
    for patch in "$@"; do
        while read -r file; do
            [[ -e $dir/$file ]] || install -D -m 644 "$SOURCE_DIR/$file" "$dir/$file"
        done < <(sed -n 's|^+++ b/||p' "$patch")
        patch --quiet --no-backup-if-mismatch -p1 -d "$dir" <"$patch" || return 1
    done
    mapfile -t files < <(find "$dir" -name '*.c')
    build "$dir/sipsim" "${files[@]}"
}

# count PROGRAM FILE…: into `reproduced`, how many fail as they say
count() {
    local program=$1 file status
    shift
    for file in "$@"; do
        status=0
        "$program" replay "$file" >"$file.out" 2>&1 || status=$?
        case $status in
        0) reproduced=$((reproduced + 1)) ;;
        10) echo "moved away: $program: $(head -n 1 "$file.out")" ;;
        *) echo "$program: $file: status $status: $(tail -n 3 "$file.out")" && exit 1 ;;
        esac
    done
}

rm -rf broken out extra_* nodes
plant broken $(printf "$planted/%s.patch " "${mistakes[@]}")
status=0
broken/sipsim run "$planted/storm.yaml" -o out --force --quiet --pcap off --events off >out.log 2>&1 || status=$?
[[ $status == 1 ]] || { echo "the broken build gives status $status" && exit 1; }
shopt -s nullglob
repros=(out/repro-*.sipr)
[[ ${#repros[@]} -ge 5 ]] || { echo "only ${#repros[@]} reproducers" && exit 1; }

reproduced=0
count broken/sipsim "${repros[@]}"
[[ $reproduced == "${#repros[@]}" ]] || { echo "the build that wrote them does not reproduce them all" && exit 1; }
grep -L 'digest as recorded' out/*.out | sed 's/^/another digest in the build that wrote it: /' >digests
[[ ! -s digests ]] || { cat digests && exit 1; }

total=0 reproduced=0
for change in extra_header extra_draw; do
    plant "$change" $(printf "$planted/%s.patch " "${mistakes[@]}") "$planted/harmless/$change.patch"
    count "$change/sipsim" "${repros[@]}"
    total=$((total + ${#repros[@]}))
done
mkdir nodes # somebody more, in the middle
for file in "${repros[@]}"; do
    sed 's/^\(  \)callee: \(.*\)$/&\n\1calm: {role: ua, link: rough}/' "$file" >"nodes/${file##*/}"
done
grep -q '^  calm:' nodes/*.sipr
count broken/sipsim nodes/*.sipr
total=$((total + ${#repros[@]}))
echo "$reproduced of $total fail as they say"
[[ $((reproduced * 10)) -ge $((total * 9)) ]]
