"""A headless Chromium over its debugging pipe (--remote-debugging-pipe: JSON, each message ended by a zero byte)."""
import json, os, select, shutil, subprocess, tempfile, time

PATIENCE = 120  # seconds, for a machine with much else to do


class Browser:
    def __init__(self):
        self.home = tempfile.mkdtemp(prefix='chromium.')
        to_it, self.to = os.pipe()
        self.out, from_it = os.pipe()

        def pipes():  # it reads 3 and writes 4
            os.dup2(to_it, 13)
            os.dup2(from_it, 14)
            os.dup2(13, 3)
            os.dup2(14, 4)

        flags = ['--headless', '--remote-debugging-pipe', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars',
                 '--no-first-run', '--disable-extensions', '--disable-background-networking',
                 '--user-data-dir=' + self.home]
        if os.geteuid() == 0:
            flags.append('--no-sandbox')
        self.process = subprocess.Popen(['chromium', *flags, 'about:blank'], preexec_fn=pipes, close_fds=False,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_it)
        os.close(from_it)
        self.buffer, self.last, self.session, self.events = b'', 0, None, []

    def close(self):
        try:
            self.send('Browser.close', session=None)
            self.process.wait(20)
        except Exception:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def send(self, method, session='own', **params):
        self.last += 1
        message = {'id': self.last, 'method': method, 'params': params}
        if session == 'own' and self.session:
            message['sessionId'] = self.session
        os.write(self.to, json.dumps(message).encode() + b'\0')
        return self.last

    def read(self):
        until = time.monotonic() + PATIENCE
        while b'\0' not in self.buffer:
            if not select.select([self.out], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError('the browser says nothing')
            got = os.read(self.out, 1 << 20)
            if not got:
                raise EOFError('the browser is gone')
            self.buffer += got
        message, self.buffer = self.buffer.split(b'\0', 1)
        return json.loads(message)

    def call(self, method, **params):
        wanted = self.send(method, **params)
        while True:
            message = self.read()
            if message.get('id') == wanted:
                assert 'error' not in message, (method, message['error'])
                return message['result']
            self.events.append(message)

    def open(self, path):
        """A new page with the file; its events from the first on are kept."""
        target = self.call('Target.createTarget', url='about:blank')['targetId']
        self.session = self.call('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
        for domain in 'Page', 'Runtime', 'Log', 'Network':
            self.call(domain + '.enable')
        self.events = []
        self.url = 'file://' + os.path.abspath(path)
        self.call('Page.navigate', url=self.url)
        while not any(event['method'] == 'Page.loadEventFired' for event in self.events):
            self.events.append(self.read())

    def value(self, expression):
        result = self.call('Runtime.evaluate', expression=expression, returnByValue=True, awaitPromise=True)
        assert 'exceptionDetails' not in result, result['exceptionDetails']
        return result['result'].get('value')

    def complaints(self):
        """What was said on the console, thrown, or logged by the browser."""
        bad = []
        for event in self.events:
            if event['method'] == 'Runtime.exceptionThrown':
                bad.append(str(event['params']['exceptionDetails']))
            elif event['method'] == 'Runtime.consoleAPICalled' and event['params']['type'] in ('error', 'warning', 'assert'):
                bad.append(str(event['params']['args']))
            elif event['method'] == 'Log.entryAdded' and event['params']['entry']['level'] in ('error', 'warning'):
                bad.append(event['params']['entry']['text'])
        return bad

    def requests(self):
        return [event['params']['request']['url'] for event in self.events if event['method'] == 'Network.requestWillBeSent']

    def blocked(self):
        """How many requests the policy of the page forbade, before anything was sent."""
        return sum(event['method'] == 'Network.loadingFailed' and event['params'].get('blockedReason') == 'csp'
                   for event in self.events)

    def show(self, width, height=900, scheme='light', media=''):
        self.call('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call('Emulation.setEmulatedMedia', media=media, features=[{'name': 'prefers-color-scheme', 'value': scheme}])
        # two frames, so that what follows from it has been done
        self.value('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))')
