/* --pcap, --events and --hep: which packets and events are written. */
#ifndef FILTERS_H
#define FILTERS_H

#include "cli.h"
#include "observers.h"

/** What they say, or else: all packets, all events with their spans, no HEP frames. RP_OK, or RP_USAGE when it said what is wrong. */
rp_status cli_tapes_parse(const cli_args *args, cli_tapes *tapes);

#endif
