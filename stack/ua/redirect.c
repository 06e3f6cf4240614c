/* Redirection (RFC 3261 8.1.3.4, 19.1.5): the target set of a request. It begins with the Request-URI; the Contacts of a 3xx join
 * it, each URI once, so that two who point to each other come to an end; the one with the highest q that was not tried is next,
 * after a 3xx as after any failure, until none is left.
 *
 * From a sips target nothing leads to a sip one. A Contact is not called when it asks for what we cannot do: another method, an
 * extension that we lack, a header field with a line break in it. Header fields that would say what is not so are left out.
 *
 * The set is one block: for each target its q in thousandths, whether it was tried, the length of its URI, the URI. */
#include "changes.h"

#include <string.h>

enum { HEAD_BYTES = 5 };

typedef struct target {
    uint16_t q;
    bool tried;
    ss_slice uri;
    size_t at; /* of its head in the block */
} target;

/* ---- the block ---- */

/* False past the last. */
static bool next_target(ss_slice block, size_t *at, target *out)
{
    if (*at >= block.len) {
        return false;
    }
    const unsigned char *head = (const unsigned char *)block.at + *at;
    const size_t length = (size_t)head[3] << 8 | head[4];
    *out = (target){ .q = (uint16_t)(head[0] << 8 | head[1]),
                     .tried = head[2] != 0,
                     .uri = ss_slice_cut(block, *at + HEAD_BYTES, *at + HEAD_BYTES + length),
                     .at = *at };
    *at += HEAD_BYTES + length;
    return true;
}

static void put_target(ss_buffer *b, ss_slice uri, unsigned q, bool tried)
{
    ss_put_char(b, (char)(q >> 8));
    ss_put_char(b, (char)(q & 255));
    ss_put_char(b, tried ? 1 : 0);
    ss_put_char(b, (char)(uri.len >> 8));
    ss_put_char(b, (char)(uri.len & 255));
    ss_put(b, uri);
}

static unsigned count_targets(ss_slice block)
{
    size_t at = 0;
    unsigned count = 0;
    target t;
    while (next_target(block, &at, &t)) {
        count++;
    }
    return count;
}

static bool is_in(ss_slice block, const ss_uri *uri)
{
    size_t at = 0;
    target t;
    ss_uri known;
    while (next_target(block, &at, &t)) {
        if (ss_uri_parse(t.uri, &known) == SS_OK && ss_uri_equal(&known, uri)) {
            return true;
        }
    }
    return false;
}

/* ---- URIs that ask for more than a place: 19.1.5 ---- */

/* A name or value of a header in the arena, its escapes undone; false for one that would end its line. */
static bool unescape(const ss_visit *v, ss_slice text, ss_slice *out)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    for (size_t i = 0; i < text.len; i++) {
        const bool is_escape = text.at[i] == '%';
        const int c = is_escape ? ss_slice_escape(text, i) : (unsigned char)text.at[i];
        if (c < 0x20 || c == 0x7f) {
            return false;
        }
        ss_put_char(&b, (char)c);
        i += is_escape ? 2 : 0;
    }
    *out = ss_buffer_keep(v->turn->arena, &b);
    return !b.overflow;
}

/* What a header of a URI may do to the request. */
typedef enum wish { WISH_IGNORED, WISH_SET, WISH_ADDED, WISH_NEEDED } wish;

/* RFC3261:19.1.5 The dangerous ones, those that speak of us, and what describes the body are not the URI's to say. */
static wish wish_of(ss_hdr id)
{
    switch (id) {
    case SS_HDR_SUBJECT:
    case SS_HDR_PRIORITY: /* RFC6878:2 whatever its value: there may be new ones */
    case SS_HDR_REPLY_TO:
    case SS_HDR_REPLACES:
        return WISH_SET;
    case SS_HDR_CALL_INFO:
    case SS_HDR_ALERT_INFO:
    case SS_HDR_IN_REPLY_TO:
        return WISH_ADDED;
    case SS_HDR_REQUIRE:
        return WISH_NEEDED;
    default:
        return WISH_IGNORED;
    }
}

static bool has_options(const ss_visit *v, ss_slice tags)
{
    while (tags.len > 0) {
        const size_t comma = ss_slice_find(tags, ',');
        if (!ss_ua_has_option(v->ua, ss_slice_trim(ss_slice_cut(tags, 0, comma)))) {
            return false;
        }
        tags = comma < tags.len ? ss_slice_cut(tags, comma + 1, tags.len) : SS_EMPTY;
    }
    return true;
}

/* One header of the URI; `edits` NULL only asks whether it can be done. */
static bool apply_header(const ss_visit *v, ss_slice header, ss_splice *edits)
{
    const size_t equals = ss_slice_find(header, '=');
    ss_slice name, value = SS_EMPTY;
    if (!unescape(v, ss_slice_cut(header, 0, equals), &name) ||
        (equals < header.len &&
         !unescape(v, ss_slice_cut(header, equals + 1, header.len), &value))) {
        return false;
    }
    const ss_hdr id = ss_hdr_from(name);
    const wish w = wish_of(id);
    if (w == WISH_NEEDED && !has_options(v, value)) { /* RFC3261:19.1.5 */
        return false;
    }
    if (edits != NULL && value.len > 0 && w == WISH_SET) {
        ss_splice_set(edits, id, value);
    } else if (edits != NULL && value.len > 0 && w != WISH_IGNORED) {
        ss_splice_append(edits, id, value);
    }
    return true;
}

static bool apply_headers(const ss_visit *v, const ss_uri *uri, ss_splice *edits)
{
    ss_slice rest = uri->headers;
    while (rest.len > 0) {
        const size_t end = ss_slice_find(rest, '&');
        if (!apply_header(v, ss_slice_cut(rest, 0, end), edits)) {
            return false;
        }
        rest = end < rest.len ? ss_slice_cut(rest, end + 1, rest.len) : SS_EMPTY;
    }
    return true;
}

/* ---- Contacts ---- */

/* RFC3261:8.1.3.4 RFC3261:19.1.5 */
static bool can_call(const ss_visit *v, const ss_repeat *r, const ss_uri *uri)
{
    ss_hop hop;
    ss_slice method;
    if (ss_transport_hop(uri->whole, &hop) != SS_OK || uri->whole.len > UINT16_MAX) {
        return false;
    }
    if (ss_ua_is_sips(r->request.request_uri) && uri->scheme != SS_SCHEME_SIPS) {
        return false;
    }
    if (r->errand.kind == SS_ERRAND_REGISTER && uri->user.at != NULL) { /* RFC3261:10.2 */
        return false;
    }
    if (ss_params_get(uri->params, SS_LIT("method"), &method) == SS_OK &&
        !ss_slice_eq(method, r->request.method_name)) {
        return false;
    }
    return apply_headers(v, uri, NULL);
}

/* The old set and the Contacts that it lacks, in the arena. */
static ss_slice add_contacts(const ss_visit *v, const ss_repeat *r, const ss_msg *response,
                             ss_slice block)
{
    ss_value_iter it = { 0 };
    ss_name_addr contact;
    uint16_t q = 0;
    unsigned count = count_targets(block); /* with the Request-URI */
    while (count <= v->core->settings->redirects_max &&
           ss_msg_next_addr(response, SS_HDR_CONTACT, &it, &contact) == SS_OK) {
        ss_uri uri;
        if (contact.is_star || ss_uri_parse(contact.uri, &uri) != SS_OK || is_in(block, &uri) ||
            ss_name_addr_q(&contact, &q) != SS_OK || !can_call(v, r, &uri)) {
            continue;
        }
        ss_buffer b = ss_buffer_open(v->turn->arena);
        ss_put(&b, block);
        put_target(&b, contact.uri, q, false);
        block = ss_buffer_keep(v->turn->arena, &b);
        count++;
    }
    return block;
}

/* ---- the next target ---- */

/* RFC3261:12.2.1.2 Inside a dialog the route set stays what it is; a strict router stands where the target would. */
static bool has_strict_route(const ss_repeat *r)
{
    ss_value_iter it = { 0 };
    ss_name_addr route;
    ss_uri uri;
    ss_slice lr;
    return ss_name_addr_tag(&r->request.to).len > 0 &&
           ss_msg_next_addr(&r->request, SS_HDR_ROUTE, &it, &route) == SS_OK &&
           (ss_uri_parse(route.uri, &uri) != SS_OK ||
            ss_params_get(uri.params, SS_LIT("lr"), &lr) != SS_OK);
}

static bool best_target(ss_slice block, target *best)
{
    size_t at = 0;
    target t;
    bool found = false;
    while (next_target(block, &at, &t)) {
        if (!t.tried && (!found || t.q > best->q)) {
            *best = t;
            found = true;
        }
    }
    return found;
}

/* RFC3261:8.1.1.8 the Contact of what makes a dialog, or goes on with it, is as secure as its target. */
static bool secure_contact(const ss_visit *v, const ss_uri *uri, ss_repeat *r)
{
    ss_slice contact;
    if (uri->scheme != SS_SCHEME_SIPS || r->errand.kind == SS_ERRAND_REGISTER ||
        ss_msg_count(&r->request, SS_HDR_CONTACT) == 0) {
        return true;
    }
    if (ss_ua_contact_for(v, true, &contact) != SS_OK) {
        return false;
    }
    ss_splice_set(&r->edits, SS_HDR_CONTACT, contact);
    if (r->errand.kind == SS_ERRAND_INVITE) {
        ss_call_at(v->core, r->errand.who)->secure = true;
    }
    return true;
}

bool ss_ua_try_next_target(const ss_visit *v, ss_repeat *r)
{
    const ss_blob *targets = ss_targets_of(v, r->errand);
    ss_store *store = &v->core->pools->store;
    target next;
    ss_uri uri;
    if (targets == NULL || !best_target(ss_blob_slice(store, *targets), &next)) {
        return false;
    }
    ((char *)ss_store_at(store, targets->ref))[next.at + 2] = 1;
    const ss_slice whole = ss_arena_copy(v->turn->arena, next.uri);
    if (whole.len == 0 || ss_uri_parse(whole, &uri) != SS_OK) {
        return false;
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_request_uri(&b, &uri);
    r->uri = ss_buffer_keep(v->turn->arena, &b);
    return r->uri.len > 0 && apply_headers(v, &uri, &r->edits) && secure_contact(v, &uri, r);
}

bool ss_ua_follow_redirect(const ss_visit *v, const ss_msg *response, ss_repeat *r)
{
    const ss_blob *known = ss_targets_of(v, r->errand);
    ss_slice block = known == NULL ? SS_EMPTY : ss_blob_slice(&v->core->pools->store, *known);
    if (has_strict_route(r)) {
        return false;
    }
    const size_t before = block.len;
    if (block.len == 0) {
        ss_buffer b = ss_buffer_open(v->turn->arena);
        put_target(&b, r->request.request_uri, 1000, true);
        block = ss_buffer_keep(v->turn->arena, &b);
    }
    block = add_contacts(v, r, response, block);
    if (block.len > before && block.len > 0) {
        ss_blob grown;
        ss_blob *targets = ss_targets_need(v, r->errand);
        if (targets == NULL || ss_core_keep(v->core, block, &grown) != SS_OK) {
            return false; /* no room: the 3xx is the answer */
        }
        ss_core_drop(v->core, targets);
        *targets = grown;
    }
    return ss_ua_try_next_target(v, r);
}
