/* Dialogs in the store: identity, quota, numbers, changes of target and route. */
#include "check.h"

#include "ss/dialog.h"
#include "ss/engine.h"

#include <string.h>

static _Alignas(16) unsigned char store_memory[1 << 16];
static _Alignas(16) unsigned char arena_memory[1 << 14];

typedef struct bench {
    ss_settings settings;
    ss_pools pools;
    ss_core core;
    ss_arena arena;
    ss_turn turn;
} bench;

enum { ENGINE = 3 };

static bench the_bench;

static const ss_dialog_text sample = { .call_id = SS_LIT_INIT("call@host"),
                                       .local_tag = SS_LIT_INIT("mine"),
                                       .remote_tag = SS_LIT_INIT("theirs"),
                                       .local_uri = SS_LIT_INIT("sip:a@x"),
                                       .remote_uri = SS_LIT_INIT("sip:b@y"),
                                       .target = SS_LIT_INIT("sip:b@10.0.0.2"),
                                       .routes = SS_LIT_INIT("<sip:p;lr>") };

/* All dialogs of these tests have the parties of the sample. */
static void end(void)
{
    const ss_key128 key = ss_dialog_key(sample.call_id, sample.local_tag, sample.remote_tag);
    the_bench.core.engine = ENGINE; /* whatever another was looked for by */
    for (ss_ref at; (at = ss_dialog_find(&the_bench.core, key)) != 0;) {
        ss_dialog_forget(&the_bench.core, at);
    }
    CHECK_EQ(the_bench.core.dialogs, 0);
    CHECK_EQ(the_bench.core.bytes, 0);
    CHECK_EQ(the_bench.pools.store.live_blocks, 0);
}

static bench *start(void)
{
    bench *b = &the_bench;
    memset(b, 0, sizeof *b);
    b->settings = ss_settings_default();
    CHECK_OK(ss_pools_init(&b->pools, store_memory, sizeof store_memory, 16, 16));
    b->core = (ss_core){
        .pools = &b->pools, .settings = &b->settings, .engine = ENGINE, .entropy = { .key = 9 }
    };
    b->arena = (ss_arena){ .base = arena_memory, .cap = sizeof arena_memory };
    b->turn = ss_turn_begin(0, &b->arena);
    test_at_end(end);
    return b;
}

static ss_ref make(bench *b)
{
    const ss_dialog_options options = {
        .text = sample, .owner = 5, .local_cseq = 7, .has_local_cseq = true
    };
    ss_ref dialog;
    CHECK_OK(ss_dialog_create(&b->core, &options, &dialog));
    return dialog;
}

TEST(a_dialog_keeps_its_strings_and_gives_everything_back)
{
    bench *b = start();
    const ss_ref ref = make(b);
    const ss_dialog_text text = ss_dialog_text_of(&b->core, ss_dialog_at(&b->core, ref));
    CHECK_SLICE_EQ(text.call_id, sample.call_id);
    CHECK_SLICE_EQ(text.local_tag, sample.local_tag);
    CHECK_SLICE_EQ(text.remote_tag, sample.remote_tag);
    CHECK_SLICE_EQ(text.local_uri, sample.local_uri);
    CHECK_SLICE_EQ(text.remote_uri, sample.remote_uri);
    CHECK_SLICE_EQ(text.target, sample.target);
    CHECK_SLICE_EQ(text.routes, sample.routes);
    CHECK_EQ(b->core.dialogs, 1);
    ss_dialog_end(&b->core, &b->turn, ref);
    CHECK_EQ(b->core.dialogs, 0);
    CHECK_EQ(b->core.bytes, 0);
    CHECK_NULL(ss_turn_take(&b->turn)); /* it was never said to be: nothing is noted */
}

TEST(a_dialog_is_found_by_call_id_and_both_tags_in_their_places)
{
    bench *b = start();
    const ss_ref ref = make(b);
    CHECK_EQ(ss_dialog_find(&b->core,
                            ss_dialog_key(sample.call_id, sample.local_tag, sample.remote_tag)),
             ref);
    CHECK_EQ(ss_dialog_find(&b->core,
                            ss_dialog_key(sample.call_id, sample.remote_tag, sample.local_tag)),
             0);
    CHECK_EQ(ss_dialog_find(&b->core,
                            ss_dialog_key(SS_LIT("call@hos"), SS_LIT("tmine"), sample.remote_tag)),
             0);
    b->core.engine = ENGINE + 1;
    CHECK_EQ(ss_dialog_find(&b->core,
                            ss_dialog_key(sample.call_id, sample.local_tag, sample.remote_tag)),
             0);
}

TEST(changes_of_state_are_noted_once_each)
{
    bench *b = start();
    const ss_ref ref = make(b);
    ss_dialog *d = ss_dialog_at(&b->core, ref);
    ss_dialog_set_state(&b->core, &b->turn, d, SS_DIALOG_EARLY);
    ss_dialog_set_state(&b->core, &b->turn, d, SS_DIALOG_EARLY);
    ss_dialog_set_state(&b->core, &b->turn, d, SS_DIALOG_CONFIRMED);
    ss_dialog_end(&b->core, &b->turn, ref);
    static const uint8_t want[][2] = { { 0, 1 }, { 1, 2 }, { 2, 3 } };
    for (size_t i = 0; i < SS_COUNT(want); i++) {
        const ss_output *out = ss_turn_take(&b->turn);
        CHECK_NOT_NULL(out);
        CHECK_EQ(out->note.kind, SS_NOTE_DIALOG);
        CHECK_EQ(out->note.from, want[i][0]);
        CHECK_EQ(out->note.to, want[i][1]);
        CHECK_EQ(out->note.call_id, ss_hash64(0, sample.call_id));
    }
    CHECK_NULL(ss_turn_take(&b->turn));
}

/* RFC3261:12.2.2 */
TEST(rfc3261_12_2_2_numbers_from_the_peer_may_jump_but_not_fall)
{
    bench *b = start();
    ss_dialog *d = ss_dialog_at(&b->core, make(b));
    CHECK_OK(ss_dialog_take_cseq(d, 0));
    CHECK_OK(ss_dialog_take_cseq(d, 10));
    CHECK_OK(ss_dialog_take_cseq(d, 10));
    CHECK_EQ(ss_dialog_take_cseq(d, 9), SS_ERR_STATE);
    CHECK_EQ(d->remote_cseq, 10);
    CHECK_OK(ss_dialog_take_cseq(d, 1000));
}

/* RFC3261:12.2.1.1 */
TEST(rfc3261_12_2_1_1_our_numbers_rise_by_one_from_an_initial_one)
{
    bench *b = start();
    ss_dialog *d = ss_dialog_at(&b->core, make(b));
    CHECK_EQ(ss_dialog_next_cseq(&b->core, d), 8);
    CHECK_EQ(ss_dialog_next_cseq(&b->core, d), 9);
    d->has_local_cseq = false;
    const uint32_t first = ss_dialog_next_cseq(&b->core, d);
    CHECK(first >= 1 && first <= SS_CSEQ_INITIAL_MAX);
    CHECK_EQ(ss_dialog_next_cseq(&b->core, d), first + 1);
}

TEST(a_target_refresh_changes_the_target_only)
{
    bench *b = start();
    const ss_ref ref = make(b);
    ss_dialog *d = ss_dialog_at(&b->core, ref);
    CHECK_OK(ss_dialog_set_target(&b->core, d, SS_LIT("sip:b@[2001:db8::1]:5070")));
    ss_dialog_text text = ss_dialog_text_of(&b->core, d);
    CHECK_SLICE(text.target, "sip:b@[2001:db8::1]:5070");
    CHECK_SLICE_EQ(text.routes, sample.routes);
    CHECK_OK(ss_dialog_set_route(&b->core, d, text.target, SS_EMPTY));
    text = ss_dialog_text_of(&b->core, d);
    CHECK_SLICE(text.target, "sip:b@[2001:db8::1]:5070");
    CHECK_EQ(text.routes.len, 0);
    CHECK_SLICE_EQ(text.call_id, sample.call_id);
    ss_dialog_forget(&b->core, ref);
    CHECK_EQ(b->core.bytes, 0);
}

TEST(a_quota_refuses_a_dialog_and_changes_nothing)
{
    bench *b = start();
    const ss_dialog_options options = { .text = sample };
    ss_ref dialog;
    b->settings.dialogs_max = 0;
    CHECK_EQ(ss_dialog_create(&b->core, &options, &dialog), SS_ERR_FULL);
    b->settings.dialogs_max = 1;
    ss_status status = SS_ERR_FULL;
    for (uint32_t bytes = 0; status != SS_OK && bytes < sizeof store_memory; bytes += 8) {
        CHECK_EQ(b->core.bytes, 0);
        CHECK_EQ(b->core.dialogs, 0);
        CHECK_EQ(b->pools.dialogs.count, 0);
        b->settings.bytes_max = bytes;
        status = ss_dialog_create(&b->core, &options, &dialog);
    }
    CHECK_OK(status);
    CHECK_EQ(
        ss_dialog_set_target(&b->core, ss_dialog_at(&b->core, dialog), SS_LIT("sip:other@host")),
        SS_ERR_FULL);
    CHECK_SLICE_EQ(ss_dialog_text_of(&b->core, ss_dialog_at(&b->core, dialog)).target,
                   sample.target);
    CHECK_EQ(ss_dialog_create(&b->core, &options, &dialog), SS_ERR_FULL);
}

/* RFC3261:12.2.1.1 */
TEST(rfc3261_12_2_1_1_the_head_of_a_request_is_made_of_the_dialog)
{
    bench *b = start();
    char text[1024];
    ss_route route;
    const ss_path path = { .local = ss_address_v4(0x0a000001u, 5060) };
    CHECK_OK(ss_route_make(sample.target, sample.routes, &b->arena, &route));
    const ss_dialog_request request = { .method = SS_METHOD_BYE,
                                        .cseq = 8,
                                        .path = &path,
                                        .branch = SS_LIT("z9hG4bKx"),
                                        .contact = SS_LIT("<sip:a@10.0.0.1>") };
    ss_buffer out = ss_buffer_on(text, sizeof text);
    ss_dialog_put_request(&out, &sample, &route, &request);
    CHECK_SLICE(ss_buffer_slice(&out), "BYE sip:b@10.0.0.2 SIP/2.0\r\n"
                                       "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx;rport\r\n"
                                       "Route: <sip:p;lr>\r\n"
                                       "Max-Forwards: 70\r\n"
                                       "From: <sip:a@x>;tag=mine\r\n"
                                       "To: <sip:b@y>;tag=theirs\r\n"
                                       "Call-ID: call@host\r\n"
                                       "CSeq: 8 BYE\r\n"
                                       "Contact: <sip:a@10.0.0.1>\r\n");
}

/* ---- what cannot become a dialog ---- */

TEST(strings_longer_than_a_dialog_can_hold_are_refused_and_nothing_is_left)
{
    static char many[SS_STORE_BLOCK_MAX];
    static const size_t lens[] = { UINT16_MAX + 1, UINT16_MAX };
    bench *b = start();
    memset(many, 'a', sizeof many);
    for (size_t i = 0; i < SS_COUNT(lens); i++) {
        ss_dialog_options options = { .text = sample };
        ss_ref dialog;
        options.text.routes = (ss_slice){ many, lens[i] };
        options.text.target = (ss_slice){ many, lens[i] };
        options.text.local_uri = (ss_slice){ many, lens[i] };
        CHECK_STATUS(ss_dialog_create(&b->core, &options, &dialog), SS_ERR_FULL);
        CHECK_EQ(b->core.dialogs, 0);
        CHECK_EQ(b->core.bytes, 0);
    }
}

/* An INVITE, or its 200, with such a Contact line and such lines of Record-Route. */
static ss_msg *message(bench *b, const char *start_line, const char *lines)
{
    static char text[1024];
    static ss_msg msg;
    ss_buffer all = ss_buffer_on(text, sizeof text);
    ss_diag diag;
    ss_put_text(&all, start_line);
    ss_put_text(&all,
                "\r\nVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKd\r\nMax-Forwards: 70\r\n"
                "From: <sip:a@x>;tag=f\r\nTo: <sip:b@y>;tag=t\r\nCall-ID: d\r\nCSeq: 1 INVITE\r\n");
    ss_put_text(&all, lines);
    ss_put_text(&all, "Content-Length: 0\r\n\r\n");
    CHECK_OK(ss_msg_parse(&msg, &b->arena, ss_buffer_slice(&all), &diag));
    return &msg;
}

static const char *const useless[] = { "", "Contact: <sip:>\r\n", "Contact: <>\r\n" };

/* RFC3261:12.1.2: the 2xx must have a Contact; one that has none is reached where the call went. */
TEST(a_response_without_a_usable_contact_leaves_the_uri_of_to_as_target)
{
    for (size_t i = 0; i < SS_COUNT(useless); i++) {
        bench *b = start();
        ss_dialog_text text;
        CHECK_OK(ss_dialog_text_uac(message(b, "SIP/2.0 200 OK", useless[i]), &b->arena, &text));
        CHECK_SLICE(text.target, "sip:b@y");
    }
}

/* RFC3261:12.1.1: without one there is nowhere to send anything. */
TEST(a_request_without_a_usable_contact_makes_no_dialog)
{
    for (size_t i = 0; i < SS_COUNT(useless); i++) {
        bench *b = start();
        ss_dialog_text text;
        CHECK_STATUS(ss_dialog_text_uas(message(b, "INVITE sip:b@y SIP/2.0", useless[i]),
                                        SS_LIT("t"), &b->arena, &text),
                     SS_ERR_SEMANTIC);
    }
}

TEST(a_route_set_for_which_the_arena_has_no_room_is_said_to_be_so)
{
    bench *b = start();
    ss_msg *msg = message(b, "SIP/2.0 200 OK", "Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\n");
    ss_slice routes;
    unsigned refused = 0;
    const size_t used = b->arena.used, cap = b->arena.cap;
    for (size_t room = 0; room < 128; room++) {
        b->arena.used = used;
        b->arena.cap = used + room;
        const ss_status status = ss_route_set_from(msg, true, &b->arena, &routes);
        CHECK(status == SS_OK || status == SS_ERR_FULL);
        refused += status == SS_ERR_FULL;
        if (status == SS_OK) {
            CHECK_SLICE(routes, "<sip:p2;lr>, <sip:p1;lr>");
        }
    }
    b->arena.cap = cap;
    CHECK(refused > 0 && refused < 128);
}
