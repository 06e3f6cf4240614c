#!/usr/bin/env bash
# Places that cannot be written, full disks, closed streams, absurd words: a sentence and a status, never a crash.
. "${0%/*}/lib.sh"

two_phones </dev/null >good.yaml
mkdir folder.yaml
: >empty.yaml
head -c 100000 /dev/urandom >noise.yaml
long=$(printf 'a%.0s' $(seq 200))
longer=$(printf 'a%.0s' $(seq 300))
path=$(printf '/a%.0s' $(seq 3000))
cp good.yaml "$long.yaml"

status 7 run folder.yaml
says 'folder.yaml: Is a directory'
status 3 run empty.yaml
status 3 run noise.yaml
status 7 run /dev/zero
status 0 run "$long.yaml"
status 7 run "$longer.yaml"
status 2 run "$longer"x --order
status 7 run good.yaml -o good.yaml
says 'good.yaml: File exists'
status 7 run good.yaml -o /proc/sipsim
if [ -d /sys/kernel ]; then # where it is mounted, not even root makes a folder in it
    status 7 run good.yaml -o /sys/sipsim
    grep -q 'No such file' stderr && fault 'the error of mkdir is not the one that is told'
fi
status 7 run good.yaml -o /dev/null/x
status 7 run good.yaml -o "$longer"
status 2 run good.yaml -o "$path"
status 7 run good.yaml -o ''
status 3 run good.yaml -o x --set "$(printf 'x%.0s' $(seq 10000))"
status 2 "$path"
status 2 run good.yaml "--$path"
status 2 run good.yaml -o x --pcap "first:$longer"
status 2 list "$path"

# a file that may not grow stands for a full disk
"$SIPSIM" run good.yaml -o first --quiet || fault 'a plain run fails'
for limit in 0 1 2 4; do
    got=0
    (ulimit -f $limit && exec "$SIPSIM" run good.yaml --force --quiet -o "full$limit" >/dev/null 2>&1) || got=$?
    [ $got = 7 ] || fault "status $got, not 7, with files of at most $limit blocks"
    ls -A "full$limit" | grep -q partial && fault "a partial file was left in full$limit"
done
python3 - "$SIPSIM" <<'END' || fault 'few open files'
import resource, subprocess, sys
p = subprocess.run([sys.argv[1], 'run', 'good.yaml', '--quiet', '-o', 'few'], capture_output=True,
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4)))
assert p.returncode == 7 and b'Too many open files' in p.stderr, (p.returncode, p.stderr)
END

# stdout
for words in 'list metrics' 'run --help' 'ladder good.yaml --wide'; do
    # shellcheck disable=SC2086
    { "$SIPSIM" $words 2>stderr; echo $? >got; } | true
    [ "$(cat got)" = 0 ] || [ "$(cat got)" = 7 ] || fault "status $(cat got) when nobody reads: $words"
    silent
done
got=0
"$SIPSIM" run good.yaml --force >/dev/full 2>stderr || got=$?
[ $got = 7 ] || fault "status $got, not 7, with a full stdout"
says 'cannot write to stdout: No space left on device'
for words in 'run good.yaml --force' 'run good.yaml --force --json' 'list metrics' 'version' 'version --json' 'help' 'check good.yaml' 'check good.yaml --json' '-V'; do
    got=0
    # shellcheck disable=SC2086
    "$SIPSIM" $words >&- 2>stderr || got=$?
    [ $got = 7 ] || fault "status $got, not 7, with a closed stdout: $words"
    says 'cannot write to stdout'
done
got=0
"$SIPSIM" run good.yaml --force <&- >&- 2>&- || got=$?
[ $got = 7 ] || fault "status $got, not 7, with nothing open"
set +o pipefail
"$SIPSIM" list metrics 2>stderr | head -c 1 >/dev/null
finish
