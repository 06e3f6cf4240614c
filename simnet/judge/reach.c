/* What a scenario may ask for under `reached:`: that each timer fired, or that something happened at least once. */
#include "meter.h"

static const char *const names[REACH_COUNT] = { [SS_TIMER_A] = "timer_a",
                                                [SS_TIMER_B] = "timer_b",
                                                [SS_TIMER_C] = "timer_c",
                                                [SS_TIMER_D] = "timer_d",
                                                [SS_TIMER_E] = "timer_e",
                                                [SS_TIMER_F] = "timer_f",
                                                [SS_TIMER_G] = "timer_g",
                                                [SS_TIMER_H] = "timer_h",
                                                [SS_TIMER_I] = "timer_i",
                                                [SS_TIMER_J] = "timer_j",
                                                [SS_TIMER_K] = "timer_k",
                                                [SS_TIMER_L] = "timer_l",
                                                [SS_TIMER_M] = "timer_m",
                                                [SS_TIMER_N] = "timer_n",
                                                [SS_TIMER_TRYING] = "timer_trying",
                                                [SS_TIMER_TWOXX] = "timer_2xx",
                                                [SS_TIMER_TWOXX_END] = "timer_2xx_end",
                                                [SS_TIMER_REFRESH] = "timer_refresh",
                                                [SS_TIMER_RING] = "timer_ring",
                                                [SS_TIMER_CANCEL] = "timer_cancel",
                                                [SS_TIMER_EXPIRY] = "timer_expiry",
                                                [SS_TIMER_GLARE] = "timer_glare",
                                                [SS_TIMER_RELIABLE] = "timer_reliable",
                                                [SS_TIMER_RELIABLE_END] = "timer_reliable_end",
                                                [SS_TIMER_SESSION] = "timer_session",
#define REACH_NAME(id, name, sentence) [REACH_##id] = name,
                                                REACH_LIST(REACH_NAME) };
static const char *const sentences[REACH_COUNT] = {
    [SS_TIMER_A] = "an INVITE over UDP was due again: 17.1.1.2",
    [SS_TIMER_B] = "64*T1 passed without any response to an INVITE: 17.1.1.2",
    [SS_TIMER_C] = "a proxy heard too little of an INVITE for too long: 16.8",
    [SS_TIMER_D] = "copies of a final response to an INVITE were awaited long enough: 17.1.1.2",
    [SS_TIMER_E] = "another request over UDP was due again: 17.1.2.2",
    [SS_TIMER_F] = "64*T1 passed without a final response to another request: 17.1.2.2",
    [SS_TIMER_G] = "a final response of 300 to 699 to an INVITE was due again: 17.2.1",
    [SS_TIMER_H] = "64*T1 passed without the ACK to it: 17.2.1",
    [SS_TIMER_I] = "copies of that ACK were awaited long enough: 17.2.1",
    [SS_TIMER_J] = "copies of another request were awaited long enough: 17.2.2",
    [SS_TIMER_K] = "copies of a response to another request were awaited long enough: 17.1.2.2",
    [SS_TIMER_L] = "copies of an answered INVITE were awaited long enough: RFC 6026 7.1",
    [SS_TIMER_M] = "further 2xx to an INVITE were awaited long enough: RFC 6026 7.2",
    [SS_TIMER_N] = "a SUBSCRIBE brought no NOTIFY: RFC 6665 4.1.2.4",
    [SS_TIMER_TRYING] = "a stack sent 100 by itself: 200 ms without a word to an INVITE, 17.2.1",
    [SS_TIMER_TWOXX] = "the interval of 2xx copies ran out: 13.3.1.4",
    [SS_TIMER_TWOXX_END] = "64*T1 passed without an ACK to a 2xx: 13.3.1.4",
    [SS_TIMER_REFRESH] = "a registration, a subscription or a publication was refreshed",
    [SS_TIMER_RING] =
        "a user agent's ring limit passed, or the minute after which a 1xx is repeated: 13.3.1.1",
    [SS_TIMER_CANCEL] = "64*T1 passed after a CANCEL: the INVITE was given up, 9.1",
    [SS_TIMER_EXPIRY] =
        "a subscription or a publication was not refreshed in time: RFC 6665 4.2.1.4",
    [SS_TIMER_GLARE] = "the wait after a 491 was over: 14.1",
    [SS_TIMER_RELIABLE] = "a reliable provisional response was due again: RFC 3262 3",
    [SS_TIMER_RELIABLE_END] = "64*T1 passed without the PRACK to it: RFC 3262 3",
    [SS_TIMER_SESSION] = "a session was due to be refreshed, or was not in time: RFC 4028 10",
#define REACH_SENTENCE(id, name, sentence) [REACH_##id] = sentence,
    REACH_LIST(REACH_SENTENCE)
};
_Static_assert((int)SS_TIMER_SESSION == (int)REACH_TIMER_LAST, "a name for each timer");

static bool is_named(ss_slice name, const char *text)
{
    size_t at = 0;
    while (at < name.len && text[at] != '\0' && text[at] == name.at[at]) {
        at++;
    }
    return at == name.len && text[at] == '\0';
}

bool sn_reach_find(ss_slice name, unsigned *nth)
{
    for (unsigned i = 0; i < REACH_COUNT; i++) {
        if (is_named(name, names[i])) {
            *nth = i;
            return true;
        }
    }
    return false;
}

const char *sn_reach_name(unsigned nth)
{
    return nth < REACH_COUNT ? names[nth] : NULL;
}

const char *sn_reach_sentence(unsigned nth)
{
    return nth < REACH_COUNT ? sentences[nth] : NULL;
}

bool sn_meter_reached(const sn_meter *m, unsigned nth)
{
    SS_ASSERT(nth < REACH_COUNT);
    return m->reached[nth];
}

static void resent(sn_meter *m, const ss_note *note)
{
    switch (note->letter) {
    case SS_TIMER_A:
        m->reached[REACH_INVITE_COPY] = true;
        break;
    case SS_TIMER_E:
        m->reached[REACH_REQUEST_COPY] = true;
        break;
    case SS_TIMER_G:
        m->reached[REACH_FINAL_COPY] = true;
        break;
    case SS_TIMER_TWOXX:
        m->reached[REACH_TWOXX_COPY] = true;
        break;
    case SS_LETTER_COUNT:
        m->reached[note->machine == SS_ICT ? REACH_ACK_COPY : REACH_ANSWERED_COPY] = true;
        break;
    default:
        break;
    }
}

static void logged_in(sn_meter *m, unsigned outcome)
{
    static const reach words[SS_AUTH_COUNT] = {
        [SS_AUTH_CHALLENGED] = REACH_CHALLENGE,    [SS_AUTH_ACCEPTED] = REACH_CREDENTIALS_ACCEPTED,
        [SS_AUTH_WRONG] = REACH_CREDENTIALS_WRONG, [SS_AUTH_REPLAYED] = REACH_CREDENTIALS_REPLAYED,
        [SS_AUTH_STALE] = REACH_NONCE_STALE,       [SS_AUTH_TOO_WEAK] = REACH_DOWNGRADE_REFUSED,
        [SS_AUTH_UNPROVED] = REACH_SERVER_UNPROVED
    };
    if (outcome < SS_AUTH_COUNT && words[outcome] != 0) {
        m->reached[words[outcome]] = true;
    }
}

void sn_reach_note(sn_meter *m, const ss_note *note)
{
    switch (note->kind) {
    case SS_NOTE_TIMER:
        if (note->letter < SS_LETTER_COUNT) {
            m->reached[note->letter] = true;
        }
        break;
    case SS_NOTE_RESEND:
        resent(m, note);
        break;
    case SS_NOTE_STRAY:
        m->reached[REACH_STRAY] = true;
        break;
    case SS_NOTE_REFUSED:
        m->reached[REACH_REFUSED] = true;
        break;
    case SS_NOTE_SWITCH:
        m->reached[note->to == SS_TRANSPORT_TCP ? REACH_UDP_TO_TCP : REACH_TCP_TO_UDP] = true;
        break;
    case SS_NOTE_AUTH:
        logged_in(m, note->from);
        break;
    case SS_NOTE_DEFENCE:
        m->reached[REACH_DEFENCE_BLOCK] |= note->from == SS_DEFENCE_BLOCKS;
        m->reached[REACH_DEFENCE_DROPPED] |= note->from != SS_DEFENCE_BLOCKS;
        break;
    case SS_NOTE_HELD:
        m->reached[REACH_HELD_BACK] = true;
        break;
    case SS_NOTE_QUEUE:
        m->reached[REACH_QUEUE_WAIT] |= note->to == SS_QUEUE_TAKEN && note->value > 0;
        m->reached[REACH_QUEUE_REFUSED] |= note->to == SS_QUEUE_REFUSED;
        m->reached[REACH_QUEUE_DROPPED] |= note->to == SS_QUEUE_DROPPED;
        break;
    default:
        break;
    }
}

static void dropped(sn_meter *m, unsigned cause)
{
    switch (cause) {
    case SN_CAUSE_LOSS:
        m->reached[REACH_LOSS] = true;
        break;
    case SN_CAUSE_QUEUE:
        m->reached[REACH_QUEUE_FULL] = true;
        break;
    case SN_CAUSE_EARLY:
        m->reached[REACH_QUEUE_EARLY] = true;
        break;
    case SN_CAUSE_MTU:
        m->reached[REACH_MTU_DROP] = true;
        break;
    case SN_CAUSE_BLACK_HOLE:
        m->reached[REACH_BLACK_HOLE] = true;
        break;
    case SN_CAUSE_REASSEMBLY_TIMEOUT:
        m->reached[REACH_REASSEMBLY_TIMEOUT] = true;
        break;
    default:
        break;
    }
}

static void connection(sn_meter *m, unsigned event)
{
    m->reached[REACH_CONNECTION] |= event == SN_CONNECTION_OPEN;
    m->reached[REACH_CONNECTION_REFUSED] |= event == SN_CONNECTION_REFUSED;
    m->reached[REACH_CONNECTION_LOST] |= event == SN_CONNECTION_LOST;
}

void sn_reach_network(sn_meter *m, const sn_fact *f)
{
    switch (f->kind) {
    case SN_FACT_CONNECTION:
        connection(m, f->connection.event);
        break;
    case SN_FACT_DATAGRAM_SENT:
    case SN_FACT_STREAM_SENT:
        /* TX14 sees to it that a CANCEL follows a 1xx. */
        m->reached[REACH_CANCEL_AFTER_1XX] |=
            f->sip.is_request && f->sip.method == SS_METHOD_CANCEL;
        break;
    case SN_FACT_ICMP_RECEIVED:
        m->reached[REACH_UNREACHABLE] |= sn_icmp_kind_of(f->value) <= SN_ICMP_PORT;
        m->reached[REACH_TOO_BIG] |= sn_icmp_kind_of(f->value) == SN_ICMP_TOO_BIG;
        break;
    case SN_FACT_PATH_MTU:
        m->reached[REACH_PATH_PROBED] |= f->value != 0;
        m->reached[REACH_PATH_NARROWED] |= f->cause == SN_CAUSE_BLACK_HOLE;
        break;
    case SN_FACT_FRAGMENTED:
        m->reached[REACH_FRAGMENT] = true;
        break;
    case SN_FACT_REASSEMBLED:
        m->reached[REACH_REASSEMBLED] = true;
        break;
    case SN_FACT_LINK_DUPLICATED:
        m->reached[REACH_DUPLICATE] = true;
        break;
    case SN_FACT_LINK_REORDERED:
        m->reached[REACH_REORDER] = true;
        break;
    case SN_FACT_EDITED:
        m->reached[REACH_EDITED] = true;
        break;
    case SN_FACT_LINK_DROPPED:
    case SN_FACT_NODE_DROPPED:
        dropped(m, f->cause);
        break;
    default:
        break;
    }
}
