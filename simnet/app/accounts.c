/* What a database of users would say to a server that asks it (RFC 3261 22.4, RFC 7616 3.6): the plan knows the passwords, and
 * nothing but the secret that is made of one leaves here. And what the plan's guards are to an engine. */
#include "app/engine.h"

#include <string.h>

#define SECRET_LIFETIME SS_S(3600) /* a scenario's passwords do not change */

ss_protection sn_account_protection(const sn_guard_spec *guard)
{
    ss_protection p = { .realm = ss_slice_from(guard->realm),
                        .domain = ss_slice_from(guard->domain),
                        .algorithm_count = guard->algorithm_count,
                        .offers = guard->offers,
                        .methods = guard->methods,
                        .asks_guests = guard->asks_guests,
                        .nonce_lifetime = guard->nonce_lifetime,
                        .secret_lifetime = SECRET_LIFETIME,
                        .proves = guard->proves,
                        .renews = guard->renews,
                        .renew_after = guard->renew_after };
    memcpy(p.algorithms, guard->algorithms, sizeof p.algorithms);
    return p;
}

void sn_account_secret(sn_host *host, const sn_guard_spec *guard, const ss_query *query,
                       ss_answer *answer)
{
    char text[256];
    ss_buffer password = ss_buffer_on(text, sizeof text);
    *answer = (ss_answer){ .token = query->token, .status = SS_NONE };
    if (guard == NULL || !sn_plan_password(sn_host_plan(host), guard, query->name, &password)) {
        return;
    }
    const ss_digest_hex ha1 =
        ss_digest_ha1(sn_host_crypto(host), ss_algorithm_hash(ss_algorithm_from(query->algorithm)),
                      query->name, query->realm, ss_buffer_slice(&password));
    answer->ha1 = ss_arena_copy(sn_host_arena(host), ss_digest_hex_slice(&ha1));
    answer->status = answer->ha1.len == 0 ? SS_ERR_FULL : SS_OK;
}
