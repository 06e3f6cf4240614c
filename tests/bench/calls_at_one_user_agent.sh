#!/usr/bin/env bash
# A trunk that has four times as many calls up takes four times as long, not sixteen times: between 2,000 and 8,000 calls at one user
# agent, placed one after the other and not ended before the run is, instructions a call grow by a fifth at most.
source "$(dirname "$0")/lib.sh"

cat >trunk.yaml <<'END'
sipsim: 1
name: a trunk
duration: 21s
drain: 100s
links:
  wire: {delay: 1ms}
nodes:
  phone: {role: ua, count: 100, link: wire}
  trunk: {role: ua, link: wire}
calls:
  - {name: in, from: phone, to: trunk, rate: 100/s, during: 1s..21s, hold: 60s}
END
few=$(instructions few "$in_parts" run trunk.yaml -o few --quiet --events off --pcap off)
many=$(instructions many "$in_parts" run trunk.yaml -o many --quiet --events off --pcap off --set calls.in.rate=400/s)
grown=$(((many / 4) * 1000 / few))
printf '{"bench":"calls_at_one_user_agent","calls":[2000,8000],"instructions":[%s,%s],"a_call_permille":%s}\n' "$few" "$many" "$grown"
[[ $(field few/results.json established) = 2000 && $(field many/results.json established) = 8000 ]]
[[ $grown -le 1200 ]]
