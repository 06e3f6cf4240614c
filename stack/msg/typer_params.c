/* Parameters by rule: RFC 3261 25.1 generic-param, auth-param and their kin. A name that has no rule is generic. */
#include "typer.h"

#include "lex.h"
#include "param_names.h"

static bool read_generic(ss_typer *t)
{
    if (ss_typer_at(t, '"')) {
        return ss_typer_quoted(t, NULL);
    }
    return ss_typer_at(t, '[') ? ss_typer_host(t, NULL) : ss_typer_token(t, NULL);
}

/* qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ) */
static bool read_q(ss_typer *t)
{
    const size_t from = t->at;
    if (!ss_typer_run(t, NULL, LEX_TOKEN, "a q value is missing")) {
        return false;
    }
    const ss_slice q = ss_slice_cut(t->s, from, t->at);
    bool is_good =
        q.len <= 5 && (q.at[0] == '0' || q.at[0] == '1') && (q.len == 1 || q.at[1] == '.');
    for (size_t i = 2; i < q.len; i++) {
        is_good = is_good && lex_is(q.at[i], LEX_DIGIT) && (q.at[0] == '0' || q.at[i] == '0');
    }
    return is_good || ss_typer_fail(t, from, "a q value is 0 to 1 with three decimals at most");
}

/* RFC7044:5 index-val = number *( "." number ), number = [ %x31-39 *DIGIT ] DIGIT */
static bool read_index(ss_typer *t)
{
    const size_t from = t->at;
    if (!ss_typer_run(t, NULL, LEX_TOKEN, "an index is missing")) {
        return false;
    }
    const ss_slice index = ss_slice_cut(t->s, from, t->at);
    for (size_t at = 0; at <= index.len;) {
        const size_t end = ss_lex_run(index, at, LEX_DIGIT);
        const bool is_number = end > at && (index.at[at] != '0' || end == at + 1);
        if (!is_number || (end < index.len && index.at[end] != '.')) {
            return ss_typer_fail(t, from + at, "an index is numbers with dots between them");
        }
        at = end + 1;
    }
    return true;
}

static bool is_lower_hex(char c)
{
    return lex_is(c, LEX_HEX) && c == ss_lower(c);
}

static bool read_hex8(ss_typer *t)
{
    const size_t from = t->at;
    if (!ss_typer_run(t, NULL, LEX_TOKEN, "a nonce count is missing")) {
        return false;
    }
    bool is_good = t->at - from == 8;
    for (size_t i = from; is_good && i < t->at; i++) {
        is_good = is_lower_hex(t->s.at[i]);
    }
    return is_good ||
           ss_typer_fail(t, from, "a nonce count is eight lower-case hexadecimal digits");
}

/* RFC3261:25.1 request-digest, 32 digits for MD5; other algorithms have more (RFC 8760). */
static bool read_digest(ss_typer *t)
{
    const size_t from = t->at;
    if (!ss_typer_quoted(t, NULL)) {
        return false;
    }
    for (size_t i = from + 1; i + 1 < t->at; i++) {
        if (!is_lower_hex(t->s.at[i])) {
            return ss_typer_fail(t, i, "a digest is lower-case hexadecimal digits");
        }
    }
    return t->at - from > 2 || ss_typer_fail(t, from, "a digest is lower-case hexadecimal digits");
}

/* So many digits at most. */
static bool read_digits(ss_typer *t, size_t digits, uint64_t high)
{
    const size_t from = t->at;
    return ss_typer_number(t, NULL, 0, high) &&
           (t->at - from <= digits ||
            ss_typer_fail(t, from + digits, "a number with more digits than it may have"));
}

/* RFC3261:25.1 via-received takes an IPv6 address without brackets. */
static bool read_host(ss_typer *t)
{
    const size_t from = t->at;
    const size_t end = ss_lex_run(t->s, from, LEX_IPV6);
    if (ss_lex_is_ipv6(ss_slice_cut(t->s, from, end))) {
        t->at = end;
        ss_typer_add(t, NULL, ss_slice_cut(t->s, from, end));
        return true;
    }
    return ss_typer_host(t, NULL);
}

static bool read_bracketed_uri(ss_typer *t)
{
    const size_t from = t->at + 1;
    const size_t end = t->at + ss_slice_find(ss_slice_cut(t->s, t->at, t->s.len), '>');
    ss_uri uri;
    if (!ss_typer_at(t, '<') || end == t->s.len ||
        ss_uri_parse(ss_slice_cut(t->s, from, end), &uri) != SS_OK) {
        return ss_typer_fail(t, t->at, "a URI in angle brackets is missing");
    }
    t->at = end + 1;
    ss_typer_add(t, NULL, ss_slice_cut(t->s, from, end));
    return true;
}

static bool read_value(ss_typer *t, ss_value_kind kind)
{
    switch (kind) {
    case SS_VALUE_TOKEN:
        return ss_typer_token(t, NULL);
    case SS_VALUE_QUOTED:
        return ss_typer_quoted(t, NULL);
    case SS_VALUE_EITHER:
        return ss_typer_at(t, '"') ? ss_typer_quoted(t, NULL) : ss_typer_token(t, NULL);
    case SS_VALUE_NUMBER:
        return ss_typer_number(t, NULL, 0, UINT32_MAX);
    case SS_VALUE_OCTET:
        return read_digits(t, 3, 255);
    case SS_VALUE_COUNT:
        return read_digits(t, 2, 99);
    case SS_VALUE_REG_ID: /* RFC5626:10 */
        return ss_typer_number(t, NULL, 1, INT32_MAX);
    case SS_VALUE_INDEX:
        return read_index(t);
    case SS_VALUE_Q:
        return read_q(t);
    case SS_VALUE_HOST:
        return read_host(t);
    case SS_VALUE_PORT:
        return ss_typer_number(t, NULL, 1, UINT16_MAX);
    case SS_VALUE_HEX8:
        return read_hex8(t);
    case SS_VALUE_DIGEST:
        return read_digest(t);
    case SS_VALUE_URI:
        return read_bracketed_uri(t);
    case SS_VALUE_NONE:
        return ss_typer_fail(t, t->at, "a parameter that has no value");
    case SS_VALUE_GENERIC:
        break;
    }
    return read_generic(t);
}

/* Parameters seen in one value. */
typedef struct seen {
    uint32_t rules; /* a bit for each */
    ss_param_names generic;
} seen;

/* RFC3261:7.3.1 any given parameter name stands once. */
static bool is_repeated(seen *names, const ss_param_rule *rules, const ss_param_rule *rule,
                        ss_slice name)
{
    if (rule != NULL) {
        const uint32_t bit = UINT32_C(1) << (rule - rules);
        const bool is_again = (names->rules & bit) != 0;
        names->rules |= bit;
        return is_again;
    }
    return !ss_param_names_take(&names->generic, name);
}

static const ss_param_rule *find_rule(const ss_param_rule *rules, ss_slice name)
{
    for (const ss_param_rule *rule = rules; rule->name != NULL; rule++) {
        if (ss_slice_eq_nocase(ss_slice_from(rule->name), name)) {
            return rule;
        }
    }
    return NULL;
}

static void name_part(ss_typer *t, unsigned index, const ss_param_rule *rule, ss_slice key)
{
    if (index < SS_PARTS_MAX) {
        t->out->parts[index].name = rule == NULL ? NULL : rule->name;
        t->out->parts[index].key = key;
    }
}

static bool may_lack_value(ss_value_kind kind)
{
    return kind == SS_VALUE_GENERIC || kind == SS_VALUE_NONE || kind == SS_VALUE_PORT;
}

static bool read_param(ss_typer *t, const ss_param_rule *rules, seen *names)
{
    const size_t from = t->at;
    t->at = ss_lex_run(t->s, from, LEX_TOKEN);
    if (t->at == from) {
        return ss_typer_fail(t, from, "the name of a parameter is missing");
    }
    const ss_slice key = ss_slice_cut(t->s, from, t->at);
    const ss_param_rule *rule = find_rule(rules, key);
    const ss_value_kind kind = rule == NULL ? SS_VALUE_GENERIC : rule->kind;
    const unsigned index = t->out->part_count;
    const size_t value_at = ss_lex_separator(t->s, t->at, '=');
    if (is_repeated(names, rules, rule, key)) {
        return ss_typer_fail(t, from, "a parameter stands twice");
    }
    if (value_at == SS_LEX_BAD) {
        ss_typer_add(t, NULL, SS_EMPTY);
        name_part(t, index, rule, key);
        return may_lack_value(kind) || ss_typer_fail(t, t->at, "a parameter lacks its value");
    }
    t->at = value_at;
    if (!read_value(t, kind)) {
        return false;
    }
    name_part(t, index, rule, key);
    return true;
}

static bool all_musts_seen(ss_typer *t, const ss_param_rule *rules, const seen *names)
{
    for (const ss_param_rule *rule = rules; rule->name != NULL; rule++) {
        if (rule->must && (names->rules & (UINT32_C(1) << (rule - rules))) == 0) {
            return ss_typer_refuse(t, t->s.len, "a parameter that must be there is missing");
        }
    }
    return true;
}

bool ss_typer_params(ss_typer *t, const ss_param_rule *rules)
{
    seen names;
    names.rules = 0;
    ss_param_names_begin(&names.generic);
    for (;;) {
        ss_typer_skip(t);
        if (t->at == t->s.len) {
            return all_musts_seen(t, rules, &names);
        }
        if (!ss_typer_at(t, ';')) {
            return ss_typer_fail(t, t->at, "neither the end nor a parameter");
        }
        if (!ss_typer_separator(t, ';') || !read_param(t, rules, &names)) {
            return false;
        }
    }
}

bool ss_typer_comma_params(ss_typer *t, const ss_param_rule *rules)
{
    seen names;
    names.rules = 0;
    ss_param_names_begin(&names.generic);
    for (;;) {
        if (!read_param(t, rules, &names)) {
            return false;
        }
        ss_typer_skip(t);
        if (t->at == t->s.len) {
            return all_musts_seen(t, rules, &names);
        }
        if (!ss_typer_separator(t, ',')) {
            return false;
        }
    }
}
