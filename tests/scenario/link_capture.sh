#!/usr/bin/env bash
# A capture on a link has what went onto it and what came out, by tshark and events.jsonl: each with its instant there and one hop less
# behind a router; a loss is told where it set out.
. "${0%/*}/lib.sh"
command -v tshark >/dev/null || exit 77

lines() { tshark -n "$@" 2>/dev/null; }
status 0 run "$scenarios/fragments.yaml" -o all --quiet --pcap off
# crossed KIND LINK: how many of the facts, by the run of everything
crossed() { grep "\"kind\":\"$1\"" all/events.jsonl | grep -cF "\"link\":\"$2\""; }
# link WORDS: captures so
link() { status 0 run "$scenarios/fragments.yaml" -o link --force --quiet --pcap "link:$1" --events off; }
# count FILTER…: of packets of the last
count() { lines -r link/trace.pcapng -Y "$1" | wc -l; }
up=$(grep -oE '"caller\[3\] -> [^"]+"' all/events.jsonl | head -n 1 | tr -d '"')
router=${up##* }
down="$router -> caller[3]"
link 'caller[3]'
lines -r link/trace.pcapng -T fields -e frame.interface_name | sort -u >names
printf '%s\n' "$up tx" "$down tx" | sort | cmp - names || { cat names; fault 'not the interfaces of a link'; }
[ "$(count frame)" = $(($(crossed LINK_SENT "$up") + $(crossed LINK_SENT "$down"))) ] || fault 'link: is not what went onto it'
[ "$(count 'frame.comment contains "lost on"')" = $(($(crossed LINK_DROPPED "$up") + $(crossed LINK_DROPPED "$down"))) ] ||
    fault 'link: not as many lost ones'
[ "$(count '_ws.malformed || ip.checksum.status == 0')" = 0 ] || fault 'link: malformed'
link 'caller[3],at:rx,dir:down'
[ "$(count frame)" = "$(crossed LINK_ARRIVED "$down")" ] || fault 'at:rx is not what came out'
[ "$(count 'ip.ttl == 63')" = "$(count frame)" ] || fault 'what came through a router has all its hops'
link 'caller[3],dir:up,at:both'
[ "$(count frame)" = $(($(crossed LINK_SENT "$up") + $(crossed LINK_ARRIVED "$up"))) ] || fault 'at:both is not what both ends have'
id=$(lines -r link/trace.pcapng -Y 'frame.interface_name contains " rx"' -T fields -e ip.id | head -n 1)
lines -r link/trace.pcapng -Y "ip.id == $id && ip.frag_offset == 0" -T fields -e frame.interface_name -e frame.time_relative | head -n 2 >ends
awk -F '\t' -v up="$up" 'NR == 1 { at = $2; ok = $1 == up " tx" } NR == 2 { ok = ok && $1 == up " rx" && $2 - at > 0.0099 && $2 - at < 0.0101 } END { exit !ok }' ends ||
    { cat ends; fault 'the ends of a link are not its delay apart'; }
cp link/trace.pcapng once.pcapng
status 0 run "$scenarios/fragments.yaml" -o link --force --quiet --pcap 'link:caller[3],dir:up,at:both' --events off --partitions 3
cmp once.pcapng link/trace.pcapng || fault 'another capture of a link from three partitions'
status 2 run "$scenarios/fragments.yaml" -o link --force --pcap "link:$router"
says 'has no such link'
finish
