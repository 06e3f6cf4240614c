/* See flow.h. A loss is a recorded decision about a message, whose Call-ID and number are read from a run without losses: both
 * are the same in every run of a tape. */
#include "flow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "sn/judge.h"
#include "sn/scenario.h"
#include "sn/world.h"

enum { LADDER_BYTES = 1 << 18, TAPE_MAX = 256, WAYS_MAX = 256, ORDERS = 100 };

typedef struct flow {
    sn_scenario *scenario;
    const sn_cast *cast;
    sn_judge *judge;
    sn_checker *checker;
    const flow_loss *losses;
    sn_decision tape[TAPE_MAX];
    size_t tape_count;
    struct {
        uint64_t way;
        uint32_t first;
    } ways[WAYS_MAX];
    size_t way_count;
    unsigned met[FLOW_LOSSES_MAX]; /* messages that a loss is about */
    ss_buffer ladder;
} flow;

static char ladder_text[LADDER_BYTES];

/* ---- the ladder ---- */

static void put_number(ss_buffer *b, uint64_t number, size_t width)
{
    char digits[24];
    ss_buffer text = ss_buffer_on(digits, sizeof digits);
    ss_put_u64(&text, number);
    for (size_t i = text.len; i < width; i++) {
        ss_put_char(b, ' ');
    }
    ss_put(b, ss_buffer_slice(&text));
}

static void put_who(flow *f, const sn_fact *fact)
{
    const char *name = f->cast->nodes[fact->entity].name;
    put_number(&f->ladder, fact->key.at, 15);
    ss_put_text(&f->ladder, " ");
    ss_put_text(&f->ladder, name);
    for (size_t i = strlen(name); i < 9; i++) {
        ss_put_char(&f->ladder, ' ');
    }
}

static void put_message(flow *f, const sn_fact *fact, const char *verb, const char *preposition)
{
    const ss_slice method = ss_method_name((ss_method)fact->sip.method);
    put_who(f, fact);
    ss_put_text(&f->ladder, verb);
    if (!fact->sip.is_request) {
        ss_put_u64(&f->ladder, fact->sip.status);
        ss_put_char(&f->ladder, ' ');
    }
    ss_put(&f->ladder, method);
    ss_put_text(&f->ladder, preposition);
    ss_put_text(&f->ladder, fact->peer == SN_NOBODY ? "nobody" : f->cast->nodes[fact->peer].name);
    ss_put_char(&f->ladder, '\n');
}

static void put_note(flow *f, const sn_fact *fact)
{
    static const char *const letters[SS_LETTER_COUNT] = {
#define LETTER_WORD(name) [SS_TIMER_##name] = #name,
        SS_LETTER_LIST(LETTER_WORD)
    };
    static const char *const dialogs[] = { "none", "early", "confirmed", "terminated" };
    if (fact->note.kind == SS_NOTE_TIMER) {
        put_who(f, fact);
        ss_put_text(&f->ladder, "timer ");
        ss_put_text(&f->ladder, letters[fact->note.letter]);
        ss_put_text(&f->ladder, " after ");
        ss_put_u64(&f->ladder, fact->note.value);
        ss_put_char(&f->ladder, '\n');
    } else if (fact->note.kind == SS_NOTE_DIALOG) {
        put_who(f, fact);
        ss_put_text(&f->ladder, "dialog ");
        ss_put_text(&f->ladder, dialogs[fact->note.to]);
        ss_put_char(&f->ladder, '\n');
    } else if (fact->note.kind == SS_NOTE_STRAY) {
        put_who(f, fact);
        ss_put_text(&f->ladder, "drops it\n");
    }
}

static void put_call(flow *f, const sn_fact *fact)
{
    put_who(f, fact);
    ss_put_text(&f->ladder, sn_call_event_name((sn_call_event)fact->call.event));
    if (fact->call.status != 0) {
        ss_put_char(&f->ladder, ' ');
        ss_put_u64(&f->ladder, fact->call.status);
    }
    ss_put_char(&f->ladder, '\n');
}

static void put_drop(flow *f, const sn_fact *fact)
{
    put_number(&f->ladder, fact->key.at, 15);
    ss_put_text(&f->ladder, " lost: a message of ");
    ss_put_text(&f->ladder, f->cast->nodes[fact->packet.origin].name);
    ss_put_char(&f->ladder, '\n');
}

/* Of two line ends, or one. RFC5626:4.4.1 */
static void put_stream(flow *f, const sn_fact *fact, bool sent)
{
    if (fact->value > 4) {
        put_message(f, fact, sent ? "sends " : "gets ", sent ? " by TCP to " : " by TCP from ");
        return;
    }
    put_who(f, fact);
    ss_put_text(&f->ladder, sent ? "sends " : "gets ");
    ss_put_text(&f->ladder, fact->value == 4 ? "a keep-alive" : "its answer");
    ss_put_text(&f->ladder, sent ? " to " : " from ");
    ss_put_text(&f->ladder, f->cast->nodes[fact->peer].name);
    ss_put_char(&f->ladder, '\n');
}

static void put_connection(flow *f, const sn_fact *fact)
{
    put_who(f, fact);
    ss_put_text(&f->ladder, "connection with ");
    ss_put_text(&f->ladder, f->cast->nodes[fact->peer].name);
    ss_put_char(&f->ladder, ' ');
    ss_put_text(&f->ladder, sn_connection_event_text((sn_connection_event)fact->connection.event));
    ss_put_char(&f->ladder, '\n');
}

/* Which a message of STUN is, by the two bits of its class: RFC8489:5 */
static const char *stun_word(ss_slice datagram)
{
    static const char *const words[] = { "a Binding request", "a Binding indication",
                                         "a Binding response", "a Binding error" };
    const bool is_stun = datagram.len >= 20 && (unsigned char)datagram.at[0] <= 1;
    return is_stun ? words[(datagram.at[0] & 1) << 1 | (datagram.at[1] >> 4 & 1)] : NULL;
}

static void put_datagram(flow *f, const sn_fact *fact, ss_slice packet, bool sent)
{
    const char *word = fact->sip.is_sip ? NULL : stun_word(packet);
    if (word == NULL) {
        put_message(f, fact, sent ? "sends " : "gets ", sent ? " to " : " from ");
        return;
    }
    put_who(f, fact);
    ss_put_text(&f->ladder, sent ? "sends " : "gets ");
    ss_put_text(&f->ladder, word);
    ss_put_text(&f->ladder, sent ? " to " : " from ");
    ss_put_text(&f->ladder, f->cast->nodes[fact->peer].name);
    ss_put_char(&f->ladder, '\n');
}

static void put_fact(flow *f, const sn_fact *fact, ss_slice packet)
{
    switch (fact->kind) {
    case SN_FACT_STREAM_SENT:
        put_stream(f, fact, true);
        break;
    case SN_FACT_STREAM_RECEIVED:
        put_stream(f, fact, false);
        break;
    case SN_FACT_CONNECTION:
        put_connection(f, fact);
        break;
    case SN_FACT_DATAGRAM_SENT:
        put_datagram(f, fact, packet, true);
        break;
    case SN_FACT_DATAGRAM_RECEIVED:
        put_datagram(f, fact, packet, false);
        break;
    case SN_FACT_NOTE:
        put_note(f, fact);
        break;
    case SN_FACT_CALL:
    case SN_FACT_REGISTRATION:
        put_call(f, fact);
        break;
    case SN_FACT_LINK_DROPPED:
        put_drop(f, fact);
        break;
    default:
        break;
    }
}

static void see(void *self, const sn_fact *fact, ss_slice packet)
{
    flow *f = self;
    sn_judge_fact(f->judge, fact, packet);
    sn_checker_fact(f->checker, fact);
    put_fact(f, fact, packet);
}

/* ---- losses ---- */

static bool is_lost(const flow_loss *loss, const sn_cast *cast, const sn_fact *fact)
{
    return fact->kind == SN_FACT_DATAGRAM_SENT && fact->sip.method == loss->method &&
           fact->sip.status == loss->status &&
           strcmp(cast->nodes[fact->entity].name, loss->node) == 0;
}

/* The first number of its call that a node sent, of requests or of responses: decisions count from there (sn/decisions.h). */
static uint32_t first_number(flow *f, const sn_fact *fact)
{
    const uint64_t way =
        ss_mix_absorb(ss_mix_absorb(fact->entity, fact->sip.call_id), fact->sip.status != 0);
    for (size_t i = 0; i < f->way_count; i++) {
        if (f->ways[i].way == way) {
            return f->ways[i].first;
        }
    }
    CHECK(f->way_count < WAYS_MAX);
    f->ways[f->way_count].way = way;
    f->ways[f->way_count].first = fact->sip.cseq;
    return f->ways[f->way_count++].first;
}

/* From the first such message that a run without losses sends. */
static void record_losses(void *self, const sn_fact *fact, ss_slice packet)
{
    flow *f = self;
    (void)packet;
    const bool is_sent = fact->kind == SN_FACT_DATAGRAM_SENT && fact->sip.is_sip;
    const uint32_t first = is_sent ? first_number(f, fact) : 0;
    for (unsigned i = 0; i < FLOW_LOSSES_MAX && f->losses[i].node != NULL; i++) {
        const flow_loss *loss = &f->losses[i];
        if (!is_lost(loss, f->cast, fact) || (++f->met[i] != loss->which && loss->which != 0)) {
            continue;
        }
        for (unsigned nth = loss->first; nth <= loss->last; nth++) {
            CHECK(f->tape_count < TAPE_MAX);
            f->tape[f->tape_count++] =
                (sn_decision){ .kind = SN_DECISION_DROP,
                               .outcome = 1,
                               .point = { .place = sn_link_id(f->cast, SN_UP(fact->entity)),
                                          .entity = SN_UP(fact->entity),
                                          .call = fact->sip.call_id,
                                          .cseq = fact->sip.cseq - first + 1,
                                          .status = fact->sip.status,
                                          .method = fact->sip.method,
                                          .is_sip = 1,
                                          .nth = nth } };
        }
    }
}

/* ---- runs ---- */

static char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    char *text = calloc(1, LADDER_BYTES);
    *length = fread(text, 1, LADDER_BYTES - 1, file);
    fclose(file);
    return text;
}

static void load(flow *f, const char *name, sn_order order, uint64_t order_seed)
{
    char path[512];
    size_t length = 0;
    const bool is_shipped = strncmp(name, "shipped/", 8) == 0;
    snprintf(path, sizeof path, "%s/%s/%s.yaml", SIPSIM_SOURCE_DIR,
             is_shipped ? "scenarios" : "tests/scenario/flows", is_shipped ? name + 8 : name);
    char *text = read_file(path, &length);
    CHECK_NOT_NULL(text);
    const sn_scenario_file file = { name, { text, length } };
    f->scenario = sn_scenario_load(&(sn_scenario_options){
        .files = &file, .file_count = 1, .order = &order, .order_seed = &order_seed });
    free(text);
    CHECK_NOT_NULL(f->scenario);
    const sn_mistake *mistake = sn_scenario_mistake(f->scenario, 0);
    CHECK_STR(mistake == NULL ? NULL : mistake->message, NULL);
    f->cast = &sn_scenario_plan(f->scenario)->cast;
}

static void run(flow *f, void (*fact)(void *, const sn_fact *, ss_slice))
{
    const sn_plan *plan = sn_scenario_plan(f->scenario);
    const sn_sink sink = { f, fact };
    sn_decisions *tape = f->losses == NULL ? NULL : sn_decisions_new(plan->seed);
    if (tape != NULL) {
        CHECK_OK(sn_decisions_play(tape, f->tape, f->tape_count));
    }
    sn_world *w = sn_world_new(
        plan, &(sn_world_options){ .sinks = &sink, .sink_count = 1, .decisions = tape });
    CHECK_NOT_NULL(w);
    CHECK_EQ(sn_world_run(w, UINT64_MAX), SN_RUN_DONE);
    if (f->judge != NULL) {
        sn_judge_finish(f->judge, sn_world_now(w), false);
    }
    sn_world_free(w);
    sn_decisions_free(tape);
}

static void check_laws(const flow *f)
{
    const sn_violation *first = sn_judge_violation(f->judge, 0);
    CHECK_STR(first == NULL ? NULL : first->text, NULL);
    CHECK_EQ(sn_judge_violation_count(f->judge), 0);
}

/* The number of the story's checks that failed. */
static uint32_t judge_run(flow *f)
{
    sn_plan *plan = sn_scenario_plan(f->scenario);
    f->ladder = ss_buffer_on(ladder_text, sizeof ladder_text);
    f->judge = sn_judge_new(f->cast, SN_ALL_LAWS);
    f->checker = sn_checker_new(f->cast, plan->checks, plan->check_count);
    CHECK_NOT_NULL(f->judge);
    CHECK_NOT_NULL(f->checker);
    run(f, see);
    check_laws(f);
    const uint32_t failed = sn_checker_finish(f->checker);
    for (uint32_t i = 0; failed != 0 && i < plan->check_count; i++) {
        const sn_check *c = &plan->checks[i];
        printf("line %u: %s: seen %u, nearest %llu\n", c->line, c->text, c->seen,
               (unsigned long long)c->nearest);
    }
    sn_judge_free(f->judge);
    sn_checker_free(f->checker);
    f->judge = NULL;
    f->checker = NULL;
    CHECK(!f->ladder.overflow);
    return failed;
}

/* A new or changed ladder is left in the working directory as <last part of the name>.ladder. */
static void check_ladder(const flow *f, const char *name)
{
    char path[512], left[128];
    size_t length = 0;
    const char *slash = strrchr(name, '/');
    snprintf(path, sizeof path, "%s/tests/scenario/flows/%s.ladder", SIPSIM_SOURCE_DIR, name);
    snprintf(left, sizeof left, "%s.ladder", slash == NULL ? name : slash + 1);
    FILE *file = fopen(left, "wb");
    CHECK_NOT_NULL(file);
    CHECK_EQ(fwrite(f->ladder.at, 1, f->ladder.len, file), f->ladder.len);
    fclose(file);
    char *golden = read_file(path, &length);
    const bool same =
        golden != NULL && length == f->ladder.len && memcmp(golden, f->ladder.at, length) == 0;
    free(golden);
    CHECK(same);
    CHECK_EQ(remove(left), 0);
}

void flow_check(const char *name, const flow_loss *losses)
{
    flow f = { .losses = losses };
    load(&f, name, SN_ORDER_FIFO, 0);
    if (losses != NULL) {
        run(&f, record_losses);
        CHECK(f.tape_count > 0);
    }
    CHECK_EQ(judge_run(&f), 0);
    check_ladder(&f, name);
    sn_scenario_free(f.scenario);
    for (uint64_t seed = 1; seed <= ORDERS; seed++) {
        load(&f, name, SN_ORDER_SEEDED, seed);
        (void)judge_run(&f); /* the instants of its checks are those of the first order */
        sn_scenario_free(f.scenario);
    }
}
