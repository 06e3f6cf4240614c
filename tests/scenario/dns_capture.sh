#!/usr/bin/env bash
# tshark reads what hosts ask and servers answer in the shipped scenarios: whatever goes to port 53 or comes from it is a DNS message
# to it, whole, and there are questions and answers.
. "${0%/*}/lib.sh"
command -v tshark >/dev/null || exit 77

# count FILE FILTER: packets that tshark shows
count() {
    tshark -n -r "$1" -Y "$2" 2>/dev/null | wc -l
}

for name in dns_black_hole dns_lies dns_ttl failover_by_srv naptr_chooses_tcp srv_weights; do
    status 0 run "$scenarios/$name.yaml" -o "out/$name" --quiet --events off
    capture=out/$name/trace.pcapng
    asked=$(count "$capture" 'udp.port == 53')
    [ "$asked" -gt 0 ] || fault "$name: nobody asks"
    [ "$(count "$capture" dns)" = "$asked" ] || fault "$name: not $asked DNS messages"
    [ "$(count "$capture" '_ws.malformed || _ws.expert.severity == error')" = 0 ] || fault "$name: malformed"
done
for file in dns_ttl failover_by_srv srv_weights; do
    [ "$(count "out/$file/trace.pcapng" 'dns.flags.response == 1 && dns.count.answers > 0')" -gt 0 ] || fault "$file: no answers"
done
finish
