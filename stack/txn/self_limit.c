/* Self-limiting, RFC 7339 5.9: a client of overload control that hears nothing of a server again and again sends it no more. One request
 * at a time is let through to see whether it is there, each after twice as long as the one before; the first response but a 503, and
 * all go again. Of who knows nothing of overload control RFC 3263 4.3 alone is asked.
 *
 * Bounded: of too many servers the one that was silent longest ago is forgotten. */
#include "overload.h"

enum {
    SERVERS_MAX = 16,
    REPEATED = 3,     /* failures in a row, from which on it is silent */
    DOUBLINGS_MAX = 6 /* from 64*T1: about half an hour */
};

typedef struct server {
    ss_address at;
    uint8_t failures;   /* in a row; 0: free */
    uint8_t doublings;  /* of the time to the next probe */
    ss_time failed;     /* last */
    ss_time next_probe; /* silent: nothing goes before */
} server;

typedef struct silence {
    server all[SERVERS_MAX];
} silence;

static silence *silence_of(const ss_core *core)
{
    const ss_overload *o = ss_overload_of(core);
    return o == NULL || o->silence == 0 ? NULL : ss_store_at(&core->pools->store, o->silence);
}

static server *find(silence *all, const ss_address *at)
{
    for (unsigned i = 0; all != NULL && i < SERVERS_MAX; i++) {
        if (all->all[i].failures != 0 && ss_address_equal(&all->all[i].at, at)) {
            return &all->all[i];
        }
    }
    return NULL;
}

static server *place_for(silence *all, const ss_address *at)
{
    server *oldest = &all->all[0];
    for (unsigned i = 0; i < SERVERS_MAX && oldest->failures != 0; i++) {
        server *s = &all->all[i];
        oldest = s->failures == 0 || s->failed < oldest->failed ? s : oldest;
    }
    *oldest = (server){ .at = *at };
    return oldest;
}

static ss_span patience(const ss_core *core, const server *s)
{
    return (64 * core->settings->t1) << s->doublings;
}

/* At the quota it is as if nothing had happened. */
void ss_self_limit_failed(ss_core *core, ss_time now, const ss_address *at)
{
    if (core->settings->overload_control[0] == SS_OC_NONE) {
        return;
    }
    ss_overload *o = ss_overload_obtain(core);
    if (o != NULL && o->silence == 0) {
        o->silence = ss_core_take(core, sizeof(silence));
    }
    silence *all = silence_of(core);
    if (all == NULL) {
        return;
    }
    server *s = find(all, at);
    s = s == NULL ? place_for(all, at) : s;
    s->failed = now;
    s->failures = (uint8_t)(s->failures + (s->failures < REPEATED));
    if (s->failures == REPEATED && now >= s->next_probe) {
        s->next_probe = ss_time_after(now, patience(core, s));
    }
}

/* RFC7339:5.9 "a normal response". */
void ss_self_limit_heard(ss_core *core, const ss_address *at, unsigned status)
{
    server *s = find(silence_of(core), at);
    if (s != NULL && status != 503) {
        *s = (server){ .failures = 0 };
    }
}

bool ss_self_limit_admits(ss_core *core, ss_time now, const ss_address *to)
{
    server *s = find(silence_of(core), to);
    if (s == NULL || s->failures < REPEATED) {
        return true;
    }
    if (now < s->next_probe) {
        return false;
    }
    s->doublings = (uint8_t)(s->doublings + (s->doublings < DOUBLINGS_MAX));
    s->next_probe = ss_time_after(now, patience(core, s));
    return true;
}

size_t ss_self_limit_bytes(const ss_overload *o)
{
    return o->silence == 0 ? 0 : ss_store_rounded(sizeof(silence));
}

void ss_self_limit_forget(ss_core *core, ss_overload *o)
{
    if (o->silence != 0) {
        ss_core_give(core, o->silence, sizeof(silence));
        o->silence = 0;
    }
}
