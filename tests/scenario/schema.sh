#!/usr/bin/env bash
# The JSON Schemas are schemas, and what the program reads and writes fits them; sipsim list is complete, a line each.
. "${0%/*}/lib.sh"

for what in scenario results events; do
    status 0 schema $what
    silent
    cp stdout $what.schema.json
    draft=https://json-schema.org/draft/2020-12/schema
    [ $what = scenario ] && draft='http://json-schema.org/draft-07/schema#' # what a YAML language server knows
    json $what.schema.json "d['\$schema'] == '$draft' and d['type'] == 'object'"
done
status 2 schema
status 2 schema resluts
says 'did you mean results?'

# every key of every section is there, and nothing that the loader refuses
json scenario.schema.json '{"links", "nodes", "calls", "expect", "story", "dns"} <= set(d["properties"]) and "include" not in d["properties"]'
json scenario.schema.json '{"delay", "loss", "mtu", "jitter"} <= set(d["definitions"]["links"]["properties"])'
json scenario.schema.json 'd["required"] == ["sipsim"] and d["additionalProperties"] is False'
json results.schema.json '"seer" in d["properties"]["metrics"]["properties"] and "TX1" in d["properties"]["violations"]["properties"]["by_law"]["properties"]'

# ---- the modeline ----
# The line that our pages and --help name is a comment to the loader, with and without what else may stand on top; what it names is the
# schema that was written, and its references stay in it: an editor needs no network.
status 0 schema --help
modeline='# yaml-language-server: $schema='
grep -qF -- "$modeline" stdout || fault 'schema --help does not name the modeline'
for page in scenarios tutorial; do
    grep -qF -- "${modeline}scenario.json" "$SOURCE_DIR/docs/$page.md" || fault "$page.md does not name the modeline"
done
cp scenario.schema.json scenario.json
for top in '' '---\n' '\xef\xbb\xbf'; do
    { printf '%b' "$top"; printf '%sscenario.json\n' "$modeline"; cat "$scenarios/basic_call.yaml"; } >lined.yaml
    status 0 check lined.yaml
done
python3 - <<'END' || fault 'the schema of a scenario is not one that an editor can use by itself'
import json
d = json.load(open('scenario.json'))
seen = set()
def walk(schema):
    """Every schema in it: only words of draft 7, and nothing beside a $ref, which draft 7 would not look at."""
    seen.update(schema)
    if '$ref' in schema:
        assert list(schema) == ['$ref'], schema
        where, *way = schema['$ref'].split('/')
        assert where == '#' and way[0] == 'definitions' and way[1] in d['definitions'], schema
    for word in 'properties', 'definitions':
        for inner in schema.get(word, {}).values():
            walk(inner)
    for word in 'items', 'additionalProperties':
        if isinstance(schema.get(word), dict):
            walk(schema[word])
    for inner in schema.get('anyOf', []):
        walk(inner)
walk(d)
known = {'$schema', '$ref', 'title', 'description', 'type', 'properties', 'required', 'additionalProperties', 'definitions', 'items', 'anyOf', 'enum', 'minimum', 'maximum'}
assert seen <= known, seen - known
END

# ---- lists ----
status 0 list
[ "$(awk '{ print $1 }' stdout | tr '\n' ' ')" = 'scenarios keys targets profiles invariants metrics reached statuses ' ] || fault 'sipsim list'
topics=$(awk '{ print $1 }' stdout)
ln -s "$scenarios" scenarios
for topic in $topics; do
    status 0 list "$topic"
    [ "$(grep -cvE '^[^ ]+ +[^ ]' stdout)" = 0 ] || fault "list $topic: a line without a sentence"
    lines=$(wc -l <stdout)
    status 0 list "$topic" --json
    json stdout "len(d) == $lines and all(r['name'] and r.get('sentence', r.get('detail')) for r in d)"
done
status 0 list scenarios
for file in "$scenarios"/*.yaml; do
    grep -qE "^scenarios/${file##*/} +[^ ]" stdout || fault "list scenarios lacks ${file##*/}"
done

# ---- by a validator that is not ours ----
python3 -c 'import jsonschema, yaml' 2>/dev/null || { [ $faults -eq 0 ] && { echo 'skipped: python3-jsonschema or python3-yaml is not installed'; exit 77; }; finish; }
status 0 run "$scenarios/basic_call.yaml" -o out -q
cat >bad.yaml <<'END'
sipsim: 1
nodes:
  alice: {role: ua, lnk: wire}
END
python3 - "$scenarios" <<'END' || fault 'a file does not fit its schema'
import glob, json, sys, yaml, jsonschema
def schema(what):
    s = json.load(open(what + '.schema.json'))
    own = jsonschema.validators.validator_for(s, default=None)
    own.check_schema(s)
    return own(s)
good = True
def fits(v, name, d):
    global good
    for e in v.iter_errors(d):
        good = False
        print('%s: %s: %s' % (name, '/'.join(map(str, e.absolute_path)), e.message[:200]))
v = schema('scenario')
files = sorted(glob.glob(sys.argv[1] + '/*.yaml')) + ['out/scenario.effective.yaml']
assert len(files) > 40
assert isinstance(v, jsonschema.Draft7Validator)
for f in files:
    fits(v, f, yaml.safe_load(open(f)))
assert not v.is_valid(yaml.safe_load(open('bad.yaml'))), 'a wrong key is not seen'
fits(schema('results'), 'results.json', json.load(open('out/results.json')))
v = schema('events')
for n, line in enumerate(open('out/events.jsonl')):
    fits(v, 'events.jsonl:%d' % (n + 1), json.loads(line))
sys.exit(not good)
END
finish
