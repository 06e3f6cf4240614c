#!/bin/bash
# A collector that is none of ours, Kamailio's sipcapture, reads trace.hep: each frame is a row with the instant, the node, the addresses
# and ports, the transport, the Call-ID and the text that the frame has.
. "${0%/*}/lib.sh"
need_command kamailio kamailio
modules=$(dirname "$(find /usr/lib -path '*kamailio/modules/pv.so' 2>/dev/null | head -n 1)")
for module in pv xlog db_text sipcapture; do
    [ -e "$modules/$module.so" ] || skip "Kamailio has no module $module"
done

rm -rf db run && mkdir db
# columns, and those of them that are numbers
columns='method reply_reason ruri ruri_user ruri_domain from_user from_domain from_tag to_user to_domain to_tag pid_user contact_user auth_user
    callid callid_aleg via_1 via_1_branch cseq diversion reason content_type auth user_agent source_ip source_port:int destination_ip
    destination_port:int contact_ip contact_port:int originator_ip originator_port:int expires:int correlation_id custom_field1
    custom_field2 custom_field3 proto:int family:int rtp_stat type:int node msg'
{
    printf 'date(time,null) micro_ts(string,null)'
    for column in $columns; do
        kind=${column#"${column%%:*}"}
        printf ' %s(%s,null)' "${column%%:*}" "${kind:+int}${kind:-string}" | sed 's/int:int/int/'
    done
    echo
} >db/sip_capture
printf 'table_name(string) table_version(int)\nsip_capture:4\n' >db/version

"$SIPSIM" run "$SOURCE_DIR/scenarios/dual_stack.yaml" -o run --hep all --quiet || die 'the scenario fails'
at=127.0.0.1:$(free_port)
start_group kamailio -f "${0%/*}/kamailio_hep.cfg" -A "PLACE=\"text://$PWD/db\"" -l "udp:$at" -DD -E -Y "$PWD" -m 32 -M 8 >kamailio.log 2>&1
await 20 listens udp "${at#*:}" || die 'Kamailio does not start'

cat >rows.py <<'PY'
import re, socket, sys, time
sys.path.insert(0, sys.argv[1] + '/tests/scenario')
import hep

def rows():
    names, *lines = open('db/sip_capture').read().split('\n')
    names = re.findall(r'(\w+)\(', names)
    for line in lines:
        if line:
            values = [re.sub(r'\\(.)', lambda m: {'n': '\n', 'r': '\r', 't': '\t'}.get(m[1], m[1]), v) for v in re.split(r'(?<!\\):', line)]
            assert len(values) == len(names), line
            r = dict(zip(names, values))
            yield (int(r['date']), r['source_ip'], int(r['source_port']), r['destination_ip'], int(r['destination_port']), int(r['family']),
                   int(r['node'].split(':')[1]), r['correlation_id'], r['callid'], r['msg'])

wanted = [(f[9], f['from'], f[7], f['to'], f[8], f[1], f[12], f[17].decode(), f[17].decode(), f[15].decode()) for f in hep.frames('run/trace.hep')]
frames = list(hep.raw('run/trace.hep'))
assert len(wanted) > 10 and {f[5] for f in wanted} == {2, 10}
if len(sys.argv) > 2:
    host, port = sys.argv[2].split(':')
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for frame in frames:
        out.sendto(frame, (host, int(port)))
        time.sleep(0.01)  # its buffer is small
    print(len(frames))
    sys.exit()
found = list(rows())
assert len(found) == len(wanted), (len(found), len(wanted))
for f, w in zip(sorted(found), sorted(wanted)):
    assert f == w, (f, w)
PY
sent=$(python3 rows.py "$SOURCE_DIR" "$at") || die 'trace.hep is no good'
all_came() { [ "$(grep -c 'one more row' kamailio.log)" -ge "$sent" ]; }
await 30 all_came || die "Kamailio has not read $sent frames"
end_group "$group"
python3 rows.py "$SOURCE_DIR" || die 'Kamailio has read something else'
finish
