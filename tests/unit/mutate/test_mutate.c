/* Edits of messages: what each does, that it is the same for the same choices, that it knows its room. */
#include "check.h"

#include "sn/mutate.h"

#include <string.h>

enum { ROOM = 1 << 17 };

static const ss_slice message = SS_LIT_INIT(
    "INVITE sip:bob@b.example SIP/2.0\r\n"
    "Via: SIP/2.0/UDP a.example;branch=z9hG4bK1, SIP/2.0/TCP c.example;branch=z9hG4bK2\r\n"
    "f: \"A, B\" <sip:a@a.example>;tag=1\r\n"
    "To: <sip:bob@b.example>\r\n"
    "Call-ID: 1@a.example\r\n"
    "CSeq: 7 INVITE\r\n"
    "Route: <sip:p1.example;lr>\r\n"
    "Route: <sip:p2.example;lr>\r\n"
    "Content-Length: 5\r\n"
    "\r\n"
    "v=0\r\n");

static char room[ROOM];

static ss_status edit_as(ss_slice bytes, const sn_wish *wish, uint64_t key, ss_buffer *out,
                         sn_edited *made)
{
    sn_choices choices = sn_choices_of(key);
    *out = ss_buffer_on(room, sizeof room);
    return sn_mutate(bytes, wish, &choices, out, made);
}

static ss_buffer edited(sn_edit edit, const char *field)
{
    ss_buffer out;
    sn_edited made;
    const sn_wish wish = { .edit = edit, .field = ss_slice_from(field) };
    CHECK_OK(edit_as(message, &wish, 1, &out, &made));
    CHECK_EQ(made.edit, edit);
    return out;
}

static bool holds(const ss_buffer *out, const char *text)
{
    const ss_slice what = ss_slice_from(text);
    for (size_t i = 0; i + what.len <= out->len; i++) {
        if (memcmp(out->at + i, what.at, what.len) == 0) {
            return true;
        }
    }
    return false;
}

TEST(each_edit_has_a_name_and_is_found_by_it)
{
    for (sn_edit e = 0; e < SN_EDITS; e++) {
        const sn_edit_row *row = sn_edit_about(e);
        CHECK_EQ(sn_edit_from(ss_slice_from(row->name)), e);
        CHECK(row->weight > 0 || e == SN_EDIT_SET_FIELD || e == SN_EDIT_REWRITE);
        CHECK(strlen(row->sentence) > 10);
        CHECK(row->inverse == SN_EDIT_NONE || sn_edit_about(row->inverse)->inverse == e);
    }
    CHECK_EQ(sn_edit_from(SS_LIT("drop-field")), SN_EDIT_DROP_FIELD);
    CHECK_EQ(sn_edit_from(SS_LIT("drop")), SN_EDIT_NONE);
    CHECK_EQ(sn_edit_from(SS_EMPTY), SN_EDIT_NONE);
}

TEST(a_tape_chooses_by_its_bytes_and_then_zeros)
{
    sn_choices c = { .tape = SS_LIT("\x03\x01\x02\x00\x00\x07") };
    CHECK_EQ(sn_choose(&c, 10), 3);
    CHECK_EQ(sn_choose(&c, 1000), 0x201);
    CHECK_EQ(sn_choose(&c, 4), 3);
    CHECK_EQ(sn_choose(&c, 4), 0);
    CHECK_EQ(sn_choose(&c, 100000), 0);
}

TEST(a_key_chooses_each_number_about_as_often)
{
    unsigned counts[7] = { 0 };
    for (uint64_t key = 0; key < 700; key++) {
        sn_choices c = sn_choices_of(key);
        (void)sn_choose(&c, 5);
        for (unsigned i = 0; i < 10; i++) {
            counts[sn_choose(&c, 7)]++;
        }
    }
    for (unsigned i = 0; i < 7; i++) {
        CHECK(counts[i] > 1000 - 150 && counts[i] < 1000 + 150);
    }
}

TEST(a_field_is_dropped_or_stands_more_often)
{
    ss_buffer out = edited(SN_EDIT_DROP_FIELD, "from");
    CHECK(!holds(&out, "f: "));
    CHECK_EQ(out.len, message.len - 35);
    out = edited(SN_EDIT_REPEAT_FIELD, "Call-ID");
    CHECK(holds(&out, "Call-ID: 1@a.example\r\nCall-ID: 1@a.example\r\nCSeq"));
    out = edited(SN_EDIT_REPEAT_FIELD_LAST, "i");
    CHECK(holds(&out, "Length: 5\r\nCall-ID: 1@a.example\r\n\r\nv=0"));
}

TEST(a_field_moves)
{
    ss_buffer out = edited(SN_EDIT_MOVE_FIELD_FIRST, "CSeq");
    CHECK(holds(&out, "SIP/2.0\r\nCSeq: 7 INVITE\r\nVia"));
    CHECK_EQ(out.len, message.len);
    out = edited(SN_EDIT_MOVE_FIELD_LAST, "v");
    CHECK(holds(&out, "INVITE sip:bob@b.example SIP/2.0\r\nf: "));
    CHECK(holds(&out, "branch=z9hG4bK2\r\n\r\nv=0"));
}

TEST(names_are_spelled_otherwise)
{
    ss_buffer out = edited(SN_EDIT_OTHER_NAME, "from");
    CHECK(holds(&out, "\r\nFrom: \"A, B\""));
    out = edited(SN_EDIT_OTHER_NAME, "via");
    CHECK(holds(&out, "\r\nv: SIP"));
    out = edited(SN_EDIT_CASE_NAME, "call-id");
    CHECK(holds(&out, "\r\ncALL-id: 1"));
}

TEST(lists_are_joined_and_split_but_not_in_a_quote)
{
    ss_buffer out = edited(SN_EDIT_JOIN_FIELDS, "route");
    CHECK(holds(&out, "Route: <sip:p1.example;lr>"));
    CHECK(!holds(&out, "Route: <sip:p2.example;lr>"));
    CHECK(holds(&out, "<sip:p2.example;lr>\r\nContent"));
    out = edited(SN_EDIT_SPLIT_FIELD, "via");
    CHECK(holds(&out, "=z9hG4bK1\r\nVia: SIP/2.0/TCP c"));
    ss_buffer none;
    sn_edited made;
    const sn_wish wish = { .edit = SN_EDIT_SPLIT_FIELD, .field = SS_LIT("From") };
    CHECK_STATUS(edit_as(message, &wish, 1, &none, &made), SS_NONE);
    CHECK_EQ(none.len, 0);
}

TEST(a_field_is_set_or_put_in)
{
    ss_buffer out;
    sn_edited made;
    sn_wish wish = { .edit = SN_EDIT_SET_FIELD, .field = SS_LIT("cseq"), .value = SS_LIT("8 BYE") };
    CHECK_OK(edit_as(message, &wish, 1, &out, &made));
    CHECK(holds(&out, "\r\nCSeq: 8 BYE\r\n"));
    wish.field = SS_LIT("Max-Forwards");
    wish.value = SS_LIT("0");
    CHECK_OK(edit_as(message, &wish, 1, &out, &made));
    CHECK(holds(&out, "Content-Length: 5\r\nMax-Forwards: 0\r\n\r\nv=0"));
    wish.value = SS_EMPTY;
    CHECK_STATUS(edit_as(message, &wish, 1, &out, &made), SS_NONE);
}

TEST(an_edit_says_where_it_was)
{
    ss_buffer out;
    sn_edited made;
    const sn_wish wish = { .edit = SN_EDIT_EMPTY_VALUE, .field = SS_LIT("Call-ID") };
    CHECK_OK(edit_as(message, &wish, 1, &out, &made));
    CHECK_EQ(made.field, SS_HDR_CALL_ID);
    CHECK_SLICE(ss_slice_cut(message, made.at, made.at + 3), "1@a");
    CHECK(!made.repaired);
}

TEST(a_repair_makes_the_length_right_and_brings_back_what_is_needed)
{
    ss_buffer out;
    sn_edited made;
    sn_wish wish = { .edit = SN_EDIT_APPEND_BYTES, .repair = SN_REPAIR_LENGTH };
    CHECK_OK(edit_as(message, &wish, 1, &out, &made));
    CHECK(made.repaired);
    CHECK(!holds(&out, "Content-Length: 5\r\n"));
    wish = (sn_wish){ .edit = SN_EDIT_TRUNCATE, .repair = SN_REPAIR_FIELDS };
    for (uint64_t key = 0; key < 200; key++) {
        CHECK_OK(edit_as(message, &wish, key, &out, &made));
        CHECK(holds(&out, "Via:") && holds(&out, "\nf:") && holds(&out, "\nTo:"));
        CHECK(holds(&out, "\nCall-ID:") && holds(&out, "\nCSeq:"));
    }
}

TEST(a_repair_that_undoes_the_edit_is_not_made)
{
    ss_buffer out;
    sn_edited made;
    const sn_wish wish = { .edit = SN_EDIT_EMPTY_VALUE,
                           .field = SS_LIT("Content-Length"),
                           .repair = SN_REPAIR_LENGTH };
    CHECK_OK(edit_as(message, &wish, 1, &out, &made));
    CHECK(!made.repaired);
    CHECK(holds(&out, "Content-Length: \r\n"));
}

static const ss_slice response = SS_LIT_INIT("SIP/2.0 200 OK\r\n"
                                             "Via: SIP/2.0/UDP a.example;branch=z9hG4bK1\r\n"
                                             "From: <sip:a@a.example>;tag=1\r\n"
                                             "To: <sip:bob@b.example>;tag=2\r\n"
                                             "Call-ID: 1@a.example\r\n"
                                             "CSeq: 7 INVITE\r\n"
                                             "Max-Forwards: 70\r\n"
                                             "Contact: <sip:bob@1.2.3.4>\r\n"
                                             "Supported: timer, 100rel\r\n"
                                             "Session-Expires: 90\r\n"
                                             "Content-Type: application/sdp\r\n"
                                             "Content-Length: 10\r\n"
                                             "\r\n"
                                             "v=0\r\ns=-\r\n");

TEST(seven_of_eight_drawn_edits_are_repaired)
{
    unsigned repaired = 0, kinds[SN_EDITS] = { 0 };
    const sn_wish wish = { .edit = SN_EDIT_NONE, .repair = SN_REPAIR_DRAWN, .other = message };
    for (uint64_t key = 0; key < 8000; key++) {
        ss_buffer out;
        sn_edited made;
        const ss_slice bytes = key % 2 == 0 ? message : response;
        CHECK_OK(edit_as(bytes, &wish, key, &out, &made));
        CHECK(!ss_slice_eq(ss_buffer_slice(&out), bytes));
        repaired += made.repaired;
        kinds[made.edit]++;
    }
    CHECK(repaired > 7000 - 1000 && repaired < 7000 + 120);
    for (sn_edit e = 0; e < SN_EDITS; e++) {
        CHECK((kinds[e] > 0) == (sn_edit_about(e)->weight > 0));
    }
}

TEST(an_edit_that_does_not_fit_is_not_made)
{
    sn_edited made;
    sn_choices choices = sn_choices_of(1);
    const sn_wish wish = { .edit = SN_EDIT_REPEAT_FIELD };
    ss_buffer out = ss_buffer_on(room, message.len);
    CHECK_STATUS(sn_mutate(message, &wish, &choices, &out, &made), SS_ERR_FULL);
    CHECK_EQ(out.len, 0);
}

/* Whatever the bytes: something can be done to them, even to none. */
TEST(no_bytes_are_beyond_editing)
{
    static const ss_slice odd[] = { SS_LIT_INIT(""),        SS_LIT_INIT("\r\n"),
                                    SS_LIT_INIT("\r\r\n"),  SS_LIT_INIT(":"),
                                    SS_LIT_INIT("\n\n\n"),  SS_LIT_INIT("a\r\n b\r\n\tc"),
                                    SS_LIT_INIT("x\n:\n"),  SS_LIT_INIT("\0\0\0"),
                                    SS_LIT_INIT("SIP/2.0"), SS_LIT_INIT("a\r\n\"<;,=\\") };
    for (size_t i = 0; i < SS_COUNT(odd); i++) {
        for (uint64_t key = 0; key < 300; key++) {
            ss_buffer out;
            sn_edited made;
            const sn_wish wish = { .edit = SN_EDIT_NONE, .repair = SN_REPAIR_DRAWN };
            CHECK_OK(edit_as(odd[i], &wish, key, &out, &made));
        }
    }
}

static const char spelled[] =
    "INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKa\r\n"
    "Via: SIP/2.0/UDP b;branch=z9hG4bKb\r\nFrom: \"A  B\" <sip:a@a>;tag=1\r\n"
    "To: <sip:b@b>\r\nCall-ID: c@d\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n"
    "Contact: <sip:a@a>\r\nContent-Length: 4\r\n\r\nbody";

/* RFC3261:7.3.1 RFC3261:7.3.3 */
TEST(a_rewritten_message_says_the_same_in_other_words)
{
    static char arena_of_one[1 << 16], arena_of_other[1 << 16];
    const ss_slice whole = ss_slice_from(spelled);
    char text[4096];
    unsigned others = 0;
    for (uint64_t key = 0; key < 200; key++) {
        ss_buffer out = ss_buffer_on(text, sizeof text);
        sn_choices choices = sn_choices_of(key);
        sn_edited made;
        ss_msg one, other;
        ss_diag diag;
        ss_arena a = { (unsigned char *)arena_of_one, sizeof arena_of_one, 0 },
                 b = { (unsigned char *)arena_of_other, sizeof arena_of_other, 0 };
        CHECK_OK(sn_mutate(whole, &(sn_wish){ .edit = SN_EDIT_REWRITE }, &choices, &out, &made));
        CHECK_OK(ss_msg_parse(&one, &a, whole, &diag));
        CHECK_OK(ss_msg_parse(&other, &b, ss_buffer_slice(&out), &diag));
        CHECK_EQ(other.field_count, one.field_count);
        CHECK_SLICE(ss_msg_value(&other, SS_HDR_CALL_ID, 0), "c@d");
        CHECK_SLICE(other.body, "body");
        CHECK_SLICE(other.top_via.branch, "z9hG4bKa");
        CHECK_SLICE(ss_name_addr_tag(&other.from), "1");
        others += !ss_slice_eq(ss_buffer_slice(&out), whole);
    }
    CHECK_EQ(others, 200);
}

TEST(what_is_broken_is_not_spelled_otherwise)
{
    static const char *const broken[] = { "",
                                          "INVITE",
                                          "A b SIP/2.0\r\n\r\n",
                                          "A b SIP/2.0\r\nno colon\r\n\r\n",
                                          "A b SIP/2.0\r\nTo:\r\n\r\n",
                                          "A b SIP/2.0\r\nTo: x",
                                          "A b SIP/2.0\r\nTo: x\nCSeq: 1 A\r\n\r\n",
                                          "A b SIP/2.0\r\nTo: x\ry\r\n\r\n",
                                          "A b SIP/2.0\nTo: x\r\n\r\n" };
    char text[256];
    for (size_t i = 0; i < SS_COUNT(broken); i++) {
        ss_buffer out = ss_buffer_on(text, sizeof text);
        sn_choices choices = sn_choices_of(i);
        sn_edited made;
        CHECK_EQ(sn_mutate(ss_slice_from(broken[i]), &(sn_wish){ .edit = SN_EDIT_REWRITE },
                           &choices, &out, &made),
                 SS_NONE);
    }
}
