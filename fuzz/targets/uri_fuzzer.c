/* Target `uri`: one URI, or two, one a line.
 * Aims at: ss_uri_parse, ss_uri_equal, ss_uri_put_canonical_aor, ss_params_get, ss_transport_hop. */
#include "fuzz.h"

#include "ss/transport.h"

static bool is_sip(const ss_uri *uri)
{
    return uri->scheme == SS_SCHEME_SIP || uri->scheme == SS_SCHEME_SIPS;
}

static void check_parts(const ss_uri *uri)
{
    const ss_slice parts[] = { uri->user, uri->password, uri->host, uri->params.bytes,
                               uri->headers };
    for (size_t i = 0; i < SS_COUNT(parts); i++) {
        FZ_CHECK("S8", fz_is_inside(parts[i], uri->whole), "a part lies outside its URI");
    }
    ss_slice value;
    if (ss_params_get(uri->params, SS_LIT("transport"), &value) == SS_OK) {
        FZ_CHECK("S8", fz_is_inside(value, uri->whole), "a parameter lies outside its URI");
    }
}

static void put_flipped(ss_buffer *b, ss_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        const char c = s.at[i];
        ss_put_char(b, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : ss_lower(c));
    }
}

/* RFC3261:19.1.4 a character outside the reserved set is its escape: the first letter of the user becomes %HH. */
static void put_user(ss_buffer *b, ss_slice user)
{
    const bool is_letter =
        user.len > 0 && ss_lower(user.at[0]) >= 'a' && ss_lower(user.at[0]) <= 'z';
    if (is_letter) {
        ss_put_char(b, '%');
        ss_put_hex(b, (unsigned char)user.at[0], 2);
        user = ss_slice_cut(user, 1, user.len);
    }
    ss_put(b, user);
}

/* From its parts; respelled, with another case of scheme and host (19.1.4) and an escape. */
static void put_uri(ss_buffer *b, const ss_uri *uri, bool is_respelled)
{
    ss_put_text(b, is_respelled ? (uri->scheme == SS_SCHEME_SIP ? "SIP:" : "sIPs:")
                                : (uri->scheme == SS_SCHEME_SIP ? "sip:" : "sips:"));
    if (uri->user.at != NULL) {
        if (is_respelled) {
            put_user(b, uri->user);
        } else {
            ss_put(b, uri->user);
        }
        if (uri->password.at != NULL) {
            ss_put_char(b, ':');
            ss_put(b, uri->password);
        }
        ss_put_char(b, '@');
    }
    if (is_respelled) {
        put_flipped(b, uri->host);
    } else {
        ss_put(b, uri->host);
    }
    if (uri->port != 0) {
        ss_put_char(b, ':');
        ss_put_u64(b, uri->port);
    }
    ss_put(b, uri->params.bytes);
    if (uri->headers.len > 0) {
        ss_put_char(b, '?');
        ss_put(b, uri->headers);
    }
}

static size_t count_of(ss_slice s, char c)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++) {
        count += s.at[i] == c;
    }
    return count;
}

enum { COMPARED_PARTS_MAX = 32 }; /* as in stack/msg/uri.c */

/* RFC3261:19.1.1 a parameter stands once. A URI that breaks this, or has more parts than are compared, is equal to its own
 * bytes only. An escape in the parameters could hide a second one, so that they are left alone too. */
static bool is_comparable(const ss_uri *uri)
{
    ss_slice rest = uri->params.bytes;
    bool are_single = ss_slice_find(rest, '%') == rest.len;
    if (count_of(rest, ';') > COMPARED_PARTS_MAX ||
        count_of(uri->headers, '&') >= COMPARED_PARTS_MAX) {
        return false;
    }
    while (are_single && rest.len > 0) {
        rest = ss_slice_cut(rest, 1, rest.len);
        const size_t end = ss_slice_find(rest, ';');
        const ss_slice one = ss_slice_cut(rest, 0, end);
        ss_slice value;
        rest = ss_slice_cut(rest, end, rest.len);
        are_single =
            ss_params_get((ss_params){ rest }, ss_slice_cut(one, 0, ss_slice_find(one, '=')),
                          &value) == SS_NONE;
    }
    return are_single;
}

static void check_spelling(const ss_uri *uri, bool is_respelled)
{
    ss_arena arena = fz_arena(0);
    ss_buffer b = ss_buffer_on(arena.base, arena.cap);
    put_uri(&b, uri, is_respelled);
    ss_uri again;
    FZ_CHECK("S2", ss_uri_parse(ss_buffer_slice(&b), &again) == SS_OK,
             "a URI printed from its parts is refused");
    FZ_CHECK(is_respelled ? "S3" : "S2",
             !is_comparable(uri) || (ss_uri_equal(uri, &again) && ss_uri_equal(&again, uri)),
             "a URI is not equal to itself in another spelling");
}

static void put_aor(ss_buffer *b, const void *what)
{
    ss_uri_put_canonical_aor(b, what);
}

static bool parse(ss_slice text, ss_uri *uri)
{
    ss_hop hop;
    const bool is_hop = ss_transport_hop(text, &hop) == SS_OK;
    if (ss_uri_parse(text, uri) != SS_OK) {
        FZ_CHECK("S2", !is_hop, "what is no URI names a next hop");
        return false;
    }
    check_parts(uri);
    FZ_CHECK("S9", ss_uri_equal(uri, uri), "a URI is not equal to itself");
    fz_check_buffers(put_aor, uri);
    if (is_sip(uri)) {
        check_spelling(uri, false);
        check_spelling(uri, true);
    }
    return true;
}

int fz_target_uri(const uint8_t *data, size_t size)
{
    const ss_slice input = { (const char *)data, size };
    const size_t lf = ss_slice_find(input, '\n');
    ss_uri a, b;
    const bool has_a = parse(ss_slice_cut(input, 0, lf), &a);
    if (lf < size && parse(ss_slice_cut(input, lf + 1, size), &b) && has_a) {
        FZ_CHECK("S9", ss_uri_equal(&a, &b) == ss_uri_equal(&b, &a),
                 "equality of two URIs depends on their order");
    }
    return 0;
}
