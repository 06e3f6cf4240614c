/* The rig's facts: see court.h. */
#include "court.h"

#include <string.h>

#include "check.h"

void court_open(court *rig)
{
    static const char *const names[COURT_NODES] = { "p1", "alice", "bob", "core" };
    static const sn_role roles[COURT_NODES] = { SN_ROLE_PROXY, SN_ROLE_UA, SN_ROLE_UA,
                                                SN_ROLE_ROUTER };
    static const sn_spans usual = { .t1 = SS_MS(500), .t2 = SS_S(4), .t4 = SS_S(5) };
    *rig = (court){ .peer = SN_NOBODY };
    for (uint32_t i = 0; i < COURT_NODES; i++) {
        rig->nodes[i] = (sn_member){ .id = i + 1,
                                     .router = i == COURT_ROUTER ? SN_NOBODY : COURT_ROUTER,
                                     .role = roles[i],
                                     .spans = &usual };
        memcpy(rig->nodes[i].name, names[i], strlen(names[i]) + 1);
    }
    rig->cast = (sn_cast){ .nodes = rig->nodes, .node_count = COURT_NODES };
    rig->judge = sn_judge_new(&rig->cast, SN_ALL_LAWS);
    CHECK_NOT_NULL(rig->judge);
}

void court_close(court *rig)
{
    sn_judge_free(rig->judge);
    sn_meter_free(rig->meter);
    sn_checker_free(rig->checker);
}

void court_at(court *rig, ss_time at)
{
    rig->key.at = at;
    rig->key.step = 1;
    rig->key.counter++;
    rig->index = 0;
}

void court_give(court *rig, sn_fact fact)
{
    fact.key = rig->key;
    fact.index = rig->index++;
    sn_judge_fact(rig->judge, &fact, rig->payload);
    if (rig->meter != NULL) {
        sn_meter_fact(rig->meter, &fact);
    }
    if (rig->checker != NULL) {
        sn_checker_fact(rig->checker, &fact);
    }
}

/* ---- messages ---- */

/* An INVITE has an offer, and its 2xx the answer: of descriptions that nobody can read. */
static uint8_t says_of(ss_method method, unsigned status)
{
    return method == SS_METHOD_INVITE && (status == 0 || status / 100 == 2) ? SS_SAYS_SESSION : 0;
}

ss_summary court_request(ss_method method, uint64_t branch)
{
    return (ss_summary){ .is_sip = 1,
                         .is_request = 1,
                         .method = (uint8_t)method,
                         .via_count = 1,
                         .max_forwards = 70,
                         .cseq = 1,
                         .call_id = COURT_CALL_ID,
                         .from_tag = COURT_FROM_TAG,
                         .branch = branch,
                         .says = says_of(method, 0) };
}

ss_summary court_response(unsigned status, ss_method method, uint64_t branch)
{
    return (ss_summary){ .is_sip = 1,
                         .method = (uint8_t)method,
                         .via_count = 1,
                         .status = (uint16_t)status,
                         .max_forwards = 0xffff,
                         .cseq = 1,
                         .call_id = COURT_CALL_ID,
                         .from_tag = COURT_FROM_TAG,
                         .to_tag = status == 100 ? 0 : COURT_TO_TAG,
                         .branch = branch,
                         .says = says_of(method, status) };
}

static uint64_t hash_of(const ss_summary *m)
{
    uint64_t h = ss_mix_absorb(m->branch, m->second_branch);
    h = ss_mix_absorb(h, m->call_id ^ m->cseq);
    h = ss_mix_absorb(h, m->to_tag);
    h = ss_mix_absorb(h, (uint64_t)m->rseq << 32 | m->body_bytes);
    return ss_mix_absorb(h, (uint64_t)m->status << 32 | (uint64_t)m->method << 16 | m->is_request);
}

static sn_fact datagram(const court *rig, sn_fact_kind kind, uint32_t node, uint32_t origin,
                        const ss_summary *message)
{
    const bool is_sent = kind == SN_FACT_DATAGRAM_SENT;
    if (rig->transport != SS_TRANSPORT_UDP) {
        kind = is_sent ? SN_FACT_STREAM_SENT : SN_FACT_STREAM_RECEIVED;
    }
    return (sn_fact){ .kind = (uint16_t)kind,
                      .entity = node,
                      .peer = rig->peer,
                      .peer_port = rig->peer_port,
                      .transport = (uint8_t)rig->transport,
                      .packet = { .origin = origin, .ordinal = rig->ordinals[origin] },
                      .hash = hash_of(message),
                      .sip = *message };
}

void court_sends(court *rig, uint32_t node, ss_summary message)
{
    court_give(rig, datagram(rig, SN_FACT_DATAGRAM_SENT, node, node, &message));
    rig->ordinals[node]++;
}

void court_gets(court *rig, uint32_t node, ss_summary message)
{
    sn_fact sent = datagram(rig, SN_FACT_DATAGRAM_SENT, COURT_ROUTER, COURT_ROUTER, &message);
    sent.peer = node;
    court_give(rig, sent);
    court_give(rig, datagram(rig, SN_FACT_DATAGRAM_RECEIVED, node, COURT_ROUTER, &message));
    rig->ordinals[COURT_ROUTER]++;
}

void court_connection(court *rig, uint32_t node, uint32_t peer, sn_connection_event event)
{
    court_give(rig, (sn_fact){ .kind = SN_FACT_CONNECTION,
                               .entity = node,
                               .peer = peer,
                               .transport = SS_TRANSPORT_TCP,
                               .packet.origin = SN_NOBODY,
                               .connection.event = (uint16_t)event });
}

/* ---- notes and calls ---- */

void court_notes(court *rig, uint32_t node, ss_note note)
{
    court_give(rig,
               (sn_fact){ .kind = SN_FACT_NOTE, .entity = node, .peer = SN_NOBODY, .note = note });
}

void court_notes_txn(court *rig, uint32_t node, ss_machine machine, ss_method method,
                     uint64_t branch, ss_txn_state from, ss_txn_state to)
{
    court_notes(rig, node,
                (ss_note){ .kind = SS_NOTE_TXN,
                           .machine = (uint8_t)machine,
                           .from = (uint8_t)from,
                           .to = (uint8_t)to,
                           .letter = SS_LETTER_COUNT,
                           .method = (uint8_t)method,
                           .reliable = rig->transport != SS_TRANSPORT_UDP,
                           .branch = branch,
                           .call_id = COURT_CALL_ID });
}

void court_notes_timer(court *rig, uint32_t node, ss_machine machine, ss_method method,
                       uint64_t branch, ss_letter letter)
{
    court_notes(rig, node,
                (ss_note){ .kind = SS_NOTE_TIMER,
                           .machine = (uint8_t)machine,
                           .letter = (uint8_t)letter,
                           .method = (uint8_t)method,
                           .branch = branch,
                           .call_id = COURT_CALL_ID });
}

static void call(court *rig, uint32_t node, sn_call_event event, uint32_t number, unsigned status,
                 bool synthetic)
{
    const bool is_registration = event == SN_CALL_REGISTERED || event == SN_CALL_REGISTER_FAILED;
    court_give(rig, (sn_fact){ .kind = is_registration ? SN_FACT_REGISTRATION : SN_FACT_CALL,
                               .entity = node,
                               .peer = SN_NOBODY,
                               .call = { .number = number,
                                         .source = SN_NOBODY,
                                         .event = (uint16_t)event,
                                         .status = (uint16_t)status,
                                         .synthetic = synthetic,
                                         .call_id = COURT_CALL_ID } });
}

void court_call(court *rig, uint32_t node, sn_call_event event, uint32_t number, unsigned status)
{
    call(rig, node, event, number, status, false);
}

void court_call_synthetic(court *rig, uint32_t node, sn_call_event event, uint32_t number,
                          unsigned status)
{
    call(rig, node, event, number, status, true);
}

/* ---- verdicts ---- */

void court_finish(court *rig, ss_time end)
{
    sn_judge_finish(rig->judge, end, false);
}

uint64_t court_broken(const court *rig, const char *law)
{
    for (unsigned i = 0; i < sn_law_count; i++) {
        if (strcmp(sn_laws[i].name, law) == 0) {
            return sn_judge_count_of(rig->judge, i);
        }
    }
    CHECK_STR(law, "the name of a law");
    return 0;
}

uint64_t court_broken_any(const court *rig)
{
    return sn_judge_violation_count(rig->judge);
}
