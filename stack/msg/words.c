/* The words of SIP: methods, header names (RFC 3261 sections 20 and 7.3.3), reason phrases (section 21), transports.
 * Header names are found by length, then by words of eight letters: a handful of candidates each, and a test proves that
 * every row of ss/headers.def is among them. */
#include "repetition.h"

#include <string.h>

#define METHOD_NAME(name) SS_LIT_INIT(#name),
static const ss_slice method_names[SS_METHOD_COUNT] = { SS_LIT_INIT("?"),
                                                        SS_METHOD_LIST(METHOD_NAME) };

ss_slice ss_method_name(ss_method method)
{
    SS_ASSERT((unsigned)method < SS_METHOD_COUNT);
    return method_names[method];
}

ss_method ss_method_from(ss_slice name)
{
    for (unsigned m = SS_METHOD_OTHER + 1; m < SS_METHOD_COUNT; m++) {
        const ss_slice known = method_names[m];
        if (known.len == name.len && known.at[0] == name.at[0] && ss_slice_eq(known, name)) {
            return (ss_method)m;
        }
    }
    return SS_METHOD_OTHER;
}

#define HEADER(id, name, compact, repetition, grammar, methods, section) SS_LIT_INIT(name),
static const ss_slice header_names[SS_HDR_OTHER] = {
#include "ss/headers.def"
};
#undef HEADER

#define HEADER(id, name, compact, repetition, grammar, methods, section) (compact),
static const char compact_names[SS_HDR_OTHER] = {
#include "ss/headers.def"
};
#undef HEADER

#define HEADER(id, name, compact, repetition, grammar, methods, section) SS_REPEAT_##repetition,
static const uint8_t repetitions[SS_HDR_OTHER] = {
#include "ss/headers.def"
};
#undef HEADER

enum { LONGEST_NAME = 24, SAME_LENGTH_MAX = 11, LETTERS = 17 };
_Static_assert(SS_HDR_COUNT <= UINT8_MAX, "ss_field.id is 8 bits");

#define H(id) (SS_HDR_##id + 1) /* 0 ends a row */
static const uint8_t by_length[LONGEST_NAME + 1][SAME_LENGTH_MAX + 1] = {
    [2] = { H(TO) },
    [3] = { H(VIA) },
    [4] = { H(FROM), H(CSEQ), H(DATE), H(RACK), H(RSEQ), H(PATH), H(JOIN) },
    [5] = { H(ROUTE), H(ALLOW), H(EVENT) },
    [6] = { H(ACCEPT), H(SERVER), H(REASON), H(MIN_SE) },
    [7] = { H(CALL_ID), H(CONTACT), H(EXPIRES), H(REQUIRE), H(SUBJECT), H(WARNING), H(PRIVACY) },
    [8] = { H(PRIORITY), H(REPLY_TO), H(REFER_TO), H(REPLACES), H(IDENTITY), H(SIP_ETAG) },
    [9] = { H(SUPPORTED), H(CALL_INFO), H(TIMESTAMP), H(DIVERSION), H(RECV_INFO) },
    [10] = { H(USER_AGENT), H(ALERT_INFO), H(ERROR_INFO), H(FLOW_TIMER) },
    [11] = { H(IN_REPLY_TO), H(MIN_EXPIRES), H(RETRY_AFTER), H(UNSUPPORTED), H(REFERRED_BY),
             H(MAX_BREADTH), H(GEOLOCATION) },
    [12] = { H(MAX_FORWARDS), H(RECORD_ROUTE), H(CONTENT_TYPE), H(ALLOW_EVENTS), H(ORGANIZATION),
             H(MIME_VERSION), H(HISTORY_INFO), H(INFO_PACKAGE), H(USER_TO_USER), H(SIP_IF_MATCH),
             H(FEATURE_CAPS) },
    [13] = { H(AUTHORIZATION), H(PROXY_REQUIRE), H(SERVICE_ROUTE), H(TARGET_DIALOG) },
    [14] = { H(CONTENT_LENGTH) },
    [15] = { H(ACCEPT_ENCODING), H(ACCEPT_LANGUAGE), H(SESSION_EXPIRES), H(SECURITY_CLIENT),
             H(SECURITY_SERVER), H(SECURITY_VERIFY) },
    [16] = { H(CONTENT_ENCODING), H(CONTENT_LANGUAGE), H(WWW_AUTHENTICATE) },
    [17] = { H(RESOURCE_PRIORITY) },
    [18] = { H(PROXY_AUTHENTICATE), H(SUBSCRIPTION_STATE) },
    [19] = { H(AUTHENTICATION_INFO), H(CONTENT_DISPOSITION), H(PROXY_AUTHORIZATION),
             H(P_ASSERTED_IDENTITY) },
    [20] = { H(P_PREFERRED_IDENTITY) },
    [21] = { H(P_ACCESS_NETWORK_INFO) },
    [24] = { H(ACCEPT_RESOURCE_PRIORITY) },
};
static const uint8_t with_compact[LETTERS] = {
    H(VIA),
    H(FROM),
    H(TO),
    H(CALL_ID),
    H(CONTACT),
    H(CONTENT_LENGTH),
    H(CONTENT_TYPE),
    H(SUPPORTED),
    H(SUBJECT),
    H(CONTENT_ENCODING),
    H(EVENT),
    H(REFER_TO),
    H(REFERRED_BY),
    H(ALLOW_EVENTS),
    H(SESSION_EXPIRES),
    H(IDENTITY),
};
#undef H

ss_slice ss_hdr_name(ss_hdr id)
{
    SS_ASSERT((unsigned)id < SS_HDR_COUNT);
    return id == SS_HDR_OTHER ? SS_EMPTY : header_names[id];
}

static ss_hdr from_compact(char letter)
{
    for (const uint8_t *row = with_compact; *row != 0; row++) {
        if (compact_names[*row - 1] == ss_lower(letter)) {
            return (ss_hdr)(*row - 1);
        }
    }
    return SS_HDR_OTHER;
}

/* The first bytes of a name and its last, eight at most of each, overlapping: names to 16 letters are compared by two words. */
typedef struct name_words {
    uint64_t head, tail;
} name_words;

static inline name_words words_of(const char *at, size_t len)
{
    name_words words = { 0, 0 };
    if (len >= sizeof words.head) {
        memcpy(&words.head, at, sizeof words.head);
        memcpy(&words.tail, at + len - sizeof words.tail, sizeof words.tail);
    } else if (len >= 4) {
        memcpy(&words.head, at, 4);
        memcpy(&words.tail, at + len - 4, 4);
    } else if (len >= 2) {
        memcpy(&words.head, at, 2);
        memcpy(&words.tail, at + len - 2, 2);
    }
    return words;
}

/* Of a name in letters and hyphens, `known`: only letters (bit 6) may differ, and only in their case (bit 5). */
static bool differs_in_case_only(uint64_t known, uint64_t word)
{
    const uint64_t letters = (known >> 1) & UINT64_C(0x2020202020202020);
    return ((known ^ word) & ~letters) == 0;
}

enum { WORDS_HOLD = 16 };

ss_hdr ss_hdr_from(ss_slice name)
{
    if (name.len == 1) {
        return from_compact(name.at[0]);
    }
    if (name.len > LONGEST_NAME) {
        return SS_HDR_OTHER;
    }
    const name_words words = words_of(name.at, name.len);
    for (const uint8_t *row = by_length[name.len]; *row != 0; row++) {
        const ss_slice known = header_names[*row - 1];
        if (((known.at[0] ^ name.at[0]) & ~0x20) != 0) {
            continue;
        }
        const name_words its = words_of(known.at, known.len);
        if (differs_in_case_only(its.head, words.head) &&
            differs_in_case_only(its.tail, words.tail) &&
            (name.len <= WORDS_HOLD || ss_slice_eq_nocase(known, name))) {
            return (ss_hdr)(*row - 1);
        }
    }
    return SS_HDR_OTHER;
}

ss_repetition ss_hdr_repetition(ss_hdr id)
{
    return id < SS_HDR_OTHER ? (ss_repetition)repetitions[id] : SS_REPEAT_MANY;
}

typedef struct reason {
    unsigned status;
    ss_slice phrase;
} reason;

static const reason reasons[] = {
    /* ascending: RFC3261:21, and the extension named */
    { 100, SS_LIT_INIT("Trying") },
    { 180, SS_LIT_INIT("Ringing") },
    { 181, SS_LIT_INIT("Call Is Being Forwarded") },
    { 182, SS_LIT_INIT("Queued") },
    { 183, SS_LIT_INIT("Session Progress") },
    { 199, SS_LIT_INIT("Early Dialog Terminated") }, /* RFC 6228 */
    { 200, SS_LIT_INIT("OK") },
    { 202, SS_LIT_INIT("Accepted") },        /* RFC 6665 */
    { 204, SS_LIT_INIT("No Notification") }, /* RFC 5839 */
    { 300, SS_LIT_INIT("Multiple Choices") },
    { 301, SS_LIT_INIT("Moved Permanently") },
    { 302, SS_LIT_INIT("Moved Temporarily") },
    { 305, SS_LIT_INIT("Use Proxy") },
    { 380, SS_LIT_INIT("Alternative Service") },
    { 400, SS_LIT_INIT("Bad Request") },
    { 401, SS_LIT_INIT("Unauthorized") },
    { 402, SS_LIT_INIT("Payment Required") },
    { 403, SS_LIT_INIT("Forbidden") },
    { 404, SS_LIT_INIT("Not Found") },
    { 405, SS_LIT_INIT("Method Not Allowed") },
    { 406, SS_LIT_INIT("Not Acceptable") },
    { 407, SS_LIT_INIT("Proxy Authentication Required") },
    { 408, SS_LIT_INIT("Request Timeout") },
    { 410, SS_LIT_INIT("Gone") },
    { 412, SS_LIT_INIT("Conditional Request Failed") }, /* RFC 3903 */
    { 413, SS_LIT_INIT("Request Entity Too Large") },
    { 414, SS_LIT_INIT("Request-URI Too Long") },
    { 415, SS_LIT_INIT("Unsupported Media Type") },
    { 416, SS_LIT_INIT("Unsupported URI Scheme") },
    { 420, SS_LIT_INIT("Bad Extension") },
    { 421, SS_LIT_INIT("Extension Required") },
    { 422, SS_LIT_INIT("Session Interval Too Small") }, /* RFC 4028 */
    { 423, SS_LIT_INIT("Interval Too Brief") },
    { 430, SS_LIT_INIT("Flow Failed") },                      /* RFC 5626 */
    { 439, SS_LIT_INIT("First Hop Lacks Outbound Support") }, /* RFC 5626 */
    { 440, SS_LIT_INIT("Max-Breadth Exceeded") },             /* RFC 5393 */
    { 469, SS_LIT_INIT("Bad Info Package") },                 /* RFC 6086 */
    { 480, SS_LIT_INIT("Temporarily Unavailable") },
    { 481, SS_LIT_INIT("Call/Transaction Does Not Exist") },
    { 482, SS_LIT_INIT("Loop Detected") },
    { 483, SS_LIT_INIT("Too Many Hops") },
    { 484, SS_LIT_INIT("Address Incomplete") },
    { 485, SS_LIT_INIT("Ambiguous") },
    { 486, SS_LIT_INIT("Busy Here") },
    { 487, SS_LIT_INIT("Request Terminated") },
    { 488, SS_LIT_INIT("Not Acceptable Here") },
    { 489, SS_LIT_INIT("Bad Event") }, /* RFC 6665 */
    { 491, SS_LIT_INIT("Request Pending") },
    { 493, SS_LIT_INIT("Undecipherable") },
    { 494, SS_LIT_INIT("Security Agreement Required") }, /* RFC 3329 */
    { 500, SS_LIT_INIT("Server Internal Error") },
    { 501, SS_LIT_INIT("Not Implemented") },
    { 502, SS_LIT_INIT("Bad Gateway") },
    { 503, SS_LIT_INIT("Service Unavailable") },
    { 504, SS_LIT_INIT("Server Time-out") },
    { 505, SS_LIT_INIT("Version Not Supported") },
    { 513, SS_LIT_INIT("Message Too Large") },
    { 580, SS_LIT_INIT("Precondition Failure") }, /* RFC 3312 */
    { 600, SS_LIT_INIT("Busy Everywhere") },
    { 603, SS_LIT_INIT("Decline") },
    { 604, SS_LIT_INIT("Does Not Exist Anywhere") },
    { 606, SS_LIT_INIT("Not Acceptable") },
};

ss_slice ss_reason_phrase(unsigned status)
{
    size_t low = 0;
    size_t high = SS_COUNT(reasons);
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (reasons[middle].status == status) {
            return reasons[middle].phrase;
        }
        if (reasons[middle].status < status) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return SS_LIT("Unknown");
}

static const ss_slice transports[SS_TRANSPORT_COUNT] = {
    [SS_TRANSPORT_UDP] = SS_LIT_INIT("UDP"), [SS_TRANSPORT_TCP] = SS_LIT_INIT("TCP"),
    [SS_TRANSPORT_TLS] = SS_LIT_INIT("TLS"), [SS_TRANSPORT_SCTP] = SS_LIT_INIT("SCTP"),
    [SS_TRANSPORT_WS] = SS_LIT_INIT("WS"),   [SS_TRANSPORT_WSS] = SS_LIT_INIT("WSS"),
};

ss_slice ss_transport_name(ss_transport t)
{
    SS_ASSERT((unsigned)t < SS_TRANSPORT_COUNT);
    return transports[t];
}

ss_status ss_transport_from(ss_slice name, ss_transport *t)
{
    for (unsigned i = 0; i < SS_TRANSPORT_COUNT; i++) {
        if (ss_slice_eq_nocase(transports[i], name)) {
            *t = (ss_transport)i;
            return SS_OK;
        }
    }
    return SS_NONE;
}
