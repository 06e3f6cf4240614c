/* The blocks of response contexts, branches and parked queries (RFC 3261 16.2): made, found and given back.
 *
 * Nothing here decides anything about SIP. Each list is in order of creation; what is taken from the engine's quota
 * is given back by exactly one of ss_context_release, ss_branch_free, ss_parked_free.
 */
#include "context.h"

ss_context *ss_context_at(const ss_visit *v, ss_ref ref)
{
    return ss_store_at(ss_visit_store(v), ref);
}

ss_branch *ss_branch_at(const ss_visit *v, ss_ref ref)
{
    return ss_store_at(ss_visit_store(v), ref);
}

static ss_parked *parked_at(const ss_visit *v, ss_ref ref)
{
    return ss_store_at(ss_visit_store(v), ref);
}

ss_ref ss_context_ref(const ss_visit *v, const ss_context *c)
{
    return ss_store_ref(ss_visit_store(v), c);
}

/* ---- contexts ------------------------------------------------------------------------------------------------ */

ss_context *ss_context_new(const ss_visit *v, const ss_msg *request)
{
    const ss_ref ref = ss_core_take(v->core, sizeof(ss_context));
    if (ref == 0) {
        return NULL;
    }
    ss_context *c = ss_context_at(v, ref);
    if (ss_core_keep(v->core, request->bytes, &c->request) != SS_OK) {
        ss_core_give(v->core, ref, sizeof(ss_context));
        return NULL;
    }
    v->turn->kept = request;
    v->turn->keeper = ref;
    c->method = (uint8_t)request->method;
    c->prev = v->proxy->last_context;
    if (c->prev == 0) {
        v->proxy->first_context = ref;
    } else {
        ss_context_at(v, c->prev)->next = ref;
    }
    v->proxy->last_context = ref;
    v->proxy->contexts++;
    return c;
}

static void context_unlink(const ss_visit *v, ss_context *c)
{
    if (c->prev == 0) {
        v->proxy->first_context = c->next;
    } else {
        ss_context_at(v, c->prev)->next = c->next;
    }
    if (c->next == 0) {
        v->proxy->last_context = c->prev;
    } else {
        ss_context_at(v, c->next)->prev = c->prev;
    }
    v->proxy->contexts--;
}

void ss_context_release(const ss_visit *v, ss_context *c)
{
    if (c->server != 0 || c->first_branch != 0 || c->parked != 0 || c->held) {
        return;
    }
    if (v->turn != NULL && v->turn->keeper == ss_context_ref(v, c)) { /* a crash has no turn */
        v->turn->keeper = 0;
    }
    context_unlink(v, c);
    ss_candidates_forget(v, c);
    ss_core_drop(v->core, &c->cancel_reason);
    ss_core_drop(v->core, &c->came_by);
    ss_core_drop(v->core, &c->request);
    ss_core_drop(v->core, &c->best);
    ss_core_give(v->core, ss_context_ref(v, c), sizeof(ss_context));
}

void ss_parked_forget(const ss_visit *v, const ss_context *c)
{
    const ss_ref context = ss_context_ref(v, c);
    ss_ref at = v->proxy->first_pending;
    while (at != 0 && c->parked != 0) {
        ss_parked *p = parked_at(v, at);
        at = p->next;
        if (p->context == context) {
            ss_parked_free(v, p);
        }
    }
}

/* A transaction that cannot be given up any more has sent its last word already: it ends by its own timers. */
static void abandon(const ss_visit *v, ss_ref txn)
{
    ss_txn_disown(v->core, txn);
    (void)ss_txn_abandon(v->core, v->turn, txn);
}

void ss_context_drop(const ss_visit *v, ss_context *c)
{
    ss_parked_forget(v, c);
    while (c->first_branch != 0) {
        ss_branch *b = ss_branch_at(v, c->first_branch);
        if (b->txn != 0 && !b->final) {
            abandon(v, b->txn);
            b->txn = 0;
        }
        ss_branch_free(v, b);
    }
    if (c->server != 0) {
        abandon(v, c->server);
        c->server = 0;
    }
    ss_context_release(v, c);
}

/* A host that answers a query at once does it in the turn in which the request came, and that was read then. */
ss_status ss_context_request(const ss_visit *v, const ss_context *c, ss_msg *request)
{
    ss_diag diag;
    if (v->turn->keeper == ss_context_ref(v, c) && c->request.ref != 0) {
        *request = *v->turn->kept;
        return SS_OK;
    }
    const ss_slice bytes = ss_blob_slice(ss_visit_store(v), c->request);
    return ss_msg_parse(request, v->turn->arena, bytes, &diag);
}

bool ss_context_reread(const ss_visit *v, ss_context *c, ss_msg *request, ss_routing *routing)
{
    if (ss_context_request(v, c, request) == SS_OK &&
        ss_proxy_preroute(v, request, routing).status == 0) {
        return true;
    }
    v->turn->failed = true; /* it passed before: only the arena can be the reason */
    ss_context_drop(v, c);
    return false;
}

/* ---- branches ------------------------------------------------------------------------------------------------ */

ss_branch *ss_branch_new(const ss_visit *v, ss_context *c)
{
    const ss_ref ref = ss_core_take(v->core, sizeof(ss_branch));
    if (ref == 0) {
        return NULL;
    }
    ss_branch *b = ss_branch_at(v, ref);
    ss_timer_init(&b->timer_c, SS_TIMER_OF_BRANCH);
    b->hunt_at = SS_TIME_NEVER;
    b->context = ss_context_ref(v, c);
    ss_ref *end = &c->first_branch;
    while (*end != 0) {
        end = &ss_branch_at(v, *end)->next;
    }
    *end = ref;
    return b;
}

void ss_branch_free(const ss_visit *v, ss_branch *b)
{
    const ss_ref ref = ss_store_ref(ss_visit_store(v), b);
    ss_context *c = ss_context_at(v, b->context);
    ss_ref *at = &c->first_branch;
    while (*at != ref) {
        at = &ss_branch_at(v, *at)->next;
    }
    *at = b->next;
    if (b->txn != 0) {
        ss_txn_disown(v->core, b->txn);
    }
    ss_timer_set(&v->core->timers, ss_visit_store(v), &b->timer_c, SS_TIME_NEVER);
    c->breadth_used = (uint16_t)(c->breadth_used - b->breadth);
    ss_core_drop(v->core, &b->addresses);
    ss_core_give(v->core, ref, sizeof(ss_branch));
}

/* ---- parked queries ------------------------------------------------------------------------------------------ */

static uint32_t new_token(ss_proxy *proxy)
{
    proxy->next_token++;
    if (proxy->next_token == 0) {
        proxy->next_token = 1;
    }
    return proxy->next_token;
}

static void parked_link(const ss_visit *v, ss_parked *p, ss_ref ref)
{
    p->prev = v->proxy->last_pending;
    if (p->prev == 0) {
        v->proxy->first_pending = ref;
    } else {
        parked_at(v, p->prev)->next = ref;
    }
    v->proxy->last_pending = ref;
}

bool ss_park(const ss_visit *v, ss_context *c, ss_branch *b, ss_stage stage, const ss_query *query)
{
    /* The name stands in a request that may be let go in this very turn, before the host reads it. */
    const ss_slice name = ss_arena_copy(v->turn->arena, query->name);
    const ss_ref ref = name.len == query->name.len ? ss_core_take(v->core, sizeof(ss_parked)) : 0;
    if (ref == 0) {
        return false;
    }
    ss_parked *p = parked_at(v, ref);
    ss_output *out = ss_turn_add(v->turn, SS_OUT_QUERY);
    if (out == NULL) {
        ss_core_give(v->core, ref, sizeof(ss_parked));
        return false;
    }
    p->token = new_token(v->proxy);
    p->stage = (uint8_t)stage;
    p->context = ss_context_ref(v, c);
    p->branch = b == NULL ? 0 : ss_store_ref(ss_visit_store(v), b);
    parked_link(v, p, ref);
    c->parked++;
    out->query = *query;
    out->query.name = name;
    out->query.token = p->token;
    return true;
}

/* Few wait at a time and answers come in about the order of the questions, so this is a short walk. */
ss_parked *ss_parked_find(const ss_visit *v, uint32_t token)
{
    for (ss_ref at = v->proxy->first_pending; at != 0; at = parked_at(v, at)->next) {
        if (parked_at(v, at)->token == token) {
            return parked_at(v, at);
        }
    }
    return NULL;
}

void ss_parked_free(const ss_visit *v, ss_parked *p)
{
    if (p->prev == 0) {
        v->proxy->first_pending = p->next;
    } else {
        parked_at(v, p->prev)->next = p->next;
    }
    if (p->next == 0) {
        v->proxy->last_pending = p->prev;
    } else {
        parked_at(v, p->next)->prev = p->prev;
    }
    ss_context *c = ss_context_at(v, p->context);
    SS_ASSERT(c->parked != 0);
    c->parked--;
    ss_core_give(v->core, ss_store_ref(ss_visit_store(v), p), sizeof(ss_parked));
}
