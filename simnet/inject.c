/* What a tap makes up and sends: a message from a template, with its ordinal, the address that it says it has, and what it overheard of
 * the last dialog that came by. Nothing of it is checked: it may be no SIP at all. */
#include "inject.h"

#include <string.h>

const char *const sn_inject_words[] = { "k",    "address", "target", "call_id",
                                        "from", "to",      "uri",    NULL };
enum { WORD_K, WORD_ADDRESS, WORD_TARGET, WORD_CALL_ID, WORD_FROM, WORD_TO, WORD_URI };

bool sn_inject_word(ss_slice text, unsigned *word)
{
    for (unsigned i = 0; sn_inject_words[i] != NULL; i++) {
        if (ss_slice_eq(text, ss_slice_from(sn_inject_words[i]))) {
            *word = i;
            return true;
        }
    }
    return false;
}

/* ---- what is overheard ---- */

static void keep(sn_overheard_text *to, ss_slice text)
{
    to->len = text.len <= sizeof to->at ? (uint16_t)text.len : 0;
    memcpy(to->at, text.at, to->len);
}

void sn_inject_overhear(sn_overheard *o, const ss_msg *request)
{
    if (request->method != SS_METHOD_ACK) {
        return;
    }
    keep(&o->call_id, ss_msg_call_id(request));
    keep(&o->from, ss_msg_value(request, SS_HDR_FROM, 0));
    keep(&o->to, ss_msg_value(request, SS_HDR_TO, 0));
    keep(&o->uri, request->request_uri);
}

/* ---- printing ---- */

static void put_word(ss_buffer *b, const sn_injection *what, unsigned word)
{
    const sn_overheard *o = what->overheard;
    const sn_overheard_text *const texts[] = { &o->call_id, &o->from, &o->to, &o->uri };
    if (word == WORD_K) {
        ss_put_u64(b, what->ordinal);
    } else if (word <= WORD_TARGET) {
        ss_put_host(b, word == WORD_ADDRESS ? &what->from : &what->target);
    } else {
        const sn_overheard_text *text = texts[word - WORD_CALL_ID];
        ss_put(b, (ss_slice){ text->at, text->len });
    }
}

void sn_put_injection(ss_buffer *b, const char *template, const sn_injection *what)
{
    for (const char *c = template; *c != '\0'; c++) {
        const char *end = *c == '{' ? strchr(c, '}') : NULL;
        unsigned word;
        if (end != NULL && sn_inject_word((ss_slice){ c + 1, (size_t)(end - c) - 1 }, &word)) {
            put_word(b, what, word);
            c = end;
        } else if (*c == '\n') {
            ss_put_text(b, "\r\n");
        } else {
            ss_put_char(b, *c);
        }
    }
}

ss_address sn_inject_source(const sn_inject_spec *spec, sn_address own, uint64_t ordinal)
{
    const uint32_t host_bits = 32 - spec->net_bits;
    const uint64_t nth = spec->net_bits == 0 ? 0 : ordinal & ((UINT64_C(1) << host_bits) - 1);
    return sn_address_with_port(
        spec->net_bits == 0 ? own : sn_address_v4(spec->net + (uint32_t)nth), 5060);
}
