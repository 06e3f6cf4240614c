/* One value of each grammar in headers.def, drawn: a writer beside each reader of stack/msg. A row without a writer does not
 * compile. */
#include "gen.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static void put_q(gen *g)
{
    if (gen_has(g)) {
        gen_param(g, "q");
        GEN_ONE_OF(g, "0", "1", "0.", "1.", "0.5", "0.123", "1.000", "0.000");
    }
}

/* Perhaps ;name=number. */
static void may_number(gen *g, const char *name, uint64_t high)
{
    if (gen_has(g)) {
        gen_param(g, name);
        gen_number(g, 0, high);
    }
}

static void may_token(gen *g, const char *name)
{
    if (gen_has(g)) {
        gen_param(g, name);
        gen_token(g);
    }
}

static void must_token(gen *g, const char *name)
{
    gen_param(g, name);
    gen_token(g);
}

static void may_either(gen *g, const char *name)
{
    if (gen_has(g)) {
        gen_param(g, name);
        if (gen_chance(g, 50)) {
            gen_token(g);
        } else {
            gen_quoted(g);
        }
    }
}

/* ---- words, numbers, text ---- */

static void value_token(gen *g)
{
    gen_token(g);
}

static void value_token_or_none(gen *g)
{
    gen_token(g);
}

static void value_token_params(gen *g)
{
    gen_token(g);
    gen_params(g);
}

static void value_token_params_or_none(gen *g)
{
    value_token_params(g);
}

static void value_method(gen *g)
{
    static const char *const names[] = { "INVITE", "ACK",     "BYE",      "OPTIONS",
                                         "CANCEL", "PUBLISH", "REGISTER", "PRACK" };
    if (gen_chance(g, 80)) {
        gen_one_of(g, names, SS_COUNT(names));
    } else {
        gen_token(g);
    }
}

static void value_call_id(gen *g)
{
    gen_call_id(g);
}

static void value_number(gen *g)
{
    gen_number(g, 0, UINT32_MAX);
}

static void value_octet(gen *g)
{
    gen_number(g, 0, 255);
}

static void value_rseq(gen *g)
{
    gen_number(g, 1, UINT32_MAX);
}

static void value_cseq(gen *g)
{
    gen_number(g, 0, INT32_MAX);
    gen_lws(g);
    if (g->method.len != 0) {
        ss_put(g->b, g->method);
    } else {
        value_method(g);
    }
}

static void value_rack(gen *g)
{
    gen_number(g, 1, UINT32_MAX);
    gen_lws(g);
    gen_number(g, 0, INT32_MAX);
    gen_lws(g);
    value_method(g);
}

static void value_seconds(gen *g)
{
    value_number(g);
    gen_params(g);
}

static void value_session_expires(gen *g)
{
    value_number(g);
    if (gen_has(g)) {
        gen_param(g, "refresher");
        GEN_ONE_OF(g, "uac", "uas");
    }
    gen_params(g);
}

static void value_text(gen *g)
{
    if (gen_chance(g, 90)) {
        gen_text(g);
    }
}

static void value_products(gen *g)
{
    for (unsigned left = gen_pick(g, 4);; left--) {
        if (gen_chance(g, 30)) {
            gen_comment(g);
        } else {
            gen_token(g);
            if (gen_chance(g, 50)) {
                gen_mark(g, '/');
                gen_token(g);
            }
        }
        if (left == 0) {
            return;
        }
        gen_lws(g);
    }
}

static void value_retry_after(gen *g)
{
    value_number(g);
    if (gen_has(g)) {
        gen_sws(g);
        gen_comment(g);
    }
    may_number(g, "duration", UINT32_MAX);
    gen_params(g);
}

static void value_warning(gen *g)
{
    gen_run(g, "123456789", 1);
    gen_digits(g, 2);
    gen_put(g, " ");
    if (gen_chance(g, 50)) {
        gen_host(g);
        if (gen_has(g)) {
            gen_put(g, ":");
            gen_port(g);
        }
    } else {
        gen_token(g);
    }
    gen_put(g, " ");
    gen_quoted(g);
}

static void value_date(gen *g)
{
    GEN_ONE_OF(g, "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun");
    GEN_ONE_OF(g, ", 01 ", ", 13 ", ", 31 ");
    GEN_ONE_OF(g, "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
               "Dec");
    GEN_ONE_OF(g, " 2010", " 1999", " 0000", " 9999");
    GEN_ONE_OF(g, " 00:00:00 GMT", " 23:59:59 GMT", " 12:30:01 GMT");
}

static void value_timestamp(gen *g)
{
    GEN_ONE_OF(g, "0", "54", "54.", "54.21", "99999999999999999999.5");
    if (gen_has(g)) {
        gen_lws(g);
        GEN_ONE_OF(g, "0", "1.", ".5", "0.000001", ".");
    }
}

static void value_mime_version(gen *g)
{
    GEN_ONE_OF(g, "1.0", "01.00", "2.15");
}

static void value_privacy(gen *g)
{
    gen_token(g);
    while (gen_has(g)) {
        gen_mark(g, ';');
        gen_token(g);
    }
}

static void value_resource(gen *g)
{
    gen_run(g, LETTERS "0123456789-!%*_+`'~", 6);
    gen_put(g, ".");
    gen_run(g, LETTERS "0123456789-!%*_+`'~", 6);
}

static void value_resource_or_none(gen *g)
{
    value_resource(g);
}

/* ---- media, events, names with parameters ---- */

/* As generic-param, but with a value always. */
static void put_media_params(gen *g)
{
    for (unsigned i = 0; i < 3 && gen_has(g); i++) {
        gen_mark(g, ';');
        gen_put(g, "m");
        ss_put_u64(g->b, i);
        gen_mark(g, '=');
        if (gen_chance(g, 50)) {
            gen_token(g);
        } else {
            gen_quoted(g);
        }
    }
}

static void value_media_type(gen *g)
{
    if (g->body_type.len != 0) {
        ss_put(g->b, g->body_type);
        return;
    }
    gen_token(g);
    gen_mark(g, '/');
    gen_token(g);
    put_media_params(g);
}

static void value_media_range(gen *g)
{
    GEN_ONE_OF(g, "*/*", "application/sdp", "application/*", "text / html", "multipart/mixed");
    put_media_params(g);
    put_q(g);
    gen_params(g);
}

static void value_coding(gen *g)
{
    GEN_ONE_OF(g, "gzip", "identity", "*", "compress");
    put_q(g);
}

static void value_language(gen *g)
{
    GEN_ONE_OF(g, "en", "de-CH-1996", "fr-419", "i-klingon", "abcdefgh-abcdefgh");
}

static void value_language_range(gen *g)
{
    if (gen_chance(g, 20)) {
        gen_put(g, "*");
    } else {
        value_language(g);
    }
    put_q(g);
}

static void value_disposition(gen *g)
{
    GEN_ONE_OF(g, "session", "render", "icon", "alert", "early-session");
    if (gen_has(g)) {
        gen_param(g, "handling");
        GEN_ONE_OF(g, "optional", "required", "other");
    }
    gen_params(g);
}

static void value_reason(gen *g)
{
    GEN_ONE_OF(g, "SIP", "Q.850", "Preemption");
    may_number(g, "cause", 999);
    if (gen_has(g)) {
        gen_param(g, "text");
        gen_quoted(g);
    }
    gen_params(g);
}

static void value_event_type(gen *g)
{
    gen_run(g, LETTERS "-!%*_+`'~", 8);
    while (gen_has(g)) {
        gen_put(g, ".");
        gen_run(g, LETTERS "-!%*_+`'~", 5);
    }
}

static void value_event(gen *g)
{
    value_event_type(g);
    may_token(g, "id");
    gen_params(g);
}

static void value_subscription_state(gen *g)
{
    GEN_ONE_OF(g, "active", "pending", "terminated", "other");
    may_token(g, "reason");
    may_number(g, "expires", UINT32_MAX);
    may_number(g, "retry-after", UINT32_MAX);
    gen_params(g);
}

static void value_user_to_user(gen *g)
{
    if (gen_chance(g, 30)) {
        gen_quoted(g);
    } else {
        gen_token(g);
    }
    may_token(g, "purpose");
    may_token(g, "content");
    may_token(g, "encoding");
    gen_params(g);
}

static void value_mechanism(gen *g)
{
    GEN_ONE_OF(g, "digest", "tls", "ipsec-ike", "x");
    put_q(g);
    gen_params(g);
}

static void value_feature_caps(gen *g)
{
    gen_put(g, "*");
    for (unsigned i = 0; i < 3 && gen_has(g); i++) {
        gen_mark(g, ';');
        gen_put(g, "+g.f");
        ss_put_u64(g->b, i);
        if (gen_chance(g, 50)) {
            gen_mark(g, '=');
            gen_quoted(g);
        }
    }
}

static void value_access_network(gen *g)
{
    value_token_params(g);
}

/* ---- authentication ---- */

static void put_comma_param(gen *g, const char *name)
{
    gen_mark(g, ',');
    gen_put_cased(g, name);
    gen_mark(g, '=');
}

static void may_quoted_comma(gen *g, const char *name)
{
    if (gen_has(g)) {
        put_comma_param(g, name);
        gen_quoted(g);
    }
}

static void put_digest(gen *g, const char *first)
{
    gen_put_cased(g, "Digest");
    gen_lws(g);
    gen_put_cased(g, first);
    gen_mark(g, '=');
    gen_quoted(g);
    put_comma_param(g, "realm");
    gen_quoted(g);
    may_quoted_comma(g, "opaque");
    if (gen_has(g)) {
        put_comma_param(g, "algorithm");
        GEN_ONE_OF(g, "MD5", "SHA-256", "SHA-512-256", "MD5-sess");
    }
    if (gen_has(g)) {
        put_comma_param(g, "g0");
        gen_token(g);
    }
}

static void put_other_scheme(gen *g)
{
    GEN_ONE_OF(g, "Basic", "Other", "DigestX", "Bearer");
    gen_lws(g);
    gen_token(g);
    while (gen_has(g)) {
        gen_mark(g, ',');
        gen_token(g);
        gen_mark(g, '=');
        gen_quoted(g);
    }
}

static void value_credentials(gen *g)
{
    if (gen_chance(g, 20)) {
        put_other_scheme(g);
        return;
    }
    put_digest(g, "username");
    put_comma_param(g, "nonce");
    gen_quoted(g);
    put_comma_param(g, "uri");
    gen_put(g, "\"");
    gen_uri(g, false);
    gen_put(g, "\"");
    put_comma_param(g, "response");
    gen_put(g, "\"");
    gen_hex(g, 32);
    gen_put(g, "\"");
    if (gen_has(g)) {
        put_comma_param(g, "qop");
        GEN_ONE_OF(g, "auth", "auth-int");
        put_comma_param(g, "nc");
        gen_hex(g, 8);
        put_comma_param(g, "cnonce");
        gen_quoted(g);
    }
}

static void value_challenge(gen *g)
{
    if (gen_chance(g, 20)) {
        put_other_scheme(g);
        return;
    }
    put_digest(g, "nonce");
    may_quoted_comma(g, "domain");
    if (gen_has(g)) {
        put_comma_param(g, "stale");
        GEN_ONE_OF(g, "true", "FALSE");
    }
    if (gen_has(g)) {
        put_comma_param(g, "qop");
        gen_put(g, "\"auth,auth-int\"");
    }
}

static void value_auth_info(gen *g)
{
    gen_put(g, "nextnonce");
    gen_mark(g, '=');
    gen_quoted(g);
    if (gen_has(g)) {
        put_comma_param(g, "nc");
        gen_hex(g, 8);
    }
    may_quoted_comma(g, "rspauth");
    may_quoted_comma(g, "cnonce");
}

static void value_identity(gen *g)
{
    gen_run(g, LETTERS "0123456789+/=", 40);
    gen_param(g, "info");
    gen_put(g, "<");
    gen_uri(g, false);
    gen_put(g, ">");
    may_either(g, "alg");
    may_either(g, "ppt");
}

/* ---- addresses ---- */

static void value_address(gen *g)
{
    gen_address(g, true);
    gen_params(g);
}

static void value_party(gen *g)
{
    gen_address(g, true);
    may_token(g, "tag");
    gen_params(g);
}

static void value_contact(gen *g)
{
    gen_address(g, true);
    put_q(g);
    may_number(g, "expires", UINT32_MAX);
    if (gen_has(g)) {
        gen_param(g, "reg-id");
        gen_number(g, 1, INT32_MAX);
    }
    gen_params(g);
}

static void value_route(gen *g)
{
    gen_address(g, false);
    gen_params(g);
}

static void value_history(gen *g)
{
    gen_address(g, false);
    gen_param(g, "index");
    GEN_ONE_OF(g, "1", "1.1", "1.10.203", "0.1");
    if (gen_has(g)) {
        gen_param(g, "rc");
        GEN_ONE_OF(g, "1", "1.1");
    }
    gen_params(g);
}

static void value_diversion(gen *g)
{
    gen_address(g, false);
    may_either(g, "reason");
    if (gen_has(g)) {
        gen_param(g, "counter");
        gen_digits(g, 1 + gen_pick(g, 2));
    }
    may_either(g, "privacy");
    gen_params(g);
}

static void value_identity_uri(gen *g)
{
    gen_put(g, gen_chance(g, 50) ? "\"A\" " : "");
    gen_put(g, "<");
    gen_sip_uri(g, false);
    gen_put(g, ">");
}

static void value_referred_by(gen *g)
{
    gen_address(g, true);
    if (gen_has(g)) {
        gen_param(g, "cid");
        gen_quoted(g);
    }
    gen_params(g);
}

static void value_info(gen *g)
{
    gen_put(g, "<");
    gen_uri(g, false);
    gen_put(g, ">");
    may_token(g, "purpose");
    gen_params(g);
}

static void may_address(gen *g, const char *name)
{
    if (gen_has(g)) {
        gen_param(g, name);
        if (gen_chance(g, 50)) {
            gen_ipv6(g);
        } else {
            gen_host(g);
        }
    }
}

static void value_via(gen *g)
{
    GEN_ONE_OF(g, "SIP", "sip", "X");
    gen_mark(g, '/');
    GEN_ONE_OF(g, "2.0", "2.0", "3");
    gen_mark(g, '/');
    GEN_ONE_OF(g, "UDP", "TCP", "TLS", "SCTP", "WSS", "other-1");
    gen_lws(g);
    gen_host(g);
    if (gen_has(g)) {
        gen_mark(g, ':');
        gen_port(g);
    }
    if (gen_chance(g, 90)) {
        gen_param(g, "branch");
        gen_put(g, gen_chance(g, 90) ? "z9hG4bK" : "");
        gen_token(g);
    }
    may_address(g, "received");
    if (gen_has(g)) {
        gen_mark(g, ';');
        gen_put_cased(g, "rport");
        if (gen_chance(g, 50)) {
            gen_mark(g, '=');
            gen_port(g);
        }
    }
    if (gen_has(g)) {
        gen_param(g, "ttl");
        GEN_ONE_OF(g, "0", "016", "255");
    }
    may_address(g, "maddr");
    gen_params(g);
}

static void value_replaces(gen *g)
{
    gen_call_id(g);
    must_token(g, "to-tag");
    must_token(g, "from-tag");
    if (gen_has(g)) {
        gen_mark(g, ';');
        gen_put_cased(g, "early-only");
    }
    gen_params(g);
}

static void value_join(gen *g)
{
    gen_call_id(g);
    must_token(g, "from-tag");
    must_token(g, "to-tag");
    gen_params(g);
}

static void value_target_dialog(gen *g)
{
    gen_call_id(g);
    must_token(g, "local-tag");
    must_token(g, "remote-tag");
    gen_params(g);
}

/* ---- by field ---- */

static const struct {
    void (*value)(gen *g);
    const char *name;
    char compact;
} rows[] = {
#define HEADER(id, name, compact, repetition, grammar, methods, section) \
    { value_##grammar, name, compact },
#include "ss/headers.def"
#undef HEADER
};

void gen_value(gen *g, ss_hdr id)
{
    if (id == SS_HDR_OTHER) {
        value_text(g);
    } else if (id == SS_HDR_CONTENT_LENGTH) {
        gen_number(g, g->body_bytes, g->body_bytes);
    } else {
        rows[id].value(g);
    }
}

void gen_field_name(gen *g, ss_hdr id)
{
    if (id == SS_HDR_OTHER) {
        gen_put(g, "X-");
        gen_token(g);
    } else if (rows[id].compact != 0 && gen_chance(g, 30)) {
        const char name[] = { rows[id].compact, '\0' };
        gen_put_cased(g, name);
    } else {
        gen_put_cased(g, rows[id].name);
    }
    if (gen_chance(g, g->spacing)) {
        GEN_ONE_OF(g, " ", "\t", " \t ");
    }
    gen_put(g, ":");
    gen_sws(g);
}
