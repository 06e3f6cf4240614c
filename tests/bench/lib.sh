# What the benchmarks share. They print one JSON object on the last line, and fail only on counts that must hold, never on
# time. Sourced, not run.
set -euo pipefail

in_parts=$BINARY_DIR/tests/bench/sipsim_in_parts # the program, each function by itself
scenario=$SOURCE_DIR/scenarios/quickstart.yaml

# field FILE KEY: the integer value of "key": in a JSON file of ours
field() {
    python3 -c '
import json, sys
def find(node, key):
    if isinstance(node, dict):
        if key in node:
            return node[key]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            found = find(child, key)
            if found is not None:
                return found
    return None
print(find(json.load(open(sys.argv[1])), sys.argv[2]))' "$1" "$2"
}

# instructions NAME BINARY ARGUMENT…: how many the program takes; what callgrind saw goes to NAME.callgrind
instructions() {
    local name=$1
    shift
    valgrind --tool=callgrind --callgrind-out-file="$name.callgrind" "$@" >"$name.out" 2>"$name.err" || true
    sed -nE 's/.*Collected : ([0-9]+).*/\1/p' "$name.err"
}
