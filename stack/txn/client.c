/* The transaction user starts a client transaction (RFC 3261 17.1), by the transport that its size asks for (18.1.1). */
#include "overload.h"

/* RFC3261:18.1.1 RFC3261:9.1 a CANCEL is not asked: it goes as its INVITE went. */
static bool is_for_a_stream(const ss_core *core, ss_time now, const ss_path *path, ss_slice request)
{
    return core->settings->by_size && path->transport == SS_TRANSPORT_UDP &&
           !ss_slice_starts(request, SS_LIT("CANCEL ")) &&
           ss_transport_is_too_large(request.len, ss_path_mtu_of(core, now, &path->remote));
}

static ss_slice rename_for_stream(ss_turn *turn, ss_path *way, ss_slice request)
{
    way->transport = SS_TRANSPORT_TCP;
    way->connection = 0;
    return ss_transport_rename_via(turn, request, way->transport);
}

static void start(ss_txn_step *step, ss_slice request)
{
    ss_txn *t = step->txn;
    const ss_txn_letters letters = ss_txn_letters_of(ss_txn_machine(t), ss_txn_state_of(t));
    t->has_message = true;
    ss_txn_note(step, SS_NOTE_TXN,
                (ss_note){ .from = t->state, .to = t->state, .letter = SS_LETTER_COUNT });
    if (t->by_size) {
        ss_txn_note_switch(step, SS_TRANSPORT_UDP, SS_TRANSPORT_TCP, request.len);
    }
    ss_txn_send(step, request);
    ss_txn_start_expire(step, letters.expire);
    if (!t->is_reliable) { /* RFC3261:17.1.1.2, 17.1.2.2 A and E on unreliable ones only */
        ss_txn_start_resend(step, 0);
    }
    ss_txn_arm(step->core, t);
}

/* In the arena, as the output has it too. */
static ss_status read_request(ss_turn *turn, ss_slice request, ss_msg **read)
{
    ss_diag diag = { 0 };
    ss_msg *msg = SS_ARENA_NEW(turn->arena, ss_msg);
    const ss_status status =
        msg == NULL ? SS_ERR_FULL : ss_msg_parse(msg, turn->arena, request, &diag);
    *read = msg;
    if (status == SS_ERR_FULL && diag.response == 0) {
        turn->failed = true; /* the arena, not the quota */
        return SS_ERR_FULL;
    }
    return status == SS_OK ? SS_OK : SS_ERR_SEMANTIC;
}

/* RFC7339:4.1 In every request; a CANCEL has the Via of its INVITE. */
static ss_status offer_overload_control(const ss_core *core, ss_turn *turn, ss_msg *request)
{
    const ss_status status = ss_overload_offer(core, turn->arena, request);
    turn->failed |= status != SS_OK;
    return status;
}

static ss_status begin(ss_core *core, ss_turn *turn, const ss_txn_birth *birth, bool by_size,
                       bool is_held, ss_ref *txn)
{
    ss_txn_step step = {
        .core = core, .turn = turn, .txn = ss_txn_make(core, birth), .request = birth->request
    };
    if (step.txn == NULL) {
        return SS_ERR_FULL;
    }
    step.txn->by_size = by_size;
    if (is_held) { /* RFC7339:5.5 */
        step.txn->is_held = true;
        ss_overload_of(core)->held++;
        ss_txn_note(&step, SS_NOTE_HELD, (ss_note){ .letter = SS_LETTER_COUNT });
    } else {
        start(&step, birth->message);
    }
    *txn = ss_txn_ref(core, step.txn);
    return SS_OK;
}

ss_status ss_txn_request(ss_core *core, ss_turn *turn, const ss_path *path, ss_slice request,
                         ss_owner owner, ss_ref *txn)
{
    ss_path way = *path;
    ss_msg *msg;
    ss_via via;
    *txn = 0;
    const bool by_size = is_for_a_stream(core, turn->now, path, request);
    request = by_size ? rename_for_stream(turn, &way, request) : request;
    if (by_size && request.len == 0) {
        return SS_ERR_FULL;
    }
    ss_status status = read_request(turn, request, &msg);
    if (status == SS_OK && msg->is_request && msg->method != SS_METHOD_CANCEL) {
        status = offer_overload_control(core, turn, msg);
    }
    if (status != SS_OK) {
        return status;
    }
    if (!msg->is_request || msg->method == SS_METHOD_ACK || ss_msg_top_via(msg, &via) != SS_OK ||
        via.branch.len == 0) {
        return SS_ERR_SEMANTIC;
    }
    const bool is_invite = msg->method == SS_METHOD_INVITE;
    const ss_txn_birth birth = {
        .machine = is_invite ? SS_ICT : SS_NICT,
        .state = is_invite ? SS_TXN_CALLING : SS_TXN_TRYING,
        .key = ss_txn_client_key(via.branch),
        .request = msg,
        .via = &via,
        .path = &way,
        .message = msg->bytes,
        .owner = owner,
    };
    return begin(core, turn, &birth, by_size,
                 !ss_overload_admits(core, turn->now, &way.remote, msg), txn);
}

/* ---- refused ---- */

static bool waits_for_refused(const ss_core *core, const ss_txn *t, const ss_path *refused)
{
    const ss_path path = ss_txn_path(core, t);
    return t->by_size && path.transport == refused->transport &&
           path.connection == refused->connection && t->resend_at == SS_TIME_NEVER &&
           (t->state == SS_TXN_CALLING || t->state == SS_TXN_TRYING);
}

/* RFC3261:18.1.1 by UDP after all. Timers B and F run on: the user asked when it asked. */
static void go_by_udp(ss_txn_step *step)
{
    ss_txn *t = step->txn;
    ss_path path = ss_txn_path(step->core, t);
    ss_address others[SS_TXN_OTHERS_MAX];
    const uint16_t other_count = ss_txn_others(step->core, t, others);
    const ss_slice request =
        ss_transport_rename_via(step->turn, ss_txn_kept(step->core, t), SS_TRANSPORT_UDP);
    path.transport = SS_TRANSPORT_UDP;
    path.connection = 0;
    if (request.len == 0 || ss_txn_keep(step->core, t, &path, request) != SS_OK) {
        return; /* it hears of a transport error */
    }
    (void)!ss_txn_keep_others(step->core, ss_txn_ref(step->core, t), others, other_count);
    t->by_size = t->is_reliable = false;
    ss_txn_note_switch(step, SS_TRANSPORT_TCP, SS_TRANSPORT_UDP, request.len);
    ss_txn_send(step, request);
    ss_txn_start_resend(step, 0);
    ss_txn_arm(step->core, t);
}

/* As many as are kept; not all of them 0. */
static uint32_t low_bits(uint32_t hash)
{
    return (hash & 0x7fffffffu) == 0 ? 1 : hash & 0x7fffffffu;
}

/* Nobody is told, so the list stays as it is. */
void ss_txn_fall_back(ss_core *core, ss_turn *turn, const ss_path *path)
{
    for (ss_ref at = core->first_txn; at != 0;) {
        ss_txn_step step = { .core = core, .turn = turn, .txn = ss_txn_at(core, at) };
        at = step.txn->next;
        if (waits_for_refused(core, step.txn, path)) {
            go_by_udp(&step);
        }
    }
    core->refused_by = low_bits(ss_address_hash(&path->remote)) & 0x7fffffffu;
}

/* ---- without a transaction ---- */

void ss_txn_send_alone(ss_core *core, ss_turn *turn, const ss_path *path, ss_slice bytes)
{
    ss_path way = *path;
    if (is_for_a_stream(core, turn->now, path, bytes) &&
        core->refused_by != low_bits(ss_address_hash(&path->remote))) {
        bytes = rename_for_stream(turn, &way, bytes);
    }
    ss_msg *msg;
    if (bytes.len != 0 && core->settings->overload_control[0] != SS_OC_NONE &&
        read_request(turn, bytes, &msg) == SS_OK && msg->is_request &&
        msg->method != SS_METHOD_CANCEL && offer_overload_control(core, turn, msg) == SS_OK) {
        bytes = msg->bytes;
    }
    if (bytes.len != 0) {
        ss_turn_send(turn, &way, bytes);
    }
}
