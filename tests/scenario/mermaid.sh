#!/usr/bin/env bash
# Mermaid itself reads ladder.mmd, of good and of hostile names. It is no Debian package: MERMAID_JS names its mermaid.min.js, of
# `npm pack mermaid@10`; without, the grammar that machine.sh has must do.
. "${0%/*}/lib.sh"

js=${MERMAID_JS:-/usr/share/nodejs/mermaid/dist/mermaid.min.js}
[ -e "$js" ] || { echo "skipped: no Mermaid at $js (MERMAID_JS)"; exit 77; }
command -v chromium >/dev/null || { echo 'skipped: no chromium'; exit 77; }

for name in quickstart fork_two_answers byes_cross port_unreachable dns_ttl; do
    status 0 run "$scenarios/$name.yaml" -o "runs/$name" --quiet
done
{
    echo 'sipsim: 1'
    printf 'name: "%s"\n' "end; %%{init: {}}%% <script>alert(1)</script> \\e[2J \\\"quoted\\\" # --> note"
    grep -v '^sipsim:\|^name:' "$scenarios/byes_cross.yaml"
} >hostile.yaml
status 0 run hostile.yaml -o runs/hostile --quiet
cp "$js" mermaid.js
echo '<!doctype html><meta charset="utf-8"><script src="mermaid.js"></script>' >page.html
python3 - "$SOURCE_DIR/tests/scenario" runs/*/ladder.mmd <<'PY' || fault 'Mermaid does not read them'
import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from browser import Browser
browser = Browser()
browser.open('page.html')
parse = lambda text: browser.value('mermaid.parse(%s).then(() => "", (e) => String(e.message || e))' % json.dumps(text))
told = {path: parse(open(path, encoding='utf-8').read()) for path in sys.argv[2:]}
refuses = parse('sequenceDiagram\n  a->>b')
browser.close()
assert refuses, 'it takes anything'
assert len(told) == 6 and not any(told.values()), told
PY
finish
