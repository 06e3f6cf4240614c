/* The judge: takes the facts in their order and hands each to the laws that it concerns; keeps the first violations. Time
 * moves on before a fact is judged, so what was due before it is seen missing at the fact that passes it. */
#include "laws.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- violations ---- */

ms_text sn_ms(ss_time at)
{
    ms_text t;
    (void)snprintf(t.text, sizeof t.text, "%" PRIu64 ".%06" PRIu64, at / 1000000, at % 1000000);
    return t;
}

/* The first ones of all, and the first of each law. */
static void keep(sn_judge *j, const sn_violation *v)
{
    if (j->kept == NULL) {
        j->kept = calloc(SN_VIOLATIONS_KEPT, sizeof *j->kept);
        j->firsts = calloc(LAW_COUNT, sizeof *j->firsts);
    }
    if (j->kept == NULL || j->firsts == NULL) {
        j->out_of_memory = true;
        return;
    }
    if (j->kept_count < SN_VIOLATIONS_KEPT) {
        j->kept[j->kept_count++] = *v;
    }
    if (j->counts[v->law] == 1) {
        j->firsts[v->law] = *v;
    }
}

void sn_judge_broken(sn_judge *j, law l, ss_time at, uint32_t node, uint64_t call_id,
                     const char *format, ...)
{
    if ((j->mask.words[l / 64] >> l % 64 & 1) == 0 || sn_edited_excuses(j, l, call_id)) {
        return;
    }
    j->count++;
    j->counts[l]++;
    if (j->counts[l] > 1 && j->kept_count == SN_VIOLATIONS_KEPT) {
        return;
    }
    sn_violation v = { .law = l, .at = at, .node = node, .call_id = call_id, .key = j->key };
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(v.text, sizeof v.text, format, arguments);
    va_end(arguments);
    keep(j, &v);
}

const sn_violation *sn_judge_first_of(const sn_judge *j, unsigned l)
{
    SS_ASSERT(l < LAW_COUNT);
    return j->counts[l] == 0 || j->firsts == NULL ? NULL : &j->firsts[l];
}

uint64_t sn_judge_violation_count(const sn_judge *j)
{
    return j->count;
}

uint64_t sn_judge_count_of(const sn_judge *j, unsigned l)
{
    SS_ASSERT(l < LAW_COUNT);
    return j->counts[l];
}

const sn_violation *sn_judge_violation(const sn_judge *j, unsigned nth)
{
    return nth < j->kept_count ? &j->kept[nth] : NULL;
}

bool sn_judge_out_of_memory(const sn_judge *j)
{
    return j->out_of_memory;
}

/* ---- life ---- */

sn_judge *sn_judge_new(const sn_cast *cast, sn_law_mask mask)
{
    sn_judge *j = calloc(1, sizeof *j);
    if (j == NULL) {
        return NULL;
    }
    const size_t nodes = (size_t)cast->node_count + 1;
    j->cast = cast;
    j->mask = mask;
    j->first_free = NO_TXN;
    j->ordinals = calloc(nodes, sizeof *j->ordinals);
    j->excused = calloc(nodes, sizeof *j->excused);
    j->closed = calloc(nodes, sizeof *j->closed);
    j->lost = calloc(nodes, sizeof *j->lost);
    j->crashed = calloc(nodes, sizeof *j->crashed);
    j->notes = calloc(nodes, sizeof *j->notes);
    j->calls_up = calloc(nodes, sizeof *j->calls_up);
    j->edited.invites = calloc(nodes, sizeof *j->edited.invites);
    j->registers = calloc(nodes, sizeof *j->registers);
    sn_network_begin(j);
    sn_calls_begin(j);
    sn_streams_begin(j);
    sn_dialogs_begin(j);
    if (j->ordinals == NULL || j->excused == NULL || j->closed == NULL || j->lost == NULL ||
        j->crashed == NULL || j->notes == NULL || j->calls_up == NULL ||
        j->edited.invites == NULL || j->registers == NULL) {
        sn_judge_free(j);
        return NULL;
    }
    return j;
}

void sn_judge_free(sn_judge *j)
{
    if (j == NULL) {
        return;
    }
    sn_network_end(j);
    sn_streams_end(j);
    sn_auth_end(j);
    sn_joined_end(j);
    sn_edited_end(j);
    sn_map_free(&j->txns);
    sn_map_free(&j->accepted);
    sn_map_free(&j->cseqs);
    sn_map_free(&j->failed_ends);
    sn_map_free(&j->unplanned);
    sn_answers_free(j);
    free(j->at_work);
    free(j->kept);
    free(j->firsts);
    free(j->all);
    free(j->agenda.entries);
    free(j->owed);
    free(j->ordinals);
    free(j->excused);
    free(j->closed);
    free(j->lost);
    free(j->crashed);
    free(j->notes);
    free(j->calls_up);
    free(j->registers);
    sn_shelf_free(&j->calls);
    free(j->lefts);
    sn_subs_free(j);
    sn_names_free(j);
    sn_alone_free(j);
    sn_queues_free(j);
    sn_dialogs_free(j);
    free(j);
}

/* ---- facts ---- */

/* Routers pass packets on, taps messages; were they to speak SIP, no law here would be theirs. A stateless proxy passes messages on too,
 * and has no transactions that a law could be about (its registrar's are few). What reaches a node that crashed, nobody hears. */
static bool is_element(const sn_judge *j, const sn_fact *f)
{
    return f->entity < j->cast->node_count && f->sip.is_sip != 0 &&
           member(j, f->entity)->role != SN_ROLE_ROUTER &&
           member(j, f->entity)->role != SN_ROLE_TAP && !member(j, f->entity)->is_stateless &&
           !(sn_fact_is_received(f) && j->crashed[f->entity]);
}

static void sip_sent(sn_judge *j, const sn_fact *f)
{
    if (!f->sip.is_request) {
        sn_sub_response_sent(j, f);
        sn_server_response_sent(j, f);
    } else if (f->sip.method == SS_METHOD_ACK) {
        sn_ack_sent(j, f);
    } else {
        if (f->sip.method == SS_METHOD_BYE) {
            sn_bye_seen(j, f, true);
        }
        sn_sub_request_sent(j, f);
        sn_client_request_sent(j, f);
    }
}

static void sip_received(sn_judge *j, const sn_fact *f)
{
    if (!f->sip.is_request) {
        sn_dialog_lost_seen(j, f);
        sn_client_response_received(j, f);
    } else if (f->sip.method == SS_METHOD_ACK) {
        sn_ack_received(j, f);
    } else {
        if (f->sip.method == SS_METHOD_BYE) {
            sn_bye_seen(j, f, false);
            sn_dialog_bye_received(j, f);
        }
        sn_server_request_received(j, f);
    }
}

/* Of an element: it came, and nothing holds it up, or it waited and is processed now. */
static void hear(sn_judge *j, const sn_fact *f, ss_slice packet)
{
    if (f->kind != SN_FACT_SERVED) {
        sn_edited_hear(j, f);
    }
    if (f->kind != SN_FACT_SERVED && member(j, f->entity)->has_queue) {
        sn_queue_received(j, f, packet);
    } else if (is_element(j, f)) {
        sip_received(j, f);
        sn_auth_judge(j, f, packet);
        sn_joined_judge(j, f);
    }
}

static void told_of_call(sn_judge *j, const sn_fact *f)
{
    if (f->call.event == SN_CALL_OVERLOADED) {
        sn_subs_excuse(j, f->entity);
    }
    sn_joined_judge(j, f);
    sn_edited_join(j, &f->call);
    sn_call_judge(j, f);
}

static void datagram_sent(sn_judge *j, const sn_fact *f, ss_slice packet)
{
    sn_edited_pass(j, f);
    sn_datagram_sent(j, f);
    sn_names_judge(j, f, packet);
    sn_alone_sent(j, f);
    if (is_element(j, f)) {
        sn_size_judge(j, f);
        sip_sent(j, f);
        sn_auth_judge(j, f, packet);
        sn_joined_judge(j, f);
    }
}

static void datagram_received(sn_judge *j, const sn_fact *f, ss_slice packet)
{
    sn_edited_pass(j, f);
    sn_datagram_received(j, f);
    sn_names_judge(j, f, packet);
    sn_alone_received(j, f);
    hear(j, f, packet);
}

void sn_judge_fact(sn_judge *j, const sn_fact *f, ss_slice packet)
{
    if (j->out_of_memory) {
        return;
    }
    sn_order_judge(j, f);
    j->payload = packet;
    switch (f->kind) {
    case SN_FACT_DATAGRAM_SENT:
        datagram_sent(j, f, packet);
        break;
    case SN_FACT_DATAGRAM_RECEIVED:
        datagram_received(j, f, packet);
        break;
    case SN_FACT_STREAM_SENT:
        sn_stream_sent(j, f);
        if (is_element(j, f)) {
            sip_sent(j, f);
            sn_auth_judge(j, f, packet);
            sn_joined_judge(j, f);
        }
        break;
    case SN_FACT_STREAM_RECEIVED:
        sn_stream_received(j, f);
        hear(j, f, packet);
        break;
    case SN_FACT_SERVED:
        sn_queue_served(j, f);
        sn_alone_served(j, f);
        hear(j, f, packet);
        break;
    case SN_FACT_CONNECTION:
        sn_connection_judge(j, f);
        sn_servers_connection(j, f);
        break;
    case SN_FACT_NOTE:
        sn_note_judge(j, f);
        break;
    case SN_FACT_CALL:
        told_of_call(j, f);
        break;
    case SN_FACT_REGISTRATION:
        sn_call_judge(j, f);
        break;
    case SN_FACT_LEFT:
        sn_left_judge(j, f);
        break;
    case SN_FACT_EDITED:
        sn_edited_judge(j, f);
        break;
    case SN_FACT_FRAGMENTED:
        sn_cut_judge(j, f, packet);
        break;
    case SN_FACT_LINK_SENT:
        sn_length_judge(j, f);
        sn_link_fact(j, f);
        break;
    case SN_FACT_LINK_ARRIVED:
    case SN_FACT_LINK_DUPLICATED:
    case SN_FACT_LINK_DROPPED:
    case SN_FACT_NODE_DROPPED:
        sn_link_fact(j, f);
        break;
    default:
        break;
    }
}

void sn_judge_finish(sn_judge *j, ss_time end, bool interrupted)
{
    if (j->out_of_memory) {
        return;
    }
    if (end > j->now) {
        j->now = end;
    }
    sn_owed_pass(j, interrupted ? j->now : ss_time_after(j->now, 1));
    sn_txns_pass(j, j->now);
    sn_network_finish(j, j->now);
    if (!interrupted) {
        sn_lefts_finish(j);
        sn_calls_finish(j, j->now);
        sn_subs_finish(j, j->now);
        sn_dialogs_finish(j, j->now);
    }
}
