/* Grammars of words, numbers, dates and text: RFC 3261 20.5, 20.8, 20.14, 20.16, 20.17, 20.19, 20.22 to 20.26, 20.33, 20.35,
 * 20.38, 20.43; RFC 3262 7, RFC 3323 4.2, RFC 4412 3. */
#include "typer.h"

#include "lex.h"

static const ss_param_rule no_rules[] = { { NULL, SS_VALUE_GENERIC, false } };

bool ss_grammar_token(ss_typer *t)
{
    return ss_typer_token(t, "token") && ss_typer_end(t);
}

bool ss_grammar_token_or_none(ss_typer *t)
{
    return t->s.len == 0 || ss_grammar_token(t);
}

bool ss_grammar_token_params(ss_typer *t)
{
    return ss_typer_token(t, "token") && ss_typer_params(t, no_rules);
}

bool ss_grammar_token_params_or_none(ss_typer *t)
{
    return t->s.len == 0 || ss_grammar_token_params(t);
}

bool ss_grammar_method(ss_typer *t)
{
    return t->s.len == 0 || (ss_typer_token(t, "method") && ss_typer_end(t));
}

bool ss_grammar_call_id(ss_typer *t)
{
    return ss_typer_call_id(t) && ss_typer_end(t);
}

bool ss_grammar_number(ss_typer *t)
{
    return ss_typer_number(t, "number", 0, UINT32_MAX) && ss_typer_end(t);
}

/* RFC3261:20.22 */
bool ss_grammar_octet(ss_typer *t)
{
    return ss_typer_number(t, "number", 0, 255) && ss_typer_end(t);
}

/* RFC3262:7.1 */
bool ss_grammar_rseq(ss_typer *t)
{
    return ss_typer_number(t, "number", 1, UINT32_MAX) && ss_typer_end(t);
}

/* RFC4028:5 */
bool ss_grammar_seconds(ss_typer *t)
{
    return ss_typer_number(t, "seconds", 0, UINT32_MAX) && ss_typer_params(t, no_rules);
}

/* RFC4028:4 */
bool ss_grammar_session_expires(ss_typer *t)
{
    static const ss_param_rule rules[] = { { "refresher", SS_VALUE_TOKEN, false },
                                           { NULL, SS_VALUE_GENERIC, false } };
    return ss_typer_number(t, "seconds", 0, UINT32_MAX) && ss_typer_params(t, rules);
}

/* RFC3261:20.16 and RFC3261:8.1.1.5 */
bool ss_grammar_cseq(ss_typer *t)
{
    return ss_typer_number(t, "number", 0, INT32_MAX) && ss_typer_space(t) &&
           ss_typer_token(t, "method") && ss_typer_end(t);
}

/* RFC3262:7.2 */
bool ss_grammar_rack(ss_typer *t)
{
    return ss_typer_number(t, "response", 1, UINT32_MAX) && ss_typer_space(t) &&
           ss_typer_number(t, "number", 0, INT32_MAX) && ss_typer_space(t) &&
           ss_typer_token(t, "method") && ss_typer_end(t);
}

/* ---- text ---------------------------------------------------------------------------------------------------------- */

/* TEXT-UTF8-TRIM, or nothing; UTF-8 was checked before. */
bool ss_grammar_text(ss_typer *t)
{
    while (t->at < t->s.len) {
        const size_t from = t->at;
        t->at = ss_lex_control(t->s, from);
        ss_typer_skip(t);
        if (t->at == from) {
            return ss_typer_fail(t, from, "a control character in a text");
        }
    }
    ss_typer_add(t, "text", t->s);
    return true;
}

/* RFC3261:20.35 server-val *( LWS server-val ), server-val = product / comment */
bool ss_grammar_products(ss_typer *t)
{
    do {
        if (ss_typer_at(t, '(')) {
            if (!ss_typer_comment(t)) {
                return false;
            }
        } else if (!ss_typer_token(t, "product")) {
            return false;
        } else if (ss_lex_separator(t->s, t->at, '/') != SS_LEX_BAD) {
            if (!ss_typer_separator(t, '/') || !ss_typer_token(t, "version")) {
                return false;
            }
        }
        const size_t end = t->at;
        ss_typer_skip(t);
        if (t->at == end && end < t->s.len) {
            return ss_typer_fail(t, end, "products and comments have white space between them");
        }
    } while (t->at < t->s.len);
    return true;
}

/* RFC3261:20.33 */
bool ss_grammar_retry_after(ss_typer *t)
{
    static const ss_param_rule rules[] = { { "duration", SS_VALUE_NUMBER, false },
                                           { NULL, SS_VALUE_GENERIC, false } };
    if (!ss_typer_number(t, "seconds", 0, UINT32_MAX)) {
        return false;
    }
    ss_typer_skip(t);
    return (!ss_typer_at(t, '(') || ss_typer_comment(t)) && ss_typer_params(t, rules);
}

/* RFC3261:20.43 warn-code SP warn-agent SP warn-text */
bool ss_grammar_warning(ss_typer *t)
{
    if (!ss_typer_number(t, "code", 100, 999) || !ss_typer_space(t)) {
        return false;
    }
    const size_t host_end = ss_lex_host(t->s, t->at);
    const bool is_host =
        host_end != SS_LEX_BAD && host_end < t->s.len && !lex_is(t->s.at[host_end], LEX_TOKEN);
    if (is_host ? !ss_typer_host(t, "agent") : !ss_typer_token(t, "agent")) {
        return false;
    }
    if (is_host && ss_typer_at(t, ':')) {
        t->at++;
        if (!ss_typer_port(t)) {
            return false;
        }
    }
    return ss_typer_space(t) && ss_typer_quoted(t, "text") && ss_typer_end(t);
}

/* ---- dates and times ------------------------------------------------------------------------------------------------- */

static bool read_digits(ss_typer *t, const char *name, size_t count, uint64_t low, uint64_t high)
{
    const size_t from = t->at;
    if (ss_lex_run(t->s, from, LEX_DIGIT) - from != count) {
        return ss_typer_fail(t, from,
                             "a date has two digits for each number and four for its year");
    }
    return ss_typer_number(t, name, low, high);
}

static bool read_one_of(ss_typer *t, const char *name, const char *const *words, size_t count)
{
    const size_t from = t->at;
    const ss_slice word = ss_slice_cut(t->s, from, t->s.len - from < 3 ? t->s.len : from + 3);
    for (size_t i = 0; i < count; i++) {
        if (ss_slice_eq(word, ss_slice_from(words[i]))) {
            t->at += 3;
            ss_typer_add(t, name, word);
            return true;
        }
    }
    return ss_typer_fail(t, from, "no such day, month or zone");
}

static bool read_mark(ss_typer *t, char c, const char *sentence)
{
    if (!ss_typer_at(t, c)) {
        return ss_typer_fail(t, t->at, sentence);
    }
    t->at++;
    return true;
}

static bool date_mark(ss_typer *t, char c)
{
    return read_mark(t, c, "a date is like Sat, 13 Nov 2010 23:29:00 GMT");
}

/* RFC3261:7.3.1 a fold is as good as a single SP. */
static bool date_space(ss_typer *t)
{
    if (!ss_typer_at(t, '\r')) {
        return date_mark(t, ' ');
    }
    return ss_typer_space(t);
}

/* RFC3261:20.17 rfc1123-date, with single spaces, and GMT as its zone; a leap second may be. */
bool ss_grammar_date(ss_typer *t)
{
    static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    static const char *const zones[] = { "GMT" };
    return read_one_of(t, "weekday", days, SS_COUNT(days)) && date_mark(t, ',') && date_space(t) &&
           read_digits(t, "day", 2, 1, 31) && date_space(t) &&
           read_one_of(t, "month", months, SS_COUNT(months)) && date_space(t) &&
           read_digits(t, "year", 4, 0, 9999) && date_space(t) &&
           read_digits(t, "hour", 2, 0, 23) && date_mark(t, ':') &&
           read_digits(t, "minute", 2, 0, 59) && date_mark(t, ':') &&
           read_digits(t, "second", 2, 0, 60) && date_space(t) &&
           read_one_of(t, "zone", zones, SS_COUNT(zones)) && ss_typer_end(t);
}

/* digits [ "." *digits ] */
static bool read_decimal(ss_typer *t, const char *name)
{
    const size_t from = t->at;
    t->at = ss_lex_run(t->s, from, LEX_DIGIT);
    if (ss_typer_at(t, '.')) {
        t->at = ss_lex_run(t->s, t->at + 1, LEX_DIGIT);
    }
    ss_typer_add(t, name, ss_slice_cut(t->s, from, t->at));
    return true;
}

/* RFC3261:20.38 1*DIGIT [ "." *DIGIT ] [ LWS delay ], delay = *DIGIT [ "." *DIGIT ] */
bool ss_grammar_timestamp(ss_typer *t)
{
    if (ss_lex_run(t->s, 0, LEX_DIGIT) == 0) {
        return ss_typer_fail(t, 0, "a number is missing");
    }
    (void)read_decimal(t, "time");
    if (t->at < t->s.len && !(ss_typer_space(t) && read_decimal(t, "delay"))) {
        return false;
    }
    return ss_typer_end(t);
}

/* RFC3261:20.24 */
bool ss_grammar_mime_version(ss_typer *t)
{
    return ss_typer_run(t, "major", LEX_DIGIT, "a number is missing") &&
           read_mark(t, '.', "a version has a dot") &&
           ss_typer_run(t, "minor", LEX_DIGIT, "a number is missing") && ss_typer_end(t);
}

/* ---- names with dots and semicolons ---------------------------------------------------------------------------------- */

/* RFC3323:4.2 priv-value *( ";" priv-value ) */
bool ss_grammar_privacy(ss_typer *t)
{
    if (!ss_typer_token(t, "value")) {
        return false;
    }
    while (ss_lex_separator(t->s, t->at, ';') != SS_LEX_BAD) {
        if (!ss_typer_separator(t, ';') || !ss_typer_token(t, "value")) {
            return false;
        }
    }
    return ss_typer_end(t);
}

/* RFC4412:3.1 namespace "." r-priority, both without dots */
bool ss_grammar_resource(ss_typer *t)
{
    const size_t end = ss_lex_run(t->s, 0, LEX_TOKEN);
    const ss_slice both = ss_slice_cut(t->s, 0, end);
    const size_t dot = ss_slice_find(both, '.');
    const size_t second =
        dot < end ? dot + 1 + ss_slice_find(ss_slice_cut(both, dot + 1, end), '.') : end;
    if (dot == 0 || dot + 1 >= end || second < end) {
        return ss_typer_fail(t, dot, "a namespace, a dot and a priority");
    }
    t->at = end;
    ss_typer_add(t, "namespace", ss_slice_cut(both, 0, dot));
    ss_typer_add(t, "priority", ss_slice_cut(both, dot + 1, end));
    return ss_typer_end(t);
}

bool ss_grammar_resource_or_none(ss_typer *t)
{
    return t->s.len == 0 || ss_grammar_resource(t);
}
