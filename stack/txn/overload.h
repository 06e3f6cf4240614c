/* What the files of overload control share: the state of an engine that any server asked to send less, or that asks so itself. */
#ifndef SS_TXN_OVERLOAD_H
#define SS_TXN_OVERLOAD_H

#include "machine.h"

enum {
    SS_OC_SERVERS_MAX = 16
}; /* that are asked of at once; the one whose time is over first is forgotten for another */

/** A server that asked for less: RFC 7339 5.4, by address and port. */
typedef struct ss_oc_server {
    ss_address at;
    uint8_t algorithm; /* SS_OC_NONE: free */
    uint32_t value;
    uint64_t seq;
    ss_time until;
    /* loss: requests that may be reduced (0) and others (1); RFC 7339 7.2 */
    uint32_t counts[2], first_share; /* since `sampled`; of 1,000,000 */
    uint32_t debts[2];               /* of 1,000,000, what is to be held back still */
    ss_time sampled;
    ss_time empty_at; /* rate: the bucket of RFC 7415 3.5 */
} ss_oc_server;

typedef struct ss_overload {
    ss_oc_says says;
    bool is_server;
    uint32_t held; /* client transactions whose request was held back: ss_txn_held */
    ss_oc_server servers[SS_OC_SERVERS_MAX];
    ss_ref paths;   /* path_mtu.c; 0: nothing */
    ss_ref silence; /* self_limit.c; likewise */
} ss_overload;

/** NULL: nobody asked for anything. */
ss_overload *ss_overload_of(const ss_core *core);
/** Made when need be; NULL at the quota. */
ss_overload *ss_overload_obtain(ss_core *core);

/** Of path_mtu.c. */
size_t ss_path_mtu_bytes(const ss_overload *o);
void ss_path_mtu_forget(ss_core *core, ss_overload *o);

/* Of self_limit.c: RFC 7339 5.9. */
/** A request came to nothing: no response at all, or the transport failed. */
void ss_self_limit_failed(ss_core *core, ss_time now, const ss_address *at);
void ss_self_limit_heard(ss_core *core, const ss_address *at, unsigned status);
/** True for a probe, too: the next one waits for twice as long. */
bool ss_self_limit_admits(ss_core *core, ss_time now, const ss_address *to);
size_t ss_self_limit_bytes(const ss_overload *o);
void ss_self_limit_forget(ss_core *core, ss_overload *o);

/** As ss_overload_stamp, when the algorithm is known. */
ss_slice ss_overload_stamp_as(const ss_core *core, ss_arena *arena, ss_oc_algorithm algorithm,
                              ss_slice response);
/** RFC 7339 4.1, 4.2: the request says that we know overload control. SS_ERR_FULL: the arena. */
SS_MUST_USE ss_status ss_overload_offer(const ss_core *core, ss_arena *arena, ss_msg *request);
/** Whether a request may go to a server now: RFC 7339 5.5, 7.2, RFC 7415 3.5.2. */
bool ss_overload_admits(ss_core *core, ss_time now, const ss_address *to, const ss_msg *request);
/** A response to a request that went by `path`. RFC 7339 5.4 */
void ss_overload_heard(ss_core *core, ss_time now, const ss_path *path, const ss_msg *response,
                       const ss_path *came_by);

#endif
