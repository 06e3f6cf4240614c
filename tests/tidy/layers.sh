#!/bin/bash
# shellcheck disable=SC2046,SC2086,SC2013,SC2016
# Who may include whom: the include path of each layer, as CMake made it, holds what the list below says and
# nothing else; and a wrong include does not compile.
. "${0%/*}/lib.sh"

# layer: the layers whose public headers it may include, itself among them
allowed='
ss_base:      base
ss_msg:       base msg
ss_auth:      base msg auth
ss_openssl:   base msg auth openssl
ss_sdp:       base msg sdp
ss_transport: base msg transport
ss_txn:       base msg transport txn
ss_dialog:    base msg transport txn sdp dialog
ss_ua:        base msg auth transport txn sdp dialog ua
ss_proxy:     base msg auth transport txn sdp dialog proxy
ss_engine:    base msg auth transport txn sdp dialog ua proxy engine
sn_facts:     base facts
sn_dns:       base dns
sn_judge:     base facts dns judge
sn_capture:   base msg facts mutate capture
sn_mutate:    base msg mutate
sn_world:     base msg auth openssl transport txn sdp dialog ua proxy engine facts dns judge mutate world
sn_input:     base msg auth openssl transport txn sdp dialog ua proxy engine facts dns judge mutate world input
sn_scenario:  base msg auth openssl transport txn sdp dialog ua proxy engine facts dns judge mutate world input scenario
rp_reports:   base msg facts dns judge mutate capture reports
sl_live:      base msg auth openssl transport txn sdp dialog ua proxy engine facts dns judge mutate world input scenario live
fz_targets:   base msg auth openssl transport txn sdp dialog ua proxy engine facts dns judge mutate world input scenario fuzz
'

# The layer that a public header belongs to: ss/ua.h -> ua.
layer_of() {
    case $1 in
    ss/headers.def | ss/grammar.h) echo msg ;;
    ss/locate.h | ss/stun.h) echo transport ;;
    ss/b2bua.h) echo engine ;;
    ss/tag.h) echo txn ;;
    ss/words.h) echo base ;; # what facts and laws are written in
    ss/*.h) basename "$1" .h ;;
    sn/facts* | sn/address*) echo facts ;;
    sn/dns*) echo dns ;;
    sn/judge* | sn/series*) echo judge ;;
    sn/capture* | sn/traffic*) echo capture ;;
    sn/mutate*) echo mutate ;;
    sn/scenario*) echo scenario ;;
    sn/input*) echo input ;;
    sn/*) echo world ;;
    rp/*) echo reports ;;
    fz/*) echo fuzz ;;
    sl/*) echo live ;;
    *) echo unknown ;;
    esac
}

headers=$(for root in stack crypto simnet reports fuzz live; do
    [ -d $root/include ] && (cd $root/include && find . -type f | sed 's|^\./||')
done | LC_ALL=C sort)

while read -r layer dirs; do
    [ "$layer" = cli ] && continue # sees everything
    may=$(sed -n "s/^$layer: *//p" <<<"$allowed")
    if [ -z "$may" ]; then
        fault "$layer: not in the list of this test"
        continue
    fi
    for header in $headers; do
        visible=no
        for dir in $dirs; do
            [ -e "$dir/$header" ] && visible=yes
        done
        permitted=no
        case " $may " in *" $(layer_of "$header") "*) permitted=yes ;; esac
        if [ $visible != $permitted ]; then
            fault "$layer: $header is visible: $visible, permitted: $permitted"
        fi
    done
done <"$BINARY_DIR/layers.txt"

# compiles LAYER HEADER: a file that includes it, with the layer's include path
compiles() {
    local flags=
    for dir in $(sed -n "s/^$1 //p" "$BINARY_DIR/layers.txt"); do
        flags="$flags -I$dir"
    done
    printf '#include "%s"\n' "$2" | "${CC:-cc}" -std=c17 $flags -fsyntax-only -x c - 2>/dev/null
}

compiles ss_msg ss/msg.h || fault 'ss_msg: ss/msg.h does not compile'
for wrong in ss/ua.h ss/txn.h sn/facts.h rp/reports.h; do
    compiles ss_msg $wrong && fault "ss_msg: a wrong include of $wrong compiles"
done
compiles sn_judge sn/world.h && fault 'sn_judge: a wrong include of sn/world.h compiles'
compiles sn_mutate sn/world.h && fault 'sn_mutate: a wrong include of sn/world.h compiles'
compiles rp_reports sn/world.h && fault 'rp_reports: a wrong include of sn/world.h compiles'
compiles ss_ua ss/proxy.h && fault 'ss_ua: a wrong include of ss/proxy.h compiles'

finish
