/* Readers of what many header fields are made of. A reader begins at a place of a text and goes as far as its grammar does;
 * it gives the place after it, SS_LEX_BAD when there is nothing of its kind. The caller knows what may follow. White space
 * after the last byte is left to him. Private to stack/msg. */
#ifndef SS_MSG_READ_H
#define SS_MSG_READ_H

#include "lex.h"

#include "ss/msg.h"

typedef struct ss_param {
    ss_slice name, value; /* value.at == NULL without '=' */
    bool is_token;        /* the value is */
    bool is_bare_ipv6;    /* the value is an address that has brackets everywhere but in a Via */
} ss_param;

/** All empty. */
void ss_uri_clear(ss_uri *uri);
void ss_addr_clear(ss_name_addr *na);
void ss_via_clear(ss_via *via);

/** A value that is no token, where a token ends at `end` as far as it goes. */
size_t ss_param_read_value(const lex_text *t, size_t at, size_t end, ss_param *out);

/** SEMI generic-param (25.1), from the semicolon. */
static LEX_CLOSE size_t ss_param_read(const lex_text *t, size_t at, ss_param *out)
{
    const size_t from = lex_lws(t, at + 1);
    const size_t name_end = lex_run(t, from, LEX_TOKEN);
    out->name = lex_cut(t, from, name_end);
    out->value = SS_EMPTY;
    out->is_token = false;
    out->is_bare_ipv6 = false;
    if (name_end == from) {
        return SS_LEX_BAD;
    }
    const size_t value_at = lex_separator(t, name_end, '=');
    if (value_at == SS_LEX_BAD) {
        return name_end;
    }
    size_t end = lex_run(t, value_at, LEX_TOKEN);
    out->is_token = end > value_at && !lex_has(t, end, ':');
    if (!out->is_token) {
        end = ss_param_read_value(t, value_at, end, out);
    }
    out->value = lex_cut(t, value_at, end);
    return end;
}

/** A SIP or SIPS URI (19.1.1), or any absolute URI, without angle brackets. *uri is of no meaning when it is bad. */
size_t ss_uri_read(const lex_text *t, size_t at, ss_uri *uri);
/** ( name-addr / addr-spec ) *( SEMI generic-param ), or a star (20.10). The URI of a star is left as it was. */
size_t ss_addr_read(const lex_text *t, size_t at, ss_name_addr *out, ss_uri *uri);
/** via-parm (20.42). */
size_t ss_via_read(const lex_text *t, size_t at, ss_via *via);

/** The whole of a CSeq value. */
SS_MUST_USE ss_status ss_cseq_read(const lex_text *t, size_t at, ss_cseq *out);

/** ss_msg_number, by reading it; *value is 0 unless SS_OK. */
ss_status ss_number_read(const ss_msg *msg, ss_hdr id, uint32_t *value);

/** The message up to `end`. */
static inline lex_text ss_text_of(const ss_msg *msg, size_t end)
{
    return (lex_text){ msg->bytes.at, end, msg->bytes.len };
}

/** The value of a field that is one, to be read from the place given. False when the field is missing. */
static inline bool ss_text_of_field(const ss_msg *msg, ss_hdr id, lex_text *t, size_t *at)
{
    if (msg->first[id] == 0) {
        return false;
    }
    const ss_field *field = &msg->fields[msg->first[id] - 1];
    *t = ss_text_of(msg, (size_t)field->value_at + field->value_len);
    *at = field->value_at;
    return true;
}

#endif
