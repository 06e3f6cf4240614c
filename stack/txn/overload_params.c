/* oc, oc-algo, oc-validity and oc-seq of a Via: RFC 7339 9, with RFC 7415 5. A Via that has one of them wrong is as if it had none: half
 * of what a server asks for is worse than nothing of it. */
#include "overload.h"

static ss_status read_number(ss_slice text, uint64_t max, uint64_t *value)
{
    return ss_slice_to_u64(text, max, value);
}

/* "loss" or "rate"; others are somebody else's. RFC7339:4.2 RFC7415:3.3 */
static ss_oc_algorithm algorithm_of(ss_slice token)
{
    return ss_slice_eq_nocase(token, SS_LIT("loss"))   ? SS_OC_LOSS
           : ss_slice_eq_nocase(token, SS_LIT("rate")) ? SS_OC_RATE
                                                       : SS_OC_NONE;
}

static void add_algorithm(ss_oc *oc, ss_oc_algorithm algorithm)
{
    if (algorithm == SS_OC_NONE || oc->algorithms[0] == algorithm ||
        oc->algorithms[1] == algorithm) {
        return;
    }
    oc->algorithms[oc->algorithms[0] == SS_OC_NONE ? 0 : 1] = (uint8_t)algorithm;
}

/* oc-algo="loss,rate"; the quotes are left out by some. RFC7339:9 */
static ss_status read_algorithms(ss_slice text, ss_oc *oc)
{
    if (text.len >= 2 && text.at[0] == '"' && text.at[text.len - 1] == '"') {
        text = ss_slice_cut(text, 1, text.len - 1);
    }
    for (size_t at = 0; at <= text.len;) {
        const ss_slice rest = ss_slice_cut(text, at, text.len);
        const size_t end = ss_slice_find(rest, ',');
        const ss_slice token = ss_slice_trim(ss_slice_cut(rest, 0, end));
        if (token.len == 0) {
            return SS_ERR_SYNTAX;
        }
        add_algorithm(oc, algorithm_of(token));
        at += end + 1;
    }
    return SS_OK;
}

/* RFC7339:9 1*12DIGIT "." 1*5DIGIT: a number before the dot, and a fraction behind it. */
static ss_status read_seq(ss_slice text, uint64_t *seq)
{
    const size_t dot = ss_slice_find(text, '.');
    uint64_t whole = 0, fraction = 0;
    if (dot == text.len || dot > 12 || text.len - dot - 1 > 5 ||
        read_number(ss_slice_cut(text, 0, dot), UINT64_MAX, &whole) != SS_OK ||
        read_number(ss_slice_cut(text, dot + 1, text.len), UINT64_MAX, &fraction) != SS_OK) {
        return SS_ERR_SYNTAX;
    }
    for (size_t digits = text.len - dot - 1; digits < 5; digits++) {
        fraction *= 10;
    }
    *seq = whole * 100000 + fraction;
    return SS_OK;
}

static ss_status read_one(ss_slice name, ss_slice value, bool has_value, ss_oc *oc)
{
    uint64_t number = 0;
    if (ss_slice_eq_nocase(name, SS_LIT("oc"))) {
        const bool is_twice = oc->is_there;
        oc->is_there = true;
        oc->has_value = has_value;
        if (is_twice || (has_value && read_number(value, UINT32_MAX, &number) != SS_OK)) {
            return SS_ERR_SYNTAX;
        }
        oc->value = (uint32_t)number;
    } else if (ss_slice_eq_nocase(name, SS_LIT("oc-algo"))) {
        return oc->algorithms[0] != SS_OC_NONE ? SS_ERR_SYNTAX : read_algorithms(value, oc);
    } else if (ss_slice_eq_nocase(name, SS_LIT("oc-validity"))) {
        if (oc->has_validity || read_number(value, UINT32_MAX, &number) != SS_OK) {
            return SS_ERR_SYNTAX;
        }
        oc->has_validity = true;
        oc->validity_ms = (uint32_t)number;
    } else if (ss_slice_eq_nocase(name, SS_LIT("oc-seq"))) {
        if (oc->has_seq || read_seq(value, &oc->seq) != SS_OK) {
            return SS_ERR_SYNTAX;
        }
        oc->has_seq = true;
    }
    return SS_OK;
}

static bool is_oc(ss_slice name)
{
    return ss_slice_eq_nocase(name, SS_LIT("oc")) ||
           (name.len > 3 && ss_slice_eq_nocase(ss_slice_cut(name, 0, 3), SS_LIT("oc-")));
}

ss_status ss_oc_read(const ss_via *via, ss_oc *oc)
{
    ss_status status = SS_OK;
    ss_slice piece, name;
    size_t at = 0;
    *oc = (ss_oc){ .is_there = false };
    while (status == SS_OK && ss_params_next(via->params, &at, &piece, &name)) {
        const size_t equals = ss_slice_find(piece, '=');
        const ss_slice value = equals < piece.len
                                   ? ss_slice_trim(ss_slice_cut(piece, equals + 1, piece.len))
                                   : SS_EMPTY;
        status = read_one(name, value, equals < piece.len, oc);
    }
    return status;
}

bool ss_oc_is_answered(const ss_via *via)
{
    ss_oc oc;
    return ss_oc_read(via, &oc) != SS_OK || oc.has_value || oc.has_validity || oc.has_seq;
}

void ss_put_via_without_oc(ss_buffer *b, const ss_via *via)
{
    ss_slice piece, name;
    size_t at = 0;
    ss_put(b, ss_slice_cut(via->whole, 0, via->whole.len - via->params.bytes.len));
    while (ss_params_next(via->params, &at, &piece, &name)) {
        if (!is_oc(name)) {
            ss_put(b, piece);
        }
    }
}
