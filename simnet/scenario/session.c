/* session: what a small input of the fuzzer says, as lines (sn/input.h): session: ["call hold=80", "forge at=40 what=2"]. It is the whole
 * run: no other section stands beside it. */
#include "model.h"

#include "sn/input.h"

#include <string.h>

enum { LINE_MAX = 16384 };

static void read_line(sn_reading *r, const sn_item *value, ss_buffer *b)
{
    const char *why = NULL;
    if (!sn_value_is_scalar(r, value, "a record of a session")) {
        return;
    }
    if (value->text.len > LINE_MAX) {
        sn_wrong(r, value->place, NULL, "out of range: a text of %zu bytes, at most %d",
                 value->text.len, LINE_MAX);
    } else if (sn_input_record_parse_text(value->text, b, &why) != SS_OK) {
        sn_wrong(r, value->place, NULL, "%s", why);
    }
}

void sn_session_block_read(sn_reading *r, const sn_item *value, void *model)
{
    sn_model *m = model;
    char *bytes = sn_hoard_take(&r->hoard, SN_INPUT_BYTES_MAX);
    ss_buffer b = ss_buffer_on(bytes, SN_INPUT_BYTES_MAX);
    m->session = value;
    if (value->kind != SN_ITEM_LIST) {
        sn_wrong(r, value->place, NULL, "wrong type: a session is a list of records");
        return;
    }
    if (value->count > SN_INPUT_RECORDS_MAX) {
        sn_wrong(r, value->place, NULL, "out of range: %u records, at most %u", value->count,
                 SN_INPUT_RECORDS_MAX);
    }
    for (uint32_t i = 0; i < value->count; i++) {
        read_line(r, value->pairs[i].value, &b);
    }
    if (b.overflow) {
        sn_wrong(r, value->place, NULL, "out of range: more than %u bytes of records",
                 SN_INPUT_BYTES_MAX);
    }
    m->session_bytes = ss_buffer_slice(&b);
}

/* What it would mean beside a session, nobody could say. */
void sn_session_block_settle(sn_reading *r, const sn_model *m)
{
    static const char *const beside[] = { "sipsim", "name", "session" };
    for (uint32_t i = 0; i < m->item->count; i++) {
        const sn_item *key = m->item->pairs[i].key;
        bool is_fine = false;
        for (size_t k = 0; k < SS_COUNT(beside); k++) {
            is_fine |= ss_slice_eq(key->text, ss_slice_from(beside[k]));
        }
        if (!is_fine) {
            sn_wrong(r, key->place, NULL, "'%s' beside a session, which says all that happens",
                     sn_shown(r, key->text));
        }
    }
}

void sn_session_block_plan(sn_reading *r, const sn_model *m)
{
    r->plan = sn_input_plan(m->session_bytes);
    sn_added(r, r->plan == NULL ? UINT32_MAX : 0);
    sn_plan_set_name(r->plan, m->name);
}

void sn_session_block_write(sn_text *t, const sn_model *m)
{
    sn_text_put_str(t, "sipsim: 1\nname: ");
    sn_put_quoted(t, m->name);
    sn_text_put_str(t, "\nsession:\n");
    for (uint32_t i = 0; i < m->session->count; i++) {
        const ss_slice line = m->session->pairs[i].value->text;
        sn_text_put_str(t, "  - '");
        for (size_t at = 0; at < line.len; at++) {
            sn_text_put(t, ss_slice_cut(line, at, at + 1));
            sn_text_put_str(t, line.at[at] == '\'' ? "'" : "");
        }
        sn_text_put_str(t, "'\n");
    }
}
