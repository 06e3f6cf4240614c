/* Grammars of media types, codings, languages, events and other names with parameters: RFC 3261 20.1 to 20.3, 20.11, 20.13,
 * 20.15; RFC 3326 2, RFC 6665 8.2, RFC 7433 4, and the names of RFC 3329, RFC 6809 and RFC 7315. */
#include "typer.h"

#include "lex.h"

static const ss_param_rule generic[] = { { NULL, SS_VALUE_GENERIC, false } };
static const ss_param_rule with_q[] = { { "q", SS_VALUE_Q, false },
                                        { NULL, SS_VALUE_GENERIC, false } };

static bool read_types(ss_typer *t)
{
    return ss_typer_token(t, "type") && ss_typer_separator(t, '/') && ss_typer_token(t, "subtype");
}

/* m-parameter = m-attribute EQUAL m-value: a value always. */
bool ss_grammar_media_type(ss_typer *t)
{
    static const ss_param_rule rules[] = { { "boundary", SS_VALUE_EITHER, false },
                                           { NULL, SS_VALUE_GENERIC, false } };
    if (!read_types(t) || !ss_typer_params(t, rules)) {
        return false;
    }
    const unsigned kept = t->out->part_count < SS_PARTS_MAX ? t->out->part_count : SS_PARTS_MAX;
    for (unsigned i = 2; i < kept; i++) {
        const ss_part *part = &t->out->parts[i];
        if (part->text.at == NULL) {
            return ss_typer_fail(t, (size_t)(part->key.at - t->s.at),
                                 "a parameter of a media type has a value");
        }
    }
    return true;
}

/* RFC3261:20.1 an empty field is that no format is acceptable. */
bool ss_grammar_media_range(ss_typer *t)
{
    return t->s.len == 0 || (read_types(t) && ss_typer_params(t, with_q));
}

/* RFC3261:20.2 */
bool ss_grammar_coding(ss_typer *t)
{
    return t->s.len == 0 || (ss_typer_token(t, "coding") && ss_typer_params(t, with_q));
}

/* 1*8ALPHA *( "-" 1*8ALPHA ), with the digits that language tags have since (RFC 5646). */
static bool read_language(ss_typer *t)
{
    const size_t from = t->at;
    unsigned letters = 0;
    while (t->at < t->s.len && lex_is(t->s.at[t->at], LEX_LABEL)) {
        const char c = t->s.at[t->at];
        if (c == '-' ? letters == 0 : ++letters > 8) {
            return ss_typer_fail(t, t->at, "a language tag has parts of one to eight letters");
        }
        letters = c == '-' ? 0 : letters;
        t->at++;
    }
    if (letters == 0 || !lex_is(t->s.at[from], LEX_ALPHA)) {
        return ss_typer_fail(t, t->at, "a language tag has parts of one to eight letters");
    }
    ss_typer_add(t, "language", ss_slice_cut(t->s, from, t->at));
    return true;
}

bool ss_grammar_language(ss_typer *t)
{
    return read_language(t) && ss_typer_end(t);
}

bool ss_grammar_language_range(ss_typer *t)
{
    if (t->s.len == 0) {
        return true;
    }
    return (ss_typer_at(t, '*') ? ss_typer_token(t, "language") : read_language(t)) &&
           ss_typer_params(t, with_q);
}

bool ss_grammar_disposition(ss_typer *t)
{
    static const ss_param_rule rules[] = { { "handling", SS_VALUE_TOKEN, false },
                                           { NULL, SS_VALUE_GENERIC, false } };
    return ss_typer_token(t, "disposition") && ss_typer_params(t, rules);
}

/* RFC3326:2 */
bool ss_grammar_reason(ss_typer *t)
{
    static const ss_param_rule rules[] = { { "cause", SS_VALUE_NUMBER, false },
                                           { "text", SS_VALUE_QUOTED, false },
                                           { NULL, SS_VALUE_GENERIC, false } };
    return ss_typer_token(t, "protocol") && ss_typer_params(t, rules);
}

/* event-package *( "." event-template ): no dot first, last or beside another */
static bool read_event_type(ss_typer *t)
{
    const size_t from = t->at;
    if (!ss_typer_token(t, "package")) {
        return false;
    }
    for (size_t i = from; i < t->at; i++) {
        if (t->s.at[i] == '.' && (i == from || i + 1 == t->at || t->s.at[i - 1] == '.')) {
            return ss_typer_fail(t, i, "a package or template of an event has no name");
        }
    }
    return true;
}

bool ss_grammar_event_type(ss_typer *t)
{
    return read_event_type(t) && ss_typer_end(t);
}

/* RFC6665:8.4 */
bool ss_grammar_event(ss_typer *t)
{
    static const ss_param_rule rules[] = { { "id", SS_VALUE_TOKEN, false },
                                           { NULL, SS_VALUE_GENERIC, false } };
    return read_event_type(t) && ss_typer_params(t, rules);
}

bool ss_grammar_subscription_state(ss_typer *t)
{
    static const ss_param_rule rules[] = { { "reason", SS_VALUE_TOKEN, false },
                                           { "expires", SS_VALUE_NUMBER, false },
                                           { "retry-after", SS_VALUE_NUMBER, false },
                                           { NULL, SS_VALUE_GENERIC, false } };
    return ss_typer_token(t, "state") && ss_typer_params(t, rules);
}

/* RFC7433:4.1 */
bool ss_grammar_user_to_user(ss_typer *t)
{
    static const ss_param_rule rules[] = { { "purpose", SS_VALUE_TOKEN, false },
                                           { "content", SS_VALUE_TOKEN, false },
                                           { "encoding", SS_VALUE_TOKEN, false },
                                           { NULL, SS_VALUE_GENERIC, false } };
    return (ss_typer_at(t, '"') ? ss_typer_quoted(t, "data") : ss_typer_token(t, "data")) &&
           ss_typer_params(t, rules);
}

bool ss_grammar_mechanism(ss_typer *t)
{
    return ss_typer_token(t, "mechanism") && ss_typer_params(t, with_q);
}

/* fc-value = "*" *( SEMI feature-cap ), and feature-caps begin with a plus sign */
bool ss_grammar_feature_caps(ss_typer *t)
{
    if (!ss_typer_at(t, '*')) {
        return ss_typer_fail(t, t->at, "a star is missing");
    }
    t->at++;
    ss_typer_add(t, "star", ss_slice_cut(t->s, 0, 1));
    if (!ss_typer_params(t, generic)) {
        return false;
    }
    for (unsigned i = 1; i < t->out->part_count && i < SS_PARTS_MAX; i++) {
        const ss_slice key = t->out->parts[i].key;
        if (key.at[0] != '+' || key.len == 1) {
            return ss_typer_fail(t, (size_t)(key.at - t->s.at),
                                 "a feature capability begins with a plus sign");
        }
    }
    return true;
}

bool ss_grammar_access_network(ss_typer *t)
{
    return ss_typer_token(t, "access") && ss_typer_params(t, generic);
}
