/* What a row of a ladder says in words, and who has a lifeline: the same in every drawing. */
#include "ladder/ladder.h"

#include "sn/capture.h"
#include "ss/msg.h"
#include "words.h"

/* ---- lifelines ---- */

uint32_t rp_ladder_column(const ladder_columns *c, uint32_t node)
{
    for (uint32_t i = 0; i < c->count; i++) {
        if (c->nodes[i] == node) {
            return i;
        }
    }
    return SN_NOBODY;
}

static void add_column(ladder_columns *c, const sn_cast *cast, uint32_t node)
{
    if (node < cast->node_count && rp_ladder_column(c, node) == SN_NOBODY &&
        c->count < LADDER_COLUMNS_MAX) {
        c->nodes[c->count++] = node;
    }
}

ladder_columns rp_ladder_columns(const sn_cast *cast, const ladder_call *call)
{
    ladder_columns c = { .count = 0 };
    for (uint32_t i = 0; i < call->count; i++) {
        const ladder_row *row = &call->rows[i];
        add_column(&c, cast, row->node);
        if (rp_ladder_travels(row)) {
            add_column(&c, cast, row->peer);
        }
    }
    return c;
}

/* ---- rows ---- */

bool rp_ladder_travels(const ladder_row *row)
{
    return row->kind == LADDER_MESSAGE || row->kind == LADDER_ICMP;
}

static void put_icmp_label(ss_buffer *b, const ladder_row *row)
{
    ss_put_text(b, "ICMP ");
    ss_put_text(b, sn_icmp_text((sn_icmp_kind)row->event));
    if (row->event == SN_ICMP_TOO_BIG) {
        ss_put_text(b, ", MTU ");
        ss_put_u64(b, row->cseq);
    }
}

void rp_ladder_label(ss_buffer *b, const ladder_row *row)
{
    if (row->kind == LADDER_ICMP) {
        put_icmp_label(b, row);
        return;
    }
    if (row->is_request != 0) {
        ss_put(b, ss_method_name((ss_method)row->method));
    } else {
        ss_put_u64(b, row->status);
        ss_put_char(b, ' ');
        ss_put(b, ss_method_name((ss_method)row->method));
    }
    ss_put_char(b, ' ');
    ss_put_u64(b, row->cseq);
    if (row->transport != SS_TRANSPORT_UDP) {
        ss_put_char(b, ' ');
        ss_put(b, ss_transport_name((ss_transport)row->transport));
    }
}

bool rp_ladder_is_lost(const ladder_row *row)
{
    return row->arrived == SS_TIME_NEVER && row->cause != SN_CAUSE_NONE;
}

static void remark_message(const sn_cast *cast, const ladder_row *row, ss_buffer *b)
{
    if (row->nth > 1) {
        ss_put_text(b, "sent again (");
        ss_put_u64(b, row->nth);
        ss_put_text(b, "), ");
    }
    if (rp_ladder_is_lost(row)) {
        ss_put_text(b, "lost ");
        ss_put_text(b, row->lost_on_link != 0 ? "on " : "at ");
        if (row->lost_on_link != 0) {
            sn_capture_put_link(b, cast, row->lost_at);
        } else {
            ss_put_text(b, sn_capture_name(cast, row->lost_at));
        }
        ss_put_text(b, ": ");
        ss_put_text(b, sn_cause_text((sn_cause)row->cause));
    } else if (row->arrived == SS_TIME_NEVER) {
        ss_put_text(b, "did not arrive");
    } else {
        ss_put_text(b, "arrives ");
        rp_buffer_ms(b, row->arrived);
        if (row->arrivals > 1) {
            ss_put_text(b, ", and ");
            ss_put_u64(b, row->arrivals - 1u);
            ss_put_text(b, " more of it");
        }
    }
}

static void remark_timer(const sn_cast *cast, const ladder_row *row, ss_buffer *b)
{
    ss_put_text(b, "timer ");
    ss_put_text(b, rp_letter_name(row->letter));
    ss_put_text(b, " fired at ");
    ss_put_text(b, sn_capture_name(cast, row->node));
    ss_put_text(b, " after ");
    rp_buffer_ms(b, row->branch);
    ss_put_text(b, " ms (");
    ss_put(b, ss_method_name((ss_method)row->method));
    ss_put_text(b, row->machine == SS_ICT || row->machine == SS_NICT ? " client)" : " server)");
}

static void remark_event(const sn_cast *cast, const ladder_row *row, ss_buffer *b)
{
    ss_put_text(b, sn_capture_name(cast, row->node));
    ss_put_text(b, ": ");
    ss_put_text(b, sn_call_event_name((sn_call_event)row->event));
    if (row->status != 0) {
        ss_put_char(b, ' ');
        ss_put_u64(b, row->status);
        ss_put_text(b, row->synthetic != 0 ? " (made up)" : "");
    }
}

static void remark_connection(const sn_cast *cast, const ladder_row *row, ss_buffer *b)
{
    ss_put_text(b, sn_capture_name(cast, row->node));
    ss_put_text(b, ": ");
    ss_put(b, ss_transport_name((ss_transport)row->transport));
    ss_put_text(b, " connection with ");
    ss_put_text(b, row->peer == SN_NOBODY ? "nobody" : sn_capture_name(cast, row->peer));
    ss_put_char(b, ' ');
    ss_put_text(b, sn_connection_event_text((sn_connection_event)row->event));
}

static void remark_state(const sn_cast *cast, const ladder_row *row, ss_buffer *b)
{
    ss_put_text(b, sn_capture_name(cast, row->node));
    if (row->machine == SS_MACHINE_COUNT) {
        ss_put_text(b, ": dialog is ");
        ss_put_text(b, rp_dialog_state_name(row->event));
        return;
    }
    ss_put_text(b, ": ");
    ss_put(b, ss_method_name((ss_method)row->method));
    ss_put_text(b,
                row->machine == SS_ICT || row->machine == SS_NICT ? " client is " : " server is ");
    ss_put_text(b, rp_txn_state_name(row->event));
}

const char *rp_ladder_mark(const ladder_row *row)
{
    switch ((ladder_kind)row->kind) {
    case LADDER_CONNECTION:
        return sn_connection_event_name((sn_connection_event)row->event);
    case LADDER_STATE:
        return row->machine == SS_MACHINE_COUNT ? rp_dialog_state_name(row->event)
                                                : rp_txn_state_name(row->event);
    default:
        return sn_call_event_name((sn_call_event)row->event);
    }
}

void rp_ladder_remark(const sn_cast *cast, const ladder_row *row, ss_buffer *b)
{
    switch ((ladder_kind)row->kind) {
    case LADDER_MESSAGE:
    case LADDER_ICMP:
        remark_message(cast, row, b);
        break;
    case LADDER_TIMER:
        remark_timer(cast, row, b);
        break;
    case LADDER_EVENT:
        remark_event(cast, row, b);
        break;
    case LADDER_CONNECTION:
        remark_connection(cast, row, b);
        break;
    case LADDER_STATE:
        remark_state(cast, row, b);
        break;
    }
}
