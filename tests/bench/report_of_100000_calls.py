"""A page in a browser: how long it took to open as Chromium itself counts, and how large it became. Prints the fields of a JSON object;
complaints go to stderr. Usage: report_of_100000_calls.py FOLDER-OF-BROWSER.PY PAGE"""
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from browser import Browser

browser = Browser()
try:
    browser.open(sys.argv[2])
    # loadEventEnd is there when the event is over
    opened = browser.value('''new Promise((done) => setTimeout(() => {
        const t = performance.timing;
        done([t.loadEventEnd - t.navigationStart, t.domContentLoadedEventEnd - t.navigationStart, document.querySelectorAll('*').length]);
    }, 0))''')
    complaints = browser.complaints()
finally:
    browser.close()
for complaint in complaints:
    print(complaint, file=sys.stderr)
print('"load_ms":%d,"content_ms":%d,"nodes":%d,"complaints":%d' % (*opened, len(complaints)))
