#!/usr/bin/env bash
# report.html in a browser: nothing complains, nothing leaves the file, plots are drawn, light and dark, wide and narrow.
command -v chromium >/dev/null || { echo 'skipped: there is no chromium'; exit 77; }
. "${0%/*}/lib.sh"

for name in timer_b proxy_crash overload_503; do
    status 0 run "$scenarios/$name.yaml" -o "$name" --quiet --events off --pcap off
done
python3 "${0%/*}/look.py" timer_b:calls,timers,copies,losses proxy_crash:calls,messages overload_503:calls,messages,queues ||
    fault 'a page is not what it should be'
finish
