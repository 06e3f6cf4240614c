#!/usr/bin/env bash
# No law breaks in scenarios made by chance, each comes to an end, and the same seed makes the same ones.
set -euo pipefail

count=40
[[ $BUILD_TYPE == Release && $SANITIZED == 0 ]] && count=300
python3 "$SOURCE_DIR/tests/property/generated_scenarios.py" "$SIPSIM" "$count" 1
