#!/usr/bin/env bash
# docs/tutorial.md does what it says: its files are written, its commands run in order, each with the status that it names (or 0); those
# of README.md that need nothing else likewise.
. "${0%/*}/lib.sh"

mkdir bin
ln -s "$SIPSIM" bin/sipsim
export PATH=$work/bin:$PATH

# "```yaml file=NAME" blocks become files; of "```sh status=N" blocks the last command ends with N. `./dev planted` would build first what is
# built already: what it runs then is run here.
python3 - "$SOURCE_DIR/docs/tutorial.md" <<'END' || fault 'docs/tutorial.md'
import re, subprocess, sys
commands = 0
for kind, said, body in re.findall(r'^```(\w+)([^\n]*)\n(.*?)^```$', open(sys.argv[1]).read(), re.S | re.M):
    if kind == 'yaml':
        open(re.search(r'file=(\S+)', said).group(1), 'w').write(body)
        continue
    assert kind == 'sh', kind
    lines = body.splitlines()
    for i, line in enumerate(lines):
        wanted = int(re.search(r'status=(\d+)', said).group(1)) if 'status=' in said and i == len(lines) - 1 else 0
        line = re.sub(r'^\./dev planted ', '"$SOURCE_DIR/fuzz/planted/run.sh" ', line)
        got = subprocess.run(['bash', '-c', line], capture_output=True, text=True)
        commands += 1
        if got.returncode != wanted:
            sys.exit('status %d, not %d: %s\n%s' % (got.returncode, wanted, line, got.stderr))
assert commands >= 17, commands
END
ls broken/*.sipr >/dev/null || fault 'a broken law left no reproducer'
grep -q "'call'" least/session-*.sipr || fault 'a call is not needed to show what is wrong with Timer E'
grep -q '<svg' rain-sweep/report.html || fault 'no plot'
[ -s sipsim-out/call/report.html ] || fault 'no report.html'
"$SIPSIM" ladder rain | grep -q 'x' || fault 'nothing was lost in the rain'
"$SIPSIM" ladder rain | grep -qE '\[A\]' || fault 'Timer A did not fire in the rain'
finish
