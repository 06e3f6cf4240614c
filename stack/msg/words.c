/* The words of SIP: methods, header names (RFC 3261 sections 20 and 7.3.3), reason phrases (section 21), transports.
 * Header names are found by length and first letter, then compared by words of eight letters: nearly always one, and a test
 * proves that every row of ss/headers.def is among them. */
#include "names.h"
#include "repetition.h"

#define METHOD_NAME(name) SS_LIT_INIT(#name),
static const ss_slice method_names[SS_METHOD_COUNT] = { SS_LIT_INIT("?"),
                                                        SS_METHOD_LIST(METHOD_NAME) };

ss_slice ss_method_name(ss_method method)
{
    SS_ASSERT((unsigned)method < SS_METHOD_COUNT);
    return method_names[method];
}

/* RFC3261:7.1 with case */
ss_method ss_method_from(ss_slice name)
{
    const lex_word word = lex_word_of(name.at, name.len);
    for (unsigned m = SS_METHOD_OTHER + 1; m < SS_METHOD_COUNT; m++) {
        const ss_slice known = method_names[m];
        if (known.len != name.len || known.at[0] != name.at[0]) {
            continue;
        }
        const lex_word its = lex_word_of(known.at, known.len);
        if (its.head == word.head && its.tail == word.tail) {
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

#define HEADER(id, name, compact, repetition, grammar, methods, section) SS_REPEAT_##repetition,
static const uint8_t repetitions[SS_HDR_OTHER] = {
#include "ss/headers.def"
};
#undef HEADER

_Static_assert(SS_HDR_COUNT <= UINT8_MAX, "ss_field.id is 8 bits");

/* Header names by length and first letter, compact ones with the rest; those that share both follow each other. */
#define H(id) (SS_HDR_##id + 1) /* 0 is none */
const uint8_t ss_names_by_shape[SS_NAME_MAX + 1][32] = {
    [1] = { ['b' & 31] = H(REFERRED_BY),
            ['c' & 31] = H(CONTENT_TYPE),
            ['e' & 31] = H(CONTENT_ENCODING),
            ['f' & 31] = H(FROM),
            ['i' & 31] = H(CALL_ID),
            ['k' & 31] = H(SUPPORTED),
            ['l' & 31] = H(CONTENT_LENGTH),
            ['m' & 31] = H(CONTACT),
            ['o' & 31] = H(EVENT),
            ['r' & 31] = H(REFER_TO),
            ['s' & 31] = H(SUBJECT),
            ['t' & 31] = H(TO),
            ['u' & 31] = H(ALLOW_EVENTS),
            ['v' & 31] = H(VIA),
            ['x' & 31] = H(SESSION_EXPIRES),
            ['y' & 31] = H(IDENTITY) },
    [2] = { ['t' & 31] = H(TO) },
    [3] = { ['v' & 31] = H(VIA) },
    [4] = { ['c' & 31] = H(CSEQ),
            ['d' & 31] = H(DATE),
            ['f' & 31] = H(FROM),
            ['j' & 31] = H(JOIN),
            ['p' & 31] = H(PATH),
            ['r' & 31] = H(RACK) },
    [5] = { ['a' & 31] = H(ALLOW), ['e' & 31] = H(EVENT), ['r' & 31] = H(ROUTE) },
    [6] = { ['a' & 31] = H(ACCEPT),
            ['m' & 31] = H(MIN_SE),
            ['r' & 31] = H(REASON),
            ['s' & 31] = H(SERVER) },
    [7] = { ['c' & 31] = H(CONTACT),
            ['e' & 31] = H(EXPIRES),
            ['p' & 31] = H(PRIVACY),
            ['r' & 31] = H(REQUIRE),
            ['s' & 31] = H(SUBJECT),
            ['w' & 31] = H(WARNING) },
    [8] = { ['i' & 31] = H(IDENTITY),
            ['p' & 31] = H(PRIORITY),
            ['r' & 31] = H(REPLY_TO),
            ['s' & 31] = H(SIP_ETAG) },
    [9] = { ['c' & 31] = H(CALL_INFO),
            ['d' & 31] = H(DIVERSION),
            ['r' & 31] = H(RECV_INFO),
            ['s' & 31] = H(SUPPORTED),
            ['t' & 31] = H(TIMESTAMP) },
    [10] = { ['a' & 31] = H(ALERT_INFO),
             ['e' & 31] = H(ERROR_INFO),
             ['f' & 31] = H(FLOW_TIMER),
             ['u' & 31] = H(USER_AGENT) },
    [11] = { ['g' & 31] = H(GEOLOCATION),
             ['i' & 31] = H(IN_REPLY_TO),
             ['m' & 31] = H(MIN_EXPIRES),
             ['r' & 31] = H(RETRY_AFTER),
             ['u' & 31] = H(UNSUPPORTED) },
    [12] = { ['a' & 31] = H(ALLOW_EVENTS),
             ['c' & 31] = H(CONTENT_TYPE),
             ['f' & 31] = H(FEATURE_CAPS),
             ['h' & 31] = H(HISTORY_INFO),
             ['i' & 31] = H(INFO_PACKAGE),
             ['m' & 31] = H(MAX_FORWARDS),
             ['o' & 31] = H(ORGANIZATION),
             ['r' & 31] = H(RECORD_ROUTE),
             ['s' & 31] = H(SIP_IF_MATCH),
             ['u' & 31] = H(USER_TO_USER) },
    [13] = { ['a' & 31] = H(AUTHORIZATION),
             ['p' & 31] = H(PROXY_REQUIRE),
             ['s' & 31] = H(SERVICE_ROUTE),
             ['t' & 31] = H(TARGET_DIALOG) },
    [14] = { ['c' & 31] = H(CONTENT_LENGTH) },
    [15] = { ['a' & 31] = H(ACCEPT_ENCODING), ['s' & 31] = H(SESSION_EXPIRES) },
    [16] = { ['c' & 31] = H(CONTENT_ENCODING), ['w' & 31] = H(WWW_AUTHENTICATE) },
    [17] = { ['r' & 31] = H(RESOURCE_PRIORITY) },
    [18] = { ['p' & 31] = H(PROXY_AUTHENTICATE), ['s' & 31] = H(SUBSCRIPTION_STATE) },
    [19] = { ['a' & 31] = H(AUTHENTICATION_INFO),
             ['c' & 31] = H(CONTENT_DISPOSITION),
             ['p' & 31] = H(PROXY_AUTHORIZATION) },
    [20] = { ['p' & 31] = H(P_PREFERRED_IDENTITY) },
    [21] = { ['p' & 31] = H(P_ACCESS_NETWORK_INFO) },
    [24] = { ['a' & 31] = H(ACCEPT_RESOURCE_PRIORITY) },
};
const uint8_t ss_names_of_same_shape[SS_HDR_OTHER] = {
    [SS_HDR_RACK] = H(RSEQ),
    [SS_HDR_CONTACT] = H(CALL_ID),
    [SS_HDR_REPLY_TO] = H(REFER_TO),
    [SS_HDR_REFER_TO] = H(REPLACES),
    [SS_HDR_MIN_EXPIRES] = H(MAX_BREADTH),
    [SS_HDR_RETRY_AFTER] = H(REFERRED_BY),
    [SS_HDR_MAX_FORWARDS] = H(MIME_VERSION),
    [SS_HDR_ACCEPT_ENCODING] = H(ACCEPT_LANGUAGE),
    [SS_HDR_SESSION_EXPIRES] = H(SECURITY_CLIENT),
    [SS_HDR_SECURITY_CLIENT] = H(SECURITY_SERVER),
    [SS_HDR_SECURITY_SERVER] = H(SECURITY_VERIFY),
    [SS_HDR_CONTENT_ENCODING] = H(CONTENT_LANGUAGE),
    [SS_HDR_PROXY_AUTHORIZATION] = H(P_ASSERTED_IDENTITY),
};
#undef H

ss_slice ss_hdr_name(ss_hdr id)
{
    SS_ASSERT((unsigned)id < SS_HDR_COUNT);
    return id == SS_HDR_OTHER ? SS_EMPTY : header_names[id];
}

#define HEADER(id, name, compact, repetition, grammar, methods, section) name,
const char ss_name_blocks[SS_HDR_OTHER][SS_NAME_ROOM] = {
#include "ss/headers.def"
};
#undef HEADER

ss_hdr ss_hdr_from(ss_slice name)
{
    if (name.len < 2 || name.len > SS_NAME_MAX) {
        return name.len == 1 ? ss_hdr_of_letter(name.at[0]) : SS_HDR_OTHER;
    }
    unsigned row = ss_names_by_shape[name.len][name.at[0] & 31];
    while (row != 0 && !ss_slice_eq_nocase(header_names[row - 1], name)) {
        row = ss_names_of_same_shape[row - 1];
    }
    return ss_hdr_of_row(row);
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
    { 417, SS_LIT_INIT("Unknown Resource-Priority") }, /* RFC 4412 */
    { 420, SS_LIT_INIT("Bad Extension") },
    { 421, SS_LIT_INIT("Extension Required") },
    { 422, SS_LIT_INIT("Session Interval Too Small") }, /* RFC 4028 */
    { 423, SS_LIT_INIT("Interval Too Brief") },
    { 429, SS_LIT_INIT("Provide Referrer Identity") },        /* RFC 3892 */
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
