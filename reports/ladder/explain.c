/* A call told in sentences, cause by cause: what was sent and died where, which timer fired because of it, which state that
 * ended, what the RFC asks for there. Messages that came through without more are told in few words.
 */
#include "ladder/ladder.h"

#include "sn/capture.h"
#include "ss/msg.h"
#include "words.h"

/* What a timer is for: the sections are those that the stack's files name. */
typedef struct timer_words {
    const char *section, *asks;
} timer_words;

static const timer_words asked[SS_LETTER_COUNT] = {
    [SS_TIMER_A] = { "RFC 3261 17.1.1.2", "an INVITE that nothing answered goes out again over an "
                                          "unreliable transport, each time after twice as long" },
    [SS_TIMER_B] = { "RFC 3261 17.1.1.2",
                     "an INVITE that nothing answered for 64*T1 has timed out; "
                     "its user is told as if a 408 had come (8.1.3.1)" },
    [SS_TIMER_C] = { "RFC 3261 16.8",
                     "a proxy waits no longer than this for a final response to an "
                     "INVITE: it cancels, or makes a 408" },
    [SS_TIMER_D] = { "RFC 3261 17.1.1.2",
                     "copies of the final response are still answered with the "
                     "ACK until now; then the transaction is gone" },
    [SS_TIMER_E] = { "RFC 3261 17.1.2.2",
                     "a request without a final response goes out again over an "
                     "unreliable transport, at most T2 apart" },
    [SS_TIMER_F] = { "RFC 3261 17.1.2.2", "a request without a final response for 64*T1 has timed "
                                          "out" },
    [SS_TIMER_G] = { "RFC 3261 17.2.1",
                     "a final response of 300 to 699 goes out again until the ACK "
                     "comes, at most T2 apart" },
    [SS_TIMER_H] = { "RFC 3261 17.2.1", "a server waits 64*T1 for the ACK and then gives up" },
    [SS_TIMER_I] = { "RFC 3261 17.2.1", "copies of the ACK are taken in silence until now" },
    [SS_TIMER_J] = { "RFC 3261 17.2.2", "copies of the request are still answered until now" },
    [SS_TIMER_K] = { "RFC 3261 17.1.2.2", "copies of the final response are taken in silence until "
                                          "now" },
    [SS_TIMER_L] = { "RFC 6026",
                     "a server transaction that passed a 2xx takes copies of the INVITE "
                     "in silence until now" },
    [SS_TIMER_M] = { "RFC 6026", "a client transaction that got a 2xx passes further ones on until "
                                 "now" },
    [SS_TIMER_N] = { "RFC 6665 4.1.2.4", "a subscriber waits 64*T1 for the first NOTIFY" },
    [SS_TIMER_TRYING] = { "RFC 3261 17.2.1, RFC 4320 4.1",
                          "a server that has no answer yet says 100" },
    [SS_TIMER_TWOXX] = { "RFC 3261 13.3.1.4",
                         "a 2xx goes out again, on any transport, until its ACK "
                         "comes" },
    [SS_TIMER_TWOXX_END] = { "RFC 3261 13.3.1.4",
                             "no ACK came in 64*T1: the session is to be ended "
                             "with a BYE" },
    [SS_TIMER_CANCEL] = { "RFC 3261 9.1",
                          "64*T1 after the CANCEL the INVITE is as good as cancelled" },
    [SS_TIMER_GLARE] = { "RFC 3261 14.1", "after a 491 the re-INVITE is tried again" },
    [SS_TIMER_RELIABLE] = { "RFC 3262 3",
                            "a reliable provisional response goes out again until its "
                            "PRACK comes" },
    [SS_TIMER_RELIABLE_END] = { "RFC 3262 3", "no PRACK came in 64*T1: the INVITE is refused" },
    [SS_TIMER_SESSION] = { "RFC 4028", "a session that nobody refreshed ends" },
};

_Static_assert(SS_LETTER_COUNT <= 32, "a bit for each letter");

typedef struct telling {
    const sn_cast *cast;
    const ladder_call *call;
    rp_file *out;
    uint32_t said;  /* bit per letter: what the RFC asks there */
    uint32_t quiet; /* messages that came through since the last sentence */
} telling;

static void put_name(const telling *t, uint32_t node)
{
    rp_put_plain(t->out, node == SN_NOBODY ? "nobody" : sn_capture_name(t->cast, node));
}

static void end_quiet(telling *t)
{
    if (t->quiet != 0) {
        rp_put_text(t->out, "                 (");
        rp_put_u64(t->out, t->quiet);
        rp_put_text(t->out, t->quiet == 1 ? " more message came through)\n"
                                          : " more messages came through)\n");
        t->quiet = 0;
    }
}

static void begin_sentence(telling *t, ss_time at)
{
    char time[32];
    ss_buffer b = ss_buffer_on(time, sizeof time);
    end_quiet(t);
    rp_buffer_ms(&b, at);
    for (size_t i = b.len; i < 13; i++) {
        rp_put_char(t->out, ' ');
    }
    rp_put(t->out, ss_buffer_slice(&b));
    rp_put_text(t->out, " ms ");
}

static void put_label(telling *t, const ladder_row *row)
{
    char label[64];
    ss_buffer b = ss_buffer_on(label, sizeof label);
    rp_ladder_label(&b, row);
    rp_put(t->out, ss_buffer_slice(&b));
}

/* The first of its kind, or one that was lost, or a copy: worth a sentence. */
static bool is_worth_telling(const ladder_row *row)
{
    return row->nth > 1 || rp_ladder_is_lost(row) || row->arrived == SS_TIME_NEVER ||
           row->is_request != 0 || row->status >= 200;
}

static void tell_message(telling *t, const ladder_row *row)
{
    if (!is_worth_telling(row)) {
        t->quiet++;
        return;
    }
    begin_sentence(t, row->at);
    put_name(t, row->node);
    rp_put_text(t->out, " sends ");
    put_label(t, row);
    rp_put_text(t->out, " to ");
    put_name(t, row->peer);
    if (row->nth > 1) {
        rp_put_text(t->out, " again, copy ");
        rp_put_u64(t->out, row->nth);
    }
    if (rp_ladder_is_lost(row)) {
        char where[128];
        ss_buffer b = ss_buffer_on(where, sizeof where);
        rp_put_text(t->out, row->lost_on_link != 0 ? "; it dies on " : "; it dies at ");
        if (row->lost_on_link != 0) {
            sn_capture_put_link(&b, t->cast, row->lost_at);
        } else {
            ss_put_text(&b, sn_capture_name(t->cast, row->lost_at));
        }
        rp_put(t->out, ss_buffer_slice(&b));
        rp_put_text(t->out, ": ");
        rp_put_text(t->out, sn_cause_text((sn_cause)row->cause));
    } else if (row->arrived == SS_TIME_NEVER) {
        rp_put_text(t->out, "; it does not arrive");
    }
    rp_put_text(t->out, ".\n");
}

/* The state that this node's transaction of the method was in before row `at`; SN_NOBODY when it is not known. */
static uint32_t state_before(const ladder_call *call, uint32_t at)
{
    const ladder_row *row = &call->rows[at];
    for (uint32_t i = at; i-- > 0;) {
        const ladder_row *r = &call->rows[i];
        if (r->kind == LADDER_STATE && r->node == row->node && r->machine == row->machine &&
            r->method == row->method) {
            return r->event;
        }
    }
    return SN_NOBODY;
}

static void tell_timer(telling *t, uint32_t at)
{
    const ladder_row *row = &t->call->rows[at];
    begin_sentence(t, row->at);
    rp_put_text(t->out, "timer ");
    rp_put_text(t->out, rp_letter_name(row->letter));
    rp_put_text(t->out, " fires at ");
    put_name(t, row->node);
    rp_put_text(t->out, " after ");
    rp_put_ms(t->out, row->branch);
    rp_put_text(t->out, " ms.\n");
    if (row->letter < SS_LETTER_COUNT && asked[row->letter].asks != NULL &&
        (t->said >> row->letter & 1u) == 0) {
        t->said |= UINT32_C(1) << row->letter;
        rp_put_text(t->out, "                 ");
        rp_put_text(t->out, asked[row->letter].section);
        rp_put_text(t->out, ": ");
        rp_put_text(t->out, asked[row->letter].asks);
        rp_put_text(t->out, ".\n");
    }
}

static void tell_state(telling *t, uint32_t at)
{
    const ladder_row *row = &t->call->rows[at];
    const bool is_dialog = row->machine == SS_MACHINE_COUNT;
    const char *(*name)(unsigned) = is_dialog ? rp_dialog_state_name : rp_txn_state_name;
    const uint32_t before = state_before(t->call, at);
    begin_sentence(t, row->at);
    rp_put_text(t->out, is_dialog ? "the dialog of " : "the transaction of ");
    put_name(t, row->node);
    if (!is_dialog) {
        rp_put_text(t->out, " (");
        rp_put(t->out, ss_method_name((ss_method)row->method));
        rp_put_text(t->out,
                    row->machine == SS_ICT || row->machine == SS_NICT ? " client)" : " server)");
    }
    if (before != SN_NOBODY && before != row->event) {
        rp_put_text(t->out, " leaves ");
        rp_put_text(t->out, name(before));
        rp_put_text(t->out, " for ");
    } else {
        rp_put_text(t->out, " is ");
    }
    rp_put_text(t->out, name(row->event));
    rp_put_text(t->out, ".\n");
}

static void tell_remark(telling *t, const ladder_row *row)
{
    char text[LADDER_REMARK_BYTES];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    rp_ladder_remark(t->cast, row, &b);
    begin_sentence(t, row->at);
    rp_put(t->out, ss_buffer_slice(&b));
    rp_put_text(t->out, row->synthetic != 0
                            ? "; nobody sent that, it follows from what came before.\n"
                            : ".\n");
}

void rp_ladder_explain(rp_file *out, const sn_cast *cast, const ladder_call *call)
{
    telling t = { .cast = cast, .call = call, .out = out };
    for (uint32_t i = 0; i < call->count; i++) {
        const ladder_row *row = &call->rows[i];
        switch ((ladder_kind)row->kind) {
        case LADDER_MESSAGE:
            tell_message(&t, row);
            break;
        case LADDER_TIMER:
            tell_timer(&t, i);
            break;
        case LADDER_STATE:
            tell_state(&t, i);
            break;
        case LADDER_EVENT:
        case LADDER_CONNECTION:
        case LADDER_ICMP:
            tell_remark(&t, row);
            break;
        }
    }
    end_quiet(&t);
    if (call->left_out != 0) {
        rp_put_text(out, "... and ");
        rp_put_u64(out, call->left_out);
        rp_put_text(out, " more\n");
    }
}
