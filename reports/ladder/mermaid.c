/* A ladder as a sequence diagram of Mermaid: ladder.mmd. Names of nodes are letters, digits, '_' and an index; whatever else a text has
 * that Mermaid takes for its own (';', '#', '%', line breaks) becomes a blank.
 */
#include "ladder/ladder.h"

#include "sn/capture.h"
#include "words.h"

static void put_harmless(rp_file *out, ss_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.at[i];
        const bool harms = c < 0x20 || c >= 0x7f || c == ';' || c == '#' || c == '%' || c == '<' ||
                           c == '>' || c == '"' || c == '`' || c == '{' || c == '}';
        rp_put_char(out, harms ? ' ' : (char)c);
    }
}

static void put_id(rp_file *out, uint32_t column)
{
    rp_put_char(out, 'n');
    rp_put_u64(out, column);
}

static void put_participants(rp_file *out, const sn_cast *cast, const ladder_columns *columns)
{
    for (uint32_t i = 0; i < columns->count; i++) {
        rp_put_text(out, "    participant ");
        put_id(out, i);
        rp_put_text(out, " as ");
        put_harmless(out, ss_slice_from(sn_capture_name(cast, columns->nodes[i])));
        rp_put_char(out, '\n');
    }
}

static void put_time(rp_file *out, ss_time at)
{
    rp_put_text(out, " (");
    rp_put_ms(out, at);
    rp_put_text(out, " ms)");
}

static void put_arrow(rp_file *out, const ladder_row *row, uint32_t from, uint32_t to)
{
    char label[64];
    ss_buffer b = ss_buffer_on(label, sizeof label);
    rp_ladder_label(&b, row);
    const bool came = row->arrived != SS_TIME_NEVER;
    rp_put_text(out, "    ");
    put_id(out, from);
    rp_put_text(out, came ? "->>" : "--x");
    put_id(out, to);
    rp_put_text(out, ": ");
    put_harmless(out, ss_buffer_slice(&b));
    if (row->nth > 1) {
        rp_put_text(out, ", again ");
        rp_put_u64(out, row->nth);
    }
    if (rp_ladder_is_lost(row)) {
        rp_put_text(out, ", lost: ");
        put_harmless(out, ss_slice_from(sn_cause_text((sn_cause)row->cause)));
    }
    put_time(out, row->at);
    rp_put_char(out, '\n');
}

static void put_note(rp_file *out, const ladder_row *row, uint32_t column)
{
    rp_put_text(out, "    Note over ");
    put_id(out, column);
    rp_put_text(out, ": ");
    if (row->kind == LADDER_TIMER) {
        rp_put_text(out, "Timer ");
        rp_put_text(out, rp_letter_name(row->letter));
    } else {
        rp_put_text(out, rp_ladder_mark(row));
    }
    if (row->kind == LADDER_EVENT && row->status != 0) {
        rp_put_char(out, ' ');
        rp_put_u64(out, row->status);
    }
    put_time(out, row->at);
    rp_put_char(out, '\n');
}

static void put_row(rp_file *out, const ladder_columns *columns, const ladder_row *row)
{
    const uint32_t from = rp_ladder_column(columns, row->node);
    if (from == SN_NOBODY) {
        return;
    }
    if (!rp_ladder_travels(row)) {
        put_note(out, row, from);
        return;
    }
    const uint32_t to = rp_ladder_column(columns, row->peer);
    if (to != SN_NOBODY) {
        put_arrow(out, row, from, to);
    }
}

void rp_ladder_mermaid(const rp_ladder *l, const sn_cast *cast, rp_file *out)
{
    ladder_story story;
    rp_put_text(out, "sequenceDiagram\n");
    if (!rp_ladder_main_story(l, &story)) {
        rp_put_text(out, "    participant nobody\n    Note over nobody: nothing was said\n");
        return;
    }
    const ladder_columns columns = rp_ladder_columns(cast, story.call);
    put_participants(out, cast, &columns);
    for (uint32_t i = 0; i < story.call->count; i++) {
        put_row(out, &columns, &story.call->rows[i]);
    }
}
