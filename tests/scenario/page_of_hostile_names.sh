#!/usr/bin/env bash
# report.html of what would do harm, in a browser: names and messages are shown, no script of theirs runs, nothing is asked for.
command -v chromium >/dev/null || { echo 'skipped: there is no chromium'; exit 77; }
. "${0%/*}/lib.sh"

bad='</script><script>alert(1)</script><!-- <script> \" \u2028 & \e[31m'
two_phones </dev/null | grep -v '^name:' >rest.yaml
printf 'name: "%s"\n' "$bad" | cat - rest.yaml >hostile.yaml
status 0 run hostile.yaml -o hostile --quiet
{
    two_phones </dev/null | sed '/^story:/,$d'
    printf 'story:\n  - {at: 0s, alice: {message: bob, text: "</pre></details><script>alert(1)</script><img src=x>%s"}}\n' \
        "$(printf '<b>\\e[31m%.0s' $(seq 100))"
} >message.yaml
status 0 run message.yaml -o message --quiet
grep -qF '&lt;script&gt;alert(1)' message/report.html || fault 'the hostile message is not shown'
grep -qP '\x1b' message/report.html && fault 'the hostile message moves a terminal'
python3 "${0%/*}/look.py" message:messages hostile:calls || fault 'a page is not what it should be'
finish
