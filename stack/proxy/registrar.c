/* The registrar: RFC 3261 10.3, steps 1 to 8.
 *
 * It checks a REGISTER and turns its Contacts into changes; the location service, which the host runs, judges their order
 * and commits all of them or none (SS_QUERY_PERSIST). Step 1 was done when the request's target was looked for (16.5);
 * steps 3 and 4 before that (guard.c); in a domain without protection the From address is taken for the asserted identity, as step 3
 * allows.
 */
#include "context.h"

static const ss_proxy_verdict go_on = { .status = 0 };

#define EXPIRES_MALFORMED_S 3600u /* 20.10: "treated as equivalent to 3600" */
#define AN_HOUR_S           3600u

/* ---- step 2: extensions -------------------------------------------------------------------------------------- */

/* 8.2.2.3. RFC3261:10.3; of what there is, the path of RFC 3327, the flows of RFC 5626 and
 * the GRUUs of RFC 5627 are understood, RFC5627:5.1. */
static ss_proxy_verdict check_require(const ss_visit *v, const ss_msg *request)
{
    if (ss_msg_count(request, SS_HDR_REQUIRE) == 0) {
        return go_on;
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_value_iter it = { 0 };
    ss_slice tag;
    while (ss_msg_next_value(request, SS_HDR_REQUIRE, &it, &tag) == SS_OK) {
        if (!ss_slice_eq_nocase(tag, SS_LIT("path")) && !ss_slice_eq_nocase(tag, SS_LIT("gruu")) &&
            !ss_slice_eq_nocase(tag, SS_LIT("outbound"))) {
            ss_put_text(&b, b.len == 0 ? "" : ", ");
            ss_put(&b, tag);
        }
    }
    v->turn->failed |= b.overflow;
    const ss_slice unsupported = ss_buffer_keep(v->turn->arena, &b);
    if (unsupported.len == 0) {
        return go_on;
    }
    return (ss_proxy_verdict){ .status = 420, .header = SS_HDR_UNSUPPORTED, .value = unsupported };
}

/* ---- step 5: the address-of-record --------------------------------------------------------------------------- */

/* Valid for the domain of the Request-URI; one that names this element itself stands for all its domains. RFC3261:10.3 */
static ss_proxy_verdict read_aor(const ss_proxy *proxy, const ss_msg *request,
                                 const ss_routing *routing, ss_uri *aor)
{
    ss_name_addr to;
    if (ss_msg_to(request, &to) != SS_OK || ss_uri_parse(to.uri, aor) != SS_OK) {
        return (ss_proxy_verdict){ .status = 400 };
    }
    const bool sip = aor->scheme == SS_SCHEME_SIP || aor->scheme == SS_SCHEME_SIPS;
    const bool here =
        sip && (ss_proxy_is_our_domain(proxy, aor->host) || ss_proxy_is_us(proxy, aor)) &&
        (ss_slice_eq_nocase(aor->host, routing->uri.host) || ss_proxy_is_us(proxy, &routing->uri));
    return here ? go_on : (ss_proxy_verdict){ .status = 404 };
}

/* ---- steps 6 and 7: Contacts --------------------------------------------------------------------------------- */

static bool is_all_digits(ss_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] < '0' || s.at[i] > '9') {
            return false;
        }
    }
    return s.len != 0;
}

/* RFC3261:10.2.1.1, 20.10: too large is 2^32-1, malformed 3600. */
static uint32_t delta_seconds(ss_slice text)
{
    uint64_t value;
    if (ss_slice_to_u64(text, UINT32_MAX, &value) == SS_OK) {
        return (uint32_t)value;
    }
    return is_all_digits(text) ? UINT32_MAX : EXPIRES_MALFORMED_S;
}

/* Step 7, the three cases. RFC3261:10.3 */
static uint32_t requested_expires(const ss_proxy *proxy, const ss_msg *request,
                                  const ss_name_addr *contact)
{
    ss_slice text;
    if (ss_params_get(contact->params, SS_LIT("expires"), &text) == SS_OK) {
        return delta_seconds(text);
    }
    const ss_slice field = ss_msg_value(request, SS_HDR_EXPIRES, 0);
    return field.at != NULL ? delta_seconds(field) : proxy->config->expires_default_s;
}

/* 423 if and only if: above zero, below an hour, below our minimum. RFC3261:10.3 RFC3261:21.4.17 */
static ss_proxy_verdict check_interval(const ss_visit *v, uint32_t expires_s)
{
    const uint32_t least = v->proxy->config->expires_min_s;
    if (expires_s == 0 || expires_s >= AN_HOUR_S || expires_s >= least) {
        return go_on;
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_u64(&b, least);
    v->turn->failed |= b.overflow;
    const ss_slice value = ss_buffer_keep(v->turn->arena, &b);
    return (ss_proxy_verdict){ .status = 423, .header = SS_HDR_MIN_EXPIRES, .value = value };
}

/* What a REGISTER is read with. */
typedef struct reading {
    const ss_visit *v;
    ss_context *c;
    const ss_msg *request;
    ss_way way;
    bool knows_gruus;
} reading;

/* It would lead back to the address-of-record, without an end. RFC5627:5.1 */
static bool is_loop(const reading *r, const ss_uri *contact)
{
    const ss_uri *aor = &r->request->to_uri;
    const ss_gruu_name name = ss_gruu_read(r->v, contact);
    return ss_uri_equal(contact, aor) ||
           (name.kind == SS_GRUU_TEMPORARY && ss_gruu_is_of(r->v, &name, aor));
}

/* RFC5627:5.1 of each contact with an instance that is to be bound */
static ss_proxy_verdict check_instance(const reading *r, const ss_uri *contact, ss_binding *change)
{
    if (change->instance.len == 0 || change->expires_s == 0) {
        return go_on;
    }
    const bool is_sip = contact->scheme == SS_SCHEME_SIP || contact->scheme == SS_SCHEME_SIPS;
    change->wants_gruu = r->knows_gruus && change->instance.len > 2; /* "<>" names nothing */
    return (ss_proxy_verdict){ .status = is_sip && !is_loop(r, contact) ? 0 : 403 };
}

static ss_proxy_verdict read_contact(const reading *r, const ss_name_addr *contact,
                                     ss_binding *change)
{
    const ss_visit *v = r->v;
    ss_uri uri;
    if (ss_uri_parse(contact->uri, &uri) != SS_OK || ss_name_addr_q(contact, &change->q) != SS_OK) {
        return (ss_proxy_verdict){ .status = 400 };
    }
    if (uri.scheme == SS_SCHEME_SIPS &&
        (r->request->target.scheme != SS_SCHEME_SIPS || r->way.is_insecure)) {
        return (ss_proxy_verdict){ .status = 400 }; /* RFC5630:5.2 */
    }
    const ss_proxy_verdict flow = ss_registrar_read_flow(r->c, &r->way, contact, change);
    if (flow.status != 0) {
        return flow;
    }
    const uint32_t asked = requested_expires(v->proxy, r->request, contact);
    const uint32_t most = v->proxy->config->expires_max_s;
    change->contact = contact->uri;
    change->expires_s = asked < most ? asked : most; /* "MAY choose less than requested" */
    const ss_proxy_verdict interval = check_interval(v, asked);
    return interval.status != 0 ? interval : check_instance(r, &uri, change);
}

/* What the Contact fields hold: how many, and whether one is the star. */
static ss_status count_contacts(const ss_msg *request, uint32_t *count, bool *star)
{
    ss_value_iter it = { 0 };
    ss_name_addr contact;
    ss_status status = ss_msg_next_addr(request, SS_HDR_CONTACT, &it, &contact);
    *count = 0;
    *star = false;
    while (status == SS_OK) {
        ++*count;
        *star = *star || contact.is_star;
        status = ss_msg_next_addr(request, SS_HDR_CONTACT, &it, &contact);
    }
    return status == SS_NONE ? SS_OK : SS_ERR_SYNTAX;
}

/* Step 6: the star stands alone, with Expires: 0. RFC3261:10.3 */
static bool is_star_allowed(const ss_msg *request, uint32_t count)
{
    const ss_slice expires = ss_msg_value(request, SS_HDR_EXPIRES, 0);
    return count == 1 && expires.at != NULL && delta_seconds(expires) == 0;
}

static ss_proxy_verdict read_contacts(const reading *r, ss_binding *changes, uint32_t count,
                                      bool star)
{
    const ss_msg *request = r->request;
    ss_cseq cseq;
    if (ss_msg_cseq(request, &cseq) != SS_OK) {
        return (ss_proxy_verdict){ .status = 400 };
    }
    ss_value_iter it = { 0 };
    ss_name_addr contact;
    for (uint32_t i = 0; i < count; i++) {
        changes[i] = (ss_binding){ .call_id = ss_msg_call_id(request), .cseq = cseq.number };
        if (ss_msg_next_addr(request, SS_HDR_CONTACT, &it, &contact) != SS_OK) {
            return (ss_proxy_verdict){ .status = 400 };
        }
        const ss_proxy_verdict verdict = star ? go_on : read_contact(r, &contact, &changes[i]);
        if (verdict.status != 0) {
            return verdict;
        }
    }
    return (ss_proxy_verdict){ .status = ss_registrar_is_one_flow(changes, count) ? 0 : 400 };
}

/* Steps 6 and 7 as far as the request alone decides them. Without a Contact it is a question only: LOCATE. */
static ss_proxy_verdict read_query(const ss_visit *v, ss_context *c, const ss_msg *request,
                                   ss_query *query)
{
    reading r = { .v = v,
                  .c = c,
                  .request = request,
                  .knows_gruus = ss_msg_lists_token(request, SS_HDR_SUPPORTED, SS_LIT("gruu")) };
    uint32_t count;
    bool star;
    *query = (ss_query){ .kind = SS_QUERY_LOCATE };
    if (count_contacts(request, &count, &star) != SS_OK ||
        (star && !is_star_allowed(request, count))) {
        return (ss_proxy_verdict){ .status = 400 };
    }
    if (count == 0) {
        return go_on;
    }
    if (count > SS_LOCATION_CONTACTS_MAX) {
        return (ss_proxy_verdict){ .status = 403 };
    }
    ss_binding *changes = SS_ARENA_ARRAY(v->turn->arena, ss_binding, count);
    if (changes == NULL) {
        v->turn->failed = true;
        return go_on;
    }
    *query = (ss_query){ .kind = SS_QUERY_PERSIST,
                         .remove_all = star,
                         .changes = changes,
                         .change_count = (uint16_t)count };
    const ss_proxy_verdict way = ss_registrar_read_way(v, c, request, &r.way);
    return way.status != 0 ? way : read_contacts(&r, changes, count, star);
}

void ss_registrar_serve(const ss_visit *v, ss_context *c, const ss_msg *request,
                        const ss_routing *routing)
{
    ss_uri aor;
    ss_query query;
    ss_proxy_verdict verdict = check_require(v, request); /* step 2 */
    if (verdict.status == 0) {
        verdict = read_aor(v->proxy, request, routing, &aor); /* step 5 */
    }
    if (verdict.status == 0) {
        verdict = read_query(v, c, request, &query); /* steps 6, 7 */
    }
    if (v->turn->failed) {
        ss_context_drop(v, c);
    } else if (verdict.status != 0) {
        ss_context_refuse(v, c, verdict);
    } else {
        ss_proxy_ask_bindings(v, c, &aor, SS_STAGE_BINDINGS, query);
    }
}

/* ---- step 8: the answer -------------------------------------------------------------------------------------- */

void ss_proxy_put_q(ss_buffer *b, uint16_t q)
{
    if (q >= 1000) {
        return;
    }
    ss_put_text(b, ";q=0.");
    ss_put_char(b, (char)('0' + q / 100));
    ss_put_char(b, (char)('0' + q / 10 % 10));
    ss_put_char(b, (char)('0' + q % 10));
}

/* What each binding is told beside: its GRUUs, when whoever asks knows of them. RFC5627:5.2 NULL: nothing. */
static ss_slice *gruus_of(const ss_visit *v, const ss_context *c, const ss_answer *answer)
{
    ss_msg request;
    bool any = false;
    for (uint16_t i = 0; i < answer->binding_count; i++) {
        any = any || answer->bindings[i].gruu.since != 0;
    }
    if (!any || ss_context_request(v, c, &request) != SS_OK ||
        !ss_msg_lists_token(&request, SS_HDR_SUPPORTED, SS_LIT("gruu"))) {
        return NULL;
    }
    ss_slice *params = SS_ARENA_ARRAY(v->turn->arena, ss_slice, answer->binding_count);
    v->turn->failed |= params == NULL;
    for (uint16_t i = 0; params != NULL && i < answer->binding_count; i++) {
        params[i] = answer->bindings[i].gruu.since == 0
                        ? SS_EMPTY
                        : ss_gruu_params(v, &request.to_uri, &answer->bindings[i]);
    }
    return params;
}

/* All current bindings, each with its "expires". RFC3261:10.3 */
static ss_slice print_contacts(const ss_visit *v, const ss_context *c, const ss_answer *answer)
{
    const ss_slice *gruus = gruus_of(v, c, answer);
    ss_buffer b = ss_buffer_open(v->turn->arena);
    for (uint16_t i = 0; i < answer->binding_count; i++) {
        const ss_binding *bound = &answer->bindings[i];
        ss_put_text(&b, i == 0 ? "<" : ", <");
        ss_put(&b, bound->contact);
        ss_put_text(&b, ">;expires=");
        ss_put_u64(&b, bound->expires_s);
        ss_proxy_put_q(&b, bound->q);
        ss_put_flow_params(&b, bound);
        ss_put(&b, gruus == NULL ? SS_EMPTY : gruus[i]);
    }
    v->turn->failed |= b.overflow;
    return ss_buffer_keep(v->turn->arena, &b);
}

/* A CSeq out of order, or any other reason why the changes were not committed, is 500 (step 7). RFC3261:10.3 */
/* Who watches it is told: RFC3680:4.7 */
static void note_change(const ss_visit *v, const ss_context *c)
{
    ss_msg *request = SS_ARENA_NEW(v->turn->arena, ss_msg);
    ss_slice *aor = SS_ARENA_NEW(v->turn->arena, ss_slice);
    if (request == NULL || aor == NULL || ss_context_request(v, c, request) != SS_OK) {
        v->turn->failed = true;
        return;
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_uri_put_canonical_aor(&b, &request->to_uri);
    *aor = ss_buffer_keep(v->turn->arena, &b);
    v->proxy->changed = aor;
    v->turn->failed |= b.overflow;
}

/* RFC7616:3.5, and the way to the user agent. */
static ss_slice lines_of_2xx(const ss_visit *v, const ss_context *c)
{
    const ss_slice proof = ss_blob_slice(ss_visit_store(v), c->best);
    const bool says_way = c->says_way || v->proxy->config->services;
    const ss_slice way = says_way ? ss_registrar_put_way(v, c) : SS_EMPTY;
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put(&b, proof);
    ss_put(&b, way);
    v->turn->failed |= b.overflow;
    return ss_buffer_keep(v->turn->arena, &b);
}

void ss_registrar_answered(const ss_visit *v, ss_context *c, const ss_answer *answer)
{
    ss_proxy_verdict verdict = { .status = 500 };
    if (v->proxy->desk != 0 && answer->status == SS_OK) {
        note_change(v, c);
    }
    if (answer->status == SS_OK || answer->status == SS_NONE) {
        verdict.status = 200;
    }
    if (verdict.status == 200) {
        verdict.lines = lines_of_2xx(v, c);
    }
    if (answer->status == SS_OK && answer->binding_count != 0) {
        verdict.header = SS_HDR_CONTACT;
        verdict.value = print_contacts(v, c, answer);
    }
    if (v->turn->failed) {
        ss_context_drop(v, c);
    } else {
        ss_context_finish(v, c, verdict);
    }
}
