/* Where requests go (RFC 3261 8.1.2): to the address that the next hop's URI names, or, when it names a host by name, to
 * the address that the host of the engine finds for it. Until then the printed request waits as a blob; its Via is
 * printed already, since it depends on the transport alone. */
#include "changes.h"
#include "events.h"

typedef struct pending {
    ss_ref next;
    uint32_t token;
    ss_errand errand;
    ss_path path; /* the remote address is missing */
    ss_blob bytes;
} pending;

static pending *pending_at(const ss_visit *v, ss_ref ref)
{
    return ss_store_at(&v->core->pools->store, ref);
}

ss_path ss_ua_path_to(const ss_visit *v, const ss_hop *hop)
{
    ss_path path = { .transport = ss_hop_transport(hop, v->ua->identity->local.transport),
                     .local = v->ua->identity->local.local };
    if (hop->is_numeric) {
        path.remote = hop->address;
        path.local = *ss_ua_address_for(v, hop->address.family);
    }
    return path;
}

/* ---- sending ---- */

static ss_owner owner_of(const ss_visit *v, ss_errand errand)
{
    static const uint8_t kinds[] = { [SS_ERRAND_INVITE] = SS_OWNER_CALL,
                                     [SS_ERRAND_BYE] = SS_OWNER_IN_CALL,
                                     [SS_ERRAND_REGISTER] = SS_OWNER_REGISTRATION,
                                     [SS_ERRAND_SUBSCRIPTION] = SS_OWNER_SUBSCRIPTION,
                                     [SS_ERRAND_PUBLICATION] = SS_OWNER_PUBLICATION,
                                     [SS_ERRAND_REQUEST] = SS_OWNER_REQUEST,
                                     [SS_ERRAND_ASKED] = SS_OWNER_ASKED };
    return (ss_owner){ .kind = kinds[errand.kind],
                       .wants_sent = true,
                       .wants_2xx_sent =
                           ss_ua_wants_proof(v) ||
                           (errand.kind == SS_ERRAND_REGISTER && ss_flow_count(v->ua) != 0),
                       .ref = errand.who };
}

/* The transaction is known to whom it is for. */
static void report_sent(const ss_visit *v, ss_errand errand, ss_ref txn)
{
    switch (errand.kind) {
    case SS_ERRAND_INVITE: {
        ss_call *call = ss_call_at(v->core, errand.who);
        call->invite = txn;
        call->state = SS_CALL_INVITING;
        break;
    }
    case SS_ERRAND_SUBSCRIPTION:
        ss_subscription_at(v->core, errand.who)->txn = txn;
        break;
    case SS_ERRAND_PUBLICATION:
        ss_publication_sent(v, errand.who, txn);
        break;
    case SS_ERRAND_ASKED:
        ss_asked_started(v, ss_asked_at(v->core, errand.who), txn);
        break;
    case SS_ERRAND_REQUEST:
    case SS_ERRAND_REGISTER:
    case SS_ERRAND_BYE:
    case SS_ERRAND_ACK:
    case SS_ERRAND_ASKED_ACK:
    case SS_ERRAND_GUEST:
        break;
    }
}

/* NULL when the errand is no ACK. */
static ss_ack *ack_of(const ss_visit *v, ss_errand errand)
{
    return errand.kind == SS_ERRAND_ACK         ? &ss_leg_at(v->core, errand.who)->ack
           : errand.kind == SS_ERRAND_ASKED_ACK ? &ss_asked_at(v->core, errand.who)->ack
                                                : NULL;
}

/* Other bytes for the same ACK. */
static ss_status replace_ack(const ss_visit *v, ss_ack *ack, ss_slice bytes)
{
    ss_blob kept;
    if (bytes.len == 0 || ss_core_keep(v->core, bytes, &kept) != SS_OK) {
        return SS_ERR_FULL;
    }
    ss_core_drop(v->core, &ack->bytes);
    ack->bytes = kept;
    return SS_OK;
}

static ss_status send_ack(const ss_visit *v, ss_ack *ack, const ss_path *path)
{
    ss_path way = *path;
    const ss_slice kept = ss_blob_slice(&v->core->pools->store, ack->bytes);
    const ss_slice bytes = ss_ua_from_here(v, kept, &way);
    if (bytes.at != kept.at && replace_ack(v, ack, bytes) != SS_OK) {
        return SS_ERR_FULL;
    }
    ack->path = way;
    ack->path_known = true;
    ss_ack_send(v, ack);
    return SS_OK;
}

ss_status ss_ua_send_by(const ss_visit *v, ss_errand errand, const ss_path *path, ss_slice bytes,
                        ss_places others)
{
    ss_ack *ack = ack_of(v, errand);
    if (ack != NULL) {
        return send_ack(v, ack, path);
    }
    ss_ref txn = 0;
    ss_path way = *path;
    bytes = ss_ua_from_here(v, bytes, &way);
    const ss_status status =
        bytes.len == 0 ? SS_ERR_FULL
                       : ss_txn_request(v->core, v->turn, &way, bytes, owner_of(v, errand), &txn);
    if (status == SS_OK) {
        (void)!ss_txn_keep_others(v->core, txn, others.at, others.count); /* without room: none */
        report_sent(v, errand, txn);
    }
    return status;
}

/* ---- asking ---- */

static ss_status ask(const ss_visit *v, uint32_t token, const ss_hop *hop, ss_transport transport)
{
    const ss_slice name = ss_arena_copy(v->turn->arena, hop->host);
    ss_output *out = name.len == 0 ? NULL : ss_turn_add(v->turn, SS_OUT_QUERY);
    if (out == NULL) {
        return SS_ERR_FULL;
    }
    out->query = (ss_query){ .kind = SS_QUERY_RESOLVE,
                             .token = token,
                             .name = name,
                             .port = hop->port,
                             .transport = transport,
                             .is_open = hop->is_open,
                             .is_sips = hop->is_sips };
    return SS_OK;
}

static void free_pending(const ss_visit *v, ss_ref ref)
{
    ss_core_drop(v->core, &pending_at(v, ref)->bytes);
    ss_core_give(v->core, ref, sizeof(pending));
}

/* One more, not in the list yet; without bytes when the owner keeps them. 0: no room. */
static ss_ref new_pending(const ss_visit *v, ss_errand errand, const ss_path *path, ss_slice bytes)
{
    const ss_ref ref = ss_core_take(v->core, sizeof(pending));
    if (ref == 0) {
        return 0;
    }
    pending *p = pending_at(v, ref);
    *p = (pending){ .errand = errand, .path = *path, .token = v->ua->next_token + 1 };
    if (ss_core_keep(v->core, bytes, &p->bytes) != SS_OK) {
        ss_core_give(v->core, ref, sizeof(pending));
        return 0;
    }
    return ref;
}

static void link_pending(const ss_visit *v, ss_ref ref)
{
    v->ua->next_token++;
    pending_at(v, ref)->next = v->ua->first_pending;
    v->ua->first_pending = ref;
}

static ss_status keep_pending(const ss_visit *v, ss_errand errand, const ss_hop *hop,
                              const ss_path *path, ss_slice bytes)
{
    const bool is_ack = ack_of(v, errand) != NULL; /* which keeps the bytes */
    const ss_ref ref = new_pending(v, errand, path, is_ack ? SS_EMPTY : bytes);
    if (ref == 0) {
        return SS_ERR_FULL;
    }
    const ss_status status = ask(v, pending_at(v, ref)->token, hop, path->transport);
    if (status == SS_OK) {
        link_pending(v, ref);
    } else {
        free_pending(v, ref);
    }
    return status;
}

ss_status ss_ua_keep_guest(const ss_visit *v, const ss_incoming *in, uint32_t *token)
{
    const ss_errand guest = { SS_ERRAND_GUEST, 0 };
    const ss_ref ref = new_pending(v, guest, in->came_by, in->msg->bytes);
    if (ref == 0) {
        return SS_ERR_FULL;
    }
    *token = pending_at(v, ref)->token;
    link_pending(v, ref);
    return SS_OK;
}

bool ss_ua_is_waiting(const ss_visit *v, ss_slice bytes)
{
    for (ss_ref at = v->ua->first_pending; at != 0; at = pending_at(v, at)->next) {
        const pending *p = pending_at(v, at);
        if (p->errand.kind == SS_ERRAND_GUEST &&
            ss_slice_eq(ss_blob_slice(&v->core->pools->store, p->bytes), bytes)) {
            return true;
        }
    }
    return false;
}

/* RFC3261:22.1 The ACK of a 2xx repeats the credentials of its INVITE, so the call keeps them. */
static ss_status keep_for_ack(const ss_visit *v, ss_errand errand, ss_slice lines)
{
    ss_blob *kept = errand.kind == SS_ERRAND_INVITE  ? &ss_call_at(v->core, errand.who)->kept
                    : errand.kind == SS_ERRAND_ASKED ? &ss_asked_at(v->core, errand.who)->kept
                                                     : NULL;
    if (kept == NULL) {
        return SS_OK;
    }
    ss_core_drop(v->core, kept);
    return ss_core_keep(v->core, lines, kept);
}

ss_status ss_ua_send(const ss_visit *v, ss_errand errand, const ss_hop *hop, const ss_path *path,
                     ss_slice bytes)
{
    if (ack_of(v, errand) == NULL) {
        ss_slice lines = SS_EMPTY;
        ss_status status = ss_ua_log_in(v, errand, hop->host, &bytes, &lines);
        if (status == SS_OK) {
            status = keep_for_ack(v, errand, lines);
        }
        if (status != SS_OK) {
            return status;
        }
    }
    return hop->is_numeric ? ss_ua_send_by(v, errand, path, bytes, (ss_places){ .count = 0 })
                           : keep_pending(v, errand, hop, path, bytes);
}

/* ---- forgetting ---- */

static void unlink_pending(const ss_visit *v, ss_ref before, ss_ref ref)
{
    const ss_ref next = pending_at(v, ref)->next;
    if (before == 0) {
        v->ua->first_pending = next;
    } else {
        pending_at(v, before)->next = next;
    }
}

void ss_ua_drop_pending(const ss_visit *v, ss_ref who)
{
    ss_ref before = 0;
    for (ss_ref at = v->ua->first_pending; at != 0;) {
        const pending *p = pending_at(v, at);
        const ss_ref next = p->next;
        if (p->errand.who == who && p->errand.kind != SS_ERRAND_REQUEST &&
            p->errand.kind != SS_ERRAND_GUEST) {
            unlink_pending(v, before, at);
            free_pending(v, at);
        } else {
            before = at;
        }
        at = next;
    }
}

void ss_ua_drop_guest(const ss_visit *v, uint32_t token)
{
    ss_ref before = 0;
    for (ss_ref at = v->ua->first_pending; at != 0; at = pending_at(v, at)->next) {
        if (pending_at(v, at)->token == token) {
            unlink_pending(v, before, at);
            free_pending(v, at);
            return;
        }
        before = at;
    }
}

void ss_ua_drop_all_pending(const ss_visit *v)
{
    while (v->ua->first_pending != 0) {
        const ss_ref at = v->ua->first_pending;
        unlink_pending(v, 0, at);
        free_pending(v, at);
    }
}

/* ---- the answer ---- */

/* A redirected request is on its way to the next of its targets. RFC3261:8.1.3.4 */
static bool goes_on(const ss_visit *v, ss_errand errand, const ss_up *up)
{
    uint8_t none = 0;
    uint8_t *repeats = &none;
    if (errand.kind == SS_ERRAND_INVITE) {
        repeats = &ss_call_at(v->core, errand.who)->repeats;
    } else if (errand.kind == SS_ERRAND_SUBSCRIPTION) {
        repeats = &ss_subscription_at(v->core, errand.who)->repeats;
    } else if (errand.kind != SS_ERRAND_BYE && errand.kind != SS_ERRAND_PUBLICATION &&
               errand.kind != SS_ERRAND_REQUEST) {
        return false;
    }
    return ss_ua_repeat(v, errand, up, NULL, repeats);
}

/* 8.1.3.1: no address is a failure of the transport: 503. */
static void report_unsent(const ss_visit *v, ss_errand errand, const ss_sent *sent)
{
    const ss_outcome outcome = { .status = 503, .synthetic = true };
    const ss_up up = { .kind = SS_UP_TRANSPORT_ERROR, .ended = true, .sent = sent };
    if (goes_on(v, errand, &up)) {
        return;
    }
    switch (errand.kind) {
    case SS_ERRAND_INVITE:
        ss_uac_refused(v, ss_call_at(v->core, errand.who), &outcome);
        break;
    case SS_ERRAND_BYE:
        ss_leg_bye_done(v, ss_leg_at(v->core, errand.who), &outcome);
        break;
    case SS_ERRAND_REGISTER:
        ss_ua_register_failed(v, errand.who, &outcome);
        break;
    case SS_ERRAND_SUBSCRIPTION:
        ss_subscription_failed(v, ss_subscription_at(v->core, errand.who), &outcome);
        break;
    case SS_ERRAND_PUBLICATION:
        ss_publication_failed(v, errand.who, &outcome);
        break;
    case SS_ERRAND_REQUEST:
        ss_request_done(v, errand.who, &outcome);
        break;
    case SS_ERRAND_ASKED:
        ss_asked_failed(v, ss_asked_at(v->core, errand.who), &outcome);
        break;
    case SS_ERRAND_ACK: /* as if lost: the peer repeats its 2xx */
    case SS_ERRAND_ASKED_ACK:
        ack_of(v, errand)->unsent = true;
        break;
    case SS_ERRAND_GUEST:
        break;
    }
}

static ss_call *call_of(const ss_visit *v, ss_errand errand)
{
    switch (errand.kind) {
    case SS_ERRAND_INVITE:
        return ss_call_at(v->core, errand.who);
    case SS_ERRAND_ACK:
    case SS_ERRAND_BYE:
        return ss_call_at(v->core, ss_leg_at(v->core, errand.who)->call);
    case SS_ERRAND_ASKED:
    case SS_ERRAND_ASKED_ACK:
        return ss_call_at(v->core, ss_leg_at(v->core, ss_asked_at(v->core, errand.who)->leg)->call);
    default:
        break;
    }
    return NULL;
}

/* RFC3263:4.1 the zone chose another transport than we would have: the Via says it. */
static ss_slice go_by(const ss_visit *v, ss_errand errand, ss_slice bytes, ss_transport transport)
{
    ss_ack *ack = ack_of(v, errand);
    const ss_slice before = ack == NULL ? bytes : ss_blob_slice(&v->core->pools->store, ack->bytes);
    const ss_slice renamed = ss_transport_rename_via(v->turn, before, transport);
    if (ack != NULL && replace_ack(v, ack, renamed) != SS_OK) {
        return SS_EMPTY;
    }
    return renamed;
}

static ss_status send_where(const ss_visit *v, const pending *p, const ss_answer *answer,
                            ss_slice bytes)
{
    const ss_places others = { answer->addresses + 1, (uint16_t)(answer->address_count - 1) };
    ss_path path = p->path;
    path.remote = answer->addresses[0];
    if (answer->has_transport && answer->transport != path.transport) {
        path.transport = answer->transport;
        bytes = go_by(v, p->errand, bytes, path.transport);
        if (bytes.len == 0) {
            return SS_ERR_FULL;
        }
    }
    return ss_ua_send_by(v, p->errand, &path, bytes, others);
}

static void go_on(const ss_visit *v, const pending *p, const ss_answer *answer)
{
    ss_call *call = call_of(v, p->errand);
    ss_status status = SS_NONE;
    const ss_slice bytes =
        ss_arena_copy(v->turn->arena, ss_blob_slice(&v->core->pools->store, p->bytes));
    const bool fits = bytes.len == p->bytes.len; /* the blob goes before the turn ends */
    if (p->errand.kind == SS_ERRAND_GUEST) {
        const ss_path came_by = p->path;
        if (fits) { /* else the arena: as if lost */
            ss_ua_guest_known(v, bytes, &came_by, answer);
        }
        return;
    }
    const ss_sent sent = { .bytes = bytes, .path = p->path };
    if (answer->status == SS_OK && answer->address_count > 0) {
        status = fits ? send_where(v, p, answer, bytes) : SS_ERR_FULL;
    }
    if (status != SS_OK) {
        report_unsent(v, p->errand, fits && bytes.len > 0 ? &sent : NULL);
    }
    if (call != NULL) {
        ss_call_settle(v, call);
    }
}

bool ss_ua_answer(ss_ua *ua, ss_core *core, ss_turn *turn, const ss_answer *answer)
{
    const ss_visit v = { .ua = ua, .core = core, .turn = turn };
    ss_ref before = 0;
    for (ss_ref at = ua->first_pending; at != 0; at = pending_at(&v, at)->next) {
        pending *p = pending_at(&v, at);
        if (p->token == answer->token) {
            unlink_pending(&v, before, at);
            go_on(&v, p, answer);
            free_pending(&v, at);
            ss_ua_leave(&v);
            return true;
        }
        before = at;
    }
    const bool is_known = ss_reg_located(&v, answer);
    ss_ua_leave(&v);
    return is_known;
}
