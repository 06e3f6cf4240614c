/* A ladder for programs: one object, the rows in their order. What a row is called is what the pictures call it.
 */
#include "rp/json.h"
#include "ladder/ladder.h"
#include "sn/capture.h"
#include "words.h"

static const char *kind_of(const ladder_row *row)
{
    static const char *const names[] = {
        [LADDER_MESSAGE] = "message",       [LADDER_TIMER] = "timer", [LADDER_EVENT] = "event",
        [LADDER_CONNECTION] = "connection", [LADDER_ICMP] = "icmp",   [LADDER_STATE] = "state"
    };
    return names[row->kind];
}

static void put_travels(rp_json *j, const sn_cast *cast, const ladder_row *row)
{
    char label[64];
    ss_buffer b = ss_buffer_on(label, sizeof label);
    rp_ladder_label(&b, row);
    rp_json_key_text(j, "from", sn_capture_name(cast, row->node));
    rp_json_key_text(j, "to", sn_capture_name(cast, row->peer));
    rp_json_key(j, "what");
    rp_json_slice(j, ss_buffer_slice(&b));
    rp_json_key_u64(j, "copy", row->nth);
    rp_json_key(j, "arrived_ns");
    if (row->arrived == SS_TIME_NEVER) {
        rp_json_null(j);
    } else {
        rp_json_u64(j, row->arrived);
    }
    rp_json_key_text(j, "lost",
                     rp_ladder_is_lost(row) ? sn_cause_text((sn_cause)row->cause) : NULL);
}

static void put_row(rp_json *j, const sn_cast *cast, const ladder_row *row)
{
    char remark[LADDER_REMARK_BYTES];
    ss_buffer b = ss_buffer_on(remark, sizeof remark);
    rp_json_open(j, '{');
    rp_json_key_u64(j, "t_ns", row->at);
    rp_json_key_text(j, "kind", kind_of(row));
    if (rp_ladder_travels(row)) {
        put_travels(j, cast, row);
    } else {
        rp_json_key_text(j, "node", sn_capture_name(cast, row->node));
        rp_json_key_text(j, "what",
                         row->kind == LADDER_TIMER ? rp_letter_name(row->letter)
                                                   : rp_ladder_mark(row));
    }
    rp_ladder_remark(cast, row, &b);
    rp_json_key(j, "remark");
    rp_json_slice(j, ss_buffer_slice(&b));
    rp_json_close(j);
}

void rp_ladder_json(rp_file *out, const sn_cast *cast, const ladder_story *story)
{
    const ladder_call *call = story->call;
    const ladder_columns columns = rp_ladder_columns(cast, call);
    rp_json j = rp_json_on(out, false);
    rp_json_open(&j, '{');
    rp_json_key_text(&j, "schema", "sipsim.ladder/1");
    rp_json_key_text(&j, "title", story->title);
    rp_json_key_hex64(&j, "call_id", call->call_id);
    rp_json_key_text(&j, "failed", call->has_failed ? call->why : NULL);
    rp_json_key_open(&j, "nodes", '[');
    for (uint32_t i = 0; i < columns.count; i++) {
        rp_json_text(&j, sn_capture_name(cast, columns.nodes[i]));
    }
    rp_json_close(&j);
    rp_json_key_open(&j, "rows", '[');
    for (uint32_t i = 0; i < call->count; i++) {
        put_row(&j, cast, &call->rows[i]);
    }
    rp_json_close(&j);
    rp_json_key_u64(&j, "left_out", call->left_out);
    rp_json_close(&j);
    rp_json_end(&j);
}
