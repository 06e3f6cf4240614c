#!/usr/bin/env bash
# report.html: one page that stands alone, says what results.json says, and shows names that would do harm as text.
. "${0%/*}/lib.sh"

cat >page.py <<'END'
import base64, hashlib, html.parser, json, re, sys

VOID = {'meta', 'br', 'hr', 'img', 'input', 'link', 'col', 'wbr'}

class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.text, self.tags, self.policy = [], set(), [], [], set(), None
        self.codes, self.kinds = [], []
    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.add(tag)
        assert not any(name.startswith('on') for name in attrs), attrs
        assert 'src' not in attrs and 'style' not in attrs, attrs
        if tag in ('script', 'style'):
            self.codes.append('')
            self.kinds.append(attrs.get('type', tag))
        if attrs.get('http-equiv') == 'Content-Security-Policy':
            self.policy = attrs['content']
        if 'id' in attrs:
            assert attrs['id'] not in self.ids, attrs
            self.ids.add(attrs['id'])
        if 'href' in attrs:
            self.links.append(attrs['href'])
        if tag not in VOID:
            self.open.append(tag)
    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, (tag, self.open, self.getpos())
    def handle_data(self, data):
        if self.open and self.open[-1] in ('script', 'style'):
            self.codes[-1] += data
        else:
            self.text.append(data)

folder = sys.argv[1]
raw = open(folder + '/report.html', 'rb').read()
page = Page()
page.feed(raw.decode())
page.close()
assert not page.open, page.open
assert not page.tags & {'iframe', 'object', 'embed', 'form', 'base', 'link', 'i', 'b', 'img'}, page.tags
assert page.policy and "default-src 'none'" in page.policy and 'unsafe' not in page.policy
# the style, the numbers, Chart.js and the page's own: each that does something is known by its hash
assert page.kinds == ['style', 'application/json', 'script', 'script'], page.kinds
hashes = ["'sha256-" + base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() + "'" for code in page.codes]
assert f'script-src {hashes[2]} {hashes[3]};' in page.policy and f'style-src {hashes[0]};' in page.policy, (page.policy, hashes)
numbers = json.loads(page.codes[1])
assert '<' not in page.codes[1]
assert all(link[0] == '#' and link[1:] in page.ids for link in page.links), page.links
assert not re.search(rb'[\x00-\x08\x0b-\x1f\x7f]', raw)
for code in [page.codes[0], page.codes[3]]:
    assert 'url(' not in code and '@import' not in code and 'fetch' not in code
assert len(raw) < 2000000, len(raw)

results = json.load(open(folder + '/results.json'))
text = re.sub(r'\s+', ' ', ' '.join(page.text))
metrics = results['metrics']
assert sum(numbers['series']['calls_placed']) == metrics['attempts'] and sum(numbers['series']['packets']) == metrics['packets']
assert sum(n for _, _, n in numbers['histograms']['srd_ok']) == results['histograms']['srd_ok']['count']
assert ('✓ pass' in text) == (results['verdict'] == 'pass'), text[:400]
assert f"(exit status {results['exit_status']} )" in text or f"(exit status {results['exit_status']})" in text
assert results['run']['digest'] in text
for words, key in [('calls placed', 'attempts'), ('answered with a 2xx', 'established'),
                   ('UDP datagrams sent', 'datagrams_sent'), ('IP packets and fragments', 'packets'),
                   ('registrations and refreshes done', 'registrations')]:
    assert f'{words} {metrics[key]} ' in text, (words, metrics[key])
for name in ['ser', 'seer', 'isa', 'scr', 'ira']:
    assert re.search(rf"{name.upper()} [0-9.%\- ]+ {metrics[name]['num']} {metrics[name]['den']} ", text), name
asked = results['expects'] + results['reached'] + results['checks']
assert text.count('✓ holds') == sum(a['holds'] for a in asked)
assert text.count('✗ missed') == sum(not a['holds'] for a in asked)
assert text.count('Asked for:') == len(results['violations']['first'])
ladder = open(folder + '/ladder.txt').read()
assert raw.count(b'<svg class="ladder"') == len(re.findall(r'^ {13}ms ', ladder, re.M)), 'other ladders than in ladder.txt'
rows = re.findall(r'^ *[0-9]+\.[0-9]{3,6} ', ladder, re.M)
assert raw.count(b'<li><span class="time">') == len(rows), (raw.count(b'<li><span class="time">'), len(rows))
END

# looks FOLDER
looks() { python3 page.py "$1" || fault "$1/report.html is not what it should be"; }

two_phones </dev/null >good.yaml
status 0 run good.yaml -o good --quiet
looks good
grep -qE '/tmp|'"$PWD" good/report.html && fault 'report.html tells of this machine'
for name in basic_call timer_b fork_two_answers; do
    status 0 run "$SOURCE_DIR/scenarios/$name.yaml" -o "$name" --quiet
    looks "$name"
done

# missed, not reached
printf 'expect:\n  - {metric: attempts, is: ">= 1000"}\n  - {reached: [timer_b]}\n' | cat good.yaml - >missed.yaml
status 9 run missed.yaml -o missed --quiet
looks missed

# names that would do harm; one of 10,000 bytes is refused where it stands
bad='</title><script>alert(1)</script><img src=x onerror=alert(1)> \" & '"'"' \u202E \e[31m'
long=$(printf '<b>%.0s' $(seq 3333))
grep -v '^name:' good.yaml >rest.yaml
printf 'name: "%s"\n' "$bad" | cat - rest.yaml >hostile.yaml
status 0 run hostile.yaml -o hostile --quiet
looks hostile
grep -qF '&lt;/title&gt;&lt;script&gt;alert(1)' hostile/report.html || fault 'the hostile name is not shown'
printf 'name: "%s"\n' "$long" | cat - rest.yaml >long.yaml
status 3 run long.yaml -o long --quiet

# the same bytes for any number of partitions, from any folder
status 0 run good.yaml -o split --quiet --partitions 3
cmp good/report.html split/report.html || fault 'another page from three partitions'
mkdir -p elsewhere && cp good.yaml elsewhere/other.yaml
status 0 run elsewhere/other.yaml -o elsewhere/out --quiet
cmp good/report.html elsewhere/out/report.html || fault 'another page from another folder'
finish
