#!/bin/bash
# Two live user agents with Kamailio between them, over TCP, digest with SHA-256: answered, and hung up by either side. RFC8760:2.4
. "${0%/*}/kamailio_lib.sh"

kamailio_for SHA-256 tcp
callee talks --answer 200ms --hold 300ms
bob=$pid
caller hangs_up 0 --count 5 --rate 10 --hold 300ms
says hangs_up.out.log 'placed: 5, answered 5, failed 0' || fault "calls fail"
stop "$bob"
says talks.out.log 'taken: 5, answered 5, refused 0' || fault "calls were not taken"

callee leaves --answer 200ms --hold 300ms --hangup callee
bob=$pid
caller is_left 0 --hold 1h
stop "$bob"
finish
