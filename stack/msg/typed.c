/* A header field value, typed: the table that joins each row of headers.def to its grammar, section and methods. */
#include "typer.h"

#include "lex.h"

typedef struct row {
    bool (*read)(ss_typer *t);
    const char *section;
    uint32_t methods;
} row;

#define ALL          UINT32_MAX
#define ONLY(method) (UINT32_C(1) << SS_METHOD_##method | UINT32_C(1) << SS_METHOD_OTHER)
#define HEADER(id, name, compact, repetition, grammar, methods, section) \
    { ss_grammar_##grammar, section, methods },
static const row rows[SS_HDR_OTHER] = {
#include "ss/headers.def"
};
#undef HEADER
_Static_assert(SS_METHOD_COUNT <= 32, "a bit for each method");

bool ss_hdr_applies(ss_hdr id, ss_method method)
{
    return id >= SS_HDR_OTHER || method == SS_METHOD_OTHER ||
           (rows[id].methods & (UINT32_C(1) << method)) != 0;
}

/* RFC3261:25.1 extension-header: TEXT-UTF8char, UTF8-CONT and LWS, so any byte but a bare control character. A quoted-pair
 * may hide one, in a field whose grammar is not known here. */
static bool read_unknown(ss_typer *t)
{
    while ((t->at = ss_lex_control(t->s, t->at)) < t->s.len) {
        const size_t from = t->at;
        const bool is_hidden =
            from > 0 && t->s.at[from - 1] == '\\' && t->s.at[from] != '\r' && t->s.at[from] != '\n';
        t->at = is_hidden ? from + 1 : ss_lex_lws(t->s, from);
        if (t->at == from) {
            return ss_typer_fail(t, from, "a control character in a header field");
        }
    }
    ss_typer_add(t, "text", t->s);
    return true;
}

ss_status ss_typed_parse(ss_hdr id, ss_slice value, ss_typed *out, ss_flaw *flaw)
{
    SS_ASSERT((unsigned)id < SS_HDR_COUNT);
    const ss_slice trimmed = ss_slice_trim(value);
    const bool is_known = id < SS_HDR_OTHER;
    *flaw = (ss_flaw){ .section = "", .sentence = "" };
    out->id = id;
    out->value = trimmed;
    out->part_count = 0;
    ss_typer t = { .s = trimmed,
                   .out = out,
                   .flaw = flaw,
                   .section = is_known ? rows[id].section : "RFC3261:25.1" };
    const size_t odd = is_known ? ss_utf8_check(trimmed) : trimmed.len;
    const bool is_read = odd < trimmed.len ? ss_typer_fail(&t, odd, "bytes that are no UTF-8")
                         : is_known        ? rows[id].read(&t)
                                           : read_unknown(&t);
    SS_ASSERT(is_read == (t.status == SS_OK));
    if (!is_read && trimmed.len > 0) {
        flaw->offset += (size_t)(trimmed.at - value.at); /* in the value as it was given */
    }
    return t.status;
}
