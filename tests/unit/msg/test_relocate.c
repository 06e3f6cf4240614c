/* A message whose topmost Via was replaced, or whose index was moved to equal bytes, is in every slice and offset the message that
 * its new bytes are read as. */
#include "check.h"
#include "messages.h"

#include <string.h>

static unsigned char memory[1 << 20];

/* Reads `text`, replaces its topmost Via and reads what came of it again. */
static void check_replaced(ss_slice text, ss_slice value)
{
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_msg msg, again;
    ss_diag diag;
    memset(&msg, 0, sizeof msg); /* padding is compared too */
    memset(&again, 0, sizeof again);
    if (ss_msg_parse(&msg, &arena, text, &diag) != SS_OK) {
        return;
    }
    CHECK_OK(ss_msg_replace_top_via(&msg, &arena, value));
    CHECK_SLICE_EQ(msg.top_via.whole, value);
    CHECK_OK(ss_msg_parse(&again, &arena, msg.bytes, &diag));
    CHECK_EQ(again.field_count, msg.field_count);
    CHECK(memcmp(again.fields, msg.fields, msg.field_count * sizeof *msg.fields) == 0);
    again.fields = msg.fields;
    CHECK(memcmp(&again, &msg, sizeof msg) == 0);
}

static const ss_slice values[] = {
    SS_LIT_INIT("SIP/2.0/UDP a"),
    SS_LIT_INIT("SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK-a-long-branch-of-a-client-that-likes-them;"
                "rport=5060;received=10.0.0.1"),
    SS_LIT_INIT("SIP/2.0/TCP\r\n [2001:db8::1];received=2001:db8::2;branch=z9hG4bK1"),
};

TEST(replace_via_moves_all_that_was_read_of_every_sample)
{
    for (size_t i = 0; i < test_message_count; i++) {
        for (size_t v = 0; v < SS_COUNT(values); v++) {
            check_replaced(test_messages[i].bytes, values[v]);
        }
    }
}

TEST(replace_via_leaves_the_other_values_of_its_line)
{
    static const char text[] =
        "INVITE sip:x SIP/2.0\r\nf: <sip:a>;tag=1\r\nv: SIP/2.0/UDP a;branch=1 ,\r\n SIP/2.0/UDP b\r\n"
        "v: SIP/2.0/UDP c\r\nTo: \"B\" <sip:b@c;d=e?f=g>;x=y\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n"
        "Content-Length: 3\r\n\r\nabc and what is no more of it";
    for (size_t v = 0; v < SS_COUNT(values); v++) {
        check_replaced(SS_LIT(text), values[v]);
    }
}

/* A request that is refused is answered by way of its Via all the same. */
TEST(replace_via_works_on_a_message_that_was_only_partly_read)
{
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_msg msg;
    ss_diag diag;
    CHECK_STATUS(ss_msg_parse(&msg, &arena,
                              SS_LIT("INVITE sip:x SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=1\r\n"
                                     "From: <sip:a>;tag=1\r\nTo: ???\r\nCall-ID: 1\r\n"
                                     "CSeq: 1 INVITE\r\nnonsense"),
                              &diag),
                 SS_ERR_SYNTAX);
    CHECK_OK(ss_msg_replace_top_via(&msg, &arena, values[1]));
    CHECK_SLICE_EQ(ss_msg_value(&msg, SS_HDR_VIA, 0), values[1]);
    CHECK_SLICE(ss_msg_call_id(&msg), "1");
    CHECK_SLICE(ss_name_addr_tag(&msg.from), "1");
}

TEST(replace_via_says_when_it_does_not_fit)
{
    static char text[SS_MESSAGE_BYTES_MAX];
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put_text(&b, "BYE sip:x SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=1\r\nFrom: <sip:a>;tag=1\r\n"
                    "To: <sip:b>\r\nCall-ID: 1\r\nCSeq: 1 BYE\r\n\r\n");
    memset(text + b.len, 'x', sizeof text - b.len);
    ss_msg msg;
    ss_diag diag;
    CHECK_OK(ss_msg_parse(&msg, &arena, (ss_slice){ text, sizeof text }, &diag));
    CHECK_STATUS(ss_msg_replace_top_via(&msg, &arena, values[1]), SS_ERR_FULL);
    CHECK(msg.bytes.at == text);
    arena.cap = arena.used + 100;
    CHECK_STATUS(ss_msg_replace_top_via(&msg, &arena, SS_LIT("SIP/2.0/UDP a")), SS_ERR_FULL);
}

static const char *copy_of(ss_slice bytes, char *to)
{
    memcpy(to, bytes.at, bytes.len);
    return to;
}

/* In every slice and offset the message that the equal bytes are read as, and nothing of it is of the old bytes. */
TEST(relocate_gives_what_reading_the_equal_bytes_gives)
{
    static char elsewhere[SS_MESSAGE_BYTES_MAX];
    static ss_field fields[SS_FIELDS_MAX];
    unsigned count = 0;
    for (size_t i = 0; i < test_message_count; i++) {
        ss_arena arena = { .base = memory, .cap = sizeof memory };
        ss_msg msg, copy, again;
        ss_diag diag;
        memset(&msg, 0, sizeof msg); /* padding is compared too */
        memset(&again, 0, sizeof again);
        if (ss_msg_parse(&msg, &arena, test_messages[i].bytes, &diag) != SS_OK) {
            continue;
        }
        ss_msg_relocate(&copy, fields, &msg, copy_of(msg.bytes, elsewhere));
        CHECK_OK(ss_msg_parse(&again, &arena, (ss_slice){ elsewhere, msg.bytes.len }, &diag));
        CHECK_EQ(again.field_count, copy.field_count);
        CHECK(memcmp(again.fields, fields, copy.field_count * sizeof *fields) == 0);
        again.fields = fields;
        CHECK(memcmp(&again, &copy, sizeof copy) == 0);
        count++;
    }
    CHECK(count >= 5);
}
