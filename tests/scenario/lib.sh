# shellcheck shell=bash
# Shared by the tests of the program; sourced, not run. A test goes on after a fault and fails at its end.
set -uo pipefail

scenarios=$SOURCE_DIR/scenarios
faults=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

fault() {
    printf 'FAULT: %s\n' "$1"
    faults=$((faults + 1))
}

finish() {
    [ "$faults" -eq 0 ] || { printf '%d faults\n' "$faults"; exit 1; }
    exit 0
}

# status WANTED ARGUMENT…: sipsim ends with the status; its words are in ./stdout and ./stderr
status() {
    local wanted=$1 got=0
    shift
    "$SIPSIM" "$@" >stdout 2>stderr || got=$?
    if [ "$got" != "$wanted" ]; then
        fault "status $got, not $wanted: sipsim $*"
        cat stderr
    fi
}

# says TEXT: stderr of the last sipsim has it
says() {
    grep -qF -- "$1" stderr || { fault "stderr does not say: $1"; cat stderr; }
}

# silent: stderr of the last sipsim is empty
silent() {
    [ ! -s stderr ] || { fault 'stderr is not empty'; cat stderr; }
}

# json FILE EXPRESSION: true of the document d
json() {
    python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); sys.exit(not eval(sys.argv[2]))' "$1" "$2" ||
        fault "$1: not so: $2"
}

# A scenario of two phones on clean links, and what is laid after it.
two_phones() {
    cat <<'END'
sipsim: 1
name: two phones
duration: 10s
links:
  wire: {delay: 5ms}
nodes:
  alice: {role: ua}
  bob:   {role: ua}
story:
  - {at: 0ms,  alice: {call: bob, as: c1}}
  - {at: 50ms, bob: {reject: 486, in: c1}}
END
    cat
}
