#!/usr/bin/env bash
# A line of progress on a terminal, once a run takes over a second, wiped at its end; none where stderr is no terminal, with
# --quiet, or with NO_COLOR.
. "${0%/*}/lib.sh"

python3 -c 'import pty; pty.openpty()' 2>/dev/null || { echo 'skipped: no pseudo terminal to be had here'; exit 77; }
two_phones </dev/null >short.yaml
cat >long.yaml <<'END'
sipsim: 1
name: long
duration: 100000s
nodes:
  caller: {role: ua, count: 50}
  callee: {role: ua, count: 50}
links:
  wire: {delay: 5ms}
calls:
  - {name: mix, from: caller, to: callee, rate: every 100ms, hold: 1s}
END

# on_terminal FILE OPTION…: what a run writes to a terminal in 3 s, or until it says how far it is, in a minute when AWAITED; then it
# is interrupted
cat >on_terminal.py <<'END'
import os, pty, signal, subprocess, sys, time
master, slave = pty.openpty()
p = subprocess.Popen([sys.argv[1], 'run', *sys.argv[2:], '-o', 'out', '--force', '--pcap', 'off', '--events', 'off'],
                     stdout=subprocess.DEVNULL, stderr=slave, start_new_session=True)
os.close(slave)
awaited = 'AWAITED' in os.environ
text, stop = b'', time.monotonic() + (60 if awaited else 3)
os.set_blocking(master, False)
while True:
    try:
        more = os.read(master, 65536)
        if not more:
            break
        text += more
    except BlockingIOError:
        if time.monotonic() > stop or (awaited and b'calls' in text):
            awaited = False
            p.send_signal(signal.SIGINT)
            stop = time.monotonic() + 60
        time.sleep(0.02)
    except OSError:
        break
p.wait()
sys.stdout.buffer.write(text)
END
on_terminal() { python3 on_terminal.py "$SIPSIM" "$@"; }

AWAITED=1 on_terminal long.yaml >shown
grep -aqE '[0-9]+\.[0-9]{3} s virtual, [0-9]+ events, [0-9]+ calls' shown || fault 'no progress on a terminal'
tr '\r' '\n' <shown | grep -aqE '^.\[K' || fault 'the line is not wiped'
on_terminal short.yaml >shown
grep -aq virtual shown && fault 'progress of a run that takes no time'
on_terminal long.yaml --quiet >shown
grep -aq virtual shown && fault 'progress though --quiet'
NO_COLOR=1 on_terminal long.yaml >shown
grep -aq virtual shown && fault 'progress though NO_COLOR'
timeout -s INT 3 "$SIPSIM" run long.yaml -o piped --pcap off --events off >stdout 2>stderr
grep -q virtual stderr && fault 'progress where there is no terminal'
finish
