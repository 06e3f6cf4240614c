/* The target set: RFC 3261 16.5, as far as it has to be kept.
 *
 * A request that goes to one numeric place needs none. Else each target is a candidate, in the order in which they are tried;
 * candidates of one group are tried in parallel, and groups one after the other (16.6). What was tried stays in the set, as a URI
 * must not come in twice. Invariant: the candidates of a group stand together, those that were taken first.
 */
#include "context.h"

#include <string.h>

ss_candidate *ss_candidate_at(const ss_visit *v, ss_ref ref)
{
    return ss_store_at(ss_visit_store(v), ref);
}

ss_slice ss_candidate_uri(const ss_candidate *candidate)
{
    return (ss_slice){ (const char *)(candidate + 1), candidate->uri_len };
}

uint16_t ss_candidate_group(ss_context *c)
{
    c->groups++;
    return c->groups;
}

static size_t size_of(const ss_candidate *candidate)
{
    return sizeof *candidate + candidate->uri_len + candidate->path_len;
}

ss_target ss_candidate_target(const ss_visit *v, ss_ref ref)
{
    const ss_candidate *candidate = ss_candidate_at(v, ref);
    const ss_slice uri = ss_candidate_uri(candidate);
    return (ss_target){ .uri = uri,
                        .path = { uri.at + uri.len, candidate->path_len },
                        .is_recorded = candidate->is_recorded,
                        .candidate = ref };
}

ss_ref ss_candidate_add(const ss_visit *v, ss_context *c, const ss_target *target, uint16_t group,
                        bool first)
{
    const ss_slice uri = target->uri, path = target->path;
    if (uri.len > UINT16_MAX || path.len > UINT16_MAX) {
        return 0;
    }
    const ss_ref ref = ss_core_take(v->core, sizeof(ss_candidate) + uri.len + path.len);
    if (ref == 0) {
        return 0;
    }
    ss_candidate *added = ss_candidate_at(v, ref);
    added->uri_len = (uint16_t)uri.len;
    added->path_len = (uint16_t)path.len;
    added->group = group;
    added->is_recorded = target->is_recorded;
    memcpy(added + 1, uri.at, uri.len);
    if (path.len != 0) {
        memcpy((char *)(added + 1) + uri.len, path.at, path.len);
    }
    ss_ref *at = &c->first_candidate;
    while (*at != 0 && !(first && !ss_candidate_at(v, *at)->taken)) {
        at = &ss_candidate_at(v, *at)->next;
    }
    added->next = *at;
    *at = ref;
    return ref;
}

/* Equal as 19.1.4 has it. RFC3261:16.5 */
bool ss_candidates_have(const ss_visit *v, const ss_context *c, const ss_uri *uri)
{
    for (ss_ref at = c->first_candidate; at != 0; at = ss_candidate_at(v, at)->next) {
        ss_uri known;
        if (ss_uri_parse(ss_candidate_uri(ss_candidate_at(v, at)), &known) == SS_OK &&
            ss_uri_equal(&known, uri)) {
            return true;
        }
    }
    return false;
}

ss_candidate *ss_candidate_next(const ss_visit *v, const ss_context *c)
{
    ss_ref at = c->first_candidate;
    while (at != 0 && (ss_candidate_at(v, at)->taken || ss_candidate_at(v, at)->spare)) {
        at = ss_candidate_at(v, at)->next;
    }
    return at == 0 ? NULL : ss_candidate_at(v, at);
}

void ss_candidates_forget(const ss_visit *v, ss_context *c)
{
    while (c->first_candidate != 0) {
        const ss_ref ref = c->first_candidate;
        const ss_candidate *gone = ss_candidate_at(v, ref);
        c->first_candidate = gone->next;
        ss_core_give(v->core, ref, size_of(gone));
    }
}

/* A flow that failed is followed by another of the same instance. RFC5626:7 */
void ss_candidate_replace(const ss_visit *v, ss_context *c, ss_ref failed)
{
    const uint32_t instance = failed == 0 ? 0 : ss_candidate_at(v, failed)->instance;
    if (instance == 0 || c->closed) {
        return;
    }
    for (ss_ref at = c->first_candidate; at != 0; at = ss_candidate_at(v, at)->next) {
        ss_candidate *other = ss_candidate_at(v, at);
        if (other->spare && other->instance == instance) {
            other->spare = false;
            other->group = c->group;
            return;
        }
    }
}

/* A branch that waits for its next hop's address has no transaction that could be cancelled. */
void ss_context_close(const ss_visit *v, ss_context *c)
{
    c->closed = true;
    for (ss_candidate *next; (next = ss_candidate_next(v, c)) != NULL;) {
        next->taken = true;
    }
    ss_parked_forget(v, c);
    for (ss_ref at = c->first_branch; at != 0;) {
        ss_branch *b = ss_branch_at(v, at);
        at = b->next;
        if (b->txn == 0 && !b->final) {
            ss_branch_free(v, b);
        }
    }
}
