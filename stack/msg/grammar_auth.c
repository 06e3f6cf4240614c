/* Grammars of authentication: challenges, credentials and Authentication-Info (RFC 3261 20.6, 20.7, 20.27, 20.28, 20.44 and
 * 25.1), and the signed Identity of RFC 8224. What a scheme other than Digest says is kept whole, as RFC 4475 3.3.7 has it. */
#include "typer.h"

#include "lex.h"

/* The scheme and its white space; *is_digest says whether the rest is to be read as Digest's. */
static bool read_scheme(ss_typer *t, bool *is_digest)
{
    const size_t from = t->at;
    if (!ss_typer_token(t, "scheme")) {
        return false;
    }
    *is_digest = ss_slice_eq_nocase(ss_slice_cut(t->s, from, t->at), SS_LIT("Digest"));
    return ss_typer_space(t);
}

static bool read_other_scheme(ss_typer *t)
{
    const size_t from = t->at;
    while (t->at < t->s.len) {
        size_t next = ss_typer_at(t, '"') ? ss_lex_quoted(t->s, t->at) : ss_lex_lws(t->s, t->at);
        next = next == t->at && ss_lex_control(ss_slice_cut(t->s, next, next + 1), 0) == 1
                   ? next + 1
                   : next;
        if (next == SS_LEX_BAD || next == t->at) {
            return ss_typer_fail(t, t->at, "what follows the scheme holds what it may not");
        }
        t->at = next;
    }
    ss_typer_add(t, "data", ss_slice_cut(t->s, from, t->s.len));
    return t->s.len > from || ss_typer_fail(t, from, "nothing follows the scheme");
}

/* RFC3261:20.7 */
bool ss_grammar_credentials(ss_typer *t)
{
    static const ss_param_rule rules[] = {
        { "username", SS_VALUE_QUOTED, true }, { "realm", SS_VALUE_QUOTED, true },
        { "nonce", SS_VALUE_QUOTED, true },    { "uri", SS_VALUE_QUOTED, true },
        { "response", SS_VALUE_DIGEST, true }, { "algorithm", SS_VALUE_TOKEN, false },
        { "cnonce", SS_VALUE_QUOTED, false },  { "opaque", SS_VALUE_QUOTED, false },
        { "qop", SS_VALUE_TOKEN, false },      { "nc", SS_VALUE_HEX8, false },
        { NULL, SS_VALUE_GENERIC, false },
    };
    bool is_digest = false;
    return read_scheme(t, &is_digest) &&
           (is_digest ? ss_typer_comma_params(t, rules) : read_other_scheme(t));
}

/* RFC3261:20.44 */
bool ss_grammar_challenge(ss_typer *t)
{
    static const ss_param_rule rules[] = {
        { "realm", SS_VALUE_QUOTED, true },     { "nonce", SS_VALUE_QUOTED, true },
        { "domain", SS_VALUE_QUOTED, false },   { "opaque", SS_VALUE_QUOTED, false },
        { "algorithm", SS_VALUE_TOKEN, false }, { "stale", SS_VALUE_TOKEN, false },
        { "qop", SS_VALUE_QUOTED, false },      { NULL, SS_VALUE_GENERIC, false },
    };
    bool is_digest = false;
    return read_scheme(t, &is_digest) &&
           (is_digest ? ss_typer_comma_params(t, rules) : read_other_scheme(t));
}

/* RFC3261:20.6 */
bool ss_grammar_auth_info(ss_typer *t)
{
    static const ss_param_rule rules[] = {
        { "nextnonce", SS_VALUE_QUOTED, false }, { "qop", SS_VALUE_TOKEN, false },
        { "rspauth", SS_VALUE_QUOTED, false },   { "cnonce", SS_VALUE_QUOTED, false },
        { "nc", SS_VALUE_HEX8, false },          { NULL, SS_VALUE_GENERIC, false }
    };
    return ss_typer_comma_params(t, rules);
}

/* signed-identity-digest SEMI ident-info *( SEMI ident-info-params ); and the quoted digest of RFC 4474 before it */
bool ss_grammar_identity(ss_typer *t)
{
    static const ss_param_rule rules[] = { { "info", SS_VALUE_URI, true },
                                           { "alg", SS_VALUE_EITHER, false },
                                           { "ppt", SS_VALUE_EITHER, false },
                                           { NULL, SS_VALUE_GENERIC, false } };
    if (ss_typer_at(t, '"')) {
        return ss_typer_quoted(t, "digest") && ss_typer_end(t);
    }
    size_t end = t->at;
    while (end < t->s.len &&
           (lex_is(t->s.at[end], LEX_LABEL) || t->s.at[end] == '.' || t->s.at[end] == '/' ||
            t->s.at[end] == '+' || t->s.at[end] == '_' || t->s.at[end] == '=')) {
        end++;
    }
    if (end == t->at) {
        return ss_typer_fail(t, end, "a signed digest is missing");
    }
    ss_typer_add(t, "digest", ss_slice_cut(t->s, t->at, end));
    t->at = end;
    return ss_typer_params(t, rules);
}
