"""Tells a baresip what to do by its control port (module ctrl_tcp: netstrings of JSON), and waits for what it says.

    baresip.py PORT STEP...    STEP: say, dial=URI, hangup, or await=EVENT, as await=CALL_ESTABLISHED

"say" prints "ready": whoever waits for that line knows that no later event is missed. What it hears goes to stderr. Status 1 when it
waited for 20 s in vain."""
import json
import socket
import sys
import time


class Control:
    def __init__(self, port):
        until = time.monotonic() + 20
        while True:
            try:
                self.stream = socket.create_connection(("127.0.0.1", port), 5)
                break
            except ConnectionRefusedError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
        self.bytes, self.heard = b"", []

    def tell(self, command, params=""):
        text = json.dumps({"command": command, "params": params, "token": command}).encode()
        self.stream.sendall(b"%d:%s," % (len(text), text))

    def next(self, until):
        """One message, or None when there is none in time."""
        while True:
            length, colon, rest = self.bytes.partition(b":")
            if colon and len(rest) > int(length):
                self.bytes = rest[int(length) + 1:]
                return json.loads(rest[:int(length)].decode("utf-8", "replace"))
            left = until - time.monotonic()
            if left <= 0:
                return None
            self.stream.settimeout(left)
            try:
                more = self.stream.recv(65536)
            except socket.timeout:
                return None
            if not more:
                return None
            self.bytes += more

    def wait(self, event):
        until = time.monotonic() + 20
        while True:
            message = self.next(until)
            if message is None:
                sys.exit("baresip does not say %s" % event)
            print(json.dumps(message), file=sys.stderr, flush=True)
            if message.get("type") == event:
                return


control = Control(int(sys.argv[1]))
for step in sys.argv[2:]:
    word, _, value = step.partition("=")
    if word == "say":
        print("ready", flush=True)
    elif word == "await":
        control.wait(value)
    else:
        control.tell(word, value)
