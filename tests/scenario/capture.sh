#!/usr/bin/env bash
# tshark reads the capture of the shipped scenarios: nothing malformed, every SIP message decoded, every packet there.
. "${0%/*}/lib.sh"
command -v tshark >/dev/null || exit 77

# lines WHAT…: what tshark prints
lines() {
    tshark -n "$@" 2>/dev/null
}

for name in basic_call busy cancel_crosses_200 no_answer register timer_b fragments tcp_call big_invite_goes_by_tcp tcp_refused_back_to_udp connection_reset; do
    file=$scenarios/$name.yaml
    [ -e "$file" ] || { fault "no $name.yaml"; continue; }
    status 0 run "$file" -o "out/$name" --quiet
    capture=out/$name/trace.pcapng
    # ICMP repeats no more of a packet than fits into 576 bytes: what it repeats is read as far as it goes, and is no message
    bad=$(lines -r "$capture" -Y '((_ws.malformed || _ws.expert.severity == error) && !icmp) || icmp.checksum.status == 0 || ip.checksum.status == 0 || udp.checksum.status == 0 ||
        tcp.checksum.status == 0 || tcp.analysis.flags' \
        -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -o tcp.check_checksum:TRUE)
    [ -z "$bad" ] || fault "$name: malformed: $(head -n 3 <<<"$bad")"

    packets=$(grep -c '"kind":"PACKET"' "out/$name/events.jsonl")
    [ "$(lines -r "$capture" | wc -l)" = "$packets" ] || fault "$name: not $packets packets"
    # what was written on a connection that was refused never left; a datagram whose fragments were all sent is put together by tshark and shown with its last one
    sent=$(grep -E '"kind":"(DATAGRAM_SENT|STREAM_RECEIVED)"' "out/$name/events.jsonl" | grep -c '"sip":true')
    [ "$(lines -r "$capture" -Y 'sip && !icmp' | wc -l)" = "$sent" ] || fault "$name: not $sent SIP messages"
    invites=$(grep -E '"kind":"(DATAGRAM_SENT|STREAM_RECEIVED)"' "out/$name/events.jsonl" | grep '"method":"INVITE"' | grep -vc '"status"')
    [ "$(lines -r "$capture" -Y 'sip.Method == "INVITE" && !icmp' | wc -l)" = "$invites" ] || fault "$name: not $invites INVITEs"
done

# what ICMP quotes, RFC 792: the addresses and ports of the datagram, and the INVITE that it begins with
status 0 run "$scenarios/port_unreachable.yaml" -o out/icmp --quiet
told=$(grep -c '"kind":"ICMP_SENT"' out/icmp/events.jsonl)
[ "$told" = 8 ] || fault "$told times ICMP"
[ "$(lines -r out/icmp/trace.pcapng -o icmp.favor_icmp_mpls:FALSE -Y 'icmp.type == 3 && icmp.code == 3 && icmp.checksum.status == 1' | wc -l)" = "$told" ] ||
    fault 'not as many port unreachables'
[ "$(lines -r out/icmp/trace.pcapng -Y 'icmp && udp.dstport == 5060 && frame.len == 576' | wc -l)" = "$told" ] ||
    fault 'a quote is not of a datagram to port 5060'

# times and comments
lines -r out/timer_b/trace.pcapng -T fields -e frame.time_epoch | head -n 3 >times
printf '%s\n' 1893456000.000000000 1893456000.500000000 1893456001.500000000 | cmp - times || { cat times; fault 'not the times of Timer A'; }
lost=$(grep -c '"kind":"LINK_DROPPED"' out/fragments/events.jsonl)
[ "$(lines -r out/fragments/trace.pcapng -Y 'frame.comment contains "lost on"' | wc -l)" = "$lost" ] ||
    fault "not $lost packets are marked as lost on a link"

# choices
status 0 run "$scenarios/fragments.yaml" -o first --quiet --pcap first:7 --events off
[ "$(lines -r first/trace.pcapng | wc -l)" = 7 ] || fault 'first:7 are not 7'
status 0 run "$scenarios/fragments.yaml" -o node --quiet --pcap 'node:caller[3]' --events off
lines -r node/trace.pcapng -T fields -e frame.interface_name | sort -u >names
[ "$(tr '\n' ' ' <names)" = 'caller[3] proxy ' ] || fault "interfaces of node:caller[3]: $(tr '\n' ' ' <names)"
status 0 run "$scenarios/fragments.yaml" -o calls --quiet --pcap calls:2 --events calls:2
[ "$(lines -r calls/trace.pcapng -Y sip -T fields -e sip.Call-ID | sort -u | wc -l)" = 2 ] || fault 'calls:2 are not 2'
id=$(lines -r calls/trace.pcapng -Y sip -T fields -e sip.Call-ID | tail -n 1)
status 0 run "$scenarios/fragments.yaml" -o call --quiet --pcap "call:$id" --events off
[ "$(lines -r call/trace.pcapng -Y sip -T fields -e sip.Call-ID | sort -u)" = "$id" ] || fault "call:ID is not that call"
finish
