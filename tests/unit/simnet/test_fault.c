/* Faults by meaning: what they mean, how they count, and that nothing is lost by them that they did not drop. */
#include "check.h"

#include "small_world.h"

/* Alphas call zulus, a call a second, ten calls in all; nothing is lost but by faults. */
static sn_plan *calls_by(ss_transport transport, const sn_fault *faults, uint32_t count)
{
    sn_plan *plan = small_plan(3);
    const sn_link_kind wire = small_link("wire", SS_MS(5));
    const uint32_t link = sn_plan_add_link(plan, &wire);
    const uint32_t alpha = small_uas(plan, "alpha", 2, 0, link),
                   zulu = small_uas(plan, "zulu", 2, 0, link);
    small_spec(plan, alpha)->transport = small_spec(plan, zulu)->transport = transport;
    for (uint32_t i = 0; i < count; i++) {
        CHECK_EQ(sn_plan_add_fault(plan, &faults[i]), i);
    }
    plan->duration = SS_S(20);
    (void)sn_plan_add_calls(plan, &(sn_call_spec){ .name = "mix",
                                                   .from = alpha,
                                                   .to = zulu,
                                                   .pick = SN_PICK_NEXT,
                                                   .interval = SS_S(1),
                                                   .end = SS_S(20),
                                                   .limit = 10,
                                                   .hold = { SN_DIST_CONST, SS_S(2), 0 },
                                                   .hangup_caller = 1 });
    small_finish(plan);
    return plan;
}

static sn_plan *calls(const sn_fault *faults, uint32_t count)
{
    return calls_by(SS_TRANSPORT_UDP, faults, count);
}

static const sn_node_range anybody = { .group = SN_NOBODY };

/* Every datagram, always, from and to anybody: to be narrowed. */
static sn_fault fault(sn_fault_act act)
{
    return (
        sn_fault){ .from = anybody, .to = anybody, .until = SS_TIME_NEVER, .times = 1, .act = act };
}

static sn_fault of_request(sn_fault_act act, ss_method method)
{
    sn_fault f = fault(act);
    f.is_of_requests = true;
    f.method = (uint8_t)method;
    return f;
}

static sn_fault of_status(sn_fault_act act, uint16_t min, uint16_t max, ss_method cseq)
{
    sn_fault f = fault(act);
    f.is_of_responses = true;
    f.method = (uint8_t)cseq;
    f.status_min = min;
    f.status_max = max;
    return f;
}

/* A run with one fault: everything that was sent arrives, or was dropped by it. */
static small_run run_with(const sn_fault *f)
{
    sn_plan *plan = calls(f, f == NULL ? 0 : 1);
    const small_run run = small_run_plan(plan, &(small_options){ .partitions = 1 });
    CHECK_EQ(run.state, SN_RUN_DONE);
    const uint64_t dropped = run.causes[SN_CAUSE_FAULT] - run.kinds[SN_FACT_EDITED];
    CHECK_EQ(run.kinds[SN_FACT_DATAGRAM_SENT] - dropped, run.kinds[SN_FACT_PACKET]);
    CHECK_EQ(run.kinds[SN_FACT_LINK_DROPPED], 0);
    CHECK_EQ(run.kinds[SN_FACT_LINK_SENT] + run.kinds[SN_FACT_LINK_DUPLICATED],
             run.kinds[SN_FACT_LINK_ARRIVED]);
    CHECK_EQ(run.kinds[SN_FACT_PACKET] + run.kinds[SN_FACT_LINK_DUPLICATED],
             run.kinds[SN_FACT_DATAGRAM_RECEIVED]);
    CHECK_EQ(run.left.transactions, 0);
    sn_plan_free(plan);
    return run;
}

TEST(the_nth_copy_is_counted_per_call_path_or_node)
{
    sn_fault f = of_request(SN_FAULT_DROP, SS_METHOD_INVITE);
    f.nth = 1;
    f.per = SN_FAULT_PER_CALL;
    CHECK_EQ(run_with(&f).causes[SN_CAUSE_FAULT], 10);
    f.times = 3;
    CHECK_EQ(run_with(&f).causes[SN_CAUSE_FAULT], 30);
    f.per = SN_FAULT_PER_PATH; /* two callers, each with the callee of its own */
    CHECK_EQ(run_with(&f).causes[SN_CAUSE_FAULT], 6);
    f.per = SN_FAULT_PER_NODE;
    f.nth = 4;
    f.times = 1;
    CHECK_EQ(run_with(&f).causes[SN_CAUSE_FAULT], 2);
}

TEST(all_copies_from_the_nth_on_may_be_meant)
{
    sn_fault f = of_request(SN_FAULT_DROP, SS_METHOD_INVITE);
    f.nth = 2;
    f.times = 0;
    CHECK_EQ(run_with(&f).causes[SN_CAUSE_FAULT], 0); /* the first of each call comes through */
    f.per = SN_FAULT_PER_NODE;
    const small_run run = run_with(&f);
    CHECK_EQ(run.calls[SN_CALL_ANSWERED], 2);
    CHECK_EQ(run.causes[SN_CAUSE_FAULT], 8 * 7); /* Timer A, until B */
}

TEST(responses_are_meant_by_status_and_cseq)
{
    const sn_fault of_invite = of_status(SN_FAULT_DUPLICATE, 200, 200, SS_METHOD_INVITE),
                   of_bye = of_status(SN_FAULT_DUPLICATE, 200, 299, SS_METHOD_BYE),
                   of_any = of_status(SN_FAULT_DUPLICATE, 200, 299, SS_METHOD_OTHER),
                   of_none = of_status(SN_FAULT_DUPLICATE, 300, 699, SS_METHOD_OTHER);
    CHECK_EQ(run_with(&of_invite).kinds[SN_FACT_LINK_DUPLICATED], 10);
    CHECK_EQ(run_with(&of_bye).kinds[SN_FACT_LINK_DUPLICATED], 10);
    CHECK_EQ(run_with(&of_any).kinds[SN_FACT_LINK_DUPLICATED], 20);
    CHECK_EQ(run_with(&of_none).kinds[SN_FACT_LINK_DUPLICATED], 0);
}

TEST(a_path_is_from_some_nodes_to_some)
{
    sn_fault f = of_request(SN_FAULT_DUPLICATE, SS_METHOD_OTHER);
    const uint64_t all = run_with(&f).kinds[SN_FACT_LINK_DUPLICATED];
    CHECK_EQ(all, 30); /* INVITE, ACK, BYE */
    f.from = (sn_node_range){ .group = 1, .first = 1, .last = 1 };
    CHECK_EQ(run_with(&f).kinds[SN_FACT_LINK_DUPLICATED], 15);
    f.to = (sn_node_range){ .group = 2, .first = 1, .last = 1 };
    CHECK_EQ(run_with(&f).kinds[SN_FACT_LINK_DUPLICATED], 15);
    f.to.first = f.to.last = 0; /* that one it never calls */
    CHECK_EQ(run_with(&f).kinds[SN_FACT_LINK_DUPLICATED], 0);
}

TEST(what_is_held_back_leaves_later_and_whole)
{
    sn_fault f = of_request(SN_FAULT_DELAY, SS_METHOD_BYE);
    f.delay = SS_MS(100);
    const small_run plain = run_with(NULL), held = run_with(&f);
    CHECK_EQ(held.calls[SN_CALL_ENDED], 10);
    CHECK_EQ(held.kinds[SN_FACT_PACKET], plain.kinds[SN_FACT_PACKET]);
    CHECK(held.end > plain.end);
}

TEST(outside_its_window_a_fault_does_nothing)
{
    sn_fault f = fault(SN_FAULT_DROP);
    f.since = SS_S(100);
    CHECK_EQ(run_with(&f).causes[SN_CAUSE_FAULT], 0);
    f.since = SS_S(2);
    f.until = SS_S(2) + SS_MS(100); /* an INVITE, its copies come later; a BYE likewise */
    CHECK(run_with(&f).causes[SN_CAUSE_FAULT] > 0);
}

TEST(the_first_fault_that_means_a_datagram_is_done_to_it_and_all_count_it)
{
    sn_fault both[] = { of_request(SN_FAULT_DROP, SS_METHOD_INVITE),
                        of_request(SN_FAULT_DUPLICATE, SS_METHOD_INVITE) };
    both[0].nth = 1;
    both[1].nth = 2; /* the second copy, also by the count of this one */
    sn_plan *plan = calls(both, 2);
    const small_run run = small_run_plan(plan, &(small_options){ .partitions = 3 });
    CHECK_EQ(run.causes[SN_CAUSE_FAULT], 10);
    CHECK_EQ(run.kinds[SN_FACT_LINK_DUPLICATED], 10);
    const small_run whole = small_run_plan(plan, &(small_options){ .partitions = 1 });
    CHECK_EQ(run.stream, whole.stream);
    sn_plan_free(plan);
}

TEST(calls_of_an_entry_are_meant_by_their_numbers)
{
    sn_fault f = fault(SN_FAULT_DUPLICATE);
    const uint64_t all = run_with(&f).kinds[SN_FACT_LINK_DUPLICATED];
    f.calls = (sn_fault_calls){ true, 0, 7, 7 };
    const uint64_t one = run_with(&f).kinds[SN_FACT_LINK_DUPLICATED];
    CHECK(one >= 5); /* either way: INVITE, 200, ACK, BYE, 200 */
    CHECK_EQ(one * 10, all);
    f.calls = (sn_fault_calls){ true, 0, 3, 5 };
    CHECK_EQ(run_with(&f).kinds[SN_FACT_LINK_DUPLICATED], 3 * one);
    f.calls = (sn_fault_calls){ true, 0, 0, UINT32_MAX };
    CHECK_EQ(run_with(&f).kinds[SN_FACT_LINK_DUPLICATED], all);
    f.calls = (sn_fault_calls){ true, 0, 10, 99 }; /* nobody places them */
    CHECK_EQ(run_with(&f).kinds[SN_FACT_LINK_DUPLICATED], 0);
    f.calls = (sn_fault_calls){ true, SN_NOBODY, 0, 9 }; /* of a story, which there is not */
    CHECK_EQ(run_with(&f).kinds[SN_FACT_LINK_DUPLICATED], 0);
}

TEST(one_call_of_ten_is_harmed)
{
    sn_fault f = of_request(SN_FAULT_DROP, SS_METHOD_INVITE);
    f.calls = (sn_fault_calls){ true, 0, 4, 4 };
    const small_run run = run_with(&f);
    CHECK_EQ(run.calls[SN_CALL_ANSWERED], 9);
    CHECK_EQ(run.causes[SN_CAUSE_FAULT], 7); /* Timer A, until B */
    f.nth = 1;
    f.per = SN_FAULT_PER_NODE; /* the others are not counted: that is the first */
    CHECK_EQ(run_with(&f).causes[SN_CAUSE_FAULT], 1);
    CHECK_EQ(run_with(&f).calls[SN_CALL_ANSWERED], 10);
}

TEST(a_call_id_names_a_call_of_the_plan_or_none)
{
    CHECK_EQ(sn_call_number(SS_LIT("c17-00f0e1d2c3b4a596@10.0.0.1"), 20), 17);
    CHECK_EQ(sn_call_number(SS_LIT("c21-00f0e1d2c3b4a596@10.0.0.1"), 20), 0);
    CHECK_EQ(sn_call_number(SS_LIT("b-00f0e1d2c3b4a596@10.0.0.1"), 20), 0);
    CHECK_EQ(sn_call_number(SS_LIT("c-1@h"), 20), 0);
    CHECK_EQ(sn_call_number(SS_LIT("c17"), 20), 0);
    CHECK_EQ(sn_call_number(SS_LIT("cafe-17"), 20), 0);
    CHECK_EQ(sn_call_number(SS_EMPTY, 20), 0);
}

TEST(a_fault_of_no_calls_is_no_plan)
{
    static const sn_fault_calls none[] = { { true, 0, 0, 0 }, { true, SN_NOBODY, 2, 1 } };
    for (size_t i = 0; i < SS_COUNT(none); i++) {
        sn_plan *plan = small_plan(3);
        const char *why = NULL;
        sn_fault f = fault(SN_FAULT_DROP);
        f.calls = none[i];
        (void)sn_plan_add_fault(plan, &f);
        CHECK_EQ(sn_plan_finish(plan, &why), SS_ERR_SEMANTIC);
        CHECK_STR(why, "a fault names no calls");
        sn_plan_free(plan);
    }
}

TEST(a_fault_of_no_node_is_no_plan)
{
    sn_plan *plan = small_plan(3);
    const char *why = NULL;
    sn_fault f = fault(SN_FAULT_DROP);
    f.from = (sn_node_range){ .group = 0, .first = 0, .last = 5 };
    (void)sn_plan_add_fault(plan, &f);
    CHECK_EQ(sn_plan_finish(plan, &why), SS_ERR_SEMANTIC);
    CHECK_STR(why, "a fault names no node");
    sn_plan_free(plan);
}

/* ---- messages that leave as others ---- */

static sn_fault editing(ss_method method, sn_edit edit, const char *field, const char *value)
{
    sn_fault f = of_request(SN_FAULT_EDIT, method);
    f.edit = (sn_fault_edit){ .edit = edit, .field = field, .value = value, .repair = true };
    return f;
}

TEST(an_edited_message_is_read_by_its_receiver)
{
    const sn_fault f = editing(SS_METHOD_BYE, SN_EDIT_SET_FIELD, "Call-ID", "another");
    const small_run run = run_with(&f);
    CHECK(run.kinds[SN_FACT_EDITED] >= 10);
    CHECK_EQ(run.causes[SN_CAUSE_CHECKSUM], 0);
    CHECK_EQ(run.calls[SN_CALL_BYE], 0); /* 481: nobody knows that dialog, RFC 3261 15.1.2 */
    CHECK_EQ(run.calls[SN_CALL_ANSWERED], 10);
}

TEST(the_first_copy_alone_is_edited_and_the_second_comes_through)
{
    sn_fault f = editing(SS_METHOD_BYE, SN_EDIT_LENGTH, NULL, NULL);
    f.edit.repair = false;
    f.nth = 1;
    const small_run run = run_with(&f);
    CHECK_EQ(run.kinds[SN_FACT_EDITED], 10);
    CHECK_EQ(run.calls[SN_CALL_ENDED], 10);
}

TEST(an_edit_that_finds_nothing_leaves_the_message_as_it_is)
{
    const sn_fault f = editing(SS_METHOD_BYE, SN_EDIT_STATUS, NULL, NULL);
    const small_run run = run_with(&f);
    CHECK_EQ(run.kinds[SN_FACT_EDITED], 0);
    CHECK_EQ(run.calls[SN_CALL_ENDED], 10);
}

TEST(a_corrupted_message_is_dropped_where_it_arrives)
{
    sn_fault f = of_request(SN_FAULT_CORRUPT, SS_METHOD_BYE);
    f.nth = 1;
    sn_plan *plan = calls(&f, 1);
    const small_run run = small_run_plan(plan, &(small_options){ .partitions = 1 });
    CHECK_EQ(run.causes[SN_CAUSE_CHECKSUM], 10);
    CHECK_EQ(run.kinds[SN_FACT_EDITED], 0);
    CHECK_EQ(run.calls[SN_CALL_ENDED], 10); /* Timer E */
    sn_plan_free(plan);
}

TEST(edits_do_not_depend_on_how_the_world_is_split)
{
    sn_fault f = editing(SS_METHOD_OTHER, SN_EDIT_NONE, NULL, NULL);
    f.per = SN_FAULT_PER_NODE;
    f.nth = 1;
    f.times = 4;
    sn_plan *plan = calls(&f, 1);
    const small_run one = small_run_plan(plan, &(small_options){ .partitions = 1 });
    const small_run two = small_run_plan(plan, &(small_options){ .partitions = 2 });
    CHECK(one.kinds[SN_FACT_EDITED] >= 8);
    CHECK_EQ(one.digest, two.digest);
    sn_plan_free(plan);
}

/* ---- on connections ---- */

/* How long INVITEs and BYEs were on their way, by Call-ID; the first copy of each. */
typedef struct travel {
    struct {
        uint64_t call_id;
        ss_time sent;
    } of[2][20];
    unsigned count[2];
    ss_span longest[2], shortest[2];
} travel;

static void follow(void *self, const sn_fact *f, ss_slice message)
{
    travel *t = self;
    const unsigned what = f->sip.method == SS_METHOD_BYE;
    (void)message;
    if ((f->kind != SN_FACT_STREAM_SENT && f->kind != SN_FACT_STREAM_RECEIVED) ||
        !f->sip.is_request || (!what && f->sip.method != SS_METHOD_INVITE)) {
        return;
    }
    if (f->kind == SN_FACT_STREAM_SENT) {
        CHECK(t->count[what] < 20);
        t->of[what][t->count[what]].call_id = f->sip.call_id;
        t->of[what][t->count[what]++].sent = f->key.at;
        return;
    }
    for (unsigned i = 0; i < t->count[what]; i++) {
        if (t->of[what][i].call_id == f->sip.call_id) {
            const ss_span span = f->key.at - t->of[what][i].sent;
            t->longest[what] = span > t->longest[what] ? span : t->longest[what];
            t->shortest[what] = span < t->shortest[what] ? span : t->shortest[what];
        }
    }
}

static travel run_by_tcp(const sn_fault *f)
{
    travel t = { .shortest = { SS_TIME_NEVER, SS_TIME_NEVER } };
    sn_plan *plan = calls_by(SS_TRANSPORT_TCP, f, f == NULL ? 0 : 1);
    const small_run run =
        small_run_plan(plan, &(small_options){ .partitions = 1, .self = &t, .each = follow });
    const small_run split = small_run_plan(plan, &(small_options){ .partitions = 3 });
    CHECK_EQ(run.state, SN_RUN_DONE);
    CHECK_EQ(run.digest, split.digest);
    CHECK_EQ(run.calls[SN_CALL_ANSWERED], 10);
    CHECK_EQ(run.causes[SN_CAUSE_FAULT], 0); /* a connection loses nothing */
    CHECK_EQ(run.kinds[SN_FACT_STREAM_SENT], run.kinds[SN_FACT_STREAM_RECEIVED]);
    CHECK_EQ(run.left.transactions, 0);
    CHECK_EQ(t.count[0], 10);
    sn_plan_free(plan);
    return t;
}

TEST(rfc6298_2_4_what_a_fault_drops_on_a_connection_comes_a_second_later)
{
    sn_fault f = of_request(SN_FAULT_DROP, SS_METHOD_BYE);
    f.nth = 1;
    CHECK_EQ(run_by_tcp(&f).longest[1], SS_MS(10)); /* it is of datagrams */
    f.by = SN_FAULT_BY_TCP;
    const travel t = run_by_tcp(&f);
    CHECK_EQ(t.shortest[1], SS_MS(1010));
    CHECK_EQ(t.longest[1], SS_MS(1010));
    f.act = SN_FAULT_CORRUPT;
    f.by = SN_FAULT_BY_ANY;
    CHECK_EQ(run_by_tcp(&f).longest[1], SS_MS(1010));
    f.act = SN_FAULT_DELAY;
    f.delay = SS_MS(300);
    CHECK_EQ(run_by_tcp(&f).longest[1], SS_MS(310));
    f.act = SN_FAULT_DUPLICATE;
    CHECK_EQ(run_by_tcp(&f).longest[1], SS_MS(10));
}

TEST(one_call_is_late_on_connections)
{
    sn_fault f = of_request(SN_FAULT_DELAY, SS_METHOD_BYE);
    f.by = SN_FAULT_BY_TCP;
    f.delay = SS_MS(300);
    f.calls = (sn_fault_calls){ true, 0, 6, 6 };
    const travel t = run_by_tcp(&f);
    CHECK_EQ(t.shortest[1], SS_MS(10));
    CHECK_EQ(t.longest[1], SS_MS(310));
    f.calls = (sn_fault_calls){ true, 0, 11, 12 };
    CHECK_EQ(run_by_tcp(&f).longest[1], SS_MS(10));
}

/* Lost at 0, 1 and 3 s, it comes at 7 s. */
TEST(rfc6298_5_5_while_all_is_dropped_the_wait_doubles)
{
    sn_fault f = of_request(SN_FAULT_DROP, SS_METHOD_BYE);
    f.by = SN_FAULT_BY_TCP;
    f.until = SS_S(6);
    const travel t = run_by_tcp(&f);
    CHECK_EQ(t.shortest[1], SS_MS(10)); /* later ones */
    CHECK(t.longest[1] >= SS_S(3) && t.longest[1] <= SS_S(7) + SS_MS(10));
}

TEST(a_dialog_counts_by_itself)
{
    sn_fault f = of_request(SN_FAULT_DROP, SS_METHOD_BYE);
    f.nth = 1;
    f.per = SN_FAULT_PER_DIALOG;
    CHECK_EQ(run_with(&f).causes[SN_CAUSE_FAULT], 10);
    f.nth = 2;
    CHECK_EQ(run_with(&f).causes[SN_CAUSE_FAULT],
             0); /* nothing was lost, so there is no second copy */
}
