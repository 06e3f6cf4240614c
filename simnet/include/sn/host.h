/* sn/host.h: what stands behind an app: the simulated world (simnet/host.c), or real sockets (live/). Apps see it through the
 * functions of sn/app.h only, and so run on either without a change.
 */
#ifndef SN_HOST_H
#define SN_HOST_H

#include "sn/app.h"
#include "ss/auth.h"
#include "ss/txn.h"

/** What hosts of one kind do. `self` is that of the sn_hosting; each is called inside an event of `node`, and does what the
 *  function of sn/app.h of the same name says. */
typedef struct sn_host_class {
    /** Transport and local address, with the port, of the node's SIP. */
    ss_path (*path)(void *self, uint32_t node);
    void (*send)(void *self, uint32_t node, const ss_path *path, ss_slice bytes,
                 const ss_msg *read);
    ss_status (*connect)(void *self, uint32_t node, const ss_path *path);
    ss_status (*write)(void *self, uint32_t node, const ss_path *path, ss_slice bytes);
    void (*close)(void *self, uint32_t node, const ss_path *path);
    void (*reset)(void *self, uint32_t node, const ss_path *path);
    /** NULL: nobody here can make a network forget. */
    bool (*mute)(void *self, uint32_t node, uint32_t peer);
    bool (*find_stream)(void *self, uint32_t node, uint32_t peer, ss_path *path);
    void (*cut)(void *self, uint32_t node, const ss_path *path, size_t at, ss_slice message);
    bool (*resolve)(void *self, uint32_t node, const ss_query *query, ss_answer *answer);
    /** NULL: the plan knows all users. */
    bool (*secret)(void *self, uint32_t node, const ss_query *query, ss_answer *answer);
    /** NULL: what an app remembers is safe enough. */
    bool (*keep)(void *self, uint32_t node, const ss_query *query, const ss_answer *answer);
    void (*avoid)(void *self, uint32_t node, const ss_output *out);
    void (*wake)(void *self, uint32_t node, ss_time at, const sn_wake *wake);
    void (*crash)(void *self, uint32_t node);
    void (*restart)(void *self, uint32_t node);
    /** The node that has an address, or SN_NOBODY. */
    uint32_t (*who)(void *self, const ss_address *address);
    /** The fact gets the key of the event under way. */
    void (*emit)(void *self, sn_fact *fact, ss_slice packet);
    void (*out_of_memory)(void *self);
} sn_host_class;

/** What hosts share. The pointed-to things outlive them. */
typedef struct sn_hosting {
    const sn_host_class *class;
    void *self;
    const sn_plan *plan;
    const sn_call *calls; /* the plan's, or as the host's decisions made them */
    uint32_t call_count;
    const ss_time *now; /* of the event under way */
    ss_arena *arena;
    ss_pools *pools;
    ss_store *store;
    sn_decisions *decisions;
    const ss_crypto *crypto; /* NULL: nobody hashes */
    ss_msg *read; /* what the datagram being delivered says; NULL: its receiver reads it */
} sn_hosting;

struct sn_host {
    const sn_hosting *at;
    uint32_t node;
};

/** When the plan has the node register, and subscribe, by itself: before its duration is over, or SS_TIME_NEVER. */
ss_time sn_host_registers_at(const sn_host *host);
ss_time sn_host_subscribes_at(const sn_host *host);

#endif
