/* What a Contact says of itself: q, as in {q: 0.7} (RFC 3261 20.10). Text, since it is a number without a unit. */
#include "model.h"

/* Thousandths below 1: what is not said is 1. */
static void read_q(sn_reading *r, const sn_item *value, void *at)
{
    uint64_t fraction = 0;
    if (!sn_value_is_scalar(r, value, "a q from 0 to 1")) {
        return;
    }
    const ss_slice t = value->text;
    const bool has_point = t.len > 2 && t.len <= 5 && t.at[1] == '.';
    const bool is_read =
        has_point && ss_slice_to_u64(ss_slice_cut(t, 2, t.len), 999, &fraction) == SS_OK;
    const bool is_whole = t.len == 1;
    if (!(is_read || is_whole) || (t.at[0] != '0' && (t.at[0] != '1' || fraction != 0))) {
        sn_wrong(r, value->place, "0.5", "'%s' is no q: 0 to 1, three decimals at most",
                 sn_shown(r, t));
        return;
    }
    for (size_t i = t.len; has_point && i < 5; i++) {
        fraction *= 10;
    }
    *(unsigned *)at = t.at[0] == '1' ? 0 : (unsigned)(1000 - fraction);
}

static bool write_q(sn_text *t, const void *at)
{
    const unsigned q = 1000 - *(const unsigned *)at;
    if (q == 1000) {
        sn_text_put_str(t, "1");
        return true;
    }
    sn_text_put_str(t, q < 10 ? "0.00" : q < 100 ? "0.0" : "0.");
    sn_text_put_u64(t, q);
    return true;
}

const sn_codec sn_q_codec = { read_q, write_q };
