#!/usr/bin/env bash
# Every model of a link keeps its closed form to 5 sigma, and does to the packet what it did before: the exact counts stand in
# impairments_N.txt, of 10,000,000 packets a model where the build is fast, else of 100,000. They are written anew by
#   sipsim selftest impairments --packets N >tests/property/impairments_N.txt
set -euo pipefail

packets=100000
[[ $BUILD_TYPE == Release && $SANITIZED == 0 ]] && packets=10000000
"$SIPSIM" selftest impairments --packets "$packets" >counts.txt
diff "$SOURCE_DIR/tests/property/impairments_$packets.txt" counts.txt
