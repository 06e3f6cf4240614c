#!/bin/bash
# Two live user agents with Kamailio between them, over UDP, digest with MD5: answered, hung up by either side, busy, cancelled, not
# there any more, and with a wrong password. RFC3261:10.2 RFC3261:22
. "${0%/*}/kamailio_lib.sh"

kamailio_for MD5 udp
both_hang_up

callee busy --reject 486
bob=$pid
caller finds_busy 8
says finds_busy.log 'last failure was 486' || fault "nobody says 486"
stop "$bob"

callee rings --answer never
bob=$pid
caller cancels 8 --cancel 300ms
says cancels.log 'last failure was 487' || fault "a cancelled call does not end with 487"
stop "$bob"
caller finds_nobody 8
says finds_nobody.log 'last failure was 404' || fault "bob is bound after his end"
# shellcheck disable=SC2046
timeout 20 "$SIPSIM" live $(user alice wrong) --call sip:bob@example.com >wrong.out.log 2>wrong.log
[ $? = 8 ] || fault "a wrong password does"
says wrong.log 'alice@example.com is not registered: 401' || fault "nobody says 401"
finish
