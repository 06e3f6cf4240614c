/* The cursor that types one header field value, and the rules shared by the grammars (RFC 3261 25.1). A reader moves the
 * cursor past what it matches and says true, or says false and leaves the flaw; it never reads outside the value.
 * Private to stack/msg. */
#ifndef SS_MSG_TYPER_H
#define SS_MSG_TYPER_H

#include "ss/grammar.h"

typedef struct ss_typer {
    ss_slice s; /* the value, trimmed */
    size_t at;
    ss_typed *out;
    ss_flaw *flaw;
    const char *section;
    ss_status status; /* of the flaw; SS_OK so far */
} ss_typer;

/** What stands behind the '=' of a parameter. */
typedef enum ss_value_kind {
    SS_VALUE_GENERIC, /* nothing, or gen-value: a token, a host or a quoted string */
    SS_VALUE_NONE,
    SS_VALUE_TOKEN,
    SS_VALUE_QUOTED,
    SS_VALUE_EITHER, /* a token or a quoted string */
    SS_VALUE_NUMBER, /* below 2^32 */
    SS_VALUE_OCTET,  /* 0 to 255, three digits at most: ttl */
    SS_VALUE_COUNT,  /* two digits at most: how often a call was diverted */
    SS_VALUE_REG_ID, /* 1 to 2^31-1 */
    SS_VALUE_INDEX,  /* numbers without zeros before them, dots between: a place in a history */
    SS_VALUE_Q,      /* qvalue */
    SS_VALUE_HOST,   /* or an IPv6 address without brackets */
    SS_VALUE_PORT,   /* nothing, or a port: rport */
    SS_VALUE_HEX8,   /* eight lower-case hexadecimal digits: nc */
    SS_VALUE_DIGEST, /* lower-case hexadecimal digits in quotes */
    SS_VALUE_URI     /* an absolute URI in angle brackets */
} ss_value_kind;

typedef struct ss_param_rule {
    const char *name; /* NULL ends a list of rules */
    ss_value_kind kind;
    bool must; /* be there */
} ss_param_rule;

/** Note the flaw; always false. */
bool ss_typer_fail(ss_typer *t, size_t at, const char *sentence);
/** The same for what is well formed and out of its range. */
bool ss_typer_refuse(ss_typer *t, size_t at, const char *sentence);
/** Keep a piece of the value. */
void ss_typer_add(ss_typer *t, const char *name, ss_slice text);

bool ss_typer_at(const ss_typer *t, char c);
void ss_typer_skip(ss_typer *t);              /* SWS */
bool ss_typer_space(ss_typer *t);             /* LWS, one byte at least */
bool ss_typer_separator(ss_typer *t, char c); /* SWS, the character, SWS */
bool ss_typer_end(ss_typer *t);
bool ss_typer_run(ss_typer *t, const char *name, unsigned classes, const char *sentence);
bool ss_typer_token(ss_typer *t, const char *name);
bool ss_typer_number(ss_typer *t, const char *name, uint64_t low, uint64_t high);
bool ss_typer_quoted(ss_typer *t, const char *name);
bool ss_typer_host(ss_typer *t, const char *name);
bool ss_typer_port(ss_typer *t);
bool ss_typer_comment(ss_typer *t);
bool ss_typer_call_id(ss_typer *t);
/** An absolute URI that ends at `end`, with its parts. */
bool ss_typer_uri(ss_typer *t, size_t end);
/** *( SEMI parameter ), up to the end of the value. */
bool ss_typer_params(ss_typer *t, const ss_param_rule *rules);
/** parameter *( COMMA parameter ), up to the end. */
bool ss_typer_comma_params(ss_typer *t, const ss_param_rule *rules);

/** The first byte of what is not UTF-8 (RFC 3629), s.len when all is. */
size_t ss_utf8_check(ss_slice s);

/* ---- one reader for each name in the grammar column of headers.def ------------------------------------------------ */
#define SS_GRAMMAR_LIST(X)                                                                         \
    X(access_network)                                                                              \
    X(address)                                                                                     \
    X(auth_info)                                                                                   \
    X(call_id) X(challenge) X(coding) X(contact) X(credentials) X(cseq) X(date) X(disposition)     \
        X(diversion) X(event) X(event_type) X(feature_caps) X(history) X(identity) X(identity_uri) \
            X(info) X(join) X(language) X(language_range) X(mechanism) X(media_range)              \
                X(media_type) X(method) X(mime_version) X(number) X(octet) X(party) X(privacy)     \
                    X(products) X(rack) X(reason) X(referred_by) X(replaces) X(resource)           \
                        X(resource_or_none) X(retry_after) X(route) X(rseq) X(seconds)             \
                            X(session_expires) X(subscription_state) X(target_dialog) X(text)      \
                                X(timestamp) X(token) X(token_or_none) X(token_params)             \
                                    X(token_params_or_none) X(user_to_user) X(via) X(warning)

#define SS_GRAMMAR_READER(name) bool ss_grammar_##name(ss_typer *t);
SS_GRAMMAR_LIST(SS_GRAMMAR_READER)
#undef SS_GRAMMAR_READER

/** True when requests of the method give the field a meaning (tables 2 and 3 of section 20). */
bool ss_hdr_applies(ss_hdr id, ss_method method);

#endif
