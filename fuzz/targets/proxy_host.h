/* proxy_host.h: what a proxy engine needs of a host, for the target `proxy`: memory, instants, a location service, and a memory of what
 * it sent. Everything of one input; nothing is left for the next. */
#ifndef PROXY_HOST_H
#define PROXY_HOST_H

#include "hops.h"

#include "ss/engine.h"

enum { FZ_SENT_MAX = 256, FZ_ASKED_MAX = 64 };

/** A message that went out. */
typedef struct fz_sent {
    ss_address to;
    ss_slice bytes; /* lives as long as the host */
    ss_summary says;
    unsigned turn; /* counted from 1 */
} fz_sent;

typedef struct fz_proxy_host {
    ss_pools pools;
    ss_settings settings;
    ss_proxy_config config;
    ss_engine engine;
    ss_location location;
    ss_store location_store;
    ss_time now;
    unsigned turn;
    fz_sent sent[FZ_SENT_MAX]; /* the first ones */
    size_t sent_count;         /* all of them */
    ss_slice contacts[4];      /* what a LOCATE finds for anybody who never registered */
    uint16_t contact_count;
    uint32_t binds;
    ss_arena texts;
    fz_hops hops;
    ss_query held[FZ_ASKED_MAX]; /* asked, and not answered before fz_proxy_told */
    size_t held_count;
    bool holds_answers, heard_stun;
} fz_proxy_host;

/** The proxy at 10.0.0.1, responsible for example.com, configured as the choices say. */
fz_proxy_host *fz_proxy_new(fz_tape *tape);
/** Two days go by: no transaction, no context, no timer and no block may be left; then all is freed. */
void fz_proxy_end(fz_proxy_host *h);
/** A datagram from 10.0.0.`host`, port 5060. */
void fz_proxy_input(fz_proxy_host *h, unsigned host, ss_slice bytes);
/** One more place where bob@example.com is, q in thousandths. */
void fz_proxy_bind(fz_proxy_host *h, uint16_t q, ss_slice contact);
/** What was asked is answered, where the choices let it wait. */
void fz_proxy_told(fz_proxy_host *h);
/** It could not be sent there: ICMP. */
void fz_proxy_lost(fz_proxy_host *h, const ss_address *to);
/** So many nanoseconds go by, with every deadline on the way. */
void fz_proxy_wait(fz_proxy_host *h, ss_span span);

#endif
