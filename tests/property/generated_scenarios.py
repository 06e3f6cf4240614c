"""Scenarios that nobody would write: user agents, proxies, a registrar, an edge, a B2BUA and a tap, on links with a few impairments each, with
calls, acts, events and faults, all by chance; the same for the same seed. `python3 generated_scenarios.py SIPSIM COUNT SEED` runs them one after
the other in the current folder. What the loader refuses is passed over; a broken law, a crash or a run without an end keeps its scenario."""
import json
import random
import re
import subprocess
import sys

chance = random.Random()
one_of = chance.choice


def happens(p):
    return chance.random() < p


def some(mapping, **keys):
    """Of each key, with its chance, one of its values."""
    for key, (p, values) in keys.items():
        if happens(p):
            mapping[key] = one_of(values)
    return mapping


def wait():
    return one_of(['0ms', '1ms', '10ms', '100ms', '500ms', '1s', '3s', '10s', '35s', 'exp 1s', 'uniform 0s..3s', 'exp 5s'])


def link():
    it = some({'delay': one_of(['1ms', '5ms', '20ms', '150ms', '600ms'])},
              jitter=(.2, ['5ms', '50ms', {'dist': 'normal', 'sd': '5ms'}, {'dist': 'pareto', 'sd': '3ms'}]),
              loss=(.3, ['1%', '5%', '15%', '30%', {'gemodel': {'p': '2%', 'r': '20%'}}, {'p': '5%', 'corr': '50%'}]),
              duplicate=(.15, ['1%', '10%', '50%']),
              reorder=(.15, ['5%', {'p': '10%', 'gap': 3}, {'p': '20%', 'by': '2 packets'}]),
              corrupt=(.1, ['1%', '5%', {'p': '2%', 'mode': 'sip'}, {'p': '2%', 'mode': 'burst', 'bits': 12}]),
              rate=(.15, ['64kbit', '256kbit', '2mbit']),
              mtu=(.2, ['576B', '1280B', '1400B', '1492B', '9000B']),
              slot=(.05, [{'min': '5ms', 'max': '8ms', 'packets': 4}]),
              up=(.1, [{'delay': '40ms'}]))
    if 'rate' in it:
        it['queue'] = one_of(['5 packets', '50 packets', '8KB', {'policy': 'codel', 'limit': '64KB'}, {'policy': 'head', 'limit': '10 packets'}])
    if happens(.1):
        it.update(hidden_mtu=one_of(['576B', '1000B']), mtu_policy=one_of(['icmp', 'blackhole', 'fragment']))
    return it


def act():
    at = one_of(['0ms', '1ms', '10ms', '100ms', '500ms', '1s', '3s', 'exp 1s', 'uniform 0s..3s'])
    verb = one_of(['hold', 'resume', 'hold', 'resume', 'reinvite', 'update', 'transfer', 'hangup', 'subscribe', 'unsubscribe', 'message', 'info'])
    it = {verb: at}
    if verb == 'transfer':
        it['to'] = one_of(['alice', 'bob'])
    elif verb == 'subscribe':
        it.update(event=one_of(['dialog', 'presence', 'reg']), expires=one_of(['0s', '30s', '600s']))
    elif verb == 'message':
        it['text'] = 'x' * chance.randint(1, 900)
    elif verb in ('hold', 'resume'):
        some(it, by=(.3, ['reinvite', 'update']))
    elif verb in ('reinvite', 'update'):
        some(it, media=(.3, ['audio', ['audio', 'video'], 'video']))
    return it


def acts():
    return [act() for _ in range(chance.randint(1, 4))]


def user_agents(outbound, has_domain, edge):
    it = some({'role': 'ua', 'count': chance.randint(2, 8), 'link': one_of(['lan', 'wan'])},
              transport=(.35, ['udp', 'tcp', 'auto']), lines=(.2, [1, 2, 5]), media=(.2, ['audio', ['audio', 'video'], 'message']),
              prack=(.3, ['supported', 'supported', 'required']), events=(.2, ['presence', 'dialog', ['presence', 'dialog']]),
              session_timer=(.25, [{'expires': '90s'}, {'expires': '1800s', 'min': '90s', 'refresher': 'uac'}, {'expires': '90s', 'refresher': 'uas'}]),
              replaces=(.15, ['anybody', 'related', 'nobody']), refers=(.15, ['anybody', 'in_call', 'nobody']), redirects=(.1, [1, 5]),
              ring_limit=(.3, ['3s', '20s', '180s']), t1=(.08, ['100ms', '1s']), t2=(.08, ['1s', '8s']), t4=(.05, ['1s']),
              path_mtu=(.2, ['link', 'unknown', 'discover', 'probe']), segments=(.1, ['cut', 'whole']), idle=(.1, ['5s', '30s']), info=(.1, [['dtmf']]))
    if outbound:
        it['outbound'] = one_of(outbound)
    if has_domain:
        it['register'] = some({'expires': one_of(['60s', '1h', '30s']), 'at': one_of(['uniform 0s..3s', '0s', '1s'])},
                              q=(.2, ['0.5', '0.1']), at_end=(.15, ['remove']), retry=(.2, ['1s', '5s']))
        if edge and it['outbound'] == 'edge':
            it['register']['path'] = True
        if happens(.35):
            some(it['register'], gruu=(.4, ['public', 'temporary']), flow=(.4, [1]))['instance'] = 'urn:uuid:{n}'
    return it


def proxies(nodes):
    """Adds them. Returns the domain, if there is one."""
    home = some({'host': 'p1.example.com', 'link': one_of(['lan', 'wan'])},
                record_route=(.7, [True]), queue=(.2, [{'service': '1ms', 'workers': 2}, {'service': '20ms'}, {'service': '200ms', 'workers': 3}]),
                timer_c=(.1, ['185s']), t1=(.1, ['200ms']), transport=(.15, ['udp', 'tcp', 'auto']), idle=(.1, ['5s', '30s']),
                defence=(.1, [{'source': '20/s', 'aor': '5/s'}]), recurse=(.1, [True]), max_breadth=(.1, [1, 2, 3]))
    nodes['home'] = home
    domain = None
    if happens(.7):
        home['roles'] = ['proxy', 'registrar']
        some(home, fork=(.15, ['by_q', 'parallel', 'sequential']))
        domain = {'registrar': 'home', 'users': 'u{n}'}
        if happens(.4):
            some(domain, algorithms=(.4, [['SHA-256', 'MD5'], ['MD5']]), challenge=(.4, [['register', 'invite']]), nonce=(.2, ['5s', '60s']),
                 mutual=(.2, [True]), qop=(.2, [['auth'], ['auth-int']]))['password'] = 'pw{n}'
    else:
        home['role'] = 'proxy'
        some(home, mode=(.15, ['stateless']))
    if happens(.35):
        nodes['edge'] = some({'role': 'proxy', 'link': one_of(['lan', 'wan']), 'path': True}, record_route=(.6, [True]), flow_timer=(.3, ['10s']))
    if not domain and happens(.2):
        nodes['between'] = {'role': 'b2bua', 'outbound': 'home', 'link': 'lan', 'aor': 'sip:between@b2b.example'}
    return domain


def behaviour():
    it = some({'weight': chance.randint(1, 100), 'ring': wait()}, early_media=(.15, [True]))
    kind = one_of(['answer', 'answer', 'answer', 'reject', 'redirect', 'slow'])
    if kind == 'answer':
        it['answer'] = wait()
        if happens(.3):
            it['after'] = acts()
    elif kind == 'reject':
        some(it, retry_after=(.3, ['3s']))['reject'] = one_of([300, 404, 486, 480, 503, 600, 603, 488])
    elif kind == 'redirect':
        it['redirect'] = one_of(['alice', 'bob'])
    else:
        it['answer'] = one_of(['200s', '30s'])
    return it


def calls(i):
    it = {'name': 'c%d' % i, 'from': one_of(['alice', 'bob']), 'to': one_of(['alice', 'bob']), 'rate': one_of(['1/s', 'poisson 2/s', '10/s', '0.2/s', '50/s']),
          'during': one_of(['0s..10s', '2s..15s', '5s..6s']), 'hold': wait(), 'limit': one_of([1, 5, 50])}
    some(it, pick=(.4, ['any', 'next']), hangup=(.3, [{'caller': '50%', 'callee': '50%'}, {'callee': '100%'}]), no_answer=(.4, ['2s', '10s', 'exp 5s']),
         offer=(.2, ['late']), retries=(.15, [1, 3]), reliable=(.15, [True]))
    if happens(.3):
        it['after'] = acts()
    return it


def event(names):
    node = one_of(names)
    if node in ('alice', 'bob') and happens(.5):
        node += '[0]'
    it = {'at': one_of(['0s', '1s', '3s', '7s', '12s']), 'link': node, 'for': one_of(['500ms', '5s', '40s'])}
    it.update(one_of([{'is': 'down'}, {'is': 'clogged'}, {'is': 'down', 'flap': {'up': 'exp 3s', 'down': 'exp 1s'}},
                      {'set': {'loss': '50%'}}, {'set': {'delay': '300ms'}}, {'set': {'mtu': '576B'}},
                      {'set': {'hidden_mtu': '600B', 'mtu_policy': 'blackhole'}},
                      {'walk': {'from': {'delay': '10ms'}, 'to': {'delay': '250ms'}, 'levels': 4, 'every': '500ms'}}]))
    return it


def fault():
    match = {'method': one_of(['INVITE', 'ACK', 'BYE', 'CANCEL', 'REGISTER', 'PRACK', 'UPDATE'])} if happens(.6) else \
        {'status': one_of([100, 180, 200, 183, 401, 487, 486])}
    if happens(.5):
        match.update(nth=one_of([1, 2, 3]), per=one_of(['call', 'dialog', 'path', 'node']))
    return {'path': 'any -> any', 'match': match, 'do': one_of(['drop', 'duplicate', {'delay': '700ms'}, {'delay': '40s'}, 'corrupt'])}


def scenario():
    nodes = {}
    domain = proxies(nodes) if happens(.75) else None
    outbound = ['home'] + (['edge'] if 'edge' in nodes else []) + (['between'] if 'between' in nodes else []) if nodes else []
    for name in ('alice', 'bob'):
        nodes[name] = user_agents(outbound, domain is not None, 'edge' in nodes)
    nodes['bob']['behaviour'] = 'human'
    some(nodes['alice'], behaviour=(.3, ['human']))
    it = {'sipsim': 1, 'name': 'generated', 'seed': chance.randint(1, 10**6), 'duration': one_of(['20s', '60s']), 'drain': '3h',
          'links': {'lan': link(), 'wan': link()}, 'nodes': nodes, 'behaviours': {'human': [behaviour() for _ in range(chance.randint(1, 4))]},
          'calls': [calls(i) for i in range(chance.randint(1, 3))], 'events': [event(list(nodes)) for _ in range(chance.randint(0, 3))],
          'faults': [fault() for _ in range(one_of([0, 0, 0, 1, 2]))]}
    some(it, order=(.3, [{'mode': 'seeded', 'seed': 7}]))
    if domain:
        it['domains'] = {'example.com': domain}
    return {key: value for key, value in it.items() if value != []}


def main():
    sipsim, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    chance.seed(seed)
    ran = failed = 0
    for i in range(count):
        name = 'generated-%d-%d.yaml' % (seed, i)
        with open('generated.yaml', 'w') as file:
            json.dump(scenario(), file, indent=1)
        try:
            run = subprocess.run([sipsim, 'run', 'generated.yaml', '-o', 'out', '--force', '--quiet', '--pcap', 'off', '--events', 'off'],
                                 capture_output=True, text=True, errors='replace', timeout=120)
            status, said = run.returncode, run.stdout + run.stderr
        except subprocess.TimeoutExpired:
            status, said = 'no end', ''
        ran += status in (0, 8, 9)
        if status not in (0, 3, 8, 9):
            failed += 1
            with open('generated.yaml') as file, open(name, 'w') as kept:
                kept.write(file.read())
            print('%s: status %s %s' % (name, status, ' '.join(sorted(set(re.findall(r'violation ([A-Z]+\d+)', said))))), flush=True)
    print('%d of %d scenarios ran, %d failed' % (ran, count, failed))
    return 0 if failed == 0 and ran >= count // 2 else 1


sys.exit(main())
