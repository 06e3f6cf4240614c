/* app/engine.h: what the apps that are SIP engines share: driving the engine, and doing what it put out. The
 * state of such an app begins with its engine, so that one function of each kind serves them all. */
#ifndef APP_ENGINE_H
#define APP_ENGINE_H

#include "sn/app.h"
#include "ss/engine.h"

/** What an app does with the outputs that are its own business. */
typedef struct sn_engine_user {
    /** An event of the engine's. May command the engine in the same turn. NULL: nobody listens. */
    void (*event)(void *self, sn_host *host, ss_turn *turn, const ss_event *event);
    /** LOCATE, PERSIST and CREDENTIAL: true with the answer filled in, or with SS_MORE as its status when it comes later, by the
     *  class's `resolved`. NULL: none is answered. */
    bool (*query)(void *self, sn_host *host, const ss_query *query, ss_answer *answer);
} sn_engine_user;

/** Who uses an engine in the role of a user agent, and of a proxy. */
extern const sn_engine_user sn_ua_user, sn_proxy_user;

/** Make the engine of a host: settings and identity from the plan, entropy from the seed. */
void sn_engine_make(ss_engine *e, sn_host *host, const ss_ua_identity *identity,
                    const ss_proxy_config *proxy);
/** Do everything that a turn put out, and what comes of it. */
void sn_engine_drain(ss_engine *e, sn_host *host, ss_turn *turn);
/** What every call of the engine returned: only the end of memory concerns the host. */
void sn_engine_status(sn_host *host, ss_status status);
void sn_engine_left(const ss_engine *e, sn_left_fact *left);

/* Functions of sn_app_class for an app whose state begins with its engine. */
void sn_engine_input(void *self, sn_host *host, const ss_path *path, ss_slice datagram);
void sn_engine_unreachable(void *self, sn_host *host, const ss_path *path, const ss_quote *quote);
void sn_engine_path_mtu(void *self, sn_host *host, const ss_address *to, uint32_t mtu,
                        ss_time until);
bool sn_engine_stream(void *self, sn_host *host, const ss_path *path, sn_stream_event event);
size_t sn_engine_stream_bytes(void *self, sn_host *host, const ss_path *path, ss_slice bytes);
void sn_engine_resolved(void *self, sn_host *host, const ss_answer *answer);
ss_time sn_engine_deadline(const void *self);
void sn_engine_tick(void *self, sn_host *host);

/** Accounts: a guard as an engine has it; a user's secret, in the arena. `guard` NULL: nobody is known. */
ss_protection sn_account_protection(const sn_guard_spec *guard);
void sn_account_secret(sn_host *host, const sn_guard_spec *guard, const ss_query *query,
                       ss_answer *answer);

#endif
