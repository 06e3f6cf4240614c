#!/usr/bin/env bash
# report.html in a browser: nothing complains, nothing leaves the file, plots are drawn, light and dark, wide and narrow.
command -v chromium >/dev/null || { echo 'skipped: there is no chromium'; exit 77; }
. "${0%/*}/lib.sh"

for name in timer_b proxy_crash overload_503; do
    status 0 run "$scenarios/$name.yaml" -o "$name" --quiet --events off --pcap off
done
"$SIPSIM" run "$scenarios/basic_call.yaml" --sweep links.wire.loss=0%,90% --seeds 1..3 -o sweep --quiet >/dev/null 2>&1
[ -s sweep/report.html ] || fault 'no page of a sweep'
python3 "${0%/*}/look.py" sweep:sweep timer_b:calls,timers,copies,losses proxy_crash:calls,messages overload_503:calls,messages,queues ||
    fault 'a page is not what it should be'
finish
