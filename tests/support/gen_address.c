/* URIs and addresses (RFC 3261 19.1, 20.10, 25.1; RFC 3966 3), drawn. */
#include "gen.h"

#define UNRESERVED "abcxyzABCXYZ0189-_.!~*'()"

/* Characters of a component, some of them escaped: any byte may be, NUL among them. */
static void put_escaped(gen *g, const char *alphabet, unsigned most)
{
    for (unsigned left = 1 + gen_pick(g, most); left > 0; left--) {
        if (gen_chance(g, 12)) {
            const char *digits = gen_chance(g, 50) ? "0123456789abcdef" : "0123456789ABCDEF";
            gen_put(g, "%");
            gen_run(g, digits, 1);
            gen_run(g, digits, 1);
        } else {
            gen_run(g, alphabet, 1);
        }
    }
}

static void put_uri_params(gen *g)
{
    static const char *const known[] = { "transport=udp", "lr",      "user=phone", "ttl=15",
                                         "method=INVITE", "lr=true", "maddr=[::1]" };
    if (gen_has(g)) {
        gen_put(g, ";");
        gen_put_cased(g, known[gen_pick(g, SS_COUNT(known))]);
    }
    for (unsigned i = 0; i < 3 && gen_has(g); i++) {
        gen_put(g, ";u");
        ss_put_u64(g->b, i);
        if (gen_chance(g, 70)) {
            gen_put(g, "=");
            put_escaped(g, UNRESERVED "[]/:&+$", 6);
        }
    }
}

static void put_uri_headers(gen *g)
{
    for (unsigned i = 0; i < 3 && gen_has(g); i++) {
        gen_put(g, i == 0 ? "?" : "&");
        put_escaped(g, UNRESERVED "[]/?:+$", 6);
        gen_put(g, "=");
        if (gen_chance(g, 80)) {
            put_escaped(g, UNRESERVED "[]/?:+$", 8);
        }
    }
}

void gen_sip_uri(gen *g, bool is_bare)
{
    gen_put_cased(g, gen_chance(g, 70) ? "sip:" : "sips:");
    if (gen_chance(g, 80)) {
        put_escaped(g, is_bare ? UNRESERVED "&=+$/" : UNRESERVED "&=+$,;?/", 8);
        if (gen_has(g)) {
            gen_put(g, ":");
            if (gen_chance(g, 80)) {
                put_escaped(g, is_bare ? UNRESERVED "&=+$" : UNRESERVED "&=+$,", 6);
            }
        }
        gen_put(g, "@");
    }
    gen_host(g);
    if (gen_has(g)) {
        gen_put(g, ":");
        gen_port(g);
    }
    if (!is_bare) {
        put_uri_params(g);
        put_uri_headers(g);
    }
}

static void put_tel_uri(gen *g, bool is_bare)
{
    gen_put_cased(g, "tel:");
    if (is_bare || gen_chance(g, 60)) {
        gen_put(g, "+");
        gen_run(g, "0123456789", 1);
        gen_run(g, "0123456789-.()", 12);
    } else {
        gen_run(g, "0123456789ABCDEFabcdef*", 1);
        gen_run(g, "0123456789-.()*", 6);
        gen_put(g, ";phone-context=example.com");
    }
    if (!is_bare && gen_has(g)) {
        gen_put(g, ";ext=12");
    }
}

static void put_other_uri(gen *g, bool is_bare)
{
    GEN_ONE_OF(g, "urn:", "http:", "cid:", "x+y-z.0:", "mailto:", "URN:");
    put_escaped(g, is_bare ? UNRESERVED "/:@&=+$" : UNRESERVED ";/?:@&=+$,", 16);
}

void gen_uri(gen *g, bool is_bare)
{
    switch (gen_pick(g, 6)) {
    case 0:
        put_tel_uri(g, is_bare);
        break;
    case 1:
        put_other_uri(g, is_bare);
        break;
    default:
        gen_sip_uri(g, is_bare);
        break;
    }
}

/* *( token LWS ) or a quoted string; white space behind a token may be missing (RFC4475:3.1.1.6). */
static void put_display(gen *g)
{
    switch (gen_pick(g, 4)) {
    case 0:
        gen_quoted(g);
        gen_sws(g);
        break;
    case 1:
        for (unsigned left = 1 + gen_pick(g, 3); left > 0; left--) {
            gen_token(g);
            gen_lws(g);
        }
        break;
    case 2:
        gen_token(g);
        break;
    default:
        break;
    }
}

void gen_address(gen *g, bool may_be_bare)
{
    if (may_be_bare && gen_chance(g, 25)) {
        gen_uri(g, true);
        return;
    }
    put_display(g);
    gen_put(g, "<");
    gen_uri(g, false);
    gen_put(g, ">");
}
