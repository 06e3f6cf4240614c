/* Sessions that change (RFC 3264 section 8; 6 and 6.1 for what an answer must be): two sides that offer and answer in turn,
 * their o= versions, hold and resume, streams that come and go, and answers that are none. */
#include "check.h"
#include "messages.h"

#include "ss/sdp.h"

#include <stdio.h>
#include <string.h>

#define ALL_KINDS \
    (SS_MEDIA_BIT(SS_MEDIA_AUDIO) | SS_MEDIA_BIT(SS_MEDIA_VIDEO) | SS_MEDIA_BIT(SS_MEDIA_MESSAGE))

typedef struct side {
    ss_session session;
    ss_sdp_local local;
    char text[4096];
    ss_slice said;
    ss_sdp read; /* what it said, as read */
} side;

static side a, b;

static void begin(unsigned a_kinds, unsigned b_kinds)
{
    test_arena()->used = 0;
    memset(&a, 0, sizeof a);
    memset(&b, 0, sizeof b);
    ss_session_start(&a.session, 1, 10, a_kinds);
    ss_session_start(&b.session, 2, 20, b_kinds);
    a.local = (ss_sdp_local){ .address = SS_LIT("IP4 10.0.0.1"), .port = 4000 };
    b.local = (ss_sdp_local){ .address = SS_LIT("IP4 10.0.0.2"), .port = 5000 };
}

static void hear(side *s, const ss_buffer *text)
{
    ss_diag diag;
    s->said = ss_buffer_slice(text);
    CHECK_OK(ss_sdp_parse(&s->read, test_arena(), s->said, &diag));
    CHECK_EQ(s->read.media_count, s->session.lines);
}

static void offer(side *from)
{
    ss_buffer text = ss_buffer_on(from->text, sizeof from->text);
    ss_session_offer(&from->session, &from->local, &text);
    CHECK(!text.overflow);
    hear(from, &text);
}

static void answer(side *from, const side *to)
{
    ss_buffer text = ss_buffer_on(from->text, sizeof from->text);
    CHECK_OK(ss_session_answer(&from->session, &to->read, &from->local, &text));
    hear(from, &text);
}

/* One whole exchange. */
static void exchange(side *from, side *to)
{
    offer(from);
    answer(to, from);
    CHECK_OK(ss_session_take_answer(&from->session, &to->read, &from->local));
}

static void begin_with_audio(void)
{
    begin(ALL_KINDS, ALL_KINDS);
    CHECK_OK(ss_session_add(&a.session, SS_MEDIA_AUDIO));
    exchange(&a, &b);
    CHECK_EQ(a.read.version, 10);
    CHECK_EQ(b.read.version, 20);
}

static void check_line(const side *s, uint32_t line, const char *media, unsigned port,
                       ss_sdp_direction direction)
{
    CHECK(line < s->read.media_count);
    CHECK_SLICE_EQ(s->read.media[line].media, ss_slice_from(media));
    CHECK_EQ(s->read.media[line].port, port);
    CHECK_EQ(s->read.media[line].direction, direction);
}

static bool take(const char *text)
{
    ss_sdp sdp;
    ss_diag diag;
    const ss_session before = a.session;
    CHECK_OK(ss_sdp_parse(&sdp, test_arena(), ss_slice_from(text), &diag));
    const ss_status status = ss_session_take_answer(&a.session, &sdp, &a.local);
    CHECK(status == SS_OK ||
          (status == SS_ERR_SEMANTIC && memcmp(&before, &a.session, sizeof before) == 0));
    return status == SS_OK;
}

/* ---- RFC 3261 14.2: what a re-INVITE says ---- */

/* Its text is compared, whatever its version says: what is the same has the same answer, to the letter. */
TEST(rfc3261_14_2_the_session_follows_the_description_of_a_reinvite)
{
    char before[sizeof b.text];
    begin_with_audio();
    offer(&a);
    answer(&b, &a);
    CHECK(b.said.len < sizeof before);
    memcpy(before, b.said.at, b.said.len);
    answer(&b, &a);
    CHECK_SLICE_EQ(b.said, ((ss_slice){ before, b.said.len }));
    CHECK_EQ(b.session.streams[0].agreed, SS_SDP_SENDRECV);
    a.session.is_held = true;
    offer(&a);
    a.read.version = 10; /* it forgot to count */
    answer(&b, &a);
    CHECK_EQ(b.session.streams[0].agreed, SS_SDP_RECVONLY);
    CHECK_EQ(b.read.version, 21);
}

/* Who is asked for an offer keeps to the streams and formats that there are. RFC3264:8 */
TEST(rfc3261_14_2_an_offer_of_the_uas_overlaps_with_the_session_before)
{
    begin_with_audio();
    const ss_sdp_media was = b.read.media[0];
    ss_session_add_all(&b.session);
    offer(&b);
    CHECK_EQ(b.read.media_count, SS_MEDIA_KINDS);
    CHECK_SLICE_EQ(b.read.media[0].media, was.media);
    CHECK_SLICE_EQ(b.read.media[0].proto, was.proto);
    CHECK_SLICE_EQ(b.read.media[0].formats, was.formats);
    CHECK_EQ(b.read.media[0].port, was.port);
    CHECK_EQ(b.read.session_id, 2);
    CHECK_EQ(b.read.version, 21);
    answer(&a, &b);
    CHECK(a.session.streams[0].is_on);
}

/* ---- 8: versions ---- */

TEST(rfc3264_8_the_same_description_has_the_same_version)
{
    begin_with_audio();
    exchange(&a, &b);
    exchange(&b, &a);
    exchange(&a, &b);
    CHECK_EQ(a.read.version, 10);
    CHECK_EQ(b.read.version, 20);
    CHECK_EQ(a.session.version, 10);
}

TEST(rfc3264_8_another_description_has_the_next_version)
{
    begin_with_audio();
    a.session.is_held = true;
    exchange(&a, &b);
    CHECK_EQ(a.read.version, 11);
    CHECK_EQ(b.read.version, 21); /* recvonly now */
    CHECK_EQ(a.read.session_id, 1);
    exchange(&a, &b);
    CHECK_EQ(a.read.version, 11);
    CHECK_EQ(b.read.version, 21);
    a.session.is_held = false;
    exchange(&a, &b);
    CHECK_EQ(a.read.version, 12);
    CHECK_EQ(b.read.version, 22);
}

TEST(rfc3264_8_an_offer_that_failed_has_used_its_version)
{
    begin_with_audio();
    const ss_session before = a.session;
    CHECK_OK(ss_session_add(&a.session, SS_MEDIA_VIDEO));
    offer(&a);
    CHECK_EQ(a.read.version, 11);
    ss_session_roll_back(&a.session, &before);
    CHECK_EQ(a.session.lines, 1);
    offer(&a);
    CHECK_EQ(a.read.version, 12);
    CHECK_EQ(a.read.media_count, 1);
}

TEST(rfc3264_8_lines_are_never_fewer)
{
    begin_with_audio();
    CHECK_OK(ss_session_add(&a.session, SS_MEDIA_VIDEO));
    exchange(&a, &b);
    side other;
    memset(&other, 0, sizeof other);
    ss_session_start(&other.session, 9, 9, ALL_KINDS);
    CHECK_OK(ss_session_add(&other.session, SS_MEDIA_AUDIO));
    other.local = a.local;
    offer(&other);
    ss_buffer text = ss_buffer_on(b.text, sizeof b.text);
    CHECK_STATUS(ss_session_answer(&b.session, &other.read, &b.local, &text), SS_ERR_SEMANTIC);
}

/* An ACK refuses nothing: what cannot be answered otherwise is rejected line by line, in the next version. RFC3264:8 RFC3261:13.2.2.4 */
TEST(rfc3264_8_what_rejects_all_has_the_origin_of_the_last_description)
{
    begin_with_audio();
    CHECK_OK(ss_session_add(&a.session, SS_MEDIA_VIDEO));
    exchange(&a, &b);
    const uint64_t version = b.read.version;
    side other;
    memset(&other, 0, sizeof other);
    ss_session_start(&other.session, 9, 9, ALL_KINDS);
    CHECK_OK(ss_session_add(&other.session, SS_MEDIA_AUDIO));
    other.local = a.local;
    offer(&other);
    ss_buffer text = ss_buffer_on(b.text, sizeof b.text);
    ss_session_reject(&b.session, &other.read, &b.local, &text);
    ss_diag diag;
    CHECK_OK(ss_sdp_parse(&b.read, test_arena(), ss_buffer_slice(&text), &diag));
    CHECK_EQ(b.read.media_count, 1);
    CHECK_EQ(b.read.media[0].port, 0);
    CHECK_EQ(b.read.version, version + 1);
    CHECK_EQ(b.read.session_id, 2);
}

static void check_terms(void)
{
    CHECK(a.session.versions != 0 && a.session.formats != 0);
    CHECK_EQ(a.session.versions, b.session.versions);
    CHECK_EQ(a.session.formats, b.session.formats);
}

/* RFC3264:4 What one side knows of an exchange the other does. */
TEST(rfc3264_4_both_sides_know_the_terms_of_an_exchange)
{
    begin_with_audio();
    check_terms();
    const uint16_t versions = a.session.versions, formats = a.session.formats;
    exchange(&b, &a); /* the same once more, but the other way round */
    check_terms();
    a.session.is_held = true;
    exchange(&a, &b); /* other versions */
    check_terms();
    CHECK(a.session.versions != versions);
    CHECK_EQ(a.session.formats, formats);
    ss_session_add_all(&b.session);
    exchange(&b, &a); /* other streams */
    check_terms();
}

TEST(rfc3264_4_other_formats_or_versions_are_other_terms)
{
    static const char *const answers[] = {
        "v=0\r\no=- 2 20 IN IP4 x\r\ns=-\r\nc=IN IP4 x\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\n",
        "v=0\r\no=- 2 21 IN IP4 x\r\ns=-\r\nc=IN IP4 x\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\n",
        "v=0\r\no=- 3 20 IN IP4 x\r\ns=-\r\nc=IN IP4 x\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\n",
        "v=0\r\no=- 2 20 IN IP4 x\r\ns=-\r\nc=IN IP4 x\r\nt=0 0\r\nm=audio 5000 RTP/AVP 8\r\n",
        "v=0\r\no=- 2 20 IN IP4 x\r\ns=-\r\nc=IN IP4 x\r\nt=0 0\r\nm=audio 5000 RTP/AVP 8 0\r\n",
        "v=0\r\no=- 2 20 IN IP4 x\r\ns=-\r\nc=IN IP4 x\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\n",
    };
    unsigned terms[SS_COUNT(answers)];
    for (size_t i = 0; i < SS_COUNT(answers); i++) {
        begin(ALL_KINDS, ALL_KINDS);
        CHECK_OK(ss_session_add(&a.session, SS_MEDIA_AUDIO));
        offer(&a);
        CHECK(take(answers[i]));
        terms[i] = (unsigned)a.session.versions << 16 | a.session.formats;
        for (size_t j = 0; j < i; j++) {
            CHECK(terms[j] != terms[i]);
        }
    }
}

/* ---- 8.1, 8.2: streams ---- */

TEST(rfc3264_8_1_a_stream_is_added_below_the_others)
{
    begin_with_audio();
    CHECK_OK(ss_session_add(&b.session, SS_MEDIA_VIDEO));
    CHECK_STATUS(ss_session_add(&b.session, SS_MEDIA_VIDEO), SS_ERR_STATE);
    exchange(&b, &a);
    check_line(&b, 0, "audio", 5000, SS_SDP_SENDRECV);
    check_line(&b, 1, "video", 5002, SS_SDP_SENDRECV);
    check_line(&a, 1, "video", 4002, SS_SDP_SENDRECV);
    CHECK(a.session.streams[1].is_on);
    CHECK(b.session.streams[1].is_on);
}

TEST(rfc3264_8_1_the_place_of_a_stream_that_is_off_is_used_again)
{
    begin_with_audio();
    CHECK_OK(ss_session_add(&a.session, SS_MEDIA_VIDEO));
    exchange(&a, &b);
    CHECK_OK(ss_session_remove(&a.session, SS_MEDIA_VIDEO));
    exchange(&a, &b);
    CHECK_OK(ss_session_add(&b.session, SS_MEDIA_MESSAGE));
    exchange(&b, &a);
    CHECK_EQ(a.read.media_count, 2);
    check_line(&b, 1, "message", 5002, SS_SDP_SENDRECV);
    check_line(&a, 1, "message", 4002, SS_SDP_SENDRECV);
}

TEST(rfc3264_8_2_a_stream_is_removed_with_port_0_on_both_sides)
{
    begin_with_audio();
    CHECK_OK(ss_session_add(&a.session, SS_MEDIA_VIDEO));
    exchange(&a, &b);
    CHECK_OK(ss_session_remove(&b.session, SS_MEDIA_VIDEO));
    CHECK_STATUS(ss_session_remove(&b.session, SS_MEDIA_VIDEO), SS_ERR_STATE);
    exchange(&b, &a);
    CHECK_EQ(b.read.media[1].port, 0);
    CHECK_EQ(a.read.media[1].port, 0);
    CHECK(!a.session.streams[1].is_on);
    CHECK_OK(ss_session_remove(&b.session, SS_MEDIA_AUDIO)); /* even the last one */
    exchange(&b, &a);
    CHECK_EQ(a.read.media[0].port, 0);
}

TEST(rfc3264_6_a_kind_that_is_not_taken_is_rejected_alone)
{
    begin(ALL_KINDS, SS_MEDIA_BIT(SS_MEDIA_AUDIO));
    ss_session_add_all(&a.session);
    exchange(&a, &b);
    CHECK_EQ(a.read.media_count, 3);
    check_line(&b, 0, "audio", 5000, SS_SDP_SENDRECV);
    CHECK_EQ(b.read.media[1].port, 0);
    CHECK_EQ(b.read.media[2].port, 0);
    CHECK_SLICE(b.read.media[2].media, "message");
    CHECK_SLICE(b.read.media[2].proto, "TCP/MSRP");
    exchange(&a, &b); /* what was rejected is not asked for again */
    CHECK_EQ(a.read.media[1].port, 0);
    CHECK_EQ(a.read.version, 11);
}

TEST(rfc3264_5_1_all_kinds_of_streams)
{
    begin(ALL_KINDS, ALL_KINDS);
    ss_session_add_all(&a.session);
    exchange(&a, &b);
    check_line(&a, 0, "audio", 4000, SS_SDP_SENDRECV);
    check_line(&b, 1, "video", 5002, SS_SDP_SENDRECV);
    check_line(&b, 2, "message", 5004, SS_SDP_SENDRECV);
    CHECK_SLICE(b.read.media[1].formats, "34 31");
    CHECK_SLICE(b.read.media[2].formats, "*");
    ss_slice path;
    CHECK_OK(ss_sdp_attribute(&b.read, &b.read.media[2], SS_LIT("path"), 0, &path));
    CHECK_SLICE(path, "msrp://10.0.0.2:5004/s2;tcp");
}

/* ---- 8.4: hold ---- */

TEST(rfc3264_8_4_hold_is_sendonly_and_its_answer_recvonly)
{
    begin_with_audio();
    a.session.is_held = true;
    exchange(&a, &b);
    check_line(&a, 0, "audio", 4000, SS_SDP_SENDONLY);
    check_line(&b, 0, "audio", 5000, SS_SDP_RECVONLY);
    a.session.is_held = false;
    exchange(&a, &b);
    check_line(&a, 0, "audio", 4000, SS_SDP_SENDRECV);
    check_line(&b, 0, "audio", 5000, SS_SDP_SENDRECV);
}

TEST(rfc3264_8_4_both_hold_and_each_resumes)
{
    begin_with_audio();
    a.session.is_held = true;
    exchange(&a, &b);
    b.session.is_held = true;
    exchange(&b, &a);
    check_line(&b, 0, "audio", 5000, SS_SDP_INACTIVE);
    check_line(&a, 0, "audio", 4000, SS_SDP_INACTIVE);
    a.session.is_held = false;
    exchange(&a, &b); /* B holds on: it sends, and takes nothing */
    check_line(&a, 0, "audio", 4000, SS_SDP_SENDRECV);
    check_line(&b, 0, "audio", 5000, SS_SDP_SENDONLY);
    b.session.is_held = false;
    exchange(&b, &a);
    check_line(&b, 0, "audio", 5000, SS_SDP_SENDRECV);
    check_line(&a, 0, "audio", 4000, SS_SDP_SENDRECV);
}

TEST(rfc3264_8_4_who_is_held_does_not_hold_by_itself)
{
    begin_with_audio();
    a.session.is_held = true;
    exchange(&a, &b);
    CHECK(!b.session.is_held);
    exchange(&b, &a);
    check_line(&b, 0, "audio", 5000, SS_SDP_SENDRECV);
    check_line(&a, 0, "audio", 4000, SS_SDP_SENDONLY);
}

/* ---- 6, 6.1: what is no answer ---- */

#define HEAD  "v=0\r\no=- 2 20 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\n"
#define AUDIO "m=audio 5000 RTP/AVP 0\r\n"
#define VIDEO "m=video 5002 RTP/AVP 31\r\n"

static void offer_audio_and_video(void)
{
    begin(ALL_KINDS, ALL_KINDS);
    CHECK_OK(ss_session_add(&a.session, SS_MEDIA_AUDIO));
    CHECK_OK(ss_session_add(&a.session, SS_MEDIA_VIDEO));
    offer(&a);
}

TEST(rfc3264_6_an_answer_has_as_many_lines_in_the_same_order)
{
    offer_audio_and_video();
    CHECK(!take(HEAD AUDIO));
    CHECK(!take(HEAD AUDIO VIDEO AUDIO));
    CHECK(!take(HEAD VIDEO AUDIO));
    CHECK(!take(HEAD AUDIO "m=message 5002 TCP/MSRP *\r\n"));
    CHECK(take(HEAD AUDIO VIDEO));
    offer_audio_and_video();
    CHECK(take(HEAD AUDIO "m=video 0 RTP/AVP 31\r\n"));
}

TEST(rfc3264_6_1_an_answer_has_a_direction_that_was_offered)
{
    static const char *const directions[] = { "inactive", "sendonly", "recvonly", "sendrecv" };
    for (unsigned offered = 0; offered < 4; offered++) {
        for (unsigned answered = 0; answered < 4; answered++) {
            char text[512];
            begin(ALL_KINDS, ALL_KINDS);
            CHECK_OK(ss_session_add(&a.session, SS_MEDIA_AUDIO));
            a.session.direction = (uint8_t)offered;
            offer(&a);
            snprintf(text, sizeof text, HEAD AUDIO "a=%s\r\n", directions[answered]);
            const unsigned mirrored = (answered & 1u) << 1 | answered >> 1;
            CHECK_EQ(take(text), (mirrored & ~offered) == 0);
            if ((mirrored & ~offered) == 0) {
                CHECK_EQ(a.session.streams[0].agreed, mirrored);
            }
        }
    }
}

TEST(rfc3264_6_1_an_answer_has_a_format_that_was_offered)
{
    begin(ALL_KINDS, ALL_KINDS);
    CHECK_OK(ss_session_add(&a.session, SS_MEDIA_AUDIO));
    offer(&a);
    CHECK(!take(HEAD "m=audio 5000 RTP/AVP 18\r\n"));
    CHECK(!take(HEAD "m=audio 5000 RTP/SAVP 0\r\n"));
    CHECK(take(HEAD "m=audio 5000 RTP/AVP 18 8\r\n"));
}

/* Of the first of two streams, which has an address of its own. */
static unsigned answered_port(const char *connection)
{
    static char text[512];
    ss_sdp sdp;
    ss_diag diag;
    begin(ALL_KINDS, ALL_KINDS);
    snprintf(text, sizeof text, HEAD AUDIO "c=IN %s\r\n" VIDEO, connection);
    CHECK_OK(ss_sdp_parse(&sdp, test_arena(), ss_slice_from(text), &diag));
    ss_buffer said = ss_buffer_on(b.text, sizeof b.text);
    CHECK_OK(ss_session_answer(&b.session, &sdp, &b.local, &said));
    hear(&b, &said);
    CHECK_EQ(b.read.media[1].port, 5002);
    return b.read.media[0].port;
}

/* RFC3264:8.4 Hold as RFC 2543 had it is an offer like another. */
TEST(rfc3264_8_4_the_address_0_0_0_0_is_taken)
{
    CHECK_EQ(answered_port("IP4 10.0.0.2"), 5000);
    CHECK_EQ(answered_port("IP4 0.0.0.0"), 5000);
}

/* RFC3264:6.1 RFC3264:6.2 We join no group: its stream is rejected, as the answer to it would have to be the group's address. */
TEST(rfc3264_6_2_a_multicast_stream_is_rejected)
{
    CHECK_EQ(answered_port("IP4 224.2.36.42/127"), 0);
    CHECK_EQ(answered_port("IP4 239.255.255.255/1"), 0);
    CHECK_EQ(answered_port("IP6 FF15::101/3"), 0);
    CHECK_EQ(answered_port("IP6 2001:db8::1"), 5000);
}

TEST(rfc3264_8_2_what_is_offered_off_stays_off_in_the_answer)
{
    begin_with_audio();
    CHECK_OK(ss_session_remove(&a.session, SS_MEDIA_AUDIO));
    offer(&a);
    CHECK(!take(HEAD AUDIO));
    CHECK(take(HEAD "m=audio 0 RTP/AVP 0\r\n"));
}

TEST(rfc3264_6_more_streams_than_ours_are_rejected_and_too_many_refused)
{
    static char text[8192];
    ss_sdp sdp;
    ss_diag diag;
    static const struct {
        unsigned lines;
        ss_status status;
    } rows[] = { { 12, SS_OK }, { 64, SS_OK }, { 65, SS_ERR_SEMANTIC } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        begin(ALL_KINDS, ALL_KINDS);
        ss_buffer lines = ss_buffer_on(text, sizeof text - 1);
        ss_put_text(&lines, HEAD);
        for (unsigned line = 0; line < rows[i].lines; line++) {
            ss_put_text(&lines, "m=audio 4000 RTP/AVP 0\r\n");
        }
        CHECK_OK(ss_sdp_parse(&sdp, test_arena(), ss_buffer_slice(&lines), &diag));
        ss_buffer said = ss_buffer_on(b.text, sizeof b.text);
        CHECK_STATUS(ss_session_answer(&b.session, &sdp, &b.local, &said), rows[i].status);
        if (rows[i].status == SS_OK) {
            hear(&b, &said);
            CHECK_EQ(b.read.media[7].port, 5014);
            CHECK_EQ(b.read.media[8].port, 0);
            offer(&b); /* our own has the lines too */
            CHECK_EQ(b.read.media_count, rows[i].lines);
        }
    }
}
