/* STUN as SIP uses it (RFC 8489 sections 5, 6.3 and 14; RFC 5626 section 8): its messages, and the limited server that every engine is on its
 * UDP port. The client is in rfc5626_user_agents.c. */
#include "check.h"
#include "ss/stun.h"
#include "ua_rig.h"

#include <string.h>

#define COOKIE "\x21\x12\xa4\x42"
#define ID     "abcdefghijkl"

/* Type, length, magic cookie and transaction of a Binding request; its attributes follow. */
#define REQUEST(length) "\x00\x01\x00" length COOKIE ID

#define TEXT_OF(literal) ((ss_slice){ (literal), sizeof(literal) - 1 })

static ss_slice answer_to(ss_slice request, const ss_address *from)
{
    static char bytes[128];
    ss_stun message;
    CHECK_OK(ss_stun_parse(request, &message));
    ss_buffer b = ss_buffer_on(bytes, sizeof bytes);
    ss_stun_put_answer(&b, &message, from);
    return ss_buffer_slice(&b);
}

TEST(rfc8489_5_a_request_is_twenty_bytes_of_type_length_cookie_and_transaction)
{
    char bytes[64];
    ss_stun_id id;
    memcpy(id.bytes, ID, sizeof id.bytes);
    ss_buffer b = ss_buffer_on(bytes, sizeof bytes);
    ss_stun_put_request(&b, &id);
    const ss_slice expected = TEXT_OF(REQUEST("\x00"));
    CHECK(ss_slice_eq(ss_buffer_slice(&b), expected));
}

TEST(rfc8489_5_class_and_method_share_the_first_two_bytes)
{
    static const struct {
        const char *type;
        ss_stun_class class;
        unsigned method;
    } types[] = { { "\x00\x01", SS_STUN_REQUEST, 1 },   { "\x00\x11", SS_STUN_INDICATION, 1 },
                  { "\x01\x01", SS_STUN_SUCCESS, 1 },   { "\x01\x11", SS_STUN_ERROR, 1 },
                  { "\x00\x03", SS_STUN_REQUEST, 3 },   { "\x3e\xef", SS_STUN_REQUEST, 0xfff },
                  { "\x3f\xff", SS_STUN_ERROR, 0xfff }, { "\x00\x20", SS_STUN_REQUEST, 0x10 },
                  { "\x02\x00", SS_STUN_REQUEST, 0x80 } };
    for (size_t i = 0; i < SS_COUNT(types); i++) {
        char bytes[SS_STUN_HEADER_BYTES] = REQUEST("\x00");
        ss_stun message;
        memcpy(bytes, types[i].type, 2);
        CHECK_OK(ss_stun_parse((ss_slice){ bytes, sizeof bytes }, &message));
        CHECK_EQ(message.class, types[i].class);
        CHECK_EQ(message.method, types[i].method);
    }
}

TEST(rfc8489_6_3_what_breaks_the_rules_of_section_5_is_no_message)
{
    static const ss_slice bad[] = {
        SS_LIT_INIT(""),
        SS_LIT_INIT("\x00\x01"),
        SS_LIT_INIT("\x00\x01\x00\x00\x21\x12\xa4\x42"
                    "abcdefghijk"),                         /* a byte is missing */
        SS_LIT_INIT("\x00\x01\x00\x00\x21\x12\xa4\x43" ID), /* another cookie */
        SS_LIT_INIT("\x80\x01\x00\x00" COOKIE ID),          /* not two zeros */
        SS_LIT_INIT(REQUEST("\x04")),                       /* says more than there is */
        SS_LIT_INIT(REQUEST("\x00") "\x80\x22\x00\x00"),    /* less */
        SS_LIT_INIT(REQUEST("\x02") "\x80\x22"),            /* no multiple of four */
        SS_LIT_INIT(REQUEST("\x04") "\x80\x22\x00\x01"),    /* beyond the end */
        SS_LIT_INIT(REQUEST("\x08") "\x80\x22\xff\xff"
                                    "abcd"),
        SS_LIT_INIT(REQUEST("\x08") "\x80\x22\x00\x00\x80\x22\x00\x01"),
    };
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        ss_stun message;
        CHECK_EQ(ss_stun_parse(bad[i], &message), SS_ERR_SYNTAX);
    }
}

TEST(rfc8489_14_2_an_ipv4_address_is_mixed_with_the_cookie)
{
    const ss_address from = ss_address_v4(0xc0000201, 32853);
    const ss_slice answer = answer_to(TEXT_OF(REQUEST("\x00")), &from);
    const ss_slice expected =
        TEXT_OF("\x01\x01\x00\x0c" COOKIE ID "\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43");
    CHECK(ss_slice_eq(answer, expected));
    ss_stun message;
    ss_address mapped;
    CHECK_OK(ss_stun_parse(answer, &message));
    CHECK_OK(ss_stun_mapped(&message, &mapped));
    CHECK(ss_address_equal(&mapped, &from));
}

TEST(rfc8489_14_2_an_ipv6_address_is_mixed_with_the_transaction_too)
{
    ss_address from, mapped;
    ss_stun message;
    CHECK_OK(ss_address_from(SS_LIT("2001:db8::17"), 5060, &from));
    const ss_slice answer = answer_to(TEXT_OF(REQUEST("\x00")), &from);
    CHECK_EQ(answer.len, SS_STUN_HEADER_BYTES + 24);
    CHECK(memcmp(answer.at + 28, "\x01\x13\xa9\xfa", 4) == 0); /* 2001:db8 and the cookie */
    CHECK_EQ(answer.at[43], 'l' ^ 0x17);
    CHECK_OK(ss_stun_parse(answer, &message));
    CHECK_OK(ss_stun_mapped(&message, &mapped));
    CHECK(ss_address_equal(&mapped, &from));
}

TEST(rfc8489_14_2_an_address_of_no_family_or_of_another_length_is_none)
{
    static const ss_slice bad[] = {
        SS_LIT_INIT(REQUEST("\x00")),
        SS_LIT_INIT(REQUEST("\x04") "\x00\x20\x00\x00"),
        SS_LIT_INIT(REQUEST("\x0c") "\x00\x20\x00\x08\x00\x03\x00\x00"
                                    "1234"),
        SS_LIT_INIT(REQUEST("\x0c") "\x00\x20\x00\x08\x00\x02\x00\x00"
                                    "1234"),
        SS_LIT_INIT(REQUEST("\x0c") "\x00\x20\x00\x07\x00\x01\x00\x00"
                                    "1234"),
    };
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        ss_stun message;
        ss_address mapped;
        CHECK_OK(ss_stun_parse(bad[i], &message));
        CHECK_EQ(ss_stun_mapped(&message, &mapped), SS_NONE);
    }
}

/* RFC8489:14.8 RFC8489:14.13 */
TEST(rfc8489_6_3_1_what_must_be_understood_and_is_not_is_answered_420)
{
    const ss_address from = ss_address_v4(0xc0000201, 5060);
    const ss_slice answer = answer_to(
        TEXT_OF(REQUEST("\x0c") "\x7f\x01\x00\x00\x80\x99\x00\x00\x00\x03\x00\x00"), &from);
    const ss_slice expected =
        TEXT_OF("\x01\x11\x00\x24" COOKIE ID "\x00\x09\x00\x15\x00\x00\x04\x14"
                "Unknown Attribute\0\0\0"
                "\x00\x0a\x00\x04\x7f\x01\x00\x03");
    CHECK(ss_slice_eq(answer, expected));
}

TEST(rfc8489_6_3_what_need_not_be_understood_or_is_known_is_passed_over)
{
    const ss_address from = ss_address_v4(0xc0000201, 5060);
    const ss_slice answer = answer_to(TEXT_OF(REQUEST("\x14") "\x80\x22\x00\x03"
                                                              "abc\0"
                                                              "\x00\x06\x00\x01"
                                                              "u\0\0\0"
                                                              "\x80\x28\x00\x00"),
                                      &from);
    CHECK_EQ(answer.at[1], 1);
    CHECK_EQ(answer.at[0], 1);
}

/* However many unknown attributes are asked about: four are named. */
TEST(rfc8489_6_3_1_an_answer_is_never_much_longer_than_its_request)
{
    char bytes[SS_STUN_HEADER_BYTES + 4 * 300] = REQUEST("\x00");
    const ss_address from = ss_address_v4(0xc0000201, 5060);
    for (unsigned count = 1; count <= 300; count++) {
        memcpy(bytes + SS_STUN_HEADER_BYTES + 4 * (count - 1), "\x7f\x01\x00\x00", 4);
        bytes[2] = (char)(4 * count >> 8);
        bytes[3] = (char)(4 * count & 0xff);
        const ss_slice request = { bytes, SS_STUN_HEADER_BYTES + 4 * (size_t)count };
        CHECK(answer_to(request, &from).len <= 3 * request.len);
        CHECK(answer_to(request, &from).len <= 60);
    }
}

/* ---- the engine ---- */

TEST(rfc5626_8_a_user_agent_answers_a_binding_request_with_where_it_came_from)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_inject(rig, BOB, TEXT_OF(REQUEST("\x00"))));
    CHECK_EQ(rig->message_count, 1);
    ss_stun answer;
    ss_address mapped;
    CHECK_OK(ss_stun_parse(rig->messages[0].bytes, &answer));
    CHECK_EQ(answer.class, SS_STUN_SUCCESS);
    CHECK(memcmp(answer.id.bytes, ID, sizeof answer.id.bytes) == 0);
    CHECK_OK(ss_stun_mapped(&answer, &mapped));
    CHECK_EQ(mapped.ip[3], 9);
    CHECK_EQ(mapped.port, 5060);
    CHECK(ua_is_empty(rig, BOB));
}

/* An indication, responses, another method, and what is none of it. */
TEST(rfc8489_6_3_nothing_else_is_answered)
{
    static const ss_slice silent[] = {
        SS_LIT_INIT("\x00\x11\x00\x00" COOKIE ID),
        SS_LIT_INIT("\x01\x01\x00\x00" COOKIE ID),
        SS_LIT_INIT("\x01\x11\x00\x00" COOKIE ID),
        SS_LIT_INIT("\x00\x03\x00\x00" COOKIE ID),
        SS_LIT_INIT("\x00\x01\x00\x00"
                    "cookABCDEFGHIJKL"),
        SS_LIT_INIT("\x00"),
        SS_LIT_INIT("\x01\x02\x03"),
    };
    ua_rig *rig = ua_start();
    for (size_t i = 0; i < SS_COUNT(silent); i++) {
        const ss_status status = ua_inject(rig, BOB, silent[i]);
        CHECK_EQ(status, i < 3 || silent[i].len == 1 ? SS_OK : SS_ERR_SYNTAX);
    }
    CHECK_EQ(rig->message_count, 0);
    CHECK_EQ(rig->engines[BOB].counts.strays, 2);
    CHECK_EQ(rig->engines[BOB].counts.refused, 3);
    CHECK(ua_is_empty(rig, BOB));
}
