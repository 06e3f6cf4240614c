/* RFC 8866 sections 5 and 9: each type of line, with values that match its rule and values that do not, and the order. */
#include "check.h"
#include "messages.h"

#include "ss/sdp.h"

#include <string.h>

/* Lines of a description are written with LF only: it is tolerated (section 5), and shorter to read. */
#define ORIGIN "o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1\n"
#define TIME   "c=IN IP4 198.51.100.1\nt=0 0\n"

static char text[2048];

static ss_status verdict(const char *before, const char *line, const char *after, ss_diag *diag)
{
    ss_sdp sdp;
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put_text(&b, before);
    ss_put_text(&b, line);
    ss_put_text(&b, after);
    CHECK(!b.overflow);
    test_arena()->used = 0;
    const ss_slice exact = test_exact(ss_buffer_slice(&b));
    const ss_status status = ss_sdp_parse(&sdp, test_arena(), exact, diag);
    (void)test_exact(SS_EMPTY);
    return status;
}

typedef struct frame {
    const char *before, *after, *section;
} frame;

static void accept_all(frame f, const char *const *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ss_diag diag;
        const ss_status status = verdict(f.before, lines[i], f.after, &diag);
        if (status != SS_OK) {
            CHECK_STR(lines[i], diag.sentence);
        }
    }
}

/* Each is refused, by its own section, at an offset within its line, with a sentence. */
static void refuse_all(frame f, const char *const *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ss_diag diag;
        const ss_status status = verdict(f.before, lines[i], f.after, &diag);
        if (status == SS_OK) {
            CHECK_STR(lines[i], "was accepted");
        }
        CHECK_STR(diag.section, f.section);
        CHECK(diag.sentence[0] != '\0');
        CHECK(diag.offset >= strlen(f.before));
        CHECK(diag.offset <= strlen(f.before) + strlen(lines[i]));
        CHECK_EQ(diag.response, 400);
    }
}

#define GOOD(f, lines) accept_all((f), (lines), SS_COUNT(lines))
#define BAD(f, lines)  refuse_all((f), (lines), SS_COUNT(lines))

TEST(rfc8866_5_1_the_version_is_0)
{
    static const char *const bad[] = { "v=1\n", "v=00\n", "v=0 \n", "v= 0\n", "v=x\n" };
    static const char *const good[] = { "v=0\n" };
    const frame f = { "", ORIGIN "s=-\n" TIME, "RFC8866:5.1" }; /* RFC8866:5.1 */
    GOOD(f, good);
    BAD(f, bad);
}

TEST(rfc8866_5_2_the_origin_has_six_words)
{
    static const char *const good[] = {
        "o=- 0 0 IN IP4 0.0.0.0\n",
        "o=jdoe 9223372036854775807 1 IN IP4 host.example.com\n",
        "o=\xc3\xa9 1 1 IN IP6 2001:db8::1\n",
        "o=j@h 1 1 IN IP6 ::ffff:192.0.2.1\n",
        "o=- 1 1 ATM NSAP 47.0091.8100.0000\n",
        "o=- 1 1 IN IP6 host\n",
    };
    static const char *const bad[] = {
        "o=jdoe 1 1 IN IP4\n",
        "o=jdoe 1 1 IN IP4 \n",
        "o= jdoe 1 1 IN IP4 a\n",
        "o=j\tdoe 1 1 IN IP4 a\n",
        "o=- 1 1 IN IP4 a b\n",
        "o=- -1 1 IN IP4 a\n",
        "o=- 1 9223372036854775808 IN IP4 a\n",
        "o=- 1  1 IN IP4 a\n",
        "o=- 1 1 I/N IP4 a\n",
        "o=- 1 1 IN IP4 256.0.0.1\n",
        "o=- 1 1 IN IP4 01.0.0.1\n",
        "o=- 1 1 IN IP4 1.2.3\n",
        "o=- 1 1 IN IP4 233.252.0.1/127\n",
        "o=- 1 1 IN IP4 2001:db8::1\n",
        "o=- 1 1 IN IP6 198.51.100.1\n",
        "o=- 1 1 IN IP6 ff15::1\n",
        "o=- 1 1 IN IP6 1::2::3\n",
    };
    const frame f = { "v=0\n", "s=-\n" TIME, "RFC8866:5.2" }; /* RFC8866:5.2 */
    GOOD(f, good);
    BAD(f, bad);
}

TEST(rfc8866_5_3_the_name_and_the_information_are_any_text_but_not_empty)
{
    static const char *const good[] = { "s= \n", "s=-\n", "s=\xe6\x97\xa5 \x01\n", "s=a\ni=\tb\n" };
    static const char *const bad[] = { "s=\n", "s=a\ni=\n" };
    GOOD(((frame){ "v=0\n" ORIGIN, TIME, "" }), good);
    BAD(((frame){ "v=0\n" ORIGIN, TIME, "RFC8866:5" }), bad);
}

#define HEAD "v=0\n" ORIGIN "s=-\n"
TEST(rfc8866_5_5_the_uri_is_a_reference)
{
    static const char *const good[] = {
        "u=http://www.jdoe.example.com/home.html\n",
        "u=\n",
        "u=/a/b?c#d\n",
        "u=urn:isbn:0451450523\n",
        "u=a%20b\n",
        "u=http://[2001:db8::1]:80/\n",
        "u=http://[v1.x]/\n",
        "u=http://u:p@h:/\n",
        "u=./a:b\n",
        "u=#\n",
    };
    static const char *const bad[] = {
        "u=a b\n",          "u=a%2\n",      "u=a%zz\n",         "u=#a#b\n",
        "u=1a:b\n",         "u=:a\n",       "u=http://[::1/\n", "u=http://[1.2.3.4]/\n",
        "u=http://h:x/\n",  "u=a[b]\n",     "u=<a>\n",          "u=\xc3\xa9\n",
        "u=http://a[b]/\n", "u=http://[\n",
    };
    const frame f = { HEAD, TIME, "RFC8866:5.5" }; /* RFC8866:5.5 RFC3986:4.1 */
    GOOD(f, good);
    BAD(f, bad);
}

TEST(rfc8866_5_6_an_email_address_stands_alone_or_beside_a_name)
{
    static const char *const good[] = {
        "e=j.doe@example.com\n",
        "e=j.doe@example.com (Jane Doe)\n",
        "e=Jane Doe <j.doe@example.com>\n",
        "e=\"j (d\"@example.com\n",
        "e=j@[192.0.2.1]\n",
        "e=a@b\ne=c@d\n",
        "e=j@d   (x)\n",
        "e=\xc3\xa9 <j@d>\n",
        "e=\"a\\\"b\"@d\n",
    };
    static const char *const bad[] = {
        "e=jane\n",      "e=@d\n",          "e=j@\n",        "e=j..d@x\n",       "e=.j@x\n",
        "e=j.@x\n",      "e=j@x(y)\n",      "e=j@x ()\n",    "e=j@x (y\n",       "e=<j@x>\n",
        "e=Jane<j@x>\n", "e=Jane <j@x> \n", "e=Jane <jx>\n", "e=J(a)ne <j@x>\n", "e= <j@x>\n",
        "e=j @x\n",      "e=\"j@x\n",       "e=j@x y\n",
    };
    const frame f = { HEAD, TIME, "RFC8866:5.6" }; /* RFC8866:5.6 */
    GOOD(f, good);
    BAD(f, bad);
}

TEST(rfc8866_5_6_a_phone_number_stands_alone_or_beside_a_name)
{
    static const char *const good[] = {
        "p=+1 617 555-6011\n",
        "p=+1 617 555-6011 (Jane Doe)\n",
        "p=Jane Doe <+1 617 555-6011>\n",
        "p=12\n",
        "p=+1 2\np=3 4\n",
        "p=1-(x)\n",
        "p=Jane<12>\n",
    };
    static const char *const bad[] = {
        "p=1\n",     "p=+\n",     "p=+ 1\n",  "p=-12\n",      "p=1.2\n",    "p=(12)\n",
        "p=12 ()\n", "p=12 (x\n", "p=<12>\n", "p=Jane <x>\n", "p=tel:12\n",
    };
    const frame f = { HEAD, TIME, "RFC8866:5.6" };
    GOOD(f, good);
    BAD(f, bad);
}

TEST(rfc8866_5_7_an_address_is_one_of_its_type)
{
    static const char *const good[] = {
        "c=IN IP4 198.51.100.1\n",
        "c=IN IP4 0.0.0.0\n",
        "c=IN IP4 233.252.0.1/127\n",
        "c=IN IP4 224.0.0.1/0\n",
        "c=IN IP4 239.255.255.255/255/1\n",
        "c=IN IP4 host.example.com\n",
        "c=IN IP6 2001:db8::1\n",
        "c=IN IP6 ::\n",
        "c=IN IP6 1:2:3:4:5:6:7:8\n",
        "c=IN IP6 1:2:3:4:5:6:192.0.2.1\n",
        "c=IN IP6 ::ffff:192.0.2.1\n",
        "c=IN IP6 1:2:3:4:5:6:7::\n",
        "c=IN IP6 ff15::101\n",
        "c=IN IP6 FF15::101/1\n",
        "c=IN IP6 h.example\n",
        "c=TN RFC2543 +1-201-406-4090\n",
        "c=IN X4 any:thing/9\n",
    };
    static const char *const bad[] = {
        "c=IN IP4\n",
        "c=IN IP4 1.2.3.4 \n",
        "c=IN  IP4 1.2.3.4\n",
        "c=IN IP4 1.2.3.4/127\n",
        "c=IN IP4 233.252.0.1\n",
        "c=IN IP4 233.252.0.1/256\n",
        "c=IN IP4 233.252.0.1/\n",
        "c=IN IP4 233.252.0.1/1/0\n",
        "c=IN IP4 233.252.0.1/1/2/3\n",
        "c=IN IP4 233.252.0.1/01\n",
        "c=IN IP4 240.0.0.1\n",
        "c=IN IP4 1.2.3.4.5\n",
        "c=IN IP4 host/1\n",
        "c=IN IP4 h@x\n",
        "c=IN IP6 1:2:3:4:5:6:7\n",
        "c=IN IP6 1:2:3:4:5:6:7:8:9\n",
        "c=IN IP6 1:2:3:4:5:6:7:8::\n",
        "c=IN IP6 :1\n",
        "c=IN IP6 1:\n",
        "c=IN IP6 :::\n",
        "c=IN IP6 1::2::3\n",
        "c=IN IP6 12345::\n",
        "c=IN IP6 g::\n",
        "c=IN IP6 2001:db8::1/3\n",
        "c=IN IP6 ff15::1/0\n",
        "c=IN IP6 ff15::1/127/3\n",
        "c=IN IP6 1.2.3.4\n",
        "c=IN IP6 ::1.2.3\n",
        "c=IN IP6 [::1]\n",
        "c=IN IP6 fe80::1%eth0\n",
        "c=IN IP4 233.252.0.1/127/3\n",
        "c=IN IP6 ff15::1/3\n",
    };
    const frame f = { HEAD, "t=0 0\n", "RFC8866:5.7" }; /* RFC8866:5.7 RFC5954:4.1 */
    GOOD(f, good);
    BAD(f, bad);
}

TEST(rfc8866_5_7_a_medium_has_several_addresses_only_when_they_are_multicast)
{
    ss_diag diag;
    const char *before = HEAD TIME "m=audio 1 RTP/AVP 0\n";
    CHECK_OK(verdict(before, "c=IN IP4 233.252.0.1/127/3\n", "", &diag));
    CHECK_OK(verdict(before, "c=IN IP4 233.252.0.1/127\nc=IN IP4 233.252.0.2/127\n", "", &diag));
    CHECK_STATUS(verdict(before, "c=IN IP4 192.0.2.1\nc=IN IP4 192.0.2.2\n", "", &diag),
                 SS_ERR_SEMANTIC);
    CHECK_STATUS(verdict(before, "c=IN IP4 233.252.0.1/1\nc=IN IP4 192.0.2.2\n", "", &diag),
                 SS_ERR_SEMANTIC);
    CHECK_STATUS(verdict(HEAD, "c=IN IP4 233.252.0.1/127/3\n", "t=0 0\n", &diag), SS_ERR_SEMANTIC);
    CHECK_STATUS(verdict(HEAD, "c=IN IP4 192.0.2.1\nc=IN IP4 192.0.2.2\n", "t=0 0\n", &diag),
                 SS_ERR_SYNTAX);
}

TEST(rfc8866_5_8_a_bandwidth_is_a_type_and_a_number)
{
    static const char *const good[] = { "b=CT:128\n", "b=AS:0\n", "b=X-YZ:128\n",
                                        "b=TIAS:64000\nb=RS:1\n",
                                        "b=AS:99999999999999999999999\n" };
    static const char *const bad[] = { "b=CT\n",    "b=CT:\n",   "b=:1\n",   "b=C T:1\n",
                                       "b=CT:1k\n", "b=CT:-1\n", "b=CT: 1\n" };
    const frame f = { HEAD "c=IN IP4 a\n", "t=0 0\n", "RFC8866:5.8" }; /* RFC8866:5.8 */
    GOOD(f, good);
    BAD(f, bad);
}

TEST(rfc8866_5_9_a_time_is_0_or_ten_digits_and_more)
{
    static const char *const good[] = { "t=0 0\n", "t=3724394400 0\n",
                                        "t=3724394400 3724398000\nt=3724484400 3724488000\n",
                                        "t=99999999999999999999999999 0\n" };
    static const char *const bad[] = {
        "t=0\n",           "t=0 0 0\n",        "t=0  0\n", "t=1 0\n",          "t=0123456789 0\n",
        "t=372439440 0\n", "t=372439440x 0\n", "t=00 0\n", "t=-3724394400 0\n"
    };
    const frame f = { HEAD "c=IN IP4 a\n", "", "RFC8866:5.9" }; /* RFC8866:5.9 */
    GOOD(f, good);
    BAD(f, bad);
}

TEST(rfc8866_5_10_a_repetition_has_an_interval_a_duration_and_offsets)
{
    static const char *const good[] = { "r=604800 3600 0 90000\n", "r=7d 1h 0 25h\n", "r=1s 0 0\n",
                                        "r=1d 1m 0\nr=2d 1m 0\n" };
    static const char *const bad[] = { "r=7d 1h\n",   "r=0 1h 0\n",    "r=7d 1h 0 \n",
                                       "r=7D 1h 0\n", "r=7d 1.5h 0\n", "r=7d 1h  0\n",
                                       "r=d 1h 0\n",  "r=7d 1h -1\n",  "r=7dd 1h 0\n",
                                       "r=7w 1h 0\n" };
    const frame f = { HEAD TIME, "", "RFC8866:5.10" }; /* RFC8866:5.10 */
    GOOD(f, good);
    BAD(f, bad);
}

TEST(rfc8866_5_11_a_zone_is_pairs_of_a_time_and_an_offset)
{
    static const char *const good[] = { "z=3730928400 -1h 3749680800 0\n", "z=3730928400 1\n" };
    static const char *const bad[] = { "z=3730928400\n",
                                       "z=0 1h\n",
                                       "z=1 1h\n",
                                       "z=3730928400 +1h\n",
                                       "z=3730928400 --1h\n",
                                       "z=3730928400 -\n",
                                       "z=3730928400 1h 3749680800\n",
                                       "z=3730928400 1h \n" };
    const frame f = { HEAD TIME "r=7d 1h 0\n", "", "RFC8866:5.11" }; /* RFC8866:5.11 */
    GOOD(f, good);
    BAD(f, bad);
}

TEST(rfc8866_5_12_a_key_has_one_of_four_forms)
{
    static const char *const good[] = { "k=prompt\n",      "k=clear:a b\n",   "k=base64:\n",
                                        "k=base64:YWJj\n", "k=base64:YQ==\n", "k=uri:http://x/\n" };
    static const char *const bad[] = { "k=prompt:x\n",    "k=Prompt\n",     "k=clear\n",
                                       "k=clear:\n",      "k=base64:YQ=\n", "k=base64:Y===\n",
                                       "k=base64:Y Jj\n", "k=uri:a b\n",    "k=other:x\n",
                                       "k=base64:=abc\n" };
    const frame f = { HEAD TIME, "", "RFC8866:5.12" }; /* RFC8866:5.12 */
    GOOD(f, good);
    BAD(f, bad);
}

TEST(rfc8866_5_13_an_attribute_is_a_name_or_a_name_and_a_value)
{
    static const char *const good[] = { "a=recvonly\n", "a=x:y\n",        "a=x::\n",
                                        "a=x: \n",      "a=x:\x01\xff\n", "a=!#$%&'*+-.^_`{|}~\n" };
    static const char *const bad[] = { "a=:\n",   "a=x:\n",       "a=x y\n", "a= x\n",
                                       "a=x=y\n", "a=\xc3\xa9\n", "a=(x)\n", "a=x/y\n" };
    const frame f = { HEAD TIME, "", "RFC8866:5.13" }; /* RFC8866:5.13 */
    GOOD(f, good);
    BAD(f, bad);
}

TEST(rfc8866_5_14_a_medium_has_a_port_a_protocol_and_formats)
{
    static const char *const good[] = { "m=audio 49170 RTP/AVP 0\n",
                                        "m=video 49170/2 RTP/AVP 31\n",
                                        "m=x 0 udp *\n",
                                        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\n",
                                        "m=audio 00009 RTP/AVP 0 8 97\n",
                                        "m=message 7654 TCP/MSRP *\n" };
    static const char *const bad[] = { "m=audio\n",
                                       "m=audio 1\n",
                                       "m=audio 1 RTP/AVP\n",
                                       "m=audio x RTP/AVP 0\n",
                                       "m=audio 1/02 RTP/AVP 0\n",
                                       "m=audio 1/2/3 RTP/AVP 0\n",
                                       "m=audio 1 /AVP 0\n",
                                       "m=audio 1 RTP//AVP 0\n",
                                       "m=audio 1 RTP/AVP/ 0\n",
                                       "m=audio 1 RTP/AVP 0 \n",
                                       "m=au/dio 1 RTP/AVP 0\n",
                                       "m=audio -1 RTP/AVP 0\n",
                                       "m=audio 1 RTP/AVP a/b\n" };
    const frame f = { HEAD TIME, "", "RFC8866:5.14" }; /* RFC8866:5.14 */
    GOOD(f, good);
    BAD(f, bad);
}

TEST(rfc8866_9_the_lines_of_a_medium_have_their_own_order)
{
    static const char *const good[] = { "i=x\nc=IN IP4 a\nb=AS:1\nk=prompt\na=x\n",
                                        "b=AS:1\nb=CT:2\na=x\na=y\n", "k=prompt\n",
                                        "a=x\nm=video 1 udp 1\ni=y\n" };
    static const char *const bad[] = { "c=IN IP4 a\ni=x\n",
                                       "a=x\nb=AS:1\n",
                                       "i=x\ni=y\n",
                                       "k=prompt\nk=prompt\n",
                                       "u=x\n",
                                       "e=a@b\n",
                                       "p=12\n",
                                       "r=7d 1h 0\n",
                                       "z=3730928400 1\n",
                                       "o=- 1 1 IN IP4 a\n",
                                       "A=x\n" };
    const frame f = { HEAD TIME "m=audio 1 RTP/AVP 0\n", "", "RFC8866:5" };
    GOOD(f, good); /* RFC8866:9 */
    BAD(f, bad);
}

TEST(rfc8866_9_times_repeat_with_their_own_repetitions)
{
    static const char *const good[] = { "t=0 0\nr=7d 1h 0\nt=0 0\n",
                                        "t=0 0\nr=7d 1h 0\nz=3730928400 1\nt=0 0\nr=1d 1h 0\n",
                                        "t=0 0\nt=0 0\nk=prompt\na=x\n" };
    static const char *const bad[] = { "r=7d 1h 0\nt=0 0\n",
                                       "t=0 0\nz=3730928400 1\n",
                                       "t=0 0\nz=3730928400 1\nr=7d 1h 0\n",
                                       "t=0 0\na=x\nt=0 0\n",
                                       "t=0 0\nk=prompt\nr=7d 1h 0\n",
                                       "t=0 0\nr=7d 1h 0\nz=3730928400 1\nz=3730928400 1\n" };
    const frame f = { HEAD "c=IN IP4 a\n", "", "RFC8866:5" };
    GOOD(f, good);
    BAD(f, bad);
}

TEST(rfc8866_5_what_is_wrong_is_told_by_line_and_byte)
{
    ss_diag diag;
    const char *line = "m=audio 70000 RTP/AVP 0\n";
    CHECK_STATUS(verdict(HEAD TIME, line, "", &diag), SS_ERR_SYNTAX);
    CHECK_EQ(diag.offset, strlen(HEAD TIME "m=audio "));
    CHECK_EQ(ss_sdp_line_number(ss_slice_from(text), diag.offset), 6);
    CHECK_STR(diag.sentence, "the port of m= is below 65536, its count above 0");
    CHECK_EQ(ss_sdp_line_number(SS_EMPTY, 0), 1);
    CHECK_EQ(ss_sdp_line_number(SS_LIT("a\nb"), 9), 2);
}
