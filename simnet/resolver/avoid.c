/* Servers that a host does without for a while: RFC 3261 21.5.4 as long as a Retry-After asks; who did not answer is tried last
 * (RFC 3263 4.3). */
#include "resolver/parts.h"

static const avoided *avoids(const resolver *r, const ss_address *server, ss_time now)
{
    for (uint32_t i = 0; i < r->avoided_count; i++) {
        if (now < r->avoided[i].until && ss_address_equal(&r->avoided[i].server, server)) {
            return &r->avoided[i];
        }
    }
    return NULL;
}

/* The slot of a server: its own, a new one, or that of the one that would be tried again first. */
static avoided *slot_of(resolver *r, const ss_address *server)
{
    avoided *first = &r->avoided[0];
    for (uint32_t i = 0; i < r->avoided_count; i++) {
        if (ss_address_equal(&r->avoided[i].server, server)) {
            return &r->avoided[i];
        }
        first = r->avoided[i].until < first->until ? &r->avoided[i] : first;
    }
    return r->avoided_count < SN_RESOLVER_AVOIDED_MAX ? &r->avoided[r->avoided_count++] : first;
}

/* RFC3261:21.5.4 for as long as a Retry-After asks; who did not answer is tried last for a while. */
void sn_resolver_avoid(sn_partition *p, uint32_t node, const ss_output *out)
{
    resolver *r = sn_resolver_find(p, node);
    const ss_span most = SS_S(SN_RESOLVER_AVOID_MAX_S);
    const ss_span asked = out->avoid < most ? out->avoid : most;
    const ss_span span = asked == 0 ? p->world->plan->dns.avoid : asked;
    if (r == NULL || span == 0) {
        return;
    }
    avoided *slot = slot_of(r, &out->path.remote);
    *slot = (avoided){ out->path.remote, ss_time_after(p->key.at, span), asked != 0 };
}

uint16_t sn_avoid_order(const visit *v, const ss_locate *l, ss_address *out)
{
    uint16_t count = 0;
    for (unsigned pass = 0; pass < 2; pass++) {
        for (uint16_t i = 0; i < l->address_count; i++) {
            const avoided *a = avoids(v->r, &l->addresses[i], v->p->key.at);
            if (pass == 0 ? a == NULL : a != NULL && !a->is_asked) {
                out[count++] = l->addresses[i];
            }
        }
    }
    return count;
}
