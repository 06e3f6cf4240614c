# shellcheck shell=bash
# What the tests of live/ share: processes that listen at ports which the kernel chose, waited for by what they say, and ended by
# their ids. Nothing here is judged by how long it took.

set -u
rm -f ./*.log ./*.db* ./*.csv # of an earlier run in this folder
pids=()
groups=() # peers that fork: all of their processes
failed=0

# The sanitized build is slow, and the machine is shared: the same proof with fewer calls.
calls=2000
[ "${SANITIZED:-0}" = 0 ] || calls=200

cleanup() {
    local pid
    for pid in "${pids[@]}"; do
        kill -9 "$pid" 2>/dev/null
    done
    for pid in "${groups[@]}"; do
        kill -9 -- "-$pid" 2>/dev/null
    done
    wait 2>/dev/null
}
trap cleanup EXIT
trap 'exit 1' INT TERM

fault() {
    printf '%s\n' "$*" >&2
    failed=1
}

die() {
    fault "$@"
    for log in *.log; do
        [ -s "$log" ] && { echo "== $log"; tail -n 30 "$log"; } >&2
    done
    exit 1
}

skip() {
    echo "skipped: $*"
    exit 75
}

need_command() {
    command -v "$1" >/dev/null || skip "$1 is not installed (package $2)"
}

# await SECONDS COMMAND…: until it succeeds
await() {
    local tries=$(($1 * 20))
    shift
    until "$@"; do
        ((tries-- > 0)) || return 1
        sleep 0.05
    done
}

says() { grep -q "$2" "$1" 2>/dev/null; }

# start NAME ARGUMENTS…: sipsim live in the background; its id is in $pid, its port in $port. A port that is free for UDP may be taken
# for TCP, by another test: then it is tried again.
start() {
    local name=$1 try
    shift
    for try in 1 2 3 4 5; do
        rm -f "$name.out.log" "$name.log" # of an earlier one of this name, which the next lines look at
        "$SIPSIM" live "$@" >"$name.out.log" 2>"$name.log" &
        pid=$!
        pids+=("$pid")
        await 20 says "$name.log" 'listening at\|sipsim: cannot' || die "$name does not start"
        says "$name.log" 'in use; port 0' && [[ "$*" = *:0* ]] || break
    done
    port=$(sed -n 's/.*listening at .*:\([0-9]*\)$/\1/p' "$name.log" | head -n 1)
    [ -n "$port" ] || die "$name does not listen"
}

# stop PID: as Ctrl-C does, and its status in $status; it has ten seconds here, as the machine may be busy
stop() {
    kill -INT "$1" 2>/dev/null
    await 10 is_gone "$1" || fault "process $1 does not end"
    wait "$1"
    status=$?
}
is_gone() { ! kill -0 "$1" 2>/dev/null || [ "$(sed 's/.*) \(.\).*/\1/' "/proc/$1/stat" 2>/dev/null)" = Z ]; }

# start_group COMMAND…: a peer that forks, in a process group of its own, whose id is in $group; end_group ID ends all of it.
start_group() {
    set -m
    "$@" &
    group=$!
    set +m
    groups+=("$group")
}
end_group() {
    kill -TERM "$1" 2>/dev/null
    await 5 is_gone "$1" || kill -9 -- "-$1" 2>/dev/null
    wait "$1" 2>/dev/null
}

finish() { exit $failed; }

# A port that nobody has, as the kernel says; of TCP and UDP alike.
free_port() {
    python3 - <<'PY'
import socket
for _ in range(50):
    t = socket.socket(); t.bind(("127.0.0.1", 0)); port = t.getsockname()[1]
    try:
        u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(("127.0.0.1", port))
        print(port); break
    except OSError:
        pass
PY
}

# listens TRANSPORT PORT: does somebody?
listens() {
    local hex
    hex=$(printf '0100007F:%04X ' "$2")
    if [ "$1" = tcp ]; then
        grep -q "$hex.* 0A " /proc/net/tcp
    else
        grep -q "$hex" /proc/net/udp
    fi
}
