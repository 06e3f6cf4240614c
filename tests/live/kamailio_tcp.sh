#!/bin/bash
# Two live user agents with Kamailio between them, over TCP, digest with SHA-256: answered, and hung up by either side. RFC8760:2.4
. "${0%/*}/kamailio_lib.sh"

kamailio_for SHA-256 tcp
both_hang_up
finish
