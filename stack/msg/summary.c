/* The summary: what an onlooker needs of a message, in a fixed size. */
#include "ss/msg.h"

/* 0 means absent, so no present value hashes to it. */
static uint64_t hash_of(ss_slice bytes)
{
    const uint64_t hash = ss_hash64(0, bytes);
    return hash == 0 ? 1 : hash;
}

static uint64_t tag_hash(ss_status status, const ss_name_addr *na)
{
    const ss_slice tag = status == SS_OK ? ss_name_addr_tag(na) : SS_EMPTY;
    return tag.len == 0 ? 0 : hash_of(tag);
}

static bool is_word(ss_slice value, ss_slice word)
{
    const ss_slice first = ss_slice_trim(ss_slice_cut(value, 0, ss_slice_find(value, ';')));
    return ss_slice_eq_nocase(first, word);
}

/* The first two are told apart, the others counted. */
static void summarise_vias(const ss_msg *msg, ss_summary *out)
{
    ss_value_iter it = { 0 };
    ss_slice value;
    ss_via via;
    unsigned count = 0;
    if (msg->first[SS_HDR_VIA] != 0 && msg->top_via_status == SS_OK) {
        out->branch = ss_via_identity(&msg->top_via);
        if (msg->is_request && !ss_via_has_cookie(&msg->top_via)) {
            out->says |= SS_SAYS_NO_COOKIE;
        }
        it = ss_msg_after_top_via(msg);
        const ss_status second = ss_msg_next_via(msg, &it, &via);
        out->second_branch = second == SS_OK ? ss_via_identity(&via) : 0;
        count = second == SS_NONE ? 1 : 2;
    }
    while (ss_msg_next_value(msg, SS_HDR_VIA, &it, &value) == SS_OK) {
        count++;
    }
    out->via_count = (uint8_t)(count < UINT8_MAX ? count : UINT8_MAX);
}

static uint16_t max_forwards(const ss_msg *msg)
{
    uint32_t value = 0;
    if (ss_msg_number(msg, SS_HDR_MAX_FORWARDS, &value) != SS_OK) {
        return UINT16_MAX;
    }
    return (uint16_t)(value < UINT16_MAX - 1 ? value : UINT16_MAX - 1);
}

static uint16_t max_breadth(const ss_msg *msg)
{
    uint32_t value = 0;
    if (msg->first[SS_HDR_MAX_BREADTH] == 0 ||
        ss_msg_number(msg, SS_HDR_MAX_BREADTH, &value) != SS_OK) {
        return 0;
    }
    return (uint16_t)(value < UINT16_MAX ? value : UINT16_MAX);
}

/* RFC3262:7.2 "776656 1 INVITE"; what is not so is of no INVITE. */
static void summarise_rack(ss_slice value, ss_summary *out)
{
    const size_t first = ss_slice_find(value, ' ');
    const ss_slice rest = ss_slice_trim(ss_slice_cut(value, first, value.len));
    const size_t second = ss_slice_find(rest, ' ');
    const ss_slice method = ss_slice_trim(ss_slice_cut(rest, second, rest.len));
    uint64_t rseq = 0, cseq = 0;
    if (ss_slice_to_u64(ss_slice_cut(value, 0, first), UINT32_MAX, &rseq) == SS_OK &&
        ss_slice_to_u64(ss_slice_cut(rest, 0, second), UINT32_MAX, &cseq) == SS_OK &&
        ss_slice_eq(method, SS_LIT("INVITE"))) {
        out->rseq = (uint32_t)rseq;
        out->rack_cseq = (uint32_t)cseq;
    }
}

/* ---- routes and targets ---- */

/* What stands in angle brackets, or before the parameters. */
static ss_slice uri_of(ss_slice value)
{
    const size_t open = ss_slice_find(value, '<');
    if (open == value.len) {
        return ss_slice_trim(ss_slice_cut(value, 0, ss_slice_find(value, ';')));
    }
    const ss_slice rest = ss_slice_cut(value, open + 1, value.len);
    return ss_slice_cut(rest, 0, ss_slice_find(rest, '>'));
}

static uint32_t short_hash(ss_slice bytes)
{
    const uint32_t hash = (uint32_t)hash_of(bytes);
    return hash == 0 ? 1 : hash;
}

/* RFC3261:19.1.1 the parameter lr, with or without a value. */
static bool is_loose(ss_slice uri)
{
    for (size_t at = 0; at + 3 <= uri.len; at++) {
        const bool ends = at + 3 == uri.len || uri.at[at + 3] == ';' || uri.at[at + 3] == '=';
        if (uri.at[at] == ';' && ends &&
            ss_slice_eq_nocase(ss_slice_cut(uri, at + 1, at + 3), SS_LIT("lr"))) {
            return true;
        }
    }
    return false;
}

typedef struct routes {
    uint32_t hash;
    uint8_t count;
    bool is_strict; /* the first that is travelled */
} routes;

/* RFC3261:12.1.1 RFC3261:12.1.2 the UAC takes Record-Route in reverse. */
static routes read_routes(const ss_msg *msg, ss_hdr id)
{
    routes r = { 0 };
    ss_value_iter it = { 0 };
    ss_slice value;
    uint32_t power = 1;
    while (ss_msg_next_value(msg, id, &it, &value) == SS_OK && r.count < UINT8_MAX) {
        const ss_slice uri = uri_of(value);
        const uint32_t hash = short_hash(uri);
        r.hash = msg->is_request ? r.hash + hash * power : r.hash * SS_ROUTES_PRIME + hash;
        power *= SS_ROUTES_PRIME;
        r.is_strict = r.count == 0 || !msg->is_request ? !is_loose(uri) : r.is_strict;
        r.count++;
    }
    return r;
}

/* RFC6665:4.4.1 a NOTIFY in a dialog may make it: what its receiver takes for a route set. */
static void summarise_record_routes(const ss_msg *msg, ss_summary *out)
{
    const routes r = read_routes(msg, SS_HDR_RECORD_ROUTE);
    out->record_routes = r.is_strict ? SS_ROUTES_STRICT : r.hash;
}

static void summarise_routes(const ss_msg *msg, ss_summary *out)
{
    const bool is_inside = msg->is_request && out->to_tag != 0;
    const ss_hdr id = is_inside ? SS_HDR_ROUTE : SS_HDR_RECORD_ROUTE;
    if (msg->first[id] != 0) {
        const routes r = read_routes(msg, id);
        out->routes = r.hash;
        out->route_count = r.count;
        out->says |= r.is_strict ? SS_SAYS_STRICT : 0;
    }
    if (is_inside && msg->method == SS_METHOD_NOTIFY && msg->first[SS_HDR_RECORD_ROUTE] != 0) {
        summarise_record_routes(msg, out);
    }
}

static bool is_of_session(const ss_msg *msg)
{
    return (msg->method == SS_METHOD_INVITE || msg->method == SS_METHOD_UPDATE) &&
           (msg->is_request || (msg->status > 100 && msg->status < 300));
}

/* RFC3261:12.2.1.2 RFC3261:12.2.2 RFC6665:4.4.1 */
static bool refreshes_target(const ss_msg *msg)
{
    const bool is_of_events = msg->method == SS_METHOD_SUBSCRIBE ||
                              msg->method == SS_METHOD_NOTIFY || msg->method == SS_METHOD_REFER;
    return is_of_session(msg) ||
           (is_of_events && (msg->is_request || (msg->status >= 200 && msg->status < 300)));
}

/* RFC3261:8.1.1.8 Who says something else there than a URI said no place. */
/* RFC3261:12.1.1 RFC3261:12.1.2 A SIP or SIPS URI; any other is no place for a request. */
static bool is_sip_uri(ss_slice uri)
{
    const ss_slice scheme = ss_slice_cut(uri, 0, ss_slice_find(uri, ':'));
    return scheme.len < uri.len && (ss_slice_eq_nocase(scheme, SS_LIT("sip")) ||
                                    ss_slice_eq_nocase(scheme, SS_LIT("sips")));
}

static uint32_t contact_of(const ss_msg *msg)
{
    ss_value_iter it = { 0 };
    ss_name_addr contact;
    const bool is_place = ss_msg_next_addr(msg, SS_HDR_CONTACT, &it, &contact) == SS_OK &&
                          !contact.is_star && is_sip_uri(contact.uri);
    return is_place ? short_hash(contact.uri) : 0;
}

/* RFC3261:12.2.1.1 */
static void summarise_target(const ss_msg *msg, ss_summary *out)
{
    if (msg->is_request && out->to_tag != 0) {
        out->target = short_hash(msg->request_uri);
    }
    if (msg->first[SS_HDR_CONTACT] != 0 && refreshes_target(msg)) {
        out->contact = contact_of(msg);
    }
}

/* ---- what methods say of themselves ---- */

static bool has_event(ss_method method)
{
    return method == SS_METHOD_SUBSCRIBE || method == SS_METHOD_NOTIFY || method == SS_METHOD_REFER;
}

/* RFC4028:4 RFC6665:8.2.1 RFC6665:8.2.3 */
static void summarise_usage(const ss_msg *msg, ss_summary *out)
{
    uint64_t seconds = 0;
    if (msg->first[SS_HDR_SESSION_EXPIRES] != 0) {
        const ss_slice value = ss_msg_value(msg, SS_HDR_SESSION_EXPIRES, 0);
        const ss_slice number = ss_slice_trim(ss_slice_cut(value, 0, ss_slice_find(value, ';')));
        if (is_of_session(msg) && ss_slice_to_u64(number, UINT32_MAX, &seconds) == SS_OK) {
            out->session_expires = (uint32_t)seconds;
        }
    } else if (msg->first[SS_HDR_EVENT] != 0 && has_event(msg->method)) {
        out->event = short_hash(ss_msg_value(msg, SS_HDR_EVENT, 0));
    }
    if (msg->first[SS_HDR_SUBSCRIPTION_STATE] != 0 &&
        is_word(ss_msg_value(msg, SS_HDR_SUBSCRIPTION_STATE, 0), SS_LIT("terminated"))) {
        out->says |= SS_SAYS_TERMINATED;
    }
}

/* RFC3262:3 RFC3262:4 */
static void summarise_reliability(const ss_msg *msg, ss_summary *out)
{
    static const ss_slice tag = { "100rel", 6 };
    const bool is_offered = msg->is_request && msg->method == SS_METHOD_INVITE;
    uint32_t rseq = 0;
    if (msg->first[SS_HDR_RACK] != 0 && msg->is_request && msg->method == SS_METHOD_PRACK) {
        summarise_rack(ss_msg_value(msg, SS_HDR_RACK, 0), out);
    } else if (msg->first[SS_HDR_RSEQ] != 0 && !msg->is_request &&
               ss_msg_number(msg, SS_HDR_RSEQ, &rseq) == SS_OK) {
        out->rseq = rseq;
    }
    if (((is_offered || rseq != 0) && ss_msg_lists_token(msg, SS_HDR_REQUIRE, tag)) ||
        (is_offered && ss_msg_lists_token(msg, SS_HDR_SUPPORTED, tag))) {
        out->says |= SS_SAYS_100REL;
    }
}

/* RFC3261:13.2.1 RFC3261:20.11 a disposition that is not said is "session". */
static bool has_session(const ss_msg *msg)
{
    return msg->body.len > 0 &&
           is_word(ss_msg_value(msg, SS_HDR_CONTENT_TYPE, 0), SS_LIT("application/sdp")) &&
           (msg->first[SS_HDR_CONTENT_DISPOSITION] == 0 ||
            is_word(ss_msg_value(msg, SS_HDR_CONTENT_DISPOSITION, 0), SS_LIT("session")));
}

void ss_msg_summarise(const ss_msg *msg, ss_summary *out)
{
    ss_name_addr na;
    ss_cseq cseq;
    *out =
        (ss_summary){ .is_sip = 1, .is_request = msg->is_request, .method = (uint8_t)msg->method };
    out->status = (uint16_t)msg->status;
    out->max_forwards = max_forwards(msg);
    out->max_breadth = max_breadth(msg);
    out->cseq = ss_msg_cseq(msg, &cseq) == SS_OK ? cseq.number : 0;
    out->body_bytes = (uint32_t)msg->body.len;
    out->call_id = msg->first[SS_HDR_CALL_ID] == 0 ? 0 : hash_of(ss_msg_call_id(msg));
    out->from_tag = tag_hash(ss_msg_from(msg, &na), &na);
    out->to_tag = tag_hash(ss_msg_to(msg, &na), &na);
    out->says = has_session(msg) ? SS_SAYS_SESSION : 0;
    summarise_usage(msg, out);
    summarise_reliability(msg, out);
    summarise_target(msg, out);
    summarise_routes(msg, out);
    summarise_vias(msg, out);
}

void ss_summarise_bytes(ss_slice bytes, ss_arena *scratch, ss_summary *out)
{
    ss_arena rest = *scratch; /* a copy: what it takes is given back by forgetting it */
    ss_msg msg;
    ss_diag diag;
    *out = (ss_summary){ .is_sip = 0 };
    if (ss_msg_parse(&msg, &rest, bytes, &diag) == SS_OK) {
        ss_msg_summarise(&msg, out);
    }
}
