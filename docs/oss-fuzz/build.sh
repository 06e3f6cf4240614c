#!/bin/bash -eu
# projects/sipsim/build.sh of OSS-Fuzz: the one build script there is.
exec "$SRC/sipsim/.clusterfuzzlite/build.sh"
