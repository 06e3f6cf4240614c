/* Choices, and the tools that edits are written with. */
#include "cut.h"

uint32_t sn_choose(sn_choices *c, uint32_t n)
{
    SS_ASSERT(n > 0);
    if (c->tape.at == NULL) {
        const uint64_t draw = ss_mix_absorb(c->key, c->made++);
        return (uint32_t)((draw >> 32) * n >> 32);
    }
    uint32_t value = 0;
    for (unsigned i = 0; i < (n <= 256 ? 1u : 4u); i++) {
        if (c->made < c->tape.len) {
            value |= (uint32_t)(unsigned char)c->tape.at[c->made++] << 8 * i;
        }
    }
    return value % n;
}

void sn_cut_keep(sn_cut *c, uint32_t upto)
{
    SS_ASSERT(c->at <= upto);
    ss_put(c->out, ss_slice_cut(c->shape.bytes, c->at, upto));
    c->at = upto;
}

void sn_cut_skip(sn_cut *c, uint32_t upto)
{
    SS_ASSERT(c->at <= upto);
    SS_ASSERT(upto <= c->shape.bytes.len);
    c->at = upto;
}

void sn_cut_replace(sn_cut *c, sn_span old, ss_slice text)
{
    sn_cut_keep(c, old.at);
    ss_put(c->out, text);
    sn_cut_skip(c, old.end);
}

void sn_cut_again(sn_cut *c, sn_span span)
{
    ss_put(c->out, sn_shape_text(&c->shape, span));
}

void sn_cut_run(sn_cut *c, ss_slice text, uint32_t times)
{
    for (uint32_t i = 0; i < times && !c->out->overflow; i++) {
        ss_put(c->out, text);
    }
}

ss_slice sn_cut_one_of(sn_cut *c, const ss_slice *list, size_t count)
{
    return list[sn_choose(c->choices, (uint32_t)count)];
}

bool sn_cut_is_wished(const sn_cut *c, const sn_line *line)
{
    const ss_slice wished = c->wish->field;
    if (wished.len == 0) {
        return true;
    }
    const ss_hdr id = ss_hdr_from(wished);
    return id != SS_HDR_OTHER ? line->id == id
                              : ss_slice_eq_nocase(sn_shape_text(&c->shape, line->name), wished);
}

/* The nth field that fits, from 0; how many fit when there are not so many. */
static const sn_line *nth(const sn_cut *c, sn_line_fits *fits, uint32_t n, uint32_t *count)
{
    *count = 0;
    for (unsigned i = 0; i < c->shape.count; i++) {
        const sn_line *line = &c->shape.fields[i];
        const sn_line *next = i + 1 < c->shape.count ? line + 1 : NULL;
        if (sn_cut_is_wished(c, line) && (fits == NULL || fits(c, line, next)) && (*count)++ == n) {
            return line;
        }
    }
    return NULL;
}

const sn_line *sn_cut_field(sn_cut *c, sn_line_fits *fits)
{
    uint32_t count;
    const sn_line *none = nth(c, fits, UINT32_MAX, &count);
    return count == 0 ? none : nth(c, fits, sn_choose(c->choices, count), &count);
}

const sn_line *sn_cut_first(const sn_cut *c, ss_hdr id)
{
    for (unsigned i = 0; i < c->shape.count; i++) {
        if (c->shape.fields[i].id == id) {
            return &c->shape.fields[i];
        }
    }
    return NULL;
}
