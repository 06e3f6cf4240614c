/* Every cell of the four tables, against expectations copied by hand from the figures: RFC 6026 figures 5 and 7, RFC 3261
 * figures 6 and 8, the latter with RFC 6026 8.8 and RFC 4320. A cell that is not listed here must be empty: a message is
 * dropped with a note, a response of the TU is refused, a timer cannot fire. */
#include "txn_rig.h"

#include <string.h>

typedef struct cell {
    ss_txn_state from;
    const char *event;
    ss_txn_state next;
    unsigned sends;
    ss_up_kind up; /* what comes up, or SS_UP_NOTHING */
} cell;

#define CALLING    SS_TXN_CALLING
#define TRYING     SS_TXN_TRYING
#define PROCEEDING SS_TXN_PROCEEDING
#define COMPLETED  SS_TXN_COMPLETED
#define CONFIRMED  SS_TXN_CONFIRMED
#define ACCEPTED   SS_TXN_ACCEPTED
#define TERMINATED SS_TXN_TERMINATED

static const cell figure_5[] = {
    { CALLING, "Timer A", CALLING, 1, SS_UP_NOTHING },                    /* Reset A, INVITE sent */
    { CALLING, "Timer B", TERMINATED, 0, SS_UP_TIMEOUT },                 /* inform TU */
    { CALLING, "transport error", TERMINATED, 0, SS_UP_TRANSPORT_ERROR }, /* inform TU */
    { CALLING, "1xx from the network", PROCEEDING, 0, SS_UP_RESPONSE },   /* 1xx to TU */
    { CALLING, "2xx from the network", ACCEPTED, 0, SS_UP_RESPONSE },     /* 2xx to TU */
    { CALLING, "300-699 from the network", COMPLETED, 1,
      SS_UP_RESPONSE }, /* ACK sent, resp. to TU */
    { PROCEEDING, "1xx from the network", PROCEEDING, 0, SS_UP_RESPONSE }, /* 1xx to TU */
    { PROCEEDING, "2xx from the network", ACCEPTED, 0, SS_UP_RESPONSE },   /* 2xx to TU */
    { PROCEEDING, "300-699 from the network", COMPLETED, 1,
      SS_UP_RESPONSE },                                               /* ACK sent, resp. to TU */
    { PROCEEDING, "given up by the TU", TERMINATED, 0, SS_UP_ENDED }, /* 9.1, text */
    { COMPLETED, "300-699 from the network", COMPLETED, 1, SS_UP_NOTHING }, /* ACK sent */
    { COMPLETED, "transport error", TERMINATED, 0, SS_UP_TRANSPORT_ERROR }, /* Inform TU */
    { COMPLETED, "Timer D", TERMINATED, 0, SS_UP_ENDED },                   /* - */
    { ACCEPTED, "2xx from the network", ACCEPTED, 0, SS_UP_RESPONSE },      /* 2xx to TU */
    { ACCEPTED, "Timer M", TERMINATED, 0, SS_UP_ENDED },                    /* - */
};

static const cell figure_6[] = {
    { TRYING, "Timer E", TRYING, 1, SS_UP_NOTHING },                          /* send request */
    { TRYING, "Timer F", TERMINATED, 0, SS_UP_TIMEOUT },                      /* inform TU */
    { TRYING, "transport error", TERMINATED, 0, SS_UP_TRANSPORT_ERROR },      /* inform TU */
    { TRYING, "1xx from the network", PROCEEDING, 0, SS_UP_RESPONSE },        /* resp. to TU */
    { TRYING, "200-699 from the network", COMPLETED, 0, SS_UP_RESPONSE },     /* resp. to TU */
    { PROCEEDING, "Timer E", PROCEEDING, 1, SS_UP_NOTHING },                  /* send request */
    { PROCEEDING, "Timer F", TERMINATED, 0, SS_UP_TIMEOUT },                  /* inform TU */
    { PROCEEDING, "transport error", TERMINATED, 0, SS_UP_TRANSPORT_ERROR },  /* inform TU */
    { PROCEEDING, "1xx from the network", PROCEEDING, 0, SS_UP_RESPONSE },    /* resp. to TU */
    { PROCEEDING, "200-699 from the network", COMPLETED, 0, SS_UP_RESPONSE }, /* resp. to TU */
    { COMPLETED, "Timer K", TERMINATED, 0, SS_UP_ENDED },                     /* - */
};

static const cell figure_7[] = {
    { PROCEEDING, "INVITE from the network", PROCEEDING, 1, SS_UP_NOTHING }, /* send response */
    { PROCEEDING, "1xx from the TU", PROCEEDING, 1, SS_UP_NOTHING },         /* send response */
    { PROCEEDING, "200 ms", PROCEEDING, 1, SS_UP_NOTHING }, /* send 100 if TU won't in 200 ms */
    { PROCEEDING, "transport error", PROCEEDING, 0, SS_UP_TRANSPORT_ERROR }, /* Inform TU */
    { PROCEEDING, "given up by the TU", TERMINATED, 0, SS_UP_ENDED }, /* no room to answer: ours */
    { PROCEEDING, "2xx from the TU", ACCEPTED, 1, SS_UP_NOTHING },    /* send response */
    { PROCEEDING, "300-699 from the TU", COMPLETED, 1, SS_UP_NOTHING },    /* send response */
    { COMPLETED, "INVITE from the network", COMPLETED, 1, SS_UP_NOTHING }, /* send response */
    { COMPLETED, "Timer G", COMPLETED, 1, SS_UP_NOTHING },                 /* send response */
    { COMPLETED, "Timer H", TERMINATED, 0,
      SS_UP_TIMEOUT }, /* -, but 17.2.1: MUST indicate to the TU */
    { COMPLETED, "transport error", COMPLETED, 0, SS_UP_TRANSPORT_ERROR }, /* Inform TU */
    { COMPLETED, "ACK from the network", CONFIRMED, 0, SS_UP_NOTHING },    /* - */
    { CONFIRMED, "Timer I", TERMINATED, 0, SS_UP_ENDED },                  /* - */
    { ACCEPTED, "INVITE from the network", ACCEPTED, 0, SS_UP_NOTHING },   /* - */
    { ACCEPTED, "ACK from the network", ACCEPTED, 0, SS_UP_ACK },          /* to TU */
    { ACCEPTED, "2xx from the TU", ACCEPTED, 1, SS_UP_NOTHING },           /* send response */
    { ACCEPTED, "transport error", ACCEPTED, 0, SS_UP_TRANSPORT_ERROR },   /* Inform TU */
    { ACCEPTED, "Timer L", TERMINATED, 0, SS_UP_ENDED },                   /* - */
};

static const cell figure_8[] = {
    { TRYING, "1xx from the TU", PROCEEDING, 1, SS_UP_NOTHING },              /* send response */
    { TRYING, "200-699 from the TU", COMPLETED, 1, SS_UP_NOTHING },           /* send response */
    { TRYING, "Timer E would reach T2", PROCEEDING, 1, SS_UP_NOTHING },       /* RFC 4320 4.1 */
    { TRYING, "given up by the TU", TERMINATED, 0, SS_UP_ENDED },             /* RFC 4320 4.2 */
    { PROCEEDING, "request from the network", PROCEEDING, 1, SS_UP_NOTHING }, /* send response */
    { PROCEEDING, "1xx from the TU", PROCEEDING, 1, SS_UP_NOTHING },          /* send response */
    { PROCEEDING, "200-699 from the TU", COMPLETED, 1, SS_UP_NOTHING },       /* send response */
    { PROCEEDING, "transport error", PROCEEDING, 0, SS_UP_TRANSPORT_ERROR },  /* RFC 6026 8.8 */
    { PROCEEDING, "given up by the TU", TERMINATED, 0, SS_UP_ENDED },         /* RFC 4320 4.2 */
    { COMPLETED, "request from the network", COMPLETED, 1, SS_UP_NOTHING },   /* send response */
    { COMPLETED, "transport error", COMPLETED, 0, SS_UP_TRANSPORT_ERROR },    /* RFC 6026 8.8 */
    { COMPLETED, "Timer J", TERMINATED, 0, SS_UP_ENDED },                     /* - */
};

typedef struct figure {
    const cell *cells;
    size_t count;
    const char *method;
    ss_txn_state states[4];
    unsigned state_count;
} figure;

static const figure figures[SS_MACHINE_COUNT] = {
    [SS_ICT] = { figure_5,
                 SS_COUNT(figure_5),
                 "INVITE",
                 { CALLING, PROCEEDING, COMPLETED, ACCEPTED },
                 4 },
    [SS_NICT] = { figure_6, SS_COUNT(figure_6), "OPTIONS", { TRYING, PROCEEDING, COMPLETED }, 3 },
    [SS_IST] = { figure_7,
                 SS_COUNT(figure_7),
                 "INVITE",
                 { PROCEEDING, COMPLETED, CONFIRMED, ACCEPTED },
                 4 },
    [SS_NIST] = { figure_8, SS_COUNT(figure_8), "OPTIONS", { TRYING, PROCEEDING, COMPLETED }, 3 },
};

static bool is_client(ss_machine machine)
{
    return machine == SS_ICT || machine == SS_NICT;
}

/* ---- reaching a state ---- */

static ss_ref reach_client(txn_rig *rig, ss_machine machine, ss_txn_state state)
{
    const char *method = figures[machine].method;
    const ss_ref txn = rig_request(rig, method);
    if (state == PROCEEDING) {
        rig_answer(rig, method, 180);
    } else if (state == COMPLETED) {
        rig_answer(rig, method, 404);
    } else if (state == ACCEPTED) {
        rig_answer(rig, method, 200);
    }
    return txn;
}

static ss_ref reach_server(txn_rig *rig, ss_machine machine, ss_txn_state state)
{
    const ss_ref txn = rig_serve(rig, figures[machine].method);
    if (state == COMPLETED || state == CONFIRMED) {
        CHECK_OK(rig_respond(rig, txn, 404, NULL));
    } else if (state == ACCEPTED) {
        CHECK_OK(rig_respond(rig, txn, 200, NULL));
    } else if (state == PROCEEDING && machine == SS_NIST) {
        CHECK_EQ(rig_next_timer(rig, SS_TIMER_TRYING), SS_MS(3500));
    }
    if (state == CONFIRMED) {
        rig_peer_sends(rig, "ACK");
    }
    return txn;
}

static ss_ref reach(txn_rig *rig, ss_machine machine, ss_txn_state state)
{
    const ss_ref txn =
        is_client(machine) ? reach_client(rig, machine, state) : reach_server(rig, machine, state);
    CHECK_EQ(rig_state(rig, txn), state);
    return txn;
}

/* ---- making an event happen ---- */

static bool is_timer(const char *event)
{
    return strncmp(event, "Timer", 5) == 0 || strcmp(event, "200 ms") == 0;
}

static ss_letter letter_of(const char *event)
{
    static const char *const names[] = { "Timer A", "Timer B", "Timer C", "Timer D", "Timer E",
                                         "Timer F", "Timer G", "Timer H", "Timer I", "Timer J",
                                         "Timer K", "Timer L", "Timer M" };
    for (unsigned i = 0; i < SS_COUNT(names); i++) {
        if (strcmp(event, names[i]) == 0) {
            return (ss_letter)(SS_TIMER_A + i);
        }
    }
    return SS_TIMER_TRYING;
}

static unsigned status_of(const char *event)
{
    if (event[0] == '1') {
        return 100;
    }
    return strncmp(event, "2xx", 3) == 0 || strncmp(event, "200", 3) == 0 ? 200 : 486;
}

/* True when the TU was refused. */
static bool provoke_message(txn_rig *rig, ss_machine machine, ss_ref txn, const char *event)
{
    const char *method = figures[machine].method;
    if (strcmp(event, "given up by the TU") == 0) {
        rig_at(rig, rig->turn.now);
        rig->up = ss_txn_abandon(&rig->core, &rig->turn, txn);
        rig_rewind(rig);
    } else if (strcmp(event, "transport error") == 0) {
        uint32_t cursor = 0;
        rig_break_path(rig, &cursor);
    } else if (strstr(event, "from the TU") != NULL) {
        rig->up = (ss_up){ .kind = SS_UP_NOTHING };
        return rig_respond(rig, txn, status_of(event), NULL) == SS_ERR_STATE;
    } else if (strcmp(event, "ACK from the network") == 0) {
        rig_peer_sends(rig, "ACK");
    } else if (!is_client(machine)) {
        rig_peer_sends(rig, method);
    } else {
        rig_answer(rig, method, status_of(event));
    }
    return false;
}

static ss_transport transport_for(ss_machine machine, ss_txn_state state, const char *event)
{
    const bool is_100 =
        machine == SS_NIST && state == TRYING && strcmp(event, "1xx from the TU") == 0;
    return is_100 ? SS_TRANSPORT_TCP : SS_TRANSPORT_UDP; /* RFC 4320 4.1 forbids it over UDP */
}

static void check_drawn(ss_machine machine, const cell *c)
{
    txn_rig *rig = rig_start(transport_for(machine, c->from, c->event));
    const ss_ref txn = reach(rig, machine, c->from);
    if (machine == SS_IST && c->from == PROCEEDING &&
        strcmp(c->event, "INVITE from the network") == 0) {
        CHECK_OK(rig_respond(rig, txn, 180, NULL)); /* there must be a response to send again */
    }
    if (is_timer(c->event)) {
        CHECK(rig_next_timer(rig, letter_of(c->event)) != SS_TIME_NEVER);
    } else {
        CHECK(!provoke_message(rig, machine, txn, c->event));
    }
    CHECK_EQ(rig_sends(rig), c->sends);
    CHECK_EQ(rig->up.kind, c->up);
    rig_rewind(rig);
    CHECK_NULL(rig_note(rig, SS_NOTE_STRAY));
    rig_rewind(rig);
    const ss_note *moved = rig_note(rig, SS_NOTE_TXN);
    CHECK_EQ(moved != NULL, c->next != c->from);
    if (moved != NULL) {
        CHECK_EQ(moved->from, c->from);
        CHECK_EQ(moved->to, c->next);
        CHECK_EQ(moved->machine, machine);
    }
    CHECK_EQ(rig->core.txns, c->next == TERMINATED ? 0 : 1);
    if (c->next != TERMINATED) {
        CHECK_EQ(rig_state(rig, txn), c->next);
    }
}

/* No such timer fires as long as the state lasts. */
static void check_no_timer(txn_rig *rig, ss_txn_state state, ss_ref txn, ss_letter letter)
{
    while (rig->core.txns == 1 && rig_state(rig, txn) == state && rig->turn.now < SS_S(120) &&
           rig_tick(rig)) {
        const ss_note *fired = rig_note(rig, SS_NOTE_TIMER);
        CHECK_NOT_NULL(fired);
        CHECK(fired->from != state || fired->letter != letter);
    }
}

static void check_empty(ss_machine machine, ss_txn_state state, const char *event)
{
    txn_rig *rig = rig_start(transport_for(machine, state, event));
    const ss_ref txn = reach(rig, machine, state);
    if (is_timer(event)) {
        check_no_timer(rig, state, txn, letter_of(event));
        return;
    }
    const bool is_refused = provoke_message(rig, machine, txn, event);
    CHECK_EQ(is_refused, strstr(event, "from the TU") != NULL);
    CHECK_EQ(rig_sends(rig), 0);
    CHECK_EQ(rig->up.kind, SS_UP_NOTHING);
    CHECK_EQ(rig_state(rig, txn), state);
    rig_rewind(rig);
    CHECK_EQ(rig_note(rig, SS_NOTE_STRAY) != NULL, strstr(event, "from the network") != NULL);
}

static const cell *find(ss_machine machine, ss_txn_state state, const char *event)
{
    for (size_t i = 0; i < figures[machine].count; i++) {
        const cell *c = &figures[machine].cells[i];
        if (c->from == state && strcmp(c->event, event) == 0) {
            return c;
        }
    }
    return NULL;
}

static void check_machine(ss_machine machine)
{
    const figure *f = &figures[machine];
    size_t drawn = 0;
    for (unsigned s = 0; s < f->state_count; s++) {
        for (unsigned e = 0; e < ss_txn_event_count(machine); e++) {
            const ss_txn_cell shown = ss_txn_table(machine, f->states[s], e);
            const cell *c = find(machine, f->states[s], shown.event);
            CHECK_EQ(shown.act != NULL, c != NULL);
            if (c == NULL) {
                check_empty(machine, f->states[s], shown.event);
            } else {
                CHECK_EQ(shown.next, c->next);
                check_drawn(machine, c);
                drawn++;
            }
        }
    }
    CHECK_EQ(drawn, f->count); /* no expectation names an event that is not there */
}

TEST(invite_client_cells_equal_figure_5_of_rfc_6026)
{
    check_machine(SS_ICT);
}

TEST(noninvite_client_cells_equal_figure_6)
{
    check_machine(SS_NICT);
}

TEST(invite_server_cells_equal_figure_7_of_rfc_6026)
{
    check_machine(SS_IST);
}

TEST(noninvite_server_cells_equal_figure_8_with_rfc_4320)
{
    check_machine(SS_NIST);
}

TEST(states_that_a_figure_lacks_have_no_cells)
{
    for (unsigned m = 0; m < SS_MACHINE_COUNT; m++) {
        for (unsigned s = 0; s < SS_TXN_STATE_COUNT; s++) {
            bool is_drawn = false;
            for (unsigned i = 0; i < figures[m].state_count; i++) {
                is_drawn = is_drawn || figures[m].states[i] == (ss_txn_state)s;
            }
            for (unsigned e = 0; !is_drawn && e < ss_txn_event_count((ss_machine)m); e++) {
                CHECK_NULL(ss_txn_table((ss_machine)m, (ss_txn_state)s, e).act);
            }
        }
    }
}
