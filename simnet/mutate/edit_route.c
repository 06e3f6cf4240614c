/* Edits of what says where a message goes and whose it is: start line, URIs, Via, routes, Contact, tags, branches, Call-ID (RFC
 * 3261 7.1, 7.2, 19.1, 20.42, 16.4, 16.6, 12).
 */
#include "edit_tables.h"

/* ---- the start line ---- */

static bool is_response(const sn_cut *c)
{
    return ss_slice_starts(sn_shape_text(&c->shape, c->shape.start), SS_LIT("SIP/"));
}

/* The nth word of the start line, from 0; the third of a response is the rest. False: it has not so many. */
static bool start_word(const sn_cut *c, unsigned n, sn_span *word)
{
    uint32_t at = c->shape.start.at;
    const uint32_t end = c->shape.start.end;
    for (unsigned i = 0; c->wish->field.len == 0; i++) {
        const ss_slice rest = ss_slice_cut(c->shape.bytes, at, end);
        const uint32_t space = at + (uint32_t)ss_slice_find(rest, ' ');
        if (i == n) {
            *word = (sn_span){ at, n == 2 && is_response(c) ? end : space };
            return true;
        }
        if (space == end) {
            break;
        }
        at = space + 1;
    }
    return false;
}

bool sn_edit_method(sn_cut *c)
{
    sn_span word;
    if (is_response(c) || !start_word(c, 0, &word)) {
        return false;
    }
    sn_cut_keep(c, word.at);
    sn_cut_put_method(c);
    sn_cut_skip(c, word.end);
    return true;
}

bool sn_edit_version(sn_cut *c)
{
    static const ss_slice versions[] = {
        SS_LIT_INIT("SIP/3.0"), SS_LIT_INIT("sip/2.0"),  SS_LIT_INIT("SIP/2.00"),
        SS_LIT_INIT("SIP/2"),   SS_LIT_INIT("HTTP/1.1"), SS_LIT_INIT("SIP/2.0 "),
        SS_LIT_INIT("SIP/"),    SS_LIT_INIT(""),         SS_LIT_INIT("SIP/4294967298.0")
    };
    sn_span word;
    if (!start_word(c, is_response(c) ? 0 : 2, &word)) {
        return false;
    }
    sn_cut_replace(c, word, SN_CUT_ONE_OF(c, versions));
    return true;
}

bool sn_edit_status(sn_cut *c)
{
    static const ss_slice codes[] = { SS_LIT_INIT("100"),  SS_LIT_INIT("180"), SS_LIT_INIT("183"),
                                      SS_LIT_INIT("199"),  SS_LIT_INIT("200"), SS_LIT_INIT("202"),
                                      SS_LIT_INIT("299"),  SS_LIT_INIT("302"), SS_LIT_INIT("401"),
                                      SS_LIT_INIT("407"),  SS_LIT_INIT("408"), SS_LIT_INIT("481"),
                                      SS_LIT_INIT("487"),  SS_LIT_INIT("491"), SS_LIT_INIT("500"),
                                      SS_LIT_INIT("503"),  SS_LIT_INIT("600"), SS_LIT_INIT("699"),
                                      SS_LIT_INIT("700"),  SS_LIT_INIT("099"), SS_LIT_INIT("99"),
                                      SS_LIT_INIT("2000"), SS_LIT_INIT("-1"),  SS_LIT_INIT("") };
    sn_span word;
    if (!is_response(c) || !start_word(c, 1, &word)) {
        return false;
    }
    sn_cut_replace(c, word, SN_CUT_ONE_OF(c, codes));
    return true;
}

bool sn_edit_reason(sn_cut *c)
{
    static const ss_slice phrases[] = { SS_LIT_INIT(""),     SS_LIT_INIT("\xff\xfe"),
                                        SS_LIT_INIT("%00"),  SS_LIT_INIT("\xe2\x82\xac \"<>"),
                                        SS_LIT_INIT("a\tb"), SS_LIT_INIT("SIP/2.0 200 OK") };
    sn_span word;
    if (!is_response(c) || !start_word(c, 2, &word)) {
        return false;
    }
    sn_cut_replace(c, word, SN_CUT_ONE_OF(c, phrases));
    return true;
}

bool sn_edit_start_space(sn_cut *c)
{
    static const ss_slice spaces[] = { SS_LIT_INIT("  "), SS_LIT_INIT("\t"), SS_LIT_INIT(""),
                                       SS_LIT_INIT(" \t ") };
    sn_span word;
    if (!start_word(c, 1 + sn_choose(c->choices, 2), &word) && !start_word(c, 1, &word)) {
        return false;
    }
    sn_cut_replace(c, (sn_span){ word.at - 1, word.at }, SN_CUT_ONE_OF(c, spaces));
    return true;
}

/* A response to the request that this was, as whoever sees it might forge (8.2.6); or a request of the response's method. */
bool sn_edit_turn_round(sn_cut *c)
{
    static const ss_slice lines[] = { SS_LIT_INIT("SIP/2.0 100 Trying"),
                                      SS_LIT_INIT("SIP/2.0 180 Ringing"),
                                      SS_LIT_INIT("SIP/2.0 200 OK"),
                                      SS_LIT_INIT("SIP/2.0 302 Moved Temporarily"),
                                      SS_LIT_INIT("SIP/2.0 401 Unauthorized"),
                                      SS_LIT_INIT("SIP/2.0 481 Call/Transaction Does Not Exist"),
                                      SS_LIT_INIT("SIP/2.0 503 Service Unavailable"),
                                      SS_LIT_INIT("SIP/2.0 699 ") };
    if (c->wish->field.len != 0) {
        return false;
    }
    const bool was_response = is_response(c);
    sn_cut_keep(c, c->shape.start.at);
    if (was_response) {
        sn_cut_put_method(c);
        ss_put(c->out, SS_LIT(" sip:odd.invalid SIP/2.0"));
    } else {
        ss_put(c->out, SN_CUT_ONE_OF(c, lines));
    }
    sn_cut_skip(c, c->shape.start.end);
    return true;
}

/* ---- URIs ---- */

/* What of a value is the URI: between angle brackets, or before parameters. */
static sn_span uri_in(const sn_cut *c, sn_span value)
{
    const ss_slice text = sn_shape_text(&c->shape, value);
    const uint32_t open = value.at + (uint32_t)ss_slice_find(text, '<');
    if (open == value.end) {
        return (sn_span){ value.at, sn_shape_mark(&c->shape, value, ';') };
    }
    const ss_slice rest = ss_slice_cut(c->shape.bytes, open + 1, value.end);
    return (sn_span){ open + 1, open + 1 + (uint32_t)ss_slice_find(rest, '>') };
}

static uint32_t colon_of(const sn_cut *c, sn_span uri)
{
    return uri.at + (uint32_t)ss_slice_find(sn_shape_text(&c->shape, uri), ':');
}

static bool has_uri(const sn_cut *c, const sn_line *line, const sn_line *next)
{
    (void)next;
    const sn_span uri = uri_in(c, line->value);
    return line->id != SS_HDR_VIA && uri.at < uri.end && colon_of(c, uri) < uri.end;
}

/* The Request-URI, half of the time, or one of a field. */
static bool find_uri(sn_cut *c, sn_span *uri)
{
    const bool in_start = !is_response(c) && start_word(c, 1, uri) && uri->at < uri->end;
    if (in_start && sn_choose(c->choices, 2) == 0) {
        return true;
    }
    const sn_line *line = sn_cut_field(c, has_uri);
    if (line != NULL) {
        *uri = uri_in(c, line->value);
    }
    return line != NULL || in_start;
}

bool sn_edit_scheme(sn_cut *c)
{
    static const ss_slice schemes[] = {
        SS_LIT_INIT("sips"), SS_LIT_INIT("sip"), SS_LIT_INIT("tel"),     SS_LIT_INIT("http"),
        SS_LIT_INIT("SIP"),  SS_LIT_INIT("urn"), SS_LIT_INIT("im"),      SS_LIT_INIT(""),
        SS_LIT_INIT("1sip"), SS_LIT_INIT("s"),   SS_LIT_INIT("sip:sip"), SS_LIT_INIT("odd")
    };
    sn_span uri;
    if (!find_uri(c, &uri)) {
        return false;
    }
    const uint32_t colon = colon_of(c, uri);
    sn_cut_replace(c, (sn_span){ uri.at, colon }, SN_CUT_ONE_OF(c, schemes));
    return true;
}

bool sn_edit_escape(sn_cut *c)
{
    static const ss_slice escapes[] = {
        SS_LIT_INIT("%00"),       SS_LIT_INIT("%"),      SS_LIT_INIT("%4"),     SS_LIT_INIT("%zz"),
        SS_LIT_INIT("%25%32%35"), SS_LIT_INIT("%0d%0a"), SS_LIT_INIT("%c0%80"), SS_LIT_INIT("%FF"),
        SS_LIT_INIT("%40"),       SS_LIT_INIT("%3b"),    SS_LIT_INIT("%2e%2e"), SS_LIT_INIT("\\"),
        SS_LIT_INIT("?"),         SS_LIT_INIT("&=")
    };
    sn_span uri;
    if (!find_uri(c, &uri)) {
        return false;
    }
    sn_cut_keep(c, uri.at + sn_choose(c->choices, uri.end - uri.at + 1));
    ss_put(c->out, SN_CUT_ONE_OF(c, escapes));
    return true;
}

/* The host and port of a URI, as far as it has one. */
static sn_span host_in(const sn_cut *c, sn_span uri)
{
    uint32_t at = colon_of(c, uri);
    at = at < uri.end ? at + 1 : at;
    uint32_t end = at;
    while (end < uri.end && c->shape.bytes.at[end] != ';' && c->shape.bytes.at[end] != '?') {
        at = c->shape.bytes.at[end] == '@' ? end + 1 : at;
        end++;
    }
    return (sn_span){ at, end };
}

bool sn_edit_host(sn_cut *c)
{
    sn_span uri;
    if (!find_uri(c, &uri)) {
        return false;
    }
    const sn_span host = host_in(c, uri);
    sn_cut_keep(c, host.at);
    sn_cut_put_host(c);
    sn_cut_skip(c, host.end);
    return true;
}

bool sn_edit_uri_param(sn_cut *c)
{
    static const ss_slice params[] = { SS_LIT_INIT(";transport=odd"),
                                       SS_LIT_INIT(";transport=tcp"),
                                       SS_LIT_INIT(";transport=udp;transport=tcp"),
                                       SS_LIT_INIT(";maddr=127.0.0.1"),
                                       SS_LIT_INIT(";lr=off"),
                                       SS_LIT_INIT(";ttl=0"),
                                       SS_LIT_INIT(";user=phone"),
                                       SS_LIT_INIT(";method=BYE"),
                                       SS_LIT_INIT("?Route=%3csip:a%3e"),
                                       SS_LIT_INIT("?a=b&"),
                                       SS_LIT_INIT(";%6cr"),
                                       SS_LIT_INIT(";gr") };
    sn_span uri;
    if (!find_uri(c, &uri)) {
        return false;
    }
    const uint32_t times = sn_choose(c->choices, 8) == 0 ? sn_cut_many(c) : 1;
    const ss_slice param = SN_CUT_ONE_OF(c, params);
    sn_cut_keep(c, uri.end);
    sn_cut_run(c, param, times);
    return true;
}

bool sn_edit_user(sn_cut *c)
{
    static const ss_slice users[] = { SS_LIT_INIT("@"),      SS_LIT_INIT("a@b@"),
                                      SS_LIT_INIT(":@"),     SS_LIT_INIT("a:b@"),
                                      SS_LIT_INIT("%00@"),   SS_LIT_INIT("a;b=c@"),
                                      SS_LIT_INIT("a?b@"),   SS_LIT_INIT("+1-(2)@"),
                                      SS_LIT_INIT("\"a\"@"), SS_LIT_INIT("") };
    sn_span uri;
    if (!find_uri(c, &uri)) {
        return false;
    }
    const uint32_t colon = colon_of(c, uri);
    const sn_span user = { colon < uri.end ? colon + 1 : colon, host_in(c, uri).at };
    sn_cut_replace(c, user, SN_CUT_ONE_OF(c, users));
    return true;
}

/* ---- Via ---- */

static bool find_via(const sn_cut *c, sn_span *value)
{
    const sn_line *line = sn_cut_first(c, SS_HDR_VIA);
    if (line == NULL || !line->has_colon || !sn_cut_is_wished(c, line)) {
        return false;
    }
    *value = (sn_span){ line->value.at, sn_shape_mark(&c->shape, line->value, ',') };
    return true;
}

/* Some more hops that nobody made. */
bool sn_edit_via_push(sn_cut *c)
{
    sn_span via;
    if (!find_via(c, &via)) {
        return false;
    }
    const uint32_t times = sn_choose(c->choices, 4) == 0 ? sn_cut_many(c) : 1;
    const bool is_copy = sn_choose(c->choices, 2) == 0;
    sn_cut_keep(c, via.at);
    for (uint32_t i = 0; i < times && !c->out->overflow; i++) {
        ss_put(c->out, is_copy ? sn_shape_text(&c->shape, via)
                               : SS_LIT("SIP/2.0/UDP odd.invalid;branch=z9hG4bKodd"));
        ss_put(c->out, SS_LIT(", "));
    }
    return true;
}

bool sn_edit_via_pop(sn_cut *c)
{
    sn_span via;
    if (!find_via(c, &via)) {
        return false;
    }
    const sn_line *line = sn_cut_first(c, SS_HDR_VIA);
    sn_cut_replace(c, via.end < line->value.end ? (sn_span){ via.at, via.end + 1 } : line->whole,
                   SS_EMPTY);
    return true;
}

bool sn_edit_via_protocol(sn_cut *c)
{
    static const ss_slice protocols[] = {
        SS_LIT_INIT("SIP/2.0/TCP"), SS_LIT_INIT("SIP/2.0/TLS"), SS_LIT_INIT("SIP/2.0/SCTP"),
        SS_LIT_INIT("SIP/2.0/WS"),  SS_LIT_INIT("SIP/2.0/UDP"), SS_LIT_INIT("SIP/2.0/odd"),
        SS_LIT_INIT("SIP/2.0/"),    SS_LIT_INIT("SIP/3.0/UDP"), SS_LIT_INIT("SIP / 2.0 / UDP"),
        SS_LIT_INIT("sip/2.0/udp"), SS_LIT_INIT("SIP/2.0")
    };
    sn_span via;
    if (!find_via(c, &via)) {
        return false;
    }
    const uint32_t space = via.at + (uint32_t)ss_slice_find(sn_shape_text(&c->shape, via), ' ');
    sn_cut_replace(c, (sn_span){ via.at, space }, SN_CUT_ONE_OF(c, protocols));
    return true;
}

bool sn_edit_via_host(sn_cut *c)
{
    sn_span via;
    if (!find_via(c, &via)) {
        return false;
    }
    const uint32_t end = sn_shape_mark(&c->shape, via, ';');
    const ss_slice head = ss_slice_cut(c->shape.bytes, via.at, end);
    const uint32_t space = via.at + (uint32_t)ss_slice_find(head, ' ');
    sn_cut_keep(c, space < end ? space + 1 : end);
    sn_cut_put_host(c);
    sn_cut_skip(c, end);
    return true;
}

/* ---- whose it is: tags, branch, Call-ID ---- */

/* A parameter is dropped, emptied, changed in one letter, its case, or for another value. */
static void edit_identity(sn_cut *c, sn_span param, ss_slice another)
{
    const sn_span value = sn_shape_param_value(&c->shape, param);
    const uint32_t how = sn_choose(c->choices, 5);
    if (how == 0 || value.at == value.end) {
        sn_cut_replace(c, param, SS_EMPTY);
    } else if (how == 1) {
        sn_cut_replace(c, value, SS_EMPTY);
    } else if (how == 2) {
        sn_cut_replace(c, value, another);
    } else {
        const uint32_t at =
            how == 3 ? value.end - 1 : value.at + sn_choose(c->choices, value.end - value.at);
        const char letter = c->shape.bytes.at[at];
        const bool is_letter = ss_lower(letter) >= 'a' && ss_lower(letter) <= 'z';
        sn_cut_keep(c, at);
        ss_put_char(c->out, is_letter ? (char)(letter ^ ('a' ^ 'A')) : letter == '1' ? '2' : '1');
        sn_cut_skip(c, at + 1);
    }
}

static bool has_tag(const sn_cut *c, const sn_line *line, const sn_line *next)
{
    sn_span param;
    (void)next;
    return (line->id == SS_HDR_FROM || line->id == SS_HDR_TO) &&
           sn_shape_param(&c->shape, line->value, SS_LIT("tag"), &param);
}

bool sn_edit_tag(sn_cut *c)
{
    sn_span param;
    const sn_line *line = sn_cut_field(c, has_tag);
    if (line == NULL || !sn_shape_param(&c->shape, line->value, SS_LIT("tag"), &param)) {
        return false;
    }
    edit_identity(c, param, SS_LIT("odd"));
    return true;
}

/* From and To change values: whoever sent it is now whom it is for. */
bool sn_edit_swap_parties(sn_cut *c)
{
    const sn_line *from = sn_cut_first(c, SS_HDR_FROM), *to = sn_cut_first(c, SS_HDR_TO);
    if (from == NULL || to == NULL || c->wish->field.len != 0 ||
        from->value.at == from->value.end || to->value.at == to->value.end) {
        return false;
    }
    const sn_span first = from < to ? from->value : to->value;
    const sn_span second = from < to ? to->value : from->value;
    sn_cut_replace(c, first, sn_shape_text(&c->shape, second));
    sn_cut_replace(c, second, sn_shape_text(&c->shape, first));
    return true;
}

bool sn_edit_branch(sn_cut *c)
{
    static const ss_slice branches[] = { SS_LIT_INIT("z9hG4bK"),  SS_LIT_INIT("Z9HG4BKa"),
                                         SS_LIT_INIT("1"),        SS_LIT_INIT("z9hG4bK\xff"),
                                         SS_LIT_INIT("z9hG4bK;"), SS_LIT_INIT("\"z9hG4bKa\"") };
    sn_span via, param;
    if (!find_via(c, &via) || !sn_shape_param(&c->shape, via, SS_LIT("branch"), &param)) {
        return false;
    }
    const ss_slice another = SN_CUT_ONE_OF(c, branches);
    edit_identity(c, param, another);
    return true;
}

bool sn_edit_call_id(sn_cut *c)
{
    static const ss_slice ids[] = { SS_LIT_INIT("odd"),   SS_LIT_INIT(""),
                                    SS_LIT_INIT("a@"),    SS_LIT_INIT("@"),
                                    SS_LIT_INIT("a@b@c"), SS_LIT_INIT("a b"),
                                    SS_LIT_INIT("\xff"),  SS_LIT_INIT("a\"<>{}()[]\\/?:") };
    const sn_line *line = sn_cut_first(c, SS_HDR_CALL_ID);
    if (line == NULL || !sn_cut_is_wished(c, line)) {
        return false;
    }
    sn_cut_replace(c, line->value, SN_CUT_ONE_OF(c, ids));
    return true;
}

/* ---- Contact and routes ---- */

bool sn_edit_contact(sn_cut *c)
{
    static const ss_slice contacts[] = {
        SS_LIT_INIT("*"),
        SS_LIT_INIT("*, *"),
        SS_LIT_INIT("* ;expires=0"),
        SS_LIT_INIT("<>"),
        SS_LIT_INIT("sip:a@a.example?Subject=b"),
        SS_LIT_INIT("<sip:a@[::1]:65536>"),
        SS_LIT_INIT("<tel:+1>;expires=4294967296"),
        SS_LIT_INIT("<sip:127.0.0.1;maddr=127.0.0.1;ttl=0>;q=2"),
        SS_LIT_INIT("\"a\\\" <sip:a@a.example>"),
        SS_LIT_INIT("<sip:odd.invalid>;expires=0, *"),
        SS_LIT_INIT("<sips:a@a.example>"),
        SS_LIT_INIT("<urn:service:sos>"),
    };
    const sn_line *line = sn_cut_first(c, SS_HDR_CONTACT);
    if (line == NULL || !sn_cut_is_wished(c, line)) {
        return false;
    }
    sn_cut_replace(c, line->value, SN_CUT_ONE_OF(c, contacts));
    return true;
}

/* Where a route is put: behind the last Via, as a proxy would (16.6). */
static uint32_t behind_via(const sn_cut *c)
{
    uint32_t at = c->shape.first_line;
    for (unsigned i = 0; i < c->shape.count; i++) {
        const sn_line *line = &c->shape.fields[i];
        at = line->id == SS_HDR_VIA ? line->whole.end : at;
    }
    return at;
}

/* Routes through where the message goes anyway, once or around and around; or over hosts that are not there. */
static bool put_routes(sn_cut *c, ss_slice name)
{
    static const ss_slice routes[] = { SS_LIT_INIT("<sip:odd.invalid;lr>"),
                                       SS_LIT_INIT("<sip:odd.invalid>"),
                                       SS_LIT_INIT("<>"),
                                       SS_LIT_INIT("sip:a"),
                                       SS_LIT_INIT("<sip:[::1];lr>;odd"),
                                       SS_LIT_INIT("<sip:127.0.0.1;lr;maddr=127.0.0.1>") };
    sn_span uri = { 0, 0 };
    if (c->shape.count == 0 || c->wish->field.len != 0) {
        return false;
    }
    const bool is_loop = start_word(c, 1, &uri) && !is_response(c) && sn_choose(c->choices, 2) == 0;
    const uint32_t times = sn_choose(c->choices, 3) == 0 ? sn_cut_many(c) : 1;
    const ss_slice route = SN_CUT_ONE_OF(c, routes);
    sn_cut_keep(c, behind_via(c));
    for (uint32_t i = 0; i < times && !c->out->overflow; i++) {
        ss_put(c->out, name);
        ss_put(c->out, is_loop ? SS_LIT("<") : route);
        if (is_loop) {
            sn_cut_again(c, uri);
            ss_put(c->out, SS_LIT(";lr>"));
        }
        ss_put(c->out, SS_LIT("\r\n"));
    }
    return true;
}

bool sn_edit_route(sn_cut *c)
{
    return put_routes(c, SS_LIT("Route: "));
}

bool sn_edit_record_route(sn_cut *c)
{
    return put_routes(c, SS_LIT("Record-Route: "));
}
