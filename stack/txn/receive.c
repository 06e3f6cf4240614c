/* A message from the network is handed to its transaction, or up, or dropped with a note (RFC 3261 17.1.3, 17.2.3, 18.1.2,
 * 18.2.1; RFC 6026 8.2: a response that no transaction waits for goes nowhere). */
#include "overload.h"

static uint64_t call_id_of(const ss_msg *msg)
{
    const ss_slice call_id = ss_msg_call_id(msg);
    const uint64_t hash = ss_hash64(0, call_id);
    return call_id.len == 0 ? 0 : hash == 0 ? 1 : hash;
}

static ss_up drop_response(ss_turn *turn, const ss_msg *response, const ss_path *came_by)
{
    ss_via via;
    const ss_note note = {
        .kind = SS_NOTE_STRAY,
        .machine = response->method == SS_METHOD_INVITE ? SS_ICT : SS_NICT,
        .from = SS_TXN_STATE_COUNT,
        .to = SS_TXN_STATE_COUNT,
        .letter = SS_LETTER_COUNT,
        .method = (uint8_t)response->method,
        .status = (uint16_t)response->status,
        .reliable = ss_transport_is_reliable(came_by->transport),
        .branch = ss_msg_top_via(response, &via) == SS_OK ? ss_via_identity(&via) : 0,
        .call_id = call_id_of(response),
    };
    ss_turn_note(turn, &note);
    return (ss_up){ .kind = SS_UP_NOTHING,
                    .machine = (ss_machine)note.machine,
                    .method = response->method };
}

static unsigned client_event(const ss_txn *t, unsigned status)
{
    if (t->machine == SS_NICT) {
        return status < 200 ? NICT_1XX : NICT_200_699;
    }
    if (status < 200) {
        return ICT_1XX;
    }
    return status < 300 ? ICT_2XX : ICT_300_699;
}

/* Before the step, in which the request gives way to its ACK or to nothing. */
static ss_sent *sent_by(const ss_core *core, ss_turn *turn, const ss_txn *t, const ss_msg *response)
{
    const bool is_of_use =
        response->status >= 300 ||
        (response->status >= 200 &&
         (t->owner.wants_2xx_sent || ss_msg_count(response, SS_HDR_AUTHENTICATION_INFO) > 0));
    return is_of_use ? ss_txn_sent(core, turn, t) : NULL;
}

static ss_up receive_response(ss_core *core, ss_turn *turn, const ss_msg *msg,
                              const ss_path *came_by)
{
    ss_txn *t = ss_txn_match_response(core, msg);
    if (t == NULL) {
        return drop_response(turn, msg, came_by);
    }
    ss_txn_step step = {
        .core = core, .turn = turn, .txn = t, .msg = msg, .status = (uint16_t)msg->status
    };
    ss_sent *sent = sent_by(core, turn, t, msg);
    if (sent != NULL && msg->status != 503) { /* RFC3263:4.3 the server is there */
        sent->other_count = 0;
    }
    ss_txn_avoid(core, turn, t, msg);
    const ss_path path = ss_txn_path(core, t);
    ss_self_limit_heard(core, &path.remote, msg->status);
    ss_overload_heard(core, turn->now, &path, msg, came_by);
    ss_txn_take_step(&step, client_event(t, msg->status));
    step.up.sent = sent;
    return step.up;
}

static ss_up pass_request(const ss_msg *request)
{
    const bool is_ack = request->method == SS_METHOD_ACK;
    return (ss_up){
        .kind = is_ack ? SS_UP_ACK : SS_UP_REQUEST,
        .machine = is_ack || request->method == SS_METHOD_INVITE ? SS_IST : SS_NIST,
        .method = request->method,
    };
}

ss_up ss_txn_receive(ss_core *core, ss_turn *turn, const ss_msg *msg, const ss_path *came_by)
{
    if (!msg->is_request) {
        return receive_response(core, turn, msg, came_by);
    }
    ss_txn *t = ss_txn_match_request(core, turn->arena, msg);
    if (t == NULL) {
        return pass_request(msg);
    }
    ss_txn_step step = { .core = core, .turn = turn, .txn = t, .msg = msg };
    const unsigned invite_event = msg->method == SS_METHOD_ACK ? IST_ACK : IST_INVITE;
    ss_txn_take_step(&step, t->machine == SS_IST ? invite_event : (unsigned)NIST_REQUEST);
    return step.up;
}
