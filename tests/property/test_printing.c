/* Every printer of the stack into a buffer of every size from 0 on, whose end is the last byte before a guard page: never a
 * byte past the end, overflow told exactly, and the same bytes whatever the room. */
#include "check.h"
#include "guard.h"
#include "inspect.h"
#include "messages.h"

#include "ss/sdp.h"
#include "ss/transport.h"

#include <string.h>

typedef void printer(ss_buffer *b, const void *what);

static char text[1 << 17];

/* All sizes; of what is long, those about its ends and every `step`th between. */
static void print_in_every_size(printer *print, const void *what, size_t step)
{
    ss_buffer whole = ss_buffer_on(text, sizeof text);
    print(&whole, what);
    CHECK(!whole.overflow && whole.len > 0);
    for (size_t cap = 0; cap <= whole.len + 2; cap++) {
        if (cap > 64 && cap + 64 < whole.len && cap % step != 0) {
            continue;
        }
        ss_buffer b = guard_buffer(cap);
        print(&b, what);
        CHECK(b.len <= cap);
        CHECK_EQ(b.overflow, cap < whole.len);
        CHECK(b.overflow || ss_slice_eq(ss_buffer_slice(&b), ss_buffer_slice(&whole)));
    }
}

/* ---- of ss/msg.h ------------------------------------------------------------------------------------------------------- */

static void request_line(ss_buffer *b, const void *what)
{
    (void)what;
    ss_put_request_line(b, SS_LIT("INVITE"), SS_LIT("sip:bob@biloxi.example"));
}

static void status_line(ss_buffer *b, const void *what)
{
    (void)what;
    ss_put_status_line(b, 480, SS_EMPTY);
    ss_put_status_line(b, 480, SS_LIT("busy"));
}

static void headers(ss_buffer *b, const void *what)
{
    (void)what;
    for (ss_hdr id = 0; id < SS_HDR_OTHER; id++) {
        ss_put_header(b, id, SS_LIT("value"));
        ss_put_header_u64(b, id, UINT64_MAX);
    }
}

static void body(ss_buffer *b, const void *what)
{
    (void)what;
    ss_put_body(b, SS_LIT("text/plain"), SS_LIT("body"));
    ss_put_body(b, SS_LIT("text/plain"), SS_EMPTY);
}

static void fields(ss_buffer *b, const void *what)
{
    for (ss_hdr id = 0; id < SS_HDR_COUNT; id++) {
        ss_put_header_from(b, what, id);
    }
}

static void response_head(ss_buffer *b, const void *what)
{
    ss_put_response_head(b, what, 100, SS_EMPTY, SS_EMPTY);
    ss_put_response_head(b, what, 486, SS_LIT("no"), SS_LIT("tag"));
}

static void canonical_aor(ss_buffer *b, const void *what)
{
    ss_uri_put_canonical_aor(b, what);
}

static void splice(ss_buffer *b, const void *what)
{
    const ss_status status = ss_splice_print(what, b);
    CHECK_STATUS(status, b->overflow ? SS_ERR_FULL : SS_OK);
}

TEST(printing_of_lines_and_fields_in_every_size)
{
    print_in_every_size(request_line, NULL, 1);
    print_in_every_size(status_line, NULL, 1);
    print_in_every_size(headers, NULL, 1);
    print_in_every_size(body, NULL, 1);
}

TEST(printing_of_addresses_in_every_size)
{
    static const char *const uris[] = { "sip:A%41b%00@HOST.example:5060;lr", "sips:[::1]",
                                        "tel:+1-2", "URN:x:Y" };
    for (size_t i = 0; i < SS_COUNT(uris); i++) {
        ss_uri uri;
        CHECK_OK(ss_uri_parse(ss_slice_from(uris[i]), &uri));
        print_in_every_size(canonical_aor, &uri, 1);
    }
}

TEST(printing_of_messages_and_answers_in_every_size)
{
    for (size_t i = 0; i < test_message_count; i++) {
        ss_msg msg;
        test_parse_ok(test_messages[i].bytes, &msg);
        print_in_every_size(fields, &msg, 1);
        print_in_every_size(response_head, &msg, 1);
    }
}

/* ---- splices ------------------------------------------------------------------------------------------------------------ */

/* One splice of each kind, and all of them together. */
static void edit(ss_splice *s, unsigned which)
{
    ss_value_iter it = { 0 };
    ss_slice value;
    if (which == 0 || which == 8) {
        ss_splice_push(s, SS_HDR_VIA, SS_LIT("SIP/2.0/UDP p;branch=z9hG4bKp"));
    }
    if (which == 1 || which == 8) {
        ss_splice_append(s, SS_HDR_SUBJECT, SS_LIT("more"));
    }
    if (which == 2 || which == 8) {
        ss_splice_pop(s, SS_HDR_ROUTE);
        ss_splice_pop(s, SS_HDR_VIA);
    }
    if (which == 3 || which == 8) {
        ss_splice_remove(s, SS_HDR_SUPPORTED);
        ss_splice_remove(s, SS_HDR_CONTACT);
    }
    if (which == 4 || which == 8) {
        ss_splice_set_u64(s, SS_HDR_MAX_FORWARDS, 69);
    }
    if ((which == 5 || which == 8) &&
        ss_msg_next_value(s->msg, SS_HDR_FROM, &it, &value) == SS_OK) {
        ss_splice_replace(s, value, SS_LIT("<sip:anonymous@anonymous.invalid>;tag=1"));
    }
    if ((which == 6 || which == 8) && s->msg->is_request) {
        ss_splice_request_uri(s, SS_LIT("sip:elsewhere.example"));
    }
    if (which == 7 || which == 8) {
        ss_splice_version(s);
    }
}

static void splice_in_every_way(ss_slice bytes, size_t step)
{
    for (unsigned which = 0; which <= 8; which++) {
        ss_msg msg;
        ss_diag diag;
        if (test_parse(bytes, &msg, &diag) != SS_OK) {
            return;
        }
        ss_splice s = ss_splice_begin(&msg, test_arena());
        edit(&s, which);
        CHECK(!s.failed);
        print_in_every_size(splice, &s, step);
    }
}

TEST(printing_of_splices_in_every_size)
{
    for (size_t i = 0; i < test_message_count; i++) {
        splice_in_every_way(test_messages[i].bytes, 1);
    }
}

static void splice_of_corpus(const char *path, ss_slice bytes)
{
    (void)path;
    splice_in_every_way(bytes, TEST_IS_SANITIZED ? 29 : 1);
}

TEST(printing_of_splices_of_every_message_of_the_tree)
{
    inspect_corpus(splice_of_corpus);
}

/* An arena that is too small for the edits: told, and nothing is written past either. */
TEST(printing_of_splices_with_every_size_of_arena)
{
    ss_msg msg;
    test_parse_ok(test_message_named("invite_compact"), &msg);
    static _Alignas(16) unsigned char memory[4096];
    size_t enough = 0;
    for (size_t cap = 0; cap < sizeof memory && enough < 3; cap++) {
        ss_arena arena = { .base = memory, .cap = cap };
        ss_splice s = ss_splice_begin(&msg, &arena);
        edit(&s, 8);
        ss_buffer b = ss_buffer_on(text, sizeof text);
        CHECK_STATUS(ss_splice_print(&s, &b), s.failed ? SS_ERR_FULL : SS_OK);
        CHECK(arena.used <= cap);
        enough += s.failed ? 0 : 1;
    }
    CHECK_EQ(enough, 3);
}

/* ---- descriptions and transport addresses --------------------------------------------------------------------------------- */

static const char description[] =
    "v=0\r\no=jdoe 7 8 IN IP6 2001:db8::1\r\ns=-\r\nc=IN IP4 233.252.0.1/127\r\nb=CT:128\r\n"
    "t=3724394400 3754123200\r\nr=7d 1h 0 25h\r\nz=3730928400 -1h\r\na=group:BUNDLE 1\r\n"
    "m=audio 40/2 RTP/SAVP 0 96\r\na=rtpmap:96 L16/44100/2\r\na=fmtp:96 x=1\r\n"
    "a=rtcp:41 IN IP4 192.0.2.1\r\n"
    "a=candidate:2 1 UDP 9 192.0.2.3 4 typ srflx raddr ::1 rport 8 g 0\r\n"
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^9|1:4\r\n"
    "a=key-mgmt:mikey YWJj\r\na=fingerprint:x 4A:AD\r\n";

static void whole_description(ss_buffer *b, const void *what)
{
    ss_sdp_put(b, what);
}

static ss_slice attribute_of(const ss_sdp *sdp, const char *name)
{
    ss_slice value = SS_EMPTY;
    const ss_sdp_media *media = strcmp(name, "group") == 0 ? NULL : &sdp->media[0];
    CHECK_OK(ss_sdp_attribute(sdp, media, ss_slice_from(name), 0, &value));
    return value;
}

static void lines(ss_buffer *b, const void *what)
{
    const ss_sdp *sdp = what;
    const ss_sdp_bandwidth bandwidth = { SS_LIT("CT"), UINT64_MAX };
    uint32_t at = 0;
    ss_sdp_time time;
    ss_sdp_put_head(b, sdp);
    ss_sdp_put_line(b, 'i', SS_LIT("text"));
    ss_sdp_put_connection(b, &sdp->media[0].connection);
    ss_sdp_put_address(b, &sdp->origin);
    ss_sdp_put_bandwidth(b, &bandwidth);
    while (ss_sdp_next_time(sdp, &at, &time) == SS_OK) {
        ss_sdp_put_time(b, &time);
    }
    ss_sdp_put_media(b, &sdp->media[0]);
    ss_sdp_put_attribute(b, SS_LIT("ice-lite"), SS_EMPTY);
}

static void attributes(ss_buffer *b, const void *what)
{
    ss_sdp_rtpmap rtpmap;
    ss_sdp_fmtp fmtp;
    ss_sdp_rtcp rtcp;
    ss_sdp_crypto crypto;
    ss_sdp_key_mgmt key_mgmt;
    ss_sdp_candidate candidate;
    ss_sdp_fingerprint fingerprint;
    ss_sdp_group group;
    CHECK_OK(ss_sdp_read_rtpmap(attribute_of(what, "rtpmap"), &rtpmap));
    CHECK_OK(ss_sdp_read_fmtp(attribute_of(what, "fmtp"), &fmtp));
    CHECK_OK(ss_sdp_read_rtcp(attribute_of(what, "rtcp"), &rtcp));
    CHECK_OK(ss_sdp_read_crypto(attribute_of(what, "crypto"), &crypto));
    CHECK_OK(ss_sdp_read_key_mgmt(attribute_of(what, "key-mgmt"), &key_mgmt));
    CHECK_OK(ss_sdp_read_candidate(attribute_of(what, "candidate"), &candidate));
    CHECK_OK(ss_sdp_read_fingerprint(attribute_of(what, "fingerprint"), &fingerprint));
    CHECK_OK(ss_sdp_read_group(attribute_of(what, "group"), &group));
    ss_sdp_put_rtpmap(b, &rtpmap);
    ss_sdp_put_fmtp(b, &fmtp);
    ss_sdp_put_rtcp(b, &rtcp);
    ss_sdp_put_crypto(b, &crypto);
    ss_sdp_put_key_mgmt(b, &key_mgmt);
    ss_sdp_put_candidate(b, &candidate);
    ss_sdp_put_fingerprint(b, &fingerprint);
    ss_sdp_put_group(b, &group);
}

static const ss_sdp_local local = { .address = SS_LIT_INIT("IP4 192.0.2.1"), .port = 4000 };

static void offer(ss_buffer *b, const void *what)
{
    ss_session session;
    (void)what;
    ss_session_start(&session, UINT64_MAX, 1,
                     SS_MEDIA_BIT(SS_MEDIA_AUDIO) | SS_MEDIA_BIT(SS_MEDIA_VIDEO));
    ss_session_add_all(&session);
    ss_session_offer(&session, &local, b);
}

static void answer(ss_buffer *b, const void *what)
{
    ss_session session;
    ss_session_start(&session, 1, 1, SS_MEDIA_BIT(SS_MEDIA_AUDIO));
    const ss_status status = ss_session_answer(&session, what, &local, b);
    CHECK_EQ(status == SS_ERR_FULL, b->overflow);
}

TEST(printing_of_descriptions_in_every_size)
{
    ss_sdp sdp;
    ss_diag diag;
    test_arena()->used = 0;
    CHECK_OK(ss_sdp_parse(&sdp, test_arena(), SS_LIT(description), &diag));
    print_in_every_size(whole_description, &sdp, 1);
    print_in_every_size(lines, &sdp, 1);
    print_in_every_size(attributes, &sdp, 1);
    print_in_every_size(offer, NULL, 1);
    print_in_every_size(answer, &sdp, 1);
}

static void hosts(ss_buffer *b, const void *what)
{
    ss_put_host(b, what);
    ss_put_host_port(b, what);
}

TEST(printing_of_transport_addresses_in_every_size)
{
    static const char *const texts[] = { "255.255.255.255", "[::]", "[2001:db8:1:2:3:4:5:6]",
                                         "[1::2:0:0:3]" };
    for (size_t i = 0; i < SS_COUNT(texts); i++) {
        ss_address address;
        CHECK_OK(ss_address_from(ss_slice_from(texts[i]), 65535, &address));
        print_in_every_size(hosts, &address, 1);
    }
}
