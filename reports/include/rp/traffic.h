/* rp/traffic.h: the SIP in a capture of real traffic: its nodes by address, its calls by Call-ID, their ladders. */
#ifndef RP_TRAFFIC_H
#define RP_TRAFFIC_H

#include "rp/ladder.h"

typedef struct rp_traffic rp_traffic;

/** What is known of one Call-ID. */
typedef struct rp_traffic_call {
    ss_slice call_id; /* borrowed from the traffic */
    uint64_t hash;    /* as in ss_summary */
    uint8_t method;   /* ss_method of its first message */
    uint32_t messages;
    uint64_t first_ns, last_ns; /* since the first packet of the file */
    uint16_t final;             /* the last final status; 0: none */
} rp_traffic_call;

/** Reads all of it; `file` is borrowed for this call only. NULL without memory. */
rp_traffic *rp_traffic_read(ss_slice file);
/** NULL is fine. */
void rp_traffic_free(rp_traffic *t);
/** What is wrong with the file from that byte on; NULL: nothing. What came before it is there. */
const char *rp_traffic_error(const rp_traffic *t, uint64_t *offset);
const sn_cast *rp_traffic_cast(const rp_traffic *t);
uint32_t rp_traffic_call_count(const rp_traffic *t);
const rp_traffic_call *rp_traffic_call_at(const rp_traffic *t, uint32_t nth);
/** The number of a Call-ID; SN_NOBODY when it is not there. */
uint32_t rp_traffic_find(const rp_traffic *t, ss_slice call_id);
/** Its ladder, for rp_ladder_write_one; owned by the caller. NULL without memory. */
rp_ladder *rp_traffic_ladder(const rp_traffic *t, uint32_t nth);

#endif
