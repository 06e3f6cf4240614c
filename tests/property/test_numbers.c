/* Numbers at the edges of what machines hold, wherever a message has a number: each is accepted up to its limit and refused
 * beyond it, never wrapped, and what was accepted prints as what it was. */
#include "check.h"
#include "inspect.h"
#include "messages.h"

#include <stdio.h>
#include <string.h>

typedef struct place {
    ss_hdr id;
    const char *before, *after; /* the value around the number */
    uint64_t low, high;
    unsigned digits; /* at most; 0 is any number of them */
} place;

static const place places[] = {
    { SS_HDR_CONTENT_LENGTH, "", "", 0, UINT32_MAX, 0 },
    { SS_HDR_MAX_FORWARDS, "", "", 0, 255, 0 },
    { SS_HDR_EXPIRES, "", "", 0, UINT32_MAX, 0 },
    { SS_HDR_MIN_EXPIRES, "", "", 0, UINT32_MAX, 0 },
    { SS_HDR_RETRY_AFTER, "", "", 0, UINT32_MAX, 0 },
    { SS_HDR_RETRY_AFTER, "1;duration=", "", 0, UINT32_MAX, 0 },
    { SS_HDR_CSEQ, "", " INVITE", 0, INT32_MAX, 0 },
    { SS_HDR_RSEQ, "", "", 1, UINT32_MAX, 0 },
    { SS_HDR_RACK, "", " 1 INVITE", 1, UINT32_MAX, 0 },
    { SS_HDR_RACK, "1 ", " INVITE", 0, INT32_MAX, 0 },
    { SS_HDR_MIN_SE, "", "", 0, UINT32_MAX, 0 },
    { SS_HDR_SESSION_EXPIRES, "", ";refresher=uac", 0, UINT32_MAX, 0 },
    { SS_HDR_MAX_BREADTH, "", "", 0, UINT32_MAX, 0 },
    { SS_HDR_FLOW_TIMER, "", "", 0, UINT32_MAX, 0 },
    { SS_HDR_CONTACT, "<sip:a@b>;expires=", "", 0, UINT32_MAX, 0 },
    { SS_HDR_CONTACT, "<sip:a@b:", ">", 1, 65535, 0 },
    { SS_HDR_CONTACT, "<sips:[::1]:", ";lr>", 1, 65535, 0 },
    { SS_HDR_ROUTE, "<sip:b:", ";lr>", 1, 65535, 0 },
    { SS_HDR_VIA, "SIP/2.0/UDP h:", "", 1, 65535, 0 },
    { SS_HDR_VIA, "SIP/2.0/UDP h;rport=", "", 1, 65535, 0 },
    { SS_HDR_VIA, "SIP/2.0/UDP h;ttl=", "", 0, 255, 3 },
    { SS_HDR_WARNING, "399 h:", " \"x\"", 1, 65535, 0 },
    { SS_HDR_REASON, "SIP;cause=", "", 0, UINT32_MAX, 0 },
    { SS_HDR_SUBSCRIPTION_STATE, "active;expires=", "", 0, UINT32_MAX, 0 },
    { SS_HDR_SUBSCRIPTION_STATE, "active;retry-after=", "", 0, UINT32_MAX, 0 },
    { SS_HDR_DIVERSION, "<sip:a@b>;counter=", "", 0, 99, 2 },
    { SS_HDR_DIVERSION, "<sip:a@b>;limit=", "", 0, 99, 2 },
};

/* A number, and what it is when 64 bits hold it. */
typedef struct edge {
    const char *text;
    uint64_t value;
    bool is_huge;
} edge;

static const edge edges[] = {
    { "0", 0, false },
    { "1", 1, false },
    { "99", 99, false },
    { "100", 100, false },
    { "255", 255, false },
    { "256", 256, false },
    { "65535", 65535, false },
    { "65536", 65536, false },
    { "131071", 131071, false },
    { "2147483609", 2147483609, false },
    { "2147483647", 2147483647, false },
    { "2147483648", 2147483648u, false },
    { "2147483649", 2147483649u, false },
    { "4294967256", 4294967256u, false },
    { "4294967295", 4294967295u, false },
    { "4294967296", 4294967296u, false },
    { "4294967297", 4294967297u, false },
    { "4294967328", 4294967328u, false },
    { "4295032831", 4295032831u, false },
    { "9223372036854775807", 9223372036854775807u, false },
    { "9223372036854775808", 9223372036854775808u, false },
    { "18446744073709551615", 18446744073709551615u, false },
    { "18446744073709551616", 0, true },
    { "18446744073709551617", 0, true },
    { "36893488147419103233", 0, true },
    { "340282366920938463463374607431768211457", 0, true },
    { "00000000000000000000000000000000000000001", 1, false },
    { "00000000000000000000000000000000004294967297", 4294967297u, false },
};

static ss_slice value_of(const place *p, const char *number)
{
    static char memory[256];
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    ss_put_text(&b, p->before);
    ss_put_text(&b, number);
    ss_put_text(&b, p->after);
    CHECK(!b.overflow);
    return ss_buffer_slice(&b);
}

static bool is_fit(const place *p, const edge *e)
{
    return !e->is_huge && e->value >= p->low && e->value <= p->high &&
           (p->digits == 0 || strlen(e->text) <= p->digits);
}

static void check_typed(const place *p, const edge *e)
{
    ss_typed typed;
    ss_flaw flaw;
    const ss_slice value = value_of(p, e->text);
    const bool is_good = ss_typed_parse(p->id, test_exact(value), &typed, &flaw) == SS_OK;
    if (is_good != is_fit(p, e)) {
        const ss_slice name = ss_hdr_name(p->id);
        printf("%.*s: %.*s\n", (int)name.len, name.at, (int)value.len, value.at);
    }
    CHECK_EQ(is_good, is_fit(p, e));
}

/* RFC3261:20.14, RFC3261:20.16, RFC3261:20.19, RFC3261:20.22, RFC3261:20.23, RFC3261:20.33, RFC3261:8.1.1.5 */
TEST(numbers_at_their_edges_are_typed_or_refused)
{
    for (size_t i = 0; i < SS_COUNT(places); i++) {
        for (size_t k = 0; k < SS_COUNT(edges); k++) {
            check_typed(&places[i], &edges[k]);
        }
        ss_typed typed;
        ss_flaw flaw;
        CHECK(ss_typed_parse(places[i].id, value_of(&places[i], "-1"), &typed, &flaw) != SS_OK);
        CHECK(ss_typed_parse(places[i].id, value_of(&places[i], "+1"), &typed, &flaw) != SS_OK);
        CHECK(ss_typed_parse(places[i].id, value_of(&places[i], ""), &typed, &flaw) != SS_OK);
        CHECK(ss_typed_parse(places[i].id, value_of(&places[i], "0x1"), &typed, &flaw) != SS_OK);
        CHECK(ss_typed_parse(places[i].id, value_of(&places[i], "1 2"), &typed, &flaw) != SS_OK ||
              *places[i].after == ' ');
    }
    (void)test_exact(SS_EMPTY);
}

/* In a whole message, each way in: what is refused is answered 400, and nothing wraps into another length. */
static void check_in_message(const place *p, const edge *e)
{
    char line[320];
    const ss_slice name = ss_hdr_name(p->id);
    const ss_slice value = value_of(p, e->text);
    const bool replaces = p->id == SS_HDR_CONTENT_LENGTH || p->id == SS_HDR_MAX_FORWARDS ||
                          p->id == SS_HDR_CSEQ || p->id == SS_HDR_VIA;
    snprintf(line, sizeof line, "%s%.*s: %.*s", replaces ? "" : "+", (int)name.len, name.at,
             (int)value.len, value.at);
    ss_diag diag;
    const ss_verdict verdict = inspect(test_update(line), &diag);
    const bool is_judged = p->id != SS_HDR_RACK && p->id != SS_HDR_FLOW_TIMER &&
                           p->id != SS_HDR_SUBSCRIPTION_STATE; /* not of an INVITE */
    if (is_judged && !is_fit(p, e)) {
        CHECK(verdict != SS_VERDICT_ACCEPT);
        CHECK_EQ(diag.response, 400);
        CHECK_EQ(diag.header, p->id);
    }
    CHECK(!is_fit(p, e) || verdict == SS_VERDICT_ACCEPT ||
          (p->id == SS_HDR_CONTENT_LENGTH && e->value > 0));
    CHECK(inspect_message()->body.len == 0);
}

TEST(numbers_at_their_edges_in_a_message_are_answered_400)
{
    for (size_t i = 0; i < SS_COUNT(places); i++) {
        for (size_t k = 0; k < SS_COUNT(edges); k++) {
            check_in_message(&places[i], &edges[k]);
        }
    }
}

/* RFC3261:20.10 and RFC3261:20.1: q has one digit before the point and three behind it at most. */
TEST(numbers_q_is_0_to_1_with_three_decimals)
{
    static const char *const good[] = { "0", "1", "0.", "1.", "0.0", "0.999", "1.000", "0.5" };
    static const char *const bad[] = { "2", "1.001", "0.0000",       "1.0000", "00.5", ".5", "-0.1",
                                       "",  "0.5e1", "4294967296.5", "0,5",    "1.1",  "0x0" };
    ss_typed typed;
    ss_flaw flaw;
    const place contact = { SS_HDR_CONTACT, "<sip:a@b>;q=", "", 0, 0, 0 };
    const place accept = { SS_HDR_ACCEPT, "a/b;q=", "", 0, 0, 0 };
    for (size_t i = 0; i < SS_COUNT(good); i++) {
        CHECK_OK(ss_typed_parse(SS_HDR_CONTACT, value_of(&contact, good[i]), &typed, &flaw));
        CHECK_OK(ss_typed_parse(SS_HDR_ACCEPT, value_of(&accept, good[i]), &typed, &flaw));
    }
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        CHECK(ss_typed_parse(SS_HDR_CONTACT, value_of(&contact, bad[i]), &typed, &flaw) != SS_OK);
        CHECK(ss_typed_parse(SS_HDR_ACCEPT, value_of(&accept, bad[i]), &typed, &flaw) != SS_OK);
    }
}

/* RFC3261:18.3 on a stream a length is never taken modulo anything: framer and parser say no alike. */
TEST(numbers_of_content_length_on_a_stream_do_not_wrap)
{
    for (size_t k = 0; k < SS_COUNT(edges); k++) {
        char line[128];
        snprintf(line, sizeof line, "Content-Length: %s", edges[k].text);
        ss_diag diag;
        const ss_slice bytes = test_update(line);
        const ss_verdict verdict = inspect(bytes, &diag);
        CHECK_EQ(verdict == SS_VERDICT_ACCEPT, edges[k].value == 0 && !edges[k].is_huge);
    }
}
