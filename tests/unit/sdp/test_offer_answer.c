/* Offers and answers (RFC 3264): exact bytes, mirrored directions, rejected streams: RFC3264:5, RFC3264:6, RFC3264:6.1. */
#include "check.h"
#include "messages.h"

#include "ss/sdp.h"

#define N    "\r\n"
#define HEAD "v=0" N "o=- 1 1 IN IP4 10.0.0.1" N "s=-" N "c=IN IP4 10.0.0.1" N "t=0 0" N

static const ss_sdp_local bob = {
    .user = SS_LIT_INIT("bob"),
    .address = SS_LIT_INIT("IP4 10.0.0.2"),
    .port = 5000,
};

/* Bob, who takes audio, before any exchange. */
static ss_session fresh(void)
{
    ss_session s;
    ss_session_start(&s, 7, 8, SS_MEDIA_BIT(SS_MEDIA_AUDIO));
    return s;
}

static char memory[4096];

static ss_slice answer_in(ss_session *s, const char *offer, const ss_sdp_local *local,
                          ss_status expected)
{
    ss_sdp sdp;
    ss_diag diag;
    test_arena()->used = 0;
    CHECK_OK(ss_sdp_parse(&sdp, test_arena(), ss_slice_from(offer), &diag));
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    CHECK_STATUS(ss_session_answer(s, &sdp, local, &b), expected);
    return ss_buffer_slice(&b);
}

static ss_slice answer(const char *offer, const ss_sdp_local *local, ss_status expected)
{
    ss_session s = fresh();
    return answer_in(&s, offer, local, expected);
}

static void put_offer(ss_buffer *b)
{
    ss_session s = fresh();
    ss_session_add_all(&s);
    ss_session_offer(&s, &bob, b);
}

TEST(rfc3264_5_an_offer_of_one_audio_stream)
{
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    put_offer(&b);
    CHECK_SLICE(ss_buffer_slice(&b),
                "v=0" N "o=bob 7 8 IN IP4 10.0.0.2" N "s=-" N "c=IN IP4 10.0.0.2" N "t=0 0" N
                "m=audio 5000 RTP/AVP 0 8 101" N "a=rtpmap:0 PCMU/8000" N "a=rtpmap:8 PCMA/8000" N
                "a=rtpmap:101 telephone-event/8000" N "a=fmtp:101 0-15" N "a=sendrecv" N);
    const size_t whole = b.len;
    for (size_t cap = 0; cap < whole; cap++) {
        b = ss_buffer_on(memory, cap);
        put_offer(&b);
        CHECK(b.overflow);
    }
}

TEST(rfc3264_6_1_the_answer_keeps_the_offers_order_and_numbers)
{
    CHECK_SLICE(answer(HEAD "m=audio 4000 RTP/AVP 96 8 18 0" N "a=rtpmap:96 Telephone-Event/8000" N,
                       &bob, SS_OK),
                "v=0" N "o=bob 7 8 IN IP4 10.0.0.2" N "s=-" N "c=IN IP4 10.0.0.2" N "t=0 0" N
                "m=audio 5000 RTP/AVP 96 8 0" N "a=rtpmap:96 telephone-event/8000" N
                "a=fmtp:96 0-15" N "a=rtpmap:8 PCMA/8000" N "a=rtpmap:0 PCMU/8000" N
                "a=sendrecv" N);
}

TEST(rfc3264_6_each_stream_is_answered_in_its_place)
{
    CHECK_SLICE(answer(HEAD "m=video 4002 RTP/AVP 31" N "m=audio 4000 RTP/AVP 0" N
                            "m=audio 0 RTP/AVP 0" N "m=audio 4004 RTP/SAVP 0" N
                            "m=audio 4006 RTP/AVP 8" N "c=IN IP4 10.0.0.3" N,
                       &bob, SS_OK),
                "v=0" N "o=bob 7 8 IN IP4 10.0.0.2" N "s=-" N "c=IN IP4 10.0.0.2" N "t=0 0" N
                "m=video 0 RTP/AVP 31" N "m=audio 5002 RTP/AVP 0" N "a=rtpmap:0 PCMU/8000" N
                "a=sendrecv" N "m=audio 0 RTP/AVP 0" N "m=audio 0 RTP/SAVP 0" N
                "m=audio 5008 RTP/AVP 8" N "a=rtpmap:8 PCMA/8000" N "a=sendrecv" N);
}

TEST(rfc3264_6_1_without_a_codec_in_common_the_stream_is_rejected)
{
    (void)answer(HEAD "m=audio 4000 RTP/AVP 18" N, &bob, SS_ERR_SEMANTIC);
    (void)answer(HEAD "m=audio 4000 RTP/AVP 101" N "a=rtpmap:101 telephone-event/8000" N, &bob,
                 SS_ERR_SEMANTIC);
    (void)answer(HEAD "m=audio 4000 RTP/AVP 0" N "a=rtpmap:0 PCMU/16000" N, &bob, SS_ERR_SEMANTIC);
    (void)answer(HEAD "m=audio 4000 RTP/AVP 0" N "c=IN IP4 224.2.1.1/127" N, &bob, SS_ERR_SEMANTIC);
    (void)answer(HEAD "m=audio 4000 RTP/AVP 0" N "c=IN IP6 FF15::101" N, &bob, SS_ERR_SEMANTIC);
}

TEST(rfc3264_6_an_offer_of_no_streams_has_an_answer_of_none_and_t_is_the_offers)
{
    CHECK_SLICE(
        answer("v=0" N "o=- 1 1 IN IP4 a" N "s=-" N "t=3724394400 3724398000" N, &bob, SS_OK),
        "v=0" N "o=bob 7 8 IN IP4 10.0.0.2" N "s=-" N "c=IN IP4 10.0.0.2" N
        "t=3724394400 3724398000" N);
}

TEST(rfc3264_6_1_directions_are_mirrored_and_narrowed)
{
    static const struct {
        const char *offered;
        ss_sdp_direction wanted, answered;
    } rows[] = {
        { "a=sendrecv", SS_SDP_SENDRECV, SS_SDP_SENDRECV },
        { "a=sendonly", SS_SDP_SENDRECV, SS_SDP_RECVONLY },
        { "a=recvonly", SS_SDP_SENDRECV, SS_SDP_SENDONLY },
        { "a=inactive", SS_SDP_SENDRECV, SS_SDP_INACTIVE },
        { "a=sendrecv", SS_SDP_SENDONLY, SS_SDP_SENDONLY },
        { "a=sendrecv", SS_SDP_INACTIVE, SS_SDP_INACTIVE },
        { "a=sendonly", SS_SDP_SENDONLY, SS_SDP_INACTIVE },
        { "a=recvonly", SS_SDP_SENDONLY, SS_SDP_SENDONLY },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        char offer[256];
        ss_buffer b = ss_buffer_on(offer, sizeof offer - 1);
        ss_put(&b, SS_LIT(HEAD "m=audio 4000 RTP/AVP 0" N));
        ss_put_text(&b, rows[i].offered);
        ss_put(&b, SS_LIT(N));
        offer[b.len] = '\0';
        ss_session s = fresh();
        s.direction = (uint8_t)rows[i].wanted;
        const ss_slice text = answer_in(&s, offer, &bob, SS_OK);
        ss_sdp sdp;
        ss_diag diag;
        CHECK_OK(ss_sdp_parse(&sdp, test_arena(), text, &diag));
        CHECK_EQ(sdp.media[0].direction, rows[i].answered);
    }
}

TEST(rfc3264_6_an_answer_to_our_own_offer_is_the_same_stream)
{
    char offer[1024];
    ss_buffer b = ss_buffer_on(offer, sizeof offer);
    put_offer(&b);
    ss_sdp sdp;
    ss_diag diag;
    CHECK_OK(ss_sdp_parse(&sdp, test_arena(), ss_buffer_slice(&b), &diag));
    ss_buffer again = ss_buffer_on(memory, sizeof memory);
    ss_session s = fresh();
    CHECK_OK(ss_session_answer(&s, &sdp, &bob, &again));
    CHECK_SLICE_EQ(ss_buffer_slice(&again), ss_buffer_slice(&b));
    for (size_t cap = 0; cap < b.len; cap++) {
        again = ss_buffer_on(memory, cap);
        s = fresh();
        CHECK_STATUS(ss_session_answer(&s, &sdp, &bob, &again), SS_ERR_FULL);
    }
}

TEST(answer_ports_never_pass_the_last)
{
    ss_sdp_local local = bob;
    local.port = 65534;
    ss_sdp sdp;
    ss_diag diag;
    const ss_slice text =
        answer(HEAD "m=audio 4000 RTP/AVP 0" N "m=audio 4002 RTP/AVP 0" N, &local, SS_OK);
    CHECK_OK(ss_sdp_parse(&sdp, test_arena(), text, &diag));
    CHECK_EQ(sdp.media[0].port, 65534);
    CHECK_EQ(sdp.media[1].port, 0);
}
