"""docs/conformance.md from tests/tidy/requirements.txt and the tags and tests that the sources have.

A requirement is met where its section is tagged in stack/ or simnet/, and held by the tests that its line names. What lacks
either is listed first. Faults of the list itself (a test that is not there, a line that cannot be read) go to stderr.
"""
import pathlib
import re
import sys

ROLES = {'ua', 'transaction', 'transport', 'registrar', 'redirect', 'server', 'proxy', 'uri', 'operator'}
TAG = re.compile(r'RFC[0-9]+:[0-9A-Z]+(?:\.[0-9]+)*')
CASE = re.compile(r'^TEST\((\w+)\)', re.M)


def sources(root, *folders):
    for folder in folders:
        for suffix in ('c', 'h', 'def'):
            yield from sorted((root / folder).rglob('*.' + suffix))


def tagged(root):
    """tag -> files of the product that have it"""
    where = {}
    for path in sources(root, 'stack', 'simnet'):
        for tag in set(TAG.findall(path.read_text())):
            where.setdefault(tag, []).append(str(path.relative_to(root)))
    return {tag: sorted(files) for tag, files in where.items()}


def cases(root):
    return {case for path in sources(root, 'tests') for case in CASE.findall(path.read_text())}


def read(root, known, fault):
    rows = []
    for number, line in enumerate((root / 'tests/tidy/requirements.txt').read_text().splitlines(), 1):
        if not line or line.startswith('#'):
            continue
        parts = [part.strip() for part in line.split('|')]
        if len(parts) != 4 or parts[1] not in ROLES or not TAG.fullmatch(parts[0]):
            fault(f'requirements.txt:{number}: not "section | who | what | tests"')
            continue
        later = parts[3].removeprefix('later:').strip() if parts[3].startswith('later:') else None
        tests = [] if later else parts[3].split()
        for test in tests:
            if test not in known:
                fault(f'requirements.txt:{number}: no test {test}')
        rows.append((parts[0], parts[1], parts[2], tests, later))
    return rows


def lacks(row, met):
    tag, _, _, tests, later = row
    if later:
        return later
    what = [name for name, there in (('code', tag in met), ('test', bool(tests))) if not there]
    return 'no ' + ', no '.join(what) if what else None


def page(rows, met):
    held = [row for row in rows if lacks(row, met) is None]
    out = ['# Conformance', '',
           'Every MUST and MUST NOT of RFC 3261 sections 8 to 19 (without 16) and 22, and of RFC 6026: where it is met, and the',
           'tests that hold it. Made by `tests/tidy/conformance.sh --write` from `tests/tidy/requirements.txt` and the tags in the',
           'sources; do not edit. `ctest -R NAME` runs a test.', '',
           f'{len(rows)} requirements, {len(held)} met and held, {len(rows) - len(held)} not.', '',
           '## What lacks code or a test', '', '| Section | Who | What | Lacks |', '|---|---|---|---|']
    for row in rows:
        if lacks(row, met):
            out.append(f'| {row[0]} | {row[1]} | {row[2]} | {lacks(row, met)} |')
    chapter = None
    for tag, who, what, tests, later in held:
        top = tag.split('.')[0].replace(':', ' section ').replace('RFC', 'RFC ')
        if top != chapter:
            out += ['', f'## {top}', '', '| Section | Who | What | Code | Tests |', '|---|---|---|---|---|']
            chapter = top
        code = '<br>'.join(f'`{name}`' for name in met[tag])
        out.append(f'| {tag.split(":")[1]} | {who} | {what} | {code} | ' + '<br>'.join(f'`{t}`' for t in tests) + ' |')
    return '\n'.join(out) + '\n'


def main():
    root = pathlib.Path(sys.argv[1])
    faults = []
    met = tagged(root)
    rows = read(root, cases(root), faults.append)
    sys.stdout.write(page(rows, met))
    for text in faults:
        print(text, file=sys.stderr)


main()
