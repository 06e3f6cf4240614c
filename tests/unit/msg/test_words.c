/* Methods, header names, reason phrases, transports: every row is found again. */
#include "check.h"
#include "messages.h"

#include "stack/msg/lex.h"

static const char compact_letters[] = {
#define HEADER(id, name, compact, repetition, grammar, methods, section) (compact),
#include "ss/headers.def"
#undef HEADER
};

TEST(words_every_header_is_found_by_its_long_name_in_any_case)
{
    char name[32];
    for (unsigned id = 0; id < SS_HDR_OTHER; id++) {
        const ss_slice row = ss_hdr_name((ss_hdr)id);
        CHECK_EQ(ss_hdr_from(row), id);
        for (size_t i = 0; i < row.len; i++) {
            name[i] = (char)(lex_is(row.at[i], LEX_ALPHA) ? row.at[i] ^ ' ' : row.at[i]);
        }
        CHECK_EQ(ss_hdr_from((ss_slice){ name, row.len }), id);
        CHECK(row.len == 2 ||
              ss_hdr_from((ss_slice){ name, row.len - 1 }) != (ss_hdr)id); /* "T" is To */
    }
}

TEST(words_every_compact_name_is_found_in_any_case_and_no_other)
{
    for (int c = 0; c < 256; c++) {
        const char letter = (char)c;
        ss_hdr expected = SS_HDR_OTHER;
        for (unsigned id = 0; id < SS_HDR_OTHER; id++) {
            if (compact_letters[id] != 0 && compact_letters[id] == ss_lower(letter)) {
                expected = (ss_hdr)id;
            }
        }
        CHECK_EQ(ss_hdr_from((ss_slice){ &letter, 1 }), expected);
    }
}

TEST(words_unknown_headers_are_other)
{
    CHECK_EQ(ss_hdr_from(SS_LIT("")), SS_HDR_OTHER);
    CHECK_EQ(ss_hdr_from(SS_LIT("X-Via")), SS_HDR_OTHER);
    CHECK_EQ(ss_hdr_from(SS_LIT("A-name-longer-than-any-other-name")), SS_HDR_OTHER);
    CHECK_EQ(ss_hdr_name(SS_HDR_OTHER).len, 0);
}

TEST(words_methods_are_found_by_exact_case_only)
{
    for (unsigned m = SS_METHOD_OTHER + 1; m < SS_METHOD_COUNT; m++) {
        CHECK_EQ(ss_method_from(ss_method_name((ss_method)m)), m);
    }
    CHECK_EQ(ss_method_from(SS_LIT("invite")), SS_METHOD_OTHER);
    CHECK_EQ(ss_method_from(SS_LIT("?")), SS_METHOD_OTHER);
    CHECK_EQ(ss_method_from(SS_EMPTY), SS_METHOD_OTHER);
}

TEST(words_reason_phrases_stand_in_order_and_unknown_ones_have_a_word)
{
    unsigned known = 0;
    for (unsigned status = 0; status < 1000; status++) {
        CHECK(ss_reason_phrase(status).len > 0);
        known += !ss_slice_eq(ss_reason_phrase(status), SS_LIT("Unknown"));
    }
    CHECK_EQ(known, 64);
    CHECK_SLICE(ss_reason_phrase(100), "Trying");
    CHECK_SLICE(ss_reason_phrase(486), "Busy Here");
    CHECK_SLICE(ss_reason_phrase(606), "Not Acceptable");
    CHECK_SLICE(ss_reason_phrase(299), "Unknown");
}

TEST(words_transports_are_found_in_any_case)
{
    ss_transport t = SS_TRANSPORT_COUNT;
    CHECK_OK(ss_transport_from(SS_LIT("tls"), &t));
    CHECK_EQ(t, SS_TRANSPORT_TLS);
    CHECK_SLICE(ss_transport_name(SS_TRANSPORT_SCTP), "SCTP");
    CHECK_STATUS(ss_transport_from(SS_LIT("QUIC"), &t), SS_NONE);
    CHECK(!ss_transport_is_reliable(SS_TRANSPORT_UDP));
    CHECK(ss_transport_is_reliable(SS_TRANSPORT_WSS));
}
