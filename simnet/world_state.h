/* world_state.h: the state of a world: nodes, link directions, partitions. Private to the world layer.
 *
 * Partitions hold contiguous ranges of nodes, each with its own queue, stores and pools. A node's state and that of the
 * directions it transmits into are touched inside its own events only; packets for other partitions wait in an outbox.
 */
#ifndef WORLD_STATE_H
#define WORLD_STATE_H

#include "event/queue.h"
#include "ground.h"
#include "link/impair.h"
#include "resolver/resolver.h"
#include "sn/host.h"
#include "sn/ip.h"
#include "sn/world.h"
#include "ss/engine.h"
#include "ss/openssl.h"
#include "tcp/streams.h"

typedef struct sn_node_state {
    const sn_app_class *class; /* NULL for routers */
    void *app;
    uint64_t ordinal;        /* datagrams sent */
    uint64_t counter : 47;   /* events it made for itself; ticks have 0 */
    uint64_t told_mtu : 16;  /* what its app takes for the MTU of its link; 0: what was planned */
    uint64_t is_dead : 1;    /* it crashed: what comes is heard by nobody */
    ss_time deadline, armed; /* the app's; and the earliest tick in the queue */
    uint32_t deadline_step, armed_step;
    sn_reassembly reassembly;
    ss_ref streams; /* sn_streams; 0 before its first connection */
} sn_node_state;

/** Facts of one window, waiting to be merged: see facts_log.c. */
typedef struct sn_facts_log {
    unsigned char *base;
    uint64_t cap, used;
    uint64_t open; /* where the event under way began */
    uint64_t read;
} sn_facts_log;

typedef struct sn_partition {
    struct sn_world *world;
    uint32_t number;
    uint32_t first, end; /* nodes [first, end) */
    sn_event_queue queue;
    ss_store store;     /* packets, queues, pieces, connections, what apps keep */
    ss_table streams;   /* of all its nodes; made with the first */
    ss_table resolvers; /* likewise */
    ss_table paths;     /* what its nodes know of the MTU of ways; likewise */
    ss_table faults;    /* what counts copies for them; likewise */
    ss_pools pools;     /* of the engines */
    uint32_t next_call; /* of the plan, not yet in the queue */
    uint32_t next_act;
    bool quiet_given;
    sn_key key;         /* of the event under way */
    uint32_t index;     /* facts it made */
    uint32_t readings;  /* kept beside packets */
    sn_hosting hosting; /* of its apps */
    uint64_t events;
    ss_time last;     /* instant of the last event that counts */
    sn_event *outbox; /* for nodes of other partitions; arg is in our store */
    uint64_t outbox_count, outbox_cap;
    sn_facts_log log;
    bool out_of_memory;
    bool zeno; /* stopped before an event past the step bound: key is its */
} sn_partition;

struct sn_world {
    const sn_plan *plan;
    const sn_sink *sinks;
    uint32_t sink_count;
    sn_decisions *decisions, *own_decisions; /* the latter when none were lent */
    sn_ground *ground, *own_ground;          /* the latter when none was lent */
    ss_crypto crypto;                        /* where somebody hashes */
    const sn_call *calls; /* the plan's; in the region when decisions were lent */
    uint32_t call_count;
    sn_courses *courses; /* NULL: no link walks or flaps */
    void *region;        /* the ground's */
    size_t zero_bytes, fixed_bytes;
    sn_partition *partitions;
    uint32_t partition_count;
    sn_node_state *nodes;
    sn_link_state *links;
    ss_arena arena;
    ss_span lookahead; /* several partitions: nothing crosses sooner */
    ss_time now, end;
    uint64_t events;
    sn_run_state state;
    bool stop;
    uint32_t culprit;
};

static inline uint32_t sn_partition_of(const sn_world *w, uint32_t node)
{
    return (uint32_t)((uint64_t)node * w->partition_count / w->plan->cast.node_count);
}

/* ---- facts ---- */

/** The fact gets the key of the event under way. */
void sn_emit(sn_partition *p, sn_fact *fact, ss_slice packet);
/** Straight to the sinks. */
void sn_give_fact(const sn_world *w, const sn_fact *fact, ss_slice packet);

void sn_log_open(sn_partition *p);
void sn_log_append(sn_partition *p, const sn_fact *fact, ss_slice packet);
/** The event is over; without effect it leaves no trace. */
void sn_log_close(sn_partition *p, bool had_effect);
/** Merge what all partitions logged, give it to the sinks, count events. SN_RUN_GOING, or why the run ends there. */
sn_run_state sn_log_merge(sn_world *w);

/* ---- events ---- */

/** Into the queue of the receiver's partition, or the outbox. */
void sn_post(sn_partition *p, const sn_event *event);
/** An event of the node for itself: `at` not before now. */
void sn_post_self(sn_partition *p, uint32_t node, ss_time at, sn_event event);
uint64_t sn_tie(const sn_world *w, ss_time at, uint32_t receiver, uint32_t sender);

/* ---- nodes: each inside an event of `node` ---- */

void sn_node_send(sn_partition *p, uint32_t node, const ss_path *path, ss_slice payload,
                  const ss_msg *read);
/** A request of OPTIONS that is to go in one packet, or not at all. */
void sn_node_send_probe(sn_partition *p, uint32_t node, const ss_path *path, ss_slice payload);
/** It has an address of that version of IP. */
bool sn_node_can_reach(const sn_partition *p, uint32_t node, sn_address destination);
/** A segment to an address, for the record of a call (hash, or 0). */
void sn_node_send_segment(sn_partition *p, uint32_t node, sn_address destination, const sn_tcp *tcp,
                          uint64_t call_id);
/** An ICMP message from sent->entity to an address, after `delay`. *sent is emitted, with the number of the packet. */
void sn_node_send_icmp(sn_partition *p, sn_address destination, ss_slice message, sn_fact *sent,
                       ss_span delay);
/** A fact about a packet. */
sn_fact sn_packet_fact(sn_fact_kind kind, uint32_t entity, const sn_about *about, uint32_t peer,
                       uint64_t value);
/** A packet ends at a node. */
void sn_node_drop(sn_partition *p, uint32_t node, const sn_about *about, uint64_t bytes,
                  sn_cause cause);
/** A packet arrived. */
void sn_node_packet(sn_partition *p, const sn_event *event);
/** A packet that a fault of the scenario held back leaves. */
void sn_node_release(sn_partition *p, const sn_event *event);
/** The timer of a datagram in pieces. */
bool sn_node_pieces(sn_partition *p, const sn_event *event);
/** A datagram for the node's app. */
void sn_app_input(sn_partition *p, uint32_t node, const ss_path *path, ss_slice payload);
/** What the app sent to path->remote did not reach it. */
void sn_app_unreachable(sn_partition *p, uint32_t node, const ss_path *path, const ss_quote *quote);
/** The way to an address carries so much until then. */
void sn_app_path_mtu(sn_partition *p, uint32_t node, sn_address to, uint32_t mtu, ss_time until);
void sn_app_passing(sn_partition *p, uint32_t node, const ss_path *path, ss_slice payload,
                    const ss_msg *read);
/** Of a connection of the app's: see sn_app_class. */
bool sn_app_stream(sn_partition *p, uint32_t node, const ss_path *path, sn_stream_event event);
size_t sn_app_bytes(sn_partition *p, uint32_t node, const ss_path *path, ss_slice bytes);
/** What the app asked for by name was found, or not. */
void sn_app_resolved(sn_partition *p, uint32_t node, const ss_answer *answer);
bool sn_app_tick(sn_partition *p, const sn_event *event);
bool sn_app_wake(sn_partition *p, const sn_event *event);
SS_MUST_USE ss_status sn_app_start(sn_partition *p, uint32_t node);
extern const sn_host_class sn_host_of_world;

/* ---- links: link/transmit.c */

/** What holds for a link direction. */
const sn_link_params *sn_link_now(const sn_world *w, uint32_t link, ss_time now);
/** A packet that fits goes onto a link; it is the link's to pass on or to give back. */
void sn_link_take(sn_partition *p, uint32_t link, ss_ref ref);
/** The rate takes up the next one of what waits. */
void sn_link_serve(sn_partition *p, const sn_event *event);

/* ---- ICMP: path/icmp.c */

typedef struct sn_why {
    sn_icmp_kind kind;
    uint32_t mtu; /* TOO_BIG: of the next hop */
} sn_why;

/** The source of a packet that ends here is told why, if it may be and the node tells such things. */
void sn_icmp_tell(sn_partition *p, uint32_t node, const sn_about *about, const sn_ip *ip,
                  ss_slice payload, const sn_why *why);
/** Does the router keep this packet, ICMP, from going on? */
bool sn_icmp_is_stopped(const sn_partition *p, uint32_t router, const sn_packet *packet);
/** A message for this node. */
void sn_icmp_hear(sn_partition *p, uint32_t node, const sn_about *about, const sn_ip *ip,
                  const sn_icmp *icmp);

/* ---- the MTU of ways: path/mtu.c */

/** What the way to an address carries; 0: nothing is known but the first link. */
uint32_t sn_path_mtu_of(const sn_partition *p, uint32_t node, sn_address to);
/** Until when the node's share of ICMPv6 errors is used up; NULL without memory. */
ss_time *sn_path_told(sn_partition *p, uint32_t node);
/** A router says that a packet of ours was too big. */
void sn_path_mtu_hear(sn_partition *p, uint32_t node, const sn_icmp *icmp);

/* ---- ways that a host probes itself: path/probe.c */

/** What the way to an address carries, as probes have shown; 0: unknown. */
uint32_t sn_path_probed(const sn_partition *p, uint32_t node, sn_address to);
/** A datagram with that payload left for an address: the way is in use, unless it answers somebody's OPTIONS. */
void sn_path_used(sn_partition *p, uint32_t node, sn_address to, ss_slice payload);
/** An alarm; false when nothing came of it. */
bool sn_path_probe_due(sn_partition *p, const sn_event *event);
/** Does the alarm, still in the queue, mean that an answer is waited for? */
bool sn_path_probe_is_waiting(const sn_partition *p, const sn_event *event);
/** Is it the response to a probe of the node? Then it is of nobody else. */
bool sn_path_probe_hears(sn_partition *p, uint32_t node, const ss_path *path, const ss_msg *msg);
/** A router says, about something that was sent to an address, what would fit. */
void sn_path_probe_too_big(sn_partition *p, uint32_t node, sn_address to, uint32_t said);
/** As a crash. */
void sn_path_probes_forget(sn_partition *p, uint32_t node);

/* ---- packets in the store: packet.c */

sn_packet *sn_packet_at(const sn_partition *p, ss_ref ref);
void sn_packet_give(sn_partition *p, ss_ref ref);
/** One of `len` bytes to be written; 0 ends the run. */
ss_ref sn_packet_take(sn_partition *p, uint32_t len, const sn_about *about);
ss_ref sn_packet_clone(sn_partition *p, ss_ref from);
/** What was read of the payload, before (`read`) or now; NULL when it is no SIP. In the arena; *about knows it then. */
const ss_msg *sn_packet_read(sn_partition *p, sn_about *about, ss_slice payload,
                             const ss_msg *read);

/* ---- messages that leave as others: link/tamper.c */

struct sn_copy;
/** The packet with another message, not larger than `room`: what its receiver reads. The packet was ours to give back; 0 without
 *  memory. */
ss_ref sn_edit_packet(sn_partition *p, uint32_t node, uint32_t peer, ss_ref ref,
                      const struct sn_copy *copy, const sn_damage *how, uint32_t room);
/** The message as plan.spelling has it, in the arena; false: it is as it was. */
bool sn_respell(sn_partition *p, ss_slice *message);
/** The message as a fault wants it, in the arena, and what was read of it; as it was where that cannot be. */
ss_slice sn_edit_message(sn_partition *p, uint32_t node, sn_about *about, const sn_fault_edit *how,
                         ss_slice payload, const ss_msg **read);
/** The packet damaged, so that nobody reads it: in its block, or in a shorter one. */
ss_ref sn_damage_packet(sn_partition *p, ss_ref ref, const struct sn_copy *copy,
                        const sn_damage *how);

/* ---- readings: reading.c */

/** Of a packet whose payload, equal to `payload`, stands at `payload_at`: what was read of it is kept, where there is room. */
void sn_reading_keep(sn_partition *p, sn_packet *packet, const unsigned char *payload_at,
                     ss_slice payload, const ss_msg *msg);
/** NULL when there is none. */
ss_msg *sn_reading_of(sn_partition *p, const sn_packet *packet);
void sn_reading_give(sn_partition *p, sn_packet *packet);

#endif
