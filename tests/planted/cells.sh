#!/usr/bin/env bash
# What the corpus alone reaches of the four tables of transactions (RFC 3261 17, RFC 6026): every cell that a figure draws, and nine of
# ten at least of those that it does not, in which an event is dropped or refused.
. "${0%/*}/lib.sh"

rm -rf cells lines
mkdir -p cells/stack/txn
sed 's/^    return \*edge_at(ss_txn_machine(t), ss_txn_state_of(t), event);$/    void cell_reached(unsigned machine, unsigned state, unsigned event);\
    cell_reached(t->machine, t->state, event);\
&/' "$SOURCE_DIR/stack/txn/step.c" >cells/stack/txn/step.c
grep -q cell_reached cells/stack/txn/step.c || { echo 'step.c has no place where a cell is looked up' && exit 1; }
cp "$planted/cells/cells.c" cells/stack/txn/
build cells/sipsim cells/stack/txn/step.c cells/stack/txn/cells.c

for target in transaction session response proxy; do
    for folder in "$SOURCE_DIR"/corpus/{seeds,regress}/$target; do
        [[ ! -d $folder ]] || SIPSIM_CELLS=$PWD/lines cells/sipsim replay --quiet --target $target "$folder" >replayed 2>&1 ||
            { cat replayed && exit 1; }
    done
done
# of each kind: reached, all
read -r legal of_legal illegal of_illegal < <(awk '{ kind = $1; how = $2; $1 = $2 = ""; all[kind, $0]; if (how == "reached") reached[kind, $0] }
    END { for (k in all) { split(k, part, SUBSEP); n[part[1]]++ } for (k in reached) { split(k, part, SUBSEP); r[part[1]]++ }
        print r["legal"], n["legal"], r["illegal"], n["illegal"] }' lines)
echo "cells: $legal of $of_legal legal, $illegal of $of_illegal others"
[[ $legal -eq $of_legal && $((10 * illegal)) -ge $((9 * of_illegal)) ]] || { sort -u lines | grep ' missed ' && exit 1; }
