/* The transaction user serves a request (RFC 3261 17.2): the transaction is made, and each response passed to it. */
#include "overload.h"

/* The 100 that 17.2.1 and RFC 4320 4.1 may ask for is printed now, as the request is not kept. 17.2.1: no To tag. */
static ss_slice put_100(const ss_msg *request, const ss_arena *arena, ss_span delay)
{
    ss_buffer b = ss_buffer_open(arena); /* copied before anything else is taken from the arena */
    ss_put_late_100_head(&b, request, delay);
    ss_put_body(&b, SS_EMPTY, SS_EMPTY);
    return b.overflow || b.len > SS_MESSAGE_BYTES_MAX ? SS_EMPTY : ss_buffer_slice(&b);
}

static ss_slice to_tag(const ss_msg *request)
{
    ss_name_addr to;
    return ss_msg_to(request, &to) == SS_OK ? ss_name_addr_tag(&to) : SS_EMPTY;
}

static void start(ss_txn_step *step)
{
    ss_txn *t = step->txn;
    ss_txn_note(step, SS_NOTE_TXN,
                (ss_note){ .from = t->state, .to = t->state, .letter = SS_LETTER_COUNT });
    ss_txn_start_resend(step, 0);
    ss_txn_arm(step->core, t);
}

ss_status ss_txn_serve(ss_core *core, ss_turn *turn, const ss_msg *request, const ss_path *came_by,
                       ss_owner owner, ss_ref *txn)
{
    ss_via via;
    ss_path path;
    *txn = 0;
    if (!request->is_request || request->method == SS_METHOD_ACK ||
        ss_msg_top_via(request, &via) != SS_OK ||
        ss_transport_response_path(request, came_by, &path) != SS_OK) {
        return SS_ERR_SEMANTIC;
    }
    const ss_machine machine = request->method == SS_METHOD_INVITE ? SS_IST : SS_NIST;
    const ss_slice trying =
        put_100(request, turn->arena, ss_txn_silence_before_100(core->settings, machine));
    if (trying.len == 0) {
        turn->failed = true; /* the arena, not the quota */
        return SS_ERR_FULL;
    }
    const ss_txn_birth birth = {
        .machine = machine,
        .state = machine == SS_IST ? SS_TXN_PROCEEDING : SS_TXN_TRYING,
        .key = ss_txn_server_key(request, &via, to_tag(request)),
        .request = request,
        .via = &via,
        .path = &path,
        .message = trying,
        .owner = owner,
    };
    ss_txn_step step = { .core = core, .turn = turn, .txn = ss_txn_make(core, &birth) };
    if (step.txn == NULL) {
        return SS_ERR_FULL;
    }
    const ss_oc_algorithm algorithm = core->settings->overload_control[0] == SS_OC_NONE
                                          ? SS_OC_NONE
                                          : ss_overload_choose(core, &via);
    step.txn->says_loss = algorithm == SS_OC_LOSS;
    step.txn->says_rate = algorithm == SS_OC_RATE;
    start(&step);
    *txn = ss_txn_ref(core, step.txn);
    return SS_OK;
}

/* ---- responding ---- */

/* "SIP/2.0 180 …": 0 when it is no status line, or the message is longer than one may be. */
static unsigned status_of(ss_slice response)
{
    uint64_t status = 0;
    if (response.len < 13 || response.len > SS_MESSAGE_BYTES_MAX) {
        return 0;
    }
    if (!ss_slice_starts(response, SS_LIT("SIP/2.0 ")) || response.at[11] != ' ') {
        return 0;
    }
    return ss_slice_to_u64(ss_slice_cut(response, 8, 11), 699, &status) == SS_OK && status >= 100
               ? (unsigned)status
               : 0;
}

/* RFC4320:4.1, 4.2. The timer that would send the 100 runs in Trying, so a 100 from the TU is early there. */
static bool is_forbidden(const ss_txn *t, unsigned status)
{
    if (t->machine != SS_NIST) {
        return false;
    }
    if (status == 100) {
        return t->state == SS_TXN_TRYING && !t->is_reliable;
    }
    return status < 200 || status == 408;
}

static unsigned tu_event(const ss_txn *t, unsigned status)
{
    if (t->machine == SS_NIST) {
        return status < 200 ? NIST_1XX : NIST_200_699;
    }
    if (status < 200) {
        return IST_1XX;
    }
    return status < 300 ? IST_2XX : IST_300_699;
}

/* A response that ends the transaction need not be kept. */
static ss_status keep_response(ss_core *core, ss_txn *t, ss_slice response, ss_txn_state next)
{
    const ss_path path = ss_txn_path(core, t);
    if (t->machine == SS_NIST && next == SS_TXN_COMPLETED && t->is_reliable) {
        return SS_OK;
    }
    const ss_status status = ss_txn_keep(core, t, &path, response);
    t->has_message = t->has_message || status == SS_OK;
    return status;
}

ss_status ss_txn_respond(ss_core *core, ss_turn *turn, ss_ref txn, ss_slice response, bool *ended)
{
    ss_txn *t = ss_txn_at(core, txn);
    const unsigned status = status_of(response);
    *ended = false;
    SS_ASSERT(t->machine == SS_IST || t->machine == SS_NIST);
    if (status == 0 || is_forbidden(t, status)) {
        return SS_ERR_SEMANTIC;
    }
    const unsigned event = tu_event(t, status);
    const ss_txn_edge edge = ss_txn_edge_of(t, event);
    if (edge.act == NULL) {
        return SS_ERR_STATE; /* RFC3261:17.2.2 other finals are discarded */
    }
    if (t->says_loss || t->says_rate) { /* RFC7339:5.2 */
        response = ss_overload_stamp_as(core, turn->arena, t->says_rate ? SS_OC_RATE : SS_OC_LOSS,
                                        response);
    }
    ss_txn_step step = {
        .core = core, .turn = turn, .txn = t, .response = response, .status = (uint16_t)status
    };
    if (keep_response(core, t, response, edge.next) != SS_OK) {
        return SS_ERR_FULL;
    }
    ss_txn_take_step(&step, event);
    *ended = step.up.ended;
    return SS_OK;
}
