/* Fields that are read twice, by the small parsers of every hop and by the grammars that keep every piece, are understood the
 * same (docs/decisions/0008): over generated values, and over what becomes of them when bytes are lost, changed and doubled.
 * Values lie before a guard page. */
#include "check.h"
#include "gen.h"
#include "guard.h"

#include "ss/grammar.h"
#include "stack/msg/read.h"
#include "stack/msg/typer.h"

#include <stdio.h>

enum { ROUNDS = TEST_IS_SANITIZED ? 20000 : 200000, MUTATIONS_MAX = 3 };

static char memory[GEN_MESSAGE_MAX], changed[GEN_MESSAGE_MAX];

/* ---- values ---- */

static ss_slice draw(gen *g, ss_hdr id, ss_buffer *b)
{
    *b = ss_buffer_on(memory, sizeof memory);
    g->b = b;
    gen_value(g, id);
    CHECK(!b->overflow);
    return ss_buffer_slice(b);
}

/* One byte lost, one more, one other; or a piece doubled. */
static ss_slice mutate(gen *g, ss_slice s)
{
    static const char bytes[] = ";;;==,:/<>\"\\@?[]()*% \t\r\n0128aAgz.-_+\x01\x7f\xc3\xa9\xff";
    ss_buffer b = ss_buffer_on(changed, sizeof changed);
    const size_t at = gen_pick(g, (unsigned)s.len + 1);
    const size_t end = at + gen_pick(g, (unsigned)(s.len - at) + 1);
    const unsigned how = gen_pick(g, 4);
    ss_put(&b, ss_slice_cut(s, 0, at));
    if (how == 0 || how == 1) {
        ss_put_char(&b, bytes[gen_pick(g, sizeof bytes - 1)]);
    } else if (how == 2) {
        ss_put(&b, ss_slice_cut(s, at, end));
    }
    ss_put(&b, ss_slice_cut(s, how % 2 == 1 && at < s.len ? at + 1 : at, s.len));
    const ss_slice result = b.overflow ? s : ss_buffer_slice(&b);
    memcpy(memory, result.at, result.len);
    return (ss_slice){ memory, result.len };
}

/* ---- the comparison ---- */

typedef bool compare(ss_slice value);

static void say(ss_hdr id, ss_slice value)
{
    const ss_slice name = ss_hdr_name(id);
    printf("%.*s: %.*s\n", (int)name.len, name.at, (int)value.len, value.at);
}

static void compare_values(ss_hdr id, compare *same)
{
    unsigned refused = 0;
    for (unsigned seed = 0; seed < ROUNDS; seed++) {
        ss_buffer b;
        gen g = gen_start(seed, &b);
        ss_slice value = draw(&g, id, &b);
        for (unsigned left = gen_pick(&g, MUTATIONS_MAX + 1); left > 0; left--) {
            value = mutate(&g, value);
        }
        const ss_slice trimmed = ss_slice_trim(guard_at_end(value));
        if (ss_utf8_check(trimmed) < trimmed.len) {
            continue; /* for the judge of a message to say, not for a parser of one field */
        }
        if (!same(trimmed)) {
            printf("seed %u ", seed);
            say(id, trimmed);
            CHECK(false);
        }
        ss_typed typed;
        ss_flaw flaw;
        refused += ss_typed_parse(id, trimmed, &typed, &flaw) != SS_OK;
    }
    CHECK(refused > ROUNDS / 10 && refused < ROUNDS - ROUNDS / 10); /* neither side goes untested */
}

/* The last piece of that name that is no parameter without a rule; SS_EMPTY when there is none. */
static ss_slice piece(const ss_typed *typed, const char *name)
{
    ss_slice found = SS_EMPTY;
    for (unsigned i = 0; i < typed->part_count && i < SS_PARTS_MAX; i++) {
        const char *part = typed->parts[i].name;
        if (part != NULL && strcmp(part, name) == 0) {
            found = typed->parts[i].text;
        }
    }
    return found;
}

static bool same_slice(ss_slice a, ss_slice b)
{
    return a.at == b.at && a.len == b.len;
}

static bool same_number(ss_slice digits, uint64_t number)
{
    uint64_t value = 0;
    return digits.at == NULL
               ? number == 0
               : ss_slice_to_u64(digits, UINT32_MAX, &value) == SS_OK && value == number;
}

/* ---- each of them ---- */

static bool same_via(ss_slice value)
{
    ss_typed typed;
    ss_flaw flaw;
    ss_via via;
    const bool is_good = ss_typed_parse(SS_HDR_VIA, value, &typed, &flaw) == SS_OK;
    if (is_good != (ss_via_parse(value, &via) == SS_OK)) {
        return false;
    }
    return !is_good || (same_slice(via.host, piece(&typed, "host")) &&
                        same_slice(via.transport, piece(&typed, "transport")) &&
                        same_slice(via.branch, piece(&typed, "branch")) &&
                        same_slice(via.received, piece(&typed, "received")) &&
                        same_slice(via.maddr, piece(&typed, "maddr")) &&
                        same_number(piece(&typed, "port"), via.port) &&
                        same_number(piece(&typed, "rport"), via.rport));
}

TEST(two_parsers_of_via_agree)
{
    compare_values(SS_HDR_VIA, same_via);
}

/* RFC 3966 is the typed reader's: for the other any absolute URI is whole. */
static bool is_tel(const ss_name_addr *na)
{
    ss_uri uri;
    return ss_uri_parse(na->uri, &uri) == SS_OK && uri.scheme == SS_SCHEME_TEL;
}

static bool same_address(ss_hdr id, ss_slice value, bool is_fit, const ss_name_addr *na)
{
    ss_typed typed;
    ss_flaw flaw;
    if (ss_typed_parse(id, value, &typed, &flaw) != SS_OK) {
        return !is_fit || is_tel(na);
    }
    if (!is_fit) {
        return false;
    }
    return na->is_star || (same_slice(na->uri, piece(&typed, "uri")) &&
                           ss_slice_eq(na->display, piece(&typed, "display")));
}

static bool same_contact(ss_slice value)
{
    ss_name_addr na;
    ss_slice own = SS_LIT("1");
    ss_typed typed;
    ss_flaw flaw;
    const ss_status status = ss_name_addr_parse(value, &na);
    if (status == SS_OK &&
        (ss_params_get(na.params, SS_LIT("q"), &own) == SS_OK ||
         ss_params_get(na.params, SS_LIT("expires"), &own) == SS_OK ||
         ss_params_get(na.params, SS_LIT("reg-id"), &own) == SS_OK) &&
        ss_typed_parse(SS_HDR_CONTACT, value, &typed, &flaw) != SS_OK) {
        return true; /* their own rules are not the address's */
    }
    return same_address(SS_HDR_CONTACT, value, status == SS_OK, &na);
}

TEST(two_parsers_of_contact_agree)
{
    compare_values(SS_HDR_CONTACT, same_contact);
}

static bool same_reply_to(ss_slice value)
{
    ss_name_addr na;
    const ss_status status = ss_name_addr_parse(value, &na);
    return same_address(SS_HDR_REPLY_TO, value, status == SS_OK && !na.is_star, &na);
}

TEST(two_parsers_of_an_address_agree)
{
    compare_values(SS_HDR_REPLY_TO, same_reply_to);
}

/* The tag is a token (19.3): the parser of messages looks at it. */
static bool same_party(ss_slice value)
{
    ss_name_addr na;
    ss_slice tag = SS_LIT("x");
    const ss_status status = ss_name_addr_parse(value, &na);
    const bool is_fit =
        status == SS_OK && !na.is_star &&
        (ss_params_get(na.params, SS_LIT("tag"), &tag) == SS_NONE || ss_lex_all(tag, LEX_TOKEN));
    return same_address(SS_HDR_TO, value, is_fit, &na);
}

TEST(two_parsers_of_to_agree)
{
    compare_values(SS_HDR_TO, same_party);
}

/* RFC3261:20.34 in brackets */
static bool same_route(ss_slice value)
{
    ss_name_addr na;
    const bool is_fit = ss_name_addr_parse(value, &na) == SS_OK && !na.is_star &&
                        na.uri.at > value.at && na.uri.at[-1] == '<';
    return same_address(SS_HDR_ROUTE, value, is_fit, &na);
}

TEST(two_parsers_of_route_agree)
{
    compare_values(SS_HDR_ROUTE, same_route);
}

static bool same_cseq(ss_slice value)
{
    ss_typed typed;
    ss_flaw flaw;
    ss_cseq cseq;
    const ss_slice trimmed = ss_slice_trim(value);
    const lex_text t = lex_text_of(trimmed);
    const bool is_good = ss_typed_parse(SS_HDR_CSEQ, value, &typed, &flaw) == SS_OK;
    return is_good == (ss_cseq_read(&t, 0, &cseq) == SS_OK) &&
           (!is_good || (same_slice(cseq.method_name, piece(&typed, "method")) &&
                         same_number(piece(&typed, "number"), cseq.number)));
}

TEST(two_parsers_of_cseq_agree)
{
    compare_values(SS_HDR_CSEQ, same_cseq);
}

/* ---- numbers: by way of a message, as they are asked for ---- */

static ss_status ask_number(ss_hdr id, ss_slice value, uint32_t *number)
{
    ss_field field = { .value_len = (uint32_t)value.len, .id = (uint8_t)id };
    ss_msg msg = { .bytes = value, .fields = &field, .field_count = 1 };
    msg.first[id] = 1;
    return ss_number_read(&msg, id, number);
}

/* A number too large is out of range for one; the other says "for ever" where it is a time (20.19), else nothing. A range
 * smaller than 32 bits is the judge's. */
static bool same_count(ss_hdr id, ss_slice value)
{
    ss_typed typed;
    ss_flaw flaw;
    uint32_t number = 0;
    const ss_status judged = ss_typed_parse(id, value, &typed, &flaw);
    const ss_status asked = ask_number(id, value, &number);
    if (judged == SS_OK) {
        return asked == SS_OK && same_number(typed.parts[0].text, number);
    }
    return judged == SS_ERR_SEMANTIC || asked == SS_ERR_SYNTAX;
}

static bool same_expires(ss_slice value)
{
    return same_count(SS_HDR_EXPIRES, value);
}

TEST(two_parsers_of_expires_agree)
{
    compare_values(SS_HDR_EXPIRES, same_expires);
}

static bool same_max_forwards(ss_slice value)
{
    return same_count(SS_HDR_MAX_FORWARDS, value);
}

TEST(two_parsers_of_max_forwards_agree)
{
    compare_values(SS_HDR_MAX_FORWARDS, same_max_forwards);
}

static bool same_rseq(ss_slice value)
{
    return same_count(SS_HDR_RSEQ, value);
}

TEST(two_parsers_of_rseq_agree)
{
    compare_values(SS_HDR_RSEQ, same_rseq);
}

static bool same_length(ss_slice value)
{
    ss_typed typed;
    ss_flaw flaw;
    uint32_t number = 0;
    const bool is_good = ss_typed_parse(SS_HDR_CONTENT_LENGTH, value, &typed, &flaw) == SS_OK;
    return is_good == (ask_number(SS_HDR_CONTENT_LENGTH, value, &number) == SS_OK) &&
           (!is_good || same_number(typed.parts[0].text, number));
}

/* Numbers of Content-Length are drawn as those of Expires. */
TEST(two_parsers_of_content_length_agree)
{
    compare_values(SS_HDR_EXPIRES, same_length);
}

/* Retry-After goes on behind its number: what the typed reader takes has the same number. */
static bool same_retry_after(ss_slice value)
{
    ss_typed typed;
    ss_flaw flaw;
    uint32_t number = 0;
    return ss_typed_parse(SS_HDR_RETRY_AFTER, value, &typed, &flaw) != SS_OK ||
           (ask_number(SS_HDR_RETRY_AFTER, value, &number) == SS_OK &&
            same_number(typed.parts[0].text, number));
}

TEST(two_parsers_of_retry_after_agree)
{
    compare_values(SS_HDR_RETRY_AFTER, same_retry_after);
}

/* ---- whole messages: the parser refuses a field exactly when its grammar does ------------------------------------------ */

static const ss_hdr read_fields[] = { SS_HDR_VIA,           SS_HDR_FROM, SS_HDR_TO,
                                      SS_HDR_CALL_ID,       SS_HDR_CSEQ, SS_HDR_MAX_FORWARDS,
                                      SS_HDR_CONTENT_LENGTH };

/* The first value of a field is what its grammar takes; UTF-8 and telephone numbers are left aside. */
static bool is_good_first(const ss_msg *msg, ss_hdr id, bool *is_left_aside)
{
    ss_value_iter it = { 0 };
    ss_slice value = ss_msg_value(msg, id, 0);
    ss_name_addr na;
    ss_typed typed;
    ss_flaw flaw;
    if (id == SS_HDR_VIA && value.len > 0 && ss_msg_next_value(msg, id, &it, &value) != SS_OK) {
        return false;
    }
    *is_left_aside = ss_utf8_check(value) < value.len ||
                     ((id == SS_HDR_FROM || id == SS_HDR_TO) &&
                      ss_name_addr_parse(value, &na) == SS_OK && !na.is_star && is_tel(&na));
    return ss_typed_parse(id, value, &typed, &flaw) == SS_OK;
}

static void check_fields(const ss_msg *msg, ss_status status, const ss_diag *diag, unsigned seed)
{
    for (size_t i = 0; i < SS_COUNT(read_fields); i++) {
        const ss_hdr id = read_fields[i];
        bool is_left_aside = false;
        if (msg->first[id] == 0) {
            continue;
        }
        const bool is_good = is_good_first(msg, id, &is_left_aside);
        const bool is_refused = status == SS_ERR_SYNTAX && diag->header == id;
        if ((is_refused && is_good) || (status == SS_OK && !is_good && !is_left_aside)) {
            printf("seed %u ", seed);
            say(id, ss_msg_value(msg, id, 0));
            CHECK(false);
        }
    }
}

TEST(two_parsers_of_a_message_agree)
{
    enum { MESSAGES = ROUNDS / 4 };
    static _Alignas(16) unsigned char index[1 << 17];
    unsigned refused = 0;
    for (unsigned seed = 0; seed < MESSAGES; seed++) {
        gen_message meant;
        ss_buffer b = ss_buffer_on(memory, sizeof memory), none = b;
        gen g = gen_start(seed + MESSAGES, &none);
        gen_message_make(&meant, seed, &b);
        ss_slice bytes = meant.bytes;
        for (unsigned left = 1 + gen_pick(&g, 2 * MUTATIONS_MAX); left > 0; left--) {
            bytes = mutate(&g, bytes);
        }
        ss_arena arena = { .base = index, .cap = sizeof index };
        ss_msg msg;
        ss_diag diag;
        const ss_status status = ss_msg_parse(&msg, &arena, guard_at_end(bytes), &diag);
        check_fields(&msg, status, &diag, seed);
        refused += status == SS_ERR_SYNTAX && diag.header < SS_HDR_OTHER;
    }
    CHECK(refused > MESSAGES / 20);
}
