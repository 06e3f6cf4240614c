/* Target `meta`: a line of choices, then a message.
 * Aims at: ss_msg_parse, ss_hdr_from, ss_msg_next_value, ss_typed_parse, ss_msg_judge: that spelling carries no meaning (RFC 3261 7.3.1, 7.3.3). */
#include "fuzz.h"

#include "ss/grammar.h"

/* Nor does spelling change the verdict; but a value a line may be more fields than are read. */
static void check_verdict(ss_slice before, ss_slice after)
{
    ss_arena zero = fz_arena(0), one = fz_arena(3);
    const ss_judge_options options = { .limits = ss_limits_default() };
    ss_msg a, b;
    ss_diag x, y;
    const bool is_accepted = ss_msg_judge(&a, &zero, before, &options, &x) == SS_VERDICT_ACCEPT;
    const bool is_still = ss_msg_judge(&b, &one, after, &options, &y) == SS_VERDICT_ACCEPT;
    FZ_CHECK("S3-S7", is_accepted == is_still || b.field_count >= options.limits.fields,
             "a rewrite that changes no meaning changed the verdict");
}

/* RFC3261:7.1 methods compare with case: in another case it is another method. */
static void check_method_case(const ss_msg *msg)
{
    if (msg->is_request && msg->method != SS_METHOD_OTHER) {
        char lower[16];
        ss_buffer b = ss_buffer_on(lower, sizeof lower);
        for (size_t i = 0; i < msg->method_name.len; i++) {
            ss_put_char(&b, ss_lower(msg->method_name.at[i]));
        }
        FZ_CHECK("S3", ss_method_from(ss_buffer_slice(&b)) == SS_METHOD_OTHER,
                 "a method is known without its case");
    }
}

int fz_target_meta(const uint8_t *data, size_t size)
{
    ss_slice bytes;
    fz_tape tape = fz_tape_split((ss_slice){ (const char *)data, size }, &bytes);
    ss_arena zero = fz_arena(0), one = fz_arena(1), two = fz_arena(2), three = fz_arena(3),
             four = fz_arena(4);
    ss_msg msg, again;
    ss_diag diag;
    if (ss_msg_parse(&msg, &zero, bytes, &diag) != SS_OK) {
        return 0;
    }
    check_method_case(&msg);
    ss_buffer rewritten = ss_buffer_on(one.base, one.cap);
    fz_put_rewritten(&rewritten, &msg, &tape);
    if (rewritten.overflow || rewritten.len > SS_MESSAGE_BYTES_MAX) {
        return 0;
    }
    const ss_status status = ss_msg_parse(&again, &two, ss_buffer_slice(&rewritten), &diag);
    if (status == SS_ERR_FULL) { /* one value a line is more lines than we read */
        return 0;
    }
    FZ_CHECK("S3-S7", status == SS_OK, "a rewrite that changes no meaning is refused");
    ss_buffer before = ss_buffer_on(three.base, three.cap),
              after = ss_buffer_on(four.base, four.cap);
    fz_put_meaning(&before, &msg);
    fz_put_meaning(&after, &again);
    FZ_CHECK("S3-S7",
             before.overflow || ss_slice_eq(ss_buffer_slice(&before), ss_buffer_slice(&after)),
             "a rewrite that changes no meaning changed it");
    check_verdict(bytes, ss_buffer_slice(&rewritten));
    return 0;
}
