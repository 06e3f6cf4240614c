/* Route sets: reading them from messages, and the ways of section 12.2.1.1. */
#include "check.h"

#include "ss/dialog.h"

static _Alignas(16) unsigned char memory[8192];

static ss_arena fresh(void)
{
    return (ss_arena){ .base = memory, .cap = sizeof memory };
}

static ss_route make(ss_arena *arena, const char *target, const char *routes)
{
    ss_route route;
    CHECK_OK(ss_route_make(ss_slice_from(target), ss_slice_from(routes), arena, &route));
    return route;
}

TEST(an_empty_route_set_sends_to_the_target)
{
    ss_arena arena = fresh();
    const ss_route route = make(&arena, "sip:b@host", "");
    CHECK_SLICE(route.request_uri, "sip:b@host");
    CHECK_SLICE(route.next_hop, "sip:b@host");
    CHECK_EQ(route.routes.len, 0);
}

TEST(a_loose_first_route_is_the_next_hop)
{
    ss_arena arena = fresh();
    const ss_route route = make(&arena, "sip:b@host", "<sip:p1;lr>, <sip:p2>");
    CHECK_SLICE(route.request_uri, "sip:b@host");
    CHECK_SLICE(route.routes, "<sip:p1;lr>, <sip:p2>");
    CHECK_SLICE(route.next_hop, "sip:p1;lr");
}

/* RFC3261:12.2.1.1 The example of the section. */
TEST(rfc3261_12_2_1_1_the_example_with_a_strict_first_route)
{
    ss_arena arena = fresh();
    const ss_route route = make(&arena, "sip:user@remoteua",
                                "<sip:proxy1>, <sip:proxy2>, <sip:proxy3;lr>, <sip:proxy4>");
    CHECK_SLICE(route.request_uri, "sip:proxy1");
    CHECK_SLICE(route.routes, "<sip:proxy2>, <sip:proxy3;lr>, <sip:proxy4>, <sip:user@remoteua>");
    CHECK_SLICE(route.next_hop, "sip:proxy1");
}

TEST(a_lone_strict_route_leaves_the_target_as_the_only_route)
{
    ss_arena arena = fresh();
    const ss_route route = make(&arena, "sip:b@host", "<sip:u@p1;method=INVITE;ttl=3?h=v>");
    CHECK_SLICE(route.request_uri, "sip:u@p1;ttl=3");
    CHECK_SLICE(route.routes, "<sip:b@host>");
}

/* RFC3261:25.1 user-unreserved */
TEST(a_question_mark_in_the_user_part_of_a_strict_route_is_no_header)
{
    ss_arena arena = fresh();
    CHECK_SLICE(make(&arena, "sip:b@host", "<sip:a?b;c@p1;x=1>").request_uri, "sip:a?b;c@p1;x=1");
    CHECK_SLICE(make(&arena, "sip:b@host", "<sip:a?b@p1>").request_uri, "sip:a?b@p1");
    CHECK_SLICE(make(&arena, "sip:b@host", "<sip:a?b@p1;method=BYE?h=v>").request_uri,
                "sip:a?b@p1");
}

TEST(a_configured_route_may_come_without_brackets)
{
    ss_arena arena = fresh();
    const ss_route route = make(&arena, "sip:b@host", "sip:10.0.0.1;lr");
    CHECK_SLICE(route.routes, "<sip:10.0.0.1;lr>");
    CHECK_SLICE(route.next_hop, "sip:10.0.0.1;lr");
}

TEST(a_route_that_cannot_be_read_is_refused)
{
    static const char *const bad[] = { "<sip:p1", "<>", "nonsense", "<sip:>" };
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        ss_arena arena = fresh();
        ss_route route;
        CHECK_EQ(ss_route_make(SS_LIT("sip:b@host"), ss_slice_from(bad[i]), &arena, &route),
                 SS_ERR_SYNTAX);
    }
}

TEST(a_full_arena_is_an_answer_at_every_size)
{
    const ss_slice routes = SS_LIT("<sip:proxy1>, <sip:proxy2>");
    ss_route route;
    size_t cap = 0;
    for (;; cap++) {
        ss_arena arena = { .base = memory, .cap = cap };
        const ss_status status = ss_route_make(SS_LIT("sip:b@host"), routes, &arena, &route);
        if (status == SS_OK) {
            break;
        }
        CHECK_EQ(status, SS_ERR_FULL);
    }
    CHECK_SLICE(route.routes, "<sip:proxy2>, <sip:b@host>");
    CHECK(cap < 100);
}

static ss_slice read_set(ss_arena *arena, const char *lines, bool reversed, ss_status want)
{
    char text[1024];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put_text(&b,
                "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@a>;tag=1\r\n"
                "To: <sip:b@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n");
    ss_put_text(&b, lines);
    ss_put_text(&b, "Content-Length: 0\r\n\r\n");
    ss_msg msg;
    ss_diag diag;
    ss_slice routes;
    CHECK_OK(ss_msg_parse(&msg, arena, ss_buffer_slice(&b), &diag));
    CHECK_EQ(ss_route_set_from(&msg, reversed, arena, &routes), want);
    return routes;
}

TEST(record_routes_are_joined_across_lines_and_commas)
{
    ss_arena arena = fresh();
    const char *lines =
        "Record-Route: <sip:a;lr>;x=1,\"b, c\" <sip:b;lr>\r\nRecord-Route: <sip:c>\r\n";
    CHECK_SLICE(read_set(&arena, lines, false, SS_OK), "<sip:a;lr>, <sip:b;lr>, <sip:c>");
    CHECK_SLICE(read_set(&arena, lines, true, SS_OK), "<sip:c>, <sip:b;lr>, <sip:a;lr>");
    CHECK_EQ(read_set(&arena, "", true, SS_OK).len, 0);
    read_set(&arena, "Record-Route: <sip:a;lr\r\n", false, SS_ERR_SYNTAX);
}
