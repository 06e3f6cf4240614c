/* What a record "forge" says: a request or a response that one end of a live call could send, but for a twist: a number that is too
 * low, a branch that nobody made, hops that are used up, an extension that is required. Bytes with placeholders (sn/say.h). */
#include "forge.h"

#include "sn/say.h"

enum { AT, FINE, AS, TO, WHAT, WHO, TWIST, VALUE, LACKS };
/* What it lacks of what every message has. */
enum { LACKS_NOTHING, LACKS_VIA, LACKS_FROM, LACKS_TO, LACKS_CALL_ID, LACKS_CSEQ, LACKS_BRANCH };
enum {
    TWIST_NO_HOPS = 1,
    TWIST_NEXT = 2,   /* the number after the last one; else the last one */
    TWIST_BRANCH = 4, /* a branch of its own; else the last one's */
    TWIST_REQUIRE = 8,
    TWIST_OFFER = 16,
    TWIST_OTHER_TAG = 32, /* To is of somebody else */
    TWIST_NO_CONTACT = 64,
    TWIST_RELIABLE = 128
};

static uint8_t arg(const sn_input_record *r, unsigned which)
{
    return r->args[which];
}

static void put_live(ss_buffer *b, const sn_input_record *r, unsigned field, bool of_peer)
{
    sn_say_mark mark = sn_say_mark_of(arg(r, WHO));
    mark.field = field;
    mark.is_callee = mark.is_callee != of_peer;
    ss_put_char(b, (char)SN_SAY_MARK);
    ss_put_char(b, (char)sn_say_code(mark));
}

static bool lacks(const sn_input_record *r, unsigned what)
{
    return arg(r, LACKS) % 8 == what;
}

static void put_line(ss_buffer *b, const sn_input_record *r, const char *name, unsigned field,
                     bool of_peer)
{
    if ((field == SN_SAY_VIA && lacks(r, LACKS_VIA)) ||
        (field == SN_SAY_TO && lacks(r, LACKS_TO)) ||
        (field == SN_SAY_FROM && lacks(r, LACKS_FROM)) ||
        (field == SN_SAY_CALL_ID && lacks(r, LACKS_CALL_ID))) {
        return;
    }
    ss_put_text(b, name);
    put_live(b, r, field, of_peer);
    ss_put_text(b, "\r\n");
}

static void put_tail(ss_buffer *b, const sn_input_record *r)
{
    static const char offer[] = "v=0\r\no=- 7 7 IN IP4 10.9.9.9\r\ns=-\r\nc=IN IP4 10.9.9.9\r\n"
                                "t=0 0\r\nm=audio 9000 RTP/AVP 0\r\n";
    const uint8_t twist = arg(r, TWIST);
    if ((twist & TWIST_NO_CONTACT) == 0) {
        put_line(b, r, "Contact: ", SN_SAY_CONTACT, false);
    }
    if ((twist & TWIST_REQUIRE) != 0) {
        ss_put_text(b, "Require: foo\r\n");
    }
    const bool has_offer = (twist & TWIST_OFFER) != 0;
    ss_put_text(b, has_offer ? "Content-Type: application/sdp\r\nContent-Length: "
                             : "Content-Length: ");
    ss_put_u64(b, has_offer ? sizeof offer - 1 : 0);
    ss_put_text(b, "\r\n\r\n");
    ss_put_text(b, has_offer ? offer : "");
}

static void put_via(ss_buffer *b, const sn_input_record *r)
{
    if (lacks(r, LACKS_VIA)) {
        return;
    }
    ss_put_text(b, "Via: SIP/2.0/UDP ");
    put_live(b, r, SN_SAY_ADDRESS, false);
    if (lacks(r, LACKS_BRANCH)) { /* RFC 2543 */
        ss_put_text(b, "\r\n");
        return;
    }
    ss_put_text(b, ";branch=");
    if ((arg(r, TWIST) & TWIST_BRANCH) != 0) {
        ss_put_text(b, "z9hG4bKforged");
        ss_put_u64(b, arg(r, VALUE));
    } else {
        put_live(b, r, SN_SAY_BRANCH, false);
    }
    ss_put_text(b, "\r\n");
}

static void put_request(ss_buffer *b, const sn_input_record *r)
{
    const uint8_t twist = arg(r, TWIST);
    const ss_method method = (ss_method)(1 + arg(r, WHAT) % (SS_METHOD_COUNT - 1));
    ss_put(b, ss_method_name(method));
    ss_put_char(b, ' ');
    put_live(b, r, SN_SAY_URI, false);
    ss_put_text(b, " SIP/2.0\r\n");
    put_via(b, r);
    put_line(b, r, "From: ", SN_SAY_FROM, false);
    if ((twist & TWIST_OTHER_TAG) != 0) {
        ss_put_text(b, "To: <sip:somebody@example.org>;tag=other\r\n");
    } else {
        put_line(b, r, "To: ", SN_SAY_TO, false);
    }
    put_line(b, r, "Call-ID: ", SN_SAY_CALL_ID, false);
    if (!lacks(r, LACKS_CSEQ)) {
        ss_put_text(b, "CSeq: ");
        put_live(b, r, (twist & TWIST_NEXT) != 0 ? SN_SAY_NEXT : SN_SAY_CSEQ, false);
        ss_put_char(b, ' ');
        ss_put(b, ss_method_name(method));
        ss_put_text(b, "\r\n");
    }
    ss_put_text(b, (twist & TWIST_NO_HOPS) != 0 ? "Max-Forwards: 0\r\n" : "Max-Forwards: 70\r\n");
    if ((twist & TWIST_RELIABLE) != 0) {
        ss_put_text(b, "Supported: 100rel\r\nRAck: ");
        put_live(b, r, SN_SAY_RSEQ, true);
        ss_put_char(b, ' ');
        put_live(b, r, SN_SAY_CSEQ, false);
        ss_put_text(b, " INVITE\r\n");
    }
    put_tail(b, r);
}

static void put_response(ss_buffer *b, const sn_input_record *r)
{
    static const uint16_t statuses[] = { 200, 100, 180, 183, 202, 302, 305, 400, 401, 403, 404,
                                         407, 408, 412, 415, 422, 423, 480, 481, 482, 483, 486,
                                         487, 488, 489, 491, 500, 503, 603, 199, 600, 699 };
    const uint8_t twist = arg(r, TWIST);
    ss_put_status_line(b, statuses[arg(r, WHAT) % SS_COUNT(statuses)], SS_EMPTY);
    if ((twist & TWIST_BRANCH) != 0) {
        ss_put_text(b, "Via: SIP/2.0/UDP 10.9.9.9;branch=z9hG4bKforged\r\n");
    }
    put_line(b, r, "Via: ", SN_SAY_VIA, true);
    put_line(b, r, "From: ", SN_SAY_FROM, true);
    if ((twist & TWIST_OTHER_TAG) != 0) {
        put_line(b, r, "To: <sip:somebody@example.org>;tag=", SN_SAY_CSEQ, false);
    } else {
        put_line(b, r, "To: ", SN_SAY_TO, true);
    }
    put_line(b, r, "Call-ID: ", SN_SAY_CALL_ID, false);
    if (!lacks(r, LACKS_CSEQ)) {
        ss_put_text(b, "CSeq: ");
        put_live(b, r, (twist & TWIST_NEXT) != 0 ? SN_SAY_NEXT : SN_SAY_CSEQ, true);
        ss_put_char(b, ' ');
        put_live(b, r, SN_SAY_METHOD, true);
        ss_put_text(b, "\r\n");
    }
    if ((twist & TWIST_RELIABLE) != 0) {
        ss_put_text(b, "Require: 100rel\r\nRSeq: ");
        ss_put_u64(b, arg(r, VALUE));
        ss_put_text(b, "\r\n");
    }
    put_tail(b, r);
}

void sn_forge_put(ss_buffer *b, const sn_input_record *record)
{
    if (arg(record, WHAT) < 128) {
        put_request(b, record);
    } else {
        put_response(b, record);
    }
}

/* ---- noise ---- */

/* A place for what is live: of the first of the last calls, as its caller says it. */
#define LIVE_CALL_ID "\xfd\x00"
#define LIVE_FROM    "\xfd\x01"
#define LIVE_TO      "\xfd\x02"
#define LIVE_URI     "\xfd\x03"
#define LIVE_VIA     "\xfd\x05"
#define LIVE_CSEQ    "\xfd\x06"
#define LIVE_NEXT    "\xfd\x07"
#define ITS_VIA      "Via: SIP/2.0/UDP 10.9.9.9;branch=z9hG4bKnoise\r\n"
#define ITS_PARTIES  "From: " LIVE_FROM "\r\nTo: " LIVE_TO "\r\nCall-ID: " LIVE_CALL_ID "\r\n"
_Static_assert(SN_SAY_CALL_ID == 0 && SN_SAY_FROM == 1 && SN_SAY_TO == 2 && SN_SAY_URI == 3 &&
                   SN_SAY_VIA == 5 && SN_SAY_CSEQ == 6 && SN_SAY_NEXT == 7,
               "the marks above");

/* RFC3261:18.3 a body that is not there; RFC3261:8.1.1 fields that are missing; a CSeq of another method, or that is no number
 * (20.16); another version (21.5.6). The Via of a request is nobody's: what is answered must not answer something else. */
ss_slice sn_forge_noise(unsigned nth)
{
    static const ss_slice noise[] = {
        SS_LIT_INIT("\x01\xff no message\r\n\r\n"),
        SS_LIT_INIT("BYE " LIVE_URI " SIP/2.0\r\n" ITS_VIA ITS_PARTIES "CSeq: " LIVE_NEXT " BYE\r\n"
                    "Max-Forwards: 70\r\nContent-Length: 500\r\n\r\n"),
        SS_LIT_INIT("SIP/2.0 200 OK\r\nVia: " LIVE_VIA "\r\nCall-ID: " LIVE_CALL_ID "\r\n\r\n"),
        SS_LIT_INIT("INVITE sip:bob@example.com SIP/2.0\r\n\r\n"),
        SS_LIT_INIT("CANCEL " LIVE_URI " SIP/2.0\r\n" ITS_VIA ITS_PARTIES "CSeq: " LIVE_CSEQ
                    " BYE\r\nContent-Length: 0\r\n\r\n"),
        SS_LIT_INIT("BYE " LIVE_URI " SIP/7.0\r\n" ITS_VIA ITS_PARTIES "CSeq: " LIVE_NEXT
                    " BYE\r\nContent-Length: 0\r\n\r\n"),
        SS_LIT_INIT("SIP/2.0 487 Gone\r\nVia: " LIVE_VIA "\r\n" ITS_PARTIES
                    "CSeq: many INVITE\r\nContent-Length: 0\r\n\r\n"),
        SS_LIT_INIT("\r\n\r\n"),
        SS_LIT_INIT("BYE " LIVE_URI " SIP/2.0\r\n" ITS_VIA ITS_PARTIES
                    "CSeq: 99999999999 BYE\r\nContent-Length: 0\r\n\r\n"),
    };
    return noise[nth % SS_COUNT(noise)];
}
